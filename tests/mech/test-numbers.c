/* Big numbers: between byte strings and GMP. */

#include "mechtest.h"
#include "numbers.h"
#include "secmem.h"

static void
a_number_goes_there_and_back (void)
{
	auto_wipe Buf value = hex_buf ("0123456789abcdef0011223344556677 89");
	uint8_t out[20] = { 0xff };
	auto_mpz mpz_t number;

	mpz_init (number);
	number_set (number, bytes_of (&value));
	g_assert_true (number_get (number, value.len, out));
	assert_bytes (bytes (out, value.len), bytes_of (&value));
}

static void
zeros_fill_the_front (void)
{
	uint8_t out[9];
	auto_mpz mpz_t number;

	mpz_init (number);
	mpz_set_ui (number, 258);
	memset (out, 0xff, sizeof out);
	g_assert_true (number_get (number, sizeof out, out));
	assert_bytes (bytes (out, 9), bytes ("\0\0\0\0\0\0\0\1\2", 9));
}

static void
what_needs_more_room_is_refused (void)
{
	uint8_t out[2];
	auto_mpz mpz_t number;

	mpz_init (number);
	mpz_set_ui (number, 65536);
	g_assert_false (number_get (number, sizeof out, out));
}

static void
nothing_is_zero (void)
{
	uint8_t out[2] = { 1, 1 };
	auto_mpz mpz_t number;

	mpz_init_set_ui (number, 5);
	number_set (number, NO_BYTES);
	g_assert_cmpint (mpz_sgn (number), ==, 0);
	g_assert_true (number_get (number, 2, out));
	assert_bytes (bytes (out, 2), bytes ("\0\0", 2));
}

static void
numbers_of_keys_stand_in_secure_memory (void)
{
	auto_wipe Buf value = hex_buf ("0102030405060708090a0b0c");
	size_t before, during, after, locked;
	Numbers numbers = { 0 };
	mpz_t one, other;
	uint8_t out[12];

	sec_usage (&before, &locked);
	assert_ok (numbers_start (&numbers, 2 * value.len, 2));
	numbers_put (&numbers, bytes_of (&value), one);
	numbers_put (&numbers, bytes (value.data, 4), other);
	sec_usage (&during, &locked);
	g_assert_cmpuint (during, >, before);
	g_assert_true (number_get (one, 12, out));
	assert_bytes (bytes (out, 12), bytes_of (&value));
	g_assert_cmpint (mpz_cmp_ui (other, 0x01020304), ==, 0);
	numbers_clear (&numbers);
	sec_usage (&after, &locked);
	g_assert_cmpuint (after, ==, before);
}

/* --- secret numbers at a fixed length --- */

/* Around the limb's edges, and what RSA and DSA have. */
static const char *const moduli[] = {
	"03",
	"0fffffffffffffff",
	"7fffffffffffffe7",
	"8000000000000001",
	"ffffffffffffffff",
	"010000000000000001",
	"f2c3119374ce76c9356990b465374a17f23f9ed35089bd969f61c6dde9998c1f",
	"fefbe4917b5ea7dbb3d5c62dc15bf430d8464813d2431819fe556832c3889d2f",
};

typedef struct {
	mpz_t modulus, a, b, wanted;
	mp_limb_t x[8], y[8], z[8];
	size_t n;
} Fixture;

static void
fixture_start (Fixture *f, const char *modulus)
{
	mpz_inits (f->modulus, f->a, f->b, f->wanted, NULL);
	mpz_set_str (f->modulus, modulus, 16);
	f->n = mpz_size (f->modulus);
}

static void
fixture_end (Fixture *f)
{
	mpz_clears (f->modulus, f->a, f->b, f->wanted, NULL);
}

static void
assert_limbs (const Fixture *f, const mp_limb_t *limbs)
{
	mpz_t got;

	g_assert_cmpint (mpz_cmp (mpz_roinit_n (got, limbs, (mp_size_t)f->n), f->wanted), ==, 0);
}

