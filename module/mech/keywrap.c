/* AES key wrap.  RFC 3394 and RFC 5649 (SP 800-38F KW and KWP); PKCS #11 v3.2 section 6.16. */

#include "aes.h"
#include "disclose.h"
#include "wrap.h"

#include <nettle/nist-keywrap.h>

#define SEMIBLOCK 8
#define ROUNDS 6

typedef struct {
	const BlockKey *key;
	uint8_t iv[SEMIBLOCK];
	size_t n_iv;            /* of these the caller or the standard gave: 8 for KW, 4 for KWP */
} KeyWrap;

static CK_RV
start (KeyWrap *wrap, Object *key, Bytes param, Bytes standard)
{
	Bytes iv = param.len > 0 ? param : standard;
	void *prepared;

	if (iv.len != standard.len)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the initial value has %zu bytes", standard.len);
	TRY (object_prepare (key, &aes_form, &prepared));
	wrap->key = prepared;
	wrap->n_iv = iv.len;
	memcpy (wrap->iv, iv.data, iv.len);
	return CKR_OK;
}

static CK_RV
kw_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	static const uint8_t iv[] = { 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6 };

	return start (state, key, param, bytes (iv, sizeof iv));
}

static CK_RV
kwp_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	static const uint8_t iv[] = { 0xa6, 0x59, 0x59, 0xa6 };

	return start (state, key, param, bytes (iv, sizeof iv));
}

static size_t
wrap_room (const void *state, size_t n_in)
{
	return (n_in + SEMIBLOCK - 1) / SEMIBLOCK * SEMIBLOCK + SEMIBLOCK;
}

static size_t
unwrap_room (const void *state, size_t n_in)
{
	return n_in;
}

static CK_RV
kw_wrap (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	KeyWrap *wrap = state;

	if (in.len < 2 * SEMIBLOCK || in.len % SEMIBLOCK != 0)
		return fail (CKR_DATA_LEN_RANGE, "key wrap without padding takes 16, 24, 32, ... bytes");
	nist_keywrap16 (&wrap->key->encrypt, wrap->key->cipher->encrypt, wrap->iv, in.len + SEMIBLOCK, out, in.data);
	*n_out = in.len + SEMIBLOCK;
	return CKR_OK;
}

/* The inverse of RFC 3394 section 2.2.1, without judging the initial value.  @in: 3 or more semiblocks. */
static void
unwrap_blocks (const BlockKey *key, Bytes in, uint8_t iv[static SEMIBLOCK], uint8_t *out)
{
	size_t n = in.len / SEMIBLOCK - 1;
	uint8_t block[2 * SEMIBLOCK], counter[SEMIBLOCK];

	memcpy (iv, in.data, SEMIBLOCK);
	memcpy (out, in.data + SEMIBLOCK, n * SEMIBLOCK);
	for (size_t t = ROUNDS * n; t > 0; t--) {
		uint8_t *semiblock = out + (t - 1) % n * SEMIBLOCK;

		be64_put (counter, t);
		for (int i = 0; i < SEMIBLOCK; i++)
			block[i] = iv[i] ^ counter[i];
		memcpy (block + SEMIBLOCK, semiblock, SEMIBLOCK);
		key->cipher->decrypt (&key->decrypt, sizeof block, block, block);
		memcpy (iv, block, SEMIBLOCK);
		memcpy (semiblock, block + SEMIBLOCK, SEMIBLOCK);
	}
	wipe (block, sizeof block);
}

static CK_RV
damaged (uint8_t *out, size_t n)
{
	wipe (out, n);
	return fail (CKR_ENCRYPTED_DATA_INVALID, "the data is damaged");
}

static CK_RV
kw_unwrap (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	KeyWrap *wrap = state;
	uint8_t iv[SEMIBLOCK];
	size_t n = in.len - SEMIBLOCK;

	if (in.len < 3 * SEMIBLOCK || in.len % SEMIBLOCK != 0)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "a wrapped key has 24, 32, 40, ... bytes");
	unwrap_blocks (wrap->key, in, iv, out);
	if (!bytes_equal_sec (bytes (iv, sizeof iv), bytes (wrap->iv, sizeof iv)))
		return damaged (out, n);
	*n_out = n;
	return CKR_OK;
}

