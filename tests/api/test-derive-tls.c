/* Keys of TLS: PKCS #11 v3.2 section 6.40. */

#include "derive.h"

/* --- master secrets --- */

static CK_VERSION told;

/* The two that tell the version, and their sisters that do not. */
static TlsMasterParams tls_master = { { bytes32, 32, bytes32, 32 }, &told, CKM_SHA256 };
static TlsExtendedMasterParams tls_extended = { CKM_SHA256, bytes32, 32, &told };
static const CK_MECHANISM masters[] = {
	WITH (CKM_TLS12_MASTER_KEY_DERIVE, tls_master),
	WITH (CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE, tls_extended),
	WITH (CKM_TLS12_MASTER_KEY_DERIVE_DH, tls_dh),
	WITH (CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, tls_extended_dh),
};

/* "The Illustrated TLS 1.2 Connection", with X25519 and SHA-256. */
static void
tls_gives_a_known_master_secret (Api *api, gconstpointer unused)
{
	g_autoptr (GBytes) client =
		from_hex ("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	g_autoptr (GBytes) server =
		from_hex ("707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f");
	TlsMasterParams params = { { (CK_BYTE *)(guintptr)g_bytes_get_data (client, NULL), 32,
		                     (CK_BYTE *)(guintptr)g_bytes_get_data (server, NULL), 32 },
		                   NULL,
		                   CKM_SHA256 };
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	base = key_of (api, CKK_GENERIC_SECRET,
	               "df4a291baa1eb7cfa6934b29b474baad2697e29f1f920dcc77c8a0a088447624");
	assert_ok (derive (api, MECH_PARAM (CKM_TLS12_MASTER_KEY_DERIVE_DH, &params), base, T (OPEN), &key));
	g_assert_cmpuint (api_ulong (api, key, CKA_KEY_TYPE), ==, CKK_GENERIC_SECRET);
	assert_value (api, key,
	              "916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049"
	              "781c8e19fc1eb2a7387ac06ae237344c");
}

static void
tls_tells_the_version_of_a_premaster_secret (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING), key;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < 2; i++) {
		told = (CK_VERSION){ 0xaa, 0xbb };
		assert_ok (derive (api, &masters[i], base, NOTHING, &key));
		g_assert_cmpuint (told.major, ==, 3);
		g_assert_cmpuint (told.minor, ==, 3);
	}
}

static const CK_MECHANISM_TYPE other_use = CKM_SHA256_HMAC;
static const struct {
	CK_ATTRIBUTE attribute;
	CK_RV rv;
} not_for_masters[] = {
	{ TYPE (CKK_AES), CKR_TEMPLATE_INCONSISTENT },
	{ LENGTH (32), CKR_TEMPLATE_INCONSISTENT },
	{ A_DATA (CKA_ALLOWED_MECHANISMS, &other_use, sizeof other_use), CKR_TEMPLATE_INCONSISTENT },
	{ YES (CKA_LOCAL), CKR_ATTRIBUTE_READ_ONLY },
	{ A_ULONG (CKA_CLASS, CKO_DATA), CKR_TEMPLATE_INCONSISTENT },
};

static void
tls_tells_no_version_when_it_fails (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < 2; i++)
		for (gsize j = 0; j < G_N_ELEMENTS (not_for_masters); j++) {
			told = (CK_VERSION){ 0xaa, 0xbb };
			assert_refused (api, not_for_masters[j].rv, &masters[i], base,
			                &not_for_masters[j].attribute, 1);
			g_assert_cmpuint (told.major, ==, 0xaa);
			g_assert_cmpuint (told.minor, ==, 0xbb);
		}
}

