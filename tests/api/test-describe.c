/* What the token tells of its objects and of itself: CKA_UNIQUE_ID, CKA_PUBLIC_KEY_INFO, profiles, mechanisms, and
 * certificates of every kind. */

#include "apitest.h"

/* --- CKA_UNIQUE_ID --- */

static char *
unique_id (const Api *api, CK_OBJECT_HANDLE object)
{
	g_autoptr (GBytes) id = get_attribute (api->module, api->session, object, CKA_UNIQUE_ID);

	g_assert_nonnull (id);
	g_assert_cmpuint (g_bytes_get_size (id), >, 0);
	return g_strndup (g_bytes_get_data (id, NULL), g_bytes_get_size (id));
}

static const ApiKey some[] = { KEY_AES, KEY_RSA_PUBLIC, KEY_RSA_PRIVATE, KEY_EC_PRIVATE, DATA_OBJECT, CERTIFICATE };

static void
every_object_has_an_id_of_its_own (Api *api, gconstpointer unused)
{
	g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	if (api_spares_softhsm (api, "SoftHSM has no CKA_UNIQUE_ID"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (some); i++)
		for (int j = 0; j < 4; j++) {
			CK_OBJECT_HANDLE object =
				api_key (api, some[i], T (A_BOOL (CKA_TOKEN, j & 1), A_BOOL (CKA_PRIVATE, (j & 2) != 0)));
			char *id = unique_id (api, object);

			g_assert_true (g_utf8_validate (id, -1, NULL));
			g_assert_true (g_hash_table_add (ids, id));
			g_assert_cmpuint (api_count (api, T (A_STRING (CKA_UNIQUE_ID, id))), ==, 1);
		}
	g_assert_cmpuint (g_hash_table_size (ids), ==, 4 * G_N_ELEMENTS (some));
}

static void
an_id_stays_when_the_object_changes_and_the_module_comes_back (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;
	g_autofree char *id = NULL, *again = NULL, *later = NULL;
	g_autoptr (GArray) found = NULL;

	if (api_spares_softhsm (api, "SoftHSM has no CKA_UNIQUE_ID"))
		return;
	object = api_key (api, KEY_EC_PRIVATE, T (YES (CKA_TOKEN), YES (CKA_PRIVATE)));
	id = unique_id (api, object);
	assert_ok (api_set (api, object, T (A_STRING (CKA_LABEL, "renamed"))));
	again = unique_id (api, object);
	g_assert_cmpstr (id, ==, again);
	api_restart (api, NULL);
	found = find_objects (api->module, api->session, T (A_STRING (CKA_UNIQUE_ID, id)));
	g_assert_cmpuint (found->len, ==, 1);
	later = unique_id (api, g_array_index (found, CK_OBJECT_HANDLE, 0));
	g_assert_cmpstr (id, ==, later);
}

static void
nobody_chooses_an_id (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object, copy;
	g_autofree char *id = NULL, *other = NULL;

	if (api_spares_softhsm (api, "SoftHSM has no CKA_UNIQUE_ID"))
		return;
	object = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	id = unique_id (api, object);
	assert_rv (api_try_key (api, KEY_AES, T (A_STRING (CKA_UNIQUE_ID, "mine")), &copy), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, object, T (A_STRING (CKA_UNIQUE_ID, "mine"))), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api->f->C_CopyObject (api->session, object, T (A_STRING (CKA_UNIQUE_ID, "mine")), &copy),
	           CKR_ATTRIBUTE_READ_ONLY);
	assert_ok (api->f->C_CopyObject (api->session, object, NOTHING, &copy));
	other = unique_id (api, copy);
	g_assert_cmpstr (id, !=, other);
}

/* --- CKA_PUBLIC_KEY_INFO --- */

