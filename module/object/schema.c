/* What PKCS #11 says about each attribute of each class, as rows: nothing but tables, in the order of
 * PKCS #11 v3.2 section 4 and in its footnote numbers.  Defaults are SoftHSM's where the standard leaves
 * them to the token (footnote 9).
 *
 *  1 must be given to C_CreateObject        2 must not be
 *  3 must be given when generated           4 must not be
 *  5 must be given when unwrapped           6 must not be
 *  7 not revealed if sensitive or not extractable
 *  8 may be changed afterwards, and while copying
 *  9 the token's choice of default         10 true only by the SO
 * 11 stays once true                       12 stays once false */

#include "schema.h"

static const CK_BBOOL yes = CK_TRUE;
static const CK_BBOOL no = CK_FALSE;
static const CK_ULONG zero = 0;
static const CK_ULONG unavailable = CK_UNAVAILABLE_INFORMATION;
static const CK_ULONG sha_1 = CKM_SHA_1;
static const char empty[] = "";         /* for bytes, templates and mechanisms */

#define ROWS(array) (array), N_ELEMENTS (array)

/* Section 4.4, storage objects. */
static const Rule storage_rows[] = {
	{ CKA_CLASS, IS_ULONG, N (1), NULL },
	{ CKA_UNIQUE_ID, IS_BYTES, N (2) | N (4) | N (6), NULL },
	{ CKA_TOKEN, IS_BOOL, COPY_ONLY, &no },
	{ CKA_PRIVATE, IS_BOOL, COPY_ONLY | N (9), &yes },
	{ CKA_MODIFIABLE, IS_BOOL, COPY_ONLY, &yes },
	{ CKA_LABEL, IS_BYTES, N (8), empty },
	{ CKA_COPYABLE, IS_BOOL, N (8) | N (12), &yes },
	{ CKA_DESTROYABLE, IS_BOOL, COPY_ONLY | N (12), &yes },
};
static const Rules storage = { "object", NULL, ROWS (storage_rows) };

/* Section 4.5, data objects. */
static const Rule data_rows[] = {
	{ CKA_APPLICATION, IS_BYTES, 0, empty },
	{ CKA_OBJECT_ID, IS_BYTES, 0, empty },
	{ CKA_VALUE, IS_BYTES, PRIVATE_SECRET, empty },
};
static const Rules data = { "data object", &storage, ROWS (data_rows) };

/* Section 4.6, certificates. */
static const Rule certificate_rows[] = {
	{ CKA_PRIVATE, IS_BOOL, COPY_ONLY | N (9), &no },
	{ CKA_CERTIFICATE_TYPE, IS_ULONG, N (1), NULL },
	{ CKA_TRUSTED, IS_BOOL, N (8) | N (10), &no },
	{ CKA_CERTIFICATE_CATEGORY, IS_ULONG, 0, &zero },
	{ CKA_CHECK_VALUE, IS_BYTES, 0, NULL },
	{ CKA_START_DATE, IS_BYTES, A_DATE, empty },
	{ CKA_END_DATE, IS_BYTES, A_DATE, empty },
	{ CKA_PUBLIC_KEY_INFO, IS_BYTES, 0, empty },
};
static const Rules certificate = { "certificate", &storage, ROWS (certificate_rows) };

static const Rule x509_rows[] = {
	{ CKA_SUBJECT, IS_BYTES, N (1), NULL },
	{ CKA_ID, IS_BYTES, N (8), empty },
	{ CKA_ISSUER, IS_BYTES, N (8), empty },
	{ CKA_SERIAL_NUMBER, IS_BYTES, N (8), empty },
	{ CKA_VALUE, IS_BYTES, N (1), NULL },
	{ CKA_URL, IS_BYTES, 0, empty },
	{ CKA_HASH_OF_SUBJECT_PUBLIC_KEY, IS_BYTES, 0, empty },
	{ CKA_HASH_OF_ISSUER_PUBLIC_KEY, IS_BYTES, 0, empty },
	{ CKA_JAVA_MIDP_SECURITY_DOMAIN, IS_ULONG, 0, &zero },
	{ CKA_NAME_HASH_ALGORITHM, IS_ULONG, 0, &sha_1 },
};
static const Rules x509 = { "X.509 certificate", &certificate, ROWS (x509_rows) };

