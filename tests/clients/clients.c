/* What the tests with other people's programs have in common.  See clients.h. */

#include "clients.h"

#include <gio/gio.h>
#include <stdarg.h>

typedef struct {
	ClientTest test;
	gconstpointer row;
	const char *programs;
	bool isolated;
} Client;

/* Where distributions keep programs that are no everyday commands. */
static const char more_path[] = ":/usr/sbin:/usr/lib64/nss/unsupported-tools:/usr/lib/nss/unsupported-tools";

static bool
is_sanitized (void)
{
	const char *sanitized = g_getenv ("CLIENTS_SANITIZED");

	return sanitized != NULL && *sanitized != '\0';
}

static bool
has_proxy (void)
{
	const char *proxy = g_getenv ("CLIENTS_PROXY");

	return proxy != NULL && *proxy != '\0';
}

static bool
has_engine (void)
{
	g_autofree char *out = NULL;
	g_autofree char *err = NULL;
	int status = 1;

	return g_spawn_command_line_sync ("openssl engine pkcs11", &out, &err, &status, NULL) && status == 0;
}

static bool
is_here (const char *name)
{
	g_autofree char *path = NULL;

	if (strcmp (name, PROXY) == 0)
		return has_proxy ();
	if (strcmp (name, ENGINE) == 0)
		return has_engine ();
	path = g_find_program_in_path (name);
	return path != NULL;
}

static char *
missing_program (const char *programs)
{
	g_auto (GStrv) names = g_strsplit (programs, " ", 0);

	for (guint i = 0; names[i] != NULL; i++)
		if (!is_here (names[i]))
			return g_strdup (names[i]);
	return NULL;
}

