/* Keys by SP 800-108, as many as the parameter asks for: PKCS #11 v3.2 section 6.42. */

#include "derive.h"

static CounterFormat counter = { CK_FALSE, 16 };

static const struct {
	CK_MECHANISM_TYPE type;
	CK_MECHANISM_TYPE prf;
	ApiKey base;
} kdfs[] = {
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC, KEY_SECRET },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA3_512_HMAC, KEY_SECRET },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, KEY_AES },
	{ CKM_SP800_108_COUNTER_KDF, CKM_DES3_CMAC, KEY_DES3 },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA_1_HMAC, KEY_SECRET },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_AES_CMAC, KEY_AES_128 },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA512_HMAC, KEY_SECRET },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_AES_CMAC, KEY_AES },
};

/* A call in the making: the iteration variable, then what a test adds. */
typedef struct {
	KdfField fields[4];
	DerivedKey more[3];
	KdfParams params;
	FeedbackKdfParams feedback;
	CK_MECHANISM mech;
} Kdf;

static void
kdf_add (Kdf *kdf, CK_ULONG type, const void *value, CK_ULONG n)
{
	g_assert_cmpuint (kdf->params.n_fields, <, G_N_ELEMENTS (kdf->fields));
	kdf->fields[kdf->params.n_fields++] = (KdfField){ type, value, n };
	kdf->feedback.n_fields = kdf->params.n_fields;
}

static void
kdf_add_key (Kdf *kdf, const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *handle)
{
	g_assert_cmpuint (kdf->params.n_more, <, G_N_ELEMENTS (kdf->more));
	kdf->more[kdf->params.n_more++] = (DerivedKey){ (CK_ATTRIBUTE *)(guintptr)template, n, handle };
	kdf->feedback.n_more = kdf->params.n_more;
	kdf->params.more = kdf->feedback.more = kdf->more;
}

static void
kdf_start (Kdf *kdf, CK_MECHANISM_TYPE type, CK_MECHANISM_TYPE prf)
{
	gboolean counts = type == CKM_SP800_108_COUNTER_KDF;

	*kdf = (Kdf){ .params = { prf, 0, kdf->fields, 0, NULL },
		      .feedback = { prf, 0, kdf->fields, 0, NULL, 0, NULL } };
	kdf->mech = type == CKM_SP800_108_FEEDBACK_KDF ? (CK_MECHANISM)WITH (type, kdf->feedback)
	                                               : (CK_MECHANISM)WITH (type, kdf->params);
	kdf_add (kdf, CK_SP800_108_ITERATION_VARIABLE, counts ? &counter : NULL, counts ? sizeof counter : 0);
}

/* CAVP KDFCTR_gen.rsp CMAC_AES128 AFTER_FIXED r=8 11, which NSS cuts into two keys (pk11_kbkdf_unittest.cc).
 */
static void
kdf_by_cmac_gives_both_keys_of_a_known_answer (Api *api, gconstpointer unused)
{
	static const CK_BYTE fixed[] = {
		0xe6, 0x79, 0x86, 0x1a, 0x61, 0x34, 0x65, 0xa6, 0x73, 0x85, 0x37, 0x26, 0x71, 0xb1, 0x07,
		0xe6, 0xb8, 0x95, 0xa2, 0xf6, 0x40, 0x43, 0xc9, 0x34, 0xff, 0x42, 0x56, 0xa7, 0xe6, 0x3c,
		0xfb, 0x8b, 0xfa, 0xcc, 0x21, 0x24, 0x25, 0x1c, 0x90, 0xfa, 0x67, 0x0d, 0x45, 0x74, 0x5c,
		0x1c, 0x35, 0xda, 0x9b, 0x6e, 0x05, 0xaf, 0x77, 0xea, 0x9c, 0x4a, 0xd4, 0x86, 0xfd, 0x1a,
	};
	const CK_ATTRIBUTE template[] = { TYPE (CKK_AES), LENGTH (16), OPEN };
	CounterFormat narrow = { CK_FALSE, 8 };
	CK_OBJECT_HANDLE first, second;
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC);
	kdf.fields[0] = (KdfField){ CK_SP800_108_BYTE_ARRAY, (void *)(guintptr)fixed, sizeof fixed };
	kdf_add (&kdf, CK_SP800_108_ITERATION_VARIABLE, &narrow, sizeof narrow);
	kdf_add_key (&kdf, template, G_N_ELEMENTS (template), &second);
	assert_ok (derive (api, &kdf.mech, key_of (api, CKK_AES, "23eb065be127a881e35a6514d435679f"),
	                   template, G_N_ELEMENTS (template), &first));
	assert_value (api, first, "ea4ebbb4efff4b01684012ed8ff9c64e");
	assert_value (api, second, "70ae38197c36445a6c804a0e44819ac3");
}

