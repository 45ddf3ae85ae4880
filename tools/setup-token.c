/* softhsm2-setup token: tokens listed, made, renamed and deleted, and their PINs changed. */

#include "setup.h"

#include "entries.h"
#include "json.h"
#include "token-dir.h"
#include "token-session.h"

#include "build-config.h"
#include "config.h"
#include "store.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LABEL_SIZE 32

static char *module_path;
static PinSource pin_from = NO_PIN_SOURCE, new_pin_from = NO_PIN_SOURCE, so_pin_from = NO_PIN_SOURCE;

static bool
start (TokenSession *session, GError **error)
{
	if (!pin_source_check (&pin_from) || !pin_source_check (&new_pin_from) || !pin_source_check (&so_pin_from))
		return setup_refuse (error, _ ("A PIN comes from a file or a descriptor, not from both."));
	return token_session_start (session, module_path ? module_path : DEFAULT_MODULE, error);
}

static bool
find (TokenSession *session, const char *wanted, GError **error)
{
	return start (session, error) && token_session_find (session, wanted, error);
}

static bool
get_old_pin (Pin *pin, const PinSource *source, bool is_so, GError **error)
{
	const PinDialog dialog = {
		.enter = is_so ? _ ("SO PIN: ") : _ ("User PIN: "),
		.bad_length = _ ("A PIN has 4 to 255 characters."),
	};

	return pin_source_get (pin, source, &dialog, false, is_so ? _ ("SO PIN") : _ ("user PIN"),
	                       is_so ? "--so-pin-file, --so-pin-fd" : "--pin-file, --pin-fd", error);
}

static bool
get_new_pin (Pin *pin, const PinSource *source, bool is_so, const char *options, GError **error)
{
	const PinDialog dialog = {
		.enter = is_so ? _ ("New SO PIN: ") : _ ("New user PIN: "),
		.again = is_so ? _ ("New SO PIN again: ") : _ ("New user PIN again: "),
		.bad_length = _ ("A PIN has 4 to 255 characters."),
		.unequal = _ ("The two are not the same."),
	};

	return pin_source_get (pin, source, &dialog, true, is_so ? _ ("new SO PIN") : _ ("new user PIN"), options,
	                       error);
}

/* --- list --- */

static void
print_token (const CK_TOKEN_INFO *info, CK_SLOT_ID slot)
{
	g_autofree char *label = PADDED_TEXT (info->label);
	g_autofree char *serial = PADDED_TEXT (info->serialNumber);
	g_autofree char *uri = token_uri (info);

	g_print ("%s\n", label);
	g_print (_ ("  serial number  %s\n"), serial);
	g_print (_ ("  slot           %lu\n"), slot);
	g_print (_ ("  user PIN       %s\n"), info->flags & CKF_USER_PIN_INITIALIZED ? _ ("set") : _ ("not set"));
	if (info->flags & (CKF_USER_PIN_COUNT_LOW | CKF_SO_PIN_COUNT_LOW))
		g_print (_ ("  last attempt   a wrong PIN\n"));
	g_print (_ ("  URI            %s\n"), uri);
}

static GVariant *
token_variant (const CK_TOKEN_INFO *info, CK_SLOT_ID slot)
{
	g_autofree char *label = PADDED (info->label);
	g_autofree char *serial = PADDED (info->serialNumber);
	g_autofree char *uri = token_uri (info);
	GVariantBuilder all;

	g_variant_builder_init (&all, G_VARIANT_TYPE ("a{sv}"));
	g_variant_builder_add (&all, "{sv}", "label", json_string (label));
	g_variant_builder_add (&all, "{sv}", "serial", json_string (serial));
	g_variant_builder_add (&all, "{sv}", "slot", g_variant_new_uint64 (slot));
	g_variant_builder_add (&all, "{sv}", "uri", json_string (uri));
	g_variant_builder_add (&all, "{sv}", "user-pin",
	                       g_variant_new_boolean ((info->flags & CKF_USER_PIN_INITIALIZED) != 0));
	return g_variant_builder_end (&all);
}

