/* DSA against Wycheproof's file for 2048 bits with SHA-256, and against itself for the other hashes. */

#include "mechtest.h"
#include "hash.h"
#include "numbers.h"

extern const MechFamily mech_dsa;

/* The key of dsa_2048_256_sha256_p1363, and its tcId 59. */
static const Part public_parts[] = {
	{ CKA_PRIME, "00faa45850a6f185cff01790524f60c6867461578fcb013cf340fe495b43b46acc759c0d2f61bfaef901f51027429887"
	  "6f3048f41d13697ccb77fb540ed0b3fbc7a60a3c97297310fa929d90837eeb6ed0ee82a36c5f4c9dc4e2ea07d20f2767"
	  "5c48152abdf6f6dba66cfd8f58aed85d77ae8bb367b1348a5f46099d511507ad6575bbf8ec6ba48baa620cdcf1bd2ec7"
	  "aaafeae6d98d235921203af64814163cdd11424968f5ab77fad662306eea7ee69792f2b5d39d658ab9d927f368e68363"
	  "ac18178e30409633c4d488fb1fb92d22bca9214a4dfb720f28f4511f9be42e53e7f907d2d41f92bac9ca5e8758008239"
	  "0bbd0c229b2dc7e899aed654f7df062cf9" },
	{ CKA_SUBPRIME, "00fefbe4917b5ea7dbb3d5c62dc15bf430d8464813d2431819fe556832c3889d2f" },
	{ CKA_BASE, "38971fbfad52d9e8a84a2c17ed90ccff311648100e962c3269be255cab1471507ba40f457f5fb7990f6591b72b146e65"
	  "213c619275b9b58d7597f41b42c55535592301e35b3a469dd5b204d70ccdd3cd477f65bd0f52eae53578fee143a43ae6"
	  "8b725c3c324fc91a84ecb7489dc67346ad11f3a0afdea009ce53201fa12207aea5b4461ab0ffaa801beab94f648797aa"
	  "1192be18345b270435ccb4678ce663c7bf35f7a7a3c98fc4907bd12701230469a18e3ae6327acad29dac259bc5f5e912"
	  "e64fe7ad0364af74ecace858cbf7a36a1dac9f9ddc7665fb7c639019971cc2691e2b586666691914b4f3785ef0d1a83f"
	  "34a8130ed29724ce443493fceee25aa7" },
	{ CKA_VALUE, "669300e7128ef31a126fb015c525596a21bbd43082f8ca6d6f7a9974e4825085d1a50092956cd02016206c572d43eb90"
	  "146f384454ac7f185f85af8855efcd3b9116c14e4ff859e07b2dad84f91fe23d7c09945368db0ab30fff942741fcfa40"
	  "f39ea82596370149bf168b79ef3067ba883ee3af6025465a79e96de11bd2f7f6eda740398ef4347ee4551b8571281272"
	  "f5cb83b0356f37e3ed5a19b084dff5156a3c78f8fdc3ccb5b3db431aa08a280c4a9da780aa4eeca8fb74ed7135b13701"
	  "21c15328f17e0504ea2e2c68e2e53268f875f17ce3cabd34e77866711c68c711a8ea4fa136a685cd07f5fff584d6c813"
	  "cf3bffd0d705795998562b9235e61430" },
	{ 0, NULL },
};
#define MESSAGE "313233343030"
#define SIGNATURE "3be2ad698f533f614e3a51d78516e1351c3290f3804f5a9f71e91957c3cddbe2be73fbe8557f552300c7419f25c44e7f0f9fd1e46bd4f3425e1618d320fd5ae6"

static void
a_known_signature_is_right (void)
{
	auto_unref Object *key = key_new (CKO_PUBLIC_KEY, CKK_DSA, public_parts);
	const Mech *hashed = mech_find (CKM_DSA_SHA256), *raw = mech_find (CKM_DSA);
	auto_wipe Buf message = hex_buf (MESSAGE);
	auto_wipe Buf signature = hex_buf (SIGNATURE);
	uint8_t digest[32];

	drive_check (hashed->verify, hashed, key, NO_BYTES, bytes_of (&message), bytes_of (&signature));
	hash_bytes (&nettle_sha256, bytes_of (&message), digest);
	assert_ok (check_once (raw->verify, raw, key, NO_BYTES, bytes (digest, 32), 32, bytes_of (&signature)));
}

static void
make_pair (Object **public, Object **private)
{
	const Mech *mech = mech_find (CKM_DSA_KEY_PAIR_GEN);
	auto_attrs Attrs one = { 0 };
	auto_attrs Attrs two = { 0 };

	key_attrs (&one, CKO_PUBLIC_KEY, CKK_DSA, public_parts);
	attrs_remove (&one, CKA_VALUE);
	key_attrs (&two, CKO_PRIVATE_KEY, CKK_DSA, (Part[]){ { 0, NULL } });
	assert_ok (mech->generate_pair (mech, NO_BYTES, &one, &two));
	assert_ok (mech_check_key (&one));
	assert_ok (mech_check_key (&two));
	assert_ok (object_publish (&one, public));
	assert_ok (object_publish (&two, private));
}

