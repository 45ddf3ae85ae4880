/* CTR_DRBG with AES-256 and no derivation function, SP 800-90A Rev. 1 section 10.2.1: from few random bytes many. */

#ifndef BASE_DRBG_H
#define BASE_DRBG_H

#include <stddef.h>
#include <stdint.h>

#define DRBG_SEED_SIZE 48
#define DRBG_MOST      65536 /* bytes of one drbg_generate: 2^19 bits */

typedef struct {
	uint8_t key[32];
	uint64_t v[2]; /* the counter, its high half first */
} Drbg;

/* @seed: as random as what is to come. */
void drbg_start (Drbg *drbg, const uint8_t seed[static DRBG_SEED_SIZE]);

/* Fills @out, @n up to DRBG_MOST; afterwards the state tells nothing about it. */
void drbg_generate (Drbg *drbg, uint8_t *out, size_t n);

#endif
