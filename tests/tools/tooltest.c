/* What the tests of the command line share.
 *
 * p11-kit ignores what root configures, so where the tests run as root the programs run as another user. */

#include "tooltest.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

/* "nobody" on every system. */
#define USER 65534

/* Longer than any program takes on a busy machine. */
#define PATIENCE_MS (60 * 1000)

static bool
drops_rights (const Place *place)
{
	return getuid () == 0 && !place->as_root;
}

/* --- the place --- */

static void
give_away (const char *path)
{
	if (getuid () == 0)
		g_assert_cmpint (lchown (path, USER, USER), ==, 0);
}

static char *
copy_here (const Place *place, const char *variable)
{
	const char *source = g_getenv (variable);
	g_autofree char *name = NULL;
	g_autofree char *content = NULL;
	char *copy;
	gsize len;

	if (source == NULL)
		g_error ("%s is not set: run the tests with \"meson test\"", variable);
	name = g_path_get_basename (source);
	copy = g_build_filename (place->dir, name, NULL);
	if (!g_file_get_contents (source, &content, &len, NULL))
		g_error ("%s cannot be read", source);
	g_assert_true (
		g_file_set_contents_full (copy, content, (gssize)len, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
	g_assert_cmpint (g_chmod (copy, 0755), ==, 0);
	return copy;
}

static void
add_env (Place *place, const char *name)
{
	const char *value = g_getenv (name);

	if (value != NULL)
		place_setenv (place, name, value);
}

void
place_setup (Place *place, gconstpointer data)
{
	g_autofree char *text = NULL;

	place->dir = g_dir_make_tmp ("softhsm2-test-XXXXXX", NULL);
	g_assert_nonnull (place->dir);
	g_assert_cmpint (g_chmod (place->dir, 0755), ==, 0);
	place->util = copy_here (place, "SOFTHSM2_UTIL");
	place->setup = copy_here (place, "SOFTHSM2_SETUP");
	place->module = copy_here (place, "SOFTHSM2_MODULE");
	place->home = g_build_filename (place->dir, "home", NULL);
	place->tokendir = g_build_filename (place->dir, "tokens", NULL);
	place->conf = g_build_filename (place->dir, "softhsm2.conf", NULL);
	g_assert_cmpint (g_mkdir (place->home, 0755), ==, 0);
	g_assert_cmpint (g_mkdir (place->tokendir, 0700), ==, 0);
	give_away (place->home);
	give_away (place->tokendir);
	text = g_strdup_printf ("directories.tokendir = %s\nlog.level = ERROR\n", place->tokendir);
	g_assert_true (
		g_file_set_contents_full (place->conf, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));

	place->env = g_ptr_array_new_with_free_func (g_free);
	place_setenv (place, "HOME", place->home);
	place_setenv (place, "LC_ALL", "C.UTF-8");
	add_env (place, "PATH");
	add_env (place, "ASAN_OPTIONS");
	add_env (place, "LSAN_OPTIONS");
	add_env (place, "UBSAN_OPTIONS");
	add_env (place, "LD_PRELOAD");
}

static int
delete_one (const char *path, const struct stat *info, int kind, struct FTW *where)
{
	return kind == FTW_DP ? rmdir (path) : unlink (path);
}

static int
open_one (const char *path, const struct stat *info, int kind, struct FTW *where)
{
	return kind == FTW_D || kind == FTW_DNR ? chmod (path, 0700) : 0;
}

void
place_teardown (Place *place, gconstpointer data)
{
	if (getuid () != 0)
		nftw (place->dir, open_one, 16, FTW_PHYS);
	nftw (place->dir, delete_one, 16, FTW_PHYS | FTW_DEPTH);
	g_free (place->dir);
	g_free (place->home);
	g_free (place->util);
	g_free (place->setup);
	g_free (place->module);
	g_free (place->conf);
	g_free (place->tokendir);
	g_ptr_array_unref (place->env);
}

void
place_setenv (Place *place, const char *name, const char *value)
{
	g_autofree char *prefix = g_strconcat (name, "=", NULL);

	for (guint i = 0; i < place->env->len; i++)
		if (g_str_has_prefix (place->env->pdata[i], prefix))
			g_ptr_array_remove_index (place->env, i--);
	if (value != NULL)
		g_ptr_array_add (place->env, g_strconcat (prefix, value, NULL));
}

char *
place_path (const Place *place, const char *below_home)
{
	return g_build_filename (place->home, below_home, NULL);
}

static void
make_dirs (const Place *place, const char *path, int mode)
{
	g_autofree char *parent = g_path_get_dirname (path);

	if (g_file_test (path, G_FILE_TEST_IS_DIR))
		return;
	make_dirs (place, parent, 0755);
	g_assert_cmpint (g_mkdir (path, mode), ==, 0);
	give_away (path);
}

void
place_mkdir (const Place *place, const char *below_home, int mode)
{
	g_autofree char *path = place_path (place, below_home);

	make_dirs (place, path, mode);
	g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

void
place_write (const Place *place, const char *below_home, const char *text)
{
	g_autofree char *path = place_path (place, below_home);
	g_autofree char *dir = g_path_get_dirname (path);

	make_dirs (place, dir, 0755);
	g_assert_true (g_file_set_contents (path, text, -1, NULL));
	give_away (path);
}

char *
place_read (const Place *place, const char *below_home)
{
	g_autofree char *path = place_path (place, below_home);
	char *content = NULL;

	g_file_get_contents (path, &content, NULL, NULL);
	return content;
}

bool
place_has (const Place *place, const char *below_home)
{
	g_autofree char *path = place_path (place, below_home);
	struct stat info;

	return lstat (path, &info) == 0;
}

/* nftw has no argument for its function. */
static GPtrArray *snapshot_lines;

static int
note_one (const char *path, const struct stat *info, int kind, struct FTW *where)
{
	/* Modules of others keep a cache, and SoftHSM's writes its counters anew when it only looks. */
	if (strstr (path, "/.cache") != NULL || g_str_has_suffix (path, "/generation") || where->level == 0)
		return 0;
	/* A directory's time tells of what came and went; what is there is listed anyway. */
	if (kind == FTW_D)
		g_ptr_array_add (snapshot_lines, g_strdup_printf ("%s %o", path, info->st_mode));
	else
		g_ptr_array_add (snapshot_lines,
		                 g_strdup_printf ("%s %o %ld %ld.%09ld", path, info->st_mode,
		                                  (long)info->st_size, (long)info->st_mtim.tv_sec,
		                                  info->st_mtim.tv_nsec));
	return 0;
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *)a, *(const char *const *)b);
}

char *
place_snapshot (const Place *place)
{
	char *all;

	snapshot_lines = g_ptr_array_new_with_free_func (g_free);
	nftw (place->home, note_one, 16, FTW_PHYS);
	g_ptr_array_sort (snapshot_lines, compare_lines);
	g_ptr_array_add (snapshot_lines, NULL);
	all = g_strjoinv ("\n", (char **)snapshot_lines->pdata);
	g_ptr_array_unref (snapshot_lines);
	return all;
}

/* --- running --- */

static char **
collect_args (const char *program, va_list rest)
{
	GPtrArray *args = g_ptr_array_new ();

	g_ptr_array_add (args, g_strdup (program));
	for (const char *arg = va_arg (rest, const char *); arg != NULL; arg = va_arg (rest, const char *))
		g_ptr_array_add (args, g_strdup (arg));
	g_ptr_array_add (args, NULL);
	return (char **)g_ptr_array_free (args, FALSE);
}

/* In the child; does not come back. */
static void
become (const Place *place, char **argv)
{
	g_autoptr (GPtrArray) env = g_ptr_array_new ();

	for (guint i = 0; i < place->env->len; i++)
		g_ptr_array_add (env, place->env->pdata[i]);
	g_ptr_array_add (env, NULL);
	if (drops_rights (place) && (setgroups (0, NULL) != 0 || setgid (USER) != 0 || setuid (USER) != 0))
		_exit (126);
	if (chdir ("/") != 0)
		_exit (126);
	execve (argv[0], argv, (char **)env->pdata);
	_exit (127);
}

static int
memory_file (const char *content)
{
	int fd = memfd_create ("test", MFD_CLOEXEC);

	g_assert_cmpint (fd, >=, 0);
	if (content != NULL) {
		g_assert_cmpint (write (fd, content, strlen (content)), ==, strlen (content));
		lseek (fd, 0, SEEK_SET);
	}
	return fd;
}

static char *
memory_text (int fd)
{
	off_t len = lseek (fd, 0, SEEK_END);
	char *text = g_malloc0 ((gsize)len + 1);

	g_assert_cmpint (pread (fd, text, (size_t)len, 0), ==, len);
	close (fd);
	return text;
}

static int
wait_for (pid_t child)
{
	int status;

	g_assert_cmpint (TEMP_FAILURE_RETRY (waitpid (child, &status, 0)), ==, child);
	return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static Result *
run_args (const Place *place, const char *fd3, const char *fd4, char **argv)
{
	int fds[] = { open ("/dev/null", O_RDONLY | O_CLOEXEC), memory_file (NULL), memory_file (NULL),
		      memory_file (fd3), memory_file (fd4) };
	Result *result = g_new0 (Result, 1);
	pid_t child = fork ();

	g_assert_cmpint (child, >=, 0);
	if (child == 0) {
		int high[G_N_ELEMENTS (fds)];

		for (int i = 0; i < (int)G_N_ELEMENTS (fds); i++)
			high[i] = fcntl (fds[i], F_DUPFD_CLOEXEC, 20);
		for (int i = 0; i < (int)G_N_ELEMENTS (fds); i++)
			dup2 (high[i], i);
		become (place, argv);
	}
	result->status = wait_for (child);
	result->out = memory_text (fds[1]);
	result->err = memory_text (fds[2]);
	close (fds[0]);
	close (fds[3]);
	close (fds[4]);
	g_strfreev (argv);
	return result;
}

Result *
run (const Place *place, const char *program, ...)
{
	va_list rest;
	char **argv;

	va_start (rest, program);
	argv = collect_args (program, rest);
	va_end (rest);
	return run_args (place, NULL, NULL, argv);
}

Result *
run_with_fds (const Place *place, const char *fd3, const char *fd4, const char *program, ...)
{
	va_list rest;
	char **argv;

	va_start (rest, program);
	argv = collect_args (program, rest);
	va_end (rest);
	return run_args (place, fd3, fd4, argv);
}

/* Reads on until @expect was shown behind @from, or (NULL) the program ended.  False if time is up. */
static bool
watch (int terminal, GString *shown, gsize *from, const char *expect)
{
	gint64 end = g_get_monotonic_time () + PATIENCE_MS * (gint64)1000;

	for (;;) {
		struct pollfd ready = { .fd = terminal, .events = POLLIN };
		const char *found = expect ? strstr (shown->str + *from, expect) : NULL;
		char part[1024];
		ssize_t n;

		if (found != NULL) {
			*from = (gsize)(found - shown->str) + strlen (expect);
			return true;
		}
		if (g_get_monotonic_time () > end)
			return false;
		if (poll (&ready, 1, 1000) <= 0)
			continue;
		n = read (terminal, part, sizeof part);
		if (n <= 0)
			return expect == NULL;
		g_string_append_len (shown, part, n);
	}
}

/* The program prints its prompt and then turns echoing off; what is typed in between would be echoed. */
static void
wait_until_hidden (int terminal)
{
	struct termios mode;

	for (unsigned i = 0; i < 1000 && tcgetattr (terminal, &mode) == 0 && (mode.c_lflag & ECHO); i++)
		g_usleep (10 * 1000);
}

static void
play (int terminal, const Exchange *exchanges, GString *shown)
{
	gsize from = 0;

	for (; exchanges->expect != NULL; exchanges++) {
		if (!watch (terminal, shown, &from, exchanges->expect))
			g_error ("waited in vain for \"%s\" in:\n%s", exchanges->expect, shown->str);
		wait_until_hidden (terminal);
		g_assert_cmpint (write (terminal, exchanges->send, strlen (exchanges->send)), ==,
		                 strlen (exchanges->send));
	}
	watch (terminal, shown, &from, NULL);
}

Result *
converse (const Place *place, const Exchange *exchanges, bool *echoes, const char *program, ...)
{
	g_autoptr (GString) shown = g_string_new (NULL);
	Result *result = g_new0 (Result, 1);
	int terminal, other;
	struct termios mode;
	va_list rest;
	char **argv;
	pid_t child;

	va_start (rest, program);
	argv = collect_args (program, rest);
	va_end (rest);
	g_assert_cmpint (openpty (&terminal, &other, NULL, NULL, NULL), ==, 0);
	child = fork ();
	g_assert_cmpint (child, >=, 0);
	if (child == 0) {
		close (terminal);
		login_tty (other);
		become (place, argv);
	}
	g_strfreev (argv);
	/* Our own copy of the child's end goes too, or its end would not be seen. */
	close (other);
	play (terminal, exchanges, shown);
	if (echoes != NULL)
		*echoes =
			tcgetattr (terminal, &mode) == 0 && (mode.c_lflag & ECHO) && (mode.c_lflag & ICANON);
	result->status = wait_for (child);
	close (terminal);
	result->out = g_strdup (shown->str);
	result->err = g_strdup ("");
	return result;
}

void
result_free (Result *result)
{
	g_free (result->out);
	g_free (result->err);
	g_free (result);
}

void
assert_status_at (const Result *result, int expected, const char *function, int line)
{
	if (result->status != expected)
		g_error ("%s, line %d: exit status %d instead of %d\n--- output\n%s--- errors\n%s", function,
		         line, result->status, expected, result->out, result->err);
}

void
assert_contains_at (const char *haystack, const char *needle, const char *function, int line)
{
	if (strstr (haystack, needle) == NULL)
		g_error ("%s, line %d: no \"%s\" in:\n%s", function, line, needle, haystack);
}
