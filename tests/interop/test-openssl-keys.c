/* Key pairs, by us and by OpenSSL's command line: private keys go across in wrappings of PKCS #8, and each
 * verifies, decrypts or derives what the other has. */

#include "openssl.h"
#include "der.h"

/* --- key pairs --- */

/* A pair that we make and, if it differs, the arguments with which OpenSSL makes one of the same kind. */
typedef struct {
	const char *name;
	CK_KEY_TYPE type;
	void (*generate) (const Side *side, const char *label);
	const CurveRow *curve;
	CK_MECHANISM_TYPE curve_generate;
	const char *parameters; /* "genpkey -genparam", where parameters come first */
	const char *genpkey;
} KeyRow;

static void
generate_rsa_2048 (const Side *side, const char *label)
{
	generate_rsa (side, 2048, label);
}

enum { RSA, DSA, DH, P_224, P_256, P_384, P_521, ED25519, ED448, X25519, X448 };

#define EC_ROW(i, name)                                                                                      \
	{                                                                                                    \
		name, CKK_EC, NULL, &weierstrass_curves[i], CKM_EC_KEY_PAIR_GEN, NULL,                       \
			"-algorithm EC -pkeyopt ec_paramgen_curve:" name                                     \
	}
#define EDWARDS_ROW(i, name)                                                                                 \
	{                                                                                                    \
		name, CKK_EC_EDWARDS, NULL, &edwards_curves[i], CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL,           \
			"-algorithm " name                                                                   \
	}
#define MONTGOMERY_ROW(i, name)                                                                              \
	{                                                                                                    \
		name, CKK_EC_MONTGOMERY, NULL, &montgomery_curves[i], CKM_EC_MONTGOMERY_KEY_PAIR_GEN, NULL,  \
			"-algorithm " name                                                                   \
	}

static const KeyRow keys[] = {
	[RSA] = { "rsa", CKK_RSA, generate_rsa_2048,
	          .genpkey = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048" },
	[DSA] = { "dsa", CKK_DSA, generate_dsa,
	          .parameters =
	                  "-algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -pkeyopt dsa_paramgen_q_bits:160",
	          .genpkey = "-paramfile parameters" },
	[DH] = { "dh", CKK_DH, generate_dh, .genpkey = "-algorithm DH -pkeyopt group:modp_1536" },
	[P_224] = EC_ROW (0, "P-224"),
	[P_256] = EC_ROW (1, "P-256"),
	[P_384] = EC_ROW (2, "P-384"),
	[P_521] = EC_ROW (3, "P-521"),
	[ED25519] = EDWARDS_ROW (0, "ED25519"),
	[ED448] = EDWARDS_ROW (1, "ED448"),
	[X25519] = MONTGOMERY_ROW (0, "X25519"),
	[X448] = MONTGOMERY_ROW (1, "X448"),
};

/* Of these OpenSSL makes the parameters. */
static const KeyRow their_keys[] = {
	{ "dsa-2048-256", CKK_DSA,
	  .parameters = "-algorithm DSA -pkeyopt dsa_paramgen_bits:2048 -pkeyopt dsa_paramgen_q_bits:256",
	  .genpkey = "-paramfile parameters" },
	{ "dh-ffdhe2048", CKK_DH, .genpkey = "-algorithm DH -pkeyopt group:ffdhe2048" },
};

static CK_MECHANISM kwp = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };

static void
we_generate (const OpenSsl *openssl, const KeyRow *key)
{
	if (key->curve == NULL)
		key->generate (&openssl->side, "key");
	else
		generate_pair (&openssl->side, key->curve_generate, (CK_ATTRIBUTE)CURVE_PARAMS (key->curve),
		               "key", TRUE);
}

/* Makes NAME.pem. */
static void
openssl_generates (const OpenSsl *openssl, const KeyRow *key, const char *name)
{
	if (key->parameters != NULL)
		openssl_run (openssl, "genpkey -genparam %s -out parameters", key->parameters);
	openssl_run (openssl, "genpkey %s -out %s.pem", key->genpkey, name);
}

/* The PrivateKeyInfo in it. */
static GBytes *
private_of (const OpenSsl *openssl, const char *name)
{
	openssl_run (openssl, "pkcs8 -topk8 -nocrypt -in %s.pem -outform DER -out out", name);
	return openssl_take (openssl, "out");
}

