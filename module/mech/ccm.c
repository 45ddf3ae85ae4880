/* AES-CCM.  SP 800-38C, RFC 3610; PKCS #11 v3.2 section 6.13.4.
 *
 * The length of the data is part of the parameter: everything is gathered, checked against it, and worked on
 * at once. */

#include "aes.h"
#include "disclose.h"
#include "params.h"

#include <nettle/ccm.h>

#define MAX_NONCE 13

typedef struct {
	const BlockKey *key;
	uint8_t nonce[MAX_NONCE];
	size_t n_nonce;
	size_t n_data;
	size_t n_mac;
	size_t n_aad;
	uint8_t aad_room[CCM_BLOCK_SIZE * 64];
} Ccm;

static CK_RV
check_params (const CcmParams *params)
{
	if (params->nonce == NULL || params->n_nonce < 7 || params->n_nonce > MAX_NONCE)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a CCM nonce has 7 to 13 bytes");
	if (params->n_mac < 4 || params->n_mac > 16 || params->n_mac % 2 != 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a CCM tag has 4, 6, 8, 10, 12, 14 or 16 bytes");
	if (params->aad == NULL && params->n_aad > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the additional data is missing");
	if (params->n_data > CCM_MAX_MSG_SIZE (params->n_nonce))
		return fail (CKR_MECHANISM_PARAM_INVALID, "with this nonce the data may not be so long");
	return CKR_OK;
}

static CK_RV
ccm_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Ccm *ccm = state;
	CcmParams params;
	void *prepared;

	memcpy (&params, param.data, sizeof params);
	TRY (check_params (&params));
	if (params.n_aad > sizeof ccm->aad_room)
		return fail (CKR_MECHANISM_PARAM_INVALID, "CCM takes at most %zu bytes of additional data",
		             sizeof ccm->aad_room);
	TRY (object_prepare (key, &aes_form, &prepared));
	ccm->key = prepared;
	ccm->n_nonce = params.n_nonce;
	ccm->n_data = params.n_data;
	ccm->n_mac = params.n_mac;
	ccm->n_aad = params.n_aad;
	memcpy (ccm->nonce, params.nonce, params.n_nonce);
	if (params.n_aad > 0)
		memcpy (ccm->aad_room, params.aad, params.n_aad);
	return CKR_OK;
}

static size_t
encrypt_room (const void *state, size_t n_in)
{
	const Ccm *ccm = state;

	return n_in + ccm->n_mac;
}

static CK_RV
encrypt_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Ccm *ccm = state;
	const BlockKey *key = ccm->key;

	if (in.len != ccm->n_data)
		return fail (CKR_DATA_LEN_RANGE, "the parameter speaks of %zu bytes, not %zu", ccm->n_data, in.len);
	ccm_encrypt_message (&key->encrypt, key->cipher->encrypt, ccm->n_nonce, ccm->nonce, ccm->n_aad, ccm->aad_room,
	                     ccm->n_mac, in.len + ccm->n_mac, out, in.data);
	*n_out = in.len + ccm->n_mac;
	return CKR_OK;
}

static size_t
decrypt_room (const void *state, size_t n_in)
{
	const Ccm *ccm = state;

	return n_in > ccm->n_mac ? n_in - ccm->n_mac : 0;
}

static CK_RV
decrypt_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Ccm *ccm = state;
	const BlockKey *key = ccm->key;
	int right;

	if (in.len < ccm->n_mac || in.len - ccm->n_mac != ccm->n_data)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "the parameter speaks of %zu bytes and a tag", ccm->n_data);
	right = ccm_decrypt_message (&key->encrypt, key->cipher->encrypt, ccm->n_nonce, ccm->nonce, ccm->n_aad,
	                             ccm->aad_room, ccm->n_mac, ccm->n_data, out, in.data);
	if (disclose ((size_t)right) == 0) {
		wipe (out, ccm->n_data);
		return fail (CKR_ENCRYPTED_DATA_INVALID, "the data is damaged");
	}
	*n_out = ccm->n_data;
	return CKR_OK;
}

static const MechOp encrypt_op = {
	.state_size = sizeof (Ccm), .gather = true, .start = ccm_start, .room = encrypt_room, .finish = encrypt_finish,
};
static const MechOp decrypt_op = {
	.state_size = sizeof (Ccm), .gather = true, .start = ccm_start, .room = decrypt_room, .finish = decrypt_finish,
};

/* --- messages --- */

static CK_RV
read_message (Bytes param, MessageParam *message)
{
	CcmMessageParams params;

	memcpy (&params, param.data, sizeof params);
	*message = (MessageParam){ params.nonce, params.n_nonce, params.n_fixed_bits, params.generator, params.mac,
		                   params.n_mac, params.n_data };
	return CKR_OK;
}

static Bytes
plain_param (const MessageParam *message, CK_BYTE *nonce, Bytes aad, void *room)
{
	CcmParams params = { message->n_data, nonce, message->n_nonce, (CK_BYTE *)(uintptr_t)aad.data, aad.len,
		             message->n_tag };

	memcpy (room, &params, sizeof params);
	return bytes (room, sizeof params);
}

static CK_RV
read_wrap (Bytes param, MessageParam *message, Bytes *aad)
{
	CcmWrapParams params;

	memcpy (&params, param.data, sizeof params);
	*message = (MessageParam){ params.nonce, params.n_nonce, params.n_fixed_bits, params.generator, NULL, params.n_mac, 0 };
	*aad = bytes (params.aad, params.n_aad);
	return CKR_OK;
}

static const MechMessage ccm_message = {
	sizeof (CcmMessageParams), read_message, plain_param, sizeof (CcmWrapParams), read_wrap,
};

static const Mech mechs[] = {
	{ MECH (AES_CCM), .key_types = KEYS (CKK_AES), SIZES (16, 32), PARAM (CcmParams), .encrypt = &encrypt_op,
	  .decrypt = &decrypt_op, .wrap = &encrypt_op, .unwrap = &decrypt_op, .message = &ccm_message },
};

const MechFamily mech_ccm = { "ccm", mechs, N_ELEMENTS (mechs) };
