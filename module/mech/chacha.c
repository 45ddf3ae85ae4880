/* ChaCha20, Poly1305 and both together.  RFC 8439; PKCS #11 v3.2 sections 6.59 to 6.61. */

#include "params.h"
#include "secret.h"

#include <endian.h>
#include <nettle/aes.h>
#include <nettle/chacha-poly1305.h>
#include <nettle/chacha.h>
#include <nettle/poly1305.h>

static CK_RV
key_of (const Object *key, Bytes *secret)
{
	*secret = object_bytes (key, CKA_VALUE);
	if (secret->len != CHACHA_KEY_SIZE)
		return fail (CKR_KEY_SIZE_RANGE, "such a key has 32 bytes, not %zu", secret->len);
	return CKR_OK;
}

/* --- ChaCha20 --- */

typedef struct {
	struct chacha_ctx context;
	bool decrypting;
	bool short_counter;     /* 32 bits of block counter, 96 of nonce, as the IETF has it */
	uint64_t n_blocks_left;
	uint8_t stream[CHACHA_BLOCK_SIZE];
	size_t n_stream;        /* of these, the last ones, are not used yet */
} Chacha;

static CK_RV
chacha_encrypt_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Chacha *chacha = state;
	ChachaParams params;
	uint32_t counter;
	Bytes secret;

	memcpy (&params, param.data, sizeof params);
	TRY (key_of (key, &secret));
	if (params.nonce == NULL || params.counter == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "nonce or counter is missing");
	*chacha = (Chacha){ .n_blocks_left = UINT64_MAX };
	chacha_set_key (&chacha->context, secret.data);
	if (params.n_nonce_bits == 96 && params.n_counter_bits == 32) {
		chacha->short_counter = true;
		chacha_set_nonce96 (&chacha->context, params.nonce);
		chacha_set_counter32 (&chacha->context, params.counter);
		memcpy (&counter, params.counter, sizeof counter);
		chacha->n_blocks_left = ((uint64_t)1 << 32) - le32toh (counter);
	} else if (params.n_nonce_bits == 64 && params.n_counter_bits == 64) {
		chacha_set_nonce (&chacha->context, params.nonce);
		chacha_set_counter (&chacha->context, params.counter);
	} else {
		return fail (CKR_MECHANISM_PARAM_INVALID, "ChaCha20 takes a counter of 32 bits with a nonce of 96, "
		                                          "or 64 with 64");
	}
	return CKR_OK;
}

static CK_RV
chacha_decrypt_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	TRY (chacha_encrypt_start (state, mech, key, param));
	((Chacha *)state)->decrypting = true;
	return CKR_OK;
}

static size_t
same_room (const void *state, size_t n_in)
{
	return n_in;
}

static void
chacha_run (Chacha *chacha, size_t n, uint8_t *out, const uint8_t *in)
{
	if (n == 0)
		return;
	if (chacha->short_counter)
		chacha_crypt32 (&chacha->context, n, out, in);
	else
		chacha_crypt (&chacha->context, n, out, in);
}

/* How many blocks of the stream are to be made for @n_in bytes. */
static uint64_t
chacha_blocks_for (const Chacha *chacha, size_t n_in)
{
	size_t n = n_in < chacha->n_stream ? 0 : n_in - chacha->n_stream;

	return n / CHACHA_BLOCK_SIZE + (n % CHACHA_BLOCK_SIZE > 0);
}

static CK_RV
chacha_takes (const void *state, size_t n_in, bool last)
{
	const Chacha *chacha = state;

	if (chacha_blocks_for (chacha, n_in) > chacha->n_blocks_left)
		return fail (chacha->decrypting ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_DATA_LEN_RANGE,
		             "the block counter would come round to its start");
	return CKR_OK;
}

static CK_RV
chacha_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	static const uint8_t zeros[CHACHA_BLOCK_SIZE];
	Chacha *chacha = state;
	size_t n = in.len < chacha->n_stream ? in.len : chacha->n_stream;
	size_t n_whole = (in.len - n) / CHACHA_BLOCK_SIZE * CHACHA_BLOCK_SIZE, n_tail = in.len - n - n_whole;

	TRY (chacha_takes (chacha, in.len, false));
	if (chacha->short_counter)
		chacha->n_blocks_left -= chacha_blocks_for (chacha, in.len);
	*n_out = in.len;
	for (size_t i = 0; i < n; i++)
		*out++ = *in.data++ ^ chacha->stream[CHACHA_BLOCK_SIZE - chacha->n_stream + i];
	chacha->n_stream -= n;
	chacha_run (chacha, n_whole, out, in.data);
	if (n_tail > 0) {
		chacha_run (chacha, CHACHA_BLOCK_SIZE, chacha->stream, zeros);
		chacha->n_stream = CHACHA_BLOCK_SIZE - n_tail;
		for (size_t i = 0; i < n_tail; i++)
			out[n_whole + i] = in.data[n_whole + i] ^ chacha->stream[i];
	}
	return CKR_OK;
}

