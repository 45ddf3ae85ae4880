/* HMAC as the function that derivations are made of. */

#include "prf.h"

#include <nettle/hmac.h>

void
prf_start (Prf *prf, const struct nettle_hash *hash, Bytes key)
{
	static const uint8_t none;

	prf->hash = hash;
	hmac_set_key (&prf->outer, &prf->inner, &prf->state, hash, key.len, key.data ? key.data : &none);
}

void
prf_add (Prf *prf, Bytes data)
{
	if (data.len > 0)
		hmac_update (&prf->state, prf->hash, data.len, data.data);
}

void
prf_end (Prf *prf, uint8_t *out)
{
	hash_digest (prf->hash, &prf->state, out);
	memcpy (&prf->state, &prf->outer, sizeof prf->state);
	prf->hash->update (&prf->state, prf->hash->digest_size, out);
	hash_digest (prf->hash, &prf->state, out);
	memcpy (&prf->state, &prf->inner, sizeof prf->state);
}
