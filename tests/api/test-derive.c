/* What keys from keys are like: PKCS #11 v3.2 sections 5.18.5 (C_DeriveKey), 6.43 (simple ones), 6.44
 * (encrypted data) and 6.62 (HKDF): their values, their lengths, who may see them, and that nothing comes of
 * what fails.  SP 800-108 and TLS have files of their own.
 *
 * What all rows have in common (usage, allowed mechanisms, handles, templates) is in test-key-mechanisms.c.
 */

#include "derive.h"

#define HASH_LENGTH 32

/* By default concatenations with guarded keys are not cut at all: see test-attacks.c. */
#define COMPAT "keys.policy = compat"

/* --- who may see it --- */

static StringParams string = { bytes32, sizeof bytes32 };
static CK_ULONG bit_3 = 3;
static TlsKdfParams tls_kdf = { CKM_SHA256, bytes32, 5, { bytes32, 32, bytes32, 32 }, NULL, 0 };

/* What comes from these tells about the base, and is as guarded: sections 6.43 and 6.40. */
static const CK_MECHANISM guarding[] = {
	WITH (CKM_CONCATENATE_BASE_AND_DATA, string),
	WITH (CKM_CONCATENATE_DATA_AND_BASE, string),
	WITH (CKM_XOR_BASE_AND_DATA, string),
	WITH (CKM_EXTRACT_KEY_FROM_KEY, bit_3),
	WITH (CKM_TLS_KDF, tls_kdf),
	WITH (CKM_TLS12_KDF, tls_kdf),
};

/* The template is free to say: sections 6.20, 6.40 and 6.62. */
static const CK_MECHANISM free_to_say[] = {
	WITH (CKM_HKDF_DERIVE, hkdf),
	WITH (CKM_TLS12_MASTER_KEY_DERIVE_DH, tls_dh),
	WITH (CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, tls_extended_dh),
	{ CKM_SHA256_KEY_DERIVATION, NULL, 0 },
	{ CKM_SHA3_512_KEY_DERIVATION, NULL, 0 },
};

static CK_ULONG
length_for (const CK_MECHANISM *mech)
{
	return mech->pParameter == &tls_dh || mech->pParameter == &tls_extended_dh ? 48 : 32;
}

static void
derive_keeps_the_guard_of_its_base (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (guarding); i++)
		for (gsize j = 1; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (GUARDED (guards[j]))), key;

			assert_ok (
				derive (api, &guarding[i], base, T (LENGTH (32), GUARDED (guards[j])), &key));
			assert_guard (api, key, guards[j]);
			assert_past (api, key, FALSE, FALSE);
		}
}

static void
derive_refuses_a_template_that_opens_the_base (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (guarding); i++) {
		CK_OBJECT_HANDLE sensitive = api_key (api, KEY_SECRET, T (YES (CKA_SENSITIVE))),
				 unextractable = api_key (api, KEY_SECRET, T (NO (CKA_EXTRACTABLE)));

		assert_refused (api, CKR_TEMPLATE_INCONSISTENT, &guarding[i], sensitive,
		                T (LENGTH (32), NO (CKA_SENSITIVE)));
		assert_refused (api, CKR_TEMPLATE_INCONSISTENT, &guarding[i], unextractable,
		                T (LENGTH (32), YES (CKA_EXTRACTABLE)));
	}
}

static void
derive_without_a_word_keeps_the_guard_of_its_base (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (guarding); i++) {
		CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (GUARDED (guards[3]))), key;

		assert_ok (derive (api, &guarding[i], base, T (LENGTH (32)), &key));
		assert_guard (api, key, guards[3]);
	}
}

/* "From the supplied template or from the original key", where the others have a default. */
static void
derive_by_tls_takes_from_its_base_what_the_template_leaves_out (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < N_GUARDS; i++) {
		CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (GUARDED (guards[i]))), key;

		assert_ok (derive (api, MECH_PARAM (CKM_TLS_KDF, &tls_kdf), base, T (LENGTH (32)), &key));
		assert_guard (api, key, guards[i]);
	}
}

static void
derive_may_guard_more_than_its_base (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), key;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (guarding); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			assert_ok (
				derive (api, &guarding[i], base, T (LENGTH (32), GUARDED (guards[j])), &key));
			assert_guard (api, key, guards[j]);
			assert_past (api, key, FALSE, FALSE);
		}
}

