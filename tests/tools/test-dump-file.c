/* softhsm2-dump-file: object files written here number by number, and those of a token, beside SoftHSM's output. */

#include "tooltest.h"
#include "view.h"

#include "build-config.h"
#include "bytes.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#define DUMP(place, ...) run (place, command ("SOFTHSM2_DUMP_FILE"), __VA_ARGS__, NULL)

/* --- files made by hand --- */

static void
put (GByteArray *file, uint64_t number)
{
	uint8_t octets[8];

	be64_put (octets, number);
	g_byte_array_append (file, octets, sizeof octets);
}

static void
put_bool (GByteArray *file, uint64_t type, uint8_t value)
{
	put (file, type);
	put (file, 1);
	g_byte_array_append (file, &value, 1);
}

static void
put_ulong (GByteArray *file, uint64_t type, uint64_t value)
{
	put (file, type);
	put (file, 2);
	put (file, value);
}

static void
put_bytes (GByteArray *file, uint64_t type, const char *value)
{
	put (file, type);
	put (file, 3);
	put (file, strlen (value));
	g_byte_array_append (file, (const guint8 *)value, (guint)strlen (value));
}

static void
put_mechanisms (GByteArray *file, uint64_t type)
{
	put (file, type);
	put (file, 5);
	put (file, 2);
	put (file, CKM_SHA256_RSA_PKCS);
	put (file, 0x7fff);
}

static char *
write_file (const Place *place, const guint8 *data, gsize n)
{
	char *path = place_path (place, "x.object");

	g_assert_true (g_file_set_contents (path, (const char *)data, (gssize)n, NULL));
	return path;
}

/* One of everything. */
static GByteArray *
everything (void)
{
	GByteArray *file = g_byte_array_new ();
	g_autoptr (GByteArray) map = g_byte_array_new ();

	put (file, 3);
	put_ulong (file, CKA_CLASS, CKO_SECRET_KEY);
	put_bool (file, CKA_TOKEN, 0xff);
	put_bool (file, CKA_PRIVATE, 0);
	put_bool (file, CKA_MODIFIABLE, 7);
	put_bytes (file, CKA_LABEL, "nine char");
	put_bytes (file, CKA_ID, "");
	put_ulong (file, CKA_KEY_TYPE, CKK_AES);
	put_ulong (file, CKA_KEY_GEN_MECHANISM, UINT64_MAX);
	put_ulong (file, CKA_VALUE_LEN, 16);
	put_ulong (file, 0x80001234, 1);
	put_ulong (file, 0x3456, 1);
	put_ulong (file, UINT64_C (0x100000000), 1);
	put_mechanisms (file, CKA_ALLOWED_MECHANISMS);
	put_bool (map, CKA_TOKEN, 0xff);
	put_ulong (map, CKA_KEY_TYPE, CKK_RSA);
	put_bytes (map, CKA_LABEL, "in a map");
	put_mechanisms (map, CKA_ALLOWED_MECHANISMS);
	put (file, CKA_WRAP_TEMPLATE);
	put (file, 4);
	put (file, map->len);
	g_byte_array_append (file, map->data, map->len);
	return file;
}

