/* Attribute sets: what objects are made of, and what templates become. */

#include "attrs.h"
#include "secmem.h"

#include <stdlib.h>

static bool
attr_is_small (const Attr *attr)
{
	return !attr->secret && attr->len <= sizeof attr->small;
}

_Static_assert (sizeof (Attr) == 16, "an attribute is short");

static void
attr_clear (Attr *attr)
{
	if (attr_is_small (attr))
		return;
	if (attr->secret) {
		sec_free (attr->large);
		return;
	}
	wipe (attr->large, attr->len);
	if (!attr->packed)
		free (attr->large);
}

Bytes
attr_bytes (const Attr *attr)
{
	return bytes (attr_is_small (attr) ? attr->small : attr->large, attr->len);
}

void
attrs_clear (Attrs *attrs)
{
	for (uint32_t i = 0; i < attrs->n; i++)
		attr_clear (&attrs->list[i]);
	if (attrs->room > 0)
		free (attrs->list);
	*attrs = (Attrs){ 0 };
}

/* The place of @type, or where it would stand. */
static uint32_t
attrs_place (const Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	uint32_t low = 0, high = attrs->n;

	/* as they come from a file */
	if (high > 0 && attrs->list[high - 1].type < type)
		return high;
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (attrs->list[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
stands_at (const Attrs *attrs, uint32_t place, CK_ATTRIBUTE_TYPE type)
{
	return place < attrs->n && attrs->list[place].type == type;
}

const Attr *
attrs_find (const Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	uint32_t place = attrs_place (attrs, type);

	return stands_at (attrs, place, type) ? &attrs->list[place] : NULL;
}

bool
attrs_has (const Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	return attrs_find (attrs, type) != NULL;
}

Bytes
attrs_bytes (const Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	const Attr *attr = attrs_find (attrs, type);

	return attr && !attr->sealed ? attr_bytes (attr) : NO_BYTES;
}

bool
attrs_bool (const Attrs *attrs, CK_ATTRIBUTE_TYPE type, bool otherwise)
{
	const Attr *attr = attrs_find (attrs, type);

	return attr && attr->kind == IS_BOOL ? attr->small[0] != 0 : otherwise;
}

CK_ULONG
attrs_ulong (const Attrs *attrs, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise)
{
	const Attr *attr = attrs_find (attrs, type);
	CK_ULONG value;

	if (attr == NULL || attr->kind != IS_ULONG || attr->len != sizeof value)
		return otherwise;
	memcpy (&value, attr_bytes (attr).data, sizeof value);
	return value;
}

static CK_RV
attr_fill (Attr *attr, Bytes value)
{
	uint8_t *room;

	if (value.len > ATTR_LONGEST)
		return CKR_HOST_MEMORY;
	attr->len = (unsigned)value.len & ATTR_LONGEST;
	if (attr_is_small (attr)) {
		if (value.len > 0)
			memcpy (attr->small, value.data, value.len);
		return CKR_OK;
	}
	room = attr->secret ? sec_alloc (value.len) : malloc (value.len);
	TRY_ALLOC (room);
	if (value.len > 0)
		memcpy (room, value.data, value.len);
	attr->large = room;
	return CKR_OK;
}

static bool
attrs_reserve (Attrs *attrs)
{
	uint32_t room = attrs->room ? attrs->room * 2 : 32;
	Attr *list;

	if (attrs->n < attrs->room)
		return true;
	list = realloc (attrs->list, room * sizeof (Attr));
	if (list == NULL)
		return false;
	attrs->list = list;
	attrs->room = room;
	return true;
}

/* Takes @attr over; what was there before goes. */
static CK_RV
attrs_insert (Attrs *attrs, uint32_t place, Attr attr)
{
	if (stands_at (attrs, place, attr.type)) {
		attr_clear (&attrs->list[place]);
		attrs->list[place] = attr;
		return CKR_OK;
	}
	if (!attrs_reserve (attrs)) {
		attr_clear (&attr);
		return CKR_HOST_MEMORY;
	}
	memmove (attrs->list + place + 1, attrs->list + place, (attrs->n - place) * sizeof (Attr));
	attrs->list[place] = attr;
	attrs->n++;
	return CKR_OK;
}

static CK_RV
attrs_add (Attrs *attrs, Attr head, Bytes value)
{
	TRY (attr_fill (&head, value));
	return attrs_insert (attrs, attrs_place (attrs, head.type), head);
}

CK_RV
attrs_set (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Kind kind, Bytes value)
{
	return attrs_add (attrs, (Attr){ .type = (uint32_t)type, .kind = kind & 7 }, value);
}

CK_RV
attrs_set_missing (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Kind kind, Bytes value)
{
	uint32_t place = attrs_place (attrs, type);
	Attr attr = { .type = (uint32_t)type, .kind = kind & 7 };

	if (stands_at (attrs, place, type))
		return CKR_OK;
	TRY (attr_fill (&attr, value));
	return attrs_insert (attrs, place, attr);
}

CK_RV
attrs_set_secret (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes value)
{
	return attrs_add (attrs, (Attr){ .type = (uint32_t)type, .kind = IS_BYTES, .secret = true }, value);
}

CK_RV
attrs_set_sealed (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes sealed)
{
	return attrs_add (attrs, (Attr){ .type = (uint32_t)type, .kind = IS_BYTES, .sealed = true }, sealed);
}

CK_RV
attrs_set_bool (Attrs *attrs, CK_ATTRIBUTE_TYPE type, bool value)
{
	CK_BBOOL octet = value ? CK_TRUE : CK_FALSE;

	return attrs_set (attrs, type, IS_BOOL, bytes (&octet, sizeof octet));
}

CK_RV
attrs_set_ulong (Attrs *attrs, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	return attrs_set (attrs, type, IS_ULONG, bytes (&value, sizeof value));
}

CK_RV
attrs_set_bytes (Attrs *attrs, CK_ATTRIBUTE_TYPE type, Bytes value)
{
	return attrs_set (attrs, type, IS_BYTES, value);
}

size_t
attrs_packed_size (const Attrs *from)
{
	size_t n = from->n * sizeof (Attr);

	for (uint32_t i = 0; i < from->n; i++)
		if (!attr_is_small (&from->list[i]) && !from->list[i].secret)
			n += from->list[i].len;
	return n;
}

void
attrs_pack (Attrs *to, Attrs *from, void *room)
{
	uint8_t *at = (uint8_t *)room + from->n * sizeof (Attr);

	*to = (Attrs){ .list = room, .n = from->n };
	for (uint32_t i = 0; i < from->n; i++) {
		Attr *attr = &to->list[i];

		*attr = from->list[i];
		if (attr_is_small (attr) || attr->secret)
			continue;
		memcpy (at, attr->large, attr->len);
		attr_clear (&from->list[i]);
		attr->large = at;
		attr->packed = true;
		at += attr->len;
	}
	free (from->list);
	*from = (Attrs){ 0 };
}

CK_RV
attrs_put (Attrs *attrs, const Attr *attr)
{
	Attr head = { .type = attr->type, .kind = attr->kind, .secret = attr->secret, .sealed = attr->sealed };

	return attrs_add (attrs, head, attr_bytes (attr));
}

CK_RV
attrs_copy (Attrs *to, const Attrs *from)
{
	for (uint32_t i = 0; i < from->n; i++)
		TRY (attrs_put (to, &from->list[i]));
	return CKR_OK;
}

void
attrs_remove (Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	uint32_t place = attrs_place (attrs, type);

	if (!stands_at (attrs, place, type))
		return;
	attr_clear (&attrs->list[place]);
	attrs->n--;
	memmove (attrs->list + place, attrs->list + place + 1, (attrs->n - place) * sizeof (Attr));
}
