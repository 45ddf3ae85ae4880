/* softhsm2-migrate: the keys of a SoftHSM v1 database into a token, with SoftHSM's options, messages and exit codes. */

#include "migrate-db.h"
#include "util.h"

#include "build-config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- objects --- */

#define N_TYPES 24

/* What an object of a class takes over; SoftHSM v1 had all of them.  0 ends a list. */
/* clang-format off */
static const CK_ATTRIBUTE_TYPE public_types[N_TYPES] = {
	CKA_TOKEN,      CKA_PRIVATE,        CKA_MODIFIABLE, CKA_LABEL,   CKA_ID,
	CKA_START_DATE, CKA_END_DATE,       CKA_DERIVE,     CKA_SUBJECT, CKA_ENCRYPT,
	CKA_VERIFY,     CKA_VERIFY_RECOVER, CKA_WRAP,       CKA_MODULUS, CKA_PUBLIC_EXPONENT,
};

static const CK_ATTRIBUTE_TYPE private_types[N_TYPES] = {
	CKA_TOKEN,      CKA_PRIVATE,  CKA_MODIFIABLE,   CKA_LABEL,   CKA_ID,
	CKA_START_DATE, CKA_END_DATE, CKA_DERIVE,       CKA_SUBJECT, CKA_SENSITIVE,
	CKA_DECRYPT,    CKA_SIGN,     CKA_SIGN_RECOVER, CKA_UNWRAP,  CKA_EXTRACTABLE,
	CKA_WRAP_WITH_TRUSTED,
	CKA_MODULUS,    CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2,
};
/* clang-format on */

typedef struct {
	Database *database;
	CK_FUNCTION_LIST *api;
	CK_SESSION_HANDLE session;
	bool no_public_key;
} Migration;

/* The values that a template points at. */
static GPtrArray *
take_values (const Migration *migration, gint64 object, const CK_ATTRIBUTE_TYPE *types)
{
	GPtrArray *values = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

	for (size_t i = 0; types[i] != 0; i++) {
		GBytes *value = database_attribute (migration->database, object, types[i]);

		if (value == NULL) {
			util_error ("Do not have attribute %lu. Skipping object %" G_GINT64_FORMAT, types[i], object);
			g_ptr_array_unref (values);
			return NULL;
		}
		g_ptr_array_add (values, value);
	}
	return values;
}

static CK_RV
create (const Migration *migration, CK_OBJECT_CLASS class, const CK_ATTRIBUTE_TYPE *types, const GPtrArray *values)
{
	CK_KEY_TYPE key_type = CKK_RSA;
	CK_ATTRIBUTE template[N_TYPES + 2] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_KEY_TYPE, &key_type, sizeof key_type },
	};
	CK_OBJECT_HANDLE handle;

	for (guint i = 0; i < values->len; i++) {
		gsize len;
		const void *data = g_bytes_get_data (values->pdata[i], &len);

		template[2 + i] = (CK_ATTRIBUTE){ types[i], (void *)(guintptr)data, len };
	}
	return migration->api->C_CreateObject (migration->session, template, 2 + values->len, &handle);
}

static bool
migrate_key (const Migration *migration, gint64 object, CK_OBJECT_CLASS class)
{
	const CK_ATTRIBUTE_TYPE *types = class == CKO_PUBLIC_KEY ? public_types : private_types;
	g_autoptr (GPtrArray) values = take_values (migration, object, types);
	CK_RV rv;

	if (values == NULL)
		return false;
	rv = create (migration, class, types, values);
	if (rv == CKR_OK) {
		printf ("Object %" G_GINT64_FORMAT " has been migrated\n", object);
		return true;
	}
	fflush (stdout);
	fprintf (stderr, "ERROR %X: Could not save the %s key in the token. Skipping object %" G_GINT64_FORMAT "\n",
	         (unsigned)rv, class == CKO_PUBLIC_KEY ? "public" : "private", object);
	return false;
}

static bool
migrate_object (const Migration *migration, gint64 object)
{
	CK_OBJECT_CLASS class = database_ulong (migration->database, object, CKA_CLASS, CKO_VENDOR_DEFINED);

	if (class == CKO_PUBLIC_KEY && migration->no_public_key)
		return true;
	if (class == CKO_VENDOR_DEFINED) {
		util_error ("Could not get the class of object %" G_GINT64_FORMAT ". Continuing.", object);
		return false;
	}
	if (class != CKO_PUBLIC_KEY && class != CKO_PRIVATE_KEY) {
		util_error ("Not supporting class %lu in object %" G_GINT64_FORMAT ". Continuing.", class, object);
		return false;
	}
	if (database_ulong (migration->database, object, CKA_KEY_TYPE, CKK_VENDOR_DEFINED) != CKK_RSA) {
		util_error ("Cannot export object %" G_GINT64_FORMAT ". Only supporting RSA keys. Continuing.", object);
		return false;
	}
	return migrate_key (migration, object, class);
}

