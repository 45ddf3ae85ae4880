/* The user's softhsm2.conf, as softhsm2-setup finds or makes it. */

#ifndef TOOLS_SETTINGS_H
#define TOOLS_SETTINGS_H

#include "places.h"

#include <glib.h>
#include <stdbool.h>

/* What to write into a new softhsm2.conf. */
char *settings_text (const char *tokendir);

/* Is the file at @path a configuration that can be worked with?  Gives its token directory, to be freed. */
char *settings_use (const char *path, GError **error);

/* Can tokens be made and read in @tokendir?  One that is not there yet can. */
bool settings_check_tokendir (const char *tokendir, const char *conf, GError **error);

/* Do others have any right to @tokendir? */
bool settings_is_open_to_others (const char *tokendir);

#endif
