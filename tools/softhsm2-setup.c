/* softhsm2-setup: a token of one's own, by commands. */

#include "setup.h"

#include "tools-config.h"

#include "build-config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run) (int argc, char **argv);
	const char *purpose; /* NULL: not for people */
} commands[] = {
	{ "init", setup_init, N_ ("Make a token for this user and register it with p11-kit") },
	{ "status", setup_status, N_ ("Say what is set up, and what is in the way") },
	{ "tokens-seen", setup_seen, NULL },
};

int
setup_usage_error (const char *message)
{
	g_printerr ("%s: %s\n", g_get_prgname (), message);
	g_printerr (_ ("Try \"%s --help\".\n"), g_get_prgname ());
	return SETUP_USAGE;
}

bool
setup_parse (const GOptionEntry *entries, const char *summary, int argc, char **argv, int *status)
{
	g_autofree char *program = g_strconcat ("softhsm2-setup ", argv[0], NULL);
	g_autoptr (GOptionContext) context = g_option_context_new (NULL);
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
	if (!g_option_context_parse (context, &argc, &argv, &error)) {
		*status = setup_usage_error (error->message);
		return false;
	}
	if (help) {
		g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);

		g_print ("%s", text);
		*status = SETUP_OK;
		return false;
	}
	if (argc > 1) {
		*status = setup_usage_error (_ ("there is nothing but options to give"));
		return false;
	}
	return true;
}

static char *
describe_commands (void)
{
	GString *text = g_string_new (_ ("Commands:"));

	for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
		if (commands[i].purpose != NULL)
			g_string_append_printf (text, "\n  %-10s %s", commands[i].name,
			                        _ (commands[i].purpose));
	g_string_append_printf (text, "\n\n%s", _ ("Each command has a --help of its own."));
	return g_string_free (text, FALSE);
}

/* The options in front of the command. */
static bool
parse_global (int *argc, char ***argv, int *status)
{
	g_autoptr (GOptionContext) context = g_option_context_new (_ ("COMMAND [OPTION...]"));
	g_autofree char *description = describe_commands ();
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
	g_autofree char *message = NULL;
	int status;

	setlocale (LC_ALL, "");
	bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
	bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
	textdomain (GETTEXT_PACKAGE);
	g_set_prgname ("softhsm2-setup");

	if (!parse_global (&argc, &argv, &status))
		return status;
	if (argc < 2)
		return setup_usage_error (_ ("there is no command"));
	for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
		if (strcmp (argv[1], commands[i].name) == 0)
			return commands[i].run (argc - 1, argv + 1);
	message = g_strdup_printf (_ ("there is no command \"%s\""), argv[1]);
	return setup_usage_error (message);
}
