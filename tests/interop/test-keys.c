/* Keys of every kind: made by one, used by the other, and the results used by the first. */

#include "interop.h"

#define PSS(hash, mgf, salt) &(CK_RSA_PKCS_PSS_PARAMS){ hash, mgf, salt }, sizeof (CK_RSA_PKCS_PSS_PARAMS)

/* Signs on @from with the private key and verifies on @to with the public one. */
static void
assert_signature_crosses (const Side *from, const Side *to, CK_MECHANISM *mechanism, const char *label,
                          gsize len)
{
	g_autoptr (GBytes) data = message (len);
	g_autoptr (GBytes) wrong = message (len + 1);
	g_autoptr (GBytes) signature = sign (from, mechanism, find (from, CKO_PRIVATE_KEY, label), data);
	CK_OBJECT_HANDLE public = find (to, CKO_PUBLIC_KEY, label);

	assert_ok (verify (to, mechanism, public, data, signature));
	assert_rv (verify (to, mechanism, public, wrong, signature), CKR_SIGNATURE_INVALID);
}

static void
assert_signatures_cross (const Pair *pair, CK_MECHANISM *mechanism, const char *label, gsize len)
{
	assert_signature_crosses (pair->other, pair->maker, mechanism, label, len);
	assert_signature_crosses (pair->maker, pair->other, mechanism, label, len);
}

static void
generate_rsa (const Side *side, CK_ULONG bits, const char *label)
{
	generate_pair (side, CKM_RSA_PKCS_KEY_PAIR_GEN, (CK_ATTRIBUTE)A_ULONG (CKA_MODULUS_BITS, bits), label,
	               TRUE);
}

static void
rsa_signatures_cross (Pair *pair)
{
	CK_MECHANISM rows[] = {
		{ CKM_SHA1_RSA_PKCS, NULL, 0 },
		{ CKM_SHA256_RSA_PKCS, NULL, 0 },
		{ CKM_SHA512_RSA_PKCS, NULL, 0 },
		{ CKM_SHA1_RSA_PKCS_PSS, PSS (CKM_SHA_1, CKG_MGF1_SHA1, 20) },
		{ CKM_SHA256_RSA_PKCS_PSS, PSS (CKM_SHA256, CKG_MGF1_SHA256, 32) },
		{ CKM_SHA384_RSA_PKCS_PSS, PSS (CKM_SHA384, CKG_MGF1_SHA384, 10) },
		{ CKM_SHA512_RSA_PKCS_PSS, PSS (CKM_SHA512, CKG_MGF1_SHA512, 0) },
	};

	generate_rsa (pair->maker, 2048, "rsa");

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
		assert_signatures_cross (pair, &rows[i], "rsa", 100);
}

static void
rsa_signatures_of_hashes_cross (Pair *pair)
{
	CK_MECHANISM pkcs = { CKM_RSA_PKCS, NULL, 0 };
	CK_MECHANISM pss = { CKM_RSA_PKCS_PSS, PSS (CKM_SHA256, CKG_MGF1_SHA256, 32) };
	g_autoptr (GBytes) hash = message (32);
	g_autoptr (GBytes) one = NULL;
	g_autoptr (GBytes) two = NULL;

	generate_rsa (pair->maker, 2048, "rsa");

	one = sign (pair->maker, &pss, find (pair->maker, CKO_PRIVATE_KEY, "rsa"), hash);
	two = sign (pair->other, &pss, find (pair->other, CKO_PRIVATE_KEY, "rsa"), hash);

	assert_ok (verify (pair->other, &pss, find (pair->other, CKO_PUBLIC_KEY, "rsa"), hash, one));
	assert_ok (verify (pair->maker, &pss, find (pair->maker, CKO_PUBLIC_KEY, "rsa"), hash, two));
	assert_signatures_cross (pair, &pkcs, "rsa", 32);
}

static void
rsa_signatures_without_a_hash_are_the_same (Pair *pair)
{
	CK_MECHANISM raw = { CKM_RSA_X_509, NULL, 0 };
	g_autoptr (GBytes) data = message (256);
	g_autoptr (GBytes) low = NULL;
	g_autoptr (GBytes) one = NULL;
	g_autoptr (GBytes) two = NULL;

	generate_rsa (pair->maker, 2048, "rsa");
	low = g_bytes_new_from_bytes (data, 100, 100);

	one = sign (pair->maker, &raw, find (pair->maker, CKO_PRIVATE_KEY, "rsa"), low);
	two = sign (pair->other, &raw, find (pair->other, CKO_PRIVATE_KEY, "rsa"), low);

	assert_bytes (one, two);
}

