/* Wrapped keys: what one has wrapped is unwrapped by the other.
 *
 * Where SoftHSM has no C_WrapKey or C_UnwrapKey for a mechanism, it does in steps what the mechanism is made
 * of: it encrypts the key's encoding, or joins what RSA and AES wrap. */

#include "interop.h"
#include "params.h"

#define IV(n) (CK_BYTE *)"an iv of aes, 16", n

static OaepParams oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
static RsaAesParams rsa_aes = { 256, &oaep };

typedef struct {
	const char *name;
	CK_MECHANISM mechanism;
	CK_MECHANISM_TYPE generate; /* the wrapping key; 0: an RSA pair */
	gsize len;
	gsize unit;  /* what is wrapped is a multiple of that, */
	gsize least; /* and no shorter */
} WrapRow;

static const WrapRow wraps[] = {
	{ "aes-key-wrap", { CKM_AES_KEY_WRAP, NULL, 0 }, CKM_AES_KEY_GEN, 32, 8, 16 },
	{ "aes-key-wrap-128", { CKM_AES_KEY_WRAP, NULL, 0 }, CKM_AES_KEY_GEN, 16, 8, 16 },
	{ "aes-key-wrap-pad", { CKM_AES_KEY_WRAP_PAD, NULL, 0 }, CKM_AES_KEY_GEN, 32, 1, 1 },
	{ "aes-key-wrap-pad-192", { CKM_AES_KEY_WRAP_PAD, NULL, 0 }, CKM_AES_KEY_GEN, 24, 1, 1 },
	{ "aes-cbc", { CKM_AES_CBC, IV (16) }, CKM_AES_KEY_GEN, 32, 16, 16 },
	{ "aes-cbc-pad", { CKM_AES_CBC_PAD, IV (16) }, CKM_AES_KEY_GEN, 32, 1, 1 },
	{ "des-cbc", { CKM_DES_CBC, IV (8) }, CKM_DES_KEY_GEN, 0, 8, 8 },
	{ "des-cbc-pad", { CKM_DES_CBC_PAD, IV (8) }, CKM_DES_KEY_GEN, 0, 1, 1 },
	{ "des2-cbc", { CKM_DES3_CBC, IV (8) }, CKM_DES2_KEY_GEN, 0, 8, 8 },
	{ "des3-cbc", { CKM_DES3_CBC, IV (8) }, CKM_DES3_KEY_GEN, 0, 8, 8 },
	{ "des3-cbc-pad", { CKM_DES3_CBC_PAD, IV (8) }, CKM_DES3_KEY_GEN, 0, 1, 1 },
	{ "rsa-pkcs", { CKM_RSA_PKCS, NULL, 0 }, 0, 0, 1, 1 },
	{ "rsa-pkcs-oaep", { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep }, 0, 0, 1, 1 },
	{ "rsa-aes-key-wrap", { CKM_RSA_AES_KEY_WRAP, &rsa_aes, sizeof rsa_aes }, 0, 0, 1, 1 },
};

#define RSA_BITS 1536

static CK_MECHANISM kwp = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };

static void
make_wrapping_key (const Side *side, const WrapRow *row, const char *label)
{
	if (row->generate == 0)
		generate_rsa (side, RSA_BITS, label);
	else
		generate_secret (side, row->generate, row->len, label, FALSE);
}

static CK_OBJECT_HANDLE
wrapping_key (const Side *side, const WrapRow *row, const char *label)
{
	return find (side, row->generate == 0 ? CKO_PUBLIC_KEY : CKO_SECRET_KEY, label);
}

static CK_OBJECT_HANDLE
unwrapping_key (const Side *side, const WrapRow *row, const char *label)
{
	return find (side, row->generate == 0 ? CKO_PRIVATE_KEY : CKO_SECRET_KEY, label);
}

/* --- in steps --- */

/* "carrier" brings encodings out of the token and into it. */
static GBytes *
encoding_of (const Side *side, CK_OBJECT_HANDLE target)
{
	CK_OBJECT_HANDLE carrier = find (side, CKO_SECRET_KEY, "carrier");
	g_autoptr (GBytes) wrapped = NULL;

	if (attribute_ulong (side, target, CKA_CLASS) == CKO_SECRET_KEY)
		return attribute (side, target, CKA_VALUE);
	wrapped = wrap (side, &kwp, carrier, target);
	return attribute (side, unwrap (side, &kwp, carrier, wrapped, CKO_SECRET_KEY, CKK_GENERIC_SECRET),
	                  CKA_VALUE);
}

