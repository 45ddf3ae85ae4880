/* Files of a token directory: read as SoftHSM's locks want it, replaced and never cut short.
 *
 * SoftHSM locks with POSIX record locks.  Ours are of the open file description (they meet SoftHSM's all
 * the same), so neither another thread nor a stranger who closes a descriptor of the file gives them away. */

#include "files.h"
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define LARGEST_FILE (64 * 1024 * 1024)
#define LEFTOVER_SECONDS 3600

void
file_close (int *fd)
{
	if (*fd >= 0)
		close (*fd);
	*fd = -1;
}

static bool
lock (int fd, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };
	int rc;

	do
		rc = fcntl (fd, F_OFD_SETLKW, &whole);
	while (rc != 0 && errno == EINTR);
	/* A file system without locks is worked on without. */
	return rc == 0 || errno == ENOLCK || errno == EINVAL || errno == ENOTSUP;
}

static CK_RV
trouble (const char *what, const char *name)
{
	bool full = errno == ENOSPC || errno == EDQUOT;

	log_error ("cannot %s %s: %s", what, name, strerrorname_np (errno));
	return full ? CKR_DEVICE_MEMORY : CKR_DEVICE_ERROR;
}

/* A file that changed this short a time ago may change again without its time telling; the latter where the file system
 * seems to have whole seconds, or two. */
#define SETTLE_MS 250
#define SETTLE_MS_SECONDS 2500

