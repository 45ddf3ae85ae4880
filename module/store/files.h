/* Files of a token directory: read as SoftHSM's locks want it, replaced and never cut short. */

#ifndef STORE_FILES_H
#define STORE_FILES_H

#include "bytes.h"
#include "log.h"

#include <stdbool.h>
#include <sys/stat.h>

#define auto_close __attribute__ ((cleanup (file_close)))

void file_close (int *fd);

/* Takes the write lock of a lock file (made when it is not there), to be given back with file_close. */
CK_RV file_lock (int dir, const char *name, mode_t umask, int *fd);

/* What a file was when it was read: it is told again by these, and by its first bytes. */
typedef struct {
	struct stat info;
	uint8_t head[8];
} FileSeen;

/* Did the file change so long ago that a later change shows by its time? */
bool file_is_settled (const struct stat *info);

/* Is the directory on a file system that other machines write to, too?  What is known of its files may then be old. */
bool file_is_remote (int dir);

/* The whole of a regular file in @content, as no writer was at it: under a read lock, but for one that was left alone for
 * a while, unless it is to be @locked.  @seen: as it was then.
 * CKR_OBJECT_HANDLE_INVALID: there is none.  CKR_DEVICE_ERROR: it cannot be read, errno says why. */
CK_RV file_read (int dir, const char *name, bool locked, Buf *content, FileSeen *seen);

/* Puts @content in place of the file @name, or there if it is new, as a whole: written beside, synced,
 * renamed, the directory synced.  An old file's permissions and owner are kept as far as the system lets.
 * @was: the file as it was when the content was made of it, NULL for any.  @info: the new file's.
 * CKR_DEVICE_ERROR, CKR_DEVICE_MEMORY (disk full); CKR_CANCEL: the file is not as it was, and left alone. */
CK_RV file_replace (int dir, const char *name, Bytes content, mode_t umask, const FileSeen *was, struct stat *info);

/* Removes what a crash left of file_replace.  @name: any name in the directory. */
void file_drop_leftover (int dir, const char *name);

#endif
