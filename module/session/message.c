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
	message->n_base = 0;
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
		return mech->sign;
	default:
		return mech->verify;
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
		TRY (op_start (&message->fresh, kinds[kind].op, how, use.mech, use.key, use.param));
	message->mech = use.mech;
	message->key = object_ref (use.key);
	message->key_handle = key;
	message->wants_login = (kind == MESSAGE_SIGN || kind == MESSAGE_DECRYPT) &&
	                       object_bool (use.key, CKA_ALWAYS_AUTHENTICATE, false);
	message->needs_login = message->wants_login;
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

/* May a message begin, or, where @begun, go on? */
static CK_RV
check_process (Message *message, bool begun)
{
	if (message->mech == NULL || (begun && !op_is_active (&message->op)))
		return fail (CKR_OPERATION_NOT_INITIALIZED, "no such messages are under way");
	if (!begun && op_is_active (&message->op))
		return fail (CKR_OPERATION_ACTIVE, "a message is not at its end");
	if (!begun && message->needs_login)
		return fail (CKR_USER_NOT_LOGGED_IN, "this key wants the PIN before each message");
	return CKR_OK;
}

static void
message_done (Message *message)
{
	message->needs_login = message->wants_login;
}

/* --- nonces --- */

/* How many nonces were counted under a key, in all sessions of this process. */
static CK_RV
make_counter (void *form, const Object *key)
{
	return CKR_OK;
}

static const KeyForm counter_form = { sizeof (uint64_t), make_counter, NULL };

/* @mask: the bits of octet @i that are not fixed. */
static uint8_t
free_bits (const MessageParam *message, size_t i)
{
	CK_ULONG first = i * 8;

	if (message->n_fixed_bits >= first + 8)
		return 0;
	return message->n_fixed_bits <= first ? 0xff : (uint8_t)(0xff >> (message->n_fixed_bits - first));
}

static CK_RV
next_count (const MessageParam *message, Object *key, uint64_t *count)
{
	CK_ULONG n_free = message->n_nonce * 8 - message->n_fixed_bits;
	void *counter;

	/* It would begin at zero in another process as well, and a nonce be used twice. */
	if (object_is_token (key))
		return fail (CKR_MECHANISM_PARAM_INVALID, "nonces are counted for keys of sessions only");
	TRY (object_prepare (key, &counter_form, &counter));
	*count = __atomic_fetch_add ((uint64_t *)counter, 1, __ATOMIC_RELAXED);
	if (n_free < 64 && *count >> n_free != 0)
		return fail (CKR_KEY_EXHAUSTED, "all nonces of %lu bits have been used", n_free);
	return CKR_OK;
}

static CK_RV
count_nonce (const MessageParam *message, Object *key, uint8_t *nonce)
{
	uint8_t octets[8];
	uint64_t count = 0;

	TRY (next_count (message, key, &count));
	be64_put (octets, count);
	for (size_t i = 0; i < message->n_nonce; i++) {
		uint8_t part = i + 8 >= message->n_nonce ? octets[i + 8 - message->n_nonce] : 0, mask = free_bits (message, i);

		if (message->generator == CKG_GENERATE_COUNTER_XOR)
			nonce[i] ^= part & mask;
		else
			nonce[i] = (uint8_t)((nonce[i] & ~mask) | (part & mask));
	}
	return CKR_OK;
}

static CK_RV
draw_nonce (const MessageParam *message, uint8_t *nonce)
{
	uint8_t random[MOST_NONCE];

	if (message->n_fixed_bits > 0 && message->n_nonce * 8 - message->n_fixed_bits < 64)
		return fail (CKR_MECHANISM_PARAM_INVALID, "so few random bits would soon come again");
	TRY (random_bytes (random, message->n_nonce));
	for (size_t i = 0; i < message->n_nonce; i++)
		nonce[i] = (uint8_t)((nonce[i] & ~free_bits (message, i)) | (random[i] & free_bits (message, i)));
	return CKR_OK;
}

