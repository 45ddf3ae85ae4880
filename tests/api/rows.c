/* See rows.h. */

#include "rows.h"
#include "params.h"

#include <stddef.h>

/* --- parameters, laid out as PKCS #11 prints them --- */

typedef struct {
	CK_BYTE iv[16];
	CK_BYTE *data;
	CK_ULONG n;
} AesCbcParams;

typedef struct {
	CK_BYTE iv[8];
	CK_BYTE *data;
	CK_ULONG n;
} DesCbcParams;

static CK_BYTE iv[16] = { 1, 2, 3 };
static CK_BYTE aad[32] = { 4, 5, 6 };
static CK_BYTE password[] = { 's', 'e', 's', 'a', 'm', 'e' };

/* Base points: what is agreed on with one is the private key's own public value. */
static CK_BYTE x25519_base[32] = { 9 };
static CK_BYTE p256_base[65] = {
	0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
	0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
	0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce,
	0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static CtrParams ctr = { 128, { 1, 2, 3 } };
static GcmParams gcm = { iv, 12, 96, aad, 20, 128 };
static GcmParams gmac = { iv, 12, 96, NULL, 0, 128 };
static CcmParams ccm = { 41, iv, 12, aad, 20, 16 };
static CK_BYTE made_iv[12]; /* the module's choice, and then what unwraps */
static GcmWrapParams gcm_wrap = { made_iv, 12, 0, CKG_GENERATE, aad, 20, 128 };
static CcmWrapParams ccm_wrap = { 64, made_iv, 12, 0, CKG_GENERATE, aad, 20, 16 };
static ChachaParams chacha = { iv, 32, aad, 96 };
static ChachaParams chacha_djb = { iv, 64, aad, 64 };
static ChachaPolyParams chacha_poly = { iv, 12, aad, 20 };
static CK_ULONG ten = 10;
static CK_ULONG four = 4;
static OaepParams oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
static RsaAesParams rsa_aes = { 256, &oaep };
static PssParams pss_sha3_224 = { CKM_SHA3_224, CKG_MGF1_SHA3_224, 28 };
static PssParams pss_sha3_256 = { CKM_SHA3_256, CKG_MGF1_SHA3_256, 32 };
static PssParams pss_sha3_384 = { CKM_SHA3_384, CKG_MGF1_SHA3_384, 48 };
static PssParams pss_sha3_512 = { CKM_SHA3_512, CKG_MGF1_SHA3_512, 64 };
static PssParams pss_sha1 = { CKM_SHA_1, CKG_MGF1_SHA1, 20 };
static PssParams pss_sha224 = { CKM_SHA224, CKG_MGF1_SHA224, 28 };
static PssParams pss_sha256 = { CKM_SHA256, CKG_MGF1_SHA256, 32 };
static PssParams pss_sha384 = { CKM_SHA384, CKG_MGF1_SHA384, 48 };
static PssParams pss_sha512 = { CKM_SHA512, CKG_MGF1_SHA512, 64 };
static EddsaParams eddsa_context = { CK_FALSE, sizeof aad, aad };
static EddsaParams eddsa_digest = { CK_TRUE, 0, NULL };
static EcdhParams ecdh = { CKD_NULL, 0, NULL, sizeof p256_base, p256_base };
static EcdhParams ecdh_sha256 = { CKD_SHA256_KDF, sizeof aad, aad, sizeof p256_base, p256_base };
static EcdhParams ecdh_x25519 = { CKD_NULL, 0, NULL, sizeof x25519_base, x25519_base };
static HkdfParams hkdf = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_DATA, iv, sizeof iv, 0, aad, sizeof aad };
static HkdfParams hkdf_extract = { CK_TRUE, CK_FALSE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0 };
static HkdfParams hkdf_salt_key = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_KEY, NULL, 0, 0, NULL, 0 };
static Pbkdf2Params pbkdf2 = {
	CKZ_SALT_SPECIFIED, iv, sizeof iv, 2, CKP_PKCS5_PBKD2_HMAC_SHA256, NULL, 0, password, sizeof password,
};
static CK_OBJECT_HANDLE handle_of_second = 0;
static StringParams string = { aad, sizeof aad };
static AesCbcParams aes_cbc_string = { { 1, 2, 3 }, aad, sizeof aad };
static DesCbcParams des_cbc_string = { { 1, 2, 3 }, aad, sizeof aad };
static CK_ULONG bit = 21;

/* The same in the group of KEY_DH_PRIVATE. */
static CK_BYTE dh_base[] = { 2 };