static int64_t
milliseconds_ago (const struct timespec *then)
{
	struct timespec now;

	clock_gettime (CLOCK_REALTIME, &now);
	return (int64_t)(now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
}

static bool
is_fresh (const struct stat *info)
{
	return milliseconds_ago (&info->st_mtim) <= (info->st_mtim.tv_nsec == 0 ? SETTLE_MS_SECONDS : SETTLE_MS);
}

/* A time that is to come is another machine's. */
bool
file_is_settled (const struct stat *info)
{
	return !is_fresh (info) || milliseconds_ago (&info->st_mtim) < -1000;
}

bool
file_is_remote (int dir)
{
	static const long remote[] = {
		NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC,  AFS_SUPER_MAGIC,   AFS_FS_MAGIC,
		CEPH_SUPER_MAGIC, V9FS_MAGIC,      CODA_SUPER_MAGIC, FUSE_SUPER_MAGIC, OCFS2_SUPER_MAGIC,
	};
	struct statfs info;

	if (fstatfs (dir, &info) != 0)
		return false;
	for (size_t i = 0; i < N_ELEMENTS (remote); i++)
		if (((unsigned long)info.f_type & 0xffffffff) == ((unsigned long)remote[i] & 0xffffffff))
			return true;
	return false;
}

/* Up to @n more bytes of it, as many as there are: SoftHSM may have cut the file meanwhile. */
static CK_RV
read_more (int fd, Buf *content, size_t n)
{
	size_t had = content->len;
	uint8_t *at = buf_grow (content, n);
	ssize_t got;

	TRY_ALLOC (at);
	do
		got = pread (fd, at, n, (off_t)had);
	while (got < 0 && errno == EINTR);
	buf_cut (content, had + (got > 0 ? (size_t)got : 0));
	return got >= 0 ? CKR_OK : CKR_DEVICE_ERROR;
}

/* How long most are, so that one call reads them. */
#define USUAL_SIZE 4096

/* @info: as it was after all was read. */
static CK_RV
read_all (int fd, Buf *content, struct stat *info)
{
	CK_RV rv;

	buf_cut (content, 0);
	rv = read_more (fd, content, USUAL_SIZE);
	if (rv == CKR_HOST_MEMORY || fstat (fd, info) != 0)
		return rv == CKR_OK ? CKR_DEVICE_ERROR : rv;
	if (!S_ISREG (info->st_mode) || info->st_size > LARGEST_FILE) {
		errno = EFBIG;
		return CKR_DEVICE_ERROR;
	}
	while (rv == CKR_OK && (size_t)info->st_size > content->len) {
		size_t had = content->len;

		rv = read_more (fd, content, (size_t)info->st_size - had);
		if (rv == CKR_OK && fstat (fd, info) != 0)
			rv = CKR_DEVICE_ERROR;
		/* it was cut meanwhile */
		if (content->len == had)
			break;
	}
	return rv;
}

CK_RV
file_read (int dir, const char *name, bool locked, Buf *content, FileSeen *seen)
{
	auto_close int fd = openat (dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return errno == ENOENT ? CKR_OBJECT_HANDLE_INVALID : CKR_DEVICE_ERROR;
	if (!locked)
		TRY (read_all (fd, content, &seen->info));
	if (locked || is_fresh (&seen->info)) {
		if (!lock (fd, F_RDLCK))
			return CKR_DEVICE_ERROR;
		TRY (read_all (fd, content, &seen->info));
	}
	memset (seen->head, 0, sizeof seen->head);
	if (content->len > 0)
		memcpy (seen->head, content->data, content->len < sizeof seen->head ? content->len : sizeof seen->head);
	return CKR_OK;
}

CK_RV
file_lock (int dir, const char *name, mode_t umask, int *fd)
{
	*fd = openat (dir, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0666 & ~umask);
	if (*fd >= 0 && lock (*fd, F_WRLCK))
		return CKR_OK;
	file_close (fd);
	return trouble ("lock", name);
}

static bool
write_all (int fd, Bytes content)
{
	while (content.len > 0) {
		ssize_t n = write (fd, content.data, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		content = bytes (content.data + n, content.len - (size_t)n);
	}
	return true;
}

/* The new file is to be as readable as the old one was, whoever changed that meant it: but not for another
 * group. */
static void
keep_permissions (int fd, int dir, const char *name)
{
	struct stat old, now;
	mode_t mode;

	if (fstatat (dir, name, &old, AT_SYMLINK_NOFOLLOW) != 0 || fstat (fd, &now) != 0)
		return;
	mode = old.st_mode & 0777;
	if ((old.st_uid != now.st_uid || old.st_gid != now.st_gid) && fchown (fd, old.st_uid, old.st_gid) != 0 &&
	    fchown (fd, (uid_t)-1, old.st_gid) != 0) {
		log_debug ("%s gets another owner", name);
		mode = old.st_gid != now.st_gid ? mode & ~(mode_t)070 : mode;
	}
	if (fchmod (fd, mode) != 0)
		log_debug ("%s gets other permissions", name);
}

static CK_RV
write_beside (int dir, const char *beside, const char *name, Bytes content, mode_t umask, struct stat *info)
{
	auto_close int fd =
		openat (dir, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0666 & ~umask);

	if (fd < 0)
		return trouble ("create", beside);
	keep_permissions (fd, dir, name);
	if (!write_all (fd, content) || fsync (fd) != 0 || fstat (fd, info) != 0)
		return trouble ("write", beside);
	return CKR_OK;
}

static bool
is_same (const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* SoftHSM writes into the file itself, and at times locks that alone: it is kept out for these two calls. */
static CK_RV
rename_over (int dir, const char *beside, const char *name, const FileSeen *was)
{
	auto_close int fd = -1;
	FileSeen now = { .head = { 0 } };

	if (was != NULL) {
		fd = openat (dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
		if (fd >= 0 && !lock (fd, F_WRLCK))
			return trouble ("lock", name);
		if (fstatat (dir, name, &now.info, AT_SYMLINK_NOFOLLOW) != 0 || !is_same (&was->info, &now.info))
			return CKR_CANCEL;
		/* twice within a tick of the clock, and as long: but the format counts changes at its beginning */
		if (fd >= 0 && (pread (fd, now.head, sizeof now.head, 0) < 0 || memcmp (now.head, was->head, sizeof now.head) != 0))
			return CKR_CANCEL;
	}
	return renameat (dir, beside, dir, name) == 0 ? CKR_OK : trouble ("replace", name);
}

CK_RV
file_replace (int dir, const char *name, Bytes content, mode_t umask, const FileSeen *was, struct stat *info)
{
	char beside[300];
	uint8_t random[8];
	CK_RV rv;

	TRY (random_bytes (random, sizeof random));
	snprintf (beside, sizeof beside, ".%.200s.%016llx", name, (unsigned long long)be64_get (random));
	rv = write_beside (dir, beside, name, content, umask, info);
	if (rv == CKR_OK)
		rv = rename_over (dir, beside, name, was);
	if (rv != CKR_OK)
		unlinkat (dir, beside, 0);
	else if (fsync (dir) != 0 && errno != EINVAL)
		log_debug ("cannot sync the directory of %s: %s", name, strerrorname_np (errno));
	return rv;
}

void
file_drop_leftover (int dir, const char *name)
{
	const char *end = name[0] == '.' ? strrchr (name, '.') : NULL;
	struct stat info;

	if (end == NULL || end == name || strlen (end + 1) != 16 || strspn (end + 1, "0123456789abcdef") != 16)
		return;
	/* One that is being written is younger. */
	if (fstatat (dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (info.st_mode) &&
	    info.st_mtim.tv_sec < time (NULL) - LEFTOVER_SECONDS)
		unlinkat (dir, name, 0);
}
