/* keys.policy: secret keys that wrap keys, and secret keys for data.
 *
 * Whoever may wrap with a key and decrypt with it reads every key that may leave the token.  Programs make keys for
 * everything all the same, so "default" lets the first use decide: once it has wrapped a sensitive key or
 * unwrapped one, a key opens no data any more.  Its attributes stay as they were made. */

#include "session.h"

typedef enum { FOR_KEYS, FOR_DATA } Side;

/* Signing is one: a MAC of one block is that block encrypted, or nearly so. */
static const CK_ATTRIBUTE_TYPE uses_of[][4] = {
	[FOR_KEYS] = { CKA_WRAP, CKA_UNWRAP },
	[FOR_DATA] = { CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY },
};

static bool
is_use_of (CK_ATTRIBUTE_TYPE usage, Side side)
{
	for (size_t i = 0; i < N_ELEMENTS (uses_of[side]) && uses_of[side][i] != 0; i++)
		if (usage == uses_of[side][i])
			return true;
	return false;
}

static bool
is_for (const Attrs *key, Side side)
{
	for (size_t i = 0; i < N_ELEMENTS (uses_of[side]) && uses_of[side][i] != 0; i++)
		if (attrs_bool (key, uses_of[side][i], false))
			return true;
	return false;
}

static bool
is_secret (const Attrs *key)
{
	return attrs_ulong (key, CKA_CLASS, CK_UNAVAILABLE_INFORMATION) == CKO_SECRET_KEY;
}

static bool
is_for_both (const Attrs *key)
{
	return is_secret (key) && is_for (key, FOR_KEYS) && is_for (key, FOR_DATA);
}

/* Has a use decided so? */
static bool
is_decided (const Attrs *key)
{
	return attrs_bool (key, CKA_SOFTHSM_KEYS_ONLY, false);
}

/* Was it made for keys, and may have wrapped some? */
static bool
is_for_keys_alone (const Attrs *key)
{
	return is_secret (key) && is_for (key, FOR_KEYS) && !is_for (key, FOR_DATA);
}

static bool
is_open (const Object *key)
{
	return is_for_both (&key->attrs) && !is_decided (&key->attrs);
}

CK_RV
policy_use (const Object *key, CK_ATTRIBUTE_TYPE usage)
{
	KeysPolicy policy = library_config ()->keys_policy;

	if (policy == KEYS_COMPAT)
		return CKR_OK;
	if (is_use_of (usage, FOR_DATA) && is_decided (&key->attrs))
		return fail (CKR_KEY_FUNCTION_NOT_PERMITTED, "the key is one that wraps keys: it is for no data (keys.policy)");
	if (policy == KEYS_STRICT && is_use_of (usage, FOR_KEYS) && is_open (key))
		return fail (CKR_KEY_FUNCTION_NOT_PERMITTED,
		             "the key is for data too: it wraps no keys (keys.policy)");
	return CKR_OK;
}

static CK_RV
keep_for_keys (void *data, Attrs *key)
{
	(void)data;
	return attrs_set_bool (key, CKA_SOFTHSM_KEYS_ONLY, true);
}

CK_RV
policy_decide (Session *session, CK_OBJECT_HANDLE handle, const Object *key)
{
	CK_RV rv;

	if (!is_open (key))
		return CKR_OK;
	if (library_config ()->keys_policy == KEYS_COMPAT) {
		log_warning ("key %lu of slot %lu wraps keys and may decrypt what it wraps", handle,
		             token_slot (session->token));
		return CKR_OK;
	}
	rv = token_change_object (session->token, handle, keep_for_keys, NULL);
	if (rv != CKR_OK)
		log_warning ("a key that wraps keys and encrypts data cannot be marked as one for keys, and wraps none "
		             "(keys.policy)");
	/* What was begun could still open what is wrapped now. */
	if (rv == CKR_OK)
		session_forget_operations (session->token, session, handle);
	return rv;
}

CK_RV
policy_wrap (const Object *wrapping, const Object *key)
{
	size_t ours, theirs;

	if (library_config ()->keys_policy != KEYS_STRICT)
		return CKR_OK;
	ours = mech_strength (&wrapping->attrs);
	theirs = mech_strength (&key->attrs);
	if (ours < theirs)
		return fail (CKR_WRAPPING_KEY_SIZE_RANGE,
		             "a key of %zu bits of strength wraps none of %zu (keys.policy)", ours, theirs);
	return CKR_OK;
}

