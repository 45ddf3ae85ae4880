/* Wycheproof's files for secret keys: AES modes, key wrap, MACs. */

#include "vectors.h"

#include "params.h"

static CK_RV
make_secret (Run *run, CK_KEY_TYPE key_type, GBytes *value, CK_OBJECT_HANDLE *key)
{
	CK_ATTRIBUTE more[] = {
		A_DATA (CKA_VALUE, bytes_start (value), g_bytes_get_size (value)),
		A_BOOL (CKA_ENCRYPT, CK_TRUE),
		A_BOOL (CKA_DECRYPT, CK_TRUE),
		A_BOOL (CKA_SIGN, CK_TRUE),
		A_BOOL (CKA_VERIFY, CK_TRUE),
		A_BOOL (CKA_WRAP, CK_TRUE),
		A_BOOL (CKA_UNWRAP, CK_TRUE),
		A_BOOL (CKA_EXTRACTABLE, CK_TRUE),
		A_BOOL (CKA_SENSITIVE, CK_FALSE),
	};

	return make_object (run, CKO_SECRET_KEY, key_type, more, G_N_ELEMENTS (more), key);
}

/* @key of a vector; 0: the module refuses it. */
static CK_OBJECT_HANDLE
key_of_test (Run *run, CK_KEY_TYPE key_type)
{
	g_autoptr (GBytes) value = hex_member (run->test, "key");
	CK_OBJECT_HANDLE key;

	return make_secret (run, key_type, value, &key) == CKR_OK ? key : 0;
}

static gboolean
is_invalid (const Run *run)
{
	return g_str_equal (string_member (run->test, "result"), "invalid");
}

/* What must be true both ways.  An invalid vector says nothing about making it anew. */
static Verdict
both (Verdict one, Verdict other)
{
	return one == other ? one : WRONG;
}

static gboolean
by_algorithm (Run *run, const char *algorithm, CK_MECHANISM_TYPE mechanism)
{
	run->mechanism = mechanism;
	return g_strcmp0 (run->algorithm, algorithm) == 0;
}

/* --- ciphers --- */

/* Ciphers without authentication: a mechanism and a type of key for each algorithm. */
static const struct {
	const char *algorithm;
	CK_MECHANISM_TYPE mechanism;
	CK_KEY_TYPE key_type;
} ciphers[] = {
	{ "AES-CBC-PKCS5", CKM_AES_CBC_PAD, CKK_AES },
	{ "CAMELLIA-CBC-PKCS5", CKM_CAMELLIA_CBC_PAD, CKK_CAMELLIA },
	{ "AES-XTS", CKM_AES_XTS, CKK_AES_XTS },
};

static gboolean
cipher_mechanism (Run *run, const char **absent)
{
	for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++)
		if (by_algorithm (run, ciphers[i].algorithm, ciphers[i].mechanism))
			return TRUE;
	return FALSE;
}

static CK_KEY_TYPE
cipher_key_type (const Run *run)
{
	for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++)
		if (ciphers[i].mechanism == run->mechanism)
			return ciphers[i].key_type;
	g_assert_not_reached ();
}

/* A tweak of XTS is a number of 128 bits, the lowest octet first: files leave the zeros at its end out. */
static GBytes *
iv_of_test (Run *run)
{
	GBytes *iv = hex_member (run->test, "iv");
	guint8 padded[16] = { 0 };

	if (run->mechanism != CKM_AES_XTS || g_bytes_get_size (iv) > sizeof padded)
		return iv;
	memcpy (padded, bytes_start (iv), g_bytes_get_size (iv));
	g_bytes_unref (iv);
	return g_bytes_new (padded, sizeof padded);
}

static Verdict
judge_cipher (Run *run)
{
	g_autoptr (GBytes) iv = iv_of_test (run);
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) ciphertext = hex_member (run->test, "ct");
	CK_MECHANISM mechanism = { run->mechanism, BYTES (iv) };
	CK_OBJECT_HANDLE key = key_of_test (run, cipher_key_type (run));
	Verdict verdict;

	if (key == 0)
		return REFUSED;
	verdict = decrypt (run, &mechanism, key, ciphertext, message, TRUE);
	if (!is_invalid (run))
		verdict = both (verdict, encrypt (run, &mechanism, key, message, ciphertext, TRUE));
	destroy (run, key);
	return verdict;
}

/* --- authenticated encryption --- */

static gboolean
aead_mechanism (Run *run, const char **absent)
{
	return by_algorithm (run, "AES-GCM", CKM_AES_GCM) || by_algorithm (run, "AES-CCM", CKM_AES_CCM) ||
	       by_algorithm (run, "CHACHA20-POLY1305", CKM_CHACHA20_POLY1305);
}

