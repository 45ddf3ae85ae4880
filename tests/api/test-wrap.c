/* Keys wrapped with AES-GCM and AES-CCM, whose nonces may be made here: PKCS #11 v3.2 sections 5.18.3
 * to 5.18.7 and 6.13. */

#include "apitest.h"
#include "params.h"

#define AS_AES     A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES)
#define AS_SECRET  A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET)
#define TYPE(type) A_ULONG (CKA_KEY_TYPE, type)
#define LENGTH(n)  A_ULONG (CKA_VALUE_LEN, n)
#define OPEN       NO (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)
#define MOST_BYTES 1024

typedef struct {
	CK_BYTE data[MOST_BYTES];
	CK_ULONG n;
} Text;

static gboolean
lacks_functions (const Api *api)
{
	return api_spares_softhsm (api, "SoftHSM has no functions of 3.2");
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

static void
set_text (Text *text, const char *hex)
{
	g_autoptr (GBytes) bytes = from_hex (hex);

	text->n = g_bytes_get_size (bytes);
	g_assert_cmpuint (text->n, <=, sizeof text->data);
	memcpy (text->data, g_bytes_get_data (bytes, NULL), text->n);
}

/* --- parameters, and what is done with them --- */

/* What the parameters of all of them say; the additional data goes beside the message's. */
typedef struct {
	CK_MECHANISM_TYPE type;
	CK_BYTE nonce[16];
	CK_ULONG n_nonce;
	CK_ULONG n_fixed_bits;
	CK_ULONG generator;
	CK_BYTE tag[32];
	CK_ULONG n_tag_bits;
	CK_BYTE aad[32];
	CK_ULONG n_aad;
	CK_ULONG n_data; /* for CCM's plain parameter */
	gboolean no_tag, no_nonce;
	union {
		GcmParams gcm;
		GcmMessageParams gcm_message;
		GcmWrapParams gcm_wrap;
		CcmParams ccm;
		CcmMessageParams ccm_message;
		CcmWrapParams ccm_wrap;
	} param;
	CK_MECHANISM mech;
} Aead;

static const Aead aeads[] = {
	{ .type = CKM_AES_GCM,
	  .generator = CKG_GENERATE,
	  .nonce = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 },
	  .n_nonce = 12,
	  .n_tag_bits = 128,
	  .aad = { 'a', 'b', 'c' },
	  .n_aad = 3 },
	{ .type = CKM_AES_CCM,
	  .generator = CKG_GENERATE,
	  .nonce = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 },
	  .n_nonce = 13,
	  .n_tag_bits = 128,
	  .aad = { 'a', 'b', 'c' },
	  .n_aad = 3 },
};

#define FOR_EACH_AEAD(aead)                                                                                  \
	for (gsize number = 0; number < G_N_ELEMENTS (aeads); number++)                                      \
		for (Aead a = aeads[number], *aead = &a; aead != NULL; aead = NULL)

static CK_MECHANISM *
with_param (Aead *aead, CK_ULONG n)
{
	aead->mech = (CK_MECHANISM){ aead->type, &aead->param, n };
	return &aead->mech;
}

static CK_MECHANISM *
for_message (Aead *aead)
{
	CK_BYTE *nonce = aead->no_nonce ? NULL : aead->nonce, *tag = aead->no_tag ? NULL : aead->tag;

	if (aead->type == CKM_AES_GCM) {
		aead->param.gcm_message =
			(GcmMessageParams){ nonce,           aead->n_nonce, aead->n_fixed_bits,
			                    aead->generator, tag,           aead->n_tag_bits };
		return with_param (aead, sizeof aead->param.gcm_message);
	}
	aead->param.ccm_message = (CcmMessageParams){
		0, nonce, aead->n_nonce, aead->n_fixed_bits, aead->generator, tag, aead->n_tag_bits / 8,
	};
	return with_param (aead, sizeof aead->param.ccm_message);
}

static CK_MECHANISM *
for_wrap (Aead *aead)
{
	CK_BYTE *nonce = aead->no_nonce ? NULL : aead->nonce;

	if (aead->type == CKM_AES_GCM) {
		aead->param.gcm_wrap =
			(GcmWrapParams){ nonce,     aead->n_nonce, aead->n_fixed_bits, aead->generator,
			                 aead->aad, aead->n_aad,   aead->n_tag_bits };
		return with_param (aead, sizeof aead->param.gcm_wrap);
	}
	aead->param.ccm_wrap = (CcmWrapParams){
		0,         nonce,       aead->n_nonce,        aead->n_fixed_bits, aead->generator,
		aead->aad, aead->n_aad, aead->n_tag_bits / 8,
	};
	return with_param (aead, sizeof aead->param.ccm_wrap);
}

static CK_MECHANISM *
for_data (Aead *aead)
{
	if (aead->type == CKM_AES_GCM) {
		aead->param.gcm = (GcmParams){ aead->nonce, aead->n_nonce, aead->n_nonce * 8,
			                       aead->aad,   aead->n_aad,   aead->n_tag_bits };
		return with_param (aead, sizeof aead->param.gcm);
	}
	aead->param.ccm = (CcmParams){ aead->n_data, aead->nonce, aead->n_nonce,
		                       aead->aad,    aead->n_aad, aead->n_tag_bits / 8 };
	return with_param (aead, sizeof aead->param.ccm);
}

static CK_RV
wrap_with (const Api *api, Aead *aead, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, Text *text)
{
	text->n = sizeof text->data;
	return api->f3->C_WrapKeyAuthenticated (api->session, for_message (aead), with, key, aead->aad,
	                                        aead->n_aad, text->data, &text->n);
}

