/* Keys encapsulated and decapsulated: PKCS #11 v3.2 sections 5.18.8, 5.18.9, 6.1 and 6.3. */

#include "apitest.h"
#include "params.h"

#define AS_AES     A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES)
#define AS_SECRET  A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET)
#define LENGTH(n)  A_ULONG (CKA_VALUE_LEN, n)
#define OPEN       NO (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)
#define MOST_BYTES 1024

static const CK_BYTE der_x448[] = { 0x06, 0x03, 0x2b, 0x65, 0x6f };
static CK_BYTE shared_data[] = { 's', 'h', 'a', 'r', 'e', 'd' };
static EcdhParams no_kdf = { CKD_NULL, 0, NULL, 0, NULL };
static EcdhParams sha256_kdf = { CKD_SHA256_KDF, sizeof shared_data, shared_data, 0, NULL };
static OaepParams oaep = { CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0 };

#define ECDH     MECH_PARAM (CKM_ECDH1_DERIVE, &no_kdf)
#define RSA_PKCS MECH (CKM_RSA_PKCS)
#define RSA_OAEP MECH_PARAM (CKM_RSA_PKCS_OAEP, &oaep)
#define RSA_RAW  MECH (CKM_RSA_X_509)

typedef struct {
	CK_OBJECT_HANDLE public, private;
} Pair;

typedef struct {
	CK_BYTE data[MOST_BYTES];
	CK_ULONG n;
} Text;

static gboolean
lacks_functions (const Api *api)
{
	return api_spares_softhsm (api, "SoftHSM has no functions of 3.2");
}

/* --- key pairs and what is done with them --- */

static Pair
known_pair (const Api *api, ApiKey public, ApiKey private)
{
	Pair pair = { api_key (api, public, T (YES (CKA_ENCAPSULATE))),
		      api_key (api, private, T (YES (CKA_DECAPSULATE))) };

	return pair;
}

static Pair
rsa_pair (const Api *api)
{
	return known_pair (api, KEY_RSA_PUBLIC, KEY_RSA_PRIVATE);
}

static Pair
p256_pair (const Api *api)
{
	return known_pair (api, KEY_EC_PUBLIC, KEY_EC_PRIVATE);
}

static Pair
x25519_pair (const Api *api)
{
	return known_pair (api, KEY_MONTGOMERY_PUBLIC, KEY_MONTGOMERY_PRIVATE);
}

static Pair
new_pair (const Api *api, CK_MECHANISM_TYPE type, const CK_BYTE *curve, CK_ULONG n_curve)
{
	CK_ATTRIBUTE public[] = { A_DATA (CKA_EC_PARAMS, curve, n_curve), YES (CKA_ENCAPSULATE) };
	CK_ATTRIBUTE private[] = { YES (CKA_DECAPSULATE), YES (CKA_DERIVE) };
	Pair pair;

	assert_ok (api->f->C_GenerateKeyPair (api->session, MECH (type), public, G_N_ELEMENTS (public),
	                                      private, G_N_ELEMENTS (private), &pair.public, &pair.private));
	return pair;
}

static Pair
p384_pair (const Api *api)
{
	return new_pair (api, CKM_EC_KEY_PAIR_GEN, der_p384, sizeof der_p384);
}

static Pair
x448_pair (const Api *api)
{
	return new_pair (api, CKM_EC_MONTGOMERY_KEY_PAIR_GEN, der_x448, sizeof der_x448);
}

static CK_RV
encapsulate (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE public, const CK_ATTRIBUTE *template,
             CK_ULONG n, Text *text, CK_OBJECT_HANDLE *key)
{
	text->n = sizeof text->data;
	return api->f3->C_EncapsulateKey (api->session, mech, public, (CK_ATTRIBUTE *)(guintptr) template, n,
	                                  text->data, &text->n, key);
}

static CK_RV
decapsulate (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE private, const CK_ATTRIBUTE *template,
             CK_ULONG n, const Text *text, CK_OBJECT_HANDLE *key)
{
	return api->f3->C_DecapsulateKey (api->session, mech, private, (CK_ATTRIBUTE *)(guintptr) template, n,
	                                  (CK_BYTE *)(guintptr)text->data, text->n, key);
}

static GBytes *
value_of (const Api *api, CK_OBJECT_HANDLE key)
{
	GBytes *value = get_attribute (api->module, api->session, key, CKA_VALUE);

	g_assert_nonnull (value);
	return value;
}

static gsize
n_value_of (const Api *api, CK_OBJECT_HANDLE key)
{
	g_autoptr (GBytes) value = value_of (api, key);

	return g_bytes_get_size (value);
}

static void
assert_same_value (const Api *api, CK_OBJECT_HANDLE one, CK_OBJECT_HANDLE two)
{
	g_autoptr (GBytes) first = value_of (api, one);
	g_autoptr (GBytes) second = value_of (api, two);

	g_assert_true (g_bytes_equal (first, second));
}

/* What is encrypted with the one is opened with the other. */
static void
assert_same_use (const Api *api, CK_OBJECT_HANDLE one, CK_OBJECT_HANDLE two)
{
	CK_BYTE data[16] = { 1, 2, 3 }, encrypted[16], opened[16];
	CK_ULONG n = sizeof encrypted, n_opened = sizeof opened;

	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), one));
	assert_ok (api->f->C_Encrypt (api->session, data, sizeof data, encrypted, &n));
	assert_ok (api->f->C_DecryptInit (api->session, MECH (CKM_AES_ECB), two));
	assert_ok (api->f->C_Decrypt (api->session, encrypted, n, opened, &n_opened));
	g_assert_cmpmem (opened, n_opened, data, sizeof data);
}

static void
set_text (Text *text, const char *hex)
{
	g_autoptr (GBytes) bytes = from_hex (hex);

	text->n = g_bytes_get_size (bytes);
	g_assert_cmpuint (text->n, <=, sizeof text->data);
	memcpy (text->data, g_bytes_get_data (bytes, NULL), text->n);
}

/* --- each way to encapsulate --- */

typedef struct {
	CK_MECHANISM_TYPE type;
	const void *param;
	CK_ULONG n_param;
	Pair (*pair) (const Api *api);
	CK_ULONG n_text;
	CK_ULONG n_whole;   /* bytes of the secret when none are asked for; 0: they must be */
	gboolean agreement; /* C_DeriveKey does the same */
} Kem;

static const Kem kems[] = {
	{ CKM_ECDH1_DERIVE, &no_kdf, sizeof no_kdf, p256_pair, 65, 32, TRUE },
	{ CKM_ECDH1_DERIVE, &no_kdf, sizeof no_kdf, p384_pair, 97, 48, TRUE },
	{ CKM_ECDH1_DERIVE, &no_kdf, sizeof no_kdf, x25519_pair, 32, 32, TRUE },
	{ CKM_ECDH1_DERIVE, &no_kdf, sizeof no_kdf, x448_pair, 56, 56, TRUE },
	{ CKM_ECDH1_DERIVE, &sha256_kdf, sizeof sha256_kdf, p256_pair, 65, 32, TRUE },
	{ CKM_ECDH1_DERIVE, &sha256_kdf, sizeof sha256_kdf, x448_pair, 56, 32, TRUE },
	{ CKM_ECDH1_COFACTOR_DERIVE, &no_kdf, sizeof no_kdf, p256_pair, 65, 32, TRUE },
	{ CKM_ECDH1_COFACTOR_DERIVE, &sha256_kdf, sizeof sha256_kdf, p384_pair, 97, 32, TRUE },
	{ CKM_RSA_PKCS, NULL, 0, rsa_pair, 256, 0, FALSE },
	{ CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep, rsa_pair, 256, 0, FALSE },
	{ CKM_RSA_X_509, NULL, 0, rsa_pair, 256, 256, FALSE },
};

static CK_MECHANISM *
mechanism (const Kem *kem)
{
	static CK_MECHANISM mech;

	mech = (CK_MECHANISM){ kem->type, (void *)(guintptr)kem->param, kem->n_param };
	return &mech;
}

#define FOR_EACH_KEM(kem) for (const Kem *kem = kems; kem < kems + G_N_ELEMENTS (kems); kem++)

static void
both_sides_get_the_same_key (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one, two;
	Text text;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		Pair pair = kem->pair (api);

		assert_ok (encapsulate (api, mechanism (kem), pair.public, T (AS_AES, OPEN, LENGTH (16)),
		                        &text, &one));
		g_assert_cmpuint (text.n, ==, kem->n_text);
		assert_ok (decapsulate (api, mechanism (kem), pair.private, T (AS_AES, OPEN, LENGTH (16)),
		                        &text, &two));
		g_assert_cmpuint (one, !=, two);
		assert_same_value (api, one, two);
		assert_same_use (api, one, two);
	}
}

