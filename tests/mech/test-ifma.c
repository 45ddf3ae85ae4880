/* Powers by the processor's instructions for it (ifma.c) are those of GMP, of whatever length and value. */

#include "ifma.h"
#include "mechtest.h"
#include "random.h"

#include <stdlib.h>

#define MOST          40
#define MOST_EXPONENT 64

typedef struct {
	mp_limb_t base[2 * MOST], exponent[MOST_EXPONENT], power[MOST];
	mpz_t modulus;
	Power asked;
} Case;

/* An odd modulus of @n limbs whose top one is @top, or random where that is 0. */
static void
case_start (Case *c, size_t n, mp_limb_t top, size_t n_base, size_t n_bits)
{
	mp_limb_t limbs[MOST];

	assert_ok (random_bytes (limbs, sizeof limbs));
	assert_ok (random_bytes (c->base, sizeof c->base));
	assert_ok (random_bytes (c->exponent, sizeof c->exponent));
	limbs[0] |= 1;
	limbs[n - 1] = top ? top : limbs[n - 1] | 1;
	mpz_init (c->modulus);
	mpz_import (c->modulus, n, -1, sizeof *limbs, 0, 0, limbs);
	if (n_bits % 64 > 0)
		c->exponent[n_bits / 64] &= ((mp_limb_t)1 << n_bits % 64) - 1;
	c->asked = (Power){ c->power, c->base, n_base, c->exponent, n_bits, c->modulus };
}

static void
case_check (Case *c)
{
	size_t n = mpz_size (c->modulus);
	mpz_t base, exponent, power;
	mp_limb_t wanted[MOST] = { 0 };

	mpz_inits (base, exponent, power, NULL);
	mpz_import (base, c->asked.n_base, -1, sizeof *c->base, 0, 0, c->base);
	mpz_import (exponent, (c->asked.n_bits + 63) / 64, -1, sizeof *c->exponent, 0, 0, c->exponent);
	mpz_powm (power, base, exponent, c->modulus);
	mpz_export (wanted, NULL, -1, sizeof *wanted, 0, 0, power);
	g_assert_cmpmem (c->power, n * sizeof *wanted, wanted, n * sizeof *wanted);
	mpz_clears (base, exponent, power, c->modulus, NULL);
}

static gboolean
is_there (void)
{
	Case c;
	gboolean can;

	case_start (&c, 16, 0, 16, 1024);
	can = ifma_can (&c.asked, 1);
	mpz_clear (c.modulus);
	if (!can)
		g_test_skip ("this processor has no such instructions");
	return can;
}

static void
one_power_is_gmp_s (void)
{
	if (!is_there ())
		return;
	for (size_t n = 12; n <= 32; n++)
		for (int i = 0; i < 8; i++) {
			Case c;

			case_start (&c, n,
			            i == 0   ? 1
			            : i == 1 ? ~(mp_limb_t)0
			                     : 0,
			            i % 2 ? n : 2 * n, i < 4 ? n * 64 : 128 + (size_t)i * 17);
			g_assert_true (ifma_can (&c.asked, 1));
			assert_ok (ifma_powers (&c.asked, 1));
			case_check (&c);
		}
}

static void
two_powers_are_gmp_s (void)
{
	if (!is_there ())
		return;
	for (size_t n = 12; n <= 32; n++)
		for (int i = 0; i < 8; i++) {
			Case c[2];
			Power both[2];

			/* exponents of different lengths */
			case_start (&c[0], n, 0, 2 * n, n * 64);
			case_start (&c[1], n, i == 0 ? 1 : 0, n, i % 2 ? n * 64 : n * 64 - 64 - (size_t)i);
			both[0] = c[0].asked;
			both[1] = c[1].asked;
			g_assert_true (ifma_can (both, 2));
			assert_ok (ifma_powers (both, 2));
			case_check (&c[0]);
			case_check (&c[1]);
		}
}

static void
values_at_the_edge_are_right (void)
{
	static const size_t lengths[] = { 12, 16, 19, 20, 24, 25, 26, 32 };

	if (!is_there ())
		return;
	for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++)
		for (int base = 0; base < 5; base++)
			for (int exponent = 0; exponent < 4; exponent++) {
				size_t n = lengths[i];
				Case c;

				case_start (&c, n, ~(mp_limb_t)0, n, n * 64);
				/* the largest modulus, full digits all over */
				if (exponent % 2) {
					mpz_set_ui (c.modulus, 0);
					mpz_setbit (c.modulus, n * 64);
					mpz_sub_ui (c.modulus, c.modulus, 1);
				}
				/* 0, 1, one below the modulus, the modulus, all ones */
				memset (c.base, base == 4 ? 0xff : 0, sizeof c.base);
				if (base == 2 || base == 3)
					mpz_export (c.base, NULL, -1, sizeof *c.base, 0, 0, c.modulus);
				if (base == 1)
					c.base[0] = 1;
				if (base == 2)
					c.base[0]--;
				if (exponent < 2)
					memset (c.exponent, exponent ? 0xff : 0, sizeof c.exponent);
				assert_ok (ifma_powers (&c.asked, 1));
				case_check (&c);
			}
}

/* The modulus itself would come out, were it not taken away in the end. */
static void
nothing_is_left_of_a_power_of_the_modulus (void)
{
	if (!is_there ())
		return;
	for (unsigned k = 480; k < 1290; k += 90) {
		Case c;

		case_start (&c, 16, 0, 1, 1024);
		mpz_ui_pow_ui (c.modulus, 3, k);
		memset (c.base, 0, sizeof c.base);
		c.base[0] = 3;
		c.exponent[15] |= (mp_limb_t)1 << 63;
		g_assert_true (ifma_can (&c.asked, 1));
		assert_ok (ifma_powers (&c.asked, 1));
		case_check (&c);
	}
}

/* What it is not for is left to GMP. */
static void
other_lengths_are_not_taken (void)
{
	static const struct {
		size_t n, n_bits;
	} rows[] = { { 11, 704 }, { 33, 2112 }, { 16, 17 }, { 32, 4097 } };
	Case a, b;
	Power both[2];

	for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
		case_start (&a, rows[i].n, 0, rows[i].n, MIN (rows[i].n_bits, 4096));
		a.asked.n_bits = rows[i].n_bits;
		g_assert_false (ifma_can (&a.asked, 1));
		mpz_clear (a.modulus);
	}
	case_start (&a, 16, 0, 16, 1024);
	case_start (&b, 24, 0, 24, 1024);
	both[0] = a.asked;
	both[1] = b.asked;
	g_assert_false (ifma_can (both, 2));
	mpz_clears (a.modulus, b.modulus, NULL);
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/ifma/one_power_is_gmp_s", one_power_is_gmp_s);
	g_test_add_func ("/mech/ifma/two_powers_are_gmp_s", two_powers_are_gmp_s);
	g_test_add_func ("/mech/ifma/values_at_the_edge_are_right", values_at_the_edge_are_right);
	g_test_add_func ("/mech/ifma/nothing_is_left_of_a_power_of_the_modulus", nothing_is_left_of_a_power_of_the_modulus);
	g_test_add_func ("/mech/ifma/other_lengths_are_not_taken", other_lengths_are_not_taken);
	return g_test_run ();
}
