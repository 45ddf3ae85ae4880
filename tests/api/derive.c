/* See derive.h. */

#include "derive.h"

CK_BYTE bytes32[32] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
HkdfParams hkdf = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_DATA, bytes32, 32, 0, bytes32, 10 };
TlsMasterParams tls_dh = { { bytes32, 32, bytes32, 32 }, NULL, CKM_SHA256 };
TlsExtendedMasterParams tls_extended_dh = { CKM_SHA256, bytes32, 32, NULL };

CK_RV
derive (const Api *api, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base, const CK_ATTRIBUTE *template,
        CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	return api->f->C_DeriveKey (api->session, (CK_MECHANISM *)(guintptr)mech, base,
	                            (CK_ATTRIBUTE *)(guintptr) template, n, key);
}

void
refused_at (const char *where, const Api *api, CK_RV wanted, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
            const CK_ATTRIBUTE *template, CK_ULONG n)
{
	CK_OBJECT_HANDLE key = UNTOUCHED;
	guint n_before = api_count (api, NOTHING);

	assert_rv_at (where, "C_DeriveKey", derive (api, mech, base, template, n, &key), wanted);
	g_assert_cmpuint (key, ==, UNTOUCHED);
	g_assert_cmpuint (api_count (api, NOTHING), ==, n_before);
}

void
assert_value (const Api *api, CK_OBJECT_HANDLE key, const char *hex)
{
	g_autoptr (GBytes) wanted = from_hex (hex);

	api_assert_bytes (api, key, CKA_VALUE, g_bytes_get_data (wanted, NULL), g_bytes_get_size (wanted));
}

GBytes *
value_of (const Api *api, CK_OBJECT_HANDLE key)
{
	GBytes *value = get_attribute (api->module, api->session, key, CKA_VALUE);

	g_assert_nonnull (value);
	return value;
}

CK_OBJECT_HANDLE
key_of (const Api *api, CK_KEY_TYPE type, const char *hex)
{
	g_autoptr (GBytes) value = from_hex (hex);

	return api_create (api,
	                   T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, type), OPEN,
	                      YES (CKA_DERIVE),
	                      A_DATA (CKA_VALUE, g_bytes_get_data (value, NULL), g_bytes_get_size (value))));
}

void
assert_named_keys_are_judged (const Api *api, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
                              CK_OBJECT_HANDLE *named)
{
	CK_MECHANISM_TYPE others[] = { CKM_AES_ECB, CKM_KIP_MAC };

	*named = 0;
	assert_refused (api, CKR_KEY_HANDLE_INVALID, mech, base, T (LENGTH (32)));
	*named = ~0UL;
	assert_refused (api, CKR_KEY_HANDLE_INVALID, mech, base, T (LENGTH (32)));
	*named = api_key (api, KEY_AES, T (NO (CKA_DERIVE)));
	assert_refused (api, CKR_KEY_FUNCTION_NOT_PERMITTED, mech, base, T (LENGTH (32)));
	*named = api_key (api, KEY_AES, T (A_DATA (CKA_ALLOWED_MECHANISMS, others, sizeof others)));
	assert_refused (api, CKR_MECHANISM_INVALID, mech, base, T (LENGTH (32)));
	*named = api_key (api, KEY_EC_PRIVATE, NOTHING);
	assert_refused (api, CKR_KEY_TYPE_INCONSISTENT, mech, base, T (LENGTH (32)));
	*named = api_key (api, KEY_AES, NOTHING);
	assert_ok (derive (api, mech, base, T (LENGTH (32)), &base));
}

/* --- who may see it --- */

const Guard guards[N_GUARDS] = {
	{ CK_FALSE, CK_TRUE }, { CK_TRUE, CK_TRUE }, { CK_FALSE, CK_FALSE }, { CK_TRUE, CK_FALSE }
};

static gboolean
is_guarded (Guard guard)
{
	return guard.sensitive || !guard.extractable;
}

static Guard
guard_of (const Api *api, CK_OBJECT_HANDLE key)
{
	return (Guard){ api_bool (api, key, CKA_SENSITIVE), api_bool (api, key, CKA_EXTRACTABLE) };
}

void
assert_guard (const Api *api, CK_OBJECT_HANDLE key, Guard wanted)
{
	Guard guard = guard_of (api, key);

	g_assert_cmpuint (guard.sensitive, ==, wanted.sensitive);
	g_assert_cmpuint (guard.extractable, ==, wanted.extractable);
	assert_rv (api_get (api, key, CKA_VALUE), is_guarded (wanted) ? CKR_ATTRIBUTE_SENSITIVE : CKR_OK);
}

void
assert_past (const Api *api, CK_OBJECT_HANDLE key, gboolean always_sensitive, gboolean never_extractable)
{
	g_assert_cmpuint (api_bool (api, key, CKA_ALWAYS_SENSITIVE), ==, always_sensitive);
	g_assert_cmpuint (api_bool (api, key, CKA_NEVER_EXTRACTABLE), ==, never_extractable);
}

CK_OBJECT_HANDLE
generate (const Api *api, CK_MECHANISM_TYPE type, CK_ULONG n, Guard guard)
{
	CK_ATTRIBUTE template[] = { LENGTH (n), YES (CKA_DERIVE), GUARDED (guard) };
	CK_OBJECT_HANDLE key;

	assert_ok (
		api->f->C_GenerateKey (api->session, MECH (type), template, G_N_ELEMENTS (template), &key));
	return key;
}
