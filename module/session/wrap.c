/* Keys wrapped and unwrapped.  PKCS #11 v3.2 sections 5.18.3 to 5.18.7. */

#include "keyinfo.h"
#include "session.h"
#include "template.h"

/* With another try where secure memory is full of keys that nobody uses now. */
static CK_RV
run (Session *session, const Use *use, const MechOp *how, Bytes in, Buf *result)
{
	CK_RV rv = mech_run (how, use->mech, use->key, use->param, in, result);

	if (rv == CKR_HOST_MEMORY && session_release_memory (session)) {
		buf_cut (result, 0);
		rv = mech_run (how, use->mech, use->key, use->param, in, result);
	}
	return rv;
}

CK_RV
session_match_template (const Object *with, CK_ATTRIBUTE_TYPE type, const Attrs *key)
{
	auto_attrs Attrs wanted = { 0 };

	TRY (template_decode (object_bytes (with, type), &wanted));
	for (uint32_t i = 0; i < wanted.n; i++) {
		const Attr *attr = attrs_find (key, wanted.list[i].type);

		if (attr == NULL || !bytes_equal_sec (attr_bytes (attr), attr_bytes (&wanted.list[i])))
			return fail (CKR_KEY_HANDLE_INVALID, "the key is not what the other key's template asks for");
	}
	return CKR_OK;
}

static CK_RV
may_be_wrapped (const Use *use, const Object *key)
{
	CK_OBJECT_CLASS class = object_class (key);

	if (class != CKO_SECRET_KEY && class != CKO_PRIVATE_KEY)
		return fail (CKR_KEY_NOT_WRAPPABLE, "only secret and private keys are wrapped");
	if (!object_bool (key, CKA_EXTRACTABLE, false))
		return fail (CKR_KEY_UNEXTRACTABLE, "the key may not be extracted");
	if (object_bool (key, CKA_WRAP_WITH_TRUSTED, false) && !object_bool (use->key, CKA_TRUSTED, false))
		return fail (CKR_KEY_NOT_WRAPPABLE, "the key wants a trusted wrapping key");
	if (class == CKO_PRIVATE_KEY && use->mech->secret_only)
		return fail (CKR_KEY_NOT_WRAPPABLE, "%s wraps secret keys only", use->mech->name);
	TRY (policy_wrap (use->key, key));
	return session_match_template (use->key, CKA_WRAP_TEMPLATE, &key->attrs);
}

/* As SoftHSM does it: DER says itself where it ends, and keyinfo_decode lets such filling pass. */
static CK_RV
fill (Buf *encoded)
{
	static const uint8_t zeros[8];

	TRY_ALLOC (buf_add (encoded, bytes (zeros, (sizeof zeros - encoded->len % sizeof zeros) % sizeof zeros)));
	return CKR_OK;
}

static CK_RV
encode_key (const Use *use, const Object *key, Buf *encoded)
{
	if (object_class (key) == CKO_PRIVATE_KEY) {
		TRY (keyinfo_encode (&key->attrs, encoded));
		return use->mech->fills ? fill (encoded) : CKR_OK;
	}
	TRY_ALLOC (buf_set (encoded, object_bytes (key, CKA_VALUE)));
	return CKR_OK;
}

/* Codes that speak of data, in the words of keys. */
static CK_RV
wrap_code (CK_RV rv)
{
	switch (rv) {
	case CKR_DATA_LEN_RANGE:
		return CKR_KEY_SIZE_RANGE;
	case CKR_DATA_INVALID:
		return CKR_KEY_NOT_WRAPPABLE;
	default:
		return rv;
	}
}

static CK_RV
unwrap_code (CK_RV rv)
{
	switch (rv) {
	case CKR_ENCRYPTED_DATA_LEN_RANGE:
		return CKR_WRAPPED_KEY_LEN_RANGE;
	case CKR_ENCRYPTED_DATA_INVALID:
	case CKR_DATA_INVALID:
		return CKR_WRAPPED_KEY_INVALID;
	default:
		return rv;
	}
}

