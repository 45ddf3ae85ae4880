/* Several processes on one token at once: each a program of its own, so that locks of files count. */

#include "interop.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define N_OBJECTS      40
#define N_OBJECTS_TEXT "40"

typedef struct {
	Place *place;
	Side side;
} Alone;

/* Only ours: for what needs no SoftHSM. */
static void
alone_start (Alone *alone)
{
	*alone = (Alone){ .place = place_new (NULL), .side = { .name = "we" } };
	alone->side.module = module_load (module_under_test ());
	alone->side.f = alone->side.module->f;
	assert_ok (alone->side.f->C_Initialize (NULL));
	alone->side.slot = make_token (alone->side.module, "processes");
	alone->side.session = open_session (alone->side.module, alone->side.slot, TRUE);
}

static void
alone_end (Alone *alone)
{
	side_stop (&alone->side);
	module_unload (alone->side.module);
	place_free (alone->place);
}

static GSubprocess *
worker (const char *module, const char *what, const char *one, const char *two)
{
	g_autoptr (GError) error = NULL;
	GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error,
	                                         g_getenv ("INTEROP_WORKER"), module, what, one, two, NULL);

	g_assert_no_error (error);
	return process;
}

static void
let_go (GSubprocess *process)
{
	g_autoptr (GError) error = NULL;

	g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, &error);
	g_assert_no_error (error);
}

static int
end_of (GSubprocess *process)
{
	g_autoptr (GError) error = NULL;
	int status;

	g_subprocess_wait (process, NULL, &error);
	g_assert_no_error (error);
	g_assert_true (g_subprocess_get_if_exited (process));
	status = g_subprocess_get_exit_status (process);
	g_object_unref (process);
	return status;
}

static void
run_at_once (GSubprocess **processes, guint n)
{
	g_usleep (50 * 1000); /* until all wait for their input to end */
	for (guint i = 0; i < n; i++)
		let_go (processes[i]);
	for (guint i = 0; i < n; i++)
		g_assert_cmpint (end_of (processes[i]), ==, 0);
}

static void
assert_all_made (const Side *side, const char *prefix)
{
	for (guint i = 0; i < N_OBJECTS; i++) {
		g_autofree char *label = g_strdup_printf ("%s-%u", prefix, i);

		g_assert_true (attribute_is (side, find (side, CKO_DATA, label), CKA_VALUE, label));
	}
	find (side, CKO_SECRET_KEY, prefix);
}

static void
objects_made_by_three_processes_are_all_there (void)
{
	const char *path = module_under_test ();
	Alone alone;
	GSubprocess *processes[3];

	alone_start (&alone);
	processes[0] = worker (path, "make", "a", N_OBJECTS_TEXT);
	processes[1] = worker (path, "make", "b", N_OBJECTS_TEXT);
	processes[2] = worker (path, "make", "c", N_OBJECTS_TEXT);
	run_at_once (processes, 3);

	/* In the process that was open all the time, and in one that starts now. */
	for (guint i = 0; i < 2; i++) {
		assert_all_made (&alone.side, "a");
		assert_all_made (&alone.side, "b");
		assert_all_made (&alone.side, "c");
		side_renew (&alone.side);
	}
	alone_end (&alone);
}

static void
objects_made_by_two_copies_in_one_process_are_all_there (void)
{
	Alone alone;
	g_autofree char *copy = NULL;
	g_autofree char *content = NULL;
	gsize len;
	Side second = { .name = "the copy" };

	alone_start (&alone);
	copy = g_build_filename (alone.place->dir, "copy.so", NULL);
	g_assert_true (g_file_get_contents (module_under_test (), &content, &len, NULL));
	g_assert_true (g_file_set_contents (copy, content, (gssize)len, NULL));
	second.module = module_load (copy);
	second.f = second.module->f;
	g_assert_true (second.f != alone.side.f);
	side_start (&second);

	for (guint i = 0; i < 2 * N_OBJECTS; i++) {
		const Side *side = i % 2 ? &second : &alone.side;
		g_autofree char *label = g_strdup_printf ("%s-%u", i % 2 ? "odd" : "even", i / 2);

		CREATE (side, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
		        A_STRING (CKA_LABEL, label));
		g_assert_cmpuint (COUNT (i % 2 ? &alone.side : &second, A_STRING (CKA_LABEL, label)), ==, 1);
	}
	g_assert_cmpuint (COUNT (&alone.side, A_ULONG (CKA_CLASS, CKO_DATA)), ==, 2 * N_OBJECTS);
	side_stop (&second);
	module_unload (second.module);
	alone_end (&alone);
}

