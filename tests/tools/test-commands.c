/* softhsm2-setup beyond init and status: register, check, token, backup and restore, by a plain user. */

#include "tooltest.h"

#include <glib/gstdio.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REGISTRATION ".config/pkcs11/modules/softhsm2.module"
#define TOKENDIR     ".local/share/softhsm2/tokens"
#define PINS         SO_PIN "\n" USER_PIN "\n"

#define SETUP(place, ...)     run (place, (place)->setup, __VA_ARGS__, NULL)
#define WITH_PIN(place, ...)  run_with_fds (place, USER_PIN "\n", "another-pin\n", (place)->setup, __VA_ARGS__, NULL)
#define WITH_PINS(place, ...) run_with_fds (place, PINS, "another-pin\n", (place)->setup, __VA_ARGS__, NULL)
#define MODULE(place)         "--module", (place)->module

static void
set_up (Place *place)
{
	g_autoptr (Result) result = WITH_PINS (place, "init", "--label", "mine", "--so-pin-fd", "3", "--pin-fd", "3", MODULE (place));

	assert_status (result, 0);
}

static int
mode_of (const Place *place, const char *below_home)
{
	g_autofree char *path = place_path (place, below_home);
	struct stat info;

	g_assert_cmpint (stat (path, &info), ==, 0);
	return (int)(info.st_mode & 07777);
}

/* --- what is written about them --- */

/* Every option that a command's help names is in its man page. */
static void
assert_options_are_in (const char *page, const char *help)
{
	g_autoptr (GRegex) option = g_regex_new ("(--[a-z][a-z-]*)", 0, 0, NULL);
	g_autoptr (GMatchInfo) match = NULL;

	for (g_regex_match (option, help, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL)) {
		g_autofree char *name = g_match_info_fetch (match, 1);

		if (strstr (page, name) == NULL)
			g_error ("%s is not in the man page", name);
	}
}

static void
the_man_page_names_every_command_and_option (Place *place, gconstpointer data)
{
	static const char *const commands[][2] = {
		{ "init" }, { "status" }, { "check" }, { "token", "list" }, { "token", "create" }, { "token", "rename" },
		{ "token", "set-pin" }, { "token", "reset-pin" }, { "token", "delete" }, { "import" }, { "export" }, { "backup" },
		{ "restore" }, { "register" }, { "unregister" }, { "mask" },
	};
	g_autofree char *path = g_build_filename (g_getenv ("SOFTHSM2_MAN"), "softhsm2-setup.1", NULL);
	g_autofree char *roff = NULL;
	GString *page;

	g_assert_true (g_file_get_contents (path, &roff, NULL, NULL));
	page = g_string_new (roff);
	g_string_replace (page, "\\-", "-", 0);
	for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
		g_autofree char *name = g_strjoin (" ", commands[i][0], commands[i][1], NULL);
		g_autoptr (Result) help = commands[i][1] ? SETUP (place, commands[i][0], commands[i][1], "--help") :
		                                           SETUP (place, commands[i][0], "--help");

		assert_status (help, 0);
		assert_contains_at (page->str, name, G_STRFUNC, __LINE__);
		assert_options_are_in (page->str, help->out);
	}
	g_string_free (page, TRUE);
}

/* --- init with choices --- */

static void
dry_run_shows_all_and_writes_nothing (Place *place, gconstpointer data)
{
	g_autofree char *before = place_snapshot (place);
	g_autofree char *after = NULL;
	g_autoptr (Result) result = SETUP (place, "init", "--dry-run", "--label", "mine", MODULE (place));

	after = place_snapshot (place);
	assert_status (result, 0);
	assert_out (result, "directories.tokendir = ");
	assert_out (result, "module: ");
	assert_out (result, "\"mine\"");
	g_assert_cmpstr (before, ==, after);
}

static void
token_dir_is_where_it_is_asked_to_be (Place *place, gconstpointer data)
{
	g_autofree char *dir = place_path (place, "elsewhere/tokens");
	g_autoptr (Result) result = WITH_PINS (place, "init", "--token-dir", dir, "--so-pin-fd", "3", "--pin-fd", "3", MODULE (place));
	g_autoptr (Result) other = NULL;

	assert_status (result, 0);
	g_assert_cmpint (mode_of (place, "elsewhere/tokens"), ==, 0700);
	g_assert_false (place_has (place, TOKENDIR));
	other = SETUP (place, "init", "--token-dir", "/elsewhere", MODULE (place));
	assert_status (other, 1);
	assert_err (other, "--token-dir");
}

static void
init_without_registration_registers_nothing (Place *place, gconstpointer data)
{
	g_autoptr (Result) result =
		WITH_PINS (place, "init", "--no-register", "--so-pin-fd", "3", "--pin-fd", "3", MODULE (place));

	assert_status (result, 0);
	g_assert_true (place_has (place, TOKENDIR));
	g_assert_false (place_has (place, REGISTRATION));
}

/* A process of p11-kit's own loads no module with sanitizers in it. */
static bool
skip_isolated (void)
{
	const char *sanitized = g_getenv ("CLIENTS_SANITIZED");

	if (sanitized == NULL || *sanitized == '\0')
		return false;
	g_test_skip ("the module is built with sanitizers");
	return true;
}

static void
an_isolated_token_is_seen (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	if (skip_isolated ())
		return;
	result = WITH_PINS (place, "init", "--label", "mine", "--isolated", "--so-pin-fd", "3", "--pin-fd", "3", MODULE (place));
	assert_status (result, 0);
	assert_out (result, "token=mine");
}

static void
an_so_pin_is_made_and_shown_once (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = WITH_PIN (place, "init", "--make-so-pin", "--pin-fd", "3", MODULE (place));
	g_autofree char *so_pin = NULL;
	g_autoptr (Result) reset = NULL;
	const char *at;

	assert_status (result, 0);
	at = strstr (result->out, "Its SO PIN is ");
	g_assert_nonnull (at);
	so_pin = g_strndup (at + strlen ("Its SO PIN is "), strcspn (at + strlen ("Its SO PIN is "), "\n"));
	g_assert_cmpuint (strlen (so_pin), ==, 29);
	reset = run_with_fds (place, so_pin, USER_PIN "\n", place->setup, "token", "reset-pin", "--so-pin-fd", "3", "--new-pin-fd",
	                      "4", MODULE (place), NULL);
	assert_status (reset, 0);
}

