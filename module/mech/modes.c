/* More modes of AES: OFB, CFB, ciphertext stealing, XTS.  SP 800-38A and its addendum, SP 800-38E;
 * PKCS #11 v3.2 sections 6.13.10 ff., 6.20 and 6.30. */

#include "aes.h"
#include "random.h"
#include "secret.h"

#include <nettle/cbc.h>
#include <nettle/cfb.h>
#include <nettle/xts.h>

/* --- OFB and CFB: a block is encrypted, and data is masked with it octet by octet --- */

typedef struct {
	const BlockKey *key;
	uint8_t block[AES_BLOCK_SIZE];  /* what is encrypted next, and then the mask */
	size_t at;                      /* octets of the mask that are used */
	bool decrypting;
} Stream;

static CK_RV
stream_start (Stream *stream, Object *key, Bytes param, bool decrypting)
{
	void *prepared;

	TRY (object_prepare (key, &aes_form, &prepared));
	*stream = (Stream){ .key = prepared, .decrypting = decrypting };
	memcpy (stream->block, param.data, sizeof stream->block);
	return CKR_OK;
}

static CK_RV
start_encrypt (void *state, const Mech *mech, Object *key, Bytes param)
{
	return stream_start (state, key, param, false);
}

static CK_RV
start_decrypt (void *state, const Mech *mech, Object *key, Bytes param)
{
	return stream_start (state, key, param, true);
}

static size_t
same_room (const void *state, size_t n_in)
{
	return n_in;
}

static void
next_mask (Stream *stream)
{
	stream->key->cipher->encrypt (&stream->key->encrypt, AES_BLOCK_SIZE, stream->block, stream->block);
}

static CK_RV
ofb_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Stream *stream = state;

	for (size_t i = 0; i < in.len; i++) {
		if (stream->at == 0)
			next_mask (stream);
		out[i] = in.data[i] ^ stream->block[stream->at];
		stream->at = (stream->at + 1) % AES_BLOCK_SIZE;
	}
	*n_out = in.len;
	return CKR_OK;
}

/* Nettle for whole blocks, octets before and after. */
static CK_RV
cfb128_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Stream *stream = state;
	const BlockKey *key = stream->key;
	size_t i = 0, n_whole;

	*n_out = in.len;
	while (i < in.len) {
		n_whole = stream->at == 0 ? (in.len - i) / AES_BLOCK_SIZE * AES_BLOCK_SIZE : 0;
		if (n_whole > 0 && stream->decrypting)
			cfb_decrypt (&key->encrypt, key->cipher->encrypt, AES_BLOCK_SIZE, stream->block, n_whole, out + i,
			             in.data + i);
		else if (n_whole > 0)
			cfb_encrypt (&key->encrypt, key->cipher->encrypt, AES_BLOCK_SIZE, stream->block, n_whole, out + i,
			             in.data + i);
		i += n_whole;
		if (i == in.len)
			break;
		if (stream->at == 0)
			next_mask (stream);
		out[i] = in.data[i] ^ stream->block[stream->at];
		stream->block[stream->at] = stream->decrypting ? in.data[i] : out[i];
		stream->at = (stream->at + 1) % AES_BLOCK_SIZE;
		i++;
	}
	return CKR_OK;
}

static CK_RV
cfb8_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Stream *stream = state;
	const BlockKey *key = stream->key;

	*n_out = in.len;
	if (in.len > 0 && stream->decrypting)
		cfb8_decrypt (&key->encrypt, key->cipher->encrypt, AES_BLOCK_SIZE, stream->block, in.len, out, in.data);
	else if (in.len > 0)
		cfb8_encrypt (&key->encrypt, key->cipher->encrypt, AES_BLOCK_SIZE, stream->block, in.len, out, in.data);
	return CKR_OK;
}

#define STREAM_OP(n, op_start, op_update)                                                                    \
	static const MechOp n = {                                                                            \
		.state_size = sizeof (Stream), .start = op_start, .room_update = same_room, .room = same_room, \
		.update = op_update, .finish = op_update                                                     \
	}

