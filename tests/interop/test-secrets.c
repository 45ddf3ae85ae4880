/* Secret keys of every type: made by one, used by the other; ciphertexts, codes and what is derived. */

#include "interop.h"

#define IV(n) (CK_BYTE *)"an iv of aes, 16", n

static const CK_AES_CTR_PARAMS ctr = { 128, "a counter block" };
static const CK_GCM_PARAMS gcm = { (CK_BYTE *)"an iv of gcm", 12, 96, (CK_BYTE *)"what is known", 13, 128 };

#define PARAM(variable) (void *)(guintptr)&variable, sizeof variable

/* SoftHSM makes no keys of HMAC's types; they are brought in. */
static void
import_secret (const Side *side, CK_KEY_TYPE type, gsize len, const char *label)
{
	g_autoptr (GBytes) value = message (len);

	CREATE (side, A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, type),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_LABEL, label), A_BOOL (CKA_SENSITIVE, CK_FALSE),
	        A_BOOL (CKA_EXTRACTABLE, CK_TRUE), A_BOOL (CKA_DERIVE, CK_TRUE),
	        BYTES_ATTRIBUTE (CKA_VALUE, value));
}

/* --- keys --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE generate; /* or what is to be imported: */
	CK_KEY_TYPE type;
	gsize len;
} KeyRow;

#define IMPORTED CK_UNAVAILABLE_INFORMATION

static const KeyRow keys[] = {
	{ "des", CKM_DES_KEY_GEN, CKK_DES, 0 },
	{ "des2", CKM_DES2_KEY_GEN, CKK_DES2, 0 },
	{ "des3", CKM_DES3_KEY_GEN, CKK_DES3, 0 },
	{ "aes-128", CKM_AES_KEY_GEN, CKK_AES, 16 },
	{ "aes-192", CKM_AES_KEY_GEN, CKK_AES, 24 },
	{ "aes-256", CKM_AES_KEY_GEN, CKK_AES, 32 },
	{ "generic", CKM_GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, 33 },
	{ "md5-hmac", IMPORTED, CKK_MD5_HMAC, 16 },
	{ "sha1-hmac", IMPORTED, CKK_SHA_1_HMAC, 20 },
	{ "sha224-hmac", IMPORTED, CKK_SHA224_HMAC, 28 },
	{ "sha256-hmac", IMPORTED, CKK_SHA256_HMAC, 32 },
	{ "sha384-hmac", IMPORTED, CKK_SHA384_HMAC, 48 },
	{ "sha512-hmac", IMPORTED, CKK_SHA512_HMAC, 64 },
};

static void
make_key (const Side *side, CK_MECHANISM_TYPE generate, CK_KEY_TYPE type, gsize len, const char *label)
{
	if (generate == IMPORTED)
		import_secret (side, type, len, label);
	else
		generate_secret (side, generate, len, label, TRUE);
}

static void
keys_read_the_same (Pair *pair)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_KEY_TYPE,
		CKA_ID,
		CKA_VALUE,
		CKA_VALUE_LEN,
		CKA_CHECK_VALUE,
		CKA_SENSITIVE,
		CKA_ALWAYS_SENSITIVE,
		CKA_EXTRACTABLE,
		CKA_LOCAL,
		CKA_DERIVE,
		CKA_NEVER_EXTRACTABLE,
		CKA_KEY_GEN_MECHANISM,
		CKA_ENCRYPT,
		CKA_DECRYPT,
		CKA_SIGN,
		CKA_VERIFY,
	};
	const KeyRow *row = pair->row;

	make_key (pair->maker, row->generate, row->type, row->len, "key");

	assert_same (pair, CKO_SECRET_KEY, "key", types, G_N_ELEMENTS (types));
}

