/* Keys from keys: C_DeriveKey.  PKCS #11 v3.2 section 5.18.5.
 *
 * A mechanism gives one value; what becomes of it are pieces, most often one: a key each, or bytes for the
 * caller.  Either all of them come to be or none. */

#include "secret.h"
#include "session.h"

typedef struct {
	Piece pieces[MOST_PIECES];
	size_t n_pieces;
	Attrs drafts[MOST_PIECES];       /* of those that are objects */
	Object *others[MOST_OTHER_KEYS];
	size_t n_others;
} Plan;

#define auto_plan __attribute__ ((cleanup (plan_clear)))

static void
plan_clear (Plan *plan)
{
	for (size_t i = 0; i < plan->n_pieces; i++)
		attrs_clear (&plan->drafts[i]);
	for (size_t i = 0; i < plan->n_others; i++)
		object_unref (plan->others[i]);
}

/* --- what is to come --- */

/* Completes what the mechanism leaves to the call. */
static CK_RV
make_plan (const Use *use, const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key, Plan *plan)
{
	for (size_t i = 0; i < MOST_PIECES; i++)
		plan->pieces[i].key_type = CK_UNAVAILABLE_INFORMATION;
	plan->n_pieces = 1;
	if (use->mech->pieces != NULL)
		TRY (use->mech->pieces (use->mech, use->param, plan->pieces, &plan->n_pieces));
	for (size_t i = 0; i < plan->n_pieces; i++) {
		Piece *piece = &plan->pieces[i];

		if (piece->template == NULL) {
			piece->template = template;
			piece->n_template = n;
		}
		if (piece->handle == NULL)
			piece->handle = key;
		if (piece->out == NULL && (piece->handle == NULL || (piece->template == NULL && piece->n_template > 0)))
			return CKR_ARGUMENTS_BAD;
	}
	return CKR_OK;
}

/* What a template says of the keys beside those of another type that come with them. */
static bool
is_about_type (CK_ATTRIBUTE_TYPE type)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_KEY_TYPE, CKA_VALUE_LEN, CKA_ENCRYPT, CKA_DECRYPT, CKA_WRAP, CKA_UNWRAP, CKA_SIGN, CKA_VERIFY, CKA_DERIVE,
	};

	for (size_t i = 0; i < N_ELEMENTS (types); i++)
		if (types[i] == type)
			return true;
	return false;
}

/* @skip: which attributes of the template are not for the rules. */
static CK_RV
filter_template (const Piece *piece, bool (*skip) (CK_ATTRIBUTE_TYPE type), Buf *filtered)
{
	for (CK_ULONG i = 0; i < piece->n_template; i++)
		if (!skip (piece->template[i].type))
			TRY_ALLOC (buf_add (filtered, bytes (&piece->template[i], sizeof (CK_ATTRIBUTE))));
	return CKR_OK;
}

static CK_RV
set_uses (const Piece *piece, Attrs *draft)
{
	for (const CK_ATTRIBUTE_TYPE *use = piece->uses; use != NULL && *use != 0; use++)
		if (!session_template_says (piece->template, piece->n_template, *use))
			TRY (attrs_set_bool (draft, *use, true));
	return CKR_OK;
}

size_t
session_length_of_type (CK_KEY_TYPE key_type)
{
	static const struct {
		CK_KEY_TYPE key_type;
		size_t n;
	} rows[] = { { CKK_DES, 8 }, { CKK_DES2, 16 }, { CKK_DES3, 24 }, { CKK_CHACHA20, 32 }, { CKK_POLY1305, 32 } };

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		if (rows[i].key_type == key_type)
			return rows[i].n;
	return 0;
}

size_t
session_wanted_length (const Attrs *draft)
{
	CK_ULONG said = attrs_ulong (draft, CKA_VALUE_LEN, 0);

	return said > 0 ? said : session_length_of_type (attrs_ulong (draft, CKA_KEY_TYPE, 0));
}

