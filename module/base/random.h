/* Random bytes, from the kernel: nothing is kept that a fork could copy. */

#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "cryptoki.h"

#include <stddef.h>
#include <stdint.h>

/* Fills @data.  CKR_DEVICE_ERROR: the kernel gives none. */
CK_RV random_bytes (void *data, size_t n);

/* The same in the shape of Nettle's nettle_random_func, which cannot fail: waits until the kernel gives. */
void random_nettle (void *unused, size_t n, uint8_t *data);

#endif
