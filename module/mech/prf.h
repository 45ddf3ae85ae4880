/* HMAC as the function that derivations are made of: RFC 2104. */

#ifndef MECH_PRF_H
#define MECH_PRF_H

#include "hash.h"
#include "mech.h"

/* To be wiped when done. */
typedef struct {
	const struct nettle_hash *hash;
	HashCtx outer, inner, state;
} Prf;

void prf_start (Prf *prf, const struct nettle_hash *hash, Bytes key);
void prf_add (Prf *prf, Bytes data);

/* @out has the hash's size.  Leaves it keyed, for the next one. */
void prf_end (Prf *prf, uint8_t *out);

#endif
