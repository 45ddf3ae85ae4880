/* softhsm2-migrate: databases as SoftHSM v1 laid them out, made here with keys made for the test. */

#include "tooltest.h"
#include "view.h"

#include "build-config.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define MIGRATE(place, ...) run (place, command ("SOFTHSM2_MIGRATE"), "--module", (place)->module, __VA_ARGS__, NULL)

#define INTO_T(place, ...) MIGRATE (place, "--token", "t", "--pin", USER_PIN, "--db", __VA_ARGS__)

/* --- databases --- */

static const char schema[] = "PRAGMA user_version = 100;"
			     "CREATE TABLE Token (variableID INTEGER PRIMARY KEY, value TEXT DEFAULT NULL);"
			     "CREATE TABLE Objects (objectID INTEGER PRIMARY KEY);"
			     "CREATE TABLE Attributes (attributeID INTEGER PRIMARY KEY, objectID INTEGER DEFAULT NULL,"
			     " type INTEGER DEFAULT NULL, value BLOB DEFAULT NULL, length INTEGER DEFAULT 0);";

typedef struct {
	char *path;
	sqlite3 *sqlite;
	unsigned n_ulong; /* bytes of a CK_ULONG on the machine that it comes from */
} Old;

static void
old_close (Old *old)
{
	sqlite3_close (old->sqlite);
	g_free (old->path);
}

#define auto_old __attribute__ ((cleanup (old_close)))

static void
old_do (Old *old, const char *sql)
{
	g_assert_cmpint (sqlite3_exec (old->sqlite, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static void
old_open (Old *old, const Place *place, unsigned n_ulong)
{
	old->path = place_path (place, "old.db");
	old->n_ulong = n_ulong;
	g_assert_cmpint (sqlite3_open (old->path, &old->sqlite), ==, SQLITE_OK);
	old_do (old, schema);
}

static void
put (Old *old, int object, CK_ATTRIBUTE_TYPE type, const void *value, size_t n)
{
	static const char sql[] = "INSERT INTO Attributes (objectID, type, value, length) VALUES (?, ?, ?, ?);";
	sqlite3_stmt *statement;

	g_assert_cmpint (sqlite3_prepare_v2 (old->sqlite, sql, -1, &statement, NULL), ==, SQLITE_OK);
	sqlite3_bind_int (statement, 1, object);
	sqlite3_bind_int64 (statement, 2, (gint64)type);
	sqlite3_bind_blob (statement, 3, value, (int)n, SQLITE_TRANSIENT);
	sqlite3_bind_int (statement, 4, (int)n);
	g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
	sqlite3_finalize (statement);
}

static void
put_ulong (Old *old, int object, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	guint32 half = (guint32)value;
	guint64 whole = value;

	put (old, object, type, old->n_ulong == 4 ? (void *)&half : (void *)&whole, old->n_ulong);
}

static void
put_flags (Old *old, int object, const CK_ATTRIBUTE_TYPE *types, size_t n, CK_BBOOL value)
{
	for (size_t i = 0; i < n; i++)
		put (old, object, types[i], &value, sizeof value);
}

#define PUT_FLAGS(old, object, value, ...)                                                                             \
	put_flags (old, object, (const CK_ATTRIBUTE_TYPE[]){ __VA_ARGS__ },                                            \
	           sizeof ((const CK_ATTRIBUTE_TYPE[]){ __VA_ARGS__ }) / sizeof (CK_ATTRIBUTE_TYPE), value)

static void
put_object (Old *old, int object, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type)
{
	g_autofree char *sql = g_strdup_printf ("INSERT INTO Objects VALUES (%d);", object);

	old_do (old, sql);
	put_ulong (old, object, CKA_CLASS, class);
	put_ulong (old, object, CKA_KEY_TYPE, key_type);
	put (old, object, CKA_LABEL, "old key", 7);
	put (old, object, CKA_ID, "\xa1", 1);
	put (old, object, CKA_START_DATE, "", 0);
	put (old, object, CKA_END_DATE, "", 0);
	put (old, object, CKA_SUBJECT, "", 0);
	PUT_FLAGS (old, object, CK_TRUE, CKA_TOKEN, CKA_MODIFIABLE);
	PUT_FLAGS (old, object, CK_FALSE, CKA_DERIVE);
}

/* Objects 1 (public) and 2 (private); v1 kept neither exponents nor the coefficient of the CRT. */
static void
put_key_pair (Old *old)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
		                                   CKA_PRIME_2 };
	gnutls_datum_t n[8] = { 0 };
	gnutls_x509_privkey_t key;

	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0), ==, 0);
	g_assert_cmpint (
		gnutls_x509_privkey_export_rsa_raw2 (key, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7]), ==,
		0);
	gnutls_x509_privkey_deinit (key);
	put_object (old, 1, CKO_PUBLIC_KEY, CKK_RSA);
	PUT_FLAGS (old, 1, CK_TRUE, CKA_ENCRYPT, CKA_VERIFY);
	PUT_FLAGS (old, 1, CK_FALSE, CKA_PRIVATE, CKA_VERIFY_RECOVER, CKA_WRAP);
	put_object (old, 2, CKO_PRIVATE_KEY, CKK_RSA);
	PUT_FLAGS (old, 2, CK_TRUE, CKA_PRIVATE, CKA_SENSITIVE, CKA_DECRYPT, CKA_SIGN);
	PUT_FLAGS (old, 2, CK_FALSE, CKA_SIGN_RECOVER, CKA_UNWRAP, CKA_EXTRACTABLE, CKA_WRAP_WITH_TRUSTED);
	for (size_t i = 0; i < G_N_ELEMENTS (n); i++) {
		unsigned skip = n[i].data[0] == 0;

		if (i < G_N_ELEMENTS (types))
			put (old, 2, types[i], n[i].data + skip, n[i].size - skip);
		if (i < 2)
			put (old, 1, types[i], n[i].data + skip, n[i].size - skip);
		gnutls_free (n[i].data);
	}
}

