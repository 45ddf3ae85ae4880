/* softhsm2-setup register, unregister and mask: the module file of p11-kit that is this user's. */

#include "setup.h"

#include "cryptoki-module.h"
#include "mech.h"
#include "places.h"
#include "registration.h"
#include "undo.h"

#include "build-config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

static bool
find_places (Places *places, GError **error)
{
	return places_find (places, error) && places_check_user (places, error) && registration_check (places, error);
}

/* True, and @wrote whether anything had to be done. */
static bool
put_text (const Places *places, const char *text, Undo *undo, bool *wrote, GError **error)
{
	RegistrationState state;

	if (text == NULL || !registration_check_owner (places->p11_registration, text, &state, error))
		return false;
	*wrote = state != REGISTRATION_RIGHT;
	return !*wrote || registration_write (places, text, state == REGISTRATION_OUTDATED, undo, error);
}

/* --- what comes of it --- */

static bool
has_type (const GArray *types, CK_MECHANISM_TYPE type)
{
	for (guint i = 0; i < types->len; i++)
		if (g_array_index (types, CK_MECHANISM_TYPE, i) == type)
			return true;
	return false;
}

static void
print_dropped (const SeenToken *token)
{
	g_autoptr (GArray) seen = p11_mechanisms_seen (token->serial, NULL);
	guint n_all = 0, n_dropped = 0;
	const Mech *mech;

	if (seen == NULL)
		return;
	for (size_t i = 0; (mech = mech_at (i)) != NULL; i++, n_all++)
		n_dropped += !has_type (seen, mech->type);
	if (n_dropped == 0)
		return;
	g_print (_ ("Of its %u mechanisms this p11-kit drops %u on the way between the processes:\n"), n_all,
	         n_dropped);
	for (size_t i = 0; (mech = mech_at (i)) != NULL; i++)
		if (!has_type (seen, mech->type))
			g_print ("  %s\n", mech->name);
}

static bool
print_seen (bool isolated, GError **error)
{
	g_autofree char *says = NULL;
	g_autoptr (GPtrArray) seen = p11_tokens_seen (&says, error);
	bool dropped = false, is_seen = false;

	if (seen == NULL)
		return false;
	for (guint i = 0; i < seen->len; i++)
		is_seen = is_seen || ((const SeenToken *)seen->pdata[i])->is_softhsm;
	if (!is_seen)
		g_print (_ ("p11-kit shows no token yet. \"softhsm2-setup init\" makes one. %s\n"), says);
	for (guint i = 0; i < seen->len; i++) {
		const SeenToken *token = seen->pdata[i];

		if (!token->is_softhsm)
			continue;
		g_print (_ ("Programs find the token by p11-kit as %s\n"), token->uri);
		if (isolated && !dropped)
			print_dropped (token);
		dropped = true;
	}
	return true;
}

/* --- the commands --- */

static bool
check_module (const char *path, GError **error)
{
	auto_module Module module = { 0 };
	g_autoptr (GError) reason = NULL;

	if (module_load (&module, path, &reason))
		return true;
	return setup_refuse (error, _ ("The module cannot be loaded: %s. Name another one with --module."),
	                     reason->message);
}

static int
register_module (const Registration *registration)
{
	auto_signals sigset_t before = signals_hold ();
	auto_places Places places = { 0 };
	auto_undo Undo undo = { 0 };
	g_autofree char *text = NULL;
	g_autoptr (GError) error = NULL;
	bool wrote = false;

	undo_start (&undo);
	if (!find_places (&places, &error) || !check_module (registration->module, &error) ||
	    (text = registration_text (registration, &error)) == NULL || !put_text (&places, text, &undo, &wrote, &error))
		return setup_failed (error);
	if (wrote)
		g_print (_ ("Registered it with p11-kit in %s\n"), places.p11_registration);
	else
		g_print (_ ("Nothing was changed: %s says so already.\n"), places.p11_registration);
	/* p11-kit that fails with it shall not stay so */
	if (!print_seen (registration->isolated, &error))
		return setup_failed (error);
	undo_keep (&undo);
	return SETUP_OK;
}