static const struct {
	ApiKey public, private;
} pairs[] = {
	{ KEY_RSA_PUBLIC, KEY_RSA_PRIVATE },
	{ KEY_EC_PUBLIC, KEY_EC_PRIVATE },
	{ KEY_EDWARDS_PUBLIC, KEY_EDWARDS_PRIVATE },
	{ KEY_MONTGOMERY_PUBLIC, KEY_MONTGOMERY_PRIVATE },
	{ KEY_DSA_PUBLIC, KEY_DSA_PRIVATE },
	{ KEY_DH_PUBLIC, KEY_DH_PRIVATE },
	{ KEY_GOST_PUBLIC, KEY_GOST_PRIVATE },
};

/* A SEQUENCE that is as long as it says. */
static void
assert_is_der (GBytes *info)
{
	gsize n;
	const guint8 *at = g_bytes_get_data (info, &n);

	g_assert_cmpuint (n, >, 8);
	g_assert_cmphex (at[0], ==, 0x30);
	if (at[1] < 0x80)
		g_assert_cmpuint (at[1] + 2u, ==, n);
	else if (at[1] == 0x81)
		g_assert_cmpuint (at[2] + 3u, ==, n);
	else
		g_assert_cmpuint ((at[2] << 8 | at[3]) + 4u, ==, n);
}

static GBytes *
public_info (const Api *api, CK_OBJECT_HANDLE object)
{
	return get_attribute (api->module, api->session, object, CKA_PUBLIC_KEY_INFO);
}

/* Whether the key is one of a session or sealed on the disk, sensitive or not. */
static void
both_keys_of_a_pair_tell_the_same_public_key (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM computes no CKA_PUBLIC_KEY_INFO"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
		for (int stored = 0; stored < 2; stored++) {
			CK_OBJECT_HANDLE public = api_key (api, pairs[i].public, T (A_BOOL (CKA_TOKEN, stored)));
			CK_OBJECT_HANDLE private = api_key (api, pairs[i].private,
			                                    T (A_BOOL (CKA_TOKEN, stored), YES (CKA_PRIVATE),
			                                       YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)));
			g_autoptr (GBytes) one = public_info (api, public);
			g_autoptr (GBytes) two = public_info (api, private);

			assert_is_der (one);
			g_assert_true (g_bytes_equal (one, two));
		}
}

/* RFC 8410 section 10.1 has it around this public key. */
static void
the_public_key_of_rfc_8410_has_its_encoding (Api *api, gconstpointer unused)
{
	g_autoptr (GBytes) wanted = from_hex ("302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
	g_autoptr (GBytes) value = from_hex ("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
	g_autoptr (GBytes) is = NULL;
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM computes no CKA_PUBLIC_KEY_INFO"))
		return;
	key = api_key (api, KEY_EDWARDS_PRIVATE,
	               T (A_DATA (CKA_VALUE, g_bytes_get_data (value, NULL), g_bytes_get_size (value))));
	is = public_info (api, key);
	g_assert_true (g_bytes_equal (is, wanted));
}

static void
keys_are_found_by_their_public_key (Api *api, gconstpointer unused)
{
	g_autoptr (GBytes) info = NULL;
	CK_OBJECT_HANDLE public;

	if (api_spares_softhsm (api, "SoftHSM computes no CKA_PUBLIC_KEY_INFO"))
		return;
	public = api_key (api, KEY_EC_PUBLIC, T (YES (CKA_TOKEN)));
	api_key (api, KEY_EC_PRIVATE, T (YES (CKA_TOKEN), YES (CKA_PRIVATE)));
	api_key (api, KEY_RSA_PRIVATE, NOTHING);
	api_key (api, KEY_AES, NOTHING);
	info = public_info (api, public);
#define INFO A_DATA (CKA_PUBLIC_KEY_INFO, g_bytes_get_data (info, NULL), g_bytes_get_size (info))
	g_assert_cmpuint (api_count (api, T (INFO)), ==, 2);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), INFO)), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY), INFO)), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_BYTES (CKA_PUBLIC_KEY_INFO, 0x30, 0))), ==, 0);
}