static CK_OBJECT_HANDLE
from_encoding (const Side *side, GBytes *encoding, CK_OBJECT_CLASS class, CK_KEY_TYPE type)
{
	CK_OBJECT_HANDLE carrier = find (side, CKO_SECRET_KEY, "carrier");
	gboolean whole = class == CKO_SECRET_KEY;
	CK_OBJECT_HANDLE secret = CREATE (side, A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
	                                  A_ULONG (CKA_KEY_TYPE, whole ? type : CKK_GENERIC_SECRET),
	                                  A_BOOL (CKA_SENSITIVE, CK_FALSE), A_BOOL (CKA_EXTRACTABLE, CK_TRUE),
	                                  BYTES_ATTRIBUTE (CKA_VALUE, encoding));
	g_autoptr (GBytes) wrapped = NULL;

	if (whole)
		return secret;
	wrapped = wrap (side, &kwp, carrier, secret);
	return unwrap (side, &kwp, carrier, wrapped, class, type);
}

static GBytes *
rsa_and_aes_wrap (const Side *side, CK_OBJECT_HANDLE public, CK_OBJECT_HANDLE target)
{
	CK_MECHANISM first = { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep }, make = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_VALUE_LEN, 32), A_BOOL (CKA_EXTRACTABLE, CK_TRUE) };
	GByteArray *both = g_byte_array_new ();
	g_autoptr (GBytes) head = NULL;
	g_autoptr (GBytes) tail = NULL;
	CK_OBJECT_HANDLE aes;

	assert_ok (side->f->C_GenerateKey (side->session, &make, template, G_N_ELEMENTS (template), &aes));
	head = wrap (side, &first, public, aes);
	tail = wrap (side, &kwp, aes, target);
	g_byte_array_append (both, g_bytes_get_data (head, NULL), (guint)g_bytes_get_size (head));
	g_byte_array_append (both, g_bytes_get_data (tail, NULL), (guint)g_bytes_get_size (tail));
	return g_byte_array_free_to_bytes (both);
}

static CK_OBJECT_HANDLE
rsa_and_aes_unwrap (const Side *side, CK_OBJECT_HANDLE private, GBytes *wrapped, CK_OBJECT_CLASS class,
                    CK_KEY_TYPE type)
{
	CK_MECHANISM first = { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep };
	gsize n = RSA_BITS / 8;
	g_autoptr (GBytes) head = g_bytes_new_from_bytes (wrapped, 0, n);
	g_autoptr (GBytes) tail = g_bytes_new_from_bytes (wrapped, n, g_bytes_get_size (wrapped) - n);
	CK_OBJECT_HANDLE aes = unwrap (side, &first, private, head, CKO_SECRET_KEY, CKK_AES);

	return unwrap (side, &kwp, aes, tail, class, type);
}

/* --- whole, or in steps --- */

static GBytes *
seal (const Side *side, const WrapRow *row, CK_OBJECT_HANDLE target)
{
	CK_MECHANISM mechanism = row->mechanism;
	CK_OBJECT_HANDLE key = wrapping_key (side, row, "wrapping");
	CK_ULONG n;
	g_autoptr (GBytes) encoding = NULL;

	if (side->f->C_WrapKey (side->session, &mechanism, key, target, NULL, &n) != CKR_MECHANISM_INVALID)
		return wrap (side, &mechanism, key, target);
	g_test_message ("%s wrap in steps", side->name);
	if (mechanism.mechanism == CKM_RSA_AES_KEY_WRAP)
		return rsa_and_aes_wrap (side, key, target);
	encoding = encoding_of (side, target);
	return encrypt (side, &mechanism, key, encoding);
}

static gboolean
unwraps (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES) };
	CK_BYTE nothing[16] = { 0 };
	CK_OBJECT_HANDLE object;

	return side->f->C_UnwrapKey (side->session, mechanism, key, nothing, sizeof nothing, template,
	                             G_N_ELEMENTS (template), &object) != CKR_MECHANISM_INVALID;
}