static int
list (int argc, char **argv)
{
	auto_token_session TokenSession session = { 0 };
	g_autoptr (GArray) tokens = NULL;
	g_autoptr (GError) error = NULL;
	gboolean json = FALSE;
	GVariantBuilder all;
	const GOptionEntry entries[] = {
		JSON_ENTRY (json),
		MODULE_ENTRY (module_path),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (entries, _ ("Lists the tokens of the configuration that counts."), NULL, 0, &argc, &argv,
	                  &status))
		return status;
	if (!start (&session, &error) || (tokens = token_session_tokens (&session, &error)) == NULL)
		return setup_failed (error);
	g_variant_builder_init (&all, G_VARIANT_TYPE ("aa{sv}"));
	for (guint i = 0; i < tokens->len; i++) {
		CK_SLOT_ID slot = g_array_index (tokens, CK_SLOT_ID, i);
		CK_TOKEN_INFO info;

		if (session.module.api->C_GetTokenInfo (slot, &info) != CKR_OK)
			continue;
		if (json)
			g_variant_builder_add_value (&all, token_variant (&info, slot));
		else
			print_token (&info, slot);
	}
	if (json)
		json_print (g_variant_builder_end (&all));
	else
		g_variant_builder_clear (&all);
	return SETUP_OK;
}

/* --- on the disk --- */

static bool
with_dir (const char *serial,
          bool (*act) (const TokenDir *dir, const Config *config, const char *argument, GError **error),
          const char *argument, GError **error)
{
	g_autoptr (GPtrArray) dirs = NULL;
	const TokenDir *dir;
	Config config;
	bool ok;

	if (config_load (&config, NULL) == CKR_OK)
		dirs = token_dirs_list (config.tokendir, NULL);
	dir = token_dirs_find (dirs, serial, error);
	ok = dir != NULL && act (dir, &config, argument, error);
	config_clear (&config);
	return ok;
}

/* --- create --- */

static bool
delete_dir (const TokenDir *dir, const Config *config, const char *argument, GError **error)
{
	return token_dir_delete (dir->path, error);
}

/* With both PINs or not at all. */
static bool
make_whole (TokenSession *session, CK_SLOT_ID slot, const char *label, const Pin *so_pin, const Pin *pin, CK_RV *rv)
{
	auto_signals sigset_t before = signals_hold ();
	g_autofree char *serial = NULL;
	CK_TOKEN_INFO info;

	if (token_make (&session->module, slot, label, so_pin, pin, rv) == TOKEN_MADE)
		return true;
	if (session->module.api->C_GetTokenInfo (slot, &info) == CKR_OK && info.flags & CKF_TOKEN_INITIALIZED) {
		serial = PADDED (info.serialNumber);
		with_dir (serial, delete_dir, NULL, NULL);
	}
	return false;
}

static bool
check_label (const char *label, GError **error)
{
	if (*label != '\0' && strlen (label) <= LABEL_SIZE && g_utf8_validate (label, -1, NULL))
		return true;
	return setup_refuse (error, _ ("The label \"%s\" cannot be used: a label has 1 to %d bytes of UTF-8."), label,
	                     LABEL_SIZE);
}

static bool
create_token (TokenSession *session, const char *label, GError **error)
{
	auto_pin Pin so_pin = { 0 }, pin = { 0 };
	CK_SLOT_ID slot;
	CK_RV rv;

	if (!check_label (label, error) || !start (session, error) ||
	    !token_session_find_free (session, &slot, error) ||
	    !get_new_pin (&so_pin, &so_pin_from, true, "--so-pin-file, --so-pin-fd", error) ||
	    !get_new_pin (&pin, &pin_from, false, "--pin-file, --pin-fd", error))
		return false;
	if (!make_whole (session, slot, label, &so_pin, &pin, &rv))
		return setup_refuse (error, _ ("The token \"%s\" cannot be made: %s. The log has more."), label,
		                     rv_words (rv));
	if (session->module.api->C_GetTokenInfo (slot, &session->info) != CKR_OK)
		return setup_refuse (error, _ ("The token \"%s\" was made, but does not tell its serial number."),
		                     label);
	return true;
}

static int
create (int argc, char **argv)
{
	auto_token_session TokenSession session = { 0 };
	g_autofree char *serial = NULL;
	g_autoptr (GError) error = NULL;
	const GOptionEntry entries[] = {
		SO_PIN_ENTRIES (so_pin_from),
		PIN_ENTRIES (pin_from),
		MODULE_ENTRY (module_path),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (entries, _ ("Makes another token. PINs that no option gives are asked for."), _ ("LABEL"), 1,
	                  &argc, &argv, &status))
		return status;
	if (!create_token (&session, argv[1], &error))
		return setup_failed (error);
	serial = PADDED (session.info.serialNumber);
	g_print (_ ("Made the token \"%s\", serial number %s\n"), argv[1], serial);
	return SETUP_OK;
}