/* Section 4.9. */
static void
a_public_key_that_is_not_the_private_ones_is_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, other;
	g_autoptr (GBytes) info = NULL;

	if (api_spares_softhsm (api, "SoftHSM does not look at it"))
		return;
	key = api_key (api, KEY_EC_PRIVATE, NOTHING);
	info = public_info (api, key);
	assert_ok (api_try_key (api, KEY_EC_PRIVATE, T (INFO), &other));
	assert_ok (api_set (api, key, T (INFO)));
	assert_rv (api_try_key (api, KEY_RSA_PRIVATE, T (INFO), &other), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_try_key (api, KEY_EC_PRIVATE, T (A_BYTES (CKA_PUBLIC_KEY_INFO, 0x30, 0)), &other),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api_set (api, key, T (A_BYTES (CKA_PUBLIC_KEY_INFO, 0x30, 0))), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* --- profiles and mechanisms --- */

static void
the_profiles_are_found_without_login (Api *api, gconstpointer unused)
{
	static const CK_ULONG profiles[] = { CKP_BASELINE_PROVIDER, CKP_EXTENDED_PROVIDER, CKP_AUTHENTICATION_TOKEN,
		                             CKP_PUBLIC_CERTIFICATES_TOKEN };

	if (api_spares_softhsm (api, "SoftHSM 2.6 has no profiles"))
		return;
	assert_ok (api->f->C_Logout (api->session));
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_PROFILE))), ==, G_N_ELEMENTS (profiles));
	for (gsize i = 0; i < G_N_ELEMENTS (profiles); i++)
		g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_PROFILE), YES (CKA_TOKEN),
		                                     A_ULONG (CKA_PROFILE_ID, profiles[i]))),
		                  ==, 1);
}

/* Programs that know none of them list all objects. */
static void
who_does_not_name_their_class_does_not_find_them (Api *api, gconstpointer unused)
{
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
	g_assert_cmpuint (api_count (api, T (YES (CKA_TOKEN))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_HW_FEATURE))), ==, 0);
}

static void
every_mechanism_is_an_object (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE types[512];
	CK_ULONG n = G_N_ELEMENTS (types);

	if (api_spares_softhsm (api, "SoftHSM has no such objects"))
		return;
	assert_ok (api->f->C_GetMechanismList (api->slot, types, &n));
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_MECHANISM))), ==, n);
	for (CK_ULONG i = 0; i < n; i++)
		g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_MECHANISM),
		                                     A_ULONG (CKA_MECHANISM_TYPE, types[i]))),
		                  ==, 1);
}

static void
a_mechanism_that_is_not_allowed_is_none (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM has no such objects"))
		return;
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_MECHANISM))), ==, 2);
	g_assert_cmpuint (api_count (api, T (A_ULONG (CKA_CLASS, CKO_MECHANISM), A_ULONG (CKA_MECHANISM_TYPE, CKM_AES_ECB))),
	                  ==, 0);
}