static const Rule wtls_rows[] = {
	{ CKA_SUBJECT, IS_BYTES, N (1), NULL },
	{ CKA_ISSUER, IS_BYTES, N (8), empty },
	{ CKA_VALUE, IS_BYTES, N (1), NULL },
	{ CKA_URL, IS_BYTES, 0, empty },
	{ CKA_HASH_OF_SUBJECT_PUBLIC_KEY, IS_BYTES, 0, empty },
	{ CKA_HASH_OF_ISSUER_PUBLIC_KEY, IS_BYTES, 0, empty },
	{ CKA_NAME_HASH_ALGORITHM, IS_ULONG, 0, &sha_1 },
};
static const Rules wtls = { "WTLS certificate", &certificate, ROWS (wtls_rows) };

static const Rule x509_attr_rows[] = {
	{ CKA_OWNER, IS_BYTES, N (1), NULL },
	{ CKA_AC_ISSUER, IS_BYTES, N (8), empty },
	{ CKA_SERIAL_NUMBER, IS_BYTES, N (8), empty },
	{ CKA_ATTR_TYPES, IS_BYTES, N (8), empty },
	{ CKA_VALUE, IS_BYTES, N (1), NULL },
};
static const Rules x509_attr = { "X.509 attribute certificate", &certificate, ROWS (x509_attr_rows) };

/* As SoftHSM has them. */
static const Rule openpgp_rows[] = {
	{ CKA_SUBJECT, IS_BYTES, N (1), NULL },
	{ CKA_ID, IS_BYTES, N (8), empty },
	{ CKA_ISSUER, IS_BYTES, N (8), empty },
	{ CKA_SERIAL_NUMBER, IS_BYTES, N (8), empty },
	{ CKA_VALUE, IS_BYTES, N (1), NULL },
	{ CKA_URL, IS_BYTES, 0, empty },
};
static const Rules openpgp = { "OpenPGP public key", &certificate, ROWS (openpgp_rows) };

/* Section 4.7, keys. */
static const Rule key_rows[] = {
	{ CKA_KEY_TYPE, IS_ULONG, N (1) | N (5), NULL },
	{ CKA_ID, IS_BYTES, N (8), empty },
	{ CKA_START_DATE, IS_BYTES, N (8) | A_DATE, empty },
	{ CKA_END_DATE, IS_BYTES, N (8) | A_DATE, empty },
	{ CKA_DERIVE, IS_BOOL, N (8) | A_USE, &no },
	{ CKA_LOCAL, IS_BOOL, N (2) | N (4) | N (6), &no },
	{ CKA_KEY_GEN_MECHANISM, IS_ULONG, N (2) | N (4) | N (6), &unavailable },
	{ CKA_ALLOWED_MECHANISMS, IS_MECHS, 0, empty },
};
static const Rules key = { "key", &storage, ROWS (key_rows) };

/* Section 4.8, public keys. */
static const Rule public_key_rows[] = {
	{ CKA_PRIVATE, IS_BOOL, COPY_ONLY | N (9), &no },
	{ CKA_SUBJECT, IS_BYTES, N (8), empty },
	{ CKA_ENCRYPT, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_VERIFY, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_VERIFY_RECOVER, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_WRAP, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_TRUSTED, IS_BOOL, N (8) | N (10), &no },
	{ CKA_WRAP_TEMPLATE, IS_ATTRS, 0, empty },
	{ CKA_ENCAPSULATE, IS_BOOL, N (8) | N (9) | A_USE, NULL },
	{ CKA_ENCAPSULATE_TEMPLATE, IS_ATTRS, 0, NULL },
	{ CKA_PUBLIC_KEY_INFO, IS_BYTES, 0, empty },
};
static const Rules public_key = { "public key", &key, ROWS (public_key_rows) };

/* Section 4.9, private keys. */
static const Rule private_key_rows[] = {
	{ CKA_SUBJECT, IS_BYTES, N (8), empty },
	{ CKA_SENSITIVE, IS_BOOL, N (8) | N (9) | N (11), &no },
	{ CKA_DECRYPT, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_SIGN, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_SIGN_RECOVER, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_UNWRAP, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_EXTRACTABLE, IS_BOOL, N (8) | N (9) | N (12), &no },
	{ CKA_ALWAYS_SENSITIVE, IS_BOOL, N (2) | N (4) | N (6), &no },
	{ CKA_NEVER_EXTRACTABLE, IS_BOOL, N (2) | N (4) | N (6), &no },
	{ CKA_WRAP_WITH_TRUSTED, IS_BOOL, N (8) | N (11), &no },
	{ CKA_UNWRAP_TEMPLATE, IS_ATTRS, 0, empty },
	{ CKA_ALWAYS_AUTHENTICATE, IS_BOOL, 0, &no },
	{ CKA_DECAPSULATE, IS_BOOL, N (8) | N (9) | A_USE, NULL },
	{ CKA_DECAPSULATE_TEMPLATE, IS_ATTRS, 0, NULL },
	{ CKA_DERIVE_TEMPLATE, IS_ATTRS, 0, NULL },
	{ CKA_PUBLIC_KEY_INFO, IS_BYTES, N (8), empty },
};
static const Rules private_key = { "private key", &key, ROWS (private_key_rows) };

