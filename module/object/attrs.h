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

/* Small values stand in the attribute itself; secret ones always in secure memory. */
typedef struct {
	CK_ATTRIBUTE_TYPE type;
	uint32_t len;
	uint8_t kind;
	bool secret;
	bool sealed;            /* the value is as the store's seal left it */
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
	uint32_t room;
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

/* These replace or add; CKR_HOST_MEMORY is their only error. */
CK_RV attrs_set (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Kind kind, Bytes value);
CK_RV attrs_set_secret (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes value);
CK_RV attrs_set_sealed (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes sealed);
CK_RV attrs_set_bool (Attrs *attrs, CK_ATTRIBUTE_TYPE type, bool value);
CK_RV attrs_set_ulong (Attrs *attrs, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
CK_RV attrs_set_bytes (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes value);

/* Puts a copy of @attr in, its kind, secrecy and seal with it. */
CK_RV attrs_put (Attrs *attrs, const Attr *attr);
CK_RV attrs_copy (Attrs *to, const Attrs *from);
void attrs_remove (Attrs *attrs, CK_ATTRIBUTE_TYPE type);

#endif
