/* Templates inside objects (CKA_WRAP_TEMPLATE and its like), and the encoding of single attributes
 * that SoftHSM's object files use.  See template.h. */

#include "template.h"

#include <stdlib.h>

static bool
take_u64 (Bytes *in, uint64_t *value)
{
	if (in->len < 8)
		return false;
	*value = be64_get (in->data);
	*in = bytes (in->data + 8, in->len - 8);
	return true;
}

static bool
take_counted (Bytes *in, uint64_t n, Bytes *value)
{
	if (n > in->len)
		return false;
	*value = bytes (in->data, (size_t)n);
	*in = bytes (in->data + n, in->len - (size_t)n);
	return true;
}

static CK_RV
damaged (void)
{
	return CKR_DATA_INVALID;
}

static CK_RV
decode_bool (Bytes *in, Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	Bytes value;

	if (!take_counted (in, 1, &value))
		return damaged ();
	return attrs_set_bool (attrs, type, value.data[0] != 0);
}

static CK_RV
decode_ulong (Bytes *in, Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	uint64_t value;

	if (!take_u64 (in, &value))
		return damaged ();
	return attrs_set_ulong (attrs, type, (CK_ULONG)value);
}

static CK_RV
decode_counted (Bytes *in, Attrs *attrs, CK_ATTRIBUTE_TYPE type, Kind kind)
{
	uint64_t n;
	Bytes value;

	if (!take_u64 (in, &n) || !take_counted (in, n, &value))
		return damaged ();
	if (kind == IS_ATTRS) {
		auto_attrs Attrs inner = { 0 };

		TRY (template_decode (value, &inner));
	}
	return attrs_set (attrs, type, kind, value);
}

static CK_RV
decode_mechanisms (Bytes *in, Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	auto_wipe Buf native = BUF_PLAIN;
	uint64_t n, value;

	if (!take_u64 (in, &n) || n > in->len / 8)
		return damaged ();
	for (uint64_t i = 0; i < n; i++) {
		CK_MECHANISM_TYPE mechanism;

		if (!take_u64 (in, &value))
			return damaged ();
		mechanism = (CK_MECHANISM_TYPE)value;
		TRY_ALLOC (buf_add (&native, bytes (&mechanism, sizeof mechanism)));
	}
	return attrs_set (attrs, type, IS_MECHS, bytes_of (&native));
}

CK_RV
attr_decode (Bytes *in, Attrs *attrs, unsigned depth)
{
	uint64_t type, kind;

	if (!take_u64 (in, &type) || !take_u64 (in, &kind) || attrs->n >= ATTRS_MOST || type > UINT32_MAX)
		return damaged ();
	switch (kind) {
	case IS_BOOL:
		return decode_bool (in, attrs, (CK_ATTRIBUTE_TYPE)type);
	case IS_ULONG:
		return decode_ulong (in, attrs, (CK_ATTRIBUTE_TYPE)type);
	case IS_BYTES:
		return decode_counted (in, attrs, (CK_ATTRIBUTE_TYPE)type, IS_BYTES);
	case IS_ATTRS:
		return depth > 0 ? damaged () : decode_counted (in, attrs, (CK_ATTRIBUTE_TYPE)type, IS_ATTRS);
	case IS_MECHS:
		return decode_mechanisms (in, attrs, (CK_ATTRIBUTE_TYPE)type);
	default:
		return damaged ();
	}
}

CK_RV
template_decode (Bytes encoded, Attrs *attrs)
{
	while (encoded.len > 0)
		TRY (attr_decode (&encoded, attrs, 1));
	return CKR_OK;
}

static bool
put_u64 (Buf *out, uint64_t value)
{
	uint8_t octets[8];

	be64_put (octets, value);
	return buf_add (out, bytes (octets, sizeof octets));
}

static bool
encode_mechanisms (Bytes native, Buf *out)
{
	size_t n = native.len / sizeof (CK_MECHANISM_TYPE);

	if (!put_u64 (out, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		CK_MECHANISM_TYPE mechanism;

		memcpy (&mechanism, native.data + i * sizeof mechanism, sizeof mechanism);
		if (!put_u64 (out, mechanism))
			return false;
	}
	return true;
}

static bool
encode_value (const Attr *attr, Buf *out)
{
	Bytes value = attr_bytes (attr);
	CK_ULONG number;

	switch (attr->kind) {
	case IS_BOOL:
		return buf_add_byte (out, value.data[0] ? 0xff : 0);
	case IS_ULONG:
		memcpy (&number, value.data, sizeof number);
		return put_u64 (out, number);
	case IS_MECHS:
		return encode_mechanisms (value, out);
	default:
		return put_u64 (out, value.len) && buf_add (out, value);
	}
}

CK_RV
attr_encode (const Attr *attr, Buf *out)
{
	TRY_ALLOC (put_u64 (out, attr->type) && put_u64 (out, attr->kind) && encode_value (attr, out));
	return CKR_OK;
}

CK_RV
template_encode (const Attrs *attrs, Buf *encoded)
{
	for (uint32_t i = 0; i < attrs->n; i++)
		TRY (attr_encode (&attrs->list[i], encoded));
	return CKR_OK;
}
