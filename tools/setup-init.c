/* softhsm2-setup init: a private token in the home directory, registered for this user alone.
 *
 * First everything is looked at and nothing is touched; then the PINs are asked for; then what is
 * missing is made, all of it or nothing. */

#include "setup.h"

#include "cryptoki-module.h"
#include "entries.h"
#include "places.h"
#include "registration.h"
#include "settings.h"
#include "token-dir.h"
#include "token-session.h"
#include "undo.h"

#include "build-config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LABEL_SIZE 32

typedef struct {
	char *label;
	char *module;
	char *tokendir;
	PinSource so_pin;
	PinSource pin;
	gboolean make_so_pin, no_register, isolated, dry_run;
} Options;

/* What there is, and with that what is to be done. */
typedef struct {
	Places places;
	char *module; /* absolute path */
	char *label;
	char *tokendir;
	char *conf_text; /* NULL: the configuration is there */
	char *registration;
	bool is_registered; /* or is to be */
	bool register_it;
	bool replace_it;
	bool make_token;
	char *serial; /* of the token that is there, or was made */
} Plan;

static void
plan_clear (Plan *plan)
{
	places_clear (&plan->places);
	g_free (plan->module);
	g_free (plan->label);
	g_free (plan->tokendir);
	g_free (plan->conf_text);
	g_free (plan->registration);
	g_free (plan->serial);
}

#define auto_plan __attribute__ ((cleanup (plan_clear)))

/* --- looking --- */

static bool
plan_label (Plan *plan, const char *label, GError **error)
{
	if (label == NULL) {
		const char *name = g_get_user_name ();

		plan->label = g_strdup (name && *name && strcmp (name, "somebody") != 0 ? name : "softhsm2");
		for (size_t len = strlen (plan->label); len > LABEL_SIZE; len = strlen (plan->label))
			*g_utf8_find_prev_char (plan->label, plan->label + len) = '\0';
		return true;
	}
	if (*label == '\0' || strlen (label) > LABEL_SIZE || !g_utf8_validate (label, -1, NULL))
		return setup_refuse (
			error,
			_ ("The label \"%s\" cannot be used: a label has 1 to %d bytes of UTF-8. "
		           "Choose another with --label."),
			label, LABEL_SIZE);
	plan->label = g_strdup (label);
	return true;
}

static bool
plan_module (Plan *plan, const char *path, GError **error)
{
	auto_module Module module = { 0 };
	g_autoptr (GError) reason = NULL;

	plan->module = g_canonicalize_filename (path, NULL);
	if (!module_load (&module, plan->module, &reason))
		return setup_refuse (error,
		                     _ ("The module cannot be loaded: %s. Install softhsm2 completely, or "
		                        "name the module with --module."),
		                     reason->message);
	return true;
}

/* With SOFTHSM2_CONF the module would make the token where other programs do not look. */
static bool
check_conf_variable (const Places *places, GError **error)
{
	const char *named = g_getenv ("SOFTHSM2_CONF");

	if (named == NULL || strcmp (named, places->conf) == 0)
		return true;
	return setup_refuse (
		error,
		_ ("The environment variable SOFTHSM2_CONF names \"%s\", so that the token would be "
	           "found only by programs that have it too. Unset it and try again."),
		named);
}

/* An existing configuration says where tokens lie. */
static bool
check_same_tokendir (const Plan *plan, const char *wanted, GError **error)
{
	if (wanted == NULL || strcmp (wanted, plan->tokendir) == 0)
		return true;
	return setup_refuse (error,
	                     _ ("%s is there and says that tokens lie in %s. Leave --token-dir out, or change the file."),
	                     plan->places.conf, plan->tokendir);
}

static bool
plan_conf (Plan *plan, const char *wanted, GError **error)
{
	Places *places = &plan->places;
	struct stat info;

	if (!places_check_conf_path (places->conf, error) || !check_conf_variable (places, error))
		return false;
	if (lstat (places->conf, &info) == 0 || errno != ENOENT) {
		plan->tokendir = settings_use (places->conf, error);
		return plan->tokendir != NULL && check_same_tokendir (plan, wanted, error) &&
		       settings_check_tokendir (plan->tokendir, places->conf, error);
	}
	if (wanted != NULL) {
		g_free (places->tokendir);
		places->tokendir = g_strdup (wanted);
	}
	if (!places_check_tokendir_path (places->tokendir, error) ||
	    !settings_check_tokendir (places->tokendir, places->conf, error))
		return false;
	if (settings_is_open_to_others (places->tokendir))
		return setup_refuse (
			error,
			_ ("The token directory %s is open to other users. Close it with \"chmod 700\" "
		           "and try again."),
			places->tokendir);
	plan->tokendir = g_strdup (places->tokendir);
	plan->conf_text = settings_text (plan->tokendir);
	return true;
}