static const char everything_dumped[] = "00 00 00 00 00 00 00 03 generation 3\n"
					"00 00 00 00 00 00 00 00 CKA_CLASS\n"
					"00 00 00 00 00 00 00 02 unsigned long attribute\n"
					"00 00 00 00 00 00 00 04 CKO_SECRET_KEY\n"
					"00 00 00 00 00 00 00 01 CKA_TOKEN\n"
					"00 00 00 00 00 00 00 01 boolean attribute\n"
					"ff                      TRUE\n"
					"00 00 00 00 00 00 00 02 CKA_PRIVATE\n"
					"00 00 00 00 00 00 00 01 boolean attribute\n"
					"00                      FALSE\n"
					"00 00 00 00 00 00 01 70 CKA_MODIFIABLE\n"
					"00 00 00 00 00 00 00 01 boolean attribute\n"
					"07                      (invalid) TRUE\n"
					"00 00 00 00 00 00 00 03 CKA_LABEL\n"
					"00 00 00 00 00 00 00 03 byte string attribute\n"
					"00 00 00 00 00 00 00 09 (length 9)\n"
					"6e 69 6e 65 20 63 68 61 <nine.cha>\n"
					"72                      <r       >\n"
					"00 00 00 00 00 00 01 02 CKA_ID\n"
					"00 00 00 00 00 00 00 03 byte string attribute\n"
					"00 00 00 00 00 00 00 00 (length 0)\n"
					"00 00 00 00 00 00 01 00 CKA_KEY_TYPE\n"
					"00 00 00 00 00 00 00 02 unsigned long attribute\n"
					"00 00 00 00 00 00 00 1f CKK_AES\n"
					"00 00 00 00 00 00 01 66 CKA_KEY_GEN_MECHANISM\n"
					"00 00 00 00 00 00 00 02 unsigned long attribute\n"
					"ff ff ff ff ff ff ff ff CK_UNAVAILABLE_INFORMATION\n"
					"00 00 00 00 00 00 01 61 CKA_VALUE_LEN\n"
					"00 00 00 00 00 00 00 02 unsigned long attribute\n"
					"00 00 00 00 00 00 00 10 CK_ULONG 16(0x10)\n"
					"00 00 00 00 80 00 12 34 CKA_VENDOR_DEFINED | 0x1234\n"
					"00 00 00 00 00 00 00 02 unsigned long attribute\n"
					"00 00 00 00 00 00 00 01 CK_ULONG 1(0x1)\n"
					"00 00 00 00 00 00 34 56 unknown 0x3456\n"
					"00 00 00 00 00 00 00 02 unsigned long attribute\n"
					"00 00 00 00 00 00 00 01 CK_ULONG 1(0x1)\n"
					"00 00 00 01 00 00 00 00 overflow attribute type\n"
					"00 00 00 00 00 00 00 02 unsigned long attribute\n"
					"00 00 00 00 00 00 00 01 CK_ULONG 1(0x1)\n"
					"00 00 00 00 40 00 06 00 CKA_ALLOWED_MECHANISMS\n"
					"00 00 00 00 00 00 00 05 mechanism set attribute\n"
					"00 00 00 00 00 00 00 02 (length 2)\n"
					"00 00 00 00 00 00 00 40 CKM_SHA256_RSA_PKCS\n"
					"00 00 00 00 00 00 7f ff unknown 0x7fff\n"
					"00 00 00 00 40 00 02 11 CKA_WRAP_TEMPLATE\n"
					"00 00 00 00 00 00 00 04 attribute map attribute\n"
					"00 00 00 00 00 00 00 71 (length 113)\n"
					"00 00 00 00 00 00 00 01  CKA_TOKEN\n"
					"00 00 00 00 00 00 00 01  boolean attribute\n"
					"ff                       TRUE\n"
					"00 00 00 00 00 00 01 00  CKA_KEY_TYPE\n"
					"00 00 00 00 00 00 00 02  unsigned long attribute\n"
					"00 00 00 00 00 00 00 00  CKK_RSA\n"
					"00 00 00 00 00 00 00 03  CKA_LABEL\n"
					"00 00 00 00 00 00 00 03  byte string attribute\n"
					"00 00 00 00 00 00 00 08  (length 8)\n"
					"69 6e 20 61 20 6d 61 70  <in.a.map>\n"
					"00 00 00 00 40 00 06 00  CKA_ALLOWED_MECHANISMS\n"
					"00 00 00 00 00 00 00 05  mechanism set attribute\n"
					"00 00 00 00 00 00 00 02  (length 2)\n"
					"00 00 00 00 00 00 00 40  CKM_SHA256_RSA_PKCS\n"
					"00 00 00 00 00 00 7f ff  unknown 0x7fff\n";

static char *
dump_of (const char *path, const char *content)
{
	return g_strdup_printf ("Dump of object file \"%s\"\n%s", path, content);
}