/* --- ciphertexts --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE generate;
	gsize len;
	CK_MECHANISM mechanism;
	gsize n_message;
} CipherRow;

#define AES_ROWS(bits)                                                                                       \
	{ "aes-" #bits "-ecb", CKM_AES_KEY_GEN, bits / 8, { CKM_AES_ECB, NULL, 0 }, 64 },                    \
		{ "aes-" #bits "-cbc", CKM_AES_KEY_GEN, bits / 8, { CKM_AES_CBC, IV (16) }, 64 },            \
		{ "aes-" #bits "-cbc-pad", CKM_AES_KEY_GEN, bits / 8, { CKM_AES_CBC_PAD, IV (16) }, 61 },    \
		{ "aes-" #bits "-ctr", CKM_AES_KEY_GEN, bits / 8, { CKM_AES_CTR, PARAM (ctr) }, 61 },        \
	{                                                                                                    \
		"aes-" #bits "-gcm", CKM_AES_KEY_GEN, bits / 8, { CKM_AES_GCM, PARAM (gcm) }, 61             \
	}

static const CipherRow ciphers[] = {
	{ "des-ecb", CKM_DES_KEY_GEN, 0, { CKM_DES_ECB, NULL, 0 }, 40 },
	{ "des-cbc", CKM_DES_KEY_GEN, 0, { CKM_DES_CBC, IV (8) }, 40 },
	{ "des-cbc-pad", CKM_DES_KEY_GEN, 0, { CKM_DES_CBC_PAD, IV (8) }, 37 },
	{ "des-cbc-pad-whole", CKM_DES_KEY_GEN, 0, { CKM_DES_CBC_PAD, IV (8) }, 40 },
	{ "des2-ecb", CKM_DES2_KEY_GEN, 0, { CKM_DES3_ECB, NULL, 0 }, 40 },
	{ "des2-cbc", CKM_DES2_KEY_GEN, 0, { CKM_DES3_CBC, IV (8) }, 40 },
	{ "des2-cbc-pad", CKM_DES2_KEY_GEN, 0, { CKM_DES3_CBC_PAD, IV (8) }, 37 },
	{ "des3-ecb", CKM_DES3_KEY_GEN, 0, { CKM_DES3_ECB, NULL, 0 }, 40 },
	{ "des3-cbc", CKM_DES3_KEY_GEN, 0, { CKM_DES3_CBC, IV (8) }, 40 },
	{ "des3-cbc-pad", CKM_DES3_KEY_GEN, 0, { CKM_DES3_CBC_PAD, IV (8) }, 37 },
	{ "des3-cbc-pad-empty", CKM_DES3_KEY_GEN, 0, { CKM_DES3_CBC_PAD, IV (8) }, 0 },
	AES_ROWS (128),
	AES_ROWS (192),
	AES_ROWS (256),
};

static void
ciphertexts_cross (Pair *pair)
{
	const CipherRow *row = pair->row;
	CK_MECHANISM mechanism = row->mechanism;

	generate_secret (pair->maker, row->generate, row->len, "key", FALSE);

	assert_secrets_cross (pair, &mechanism, CKO_SECRET_KEY, CKO_SECRET_KEY, "key", row->n_message);
}

/* --- message authentication codes --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE generate;
	CK_KEY_TYPE type;
	gsize len;
	CK_MECHANISM_TYPE mac;
} MacRow;

#define HMAC_ROWS(name, n)                                                                                   \
	{ name "-hmac-typed", IMPORTED, CKK_##n##_HMAC, 70, CKM_##n##_HMAC },                                \
		{ name "-hmac-generic", CKM_GENERIC_SECRET_KEY_GEN, 0, 64, CKM_##n##_HMAC },                 \
	{                                                                                                    \
		name "-hmac-long", CKM_GENERIC_SECRET_KEY_GEN, 0, 200, CKM_##n##_HMAC                        \
	}

static const MacRow macs[] = {
	{ "aes-128-cmac", CKM_AES_KEY_GEN, 0, 16, CKM_AES_CMAC },
	{ "aes-192-cmac", CKM_AES_KEY_GEN, 0, 24, CKM_AES_CMAC },
	{ "aes-256-cmac", CKM_AES_KEY_GEN, 0, 32, CKM_AES_CMAC },
	{ "des2-cmac", CKM_DES2_KEY_GEN, 0, 0, CKM_DES3_CMAC },
	{ "des3-cmac", CKM_DES3_KEY_GEN, 0, 0, CKM_DES3_CMAC },
	HMAC_ROWS ("md5", MD5),
	HMAC_ROWS ("sha1", SHA_1),
	HMAC_ROWS ("sha224", SHA224),
	HMAC_ROWS ("sha256", SHA256),
	HMAC_ROWS ("sha384", SHA384),
	HMAC_ROWS ("sha512", SHA512),
};

static void
codes_are_the_same (Pair *pair)
{
	static const gsize lens[] = { 0, 1, 16, 123 };
	const MacRow *row = pair->row;
	CK_MECHANISM mechanism = { row->mac, NULL, 0 };
	CK_OBJECT_HANDLE here, there;

	make_key (pair->maker, row->generate, row->type, row->len, "key");
	here = find (pair->maker, CKO_SECRET_KEY, "key");
	there = find (pair->other, CKO_SECRET_KEY, "key");

	for (guint i = 0; i < G_N_ELEMENTS (lens); i++) {
		g_autoptr (GBytes) data = message (lens[i]);
		g_autoptr (GBytes) one = sign (pair->maker, &mechanism, here, data);
		g_autoptr (GBytes) two = sign (pair->other, &mechanism, there, data);

		assert_bytes (one, two);
		assert_ok (verify (pair->other, &mechanism, there, data, one));
		assert_ok (verify (pair->maker, &mechanism, here, data, two));
	}
}

/* --- derivation --- */

