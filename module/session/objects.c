/* Objects as a session makes, shows, changes and finds them.  PKCS #11 v3.2 section 5.7. */

#include "session.h"
#include "template.h"

#include <stdlib.h>

CK_RV
session_may_write (Session *session, bool is_token, bool is_private)
{
	if (is_token && !session->read_write)
		return fail (CKR_SESSION_READ_ONLY, "objects of the token are changed in read-write sessions");
	if (is_private && token_logged_in (session->token) != LOGIN_USER)
		return fail (CKR_USER_NOT_LOGGED_IN, "private objects need the user to be logged in");
	return CKR_OK;
}

static CK_RV
check_template (const CK_ATTRIBUTE *template, CK_ULONG n)
{
	return template == NULL && n > 0 ? CKR_ARGUMENTS_BAD : CKR_OK;
}

static CK_RV
set_check_value (Attrs *draft)
{
	const Attr *given = attrs_find (draft, CKA_CHECK_VALUE);
	uint8_t value[3];

	if (!mech_check_value (draft, value))
		return CKR_OK;
	if (given != NULL && given->len == 0)
		return CKR_OK;
	if (given != NULL && !bytes_equal (attr_bytes (given), bytes (value, sizeof value)))
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the check value is not that of this key");
	return attrs_set_bytes (draft, CKA_CHECK_VALUE, bytes (value, sizeof value));
}

/* Section 4.9: the public key of a private one is checked, where it is given and can be known. */
static CK_RV
check_public_info (const Attrs *draft)
{
	Bytes given = attrs_bytes (draft, CKA_PUBLIC_KEY_INFO);
	auto_wipe Buf info = BUF_PLAIN;
	CK_RV rv;

	if (given.len == 0 || attrs_ulong (draft, CKA_CLASS, CK_UNAVAILABLE_INFORMATION) != CKO_PRIVATE_KEY)
		return CKR_OK;
	rv = mech_public_info (draft, &info);
	if (rv != CKR_OK)
		return rv == CKR_HOST_MEMORY ? rv : CKR_OK;
	if (bytes_equal (given, bytes_of (&info)))
		return CKR_OK;
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "CKA_PUBLIC_KEY_INFO is not that of this private key");
}

/* The attributes that say where a key comes from.  PKCS #11 v3.2 sections 4.7, 4.9 and 4.10. */
static CK_RV
set_origin (Attrs *draft, RulesOp op)
{
	CK_OBJECT_CLASS class = attrs_ulong (draft, CKA_CLASS, CK_UNAVAILABLE_INFORMATION);
	bool made_here = op == RULES_GENERATE;

	if (class != CKO_PRIVATE_KEY && class != CKO_SECRET_KEY)
		return CKR_OK;
	if (op == RULES_DERIVE)
		return CKR_OK; /* depends on the base key: keys.c has set them */
	TRY (attrs_set_bool (draft, CKA_ALWAYS_SENSITIVE, made_here && attrs_bool (draft, CKA_SENSITIVE, false)));
	return attrs_set_bool (draft, CKA_NEVER_EXTRACTABLE, made_here && !attrs_bool (draft, CKA_EXTRACTABLE, false));
}

CK_RV
session_adopt (Session *session, RulesOp op, Attrs *draft, CK_OBJECT_HANDLE *handle)
{
	TRY (rules_judge (draft));
	TRY (policy_judge (draft));
	TRY (session_may_write (session, attrs_bool (draft, CKA_TOKEN, false), attrs_bool (draft, CKA_PRIVATE, true)));
	/* A copy is what its original was, whoever made that. */
	if (op != RULES_COPY) {
		TRY (mech_check_key (draft));
		TRY (set_check_value (draft));
		TRY (set_origin (draft, op));
		TRY (check_public_info (draft));
	}
	return token_add_object (session->token, session->handle, draft, handle);
}

