/* GVariants as JSON, for programs that read what a command found. */

#ifndef TOOLS_JSON_H
#define TOOLS_JSON_H

#include <glib.h>

/* A string, whose bytes that are no UTF-8 are replaced. */
GVariant *json_string (const char *string);

/* Appends @value: strings, booleans, numbers, arrays, and dictionaries by string (a{sv}) as objects. */
void json_append (GString *text, GVariant *value);

/* Prints it with a line end. */
void json_print (GVariant *value);

#endif
