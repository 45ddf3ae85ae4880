/* softhsm2.conf: every key, the accidents of its syntax, and which file counts. */

#include "config.h"

#include "build-config.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	char *dir, *conf;
	Config config;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
	fixture->dir = g_dir_make_tmp ("softhsm2-conf-XXXXXX", NULL);
	g_assert_nonnull (fixture->dir);
	fixture->conf = g_build_filename (fixture->dir, "softhsm2.conf", NULL);
	fixture->config = (Config){ 0 };
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	config_clear (&fixture->config);
	g_unlink (fixture->conf);
	g_rmdir (fixture->dir);
	g_free (fixture->conf);
	g_free (fixture->dir);
}

static CK_RV
load_bytes (Fixture *fixture, const char *text, gssize n)
{
	config_clear (&fixture->config);
	g_assert_true (g_file_set_contents (fixture->conf, text, n, NULL));
	return config_load (&fixture->config, fixture->conf);
}

static void
load (Fixture *fixture, const char *text)
{
	CK_RV rv = load_bytes (fixture, text, -1);

	if (rv != CKR_OK)
		g_error ("\"%s\" is refused: %s", text, fixture->config.error);
}

static void
assert_refused (Fixture *fixture, const char *text, const char *says)
{
	g_assert_cmpuint (load_bytes (fixture, text, -1), ==, CKR_GENERAL_ERROR);
	g_assert_nonnull (fixture->config.error);
	g_assert_nonnull (strstr (fixture->config.error, says));
}

static void
assert_warned (Fixture *fixture, const char *what)
{
	const char *text = fixture->config.warnings;

	if (text == NULL || strstr (text, what) == NULL)
		g_error ("no warning says \"%s\": %s", what, text ? text : "");
}

/* --- keys --- */

static void
an_empty_file_gives_the_defaults (Fixture *fixture, gconstpointer unused)
{
	load (fixture, "");
	g_assert_cmpstr (fixture->config.path, ==, fixture->conf);
	g_assert_cmpstr (fixture->config.tokendir, ==, DEFAULT_TOKENDIR);
	g_assert_cmpstr (fixture->config.backend, ==, "file");
	g_assert_cmpuint (fixture->config.umask, ==, 0077);
	g_assert_cmpint (fixture->config.log_level, ==, LOG_LEVEL_INFO);
	g_assert_null (fixture->config.log_file);
	g_assert_false (fixture->config.removable);
	g_assert_cmpstr (fixture->config.mechanisms, ==, "ALL");
	g_assert_false (fixture->config.reset_on_fork);
	g_assert_cmpint (fixture->config.keys_policy, ==, KEYS_DEFAULT);
}

static void
every_key_is_read (Fixture *fixture, gconstpointer unused)
{
	load (fixture, "directories.tokendir = /some/where/\n"
	               "objectstore.backend = file\n"
	               "objectstore.umask = 0027\n"
	               "log.level = DEBUG\n"
	               "log.file = /some/log\n"
	               "slots.removable = true\n"
	               "slots.mechanisms = CKM_SHA256\n"
	               "library.reset_on_fork = true\n"
	               "keys.policy = strict\n");
	g_assert_cmpstr (fixture->config.tokendir, ==, "/some/where/");
	g_assert_cmpstr (fixture->config.backend, ==, "file");
	g_assert_cmpuint (fixture->config.umask, ==, 0027);
	g_assert_cmpint (fixture->config.log_level, ==, LOG_LEVEL_DEBUG);
	g_assert_cmpstr (fixture->config.log_file, ==, "/some/log");
	g_assert_true (fixture->config.removable);
	g_assert_cmpstr (fixture->config.mechanisms, ==, "CKM_SHA256");
	g_assert_true (fixture->config.reset_on_fork);
	g_assert_cmpint (fixture->config.keys_policy, ==, KEYS_STRICT);
}

static void
values_are_taken_as_they_stand (Fixture *fixture, gconstpointer unused)
{
	load (fixture, "directories.tokendir = ~/a b/$HOME/\"x\"\n");
	g_assert_cmpstr (fixture->config.tokendir, ==, "~/a b/$HOME/\"x\"");
}