static bool
plan_registration (Plan *plan, const Options *options, GError **error)
{
	const Registration registration = { .module = plan->module, .isolated = options->isolated };
	RegistrationState state;

	if (options->no_register)
		return true;
	if (!registration_check (&plan->places, error))
		return false;
	plan->registration = registration_text (&registration, error);
	if (plan->registration == NULL ||
	    !registration_check_owner (plan->places.p11_registration, plan->registration, &state, error))
		return false;
	plan->register_it = state != REGISTRATION_RIGHT;
	plan->replace_it = state == REGISTRATION_OUTDATED;
	return true;
}

/* A token of any label is enough, unless one was asked for by name. */
static bool
plan_token (Plan *plan, bool any_label, GError **error)
{
	g_autoptr (GPtrArray) tokens = NULL;

	plan->make_token = true;
	if (!g_file_test (plan->tokendir, G_FILE_TEST_EXISTS))
		return true;
	tokens = token_dirs_list (plan->tokendir, error);
	for (guint i = 0; tokens != NULL && i < tokens->len && plan->make_token; i++) {
		const TokenDir *token = tokens->pdata[i];

		if (token->serial == NULL || token->label == NULL)
			continue;
		if (any_label || strcmp (token->label, plan->label) == 0) {
			plan->make_token = false;
			plan->serial = g_strdup (token->serial);
			g_free (plan->label);
			plan->label = g_strdup (token->label);
		}
	}
	return tokens != NULL;
}

static bool
plan_all (Plan *plan, const Options *options, GError **error)
{
	g_autofree char *tokendir = options->tokendir ? g_canonicalize_filename (options->tokendir, NULL) : NULL;

	plan->is_registered = !options->no_register;
	return places_find (&plan->places, error) && places_check_user (&plan->places, error) &&
	       plan_label (plan, options->label, error) &&
	       plan_module (plan, options->module ? options->module : DEFAULT_MODULE, error) &&
	       plan_conf (plan, tokendir, error) && plan_registration (plan, options, error) &&
	       plan_token (plan, options->label == NULL, error);
}

/* --- PINs --- */

/* @made: nobody has thought of the SO PIN. */
static bool
get_pins (Pin *so_pin, Pin *pin, bool *made, const Options *options, GError **error)
{
	const PinDialog so_dialog = {
		.title = _ ("The security officer's PIN (SO PIN) resets a forgotten user PIN. 4 to 255 "
		            "characters; leave it empty to have one made and shown once."),
		.may_be_empty = true,
		.enter = _ ("SO PIN: "),
		.again = _ ("SO PIN again: "),
		.bad_length = _ ("A PIN has 4 to 255 characters."),
		.unequal = _ ("The two are not the same."),
	};
	const PinDialog dialog = {
		.title = _ ("The user PIN opens the token for use. 4 to 255 characters."),
		.enter = _ ("User PIN: "),
		.again = _ ("User PIN again: "),
		.bad_length = so_dialog.bad_length,
		.unequal = so_dialog.unequal,
	};

	if (!options->make_so_pin && !pin_source_get (so_pin, &options->so_pin, &so_dialog, true, _ ("SO PIN"),
	                                              "--so-pin-file, --so-pin-fd, --make-so-pin", error))
		return false;
	*made = so_pin->len == 0;
	if (*made && !pin_make (so_pin))
		return setup_refuse (error, _ ("The system gives no random numbers."));
	return pin_source_get (pin, &options->pin, &dialog, true, _ ("user PIN"), "--pin-file, --pin-fd", error);
}

/* --- making --- */

