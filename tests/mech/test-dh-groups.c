/* The published groups: RFC 3526 and RFC 7919.  The digests are of the primes as OpenSSL has them. */

#include "mechtest.h"
#include "dh-groups.h"
#include "hash.h"
#include "numbers.h"

static const struct {
	const char *name;
	unsigned bits;
	bool is_used;           /* the one of its size that parameters are made of */
	const char *sha256;     /* of the prime, big endian */
} groups[] = {
	{ "modp_1536", 1536, true,
	  "64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b" },
	{ "modp_2048", 2048, false,
	  "d66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e" },
	{ "modp_3072", 3072, false,
	  "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c" },
	{ "modp_4096", 4096, false,
	  "4ee95187682bcb230ad26a95205f6920e84708f6251b3894329b09ec23919e33" },
	{ "modp_6144", 6144, false,
	  "d1bfe6d0925ce7e4da262b62861514a7755e35831e429f343e7b864848657efd" },
	{ "modp_8192", 8192, false,
	  "39ab4feab950a3128fb71accb9fc3965d857012e081998a85996e3ea8b3c3bcf" },
	{ "ffdhe2048", 2048, true,
	  "9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966" },
	{ "ffdhe3072", 3072, true,
	  "0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17" },
	{ "ffdhe4096", 4096, true,
	  "4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e" },
	{ "ffdhe6144", 6144, true,
	  "227ac9066b3ddd9e193670cda2388fa884f65ba0cf98b742d1fe77a6687c79c7" },
	{ "ffdhe8192", 8192, true,
	  "770b14efaf6f049929c523113b3fa99a8d11dab1b18af3609590122075d19833" },
};

static bool
has_digest (const mpz_t p, size_t n, const char *sha256)
{
	auto_wipe Buf octets = BUF_PLAIN;
	auto_wipe Buf wanted = hex_buf (sha256);
	uint8_t digest[32];

	g_assert_nonnull (buf_grow (&octets, n));
	g_assert_true (number_get (p, n, octets.data));
	hash_bytes (&nettle_sha256, bytes_of (&octets), digest);
	return bytes_equal (bytes (digest, sizeof digest), bytes_of (&wanted));
}

static void
the_formulas_give_the_published_primes (void)
{
	for (size_t i = 0; i < N_ELEMENTS (groups); i++) {
		bool found = false;
		mpz_t p;

		mpz_init (p);
		for (size_t j = 0; dh_group_at (j, p); j++)
			found = found || (mpz_sizeinbase (p, 2) == groups[i].bits && has_digest (p, groups[i].bits / 8, groups[i].sha256));
		if (!found)
			g_error ("there is no %s", groups[i].name);
		mpz_clear (p);
	}
}

/* (p - 1) / 2 is prime, too, and 2 is of that order: p is 7 modulo 8. */
static void
the_primes_are_safe (void)
{
	mpz_t p;

	mpz_init (p);
	for (size_t i = 0; dh_group_at (i, p); i++) {
		g_assert_true (dh_group_is_named (p));
		g_assert_cmpuint (mpz_fdiv_ui (p, 8), ==, 7);
		g_assert_true (mpz_probab_prime_p (p, 1));
		mpz_tdiv_q_2exp (p, p, 1);
		g_assert_true (mpz_probab_prime_p (p, 1));
		g_assert_false (dh_group_is_named (p));
	}
	mpz_clear (p);
}

static void
the_newest_of_a_size_is_used (void)
{
	for (size_t i = 0; i < N_ELEMENTS (groups); i++) {
		mpz_t p;

		mpz_init (p);
		g_assert_true (dh_group_prime (groups[i].bits, p));
		g_assert_true (has_digest (p, groups[i].bits / 8, groups[i].sha256) == groups[i].is_used);
		mpz_clear (p);
	}
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/dh-groups/the_formulas_give_the_published_primes", the_formulas_give_the_published_primes);
	g_test_add_func ("/mech/dh-groups/the_primes_are_safe", the_primes_are_safe);
	g_test_add_func ("/mech/dh-groups/the_newest_of_a_size_is_used", the_newest_of_a_size_is_used);
	return g_test_run ();
}
