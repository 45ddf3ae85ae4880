/* Where mechanisms and keys meet: who may use what for which operation.  PKCS #11 v3.2 sections 5.8 to 5.14. */

#include "secret.h"
#include "session.h"

void
use_clear (Use *use)
{
	if (!use->kept)
		object_unref (use->key);
}

CK_RV
key_allows (const Object *key, CK_MECHANISM_TYPE mechanism)
{
	Bytes allowed = object_bytes (key, CKA_ALLOWED_MECHANISMS);

	if (allowed.len == 0)
		return CKR_OK;
	for (size_t at = 0; at + sizeof mechanism <= allowed.len; at += sizeof mechanism)
		if (memcmp (allowed.data + at, &mechanism, sizeof mechanism) == 0)
			return CKR_OK;
	return fail (CKR_MECHANISM_INVALID, "the key's CKA_ALLOWED_MECHANISMS do not name mechanism 0x%lx", mechanism);
}

CK_RV
session_find_mech (const CK_MECHANISM *mechanism, const Mech **mech)
{
	if (mechanism == NULL)
		return fail (CKR_ARGUMENTS_BAD, "no mechanism is given");
	*mech = library_mech (mechanism->mechanism);
	if (*mech == NULL)
		return fail (CKR_MECHANISM_INVALID, "mechanism 0x%lx is not known or not allowed", mechanism->mechanism);
	return CKR_OK;
}

/* Whatever attributes it has: only keys are used, and a public one does what everybody may do. */
static CK_RV
has_right_class (const Object *key, CK_ATTRIBUTE_TYPE usage)
{
	bool for_all = usage == CKA_ENCRYPT || usage == CKA_VERIFY || usage == CKA_VERIFY_RECOVER || usage == CKA_WRAP ||
	               usage == CKA_ENCAPSULATE;

	switch (object_class (key)) {
	case CKO_SECRET_KEY:
		return CKR_OK;
	case CKO_PUBLIC_KEY:
		return for_all ? CKR_OK : fail (CKR_KEY_TYPE_INCONSISTENT, "a public key is not for this");
	case CKO_PRIVATE_KEY:
		return !for_all ? CKR_OK : fail (CKR_KEY_TYPE_INCONSISTENT, "a private key is not for this");
	default:
		return fail (CKR_KEY_HANDLE_INVALID, "the object is no key");
	}
}

static CK_RV
open_at (Session *session, CK_OBJECT_HANDLE handle, Object **object, TokenMoment *moment)
{
	CK_RV rv = token_open_object_at (session->token, handle, object, moment);

	if (rv == CKR_HOST_MEMORY && session_release_memory (session))
		rv = token_open_object_at (session->token, handle, object, moment);
	return rv;
}

static CK_RV
as_key (CK_RV rv)
{
	return rv == CKR_OBJECT_HANDLE_INVALID ? CKR_KEY_HANDLE_INVALID : rv;
}

CK_RV
session_open_object (Session *session, CK_OBJECT_HANDLE handle, Object **object)
{
	TokenMoment moment;

	return open_at (session, handle, object, &moment);
}

CK_RV
session_open_key (Session *session, CK_OBJECT_HANDLE handle, Object **key)
{
	return as_key (session_open_object (session, handle, key));
}

/* Signing with the same key again takes no lock that other threads take, and no reference that they count. */
static CK_RV
open_key (Session *session, CK_OBJECT_HANDLE key, Use *use)
{
	Op *op = use->op;

	if (op != NULL && op->key != NULL && op->key_handle == key && token_is_unchanged (session->token, &op->moment)) {
		use->key = op->key;
		use->moment = op->moment;
		use->kept = true;
		return CKR_OK;
	}
	if (op != NULL)
		op_end (op);
	return as_key (open_at (session, key, &use->key, &use->moment));
}

CK_RV
session_use_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE usage, Use *use)
{
	TRY (session_find_mech (mechanism, &use->mech));
	TRY (open_key (session, key, use));
	TRY (has_right_class (use->key, usage));
	if (!object_bool (use->key, usage, false))
		return fail (CKR_KEY_FUNCTION_NOT_PERMITTED, "the key's attributes do not allow this use (0x%lx)", usage);
	TRY (policy_use (use->key, usage));
	TRY (key_allows (use->key, mechanism->mechanism));
	return mech_suits (use->mech, use->key);
}

