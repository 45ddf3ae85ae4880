/* The published groups for Diffie-Hellman, from the formulas that say where their primes come from:
 * 2^n - 2^(n-64) - 1 + 2^64 (floor (2^(n-130) c) + k), with c the base of the natural logarithm (RFC 7919 appendix A)
 * or pi (RFC 3526, RFC 2409 section 6). */

#include "dh-groups.h"
#include "bytes.h"

typedef void (*Constant) (unsigned bits, mpz_t value);

/* More bits than the sums lose. */
#define GUARD 64

/* floor (2^bits e): the sum of 1 / i!. */
static void
constant_e (unsigned bits, mpz_t value)
{
	mpz_t term;

	mpz_init (term);
	mpz_setbit (term, bits + GUARD);
	mpz_set (value, term);
	for (unsigned long i = 1; mpz_sgn (term) != 0; i++) {
		mpz_tdiv_q_ui (term, term, i);
		mpz_add (value, value, term);
	}
	mpz_tdiv_q_2exp (value, value, GUARD);
	mpz_clear (term);
}

/* Adds @factor 2^bits arctan (1 / x). */
static void
add_arctan (mpz_t value, unsigned bits, long factor, unsigned long x)
{
	mpz_t power, term;

	mpz_inits (power, term, NULL);
	mpz_setbit (power, bits);
	mpz_mul_si (power, power, factor);
	mpz_tdiv_q_ui (power, power, x);
	for (unsigned long i = 1; mpz_sgn (power) != 0; i += 2) {
		mpz_tdiv_q_ui (term, power, i);
		mpz_add (value, value, term);
		mpz_tdiv_q_ui (power, power, x * x);
		mpz_neg (power, power);
	}
	mpz_clears (power, term, NULL);
}

/* floor (2^bits pi), by Machin's formula. */
static void
constant_pi (unsigned bits, mpz_t value)
{
	mpz_set_ui (value, 0);
	add_arctan (value, bits + GUARD, 16, 5);
	add_arctan (value, bits + GUARD, -4, 239);
	mpz_tdiv_q_2exp (value, value, GUARD);
}

/* The first of a size is the one to use. */
static const struct {
	unsigned bits;
	Constant constant;
	unsigned long k;
} groups[] = {
	{ 768, constant_pi, 149686 },   { 1024, constant_pi, 129093 },  { 1536, constant_pi, 741804 },
	{ 2048, constant_e, 560316 },   { 3072, constant_e, 2625351 },  { 4096, constant_e, 5736041 },
	{ 6144, constant_e, 15705020 }, { 8192, constant_e, 10965728 }, { 2048, constant_pi, 124476 },
	{ 3072, constant_pi, 1690314 }, { 4096, constant_pi, 240904 },  { 6144, constant_pi, 929484 },
	{ 8192, constant_pi, 4743158 },
};

static void
make_prime (size_t index, mpz_t p)
{
	unsigned bits = groups[index].bits;
	mpz_t part;

	mpz_init (part);
	groups[index].constant (bits - 130, p);
	mpz_add_ui (p, p, groups[index].k);
	mpz_mul_2exp (p, p, 64);
	mpz_setbit (part, bits);
	mpz_add (p, p, part);
	mpz_set_ui (part, 0);
	mpz_setbit (part, bits - 64);
	mpz_sub (p, p, part);
	mpz_sub_ui (p, p, 1);
	mpz_clear (part);
}

bool
dh_group_at (size_t index, mpz_t p)
{
	if (index >= N_ELEMENTS (groups))
		return false;
	make_prime (index, p);
	return true;
}

bool
dh_group_prime (unsigned bits, mpz_t p)
{
	for (size_t i = 0; i < N_ELEMENTS (groups); i++)
		if (groups[i].bits == bits) {
			make_prime (i, p);
			return true;
		}
	return false;
}

bool
dh_group_is_named (const mpz_t p)
{
	bool named = false;
	mpz_t prime;

	mpz_init (prime);
	for (size_t i = 0; i < N_ELEMENTS (groups) && !named; i++)
		if (groups[i].bits == mpz_sizeinbase (p, 2)) {
			make_prime (i, prime);
			named = mpz_cmp (p, prime) == 0;
		}
	mpz_clear (prime);
	return named;
}