CK_RV
session_create_object (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *handle)
{
	auto_attrs Attrs draft = { 0 };
	const Rules *rules;

	TRY (check_template (template, n));
	if (handle == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (rules_for_template (template, n, &rules));
	TRY (rules_accept (rules, RULES_CREATE, template, n, token_logged_in (session->token) == LOGIN_SO, &draft));
	TRY (rules_require (rules, RULES_CREATE, &draft));
	TRY (policy_draft (RULES_CREATE, &draft));
	TRY (rules_complete (rules, &draft));
	return session_adopt (session, RULES_CREATE, &draft, handle);
}

static CK_RV
own_refuse (void)
{
	return fail (CKR_ACTION_PROHIBITED, "the object tells what the token is");
}

CK_RV
session_copy_object (Session *session, CK_OBJECT_HANDLE from, const CK_ATTRIBUTE *template, CK_ULONG n,
                     CK_OBJECT_HANDLE *handle)
{
	auto_unref Object *object = NULL;
	auto_attrs Attrs draft = { 0 };
	const Rules *rules;

	TRY (check_template (template, n));
	if (handle == NULL)
		return CKR_ARGUMENTS_BAD;
	if (own_has (from))
		return own_refuse ();
	TRY (session_open_object (session, from, &object));
	if (!object_bool (object, CKA_COPYABLE, true))
		return fail (CKR_ACTION_PROHIBITED, "the object may not be copied");
	TRY (policy_copy (object));
	rules = rules_for_attrs (&object->attrs);
	TRY (attrs_copy (&draft, &object->attrs));
	TRY (rules_accept (rules, RULES_COPY, template, n, token_logged_in (session->token) == LOGIN_SO, &draft));
	TRY (policy_keep (&object->attrs, &draft));
	attrs_remove (&draft, CKA_UNIQUE_ID);
	if (session_template_says (template, n, CKA_PUBLIC_KEY_INFO))
		TRY (check_public_info (&draft));
	TRY (rules_complete (rules, &draft));
	return session_adopt (session, RULES_COPY, &draft, handle);
}

CK_RV
session_destroy_object (Session *session, CK_OBJECT_HANDLE handle)
{
	auto_unref Object *object = NULL;
	bool used;

	if (own_has (handle))
		return own_refuse ();
	TRY (token_see_object (session->token, handle, &object));
	TRY (session_may_write (session, object_is_token (object), object_is_private (object)));
	if (!object_bool (object, CKA_DESTROYABLE, true))
		return fail (CKR_ACTION_PROHIBITED, "the object may not be destroyed");
	TRY (token_destroy_object (session->token, handle, &used));
	if (used)
		session_forget_operations (session->token, session, handle);
	return CKR_OK;
}

/* --- reading --- */

static CK_RV
not_given (CK_ATTRIBUTE *wanted, CK_RV rv)
{
	wanted->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return rv;
}

static CK_RV
give_bytes (CK_ATTRIBUTE *wanted, Bytes value)
{
	CK_ULONG room = wanted->ulValueLen;

	if (wanted->pValue == NULL) {
		wanted->ulValueLen = value.len;
		return CKR_OK;
	}
	if (room < value.len)
		return not_given (wanted, CKR_BUFFER_TOO_SMALL);
	wanted->ulValueLen = value.len;
	if (value.len > 0)
		memcpy (wanted->pValue, value.data, value.len);
	return CKR_OK;
}

/* A template: the caller gives an array, and memory for each value.  Section 5.7.5. */
static CK_RV
give_template (CK_ATTRIBUTE *wanted, Bytes encoded)
{
	auto_attrs Attrs inner = { 0 };
	CK_ATTRIBUTE *list = wanted->pValue;
	CK_RV rv = CKR_OK;

	TRY (template_decode (encoded, &inner));
	if (list == NULL) {
		wanted->ulValueLen = inner.n * sizeof (CK_ATTRIBUTE);
		return CKR_OK;
	}
	if (wanted->ulValueLen < inner.n * sizeof (CK_ATTRIBUTE))
		return not_given (wanted, CKR_BUFFER_TOO_SMALL);
	wanted->ulValueLen = inner.n * sizeof (CK_ATTRIBUTE);
	for (uint32_t i = 0; i < inner.n; i++) {
		CK_RV one;

		list[i].type = inner.list[i].type;
		one = give_bytes (&list[i], attr_bytes (&inner.list[i]));
		rv = one != CKR_OK ? one : rv;
	}
	return rv;
}

/* Is it one that follows from the others, and nobody has given it? */
static bool
is_computed (const Object *object, CK_ATTRIBUTE_TYPE type)
{
	const Attr *attr = type == CKA_PUBLIC_KEY_INFO ? attrs_find (&object->attrs, type) : NULL;

	return attr != NULL && !attr->sealed && attr->len == 0 &&
	       (object_class (object) == CKO_PUBLIC_KEY || object_class (object) == CKO_PRIVATE_KEY);
}

/* Empty where it cannot be known. */
static CK_RV
compute_public_info (const Object *object, Buf *info)
{
	CK_RV rv = object_has_sealed (object) ? CKR_KEY_NOT_WRAPPABLE : mech_public_info (&object->attrs, info);

	if (rv != CKR_OK)
		buf_cut (info, 0);
	return rv == CKR_HOST_MEMORY ? rv : CKR_OK;
}

static CK_RV
give_public_info (const Object *object, CK_ATTRIBUTE *wanted)
{
	auto_wipe Buf info = BUF_PLAIN;
	CK_RV rv = compute_public_info (object, &info);

	return rv == CKR_OK ? give_bytes (wanted, bytes_of (&info)) : not_given (wanted, rv);
}

static CK_RV
give_attribute (const Object *object, CK_ATTRIBUTE *wanted)
{
	const Attr *attr = attrs_find (&object->attrs, wanted->type);

	if (is_computed (object, wanted->type))
		return give_public_info (object, wanted);
	if (!rules_may_reveal (&object->attrs, wanted->type))
		return not_given (wanted, CKR_ATTRIBUTE_SENSITIVE);
	if (attr == NULL || attr->sealed)
		return not_given (wanted, CKR_ATTRIBUTE_TYPE_INVALID);
	if (attr->kind == IS_ATTRS)
		return give_template (wanted, attr_bytes (attr));
	return give_bytes (wanted, attr_bytes (attr));
}

/* Which of several troubles is told: SoftHSM's order. */
static unsigned
weight (CK_RV rv)
{
	switch (rv) {
	case CKR_OK:
		return 0;
	case CKR_BUFFER_TOO_SMALL:
		return 1;
	case CKR_ATTRIBUTE_TYPE_INVALID:
		return 2;
	default:
		return 3;
	}
}

/* Does the caller want something that follows from what is sealed in the view? */
static bool
wants_computed (const Object *object, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	for (CK_ULONG i = 0; i < n; i++)
		if (is_computed (object, template[i].type) && object_class (object) == CKO_PRIVATE_KEY)
			return true;
	return false;
}

/* Does the caller want something that is sealed in the view? */
static bool
wants_sealed (const Object *object, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	for (CK_ULONG i = 0; i < n; i++) {
		const Attr *attr = attrs_find (&object->attrs, template[i].type);

		if (attr != NULL && attr->sealed && rules_may_reveal (&object->attrs, template[i].type))
			return true;
	}
	return false;
}

CK_RV
session_get_attributes (Session *session, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG n)
{
	auto_unref Object *view = NULL;
	auto_unref Object *opened = NULL;
	CK_RV rv = CKR_OK;

	if (template == NULL)
		return CKR_ARGUMENTS_BAD;
	TRY (own_has (handle) ? own_object (handle, &view) : token_see_object (session->token, handle, &view));
	if (wants_sealed (view, template, n))
		TRY (session_open_object (session, handle, &opened));
	else if (wants_computed (view, template, n))
		session_open_object (session, handle, &opened); /* or it is not known */
	for (CK_ULONG i = 0; i < n; i++) {
		CK_RV one = give_attribute (opened ? opened : view, &template[i]);

		rv = weight (one) > weight (rv) ? one : rv;
	}
	return rv;
}

CK_RV
session_object_size (Session *session, CK_OBJECT_HANDLE handle, CK_ULONG *size)
{
	auto_unref Object *object = NULL;

	if (!own_has (handle))
		return token_object_size (session->token, handle, size);
	TRY (own_object (handle, &object));
	*size = CK_UNAVAILABLE_INFORMATION;
	return CKR_OK;
}

/* --- changing --- */

typedef struct {
	const CK_ATTRIBUTE *template;
	CK_ULONG n;
	bool is_so;
} Change;

static CK_RV
change_attributes (void *data, Attrs *attrs)
{
	const Change *change = data;
	const Rules *rules = rules_for_attrs (attrs);
	auto_attrs Attrs before = { 0 };

	TRY (attrs_copy (&before, attrs));
	if (!attrs_bool (attrs, CKA_MODIFIABLE, true))
		return fail (CKR_ACTION_PROHIBITED, "the object may not be modified");
	TRY (rules_accept (rules, RULES_SET, change->template, change->n, change->is_so, attrs));
	TRY (policy_change (change->template, change->n, attrs));
	TRY (policy_keep (&before, attrs));
	if (!attrs_bool (attrs, CKA_SENSITIVE, false) && attrs_has (attrs, CKA_ALWAYS_SENSITIVE))
		TRY (attrs_set_bool (attrs, CKA_ALWAYS_SENSITIVE, false));
	if (attrs_bool (attrs, CKA_EXTRACTABLE, false) && attrs_has (attrs, CKA_NEVER_EXTRACTABLE))
		TRY (attrs_set_bool (attrs, CKA_NEVER_EXTRACTABLE, false));
	for (CK_ULONG i = 0; i < change->n; i++) {
		if (change->template[i].type == CKA_CHECK_VALUE)
			TRY (set_check_value (attrs));
		if (change->template[i].type == CKA_PUBLIC_KEY_INFO)
			TRY (check_public_info (attrs));
	}
	return CKR_OK;
}

CK_RV
session_set_attributes (Session *session, CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	Change change = { template, n, token_logged_in (session->token) == LOGIN_SO };
	auto_unref Object *object = NULL;

	TRY (check_template (template, n));
	if (own_has (handle))
		return own_refuse ();
	TRY (token_see_object (session->token, handle, &object));
	TRY (session_may_write (session, object_is_token (object), object_is_private (object)));
	return token_change_object (session->token, handle, change_attributes, &change);
}

/* --- searching --- */

static const CK_ATTRIBUTE *
wanted_info (const CK_ATTRIBUTE *template, CK_ULONG n)
{
	for (CK_ULONG i = 0; i < n; i++)
		if (template[i].type == CKA_PUBLIC_KEY_INFO)
			return &template[i];
	return NULL;
}

/* @rv: set where there is no memory to tell. */
static bool
has_info (Session *session, CK_OBJECT_HANDLE handle, Bytes wanted, CK_RV *rv)
{
	auto_unref Object *object = NULL;
	auto_wipe Buf info = BUF_PLAIN;
	CK_RV opened = session_open_object (session, handle, &object);

	if (opened == CKR_OK && is_computed (object, CKA_PUBLIC_KEY_INFO))
		opened = compute_public_info (object, &info);
	else if (opened == CKR_OK && attrs_has (&object->attrs, CKA_PUBLIC_KEY_INFO))
		opened = buf_set (&info, object_bytes (object, CKA_PUBLIC_KEY_INFO)) ? CKR_OK : CKR_HOST_MEMORY;
	if (opened == CKR_HOST_MEMORY)
		*rv = opened;
	return opened == CKR_OK && info.len > 0 && bytes_equal (bytes_of (&info), wanted);
}

/* The token does not know what follows from an object's attributes: that is compared for those that are else right. */
static CK_RV
find_by_info (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n, const CK_ATTRIBUTE *info)
{
	auto_wipe Buf others = BUF_PLAIN;
	CK_ULONG n_found, n_kept = 0;
	CK_RV rv = CKR_OK;

	if (info->pValue == NULL && info->ulValueLen > 0)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG i = 0; i < n; i++)
		if (template[i].type != CKA_PUBLIC_KEY_INFO)
			TRY_ALLOC (buf_add (&others, bytes ((const uint8_t *)&template[i], sizeof template[i])));
	TRY (token_find (session->token, (const CK_ATTRIBUTE *)(const void *)others.data, others.len / sizeof *template,
	                 &session->found, &n_found));
	for (CK_ULONG i = 0; i < n_found; i++)
		if (has_info (session, session->found[i], bytes (info->pValue, info->ulValueLen), &rv))
			session->found[n_kept++] = session->found[i];
	session->n_found = n_kept;
	if (rv != CKR_OK) {
		free (session->found);
		session->found = NULL;
	}
	return rv;
}

