/* Modes of any block cipher that Nettle describes: ECB, CBC, CBC with padding.  SP 800-38A, and the
 * padding of RFC 5652 section 6.3. */

#include "block.h"
#include "disclose.h"

#include <nettle/cbc.h>

typedef struct {
	const BlockKey *key;
	size_t n_block;
	size_t n_pending;
	uint8_t pending[BLOCK_MAX];
	uint8_t iv[BLOCK_MAX];
	bool chained;           /* CBC */
	bool decrypting;
	bool padded;
} Block;

void
block_key_set (BlockKey *key, const struct nettle_cipher *cipher, Bytes secret)
{
	key->cipher = cipher;
	cipher->set_encrypt_key (&key->encrypt, secret.data);
	cipher->set_decrypt_key (&key->decrypt, secret.data);
}

void
block_cbc_encrypt (const BlockKey *key, uint8_t *iv, size_t n, uint8_t *out, const uint8_t *in)
{
	const struct nettle_cipher *cipher = key->cipher;

	if (cipher == &nettle_aes128)
		cbc_aes128_encrypt (&key->encrypt.aes128, iv, n, out, in);
	else if (cipher == &nettle_aes192)
		cbc_aes192_encrypt (&key->encrypt.aes192, iv, n, out, in);
	else if (cipher == &nettle_aes256)
		cbc_aes256_encrypt (&key->encrypt.aes256, iv, n, out, in);
	else
		cbc_encrypt (&key->encrypt, cipher->encrypt, cipher->block_size, iv, n, out, in);
}

bool
block_check_value (const struct nettle_cipher *cipher, Bytes secret, uint8_t value[static 3])
{
	uint8_t block[BLOCK_MAX] = { 0 };
	BlockCtx context;

	if (cipher == NULL || secret.len != cipher->key_size)
		return false;
	cipher->set_encrypt_key (&context, secret.data);
	cipher->encrypt (&context, cipher->block_size, block, block);
	memcpy (value, block, 3);
	wipe (&context, sizeof context);
	return true;
}

static CK_RV
block_start (Block *block, const Mech *mech, Object *key, Bytes param)
{
	void *prepared;

	TRY (object_prepare (key, mech->form, &prepared));
	block->key = prepared;
	block->n_block = block->key->cipher->block_size;
	block->n_pending = 0;
	/* an initial value for ECB means nothing, as with SoftHSM */
	if (param.len > 0 && param.len != block->n_block)
		return fail (CKR_MECHANISM_PARAM_INVALID, "an initial value has %zu bytes, not %zu", block->n_block, param.len);
	block->chained = mech->min_param > 0;
	if (block->chained)
		memcpy (block->iv, param.data, block->n_block);
	return CKR_OK;
}

static CK_RV
start_encrypt (void *state, const Mech *mech, Object *key, Bytes param)
{
	*(Block *)state = (Block){ 0 };
	return block_start (state, mech, key, param);
}

static CK_RV
start_decrypt (void *state, const Mech *mech, Object *key, Bytes param)
{
	*(Block *)state = (Block){ .decrypting = true };
	return block_start (state, mech, key, param);
}

static CK_RV
start_pad_encrypt (void *state, const Mech *mech, Object *key, Bytes param)
{
	*(Block *)state = (Block){ .padded = true };
	return block_start (state, mech, key, param);
}

static CK_RV
start_pad_decrypt (void *state, const Mech *mech, Object *key, Bytes param)
{
	*(Block *)state = (Block){ .padded = true, .decrypting = true };
	return block_start (state, mech, key, param);
}

/* Whole blocks, in the mode's chain. */
static void
block_crypt (Block *block, size_t n, uint8_t *out, const uint8_t *in)
{
	const struct nettle_cipher *cipher = block->key->cipher;

	if (n == 0)
		return;
	if (!block->chained && block->decrypting)
		cipher->decrypt (&block->key->decrypt, n, out, in);
	else if (!block->chained)
		cipher->encrypt (&block->key->encrypt, n, out, in);
	else if (block->decrypting)
		cbc_decrypt (&block->key->decrypt, cipher->decrypt, block->n_block, block->iv, n, out, in);
	else
		block_cbc_encrypt (block->key, block->iv, n, out, in);
}

/* How much of what is pending and @n_in more can be worked on: all whole blocks, but for the one that may
 * turn out to be the padding. */
static size_t
block_ready (const Block *block, size_t n_in)
{
	size_t n = block->n_pending + n_in;
	size_t ready = n - n % block->n_block;

	if (block->padded && block->decrypting && ready == n && ready > 0)
		ready -= block->n_block;
	return ready;
}