/* Section 4.10, secret keys. */
static const Rule secret_key_rows[] = {
	{ CKA_SENSITIVE, IS_BOOL, N (8) | N (11), &no },
	{ CKA_ENCRYPT, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_DECRYPT, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_SIGN, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_VERIFY, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_WRAP, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_UNWRAP, IS_BOOL, N (8) | N (9) | A_USE, &yes },
	{ CKA_EXTRACTABLE, IS_BOOL, N (8) | N (9) | N (12), &no },
	{ CKA_ALWAYS_SENSITIVE, IS_BOOL, N (2) | N (4) | N (6), &no },
	{ CKA_NEVER_EXTRACTABLE, IS_BOOL, N (2) | N (4) | N (6), &no },
	{ CKA_CHECK_VALUE, IS_BYTES, N (8), NULL },
	{ CKA_WRAP_WITH_TRUSTED, IS_BOOL, N (8) | N (11), &no },
	{ CKA_TRUSTED, IS_BOOL, N (8) | N (10), &no },
	{ CKA_WRAP_TEMPLATE, IS_ATTRS, 0, empty },
	{ CKA_UNWRAP_TEMPLATE, IS_ATTRS, 0, empty },
	{ CKA_DERIVE_TEMPLATE, IS_ATTRS, 0, NULL },
	{ CKA_SOFTHSM_KEYS_ONLY, IS_BOOL, N (2) | N (4) | N (6), NULL },
	{ CKA_SOFTHSM_PARTLY_KNOWN, IS_BOOL, N (2) | N (4) | N (6), NULL },
};
static const Rules secret_key = { "secret key", &key, ROWS (secret_key_rows) };

/* Section 6.1, RSA. */
static const Rule rsa_public_rows[] = {
	{ CKA_MODULUS, IS_BYTES, N (1) | N (4), NULL },
	{ CKA_MODULUS_BITS, IS_ULONG, N (2) | N (3), NULL },
	{ CKA_PUBLIC_EXPONENT, IS_BYTES, N (1), NULL },
};
static const Rules rsa_public = { "RSA public key", &public_key, ROWS (rsa_public_rows) };