static void
derive_keeps_the_past_of_its_base (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (guarding); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = generate (api, CKM_GENERIC_SECRET_KEY_GEN, 64, guards[j]),
					 key;

			assert_ok (
				derive (api, &guarding[i], base, T (LENGTH (32), GUARDED (guards[j])), &key));
			assert_past (api, key, guards[j].sensitive, !guards[j].extractable);
		}
}

static void
derive_by_a_one_way_function_is_as_the_template_says (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (free_to_say); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (GUARDED (guards[3]))), key;
			CK_ULONG n = length_for (&free_to_say[i]);

			assert_ok (derive (api, &free_to_say[i], base, T (LENGTH (n), GUARDED (guards[j])),
			                   &key));
			assert_guard (api, key, guards[j]);
			assert_past (api, key, FALSE, FALSE);
		}
}

/* The base has always been what it is; what comes from it is so if the template makes it so. */
static void
derive_by_a_one_way_function_has_its_past_from_both (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (free_to_say); i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = generate (api, CKM_GENERIC_SECRET_KEY_GEN, 64, guards[3]),
					 key;
			CK_ULONG n = length_for (&free_to_say[i]);

			assert_ok (derive (api, &free_to_say[i], base, T (LENGTH (n), GUARDED (guards[j])),
			                   &key));
			assert_past (api, key, guards[j].sensitive, !guards[j].extractable);
		}
}

/* What could be found by trying, below 112 bits. */
static void
derive_cuts_no_short_keys_from_guarded_ones (Api *api, gconstpointer unused)
{
	static const struct {
		Guard base;
		CK_ULONG n;
		CK_RV rv;
	} rows[] = {
		{ { CK_TRUE, CK_FALSE }, 13, CKR_KEY_SIZE_RANGE }, { { CK_TRUE, CK_FALSE }, 14, CKR_OK },
		{ { CK_TRUE, CK_TRUE }, 13, CKR_KEY_SIZE_RANGE },  { { CK_TRUE, CK_TRUE }, 14, CKR_OK },
		{ { CK_FALSE, CK_FALSE }, 1, CKR_KEY_SIZE_RANGE }, { { CK_FALSE, CK_TRUE }, 1, CKR_OK },
	};
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (guarding); i++)
		for (gsize j = 0; j < G_N_ELEMENTS (rows); j++) {
			CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (GUARDED (rows[j].base)));

			if (rows[j].rv == CKR_OK)
				assert_ok (derive (api, &guarding[i], base,
				                   T (LENGTH (rows[j].n), GUARDED (rows[j].base)), &key));
			else
				assert_refused (api, rows[j].rv, &guarding[i], base,
				                T (LENGTH (rows[j].n), GUARDED (rows[j].base)));
		}
}

/* --- 6.43: simple derivations --- */

/* The examples of the standard. */
static void
simple_derivations_give_what_the_standard_says (Api *api, gconstpointer unused)
{
	CK_BYTE data[] = { 0x89, 0xab, 0xcd, 0xef };
	StringParams params = { data, sizeof data };
	CK_ULONG bit = 21;
	CK_OBJECT_HANDLE base, second, key;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	base = key_of (api, CKK_GENERIC_SECRET, "01234567");
	second = key_of (api, CKK_GENERIC_SECRET, "89abcdef");
	assert_ok (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_KEY, &second), base, T (OPEN), &key));
	assert_value (api, key, "0123456789abcdef");
	assert_ok (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_DATA, &params), base, T (OPEN), &key));
	assert_value (api, key, "0123456789abcdef");
	assert_ok (derive (api, MECH_PARAM (CKM_CONCATENATE_DATA_AND_BASE, &params), base, T (OPEN), &key));
	assert_value (api, key, "89abcdef01234567");
	assert_ok (derive (api, MECH_PARAM (CKM_XOR_BASE_AND_DATA, &params), base, T (OPEN), &key));
	assert_value (api, key, "88888888");
	base = key_of (api, CKK_GENERIC_SECRET, "329f84a9");
	assert_ok (
		derive (api, MECH_PARAM (CKM_EXTRACT_KEY_FROM_KEY, &bit), base, T (LENGTH (2), OPEN), &key));
	assert_value (api, key, "9526");
}

/* From the front, and not more than there is: the base has 64 bytes, the data 32. */
static const struct {
	CK_MECHANISM mech;
	CK_ULONG n_most;
} lengths[] = {
	{ WITH (CKM_CONCATENATE_BASE_AND_DATA, string), 96 },
	{ WITH (CKM_CONCATENATE_DATA_AND_BASE, string), 96 },
	{ WITH (CKM_XOR_BASE_AND_DATA, string), 32 },
	{ WITH (CKM_EXTRACT_KEY_FROM_KEY, bit_3), 64 },
};