CK_RV
session_use (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE usage, Use *use)
{
	TRY (session_use_key (session, mechanism, key, usage, use));
	return mech_param (use->mech, mechanism, &use->param);
}

/* For each kind of operation: its column in a mechanism's row, and the attribute that allows it. */
static const struct {
	size_t column;
	CK_ATTRIBUTE_TYPE usage;
} kinds[N_OPS] = {
	[OP_DIGEST] = { offsetof (Mech, digest), 0 },
	[OP_ENCRYPT] = { offsetof (Mech, encrypt), CKA_ENCRYPT },
	[OP_DECRYPT] = { offsetof (Mech, decrypt), CKA_DECRYPT },
	[OP_SIGN] = { offsetof (Mech, sign), CKA_SIGN },
	[OP_VERIFY] = { offsetof (Mech, verify), CKA_VERIFY },
	[OP_SIGN_RECOVER] = { offsetof (Mech, sign_recover), CKA_SIGN_RECOVER },
	[OP_VERIFY_RECOVER] = { offsetof (Mech, verify_recover), CKA_VERIFY_RECOVER },
	[OP_VERIFY_SIGNATURE] = { offsetof (Mech, verify), CKA_VERIFY },
};

static const MechOp *
how_to (const Mech *mech, OpKind kind)
{
	const MechOp *how;

	memcpy (&how, (const uint8_t *)mech + kinds[kind].column, sizeof how);
	return how;
}

CK_RV
session_begin_op (Session *session, Op *op, OpKind kind, const MechOp *how, const Use *use)
{
	/* the operation may be all that has it, and may let it go */
	auto_unref Object *key = NULL;
	CK_RV rv = op_start (op, kind, how, use->mech, use->key, use->param);

	if (rv == CKR_HOST_MEMORY) {
		key = object_ref (use->key);
		if (session_release_memory (session))
			rv = op_start (op, kind, how, use->mech, key, use->param);
	}
	/* The numbers in it make no key: another program has stored it so. */
	return rv == CKR_ATTRIBUTE_VALUE_INVALID ? CKR_KEY_TYPE_INCONSISTENT : rv;
}

CK_RV
session_start_op (Session *session, OpKind kind, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	Op *op = &session->ops[kind];
	auto_use Use use = { .op = op };
	const MechOp *how;

	/* Section 5.8.1 and its like: no mechanism ends what is under way. */
	if (mechanism == NULL && op_is_active (op)) {
		op_end (op);
		return CKR_OK;
	}
	if (op_is_active (op))
		return fail (CKR_OPERATION_ACTIVE, "such an operation is under way");
	TRY (session_find_mech (mechanism, &use.mech));
	how = how_to (use.mech, kind);
	if (how == NULL)
		return fail (CKR_MECHANISM_INVALID, "%s cannot do this", use.mech->name);
	if (kind == OP_DIGEST)
		TRY (mech_param (use.mech, mechanism, &use.param));
	else
		TRY (session_use (session, mechanism, key, kinds[kind].usage, &use));
	/* SoftHSM gives every private key CKA_SIGN_RECOVER, those too that are to sign nothing. */
	if (kind == OP_SIGN_RECOVER && !object_bool (use.key, CKA_SIGN, false))
		return fail (CKR_KEY_FUNCTION_NOT_PERMITTED, "the key's attributes do not allow it to sign");
	TRY (session_begin_op (session, op, kind, how, &use));
	op->key_handle = key;
	op->moment = use.moment;
	op->needs_login = use.key != NULL && (kind == OP_SIGN || kind == OP_SIGN_RECOVER || kind == OP_DECRYPT) &&
	                  object_bool (use.key, CKA_ALWAYS_AUTHENTICATE, false);
	session->begun_last = &op->needs_login;
	return CKR_OK;
}

CK_RV
session_start_verify_signature (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, Bytes signature)
{
	Op *op = &session->ops[OP_VERIFY_SIGNATURE];

	if (mechanism != NULL && signature.data == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_start_op (session, OP_VERIFY_SIGNATURE, mechanism, key));
	if (mechanism == NULL || buf_set (&op->signature, signature))
		return CKR_OK;
	op_end (op);
	return CKR_HOST_MEMORY;
}