static CK_RV
unwrap_with (const Api *api, Aead *aead, CK_OBJECT_HANDLE with, const Text *text,
             const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	return api->f3->C_UnwrapKeyAuthenticated (
		api->session, for_message (aead), with, (CK_BYTE *)(guintptr)text->data, text->n,
		(CK_ATTRIBUTE *)(guintptr) template, n, aead->aad, aead->n_aad, key);
}

static CK_RV
wrap_plain (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, Text *text)
{
	text->n = sizeof text->data;
	return api->f->C_WrapKey (api->session, mech, with, key, text->data, &text->n);
}

static CK_RV
unwrap_plain (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE with, const Text *text,
              const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	return api->f->C_UnwrapKey (api->session, mech, with, (CK_BYTE *)(guintptr)text->data, text->n,
	                            (CK_ATTRIBUTE *)(guintptr) template, n, key);
}

static const ApiKey wrapped_secrets[] = { KEY_AES,      KEY_AES_128,  KEY_SECRET,   KEY_DES3,
	                                  KEY_CAMELLIA, KEY_CHACHA20, KEY_POLY1305, KEY_XTS };

static void
secret_keys_of_each_type_come_back (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key, back;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	FOR_EACH_AEAD (aead)
	for (gsize i = 0; i < G_N_ELEMENTS (wrapped_secrets); i++) {
		key = api_key (api, wrapped_secrets[i], NOTHING);
		assert_ok (wrap_with (api, aead, with, key, &text));
		g_assert_cmpuint (text.n, ==, n_value_of (api, key));
		assert_ok (unwrap_with (api, aead, with, &text,
		                        T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
		                           TYPE (api_key_type (wrapped_secrets[i])), OPEN),
		                        &back));
		g_assert_cmpuint (key, !=, back);
		assert_same_value (api, key, back);
	}
}

static const struct {
	ApiKey key;
	CK_ATTRIBUTE_TYPE value;
} wrapped_privates[] = {
	{ KEY_RSA_PRIVATE, CKA_PRIVATE_EXPONENT },
	{ KEY_EC_PRIVATE, CKA_VALUE },
	{ KEY_EDWARDS_PRIVATE, CKA_VALUE },
	{ KEY_MONTGOMERY_PRIVATE, CKA_VALUE },
	{ KEY_DSA_PRIVATE, CKA_VALUE },
	{ KEY_DH_PRIVATE, CKA_VALUE },
};

static void
private_keys_of_each_type_come_back (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key, back;
	Text text = { .n = 0 };

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	FOR_EACH_AEAD (aead)
	for (gsize i = 0; i < G_N_ELEMENTS (wrapped_privates); i++) {
		ApiKey which = wrapped_privates[i].key;
		g_autoptr (GBytes) value = NULL;

		key = api_key (api, which, NOTHING);
		assert_ok (api->f3->C_WrapKeyAuthenticated (api->session, for_message (aead), with, key,
		                                            aead->aad, aead->n_aad, NULL, &text.n));
		g_assert_cmpuint (text.n, <=, 2048);
		{
			g_autofree CK_BYTE *room = g_malloc (text.n);
			CK_ATTRIBUTE template[] = { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY),
				                    TYPE (api_key_type (which)), OPEN };

			assert_ok (api->f3->C_WrapKeyAuthenticated (api->session, for_message (aead), with,
			                                            key, aead->aad, aead->n_aad, room,
			                                            &text.n));
			assert_ok (api->f3->C_UnwrapKeyAuthenticated (
				api->session, for_message (aead), with, room, text.n, template,
				G_N_ELEMENTS (template), aead->aad, aead->n_aad, &back));
		}
		value = get_attribute (api->module, api->session, key, wrapped_privates[i].value);
		api_assert_bytes (api, back, wrapped_privates[i].value, g_bytes_get_data (value, NULL),
		                  g_bytes_get_size (value));
	}
}

/* --- published values --- */

typedef struct {
	CK_MECHANISM_TYPE type;
	const char *key, *nonce, *aad, *plain, *encrypted, *tag;
} Vector;