static bool
wants_own (const CK_ATTRIBUTE *template, CK_ULONG n)
{
	CK_OBJECT_CLASS class;

	return template_ulong (template, n, CKA_CLASS, &class) && own_has_class (class);
}

CK_RV
session_find_start (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	const CK_ATTRIBUTE *info;

	TRY (check_template (template, n));
	if (session->searching)
		return fail (CKR_OPERATION_ACTIVE, "a search is under way");
	info = wanted_info (template, n);
	if (wants_own (template, n))
		TRY (own_find (template, n, &session->found, &session->n_found));
	else if (info != NULL)
		TRY (find_by_info (session, template, n, info));
	else
		TRY (token_find (session->token, template, n, &session->found, &session->n_found));
	session->n_given = 0;
	session->searching = true;
	return CKR_OK;
}

CK_RV
session_find (Session *session, CK_OBJECT_HANDLE *handles, CK_ULONG most, CK_ULONG *n)
{
	CK_ULONG left;

	if (handles == NULL || n == NULL)
		return CKR_ARGUMENTS_BAD;
	if (!session->searching)
		return fail (CKR_OPERATION_NOT_INITIALIZED, "no search is under way");
	left = session->n_found - session->n_given;
	*n = left < most ? left : most;
	if (*n > 0)
		memcpy (handles, session->found + session->n_given, *n * sizeof *handles);
	session->n_given += *n;
	return CKR_OK;
}

CK_RV
session_find_end (Session *session)
{
	if (!session->searching)
		return fail (CKR_OPERATION_NOT_INITIALIZED, "no search is under way");
	free (session->found);
	session->found = NULL;
	session->searching = false;
	return CKR_OK;
}