/* SP 800-108: a counter or what came before, some bytes, and the length of it all. */
static CounterFormat counter_format = { CK_FALSE, 32 };
static LengthFormat length_format = { CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32 };
static KdfField counter_fields[] = {
	{ CK_SP800_108_ITERATION_VARIABLE, &counter_format, sizeof counter_format },
	{ CK_SP800_108_BYTE_ARRAY, aad, sizeof aad },
	{ CK_SP800_108_DKM_LENGTH, &length_format, sizeof length_format },
};
static KdfField chain_fields[] = {
	{ CK_SP800_108_ITERATION_VARIABLE, NULL, 0 },
	{ CK_SP800_108_BYTE_ARRAY, aad, sizeof aad },
	{ CK_SP800_108_DKM_LENGTH, &length_format, sizeof length_format },
};
static CK_ATTRIBUTE more_template[] = {
	A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES), A_ULONG (CKA_VALUE_LEN, 32),
};
static CK_OBJECT_HANDLE more_handle;
static DerivedKey more_keys[] = { { more_template, G_N_ELEMENTS (more_template), &more_handle } };
static KdfParams counter_kdf = { CKM_SHA256_HMAC, G_N_ELEMENTS (counter_fields), counter_fields, 0, NULL };
static KdfParams counter_kdf_two = { CKM_SHA256_HMAC, G_N_ELEMENTS (counter_fields), counter_fields, 1, more_keys };
static KdfParams pipeline_kdf = { CKM_SHA256_HMAC, G_N_ELEMENTS (chain_fields), chain_fields, 0, NULL };
static FeedbackKdfParams feedback_kdf = {
	CKM_SHA256_HMAC, G_N_ELEMENTS (chain_fields), chain_fields, sizeof iv, iv, 0, NULL,
};

/* TLS 1.2. */
static CK_VERSION tls_version;
static CK_BYTE tls_label[] = { 'l', 'a', 'b', 'e', 'l' };
static CK_BYTE client_iv[16], server_iv[16], tls_out[40];
static CK_ULONG n_tls_out = sizeof tls_out;
static TlsKeys tls_keys = { .client_iv = client_iv, .server_iv = server_iv };
static TlsMasterParams tls_master = { { aad, 32, aad, 32 }, &tls_version, CKM_SHA256 };
static TlsMasterParams tls_master_dh = { { aad, 32, aad, 32 }, NULL, CKM_SHA256 };
static TlsExtendedMasterParams tls_extended = { CKM_SHA256, aad, 32, &tls_version };
static TlsExtendedMasterParams tls_extended_dh = { CKM_SHA256, aad, 32, NULL };
static TlsKeysParams tls_key_block = { 256, 128, 128, CK_FALSE, { aad, 32, aad, 32 }, &tls_keys, CKM_SHA256 };
static TlsKdfParams tls_kdf = { CKM_SHA256, tls_label, sizeof tls_label, { aad, 32, aad, 32 }, NULL, 0 };
static TlsPrfParams tls_prf = { aad, sizeof aad, tls_label, sizeof tls_label, tls_out, &n_tls_out };
static TlsMacParams tls_mac = { CKM_SHA256, 12, 1 };

static const CK_ATTRIBUTE dsa_template[] = { A_ULONG (CKA_PRIME_BITS, 1024) };
static const CK_ATTRIBUTE dh_template[] = { A_ULONG (CKA_PRIME_BITS, 2048) };
static const CK_ATTRIBUTE rsa_template[] = {
	A_ULONG (CKA_MODULUS_BITS, 1024), A_BYTES (CKA_PUBLIC_EXPONENT, 1, 0, 1),
};

/* --- the table --- */

#define NAME(n) .type = CKM_##n, .name = "CKM_" #n
#define NO_SINGLE_DES .spared = "OpenSSL 3 gives SoftHSM no single DES"
#define WITH(p) .param = &(p), .n_param = sizeof (p)
#define OPTIONAL(p) WITH (p), .optional = TRUE
#define STRICT(p) WITH (p), .strict = TRUE
#define TEMPLATE(t) .template = (t), .n_template = G_N_ELEMENTS (t)
#define IV(n) .param = iv, .n_param = (n)
#define ON_CURVES (CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS)

/* Uses with tests of their own: test-messages.c, test-encapsulate.c, test-recover.c. */
#define MESSAGES     (CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_MULTI_MESSAGE)
#define ENCAPSULATES (CKF_ENCAPSULATE | CKF_DECAPSULATE)
#define RECOVERS     (CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER)

/* Over data. */
#define DIGEST(n, size) { NAME (n), .use = FOR_DIGEST, .n_data = 100, .n_out = (size), .parts = PARTS }
#define ENCRYPT(n, key, bytes_in, bytes_out)                                                                 \
	NAME (n), .use = FOR_ENCRYPT, .make = (key), .undo = (key), .n_data = (bytes_in), .n_out = (bytes_out), \
	.parts = PARTS
