/* softhsm2-setup, run by a plain user in a home of his own. */

#include "tooltest.h"

#include "build-config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF         ".config/softhsm2/softhsm2.conf"
#define TOKENDIR     ".local/share/softhsm2/tokens"
#define REGISTRATION ".config/pkcs11/modules/softhsm2.module"

/* Both PINs, a line each, on descriptor 3. */
#define PINS SO_PIN "\n" USER_PIN "\n"
#define INIT(place, ...)                                                                                     \
	run_with_fds (place, PINS, NULL, (place)->setup, "init", "--module", (place)->module, "--so-pin-fd", \
	              "3", "--pin-fd", "3", __VA_ARGS__, NULL)
#define INIT_PLAIN(place)                                                                                    \
	run_with_fds (place, PINS, NULL, (place)->setup, "init", "--module", (place)->module, "--so-pin-fd", \
	              "3", "--pin-fd", "3", NULL)
#define STATUS(place) run (place, (place)->setup, "status", "--module", (place)->module, NULL)

static int
mode_of (const Place *place, const char *below_home)
{
	g_autofree char *path = place_path (place, below_home);
	struct stat info;

	g_assert_cmpint (stat (path, &info), ==, 0);
	return (int)(info.st_mode & 07777);
}

/* The tokens in a directory below the home. */
static unsigned
count_tokens (const Place *place, const char *below_home)
{
	g_autofree char *path = place_path (place, below_home);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	unsigned n = 0;

	while (dir != NULL && g_dir_read_name (dir) != NULL)
		n++;
	return n;
}

/* The token is refused with a message that names @words, and nothing in the home has changed. */
static void
assert_refused (Place *place, const char *words)
{
	g_autofree char *before = place_snapshot (place);
	g_autofree char *after = NULL;
	g_autoptr (Result) result = INIT (place, "--label", "mine");

	assert_status (result, 1);
	assert_err (result, words);
	g_assert_cmpstr (result->out, ==, "");
	after = place_snapshot (place);
	g_assert_cmpstr (after, ==, before);
}

/* --- the command line --- */

static void
version_is_that_of_the_project (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, "--version", NULL);

	assert_status (result, 0);
	g_assert_cmpstr (result->out, ==, "softhsm2-setup " PACKAGE_VERSION "\n");
}

static void
help_names_the_commands (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, "--help", NULL);

	assert_status (result, 0);
	assert_out (result, "\n  init ");
	assert_out (result, "\n  status ");
	g_assert_null (strstr (result->out, "tokens-seen"));
}

static void
command_help_names_its_options (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, "init", "--help", NULL);

	assert_status (result, 0);
	assert_out (result, "softhsm2-setup init");
	assert_out (result, "--so-pin-file=FILE");
}

static void
no_command_is_a_usage_error (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, NULL);

	assert_status (result, 2);
	assert_err (result, "Try \"softhsm2-setup --help\".");
}

static void
unknown_command_is_a_usage_error (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, "inti", NULL);

	assert_status (result, 2);
	assert_err (result, "\"inti\"");
}

static void
unknown_option_is_a_usage_error (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, "init", "--pin", USER_PIN, NULL);

	assert_status (result, 2);
	assert_err (result, "Try \"softhsm2-setup init --help\".");
}

static void
superfluous_argument_is_a_usage_error (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, "status", "now", NULL);

	assert_status (result, 2);
}

static void
pin_from_file_and_descriptor_is_a_usage_error (Place *place, gconstpointer data)
{
	g_autoptr (Result) result =
		run (place, place->setup, "init", "--pin-file", "/dev/null", "--pin-fd", "3", NULL);

	assert_status (result, 2);
}

/* --- init --- */

static void
init_makes_a_token_that_p11_kit_shows (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = INIT (place, "--label", "my token");

	assert_status (result, 0);
	assert_out (result, "Made the token \"my token\", serial number ");
	assert_out (result, "as pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=");
	assert_out (result, ";token=my%20token\n");
	g_assert_cmpuint (count_tokens (place, TOKENDIR), ==, 1);
}