static const Vector aead_vectors[] = {
	/* McGrew and Viega, The Galois/Counter Mode of Operation, test case 16 */
	{ CKM_AES_GCM, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b1"
	  "6aedf5aa0de657"
	  "ba637b39",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5"
	  "f61e6393ba7a0a"
	  "bcc9f662",
	  "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static void
set_bytes (const char *hex, CK_BYTE *to, CK_ULONG *n)
{
	g_autoptr (GBytes) bytes = from_hex (hex);

	*n = g_bytes_get_size (bytes);
	memcpy (to, g_bytes_get_data (bytes, NULL), *n);
}

static CK_RV
unwrap_vector (const Api *api, const Vector *row, CK_OBJECT_HANDLE *back)
{
	g_autoptr (GBytes) tag = from_hex (row->tag);
	Aead aead = { .type = row->type, .n_tag_bits = g_bytes_get_size (tag) * 8 };
	CK_OBJECT_HANDLE with;
	Text value, encrypted;

	set_bytes (row->nonce, aead.nonce, &aead.n_nonce);
	set_bytes (row->aad, aead.aad, &aead.n_aad);
	set_text (&value, row->key);
	with = api_create (api, T (AS_AES, A_DATA (CKA_VALUE, value.data, value.n), YES (CKA_WRAP), YES (CKA_UNWRAP)));
	set_text (&encrypted, row->encrypted);
	memcpy (aead.tag, g_bytes_get_data (tag, NULL), g_bytes_get_size (tag));
	return unwrap_with (api, &aead, with, &encrypted, T (AS_SECRET, OPEN), back);
}

static void
published_keys_are_unwrapped (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (aead_vectors); i++) {
		CK_OBJECT_HANDLE back;
		Text value;

		set_text (&value, aead_vectors[i].plain);
		assert_ok (unwrap_vector (api, &aead_vectors[i], &back));
		api_assert_bytes (api, back, CKA_VALUE, value.data, value.n);
	}
}

/* SP 800-38C, examples 1 and 2. */
static const Vector short_tags[] = {
	{ CKM_AES_CCM, "404142434445464748494a4b4c4d4e4f", "10111213141516", "0001020304050607", "20212223",
	  "7162015b", "4dac255d" },
	{ CKM_AES_CCM, "404142434445464748494a4b4c4d4e4f", "1011121314151617",
	  "000102030405060708090a0b0c0d0e0f", "202122232425262728292a2b2c2d2e2f",
	  "d2a1f0e051ea5f62081a7792073d593d", "1fc64fbfaccd" },
};

/* So few bytes are found by trying. */
static void
keys_with_short_tags_are_refused (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (short_tags); i++) {
		CK_OBJECT_HANDLE back;

		assert_rv (unwrap_vector (api, &short_tags[i], &back), CKR_MECHANISM_PARAM_INVALID);
	}
}

/* --- the same by other means --- */

static void
wrapped_key_and_tag_are_opened_by_decryption (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	Text text, opened;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_SECRET, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		assert_ok (wrap_with (api, aead, with, key, &text));
		aead->n_data = text.n;
		memcpy (text.data + text.n, aead->tag, 16);
		opened.n = sizeof opened.data;
		assert_ok (api->f->C_DecryptInit (api->session, for_data (aead), with));
		assert_ok (api->f->C_Decrypt (api->session, text.data, text.n + 16, opened.data, &opened.n));
		api_assert_bytes (api, key, CKA_VALUE, opened.data, opened.n);
	}
}

static void
encrypted_data_and_tag_are_unwrapped (Api *api, gconstpointer unused)
{
	CK_BYTE data[24] = { 5, 6, 7 };
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		aead->n_data = sizeof data;
		text.n = sizeof text.data;
		assert_ok (api->f->C_EncryptInit (api->session, for_data (aead), with));
		assert_ok (api->f->C_Encrypt (api->session, data, sizeof data, text.data, &text.n));
		text.n -= 16;
		memcpy (aead->tag, text.data + text.n, 16);
		assert_ok (unwrap_with (api, aead, with, &text, T (AS_AES, OPEN), &key));
		api_assert_bytes (api, key, CKA_VALUE, data, sizeof data);
	}
}

static void
wrapping_is_a_message_with_the_key_in_it (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	g_autoptr (GBytes) value = NULL;
	Text text, message;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_SECRET, NOTHING);
	value = value_of (api, key);
	FOR_EACH_AEAD (aead)
	{
		CK_MECHANISM *mech;

		assert_ok (wrap_with (api, aead, with, key, &text));
		mech = for_message (aead);
		if (aead->type == CKM_AES_CCM)
			aead->param.ccm_message.n_data = text.n;
		message.n = sizeof message.data;
		assert_ok (api->f3->C_MessageDecryptInit (api->session, mech, with));
		assert_ok (api->f3->C_DecryptMessage (api->session, mech->pParameter, mech->ulParameterLen, aead->aad,
		                                      aead->n_aad, text.data, text.n, message.data, &message.n));
		assert_ok (api->f3->C_MessageDecryptFinal (api->session));
		g_assert_cmpmem (message.data, message.n, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
	}
}

/* Section 6.13: C_UnwrapKey has the tag behind the key, whichever of its parameters it gets. */
static void
both_parameters_unwrap_what_is_wrapped (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key, back;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_SECRET, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		aead->n_data = 64;
		assert_ok (wrap_plain (api, for_wrap (aead), with, key, &text));
		assert_ok (unwrap_plain (api, for_wrap (aead), with, &text, T (AS_SECRET, OPEN), &back));
		assert_same_value (api, key, back);
		assert_ok (unwrap_plain (api, for_data (aead), with, &text, T (AS_SECRET, OPEN), &back));
		assert_same_value (api, key, back);
	}
}

/* There is no place in it for a nonce that the module makes. */
static void
plain_parameters_wrap_no_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_SECRET, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		aead->n_data = 64;
		assert_rv (wrap_plain (api, for_data (aead), with, key, &text), CKR_MECHANISM_PARAM_INVALID);
	}
}

static void
private_keys_are_wrapped_with_wrap_parameters (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key, back;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_EC_PRIVATE, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		aead->generator = CKG_GENERATE;
		assert_ok (wrap_plain (api, for_wrap (aead), with, key, &text));
		/* the generator is ignored then */
		aead->generator = 0x7777;
		aead->n_fixed_bits = 12345;
		assert_ok (unwrap_plain (api, for_wrap (aead), with, &text,
		                         T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), TYPE (CKK_EC), OPEN),
		                         &back));
		assert_same_value (api, key, back);
	}
}

/* --- nonces --- */

typedef CK_RV (*Wrap) (const Api *api, Aead *aead, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, Text *text);

static CK_RV
wrap_with_wrap_param (const Api *api, Aead *aead, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, Text *text)
{
	return wrap_plain (api, for_wrap (aead), with, key, text);
}

