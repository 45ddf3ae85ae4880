/* Random bytes, from the kernel.  Long pieces are made from a seed that is drawn for this one call and forgotten with
 * it: nothing is kept that a fork or a snapshot could copy. */

#include "random.h"
#include "bytes.h"
#include "drbg.h"
#include "log.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

/* From here on a seed takes less time than what would be drawn. */
#define LONG_PIECE 256

static CK_RV
draw (uint8_t *at, size_t n)
{
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

static CK_RV
make_long (uint8_t *at, size_t n)
{
	uint8_t seed[DRBG_SEED_SIZE];
	Drbg drbg;
	CK_RV rv = draw (seed, sizeof seed);

	if (rv == CKR_OK) {
		drbg_start (&drbg, seed);
		drbg_generate (&drbg, at, n);
		wipe (&drbg, sizeof drbg);
	}
	wipe (seed, sizeof seed);
	return rv;
}

CK_RV
random_bytes (void *data, size_t n)
{
	uint8_t *at = data;

	for (; n > LONG_PIECE; at += DRBG_MOST, n -= DRBG_MOST) {
		TRY (make_long (at, n < DRBG_MOST ? n : DRBG_MOST));
		if (n <= DRBG_MOST)
			return CKR_OK;
	}
	return draw (at, n);
}

void
random_nettle (void *unused, size_t n, uint8_t *data)
{
	/* Nettle has no way to hear of a failure: only what is random may come back. */
	while (random_bytes (data, n) != CKR_OK)
		usleep (1000);
}