/* --- rename --- */

static bool
set_label (const TokenDir *dir, const Config *config, const char *label, GError **error)
{
	uint8_t padded[LABEL_SIZE];
	Store *store;
	CK_RV rv = store_open (dir->path, config->umask, &store);

	memset (padded, ' ', sizeof padded);
	memcpy (padded, label, strlen (label));
	if (rv == CKR_OK) {
		rv = store->ops->set_label (store, padded);
		store->ops->close (store);
	}
	return rv == CKR_OK ||
	       setup_refuse (error, _ ("The token in %s cannot be renamed: %s."), dir->path, rv_words (rv));
}

static int
rename_token (int argc, char **argv)
{
	auto_token_session TokenSession session = { 0 };
	g_autoptr (GError) error = NULL;
	g_autofree char *uri = NULL;
	const GOptionEntry entries[] = { MODULE_ENTRY (module_path), G_OPTION_ENTRY_NULL };
	int status;

	if (!setup_parse (entries, _ ("Gives a token another label. URIs that name the old one find it no more."),
	                  _ ("TOKEN NEW-LABEL"), 2, &argc, &argv, &status))
		return status;
	if (!check_label (argv[2], &error) || !find (&session, argv[1], &error) ||
	    !with_dir (session.serial, set_label, argv[2], &error))
		return setup_failed (error);
	if (session.module.api->C_GetTokenInfo (session.slot, &session.info) == CKR_OK)
		uri = token_uri (&session.info);
	g_print (_ ("The token is \"%s\" now: %s\n"), argv[2], uri ? uri : "");
	return SETUP_OK;
}

/* --- PINs --- */

static bool
change_pin (TokenSession *session, bool is_so, GError **error)
{
	auto_pin Pin old_pin = { 0 }, new_pin = { 0 };
	const PinSource *from = is_so ? &so_pin_from : &pin_from;
	CK_RV rv;

	if (!get_old_pin (&old_pin, from, is_so, error) ||
	    !token_session_login (session, is_so ? CKU_SO : CKU_USER, &old_pin, error) ||
	    !get_new_pin (&new_pin, &new_pin_from, is_so, "--new-pin-file, --new-pin-fd", error))
		return false;
	rv = session->module.api->C_SetPIN (session->handle, (CK_UTF8CHAR *)old_pin.text, old_pin.len,
	                                    (CK_UTF8CHAR *)new_pin.text, new_pin.len);
	return rv == CKR_OK || setup_refuse (error, _ ("The PIN of the token \"%s\" was not changed: %s."),
	                                     session->label, rv_words (rv));
}

static int
set_pin (int argc, char **argv)
{
	auto_token_session TokenSession session = { 0 };
	g_autoptr (GError) error = NULL;
	gboolean is_so = FALSE;
	const GOptionEntry entries[] = {
		{ "so", 0, 0, G_OPTION_ARG_NONE, &is_so, N_ ("Change the SO PIN instead of the user PIN"), NULL },
		PIN_ENTRIES (pin_from),
		SO_PIN_ENTRIES (so_pin_from),
		NEW_PIN_ENTRIES (new_pin_from),
		MODULE_ENTRY (module_path),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (entries, _ ("Changes a PIN of a token. PINs that no option gives are asked for."),
	                  _ ("[TOKEN]"), 0, &argc, &argv, &status))
		return status;
	if (!find (&session, argc > 1 ? argv[1] : NULL, &error) || !change_pin (&session, is_so, &error))
		return setup_failed (error);
	g_print (is_so ? _ ("The SO PIN of the token \"%s\" was changed.\n")
	               : _ ("The user PIN of the token \"%s\" was changed.\n"),
	         session.label);
	return SETUP_OK;
}

static bool
reset_user_pin (TokenSession *session, GError **error)
{
	auto_pin Pin so_pin = { 0 }, pin = { 0 };
	CK_RV rv;

	if (!get_old_pin (&so_pin, &so_pin_from, true, error) ||
	    !token_session_login (session, CKU_SO, &so_pin, error) ||
	    !get_new_pin (&pin, &new_pin_from, false, "--new-pin-file, --new-pin-fd", error))
		return false;
	rv = session->module.api->C_InitPIN (session->handle, (CK_UTF8CHAR *)pin.text, pin.len);
	return rv == CKR_OK || setup_refuse (error, _ ("The PIN of the token \"%s\" was not changed: %s."),
	                                     session->label, rv_words (rv));
}