static void
assert_secret_crosses (const Side *from, const Side *to, CK_MECHANISM *mechanism, CK_OBJECT_CLASS open,
                       CK_OBJECT_CLASS closed, const char *label, gsize len)
{
	g_autoptr (GBytes) data = message (len);
	g_autoptr (GBytes) secret = encrypt (from, mechanism, find (from, open, label), data);
	g_autoptr (GBytes) plain = decrypt (to, mechanism, find (to, closed, label), secret);

	assert_bytes (plain, data);
}

static void
rsa_encryption_crosses (Pair *pair)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
	CK_MECHANISM rows[] = { { CKM_RSA_PKCS, NULL, 0 }, { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep } };

	generate_rsa (pair->maker, 1024, "rsa");

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		assert_secret_crosses (pair->maker, pair->other, &rows[i], CKO_PUBLIC_KEY, CKO_PRIVATE_KEY,
		                       "rsa", 40);
		assert_secret_crosses (pair->other, pair->maker, &rows[i], CKO_PUBLIC_KEY, CKO_PRIVATE_KEY,
		                       "rsa", 40);
	}
}

static void
ecdsa_signatures_cross_on_every_curve (Pair *pair)
{
	CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };

	for (guint i = 0; i < G_N_ELEMENTS (weierstrass_curves); i++) {
		const CurveRow *curve = &weierstrass_curves[i];

		g_test_message ("%s", curve->name);
		generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), curve->name,
		               FALSE);
		assert_signatures_cross (pair, &ecdsa, curve->name, 28);
	}
}

static void
eddsa_signatures_cross_on_every_curve (Pair *pair)
{
	CK_MECHANISM eddsa = { CKM_EDDSA, NULL, 0 };

	if (!side_has (pair->theirs, CKM_EDDSA)) {
		g_test_skip ("this SoftHSM has no EdDSA");
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS (edwards_curves); i++) {
		const CurveRow *curve = &edwards_curves[i];

		g_test_message ("%s", curve->name);
		generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), curve->name,
		               FALSE);
		assert_signatures_cross (pair, &eddsa, curve->name, 77);
	}
}

/* The public point of @label on @side, derived with by the private key of the same label there: a secret
 * shared with oneself is a secret still, and both sides must come to the same. */
static GBytes *
shared_secret (const Side *side, const char *label, GBytes *point, CK_ULONG len)
{
	CK_ECDH1_DERIVE_PARAMS ecdh = {
		CKD_NULL,
		0,
		NULL,
		g_bytes_get_size (point),
		(CK_BYTE *)(guintptr)g_bytes_get_data (point, NULL),
	};
	CK_MECHANISM mechanism = { CKM_ECDH1_DERIVE, &ecdh, sizeof ecdh };
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
		A_BOOL (CKA_TOKEN, CK_FALSE),        A_BOOL (CKA_SENSITIVE, CK_FALSE),
		A_BOOL (CKA_EXTRACTABLE, CK_TRUE),   A_ULONG (CKA_VALUE_LEN, len),
	};
	CK_OBJECT_HANDLE secret;

	assert_ok (side->f->C_DeriveKey (side->session, &mechanism, find (side, CKO_PRIVATE_KEY, label),
	                                 template, G_N_ELEMENTS (template), &secret));
	return attribute (side, secret, CKA_VALUE);
}

static void
assert_secret_is_shared (const Pair *pair, const char *one, const char *two, CK_ULONG len)
{
	g_autoptr (GBytes) point_one =
		attribute (pair->maker, find (pair->maker, CKO_PUBLIC_KEY, one), CKA_EC_POINT);
	g_autoptr (GBytes) point_two =
		attribute (pair->other, find (pair->other, CKO_PUBLIC_KEY, two), CKA_EC_POINT);
	g_autoptr (GBytes) here = shared_secret (pair->maker, one, point_two, len);
	g_autoptr (GBytes) there = shared_secret (pair->other, two, point_one, len);
	g_autoptr (GBytes) again = shared_secret (pair->other, one, point_two, len);

	g_assert_cmpuint (g_bytes_get_size (here), ==, len);
	assert_bytes (here, there);
	assert_bytes (here, again);
}

