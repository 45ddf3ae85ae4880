/* Byte strings: Bytes borrows, Buf owns and always wipes. */

#include "bytes.h"
#include "disclose.h"
#include "secmem.h"

#include <nettle/memops.h>
#include <stdlib.h>

bool
bytes_equal (Bytes a, Bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp (a.data, b.data, a.len) == 0);
}

bool
bytes_equal_sec (Bytes a, Bytes b)
{
	return a.len == b.len && (a.len == 0 || disclose ((size_t)memeql_sec (a.data, b.data, a.len)) != 0);
}

Bytes
bytes_trim (Bytes number)
{
	while (number.len > 0 && number.data[0] == 0) {
		number.data++;
		number.len--;
	}
	return number;
}

static bool
buf_reserve (Buf *buf, size_t room)
{
	uint8_t *data;
	size_t wanted = buf->room ? buf->room : 32;

	if (room <= buf->room && buf->data != NULL)
		return true;
	if (room > SIZE_MAX / 2)
		return false;
	while (wanted < room)
		wanted *= 2;
	data = buf->secret ? sec_alloc (wanted) : malloc (wanted);
	if (data == NULL)
		return false;
	if (buf->len > 0)
		memcpy (data, buf->data, buf->len);
	if (buf->secret) {
		sec_free (buf->data);
	} else {
		wipe (buf->data, buf->len);
		free (buf->data);
	}
	buf->data = data;
	buf->room = wanted;
	return true;
}

uint8_t *
buf_grow (Buf *buf, size_t n)
{
	if (n > SIZE_MAX / 2 - buf->len || !buf_reserve (buf, buf->len + n))
		return NULL;
	buf->len += n;
	return buf->data + buf->len - n;
}

bool
buf_add (Buf *buf, Bytes more)
{
	uint8_t *end;

	if (more.len == 0)
		return true;
	end = buf_grow (buf, more.len);
	if (end == NULL)
		return false;
	memcpy (end, more.data, more.len);
	return true;
}

bool
buf_add_byte (Buf *buf, uint8_t byte)
{
	return buf_add (buf, bytes (&byte, 1));
}

void
buf_cut (Buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	wipe (buf->data + len, buf->len - len);
	buf->len = len;
}

bool
buf_set (Buf *buf, Bytes content)
{
	if (!buf_reserve (buf, content.len))
		return false;
	buf_cut (buf, 0);
	return buf_add (buf, content);
}

void
buf_clear (Buf *buf)
{
	if (buf->secret) {
		sec_free (buf->data);
	} else {
		wipe (buf->data, buf->len);
		free (buf->data);
	}
	*buf = (Buf){ .secret = buf->secret };
}

Buf
buf_steal (Buf *buf)
{
	Buf taken = *buf;

	*buf = (Buf){ .secret = taken.secret };
	return taken;
}

void
bytes_pad (uint8_t *field, size_t n, const char *text)
{
	size_t n_text = strlen (text);

	memset (field, ' ', n);
	memcpy (field, text, n_text < n ? n_text : n);
}

void
wipe (void *data, size_t len)
{
	if (len > 0)
		explicit_bzero (data, len);
}

uint64_t
be64_get (const uint8_t data[static 8])
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | data[i];
	return value;
}

void
be64_put (uint8_t data[static 8], uint64_t value)
{
	for (int i = 7; i >= 0; i--, value >>= 8)
		data[i] = value & 0xff;
}
