/* The log: levels, its file, and what it does not do. */

#include "log.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *dir, *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
	fixture->dir = g_dir_make_tmp ("softhsm2-log-XXXXXX", NULL);
	g_assert_nonnull (fixture->dir);
	fixture->file = g_build_filename (fixture->dir, "log", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	log_stop ();
	g_unlink (fixture->file);
	g_rmdir (fixture->dir);
	g_free (fixture->file);
	g_free (fixture->dir);
}

static char *
written (Fixture *fixture)
{
	char *text = NULL;

	if (!g_file_get_contents (fixture->file, &text, NULL, NULL))
		text = g_strdup ("");
	return text;
}

static guint
n_lines (Fixture *fixture)
{
	g_autofree char *text = written (fixture);
	guint n = 0;

	for (const char *at = text; *at != '\0'; at++)
		n += *at == '\n';
	return n;
}

static void
each_level_lets_through_what_is_graver (Fixture *fixture, gconstpointer unused)
{
	for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
		g_unlink (fixture->file);
		log_start ((LogLevel)level, fixture->file);
		log_error ("one");
		log_warning ("two");
		log_info ("three");
		log_debug ("four");
		g_assert_cmpuint (n_lines (fixture), ==, (guint)level + 1);
	}
}

static void
a_line_says_when_who_and_what (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *pattern =
		g_strdup_printf ("^20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ softhsm2\\[%d\\] WARNING: it is 42\n$", getpid ());
	g_autofree char *text = NULL;

	log_start (LOG_LEVEL_INFO, fixture->file);
	log_warning ("it is %d", 42);
	text = written (fixture);
	g_assert_true (g_regex_match_simple (pattern, text, 0, 0));
}

static void
nothing_is_said_before_the_start_and_after_the_stop (Fixture *fixture, gconstpointer unused)
{
	log_error ("before");
	log_start (LOG_LEVEL_DEBUG, fixture->file);
	log_stop ();
	log_error ("after");
	g_assert_false (g_file_test (fixture->file, G_FILE_TEST_EXISTS));
}

static void
a_file_that_is_there_goes_on (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *text = NULL;

	g_assert_true (g_file_set_contents (fixture->file, "old\n", -1, NULL));
	log_start (LOG_LEVEL_INFO, fixture->file);
	log_error ("new");
	text = written (fixture);
	g_assert_true (g_str_has_prefix (text, "old\n"));
	g_assert_cmpuint (n_lines (fixture), ==, 2);
}

static void
a_new_file_is_for_its_owner_only (Fixture *fixture, gconstpointer unused)
{
	struct stat info;

	log_start (LOG_LEVEL_INFO, fixture->file);
	log_error ("x");
	g_assert_cmpint (stat (fixture->file, &info), ==, 0);
	g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

static void
long_messages_are_cut_to_one_line (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *much = g_strnfill (5000, 'x');
	g_autofree char *text = NULL;

	log_start (LOG_LEVEL_INFO, fixture->file);
	log_error ("%s", much);
	text = written (fixture);
	g_assert_cmpuint (n_lines (fixture), ==, 1);
	g_assert_true (g_str_has_suffix (text, "x\n"));
	g_assert_cmpuint (strlen (text), <, 1200);
}

static void
a_file_that_cannot_be_opened_harms_nothing (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *nowhere = g_build_filename (fixture->dir, "none", "log", NULL);

	log_start (LOG_LEVEL_ERROR, nowhere);
	log_debug ("not even to syslog");
	g_assert_false (g_file_test (nowhere, G_FILE_TEST_EXISTS));
}

static guint
n_descriptors (void)
{
	g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
	guint n = 0;

	while (dir != NULL && g_dir_read_name (dir) != NULL)
		n++;
	return n;
}

static void
no_descriptor_stays_open (Fixture *fixture, gconstpointer unused)
{
	guint before = n_descriptors ();

	log_start (LOG_LEVEL_INFO, fixture->file);
	log_error ("x");
	g_assert_cmpuint (n_descriptors (), ==, before);
}

static void
refusing_gives_the_code_and_logs_at_debug (Fixture *fixture, gconstpointer unused)
{
	log_start (LOG_LEVEL_INFO, fixture->file);
	g_assert_cmpuint (fail (CKR_PIN_INCORRECT, "no"), ==, CKR_PIN_INCORRECT);
	g_assert_cmpuint (n_lines (fixture), ==, 0);
	log_start (LOG_LEVEL_DEBUG, fixture->file);
	g_assert_cmpuint (fail (CKR_PIN_INCORRECT, "no"), ==, CKR_PIN_INCORRECT);
	g_assert_cmpuint (n_lines (fixture), ==, 1);
}

static gpointer
say_much (gpointer data)
{
	for (int i = 0; i < 200; i++)
		log_info ("%s %d", (const char *)data, i);
	return NULL;
}

static void
threads_write_whole_lines (Fixture *fixture, gconstpointer unused)
{
	GThread *threads[4];
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;

	log_start (LOG_LEVEL_INFO, fixture->file);
	for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("say", say_much, (gpointer) "a line that is to stay whole");
	for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	text = written (fixture);
	lines = g_strsplit (text, "\n", -1);
	g_assert_cmpuint (g_strv_length (lines), ==, 4 * 200 + 1);
	for (size_t i = 0; i < 4 * 200; i++)
		g_assert_true (strstr (lines[i], "INFO: a line that is to stay whole ") != NULL);
}

#define ADD(name) g_test_add ("/base/log/" #name, Fixture, NULL, set_up, name, tear_down)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (each_level_lets_through_what_is_graver);
	ADD (a_line_says_when_who_and_what);
	ADD (nothing_is_said_before_the_start_and_after_the_stop);
	ADD (a_file_that_is_there_goes_on);
	ADD (a_new_file_is_for_its_owner_only);
	ADD (long_messages_are_cut_to_one_line);
	ADD (a_file_that_cannot_be_opened_harms_nothing);
	ADD (no_descriptor_stays_open);
	ADD (refusing_gives_the_code_and_logs_at_debug);
	ADD (threads_write_whole_lines);
	return g_test_run ();
}