static void
derive_on (Pair *pair, const CurveRow *curve, CK_ULONG len)
{
	g_autofree char *second = g_strconcat (curve->name, " of the other", NULL);

	g_test_message ("%s", curve->name);
	generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), curve->name, TRUE);
	/* SoftHSM takes no more notice of what was made before once it has made something itself. */
	find (pair->other, CKO_PRIVATE_KEY, curve->name);
	generate_pair (pair->other, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), second, TRUE);
	assert_secret_is_shared (pair, curve->name, second, len);
}

static void
ecdh_comes_to_the_same_secret (Pair *pair)
{
	static const CK_ULONG lens[] = { 28, 32, 48, 66 };

	for (guint i = 0; i < G_N_ELEMENTS (weierstrass_curves); i++)
		derive_on (pair, &weierstrass_curves[i], lens[i]);
}

static void
x25519_and_x448_come_to_the_same_secret (Pair *pair)
{
	static const CK_ULONG lens[] = { 32, 56, 32, 56 };

	if (!side_has (pair->theirs, CKM_EC_EDWARDS_KEY_PAIR_GEN)) {
		g_test_skip ("this SoftHSM has no Montgomery curves");
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS (montgomery_curves); i++)
		derive_on (pair, &montgomery_curves[i], lens[i]);
}

static void
shorter_secrets_are_cut_at_the_same_end (Pair *pair)
{
	derive_on (pair, &weierstrass_curves[1], 20);
}

/* Where the secret itself stays inside; what is computed with it tells whether it is the same. */
static GBytes *
mac_with_shared_secret (const Side *side, const char *label, GBytes *point)
{
	CK_ECDH1_DERIVE_PARAMS ecdh = {
		CKD_NULL,
		0,
		NULL,
		g_bytes_get_size (point),
		(CK_BYTE *)(guintptr)g_bytes_get_data (point, NULL),
	};
	CK_MECHANISM derive = { CKM_ECDH1_DERIVE, &ecdh, sizeof ecdh };
	CK_MECHANISM cmac = { CKM_AES_CMAC, NULL, 0 };
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
		A_BOOL (CKA_TOKEN, CK_FALSE),        A_BOOL (CKA_SENSITIVE, CK_TRUE),
		A_BOOL (CKA_EXTRACTABLE, CK_FALSE),  A_ULONG (CKA_VALUE_LEN, 32),
	};
	g_autoptr (GBytes) data = message (20);
	CK_OBJECT_HANDLE secret;

	assert_ok (side->f->C_DeriveKey (side->session, &derive, find (side, CKO_PRIVATE_KEY, label),
	                                 template, G_N_ELEMENTS (template), &secret));
	return sign (side, &cmac, secret, data);
}

static void
aes_keys_agreed_on_by_sensitive_keys_are_the_same (Pair *pair)
{
	const CurveRow *curve = &weierstrass_curves[2];
	g_autoptr (GBytes) point = NULL;
	g_autoptr (GBytes) here = NULL;
	g_autoptr (GBytes) there = NULL;

	generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), "ec", FALSE);
	point = attribute (pair->maker, find (pair->maker, CKO_PUBLIC_KEY, "ec"), CKA_EC_POINT);

	here = mac_with_shared_secret (pair->maker, "ec", point);
	there = mac_with_shared_secret (pair->other, "ec", point);

	assert_bytes (here, there);
}

/* A key made with the curve's name in letters: SoftHSM keeps that, we write the OID, and each reads both. */
static void
curve_params_are_read_in_either_form (Pair *pair)
{
	const CurveRow *curve = &edwards_curves[2], *by_oid = &edwards_curves[0];
	const CurveRow *written = pair->maker == pair->theirs ? curve : by_oid;
	g_autoptr (GBytes) wanted = g_bytes_new (written->params, written->n_params);
	g_autoptr (GBytes) is = NULL;

	if (!side_has (pair->theirs, CKM_EDDSA)) {
		g_test_skip ("this SoftHSM has no EdDSA");
		return;
	}
	generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), "key", FALSE);

	is = attribute (pair->other, find (pair->other, CKO_PUBLIC_KEY, "key"), CKA_EC_PARAMS);

	assert_bytes (is, wanted);
}

