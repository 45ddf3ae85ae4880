/* softhsm2-setup: what its commands share. */

#ifndef TOOLS_SETUP_H
#define TOOLS_SETUP_H

#include <gio/gio.h>
#include <signal.h>
#include <stdbool.h>

enum { SETUP_OK = 0, SETUP_FAILED = 1, SETUP_USAGE = 2 };

/* The commands.  argv[0] is the command itself; each gives back the exit status. */
int setup_init (int argc, char **argv);
int setup_status (int argc, char **argv);
int setup_check (int argc, char **argv);
int setup_register (int argc, char **argv);
int setup_unregister (int argc, char **argv);
int setup_mask (int argc, char **argv);
int setup_token (int argc, char **argv);
int setup_import (int argc, char **argv);
int setup_export (int argc, char **argv);
int setup_backup (int argc, char **argv);
int setup_restore (int argc, char **argv);
int setup_seen (int argc, char **argv);
int setup_mechanisms_seen (int argc, char **argv);

typedef struct {
	const char *name;
	int (*run) (int argc, char **argv);
	const char *purpose; /* NULL: not for people */
} SetupCommand;

/* Runs the command that argv[1] names, behind @above, which is what stands before it. */
int setup_dispatch (const SetupCommand *commands, size_t n, const char *above, int argc, char **argv);

/* "Commands:" and a line each. */
char *setup_describe (const SetupCommand *commands, size_t n);

/* Says that the command line is wrong, and what answers questions about it; gives SETUP_USAGE back. */
int setup_usage_error (const char *message);

/* Reads the options of the command argv[0].  @arguments: what else it takes, for its help, NULL for nothing; they are
 * left in argv[1] and so on, and are at least @fewest.  False: it has said why and set @status, which is that
 * of --help too. */
bool setup_parse (const GOptionEntry *entries, const char *summary, const char *arguments, int fewest, int *argc,
                  char ***argv, int *status);

/* Says why nothing came of it; gives SETUP_FAILED back. */
int setup_failed (const GError *error);

/* Signals wait from here to the end of the block, so that what is made there is made or not.  Only what takes no
 * time to speak of. */
#define auto_signals __attribute__ ((cleanup (signals_release), unused))

sigset_t signals_hold (void);
void signals_release (sigset_t *before);

/* How far long work has come, told on a terminal where it takes longer than a moment.  @done = @all ends the line. */
void setup_progress (unsigned done, unsigned all);

/* A text that is built in, with @placeholder replaced. */
char *setup_template (const char *name, const char *placeholder, const char *value);

/* Sets an error; one sentence that names the object, the reason and the next step. */
bool setup_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

#endif
