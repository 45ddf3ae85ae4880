/* HKDF against RFC 5869, PBKDF2 against RFC 6070. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_kdf;

typedef struct {
	CK_MECHANISM_TYPE hash;
	const char *secret, *salt, *info;
	size_t n;
	const char *okm;
} HkdfTest;

static const HkdfTest hkdf_tests[] = {
	{ CKM_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", 42,
	  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
	{ CKM_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "", 42,
	  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
	{ CKM_SHA_1, "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", 42,
	  "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896" },
};

static void
hkdf_follows_rfc_5869 (void)
{
	for (size_t i = 0; i < N_ELEMENTS (hkdf_tests); i++) {
		const HkdfTest *test = &hkdf_tests[i];
		auto_unref Object *base = secret_new (CKK_HKDF, test->secret);
		auto_wipe Buf salt = hex_buf (test->salt);
		auto_wipe Buf info = hex_buf (test->info);
		HkdfParams params = { CK_TRUE, CK_TRUE, test->hash, salt.len ? CKF_HKDF_SALT_DATA : CKF_HKDF_SALT_NULL,
			              salt.data, salt.len, 0, info.data, info.len };

		derives (CKM_HKDF_DERIVE, base, NULL, bytes (&params, sizeof params), test->n, test->okm);
		derives (CKM_HKDF_DATA, base, NULL, bytes (&params, sizeof params), test->n, test->okm);
	}
}

/* The pseudorandom key of test case 1. */
static void
hkdf_does_its_halves_alone (void)
{
	const char *prk = "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5";
	auto_unref Object *base = secret_new (CKK_HKDF, hkdf_tests[0].secret);
	auto_unref Object *extracted = secret_new (CKK_HKDF, prk);
	auto_unref Object *salt_key = secret_new (CKK_GENERIC_SECRET, hkdf_tests[0].salt);
	auto_wipe Buf info = hex_buf (hkdf_tests[0].info);
	HkdfParams params = { CK_TRUE, CK_FALSE, CKM_SHA256, CKF_HKDF_SALT_KEY, NULL, 0, 5, NULL, 0 };
	CK_OBJECT_HANDLE found = 0;

	g_assert_true (mech_find (CKM_HKDF_DERIVE)->other_key (bytes (&params, sizeof params), 0, &found));
	g_assert_cmpuint (found, ==, 5);
	derives (CKM_HKDF_DERIVE, base, salt_key, bytes (&params, sizeof params), 0, prk);
	params = (HkdfParams){ CK_FALSE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, info.data, info.len };
	g_assert_false (mech_find (CKM_HKDF_DERIVE)->other_key (bytes (&params, sizeof params), 0, &found));
	derives (CKM_HKDF_DERIVE, extracted, NULL, bytes (&params, sizeof params), 42, hkdf_tests[0].okm);
}

static void
hkdf_gives_255_blocks_and_no_more (void)
{
	auto_unref Object *base = secret_new (CKK_HKDF, hkdf_tests[0].secret);
	const Mech *mech = mech_find (CKM_HKDF_DERIVE);
	HkdfParams params = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0 };
	auto_wipe Buf value = BUF_SECRET;

	assert_ok (derive_once (mech, base, NULL, bytes (&params, sizeof params), 255 * 32, &value));
	g_assert_cmpuint (value.len, ==, 255 * 32);
	assert_rv (derive_once (mech, base, NULL, bytes (&params, sizeof params), 255 * 32 + 1, &value),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
pbkdf2_follows_rfc_6070 (void)
{
	static const struct {
		const char *password, *salt;
		CK_ULONG iterations;
		size_t n;
		const char *key;
	} tests[] = {
		{ "password", "salt", 1, 20, "0c60c80f961f0e71f3a9b524af6012062fe037a6" },
		{ "password", "salt", 2, 20, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957" },
		{ "password", "salt", 4096, 20, "4b007901b765489abead49d926f721d065a429c1" },
		{ "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, 25,
		  "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038" },
	};
	const Mech *mech = mech_find (CKM_PKCS5_PBKD2);

	for (size_t i = 0; i < N_ELEMENTS (tests); i++) {
		Pbkdf2Params params = { CKZ_SALT_SPECIFIED, (void *)(guintptr)tests[i].salt, strlen (tests[i].salt),
			                tests[i].iterations, CKP_PKCS5_PBKD2_HMAC_SHA1, NULL, 0,
			                (CK_BYTE *)(guintptr)tests[i].password, strlen (tests[i].password) };
		auto_wipe Buf wanted = hex_buf (tests[i].key);
		auto_attrs Attrs key = { 0 };

		assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, tests[i].n));
		assert_ok (mech->generate (mech, bytes (&params, sizeof params), &key));
		assert_bytes (attrs_bytes (&key, CKA_VALUE), bytes_of (&wanted));
	}
}