static void
aes_ciphertexts_cross (Pair *pair)
{
	CK_BYTE iv[16] = "an iv of aes, 16";
	CK_AES_CTR_PARAMS ctr = { 128, "a counter block" };
	CK_GCM_PARAMS gcm = { iv, 12, 96, iv, 5, 128 };
	struct {
		CK_MECHANISM mechanism;
		gsize len;
	} rows[] = {
		{ { CKM_AES_ECB, NULL, 0 }, 64 },           { { CKM_AES_CBC, iv, sizeof iv }, 64 },
		{ { CKM_AES_CBC_PAD, iv, sizeof iv }, 61 }, { { CKM_AES_CTR, &ctr, sizeof ctr }, 61 },
		{ { CKM_AES_GCM, &gcm, sizeof gcm }, 61 },
	};

	for (CK_ULONG size = 16; size <= 32; size += 8) {
		g_autofree char *label = g_strdup_printf ("aes-%lu", size);

		generate_secret (pair->maker, CKM_AES_KEY_GEN, size, label, FALSE);
		for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
			g_test_message ("%s with mechanism 0x%lx", label, rows[i].mechanism.mechanism);
			assert_secret_crosses (pair->maker, pair->other, &rows[i].mechanism, CKO_SECRET_KEY,
			                       CKO_SECRET_KEY, label, rows[i].len);
			assert_secret_crosses (pair->other, pair->maker, &rows[i].mechanism, CKO_SECRET_KEY,
			                       CKO_SECRET_KEY, label, rows[i].len);
		}
	}
}

static void
assert_mac_crosses (const Pair *pair, CK_MECHANISM_TYPE type, const char *label)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	g_autoptr (GBytes) data = message (123);
	CK_OBJECT_HANDLE here = find (pair->maker, CKO_SECRET_KEY, label);
	CK_OBJECT_HANDLE there = find (pair->other, CKO_SECRET_KEY, label);
	g_autoptr (GBytes) one = sign (pair->maker, &mechanism, here, data);
	g_autoptr (GBytes) two = sign (pair->other, &mechanism, there, data);

	assert_bytes (one, two);
	assert_ok (verify (pair->other, &mechanism, there, data, one));
}

static void
aes_cmac_is_the_same (Pair *pair)
{
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 24, "aes", FALSE);

	assert_mac_crosses (pair, CKM_AES_CMAC, "aes");
}

static void
hmac_of_generic_secrets_is_the_same (Pair *pair)
{
	static const CK_MECHANISM_TYPE types[] = {
		CKM_SHA_1_HMAC, CKM_SHA224_HMAC, CKM_SHA256_HMAC, CKM_SHA384_HMAC, CKM_SHA512_HMAC,
	};
	static const CK_ULONG lens[] = { 64, 100, 200 };

	for (guint i = 0; i < G_N_ELEMENTS (lens); i++) {
		g_autofree char *label = g_strdup_printf ("secret-%lu", lens[i]);

		generate_secret (pair->maker, CKM_GENERIC_SECRET_KEY_GEN, lens[i], label, FALSE);
		for (guint k = 0; k < G_N_ELEMENTS (types); k++)
			assert_mac_crosses (pair, types[k], label);
	}
}

/* --- wrapping --- */

static CK_OBJECT_HANDLE
unwrap (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *wrapped,
        CK_OBJECT_CLASS class, CK_KEY_TYPE type, const char *label)
{
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, class),       A_ULONG (CKA_KEY_TYPE, type),
		A_BOOL (CKA_TOKEN, CK_TRUE),      A_STRING (CKA_LABEL, label),
		A_BOOL (CKA_SENSITIVE, CK_FALSE), A_BOOL (CKA_EXTRACTABLE, CK_TRUE),
	};
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;

	g_test_message ("%s unwrap", side->name);
	assert_ok (side->f->C_UnwrapKey (
		side->session, mechanism, key, (CK_BYTE *)(guintptr)g_bytes_get_data (wrapped, NULL),
		g_bytes_get_size (wrapped), template, G_N_ELEMENTS (template), &object));
	return object;
}

