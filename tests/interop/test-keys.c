/* Keys for signatures and agreements: made by one, used by the other, and the results used by the first. */

#include "interop.h"

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
rsa_encryption_crosses (Pair *pair)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
	CK_MECHANISM rows[] = { { CKM_RSA_PKCS, NULL, 0 }, { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep } };

	generate_rsa (pair->maker, 1024, "rsa");

	for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
		assert_secrets_cross (pair, &rows[i], CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, "rsa", 40);
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
	CK_OBJECT_HANDLE secret =
		derive (side, &mechanism, find (side, CKO_PRIVATE_KEY, label), CKK_GENERIC_SECRET, len);

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
	ADD_BOTH_WAYS ("keys", secret_keys_read_the_same);
	ADD_BOTH_WAYS ("keys", imported_ec_keys_work_in_the_other);
	ADD_BOTH_WAYS ("keys", imported_aes_keys_work_in_the_other);
	ADD_BOTH_WAYS ("keys", imported_rsa_keys_work_in_the_other);
	ADD_BOTH_WAYS ("keys", keys_survive_a_new_start_of_the_other);
	return g_test_run ();
}
