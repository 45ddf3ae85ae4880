/* What the tests with other people's programs have in common.  See clients.h. */

#include "clients.h"

#include <stdarg.h>

typedef struct {
	ClientTest test;
	gconstpointer row;
	const char *programs;
} Client;

static bool
is_sanitized (void)
{
	const char *sanitized = g_getenv ("CLIENTS_SANITIZED");

	return sanitized != NULL && *sanitized != '\0';
}

static char *
missing_program (const char *programs)
{
	g_auto (GStrv) names = g_strsplit (programs, " ", 0);

	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *path = g_find_program_in_path (names[i]);

		if (path == NULL)
			return g_strdup (names[i]);
	}
	return NULL;
}

static void
set_up_token (Place *place)
{
	g_autoptr (Result) result =
		run_with_fds (place, SO_PIN "\n" USER_PIN "\n", NULL, place->setup, "init", "--module",
	                      place->module, "--label", "client", "--so-pin-fd", "3", "--pin-fd", "3", NULL);

	assert_status (result, 0);
	place_setenv (place, "GNUTLS_PIN", USER_PIN);
	place_setenv (place, "PIN", USER_PIN);
	place_setenv (place, "TOKEN", TOKEN);
	place_setenv (place, "MODULE", place->module);
	place_setenv (place, "PROXY", g_getenv ("CLIENTS_PROXY"));
}

static void
client_run (gconstpointer data)
{
	const Client *client = data;
	g_autofree char *missing = missing_program (client->programs);
	Place place = { 0 };

	if (is_sanitized ()) {
		g_test_skip ("the module is built with sanitizers, of which these programs know nothing");
		return;
	}
	if (missing != NULL) {
		g_autofree char *why = g_strdup_printf ("%s is not installed", missing);

		g_test_skip (why);
		return;
	}
	place_setup (&place, NULL);
	set_up_token (&place);
	client->test (&place, client->row);
	place_teardown (&place, NULL);
}

static void
add (const char *path, ClientTest test, const char *programs, gconstpointer row)
{
	Client *client = g_new (Client, 1);

	*client = (Client){ test, row, programs };
	g_test_add_data_func_full (path, client, client_run, g_free);
}

void
client_add (const char *path, ClientTest test, const char *programs)
{
	add (path, test, programs, NULL);
}

void
client_add_row (const char *path, ClientTest test, const char *programs, const char *name, gconstpointer row)
{
	g_autofree char *whole = g_strconcat (path, "/", name, NULL);

	add (whole, test, programs, row);
}

char *
script_status (const Place *place, const char *text, int *status)
{
	g_autofree char *whole = g_strdup_printf ("exec 2>&1; cd \"$HOME\"; %s", text);
	g_autoptr (Result) result = run (place, "/bin/sh", "-euc", whole, NULL);

	*status = result->status;
	return g_strconcat (result->out, result->err, NULL);
}

char *
script (const Place *place, const char *text)
{
	int status;
	char *output = script_status (place, text, &status);

	if (status != 0)
		g_error ("exit status %d from\n%s\n--- it said ---\n%s", status, text, output);
	return output;
}

void
do_script (const Place *place, const char *text)
{
	g_free (script (place, text));
}

void
do_script_f (const Place *place, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start (args, format);
	text = g_strdup_vprintf (format, args);
	va_end (args);
	do_script (place, text);
}

static const char *
p11tool_options (const char *type)
{
	if (strcmp (type, "rsa") == 0)
		return "--generate-privkey=rsa --bits=2048";
	if (strcmp (type, "ecc") == 0)
		return "--generate-privkey=ecc --curve=secp256r1";
	return NULL;
}

void
make_key (const Place *place, const char *type)
{
	const char *options = p11tool_options (type);

	if (options != NULL)
		do_script_f (place, "p11tool --login %s --label=key --id=01 --outfile=key.pub \"$TOKEN\"",
		             options);
	else
		do_script_f (place,
		             "certtool --generate-privkey --key-type=%s --no-text --outfile=key.pem\n"
		             "certtool --pubkey-info --load-privkey=key.pem --outfile=key.pub\n"
		             "p11tool --login --write --load-privkey=key.pem --label=key --id=01 \"$TOKEN\"\n"
		             "p11tool --login --write --load-pubkey=key.pub --label=key --id=01 \"$TOKEN\"\n"
		             "rm key.pem",
		             type);
}

void
make_certificate (const Place *place)
{
	place_write (
		place, "certificate.cfg",
		"cn = \"localhost\"\ndns_name = \"localhost\"\nserial = 7\n"
		"expiration_days = 30\nca\nsigning_key\nencryption_key\ncert_signing_key\ntls_www_server\n");
	do_script (place, "certtool --generate-self-signed --load-privkey=\"$TOKEN;object=key;type=private\" "
	                  "--load-pubkey=\"$TOKEN;object=key;type=public\" --template=certificate.cfg "
	                  "--outfile=certificate.pem");
}
