/* AES-GCM.  SP 800-38D; PKCS #11 v3.2 section 6.13.3.
 *
 * Decryption gathers: no byte of a plaintext leaves before its tag is checked. */

#include "aes.h"
#include "params.h"

#include <nettle/gcm.h>

typedef struct {
	BlockKey block;
	struct gcm_key key;
} GcmKey;

typedef struct {
	const GcmKey *key;
	struct gcm_ctx context;
	size_t n_tag;
	size_t n_pending;
	uint8_t pending[GCM_BLOCK_SIZE];
} Gcm;

static CK_RV
gcm_prepare (void *form, const Object *key)
{
	GcmKey *gcm = form;

	TRY (aes_form.make (&gcm->block, key));
	gcm_set_key (&gcm->key, &gcm->block.encrypt, gcm->block.cipher->encrypt);
	return CKR_OK;
}

static const KeyForm gcm_form = { sizeof (GcmKey), gcm_prepare, NULL };

static CK_RV
gcm_params (Bytes param, GcmParamsShort *params)
{
	GcmParams given;

	if (param.len == sizeof *params) {
		memcpy (params, param.data, sizeof *params);
	} else if (param.len == sizeof given) {
		memcpy (&given, param.data, sizeof given);
		*params = (GcmParamsShort){ given.iv, given.n_iv, given.aad, given.n_aad, given.n_tag_bits };
	} else {
		return fail (CKR_MECHANISM_PARAM_INVALID, "the parameter is no CK_GCM_PARAMS");
	}
	if (params->iv == NULL || params->n_iv == 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "GCM needs an initialisation vector");
	if (params->aad == NULL && params->n_aad > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the additional data is missing");
	if (params->n_tag_bits % 8 != 0 || params->n_tag_bits < 32 || params->n_tag_bits > 128)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a tag has 32 to 128 bits in whole bytes, not %lu",
		             params->n_tag_bits);
	return CKR_OK;
}

static CK_RV
gcm_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Gcm *gcm = state;
	GcmParamsShort params;
	void *prepared;

	TRY (gcm_params (param, &params));
	TRY (object_prepare (key, &gcm_form, &prepared));
	gcm->key = prepared;
	gcm->n_tag = params.n_tag_bits / 8;
	gcm->n_pending = 0;
	gcm_set_iv (&gcm->context, &gcm->key->key, params.n_iv, params.iv);
	gcm_update (&gcm->context, &gcm->key->key, params.n_aad, params.aad);
	return CKR_OK;
}

static void
gcm_crypt_blocks (Gcm *gcm, size_t n, uint8_t *out, const uint8_t *in)
{
	const BlockKey *block = &gcm->key->block;

	if (n > 0)
		gcm_encrypt (&gcm->context, &gcm->key->key, &block->encrypt, block->cipher->encrypt, n, out, in);
}

static void
gcm_tag (Gcm *gcm, size_t n, uint8_t *tag)
{
	const BlockKey *block = &gcm->key->block;

	gcm_digest (&gcm->context, &gcm->key->key, &block->encrypt, block->cipher->encrypt, n, tag);
}

static size_t
encrypt_room_update (const void *state, size_t n_in)
{
	const Gcm *gcm = state;
	size_t n = gcm->n_pending + n_in;

	return n - n % GCM_BLOCK_SIZE;
}

static size_t
encrypt_room (const void *state, size_t n_in)
{
	const Gcm *gcm = state;

	return gcm->n_pending + n_in + gcm->n_tag;
}

static CK_RV
encrypt_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Gcm *gcm = state;
	size_t ready = encrypt_room_update (state, in.len);

	*n_out = ready;
	if (ready > 0 && gcm->n_pending > 0) {
		size_t n = GCM_BLOCK_SIZE - gcm->n_pending;

		memcpy (gcm->pending + gcm->n_pending, in.data, n);
		gcm_crypt_blocks (gcm, GCM_BLOCK_SIZE, out, gcm->pending);
		in = bytes (in.data + n, in.len - n);
		out += GCM_BLOCK_SIZE;
		ready -= GCM_BLOCK_SIZE;
		gcm->n_pending = 0;
	}
	gcm_crypt_blocks (gcm, ready, out, in.data);
	if (in.len > ready)
		memcpy (gcm->pending + gcm->n_pending, in.data + ready, in.len - ready);
	gcm->n_pending += in.len - ready;
	return CKR_OK;
}

static CK_RV
encrypt_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Gcm *gcm = state;

	TRY (encrypt_update (state, in, out, n_out));
	gcm_crypt_blocks (gcm, gcm->n_pending, out + *n_out, gcm->pending);
	*n_out += gcm->n_pending;
	gcm_tag (gcm, gcm->n_tag, out + *n_out);
	*n_out += gcm->n_tag;
	return CKR_OK;
}

static size_t
decrypt_room (const void *state, size_t n_in)
{
	const Gcm *gcm = state;

	return n_in > gcm->n_tag ? n_in - gcm->n_tag : 0;
}

static CK_RV
decrypt_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Gcm *gcm = state;
	const BlockKey *block = &gcm->key->block;
	uint8_t tag[GCM_DIGEST_SIZE];
	size_t n;

	if (in.len < gcm->n_tag)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "the data is shorter than its tag");
	n = in.len - gcm->n_tag;
	if (n > 0)
		gcm_decrypt (&gcm->context, &gcm->key->key, &block->encrypt, block->cipher->encrypt, n, out, in.data);
	gcm_tag (gcm, gcm->n_tag, tag);
	if (!bytes_equal_sec (bytes (tag, gcm->n_tag), bytes (in.data + n, gcm->n_tag))) {
		wipe (out, n);
		return fail (CKR_ENCRYPTED_DATA_INVALID, "the data is damaged");
	}
	*n_out = n;
	return CKR_OK;
}