static GBytes *
joined (GBytes *a, GBytes *b)
{
	GByteArray *both_of = g_byte_array_new ();

	g_byte_array_append (both_of, bytes_start (a), (guint)g_bytes_get_size (a));
	g_byte_array_append (both_of, bytes_start (b), (guint)g_bytes_get_size (b));
	return g_byte_array_free_to_bytes (both_of);
}

static CK_ULONG
tag_bits (Run *run)
{
	return (CK_ULONG)json_object_get_int_member_with_default (run->group, "tagSize", 128);
}

/* The parameter of each mechanism. */
typedef union {
	GcmParams gcm;
	CcmParams ccm;
	ChachaPolyParams chacha;
} AeadParams;

static CK_MECHANISM
aead_parameter (Run *run, AeadParams *params, GBytes *iv, GBytes *aad, gsize n_message)
{
	CK_BYTE *iv_data = (CK_BYTE *)(guintptr)bytes_start (iv), *aad_data = (CK_BYTE *)(guintptr)bytes_start (aad);
	CK_ULONG n_iv = g_bytes_get_size (iv), n_aad = g_bytes_get_size (aad);

	switch (run->mechanism) {
	case CKM_AES_GCM:
		params->gcm = (GcmParams){ iv_data, n_iv, 8 * n_iv, aad_data, n_aad, tag_bits (run) };
		return (CK_MECHANISM){ run->mechanism, params, sizeof params->gcm };
	case CKM_AES_CCM:
		params->ccm = (CcmParams){ n_message, iv_data, n_iv, aad_data, n_aad, tag_bits (run) / 8 };
		return (CK_MECHANISM){ run->mechanism, params, sizeof params->ccm };
	default:
		params->chacha = (ChachaPolyParams){ iv_data, n_iv, aad_data, n_aad };
		return (CK_MECHANISM){ run->mechanism, params, sizeof params->chacha };
	}
}

static Verdict
judge_aead (Run *run)
{
	g_autoptr (GBytes) iv = hex_member (run->test, "iv");
	g_autoptr (GBytes) aad = hex_member (run->test, "aad");
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) bare = hex_member (run->test, "ct");
	g_autoptr (GBytes) tag = hex_member (run->test, "tag");
	g_autoptr (GBytes) ciphertext = joined (bare, tag);
	AeadParams params;
	CK_MECHANISM mechanism = aead_parameter (run, &params, iv, aad, g_bytes_get_size (bare));
	CK_OBJECT_HANDLE key = key_of_test (run, run->mechanism == CKM_CHACHA20_POLY1305 ? CKK_CHACHA20 : CKK_AES);
	Verdict verdict;

	if (key == 0)
		return REFUSED;
	verdict = decrypt (run, &mechanism, key, ciphertext, message, TRUE);
	if (!is_invalid (run))
		verdict = both (verdict, encrypt (run, &mechanism, key, message, ciphertext, TRUE));
	destroy (run, key);
	return verdict;
}

static gboolean
gmac_mechanism (Run *run, const char **absent)
{
	return by_algorithm (run, "AES-GMAC", CKM_AES_GMAC);
}

static Verdict
judge_gmac (Run *run)
{
	g_autoptr (GBytes) iv = hex_member (run->test, "iv");
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) tag = hex_member (run->test, "tag");
	GcmParams params = { (CK_BYTE *)(guintptr)bytes_start (iv), g_bytes_get_size (iv), 8 * g_bytes_get_size (iv), NULL,
		             0, tag_bits (run) };
	CK_MECHANISM mechanism = { run->mechanism, &params, sizeof params };
	CK_OBJECT_HANDLE key = key_of_test (run, CKK_AES);
	Verdict verdict;

	if (key == 0)
		return REFUSED;
	verdict = verify (run, &mechanism, key, message, tag, TRUE);
	destroy (run, key);
	return verdict;
}

/* --- key wrap --- */

static gboolean
wrap_mechanism (Run *run, const char **absent)
{
	return by_algorithm (run, "AES-WRAP", CKM_AES_KEY_WRAP) || by_algorithm (run, "AES-KWP", CKM_AES_KEY_WRAP_PAD) ||
	       by_algorithm (run, "KWP", CKM_AES_KEY_WRAP_PAD);
}