static void
secrets_of_open_length_are_whole (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one, two;
	Text text;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		Pair pair = kem->pair (api);

		if (kem->n_whole == 0)
			continue;
		assert_ok (encapsulate (api, mechanism (kem), pair.public, T (OPEN), &text, &one));
		assert_ok (decapsulate (api, mechanism (kem), pair.private, T (OPEN), &text, &two));
		g_assert_cmpuint (api_ulong (api, one, CKA_KEY_TYPE), ==, CKK_GENERIC_SECRET);
		g_assert_cmpuint (api_ulong (api, one, CKA_VALUE_LEN), ==, kem->n_whole);
		assert_same_value (api, one, two);
	}
}

static void
no_two_encapsulations_are_the_same (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one, two;
	Text first, second;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		Pair pair = kem->pair (api);
		g_autoptr (GBytes) value = NULL;
		g_autoptr (GBytes) other = NULL;

		assert_ok (
			encapsulate (api, mechanism (kem), pair.public, T (OPEN, LENGTH (24)), &first, &one));
		assert_ok (encapsulate (api, mechanism (kem), pair.public, T (OPEN, LENGTH (24)), &second,
		                        &two));
		value = value_of (api, one);
		other = value_of (api, two);
		g_assert_false (g_bytes_equal (value, other));
		g_assert_true (memcmp (first.data, second.data, kem->n_text) != 0);
	}
}

static void
mechanisms_say_that_they_encapsulate (Api *api, gconstpointer unused)
{
	CK_MECHANISM_INFO info;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		assert_ok (api->f->C_GetMechanismInfo (api->slot, kem->type, &info));
		g_assert_cmphex (info.flags & (CKF_ENCAPSULATE | CKF_DECAPSULATE), ==,
		                 CKF_ENCAPSULATE | CKF_DECAPSULATE);
	}
}

/* --- the same by other means --- */

/* Section 6.3: the ciphertext is the public value of a pair that lived for that long. */
static void
decapsulation_is_a_derivation_with_the_ciphertext (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one, two;
	Text text;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		CK_ATTRIBUTE template[] = { AS_AES, OPEN, LENGTH (16) };
		Pair pair = kem->pair (api);
		EcdhParams params;

		if (!kem->agreement)
			continue;
		assert_ok (encapsulate (api, mechanism (kem), pair.public, template, G_N_ELEMENTS (template),
		                        &text, &one));
		memcpy (&params, kem->param, sizeof params);
		params.public = text.data;
		params.n_public = text.n;
		assert_ok (api->f->C_DeriveKey (api->session, MECH_PARAM (kem->type, &params), pair.private,
		                                template, G_N_ELEMENTS (template), &two));
		assert_same_value (api, one, two);
	}
}

static void
rsa_ciphertext_is_opened_by_decryption (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Text text, opened;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		Pair pair = kem->pair (api);
		CK_ULONG n = kem->n_whole > 0 ? kem->n_whole : 33;

		if (kem->agreement)
			continue;
		assert_ok (
			encapsulate (api, mechanism (kem), pair.public, T (OPEN, LENGTH (n)), &text, &key));
		opened.n = sizeof opened.data;
		assert_ok (api->f->C_DecryptInit (api->session, mechanism (kem), pair.private));
		assert_ok (api->f->C_Decrypt (api->session, text.data, text.n, opened.data, &opened.n));
		api_assert_bytes (api, key, CKA_VALUE, opened.data, opened.n);
	}
}

static void
rsa_encryption_is_opened_by_decapsulation (Api *api, gconstpointer unused)
{
	CK_BYTE secret[256] = { 0, 1, 2, 3, [255] = 7 };
	CK_OBJECT_HANDLE key;
	Text text;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		Pair pair = kem->pair (api);
		CK_ULONG n = kem->n_whole > 0 ? kem->n_whole : 33;

		if (kem->agreement)
			continue;
		text.n = sizeof text.data;
		assert_ok (api->f->C_EncryptInit (api->session, mechanism (kem), pair.public));
		assert_ok (api->f->C_Encrypt (api->session, secret, n, text.data, &text.n));
		assert_ok (
			decapsulate (api, mechanism (kem), pair.private, T (OPEN, LENGTH (n)), &text, &key));
		api_assert_bytes (api, key, CKA_VALUE, secret, n);
	}
}

/* Section 6.1: exactly equivalent to C_UnwrapKey, whose lengths must not conflict. */
static void
rsa_decapsulation_is_an_unwrapping (Api *api, gconstpointer unused)
{
	CK_MECHANISM *mechs[] = { RSA_PKCS, RSA_OAEP };
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	for (gsize i = 0; i < G_N_ELEMENTS (mechs); i++) {
		CK_ATTRIBUTE template[] = { AS_AES, OPEN };
		CK_OBJECT_HANDLE one, two;

		assert_ok (
			encapsulate (api, mechs[i], pair.public, T (AS_AES, OPEN, LENGTH (24)), &text, &one));
		assert_ok (api->f->C_UnwrapKey (api->session, mechs[i], pair.private, text.data, text.n,
		                                template, G_N_ELEMENTS (template), &two));
		assert_same_value (api, one, two);
		assert_ok (decapsulate (api, mechs[i], pair.private, T (AS_AES, OPEN, LENGTH (24)), &text,
		                        &two));
		assert_same_value (api, one, two);
	}
}

static void
oaep_lengths_that_conflict_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	assert_ok (encapsulate (api, RSA_OAEP, pair.public, T (AS_AES, OPEN, LENGTH (24)), &text, &key));
	assert_ok (decapsulate (api, RSA_OAEP, pair.private, T (AS_AES, OPEN), &text, &key));
	g_assert_cmpuint (n_value_of (api, key), ==, 24);
	assert_rv (decapsulate (api, RSA_OAEP, pair.private, T (AS_AES, OPEN, LENGTH (16)), &text, &key),
	           CKR_WRAPPED_KEY_LEN_RANGE);
	assert_rv (decapsulate (api, RSA_OAEP, pair.private, T (AS_AES, OPEN, LENGTH (32)), &text, &key),
	           CKR_WRAPPED_KEY_LEN_RANGE);
	assert_rv (decapsulate (api, RSA_OAEP, pair.private, T (A_ULONG (CKA_KEY_TYPE, CKK_CHACHA20)), &text, &key),
	           CKR_WRAPPED_KEY_LEN_RANGE);
}

/* The padding of v1.5 is no oracle: damage and other lengths make a key that nobody has, and as a right one would be,
 * it is the same each time. */
static void
v1_5_answers_for_nobody (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { 16, 32, 24 };
	CK_OBJECT_HANDLE key, one, two;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	assert_ok (encapsulate (api, RSA_PKCS, pair.public, T (AS_AES, OPEN, LENGTH (24)), &text, &key));
	assert_ok (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN, LENGTH (24)), &text, &one));
	assert_same_value (api, key, one);
	assert_rv (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN), &text, &one), CKR_TEMPLATE_INCOMPLETE);
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		g_autoptr (GBytes) right = NULL, wrong = NULL;

		text.data[20] ^= lengths[i] == 24;
		assert_ok (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN, LENGTH (lengths[i])), &text, &one));
		assert_ok (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN, LENGTH (lengths[i])), &text, &two));
		g_assert_cmpuint (n_value_of (api, one), ==, lengths[i]);
		assert_same_value (api, one, two);
		right = value_of (api, key);
		wrong = value_of (api, one);
		g_assert_false (g_bytes_equal (right, wrong));
	}
}

/* What would be found by trying, part by part. */
static void
short_parts_of_a_secret_are_not_guarded_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	assert_ok (encapsulate (api, RSA_RAW, pair.public, T (AS_SECRET, LENGTH (32)), &text, &key));
	assert_rv (decapsulate (api, RSA_RAW, pair.private, T (AS_SECRET, YES (CKA_SENSITIVE), LENGTH (1)), &text, &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_ok (decapsulate (api, RSA_RAW, pair.private, T (AS_SECRET, YES (CKA_SENSITIVE), LENGTH (14)), &text, &key));
}

/* There is no moment between Init and use to give it. */
static void
keys_that_want_the_pin_each_time_decapsulate_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, private;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	private = api_key (api, KEY_RSA_PRIVATE,
	                   T (YES (CKA_DECAPSULATE), YES (CKA_PRIVATE), YES (CKA_ALWAYS_AUTHENTICATE)));
	assert_ok (encapsulate (api, RSA_OAEP, pair.public, T (AS_AES, OPEN, LENGTH (16)), &text, &key));
	assert_rv (decapsulate (api, RSA_OAEP, private, T (AS_AES, OPEN), &text, &key), CKR_USER_NOT_LOGGED_IN);
}

