/* What the tests of C_DeriveKey share: parameters, one call, and who may see what comes of it. */

#ifndef TESTS_API_DERIVE_H
#define TESTS_API_DERIVE_H

#include "apitest.h"
#include "params.h"

#define UNTOUCHED 77

/* --- parameters, laid out as PKCS #11 prints them --- */

typedef struct {
	CK_BYTE iv[16];
	CK_BYTE *data;
	CK_ULONG n;
} AesCbcParams;

typedef struct {
	CK_BYTE iv[8];
	CK_BYTE *data;
	CK_ULONG n;
} DesCbcParams;

/* Some that work, and bytes for others. */
extern CK_BYTE bytes32[32];
extern HkdfParams hkdf;
extern TlsMasterParams tls_dh;
extern TlsExtendedMasterParams tls_extended_dh;

#define WITH(type, param)                                                                                    \
	{                                                                                                    \
		type, &(param), sizeof (param)                                                               \
	}

/* --- one call --- */

#define OPEN       NO (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)
#define LENGTH(n)  A_ULONG (CKA_VALUE_LEN, n)
#define TYPE(type) A_ULONG (CKA_KEY_TYPE, type)

CK_RV derive (const Api *api, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base, const CK_ATTRIBUTE *template,
              CK_ULONG n, CK_OBJECT_HANDLE *key);

/* It fails so, and makes nothing. */
#define assert_refused(...) refused_at (G_STRLOC, __VA_ARGS__)
void refused_at (const char *where, const Api *api, CK_RV wanted, const CK_MECHANISM *mech,
                 CK_OBJECT_HANDLE base, const CK_ATTRIBUTE *template, CK_ULONG n);

/* @named, in the parameter of @mech, must be a key that could be derived from. */
void assert_named_keys_are_judged (const Api *api, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
                                   CK_OBJECT_HANDLE *named);

/* An open key of this value; the value of one. */
CK_OBJECT_HANDLE key_of (const Api *api, CK_KEY_TYPE type, const char *hex);
void assert_value (const Api *api, CK_OBJECT_HANDLE key, const char *hex);
GBytes *value_of (const Api *api, CK_OBJECT_HANDLE key);

/* --- who may see it --- */

typedef struct {
	CK_BBOOL sensitive, extractable;
} Guard;

/* From the open one to the one that is both. */
#define N_GUARDS 4
extern const Guard guards[N_GUARDS];

#define GUARDED(guard)                                                                                       \
	A_BOOL (CKA_SENSITIVE, (guard).sensitive), A_BOOL (CKA_EXTRACTABLE, (guard).extractable)

/* That, and what it means. */
void assert_guard (const Api *api, CK_OBJECT_HANDLE key, Guard wanted);
void assert_past (const Api *api, CK_OBJECT_HANDLE key, gboolean always_sensitive,
                  gboolean never_extractable);

/* A key that is so from its birth on. */
CK_OBJECT_HANDLE generate (const Api *api, CK_MECHANISM_TYPE type, CK_ULONG n, Guard guard);

#endif