static void
every_kind_of_attribute_is_dumped (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = everything ();
	g_autofree char *path = write_file (place, file->data, file->len);
	g_autofree char *expected = dump_of (path, everything_dumped);
	g_autoptr (Result) result = DUMP (place, path);

	assert_status (result, 0);
	g_assert_cmpstr (result->out, ==, expected);
	g_assert_cmpstr (result->err, ==, "");
}

/* SoftHSM's status is 1 where all went well. */
static void
softhsm_dumps_the_same (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = everything ();
	g_autofree char *path = write_file (place, file->data, file->len);
	g_autofree char *expected = dump_of (path, everything_dumped);
	g_autofree char *dump = softhsm_command (place, "softhsm2-dump-file");
	g_autoptr (Result) result = NULL;

	if (dump == NULL)
		return;
	result = run (place, dump, path, NULL);
	assert_status (result, 1);
	g_assert_cmpstr (result->out, ==, expected);
}

static void
our_own_attributes_have_names (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = g_byte_array_new ();
	g_autofree char *path = NULL;
	g_autoptr (Result) result = NULL;

	put (file, 1);
	put_ulong (file, 0x8000534e, 5);
	put_bytes (file, 0x8000534f, "tag");
	put_bool (file, 0x80005448, 0);
	path = write_file (place, file->data, file->len);
	result = DUMP (place, path);
	assert_status (result, 0);
	assert_out (result, "80 00 53 4e CKA_OS_EPOCH\n");
	assert_out (result, "80 00 53 4f CKA_OS_TAG\n");
	assert_out (result, "80 00 54 48 CKA_SOFTHSM_KEYS_ONLY\n");
}

/* --- damage --- */

static void
an_empty_file_is_said_to_be_empty (Place *place, gconstpointer data)
{
	g_autofree char *path = write_file (place, (const guint8 *)"", 0);
	g_autofree char *expected = dump_of (path, "empty file\n");
	g_autoptr (Result) result = DUMP (place, path);

	assert_status (result, 1);
	g_assert_cmpstr (result->out, ==, expected);
}

/* It ends between two attributes with status 0, anywhere else with 1. */
static void
a_file_cut_short_is_dumped_as_far_as_it_goes (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = everything ();
	unsigned n_right = 0;

	for (guint n = 1; n < file->len; n += n < 60 ? 1 : 7) {
		g_autofree char *path = write_file (place, file->data, n);
		g_autoptr (Result) result = DUMP (place, path);

		g_assert_cmpint (result->status, <=, 1);
		g_assert_true (g_str_has_suffix (result->out, "\n"));
		g_assert_cmpint (result->status, ==, *result->err != '\0');
		n_right += result->status == 0;
	}
	g_assert_cmpuint (n_right, >=, 2);
}

static void
an_unknown_kind_ends_the_dump (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = g_byte_array_new ();
	g_autofree char *path = NULL;
	g_autofree char *expected = NULL;
	g_autoptr (Result) result = NULL;

	put (file, 1);
	put (file, CKA_LABEL);
	put (file, 9);
	put (file, 0x0102030405060708);
	put (file, 1);
	path = write_file (place, file->data, file->len);
	expected = dump_of (path, "00 00 00 00 00 00 00 01 generation 1\n"
	                          "00 00 00 00 00 00 00 03 CKA_LABEL\n"
	                          "00 00 00 00 00 00 00 09 unknown attribute format\n"
	                          "01 02 03 04 05 06 07 08...\n");
	result = DUMP (place, path);
	assert_status (result, 1);
	g_assert_cmpstr (result->out, ==, expected);
}

static void
an_absurd_length_ends_the_dump (Place *place, gconstpointer data)
{
	static const uint64_t kinds[] = { 3, 4, 5 };

	for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GByteArray) file = g_byte_array_new ();
		g_autofree char *path = NULL;
		g_autoptr (Result) result = NULL;

		put (file, 1);
		put (file, CKA_LABEL);
		put (file, kinds[i]);
		put (file, UINT64_MAX);
		path = write_file (place, file->data, file->len);
		result = DUMP (place, path);
		assert_status (result, 1);
		assert_out (result, "ff ff ff ff ff ff ff ff overflow length...\n");
	}
}

