/* Messages: many of them under one key.  See message.h.
 *
 * A message that is encrypted is an ordinary operation with its own nonce, whose output ends with the tag; one that
 * is signed begins as a copy of the operation that C_MessageSignInit made. */

#include "message.h"
#include "random.h"
#include "session.h"

void
message_end (Message *message)
{
	op_end (&message->op);
	op_end (&message->fresh);
	object_unref (message->key);
	message->mech = NULL;
	message->key = NULL;
	message->wants_login = message->needs_login = false;
}

void
message_clear (Message *message)
{
	message_end (message);
	op_clear (&message->op);
	op_clear (&message->fresh);
}

/* --- the process --- */

static const struct {
	OpKind op;
	CK_ATTRIBUTE_TYPE usage;
} kinds[N_MESSAGES] = {
	[MESSAGE_ENCRYPT] = { OP_ENCRYPT, CKA_ENCRYPT },
	[MESSAGE_DECRYPT] = { OP_DECRYPT, CKA_DECRYPT },
	[MESSAGE_SIGN] = { OP_SIGN, CKA_SIGN },
	[MESSAGE_VERIFY] = { OP_VERIFY, CKA_VERIFY },
};

static bool
is_signing (MessageKind kind)
{
	return kind == MESSAGE_SIGN || kind == MESSAGE_VERIFY;
}

static const MechOp *
how_to (const Mech *mech, MessageKind kind)
{
	switch (kind) {
	case MESSAGE_ENCRYPT:
		return mech->message ? mech->encrypt : NULL;
	case MESSAGE_DECRYPT:
		return mech->message ? mech->decrypt : NULL;
	case MESSAGE_SIGN:
		return mech->once ? NULL : mech->sign;
	default:
		return mech->once ? NULL : mech->verify;
	}
}

/* The parameter of encryption comes with each message; the example of the standard gives it here, too. */
static CK_RV
use_for_messages (Session *session, MessageKind kind, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, Use *use)
{
	if (is_signing (kind))
		return session_use (session, mechanism, key, kinds[kind].usage, use);
	TRY (session_use_key (session, mechanism, key, kinds[kind].usage, use));
	if (mechanism->ulParameterLen != 0 && mechanism->ulParameterLen != use->mech->message->n_param)
		return fail (CKR_MECHANISM_PARAM_INVALID, "%s has messages with a parameter of %zu bytes", use->mech->name,
		             use->mech->message->n_param);
	return CKR_OK;
}

CK_RV
session_start_messages (Session *session, MessageKind kind, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	Message *message = &session->messages[kind];
	auto_use Use use = { 0 };
	const MechOp *how;

	if (mechanism == NULL && message->mech != NULL) {
		message_end (message);
		return CKR_OK;
	}
	if (message->mech != NULL)
		return fail (CKR_OPERATION_ACTIVE, "such messages are under way");
	TRY (session_find_mech (mechanism, &use.mech));
	how = how_to (use.mech, kind);
	if (how == NULL)
		return fail (CKR_MECHANISM_INVALID, "%s has no such messages", use.mech->name);
	TRY (use_for_messages (session, kind, mechanism, key, &use));
	if (is_signing (kind))
		TRY (session_begin_op (session, &message->fresh, kinds[kind].op, how, &use));
	message->mech = use.mech;
	message->key = object_ref (use.key);
	message->key_handle = key;
	message->wants_login = (kind == MESSAGE_SIGN || kind == MESSAGE_DECRYPT) &&
	                       object_bool (use.key, CKA_ALWAYS_AUTHENTICATE, false);
	message->needs_login = message->wants_login;
	session->begun_last = &message->needs_login;
	return CKR_OK;
}

CK_RV
session_end_messages (Session *session, MessageKind kind)
{
	Message *message = &session->messages[kind];

	if (message->mech == NULL)
		return fail (CKR_OPERATION_NOT_INITIALIZED, "no such messages are under way");
	if (op_is_active (&message->op))
		return fail (CKR_OPERATION_ACTIVE, "a message is not at its end");
	message_end (message);
	return CKR_OK;
}

