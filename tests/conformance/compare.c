/* What a call gave, against what the case has.  PKCS #11 Profiles v3.2 section 3.1: what it does not let vary must be
 * the same. */

#include "profiles.h"

#define MEMORY "PKCS #11 v3.2 section 3.2 (CK_TOKEN_INFO): a library that cannot tell says CK_UNAVAILABLE_INFORMATION"
#define OWN_KEY "nobody has the private key of the case: the token has a key of its own"

/* --- what differs for a reason --- */

static gboolean
is_unavailable (Run *run, const Element *wanted, const Element *given)
{
	CK_ULONG number;

	return value_number (NUMBER, element_get (given, "value"), &number) && number == CK_UNAVAILABLE_INFORMATION;
}

static gboolean
has_more_flags (Run *run, const Element *wanted, const Element *given)
{
	CK_ULONG wanted_flags, given_flags;

	return value_number (FLAGS, element_get (wanted, "value"), &wanted_flags) &&
	       value_number (FLAGS, element_get (given, "value"), &given_flags) &&
	       (wanted_flags & given_flags) == wanted_flags;
}

static gboolean
is_as_long (Run *run, const Element *wanted, const Element *given)
{
	const char *a = element_get (wanted, "value"), *b = element_get (given, "value");

	return a != NULL && b != NULL && strlen (a) == strlen (b) && !g_str_has_prefix (b, "00");
}

/* The public key that stands in @from. */
static CK_RV
import_key (Run *run, CK_SESSION_HANDLE session, const Element *from, CK_OBJECT_HANDLE *key)
{
	const char *modulus = element_seek (from, "Attribute", "MODULUS", "value");
	const char *exponent = element_seek (from, "Attribute", "PUBLIC_EXPONENT", "value");
	g_autoptr (GBytes) n = modulus == NULL ? NULL : value_to_bytes (HEX, modulus);
	g_autoptr (GBytes) e = exponent == NULL ? NULL : value_to_bytes (HEX, exponent);

	if (n == NULL || e == NULL)
		return CKR_TEMPLATE_INCOMPLETE;
	return run->f->C_CreateObject (session, (CK_ATTRIBUTE[]){
		A_ULONG (CKA_CLASS, CKO_PUBLIC_KEY), A_ULONG (CKA_KEY_TYPE, CKK_RSA), A_BOOL (CKA_TOKEN, CK_FALSE),
		A_BOOL (CKA_VERIFY, CK_TRUE), A_DATA (CKA_MODULUS, g_bytes_get_data (n, NULL), g_bytes_get_size (n)),
		A_DATA (CKA_PUBLIC_EXPONENT, g_bytes_get_data (e, NULL), g_bytes_get_size (e)) }, 6, key);
}

static CK_RV
verify (Run *run, CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, GBytes *data,
        GBytes *signature)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_RV rv = run->f->C_VerifyInit (session, &mechanism, key);

	if (rv != CKR_OK)
		return rv;
	return run->f->C_Verify (session, (CK_BYTE *)(guintptr)g_bytes_get_data (data, NULL), g_bytes_get_size (data),
	                         (CK_BYTE *)(guintptr)g_bytes_get_data (signature, NULL), g_bytes_get_size (signature));
}

/* The session that is open; 0: none. */
static CK_SESSION_HANDLE
session_of (Run *run)
{
	const char *text = g_hash_table_lookup (run->variables, "${Session}");
	CK_ULONG session = 0;

	return text != NULL && value_number (NUMBER, text, &session) ? session : 0;
}

/* Is the signature that stands in @by made with the key that stands there, of the data that the case signs? */
static gboolean
is_signature (Run *run, const Element *by)
{
	const Element *init = element_inner (element_inner (run->root, "C_SignInit"), "Mechanism");
	const char *name = element_get (element_inner (init, "Type"), "value");
	const char *text = element_seek (run->root, "Data", NULL, "value");
	const char *digits = element_seek (by, "Signature", NULL, "value");
	g_autoptr (GBytes) data = text == NULL ? NULL : value_to_bytes (HEX, text);
	g_autoptr (GBytes) signature = digits == NULL ? NULL : value_to_bytes (HEX, digits);
	CK_MECHANISM_TYPE type;
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (name == NULL || data == NULL || signature == NULL || !value_number (MECHANISM, name, &type) ||
	    import_key (run, session_of (run), by, &key) != CKR_OK)
		return FALSE;
	rv = verify (run, session_of (run), type, key, data, signature);
	run->f->C_DestroyObject (session_of (run), key);
	return rv == CKR_OK;
}

/* The case's own signature is looked at too: what says whether the token's is right must know a right one. */
static gboolean
is_own_signature (Run *run, const Element *wanted, const Element *given)
{
	return is_as_long (run, wanted, given) && is_signature (run, run->root) && is_signature (run, run->answers);
}

