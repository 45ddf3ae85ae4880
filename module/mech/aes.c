/* AES: key generation, ECB, CBC, CTR, CMAC.  FIPS 197, SP 800-38A, SP 800-38B;
 * PKCS #11 v3.2 sections 6.13, 6.14 and 6.15. */

#include "aes.h"
#include "params.h"
#include "secret.h"

#include <nettle/cmac.h>
#include <nettle/ctr.h>

const struct nettle_cipher *
aes_cipher (size_t n)
{
	switch (n) {
	case AES128_KEY_SIZE:
		return &nettle_aes128;
	case AES192_KEY_SIZE:
		return &nettle_aes192;
	case AES256_KEY_SIZE:
		return &nettle_aes256;
	default:
		return NULL;
	}
}

static CK_RV
aes_prepare (void *form, const Object *key)
{
	Bytes secret = object_bytes (key, CKA_VALUE);
	const struct nettle_cipher *cipher = aes_cipher (secret.len);

	if (cipher == NULL)
		return fail (CKR_KEY_SIZE_RANGE, "an AES key has 16, 24 or 32 bytes, not %zu", secret.len);
	block_key_set (form, cipher, secret);
	return CKR_OK;
}

const KeyForm aes_form = { sizeof (BlockKey), aes_prepare, NULL };

/* --- CTR, with a counter of 1 to 128 bits at the end of the block --- */

typedef struct {
	const BlockKey *key;
	bool decrypting;
	unsigned n_bits;
	uint64_t n_blocks_left; /* before the counter would overflow; UINT64_MAX: more than anyone encrypts */
	uint8_t counter[AES_BLOCK_SIZE];
	uint8_t stream[AES_BLOCK_SIZE];
	size_t n_stream;        /* of these, the last ones, are not used yet */
} Ctr;

/* How many blocks come before the counter's bits are all zero again. */
static uint64_t
ctr_blocks_to_overflow (const uint8_t counter[static AES_BLOCK_SIZE], unsigned n_bits)
{
	uint64_t high = be64_get (counter), low = be64_get (counter + 8);

	if (n_bits < 64)
		return ((uint64_t)1 << n_bits) - (low & (((uint64_t)1 << n_bits) - 1));
	if (low == 0 || (n_bits > 64 && ~high << (128 - n_bits) != 0))
		return UINT64_MAX;
	return 0 - low;
}

static CK_RV
ctr_encrypt_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Ctr *ctr = state;
	CtrParams params;
	void *prepared;

	memcpy (&params, param.data, sizeof params);
	if (params.n_counter_bits < 1 || params.n_counter_bits > 128)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a counter has 1 to 128 bits, not %lu", params.n_counter_bits);
	TRY (object_prepare (key, &aes_form, &prepared));
	*ctr = (Ctr){ .key = prepared, .n_bits = (unsigned)params.n_counter_bits };
	memcpy (ctr->counter, params.counter, sizeof ctr->counter);
	ctr->n_blocks_left = ctr_blocks_to_overflow (ctr->counter, ctr->n_bits);
	return CKR_OK;
}

static CK_RV
ctr_decrypt_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	TRY (ctr_encrypt_start (state, mech, key, param));
	((Ctr *)state)->decrypting = true;
	return CKR_OK;
}

static size_t
ctr_room (const void *state, size_t n_in)
{
	return n_in;
}

/* Whole blocks. */
static void
ctr_blocks (Ctr *ctr, size_t n_blocks, uint8_t *out, const uint8_t *in)
{
	ctr_crypt (&ctr->key->encrypt, ctr->key->cipher->encrypt, AES_BLOCK_SIZE, ctr->counter,
	           n_blocks * AES_BLOCK_SIZE, out, in);
}

/* How many blocks of the stream are to be made for @n_in bytes. */
static uint64_t
ctr_blocks_for (const Ctr *ctr, size_t n_in)
{
	size_t n = n_in < ctr->n_stream ? 0 : n_in - ctr->n_stream;

	return n / AES_BLOCK_SIZE + (n % AES_BLOCK_SIZE > 0);
}

static CK_RV
ctr_takes (const void *state, size_t n_in, bool last)
{
	const Ctr *ctr = state;

	if (ctr_blocks_for (ctr, n_in) > ctr->n_blocks_left)
		return fail (ctr->decrypting ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_DATA_LEN_RANGE,
		             "a counter of %u bits would overflow", ctr->n_bits);
	return CKR_OK;
}

static CK_RV
ctr_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Ctr *ctr = state;
	size_t n = in.len < ctr->n_stream ? in.len : ctr->n_stream;
	size_t n_rest = in.len - n, n_blocks = n_rest / AES_BLOCK_SIZE, n_tail = n_rest % AES_BLOCK_SIZE;
	static const uint8_t zeros[AES_BLOCK_SIZE];

	TRY (ctr_takes (ctr, in.len, false));
	if (ctr->n_blocks_left != UINT64_MAX)
		ctr->n_blocks_left -= ctr_blocks_for (ctr, in.len);
	*n_out = in.len;
	for (size_t i = 0; i < n; i++)
		*out++ = *in.data++ ^ ctr->stream[AES_BLOCK_SIZE - ctr->n_stream + i];
	ctr->n_stream -= n;
	ctr_blocks (ctr, n_blocks, out, in.data);
	if (n_tail > 0) {
		ctr_blocks (ctr, 1, ctr->stream, zeros);
		ctr->n_stream = AES_BLOCK_SIZE - n_tail;
		for (size_t i = 0; i < n_tail; i++)
			out[n_blocks * AES_BLOCK_SIZE + i] = in.data[n_blocks * AES_BLOCK_SIZE + i] ^ ctr->stream[i];
	}
	return CKR_OK;
}

