/* Keys for the tests of secrets: made once, and copied for each use, since what is prepared stays with an object. */

#ifndef TESTS_SECRETS_KEYS_H
#define TESTS_SECRETS_KEYS_H

#include "mechtest.h"

typedef enum {
	NO_PAIR,
	RSA,
	P192,
	P224,
	P256,
	P384,
	P521,
	ED25519,
	ED448,
	X25519,
	X448,
	DSA,
	DH,
	GOST,
	AES,
	DES3,
	CAMELLIA,
	CHACHA,
	SECRET,
	SHA256_HMAC,
	N_KEYS,
} KeyName;

void keys_make (void);
void keys_clear (void);

/* What the mechanism that makes such a key starts from, and that mechanism; NULL for secret keys. */
const Mech *key_template (KeyName name, Attrs *public, Attrs *private);

/* Another object of the same key.  @hidden: what is secret of it counts as not initialised. */
Object *key_again (KeyName name, bool private, bool hidden);

/* Its public value, as the other side gets it. */
Bytes key_public_value (KeyName name);

void hide (const void *data, size_t n);
void show (const void *data, size_t n);
void hide_attrs (const Attrs *attrs);

#endif