static void
limbs_go_to_bytes_and_back (void)
{
	static const uint8_t value[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
	uint8_t out[11], longer[20], zeros[20] = { 0 };
	mp_limb_t limbs[3];

	limbs_set (limbs, 3, bytes (value, sizeof value));
	g_assert_cmpuint (limbs[0] & 0xff, ==, 11);
	limbs_get (limbs, 3, sizeof out, out);
	assert_bytes (bytes (out, sizeof out), bytes (value, sizeof value));
	limbs_get (limbs, 3, sizeof longer, longer);
	assert_bytes (bytes (longer, 9), bytes (zeros, 9));
	assert_bytes (bytes (longer + 9, 11), bytes (value, sizeof value));
	limbs_set (limbs, 3, NO_BYTES);
	limbs_get (limbs, 3, sizeof longer, longer);
	assert_bytes (bytes (longer, 20), bytes (zeros, 20));
	g_assert_true (limbs_differ (limbs, limbs, 3) == 0);
	limbs_set (limbs, 1, bytes (value, 1));
	g_assert_true (limbs_differ (limbs, limbs + 1, 1) != 0);
}

static void
limbs_in_range_are_from_1_to_below_the_modulus (void)
{
	for (size_t i = 0; i < N_ELEMENTS (moduli); i++) {
		Fixture f;

		fixture_start (&f, moduli[i]);
		mpn_zero (f.x, (mp_size_t)f.n);
		g_assert_false (limbs_in_range (f.x, f.n, f.modulus));
		f.x[0] = 1;
		g_assert_true (limbs_in_range (f.x, f.n, f.modulus));
		limbs_copy (f.x, f.n, f.modulus);
		g_assert_false (limbs_in_range (f.x, f.n, f.modulus));
		mpz_sub_ui (f.a, f.modulus, 1);
		limbs_copy (f.x, f.n, f.a);
		g_assert_true (limbs_in_range (f.x, f.n, f.modulus));
		memset (f.x, 0xff, f.n * sizeof (mp_limb_t));
		g_assert_false (limbs_in_range (f.x, f.n, f.modulus));
		fixture_end (&f);
	}
}

static void
limbs_are_drawn_in_range (void)
{
	for (size_t i = 0; i < N_ELEMENTS (moduli); i++)
		for (int j = 0; j < 100; j++) {
			Fixture f;

			fixture_start (&f, moduli[i]);
			assert_ok (limbs_draw (f.x, f.modulus));
			g_assert_true (limbs_in_range (f.x, f.n, f.modulus));
			fixture_end (&f);
		}
}

static void
limbs_compute_as_numbers_do (void)
{
	for (size_t i = 0; i < N_ELEMENTS (moduli); i++)
		for (int j = 0; j < 20; j++) {
			Fixture f;

			fixture_start (&f, moduli[i]);
			assert_ok (limbs_draw (f.x, f.modulus));
			assert_ok (limbs_draw (f.y, f.modulus));
			mpz_import (f.a, f.n, -1, sizeof (mp_limb_t), 0, 0, f.x);
			mpz_import (f.b, f.n, -1, sizeof (mp_limb_t), 0, 0, f.y);
			mpz_powm (f.wanted, f.a, f.b, f.modulus);
			assert_ok (limbs_power (f.z, f.x, f.n, f.y, mpz_sizeinbase (f.modulus, 2), f.modulus));
			assert_limbs (&f, f.z);
			mpz_mul (f.wanted, f.a, f.b);
			mpz_mod (f.wanted, f.wanted, f.modulus);
			assert_ok (limbs_multiply (f.x, f.x, f.y, f.modulus));
			assert_limbs (&f, f.x);
			fixture_end (&f);
		}
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/numbers/a_number_goes_there_and_back", a_number_goes_there_and_back);
	g_test_add_func ("/mech/numbers/zeros_fill_the_front", zeros_fill_the_front);
	g_test_add_func ("/mech/numbers/what_needs_more_room_is_refused", what_needs_more_room_is_refused);
	g_test_add_func ("/mech/numbers/nothing_is_zero", nothing_is_zero);
	g_test_add_func ("/mech/numbers/numbers_of_keys_stand_in_secure_memory", numbers_of_keys_stand_in_secure_memory);
	g_test_add_func ("/mech/numbers/limbs_go_to_bytes_and_back", limbs_go_to_bytes_and_back);
	g_test_add_func ("/mech/numbers/limbs_in_range_are_from_1_to_below_the_modulus",
	                 limbs_in_range_are_from_1_to_below_the_modulus);
	g_test_add_func ("/mech/numbers/limbs_are_drawn_in_range", limbs_are_drawn_in_range);
	g_test_add_func ("/mech/numbers/limbs_compute_as_numbers_do", limbs_compute_as_numbers_do);
	return g_test_run ();
}
