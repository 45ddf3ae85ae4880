/* Keys encapsulated and decapsulated.  PKCS #11 v3.2 sections 5.18.8 and 5.18.9. */

#include "secret.h"
#include "session.h"

static CK_RV
draft_key (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n, const Rules **rules, Attrs *draft,
           size_t *wanted)
{
	TRY (session_draft_key (session, RULES_DERIVE, CKO_SECRET_KEY,
	                        session_template_says (template, n, CKA_KEY_TYPE) ? CK_UNAVAILABLE_INFORMATION :
	                                                                            CKK_GENERIC_SECRET,
	                        template, n, rules, draft));
	if (!session_template_says (template, n, CKA_EXTRACTABLE))
		TRY (attrs_set_bool (draft, CKA_EXTRACTABLE, true));
	*wanted = attrs_ulong (draft, CKA_VALUE_LEN, 0);
	if (*wanted == 0)
		*wanted = session_length_of_type (attrs_ulong (draft, CKA_KEY_TYPE, 0));
	if (*wanted > LONGEST_SECRET)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a key of %zu bytes is not encapsulated", *wanted);
	return CKR_OK;
}

static CK_RV
adopt (Session *session, const Rules *rules, Buf *secret, size_t wanted, Attrs *draft, CK_OBJECT_HANDLE *key)
{
	if (wanted > secret->len)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "there are only %zu bytes, not %zu", secret->len, wanted);
	if (wanted > 0)
		buf_cut (secret, wanted);
	mech_shape_value (draft, secret->data, secret->len);
	TRY (attrs_set_secret (draft, CKA_VALUE, bytes_of (secret)));
	/* the history of such a key is that of an unwrapped one */
	return session_adopt (session, rules, RULES_UNWRAP, draft, key);
}

CK_RV
session_encapsulate_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE public,
                         const CK_ATTRIBUTE *template, CK_ULONG n, Out ciphertext, CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf secret = BUF_SECRET;
	auto_wipe Buf made = BUF_PLAIN;
	auto_use Use use = { 0 };
	const Rules *rules;
	size_t wanted, size;

	if (key == NULL || ciphertext.len == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &use.mech));
	if (use.mech->kem == NULL)
		return session_refuse (use.mech);
	TRY (session_use (session, mechanism, public, CKA_ENCAPSULATE, &use));
	TRY (draft_key (session, template, n, &rules, &draft, &wanted));
	TRY (session_match_template (use.key, CKA_ENCAPSULATE_TEMPLATE, &draft));
	size = use.mech->kem->size (use.key);
	if (ciphertext.data == NULL || *ciphertext.len < size) {
		*ciphertext.len = size;
		return ciphertext.data == NULL ? CKR_OK : CKR_BUFFER_TOO_SMALL;
	}
	TRY (use.mech->kem->encapsulate (use.mech, use.key, use.param, wanted, &secret, &made));
	TRY (adopt (session, rules, &secret, wanted, &draft, key));
	return out_offer (ciphertext, bytes_of (&made));
}

CK_RV
session_decapsulate_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE private,
                         const CK_ATTRIBUTE *template, CK_ULONG n, Bytes ciphertext, CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf secret = BUF_SECRET;
	auto_use Use use = { 0 };
	const Rules *rules;
	size_t wanted;

	if (key == NULL || (ciphertext.data == NULL && ciphertext.len > 0))
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &use.mech));
	if (use.mech->kem == NULL)
		return session_refuse (use.mech);
	TRY (session_use (session, mechanism, private, CKA_DECAPSULATE, &use));
	TRY (draft_key (session, template, n, &rules, &draft, &wanted));
	TRY (session_apply_template (use.key, CKA_DECAPSULATE_TEMPLATE, template, n, rules,
	                             token_logged_in (session->token) == LOGIN_SO, &draft));
	TRY (use.mech->kem->decapsulate (use.mech, use.key, use.param, ciphertext, wanted, &secret));
	return adopt (session, rules, &secret, wanted, &draft, key);
}