/* A token that was begun is noted too, so that it goes when something fails. */
static void
note_token (TokenSession *session, CK_SLOT_ID slot, Plan *plan, Undo *undo)
{
	g_autoptr (GPtrArray) tokens = NULL;
	CK_TOKEN_INFO info;

	if (session->module.api->C_GetTokenInfo (slot, &info) != CKR_OK || !(info.flags & CKF_TOKEN_INITIALIZED))
		return;
	plan->serial = PADDED (info.serialNumber);
	tokens = token_dirs_list (plan->tokendir, NULL);
	for (guint i = 0; tokens != NULL && i < tokens->len; i++) {
		const TokenDir *token = tokens->pdata[i];

		if (g_strcmp0 (token->serial, plan->serial) == 0)
			undo_note_token (undo, token->path);
	}
}

static bool
make_token (Plan *plan, const Pin *so_pin, const Pin *pin, Undo *undo, GError **error)
{
	auto_token_session TokenSession session = { 0 };
	CK_SLOT_ID slot;
	TokenStep step;
	CK_RV rv;

	if (!token_session_start (&session, plan->module, error) || !token_session_find_free (&session, &slot, error))
		return false;
	step = token_make (&session.module, slot, plan->label, so_pin, pin, &rv);
	note_token (&session, slot, plan, undo);
	if (step != TOKEN_MADE)
		return setup_refuse (error,
		                     _ ("The token \"%s\" cannot be made in %s: %s. The log has more."),
		                     plan->label, plan->tokendir, rv_words (rv));
	if (plan->serial == NULL)
		return setup_refuse (error, _ ("The token \"%s\" was made in %s but cannot be found there."),
		                     plan->label, plan->tokendir);
	return true;
}

static bool
write_conf (Plan *plan, Undo *undo, GError **error)
{
	g_autofree char *dir = g_path_get_dirname (plan->places.conf);

	return undo_make_dirs (undo, dir, error) &&
	       undo_write_file (undo, plan->places.conf, dir, plan->conf_text, false, error);
}

static bool
check_visible (const Plan *plan, char **uri, GError **error)
{
	g_autofree char *says = NULL;
	g_autoptr (GPtrArray) seen = p11_tokens_seen (&says, error);
	const SeenToken *token = seen ? p11_find_seen (seen, plan->serial) : NULL;

	if (seen != NULL && token == NULL)
		return setup_refuse (
			error,
			_ ("p11-kit does not show the token \"%s\". \"softhsm2-setup status\" may know "
		           "why. %s"),
			plan->label, says);
	if (token != NULL)
		*uri = g_strdup (token->uri);
	return token != NULL;
}

/* Somebody may have made the directory while PINs were typed. */
static bool
is_still_ours (const Plan *plan, GError **error)
{
	struct stat info;

	if (plan->conf_text == NULL || (stat (plan->tokendir, &info) == 0 && info.st_uid == geteuid () && !(info.st_mode & 077)))
		return true;
	return setup_refuse (error, _ ("The token directory %s is not yours alone. Name another one."), plan->tokendir);
}

static bool
carry_out (Plan *plan, const Pin *so_pin, const Pin *pin, char **uri, GError **error)
{
	auto_signals sigset_t before = signals_hold ();
	auto_undo Undo undo = { 0 };

	undo_start (&undo);
	if (!undo_make_dirs (&undo, plan->tokendir, error) || !is_still_ours (plan, error) ||
	    (plan->conf_text != NULL && !write_conf (plan, &undo, error)) ||
	    (plan->make_token && !make_token (plan, so_pin, pin, &undo, error)) ||
	    (plan->register_it && !registration_write (&plan->places, plan->registration, plan->replace_it, &undo, error)) ||
	    (plan->is_registered && !check_visible (plan, uri, error)))
		return false;
	undo_keep (&undo);
	return true;
}

static void
report (const Plan *plan, const char *uri, bool had_tokendir)
{
	if (plan->conf_text == NULL && !plan->make_token && !plan->register_it && had_tokendir) {
		g_print (_ ("Nothing was changed: the token \"%s\" is set up and registered.\n"),
		         plan->label);
	} else {
		if (plan->conf_text != NULL)
			g_print (_ ("Wrote the configuration %s\n"), plan->places.conf);
		if (!had_tokendir)
			g_print (_ ("Made the token directory %s\n"), plan->tokendir);
		if (plan->make_token)
			g_print (_ ("Made the token \"%s\", serial number %s\n"), plan->label, plan->serial);
		if (plan->register_it)
			g_print (_ ("Registered it with p11-kit in %s\n"), plan->places.p11_registration);
	}
	if (uri != NULL)
		g_print (_ ("Programs find the token by p11-kit as %s\n"), uri);
}

