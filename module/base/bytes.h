/* Byte strings: Bytes borrows, Buf owns and always wipes. */

#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define N_ELEMENTS(array) (sizeof (array) / sizeof ((array)[0]))

typedef struct {
	const uint8_t *data;
	size_t len;
} Bytes;

/* Owns its bytes.  A secret Buf lives in secure memory (secmem.h); either kind is wiped when it goes. */
typedef struct {
	uint8_t *data;
	size_t len;
	size_t room;
	bool secret;
} Buf;

#define BUF_PLAIN ((Buf){ .secret = false })
#define BUF_SECRET ((Buf){ .secret = true })
#define auto_wipe __attribute__ ((cleanup (buf_clear)))

static inline Bytes
bytes (const void *data, size_t len)
{
	return (Bytes){ data, len };
}

static inline Bytes
bytes_of (const Buf *buf)
{
	return (Bytes){ buf->data, buf->len };
}

/* The bytes of a C string, without its NUL. */
static inline Bytes
bytes_str (const char *string)
{
	return bytes (string, strlen (string));
}

#define NO_BYTES ((Bytes){ NULL, 0 })

bool bytes_equal (Bytes a, Bytes b);

/* Equal, in a time that depends on the lengths only. */
bool bytes_equal_sec (Bytes a, Bytes b);

/* Without the leading zero octets of a big-endian number; zero itself becomes empty. */
Bytes bytes_trim (Bytes number);

/* Adds @n bytes, not yet set, at the end and points at them; NULL when there is no memory. */
uint8_t *buf_grow (Buf *buf, size_t n);

/* Appends; false when there is no memory. */
bool buf_add (Buf *buf, Bytes more);
bool buf_add_byte (Buf *buf, uint8_t byte);

/* Cuts to @len, wiping what is cut. */
void buf_cut (Buf *buf, size_t len);

/* Makes the content @content; false when there is no memory, the content then as before. */
bool buf_set (Buf *buf, Bytes content);

/* Wipes and frees; leaves an empty Buf of the same kind. */
void buf_clear (Buf *buf);

/* Hands the content over to the caller, leaving @buf empty. */
Buf buf_steal (Buf *buf);

/* Fills a field of CK_INFO and its like: the text, then blanks, no NUL. */
void bytes_pad (uint8_t *field, size_t n, const char *text);

/* Wipes memory so that no compiler takes it away; length 0 with NULL is fine. */
void wipe (void *data, size_t len);

/* Reads and writes unsigned 64-bit big-endian numbers. */
uint64_t be64_get (const uint8_t data[static 8]);
void be64_put (uint8_t data[static 8], uint64_t value);

#endif
