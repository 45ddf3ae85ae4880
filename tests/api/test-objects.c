/* Objects: making, copying, destroying, reading, changing and finding them, and the rules for their
 * attributes: PKCS #11 v3.2 sections 4 and 5.7. */

#include "apitest.h"

#include <glib/gstdio.h>

static CK_RV
create (const Api *api, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	CK_OBJECT_HANDLE object;

	return api_try_create (api, template, n, NOTHING, &object);
}

static CK_RV
try_copy (const Api *api, CK_OBJECT_HANDLE from, const CK_ATTRIBUTE *template, CK_ULONG n,
          CK_OBJECT_HANDLE *copy)
{
	return api->f->C_CopyObject (api->session, from, (CK_ATTRIBUTE *)(guintptr) template, n, copy);
}

static CK_OBJECT_HANDLE
copy_of (const Api *api, CK_OBJECT_HANDLE from, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	CK_OBJECT_HANDLE copy = 0;

	assert_ok (try_copy (api, from, template, n, &copy));
	g_assert_cmpuint (copy, !=, from);
	return copy;
}

static CK_RV
destroy (const Api *api, CK_OBJECT_HANDLE object)
{
	return api->f->C_DestroyObject (api->session, object);
}

/* --- C_CreateObject: every kind --- */

static void
create_works_for_every_kind (Api *api, gconstpointer unused)
{
	for (ApiKey which = KEY_AES; which <= CERTIFICATE; which++) {
		CK_OBJECT_HANDLE object = api_key (api, which, T (YES (CKA_TOKEN), A_BYTES (CKA_LABEL, 'l')));

		g_assert_true (api_bool (api, object, CKA_TOKEN));
		api_assert_bytes (api, object, CKA_LABEL, "l", 1);
	}
	g_assert_cmpuint (api_count (api, NOTHING), ==, CERTIFICATE + 1);
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, CERTIFICATE + 1);
}

static void
create_gives_storage_defaults (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object = api_create (api, T (A_ULONG (CKA_CLASS, CKO_DATA)));

	g_assert_false (api_bool (api, object, CKA_TOKEN));
	g_assert_true (api_bool (api, object, CKA_PRIVATE));
	g_assert_true (api_bool (api, object, CKA_MODIFIABLE));
	g_assert_true (api_bool (api, object, CKA_COPYABLE));
	g_assert_true (api_bool (api, object, CKA_DESTROYABLE));
	api_assert_bytes (api, object, CKA_LABEL, "", 0);
	api_assert_bytes (api, object, CKA_APPLICATION, "", 0);
	api_assert_bytes (api, object, CKA_OBJECT_ID, "", 0);
	api_assert_bytes (api, object, CKA_VALUE, "", 0);
}

static void
create_makes_public_what_everybody_may_see (Api *api, gconstpointer unused)
{
	g_assert_false (api_bool (api, api_key (api, CERTIFICATE, NOTHING), CKA_PRIVATE));
	g_assert_false (api_bool (api, api_key (api, KEY_RSA_PUBLIC, NOTHING), CKA_PRIVATE));
	g_assert_false (api_bool (api, api_key (api, KEY_EC_PUBLIC, NOTHING), CKA_PRIVATE));
	g_assert_true (api_bool (api, api_key (api, KEY_RSA_PRIVATE, NOTHING), CKA_PRIVATE));
	g_assert_true (api_bool (api, api_key (api, KEY_AES, NOTHING), CKA_PRIVATE));
}

static void
create_gives_key_defaults (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_create (
		api, T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
	                A_BYTES (CKA_VALUE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));

	g_assert_false (api_bool (api, key, CKA_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_EXTRACTABLE));
	g_assert_false (api_bool (api, key, CKA_DERIVE));
	g_assert_true (api_bool (api, key, CKA_ENCRYPT));
	g_assert_true (api_bool (api, key, CKA_WRAP));
	g_assert_false (api_bool (api, key, CKA_TRUSTED));
	g_assert_false (api_bool (api, key, CKA_WRAP_WITH_TRUSTED));
	api_assert_bytes (api, key, CKA_ID, "", 0);
	api_assert_bytes (api, key, CKA_START_DATE, "", 0);
}

static void
create_says_that_the_key_comes_from_elsewhere (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_RSA_PRIVATE, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)));

	g_assert_false (api_bool (api, key, CKA_LOCAL));
	g_assert_false (api_bool (api, key, CKA_ALWAYS_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_NEVER_EXTRACTABLE));
	g_assert_cmpuint (api_ulong (api, key, CKA_KEY_GEN_MECHANISM), ==, CK_UNAVAILABLE_INFORMATION);
}

static void
create_computes_lengths (Api *api, gconstpointer unused)
{
	g_assert_cmpuint (api_ulong (api, api_key (api, KEY_AES, NOTHING), CKA_VALUE_LEN), ==, 32);
	g_assert_cmpuint (api_ulong (api, api_key (api, KEY_SECRET, NOTHING), CKA_VALUE_LEN), ==, 64);
	g_assert_cmpuint (api_ulong (api, api_key (api, KEY_RSA_PUBLIC, NOTHING), CKA_MODULUS_BITS), ==,
	                  2048);
}

/* FIPS 197: the first three bytes of the encryption of a block of zeros. */
static void
create_computes_the_check_value (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING);
	CK_BYTE zeros[16] = { 0 }, out[16];
	CK_ULONG n = sizeof out;

	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), key));
	assert_ok (api->f->C_Encrypt (api->session, zeros, sizeof zeros, out, &n));
	api_assert_bytes (api, key, CKA_CHECK_VALUE, out, 3);
}

static void
create_takes_the_last_of_two_values (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object =
		api_create (api, T (A_ULONG (CKA_CLASS, CKO_DATA), A_STRING (CKA_LABEL, "first"),
	                            A_STRING (CKA_LABEL, "last")));

	api_assert_bytes (api, object, CKA_LABEL, "last", 4);
}

static void
create_wants_a_class (Api *api, gconstpointer unused)
{
	assert_rv (create (api, T (A_STRING (CKA_LABEL, "x"))), CKR_TEMPLATE_INCOMPLETE);
	assert_rv (create (api, NOTHING), api->softhsm ? CKR_ARGUMENTS_BAD : CKR_TEMPLATE_INCOMPLETE);
}

static void
create_wants_a_type_of_keys_and_certificates (Api *api, gconstpointer unused)
{
	assert_rv (create (api, T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_BYTES (CKA_VALUE, 1))),
	           CKR_TEMPLATE_INCOMPLETE);
	assert_rv (create (api, T (A_ULONG (CKA_CLASS, CKO_CERTIFICATE), A_BYTES (CKA_VALUE, 1))),
	           CKR_TEMPLATE_INCOMPLETE);
}