static void
simple_derivations_cut_from_the_front (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), whole, part;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		g_autoptr (GBytes) value = NULL;

		assert_ok (
			derive (api, &lengths[i].mech, base, T (LENGTH (lengths[i].n_most), OPEN), &whole));
		value = value_of (api, whole);
		g_assert_cmpuint (g_bytes_get_size (value), ==, lengths[i].n_most);
		assert_ok (derive (api, &lengths[i].mech, base, T (LENGTH (5), OPEN), &part));
		api_assert_bytes (api, part, CKA_VALUE, g_bytes_get_data (value, NULL), 5);
	}
}

static void
simple_derivations_give_no_more_than_there_is (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
		assert_refused (api, CKR_ATTRIBUTE_VALUE_INVALID, &lengths[i].mech, base,
		                T (LENGTH (lengths[i].n_most + 1), OPEN));
}

static void
extraction_wants_a_length_and_a_bit_of_the_key (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), key;
	CK_ULONG last = 64 * 8 - 1, behind = 64 * 8;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	assert_refused (api, CKR_TEMPLATE_INCOMPLETE, &lengths[3].mech, base, T (OPEN));
	assert_refused (api, CKR_MECHANISM_PARAM_INVALID, MECH_PARAM (CKM_EXTRACT_KEY_FROM_KEY, &behind),
	                base, T (LENGTH (1), OPEN));
	/* The last bit of 0x3f, and the first seven of what begins anew. */
	assert_ok (
		derive (api, MECH_PARAM (CKM_EXTRACT_KEY_FROM_KEY, &last), base, T (LENGTH (2), OPEN), &key));
	assert_value (api, key, "8000");
}

/* Each byte odd, the rest as it would be without a type. */
static void
derived_des_keys_have_their_parity (Api *api, gconstpointer unused)
{
	static const struct {
		CK_KEY_TYPE type;
		CK_ULONG n;
	} rows[] = { { CKK_DES, 8 }, { CKK_DES2, 16 }, { CKK_DES3, 24 } };
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), plain, key;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
		for (gsize j = 0; j < G_N_ELEMENTS (rows); j++) {
			g_autoptr (GBytes) value = NULL;
			CK_BYTE odd[24];

			assert_ok (
				derive (api, &lengths[i].mech, base, T (LENGTH (rows[j].n), OPEN), &plain));
			value = value_of (api, plain);
			memcpy (odd, g_bytes_get_data (value, NULL), rows[j].n);
			for (CK_ULONG k = 0; k < rows[j].n; k++)
				odd[k] ^= !__builtin_parity (odd[k]);
			assert_ok (derive (api, &lengths[i].mech, base, T (TYPE (rows[j].type), OPEN), &key));
			g_assert_cmpuint (api_ulong (api, key, CKA_KEY_TYPE), ==, rows[j].type);
			api_assert_bytes (api, key, CKA_VALUE, odd, rows[j].n);
		}
}

static void
derived_keys_have_a_length_that_fits_their_type (Api *api, gconstpointer unused)
{
	static const CK_ULONG impossible[] = { 1, 15, 17, 31 };
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
		for (gsize j = 0; j < G_N_ELEMENTS (impossible); j++)
			assert_refused (api, CKR_ATTRIBUTE_VALUE_INVALID, &lengths[i].mech, base,
			                T (TYPE (CKK_AES), LENGTH (impossible[j]), OPEN));
}

/* --- 6.43.3: two keys --- */

/* As the more guarded of both. */
static Guard
guard_of_both (Guard a, Guard b)
{
	return (Guard){ a.sensitive || b.sensitive, a.extractable && b.extractable };
}

static void
two_keys_together_are_as_guarded_as_both (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < N_GUARDS; i++)
		for (gsize j = 0; j < N_GUARDS; j++) {
			CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (GUARDED (guards[i]))),
					 second = api_key (api, KEY_AES, T (GUARDED (guards[j]))), key;
			CK_MECHANISM *mech = MECH_PARAM (CKM_CONCATENATE_BASE_AND_KEY, &second);
			Guard both = guard_of_both (guards[i], guards[j]);

			assert_ok (derive (api, mech, base, T (GUARDED (both)), &key));
			assert_guard (api, key, both);
			if (both.sensitive)
				assert_refused (api, CKR_TEMPLATE_INCONSISTENT, mech, base,
				                T (NO (CKA_SENSITIVE)));
			if (!both.extractable)
				assert_refused (api, CKR_TEMPLATE_INCONSISTENT, mech, base,
				                T (YES (CKA_EXTRACTABLE)));
		}
}