static CK_RV
kwp_wrap (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	KeyWrap *wrap = state;
	auto_wipe Buf padded = BUF_SECRET;
	size_t n = wrap_room (state, in.len) - SEMIBLOCK;
	uint8_t length[8], *start_of;

	if (in.len == 0 || in.len > UINT32_MAX)
		return fail (CKR_DATA_LEN_RANGE, "key wrap takes 1 to 2^32 - 1 bytes");
	start_of = buf_grow (&padded, SEMIBLOCK + n);
	TRY_ALLOC (start_of);
	memset (start_of, 0, SEMIBLOCK + n);
	be64_put (length, in.len);
	memcpy (start_of, wrap->iv, 4);
	memcpy (start_of + 4, length + 4, 4);
	memcpy (start_of + SEMIBLOCK, in.data, in.len);
	if (n == SEMIBLOCK)
		wrap->key->cipher->encrypt (&wrap->key->encrypt, 2 * SEMIBLOCK, out, start_of);
	else
		nist_keywrap16 (&wrap->key->encrypt, wrap->key->cipher->encrypt, start_of, n + SEMIBLOCK, out,
		                start_of + SEMIBLOCK);
	*n_out = n + SEMIBLOCK;
	return CKR_OK;
}

/* RFC 5649 section 3: the constant, a length that needs just these semiblocks, zeros behind it. */
static bool
kwp_is_right (const KeyWrap *wrap, const uint8_t iv[static SEMIBLOCK], const uint8_t *out, size_t n)
{
	uint8_t length[8] = { 0 };
	const uint8_t *last = out + (n - SEMIBLOCK);
	uint64_t n_key, bad;
	uint32_t n_last;

	memcpy (length + 4, iv + 4, 4);
	n_key = be64_get (length);
	/* differences of numbers below 2^63 have their top bit where they are negative */
	bad = (n - n_key) >> 63 | (n_key + SEMIBLOCK - 1 - n) >> 63;
	for (size_t i = 0; i < 4; i++)
		bad |= (uint64_t)(iv[i] ^ wrap->iv[i]);
	n_last = (uint32_t)(n_key + SEMIBLOCK - n);
	for (uint32_t i = 0; i < SEMIBLOCK; i++)
		bad |= last[i] & ~(0u - ((i - n_last) >> 31));
	return disclose (bad) == 0;
}

static CK_RV
kwp_unwrap (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	KeyWrap *wrap = state;
	uint8_t iv[SEMIBLOCK], block[2 * SEMIBLOCK];
	size_t n = in.len - SEMIBLOCK;

	if (in.len < 2 * SEMIBLOCK || in.len % SEMIBLOCK != 0)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "a wrapped key has 16, 24, 32, ... bytes");
	if (n == SEMIBLOCK) {
		wrap->key->cipher->decrypt (&wrap->key->decrypt, sizeof block, block, in.data);
		memcpy (iv, block, SEMIBLOCK);
		memcpy (out, block + SEMIBLOCK, SEMIBLOCK);
		wipe (block, sizeof block);
	} else {
		unwrap_blocks (wrap->key, in, iv, out);
	}
	if (!kwp_is_right (wrap, iv, out, n))
		return damaged (out, n);
	*n_out = disclose ((size_t)iv[4] << 24 | (size_t)iv[5] << 16 | (size_t)iv[6] << 8 | iv[7]);
	return CKR_OK;
}

#define WRAP_OP(op_start, op_room, op_finish)                                                                \
	{                                                                                                    \
		.state_size = sizeof (KeyWrap), .start = op_start, .room = op_room, .finish = op_finish,     \
		.inexact = true                                                                              \
	}

static const MechOp kw_wrap_op = WRAP_OP (kw_start, wrap_room, kw_wrap);
static const MechOp kw_unwrap_op = WRAP_OP (kw_start, unwrap_room, kw_unwrap);
const MechOp aes_kwp_wrap = WRAP_OP (kwp_start, wrap_room, kwp_wrap);
const MechOp aes_kwp_unwrap = WRAP_OP (kwp_start, unwrap_room, kwp_unwrap);

static const Mech mechs[] = {
	{ MECH (AES_KEY_WRAP), .key_types = KEYS (CKK_AES), SIZES (16, 32), PARAM_BYTES (0, 8), .wrap = &kw_wrap_op,
	  .unwrap = &kw_unwrap_op, .fills = true },
	{ MECH (AES_KEY_WRAP_KWP), .key_types = KEYS (CKK_AES), SIZES (16, 32), PARAM_BYTES (0, 4),
	  .wrap = &aes_kwp_wrap, .unwrap = &aes_kwp_unwrap },
	{ MECH (AES_KEY_WRAP_PAD), .key_types = KEYS (CKK_AES), SIZES (16, 32), PARAM_BYTES (0, 4),
	  .wrap = &aes_kwp_wrap, .unwrap = &aes_kwp_unwrap },
};

const MechFamily mech_keywrap = { "keywrap", mechs, N_ELEMENTS (mechs) };
