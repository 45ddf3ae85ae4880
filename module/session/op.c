/* The one engine for every operation over data.  See op.h. */

#include "op.h"
#include "secmem.h"

bool
op_is_active (const Op *op)
{
	return op->how != NULL;
}

static void
hold_key (Op *op, Object *key)
{
	if (op->key == key)
		return;
	object_unref (op->key);
	op->key = object_ref (key);
}

/* It has come to its end; the next one may be with the same key. */
static void
op_rest (Op *op)
{
	if (op->how != NULL)
		wipe (op->state, op->how->state_size);
	buf_clear (&op->gathered);
	buf_clear (&op->signature);
	op->how = NULL;
	op->updated = false;
	op->keyed = false;
	op->needs_login = false;
}

void
op_end (Op *op)
{
	op_rest (op);
	hold_key (op, NULL);
}

void
op_clear (Op *op)
{
	op_end (op);
	sec_free (op->state);
	op->state = NULL;
	op->state_room = 0;
}

static CK_RV
reserve_state (Op *op, size_t n)
{
	if (n <= op->state_room)
		return CKR_OK;
	sec_free (op->state);
	op->state_room = 0;
	op->state = sec_alloc (n);
	TRY_ALLOC (op->state);
	op->state_room = n;
	return CKR_OK;
}

CK_RV
op_start (Op *op, OpKind kind, const MechOp *how, const Mech *mech, Object *key, Bytes param)
{
	CK_RV rv;

	TRY (reserve_state (op, how->state_size));
	rv = how->start (op->state, mech, key, param);
	if (rv != CKR_OK) {
		wipe (op->state, how->state_size);
		return rv;
	}
	op->kind = kind;
	op->how = how;
	op->mech = mech;
	hold_key (op, key);
	op->gathered = BUF_PLAIN;
	op->signature = BUF_PLAIN;
	return CKR_OK;
}

CK_RV
op_copy (Op *to, const Op *from)
{
	TRY (reserve_state (to, from->how->state_size));
	memcpy (to->state, from->state, from->how->state_size);
	to->kind = from->kind;
	to->how = from->how;
	to->mech = from->mech;
	hold_key (to, from->key);
	to->key_handle = from->key_handle;
	to->gathered = BUF_PLAIN;
	to->signature = BUF_PLAIN;
	return CKR_OK;
}

CK_RV
op_resume (Op *op, OpKind kind, const MechOp *how, const Mech *mech, bool updated, Bytes state)
{
	TRY (reserve_state (op, state.len));
	memcpy (op->state, state.data, state.len);
	op->kind = kind;
	op->how = how;
	op->mech = mech;
	hold_key (op, NULL);
	op->updated = updated;
	op->gathered = BUF_PLAIN;
	op->signature = BUF_PLAIN;
	return CKR_OK;
}

/* --- what comes out --- */

CK_RV
out_offer (Out wanted, Bytes result)
{
	CK_ULONG room = *wanted.len;

	*wanted.len = result.len;
	if (wanted.data == NULL)
		return CKR_OK;
	if (room < result.len)
		return CKR_BUFFER_TOO_SMALL;
	if (result.len > 0)
		memcpy (wanted.data, result.data, result.len);
	return CKR_OK;
}

bool
out_answers (Out wanted, size_t n, CK_RV *rv)
{
	if (wanted.data != NULL && *wanted.len >= n)
		return false;
	*rv = wanted.data != NULL ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	*wanted.len = n;
	return true;
}

static bool
overlap (Bytes in, const uint8_t *at, size_t n)
{
	return in.len > 0 && n > 0 && in.data < at + n && at < in.data + in.len;
}

/* @in, or a copy of it where the output goes over it. */
static CK_RV
apart (Bytes *in, const uint8_t *at, size_t n, Buf *copy)
{
	if (!overlap (*in, at, n))
		return CKR_OK;
	TRY_ALLOC (buf_set (copy, *in));
	*in = bytes_of (copy);
	return CKR_OK;
}

