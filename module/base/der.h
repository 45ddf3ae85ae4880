/* DER: the part of ITU-T X.690 that keys, parameters and signatures need. */

#ifndef BASE_DER_H
#define BASE_DER_H

#include "bytes.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_PRINTABLE_STRING = 0x13,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,              /* | number */
	DER_CONTEXT_CONSTRUCTED = 0xa0,  /* | number */
};

/* Takes the next element off @in if it has @tag: its content in @content.  False, and nothing taken: another
 * tag, the end, a length that is not the shortest, is indefinite or reaches beyond @in.  Tags of one octet. */
bool der_take (Bytes *in, uint8_t tag, Bytes *content);

/* The same, with its tag and length too. */
bool der_take_whole (Bytes *in, uint8_t tag, Bytes *element);

/* The tag that comes next, 0 at the end. */
uint8_t der_next_tag (Bytes in);

/* A non-negative INTEGER as a big-endian number without leading zeros.  False for negative or overlong ones. */
bool der_take_unsigned (Bytes *in, Bytes *number);

/* A small non-negative INTEGER. */
bool der_take_small (Bytes *in, unsigned *number);

/* Is @in one element of @tag and nothing behind it?  Then its content. */
bool der_is_one (Bytes in, uint8_t tag, Bytes *content);

/* These append to @out; false when there is no memory. */
bool der_put (Buf *out, uint8_t tag, Bytes content);
bool der_put_unsigned (Buf *out, Bytes number);

#endif