#define CHACHA_OP(op_start)                                                                                  \
	{                                                                                                    \
		.state_size = sizeof (Chacha), .start = op_start, .room_update = same_room,                  \
		.room = same_room, .takes = chacha_takes, .update = chacha_update, .finish = chacha_update   \
	}

static const MechOp chacha_encrypt = CHACHA_OP (chacha_encrypt_start);
static const MechOp chacha_decrypt = CHACHA_OP (chacha_decrypt_start);

/* --- ChaCha20-Poly1305: decryption gathers, as with GCM --- */

typedef struct {
	struct chacha_poly1305_ctx context;
} Aead;

static CK_RV
aead_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Aead *aead = state;
	ChachaPolyParams params;
	Bytes secret;

	memcpy (&params, param.data, sizeof params);
	TRY (key_of (key, &secret));
	/* the standard counts it in bits, and applications in bytes */
	if (params.nonce == NULL ||
	    (params.n_nonce != CHACHA_POLY1305_NONCE_SIZE && params.n_nonce != CHACHA_POLY1305_NONCE_SIZE * 8))
		return fail (CKR_MECHANISM_PARAM_INVALID, "ChaCha20-Poly1305 takes a nonce of 12 bytes");
	if (params.aad == NULL && params.n_aad > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the additional data is missing");
	chacha_poly1305_set_key (&aead->context, secret.data);
	chacha_poly1305_set_nonce (&aead->context, params.nonce);
	chacha_poly1305_update (&aead->context, params.n_aad, params.aad);
	return CKR_OK;
}

static size_t
encrypt_room (const void *state, size_t n_in)
{
	return n_in + CHACHA_POLY1305_DIGEST_SIZE;
}

static CK_RV
encrypt_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Aead *aead = state;

	chacha_poly1305_encrypt (&aead->context, in.len, out, in.data);
	chacha_poly1305_digest (&aead->context, CHACHA_POLY1305_DIGEST_SIZE, out + in.len);
	*n_out = in.len + CHACHA_POLY1305_DIGEST_SIZE;
	return CKR_OK;
}

static size_t
decrypt_room (const void *state, size_t n_in)
{
	return n_in > CHACHA_POLY1305_DIGEST_SIZE ? n_in - CHACHA_POLY1305_DIGEST_SIZE : 0;
}

static CK_RV
decrypt_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Aead *aead = state;
	uint8_t tag[CHACHA_POLY1305_DIGEST_SIZE];
	size_t n = decrypt_room (state, in.len);

	if (in.len < sizeof tag)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "the data is shorter than its tag");
	chacha_poly1305_decrypt (&aead->context, n, out, in.data);
	chacha_poly1305_digest (&aead->context, sizeof tag, tag);
	if (!bytes_equal_sec (bytes (tag, sizeof tag), bytes (in.data + n, sizeof tag))) {
		wipe (out, n);
		return fail (CKR_ENCRYPTED_DATA_INVALID, "the data is damaged");
	}
	*n_out = n;
	return CKR_OK;
}

static const MechOp aead_encrypt_op = {
	.state_size = sizeof (Aead), .gather = true, .start = aead_start, .room = encrypt_room, .finish = encrypt_finish,
};
static const MechOp aead_decrypt_op = {
	.state_size = sizeof (Aead), .gather = true, .start = aead_start, .room = decrypt_room, .finish = decrypt_finish,
};

/* --- messages: the nonce is the caller's --- */

static CK_RV
read_message (Bytes param, MessageParam *message)
{
	ChachaPolyMessageParams params;

	memcpy (&params, param.data, sizeof params);
	*message = (MessageParam){ params.nonce, params.n_nonce, 0, CKG_NO_GENERATE, params.tag,
		                   CHACHA_POLY1305_DIGEST_SIZE, 0 };
	return CKR_OK;
}

