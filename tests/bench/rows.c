/* The kinds of work, family by family.  A row to add: what it is called, the direction, the mechanism, its key; and
 * where they apply, the parameter (PARAM), the size of the input if it is not each of the three (.n), and what Nettle
 * does for the same (.direct, and .with what). */

#include "bench.h"

#include <nettle/nettle-meta.h>

#define PARAM(name) .param = &(name), .n_param = sizeof (name)
#define ANY_IV .param = iv, .n_param = 16

/* --- keys --- */

static const Key aes = { CKK_AES, 32 }, xts = { CKK_AES_XTS, 64 }, des3 = { CKK_DES3, 24 },
		 camellia = { CKK_CAMELLIA, 32 }, chacha = { CKK_CHACHA20, 32 }, poly = { CKK_POLY1305, 32 },
		 hmac = { CKK_GENERIC_SECRET, 64 }, generic = { CKK_GENERIC_SECRET, 32 },
		 master = { CKK_GENERIC_SECRET, 48 }, aes_128 = { CKK_AES, 16 };

#define RSA(bits)                                                                                            \
	{ CKK_RSA, 0, CKM_RSA_PKCS_KEY_PAIR_GEN,                                                             \
	  { A_ULONG (CKA_MODULUS_BITS, bits), A_BYTES (CKA_PUBLIC_EXPONENT, 1, 0, 1) } }
static const Key rsa_2048 = RSA (2048), rsa_3072 = RSA (3072), rsa_4096 = RSA (4096);

#define CURVE(type, n, ...) { type, 0, CKM_EC_##n##KEY_PAIR_GEN, { A_BYTES (CKA_EC_PARAMS, __VA_ARGS__) } }
static const Key ec_224 = CURVE (CKK_EC, , 6, 5, 0x2b, 0x81, 4, 0, 0x21);
static const Key ec_256 = CURVE (CKK_EC, , 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7);
static const Key kem_256 = { CKK_EC, 0, CKM_EC_KEY_PAIR_GEN,
			     { A_BYTES (CKA_EC_PARAMS, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
			       A_BOOL (CKA_ENCAPSULATE, CK_TRUE) },
			     A_BOOL (CKA_DECAPSULATE, CK_TRUE) };
static const Key ec_384 = CURVE (CKK_EC, , 6, 5, 0x2b, 0x81, 4, 0, 0x22);
static const Key ec_521 = CURVE (CKK_EC, , 6, 5, 0x2b, 0x81, 4, 0, 0x23);
static const Key ed_25519 = CURVE (CKK_EC_EDWARDS, EDWARDS_, 6, 3, 0x2b, 0x65, 0x70);
static const Key ed_448 = CURVE (CKK_EC_EDWARDS, EDWARDS_, 6, 3, 0x2b, 0x65, 0x71);
static const Key x_25519 = CURVE (CKK_EC_MONTGOMERY, MONTGOMERY_, 6, 3, 0x2b, 0x65, 0x6e);
static const Key x_448 = CURVE (CKK_EC_MONTGOMERY, MONTGOMERY_, 6, 3, 0x2b, 0x65, 0x6f);

static const Key gost = { CKK_GOSTR3410, 0, CKM_GOSTR3410_KEY_PAIR_GEN,
			  { A_BYTES (CKA_GOSTR3410_PARAMS, 6, 7, 0x2a, 0x85, 3, 2, 2, 0x23, 1),
			    A_BYTES (CKA_GOSTR3411_PARAMS, 6, 7, 0x2a, 0x85, 3, 2, 2, 0x1e, 1) } };

static const Key dsa = { CKK_DSA, 0, CKM_DSA_KEY_PAIR_GEN,
			 { A_DATA (CKA_PRIME, group_p, sizeof group_p), A_DATA (CKA_SUBPRIME, group_q, sizeof group_q),
			   A_DATA (CKA_BASE, group_g, sizeof group_g) } };
/* What is generated for them; long enough to be worth its name, and short enough to end. */
static const Key dsa_domain = { CKK_DSA, 0, 0, { A_ULONG (CKA_PRIME_BITS, 1024) } };
static const Key dh_domain = { CKK_DH, 0, 0, { A_ULONG (CKA_PRIME_BITS, 512) } };
static const Key dh = { CKK_DH, 0, CKM_DH_PKCS_KEY_PAIR_GEN,
			{ A_DATA (CKA_PRIME, group_p, sizeof group_p), A_DATA (CKA_BASE, group_g, sizeof group_g) },
			A_ULONG (CKA_VALUE_BITS, 256) };

/* --- parameters --- */

static CK_BYTE iv[16] = "initial vector.";
static const CtrParams ctr = { 128, { 1 } };
static const GcmParams gcm = { iv, 12, 96, NULL, 0, 128 };
static CK_BYTE message_tag[16];
static const GcmMessageParams gcm_message = { iv, 12, 0, CKG_NO_GENERATE, message_tag, 128 };
static const CcmParams ccm = { 0, iv, 12, NULL, 0, 16 };
static CK_BYTE counter[4];
static const ChachaParams chacha_nonce = { counter, 32, iv, 96 };
static const ChachaPolyParams chacha_poly = { iv, 12, NULL, 0 };
static const PssParams pss = { CKM_SHA256, CKG_MGF1_SHA256, 32 };
static const OaepParams oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
static const EddsaParams eddsa_context = { CK_FALSE, 7, (CK_BYTE *)"context" }, eddsa_digest = { CK_TRUE, 0, NULL };
static const EcdhParams ecdh = { CKD_NULL };
static const HkdfParams hkdf = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_DATA, iv, 16 };
static const Pbkdf2Params pbkdf2 = { CKZ_SALT_SPECIFIED, iv, 16, 10000, CKP_PKCS5_PBKD2_HMAC_SHA256, NULL, 0,
				     (CK_BYTE *)"password", 8 };