static int
reset_pin (int argc, char **argv)
{
	auto_token_session TokenSession session = { 0 };
	g_autoptr (GError) error = NULL;
	const GOptionEntry entries[] = {
		SO_PIN_ENTRIES (so_pin_from),
		NEW_PIN_ENTRIES (new_pin_from),
		MODULE_ENTRY (module_path),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (
		    entries,
		    _ ("Gives the user of a token a new PIN, with the SO PIN, for one that was forgotten. Keys stay."),
		    _ ("[TOKEN]"), 0, &argc, &argv, &status))
		return status;
	if (!find (&session, argc > 1 ? argv[1] : NULL, &error) || !reset_user_pin (&session, &error))
		return setup_failed (error);
	g_print (_ ("The user PIN of the token \"%s\" was changed.\n"), session.label);
	return SETUP_OK;
}

/* --- delete --- */

/* Its name typed once more, by a person. */
static bool
confirm (const TokenSession *session, GError **error)
{
	bool by_serial = *session->label == '\0' || *session->label == ' ';
	char line[LABEL_SIZE + 2] = "";

	if (!isatty (STDIN_FILENO))
		return setup_refuse (error, _ ("Deleting the token \"%s\" with all its keys wants --yes where there is no terminal."),
		                     session->label);
	g_print (by_serial ? _ ("This deletes the token \"%s\" (serial number %s) with all keys in it. Type its serial number to go "
	                        "on: ") :
	                     _ ("This deletes the token \"%s\" (serial number %s) with all keys in it. Type its label to go on: "),
	         session->label, session->serial);
	if (fgets (line, sizeof line, stdin) == NULL)
		return setup_refuse (error, _ ("Nothing was typed, and nothing was deleted."));
	line[strcspn (line, "\n")] = '\0';
	return strcmp (line, by_serial ? session->serial : session->label) == 0 ||
	       setup_refuse (error, _ ("That is not what it is called. Nothing was deleted."));
}

/* A URI may mean whatever token there is. */
static bool
names_one (const char *wanted, GError **error)
{
	return !g_str_has_prefix (wanted, "pkcs11:") || strstr (wanted, "token=") != NULL || strstr (wanted, "serial=") != NULL ||
	       setup_refuse (error, _ ("The URI \"%s\" names no token. Add its label or its serial number."), wanted);
}

static int
delete_token (int argc, char **argv)
{
	auto_token_session TokenSession session = { 0 };
	g_autoptr (GError) error = NULL;
	gboolean yes = FALSE;
	const GOptionEntry entries[] = {
		{ "yes", 'y', 0, G_OPTION_ARG_NONE, &yes, N_ ("Do not ask"), NULL },
		MODULE_ENTRY (module_path),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (entries, _ ("Deletes a token with all that is in it."), _ ("TOKEN"), 1, &argc, &argv,
	                  &status))
		return status;
	if (!names_one (argv[1], &error) || !find (&session, argv[1], &error) || (!yes && !confirm (&session, &error)) ||
	    !with_dir (session.serial, delete_dir, NULL, &error))
		return setup_failed (error);
	g_print (_ ("Deleted the token \"%s\", serial number %s\n"), session.label, session.serial);
	return SETUP_OK;
}

static const SetupCommand commands[] = {
	{ "list", list, N_ ("List the tokens") },
	{ "create", create, N_ ("Make another token") },
	{ "rename", rename_token, N_ ("Give a token another label") },
	{ "set-pin", set_pin, N_ ("Change a PIN") },
	{ "reset-pin", reset_pin, N_ ("Give the user a new PIN, with the SO PIN") },
	{ "delete", delete_token, N_ ("Delete a token") },
};

int
setup_token (int argc, char **argv)
{
	if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)) {
		g_autofree char *text = setup_describe (commands, G_N_ELEMENTS (commands));

		g_print (_ ("Usage:\n  softhsm2-setup token COMMAND [OPTION...]\n\nA TOKEN is its label, serial number "
		            "or URI.\n\n%s\n"),
		         text);
		return SETUP_OK;
	}
	return setup_dispatch (commands, G_N_ELEMENTS (commands), "token", argc, argv);
}
