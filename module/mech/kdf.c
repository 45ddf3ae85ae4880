/* Key derivation from secrets and passwords: HKDF, PBKDF2.  RFC 5869, RFC 8018;
 * PKCS #11 v3.2 sections 6.62 and 6.41. */

#include "params.h"
#include "prf.h"
#include "secret.h"

/* --- HKDF --- */

static bool
hkdf_salt_key (Bytes param, size_t index, CK_OBJECT_HANDLE *handle)
{
	HkdfParams params;

	memcpy (&params, param.data, sizeof params);
	*handle = params.salt_key;
	return index == 0 && params.extract && params.salt_type == CKF_HKDF_SALT_KEY;
}

static CK_RV
hkdf_salt (const HkdfParams *params, Object *salt_key, Bytes *salt)
{
	switch (params->salt_type) {
	case CKF_HKDF_SALT_NULL:
		*salt = NO_BYTES;
		return CKR_OK;
	case CKF_HKDF_SALT_DATA:
		*salt = bytes (params->salt, params->n_salt);
		return params->salt != NULL || params->n_salt == 0 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
	case CKF_HKDF_SALT_KEY:
		if (salt_key == NULL)
			return CKR_MECHANISM_PARAM_INVALID;
		*salt = object_bytes (salt_key, CKA_VALUE);
		return CKR_OK;
	default:
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no salt of type 0x%lx", params->salt_type);
	}
}

/* RFC 5869 section 2.3. */
static CK_RV
hkdf_expand (Prf *prf, Bytes info, size_t wanted, Buf *value)
{
	size_t n_hash = prf->hash->digest_size, n_blocks = (wanted + n_hash - 1) / n_hash;
	uint8_t *at;

	if (wanted == 0)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template does not say how long the key is to be");
	if (n_blocks > 255)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "HKDF with this hash gives 1 to %zu bytes, not %zu", 255 * n_hash,
		             wanted);
	at = buf_grow (value, n_blocks * n_hash);
	TRY_ALLOC (at);
	for (size_t i = 1; i <= n_blocks; i++, at += n_hash) {
		uint8_t number = (uint8_t)i;

		if (i > 1)
			prf_add (prf, bytes (at - n_hash, n_hash));
		prf_add (prf, info);
		prf_add (prf, bytes (&number, 1));
		prf_end (prf, at);
	}
	buf_cut (value, wanted);
	return CKR_OK;
}

static CK_RV
hkdf_run (Prf *prf, const HkdfParams *params, Bytes salt, Bytes secret, size_t wanted, Buf *value)
{
	auto_wipe Buf key = BUF_SECRET;

	TRY_ALLOC (buf_set (&key, secret));
	if (params->extract) {
		prf_start (prf, prf->hash, salt);
		prf_add (prf, secret);
		buf_cut (&key, 0);
		TRY_ALLOC (buf_grow (&key, prf->hash->digest_size));
		prf_end (prf, key.data);
	}
	if (!params->expand) {
		TRY_ALLOC (buf_add (value, bytes_of (&key)));
		return CKR_OK;
	}
	prf_start (prf, prf->hash, bytes_of (&key));
	return hkdf_expand (prf, bytes (params->info, params->n_info), wanted, value);
}

static CK_RV
hkdf_derive (const Mech *mech, const Derivation *how, Buf *value)
{
	HkdfParams params;
	Bytes salt = NO_BYTES;
	Prf prf;
	CK_RV rv;

	memcpy (&params, how->param.data, sizeof params);
	prf.hash = mech_hash (params.hash);
	if (prf.hash == NULL || (!params.extract && !params.expand) || (params.expand && params.info == NULL && params.n_info > 0))
		return fail (CKR_MECHANISM_PARAM_INVALID, "the parameter is no CK_HKDF_PARAMS that can be followed");
	if (params.extract)
		TRY (hkdf_salt (&params, how->n_others > 0 ? how->others[0] : NULL, &salt));
	rv = hkdf_run (&prf, &params, salt, object_bytes (how->base, CKA_VALUE), how->pieces->n, value);
	wipe (&prf, sizeof prf);
	return rv;
}

/* --- PBKDF2 --- */

static const struct {
	CK_ULONG prf;
	CK_MECHANISM_TYPE hash;
} pbkdf2_prfs[] = {
	{ CKP_PKCS5_PBKD2_HMAC_SHA1, CKM_SHA_1 },         { CKP_PKCS5_PBKD2_HMAC_SHA224, CKM_SHA224 },
	{ CKP_PKCS5_PBKD2_HMAC_SHA256, CKM_SHA256 },      { CKP_PKCS5_PBKD2_HMAC_SHA384, CKM_SHA384 },
	{ CKP_PKCS5_PBKD2_HMAC_SHA512, CKM_SHA512 },      { CKP_PKCS5_PBKD2_HMAC_SHA512_224, CKM_SHA512_224 },
	{ CKP_PKCS5_PBKD2_HMAC_SHA512_256, CKM_SHA512_256 },
};

