/* Secret keys that are random bytes, for the families that have such. */

#ifndef MECH_SECRET_H
#define MECH_SECRET_H

#include "mech.h"

/* Bytes below which a secret can be found by trying: 112 bits. */
#define SHORTEST_SECRET 14

/* Longer ones are not made from others. */
#define LONGEST_SECRET 0x10000

/* Sets CKA_VALUE to CKA_VALUE_LEN random bytes.  CKR_ATTRIBUTE_VALUE_INVALID: no such length. */
CK_RV secret_generate (const Mech *mech, Bytes param, Attrs *key);

/* For KeyKind rows. */
size_t secret_size (const Attrs *key);
CK_RV secret_check (Attrs *key);
bool secret_check_value (const Attrs *key, uint8_t value[static 3]);

#endif
