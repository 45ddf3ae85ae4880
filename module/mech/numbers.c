/* Big numbers: between byte strings and GMP, secret ones in secure memory. */

#include "numbers.h"
#include "ifma.h"
#include "disclose.h"
#include "random.h"
#include "secmem.h"

void
number_wipe (mpz_t number)
{
	if (number->_mp_alloc > 0)
		wipe (number->_mp_d, (size_t)number->_mp_alloc * sizeof (mp_limb_t));
	number->_mp_size = 0;
}

void
number_clear (mpz_t number)
{
	number_wipe (number);
	mpz_clear (number);
}

void
number_clear_at (mpz_t *number)
{
	number_clear (*number);
}

void
number_set (mpz_t number, Bytes value)
{
	mpz_import (number, value.len, 1, 1, 1, 0, value.data);
}

bool
number_get (const mpz_t number, size_t n, uint8_t *out)
{
	const mp_limb_t *limbs = mpz_limbs_read (number);
	size_t n_limbs = mpz_size (number);
	mp_limb_t over = 0;

	for (size_t i = n; i < n_limbs * sizeof (mp_limb_t); i++)
		over |= limbs[i / sizeof (mp_limb_t)] >> (8 * (i % sizeof (mp_limb_t))) & 0xff;
	if (mpz_sgn (number) < 0 || disclose (over) != 0)
		return false;
	limbs_get (limbs, n_limbs, n, out);
	return true;
}

size_t
number_bits (Bytes number)
{
	size_t n;

	number = bytes_trim (number);
	n = number.len * 8;
	for (unsigned top = number.len > 0 ? number.data[0] : 0x80; top < 0x80; top <<= 1)
		n--;
	return n;
}

CK_RV
number_put (Attrs *key, CK_ATTRIBUTE_TYPE type, const mpz_t number, bool secret)
{
	auto_wipe Buf octets = BUF_SECRET;
	size_t n = (mpz_sizeinbase (number, 2) + 7) / 8;

	TRY_ALLOC (buf_grow (&octets, n));
	number_get (number, n, octets.data);
	return secret ? attrs_set_secret (key, type, bytes_of (&octets)) : attrs_set_bytes (key, type, bytes_of (&octets));
}

size_t
limbs_for (size_t n_bytes)
{
	return (n_bytes + sizeof (mp_limb_t) - 1) / sizeof (mp_limb_t);
}

CK_RV
numbers_start (Numbers *numbers, size_t n_bytes, size_t n)
{
	numbers->n_used = 0;
	numbers->n_room = limbs_for (n_bytes) + n;
	numbers->limbs = sec_alloc (numbers->n_room * sizeof (mp_limb_t));
	TRY_ALLOC (numbers->limbs);
	return CKR_OK;
}

void
numbers_clear (Numbers *numbers)
{
	sec_free (numbers->limbs);
	*numbers = (Numbers){ 0 };
}

void
numbers_put (Numbers *numbers, Bytes value, mpz_t number)
{
	mp_limb_t *limbs = numbers->limbs + numbers->n_used;
	size_t n = limbs_for (value.len);

	for (size_t i = 0; i < value.len; i++)
		limbs[i / sizeof (mp_limb_t)] |= (mp_limb_t)value.data[value.len - 1 - i] << (8 * (i % sizeof (mp_limb_t)));
	numbers->n_used += n;
	mpz_roinit_n (number, limbs, (mp_size_t)n);
	number->_mp_size = (int)disclose ((size_t)number->_mp_size);
}

/* --- secret numbers at a fixed length --- */

void
limbs_set (mp_limb_t *limbs, size_t n, Bytes value)
{
	mpn_zero (limbs, (mp_size_t)n);
	for (size_t i = 0; i < value.len && i < n * sizeof (mp_limb_t); i++)
		limbs[i / sizeof (mp_limb_t)] |= (mp_limb_t)value.data[value.len - 1 - i]
		                                 << (8 * (i % sizeof (mp_limb_t)));
}

void
limbs_get (const mp_limb_t *limbs, size_t n, size_t n_bytes, uint8_t *out)
{
	for (size_t i = 0; i < n_bytes; i++) {
		size_t at = i / sizeof (mp_limb_t);

		out[n_bytes - 1 - i] = at < n ? (uint8_t)(limbs[at] >> (8 * (i % sizeof (mp_limb_t)))) : 0;
	}
}