/* Not in section 3.1; each with its reason. */
static const struct {
	const char *where, *name;
	gboolean (*permits) (Run *run, const Element *wanted, const Element *given);
	const char *reason;
} permissions[] = {
	{ "TokenInfo", "TotalPublicMemory", is_unavailable, MEMORY },
	{ "TokenInfo", "FreePublicMemory", is_unavailable, MEMORY },
	{ "TokenInfo", "TotalPrivateMemory", is_unavailable, MEMORY },
	{ "TokenInfo", "FreePrivateMemory", is_unavailable, MEMORY },
	{ "MechanismInfo", "Flags", has_more_flags,
	  "Profiles v3.2 section 5.3 (9): more of PKCS #11 than the profile needs may be supported" },
	{ "Template", "MODULUS", is_as_long, OWN_KEY },
	{ "C_Sign", "Signature", is_own_signature, OWN_KEY },
};

static const char *
permission (Run *run, const char *where, const char *name, const Element *wanted, const Element *given)
{
	for (gsize i = 0; i < G_N_ELEMENTS (permissions); i++)
		if (g_str_equal (permissions[i].where, where) && g_str_equal (permissions[i].name, name) &&
		    permissions[i].permits (run, wanted, given))
			return permissions[i].reason;
	return NULL;
}

/* --- one value --- */

static const char *
name_of (const Element *element)
{
	const char *type = element_get (element, "type");

	return type == NULL ? element->name : type;
}

/* Binds the variable that stands in the attribute; FALSE: none does. */
static gboolean
bind (Run *run, const Element *wanted, const Element *given, const char *attribute)
{
	const char *variable = element_get (wanted, attribute), *value = element_get (given, attribute);

	if (variable == NULL || !g_str_has_prefix (variable, "${"))
		return FALSE;
	if (value == NULL)
		complain (run, "%s has no %s", name_of (given), attribute);
	else
		g_hash_table_insert (run->variables, g_strdup (variable), g_strdup (value));
	return TRUE;
}

static void
say_difference (Run *run, const Element *outer, const Element *wanted, const Element *given)
{
	const char *reason = permission (run, outer->name, name_of (wanted), wanted, given);
	g_autofree char *a = value_show (wanted), *b = value_show (given);

	if (reason != NULL)
		g_test_message ("%s: %s is %s, the case has %s; %s", element_at (run->root, run->at)->name,
		                name_of (wanted), b, a, reason);
	else
		complain (run, "%s is %s, the case has %s", name_of (wanted), b, a);
}

/* Texts of a fixed length are filled with blanks, whatever they say. */
static gboolean
may_vary_so (const Field *field, const Element *wanted, const Element *given)
{
	const char *a = element_get (wanted, "value"), *b = element_get (given, "value");

	return field->may_vary && (field->kind != TEXT || (a != NULL && b != NULL && strlen (a) == strlen (b)));
}

static void
compare_value (Run *run, const Element *outer, const Element *wanted, const Element *given)
{
	gboolean is_attribute = g_str_equal (wanted->name, "Attribute");
	const Field *field = is_attribute ? attribute_named (element_get (wanted, "type")) : field_named (wanted->name);
	const char *length = element_get (wanted, "length");
	gboolean is_right;

	if (field == NULL) {
		complain (run, "the runner does not know %s", name_of (wanted));
		return;
	}
	if (bind (run, wanted, given, "value") || bind (run, wanted, given, "length"))
		return;
	if (length != NULL)
		is_right = g_strcmp0 (length, element_get (given, "length")) == 0;
	else
		is_right = value_equal (field->kind, wanted, given) || may_vary_so (field, wanted, given);
	if (!is_right)
		say_difference (run, outer, wanted, given);
}

/* --- lists --- */

static void
swap (Element *list, guint i, guint j)
{
	gpointer kept = list->inner->pdata[i];

	list->inner->pdata[i] = list->inner->pdata[j];
	list->inner->pdata[j] = kept;
}

static gboolean
has_value (const Element *element, CK_ULONG wanted)
{
	CK_ULONG number;

	return value_number (MECHANISM, element_get (element, "value"), &number) && number == wanted;
}

static void
bind_in_order (Run *run, const Element *wanted, const Element *given)
{
	for (guint i = 0; i < wanted->inner->len; i++) {
		if (i < given->inner->len)
			compare_value (run, given, element_at (wanted, i), element_at (given, i));
		else
			complain (run, "%s has %u entries, the case has %u", wanted->name, given->inner->len,
			          wanted->inner->len);
	}
}

/* The case is about the token that was made for it: section 3.1.2 (3). */
static void
compare_slots (Run *run, Element *wanted, Element *given)
{
	guint i = 0;

	while (i < given->inner->len && !has_value (element_at (given, i), run->slot))
		i++;
	if (i == given->inner->len)
		complain (run, "the slot of the token is not in the list");
	else
		swap (given, 0, i);
	bind_in_order (run, wanted, given);
}

