/* Diffie-Hellman in the group ffdhe2048 of RFC 7919, with values that were worked out by definition. */

#include "mechtest.h"
#include "numbers.h"

extern const MechFamily mech_dh;

#define PRIME \
	"ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef9" \
	"7d2fe363630c75d8f681b202aec4617ad3df1ed5d5fd65612433f51f5f066ed0856365553ded1af3b557135e7f57c935" \
	"984f0c70e0e68b77e2a689daf3efe8721df158a136ade73530acca4f483a797abc0ab182b324fb61d108a94bb2c8e3fb" \
	"b96adab760d7f4681d4f42a3de394df4ae56ede76372bb190b07a7c8ee0a6d709e02fce1cdf7e2ecc03404cd28342f61" \
	"9172fe9ce98583ff8e4f1232eef28183c3fe3b1b4c6fad733bb5fcbc2ec22005c58ef1837d1683b2c6f34a26c1b2effa" \
	"886b423861285c97ffffffffffffffff"
#define OTHER \
	"4948249cb22c7d1ad2f91ea8e605900c8f9bfed3879e15a9d6afe7b7e83e5729798e275ef26eb612560f05ee01b6cfbe" \
	"6f7595c957f9ce2524c25bfba3f506f159cbc06d870f71a6948a41fabd3b5c9da0eaa10ac093ec52e81d21e095a4eda8" \
	"95c22a5c62f9e482a2129a5c72ade553156c269a8e75f27c446679aaf66f3fcbd064bb6369ea2ff6f8b8a37c7b07ec02" \
	"ef3af1db67155b5ac511e3c1c5e1e5cbe03501031fd428a322ed7657074054cb202ada2497b0758c98d46a9111d0655d" \
	"71e5170c303849237d752638f01043546c487ba3983b31b454247f8f7c0387e0dc3564170e2001193432b8289269b9b1" \
	"deda31ed7235bd4ecc7d640a2fe4d8e6"
#define SHARED \
	"9b1239b8f7753cbadde2ec67ec294158f8129474d2aac3519351e0b8ebb2463b448d11de09dfe910976fde5d1fe4e842" \
	"e68dd35fe20715e0e23459964bf0908b0cd98d544400bfab0a9315b4685a29d3431b2fa85077ab55ca7a164217bfe2a8" \
	"9b10687fa10706abf50eab0f8a031b6422a73c3af38256a3fc70208bdf8d1a85b6a96dd6ee15203143e783be3fcac8c8" \
	"27583a80d68f0e942ab3585b283da172d6276cc04a1b7505a6e692e87ba650441ef5a36cc3f928ac749518f23a0e3b0b" \
	"e9c5bb9c8898e80f014d7efefb2566d62933e03ee8ecf202fb6caf1bff4de9eecc3e3e898c29025f9f808be1f925c6bc" \
	"037cd7b58402a10af702248d6ffb2d53"

#define X "0123456789abcdef0123456789abcdef"

static const Part private_parts[] = {
	{ CKA_PRIME, PRIME }, { CKA_BASE, "02" }, { CKA_VALUE, X }, { 0, NULL },
};

static void
agreement_is_what_the_definition_says (void)
{
	auto_unref Object *key = key_new (CKO_PRIVATE_KEY, CKK_DH, private_parts);
	auto_wipe Buf other = hex_buf (OTHER);

	derives (CKM_DH_PKCS_DERIVE, key, NULL, bytes_of (&other), 0, SHARED);
}

/* As SoftHSM has it. */
static void
what_is_too_long_loses_its_leading_bytes (void)
{
	auto_unref Object *key = key_new (CKO_PRIVATE_KEY, CKK_DH, private_parts);
	auto_wipe Buf other = hex_buf (OTHER);

	derives (CKM_DH_PKCS_DERIVE, key, NULL, bytes_of (&other), 16, &SHARED[512 - 32]);
}