static void
create_refuses_unknown_kinds (Api *api, gconstpointer unused)
{
	assert_rv (create (api, T (A_ULONG (CKA_CLASS, CKO_HW_FEATURE))), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create (api, T (A_ULONG (CKA_CLASS, CKO_VENDOR_DEFINED | 1))),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create (api, T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_RC2),
	                           A_BYTES (CKA_VALUE, 1))),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create (api, T (A_ULONG (CKA_CLASS, CKO_CERTIFICATE),
	                           A_ULONG (CKA_CERTIFICATE_TYPE, CKC_VENDOR_DEFINED | 1))),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

/* Each kind without each of the attributes that C_CreateObject must be given. */
static void
create_wants_what_is_required (Api *api, gconstpointer unused)
{
	const CK_ATTRIBUTE certificate[] = {
		A_ULONG (CKA_CLASS, CKO_CERTIFICATE),
		A_ULONG (CKA_CERTIFICATE_TYPE, CKC_X_509),
		A_BYTES (CKA_SUBJECT, 0x30, 0),
		A_BYTES (CKA_VALUE, 0x30, 0),
	};
	const CK_ATTRIBUTE aes[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
		A_ULONG (CKA_KEY_TYPE, CKK_AES),
		A_BYTES (CKA_VALUE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
	};
	const CK_ATTRIBUTE public[] = {
		A_ULONG (CKA_CLASS, CKO_PUBLIC_KEY),
		A_ULONG (CKA_KEY_TYPE, CKK_RSA),
		A_BYTES (CKA_MODULUS, 0x80, 1),
		A_BYTES (CKA_PUBLIC_EXPONENT, 3),
	};
	const CK_ATTRIBUTE private[] = {
		A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY),
		A_ULONG (CKA_KEY_TYPE, CKK_EC),
		A_DATA (CKA_EC_PARAMS, der_p256, 10),
		A_BYTES (CKA_VALUE, 1),
	};

	for (CK_ULONG left = 1; left < 4; left++) {
		assert_rv (create (api, certificate, left), CKR_TEMPLATE_INCOMPLETE);
		assert_rv (create (api, aes, MIN (left, 2)), CKR_TEMPLATE_INCOMPLETE);
		assert_rv (create (api, public, left), CKR_TEMPLATE_INCOMPLETE);
		assert_rv (create (api, private, left), CKR_TEMPLATE_INCOMPLETE);
	}
}

static void
create_refuses_what_the_token_sets (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (api_try_key (api, KEY_AES, T (YES (CKA_LOCAL)), &key), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_try_key (api, KEY_AES, T (NO (CKA_LOCAL)), &key), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_try_key (api, KEY_AES, T (A_ULONG (CKA_KEY_GEN_MECHANISM, CKM_AES_KEY_GEN)), &key),
	           CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_try_key (api, KEY_AES, T (YES (CKA_ALWAYS_SENSITIVE)), &key), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_try_key (api, KEY_AES, T (YES (CKA_NEVER_EXTRACTABLE)), &key),
	           CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_try_key (api, KEY_AES, T (A_ULONG (CKA_VALUE_LEN, 32)), &key),
	           CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_try_key (api, KEY_RSA_PUBLIC, T (A_ULONG (CKA_MODULUS_BITS, 2048)), &key),
	           CKR_ATTRIBUTE_READ_ONLY);
}

static void
create_refuses_attributes_of_other_kinds (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;

	assert_rv (api_try_key (api, DATA_OBJECT, T (A_BYTES (CKA_MODULUS, 1)), &object),
	           CKR_ATTRIBUTE_TYPE_INVALID);
	assert_rv (api_try_key (api, KEY_AES, T (A_BYTES (CKA_EC_POINT, 1)), &object),
	           CKR_ATTRIBUTE_TYPE_INVALID);
	assert_rv (api_try_key (api, KEY_EC_PRIVATE, T (YES (CKA_VERIFY)), &object),
	           CKR_ATTRIBUTE_TYPE_INVALID);
	assert_rv (api_try_key (api, KEY_AES, T (A_BYTES (CKA_VENDOR_DEFINED | 7, 1)), &object),
	           CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
create_refuses_wrong_lengths (Api *api, gconstpointer unused)
{
	CK_BYTE bytes[9] = { 0 };
	CK_OBJECT_HANDLE object;

	assert_rv (api_try_key (api, DATA_OBJECT, T (A_DATA (CKA_TOKEN, bytes, 0)), &object),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, DATA_OBJECT, T (A_DATA (CKA_TOKEN, bytes, 4)), &object),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_AES, T (A_DATA (CKA_ENCRYPT, bytes, 8)), &object),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, CERTIFICATE, T (A_DATA (CKA_CERTIFICATE_CATEGORY, bytes, 4)), &object),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, CERTIFICATE, T (A_DATA (CKA_CERTIFICATE_CATEGORY, bytes, 9)), &object),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
create_refuses_a_value_that_is_missing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;

	if (api_spares_softhsm (api, "SoftHSM crashes"))
		return;
	assert_rv (api_try_key (api, DATA_OBJECT, T ({ CKA_LABEL, NULL, 4 }), &object),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, DATA_OBJECT, T ({ CKA_TOKEN, NULL, 1 }), &object),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_ok (api_try_key (api, DATA_OBJECT, T ({ CKA_LABEL, NULL, 0 }), &object));
}

static void
create_refuses_dates_that_are_none (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (api_try_key (api, KEY_AES, T (A_STRING (CKA_START_DATE, "2024010")), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_AES, T (A_STRING (CKA_END_DATE, "202401011")), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	key = api_key (
		api, KEY_AES,
		T (A_STRING (CKA_START_DATE, "20240101"), A_STRING (CKA_END_DATE, ""), NO (CKA_PRIVATE)));
	api_assert_bytes (api, key, CKA_START_DATE, "20240101", 8);
	api_assert_bytes (api, key, CKA_END_DATE, "", 0);
}

/* SoftHSM stores the date of a private object open and then cannot read it. */
static void
create_keeps_dates_of_private_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key =
		api_key (api, KEY_AES, T (A_STRING (CKA_START_DATE, "20240101"), YES (CKA_TOKEN)));

	if (api_spares_softhsm (api, "SoftHSM cannot read the dates of private keys"))
		return;
	api_assert_bytes (api, key, CKA_START_DATE, "20240101", 8);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_START_DATE, "20240101"))), ==, 1);
}

