/* softhsm2-setup status: what is set up, what p11-kit shows of it, and what is in the way. */

#include "setup.h"

#include "config.h"
#include "cryptoki-module.h"
#include "entries.h"
#include "json.h"
#include "places.h"
#include "registration.h"
#include "settings.h"

#include "build-config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	Places places;
	char *module;
	Config config;
	bool has_config;
	GPtrArray *serials;  /* char *, of the tokens that the module has */
	GPtrArray *problems; /* sentences */
	GPtrArray *notes;
	bool for_programs;      /* nothing is printed before all is known */
	GVariantDict result;
	GVariantBuilder tokens, registrations, seen;
} Status;

static void say (const Status *status, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (const Status *status, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start (args, format);
	text = g_strdup_vprintf (format, args);
	va_end (args);
	if (!status->for_programs)
		g_print ("%s", text);
}

static void add_sentence (GPtrArray *sentences, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_sentence (GPtrArray *sentences, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	g_ptr_array_add (sentences, g_strdup_vprintf (format, args));
	va_end (args);
}

/* --- the configuration --- */

static void
print_why (const Status *status, const char *path)
{
	if (g_getenv ("SOFTHSM2_CONF") != NULL)
		say (status, _ ("  It counts because the environment variable SOFTHSM2_CONF names it.\n"));
	else if (strcmp (path, status->places.conf) == 0)
		say (status, _ ("  It counts because it is yours and SOFTHSM2_CONF is not set.\n"));
	else if (g_file_test (status->places.conf, G_FILE_TEST_EXISTS))
		say (status, _ ("  It counts because SOFTHSM2_CONF is not set and %s cannot be read.\n"),
		         status->places.conf);
	else
		say (status, _ ("  It counts because SOFTHSM2_CONF is not set and %s does not exist.\n"),
		         status->places.conf);
}

static void
judge_tokendir (const Status *status)
{
	const char *dir = status->config.tokendir;

	if (access (dir, R_OK | X_OK) != 0)
		add_sentence (status->problems, _ ("The token directory %s cannot be used: %s."), dir,
		              g_strerror (errno));
	else if (settings_is_open_to_others (dir))
		add_sentence (status->notes,
		              _ ("The token directory %s is open to other users; \"chmod 700\" "
		                 "closes it."),
		              dir);
}

static void
show_warnings (Status *status)
{
	g_auto (GStrv) lines = g_strsplit (status->config.warnings ? status->config.warnings : "", "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		if (*lines[i] != '\0')
			add_sentence (status->notes, "%s.", lines[i]);
}

static void
show_config (Status *status)
{
	bool ok = config_load (&status->config, NULL) == CKR_OK;

	say (status, "%s\n  %s\n", _ ("Configuration"), status->config.path);
	print_why (status, status->config.path);
	status->has_config = ok;
	g_variant_dict_insert_value (&status->result, "configuration", json_string (status->config.path));
	if (ok)
		g_variant_dict_insert_value (&status->result, "token-directory", json_string (status->config.tokendir));
	if (!ok) {
		add_sentence (status->problems, _ ("The configuration cannot be used: %s."),
		              status->config.error ? status->config.error : g_strerror (ENOMEM));
		if (access (status->config.path, F_OK) != 0)
			add_sentence (status->notes, _ ("\"softhsm2-setup init\" makes a configuration and a "
			                                "token for you."));
		return;
	}
	say (status, _ ("  Token directory: %s\n"), status->config.tokendir);
	show_warnings (status);
	judge_tokendir (status);
}

/* --- tokens --- */

static void
show_token (Status *status, CK_SLOT_ID slot, const CK_TOKEN_INFO *info)
{
	g_autofree char *label = PADDED (info->label);
	g_autofree char *text = PADDED_TEXT (info->label);
	char *serial = PADDED (info->serialNumber);

	say (status, _ ("  \"%s\", serial number %s, slot %lu, %s\n"), text, serial, slot,
	         info->flags & CKF_USER_PIN_INITIALIZED ? _ ("user PIN set") : _ ("user PIN not set"));
	g_variant_builder_open (&status->tokens, G_VARIANT_TYPE ("a{sv}"));
	g_variant_builder_add (&status->tokens, "{sv}", "label", json_string (label));
	g_variant_builder_add (&status->tokens, "{sv}", "serial", json_string (serial));
	g_variant_builder_add (&status->tokens, "{sv}", "slot", g_variant_new_uint64 (slot));
	g_variant_builder_add (&status->tokens, "{sv}", "user-pin",
	                       g_variant_new_boolean ((info->flags & CKF_USER_PIN_INITIALIZED) != 0));
	g_variant_builder_close (&status->tokens);
	g_ptr_array_add (status->serials, serial);
}

static void
show_tokens_of (Status *status, Module *module)
{
	g_autoptr (GArray) slots = NULL;
	CK_RV rv;

	slots = module_slots (module, &rv);
	if (slots == NULL)
		add_sentence (status->problems, _ ("The module %s does not list its slots: %s."),
		              status->module, rv_words (rv));
	for (guint i = 0; slots != NULL && i < slots->len; i++) {
		CK_SLOT_ID slot = g_array_index (slots, CK_SLOT_ID, i);
		CK_TOKEN_INFO info;

		if (module->api->C_GetTokenInfo (slot, &info) == CKR_OK &&
		    (info.flags & CKF_TOKEN_INITIALIZED))
			show_token (status, slot, &info);
	}
}

static void
show_tokens (Status *status)
{
	auto_module Module module = { 0 };
	g_autoptr (GError) error = NULL;
	CK_RV rv = CKR_OK;

	say (status, "%s\n  %s\n%s\n", _ ("Module"), status->module, _ ("Tokens"));
	if (!module_load (&module, status->module, &error))
		add_sentence (status->problems, _ ("The module cannot be loaded: %s."), error->message);
	else if (status->has_config && (rv = module_start (&module)) == CKR_OK)
		show_tokens_of (status, &module);
	else if (rv != CKR_OK)
		add_sentence (status->problems, _ ("The module %s does not start: %s."), status->module,
		              rv_words (rv));
	if (status->serials->len == 0) {
		say (status, "  %s\n", _ ("none"));
		if (module.started)
			add_sentence (status->problems,
			              _ ("There is no token. \"softhsm2-setup init\" makes one."));
	}
}

/* --- registration --- */

/* Nothing where there is none. */
static void
add_string (GVariantBuilder *to, const char *key, const char *value)
{
	if (value != NULL)
		g_variant_builder_add (to, "{sv}", key, json_string (value));
}

static const char *
describe_author (const char *path)
{
	return registration_state (path, NULL) == REGISTRATION_FOREIGN ? _ ("not written by softhsm2-setup")
	                                                               : _ ("written by softhsm2-setup");
}

static void
show_registration (Status *status, const char *whose, const char *dir, bool is_users)
{
	g_autofree char *path = g_build_filename (dir, "softhsm2.module", NULL);
	g_autofree char *module = p11_setting (path, "module");
	g_autofree char *remote = p11_setting (path, "remote");
	g_autofree char *enable_in = p11_setting (path, "enable-in");

	if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
		say (status, _ ("  %s: none (%s)\n"), whose, path);
		return;
	}
	g_variant_builder_open (&status->registrations, G_VARIANT_TYPE ("a{sv}"));
	add_string (&status->registrations, "path", path);
	add_string (&status->registrations, "module", module);
	add_string (&status->registrations, "remote", remote);
	add_string (&status->registrations, "enable-in", enable_in);
	g_variant_builder_close (&status->registrations);
	say (status, "  %s: %s\n", whose, path);
	if (is_users)
		say (status, "    %s\n", describe_author (path));
	if (remote != NULL)
		say (status, "    remote: %s\n", remote);
	else if (module != NULL)
		say (status, "    module: %s\n", module);
	if (enable_in != NULL && *enable_in == '\0')
		say (status, "    %s\n", _ ("switched off for all programs"));
}

static void
show_registrations (Status *status)
{
	const Places *places = &status->places;

	say (status, "%s\n", _ ("Registration with p11-kit"));
	show_registration (status, _ ("yours"), places->p11_modules, true);
	show_registration (status, _ ("the administrator's"), places->admin_p11_modules, false);
	show_registration (status, _ ("the system's"), places->package_p11_modules, false);
	p11_find_damage (places->p11_modules, true, status->problems);
	p11_find_damage (places->admin_p11_modules, false, status->problems);
	p11_find_damage (places->package_p11_modules, false, status->problems);
}

/* --- what p11-kit shows --- */

/* What is in the way is a problem only if it keeps a token away. */
static void
judge_visibility (Status *status, const GPtrArray *seen, const char *says)
{
	g_autofree char *obstacle = p11_obstacle (&status->places);
	unsigned n_missing = 0;

	for (guint i = 0; i < status->serials->len; i++) {
		const SeenToken *token = seen ? p11_find_seen (seen, status->serials->pdata[i]) : NULL;

		if (token == NULL) {
			n_missing++;
			continue;
		}
		say (status, "  %s\n", token->uri);
		g_variant_builder_add_value (&status->seen, json_string (token->uri));
	}
	if (status->serials->len == n_missing)
		say (status, "  %s\n", _ ("none of these tokens"));
	if (obstacle != NULL)
		add_sentence (n_missing > 0 ? status->problems : status->notes, "%s", obstacle);
	else if (n_missing > 0 &&
	         registration_state (status->places.p11_registration, NULL) == REGISTRATION_ABSENT)
		add_sentence (status->problems,
		              _ ("p11-kit does not show your tokens. \"softhsm2-setup init\" "
		                 "registers them."));
	else if (n_missing > 0)
		add_sentence (status->problems,
		              _ ("p11-kit does not show all of your tokens, though they are "
		                 "registered."));
	if (n_missing > 0 && says != NULL && *says != '\0')
		add_sentence (status->notes, _ ("p11-kit says: %s"), says);
}

static void
show_visible (Status *status)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *says = NULL;
	g_autoptr (GPtrArray) seen = p11_tokens_seen (&says, &error);

	say (status, "%s\n", _ ("What p11-kit shows"));
	if (seen == NULL)
		add_sentence (status->problems, "%s", error->message);
	judge_visibility (status, seen, says);
}

/* The two rules for finding a user's files differ in this. */
static void
note_xdg (Status *status)
{
	g_autofree char *usual = g_build_filename (status->places.home, ".config", "pkcs11", NULL);

	if (strcmp (usual, status->places.p11_dir) != 0)
		add_sentence (
			status->notes,
			_ ("XDG_CONFIG_HOME has p11-kit look in %s, while softhsm2.conf is looked for in "
		           "%s/.config whatever it says; programs that run without it find no "
		           "registration."),
			status->places.p11_dir, status->places.home);
}

static void
print_sentences (const char *title, const GPtrArray *sentences)
{
	if (sentences->len == 0)
		return;
	g_print ("%s\n", title);
	for (guint i = 0; i < sentences->len; i++)
		g_print ("  %s\n", (char *)sentences->pdata[i]);
}

static void
add_sentences (Status *status, const char *key, const GPtrArray *sentences)
{
	GVariantBuilder all;

	g_variant_builder_init (&all, G_VARIANT_TYPE ("as"));
	for (guint i = 0; i < sentences->len; i++)
		g_variant_builder_add_value (&all, json_string (sentences->pdata[i]));
	g_variant_dict_insert_value (&status->result, key, g_variant_builder_end (&all));
}

static void
print_result (Status *status)
{
	if (!status->for_programs) {
		print_sentences (_ ("Notes"), status->notes);
		print_sentences (_ ("Problems"), status->problems);
		return;
	}
	g_variant_dict_insert_value (&status->result, "tokens", g_variant_builder_end (&status->tokens));
	g_variant_dict_insert_value (&status->result, "registrations", g_variant_builder_end (&status->registrations));
	g_variant_dict_insert_value (&status->result, "seen-by-p11-kit", g_variant_builder_end (&status->seen));
	add_sentences (status, "notes", status->notes);
	add_sentences (status, "problems", status->problems);
	json_print (g_variant_dict_end (&status->result));
}

static int
show_status (const char *module, bool for_programs)
{
	Status status = {
		.module = g_canonicalize_filename (module, NULL),
		.serials = g_ptr_array_new_with_free_func (g_free),
		.problems = g_ptr_array_new_with_free_func (g_free),
		.notes = g_ptr_array_new_with_free_func (g_free),
		.for_programs = for_programs,
	};
	g_autoptr (GError) error = NULL;
	int result = SETUP_FAILED;

	g_variant_dict_init (&status.result, NULL);
	g_variant_builder_init (&status.tokens, G_VARIANT_TYPE ("aa{sv}"));
	g_variant_builder_init (&status.registrations, G_VARIANT_TYPE ("aa{sv}"));
	g_variant_builder_init (&status.seen, G_VARIANT_TYPE ("as"));
	if (places_find (&status.places, &error)) {
		show_config (&status);
		show_tokens (&status);
		show_registrations (&status);
		show_visible (&status);
		note_xdg (&status);
		print_result (&status);
		result = status.problems->len == 0 ? SETUP_OK : SETUP_FAILED;
	} else {
		setup_failed (error);
	}
	g_variant_dict_clear (&status.result);
	g_variant_builder_clear (&status.tokens);
	g_variant_builder_clear (&status.registrations);
	g_variant_builder_clear (&status.seen);
	config_clear (&status.config);
	places_clear (&status.places);
	g_free (status.module);
	g_ptr_array_unref (status.serials);
	g_ptr_array_unref (status.problems);
	g_ptr_array_unref (status.notes);
	return result;
}

int
setup_status (int argc, char **argv)
{
	g_autofree char *module = NULL;
	gboolean json = FALSE;
	const GOptionEntry entries[] = {
		{ "module", 'm', 0, G_OPTION_ARG_FILENAME, &module,
		  N_ ("Look at this module instead of the installed one"), N_ ("FILE") },
		JSON_ENTRY (json),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (
		    entries,
		    _ ("Says which configuration counts, which tokens there are, where they are registered "
	               "and whether this user's programs find them. Exits with 1 if there is a problem."),
		    NULL, 0, &argc, &argv, &status))
		return status;
	return show_status (module ? module : DEFAULT_MODULE, json);
}