static Bytes
plain_param (const MessageParam *message, CK_BYTE *nonce, Bytes aad, void *room)
{
	ChachaPolyParams params = { nonce, message->n_nonce, (CK_BYTE *)(uintptr_t)aad.data, aad.len };

	memcpy (room, &params, sizeof params);
	return bytes (room, sizeof params);
}

static const MechMessage aead_message = { sizeof (ChachaPolyMessageParams), read_message, plain_param, 0, NULL };

/* --- Poly1305, under a key that is used once --- */

typedef struct {
	Object *key;
} Poly;

static CK_RV
poly_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Poly *poly = state;
	Bytes secret;

	poly->key = key;
	return key_of (key, &secret);
}

static size_t
poly_room (const void *state, size_t n_in)
{
	return POLY1305_AES_DIGEST_SIZE;
}

/* Nettle has Poly1305 with AES as RFC 8439's first author meant it, where s is an encrypted nonce.  With the
 * zero nonce's ciphertext taken off again what remains is the plain one of RFC 8439 section 2.5. */
static void
add_modulo_128 (uint8_t tag[static 16], const uint8_t number[static 16], bool subtract)
{
	int carry = 0;

	for (int i = 0; i < 16; i++) {
		int sum = tag[i] + (subtract ? -number[i] : number[i]) + carry;

		tag[i] = (uint8_t)sum;
		carry = sum >> 8;
	}
}

static CK_RV
poly_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Poly *poly = state;
	Bytes secret = object_bytes (poly->key, CKA_VALUE);
	static const uint8_t zeros[16];
	uint8_t key[POLY1305_AES_KEY_SIZE] = { 0 }, pad[16];
	struct poly1305_aes_ctx context;

	memcpy (key + 16, secret.data, 16);
	poly1305_aes_set_key (&context, key);
	poly1305_aes_set_nonce (&context, zeros);
	poly1305_aes_update (&context, in.len, in.data);
	poly1305_aes_digest (&context, POLY1305_AES_DIGEST_SIZE, out);
	aes128_encrypt (&context.aes, sizeof pad, pad, zeros);
	add_modulo_128 (out, pad, true);
	add_modulo_128 (out, secret.data + 16, false);
	wipe (&context, sizeof context);
	wipe (key, sizeof key);
	*n_out = POLY1305_AES_DIGEST_SIZE;
	return CKR_OK;
}

static const MechOp poly_op = {
	.state_size = sizeof (Poly), .gather = true, .start = poly_start, .room = poly_room, .finish = poly_finish,
};

/* --- keys --- */

static CK_RV
wrong_length (size_t n)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "such a key has 32 bytes, not %zu", n);
}

static CK_RV
generate (const Mech *mech, Bytes param, Attrs *key)
{
	if (attrs_ulong (key, CKA_VALUE_LEN, CHACHA_KEY_SIZE) != CHACHA_KEY_SIZE)
		return wrong_length (attrs_ulong (key, CKA_VALUE_LEN, 0));
	TRY (attrs_set_ulong (key, CKA_VALUE_LEN, CHACHA_KEY_SIZE));
	return secret_generate (mech, param, key);
}

static CK_RV
check (Attrs *key)
{
	if (secret_size (key) != CHACHA_KEY_SIZE)
		return wrong_length (secret_size (key));
	return secret_check (key);
}

#define CHACHA .key_types = KEYS (CKK_CHACHA20), SIZES (32, 32)
#define POLY .key_types = KEYS (CKK_POLY1305), SIZES (32, 32)

static const Mech mechs[] = {
	{ MECH (CHACHA20_KEY_GEN), CHACHA, .generate = generate },
	{ MECH (CHACHA20), CHACHA, PARAM (ChachaParams), .encrypt = &chacha_encrypt, .decrypt = &chacha_decrypt },
	{ MECH (CHACHA20_POLY1305), CHACHA, PARAM (ChachaPolyParams), .encrypt = &aead_encrypt_op,
	  .decrypt = &aead_decrypt_op, .message = &aead_message },
	{ MECH (POLY1305_KEY_GEN), POLY, .generate = generate },
	{ MECH (POLY1305), .once = true, POLY, .sign = &poly_op, .verify = &poly_op },
};

static const KeyKind kinds[] = {
	{ CKO_SECRET_KEY, CKK_CHACHA20, secret_size, check, secret_check_value },
	{ CKO_SECRET_KEY, CKK_POLY1305, secret_size, check, secret_check_value },
};

const MechFamily mech_chacha = { "chacha", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
