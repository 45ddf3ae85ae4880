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

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/numbers/a_number_goes_there_and_back", a_number_goes_there_and_back);
	g_test_add_func ("/mech/numbers/zeros_fill_the_front", zeros_fill_the_front);
	g_test_add_func ("/mech/numbers/what_needs_more_room_is_refused", what_needs_more_room_is_refused);
	g_test_add_func ("/mech/numbers/nothing_is_zero", nothing_is_zero);
	g_test_add_func ("/mech/numbers/numbers_of_keys_stand_in_secure_memory", numbers_of_keys_stand_in_secure_memory);
	return g_test_run ();
}
