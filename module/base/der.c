/* DER: the part of ITU-T X.690 that keys, parameters and signatures need. */

#include "der.h"

/* The length octets behind the tag, X.690 sections 8.1.3 and 10.1. */
static bool
take_length (Bytes *in, size_t *length)
{
	size_t n;

	if (in->len == 0)
		return false;
	n = in->data[0];
	*in = bytes (in->data + 1, in->len - 1);
	*length = n;
	if (n < 0x80)
		return true;
	n &= 0x7f;
	if (n == 0 || n > sizeof (size_t) || n > in->len || in->data[0] == 0)
		return false;
	*length = 0;
	for (size_t i = 0; i < n; i++)
		*length = *length << 8 | in->data[i];
	*in = bytes (in->data + n, in->len - n);
	return *length >= 0x80;
}

bool
der_take (Bytes *in, uint8_t tag, Bytes *content)
{
	Bytes rest = *in;
	size_t length;

	if (rest.len == 0 || rest.data[0] != tag)
		return false;
	rest = bytes (rest.data + 1, rest.len - 1);
	if (!take_length (&rest, &length) || length > rest.len)
		return false;
	*content = bytes (rest.data, length);
	*in = bytes (rest.data + length, rest.len - length);
	return true;
}

bool
der_take_whole (Bytes *in, uint8_t tag, Bytes *element)
{
	const uint8_t *start = in->data;
	Bytes content;

	if (!der_take (in, tag, &content))
		return false;
	*element = bytes (start, (size_t)(in->data - start));
	return true;
}

uint8_t
der_next_tag (Bytes in)
{
	return in.len > 0 ? in.data[0] : 0;
}

bool
der_take_unsigned (Bytes *in, Bytes *number)
{
	Bytes rest = *in;
	Bytes content;

	if (!der_take (&rest, DER_INTEGER, &content) || content.len == 0 || content.data[0] & 0x80)
		return false;
	if (content.len > 1 && content.data[0] == 0 && !(content.data[1] & 0x80))
		return false;
	*number = bytes_trim (content);
	*in = rest;
	return true;
}

bool
der_take_small (Bytes *in, unsigned *number)
{
	Bytes content;

	if (!der_take_unsigned (in, &content) || content.len > sizeof (unsigned) - 1)
		return false;
	*number = 0;
	for (size_t i = 0; i < content.len; i++)
		*number = *number << 8 | content.data[i];
	return true;
}

bool
der_is_one (Bytes in, uint8_t tag, Bytes *content)
{
	return der_take (&in, tag, content) && in.len == 0;
}

static bool
put_head (Buf *out, uint8_t tag, size_t length)
{
	uint8_t octets[sizeof (size_t)];
	size_t n = 0;

	if (!buf_add_byte (out, tag))
		return false;
	if (length < 0x80)
		return buf_add_byte (out, (uint8_t)length);
	for (; length > 0; length >>= 8)
		octets[sizeof octets - ++n] = length & 0xff;
	return buf_add_byte (out, (uint8_t)(0x80 | n)) && buf_add (out, bytes (octets + sizeof octets - n, n));
}

bool
der_put (Buf *out, uint8_t tag, Bytes content)
{
	return put_head (out, tag, content.len) && buf_add (out, content);
}

bool
der_put_unsigned (Buf *out, Bytes number)
{
	bool zero_in_front;

	number = bytes_trim (number);
	zero_in_front = number.len == 0 || number.data[0] & 0x80;
	return put_head (out, DER_INTEGER, number.len + zero_in_front) &&
	       (!zero_in_front || buf_add_byte (out, 0)) && buf_add (out, number);
}
