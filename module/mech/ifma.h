/* Powers by the 52-bit multiply instructions of AVX-512, where the processor has them. */

#ifndef MECH_IFMA_H
#define MECH_IFMA_H

#include "numbers.h"

/* Can it do these, and do they pay?  One power, or two whose moduli are about as long. */
bool ifma_can (const Power *powers, size_t n);

/* They are computed at the same time.  CKR_HOST_MEMORY. */
CK_RV ifma_powers (const Power *powers, size_t n);

#endif