static void
an_empty_so_pin_at_the_terminal_has_one_made (Place *place, gconstpointer data)
{
	static const Exchange exchanges[] = {
		{ "SO PIN: ", "\n" }, { "User PIN: ", USER_PIN "\n" }, { "User PIN again: ", USER_PIN "\n" }, { 0 },
	};
	bool echoes;
	g_autoptr (Result) result = converse (place, exchanges, &echoes, place->setup, "init", MODULE (place), NULL);

	assert_status (result, 0);
	assert_out (result, "Its SO PIN is ");
}

/* --- register, unregister, mask --- */

static void
register_writes_what_was_asked_for (Place *place, gconstpointer data)
{
	static const struct {
		const char *options[4];
		const char *line;
	} rows[] = {
		{ { NULL }, "\nmodule: /" },
		{ { "--isolated" }, "\nremote: |p11-kit remote '/" },
		{ { "--priority", "7" }, "\npriority: 7\n" },
		{ { "--enable-in", "curl, ssh" }, "\nenable-in: curl, ssh\n" },
		{ { "--disable-in", "p11-kit-proxy" }, "\ndisable-in: p11-kit-proxy\n" },
	};

	set_up (place);
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (Result) result =
			run (place, place->setup, "register", MODULE (place), rows[i].options[0], rows[i].options[1], NULL);
		g_autofree char *text = place_read (place, REGISTRATION);

		assert_status (result, 0);
		assert_contains_at (text, rows[i].line, G_STRFUNC, __LINE__);
		g_assert_cmpint (mode_of (place, REGISTRATION), ==, 0600);
	}
}

static void
register_refuses_what_breaks_p11_kit (Place *place, gconstpointer data)
{
	static const struct {
		const char *options[4];
		const char *words;
	} rows[] = {
		{ { "--priority", "high" }, "\"high\"" },
		{ { "--enable-in", "curl\nx" }, "line break" },
		{ { "--enable-in", "a", "--disable-in", "b" } , "one of" },
		{ { "--enable-in", "p11-kit-proxy" }, "p11-kit-proxy" },
		{ { "--enable-in", "," }, "names no program" },
		{ { "--priority", "5x" }, "is no number" },
		{ { "--priority", "99999999999999999999" }, "is no number" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (Result) result = run (place, place->setup, "register", MODULE (place), rows[i].options[0],
		                                 rows[i].options[1], rows[i].options[2], rows[i].options[3], NULL);

		assert_status (result, 1);
		assert_err (result, rows[i].words);
		g_assert_false (place_has (place, REGISTRATION));
	}
}

static void
register_twice_changes_nothing (Place *place, gconstpointer data)
{
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autoptr (Result) result = NULL;

	set_up (place);
	before = place_snapshot (place);
	result = SETUP (place, "register", MODULE (place));
	after = place_snapshot (place);
	assert_status (result, 0);
	assert_out (result, "Nothing was changed");
	g_assert_cmpstr (before, ==, after);
}

static void
isolated_tells_what_p11_kit_drops (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	if (skip_isolated ())
		return;
	set_up (place);
	result = SETUP (place, "register", "--isolated", MODULE (place));
	assert_status (result, 0);
	assert_out (result, "token=mine");
	/* whatever the version, it does not know this one */
	assert_out (result, "\n  CKM_GOSTR3411\n");
}

static void
files_of_others_stay (Place *place, gconstpointer data)
{
	static const char *const commands[] = { "register", "unregister", "mask" };

	place_write (place, REGISTRATION, "module: /elsewhere.so\n");
	for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
		bool takes_module = i == 0;
		g_autoptr (Result) result = run (place, place->setup, commands[i], takes_module ? "--module" : NULL, place->module, NULL);
		g_autofree char *text = place_read (place, REGISTRATION);

		assert_status (result, 1);
		assert_err (result, "was not written by softhsm2-setup");
		g_assert_cmpstr (text, ==, "module: /elsewhere.so\n");
	}
}

static void
unregister_takes_back_and_leaves_the_token (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	g_autoptr (Result) again = NULL;

	set_up (place);
	result = SETUP (place, "unregister");
	assert_status (result, 0);
	g_assert_false (place_has (place, REGISTRATION));
	g_assert_true (place_has (place, TOKENDIR));
	again = SETUP (place, "unregister");
	assert_status (again, 0);
	assert_out (again, "Nothing was changed");
}

static void
mask_hides_the_token (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	g_autoptr (Result) seen = NULL;

	set_up (place);
	result = SETUP (place, "mask");
	assert_status (result, 0);
	seen = SETUP (place, "tokens-seen");
	assert_status (seen, 0);
	g_assert_null (strstr (seen->out, "token=mine"));
}

/* --- check --- */

/* The line of a test, with what stands below it. */
static char *
section (const Result *result, const char *title)
{
	const char *at = strstr (result->out, title);
	const char *end;

	g_assert_nonnull (at);
	while (at > result->out && at[-1] != '\n')
		at--;
	for (end = strchr (at, '\n'); end != NULL && end[1] == ' '; end = strchr (end + 1, '\n'))
		;
	return g_strndup (at, (gsize)(end ? end - at : (gssize)strlen (at)));
}

static void
assert_check (const Result *result, const char *title, const char *verdict)
{
	g_autofree char *text = section (result, title);

	if (!g_str_has_prefix (text, verdict))
		g_error ("%s is not \"%s\"", text, verdict);
}

static void
a_token_that_init_made_passes (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	set_up (place);
	result = SETUP (place, "check");
	assert_check (result, "The configuration is yours", "passed");
	assert_check (result, "The token directory is closed", "passed");
	assert_check (result, "The files of tokens are closed", "passed");
	assert_check (result, "No PIN is written down", "passed");
	assert_check (result, "No module is registered twice", "passed");
	assert_check (result, "What a PIN is worth on the disk", "note");
}