static void
tls_master_secrets_are_generic_of_48_bytes (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING), key;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (masters); i++) {
		assert_ok (derive (
			api, &masters[i], base,
			T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY), TYPE (CKK_GENERIC_SECRET), LENGTH (48)),
			&key));
		g_assert_cmpuint (api_ulong (api, key, CKA_VALUE_LEN), ==, 48);
		for (gsize j = 0; j < G_N_ELEMENTS (not_for_masters); j++)
			assert_refused (api, not_for_masters[j].rv, &masters[i], base,
			                &not_for_masters[j].attribute, 1);
	}
}

/* A premaster secret has 48 bytes and a version, or neither. */
static void
tls_wants_a_version_where_there_is_one (Api *api, gconstpointer unused)
{
	TlsMasterParams without = tls_master, with = tls_dh;
	TlsExtendedMasterParams extended_without = tls_extended, extended_with = tls_extended_dh;
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING),
			 longer = api_key (api, KEY_SECRET, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	without.version = extended_without.version = NULL;
	with.version = extended_with.version = &told;
	assert_refused (api, CKR_MECHANISM_PARAM_INVALID, MECH_PARAM (CKM_TLS12_MASTER_KEY_DERIVE, &without),
	                base, NOTHING);
	assert_refused (api, CKR_MECHANISM_PARAM_INVALID,
	                MECH_PARAM (CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE, &extended_without), base, NOTHING);
	assert_refused (api, CKR_MECHANISM_PARAM_INVALID, MECH_PARAM (CKM_TLS12_MASTER_KEY_DERIVE_DH, &with),
	                base, NOTHING);
	assert_refused (api, CKR_MECHANISM_PARAM_INVALID,
	                MECH_PARAM (CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, &extended_with), base, NOTHING);
	for (gsize i = 0; i < 2; i++)
		assert_refused (api, CKR_KEY_SIZE_RANGE, &masters[i], longer, NOTHING);
}

/* Section 6.40.4, with those that it lets be added. */
static const CK_MECHANISM_TYPE master_uses[] = {
	CKM_TLS12_KEY_AND_MAC_DERIVE,
	CKM_TLS12_KEY_SAFE_DERIVE,
	CKM_TLS_KDF,
	CKM_TLS_MAC,
	CKM_TLS12_KDF,
	CKM_TLS12_MAC,
};

static gboolean
names (GBytes *list, CK_MECHANISM_TYPE type)
{
	gsize n;
	const CK_MECHANISM_TYPE *types = g_bytes_get_data (list, &n);

	for (gsize i = 0; i < n / sizeof *types; i++)
		if (types[i] == type)
			return TRUE;
	return FALSE;
}

static void
tls_master_secrets_are_for_tls_alone (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING), key;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (masters); i++) {
		g_autoptr (GBytes) allowed = NULL;

		assert_ok (derive (api, &masters[i], base, NOTHING, &key));
		allowed = get_attribute (api->module, api->session, key, CKA_ALLOWED_MECHANISMS);
		g_assert_nonnull (allowed);
		g_assert_cmpuint (g_bytes_get_size (allowed), ==, sizeof master_uses);
		for (gsize j = 0; j < G_N_ELEMENTS (master_uses); j++)
			g_assert_true (names (allowed, master_uses[j]));
	}
}

static void
tls_master_secrets_do_nothing_else (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING), key;
	TlsMacParams mac = { CKM_SHA256, 12, 1 };
	CK_BYTE tag[12];
	CK_ULONG n_tag = sizeof tag;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (masters); i++) {
		assert_ok (derive (api, &masters[i], base, T (YES (CKA_SIGN), YES (CKA_DERIVE)), &key));
		assert_rv (api->f->C_SignInit (api->session, MECH (CKM_SHA256_HMAC), key),
		           CKR_MECHANISM_INVALID);
		assert_refused (api, CKR_MECHANISM_INVALID, MECH_PARAM (CKM_HKDF_DATA, &hkdf), key,
		                T (LENGTH (8)));
		assert_refused (api, CKR_MECHANISM_INVALID, &masters[2], key, NOTHING);
		assert_ok (api->f->C_SignInit (api->session, MECH_PARAM (CKM_TLS_MAC, &mac), key));
		assert_ok (api->f->C_Sign (api->session, bytes32, 32, tag, &n_tag));
	}
}

