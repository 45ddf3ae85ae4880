/* softhsm2-setup: what its commands share. */

#ifndef TOOLS_SETUP_H
#define TOOLS_SETUP_H

#include <gio/gio.h>
#include <stdbool.h>

enum { SETUP_OK = 0, SETUP_FAILED = 1, SETUP_USAGE = 2 };

/* The commands.  argv[0] is the command itself; each gives back the exit status. */
int setup_init (int argc, char **argv);
int setup_status (int argc, char **argv);
int setup_seen (int argc, char **argv);

/* Says that the command line is wrong, and what answers questions about it; gives SETUP_USAGE back. */
int setup_usage_error (const char *message);

/* Reads the options of the command argv[0], which takes no other arguments.  False: it has said why and
 * set @status, which is that of --help too. */
bool setup_parse (const GOptionEntry *entries, const char *summary, int argc, char **argv, int *status);

/* A text that is built in, with @placeholder replaced. */
char *setup_template (const char *name, const char *placeholder, const char *value);

/* Sets an error; one sentence that names the object, the reason and the next step. */
bool setup_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

#endif