static void
two_keys_together_have_a_past_that_both_have (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (int i = 0; i < 4; i++) {
		CK_OBJECT_HANDLE base = i & 1 ? generate (api, CKM_GENERIC_SECRET_KEY_GEN, 64, guards[3])
		                              : api_key (api, KEY_SECRET, T (GUARDED (guards[3])));
		CK_OBJECT_HANDLE second = i & 2 ? generate (api, CKM_AES_KEY_GEN, 32, guards[3])
		                                : api_key (api, KEY_AES, T (GUARDED (guards[3])));
		CK_OBJECT_HANDLE key;

		assert_ok (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_KEY, &second), base, NOTHING,
		                   &key));
		assert_past (api, key, i == 3, i == 3);
	}
}

static void
one_key_may_be_both_of_two (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	base = key_of (api, CKK_GENERIC_SECRET, "0102");
	assert_ok (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_KEY, &base), base, T (OPEN), &key));
	assert_value (api, key, "01020102");
}

/* --- 6.44: data encrypted --- */

/* SP 800-38A sections F.1.5 and F.2.5, the first two blocks. */
static CK_BYTE two_blocks[32] = {
	0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
	0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7, 0x6f, 0xac, 0x45, 0xaf, 0x8e, 0x51,
};
static StringParams to_encrypt = { two_blocks, sizeof two_blocks };
static AesCbcParams to_encrypt_aes = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	two_blocks,
	sizeof two_blocks,
};
static DesCbcParams to_encrypt_des = { { 1 }, two_blocks, sizeof two_blocks };

static const struct {
	CK_MECHANISM mech;
	ApiKey base;
} encrypting[] = {
	{ WITH (CKM_AES_ECB_ENCRYPT_DATA, to_encrypt), KEY_AES },
	{ WITH (CKM_AES_CBC_ENCRYPT_DATA, to_encrypt_aes), KEY_AES },
	{ WITH (CKM_DES_ECB_ENCRYPT_DATA, to_encrypt), KEY_DES },
	{ WITH (CKM_DES_CBC_ENCRYPT_DATA, to_encrypt_des), KEY_DES },
	{ WITH (CKM_DES3_ECB_ENCRYPT_DATA, to_encrypt), KEY_DES3 },
	{ WITH (CKM_DES3_CBC_ENCRYPT_DATA, to_encrypt_des), KEY_DES3 },
};

static void
encrypted_data_makes_keys_from_its_front (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_AES, NOTHING), key;

	if (api_spares_softhsm (api, "SoftHSM asks for a type of its own"))
		return;
	assert_ok (derive (api, &encrypting[0].mech, base, T (LENGTH (32), OPEN), &key));
	assert_value (api, key, "f3eed1bdb5d2a03c064b5a7e3db181f8 591ccb10d410ed26dc5ba74a31362870");
	assert_ok (derive (api, &encrypting[1].mech, base, T (LENGTH (17), OPEN), &key));
	assert_value (api, key, "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9c");
}

static void
encrypted_data_that_is_too_short_for_the_key_is_refused (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM's codes are its own"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (encrypting); i++)
		assert_refused (api, CKR_DATA_LEN_RANGE, &encrypting[i].mech,
		                api_key (api, encrypting[i].base, NOTHING), T (LENGTH (33), OPEN));
}

static void
encrypted_data_may_be_open (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM asks for a type of its own"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (encrypting); i++) {
		assert_ok (derive (api, &encrypting[i].mech,
		                   api_key (api, encrypting[i].base, T (GUARDED (guards[3]))),
		                   T (LENGTH (32), OPEN), &key));
		assert_guard (api, key, guards[0]);
	}
}

/* --- 6.62: HKDF --- */