static void
init_keeps_others_out (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = INIT_PLAIN (place);

	assert_status (result, 0);
	g_assert_cmpint (mode_of (place, CONF), ==, 0600);
	g_assert_cmpint (mode_of (place, REGISTRATION), ==, 0600);
	g_assert_cmpint (mode_of (place, TOKENDIR), ==, 0700);
	g_assert_cmpint (mode_of (place, ".config/softhsm2"), ==, 0700);
	g_assert_cmpint (mode_of (place, ".config/pkcs11/modules"), ==, 0700);
}

static void
init_writes_the_token_directory_into_the_configuration (Place *place, gconstpointer data)
{
	g_autofree char *line = g_strdup_printf ("\ndirectories.tokendir = %s/" TOKENDIR "\n", place->home);
	g_autoptr (Result) result = INIT_PLAIN (place);
	g_autofree char *conf = place_read (place, CONF);

	assert_status (result, 0);
	assert_contains_at (conf, line, G_STRFUNC, __LINE__);
}

static void
init_registers_the_absolute_path_of_a_module_elsewhere (Place *place, gconstpointer data)
{
	g_autofree char *line = g_strdup_printf ("\nmodule: %s\n", place->module);
	g_autoptr (Result) result = INIT_PLAIN (place);
	g_autofree char *registration = place_read (place, REGISTRATION);

	assert_status (result, 0);
	g_assert_true (g_str_has_prefix (registration, "# Written by softhsm2-setup"));
	g_assert_true (g_str_has_suffix (registration, line));
}

static void
init_leaves_no_temporary_files (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = INIT_PLAIN (place);
	g_autofree char *snapshot = place_snapshot (place);

	assert_status (result, 0);
	g_assert_null (strstr (snapshot, ".softhsm2-setup."));
}

static void
init_without_label_takes_the_name_of_the_user (Place *place, gconstpointer data)
{
	g_autofree char *expected = NULL;
	g_autoptr (Result) result = INIT_PLAIN (place);

	assert_status (result, 0);
	expected = g_strdup_printf ("Made the token \"%s\"", getuid () == 0 ? "nobody" : g_get_user_name ());
	assert_out (result, expected);
}

static void
init_again_changes_nothing_and_says_so (Place *place, gconstpointer data)
{
	g_autoptr (Result) first = INIT_PLAIN (place);
	g_autofree char *before = place_snapshot (place);
	g_autoptr (Result) second = run (place, place->setup, "init", "--module", place->module, NULL);
	g_autofree char *after = place_snapshot (place);

	assert_status (first, 0);
	assert_status (second, 0);
	assert_out (second, "Nothing was changed: the token ");
	g_assert_cmpstr (after, ==, before);
}

static void
init_with_another_label_makes_another_token (Place *place, gconstpointer data)
{
	g_autoptr (Result) first = INIT (place, "--label", "one");
	g_autoptr (Result) second = INIT (place, "--label", "two");

	assert_status (first, 0);
	assert_status (second, 0);
	assert_out (second, "Made the token \"two\"");
	g_assert_cmpuint (count_tokens (place, TOKENDIR), ==, 2);
}

static void
init_completes_what_is_missing (Place *place, gconstpointer data)
{
	g_autofree char *path = place_path (place, REGISTRATION);
	g_autoptr (Result) first = INIT_PLAIN (place);
	g_autoptr (Result) second = NULL;

	assert_status (first, 0);
	g_assert_cmpint (g_unlink (path), ==, 0);
	second = run (place, place->setup, "init", "--module", place->module, NULL);
	assert_status (second, 0);
	assert_out (second, "Registered it with p11-kit");
	g_assert_null (strstr (second->out, "Made the token"));
	g_assert_true (place_has (place, REGISTRATION));
}

static void
init_renews_its_own_registration_of_another_module (Place *place, gconstpointer data)
{
	g_autofree char *text = NULL;
	g_autofree char *now = NULL;
	g_autofree char *outdated = NULL;
	g_autoptr (Result) first = INIT_PLAIN (place);
	g_autoptr (Result) second = NULL;

	assert_status (first, 0);
	text = place_read (place, REGISTRATION);
	outdated = g_strconcat (text, "priority: 3\n", NULL);
	place_write (place, REGISTRATION, outdated);
	second = INIT_PLAIN (place);
	assert_status (second, 0);
	now = place_read (place, REGISTRATION);
	g_assert_cmpstr (now, ==, text);
}