/* There is room for whatever comes: straight into the caller's buffer, which keeps nothing of what failed. */
static CK_RV
finish_exact (Op *op, Bytes in, size_t n, Out wanted)
{
	auto_wipe Buf copy = BUF_PLAIN;
	size_t n_out = 0;
	CK_RV rv;

	TRY (apart (&in, wanted.data, n, &copy));
	rv = op->how->finish (op->state, in, wanted.data, &n_out);
	if (rv == CKR_OK)
		*wanted.len = n_out;
	else
		wipe (wanted.data, n);
	return rv;
}

/* Perhaps there is, which is known only at the end: tried on a copy of the state, so that the caller may come back. */
static CK_RV
finish_trial (Op *op, Bytes in, size_t n, Out wanted)
{
	auto_wipe Buf trial = BUF_SECRET;
	auto_wipe Buf result = BUF_SECRET;
	size_t n_out = 0;

	TRY_ALLOC (buf_set (&trial, bytes (op->state, op->how->state_size)) && buf_grow (&result, n + 1));
	TRY (op->how->finish (trial.data, in, result.data, &n_out));
	return out_offer (wanted, bytes (result.data, n_out));
}

static CK_RV
not_active (void)
{
	return fail (CKR_OPERATION_NOT_INITIALIZED, "no such operation is under way");
}

/* Is there anything that keeps the operation from going on? */
static CK_RV
op_ready (Op *op)
{
	if (!op_is_active (op))
		return not_active ();
	if (op->needs_login) {
		op_rest (op);
		return fail (CKR_USER_NOT_LOGGED_IN, "this key wants the PIN before each use");
	}
	return CKR_OK;
}

static CK_RV
bad_arguments (Op *op)
{
	op_rest (op);
	return fail (CKR_ARGUMENTS_BAD, "a pointer is NULL that must not be");
}

/* A length that no memory has is one that somebody forgot to set. */
static bool
is_missing (Bytes in)
{
	return (in.data == NULL && in.len > 0) || in.len > PTRDIFF_MAX;
}

/* What no room would help is refused where only the length is asked for, as by SoftHSM. */
static CK_RV
takes (const Op *op, size_t n_in, bool last)
{
	return op->how->takes != NULL ? op->how->takes (op->state, n_in, last) : CKR_OK;
}

static CK_RV
op_finish (Op *op, Bytes in, Out wanted)
{
	size_t n = op->how->room (op->state, in.len);
	CK_RV rv = takes (op, in.len, true);

	if (rv == CKR_OK && (wanted.data == NULL || !op->how->inexact || *wanted.len >= n)) {
		if (out_answers (wanted, n, &rv))
			return rv;
		rv = finish_exact (op, in, n, wanted);
	} else if (rv == CKR_OK) {
		rv = finish_trial (op, in, n, wanted);
	}
	if (rv != CKR_BUFFER_TOO_SMALL)
		op_rest (op);
	return rv;
}

CK_RV
op_one_shot (Op *op, Bytes in, Out wanted)
{
	if (wanted.len == NULL || is_missing (in))
		return bad_arguments (op);
	TRY (op_ready (op));
	if (op->updated) {
		op_rest (op);
		return fail (CKR_OPERATION_ACTIVE, "the operation goes on in parts");
	}
	return op_finish (op, in, wanted);
}

/* Parts of what the mechanism takes in one piece are kept until the end. */
static CK_RV
gather (Op *op, Bytes in, Out wanted)
{
	bool is_question = wanted.len != NULL && wanted.data == NULL;

	if (wanted.len != NULL)
		*wanted.len = 0;
	if (is_question)
		return CKR_OK;
	TRY_ALLOC (buf_add (&op->gathered, in));
	op->updated = true;
	return CKR_OK;
}

static CK_RV
update_stream (Op *op, Bytes in, Out wanted)
{
	auto_wipe Buf copy = BUF_PLAIN;
	size_t n = op->how->room_update ? op->how->room_update (op->state, in.len) : 0, n_out = 0;
	CK_RV rv;

	TRY (takes (op, in.len, false));
	if (wanted.len != NULL && out_answers (wanted, n, &rv))
		return rv;
	TRY (apart (&in, wanted.data, n, &copy));
	rv = op->how->update (op->state, in, wanted.data, &n_out);
	if (rv == CKR_OK && wanted.len != NULL)
		*wanted.len = n_out;
	op->updated = true;
	return rv;
}

