/* Keys that mechanisms make, move and derive: PKCS #11 v3.2 section 5.18, and where their attributes say that
 * they come from. */

#include "apitest.h"
#include "params.h"

static CK_RV
generate (const Api *api, CK_MECHANISM_TYPE type, const CK_ATTRIBUTE *template, CK_ULONG n,
          CK_OBJECT_HANDLE *key)
{
	return api->f->C_GenerateKey (api->session, MECH (type), (CK_ATTRIBUTE *)(guintptr) template, n, key);
}

static CK_OBJECT_HANDLE
new_key (const Api *api, CK_MECHANISM_TYPE type, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	CK_OBJECT_HANDLE key = 0;

	assert_ok (generate (api, type, template, n, &key));
	return key;
}

typedef struct {
	CK_OBJECT_HANDLE public, private;
} Pair;

static CK_RV
generate_pair (const Api *api, CK_MECHANISM_TYPE type, const CK_ATTRIBUTE *public, CK_ULONG n_public,
               const CK_ATTRIBUTE *private, CK_ULONG n_private, Pair *pair)
{
	return api->f->C_GenerateKeyPair (api->session, MECH (type), (CK_ATTRIBUTE *)(guintptr) public,
	                                  n_public, (CK_ATTRIBUTE *)(guintptr) private, n_private,
	                                  &pair->public, &pair->private);
}

static CK_RV
wrap (const Api *api, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, CK_BYTE *out,
      CK_ULONG *n)
{
	return api->f->C_WrapKey (api->session, MECH (type), with, key, out, n);
}

static CK_RV
unwrap (const Api *api, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE with, const CK_BYTE *data, CK_ULONG n_data,
        const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	return api->f->C_UnwrapKey (api->session, MECH (type), with, (CK_BYTE *)(guintptr)data, n_data,
	                            (CK_ATTRIBUTE *)(guintptr) template, n, key);
}

#define AS_AES    A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES)
#define AS_SECRET A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET)
#define OPEN      NO (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)

/* --- C_GenerateKey --- */

static void
generate_makes_aes_keys_of_three_lengths (Api *api, gconstpointer unused)
{
	for (CK_ULONG n = 16; n <= 32; n += 8) {
		CK_OBJECT_HANDLE key = new_key (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, n), OPEN));
		g_autoptr (GBytes) value = get_attribute (api->module, api->session, key, CKA_VALUE);

		g_assert_cmpuint (g_bytes_get_size (value), ==, n);
		g_assert_cmpuint (api_ulong (api, key, CKA_VALUE_LEN), ==, n);
		g_assert_cmpuint (api_ulong (api, key, CKA_KEY_TYPE), ==, CKK_AES);
		g_assert_cmpuint (api_ulong (api, key, CKA_CLASS), ==, CKO_SECRET_KEY);
	}
}

static void
generate_refuses_other_lengths_of_aes (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { 0, 1, 15, 17, 33, 64, ~0UL };
	CK_OBJECT_HANDLE key;

	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
		/* SoftHSM takes 0 for a length that is not there. */
		assert_rv (generate (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, lengths[i])), &key),
		           api->softhsm && lengths[i] == 0 ? CKR_TEMPLATE_INCOMPLETE
		                                           : CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
generate_makes_generic_secrets_of_any_length (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { 1, 20, 33, 1000 };

	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		CK_OBJECT_HANDLE key = new_key (api, CKM_GENERIC_SECRET_KEY_GEN,
		                                T (A_ULONG (CKA_VALUE_LEN, lengths[i]), OPEN));
		g_autoptr (GBytes) value = get_attribute (api->module, api->session, key, CKA_VALUE);

		g_assert_cmpuint (g_bytes_get_size (value), ==, lengths[i]);
	}
}

static void
generate_wants_a_length (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (generate (api, CKM_AES_KEY_GEN, T (A_STRING (CKA_LABEL, "x")), &key),
	           CKR_TEMPLATE_INCOMPLETE);
	assert_rv (generate (api, CKM_GENERIC_SECRET_KEY_GEN, T (A_STRING (CKA_LABEL, "x")), &key),
	           CKR_TEMPLATE_INCOMPLETE);
}

static void
generate_makes_different_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one = new_key (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 32), OPEN));
	CK_OBJECT_HANDLE two = new_key (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 32), OPEN));
	g_autoptr (GBytes) first = get_attribute (api->module, api->session, one, CKA_VALUE);
	g_autoptr (GBytes) second = get_attribute (api->module, api->session, two, CKA_VALUE);

	g_assert_false (g_bytes_equal (first, second));
}

static void
generate_tells_where_the_key_comes_from (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key =
		new_key (api, CKM_AES_KEY_GEN,
	                 T (A_ULONG (CKA_VALUE_LEN, 32), YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)));

	g_assert_true (api_bool (api, key, CKA_LOCAL));
	g_assert_true (api_bool (api, key, CKA_ALWAYS_SENSITIVE));
	g_assert_true (api_bool (api, key, CKA_NEVER_EXTRACTABLE));
	g_assert_cmpuint (api_ulong (api, key, CKA_KEY_GEN_MECHANISM), ==, CKM_AES_KEY_GEN);
}

static void
generate_of_an_open_key_says_so (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = new_key (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 32), OPEN));

	g_assert_false (api_bool (api, key, CKA_ALWAYS_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_NEVER_EXTRACTABLE));
}

/* What was once visible does not become invisible for the past. */
static void
generate_past_is_not_undone_by_later_changes (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = new_key (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 32), OPEN));

	assert_ok (api_set (api, key, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE))));
	g_assert_false (api_bool (api, key, CKA_ALWAYS_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_NEVER_EXTRACTABLE));
}