static bool
migrate_objects (const Migration *migration)
{
	g_autoptr (GArray) objects = database_objects (migration->database);
	bool all = objects != NULL;

	for (guint i = 0; objects != NULL && i < objects->len; i++)
		if (!migrate_object (migration, g_array_index (objects, gint64, i)))
			all = false;
	return all;
}

/* --- the command line --- */

typedef struct {
	const char *db;
	UtilOptions token; /* which, and its PIN */
} Options;

static int
migrate (Module *module, Options *options)
{
	auto_database Database database = { 0 };
	Migration migration = { &database, module->api, .no_public_key = options->token.no_public_key };
	CK_SLOT_ID slot = 0;

	if (!util_find_slot (module, &options->token, false, &slot))
		return EXIT_FAILURE;
	if (options->db == NULL)
		return util_error ("A path to the database must be supplied. Use --db <path>");
	if (!database_open (&database, options->db) || !util_log_in (module, slot, &options->token, &migration.session))
		return EXIT_FAILURE;
	if (!migrate_objects (&migration))
		return util_error ("Unable to migrate all of the objects.");
	printf ("The database has been migrated to the new HSM\n");
	return EXIT_SUCCESS;
}

static const char usage[] = "SoftHSM migration tool. From SoftHSM v1 database to PKCS#11.\n"
			    "Usage: softhsm2-migrate [OPTIONS]\n"
			    "Options:\n"
			    "  -h, --help            Print this help.\n"
			    "  --db <path>           The SoftHSM v1 database to take the keys from.\n"
			    "  --slot <number>       The slot with this number.\n"
			    "  --serial <number>     The token with this serial number.\n"
			    "  --token <label>       The token with this label.\n"
			    "  --pin <PIN>           The PIN of the user. Asked for when absent.\n"
			    "  --no-public-key       Leave the public keys.\n"
			    "  --module <path>       Use another PKCS#11 module.\n"
			    "  -v, --version         Print the version.\n";

enum { OPT_DB = 0x100, OPT_SLOT, OPT_SERIAL, OPT_TOKEN, OPT_PIN, OPT_NO_PUBLIC_KEY, OPT_MODULE };

/* clang-format off */
static const struct option long_options[] = {
	{ "db",            required_argument, NULL, OPT_DB },
	{ "slot",          required_argument, NULL, OPT_SLOT },
	{ "serial",        required_argument, NULL, OPT_SERIAL },
	{ "token",         required_argument, NULL, OPT_TOKEN },
	{ "pin",           required_argument, NULL, OPT_PIN },
	{ "no-public-key", no_argument,       NULL, OPT_NO_PUBLIC_KEY },
	{ "module",        required_argument, NULL, OPT_MODULE },
	{ "version",       no_argument,       NULL, 'v' },
	{ "help",          no_argument,       NULL, 'h' },
	{ 0 },
};
/* clang-format on */

/* Puts an option in its place.  False for one that is none. */
static bool
take_option (Options *options, int option)
{
	switch (option) {
	case OPT_DB:
		options->db = optarg;
		return true;
	case OPT_SLOT:
		options->token.slot = optarg;
		return true;
	case OPT_SERIAL:
		options->token.serial = optarg;
		return true;
	case OPT_TOKEN:
		options->token.token = optarg;
		return true;
	case OPT_PIN:
		util_take_pin (&options->token.pin, optarg);
		return true;
	case OPT_NO_PUBLIC_KEY:
		options->token.no_public_key = true;
		return true;
	case OPT_MODULE:
		options->token.module = optarg;
		return true;
	default:
		return false;
	}
}

/* False: all is done already, with status 0.  An unknown option is answered as --help is: as SoftHSM does. */
static bool
take_command_line (Options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long (argc, argv, "hv", long_options, NULL)) != -1) {
		if (option == 'v') {
			puts (PACKAGE_VERSION);
			return false;
		}
		if (!take_option (options, option)) {
			fputs (usage, stdout);
			return false;
		}
	}
	if (argc == 1)
		fputs (usage, stdout);
	return argc > 1;
}

static int
run (Options *options)
{
	auto_module Module module = { 0 };

	return util_open_module (&module, options->token.module) ? migrate (&module, options) : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
	Options options = { .token.module = DEFAULT_MODULE };
	int status = EXIT_SUCCESS;

	if (take_command_line (&options, argc, argv))
		status = run (&options);
	pin_clear (&options.token.pin);
	return status;
}