#define MAC(n, key, size)                                                                                    \
	NAME (n), .use = FOR_SIGN, .make = (key), .undo = (key), .n_data = 100, .n_out = (size), .parts = PARTS
#define HMAC(n, size) { MAC (n, KEY_SECRET, size) }
#define GENERAL(n) { MAC (n##_HMAC_GENERAL, KEY_SECRET, 10), STRICT (ten) }
#define SIGN(n, pair, bytes, size, many)                                                                     \
	NAME (n), .use = FOR_SIGN, .make = pair##_PRIVATE, .undo = pair##_PUBLIC, .n_data = (bytes),         \
	.n_out = (size), .parts = (many)
#define RSA_SIGN(n, bytes, many) SIGN (n, KEY_RSA, bytes, 256, many)
#define PSS(n, bytes, many, p) { RSA_SIGN (n, bytes, many), STRICT (p), .random = TRUE }
#define RSA_ENCRYPT(n, bytes)                                                                                \
	NAME (n), .use = FOR_ENCRYPT, .make = KEY_RSA_PUBLIC, .undo = KEY_RSA_PRIVATE, .n_data = (bytes), .n_out = 256
#define ECDSA(n, bytes, many) { SIGN (n, KEY_EC, bytes, 64, many), .flags = ON_CURVES, .random = TRUE }
#define DSA(n, bytes, many) { SIGN (n, KEY_DSA, bytes, 64, many), .random = TRUE }

/* Keys: with a length that the template asks for, or of a length that follows from the type; the parameters of a
 * domain; a pair in the domain of another key, if it has one; a data object or key from a key; through a key. */
#define GENERATE_FIXED(n, type, bytes)                                                                       \
	NAME (n), .use = FOR_GENERATE, .class = CKO_SECRET_KEY, .key_type = (type), .n_value = (bytes)
#define GENERATE(n, type, bytes) GENERATE_FIXED (n, type, bytes), .has_length = TRUE
#define HMAC_GEN(n) { GENERATE (n##_KEY_GEN, CKK_##n##_HMAC, 20) }
#define PARAMETERS(n, type, t)                                                                               \
	NAME (n), .use = FOR_GENERATE, .class = CKO_DOMAIN_PARAMETERS, .key_type = (type), TEMPLATE (t)
#define PAIR(n, key) NAME (n), .use = FOR_PAIR, .make = (key)
#define FROM_KEY(n, key) NAME (n), .use = FOR_DERIVE, .make = (key)
#define OF_LENGTH(bytes, natural) .n_value = (bytes), .has_length = TRUE, .n_natural = (natural)
#define GENERIC .class = CKO_SECRET_KEY, .key_type = CKK_GENERIC_SECRET
#define DERIVE_DATA(n, key) FROM_KEY (n, key), .class = CKO_DATA, OF_LENGTH (16, 0)
#define DERIVE(n, key, natural) FROM_KEY (n, key), GENERIC, OF_LENGTH (16, natural)
#define DERIVE_ANY(n, natural) DERIVE (n, KEY_SECRET, natural), .any_secret = TRUE
#define SIMPLE(n, key, natural) DERIVE (n, key, natural), .free_type = TRUE
#define SIMPLE_ANY(n, natural) DERIVE_ANY (n, natural), .free_type = TRUE
#define TLS_MASTER(n, key) FROM_KEY (n, key), GENERIC, OF_LENGTH (48, 48)
#define TLS_KEYS(n) FROM_KEY (n, KEY_PREMASTER), .class = CKO_SECRET_KEY, .key_type = CKK_AES, .n_made = 4
#define KEY_DERIVATION(n, size) { SIMPLE_ANY (n##_KEY_DERIVATION, size) }
#define WRAP(n, key, size, block)                                                                            \
	NAME (n), .use = FOR_WRAP, .make = (key), .undo = (key), .subject = KEY_SECRET, .n_out = (size),     \
	.n_block = (block)
#define RSA_WRAP(n, size)                                                                                    \
	NAME (n), .use = FOR_WRAP, .make = KEY_RSA_PUBLIC, .undo = KEY_RSA_PRIVATE, .subject = KEY_SECRET,   \
	.n_out = (size), .n_block = (size)