static size_t
block_room_update (const void *state, size_t n_in)
{
	return block_ready (state, n_in);
}

static CK_RV
block_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Block *block = state;
	size_t ready = block_ready (block, in.len);

	*n_out = ready;
	if (ready > 0 && block->n_pending > 0) {
		size_t n = block->n_block - block->n_pending;

		memcpy (block->pending + block->n_pending, in.data, n);
		block_crypt (block, block->n_block, out, block->pending);
		in = bytes (in.data + n, in.len - n);
		out += block->n_block;
		ready -= block->n_block;
		block->n_pending = 0;
	}
	block_crypt (block, ready, out, in.data);
	if (in.len > ready)
		memcpy (block->pending + block->n_pending, in.data + ready, in.len - ready);
	block->n_pending += in.len - ready;
	return CKR_OK;
}

/* --- without padding: what is left over is an error --- */

static size_t
block_room (const void *state, size_t n_in)
{
	const Block *block = state;

	return block->n_pending + n_in;
}

static CK_RV
block_takes (const void *state, size_t n_in, bool last)
{
	const Block *block = state;

	if (last && (block->n_pending + n_in) % block->n_block != 0)
		return fail (block->decrypting ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_DATA_LEN_RANGE,
		             "the length is no multiple of %zu", block->n_block);
	return CKR_OK;
}

static CK_RV
block_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	TRY (block_takes (state, in.len, true));
	return block_update (state, in, out, n_out);
}

/* --- with padding --- */

static size_t
pad_room (const void *state, size_t n_in)
{
	const Block *block = state;
	size_t n = block->n_pending + n_in;

	return n - n % block->n_block + block->n_block;
}

static CK_RV
pad_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Block *block = state;
	uint8_t padding;

	TRY (block_update (state, in, out, n_out));
	padding = (uint8_t)(block->n_block - block->n_pending);
	memset (block->pending + block->n_pending, padding, padding);
	block_crypt (block, block->n_block, out + *n_out, block->pending);
	*n_out += block->n_block;
	return CKR_OK;
}

/* How many bytes of the block are padding, 0 when it is none; the same work for every content. */
static size_t
padding_of (const uint8_t *last, size_t n_block)
{
	unsigned n = last[n_block - 1];
	unsigned bad = (n - 1u) >> 8 | ((unsigned)n_block - n) >> 8;

	for (unsigned i = 0; i < n_block; i++) {
		unsigned in_padding = 0u - ((i - n) >> 31);

		bad |= in_padding & (last[n_block - 1 - i] ^ n);
	}
	bad = 0u - ((0u - bad) >> 31);
	return n & ~bad;
}

static CK_RV
unpad_takes (const void *state, size_t n_in, bool last)
{
	const Block *block = state;

	if (last && block->n_pending + n_in == 0)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "there is not even padding");
	return block_takes (state, n_in, last);
}

static CK_RV
unpad_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Block *block = state;
	uint8_t last[BLOCK_MAX];
	size_t n_padding, n_kept;

	TRY (unpad_takes (state, in.len, true));
	TRY (block_update (state, in, out, n_out));
	block_crypt (block, block->n_block, last, block->pending);
	n_padding = padding_of (last, block->n_block);
	n_kept = block->n_block - n_padding;
	memcpy (out + *n_out, last, block->n_block);
	wipe (last, sizeof last);
	if (disclose (n_padding == 0))
		return fail (CKR_ENCRYPTED_DATA_INVALID, "the data is damaged");
	*n_out += disclose (n_kept);
	return CKR_OK;
}

#define BLOCK_OP(op_start, op_room, op_takes, op_finish, is_inexact)                                         \
	{                                                                                                    \
		.state_size = sizeof (Block), .start = op_start, .room_update = block_room_update,           \
		.room = op_room, .takes = op_takes, .update = block_update, .finish = op_finish,             \
		.inexact = is_inexact                                                                        \
	}

const MechOp block_encrypt = BLOCK_OP (start_encrypt, block_room, block_takes, block_finish, false);
const MechOp block_decrypt = BLOCK_OP (start_decrypt, block_room, block_takes, block_finish, false);
const MechOp block_pad_encrypt = BLOCK_OP (start_pad_encrypt, pad_room, NULL, pad_finish, false);
const MechOp block_pad_decrypt = BLOCK_OP (start_pad_decrypt, block_room, unpad_takes, unpad_finish, true);
