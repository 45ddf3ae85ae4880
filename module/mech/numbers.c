/* Big numbers: between byte strings and GMP, secret ones in secure memory. */

#include "numbers.h"
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
	size_t n_limbs = mpz_size (number);

	if (mpz_sgn (number) < 0 || mpz_sizeinbase (number, 2) > 8 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t limb = i / sizeof (mp_limb_t);
		mp_limb_t value = limb < n_limbs ? mpz_limbs_read (number)[limb] : 0;

		out[n - 1 - i] = (uint8_t)(value >> (8 * (i % sizeof (mp_limb_t))));
	}
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

static size_t
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
}