/* How long the key is to be: 0 for as long as it comes. */
static CK_RV
settle_length (const Attrs *draft, Piece *piece)
{
	CK_KEY_TYPE key_type = attrs_ulong (draft, CKA_KEY_TYPE, 0);
	CK_ULONG said = attrs_ulong (draft, CKA_VALUE_LEN, 0);

	if (piece->n > 0 && said > 0 && said != piece->n)
		return fail (CKR_TEMPLATE_INCONSISTENT, "the key has %zu bytes, not %lu", piece->n, said);
	piece->n = piece->n > 0 ? piece->n : session_wanted_length (draft);
	if (piece->n > LONGEST_SECRET)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a key of %zu bytes is not derived", piece->n);
	if (key_type == CKK_AES && piece->n != 0 && piece->n != 16 && piece->n != 24 && piece->n != 32)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "an AES key has 16, 24 or 32 bytes, not %zu", piece->n);
	return CKR_OK;
}

static CK_RV
draft_key (Session *session, const Use *use, Piece *piece, Attrs *draft)
{
	auto_wipe Buf filtered = BUF_PLAIN;
	const CK_ATTRIBUTE *template = piece->template;
	CK_ULONG n = piece->n_template;
	CK_KEY_TYPE key_type = piece->key_type;

	if (key_type != CK_UNAVAILABLE_INFORMATION) {
		TRY (filter_template (piece, is_about_type, &filtered));
		template = (const CK_ATTRIBUTE *)(const void *)filtered.data;
		n = filtered.len / sizeof (CK_ATTRIBUTE);
	} else if (!session_template_says (template, n, CKA_KEY_TYPE)) {
		key_type = CKK_GENERIC_SECRET;
	}
	TRY (session_draft_key (session, RULES_DERIVE, CKO_SECRET_KEY, key_type, template, n, draft));
	TRY (session_apply_template (session, use->key, CKA_DERIVE_TEMPLATE, template, n, draft));
	TRY (set_uses (piece, draft));
	return settle_length (draft, piece);
}

static bool
is_value_length (CK_ATTRIBUTE_TYPE type)
{
	return type == CKA_VALUE_LEN;
}

/* The length of a data object stands in the template as if it were a key's. */
static CK_RV
draft_data (Session *session, const Use *use, Piece *piece, Attrs *draft)
{
	const Rules *rules = rules_for (CKO_DATA, CK_UNAVAILABLE_INFORMATION);
	auto_wipe Buf filtered = BUF_PLAIN;
	CK_ULONG n = 0;

	template_ulong (piece->template, piece->n_template, CKA_VALUE_LEN, &n);
	if (session_template_says (piece->template, piece->n_template, CKA_VALUE))
		return fail (CKR_TEMPLATE_INCONSISTENT, "the value is what is derived");
	if (n > LONGEST_SECRET)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "%lu bytes are not derived", n);
	piece->n = n;
	TRY (filter_template (piece, is_value_length, &filtered));
	TRY (attrs_set_ulong (draft, CKA_CLASS, CKO_DATA));
	TRY (rules_accept (rules, RULES_DERIVE, (const CK_ATTRIBUTE *)(const void *)filtered.data,
	                   filtered.len / sizeof (CK_ATTRIBUTE), token_logged_in (session->token) == LOGIN_SO, draft));
	TRY (rules_complete (rules, draft));
	return session_may_write (session, attrs_bool (draft, CKA_TOKEN, false), attrs_bool (draft, CKA_PRIVATE, true));
}

/* Which of several templates is wrong: section 6.42. */
static CK_RV
mark (Plan *plan, size_t index, CK_RV rv)
{
	if (rv != CKR_OK && plan->n_pieces > 1 && plan->pieces[index].out == NULL)
		*plan->pieces[index].handle = CK_INVALID_HANDLE;
	return rv;
}

static CK_RV
draft_pieces (Session *session, const Use *use, Plan *plan)
{
	for (size_t i = 0; i < plan->n_pieces; i++) {
		Piece *piece = &plan->pieces[i];

		if (piece->out == NULL)
			TRY (mark (plan, i, (use->mech->gives_data ? draft_data : draft_key) (session, use, piece,
			                                                                           &plan->drafts[i])));
	}
	return CKR_OK;
}

/* Keys that the parameter names: they must be some that may be derived from. */
static CK_RV
open_others (Session *session, const Use *use, Plan *plan)
{
	CK_OBJECT_HANDLE handle;

	while (use->mech->other_key != NULL && use->mech->other_key (use->param, plan->n_others, &handle)) {
		Object **other = &plan->others[plan->n_others];

		if (plan->n_others == MOST_OTHER_KEYS)
			return fail (CKR_MECHANISM_PARAM_INVALID, "more than %d keys are named", MOST_OTHER_KEYS);
		TRY (session_open_key (session, handle, other));
		plan->n_others++;
		if (object_class (*other) != CKO_SECRET_KEY)
			return fail (CKR_KEY_TYPE_INCONSISTENT, "another key that the parameter names is no secret key");
		if (!object_bool (*other, CKA_DERIVE, false))
			return fail (CKR_KEY_FUNCTION_NOT_PERMITTED, "another key may not be derived from");
		TRY (key_allows (*other, use->mech->type));
	}
	return CKR_OK;
}