/* --- what it takes over --- */

static void
migrates (Place *place, unsigned n_ulong)
{
	g_autoptr (Result) result = NULL;
	CK_OBJECT_HANDLE private_key, public_key;
	g_autofree char *label = NULL;
	auto_view View view = { 0 };
	auto_old Old old = { 0 };

	old_open (&old, place, n_ulong);
	put_key_pair (&old);
	make_token (place, "t");
	result = INTO_T (place, old.path);
	assert_status (result, 0);
	assert_out (result, " with matching token label.\n"
	                    "Object 1 has been migrated\n"
	                    "Object 2 has been migrated\n"
	                    "The database has been migrated to the new HSM\n");
	g_assert_cmpstr (result->err, ==, "");

	view_open (&view, place);
	public_key = find_one (&view, CKO_PUBLIC_KEY);
	private_key = find_one (&view, CKO_PRIVATE_KEY);
	label = get_hex (&view, private_key, CKA_LABEL);
	g_assert_cmpstr (label, ==, "6f6c64206b6579");
	g_assert_true (get_bool (&view, private_key, CKA_SENSITIVE));
	g_assert_false (get_bool (&view, private_key, CKA_EXTRACTABLE));
	g_assert_true (get_bool (&view, private_key, CKA_DECRYPT));
	g_assert_false (get_bool (&view, private_key, CKA_UNWRAP));
	g_assert_false (get_bool (&view, public_key, CKA_PRIVATE));
	assert_signs_and_verifies (&view, CKM_SHA256_RSA_PKCS, private_key, public_key);
}

static void
migrates_a_key_pair (Place *place, gconstpointer data)
{
	migrates (place, 8);
}

/* With which SoftHSM's own stumbles over CKA_KEY_TYPE. */
static void
migrates_from_a_machine_of_32_bits (Place *place, gconstpointer data)
{
	migrates (place, 4);
}

static void
public_keys_can_be_left (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	auto_view View view = { 0 };
	auto_old Old old = { 0 };

	old_open (&old, place, 8);
	put_key_pair (&old);
	make_token (place, "t");
	result = INTO_T (place, old.path, "--no-public-key");
	assert_status (result, 0);
	g_assert_null (strstr (result->out, "Object 1"));
	view_open (&view, place);
	g_assert_cmpuint (find_objects (&view, CKO_PUBLIC_KEY, NULL), ==, 0);
	g_assert_cmpuint (find_objects (&view, CKO_PRIVATE_KEY, NULL), ==, 1);
}

/* A key pair, and what is skipped with a sentence. */
static void
put_oddities (Old *old)
{
	put_key_pair (old);
	put_object (old, 3, CKO_PRIVATE_KEY, CKK_DSA);
	put_object (old, 4, CKO_PUBLIC_KEY, CKK_DSA);
	put_object (old, 5, CKO_CERTIFICATE, 0);
	put_object (old, 6, CKO_PRIVATE_KEY, CKK_RSA);
	old_do (old, "INSERT INTO Objects VALUES (7);");
}

static const char oddities[] = "ERROR: Cannot export object 3. Only supporting RSA keys. Continuing.\n"
			       "ERROR: Cannot export object 4. Only supporting RSA keys. Continuing.\n"
			       "ERROR: Not supporting class 1 in object 5. Continuing.\n"
			       "ERROR: Do not have attribute 2. Skipping object 6\n"
			       "ERROR: Could not get the class of object 7. Continuing.\n"
			       "ERROR: Unable to migrate all of the objects.\n";

