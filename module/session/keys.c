/* Keys that mechanisms make: generated ones, and what these have in common with the derived ones of derive.c, the
 * unwrapped ones of wrap.c and the encapsulated ones of kem.c.  PKCS #11 v3.2 section 5.18.
 *
 * Always the same shape: the rules read the template into a draft, the mechanism fills in values, the rules
 * complete and judge, the token or session adopts it. */

#include "session.h"

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
                   CK_ULONG n, Attrs *draft)
{
	const Rules *rules;

	if (template == NULL && n > 0)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG i = 0; i < n; i++)
		if (template[i].type == CKA_KEY_TYPE && template[i].ulValueLen == sizeof key_type &&
		    template[i].pValue != NULL && key_type == CK_UNAVAILABLE_INFORMATION)
			memcpy (&key_type, template[i].pValue, sizeof key_type);
	if (key_type == CK_UNAVAILABLE_INFORMATION)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template does not say what type the key is to have");
	rules = rules_for (class, key_type);
	if (rules == NULL)
		return fail (CKR_TEMPLATE_INCONSISTENT, "there are no keys of class 0x%lx and type 0x%lx", class, key_type);
	TRY (attrs_set_ulong (draft, CKA_CLASS, class));
	TRY (attrs_set_ulong (draft, CKA_KEY_TYPE, key_type));
	TRY (rules_accept (rules, op, template, n, token_logged_in (session->token) == LOGIN_SO, draft));
	TRY (rules_require (rules, op, draft));
	TRY (policy_draft (op, draft));
	/* Before the work is done, not after it. */
	TRY (rules_complete (rules, draft));
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
	const Mech *mech = NULL;
	Bytes param;

	if (key == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &mech));
	TRY (mech_param (mech, mechanism, &param));
	if (mech->generate == NULL)
		return session_refuse (mech);
	TRY (session_draft_key (session, RULES_GENERATE, mech->makes_domain ? CKO_DOMAIN_PARAMETERS : CKO_SECRET_KEY,
	                        mech->any_secret ? CK_UNAVAILABLE_INFORMATION : mech->key_types[0], template, n, &draft));
	TRY (mech->generate (mech, param, &draft));
	TRY (mark_generated (&draft, mech));
	return session_adopt (session, RULES_GENERATE, &draft, key);
}

CK_RV
session_generate_pair (Session *session, const CK_MECHANISM *mechanism, const CK_ATTRIBUTE *public_template,
                       CK_ULONG n_public, const CK_ATTRIBUTE *private_template, CK_ULONG n_private,
                       CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
	auto_attrs Attrs public = { 0 };
	auto_attrs Attrs private = { 0 };
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
	                        &public));
	TRY (session_draft_key (session, RULES_GENERATE, CKO_PRIVATE_KEY, mech->key_types[0], private_template, n_private,
	                        &private));
	TRY (mech->generate_pair (mech, param, &public, &private));
	TRY (mark_generated (&public, mech));
	TRY (mark_generated (&private, mech));
	TRY (session_adopt (session, RULES_GENERATE, &public, &first));
	rv = session_adopt (session, RULES_GENERATE, &private, private_key);
	if (rv != CKR_OK)
		token_destroy_object (session->token, first, NULL);
	else
		*public_key = first;
	return rv;
}
