/* What the tests with other people's programs have in common: a user without rights, whose token was made and
 * registered by "softhsm2-setup init" and nothing else, and small shell scripts in that user's home. */

#ifndef TESTS_CLIENTS_H
#define TESTS_CLIENTS_H

#include "tooltest.h"

#include <string.h>

#define TOKEN "pkcs11:token=client"

/* Adds a test that gets such a place.  It is skipped where one of the programs is missing: names with blanks
 * between them, which may be these two. */
#define PROXY                                "p11-kit-proxy"
#define ENGINE                               "OpenSSL's-engine-pkcs11"
#define ADD_CLIENT(room, function, programs) client_add ("/clients/" room "/" #function, function, programs)
typedef void (*ClientTest) (Place *place, gconstpointer data);
void client_add (const char *path, ClientTest test, const char *programs);

/* The same for each row of a table, which the test gets; a row begins with its name. */
#define ADD_CLIENT_ROWS(room, function, programs, rows)                                                      \
	for (guint row_ = 0; row_ < G_N_ELEMENTS (rows); row_++)                                             \
	client_add_row ("/clients/" room "/" #function, function, programs, (rows)[row_].name, &(rows)[row_])
void client_add_row (const char *path, ClientTest test, const char *programs, const char *name,
                     gconstpointer row);

/* The same twice: p11-kit loads the module into the program, and runs it in a process of its own. */
#define ADD_CLIENT_TWICE(room, function, programs)                                                                     \
	client_add_twice ("/clients/" room "/" #function, function, programs, NULL, NULL)
#define ADD_CLIENT_ROWS_TWICE(room, function, programs, rows)                                                          \
	for (guint row_ = 0; row_ < G_N_ELEMENTS (rows); row_++)                                                       \
	client_add_twice ("/clients/" room "/" #function, function, programs, (rows)[row_].name, &(rows)[row_])
void client_add_twice (const char *path, ClientTest test, const char *programs, const char *name, gconstpointer row);

/* Runs a script with sh -eu in the user's home; $TOKEN, $MODULE, $PIN and $PROXY are set, and GnuTLS knows
 * the PIN.  Fails the test when the script does, with all that it said, and gives what it said. */
char *script (const Place *place, const char *text);

/* The same where it is enough that it succeeds. */
void do_script (const Place *place, const char *text);
void do_script_f (const Place *place, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The same without failing; @status is the script's. */
char *script_status (const Place *place, const char *text, int *status);

#define assert_says(output, text) assert_contains_at (output, text, G_STRFUNC, __LINE__)

/* Is a mechanism, by p11tool's name for it (an expression), lost on p11-kit's way between two processes?  It lets
 * through only what it knows: of all versions RSA with PKCS #1 and PSS, and ECDSA. */
bool is_dropped (const Place *place, const char *mechanism);

/* Runs a server, which gets addresses of the loopback only, and a client at $PORT, which is tried again until it is
 * let in and finds a request for a page on its input; gives what both said.  Both are shell commands; the server
 * ends with the script, and in any case after a while. */
char *visit (Place *place, const char *server, const char *client);

/* --- what several tests begin with; all labelled "key" --- */

/* @type: rsa, ecc, ed25519 or dsa; the last two are made outside and brought in, for p11tool cannot make them
 * in a token. */
void make_key (const Place *place, const char *type);

/* The same, and says whether it can be used: if p11-kit drops what it signs with, it fails with an error. */
bool make_usable_key (const Place *place, const char *type);

/* certificate.pem for localhost, signed with the key by itself; kept in the token beside the key. */
void make_certificate (const Place *place);
void keep_certificate (const Place *place);

/* A database of NSS below the home that knows p11-kit's tokens; the file "pin" has the PIN. */
void make_nss_database (const Place *place, const char *dir);

#endif