/* What would be written, to the letter. */
static void
report_plan (const Plan *plan)
{
	if (plan->conf_text != NULL)
		g_print (_ ("Would write %s:\n%s\n"), plan->places.conf, plan->conf_text);
	if (!g_file_test (plan->tokendir, G_FILE_TEST_IS_DIR))
		g_print (_ ("Would make the token directory %s\n"), plan->tokendir);
	if (plan->make_token)
		g_print (_ ("Would make the token \"%s\" in %s\n"), plan->label, plan->tokendir);
	if (plan->register_it)
		g_print (_ ("Would write %s:\n%s"), plan->places.p11_registration, plan->registration);
	if (plan->conf_text == NULL && !plan->make_token && !plan->register_it)
		g_print (_ ("Nothing would be changed: the token \"%s\" is set up.\n"), plan->label);
}

static int
init (const Options *options)
{
	auto_plan Plan plan = { 0 };
	auto_pin Pin so_pin = { 0 }, pin = { 0 };
	g_autoptr (GError) error = NULL;
	g_autofree char *uri = NULL;
	bool had_tokendir, made_so_pin = false;

	if (!plan_all (&plan, options, &error))
		return setup_failed (error);
	if (options->dry_run) {
		report_plan (&plan);
		return SETUP_OK;
	}
	if (plan.make_token && !get_pins (&so_pin, &pin, &made_so_pin, options, &error))
		return setup_failed (error);
	had_tokendir = g_file_test (plan.tokendir, G_FILE_TEST_IS_DIR);
	if (!carry_out (&plan, &so_pin, &pin, &uri, &error))
		return setup_failed (error);
	report (&plan, uri, had_tokendir);
	if (made_so_pin)
		g_print (_ ("Its SO PIN is %s\nWrite it down now: it is shown this once.\n"), so_pin.text);
	return SETUP_OK;
}

int
setup_init (int argc, char **argv)
{
	Options options = { .so_pin.fd = -1, .pin.fd = -1 };
	const GOptionEntry entries[] = {
		{ "label", 'l', 0, G_OPTION_ARG_STRING, &options.label,
		  N_ ("The label of the token (the user's name)"), N_ ("TEXT") },
		SO_PIN_ENTRIES (options.so_pin),
		PIN_ENTRIES (options.pin),
		{ "make-so-pin", 0, 0, G_OPTION_ARG_NONE, &options.make_so_pin,
		  N_ ("Make an SO PIN and show it once"), NULL },
		{ "token-dir", 0, 0, G_OPTION_ARG_FILENAME, &options.tokendir,
		  N_ ("Where tokens are to lie"), N_ ("DIR") },
		{ "no-register", 0, 0, G_OPTION_ARG_NONE, &options.no_register,
		  N_ ("Do not register the module with p11-kit"), NULL },
		{ "isolated", 0, 0, G_OPTION_ARG_NONE, &options.isolated,
		  N_ ("Have p11-kit run the module in a process of its own"), NULL },
		{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
		  N_ ("Show what would be written, and write nothing"), NULL },
		{ "module", 'm', 0, G_OPTION_ARG_FILENAME, &options.module,
		  N_ ("Register this module instead of the installed one"), N_ ("FILE") },
		G_OPTION_ENTRY_NULL,
	};
	int status = SETUP_OK;

	if (setup_parse (
		    entries,
		    _ ("Makes what is missing of a configuration, a token and its registration with p11-kit "
	               "for this user. PINs that no option gives are asked for."),
		    NULL, 0, &argc, &argv, &status))
		status = pin_source_check (&options.so_pin) && pin_source_check (&options.pin)
		                 ? init (&options)
		                 : setup_usage_error (
					   _ ("a PIN comes from a file or a descriptor, not from both"));
	g_free (options.label);
	g_free (options.module);
	g_free (options.tokendir);
	g_free (options.so_pin.file);
	g_free (options.pin.file);
	return status;
}