static const Wrap wraps[] = { wrap_with, wrap_with_wrap_param };

static CK_RV
unwrap_as (const Api *api, Wrap wrap, Aead *aead, CK_OBJECT_HANDLE with, const Text *text,
           CK_OBJECT_HANDLE *key)
{
	if (wrap == wrap_with)
		return unwrap_with (api, aead, with, text, T (AS_AES, OPEN), key);
	return unwrap_plain (api, for_wrap (aead), with, text, T (AS_AES, OPEN), key);
}

static void
nonces_that_are_made_are_given_back_and_differ (Api *api, gconstpointer unused)
{
	const CK_ULONG generators[] = { CKG_GENERATE, CKG_GENERATE_RANDOM };
	CK_OBJECT_HANDLE with, key, back;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES_128, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (generators) * G_N_ELEMENTS (wraps); i++)
		FOR_EACH_AEAD (aead)
		{
			Wrap wrap = wraps[i % G_N_ELEMENTS (wraps)];
			CK_BYTE last[16];

			aead->generator = generators[i / G_N_ELEMENTS (wraps)];
			for (guint again = 0; again < 3; again++) {
				memcpy (last, aead->nonce, sizeof last);
				assert_ok (wrap (api, aead, with, key, &text));
				g_assert_true (memcmp (last, aead->nonce, aead->n_nonce) != 0);
				assert_ok (unwrap_as (api, wrap, aead, with, &text, &back));
				assert_same_value (api, key, back);
			}
		}
}

/* Two keys under one nonce give each other away to whoever may choose it. */
static void
nonces_that_are_given_or_counted_wrap_no_keys (Api *api, gconstpointer unused)
{
	static const CK_ULONG refused[] = { CKG_NO_GENERATE, CKG_GENERATE_COUNTER, CKG_GENERATE_COUNTER_XOR };
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES_128, NOTHING);
	for (gsize j = 0; j < G_N_ELEMENTS (refused); j++)
		for (gsize i = 0; i < G_N_ELEMENTS (wraps); i++)
			FOR_EACH_AEAD (aead)
			{
				aead->generator = refused[j];
				assert_rv (wraps[i](api, aead, with, key, &text), CKR_MECHANISM_PARAM_INVALID);
				g_assert_cmpmem (aead->nonce, sizeof aead->nonce, aeads[number].nonce, sizeof aead->nonce);
			}
}

static void
fixed_bits_of_a_nonce_stay (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES_128, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (wraps); i++)
		FOR_EACH_AEAD (aead)
		{
			CK_BYTE last = aead->type == CKM_AES_GCM ? 0xf0 : 0;
			gsize n = aead->type == CKM_AES_GCM ? 2 : 1;

			/* Many must be left: a module may refuse to fix more. */
			aead->n_nonce = aead->type == CKM_AES_GCM ? 16 : 13;
			aead->n_fixed_bits = aead->type == CKM_AES_GCM ? 20 : 8;
			aead->nonce[2] = 0xa5;
			assert_ok (wraps[i](api, aead, with, key, &text));
			g_assert_cmpmem (aead->nonce, n, aeads[number].nonce, n);
			g_assert_cmphex (aead->nonce[2] & last, ==, 0xa5 & last);
			g_assert_true (memcmp (aead->nonce + 3, aeads[number].nonce + 3, aead->n_nonce - 3) !=
			               0);
		}
}

static CK_RV
ask_with (const Api *api, Wrap wrap, Aead *aead, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, CK_BYTE *room,
          CK_ULONG *n)
{
	if (wrap == wrap_with)
		return api->f3->C_WrapKeyAuthenticated (api->session, for_message (aead), with, key,
		                                        aead->aad, aead->n_aad, room, n);
	return api->f->C_WrapKey (api->session, for_wrap (aead), with, key, room, n);
}

static void
questions_use_no_nonce (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	Text text;

	if (lacks_functions (api))
		return;
	key = api_key (api, KEY_AES_128, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (wraps); i++)
		FOR_EACH_AEAD (aead)
		{
			CK_OBJECT_HANDLE with = api_key (api, KEY_AES, NOTHING);
			CK_ULONG n = 0, wanted = wraps[i] == wrap_with ? 16 : 32;
			CK_BYTE room[32];

			assert_ok (ask_with (api, wraps[i], aead, with, key, NULL, &n));
			g_assert_cmpuint (n, ==, wanted);
			n = wanted - 1;
			assert_rv (ask_with (api, wraps[i], aead, with, key, room, &n), CKR_BUFFER_TOO_SMALL);
			g_assert_cmpuint (n, ==, wanted);
			g_assert_cmpmem (aead->nonce, 16, aeads[number].nonce, 16);
			g_assert_cmpmem (aead->tag, 32, aeads[number].tag, 32);
			assert_ok (wraps[i](api, aead, with, key, &text));
			g_assert_true (memcmp (aead->nonce, aeads[number].nonce, aead->n_nonce) != 0);
			g_assert_cmpuint (text.n, ==, wanted);
		}
}

/* --- what was changed on the way --- */

static void
assert_not_unwrapped (const Api *api, Wrap wrap, Aead *aead, CK_OBJECT_HANDLE with, const Text *text,
                      CK_RV rv)
{
	guint before = api_count (api, NOTHING);
	CK_OBJECT_HANDLE key = 0x5eed;

	assert_rv (unwrap_as (api, wrap, aead, with, text, &key), rv);
	g_assert_cmpuint (key, ==, 0x5eed);
	g_assert_cmpuint (api_count (api, NOTHING), ==, before);
}