static void
tls_master_secrets_may_be_for_less (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE less = CKM_TLS12_KEY_SAFE_DERIVE, more[] = { CKM_TLS_KDF, CKM_SHA256_HMAC };
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING), key;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (masters); i++) {
		assert_ok (derive (api, &masters[i], base,
		                   T (A_DATA (CKA_ALLOWED_MECHANISMS, &less, sizeof less)), &key));
		api_assert_bytes (api, key, CKA_ALLOWED_MECHANISMS, &less, sizeof less);
		assert_refused (api, CKR_TEMPLATE_INCONSISTENT, &masters[i], base,
		                T (A_DATA (CKA_ALLOWED_MECHANISMS, more, sizeof more)));
	}
}

/* --- the key block --- */

static CK_BYTE client_iv[16], server_iv[16];
static TlsKeys tls_keys;
static TlsKeysParams tls_block = { 256,       128,       128, CK_FALSE, { bytes32, 32, bytes32, 32 },
	                           &tls_keys, CKM_SHA256 };

static const CK_MECHANISM blocks[] = {
	WITH (CKM_TLS12_KEY_AND_MAC_DERIVE, tls_block),
	WITH (CKM_TLS12_KEY_SAFE_DERIVE, tls_block),
};

static void
start_block (void)
{
	memset (client_iv, 0xee, sizeof client_iv);
	memset (server_iv, 0xee, sizeof server_iv);
	tls_keys = (TlsKeys){ UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED, client_iv, server_iv };
}

/* phKey "is unnecessary and should be a NULL_PTR". */
static CK_RV
derive_block (const Api *api, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base, const CK_ATTRIBUTE *template,
              CK_ULONG n)
{
	start_block ();
	return derive (api, mech, base, template, n, NULL);
}

static void
assert_no_ivs (void)
{
	for (gsize i = 0; i < sizeof client_iv; i++) {
		g_assert_cmpuint (client_iv[i], ==, 0xee);
		g_assert_cmpuint (server_iv[i], ==, 0xee);
	}
}

static void
assert_block_refused (const Api *api, CK_RV rv, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
                      const CK_ATTRIBUTE *template, CK_ULONG n)
{
	guint n_before = api_count (api, NOTHING);

	assert_rv (derive_block (api, mech, base, template, n), rv);
	g_assert_cmpuint (api_count (api, NOTHING), ==, n_before);
	assert_no_ivs ();
}

static void
for_each_of_block (const Api *api, void (*visit) (const Api *api, CK_OBJECT_HANDLE key, gconstpointer data),
                   gconstpointer data)
{
	const CK_OBJECT_HANDLE keys[] = { tls_keys.client_mac, tls_keys.server_mac, tls_keys.client_key,
		                          tls_keys.server_key };

	for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
		visit (api, keys[i], data);
}

typedef struct {
	Guard guard;
	gboolean always_sensitive, never_extractable;
} Protection;

static void
assert_protection (const Api *api, CK_OBJECT_HANDLE key, gconstpointer data)
{
	const Protection *wanted = data;

	assert_guard (api, key, wanted->guard);
	assert_past (api, key, wanted->always_sensitive, wanted->never_extractable);
}

static void
tls_keys_are_as_guarded_as_their_base (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE made = api_key (api, KEY_PREMASTER, T (GUARDED (guards[j]))),
					 generated =
						 generate (api, CKM_GENERIC_SECRET_KEY_GEN, 48, guards[j]);

			assert_ok (derive_block (api, &blocks[i], made, T (TYPE (CKK_AES))));
			for_each_of_block (api, assert_protection, &(Protection){ guards[j], FALSE, FALSE });
			assert_ok (derive_block (api, &blocks[i], generated,
			                         T (TYPE (CKK_AES), GUARDED (guards[j]))));
			for_each_of_block (
				api, assert_protection,
				&(Protection){ guards[j], guards[j].sensitive, !guards[j].extractable });
		}
}

