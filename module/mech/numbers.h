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

#endif