void
limbs_copy (mp_limb_t *limbs, size_t n, const mpz_t from)
{
	mpn_zero (limbs, (mp_size_t)n);
	mpn_copyi (limbs, mpz_limbs_read (from), (mp_size_t)mpz_size (from));
}

mp_limb_t
limbs_differ (const mp_limb_t *a, const mp_limb_t *b, size_t n)
{
	mp_limb_t differ = 0;

	for (size_t i = 0; i < n; i++)
		differ |= a[i] ^ b[i];
	return differ;
}

/* 1 or 0: what is borrowed in the end. */
static mp_limb_t
is_below (const mp_limb_t *limbs, const mp_limb_t *limit, size_t n)
{
	mp_limb_t borrow = 0;

	for (size_t i = 0; i < n; i++) {
		mp_limb_t rest = limbs[i] - limit[i] - borrow;

		borrow = ((~limbs[i] & limit[i]) | (~(limbs[i] ^ limit[i]) & rest)) >> (GMP_NUMB_BITS - 1);
	}
	return borrow;
}

bool
limbs_in_range (const mp_limb_t *limbs, size_t n, const mpz_t modulus)
{
	mp_limb_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= limbs[i];
	any = (any | -any) >> (GMP_NUMB_BITS - 1);
	return disclose (any & is_below (limbs, mpz_limbs_read (modulus), n)) != 0;
}

static mp_limb_t *
scratch_limbs (Buf *room, mp_size_t n)
{
	return (mp_limb_t *)(void *)buf_grow (room, (size_t)n * sizeof (mp_limb_t));
}

static CK_RV
power_by_gmp (const Power *power)
{
	auto_wipe Buf room = BUF_SECRET;
	mp_size_t n = (mp_size_t)mpz_size (power->modulus), n_base = (mp_size_t)power->n_base;
	mp_limb_t *scratch = scratch_limbs (&room, mpn_sec_powm_itch (n_base, power->n_bits, n));

	TRY_ALLOC (scratch);
	mpn_sec_powm (power->power, power->base, n_base, power->exponent, power->n_bits, mpz_limbs_read (power->modulus), n,
	              scratch);
	return CKR_OK;
}

CK_RV
limbs_powers (const Power *powers, size_t n)
{
	/* it needs more memory */
	if (ifma_can (powers, n) && ifma_powers (powers, n) == CKR_OK)
		return CKR_OK;
	for (size_t i = 0; i < n; i++)
		TRY (power_by_gmp (&powers[i]));
	return CKR_OK;
}

CK_RV
limbs_power (mp_limb_t *power, const mp_limb_t *base, size_t n_base, const mp_limb_t *exponent, size_t n_bits,
             const mpz_t modulus)
{
	return limbs_powers (&(Power){ power, base, n_base, exponent, n_bits, modulus }, 1);
}

CK_RV
limbs_multiply (mp_limb_t *product, const mp_limb_t *a, const mp_limb_t *b, const mpz_t modulus)
{
	auto_wipe Buf room = BUF_SECRET;
	mp_size_t n = (mp_size_t)mpz_size (modulus);
	mp_limb_t *whole = scratch_limbs (&room, 2 * n + mpn_sec_mul_itch (n, n) + mpn_sec_div_r_itch (2 * n, n));

	TRY_ALLOC (whole);
	mpn_sec_mul (whole, a, n, b, n, whole + 2 * n);
	mpn_sec_div_r (whole, 2 * n, mpz_limbs_read (modulus), n, whole + 2 * n);
	mpn_copyi (product, whole, n);
	return CKR_OK;
}

CK_RV
limbs_draw (mp_limb_t *limbs, const mpz_t modulus)
{
	auto_wipe Buf room = BUF_SECRET;
	mp_size_t n = (mp_size_t)mpz_size (modulus), n_more = n + (mp_size_t)limbs_for (8);
	mp_limb_t *drawn = scratch_limbs (&room, n_more + n + mpn_sec_div_r_itch (n_more, n) + mpn_sec_add_1_itch (n)),
		  *top;

	TRY_ALLOC (drawn);
	top = drawn + n_more;
	TRY (random_bytes (drawn, (size_t)n_more * sizeof (mp_limb_t)));
	mpn_sub_1 (top, mpz_limbs_read (modulus), n, 1);
	mpn_sec_div_r (drawn, n_more, top, n, top + n);
	mpn_sec_add_1 (limbs, drawn, n, 1, top + n);
	return CKR_OK;
}