/* Section 6.1.12 of raw RSA: what the template asks for is taken from the end. */
static void
raw_rsa_gives_the_end_of_its_number (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE whole, part, one;
	g_autoptr (GBytes) value = NULL;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	assert_ok (encapsulate (api, RSA_RAW, pair.public, T (AS_AES, OPEN, LENGTH (32)), &text, &one));
	assert_ok (decapsulate (api, RSA_RAW, pair.private, T (OPEN), &text, &whole));
	assert_ok (decapsulate (api, RSA_RAW, pair.private, T (OPEN, LENGTH (16)), &text, &part));
	value = value_of (api, whole);
	g_assert_cmpuint (g_bytes_get_size (value), ==, 256);
	api_assert_bytes (api, one, CKA_VALUE, (const CK_BYTE *)g_bytes_get_data (value, NULL) + 224, 32);
	api_assert_bytes (api, part, CKA_VALUE, (const CK_BYTE *)g_bytes_get_data (value, NULL) + 240, 16);
}

/* --- published values --- */

typedef struct {
	CK_KEY_TYPE key_type;
	const CK_BYTE *curve;
	CK_ULONG n_curve;
	const char *private, *other, *agreed;
} Agreement;

static const Agreement agreements[] = {
	/* NIST CAVP, ECC CDH primitive, P-256, COUNT = 0 */
	{ CKK_EC, der_p256, sizeof der_p256,
	  "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
	  "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
	  "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
	  "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b" },
	/* the same, P-384, COUNT = 0 */
	{ CKK_EC, der_p384, sizeof der_p384,
	  "3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b15618b6818a661774ad463b205da88cf699ab4d43c9cf98a1",
	  "04a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e764592efda27fe7513272734466b400091adbf2d68c58e0c50066"
	  "ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b661efedf243451915ed0905a32b060992b468c64766fc8437a",
	  "5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f40ba7fcead493b457e5621e766c40a2e3d4d6a04b25e533f"
	  "1" },
	/* RFC 7748 section 6.1, and section 6.2 */
	{ CKK_EC_MONTGOMERY, der_x25519, sizeof der_x25519,
	  "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
	  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
	  "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" },
	{ CKK_EC_MONTGOMERY, der_x448, sizeof der_x448,
	  "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9a"
	  "c2d8c0a598726b",
	  "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07"
	  "bdc1c67bf33609",
	  "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a44"
	  "9a5037514a879d" },
};

static CK_OBJECT_HANDLE
private_key_of (const Api *api, const Agreement *row)
{
	g_autoptr (GBytes) value = from_hex (row->private);

	return api_create (api,
	                   T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, row->key_type),
	                      A_DATA (CKA_EC_PARAMS, row->curve, row->n_curve),
	                      A_DATA (CKA_VALUE, g_bytes_get_data (value, NULL), g_bytes_get_size (value)),
	                      YES (CKA_DECAPSULATE), YES (CKA_DERIVE), NO (CKA_SENSITIVE)));
}

static void
published_agreements_are_decapsulated (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (agreements); i++) {
		g_autoptr (GBytes) agreed = from_hex (agreements[i].agreed);
		CK_OBJECT_HANDLE key;
		Text text;

		set_text (&text, agreements[i].other);
		assert_ok (
			decapsulate (api, ECDH, private_key_of (api, &agreements[i]), T (OPEN), &text, &key));
		api_assert_bytes (api, key, CKA_VALUE, g_bytes_get_data (agreed, NULL),
		                  g_bytes_get_size (agreed));
	}
}

/* Section 6.3: the truncation removes bytes from the leading end. */
static void
agreed_secret_is_cut_from_its_beginning (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (agreements); i++) {
		g_autoptr (GBytes) agreed = from_hex (agreements[i].agreed);
		gsize n = g_bytes_get_size (agreed);
		CK_OBJECT_HANDLE key;
		Text text;

		set_text (&text, agreements[i].other);
		assert_ok (decapsulate (api, ECDH, private_key_of (api, &agreements[i]),
		                        T (AS_AES, OPEN, LENGTH (16)), &text, &key));
		api_assert_bytes (api, key, CKA_VALUE,
		                  (const CK_BYTE *)g_bytes_get_data (agreed, NULL) + n - 16, 16);
	}
}

/* SEC 1 section 3.6.1: SHA-256 of the secret, a counter from one, and the shared data. */
static void
shared_data_goes_into_the_key (Api *api, gconstpointer unused)
{
	g_autoptr (GBytes) agreed = from_hex (agreements[0].agreed);
	CK_BYTE expected[64];
	CK_OBJECT_HANDLE key;
	Text text;

	if (lacks_functions (api))
		return;
	for (CK_BYTE i = 0; i < 2; i++) {
		g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
		gsize n = 32;

		g_checksum_update (hash, g_bytes_get_data (agreed, NULL), (gssize)g_bytes_get_size (agreed));
		g_checksum_update (hash, (CK_BYTE[]){ 0, 0, 0, (CK_BYTE)(i + 1) }, 4);
		g_checksum_update (hash, shared_data, sizeof shared_data);
		g_checksum_get_digest (hash, expected + 32 * i, &n);
	}
	set_text (&text, agreements[0].other);
	assert_ok (decapsulate (api, MECH_PARAM (CKM_ECDH1_DERIVE, &sha256_kdf),
	                        private_key_of (api, &agreements[0]), T (OPEN, LENGTH (50)), &text, &key));
	api_assert_bytes (api, key, CKA_VALUE, expected, 50);
}

/* --- lengths asked for, and arguments --- */

static void
length_question_makes_no_key (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		CK_ATTRIBUTE template[] = { AS_AES, OPEN, LENGTH (16) };
		Pair pair = kem->pair (api);
		CK_OBJECT_HANDLE key = 0x5eed;
		guint before = api_count (api, NOTHING);
		CK_ULONG n = 0;

		assert_ok (api->f3->C_EncapsulateKey (api->session, mechanism (kem), pair.public, template,
		                                      G_N_ELEMENTS (template), NULL, &n, &key));
		g_assert_cmpuint (n, ==, kem->n_text);
		g_assert_cmpuint (key, ==, 0x5eed);
		g_assert_cmpuint (api_count (api, NOTHING), ==, before);
	}
}

static void
short_buffer_makes_no_key (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		CK_ATTRIBUTE template[] = { AS_AES, OPEN, LENGTH (16) };
		CK_BYTE text[MOST_BYTES] = { 0 };
		Pair pair = kem->pair (api);
		CK_OBJECT_HANDLE key = 0x5eed;
		guint before = api_count (api, NOTHING);

		for (CK_ULONG room = 0; room < kem->n_text; room += kem->n_text - 1) {
			CK_ULONG n = room;

			assert_rv (api->f3->C_EncapsulateKey (api->session, mechanism (kem), pair.public,
			                                      template, G_N_ELEMENTS (template), text, &n,
			                                      &key),
			           CKR_BUFFER_TOO_SMALL);
			g_assert_cmpuint (n, ==, kem->n_text);
		}
		for (gsize i = 0; i < sizeof text; i++)
			g_assert_cmpuint (text[i], ==, 0);
		g_assert_cmpuint (key, ==, 0x5eed);
		g_assert_cmpuint (api_count (api, NOTHING), ==, before);
	}
}

static void
exact_buffer_is_enough (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		CK_ATTRIBUTE template[] = { AS_AES, OPEN, LENGTH (16) };
		g_autofree CK_BYTE *text = g_malloc (kem->n_text);
		CK_ULONG n = kem->n_text;
		CK_OBJECT_HANDLE key;

		assert_ok (api->f3->C_EncapsulateKey (api->session, mechanism (kem), kem->pair (api).public,
		                                      template, G_N_ELEMENTS (template), text, &n, &key));
		g_assert_cmpuint (n, ==, kem->n_text);
	}
}

static void
arguments_that_are_missing_are_refused (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE one[] = { A_STRING (CKA_LABEL, "x") };
	CK_BYTE text[65];
	CK_ULONG n = sizeof text;
	CK_OBJECT_HANDLE key;
	Pair pair;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	assert_rv (api->f3->C_EncapsulateKey (api->session, NULL, pair.public, one, 1, text, &n, &key),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_EncapsulateKey (api->session, ECDH, pair.public, NULL, 1, text, &n, &key),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_EncapsulateKey (api->session, ECDH, pair.public, one, 1, text, NULL, &key),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_EncapsulateKey (api->session, ECDH, pair.public, one, 1, text, &n, NULL),
	           CKR_ARGUMENTS_BAD);
	assert_ok (api->f3->C_EncapsulateKey (api->session, ECDH, pair.public, NULL, 0, text, &n, &key));
	assert_rv (api->f3->C_DecapsulateKey (api->session, NULL, pair.private, one, 1, text, n, &key),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_DecapsulateKey (api->session, ECDH, pair.private, NULL, 1, text, n, &key),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_DecapsulateKey (api->session, ECDH, pair.private, one, 1, NULL, n, &key),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_DecapsulateKey (api->session, ECDH, pair.private, one, 1, text, n, NULL),
	           CKR_ARGUMENTS_BAD);
	assert_ok (api->f3->C_DecapsulateKey (api->session, ECDH, pair.private, NULL, 0, text, n, &key));
}