static CK_BYTE text[32] = "thirty-two bytes for derivation";
static const StringParams string = { text, sizeof text };
static const struct {
	CK_BYTE iv[16];
	CK_BYTE *data;
	CK_ULONG n;
} cbc_data = { { 1 }, text, sizeof text };
static const CounterFormat format = { CK_FALSE, 32 };
static KdfField fields[] = { { CK_SP800_108_ITERATION_VARIABLE, &format, sizeof format },
			     { CK_SP800_108_BYTE_ARRAY, text, sizeof text } };
static KdfField chained[] = { { CK_SP800_108_ITERATION_VARIABLE, NULL, 0 },
			      { CK_SP800_108_BYTE_ARRAY, text, sizeof text } };
static const KdfParams sp800_counter = { CKM_SHA256_HMAC, 2, fields }, sp800_double = { CKM_SHA256_HMAC, 2, chained };
static const FeedbackKdfParams sp800_feedback = { CKM_SHA256_HMAC, 2, chained };
static CK_VERSION tls_version;
static const TlsMasterParams tls_master = { { text, 32, text, 32 }, &tls_version, CKM_SHA256 };
static CK_BYTE tls_client_iv[16], tls_server_iv[16], tls_out[48];
static CK_ULONG tls_n_out = sizeof tls_out;
static TlsKeys tls_made = { .client_iv = tls_client_iv, .server_iv = tls_server_iv };
static const TlsKeysParams tls_keys = { 256, 128, 128, CK_FALSE, { text, 32, text, 32 }, &tls_made, CKM_SHA256 };
static const TlsPrfParams tls_prf = { text, 32, text, 10, tls_out, &tls_n_out };
static const TlsMacParams tls_mac = { CKM_SHA256, 12, 1 };
static const CK_ULONG first_bit = 8;
static const CK_OBJECT_HANDLE second;

/* --- shapes of rows --- */

