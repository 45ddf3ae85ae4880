/* Where a command's PIN comes from: a file, a descriptor, or a person at the terminal.  Never the command line. */

#ifndef TOOLS_PIN_SOURCE_H
#define TOOLS_PIN_SOURCE_H

#include "pin.h"

typedef struct {
	char *file;
	int fd;
} PinSource;

#define NO_PIN_SOURCE { .fd = -1 }

/* Gets the PIN; asked for twice where it is @new.  @what: "user PIN"; @options: those that name the source. */
bool pin_source_get (Pin *pin, const PinSource *source, const PinDialog *dialog, bool is_new, const char *what,
                     const char *options, GError **error);

/* A PIN comes from a file or a descriptor, not from both. */
bool pin_source_check (const PinSource *source);

#endif
