/* Databases of SoftHSM v1. */

#ifndef TOOLS_MIGRATE_DB_H
#define TOOLS_MIGRATE_DB_H

#include "cryptoki.h"

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

typedef struct {
	sqlite3 *sqlite;
	sqlite3_stmt *attribute;
} Database;

#define auto_database __attribute__ ((cleanup (database_close)))

/* Opens to read only, and checks that it is one; says why it is not. */
bool database_open (Database *database, const char *path);

/* An empty Database is fine. */
void database_close (Database *database);

/* The numbers of the objects, gint64; says when they cannot be had. */
GArray *database_objects (Database *database);

/* The value of an attribute, to be wiped when it goes; NULL: the object has none. */
GBytes *database_attribute (Database *database, gint64 object, CK_ATTRIBUTE_TYPE type);

/* The same of one that is a CK_ULONG, of 32 or 64 bits as the machine had that made the database; @otherwise where
 * there is none. */
CK_ULONG database_ulong (Database *database, gint64 object, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise);

#endif