/* RFC 5869 appendices A.1, A.3, A.4 and A.7. */
static const struct {
	CK_MECHANISM_TYPE hash;
	const char *secret, *salt, *info, *prk, *okm;
} rfc_5869[] = {
	{ CKM_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
	  "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
	  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
	{ CKM_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
	  "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
	  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
	{ CKM_SHA_1, "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
	  "9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243",
	  "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896" },
	{ CKM_SHA_1, "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "", "",
	  "2adccada18779e7c2077ad2eb19d3f3e731385dd",
	  "2c91117204d745f3500d636a62f64f0ab3bae548aa53d423b0d1f27ebba6f5e5673a081d70cce7acfc48" },
};

#define N_OKM 42

/* One row as a parameter, with what it points at. */
typedef struct {
	GBytes *salt, *info;
	HkdfParams params;
} Hkdf;

static void
hkdf_clear (Hkdf *one)
{
	g_bytes_unref (one->salt);
	g_bytes_unref (one->info);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hkdf, hkdf_clear)

static Hkdf
hkdf_row (gsize i)
{
	Hkdf one = { from_hex (rfc_5869[i].salt),
		     from_hex (rfc_5869[i].info),
		     { CK_TRUE, CK_TRUE, rfc_5869[i].hash } };
	HkdfParams *params = &one.params;

	params->salt = (CK_BYTE *)(guintptr)g_bytes_get_data (one.salt, NULL);
	params->n_salt = g_bytes_get_size (one.salt);
	params->salt_type = params->n_salt > 0 ? CKF_HKDF_SALT_DATA : CKF_HKDF_SALT_NULL;
	params->info = (CK_BYTE *)(guintptr)g_bytes_get_data (one.info, NULL);
	params->n_info = g_bytes_get_size (one.info);
	return one;
}

static void
hkdf_gives_keys_as_the_rfc_has_them (Api *api, gconstpointer unused)
{
	static const CK_KEY_TYPE types[] = { CKK_HKDF, CKK_GENERIC_SECRET };
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rfc_5869); i++)
		for (gsize j = 0; j < G_N_ELEMENTS (types); j++) {
			g_auto (Hkdf) one = hkdf_row (i);
			CK_OBJECT_HANDLE base = key_of (api, types[j], rfc_5869[i].secret);

			assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &one.params), base,
			                   T (LENGTH (N_OKM), OPEN), &key));
			g_assert_cmpuint (api_ulong (api, key, CKA_CLASS), ==, CKO_SECRET_KEY);
			assert_value (api, key, rfc_5869[i].okm);
		}
}

static void
hkdf_gives_data_as_the_rfc_has_it (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rfc_5869); i++) {
		g_auto (Hkdf) one = hkdf_row (i);
		CK_OBJECT_HANDLE base = key_of (api, CKK_HKDF, rfc_5869[i].secret);

		assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DATA, &one.params), base, T (LENGTH (N_OKM)),
		                   &key));
		g_assert_cmpuint (api_ulong (api, key, CKA_CLASS), ==, CKO_DATA);
		assert_value (api, key, rfc_5869[i].okm);
	}
}

/* The length is the mechanism's. */
static void
hkdf_extracts_alone (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rfc_5869); i++) {
		g_auto (Hkdf) one = hkdf_row (i);

		one.params.expand = CK_FALSE;
		assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &one.params),
		                   key_of (api, CKK_HKDF, rfc_5869[i].secret), T (OPEN), &key));
		assert_value (api, key, rfc_5869[i].prk);
	}
}

static void
hkdf_extracts_no_more_than_the_hash_gives (Api *api, gconstpointer unused)
{
	HkdfParams params = hkdf;
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	params.expand = CK_FALSE;
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &params), base, T (LENGTH (HASH_LENGTH), OPEN),
	                   &key));
	assert_refused (api, CKR_ATTRIBUTE_VALUE_INVALID, MECH_PARAM (CKM_HKDF_DERIVE, &params), base,
	                T (LENGTH (HASH_LENGTH + 1), OPEN));
}

static void
hkdf_expands_alone (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rfc_5869); i++) {
		g_auto (Hkdf) one = hkdf_row (i);

		one.params.extract = CK_FALSE;
		assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &one.params),
		                   key_of (api, CKK_HKDF, rfc_5869[i].prk), T (LENGTH (N_OKM), OPEN), &key));
		assert_value (api, key, rfc_5869[i].okm);
	}
}

/* RFC 5869 section 2.3: at most 255 blocks, and nobody knows how many unless the template says. */
static void
hkdf_expands_to_a_length_that_is_said_and_possible (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), key;
	CK_MECHANISM *mech = MECH_PARAM (CKM_HKDF_DERIVE, &hkdf);

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	assert_ok (derive (api, mech, base, T (LENGTH (255 * HASH_LENGTH), OPEN), &key));
	assert_refused (api, CKR_ATTRIBUTE_VALUE_INVALID, mech, base,
	                T (LENGTH (255 * HASH_LENGTH + 1), OPEN));
	assert_refused (api, CKR_TEMPLATE_INCOMPLETE, mech, base, T (OPEN));
	assert_refused (api, CKR_TEMPLATE_INCOMPLETE, MECH_PARAM (CKM_HKDF_DATA, &hkdf), base, NOTHING);
}