static void
log_levels_are_four_words (Fixture *fixture, gconstpointer unused)
{
	static const char *const wrong[] = { "debug", "Info", "WARN", "ERROR,", "0", "NONE" };

	load (fixture, "log.level = ERROR");
	g_assert_cmpint (fixture->config.log_level, ==, LOG_LEVEL_ERROR);
	load (fixture, "log.level = WARNING");
	g_assert_cmpint (fixture->config.log_level, ==, LOG_LEVEL_WARNING);
	load (fixture, "log.level = INFO");
	g_assert_cmpint (fixture->config.log_level, ==, LOG_LEVEL_INFO);
	for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++) {
		g_autofree char *text = g_strdup_printf ("log.level = %s\n", wrong[i]);

		assert_refused (fixture, text, "log.level");
	}
}

static void
other_backends_are_refused (Fixture *fixture, gconstpointer unused)
{
	assert_refused (fixture, "objectstore.backend = db\n", "objectstore.backend");
	assert_refused (fixture, "objectstore.backend = FILE\n", "objectstore.backend");
}

/* SoftHSM makes 0 of these, and keys that anybody may read. */
static void
a_bad_umask_is_an_error (Fixture *fixture, gconstpointer unused)
{
	static const char *const wrong[] = { "garbage", "99",  "0o77", "0079", "0x3f", "-1", "+077",
		                             "1000",    "7777", "0 77", "000077", "077x", "77777777777777777777" };

	for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++) {
		g_autofree char *text = g_strdup_printf ("objectstore.umask = %s\n", wrong[i]);

		assert_refused (fixture, text, "objectstore.umask");
		g_assert_nonnull (strstr (fixture->config.error, wrong[i]));
	}
}

static void
a_umask_is_octal (Fixture *fixture, gconstpointer unused)
{
	static const struct {
		const char *text;
		mode_t mask;
	} rows[] = { { "0", 0 }, { "77", 077 }, { "077", 077 }, { "0077", 077 }, { "00777", 0777 }, { "0007", 07 } };

	for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *text = g_strdup_printf ("objectstore.umask = %s\n", rows[i].text);

		load (fixture, text);
		g_assert_cmpuint (fixture->config.umask, ==, rows[i].mask);
	}
}

static void
booleans_are_true_or_false_in_any_case (Fixture *fixture, gconstpointer unused)
{
	load (fixture, "slots.removable = TRUE\nlibrary.reset_on_fork = True\n");
	g_assert_true (fixture->config.removable && fixture->config.reset_on_fork);
	load (fixture, "slots.removable = true\nslots.removable = False\n");
	g_assert_false (fixture->config.removable);
}

static void
other_booleans_leave_the_key_as_it_was (Fixture *fixture, gconstpointer unused)
{
	load (fixture, "slots.removable = yes\n");
	g_assert_false (fixture->config.removable);
	assert_warned (fixture, "slots.removable");
	load (fixture, "slots.removable = true\nslots.removable = 0\n");
	g_assert_true (fixture->config.removable);
}

/* --- lines --- */

static void
accidents_of_the_syntax_are_softhsm_s (Fixture *fixture, gconstpointer unused)
{
	static const struct {
		const char *line, *tokendir;
	} rows[] = {
		{ "directories.tokendir=/a", "/a" },
		{ "\t directories.tokendir \t = \t /a b \t", "/a b" },
		{ "directories.tokendir = /a # a comment", "/a" },
		{ "directories.tokendir = /a#b", "/a" },
		{ "==directories.tokendir = /a", "/a" },
		{ "directories.tokendir == /a", "/a" },
		{ "directories.tokendir = /a = /b", "/a" },
		{ "directories.tokendir = /a\r", "/a" },
		{ "directories.tokendir = /a\rdirectories.tokendir = /b", "/a" },
		{ "directories.tokendir = /a\ndirectories.tokendir = /b", "/b" },
		{ "# directories.tokendir = /b\ndirectories.tokendir = /a", "/a" },
		{ "\n\n\r\n  \n=\n==\n = \ndirectories.tokendir = /a\n\n", "/a" },
		{ "directories.tokendir = /a\n[section]\n", "/a" },
		{ "Directories.tokendir = /a", DEFAULT_TOKENDIR },
		{ "directories.tokendir", DEFAULT_TOKENDIR },
		{ "directories.tokendir =", DEFAULT_TOKENDIR },
		{ "directories.tokendir =   ", DEFAULT_TOKENDIR },
		{ "directories.tokendir = # /a", DEFAULT_TOKENDIR },
		{ "= /a", DEFAULT_TOKENDIR },
		{ "directories.tokendir\n = /a", DEFAULT_TOKENDIR },
	};

	for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
		load (fixture, rows[i].line);
		if (!g_str_equal (fixture->config.tokendir, rows[i].tokendir))
			g_error ("\"%s\" gives %s, not %s", rows[i].line, fixture->config.tokendir, rows[i].tokendir);
	}
}