static void
whatever_is_tampered_with_is_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES_128, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (wraps); i++)
		FOR_EACH_AEAD (aead)
		{
			assert_ok (wraps[i](api, aead, with, key, &text));
			CK_BYTE *places[] = { &aead->aad[0],
				              &aead->aad[2],
				              &aead->nonce[0],
				              &aead->nonce[11],
				              &text.data[0],
				              &text.data[15],
				              wraps[i] == wrap_with ? &aead->tag[0] : &text.data[16],
				              wraps[i] == wrap_with ? &aead->tag[15] : &text.data[31] };

			for (gsize j = 0; j < G_N_ELEMENTS (places); j++) {
				*places[j] ^= 0x10;
				assert_not_unwrapped (api, wraps[i], aead, with, &text,
				                      CKR_WRAPPED_KEY_INVALID);
				*places[j] ^= 0x10;
			}
			aead->n_aad--;
			assert_not_unwrapped (api, wraps[i], aead, with, &text, CKR_WRAPPED_KEY_INVALID);
			aead->n_aad++;
			text.n--;
			assert_not_unwrapped (api, wraps[i], aead, with, &text, CKR_WRAPPED_KEY_INVALID);
			text.n++;
			assert_ok (unwrap_as (api, wraps[i], aead, with, &text, &key));
		}
}

static void
wrapped_keys_shorter_than_their_tag_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with;
	Text text = { .n = 15 };

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	FOR_EACH_AEAD (aead)
	assert_not_unwrapped (api, wrap_with_wrap_param, aead, with, &text, CKR_WRAPPED_KEY_LEN_RANGE);
}

/* --- wrong parameters, keys and templates --- */

static void
wrong_wrapping_parameters_are_refused (Api *api, gconstpointer unused)
{
	const struct {
		CK_MECHANISM_TYPE type;
		CK_ULONG n_nonce, n_fixed_bits, generator, n_tag_bits;
		gboolean no_tag, no_nonce;
		gboolean ignored; /* when unwrapping */
	} rows[] = {
		{ CKM_AES_GCM, 12, 0, 0, 128, .no_nonce = TRUE },
		{ CKM_AES_CCM, 13, 0, 0, 128, .no_nonce = TRUE },
		{ CKM_AES_GCM, 12, 0, 0, 128, .no_tag = TRUE },
		{ CKM_AES_CCM, 13, 0, 0, 128, .no_tag = TRUE },
		{ CKM_AES_GCM, 0, 0, 0, 128 },
		{ CKM_AES_CCM, 6, 0, 0, 128 },
		{ CKM_AES_CCM, 14, 0, 0, 128 },
		{ CKM_AES_GCM, 12, 0, 0, 136 },
		{ CKM_AES_GCM, 12, 0, 0, 127 },
		{ CKM_AES_CCM, 13, 0, 0, 136 },
		{ CKM_AES_CCM, 13, 0, 0, 40 },
		{ CKM_AES_GCM, 12, 0, 0, ~0UL - 7 },
		{ CKM_AES_GCM, 12, 97, CKG_GENERATE, 128, .ignored = TRUE },
		{ CKM_AES_GCM, 12, 0, 0x7777, 128, .ignored = TRUE },
		{ CKM_AES_CCM, 13, 0, 0x7777, 128, .ignored = TRUE },
	};
	CK_OBJECT_HANDLE with, key, back;
	Text text = { .n = 48 };

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
		for (gsize j = 0; j < G_N_ELEMENTS (wraps); j++) {
			Aead aead = { .type = rows[i].type,
				      .n_nonce = rows[i].n_nonce,
				      .n_fixed_bits = rows[i].n_fixed_bits,
				      .generator = rows[i].generator,
				      .n_tag_bits = rows[i].n_tag_bits,
				      .no_tag = rows[i].no_tag,
				      .no_nonce = rows[i].no_nonce };

			if (rows[i].no_tag && wraps[j] != wrap_with)
				continue;
			assert_rv (wraps[j](api, &aead, with, key, &text), CKR_MECHANISM_PARAM_INVALID);
			text.n = 48;
			assert_rv (unwrap_as (api, wraps[j], &aead, with, &text, &back),
			           rows[i].ignored ? CKR_WRAPPED_KEY_INVALID : CKR_MECHANISM_PARAM_INVALID);
		}
}

static void
authenticated_wrapping_wants_the_parameter_of_messages (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	CK_BYTE room[64] = { 0 };
	CK_ULONG n;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES_128, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		CK_MECHANISM mechs[] = { *for_message (aead), *for_message (aead), *for_wrap (aead) };

		mechs[0].pParameter = NULL;
		mechs[1].ulParameterLen--;
		for (gsize i = 0; i < G_N_ELEMENTS (mechs); i++) {
			CK_ATTRIBUTE template[] = { AS_AES };

			n = sizeof room;
			assert_rv (api->f3->C_WrapKeyAuthenticated (api->session, &mechs[i], with, key, NULL,
			                                            0, room, &n),
			           CKR_MECHANISM_PARAM_INVALID);
			assert_rv (api->f3->C_UnwrapKeyAuthenticated (api->session, &mechs[i], with, room, 16,
			                                              template, 2, NULL, 0, &key),
			           CKR_MECHANISM_PARAM_INVALID);
		}
	}
}

static void
wrapping_arguments_that_are_missing_are_refused (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE template[] = { AS_AES };
	Aead aead = aeads[0];
	CK_OBJECT_HANDLE with, key;
	CK_BYTE room[64] = { 0 };
	CK_ULONG n = sizeof room;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES, NOTHING);