static void
assert_secret_wraps (const Side *from, const Side *to, CK_MECHANISM *mechanism, CK_OBJECT_CLASS open,
                     CK_OBJECT_CLASS closed, const char *label)
{
	CK_OBJECT_HANDLE target = find (from, CKO_SECRET_KEY, "target");
	g_autoptr (GBytes) value = attribute (from, target, CKA_VALUE);
	g_autoptr (GBytes) wrapped = wrap (from, mechanism, find (from, open, label), target);
	CK_OBJECT_HANDLE key = unwrap (to, mechanism, find (to, closed, label), wrapped, CKO_SECRET_KEY,
	                               CKK_AES, "unwrapped");
	g_autoptr (GBytes) same = attribute (to, key, CKA_VALUE);

	assert_bytes (same, value);
	assert_ok (to->f->C_DestroyObject (to->session, key));
}

static void
secret_keys_wrapped_by_aes_cross (Pair *pair)
{
	CK_MECHANISM rows[] = { { CKM_AES_KEY_WRAP, NULL, 0 }, { CKM_AES_KEY_WRAP_PAD, NULL, 0 } };

	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "target", TRUE);
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "kek", FALSE);

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_test_message ("mechanism 0x%lx", rows[i].mechanism);
		if (!side_has (pair->theirs, rows[i].mechanism))
			continue;
		assert_secret_wraps (pair->maker, pair->other, &rows[i], CKO_SECRET_KEY, CKO_SECRET_KEY,
		                     "kek");
		assert_secret_wraps (pair->other, pair->maker, &rows[i], CKO_SECRET_KEY, CKO_SECRET_KEY,
		                     "kek");
	}
}

static void
secret_keys_wrapped_by_rsa_cross (Pair *pair)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
	CK_MECHANISM rows[] = { { CKM_RSA_PKCS, NULL, 0 }, { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep } };

	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "target", TRUE);
	generate_rsa (pair->maker, 1024, "rsa");

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
		assert_secret_wraps (pair->maker, pair->other, &rows[i], CKO_PUBLIC_KEY, CKO_PRIVATE_KEY,
		                     "rsa");
		assert_secret_wraps (pair->other, pair->maker, &rows[i], CKO_PUBLIC_KEY, CKO_PRIVATE_KEY,
		                     "rsa");
	}
}

/* SoftHSM drops zeros in front of numbers. */
static GBytes *
without_leading_zeros (GBytes *number)
{
	gsize n, zeros = 0;
	const guint8 *octets = g_bytes_get_data (number, &n);

	while (zeros < n && octets[zeros] == 0)
		zeros++;
	return g_bytes_new_from_bytes (number, zeros, n - zeros);
}

static void
assert_private_wraps (const Side *from, const Side *to, CK_KEY_TYPE type, const char *label,
                      CK_ATTRIBUTE_TYPE secret)
{
	CK_MECHANISM kwp = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	CK_OBJECT_HANDLE target = find (from, CKO_PRIVATE_KEY, label);
	g_autoptr (GBytes) value = attribute (from, target, secret);
	g_autoptr (GBytes) wrapped = wrap (from, &kwp, find (from, CKO_SECRET_KEY, "kek"), target);
	CK_OBJECT_HANDLE key = unwrap (to, &kwp, find (to, CKO_SECRET_KEY, "kek"), wrapped, CKO_PRIVATE_KEY,
	                               type, "unwrapped");
	g_autoptr (GBytes) same = attribute (to, key, secret);
	g_autoptr (GBytes) value_number = without_leading_zeros (value);
	g_autoptr (GBytes) same_number = without_leading_zeros (same);

	assert_bytes (same_number, value_number);
	assert_ok (to->f->C_DestroyObject (to->session, key));
}

static void
assert_private_wraps_cross (const Pair *pair, CK_KEY_TYPE type, const char *label, CK_ATTRIBUTE_TYPE secret)
{
	g_test_message ("%s", label);
	assert_private_wraps (pair->maker, pair->other, type, label, secret);
	assert_private_wraps (pair->other, pair->maker, type, label, secret);
}

/* SoftHSM 2.6 fills what it wraps with zeros to a multiple of eight, and says in the wrapping that they
 * belong to the key.  We are right to wrap the key alone; but what it has wrapped must be unwrapped. */