static void
hkdf_takes_its_salt_from_a_key (Api *api, gconstpointer unused)
{
	g_auto (Hkdf) one = hkdf_row (0);
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	base = key_of (api, CKK_HKDF, rfc_5869[0].secret);
	one.params.salt = NULL;
	one.params.n_salt = 0;
	one.params.salt_type = CKF_HKDF_SALT_KEY;
	one.params.salt_key = key_of (api, CKK_GENERIC_SECRET, rfc_5869[0].salt);
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &one.params), base, T (LENGTH (N_OKM), OPEN),
	                   &key));
	assert_value (api, key, rfc_5869[0].okm);
}

static void
hkdf_without_salt_has_one_of_zeros (Api *api, gconstpointer unused)
{
	g_auto (Hkdf) one = hkdf_row (1);
	CK_BYTE zeros[HASH_LENGTH] = { 0 };
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	base = key_of (api, CKK_HKDF, rfc_5869[1].secret);
	one.params.salt_type = CKF_HKDF_SALT_DATA;
	one.params.salt = zeros;
	one.params.n_salt = sizeof zeros;
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &one.params), base, T (LENGTH (N_OKM), OPEN),
	                   &key));
	assert_value (api, key, rfc_5869[1].okm);
}

/* Nobody may be asked to dereference what is "ignored if bExtract is false". */
static void
hkdf_does_not_look_at_a_salt_that_it_does_not_use (Api *api, gconstpointer unused)
{
	static const struct {
		CK_ULONG type;
		CK_BYTE *salt;
		CK_ULONG n_salt;
		CK_OBJECT_HANDLE key;
	} rows[] = {
		{ 0, NULL, 0, 0 },
		{ 99, NULL, 7, ~0UL },
		{ CKF_HKDF_SALT_DATA, NULL, 7, ~0UL },
		{ CKF_HKDF_SALT_KEY, NULL, 0, ~0UL },
	};
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	base = key_of (api, CKK_HKDF, rfc_5869[0].prk);
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_auto (Hkdf) one = hkdf_row (0);

		one.params.extract = CK_FALSE;
		one.params.salt_type = rows[i].type;
		one.params.salt = rows[i].salt;
		one.params.n_salt = rows[i].n_salt;
		one.params.salt_key = rows[i].key;
		assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &one.params), base,
		                   T (LENGTH (N_OKM), OPEN), &key));
		assert_value (api, key, rfc_5869[0].okm);
	}
}

static void
hkdf_does_not_look_at_info_that_it_does_not_use (Api *api, gconstpointer unused)
{
	g_auto (Hkdf) one = hkdf_row (0);
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	base = key_of (api, CKK_HKDF, rfc_5869[0].secret);
	one.params.expand = CK_FALSE;
	one.params.info = NULL;
	one.params.n_info = 10;
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &one.params), base, T (OPEN), &key));
	assert_value (api, key, rfc_5869[0].prk);
}

static void
hkdf_refuses_what_it_uses_and_has_not (Api *api, gconstpointer unused)
{
	static const HkdfParams rows[] = {
		{ CK_FALSE, CK_FALSE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0 },
		{ CK_TRUE, CK_TRUE, CKM_SHA256_HMAC, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0 },
		{ CK_TRUE, CK_TRUE, CKM_SHA256, 0, NULL, 0, 0, NULL, 0 },
		{ CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_DATA | CKF_HKDF_SALT_KEY, NULL, 0, 0, NULL, 0 },
		{ CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_DATA, NULL, 1, 0, NULL, 0 },
		{ CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 1 },
		{ CK_FALSE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 1 },
	};
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		assert_refused (api, CKR_MECHANISM_PARAM_INVALID, MECH_PARAM (CKM_HKDF_DERIVE, &rows[i]),
		                base, T (LENGTH (32), OPEN));
		assert_refused (api, CKR_MECHANISM_PARAM_INVALID, MECH_PARAM (CKM_HKDF_DATA, &rows[i]), base,
		                T (LENGTH (32)));
	}
}