static void
generate_computes_the_check_value (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = new_key (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 32)));
	CK_BYTE zeros[16] = { 0 }, out[16];
	CK_ULONG n = sizeof out;

	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), key));
	assert_ok (api->f->C_Encrypt (api->session, zeros, 16, out, &n));
	api_assert_bytes (api, key, CKA_CHECK_VALUE, out, 3);
}

static void
generate_refuses_what_the_token_sets (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (generate (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 16), NO (CKA_LOCAL)), &key),
	           CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (generate (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 16), A_BYTES (CKA_VALUE, 1)),
	                     &key),
	           CKR_ATTRIBUTE_READ_ONLY);
}

static void
generate_refuses_another_class_or_type (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (generate (api, CKM_AES_KEY_GEN,
	                     T (A_ULONG (CKA_VALUE_LEN, 16), A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY)), &key),
	           api->softhsm ? CKR_ATTRIBUTE_VALUE_INVALID : CKR_TEMPLATE_INCONSISTENT);
	assert_rv (generate (api, CKM_AES_KEY_GEN,
	                     T (A_ULONG (CKA_VALUE_LEN, 16), A_ULONG (CKA_KEY_TYPE, CKK_RSA)), &key),
	           CKR_TEMPLATE_INCONSISTENT);
}

static void
generate_needs_a_mechanism_that_generates (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (generate (api, CKM_AES_ECB, T (A_ULONG (CKA_VALUE_LEN, 16)), &key), CKR_MECHANISM_INVALID);
	assert_rv (generate (api, CKM_RSA_PKCS_KEY_PAIR_GEN, T (A_ULONG (CKA_VALUE_LEN, 16)), &key),
	           CKR_MECHANISM_INVALID);
}

static void
generate_on_the_token_needs_a_read_write_session (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	api->session = api_open (api, 0);
	assert_rv (generate (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 16), YES (CKA_TOKEN)), &key),
	           CKR_SESSION_READ_ONLY);
	assert_ok (generate (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 16)), &key));
}

static void
generate_of_private_keys_needs_the_user (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_ok (api->f->C_Logout (api->session));
	assert_rv (generate (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 16)), &key),
	           CKR_USER_NOT_LOGGED_IN);
	assert_ok (generate (api, CKM_AES_KEY_GEN, T (A_ULONG (CKA_VALUE_LEN, 16), NO (CKA_PRIVATE)), &key));
}

/* --- C_GenerateKeyPair --- */

#define RSA_PUBLIC T (A_ULONG (CKA_MODULUS_BITS, 1024), A_BYTES (CKA_PUBLIC_EXPONENT, 1, 0, 1))
#define P256       T (A_DATA (CKA_EC_PARAMS, der_p256, sizeof der_p256))

static void
assert_pair_signs (const Api *api, const Pair *pair, CK_MECHANISM_TYPE type, CK_ULONG n_data)
{
	CK_BYTE data[32] = { 1, 2, 3 }, signature[512];
	CK_ULONG n = sizeof signature;

	assert_ok (api->f->C_SignInit (api->session, MECH (type), pair->private));
	assert_ok (api->f->C_Sign (api->session, data, n_data, signature, &n));
	assert_ok (api->f->C_VerifyInit (api->session, MECH (type), pair->public));
	assert_ok (api->f->C_Verify (api->session, data, n_data, signature, n));
}

static void
pair_of_rsa_works (Api *api, gconstpointer unused)
{
	g_autoptr (GBytes) n1 = NULL, n2 = NULL;
	Pair pair;

	assert_ok (
		generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN, RSA_PUBLIC, T (YES (CKA_SENSITIVE)), &pair));
	n1 = get_attribute (api->module, api->session, pair.public, CKA_MODULUS);
	n2 = get_attribute (api->module, api->session, pair.private, CKA_MODULUS);
	g_assert_cmpuint (g_bytes_get_size (n1), ==, 128);
	g_assert_true (g_bytes_equal (n1, n2));
	api_assert_bytes (api, pair.public, CKA_PUBLIC_EXPONENT, "\1\0\1", 3);
	assert_pair_signs (api, &pair, CKM_SHA256_RSA_PKCS, 32);
}

static void
pair_of_rsa_takes_other_exponents (Api *api, gconstpointer unused)
{
	Pair pair;

	assert_ok (generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN,
	                          T (A_ULONG (CKA_MODULUS_BITS, 1024), A_BYTES (CKA_PUBLIC_EXPONENT, 3)),
	                          NOTHING, &pair));
	api_assert_bytes (api, pair.public, CKA_PUBLIC_EXPONENT, "\3", 1);
	assert_pair_signs (api, &pair, CKM_SHA256_RSA_PKCS, 32);
}

static void
pair_of_rsa_refuses_exponents_that_are_none (Api *api, gconstpointer unused)
{
	Pair pair;

	if (api_spares_softhsm (api, "SoftHSM leaves it to OpenSSL, which may not come back"))
		return;
	assert_rv (generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN,
	                          T (A_ULONG (CKA_MODULUS_BITS, 1024), A_BYTES (CKA_PUBLIC_EXPONENT, 4)),
	                          NOTHING, &pair),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN,
	                          T (A_ULONG (CKA_MODULUS_BITS, 1024), A_BYTES (CKA_PUBLIC_EXPONENT, 1)),
	                          NOTHING, &pair),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN,
	                          T (A_ULONG (CKA_MODULUS_BITS, 1024), A_BYTES (CKA_PUBLIC_EXPONENT, 0)),
	                          NOTHING, &pair),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
pair_of_rsa_without_exponent_has_f4 (Api *api, gconstpointer unused)
{
	Pair pair;

	assert_ok (generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN, T (A_ULONG (CKA_MODULUS_BITS, 1024)),
	                          NOTHING, &pair));
	api_assert_bytes (api, pair.public, CKA_PUBLIC_EXPONENT, "\1\0\1", 3);
}