static void
wrapped_rsa_private_keys_cross (Pair *pair)
{
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "kek", FALSE);
	generate_rsa (pair->maker, 1024, "rsa");

	assert_private_wraps_cross (pair, CKK_RSA, "rsa", CKA_PRIVATE_EXPONENT);
	assert_private_wraps_cross (pair, CKK_RSA, "rsa", CKA_COEFFICIENT);
}

static void
wrapped_ec_private_keys_cross (Pair *pair)
{
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "kek", FALSE);

	for (guint i = 0; i < G_N_ELEMENTS (weierstrass_curves); i++) {
		const CurveRow *curve = &weierstrass_curves[i];

		generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), curve->name,
		               TRUE);
		assert_private_wraps_cross (pair, CKK_EC, curve->name, CKA_VALUE);
	}
}

/* SoftHSM 2.6 wraps no Edwards keys. */
static gboolean
softhsm_wraps (const Pair *pair, const char *label)
{
	CK_MECHANISM kwp = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	CK_ULONG n;

	return pair->theirs->f->C_WrapKey (pair->theirs->session, &kwp,
	                                   find (pair->theirs, CKO_SECRET_KEY, "kek"),
	                                   find (pair->theirs, CKO_PRIVATE_KEY, label), NULL, &n) == CKR_OK;
}

static void
wrapped_edwards_private_keys_cross (Pair *pair)
{
	if (!side_has (pair->theirs, CKM_EDDSA)) {
		g_test_skip ("this SoftHSM has no EdDSA");
		return;
	}
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "kek", FALSE);
	for (guint i = 0; i < 2; i++)
		generate_pair (pair->maker, edwards_curves[i].generate,
		               (CK_ATTRIBUTE)CURVE_PARAMS (&edwards_curves[i]), edwards_curves[i].name, TRUE);
	if (!softhsm_wraps (pair, edwards_curves[0].name)) {
		g_test_skip ("this SoftHSM does not wrap Edwards keys");
		return;
	}

	for (guint i = 0; i < 2; i++)
		assert_private_wraps_cross (pair, CKK_EC_EDWARDS, edwards_curves[i].name, CKA_VALUE);
}

/* --- what is read of them --- */

static const CK_ATTRIBUTE_TYPE of_every_key[] = {
	CKA_CLASS,       CKA_TOKEN,
	CKA_PRIVATE,     CKA_MODIFIABLE,
	CKA_LABEL,       CKA_COPYABLE,
	CKA_DESTROYABLE, CKA_KEY_TYPE,
	CKA_ID,          CKA_START_DATE,
	CKA_END_DATE,    CKA_DERIVE,
	CKA_LOCAL,       CKA_KEY_GEN_MECHANISM,
};

#define SAME(pair, class, label, ...)                                                                        \
	assert_same (pair, class, label, (const CK_ATTRIBUTE_TYPE[]){ __VA_ARGS__ },                         \
	             G_N_ELEMENTS (((const CK_ATTRIBUTE_TYPE[]){ __VA_ARGS__ })))

static void
rsa_keys_read_the_same (Pair *pair)
{
	generate_rsa (pair->maker, 1024, "rsa");

	assert_same (pair, CKO_PUBLIC_KEY, "rsa", of_every_key, G_N_ELEMENTS (of_every_key));
	assert_same (pair, CKO_PRIVATE_KEY, "rsa", of_every_key, G_N_ELEMENTS (of_every_key));
	SAME (pair, CKO_PUBLIC_KEY, "rsa", CKA_MODULUS, CKA_MODULUS_BITS, CKA_PUBLIC_EXPONENT, CKA_ENCRYPT,
	      CKA_VERIFY, CKA_VERIFY_RECOVER, CKA_WRAP, CKA_TRUSTED, CKA_SUBJECT);
	SAME (pair, CKO_PRIVATE_KEY, "rsa", CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT,
	      CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT, CKA_SENSITIVE,
	      CKA_ALWAYS_SENSITIVE, CKA_EXTRACTABLE, CKA_NEVER_EXTRACTABLE, CKA_DECRYPT, CKA_SIGN,
	      CKA_SIGN_RECOVER, CKA_UNWRAP, CKA_WRAP_WITH_TRUSTED, CKA_ALWAYS_AUTHENTICATE, CKA_SUBJECT);
}

