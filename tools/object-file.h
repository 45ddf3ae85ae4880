/* Object files of SoftHSM's format, piece by piece: what a reader meets that must not trust them. */

#ifndef TOOLS_OBJECT_FILE_H
#define TOOLS_OBJECT_FILE_H

#include "bytes.h"

#include <glib.h>

/* Of the attributes in a file, as they stand there. */
typedef enum { KIND_BOOL = 1, KIND_ULONG = 2, KIND_BYTES = 3, KIND_MAP = 4, KIND_MECHANISMS = 5 } ObjectKind;

/* SoftHSM's dump takes longer values for damage. */
#define OBJECT_MOST_BYTES 0x3fffffff

/* These take what they give off @rest; false, and nothing taken, where it is too short. */
bool object_take_u64 (Bytes *rest, uint64_t *number);
bool object_take (Bytes *rest, uint64_t n, Bytes *part);

typedef struct {
	uint64_t type;
	uint64_t kind;
	Bytes value; /* without its length; of KIND_MECHANISMS its numbers */
} ObjectAttribute;

/* The next attribute.  False: the end, or damage. */
bool object_take_attribute (Bytes *rest, ObjectAttribute *attribute);

/* Finds an attribute in a whole file. */
bool object_find_attribute (Bytes file, uint64_t type, ObjectAttribute *attribute);

/* Are there only whole attributes in the map, and no map? */
bool object_map_is_whole (Bytes map);

/* The token key of the directory that the object file @path lies in.  @pin: the user's. */
bool object_token_key (const char *path, const char *pin, Buf *key, GError **error);

#endif