static void
init_uses_a_configuration_that_is_there (Place *place, gconstpointer data)
{
	g_autofree char *text = g_strdup_printf ("# from SoftHSM\ndirectories.tokendir = %s/elsewhere/\n"
	                                         "objectstore.backend=file\nslots.removable = true\n",
	                                         place->home);
	g_autofree char *conf = NULL;
	g_autoptr (Result) result = NULL;

	place_write (place, CONF, text);
	result = INIT_PLAIN (place);
	assert_status (result, 0);
	conf = place_read (place, CONF);
	g_assert_cmpstr (conf, ==, text);
	g_assert_cmpuint (count_tokens (place, "elsewhere"), ==, 1);
	g_assert_cmpint (mode_of (place, "elsewhere"), ==, 0700);
	g_assert_false (place_has (place, TOKENDIR));
}

static void
init_uses_a_token_that_is_there (Place *place, gconstpointer data)
{
	g_autofree char *text = g_strdup_printf ("directories.tokendir = %s/elsewhere\n", place->home);
	g_autoptr (Result) made = NULL, result = NULL;

	place_write (place, CONF, text);
	place_mkdir (place, "elsewhere", 0700);
	made = run (place, place->util, "--module", place->module, "--init-token", "--free", "--label", "old",
	            "--so-pin", SO_PIN, "--pin", USER_PIN, NULL);
	assert_status (made, 0);
	result = run (place, place->setup, "init", "--module", place->module, NULL);
	assert_status (result, 0);
	assert_out (result, ";token=old\n");
	g_assert_cmpuint (count_tokens (place, "elsewhere"), ==, 1);
}

static void
init_follows_xdg_directories (Place *place, gconstpointer data)
{
	g_autofree char *config = place_path (place, "xdg config");
	g_autofree char *share = place_path (place, "xdg data");
	g_autoptr (Result) result = NULL;

	place_setenv (place, "XDG_CONFIG_HOME", config);
	place_setenv (place, "XDG_DATA_HOME", share);
	result = INIT_PLAIN (place);
	assert_status (result, 0);
	/* The module looks in ~/.config whatever XDG_CONFIG_HOME says. */
	g_assert_true (place_has (place, CONF));
	g_assert_true (place_has (place, "xdg config/pkcs11/modules/softhsm2.module"));
	g_assert_cmpuint (count_tokens (place, "xdg data/softhsm2/tokens"), ==, 1);
}

static void
init_keeps_others_out_whatever_the_umask (Place *place, gconstpointer data)
{
	mode_t before = umask (0);
	g_autoptr (Result) result = INIT_PLAIN (place);

	umask (before);
	assert_status (result, 0);
	g_assert_cmpint (mode_of (place, TOKENDIR), ==, 0700);
	g_assert_cmpint (mode_of (place, CONF), ==, 0600);
	g_assert_cmpint (mode_of (place, ".config"), ==, 0700);
}

/* --- PINs --- */

/* Can a token be made anew with this SO PIN, and a key imported with this user PIN? */
static void
assert_pins (Place *place, const char *so_pin, const char *pin)
{
	g_autoptr (Result) user = NULL, so = NULL;
	g_autofree char *key = place_path (place, "key");

	place_write (place, "key", "0123456789abcdef");
	user = run (place, place->util, "--module", place->module, "--import", key, "--aes", "--token",
	            "mine", "--label", "k", "--id", "01", "--pin", pin, NULL);
	assert_status (user, 0);
	so = run (place, place->util, "--module", place->module, "--init-token", "--token", "mine", "--label",
	          "mine", "--so-pin", so_pin, "--pin", pin, NULL);
	assert_status (so, 0);
}

static void
init_takes_pins_from_one_descriptor_line_by_line (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = INIT (place, "--label", "mine");

	assert_status (result, 0);
	assert_pins (place, SO_PIN, USER_PIN);
}

static void
init_takes_pins_from_two_descriptors (Place *place, gconstpointer data)
{
	g_autoptr (Result) result =
		run_with_fds (place, "first so pin\n", "second", place->setup, "init", "--module",
	                      place->module, "--label", "mine", "--so-pin-fd", "3", "--pin-fd", "4", NULL);

	assert_status (result, 0);
	assert_pins (place, "first so pin", "second");
}