static void
widen_path (void)
{
	const char *path = g_getenv ("PATH");
	g_autofree char *wide = g_strconcat (path, more_path, NULL);

	if (strstr (path, more_path) == NULL)
		g_setenv ("PATH", wide, TRUE);
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
isolate (Place *place)
{
	g_autoptr (Result) result =
		run (place, place->setup, "register", "--isolated", "--module", place->module, NULL);

	assert_status (result, 0);
}

static void
client_run (gconstpointer data)
{
	const Client *client = data;
	g_autofree char *missing = NULL;
	Place place = { 0 };

	if (is_sanitized ()) {
		g_test_skip ("the module is built with sanitizers, of which these programs know nothing");
		return;
	}
	widen_path ();
	missing = missing_program (client->programs);
	if (missing != NULL) {
		g_autofree char *why = g_strdup_printf ("%s is not installed", missing);

		g_test_skip (why);
		return;
	}
	place_setup (&place, NULL);
	set_up_token (&place);
	if (client->isolated)
		isolate (&place);
	client->test (&place, client->row);
	place_teardown (&place, NULL);
}

static void
add (const char *path, const char *name, const Client *client)
{
	g_autofree char *whole = name ? g_strconcat (path, "/", name, NULL) : g_strdup (path);

	g_test_add_data_func_full (whole, g_memdup2 (client, sizeof *client), client_run, g_free);
}

void
client_add (const char *path, ClientTest test, const char *programs)
{
	add (path, NULL, &(Client){ test, NULL, programs, false });
}

void
client_add_row (const char *path, ClientTest test, const char *programs, const char *name, gconstpointer row)
{
	add (path, name, &(Client){ test, row, programs, false });
}

void
client_add_twice (const char *path, ClientTest test, const char *programs, const char *name, gconstpointer row)
{
	g_autofree char *whole = name ? g_strconcat (path, "/", name, NULL) : g_strdup (path);

	add (whole, "direct", &(Client){ test, row, programs, false });
	add (whole, "isolated", &(Client){ test, row, programs, true });
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

static bool
is_isolated (const Place *place)
{
	g_autofree char *registration = place_read (place, ".config/pkcs11/modules/softhsm2.module");

	return registration != NULL && strstr (registration, "\nremote:") != NULL;
}

bool
is_dropped (const Place *place, const char *mechanism)
{
	g_autofree char *offered = NULL;

	if (!is_isolated (place))
		return false;
	offered = script (place, "p11tool --list-mechanisms \"$TOKEN\"");
	return !g_regex_match_simple (mechanism, offered, 0, 0);
}

/* Of the loopback, and free a moment ago. */
static guint
free_port (void)
{
	g_autoptr (GSocket) socket =
		g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
	g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
	g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
	g_autoptr (GSocketAddress) got = NULL;

	g_assert_nonnull (socket);
	g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
	got = g_socket_get_local_address (socket, NULL);
	return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
}

/* A copy that the user may read. */
static void
bring_loopback (Place *place)
{
	g_autofree char *content = NULL;
	g_autofree char *copy = g_build_filename (place->dir, "loopback.so", NULL);
	gsize len;

	g_assert_true (g_file_get_contents (g_getenv ("CLIENTS_LOOPBACK"), &content, &len, NULL));
	g_assert_true (g_file_set_contents_full (copy, content, (gssize)len, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
	place_setenv (place, "LOOPBACK", copy);
}

char *
visit (Place *place, const char *server, const char *client)
{
	g_autofree char *port = g_strdup_printf ("%u", free_port ());
	g_autofree char *text = NULL;

	bring_loopback (place);
	place_setenv (place, "PORT", port);
	text = g_strdup_printf ("LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}$LOOPBACK\" timeout 60 %s >server.log 2>&1 &\n"
	                        "server=$!\n"
	                        "trap 'kill $server 2>/dev/null || true' EXIT\n"
	                        "printf 'GET / HTTP/1.0\\r\\n\\r\\n' >said\n"
	                        "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do\n"
	                        "  status=0\n"
	                        "  timeout 40 %s <said >client.log 2>&1 || status=$?\n"
	                        "  grep -qi 'connection.refused' client.log || break\n"
	                        "  sleep 0.2\n"
	                        "done\n"
	                        "cat client.log server.log\n"
	                        "exit $status",
	                        server, client);
	return script (place, text);
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

/* Nothing hangs or breaks off. */
static void
assert_refused (const Place *place)
{
	int status;
	g_autofree char *output = script_status (
		place, "timeout 20 p11tool --login --test-sign \"$TOKEN;object=key;type=private\"", &status);

	g_test_message ("%s", output);
	g_assert_cmpint (status, !=, 0);
	g_assert_cmpint (status, <, 124);
}

bool
make_usable_key (const Place *place, const char *type)
{
	static const char *const droppable[][2] = { { "ed25519", "CKM_EDDSA" }, { "dsa", "CKM_DSA\\b" } };

	make_key (place, type);
	for (guint i = 0; i < G_N_ELEMENTS (droppable); i++)
		if (strcmp (droppable[i][0], type) == 0 && is_dropped (place, droppable[i][1])) {
			assert_refused (place);
			return false;
		}
	return true;
}

void
make_certificate (const Place *place)
{
	place_write (place, "certificate.cfg",
	             "cn = \"localhost\"\ndns_name = \"localhost\"\nserial = 7\n"
	             "expiration_days = 30\nca\nsigning_key\nencryption_key\ncert_signing_key\ntls_www_server\n"
	             "tls_www_client\n");
	do_script (place, "certtool --generate-self-signed --load-privkey=\"$TOKEN;object=key;type=private\" "
	                  "--load-pubkey=\"$TOKEN;object=key;type=public\" --template=certificate.cfg "
	                  "--outfile=certificate.pem");
}

void
keep_certificate (const Place *place)
{
	do_script (place, "p11tool --login --write --load-certificate=certificate.pem --label=key --id=01 \"$TOKEN\"");
}

void
make_nss_database (const Place *place, const char *dir)
{
	do_script_f (place,
	             "mkdir -p %s\n"
	             "printf '%%s\\n' \"$PIN\" >pin\n"
	             "certutil -N -d sql:%s --empty-password\n"
	             "modutil -force -dbdir sql:%s -add p11-kit -libfile \"$PROXY\"",
	             dir, dir, dir);
}
