/* RSA keys: prepared forms, generation, checking, and the two primitives of RFC 8017 section 5. */

#ifndef MECH_RSA_KEY_H
#define MECH_RSA_KEY_H

#include "mech.h"

/* The length of the modulus in bytes, k in RFC 8017; 0 for no RSA key. */
size_t rsa_key_length (const Object *key);
size_t rsa_key_bits (const Object *key);

/* Makes the key's prepared form, so that what is wrong with it shows before there is data. */
CK_RV rsa_prepare (Object *key);

/* @in and @out have rsa_key_length bytes.  CKR_DATA_INVALID: @in is no number below the modulus. */
CK_RV rsa_public_primitive (Object *key, const uint8_t *in, uint8_t *out);

/* The same with the private key: blinded, in time independent of the key, the result checked.
 * CKR_FUNCTION_FAILED: the check failed (the key is damaged); nothing of the result is kept. */
CK_RV rsa_private_primitive (Object *key, const uint8_t *in, uint8_t *out);

/* What a false message for such a ciphertext is derived from, the same each time and known to who has the key:
 * HMAC of the ciphertext with the private exponent's digest, by draft-irtf-cfrg-rsa-guidance section 7.2. */
CK_RV rsa_rejection_key (Object *key, Bytes ciphertext, uint8_t made[static 32]);

CK_RV rsa_generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private);

/* For KeyKind rows. */
size_t rsa_kind_size (const Attrs *key);
CK_RV rsa_check_public (Attrs *key);
CK_RV rsa_check_private (Attrs *key);

#endif
