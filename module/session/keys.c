/* Keys that come from mechanisms: generated, wrapped, unwrapped; derived ones in derive.c.
 * PKCS #11 v3.2 section 5.18.
 *
 * Always the same shape: the rules read the template into a draft, the mechanism fills in values, the rules
 * complete and judge, the token or session adopts it. */

#include "keyinfo.h"
#include "session.h"
#include "template.h"

CK_RV
session_refuse (const Mech *mech)
{
	return fail (CKR_MECHANISM_INVALID, "%s cannot do this", mech->name);
}

bool
session_template_says (const CK_ATTRIBUTE *template, CK_ULONG n, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < n; i++)
		if (template[i].type == type)
			return true;
	return false;
}

CK_RV
session_draft_key (Session *session, RulesOp op, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const CK_ATTRIBUTE *template,
           CK_ULONG n, const Rules **rules, Attrs *draft)
{
	if (template == NULL && n > 0)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG i = 0; i < n; i++)
		if (template[i].type == CKA_KEY_TYPE && template[i].ulValueLen == sizeof key_type &&
		    template[i].pValue != NULL && key_type == CK_UNAVAILABLE_INFORMATION)
			memcpy (&key_type, template[i].pValue, sizeof key_type);
	if (key_type == CK_UNAVAILABLE_INFORMATION)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template does not say what type the key is to have");
	*rules = rules_for (class, key_type);
	if (*rules == NULL)
		return fail (CKR_TEMPLATE_INCONSISTENT, "there are no keys of class 0x%lx and type 0x%lx", class, key_type);
	TRY (attrs_set_ulong (draft, CKA_CLASS, class));
	TRY (attrs_set_ulong (draft, CKA_KEY_TYPE, key_type));
	TRY (rules_accept (*rules, op, template, n, token_logged_in (session->token) == LOGIN_SO, draft));
	TRY (rules_require (*rules, op, draft));
	/* Before the work is done, not after it. */
	TRY (rules_complete (*rules, draft));
	return session_may_write (session, attrs_bool (draft, CKA_TOKEN, false), attrs_bool (draft, CKA_PRIVATE, true));
}

static CK_RV
mark_generated (Attrs *draft, const Mech *mech)
{
	TRY (attrs_set_bool (draft, CKA_LOCAL, true));
	if (mech->makes_domain)
		return CKR_OK;
	return attrs_set_ulong (draft, CKA_KEY_GEN_MECHANISM, mech->type);
}

CK_RV
session_generate_key (Session *session, const CK_MECHANISM *mechanism, const CK_ATTRIBUTE *template, CK_ULONG n,
                      CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	const Rules *rules;
	const Mech *mech = NULL;
	Bytes param;

	if (key == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &mech));
	TRY (mech_param (mech, mechanism, &param));
	if (mech->generate == NULL)
		return session_refuse (mech);
	TRY (session_draft_key (session, RULES_GENERATE, mech->makes_domain ? CKO_DOMAIN_PARAMETERS : CKO_SECRET_KEY,
	                        mech->any_secret ? CK_UNAVAILABLE_INFORMATION : mech->key_types[0], template, n, &rules, &draft));
	TRY (mech->generate (mech, param, &draft));
	TRY (mark_generated (&draft, mech));
	return session_adopt (session, rules, RULES_GENERATE, &draft, key);
}

CK_RV
session_generate_pair (Session *session, const CK_MECHANISM *mechanism, const CK_ATTRIBUTE *public_template,
                       CK_ULONG n_public, const CK_ATTRIBUTE *private_template, CK_ULONG n_private,
                       CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
	auto_attrs Attrs public = { 0 };
	auto_attrs Attrs private = { 0 };
	const Rules *public_rules, *private_rules;
	CK_OBJECT_HANDLE first;
	const Mech *mech = NULL;
	Bytes param;
	CK_RV rv;

	if (public_key == NULL || private_key == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &mech));
	TRY (mech_param (mech, mechanism, &param));
	if (mech->generate_pair == NULL)
		return session_refuse (mech);
	TRY (session_draft_key (session, RULES_GENERATE, CKO_PUBLIC_KEY, mech->key_types[0], public_template, n_public,
	                &public_rules, &public));
	TRY (session_draft_key (session, RULES_GENERATE, CKO_PRIVATE_KEY, mech->key_types[0], private_template, n_private,
	                &private_rules, &private));
	TRY (mech->generate_pair (mech, param, &public, &private));
	TRY (mark_generated (&public, mech));
	TRY (mark_generated (&private, mech));
	TRY (session_adopt (session, public_rules, RULES_GENERATE, &public, &first));
	rv = session_adopt (session, private_rules, RULES_GENERATE, &private, private_key);
	if (rv != CKR_OK)
		token_destroy_object (session->token, first);
	else
		*public_key = first;
	return rv;
}

/* --- wrapping --- */

/* With another try where secure memory is full of keys that nobody uses now. */
static CK_RV
run (Session *session, const Use *use, const MechOp *how, Bytes in, Buf *result)
{
	CK_RV rv = mech_run (how, use->mech, use->key, use->param, in, result);

	if (rv == CKR_HOST_MEMORY && token_release_memory (session->token)) {
		buf_cut (result, 0);
		rv = mech_run (how, use->mech, use->key, use->param, in, result);
	}
	return rv;
}