/* Section 3.1.2 (3) again; that all are there is more than it asks, but the cases go on with each. */
static void
compare_mechanisms (Run *run, Element *wanted, Element *given)
{
	for (guint i = 0; i < wanted->inner->len; i++) {
		const char *name = element_get (element_at (wanted, i), "value");
		CK_ULONG type;
		guint j = 0;

		if (name == NULL || !value_number (MECHANISM, name, &type)) {
			complain (run, "the runner does not know the mechanism %s", name);
			continue;
		}
		while (j < given->inner->len && !has_value (element_at (given, j), type))
			j++;
		if (j == given->inner->len)
			complain (run, "the mechanism %s is not in the list", name);
	}
}

/* Has the object the values of the template?  @n: counts them. */
static gboolean
has_values (Run *run, CK_OBJECT_HANDLE object, const Element *template, guint *n)
{
	gboolean equal = TRUE;

	for (guint i = 0; equal && i < template->inner->len; i++) {
		const Element *wanted = element_at (template, i);
		const Field *field = attribute_named (element_get (wanted, "type"));
		g_autoptr (GBytes) value = NULL;
		Element *given;

		if (field == NULL || element_get (wanted, "value") == NULL)
			continue;
		value = get_attribute (run->module, session_of (run), object, field->type);
		given = element_new ("Attribute");
		equal = value != NULL &&
		        value_from_bytes (field->kind, g_bytes_get_data (value, NULL), g_bytes_get_size (value),
		                          given) &&
		        value_equal (field->kind, wanted, given);
		element_free (given);
		(*n)++;
	}
	return equal;
}

/* Has the object what the case reads from it?  FALSE also where nothing is read. */
static gboolean
fits (Run *run, const char *variable, const Element *object)
{
	CK_OBJECT_HANDLE handle;
	guint n = 0;

	if (variable == NULL || !value_number (NUMBER, element_get (object, "value"), &handle))
		return FALSE;
	for (guint i = run->at + 1; i + 1 < run->root->inner->len; i += 2) {
		const Element *request = element_at (run->root, i), *response = element_at (run->root, i + 1);
		const Element *template = element_inner (response, "Template");

		if (element_seek (response, "Object", NULL, "value") != NULL)
			break; /* the variables are bound anew */
		if (g_strcmp0 (element_get (element_inner (request, "Object"), "value"), variable) == 0 &&
		    template != NULL && !has_values (run, handle, template, &n))
			return FALSE;
	}
	return n > 0;
}

/* Handles may vary, and PKCS #11 promises no order: which variable stands for which of them follows from what the case
 * then reads.  A list without entries says that handles come, and not how many: the profile's own object is one. */
static void
compare_objects (Run *run, Element *wanted, Element *given)
{
	if (wanted->inner->len == 0)
		return;
	if (given->inner->len != wanted->inner->len) {
		complain (run, "%u objects are found, the case has %u", given->inner->len, wanted->inner->len);
		return;
	}
	for (guint i = 0; i < wanted->inner->len; i++)
		for (guint j = 0; j < given->inner->len; j++)
			if (fits (run, element_get (element_at (wanted, i), "value"), element_at (given, j))) {
				swap (given, i, j);
				break;
			}
	bind_in_order (run, wanted, given);
}

/* --- a response --- */

static Element *
counterpart (const Element *wanted, const Element *outer)
{
	for (guint i = 0; i < outer->inner->len; i++) {
		Element *given = element_at (outer, i);

		if (g_str_equal (given->name, wanted->name) &&
		    g_strcmp0 (element_get (given, "type"), element_get (wanted, "type")) == 0)
			return given;
	}
	return NULL;
}

typedef void (*Way) (Run *run, Element *wanted, Element *given);

/* How what has elements inside is compared; NULL: it has none. */
static Way
way_for (const char *name)
{
	static const struct {
		const char *name;
		Way way;
	} ways[] = {
		{ "SlotList", compare_slots }, { "MechanismList", compare_mechanisms }, { "Object", compare_objects },
		{ "Info", compare },           { "SlotInfo", compare },                 { "TokenInfo", compare },
		{ "MechanismInfo", compare },  { "Template", compare },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
		if (g_str_equal (ways[i].name, name))
			return ways[i].way;
	return NULL;
}

/* How many entries a list has may vary (section 3.1.2 (3)), so its length is bound and not compared. */
void
compare (Run *run, Element *wanted_outer, Element *given_outer)
{
	for (guint i = 0; i < wanted_outer->inner->len; i++) {
		Element *wanted = element_at (wanted_outer, i);
		Element *given = counterpart (wanted, given_outer);
		Way way = way_for (wanted->name);

		if (given == NULL)
			complain (run, "there is no %s", name_of (wanted));
		else if (way == NULL)
			compare_value (run, given_outer, wanted, given);
		else if (!bind (run, wanted, given, "length"))
			way (run, wanted, given);
	}
}