static void
a_map_in_a_map_ends_the_dump (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = g_byte_array_new ();
	g_autofree char *path = NULL;
	g_autoptr (Result) result = NULL;

	put (file, 1);
	put (file, CKA_WRAP_TEMPLATE);
	put (file, 4);
	put (file, 24);
	put (file, CKA_WRAP_TEMPLATE);
	put (file, 4);
	put (file, 0);
	path = write_file (place, file->data, file->len);
	result = DUMP (place, path);
	assert_status (result, 1);
}

/* --- files of a token --- */

static void
import_key (Place *place)
{
	g_autofree char *path = place_path (place, "key.bin");
	g_autoptr (Result) result = NULL;

	place_write (place, "key.bin", "0123456789abcdef");
	result = UTIL (place, "--import", path, "--token", "t", "--label", "a label", "--id", "A1", "--pin", USER_PIN,
	               "--aes");
	assert_status (result, 0);
}

static void
make_public_object (Place *place)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_TOKEN, &yes, sizeof yes },
		{ CKA_PRIVATE, &no, sizeof no },
		{ CKA_VALUE, (void *)(guintptr) "public value", 12 },
	};
	CK_OBJECT_HANDLE object;
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot;
	auto_view View view = { 0 };
	CK_SESSION_INFO info;

	view_open (&view, place);
	g_assert_cmpuint (view.module.api->C_GetSessionInfo (view.session, &info), ==, CKR_OK);
	slot = info.slotID;
	g_assert_cmpuint (
		view.module.api->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session), ==,
		CKR_OK);
	g_assert_cmpuint (view.module.api->C_CreateObject (session, template, G_N_ELEMENTS (template), &object), ==,
	                  CKR_OK);
}

/* The files of the one token, with the suffix .object. */
static GPtrArray *
object_files (const Place *place)
{
	g_autoptr (GDir) dirs = g_dir_open (place->tokendir, 0, NULL);
	const char *token = g_dir_read_name (dirs), *name;
	g_autofree char *path = g_build_filename (place->tokendir, token, NULL);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	GPtrArray *files = g_ptr_array_new_with_free_func (g_free);

	while ((name = g_dir_read_name (dir)) != NULL)
		if (g_str_has_suffix (name, ".object"))
			g_ptr_array_add (files, g_build_filename (path, name, NULL));
	return files;
}

/* The object whose dump has this line. */
static char *
find_file (const Place *place, const char *line)
{
	g_autoptr (GPtrArray) files = object_files (place);

	for (guint i = 0; i < files->len; i++) {
		g_autoptr (Result) result = DUMP (place, files->pdata[i]);

		assert_status (result, 0);
		if (strstr (result->out, line) != NULL)
			return g_strdup (files->pdata[i]);
	}
	g_error ("no object has %s", line);
}

/* Up to the names that SoftHSM does not know. */
static void
the_files_of_a_token_are_dumped_as_softhsm_does (Place *place, gconstpointer data)
{
	g_autofree char *dump = softhsm_command (place, "softhsm2-dump-file");
	g_autoptr (GPtrArray) files = NULL;

	if (dump == NULL)
		return;
	make_token (place, "t");
	import_key (place);
	make_public_object (place);
	files = object_files (place);
	g_assert_cmpuint (files->len, ==, 3);
	for (guint i = 0; i < files->len; i++) {
		g_autoptr (Result) ours = DUMP (place, files->pdata[i]);
		g_autoptr (Result) theirs = run (place, dump, files->pdata[i], NULL);
		g_auto (GStrv) our_lines = g_strsplit (ours->out, "\n", -1);
		g_auto (GStrv) their_lines = g_strsplit (theirs->out, "\n", -1);

		g_assert_cmpuint (g_strv_length (our_lines), ==, g_strv_length (their_lines));
		for (guint j = 0; our_lines[j] != NULL; j++)
			if (strstr (their_lines[j], "unknown") == NULL &&
			    strstr (their_lines[j], "VENDOR_DEFINED") == NULL)
				g_assert_cmpstr (our_lines[j], ==, their_lines[j]);
	}
}

