/* The rows of schema.c beside those of tests/api/attributes.c, which were written from the standard: each is in the
 * other, and what is said of it is the same but for the deviations that stand there with their reasons. */

#include "attributes.h"
#include "schema.h"

#include <glib.h>

#define FOOTNOTES 0x3ffeu /* 1 to 13 */

/* All that rules_for could know of: the certificates, and key types of the standard. */
#define MOST_KINDS 0x80

static const SaidClass *
class_of (CK_OBJECT_CLASS class, CK_ULONG kind)
{
	for (size_t i = 0; i < n_said_classes; i++)
		if (said_classes[i].class == class && (said_classes[i].kind == kind || class == CKO_DATA))
			return &said_classes[i];
	return NULL;
}

static void
every_class_of_the_schema_is_expected (void)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_DATA,        CKO_CERTIFICATE, CKO_PUBLIC_KEY,
		                                   CKO_PRIVATE_KEY, CKO_SECRET_KEY,  CKO_DOMAIN_PARAMETERS };

	for (size_t i = 0; i < G_N_ELEMENTS (classes); i++)
		for (CK_ULONG kind = 0; kind < MOST_KINDS; kind++)
			if (rules_for (classes[i], kind) != NULL && class_of (classes[i], kind) == NULL) {
				g_test_message ("class 0x%lx, type 0x%lx is not expected", classes[i], kind);
				g_test_fail ();
			}
	g_assert_nonnull (rules_for (CKO_CERTIFICATE, CKC_OPENPGP));
	g_assert_nonnull (class_of (CKO_CERTIFICATE, CKC_OPENPGP));
}

static void
every_expected_class_is_in_the_schema (void)
{
	for (size_t i = 0; i < n_said_classes; i++)
		if (rules_for (said_classes[i].class, said_classes[i].kind) == NULL)
			g_error ("%s is not in the schema", said_classes[i].name);
}

static void
every_row_of_the_schema_is_expected (void)
{
	for (size_t i = 0; i < n_said_classes; i++) {
		const SaidClass *class = &said_classes[i];
		Said said;

		for (const Rules *rules = rules_for (class->class, class->kind); rules != NULL; rules = rules->base)
			for (size_t j = 0; j < rules->n_rows; j++)
				if (!said_find (class, rules->rows[j].type, &said) || said.absent) {
					g_test_message ("%s: attribute 0x%lx is not expected", class->name,
					                rules->rows[j].type);
					g_test_fail ();
				}
	}
}

/* --- what is said of it --- */

static unsigned
notes_of (const Rule *row)
{
	/* the default may depend on the token: there is nothing to hold on to */
	return (row->notes & FOOTNOTES & ~(N (9) | COPY_ONLY)) | (row->notes & COPY_ONLY ? NOTE_COPY : 0);
}

static bool
is_of_kind (const Rule *row, const Said *said)
{
	switch (said->kind) {
	case SAID_BOOL:
		return row->kind == IS_BOOL;
	case SAID_ULONG:
		return row->kind == IS_ULONG;
	case SAID_BYTES:
		return row->kind == IS_BYTES && !(row->notes & A_DATE);
	case SAID_DATE:
		return row->kind == IS_BYTES && row->notes & A_DATE;
	case SAID_TEMPLATE:
		return row->kind == IS_ATTRS;
	case SAID_MECHANISMS:
		return row->kind == IS_MECHS;
	}
	return false;
}

static bool
is_number (const Rule *row, CK_ULONG wanted)
{
	CK_ULONG value = ~wanted;

	if (row->otherwise != NULL && row->kind == IS_ULONG)
		memcpy (&value, row->otherwise, sizeof value);
	return value == wanted;
}

static bool
is_bool (const Rule *row, CK_BBOOL wanted)
{
	return row->otherwise != NULL && row->kind == IS_BOOL && *(const CK_BBOOL *)row->otherwise == wanted;
}