/* The SubjectPublicKeyInfo that belongs to it. */
static GBytes *
public_of (const OpenSsl *openssl, const char *name)
{
	openssl_run (openssl, "pkey -in %s.pem -pubout -outform DER -out out", name);
	return openssl_take (openssl, "out");
}

/* Our private key comes to OpenSSL, which checks it, as NAME.pem; the public one as NAME.pub. */
static void
openssl_gets (const OpenSsl *openssl, CK_OBJECT_HANDLE private, const char *name)
{
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE kek = shared_key (openssl, CKK_AES, 32, &hex);
	g_autoptr (GBytes) wrapped = wrap (&openssl->side, &kwp, kek, private);
	g_autoptr (GBytes) info = openssl_unwrap (openssl, hex, TRUE, wrapped);

	openssl_give (openssl, "info", info);
	openssl_run (openssl, "pkey -inform DER -in info -out %s.pem", name);
	openssl_run (openssl, "pkey -in %s.pem -pubout -out %s.pub", name, name);
}

/* The public key in a SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7. */
static GBytes *
public_bits (GBytes *info)
{
	Bytes all = bytes (g_bytes_get_data (info, NULL), g_bytes_get_size (info));
	Bytes content, algorithm, bits;

	g_assert_true (der_is_one (all, DER_SEQUENCE, &content));
	g_assert_true (der_take (&content, DER_SEQUENCE, &algorithm));
	g_assert_true (der_take (&content, DER_BIT_STRING, &bits));
	g_assert_cmpuint (bits.data[0], ==, 0);
	return g_bytes_new (bits.data + 1, bits.len - 1);
}

/* --- private keys --- */

static CK_OBJECT_HANDLE
we_get (const OpenSsl *openssl, GBytes *info, CK_KEY_TYPE type)
{
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE kek = shared_key (openssl, CKK_AES, 32, &hex);
	g_autoptr (GBytes) wrapped = openssl_wrap (openssl, hex, TRUE, info);

	return unwrap (&openssl->side, &kwp, kek, wrapped, CKO_PRIVATE_KEY, type);
}

/* There and back: OpenSSL finds the same key in what we wrap again. */
static void
private_keys_of_openssl_are_unwrapped (OpenSsl *openssl)
{
	const KeyRow *key = openssl->row;
	g_autoptr (GBytes) info = NULL;
	g_autoptr (GBytes) public = NULL;
	g_autoptr (GBytes) same_public = NULL;

	openssl_generates (openssl, key, "theirs");
	info = private_of (openssl, "theirs");
	public = public_of (openssl, "theirs");

	openssl_gets (openssl, we_get (openssl, info, key->type), "back");

	same_public = public_of (openssl, "back");
	assert_bytes (same_public, public);
	openssl_run (openssl, "pkey -in back.pem -check -noout");
}

/* What our public key has as its value: a point, or a number. */
static GBytes *
our_public_value (const Side *side, const KeyRow *key)
{
	CK_OBJECT_HANDLE public = find (side, CKO_PUBLIC_KEY, "key");
	CK_ATTRIBUTE_TYPE type = key->type == CKK_RSA ? CKA_MODULUS : key->curve ? CKA_EC_POINT : CKA_VALUE;
	g_autoptr (GBytes) value = attribute (side, public, type);
	Bytes point;

	if (key->curve == NULL)
		return without_leading_zeros (value);
	g_assert_true (der_is_one (bytes (g_bytes_get_data (value, NULL), g_bytes_get_size (value)),
	                           DER_OCTET_STRING, &point));
	return g_bytes_new (point.data, point.len);
}

static void
private_keys_of_ours_are_unwrapped (OpenSsl *openssl)
{
	const KeyRow *key = openssl->row;
	g_autoptr (GBytes) value = NULL;
	g_autoptr (GBytes) info = NULL;
	g_autoptr (GBytes) bits = NULL;

	we_generate (openssl, key);
	openssl_gets (openssl, find (&openssl->side, CKO_PRIVATE_KEY, "key"), "ours");
	openssl_run (openssl, "pkey -in ours.pem -check -noout");

	value = our_public_value (&openssl->side, key);
	info = public_of (openssl, "ours");
	bits = public_bits (info);
	g_assert_nonnull (memmem (g_bytes_get_data (bits, NULL), g_bytes_get_size (bits),
	                          g_bytes_get_data (value, NULL), g_bytes_get_size (value)));
}

/* --- signatures --- */

