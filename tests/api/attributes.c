/* See attributes.h.  The order is that of the standard's sections. */

#include "attributes.h"

#define N(n) NOTE (n)
#define A(type) CKA_##type, "CKA_" #type

#ifndef CKA_OBJECT_VALIDATION_FLAGS
#define CKA_OBJECT_VALIDATION_FLAGS 0x0000061eUL
#endif
#ifndef CKA_PUBLIC_CRC64_VALUE
#define CKA_PUBLIC_CRC64_VALUE 0x00000636UL
#endif

#define TABLE(name, base, section) \
	static const SaidTable name = { section, base, name##_rows, sizeof name##_rows / sizeof *name##_rows }

static const Said common_rows[] = {
	{ A (CLASS), SAID_ULONG, N (1), NONE },
	{ A (UNIQUE_ID), SAID_BYTES, N (2) | N (4) | N (6), NONE },
};
TABLE (common, NULL, "4.2");

/* "Only the CKA_LABEL attribute can be modified after the object is created"; 4.1.3 names the four of copying; the
 * meaning of CKA_COPYABLE is footnote 12 in words. */
static const Said storage_rows[] = {
	{ A (TOKEN), SAID_BOOL, NOTE_COPY, FALSE_ },
	{ A (PRIVATE), SAID_BOOL, NOTE_COPY, OF_TOKEN },
	{ A (MODIFIABLE), SAID_BOOL, NOTE_COPY, TRUE_ },
	{ A (LABEL), SAID_BYTES, N (8), EMPTY },
	{ A (COPYABLE), SAID_BOOL, N (12), TRUE_ },
	{ A (DESTROYABLE), SAID_BOOL, NOTE_COPY, TRUE_ },
};
TABLE (storage, &common, "4.4");

static const Said data_rows[] = {
	{ A (APPLICATION), SAID_BYTES, 0, EMPTY },
	{ A (OBJECT_ID), SAID_BYTES, 0, EMPTY },
	{ A (VALUE), SAID_BYTES, 0, EMPTY },
};
TABLE (data, &storage, "4.5");

/* --- certificates: which may be modified stands in the text below each table --- */

static const Said certificate_rows[] = {
	{ A (CERTIFICATE_TYPE), SAID_ULONG, N (1), NONE },
	{ A (TRUSTED), SAID_BOOL, N (10), OF_TOKEN },
	{ A (CERTIFICATE_CATEGORY), SAID_ULONG, 0, ZERO },
	{ A (CHECK_VALUE), SAID_BYTES, 0, COMPUTED },
	{ A (START_DATE), SAID_DATE, 0, EMPTY },
	{ A (END_DATE), SAID_DATE, 0, EMPTY },
	{ A (PUBLIC_KEY_INFO), SAID_BYTES, 0, EMPTY },
};
TABLE (certificate, &storage, "4.6.2");

static const Said x509_rows[] = {
	{ A (SUBJECT), SAID_BYTES, N (1), NONE },
	{ A (ID), SAID_BYTES, N (8), EMPTY },
	{ A (ISSUER), SAID_BYTES, N (8), EMPTY },
	{ A (SERIAL_NUMBER), SAID_BYTES, N (8), EMPTY },
	{ A (VALUE), SAID_BYTES, N (1), NONE },
	{ A (URL), SAID_BYTES, 0, EMPTY },
	{ A (HASH_OF_SUBJECT_PUBLIC_KEY), SAID_BYTES, 0, EMPTY },
	{ A (HASH_OF_ISSUER_PUBLIC_KEY), SAID_BYTES, 0, EMPTY },
	{ A (JAVA_MIDP_SECURITY_DOMAIN), SAID_ULONG, 0, ZERO },
	{ A (NAME_HASH_ALGORITHM), SAID_ULONG, 0, SHA_1 },
};
TABLE (x509, &certificate, "4.6.3");

static const Said wtls_rows[] = {
	{ A (SUBJECT), SAID_BYTES, N (1), NONE },
	{ A (ISSUER), SAID_BYTES, N (8), EMPTY },
	{ A (VALUE), SAID_BYTES, N (1), NONE },
	{ A (URL), SAID_BYTES, 0, NONE },
	{ A (HASH_OF_SUBJECT_PUBLIC_KEY), SAID_BYTES, 0, EMPTY },
	{ A (HASH_OF_ISSUER_PUBLIC_KEY), SAID_BYTES, 0, EMPTY },
	{ A (NAME_HASH_ALGORITHM), SAID_ULONG, 0, SHA_1 },
};
TABLE (wtls, &certificate, "4.6.4");

static const Said x509_attr_rows[] = {
	{ A (OWNER), SAID_BYTES, N (1), NONE },
	{ A (AC_ISSUER), SAID_BYTES, N (8), EMPTY },
	{ A (SERIAL_NUMBER), SAID_BYTES, N (8), EMPTY },
	{ A (ATTR_TYPES), SAID_BYTES, N (8), EMPTY },
	{ A (VALUE), SAID_BYTES, N (1), NONE },
};
TABLE (x509_attr, &certificate, "4.6.5");

/* The standard has no such certificates: as SoftHSM has them, whose rules for X.509 these are. */
static const Said openpgp_rows[] = {
	{ A (SUBJECT), SAID_BYTES, N (1), NONE },
	{ A (ID), SAID_BYTES, N (8), EMPTY },
	{ A (ISSUER), SAID_BYTES, N (8), EMPTY },
	{ A (SERIAL_NUMBER), SAID_BYTES, N (8), EMPTY },
	{ A (VALUE), SAID_BYTES, N (1), NONE },
	{ A (URL), SAID_BYTES, 0, EMPTY },
};
TABLE (openpgp, &certificate, "none");

/* --- keys --- */

static const Said key_rows[] = {
	{ A (KEY_TYPE), SAID_ULONG, N (1) | N (5), NONE },
	{ A (ID), SAID_BYTES, N (8), EMPTY },
	{ A (START_DATE), SAID_DATE, N (8), EMPTY },
	{ A (END_DATE), SAID_DATE, N (8), EMPTY },
	{ A (DERIVE), SAID_BOOL, N (8), FALSE_ },
	{ A (LOCAL), SAID_BOOL, N (2) | N (4) | N (6), NONE },
	{ A (KEY_GEN_MECHANISM), SAID_ULONG, N (2) | N (4) | N (6), NONE },
	{ A (ALLOWED_MECHANISMS), SAID_MECHANISMS, 0, NONE },
	{ A (OBJECT_VALIDATION_FLAGS), SAID_ULONG, N (4) | N (6), OF_TOKEN },
};
TABLE (key, &storage, "4.7");

static const Said public_key_rows[] = {
	{ A (SUBJECT), SAID_BYTES, N (8), EMPTY },
	{ A (ENCRYPT), SAID_BOOL, N (8), OF_TOKEN },
	{ A (VERIFY), SAID_BOOL, N (8), OF_TOKEN },
	{ A (VERIFY_RECOVER), SAID_BOOL, N (8), OF_TOKEN },
	{ A (WRAP), SAID_BOOL, N (8), OF_TOKEN },
	{ A (ENCAPSULATE), SAID_BOOL, N (8), OF_TOKEN },
	{ A (TRUSTED), SAID_BOOL, N (10), OF_TOKEN },
	{ A (WRAP_TEMPLATE), SAID_TEMPLATE, 0, NONE },
	{ A (ENCAPSULATE_TEMPLATE), SAID_TEMPLATE, 0, NONE },
	{ A (PUBLIC_KEY_INFO), SAID_BYTES, 0, COMPUTED },
	{ A (PUBLIC_CRC64_VALUE), SAID_BYTES, N (1) | N (4), NONE },
};
TABLE (public_key, &key, "4.8");

static const Said private_key_rows[] = {
	{ A (SUBJECT), SAID_BYTES, N (8), EMPTY },
	{ A (SENSITIVE), SAID_BOOL, N (8) | N (11), OF_TOKEN },
	{ A (DECRYPT), SAID_BOOL, N (8), OF_TOKEN },
	{ A (SIGN), SAID_BOOL, N (8), OF_TOKEN },
	{ A (SIGN_RECOVER), SAID_BOOL, N (8), OF_TOKEN },
	{ A (UNWRAP), SAID_BOOL, N (8), OF_TOKEN },
	{ A (DECAPSULATE), SAID_BOOL, N (8), OF_TOKEN },
	{ A (EXTRACTABLE), SAID_BOOL, N (8) | N (12), OF_TOKEN },
	{ A (ALWAYS_SENSITIVE), SAID_BOOL, N (2) | N (4) | N (6), NONE },
	{ A (NEVER_EXTRACTABLE), SAID_BOOL, N (2) | N (4) | N (6), NONE },
	{ A (WRAP_WITH_TRUSTED), SAID_BOOL, N (11), FALSE_ },
	{ A (UNWRAP_TEMPLATE), SAID_TEMPLATE, 0, NONE },
	{ A (DECAPSULATE_TEMPLATE), SAID_TEMPLATE, 0, NONE },
	{ A (ALWAYS_AUTHENTICATE), SAID_BOOL, 0, FALSE_ },
	{ A (PUBLIC_KEY_INFO), SAID_BYTES, N (8), COMPUTED },
	{ A (DERIVE_TEMPLATE), SAID_TEMPLATE, 0, NONE },
	{ A (PUBLIC_CRC64_VALUE), SAID_BYTES, N (1) | N (4), NONE },
};
TABLE (private_key, &key, "4.9");

static const Said secret_key_rows[] = {
	{ A (SENSITIVE), SAID_BOOL, N (8) | N (11), FALSE_ },
	{ A (ENCRYPT), SAID_BOOL, N (8), OF_TOKEN },
	{ A (DECRYPT), SAID_BOOL, N (8), OF_TOKEN },
	{ A (SIGN), SAID_BOOL, N (8), OF_TOKEN },
	{ A (VERIFY), SAID_BOOL, N (8), OF_TOKEN },
	{ A (WRAP), SAID_BOOL, N (8), OF_TOKEN },
	{ A (UNWRAP), SAID_BOOL, N (8), OF_TOKEN },
	{ A (EXTRACTABLE), SAID_BOOL, N (8) | N (12), OF_TOKEN },
	{ A (ALWAYS_SENSITIVE), SAID_BOOL, N (2) | N (4) | N (6), NONE },
	{ A (NEVER_EXTRACTABLE), SAID_BOOL, N (2) | N (4) | N (6), NONE },
	{ A (CHECK_VALUE), SAID_BYTES, 0, COMPUTED },
	{ A (WRAP_WITH_TRUSTED), SAID_BOOL, N (11), FALSE_ },
	{ A (TRUSTED), SAID_BOOL, N (10), OF_TOKEN },
	{ A (WRAP_TEMPLATE), SAID_TEMPLATE, 0, NONE },
	{ A (UNWRAP_TEMPLATE), SAID_TEMPLATE, 0, NONE },
	{ A (DERIVE_TEMPLATE), SAID_TEMPLATE, 0, NONE },
#ifdef CKA_SOFTHSM_KEYS_ONLY
	{ A (SOFTHSM_PARTLY_KNOWN), SAID_BOOL, N (2) | N (4) | N (6), NOT_YET, false, "of no standard: it is keys.policy's" },
	{ A (SOFTHSM_KEYS_ONLY), SAID_BOOL, N (2) | N (4) | N (6), NOT_YET, false, "of no standard: it is keys.policy's" },
#endif
};
TABLE (secret_key, &key, "4.10");

/* --- domain parameters --- */

static const Said domain_rows[] = {
	{ A (KEY_TYPE), SAID_ULONG, N (1), NONE },
	{ A (LOCAL), SAID_BOOL, N (2) | N (4), NONE },
};
TABLE (domain, &storage, "4.11");

/* --- RSA --- */

static const Said rsa_public_rows[] = {
	{ A (MODULUS), SAID_BYTES, N (1) | N (4), NONE },
	{ A (MODULUS_BITS), SAID_ULONG, N (2) | N (3), NONE },
	{ A (PUBLIC_EXPONENT), SAID_BYTES, N (1), NONE },
};
TABLE (rsa_public, &public_key, "RSA public key objects");

static const Said rsa_private_rows[] = {
	{ A (MODULUS), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (PUBLIC_EXPONENT), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (PRIVATE_EXPONENT), SAID_BYTES, N (1) | N (4) | N (6) | N (7), NONE },
	{ A (PRIME_1), SAID_BYTES, N (4) | N (6) | N (7), NONE },
	{ A (PRIME_2), SAID_BYTES, N (4) | N (6) | N (7), NONE },
	{ A (EXPONENT_1), SAID_BYTES, N (4) | N (6) | N (7), NONE },
	{ A (EXPONENT_2), SAID_BYTES, N (4) | N (6) | N (7), NONE },
	{ A (COEFFICIENT), SAID_BYTES, N (4) | N (6) | N (7), NONE },
};
TABLE (rsa_private, &private_key, "RSA private key objects");

/* --- DSA --- */

static const Said dsa_public_rows[] = {
	{ A (PRIME), SAID_BYTES, N (1) | N (3), NONE },
	{ A (SUBPRIME), SAID_BYTES, N (1) | N (3), NONE },
	{ A (BASE), SAID_BYTES, N (1) | N (3), NONE },
	{ A (VALUE), SAID_BYTES, N (1) | N (4), NONE },
};
TABLE (dsa_public, &public_key, "DSA public key objects");

static const Said dsa_private_rows[] = {
	{ A (PRIME), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (SUBPRIME), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (BASE), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (VALUE), SAID_BYTES, N (1) | N (4) | N (6) | N (7), NONE },
};
TABLE (dsa_private, &private_key, "DSA private key objects");

/* CKA_SUBPRIME_BITS is in the text only: a template of parameter generation may have it, and else it is computed. */
static const Said dsa_domain_rows[] = {
	{ A (PRIME), SAID_BYTES, N (1) | N (4), NONE },
	{ A (SUBPRIME), SAID_BYTES, N (1) | N (4), NONE },
	{ A (BASE), SAID_BYTES, N (1) | N (4), NONE },
	{ A (PRIME_BITS), SAID_ULONG, N (2) | N (3), NONE },
	{ A (SUBPRIME_BITS), SAID_ULONG, N (2), NONE },
};
TABLE (dsa_domain, &domain, "DSA domain parameter objects");

/* --- elliptic curves --- */

static const Said ec_public_rows[] = {
	{ A (EC_PARAMS), SAID_BYTES, N (1) | N (3), NONE },
	{ A (EC_POINT), SAID_BYTES, N (1) | N (4), NONE },
};
TABLE (ec_public, &public_key, "(Edwards, Montgomery) elliptic curve public key objects");

static const Said ec_private_rows[] = {
	{ A (EC_PARAMS), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (VALUE), SAID_BYTES, N (1) | N (4) | N (6) | N (7), NONE },
};
TABLE (ec_private, &private_key, "(Edwards, Montgomery) elliptic curve private key objects");

/* --- Diffie-Hellman --- */

static const Said dh_public_rows[] = {
	{ A (PRIME), SAID_BYTES, N (1) | N (3), NONE },
	{ A (BASE), SAID_BYTES, N (1) | N (3), NONE },
	{ A (VALUE), SAID_BYTES, N (1) | N (4), NONE },
};
TABLE (dh_public, &public_key, "Diffie-Hellman public key objects");

static const Said dh_private_rows[] = {
	{ A (PRIME), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (BASE), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (VALUE), SAID_BYTES, N (1) | N (4) | N (6) | N (7), NONE },
	{ A (VALUE_BITS), SAID_ULONG, N (2), NONE },
};
TABLE (dh_private, &private_key, "Diffie-Hellman private key objects");

static const Said dh_domain_rows[] = {
	{ A (PRIME), SAID_BYTES, N (1) | N (4), NONE },
	{ A (BASE), SAID_BYTES, N (1) | N (4), NONE },
	{ A (PRIME_BITS), SAID_ULONG, N (2) | N (3), NONE },
};
TABLE (dh_domain, &domain, "Diffie-Hellman domain parameter objects");

/* --- secret keys --- */

static const Said length_rows[] = {
	{ A (VALUE), SAID_BYTES, N (1) | N (4) | N (6) | N (7), NONE },
	{ A (VALUE_LEN), SAID_ULONG, N (2) | N (3), NONE },
};
TABLE (length, &secret_key, "generic, AES, AES-XTS, Camellia, ChaCha20, Poly1305 secret key objects");

static const Said fixed_rows[] = {
	{ A (VALUE), SAID_BYTES, N (1) | N (4) | N (6) | N (7), NONE },
};
TABLE (fixed, &secret_key, "DES2 and DES3 secret key objects");

/* --- GOST --- */

static const Said gost_public_rows[] = {
	{ A (VALUE), SAID_BYTES, N (1) | N (4), NONE },
	{ A (GOSTR3410_PARAMS), SAID_BYTES, N (1) | N (3), NONE },
	{ A (GOSTR3411_PARAMS), SAID_BYTES, N (1) | N (3) | N (8), NONE },
	{ A (GOST28147_PARAMS), SAID_BYTES, N (8), NONE },
};
TABLE (gost_public, &public_key, "GOST R 34.10-2001 public key objects");

static const Said gost_private_rows[] = {
	{ A (VALUE), SAID_BYTES, N (1) | N (4) | N (6) | N (7), NONE },
	{ A (GOSTR3410_PARAMS), SAID_BYTES, N (1) | N (4) | N (6), NONE },
	{ A (GOSTR3411_PARAMS), SAID_BYTES, N (1) | N (4) | N (6) | N (8), NONE },
	{ A (GOST28147_PARAMS), SAID_BYTES, N (4) | N (6) | N (8), NONE },
};
TABLE (gost_private, &private_key, "GOST R 34.10-2001 private key objects");

/* The classes and types of the module.  Keys of HMAC and HKDF have no table in the standard: they are generic secrets
 * with a narrower use; single DES is in its historical part, as DES2 is here. */
const SaidClass said_classes[] = {
	{ "data", CKO_DATA, 0, &data },
	{ "X.509-certificate", CKO_CERTIFICATE, CKC_X_509, &x509 },
	{ "attribute-certificate", CKO_CERTIFICATE, CKC_X_509_ATTR_CERT, &x509_attr },
	{ "WTLS-certificate", CKO_CERTIFICATE, CKC_WTLS, &wtls },
	{ "OpenPGP-certificate", CKO_CERTIFICATE, CKC_OPENPGP, &openpgp },
	{ "RSA-public", CKO_PUBLIC_KEY, CKK_RSA, &rsa_public },
	{ "RSA-private", CKO_PRIVATE_KEY, CKK_RSA, &rsa_private },
	{ "DSA-public", CKO_PUBLIC_KEY, CKK_DSA, &dsa_public },
	{ "DSA-private", CKO_PRIVATE_KEY, CKK_DSA, &dsa_private },
	{ "DSA-parameters", CKO_DOMAIN_PARAMETERS, CKK_DSA, &dsa_domain },
	{ "EC-public", CKO_PUBLIC_KEY, CKK_EC, &ec_public },
	{ "EC-private", CKO_PRIVATE_KEY, CKK_EC, &ec_private },
	{ "Edwards-public", CKO_PUBLIC_KEY, CKK_EC_EDWARDS, &ec_public },
	{ "Edwards-private", CKO_PRIVATE_KEY, CKK_EC_EDWARDS, &ec_private },
	{ "Montgomery-public", CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY, &ec_public },
	{ "Montgomery-private", CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, &ec_private },
	{ "DH-public", CKO_PUBLIC_KEY, CKK_DH, &dh_public },
	{ "DH-private", CKO_PRIVATE_KEY, CKK_DH, &dh_private },
	{ "DH-parameters", CKO_DOMAIN_PARAMETERS, CKK_DH, &dh_domain },
	{ "GOST-public", CKO_PUBLIC_KEY, CKK_GOSTR3410, &gost_public },
	{ "GOST-private", CKO_PRIVATE_KEY, CKK_GOSTR3410, &gost_private },
	{ "generic-secret", CKO_SECRET_KEY, CKK_GENERIC_SECRET, &length },
	{ "AES", CKO_SECRET_KEY, CKK_AES, &length },
	{ "AES-XTS", CKO_SECRET_KEY, CKK_AES_XTS, &length },
	{ "DES", CKO_SECRET_KEY, CKK_DES, &fixed },
	{ "DES2", CKO_SECRET_KEY, CKK_DES2, &fixed },
	{ "DES3", CKO_SECRET_KEY, CKK_DES3, &fixed },
	{ "Camellia", CKO_SECRET_KEY, CKK_CAMELLIA, &length },
	{ "ChaCha20", CKO_SECRET_KEY, CKK_CHACHA20, &length },
	{ "Poly1305", CKO_SECRET_KEY, CKK_POLY1305, &length },
	{ "HKDF", CKO_SECRET_KEY, CKK_HKDF, &length },
	{ "MD5-HMAC", CKO_SECRET_KEY, CKK_MD5_HMAC, &length },
	{ "SHA-1-HMAC", CKO_SECRET_KEY, CKK_SHA_1_HMAC, &length },
	{ "SHA224-HMAC", CKO_SECRET_KEY, CKK_SHA224_HMAC, &length },
	{ "SHA256-HMAC", CKO_SECRET_KEY, CKK_SHA256_HMAC, &length },
	{ "SHA384-HMAC", CKO_SECRET_KEY, CKK_SHA384_HMAC, &length },
	{ "SHA512-HMAC", CKO_SECRET_KEY, CKK_SHA512_HMAC, &length },
	{ "SHA512-224-HMAC", CKO_SECRET_KEY, CKK_SHA512_224_HMAC, &length },
	{ "SHA512-256-HMAC", CKO_SECRET_KEY, CKK_SHA512_256_HMAC, &length },
	{ "SHA3-224-HMAC", CKO_SECRET_KEY, CKK_SHA3_224_HMAC, &length },
	{ "SHA3-256-HMAC", CKO_SECRET_KEY, CKK_SHA3_256_HMAC, &length },
	{ "SHA3-384-HMAC", CKO_SECRET_KEY, CKK_SHA3_384_HMAC, &length },
	{ "SHA3-512-HMAC", CKO_SECRET_KEY, CKK_SHA3_512_HMAC, &length },
};
const size_t n_said_classes = sizeof said_classes / sizeof *said_classes;

/* --- what is otherwise --- */

#define ANY CK_UNAVAILABLE_INFORMATION

static const char softhsm[] = "the standard leaves the default to the token: SoftHSM's";
static const char so_sets[] = "what only the SO can set to true he sets on objects that are there";
static const char sticky[] = "what sticks once it is set can be set";
static const char unset[] = "the standard has no default: as SoftHSM, there and empty, so that it can be read";
static const char newer[] = "not there until it is given, which means no: SoftHSM does not know it";
static const char crc[] = "an integrity value that no caller of today gives; optional in effect";

#define DEFAULT(class, type, value) { class, ANY, CKA_##type, 0, 0, value, false, softhsm }
#define ABSENT(class, type, why) { class, ANY, CKA_##type, 0, 0, AS_SAID, true, why }

/* In order; of several for one attribute the later wins. */
const Deviation deviations[] = {
	DEFAULT (ANY, PRIVATE, TRUE_),
	DEFAULT (CKO_CERTIFICATE, PRIVATE, FALSE_),
	DEFAULT (CKO_PUBLIC_KEY, PRIVATE, FALSE_),
	DEFAULT (CKO_DOMAIN_PARAMETERS, PRIVATE, FALSE_),
	{ ANY, ANY, CKA_COPYABLE, NOTE (8), 0, AS_SAID, false, sticky },
	{ ANY, ANY, CKA_DESTROYABLE, NOTE (12), 0, AS_SAID, false,
	  "a copy of what may not be destroyed may not be destroyed either" },

	{ CKO_CERTIFICATE, ANY, CKA_TRUSTED, NOTE (8), 0, FALSE_, false, so_sets },
	{ CKO_PUBLIC_KEY, ANY, CKA_TRUSTED, NOTE (8), 0, FALSE_, false, so_sets },
	{ CKO_SECRET_KEY, ANY, CKA_TRUSTED, NOTE (8), 0, FALSE_, false, so_sets },
	{ CKO_CERTIFICATE, CKC_WTLS, CKA_URL, 0, 0, EMPTY, false, unset },

	{ ANY, ANY, CKA_ALLOWED_MECHANISMS, 0, 0, EMPTY, false, unset },
	{ ANY, ANY, CKA_WRAP_TEMPLATE, 0, 0, EMPTY, false, unset },
	{ ANY, ANY, CKA_UNWRAP_TEMPLATE, 0, 0, EMPTY, false, unset },
	ABSENT (ANY, OBJECT_VALIDATION_FLAGS, "the token has no validations to tell of"),
	ABSENT (ANY, PUBLIC_CRC64_VALUE, crc),

	DEFAULT (ANY, ENCRYPT, TRUE_),
	DEFAULT (ANY, DECRYPT, TRUE_),
	DEFAULT (ANY, SIGN, TRUE_),
	DEFAULT (ANY, SIGN_RECOVER, TRUE_),
	DEFAULT (ANY, VERIFY, TRUE_),
	DEFAULT (ANY, VERIFY_RECOVER, TRUE_),
	DEFAULT (ANY, WRAP, TRUE_),
	DEFAULT (ANY, UNWRAP, TRUE_),
	DEFAULT (CKO_PRIVATE_KEY, SENSITIVE, FALSE_),
	/* of unwrapped keys too, where section 5.18.4 has CK_TRUE */
	DEFAULT (ANY, EXTRACTABLE, FALSE_),
	{ ANY, ANY, CKA_ENCAPSULATE, 0, 0, NONE, false, newer },
	{ ANY, ANY, CKA_DECAPSULATE, 0, 0, NONE, false, newer },
	{ ANY, ANY, CKA_WRAP_WITH_TRUSTED, NOTE (8), 0, AS_SAID, false, sticky },
	{ CKO_SECRET_KEY, ANY, CKA_CHECK_VALUE, NOTE (8), 0, AS_SAID, false,
	  "the text of section 4.10 has it destroyed by C_SetAttributeValue" },

	{ CKO_PRIVATE_KEY, CKK_RSA, CKA_PUBLIC_EXPONENT, 0, NOTE (1), EMPTY, false,
	  "as SoftHSM and the standard before 2.40: what has only modulus and exponent is a key" },
	{ CKO_PRIVATE_KEY, CKK_RSA, CKA_PRIME_1, 0, 0, EMPTY, false, unset },
	{ CKO_PRIVATE_KEY, CKK_RSA, CKA_PRIME_2, 0, 0, EMPTY, false, unset },
	{ CKO_PRIVATE_KEY, CKK_RSA, CKA_EXPONENT_1, 0, 0, EMPTY, false, unset },
	{ CKO_PRIVATE_KEY, CKK_RSA, CKA_EXPONENT_2, 0, 0, EMPTY, false, unset },
	{ CKO_PRIVATE_KEY, CKK_RSA, CKA_COEFFICIENT, 0, 0, EMPTY, false, unset },
	{ CKO_PRIVATE_KEY, CKK_DH, CKA_VALUE_BITS, NOTE (6), 0, AS_SAID, false,
	  "as SoftHSM: what is unwrapped tells its own length" },
	{ ANY, CKK_GOSTR3410, CKA_GOST28147_PARAMS, 0, 0, EMPTY, false, unset },
	{ CKO_SECRET_KEY, CKK_CHACHA20, CKA_VALUE_LEN, 0, NOTE (3), AS_SAID, false, "the type has one length only" },
	{ CKO_SECRET_KEY, CKK_POLY1305, CKA_VALUE_LEN, 0, NOTE (3), AS_SAID, false, "the type has one length only" },
};
const size_t n_deviations = sizeof deviations / sizeof *deviations;

bool
deviation_is_of (const Deviation *deviation, const SaidClass *class, CK_ATTRIBUTE_TYPE type)
{
	return deviation->type == type && (deviation->class == ANY || deviation->class == class->class) &&
	       (deviation->kind == ANY || deviation->kind == class->kind);
}

static void
deviate (const SaidClass *class, Said *row)
{
	for (size_t i = 0; i < n_deviations; i++) {
		const Deviation *deviation = &deviations[i];

		if (!deviation_is_of (deviation, class, row->type))
			continue;
		row->notes = (row->notes & ~deviation->remove) | deviation->add;
		row->otherwise = deviation->otherwise == AS_SAID ? row->otherwise : deviation->otherwise;
		row->absent = row->absent || deviation->absent;
		row->reason = deviation->reason;
	}
}

/* Those of the tables below come first. */
static const Said *
row_at (const SaidTable *table, size_t *index)
{
	const Said *row = table->base ? row_at (table->base, index) : NULL;

	if (row != NULL)
		return row;
	if (*index < table->n_rows)
		return &table->rows[*index];
	*index -= table->n_rows;
	return NULL;
}

bool
said_at (const SaidClass *class, size_t index, Said *row)
{
	const Said *found = row_at (class->table, &index);

	if (found == NULL)
		return false;
	*row = *found;
	deviate (class, row);
	return true;
}

bool
said_find (const SaidClass *class, CK_ATTRIBUTE_TYPE type, Said *row)
{
	for (size_t i = 0; said_at (class, i, row); i++)
		if (row->type == type)
			return true;
	return false;
}
