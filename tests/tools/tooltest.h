/* What the tests of the command line share: a home for an unprivileged user, and running programs in it. */

#ifndef TESTS_TOOLS_TOOLTEST_H
#define TESTS_TOOLS_TOOLTEST_H

#include <glib.h>
#include <stdbool.h>

#define SO_PIN   "87654321"
#define USER_PIN "1234"

/* A directory with copies of the programs and the module, so that a user without any right to the build
 * folder can run them. */
typedef struct {
	char *dir;
	char *home; /* belongs to the user that programs run as */
	char *util;
	char *setup;
	char *module;
	char *conf; /* a configuration beside the home, with an empty token directory */
	char *tokendir;
	GPtrArray *env; /* "NAME=value" */
	bool as_root;   /* run as who we are, even if that is root */
} Place;

/* What a program did. */
typedef struct {
	int status; /* exit status, or 128 + signal */
	char *out;
	char *err;
} Result;

void place_setup (Place *place, gconstpointer data);
void place_teardown (Place *place, gconstpointer data);

/* Sets or (NULL) unsets a variable for the programs to come. */
void place_setenv (Place *place, const char *name, const char *value);

/* A path below the home, to be freed. */
char *place_path (const Place *place, const char *below_home);

/* Writes a file below the home with what is missing above it; all belongs to the user of the programs. */
void place_write (const Place *place, const char *below_home, const char *text);
char *place_read (const Place *place, const char *below_home);
bool place_has (const Place *place, const char *below_home);
void place_mkdir (const Place *place, const char *below_home, int mode);

/* Names, modes, sizes and times of all below the home, to compare with another time. */
char *place_snapshot (const Place *place);

/* Runs a program with nothing on its input.  The arguments end with NULL. */
Result *run (const Place *place, const char *program, ...) G_GNUC_NULL_TERMINATED;

/* The same with descriptors 3 and 4 to read from: NULL for none. */
Result *run_with_fds (const Place *place, const char *fd3, const char *fd4, const char *program,
                      ...) G_GNUC_NULL_TERMINATED;

/* One exchange with a program at its terminal: wait for a text, then type another. */
typedef struct {
	const char *expect;
	const char *send;
} Exchange;

/* Runs a program at a terminal of its own.  Result.out is all that the terminal showed.  The exchanges end
 * with an empty one.  @echoes: does the terminal echo again in the end? */
Result *converse (const Place *place, const Exchange *exchanges, bool *echoes, const char *program,
                  ...) G_GNUC_NULL_TERMINATED;

void result_free (Result *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Result, result_free)

/* Fail the test with all that the program said. */
#define assert_status(result, expected) assert_status_at (result, expected, G_STRFUNC, __LINE__)
#define assert_out(result, text)        assert_contains_at ((result)->out, text, G_STRFUNC, __LINE__)
#define assert_err(result, text)        assert_contains_at ((result)->err, text, G_STRFUNC, __LINE__)

void assert_status_at (const Result *result, int expected, const char *function, int line);
void assert_contains_at (const char *haystack, const char *needle, const char *function, int line);

/* Adds a test that gets a Place; its name is the path behind @suite. */
#define add_test(suite, function)                                                                            \
	g_test_add ("/" suite "/" #function, Place, NULL, place_setup, function, place_teardown)

#endif
