/* Wycheproof's files for elliptic curves: ECDSA, ECDH, EdDSA, X25519 and X448. */

#include "vectors.h"

#include "der.h"
#include "params.h"

/* OIDs with tag and length; the lengths of coordinates. */
static const struct {
	const char *name;
	CK_KEY_TYPE key_type;
	guint n;
	const char *oid;
} curves[] = {
	/* SEC 2 */
	{ "secp192r1", CKK_EC, 24, "06082a8648ce3d030101" },
	{ "secp224r1", CKK_EC, 28, "06052b81040021" },
	{ "secp256r1", CKK_EC, 32, "06082a8648ce3d030107" },
	{ "secp384r1", CKK_EC, 48, "06052b81040022" },
	{ "secp521r1", CKK_EC, 66, "06052b81040023" },
	{ "secp192k1", CKK_EC, 24, "06052b8104001f" },
	{ "secp224k1", CKK_EC, 29, "06052b81040020" },
	{ "secp256k1", CKK_EC, 32, "06052b8104000a" },
	/* RFC 5639 */
	{ "brainpoolP224r1", CKK_EC, 28, "06092b2403030208010105" },
	{ "brainpoolP224t1", CKK_EC, 28, "06092b2403030208010106" },
	{ "brainpoolP256r1", CKK_EC, 32, "06092b2403030208010107" },
	{ "brainpoolP256t1", CKK_EC, 32, "06092b2403030208010108" },
	{ "brainpoolP320r1", CKK_EC, 40, "06092b2403030208010109" },
	{ "brainpoolP320t1", CKK_EC, 40, "06092b240303020801010a" },
	{ "brainpoolP384r1", CKK_EC, 48, "06092b240303020801010b" },
	{ "brainpoolP384t1", CKK_EC, 48, "06092b240303020801010c" },
	{ "brainpoolP512r1", CKK_EC, 64, "06092b240303020801010d" },
	{ "brainpoolP512t1", CKK_EC, 64, "06092b240303020801010e" },
	/* RFC 8410 */
	{ "edwards25519", CKK_EC_EDWARDS, 32, "06032b6570" },
	{ "edwards448", CKK_EC_EDWARDS, 57, "06032b6571" },
	{ "curve25519", CKK_EC_MONTGOMERY, 32, "06032b656e" },
	{ "curve448", CKK_EC_MONTGOMERY, 56, "06032b656f" },
};

static int
curve_named (const char *name)
{
	for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (curves); i++)
		if (g_str_equal (curves[i].name, name))
			return (int)i;
	return -1;
}

static const char *
name_of_curve (Run *run)
{
	JsonObject *key = json_object_has_member (run->group, "publicKey")
	                          ? json_object_get_object_member (run->group, "publicKey")
	                          : NULL;

	return string_member (key ? key : run->group, "curve");
}

/* A public key from the bare point in @member of the group's key. */
static CK_RV
make_public (Run *run, const char *member, CK_OBJECT_HANDLE *key)
{
	int curve = curve_named (name_of_curve (run));
	g_autoptr (GBytes) point = hex_member (json_object_get_object_member (run->group, "publicKey"), member);
	g_autoptr (GBytes) oid = from_hex (curve >= 0 ? curves[curve].oid : "");
	auto_wipe Buf wrapped = BUF_PLAIN;

	if (curve < 0)
		return CKR_CURVE_NOT_SUPPORTED;
	g_assert_true (der_put (&wrapped, DER_OCTET_STRING, bytes (bytes_start (point), g_bytes_get_size (point))));
	return make_object (run, CKO_PUBLIC_KEY, curves[curve].key_type,
	                    (CK_ATTRIBUTE[]){ { CKA_EC_PARAMS, BYTES (oid) },
	                                      { CKA_EC_POINT, wrapped.data, wrapped.len },
	                                      A_BOOL (CKA_VERIFY, CK_TRUE) },
	                    3, key);
}

/* --- ECDSA --- */

static CK_RV
make_ecdsa_public (Run *run, CK_OBJECT_HANDLE *key)
{
	return make_public (run, "uncompressed", key);
}