static void
ec_keys_read_the_same (Pair *pair)
{
	const CurveRow *curve = &weierstrass_curves[1];

	generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), "ec", FALSE);

	assert_same (pair, CKO_PUBLIC_KEY, "ec", of_every_key, G_N_ELEMENTS (of_every_key));
	assert_same (pair, CKO_PRIVATE_KEY, "ec", of_every_key, G_N_ELEMENTS (of_every_key));
	SAME (pair, CKO_PUBLIC_KEY, "ec", CKA_EC_PARAMS, CKA_EC_POINT);
	SAME (pair, CKO_PRIVATE_KEY, "ec", CKA_EC_PARAMS, CKA_VALUE, CKA_SENSITIVE, CKA_ALWAYS_SENSITIVE,
	      CKA_EXTRACTABLE, CKA_NEVER_EXTRACTABLE);
}

static void
secret_keys_read_the_same (Pair *pair)
{
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 24, "aes", TRUE);
	generate_secret (pair->maker, CKM_GENERIC_SECRET_KEY_GEN, 33, "secret", FALSE);

	assert_same (pair, CKO_SECRET_KEY, "aes", of_every_key, G_N_ELEMENTS (of_every_key));
	assert_same (pair, CKO_SECRET_KEY, "secret", of_every_key, G_N_ELEMENTS (of_every_key));
	SAME (pair, CKO_SECRET_KEY, "aes", CKA_VALUE, CKA_VALUE_LEN, CKA_CHECK_VALUE, CKA_SENSITIVE,
	      CKA_ALWAYS_SENSITIVE, CKA_EXTRACTABLE, CKA_NEVER_EXTRACTABLE, CKA_ENCRYPT, CKA_DECRYPT,
	      CKA_SIGN, CKA_VERIFY, CKA_WRAP, CKA_UNWRAP, CKA_TRUSTED, CKA_WRAP_WITH_TRUSTED);
	SAME (pair, CKO_SECRET_KEY, "secret", CKA_VALUE, CKA_VALUE_LEN, CKA_CHECK_VALUE, CKA_SENSITIVE,
	      CKA_ALWAYS_SENSITIVE, CKA_EXTRACTABLE, CKA_NEVER_EXTRACTABLE);
}

/* The key of RFC 6979 appendix A.2.5. */
static void
imported_ec_keys_work_in_the_other (Pair *pair)
{
	const CurveRow *curve = &weierstrass_curves[1];
	CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };
	g_autoptr (GBytes) x = from_hex ("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
	g_autoptr (GBytes) q =
		from_hex ("0441 04 60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
	                  "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");

	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_EC),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_LABEL, "ec"), CURVE_PARAMS (curve),
	        A_BOOL (CKA_SIGN, CK_TRUE),
	        A_DATA (CKA_VALUE, g_bytes_get_data (x, NULL), g_bytes_get_size (x)));
	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_PUBLIC_KEY), A_ULONG (CKA_KEY_TYPE, CKK_EC),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_LABEL, "ec"), CURVE_PARAMS (curve),
	        A_DATA (CKA_EC_POINT, g_bytes_get_data (q, NULL), g_bytes_get_size (q)));

	assert_signatures_cross (pair, &ecdsa, "ec", 32);
}

/* FIPS 197 appendix B. */
static void
imported_aes_keys_work_in_the_other (Pair *pair)
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	g_autoptr (GBytes) key = from_hex ("2b7e1516 28aed2a6 abf71588 09cf4f3c");
	g_autoptr (GBytes) plain = from_hex ("3243f6a8 885a308d 313198a2 e0370734");
	g_autoptr (GBytes) wanted = from_hex ("3925841d 02dc09fb dc118597 196a0b32");
	g_autoptr (GBytes) is = NULL;

	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_LABEL, "aes"),
	        A_DATA (CKA_VALUE, g_bytes_get_data (key, NULL), g_bytes_get_size (key)));

	is = encrypt (pair->other, &ecb, find (pair->other, CKO_SECRET_KEY, "aes"), plain);

	assert_bytes (is, wanted);
}