STREAM_OP (ofb_op, start_encrypt, ofb_update);
STREAM_OP (cfb128_encrypt_op, start_encrypt, cfb128_update);
STREAM_OP (cfb128_decrypt_op, start_decrypt, cfb128_update);
STREAM_OP (cfb8_encrypt_op, start_encrypt, cfb8_update);
STREAM_OP (cfb8_decrypt_op, start_decrypt, cfb8_update);

/* --- ciphertext stealing, CBC-CS1 of the addendum to SP 800-38A --- */

static CK_RV
cts_check (Bytes in, CK_RV rv)
{
	return in.len >= AES_BLOCK_SIZE ? CKR_OK : fail (rv, "ciphertext stealing takes a block at least");
}

static CK_RV
cts_encrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Stream *stream = state;
	const BlockKey *key = stream->key;
	size_t n_last = in.len % AES_BLOCK_SIZE, n_whole = in.len - n_last;
	uint8_t last[AES_BLOCK_SIZE] = { 0 };

	TRY (cts_check (in, CKR_DATA_LEN_RANGE));
	block_cbc_encrypt (key, stream->block, n_whole, out, in.data);
	if (n_last > 0) {
		memcpy (last, in.data + n_whole, n_last);
		/* over the end of the block before, which gives up what does not fit */
		block_cbc_encrypt (key, stream->block, AES_BLOCK_SIZE, out + in.len - AES_BLOCK_SIZE, last);
	}
	wipe (last, sizeof last);
	*n_out = in.len;
	return CKR_OK;
}

static CK_RV
cts_decrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Stream *stream = state;
	const BlockKey *key = stream->key;
	size_t n_last = in.len % AES_BLOCK_SIZE, n_whole = in.len - n_last;
	uint8_t last[AES_BLOCK_SIZE], before[AES_BLOCK_SIZE];

	TRY (cts_check (in, CKR_ENCRYPTED_DATA_LEN_RANGE));
	if (n_last > 0)
		n_whole -= AES_BLOCK_SIZE;
	cbc_decrypt (&key->decrypt, key->cipher->decrypt, AES_BLOCK_SIZE, stream->block, n_whole, out, in.data);
	if (n_last > 0) {
		/* the last block tells what the one before it gave up */
		key->cipher->decrypt (&key->decrypt, AES_BLOCK_SIZE, last, in.data + in.len - AES_BLOCK_SIZE);
		memcpy (before, last, sizeof before);
		memcpy (before, in.data + n_whole, n_last);
		for (size_t i = 0; i < n_last; i++)
			out[n_whole + AES_BLOCK_SIZE + i] = last[i] ^ before[i];
		cbc_decrypt (&key->decrypt, key->cipher->decrypt, AES_BLOCK_SIZE, stream->block, AES_BLOCK_SIZE,
		             out + n_whole, before);
	}
	wipe (last, sizeof last);
	*n_out = in.len;
	return CKR_OK;
}

static const MechOp cts_encrypt_op = {
	.state_size = sizeof (Stream), .gather = true, .start = start_encrypt, .room = same_room, .finish = cts_encrypt,
};
static const MechOp cts_decrypt_op = {
	.state_size = sizeof (Stream), .gather = true, .start = start_decrypt, .room = same_room, .finish = cts_decrypt,
};

/* --- XTS: a key of two halves --- */

typedef struct {
	BlockKey data, tweak;
} XtsKey;

typedef struct {
	const XtsKey *key;
	uint8_t tweak[AES_BLOCK_SIZE];
} Xts;

static const struct nettle_cipher *
xts_cipher (size_t n)
{
	return n == 32 || n == 64 ? aes_cipher (n / 2) : NULL;
}

static CK_RV
xts_wrong_key (size_t n)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "an XTS key has 32 or 64 bytes, in two halves that differ, not %zu", n);
}