static void
sessions_that_are_none_are_refused (Api *api, gconstpointer unused)
{
	CK_BYTE text[65];
	CK_ULONG n = sizeof text;
	CK_OBJECT_HANDLE key;

	if (lacks_functions (api))
		return;
	assert_rv (api->f3->C_EncapsulateKey (0, ECDH, 1, NULL, 0, text, &n, &key),
	           CKR_SESSION_HANDLE_INVALID);
	assert_rv (api->f3->C_DecapsulateKey (0, ECDH, 1, NULL, 0, text, n, &key),
	           CKR_SESSION_HANDLE_INVALID);
}

/* --- parameters --- */

static CK_BYTE point[65] = { 4 };
static EcdhParams with_public = { CKD_NULL, 0, NULL, sizeof point, point };
static EcdhParams with_length = { CKD_NULL, 0, NULL, sizeof point, NULL };
static EcdhParams unknown_kdf = { 0x7777, 0, NULL, 0, NULL };
static EcdhParams shared_without_kdf = { CKD_NULL, sizeof shared_data, shared_data, 0, NULL };
static EcdhParams shared_missing = { CKD_SHA256_KDF, 4, NULL, 0, NULL };
static OaepParams unknown_hash = { CKM_AES_ECB, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0 };
static OaepParams unknown_mask = { CKM_SHA256, 0x7777, CKZ_DATA_SPECIFIED, NULL, 0 };
static OaepParams label_missing = { CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 4 };

static void
wrong_parameters_are_refused (Api *api, gconstpointer unused)
{
	const struct {
		Pair (*pair) (const Api *api);
		CK_MECHANISM mech;
	} rows[] = {
		{ p256_pair, { CKM_ECDH1_DERIVE, NULL, 0 } },
		{ p256_pair, { CKM_ECDH1_DERIVE, &no_kdf, sizeof no_kdf - 1 } },
		{ p256_pair, { CKM_ECDH1_DERIVE, NULL, sizeof no_kdf } },
		{ p256_pair, { CKM_ECDH1_DERIVE, &with_public, sizeof with_public } },
		{ p256_pair, { CKM_ECDH1_DERIVE, &with_length, sizeof with_length } },
		{ p256_pair, { CKM_ECDH1_DERIVE, &unknown_kdf, sizeof unknown_kdf } },
		{ p256_pair, { CKM_ECDH1_DERIVE, &shared_without_kdf, sizeof shared_without_kdf } },
		{ p256_pair, { CKM_ECDH1_DERIVE, &shared_missing, sizeof shared_missing } },
		{ p256_pair, { CKM_ECDH1_COFACTOR_DERIVE, &with_public, sizeof with_public } },
		{ x25519_pair, { CKM_ECDH1_DERIVE, &with_public, sizeof with_public } },
		{ rsa_pair, { CKM_RSA_PKCS_OAEP, NULL, 0 } },
		{ rsa_pair, { CKM_RSA_PKCS_OAEP, &unknown_hash, sizeof unknown_hash } },
		{ rsa_pair, { CKM_RSA_PKCS_OAEP, &unknown_mask, sizeof unknown_mask } },
		{ rsa_pair, { CKM_RSA_PKCS_OAEP, &label_missing, sizeof label_missing } },
	};

	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		CK_MECHANISM mech = rows[i].mech;
		Pair pair = rows[i].pair (api);
		CK_OBJECT_HANDLE key;
		Text text;

		assert_rv (encapsulate (api, &mech, pair.public, T (AS_AES, LENGTH (16)), &text, &key),
		           CKR_MECHANISM_PARAM_INVALID);
		text.n = rows[i].pair == rsa_pair ? 256 : rows[i].pair == p256_pair ? 65 : 32;
		assert_rv (decapsulate (api, &mech, pair.private, T (AS_AES, LENGTH (16)), &text, &key),
		           CKR_MECHANISM_PARAM_INVALID);
	}
}

static void
label_of_oaep_must_be_the_same (Api *api, gconstpointer unused)
{
	OaepParams labelled = oaep;
	CK_OBJECT_HANDLE one, two;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	labelled.label = shared_data;
	labelled.n_label = sizeof shared_data;
	pair = rsa_pair (api);
	assert_ok (encapsulate (api, MECH_PARAM (CKM_RSA_PKCS_OAEP, &labelled), pair.public,
	                        T (OPEN, LENGTH (16)), &text, &one));
	assert_ok (decapsulate (api, MECH_PARAM (CKM_RSA_PKCS_OAEP, &labelled), pair.private, T (OPEN), &text,
	                        &two));
	assert_same_value (api, one, two);
	assert_rv (decapsulate (api, RSA_OAEP, pair.private, T (OPEN), &text, &two), CKR_WRAPPED_KEY_INVALID);
}

/* --- templates --- */

#define TYPE(type) A_ULONG (CKA_KEY_TYPE, type)

/* What a template makes of the 32 bytes that P-256 and X25519 agree on, on both sides alike. */
static void
template_decides_type_and_length (Api *api, gconstpointer unused)
{
	const struct {
		CK_ATTRIBUTE template[3];
		CK_ULONG n;
		CK_KEY_TYPE type;
		CK_ULONG n_value;
		CK_RV rv;
	} rows[] = {
		{ { A_STRING (CKA_LABEL, "x") }, 1, CKK_GENERIC_SECRET, 32, CKR_OK },
		{ { LENGTH (1) }, 1, CKK_GENERIC_SECRET, 1, CKR_OK },
		{ { A_ULONG (CKA_CLASS, CKO_SECRET_KEY), LENGTH (31) }, 2, CKK_GENERIC_SECRET, 31, CKR_OK },
		{ { TYPE (CKK_AES) }, 1, CKK_AES, 32, CKR_OK },
		{ { TYPE (CKK_AES), LENGTH (24) }, 2, CKK_AES, 24, CKR_OK },
		{ { TYPE (CKK_DES3) }, 1, CKK_DES3, 24, CKR_OK },
		{ { TYPE (CKK_CHACHA20) }, 1, CKK_CHACHA20, 32, CKR_OK },
		{ { TYPE (CKK_SHA256_HMAC), LENGTH (20) }, 2, CKK_SHA256_HMAC, 20, CKR_OK },
		{ { TYPE (CKK_AES), LENGTH (20) }, 2, 0, 0, CKR_ATTRIBUTE_VALUE_INVALID },
		{ { LENGTH (33) }, 1, 0, 0, CKR_ATTRIBUTE_VALUE_INVALID },
		{ { LENGTH (~0UL) }, 1, 0, 0, CKR_ATTRIBUTE_VALUE_INVALID },
		{ { TYPE (CKK_RSA) }, 1, 0, 0, CKR_TEMPLATE_INCONSISTENT },
		{ { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), TYPE (CKK_AES) },
		  2,
		  0,
		  0,
		  CKR_TEMPLATE_INCONSISTENT },
		{ { A_BYTES (CKA_VALUE, 1, 2, 3) }, 1, 0, 0, CKR_ATTRIBUTE_READ_ONLY },
		{ { YES (CKA_LOCAL) }, 1, 0, 0, CKR_ATTRIBUTE_READ_ONLY },
		{ { YES (CKA_ALWAYS_SENSITIVE) }, 1, 0, 0, CKR_ATTRIBUTE_READ_ONLY },
		{ { A_ULONG (CKA_KEY_GEN_MECHANISM, 1) }, 1, 0, 0, CKR_ATTRIBUTE_READ_ONLY },
		{ { YES (CKA_TRUSTED) }, 1, 0, 0, CKR_ATTRIBUTE_READ_ONLY },
		{ { A_BYTES (CKA_MODULUS, 1) }, 1, 0, 0, CKR_ATTRIBUTE_TYPE_INVALID },
		{ { A_BYTES (CKA_TOKEN, 1, 2) }, 1, 0, 0, CKR_ATTRIBUTE_VALUE_INVALID },
	};
	Pair pair;
	Text good;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	assert_ok (encapsulate (api, ECDH, pair.public, NOTHING, &good, &(CK_OBJECT_HANDLE){ 0 }));
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		guint before = api_count (api, NOTHING);
		CK_OBJECT_HANDLE one, two;
		Text text;

		assert_rv (encapsulate (api, ECDH, pair.public, rows[i].template, rows[i].n, &text, &one),
		           rows[i].rv);
		assert_rv (decapsulate (api, ECDH, pair.private, rows[i].template, rows[i].n, &good, &two),
		           rows[i].rv);
		g_assert_cmpuint (api_count (api, NOTHING), ==, before + (rows[i].rv == CKR_OK ? 2 : 0));
		if (rows[i].rv != CKR_OK)
			continue;
		g_assert_cmpuint (api_ulong (api, one, CKA_CLASS), ==, CKO_SECRET_KEY);
		g_assert_cmpuint (api_ulong (api, one, CKA_KEY_TYPE), ==, rows[i].type);
		g_assert_cmpuint (api_ulong (api, two, CKA_KEY_TYPE), ==, rows[i].type);
		g_assert_cmpuint (n_value_of (api, one), ==, rows[i].n_value);
		g_assert_cmpuint (n_value_of (api, two), ==, rows[i].n_value);
	}
}

