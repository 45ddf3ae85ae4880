/* Wycheproof's files for RSA: PKCS #1 v1.5 both ways, OAEP, PSS. */

#include "vectors.h"

#include "params.h"

/* A number of a key as the file has it, with the attribute it becomes. */
typedef struct {
	const char *member;
	CK_ATTRIBUTE_TYPE type;
} Part;

static CK_RV
make_from_parts (Run *run, CK_OBJECT_CLASS class, const char *member, const Part *parts, gsize n_parts,
                 const CK_ATTRIBUTE *usages, gsize n_usages, CK_OBJECT_HANDLE *key)
{
	JsonObject *numbers = json_object_get_object_member (run->group, member);
	g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
	CK_ATTRIBUTE template[12];
	CK_ULONG n = 0;

	for (gsize i = 0; i < n_usages; i++)
		template[n++] = usages[i];
	for (gsize i = 0; i < n_parts; i++) {
		GBytes *value;

		if (!json_object_has_member (numbers, parts[i].member))
			continue;
		value = hex_member (numbers, parts[i].member);
		g_ptr_array_add (values, value);
		template[n++] = (CK_ATTRIBUTE){ parts[i].type, BYTES (value) };
	}
	return make_object (run, class, CKK_RSA, template, n, key);
}

static CK_RV
make_private (Run *run, CK_OBJECT_HANDLE *key)
{
	static const Part parts[] = {
		{ "modulus", CKA_MODULUS },       { "publicExponent", CKA_PUBLIC_EXPONENT },
		{ "privateExponent", CKA_PRIVATE_EXPONENT },
		{ "prime1", CKA_PRIME_1 },        { "prime2", CKA_PRIME_2 },
		{ "exponent1", CKA_EXPONENT_1 },  { "exponent2", CKA_EXPONENT_2 },
		{ "coefficient", CKA_COEFFICIENT },
	};
	CK_ATTRIBUTE usages[] = { A_BOOL (CKA_SIGN, CK_TRUE), A_BOOL (CKA_DECRYPT, CK_TRUE),
		                  A_BOOL (CKA_SENSITIVE, CK_FALSE) };

	return make_from_parts (run, CKO_PRIVATE_KEY, "privateKey", parts, G_N_ELEMENTS (parts), usages,
	                        G_N_ELEMENTS (usages), key);
}

static CK_RV
make_public (Run *run, CK_OBJECT_HANDLE *key)
{
	static const Part parts[] = { { "modulus", CKA_MODULUS }, { "publicExponent", CKA_PUBLIC_EXPONENT } };
	CK_ATTRIBUTE usages[] = { A_BOOL (CKA_VERIFY, CK_TRUE) };

	return make_from_parts (run, CKO_PUBLIC_KEY, "publicKey", parts, G_N_ELEMENTS (parts), usages,
	                        G_N_ELEMENTS (usages), key);
}

/* --- encryption --- */

static gboolean
has_digest (Run *run, const Hash *hash)
{
	CK_MECHANISM_INFO info;

	return run->module->f->C_GetMechanismInfo (token_slot_of (run->module), hash->digest, &info) == CKR_OK;
}

static gboolean
oaep_mechanism (Run *run, const char **absent)
{
	const Hash *hash = hash_named (string_member (run->group, "sha"));
	const Hash *mask = hash_named (string_member (run->group, "mgfSha"));

	run->mechanism = CKM_RSA_PKCS_OAEP;
	*absent = "the module has no such hash";
	return hash != NULL && mask != NULL && mask->mgf != CK_UNAVAILABLE_INFORMATION && has_digest (run, hash) &&
	       has_digest (run, mask);
}

static Verdict
judge_oaep (Run *run)
{
	g_autoptr (GBytes) label = hex_member (run->test, "label");
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) ciphertext = hex_member (run->test, "ct");
	OaepParams params = {
		.hash = hash_named (string_member (run->group, "sha"))->digest,
		.mgf = hash_named (string_member (run->group, "mgfSha"))->mgf,
		.source = CKZ_DATA_SPECIFIED,
		.label = g_bytes_get_size (label) > 0 ? (void *)(guintptr)bytes_start (label) : NULL,
		.n_label = g_bytes_get_size (label),
	};
	CK_MECHANISM mechanism = { run->mechanism, &params, sizeof params };

	return decrypt (run, &mechanism, run->key, ciphertext, message, FALSE);
}

