/* Where a command's PIN comes from: a file, a descriptor, or a person at the terminal. */

#include "pin-source.h"

#include "setup.h"

#include <glib/gi18n.h>
#include <unistd.h>

bool
pin_source_check (const PinSource *source)
{
	return source->file == NULL || source->fd < 0;
}

bool
pin_source_get (Pin *pin, const PinSource *source, const PinDialog *dialog, bool is_new, const char *what,
                const char *options, GError **error)
{
	if (source->file != NULL)
		return pin_read_file (pin, source->file, error);
	if (source->fd >= 0) {
		g_autofree char *name = g_strdup_printf (_ ("descriptor %d"), source->fd);

		return pin_read_line (pin, source->fd, name, error);
	}
	if (!isatty (STDIN_FILENO))
		return setup_refuse (error, _ ("There is no terminal to ask for the %s at. Give it with %s."), what,
		                     options);
	if (!(is_new ? pin_ask (pin, dialog) : pin_ask_once (pin, dialog)))
		return setup_refuse (error, _ ("The %s was not entered. Nothing was changed; try again."), what);
	return true;
}
