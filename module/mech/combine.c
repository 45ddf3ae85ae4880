/* Keys from keys by simple means: concatenated, masked, cut out, encrypted data.
 * PKCS #11 v3.2 sections 6.43 and 6.44. */

#include "aes.h"
#include "params.h"

#include <nettle/cbc.h>

static CK_RV
read_string (Bytes param, Bytes *data)
{
	StringParams params;

	memcpy (&params, param.data, sizeof params);
	*data = bytes (params.data, params.n);
	if (params.data == NULL && params.n > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the data is missing");
	return CKR_OK;
}

static CK_RV
concatenate (Bytes first, Bytes second, Buf *value)
{
	TRY_ALLOC (buf_add (value, first) && buf_add (value, second));
	return CKR_OK;
}

static bool
key_handle (Bytes param, size_t index, CK_OBJECT_HANDLE *handle)
{
	memcpy (handle, param.data, sizeof *handle);
	return index == 0;
}

static CK_RV
base_and_key (const Mech *mech, const Derivation *how, Buf *value)
{
	return concatenate (object_bytes (how->base, CKA_VALUE), object_bytes (how->others[0], CKA_VALUE), value);
}

static CK_RV
base_and_data (const Mech *mech, const Derivation *how, Buf *value)
{
	Bytes data;

	TRY (read_string (how->param, &data));
	return concatenate (object_bytes (how->base, CKA_VALUE), data, value);
}

static CK_RV
data_and_base (const Mech *mech, const Derivation *how, Buf *value)
{
	Bytes data;

	TRY (read_string (how->param, &data));
	return concatenate (data, object_bytes (how->base, CKA_VALUE), value);
}

/* As long as the shorter of both. */
static CK_RV
xor_data (const Mech *mech, const Derivation *how, Buf *value)
{
	Bytes key = object_bytes (how->base, CKA_VALUE), data;

	TRY (read_string (how->param, &data));
	key.len = data.len < key.len ? data.len : key.len;
	TRY_ALLOC (buf_add (value, key));
	for (size_t i = 0; i < key.len; i++)
		value->data[i] ^= data.data[i];
	return CKR_OK;
}

/* From the bit that the parameter names on, around the end. */
static CK_RV
extract (const Mech *mech, const Derivation *how, Buf *value)
{
	Bytes key = object_bytes (how->base, CKA_VALUE);
	size_t n = how->pieces->n;
	CK_ULONG bit;
	uint8_t *at;

	memcpy (&bit, how->param.data, sizeof bit);
	if (bit >= key.len * 8)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the key has not so many bits");
	if (n == 0)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template does not say how long the key is to be");
	if (n > key.len)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the key has only %zu bytes", key.len);
	at = buf_grow (value, n);
	TRY_ALLOC (at);
	for (size_t i = 0; i < n; i++) {
		unsigned high = key.data[(bit / 8 + i) % key.len], low = key.data[(bit / 8 + i + 1) % key.len];

		at[i] = (uint8_t)((high << 8 | low) >> (8 - bit % 8));
	}
	return CKR_OK;
}

/* --- data encrypted under the base key --- */

static CK_RV
encrypt_data (const Mech *mech, const Derivation *how, const uint8_t *iv, Bytes data, Buf *value)
{
	const BlockKey *key;
	void *prepared;
	uint8_t chain[BLOCK_MAX];
	uint8_t *at;

	TRY (object_prepare (how->base, mech->form, &prepared));
	key = prepared;
	if (data.len == 0 || data.len % key->cipher->block_size != 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the data is no multiple of %u bytes", key->cipher->block_size);
	if (data.len < how->pieces->n)
		return fail (CKR_DATA_LEN_RANGE, "the data is too short for a key of %zu bytes", how->pieces->n);
	at = buf_grow (value, data.len);
	TRY_ALLOC (at);
	if (iv == NULL) {
		key->cipher->encrypt (&key->encrypt, data.len, at, data.data);
		return CKR_OK;
	}
	memcpy (chain, iv, key->cipher->block_size);
	block_cbc_encrypt (key, chain, data.len, at, data.data);
	return CKR_OK;
}

static CK_RV
ecb_data (const Mech *mech, const Derivation *how, Buf *value)
{
	Bytes data;

	TRY (read_string (how->param, &data));
	return encrypt_data (mech, how, NULL, data, value);
}

/* The parameters of AES and of DES differ in the initialisation vector's size. */
static CK_RV
cbc_data (const Mech *mech, const Derivation *how, Buf *value)
{
	const uint8_t *iv = how->param.data;
	StringParams rest;

	memcpy (&rest, how->param.data + how->param.len - sizeof rest, sizeof rest);
	if (rest.data == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the data is missing");
	return encrypt_data (mech, how, iv, bytes (rest.data, rest.n), value);
}

#define SECRETS .key_types = KEYS (ANY_SECRET), .inherits = true
#define CBC_PARAM(n) PARAM_BYTES (n + sizeof (StringParams), n + sizeof (StringParams))
#define DES3 .key_types = KEYS (CKK_DES3, CKK_DES2), .form = &des_form

static const Mech mechs[] = {
	{ MECH (CONCATENATE_BASE_AND_KEY), SECRETS, PARAM (CK_OBJECT_HANDLE), .derive = base_and_key, .mixes = true,
	  .other_key = key_handle },
	{ MECH (CONCATENATE_BASE_AND_DATA), SECRETS, PARAM (StringParams), .derive = base_and_data,
	  .mixes = true },
	{ MECH (CONCATENATE_DATA_AND_BASE), SECRETS, PARAM (StringParams), .derive = data_and_base,
	  .mixes = true },
	{ MECH (XOR_BASE_AND_DATA), SECRETS, PARAM (StringParams), .derive = xor_data },
	{ MECH (EXTRACT_KEY_FROM_KEY), SECRETS, PARAM (CK_ULONG), .derive = extract, .cuts = true },
	{ MECH (AES_ECB_ENCRYPT_DATA), .key_types = KEYS (CKK_AES), .form = &aes_form, PARAM (StringParams),
	  .derive = ecb_data, .encrypts = true },
	{ MECH (AES_CBC_ENCRYPT_DATA), .key_types = KEYS (CKK_AES), .form = &aes_form, CBC_PARAM (16),
	  .derive = cbc_data, .encrypts = true },
	{ MECH (DES_ECB_ENCRYPT_DATA), .key_types = KEYS (CKK_DES), .form = &des_form, PARAM (StringParams),
	  .derive = ecb_data, .encrypts = true },
	{ MECH (DES_CBC_ENCRYPT_DATA), .key_types = KEYS (CKK_DES), .form = &des_form, CBC_PARAM (8),
	  .derive = cbc_data, .encrypts = true },
	{ MECH (DES3_ECB_ENCRYPT_DATA), DES3, PARAM (StringParams), .derive = ecb_data, .encrypts = true },
	{ MECH (DES3_CBC_ENCRYPT_DATA), DES3, CBC_PARAM (8), .derive = cbc_data, .encrypts = true },
};

const MechFamily mech_combine = { "combine", mechs, N_ELEMENTS (mechs) };