static void
check_finds_and_mends_permissions (Place *place, gconstpointer data)
{
	g_autofree char *tokendir = place_path (place, TOKENDIR);
	g_autofree char *conf = place_path (place, ".config/softhsm2/softhsm2.conf");
	g_autoptr (Result) found = NULL;
	g_autoptr (Result) mended = NULL;
	g_autoptr (Result) after = NULL;
	g_autofree char *token = NULL;
	g_autofree char *file = NULL;
	g_autoptr (GDir) dir = NULL;

	set_up (place);
	dir = g_dir_open (tokendir, 0, NULL);
	token = g_build_filename (tokendir, g_dir_read_name (dir), NULL);
	file = g_build_filename (token, "token.object", NULL);
	g_assert_cmpint (chmod (tokendir, 0755), ==, 0);
	g_assert_cmpint (chmod (file, 0644), ==, 0);
	g_assert_cmpint (chmod (conf, 0666), ==, 0);
	found = SETUP (place, "check");
	assert_status (found, 1);
	assert_check (found, "The token directory is closed", "FAILED");
	assert_check (found, "The files of tokens are closed", "FAILED");
	assert_check (found, "The configuration is yours", "FAILED");
	assert_out (found, "chmod 600 ");
	g_assert_cmpint (mode_of (place, TOKENDIR), ==, 0755);
	mended = SETUP (place, "check", "--fix");
	assert_out (mended, "mended: chmod 700 ");
	g_assert_cmpint (mode_of (place, TOKENDIR), ==, 0700);
	g_assert_cmpint (mode_of (place, ".config/softhsm2/softhsm2.conf") & 022, ==, 0);
	after = SETUP (place, "check");
	assert_check (after, "The token directory is closed", "passed");
	assert_check (after, "The files of tokens are closed", "passed");
}

static void
check_moves_aside_what_breaks_p11_kit (Place *place, gconstpointer data)
{
	g_autoptr (Result) found = NULL;
	g_autoptr (Result) mended = NULL;

	set_up (place);
	place_write (place, ".config/pkcs11/modules/broken.module", "this is no line\n");
	found = SETUP (place, "check");
	assert_check (found, "No module file breaks p11-kit", "failed");
	mended = SETUP (place, "check", "--fix");
	assert_check (mended, "No module file breaks p11-kit", "passed");
	g_assert_false (place_has (place, ".config/pkcs11/modules/broken.module"));
	g_assert_true (place_has (place, ".config/pkcs11/broken.module.aside"));
}

static void
check_finds_modules_that_are_registered_twice (Place *place, gconstpointer data)
{
	g_autofree char *line = g_strdup_printf ("module: %s\n", place->module);
	g_autoptr (Result) result = NULL;

	set_up (place);
	place_write (place, ".config/pkcs11/modules/twice.module", line);
	result = SETUP (place, "check");
	assert_check (result, "No module is registered twice", "failed");
}

static void
check_finds_pins_that_are_written_down (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	set_up (place);
	place_write (place, ".config/pkcs11/modules/other.module", "module: x.so\npin: 1234\n");
	place_setenv (place, "GNUTLS_PIN", "1234");
	result = SETUP (place, "check");
	assert_status (result, 1);
	assert_check (result, "No PIN is written down", "FAILED");
	assert_out (result, "GNUTLS_PIN");
	/* it does not repeat what it found */
	g_assert_null (strstr (result->out, "1234"));
}

static void
check_judges_pins_that_are_given (Place *place, gconstpointer data)
{
	g_autofree char *pin = place_path (place, "pin");
	g_autoptr (Result) result = NULL;

	set_up (place);
	place_write (place, "pin", "abcd\n");
	result = SETUP (place, "check", "--pin-file", pin, "--so-pin-file", pin);
	assert_check (result, "The PINs are long and differ", "failed");
	assert_out (result, "has 4 characters");
	assert_out (result, "are the same");
}

static void
check_speaks_json (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	set_up (place);
	result = SETUP (place, "check", "--json");
	g_assert_true (g_str_has_prefix (result->out, "[{\"check\":\"configuration\",\"result\":\"passed\",\"findings\":[]}"));
	assert_out (result, "{\"check\":\"pin-derivation\",\"result\":\"note\"");
	g_assert_true (g_str_has_suffix (result->out, "}]\n"));
	g_assert_null (strchr (result->out, '\033'));
}

static void
status_speaks_json (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	set_up (place);
	result = SETUP (place, "status", "--json", MODULE (place));
	assert_status (result, 0);
	g_assert_true (g_str_has_prefix (result->out, "{\""));
	assert_out (result, "\"label\":\"mine\"");
	assert_out (result, "token=mine\"]");
	assert_out (result, "\"problems\":[]");
	g_assert_cmpuint (strlen (result->out), ==, strcspn (result->out, "\n") + 1);
}

/* --- token --- */

static void
tokens_are_listed (Place *place, gconstpointer data)
{
	g_autoptr (Result) text = NULL;
	g_autoptr (Result) json = NULL;

	set_up (place);
	text = SETUP (place, "token", "list", MODULE (place));
	assert_status (text, 0);
	assert_out (text, "mine\n");
	assert_out (text, ";token=mine\n");
	json = SETUP (place, "token", "list", "--json", MODULE (place));
	assert_out (json, "\"label\":\"mine\"");
	assert_out (json, "\"user-pin\":true");
}

static void
a_second_token_is_made (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	g_autoptr (Result) list = NULL;

	set_up (place);
	result = WITH_PINS (place, "token", "create", "second", "--so-pin-fd", "3", "--pin-fd", "3", MODULE (place));
	assert_status (result, 0);
	assert_out (result, "\"second\"");
	list = SETUP (place, "token", "list", MODULE (place));
	assert_out (list, ";token=second\n");
}

static void
a_token_is_renamed_and_keeps_its_pins (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	g_autoptr (Result) pin = NULL;

	set_up (place);
	result = SETUP (place, "token", "rename", "mine", "another name", MODULE (place));
	assert_status (result, 0);
	assert_out (result, "token=another%20name");
	pin = WITH_PIN (place, "token", "set-pin", "another name", "--pin-fd", "3", "--new-pin-fd", "4", MODULE (place));
	assert_status (pin, 0);
}

static void
labels_that_no_token_can_have_are_refused (Place *place, gconstpointer data)
{
	static const char *const labels[] = { "", "a label that is longer than thirty-two", "\xff" };

	set_up (place);
	for (gsize i = 0; i < G_N_ELEMENTS (labels); i++) {
		g_autoptr (Result) result = SETUP (place, "token", "rename", "mine", labels[i], MODULE (place));

		assert_status (result, 1);
	}
}

static void
a_pin_is_changed_by_its_owner (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	g_autoptr (Result) wrong = NULL;

	set_up (place);
	result = WITH_PIN (place, "token", "set-pin", "--pin-fd", "3", "--new-pin-fd", "4", MODULE (place));
	assert_status (result, 0);
	wrong = WITH_PIN (place, "token", "set-pin", "--pin-fd", "3", "--new-pin-fd", "4", MODULE (place));
	assert_status (wrong, 1);
	assert_err (wrong, "not the user PIN");
}

static void
a_forgotten_pin_is_reset_by_the_so (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	set_up (place);
	result = WITH_PINS (place, "token", "reset-pin", "mine", "--so-pin-fd", "3", "--new-pin-fd", "4", MODULE (place));
	assert_status (result, 0);
}

