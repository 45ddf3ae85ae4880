/* Any of Nettle's hash functions in a context that holds each of them. */

#ifndef MECH_HASH_H
#define MECH_HASH_H

#include "bytes.h"
#include "nettle-compat.h"

#include <nettle/gosthash94.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <nettle/sha3.h>

#define HASH_MAX_DIGEST 64
#define HASH_MAX_BLOCK 144

typedef union {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
	struct sha3_224_ctx sha3_224;
	struct sha3_256_ctx sha3_256;
	struct sha3_384_ctx sha3_384;
	struct sha3_512_ctx sha3_512;
	struct gosthash94_ctx gosthash94;
} HashCtx;

/* One piece, or two. */
void hash_bytes (const struct nettle_hash *hash, Bytes data, uint8_t *digest);
void hash_two (const struct nettle_hash *hash, Bytes first, Bytes second, uint8_t *digest);

#endif