/* The key of a process that goes on for long: another session may have logged out or destroyed it meanwhile. */
static bool
key_is_there (Session *session, const Message *message)
{
	auto_unref Object *key = NULL;

	return token_open_object (session->token, message->key_handle, &key) != CKR_OBJECT_HANDLE_INVALID;
}

/* May a message begin, or, where @begun, go on? */
static CK_RV
check_process (Session *session, MessageKind kind, bool begun)
{
	Message *message = &session->messages[kind];

	if (message->mech != NULL && !key_is_there (session, message))
		message_end (message);
	if (message->mech == NULL || (begun && !op_is_active (&message->op)))
		return fail (CKR_OPERATION_NOT_INITIALIZED, "no such messages are under way");
	if (!begun && op_is_active (&message->op))
		return fail (CKR_OPERATION_ACTIVE, "a message is not at its end");
	if (!begun && message->needs_login)
		return fail (CKR_USER_NOT_LOGGED_IN, "this key wants the PIN before each message");
	return CKR_OK;
}

/* A message has come to its end, good or bad: the next one wants a PIN of its own. */
static void
message_done (Message *message)
{
	op_end (&message->op);
	message->needs_login = message->wants_login;
}

/* --- nonces --- */

/* SP 800-38D section 8.2.2: as many bits of a nonce are random at least. */
#define FEWEST_RANDOM_BITS 96

/* The bits of octet @i that are not fixed. */
static uint8_t
free_bits (const MessageParam *message, size_t i)
{
	CK_ULONG first = i * 8;

	if (message->n_fixed_bits >= first + 8)
		return 0;
	return message->n_fixed_bits <= first ? 0xff : (uint8_t)(0xff >> (message->n_fixed_bits - first));
}

/* Drawn, whichever way is asked for that leaves us the choice.  A counter would have to go on wherever the key's value
 * is: in its copies, in every process, after every restart. */