/* With each hash: what the private key signs the public one verifies, and the raw mechanism agrees about the digest. */
static void
every_hash_signs_and_verifies (void)
{
	auto_unref Object *public = NULL;
	auto_unref Object *private = NULL;
	const Mech *raw = mech_find (CKM_DSA);
	auto_wipe Buf message = hex_buf (MESSAGE);

	make_pair (&public, &private);
	for (size_t i = 0; i < mech_dsa.n_mechs; i++) {
		const Mech *mech = &mech_dsa.mechs[i];
		auto_wipe Buf signature = BUF_PLAIN;
		uint8_t digest[HASH_MAX_DIGEST];

		if (mech->hash == NULL)
			continue;
		assert_ok (drive_once (mech->sign, mech, private, NO_BYTES, bytes_of (&message), 2, false, &signature));
		drive_check (mech->verify, mech, public, NO_BYTES, bytes_of (&message), bytes_of (&signature));
		hash_bytes (mech->hash, bytes_of (&message), digest);
		assert_ok (check_once (raw->verify, raw, public, NO_BYTES, bytes (digest, mech->hash->digest_size), 64,
		                       bytes_of (&signature)));
	}
}

static void
numbers_that_make_no_key_are_refused (void)
{
	static const Part even[] = { { CKA_PRIME, "04" }, { CKA_SUBPRIME, "03" }, { CKA_BASE, "02" }, { CKA_VALUE, "02" },
		                     { 0, NULL } };
	auto_attrs Attrs key = { 0 };

	key_attrs (&key, CKO_PUBLIC_KEY, CKK_DSA, even);
	assert_rv (mech_check_key (&key), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* p and q are prime, q divides p - 1, and g is of order q: FIPS 186-4 appendix A. */
static void
assert_parameters (Attrs *domain, unsigned p_bits, unsigned q_bits)
{
	mpz_t p, q, g, x;

	mpz_inits (p, q, g, x, NULL);
	number_set (p, attrs_bytes (domain, CKA_PRIME));
	number_set (q, attrs_bytes (domain, CKA_SUBPRIME));
	number_set (g, attrs_bytes (domain, CKA_BASE));
	g_assert_cmpuint (mpz_sizeinbase (p, 2), ==, p_bits);
	g_assert_cmpuint (mpz_sizeinbase (q, 2), ==, q_bits);
	g_assert_true (mpz_probab_prime_p (p, 25) && mpz_probab_prime_p (q, 25));
	mpz_sub_ui (x, p, 1);
	g_assert_true (mpz_divisible_p (x, q));
	g_assert_cmpint (mpz_cmp_ui (g, 1), >, 0);
	mpz_powm (x, g, q, p);
	g_assert_cmpint (mpz_cmp_ui (x, 1), ==, 0);
	mpz_clears (p, q, g, x, NULL);
}

static void
made_parameters_are_right (void)
{
	static const struct {
		CK_ULONG p_bits, says, q_bits;
	} rows[] = { { 512, 0, 160 }, { 1024, 0, 160 }, { 1024, 224, 224 }, { 2048, 0, 224 }, { 2048, 256, 256 } };
	const Mech *mech = mech_find (CKM_DSA_PARAMETER_GEN);

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		auto_attrs Attrs domain = { 0 };

		key_attrs (&domain, CKO_DOMAIN_PARAMETERS, CKK_DSA, (Part[]){ { 0, NULL } });
		assert_ok (attrs_set_ulong (&domain, CKA_PRIME_BITS, rows[i].p_bits));
		if (rows[i].says != 0)
			assert_ok (attrs_set_ulong (&domain, CKA_SUBPRIME_BITS, rows[i].says));
		assert_ok (mech->generate (mech, NO_BYTES, &domain));
		assert_parameters (&domain, (unsigned)rows[i].p_bits, (unsigned)rows[i].q_bits);
		assert_ok (mech_check_key (&domain));
		g_assert_cmpuint (attrs_ulong (&domain, CKA_SUBPRIME_BITS, 0), ==, rows[i].q_bits);
	}
}

static void
parameters_of_no_size_are_refused (void)
{
	static const CK_ULONG sizes[][2] = { { 511, 160 }, { 4096, 256 }, { 1024, 161 }, { 0, 160 } };
	const Mech *mech = mech_find (CKM_DSA_PARAMETER_GEN);

	for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
		auto_attrs Attrs domain = { 0 };

		assert_ok (attrs_set_ulong (&domain, CKA_PRIME_BITS, sizes[i][0]));
		assert_ok (attrs_set_ulong (&domain, CKA_SUBPRIME_BITS, sizes[i][1]));
		assert_rv (mech->generate (mech, NO_BYTES, &domain), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/* Each is shown above. */
static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_dsa, NULL, 0, (CK_MECHANISM_TYPE[]){ CKM_DSA_PARAMETER_GEN, CKM_DSA_KEY_PAIR_GEN, CKM_DSA, CKM_DSA_SHA1, CKM_DSA_SHA224, CKM_DSA_SHA256, CKM_DSA_SHA384, CKM_DSA_SHA512, CKM_DSA_SHA3_224, CKM_DSA_SHA3_256, CKM_DSA_SHA3_384, CKM_DSA_SHA3_512, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/dsa/a_known_signature_is_right", a_known_signature_is_right);
	g_test_add_func ("/mech/dsa/every_hash_signs_and_verifies", every_hash_signs_and_verifies);
	g_test_add_func ("/mech/dsa/numbers_that_make_no_key_are_refused", numbers_that_make_no_key_are_refused);
	g_test_add_func ("/mech/dsa/made_parameters_are_right", made_parameters_are_right);
	g_test_add_func ("/mech/dsa/parameters_of_no_size_are_refused", parameters_of_no_size_are_refused);
	g_test_add_func ("/mech/dsa/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