/* The wrapping key, ready for use but for its parameter. */
static CK_RV
open_wrapping (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping, Use *use)
{
	CK_RV rv;

	TRY (session_find_mech (mechanism, &use->mech));
	if (use->mech->wrap == NULL)
		return session_refuse (use->mech);
	rv = session_use_key (session, mechanism, wrapping, CKA_WRAP, use);
	if (rv == CKR_KEY_HANDLE_INVALID)
		rv = CKR_WRAPPING_KEY_HANDLE_INVALID;
	if (rv == CKR_KEY_TYPE_INCONSISTENT)
		rv = CKR_WRAPPING_KEY_TYPE_INCONSISTENT;
	return rv;
}

/* A key on its way out. */
typedef struct {
	CK_OBJECT_HANDLE wrapping;
	bool is_sensitive;
	Buf encoded;
} Wrapped;

#define NO_WRAPPED                                                                                                     \
	{                                                                                                              \
		.encoded = BUF_SECRET                                                                                  \
	}
#define auto_wrapped __attribute__ ((cleanup (wrapped_clear)))

static void
wrapped_clear (Wrapped *wrapped)
{
	buf_clear (&wrapped->encoded);
}

static CK_RV
open_wrapped (Session *session, const Use *use, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key, Wrapped *wrapped)
{
	auto_unref Object *object = NULL;

	TRY (session_open_key (session, key, &object));
	TRY (may_be_wrapped (use, object));
	wrapped->wrapping = wrapping;
	wrapped->is_sensitive = object_bool (object, CKA_SENSITIVE, true);
	return encode_key (use, object, &wrapped->encoded);
}

/* The caller has room for it: from here on the wrapping key is one that has wrapped. */
static CK_RV
decide (Session *session, const Use *use, const Wrapped *wrapped)
{
	return wrapped->is_sensitive ? policy_decide (session, wrapped->wrapping, use->key) : CKR_OK;
}

/* --- with a nonce that may be made here: AES-GCM and AES-CCM --- */

/* Shortest tag that keeps a key. */
#define FEWEST_TAG 12

static bool
takes_message (const Mech *mech)
{
	return mech->message != NULL && mech->message->read_wrap != NULL;
}

/* Is the parameter a CK_GCM_WRAP_PARAMS or its like?  Then the additional data is in it. */
static bool
is_wrap_param (const Mech *mech, const CK_MECHANISM *mechanism)
{
	return takes_message (mech) && mechanism->pParameter != NULL &&
	       mechanism->ulParameterLen == mech->message->n_wrap_param;
}

static CK_RV
check_tag (const MessageParam *message)
{
	if (message->n_tag < FEWEST_TAG || message->n_tag > MOST_TAG)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a key has a tag of %d to %d bytes, not of %zu", FEWEST_TAG,
		             MOST_TAG, message->n_tag);
	return CKR_OK;
}

/* Two keys under one nonce tell each other: it is made here. */
static CK_RV
check_generator (const MessageParam *message)
{
	if (message->generator == CKG_NO_GENERATE)
		return fail (CKR_MECHANISM_PARAM_INVALID, "keys are wrapped with a nonce that is made here");
	return CKR_OK;
}

/* The key, and its tag behind it. */
static CK_RV
wrap_message (Session *session, Use *use, const MessageParam *message, Bytes aad, const Wrapped *wrapped, Buf *result)
{
	uint8_t made[MOST_NONCE], room[MESSAGE_ROOM];
	MessageParam whole = *message;

	whole.n_data = wrapped->encoded.len;
	TRY (message_nonce (&whole, made));
	use->param = use->mech->message->plain_param (&whole, made, aad, room);
	TRY (wrap_code (run (session, use, use->mech->encrypt, bytes_of (&wrapped->encoded), result)));
	TRY (decide (session, use, wrapped));
	memcpy (whole.nonce, made, whole.n_nonce);
	return CKR_OK;
}

