/* softhsm2-setup: what all of it uses, the tests too. */

#include "setup.h"

#include "setup-texts.h"

#include <unistd.h>

bool
setup_refuse (GError **error, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	if (error != NULL)
		*error = g_error_new_valist (G_IO_ERROR, G_IO_ERROR_FAILED, format, args);
	va_end (args);
	return false;
}

sigset_t
signals_hold (void)
{
	sigset_t all, before;

	sigfillset (&all);
	sigprocmask (SIG_BLOCK, &all, &before);
	return before;
}

void
signals_release (sigset_t *before)
{
	sigprocmask (SIG_SETMASK, before, NULL);
}

#define A_MOMENT (G_USEC_PER_SEC / 2)

void
setup_progress (unsigned done, unsigned all)
{
	static gint64 begun, told;
	gint64 now = g_get_monotonic_time ();

	if (begun == 0)
		begun = now;
	if (!isatty (STDERR_FILENO) || now - begun < A_MOMENT)
		return;
	if (done == all)
		g_printerr ("\r\033[K");
	else if (now - told > A_MOMENT / 5)
		g_printerr ("\r%u / %u", done, all);
	else
		return;
	told = now;
}

char *
setup_template (const char *name, const char *placeholder, const char *value)
{
	g_autofree char *path = g_strconcat ("/softhsm2/", name, NULL);
	g_autoptr (GBytes) bytes = g_resource_lookup_data (setup_texts_get_resource (), path,
	                                                   G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
	gsize len;
	const char *data = g_bytes_get_data (bytes, &len);
	GString *text = g_string_new_len (data, (gssize)len);

	g_string_replace (text, placeholder, value, 1);
	return g_string_free (text, FALSE);
}