static void
pair_of_rsa_refuses_lengths (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { 0, 8, 511, 100000, ~0UL };
	Pair pair;

	if (api_spares_softhsm (api, "SoftHSM's limits are other ones"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		CK_RV rv = generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN,
		                          T (A_ULONG (CKA_MODULUS_BITS, lengths[i])), NOTHING, &pair);

		g_assert_true (rv == CKR_KEY_SIZE_RANGE || rv == CKR_ATTRIBUTE_VALUE_INVALID);
	}
	assert_rv (generate_pair (api, CKM_RSA_PKCS_KEY_PAIR_GEN, NOTHING, NOTHING, &pair),
	           CKR_TEMPLATE_INCOMPLETE);
}

static void
pair_of_ec_works (Api *api, gconstpointer unused)
{
	g_autoptr (GBytes) point = NULL;
	Pair pair;

	assert_ok (generate_pair (api, CKM_EC_KEY_PAIR_GEN, P256, NOTHING, &pair));
	point = get_attribute (api->module, api->session, pair.public, CKA_EC_POINT);
	g_assert_cmpuint (g_bytes_get_size (point), ==, 67);
	g_assert_cmpmem (g_bytes_get_data (point, NULL), 3, "\x04\x41\x04", 3);
	api_assert_bytes (api, pair.public, CKA_EC_PARAMS, der_p256, sizeof der_p256);
	api_assert_bytes (api, pair.private, CKA_EC_PARAMS, der_p256, sizeof der_p256);
	assert_pair_signs (api, &pair, CKM_ECDSA, 32);
}

static void
pair_of_ec_refuses_curves (Api *api, gconstpointer unused)
{
	Pair pair;

	g_assert_cmpuint (generate_pair (api, CKM_EC_KEY_PAIR_GEN, T (A_BYTES (CKA_EC_PARAMS, 6, 3, 1, 2, 3)),
	                                 NOTHING, &pair),
	                  !=, CKR_OK);
	g_assert_cmpuint (
		generate_pair (api, CKM_EC_KEY_PAIR_GEN, T (A_BYTES (CKA_EC_PARAMS, 0xff)), NOTHING, &pair),
		!=, CKR_OK);
	assert_rv (generate_pair (api, CKM_EC_KEY_PAIR_GEN, NOTHING, NOTHING, &pair),
	           CKR_TEMPLATE_INCOMPLETE);
}

static void
pair_of_edwards_works (Api *api, gconstpointer unused)
{
	Pair pair;

	assert_ok (generate_pair (api, CKM_EC_EDWARDS_KEY_PAIR_GEN,
	                          T (A_DATA (CKA_EC_PARAMS, name_ed25519, sizeof name_ed25519)), NOTHING,
	                          &pair));
	assert_pair_signs (api, &pair, CKM_EDDSA, 20);
}

static void
pair_of_edwards_takes_an_oid (Api *api, gconstpointer unused)
{
	Pair pair;

	assert_ok (generate_pair (api, CKM_EC_EDWARDS_KEY_PAIR_GEN,
	                          T (A_DATA (CKA_EC_PARAMS, der_ed25519, 5)), NOTHING, &pair));
	api_assert_bytes (api, pair.public, CKA_EC_PARAMS, der_ed25519, 5);
	assert_pair_signs (api, &pair, CKM_EDDSA, 20);
}

static void
pair_of_montgomery_agrees (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE type = api->softhsm ? CKM_EC_EDWARDS_KEY_PAIR_GEN : CKM_EC_MONTGOMERY_KEY_PAIR_GEN;
	Pair pair;

	assert_ok (generate_pair (api, type, T (A_DATA (CKA_EC_PARAMS, name_x25519, sizeof name_x25519)),
	                          T (YES (CKA_DERIVE)), &pair));
	g_assert_true (api_bool (api, pair.private, CKA_LOCAL));
}

static void
pair_tells_where_it_comes_from (Api *api, gconstpointer unused)
{
	Pair pair;

	assert_ok (generate_pair (api, CKM_EC_KEY_PAIR_GEN, P256,
	                          T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)), &pair));
	g_assert_true (api_bool (api, pair.public, CKA_LOCAL));
	g_assert_true (api_bool (api, pair.private, CKA_LOCAL));
	g_assert_true (api_bool (api, pair.private, CKA_ALWAYS_SENSITIVE));
	g_assert_true (api_bool (api, pair.private, CKA_NEVER_EXTRACTABLE));
	g_assert_cmpuint (api_ulong (api, pair.public, CKA_KEY_GEN_MECHANISM), ==, CKM_EC_KEY_PAIR_GEN);
	g_assert_cmpuint (api_ulong (api, pair.private, CKA_KEY_GEN_MECHANISM), ==, CKM_EC_KEY_PAIR_GEN);
}

static void
pair_is_on_the_token_if_asked (Api *api, gconstpointer unused)
{
	Pair pair;

	assert_ok (generate_pair (api, CKM_EC_KEY_PAIR_GEN,
	                          T (A_DATA (CKA_EC_PARAMS, der_p256, 10), YES (CKA_TOKEN)),
	                          T (YES (CKA_TOKEN), A_STRING (CKA_ID, "1")), &pair));
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 2);
	assert_ok (api->f->C_Logout (api->session));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

static void
pair_that_fails_leaves_nothing (Api *api, gconstpointer unused)
{
	Pair pair = { 77, 88 };

	assert_rv (generate_pair (api, CKM_EC_KEY_PAIR_GEN,
	                          T (A_DATA (CKA_EC_PARAMS, der_p256, 10), YES (CKA_TOKEN)),
	                          T (YES (CKA_TOKEN), YES (CKA_LOCAL)), &pair),
	           CKR_ATTRIBUTE_READ_ONLY);
	/* SoftHSM leaves an orphan. */
	if (!api->softhsm) {
		g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
		g_assert_cmpuint (pair.public, ==, 77);
		g_assert_cmpuint (pair.private, ==, 88);
	}
}

