/* A digest that is interrupted: its state, sealed under a key that only this library has,
 * until it stops, so that nobody makes one up.  PKCS #11 v3.2 sections 5.6.6 and 5.6.7. */

#include "random.h"
#include "session.h"

#include <nettle/chacha-poly1305.h>

#define N_NONCE CHACHA_POLY1305_NONCE_SIZE
#define N_TAG CHACHA_POLY1305_DIGEST_SIZE

/* What stands before the state of the mechanism itself. */
typedef struct {
	CK_MECHANISM_TYPE type;
	CK_BBOOL updated;
} Head;

static void
open_seal (const uint8_t *nonce, struct chacha_poly1305_ctx *seal)
{
	uint8_t key[SEAL_KEY_SIZE];

	library_seal_key (key);
	chacha_poly1305_set_key (seal, key);
	wipe (key, sizeof key);
	chacha_poly1305_set_nonce (seal, nonce);
}

/* Nothing but a digest of data is saved, and nothing else may be under way. */
static CK_RV
check_saveable (Session *session)
{
	bool others = session->ops[OP_DIGEST].keyed;

	for (unsigned i = 0; i < N_OPS; i++)
		others = others || (i != OP_DIGEST && op_is_active (&session->ops[i]));
	for (unsigned i = 0; i < N_MESSAGES; i++)
		others = others || session->messages[i].mech != NULL;
	if (others || session->searching)
		return fail (CKR_STATE_UNSAVEABLE, "only a digest of data can be saved");
	return op_is_active (&session->ops[OP_DIGEST]) ? CKR_OK :
	                                                 fail (CKR_OPERATION_NOT_INITIALIZED, "no digest is under way");
}

CK_RV
session_save_state (Session *session, Out state)
{
	const Op *op = &session->ops[OP_DIGEST];
	auto_wipe Buf plain = BUF_SECRET;
	auto_wipe Buf sealed = BUF_PLAIN;
	struct chacha_poly1305_ctx seal;
	Head head = { 0 };

	if (state.len == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (check_saveable (session));
	head.type = op->mech->type;
	head.updated = op->updated;
	TRY_ALLOC (buf_add (&plain, bytes (&head, sizeof head)) &&
	           buf_add (&plain, bytes (op->state, op->how->state_size)) &&
	           buf_grow (&sealed, N_NONCE + plain.len + N_TAG));
	TRY (random_bytes (sealed.data, N_NONCE));
	open_seal (sealed.data, &seal);
	chacha_poly1305_encrypt (&seal, plain.len, sealed.data + N_NONCE, plain.data);
	chacha_poly1305_digest (&seal, N_TAG, sealed.data + N_NONCE + plain.len);
	wipe (&seal, sizeof seal);
	return out_offer (state, bytes_of (&sealed));
}

static CK_RV
unseal (Bytes sealed, Buf *plain)
{
	struct chacha_poly1305_ctx seal;
	uint8_t tag[N_TAG];
	size_t n;

	if (sealed.len < N_NONCE + N_TAG)
		return CKR_SAVED_STATE_INVALID;
	n = sealed.len - N_NONCE - N_TAG;
	TRY_ALLOC (buf_grow (plain, n));
	open_seal (sealed.data, &seal);
	chacha_poly1305_decrypt (&seal, n, plain->data, sealed.data + N_NONCE);
	chacha_poly1305_digest (&seal, N_TAG, tag);
	wipe (&seal, sizeof seal);
	return bytes_equal_sec (bytes (tag, N_TAG), bytes (sealed.data + sealed.len - N_TAG, N_TAG)) ?
	               CKR_OK :
	               CKR_SAVED_STATE_INVALID;
}

CK_RV
session_restore_state (Session *session, Bytes state)
{
	Op *op = &session->ops[OP_DIGEST];
	auto_wipe Buf plain = BUF_SECRET;
	const Mech *mech;
	Head head;
	CK_RV rv = unseal (state, &plain);

	if (rv == CKR_OK && plain.len < sizeof head)
		rv = CKR_SAVED_STATE_INVALID;
	TRY (rv == CKR_SAVED_STATE_INVALID ? fail (rv, "this is no state that was saved here") : rv);
	memcpy (&head, plain.data, sizeof head);
	mech = library_mech (head.type);
	if (mech == NULL || mech->digest == NULL || plain.len != sizeof head + mech->digest->state_size)
		return fail (CKR_SAVED_STATE_INVALID, "the state is one of a mechanism that there is not now");
	op_end (op);
	return op_resume (op, OP_DIGEST, mech->digest, mech, head.updated,
	                  bytes (plain.data + sizeof head, plain.len - sizeof head));
}