static void
create_refuses_keys_that_are_none (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM takes any bytes for a key, and fails when it is used"))
		return;
	assert_rv (api_try_key (api, KEY_AES,
	                        T (A_BYTES (CKA_VALUE, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)),
	                        &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_SECRET, T (A_DATA (CKA_VALUE, "", 0)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_EC_PUBLIC, T (A_BYTES (CKA_EC_POINT, 4, 3, 4, 1, 1)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_EC_PRIVATE, T (A_BYTES (CKA_VALUE, 0)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	g_assert_cmpuint (api_try_key (api, KEY_EC_PUBLIC, T (A_BYTES (CKA_EC_PARAMS, 6, 1, 1)), &key), !=,
	                  CKR_OK);
	assert_rv (api_try_key (api, KEY_EDWARDS_PRIVATE, T (A_BYTES (CKA_VALUE, 1, 2)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
}

static void
create_that_fails_leaves_nothing_on_the_disk (Api *api, gconstpointer unused)
{
	g_autofree char *path = api_token_dir (api);
	g_autoptr (GDir) dir = NULL;
	CK_OBJECT_HANDLE object;
	unsigned n = 0;

	if (api_spares_softhsm (api, "SoftHSM leaves an orphan file"))
		return;
	assert_rv (api_try_key (api, KEY_AES, T (YES (CKA_TOKEN), YES (CKA_LOCAL)), &object),
	           CKR_ATTRIBUTE_READ_ONLY);
	dir = g_dir_open (path, 0, NULL);
	for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
		n += g_str_has_suffix (name, ".object");
	g_assert_cmpuint (n, ==, 1);
}

static void
create_of_token_objects_needs_a_read_write_session (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;

	api->session = api_open (api, 0);
	assert_rv (api_try_key (api, DATA_OBJECT, T (YES (CKA_TOKEN)), &object), CKR_SESSION_READ_ONLY);
	assert_rv (api_try_key (api, DATA_OBJECT, T (YES (CKA_TOKEN), NO (CKA_PRIVATE)), &object),
	           CKR_SESSION_READ_ONLY);
	assert_ok (api_try_key (api, DATA_OBJECT, NOTHING, &object));
}

static void
create_takes_large_values (Api *api, gconstpointer unused)
{
	g_autofree CK_BYTE *value = g_malloc (500000);
	CK_OBJECT_HANDLE object;

	for (unsigned i = 0; i < 500000; i++)
		value[i] = (CK_BYTE)(i * 7 >> 3);
	api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN), A_DATA (CKA_VALUE, value, 500000)));
	api_restart (api, NULL);
	g_autoptr (GArray) found = find_objects (api->module, api->session, NOTHING);
	object = g_array_index (found, CK_OBJECT_HANDLE, 0);
	api_assert_bytes (api, object, CKA_VALUE, value, 500000);
}

static void
create_sets_trusted_only_for_the_so (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;

	assert_rv (api_try_key (api, CERTIFICATE, T (YES (CKA_TRUSTED)), &object), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_try_key (api, KEY_AES, T (YES (CKA_TRUSTED)), &object), CKR_ATTRIBUTE_READ_ONLY);
	assert_ok (api_try_key (api, CERTIFICATE, T (NO (CKA_TRUSTED)), &object));
	assert_ok (api->f->C_Logout (api->session));
	assert_rv (api_try_key (api, CERTIFICATE, T (YES (CKA_TRUSTED)), &object), CKR_ATTRIBUTE_READ_ONLY);
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
	object = api_key (api, CERTIFICATE, T (YES (CKA_TRUSTED)));
	g_assert_true (api_bool (api, object, CKA_TRUSTED));
	object = api_key (api, KEY_RSA_PUBLIC, T (YES (CKA_TRUSTED)));
	g_assert_true (api_bool (api, object, CKA_TRUSTED));
}

static void
create_keeps_allowed_mechanisms (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE types[] = { CKM_AES_GCM, CKM_AES_ECB }, got[4];
	CK_OBJECT_HANDLE key = api_key (
		api, KEY_AES, T (YES (CKA_TOKEN), A_DATA (CKA_ALLOWED_MECHANISMS, types, sizeof types)));
	CK_ATTRIBUTE attr = { CKA_ALLOWED_MECHANISMS, got, sizeof got };

	assert_ok (api->f->C_GetAttributeValue (api->session, key, &attr, 1));
	g_assert_cmpuint (attr.ulValueLen, ==, sizeof types);
	g_assert_true (got[0] == CKM_AES_ECB || got[1] == CKM_AES_ECB);
	g_assert_true (got[0] == CKM_AES_GCM || got[1] == CKM_AES_GCM);
}

static void
create_refuses_allowed_mechanisms_of_odd_length (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE types[] = { CKM_AES_GCM, CKM_AES_ECB };
	CK_OBJECT_HANDLE key;

	assert_rv (api_try_key (api, KEY_AES, T (A_DATA (CKA_ALLOWED_MECHANISMS, types, 12)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_AES, T (A_DATA (CKA_ALLOWED_MECHANISMS, types, 0)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
create_keeps_templates (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { YES (CKA_EXTRACTABLE), A_ULONG (CKA_KEY_TYPE, CKK_AES) };
	CK_OBJECT_HANDLE key =
		api_key (api, KEY_AES, T (YES (CKA_TOKEN), A_DATA (CKA_WRAP_TEMPLATE, inner, sizeof inner)));
	CK_BYTE first[8], second[8];
	CK_ATTRIBUTE got[2] = { { 0, first, 8 }, { 0, second, 8 } };
	CK_ATTRIBUTE attr = { CKA_WRAP_TEMPLATE, NULL, 0 };

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 cannot give a template back"))
		return;
	assert_ok (api->f->C_GetAttributeValue (api->session, key, &attr, 1));
	g_assert_cmpuint (attr.ulValueLen, ==, sizeof inner);
	attr.pValue = got;
	assert_ok (api->f->C_GetAttributeValue (api->session, key, &attr, 1));
	g_assert_cmphex (got[0].type, ==, CKA_KEY_TYPE);
	g_assert_cmpuint (got[0].ulValueLen, ==, sizeof (CK_ULONG));
	g_assert_cmphex (got[1].type, ==, CKA_EXTRACTABLE);
	g_assert_cmpuint (got[1].ulValueLen, ==, 1);
	g_assert_cmpuint (second[0], ==, CK_TRUE);
}

static void
create_refuses_templates_inside_templates (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE innermost[] = { YES (CKA_EXTRACTABLE) };
	CK_ATTRIBUTE inner[] = { A_DATA (CKA_WRAP_TEMPLATE, innermost, sizeof innermost) };
	CK_OBJECT_HANDLE key;

	assert_rv (api_try_key (api, KEY_AES, T (A_DATA (CKA_WRAP_TEMPLATE, inner, sizeof inner)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_AES, T (A_DATA (CKA_WRAP_TEMPLATE, inner, sizeof inner - 1)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	/* not taken for the one with the same low bits */
	if (sizeof (CK_ATTRIBUTE_TYPE) > 4 && !api->softhsm) {
		inner[0] = (CK_ATTRIBUTE)A_BOOL (CKA_EXTRACTABLE, CK_FALSE);
		inner[0].type |= (CK_ATTRIBUTE_TYPE)0x10000 << 16;
		assert_rv (api_try_key (api, KEY_AES, T (A_DATA (CKA_WRAP_TEMPLATE, inner, sizeof inner)), &key),
		           CKR_ATTRIBUTE_TYPE_INVALID);
	}
}

static void
create_refuses_a_wrong_check_value (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (api_try_key (api, KEY_AES, T (A_BYTES (CKA_CHECK_VALUE, 1, 2, 3)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
create_keeps_no_check_value_when_asked_to (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_DATA (CKA_CHECK_VALUE, "", 0)));

	api_assert_bytes (api, key, CKA_CHECK_VALUE, "", 0);
}

/* --- C_DestroyObject --- */

static void
destroy_removes_the_object (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));

	assert_ok (destroy (api, object));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
	assert_rv (api_get (api, object, CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (destroy (api, object), CKR_OBJECT_HANDLE_INVALID);
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
}

static void
destroy_removes_the_file (Api *api, gconstpointer unused)
{
	g_autofree char *path = api_token_dir (api);
	g_autoptr (GDir) dir = NULL;

	assert_ok (destroy (api, api_key (api, KEY_AES, T (YES (CKA_TOKEN)))));
	dir = g_dir_open (path, 0, NULL);
	for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
		g_assert_true (strcmp (name, "token.object") == 0 || !g_str_has_suffix (name, ".object"));
}

static void
destroy_refuses_what_is_not_destroyable (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object = api_key (api, DATA_OBJECT, T (NO (CKA_DESTROYABLE)));

	assert_rv (destroy (api, object), CKR_ACTION_PROHIBITED);
	assert_ok (api_get (api, object, CKA_LABEL));
}

static void
destroy_of_token_objects_needs_a_read_write_session (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE on_token = api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN)));
	CK_OBJECT_HANDLE of_session = api_key (api, DATA_OBJECT, NOTHING);

	api->session = api_open (api, 0);
	assert_rv (destroy (api, on_token), CKR_SESSION_READ_ONLY);
	assert_ok (destroy (api, of_session));
}

static void
destroy_refuses_wrong_handles (Api *api, gconstpointer unused)
{
	assert_rv (destroy (api, 0), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (destroy (api, api->session), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (destroy (api, ~0UL), CKR_OBJECT_HANDLE_INVALID);
}

/* --- C_CopyObject --- */

static void
copy_is_the_same_but_for_the_template (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key =
		api_key (api, KEY_AES, T (A_STRING (CKA_LABEL, "one"), A_BYTES (CKA_ID, 1, 2)));
	CK_OBJECT_HANDLE copy = copy_of (api, key, T (A_STRING (CKA_LABEL, "two")));
	g_autoptr (GBytes) value = get_attribute (api->module, api->session, key, CKA_VALUE);

	api_assert_bytes (api, copy, CKA_LABEL, "two", 3);
	api_assert_bytes (api, copy, CKA_ID, "\1\2", 2);
	api_assert_bytes (api, copy, CKA_VALUE, g_bytes_get_data (value, NULL), 32);
	api_assert_bytes (api, key, CKA_LABEL, "one", 3);
}

static void
copy_may_go_to_the_token (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_RSA_PRIVATE, T (NO (CKA_TOKEN)));

	copy_of (api, key, T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "kept")));
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "kept"))), ==, 1);
}

static void
copy_may_come_from_the_token (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));

	copy_of (api, key, T (NO (CKA_TOKEN)));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 2);
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

static void
copy_may_become_private_but_not_public (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE public = api_key (api, DATA_OBJECT, T (NO (CKA_PRIVATE), YES (CKA_TOKEN)));
	CK_OBJECT_HANDLE private = copy_of (api, public, T (YES (CKA_PRIVATE))), copy;

	g_assert_true (api_bool (api, private, CKA_PRIVATE));
	api_assert_bytes (api, private, CKA_VALUE, "\1\2\3\4\5", 5);
	assert_rv (try_copy (api, private, T (NO (CKA_PRIVATE)), &copy), CKR_TEMPLATE_INCONSISTENT);
}

static void
copy_refuses_what_is_not_copyable (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object = api_key (api, DATA_OBJECT, T (NO (CKA_COPYABLE))), copy;

	assert_rv (try_copy (api, object, T (A_STRING (CKA_LABEL, "x")), &copy), CKR_ACTION_PROHIBITED);
}

static void
copy_keeps_what_sticks (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (
		api, KEY_AES, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), YES (CKA_WRAP_WITH_TRUSTED)));
	CK_OBJECT_HANDLE copy;

	assert_rv (try_copy (api, key, T (NO (CKA_SENSITIVE)), &copy), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (try_copy (api, key, T (YES (CKA_EXTRACTABLE)), &copy), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (try_copy (api, key, T (NO (CKA_WRAP_WITH_TRUSTED)), &copy), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (try_copy (api, key, T (A_BYTES (CKA_VALUE, 1)), &copy), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (try_copy (api, key, T (A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET)), &copy),
	           CKR_ATTRIBUTE_READ_ONLY);
	copy = copy_of (api, key, T (A_STRING (CKA_LABEL, "copy")));
	g_assert_true (api_bool (api, copy, CKA_SENSITIVE));
	g_assert_false (api_bool (api, copy, CKA_EXTRACTABLE));
}

static void
copy_may_become_sensitive (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (NO (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)));
	CK_OBJECT_HANDLE copy = copy_of (api, key, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)));

	assert_rv (api_get (api, copy, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	assert_ok (api_get (api, key, CKA_VALUE));
}

static void
copy_to_the_token_needs_a_read_write_session (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, DATA_OBJECT, NOTHING), copy;

	api->session = api_open (api, 0);
	assert_rv (try_copy (api, key, T (YES (CKA_TOKEN)), &copy), CKR_SESSION_READ_ONLY);
	assert_ok (try_copy (api, key, T (NO (CKA_TOKEN)), &copy));
}

static void
copy_works_without_a_template (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING), copy;

	if (api_spares_softhsm (api, "SoftHSM wants a template, even if there is nothing in it"))
		return;
	assert_ok (try_copy (api, key, NOTHING, &copy));
}

/* --- C_GetAttributeValue --- */

static void
get_fills_several (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_STRING (CKA_LABEL, "label")));
	CK_BYTE label[16], token = 9;
	CK_ULONG class = 0;
	CK_ATTRIBUTE template[] = {
		{ CKA_LABEL, label, sizeof label },
		{ CKA_TOKEN, &token, sizeof token },
		{ CKA_CLASS, &class, sizeof class },
	};

	assert_ok (api->f->C_GetAttributeValue (api->session, key, template, 3));
	g_assert_cmpmem (label, template[0].ulValueLen, "label", 5);
	g_assert_cmpuint (token, ==, CK_FALSE);
	g_assert_cmpuint (class, ==, CKO_SECRET_KEY);
}

static void
get_tells_lengths (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_STRING (CKA_LABEL, "label")));
	CK_ATTRIBUTE template[] = { { CKA_LABEL, NULL, 77 },
		                    { CKA_TOKEN, NULL, 0 },
		                    { CKA_CLASS, NULL, 0 },
		                    { CKA_VALUE, NULL, 0 } };

	assert_ok (api->f->C_GetAttributeValue (api->session, key, template, 4));
	g_assert_cmpuint (template[0].ulValueLen, ==, 5);
	g_assert_cmpuint (template[1].ulValueLen, ==, 1);
	g_assert_cmpuint (template[2].ulValueLen, ==, sizeof (CK_ULONG));
	g_assert_cmpuint (template[3].ulValueLen, ==, 32);
}

