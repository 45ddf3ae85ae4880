/* AES keys, for the files that use them. */

#ifndef MECH_AES_H
#define MECH_AES_H

#include "block.h"

extern const KeyForm aes_form;  /* a BlockKey */

/* The cipher for a key of @n bytes, NULL when there is none. */
const struct nettle_cipher *aes_cipher (size_t n);

#endif