static void
a_token_is_deleted_only_when_that_is_meant (Place *place, gconstpointer data)
{
	static const Exchange wrong[] = { { "Type its label", "something\n" }, { 0 } };
	static const Exchange right[] = { { "Type its label", "mine\n" }, { 0 } };
	g_autoptr (Result) silent = NULL;
	g_autoptr (Result) refused = NULL;
	g_autoptr (Result) deleted = NULL;
	bool echoes;

	set_up (place);
	silent = SETUP (place, "token", "delete", "mine", MODULE (place));
	assert_status (silent, 1);
	assert_err (silent, "--yes");
	refused = converse (place, wrong, &echoes, place->setup, "token", "delete", "mine", MODULE (place), NULL);
	assert_status (refused, 1);
	deleted = converse (place, right, &echoes, place->setup, "token", "delete", "mine", MODULE (place), NULL);
	assert_status (deleted, 0);
	assert_out (deleted, "Deleted the token");
}

static void
a_token_that_is_not_there_is_named (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	set_up (place);
	result = SETUP (place, "token", "delete", "theirs", "--yes", MODULE (place));
	assert_status (result, 1);
	assert_err (result, "There is no token \"theirs\"");
}

/* --- backup and restore --- */

static void
a_backup_brings_the_token_back (Place *place, gconstpointer data)
{
	g_autofree char *file = place_path (place, "backup");
	g_autoptr (Result) backup = NULL;
	g_autoptr (Result) there = NULL;
	g_autoptr (Result) deleted = NULL;
	g_autoptr (Result) restored = NULL;
	g_autoptr (Result) pin = NULL;

	set_up (place);
	backup = WITH_PIN (place, "backup", file, "--pin-fd", "3", MODULE (place));
	assert_status (backup, 0);
	g_assert_cmpint (mode_of (place, "backup"), ==, 0600);
	there = WITH_PIN (place, "restore", file, "--pin-fd", "3", MODULE (place));
	assert_status (there, 1);
	assert_err (there, "is there");
	deleted = SETUP (place, "token", "delete", "mine", "--yes", MODULE (place));
	assert_status (deleted, 0);
	restored = WITH_PIN (place, "restore", file, "--pin-fd", "3", MODULE (place));
	assert_status (restored, 0);
	pin = WITH_PIN (place, "token", "set-pin", "mine", "--pin-fd", "3", "--new-pin-fd", "4", MODULE (place));
	assert_status (pin, 0);
}

static void
a_backup_under_a_passphrase_opens_with_it (Place *place, gconstpointer data)
{
	g_autofree char *file = place_path (place, "backup");
	g_autoptr (Result) backup = NULL;
	g_autoptr (Result) deleted = NULL;
	g_autoptr (Result) wrong = NULL;
	g_autoptr (Result) restored = NULL;

	set_up (place);
	backup = WITH_PIN (place, "backup", file, "--pin-fd", "3", "--passphrase-fd", "4", MODULE (place));
	assert_status (backup, 0);
	deleted = SETUP (place, "token", "delete", "mine", "--yes", MODULE (place));
	assert_status (deleted, 0);
	wrong = WITH_PIN (place, "restore", file, "--passphrase-fd", "3", MODULE (place));
	assert_status (wrong, 1);
	assert_err (wrong, "passphrase");
	restored = WITH_PIN (place, "restore", file, "--passphrase-fd", "4", MODULE (place));
	assert_status (restored, 0);
}

static void
a_backup_overwrites_nothing (Place *place, gconstpointer data)
{
	g_autofree char *file = place_path (place, "precious");
	g_autoptr (Result) result = NULL;
	g_autofree char *text = NULL;

	set_up (place);
	place_write (place, "precious", "precious");
	result = WITH_PIN (place, "backup", file, "--pin-fd", "3", MODULE (place));
	assert_status (result, 1);
	text = place_read (place, "precious");
	g_assert_cmpstr (text, ==, "precious");
}

/* Every octet of it counts. */
static void
a_damaged_backup_restores_nothing (Place *place, gconstpointer data)
{
	g_autofree char *file = place_path (place, "backup");
	g_autofree char *content = NULL;
	g_autoptr (Result) backup = NULL;
	g_autoptr (Result) deleted = NULL;
	gsize n;

	set_up (place);
	backup = WITH_PIN (place, "backup", file, "--pin-fd", "3", MODULE (place));
	assert_status (backup, 0);
	deleted = SETUP (place, "token", "delete", "mine", "--yes", MODULE (place));
	assert_status (deleted, 0);
	g_assert_true (g_file_get_contents (file, &content, &n, NULL));
	for (gsize at = 0; at <= n; at += n / 7) {
		g_autofree char *damaged = g_memdup2 (content, n);
		g_autoptr (Result) result = NULL;

		if (at < n)
			damaged[at] ^= 0x20;
		g_assert_true (g_file_set_contents (file, damaged, at < n ? (gssize)n : (gssize)n - 1, NULL));
		result = WITH_PIN (place, "restore", file, "--pin-fd", "3", MODULE (place));
		assert_status (result, 1);
	}
}

/* --- import --- */

/* Files that GnuTLS makes for the test: what a person may have. */
typedef struct {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
} Made;

static void
write_datum (const Place *place, const char *name, gnutls_datum_t *datum)
{
	g_autofree char *path = place_path (place, name);

	place_write (place, name, "");
	g_assert_true (g_file_set_contents (path, (const char *)datum->data, (gssize)datum->size, NULL));
	g_assert_cmpint (chmod (path, 0644), ==, 0);
	gnutls_free (datum->data);
}