static void
get_short_buffer_is_marked_and_the_rest_filled (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key =
		api_key (api, KEY_AES, T (A_STRING (CKA_LABEL, "label"), A_STRING (CKA_ID, "id")));
	CK_BYTE label[4] = { 7, 7, 7, 7 }, id[4];
	CK_ATTRIBUTE template[] = { { CKA_LABEL, label, sizeof label }, { CKA_ID, id, sizeof id } };

	assert_rv (api->f->C_GetAttributeValue (api->session, key, template, 2), CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (template[0].ulValueLen, ==, CK_UNAVAILABLE_INFORMATION);
	g_assert_cmpuint (label[0], ==, 7);
	g_assert_cmpmem (id, template[1].ulValueLen, "id", 2);
}

static void
get_unknown_attribute_is_marked_and_the_rest_filled (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_STRING (CKA_ID, "id")));
	CK_BYTE room[8], id[4];
	CK_ATTRIBUTE template[] = { { CKA_MODULUS, room, 8 },
		                    { CKA_VENDOR_DEFINED | 3, NULL, 0 },
		                    { CKA_ID, id, sizeof id } };

	assert_rv (api->f->C_GetAttributeValue (api->session, key, template, 3), CKR_ATTRIBUTE_TYPE_INVALID);
	g_assert_cmpuint (template[0].ulValueLen, ==, CK_UNAVAILABLE_INFORMATION);
	g_assert_cmpuint (template[1].ulValueLen, ==, CK_UNAVAILABLE_INFORMATION);
	g_assert_cmpmem (id, template[2].ulValueLen, "id", 2);
}