#define WRAP(mech, aad, n_aad, room, n)                                                                      \
	api->f3->C_WrapKeyAuthenticated (api->session, mech, with, key, aad, n_aad, room, n)
#define UNWRAP(mech, text, n, template, aad, n_aad, key)                                                     \
	api->f3->C_UnwrapKeyAuthenticated (api->session, mech, with, text, n, template, 2, aad, n_aad, key)
	assert_rv (WRAP (NULL, NULL, 0, room, &n), CKR_ARGUMENTS_BAD);
	assert_rv (WRAP (for_message (&aead), NULL, 3, room, &n), CKR_ARGUMENTS_BAD);
	assert_rv (WRAP (for_message (&aead), NULL, 0, room, NULL), CKR_ARGUMENTS_BAD);
	assert_ok (WRAP (for_message (&aead), NULL, 0, room, &n));
	assert_rv (UNWRAP (NULL, room, n, template, NULL, 0, &key), CKR_ARGUMENTS_BAD);
	assert_rv (UNWRAP (for_message (&aead), NULL, n, template, NULL, 0, &key), CKR_ARGUMENTS_BAD);
	assert_rv (UNWRAP (for_message (&aead), room, n, template, NULL, 3, &key), CKR_ARGUMENTS_BAD);
	assert_rv (UNWRAP (for_message (&aead), room, n, template, NULL, 0, NULL), CKR_ARGUMENTS_BAD);
	assert_ok (UNWRAP (for_message (&aead), room, n, template, NULL, 0, &key));
#undef WRAP
#undef UNWRAP
}

static void
mechanisms_without_a_tag_are_refused (Api *api, gconstpointer unused)
{
	const CK_MECHANISM_TYPE types[] = { CKM_AES_KEY_WRAP, CKM_AES_CBC_PAD, CKM_AES_ECB,
		                            CKM_SHA256,       CKM_AES_GMAC,    0x7fffffff };
	CK_ATTRIBUTE template[] = { AS_AES };
	CK_OBJECT_HANDLE with, key;
	CK_BYTE room[64] = { 0 }, iv[16] = { 0 };

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	key = api_key (api, KEY_AES, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		CK_MECHANISM mech = { types[i], types[i] == CKM_AES_CBC_PAD ? iv : NULL,
			              types[i] == CKM_AES_CBC_PAD ? 16 : 0 };
		CK_ULONG n = sizeof room;

		assert_rv (
			api->f3->C_WrapKeyAuthenticated (api->session, &mech, with, key, NULL, 0, room, &n),
			CKR_MECHANISM_INVALID);
		assert_rv (api->f3->C_UnwrapKeyAuthenticated (api->session, &mech, with, room, 40, template,
		                                              2, NULL, 0, &key),
		           CKR_MECHANISM_INVALID);
	}
}