static gboolean
pkcs1_mechanism (Run *run, const char **absent)
{
	run->mechanism = CKM_RSA_PKCS;
	return TRUE;
}

static CK_RV
open_pkcs1 (Run *run, GBytes *ciphertext, GBytes **opened)
{
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };
	CK_FUNCTION_LIST *f = run->module->f;
	CK_BYTE plain[2048];
	CK_ULONG n = sizeof plain;
	CK_RV rv = f->C_DecryptInit (run->session, &mechanism, run->key);

	if (rv == CKR_OK)
		rv = f->C_Decrypt (run->session, BYTES (ciphertext), plain, &n);
	*opened = g_bytes_new (plain, rv == CKR_OK ? n : 0);
	return rv;
}

/* What is damaged is not refused but opens to another message, the same each time; but for ciphertexts that are no
 * number below the modulus, which anybody sees. */
static Verdict
judge_pkcs1 (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) ciphertext = hex_member (run->test, "ct");
	g_autoptr (GBytes) once = NULL, again = NULL;
	CK_RV rv = open_pkcs1 (run, ciphertext, &once);

	if (rv != open_pkcs1 (run, ciphertext, &again) || !g_bytes_equal (once, again))
		return WRONG;
	if (rv != CKR_OK)
		return REFUSED;
	if (g_bytes_equal (once, message))
		return ACCEPTED;
	return g_str_equal (string_member (run->test, "result"), "invalid") ? REFUSED : WRONG;
}

/* --- signatures --- */

static gboolean
signature_mechanism (Run *run, const char **absent)
{
	const Hash *hash = hash_named (string_member (run->group, "sha"));

	run->mechanism = hash ? hash->rsa_pkcs : 0;
	*absent = "PKCS #11 has no mechanism with this hash";
	return hash != NULL && hash->rsa_pkcs != CK_UNAVAILABLE_INFORMATION;
}

static Verdict
judge_signature (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) signature = hex_member (run->test, "sig");
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };

	return verify (run, &mechanism, run->key, message, signature, TRUE);
}

static Verdict
judge_signing (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) signature = hex_member (run->test, "sig");
	CK_MECHANISM mechanism = { run->mechanism, NULL, 0 };

	return sign (run, &mechanism, run->key, message, signature);
}

static gboolean
pss_mechanism (Run *run, const char **absent)
{
	const Hash *hash = hash_named (string_member (run->group, "sha"));

	run->mechanism = hash ? hash->rsa_pss : 0;
	*absent = "PKCS #11 has no mechanism with this hash";
	return hash != NULL && hash->rsa_pss != CK_UNAVAILABLE_INFORMATION && hash_named (string_member (run->group, "mgfSha")) != NULL;
}

static Verdict
judge_pss (Run *run)
{
	g_autoptr (GBytes) message = hex_member (run->test, "msg");
	g_autoptr (GBytes) signature = hex_member (run->test, "sig");
	PssParams params = {
		.hash = hash_named (string_member (run->group, "sha"))->digest,
		.mgf = hash_named (string_member (run->group, "mgfSha"))->mgf,
		.n_salt = (CK_ULONG)json_object_get_int_member_with_default (run->group, "sLen", 0),
	};
	CK_MECHANISM mechanism = { run->mechanism, &params, sizeof params };

	return verify (run, &mechanism, run->key, message, signature, TRUE);
}

const Way rsa_ways[] = {
	{ "RsaesOaepDecrypt", oaep_mechanism, judge_oaep, make_private },
	{ "RsaesPkcs1Decrypt", pkcs1_mechanism, judge_pkcs1, make_private },
	{ "RsassaPkcs1Verify", signature_mechanism, judge_signature, make_public },
	{ "RsassaPkcs1Generate", signature_mechanism, judge_signing, make_private },
	{ "RsassaPssVerify", pss_mechanism, judge_pss, make_public },
	{ "RsassaPssWithParametersVerify", pss_mechanism, judge_pss, make_public },
	{ NULL, NULL, NULL, NULL },
};
