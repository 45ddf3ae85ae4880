/* Options that several commands of softhsm2-setup have, as rows of their GOptionEntry tables. */

#ifndef TOOLS_ENTRIES_H
#define TOOLS_ENTRIES_H

#include "pin-source.h"

#include <glib/gi18n.h>

#define SOURCE_ENTRIES(name, source, from_file, from_fd)                                                               \
	{ name "-file", 0, 0, G_OPTION_ARG_FILENAME, &(source).file, from_file, N_ ("FILE") },                            \
	{ name "-fd", 0, 0, G_OPTION_ARG_INT, &(source).fd, from_fd, N_ ("N") }

#define PIN_ENTRIES(source)                                                                                            \
	SOURCE_ENTRIES ("pin", source, N_ ("Take the user PIN from the first line of FILE"),                               \
	                N_ ("Take the user PIN from the next line of descriptor N"))
#define SO_PIN_ENTRIES(source)                                                                                         \
	SOURCE_ENTRIES ("so-pin", source, N_ ("Take the SO PIN from the first line of FILE"),                              \
	                N_ ("Take the SO PIN from the next line of descriptor N"))
#define NEW_PIN_ENTRIES(source)                                                                                        \
	SOURCE_ENTRIES ("new-pin", source, N_ ("Take the new PIN from the first line of FILE"),                            \
	                N_ ("Take the new PIN from the next line of descriptor N"))
#define PASSPHRASE_ENTRIES(source)                                                                                     \
	SOURCE_ENTRIES ("passphrase", source, N_ ("Take the passphrase from the first line of FILE"),                      \
	                N_ ("Take the passphrase from the next line of descriptor N"))

#define TOKEN_ENTRY(variable)                                                                                          \
	{ "token", 't', 0, G_OPTION_ARG_STRING, &(variable), N_ ("The token: its label, serial number or URI"),            \
	  N_ ("TOKEN") }
#define MODULE_ENTRY(variable)                                                                                         \
	{ "module", 'm', 0, G_OPTION_ARG_FILENAME, &(variable), N_ ("Use this module instead of the installed one"),       \
	  N_ ("FILE") }
#define JSON_ENTRY(variable)                                                                                           \
	{ "json", 0, 0, G_OPTION_ARG_NONE, &(variable), N_ ("Print for programs"), NULL }

#endif