/* CK_PKCS5_PBKD2_PARAMS, of PKCS #11 before 2.40: what the first row above has. */
static void
pbkdf2_takes_the_address_of_a_length (void)
{
	const Mech *mech = mech_find (CKM_PKCS5_PBKD2);
	CK_BYTE password[] = "password", salt[] = "salt";
	CK_ULONG n = 8;
	Pbkdf2Params params = { CKZ_SALT_SPECIFIED, salt, 4, 1, CKP_PKCS5_PBKD2_HMAC_SHA1, NULL, 0, password,
		                (CK_ULONG)(uintptr_t)&n };
	auto_wipe Buf wanted = hex_buf ("0c60c80f961f0e71f3a9b524af6012062fe037a6");
	auto_attrs Attrs key = { 0 };

	assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, 20));
	assert_ok (mech->generate (mech, bytes (&params, sizeof params), &key));
	assert_bytes (attrs_bytes (&key, CKA_VALUE), bytes_of (&wanted));
}

static void
pbkdf2_refuses_a_length_that_is_none (void)
{
	const Mech *mech = mech_find (CKM_PKCS5_PBKD2);
	CK_BYTE password[] = "password", salt[] = "salt";
	CK_ULONG n = 0x10000;
	CK_ULONG lengths[] = { 0x10001, (CK_ULONG)-1, (CK_ULONG)(uintptr_t)&n };

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++) {
		Pbkdf2Params params = { CKZ_SALT_SPECIFIED, salt, 4, 1, CKP_PKCS5_PBKD2_HMAC_SHA1, NULL, 0, password,
			                lengths[i] };
		auto_attrs Attrs key = { 0 };

		assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, 20));
		assert_rv (mech->generate (mech, bytes (&params, sizeof params), &key), CKR_MECHANISM_PARAM_INVALID);
	}
}

/* Each is shown above. */
static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_kdf, NULL, 0, (CK_MECHANISM_TYPE[]){ CKM_HKDF_DERIVE, CKM_HKDF_DATA, CKM_HKDF_KEY_GEN, CKM_PKCS5_PBKD2, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/kdf/hkdf_follows_rfc_5869", hkdf_follows_rfc_5869);
	g_test_add_func ("/mech/kdf/hkdf_does_its_halves_alone", hkdf_does_its_halves_alone);
	g_test_add_func ("/mech/kdf/hkdf_gives_255_blocks_and_no_more", hkdf_gives_255_blocks_and_no_more);
	g_test_add_func ("/mech/kdf/pbkdf2_follows_rfc_6070", pbkdf2_follows_rfc_6070);
	g_test_add_func ("/mech/kdf/pbkdf2_takes_the_address_of_a_length", pbkdf2_takes_the_address_of_a_length);
	g_test_add_func ("/mech/kdf/pbkdf2_refuses_a_length_that_is_none", pbkdf2_refuses_a_length_that_is_none);
	g_test_add_func ("/mech/kdf/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