#define KEY_ROWS                                                                                                       \
	"30 31 32 33 34 35 36 37 <01234567>\n"                                                                         \
	"38 39 61 62 63 64 65 66 <89abcdef>\n"

static void
private_values_are_shown_with_the_pin_only (Place *place, gconstpointer data)
{
	g_autofree char *path = NULL;
	g_autofree char *pin = place_path (place, "pin");
	g_autoptr (Result) closed = NULL, opened = NULL, by_file = NULL;

	make_token (place, "t");
	import_key (place);
	path = find_file (place, "CKO_SECRET_KEY");
	closed = DUMP (place, path);
	assert_status (closed, 0);
	g_assert_null (strstr (closed->out, "01234567"));
	opened = DUMP (place, "--decrypt", "--pin", USER_PIN, path);
	assert_status (opened, 0);
	assert_out (opened, "00 00 00 00 00 00 00 11 CKA_VALUE\n"
	                    "00 00 00 00 00 00 00 03 byte string attribute\n"
	                    "00 00 00 00 00 00 00 30 (length 48) decrypted (length 16)\n" KEY_ROWS);
	assert_out (opened, "61 20 6c 61 62 65 6c    <a.label >\n");
	place_write (place, "pin", USER_PIN "\n");
	by_file = DUMP (place, "--decrypt", "--pin-file", pin, path);
	assert_status (by_file, 0);
	g_assert_cmpstr (by_file->out, ==, opened->out);
}

static void
the_pin_is_asked_for (Place *place, gconstpointer data)
{
	static const Exchange exchanges[] = { { "Please enter user PIN: ", USER_PIN "\n" }, { 0 } };
	g_autofree char *path = NULL;
	g_autoptr (Result) result = NULL, without_terminal = NULL;
	bool echoes;

	make_token (place, "t");
	import_key (place);
	path = find_file (place, "CKO_SECRET_KEY");
	result = converse (place, exchanges, &echoes, command ("SOFTHSM2_DUMP_FILE"), "--decrypt", path, NULL);
	assert_status (result, 0);
	assert_out (result, "<01234567>");
	g_assert_true (echoes);
	without_terminal = DUMP (place, "--decrypt", path);
	assert_status (without_terminal, 1);
	g_assert_cmpstr (without_terminal->err, ==, "ERROR: Could not get user PIN\n");
	g_assert_cmpstr (without_terminal->out, ==, "Please enter user PIN: ");
}

static void
a_wrong_pin_shows_nothing (Place *place, gconstpointer data)
{
	static const char *const pins[] = { "wrong", SO_PIN, "1", "" };
	g_autofree char *path = NULL;

	make_token (place, "t");
	import_key (place);
	path = find_file (place, "CKO_SECRET_KEY");
	for (size_t i = 0; i < G_N_ELEMENTS (pins); i++) {
		g_autoptr (Result) result = DUMP (place, "--decrypt", "--pin", pins[i], path);

		assert_status (result, 1);
		g_assert_cmpstr (result->out, ==, "");
		g_assert_cmpstr (result->err, ==, "ERROR: The given user PIN does not match the one in the token.\n");
	}
}

static void
public_objects_are_shown_with_a_pin_too (Place *place, gconstpointer data)
{
	g_autofree char *path = NULL;
	g_autoptr (Result) without = NULL, with = NULL;

	make_token (place, "t");
	make_public_object (place);
	path = find_file (place, "<public.v>");
	without = DUMP (place, path);
	with = DUMP (place, "--decrypt", "--pin", USER_PIN, path);
	assert_status (with, 0);
	g_assert_cmpstr (with->out, ==, without->out);
}