static CK_RV
xts_prepare (void *form, const Object *key)
{
	Bytes secret = object_bytes (key, CKA_VALUE);
	const struct nettle_cipher *cipher = xts_cipher (secret.len);
	XtsKey *xts = form;

	if (cipher == NULL)
		return xts_wrong_key (secret.len);
	block_key_set (&xts->data, cipher, bytes (secret.data, secret.len / 2));
	block_key_set (&xts->tweak, cipher, bytes (secret.data + secret.len / 2, secret.len / 2));
	return CKR_OK;
}

static const KeyForm xts_form = { sizeof (XtsKey), xts_prepare, NULL };

static CK_RV
xts_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Xts *xts = state;
	void *prepared;

	TRY (object_prepare (key, &xts_form, &prepared));
	xts->key = prepared;
	memcpy (xts->tweak, param.data, sizeof xts->tweak);
	return CKR_OK;
}

static CK_RV
xts_encrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Xts *xts = state;
	const XtsKey *key = xts->key;

	TRY (cts_check (in, CKR_DATA_LEN_RANGE));
	xts_encrypt_message (&key->data.encrypt, &key->tweak.encrypt, key->data.cipher->encrypt,
	                     xts->tweak, in.len, out, in.data);
	*n_out = in.len;
	return CKR_OK;
}

static CK_RV
xts_decrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Xts *xts = state;
	const XtsKey *key = xts->key;

	TRY (cts_check (in, CKR_ENCRYPTED_DATA_LEN_RANGE));
	xts_decrypt_message (&key->data.decrypt, &key->tweak.encrypt, key->data.cipher->decrypt, key->tweak.cipher->encrypt,
	                     xts->tweak, in.len, out, in.data);
	*n_out = in.len;
	return CKR_OK;
}

static const MechOp xts_encrypt_op = {
	.state_size = sizeof (Xts), .gather = true, .start = xts_start, .room = same_room, .finish = xts_encrypt,
};
static const MechOp xts_decrypt_op = {
	.state_size = sizeof (Xts), .gather = true, .start = xts_start, .room = same_room, .finish = xts_decrypt,
};

static CK_RV
xts_generate (const Mech *mech, Bytes param, Attrs *key)
{
	if (xts_cipher (attrs_ulong (key, CKA_VALUE_LEN, 0)) == NULL)
		return xts_wrong_key (attrs_ulong (key, CKA_VALUE_LEN, 0));
	return secret_generate (mech, param, key);
}

static CK_RV
xts_check (Attrs *key)
{
	Bytes value = attrs_bytes (key, CKA_VALUE);
	size_t half = value.len / 2;

	if (xts_cipher (value.len) == NULL || bytes_equal_sec (bytes (value.data, half), bytes (value.data + half, half)))
		return xts_wrong_key (value.len);
	return secret_check (key);
}

#define AES .key_types = KEYS (CKK_AES), SIZES (16, 32), PARAM_BYTES (16, 16)
#define XTS .key_types = KEYS (CKK_AES_XTS), SIZES (32, 64)

static const Mech mechs[] = {
	{ MECH (AES_OFB), AES, .encrypt = &ofb_op, .decrypt = &ofb_op },
	{ MECH (AES_CFB8), AES, .encrypt = &cfb8_encrypt_op, .decrypt = &cfb8_decrypt_op },
	{ MECH (AES_CFB128), AES, .encrypt = &cfb128_encrypt_op, .decrypt = &cfb128_decrypt_op },
	{ MECH (AES_CTS), AES, .encrypt = &cts_encrypt_op, .decrypt = &cts_decrypt_op },
	{ MECH (AES_XTS_KEY_GEN), XTS, .generate = xts_generate },
	{ MECH (AES_XTS), XTS, PARAM_BYTES (16, 16), .encrypt = &xts_encrypt_op, .decrypt = &xts_decrypt_op },
};

static const KeyKind kinds[] = {
	{ CKO_SECRET_KEY, CKK_AES_XTS, secret_size, xts_check, secret_check_value },
};

const MechFamily mech_modes = { "modes", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
