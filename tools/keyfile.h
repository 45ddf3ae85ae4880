/* Keys and certificates in files, as the attributes of PKCS #11 objects. */

#ifndef TOOLS_KEYFILE_H
#define TOOLS_KEYFILE_H

#include "cryptoki.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	KEYFILE_CANNOT_OPEN,
	KEYFILE_NOT_ENCRYPTED, /* there is a passphrase, but nothing to decrypt */
	KEYFILE_WRONG_PASSPHRASE,
	KEYFILE_UNREADABLE,
	KEYFILE_UNKNOWN_ALGORITHM,
	KEYFILE_BAD_LENGTH,
} KeyfileError;

#define KEYFILE_ERROR (keyfile_error_quark ())
GQuark keyfile_error_quark (void);

/* What stands in a file, as attributes.  Secret parts are wiped when it is cleared. */
typedef struct {
	CK_ATTRIBUTE list[8];
	CK_ULONG n;
} Parts;

#define auto_parts __attribute__ ((cleanup (parts_clear)))

void parts_clear (Parts *parts);

typedef struct {
	CK_KEY_TYPE type;
	const char *kind; /* the name that softhsm2-util calls it by: "RSA", "DSA", "ECDSA", "EDDSA" */
	bool may_sign;
	bool may_encrypt; /* the public key encrypts and wraps, the private key decrypts and unwraps */
	bool may_derive;
	Parts private_parts;
	Parts public_parts;
} KeyPair;

#define auto_key_pair __attribute__ ((cleanup (key_pair_clear)))

void key_pair_clear (KeyPair *pair);

/* Reads a private key in PKCS #8, PEM.  @passphrase is given exactly when the file is encrypted. */
bool keyfile_read_pair (KeyPair *pair, const char *path, const char *passphrase, GError **error);

/* Reads an X.509 certificate, PEM: CKA_VALUE, CKA_SUBJECT, CKA_ISSUER, CKA_SERIAL_NUMBER. */
bool keyfile_read_certificate (Parts *parts, const char *path, GError **error);

/* Reads the 16, 24 or 32 bytes of an AES key: CKA_VALUE. */
bool keyfile_read_aes (Parts *parts, const char *path, GError **error);

#endif