static void
des_keys_have_their_parity (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE template[] = { TYPE (CKK_DES3), OPEN };
	CK_OBJECT_HANDLE one, two;
	g_autoptr (GBytes) value = NULL;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = x25519_pair (api);
	assert_ok (encapsulate (api, ECDH, pair.public, template, G_N_ELEMENTS (template), &text, &one));
	assert_ok (decapsulate (api, ECDH, pair.private, template, G_N_ELEMENTS (template), &text, &two));
	assert_same_value (api, one, two);
	value = value_of (api, one);
	for (gsize i = 0; i < 24; i++)
		g_assert_cmpint (
			__builtin_popcount (((const CK_BYTE *)g_bytes_get_data (value, NULL))[i]) % 2, ==, 1);
}

static void
agreement_longer_than_an_aes_key_wants_a_length (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Text text;

	if (lacks_functions (api))
		return;
	assert_rv (encapsulate (api, ECDH, p384_pair (api).public, T (AS_AES), &text, &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (encapsulate (api, ECDH, x448_pair (api).public, T (AS_AES), &text, &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

/* Section 6.1: at most k - 11 bytes, and k - 2 - 2 hLen. */
static void
rsa_encryption_wants_a_length_that_fits (Api *api, gconstpointer unused)
{
	const struct {
		CK_MECHANISM mech;
		CK_ULONG n_most;
	} rows[] = { { *RSA_PKCS, 256 - 11 }, { *RSA_OAEP, 256 - 2 - 2 * 32 } };
	CK_OBJECT_HANDLE key;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		CK_MECHANISM mech = rows[i].mech;

		assert_rv (encapsulate (api, &mech, pair.public, T (AS_AES), &text, &key),
		           CKR_TEMPLATE_INCOMPLETE);
		assert_rv (encapsulate (api, &mech, pair.public, NOTHING, &text, &key),
		           CKR_TEMPLATE_INCOMPLETE);
		assert_rv (
			encapsulate (api, &mech, pair.public, T (LENGTH (rows[i].n_most + 1)), &text, &key),
			CKR_KEY_SIZE_RANGE);
		assert_ok (encapsulate (api, &mech, pair.public, T (LENGTH (rows[i].n_most)), &text, &key));
		assert_ok (encapsulate (api, &mech, pair.public, T (TYPE (CKK_DES3)), &text, &key));
		g_assert_cmpuint (n_value_of (api, key), ==, 24);
	}
	assert_rv (encapsulate (api, RSA_RAW, pair.public, T (LENGTH (257)), &text, &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

/* --- what becomes of the keys --- */

/* Sections 5.18.8 and 5.18.9, whatever the template says and whatever the other key is. */
static void
history_is_that_of_a_key_from_elsewhere (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE keys[2];
	Text text;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		CK_ATTRIBUTE template[] = { AS_AES, LENGTH (16), YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE) };
		Pair pair = kem->pair (api);

		assert_ok (encapsulate (api, mechanism (kem), pair.public, template, G_N_ELEMENTS (template),
		                        &text, &keys[0]));
		assert_ok (decapsulate (api, mechanism (kem), pair.private, template, G_N_ELEMENTS (template),
		                        &text, &keys[1]));
		for (gsize i = 0; i < 2; i++) {
			g_assert_false (api_bool (api, keys[i], CKA_ALWAYS_SENSITIVE));
			g_assert_false (api_bool (api, keys[i], CKA_NEVER_EXTRACTABLE));
			g_assert_false (api_bool (api, keys[i], CKA_LOCAL));
			g_assert_cmpuint (api_ulong (api, keys[i], CKA_KEY_GEN_MECHANISM), ==,
			                  CK_UNAVAILABLE_INFORMATION);
			g_assert_true (api_bool (api, keys[i], CKA_SENSITIVE));
			g_assert_false (api_bool (api, keys[i], CKA_EXTRACTABLE));
			assert_rv (api_get (api, keys[i], CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
		}
		assert_same_use (api, keys[0], keys[1]);
	}
}

static void
keys_are_extractable_unless_the_template_says_otherwise (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one, two;
	Text text;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		Pair pair = kem->pair (api);

		assert_ok (encapsulate (api, mechanism (kem), pair.public, T (AS_AES, LENGTH (16)), &text,
		                        &one));
		assert_ok (decapsulate (api, mechanism (kem), pair.private, T (AS_AES, LENGTH (16)), &text,
		                        &two));
		g_assert_true (api_bool (api, one, CKA_EXTRACTABLE));
		g_assert_true (api_bool (api, two, CKA_EXTRACTABLE));
	}
}

static void
keys_have_unique_ids (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one, two;
	g_autoptr (GBytes) first = NULL;
	g_autoptr (GBytes) second = NULL;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	assert_ok (encapsulate (api, ECDH, pair.public, NOTHING, &text, &one));
	assert_ok (decapsulate (api, ECDH, pair.private, NOTHING, &text, &two));
	first = get_attribute (api->module, api->session, one, CKA_UNIQUE_ID);
	second = get_attribute (api->module, api->session, two, CKA_UNIQUE_ID);
	if (first == NULL && second == NULL)
		g_test_skip ("this module has no CKA_UNIQUE_ID");
	else
		g_assert_false (g_bytes_equal (first, second));
}

static void
check_values_are_computed (Api *api, gconstpointer unused)
{
	CK_BYTE zeros[16] = { 0 }, out[16];
	CK_ULONG n = sizeof out;
	CK_OBJECT_HANDLE one, two;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	assert_ok (encapsulate (api, ECDH, pair.public, T (AS_AES), &text, &one));
	assert_ok (decapsulate (api, ECDH, pair.private, T (AS_AES), &text, &two));
	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), one));
	assert_ok (api->f->C_Encrypt (api->session, zeros, sizeof zeros, out, &n));
	api_assert_bytes (api, one, CKA_CHECK_VALUE, out, 3);
	api_assert_bytes (api, two, CKA_CHECK_VALUE, out, 3);
	out[0] ^= 1;
	assert_ok (decapsulate (api, ECDH, pair.private, T (AS_AES, A_DATA (CKA_CHECK_VALUE, NULL, 0)), &text,
	                        &two));
	assert_rv (decapsulate (api, ECDH, pair.private, T (AS_AES, A_DATA (CKA_CHECK_VALUE, out, 3)), &text,
	                        &two),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
keys_of_the_token_stay (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE template[] = { YES (CKA_TOKEN), A_STRING (CKA_LABEL, "kept"), OPEN };
	CK_OBJECT_HANDLE one, two;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	assert_ok (encapsulate (api, ECDH, pair.public, template, G_N_ELEMENTS (template), &text, &one));
	assert_ok (decapsulate (api, ECDH, pair.private, template, G_N_ELEMENTS (template), &text, &two));
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, template, 2), ==, 2);
}

static void
keys_of_the_token_need_a_read_write_session (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	api->session = api_open (api, 0);
	assert_rv (encapsulate (api, ECDH, pair.public, T (YES (CKA_TOKEN)), &text, &key),
	           CKR_SESSION_READ_ONLY);
	assert_ok (encapsulate (api, ECDH, pair.public, NOTHING, &text, &key));
	assert_rv (decapsulate (api, ECDH, pair.private, T (YES (CKA_TOKEN)), &text, &key),
	           CKR_SESSION_READ_ONLY);
	assert_ok (decapsulate (api, ECDH, pair.private, NOTHING, &text, &key));
}

static void
private_keys_need_the_user (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE public, hidden, private, key;
	Text text;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_EC_PUBLIC, T (YES (CKA_ENCAPSULATE), NO (CKA_PRIVATE)));
	hidden = api_key (api, KEY_EC_PRIVATE, T (YES (CKA_DECAPSULATE), YES (CKA_PRIVATE)));
	private = api_key (api, KEY_EC_PRIVATE, T (YES (CKA_DECAPSULATE), NO (CKA_PRIVATE)));
	assert_ok (api->f->C_Logout (api->session));
	assert_rv (encapsulate (api, ECDH, public, T (YES (CKA_PRIVATE)), &text, &key),
	           CKR_USER_NOT_LOGGED_IN);
	assert_ok (encapsulate (api, ECDH, public, T (NO (CKA_PRIVATE)), &text, &key));
	assert_rv (decapsulate (api, ECDH, private, T (YES (CKA_PRIVATE)), &text, &key),
	           CKR_USER_NOT_LOGGED_IN);
	assert_ok (decapsulate (api, ECDH, private, T (NO (CKA_PRIVATE)), &text, &key));
	assert_rv (decapsulate (api, ECDH, hidden, T (NO (CKA_PRIVATE)), &text, &key),
	           CKR_UNWRAPPING_KEY_HANDLE_INVALID);
}

/* --- who may --- */

static void
usage_must_be_said (Api *api, gconstpointer unused)
{
	const ApiKey pairs[][2] = { { KEY_EC_PUBLIC, KEY_EC_PRIVATE }, { KEY_RSA_PUBLIC, KEY_RSA_PRIVATE } };
	CK_OBJECT_HANDLE key;
	Text text = { .n = 65 };

	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
		CK_MECHANISM mech = i == 0 ? *ECDH : *RSA_PKCS;

		assert_rv (encapsulate (api, &mech, api_key (api, pairs[i][0], NOTHING), T (LENGTH (16)),
		                        &text, &key),
		           CKR_KEY_FUNCTION_NOT_PERMITTED);
		assert_rv (encapsulate (api, &mech, api_key (api, pairs[i][0], T (NO (CKA_ENCAPSULATE))),
		                        T (LENGTH (16)), &text, &key),
		           CKR_KEY_FUNCTION_NOT_PERMITTED);
		assert_rv (decapsulate (api, &mech, api_key (api, pairs[i][1], NOTHING), T (LENGTH (16)),
		                        &text, &key),
		           CKR_KEY_FUNCTION_NOT_PERMITTED);
		assert_rv (decapsulate (api, &mech, api_key (api, pairs[i][1], T (NO (CKA_DECAPSULATE))),
		                        T (LENGTH (16)), &text, &key),
		           CKR_KEY_FUNCTION_NOT_PERMITTED);
	}
}

static void
usage_may_be_given_later (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE public, private, key;
	Text text;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_EC_PUBLIC, NOTHING);
	private = api_key (api, KEY_EC_PRIVATE, NOTHING);
	assert_ok (api_set (api, public, T (YES (CKA_ENCAPSULATE))));
	assert_ok (api_set (api, private, T (YES (CKA_DECAPSULATE))));
	g_assert_true (api_bool (api, public, CKA_ENCAPSULATE));
	g_assert_true (api_bool (api, private, CKA_DECAPSULATE));
	assert_ok (encapsulate (api, ECDH, public, NOTHING, &text, &key));
	assert_ok (decapsulate (api, ECDH, private, NOTHING, &text, &key));
}

