/* What the tests of the API share: one module for the whole program, a place and a token of its own for each
 * test, and keys whose values are known. */

#ifndef TESTS_API_APITEST_H
#define TESTS_API_APITEST_H

#include "harness.h"

typedef struct {
	Place *place;
	Module *module;
	CK_FUNCTION_LIST *f;
	CK_FUNCTION_LIST_3_2 *f3; /* NULL: SoftHSM has none */
	gboolean softhsm; /* the module is SoftHSM: for the places where one of us is right */
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session; /* read-write, the user logged in */
} Api;

/* Runs what @add_tests adds; all is skipped where TEST_MODULE is "reference" and there is none. */
int api_main (int argc, char **argv, void (*add_tests) (void));

/* The module, loaded once: SoftHSM's libraries do not like to go and come back. */
Module *api_module (void);
gboolean api_is_softhsm (void);

/* Adds a test by the name of its function: with a token and a session where the user is logged in; with an
 * initialised module and no token; with a place only.  @extra: lines for softhsm2.conf, or NULL. */
#define ADD(topic, function) ADD_WITH (topic, function, NULL)
#define ADD_WITH(topic, function, extra)                                                                     \
	g_test_add ("/" topic "/" #function, Api, extra, api_setup, function, api_teardown)
#define ADD_WITHOUT_TOKEN(topic, function)                                                                   \
	g_test_add ("/" topic "/" #function, Api, NULL, api_setup_started, function, api_teardown)
#define ADD_STOPPED(topic, function)                                                                         \
	g_test_add ("/" topic "/" #function, Api, NULL, api_setup_place, function, api_teardown)

void api_setup (Api *api, gconstpointer extra);
void api_setup_started (Api *api, gconstpointer extra);
void api_setup_place (Api *api, gconstpointer extra);
void api_teardown (Api *api, gconstpointer extra);

/* C_Finalize and C_Initialize, and the user logs in again; @extra: the lines of a new configuration, or NULL
 * for the one that is there. */
void api_restart (Api *api, const char *extra);

/* Logs in to the session; the result is the test's business. */
CK_RV api_login (const Api *api, CK_SESSION_HANDLE session, CK_USER_TYPE who, const char *pin);

/* The directory of the only token. */
char *api_token_dir (const Api *api);

/* Says why SoftHSM is spared, and skips. */
gboolean api_spares_softhsm (const Api *api, const char *why);

/* --- templates and objects --- */

/* A template as two arguments. */
#define N_OF(...) ((CK_ULONG)(sizeof ((CK_ATTRIBUTE[]){ __VA_ARGS__ }) / sizeof (CK_ATTRIBUTE)))
#define T(...)    (CK_ATTRIBUTE[]){ __VA_ARGS__ }, N_OF (__VA_ARGS__)
#define NOTHING   NULL, (CK_ULONG)0

#define YES(type) A_BOOL (type, CK_TRUE)
#define NO(type)  A_BOOL (type, CK_FALSE)

#define MECH(type)              ((CK_MECHANISM[]){ { type, NULL, 0 } })
#define MECH_PARAM(type, param) ((CK_MECHANISM[]){ { type, (void *)(guintptr)(param), sizeof *(param) } })

/* C_CreateObject with the first template and then the second one, whose values win. */
CK_RV api_try_create (const Api *api, const CK_ATTRIBUTE *base, CK_ULONG n_base, const CK_ATTRIBUTE *more,
                      CK_ULONG n_more, CK_OBJECT_HANDLE *object);
CK_OBJECT_HANDLE api_create (const Api *api, const CK_ATTRIBUTE *template, CK_ULONG n);

/* Keys of known values as session objects, open in every way, for @more to change that. */
typedef enum {
	KEY_AES,        /* 32 bytes */
	KEY_SECRET,     /* generic, 64 bytes */
	KEY_RSA_PUBLIC, /* 2048 bits */
	KEY_RSA_PRIVATE,
	KEY_EC_PUBLIC, /* P-256 */
	KEY_EC_PRIVATE,
	KEY_EDWARDS_PUBLIC, /* Ed25519 */
	KEY_EDWARDS_PRIVATE,
	KEY_MONTGOMERY_PUBLIC, /* X25519; unknown to SoftHSM, which has it as an Edwards key */
	KEY_MONTGOMERY_PRIVATE,
	DATA_OBJECT,
	CERTIFICATE,
	/* of these SoftHSM does not know all */
	KEY_DES,
	KEY_DES3,
	KEY_CAMELLIA, /* 32 bytes */
	KEY_CHACHA20,
	KEY_POLY1305,
	KEY_XTS, /* 64 bytes */
	KEY_DSA_PUBLIC, /* 2048 bits, 256 of the subprime */
	KEY_DSA_PRIVATE,
	KEY_DH_PUBLIC, /* ffdhe2048 of RFC 7919 */
	KEY_DH_PRIVATE,
	KEY_AES_128,
	KEY_PREMASTER, /* generic, 48 bytes */
	KEY_GOST_PUBLIC,
	KEY_GOST_PRIVATE,
} ApiKey;

CK_OBJECT_CLASS api_key_class (ApiKey which);
CK_KEY_TYPE api_key_type (ApiKey which);

CK_OBJECT_HANDLE api_key (const Api *api, ApiKey which, const CK_ATTRIBUTE *more, CK_ULONG n_more);
CK_RV api_try_key (const Api *api, ApiKey which, const CK_ATTRIBUTE *more, CK_ULONG n_more,
                   CK_OBJECT_HANDLE *key);

/* The public value of X25519 that makes an agreement with KEY_MONTGOMERY_PRIVATE, and what they agree on. */
extern const CK_BYTE x25519_other[32];
extern const CK_BYTE x25519_shared[32];

/* A value that must be there. */
CK_BBOOL api_bool (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
CK_ULONG api_ulong (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
void api_assert_bytes (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *data,
                       gsize n);

/* C_GetAttributeValue of one attribute, whatever comes. */
CK_RV api_get (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

CK_RV api_set (const Api *api, CK_OBJECT_HANDLE object, const CK_ATTRIBUTE *template, CK_ULONG n);

/* How many objects match, as a session sees it. */
guint api_count (const Api *api, const CK_ATTRIBUTE *template, CK_ULONG n);
guint api_count_in (const Api *api, CK_SESSION_HANDLE session, const CK_ATTRIBUTE *template, CK_ULONG n);

CK_SESSION_HANDLE api_open (const Api *api, CK_FLAGS flags);

/* DER of curve names, as CKA_EC_PARAMS takes them. */
extern const CK_BYTE der_p256[10];
extern const CK_BYTE der_p384[7];
extern const CK_BYTE der_ed25519[5];
extern const CK_BYTE der_x25519[5];

/* The same as a PrintableString, which is all that SoftHSM takes. */
extern const CK_BYTE name_ed25519[14];
extern const CK_BYTE name_x25519[12];

#endif
