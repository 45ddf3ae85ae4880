/* Files and directories made one by one, and taken back when a later step fails. */

#include "undo.h"

#include "setup.h"
#include "token-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum { MADE_DIR, MADE_FILE, MADE_TOKEN } StepKind;

typedef struct {
	StepKind kind;
	char *path;
	char *before; /* what the file said before; NULL when there was none */
} Step;

static void
step_free (void *data)
{
	Step *step = data;

	g_free (step->path);
	g_free (step->before);
	g_free (step);
}

static void
note_step (Undo *undo, StepKind kind, const char *path, char *before)
{
	Step *step = g_new (Step, 1);

	*step = (Step){ kind, g_strdup (path), before };
	g_ptr_array_add (undo->steps, step);
}

void
undo_start (Undo *undo)
{
	undo->steps = g_ptr_array_new_with_free_func (step_free);
}

static void
step_undo (const Step *step)
{
	switch (step->kind) {
	case MADE_DIR:
		/* Fails, as it should, when others put something into it meanwhile. */
		g_rmdir (step->path);
		break;
	case MADE_FILE:
		if (step->before != NULL)
			g_file_set_contents_full (step->path, step->before, -1, G_FILE_SET_CONTENTS_NONE,
			                          0600, NULL);
		else
			g_unlink (step->path);
		break;
	case MADE_TOKEN:
		token_dir_delete (step->path, NULL);
		break;
	default:
		g_assert_not_reached ();
	}
}

void
undo_all (Undo *undo)
{
	if (undo->steps == NULL)
		return;
	for (guint i = undo->steps->len; i > 0; i--)
		step_undo (undo->steps->pdata[i - 1]);
	undo_keep (undo);
}

void
undo_keep (Undo *undo)
{
	g_clear_pointer (&undo->steps, g_ptr_array_unref);
}

void
undo_note_token (Undo *undo, const char *path)
{
	note_step (undo, MADE_TOKEN, path, NULL);
}

static bool
refuse_errno (GError **error, const char *path)
{
	int reason = errno;
	g_autofree char *dir = g_path_get_dirname (path);

	return setup_refuse (error, _ ("%s cannot be made: %s. See that you may write in %s."), path,
	                     g_strerror (reason), dir);
}

bool
undo_make_dirs (Undo *undo, const char *path, GError **error)
{
	g_autofree char *parent = g_path_get_dirname (path);
	struct stat info;

	if (stat (path, &info) == 0 && S_ISDIR (info.st_mode))
		return true;
	if (strcmp (parent, path) != 0 && !undo_make_dirs (undo, parent, error))
		return false;
	if (mkdir (path, 0700) != 0)
		return errno == EEXIST && stat (path, &info) == 0 && S_ISDIR (info.st_mode)
		               ? true
		               : refuse_errno (error, path);
	note_step (undo, MADE_DIR, path, NULL);
	/* A umask may have taken the owner's rights too. */
	if (chmod (path, 0700) != 0)
		return refuse_errno (error, path);
	return true;
}

static bool
write_all (int fd, const char *data, size_t rest)
{
	ssize_t n;

	while (rest > 0) {
		n = TEMP_FAILURE_RETRY (write (fd, data, rest));
		if (n < 0)
			return false;
		data += n;
		rest -= (size_t)n;
	}
	return true;
}

static void
sync_dir_of (const char *path)
{
	g_autofree char *dir = g_path_get_dirname (path);
	int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync (fd);
		close (fd);
	}
}

/* By way of a temporary file, whose name is given. */
static bool
write_by (const char *temporary_dir, const char *path, const void *data, size_t n, bool replace, GError **error)
{
	g_autofree char *temporary = g_build_filename (temporary_dir, ".softhsm2-setup.XXXXXX", NULL);
	int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return refuse_errno (error, path);
	ok = fchmod (fd, 0600) == 0 && write_all (fd, data, n) && fsync (fd) == 0;
	ok = close (fd) == 0 && ok;
	ok = ok && renameat2 (AT_FDCWD, temporary, AT_FDCWD, path, replace ? 0 : RENAME_NOREPLACE) == 0;
	/* Some file systems cannot promise to replace nothing. */
	if (!ok && !replace && errno == EINVAL)
		ok = link (temporary, path) == 0 && unlink (temporary) == 0;
	if (!ok) {
		refuse_errno (error, path);
		g_unlink (temporary);
		return false;
	}
	sync_dir_of (path);
	return true;
}

bool
file_write_new (const char *path, const void *data, size_t n, GError **error)
{
	auto_signals sigset_t before = signals_hold ();
	g_autofree char *dir = g_path_get_dirname (path);

	if (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
		return setup_refuse (error, _ ("%s is there already. Name another file, or delete it."), path);
	return write_by (dir, path, data, n, false, error);
}

bool
undo_write_file (Undo *undo, const char *path, const char *temporary_dir, const char *text, bool replace,
                 GError **error)
{
	char *before = NULL;

	if (replace)
		g_file_get_contents (path, &before, NULL, NULL);
	if (!write_by (temporary_dir, path, text, strlen (text), replace, error)) {
		g_free (before);
		return false;
	}
	note_step (undo, MADE_FILE, path, before);
	return true;
}
