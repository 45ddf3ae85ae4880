/* Tokens as directories on disk, for what is done to them from outside the module. */

#ifndef TOOLS_TOKEN_DIR_H
#define TOOLS_TOKEN_DIR_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *name; /* of the directory */
	char *path;
	char *label; /* without padding */
	char *serial;
} TokenDir;

/* All tokens in @tokendir, to be freed with g_ptr_array_unref; NULL when it cannot be read. */
GPtrArray *token_dirs_list (const char *tokendir, GError **error);

/* The one with this serial number.  NULL: there is none, or more than one, as a copy beside it has the same. */
const TokenDir *token_dirs_find (const GPtrArray *tokens, const char *serial, GError **error);

/* What the content of a token's file says; NULL where it does not. */
void token_file_parse (const void *content, size_t n, char **label, char **serial);

/* Deletes a token with all it holds.  First goes the file that makes it a token, so that whatever
 * happens then nobody finds half of one.  Does not follow symbolic links. */
bool token_dir_delete (const char *path, GError **error);

#endif