static CK_RV
unwrap_message (Session *session, Use *use, const MessageParam *message, Bytes aad, Bytes wrapped, Buf *value)
{
	uint8_t room[MESSAGE_ROOM];
	MessageParam whole = *message;

	if (whole.nonce == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no nonce");
	if (wrapped.len < whole.n_tag)
		return fail (CKR_WRAPPED_KEY_LEN_RANGE, "the wrapped key is shorter than its tag");
	whole.n_data = wrapped.len - whole.n_tag;
	use->param = use->mech->message->plain_param (&whole, whole.nonce, aad, room);
	return unwrap_code (run (session, use, use->mech->decrypt, wrapped, value));
}

static CK_RV
wrap_as_message (Session *session, Use *use, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                 CK_OBJECT_HANDLE key, Out to)
{
	auto_wrapped Wrapped wrapped = NO_WRAPPED;
	auto_wipe Buf result = BUF_PLAIN;
	MessageParam message;
	Bytes aad;
	CK_RV rv;

	if (!is_wrap_param (use->mech, mechanism))
		return fail (CKR_MECHANISM_PARAM_INVALID,
		             "%s wraps keys with a nonce that is made here, and a parameter of %zu bytes",
		             use->mech->name, use->mech->message->n_wrap_param);
	TRY (use->mech->message->read_wrap (bytes (mechanism->pParameter, mechanism->ulParameterLen), &message, &aad));
	TRY (check_tag (&message));
	TRY (check_generator (&message));
	TRY (open_wrapped (session, use, wrapping, key, &wrapped));
	if (out_answers (to, wrapped.encoded.len + message.n_tag, &rv))
		return rv;
	TRY (wrap_message (session, use, &message, aad, &wrapped, &result));
	return out_offer (to, bytes_of (&result));
}

/* @wanted: bytes of the key, 0 where that is not known. */
static CK_RV
unwrap_plain (Session *session, Use *use, const CK_MECHANISM *mechanism, Bytes wrapped, size_t wanted, Buf *value)
{
	MessageParam message;
	Bytes aad;

	if (!is_wrap_param (use->mech, mechanism)) {
		/* then the padding of v1.5 answers for nobody */
		if (wanted > 0 && use->mech->kem != NULL && use->mech->kem->is_transport)
			return session_decapsulate (session, use, wrapped, wanted, value);
		return unwrap_code (run (session, use, use->mech->unwrap, wrapped, value));
	}
	TRY (use->mech->message->read_wrap (bytes (mechanism->pParameter, mechanism->ulParameterLen), &message, &aad));
	TRY (check_tag (&message));
	return unwrap_message (session, use, &message, aad, wrapped, value);
}

CK_RV
session_wrap_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key,
                  Out to)
{
	auto_wrapped Wrapped wrapped = NO_WRAPPED;
	auto_wipe Buf result = BUF_PLAIN;
	auto_use Use use = { 0 };
	CK_RV rv;

	if (to.len == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (open_wrapping (session, mechanism, wrapping, &use));
	if (takes_message (use.mech))
		return wrap_as_message (session, &use, mechanism, wrapping, key, to);
	TRY (mech_param (use.mech, mechanism, &use.param));
	TRY (open_wrapped (session, &use, wrapping, key, &wrapped));
	TRY (wrap_code (run (session, &use, use.mech->wrap, bytes_of (&wrapped.encoded), &result)));
	if (out_answers (to, result.len, &rv))
		return rv;
	TRY (decide (session, &use, &wrapped));
	return out_offer (to, bytes_of (&result));
}

static CK_RV
read_authenticated (const Use *use, const CK_MECHANISM *mechanism, Bytes aad, MessageParam *message)
{
	const MechMessage *how = use->mech->message;

	if (how == NULL || how->read_wrap == NULL)
		return session_refuse (use->mech);
	if (aad.data == NULL && aad.len > 0)
		return CKR_ARGUMENTS_BAD;
	if (mechanism->pParameter == NULL || mechanism->ulParameterLen != how->n_param)
		return fail (CKR_MECHANISM_PARAM_INVALID, "%s has a parameter of %zu bytes here", use->mech->name,
		             how->n_param);
	TRY (how->read (bytes (mechanism->pParameter, how->n_param), message));
	if (message->tag == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no place for the tag");
	return check_tag (message);
}

CK_RV
session_wrap_authenticated (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                            CK_OBJECT_HANDLE key, Bytes aad, Out to)
{
	auto_wrapped Wrapped wrapped = NO_WRAPPED;
	auto_wipe Buf result = BUF_PLAIN;
	auto_use Use use = { 0 };
	MessageParam message;
	CK_RV rv;

	if (to.len == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (open_wrapping (session, mechanism, wrapping, &use));
	TRY (read_authenticated (&use, mechanism, aad, &message));
	TRY (check_generator (&message));
	TRY (open_wrapped (session, &use, wrapping, key, &wrapped));
	if (out_answers (to, wrapped.encoded.len, &rv))
		return rv;
	TRY (wrap_message (session, &use, &message, aad, &wrapped, &result));
	memcpy (message.tag, result.data + wrapped.encoded.len, message.n_tag);
	return out_offer (to, bytes (result.data, wrapped.encoded.len));
}

/* What a template may not give, CKA_UNWRAP_TEMPLATE may not give either. */
static CK_RV
add_wanted (const Rules *rules, const Attr *want, bool is_so, Attrs *draft)
{
	const Rule *row = rules_row (rules, want->type);
	const Attr *have = attrs_find (draft, want->type);

	if (row == NULL || row->kind != want->kind)
		return CKR_OK;
	if (have != NULL && bytes_equal_sec (attr_bytes (have), attr_bytes (want)))
		return CKR_OK;
	if (row->notes & (N (6) | N (1)) || (row->notes & N (10) && attr_bytes (want).data[0] != 0 && !is_so))
		return fail (CKR_TEMPLATE_INCONSISTENT, "the other key's template asks for attribute 0x%lx",
		             (unsigned long)want->type);
	return attrs_put (draft, want);
}

CK_RV
session_apply_template (Session *session, const Object *from, CK_ATTRIBUTE_TYPE type, const CK_ATTRIBUTE *template,
                        CK_ULONG n, Attrs *draft)
{
	const Rules *rules = rules_for_attrs (draft);
	bool is_so = token_logged_in (session->token) == LOGIN_SO;
	auto_attrs Attrs wanted = { 0 };

	TRY (template_decode (object_bytes (from, type), &wanted));
	for (uint32_t i = 0; i < wanted.n; i++) {
		const Attr *want = &wanted.list[i], *have = attrs_find (draft, want->type);
		bool said = session_template_says (template, n, want->type);

		if (said && (have == NULL || !bytes_equal_sec (attr_bytes (have), attr_bytes (want))))
			return fail (CKR_TEMPLATE_INCONSISTENT, "the template is not what the other key's asks for");
		if (!said)
			TRY (add_wanted (rules, want, is_so, draft));
	}
	return CKR_OK;
}

/* The unwrapped value becomes the key's. */
static CK_RV
decode_key (Bytes value, Attrs *draft)
{
	CK_ULONG wanted = attrs_ulong (draft, CKA_VALUE_LEN, 0);
	CK_RV rv;

	if (attrs_ulong (draft, CKA_CLASS, 0) == CKO_PRIVATE_KEY)
		return keyinfo_decode (value, draft);
	if (wanted > 0 && wanted != value.len)
		return fail (CKR_WRAPPED_KEY_LEN_RANGE, "the wrapped key has not the length that the template gives");
	TRY (attrs_set_secret (draft, CKA_VALUE, value));
	rv = mech_check_key (draft);
	return rv == CKR_ATTRIBUTE_VALUE_INVALID ? CKR_WRAPPED_KEY_INVALID : rv;
}

static CK_RV
template_class (const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_CLASS *class)
{
	if (!template_ulong (template, n, CKA_CLASS, class))
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template has no CKA_CLASS");
	if (*class != CKO_SECRET_KEY && *class != CKO_PRIVATE_KEY)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "only secret and private keys are unwrapped");
	return CKR_OK;
}

CK_RV
session_unwrapping_code (CK_RV rv)
{
	switch (rv) {
	case CKR_KEY_HANDLE_INVALID:
		return CKR_UNWRAPPING_KEY_HANDLE_INVALID;
	case CKR_KEY_TYPE_INCONSISTENT:
		return CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT;
	case CKR_KEY_SIZE_RANGE:
		return CKR_UNWRAPPING_KEY_SIZE_RANGE;
	default:
		return rv;
	}
}

static CK_RV
open_unwrapping (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping, Use *use)
{
	TRY (session_find_mech (mechanism, &use->mech));
	if (use->mech->unwrap == NULL)
		return session_refuse (use->mech);
	return session_unwrapping_code (session_use_key (session, mechanism, unwrapping, CKA_UNWRAP, use));
}

/* What the key is to be, before it is there.  @extractable: whether it is where the template does not say. */
static CK_RV
draft_unwrapped (Session *session, const Use *use, const CK_ATTRIBUTE *template, CK_ULONG n, bool extractable,
                 Attrs *draft)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;

	TRY (template_class (template, n, &class));
	TRY (session_draft_key (session, RULES_UNWRAP, class, CK_UNAVAILABLE_INFORMATION, template, n, draft));
	if (!session_template_says (template, n, CKA_EXTRACTABLE))
		TRY (attrs_set_bool (draft, CKA_EXTRACTABLE, extractable));
	TRY (session_apply_template (session, use->key, CKA_UNWRAP_TEMPLATE, template, n, draft));
	return policy_unwrap (use->key, template, n, draft);
}

static CK_RV
adopt_unwrapped (Session *session, const Use *use, CK_OBJECT_HANDLE unwrapping, Bytes value, Attrs *draft,
                 CK_OBJECT_HANDLE *key)
{
	CK_OBJECT_HANDLE made;
	CK_RV rv;

	TRY (decode_key (value, draft));
	TRY (session_adopt (session, RULES_UNWRAP, draft, &made));
	rv = policy_decide (session, unwrapping, use->key);
	if (rv == CKR_OK)
		*key = made;
	else
		token_destroy_object (session->token, made, NULL);
	return rv;
}

CK_RV
session_unwrap_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping, Bytes wrapped,
                    const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf value = BUF_SECRET;
	auto_use Use use = { 0 };

	if (key == NULL || (wrapped.data == NULL && wrapped.len > 0))
		return CKR_ARGUMENTS_BAD;
	TRY (open_unwrapping (session, mechanism, unwrapping, &use));
	if (!is_wrap_param (use.mech, mechanism))
		TRY (mech_param (use.mech, mechanism, &use.param));
	/* The default is SoftHSM's, not that of section 5.18.4. */
	TRY (draft_unwrapped (session, &use, template, n, false, &draft));
	TRY (unwrap_plain (session, &use, mechanism, wrapped, session_wanted_length (&draft), &value));
	return adopt_unwrapped (session, &use, unwrapping, bytes_of (&value), &draft, key);
}

CK_RV
session_unwrap_authenticated (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
                              Bytes wrapped, const CK_ATTRIBUTE *template, CK_ULONG n, Bytes aad, CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf whole = BUF_PLAIN;
	auto_wipe Buf value = BUF_SECRET;
	auto_use Use use = { 0 };
	MessageParam message;

	if (key == NULL || (wrapped.data == NULL && wrapped.len > 0))
		return CKR_ARGUMENTS_BAD;
	TRY (open_unwrapping (session, mechanism, unwrapping, &use));
	TRY (read_authenticated (&use, mechanism, aad, &message));
	TRY (draft_unwrapped (session, &use, template, n, true, &draft));
	TRY_ALLOC (buf_set (&whole, wrapped) && buf_add (&whole, bytes (message.tag, message.n_tag)));
	TRY (unwrap_message (session, &use, &message, aad, bytes_of (&whole), &value));
	return adopt_unwrapped (session, &use, unwrapping, bytes_of (&value), &draft, key);
}