static CK_OBJECT_HANDLE
unseal (const Side *side, const WrapRow *row, GBytes *wrapped, CK_OBJECT_CLASS class, CK_KEY_TYPE type)
{
	CK_MECHANISM mechanism = row->mechanism;
	CK_OBJECT_HANDLE key = unwrapping_key (side, row, "wrapping");
	g_autoptr (GBytes) encoding = NULL;

	if (unwraps (side, &mechanism, key))
		return unwrap (side, &mechanism, key, wrapped, class, type);
	g_test_message ("%s unwrap in steps", side->name);
	if (mechanism.mechanism == CKM_RSA_AES_KEY_WRAP)
		return rsa_and_aes_unwrap (side, key, wrapped, class, type);
	encoding = decrypt (side, &mechanism, key, wrapped);
	return from_encoding (side, encoding, class, type);
}

/* Both are numbers, or as good as. */
static void
assert_same_number (const Side *from, CK_OBJECT_HANDLE one, const Side *to, CK_OBJECT_HANDLE two,
                    CK_ATTRIBUTE_TYPE type)
{
	g_autoptr (GBytes) wanted = attribute (from, one, type);
	g_autoptr (GBytes) is = attribute (to, two, type);
	g_autoptr (GBytes) wanted_number = without_leading_zeros (wanted);
	g_autoptr (GBytes) is_number = without_leading_zeros (is);

	assert_bytes (is_number, wanted_number);
}

static void
assert_wraps (const Side *from, const Side *to, const WrapRow *row, CK_OBJECT_CLASS class, const char *label,
              const CK_ATTRIBUTE_TYPE *types)
{
	CK_OBJECT_HANDLE target = find (from, class, label);
	g_autoptr (GBytes) wrapped = seal (from, row, target);
	CK_OBJECT_HANDLE copy =
		unseal (to, row, wrapped, class, attribute_ulong (from, target, CKA_KEY_TYPE));

	for (; *types != 0; types++)
		assert_same_number (from, target, to, copy, *types);
}

static void
assert_wraps_cross (const Pair *pair, const WrapRow *row, CK_OBJECT_CLASS class, const char *label,
                    const CK_ATTRIBUTE_TYPE *types)
{
	g_test_message ("%s in %s", label, row->name);
	assert_wraps (pair->maker, pair->other, row, class, label, types);
	assert_wraps (pair->other, pair->maker, row, class, label, types);
}

/* --- secret keys --- */

static const struct {
	const char *label;
	CK_MECHANISM_TYPE generate;
	gsize len;
	gsize fixed_len;
} secrets[] = {
	{ "des", CKM_DES_KEY_GEN, 0, 8 },
	{ "des2", CKM_DES2_KEY_GEN, 0, 16 },
	{ "des3", CKM_DES3_KEY_GEN, 0, 24 },
	{ "aes-128", CKM_AES_KEY_GEN, 16, 16 },
	{ "aes-192", CKM_AES_KEY_GEN, 24, 24 },
	{ "aes-256", CKM_AES_KEY_GEN, 32, 32 },
	{ "generic-20", CKM_GENERIC_SECRET_KEY_GEN, 20, 20 },
	{ "generic-64", CKM_GENERIC_SECRET_KEY_GEN, 64, 64 },
};

/* SoftHSM 2.6 fills what it wraps with zeros to a multiple of eight, and says in the wrapping that they
 * belong to the key: of a secret that has another length nobody can tell. */
static gboolean
softhsm_lengthens (const WrapRow *row, gsize len)
{
	return len % 8 != 0 && (row->mechanism.mechanism == CKM_AES_KEY_WRAP_PAD ||
	                        row->mechanism.mechanism == CKM_RSA_AES_KEY_WRAP);
}

static void
secret_keys_cross (Pair *pair)
{
	static const CK_ATTRIBUTE_TYPE value[] = { CKA_VALUE, 0 };
	const WrapRow *row = pair->row;

	make_wrapping_key (pair->maker, row, "wrapping");
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "carrier", FALSE);

	for (guint i = 0; i < G_N_ELEMENTS (secrets); i++) {
		if (secrets[i].fixed_len % row->unit != 0 || secrets[i].fixed_len < row->least)
			continue;
		generate_secret (pair->maker, secrets[i].generate, secrets[i].len, secrets[i].label, TRUE);
		if (softhsm_lengthens (row, secrets[i].fixed_len))
			assert_wraps (pair->ours, pair->theirs, row, CKO_SECRET_KEY, secrets[i].label, value);
		else
			assert_wraps_cross (pair, row, CKO_SECRET_KEY, secrets[i].label, value);
	}
}

/* --- private keys --- */