static void
other_keys_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE data, secret, key;
	Pair rsa, p256, x25519;
	Text text = { .n = 65 };

	if (lacks_functions (api))
		return;
	rsa = rsa_pair (api);
	p256 = p256_pair (api);
	x25519 = x25519_pair (api);
	data = api_key (api, DATA_OBJECT, NOTHING);
	secret = api_key (api, KEY_AES, NOTHING);
	const struct {
		CK_MECHANISM mech;
		CK_OBJECT_HANDLE public, private;
		CK_RV to_encapsulate, to_decapsulate;
	} rows[] = {
		{ *ECDH, 0, 0, CKR_KEY_HANDLE_INVALID, CKR_UNWRAPPING_KEY_HANDLE_INVALID },
		{ *ECDH, 0x7777, 0x7777, CKR_KEY_HANDLE_INVALID, CKR_UNWRAPPING_KEY_HANDLE_INVALID },
		{ *ECDH, data, data, CKR_KEY_HANDLE_INVALID, CKR_UNWRAPPING_KEY_HANDLE_INVALID },
		{ *ECDH, p256.private, p256.public, CKR_KEY_TYPE_INCONSISTENT,
		  CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT },
		{ *ECDH, rsa.public, rsa.private, CKR_KEY_TYPE_INCONSISTENT,
		  CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT },
		{ *RSA_PKCS, p256.public, p256.private, CKR_KEY_TYPE_INCONSISTENT,
		  CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT },
		{ *RSA_RAW, x25519.public, x25519.private, CKR_KEY_TYPE_INCONSISTENT,
		  CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT },
		{ *MECH_PARAM (CKM_ECDH1_COFACTOR_DERIVE, &no_kdf), x25519.public, x25519.private,
		  CKR_KEY_TYPE_INCONSISTENT, CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT },
		/* a secret key has no such usage */
		{ *ECDH, secret, secret, CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_KEY_FUNCTION_NOT_PERMITTED },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		CK_MECHANISM mech = rows[i].mech;

		assert_rv (encapsulate (api, &mech, rows[i].public, T (LENGTH (16)), &text, &key),
		           rows[i].to_encapsulate);
		text.n = 65;
		assert_rv (decapsulate (api, &mech, rows[i].private, T (LENGTH (16)), &text, &key),
		           rows[i].to_decapsulate);
	}
}

/* Table "Allowed Key Types": not those of EdDSA, whose curve is for signatures. */
static void
edwards_keys_agree_on_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Text text = { .n = 32 };
	Pair pair;

	if (lacks_functions (api))
		return;
	pair = known_pair (api, KEY_EDWARDS_PUBLIC, KEY_EDWARDS_PRIVATE);
	assert_rv (encapsulate (api, ECDH, pair.public, T (OPEN), &text, &key), CKR_KEY_TYPE_INCONSISTENT);
	text.n = 32;
	assert_rv (decapsulate (api, ECDH, pair.private, T (OPEN), &text, &key),
	           CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
}

static void
mechanisms_that_do_not_encapsulate_are_refused (Api *api, gconstpointer unused)
{
	const CK_MECHANISM_TYPE types[] = { CKM_ECDSA,        CKM_RSA_PKCS_PSS,   CKM_SHA256,
		                            CKM_AES_KEY_WRAP, CKM_DH_PKCS_DERIVE, CKM_RSA_PKCS_KEY_PAIR_GEN,
		                            0x7fffffff };
	CK_OBJECT_HANDLE key;
	Text text = { .n = 65 };
	Pair pair;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		assert_rv (encapsulate (api, MECH (types[i]), pair.public, NOTHING, &text, &key),
		           CKR_MECHANISM_INVALID);
		assert_rv (decapsulate (api, MECH (types[i]), pair.private, NOTHING, &text, &key),
		           CKR_MECHANISM_INVALID);
	}
}

static void
keys_may_allow_other_mechanisms_only (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE other = CKM_ECDH1_COFACTOR_DERIVE;
	CK_OBJECT_HANDLE public, private, key;
	Text text;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_EC_PUBLIC,
	                  T (YES (CKA_ENCAPSULATE), A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other)));
	private = api_key (api, KEY_EC_PRIVATE,
	                   T (YES (CKA_DECAPSULATE), A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other)));
	assert_ok (encapsulate (api, MECH_PARAM (other, &no_kdf), public, NOTHING, &text, &key));
	assert_ok (decapsulate (api, MECH_PARAM (other, &no_kdf), private, NOTHING, &text, &key));
	assert_rv (decapsulate (api, ECDH, private, NOTHING, &text, &key), CKR_MECHANISM_INVALID);
	assert_rv (encapsulate (api, ECDH, public, NOTHING, &text, &key), CKR_MECHANISM_INVALID);
}

/* Only what is named is taken away: a pair that nobody sees is no use of CKM_EC_KEY_PAIR_GEN. */
static void
mechanisms_taken_away_do_not_encapsulate (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Text text;
	Pair pair;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	assert_rv (encapsulate (api, ECDH, pair.public, NOTHING, &text, &key), CKR_MECHANISM_INVALID);
	assert_ok (encapsulate (api, MECH_PARAM (CKM_ECDH1_COFACTOR_DERIVE, &no_kdf), pair.public, NOTHING,
	                        &text, &key));
	assert_rv (decapsulate (api, ECDH, pair.private, NOTHING, &text, &key), CKR_MECHANISM_INVALID);
	assert_ok (decapsulate (api, MECH_PARAM (CKM_ECDH1_COFACTOR_DERIVE, &no_kdf), pair.private, NOTHING,
	                        &text, &key));
}

