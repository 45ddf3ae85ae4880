/* What the parts of the runner for Wycheproof's files share. */

#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include "harness.h"

#include <json-glib/json-glib.h>

/* What became of one vector.  WRONG: accepted with another result, or one way of asking said yes and another no. */
typedef enum { ACCEPTED, REFUSED, WRONG } Verdict;

/* Where the runner stands in a file. */
typedef struct {
	Module *module;
	CK_SESSION_HANDLE session;
	const char *algorithm;          /* the file's */
	const char *type;               /* the group's */
	JsonObject *group, *test;
	CK_MECHANISM_TYPE mechanism;

	CK_OBJECT_HANDLE key;           /* the group's, made for its first vector; 0 where the module refused it */
	CK_RV key_rv;
	gboolean has_key;

	guint n_valid, n_refused, n_acceptable, n_acceptable_refused, n_wrong;
	GHashTable *excused, *absent;   /* reason → GUINT_TO_POINTER (count) */
} Run;

/* How groups of one type are worked through. */
typedef struct {
	const char *type;

	/* The mechanism for the group; FALSE, @absent set: this runner or PKCS #11 has none. */
	gboolean (*mechanism) (Run *run, const char **absent);
	Verdict (*judge) (Run *run);

	/* The group's key, for those that have one. */
	CK_RV (*make_key) (Run *run, CK_OBJECT_HANDLE *key);
} Way;

extern const Way secret_ways[], derive_ways[], dsa_ways[], rsa_ways[], ec_ways[];

/* What PKCS #11 calls the hash that a file names and what uses it; CK_UNAVAILABLE_INFORMATION where it has no number. */
typedef struct {
	const char *name;
	CK_MECHANISM_TYPE digest, hmac, rsa_pkcs, rsa_pss, ecdsa;
	CK_ULONG mgf;
} Hash;

/* NULL when there is none of this name. */
const Hash *hash_named (const char *name);

/* A member of hexadecimal digits; empty when there is none. */
GBytes *hex_member (JsonObject *object, const char *name);
const char *string_member (JsonObject *object, const char *name);

/* What whoever reads the ASN.1 form must do before asking a token: DER to r and s of @n bytes each.  NULL: it is none. */
GBytes *signature_from_der (GBytes *der, guint n);

#define BYTES(b) (CK_BYTE *)(guintptr)bytes_start (b), (CK_ULONG)g_bytes_get_size (b)

/* Never NULL, as PKCS #11 reads NULL as a question or a mistake. */
const void *bytes_start (GBytes *bytes);

/* A session object that anybody may use, of @class and @key_type, with @n more attributes. */
CK_RV make_object (Run *run, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const CK_ATTRIBUTE *more, CK_ULONG n,
                   CK_OBJECT_HANDLE *object);
void destroy (Run *run, CK_OBJECT_HANDLE object);

/* Verifies in one piece and, where @parts, in two; both must agree. */
Verdict verify (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *message, GBytes *signature,
                gboolean parts);

/* The same for decryption, with what must come out.  Where the module leaves no doubt (CKR_OK), a result that
 * differs is WRONG. */
Verdict decrypt (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *ciphertext, GBytes *plaintext,
                 gboolean parts);
Verdict encrypt (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *plaintext, GBytes *ciphertext,
                 gboolean parts);

/* Signs and compares. */
Verdict sign (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *message, GBytes *signature);

#endif
