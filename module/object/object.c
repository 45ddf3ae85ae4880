/* Objects: published attribute sets that never change, shared by counting, with the prepared forms of a key. */

#include "object.h"
#include "secmem.h"

#include <stdlib.h>

typedef struct Prepared {
	struct Prepared *next;
	const KeyForm *form;
	void *made;
} Prepared;

CK_RV
object_publish (Attrs *draft, Object **object)
{
	Object *made = malloc (sizeof (Object) + attrs_packed_size (draft));

	TRY_ALLOC (made);
	*made = (Object){
		.class = attrs_ulong (draft, CKA_CLASS, CK_UNAVAILABLE_INFORMATION),
		.key_type = attrs_ulong (draft, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION),
		.refs = 1,
	};
	attrs_pack (&made->attrs, draft, made + 1);
	*object = made;
	return CKR_OK;
}

Object *
object_ref (Object *object)
{
	if (object != NULL)
		__atomic_add_fetch (&object->refs, 1, __ATOMIC_RELAXED);
	return object;
}

static void
prepared_free (Prepared *prepared)
{
	if (prepared->made != NULL && prepared->form->clear != NULL)
		prepared->form->clear (prepared->made);
	sec_free (prepared->made);
	free (prepared);
}

void
object_unref (Object *object)
{
	if (object == NULL || __atomic_sub_fetch (&object->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	while (object->prepared != NULL) {
		Prepared *prepared = object->prepared;

		object->prepared = prepared->next;
		prepared_free (prepared);
	}
	attrs_clear (&object->attrs);
	free (object);
}

void
object_unref_at (Object **object)
{
	object_unref (*object);
}

bool
object_is_private (const Object *object)
{
	return object_bool (object, CKA_PRIVATE, true);
}

bool
object_has_sealed (const Object *object)
{
	for (uint32_t i = 0; i < object->attrs.n; i++)
		if (object->attrs.list[i].sealed)
			return true;
	return false;
}

bool
object_is_token (const Object *object)
{
	return object_bool (object, CKA_TOKEN, false);
}

static void *
prepared_find (const Object *key, const KeyForm *form)
{
	const Prepared *at = __atomic_load_n (&key->prepared, __ATOMIC_ACQUIRE);

	while (at != NULL && at->form != form)
		at = at->next;
	return at ? at->made : NULL;
}

static CK_RV
prepared_new (Object *key, const KeyForm *form, Prepared **prepared)
{
	Prepared *made = calloc (1, sizeof (Prepared));
	CK_RV rv;

	TRY_ALLOC (made);
	made->form = form;
	made->made = sec_alloc (form->size);
	rv = made->made ? form->make (made->made, key) : CKR_HOST_MEMORY;
	if (rv == CKR_OK)
		*prepared = made;
	else
		prepared_free (made);
	return rv;
}

/* No lock: two threads may both make the form; the first to be done gives it to both. */
CK_RV
object_prepare (Object *key, const KeyForm *form, void **prepared)
{
	Prepared *made;

	*prepared = prepared_find (key, form);
	if (*prepared != NULL)
		return CKR_OK;
	TRY (prepared_new (key, form, &made));
	made->next = __atomic_load_n (&key->prepared, __ATOMIC_ACQUIRE);
	do {
		*prepared = prepared_find (key, form);
		if (*prepared != NULL) {
			prepared_free (made);
			return CKR_OK;
		}
	} while (!__atomic_compare_exchange_n (&key->prepared, &made->next, made, false, __ATOMIC_ACQ_REL,
	                                       __ATOMIC_ACQUIRE));
	*prepared = made->made;
	return CKR_OK;
}