static void
tls_keys_refuse_to_be_guarded_otherwise (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
		for (gsize j = 0; j < N_GUARDS; j++)
			for (gsize k = 0; k < N_GUARDS; k++)
				if (j != k)
					assert_block_refused (
						api, CKR_TEMPLATE_INCONSISTENT, &blocks[i],
						api_key (api, KEY_PREMASTER, T (GUARDED (guards[j]))),
						T (TYPE (CKK_AES), GUARDED (guards[k])));
}

static void
tls_keys_are_for_macs_and_ciphers (Api *api, gconstpointer unused)
{
	static const CK_ATTRIBUTE_TYPE of_macs[] = { CKA_SIGN, CKA_VERIFY },
				       of_ciphers[] = { CKA_ENCRYPT, CKA_DECRYPT, CKA_DERIVE };
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++) {
		assert_ok (derive_block (api, &blocks[i], base, T (TYPE (CKK_AES))));
		g_assert_cmpuint (api_ulong (api, tls_keys.client_mac, CKA_KEY_TYPE), ==, CKK_GENERIC_SECRET);
		g_assert_cmpuint (api_ulong (api, tls_keys.server_mac, CKA_VALUE_LEN), ==, 32);
		g_assert_cmpuint (api_ulong (api, tls_keys.client_key, CKA_KEY_TYPE), ==, CKK_AES);
		g_assert_cmpuint (api_ulong (api, tls_keys.server_key, CKA_VALUE_LEN), ==, 16);
		for (gsize j = 0; j < G_N_ELEMENTS (of_macs); j++)
			g_assert_true (api_bool (api, tls_keys.client_mac, of_macs[j]));
		for (gsize j = 0; j < G_N_ELEMENTS (of_ciphers); j++)
			g_assert_true (api_bool (api, tls_keys.server_key, of_ciphers[j]));
	}
}

/* Derived twice, by both: the same but for the initial values. */
static void
tls_gives_initial_values_unless_it_is_safe (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING);
	g_autoptr (GBytes) first = NULL, second = NULL;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	assert_ok (derive_block (api, &blocks[0], base, T (TYPE (CKK_AES))));
	g_assert_cmpint (memcmp (client_iv, server_iv, sizeof client_iv), !=, 0);
	first = value_of (api, tls_keys.server_key);
	assert_ok (derive_block (api, &blocks[1], base, T (TYPE (CKK_AES))));
	assert_no_ivs ();
	second = value_of (api, tls_keys.server_key);
	g_assert_true (g_bytes_equal (first, second));
}

/* The MAC keys are there when the cipher's turn out to be none. */
static void
tls_keys_that_fail_leave_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_PREMASTER, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++) {
		assert_block_refused (api, CKR_ATTRIBUTE_VALUE_INVALID, &blocks[i], base,
		                      T (TYPE (CKK_DES3), YES (CKA_TOKEN)));
		assert_block_refused (api, CKR_TEMPLATE_INCONSISTENT, &blocks[i], base,
		                      T (TYPE (CKK_AES), LENGTH (32)));
		assert_block_refused (api, CKR_KEY_SIZE_RANGE, &blocks[i], api_key (api, KEY_SECRET, NOTHING),
		                      T (TYPE (CKK_AES)));
	}
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
}

/* --- the function of old --- */

static CK_BYTE prf_out[40];
static CK_ULONG n_prf_out = sizeof prf_out;
static TlsPrfParams tls_prf = { bytes32, 32, bytes32, 5, prf_out, &n_prf_out };
static TlsMasterParams tls_dh_of_old = { { bytes32, 32, bytes32, 32 }, NULL, CKM_TLS_PRF };

