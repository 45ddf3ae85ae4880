/* A file with a secret in it, written as a whole or not at all. */

#include "file-out.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
write_all (int fd, Bytes content)
{
	while (content.len > 0) {
		ssize_t n = TEMP_FAILURE_RETRY (write (fd, content.data, content.len));

		if (n < 0)
			return false;
		content = bytes (content.data + n, content.len - (size_t)n);
	}
	return true;
}

/* Keeps the errno of what went wrong. */
static bool
fails (int fd, const char *leftover)
{
	int reason = errno;

	if (fd >= 0)
		close (fd);
	if (leftover != NULL)
		unlink (leftover);
	errno = reason;
	return false;
}

static bool
write_into (const char *path, Bytes content)
{
	int fd = open (path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || !write_all (fd, content))
		return fails (fd, NULL);
	return close (fd) == 0;
}

static void
sync_directory (const char *path)
{
	g_autofree char *dir = g_path_get_dirname (path);
	int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync (fd);
		close (fd);
	}
}

static bool
replace (const char *path, Bytes content)
{
	g_autofree char *beside = g_strconcat (path, ".XXXXXX", NULL);
	int fd = mkostemp (beside, O_CLOEXEC);

	if (fd < 0)
		return false;
	if (!write_all (fd, content) || fsync (fd) != 0)
		return fails (fd, beside);
	if (close (fd) != 0 || rename (beside, path) != 0)
		return fails (-1, beside);
	sync_directory (path);
	return true;
}

/* A signal that ends the program waits until nothing half-made is left. */
static bool
replace_in_peace (const char *path, Bytes content)
{
	sigset_t deadly, before;
	bool done;
	int reason;

	sigemptyset (&deadly);
	sigaddset (&deadly, SIGINT);
	sigaddset (&deadly, SIGTERM);
	sigaddset (&deadly, SIGHUP);
	sigprocmask (SIG_BLOCK, &deadly, &before);
	done = replace (path, content);
	reason = errno;
	sigprocmask (SIG_SETMASK, &before, NULL);
	errno = reason;
	return done;
}

bool
file_out (const char *path, Bytes content)
{
	struct stat info;

	if (lstat (path, &info) == 0 && !S_ISREG (info.st_mode)) {
		/* another's link may lead anywhere, and his pipe to him */
		if (info.st_uid != geteuid () && info.st_uid != 0) {
			errno = EPERM;
			return false;
		}
		return write_into (path, content);
	}
	return replace_in_peace (path, content);
}