static void
hkdf_data_shows_what_comes_from_a_guarded_key (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (GUARDED (guards[3]))), data;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DATA, &hkdf), base, T (LENGTH (8)), &data));
	assert_ok (api_get (api, data, CKA_VALUE));
	/* what only keys have */
	assert_rv (api_get (api, data, CKA_SENSITIVE), CKR_ATTRIBUTE_TYPE_INVALID);
	assert_rv (api_get (api, data, CKA_VALUE_LEN), CKR_ATTRIBUTE_TYPE_INVALID);
}

static void
hkdf_data_has_what_its_template_says (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING), data;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DATA, &hkdf), base,
	                   T (A_ULONG (CKA_CLASS, CKO_DATA), LENGTH (8), A_STRING (CKA_APPLICATION, "tests"),
	                      YES (CKA_TOKEN)),
	                   &data));
	g_assert_true (api_bool (api, data, CKA_TOKEN));
	api_assert_bytes (api, data, CKA_APPLICATION, "tests", 5);
}

static const CK_ATTRIBUTE not_for_data[][2] = {
	{ LENGTH (8), A_BYTES (CKA_VALUE, 1, 2, 3) },
	{ LENGTH (8), A_ULONG (CKA_CLASS, CKO_SECRET_KEY) },
	{ LENGTH (8), NO (CKA_SENSITIVE) },
	{ LENGTH (8), TYPE (CKK_AES) },
};

static void
hkdf_data_refuses_a_value_and_what_only_keys_have (Api *api, gconstpointer unused)
{
	static const CK_RV wanted[] = { CKR_TEMPLATE_INCONSISTENT, CKR_TEMPLATE_INCONSISTENT,
		                        CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_TYPE_INVALID };
	CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, NOTHING);

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (not_for_data); i++)
		assert_refused (api, wanted[i], MECH_PARAM (CKM_HKDF_DATA, &hkdf), base, not_for_data[i], 2);
}

static void
hkdf_data_is_no_way_around_the_usage (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE only_keys = CKM_HKDF_DERIVE;
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	base = api_key (api, KEY_SECRET, T (A_DATA (CKA_ALLOWED_MECHANISMS, &only_keys, sizeof only_keys)));
	assert_refused (api, CKR_MECHANISM_INVALID, MECH_PARAM (CKM_HKDF_DATA, &hkdf), base, T (LENGTH (8)));
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DERIVE, &hkdf), base, T (LENGTH (16)), &key));
}

static void
hkdf_that_is_disabled_leaves_its_sister (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	api_restart (api, "slots.mechanisms = -CKM_HKDF_DERIVE\n");
	base = api_key (api, KEY_SECRET, NOTHING);
	assert_refused (api, CKR_MECHANISM_INVALID, MECH_PARAM (CKM_HKDF_DERIVE, &hkdf), base,
	                T (LENGTH (8)));
	assert_ok (derive (api, MECH_PARAM (CKM_HKDF_DATA, &hkdf), base, T (LENGTH (8)), &key));
}

/* --- keys that parameters name --- */

static void
a_named_salt_must_be_a_key_to_derive_from (Api *api, gconstpointer unused)
{
	HkdfParams params = hkdf;

	if (api_spares_softhsm (api, "SoftHSM has no HKDF"))
		return;
	params.salt_type = CKF_HKDF_SALT_KEY;
	assert_named_keys_are_judged (api, MECH_PARAM (CKM_HKDF_DERIVE, &params),
	                              api_key (api, KEY_SECRET, NOTHING), &params.salt_key);
}

static void
a_second_key_must_be_one_to_derive_from (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE second;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	assert_named_keys_are_judged (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_KEY, &second),
	                              api_key (api, KEY_SECRET, NOTHING), &second);
}

/* Exclusive-ored with zeros it would be the same key, for everyone to wrap. */
static void
what_trusted_keys_wrap_only_stays_so (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (guarding); i++) {
		CK_OBJECT_HANDLE base = api_key (api, KEY_SECRET, T (YES (CKA_WRAP_WITH_TRUSTED))), key;

		assert_ok (derive (api, &guarding[i], base, T (LENGTH (32)), &key));
		g_assert_true (api_bool (api, key, CKA_WRAP_WITH_TRUSTED));
		assert_rv (derive (api, &guarding[i], base, T (LENGTH (32), NO (CKA_WRAP_WITH_TRUSTED)), &key),
		           CKR_TEMPLATE_INCONSISTENT);
	}
}

/* --- CKA_DERIVE_TEMPLATE --- */