static void
get_sensitive_value_is_marked_and_the_rest_filled (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), A_STRING (CKA_ID, "id")));
	CK_BYTE value[32] = { 7 }, id[4];
	CK_ATTRIBUTE template[] = { { CKA_VALUE, value, sizeof value }, { CKA_ID, id, sizeof id } };

	assert_rv (api->f->C_GetAttributeValue (api->session, key, template, 2), CKR_ATTRIBUTE_SENSITIVE);
	g_assert_cmpuint (template[0].ulValueLen, ==, CK_UNAVAILABLE_INFORMATION);
	g_assert_cmpuint (value[0], ==, 7);
	g_assert_cmpmem (id, template[1].ulValueLen, "id", 2);
}

static void
get_length_of_a_sensitive_value_is_not_told (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE)));
	CK_ATTRIBUTE attr = { CKA_VALUE, NULL, 0 };

	assert_rv (api->f->C_GetAttributeValue (api->session, key, &attr, 1), CKR_ATTRIBUTE_SENSITIVE);
	g_assert_cmpuint (attr.ulValueLen, ==, CK_UNAVAILABLE_INFORMATION);
}

static void
get_says_sensitive_before_unknown_before_short (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), A_STRING (CKA_LABEL, "label")));
	CK_BYTE room[1];
	CK_ATTRIBUTE all[] = { { CKA_LABEL, room, 1 }, { CKA_MODULUS, NULL, 0 }, { CKA_VALUE, NULL, 0 } };
	CK_ATTRIBUTE two[] = { { CKA_MODULUS, NULL, 0 }, { CKA_LABEL, room, 1 } };

	assert_rv (api->f->C_GetAttributeValue (api->session, key, all, 3), CKR_ATTRIBUTE_SENSITIVE);
	assert_rv (api->f->C_GetAttributeValue (api->session, key, two, 2), CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
get_secret_parts_of_unextractable_keys_are_refused (Api *api, gconstpointer unused)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_PRIVATE_EXPONENT, CKA_PRIME_1,    CKA_PRIME_2,
		CKA_EXPONENT_1,       CKA_EXPONENT_2, CKA_COEFFICIENT,
	};
	CK_OBJECT_HANDLE rsa =
		api_key (api, KEY_RSA_PRIVATE, T (NO (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), YES (CKA_TOKEN)));
	CK_OBJECT_HANDLE ec = api_key (api, KEY_EC_PRIVATE,
	                               T (YES (CKA_SENSITIVE), YES (CKA_EXTRACTABLE), YES (CKA_TOKEN)));

	for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
		assert_rv (api_get (api, rsa, types[i]), CKR_ATTRIBUTE_SENSITIVE);
	assert_rv (api_get (api, ec, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	assert_ok (api_get (api, rsa, CKA_MODULUS));
	assert_ok (api_get (api, ec, CKA_EC_PARAMS));
}

static void
get_secret_parts_of_open_keys_works (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE ec = api_key (api, KEY_EC_PRIVATE, T (YES (CKA_TOKEN)));
	CK_OBJECT_HANDLE rsa = api_key (api, KEY_RSA_PRIVATE, T (YES (CKA_TOKEN)));

	assert_ok (api_get (api, ec, CKA_VALUE));
	assert_ok (api_get (api, rsa, CKA_PRIME_1));
}

static void
get_refuses_wrong_handles (Api *api, gconstpointer unused)
{
	assert_rv (api_get (api, 0, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (api_get (api, ~0UL, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (api_get (api, api->session, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
}

/* --- C_SetAttributeValue --- */

static void
set_changes_and_keeps (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "one")));

	assert_ok (
		api_set (api, key, T (A_STRING (CKA_LABEL, "two"), A_BYTES (CKA_ID, 1), NO (CKA_ENCRYPT))));
	api_assert_bytes (api, key, CKA_LABEL, "two", 3);
	api_restart (api, NULL);
	g_assert_cmpuint (
		api_count (api, T (A_STRING (CKA_LABEL, "two"), A_BYTES (CKA_ID, 1), NO (CKA_ENCRYPT))), ==,
		1);
}

static void
set_changes_session_objects (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_STRING (CKA_LABEL, "one")));

	assert_ok (api_set (api, key, T (A_STRING (CKA_LABEL, "two"))));
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "two"))), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "one"))), ==, 0);
}