/* --- templates of the other key --- */

static void
encapsulate_template_must_match (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { TYPE (CKK_AES), YES (CKA_SENSITIVE), LENGTH (16) };
	const struct {
		CK_ATTRIBUTE template[4];
		CK_ULONG n;
		CK_RV rv;
	} rows[] = {
		{ { TYPE (CKK_AES), YES (CKA_SENSITIVE), LENGTH (16) }, 3, CKR_OK },
		{ { TYPE (CKK_AES), YES (CKA_SENSITIVE), LENGTH (16), NO (CKA_EXTRACTABLE) }, 4, CKR_OK },
		{ { TYPE (CKK_AES), NO (CKA_SENSITIVE), LENGTH (16) }, 3, CKR_KEY_HANDLE_INVALID },
		{ { TYPE (CKK_AES), LENGTH (16) }, 2, CKR_KEY_HANDLE_INVALID },
		{ { TYPE (CKK_AES), YES (CKA_SENSITIVE), LENGTH (32) }, 3, CKR_KEY_HANDLE_INVALID },
		{ { YES (CKA_SENSITIVE), LENGTH (16) }, 2, CKR_KEY_HANDLE_INVALID },
		/* which has no CKA_VALUE_LEN */
		{ { TYPE (CKK_DES3), YES (CKA_SENSITIVE) }, 2, CKR_KEY_HANDLE_INVALID },
	};
	CK_OBJECT_HANDLE public, key;
	Text text;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_EC_PUBLIC,
	                  T (YES (CKA_ENCAPSULATE), A_DATA (CKA_ENCAPSULATE_TEMPLATE, inner, sizeof inner)));
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		guint before = api_count (api, NOTHING);

		assert_rv (encapsulate (api, ECDH, public, rows[i].template, rows[i].n, &text, &key),
		           rows[i].rv);
		g_assert_cmpuint (api_count (api, NOTHING), ==, before + (rows[i].rv == CKR_OK ? 1 : 0));
	}
}

static void
decapsulate_template_is_added (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), A_STRING (CKA_LABEL, "marked"),
		                 NO (CKA_ENCRYPT) };
	CK_OBJECT_HANDLE private, key;
	Text text;

	if (lacks_functions (api))
		return;
	assert_ok (encapsulate (api, ECDH, p256_pair (api).public, NOTHING, &text, &key));
	private = api_key (api, KEY_EC_PRIVATE,
	                   T (YES (CKA_DECAPSULATE), A_DATA (CKA_DECAPSULATE_TEMPLATE, inner, sizeof inner)));
	assert_ok (decapsulate (api, ECDH, private, T (AS_AES, LENGTH (16), NO (CKA_ENCRYPT)), &text, &key));
	g_assert_true (api_bool (api, key, CKA_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_EXTRACTABLE));
	g_assert_false (api_bool (api, key, CKA_ENCRYPT));
	api_assert_bytes (api, key, CKA_LABEL, "marked", 6);
}

static void
decapsulate_template_must_not_conflict (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), TYPE (CKK_AES) };
	CK_OBJECT_HANDLE private, key;
	guint before;
	Text text;

	if (lacks_functions (api))
		return;
	assert_ok (encapsulate (api, ECDH, p256_pair (api).public, NOTHING, &text, &key));
	private = api_key (api, KEY_EC_PRIVATE,
	                   T (YES (CKA_DECAPSULATE), A_DATA (CKA_DECAPSULATE_TEMPLATE, inner, sizeof inner)));
	before = api_count (api, NOTHING);
	assert_rv (decapsulate (api, ECDH, private, T (AS_AES, NO (CKA_SENSITIVE)), &text, &key),
	           CKR_TEMPLATE_INCONSISTENT);
	assert_rv (decapsulate (api, ECDH, private, T (AS_AES, YES (CKA_EXTRACTABLE)), &text, &key),
	           CKR_TEMPLATE_INCONSISTENT);
	assert_rv (decapsulate (api, ECDH, private, T (AS_SECRET), &text, &key), CKR_TEMPLATE_INCONSISTENT);
	g_assert_cmpuint (api_count (api, NOTHING), ==, before);
	assert_ok (decapsulate (api, ECDH, private, T (AS_AES, YES (CKA_SENSITIVE)), &text, &key));
}

/* --- ciphertexts --- */

static void
assert_refused (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE private, const Text *text, CK_RV rv)
{
	guint before = api_count (api, NOTHING);
	CK_OBJECT_HANDLE key = 0x5eed;

	assert_rv (decapsulate (api, mech, private, T (AS_AES, LENGTH (16)), text, &key), rv);
	g_assert_cmpuint (key, ==, 0x5eed);
	g_assert_cmpuint (api_count (api, NOTHING), ==, before);
}

static void
ciphertexts_of_another_length_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Text text;

	if (lacks_functions (api))
		return;
	FOR_EACH_KEM (kem)
	{
		Pair pair = kem->pair (api);

		assert_ok (encapsulate (api, mechanism (kem), pair.public, T (AS_AES, LENGTH (16)), &text,
		                        &key));
		text.data[text.n] = 0;
		text.n = kem->n_text + 1;
		assert_refused (api, mechanism (kem), pair.private, &text, CKR_WRAPPED_KEY_LEN_RANGE);
		text.n = kem->n_text - 1;
		assert_refused (api, mechanism (kem), pair.private, &text, CKR_WRAPPED_KEY_LEN_RANGE);
		text.n = 0;
		assert_refused (api, mechanism (kem), pair.private, &text, CKR_WRAPPED_KEY_LEN_RANGE);
	}
}

static void
points_that_are_none_are_refused (Api *api, gconstpointer unused)
{
	const CK_BYTE forms[] = { 0x00, 0x02, 0x03, 0x05, 0x06, 0xff };
	CK_OBJECT_HANDLE key;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = p256_pair (api);
	assert_ok (encapsulate (api, ECDH, pair.public, NOTHING, &text, &key));
	text.data[64] ^= 1;
	assert_refused (api, ECDH, pair.private, &text, CKR_WRAPPED_KEY_INVALID);
	text.data[64] ^= 1;
	for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
		text.data[0] = forms[i];
		assert_refused (api, ECDH, pair.private, &text, CKR_WRAPPED_KEY_INVALID);
	}
	text.data[0] = 4;
	memset (text.data + 1, 0, 64);
	assert_refused (api, ECDH, pair.private, &text, CKR_WRAPPED_KEY_INVALID);
	memset (text.data + 1, 0xff, 64);
	assert_refused (api, ECDH, pair.private, &text, CKR_WRAPPED_KEY_INVALID);
}

/* The same for CKM_ECDH1_COFACTOR_DERIVE, and a point of another curve. */
static void
points_of_another_curve_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Text text;

	if (lacks_functions (api))
		return;
	assert_ok (encapsulate (api, ECDH, p384_pair (api).public, NOTHING, &text, &key));
	assert_refused (api, ECDH, p256_pair (api).private, &text, CKR_WRAPPED_KEY_LEN_RANGE);
	text.n = 65;
	assert_refused (api, MECH_PARAM (CKM_ECDH1_COFACTOR_DERIVE, &no_kdf), p256_pair (api).private, &text,
	                CKR_WRAPPED_KEY_INVALID);
}

