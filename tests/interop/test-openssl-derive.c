/* What is derived from secrets and passwords, by us and by OpenSSL's command line. */

#include "openssl.h"

static GBytes *
we_derive (const OpenSsl *openssl, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, gsize len)
{
	return attribute (&openssl->side, derive (&openssl->side, mechanism, key, CKK_GENERIC_SECRET, len),
	                  CKA_VALUE);
}

/* --- HKDF, RFC 5869 --- */

#define SALT "a salt of 16 byte"
#define INFO "what it is for"

typedef struct {
	const char *name;
	const char *digest;
	CK_MECHANISM_TYPE hash;
	CK_BBOOL extract, expand;
	gboolean salted;
	gsize len;
} HkdfRow;

#define HKDF_ROWS(name, n)                                                                                   \
	{ name, name, CKM_##n, CK_TRUE, CK_TRUE, TRUE, 42 },                                                 \
		{ name "-without-salt", name, CKM_##n, CK_TRUE, CK_TRUE, FALSE, 100 },                       \
		{ name "-extract", name, CKM_##n, CK_TRUE, CK_FALSE, TRUE, 0 },                              \
	{                                                                                                    \
		name "-expand", name, CKM_##n, CK_FALSE, CK_TRUE, TRUE, 100                                  \
	}

static const HkdfRow hkdfs[] = {
	HKDF_ROWS ("sha1", SHA_1),        HKDF_ROWS ("sha224", SHA224), HKDF_ROWS ("sha256", SHA256),
	HKDF_ROWS ("sha384", SHA384),     HKDF_ROWS ("sha512", SHA512), HKDF_ROWS ("sha3-256", SHA3_256),
	HKDF_ROWS ("sha3-512", SHA3_512),
};

static const char *
hkdf_mode (const HkdfRow *row)
{
	if (row->extract && row->expand)
		return "EXTRACT_AND_EXPAND";
	return row->extract ? "EXTRACT_ONLY" : "EXPAND_ONLY";
}

static void
hkdf_derives_the_same (OpenSsl *openssl)
{
	const HkdfRow *row = openssl->row;
	HkdfParams params = {
		.extract = row->extract,
		.expand = row->expand,
		.hash = row->hash,
		.salt_type = row->salted ? CKF_HKDF_SALT_DATA : CKF_HKDF_SALT_NULL,
		.salt = row->salted ? (CK_BYTE *)SALT : NULL,
		.n_salt = row->salted ? strlen (SALT) : 0,
		.info = (CK_BYTE *)INFO,
		.n_info = strlen (INFO),
	};
	CK_MECHANISM mechanism = { CKM_HKDF_DERIVE, &params, sizeof params };
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE key = shared_key (openssl, CKK_GENERIC_SECRET, 64, &hex);
	g_autoptr (GBytes) ours = we_derive (openssl, &mechanism, key, row->len);
	g_autoptr (GBytes) theirs = NULL;

	openssl_run (
		openssl,
		"kdf -binary -out out -keylen %zu -kdfopt digest:%s -kdfopt hexkey:%s -kdfopt mode:%s %s "
		"-kdfopt \"info:" INFO "\" hkdf",
		g_bytes_get_size (ours), row->digest, hex, hkdf_mode (row),
		row->salted ? "-kdfopt \"salt:" SALT "\"" : "");
	theirs = openssl_take (openssl, "out");
	assert_bytes (ours, theirs);
}

/* --- PBKDF2, RFC 8018 --- */

typedef struct {
	const char *name;
	CK_ULONG prf;
} Pbkdf2Row;

static const Pbkdf2Row pbkdf2s[] = {
	{ "sha1", CKP_PKCS5_PBKD2_HMAC_SHA1 },
	{ "sha224", CKP_PKCS5_PBKD2_HMAC_SHA224 },
	{ "sha256", CKP_PKCS5_PBKD2_HMAC_SHA256 },
	{ "sha384", CKP_PKCS5_PBKD2_HMAC_SHA384 },
	{ "sha512", CKP_PKCS5_PBKD2_HMAC_SHA512 },
	{ "sha512-224", CKP_PKCS5_PBKD2_HMAC_SHA512_224 },
	{ "sha512-256", CKP_PKCS5_PBKD2_HMAC_SHA512_256 },
};

static void
pbkdf2_derives_the_same (OpenSsl *openssl)
{
	const Pbkdf2Row *row = openssl->row;
	const Side *side = &openssl->side;
	Pbkdf2Params params = {
		.salt_source = CKZ_SALT_SPECIFIED,
		.salt = (void *)(guintptr)SALT,
		.n_salt = strlen (SALT),
		.iterations = 1000,
		.prf = row->prf,
		.password = (CK_BYTE *)"a password",
		.n_password = strlen ("a password"),
	};
	CK_MECHANISM mechanism = { CKM_PKCS5_PBKD2, &params, sizeof params };
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
		A_BOOL (CKA_SENSITIVE, CK_FALSE),    A_BOOL (CKA_EXTRACTABLE, CK_TRUE),
		A_ULONG (CKA_VALUE_LEN, 77),
	};
	CK_OBJECT_HANDLE key;
	g_autoptr (GBytes) ours = NULL;
	g_autoptr (GBytes) theirs = NULL;

	assert_ok (
		side->f->C_GenerateKey (side->session, &mechanism, template, G_N_ELEMENTS (template), &key));
	ours = attribute (side, key, CKA_VALUE);

	openssl_run (openssl,
	             "kdf -binary -out out -keylen 77 -kdfopt digest:%s -kdfopt \"pass:a password\" "
	             "-kdfopt \"salt:" SALT "\" -kdfopt iter:1000 pbkdf2",
	             row->name);
	theirs = openssl_take (openssl, "out");
	assert_bytes (ours, theirs);
}

/* --- SP 800-108 --- */

#define LABEL   "the label"
#define CONTEXT "the context"

typedef struct {
	const char *name;
	const char *options;
	CK_MECHANISM_TYPE prf;
	CK_KEY_TYPE type;
	gsize n_key;
	gsize n_prf; /* what it gives: so long OpenSSL wants the initial value */
	gboolean feedback, separator, length;
	gsize len;
} KbkdfRow;

#define KBKDF_ROWS(name, options, prf, type, n_key, n_prf)                                                   \
	{ name "-counter", options, prf, type, n_key, n_prf, FALSE, TRUE, TRUE, 100 },                       \
		{ name "-counter-bare", options, prf, type, n_key, n_prf, FALSE, FALSE, FALSE, 100 },        \
		{ name "-feedback", options, prf, type, n_key, n_prf, TRUE, TRUE, TRUE, 100 },               \
	{                                                                                                    \
		name "-feedback-bare", options, prf, type, n_key, n_prf, TRUE, FALSE, FALSE, 100             \
	}
#define HMAC_OPTIONS(hash)   "-kdfopt mac:HMAC -kdfopt digest:" hash
#define CMAC_OPTIONS(cipher) "-kdfopt mac:CMAC -kdfopt cipher:" cipher "-CBC"

static const KbkdfRow kbkdfs[] = {
	KBKDF_ROWS ("hmac-sha1", HMAC_OPTIONS ("SHA1"), CKM_SHA_1_HMAC, CKK_GENERIC_SECRET, 32, 20),
	KBKDF_ROWS ("hmac-sha256", HMAC_OPTIONS ("SHA256"), CKM_SHA256_HMAC, CKK_GENERIC_SECRET, 32, 32),
	KBKDF_ROWS ("hmac-sha384", HMAC_OPTIONS ("SHA384"), CKM_SHA384_HMAC, CKK_GENERIC_SECRET, 32, 48),
	KBKDF_ROWS ("hmac-sha3-512", HMAC_OPTIONS ("SHA3-512"), CKM_SHA3_512_HMAC, CKK_GENERIC_SECRET, 32,
	            64),
	KBKDF_ROWS ("cmac-aes-128", CMAC_OPTIONS ("AES-128"), CKM_AES_CMAC, CKK_AES, 16, 16),
	KBKDF_ROWS ("cmac-aes-256", CMAC_OPTIONS ("AES-256"), CKM_AES_CMAC, CKK_AES, 32, 16),
};

/* OpenSSL's order: the chain, the counter, the label, a zero, the context, the length.
 * @fields: has room for six. */
static CK_ULONG
list_fields (const KbkdfRow *row, KdfField *fields)
{
	static const CounterFormat counter = { CK_FALSE, 32 };
	static const LengthFormat length = { CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32 };
	CK_ULONG n = 0;

	if (row->feedback) {
		fields[n++] = (KdfField){ CK_SP800_108_ITERATION_VARIABLE, NULL, 0 };
		fields[n++] = (KdfField){ CK_SP800_108_COUNTER, &counter, sizeof counter };
	} else {
		fields[n++] = (KdfField){ CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter };
	}
	fields[n++] = (KdfField){ CK_SP800_108_BYTE_ARRAY, LABEL, strlen (LABEL) };
	if (row->separator)
		fields[n++] = (KdfField){ CK_SP800_108_BYTE_ARRAY, "", 1 };
	fields[n++] = (KdfField){ CK_SP800_108_BYTE_ARRAY, CONTEXT, strlen (CONTEXT) };
	if (row->length)
		fields[n++] = (KdfField){ CK_SP800_108_DKM_LENGTH, &length, sizeof length };
	return n;
}

static void
kbkdf_derives_the_same (OpenSsl *openssl)
{
	const KbkdfRow *row = openssl->row;
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE key = shared_key (openssl, row->type, row->n_key, &hex);
	g_autoptr (GBytes) iv = message (row->n_prf);
	g_autofree char *seed = bytes_hex (iv);
	g_autofree char *seed_option = g_strconcat ("-kdfopt mode:FEEDBACK -kdfopt hexseed:", seed, NULL);
	KdfField fields[6];
	KdfParams params = { row->prf, list_fields (row, fields), fields, 0, NULL };
	FeedbackKdfParams feedback = {
		params.prf,
		params.n_fields,
		fields,
		row->n_prf,
		(CK_BYTE *)(guintptr)g_bytes_get_data (iv, NULL),
		0,
		NULL,
	};
	CK_MECHANISM by_counter = { CKM_SP800_108_COUNTER_KDF, &params, sizeof params },
		     by_feedback = { CKM_SP800_108_FEEDBACK_KDF, &feedback, sizeof feedback };
	g_autoptr (GBytes) ours =
		we_derive (openssl, row->feedback ? &by_feedback : &by_counter, key, row->len);
	g_autoptr (GBytes) theirs = NULL;

	openssl_run (openssl,
	             "kdf -binary -out out -keylen %zu %s -kdfopt hexkey:%s -kdfopt \"salt:" LABEL "\" "
	             "-kdfopt \"info:" CONTEXT "\" -kdfopt use-separator:%d -kdfopt use-l:%d %s kbkdf",
	             row->len, row->options, hex, row->separator, row->length,
	             row->feedback ? seed_option : "");
	theirs = openssl_take (openssl, "out");
	assert_bytes (ours, theirs);
}

/* --- TLS's function, RFC 5246 section 5; with MD5 and SHA-1 that of RFC 2246 --- */

#define CLIENT   "the client's random data, 32 by."
#define SERVER   "the server's random data, 32 by."
#define EXPORTER "EXPORTER-of-ours"

static TlsRandoms randoms = { (CK_BYTE *)CLIENT, 32, (CK_BYTE *)SERVER, 32 };

static TlsMasterParams master_sha256 = { { (CK_BYTE *)CLIENT, 32, (CK_BYTE *)SERVER, 32 }, NULL, CKM_SHA256 },
		       master_sha384 = { { (CK_BYTE *)CLIENT, 32, (CK_BYTE *)SERVER, 32 }, NULL, CKM_SHA384 };

typedef struct {
	const char *name;
	const char *digest;
	CK_MECHANISM_TYPE hash;
	TlsMasterParams *master; /* where a master secret is made; or something is exported */
} TlsRow;

static const TlsRow tls[] = {
	{ "master-sha256", "SHA256", CKM_SHA256, &master_sha256 },
	{ "master-sha384", "SHA384", CKM_SHA384, &master_sha384 },
	{ "export-sha256", "SHA256", CKM_SHA256, NULL },
	{ "export-sha384", "SHA384", CKM_SHA384, NULL },
	{ "export-sha512", "SHA512", CKM_SHA512, NULL },
};

static GBytes *
openssl_tls (const OpenSsl *openssl, const char *digest, const char *secret, const char *label, gsize len)
{
	openssl_run (
		openssl,
		"kdf -binary -out out -keylen %zu -kdfopt digest:%s -kdfopt hexsecret:%s -kdfopt \"seed:%s\" "
		"-kdfopt \"seed:" CLIENT "\" -kdfopt \"seed:" SERVER "\" tls1-prf",
		len, digest, secret, label);
	return openssl_take (openssl, "out");
}

static void
tls_derives_the_same (OpenSsl *openssl)
{
	const TlsRow *row = openssl->row;
	TlsKdfParams kdf = { row->hash, (CK_BYTE *)EXPORTER, strlen (EXPORTER), randoms, NULL, 0 };
	CK_MECHANISM export = { CKM_TLS12_KDF, &kdf, sizeof kdf },
		     master = { CKM_TLS12_MASTER_KEY_DERIVE_DH, row->master, sizeof *row->master };
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE key = shared_key (openssl, CKK_GENERIC_SECRET, 48, &hex);
	g_autoptr (GBytes) ours = we_derive (openssl, row->master ? &master : &export, key, 48);
	g_autoptr (GBytes) theirs =
		openssl_tls (openssl, row->digest, hex, row->master ? "master secret" : EXPORTER, 48);

	assert_bytes (ours, theirs);
}

typedef struct {
	const char *name;
	gsize n_secret;
} PrfRow;

static const PrfRow prfs[] = { { "even", 48 }, { "odd", 33 } };

static void
the_old_tls_derives_the_same (OpenSsl *openssl)
{
	const PrfRow *row = openssl->row;
	const Side *side = &openssl->side;
	CK_BYTE out[77];
	CK_ULONG n_out = sizeof out;
	TlsPrfParams params = {
		(CK_BYTE *)CLIENT SERVER, 64, (CK_BYTE *)EXPORTER, strlen (EXPORTER), out, &n_out,
	};
	CK_MECHANISM mechanism = { CKM_TLS_PRF, &params, sizeof params };
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE key = shared_key (openssl, CKK_GENERIC_SECRET, row->n_secret, &hex);
	g_autoptr (GBytes) theirs = openssl_tls (openssl, "MD5-SHA1", hex, EXPORTER, sizeof out);

	assert_ok (side->f->C_DeriveKey (side->session, &mechanism, key, NULL, 0, NULL));

	g_assert_cmpmem (out, n_out, g_bytes_get_data (theirs, NULL), g_bytes_get_size (theirs));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_OPENSSL ("derive", hkdf_derives_the_same, hkdfs);
	ADD_OPENSSL ("derive", pbkdf2_derives_the_same, pbkdf2s);
	ADD_OPENSSL ("derive", kbkdf_derives_the_same, kbkdfs);
	ADD_OPENSSL ("derive", tls_derives_the_same, tls);
	ADD_OPENSSL ("derive", the_old_tls_derives_the_same, prfs);
	return g_test_run ();
}
