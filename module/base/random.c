/* Random bytes, from the kernel: nothing to seed, nothing that a fork could copy. */

#include "random.h"
#include "log.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

CK_RV
random_bytes (void *data, size_t n)
{
	uint8_t *at = data;

	while (n > 0) {
		ssize_t got = getrandom (at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail (CKR_DEVICE_ERROR, "the kernel gives no random bytes");
		at += got;
		n -= (size_t)got;
	}
	return CKR_OK;
}

void
random_nettle (void *unused, size_t n, uint8_t *data)
{
	/* Nettle has no way to hear of a failure: only what is random may come back. */
	while (random_bytes (data, n) != CKR_OK)
		usleep (1000);
}