static gboolean
ecdsa_mechanism (Run *run, const char **absent)
{
	const Hash *hash = hash_named (string_member (run->group, "sha"));

	run->mechanism = hash ? hash->ecdsa : 0;
	*absent = "PKCS #11 has no mechanism with this hash";
	return hash != NULL && hash->ecdsa != CK_UNAVAILABLE_INFORMATION;
}

/* As it is, and as a digest to CKM_ECDSA. */
static Verdict
verify_ecdsa (Run *run, GBytes *message, GBytes *signature)
{
	CK_MECHANISM hashed = { run->mechanism, NULL, 0 }, raw = { CKM_ECDSA, NULL, 0 };
	CK_MECHANISM digest = { hash_named (string_member (run->group, "sha"))->digest, NULL, 0 };
	CK_FUNCTION_LIST *f = run->module->f;
	g_autoptr (GBytes) digested = NULL;
	CK_BYTE made[64];
	CK_ULONG n = sizeof made;
	Verdict verdict = verify (run, &hashed, run->key, message, signature, TRUE);

	assert_ok (f->C_DigestInit (run->session, &digest));
	assert_ok (f->C_Digest (run->session, BYTES (message), made, &n));
	digested = g_bytes_new (made, n);
	return verify (run, &raw, run->key, digested, signature, FALSE) == verdict ? verdict : WRONG;
}

static Verdict
judge_ecdsa_p1363 (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) signature = hex_member (run->test, "sig");

	return verify_ecdsa (run, message, signature);
}

static Verdict
judge_ecdsa (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) der = hex_member (run->test, "sig");
	g_autoptr (GBytes) signature = signature_from_der (der, curves[curve_named (name_of_curve (run))].n);

	return signature ? verify_ecdsa (run, message, signature) : REFUSED;
}

/* --- EdDSA --- */

static CK_RV
make_eddsa_public (Run *run, CK_OBJECT_HANDLE *key)
{
	return make_public (run, "pk", key);
}

static gboolean
eddsa_mechanism (Run *run, const char **absent)
{
	run->mechanism = CKM_EDDSA;
	return g_strcmp0 (run->algorithm, "EDDSA") == 0;
}

static Verdict
judge_eddsa (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) signature = hex_member (run->test, "sig");
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };

	return verify (run, &mechanism, run->key, message, signature, TRUE);
}

/* --- key agreement --- */

static gboolean
ecdh_mechanism (Run *run, const char **absent)
{
	int curve = curve_named (name_of_curve (run));

	run->mechanism = CKM_ECDH1_DERIVE;
	*absent = "the runner knows no such curve";
	return curve >= 0 && g_strcmp0 (string_member (run->group, "encoding"), "pem") != 0;
}

/* The vector's private key. */
static CK_RV
make_private (Run *run, CK_OBJECT_HANDLE *key)
{
	int curve = curve_named (name_of_curve (run));
	g_autoptr (GBytes) value = hex_member (run->test, "private");
	g_autoptr (GBytes) oid = from_hex (curves[curve].oid);

	return make_object (run, CKO_PRIVATE_KEY, curves[curve].key_type,
	                    (CK_ATTRIBUTE[]){ { CKA_EC_PARAMS, BYTES (oid) },
	                                      { CKA_VALUE, BYTES (value) },
	                                      A_BOOL (CKA_DERIVE, CK_TRUE),
	                                      A_BOOL (CKA_SENSITIVE, CK_FALSE),
	                                      A_BOOL (CKA_EXTRACTABLE, CK_TRUE) },
	                    5, key);
}

/* A group's first key only shows whether the module has the curve: each vector has one of its own. */
static CK_RV
try_curve (Run *run, CK_OBJECT_HANDLE *key)
{
	JsonArray *tests = json_object_get_array_member (run->group, "tests");

	run->test = json_array_get_object_element (tests, 0);
	return make_private (run, key);
}