static void
set_refuses_what_never_changes (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING);
	CK_OBJECT_HANDLE data = api_key (api, DATA_OBJECT, NOTHING);

	assert_rv (api_set (api, key, T (A_ULONG (CKA_CLASS, CKO_DATA))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (A_ULONG (CKA_KEY_TYPE, CKK_RSA))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (A_BYTES (CKA_VALUE, 1))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (YES (CKA_TOKEN))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (NO (CKA_PRIVATE))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (NO (CKA_MODIFIABLE))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (YES (CKA_LOCAL))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (YES (CKA_ALWAYS_SENSITIVE))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, T (YES (CKA_NEVER_EXTRACTABLE))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, data, T (A_BYTES (CKA_VALUE, 1))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, data, T (A_BYTES (CKA_APPLICATION, 1))), CKR_ATTRIBUTE_READ_ONLY);
}

static void
set_refuses_unknown_attributes (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE data = api_key (api, DATA_OBJECT, NOTHING);

	assert_rv (api_set (api, data, T (A_BYTES (CKA_ID, 1))), CKR_ATTRIBUTE_TYPE_INVALID);
	assert_rv (api_set (api, data, T (A_BYTES (CKA_VENDOR_DEFINED | 1, 1))), CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
set_of_several_is_all_or_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "one")));

	assert_rv (api_set (api, key, T (A_STRING (CKA_LABEL, "two"), YES (CKA_LOCAL))),
	           CKR_ATTRIBUTE_READ_ONLY);
	api_assert_bytes (api, key, CKA_LABEL, "one", 3);
}

static void
set_sensitive_sticks (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (NO (CKA_SENSITIVE)));

	assert_ok (api_set (api, key, T (YES (CKA_SENSITIVE))));
	assert_rv (api_set (api, key, T (NO (CKA_SENSITIVE))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_get (api, key, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
}

static void
set_extractable_sticks (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_EXTRACTABLE)));

	assert_ok (api_set (api, key, T (NO (CKA_EXTRACTABLE))));
	assert_rv (api_set (api, key, T (YES (CKA_EXTRACTABLE))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_get (api, key, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
}

static void
set_wrap_with_trusted_sticks (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_BOOL (CKA_WRAP_WITH_TRUSTED, api->softhsm)));

	/* SoftHSM 2.6.1 takes it at creation only. */
	if (!api->softhsm)
		assert_ok (api_set (api, key, T (YES (CKA_WRAP_WITH_TRUSTED))));
	assert_rv (api_set (api, key, T (NO (CKA_WRAP_WITH_TRUSTED))), CKR_ATTRIBUTE_READ_ONLY);
}

/* The standard lets CKA_COPYABLE go to false later; SoftHSM takes it only at creation. */
static void
set_copyable_sticks (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (NO (CKA_COPYABLE)));

	assert_rv (api_set (api, key, T (YES (CKA_COPYABLE))), CKR_ATTRIBUTE_READ_ONLY);
	if (!api->softhsm)
		assert_ok (api_set (api, api_key (api, KEY_AES, NOTHING), T (NO (CKA_COPYABLE))));
}

static void
set_usages_go_both_ways (Api *api, gconstpointer unused)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY, CKA_WRAP, CKA_UNWRAP, CKA_DERIVE,
	};
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING);

	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		assert_ok (api_set (api, key, T (NO (types[i]))));
		g_assert_false (api_bool (api, key, types[i]));
		assert_ok (api_set (api, key, T (YES (types[i]))));
		g_assert_true (api_bool (api, key, types[i]));
	}
}

static void
set_refuses_what_is_not_modifiable (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (NO (CKA_MODIFIABLE)));

	assert_rv (api_set (api, key, T (A_STRING (CKA_LABEL, "x"))), CKR_ACTION_PROHIBITED);
}

static void
set_of_token_objects_needs_a_read_write_session (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE on_token = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	CK_OBJECT_HANDLE of_session = api_key (api, KEY_AES, NOTHING);

	api->session = api_open (api, 0);
	assert_rv (api_set (api, on_token, T (A_STRING (CKA_LABEL, "x"))), CKR_SESSION_READ_ONLY);
	assert_ok (api_set (api, of_session, T (A_STRING (CKA_LABEL, "x"))));
}

static void
set_trusted_is_for_the_so (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE certificate = api_key (api, CERTIFICATE, T (YES (CKA_TOKEN)));

	assert_rv (api_set (api, certificate, T (YES (CKA_TRUSTED))), CKR_ATTRIBUTE_READ_ONLY);
	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
	/* SoftHSM cannot set it on what exists: the standard's way to trust a certificate. */
	assert_rv (api_set (api, certificate, T (YES (CKA_TRUSTED))),
	           api->softhsm ? CKR_ATTRIBUTE_READ_ONLY : CKR_OK);
}

static void
set_check_value_must_be_right (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING);

	assert_rv (api_set (api, key, T (A_BYTES (CKA_CHECK_VALUE, 1, 2, 3))), CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
set_refuses_wrong_handles (Api *api, gconstpointer unused)
{
	assert_rv (api_set (api, 0, T (A_STRING (CKA_LABEL, "x"))), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (api_set (api, ~0UL, T (A_STRING (CKA_LABEL, "x"))), CKR_OBJECT_HANDLE_INVALID);
}

/* --- C_FindObjects --- */

static void
find_without_a_template_finds_all (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	api_key (api, DATA_OBJECT, NOTHING);
	api_key (api, CERTIFICATE, NOTHING);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 3);
}

static void
find_goes_by_every_indexed_attribute (Api *api, gconstpointer unused)
{
	api_key (api, CERTIFICATE,
	         T (A_STRING (CKA_ID, "1"), A_STRING (CKA_LABEL, "a"), A_STRING (CKA_SUBJECT, "s")));
	api_key (api, KEY_RSA_PRIVATE,
	         T (A_STRING (CKA_ID, "1"), A_STRING (CKA_LABEL, "b"), A_STRING (CKA_SUBJECT, "s")));
	api_key (api, KEY_RSA_PUBLIC,
	         T (A_STRING (CKA_ID, "2"), A_STRING (CKA_LABEL, "b"), A_STRING (CKA_SUBJECT, "t")));
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_ID, "1"))), ==, 2);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "b"))), ==, 2);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_SUBJECT, "s"))), ==, 2);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_KEY_TYPE, CKK_RSA))), ==, 2);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_CERTIFICATE))), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_ID, "1"), A_STRING (CKA_LABEL, "b"))), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_ID, "2"), A_STRING (CKA_LABEL, "a"))), ==, 0);
}