/* --- C_WrapKey and C_UnwrapKey --- */

static void
wrap_and_unwrap_give_the_same_key (Api *api, gconstpointer unused)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_PAD };
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), key = api_key (api, KEY_SECRET, NOTHING),
			 back;
	g_autoptr (GBytes) value = get_attribute (api->module, api->session, key, CKA_VALUE);

	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		CK_BYTE wrapped[128];
		CK_ULONG n = sizeof wrapped;

		assert_ok (wrap (api, types[i], with, key, wrapped, &n));
		g_assert_cmpuint (n, ==, 72);
		assert_ok (unwrap (api, types[i], with, wrapped, n, T (AS_SECRET, OPEN), &back));
		api_assert_bytes (api, back, CKA_VALUE, g_bytes_get_data (value, NULL), 64);
	}
}

static void
wrap_by_rsa_and_unwrap_give_the_same_key (Api *api, gconstpointer unused)
{
	struct {
		CK_ULONG hash, mgf, source;
		void *label;
		CK_ULONG n_label;
	} oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
	CK_MECHANISM mechs[] = { { CKM_RSA_PKCS, NULL, 0 }, { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep } };
	CK_OBJECT_HANDLE public = api_key (api, KEY_RSA_PUBLIC, NOTHING),
			 private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING), back;
	g_autoptr (GBytes) value = get_attribute (api->module, api->session, key, CKA_VALUE);

	for (gsize i = 0; i < G_N_ELEMENTS (mechs); i++) {
		CK_BYTE wrapped[256];
		CK_ULONG n = sizeof wrapped;

		assert_ok (api->f->C_WrapKey (api->session, &mechs[i], public, key, wrapped, &n));
		g_assert_cmpuint (n, ==, 256);
		assert_ok (api->f->C_UnwrapKey (api->session, &mechs[i], private, wrapped, n,
		                                T (AS_AES, OPEN), &back));
		api_assert_bytes (api, back, CKA_VALUE, g_bytes_get_data (value, NULL), 32);
	}
}

static void
wrap_of_private_keys_gives_keys_that_sign (Api *api, gconstpointer unused)
{
	static const struct {
		ApiKey private, public;
		CK_KEY_TYPE type;
		CK_MECHANISM_TYPE sign;
	} pairs[] = {
		{ KEY_RSA_PRIVATE, KEY_RSA_PUBLIC, CKK_RSA, CKM_RSA_PKCS },
		{ KEY_EC_PRIVATE, KEY_EC_PUBLIC, CKK_EC, CKM_ECDSA },
		{ KEY_EDWARDS_PRIVATE, KEY_EDWARDS_PUBLIC, CKK_EC_EDWARDS, CKM_EDDSA },
	};
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING);

	for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
		CK_OBJECT_HANDLE key = api_key (api, pairs[i].private, NOTHING);
		Pair pair = { .public = api_key (api, pairs[i].public, NOTHING) };
		CK_BYTE wrapped[2048];
		CK_ULONG n = sizeof wrapped;

		/* SoftHSM 2.6.1 does not wrap Edwards keys. */
		if (api->softhsm && pairs[i].type == CKK_EC_EDWARDS)
			continue;
		assert_ok (wrap (api, CKM_AES_KEY_WRAP_PAD, with, key, wrapped, &n));
		assert_ok (unwrap (
			api, CKM_AES_KEY_WRAP_PAD, with, wrapped, n,
			T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, pairs[i].type)),
			&pair.private));
		assert_pair_signs (api, &pair, pairs[i].sign, 32);
	}
}

/* RFC 3394 takes multiples of eight bytes: SoftHSM puts zeros behind what has another length. */
static void
wrap_of_private_keys_of_any_length_is_filled (Api *api, gconstpointer unused)
{
	static const struct {
		ApiKey key;
		CK_KEY_TYPE type;
	} keys[] = {
		{ KEY_RSA_PRIVATE, CKK_RSA },
		{ KEY_EC_PRIVATE, CKK_EC },
	};
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back;

	for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
		CK_OBJECT_HANDLE key = api_key (api, keys[i].key, T (YES (CKA_EXTRACTABLE)));
		CK_BYTE wrapped[2048];
		CK_ULONG n = sizeof wrapped;

		assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n));
		g_assert_cmpuint (n % 8, ==, 0);
		assert_ok (unwrap (
			api, CKM_AES_KEY_WRAP, with, wrapped, n,
			T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, keys[i].type)), &back));
	}
}

static void
wrap_length_question_is_answered (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), key = api_key (api, KEY_SECRET, NOTHING);
	CK_BYTE wrapped[128];
	CK_ULONG n = 0;

	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, key, NULL, &n));
	g_assert_cmpuint (n, ==, 72);
	n = 71;
	assert_rv (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n), CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (n, ==, 72);
	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n));
}

static void
wrap_refuses_unextractable_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING),
			 key = api_key (api, KEY_SECRET, T (NO (CKA_EXTRACTABLE)));
	CK_BYTE wrapped[128];
	CK_ULONG n = sizeof wrapped;

	assert_rv (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n), CKR_KEY_UNEXTRACTABLE);
}