#define HASH(label, n, hash, at_once)                                                                        \
	{ "digest", label, DIGEST, CKM_##n, .direct = &direct_hash, .with = &nettle_##hash, .threads = at_once }
#define HMAC(label, n, hash, at_once)                                                                        \
	{ "hmac", "HMAC-" label, SIGN, CKM_##n##_HMAC, &hmac, .direct = &direct_hmac, .with = &nettle_##hash,     \
	  .threads = at_once }
#define HASHED(label, type) { "derive", label " of a key", DERIVE, CKM_##type##_KEY_DERIVATION, &generic, .n = 32 }
/* Both ways; what follows is the parameter and the like of both. */
#define CIPHER(family, label, n, key, there, back, ...)                                                      \
	{ family, label, ENCRYPT, CKM_##n, key, .direct = there, __VA_ARGS__ },                              \
	{ family, label, DECRYPT, CKM_##n, key, .direct = back, __VA_ARGS__ }
#define SIGNATURE(family, label, n, key, there, back, ...)                                                   \
	{ family, label, SIGN, CKM_##n, key, .direct = there, __VA_ARGS__ },                                 \
	{ family, label, VERIFY, CKM_##n, key, .direct = back, __VA_ARGS__ }
#define BITS(bits) .with = &(const unsigned){ bits }
#define RSA_ROWS(bits, key)                                                                                  \
	SIGNATURE ("rsa", "RSA-" #bits, SHA256_RSA_PKCS, key, &direct_rsa_sign, &direct_rsa_verify, .n = 64,  \
	           BITS (bits), .threads = true),                                                            \
	SIGNATURE ("rsa", "RSA-" #bits " PSS", SHA256_RSA_PKCS_PSS, key, &direct_pss_sign, &direct_pss_verify, \
	           .n = 64, BITS (bits), PARAM (pss)),                                                       \
	CIPHER ("rsa", "RSA-" #bits, RSA_PKCS, key, &direct_rsa_encrypt, &direct_rsa_decrypt, .n = 32, BITS (bits)), \
	CIPHER ("rsa", "RSA-" #bits " OAEP", RSA_PKCS_OAEP, key, &direct_oaep_encrypt, &direct_oaep_decrypt, .n = 32, \
	        BITS (bits), PARAM (oaep))
#define ECDSA(label, key, curve)                                                                             \
	SIGNATURE ("ec", label, ECDSA, key, &direct_ecdsa_sign, &direct_ecdsa_verify, .n = 32, .with = curve, \
	           .threads = true)
#define EDDSA(label, key, curve)                                                                             \
	SIGNATURE ("ec", label, EDDSA, key, &direct_eddsa_sign, &direct_eddsa_verify, .n = 32, .with = curve, \
	           .threads = true)
/* With a context, and of a digest: Nettle has neither, but the plain ones. */
#define EDDSA_WITH(label, key, curve, p)                                                                     \
	SIGNATURE ("ec", label, EDDSA, key, &direct_eddsa_sign, &direct_eddsa_verify, .n = 32, .with = curve,     \
	           PARAM (p), .near = true)
#define AGREE(label, key, how, curve)                                                                        \
	{ "ec", label, DERIVE, CKM_ECDH1_DERIVE, key, .n = 32, PARAM (ecdh), .fit = fit_peer_point, .direct = how, \
	  .with = curve, .threads = true }

const Row rows[] = {
	HASH ("MD5", MD5, md5, false),
	HASH ("SHA-1", SHA_1, sha1, false),
	HASH ("SHA-224", SHA224, sha224, false),
	HASH ("SHA-256", SHA256, sha256, true),
	HASH ("SHA-384", SHA384, sha384, false),
	HASH ("SHA-512", SHA512, sha512, false),
	HASH ("SHA-512/224", SHA512_224, sha512_224, false),
	HASH ("SHA-512/256", SHA512_256, sha512_256, false),
	HASH ("SHA3-224", SHA3_224, sha3_224, false),
	HASH ("SHA3-256", SHA3_256, sha3_256, false),
	HASH ("SHA3-384", SHA3_384, sha3_384, false),
	HASH ("SHA3-512", SHA3_512, sha3_512, false),
	HASH ("GOST R 34.11-94", GOSTR3411, gosthash94cp, false),

	{ "digest", "SHA-256", DIGEST_PART, CKM_SHA256, .direct = &direct_hash_part, .with = &nettle_sha256 },
	{ "digest", "SHA-512", DIGEST_PART, CKM_SHA512, .direct = &direct_hash_part, .with = &nettle_sha512 },

	HMAC ("MD5", MD5, md5, false),
	HMAC ("SHA-1", SHA_1, sha1, false),
	HMAC ("SHA-224", SHA224, sha224, false),
	HMAC ("SHA-256", SHA256, sha256, true),
	HMAC ("SHA-384", SHA384, sha384, false),
	HMAC ("SHA-512", SHA512, sha512, false),
	HMAC ("SHA-512/224", SHA512_224, sha512_224, false),
	HMAC ("SHA-512/256", SHA512_256, sha512_256, false),
	HMAC ("SHA3-224", SHA3_224, sha3_224, false),
	HMAC ("SHA3-256", SHA3_256, sha3_256, false),
	HMAC ("SHA3-384", SHA3_384, sha3_384, false),
	HMAC ("SHA3-512", SHA3_512, sha3_512, false),
	HMAC ("GOST R 34.11-94", GOSTR3411, gosthash94cp, false),

	{ "mac", "HMAC-SHA-256", SIGN_PART, CKM_SHA256_HMAC, &hmac, .direct = &direct_hmac_part, .with = &nettle_sha256 },
	{ "mac", "HMAC-SHA-256", VERIFY, CKM_SHA256_HMAC, &hmac, .direct = &direct_hmac, .with = &nettle_sha256 },
	{ "mac", "AES-256-CMAC", SIGN, CKM_AES_CMAC, &aes, .direct = &direct_cmac },
	{ "mac", "AES-XCBC-MAC", SIGN, CKM_AES_XCBC_MAC, &aes_128, .direct = &direct_cmac, .with = &nettle_aes128 },
	{ "mac", "AES-256-GMAC", SIGN, CKM_AES_GMAC, &aes, PARAM (gcm), .direct = &direct_gmac },
	{ "mac", "DES3-CMAC", SIGN, CKM_DES3_CMAC, &des3, .direct = &direct_cmac64 },
	{ "mac", "TLS 1.2 finished", SIGN, CKM_TLS_MAC, &master, .n = 32, PARAM (tls_mac) },
	{ "mac", "Poly1305", SIGN, CKM_POLY1305, &poly, .direct = &direct_poly },

	CIPHER ("aes", "AES-256-ECB", AES_ECB, &aes, &direct_ecb_encrypt, &direct_ecb_decrypt, .n = 0),
	CIPHER ("aes", "AES-256-CBC", AES_CBC, &aes, &direct_aes_cbc_encrypt, &direct_cbc_decrypt, ANY_IV, .threads = true),
	CIPHER ("aes", "AES-256-CBC-PAD", AES_CBC_PAD, &aes, &direct_aes_pad_encrypt, &direct_pad_decrypt, ANY_IV),
	CIPHER ("aes", "AES-256-CTR", AES_CTR, &aes, &direct_ctr, &direct_ctr, PARAM (ctr)),
	CIPHER ("aes", "AES-256-GCM", AES_GCM, &aes, &direct_gcm_encrypt, &direct_gcm_decrypt, PARAM (gcm),
	        .threads = true),
	{ "aes", "AES-256-CBC", ENCRYPT_PART, CKM_AES_CBC, &aes, .direct = &direct_aes_cbc_encrypt, ANY_IV },
	{ "aes", "AES-256-CTR", ENCRYPT_PART, CKM_AES_CTR, &aes, .direct = &direct_ctr, PARAM (ctr) },
	{ "aes", "AES-256-GCM", ENCRYPT_PART, CKM_AES_GCM, &aes, .direct = &direct_gcm_part, PARAM (gcm) },
	{ "aes", "AES-256-GCM", MESSAGE, CKM_AES_GCM, &aes, .direct = &direct_gcm_encrypt, PARAM (gcm_message) },
	CIPHER ("aes", "AES-256-CCM", AES_CCM, &aes, &direct_ccm_encrypt, &direct_ccm_decrypt, PARAM (ccm), .fit = fit_ccm),
	CIPHER ("aes", "AES-256-XTS", AES_XTS, &xts, &direct_xts_encrypt, &direct_xts_decrypt, ANY_IV),
	CIPHER ("aes", "AES-256-OFB", AES_OFB, &aes, &direct_ofb, &direct_ofb, ANY_IV),
	CIPHER ("aes", "AES-256-CFB8", AES_CFB8, &aes, &direct_cfb8_encrypt, &direct_cfb8_decrypt, ANY_IV),
	CIPHER ("aes", "AES-256-CFB128", AES_CFB128, &aes, &direct_cfb_encrypt, &direct_cfb_decrypt, ANY_IV),
	CIPHER ("aes", "AES-256-CTS", AES_CTS, &aes, &direct_aes_cbc_encrypt, &direct_cbc_decrypt, ANY_IV),

	CIPHER ("cipher", "DES3-ECB", DES3_ECB, &des3, &direct_ecb_encrypt, &direct_ecb_decrypt, .with = &cipher_des3),
	CIPHER ("cipher", "DES3-CBC", DES3_CBC, &des3, &direct_cbc_encrypt, &direct_cbc_decrypt, .with = &cipher_des3,
	        .param = iv, .n_param = 8),
	CIPHER ("cipher", "Camellia-256-ECB", CAMELLIA_ECB, &camellia, &direct_ecb_encrypt, &direct_ecb_decrypt,
	        .with = &nettle_camellia256),
	CIPHER ("cipher", "Camellia-256-CBC", CAMELLIA_CBC, &camellia, &direct_cbc_encrypt, &direct_cbc_decrypt,
	        .with = &nettle_camellia256, ANY_IV),
	CIPHER ("cipher", "ChaCha20", CHACHA20, &chacha, &direct_chacha, &direct_chacha, PARAM (chacha_nonce)),
	CIPHER ("cipher", "ChaCha20-Poly1305", CHACHA20_POLY1305, &chacha, &direct_chacha_poly_encrypt,
	        &direct_chacha_poly_decrypt, PARAM (chacha_poly)),

	{ "wrap", "AES-KW", WRAP, CKM_AES_KEY_WRAP, &aes, .n = 32, .direct = &direct_wrap, .small = true },
	{ "wrap", "AES-KW", UNWRAP, CKM_AES_KEY_WRAP, &aes, .n = 32, .direct = &direct_unwrap, .small = true },
	{ "wrap", "AES-KWP", WRAP, CKM_AES_KEY_WRAP_PAD, &aes, .n = 32, .direct = &direct_wrap, .small = true },
	{ "wrap", "AES-KWP", UNWRAP, CKM_AES_KEY_WRAP_PAD, &aes, .n = 32, .direct = &direct_unwrap, .small = true,
	  .threads = true },

	RSA_ROWS (2048, &rsa_2048),
	RSA_ROWS (3072, &rsa_3072),
	RSA_ROWS (4096, &rsa_4096),

	ECDSA ("P-224", &ec_224, &p224),
	ECDSA ("P-256", &ec_256, &p256),
	ECDSA ("P-384", &ec_384, &p384),
	ECDSA ("P-521", &ec_521, &p521),
	EDDSA ("Ed25519", &ed_25519, &ed25519),
	EDDSA ("Ed448", &ed_448, &ed448),
	EDDSA_WITH ("Ed25519ctx", &ed_25519, &ed25519, eddsa_context),
	EDDSA_WITH ("Ed25519ph", &ed_25519, &ed25519, eddsa_digest),
	EDDSA_WITH ("Ed448 with context", &ed_448, &ed448, eddsa_context),
	EDDSA_WITH ("Ed448ph", &ed_448, &ed448, eddsa_digest),
	SIGNATURE ("ec", "GOST R 34.10-2001", GOSTR3410, &gost, &direct_gost_sign, &direct_gost_verify, .n = 32,
	           .with = &gost_a),
	AGREE ("P-256", &ec_256, &direct_ecdh, &p256),
	{ "ec", "P-256", ENCAPSULATE, CKM_ECDH1_DERIVE, &kem_256, .n = 32, PARAM (ecdh), .direct = &direct_encapsulate,
	  .with = &p256 },
	AGREE ("X25519", &x_25519, &direct_montgomery, &x25519),
	AGREE ("X448", &x_448, &direct_montgomery, &x448),

	SIGNATURE ("dsa", "DSA-2048", DSA, &dsa, &direct_dsa_sign, &direct_dsa_verify, .n = 32, .threads = true),
	{ "dsa", "DH-2048", DERIVE, CKM_DH_PKCS_DERIVE, &dh, .n = 32, .fit = fit_peer_value, .direct = &direct_dh,
	  .threads = true },

	{ "derive", "HKDF-SHA-256", DERIVE, CKM_HKDF_DERIVE, &generic, .n = 32, PARAM (hkdf), .direct = &direct_hkdf,
	  .small = true, .threads = true },
	{ "derive", "HKDF-SHA-256", DERIVE_DATA, CKM_HKDF_DATA, &generic, .n = 32, PARAM (hkdf), .direct = &direct_hkdf,
	  .small = true },
	{ "derive", "PBKDF2-SHA-256, 10000 rounds", GENERATE, CKM_PKCS5_PBKD2, &generic, .n = 32, PARAM (pbkdf2),
	  .direct = &direct_pbkdf2 },
	HASHED ("SHA-1", SHA1),
	HASHED ("SHA-256", SHA256),
	HASHED ("SHA-512", SHA512),
	HASHED ("SHA3-256", SHA3_256),
	{ "derive", "AES-256-ECB of data", DERIVE, CKM_AES_ECB_ENCRYPT_DATA, &aes, .n = 32, PARAM (string) },
	{ "derive", "AES-256-CBC of data", DERIVE, CKM_AES_CBC_ENCRYPT_DATA, &aes, .n = 32, PARAM (cbc_data) },
	{ "derive", "key and key", DERIVE, CKM_CONCATENATE_BASE_AND_KEY, &generic, .n = 32, PARAM (second),
	  .fit = fit_second_key },
	{ "derive", "key and data", DERIVE, CKM_CONCATENATE_BASE_AND_DATA, &generic, .n = 32, PARAM (string) },
	{ "derive", "key xor data", DERIVE, CKM_XOR_BASE_AND_DATA, &generic, .n = 32, PARAM (string) },
	{ "derive", "key from key", DERIVE, CKM_EXTRACT_KEY_FROM_KEY, &generic, .n = 32, PARAM (first_bit) },

	{ "derive", "SP 800-108 counter", DERIVE, CKM_SP800_108_COUNTER_KDF, &generic, .n = 32, PARAM (sp800_counter) },
	{ "derive", "SP 800-108 feedback", DERIVE, CKM_SP800_108_FEEDBACK_KDF, &generic, .n = 32, PARAM (sp800_feedback) },
	{ "derive", "SP 800-108 double pipeline", DERIVE, CKM_SP800_108_DOUBLE_PIPELINE_KDF, &generic, .n = 32,
	  PARAM (sp800_double) },
	{ "derive", "TLS 1.2 master secret", DERIVE, CKM_TLS12_MASTER_KEY_DERIVE, &master, .n = 48, PARAM (tls_master),
	  .n_made = 48 },
	{ "derive", "TLS 1.2 keys", DERIVE, CKM_TLS12_KEY_AND_MAC_DERIVE, &master, .n = 48, PARAM (tls_keys),
	  .clean = clean_tls_keys },
	{ "derive", "TLS 1.0 PRF", DERIVE, CKM_TLS_PRF, &generic, .n = 32, PARAM (tls_prf) },

	{ "generate", "AES-256", GENERATE, CKM_AES_KEY_GEN, &aes, .n = 32, .threads = true },
	{ "generate", "generic secret", GENERATE, CKM_GENERIC_SECRET_KEY_GEN, &generic, .n = 32 },
	{ "generate", "P-256", GENERATE_PAIR, CKM_EC_KEY_PAIR_GEN, &ec_256, .n = 32, .direct = &direct_ec_generate,
	  .with = &p256, .threads = true },
	{ "generate", "P-521", GENERATE_PAIR, CKM_EC_KEY_PAIR_GEN, &ec_521, .n = 66, .direct = &direct_ec_generate,
	  .with = &p521 },
	{ "generate", "Ed25519", GENERATE_PAIR, CKM_EC_EDWARDS_KEY_PAIR_GEN, &ed_25519, .n = 32,
	  .direct = &direct_edwards_generate, .with = &ed25519 },
	{ "generate", "X25519", GENERATE_PAIR, CKM_EC_MONTGOMERY_KEY_PAIR_GEN, &x_25519, .n = 32,
	  .direct = &direct_edwards_generate, .with = &x25519 },
	{ "generate", "DSA-2048", GENERATE_PAIR, CKM_DSA_KEY_PAIR_GEN, &dsa, .n = 32 },
	{ "generate", "DSA-1024", GENERATE_DOMAIN, CKM_DSA_PARAMETER_GEN, &dsa_domain, .n = 128,
	  .direct = &direct_dsa_domain, BITS (1024), .random = true },
	{ "generate", "DH-512", GENERATE_DOMAIN, CKM_DH_PKCS_PARAMETER_GEN, &dh_domain, .n = 64, .random = true },
	{ "generate", "RSA-2048", GENERATE_PAIR, CKM_RSA_PKCS_KEY_PAIR_GEN, &rsa_2048, .n = 256,
	  .direct = &direct_rsa_generate, BITS (2048), .random = true },

	{ "random", "random", RANDOM, .direct = &direct_random, .threads = true },

	{ "session", "session opened and closed", SESSION, .n = 1, .threads = true },
};

const gsize n_rows = G_N_ELEMENTS (rows);