CK_RV
policy_draft (RulesOp op, Attrs *draft)
{
	Side other = is_for (draft, FOR_KEYS) ? FOR_DATA : FOR_KEYS;

	if (library_config ()->keys_policy != KEYS_STRICT || !is_secret (draft))
		return CKR_OK;
	for (size_t i = 0; i < N_ELEMENTS (uses_of[other]) && uses_of[other][i] != 0; i++)
		if (!attrs_has (draft, uses_of[other][i]))
			TRY (attrs_set_bool (draft, uses_of[other][i], false));
	if (op == RULES_GENERATE && !attrs_has (draft, CKA_WRAP_WITH_TRUSTED))
		TRY (attrs_set_bool (draft, CKA_WRAP_WITH_TRUSTED, true));
	return CKR_OK;
}

CK_RV
policy_judge (const Attrs *key)
{
	if (library_config ()->keys_policy == KEYS_STRICT && is_for_both (key))
		return fail (CKR_TEMPLATE_INCONSISTENT, "a key is for keys or for data, not for both (keys.policy)");
	return CKR_OK;
}

/* What a key has already stays with it. */
CK_RV
policy_change (const CK_ATTRIBUTE *template, CK_ULONG n, const Attrs *key)
{
	for (CK_ULONG i = 0; i < n; i++)
		if ((is_use_of (template[i].type, FOR_KEYS) || is_use_of (template[i].type, FOR_DATA)) &&
		    attrs_bool (key, template[i].type, false))
			return policy_judge (key);
	return CKR_OK;
}

/* A derivation that encrypts is no way around CKA_ENCRYPT. */
bool
policy_keeps_ciphertext (const Object *key)
{
	bool may_encrypt = object_bool (key, CKA_ENCRYPT, false) && !object_bool (key, CKA_SOFTHSM_KEYS_ONLY, false);

	return library_config ()->keys_policy != KEYS_COMPAT && !may_encrypt;
}

/* Whoever may give a key other uses, or copy it so, could have it open what it wrapped. */
CK_RV
policy_keep (const Attrs *before, Attrs *after)
{
	if (library_config ()->keys_policy == KEYS_COMPAT || !is_for_keys_alone (before) || is_for_keys_alone (after))
		return CKR_OK;
	return attrs_set_bool (after, CKA_SOFTHSM_KEYS_ONLY, true);
}

static CK_RV
refuse_twin (const Object *key)
{
	if (library_config ()->keys_policy != KEYS_COMPAT && is_open (key) && object_bool (key, CKA_TRUSTED, false))
		return fail (CKR_ACTION_PROHIBITED,
		             "one of two such trusted keys could open what the other wraps (keys.policy)");
	return CKR_OK;
}

CK_RV
policy_copy (const Object *key)
{
	return refuse_twin (key);
}

CK_RV
policy_derive (const Object *base, Attrs *derived)
{
	TRY (refuse_twin (base) == CKR_OK ? CKR_OK : CKR_KEY_FUNCTION_NOT_PERMITTED);
	if (library_config ()->keys_policy == KEYS_COMPAT ||
	    (!is_decided (&base->attrs) && !is_for_keys_alone (&base->attrs)))
		return CKR_OK;
	return attrs_set_bool (derived, CKA_SOFTHSM_KEYS_ONLY, true);
}

/* Whoever may say that what is unwrapped is not sensitive reads whatever the key has wrapped. */
CK_RV
policy_unwrap (const Object *unwrapping, const CK_ATTRIBUTE *template, CK_ULONG n, Attrs *draft)
{
	bool is_trusted = object_bool (unwrapping, CKA_TRUSTED, false);
	KeysPolicy policy = library_config ()->keys_policy;

	if (policy == KEYS_COMPAT || (policy == KEYS_DEFAULT && !is_trusted))
		return CKR_OK;
	if (!attrs_bool (draft, CKA_SENSITIVE, false) && session_template_says (template, n, CKA_SENSITIVE))
		return fail (CKR_TEMPLATE_INCONSISTENT, "what is unwrapped is sensitive (keys.policy)");
	TRY (attrs_set_bool (draft, CKA_SENSITIVE, true));
	if (!is_trusted || attrs_bool (draft, CKA_WRAP_WITH_TRUSTED, false))
		return CKR_OK;
	if (session_template_says (template, n, CKA_WRAP_WITH_TRUSTED))
		return fail (CKR_TEMPLATE_INCONSISTENT, "what a trusted key unwraps is for trusted keys (keys.policy)");
	return attrs_set_bool (draft, CKA_WRAP_WITH_TRUSTED, true);
}