static void
init_takes_pins_from_first_lines_of_files (Place *place, gconstpointer data)
{
	g_autofree char *so_file = place_path (place, "so");
	g_autofree char *file = place_path (place, "user");
	g_autoptr (Result) result = NULL;

	place_write (place, "so", "so pin\r\nnot this\n");
	place_write (place, "user", "user pin");
	result = run (place, place->setup, "init", "--module", place->module, "--label", "mine",
	              "--so-pin-file", so_file, "--pin-file", file, NULL);
	assert_status (result, 0);
	assert_pins (place, "so pin", "user pin");
}

static void
init_asks_for_pins_without_showing_them (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = {
		{ "SO PIN: ", SO_PIN "\n" },
		{ "SO PIN again: ", SO_PIN "\n" },
		{ "User PIN: ", "123\n" },
		{ "A PIN has 4 to 255 characters.", USER_PIN "\n" },
		{ "User PIN again: ", "nope\n" },
		{ "The two are not the same.", USER_PIN "\n" },
		{ "User PIN again: ", USER_PIN "\n" },
		{ 0 },
	};
	g_autoptr (Result) result = NULL;
	bool echoes;

	result = converse (place, exchanges, &echoes, place->setup, "init", "--module", place->module,
	                   "--label", "mine", NULL);
	assert_status (result, 0);
	g_assert_null (strstr (result->out, USER_PIN));
	g_assert_null (strstr (result->out, "*"));
	g_assert_true (echoes);
	assert_pins (place, SO_PIN, USER_PIN);
}

static void
init_interrupted_at_the_prompt_makes_nothing (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = { { "SO PIN: ", SO_PIN "\n" }, { "SO PIN again: ", "\003" }, { 0 } };
	g_autofree char *before = place_snapshot (place);
	g_autofree char *after = NULL;
	g_autoptr (Result) result = NULL;
	bool echoes;

	result = converse (place, exchanges, &echoes, place->setup, "init", "--module", place->module, NULL);
	assert_status (result, 128 + 2);
	g_assert_true (echoes);
	after = place_snapshot (place);
	g_assert_cmpstr (after, ==, before);
}

static void
init_without_terminal_says_how_to_give_the_pin (Place *place, gconstpointer data)
{
	g_autofree char *before = place_snapshot (place);
	g_autofree char *after = NULL;
	g_autoptr (Result) result = run (place, place->setup, "init", "--module", place->module, NULL);

	assert_status (result, 1);
	assert_err (result, "--so-pin-file, --so-pin-fd");
	after = place_snapshot (place);
	g_assert_cmpstr (after, ==, before);
}

static void
init_refuses_a_short_pin_in_a_file (Place *place, gconstpointer data)
{
	g_autofree char *file = place_path (place, "pin");
	g_autoptr (Result) result = NULL;

	place_write (place, "pin", "123\n");
	result = run (place, place->setup, "init", "--module", place->module, "--so-pin-file", file, NULL);
	assert_status (result, 1);
	assert_err (result, file);
	assert_err (result, "4 to 255 characters");
	g_assert_null (strstr (result->err, "123"));
	g_assert_false (place_has (place, CONF));
}

static void
init_names_a_pin_file_that_is_not_there (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->setup, "init", "--module", place->module,
	                                 "--so-pin-file", "/nonexistent", NULL);

	assert_status (result, 1);
	assert_err (result, "The PIN file /nonexistent cannot be opened: ");
	g_assert_false (place_has (place, CONF));
}

static void
init_reports_a_closed_descriptor (Place *place, gconstpointer data)
{
	g_autoptr (Result) result =
		run (place, place->setup, "init", "--module", place->module, "--so-pin-fd", "9", NULL);

	assert_status (result, 1);
	assert_err (result, "descriptor 9");
	g_assert_false (place_has (place, CONF));
}

/* --- refusals --- */

static void
init_refuses_root (Place *place, gconstpointer data)
{
	if (getuid () != 0) {
		g_test_skip ("only root can try this");
		return;
	}
	place->as_root = true;
	assert_refused (place, "This runs as root, and p11-kit ignores the configuration of root.");
}

