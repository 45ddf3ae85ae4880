/* Wycheproof's files for derived keys: HKDF, PBKDF2. */

#include "vectors.h"

#include "params.h"

static CK_ULONG
int_member (JsonObject *object, const char *name)
{
	return (CK_ULONG)json_object_get_int_member_with_default (object, name, 0);
}

/* The value of a new key against what the file says. */
static Verdict
compare_key (Run *run, CK_OBJECT_HANDLE key, const char *member)
{
	g_autoptr (GBytes) wanted = hex_member (run->test, member);
	g_autoptr (GBytes) value = get_attribute (run->module, run->session, key, CKA_VALUE);

	destroy (run, key);
	return value != NULL && g_bytes_equal (value, wanted) ? ACCEPTED : WRONG;
}

#define NEW_KEY(n)                                                                                           \
	A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET), A_BOOL (CKA_TOKEN, CK_FALSE), \
		A_BOOL (CKA_PRIVATE, CK_FALSE), A_BOOL (CKA_EXTRACTABLE, CK_TRUE), A_BOOL (CKA_SENSITIVE, CK_FALSE), \
		A_ULONG (CKA_VALUE_LEN, n)

/* --- HKDF --- */

static gboolean
hkdf_mechanism (Run *run, const char **absent)
{
	run->mechanism = CKM_HKDF_DERIVE;
	return g_str_has_prefix (run->algorithm, "HKDF-") && hash_named (run->algorithm + strlen ("HKDF-")) != NULL;
}

static Verdict
judge_hkdf (Run *run)
{
	g_autoptr (GBytes) secret = hex_member (run->test, "ikm");
	g_autoptr (GBytes) salt = hex_member (run->test, "salt");
	g_autoptr (GBytes) info = hex_member (run->test, "info");
	HkdfParams params = {
		.extract = CK_TRUE,
		.expand = CK_TRUE,
		.hash = hash_named (run->algorithm + strlen ("HKDF-"))->digest,
		.salt_type = g_bytes_get_size (salt) > 0 ? CKF_HKDF_SALT_DATA : CKF_HKDF_SALT_NULL,
		.salt = (CK_BYTE *)(guintptr)bytes_start (salt),
		.n_salt = g_bytes_get_size (salt),
		.info = (CK_BYTE *)(guintptr)bytes_start (info),
		.n_info = g_bytes_get_size (info),
	};
	CK_MECHANISM mechanism = { run->mechanism, &params, sizeof params };
	CK_ATTRIBUTE base[] = { A_DATA (CKA_VALUE, bytes_start (secret), g_bytes_get_size (secret)),
		                A_BOOL (CKA_DERIVE, CK_TRUE), A_BOOL (CKA_EXTRACTABLE, CK_TRUE),
		                A_BOOL (CKA_SENSITIVE, CK_FALSE) };
	CK_ATTRIBUTE template[] = { NEW_KEY (int_member (run->test, "size")) };
	CK_OBJECT_HANDLE base_key, key;
	CK_RV rv;

	if (make_object (run, CKO_SECRET_KEY, CKK_HKDF, base, G_N_ELEMENTS (base), &base_key) != CKR_OK)
		return REFUSED;
	rv = run->module->f->C_DeriveKey (run->session, &mechanism, base_key, template, G_N_ELEMENTS (template), &key);
	destroy (run, base_key);
	return rv == CKR_OK ? compare_key (run, key, "okm") : REFUSED;
}

/* --- PBKDF2 --- */

static const struct {
	const char *hash;
	CK_ULONG prf;
} prfs[] = {
	{ "SHA1", CKP_PKCS5_PBKD2_HMAC_SHA1 },     { "SHA224", CKP_PKCS5_PBKD2_HMAC_SHA224 },
	{ "SHA256", CKP_PKCS5_PBKD2_HMAC_SHA256 }, { "SHA384", CKP_PKCS5_PBKD2_HMAC_SHA384 },
	{ "SHA512", CKP_PKCS5_PBKD2_HMAC_SHA512 },
};

static CK_ULONG
prf_of (const Run *run)
{
	const char *prefix = "PBKDF2-HMAC";

	for (gsize i = 0; g_str_has_prefix (run->algorithm, prefix) && i < G_N_ELEMENTS (prfs); i++)
		if (g_str_equal (run->algorithm + strlen (prefix), prfs[i].hash))
			return prfs[i].prf;
	return 0;
}

static gboolean
pbkdf2_mechanism (Run *run, const char **absent)
{
	run->mechanism = CKM_PKCS5_PBKD2;
	return prf_of (run) != 0;
}

static Verdict
judge_pbkdf2 (Run *run)
{
	g_autoptr (GBytes) password = hex_member (run->test, "password");
	g_autoptr (GBytes) salt = hex_member (run->test, "salt");
	Pbkdf2Params params = {
		.salt_source = CKZ_SALT_SPECIFIED,
		.salt = (void *)(guintptr)bytes_start (salt),
		.n_salt = g_bytes_get_size (salt),
		.iterations = int_member (run->test, "iterationCount"),
		.prf = prf_of (run),
		.password = (CK_BYTE *)(guintptr)bytes_start (password),
		.n_password = g_bytes_get_size (password),
	};
	CK_MECHANISM mechanism = { run->mechanism, &params, sizeof params };
	CK_ATTRIBUTE template[] = { NEW_KEY (int_member (run->test, "dkLen")) };
	CK_OBJECT_HANDLE key;

	if (run->module->f->C_GenerateKey (run->session, &mechanism, template, G_N_ELEMENTS (template), &key) != CKR_OK)
		return REFUSED;
	return compare_key (run, key, "dk");
}

const Way derive_ways[] = {
	{ "HkdfTest", hkdf_mechanism, judge_hkdf, NULL },
	{ "PbkdfTest", pbkdf2_mechanism, judge_pbkdf2, NULL },
	{ NULL, NULL, NULL, NULL },
};