static void
nobody_changes_what_the_token_is (Api *api, gconstpointer unused)
{
	g_autoptr (GArray) found = NULL;
	CK_OBJECT_HANDLE profile, copy;
	CK_ULONG size;

	if (api_spares_softhsm (api, "SoftHSM has no such objects"))
		return;
	found = find_objects (api->module, api->session, T (A_ULONG (CKA_CLASS, CKO_PROFILE)));
	profile = g_array_index (found, CK_OBJECT_HANDLE, 0);
	g_assert_cmpuint (api_ulong (api, profile, CKA_PROFILE_ID), ==, CKP_BASELINE_PROVIDER);
	assert_rv (api_get (api, profile, CKA_LABEL), CKR_ATTRIBUTE_TYPE_INVALID);
	assert_rv (api_set (api, profile, T (A_STRING (CKA_LABEL, "mine"))), CKR_ACTION_PROHIBITED);
	assert_rv (api->f->C_CopyObject (api->session, profile, NOTHING, &copy), CKR_ACTION_PROHIBITED);
	assert_rv (api->f->C_DestroyObject (api->session, profile), CKR_ACTION_PROHIBITED);
	assert_ok (api->f->C_GetObjectSize (api->session, profile, &size));
	g_assert_cmpuint (size, ==, CK_UNAVAILABLE_INFORMATION);
	assert_rv (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), profile), CKR_KEY_HANDLE_INVALID);
	assert_rv (api->f->C_CreateObject (api->session,
	                                   T (A_ULONG (CKA_CLASS, CKO_PROFILE), A_ULONG (CKA_PROFILE_ID, 1)), &copy),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

/* --- certificates of other kinds --- */

static const struct {
	CK_ULONG type;
	CK_ATTRIBUTE_TYPE owner, changes, stays;
} kinds[] = {
	{ CKC_X_509_ATTR_CERT, CKA_OWNER, CKA_AC_ISSUER, CKA_OWNER },
	{ CKC_WTLS, CKA_SUBJECT, CKA_ISSUER, CKA_SUBJECT },
	{ CKC_OPENPGP, CKA_SUBJECT, CKA_ID, CKA_URL },
};

#define OF_KIND(i) A_ULONG (CKA_CLASS, CKO_CERTIFICATE), A_ULONG (CKA_CERTIFICATE_TYPE, kinds[i].type), YES (CKA_TOKEN)

static void
certificates_of_other_kinds_are_kept (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM has one of these"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		CK_OBJECT_HANDLE object =
			api_create (api, T (OF_KIND (i), A_BYTES (kinds[i].owner, 0x30, 0), A_BYTES (CKA_VALUE, 0x30, 1, 0)));

		g_assert_false (api_bool (api, object, CKA_PRIVATE));
		assert_ok (api_set (api, object, T (A_BYTES (kinds[i].changes, 0x30, 2, 5, 0))));
		assert_rv (api_set (api, object, T (A_BYTES (kinds[i].stays, 0x30, 2, 5, 0))), CKR_ATTRIBUTE_READ_ONLY);
		api_restart (api, NULL);
		g_assert_cmpuint (api_count (api, T (OF_KIND (i), A_BYTES (kinds[i].changes, 0x30, 2, 5, 0))), ==, 1);
	}
}

static void
certificates_of_other_kinds_want_what_they_certify (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;

	if (api_spares_softhsm (api, "SoftHSM has one of these"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		assert_rv (api->f->C_CreateObject (api->session, T (OF_KIND (i), A_BYTES (kinds[i].owner, 0x30, 0)), &object),
		           CKR_TEMPLATE_INCOMPLETE);
		assert_rv (api->f->C_CreateObject (api->session, T (OF_KIND (i), A_BYTES (CKA_VALUE, 0x30, 0)), &object),
		           CKR_TEMPLATE_INCOMPLETE);
		assert_rv (api->f->C_CreateObject (api->session,
		                                   T (OF_KIND (i), A_BYTES (kinds[i].owner, 0x30, 0),
		                                      A_BYTES (CKA_VALUE, 0x30, 0), A_BYTES (CKA_MODULUS, 1)),
		                                   &object),
		           CKR_ATTRIBUTE_TYPE_INVALID);
	}
}

static void
add_tests (void)
{
	ADD ("describe", every_object_has_an_id_of_its_own);
	ADD ("describe", an_id_stays_when_the_object_changes_and_the_module_comes_back);
	ADD ("describe", nobody_chooses_an_id);
	ADD ("describe", both_keys_of_a_pair_tell_the_same_public_key);
	ADD ("describe", the_public_key_of_rfc_8410_has_its_encoding);
	ADD ("describe", keys_are_found_by_their_public_key);
	ADD ("describe", a_public_key_that_is_not_the_private_ones_is_refused);
	ADD ("describe", the_profiles_are_found_without_login);
	ADD ("describe", who_does_not_name_their_class_does_not_find_them);
	ADD ("describe", every_mechanism_is_an_object);
	ADD_WITH ("describe", a_mechanism_that_is_not_allowed_is_none, "slots.mechanisms = CKM_SHA256,CKM_AES_GCM\n");
	ADD ("describe", nobody_changes_what_the_token_is);
	ADD ("describe", certificates_of_other_kinds_are_kept);
	ADD ("describe", certificates_of_other_kinds_want_what_they_certify);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
