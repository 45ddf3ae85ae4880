/* The seal of SoftHSM's file format: PIN blobs, and values under the token key. */

#ifndef STORE_SEAL_FILE_H
#define STORE_SEAL_FILE_H

#include "bytes.h"
#include "log.h"

#define SEAL_FILE_KEY_SIZE 32
#define SEAL_FILE_TAG_SIZE 32

/* The token key wrapped under a PIN, to be kept in the token's record. */
CK_RV seal_file_wrap (Bytes pin, Bytes key, Buf *blob);

/* CKR_PIN_INCORRECT: the PIN is wrong or the blob is damaged, which this format cannot tell apart. */
CK_RV seal_file_unwrap (Bytes pin, Bytes blob, Buf *key);

CK_RV seal_file_seal (const Buf *key, Bytes plain, Buf *sealed);

/* CKR_DATA_INVALID: not sealed under this key. */
CK_RV seal_file_unseal (const Buf *key, Bytes sealed, Buf *plain);

/* What tells that an object's file is as this module wrote it, and that object's of that token: HMAC-SHA-256 over
 * @content. */
CK_RV seal_file_tag (const Buf *key, Bytes serial, const char *id, Bytes content,
                     uint8_t tag[static SEAL_FILE_TAG_SIZE]);

#endif
