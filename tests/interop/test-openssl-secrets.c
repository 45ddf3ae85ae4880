/* What is done with secret keys or none, by us and by OpenSSL's command line: the same input gives the same.
 */

#include "openssl.h"

/* --- ciphers --- */

static const CK_BYTE iv[] = "an iv of aes, 16";
static const CtrParams ctr = { 128, "an iv of aes, 16" };
static CK_BYTE counter[] = { 2, 0, 0, 0 };
static CK_BYTE chacha_iv[] = { 2, 0, 0, 0, 'a', ' ', 'n', 'o', 'n', 'c', 'e', ' ', 'o', 'f', ' ', '1' };
static const ChachaParams chacha = { counter, 32, chacha_iv + 4, 96 };

#define PARAM(variable) (void *)(guintptr)&variable, sizeof variable
#define IV(n)           (void *)(guintptr)iv, n

typedef struct {
	const char *name;
	const char *cipher; /* what OpenSSL calls it */
	CK_MECHANISM mechanism;
	CK_KEY_TYPE type;
	gsize n_key;
	const CK_BYTE *iv;
	gsize n_iv;
	gsize n_message;
} CipherRow;

#define BLOCK_ROWS(cipher, n, type, len, block)                                                                   \
	{ cipher "-ecb", cipher "-ecb -nopad", { CKM_##n##_ECB, NULL, 0 }, type, len, iv, 0, 64 },                \
		{ cipher "-cbc", cipher "-cbc -nopad", { CKM_##n##_CBC, IV (block) }, type, len, iv, block, 64 }, \
		{ cipher "-cbc-pad",                                                                              \
		  cipher "-cbc",                                                                                  \
		  { CKM_##n##_CBC_PAD, IV (block) },                                                              \
		  type,                                                                                           \
		  len,                                                                                            \
		  iv,                                                                                             \
		  block,                                                                                          \
		  61 },                                                                                           \
	{                                                                                                         \
		cipher "-cbc-pad-whole", cipher "-cbc", { CKM_##n##_CBC_PAD, IV (block) }, type, len, iv,         \
			block, 64                                                                                 \
	}
#define STREAM_ROW(cipher, type, len, n)                                                                     \
	{                                                                                                    \
		cipher, cipher, { type, IV (16) }, CKK_AES, len, iv, 16, n                                   \
	}
#define AES_ROWS(bits)                                                                                       \
	BLOCK_ROWS ("aes-" #bits, AES, CKK_AES, bits / 8, 16),                                               \
		STREAM_ROW ("aes-" #bits "-ofb", CKM_AES_OFB, bits / 8, 61),                                 \
		STREAM_ROW ("aes-" #bits "-cfb", CKM_AES_CFB128, bits / 8, 61),                              \
		STREAM_ROW ("aes-" #bits "-cfb8", CKM_AES_CFB8, bits / 8, 61),                               \
		STREAM_ROW ("aes-" #bits "-cbc-cts", CKM_AES_CTS, bits / 8, 61),                             \
	{                                                                                                    \
		"aes-" #bits "-ctr", "aes-" #bits "-ctr", { CKM_AES_CTR, PARAM (ctr) }, CKK_AES, bits / 8,   \
			iv, 16, 1001                                                                         \
	}

/* Neither XTS nor GCM and CCM: "openssl enc" refuses them. */
static const CipherRow ciphers[] = {
	AES_ROWS (128),
	AES_ROWS (192),
	AES_ROWS (256),
	{ "aes-256-cbc-cts-whole", "aes-256-cbc-cts", { CKM_AES_CTS, IV (16) }, CKK_AES, 32, iv, 16, 64 },
	BLOCK_ROWS ("camellia-128", CAMELLIA, CKK_CAMELLIA, 16, 16),
	BLOCK_ROWS ("camellia-192", CAMELLIA, CKK_CAMELLIA, 24, 16),
	BLOCK_ROWS ("camellia-256", CAMELLIA, CKK_CAMELLIA, 32, 16),
	BLOCK_ROWS ("des", DES, CKK_DES, 8, 8),
	BLOCK_ROWS ("des-ede", DES3, CKK_DES2, 16, 8),
	BLOCK_ROWS ("des-ede3", DES3, CKK_DES3, 24, 8),
	{ "chacha20", "chacha20", { CKM_CHACHA20, PARAM (chacha) }, CKK_CHACHA20, 32, chacha_iv, 16, 1001 },
};

static void
ciphertexts_are_the_same (OpenSsl *openssl)
{
	const CipherRow *row = openssl->row;
	CK_MECHANISM mechanism = row->mechanism;
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE key = shared_key (openssl, row->type, row->n_key, &hex);
	g_autofree char *iv_hex = to_hex (row->iv, row->n_iv);
	g_autoptr (GBytes) data = message (row->n_message);
	g_autoptr (GBytes) theirs = NULL;
	g_autoptr (GBytes) ours = encrypt (&openssl->side, &mechanism, key, data);
	g_autoptr (GBytes) plain = NULL;

	openssl_give (openssl, "in", data);
	openssl_run (openssl, "enc -%s -K %s %s %s -in in -out out", row->cipher, hex, row->n_iv ? "-iv" : "",
	             iv_hex);
	theirs = openssl_take (openssl, "out");

	assert_bytes (ours, theirs);
	plain = decrypt (&openssl->side, &mechanism, key, theirs);
	assert_bytes (plain, data);
}

/* --- digests, and keys derived by them --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE digest, derive, mac;
} HashRow;

#define HASH_ROW(name, n, derive)                                                                            \
	{                                                                                                    \
		name, CKM_##n, CKM_##derive##_KEY_DERIVATION, CKM_##n##_HMAC                                 \
	}

static const HashRow hashes[] = {
	HASH_ROW ("md5", MD5, MD5),
	HASH_ROW ("sha1", SHA_1, SHA1),
	HASH_ROW ("sha224", SHA224, SHA224),
	HASH_ROW ("sha256", SHA256, SHA256),
	HASH_ROW ("sha384", SHA384, SHA384),
	HASH_ROW ("sha512", SHA512, SHA512),
	HASH_ROW ("sha512-224", SHA512_224, SHA512_224),
	HASH_ROW ("sha512-256", SHA512_256, SHA512_256),
	HASH_ROW ("sha3-224", SHA3_224, SHA3_224),
	HASH_ROW ("sha3-256", SHA3_256, SHA3_256),
	HASH_ROW ("sha3-384", SHA3_384, SHA3_384),
	HASH_ROW ("sha3-512", SHA3_512, SHA3_512),
};

static GBytes *
openssl_digest (const OpenSsl *openssl, const char *name, GBytes *data)
{
	openssl_give (openssl, "in", data);
	openssl_run (openssl, "dgst -%s -binary -out out in", name);
	return openssl_take (openssl, "out");
}

static void
digests_are_the_same (OpenSsl *openssl)
{
	static const gsize lens[] = { 0, 1, 55, 128, 1000 };
	const HashRow *row = openssl->row;

	for (guint i = 0; i < G_N_ELEMENTS (lens); i++) {
		g_autoptr (GBytes) data = message (lens[i]);
		g_autoptr (GBytes) theirs = openssl_digest (openssl, row->name, data);
		g_autoptr (GBytes) ours = digest (&openssl->side, row->digest, data);

		assert_bytes (ours, theirs);
	}
}

static void
digested_keys_are_the_same (OpenSsl *openssl)
{
	const HashRow *row = openssl->row;
	CK_MECHANISM mechanism = { row->derive, NULL, 0 };
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE key = shared_key (openssl, CKK_GENERIC_SECRET, 40, &hex);
	g_autoptr (GBytes) value = message (40);
	g_autoptr (GBytes) theirs = openssl_digest (openssl, row->name, value);
	g_autoptr (GBytes) ours = attribute (
		&openssl->side, derive (&openssl->side, &mechanism, key, CKK_GENERIC_SECRET, 0), CKA_VALUE);

	assert_bytes (ours, theirs);
}

/* --- message authentication codes --- */

static void
assert_code_is_the_same (const OpenSsl *openssl, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, gsize len,
                         const char *command)
{
	g_autoptr (GBytes) data = message (len);
	g_autoptr (GBytes) ours = sign (&openssl->side, mechanism, key, data);
	g_autoptr (GBytes) theirs = NULL;

	openssl_give (openssl, "in", data);
	openssl_run (openssl, "mac -binary -in in -out out %s", command);
	theirs = openssl_take (openssl, "out");
	assert_bytes (ours, theirs);
	assert_ok (verify (&openssl->side, mechanism, key, data, theirs));
}

static void
hmacs_are_the_same (OpenSsl *openssl)
{
	static const gsize n_keys[] = { 20, 64, 200 };
	const HashRow *row = openssl->row;
	CK_MECHANISM mechanism = { row->mac, NULL, 0 };

	for (guint i = 0; i < G_N_ELEMENTS (n_keys); i++) {
		g_autofree char *hex = NULL;
		CK_OBJECT_HANDLE key = shared_key (openssl, CKK_GENERIC_SECRET, n_keys[i], &hex);
		g_autofree char *command =
			g_strdup_printf ("-digest %s -macopt hexkey:%s hmac", row->name, hex);

		assert_code_is_the_same (openssl, &mechanism, key, 99, command);
	}
}

static const GcmParams gmac = { (CK_BYTE *)"an iv of gcm", 12, 96, NULL, 0, 128 };

typedef struct {
	const char *name;
	CK_MECHANISM mechanism;
	CK_KEY_TYPE type;
	gsize n_key;
	const char *command; /* what is said beside the key */
} MacRow;

#define AES_MACS(bits)                                                                                       \
	{ "aes-" #bits "-cmac",                                                                              \
	  { CKM_AES_CMAC, NULL, 0 },                                                                         \
	  CKK_AES,                                                                                           \
	  bits / 8,                                                                                          \
	  "-cipher aes-" #bits "-cbc cmac" },                                                                \
	{                                                                                                    \
		"aes-" #bits "-gmac", { CKM_AES_GMAC, PARAM (gmac) }, CKK_AES, bits / 8,                     \
			"-cipher aes-" #bits "-gcm -macopt \"iv:an iv of gcm\" gmac"                         \
	}

static const MacRow macs[] = {
	AES_MACS (128),
	AES_MACS (192),
	AES_MACS (256),
	{ "des2-cmac", { CKM_DES3_CMAC, NULL, 0 }, CKK_DES2, 16, "-cipher des-ede-cbc cmac" },
	{ "des3-cmac", { CKM_DES3_CMAC, NULL, 0 }, CKK_DES3, 24, "-cipher des-ede3-cbc cmac" },
	{ "poly1305", { CKM_POLY1305, NULL, 0 }, CKK_POLY1305, 32, "poly1305" },
};

static void
codes_are_the_same (OpenSsl *openssl)
{
	static const gsize lens[] = { 1, 16, 99 };
	const MacRow *row = openssl->row;
	CK_MECHANISM mechanism = row->mechanism;
	g_autofree char *hex = NULL;
	CK_OBJECT_HANDLE key = shared_key (openssl, row->type, row->n_key, &hex);
	g_autofree char *command = g_strdup_printf ("-macopt hexkey:%s %s", hex, row->command);

	for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
		assert_code_is_the_same (openssl, &mechanism, key, lens[i], command);
}

/* --- key wrapping --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE type;
	gboolean pad;
	gsize n_kek;
	gsize n_key;
} WrapRow;

static const WrapRow wraps[] = {
	{ "aes-128-wrap", CKM_AES_KEY_WRAP, FALSE, 16, 16 },
	{ "aes-192-wrap", CKM_AES_KEY_WRAP, FALSE, 24, 40 },
	{ "aes-256-wrap", CKM_AES_KEY_WRAP, FALSE, 32, 32 },
	{ "aes-128-wrap-pad", CKM_AES_KEY_WRAP_PAD, TRUE, 16, 7 },
	{ "aes-192-wrap-pad", CKM_AES_KEY_WRAP_PAD, TRUE, 24, 20 },
	{ "aes-256-wrap-pad", CKM_AES_KEY_WRAP_PAD, TRUE, 32, 33 },
	{ "aes-256-wrap-kwp", CKM_AES_KEY_WRAP_KWP, TRUE, 32, 33 },
	{ "aes-256-wrap-kwp-whole", CKM_AES_KEY_WRAP_KWP, TRUE, 32, 32 },
};

static void
wrapped_keys_are_the_same (OpenSsl *openssl)
{
	const WrapRow *row = openssl->row;
	const Side *side = &openssl->side;
	CK_MECHANISM mechanism = { row->type, NULL, 0 };
	g_autofree char *hex = NULL;
	g_autofree char *target_hex = NULL;
	CK_OBJECT_HANDLE kek = shared_key (openssl, CKK_AES, row->n_kek, &hex);
	CK_OBJECT_HANDLE target = shared_key (openssl, CKK_GENERIC_SECRET, row->n_key, &target_hex);
	g_autoptr (GBytes) value = message (row->n_key);
	g_autoptr (GBytes) ours = wrap (side, &mechanism, kek, target);
	g_autoptr (GBytes) theirs = openssl_wrap (openssl, hex, row->pad, value);
	g_autoptr (GBytes) back = NULL;

	assert_bytes (ours, theirs);
	back = attribute (side, unwrap (side, &mechanism, kek, theirs, CKO_SECRET_KEY, CKK_GENERIC_SECRET),
	                  CKA_VALUE);
	assert_bytes (back, value);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_OPENSSL ("secrets", ciphertexts_are_the_same, ciphers);
	ADD_OPENSSL ("secrets", digests_are_the_same, hashes);
	ADD_OPENSSL ("secrets", digested_keys_are_the_same, hashes);
	ADD_OPENSSL ("secrets", hmacs_are_the_same, hashes);
	ADD_OPENSSL ("secrets", codes_are_the_same, macs);
	ADD_OPENSSL ("secrets", wrapped_keys_are_the_same, wraps);
	return g_test_run ();
}