/* --- protection --- */

/* How protected what keys are derived from is: of several, the most. */
typedef struct {
	bool sensitive, extractable, always_sensitive, never_extractable;
	bool for_trusted;       /* CKA_WRAP_WITH_TRUSTED */
	bool partly_known;      /* CKA_SOFTHSM_PARTLY_KNOWN */
} Protection;

static void
protect_as (Protection *all, const Object *key)
{
	all->sensitive = all->sensitive || object_bool (key, CKA_SENSITIVE, true);
	all->extractable = all->extractable && object_bool (key, CKA_EXTRACTABLE, false);
	all->always_sensitive = all->always_sensitive && object_bool (key, CKA_ALWAYS_SENSITIVE, false);
	all->never_extractable = all->never_extractable && object_bool (key, CKA_NEVER_EXTRACTABLE, false);
	all->for_trusted = all->for_trusted || object_bool (key, CKA_WRAP_WITH_TRUSTED, false);
	all->partly_known = all->partly_known || object_bool (key, CKA_SOFTHSM_PARTLY_KNOWN, false);
}

static const Protection no_protection = { .extractable = true, .always_sensitive = true, .never_extractable = true };

/* Of the keys that the parameter names. */
static Protection
protection_of_others (const Plan *plan, Protection all)
{
	for (size_t i = 0; i < plan->n_others; i++)
		protect_as (&all, plan->others[i]);
	return all;
}

static Protection
protection_of_base (const Use *use)
{
	Protection base = no_protection;

	protect_as (&base, use->key);
	return base;
}

/* Where the derived value tells about its base, it is no less protected, and no shorter than can be found by
 * trying.  PKCS #11 v3.2 section 6.43. */
static CK_RV
inherit_protection (Protection base, const Piece *piece, Attrs *draft)
{
	if (base.sensitive && !attrs_bool (draft, CKA_SENSITIVE, false)) {
		if (session_template_says (piece->template, piece->n_template, CKA_SENSITIVE))
			return fail (CKR_TEMPLATE_INCONSISTENT, "what comes from a sensitive key is sensitive");
		TRY (attrs_set_bool (draft, CKA_SENSITIVE, true));
	}
	if (!base.extractable && attrs_bool (draft, CKA_EXTRACTABLE, false)) {
		if (session_template_says (piece->template, piece->n_template, CKA_EXTRACTABLE))
			return fail (CKR_TEMPLATE_INCONSISTENT, "what comes from an unextractable key is unextractable");
		TRY (attrs_set_bool (draft, CKA_EXTRACTABLE, false));
	}
	if (base.for_trusted && !attrs_bool (draft, CKA_WRAP_WITH_TRUSTED, false)) {
		if (session_template_says (piece->template, piece->n_template, CKA_WRAP_WITH_TRUSTED))
			return fail (CKR_TEMPLATE_INCONSISTENT, "what comes from such a key is wrapped by trusted keys only");
		TRY (attrs_set_bool (draft, CKA_WRAP_WITH_TRUSTED, true));
	}
	if ((base.sensitive || !base.extractable) && attrs_bytes (draft, CKA_VALUE).len < SHORTEST_SECRET)
		return fail (CKR_KEY_SIZE_RANGE, "so short a key would give its base away");
	return CKR_OK;
}

/* A key that may not be seen is none where trying finds it; and of one agreement or derivation a little more each
 * time finds all.  DES keys are as short as they are. */
static CK_RV
check_length (const Attrs *draft)
{
	bool is_guarded = attrs_bool (draft, CKA_SENSITIVE, false) || !attrs_bool (draft, CKA_EXTRACTABLE, false);

	if (is_guarded && attrs_bytes (draft, CKA_VALUE).len < SHORTEST_SECRET &&
	    session_length_of_type (attrs_ulong (draft, CKA_KEY_TYPE, 0)) == 0 &&
	    library_config ()->keys_policy != KEYS_COMPAT)
		return fail (CKR_KEY_SIZE_RANGE, "a derived key of so few bytes is found by trying (keys.policy)");
	return CKR_OK;
}