static void
init_by_sudo_names_the_user_to_be (Place *place, gconstpointer data)
{
	if (getuid () != 0) {
		g_test_skip ("only root can try this");
		return;
	}
	place->as_root = true;
	place_setenv (place, "SUDO_USER", "alice");
	assert_refused (place, "Run it as \"alice\", without sudo.");
}

static void
init_refuses_the_home_of_another (Place *place, gconstpointer data)
{
	place_setenv (place, "HOME", getuid () == 0 ? place->dir : "/");
	assert_refused (place, " belongs to another user");
}

static void
init_refuses_a_relative_home (Place *place, gconstpointer data)
{
	place_setenv (place, "HOME", "home");
	assert_refused (place, "HOME is \"home\", which is no absolute path.");
}

static void
init_refuses_a_relative_xdg_config_home (Place *place, gconstpointer data)
{
	place_setenv (place, "XDG_CONFIG_HOME", "config");
	assert_refused (place, "XDG_CONFIG_HOME is \"config\"");
}

static void
init_refuses_softhsm2_conf_of_elsewhere (Place *place, gconstpointer data)
{
	place_setenv (place, "SOFTHSM2_CONF", place->conf);
	assert_refused (place, "The environment variable SOFTHSM2_CONF names ");
}

static void
init_refuses_where_p11_kit_takes_no_user_configuration (Place *place, gconstpointer data)
{
	place_setenv (place, "P11_KIT_NO_USER_CONFIG", "");
	assert_refused (place, "P11_KIT_NO_USER_CONFIG is set");
}

static void
init_refuses_user_config_none (Place *place, gconstpointer data)
{
	place_write (place, ".config/pkcs11/pkcs11.conf", "# mine\n user-config : none\n");
	assert_refused (place, "/.config/pkcs11/pkcs11.conf says \"user-config: none\"");
}

static void
init_refuses_a_user_config_that_p11_kit_does_not_know (Place *place, gconstpointer data)
{
	place_write (place, ".config/pkcs11/pkcs11.conf", "user-config: yes\n");
	assert_refused (place, "says \"user-config: yes\", which p11-kit does not know");
}

static void
init_refuses_a_registration_of_others (Place *place, gconstpointer data)
{
	place_write (place, REGISTRATION, "module: /usr/lib/softhsm/libsofthsm2.so\n");
	assert_refused (place, REGISTRATION " is there and was not written by softhsm2-setup");
}

static void
init_refuses_beside_a_file_that_breaks_p11_kit (Place *place, gconstpointer data)
{
	place_write (place, ".config/pkcs11/modules/other.module", "# fine\nmodule /usr/lib/other.so\n");
	assert_refused (place, "Line 2 of ");
}

static void
init_refuses_beside_a_link_to_nothing (Place *place, gconstpointer data)
{
	g_autofree char *link = place_path (place, ".config/pkcs11/modules/other.module");

	place_mkdir (place, ".config/pkcs11/modules", 0755);
	g_assert_cmpint (symlink ("/nonexistent", link), ==, 0);
	assert_refused (place, "other.module is a link to nothing");
}

static void
init_refuses_a_conf_that_is_no_configuration (Place *place, gconstpointer data)
{
	place_write (place, CONF, "Dear diary,\n");
	assert_refused (place, CONF " does not set directories.tokendir");
}

static void
init_refuses_a_conf_with_a_bad_value (Place *place, gconstpointer data)
{
	place_write (place, CONF, "directories.tokendir = /tmp\nlog.level = LOUD\n");
	assert_refused (place, "log.level is \"LOUD\"");
}

static void
init_refuses_a_conf_that_is_a_directory (Place *place, gconstpointer data)
{
	place_mkdir (place, CONF, 0755);
	assert_refused (place, CONF " is in the way: it is no file.");
}

static void
init_refuses_a_token_directory_that_it_may_not_write (Place *place, gconstpointer data)
{
	place_write (place, CONF, "directories.tokendir = /usr/lib\n");
	assert_refused (place, "The token directory /usr/lib, which ");
}

static void
init_refuses_a_token_directory_open_to_others (Place *place, gconstpointer data)
{
	place_mkdir (place, TOKENDIR, 0755);
	assert_refused (place, "is open to other users. Close it with \"chmod 700\"");
}