/* RFC 8009 appendix A: Kc of aes128-cts-hmac-sha256-128 and of aes256-cts-hmac-sha384-192. */
static void
kdf_by_hmac_gives_a_known_answer (Api *api, gconstpointer unused)
{
	static const struct {
		CK_MECHANISM_TYPE prf;
		const char *base;
		CK_ULONG n;
		const char *wanted;
	} rows[] = {
		{ CKM_SHA256_HMAC, "3705d96080c17728a0e800eab6e0d23c", 16,
		  "b31a018a48f54776f403e9a396325dc3" },
		{ CKM_SHA384_HMAC, "6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52", 24,
		  "ef5718be86cc84963d8bbb5031e9f5c4ba41f28faf69e73d" },
	};
	CK_BYTE label[] = { 0, 0, 0, 2, 0x99, 0 };
	LengthFormat length = { CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32 };
	CounterFormat wide = { CK_FALSE, 32 };
	CK_OBJECT_HANDLE key;
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, rows[i].prf);
		kdf.fields[0].value = &wide;
		kdf_add (&kdf, CK_SP800_108_BYTE_ARRAY, label, sizeof label);
		kdf_add (&kdf, CK_SP800_108_DKM_LENGTH, &length, sizeof length);
		assert_ok (derive (api, &kdf.mech, key_of (api, CKK_GENERIC_SECRET, rows[i].base),
		                   T (LENGTH (rows[i].n), OPEN), &key));
		assert_value (api, key, rows[i].wanted);
	}
}

/* A key that is named stands for the bytes that it is; more than once, if it is named so. */
static void
kdf_takes_the_bytes_of_a_named_key (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kdfs); i++) {
		CK_OBJECT_HANDLE base = api_key (api, kdfs[i].base, NOTHING),
				 named = api_key (api, KEY_AES_128, NOTHING);
		CK_OBJECT_HANDLE by_bytes, by_handle;
		g_autoptr (GBytes) bytes = value_of (api, named), wanted = NULL;
		void *data = (void *)(guintptr)g_bytes_get_data (bytes, NULL);
		Kdf kdf;

		kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
		for (int j = 0; j < 2; j++)
			kdf_add (&kdf, CK_SP800_108_BYTE_ARRAY, data, g_bytes_get_size (bytes));
		assert_ok (derive (api, &kdf.mech, base, T (LENGTH (70), OPEN), &by_bytes));
		kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
		for (int j = 0; j < 2; j++)
			kdf_add (&kdf, CK_SP800_108_KEY_HANDLE, &named, sizeof named);
		assert_ok (derive (api, &kdf.mech, base, T (LENGTH (70), OPEN), &by_handle));
		wanted = value_of (api, by_bytes);
		api_assert_bytes (api, by_handle, CKA_VALUE, g_bytes_get_data (wanted, NULL), 70);
	}
}

static void
kdf_wants_named_keys_to_derive_from (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE named;
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kdfs); i++) {
		kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
		kdf_add (&kdf, CK_SP800_108_KEY_HANDLE, &named, sizeof named);
		assert_named_keys_are_judged (api, &kdf.mech, api_key (api, kdfs[i].base, NOTHING), &named);
	}
}

/* Section 6.42.8: from the base what the template leaves out. */
static void
kdf_takes_from_its_base_what_the_template_leaves_out (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE first, second;
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kdfs); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = api_key (api, kdfs[i].base, T (GUARDED (guards[j])));
			const CK_ATTRIBUTE template[] = { LENGTH (32) };

			kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
			kdf_add_key (&kdf, template, 1, &second);
			assert_ok (derive (api, &kdf.mech, base, template, 1, &first));
			assert_guard (api, first, guards[j]);
			assert_guard (api, second, guards[j]);
		}
}

static void
kdf_of_a_guarded_base_is_as_the_templates_say (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE first, second;
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kdfs); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = api_key (api, kdfs[i].base, T (GUARDED (guards[3])));
			const CK_ATTRIBUTE template[] = { LENGTH (32), GUARDED (guards[j]) };

			kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
			kdf_add_key (&kdf, template, G_N_ELEMENTS (template), &second);
			assert_ok (derive (api, &kdf.mech, base, T (LENGTH (32), OPEN), &first));
			assert_guard (api, first, guards[0]);
			assert_guard (api, second, guards[j]);
		}
}

