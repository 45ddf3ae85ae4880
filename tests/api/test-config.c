/* softhsm2.conf as it reaches C_Initialize: what is wrong is CKR_GENERAL_ERROR and leaves nothing behind. */

#include "apitest.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
write_conf (const Api *api, const char *text)
{
	g_assert_true (g_file_set_contents (api->place->conf, text, -1, NULL));
}

static void
write_conf_with_tokendir (const Api *api, const char *before, const char *after)
{
	g_autofree char *text = g_strconcat (before, api->place->tokendir, after, NULL);

	write_conf (api, text);
}

static void
assert_fails (const Api *api)
{
	CK_INFO info;

	assert_rv (api->f->C_Initialize (NULL), CKR_GENERAL_ERROR);
	assert_rv (api->f->C_GetInfo (&info), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
file_that_is_missing_is_an_error (Api *api, gconstpointer unused)
{
	g_assert_cmpint (g_unlink (api->place->conf), ==, 0);
	assert_fails (api);
}

static void
file_name_that_is_empty_is_an_error (Api *api, gconstpointer unused)
{
	g_setenv ("SOFTHSM2_CONF", "", TRUE);
	assert_fails (api);
}

static void
file_that_is_a_directory_is_an_error (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api,
	                        "SoftHSM reads a directory as an empty file, and goes on with its defaults"))
		return;
	g_setenv ("SOFTHSM2_CONF", api->place->dir, TRUE);
	assert_fails (api);
}

static void
file_that_is_a_pipe_does_not_block (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM waits for a writer for ever"))
		return;
	g_assert_cmpint (g_unlink (api->place->conf), ==, 0);
	g_assert_cmpint (mkfifo (api->place->conf, 0600), ==, 0);
	alarm (10);
	assert_fails (api);
	alarm (0);
}

static void
file_may_be_a_symbolic_link (Api *api, gconstpointer unused)
{
	g_autofree char *link = g_build_filename (api->place->dir, "link.conf", NULL);

	g_assert_cmpint (symlink (api->place->conf, link), ==, 0);
	g_setenv ("SOFTHSM2_CONF", link, TRUE);
	assert_ok (api->f->C_Initialize (NULL));
}

static void
home_is_not_looked_at_when_a_file_is_named (Api *api, gconstpointer unused)
{
	g_autofree char *home = g_strdup (g_getenv ("HOME"));
	g_autofree char *dir = g_build_filename (api->place->dir, ".config", "softhsm2", NULL);
	g_autofree char *conf = g_build_filename (dir, "softhsm2.conf", NULL);

	g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
	g_assert_cmpint (g_rename (api->place->conf, conf), ==, 0);
	g_setenv ("HOME", api->place->dir, TRUE);
	assert_rv (api->f->C_Initialize (NULL), CKR_GENERAL_ERROR);
	if (home != NULL)
		g_setenv ("HOME", home, TRUE);
}

static void
home_is_looked_at_when_no_file_is_named (Api *api, gconstpointer unused)
{
	g_autofree char *home = g_strdup (g_getenv ("HOME"));
	g_autofree char *dir = g_build_filename (api->place->dir, ".config", "softhsm2", NULL);
	g_autofree char *conf = g_build_filename (dir, "softhsm2.conf", NULL);
	CK_SLOT_INFO info;

	place_configure (api->place, "slots.removable = true");
	g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
	g_assert_cmpint (g_rename (api->place->conf, conf), ==, 0);
	g_unsetenv ("SOFTHSM2_CONF");
	g_setenv ("HOME", api->place->dir, TRUE);
	assert_ok (api->f->C_Initialize (NULL));
	assert_ok (api->f->C_GetSlotInfo (0, &info));
	if (home != NULL)
		g_setenv ("HOME", home, TRUE);
	g_assert_true (info.flags & CKF_REMOVABLE_DEVICE);
}

