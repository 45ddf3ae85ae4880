/* What tests that speak Cryptoki to a module have in common: a configuration and token directory of their own,
 * a module loaded by its path, a token with PINs. */

#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include "cryptoki.h"

#include <glib.h>
#include <string.h>

#define SO_PIN "so-pin-1234"
#define USER_PIN "user-pin-5678"

/* A directory with softhsm2.conf and tokens/, named by SOFTHSM2_CONF while it lasts. */
typedef struct {
	char *dir;
	char *conf;
	char *tokendir;
} Place;

/* @extra: more lines for softhsm2.conf, or NULL. */
Place *place_new (const char *extra);

/* Writes softhsm2.conf anew with other lines. */
void place_configure (Place *place, const char *extra);

/* Removes it with all that is in it. */
void place_free (Place *place);

/* A module: loaded, not yet initialised.  Fails the test if it cannot be. */
typedef struct {
	void *library;
	CK_FUNCTION_LIST *f;            /* the list that TEST_INTERFACE names; all begin alike */
	CK_FUNCTION_LIST_3_2 *f3;       /* NULL where the module has none */
	char *path;
} Module;

Module *module_load (const char *path);
void module_unload (Module *module);

/* The module that is tested (TEST_MODULE) and the other one (REFERENCE_MODULE; NULL when there is none). */
const char *module_under_test (void);
const char *module_reference (void);

/* Is the module under test SoftHSM itself?  For the places where one of us is right. */
gboolean is_softhsm (const Module *module);

/* Makes a token in the free slot of an initialised module, with both PINs; gives its slot after initialising
 * anew. */
CK_SLOT_ID make_token (Module *module, const char *label);

/* The slot of the only token; fails the test when there is none. */
CK_SLOT_ID token_slot_of (Module *module);

/* A read-write session, with the user logged in or not. */
CK_SESSION_HANDLE open_session (Module *module, CK_SLOT_ID slot, gboolean logged_in);

/* Rows of templates. */
#define A_BOOL(type, value) { type, (CK_BBOOL[]){ value }, sizeof (CK_BBOOL) }
#define A_ULONG(type, value) { type, (CK_ULONG[]){ value }, sizeof (CK_ULONG) }
#define A_STRING(type, value) { type, (void *)(guintptr)(value), strlen (value) }
#define A_BYTES(type, ...) { type, (CK_BYTE[]){ __VA_ARGS__ }, sizeof ((CK_BYTE[]){ __VA_ARGS__ }) }
#define A_DATA(type, data, n) { type, (void *)(guintptr)(data), n }

/* The name of a return value, "CKR_…". */
const char *rv_name (CK_RV rv);

/* Both print what was said and what was wanted. */
#define assert_rv(expr, wanted) assert_rv_at (G_STRLOC, #expr, (expr), (wanted))
#define assert_ok(expr) assert_rv (expr, CKR_OK)
void assert_rv_at (const char *where, const char *expr, CK_RV rv, CK_RV wanted);

/* Hexadecimal with blanks anywhere to bytes. */
GBytes *from_hex (const char *hex);

/* All matching objects, in an array of CK_OBJECT_HANDLE. */
GArray *find_objects (Module *module, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n);

/* One attribute, or NULL when it is not given; asks for the length first. */
GBytes *get_attribute (Module *module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

#endif