static void
what_is_no_rsa_key_is_skipped (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	auto_view View view = { 0 };
	auto_old Old old = { 0 };

	old_open (&old, place, 8);
	put_oddities (&old);
	make_token (place, "t");
	result = INTO_T (place, old.path);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, oddities);
	assert_out (result, "Object 1 has been migrated\nObject 2 has been migrated\n");
	view_open (&view, place);
	g_assert_cmpuint (find_objects (&view, CKO_PRIVATE_KEY, NULL), ==, 1);
}

static void
a_key_that_is_none_is_refused_by_the_token (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	auto_old Old old = { 0 };

	old_open (&old, place, 8);
	put_key_pair (&old);
	old_do (&old, "UPDATE Attributes SET value = x'', length = 0 WHERE objectID = 1 AND type = 288;");
	make_token (place, "t");
	result = INTO_T (place, old.path);
	assert_status (result, 1);
	assert_out (result, "Object 2 has been migrated\n");
	if (!g_regex_match_simple ("^ERROR [0-9A-F]+: Could not save the public key in the token\\. Skipping object 1\n"
	                           "ERROR: Unable to migrate all of the objects\\.\n$",
	                           result->err, 0, 0))
		g_error ("not as SoftHSM says it:\n%s", result->err);
}

/* A length beyond the value would have SoftHSM read what lies behind it. */
static void
a_length_that_is_not_the_values_is_no_value (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	auto_old Old old = { 0 };

	old_open (&old, place, 8);
	put_key_pair (&old);
	old_do (&old, "UPDATE Attributes SET length = 1000000 WHERE objectID = 1 AND type = 3;");
	make_token (place, "t");
	result = INTO_T (place, old.path);
	assert_status (result, 1);
	assert_err (result, "ERROR: Do not have attribute 3. Skipping object 1\n");
}

static void
softhsm_says_the_same (Place *place, gconstpointer data)
{
	g_autofree char *migrate = softhsm_command (place, "softhsm2-migrate");
	g_autofree char *util = migrate ? softhsm_command (place, "softhsm2-util") : NULL;
	g_autoptr (Result) init = NULL, result = NULL;
	auto_old Old old = { 0 };

	if (util == NULL)
		return;
	old_open (&old, place, 8);
	put_oddities (&old);
	configure (place);
	init = run (place, util, "--init-token", "--free", "--label", "t", "--so-pin", SO_PIN, "--pin", USER_PIN, NULL);
	assert_status (init, 0);
	result = run (place, migrate, "--db", old.path, "--token", "t", "--pin", USER_PIN, NULL);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, oddities);
	assert_out (result, " with matching token label.\nObject 1 has been migrated\nObject 2 has been migrated\n");
}

/* --- what it refuses --- */

typedef struct {
	const char *name;
	const char *sql;
	const char *error; /* %s: the path */
} Refusal;

static const Refusal refusals[] = {
	{ "refuses_another_version", "PRAGMA user_version = 99;", "ERROR: Wrong database schema version: %s\n" },
	{ "refuses_a_database_without_token", "DROP TABLE Token;",
	  "ERROR: The Token table is missing the in database\n" },
	{ "refuses_a_database_without_objects", "DROP TABLE Objects;",
	  "ERROR: The Objects table is missing the in database\n" },
	{ "refuses_a_database_without_attributes", "DROP TABLE Attributes;",
	  "ERROR: The Attributes table is missing in the database\n" },
	{ "refuses_a_database_that_holds_nothing", "DELETE FROM Objects;",
	  "ERROR: There are not objects in the database\n"
	  "ERROR: Could not find any objects in the database.\n"
	  "ERROR: Unable to migrate all of the objects.\n" },
};

static void
refuses (Place *place, gconstpointer data)
{
	const Refusal *refusal = data;
	GString *expected = g_string_new (refusal->error);
	g_autoptr (Result) result = NULL;
	auto_old Old old = { 0 };

	old_open (&old, place, 8);
	put_key_pair (&old);
	old_do (&old, refusal->sql);
	g_string_replace (expected, "%s", old.path, 0);
	make_token (place, "t");
	result = INTO_T (place, old.path);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, expected->str);
	g_string_free (expected, TRUE);
}

static void
refuses_what_is_no_database (Place *place, gconstpointer data)
{
	g_autofree char *path = place_path (place, "no.db");
	g_autoptr (Result) result = NULL;

	place_write (place, "no.db",
	             "This is a text of more than a hundred characters, so that nobody takes it for the head "
	             "of a file that ends early.\n");
	make_token (place, "t");
	result = INTO_T (place, path);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: The token database has not been initialized by SoftHSM\n");
}