int
setup_register (int argc, char **argv)
{
	g_autofree char *module = NULL;
	g_autofree char *priority = NULL;
	g_autofree char *enable_in = NULL;
	g_autofree char *disable_in = NULL;
	g_autofree char *path = NULL;
	gboolean isolated = FALSE;
	const GOptionEntry entries[] = {
		{ "module", 'm', 0, G_OPTION_ARG_FILENAME, &module,
		  N_ ("Register this module instead of the installed one"), N_ ("FILE") },
		{ "isolated", 0, 0, G_OPTION_ARG_NONE, &isolated,
		  N_ ("Have p11-kit run the module in a process of its own"), NULL },
		{ "priority", 0, 0, G_OPTION_ARG_STRING, &priority,
		  N_ ("Its place among other modules, the highest number first"), N_ ("N") },
		{ "enable-in", 0, 0, G_OPTION_ARG_STRING, &enable_in, N_ ("Only for these programs"), N_ ("NAMES") },
		{ "disable-in", 0, 0, G_OPTION_ARG_STRING, &disable_in, N_ ("Not for these programs"), N_ ("NAMES") },
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (
		    entries,
		    _ ("Writes the module file that has p11-kit load the module for the programs of this user, and of "
	               "nobody else."),
		    NULL, 0, &argc, &argv, &status))
		return status;
	path = g_canonicalize_filename (module ? module : DEFAULT_MODULE, NULL);
	return register_module (&(Registration){ path, isolated, priority, enable_in, disable_in });
}

static bool
delete_ours (const Places *places, bool *was_there, GError **error)
{
	const char *path = places->p11_registration;
	RegistrationState state;

	if (!registration_check_owner (path, NULL, &state, error))
		return false;
	*was_there = state != REGISTRATION_ABSENT;
	if (!*was_there || g_unlink (path) == 0)
		return true;
	return setup_refuse (error, _ ("%s cannot be deleted: %s."), path, g_strerror (errno));
}

int
setup_unregister (int argc, char **argv)
{
	auto_places Places places = { 0 };
	g_autoptr (GError) error = NULL;
	bool was_there = false;
	int status;

	if (!setup_parse (NULL,
	                  _ ("Deletes the module file that \"register\", \"mask\" or \"init\" wrote. Tokens stay."),
	                  NULL, 0, &argc, &argv, &status))
		return status;
	if (!places_find (&places, &error) || !places_check_user (&places, &error) || !delete_ours (&places, &was_there, &error))
		return setup_failed (error);
	if (was_there)
		g_print (_ ("Deleted %s\n"), places.p11_registration);
	else
		g_print (_ ("Nothing was changed: there is no %s.\n"), places.p11_registration);
	return SETUP_OK;
}

int
setup_mask (int argc, char **argv)
{
	auto_signals sigset_t before = signals_hold ();
	auto_places Places places = { 0 };
	auto_undo Undo undo = { 0 };
	g_autofree char *text = NULL;
	g_autoptr (GError) error = NULL;
	bool wrote = false;
	int status;

	if (!setup_parse (NULL,
	                  _ ("Writes a module file that hides the system's registration of softhsm2 from the programs "
	                     "of this "
	                     "user. \"unregister\" takes it back."),
	                  NULL, 0, &argc, &argv, &status))
		return status;
	text = registration_text (&(Registration){ NULL }, NULL);
	undo_start (&undo);
	if (!find_places (&places, &error) || !put_text (&places, text, &undo, &wrote, &error))
		return setup_failed (error);
	undo_keep (&undo);
	if (wrote)
		g_print (_ ("Programs of this user do not see softhsm2 any more: %s\n"), places.p11_registration);
	else
		g_print (_ ("Nothing was changed: %s says so already.\n"), places.p11_registration);
	return SETUP_OK;
}