static void
a_value_that_does_not_open_is_reported (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = g_byte_array_new ();
	g_autofree char *token = NULL;
	g_autofree char *dir = NULL;
	g_autofree char *path = NULL;
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	token = find_file (place, "CKA_OS_USERPIN");
	dir = g_path_get_dirname (token);
	path = g_build_filename (dir, "x.object", NULL);
	put (file, 1);
	put_bool (file, CKA_PRIVATE, 0xff);
	put_bytes (file, CKA_LABEL, "not sealed at all");
	put_bytes (file, CKA_START_DATE, "20250101");
	put_bytes (file, CKA_ID, "");
	g_assert_true (g_file_set_contents (path, (const char *)file->data, (gssize)file->len, NULL));
	result = DUMP (place, "--decrypt", "--pin", USER_PIN, path);
	assert_status (result, 1);
	assert_out (result, "(length 17) not decrypted\n6e 6f 74");
	assert_out (result, "(length 8)\n32 30 32 35");
	assert_out (result, "(length 0)\n");
}

static void
an_object_apart_from_its_token_stays_closed (Place *place, gconstpointer data)
{
	g_autoptr (GByteArray) file = everything ();
	g_autofree char *path = write_file (place, file->data, file->len);
	g_autoptr (Result) result = DUMP (place, "--decrypt", "--pin", USER_PIN, path);

	assert_status (result, 1);
	assert_err (result, "token.object");
}

/* --- the command line --- */

static void
help_and_version_have_status_0 (Place *place, gconstpointer data)
{
	g_autoptr (Result) help = DUMP (place, "--help");
	g_autoptr (Result) version = DUMP (place, "--version");

	assert_status (help, 0);
	assert_out (help, "Usage: softhsm2-dump-file [OPTIONS] path\n");
	assert_status (version, 0);
	g_assert_cmpstr (version->out, ==, PACKAGE_VERSION "\n");
}

static void
a_wrong_command_line_has_status_1 (Place *place, gconstpointer data)
{
	g_autoptr (Result) none = run (place, command ("SOFTHSM2_DUMP_FILE"), NULL);
	g_autoptr (Result) two = DUMP (place, "a", "b");
	g_autoptr (Result) bogus = DUMP (place, "--bogus", "a");

	assert_status (none, 1);
	assert_err (none, "Usage: softhsm2-dump-file");
	g_assert_cmpstr (none->out, ==, "");
	assert_status (two, 1);
	assert_err (two, "Usage: softhsm2-dump-file");
	assert_status (bogus, 1);
	assert_err (bogus, "Usage: softhsm2-dump-file");
}

static void
a_file_that_is_not_there_is_named (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = DUMP (place, "/nonexistent.object");

	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "can't open object file /nonexistent.object\n");
	g_assert_cmpstr (result->out, ==, "");
}

static void
the_man_page_names_every_option (Place *place, gconstpointer data)
{
	assert_man_page_is_complete (place, command ("SOFTHSM2_DUMP_FILE"));
}

#define ADD(function) g_test_add ("/dump-file/" #function, Place, NULL, setup_as_ourselves, function, place_teardown)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	ADD (the_man_page_names_every_option);
	ADD (every_kind_of_attribute_is_dumped);
	ADD (softhsm_dumps_the_same);
	ADD (our_own_attributes_have_names);
	ADD (an_empty_file_is_said_to_be_empty);
	ADD (a_file_cut_short_is_dumped_as_far_as_it_goes);
	ADD (an_unknown_kind_ends_the_dump);
	ADD (an_absurd_length_ends_the_dump);
	ADD (a_map_in_a_map_ends_the_dump);
	ADD (the_files_of_a_token_are_dumped_as_softhsm_does);
	ADD (private_values_are_shown_with_the_pin_only);
	ADD (the_pin_is_asked_for);
	ADD (a_wrong_pin_shows_nothing);
	ADD (public_objects_are_shown_with_a_pin_too);
	ADD (a_value_that_does_not_open_is_reported);
	ADD (an_object_apart_from_its_token_stays_closed);
	ADD (help_and_version_have_status_0);
	ADD (a_wrong_command_line_has_status_1);
	ADD (a_file_that_is_not_there_is_named);

	return g_test_run ();
}