static void
a_database_that_is_not_there_is_not_made (Place *place, gconstpointer data)
{
	g_autofree char *path = place_path (place, "no.db");
	g_autofree char *expected =
		g_strdup_printf ("ERROR: Could not open token database. Probably wrong path or privileges: %s\n", path);
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = INTO_T (place, path);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, expected);
	g_assert_false (place_has (place, "no.db"));
}

static void
refuses_a_wrong_pin (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	auto_old Old old = { 0 };

	old_open (&old, place, 8);
	put_key_pair (&old);
	make_token (place, "t");
	result = MIGRATE (place, "--db", old.path, "--token", "t", "--pin", "wrong");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: The given user PIN does not match the one in the token.\n");
}

static void
asks_for_the_user_pin (Place *place, gconstpointer data)
{
	static const Exchange exchanges[] = {
		{ "=== User PIN (4-255 characters) ===\r\nPlease enter user PIN: ", USER_PIN "\n" },
		{ "Please reenter user PIN: ", USER_PIN "\n" },
		{ 0 },
	};
	g_autoptr (Result) result = NULL;
	auto_old Old old = { 0 };

	old_open (&old, place, 8);
	put_key_pair (&old);
	make_token (place, "t");
	result = converse (place, exchanges, NULL, command ("SOFTHSM2_MIGRATE"), "--module", place->module, "--db",
	                   old.path, "--token", "t", NULL);
	assert_status (result, 0);
}

static void
a_token_and_a_database_are_needed (Place *place, gconstpointer data)
{
	g_autoptr (Result) no_token = NULL, no_db = NULL, other_token = NULL, no_module = NULL;

	make_token (place, "t");
	no_token = MIGRATE (place, "--db", "/nonexistent.db");
	assert_status (no_token, 1);
	g_assert_cmpstr (no_token->err, ==,
	                 "ERROR: A slot/token must be supplied. Use --slot <number>, --serial <serial>, or --token "
	                 "<label>\n");
	no_db = MIGRATE (place, "--token", "t");
	assert_status (no_db, 1);
	g_assert_cmpstr (no_db->err, ==, "ERROR: A path to the database must be supplied. Use --db <path>\n");
	other_token = MIGRATE (place, "--token", "other", "--db", "/nonexistent.db");
	assert_status (other_token, 1);
	g_assert_cmpstr (other_token->err, ==, "ERROR: Could not find a slot/token using --serial, or --token\n");
	no_module = run (place, command ("SOFTHSM2_MIGRATE"), "--module", "/nonexistent.so", "--token", "t", NULL);
	assert_status (no_module, 1);
	assert_err (no_module, "ERROR: Could not load the PKCS#11 library/module: /nonexistent.so: ");
}

static void
help_version_and_unknown_options_have_status_0 (Place *place, gconstpointer data)
{
	static const char *const options[] = { "--help", "-h", "--bogus", NULL };
	g_autoptr (Result) version = run (place, command ("SOFTHSM2_MIGRATE"), "--version", NULL);

	assert_status (version, 0);
	g_assert_cmpstr (version->out, ==, PACKAGE_VERSION "\n");
	for (size_t i = 0; i < G_N_ELEMENTS (options); i++) {
		g_autoptr (Result) result = run (place, command ("SOFTHSM2_MIGRATE"), options[i], NULL);

		assert_status (result, 0);
		assert_out (result, "Usage: softhsm2-migrate [OPTIONS]\n");
	}
}

static void
the_man_page_names_every_option (Place *place, gconstpointer data)
{
	assert_man_page_is_complete (place, command ("SOFTHSM2_MIGRATE"));
}

#define ADD(function) g_test_add ("/migrate/" #function, Place, NULL, setup_as_ourselves, function, place_teardown)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	ADD (the_man_page_names_every_option);
	ADD (migrates_a_key_pair);
	ADD (migrates_from_a_machine_of_32_bits);
	ADD (public_keys_can_be_left);
	ADD (what_is_no_rsa_key_is_skipped);
	ADD (a_key_that_is_none_is_refused_by_the_token);
	ADD (a_length_that_is_not_the_values_is_no_value);
	ADD (softhsm_says_the_same);
	for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++) {
		g_autofree char *path = g_strconcat ("/migrate/", refusals[i].name, NULL);

		g_test_add (path, Place, &refusals[i], setup_as_ourselves, refuses, place_teardown);
	}
	ADD (refuses_what_is_no_database);
	ADD (a_database_that_is_not_there_is_not_made);
	ADD (refuses_a_wrong_pin);
	ADD (asks_for_the_user_pin);
	ADD (a_token_and_a_database_are_needed);
	ADD (help_version_and_unknown_options_have_status_0);

	return g_test_run ();
}