static void
values_out_of_range_are_refused (void)
{
	auto_unref Object *key = key_new (CKO_PRIVATE_KEY, CKK_DH, private_parts);
	const Mech *mech = mech_find (CKM_DH_PKCS_DERIVE);
	auto_wipe Buf prime = hex_buf (PRIME);
	uint8_t small[] = { 0, 1 };
	auto_wipe Buf value = BUF_SECRET;

	assert_rv (derive_once (mech, key, NULL, bytes (small, 1), 0, &value), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (derive_once (mech, key, NULL, bytes (small + 1, 1), 0, &value), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (derive_once (mech, key, NULL, bytes_of (&prime), 0, &value), CKR_MECHANISM_PARAM_INVALID);
	prime.data[prime.len - 1] -= 1; /* p - 1, of order two */
	assert_rv (derive_once (mech, key, NULL, bytes_of (&prime), 0, &value), CKR_MECHANISM_PARAM_INVALID);
}

static void
two_made_pairs_agree (void)
{
	const Mech *mech = mech_find (CKM_DH_PKCS_KEY_PAIR_GEN), *derive = mech_find (CKM_DH_PKCS_DERIVE);
	Object *private[2];
	Buf value[2] = { BUF_SECRET, BUF_SECRET };
	Attrs public[2] = { { 0 } };

	for (int i = 0; i < 2; i++) {
		auto_attrs Attrs draft = { 0 };

		key_attrs (&public[i], CKO_PUBLIC_KEY, CKK_DH,
		           (Part[]){ { CKA_PRIME, PRIME }, { CKA_BASE, "02" }, { 0, NULL } });
		key_attrs (&draft, CKO_PRIVATE_KEY, CKK_DH, (Part[]){ { 0, NULL } });
		assert_ok (attrs_set_ulong (&draft, CKA_VALUE_BITS, 256));
		assert_ok (mech->generate_pair (mech, NO_BYTES, &public[i], &draft));
		g_assert_cmpuint (attrs_ulong (&draft, CKA_VALUE_BITS, 0), ==, 256);
		assert_ok (object_publish (&draft, &private[i]));
	}
	for (int i = 0; i < 2; i++)
		assert_ok (derive_once (derive, private[i], NULL, attrs_bytes (&public[1 - i], CKA_VALUE), 0, &value[i]));
	assert_bytes (bytes_of (&value[0]), bytes_of (&value[1]));
	for (int i = 0; i < 2; i++) {
		object_unref (private[i]);
		attrs_clear (&public[i]);
		buf_clear (&value[i]);
	}
}

static void
make_domain (CK_ULONG bits, Attrs *domain)
{
	const Mech *mech = mech_find (CKM_DH_PKCS_PARAMETER_GEN);

	key_attrs (domain, CKO_DOMAIN_PARAMETERS, CKK_DH, (Part[]){ { 0, NULL } });
	assert_ok (attrs_set_ulong (domain, CKA_PRIME_BITS, bits));
	assert_ok (mech->generate (mech, NO_BYTES, domain));
	assert_ok (mech_check_key (domain));
	g_assert_cmpuint (attrs_ulong (domain, CKA_PRIME_BITS, 0), ==, bits);
}

static void
parameters_of_a_published_size_are_published (void)
{
	auto_attrs Attrs domain = { 0 };
	auto_wipe Buf prime = hex_buf (PRIME);

	make_domain (2048, &domain);
	assert_bytes (attrs_bytes (&domain, CKA_PRIME), bytes_of (&prime));
	assert_bytes (attrs_bytes (&domain, CKA_BASE), bytes_str ("\2"));
}

/* A safe prime, and 2 of the order of its half. */
static void
other_parameters_are_made (void)
{
	auto_attrs Attrs domain = { 0 };
	mpz_t p, q, x;

	make_domain (544, &domain);
	mpz_inits (p, q, x, NULL);
	number_set (p, attrs_bytes (&domain, CKA_PRIME));
	mpz_tdiv_q_2exp (q, p, 1);
	g_assert_true (mpz_probab_prime_p (p, 25) && mpz_probab_prime_p (q, 25));
	mpz_set_ui (x, 2);
	mpz_powm (x, x, q, p);
	g_assert_cmpint (mpz_cmp_ui (x, 1), ==, 0);
	mpz_clears (p, q, x, NULL);
}

static void
parameters_of_no_size_are_refused (void)
{
	static const CK_ULONG sizes[] = { 0, 511, 2056, 9000, 16384 };
	const Mech *mech = mech_find (CKM_DH_PKCS_PARAMETER_GEN);

	for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
		auto_attrs Attrs domain = { 0 };

		assert_ok (attrs_set_ulong (&domain, CKA_PRIME_BITS, sizes[i]));
		assert_rv (mech->generate (mech, NO_BYTES, &domain), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/* RFC 7919 appendix A asks for 225 bits in ffdhe2048; without knowing the group it would be as long as the prime. */
static void
values_in_published_groups_are_short (void)
{
	const Mech *mech = mech_find (CKM_DH_PKCS_KEY_PAIR_GEN);
	auto_attrs Attrs public = { 0 };
	auto_attrs Attrs private = { 0 };

	key_attrs (&public, CKO_PUBLIC_KEY, CKK_DH, (Part[]){ { CKA_PRIME, PRIME }, { CKA_BASE, "02" }, { 0, NULL } });
	key_attrs (&private, CKO_PRIVATE_KEY, CKK_DH, (Part[]){ { 0, NULL } });
	assert_ok (mech->generate_pair (mech, NO_BYTES, &public, &private));
	g_assert_cmpuint (attrs_ulong (&private, CKA_VALUE_BITS, 0), ==, 320);
}

/* Each is shown above. */
static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_dh, NULL, 0, (CK_MECHANISM_TYPE[]){ CKM_DH_PKCS_PARAMETER_GEN, CKM_DH_PKCS_KEY_PAIR_GEN, CKM_DH_PKCS_DERIVE, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/dh/agreement_is_what_the_definition_says", agreement_is_what_the_definition_says);
	g_test_add_func ("/mech/dh/what_is_too_long_loses_its_leading_bytes", what_is_too_long_loses_its_leading_bytes);
	g_test_add_func ("/mech/dh/values_out_of_range_are_refused", values_out_of_range_are_refused);
	g_test_add_func ("/mech/dh/two_made_pairs_agree", two_made_pairs_agree);
	g_test_add_func ("/mech/dh/parameters_of_a_published_size_are_published", parameters_of_a_published_size_are_published);
	g_test_add_func ("/mech/dh/other_parameters_are_made", other_parameters_are_made);
	g_test_add_func ("/mech/dh/parameters_of_no_size_are_refused", parameters_of_no_size_are_refused);
	g_test_add_func ("/mech/dh/values_in_published_groups_are_short", values_in_published_groups_are_short);
	g_test_add_func ("/mech/dh/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