static void
wrapping_keys_must_be_right (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, back;
	Text text = { .n = 16 };

	if (lacks_functions (api))
		return;
	key = api_key (api, KEY_AES_128, NOTHING);
	const struct {
		CK_OBJECT_HANDLE with;
		CK_RV to_wrap, to_unwrap;
	} rows[] = {
		{ 0, CKR_WRAPPING_KEY_HANDLE_INVALID, CKR_UNWRAPPING_KEY_HANDLE_INVALID },
		{ api_key (api, DATA_OBJECT, NOTHING), CKR_WRAPPING_KEY_HANDLE_INVALID,
		  CKR_UNWRAPPING_KEY_HANDLE_INVALID },
		{ api_key (api, KEY_CAMELLIA, NOTHING), CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
		  CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT },
		{ api_key (api, KEY_AES, T (NO (CKA_WRAP), NO (CKA_UNWRAP))), CKR_KEY_FUNCTION_NOT_PERMITTED,
		  CKR_KEY_FUNCTION_NOT_PERMITTED },
		{ api_key (api, KEY_AES,
		           T (A_DATA (CKA_ALLOWED_MECHANISMS, &(CK_MECHANISM_TYPE){ CKM_AES_ECB },
		                      sizeof (CK_ULONG)))),
		  CKR_MECHANISM_INVALID, CKR_MECHANISM_INVALID },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
		FOR_EACH_AEAD (aead)
		{
			assert_rv (wrap_with (api, aead, rows[i].with, key, &text), rows[i].to_wrap);
			text.n = 16;
			assert_rv (unwrap_with (api, aead, rows[i].with, &text, T (AS_AES), &back),
			           rows[i].to_unwrap);
		}
}

static void
keys_that_may_not_be_wrapped_are_refused (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { TYPE (CKK_AES), YES (CKA_SIGN) };
	CK_OBJECT_HANDLE with, narrow, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	narrow = api_key (api, KEY_AES, T (A_DATA (CKA_WRAP_TEMPLATE, inner, sizeof inner)));
	key = api_key (api, KEY_AES, NOTHING);
	const struct {
		CK_OBJECT_HANDLE with, key;
		CK_RV rv;
	} rows[] = {
		{ with, 0, CKR_KEY_HANDLE_INVALID },
		{ with, api_key (api, KEY_AES, T (NO (CKA_EXTRACTABLE))), CKR_KEY_UNEXTRACTABLE },
		{ with, api_key (api, KEY_AES, T (YES (CKA_WRAP_WITH_TRUSTED))), CKR_KEY_NOT_WRAPPABLE },
		{ with, api_key (api, KEY_RSA_PUBLIC, NOTHING), CKR_KEY_NOT_WRAPPABLE },
		{ narrow, api_key (api, KEY_AES, T (NO (CKA_SIGN))), CKR_KEY_HANDLE_INVALID },
		{ narrow, api_key (api, KEY_SECRET, NOTHING), CKR_KEY_HANDLE_INVALID },
		{ narrow, api_key (api, KEY_RSA_PRIVATE, NOTHING), CKR_KEY_HANDLE_INVALID },
		{ narrow, key, CKR_OK },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
		FOR_EACH_AEAD (aead)
		{
			assert_rv (wrap_with (api, aead, rows[i].with, rows[i].key, &text), rows[i].rv);
			assert_rv (wrap_with_wrap_param (api, aead, rows[i].with, rows[i].key, &text),
			           rows[i].rv);
		}
}

/* Section 5.18.7. */
static void
history_of_unwrapped_keys_is_that_of_a_key_from_elsewhere (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		assert_ok (wrap_with (api, aead, with, api_key (api, KEY_AES, NOTHING), &text));
		assert_ok (unwrap_with (api, aead, with, &text,
		                        T (AS_AES, YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)), &key));
		g_assert_false (api_bool (api, key, CKA_ALWAYS_SENSITIVE));
		g_assert_false (api_bool (api, key, CKA_NEVER_EXTRACTABLE));
		g_assert_false (api_bool (api, key, CKA_LOCAL));
		g_assert_false (api_bool (api, key, CKA_EXTRACTABLE));
		assert_rv (api_get (api, key, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	}
}

static void
unwrapped_keys_are_extractable_unless_the_template_says_otherwise (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { NO (CKA_EXTRACTABLE) };
	CK_OBJECT_HANDLE with, narrow, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	narrow = api_key (api, KEY_AES, T (A_DATA (CKA_UNWRAP_TEMPLATE, inner, sizeof inner)));
	FOR_EACH_AEAD (aead)
	{
		assert_ok (wrap_with (api, aead, with, api_key (api, KEY_AES, NOTHING), &text));
		assert_ok (unwrap_with (api, aead, with, &text, T (AS_AES), &key));
		g_assert_true (api_bool (api, key, CKA_EXTRACTABLE));
		assert_ok (unwrap_with (api, aead, narrow, &text, T (AS_AES), &key));
		g_assert_false (api_bool (api, key, CKA_EXTRACTABLE));
	}
}

static void
unwrap_template_is_added_and_must_not_conflict (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { YES (CKA_SENSITIVE), A_STRING (CKA_LABEL, "marked") };
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, T (A_DATA (CKA_UNWRAP_TEMPLATE, inner, sizeof inner)));
	FOR_EACH_AEAD (aead)
	{
		assert_ok (wrap_with (api, aead, with, api_key (api, KEY_AES, NOTHING), &text));
		assert_ok (unwrap_with (api, aead, with, &text, T (AS_AES), &key));
		g_assert_true (api_bool (api, key, CKA_SENSITIVE));
		api_assert_bytes (api, key, CKA_LABEL, "marked", 6);
		assert_rv (unwrap_with (api, aead, with, &text, T (AS_AES, NO (CKA_SENSITIVE)), &key),
		           CKR_TEMPLATE_INCONSISTENT);
		assert_rv (
			unwrap_with (api, aead, with, &text, T (AS_AES, A_STRING (CKA_LABEL, "other")), &key),
			CKR_TEMPLATE_INCONSISTENT);
	}
}

static void
unwrapping_templates_are_judged (Api *api, gconstpointer unused)
{
	const struct {
		CK_ATTRIBUTE template[3];
		CK_ULONG n;
		CK_RV rv;
	} rows[] = {
		{ { AS_SECRET }, 2, CKR_OK },
		{ { AS_SECRET, LENGTH (64) }, 3, CKR_OK },
		{ { AS_SECRET, LENGTH (63) }, 3, CKR_WRAPPED_KEY_LEN_RANGE },
		{ { AS_SECRET, LENGTH (65) }, 3, CKR_WRAPPED_KEY_LEN_RANGE },
		{ { TYPE (CKK_GENERIC_SECRET) }, 1, CKR_TEMPLATE_INCOMPLETE },
		{ { A_ULONG (CKA_CLASS, CKO_SECRET_KEY) }, 1, CKR_TEMPLATE_INCOMPLETE },
		{ { A_ULONG (CKA_CLASS, CKO_PUBLIC_KEY), TYPE (CKK_RSA) }, 2, CKR_ATTRIBUTE_VALUE_INVALID },
		{ { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), TYPE (CKK_RSA) }, 2, CKR_WRAPPED_KEY_INVALID },
		{ { AS_SECRET, YES (CKA_LOCAL) }, 3, CKR_ATTRIBUTE_READ_ONLY },
		{ { AS_SECRET, A_BYTES (CKA_VALUE, 1) }, 3, CKR_ATTRIBUTE_READ_ONLY },
	};
	CK_OBJECT_HANDLE with, subject, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	subject = api_key (api, KEY_SECRET, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		assert_ok (wrap_with (api, aead, with, subject, &text));
		for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
			guint before = api_count (api, NOTHING);

			assert_rv (unwrap_with (api, aead, with, &text, rows[i].template, rows[i].n, &key),
			           rows[i].rv);
			g_assert_cmpuint (api_count (api, NOTHING), ==,
			                  before + (rows[i].rv == CKR_OK ? 1 : 0));
		}
	}
}

