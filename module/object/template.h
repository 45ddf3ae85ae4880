/* Templates inside objects (CKA_WRAP_TEMPLATE and its like), as one byte string.
 *
 * SoftHSM's encoding without its length: for each attribute its type and kind as unsigned
 * 64-bit big-endian numbers, then one octet for a boolean, 64 bits for a number, length and
 * bytes for a byte string, count and numbers for mechanisms.  No templates inside. */

#ifndef OBJECT_TEMPLATE_H
#define OBJECT_TEMPLATE_H

#include "attrs.h"

/* Reads @encoded into @attrs.  CKR_DATA_INVALID: not such an encoding. */
CK_RV template_decode (Bytes encoded, Attrs *attrs);

/* Appends @attrs, ascending. */
CK_RV template_encode (const Attrs *attrs, Buf *encoded);

/* One attribute of it, which is also what object files hold: reads it off @in, writes it to @out.
 * @depth 0 allows IS_ATTRS. */
CK_RV attr_decode (Bytes *in, Attrs *attrs, unsigned depth);
CK_RV attr_encode (const Attr *attr, Buf *out);

#endif