typedef struct {
	const char *name;
	void (*generate) (const Side *side, const char *label);
	const CurveRow *curve; /* where it is on one */
	CK_ATTRIBUTE_TYPE types[9];
} PrivateRow;

static void
generate_rsa_1024 (const Side *side, const char *label)
{
	generate_rsa (side, 1024, label);
}

#define RSA_TYPES                                                                                            \
	{                                                                                                    \
		CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2,            \
			CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT                                      \
	}
#define CURVE_TYPES                                                                                          \
	{                                                                                                    \
		CKA_EC_PARAMS, CKA_VALUE                                                                     \
	}

static const PrivateRow privates[] = {
	{ "rsa", generate_rsa_1024, NULL, RSA_TYPES },
	{ "dsa", generate_dsa, NULL, { CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_VALUE } },
	{ "dh", generate_dh, NULL, { CKA_PRIME, CKA_BASE, CKA_VALUE } },
	{ "p224", NULL, &weierstrass_curves[0], CURVE_TYPES },
	{ "p256", NULL, &weierstrass_curves[1], CURVE_TYPES },
	{ "p384", NULL, &weierstrass_curves[2], CURVE_TYPES },
	{ "p521", NULL, &weierstrass_curves[3], CURVE_TYPES },
	{ "ed25519", NULL, &edwards_curves[0], CURVE_TYPES },
	{ "ed448", NULL, &edwards_curves[1], CURVE_TYPES },
};

static void
make_private (const Side *side, const PrivateRow *row)
{
	if (row->curve == NULL)
		row->generate (side, "target");
	else
		generate_pair (side, row->curve->generate, (CK_ATTRIBUTE)CURVE_PARAMS (row->curve), "target",
		               TRUE);
}

/* SoftHSM 2.6 wraps no Edwards keys. */
static gboolean
softhsm_wraps (const Pair *pair)
{
	CK_ULONG n;

	return pair->theirs->f->C_WrapKey (
		       pair->theirs->session, &kwp, find (pair->theirs, CKO_SECRET_KEY, "carrier"),
		       find (pair->theirs, CKO_PRIVATE_KEY, "target"), NULL, &n) == CKR_OK;
}

static gboolean
wraps_private_keys (const WrapRow *row)
{
	return row->unit == 1 && row->mechanism.mechanism != CKM_RSA_PKCS &&
	       row->mechanism.mechanism != CKM_RSA_PKCS_OAEP;
}

/* The zeros that SoftHSM 2.6 puts behind the encoding belong to the key as little.  We are right to wrap the
 * key alone; but what it has wrapped must be unwrapped. */
static void
private_keys_cross (Pair *pair)
{
	const PrivateRow *row = pair->row;

	if (row->curve != NULL && skip_without (pair, row->curve->generate))
		return;
	make_private (pair->maker, row);
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "carrier", FALSE);
	if (!softhsm_wraps (pair)) {
		g_test_skip ("this SoftHSM does not wrap such keys");
		return;
	}

	for (guint i = 0; i < G_N_ELEMENTS (wraps); i++) {
		CK_OBJECT_HANDLE old;

		if (!wraps_private_keys (&wraps[i]))
			continue;
		make_wrapping_key (pair->maker, &wraps[i], "wrapping");
		assert_wraps_cross (pair, &wraps[i], CKO_PRIVATE_KEY, "target", row->types);
		old = unwrapping_key (pair->maker, &wraps[i], "wrapping");
		assert_ok (pair->maker->f->C_DestroyObject (pair->maker->session, old));
	}
}

/* RFC 3394 knows no padding, but SoftHSM's zeros make every private key fit. */
static void
private_keys_without_padding_cross (Pair *pair)
{
	const PrivateRow *row = pair->row;

	if (row->curve != NULL && skip_without (pair, row->curve->generate))
		return;
	make_private (pair->maker, row);
	make_wrapping_key (pair->maker, &wraps[0], "wrapping");
	generate_secret (pair->maker, CKM_AES_KEY_GEN, 32, "carrier", FALSE);
	if (!softhsm_wraps (pair)) {
		g_test_skip ("this SoftHSM does not wrap such keys");
		return;
	}
	assert_wraps (pair->theirs, pair->ours, &wraps[0], CKO_PRIVATE_KEY, "target", row->types);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_ROWS ("wrapping", secret_keys_cross, wraps);
	ADD_ROWS ("wrapping", private_keys_cross, privates);
	ADD_ROWS ("wrapping", private_keys_without_padding_cross, privates);
	return g_test_run ();
}