static void
init_refuses_a_long_label (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = INIT (place, "--label", "123456789012345678901234567890123");

	assert_status (result, 1);
	assert_err (result, "a label has 1 to 32 bytes");
}

static void
init_refuses_a_module_that_is_not_there (Place *place, gconstpointer data)
{
	g_free (place->module);
	place->module = g_strdup ("/nonexistent.so");
	assert_refused (place, "The module cannot be loaded: /nonexistent.so: ");
}

/* Gives the home another name. */
static void
rename_home (Place *place, const char *name)
{
	char *renamed = g_build_filename (place->dir, name, NULL);

	g_assert_cmpint (g_rename (place->home, renamed), ==, 0);
	g_free (place->home);
	place->home = renamed;
	place_setenv (place, "HOME", renamed);
}

static void
init_refuses_a_home_with_a_number_sign (Place *place, gconstpointer data)
{
	rename_home (place, "home#1");
	assert_refused (place, "has a \"#\" in its name, which softhsm2.conf cannot hold");
}

static void
init_refuses_a_home_with_an_equals_sign (Place *place, gconstpointer data)
{
	rename_home (place, "a=b");
	assert_refused (place, "has a \"=\" in its name, which softhsm2.conf cannot hold");
}

static void
init_refuses_a_home_with_a_line_break (Place *place, gconstpointer data)
{
	rename_home (place, "two\nlines");
	assert_refused (place, "has a line break in its name");
}

static void
init_refuses_a_home_too_long_for_softhsm (Place *place, gconstpointer data)
{
	g_autofree char *name = g_strnfill (240, 'h');

	rename_home (place, name);
	assert_refused (place, "is longer than the 255 bytes");
}

static void
init_refuses_a_token_directory_too_long_for_softhsm (Place *place, gconstpointer data)
{
	g_autofree char *name = g_strnfill (250, 'd');
	g_autofree char *path = place_path (place, name);

	place_setenv (place, "XDG_DATA_HOME", path);
	assert_refused (place, "is longer than 255 bytes");
}

/* --- all or nothing --- */

static void
init_takes_all_back_when_it_cannot_register (Place *place, gconstpointer data)
{
	place_mkdir (place, ".config/pkcs11/modules", 0755);
	place_mkdir (place, ".config/pkcs11/modules", 0555);
	place_mkdir (place, ".config/pkcs11", 0555);
	assert_refused (place, REGISTRATION " cannot be made: ");
}

static void
init_takes_all_back_when_p11_kit_does_not_show_the_token (Place *place, gconstpointer data)
{
	/* A key that ours does not have, so that it is not overruled: p11-kit asks the remote one. */
	place_write (place, ".config/pkcs11/modules/broken.module",
	             "module: /nonexistent.so\ncritical: yes\n");
	assert_refused (place, "p11-kit");
}

static void
init_leaves_what_was_there_when_it_fails (Place *place, gconstpointer data)
{
	g_autofree char *conf = g_strdup_printf ("directories.tokendir = %s/tokens\n", place->home);

	place_write (place, CONF, conf);
	place_mkdir (place, "tokens", 0700);
	place_write (place, ".config/pkcs11/modules/broken.module",
	             "module: /nonexistent.so\ncritical: yes\n");
	{
		g_autoptr (Result) result = INIT (place, "--label", "mine");
		g_autofree char *now = place_read (place, CONF);

		assert_status (result, 1);
		g_assert_cmpstr (now, ==, conf);
		g_assert_cmpuint (count_tokens (place, "tokens"), ==, 0);
		g_assert_false (place_has (place, REGISTRATION));
	}
}

/* --- status --- */

static void
status_of_a_complete_setup_is_0 (Place *place, gconstpointer data)
{
	g_autoptr (Result) made = INIT (place, "--label", "mine");
	g_autofree char *conf = place_path (place, CONF);
	g_autoptr (Result) result = STATUS (place);

	assert_status (made, 0);
	assert_status (result, 0);
	assert_out (result, conf);
	assert_out (result, "It counts because it is yours and SOFTHSM2_CONF is not set.");
	assert_out (result, "\"mine\", serial number ");
	assert_out (result, ", user PIN set");
	assert_out (result, "written by softhsm2-setup");
	assert_out (result, ";token=mine\n");
	g_assert_null (strstr (result->out, "Problems"));
}