static CK_OBJECT_HANDLE
secret_of (const Api *api, CK_ULONG n, Guard guard)
{
	static const CK_BYTE secret[64] = { 1, 2, 3 };

	return api_create (api, T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY), TYPE (CKK_GENERIC_SECRET),
	                           YES (CKA_DERIVE), GUARDED (guard), A_DATA (CKA_VALUE, secret, n)));
}

/* It is the sum of two, each over one half of the secret: 14 bytes each, or they are found by trying. */
static const struct {
	CK_ULONG n;
	Guard guard;
	CK_RV rv;
} halves[] = {
	{ 27, { CK_TRUE, CK_FALSE }, CKR_KEY_SIZE_RANGE },
	{ 27, { CK_TRUE, CK_TRUE }, CKR_KEY_SIZE_RANGE },
	{ 27, { CK_FALSE, CK_FALSE }, CKR_KEY_SIZE_RANGE },
	{ 27, { CK_FALSE, CK_TRUE }, CKR_OK },
	{ 28, { CK_TRUE, CK_FALSE }, CKR_OK },
	{ 1, { CK_FALSE, CK_TRUE }, CKR_OK },
};

static void
tls_of_old_gives_bytes_of_secrets_that_are_long_enough (Api *api, gconstpointer unused)
{
	static const CK_BYTE nothing[sizeof prf_out];

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (halves); i++) {
		CK_OBJECT_HANDLE base = secret_of (api, halves[i].n, halves[i].guard);
		guint n_before = api_count (api, NOTHING);

		memset (prf_out, 0, sizeof prf_out);
		assert_rv (derive (api, MECH_PARAM (CKM_TLS_PRF, &tls_prf), base, NOTHING, NULL),
		           halves[i].rv);
		g_assert_cmpint (memcmp (prf_out, nothing, sizeof prf_out) != 0, ==, halves[i].rv == CKR_OK);
		g_assert_cmpuint (api_count (api, NOTHING), ==, n_before);
	}
}

/* The same function, whose result may be read as well. */
static void
tls_of_old_makes_master_secrets_of_secrets_that_are_long_enough (Api *api, gconstpointer unused)
{
	CK_MECHANISM *mech = MECH_PARAM (CKM_TLS12_MASTER_KEY_DERIVE_DH, &tls_dh_of_old);
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM has no TLS"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (halves); i++) {
		CK_OBJECT_HANDLE base = secret_of (api, halves[i].n, halves[i].guard);

		if (halves[i].rv == CKR_OK)
			assert_ok (derive (api, mech, base, T (OPEN), &key));
		else
			assert_refused (api, halves[i].rv, mech, base, T (OPEN));
	}
}

static void
add_tests (void)
{
	ADD ("derive-tls", tls_gives_a_known_master_secret);
	ADD ("derive-tls", tls_tells_the_version_of_a_premaster_secret);
	ADD ("derive-tls", tls_tells_no_version_when_it_fails);
	ADD ("derive-tls", tls_master_secrets_are_generic_of_48_bytes);
	ADD ("derive-tls", tls_wants_a_version_where_there_is_one);
	ADD ("derive-tls", tls_master_secrets_are_for_tls_alone);
	ADD ("derive-tls", tls_master_secrets_do_nothing_else);
	ADD ("derive-tls", tls_master_secrets_may_be_for_less);
	ADD ("derive-tls", tls_keys_are_as_guarded_as_their_base);
	ADD ("derive-tls", tls_keys_refuse_to_be_guarded_otherwise);
	ADD ("derive-tls", tls_keys_are_for_macs_and_ciphers);
	ADD ("derive-tls", tls_gives_initial_values_unless_it_is_safe);
	ADD ("derive-tls", tls_keys_that_fail_leave_nothing);
	ADD ("derive-tls", tls_of_old_gives_bytes_of_secrets_that_are_long_enough);
	ADD ("derive-tls", tls_of_old_makes_master_secrets_of_secrets_that_are_long_enough);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