static Verdict
derive_and_compare (Run *run, CK_OBJECT_HANDLE base, Bytes point, GBytes *wanted)
{
	EcdhParams params = { .kdf = CKD_NULL, .n_public = point.len, .public = (CK_BYTE *)(guintptr)point.data };
	CK_MECHANISM mechanism = { run->mechanism, &params, sizeof params };
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY),    A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
		A_BOOL (CKA_TOKEN, CK_FALSE),           A_BOOL (CKA_PRIVATE, CK_FALSE),
		A_BOOL (CKA_EXTRACTABLE, CK_TRUE),      A_BOOL (CKA_SENSITIVE, CK_FALSE),
		A_ULONG (CKA_VALUE_LEN, curves[curve_named (name_of_curve (run))].n),
	};
	g_autoptr (GBytes) value = NULL;
	CK_OBJECT_HANDLE key;

	if (run->module->f->C_DeriveKey (run->session, &mechanism, base, template, G_N_ELEMENTS (template), &key) != CKR_OK)
		return REFUSED;
	value = get_attribute (run->module, run->session, key, CKA_VALUE);
	destroy (run, key);
	return value != NULL && g_bytes_equal (value, wanted) ? ACCEPTED : WRONG;
}

/* The point bare and as an OCTET STRING: PKCS #11 allows both, and the answer must be one. */
static Verdict
agree (Run *run, Bytes point)
{
	g_autoptr (GBytes) shared = hex_member (run->test, "shared");
	auto_wipe Buf wrapped = BUF_PLAIN;
	CK_OBJECT_HANDLE base;
	Verdict verdict;

	if (make_private (run, &base) != CKR_OK)
		return REFUSED;
	g_assert_true (der_put (&wrapped, DER_OCTET_STRING, point));
	verdict = derive_and_compare (run, base, point, shared);
	if (derive_and_compare (run, base, bytes_of (&wrapped), shared) != verdict)
		verdict = WRONG;
	destroy (run, base);
	return verdict;
}

static Verdict
judge_ecdh_point (Run *run)
{
	g_autoptr (GBytes) public = hex_member (run->test, "public");

	return agree (run, bytes (bytes_start (public), g_bytes_get_size (public)));
}

/* What whoever reads a SubjectPublicKeyInfo must do before asking a token: the curve must be the private
 * key's, by its name, and the point goes on.  RFC 5480. */
static gboolean
point_from_spki (GBytes *spki, const char *curve_oid, Bytes *point)
{
	static const guint8 ec_public_key[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };
	g_autoptr (GBytes) oid = from_hex (curve_oid);
	Bytes parts, algorithm, name, bits;

	if (!der_is_one (bytes (bytes_start (spki), g_bytes_get_size (spki)), DER_SEQUENCE, &parts) ||
	    !der_take (&parts, DER_SEQUENCE, &algorithm) || !der_is_one (parts, DER_BIT_STRING, &bits) ||
	    !der_take (&algorithm, DER_OID, &name) ||
	    !bytes_equal (name, bytes (ec_public_key, sizeof ec_public_key)) ||
	    !bytes_equal (algorithm, bytes (bytes_start (oid), g_bytes_get_size (oid))) || bits.len < 1 ||
	    bits.data[0] != 0)
		return FALSE;
	*point = bytes (bits.data + 1, bits.len - 1);
	return TRUE;
}

static Verdict
judge_ecdh (Run *run)
{
	g_autoptr (GBytes) public = hex_member (run->test, "public");
	Bytes point;

	if (!point_from_spki (public, curves[curve_named (name_of_curve (run))].oid, &point))
		return REFUSED;
	return agree (run, point);
}

const Way ec_ways[] = {
	{ "EcdsaVerify", ecdsa_mechanism, judge_ecdsa, make_ecdsa_public },
	{ "EcdsaP1363Verify", ecdsa_mechanism, judge_ecdsa_p1363, make_ecdsa_public },
	{ "EddsaVerify", eddsa_mechanism, judge_eddsa, make_eddsa_public },
	{ "EcdhTest", ecdh_mechanism, judge_ecdh, try_curve },
	{ "EcdhEcpointTest", ecdh_mechanism, judge_ecdh_point, try_curve },
	{ "XdhComp", ecdh_mechanism, judge_ecdh_point, try_curve },
	{ NULL, NULL, NULL, NULL },
};