static void
wrap_needs_the_usage (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, T (NO (CKA_WRAP), NO (CKA_UNWRAP))),
			 key = api_key (api, KEY_SECRET, NOTHING);
	CK_BYTE wrapped[128] = { 0 };
	CK_ULONG n = sizeof wrapped;

	assert_rv (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_rv (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, 24, T (AS_SECRET), &key),
	           CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
wrap_needs_an_allowed_mechanism (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE other = CKM_AES_ECB;
	CK_OBJECT_HANDLE with =
		api_key (api, KEY_AES, T (A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other)));
	CK_OBJECT_HANDLE key = api_key (api, KEY_SECRET, NOTHING);
	CK_BYTE wrapped[128] = { 0 };
	CK_ULONG n = sizeof wrapped;

	assert_rv (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n), CKR_MECHANISM_INVALID);
	assert_rv (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, 24, T (AS_SECRET), &key),
	           CKR_MECHANISM_INVALID);
}

static void
wrap_needs_a_mechanism_that_wraps (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), key = api_key (api, KEY_SECRET, NOTHING);
	CK_BYTE wrapped[128] = { 0 };
	CK_ULONG n = sizeof wrapped;

	assert_rv (wrap (api, CKM_AES_ECB, with, key, wrapped, &n), CKR_MECHANISM_INVALID);
	assert_rv (unwrap (api, CKM_AES_ECB, with, wrapped, 32, T (AS_SECRET), &key), CKR_MECHANISM_INVALID);
	assert_rv (wrap (api, CKM_SHA256, with, key, wrapped, &n), CKR_MECHANISM_INVALID);
}

static void
wrap_needs_a_key_of_the_right_type (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_SECRET, NOTHING), key = api_key (api, KEY_SECRET, NOTHING);
	CK_BYTE wrapped[128] = { 0 };
	CK_ULONG n = sizeof wrapped;

	assert_rv (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	assert_rv (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, 24, T (AS_SECRET), &key),
	           CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
}

static void
wrap_refuses_wrong_handles (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), key = api_key (api, KEY_SECRET, NOTHING);
	CK_BYTE wrapped[128] = { 0 };
	CK_ULONG n = sizeof wrapped;

	assert_rv (wrap (api, CKM_AES_KEY_WRAP, 0, key, wrapped, &n), CKR_WRAPPING_KEY_HANDLE_INVALID);
	assert_rv (wrap (api, CKM_AES_KEY_WRAP, with, 0, wrapped, &n), CKR_KEY_HANDLE_INVALID);
	assert_rv (unwrap (api, CKM_AES_KEY_WRAP, 0, wrapped, 24, T (AS_SECRET), &key),
	           CKR_UNWRAPPING_KEY_HANDLE_INVALID);
}

static void
wrap_refuses_what_is_no_secret (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING);
	CK_BYTE wrapped[2048];
	CK_ULONG n = sizeof wrapped;

	g_assert_cmpuint (
		wrap (api, CKM_AES_KEY_WRAP_PAD, with, api_key (api, KEY_RSA_PUBLIC, NOTHING), wrapped, &n),
		!=, CKR_OK);
	g_assert_cmpuint (
		wrap (api, CKM_AES_KEY_WRAP_PAD, with, api_key (api, DATA_OBJECT, NOTHING), wrapped, &n), !=,
		CKR_OK);
	g_assert_cmpuint (
		wrap (api, CKM_AES_KEY_WRAP_PAD, with, api_key (api, CERTIFICATE, NOTHING), wrapped, &n), !=,
		CKR_OK);
}

static void
wrap_by_rsa_refuses_private_keys (Api *api, gconstpointer unused)
{
	CK_BYTE wrapped[2048];
	CK_ULONG n = sizeof wrapped;
	CK_RV rv = wrap (api, CKM_RSA_PKCS, api_key (api, KEY_RSA_PUBLIC, NOTHING),
	                 api_key (api, KEY_EC_PRIVATE, NOTHING), wrapped, &n);

	assert_rv (rv, CKR_KEY_NOT_WRAPPABLE);
}

static void
wrap_with_trusted_needs_a_trusted_key (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_SECRET, T (YES (CKA_WRAP_WITH_TRUSTED)));
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	assert_rv (wrap (api, CKM_AES_KEY_WRAP, api_key (api, KEY_AES, NOTHING), key, wrapped, &n),
	           CKR_KEY_NOT_WRAPPABLE);
}

static void
wrap_with_trusted_takes_a_trusted_key (Api *api, gconstpointer unused)
{
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;
	CK_OBJECT_HANDLE key, with;

	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
	api_key (api, KEY_RSA_PUBLIC, T (YES (CKA_TRUSTED), YES (CKA_TOKEN)));
	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_USER, USER_PIN));
	g_autoptr (GArray) found = find_objects (api->module, api->session, T (YES (CKA_TRUSTED)));
	with = g_array_index (found, CK_OBJECT_HANDLE, 0);
	key = api_key (api, KEY_SECRET, T (YES (CKA_WRAP_WITH_TRUSTED)));
	assert_ok (wrap (api, CKM_RSA_PKCS, with, key, wrapped, &n));
}

static void
wrap_template_must_be_met (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { A_ULONG (CKA_KEY_TYPE, CKK_AES) };
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, T (A_DATA (CKA_WRAP_TEMPLATE, inner, sizeof inner)));
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, api_key (api, KEY_AES, NOTHING), wrapped, &n));
	n = sizeof wrapped;
	assert_rv (wrap (api, CKM_AES_KEY_WRAP, with, api_key (api, KEY_SECRET, NOTHING), wrapped, &n),
	           api->softhsm ? CKR_KEY_NOT_WRAPPABLE : CKR_KEY_HANDLE_INVALID);
}

