/* PKCS #11 as this module speaks it: 2.40 from p11-kit, and what 3.0 to 3.2 add to it.
 *
 * Constants step aside one by one and structures all together where p11-kit's header has them already. */

#ifndef BASE_CRYPTOKI_H
#define BASE_CRYPTOKI_H

#include <p11-kit/pkcs11.h>

/* PKCS #11 v3.2 section 4, objects and keys. */
#ifndef CKK_EC_MONTGOMERY
#define CKK_EC_MONTGOMERY 0x00000041UL
#endif
#ifndef CKA_UNIQUE_ID
#define CKA_UNIQUE_ID 0x00000004UL
#endif
#ifndef CKF_EC_CURVENAME
#define CKF_EC_CURVENAME (1UL << 26)
#endif

/* Section 6, mechanisms. */
#ifndef CKM_EC_MONTGOMERY_KEY_PAIR_GEN
#define CKM_EC_MONTGOMERY_KEY_PAIR_GEN 0x00001056UL
#endif
#ifndef CKM_EC_EDWARDS_KEY_PAIR_GEN
#define CKM_EC_EDWARDS_KEY_PAIR_GEN 0x00001055UL
#endif

#if CRYPTOKI_VERSION_MAJOR < 3

typedef struct CK_INTERFACE {
	CK_UTF8CHAR *pInterfaceName;
	void *pFunctionList;
	CK_FLAGS flags;
} CK_INTERFACE;

#endif

#endif