static const MechOp gcm_encrypt_op = {
	.state_size = sizeof (Gcm),
	.start = gcm_start,
	.room_update = encrypt_room_update,
	.room = encrypt_room,
	.update = encrypt_update,
	.finish = encrypt_finish,
};

static const MechOp gcm_decrypt_op = {
	.state_size = sizeof (Gcm),
	.gather = true,
	.start = gcm_start,
	.room = decrypt_room,
	.finish = decrypt_finish,
};

/* --- messages --- */

static CK_RV
read_message (Bytes param, MessageParam *message)
{
	GcmMessageParams params;

	memcpy (&params, param.data, sizeof params);
	*message = (MessageParam){ params.iv, params.n_iv, params.n_fixed_bits, params.generator, params.tag,
		                   params.n_tag_bits / 8, 0 };
	return params.n_tag_bits % 8 == 0 ? CKR_OK :
	                                    fail (CKR_MECHANISM_PARAM_INVALID, "a tag has whole bytes");
}

static Bytes
plain_param (const MessageParam *message, CK_BYTE *nonce, Bytes aad, void *room)
{
	GcmParamsShort params = { nonce, message->n_nonce, (CK_BYTE *)(uintptr_t)aad.data, aad.len, message->n_tag * 8 };

	memcpy (room, &params, sizeof params);
	return bytes (room, sizeof params);
}

static CK_RV
read_wrap (Bytes param, MessageParam *message, Bytes *aad)
{
	GcmWrapParams params;

	memcpy (&params, param.data, sizeof params);
	*message = (MessageParam){ params.iv, params.n_iv, params.n_fixed_bits, params.generator, NULL, params.n_tag_bits / 8, 0 };
	*aad = bytes (params.aad, params.n_aad);
	return params.n_tag_bits % 8 == 0 ? CKR_OK :
	                                    fail (CKR_MECHANISM_PARAM_INVALID, "a tag has whole bytes");
}

static const MechMessage gcm_message = {
	sizeof (GcmMessageParams), read_message, plain_param, sizeof (GcmWrapParams), read_wrap,
};

/* --- GMAC: the tag of additional data alone --- */

/* Nettle takes additional data in whole blocks until the last: what is short waits. */
static CK_RV
gmac_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Gcm *gcm = state;
	size_t n = gcm->n_pending + in.len, ready = n - n % GCM_BLOCK_SIZE;

	*n_out = 0;
	if (ready > 0 && gcm->n_pending > 0) {
		size_t n_fill = GCM_BLOCK_SIZE - gcm->n_pending;

		memcpy (gcm->pending + gcm->n_pending, in.data, n_fill);
		gcm_update (&gcm->context, &gcm->key->key, GCM_BLOCK_SIZE, gcm->pending);
		in = bytes (in.data + n_fill, in.len - n_fill);
		ready -= GCM_BLOCK_SIZE;
		gcm->n_pending = 0;
	}
	if (ready > 0)
		gcm_update (&gcm->context, &gcm->key->key, ready, in.data);
	if (in.len > ready)
		memcpy (gcm->pending + gcm->n_pending, in.data + ready, in.len - ready);
	gcm->n_pending += in.len - ready;
	return CKR_OK;
}

static CK_RV
gmac_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Gcm *gcm = state;

	TRY (gmac_update (state, in, NULL, n_out));
	gcm_update (&gcm->context, &gcm->key->key, gcm->n_pending, gcm->pending);
	gcm_tag (gcm, gcm->n_tag, out);
	*n_out = gcm->n_tag;
	return CKR_OK;
}

static size_t
gmac_room (const void *state, size_t n_in)
{
	const Gcm *gcm = state;

	return gcm->n_tag;
}

/* Additional data in the parameter would end in the middle of a block; there is none to give twice. */
static CK_RV
gmac_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	GcmParamsShort params;

	TRY (gcm_params (param, &params));
	if (params.n_aad > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "GMAC takes its data by C_Sign, not in the parameter");
	return gcm_start (state, mech, key, param);
}

static const MechOp gmac_op = {
	.state_size = sizeof (Gcm),
	.start = gmac_start,
	.room = gmac_room,
	.update = gmac_update,
	.finish = gmac_finish,
};

static const Mech mechs[] = {
	{ MECH (AES_GMAC), .once = true, .key_types = KEYS (CKK_AES), SIZES (16, 32),
	  PARAM_BYTES (sizeof (GcmParamsShort), sizeof (GcmParams)), .sign = &gmac_op, .verify = &gmac_op },
	{ MECH (AES_GCM), .key_types = KEYS (CKK_AES), SIZES (16, 32),
	  PARAM_BYTES (sizeof (GcmParamsShort), sizeof (GcmParams)), .encrypt = &gcm_encrypt_op,
	  .decrypt = &gcm_decrypt_op, .wrap = &gcm_encrypt_op, .unwrap = &gcm_decrypt_op, .message = &gcm_message },
};

const MechFamily mech_gcm = { "gcm", mechs, N_ELEMENTS (mechs) };
