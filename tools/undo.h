/* Files and directories made one by one, and taken back when a later step fails. */

#ifndef TOOLS_UNDO_H
#define TOOLS_UNDO_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
	GPtrArray *steps;
} Undo;

#define auto_undo __attribute__ ((cleanup (undo_all)))

void undo_start (Undo *undo);

/* Takes back what was done since undo_start, the last step first.  Nothing after undo_keep. */
void undo_all (Undo *undo);
void undo_keep (Undo *undo);

/* Makes @path and what is missing above it, each for this user alone. */
bool undo_make_dirs (Undo *undo, const char *path, GError **error);

/* Writes @path, 0600, whole or not at all, by way of a temporary file in @temporary_dir (of the same file
 * system).  What is there already is an error, unless @replace. */
bool undo_write_file (Undo *undo, const char *path, const char *temporary_dir, const char *text, bool replace,
                      GError **error);

/* Writes a file of the user's, 0600, whole or not at all, which is not there yet. */
bool file_write_new (const char *path, const void *data, size_t n, GError **error);

/* Takes note of a token that was made: undoing deletes the directory @path with all it holds. */
void undo_note_token (Undo *undo, const char *path);

#endif