static CK_RV
not_in_parts (void)
{
	return fail (CKR_FUNCTION_NOT_SUPPORTED, "this mechanism takes its input in one piece");
}

CK_RV
op_update (Op *op, Bytes in, Out wanted)
{
	bool gives_output = op->kind == OP_ENCRYPT || op->kind == OP_DECRYPT;
	CK_RV rv;

	if (is_missing (in))
		return bad_arguments (op);
	TRY (op_ready (op));
	if (gives_output && wanted.len == NULL)
		return bad_arguments (op);
	if (op->how->update != NULL)
		rv = update_stream (op, in, wanted);
	else if (op->how->gather)
		rv = gather (op, in, wanted);
	else
		rv = not_in_parts ();
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
		op_rest (op);
	return rv;
}

static CK_RV
may_finish_parts (Op *op)
{
	if (op->how->update != NULL || op->how->gather)
		return CKR_OK;
	op_rest (op);
	return not_in_parts ();
}

CK_RV
op_final (Op *op, Out wanted)
{
	if (wanted.len == NULL)
		return bad_arguments (op);
	TRY (op_ready (op));
	TRY (may_finish_parts (op));
	return op_finish (op, bytes_of (&op->gathered), wanted);
}

size_t
op_room (const Op *op, size_t n_in)
{
	return op->how->room (op->state, op->gathered.len + n_in);
}

CK_RV
op_take (Op *op, Bytes in, Buf *result)
{
	size_t n = op_room (op, in.len), n_out = 0;
	CK_RV rv = CKR_OK;

	if (op->gathered.len > 0) {
		rv = buf_add (&op->gathered, in) ? CKR_OK : CKR_HOST_MEMORY;
		in = bytes_of (&op->gathered);
	}
	if (rv == CKR_OK && !buf_grow (result, n + 1))
		rv = CKR_HOST_MEMORY;
	if (rv == CKR_OK)
		rv = op->how->finish (op->state, in, result->data, &n_out);
	buf_cut (result, n_out);
	op_rest (op);
	return rv;
}

size_t
op_update_room (const Op *op, size_t n_in)
{
	return op->how->room_update ? op->how->room_update (op->state, n_in) : 0;
}

/* --- verification --- */

/* A MAC is made again and compared, in a time that does not tell where they differ. */
static CK_RV
check_by_making (Op *op, Bytes in, Bytes signature)
{
	auto_wipe Buf made = BUF_SECRET;
	size_t n = op->how->room (op->state, in.len), n_out = 0;

	if (signature.len != n)
		return fail (CKR_SIGNATURE_LEN_RANGE, "the signature has %zu bytes, not %zu", n, signature.len);
	TRY_ALLOC (buf_grow (&made, n));
	TRY (op->how->finish (op->state, in, made.data, &n_out));
	return bytes_equal_sec (bytes (made.data, n_out), signature) ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static CK_RV
check (Op *op, Bytes in, Bytes signature)
{
	CK_RV rv = op->how->check ? op->how->check (op->state, in, signature) : check_by_making (op, in, signature);

	op_rest (op);
	return rv;
}

CK_RV
op_check_one_shot (Op *op, Bytes in, Bytes signature)
{
	if (is_missing (in))
		return bad_arguments (op);
	TRY (op_ready (op));
	if (signature.data == NULL)
		return bad_arguments (op);
	if (op->updated) {
		op_rest (op);
		return fail (CKR_OPERATION_ACTIVE, "the operation goes on in parts");
	}
	return check (op, in, signature);
}

CK_RV
op_check_final (Op *op, Bytes signature)
{
	TRY (op_ready (op));
	if (signature.data == NULL)
		return bad_arguments (op);
	TRY (may_finish_parts (op));
	return check (op, bytes_of (&op->gathered), signature);
}