const Row rows[] = {
	DIGEST (SHA_1, 20),
	DIGEST (SHA224, 28),
	DIGEST (SHA256, 32),
	DIGEST (SHA384, 48),
	DIGEST (SHA512, 64),
	DIGEST (MD5, 16),
	DIGEST (SHA512_224, 28),
	DIGEST (SHA512_256, 32),
	DIGEST (SHA3_224, 28),
	DIGEST (SHA3_256, 32),
	DIGEST (SHA3_384, 48),
	DIGEST (SHA3_512, 64),
	DIGEST (GOSTR3411, 32),

	HMAC (SHA_1_HMAC, 20),
	HMAC (SHA224_HMAC, 28),
	HMAC (SHA256_HMAC, 32),
	HMAC (SHA384_HMAC, 48),
	HMAC (SHA512_HMAC, 64),
	HMAC (MD5_HMAC, 16),
	HMAC (SHA512_224_HMAC, 28),
	HMAC (SHA512_256_HMAC, 32),
	HMAC (SHA3_224_HMAC, 28),
	HMAC (SHA3_256_HMAC, 32),
	HMAC (SHA3_384_HMAC, 48),
	HMAC (SHA3_512_HMAC, 64),
	HMAC (GOSTR3411_HMAC, 32),
	GENERAL (MD5),
	GENERAL (SHA_1),
	GENERAL (SHA224),
	GENERAL (SHA256),
	GENERAL (SHA384),
	GENERAL (SHA512),
	GENERAL (SHA512_224),
	GENERAL (SHA512_256),
	GENERAL (SHA3_224),
	GENERAL (SHA3_256),
	GENERAL (SHA3_384),
	GENERAL (SHA3_512),
	{ MAC (AES_GMAC, KEY_AES, 16), STRICT (gmac), .once = TRUE },
	{ MAC (AES_CMAC, KEY_AES, 16) },
	{ MAC (AES_CMAC_GENERAL, KEY_AES, 10), STRICT (ten) },
	{ MAC (AES_XCBC_MAC, KEY_AES_128, 16) },
	{ MAC (AES_XCBC_MAC_96, KEY_AES_128, 12) },
	{ MAC (DES3_CMAC, KEY_DES3, 8) },
	{ MAC (DES3_CMAC_GENERAL, KEY_DES3, 4), STRICT (four) },
	{ MAC (POLY1305, KEY_POLY1305, 16), .once = TRUE },
	{ MAC (TLS_MAC, KEY_SECRET, 12), STRICT (tls_mac) },
	{ MAC (TLS12_MAC, KEY_SECRET, 12), STRICT (tls_mac) },

	{ ENCRYPT (AES_ECB, KEY_AES, 48, 48) },
	{ ENCRYPT (AES_CBC, KEY_AES, 48, 48), IV (16) },
	{ ENCRYPT (AES_CBC_PAD, KEY_AES, 40, 48), IV (16) },
	{ ENCRYPT (AES_CTR, KEY_AES, 41, 41), STRICT (ctr) },
	{ ENCRYPT (AES_GCM, KEY_AES, 41, 57), STRICT (gcm), .notices = TRUE, .flags = MESSAGES },
	{ ENCRYPT (AES_OFB, KEY_AES, 41, 41), IV (16) },
	{ ENCRYPT (AES_CFB8, KEY_AES, 41, 41), IV (16) },
	{ ENCRYPT (AES_CFB128, KEY_AES, 41, 41), IV (16) },
	{ ENCRYPT (AES_CTS, KEY_AES, 41, 41), IV (16) },
	{ ENCRYPT (AES_CCM, KEY_AES, 41, 57), STRICT (ccm), .notices = TRUE, .flags = MESSAGES },
	{ ENCRYPT (AES_XTS, KEY_XTS, 41, 41), IV (16) },
	{ ENCRYPT (CAMELLIA_ECB, KEY_CAMELLIA, 48, 48) },
	{ ENCRYPT (CAMELLIA_CBC, KEY_CAMELLIA, 48, 48), IV (16) },
	{ ENCRYPT (CAMELLIA_CBC_PAD, KEY_CAMELLIA, 40, 48), IV (16) },
	{ ENCRYPT (CHACHA20, KEY_CHACHA20, 141, 141), STRICT (chacha) },
	{ ENCRYPT (CHACHA20, KEY_CHACHA20, 141, 141), STRICT (chacha_djb), .variant = "long-counter" },
	{ ENCRYPT (CHACHA20_POLY1305, KEY_CHACHA20, 41, 57), STRICT (chacha_poly), .notices = TRUE,
	  .flags = MESSAGES },
	{ ENCRYPT (DES_ECB, KEY_DES, 48, 48), NO_SINGLE_DES },
	{ ENCRYPT (DES_CBC, KEY_DES, 48, 48), IV (8), NO_SINGLE_DES },
	{ ENCRYPT (DES_CBC_PAD, KEY_DES, 40, 48), IV (8), NO_SINGLE_DES },
	{ ENCRYPT (DES3_ECB, KEY_DES3, 48, 48) },
	{ ENCRYPT (DES3_CBC, KEY_DES3, 48, 48), IV (8) },
	{ ENCRYPT (DES3_CBC_PAD, KEY_DES3, 40, 48), IV (8) },

	{ RSA_SIGN (RSA_PKCS, 51, NO_PARTS) },
	{ RSA_ENCRYPT (RSA_PKCS, 51), .random = TRUE, .flags = RECOVERS | ENCAPSULATES },
	{ RSA_SIGN (RSA_X_509, 256, NO_PARTS) },
	{ RSA_ENCRYPT (RSA_X_509, 256), .flags = RECOVERS | ENCAPSULATES },
	{ RSA_ENCRYPT (RSA_PKCS_OAEP, 51), STRICT (oaep), .random = TRUE, .notices = TRUE, .flags = ENCAPSULATES },
	{ RSA_SIGN (SHA1_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA224_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA256_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA384_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA512_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (MD5_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA3_224_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA3_256_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA3_384_RSA_PKCS, 100, PARTS) },
	{ RSA_SIGN (SHA3_512_RSA_PKCS, 100, PARTS) },
	PSS (RSA_PKCS_PSS, 32, NO_PARTS, pss_sha256),
	PSS (SHA1_RSA_PKCS_PSS, 100, PARTS, pss_sha1),
	PSS (SHA224_RSA_PKCS_PSS, 100, PARTS, pss_sha224),
	PSS (SHA256_RSA_PKCS_PSS, 100, PARTS, pss_sha256),
	PSS (SHA384_RSA_PKCS_PSS, 100, PARTS, pss_sha384),
	PSS (SHA512_RSA_PKCS_PSS, 100, PARTS, pss_sha512),
	PSS (SHA3_224_RSA_PKCS_PSS, 100, PARTS, pss_sha3_224),
	PSS (SHA3_256_RSA_PKCS_PSS, 100, PARTS, pss_sha3_256),
	PSS (SHA3_384_RSA_PKCS_PSS, 100, PARTS, pss_sha3_384),
	PSS (SHA3_512_RSA_PKCS_PSS, 100, PARTS, pss_sha3_512),
	ECDSA (ECDSA, 32, NO_PARTS),
	ECDSA (ECDSA_SHA1, 100, PARTS),
	ECDSA (ECDSA_SHA224, 100, PARTS),
	ECDSA (ECDSA_SHA256, 100, PARTS),
	ECDSA (ECDSA_SHA384, 100, PARTS),
	ECDSA (ECDSA_SHA512, 100, PARTS),
	ECDSA (ECDSA_SHA3_224, 100, PARTS),
	ECDSA (ECDSA_SHA3_256, 100, PARTS),
	ECDSA (ECDSA_SHA3_384, 100, PARTS),
	ECDSA (ECDSA_SHA3_512, 100, PARTS),
	{ SIGN (EDDSA, KEY_EDWARDS, 100, 64, PARTS) },
	{ SIGN (EDDSA, KEY_EDWARDS, 100, 64, PARTS), OPTIONAL (eddsa_context), .variant = "context",
	  .spared = "SoftHSM knows no parameters of EdDSA" },
	{ SIGN (EDDSA, KEY_EDWARDS, 100, 64, PARTS), OPTIONAL (eddsa_digest), .variant = "digest",
	  .spared = "SoftHSM knows no parameters of EdDSA" },
	DSA (DSA, 32, NO_PARTS),
	DSA (DSA_SHA1, 100, PARTS),
	DSA (DSA_SHA224, 100, PARTS),
	DSA (DSA_SHA256, 100, PARTS),
	DSA (DSA_SHA384, 100, PARTS),
	DSA (DSA_SHA512, 100, PARTS),
	DSA (DSA_SHA3_224, 100, PARTS),
	DSA (DSA_SHA3_256, 100, PARTS),
	DSA (DSA_SHA3_384, 100, PARTS),
	DSA (DSA_SHA3_512, 100, PARTS),
	{ SIGN (GOSTR3410, KEY_GOST, 32, 64, NO_PARTS), .random = TRUE },
	{ SIGN (GOSTR3410_WITH_GOSTR3411, KEY_GOST, 100, 64, PARTS), .random = TRUE },

	{ GENERATE (AES_KEY_GEN, CKK_AES, 32) },
	{ GENERATE (GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, 20) },
	{ GENERATE (AES_XTS_KEY_GEN, CKK_AES_XTS, 64) },
	{ GENERATE (CAMELLIA_KEY_GEN, CKK_CAMELLIA, 32) },
	{ GENERATE (HKDF_KEY_GEN, CKK_HKDF, 32) },
	{ GENERATE_FIXED (CHACHA20_KEY_GEN, CKK_CHACHA20, 32) },
	{ GENERATE_FIXED (POLY1305_KEY_GEN, CKK_POLY1305, 32) },
	{ GENERATE_FIXED (DES_KEY_GEN, CKK_DES, 8) },
	{ GENERATE_FIXED (DES2_KEY_GEN, CKK_DES2, 16) },
	{ GENERATE_FIXED (DES3_KEY_GEN, CKK_DES3, 24) },
	HMAC_GEN (SHA_1),
	HMAC_GEN (SHA224),
	HMAC_GEN (SHA256),
	HMAC_GEN (SHA384),
	HMAC_GEN (SHA512),
	HMAC_GEN (SHA512_224),
	HMAC_GEN (SHA512_256),
	HMAC_GEN (SHA3_224),
	HMAC_GEN (SHA3_256),
	HMAC_GEN (SHA3_384),
	HMAC_GEN (SHA3_512),
	{ GENERATE (PKCS5_PBKD2, CKK_AES, 32), STRICT (pbkdf2), .any_type = TRUE },
	{ PARAMETERS (DSA_PARAMETER_GEN, CKK_DSA, dsa_template) },
	{ PARAMETERS (DH_PKCS_PARAMETER_GEN, CKK_DH, dh_template),
	  .spared = "SoftHSM looks for a prime, for minutes" },

	{ PAIR (RSA_PKCS_KEY_PAIR_GEN, KEY_RSA_PUBLIC), TEMPLATE (rsa_template) },
	{ PAIR (EC_KEY_PAIR_GEN, KEY_EC_PUBLIC), .flags = ON_CURVES },
	{ PAIR (EC_EDWARDS_KEY_PAIR_GEN, KEY_EDWARDS_PUBLIC) },
	{ PAIR (EC_MONTGOMERY_KEY_PAIR_GEN, KEY_MONTGOMERY_PUBLIC) },
	{ PAIR (DH_PKCS_KEY_PAIR_GEN, KEY_DH_PUBLIC) },
	{ PAIR (DSA_KEY_PAIR_GEN, KEY_DSA_PUBLIC) },
	{ PAIR (GOSTR3410_KEY_PAIR_GEN, KEY_GOST_PUBLIC) },

	{ DERIVE (ECDH1_DERIVE, KEY_EC_PRIVATE, 32), STRICT (ecdh), .flags = ON_CURVES | ENCAPSULATES },
	{ DERIVE (ECDH1_DERIVE, KEY_EC_PRIVATE, 32), STRICT (ecdh_sha256), .variant = "KDF",
	  .spared = "SoftHSM has no key derivation functions" },
	{ DERIVE (ECDH1_DERIVE, KEY_MONTGOMERY_PRIVATE, 32), STRICT (ecdh_x25519), .variant = "X25519" },
	{ DERIVE (ECDH1_COFACTOR_DERIVE, KEY_EC_PRIVATE, 32), STRICT (ecdh), .flags = ON_CURVES | ENCAPSULATES },
	{ DERIVE (DH_PKCS_DERIVE, KEY_DH_PRIVATE, 256), STRICT (dh_base), .loose = TRUE },
	KEY_DERIVATION (MD5, 16),
	KEY_DERIVATION (SHA1, 20),
	KEY_DERIVATION (SHA224, 28),
	KEY_DERIVATION (SHA256, 32),
	KEY_DERIVATION (SHA384, 48),
	KEY_DERIVATION (SHA512, 64),
	KEY_DERIVATION (SHA512_224, 28),
	KEY_DERIVATION (SHA512_256, 32),
	KEY_DERIVATION (SHA3_224, 28),
	KEY_DERIVATION (SHA3_256, 32),
	KEY_DERIVATION (SHA3_384, 48),
	KEY_DERIVATION (SHA3_512, 64),
	{ DERIVE_ANY (HKDF_DERIVE, 0), STRICT (hkdf) },
	{ DERIVE_ANY (HKDF_DERIVE, 32), STRICT (hkdf_extract), .variant = "extract" },
	{ DERIVE_ANY (HKDF_DERIVE, 0), STRICT (hkdf_salt_key), .variant = "salt-key", .has_second = TRUE,
	  .second = KEY_SECRET, .second_at = offsetof (HkdfParams, salt_key) },
	{ DERIVE_DATA (HKDF_DATA, KEY_SECRET), STRICT (hkdf), .any_secret = TRUE },
	{ DERIVE_ANY (SP800_108_COUNTER_KDF, 32), STRICT (counter_kdf) },
	{ DERIVE_ANY (SP800_108_COUNTER_KDF, 32), STRICT (counter_kdf_two), .variant = "two", .n_made = 2 },
	{ DERIVE_ANY (SP800_108_FEEDBACK_KDF, 32), STRICT (feedback_kdf) },
	{ DERIVE_ANY (SP800_108_DOUBLE_PIPELINE_KDF, 32), STRICT (pipeline_kdf) },
	{ TLS_MASTER (TLS12_MASTER_KEY_DERIVE, KEY_PREMASTER), STRICT (tls_master) },
	{ TLS_MASTER (TLS12_MASTER_KEY_DERIVE_DH, KEY_SECRET), STRICT (tls_master_dh) },
	{ TLS_MASTER (TLS12_EXTENDED_MASTER_KEY_DERIVE, KEY_PREMASTER), STRICT (tls_extended) },
	{ TLS_MASTER (TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, KEY_SECRET), STRICT (tls_extended_dh) },
	{ TLS_KEYS (TLS12_KEY_AND_MAC_DERIVE), STRICT (tls_key_block) },
	{ TLS_KEYS (TLS12_KEY_SAFE_DERIVE), STRICT (tls_key_block) },
	{ DERIVE (TLS_KDF, KEY_SECRET, 0), STRICT (tls_kdf) },
	{ DERIVE (TLS12_KDF, KEY_SECRET, 0), STRICT (tls_kdf) },
	{ FROM_KEY (TLS_PRF, KEY_SECRET), STRICT (tls_prf), .gives_bytes = TRUE },
	{ SIMPLE_ANY (CONCATENATE_BASE_AND_KEY, 96), WITH (handle_of_second), .has_second = TRUE, .second = KEY_AES },
	{ SIMPLE_ANY (CONCATENATE_BASE_AND_DATA, 96), WITH (string) },
	{ SIMPLE_ANY (CONCATENATE_DATA_AND_BASE, 96), WITH (string) },
	{ SIMPLE_ANY (XOR_BASE_AND_DATA, 32), WITH (string) },
	{ SIMPLE_ANY (EXTRACT_KEY_FROM_KEY, 0), WITH (bit) },
	{ SIMPLE (AES_ECB_ENCRYPT_DATA, KEY_AES, 32), STRICT (string) },
	{ SIMPLE (AES_CBC_ENCRYPT_DATA, KEY_AES, 32), STRICT (aes_cbc_string) },
	{ SIMPLE (DES_ECB_ENCRYPT_DATA, KEY_DES, 32), STRICT (string), NO_SINGLE_DES },
	{ SIMPLE (DES_CBC_ENCRYPT_DATA, KEY_DES, 32), STRICT (des_cbc_string), NO_SINGLE_DES },
	{ SIMPLE (DES3_ECB_ENCRYPT_DATA, KEY_DES3, 32), STRICT (string) },
	{ SIMPLE (DES3_CBC_ENCRYPT_DATA, KEY_DES3, 32), STRICT (des_cbc_string) },

	{ WRAP (AES_KEY_WRAP, KEY_AES, 72, 8), .notices = TRUE },
	{ WRAP (AES_KEY_WRAP_PAD, KEY_AES, 72, 8), .notices = TRUE },
	{ WRAP (AES_KEY_WRAP_KWP, KEY_AES, 72, 8), .notices = TRUE },
	{ WRAP (AES_CBC, KEY_AES, 64, 16), IV (16) },
	{ WRAP (AES_GCM, KEY_AES, 80, 1), STRICT (gcm_wrap), .random = TRUE, .notices = TRUE },
	{ WRAP (AES_CCM, KEY_AES, 80, 1), STRICT (ccm_wrap), .random = TRUE, .notices = TRUE },
	{ WRAP (AES_CBC_PAD, KEY_AES, 80, 16), IV (16) },
	{ WRAP (CAMELLIA_CBC, KEY_CAMELLIA, 64, 16), IV (16) },
	{ WRAP (CAMELLIA_CBC_PAD, KEY_CAMELLIA, 80, 16), IV (16) },
	{ WRAP (DES_CBC, KEY_DES, 64, 8), IV (8), NO_SINGLE_DES },
	{ WRAP (DES_CBC_PAD, KEY_DES, 72, 8), IV (8), NO_SINGLE_DES },
	{ WRAP (DES3_CBC, KEY_DES3, 64, 8), IV (8), .spared = "SoftHSM says that it does, and does not" },
	{ WRAP (DES3_CBC_PAD, KEY_DES3, 72, 8), IV (8) },
	{ RSA_WRAP (RSA_PKCS, 256), .random = TRUE },
	{ RSA_WRAP (RSA_PKCS_OAEP, 256), STRICT (oaep), .random = TRUE, .notices = TRUE },
	{ RSA_WRAP (RSA_AES_KEY_WRAP, 328), STRICT (rsa_aes), .random = TRUE, .notices = TRUE },
};
const gsize n_rows = G_N_ELEMENTS (rows);

CK_FLAGS
row_flags (const Row *row)
{
	static const CK_FLAGS flags[] = {
		[FOR_DIGEST] = CKF_DIGEST,
		[FOR_ENCRYPT] = CKF_ENCRYPT | CKF_DECRYPT,
		[FOR_SIGN] = CKF_SIGN | CKF_VERIFY | CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY | CKF_MULTI_MESSAGE,
		[FOR_GENERATE] = CKF_GENERATE,
		[FOR_PAIR] = CKF_GENERATE_KEY_PAIR,
		[FOR_DERIVE] = CKF_DERIVE,
		[FOR_WRAP] = CKF_WRAP | CKF_UNWRAP,
	};

	if (row->once)
		return CKF_SIGN | CKF_VERIFY;
	return flags[row->use];
}

CK_MECHANISM
row_mechanism (const Row *row)
{
	return (CK_MECHANISM){ row->type, (void *)(guintptr)row->param, row->n_param };
}

char *
row_path (const char *topic, const Row *row, const char *use)
{
	if (row->variant == NULL)
		return g_strdup_printf ("/%s/%s/%s", topic, row->name, use);
	return g_strdup_printf ("/%s/%s-%s/%s", topic, row->name, row->variant, use);
}

ApiKey
key_of_another_type (ApiKey right)
{
	switch (api_key_class (right)) {
	case CKO_PUBLIC_KEY:
		return api_key_type (right) == CKK_RSA ? KEY_EC_PUBLIC : KEY_RSA_PUBLIC;
	case CKO_PRIVATE_KEY:
		return api_key_type (right) == CKK_RSA ? KEY_EC_PRIVATE : KEY_RSA_PRIVATE;
	default:
		return api_key_type (right) == CKK_AES ? KEY_SECRET : KEY_AES;
	}
}

/* Private keys stand behind their public ones. */
ApiKey
key_of_another_class (ApiKey right)
{
	switch (api_key_class (right)) {
	case CKO_PUBLIC_KEY:
		return right + 1;
	case CKO_PRIVATE_KEY:
		return right - 1;
	default:
		return KEY_EC_PRIVATE;
	}
}

/* --- one place and token for all rows --- */

Api shared;
static CK_MECHANISM_TYPE advertised[512];
static CK_ULONG n_advertised;

static void
list_mechanisms (void)
{
	n_advertised = G_N_ELEMENTS (advertised);
	assert_ok (shared.f->C_GetMechanismList (shared.slot, advertised, &n_advertised));
}

void
rows_setup (void)
{
	api_setup (&shared, NULL);
	list_mechanisms ();
}

void
rows_teardown (void)
{
	if (shared.f != NULL)
		api_teardown (&shared, NULL);
}

void
rows_configure (const char *mechanisms)
{
	g_autofree char *line = g_strdup_printf ("slots.mechanisms = %s", mechanisms);

	api_restart (&shared, line);
	list_mechanisms ();
}

gboolean
rows_is_advertised (CK_MECHANISM_TYPE type)
{
	for (CK_ULONG i = 0; i < n_advertised; i++)
		if (advertised[i] == type)
			return TRUE;
	return FALSE;
}

gboolean
rows_have (const Row *row, CK_FLAGS flags)
{
	/* SoftHSM sets bits in what was there before. */
	CK_MECHANISM_INFO info = { 0 };
	CK_RV rv = shared.f->C_GetMechanismInfo (shared.slot, row->type, &info);

	if (!shared.softhsm) {
		g_assert_true (rows_is_advertised (row->type));
		return TRUE;
	}
	if (rv == CKR_OK && (info.flags & flags) == flags && row->spared == NULL)
		return TRUE;
	g_test_skip (row->spared != NULL ? row->spared : "SoftHSM does not have it");
	return FALSE;
}

static CK_FLAGS
flags_of_rows (CK_MECHANISM_TYPE type)
{
	CK_FLAGS flags = 0;

	for (gsize i = 0; i < n_rows; i++)
		if (rows[i].type == type)
			flags |= row_flags (&rows[i]) | rows[i].flags;
	return flags;
}

void
rows_assert_complete (void)
{
	for (CK_ULONG i = 0; i < n_advertised; i++) {
		CK_FLAGS driven = flags_of_rows (advertised[i]);
		CK_MECHANISM_INFO info;

		assert_ok (shared.f->C_GetMechanismInfo (shared.slot, advertised[i], &info));
		if (info.flags != driven)
			g_error ("mechanism 0x%lx is advertised for 0x%lx, and its rows in the table are for 0x%lx",
			         advertised[i], info.flags, driven);
	}
}
