/* Signatures and agreements by every mechanism that both have, and those that SoftHSM has in two steps. */

#include "interop.h"

#define PSS(hash, mgf, salt) &(CK_RSA_PKCS_PSS_PARAMS){ hash, mgf, salt }, sizeof (CK_RSA_PKCS_PSS_PARAMS)

/* --- RSA --- */

typedef struct {
	const char *name;
	CK_MECHANISM mechanism;
	gsize n_message;
} RsaRow;

#define PKCS1_ROW(name, n)                                                                                   \
	{                                                                                                    \
		name "-rsa-pkcs", { CKM_##n##_RSA_PKCS, NULL, 0 }, 100                                       \
	}
#define PSS_ROWS(name, n, hash, len)                                                                         \
	{ name "-rsa-pss", { CKM_##n##_RSA_PKCS_PSS, PSS (CKM_##hash, CKG_MGF1_##n, len) }, 100 },           \
		{ name "-rsa-pss-salt-10",                                                                   \
		  { CKM_##n##_RSA_PKCS_PSS, PSS (CKM_##hash, CKG_MGF1_##n, 10) },                            \
		  100 },                                                                                     \
		{ name "-rsa-pss-salt-0",                                                                    \
		  { CKM_##n##_RSA_PKCS_PSS, PSS (CKM_##hash, CKG_MGF1_##n, 0) },                             \
		  100 },                                                                                     \
	{                                                                                                    \
		name "-rsa-pss-of-hash", { CKM_RSA_PKCS_PSS, PSS (CKM_##hash, CKG_MGF1_##n, len) }, len      \
	}

static const RsaRow rsa_rows[] = {
	{ "rsa-pkcs-of-anything", { CKM_RSA_PKCS, NULL, 0 }, 32 },
	PKCS1_ROW ("md5", MD5),
	PKCS1_ROW ("sha1", SHA1),
	PKCS1_ROW ("sha224", SHA224),
	PKCS1_ROW ("sha256", SHA256),
	PKCS1_ROW ("sha384", SHA384),
	PKCS1_ROW ("sha512", SHA512),
	PSS_ROWS ("sha1", SHA1, SHA_1, 20),
	PSS_ROWS ("sha224", SHA224, SHA224, 28),
	PSS_ROWS ("sha256", SHA256, SHA256, 32),
	PSS_ROWS ("sha384", SHA384, SHA384, 48),
	PSS_ROWS ("sha512", SHA512, SHA512, 64),
};

static void
assert_hash_signature_crosses (const Side *from, const Side *to, CK_MECHANISM *mechanism, gsize len)
{
	g_autoptr (GBytes) hash = message (len);
	g_autoptr (GBytes) signature = sign (from, mechanism, find (from, CKO_PRIVATE_KEY, "key"), hash);

	assert_ok (verify (to, mechanism, find (to, CKO_PUBLIC_KEY, "key"), hash, signature));
}

static void
rsa_signatures_cross (Pair *pair)
{
	const RsaRow *row = pair->row;
	CK_MECHANISM mechanism = row->mechanism;

	generate_rsa (pair->maker, 1536, "key");

	if (mechanism.mechanism != CKM_RSA_PKCS_PSS) {
		assert_signatures_cross (pair, &mechanism, "key", row->n_message);
		return;
	}
	assert_hash_signature_crosses (pair->maker, pair->other, &mechanism, row->n_message);
	assert_hash_signature_crosses (pair->other, pair->maker, &mechanism, row->n_message);
}

/* --- DSA and ECDSA --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE type;
	CK_MECHANISM_TYPE hash; /* with which it is the same as: */
	CK_MECHANISM_TYPE plain;
	const CurveRow *curve;
} HashRow;

#define DSA_ROW(name, n, hash)                                                                               \
	{                                                                                                    \
		name "-dsa", CKM_DSA_##n, CKM_##hash, CKM_DSA, NULL                                          \
	}
#define ECDSA_ROW(hash_name, n, hash, name, i)                                                               \
	{                                                                                                    \
		hash_name "-ecdsa-" name, CKM_ECDSA_##n, CKM_##hash, CKM_ECDSA, &weierstrass_curves[i]       \
	}
#define ECDSA_ROWS(name, n, hash)                                                                            \
	ECDSA_ROW (name, n, hash, "p224", 0), ECDSA_ROW (name, n, hash, "p256", 1),                          \
		ECDSA_ROW (name, n, hash, "p384", 2), ECDSA_ROW (name, n, hash, "p521", 3)

static const HashRow hash_rows[] = {
	DSA_ROW ("sha1", SHA1, SHA_1),         DSA_ROW ("sha224", SHA224, SHA224),
	DSA_ROW ("sha256", SHA256, SHA256),    DSA_ROW ("sha384", SHA384, SHA384),
	DSA_ROW ("sha512", SHA512, SHA512),    ECDSA_ROWS ("sha1", SHA1, SHA_1),
	ECDSA_ROWS ("sha224", SHA224, SHA224), ECDSA_ROWS ("sha256", SHA256, SHA256),
	ECDSA_ROWS ("sha384", SHA384, SHA384), ECDSA_ROWS ("sha512", SHA512, SHA512),
};

/* The mechanism, and what it signs: where a side lacks the one that hashes it hashes first. */
static GBytes *
what_is_signed (const Side *side, const HashRow *row, GBytes *data, CK_MECHANISM *mechanism)
{
	gboolean whole = side_has (side, row->type);

	*mechanism = (CK_MECHANISM){ whole ? row->type : row->plain, NULL, 0 };
	return whole ? g_bytes_ref (data) : digest (side, row->hash, data);
}

static void
assert_hashed_crosses (const Side *from, const Side *to, const HashRow *row)
{
	CK_MECHANISM here, there;
	g_autoptr (GBytes) data = message (99);
	g_autoptr (GBytes) wrong = message (98);
	g_autoptr (GBytes) signed_ = what_is_signed (from, row, data, &here);
	g_autoptr (GBytes) verified = what_is_signed (to, row, data, &there);
	g_autoptr (GBytes) not_verified = what_is_signed (to, row, wrong, &there);
	g_autoptr (GBytes) signature = sign (from, &here, find (from, CKO_PRIVATE_KEY, "key"), signed_);
	CK_OBJECT_HANDLE public = find (to, CKO_PUBLIC_KEY, "key");

	assert_ok (verify (to, &there, public, verified, signature));
	assert_rv (verify (to, &there, public, not_verified, signature), CKR_SIGNATURE_INVALID);
}

static void
signatures_of_hashes_cross (Pair *pair)
{
	const HashRow *row = pair->row;

	if (row->curve == NULL)
		generate_dsa (pair->maker, "key");
	else
		generate_pair (pair->maker, row->curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (row->curve),
		               "key", FALSE);

	assert_hashed_crosses (pair->maker, pair->other, row);
	assert_hashed_crosses (pair->other, pair->maker, row);
}

static void
dsa_signatures_of_twenty_octets_cross (Pair *pair)
{
	CK_MECHANISM dsa = { CKM_DSA, NULL, 0 };

	generate_dsa (pair->maker, "key");

	assert_hash_signature_crosses (pair->maker, pair->other, &dsa, 20);
	assert_hash_signature_crosses (pair->other, pair->maker, &dsa, 20);
}

#define SAME(pair, class, ...)                                                                               \
	assert_same (pair, class, "key", (const CK_ATTRIBUTE_TYPE[]){ __VA_ARGS__ },                         \
	             G_N_ELEMENTS (((const CK_ATTRIBUTE_TYPE[]){ __VA_ARGS__ })))

static void
dsa_keys_read_the_same (Pair *pair)
{
	generate_dsa (pair->maker, "key");

	SAME (pair, CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_VALUE, CKA_LOCAL,
	      CKA_KEY_GEN_MECHANISM);
	SAME (pair, CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_VALUE, CKA_LOCAL,
	      CKA_KEY_GEN_MECHANISM);
}

/* --- domain parameters --- */

static void
make_dsa_parameters (const Side *side, const char *label)
{
	CK_MECHANISM mechanism = { CKM_DSA_PARAMETER_GEN, NULL, 0 };
	CK_ATTRIBUTE template[] = {
		A_BOOL (CKA_TOKEN, CK_TRUE),
		A_STRING (CKA_LABEL, label),
		A_ULONG (CKA_PRIME_BITS, 1024),
	};
	CK_OBJECT_HANDLE object;

	assert_ok (side->f->C_GenerateKey (side->session, &mechanism, template, G_N_ELEMENTS (template),
	                                   &object));
}

static void
dsa_keys_are_made_from_parameters_of_the_other (Pair *pair)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_KEY_TYPE, CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_PRIME_BITS, CKA_LOCAL,
	};
	CK_MECHANISM dsa = { CKM_DSA, NULL, 0 };
	CK_OBJECT_HANDLE object;
	g_autoptr (GBytes) p = NULL;
	g_autoptr (GBytes) q = NULL;
	g_autoptr (GBytes) g = NULL;

	make_dsa_parameters (pair->maker, "parameters");
	assert_same (pair, CKO_DOMAIN_PARAMETERS, "parameters", types, G_N_ELEMENTS (types));
	object = find (pair->other, CKO_DOMAIN_PARAMETERS, "parameters");
	p = attribute (pair->other, object, CKA_PRIME);
	q = attribute (pair->other, object, CKA_SUBPRIME);
	g = attribute (pair->other, object, CKA_BASE);

	generate_pair_of (pair->other, CKM_DSA_KEY_PAIR_GEN,
	                  (CK_ATTRIBUTE[]){ BYTES_ATTRIBUTE (CKA_PRIME, p), BYTES_ATTRIBUTE (CKA_SUBPRIME, q),
	                                    BYTES_ATTRIBUTE (CKA_BASE, g) },
	                  3, "key", FALSE);

	assert_hash_signature_crosses (pair->maker, pair->other, &dsa, 20);
	assert_hash_signature_crosses (pair->other, pair->maker, &dsa, 20);
}

/* --- Diffie-Hellman --- */

static GBytes *
agreed (const Side *side, const char *own, GBytes *public, CK_KEY_TYPE type, CK_ULONG len)
{
	CK_MECHANISM mechanism = { CKM_DH_PKCS_DERIVE, (void *)(guintptr)g_bytes_get_data (public, NULL),
		                   g_bytes_get_size (public) };

	return attribute (side, derive (side, &mechanism, find (side, CKO_PRIVATE_KEY, own), type, len),
	                  CKA_VALUE);
}

typedef struct {
	const char *name;
	CK_KEY_TYPE type;
	CK_ULONG len;
} AgreeRow;

static const AgreeRow agree_rows[] = {
	{ "whole", CKK_GENERIC_SECRET, 192 },
	{ "generic", CKK_GENERIC_SECRET, 100 },
	{ "aes", CKK_AES, 32 },
	{ "des", CKK_DES, 0 },
	{ "des2", CKK_DES2, 0 },
	{ "des3", CKK_DES3, 0 },
};

/* The other's key is made by the other. */
static void
dh_comes_to_the_same_secret (Pair *pair)
{
	const AgreeRow *row = pair->row;
	g_autoptr (GBytes) public_one = NULL;
	g_autoptr (GBytes) public_two = NULL;
	g_autoptr (GBytes) one = NULL;
	g_autoptr (GBytes) two = NULL;
	g_autoptr (GBytes) again = NULL;

	generate_dh (pair->maker, "one");
	find (pair->other, CKO_PRIVATE_KEY, "one");
	generate_dh (pair->other, "two");
	public_one = attribute (pair->other, find (pair->other, CKO_PUBLIC_KEY, "one"), CKA_VALUE);
	public_two = attribute (pair->maker, find (pair->maker, CKO_PUBLIC_KEY, "two"), CKA_VALUE);

	one = agreed (pair->maker, "one", public_two, row->type, row->len);
	two = agreed (pair->other, "two", public_one, row->type, row->len);
	again = agreed (pair->other, "one", public_two, row->type, row->len);

	assert_bytes (one, two);
	assert_bytes (one, again);
}

static void
dh_parameters_read_the_same (Pair *pair)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_KEY_TYPE, CKA_PRIME, CKA_BASE, CKA_PRIME_BITS };
	g_autoptr (GBytes) p = NULL;

	generate_dh (pair->maker, "key");
	p = attribute (pair->maker, find (pair->maker, CKO_PUBLIC_KEY, "key"), CKA_PRIME);
	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_DOMAIN_PARAMETERS), A_ULONG (CKA_KEY_TYPE, CKK_DH),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_LABEL, "parameters"),
	        BYTES_ATTRIBUTE (CKA_PRIME, p), A_BYTES (CKA_BASE, 2));

	assert_same (pair, CKO_DOMAIN_PARAMETERS, "parameters", types, G_N_ELEMENTS (types));
}

static void
dh_keys_read_the_same (Pair *pair)
{
	generate_dh (pair->maker, "key");

	SAME (pair, CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKA_PRIME, CKA_BASE, CKA_VALUE, CKA_LOCAL);
	SAME (pair, CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKA_PRIME, CKA_BASE, CKA_VALUE, CKA_LOCAL);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_ROWS ("signatures", rsa_signatures_cross, rsa_rows);
	ADD_ROWS ("signatures", signatures_of_hashes_cross, hash_rows);
	ADD_BOTH_WAYS ("signatures", dsa_signatures_of_twenty_octets_cross);
	ADD_BOTH_WAYS ("signatures", dsa_keys_read_the_same);
	ADD_BOTH_WAYS ("signatures", dsa_keys_are_made_from_parameters_of_the_other);
	ADD_BOTH_WAYS ("signatures", dh_parameters_read_the_same);
	ADD_ROWS ("signatures", dh_comes_to_the_same_secret, agree_rows);
	ADD_BOTH_WAYS ("signatures", dh_keys_read_the_same);
	return g_test_run ();
}