static void
made_setup (Made *made, gnutls_pk_algorithm_t algorithm, unsigned bits)
{
	const unsigned char serial[] = { 1 };

	g_assert_cmpint (gnutls_x509_privkey_init (&made->key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_generate (made->key, algorithm, bits, 0), ==, 0);
	g_assert_cmpint (gnutls_x509_crt_init (&made->certificate), ==, 0);
	gnutls_x509_crt_set_version (made->certificate, 3);
	gnutls_x509_crt_set_serial (made->certificate, serial, sizeof serial);
	gnutls_x509_crt_set_activation_time (made->certificate, 0);
	gnutls_x509_crt_set_expiration_time (made->certificate, 2000000000);
	g_assert_cmpint (gnutls_x509_crt_set_dn (made->certificate, "CN=somebody", NULL), ==, 0);
	g_assert_cmpint (gnutls_x509_crt_set_key (made->certificate, made->key), ==, 0);
	g_assert_cmpint (gnutls_x509_crt_sign2 (made->certificate, made->certificate, made->key,
	                                        algorithm == GNUTLS_PK_EDDSA_ED25519 ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256, 0),
	                 ==, 0);
}

static void
made_clear (Made *made)
{
	gnutls_x509_privkey_deinit (made->key);
	gnutls_x509_crt_deinit (made->certificate);
}

#define PASSPHRASE "a passphrase"

static void
write_pkcs12 (const Place *place, Made *made)
{
	gnutls_pkcs12_bag_t key_bag, bag;
	gnutls_datum_t out;
	gnutls_pkcs12_t pkcs12;

	g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (made->key, GNUTLS_X509_FMT_DER, PASSPHRASE,
	                                                    GNUTLS_PKCS_PBES2_AES_256, &out),
	                 ==, 0);
	g_assert_cmpint (gnutls_pkcs12_init (&pkcs12), ==, 0);
	gnutls_pkcs12_bag_init (&key_bag);
	gnutls_pkcs12_bag_init (&bag);
	g_assert_cmpint (gnutls_pkcs12_bag_set_data (key_bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &out), ==, 0);
	gnutls_free (out.data);
	gnutls_pkcs12_bag_set_friendly_name (key_bag, 0, "friend");
	g_assert_cmpint (gnutls_pkcs12_set_bag (pkcs12, key_bag), ==, 0);
	g_assert_cmpint (gnutls_pkcs12_bag_set_crt (bag, made->certificate), >=, 0);
	g_assert_cmpint (gnutls_pkcs12_bag_encrypt (bag, PASSPHRASE, GNUTLS_PKCS_PBES2_AES_256), ==, 0);
	g_assert_cmpint (gnutls_pkcs12_set_bag (pkcs12, bag), ==, 0);
	g_assert_cmpint (gnutls_pkcs12_generate_mac2 (pkcs12, GNUTLS_MAC_SHA256, PASSPHRASE), ==, 0);
	g_assert_cmpint (gnutls_pkcs12_export2 (pkcs12, GNUTLS_X509_FMT_DER, &out), ==, 0);
	write_datum (place, "pkcs12", &out);
	gnutls_pkcs12_bag_deinit (key_bag);
	gnutls_pkcs12_bag_deinit (bag);
	gnutls_pkcs12_deinit (pkcs12);
}

static void
write_all (const Place *place, Made *made)
{
	gnutls_datum_t out;

	place_write (place, "passphrase", PASSPHRASE "\n");
	g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (made->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &out), ==, 0);
	write_datum (place, "pkcs8", &out);
	g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (made->key, GNUTLS_X509_FMT_DER, PASSPHRASE,
	                                                    GNUTLS_PKCS_PBES2_AES_256, &out),
	                 ==, 0);
	write_datum (place, "pkcs8-encrypted", &out);
	g_assert_cmpint (gnutls_x509_crt_export2 (made->certificate, GNUTLS_X509_FMT_PEM, &out), ==, 0);
	write_datum (place, "certificate", &out);
	g_assert_cmpint (gnutls_x509_crt_export2 (made->certificate, GNUTLS_X509_FMT_DER, &out), ==, 0);
	write_datum (place, "certificate-der", &out);
	write_pkcs12 (place, made);
}

static Result *
import_file (const Place *place, const char *name, const char *option)
{
	g_autofree char *file = place_path (place, name);
	g_autofree char *passphrase = place_path (place, "passphrase");

	return WITH_PIN (place, "import", file, "--pin-fd", "3", "--passphrase-file", passphrase, MODULE (place), option);
}

static void
import_takes_what_gnutls_reads (Place *place, gconstpointer data)
{
	static const struct {
		gnutls_pk_algorithm_t algorithm;
		unsigned bits;
	} kinds[] = {
		{ GNUTLS_PK_RSA, 2048 },
		{ GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1) },
		{ GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_ED25519) },
	};
	static const struct {
		const char *name, *says;
	} files[] = {
		{ "pkcs8", "Put 2 objects" },       { "pkcs8-encrypted", "Put 2 objects" }, { "certificate", "Put 1 object " },
		{ "certificate-der", "Put 1 object " }, { "pkcs12", "Put 3 objects" },
	};

	set_up (place);
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		Made made;

		made_setup (&made, kinds[i].algorithm, kinds[i].bits);
		write_all (place, &made);
		for (gsize j = 0; j < G_N_ELEMENTS (files); j++) {
			g_autoptr (Result) result = import_file (place, files[j].name, "--force");

			assert_status (result, 0);
			assert_out (result, files[j].says);
		}
		made_clear (&made);
	}
}

static void
a_key_with_an_id_that_is_taken_is_refused (Place *place, gconstpointer data)
{
	g_autoptr (Result) first = NULL;
	g_autoptr (Result) second = NULL;
	Made made;

	set_up (place);
	made_setup (&made, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1));
	write_all (place, &made);
	first = import_file (place, "pkcs8", NULL);
	assert_status (first, 0);
	second = import_file (place, "pkcs12", NULL);
	assert_status (second, 1);
	assert_err (second, "--force");
	made_clear (&made);
}

/* The certificate is read before the key is found to be of no use. */
static void
what_cannot_be_imported_leaves_nothing (Place *place, gconstpointer data)
{
	g_autofree char *pem = NULL;
	g_autofree char *both = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autoptr (Result) wrong = NULL;
	g_autoptr (Result) junk = NULL;
	g_autoptr (Result) broken = NULL;
	Made made;

	set_up (place);
	made_setup (&made, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1));
	write_all (place, &made);
	place_write (place, "passphrase", "another one\n");
	place_write (place, "junk", "junk");
	pem = place_read (place, "pkcs8");
	both = g_strconcat (pem, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", NULL);
	place_write (place, "both", both);
	before = place_snapshot (place);
	wrong = import_file (place, "pkcs12", NULL);
	assert_status (wrong, 1);
	assert_err (wrong, "not the passphrase");
	junk = import_file (place, "junk", NULL);
	assert_status (junk, 1);
	broken = import_file (place, "both", NULL);
	assert_status (broken, 1);
	after = place_snapshot (place);
	g_assert_cmpstr (before, ==, after);
	made_clear (&made);
}

