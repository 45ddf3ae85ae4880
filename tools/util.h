/* softhsm2-util: what its actions share, and softhsm2-migrate with them.
 *
 * Its messages are SoftHSM's, in English whatever the locale: scripts read them. */

#ifndef TOOLS_UTIL_H
#define TOOLS_UTIL_H

#include "cryptoki-module.h"
#include "pin.h"

#include <stdbool.h>

typedef enum { IMPORT_KEYPAIR, IMPORT_AES, IMPORT_CERTIFICATE } ImportType;

typedef struct {
	const char *slot;
	const char *serial;
	const char *token;
	const char *label;
	const char *id;
	const char *module;
	const char *import_path;
	ImportType import_type;
	Pin so_pin; /* empty: to be asked for */
	Pin pin;
	char *file_pin;
	bool free;
	bool force;
	bool no_public_key;
} UtilOptions;

/* The actions.  Each gives back the exit status and has said why it failed. */
int util_init_token (Module *module, UtilOptions *options);
int util_show_slots (Module *module, UtilOptions *options);
int util_import (Module *module, UtilOptions *options);
int util_delete_token (Module *module, UtilOptions *options);

/* Finds the slot that --slot, --free, --serial and --token speak of, and says which it is.
 * @may_be_free: is --free one of the options of this action? */
bool util_find_slot (Module *module, const UtilOptions *options, bool may_be_free, CK_SLOT_ID *slot);

/* Is --serial or --token longer than such things are?  Says so. */
bool util_too_long (const UtilOptions *options);

/* "Found <what> with matching serial and token label.", as far as they were asked for. */
bool util_report_match (const UtilOptions *options, const char *what, bool serial_fits, bool label_fits);

/* Completes a PIN: the one of the options, else the person's at the terminal. */
bool util_get_pin (Pin *pin, bool is_so);

/* Takes a PIN off the command line, which is overwritten so that the list of processes shows it no longer. */
void util_take_pin (Pin *pin, char *argument);

/* Loads and starts the module, or says why not. */
bool util_open_module (Module *module, const char *path);

/* Opens a session that may write, the user logged in, or says why not. */
bool util_log_in (Module *module, CK_SLOT_ID slot, UtilOptions *options, CK_SESSION_HANDLE *session);

/* Prints "ERROR: …" to standard error and gives the exit status back. */
int util_error (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

#endif
