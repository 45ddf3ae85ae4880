/* Handles: found as they were put, gone as they were removed, never the same twice. */

#include "handles.h"

#include <glib.h>

static int things[3];

static void
new_ones_are_never_zero_nor_twice_the_same (void)
{
	CK_ULONG last = 0;

	for (int i = 0; i < 1000; i++) {
		CK_ULONG next = handle_new ();

		g_assert_cmpuint (next, >, last);
		last = next;
	}
}

static gpointer
take_many (gpointer data)
{
	CK_ULONG *taken = data;

	for (int i = 0; i < 10000; i++)
		taken[i] = handle_new ();
	return NULL;
}

static int
compare (const void *a, const void *b)
{
	const CK_ULONG *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
threads_get_different_ones (void)
{
	g_autofree CK_ULONG *taken = g_new (CK_ULONG, 4 * 10000);
	GThread *threads[4];

	for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("take", take_many, taken + i * 10000);
	for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	qsort (taken, 4 * 10000, sizeof *taken, compare);
	for (size_t i = 1; i < 4 * 10000; i++)
		g_assert_cmpuint (taken[i - 1], <, taken[i]);
}

static void
an_empty_map_has_nothing (void)
{
	Handles handles = { 0 };
	size_t at = 0;

	g_assert_null (handles_get (&handles, 1));
	g_assert_null (handles_get (&handles, 0));
	g_assert_null (handles_remove (&handles, 1));
	g_assert_null (handles_next (&handles, &at));
	handles_clear (&handles);
}

static void
what_is_put_is_found_until_it_is_removed (void)
{
	Handles handles = { 0 };

	g_assert_true (handles_put (&handles, 7, &things[0]));
	g_assert_true (handles_put (&handles, 8, &things[1]));
	g_assert_true (handles_get (&handles, 7) == &things[0]);
	g_assert_true (handles_remove (&handles, 7) == &things[0]);
	g_assert_null (handles_get (&handles, 7));
	g_assert_null (handles_remove (&handles, 7));
	g_assert_true (handles_get (&handles, 8) == &things[1]);
	g_assert_null (handles_get (&handles, 0));
	g_assert_null (handles_get (&handles, ~(CK_ULONG)0));
	handles_clear (&handles);
}

/* A session's life again and again: the marks of what was removed do not fill the map. */
static void
marks_of_removed_ones_go_away (void)
{
	Handles handles = { 0 };

	for (CK_ULONG i = 1; i <= 100000; i++) {
		g_assert_true (handles_put (&handles, i, &things[0]));
		g_assert_true (handles_remove (&handles, i) == &things[0]);
	}
	g_assert_cmpuint (handles.n_live, ==, 0);
	g_assert_cmpuint (handles.n_slots, <=, 64);
	handles_clear (&handles);
}

/* Against GLib's table. */
static void
random_work_agrees_with_another_map (void)
{
	g_autoptr (GHashTable) other = g_hash_table_new (NULL, NULL);
	Handles handles = { 0 };
	size_t at = 0, n = 0;

	for (int i = 0; i < 100000; i++) {
		CK_ULONG handle = (CK_ULONG)g_test_rand_int_range (1, 3000);
		gpointer key = GSIZE_TO_POINTER (handle), thing = g_hash_table_lookup (other, key);

		g_assert_true (handles_get (&handles, handle) == thing);
		if (thing == NULL) {
			g_assert_true (handles_put (&handles, handle, &things[i % 3]));
			g_hash_table_insert (other, key, &things[i % 3]);
		} else if (g_test_rand_bit ()) {
			g_assert_true (handles_remove (&handles, handle) == thing);
			g_hash_table_remove (other, key);
		}
	}
	while (handles_next (&handles, &at) != NULL)
		n++;
	g_assert_cmpuint (n, ==, g_hash_table_size (other));
	g_assert_cmpuint (n, ==, handles.n_live);
	handles_clear (&handles);
}

static void
the_current_one_may_be_removed_while_walking (void)
{
	Handles handles = { 0 };
	size_t at = 0, n = 0;
	CK_ULONG numbers[100], *number;

	for (CK_ULONG i = 0; i < 100; i++) {
		numbers[i] = i + 1;
		g_assert_true (handles_put (&handles, i + 1, &numbers[i]));
	}
	while ((number = handles_next (&handles, &at)) != NULL) {
		g_assert_true (handles_remove (&handles, *number) == number);
		n++;
	}
	g_assert_cmpuint (n, ==, 100);
	g_assert_cmpuint (handles.n_live, ==, 0);
	handles_clear (&handles);
}

#define ADD(name) g_test_add_func ("/base/handles/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (new_ones_are_never_zero_nor_twice_the_same);
	ADD (threads_get_different_ones);
	ADD (an_empty_map_has_nothing);
	ADD (what_is_put_is_found_until_it_is_removed);
	ADD (marks_of_removed_ones_go_away);
	ADD (random_work_agrees_with_another_map);
	ADD (the_current_one_may_be_removed_while_walking);
	return g_test_run ();
}
