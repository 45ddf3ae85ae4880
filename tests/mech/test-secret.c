/* Generic secrets: generation and check values. */

#include "mechtest.h"

extern const MechFamily mech_secret;

static void
generated_secrets_have_their_length_and_differ (void)
{
	static const CK_ULONG lengths[] = { 1, 16, 20, 33, 512, 4096 };
	const Mech *mech = mech_find (CKM_GENERIC_SECRET_KEY_GEN);

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++) {
		auto_attrs Attrs one = { 0 };
		auto_attrs Attrs other = { 0 };

		assert_ok (attrs_set_ulong (&one, CKA_VALUE_LEN, lengths[i]));
		assert_ok (attrs_set_ulong (&other, CKA_VALUE_LEN, lengths[i]));
		assert_ok (mech->generate (mech, NO_BYTES, &one));
		assert_ok (mech->generate (mech, NO_BYTES, &other));
		g_assert_cmpuint (attrs_bytes (&one, CKA_VALUE).len, ==, lengths[i]);
		g_assert_true (attrs_find (&one, CKA_VALUE)->secret);
		if (lengths[i] >= 16)
			g_assert_false (bytes_equal (attrs_bytes (&one, CKA_VALUE), attrs_bytes (&other, CKA_VALUE)));
	}
}

static void
impossible_lengths_are_refused (void)
{
	static const CK_ULONG lengths[] = { 0, 0x8000001, (CK_ULONG)-1 };
	const Mech *mech = mech_find (CKM_GENERIC_SECRET_KEY_GEN);

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++) {
		auto_attrs Attrs key = { 0 };

		assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, lengths[i]));
		assert_rv (mech->generate (mech, NO_BYTES, &key), CKR_ATTRIBUTE_VALUE_INVALID);
		g_assert_false (attrs_has (&key, CKA_VALUE));
	}
}

static void
a_secret_without_bytes_is_none (void)
{
	auto_attrs Attrs attrs = { 0 };

	key_attrs (&attrs, CKO_SECRET_KEY, CKK_GENERIC_SECRET, (Part[]){ { CKA_VALUE, "" }, { 0, NULL } });
	assert_rv (mech_check_key (&attrs), CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
checking_a_secret_sets_its_length (void)
{
	auto_attrs Attrs attrs = { 0 };

	key_attrs (&attrs, CKO_SECRET_KEY, CKK_SHA256_HMAC, (Part[]){ { CKA_VALUE, "0102030405" }, { 0, NULL } });
	assert_ok (mech_check_key (&attrs));
	g_assert_cmpuint (attrs_ulong (&attrs, CKA_VALUE_LEN, 0), ==, 5);
}

/* SHA-1 ("abc"), FIPS 180-4: what SoftHSM gives generic secrets and PKCS #11 gives certificates. */
static void
check_value_is_the_beginning_of_sha_1 (void)
{
	static const CK_KEY_TYPE types[] = { CKK_GENERIC_SECRET, CKK_SHA_1_HMAC, CKK_SHA512_HMAC };
	uint8_t value[3];

	for (size_t i = 0; i < N_ELEMENTS (types); i++) {
		auto_attrs Attrs attrs = { 0 };

		key_attrs (&attrs, CKO_SECRET_KEY, types[i], (Part[]){ { CKA_VALUE, "616263" }, { 0, NULL } });
		g_assert_true (mech_check_value (&attrs, value));
		assert_bytes (bytes (value, 3), bytes ((const uint8_t[]){ 0xa9, 0x99, 0x3e }, 3));
	}
}

static void
other_objects_have_no_check_value (void)
{
	auto_attrs Attrs attrs = { 0 };
	uint8_t value[3];

	assert_ok (attrs_set_ulong (&attrs, CKA_CLASS, CKO_DATA));
	assert_ok (attrs_set_bytes (&attrs, CKA_VALUE, bytes_str ("abc")));
	g_assert_false (mech_check_value (&attrs, value));
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_secret, NULL, 0, (CK_MECHANISM_TYPE[]){ CKM_GENERIC_SECRET_KEY_GEN, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/secret/generated_secrets_have_their_length_and_differ",
	                 generated_secrets_have_their_length_and_differ);
	g_test_add_func ("/mech/secret/impossible_lengths_are_refused", impossible_lengths_are_refused);
	g_test_add_func ("/mech/secret/a_secret_without_bytes_is_none", a_secret_without_bytes_is_none);
	g_test_add_func ("/mech/secret/checking_a_secret_sets_its_length", checking_a_secret_sets_its_length);
	g_test_add_func ("/mech/secret/check_value_is_the_beginning_of_sha_1", check_value_is_the_beginning_of_sha_1);
	g_test_add_func ("/mech/secret/other_objects_have_no_check_value", other_objects_have_no_check_value);
	g_test_add_func ("/mech/secret/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
