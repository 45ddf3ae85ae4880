/* Files of a token directory: read, locked, replaced as a whole. */

#include "files.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	char *path;
	int dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
	fixture->path = g_dir_make_tmp ("softhsm2-files-XXXXXX", NULL);
	g_assert_nonnull (fixture->path);
	fixture->dir = open (fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint (fixture->dir, >=, 0);
}

static GPtrArray *
names (Fixture *fixture)
{
	GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GDir) dir = g_dir_open (fixture->path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name (dir)) != NULL)
		g_ptr_array_add (list, g_strdup (name));
	return list;
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	g_autoptr (GPtrArray) list = names (fixture);

	for (guint i = 0; i < list->len; i++)
		if (unlinkat (fixture->dir, list->pdata[i], 0) != 0)
			unlinkat (fixture->dir, list->pdata[i], AT_REMOVEDIR);
	close (fixture->dir);
	g_rmdir (fixture->path);
	g_free (fixture->path);
}

static void
assert_content (Fixture *fixture, const char *name, const char *wanted)
{
	auto_wipe Buf content = BUF_PLAIN;
	FileSeen seen;

	g_assert_cmpuint (file_read (fixture->dir, name, false, &content, &seen), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&content), bytes_str (wanted)));
	g_assert_cmpuint ((size_t)seen.info.st_size, ==, strlen (wanted));
}

static void
replace (Fixture *fixture, const char *name, const char *content, mode_t mask)
{
	struct stat info;

	g_assert_cmpuint (file_replace (fixture->dir, name, bytes_str (content), mask, NULL, &info), ==, CKR_OK);
}

static void
what_is_put_is_read (Fixture *fixture, gconstpointer unused)
{
	replace (fixture, "a", "content", 0077);
	assert_content (fixture, "a", "content");
}

/* SoftHSM makes a file empty before it writes it. */
static void
an_empty_file_is_read_too (Fixture *fixture, gconstpointer unused)
{
	replace (fixture, "a", "", 0077);
	assert_content (fixture, "a", "");
}

static void
nothing_else_stays_behind (Fixture *fixture, gconstpointer unused)
{
	g_autoptr (GPtrArray) list = NULL;

	replace (fixture, "a", "one", 0077);
	replace (fixture, "a", "two", 0077);
	list = names (fixture);
	g_assert_cmpuint (list->len, ==, 1);
	g_assert_cmpstr (list->pdata[0], ==, "a");
}

/* Whoever has the old file open reads it to its end. */
static void
an_old_file_is_never_cut_short (Fixture *fixture, gconstpointer unused)
{
	auto_close int fd = -1;
	char room[16];

	replace (fixture, "a", "the old one", 0077);
	fd = openat (fixture->dir, "a", O_RDONLY | O_CLOEXEC);
	replace (fixture, "a", "new", 0077);
	g_assert_cmpint (read (fd, room, sizeof room), ==, 11);
	g_assert_cmpint (memcmp (room, "the old one", 11), ==, 0);
	assert_content (fixture, "a", "new");
}

static mode_t
mode_of (Fixture *fixture, const char *name)
{
	struct stat info;

	g_assert_cmpint (fstatat (fixture->dir, name, &info, AT_SYMLINK_NOFOLLOW), ==, 0);
	return info.st_mode & 0777;
}

static void
the_mask_takes_permissions_away (Fixture *fixture, gconstpointer unused)
{
	mode_t before = umask (0);

	replace (fixture, "a", "x", 0077);
	g_assert_cmpuint (mode_of (fixture, "a"), ==, 0600);
	replace (fixture, "b", "x", 0027);
	g_assert_cmpuint (mode_of (fixture, "b"), ==, 0640);
	umask (0077);
	replace (fixture, "c", "x", 0);
	g_assert_cmpuint (mode_of (fixture, "c"), ==, 0600);
	umask (before);
}

/* Whoever changed them meant it. */
static void
an_old_file_s_permissions_are_kept (Fixture *fixture, gconstpointer unused)
{
	replace (fixture, "a", "x", 0077);
	g_assert_cmpint (fchmodat (fixture->dir, "a", 0640, 0), ==, 0);
	replace (fixture, "a", "y", 0077);
	g_assert_cmpuint (mode_of (fixture, "a"), ==, 0640);
	g_assert_cmpint (fchmodat (fixture->dir, "a", 0600, 0), ==, 0);
	replace (fixture, "a", "z", 0);
	g_assert_cmpuint (mode_of (fixture, "a"), ==, 0600);
}

static void
what_is_not_there_is_gone (Fixture *fixture, gconstpointer unused)
{
	auto_wipe Buf content = BUF_PLAIN;
	FileSeen seen;

	g_assert_cmpuint (file_read (fixture->dir, "none", false, &content, &seen), ==, CKR_OBJECT_HANDLE_INVALID);
}