/* RFC 7748 section 6: the points of small order of both curves. */
static void
points_of_small_order_are_refused (Api *api, gconstpointer unused)
{
	const struct {
		Pair (*pair) (const Api *api);
		const char *hex;
	} rows[] = {
		{ x25519_pair, "0000000000000000000000000000000000000000000000000000000000000000" },
		{ x25519_pair, "0100000000000000000000000000000000000000000000000000000000000000" },
		{ x25519_pair, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800" },
		{ x25519_pair, "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157" },
		{ x25519_pair, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" },
		{ x448_pair, "00000000000000000000000000000000000000000000000000000000"
		             "00000000000000000000000000000000000000000000000000000000" },
		{ x448_pair, "01000000000000000000000000000000000000000000000000000000"
		             "00000000000000000000000000000000000000000000000000000000" },
	};

	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		Text text;

		set_text (&text, rows[i].hex);
		assert_refused (api, ECDH, rows[i].pair (api).private, &text, CKR_WRAPPED_KEY_INVALID);
		assert_refused (api, MECH_PARAM (CKM_ECDH1_DERIVE, &sha256_kdf), rows[i].pair (api).private,
		                &text, CKR_WRAPPED_KEY_INVALID);
	}
}

/* Whoever encapsulates for such a key would share a secret with everybody. */
static void
public_key_of_small_order_is_refused (Api *api, gconstpointer unused)
{
	CK_BYTE zeros[34] = { 0x04, 32 };
	CK_OBJECT_HANDLE public, key = 0x5eed;
	Text text;
	CK_RV rv;

	if (lacks_functions (api))
		return;
	rv = api_try_key (api, KEY_MONTGOMERY_PUBLIC,
	                  T (YES (CKA_ENCAPSULATE), A_DATA (CKA_EC_POINT, zeros, sizeof zeros)), &public);
	if (rv != CKR_OK) {
		assert_rv (rv, CKR_ATTRIBUTE_VALUE_INVALID);
		return;
	}
	assert_rv (encapsulate (api, ECDH, public, NOTHING, &text, &key), CKR_KEY_TYPE_INCONSISTENT);
	g_assert_cmpuint (key, ==, 0x5eed);
}

/* A block of PKCS #1, made by raw encryption: 00, type, padding, 00, key. */
static void
padded_text (const Api *api, CK_OBJECT_HANDLE public, CK_BYTE type, gsize n_padding, Text *text)
{
	CK_BYTE block[256];

	memset (block, 0, sizeof block);
	block[1] = type;
	memset (block + 2, 0x55, n_padding);
	text->n = sizeof text->data;
	assert_ok (api->f->C_EncryptInit (api->session, RSA_RAW, public));
	assert_ok (api->f->C_Encrypt (api->session, block, sizeof block, text->data, &text->n));
}

/* Nobody is told: twice the same ciphertext, and the same key, as if it were right. */
static void
wrong_padding_makes_a_key_that_nobody_has (Api *api, gconstpointer unused)
{
	static const struct {
		CK_BYTE type;
		CK_ULONG n_padding;
	} wrong[] = { { 1, 256 - 3 - 16 }, { 2, 7 }, { 2, 254 } };
	static const CK_BYTE block[16];
	g_autoptr (GBytes) zeros = g_bytes_new_static (block, sizeof block);
	CK_OBJECT_HANDLE one, two;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	padded_text (api, pair.public, 2, 256 - 3 - 16, &text);
	assert_ok (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN, LENGTH (16)), &text, &one));
	assert_ok (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN, LENGTH (16)), &text, &two));
	assert_same_value (api, one, two);
	for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
		g_autoptr (GBytes) value = NULL;

		padded_text (api, pair.public, wrong[i].type, wrong[i].n_padding, &text);
		assert_ok (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN, LENGTH (16)), &text, &one));
		assert_ok (decapsulate (api, RSA_PKCS, pair.private, T (AS_AES, OPEN, LENGTH (16)), &text, &two));
		assert_same_value (api, one, two);
		value = value_of (api, one);
		g_assert_false (g_bytes_equal (value, zeros));
	}
}

static void
tampered_oaep_is_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	assert_ok (encapsulate (api, RSA_OAEP, pair.public, T (AS_AES, LENGTH (16)), &text, &key));
	for (gsize i = 1; i < 256; i += 51) {
		text.data[i] ^= 1;
		assert_refused (api, RSA_OAEP, pair.private, &text, CKR_WRAPPED_KEY_INVALID);
		text.data[i] ^= 1;
	}
	assert_ok (decapsulate (api, RSA_OAEP, pair.private, T (AS_AES, LENGTH (16)), &text, &key));
}

static void
numbers_above_the_modulus_are_refused (Api *api, gconstpointer unused)
{
	CK_MECHANISM *mechs[] = { RSA_PKCS, RSA_OAEP, RSA_RAW };
	Text text = { .n = 256 };
	Pair pair;

	if (lacks_functions (api))
		return;
	memset (text.data, 0xff, text.n);
	pair = rsa_pair (api);
	for (gsize i = 0; i < G_N_ELEMENTS (mechs); i++)
		assert_refused (api, mechs[i], pair.private, &text, CKR_WRAPPED_KEY_INVALID);
}

/* RSASVE tells nothing about its ciphertext: the key is another one. */
static void
tampered_raw_rsa_gives_another_key (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE one, two;
	g_autoptr (GBytes) first = NULL;
	g_autoptr (GBytes) second = NULL;
	Pair pair;
	Text text;

	if (lacks_functions (api))
		return;
	pair = rsa_pair (api);
	assert_ok (encapsulate (api, RSA_RAW, pair.public, T (OPEN), &text, &one));
	text.data[255] ^= 1;
	assert_ok (decapsulate (api, RSA_RAW, pair.private, T (OPEN), &text, &two));
	first = value_of (api, one);
	second = value_of (api, two);
	g_assert_false (g_bytes_equal (first, second));
}

static void
add_tests (void)
{
	ADD ("encapsulate", both_sides_get_the_same_key);
	ADD ("encapsulate", secrets_of_open_length_are_whole);
	ADD ("encapsulate", no_two_encapsulations_are_the_same);
	ADD ("encapsulate", mechanisms_say_that_they_encapsulate);
	ADD ("encapsulate", decapsulation_is_a_derivation_with_the_ciphertext);
	ADD ("encapsulate", rsa_ciphertext_is_opened_by_decryption);
	ADD ("encapsulate", rsa_encryption_is_opened_by_decapsulation);
	ADD ("encapsulate", rsa_decapsulation_is_an_unwrapping);
	ADD ("encapsulate", oaep_lengths_that_conflict_are_refused);
	ADD ("encapsulate", v1_5_answers_for_nobody);
	ADD ("encapsulate", short_parts_of_a_secret_are_not_guarded_keys);
	ADD ("encapsulate", keys_that_want_the_pin_each_time_decapsulate_nothing);
	ADD ("encapsulate", raw_rsa_gives_the_end_of_its_number);
	ADD ("encapsulate", published_agreements_are_decapsulated);
	ADD ("encapsulate", agreed_secret_is_cut_from_its_beginning);
	ADD ("encapsulate", shared_data_goes_into_the_key);
	ADD ("encapsulate", length_question_makes_no_key);
	ADD ("encapsulate", short_buffer_makes_no_key);
	ADD ("encapsulate", exact_buffer_is_enough);
	ADD ("encapsulate", arguments_that_are_missing_are_refused);
	ADD ("encapsulate", sessions_that_are_none_are_refused);
	ADD ("encapsulate", wrong_parameters_are_refused);
	ADD ("encapsulate", label_of_oaep_must_be_the_same);
	ADD ("encapsulate", template_decides_type_and_length);
	ADD ("encapsulate", des_keys_have_their_parity);
	ADD ("encapsulate", agreement_longer_than_an_aes_key_wants_a_length);
	ADD ("encapsulate", rsa_encryption_wants_a_length_that_fits);
	ADD ("encapsulate", history_is_that_of_a_key_from_elsewhere);
	ADD ("encapsulate", keys_are_extractable_unless_the_template_says_otherwise);
	ADD ("encapsulate", keys_have_unique_ids);
	ADD ("encapsulate", check_values_are_computed);
	ADD ("encapsulate", keys_of_the_token_stay);
	ADD ("encapsulate", keys_of_the_token_need_a_read_write_session);
	ADD ("encapsulate", private_keys_need_the_user);
	ADD ("encapsulate", usage_must_be_said);
	ADD ("encapsulate", usage_may_be_given_later);
	ADD ("encapsulate", other_keys_are_refused);
	ADD ("encapsulate", edwards_keys_agree_on_nothing);
	ADD ("encapsulate", mechanisms_that_do_not_encapsulate_are_refused);
	ADD ("encapsulate", keys_may_allow_other_mechanisms_only);
	ADD_WITH ("encapsulate", mechanisms_taken_away_do_not_encapsulate,
	          "slots.mechanisms = -CKM_ECDH1_DERIVE,CKM_EC_KEY_PAIR_GEN");
	ADD ("encapsulate", encapsulate_template_must_match);
	ADD ("encapsulate", decapsulate_template_is_added);
	ADD ("encapsulate", decapsulate_template_must_not_conflict);
	ADD ("encapsulate", ciphertexts_of_another_length_are_refused);
	ADD ("encapsulate", points_that_are_none_are_refused);
	ADD ("encapsulate", points_of_another_curve_are_refused);
	ADD ("encapsulate", points_of_small_order_are_refused);
	ADD ("encapsulate", public_key_of_small_order_is_refused);
	ADD ("encapsulate", wrong_padding_makes_a_key_that_nobody_has);
	ADD ("encapsulate", tampered_oaep_is_refused);
	ADD ("encapsulate", numbers_above_the_modulus_are_refused);
	ADD ("encapsulate", tampered_raw_rsa_gives_another_key);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
