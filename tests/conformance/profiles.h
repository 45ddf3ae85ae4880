/* What the parts of the runner for the profiles' test cases share.
 *
 * A case is pairs of elements: a call with its arguments, and what it gave.  The runner makes the call, writes what
 * came in the same form, and compares the two.  PKCS #11 Profiles v3.2 sections 3 (what may vary) and 4 (the form). */

#ifndef TESTS_CONFORMANCE_PROFILES_H
#define TESTS_CONFORMANCE_PROFILES_H

#include "harness.h"

/* --- element.c: a tree of XML --- */

typedef struct {
	char *name;
	GHashTable *attributes;
	GPtrArray *inner;
} Element;

Element *element_new (const char *name);
void element_free (Element *element);
Element *element_read (const char *path, GError **error);

/* A new one inside @outer. */
Element *element_add (Element *outer, const char *name);
void element_set (Element *element, const char *attribute, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* NULL when there is none, or no element. */
const char *element_get (const Element *element, const char *attribute);
Element *element_inner (const Element *element, const char *name);
Element *element_at (const Element *element, guint i);

/* The attribute of the first element of this name, at any depth, that has it, and whose type is @type where that is
 * not NULL; or NULL. */
const char *element_seek (const Element *element, const char *name, const char *type, const char *attribute);

/* --- values.c: what is written in the elements --- */

typedef enum { NUMBER, FLAGS, TEXT, HEX, BOOLEAN, VERSION, MECHANISM, CLASS, USER } Kind;

typedef struct {
	const char *name;
	Kind kind;
	gboolean may_vary;              /* section 3.1.1 names it */
	CK_ATTRIBUTE_TYPE type;         /* of attributes */
} Field;

/* NULL: the runner does not know it. */
const Field *field_named (const char *name);
const Field *attribute_named (const char *type);

/* FALSE: it is no number, or a name that the runner does not know. */
gboolean value_number (Kind kind, const char *text, CK_ULONG *number);
gboolean value_boolean (const char *text, CK_BBOOL *boolean);

/* As C_GetAttributeValue takes and gives it; NULL, or FALSE, where it is not of its kind. */
GBytes *value_to_bytes (Kind kind, const char *text);
gboolean value_from_bytes (Kind kind, const void *data, gsize n, Element *element);

/* Do both say the same?  Texts and hexadecimal digits by their letters, others by what they mean. */
gboolean value_equal (Kind kind, const Element *wanted, const Element *given);

/* For messages; to be freed. */
char *value_show (const Element *element);

/* --- a case under way --- */

typedef struct {
	Module *module;
	CK_FUNCTION_LIST *f;            /* the list of the case's version */
	CK_SLOT_ID slot;                /* the token that was made for the case */
	Element *root;                  /* the case */
	guint at;                       /* the response in it that is looked at */
	Element *answers;               /* what the module gave so far */
	GHashTable *variables;
	guint n_differ;
} Run;

/* Says where and what, and counts. */
void complain (Run *run, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* What stands for the text: itself, or what the variable was bound to; NULL, and a complaint: it is not bound. */
const char *resolve (Run *run, const char *text);

/* calls.c: FALSE, and a complaint, where the runner cannot make the call.  @answer: gets what the call gave. */
gboolean call_make (Run *run, const Element *request, Element *answer, CK_RV *rv);

/* compare.c: complains of all that differs and may not; binds the variables of @wanted. */
void compare (Run *run, Element *wanted, Element *given);

/* token.c: puts into the token, where the user is logged in, what the case reads from it. */
void token_prepare (Module *module, CK_SESSION_HANDLE session, const Element *root);

#endif
