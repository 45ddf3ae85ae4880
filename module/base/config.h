/* softhsm2.conf, as SoftHSM v2 reads it. */

#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "cryptoki.h"
#include "log.h"

#include <stdbool.h>
#include <sys/types.h>

/* Who may be wrapped by what: session/policy.c. */
typedef enum { KEYS_COMPAT, KEYS_DEFAULT, KEYS_STRICT } KeysPolicy;

typedef struct {
	char *path;            /* the file that was read */
	char *tokendir;        /* directories.tokendir */
	char *backend;         /* objectstore.backend: the format of new tokens */
	mode_t umask;          /* objectstore.umask: permissions taken from files and directories */
	LogLevel log_level;    /* log.level */
	char *log_file;        /* log.file, NULL for syslog */
	bool removable;        /* slots.removable */
	char *mechanisms;      /* slots.mechanisms */
	bool reset_on_fork;    /* library.reset_on_fork */
	KeysPolicy keys_policy; /* keys.policy */
	bool is_missing;       /* after a failed config_load: there is no file, or it may not be read */
	char *error;           /* after a failed config_load: file, line and reason in one sentence */
	char *warnings;        /* what was read over: a sentence a line, NULL when there is nothing to say */
} Config;

/* Finds the configuration file that counts: $SOFTHSM2_CONF, ~/.config/softhsm2/softhsm2.conf if it can
 * be read, the system's.  In a set-user-ID program only the system's.  The caller frees; NULL: no memory. */
char *config_find (void);

/* Reads the configuration of @path (config_find's when NULL) into @config, every key it does not set with
 * its default.  CKR_GENERAL_ERROR: it cannot be read or holds a value that cannot be obeyed; @config->error
 * says which.  @config is to be cleared with config_clear in either case. */
CK_RV config_load (Config *config, const char *path);

void config_clear (Config *config);

/* Is @name among slots.mechanisms?  @name: "CKM_…".  Blanks around commas are fine, "ALL" is all,
 * a leading "-" takes the named ones away from all. */
bool config_has_mechanism (const Config *config, const char *name);

#endif
