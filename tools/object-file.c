/* Object files of SoftHSM's format: a generation, then attributes (type, kind, value) to the end; numbers of 64 bits,
 * the most significant byte first. */

#include "object-file.h"

#include "cryptoki.h"
#include "seal-file.h"

#include <gio/gio.h>

#define TOKEN_FILE "token.object"

/* CKA_OS_USERPIN */
#define OS_USER_PIN 0x8000534d

bool
object_take (Bytes *rest, uint64_t n, Bytes *part)
{
	if (n > rest->len)
		return false;
	*part = bytes (rest->data, n);
	*rest = bytes (rest->data + n, rest->len - n);
	return true;
}

bool
object_take_u64 (Bytes *rest, uint64_t *number)
{
	Bytes octets;

	if (!object_take (rest, 8, &octets))
		return false;
	*number = be64_get (octets.data);
	return true;
}

/* The length in bytes of the value that comes next, its own length taken off where it has one. */
static bool
take_length (Bytes *rest, uint64_t kind, uint64_t *n)
{
	switch (kind) {
	case KIND_BOOL:
		*n = 1;
		return true;
	case KIND_ULONG:
		*n = 8;
		return true;
	case KIND_BYTES:
	case KIND_MAP:
		return object_take_u64 (rest, n);
	case KIND_MECHANISMS:
		if (!object_take_u64 (rest, n) || *n > OBJECT_MOST_BYTES)
			return false;
		*n *= 8;
		return true;
	default:
		return false;
	}
}

bool
object_take_attribute (Bytes *rest, ObjectAttribute *attribute)
{
	Bytes after = *rest;
	uint64_t n;

	if (!object_take_u64 (&after, &attribute->type) || !object_take_u64 (&after, &attribute->kind) ||
	    !take_length (&after, attribute->kind, &n) || !object_take (&after, n, &attribute->value))
		return false;
	*rest = after;
	return true;
}

bool
object_find_attribute (Bytes file, uint64_t type, ObjectAttribute *attribute)
{
	uint64_t generation;
	ObjectAttribute next;
	bool found = false;

	if (!object_take_u64 (&file, &generation))
		return false;
	/* Of two of one type the later counts. */
	while (object_take_attribute (&file, &next))
		if (next.type == type) {
			*attribute = next;
			found = true;
		}
	return found;
}

bool
object_map_is_whole (Bytes map)
{
	ObjectAttribute attribute;

	while (object_take_attribute (&map, &attribute))
		if (attribute.kind == KIND_MAP)
			return false;
	return map.len == 0;
}

static bool
unwrap (Bytes file, const char *dir, const char *pin, Buf *key, GError **error)
{
	ObjectAttribute blob;

	if (!object_find_attribute (file, OS_USER_PIN, &blob) || blob.kind != KIND_BYTES) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The token in %s has no user PIN.", dir);
		return false;
	}
	if (seal_file_unwrap (bytes_str (pin), blob.value, key) != CKR_OK) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
		             "The given user PIN does not match the one in the token.");
		return false;
	}
	return true;
}

bool
object_token_key (const char *path, const char *pin, Buf *key, GError **error)
{
	g_autofree char *dir = g_path_get_dirname (path);
	g_autofree char *token = g_build_filename (dir, TOKEN_FILE, NULL);
	g_autofree char *content = NULL;
	gsize n;

	if (!g_file_get_contents (token, &content, &n, error))
		return false;
	return unwrap (bytes (content, n), dir, pin, key, error);
}