/* Whoever knows the base could compute back what went in, so what comes out is as guarded as that. */
static void
kdf_guards_what_comes_from_named_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE first, second;
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kdfs); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = api_key (api, kdfs[i].base, NOTHING),
					 named = api_key (api, KEY_AES, T (GUARDED (guards[j])));
			const CK_ATTRIBUTE template[] = { LENGTH (32) };

			kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
			kdf_add (&kdf, CK_SP800_108_KEY_HANDLE, &named, sizeof named);
			kdf_add_key (&kdf, template, 1, &second);
			assert_ok (derive (api, &kdf.mech, base, template, 1, &first));
			assert_guard (api, first, guards[j]);
			assert_guard (api, second, guards[j]);
		}
}

/* Of several that are named, too. */
static void
kdf_guards_as_the_most_guarded_of_named_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, base, named[3];
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	base = api_key (api, KEY_SECRET, NOTHING);
	kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC);
	for (gsize i = 0; i < G_N_ELEMENTS (named); i++) {
		named[i] = api_key (api, KEY_AES, T (GUARDED (guards[i])));
		kdf_add (&kdf, CK_SP800_108_KEY_HANDLE, &named[i], sizeof named[i]);
	}
	assert_ok (derive (api, &kdf.mech, base, T (LENGTH (32)), &key));
	assert_guard (api, key, guards[3]);
}

static const CK_ATTRIBUTE opening[][2] = {
	{ LENGTH (32), NO (CKA_SENSITIVE) },
	{ LENGTH (32), YES (CKA_EXTRACTABLE) },
};
static const Guard against[] = { { CK_TRUE, CK_TRUE }, { CK_FALSE, CK_FALSE } };

static void
kdf_refuses_a_template_that_opens_named_keys (Api *api, gconstpointer unused)
{
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kdfs); i++)
		for (gsize j = 0; j < G_N_ELEMENTS (opening); j++) {
			CK_OBJECT_HANDLE base = api_key (api, kdfs[i].base, NOTHING),
					 named = api_key (api, KEY_AES, T (GUARDED (against[j])));

			kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
			kdf_add (&kdf, CK_SP800_108_KEY_HANDLE, &named, sizeof named);
			assert_refused (api, CKR_TEMPLATE_INCONSISTENT, &kdf.mech, base, opening[j], 2);
		}
}

static void
kdf_refuses_a_further_template_that_opens_named_keys (Api *api, gconstpointer unused)
{
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kdfs); i++)
		for (gsize j = 0; j < G_N_ELEMENTS (opening); j++) {
			CK_OBJECT_HANDLE base = api_key (api, kdfs[i].base, NOTHING),
					 named = api_key (api, KEY_AES, T (GUARDED (against[j]))),
					 further = UNTOUCHED;

			kdf_start (&kdf, kdfs[i].type, kdfs[i].prf);
			kdf_add (&kdf, CK_SP800_108_KEY_HANDLE, &named, sizeof named);
			kdf_add_key (&kdf, opening[j], 2, &further);
			assert_refused (api, CKR_TEMPLATE_INCONSISTENT, &kdf.mech, base, T (LENGTH (32)));
			g_assert_cmpuint (further, ==, CK_INVALID_HANDLE);
		}
}

/* What all keys that went in have always been. */
static void
kdf_keys_have_a_past_that_all_have (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base, named, key;
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < N_GUARDS; i++) {
		base = generate (api, CKM_GENERIC_SECRET_KEY_GEN, 32, guards[3]);
		kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC);
		assert_ok (derive (api, &kdf.mech, base, T (LENGTH (32), GUARDED (guards[i])), &key));
		assert_past (api, key, guards[i].sensitive, !guards[i].extractable);
	}
	named = api_key (api, KEY_AES, T (GUARDED (guards[3])));
	kdf_add (&kdf, CK_SP800_108_KEY_HANDLE, &named, sizeof named);
	assert_ok (derive (api, &kdf.mech, base, T (LENGTH (32)), &key));
	assert_past (api, key, FALSE, FALSE);
	named = generate (api, CKM_AES_KEY_GEN, 32, guards[3]);
	assert_ok (derive (api, &kdf.mech, base, T (LENGTH (32)), &key));
	assert_past (api, key, TRUE, TRUE);
}