static void
find_goes_by_other_attributes (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (NO (CKA_SIGN)));
	api_key (api, KEY_AES, T (YES (CKA_SIGN)));
	api_key (api, KEY_EC_PUBLIC, NOTHING);
	g_assert_cmpuint (api_count (api, T (NO (CKA_SIGN))), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_VALUE_LEN, 32))), ==, 2);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_EC_PARAMS, der_p256, sizeof der_p256))), ==, 1);
	g_assert_cmpuint (api_count (api, T (YES (CKA_TOKEN))), ==, 0);
}

static void
find_is_exact (Api *api, gconstpointer unused)
{
	api_key (api, DATA_OBJECT, T (A_STRING (CKA_LABEL, "label")));
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "labe"))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "label "))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "Label"))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, ""))), ==, 0);
}

static void
find_by_an_attribute_that_is_not_there_finds_nothing (Api *api, gconstpointer unused)
{
	api_key (api, DATA_OBJECT, NOTHING);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_MODULUS, 1))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_ID, "", 0))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_VENDOR_DEFINED | 1, 1))), ==, 0);
}

/* An answer would say whether a guess was right. */
static void
find_by_a_secret_value_finds_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE open = api_key (api, KEY_AES, NOTHING);
	g_autoptr (GBytes) value = get_attribute (api->module, api->session, open, CKA_VALUE);
	gsize n;
	gconstpointer data = g_bytes_get_data (value, &n);

	if (api_spares_softhsm (api, "SoftHSM finds keys by their secret values"))
		return;
	assert_ok (destroy (api, open));
	api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)));
	api_key (api, KEY_AES, T (NO (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)));
	api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), YES (CKA_TOKEN)));
	api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), NO (CKA_PRIVATE)));
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_VALUE, data, n))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_VALUE, data, n), A_ULONG (CKA_KEY_TYPE, CKK_AES))),
	                  ==, 0);
}

static void
find_by_the_value_of_open_objects_works (Api *api, gconstpointer unused)
{
	api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN)));
	api_key (api, DATA_OBJECT, T (NO (CKA_PRIVATE)));
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_VALUE, 1, 2, 3, 4, 5))), ==, 2);
}

static void
find_gives_no_more_than_asked (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE found[4] = { 0, 0, 77, 77 };
	CK_ULONG n;

	for (unsigned i = 0; i < 5; i++)
		api_key (api, DATA_OBJECT, NOTHING);
	assert_ok (api->f->C_FindObjectsInit (api->session, NOTHING));
	assert_ok (api->f->C_FindObjects (api->session, found, 2, &n));
	g_assert_cmpuint (n, ==, 2);
	g_assert_cmpuint (found[2], ==, 77);
	assert_ok (api->f->C_FindObjects (api->session, found, 2, &n));
	g_assert_cmpuint (n, ==, 2);
	assert_ok (api->f->C_FindObjects (api->session, found, 4, &n));
	g_assert_cmpuint (n, ==, 1);
	assert_ok (api->f->C_FindObjects (api->session, found, 4, &n));
	g_assert_cmpuint (n, ==, 0);
	assert_ok (api->f->C_FindObjectsFinal (api->session));
}

static void
find_twice_at_once_is_refused (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_FindObjectsInit (api->session, NOTHING));
	assert_rv (api->f->C_FindObjectsInit (api->session, NOTHING), CKR_OPERATION_ACTIVE);
	assert_ok (api->f->C_FindObjectsFinal (api->session));
	assert_ok (api->f->C_FindObjectsInit (api->session, NOTHING));
	assert_ok (api->f->C_FindObjectsFinal (api->session));
}

static void
find_without_beginning_is_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE found;
	CK_ULONG n;

	assert_rv (api->f->C_FindObjects (api->session, &found, 1, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (api->f->C_FindObjectsFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
}

static void
find_among_many_is_right (Api *api, gconstpointer unused)
{
	const unsigned many = api->softhsm ? 200 : 2000;

	for (unsigned i = 0; i < many; i++) {
		CK_BYTE id[] = { (CK_BYTE)i, (CK_BYTE)(i >> 8) }, label[] = { (CK_BYTE)(i % 10) };

		api_key (api, DATA_OBJECT, T (A_DATA (CKA_LABEL, label, 1), A_DATA (CKA_OBJECT_ID, id, 2)));
		if (i % 2)
			api_key (api, KEY_SECRET, T (A_DATA (CKA_ID, id, 2), A_DATA (CKA_LABEL, label, 1)));
	}
	g_assert_cmpuint (api_count (api, NOTHING), ==, many + many / 2);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_LABEL, 3), A_ULONG (CKA_CLASS, CKO_DATA))), ==,
	                  many / 10);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_LABEL, 3))), ==, many / 5);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_ID, 101, 0))), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_ID, 100, 0))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET))), ==, many / 2);
}

static void
find_among_many_token_objects_is_right (Api *api, gconstpointer unused)
{
	const unsigned many = api->softhsm ? 20 : 200;

	for (unsigned i = 0; i < many; i++) {
		CK_BYTE id[] = { (CK_BYTE)i, (CK_BYTE)(i >> 8) };

		api_key (api, DATA_OBJECT,
		         T (YES (CKA_TOKEN), A_DATA (CKA_LABEL, id, 2), A_BOOL (CKA_PRIVATE, i % 2)));
	}
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, many);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_LABEL, 11, 0))), ==, 1);
	g_assert_cmpuint (api_count (api, T (YES (CKA_PRIVATE))), ==, many / 2);
	assert_ok (api->f->C_Logout (api->session));
	g_assert_cmpuint (api_count (api, NOTHING), ==, many / 2);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_LABEL, 11, 0))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_LABEL, 12, 0))), ==, 1);
}

static void
find_knows_what_changed (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key =
		api_key (api, KEY_AES, T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "one"), A_BYTES (CKA_ID, 1)));

	assert_ok (api_set (api, key, T (A_BYTES (CKA_ID, 2))));
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_ID, 1))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_ID, 2))), ==, 1);
	assert_ok (destroy (api, key));
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_ID, 2))), ==, 0);
}