static void
imported_rsa_keys_work_in_the_other (Pair *pair)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
		CKA_PRIME_2, CKA_EXPONENT_1,      CKA_EXPONENT_2,       CKA_COEFFICIENT,
	};
	CK_MECHANISM mechanism = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	CK_ATTRIBUTE template[5 + G_N_ELEMENTS (types)] = {
		A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_RSA),
		A_BOOL (CKA_TOKEN, CK_TRUE),          A_STRING (CKA_LABEL, "imported"),
		A_BOOL (CKA_SIGN, CK_TRUE),
	};
	GBytes *values[G_N_ELEMENTS (types)];
	g_autoptr (GBytes) data = message (50);
	g_autoptr (GBytes) one = NULL;
	g_autoptr (GBytes) two = NULL;

	generate_rsa (pair->other, 1024, "rsa");
	for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
		values[i] = attribute (pair->other, find (pair->other, CKO_PRIVATE_KEY, "rsa"), types[i]);
		template[5 + i] =
			(CK_ATTRIBUTE){ types[i], (void *)(guintptr)g_bytes_get_data (values[i], NULL),
			                g_bytes_get_size (values[i]) };
	}
	create (pair->maker, template, G_N_ELEMENTS (template));

	one = sign (pair->other, &mechanism, find (pair->other, CKO_PRIVATE_KEY, "rsa"), data);
	two = sign (pair->other, &mechanism, find (pair->other, CKO_PRIVATE_KEY, "imported"), data);

	assert_bytes (one, two);
	for (guint i = 0; i < G_N_ELEMENTS (types); i++)
		g_bytes_unref (values[i]);
}

static void
keys_survive_a_new_start_of_the_other (Pair *pair)
{
	CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };
	const CurveRow *curve = &weierstrass_curves[2];

	generate_pair (pair->maker, curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (curve), "ec", FALSE);
	side_renew (pair->other);
	side_renew (pair->maker);

	assert_signatures_cross (pair, &ecdsa, "ec", 48);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_BOTH_WAYS ("keys", rsa_signatures_cross);
	ADD_BOTH_WAYS ("keys", rsa_signatures_of_hashes_cross);
	ADD_BOTH_WAYS ("keys", rsa_signatures_without_a_hash_are_the_same);
	ADD_BOTH_WAYS ("keys", rsa_encryption_crosses);
	ADD_BOTH_WAYS ("keys", rsa_keys_read_the_same);
	ADD_BOTH_WAYS ("keys", ecdsa_signatures_cross_on_every_curve);
	ADD_BOTH_WAYS ("keys", eddsa_signatures_cross_on_every_curve);
	ADD_BOTH_WAYS ("keys", ecdh_comes_to_the_same_secret);
	ADD_BOTH_WAYS ("keys", x25519_and_x448_come_to_the_same_secret);
	ADD_BOTH_WAYS ("keys", shorter_secrets_are_cut_at_the_same_end);
	ADD_BOTH_WAYS ("keys", aes_keys_agreed_on_by_sensitive_keys_are_the_same);
	ADD_BOTH_WAYS ("keys", curve_params_are_read_in_either_form);
	ADD_BOTH_WAYS ("keys", ec_keys_read_the_same);
	ADD_BOTH_WAYS ("keys", aes_ciphertexts_cross);
	ADD_BOTH_WAYS ("keys", aes_cmac_is_the_same);
	ADD_BOTH_WAYS ("keys", hmac_of_generic_secrets_is_the_same);
	ADD_BOTH_WAYS ("keys", secret_keys_read_the_same);
	ADD_BOTH_WAYS ("keys", secret_keys_wrapped_by_aes_cross);
	ADD_BOTH_WAYS ("keys", secret_keys_wrapped_by_rsa_cross);
	ADD_BOTH_WAYS ("keys", wrapped_rsa_private_keys_cross);
	ADD_BOTH_WAYS ("keys", wrapped_ec_private_keys_cross);
	ADD_BOTH_WAYS ("keys", wrapped_edwards_private_keys_cross);
	ADD_BOTH_WAYS ("keys", imported_ec_keys_work_in_the_other);
	ADD_BOTH_WAYS ("keys", imported_aes_keys_work_in_the_other);
	ADD_BOTH_WAYS ("keys", imported_rsa_keys_work_in_the_other);
	ADD_BOTH_WAYS ("keys", keys_survive_a_new_start_of_the_other);
	return g_test_run ();
}