static void
unknown_keys_are_warned_of_with_their_line (Fixture *fixture, gconstpointer unused)
{
	load (fixture, "\n# nothing\nno.such.key = 1\n");
	assert_warned (fixture, "line 3");
	assert_warned (fixture, "no.such.key");
}

static void
lines_without_value_are_warned_of (Fixture *fixture, gconstpointer unused)
{
	load (fixture, "slots.removable =\n");
	assert_warned (fixture, "line 1");
}

/* SoftHSM reads 1023 bytes at a time and makes several lines of one. */
static void
long_lines_stay_whole (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *long_path = g_strnfill (3000, 'x');
	g_autofree char *text = g_strdup_printf ("directories.tokendir = /%s\n", long_path);

	load (fixture, text);
	g_assert_cmpuint (strlen (fixture->config.tokendir), ==, 3001);
}

static void
a_zero_byte_ends_the_reading_without_harm (Fixture *fixture, gconstpointer unused)
{
	static const char text[] = "directories.tokendir = /a\n\0log.level = nonsense\n";

	g_assert_cmpuint (load_bytes (fixture, text, sizeof text - 1), ==, CKR_OK);
	g_assert_cmpstr (fixture->config.tokendir, ==, "/a");
}

static void
random_bytes_do_no_harm (Fixture *fixture, gconstpointer unused)
{
	static const char letters[] = "ab.=# \t\r\n\0\xff" "directories.tokendir=slots.mechanisms=objectstore.umask=7,-";

	for (int i = 0; i < 300; i++) {
		char text[200];
		int n = g_test_rand_int_range (0, sizeof text);

		for (int j = 0; j < n; j++)
			text[j] = letters[g_test_rand_int_range (0, sizeof letters)];
		if (load_bytes (fixture, text, n) == CKR_OK) {
			g_assert_nonnull (fixture->config.tokendir);
			config_has_mechanism (&fixture->config, "CKM_SHA256");
		}
	}
}

/* --- which file --- */

static void
a_file_that_is_not_there_is_missing (Fixture *fixture, gconstpointer unused)
{
	g_assert_cmpuint (config_load (&fixture->config, fixture->conf), ==, CKR_GENERAL_ERROR);
	g_assert_true (fixture->config.is_missing);
	g_assert_nonnull (strstr (fixture->config.error, fixture->conf));
}

static void
a_directory_is_no_configuration (Fixture *fixture, gconstpointer unused)
{
	g_assert_cmpuint (config_load (&fixture->config, fixture->dir), ==, CKR_GENERAL_ERROR);
	g_assert_false (fixture->config.is_missing);
	g_assert_nonnull (fixture->config.error);
}

static void
a_huge_file_is_no_configuration (Fixture *fixture, gconstpointer unused)
{
	g_assert_true (g_file_set_contents (fixture->conf, "", 0, NULL));
	g_assert_cmpint (truncate (fixture->conf, 3 * 1024 * 1024), ==, 0);
	g_assert_cmpuint (config_load (&fixture->config, fixture->conf), ==, CKR_GENERAL_ERROR);
}

static void
assert_found (const char *wanted)
{
	char *found = config_find ();

	g_assert_cmpstr (found, ==, wanted);
	free (found);
}

/* Even where it names nothing: there is no way on from it. */
static void
the_environment_counts_first (Fixture *fixture, gconstpointer unused)
{
	g_setenv ("SOFTHSM2_CONF", "/no/such/file", TRUE);
	assert_found ("/no/such/file");
	g_setenv ("SOFTHSM2_CONF", "", TRUE);
	assert_found ("");
	g_assert_cmpuint (config_load (&fixture->config, NULL), ==, CKR_GENERAL_ERROR);
	g_unsetenv ("SOFTHSM2_CONF");
}

static void
then_the_file_of_the_user_if_it_can_be_read (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *folder = g_build_filename (fixture->dir, ".config", "softhsm2", NULL);
	g_autofree char *file = g_build_filename (folder, "softhsm2.conf", NULL);
	g_autofree char *above = g_build_filename (fixture->dir, ".config", NULL);
	g_autofree char *home = g_strdup (g_getenv ("HOME"));

	g_unsetenv ("SOFTHSM2_CONF");
	g_setenv ("HOME", fixture->dir, TRUE);
	g_setenv ("XDG_CONFIG_HOME", "/no/such/folder", TRUE);
	assert_found (DEFAULT_CONF);
	g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
	g_assert_true (g_file_set_contents (file, "", 0, NULL));
	assert_found (file);
	g_unlink (file);
	assert_found (DEFAULT_CONF);
	g_unsetenv ("XDG_CONFIG_HOME");
	if (home != NULL)
		g_setenv ("HOME", home, TRUE);
	else
		g_unsetenv ("HOME");
	g_rmdir (folder);
	g_rmdir (above);
}