static void
changes_of_one_object_by_two_processes_harm_nothing (void)
{
	const char *path = module_under_test ();
	Alone alone;
	GSubprocess *processes[2];
	CK_OBJECT_HANDLE key;
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	g_autoptr (GBytes) data = message (16);
	g_autoptr (GBytes) before = NULL;
	g_autoptr (GBytes) after = NULL;

	alone_start (&alone);
	generate_secret (&alone.side, CKM_AES_KEY_GEN, 32, "key", FALSE);
	key = find (&alone.side, CKO_SECRET_KEY, "key");
	before = encrypt (&alone.side, &ecb, key, data);
	processes[0] = worker (path, "change", "key", "50");
	processes[1] = worker (path, "change", "key", "50");
	run_at_once (processes, 2);

	after = encrypt (&alone.side, &ecb, key, data);

	assert_bytes (after, before);
	g_assert_cmpuint (attribute_ulong (&alone.side, key, CKA_ID), ==, 49);
	alone_end (&alone);
}

static void
attributes_changed_by_two_processes_at_once_all_stay (void)
{
	const char *path = module_under_test ();
	Alone alone;
	GSubprocess *process;
	CK_OBJECT_HANDLE key;

	alone_start (&alone);
	generate_secret (&alone.side, CKM_AES_KEY_GEN, 32, "key", FALSE);
	key = find (&alone.side, CKO_SECRET_KEY, "key");
	process = worker (path, "change", "key", "50");
	g_usleep (50 * 1000);
	let_go (process);
	for (guint i = 0; i < 50; i++)
		assert_ok (change (&alone.side, key, (CK_ATTRIBUTE)A_BOOL (CKA_SIGN, i % 2)));
	g_assert_cmpint (end_of (process), ==, 0);

	g_assert_cmpuint (attribute_ulong (&alone.side, key, CKA_ID), ==, 49);
	g_assert_true (attribute_bool (&alone.side, key, CKA_SIGN));
	alone_end (&alone);
}

static void
a_pin_changed_by_another_process_counts_at_once (void)
{
	Alone alone;
	GSubprocess *process;

	alone_start (&alone);
	process = worker (module_under_test (), "pin", USER_PIN, "new pin");
	let_go (process);
	g_assert_cmpint (end_of (process), ==, 0);

	assert_ok (alone.side.f->C_Logout (alone.side.session));
	assert_rv (side_login (&alone.side, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	assert_ok (side_login (&alone.side, CKU_USER, "new pin"));
	alone_end (&alone);
}

static void
the_copied_state_of_a_key_follows_another_process (void)
{
	Alone alone;
	GSubprocess *process;

	alone_start (&alone);
	generate_secret (&alone.side, CKM_AES_KEY_GEN, 32, "key", FALSE);
	process = worker (module_under_test (), "change", "key", "3");
	let_go (process);
	g_assert_cmpint (end_of (process), ==, 0);

	g_assert_cmpuint (COUNT (&alone.side, A_ULONG (CKA_ID, 2)), ==, 1);
	alone_end (&alone);
}

/* Beside SoftHSM: what it reads half written it mends at its next look, so it is asked anew. */
static void
objects_made_by_softhsm_and_us_at_once_are_all_there (Pair *pair)
{
	GSubprocess *processes[2];

	processes[0] = worker (pair->ours->module->path, "make", "ours", N_OBJECTS_TEXT);
	processes[1] = worker (pair->theirs->module->path, "make", "theirs", N_OBJECTS_TEXT);
	run_at_once (processes, 2);

	assert_all_made (pair->ours, "ours");
	assert_all_made (pair->ours, "theirs");
	side_renew (pair->theirs);
	assert_all_made (pair->theirs, "ours");
	assert_all_made (pair->theirs, "theirs");
}

/* SoftHSM writes in place, attribute by attribute: we must not take a part for the whole, nor miss the end.
 */
static void
searches_while_softhsm_writes_find_whole_objects_only (Pair *pair)
{
	GSubprocess *process = worker (pair->theirs->module->path, "make", "theirs", N_OBJECTS_TEXT);
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_CLASS, CKO_DATA) };
	guint n = 0;

	let_go (process);
	for (guint i = 0; i < 2000 && n < N_OBJECTS; i++) {
		g_autoptr (GArray) found =
			find_objects (pair->ours->module, pair->ours->session, template, 1);

		g_assert_cmpuint (found->len, >=, n);
		n = found->len;
		g_usleep (500);
	}
	g_assert_cmpint (end_of (process), ==, 0);
	assert_all_made (pair->ours, "theirs");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
#define ADD(function) g_test_add_func ("/interop/processes/" #function, function)
	ADD (objects_made_by_three_processes_are_all_there);
	ADD (objects_made_by_two_copies_in_one_process_are_all_there);
	ADD (changes_of_one_object_by_two_processes_harm_nothing);
	ADD (attributes_changed_by_two_processes_at_once_all_stay);
	ADD (a_pin_changed_by_another_process_counts_at_once);
	ADD (the_copied_state_of_a_key_follows_another_process);
	ADD_BOTH_WAYS ("processes", objects_made_by_softhsm_and_us_at_once_are_all_there);
	ADD_BOTH_WAYS ("processes", searches_while_softhsm_writes_find_whole_objects_only);
	return g_test_run ();
}
