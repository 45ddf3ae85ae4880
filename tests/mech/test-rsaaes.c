/* CKM_RSA_AES_KEY_WRAP: made of OAEP and RFC 5649, whose own known answers are in test-rsa and test-keywrap. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_rsaaes;

static void
make_pair (Object **public, Object **private)
{
	const Mech *mech = mech_find (CKM_RSA_PKCS_KEY_PAIR_GEN);
	auto_attrs Attrs one = { 0 };
	auto_attrs Attrs two = { 0 };

	key_attrs (&one, CKO_PUBLIC_KEY, CKK_RSA, (Part[]){ { 0, NULL } });
	key_attrs (&two, CKO_PRIVATE_KEY, CKK_RSA, (Part[]){ { 0, NULL } });
	assert_ok (attrs_set_ulong (&one, CKA_MODULUS_BITS, 1024));
	assert_ok (mech->generate_pair (mech, NO_BYTES, &one, &two));
	assert_ok (object_publish (&one, public));
	assert_ok (object_publish (&two, private));
}

static void
what_is_wrapped_comes_back (void)
{
	const Mech *mech = mech_find (CKM_RSA_AES_KEY_WRAP);
	OaepParams oaep = { CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0 };
	auto_unref Object *public = NULL;
	auto_unref Object *private = NULL;
	uint8_t secret[301];

	make_pair (&public, &private);
	memset (secret, 0x5a, sizeof secret);
	for (CK_ULONG bits = 128; bits <= 256; bits += 64) {
		RsaAesParams params = { bits, &oaep };
		Bytes param = bytes (&params, sizeof params);
		auto_wipe Buf wrapped = BUF_PLAIN;
		auto_wipe Buf back = BUF_SECRET;

		assert_ok (mech_run (mech->wrap, mech, public, param, bytes (secret, sizeof secret), &wrapped));
		g_assert_cmpuint (wrapped.len, ==, 128 + 304 + 8);
		assert_ok (mech_run (mech->unwrap, mech, private, param, bytes_of (&wrapped), &back));
		assert_bytes (bytes_of (&back), bytes (secret, sizeof secret));
	}
}

/* The two halves by themselves: OAEP opens the first to a key of that length, which opens the second. */
static void
it_is_made_of_oaep_and_key_wrap (void)
{
	const Mech *mech = mech_find (CKM_RSA_AES_KEY_WRAP), *rsa = mech_find (CKM_RSA_PKCS_OAEP);
	const Mech *kwp = mech_find (CKM_AES_KEY_WRAP_KWP);
	OaepParams oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
	RsaAesParams params = { 256, &oaep };
	auto_unref Object *public = NULL;
	auto_unref Object *private = NULL;
	auto_unref Object *aes = NULL;
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf wrapped = BUF_PLAIN;
	auto_wipe Buf key = BUF_SECRET;
	auto_wipe Buf back = BUF_SECRET;
	static const uint8_t secret[5] = { 1, 2, 3, 4, 5 };

	make_pair (&public, &private);
	assert_ok (mech_run (mech->wrap, mech, public, bytes (&params, sizeof params), bytes (secret, 5), &wrapped));
	assert_ok (mech_run (rsa->decrypt, rsa, private, bytes (&oaep, sizeof oaep), bytes (wrapped.data, 128), &key));
	g_assert_cmpuint (key.len, ==, 32);
	key_attrs (&draft, CKO_SECRET_KEY, CKK_AES, (Part[]){ { 0, NULL } });
	assert_ok (attrs_set_secret (&draft, CKA_VALUE, bytes_of (&key)));
	assert_ok (object_publish (&draft, &aes));
	assert_ok (mech_run (kwp->unwrap, kwp, aes, NO_BYTES, bytes (wrapped.data + 128, wrapped.len - 128), &back));
	assert_bytes (bytes_of (&back), bytes (secret, 5));
}

static void
damage_is_refused (void)
{
	const Mech *mech = mech_find (CKM_RSA_AES_KEY_WRAP);
	OaepParams oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
	RsaAesParams params = { 128, &oaep };
	Bytes param = bytes (&params, sizeof params);
	auto_unref Object *public = NULL;
	auto_unref Object *private = NULL;
	auto_wipe Buf wrapped = BUF_PLAIN;

	make_pair (&public, &private);
	assert_ok (mech_run (mech->wrap, mech, public, param, bytes ("secret", 6), &wrapped));
	for (size_t i = 0; i < wrapped.len; i += 13) {
		auto_wipe Buf back = BUF_SECRET;

		wrapped.data[i] ^= 1;
		assert_rv (mech_run (mech->unwrap, mech, private, param, bytes_of (&wrapped), &back), CKR_ENCRYPTED_DATA_INVALID);
		wrapped.data[i] ^= 1;
	}
}

/* Each is shown above. */
static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_rsaaes, NULL, 0, (CK_MECHANISM_TYPE[]){ CKM_RSA_AES_KEY_WRAP, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/rsaaes/what_is_wrapped_comes_back", what_is_wrapped_comes_back);
	g_test_add_func ("/mech/rsaaes/it_is_made_of_oaep_and_key_wrap", it_is_made_of_oaep_and_key_wrap);
	g_test_add_func ("/mech/rsaaes/damage_is_refused", damage_is_refused);
	g_test_add_func ("/mech/rsaaes/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