static Verdict
unwrap_and_compare (Run *run, CK_OBJECT_HANDLE wrapping, GBytes *wrapped, GBytes *wanted)
{
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY),    A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
		A_BOOL (CKA_TOKEN, CK_FALSE),           A_BOOL (CKA_PRIVATE, CK_FALSE),
		A_BOOL (CKA_EXTRACTABLE, CK_TRUE),      A_BOOL (CKA_SENSITIVE, CK_FALSE),
	};
	g_autoptr (GBytes) value = NULL;
	CK_OBJECT_HANDLE key;

	if (run->module->f->C_UnwrapKey (run->session, &mechanism, wrapping, BYTES (wrapped), template,
	                                 G_N_ELEMENTS (template), &key) != CKR_OK)
		return REFUSED;
	value = get_attribute (run->module, run->session, key, CKA_VALUE);
	destroy (run, key);
	return value != NULL && g_bytes_equal (value, wanted) ? ACCEPTED : WRONG;
}

static Verdict
wrap_and_compare (Run *run, CK_OBJECT_HANDLE wrapping, GBytes *value, GBytes *wanted)
{
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };
	CK_BYTE wrapped[1024];
	CK_ULONG n = sizeof wrapped;
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (make_secret (run, CKK_GENERIC_SECRET, value, &key) != CKR_OK)
		return REFUSED;
	rv = run->module->f->C_WrapKey (run->session, &mechanism, wrapping, key, wrapped, &n);
	destroy (run, key);
	if (rv != CKR_OK)
		return REFUSED;
	return n == g_bytes_get_size (wanted) && memcmp (wrapped, bytes_start (wanted), n) == 0 ? ACCEPTED : WRONG;
}

/* An invalid vector without ciphertext is about a key that cannot be wrapped, any other about unwrapping. */
static Verdict
judge_wrap (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) wrapped = hex_member (run->test, "ct");
	CK_OBJECT_HANDLE key = key_of_test (run, CKK_AES);
	Verdict verdict;

	if (key == 0)
		return REFUSED;
	verdict = unwrap_and_compare (run, key, wrapped, message);
	if (!is_invalid (run) || g_bytes_get_size (wrapped) == 0)
		verdict = both (verdict, wrap_and_compare (run, key, message, wrapped));
	destroy (run, key);
	return verdict;
}

/* --- MACs --- */

static gboolean
mac_mechanism (Run *run, const char **absent)
{
	const Hash *hash;

	if (by_algorithm (run, "AES-CMAC", CKM_AES_CMAC))
		return TRUE;
	hash = run->algorithm && g_str_has_prefix (run->algorithm, "HMAC") ? hash_named (run->algorithm + 4) : NULL;
	run->mechanism = hash ? hash->hmac : 0;
	return hash != NULL;
}

/* The whole MAC from the module, and its beginning compared here: not every module truncates. */
static Verdict
compare_truncated (Run *run, CK_OBJECT_HANDLE key, GBytes *message, GBytes *tag)
{
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };
	CK_BYTE made[64];
	CK_ULONG n = sizeof made;
	CK_RV rv = run->module->f->C_SignInit (run->session, &mechanism, key);

	if (rv == CKR_OK)
		rv = run->module->f->C_Sign (run->session, BYTES (message), made, &n);
	if (rv != CKR_OK)
		return REFUSED;
	return g_bytes_get_size (tag) <= n && memcmp (made, bytes_start (tag), g_bytes_get_size (tag)) == 0 ? ACCEPTED
	                                                                                                    : REFUSED;
}

static Verdict
verify_whole (Run *run, CK_OBJECT_HANDLE key, GBytes *message, GBytes *tag)
{
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };

	return both (verify (run, &mechanism, key, message, tag, TRUE), compare_truncated (run, key, message, tag));
}

static gsize
mac_length (Run *run, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };
	CK_BYTE made[64];
	CK_ULONG n = sizeof made;

	if (run->module->f->C_SignInit (run->session, &mechanism, key) != CKR_OK ||
	    run->module->f->C_Sign (run->session, made, 0, made, &n) != CKR_OK)
		return 0;
	return n;
}

static Verdict
judge_mac (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) tag = hex_member (run->test, "tag");
	CK_OBJECT_HANDLE key = key_of_test (run, run->mechanism == CKM_AES_CMAC ? CKK_AES : CKK_GENERIC_SECRET);
	Verdict verdict;

	if (key == 0)
		return REFUSED;
	if (g_bytes_get_size (tag) < mac_length (run, key))
		verdict = compare_truncated (run, key, message, tag);
	else
		verdict = verify_whole (run, key, message, tag);
	destroy (run, key);
	return verdict;
}

const Way secret_ways[] = {
	{ "IndCpaTest", cipher_mechanism, judge_cipher, NULL },
	{ "AeadTest", aead_mechanism, judge_aead, NULL },
	{ "KeywrapTest", wrap_mechanism, judge_wrap, NULL },
	{ "MacTest", mac_mechanism, judge_mac, NULL },
	{ "MacWithIvTest", gmac_mechanism, judge_gmac, NULL },
	{ NULL, NULL, NULL, NULL },
};
