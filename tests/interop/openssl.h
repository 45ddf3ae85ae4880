/* What the tests with OpenSSL's command line have in common: our module with a token, and a folder in which
 * the program runs. */

#ifndef TESTS_OPENSSL_H
#define TESTS_OPENSSL_H

#include "interop.h"
#include "params.h"

typedef struct {
	Place *place;
	Side side;
	const void *row; /* where the test is one row of a table */
} OpenSsl;

typedef void (*OpenSslTest) (OpenSsl *openssl);

/* Adds a test for each row of a table; a row begins with its name.  It is skipped where there is no OpenSSL.
 */
#define ADD_OPENSSL(room, function, rows)                                                                    \
	for (guint row_ = 0; row_ < G_N_ELEMENTS (rows); row_++)                                             \
	openssl_test_add ("/interop/openssl-" room "/" #function, function, (rows)[row_].name, &(rows)[row_])
void openssl_test_add (const char *path, OpenSslTest test, const char *name, const void *row);

/* Runs "openssl" with what is formatted; fails the test with all that it said when it fails. */
void openssl_run (const OpenSsl *openssl, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Files in the folder. */
void openssl_give (const OpenSsl *openssl, const char *name, GBytes *content);
GBytes *openssl_take (const OpenSsl *openssl, const char *name);

char *to_hex (const void *data, gsize len);
char *bytes_hex (GBytes *bytes);

/* --- AES keys for both --- */

/* A key of @len octets in the token, and as hexadecimal for OpenSSL. */
CK_OBJECT_HANDLE shared_key (const OpenSsl *openssl, CK_KEY_TYPE type, gsize len, char **hex);

/* OpenSSL's wrapping of RFC 3394 or (@pad) RFC 5649, and its opposite. */
GBytes *openssl_wrap (const OpenSsl *openssl, const char *key, gboolean pad, GBytes *plain);
GBytes *openssl_unwrap (const OpenSsl *openssl, const char *key, gboolean pad, GBytes *wrapped);

#endif
