/* Private keys in PKCS #8: what GnuTLS leaves out. */

#ifndef TOOLS_PKCS8_H
#define TOOLS_PKCS8_H

#include "bytes.h"

/* RFC 5915 lets the public key of an elliptic curve's private key be left out, and Java and BIND do; GnuTLS wants it.
 * Appends @info with it to @full, which is secret.  False: it is there already, @info is another key's, or the private
 * value is none of its curve. */
bool pkcs8_add_point (Bytes info, Buf *full);

/* Has it the shape of a PrivateKeyInfo, whatever the algorithm? */
bool pkcs8_is_info (Bytes info);

/* Appends a PrivateKeyInfo as PEM to @pem, encrypted by PBES2 (PBKDF2 with HMAC-SHA-256, AES-256-CBC) where there is a
 * @passphrase.  False: no memory, no random bytes. */
bool pkcs8_to_pem (Bytes info, const char *passphrase, Buf *pem);

#endif
