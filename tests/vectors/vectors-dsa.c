/* Wycheproof's files for DSA. */

#include "vectors.h"
#include "bytes.h"

static const struct {
	const char *hash;
	CK_MECHANISM_TYPE mechanism;
} hashes[] = {
	{ "SHA-1", CKM_DSA_SHA1 },     { "SHA-224", CKM_DSA_SHA224 }, { "SHA-256", CKM_DSA_SHA256 },
	{ "SHA-384", CKM_DSA_SHA384 }, { "SHA-512", CKM_DSA_SHA512 },
};

static gboolean
dsa_mechanism (Run *run, const char **absent)
{
	const char *hash = string_member (run->group, "sha");

	for (gsize i = 0; hash != NULL && i < G_N_ELEMENTS (hashes); i++)
		if (g_str_equal (hashes[i].hash, hash)) {
			run->mechanism = hashes[i].mechanism;
			return TRUE;
		}
	return FALSE;
}

static CK_RV
make_dsa_key (Run *run, CK_OBJECT_HANDLE *key)
{
	JsonObject *numbers = json_object_get_object_member (run->group, "publicKey");
	g_autoptr (GBytes) p = hex_member (numbers, "p");
	g_autoptr (GBytes) q = hex_member (numbers, "q");
	g_autoptr (GBytes) g = hex_member (numbers, "g");
	g_autoptr (GBytes) y = hex_member (numbers, "y");
	CK_ATTRIBUTE more[] = {
		A_DATA (CKA_PRIME, bytes_start (p), g_bytes_get_size (p)),
		A_DATA (CKA_SUBPRIME, bytes_start (q), g_bytes_get_size (q)),
		A_DATA (CKA_BASE, bytes_start (g), g_bytes_get_size (g)),
		A_DATA (CKA_VALUE, bytes_start (y), g_bytes_get_size (y)),
		A_BOOL (CKA_VERIFY, CK_TRUE),
	};

	return make_object (run, CKO_PUBLIC_KEY, CKK_DSA, more, G_N_ELEMENTS (more), key);
}

static Verdict
judge_dsa (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) signature = hex_member (run->test, "sig");
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };

	return verify (run, &mechanism, run->key, message, signature, TRUE);
}

static Verdict
judge_dsa_der (Run *run)
{
	JsonObject *numbers = json_object_get_object_member (run->group, "publicKey");
	g_autoptr (GBytes) q = hex_member (numbers, "q");
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) der = hex_member (run->test, "sig");
	Bytes number = bytes_trim (bytes (bytes_start (q), g_bytes_get_size (q)));
	g_autoptr (GBytes) signature = signature_from_der (der, (guint)number.len);
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };

	return signature ? verify (run, &mechanism, run->key, message, signature, TRUE) : REFUSED;
}

const Way dsa_ways[] = {
	{ "DsaVerify", dsa_mechanism, judge_dsa_der, make_dsa_key },
	{ "DsaP1363Verify", dsa_mechanism, judge_dsa, make_dsa_key },
	{ NULL, NULL, NULL, NULL },
};