static void
bind_s_keys_are_taken (Place *place, gconstpointer data)
{
	gnutls_datum_t x = { NULL, 0 }, k = { NULL, 0 };
	g_autofree char *value = NULL;
	g_autofree char *text = NULL;
	g_autoptr (Result) result = NULL;
	gnutls_ecc_curve_t curve;
	Made made;

	set_up (place);
	made_setup (&made, GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_ED25519));
	g_assert_cmpint (gnutls_x509_privkey_export_ecc_raw (made.key, &curve, &x, NULL, &k), ==, 0);
	value = g_base64_encode (k.data, k.size);
	text = g_strdup_printf ("Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: %s\n", value);
	place_write (place, "Kexample.+015+00001.private", text);
	place_write (place, "passphrase", PASSPHRASE "\n");
	result = import_file (place, "Kexample.+015+00001.private", NULL);
	assert_status (result, 0);
	assert_out (result, "Put 2 objects");
	gnutls_free (x.data);
	gnutls_free (k.data);
	made_clear (&made);
}

static void
secret_keys_go_in_and_out (Place *place, gconstpointer data)
{
	g_autofree char *file = place_path (place, "hex");
	g_autofree char *out = place_path (place, "out");
	g_autofree char *text = NULL;
	g_autoptr (Result) in = NULL;
	g_autoptr (Result) back = NULL;
	g_autoptr (Result) kept = NULL;
	g_autoptr (Result) refused = NULL;
	g_autoptr (Result) bad = NULL;

	set_up (place);
	place_write (place, "hex", "0011 2233445566 77\n8899aabbccddeeff\n");
	in = WITH_PIN (place, "import", file, "--secret", "aes", "--hex", "--label", "open", "--extractable", "--pin-fd", "3",
	               MODULE (place));
	assert_status (in, 0);
	back = WITH_PIN (place, "export", "open", out, "--type", "secret", "--pin-fd", "3", MODULE (place));
	assert_status (back, 0);
	text = place_read (place, "out");
	g_assert_cmpstr (text, ==, "00112233445566778899aabbccddeeff\n");
	g_unlink (out);
	kept = WITH_PIN (place, "import", file, "--secret", "generic", "--hex", "--label", "kept", "--pin-fd", "3", MODULE (place));
	assert_status (kept, 0);
	refused = WITH_PIN (place, "export", "kept", out, "--type", "secret", "--pin-fd", "3", MODULE (place));
	assert_status (refused, 1);
	bad = WITH_PIN (place, "import", file, "--secret", "aes", "--pin-fd", "3", MODULE (place));
	assert_status (bad, 1);
}

/* --- export --- */

static void
export_writes_only_what_the_token_lets_out (Place *place, gconstpointer data)
{
	g_autofree char *out = place_path (place, "out");
	g_autofree char *passphrase = place_path (place, "passphrase");
	g_autofree char *key = place_path (place, "pkcs8");
	g_autofree char *hex = place_path (place, "hex");
	static const struct {
		const char *label, *type, *format;
		int status;
		const char *begins;
	} rows[] = {
		{ "rsa", "public", "pem", 0, "-----BEGIN PUBLIC KEY-----\n" },
		{ "rsa", "private", "pem", 0, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" },
		{ "rsa", "private", "pkcs12", 0, "\x30\x82" },
		{ "rsa", "private", "hex", 1, NULL },
		{ "kept", "private", "pem", 1, "may not leave the token" },
		{ "aes", "secret", "hex", 0, "" },
		{ "nothing", "public", "pem", 1, "\"nothing\"" },
		{ "rsa", "thing", "pem", 1, "\"thing\"" },
	};

	Made made;

	set_up (place);
	made_setup (&made, GNUTLS_PK_RSA, 2048);
	write_all (place, &made);
	place_write (place, "hex", "00112233445566778899aabbccddeeff");
	{
		g_autoptr (Result) rsa =
			WITH_PIN (place, "import", key, "--label", "rsa", "--extractable", "--pin-fd", "3", MODULE (place));
		g_autoptr (Result) kept =
			WITH_PIN (place, "import", key, "--label", "kept", "--id", "02", "--pin-fd", "3", MODULE (place));
		g_autoptr (Result) aes = WITH_PIN (place, "import", hex, "--secret", "aes", "--hex", "--label", "aes", "--extractable",
		                                   "--pin-fd", "3", MODULE (place));

		assert_status (rsa, 0);
		assert_status (kept, 0);
		assert_status (aes, 0);
	}
	made_clear (&made);
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (Result) result = WITH_PIN (place, "export", rows[i].label, out, "--type", rows[i].type, "--format",
		                                      rows[i].format, "--pin-fd", "3", "--passphrase-file", passphrase, MODULE (place));

		assert_status (result, rows[i].status);
		if (rows[i].status == 0) {
			g_autofree char *text = place_read (place, "out");

			g_assert_true (g_str_has_prefix (text, rows[i].begins));
			g_assert_cmpint (mode_of (place, "out"), ==, 0600);
			g_unlink (out);
		} else if (rows[i].begins != NULL) {
			assert_err (result, rows[i].begins);
		}
		g_assert_false (place_has (place, "out"));
	}
}

/* --- what others put there --- */

/* As a careful person makes it before trying something. */
static void
copy_token (const Place *place, const char *to)
{
	g_autofree char *tokendir = place_path (place, TOKENDIR);
	g_autofree char *line = g_strdup_printf ("cd %s && cp -r * %s", tokendir, to);
	g_autoptr (Result) result = run (place, "/bin/sh", "-c", line, NULL);

	assert_status (result, 0);
}

static void
a_token_with_a_copy_beside_it_is_not_taken_for_it (Place *place, gconstpointer data)
{
	static const char *const names[] = { "aa", "mm", "zz" };
	g_autofree char *file = place_path (place, "backup");

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autoptr (Result) deleted = NULL;
		g_autoptr (Result) backup = NULL;
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;

		if (i == 0)
			set_up (place);
		copy_token (place, names[i]);
		before = place_snapshot (place);
		deleted = SETUP (place, "token", "delete", "mine", "--yes", MODULE (place));
		assert_status (deleted, 1);
		assert_err (deleted, "copy of the other");
		backup = WITH_PIN (place, "backup", file, "--pin-fd", "3", MODULE (place));
		assert_status (backup, 1);
		after = place_snapshot (place);
		g_assert_cmpstr (before, ==, after);
		{
			g_autofree char *copy = place_path (place, TOKENDIR);
			g_autofree char *line = g_strdup_printf ("rm -r %s/%s", copy, names[i]);
			g_autoptr (Result) removed = run (place, "/bin/sh", "-c", line, NULL);

			assert_status (removed, 0);
		}
	}
}

