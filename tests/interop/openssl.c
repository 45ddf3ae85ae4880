/* What the tests with OpenSSL's command line have in common.  See openssl.h. */

#include "openssl.h"

#include <stdarg.h>

typedef struct {
	OpenSslTest test;
	const void *row;
} Case;

static void
openssl_test_run (gconstpointer data)
{
	const Case *one = data;
	g_autofree char *program = g_find_program_in_path ("openssl");
	OpenSsl openssl = { .row = one->row };

	if (program == NULL) {
		g_test_skip ("openssl is not installed");
		return;
	}
	openssl.place = place_new (NULL);
	side_open_alone (&openssl.side);
	one->test (&openssl);
	side_stop (&openssl.side);
	place_free (openssl.place);
}

void
openssl_test_add (const char *path, OpenSslTest test, const char *name, const void *row)
{
	g_autofree char *whole = g_strconcat (path, "/", name, NULL);
	Case *one = g_new (Case, 1);

	*one = (Case){ test, row };
	g_test_add_data_func_full (whole, one, openssl_test_run, g_free);
}

void
openssl_run (const OpenSsl *openssl, const char *format, ...)
{
	g_autofree char *command = NULL;
	g_autofree char *whole = NULL;
	g_autofree char *said = NULL;
	g_autofree char *complained = NULL;
	g_auto (GStrv) argv = NULL;
	g_autoptr (GError) error = NULL;
	va_list args;
	int status;

	va_start (args, format);
	command = g_strdup_vprintf (format, args);
	va_end (args);
	whole = g_strconcat ("openssl ", command, NULL);
	g_test_message ("%s", whole);
	g_assert_true (g_shell_parse_argv (whole, NULL, &argv, NULL));
	g_spawn_sync (openssl->place->dir, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said, &complained,
	              &status, &error);
	g_assert_no_error (error);
	if (!g_spawn_check_wait_status (status, NULL))
		g_error ("%s\n--- it said ---\n%s%s", whole, said, complained);
}

void
openssl_give (const OpenSsl *openssl, const char *name, GBytes *content)
{
	g_autofree char *path = g_build_filename (openssl->place->dir, name, NULL);
	gsize len;
	const char *data = g_bytes_get_data (content, &len);

	g_assert_true (g_file_set_contents (path, data ? data : "", (gssize)len, NULL));
}

GBytes *
openssl_take (const OpenSsl *openssl, const char *name)
{
	g_autofree char *path = g_build_filename (openssl->place->dir, name, NULL);
	char *data;
	gsize len;

	if (!g_file_get_contents (path, &data, &len, NULL))
		g_error ("openssl has not written %s", name);
	return g_bytes_new_take (data, len);
}

char *
to_hex (const void *data, gsize len)
{
	const guint8 *octets = data;
	GString *hex = g_string_new (NULL);

	for (gsize i = 0; i < len; i++)
		g_string_append_printf (hex, "%02x", octets[i]);
	return g_string_free (hex, FALSE);
}

char *
bytes_hex (GBytes *bytes)
{
	return to_hex (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

CK_OBJECT_HANDLE
shared_key (const OpenSsl *openssl, CK_KEY_TYPE type, gsize len, char **hex)
{
	g_autoptr (GBytes) value = message (len);

	*hex = bytes_hex (value);
	return CREATE (&openssl->side, A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, type),
	               A_BOOL (CKA_SENSITIVE, CK_FALSE), A_BOOL (CKA_EXTRACTABLE, CK_TRUE),
	               A_BOOL (CKA_DERIVE, CK_TRUE), BYTES_ATTRIBUTE (CKA_VALUE, value));
}

/* --- key wrapping --- */

static GBytes *
wrap_either_way (const OpenSsl *openssl, const char *way, const char *key, gboolean pad, GBytes *in)
{
	openssl_give (openssl, "in", in);
	openssl_run (openssl, "enc %s -id-aes%zu-wrap%s -K %s -iv %s -in in -out out", way, strlen (key) * 4,
	             pad ? "-pad" : "", key, pad ? "A65959A6" : "A6A6A6A6A6A6A6A6");
	return openssl_take (openssl, "out");
}

GBytes *
openssl_wrap (const OpenSsl *openssl, const char *key, gboolean pad, GBytes *plain)
{
	return wrap_either_way (openssl, "-e", key, pad, plain);
}

GBytes *
openssl_unwrap (const OpenSsl *openssl, const char *key, gboolean pad, GBytes *wrapped)
{
	return wrap_either_way (openssl, "-d", key, pad, wrapped);
}