static const Rule rsa_private_rows[] = {
	{ CKA_MODULUS, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_PUBLIC_EXPONENT, IS_BYTES, N (4) | N (6), empty },
	{ CKA_PRIVATE_EXPONENT, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
	{ CKA_PRIME_1, IS_BYTES, N (4) | N (6) | N (7), empty },
	{ CKA_PRIME_2, IS_BYTES, N (4) | N (6) | N (7), empty },
	{ CKA_EXPONENT_1, IS_BYTES, N (4) | N (6) | N (7), empty },
	{ CKA_EXPONENT_2, IS_BYTES, N (4) | N (6) | N (7), empty },
	{ CKA_COEFFICIENT, IS_BYTES, N (4) | N (6) | N (7), empty },
};
static const Rules rsa_private = { "RSA private key", &private_key, ROWS (rsa_private_rows) };

/* Section 6.2, DSA; section 6.4, Diffie-Hellman. */
static const Rule dsa_public_rows[] = {
	{ CKA_PRIME, IS_BYTES, N (1) | N (3), NULL },
	{ CKA_SUBPRIME, IS_BYTES, N (1) | N (3), NULL },
	{ CKA_BASE, IS_BYTES, N (1) | N (3), NULL },
	{ CKA_VALUE, IS_BYTES, N (1) | N (4), NULL },
};
static const Rules dsa_public = { "DSA public key", &public_key, ROWS (dsa_public_rows) };

static const Rule dsa_private_rows[] = {
	{ CKA_PRIME, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_SUBPRIME, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_BASE, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
};
static const Rules dsa_private = { "DSA private key", &private_key, ROWS (dsa_private_rows) };

static const Rule dh_public_rows[] = {
	{ CKA_PRIME, IS_BYTES, N (1) | N (3), NULL },
	{ CKA_BASE, IS_BYTES, N (1) | N (3), NULL },
	{ CKA_VALUE, IS_BYTES, N (1) | N (4), NULL },
};
static const Rules dh_public = { "Diffie-Hellman public key", &public_key, ROWS (dh_public_rows) };

static const Rule dh_private_rows[] = {
	{ CKA_PRIME, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_BASE, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
	{ CKA_VALUE_BITS, IS_ULONG, N (2) | N (6), NULL },
};
static const Rules dh_private = { "Diffie-Hellman private key", &private_key, ROWS (dh_private_rows) };

/* Section 6.3, elliptic curves, short Weierstrass, Edwards and Montgomery alike. */
static const Rule ec_public_rows[] = {
	{ CKA_EC_PARAMS, IS_BYTES, N (1) | N (3), NULL },
	{ CKA_EC_POINT, IS_BYTES, N (1) | N (4), NULL },
};
static const Rules ec_public = { "EC public key", &public_key, ROWS (ec_public_rows) };

static const Rule ec_private_rows[] = {
	{ CKA_EC_PARAMS, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
};
static const Rules ec_private = { "EC private key", &private_key, ROWS (ec_private_rows) };

/* Section 6.57, GOST R 34.10-2001. */
static const Rule gost_public_rows[] = {
	{ CKA_VALUE, IS_BYTES, N (1) | N (4), NULL },
	{ CKA_GOSTR3410_PARAMS, IS_BYTES, N (1) | N (3), NULL },
	{ CKA_GOSTR3411_PARAMS, IS_BYTES, N (1) | N (3) | N (8), NULL },
	{ CKA_GOST28147_PARAMS, IS_BYTES, N (8), empty },
};
static const Rules gost_public = { "GOST public key", &public_key, ROWS (gost_public_rows) };

static const Rule gost_private_rows[] = {
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
	{ CKA_GOSTR3410_PARAMS, IS_BYTES, N (1) | N (4) | N (6), NULL },
	{ CKA_GOSTR3411_PARAMS, IS_BYTES, N (1) | N (4) | N (6) | N (8), NULL },
	{ CKA_GOST28147_PARAMS, IS_BYTES, N (4) | N (6) | N (8), empty },
};
static const Rules gost_private = { "GOST private key", &private_key, ROWS (gost_private_rows) };

/* Sections 6.2.4 and 6.4.4, domain parameters. */
static const Rule domain_rows[] = {
	{ CKA_KEY_TYPE, IS_ULONG, N (1), NULL },
	{ CKA_LOCAL, IS_BOOL, N (2) | N (4), &no },
};
static const Rules domain = { "domain parameters", &storage, ROWS (domain_rows) };

static const Rule dsa_domain_rows[] = {
	{ CKA_PRIVATE, IS_BOOL, COPY_ONLY | N (9), &no },
	{ CKA_PRIME, IS_BYTES, N (1) | N (4), NULL },
	{ CKA_SUBPRIME, IS_BYTES, N (1) | N (4), NULL },
	{ CKA_BASE, IS_BYTES, N (1) | N (4), NULL },
	{ CKA_PRIME_BITS, IS_ULONG, N (2) | N (3), NULL },
	{ CKA_SUBPRIME_BITS, IS_ULONG, N (2), NULL },
};
static const Rules dsa_domain = { "DSA domain parameters", &domain, ROWS (dsa_domain_rows) };

static const Rule dh_domain_rows[] = {
	{ CKA_PRIVATE, IS_BOOL, COPY_ONLY | N (9), &no },
	{ CKA_PRIME, IS_BYTES, N (1) | N (4), NULL },
	{ CKA_BASE, IS_BYTES, N (1) | N (4), NULL },
	{ CKA_PRIME_BITS, IS_ULONG, N (2) | N (3), NULL },
};
static const Rules dh_domain = { "Diffie-Hellman domain parameters", &domain, ROWS (dh_domain_rows) };

/* Sections 6.7 and 6.13; the length may be wished for when such a key is unwrapped: section 5.18.4. */
static const Rule generic_secret_rows[] = {
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
	{ CKA_VALUE_LEN, IS_ULONG, N (2) | N (3), NULL },
};
static const Rules generic_secret = { "generic secret key", &secret_key, ROWS (generic_secret_rows) };

static const Rule aes_rows[] = {
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
	{ CKA_VALUE_LEN, IS_ULONG, N (2) | N (3), NULL },
};
static const Rules aes = { "AES or Camellia key", &secret_key, ROWS (aes_rows) };

/* Section 6.9: the length follows from the type. */
static const Rule fixed_rows[] = {
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
};
static const Rules fixed = { "key of fixed length", &secret_key, ROWS (fixed_rows) };

/* Sections 6.59 and 6.60: there is one length, so that it need not be given. */
static const Rule chacha_rows[] = {
	{ CKA_VALUE, IS_BYTES, N (1) | N (4) | N (6) | N (7), NULL },
	{ CKA_VALUE_LEN, IS_ULONG, N (2), NULL },
};
static const Rules chacha = { "ChaCha20 or Poly1305 key", &secret_key, ROWS (chacha_rows) };

/* Which table serves which class and key type. */
static const struct {
	CK_OBJECT_CLASS class;
	CK_ULONG kind;
	const Rules *rules;
} kinds[] = {
	{ CKO_DATA, CK_UNAVAILABLE_INFORMATION, &data },
	{ CKO_CERTIFICATE, CKC_X_509, &x509 },
	{ CKO_CERTIFICATE, CKC_X_509_ATTR_CERT, &x509_attr },
	{ CKO_CERTIFICATE, CKC_WTLS, &wtls },
	{ CKO_CERTIFICATE, CKC_OPENPGP, &openpgp },
	{ CKO_PUBLIC_KEY, CKK_RSA, &rsa_public },
	{ CKO_PUBLIC_KEY, CKK_EC, &ec_public },
	{ CKO_PUBLIC_KEY, CKK_EC_EDWARDS, &ec_public },
	{ CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY, &ec_public },
	{ CKO_PUBLIC_KEY, CKK_DSA, &dsa_public },
	{ CKO_PUBLIC_KEY, CKK_DH, &dh_public },
	{ CKO_PUBLIC_KEY, CKK_GOSTR3410, &gost_public },
	{ CKO_PRIVATE_KEY, CKK_RSA, &rsa_private },
	{ CKO_PRIVATE_KEY, CKK_DSA, &dsa_private },
	{ CKO_PRIVATE_KEY, CKK_DH, &dh_private },
	{ CKO_PRIVATE_KEY, CKK_EC, &ec_private },
	{ CKO_PRIVATE_KEY, CKK_EC_EDWARDS, &ec_private },
	{ CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, &ec_private },
	{ CKO_PRIVATE_KEY, CKK_GOSTR3410, &gost_private },
	{ CKO_DOMAIN_PARAMETERS, CKK_DSA, &dsa_domain },
	{ CKO_DOMAIN_PARAMETERS, CKK_DH, &dh_domain },
	{ CKO_SECRET_KEY, CKK_GENERIC_SECRET, &generic_secret },
	{ CKO_SECRET_KEY, CKK_MD5_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA_1_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA224_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA256_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA384_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA512_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA512_224_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA512_256_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA3_224_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA3_256_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA3_384_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_SHA3_512_HMAC, &generic_secret },
	{ CKO_SECRET_KEY, CKK_AES, &aes },
	{ CKO_SECRET_KEY, CKK_HKDF, &generic_secret },
	{ CKO_SECRET_KEY, CKK_AES_XTS, &generic_secret },
	{ CKO_SECRET_KEY, CKK_CAMELLIA, &aes },
	{ CKO_SECRET_KEY, CKK_DES, &fixed },
	{ CKO_SECRET_KEY, CKK_DES2, &fixed },
	{ CKO_SECRET_KEY, CKK_DES3, &fixed },
	{ CKO_SECRET_KEY, CKK_CHACHA20, &chacha },
	{ CKO_SECRET_KEY, CKK_POLY1305, &chacha },
};

const Rules *
rules_for (CK_OBJECT_CLASS class, CK_ULONG kind)
{
	if (class == CKO_DATA)
		kind = CK_UNAVAILABLE_INFORMATION;
	for (size_t i = 0; i < N_ELEMENTS (kinds); i++)
		if (kinds[i].class == class && kinds[i].kind == kind)
			return kinds[i].rules;
	return NULL;
}

const Rule *
rules_row (const Rules *rules, CK_ATTRIBUTE_TYPE type)
{
	for (; rules != NULL; rules = rules->base)
		for (size_t i = 0; i < rules->n_rows; i++)
			if (rules->rows[i].type == type)
				return &rules->rows[i];
	return NULL;
}

Bytes
rule_otherwise (const Rule *row)
{
	switch (row->kind) {
	case IS_BOOL:
		return bytes (row->otherwise, sizeof (CK_BBOOL));
	case IS_ULONG:
		return bytes (row->otherwise, sizeof (CK_ULONG));
	default:
		return NO_BYTES;
	}
}