static void
without_home_the_user_s_entry_counts (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *home = g_strdup (g_getenv ("HOME"));
	const struct passwd *entry = getpwuid (getuid ());
	g_autofree char *file = g_strdup_printf ("%s/.config/softhsm2/softhsm2.conf", entry ? entry->pw_dir : "");

	g_unsetenv ("SOFTHSM2_CONF");
	g_unsetenv ("HOME");
	assert_found (entry && access (file, R_OK) == 0 ? file : DEFAULT_CONF);
	g_setenv ("HOME", "", TRUE);
	assert_found (entry && access (file, R_OK) == 0 ? file : DEFAULT_CONF);
	if (home != NULL)
		g_setenv ("HOME", home, TRUE);
}

/* --- slots.mechanisms --- */

static void
mechanisms_are_named_or_taken_away (Fixture *fixture, gconstpointer unused)
{
	static const struct {
		const char *value, *name;
		bool has;
	} rows[] = {
		{ "ALL", "CKM_SHA256", true },
		{ "CKM_SHA256", "CKM_SHA256", true },
		{ "CKM_SHA256", "CKM_SHA384", false },
		{ "CKM_SHA256", "CKM_SHA256_HMAC", false },
		{ "CKM_SHA256_HMAC", "CKM_SHA256", false },
		{ "CKM_MD5,CKM_SHA_1", "CKM_SHA_1", true },
		{ "CKM_MD5, CKM_SHA_1", "CKM_SHA_1", true },
		{ "CKM_MD5 ,\tCKM_SHA_1 , CKM_RSA_PKCS", "CKM_SHA_1", true },
		{ "CKM_MD5 ,\tCKM_SHA_1 , CKM_RSA_PKCS", "CKM_RSA_PKCS", true },
		{ "-CKM_SHA_1", "CKM_SHA_1", false },
		{ "-CKM_SHA_1", "CKM_SHA256", true },
		{ "-CKM_SHA_1, CKM_MD5", "CKM_MD5", false },
		{ "- CKM_SHA_1", "CKM_SHA_1", false },
		{ "nonsense", "CKM_SHA256", false },
		{ ",,,", "CKM_SHA256", false },
		{ "-", "CKM_SHA256", true },
		{ "all", "CKM_SHA256", false },
		{ "ckm_sha256", "CKM_SHA256", false },
		{ "ALLES", "CKM_SHA256", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *text = g_strdup_printf ("slots.mechanisms = %s\n", rows[i].value);

		load (fixture, text);
		if (config_has_mechanism (&fixture->config, rows[i].name) != rows[i].has)
			g_error ("\"%s\" %s %s", rows[i].value, rows[i].has ? "lacks" : "has", rows[i].name);
	}
}

#define ADD(name) g_test_add ("/base/config/" #name, Fixture, NULL, set_up, name, tear_down)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (an_empty_file_gives_the_defaults);
	ADD (every_key_is_read);
	ADD (values_are_taken_as_they_stand);
	ADD (log_levels_are_four_words);
	ADD (other_backends_are_refused);
	ADD (a_bad_umask_is_an_error);
	ADD (a_umask_is_octal);
	ADD (booleans_are_true_or_false_in_any_case);
	ADD (other_booleans_leave_the_key_as_it_was);
	ADD (accidents_of_the_syntax_are_softhsm_s);
	ADD (unknown_keys_are_warned_of_with_their_line);
	ADD (lines_without_value_are_warned_of);
	ADD (long_lines_stay_whole);
	ADD (a_zero_byte_ends_the_reading_without_harm);
	ADD (random_bytes_do_no_harm);
	ADD (a_file_that_is_not_there_is_missing);
	ADD (a_directory_is_no_configuration);
	ADD (a_huge_file_is_no_configuration);
	ADD (the_environment_counts_first);
	ADD (then_the_file_of_the_user_if_it_can_be_read);
	ADD (without_home_the_user_s_entry_counts);
	ADD (mechanisms_are_named_or_taken_away);
	return g_test_run ();
}