typedef struct {
	const char *name;
	guint key;
	CK_MECHANISM mechanism;
	const char *dgst;    /* options of "openssl dgst", or NULL: */
	const char *pkeyutl; /* of "openssl pkeyutl" */
	gsize n_message;
	gsize n_number; /* of DSA and ECDSA, whose signature is DER there and two numbers here */
} SignRow;

#define PSS(hash, mgf, salt) &(PssParams){ hash, mgf, salt }, sizeof (PssParams)
#define PSS_OPTIONS(name, salt)                                                                              \
	"-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:" salt " -sigopt rsa_mgf1_md:" name

#define RSA_ROWS(name, n, hash, len)                                                                         \
	{ name "-rsa-pkcs", RSA, { CKM_##n##_RSA_PKCS, NULL, 0 }, "-" name, NULL, 99, 0 },                   \
		{ name "-rsa-pss",                                                                           \
		  RSA,                                                                                       \
		  { CKM_##n##_RSA_PKCS_PSS, PSS (CKM_##hash, CKG_MGF1_##n, len) },                           \
		  "-" name " " PSS_OPTIONS (name, #len),                                                     \
		  NULL,                                                                                      \
		  99,                                                                                        \
		  0 },                                                                                       \
	{                                                                                                    \
		name "-rsa-pss-salt-7", RSA, { CKM_##n##_RSA_PKCS_PSS, PSS (CKM_##hash, CKG_MGF1_##n, 7) },  \
			"-" name " " PSS_OPTIONS (name, "7"), NULL, 99, 0                                    \
	}
#define HASHED_ROWS(name, n)                                                                                 \
	{ name "-dsa", DSA, { CKM_DSA_##n, NULL, 0 }, "-" name, NULL, 99, 20 },                              \
		{ name "-ecdsa-p224", P_224, { CKM_ECDSA_##n, NULL, 0 }, "-" name, NULL, 99, 28 },           \
		{ name "-ecdsa-p256", P_256, { CKM_ECDSA_##n, NULL, 0 }, "-" name, NULL, 99, 32 },           \
		{ name "-ecdsa-p384", P_384, { CKM_ECDSA_##n, NULL, 0 }, "-" name, NULL, 99, 48 },           \
	{                                                                                                    \
		name "-ecdsa-p521", P_521, { CKM_ECDSA_##n, NULL, 0 }, "-" name, NULL, 99, 66                \
	}
#define ECDSA_ROW(name, key, n)                                                                              \
	{                                                                                                    \
		name, key, { CKM_ECDSA, NULL, 0 }, NULL, "", 28, n                                           \
	}

static const SignRow signs[] = {
	{ "md5-rsa-pkcs", RSA, { CKM_MD5_RSA_PKCS, NULL, 0 }, "-md5", NULL, 99, 0 },
	RSA_ROWS ("sha1", SHA1, SHA_1, 20),
	RSA_ROWS ("sha224", SHA224, SHA224, 28),
	RSA_ROWS ("sha256", SHA256, SHA256, 32),
	RSA_ROWS ("sha384", SHA384, SHA384, 48),
	RSA_ROWS ("sha512", SHA512, SHA512, 64),
	RSA_ROWS ("sha3-224", SHA3_224, SHA3_224, 28),
	RSA_ROWS ("sha3-256", SHA3_256, SHA3_256, 32),
	RSA_ROWS ("sha3-384", SHA3_384, SHA3_384, 48),
	RSA_ROWS ("sha3-512", SHA3_512, SHA3_512, 64),
	{ "rsa-pkcs-of-anything",
	  RSA,
	  { CKM_RSA_PKCS, NULL, 0 },
	  NULL,
	  "-pkeyopt rsa_padding_mode:pkcs1",
	  50,
	  0 },
	{ "rsa-pss-of-hash",
	  RSA,
	  { CKM_RSA_PKCS_PSS, PSS (CKM_SHA256, CKG_MGF1_SHA256, 32) },
	  NULL,
	  "-pkeyopt rsa_padding_mode:pss -pkeyopt digest:sha256 -pkeyopt rsa_pss_saltlen:32",
	  32,
	  0 },
	HASHED_ROWS ("sha1", SHA1),
	HASHED_ROWS ("sha224", SHA224),
	HASHED_ROWS ("sha256", SHA256),
	HASHED_ROWS ("sha384", SHA384),
	HASHED_ROWS ("sha512", SHA512),
	HASHED_ROWS ("sha3-224", SHA3_224),
	HASHED_ROWS ("sha3-256", SHA3_256),
	HASHED_ROWS ("sha3-384", SHA3_384),
	HASHED_ROWS ("sha3-512", SHA3_512),
	{ "dsa-of-hash", DSA, { CKM_DSA, NULL, 0 }, NULL, "", 20, 20 },
	ECDSA_ROW ("ecdsa-p224", P_224, 28),
	ECDSA_ROW ("ecdsa-p256", P_256, 32),
	ECDSA_ROW ("ecdsa-p384", P_384, 48),
	ECDSA_ROW ("ecdsa-p521", P_521, 66),
	{ "eddsa-ed25519", ED25519, { CKM_EDDSA, NULL, 0 }, NULL, "-rawin", 99, 0 },
	{ "eddsa-ed448", ED448, { CKM_EDDSA, NULL, 0 }, NULL, "-rawin", 99, 0 },
};

static GBytes *
to_der (GBytes *signature, gsize n_number)
{
	const CK_BYTE *data = g_bytes_get_data (signature, NULL);
	auto_wipe Buf numbers = BUF_PLAIN;
	auto_wipe Buf whole = BUF_PLAIN;

	if (n_number == 0)
		return g_bytes_ref (signature);
	g_assert_cmpuint (g_bytes_get_size (signature), ==, 2 * n_number);
	g_assert_true (der_put_unsigned (&numbers, bytes (data, n_number)));
	g_assert_true (der_put_unsigned (&numbers, bytes (data + n_number, n_number)));
	g_assert_true (der_put (&whole, DER_SEQUENCE, bytes_of (&numbers)));
	return g_bytes_new (whole.data, whole.len);
}

static void
take_number (Bytes *content, CK_BYTE *to, gsize n_number)
{
	Bytes number;

	g_assert_true (der_take_unsigned (content, &number));
	g_assert_cmpuint (number.len, <=, n_number);
	memcpy (to + n_number - number.len, number.data, number.len);
}

static GBytes *
from_der (GBytes *signature, gsize n_number)
{
	CK_BYTE numbers[2 * 66] = { 0 };
	Bytes content;

	if (n_number == 0)
		return g_bytes_ref (signature);
	g_assert_true (der_is_one (bytes (g_bytes_get_data (signature, NULL), g_bytes_get_size (signature)),
	                           DER_SEQUENCE, &content));
	take_number (&content, numbers, n_number);
	take_number (&content, numbers + n_number, n_number);
	return g_bytes_new (numbers, 2 * n_number);
}

static void
openssl_verifies (const OpenSsl *openssl, const SignRow *row)
{
	if (row->dgst != NULL)
		openssl_run (openssl, "dgst %s -verify ours.pub -signature signature message", row->dgst);
	else
		openssl_run (openssl,
		             "pkeyutl -verify %s -pubin -inkey ours.pub -in message -sigfile signature",
		             row->pkeyutl);
}

static void
openssl_signs (const OpenSsl *openssl, const SignRow *row)
{
	if (row->dgst != NULL)
		openssl_run (openssl, "dgst %s -sign ours.pem -out signature message", row->dgst);
	else
		openssl_run (openssl, "pkeyutl -sign %s -inkey ours.pem -in message -out signature",
		             row->pkeyutl);
}

static void
signatures_cross (OpenSsl *openssl)
{
	const SignRow *row = openssl->row;
	const Side *side = &openssl->side;
	CK_MECHANISM mechanism = row->mechanism;
	g_autoptr (GBytes) data = message (row->n_message);
	g_autoptr (GBytes) ours = NULL;
	g_autoptr (GBytes) ours_der = NULL;
	g_autoptr (GBytes) theirs = NULL;
	g_autoptr (GBytes) theirs_der = NULL;

	we_generate (openssl, &keys[row->key]);
	openssl_gets (openssl, find (side, CKO_PRIVATE_KEY, "key"), "ours");
	openssl_give (openssl, "message", data);

	ours = sign (side, &mechanism, find (side, CKO_PRIVATE_KEY, "key"), data);
	ours_der = to_der (ours, row->n_number);
	openssl_give (openssl, "signature", ours_der);
	openssl_verifies (openssl, row);

	openssl_signs (openssl, row);
	theirs_der = openssl_take (openssl, "signature");
	theirs = from_der (theirs_der, row->n_number);
	assert_ok (verify (side, &mechanism, find (side, CKO_PUBLIC_KEY, "key"), data, theirs));
}

/* --- encryption --- */

typedef struct {
	const char *name;
	CK_MECHANISM mechanism;
	const char *options;
	gsize n_message;
} EncryptRow;

#define OAEP(hash, mgf, label, n)                                                                            \
	&(OaepParams){ hash, mgf, CKZ_DATA_SPECIFIED, (void *)(guintptr)label, n }, sizeof (OaepParams)
#define OAEP_OPTIONS(hash, mgf)                                                                              \
	"-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:" hash " -pkeyopt rsa_mgf1_md:" mgf
#define OAEP_ROW(name, hash, n)                                                                              \
	{                                                                                                    \
		name "-oaep", { CKM_RSA_PKCS_OAEP, OAEP (CKM_##hash, CKG_MGF1_##n, NULL, 0) },               \
			OAEP_OPTIONS (name, name), 50                                                        \
	}

static const EncryptRow encrypts[] = {
	{ "pkcs1", { CKM_RSA_PKCS, NULL, 0 }, "-pkeyopt rsa_padding_mode:pkcs1", 50 },
	{ "raw", { CKM_RSA_X_509, NULL, 0 }, "-pkeyopt rsa_padding_mode:none", 256 },
	OAEP_ROW ("sha1", SHA_1, SHA1),
	OAEP_ROW ("sha224", SHA224, SHA224),
	OAEP_ROW ("sha256", SHA256, SHA256),
	OAEP_ROW ("sha384", SHA384, SHA384),
	OAEP_ROW ("sha512", SHA512, SHA512),
	OAEP_ROW ("sha3-256", SHA3_256, SHA3_256),
	{ "oaep-other-mgf",
	  { CKM_RSA_PKCS_OAEP, OAEP (CKM_SHA256, CKG_MGF1_SHA1, NULL, 0) },
	  OAEP_OPTIONS ("sha256", "sha1"),
	  50 },
	{ "oaep-label",
	  { CKM_RSA_PKCS_OAEP, OAEP (CKM_SHA256, CKG_MGF1_SHA256, "label", 5) },
	  OAEP_OPTIONS ("sha256", "sha256") " -pkeyopt rsa_oaep_label:6c6162656c",
	  50 },
};

static void
ciphertexts_cross (OpenSsl *openssl)
{
	const EncryptRow *row = openssl->row;
	const Side *side = &openssl->side;
	CK_MECHANISM mechanism = row->mechanism;
	g_autoptr (GBytes) data = message (row->n_message);
	g_autoptr (GBytes) ours = NULL;
	g_autoptr (GBytes) theirs = NULL;
	g_autoptr (GBytes) plain = NULL;

	we_generate (openssl, &keys[RSA]);
	openssl_gets (openssl, find (side, CKO_PRIVATE_KEY, "key"), "ours");

	ours = encrypt (side, &mechanism, find (side, CKO_PUBLIC_KEY, "key"), data);
	openssl_give (openssl, "in", ours);
	openssl_run (openssl, "pkeyutl -decrypt %s -inkey ours.pem -in in -out out", row->options);
	plain = openssl_take (openssl, "out");
	assert_bytes (plain, data);
	g_clear_pointer (&plain, g_bytes_unref);

	openssl_give (openssl, "in", data);
	openssl_run (openssl, "pkeyutl -encrypt %s -pubin -inkey ours.pub -in in -out out", row->options);
	theirs = openssl_take (openssl, "out");
	plain = decrypt (side, &mechanism, find (side, CKO_PRIVATE_KEY, "key"), theirs);
	assert_bytes (plain, data);
}

/* --- agreement --- */

typedef struct {
	const char *name;
	guint key;
	CK_ULONG kdf;
	const char *digest; /* of the KDF of X9.63 */
	gsize len;          /* 0: the whole secret */
} AgreeRow;

#define SHARED "what both know"
#define KDF_ROW(name, n, key, len)                                                                           \
	{                                                                                                    \
		name "-" #key, key, CKD_##n##_KDF, name, len                                                 \
	}

static const AgreeRow agreements[] = {
	{ "dh", DH, 0, NULL, 0 },
	{ "p224", P_224, CKD_NULL, NULL, 0 },
	{ "p256", P_256, CKD_NULL, NULL, 0 },
	{ "p384", P_384, CKD_NULL, NULL, 0 },
	{ "p521", P_521, CKD_NULL, NULL, 0 },
	{ "x25519", X25519, CKD_NULL, NULL, 0 },
	{ "x448", X448, CKD_NULL, NULL, 0 },
	KDF_ROW ("sha1", SHA1, P_256, 32),
	KDF_ROW ("sha224", SHA224, P_224, 100),
	KDF_ROW ("sha256", SHA256, P_256, 33),
	KDF_ROW ("sha384", SHA384, P_384, 48),
	KDF_ROW ("sha512", SHA512, P_521, 200),
	KDF_ROW ("sha3-224", SHA3_224, P_256, 28),
	KDF_ROW ("sha3-256", SHA3_256, X25519, 40),
	KDF_ROW ("sha3-384", SHA3_384, P_384, 16),
	KDF_ROW ("sha3-512", SHA3_512, X448, 65),
};

/* The other's public key as the mechanism takes it. */
static GBytes *
peer_value (const OpenSsl *openssl, const KeyRow *key)
{
	g_autoptr (GBytes) info = public_of (openssl, "peer");
	GBytes *bits = public_bits (info);
	Bytes in = bytes (g_bytes_get_data (bits, NULL), g_bytes_get_size (bits)), number;
	GBytes *value;

	if (key->curve != NULL)
		return bits;
	g_assert_true (der_take_unsigned (&in, &number));
	value = g_bytes_new (number.data, number.len);
	g_bytes_unref (bits);
	return value;
}

static GBytes *
we_derive (const OpenSsl *openssl, const AgreeRow *row)
{
	const Side *side = &openssl->side;
	g_autoptr (GBytes) peer = peer_value (openssl, &keys[row->key]);
	CK_BYTE *data = (CK_BYTE *)(guintptr)g_bytes_get_data (peer, NULL);
	gsize n = g_bytes_get_size (peer);
	EcdhParams ecdh = { row->kdf, row->digest ? strlen (SHARED) : 0,
		            row->digest ? (CK_BYTE *)SHARED : NULL, n, data };
	CK_MECHANISM on_curve = { CKM_ECDH1_DERIVE, &ecdh, sizeof ecdh },
		     dh = { CKM_DH_PKCS_DERIVE, data, n };

	return attribute (side,
	                  derive (side, row->key == DH ? &dh : &on_curve, find (side, CKO_PRIVATE_KEY, "key"),
	                          CKK_GENERIC_SECRET, row->len),
	                  CKA_VALUE);
}

static GBytes *
openssl_derives (const OpenSsl *openssl, const AgreeRow *row)
{
	g_autoptr (GBytes) secret = NULL;
	g_autofree char *hex = NULL;

	openssl_run (openssl, "pkeyutl -derive -inkey peer.pem -peerkey ours.pub -out out %s",
	             row->key == DH ? "-pkeyopt dh_pad:1" : "");
	secret = openssl_take (openssl, "out");
	if (row->digest == NULL)
		return g_steal_pointer (&secret);
	hex = bytes_hex (secret);
	openssl_run (openssl,
	             "kdf -binary -out out -keylen %zu -kdfopt digest:%s -kdfopt hexsecret:%s "
	             "-kdfopt \"info:" SHARED "\" x963kdf",
	             row->len, row->digest, hex);
	return openssl_take (openssl, "out");
}

static void
secrets_are_the_same (OpenSsl *openssl)
{
	const AgreeRow *row = openssl->row;
	g_autoptr (GBytes) ours = NULL;
	g_autoptr (GBytes) theirs = NULL;

	we_generate (openssl, &keys[row->key]);
	openssl_gets (openssl, find (&openssl->side, CKO_PRIVATE_KEY, "key"), "ours");
	openssl_generates (openssl, &keys[row->key], "peer");

	ours = we_derive (openssl, row);
	theirs = openssl_derives (openssl, row);

	assert_bytes (ours, theirs);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_OPENSSL ("keys", private_keys_of_openssl_are_unwrapped, keys);
	ADD_OPENSSL ("keys", private_keys_of_openssl_are_unwrapped, their_keys);
	ADD_OPENSSL ("keys", private_keys_of_ours_are_unwrapped, keys);
	ADD_OPENSSL ("keys", signatures_cross, signs);
	ADD_OPENSSL ("keys", ciphertexts_cross, encrypts);
	ADD_OPENSSL ("keys", secrets_are_the_same, agreements);
	return g_test_run ();
}
