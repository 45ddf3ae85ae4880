/* CKM_RSA_AES_KEY_WRAP: a fresh AES key wraps the key (RFC 5649), and RSA-OAEP the AES key.
 * PKCS #11 v3.2 section 6.1.20. */

#include "aes.h"
#include "params.h"
#include "random.h"
#include "rsa-key.h"
#include "wrap.h"

typedef struct {
	Object *key;
	size_t n_aes;           /* bytes of the AES key */
	OaepParams oaep;
} RsaAes;

static CK_RV
start (void *state, const Mech *mech, Object *key, Bytes param)
{
	RsaAes *both = state;
	RsaAesParams params;

	memcpy (&params, param.data, sizeof params);
	if (params.oaep == NULL || params.n_aes_bits % 8 != 0 || aes_cipher (params.n_aes_bits / 8) == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the AES key has 128, 192 or 256 bits, and there are parameters "
		                                          "for OAEP");
	both->key = key;
	both->n_aes = params.n_aes_bits / 8;
	both->oaep = *params.oaep;
	return CKR_OK;
}

static size_t
wrap_room (const void *state, size_t n_in)
{
	const RsaAes *both = state;

	return rsa_key_length (both->key) + (n_in + 7) / 8 * 8 + 8;
}

static size_t
unwrap_room (const void *state, size_t n_in)
{
	return n_in;
}

static CK_RV
make_aes_key (Bytes secret, Object **key)
{
	auto_attrs Attrs draft = { 0 };

	TRY (attrs_set_ulong (&draft, CKA_CLASS, CKO_SECRET_KEY));
	TRY (attrs_set_ulong (&draft, CKA_KEY_TYPE, CKK_AES));
	TRY (attrs_set_secret (&draft, CKA_VALUE, secret));
	return object_publish (&draft, key);
}

static Bytes
oaep_param (const RsaAes *both)
{
	return bytes (&both->oaep, sizeof both->oaep);
}

static CK_RV
wrap (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	RsaAes *both = state;
	auto_wipe Buf secret = BUF_SECRET;
	auto_wipe Buf first = BUF_PLAIN;
	auto_wipe Buf second = BUF_PLAIN;
	auto_unref Object *aes = NULL;

	TRY_ALLOC (buf_grow (&secret, both->n_aes));
	TRY (random_bytes (secret.data, secret.len));
	TRY (make_aes_key (bytes_of (&secret), &aes));
	TRY (mech_run (&rsa_oaep_encrypt, mech_find (CKM_RSA_PKCS_OAEP), both->key, oaep_param (both), bytes_of (&secret),
	               &first));
	TRY (mech_run (&aes_kwp_wrap, mech_find (CKM_AES_KEY_WRAP_KWP), aes, NO_BYTES, in, &second));
	memcpy (out, first.data, first.len);
	memcpy (out + first.len, second.data, second.len);
	*n_out = first.len + second.len;
	return CKR_OK;
}

static CK_RV
unwrap (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	RsaAes *both = state;
	size_t n_rsa = rsa_key_length (both->key);
	auto_wipe Buf secret = BUF_SECRET;
	auto_wipe Buf plain = BUF_SECRET;
	auto_unref Object *aes = NULL;

	if (in.len <= n_rsa)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "the data is too short for this key");
	TRY (mech_run (&rsa_oaep_decrypt, mech_find (CKM_RSA_PKCS_OAEP), both->key, oaep_param (both),
	               bytes (in.data, n_rsa), &secret));
	if (aes_cipher (secret.len) == NULL)
		return fail (CKR_ENCRYPTED_DATA_INVALID, "the data is damaged");
	TRY (make_aes_key (bytes_of (&secret), &aes));
	TRY (mech_run (&aes_kwp_unwrap, mech_find (CKM_AES_KEY_WRAP_KWP), aes, NO_BYTES,
	               bytes (in.data + n_rsa, in.len - n_rsa), &plain));
	memcpy (out, plain.data, plain.len);
	*n_out = plain.len;
	return CKR_OK;
}

static const MechOp wrap_op = {
	.state_size = sizeof (RsaAes), .start = start, .room = wrap_room, .finish = wrap, .inexact = true,
};
static const MechOp unwrap_op = {
	.state_size = sizeof (RsaAes), .start = start, .room = unwrap_room, .finish = unwrap, .inexact = true,
};

static const Mech mechs[] = {
	{ MECH (RSA_AES_KEY_WRAP), .key_types = KEYS (CKK_RSA), SIZES (512, 16384), PARAM (RsaAesParams), .wrap = &wrap_op,
	  .unwrap = &unwrap_op },
};

const MechFamily mech_rsaaes = { "rsaaes", mechs, N_ELEMENTS (mechs) };
