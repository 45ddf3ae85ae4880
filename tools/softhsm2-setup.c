/* softhsm2-setup: a token of one's own, by commands. */

#include "setup.h"

#include "tools-config.h"

#include "build-config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

static const SetupCommand commands[] = {
	{ "init", setup_init, N_ ("Make a token for this user and register it with p11-kit") },
	{ "status", setup_status, N_ ("Say what is set up, and what is in the way") },
	{ "check", setup_check, N_ ("Test whether the token is kept as safely as it can be, and mend it") },
	{ "token", setup_token, N_ ("List, make, rename and delete tokens, and change their PINs") },
	{ "import", setup_import, N_ ("Put keys and certificates from a file into a token") },
	{ "export", setup_export, N_ ("Write a certificate or a key into a file") },
	{ "backup", setup_backup, N_ ("Write a token into one encrypted file") },
	{ "restore", setup_restore, N_ ("Make the token of such a file again") },
	{ "register", setup_register, N_ ("Register the module with p11-kit for this user") },
	{ "unregister", setup_unregister, N_ ("Take that back") },
	{ "mask", setup_mask, N_ ("Hide the system's registration from this user's programs") },
	{ "tokens-seen", setup_seen, NULL },
	{ "mechanisms-seen", setup_mechanisms_seen, NULL },
};

int
setup_usage_error (const char *message)
{
	g_printerr ("%s: %s\n", g_get_prgname (), message);
	g_printerr (_ ("Try \"%s --help\".\n"), g_get_prgname ());
	return SETUP_USAGE;
}

int
setup_failed (const GError *error)
{
	g_printerr ("%s: %s\n", g_get_prgname (), error->message);
	return SETUP_FAILED;
}

bool
setup_parse (const GOptionEntry *entries, const char *summary, const char *arguments, int fewest, int *argc,
             char ***argv, int *status)
{
	g_autofree char *program = g_strconcat ("softhsm2-setup ", (*argv)[0], NULL);
	g_autoptr (GOptionContext) context = g_option_context_new (arguments);
	g_autoptr (GError) error = NULL;
	gboolean help = FALSE;
	const GOptionEntry help_entry[] = {
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &help, N_ ("Print this help"), NULL },
		G_OPTION_ENTRY_NULL,
	};

	g_set_prgname (program);
	g_option_context_set_help_enabled (context, FALSE);
	g_option_context_set_summary (context, summary);
	g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
	g_option_context_add_main_entries (context, help_entry, GETTEXT_PACKAGE);
	if (entries != NULL)
		g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
	if (!g_option_context_parse (context, argc, argv, &error)) {
		*status = setup_usage_error (error->message);
		return false;
	}
	if (help) {
		g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);

		g_print ("%s", text);
		*status = SETUP_OK;
		return false;
	}
	if (arguments == NULL && *argc > 1) {
		*status = setup_usage_error (_ ("there is nothing but options to give"));
		return false;
	}
	if (*argc - 1 < fewest) {
		*status = setup_usage_error (_ ("something is missing on the command line"));
		return false;
	}
	return true;
}

char *
setup_describe (const SetupCommand *list, size_t n)
{
	GString *text = g_string_new (_ ("Commands:"));

	for (size_t i = 0; i < n; i++)
		if (list[i].purpose != NULL)
			g_string_append_printf (text, "\n  %-10s %s", list[i].name, _ (list[i].purpose));
	g_string_append_printf (text, "\n\n%s", _ ("Each command has a --help of its own."));
	return g_string_free (text, FALSE);
}

int
setup_dispatch (const SetupCommand *list, size_t n, const char *above, int argc, char **argv)
{
	g_autofree char *message = NULL;
	g_autofree char *whole = NULL;

	if (argc < 2)
		return setup_usage_error (_ ("there is no command"));
	for (size_t i = 0; i < n; i++)
		if (strcmp (argv[1], list[i].name) == 0) {
			whole = *above ? g_strdup_printf ("%s %s", above, argv[1]) : g_strdup (argv[1]);
			argv[1] = whole;
			return list[i].run (argc - 1, argv + 1);
		}
	message = g_strdup_printf (_ ("there is no command \"%s\""), argv[1]);
	return setup_usage_error (message);
}

/* The options in front of the command. */
static bool
parse_global (int *argc, char ***argv, int *status)
{
	g_autoptr (GOptionContext) context = g_option_context_new (_ ("COMMAND [OPTION...]"));
	g_autofree char *description = setup_describe (commands, G_N_ELEMENTS (commands));
	g_autoptr (GError) error = NULL;
	gboolean version = FALSE;
	const GOptionEntry entries[] = {
		{ "version", 'v', 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version"), NULL },
		G_OPTION_ENTRY_NULL,
	};

	g_option_context_set_strict_posix (context, TRUE);
	g_option_context_set_summary (context, _ ("Sets up a software token that programs find by p11-kit."));
	g_option_context_set_description (context, description);
	g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
	if (!g_option_context_parse (context, argc, argv, &error)) {
		*status = setup_usage_error (error->message);
		return false;
	}
	if (version) {
		g_print ("softhsm2-setup %s\n", PACKAGE_VERSION);
		*status = SETUP_OK;
		return false;
	}
	return true;
}

int
main (int argc, char **argv)
{
	int status;

	setlocale (LC_ALL, "");
	bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
	bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
	textdomain (GETTEXT_PACKAGE);
	g_set_prgname ("softhsm2-setup");

	if (!parse_global (&argc, &argv, &status))
		return status;
	return setup_dispatch (commands, G_N_ELEMENTS (commands), "", argc, argv);
}