/* The example of section 6.42.7: 48 and 16 bytes of three segments of 32. */
static void
kdf_cuts_keys_from_segments_of_their_own (Api *api, gconstpointer unused)
{
	static const struct {
		CK_ULONG method;
		CK_BYTE octets[2];
	} rows[] = { { CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, { 512 >> 8, 512 & 0xff } },
		     { CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS, { 768 >> 8, 768 & 0xff } } };
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), whole, first, second;
	const CK_ATTRIBUTE template[] = { LENGTH (16), OPEN };
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		LengthFormat length = { rows[i].method, CK_FALSE, 16 };
		g_autoptr (GBytes) value = NULL;
		const CK_BYTE *octets;

		kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC);
		kdf_add (&kdf, CK_SP800_108_BYTE_ARRAY, (void *)(guintptr)rows[i].octets, 2);
		assert_ok (derive (api, &kdf.mech, base, T (LENGTH (96), OPEN), &whole));
		value = value_of (api, whole);
		octets = g_bytes_get_data (value, NULL);
		kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC);
		kdf_add (&kdf, CK_SP800_108_DKM_LENGTH, &length, sizeof length);
		kdf_add_key (&kdf, template, G_N_ELEMENTS (template), &second);
		assert_ok (derive (api, &kdf.mech, base, T (LENGTH (48), OPEN), &first));
		api_assert_bytes (api, first, CKA_VALUE, octets, 48);
		api_assert_bytes (api, second, CKA_VALUE, octets + 64, 16);
	}
}

/* What makes a template wrong: when it is read, and with the last one when the keys are taken over, for an
 * AES key has not the 20 bytes that come when none are asked for. */
static const CK_ATTRIBUTE right[] = { LENGTH (32), YES (CKA_TOKEN), NO (CKA_SENSITIVE) };
static const CK_ATTRIBUTE wrong[][3] = {
	{ LENGTH (20), TYPE (CKK_AES), NO (CKA_TOKEN) },
	{ LENGTH (32), TYPE (CKK_RSA), NO (CKA_TOKEN) },
	{ LENGTH (32), YES (CKA_LOCAL), NO (CKA_TOKEN) },
	{ LENGTH (32), A_ULONG (CKA_CLASS, CKO_DATA), NO (CKA_TOKEN) },
	{ LENGTH (32), A_BOOL (CKA_MODULUS, 0), NO (CKA_TOKEN) },
	{ TYPE (CKK_AES), NO (CKA_SENSITIVE), NO (CKA_TOKEN) },
};
static const CK_RV why[] = {
	CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT,  CKR_ATTRIBUTE_READ_ONLY,
	CKR_TEMPLATE_INCONSISTENT,   CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID,
};

/* Of three keys, the one at @at is wrong; the first one is C_DeriveKey's own. */
static void
assert_marks_the_wrong_one (const Api *api, CK_OBJECT_HANDLE base, gsize at, gsize which)
{
	CK_OBJECT_HANDLE handles[3] = { UNTOUCHED, UNTOUCHED, UNTOUCHED };
	guint n_before = api_count (api, NOTHING);
	Kdf kdf;

	kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_SHA_1_HMAC);
	for (gsize i = 1; i < 3; i++)
		kdf_add_key (&kdf, i == at ? wrong[which] : right, G_N_ELEMENTS (right), &handles[i]);
	assert_rv (derive (api, &kdf.mech, base, at == 0 ? wrong[which] : right, G_N_ELEMENTS (right),
	                   &handles[0]),
	           why[which]);
	for (gsize i = 0; i < 3; i++)
		g_assert_cmpuint (handles[i], ==, i == at ? CK_INVALID_HANDLE : UNTOUCHED);
	g_assert_cmpuint (api_count (api, NOTHING), ==, n_before);
}

static void
kdf_marks_the_template_that_is_wrong_and_makes_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
		for (gsize at = 0; at < 3; at++)
			assert_marks_the_wrong_one (api, base, at, i);
	/* not even on the disk */
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
}

static void
kdf_marks_no_template_when_it_is_none_that_is_wrong (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), further = UNTOUCHED, named = ~0UL;
	LengthFormat length = { 99, CK_FALSE, 32 };
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC);
	kdf_add_key (&kdf, right, G_N_ELEMENTS (right), &further);
	kdf_add (&kdf, CK_SP800_108_DKM_LENGTH, &length, sizeof length);
	assert_refused (api, CKR_MECHANISM_PARAM_INVALID, &kdf.mech, base, right, G_N_ELEMENTS (right));
	g_assert_cmpuint (further, ==, UNTOUCHED);
	kdf.fields[1] = (KdfField){ CK_SP800_108_KEY_HANDLE, &named, sizeof named };
	assert_refused (api, CKR_KEY_HANDLE_INVALID, &kdf.mech, base, right, G_N_ELEMENTS (right));
	g_assert_cmpuint (further, ==, UNTOUCHED);
}