static void
a_uri_that_means_any_token_deletes_none (Place *place, gconstpointer data)
{
	static const Exchange ends[] = { { "Type its label", "\004" }, { 0 } };
	g_autoptr (Result) any = NULL;
	g_autoptr (Result) ended = NULL;
	bool echoes;

	set_up (place);
	any = SETUP (place, "token", "delete", "pkcs11:", "--yes", MODULE (place));
	assert_status (any, 1);
	assert_err (any, "names no token");
	ended = converse (place, ends, &echoes, place->setup, "token", "delete", "mine", MODULE (place), NULL);
	assert_status (ended, 1);
	g_assert_true (place_has (place, TOKENDIR));
}

/* SoftHSM takes any label. */
static void
labels_that_are_no_text_are_shown_as_some (Place *place, gconstpointer data)
{
	g_autoptr (Result) created = NULL;
	g_autoptr (Result) text = NULL;
	g_autoptr (Result) json = NULL;
	g_autoptr (Result) status = NULL;

	set_up (place);
	created = run (place, place->util, "--init-token", "--free", "--label", "a\033[2J\"\xff", "--so-pin", SO_PIN, "--pin", USER_PIN,
	               "--module", place->module, NULL);
	assert_status (created, 0);
	text = SETUP (place, "token", "list", MODULE (place));
	assert_status (text, 0);
	assert_out (text, "a?[2J\"");
	g_assert_null (strchr (text->out, '\033'));
	g_assert_true (g_utf8_validate (text->out, -1, NULL));
	json = SETUP (place, "token", "list", "--json", MODULE (place));
	assert_status (json, 0);
	assert_out (json, "\"label\":\"a\\u001b[2J\\\"");
	g_assert_cmpstr (json->err, ==, "");
	status = SETUP (place, "status", "--json", MODULE (place));
	g_assert_true (g_utf8_validate (status->out, -1, NULL));
}

static void
what_is_no_file_does_not_hold_anybody_up (Place *place, gconstpointer data)
{
	g_autofree char *tokendir = place_path (place, TOKENDIR);
	g_autofree char *line = g_strdup_printf ("mkdir %s/z && mkfifo %s/z/token.object", tokendir, tokendir);
	g_autoptr (Result) made = NULL;
	g_autoptr (Result) checked = NULL;
	g_autofree char *check = NULL;

	set_up (place);
	made = run (place, "/bin/sh", "-c", line, NULL);
	assert_status (made, 0);
	check = g_strdup_printf ("timeout 10 %s check", place->setup);
	checked = run (place, "/bin/sh", "-c", check, NULL);
	g_assert_cmpint (checked->status, !=, 124);
	assert_check (checked, "The configuration is yours", "passed");
}

static void
check_finds_what_makes_p11_kit_fail (Place *place, gconstpointer data)
{
	static const struct {
		const char *file, *text;
	} rows[] = {
		{ ".config/pkcs11/modules/lost.module", "module: /nonexistent.so\ncritical: yes\n" },
		{ ".config/pkcs11/pkcs11.conf", "garbage\n" },
		{ ".config/pkcs11/pkcs11.conf", "user-config: bogus\n" },
	};

	set_up (place);
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *path = place_path (place, rows[i].file);
		g_autoptr (Result) result = NULL;

		place_write (place, rows[i].file, rows[i].text);
		result = SETUP (place, "check");
		assert_check (result, "No module file breaks p11-kit", "failed");
		g_assert_cmpint (g_unlink (path), ==, 0);
	}
	{
		g_autofree char *loop = place_path (place, ".config/pkcs11/modules/loop.module");
		g_autoptr (Result) result = NULL;

		g_assert_cmpint (symlink ("loop.module", loop), ==, 0);
		result = SETUP (place, "check");
		assert_check (result, "No module file breaks p11-kit", "failed");
		g_assert_cmpint (g_unlink (loop), ==, 0);
	}
}

static void
a_file_with_two_keys_is_refused (Place *place, gconstpointer data)
{
	g_autofree char *one = NULL;
	g_autofree char *two = NULL;
	g_autoptr (Result) result = NULL;
	Made made;

	set_up (place);
	made_setup (&made, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1));
	write_all (place, &made);
	one = place_read (place, "pkcs8");
	two = g_strconcat (one, one, NULL);
	place_write (place, "two", two);
	result = import_file (place, "two", NULL);
	assert_status (result, 1);
	assert_err (result, "more than one key");
	made_clear (&made);
}

/* --- what comes between --- */

/* The command with @words in front, in a shell: "trap '' XFSZ; ulimit -f 0" fills the disk. */
static Result *
run_in_shell (const Place *place, const char *words, const char *command)
{
	g_autofree char *pin = place_path (place, "pin");
	g_autofree char *line = g_strdup_printf ("%s exec %s %s --pin-file %s --module %s", words, place->setup, command, pin,
	                                         place->module);

	return run (place, "/bin/sh", "-c", line, NULL);
}

#define DISK_FULL "trap '' XFSZ; ulimit -f 0; "

static void
a_full_disk_leaves_nothing_half_made (Place *place, gconstpointer data)
{
	g_autofree char *file = place_path (place, "backup");
	g_autofree char *key = place_path (place, "hex");
	const char *const commands[] = {
		g_intern_string (g_strdup_printf ("backup %s.new", file)),
		g_intern_string (g_strdup_printf ("import %s --secret aes --hex", key)),
		"token create another --so-pin-file pin",
	};
	g_autoptr (Result) backup = NULL;
	g_autoptr (Result) deleted = NULL;
	g_autoptr (Result) restore = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autofree char *words = g_strdup_printf ("cd %s; " DISK_FULL, place->home);

	set_up (place);
	place_write (place, "pin", USER_PIN "\n");
	place_write (place, "hex", "00112233445566778899aabbccddeeff");
	backup = WITH_PIN (place, "backup", file, "--pin-fd", "3", MODULE (place));
	assert_status (backup, 0);
	for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
		g_autoptr (Result) result = NULL;

		result = run_in_shell (place, words, commands[i]);
		assert_status (result, 1);
		g_assert_false (place_has (place, "backup.new"));
	}
	deleted = SETUP (place, "token", "delete", "mine", "--yes", MODULE (place));
	assert_status (deleted, 0);
	before = place_snapshot (place);
	{
		g_autofree char *command = g_strdup_printf ("restore %s", file);

		restore = run_in_shell (place, words, command);
	}
	assert_status (restore, 1);
	after = place_snapshot (place);
	g_assert_cmpuint (strlen (before), ==, strlen (after));
}

static unsigned
count_tokens (const Place *place)
{
	g_autofree char *path = place_path (place, TOKENDIR);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	unsigned n = 0;

	while (dir != NULL && g_dir_read_name (dir) != NULL)
		n++;
	return n;
}

