/* CTR_DRBG with AES-256 and no derivation function.  See drbg.h. */

#include "drbg.h"
#include "bytes.h"

#include <endian.h>
#include <nettle/aes.h>

#define PIECE 4096 /* stays in the nearest cache between counting and encrypting */

/* @n whole blocks of E (V + 1), E (V + 2), … */
static void
fill_blocks (const struct aes256_ctx *aes, uint64_t v[2], uint8_t *out, size_t n)
{
	uint64_t high = v[0], low = v[1];

	while (n > 0) {
		size_t n_now = n < PIECE ? n : PIECE;

		for (size_t at = 0; at < n_now; at += AES_BLOCK_SIZE) {
			uint64_t block[2];

			high += ++low == 0;
			block[0] = htobe64 (high);
			block[1] = htobe64 (low);
			memcpy (out + at, block, sizeof block);
		}
		aes256_encrypt (aes, n_now, out, out);
		out += n_now;
		n -= n_now;
	}
	v[0] = high;
	v[1] = low;
}

/* CTR_DRBG_Update, section 10.2.1.2; @provided: NULL for zeros. */
static void
update (Drbg *drbg, const struct aes256_ctx *aes, const uint8_t *provided)
{
	uint8_t next[DRBG_SEED_SIZE];

	fill_blocks (aes, drbg->v, next, sizeof next);
	for (size_t i = 0; provided != NULL && i < sizeof next; i++)
		next[i] ^= provided[i];
	memcpy (drbg->key, next, sizeof drbg->key);
	drbg->v[0] = be64_get (next + sizeof drbg->key);
	drbg->v[1] = be64_get (next + sizeof drbg->key + 8);
	wipe (next, sizeof next);
}

/* Section 10.2.1.3.1. */
void
drbg_start (Drbg *drbg, const uint8_t seed[static DRBG_SEED_SIZE])
{
	struct aes256_ctx aes;

	memset (drbg, 0, sizeof *drbg);
	aes256_set_encrypt_key (&aes, drbg->key);
	update (drbg, &aes, seed);
}

/* Section 10.2.1.5.1. */
void
drbg_generate (Drbg *drbg, uint8_t *out, size_t n)
{
	size_t n_rest = n % AES_BLOCK_SIZE;
	uint8_t last[AES_BLOCK_SIZE];
	struct aes256_ctx aes;

	aes256_set_encrypt_key (&aes, drbg->key);
	fill_blocks (&aes, drbg->v, out, n - n_rest);
	if (n_rest > 0) {
		fill_blocks (&aes, drbg->v, last, sizeof last);
		memcpy (out + n - n_rest, last, n_rest);
		wipe (last, sizeof last);
	}
	update (drbg, &aes, NULL);
	wipe (&aes, sizeof aes);
}