static void
log_level_that_is_unknown_is_an_error (Api *api, gconstpointer unused)
{
	static const char *const levels[] = { "info", "NONE", "7", "ERRORS", "WARN" };

	for (gsize i = 0; i < G_N_ELEMENTS (levels); i++) {
		g_autofree char *line = g_strconcat ("log.level = ", levels[i], NULL);

		place_configure (api->place, line);
		assert_fails (api);
	}
}

static void
log_level_is_one_of_four (Api *api, gconstpointer unused)
{
	static const char *const levels[] = { "ERROR", "WARNING", "INFO", "DEBUG" };

	for (gsize i = 0; i < G_N_ELEMENTS (levels); i++) {
		g_autofree char *line = g_strconcat ("log.level = ", levels[i], NULL);

		place_configure (api->place, line);
		assert_ok (api->f->C_Initialize (NULL));
		assert_ok (api->f->C_Finalize (NULL));
	}
}

static void
log_file_that_cannot_be_written_is_no_error (Api *api, gconstpointer unused)
{
	place_configure (api->place, "log.file = /nowhere/at/all/log");
	assert_ok (api->f->C_Initialize (NULL));
}

static void
umask_that_is_not_octal_is_an_error (Api *api, gconstpointer unused)
{
	static const char *const masks[] = { "garbage", "99", "0o77", "0079", "0x3f", "-1", "1777", "77 77" };

	if (api_spares_softhsm (
		    api, "SoftHSM takes what it does not understand for 0, which opens the keys to all"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (masks); i++) {
		g_autofree char *line = g_strconcat ("objectstore.umask = ", masks[i], NULL);

		place_configure (api->place, line);
		assert_fails (api);
	}
}

static void
umask_that_is_octal_is_taken (Api *api, gconstpointer unused)
{
	static const char *const masks[] = { "0", "77", "0077", "027", "0777" };

	for (gsize i = 0; i < G_N_ELEMENTS (masks); i++) {
		g_autofree char *line = g_strconcat ("objectstore.umask = ", masks[i], NULL);

		place_configure (api->place, line);
		assert_ok (api->f->C_Initialize (NULL));
		assert_ok (api->f->C_Finalize (NULL));
	}
}

static unsigned
mode_of (const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	struct stat info;

	g_assert_cmpint (stat (path, &info), ==, 0);
	return info.st_mode & 0777;
}

static void
files_are_private_by_default (Api *api, gconstpointer unused)
{
	mode_t before = umask (0);
	g_autofree char *dir = NULL;

	assert_ok (api->f->C_Initialize (NULL));
	make_token (api->module, "modes");
	dir = api_token_dir (api);
	umask (before);
	g_assert_cmphex (mode_of (dir, "."), ==, 0700);
	g_assert_cmphex (mode_of (dir, "token.object"), ==, 0600);
	g_assert_cmphex (mode_of (dir, "generation"), ==, 0600);
}

static void
umask_opens_no_more_than_the_process_allows (Api *api, gconstpointer unused)
{
	mode_t before = umask (0027);
	g_autofree char *dir = NULL;

	if (api->softhsm)
		g_test_message ("SoftHSM before 2.7 does not know objectstore.umask");
	place_configure (api->place, "objectstore.umask = 0");
	assert_ok (api->f->C_Initialize (NULL));
	make_token (api->module, "modes");
	dir = api_token_dir (api);
	umask (before);
	g_assert_cmphex (mode_of (dir, ".") & 0027, ==, 0);
	g_assert_cmphex (mode_of (dir, "token.object") & 0027, ==, 0);
	if (!api->softhsm)
		g_assert_cmphex (mode_of (dir, "token.object"), ==, 0640);
}

static void
tokendir_that_is_missing_is_an_error (Api *api, gconstpointer unused)
{
	g_assert_cmpint (g_rmdir (api->place->tokendir), ==, 0);
	assert_fails (api);
}

static void
tokendir_that_is_a_file_is_an_error (Api *api, gconstpointer unused)
{
	g_assert_cmpint (g_rmdir (api->place->tokendir), ==, 0);
	g_assert_true (g_file_set_contents (api->place->tokendir, "x", 1, NULL));
	assert_fails (api);
}

static void
tokendir_is_taken_as_it_is_written (Api *api, gconstpointer unused)
{
	write_conf (api, "directories.tokendir = ~/tokens\n");
	assert_fails (api);
	write_conf (api, "directories.tokendir = $HOME\n");
	assert_fails (api);
}

static void
tokendir_may_end_with_a_slash (Api *api, gconstpointer unused)
{
	write_conf_with_tokendir (api, "directories.tokendir = ", "/\n");
	assert_ok (api->f->C_Initialize (NULL));
	make_token (api->module, "slash");
}

static void
backend_that_is_unknown_is_an_error (Api *api, gconstpointer unused)
{
	static const char *const backends[] = { "FILE", "sqlite", "db", "files" };

	for (gsize i = 0; i < G_N_ELEMENTS (backends); i++) {
		g_autofree char *line = g_strconcat ("objectstore.backend = ", backends[i], NULL);

		place_configure (api->place, line);
		assert_fails (api);
	}
}

static void
error_that_is_mended_is_forgotten (Api *api, gconstpointer unused)
{
	place_configure (api->place, "log.level = none");
	assert_fails (api);
	place_configure (api->place, NULL);
	assert_ok (api->f->C_Initialize (NULL));
	make_token (api->module, "mended");
}

static void
unknown_keys_are_ignored (Api *api, gconstpointer unused)
{
	place_configure (
		api->place,
		"directories.tokendirs = /nowhere\nLOG.LEVEL = none\nsomething = else\n=\n= x\nx =\n");
	assert_ok (api->f->C_Initialize (NULL));
}

static void
comments_and_blanks_are_ignored (Api *api, gconstpointer unused)
{
	write_conf_with_tokendir (
		api, "# a comment\n\n   \t\n  directories.tokendir\t=  ", "  # where they are\n#end");
	assert_ok (api->f->C_Initialize (NULL));
}

static void
lines_may_end_as_elsewhere (Api *api, gconstpointer unused)
{
	write_conf_with_tokendir (api, "log.level = ERROR\r\ndirectories.tokendir = ", "\r\n");
	assert_ok (api->f->C_Initialize (NULL));
}

static void
last_line_needs_no_end (Api *api, gconstpointer unused)
{
	write_conf_with_tokendir (api, "directories.tokendir = ", "");
	assert_ok (api->f->C_Initialize (NULL));
}

static void
last_of_two_lines_counts (Api *api, gconstpointer unused)
{
	write_conf_with_tokendir (api, "directories.tokendir = /nowhere\ndirectories.tokendir = ", "\n");
	assert_ok (api->f->C_Initialize (NULL));
}

static void
second_equals_sign_ends_the_value (Api *api, gconstpointer unused)
{
	place_configure (api->place, "log.level = ERROR = none");
	assert_ok (api->f->C_Initialize (NULL));
}

static void
bool_that_is_neither_leaves_the_default (Api *api, gconstpointer unused)
{
	CK_SLOT_INFO info;

	place_configure (api->place, "slots.removable = yes");
	assert_ok (api->f->C_Initialize (NULL));
	assert_ok (api->f->C_GetSlotInfo (0, &info));
	g_assert_false (info.flags & CKF_REMOVABLE_DEVICE);
}

static void
file_is_read_anew_each_time (Api *api, gconstpointer unused)
{
	CK_SLOT_INFO info;

	place_configure (api->place, "slots.removable = TRUE");
	assert_ok (api->f->C_Initialize (NULL));
	assert_ok (api->f->C_GetSlotInfo (0, &info));
	g_assert_true (info.flags & CKF_REMOVABLE_DEVICE);
	place_configure (api->place, NULL);
	assert_ok (api->f->C_Finalize (NULL));
	assert_ok (api->f->C_Initialize (NULL));
	assert_ok (api->f->C_GetSlotInfo (0, &info));
	g_assert_false (info.flags & CKF_REMOVABLE_DEVICE);
}

/* Anything but a crash will do; a default token directory may not exist. */
static void
garbage_is_survived (Api *api, gconstpointer unused)
{
	g_autoptr (GRand) random = g_rand_new_with_seed (11);

	for (unsigned round = 0; round < 50; round++) {
		g_autoptr (GString) text = g_string_new (NULL);
		CK_RV rv;

		for (unsigned i = 0; i < 3000; i++)
			g_string_append_c (text, (char)g_rand_int_range (random, 0, 256));
		g_assert_true (g_file_set_contents (api->place->conf, text->str, (gssize)text->len, NULL));
		rv = api->f->C_Initialize (NULL);
		if (rv == CKR_OK)
			assert_ok (api->f->C_Finalize (NULL));
		else
			assert_rv (rv, CKR_GENERAL_ERROR);
	}
}

static void
long_line_is_survived (Api *api, gconstpointer unused)
{
	g_autoptr (GString) text = g_string_new ("log.level = ");

	for (unsigned i = 0; i < 100000; i++)
		g_string_append_c (text, 'x');
	write_conf (api, text->str);
	assert_rv (api->f->C_Initialize (NULL), CKR_GENERAL_ERROR);
}

static void
add_tests (void)
{
	ADD_STOPPED ("config", file_that_is_missing_is_an_error);
	ADD_STOPPED ("config", file_name_that_is_empty_is_an_error);
	ADD_STOPPED ("config", file_that_is_a_directory_is_an_error);
	ADD_STOPPED ("config", file_that_is_a_pipe_does_not_block);
	ADD_STOPPED ("config", file_may_be_a_symbolic_link);
	ADD_STOPPED ("config", home_is_not_looked_at_when_a_file_is_named);
	ADD_STOPPED ("config", home_is_looked_at_when_no_file_is_named);
	ADD_STOPPED ("config", log_level_that_is_unknown_is_an_error);
	ADD_STOPPED ("config", log_level_is_one_of_four);
	ADD_STOPPED ("config", log_file_that_cannot_be_written_is_no_error);
	ADD_STOPPED ("config", umask_that_is_not_octal_is_an_error);
	ADD_STOPPED ("config", umask_that_is_octal_is_taken);
	ADD_STOPPED ("config", files_are_private_by_default);
	ADD_STOPPED ("config", umask_opens_no_more_than_the_process_allows);
	ADD_STOPPED ("config", tokendir_that_is_missing_is_an_error);
	ADD_STOPPED ("config", tokendir_that_is_a_file_is_an_error);
	ADD_STOPPED ("config", tokendir_is_taken_as_it_is_written);
	ADD_STOPPED ("config", tokendir_may_end_with_a_slash);
	ADD_STOPPED ("config", backend_that_is_unknown_is_an_error);
	ADD_STOPPED ("config", error_that_is_mended_is_forgotten);
	ADD_STOPPED ("config", unknown_keys_are_ignored);
	ADD_STOPPED ("config", comments_and_blanks_are_ignored);
	ADD_STOPPED ("config", lines_may_end_as_elsewhere);
	ADD_STOPPED ("config", last_line_needs_no_end);
	ADD_STOPPED ("config", last_of_two_lines_counts);
	ADD_STOPPED ("config", second_equals_sign_ends_the_value);
	ADD_STOPPED ("config", bool_that_is_neither_leaves_the_default);
	ADD_STOPPED ("config", file_is_read_anew_each_time);
	ADD_STOPPED ("config", garbage_is_survived);
	ADD_STOPPED ("config", long_line_is_survived);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