/* Ended after a while that is a little longer each time: then the token is there, or not a trace of it. */
static void
signals_leave_nothing_half_made (Place *place, gconstpointer data)
{
	static const char *const signals[] = { "INT", "TERM" };
	g_autofree char *file = place_path (place, "backup");
	g_autofree char *command = g_strdup_printf ("restore %s", file);
	g_autoptr (Result) backup = NULL;
	g_autoptr (Result) first = NULL;

	set_up (place);
	place_write (place, "pin", USER_PIN "\n");
	backup = WITH_PIN (place, "backup", file, "--pin-fd", "3", MODULE (place));
	assert_status (backup, 0);
	first = SETUP (place, "token", "delete", "mine", "--yes", MODULE (place));
	assert_status (first, 0);
	for (unsigned i = 0; i < 40; i++) {
		g_autofree char *words =
			g_strdup_printf ("timeout --signal=%s 0.%03u ", signals[i % 2], i < 10 ? 1 + 20 * i : 200 + 8 * (i - 10));
		g_autofree char *pin = place_path (place, "pin");
		g_autofree char *line =
			g_strdup_printf ("%s %s %s --pin-file %s --module %s", words, place->setup, command, pin, place->module);
		g_autoptr (Result) result = run (place, "/bin/sh", "-c", line, NULL);
		unsigned n = count_tokens (place);

		if (result->status == 0)
			g_assert_cmpuint (n, ==, 1);
		if (n > 0) {
			g_autoptr (Result) deleted = SETUP (place, "token", "delete", "mine", "--yes", MODULE (place));

			assert_status (deleted, 0);
		}
		g_assert_cmpuint (count_tokens (place), ==, 0);
	}
}

static void
a_home_that_cannot_be_written_to_is_left_alone (Place *place, gconstpointer data)
{
	static const char *const commands[] = { "register", "mask" };
	g_autofree char *config = place_path (place, ".config");

	if (getuid () == 0 && place->as_root) {
		g_test_skip ("root writes anywhere");
		return;
	}
	place_mkdir (place, ".config", 0555);
	for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
		g_autoptr (Result) result = i == 0 ? SETUP (place, "register", MODULE (place)) : SETUP (place, "mask");

		assert_status (result, 1);
		assert_err (result, ".config");
		g_assert_false (place_has (place, ".config/pkcs11"));
	}
	g_assert_cmpint (chmod (config, 0755), ==, 0);
}

static void
without_a_home_it_says_so (Place *place, gconstpointer data)
{
	static const char *const commands[] = { "register", "check", "mask", "unregister" };

	place_setenv (place, "HOME", "not/absolute");
	for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
		g_autoptr (Result) result = i == 0 ? SETUP (place, "register", MODULE (place)) : SETUP (place, commands[i]);

		assert_status (result, 1);
		assert_err (result, "HOME");
	}
}

static void
root_is_told_that_p11_kit_ignores_him (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	if (getuid () != 0) {
		g_test_skip ("this is not root");
		return;
	}
	place->as_root = true;
	result = SETUP (place, "register", MODULE (place));
	assert_status (result, 1);
	assert_err (result, "root");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add_test ("commands", the_man_page_names_every_command_and_option);
	add_test ("commands", dry_run_shows_all_and_writes_nothing);
	add_test ("commands", token_dir_is_where_it_is_asked_to_be);
	add_test ("commands", init_without_registration_registers_nothing);
	add_test ("commands", an_isolated_token_is_seen);
	add_test ("commands", an_so_pin_is_made_and_shown_once);
	add_test ("commands", an_empty_so_pin_at_the_terminal_has_one_made);
	add_test ("commands", register_writes_what_was_asked_for);
	add_test ("commands", register_refuses_what_breaks_p11_kit);
	add_test ("commands", register_twice_changes_nothing);
	add_test ("commands", isolated_tells_what_p11_kit_drops);
	add_test ("commands", files_of_others_stay);
	add_test ("commands", unregister_takes_back_and_leaves_the_token);
	add_test ("commands", mask_hides_the_token);
	add_test ("commands", a_token_that_init_made_passes);
	add_test ("commands", check_finds_and_mends_permissions);
	add_test ("commands", check_moves_aside_what_breaks_p11_kit);
	add_test ("commands", check_finds_modules_that_are_registered_twice);
	add_test ("commands", check_finds_pins_that_are_written_down);
	add_test ("commands", check_judges_pins_that_are_given);
	add_test ("commands", check_speaks_json);
	add_test ("commands", status_speaks_json);
	add_test ("commands", tokens_are_listed);
	add_test ("commands", a_second_token_is_made);
	add_test ("commands", a_token_is_renamed_and_keeps_its_pins);
	add_test ("commands", labels_that_no_token_can_have_are_refused);
	add_test ("commands", a_pin_is_changed_by_its_owner);
	add_test ("commands", a_forgotten_pin_is_reset_by_the_so);
	add_test ("commands", a_token_is_deleted_only_when_that_is_meant);
	add_test ("commands", a_token_that_is_not_there_is_named);
	add_test ("commands", a_backup_brings_the_token_back);
	add_test ("commands", a_backup_under_a_passphrase_opens_with_it);
	add_test ("commands", a_backup_overwrites_nothing);
	add_test ("commands", a_damaged_backup_restores_nothing);
	add_test ("commands", import_takes_what_gnutls_reads);
	add_test ("commands", a_key_with_an_id_that_is_taken_is_refused);
	add_test ("commands", what_cannot_be_imported_leaves_nothing);
	add_test ("commands", bind_s_keys_are_taken);
	add_test ("commands", secret_keys_go_in_and_out);
	add_test ("commands", a_token_with_a_copy_beside_it_is_not_taken_for_it);
	add_test ("commands", a_uri_that_means_any_token_deletes_none);
	add_test ("commands", labels_that_are_no_text_are_shown_as_some);
	add_test ("commands", what_is_no_file_does_not_hold_anybody_up);
	add_test ("commands", check_finds_what_makes_p11_kit_fail);
	add_test ("commands", a_file_with_two_keys_is_refused);
	add_test ("commands", a_full_disk_leaves_nothing_half_made);
	add_test ("commands", signals_leave_nothing_half_made);
	add_test ("commands", a_home_that_cannot_be_written_to_is_left_alone);
	add_test ("commands", without_a_home_it_says_so);
	add_test ("commands", root_is_told_that_p11_kit_ignores_him);
	add_test ("commands", export_writes_only_what_the_token_lets_out);
	return g_test_run ();
}
