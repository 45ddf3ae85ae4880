/* Tokens as directories on disk, for what is done to them from outside the module.
 *
 * SoftHSM's file format: token.object is a generation and then (type, kind, value) to its end, numbers
 * of 64 bits, the most significant byte first. */

#include "token-dir.h"

#include "bytes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_FILE "token.object"

#define TOKEN_LABEL  0x80005349
#define TOKEN_SERIAL 0x8000534A

enum { KIND_BOOL = 1, KIND_ULONG = 2, KIND_BYTES = 3 };

static bool
take_u64 (Bytes *rest, uint64_t *number)
{
	if (rest->len < 8)
		return false;
	*number = be64_get (rest->data);
	*rest = bytes (rest->data + 8, rest->len - 8);
	return true;
}

static bool
take_value (Bytes *rest, uint64_t kind, Bytes *value)
{
	uint64_t len;

	if (kind == KIND_BOOL)
		len = 1;
	else if (kind == KIND_ULONG)
		len = 8;
	else if (kind != KIND_BYTES || !take_u64 (rest, &len))
		return false;
	if (len > rest->len)
		return false;
	*value = bytes (rest->data, len);
	*rest = bytes (rest->data + len, rest->len - len);
	return true;
}

static char *
unpadded (Bytes text)
{
	while (text.len > 0 && text.data[text.len - 1] == ' ')
		text.len--;
	return g_strndup ((const char *)text.data, text.len);
}

/* Reads label and serial number; a damaged file gives what stands before the damage. */
static void
parse_token_file (TokenDir *token, Bytes rest)
{
	uint64_t generation, type, kind;
	Bytes value;

	if (!take_u64 (&rest, &generation))
		return;
	while (take_u64 (&rest, &type) && take_u64 (&rest, &kind) && take_value (&rest, kind, &value)) {
		char **field = type == TOKEN_LABEL    ? &token->label
		               : type == TOKEN_SERIAL ? &token->serial
		                                      : NULL;

		if (field != NULL) {
			g_free (*field);
			*field = unpadded (value);
		}
	}
}

static void
token_dir_free (void *data)
{
	TokenDir *token = data;

	g_free (token->name);
	g_free (token->path);
	g_free (token->label);
	g_free (token->serial);
	g_free (token);
}

#define LARGEST_FILE (1024 * 1024)

/* Others may have put anything there. */
static bool
read_regular (const char *path, char **content, gsize *len)
{
	int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat info;
	ssize_t n = -1;

	if (fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= LARGEST_FILE) {
		*content = g_malloc ((gsize)info.st_size + 1);
		n = read (fd, *content, (size_t)info.st_size);
	}
	if (fd >= 0)
		close (fd);
	*len = n > 0 ? (gsize)n : 0;
	return n >= 0;
}

/* NULL for what is no token. */
static TokenDir *
token_dir_read (const char *tokendir, const char *name)
{
	g_autofree char *path = g_build_filename (tokendir, name, NULL);
	g_autofree char *file = g_build_filename (path, TOKEN_FILE, NULL);
	g_autofree char *content = NULL;
	struct stat info;
	TokenDir *token;
	gsize len;

	if (lstat (path, &info) != 0 || !S_ISDIR (info.st_mode) || !read_regular (file, &content, &len))
		return NULL;
	token = g_new0 (TokenDir, 1);
	token->name = g_strdup (name);
	token->path = g_steal_pointer (&path);
	parse_token_file (token, bytes (content, len));
	return token;
}

GPtrArray *
token_dirs_list (const char *tokendir, GError **error)
{
	g_autoptr (GDir) dir = g_dir_open (tokendir, 0, error);
	GPtrArray *tokens;
	const char *name;

	if (dir == NULL)
		return NULL;
	tokens = g_ptr_array_new_with_free_func (token_dir_free);
	while ((name = g_dir_read_name (dir)) != NULL) {
		TokenDir *token = token_dir_read (tokendir, name);

		if (token != NULL)
			g_ptr_array_add (tokens, token);
	}
	return tokens;
}

const TokenDir *
token_dirs_find (const GPtrArray *tokens, const char *serial, GError **error)
{
	const TokenDir *found = NULL;

	for (guint i = 0; tokens != NULL && i < tokens->len; i++) {
		const TokenDir *token = tokens->pdata[i];

		if (g_strcmp0 (token->serial, serial) != 0)
			continue;
		if (found != NULL) {
			g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
			             _ ("%s and %s have the same serial number, as one is a copy of the other. Move one away."),
			             found->path, token->path);
			return NULL;
		}
		found = token;
	}
	if (found == NULL)
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		             _ ("The directory of the token with serial number %s cannot be found."), serial);
	return found;
}

void
token_file_parse (const void *content, size_t n, char **label, char **serial)
{
	TokenDir token = { NULL };

	parse_token_file (&token, bytes (content, n));
	*label = token.label;
	*serial = token.serial;
}

/* --- deleting --- */

static bool delete_content (int fd);

static bool
delete_entry (int parent, const char *name)
{
	int fd;
	bool ok;

	if (unlinkat (parent, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return false;
	fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = delete_content (fd);
	return ok && unlinkat (parent, name, AT_REMOVEDIR) == 0;
}

/* Takes @fd over. */
static bool
delete_content (int fd)
{
	DIR *dir = fdopendir (fd);
	struct dirent *entry;
	bool ok = dir != NULL;

	if (dir == NULL)
		close (fd);
	while (ok && (entry = readdir (dir)) != NULL)
		if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
			ok = delete_entry (fd, entry->d_name);
	if (dir != NULL) {
		int reason = errno;

		closedir (dir);
		errno = reason;
	}
	return ok;
}

bool
token_dir_delete (const char *path, GError **error)
{
	int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int reason;

	if (fd >= 0 && (unlinkat (fd, TOKEN_FILE, 0) == 0 || errno == ENOENT) && delete_content (fd) &&
	    rmdir (path) == 0)
		return true;
	reason = errno;
	g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), _ ("%s cannot be deleted: %s."), path,
	             g_strerror (reason));
	return false;
}
