/* Keys encapsulated and decapsulated.  PKCS #11 v3.2 sections 5.18.8 and 5.18.9. */

#include "secret.h"
#include "session.h"

static CK_RV
draft_key (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n, Attrs *draft)
{
	if (template == NULL && n > 0)
		return CKR_ARGUMENTS_BAD;
	TRY (session_draft_key (session, RULES_DERIVE, CKO_SECRET_KEY,
	                        session_template_says (template, n, CKA_KEY_TYPE) ? CK_UNAVAILABLE_INFORMATION :
	                                                                            CKK_GENERIC_SECRET,
	                        template, n, draft));
	if (!session_template_says (template, n, CKA_EXTRACTABLE))
		TRY (attrs_set_bool (draft, CKA_EXTRACTABLE, true));
	return CKR_OK;
}

static CK_RV
wanted_length (const Attrs *draft, size_t *wanted)
{
	*wanted = session_wanted_length (draft);
	if (*wanted > LONGEST_SECRET)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a key of %zu bytes is not encapsulated", *wanted);
	return CKR_OK;
}

/* A part of a secret that is so short that trying all of them finds it gives the whole away, part by part. */
static CK_RV
check_length (const MechKem *how, const Attrs *draft, size_t is, size_t wanted)
{
	bool is_guarded = attrs_bool (draft, CKA_SENSITIVE, true) || !attrs_bool (draft, CKA_EXTRACTABLE, false);

	if (wanted == 0)
		return CKR_OK;
	if (is != wanted)
		return fail (how->is_transport ? CKR_WRAPPED_KEY_LEN_RANGE : CKR_ATTRIBUTE_VALUE_INVALID,
		             "there are %zu bytes, not %zu", is, wanted);
	if (!how->is_transport && is_guarded && wanted < SHORTEST_SECRET &&
	    session_length_of_type (attrs_ulong (draft, CKA_KEY_TYPE, 0)) == 0)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a part of %zu bytes would give the secret away", wanted);
	return CKR_OK;
}

static CK_RV
adopt (Session *session, const Use *use, Buf *secret, size_t wanted, Attrs *draft, CK_OBJECT_HANDLE *key)
{
	TRY (check_length (use->mech->kem, draft, secret->len, wanted));
	mech_shape_value (draft, secret->data, secret->len);
	TRY (attrs_set_secret (draft, CKA_VALUE, bytes_of (secret)));
	/* the history of such a key is that of an unwrapped one */
	return session_adopt (session, RULES_UNWRAP, draft, key);
}

static CK_RV
encapsulate (const Use *use, size_t wanted, Buf *secret, Buf *ciphertext)
{
	CK_RV rv = use->mech->kem->encapsulate (use->mech, use->key, use->param, wanted, secret, ciphertext);

	return rv == CKR_DATA_LEN_RANGE ? CKR_KEY_SIZE_RANGE : rv;
}

CK_RV
session_encapsulate_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE public,
                         const CK_ATTRIBUTE *template, CK_ULONG n, Out ciphertext, CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf secret = BUF_SECRET;
	auto_wipe Buf made = BUF_PLAIN;
	auto_use Use use = { 0 };
	size_t wanted;
	CK_RV rv;

	if (key == NULL || ciphertext.len == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_find_mech (mechanism, &use.mech));
	if (use.mech->kem == NULL)
		return session_refuse (use.mech);
	TRY (session_use (session, mechanism, public, CKA_ENCAPSULATE, &use));
	TRY (draft_key (session, template, n, &draft));
	TRY (wanted_length (&draft, &wanted));
	TRY (session_match_template (use.key, CKA_ENCAPSULATE_TEMPLATE, &draft));
	if (out_answers (ciphertext, use.mech->kem->size (use.key), &rv))
		return rv;
	rv = encapsulate (&use, wanted, &secret, &made);
	if (rv == CKR_HOST_MEMORY && session_release_memory (session)) {
		buf_cut (&secret, 0);
		buf_cut (&made, 0);
		rv = encapsulate (&use, wanted, &secret, &made);
	}
	TRY (rv);
	TRY (adopt (session, &use, &secret, wanted, &draft, key));
	return out_offer (ciphertext, bytes_of (&made));
}

CK_RV
session_decapsulate (Session *session, const Use *use, Bytes ciphertext, size_t wanted, Buf *secret)
{
	const MechKem *how = use->mech->kem;
	CK_RV rv = how->decapsulate (use->mech, use->key, use->param, ciphertext, wanted, secret);

	if (rv == CKR_HOST_MEMORY && session_release_memory (session)) {
		buf_cut (secret, 0);
		rv = how->decapsulate (use->mech, use->key, use->param, ciphertext, wanted, secret);
	}
	return rv;
}

static CK_RV
open_decapsulating (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE private, Use *use)
{
	TRY (session_find_mech (mechanism, &use->mech));
	if (use->mech->kem == NULL)
		return session_refuse (use->mech);
	TRY (session_unwrapping_code (session_use (session, mechanism, private, CKA_DECAPSULATE, use)));
	/* there is no moment to give one */
	if (object_bool (use->key, CKA_ALWAYS_AUTHENTICATE, false))
		return fail (CKR_USER_NOT_LOGGED_IN, "this key wants the PIN before each use");
	return CKR_OK;
}

CK_RV
session_decapsulate_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE private,
                         const CK_ATTRIBUTE *template, CK_ULONG n, Bytes ciphertext, CK_OBJECT_HANDLE *key)
{
	auto_attrs Attrs draft = { 0 };
	auto_wipe Buf secret = BUF_SECRET;
	auto_use Use use = { 0 };
	size_t wanted;

	if (key == NULL || (ciphertext.data == NULL && ciphertext.len > 0))
		return CKR_ARGUMENTS_BAD;
	TRY (open_decapsulating (session, mechanism, private, &use));
	TRY (draft_key (session, template, n, &draft));
	TRY (session_apply_template (session, use.key, CKA_DECAPSULATE_TEMPLATE, template, n, &draft));
	TRY (wanted_length (&draft, &wanted));
	TRY (session_unwrapping_code (session_decapsulate (session, &use, ciphertext, wanted, &secret)));
	return adopt (session, &use, &secret, wanted, &draft, key);
}
