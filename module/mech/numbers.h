/* Big numbers: between byte strings and GMP, secret ones in secure memory. */

#ifndef MECH_NUMBERS_H
#define MECH_NUMBERS_H

#include "attrs.h"

#include <gmp.h>

/* For an initialised number that is wiped when its scope ends. */
#define auto_mpz __attribute__ ((cleanup (number_clear_at)))

void number_clear (mpz_t number);
void number_clear_at (mpz_t *number);

/* Wipes the limbs and sets it to zero. */
void number_wipe (mpz_t number);

/* Big-endian bytes to a number and back; @n bytes, zeros in front.  False: it needs more. */
void number_set (mpz_t number, Bytes value);
bool number_get (const mpz_t number, size_t n, uint8_t *out);

/* The bits of a number that is written big-endian, leading zeros left out. */
size_t number_bits (Bytes number);

/* Makes a number an attribute, without leading zeros; @secret: one that stays in secure memory. */
CK_RV number_put (Attrs *key, CK_ATTRIBUTE_TYPE type, const mpz_t number, bool secret);

/* Numbers of long-lived keys: their limbs stand in one block of secure memory. */
typedef struct {
	mp_limb_t *limbs;
	size_t n_used;
	size_t n_room;
} Numbers;

/* Room for the numbers of @n_bytes bytes in all, @n of them. */
CK_RV numbers_start (Numbers *numbers, size_t n_bytes, size_t n);
void numbers_clear (Numbers *numbers);

/* Makes @number read from a copy of @value in there.  It must not be cleared or written. */
void numbers_put (Numbers *numbers, Bytes value, mpz_t number);

/* --- secret numbers at a fixed length --- */

/* @n limbs, the lowest first, zeros above: nothing that is done here depends on the value. */

size_t limbs_for (size_t n_bytes);

/* From big-endian bytes, of which those that do not fit are zero, and back to @n_bytes of them. */
void limbs_set (mp_limb_t *limbs, size_t n, Bytes value);
void limbs_get (const mp_limb_t *limbs, size_t n, size_t n_bytes, uint8_t *out);

/* From a number that has at most so many limbs. */
void limbs_copy (mp_limb_t *limbs, size_t n, const mpz_t from);

/* No bit is set where they are equal. */
mp_limb_t limbs_differ (const mp_limb_t *a, const mp_limb_t *b, size_t n);

/* From 1 to below the modulus? */
bool limbs_in_range (const mp_limb_t *limbs, size_t n, const mpz_t modulus);

/* base^exponent for an odd modulus, of whose length .power is; .n_bits: of the exponent, which has that many or less. */
typedef struct {
	mp_limb_t *power;
	const mp_limb_t *base;
	size_t n_base;
	const mp_limb_t *exponent;
	size_t n_bits;
	mpz_srcptr modulus;
} Power;

/* Two that are asked for at once may take less time than one by one. */
CK_RV limbs_powers (const Power *powers, size_t n);
CK_RV limbs_power (mp_limb_t *power, const mp_limb_t *base, size_t n_base, const mp_limb_t *exponent, size_t n_bits,
                   const mpz_t modulus);

/* @a times @b for a modulus, all of its length; @product may be one of them. */
CK_RV limbs_multiply (mp_limb_t *product, const mp_limb_t *a, const mp_limb_t *b, const mpz_t modulus);

/* A random number from 1 to below the modulus, at its length: FIPS 186-4 appendix B.1.1, by 64 bits more than needed.
 */
CK_RV limbs_draw (mp_limb_t *limbs, const mpz_t modulus);

#endif
