/* GVariants as JSON, for programs that read what a command found. */

#ifndef TOOLS_JSON_H
#define TOOLS_JSON_H

#include <glib.h>

/* Appends @value: strings, booleans, numbers, arrays, and dictionaries by string (a{sv}) as objects. */
void json_append (GString *text, GVariant *value);

/* Prints it with a line end. */
void json_print (GVariant *value);

#endif