static void
status_changes_nothing (Place *place, gconstpointer data)
{
	g_autoptr (Result) made = INIT_PLAIN (place);
	g_autofree char *before = place_snapshot (place);
	g_autoptr (Result) result = STATUS (place);
	g_autofree char *after = place_snapshot (place);

	assert_status (made, 0);
	assert_status (result, 0);
	g_assert_cmpstr (after, ==, before);
}

static void
status_names_the_variable_that_rules (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	place_setenv (place, "SOFTHSM2_CONF", place->conf);
	result = STATUS (place);
	assert_out (result, place->conf);
	assert_out (result, "because the environment variable SOFTHSM2_CONF names it");
}

static void
status_without_configuration_is_1_and_says_what_to_do (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	place_setenv (place, "SOFTHSM2_CONF", "/nonexistent.conf");
	result = STATUS (place);
	assert_status (result, 1);
	assert_out (result, "The configuration cannot be used: /nonexistent.conf: ");
	assert_out (result, "\"softhsm2-setup init\"");
}

static void
status_without_token_is_1_and_says_what_to_do (Place *place, gconstpointer data)
{
	g_autofree char *text = g_strdup_printf ("directories.tokendir = %s/tokens\n", place->home);
	g_autoptr (Result) result = NULL;

	place_write (place, CONF, text);
	place_mkdir (place, "tokens", 0700);
	result = STATUS (place);
	assert_status (result, 1);
	assert_out (result, "There is no token. \"softhsm2-setup init\" makes one.");
}

static void
status_says_why_p11_kit_does_not_show_the_token (Place *place, gconstpointer data)
{
	g_autoptr (Result) made = INIT_PLAIN (place);
	g_autoptr (Result) result = NULL;

	assert_status (made, 0);
	/* A registration for all users that may be there would still show the token; a mask hides that one.
	 */
	place_write (place, REGISTRATION, "enable-in:\n");
	result = STATUS (place);
	assert_status (result, 1);
	assert_out (result, "switched off for all programs");
	assert_out (result, "not written by softhsm2-setup");
	assert_out (result, "p11-kit does not show all of your tokens");
}

static void
status_names_the_file_that_breaks_p11_kit (Place *place, gconstpointer data)
{
	g_autoptr (Result) made = INIT_PLAIN (place);
	g_autoptr (Result) result = NULL;

	assert_status (made, 0);
	place_write (place, ".config/pkcs11/modules/other.module", "[section]\n");
	result = STATUS (place);
	assert_status (result, 1);
	assert_out (result, "Line 1 of ");
	assert_out (result, "other.module is not \"key: value\", which makes all of p11-kit fail");
}

static void
status_notes_that_xdg_config_home_parts_the_two (Place *place, gconstpointer data)
{
	g_autofree char *config = place_path (place, "xdg");
	g_autoptr (Result) made = NULL, result = NULL;

	place_setenv (place, "XDG_CONFIG_HOME", config);
	made = INIT_PLAIN (place);
	assert_status (made, 0);
	result = STATUS (place);
	assert_status (result, 0);
	assert_out (result, "XDG_CONFIG_HOME has p11-kit look in ");
}

static void
status_notes_a_token_directory_open_to_others (Place *place, gconstpointer data)
{
	g_autoptr (Result) made = INIT_PLAIN (place);
	g_autoptr (Result) result = NULL;

	assert_status (made, 0);
	place_mkdir (place, TOKENDIR, 0755);
	result = STATUS (place);
	assert_status (result, 0);
	assert_out (result, "is open to other users; \"chmod 700\" closes it.");
}

static void
status_of_root_says_that_p11_kit_ignores_the_user (Place *place, gconstpointer data)
{
	g_autoptr (Result) made = INIT_PLAIN (place);
	g_autoptr (Result) result = NULL;

	assert_status (made, 0);
	if (getuid () != 0) {
		g_test_skip ("only root can try this");
		return;
	}
	place->as_root = true;
	result = STATUS (place);
	assert_out (result, "p11-kit ignores the configuration of root");
}

