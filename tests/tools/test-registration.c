/* registration.c and its neighbours, where no program of a user can get: the system's own files. */

#include "registration.h"
#include "settings.h"
#include "token-dir.h"
#include "undo.h"

#include "config.h"

#include "build-config.h"
#include "tools-config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	char *dir;
	Places places;
} Fixture;

static void
fixture_setup (Fixture *fixture, gconstpointer data)
{
	fixture->dir = g_dir_make_tmp ("softhsm2-test-XXXXXX", NULL);
	g_setenv ("HOME", fixture->dir, TRUE);
	g_unsetenv ("XDG_CONFIG_HOME");
	g_unsetenv ("XDG_DATA_HOME");
	g_assert_true (places_find (&fixture->places, NULL));
	g_free (fixture->places.system_p11_conf);
	fixture->places.system_p11_conf = g_build_filename (fixture->dir, "system.conf", NULL);
}

static void
fixture_teardown (Fixture *fixture, gconstpointer data)
{
	g_unlink (fixture->places.system_p11_conf);
	g_rmdir (fixture->dir);
	places_clear (&fixture->places);
	g_free (fixture->dir);
}

static void
system_user_config_none_is_an_obstacle (Fixture *fixture, gconstpointer data)
{
	g_autofree char *sentence = NULL;

	g_assert_true (
		g_file_set_contents (fixture->places.system_p11_conf, "user-config: none\n", -1, NULL));
	sentence = p11_obstacle (&fixture->places);
	g_assert_nonnull (sentence);
	g_assert_nonnull (strstr (sentence, fixture->places.system_p11_conf));
	g_assert_nonnull (strstr (sentence, "user-config: merge"));
}

static void
last_setting_of_a_file_counts (Fixture *fixture, gconstpointer data)
{
	g_autofree char *value = NULL;

	g_assert_true (g_file_set_contents (
		fixture->places.system_p11_conf,
		"#user-config: only\r\nuser-config: none\r\n user-config :merge \r\n", -1, NULL));
	value = p11_setting (fixture->places.system_p11_conf, "user-config");
	g_assert_cmpstr (value, ==, "merge");
}

static void
module_in_the_path_of_p11_kit_goes_by_its_name (void)
{
	g_autofree char *text = registration_text (&(Registration){ P11_KIT_MODULE_PATH "/libsofthsm2.so" }, NULL);

	g_assert_true (g_str_has_suffix (text, "\nmodule: libsofthsm2.so\n"));
}

static void
module_elsewhere_goes_by_its_path (void)
{
	g_autofree char *text = registration_text (&(Registration){ "/opt/#1/libsofthsm2.so" }, NULL);

	g_assert_true (g_str_has_suffix (text, "\nmodule: /opt/#1/libsofthsm2.so\n"));
}

static void
module_with_a_line_break_cannot_be_registered (void)
{
	g_autoptr (GError) error = NULL;

	g_assert_null (registration_text (&(Registration){ "/opt/a\nb.so" }, &error));
	g_assert_nonnull (error);
}

static void
token_directory_may_not_end_in_a_blank (void)
{
	g_autoptr (GError) error = NULL;

	g_assert_false (places_check_tokendir_path ("/home/user/tokens ", &error));
	g_assert_nonnull (strstr (error->message, "begins or ends with a blank"));
}

static void
sample_configuration_says_the_defaults (void)
{
	const char *path = g_getenv ("SOFTHSM2_SAMPLE_CONF");
	Config config;

	g_assert_nonnull (path);
	g_assert_cmpuint (config_load (&config, path), ==, CKR_OK);
	g_assert_cmpstr (config.tokendir, ==, DEFAULT_TOKENDIR);
	g_assert_cmpstr (config.backend, ==, "file");
	g_assert_cmpuint (config.umask, ==, 0077);
	g_assert_cmpint (config.log_level, ==, LOG_LEVEL_INFO);
	g_assert_cmpstr (config.mechanisms, ==, "ALL");
	config_clear (&config);
}

/* p11-kit would read a temporary file in modules/. */
static void
file_is_written_by_way_of_the_other_directory (Fixture *fixture, gconstpointer data)
{
	g_autofree char *target_dir = g_build_filename (fixture->dir, "modules", NULL);
	g_autofree char *path = g_build_filename (target_dir, "a.module", NULL);
	g_autoptr (GError) error = NULL;
	Undo undo;

	/* Nothing can be made in a directory that is not there: only the last step fails. */
	undo_start (&undo);
	g_assert_false (undo_write_file (&undo, path, fixture->dir, "text", false, &error));
	g_assert_nonnull (strstr (error->message, path));
	undo_all (&undo);
	g_clear_error (&error);

	undo_start (&undo);
	g_assert_true (undo_make_dirs (&undo, target_dir, NULL));
	g_assert_true (undo_write_file (&undo, path, fixture->dir, "text", false, NULL));
	undo_all (&undo);
	g_assert_false (g_file_test (target_dir, G_FILE_TEST_EXISTS));
}

static void
file_that_is_there_is_not_overwritten (Fixture *fixture, gconstpointer data)
{
	g_autofree char *content = NULL;
	g_autoptr (GError) error = NULL;
	Undo undo;

	g_assert_true (g_file_set_contents (fixture->places.system_p11_conf, "old", -1, NULL));
	undo_start (&undo);
	g_assert_false (
		undo_write_file (&undo, fixture->places.system_p11_conf, fixture->dir, "new", false, &error));
	undo_all (&undo);
	g_assert_true (g_file_get_contents (fixture->places.system_p11_conf, &content, NULL, NULL));
	g_assert_cmpstr (content, ==, "old");
}

static void
replaced_file_comes_back (Fixture *fixture, gconstpointer data)
{
	g_autofree char *content = NULL;
	Undo undo;

	g_assert_true (g_file_set_contents (fixture->places.system_p11_conf, "old", -1, NULL));
	undo_start (&undo);
	g_assert_true (
		undo_write_file (&undo, fixture->places.system_p11_conf, fixture->dir, "new", true, NULL));
	undo_all (&undo);
	g_assert_true (g_file_get_contents (fixture->places.system_p11_conf, &content, NULL, NULL));
	g_assert_cmpstr (content, ==, "old");
}

#define ADD_FIXTURE(function)                                                                                \
	g_test_add ("/registration/" #function, Fixture, NULL, fixture_setup, function, fixture_teardown)
#define ADD(function) g_test_add_func ("/registration/" #function, function)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	ADD_FIXTURE (system_user_config_none_is_an_obstacle);
	ADD_FIXTURE (last_setting_of_a_file_counts);
	ADD (module_in_the_path_of_p11_kit_goes_by_its_name);
	ADD (module_elsewhere_goes_by_its_path);
	ADD (module_with_a_line_break_cannot_be_registered);
	ADD (token_directory_may_not_end_in_a_blank);
	ADD (sample_configuration_says_the_defaults);
	ADD_FIXTURE (file_is_written_by_way_of_the_other_directory);
	ADD_FIXTURE (file_that_is_there_is_not_overwritten);
	ADD_FIXTURE (replaced_file_comes_back);

	return g_test_run ();
}
