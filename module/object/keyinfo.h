/* Private keys as PKCS #8 PrivateKeyInfo, for wrapping, and public ones as SubjectPublicKeyInfo: RFC 5208, RFC 5280,
 * RFC 8017 A.1, RFC 5915, RFC 8410. */

#ifndef OBJECT_KEYINFO_H
#define OBJECT_KEYINFO_H

#include "attrs.h"

/* Appends the PrivateKeyInfo of a private key to @out, which is secret.
 * CKR_KEY_NOT_WRAPPABLE: no such encoding for its type, or it lacks what the encoding needs. */
CK_RV keyinfo_encode (const Attrs *key, Buf *out);

/* The same for the SubjectPublicKeyInfo of a public key. */
CK_RV keyinfo_encode_public (const Attrs *key, Buf *out);

/* Sets the key type's attributes of @key (whose CKA_KEY_TYPE says what it is to be) from a PrivateKeyInfo.
 * CKR_WRAPPED_KEY_INVALID: anything else. */
CK_RV keyinfo_decode (Bytes info, Attrs *key);

#endif