/* What stands together with bytes that somebody knows, cut so that few others are left, is found by trying, and then the
 * next ones.  @whole: what could have been derived. */
static CK_RV
check_cut (const Mech *mech, Protection base, size_t n, size_t whole, Attrs *draft)
{
	bool is_guarded = base.sensitive || !base.extractable;

	if (!is_guarded || !mech->inherits || library_config ()->keys_policy == KEYS_COMPAT ||
	    !(mech->mixes || base.partly_known))
		return CKR_OK;
	if (n < whole || mech->cuts)
		return fail (CKR_KEY_SIZE_RANGE, "a part of a key that is partly known would give its base away (keys.policy)");
	return attrs_set_bool (draft, CKA_SOFTHSM_PARTLY_KNOWN, true);
}

/* No second key does what the first must not. */
static CK_RV
check_twins (const Use *use, const Plan *plan, Attrs *draft)
{
	TRY (policy_derive (use->key, draft));
	for (size_t i = 0; i < plan->n_others; i++)
		TRY (policy_derive (plan->others[i], draft));
	return CKR_OK;
}

static CK_RV
take_from_base (Protection base, const Piece *piece, Attrs *draft)
{
	if (!session_template_says (piece->template, piece->n_template, CKA_SENSITIVE))
		TRY (attrs_set_bool (draft, CKA_SENSITIVE, base.sensitive));
	if (!session_template_says (piece->template, piece->n_template, CKA_EXTRACTABLE))
		TRY (attrs_set_bool (draft, CKA_EXTRACTABLE, base.extractable));
	return CKR_OK;
}

static CK_RV
must_be_same (Protection base, const Attrs *draft)
{
	if (attrs_bool (draft, CKA_SENSITIVE, false) != base.sensitive ||
	    attrs_bool (draft, CKA_EXTRACTABLE, false) != base.extractable)
		return fail (CKR_TEMPLATE_INCONSISTENT, "these keys are as sensitive and extractable as their base");
	return CKR_OK;
}

/* PKCS #11 v3.2 sections 4.9 and 4.10. */
static CK_RV
set_history (Protection base, Attrs *draft)
{
	TRY (attrs_set_bool (draft, CKA_ALWAYS_SENSITIVE,
	                     base.always_sensitive && attrs_bool (draft, CKA_SENSITIVE, false)));
	return attrs_set_bool (draft, CKA_NEVER_EXTRACTABLE,
	                       base.never_extractable && !attrs_bool (draft, CKA_EXTRACTABLE, false));
}

static bool
is_allowed (const Mech *mech, CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; mech->allows[i] != 0; i++)
		if (mech->allows[i] == type)
			return true;
	return false;
}

/* A template may narrow what the key is for. */
static CK_RV
set_allowed (const Mech *mech, const Piece *piece, Attrs *draft)
{
	Bytes said = attrs_bytes (draft, CKA_ALLOWED_MECHANISMS);
	size_t n = 0;

	if (mech->allows == NULL)
		return CKR_OK;
	if (attrs_ulong (draft, CKA_KEY_TYPE, 0) != CKK_GENERIC_SECRET)
		return fail (CKR_TEMPLATE_INCONSISTENT, "%s makes generic secrets", mech->name);
	for (CK_MECHANISM_TYPE type; said.len > 0; said = bytes (said.data + sizeof type, said.len - sizeof type)) {
		memcpy (&type, said.data, sizeof type);
		if (!is_allowed (mech, type))
			return fail (CKR_TEMPLATE_INCONSISTENT, "such a key is not for mechanism 0x%lx", type);
	}
	if (attrs_bytes (draft, CKA_ALLOWED_MECHANISMS).len > 0)
		return CKR_OK;
	while (mech->allows[n] != 0)
		n++;
	return attrs_set (draft, CKA_ALLOWED_MECHANISMS, IS_MECHS, bytes (mech->allows, n * sizeof *mech->allows));
}

/* --- what comes --- */

static Derivation
derivation (const Use *use, Plan *plan)
{
	return (Derivation){ use->key, plan->others, plan->n_others, use->param, plan->pieces, plan->n_pieces };
}