static void
unwrap_template_must_not_be_contradicted (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { YES (CKA_SENSITIVE) };
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, T (A_DATA (CKA_UNWRAP_TEMPLATE, inner, sizeof inner)));
	CK_OBJECT_HANDLE back = 0;
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, api_key (api, KEY_SECRET, NOTHING), wrapped, &n));
	assert_rv (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n, T (AS_SECRET, NO (CKA_SENSITIVE)), &back),
	           CKR_TEMPLATE_INCONSISTENT);
	assert_ok (
		unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n, T (AS_SECRET, YES (CKA_SENSITIVE)), &back));
	g_assert_true (api_bool (api, back, CKA_SENSITIVE));
	/* The standard fills in what the caller leaves open; SoftHSM only checks. */
	if (!api->softhsm) {
		assert_ok (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n, T (AS_SECRET), &back));
		g_assert_true (api_bool (api, back, CKA_SENSITIVE));
	}
}

static void
unwrap_says_that_the_key_comes_from_elsewhere (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back;
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, api_key (api, KEY_AES, NOTHING), wrapped, &n));
	assert_ok (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n,
	                   T (AS_AES, YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)), &back));
	g_assert_false (api_bool (api, back, CKA_LOCAL));
	g_assert_false (api_bool (api, back, CKA_ALWAYS_SENSITIVE));
	g_assert_false (api_bool (api, back, CKA_NEVER_EXTRACTABLE));
	g_assert_cmpuint (api_ulong (api, back, CKA_KEY_GEN_MECHANISM), ==, CK_UNAVAILABLE_INFORMATION);
}

static void
unwrap_computes_length_and_check_value (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), key = api_key (api, KEY_AES, NOTHING), back;
	g_autoptr (GBytes) check = get_attribute (api->module, api->session, key, CKA_CHECK_VALUE);
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	if (api_spares_softhsm (api, "SoftHSM leaves the length 0 and the check value empty"))
		return;
	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, key, wrapped, &n));
	assert_ok (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n, T (AS_AES), &back));
	g_assert_cmpuint (api_ulong (api, back, CKA_VALUE_LEN), ==, 32);
	api_assert_bytes (api, back, CKA_CHECK_VALUE, g_bytes_get_data (check, NULL), 3);
}

static void
unwrap_wants_class_and_type (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back;
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, api_key (api, KEY_AES, NOTHING), wrapped, &n));
	g_assert_cmpuint (
		unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n, T (A_ULONG (CKA_KEY_TYPE, CKK_AES)), &back),
		!=, CKR_OK);
	g_assert_cmpuint (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n,
	                          T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY)), &back),
	                  !=, CKR_OK);
	g_assert_cmpuint (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n,
	                          T (AS_AES, A_ULONG (CKA_CLASS, CKO_DATA)), &back),
	                  !=, CKR_OK);
}

/* One answer for every kind of damage: which check failed is nobody's business. */
static void
unwrap_of_damaged_blobs_gives_one_answer (Api *api, gconstpointer unused)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_PAD };
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back;

	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		CK_BYTE wrapped[256];
		CK_ULONG n = sizeof wrapped;

		assert_ok (wrap (api, types[i], with, api_key (api, KEY_AES, NOTHING), wrapped, &n));
		for (CK_ULONG bit = 0; bit < n * 8; bit += 3) {
			CK_RV rv;

			wrapped[bit / 8] ^= (CK_BYTE)(1 << bit % 8);
			rv = unwrap (api, types[i], with, wrapped, n, T (AS_AES), &back);
			wrapped[bit / 8] ^= (CK_BYTE)(1 << bit % 8);
			if (api->softhsm)
				g_assert_cmpuint (rv, !=, CKR_OK);
			else
				assert_rv (rv, CKR_WRAPPED_KEY_INVALID);
		}
	}
}

static void
unwrap_of_private_keys_of_damaged_blobs_gives_one_answer (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back;
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;
	CK_BYTE cbc_iv[16] = { 0 };
	CK_MECHANISM cbc = { CKM_AES_CBC_PAD, cbc_iv, sizeof cbc_iv };

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 does not unwrap by AES-CBC"))
		return;
	assert_ok (api->f->C_WrapKey (api->session, &cbc, with, api_key (api, KEY_EC_PRIVATE, NOTHING),
	                              wrapped, &n));
	for (CK_ULONG at = 0; at < n; at++) {
		CK_RV rv;

		wrapped[at] ^= 0x55;
		rv = api->f->C_UnwrapKey (
			api->session, &cbc, with, wrapped, n,
			T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_EC)), &back);
		wrapped[at] ^= 0x55;
		/* CBC cannot notice everything. */
		if (rv != CKR_OK)
			assert_rv (rv, CKR_WRAPPED_KEY_INVALID);
	}
}

static void
unwrap_of_wrong_lengths_is_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back;
	CK_BYTE wrapped[64] = { 0 };

	for (CK_ULONG n = 0; n < sizeof wrapped; n++) {
		CK_RV rv = unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n, T (AS_AES), &back);

		if (api->softhsm)
			g_assert_cmpuint (rv, !=, CKR_OK);
		else
			g_assert_true (rv == CKR_WRAPPED_KEY_LEN_RANGE || rv == CKR_WRAPPED_KEY_INVALID);
	}
}

static void
unwrap_that_fails_makes_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back = 77;
	CK_BYTE wrapped[24] = { 0 };

	g_assert_cmpuint (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, 24, T (AS_AES), &back), !=, CKR_OK);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
	if (!api->softhsm)
		g_assert_cmpuint (back, ==, 77);
}

static void
unwrap_of_the_wrong_kind_is_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING), back;
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	assert_ok (wrap (api, CKM_AES_KEY_WRAP, with, api_key (api, KEY_SECRET, NOTHING), wrapped, &n));
	g_assert_cmpuint (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n,
	                          T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_RSA)),
	                          &back),
	                  !=, CKR_OK);
	/* SoftHSM makes an AES key of 64 bytes. */
	if (!api->softhsm)
		assert_rv (unwrap (api, CKM_AES_KEY_WRAP, with, wrapped, n, T (AS_AES), &back),
		           CKR_WRAPPED_KEY_INVALID);
}

