/* What the tests between SoftHSM and us have in common: both modules over one token directory, one of them
 * the maker of the token and what is in it, the other the one that must get along with it. */

#ifndef TESTS_INTEROP_H
#define TESTS_INTEROP_H

#include "harness.h"

/* One of the two, with a session in which the user is logged in. */
typedef struct {
	Module *module;
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	const char *name;
} Side;

typedef struct {
	Place *place;
	Side *maker;
	Side *other;
	Side *ours;
	Side *theirs;
	const void *row; /* where the test is one row of a table */
	Side sides[2];
} Pair;

typedef void (*PairTest) (Pair *pair);

/* Adds a test twice, "made_by_us" and "made_by_softhsm"; it is skipped where there is no SoftHSM.
 * The token is there, both modules are initialised and logged in. */
#define ADD_BOTH_WAYS(room, function) pair_test_add ("/interop/" room "/" #function, function)
void pair_test_add (const char *path, PairTest test);

/* The same with the token made by us only. */
#define ADD_OURS(room, function) pair_test_add_ours ("/interop/" room "/" #function, function)
void pair_test_add_ours (const char *path, PairTest test);

/* The same for each row of a table; a row begins with its name. */
#define ADD_ROWS(room, function, rows)                                                                       \
	for (guint row_ = 0; row_ < G_N_ELEMENTS (rows); row_++)                                             \
	pair_test_add_row ("/interop/" room "/" #function, function, (rows)[row_].name, &(rows)[row_])
void pair_test_add_row (const char *path, PairTest test, const char *name, const void *row);

/* Us alone, with a new token in the place that is set up. */
void side_open_alone (Side *side);

/* Finalises and initialises again, and logs in again. */
void side_renew (Side *side);

/* The two steps of it. */
void side_stop (Side *side);
void side_start (Side *side);

gboolean side_has (const Side *side, CK_MECHANISM_TYPE type);

/* Is SoftHSM without it?  Then the test is skipped, and says so. */
gboolean skip_without (const Pair *pair, CK_MECHANISM_TYPE type);

CK_RV side_login (const Side *side, CK_USER_TYPE who, const char *pin);

/* The path of the token's directory, of which there is one. */
char *pair_token_dir (const Pair *pair);

/* --- objects --- */

CK_OBJECT_HANDLE create (const Side *side, CK_ATTRIBUTE *template, CK_ULONG n);
#define CREATE(side, ...)                                                                                    \
	create (side, (CK_ATTRIBUTE[]){ __VA_ARGS__ }, G_N_ELEMENTS (((CK_ATTRIBUTE[]){ __VA_ARGS__ })))

/* How many objects match. */
guint count (const Side *side, CK_ATTRIBUTE *template, CK_ULONG n);
#define COUNT(side, ...)                                                                                     \
	count (side, (CK_ATTRIBUTE[]){ __VA_ARGS__ }, G_N_ELEMENTS (((CK_ATTRIBUTE[]){ __VA_ARGS__ })))

/* The one object of a class with a label; fails the test unless there is exactly one. */
CK_OBJECT_HANDLE find (const Side *side, CK_OBJECT_CLASS class, const char *label);

/* An attribute; fails the test when it is not given. */
GBytes *attribute (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
gboolean attribute_is (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const char *text);
CK_ULONG attribute_ulong (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
gboolean attribute_bool (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
CK_RV change (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE attr);

#define assert_bytes(a, b)                                                                                   \
	g_assert_cmpmem (g_bytes_get_data (a, NULL), g_bytes_get_size (a), g_bytes_get_data (b, NULL),       \
	                 g_bytes_get_size (b))

/* All of @types reads the same on both sides, or is refused with the same answer. */
void assert_same (const Pair *pair, CK_OBJECT_CLASS class, const char *label, const CK_ATTRIBUTE_TYPE *types,
                  guint n);

/* --- keys --- */

/* For the two templates of any key pair; the parameters are the public one's. */
void generate_pair_of (const Side *side, CK_MECHANISM_TYPE type, const CK_ATTRIBUTE *parameters, guint n,
                       const char *label, gboolean extractable);
void generate_pair (const Side *side, CK_MECHANISM_TYPE type, CK_ATTRIBUTE parameter, const char *label,
                    gboolean extractable);
void generate_secret (const Side *side, CK_MECHANISM_TYPE type, CK_ULONG len, const char *label,
                      gboolean extractable);

GBytes *sign (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data);
CK_RV verify (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data,
              GBytes *signature);
GBytes *encrypt (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data);
GBytes *decrypt (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data);
GBytes *digest (const Side *side, CK_MECHANISM_TYPE type, GBytes *data);

/* Signs on @from with the private key and verifies on @to with the public one; or both ways. */
void assert_signature_crosses (const Side *from, const Side *to, CK_MECHANISM *mechanism, const char *label,
                               gsize len);
void assert_signatures_cross (const Pair *pair, CK_MECHANISM *mechanism, const char *label, gsize len);

/* Encrypts on each with the object of class @open and decrypts on the other with that of @closed. */
void assert_secrets_cross (const Pair *pair, CK_MECHANISM *mechanism, CK_OBJECT_CLASS open,
                           CK_OBJECT_CLASS closed, const char *label, gsize len);

/* What is derived on @side from @base is readable, and of @type and (unless it is 0) @len. */
CK_OBJECT_HANDLE derive (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, CK_KEY_TYPE type,
                         CK_ULONG len);

GBytes *wrap (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE target);

/* What is unwrapped is readable, and no token object. */
CK_OBJECT_HANDLE unwrap (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *wrapped,
                         CK_OBJECT_CLASS class, CK_KEY_TYPE type);

/* SoftHSM drops zeros in front of numbers. */
GBytes *without_leading_zeros (GBytes *number);

/* @len octets that are none other's. */
GBytes *message (gsize len);

#define BYTES_ATTRIBUTE(type, bytes)                                                                         \
	{                                                                                                    \
		type, (void *)(guintptr)g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)             \
	}

/* --- parameters --- */

/* DSA's prime of 1024 and subprime of 160 bits, and DH's prime of 1536 bits: RFC 3526 section 2. */
void generate_dsa (const Side *side, const char *label);
void generate_dh (const Side *side, const char *label);
void generate_rsa (const Side *side, CK_ULONG bits, const char *label);

/* --- curves --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE generate;
	const CK_BYTE *params;
	gsize n_params;
} CurveRow;

extern const CurveRow weierstrass_curves[4];
extern const CurveRow edwards_curves[4];    /* by OID and by PrintableString */
extern const CurveRow montgomery_curves[4]; /* under CKK_EC_EDWARDS, as SoftHSM has them */

#define CURVE_PARAMS(row)                                                                                    \
	{                                                                                                    \
		CKA_EC_PARAMS, (void *)(guintptr)(row)->params, (row)->n_params                              \
	}

#endif