#define ADD(function) add_test ("softhsm2-setup", function)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	ADD (version_is_that_of_the_project);
	ADD (help_names_the_commands);
	ADD (command_help_names_its_options);
	ADD (no_command_is_a_usage_error);
	ADD (unknown_command_is_a_usage_error);
	ADD (unknown_option_is_a_usage_error);
	ADD (superfluous_argument_is_a_usage_error);
	ADD (pin_from_file_and_descriptor_is_a_usage_error);
	ADD (init_makes_a_token_that_p11_kit_shows);
	ADD (init_keeps_others_out);
	ADD (init_writes_the_token_directory_into_the_configuration);
	ADD (init_registers_the_absolute_path_of_a_module_elsewhere);
	ADD (init_leaves_no_temporary_files);
	ADD (init_without_label_takes_the_name_of_the_user);
	ADD (init_again_changes_nothing_and_says_so);
	ADD (init_with_another_label_makes_another_token);
	ADD (init_completes_what_is_missing);
	ADD (init_renews_its_own_registration_of_another_module);
	ADD (init_uses_a_configuration_that_is_there);
	ADD (init_uses_a_token_that_is_there);
	ADD (init_follows_xdg_directories);
	ADD (init_keeps_others_out_whatever_the_umask);
	ADD (init_takes_pins_from_one_descriptor_line_by_line);
	ADD (init_takes_pins_from_two_descriptors);
	ADD (init_takes_pins_from_first_lines_of_files);
	ADD (init_asks_for_pins_without_showing_them);
	ADD (init_interrupted_at_the_prompt_makes_nothing);
	ADD (init_without_terminal_says_how_to_give_the_pin);
	ADD (init_refuses_a_short_pin_in_a_file);
	ADD (init_names_a_pin_file_that_is_not_there);
	ADD (init_reports_a_closed_descriptor);
	ADD (init_refuses_root);
	ADD (init_by_sudo_names_the_user_to_be);
	ADD (init_refuses_the_home_of_another);
	ADD (init_refuses_a_relative_home);
	ADD (init_refuses_a_relative_xdg_config_home);
	ADD (init_refuses_softhsm2_conf_of_elsewhere);
	ADD (init_refuses_where_p11_kit_takes_no_user_configuration);
	ADD (init_refuses_user_config_none);
	ADD (init_refuses_a_user_config_that_p11_kit_does_not_know);
	ADD (init_refuses_a_registration_of_others);
	ADD (init_refuses_beside_a_file_that_breaks_p11_kit);
	ADD (init_refuses_beside_a_link_to_nothing);
	ADD (init_refuses_a_conf_that_is_no_configuration);
	ADD (init_refuses_a_conf_with_a_bad_value);
	ADD (init_refuses_a_conf_that_is_a_directory);
	ADD (init_refuses_a_token_directory_that_it_may_not_write);
	ADD (init_refuses_a_token_directory_open_to_others);
	ADD (init_refuses_a_long_label);
	ADD (init_refuses_a_module_that_is_not_there);
	ADD (init_refuses_a_home_with_a_number_sign);
	ADD (init_refuses_a_home_with_an_equals_sign);
	ADD (init_refuses_a_home_with_a_line_break);
	ADD (init_refuses_a_home_too_long_for_softhsm);
	ADD (init_refuses_a_token_directory_too_long_for_softhsm);
	ADD (init_takes_all_back_when_it_cannot_register);
	ADD (init_takes_all_back_when_p11_kit_does_not_show_the_token);
	ADD (init_leaves_what_was_there_when_it_fails);
	ADD (status_of_a_complete_setup_is_0);
	ADD (status_changes_nothing);
	ADD (status_names_the_variable_that_rules);
	ADD (status_without_configuration_is_1_and_says_what_to_do);
	ADD (status_without_token_is_1_and_says_what_to_do);
	ADD (status_says_why_p11_kit_does_not_show_the_token);
	ADD (status_names_the_file_that_breaks_p11_kit);
	ADD (status_notes_that_xdg_config_home_parts_the_two);
	ADD (status_notes_a_token_directory_open_to_others);
	ADD (status_of_root_says_that_p11_kit_ignores_the_user);

	return g_test_run ();
}
