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
	unsigned n_bits;
	uint64_t n_blocks_left; /* before the counter has gone round; UINT64_MAX: more than anyone encrypts */
	uint8_t counter[AES_BLOCK_SIZE];
	uint8_t stream[AES_BLOCK_SIZE];
	size_t n_stream;        /* of these, the last ones, are not used yet */
} Ctr;

static CK_RV
ctr_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Ctr *ctr = state;
	CtrParams params;
	void *prepared;

	memcpy (&params, param.data, sizeof params);
	if (params.n_counter_bits < 1 || params.n_counter_bits > 128)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a counter has 1 to 128 bits, not %lu", params.n_counter_bits);
	TRY (object_prepare (key, &aes_form, &prepared));
	*ctr = (Ctr){ .key = prepared, .n_bits = (unsigned)params.n_counter_bits, .n_blocks_left = UINT64_MAX };
	memcpy (ctr->counter, params.counter, sizeof ctr->counter);
	if (ctr->n_bits < 64)
		ctr->n_blocks_left = (uint64_t)1 << ctr->n_bits;
	return CKR_OK;
}

static size_t
ctr_room (const void *state, size_t n_in)
{
	return n_in;
}

/* How many blocks come before the counter's bits are all zero again, as far as 64 bits tell. */
static uint64_t
ctr_blocks_to_wrap (const Ctr *ctr)
{
	uint64_t low = be64_get (ctr->counter + 8);

	if (ctr->n_bits >= 64)
		return low == 0 ? UINT64_MAX : 0 - low;
	return ((uint64_t)1 << ctr->n_bits) - (low & (((uint64_t)1 << ctr->n_bits) - 1));
}

/* What a carry out of the counter's bits must not change. */
static void
ctr_restore (Ctr *ctr, const uint8_t before[static AES_BLOCK_SIZE])
{
	for (unsigned i = 0; i < AES_BLOCK_SIZE; i++) {
		unsigned low_bit = 8 * (AES_BLOCK_SIZE - 1 - i);
		unsigned n_counted = ctr->n_bits > low_bit ? ctr->n_bits - low_bit : 0;
		uint8_t counted = (uint8_t)(n_counted >= 8 ? 0xff : (1u << n_counted) - 1);

		ctr->counter[i] = (uint8_t)((ctr->counter[i] & counted) | (before[i] & ~counted));
	}
}

/* Whole blocks. */
static void
ctr_blocks (Ctr *ctr, size_t n_blocks, uint8_t *out, const uint8_t *in)
{
	const BlockKey *key = ctr->key;

	while (n_blocks > 0) {
		uint64_t to_wrap = ctr_blocks_to_wrap (ctr);
		size_t n = to_wrap < n_blocks ? (size_t)to_wrap : n_blocks;
		uint8_t before[AES_BLOCK_SIZE];

		memcpy (before, ctr->counter, sizeof before);
		ctr_crypt (&key->encrypt, key->cipher->encrypt, AES_BLOCK_SIZE, ctr->counter, n * AES_BLOCK_SIZE,
		           out, in);
		ctr_restore (ctr, before);
		out += n * AES_BLOCK_SIZE;
		in += n * AES_BLOCK_SIZE;
		n_blocks -= n;
	}
}

static CK_RV
ctr_take (Ctr *ctr, uint64_t n_blocks)
{
	if (ctr->n_blocks_left == UINT64_MAX)
		return CKR_OK;
	if (n_blocks > ctr->n_blocks_left)
		return fail (CKR_DATA_LEN_RANGE, "a counter of %u bits would come round to its start", ctr->n_bits);
	ctr->n_blocks_left -= n_blocks;
	return CKR_OK;
}

static CK_RV
ctr_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Ctr *ctr = state;
	size_t n = in.len < ctr->n_stream ? in.len : ctr->n_stream;
	size_t n_rest = in.len - n, n_blocks = n_rest / AES_BLOCK_SIZE, n_tail = n_rest % AES_BLOCK_SIZE;
	static const uint8_t zeros[AES_BLOCK_SIZE];

	TRY (ctr_take (ctr, n_blocks + (n_tail > 0)));
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

static const MechOp ctr_op = {
	.state_size = sizeof (Ctr),
	.start = ctr_start,
	.room_update = ctr_room,
	.room = ctr_room,
	.update = ctr_update,
	.finish = ctr_update,
};

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
	{ MECH (AES_CTR), AES, PARAM (CtrParams), .encrypt = &ctr_op, .decrypt = &ctr_op },
	{ MECH (AES_CMAC), AES, .sign = &cmac_op, .verify = &cmac_op },
	{ MECH (AES_CMAC_GENERAL), AES, PARAM (CK_ULONG), .sign = &cmac_op, .verify = &cmac_op },
};

static const KeyKind kinds[] = {
	{ CKO_SECRET_KEY, CKK_AES, secret_size, aes_check, aes_check_value },
};

const MechFamily mech_aes = { "aes", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
