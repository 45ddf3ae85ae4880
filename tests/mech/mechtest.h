/* What the tests of the mechanism families share: published values driven through a row as the engine would. */

#ifndef TESTS_MECHTEST_H
#define TESTS_MECHTEST_H

#include "mech.h"

#include <glib.h>

/* A published value.  All in hexadecimal, blanks anywhere. */
typedef struct {
	CK_MECHANISM_TYPE type;
	const char *source;
	const char *key;
	const char *param;      /* the bytes that CK_MECHANISM points at, where @make_param is NULL */
	const char *in;
	const char *out;

	/* For parameters with pointers and numbers: valid until it is called next. */
	Bytes (*make_param) (const void *extra);
	const void *extra;
} Known;

/* Hexadecimal to bytes; free with buf_clear. */
Buf hex_buf (const char *hex);

/* Ends in a message that shows both in hexadecimal. */
#define assert_bytes(a, b) assert_bytes_at (G_STRLOC, a, b)
void assert_bytes_at (const char *where, Bytes a, Bytes b);

#define assert_rv(expr, wanted) assert_rv_at (G_STRLOC, #expr, (expr), (wanted))
#define assert_ok(expr) assert_rv (expr, CKR_OK)
void assert_rv_at (const char *where, const char *expr, CK_RV rv, CK_RV wanted);

/* A part of a key; a NULL value ends the list. */
typedef struct {
	CK_ATTRIBUTE_TYPE type;
	const char *value;
} Part;

/* An attribute set and an object of such parts, all of them in secure memory. */
void key_attrs (Attrs *attrs, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const Part *parts);
Object *key_new (CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const Part *parts);
Object *secret_new (CK_KEY_TYPE key_type, const char *value);

/* Drives @how with @in in one piece, in pieces of every size, with the rest given to finish and without; the state
 * is copied to another place after each step.  What comes out must be @out each time. */
void drive (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, Bytes out);

/* One run in pieces of @chunk bytes.  What comes out is in @result as far as it went. */
CK_RV drive_once (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, size_t chunk,
                  bool all_updated, Buf *result);

/* The same for check: in all splits right, and wrong with any bit of the signature changed or its length. */
void drive_check (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, Bytes signature);
CK_RV check_once (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, size_t chunk,
                  Bytes signature);

/* What comes out of a derivation, as one key of @n bytes, 0 for as long as it comes; @second: the key that the
 * parameter names, NULL where there is none. */
CK_RV derive_once (const Mech *mech, Object *base, Object *second, Bytes param, size_t n, Buf *value);

/* It is @wanted, hexadecimal. */
void derives (CK_MECHANISM_TYPE type, Object *base, Object *second, Bytes param, size_t n, const char *wanted);

/* Everything that the row of a known value can do: digest, both directions, signing. */
void known_run (const Known *known, CK_KEY_TYPE key_type);

/* Registers a test for each value of @knowns, by its mechanism and source. */
void known_add (const Known *knowns, size_t n, CK_KEY_TYPE key_type);

/* Fails unless each row of @family has a value in @knowns or stands in @others, a list of rows that are shown
 * otherwise, ended by NO_MECHANISM. */
#define NO_MECHANISM ((CK_MECHANISM_TYPE)-1)
void assert_all_known (const MechFamily *family, const Known *knowns, size_t n, const CK_MECHANISM_TYPE *others);

#endif