static void
find_gives_the_same_handle_again (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	g_autoptr (GArray) found = find_objects (api->module, api->session, NOTHING);

	g_assert_cmpuint (g_array_index (found, CK_OBJECT_HANDLE, 0), ==, key);
}

static void
find_of_another_session_is_apart (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other = api_open (api, 0);

	api_key (api, DATA_OBJECT, NOTHING);
	assert_ok (api->f->C_FindObjectsInit (api->session, NOTHING));
	g_assert_cmpuint (api_count_in (api, other, NOTHING), ==, 1);
	assert_ok (api->f->C_FindObjectsFinal (api->session));
}

static void
find_sees_an_object_that_another_session_made (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other = api_open (api, 0);

	api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN)));
	g_assert_cmpuint (api_count_in (api, other, NOTHING), ==, 1);
}

/* --- C_GetObjectSize --- */

static void
size_is_told (Api *api, gconstpointer unused)
{
	CK_ULONG n = 0;

	assert_ok (api->f->C_GetObjectSize (api->session, api_key (api, KEY_AES, T (YES (CKA_TOKEN))), &n));
	g_assert_cmpuint (n, !=, 0);
	assert_ok (api->f->C_GetObjectSize (api->session, api_key (api, KEY_AES, NOTHING), &n));
	g_assert_cmpuint (n, !=, 0);
	assert_rv (api->f->C_GetObjectSize (api->session, ~0UL, &n), CKR_OBJECT_HANDLE_INVALID);
}

static void
add_tests (void)
{
	ADD ("objects", create_works_for_every_kind);
	ADD ("objects", create_gives_storage_defaults);
	ADD ("objects", create_makes_public_what_everybody_may_see);
	ADD ("objects", create_gives_key_defaults);
	ADD ("objects", create_says_that_the_key_comes_from_elsewhere);
	ADD ("objects", create_computes_lengths);
	ADD ("objects", create_computes_the_check_value);
	ADD ("objects", create_takes_the_last_of_two_values);
	ADD ("objects", create_wants_a_class);
	ADD ("objects", create_wants_a_type_of_keys_and_certificates);
	ADD ("objects", create_refuses_unknown_kinds);
	ADD ("objects", create_wants_what_is_required);
	ADD ("objects", create_refuses_what_the_token_sets);
	ADD ("objects", create_refuses_attributes_of_other_kinds);
	ADD ("objects", create_refuses_wrong_lengths);
	ADD ("objects", create_refuses_a_value_that_is_missing);
	ADD ("objects", create_refuses_dates_that_are_none);
	ADD ("objects", create_keeps_dates_of_private_keys);
	ADD ("objects", create_refuses_keys_that_are_none);
	ADD ("objects", create_that_fails_leaves_nothing_on_the_disk);
	ADD ("objects", create_of_token_objects_needs_a_read_write_session);
	ADD ("objects", create_takes_large_values);
	ADD ("objects", create_sets_trusted_only_for_the_so);
	ADD ("objects", create_keeps_allowed_mechanisms);
	ADD ("objects", create_refuses_allowed_mechanisms_of_odd_length);
	ADD ("objects", create_keeps_templates);
	ADD ("objects", create_refuses_templates_inside_templates);
	ADD ("objects", create_refuses_a_wrong_check_value);
	ADD ("objects", create_keeps_no_check_value_when_asked_to);
	ADD ("objects", destroy_removes_the_object);
	ADD ("objects", destroy_removes_the_file);
	ADD ("objects", destroy_refuses_what_is_not_destroyable);
	ADD ("objects", destroy_of_token_objects_needs_a_read_write_session);
	ADD ("objects", destroy_refuses_wrong_handles);
	ADD ("objects", copy_is_the_same_but_for_the_template);
	ADD ("objects", copy_may_go_to_the_token);
	ADD ("objects", copy_may_come_from_the_token);
	ADD ("objects", copy_may_become_private_but_not_public);
	ADD ("objects", copy_refuses_what_is_not_copyable);
	ADD ("objects", copy_keeps_what_sticks);
	ADD ("objects", copy_may_become_sensitive);
	ADD ("objects", copy_to_the_token_needs_a_read_write_session);
	ADD ("objects", copy_works_without_a_template);
	ADD ("objects", get_fills_several);
	ADD ("objects", get_tells_lengths);
	ADD ("objects", get_short_buffer_is_marked_and_the_rest_filled);
	ADD ("objects", get_unknown_attribute_is_marked_and_the_rest_filled);
	ADD ("objects", get_sensitive_value_is_marked_and_the_rest_filled);
	ADD ("objects", get_length_of_a_sensitive_value_is_not_told);
	ADD ("objects", get_says_sensitive_before_unknown_before_short);
	ADD ("objects", get_secret_parts_of_unextractable_keys_are_refused);
	ADD ("objects", get_secret_parts_of_open_keys_works);
	ADD ("objects", get_refuses_wrong_handles);
	ADD ("objects", set_changes_and_keeps);
	ADD ("objects", set_changes_session_objects);
	ADD ("objects", set_refuses_what_never_changes);
	ADD ("objects", set_refuses_unknown_attributes);
	ADD ("objects", set_of_several_is_all_or_nothing);
	ADD ("objects", set_sensitive_sticks);
	ADD ("objects", set_extractable_sticks);
	ADD ("objects", set_wrap_with_trusted_sticks);
	ADD ("objects", set_copyable_sticks);
	ADD ("objects", set_usages_go_both_ways);
	ADD ("objects", set_refuses_what_is_not_modifiable);
	ADD ("objects", set_of_token_objects_needs_a_read_write_session);
	ADD ("objects", set_trusted_is_for_the_so);
	ADD ("objects", set_check_value_must_be_right);
	ADD ("objects", set_refuses_wrong_handles);
	ADD ("objects", find_without_a_template_finds_all);
	ADD ("objects", find_goes_by_every_indexed_attribute);
	ADD ("objects", find_goes_by_other_attributes);
	ADD ("objects", find_is_exact);
	ADD ("objects", find_by_an_attribute_that_is_not_there_finds_nothing);
	ADD ("objects", find_by_a_secret_value_finds_nothing);
	ADD ("objects", find_by_the_value_of_open_objects_works);
	ADD ("objects", find_gives_no_more_than_asked);
	ADD ("objects", find_twice_at_once_is_refused);
	ADD ("objects", find_without_beginning_is_refused);
	ADD ("objects", find_among_many_is_right);
	ADD ("objects", find_among_many_token_objects_is_right);
	ADD ("objects", find_knows_what_changed);
	ADD ("objects", find_gives_the_same_handle_again);
	ADD ("objects", find_of_another_session_is_apart);
	ADD ("objects", find_sees_an_object_that_another_session_made);
	ADD ("objects", size_is_told);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