static void
unwrapping_needs_a_session_that_may_write (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	Text text;
	Aead aead = aeads[0];

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, T (NO (CKA_PRIVATE)));
	assert_ok (wrap_with (api, &aead, with, api_key (api, KEY_AES, NOTHING), &text));
	api->session = api_open (api, 0);
	assert_rv (unwrap_with (api, &aead, with, &text, T (AS_AES, YES (CKA_TOKEN)), &key),
	           CKR_SESSION_READ_ONLY);
	assert_ok (unwrap_with (api, &aead, with, &text, T (AS_AES), &key));
	assert_ok (api->f->C_Logout (api->session));
	assert_rv (unwrap_with (api, &aead, with, &text, T (AS_AES, YES (CKA_PRIVATE)), &key),
	           CKR_USER_NOT_LOGGED_IN);
	assert_ok (unwrap_with (api, &aead, with, &text, T (AS_AES, NO (CKA_PRIVATE)), &key));
}

/* A counter would begin anew in the next process. */
static void
nonces_are_not_counted_for_keys_of_the_token (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	Text text;

	if (lacks_functions (api))
		return;
	with = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	key = api_key (api, KEY_AES_128, NOTHING);
	FOR_EACH_AEAD (aead)
	{
		aead->generator = CKG_GENERATE_COUNTER;
		assert_rv (wrap_with (api, aead, with, key, &text), CKR_MECHANISM_PARAM_INVALID);
		aead->generator = CKG_GENERATE;
		assert_ok (wrap_with (api, aead, with, key, &text));
	}
}

/* --- PKCS #1 v1.5 --- */

/* Damage makes a key that nobody has, the same each time; whether the template says how long it is or not. */
static void
damaged_v1_5_keys_are_no_oracle (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE public, private, key, one, two;
	g_autoptr (GBytes) first = NULL, second = NULL;
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	key = api_key (api, KEY_SECRET, NOTHING);
#define KNOWN T (AS_SECRET, OPEN, A_ULONG (CKA_VALUE_LEN, 64))
	assert_ok (api->f->C_WrapKey (api->session, MECH (CKM_RSA_PKCS), public, key, wrapped, &n));
	assert_ok (api->f->C_UnwrapKey (api->session, MECH (CKM_RSA_PKCS), private, wrapped, n, KNOWN, &one));
	assert_same_value (api, key, one);
	wrapped[100] ^= 1;
	assert_ok (api->f->C_UnwrapKey (api->session, MECH (CKM_RSA_PKCS), private, wrapped, n, KNOWN, &one));
	assert_ok (api->f->C_UnwrapKey (api->session, MECH (CKM_RSA_PKCS), private, wrapped, n, KNOWN, &two));
	assert_same_value (api, one, two);
	first = value_of (api, one);
	second = value_of (api, key);
	g_assert_cmpuint (g_bytes_get_size (first), ==, 64);
	g_assert_false (g_bytes_equal (first, second));
	/* a secret key may have any length */
	assert_ok (api->f->C_UnwrapKey (api->session, MECH (CKM_RSA_PKCS), private, wrapped, n, T (AS_SECRET, OPEN), &one));
	assert_ok (api->f->C_UnwrapKey (api->session, MECH (CKM_RSA_PKCS), private, wrapped, n, T (AS_SECRET, OPEN), &two));
	assert_same_value (api, one, two);
}

static void
add_tests (void)
{
	ADD ("wrap", damaged_v1_5_keys_are_no_oracle);
	ADD ("wrap", secret_keys_of_each_type_come_back);
	ADD ("wrap", private_keys_of_each_type_come_back);
	ADD ("wrap", published_keys_are_unwrapped);
	ADD ("wrap", keys_with_short_tags_are_refused);
	ADD ("wrap", wrapped_key_and_tag_are_opened_by_decryption);
	/* one key for both, again and again */
	ADD_WITH ("wrap", encrypted_data_and_tag_are_unwrapped, "keys.policy = compat");
	ADD ("wrap", wrapping_is_a_message_with_the_key_in_it);
	ADD ("wrap", both_parameters_unwrap_what_is_wrapped);
	ADD ("wrap", plain_parameters_wrap_no_keys);
	ADD ("wrap", private_keys_are_wrapped_with_wrap_parameters);
	ADD ("wrap", nonces_that_are_made_are_given_back_and_differ);
	ADD ("wrap", nonces_that_are_given_or_counted_wrap_no_keys);
	ADD ("wrap", fixed_bits_of_a_nonce_stay);
	ADD ("wrap", questions_use_no_nonce);
	ADD ("wrap", whatever_is_tampered_with_is_refused);
	ADD ("wrap", wrapped_keys_shorter_than_their_tag_are_refused);
	ADD ("wrap", wrong_wrapping_parameters_are_refused);
	ADD ("wrap", authenticated_wrapping_wants_the_parameter_of_messages);
	ADD ("wrap", wrapping_arguments_that_are_missing_are_refused);
	ADD ("wrap", mechanisms_without_a_tag_are_refused);
	ADD ("wrap", wrapping_keys_must_be_right);
	ADD ("wrap", keys_that_may_not_be_wrapped_are_refused);
	ADD ("wrap", history_of_unwrapped_keys_is_that_of_a_key_from_elsewhere);
	ADD ("wrap", unwrapped_keys_are_extractable_unless_the_template_says_otherwise);
	ADD ("wrap", unwrap_template_is_added_and_must_not_conflict);
	ADD ("wrap", unwrapping_templates_are_judged);
	ADD ("wrap", unwrapping_needs_a_session_that_may_write);
	ADD ("wrap", nonces_are_not_counted_for_keys_of_the_token);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