/* What it says, the derived key is, where the caller says nothing; nobody says otherwise. */
static void
a_derive_template_makes_keys_like_it (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE inner[] = { YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), A_STRING (CKA_LABEL, "derived") };
	const CK_MECHANISM mech = { CKM_SHA256_KEY_DERIVATION, NULL, 0 };
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM has no such derivations"))
		return;
	base = api_key (api, KEY_SECRET, T (A_DATA (CKA_DERIVE_TEMPLATE, inner, sizeof inner)));
	assert_ok (derive (api, &mech, base, T (LENGTH (32)), &key));
	g_assert_true (api_bool (api, key, CKA_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_EXTRACTABLE));
	api_assert_bytes (api, key, CKA_LABEL, "derived", 7);
	assert_ok (derive (api, &mech, base, T (LENGTH (32), YES (CKA_SENSITIVE)), &key));
	assert_rv (derive (api, &mech, base, T (LENGTH (32), NO (CKA_SENSITIVE)), &key), CKR_TEMPLATE_INCONSISTENT);
	assert_rv (derive (api, &mech, base, T (LENGTH (32), A_STRING (CKA_LABEL, "mine")), &key),
	           CKR_TEMPLATE_INCONSISTENT);
}

static void
add_tests (void)
{
	ADD ("derive", what_trusted_keys_wrap_only_stays_so);
	ADD ("derive", a_derive_template_makes_keys_like_it);
	ADD_WITH ("derive", derive_keeps_the_guard_of_its_base, COMPAT);
	ADD ("derive", derive_refuses_a_template_that_opens_the_base);
	ADD_WITH ("derive", derive_without_a_word_keeps_the_guard_of_its_base, COMPAT);
	ADD ("derive", derive_by_tls_takes_from_its_base_what_the_template_leaves_out);
	ADD ("derive", derive_may_guard_more_than_its_base);
	ADD_WITH ("derive", derive_keeps_the_past_of_its_base, COMPAT);
	ADD ("derive", derive_by_a_one_way_function_is_as_the_template_says);
	ADD ("derive", derive_by_a_one_way_function_has_its_past_from_both);
	ADD_WITH ("derive", derive_cuts_no_short_keys_from_guarded_ones, COMPAT);
	ADD ("derive", simple_derivations_give_what_the_standard_says);
	ADD ("derive", simple_derivations_cut_from_the_front);
	ADD ("derive", simple_derivations_give_no_more_than_there_is);
	ADD ("derive", extraction_wants_a_length_and_a_bit_of_the_key);
	ADD ("derive", derived_des_keys_have_their_parity);
	ADD ("derive", derived_keys_have_a_length_that_fits_their_type);
	ADD ("derive", two_keys_together_are_as_guarded_as_both);
	ADD ("derive", two_keys_together_have_a_past_that_both_have);
	ADD ("derive", one_key_may_be_both_of_two);
	ADD ("derive", encrypted_data_makes_keys_from_its_front);
	ADD ("derive", encrypted_data_that_is_too_short_for_the_key_is_refused);
	ADD ("derive", encrypted_data_may_be_open);
	ADD ("derive", hkdf_gives_keys_as_the_rfc_has_them);
	ADD ("derive", hkdf_gives_data_as_the_rfc_has_it);
	ADD ("derive", hkdf_extracts_alone);
	ADD ("derive", hkdf_extracts_no_more_than_the_hash_gives);
	ADD ("derive", hkdf_expands_alone);
	ADD ("derive", hkdf_expands_to_a_length_that_is_said_and_possible);
	ADD ("derive", hkdf_takes_its_salt_from_a_key);
	ADD ("derive", hkdf_without_salt_has_one_of_zeros);
	ADD ("derive", hkdf_does_not_look_at_a_salt_that_it_does_not_use);
	ADD ("derive", hkdf_does_not_look_at_info_that_it_does_not_use);
	ADD ("derive", hkdf_refuses_what_it_uses_and_has_not);
	ADD ("derive", hkdf_data_shows_what_comes_from_a_guarded_key);
	ADD ("derive", hkdf_data_has_what_its_template_says);
	ADD ("derive", hkdf_data_refuses_a_value_and_what_only_keys_have);
	ADD ("derive", hkdf_data_is_no_way_around_the_usage);
	ADD ("derive", hkdf_that_is_disabled_leaves_its_sister);
	ADD ("derive", a_named_salt_must_be_a_key_to_derive_from);
	ADD ("derive", a_second_key_must_be_one_to_derive_from);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