static const struct nettle_hash *
pbkdf2_hash (CK_ULONG prf)
{
	for (size_t i = 0; i < N_ELEMENTS (pbkdf2_prfs); i++)
		if (pbkdf2_prfs[i].prf == prf)
			return mech_hash (pbkdf2_prfs[i].hash);
	return NULL;
}

/* RFC 8018 section 5.2: one block. */
static void
pbkdf2_block (Prf *prf, Bytes salt, uint32_t number, CK_ULONG iterations, uint8_t *out)
{
	uint8_t octets[8], u[HASH_MAX_DIGEST];
	size_t n = prf->hash->digest_size;

	be64_put (octets, number);
	prf_add (prf, salt);
	prf_add (prf, bytes (octets + 4, 4));
	prf_end (prf, u);
	memcpy (out, u, n);
	for (CK_ULONG i = 1; i < iterations; i++) {
		prf_add (prf, bytes (u, n));
		prf_end (prf, u);
		for (size_t j = 0; j < n; j++)
			out[j] ^= u[j];
	}
	wipe (u, sizeof u);
}

/* Linux maps nothing below it (vm.mmap_min_addr). */
#define LOWEST_ADDRESS 0x10000

/* CK_PKCS5_PBKD2_PARAMS has a pointer where CK_PKCS5_PBKD2_PARAMS2 has the length itself, and nothing says which of
 * them a caller means: NSS sends the former.  So a password has fewer bytes than any address. */
static CK_RV
pbkdf2_password (const Pbkdf2Params *params, Bytes *password)
{
	CK_ULONG n = params->n_password;

	if (n >= LOWEST_ADDRESS && n % sizeof n == 0)
		memcpy (&n, (const void *)(uintptr_t)n, sizeof n);
	if (n >= LOWEST_ADDRESS)
		return fail (CKR_MECHANISM_PARAM_INVALID, "no password has so many bytes");
	*password = bytes (params->password, n);
	return CKR_OK;
}

static CK_RV
pbkdf2_generate (const Mech *mech, Bytes param, Attrs *key)
{
	CK_ULONG wanted = attrs_ulong (key, CKA_VALUE_LEN, 0);
	const struct nettle_hash *hash;
	auto_wipe Buf value = BUF_SECRET;
	Pbkdf2Params params;
	Bytes password;
	Prf prf;

	memcpy (&params, param.data, sizeof params);
	hash = pbkdf2_hash (params.prf);
	if (hash == NULL || params.salt_source != CKZ_SALT_SPECIFIED || params.salt == NULL || params.iterations == 0 ||
	    params.password == NULL || params.n_prf_data > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the parameter is no CK_PKCS5_PBKD2_PARAMS2 that can be followed");
	if (wanted == 0 || wanted > LONGEST_SECRET)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "PBKDF2 makes no key of %lu bytes", wanted);
	TRY (pbkdf2_password (&params, &password));
	prf_start (&prf, hash, password);
	for (uint32_t i = 1; value.len < wanted; i++) {
		uint8_t *at = buf_grow (&value, hash->digest_size);

		TRY_ALLOC (at);
		pbkdf2_block (&prf, bytes (params.salt, params.n_salt), i, params.iterations, at);
	}
	buf_cut (&value, wanted);
	wipe (&prf, sizeof prf);
	return attrs_set_secret (key, CKA_VALUE, bytes_of (&value));
}

#define HKDF                                                                                                 \
	.key_types = KEYS (ANY_SECRET), PARAM (HkdfParams), .derive = hkdf_derive, .other_key = hkdf_salt_key, \
	.shows_others = true

static const Mech mechs[] = {
	{ MECH (HKDF_DERIVE), HKDF },
	{ MECH (HKDF_DATA), HKDF, .gives_data = true },
	{ MECH (HKDF_KEY_GEN), .key_types = KEYS (CKK_HKDF), SIZES (1, 512), .generate = secret_generate },
	{ MECH (PKCS5_PBKD2), .any_secret = true, PARAM (Pbkdf2Params), .generate = pbkdf2_generate },
};

static const KeyKind kinds[] = {
	{ CKO_SECRET_KEY, CKK_HKDF, secret_size, secret_check, secret_check_value },
};

const MechFamily mech_kdf = { "kdf", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
