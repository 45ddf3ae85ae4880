/* Put before a server that would listen on every address: it gets the loopback one, whatever it asks for. */

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By another name in here, for the library's header gives the second argument a type of its own. */
int bind_loopback (int fd, const struct sockaddr *wanted, socklen_t len) __asm__("bind");

static void
narrow (struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_addr = in6addr_loopback;
}

int
bind_loopback (int fd, const struct sockaddr *wanted, socklen_t len)
{
	struct sockaddr_storage address = { 0 };

	if (len > sizeof address)
		len = sizeof address;
	memcpy (&address, wanted, len);
	narrow (&address);
	return (int)syscall (SYS_bind, fd, &address, len);
}