/* --- C_DeriveKey --- */

static CK_RV
agree (const Api *api, CK_OBJECT_HANDLE base, const void *other, CK_ULONG n_other,
       const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	EcdhParams params = { CKD_NULL, 0, NULL, n_other, (CK_BYTE *)(guintptr)other };

	return api->f->C_DeriveKey (api->session, MECH_PARAM (CKM_ECDH1_DERIVE, &params), base,
	                            (CK_ATTRIBUTE *)(guintptr) template, n, key);
}

static void
derive_on_x25519_gives_what_the_rfc_says (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING), key;

	assert_ok (
		agree (api, base, x25519_other, 32, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32), OPEN), &key));
	api_assert_bytes (api, key, CKA_VALUE, x25519_shared, 32);
}

static void
derive_on_p256_gives_both_sides_the_same (Api *api, gconstpointer unused)
{
	g_autoptr (GBytes) their_point = NULL, our_point = NULL, secret = NULL;
	CK_OBJECT_HANDLE ours, theirs;
	Pair pair;

	assert_ok (generate_pair (api, CKM_EC_KEY_PAIR_GEN, P256, T (YES (CKA_DERIVE)), &pair));
	their_point = get_attribute (api->module, api->session, pair.public, CKA_EC_POINT);
	our_point = get_attribute (api->module, api->session, api_key (api, KEY_EC_PUBLIC, NOTHING),
	                           CKA_EC_POINT);
	assert_ok (agree (api, api_key (api, KEY_EC_PRIVATE, NOTHING), g_bytes_get_data (their_point, NULL),
	                  67, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32), OPEN), &ours));
	/* Once wrapped in DER, once as it is. */
	assert_ok (agree (api, pair.private, (const CK_BYTE *)g_bytes_get_data (our_point, NULL) + 2, 65,
	                  T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32), OPEN), &theirs));
	secret = get_attribute (api->module, api->session, ours, CKA_VALUE);
	api_assert_bytes (api, theirs, CKA_VALUE, g_bytes_get_data (secret, NULL), 32);
}

/* SoftHSM's way, and so ours: the leading octets go. */
static void
derive_of_less_drops_the_leading_octets (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING), key;

	assert_ok (agree (api, base, x25519_other, 32, T (AS_AES, A_ULONG (CKA_VALUE_LEN, 16), OPEN), &key));
	api_assert_bytes (api, key, CKA_VALUE, x25519_shared + 16, 16);
}

static void
derive_of_more_is_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING), key;

	g_assert_cmpuint (
		agree (api, base, x25519_other, 32, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 33)), &key), !=,
		CKR_OK);
}

static void
derive_needs_the_usage (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE, T (NO (CKA_DERIVE))), key;

	assert_rv (agree (api, base, x25519_other, 32, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32)), &key),
	           CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
derive_needs_an_allowed_mechanism (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE other = CKM_AES_ECB;
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE,
	                                 T (A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other))),
			 key;

	assert_rv (agree (api, base, x25519_other, 32, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32)), &key),
	           CKR_MECHANISM_INVALID);
}

static void
derive_refuses_points_that_are_none (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE montgomery = api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING),
			 ec = api_key (api, KEY_EC_PRIVATE, NOTHING), key;
	CK_BYTE zeros[65] = { 0 };

	g_assert_cmpuint (
		agree (api, montgomery, zeros, 31, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32)), &key), !=,
		CKR_OK);
	g_assert_cmpuint (agree (api, ec, zeros, 65, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32)), &key), !=,
	                  CKR_OK);
	zeros[0] = 4;
	zeros[1] = 1;
	g_assert_cmpuint (agree (api, ec, zeros, 65, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32)), &key), !=,
	                  CKR_OK);
	g_assert_cmpuint (agree (api, ec, zeros, 0, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32)), &key), !=,
	                  CKR_OK);
}

/* RFC 7748 section 6.1: a shared secret of zeros tells of a point of small order. */
static void
derive_refuses_points_of_small_order (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING), key;
	CK_BYTE zeros[32] = { 0 };

	g_assert_cmpuint (agree (api, base, zeros, 32, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32)), &key), !=,
	                  CKR_OK);
}

/* What two parties agree on tells nothing of the private key, and TLS wants to see it. */
static void
derive_by_agreement_is_as_open_as_the_template_says (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE,
	                                 T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE))),
			 key;

	assert_ok (
		agree (api, base, x25519_other, 32, T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32), OPEN), &key));
	assert_ok (api_get (api, key, CKA_VALUE));
}

static CK_RV
append (const Api *api, CK_OBJECT_HANDLE base, const CK_ATTRIBUTE *template, CK_ULONG n,
        CK_OBJECT_HANDLE *key)
{
	CK_BYTE data[] = { 1, 2, 3, 4 };
	StringParams params = { data, sizeof data };

	return api->f->C_DeriveKey (api->session, MECH_PARAM (CKM_CONCATENATE_BASE_AND_DATA, &params), base,
	                            (CK_ATTRIBUTE *)(guintptr) template, n, key);
}

/* A key that cannot be seen has no children that show it. */
static void
derive_from_the_value_inherits_what_protects_it (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE))),
			 key = 0;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivation"))
		return;
	g_assert_cmpuint (append (api, base, T (AS_SECRET, NO (CKA_SENSITIVE)), &key), !=, CKR_OK);
	g_assert_cmpuint (append (api, base, T (AS_SECRET, YES (CKA_EXTRACTABLE)), &key), !=, CKR_OK);
	assert_ok (append (api, base, T (AS_SECRET), &key));
	g_assert_true (api_bool (api, key, CKA_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_EXTRACTABLE));
}

