/* Databases of SoftHSM v1: SQLite, the tables Token, Objects and Attributes; an attribute's value is a BLOB beside its
 * length, as PKCS #11 has it on the machine that made the database, and never encrypted. */

#include "migrate-db.h"

#include "util.h"

#include <stdint.h>
#include <string.h>

#define SCHEMA_VERSION 100

/* How long another process may hold the database. */
#define BUSY_MS 5000

static bool
refuse (const char *sentence, const char *path)
{
	util_error ("%s%s", sentence, path);
	return false;
}

static bool
has_version (Database *database, const char *path)
{
	sqlite3_stmt *statement = NULL;
	int version = -1;

	if (sqlite3_prepare_v2 (database->sqlite, "PRAGMA user_version;", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step (statement) == SQLITE_ROW)
		version = sqlite3_column_int (statement, 0);
	sqlite3_finalize (statement);
	if (version == -1)
		return refuse ("The token database has not been initialized by SoftHSM", "");
	return version == SCHEMA_VERSION || refuse ("Wrong database schema version: ", path);
}

/* The sentences are SoftHSM's to the letter. */
static bool
has_tables (Database *database)
{
	static const struct {
		const char *query;
		const char *sentence;
	} tables[] = {
		{ "SELECT COUNT(variableID) FROM Token;", "The Token table is missing the in database" },
		{ "SELECT COUNT(objectID) FROM Objects;", "The Objects table is missing the in database" },
		{ "SELECT COUNT(attributeID) FROM Attributes;", "The Attributes table is missing in the database" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
		if (sqlite3_exec (database->sqlite, tables[i].query, NULL, NULL, NULL) != SQLITE_OK)
			return refuse (tables[i].sentence, "");
	return true;
}

bool
database_open (Database *database, const char *path)
{
	static const char query[] = "SELECT value,length FROM Attributes WHERE objectID = ? AND type = ?;";

	*database = (Database){ 0 };
	/* SQLite opens a file when it is first read. */
	if (!g_file_test (path, G_FILE_TEST_EXISTS) ||
	    sqlite3_open_v2 (path, &database->sqlite, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		return refuse ("Could not open token database. Probably wrong path or privileges: ", path);
	sqlite3_busy_timeout (database->sqlite, BUSY_MS);
	if (!has_version (database, path) || !has_tables (database))
		return false;
	return sqlite3_prepare_v2 (database->sqlite, query, -1, &database->attribute, NULL) == SQLITE_OK ||
	       refuse ("Could not prepare the statements", "");
}

void
database_close (Database *database)
{
	sqlite3_finalize (database->attribute);
	sqlite3_close (database->sqlite);
	*database = (Database){ 0 };
}

GArray *
database_objects (Database *database)
{
	GArray *objects = g_array_new (FALSE, FALSE, sizeof (gint64));
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2 (database->sqlite, "SELECT objectID FROM Objects;", -1, &statement, NULL);

	if (result == SQLITE_OK)
		while ((result = sqlite3_step (statement)) == SQLITE_ROW) {
			gint64 object = sqlite3_column_int64 (statement, 0);

			g_array_append_val (objects, object);
		}
	sqlite3_finalize (statement);
	if (result == SQLITE_DONE && objects->len > 0)
		return objects;
	util_error (result == SQLITE_DONE ? "There are not objects in the database"
	                                  : "Could not count the number of objects in the database");
	util_error ("Could not find any objects in the database.");
	g_array_unref (objects);
	return NULL;
}

/* What a GBytes holds that is wiped. */
typedef struct {
	gsize len;
	guint8 data[];
} Secret;

static void
secret_wipe (void *data)
{
	Secret *secret = data;

	explicit_bzero (secret->data, secret->len);
	g_free (secret);
}

static GBytes *
secret_bytes (const void *data, gsize len)
{
	Secret *secret = g_malloc (sizeof *secret + len);

	secret->len = len;
	if (len > 0)
		memcpy (secret->data, data, len);
	return g_bytes_new_with_free_func (secret->data, len, secret_wipe, secret);
}

GBytes *
database_attribute (Database *database, gint64 object, CK_ATTRIBUTE_TYPE type)
{
	sqlite3_stmt *statement = database->attribute;
	GBytes *value = NULL;

	sqlite3_bind_int64 (statement, 1, object);
	sqlite3_bind_int64 (statement, 2, (gint64)type);
	if (sqlite3_step (statement) == SQLITE_ROW) {
		const void *data = sqlite3_column_blob (statement, 0);
		gint64 len = sqlite3_column_int64 (statement, 1);

		if (len >= 0 && len <= sqlite3_column_bytes (statement, 0))
			value = secret_bytes (data, (gsize)len);
	}
	sqlite3_reset (statement);
	return value;
}

CK_ULONG
database_ulong (Database *database, gint64 object, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise)
{
	g_autoptr (GBytes) value = database_attribute (database, object, type);
	gsize len = 0;
	const void *data = value ? g_bytes_get_data (value, &len) : NULL;
	uint32_t half;
	uint64_t whole;

	if (len == sizeof half) {
		memcpy (&half, data, sizeof half);
		return half;
	}
	if (len != sizeof whole)
		return otherwise;
	memcpy (&whole, data, sizeof whole);
	return (CK_ULONG)whole;
}