/* Every attribute of the template must be the key's.  PKCS #11 v3.2 section 5.18.3. */
static CK_RV
matches_template (const Object *wrapping, const Object *key)
{
	auto_attrs Attrs wanted = { 0 };

	TRY (template_decode (object_bytes (wrapping, CKA_WRAP_TEMPLATE), &wanted));
	for (uint32_t i = 0; i < wanted.n; i++) {
		const Attr *attr = attrs_find (&key->attrs, wanted.list[i].type);

		if (attr == NULL || !bytes_equal_sec (attr_bytes (attr), attr_bytes (&wanted.list[i])))
			return fail (CKR_KEY_HANDLE_INVALID, "the key is not what CKA_WRAP_TEMPLATE asks for");
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
	return matches_template (use->key, key);
}

static CK_RV
encode_key (const Object *key, Buf *encoded)
{
	if (object_class (key) == CKO_PRIVATE_KEY)
		return keyinfo_encode (&key->attrs, encoded);
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

CK_RV
session_wrap_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key,
                  Out wrapped)
{
	auto_unref Object *object = NULL;
	auto_wipe Buf encoded = BUF_SECRET;
	auto_wipe Buf result = BUF_PLAIN;
	auto_use Use use = { 0 };
	CK_RV rv;

	if (wrapped.len == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &use.mech));
	if (use.mech->wrap == NULL)
		return session_refuse (use.mech);
	rv = session_use (session, mechanism, wrapping, CKA_WRAP, &use);
	if (rv == CKR_KEY_HANDLE_INVALID)
		rv = CKR_WRAPPING_KEY_HANDLE_INVALID;
	if (rv == CKR_KEY_TYPE_INCONSISTENT)
		rv = CKR_WRAPPING_KEY_TYPE_INCONSISTENT;
	TRY (rv);
	rv = token_open_object (session->token, key, &object);
	TRY (rv == CKR_OBJECT_HANDLE_INVALID ? CKR_KEY_HANDLE_INVALID : rv);
	TRY (may_be_wrapped (&use, object));
	TRY (encode_key (object, &encoded));
	TRY (wrap_code (run (session, &use, use.mech->wrap, bytes_of (&encoded), &result)));
	return out_offer (wrapped, bytes_of (&result));
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
		return fail (CKR_TEMPLATE_INCONSISTENT, "CKA_UNWRAP_TEMPLATE asks for attribute 0x%lx", want->type);
	return attrs_put (draft, want);
}

/* CKA_UNWRAP_TEMPLATE: what the template leaves open it sets, what the template says otherwise is refused. */
static CK_RV
apply_unwrap_template (const Object *unwrapping, const CK_ATTRIBUTE *template, CK_ULONG n, const Rules *rules,
                       bool is_so, Attrs *draft)
{
	auto_attrs Attrs wanted = { 0 };

	TRY (template_decode (object_bytes (unwrapping, CKA_UNWRAP_TEMPLATE), &wanted));
	for (uint32_t i = 0; i < wanted.n; i++) {
		const Attr *want = &wanted.list[i], *have = attrs_find (draft, want->type);
		bool said = session_template_says (template, n, want->type);

		if (said && (have == NULL || !bytes_equal_sec (attr_bytes (have), attr_bytes (want))))
			return fail (CKR_TEMPLATE_INCONSISTENT, "the template is not what CKA_UNWRAP_TEMPLATE asks for");
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
	bool found = false;

	for (CK_ULONG i = 0; template != NULL && i < n; i++)
		if (template[i].type == CKA_CLASS && template[i].ulValueLen == sizeof *class && template[i].pValue != NULL) {
			memcpy (class, template[i].pValue, sizeof *class);
			found = true;
		}
	if (!found)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template has no CKA_CLASS");
	if (*class != CKO_SECRET_KEY && *class != CKO_PRIVATE_KEY)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "only secret and private keys are unwrapped");
	return CKR_OK;
}

CK_RV
session_unwrap_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping, Bytes wrapped,
                    const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf value = BUF_SECRET;
	auto_use Use use = { 0 };
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	const Rules *rules;
	CK_RV rv;

	if (key == NULL || (wrapped.data == NULL && wrapped.len > 0))
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &use.mech));
	if (use.mech->unwrap == NULL)
		return session_refuse (use.mech);
	rv = session_use (session, mechanism, unwrapping, CKA_UNWRAP, &use);
	if (rv == CKR_KEY_HANDLE_INVALID)
		rv = CKR_UNWRAPPING_KEY_HANDLE_INVALID;
	if (rv == CKR_KEY_TYPE_INCONSISTENT)
		rv = CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT;
	TRY (rv);
	TRY (template_class (template, n, &class));
	TRY (session_draft_key (session, RULES_UNWRAP, class, CK_UNAVAILABLE_INFORMATION, template, n, &rules, &draft));
	TRY (apply_unwrap_template (use.key, template, n, rules, token_logged_in (session->token) == LOGIN_SO, &draft));
	TRY (unwrap_code (run (session, &use, use.mech->unwrap, wrapped, &value)));
	TRY (decode_key (bytes_of (&value), &draft));
	return session_adopt (session, rules, RULES_UNWRAP, &draft, key);
}
