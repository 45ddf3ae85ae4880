/* Put before a server that would listen on every address: it gets the loopback one, whatever it asks for. */

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By another name in here, for the library's header gives the second argument a type of its own. */
int bind_loopback (int fd, const struct sockaddr *wanted, socklen_t len) __asm__("bind");

/* A socket that serves both families gets the older one's, as an address of the newer. */
static struct in6_addr
loopback6 (int fd)
{
	static const struct in6_addr mapped = { { { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 } } };
	int only = 1;
	socklen_t len = sizeof only;

	getsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len);
	return only ? in6addr_loopback : mapped;
}

static void
narrow (int fd, struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_addr = loopback6 (fd);
}

int
bind_loopback (int fd, const struct sockaddr *wanted, socklen_t len)
{
	struct sockaddr_storage address = { 0 };

	if (len > sizeof address)
		len = sizeof address;
	memcpy (&address, wanted, len);
	narrow (fd, &address);
	return (int)syscall (SYS_bind, fd, &address, len);
}
