/* Attribute sets: what objects are made of, and what templates become. */

#ifndef OBJECT_ATTRS_H
#define OBJECT_ATTRS_H

#include "bytes.h"
#include "cryptoki.h"
#include "log.h"

/* What a value is.  The numbers are those of SoftHSM's object files. */
typedef enum {
	IS_BOOL = 1,    /* CK_BBOOL */
	IS_ULONG = 2,   /* CK_ULONG */
	IS_BYTES = 3,
	IS_ATTRS = 4,   /* a template: kept as SoftHSM encodes it, see template.h */
	IS_MECHS = 5,   /* an array of CK_MECHANISM_TYPE, ascending, unique */
} Kind;

/* The longest value; and no type that there is has more than 32 bits. */
#define ATTR_LEN_BITS 26
#define ATTR_LONGEST ((1u << ATTR_LEN_BITS) - 1)

/* Small values stand in the attribute itself; secret ones always in secure memory.  There may be many: they are kept
 * short. */
typedef struct {
	uint32_t type;
	unsigned len : ATTR_LEN_BITS;
	unsigned kind : 3;
	bool secret : 1;
	bool sealed : 1;        /* the value is as the store's seal left it */
	bool packed : 1;        /* a large value is not to be freed: see attrs_pack */
	union {
		uint8_t small[8];
		uint8_t *large;
	};
} Attr;

/* More than any object has; one with as many was not made by this module or SoftHSM. */
#define ATTRS_MOST 1024

/* Sorted by type, each type once.  All zero is an empty set. */
typedef struct {
	Attr *list;
	uint32_t n;
	uint32_t room;          /* 0 of a packed one, which is not changed any more */
} Attrs;

#define auto_attrs __attribute__ ((cleanup (attrs_clear)))

void attrs_clear (Attrs *attrs);

Bytes attr_bytes (const Attr *attr);

/* NULL when there is none. */
const Attr *attrs_find (const Attrs *attrs, CK_ATTRIBUTE_TYPE type);

/* The value, empty when there is none or it is sealed. */
Bytes attrs_bytes (const Attrs *attrs, CK_ATTRIBUTE_TYPE type);
bool attrs_bool (const Attrs *attrs, CK_ATTRIBUTE_TYPE type, bool otherwise);
CK_ULONG attrs_ulong (const Attrs *attrs, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise);
bool attrs_has (const Attrs *attrs, CK_ATTRIBUTE_TYPE type);

/* These replace or add; CKR_HOST_MEMORY is their only error, also of what is longer than ATTR_LONGEST. */
CK_RV attrs_set (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Kind kind, Bytes value);
CK_RV attrs_set_secret (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes value);
CK_RV attrs_set_sealed (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes sealed);
CK_RV attrs_set_bool (Attrs *attrs, CK_ATTRIBUTE_TYPE type, bool value);
CK_RV attrs_set_ulong (Attrs *attrs, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
CK_RV attrs_set_bytes (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes value);

/* The same where there is none yet. */
CK_RV attrs_set_missing (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Kind kind, Bytes value);

/* Moves all of @from into @room, of attrs_packed_size bytes and aligned as malloc does it.  Whoever frees the room
 * calls attrs_clear before. */
size_t attrs_packed_size (const Attrs *from);
void attrs_pack (Attrs *to, Attrs *from, void *room);

/* Puts a copy of @attr in, its kind, secrecy and seal with it. */
CK_RV attrs_put (Attrs *attrs, const Attr *attr);
CK_RV attrs_copy (Attrs *to, const Attrs *from);
void attrs_remove (Attrs *attrs, CK_ATTRIBUTE_TYPE type);

#endif
