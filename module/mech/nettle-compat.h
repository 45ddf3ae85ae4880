/* The only place that knows Nettle's version. */

#ifndef MECH_NETTLE_COMPAT_H
#define MECH_NETTLE_COMPAT_H

#include <nettle/nettle-meta.h>
#include <nettle/version.h>

/* Nettle 4 took the length from the digest functions: the whole digest is written. */
static inline void
hash_digest (const struct nettle_hash *hash, void *context, uint8_t *digest)
{
#if NETTLE_VERSION_MAJOR >= 4
	hash->digest (context, digest);
#else
	hash->digest (context, hash->digest_size, digest);
#endif
}

#endif