CK_RV
message_nonce (const MessageParam *message, uint8_t nonce[static MOST_NONCE])
{
	uint8_t random[MOST_NONCE];

	if (message->nonce == NULL || message->n_nonce == 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no nonce, nor a place for one");
	if (message->generator == CKG_NO_GENERATE)
		return CKR_OK;
	if (message->generator != CKG_GENERATE && message->generator != CKG_GENERATE_RANDOM)
		return fail (CKR_MECHANISM_PARAM_INVALID, "nonces are not made by generator 0x%lx", message->generator);
	if (message->n_nonce > MOST_NONCE || message->n_fixed_bits > message->n_nonce * 8 ||
	    message->n_nonce * 8 - message->n_fixed_bits < FEWEST_RANDOM_BITS)
		return fail (CKR_MECHANISM_PARAM_INVALID, "no nonce of %zu bytes with %lu bits fixed is made", message->n_nonce,
		             message->n_fixed_bits);
	TRY (random_bytes (random, message->n_nonce));
	for (size_t i = 0; i < message->n_nonce; i++)
		nonce[i] = (uint8_t)((message->nonce[i] & ~free_bits (message, i)) | (random[i] & free_bits (message, i)));
	return CKR_OK;
}

/* --- signatures --- */

static CK_RV
begin_sign (Session *session, MessageKind kind, Bytes param)
{
	Message *message = &session->messages[kind];

	TRY (check_process (session, kind, false));
	if (param.len > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "what is signed has no parameter of its own");
	return op_copy (&message->op, &message->fresh);
}

/* A question, answered or with too little room, leaves the message unsigned and the process ready for it. */
CK_RV
session_sign_message (Session *session, Bytes param, Bytes in, Out signature)
{
	Message *message = &session->messages[MESSAGE_SIGN];
	bool asks = signature.data == NULL;
	CK_RV rv;

	TRY (begin_sign (session, MESSAGE_SIGN, param));
	rv = op_one_shot (&message->op, in, signature);
	if ((rv == CKR_OK && asks) || rv == CKR_BUFFER_TOO_SMALL)
		op_end (&message->op);
	else
		message_done (message);
	return rv;
}

/* The last part is the one that comes with a place for a length. */
static CK_RV
finish_sign (Message *message, Bytes in, Out signature)
{
	if (in.len > 0)
		TRY (op_update (&message->op, in, (Out){ 0 }));
	return op_final (&message->op, signature);
}

CK_RV
session_next_sign (Session *session, Bytes param, Bytes in, Out signature)
{
	Message *message = &session->messages[MESSAGE_SIGN];
	CK_RV rv;

	TRY (check_process (session, MESSAGE_SIGN, true));
	if (signature.len != NULL && out_answers (signature, op_room (&message->op, in.len), &rv))
		return rv;
	rv = signature.len == NULL ? op_update (&message->op, in, signature) : finish_sign (message, in, signature);
	if (signature.len != NULL || rv != CKR_OK)
		message_done (message);
	return rv;
}

CK_RV
session_verify_message (Session *session, Bytes param, Bytes in, Bytes signature)
{
	Message *message = &session->messages[MESSAGE_VERIFY];
	CK_RV rv;

	TRY (begin_sign (session, MESSAGE_VERIFY, param));
	rv = op_check_one_shot (&message->op, in, signature);
	message_done (message);
	return rv;
}

static CK_RV
finish_verify (Message *message, Bytes in, Bytes signature)
{
	if (in.len > 0)
		TRY (op_update (&message->op, in, (Out){ 0 }));
	return op_check_final (&message->op, signature);
}

CK_RV
session_next_verify (Session *session, Bytes param, Bytes in, Bytes signature)
{
	Message *message = &session->messages[MESSAGE_VERIFY];
	bool last = signature.data != NULL;
	CK_RV rv;

	TRY (check_process (session, MESSAGE_VERIFY, true));
	rv = last ? finish_verify (message, in, signature) : op_update (&message->op, in, (Out){ 0 });
	if (last || rv != CKR_OK)
		message_done (message);
	return rv;
}

/* --- encryption and decryption --- */

static CK_RV
read_param (const Message *message, Bytes param, MessageParam *read)
{
	const MechMessage *how = message->mech->message;

	if (param.data == NULL || param.len != how->n_param)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a message has a parameter of %zu bytes", how->n_param);
	TRY (how->read (param, read));
	if (read->tag == NULL || read->n_tag > MOST_TAG)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no place for the tag, or it is too long");
	return CKR_OK;
}

/* Begins @op with the message's nonce, which it makes where it is to. */
static CK_RV
begin_crypt (Session *session, MessageKind kind, const MessageParam *read, Bytes aad)
{
	Message *message = &session->messages[kind];
	uint8_t made[MOST_NONCE], room[MESSAGE_ROOM];
	bool makes = kind == MESSAGE_ENCRYPT && read->generator != CKG_NO_GENERATE;
	Use use = { message->mech, NO_BYTES, message->key };
	MessageParam whole = *read;

	if (aad.data == NULL && aad.len > 0)
		return CKR_ARGUMENTS_BAD;
	/* whoever decrypts has the nonce */
	if (!makes)
		whole.generator = CKG_NO_GENERATE;
	TRY (message_nonce (&whole, made));
	use.param = message->mech->message->plain_param (&whole, makes ? made : whole.nonce, aad, room);
	TRY (session_begin_op (session, &message->op, kinds[kind].op, how_to (message->mech, kind), &use));
	if (makes)
		memcpy (whole.nonce, made, whole.n_nonce);
	message->n_tag = whole.n_tag;
	return CKR_OK;
}

/* How much of the output is the message's own. */
static size_t
message_room (const Op *op, const Message *message, MessageKind kind, size_t n_in)
{
	size_t n = op_room (op, kind == MESSAGE_DECRYPT ? n_in + message->n_tag : n_in);

	return kind == MESSAGE_ENCRYPT && n >= message->n_tag ? n - message->n_tag : n;
}

/* The last part, and the tag to the parameter.  What comes out before the end goes straight to the caller. */
static CK_RV
finish_encrypt (Op *op, const MessageParam *read, Bytes in, Out result)
{
	auto_wipe Buf made = BUF_PLAIN;
	CK_ULONG n = 0;

	if (op->how->update != NULL) {
		n = *result.len;
		TRY (op_update (op, in, out (result.data, &n)));
		in = NO_BYTES;
	}
	TRY (op_take (op, in, &made));
	memcpy (read->tag, made.data + made.len - read->n_tag, read->n_tag);
	buf_cut (&made, made.len - read->n_tag);
	if (made.len > 0)
		memcpy (result.data + n, made.data, made.len);
	*result.len = n + made.len;
	return CKR_OK;
}

/* The last part, and the tag from the parameter. */
static CK_RV
finish_decrypt (Op *op, const MessageParam *read, Bytes in, Out result)
{
	auto_wipe Buf whole = BUF_PLAIN;
	auto_wipe Buf made = BUF_PLAIN;
	CK_RV rv;

	TRY_ALLOC (buf_set (&whole, in) && buf_add (&whole, bytes (read->tag, read->n_tag)));
	rv = op_take (op, bytes_of (&whole), &made);
	TRY (rv == CKR_ENCRYPTED_DATA_INVALID ? CKR_AEAD_DECRYPT_FAILED : rv);
	return out_offer (result, bytes_of (&made));
}

static CK_RV
finish_crypt (Message *message, MessageKind kind, const MessageParam *read, Bytes in, Out result)
{
	if (kind == MESSAGE_ENCRYPT)
		return finish_encrypt (&message->op, read, in, result);
	return finish_decrypt (&message->op, read, in, result);
}

static CK_RV
check_buffers (Bytes in, Out result)
{
	return result.len == NULL || (in.data == NULL && in.len > 0) || in.len > PTRDIFF_MAX ? CKR_ARGUMENTS_BAD : CKR_OK;
}

/* All of these mechanisms give as much as they take: a question needs no nonce. */
CK_RV
session_crypt_message (Session *session, MessageKind kind, Bytes param, Bytes aad, Bytes in, Out result)
{
	Message *message = &session->messages[kind];
	MessageParam read;
	CK_RV rv;

	TRY (check_process (session, kind, false));
	TRY (check_buffers (in, result));
	if (out_answers (result, in.len, &rv))
		return rv;
	TRY (read_param (message, param, &read));
	TRY (begin_crypt (session, kind, &read, aad));
	rv = finish_crypt (message, kind, &read, in, result);
	message_done (message);
	return rv;
}

CK_RV
session_begin_message (Session *session, MessageKind kind, Bytes param, Bytes aad)
{
	MessageParam read;

	if (is_signing (kind))
		return begin_sign (session, kind, param);
	TRY (check_process (session, kind, false));
	TRY (read_param (&session->messages[kind], param, &read));
	return begin_crypt (session, kind, &read, aad);
}

static CK_RV
finish_message (Message *message, MessageKind kind, Bytes param, Bytes in, Out result)
{
	MessageParam read;

	TRY (read_param (message, param, &read));
	if (read.n_tag != message->n_tag)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the tag has another length than the message began with");
	return finish_crypt (message, kind, &read, in, result);
}

CK_RV
session_next_message (Session *session, MessageKind kind, Bytes param, Bytes in, Out result, bool last)
{
	Message *message = &session->messages[kind];
	CK_RV rv;

	TRY (check_process (session, kind, true));
	rv = check_buffers (in, result);
	if (rv == CKR_OK && !last)
		rv = op_update (&message->op, in, result);
	else if (rv == CKR_OK && out_answers (result, message_room (&message->op, message, kind, in.len), &rv))
		return rv;
	else if (rv == CKR_OK)
		rv = finish_message (message, kind, param, in, result);
	if (last || (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL))
		message_done (message);
	return rv;
}