static void
derive_from_an_open_value_stays_open (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), key = 0;
	g_autoptr (GBytes) value = NULL;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivation"))
		return;
	assert_ok (append (api, base, T (AS_SECRET, OPEN), &key));
	value = get_attribute (api->module, api->session, key, CKA_VALUE);
	g_assert_cmpuint (g_bytes_get_size (value), ==, 68);
	g_assert_cmpmem ((const CK_BYTE *)g_bytes_get_data (value, NULL) + 64, 4, "\1\2\3\4", 4);
}

static void
derive_tells_where_the_key_comes_from (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING), key;

	assert_ok (agree (api, base, x25519_other, 32,
	                  T (AS_SECRET, A_ULONG (CKA_VALUE_LEN, 32), YES (CKA_SENSITIVE)), &key));
	g_assert_false (api_bool (api, key, CKA_LOCAL));
	g_assert_false (api_bool (api, key, CKA_ALWAYS_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_NEVER_EXTRACTABLE));
}

static void
derive_needs_a_mechanism_that_derives (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_AES, NOTHING), key;

	assert_rv (api->f->C_DeriveKey (api->session, MECH (CKM_AES_ECB), base, T (AS_SECRET), &key),
	           CKR_MECHANISM_INVALID);
}

static void
add_tests (void)
{
	ADD ("keys", generate_makes_aes_keys_of_three_lengths);
	ADD ("keys", generate_refuses_other_lengths_of_aes);
	ADD ("keys", generate_makes_generic_secrets_of_any_length);
	ADD ("keys", generate_wants_a_length);
	ADD ("keys", generate_makes_different_keys);
	ADD ("keys", generate_tells_where_the_key_comes_from);
	ADD ("keys", generate_of_an_open_key_says_so);
	ADD ("keys", generate_past_is_not_undone_by_later_changes);
	ADD ("keys", generate_computes_the_check_value);
	ADD ("keys", generate_refuses_what_the_token_sets);
	ADD ("keys", generate_refuses_another_class_or_type);
	ADD ("keys", generate_needs_a_mechanism_that_generates);
	ADD ("keys", generate_on_the_token_needs_a_read_write_session);
	ADD ("keys", generate_of_private_keys_needs_the_user);
	ADD ("keys", pair_of_rsa_works);
	ADD ("keys", pair_of_rsa_takes_other_exponents);
	ADD ("keys", pair_of_rsa_refuses_exponents_that_are_none);
	ADD ("keys", pair_of_rsa_without_exponent_has_f4);
	ADD ("keys", pair_of_rsa_refuses_lengths);
	ADD ("keys", pair_of_ec_works);
	ADD ("keys", pair_of_ec_refuses_curves);
	ADD ("keys", pair_of_edwards_works);
	ADD ("keys", pair_of_edwards_takes_an_oid);
	ADD ("keys", pair_of_montgomery_agrees);
	ADD ("keys", pair_tells_where_it_comes_from);
	ADD ("keys", pair_is_on_the_token_if_asked);
	ADD ("keys", pair_that_fails_leaves_nothing);
	ADD ("keys", wrap_and_unwrap_give_the_same_key);
	ADD ("keys", wrap_by_rsa_and_unwrap_give_the_same_key);
	ADD ("keys", wrap_of_private_keys_gives_keys_that_sign);
	ADD ("keys", wrap_of_private_keys_of_any_length_is_filled);
	ADD ("keys", wrap_length_question_is_answered);
	ADD ("keys", wrap_refuses_unextractable_keys);
	ADD ("keys", wrap_needs_the_usage);
	ADD ("keys", wrap_needs_an_allowed_mechanism);
	ADD ("keys", wrap_needs_a_mechanism_that_wraps);
	ADD ("keys", wrap_needs_a_key_of_the_right_type);
	ADD ("keys", wrap_refuses_wrong_handles);
	ADD ("keys", wrap_refuses_what_is_no_secret);
	ADD ("keys", wrap_by_rsa_refuses_private_keys);
	ADD ("keys", wrap_with_trusted_needs_a_trusted_key);
	ADD ("keys", wrap_with_trusted_takes_a_trusted_key);
	ADD ("keys", wrap_template_must_be_met);
	ADD ("keys", unwrap_template_must_not_be_contradicted);
	ADD ("keys", unwrap_says_that_the_key_comes_from_elsewhere);
	ADD ("keys", unwrap_computes_length_and_check_value);
	ADD ("keys", unwrap_wants_class_and_type);
	ADD ("keys", unwrap_of_damaged_blobs_gives_one_answer);
	ADD ("keys", unwrap_of_private_keys_of_damaged_blobs_gives_one_answer);
	ADD ("keys", unwrap_of_wrong_lengths_is_refused);
	ADD ("keys", unwrap_that_fails_makes_nothing);
	ADD ("keys", unwrap_of_the_wrong_kind_is_refused);
	ADD ("keys", derive_on_x25519_gives_what_the_rfc_says);
	ADD ("keys", derive_on_p256_gives_both_sides_the_same);
	ADD ("keys", derive_of_less_drops_the_leading_octets);
	ADD ("keys", derive_of_more_is_refused);
	ADD ("keys", derive_needs_the_usage);
	ADD ("keys", derive_needs_an_allowed_mechanism);
	ADD ("keys", derive_refuses_points_that_are_none);
	ADD ("keys", derive_refuses_points_of_small_order);
	ADD ("keys", derive_by_agreement_is_as_open_as_the_template_says);
	ADD ("keys", derive_from_the_value_inherits_what_protects_it);
	ADD ("keys", derive_from_an_open_value_stays_open);
	ADD ("keys", derive_tells_where_the_key_comes_from);
	ADD ("keys", derive_needs_a_mechanism_that_derives);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