/* Sections 6.42.3 to 6.42.5. */
static void
kdf_refuses_fields_that_its_mode_has_not (Api *api, gconstpointer unused)
{
	LengthFormat length = { CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32 };
	const struct {
		CK_MECHANISM_TYPE type;
		KdfField first, second;
	} rows[] = {
		{ CKM_SP800_108_COUNTER_KDF,
		  { CK_SP800_108_BYTE_ARRAY, bytes32, 4 },
		  { CK_SP800_108_BYTE_ARRAY, bytes32, 4 } },
		{ CKM_SP800_108_COUNTER_KDF,
		  { CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter },
		  { CK_SP800_108_COUNTER, &counter, sizeof counter } },
		{ CKM_SP800_108_COUNTER_KDF,
		  { CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter },
		  { CK_SP800_108_BYTE_ARRAY, bytes32, 0 } },
		{ CKM_SP800_108_COUNTER_KDF,
		  { CK_SP800_108_ITERATION_VARIABLE, NULL, 0 },
		  { CK_SP800_108_BYTE_ARRAY, bytes32, 4 } },
		{ CKM_SP800_108_COUNTER_KDF,
		  { CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter },
		  { CK_SP800_108_KEY_HANDLE, bytes32, 4 } },
		{ CKM_SP800_108_COUNTER_KDF,
		  { CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter },
		  { 99, NULL, 0 } },
		{ CKM_SP800_108_DOUBLE_PIPELINE_KDF,
		  { CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter },
		  { CK_SP800_108_BYTE_ARRAY, bytes32, 4 } },
		{ CKM_SP800_108_DOUBLE_PIPELINE_KDF,
		  { CK_SP800_108_DKM_LENGTH, &length, sizeof length },
		  { CK_SP800_108_DKM_LENGTH, &length, sizeof length } },
	};
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING);
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		kdf_start (&kdf, rows[i].type, CKM_SHA256_HMAC);
		kdf.fields[0] = rows[i].first;
		kdf_add (&kdf, rows[i].second.type, rows[i].second.value, rows[i].second.n);
		assert_refused (api, CKR_MECHANISM_PARAM_INVALID, &kdf.mech, base, T (LENGTH (32)));
	}
}

static void
kdf_by_cmac_wants_a_key_of_its_cipher (Api *api, gconstpointer unused)
{
	Kdf kdf;

	if (api_spares_softhsm (api, "SoftHSM has no SP 800-108"))
		return;
	kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC);
	assert_refused (api, CKR_KEY_TYPE_INCONSISTENT, &kdf.mech, api_key (api, KEY_SECRET, NOTHING),
	                T (LENGTH (32)));
	kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_DES3_CMAC);
	assert_refused (api, CKR_KEY_TYPE_INCONSISTENT, &kdf.mech, api_key (api, KEY_AES, NOTHING),
	                T (LENGTH (32)));
	kdf_start (&kdf, CKM_SP800_108_COUNTER_KDF, CKM_SHA256);
	assert_refused (api, CKR_MECHANISM_PARAM_INVALID, &kdf.mech, api_key (api, KEY_SECRET, NOTHING),
	                T (LENGTH (32)));
}

static void
add_tests (void)
{
	ADD ("derive-kdf", kdf_by_cmac_gives_both_keys_of_a_known_answer);
	ADD ("derive-kdf", kdf_by_hmac_gives_a_known_answer);
	ADD ("derive-kdf", kdf_takes_the_bytes_of_a_named_key);
	ADD ("derive-kdf", kdf_wants_named_keys_to_derive_from);
	ADD ("derive-kdf", kdf_takes_from_its_base_what_the_template_leaves_out);
	ADD ("derive-kdf", kdf_of_a_guarded_base_is_as_the_templates_say);
	ADD ("derive-kdf", kdf_guards_what_comes_from_named_keys);
	ADD ("derive-kdf", kdf_guards_as_the_most_guarded_of_named_keys);
	ADD ("derive-kdf", kdf_refuses_a_template_that_opens_named_keys);
	ADD ("derive-kdf", kdf_refuses_a_further_template_that_opens_named_keys);
	ADD ("derive-kdf", kdf_keys_have_a_past_that_all_have);
	ADD ("derive-kdf", kdf_cuts_keys_from_segments_of_their_own);
	ADD ("derive-kdf", kdf_marks_the_template_that_is_wrong_and_makes_nothing);
	ADD ("derive-kdf", kdf_marks_no_template_when_it_is_none_that_is_wrong);
	ADD ("derive-kdf", kdf_refuses_fields_that_its_mode_has_not);
	ADD ("derive-kdf", kdf_by_cmac_wants_a_key_of_its_cipher);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
