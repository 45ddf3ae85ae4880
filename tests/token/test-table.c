/* The table of a token's objects: by handle, by store id, by what callers search for. */

#include "table.h"

#include <glib.h>

static Object *
object (const char *label, CK_OBJECT_CLASS class)
{
	Attrs draft = { 0 };
	Object *made;

	g_assert_cmpuint (attrs_set_ulong (&draft, CKA_CLASS, class), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bytes (&draft, CKA_LABEL, bytes_str (label)), ==, CKR_OK);
	g_assert_cmpuint (object_publish (&draft, &made), ==, CKR_OK);
	return made;
}

static Entry *
add (Table *table, const char *id, const char *label)
{
	Entry *entry = table_add (table, id, 0);

	g_assert_nonnull (entry);
	g_assert_cmpuint (table_show (table, entry, object (label, CKO_DATA)), ==, CKR_OK);
	return entry;
}

/* How many candidates a search for a label looks at. */
static guint
n_candidates (const Table *table, const char *label, Entry **last)
{
	CK_ATTRIBUTE template = { CKA_LABEL, (void *)(guintptr)label, strlen (label) };
	TableCursor cursor = { 0 };
	Entry *entry;
	guint n = 0;

	while ((entry = table_candidate (table, &cursor, &template, 1)) != NULL) {
		n++;
		if (last != NULL)
			*last = entry;
	}
	return n;
}

static void
an_empty_table_has_nothing (void)
{
	Table table = { 0 };
	TableCursor cursor = { 0 };
	size_t at = 0;

	g_assert_null (table_get (&table, 1));
	g_assert_null (table_by_id (&table, "x"));
	g_assert_null (table_next (&table, &at));
	g_assert_null (table_candidate (&table, &cursor, NULL, 0));
	g_assert_cmpuint (n_candidates (&table, "x", NULL), ==, 0);
	table_clear (&table);
}

static void
an_entry_is_found_by_all_it_has (void)
{
	Table table = { 0 };
	Entry *entry = add (&table, "id-1", "a label"), *found = NULL;

	g_assert_true (table_get (&table, entry->handle) == entry);
	g_assert_true (table_by_id (&table, "id-1") == entry);
	g_assert_cmpuint (n_candidates (&table, "a label", &found), ==, 1);
	g_assert_true (found == entry);
	g_assert_null (table_by_id (&table, "id-2"));
	table_clear (&table);
}

static void
a_hidden_entry_is_known_but_not_seen (void)
{
	Table table = { 0 };
	Entry *entry = add (&table, "id-1", "a label");
	CK_OBJECT_HANDLE handle = entry->handle;

	table_hide (&table, entry, true);
	g_assert_null (table_get (&table, handle));
	g_assert_cmpuint (n_candidates (&table, "a label", NULL), ==, 0);
	g_assert_true (table_by_id (&table, "id-1") == entry);
	g_assert_cmpuint (table_show (&table, entry, object ("a label", CKO_DATA)), ==, CKR_OK);
	g_assert_cmpuint (entry->handle, !=, handle);
	table_clear (&table);
}

static void
a_changed_entry_keeps_its_handle_and_moves_in_the_index (void)
{
	Table table = { 0 };
	Entry *entry = add (&table, "id-1", "old");
	CK_OBJECT_HANDLE handle = entry->handle;

	g_assert_cmpuint (table_show (&table, entry, object ("new", CKO_DATA)), ==, CKR_OK);
	g_assert_cmpuint (entry->handle, ==, handle);
	g_assert_true (table_get (&table, handle) == entry);
	g_assert_cmpuint (n_candidates (&table, "old", NULL), ==, 0);
	g_assert_cmpuint (n_candidates (&table, "new", NULL), ==, 1);
	table_clear (&table);
}

static void
a_removed_entry_is_gone (void)
{
	Table table = { 0 };
	Entry *entry = add (&table, "id-1", "a label");
	CK_OBJECT_HANDLE handle = entry->handle;
	size_t at = 0;

	table_remove (&table, entry);
	g_assert_null (table_get (&table, handle));
	g_assert_null (table_by_id (&table, "id-1"));
	g_assert_null (table_next (&table, &at));
	g_assert_cmpuint (table.n_nodes, ==, 0);
	table_clear (&table);
}

#define MANY 20000

static void
many_entries_are_found_one_by_one (void)
{
	Table table = { 0 };
	g_autofree Entry **entries = g_new (Entry *, MANY);
	size_t at = 0, n = 0;

	for (int i = 0; i < MANY; i++) {
		g_autofree char *id = g_strdup_printf ("id-%d", i);
		g_autofree char *label = g_strdup_printf ("label %d", i);

		entries[i] = add (&table, id, label);
	}
	for (int i = 0; i < MANY; i += 3)
		table_remove (&table, entries[i]);
	for (int i = 0; i < MANY; i++) {
		g_autofree char *id = g_strdup_printf ("id-%d", i);
		g_autofree char *label = g_strdup_printf ("label %d", i);
		Entry *found = NULL;

		g_assert_true (table_by_id (&table, id) == (i % 3 ? entries[i] : NULL));
		/* Through the index: no more candidates than hits, but for a chance in 2^64. */
		g_assert_cmpuint (n_candidates (&table, label, &found), ==, i % 3 ? 1 : 0);
		g_assert_true (found == (i % 3 ? entries[i] : NULL));
	}
	while (table_next (&table, &at) != NULL)
		n++;
	g_assert_cmpuint (n, ==, MANY - (MANY + 2) / 3);
	table_clear (&table);
}

static void
a_search_without_index_looks_at_all_that_is_seen (void)
{
	Table table = { 0 };
	CK_ATTRIBUTE template = { CKA_APPLICATION, (void *)(guintptr) "x", 1 };
	TableCursor cursor = { 0 };
	guint n = 0;

	add (&table, "1", "a");
	add (&table, NULL, "b");
	table_hide (&table, add (&table, "3", "c"), true);
	while (table_candidate (&table, &cursor, &template, 1) != NULL)
		n++;
	g_assert_cmpuint (n, ==, 2);
	table_clear (&table);
}

static void
entries_of_one_label_are_all_candidates (void)
{
	Table table = { 0 };

	for (int i = 0; i < 100; i++)
		add (&table, NULL, i % 2 ? "odd" : "even");
	g_assert_cmpuint (n_candidates (&table, "odd", NULL), ==, 50);
	table_clear (&table);
}

#define ADD(name) g_test_add_func ("/token/table/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (an_empty_table_has_nothing);
	ADD (an_entry_is_found_by_all_it_has);
	ADD (a_hidden_entry_is_known_but_not_seen);
	ADD (a_changed_entry_keeps_its_handle_and_moves_in_the_index);
	ADD (a_removed_entry_is_gone);
	ADD (many_entries_are_found_one_by_one);
	ADD (a_search_without_index_looks_at_all_that_is_seen);
	ADD (entries_of_one_label_are_all_candidates);
	return g_test_run ();
}