static bool
has_default (const Rule *row, const Said *said)
{
	switch (said->otherwise) {
	case NONE:
		/* what the token sets is something from the beginning */
		return row->otherwise == NULL || said->notes & NOTE (2);
	case NOT_YET:
		return row->otherwise == NULL;
	case EMPTY:
		return row->otherwise != NULL && rule_otherwise (row).len == 0;
	case COMPUTED:
		return row->otherwise == NULL || rule_otherwise (row).len == 0;
	case TRUE_:
		return is_bool (row, CK_TRUE);
	case FALSE_:
		return is_bool (row, CK_FALSE);
	case ZERO:
		return is_number (row, 0);
	case SHA_1:
		return is_number (row, CKM_SHA_1);
	default:
		return false;
	}
}

static void
compare (const SaidClass *class, const Said *said)
{
	const Rule *row = rules_row (rules_for (class->class, class->kind), said->type);
	const char *what = NULL;

	if (said->absent != (row == NULL))
		what = said->absent ? "is there" : "is not there";
	else if (row != NULL && !is_of_kind (row, said))
		what = "is of another kind";
	else if (row != NULL && !has_default (row, said))
		what = "has another default";
	if (what != NULL) {
		g_test_message ("%s, %s %s", class->name, said->name, what);
		g_test_fail ();
	} else if (row != NULL && notes_of (row) != said->notes) {
		g_test_message ("%s, %s has notes %x, not %x", class->name, said->name, notes_of (row), said->notes);
		g_test_fail ();
	}
}

static void
every_expected_attribute_is_in_the_schema_as_expected (void)
{
	Said said;

	for (size_t i = 0; i < n_said_classes; i++)
		for (size_t j = 0; said_at (&said_classes[i], j, &said); j++)
			compare (&said_classes[i], &said);
}

/* --- the deviations --- */

/* What the token chooses must be said somewhere. */
static void
every_choice_of_the_token_is_made (void)
{
	Said said;

	for (size_t i = 0; i < n_said_classes; i++)
		for (size_t j = 0; said_at (&said_classes[i], j, &said); j++)
			if (said.otherwise == OF_TOKEN && !said.absent)
				g_error ("%s, %s has no default", said_classes[i].name, said.name);
}

static bool
is_of_any (const Deviation *deviation)
{
	Said said;

	for (size_t i = 0; i < n_said_classes; i++)
		if (deviation_is_of (deviation, &said_classes[i], deviation->type) &&
		    said_find (&said_classes[i], deviation->type, &said))
			return true;
	return false;
}

static void
every_deviation_has_a_reason_and_something_to_deviate_from (void)
{
	for (size_t i = 0; i < n_deviations; i++) {
		g_assert_nonnull (deviations[i].reason);
		g_assert_true (deviations[i].add || deviations[i].remove || deviations[i].otherwise != AS_SAID ||
		               deviations[i].absent);
		if (!is_of_any (&deviations[i]))
			g_error ("deviation %zu, of attribute 0x%lx, is of nothing", i, deviations[i].type);
	}
}

static void
no_attribute_is_expected_twice (void)
{
	Said one, two;

	for (size_t i = 0; i < n_said_classes; i++)
		for (size_t j = 0; said_at (&said_classes[i], j, &one); j++)
			for (size_t k = 0; k < j && said_at (&said_classes[i], k, &two); k++)
				if (one.type == two.type)
					g_error ("%s: %s is there twice", said_classes[i].name, one.name);
}

#define ADD(name) g_test_add_func ("/object/schema/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (every_class_of_the_schema_is_expected);
	ADD (every_expected_class_is_in_the_schema);
	ADD (every_row_of_the_schema_is_expected);
	ADD (every_expected_attribute_is_in_the_schema_as_expected);
	ADD (every_choice_of_the_token_is_made);
	ADD (every_deviation_has_a_reason_and_something_to_deviate_from);
	ADD (no_attribute_is_expected_twice);
	return g_test_run ();
}
