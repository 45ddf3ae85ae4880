/* AES-XCBC-MAC, which Nettle has not: RFC 3566; PKCS #11 v3.2 section 6.13.8. */

#include "aes.h"

#include <nettle/memxor.h>

#define N_BLOCK AES_BLOCK_SIZE

/* K1 as a schedule, K2 for a last block that is whole, K3 for one that is padded: RFC 3566 section 4. */
typedef struct {
	struct aes128_ctx cipher;
	uint8_t whole[N_BLOCK], padded[N_BLOCK];
} XcbcKey;

static CK_RV
xcbc_prepare (void *form, const Object *key)
{
	XcbcKey *xcbc = form;
	Bytes secret = object_bytes (key, CKA_VALUE);
	uint8_t constants[3][N_BLOCK], keys[3][N_BLOCK];

	if (secret.len != AES128_KEY_SIZE)
		return fail (CKR_KEY_SIZE_RANGE, "AES-XCBC-MAC takes keys of %d bytes, not %zu", AES128_KEY_SIZE, secret.len);
	for (int i = 0; i < 3; i++)
		memset (constants[i], i + 1, N_BLOCK);
	aes128_set_encrypt_key (&xcbc->cipher, secret.data);
	aes128_encrypt (&xcbc->cipher, sizeof keys, keys[0], constants[0]);
	aes128_set_encrypt_key (&xcbc->cipher, keys[0]);
	memcpy (xcbc->whole, keys[1], N_BLOCK);
	memcpy (xcbc->padded, keys[2], N_BLOCK);
	wipe (keys, sizeof keys);
	return CKR_OK;
}

static const KeyForm xcbc_form = { sizeof (XcbcKey), xcbc_prepare, NULL };

/* The last block waits, whole or not: what it is masked with depends on whether more comes. */
typedef struct {
	const XcbcKey *key;
	size_t n_mac;
	uint8_t chain[N_BLOCK], waiting[N_BLOCK];
	size_t n_waiting;
} Xcbc;

static CK_RV
xcbc_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Xcbc *xcbc = state;
	void *prepared;

	TRY (object_prepare (key, &xcbc_form, &prepared));
	*xcbc = (Xcbc){ .key = prepared, .n_mac = mech->type == CKM_AES_XCBC_MAC_96 ? 12 : N_BLOCK };
	return CKR_OK;
}

static size_t
xcbc_room (const void *state, size_t n_in)
{
	const Xcbc *xcbc = state;

	return xcbc->n_mac;
}

static void
take_block (Xcbc *xcbc, const uint8_t *block)
{
	memxor (xcbc->chain, block, N_BLOCK);
	aes128_encrypt (&xcbc->key->cipher, N_BLOCK, xcbc->chain, xcbc->chain);
}

static CK_RV
xcbc_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Xcbc *xcbc = state;

	while (in.len > 0) {
		size_t n;

		if (xcbc->n_waiting == N_BLOCK) {
			take_block (xcbc, xcbc->waiting);
			xcbc->n_waiting = 0;
		}
		n = in.len < N_BLOCK - xcbc->n_waiting ? in.len : N_BLOCK - xcbc->n_waiting;
		memcpy (xcbc->waiting + xcbc->n_waiting, in.data, n);
		xcbc->n_waiting += n;
		in = bytes (in.data + n, in.len - n);
	}
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
xcbc_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Xcbc *xcbc = state;

	TRY (xcbc_update (state, in, out, n_out));
	if (xcbc->n_waiting == N_BLOCK) {
		memxor (xcbc->chain, xcbc->key->whole, N_BLOCK);
	} else {
		xcbc->waiting[xcbc->n_waiting] = 0x80;
		memset (xcbc->waiting + xcbc->n_waiting + 1, 0, N_BLOCK - xcbc->n_waiting - 1);
		memxor (xcbc->chain, xcbc->key->padded, N_BLOCK);
	}
	take_block (xcbc, xcbc->waiting);
	memcpy (out, xcbc->chain, xcbc->n_mac);
	*n_out = xcbc->n_mac;
	return CKR_OK;
}

static const MechOp xcbc_op = {
	.state_size = sizeof (Xcbc), .start = xcbc_start, .room = xcbc_room, .update = xcbc_update, .finish = xcbc_finish,
};

#define XCBC .key_types = KEYS (CKK_AES), SIZES (16, 16), .sign = &xcbc_op, .verify = &xcbc_op

static const Mech mechs[] = {
	{ MECH (AES_XCBC_MAC), XCBC },
	{ MECH (AES_XCBC_MAC_96), XCBC },
};

const MechFamily mech_xcbc = { "xcbc", mechs, N_ELEMENTS (mechs) };