/* A pipe would make the caller wait, a link lead elsewhere, a huge file use the memory up. */
static void
other_things_are_not_read (Fixture *fixture, gconstpointer unused)
{
	auto_wipe Buf content = BUF_PLAIN;
	auto_close int fd = -1;
	FileSeen seen;

	g_assert_cmpint (mkdirat (fixture->dir, "folder", 0700), ==, 0);
	g_assert_cmpint (mkfifoat (fixture->dir, "pipe", 0600), ==, 0);
	g_assert_cmpint (symlinkat ("a", fixture->dir, "link"), ==, 0);
	replace (fixture, "a", "x", 0077);
	fd = openat (fixture->dir, "huge", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	g_assert_cmpint (ftruncate (fd, 65L * 1024 * 1024), ==, 0);
	g_assert_cmpuint (file_read (fixture->dir, "folder", false, &content, &seen), ==, CKR_DEVICE_ERROR);
	g_assert_cmpuint (file_read (fixture->dir, "pipe", false, &content, &seen), ==, CKR_DEVICE_ERROR);
	g_assert_cmpuint (file_read (fixture->dir, "link", false, &content, &seen), ==, CKR_DEVICE_ERROR);
	g_assert_cmpuint (file_read (fixture->dir, "huge", false, &content, &seen), ==, CKR_DEVICE_ERROR);
}

/* As SoftHSM does: a record lock of another process. */
static int
lock_in_child (Fixture *fixture, const char *name, short type)
{
	pid_t child = fork ();
	int status;

	if (child == 0) {
		struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
		int fd = openat (fixture->dir, name, O_RDWR | O_CLOEXEC);

		_exit (fcntl (fd, F_SETLK, &whole) == 0 ? 0 : 1);
	}
	g_assert_cmpint (waitpid (child, &status, 0), ==, child);
	g_assert_true (WIFEXITED (status));
	return WEXITSTATUS (status);
}

static void
locks_meet_those_of_other_processes (Fixture *fixture, gconstpointer unused)
{
	int fd = -1;

	g_assert_cmpuint (file_lock (fixture->dir, "x.lock", 0077, &fd), ==, CKR_OK);
	g_assert_cmpint (lock_in_child (fixture, "x.lock", F_WRLCK), ==, 1);
	g_assert_cmpint (lock_in_child (fixture, "x.lock", F_RDLCK), ==, 1);
	file_close (&fd);
	g_assert_cmpint (fd, ==, -1);
	g_assert_cmpint (lock_in_child (fixture, "x.lock", F_WRLCK), ==, 0);
}

/* POSIX record locks would be gone when anybody in the process closes the file. */
static void
a_lock_outlives_a_stranger_s_close (Fixture *fixture, gconstpointer unused)
{
	int fd = -1, other;

	g_assert_cmpuint (file_lock (fixture->dir, "x.lock", 0077, &fd), ==, CKR_OK);
	other = openat (fixture->dir, "x.lock", O_RDWR | O_CLOEXEC);
	close (other);
	g_assert_cmpint (lock_in_child (fixture, "x.lock", F_WRLCK), ==, 1);
	file_close (&fd);
}

/* SoftHSM writes in place and does not take our lock. */
static void
only_what_was_read_is_replaced (Fixture *fixture, gconstpointer unused)
{
	auto_wipe Buf content = BUF_PLAIN;
	g_autoptr (GPtrArray) list = NULL;
	FileSeen was;
	struct stat info;

	replace (fixture, "a", "one", 0077);
	g_assert_cmpuint (file_read (fixture->dir, "a", false, &content, &was), ==, CKR_OK);
	g_assert_cmpuint (file_replace (fixture->dir, "a", bytes_str ("two"), 0077, &was, &info), ==, CKR_OK);
	assert_content (fixture, "a", "two");
	g_assert_cmpuint (file_replace (fixture->dir, "a", bytes_str ("three"), 0077, &was, &info), ==, CKR_CANCEL);
	assert_content (fixture, "a", "two");
	list = names (fixture);
	g_assert_cmpuint (list->len, ==, 1);
}

static void
make_file (Fixture *fixture, const char *name, time_t age)
{
	struct timespec times[2] = { { .tv_sec = time (NULL) - age }, { .tv_sec = time (NULL) - age } };

	replace (fixture, name, "x", 0077);
	g_assert_cmpint (utimensat (fixture->dir, name, times, 0), ==, 0);
}

static void
only_old_leftovers_are_dropped (Fixture *fixture, gconstpointer unused)
{
	static const struct {
		const char *name;
		time_t age;
		gboolean stays;
	} rows[] = {
		{ ".a.object.0123456789abcdef", 7200, FALSE }, { ".a.object.0123456789abcdee", 10, TRUE },
		{ ".a.object.0123456789abcdeX", 7200, TRUE },  { "a.object.0123456789abcdef", 7200, TRUE },
		{ ".0123456789abcdef", 7200, TRUE },           { ".a.object", 7200, TRUE },
	};

	for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
		make_file (fixture, rows[i].name, rows[i].age);
		file_drop_leftover (fixture->dir, rows[i].name);
		g_assert_cmpint (faccessat (fixture->dir, rows[i].name, F_OK, 0) == 0, ==, rows[i].stays);
	}
}

static void
failing_leaves_the_old_file (Fixture *fixture, gconstpointer unused)
{
	g_autoptr (GPtrArray) list = NULL;
	struct stat info;

	g_assert_cmpint (mkdirat (fixture->dir, "folder", 0700), ==, 0);
	g_assert_cmpuint (file_replace (fixture->dir, "folder", bytes_str ("x"), 0077, NULL, &info), ==, CKR_DEVICE_ERROR);
	list = names (fixture);
	g_assert_cmpuint (list->len, ==, 1);
}

#define ADD(name) g_test_add ("/store/files/" #name, Fixture, NULL, set_up, name, tear_down)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (what_is_put_is_read);
	ADD (an_empty_file_is_read_too);
	ADD (nothing_else_stays_behind);
	ADD (an_old_file_is_never_cut_short);
	ADD (the_mask_takes_permissions_away);
	ADD (an_old_file_s_permissions_are_kept);
	ADD (what_is_not_there_is_gone);
	ADD (other_things_are_not_read);
	ADD (locks_meet_those_of_other_processes);
	ADD (a_lock_outlives_a_stranger_s_close);
	ADD (only_what_was_read_is_replaced);
	ADD (only_old_leftovers_are_dropped);
	ADD (failing_leaves_the_old_file);
	return g_test_run ();
}