/* With another try where secure memory is full of keys that nobody uses now. */
static CK_RV
derive (Session *session, const Use *use, Plan *plan, Buf *value)
{
	Derivation how = derivation (use, plan);
	CK_RV rv = use->mech->derive (use->mech, &how, value);

	if (rv == CKR_HOST_MEMORY && session_release_memory (session)) {
		buf_cut (value, 0);
		rv = use->mech->derive (use->mech, &how, value);
	}
	return rv;
}

/* @value: as long as the key; changed where its type asks for it. */
static CK_RV
fill_object (const Use *use, const Plan *plan, size_t index, uint8_t *value, size_t n, size_t whole, Attrs *draft)
{
	const Piece *piece = &plan->pieces[index];
	Protection base = protection_of_base (use), all = protection_of_others (plan, base);

	if (use->mech->gives_data)
		return attrs_set_secret (draft, CKA_VALUE, bytes (value, n));
	mech_shape_value (draft, value, n);
	TRY (attrs_set_secret (draft, CKA_VALUE, bytes (value, n)));
	if (use->mech->like_base)
		TRY (take_from_base (base, piece, draft));
	if (use->mech->same_as_base)
		TRY (must_be_same (base, draft));
	if (use->mech->inherits || (use->mech->encrypts && policy_keeps_ciphertext (use->key)))
		TRY (inherit_protection (all, piece, draft));
	else if (use->mech->shows_others)
		TRY (inherit_protection (protection_of_others (plan, no_protection), piece, draft));
	TRY (check_length (draft));
	TRY (check_cut (use->mech, all, n, whole, draft));
	if (use->mech->inherits)
		TRY (check_twins (use, plan, draft));
	TRY (set_allowed (use->mech, piece, draft));
	/* Section 6.42 would let any of several keys decide; here all of them must have been so. */
	return set_history (all, draft);
}

static CK_RV
fill_pieces (const Use *use, Plan *plan, Buf *value)
{
	for (size_t i = 0; i < plan->n_pieces; i++) {
		Piece *piece = &plan->pieces[i];

		if (piece->at > value->len || piece->n > value->len - piece->at)
			return fail (CKR_ATTRIBUTE_VALUE_INVALID, "only %zu bytes can be derived, not %zu", value->len, piece->n);
		if (piece->n == 0)
			piece->n = value->len - piece->at;
		if (piece->out == NULL)
			TRY (mark (plan, i, fill_object (use, plan, i, value->data + piece->at, piece->n, value->len - piece->at,
			                                  &plan->drafts[i])));
	}
	return CKR_OK;
}

static CK_RV
adopt_pieces (Session *session, Plan *plan)
{
	CK_OBJECT_HANDLE made[MOST_PIECES] = { 0 };
	CK_RV rv = CKR_OK;
	size_t i;

	for (i = 0; i < plan->n_pieces && rv == CKR_OK; i++)
		if (plan->pieces[i].out == NULL)
			rv = mark (plan, i, session_adopt (session, RULES_DERIVE, &plan->drafts[i], &made[i]));
	while (rv != CKR_OK && i-- > 0)
		if (made[i] != 0)
			token_destroy_object (session->token, made[i], NULL);
	for (i = 0; i < plan->n_pieces && rv == CKR_OK; i++)
		if (plan->pieces[i].out == NULL)
			*plan->pieces[i].handle = made[i];
	return rv;
}

CK_RV
session_derive_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                    const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	auto_wipe Buf value = BUF_SECRET;
	auto_use Use use = { 0 };
	auto_plan Plan plan = { .n_pieces = 0 };
	Derivation how;

	TRY (session_find_mech (mechanism, &use.mech));
	if (use.mech->derive == NULL)
		return session_refuse (use.mech);
	if (key == NULL && use.mech->pieces == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (session_use (session, mechanism, base, CKA_DERIVE, &use));
	TRY (make_plan (&use, template, n, key, &plan));
	TRY (draft_pieces (session, &use, &plan));
	TRY (open_others (session, &use, &plan));
	TRY (derive (session, &use, &plan, &value));
	TRY (fill_pieces (&use, &plan, &value));
	TRY (adopt_pieces (session, &plan));
	how = derivation (&use, &plan);
	for (size_t i = 0; i < plan.n_pieces; i++)
		if (plan.pieces[i].out != NULL)
			memcpy (plan.pieces[i].out, value.data + plan.pieces[i].at, plan.pieces[i].n);
	if (use.mech->tell != NULL)
		use.mech->tell (use.mech, &how);
	return CKR_OK;
}