/* Which operations a flag of C_SessionCancel means. */
static const struct {
	CK_FLAGS flag;
	OpKind kind;
} op_flags[] = {
	{ CKF_DIGEST, OP_DIGEST },   { CKF_ENCRYPT, OP_ENCRYPT },           { CKF_DECRYPT, OP_DECRYPT },
	{ CKF_SIGN, OP_SIGN },       { CKF_SIGN_RECOVER, OP_SIGN_RECOVER }, { CKF_VERIFY, OP_VERIFY },
	{ CKF_VERIFY, OP_VERIFY_SIGNATURE }, { CKF_VERIFY_RECOVER, OP_VERIFY_RECOVER },
};

static const struct {
	CK_FLAGS flag;
	MessageKind kind;
} message_flags[] = {
	{ CKF_MESSAGE_ENCRYPT, MESSAGE_ENCRYPT },
	{ CKF_MESSAGE_DECRYPT, MESSAGE_DECRYPT },
	{ CKF_MESSAGE_SIGN, MESSAGE_SIGN },
	{ CKF_MESSAGE_VERIFY, MESSAGE_VERIFY },
};

void
session_cancel (Session *session, CK_FLAGS flags)
{
	for (size_t i = 0; i < N_ELEMENTS (op_flags); i++)
		if (flags & op_flags[i].flag)
			op_end (&session->ops[op_flags[i].kind]);
	for (size_t i = 0; i < N_ELEMENTS (message_flags); i++)
		if (flags & message_flags[i].flag)
			message_end (&session->messages[message_flags[i].kind]);
	if (flags & CKF_FIND_OBJECTS && session->searching)
		session_find_end (session);
}

static bool
has_part (Bytes in, Out result)
{
	return result.len != NULL && (in.data != NULL || in.len == 0) && in.len <= PTRDIFF_MAX;
}

/* Whoever makes ciphertext digests what went in, whoever opens it what came out; a question changes neither. */
CK_RV
session_update_two (Session *session, OpKind first, OpKind second, Bytes in, Out result)
{
	Op *tell = &session->ops[first], *crypt = &session->ops[second];
	auto_wipe Buf copy = BUF_SECRET;
	size_t n;

	if (!op_is_active (tell) || !op_is_active (crypt))
		return fail (CKR_OPERATION_NOT_INITIALIZED, "both operations must be under way");
	if (!has_part (in, result))
		return CKR_ARGUMENTS_BAD;
	n = op_update_room (crypt, in.len);
	if (result.data == NULL || *result.len < n)
		return op_update (crypt, in, result);
	if (second == OP_ENCRYPT)
		TRY_ALLOC (buf_set (&copy, in));
	TRY (op_update (crypt, in, result));
	if (second == OP_DECRYPT)
		return op_update (tell, bytes (result.data, *result.len), (Out){ 0 });
	return op_update (tell, bytes_of (&copy), (Out){ 0 });
}

Op *
session_op (Session *session, OpKind kind)
{
	return &session->ops[kind];
}

/* SoftHSM's rule: a key that must not be seen is digested by SHA-1 and its successors only, which do not
 * give it away. */
CK_RV
session_digest_key (Session *session, CK_OBJECT_HANDLE key)
{
	Op *op = &session->ops[OP_DIGEST];
	auto_unref Object *object = NULL;

	if (!op_is_active (op))
		return fail (CKR_OPERATION_NOT_INITIALIZED, "no digest is under way");
	TRY (session_open_key (session, key, &object));
	if (object_class (object) != CKO_SECRET_KEY)
		return fail (CKR_KEY_INDIGESTIBLE, "only secret keys are digested");
	if ((object_bool (object, CKA_SENSITIVE, true) || !object_bool (object, CKA_EXTRACTABLE, false)) &&
	    (op->mech->weak || object_bytes (object, CKA_VALUE).len < SHORTEST_SECRET))
		return fail (CKR_KEY_INDIGESTIBLE, "the digest would give this key away");
	op->keyed = true;
	return op_update (op, object_bytes (object, CKA_VALUE), (Out){ 0 });
}