#define CTR_OP(op_start)                                                                                     \
	{                                                                                                    \
		.state_size = sizeof (Ctr), .start = op_start, .room_update = ctr_room, .room = ctr_room,    \
		.takes = ctr_takes, .update = ctr_update, .finish = ctr_update                               \
	}

static const MechOp ctr_encrypt = CTR_OP (ctr_encrypt_start);
static const MechOp ctr_decrypt = CTR_OP (ctr_decrypt_start);

/* --- CMAC --- */

typedef struct {
	BlockKey block;
	struct cmac128_key key;
} CmacKey;

typedef struct {
	const CmacKey *key;
	struct cmac128_ctx context;
	size_t n_mac;           /* bytes we hand out */
} Cmac;

static CK_RV
cmac_prepare (void *form, const Object *key)
{
	CmacKey *cmac = form;

	TRY (aes_prepare (&cmac->block, key));
	cmac128_set_key (&cmac->key, &cmac->block.encrypt, cmac->block.cipher->encrypt);
	return CKR_OK;
}

static const KeyForm cmac_form = { sizeof (CmacKey), cmac_prepare, NULL };

static CK_RV
cmac_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Cmac *cmac = state;
	void *prepared;

	TRY (object_prepare (key, &cmac_form, &prepared));
	cmac->key = prepared;
	TRY (mech_mac_length (mech, param, AES_BLOCK_SIZE, &cmac->n_mac));
	cmac128_init (&cmac->context);
	return CKR_OK;
}

static size_t
cmac_room (const void *state, size_t n_in)
{
	const Cmac *cmac = state;

	return cmac->n_mac;
}

static CK_RV
cmac_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Cmac *cmac = state;
	const BlockKey *block = &cmac->key->block;

	if (in.len > 0)
		cmac128_update (&cmac->context, &block->encrypt, block->cipher->encrypt, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
cmac_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Cmac *cmac = state;
	const BlockKey *block = &cmac->key->block;
	uint8_t mac[AES_BLOCK_SIZE];

	TRY (cmac_update (state, in, out, n_out));
	cmac128_digest (&cmac->context, &cmac->key->key, &block->encrypt, block->cipher->encrypt, AES_BLOCK_SIZE, mac);
	memcpy (out, mac, cmac->n_mac);
	*n_out = cmac->n_mac;
	return CKR_OK;
}

static const MechOp cmac_op = {
	.state_size = sizeof (Cmac),
	.start = cmac_start,
	.room = cmac_room,
	.update = cmac_update,
	.finish = cmac_finish,
};

static CK_RV
aes_check (Attrs *key)
{
	if (aes_cipher (secret_size (key)) == NULL)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "an AES key has 16, 24 or 32 bytes, not %zu",
		             secret_size (key));
	return secret_check (key);
}

/* PKCS #11 v3.2 section 4.10.2: a block of zeros, encrypted. */
static bool
aes_check_value (const Attrs *key, uint8_t value[static 3])
{
	return block_check_value (aes_cipher (secret_size (key)), attrs_bytes (key, CKA_VALUE), value);
}

static CK_RV
aes_generate (const Mech *mech, Bytes param, Attrs *key)
{
	if (aes_cipher (attrs_ulong (key, CKA_VALUE_LEN, 0)) == NULL)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "an AES key has 16, 24 or 32 bytes");
	return secret_generate (mech, param, key);
}

#define AES .key_types = KEYS (CKK_AES), SIZES (16, 32), .form = &aes_form

static const Mech mechs[] = {
	{ MECH (AES_KEY_GEN), AES, .generate = aes_generate },
	{ MECH (AES_ECB), AES, PARAM_BYTES (0, 16), .encrypt = &block_encrypt, .decrypt = &block_decrypt },
	{ MECH (AES_CBC), AES, PARAM_BYTES (16, 16), .encrypt = &block_encrypt, .decrypt = &block_decrypt,
	  .wrap = &block_encrypt, .unwrap = &block_decrypt },
	{ MECH (AES_CBC_PAD), AES, PARAM_BYTES (16, 16), .encrypt = &block_pad_encrypt, .decrypt = &block_pad_decrypt,
	  .wrap = &block_pad_encrypt, .unwrap = &block_pad_decrypt },
	{ MECH (AES_CTR), AES, PARAM (CtrParams), .encrypt = &ctr_encrypt, .decrypt = &ctr_decrypt },
	{ MECH (AES_CMAC), AES, .sign = &cmac_op, .verify = &cmac_op },
	{ MECH (AES_CMAC_GENERAL), AES, PARAM (CK_ULONG), .sign = &cmac_op, .verify = &cmac_op },
};

static const KeyKind kinds[] = {
	{ CKO_SECRET_KEY, CKK_AES, secret_size, aes_check, aes_check_value },
};

const MechFamily mech_aes = { "aes", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