typedef struct {
	CK_BYTE iv[8];
	CK_BYTE *data;
	CK_ULONG n;
} DesCbcData;

static CK_BYTE long_data[64] = "data that is encrypted to become a key, in four blocks of aes..";

static const CK_KEY_DERIVATION_STRING_DATA block = { long_data, 16 }, blocks = { long_data, 64 },
					   odd = { long_data, 13 };
static const DesCbcData des_cbc = { "iv of d", long_data, 64 };
static const CK_AES_CBC_ENCRYPT_DATA_PARAMS aes_cbc = { "the iv of aes-c", long_data, 64 };

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE generate;
	gsize len;
	CK_MECHANISM mechanism;
	CK_KEY_TYPE type;
	CK_ULONG n_derived;
	gboolean second_key; /* is the parameter: another one like the base key */
} DeriveRow;

#define DES_ROWS(n, name)                                                                                       \
	{ name "-ecb-generic",                                                                                  \
	  CKM_##n##_KEY_GEN,                                                                                    \
	  0,                                                                                                    \
	  { DES_TYPE (n, ECB), PARAM (blocks) },                                                                \
	  CKK_GENERIC_SECRET,                                                                                   \
	  50 },                                                                                                 \
		{ name "-ecb-aes", CKM_##n##_KEY_GEN, 0, { DES_TYPE (n, ECB), PARAM (blocks) }, CKK_AES, 32 },  \
		{ name "-ecb-des3", CKM_##n##_KEY_GEN, 0, { DES_TYPE (n, ECB), PARAM (blocks) }, CKK_DES3, 0 }, \
		{ name "-cbc-generic",                                                                          \
		  CKM_##n##_KEY_GEN,                                                                            \
		  0,                                                                                            \
		  { DES_TYPE (n, CBC), PARAM (des_cbc) },                                                       \
		  CKK_GENERIC_SECRET,                                                                           \
		  64 },                                                                                         \
		{ name "-cbc-aes", CKM_##n##_KEY_GEN, 0, { DES_TYPE (n, CBC), PARAM (des_cbc) }, CKK_AES, 16 }, \
	{                                                                                                       \
		name "-cbc-des2", CKM_##n##_KEY_GEN, 0, { DES_TYPE (n, CBC), PARAM (des_cbc) }, CKK_DES2, 0     \
	}
#define DES_TYPE(n, mode)   DES_TYPE_##n (mode)
#define DES_TYPE_DES(mode)  CKM_DES_##mode##_ENCRYPT_DATA
#define DES_TYPE_DES2(mode) CKM_DES3_##mode##_ENCRYPT_DATA
#define DES_TYPE_DES3(mode) CKM_DES3_##mode##_ENCRYPT_DATA

#define GENERIC CKM_GENERIC_SECRET_KEY_GEN, 20

static const DeriveRow derivations[] = {
	DES_ROWS (DES, "des"),
	DES_ROWS (DES2, "des2"),
	DES_ROWS (DES3, "des3"),
	{ "aes-ecb-generic",
	  CKM_AES_KEY_GEN,
	  16,
	  { CKM_AES_ECB_ENCRYPT_DATA, PARAM (block) },
	  CKK_GENERIC_SECRET,
	  16 },
	{ "aes-ecb-aes", CKM_AES_KEY_GEN, 24, { CKM_AES_ECB_ENCRYPT_DATA, PARAM (blocks) }, CKK_AES, 32 },
	{ "aes-ecb-des", CKM_AES_KEY_GEN, 32, { CKM_AES_ECB_ENCRYPT_DATA, PARAM (blocks) }, CKK_DES, 0 },
	{ "aes-cbc-generic",
	  CKM_AES_KEY_GEN,
	  32,
	  { CKM_AES_CBC_ENCRYPT_DATA, PARAM (aes_cbc) },
	  CKK_GENERIC_SECRET,
	  61 },
	{ "aes-cbc-aes", CKM_AES_KEY_GEN, 16, { CKM_AES_CBC_ENCRYPT_DATA, PARAM (aes_cbc) }, CKK_AES, 24 },
	{ "aes-cbc-des3", CKM_AES_KEY_GEN, 16, { CKM_AES_CBC_ENCRYPT_DATA, PARAM (aes_cbc) }, CKK_DES3, 0 },
	{ "base-and-data", GENERIC, { CKM_CONCATENATE_BASE_AND_DATA, PARAM (odd) }, CKK_GENERIC_SECRET, 33 },
	{ "base-and-data-aes", GENERIC, { CKM_CONCATENATE_BASE_AND_DATA, PARAM (odd) }, CKK_AES, 32 },
	{ "data-and-base", GENERIC, { CKM_CONCATENATE_DATA_AND_BASE, PARAM (odd) }, CKK_GENERIC_SECRET, 0 },
	{ "base-and-key", GENERIC, { CKM_CONCATENATE_BASE_AND_KEY, NULL, 0 }, CKK_GENERIC_SECRET, 40, TRUE },
};

static GBytes *
derived (const Side *side, const DeriveRow *row)
{
	CK_MECHANISM mechanism = row->mechanism;
	CK_OBJECT_HANDLE second;

	if (row->second_key) {
		second = find (side, CKO_SECRET_KEY, "second");
		mechanism.pParameter = &second;
		mechanism.ulParameterLen = sizeof second;
	}
	return attribute (
		side,
		derive (side, &mechanism, find (side, CKO_SECRET_KEY, "base"), row->type, row->n_derived),
		CKA_VALUE);
}

static void
derived_keys_are_the_same (Pair *pair)
{
	const DeriveRow *row = pair->row;
	g_autoptr (GBytes) one = NULL;
	g_autoptr (GBytes) two = NULL;

	if (skip_without (pair, row->mechanism.mechanism))
		return;
	generate_secret (pair->maker, row->generate, row->len, "base", TRUE);
	generate_secret (pair->maker, row->generate, row->len, "second", TRUE);

	one = derived (pair->maker, row);
	two = derived (pair->other, row);

	assert_bytes (one, two);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_ROWS ("secrets", keys_read_the_same, keys);
	ADD_ROWS ("secrets", ciphertexts_cross, ciphers);
	ADD_ROWS ("secrets", codes_are_the_same, macs);
	ADD_ROWS ("secrets", derived_keys_are_the_same, derivations);
	return g_test_run ();
}
