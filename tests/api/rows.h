/* What each mechanism needs to be driven, as one table, and the place and token that its tests share.
 *
 * A row is one use of one mechanism: test-operations.c drives those over data, test-key-mechanisms.c those
 * that make, derive and move keys. */

#ifndef TESTS_API_ROWS_H
#define TESTS_API_ROWS_H

#include "apitest.h"

typedef enum {
	NO_PARTS, /* one piece only */
	PARTS,
} Parts;

typedef enum {
	FOR_DIGEST,
	FOR_ENCRYPT, /* and to decrypt */
	FOR_SIGN,    /* and to verify */
	FOR_GENERATE,
	FOR_PAIR,
	FOR_DERIVE,
	FOR_WRAP, /* and to unwrap */
} Use;

typedef struct {
	CK_MECHANISM_TYPE type;
	const char *name;
	Use use;
	const char *variant; /* for a second row of the same use: what it is about */
	CK_FLAGS flags;      /* what CK_MECHANISM_INFO says besides the uses of its rows */
	const char *spared;  /* why SoftHSM is not asked, though it has the mechanism */

	/* The key that signs, encrypts, wraps or is derived from, and the one that verifies, decrypts or
	 * unwraps.  For a pair: of which type it is, and in whose domain. */
	ApiKey make, undo;
	gboolean any_secret; /* keys of every other secret type would do as well */
	const void *param;
	CK_ULONG n_param;
	gboolean optional; /* it may have none */
	gboolean strict;   /* a parameter of as many zeros is wrong */
	gboolean loose;    /* a parameter of another length is another one */
	gboolean notices;  /* damage of what is encrypted or wrapped */

	/* Over data. */
	CK_ULONG n_data; /* bytes of input that suit it */
	CK_ULONG n_out;  /* bytes of a digest, a signature, of n_data encrypted, or of the wrapped key */
	Parts parts;
	gboolean random; /* two results differ */
	gboolean once;   /* no second message under its parameter or key */

	/* What is made; of a pair nothing of this. */
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;
	CK_ULONG n_value; /* bytes of a secret; the template asks for them if has_length */
	gboolean has_length;
	CK_ULONG n_natural; /* bytes that are derived when the template asks for none; 0: it has to ask */
	gboolean any_type;  /* makes keys of the type that the template names, and wants it named */
	gboolean
		free_type; /* section 6.43: the type may be left out, and the length of a type that has one */
	guint n_made; /* how many objects, where the parameter has places for them; 0: what phKey tells */
	gboolean gives_bytes;         /* to the parameter's owner, and makes nothing */
	const CK_ATTRIBUTE *template; /* what the template has besides class, type and length */
	CK_ULONG n_template;
	gboolean has_second; /* the parameter has the handle of another key: */
	ApiKey second;
	gsize second_at;
	ApiKey subject;   /* what is wrapped */
	CK_ULONG n_block; /* a wrapped key cut to a multiple of this may be another one, unless it notices */
} Row;

extern const Row rows[];
extern const gsize n_rows;

/* The row's uses, as CK_MECHANISM_INFO says them. */
CK_FLAGS row_flags (const Row *row);
CK_MECHANISM row_mechanism (const Row *row);

/* Where the row's tests are: "/topic/CKM_NAME/use". */
char *row_path (const char *topic, const Row *row, const char *use);

/* A key that the row's mechanism cannot use, of the same class, or of the same type as far as there is one.
 */
ApiKey key_of_another_type (ApiKey right);
ApiKey key_of_another_class (ApiKey right);

/* --- one place and token for all rows --- */

extern Api shared;

void rows_setup (void);
void rows_teardown (void);

/* Does the module do all that @flags name with it?  Skips the test where SoftHSM does not; ours must. */
gboolean rows_have (const Row *row, CK_FLAGS flags);

/* For each mechanism that C_GetMechanismList names: its flags are those of its rows. */
void rows_assert_complete (void);

/* Does C_GetMechanismList name it? */
gboolean rows_is_advertised (CK_MECHANISM_TYPE type);

/* Starts the module anew with slots.mechanisms set to these. */
void rows_configure (const char *mechanisms);

#endif