CK_RV
message_nonce (const MessageParam *message, const uint8_t *base, Object *key, uint8_t nonce[static MOST_NONCE])
{
	if (message->nonce == NULL || message->n_nonce == 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no nonce, nor a place for one");
	if (message->generator == CKG_NO_GENERATE)
		return CKR_OK;
	if (message->n_nonce > MOST_NONCE || message->n_fixed_bits > message->n_nonce * 8)
		return fail (CKR_MECHANISM_PARAM_INVALID, "no nonce of %zu bytes with %lu bits fixed is made", message->n_nonce,
		             message->n_fixed_bits);
	memcpy (nonce, base, message->n_nonce);
	switch (message->generator) {
	case CKG_GENERATE:
	case CKG_GENERATE_RANDOM:
		return draw_nonce (message, nonce);
	case CKG_GENERATE_COUNTER:
	case CKG_GENERATE_COUNTER_XOR:
		return count_nonce (message, key, nonce);
	default:
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no generator 0x%lx", message->generator);
	}
}

/* --- encryption and decryption --- */

static CK_RV
read_param (const Message *message, Bytes param, MessageParam *read)
{
	const MechMessage *how = message->mech->message;

	if (param.data == NULL || param.len != how->n_param)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a message has a parameter of %zu bytes", how->n_param);
	TRY (how->read (param, read));
	if (read->tag == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no place for the tag");
	return CKR_OK;
}

/* What a counter is exclusive-ored with is the same for all messages of a process: the caller gives it again each
 * time, or leaves what was made of it. */
static CK_RV
take_base (Message *message, MessageParam *read)
{
	if (read->generator != CKG_GENERATE_COUNTER_XOR || read->nonce == NULL || read->n_nonce > MOST_NONCE)
		return CKR_OK;
	if (message->n_base == 0) {
		message->n_base = read->n_nonce;
		memcpy (message->base, read->nonce, read->n_nonce);
	} else if (message->n_base != read->n_nonce || (memcmp (message->base, read->nonce, read->n_nonce) != 0 &&
	                                                memcmp (message->last, read->nonce, read->n_nonce) != 0)) {
		return fail (CKR_MECHANISM_PARAM_INVALID, "the nonce to count from varies");
	}
	return CKR_OK;
}

/* Begins @op with the message's nonce, which it makes where it is to. */
static CK_RV
begin_crypt (Message *message, MessageKind kind, Bytes param, Bytes aad, Op *op)
{
	uint8_t made[MOST_NONCE], room[MESSAGE_ROOM];
	MessageParam read;
	CK_BYTE *nonce;

	TRY (read_param (message, param, &read));
	if (aad.data == NULL && aad.len > 0)
		return CKR_ARGUMENTS_BAD;
	/* whoever decrypts has the nonce */
	if (kind == MESSAGE_DECRYPT)
		read.generator = CKG_NO_GENERATE;
	TRY (take_base (message, &read));
	TRY (message_nonce (&read, read.generator == CKG_GENERATE_COUNTER_XOR ? message->base : read.nonce, message->key, made));
	nonce = read.generator == CKG_NO_GENERATE ? read.nonce : made;
	TRY (op_start (op, kinds[kind].op, how_to (message->mech, kind), message->mech, message->key,
	               message->mech->message->plain_param (&read, nonce, aad, room)));
	if (nonce == made) {
		memcpy (read.nonce, made, read.n_nonce);
		memcpy (message->last, made, read.n_nonce);
	}
	message->n_tag = read.n_tag;
	return CKR_OK;
}

/* How much of the output is the message's own. */
static size_t
message_room (const Op *op, const Message *message, MessageKind kind, size_t n_in)
{
	size_t n = op_room (op, kind == MESSAGE_DECRYPT ? n_in + message->n_tag : n_in);

	return kind == MESSAGE_ENCRYPT && n >= message->n_tag ? n - message->n_tag : n;
}

static CK_RV
damaged (CK_RV rv)
{
	return rv == CKR_ENCRYPTED_DATA_INVALID ? CKR_AEAD_DECRYPT_FAILED : rv;
}

/* The last part, and the tag from or to the parameter. */
static CK_RV
finish_crypt (Message *message, MessageKind kind, const MessageParam *read, Op *op, Bytes in, Out result)
{
	auto_wipe Buf whole = BUF_SECRET;
	auto_wipe Buf made = BUF_SECRET;
	size_t n;

	if (kind == MESSAGE_DECRYPT) {
		TRY_ALLOC (buf_set (&whole, in) && buf_add (&whole, bytes (read->tag, message->n_tag)));
		in = bytes_of (&whole);
	}
	TRY (damaged (op_take (op, in, &made)));
	n = kind == MESSAGE_ENCRYPT ? made.len - message->n_tag : made.len;
	if (kind == MESSAGE_ENCRYPT)
		memcpy (read->tag, made.data + n, message->n_tag);
	message_done (message);
	return out_offer (result, bytes (made.data, n));
}

static bool
is_question (Out result, size_t n, CK_RV *rv)
{
	if (result.data != NULL && *result.len >= n)
		return false;
	*rv = result.data != NULL ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	*result.len = n;
	return true;
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

	TRY (check_process (message, false));
	TRY (check_buffers (in, result));
	if (is_question (result, in.len, &rv))
		return rv;
	TRY (read_param (message, param, &read));
	TRY (begin_crypt (message, kind, param, aad, &message->op));
	rv = finish_crypt (message, kind, &read, &message->op, in, result);
	op_end (&message->op);
	return rv;
}

CK_RV
session_begin_message (Session *session, MessageKind kind, Bytes param, Bytes aad)
{
	Message *message = &session->messages[kind];

	TRY (check_process (message, false));
	if (!is_signing (kind))
		return begin_crypt (message, kind, param, aad, &message->op);
	return param.len == 0 ? op_copy (&message->op, &message->fresh) :
	                        fail (CKR_MECHANISM_PARAM_INVALID, "what is signed has no parameter of its own");
}

CK_RV
session_next_message (Session *session, MessageKind kind, Bytes param, Bytes in, Out result, bool last)
{
	Message *message = &session->messages[kind];
	MessageParam read;
	CK_RV rv;

	TRY (check_process (message, true));
	TRY (check_buffers (in, result));
	if (!last)
		return op_update (&message->op, in, result);
	if (is_question (result, message_room (&message->op, message, kind, in.len), &rv))
		return rv;
	rv = read_param (message, param, &read);
	if (rv == CKR_OK && read.n_tag != message->n_tag)
		rv = fail (CKR_MECHANISM_PARAM_INVALID, "the tag has another length than the message began with");
	if (rv == CKR_OK)
		rv = finish_crypt (message, kind, &read, &message->op, in, result);
	op_end (&message->op);
	return rv;
}

/* --- signatures --- */

static CK_RV
begin_sign (Message *message, Bytes param)
{
	TRY (check_process (message, false));
	if (param.len > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "what is signed has no parameter of its own");
	return op_copy (&message->op, &message->fresh);
}

/* A question leaves the message unsigned, and the process ready for it. */
CK_RV
session_sign_message (Session *session, Bytes param, Bytes in, Out signature)
{
	Message *message = &session->messages[MESSAGE_SIGN];
	bool asks;
	CK_RV rv;

	TRY (begin_sign (message, param));
	asks = signature.data == NULL;
	rv = op_one_shot (&message->op, in, signature);
	op_end (&message->op);
	if (rv == CKR_OK && !asks)
		message_done (message);
	return rv;
}

CK_RV
session_next_sign (Session *session, Bytes param, Bytes in, Out signature)
{
	Message *message = &session->messages[MESSAGE_SIGN];

	TRY (check_process (message, true));
	/* a part: only the last one comes with a place for a length */
	if (signature.len == NULL)
		return op_update (&message->op, in, signature);
	if (signature.data == NULL || *signature.len < op_room (&message->op, in.len)) {
		*signature.len = op_room (&message->op, in.len);
		return signature.data == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
	}
	if (in.len > 0)
		TRY (op_update (&message->op, in, (Out){ 0 }));
	TRY (op_final (&message->op, signature));
	message_done (message);
	return CKR_OK;
}

CK_RV
session_verify_message (Session *session, Bytes param, Bytes in, Bytes signature)
{
	Message *message = &session->messages[MESSAGE_VERIFY];
	CK_RV rv;

	TRY (begin_sign (message, param));
	rv = op_check_one_shot (&message->op, in, signature);
	op_end (&message->op);
	return rv;
}

CK_RV
session_next_verify (Session *session, Bytes param, Bytes in, Bytes signature)
{
	Message *message = &session->messages[MESSAGE_VERIFY];

	TRY (check_process (message, true));
	if (signature.data == NULL)
		return op_update (&message->op, in, (Out){ 0 });
	if (in.len > 0)
		TRY (op_update (&message->op, in, (Out){ 0 }));
	return op_check_final (&message->op, signature);
}
