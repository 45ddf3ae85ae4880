/* Objects: published attribute sets that never change, shared by counting, with the prepared forms of a key. */

#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include "attrs.h"

typedef struct Object {
	Attrs attrs;
	CK_OBJECT_CLASS class;          /* what is asked for most */
	CK_KEY_TYPE key_type;
	unsigned refs;
	struct Prepared *prepared;
} Object;

#define auto_unref __attribute__ ((cleanup (object_unref_at)))

/* Publishes: takes the content of @draft, leaving it empty.  CKR_HOST_MEMORY: @draft is as it was. */
CK_RV object_publish (Attrs *draft, Object **object);

Object *object_ref (Object *object);
void object_unref (Object *object);
void object_unref_at (Object **object);

static inline Bytes
object_bytes (const Object *object, CK_ATTRIBUTE_TYPE type)
{
	return attrs_bytes (&object->attrs, type);
}

static inline bool
object_bool (const Object *object, CK_ATTRIBUTE_TYPE type, bool otherwise)
{
	return attrs_bool (&object->attrs, type, otherwise);
}

static inline CK_ULONG
object_ulong (const Object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise)
{
	return attrs_ulong (&object->attrs, type, otherwise);
}

/* CK_UNAVAILABLE_INFORMATION where it has none. */
static inline CK_OBJECT_CLASS
object_class (const Object *object)
{
	return object->class;
}

static inline CK_KEY_TYPE
object_key_type (const Object *object)
{
	return object->key_type;
}

/* As PKCS #11 reads a missing one: private is what does not say otherwise. */
bool object_is_private (const Object *object);
bool object_is_token (const Object *object);

/* Are there values in it that are still sealed? */
bool object_has_sealed (const Object *object);

/* The expensive form of a key for some family of mechanisms: made once, kept in secure memory with the
 * object, shared by all threads, wiped with the object. */
typedef struct {
	size_t size;
	CK_RV (*make) (void *form, const Object *key);
	void (*clear) (void *form);     /* frees what make allocated besides; NULL: nothing */
} KeyForm;

/* Errors are those of make, and CKR_HOST_MEMORY when secure memory is used up. */
CK_RV object_prepare (Object *key, const KeyForm *form, void **prepared);

#endif
