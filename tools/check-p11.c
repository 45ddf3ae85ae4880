/* softhsm2-setup check: what is registered with p11-kit. */

#include "check.h"
#include "registration.h"

#include "tools-config.h"

#include <glib/gi18n.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
dir_at (const Places *places, size_t index)
{
	const char *dirs[] = { places->p11_modules, places->admin_p11_modules, places->package_p11_modules };

	return index < G_N_ELEMENTS (dirs) ? dirs[index] : NULL;
}

/* p11-kit's rule for names of module files. */
static bool
is_module_name (const char *name)
{
	size_t n = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-");

	return g_ascii_isalnum (*name) && name[n] == '\0' && g_str_has_suffix (name, ".module") &&
	       n > strlen (".module");
}

/* The file of a module, absolute. */
static char *
module_path (const char *registration)
{
	g_autofree char *module = p11_setting (registration, "module");

	if (module == NULL || *module == '\0')
		return NULL;
	return g_path_is_absolute (module) ? g_steal_pointer (&module) : g_build_filename (P11_KIT_MODULE_PATH, module, NULL);
}

static bool
is_critical_loss (const char *registration)
{
	g_autofree char *critical = p11_setting (registration, "critical");
	g_autofree char *remote = p11_setting (registration, "remote");
	g_autofree char *module = module_path (registration);

	return g_strcmp0 (critical, "yes") == 0 && remote == NULL && module != NULL && !g_file_test (module, G_FILE_TEST_EXISTS);
}

static void
look_at_conf (Inspection *inspection, const char *path, bool is_users)
{
	g_autofree char *damage = g_file_test (path, G_FILE_TEST_EXISTS) ? p11_damage (path, is_users) : NULL;

	if (damage != NULL)
		check_tell (inspection, CHECK_ADVICE, NULL, "%s", damage);
}

static void
look_at_dir (Inspection *inspection, const char *dir)
{
	g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
	bool is_users = strcmp (dir, inspection->places.p11_modules) == 0;
	const char *name;

	while (open != NULL && (name = g_dir_read_name (open)) != NULL) {
		g_autofree char *path = g_build_filename (dir, name, NULL);
		g_autofree char *damage = p11_damage (path, is_users);

		if (damage == NULL && is_critical_loss (path))
			damage = g_strdup_printf (_ ("%s says \"critical: yes\" and names a module that is not there, which makes all of p11-kit "
			                             "fail; mend or delete it."),
			                          path);
		if (damage != NULL && is_users)
			check_tell_move (inspection, CHECK_ADVICE, path, "%s", damage);
		else if (damage != NULL)
			check_tell (inspection, CHECK_ADVICE, NULL, "%s", damage);
		else if (!is_module_name (name) && g_file_test (path, G_FILE_TEST_IS_REGULAR) && is_users)
			check_tell_move (inspection, CHECK_ADVICE, path,
			                 _ ("p11-kit reads %s with a complaint, since its name does not end in "
			                    "\".module\" or has "
			                    "other characters than letters, digits, \"_\", \".\" and \"-\"."),
			                 path);
	}
}

void
check_broken_registrations (Inspection *inspection)
{
	g_autofree char *obstacle = p11_obstacle (&inspection->places);
	const char *dir;

	for (size_t i = 0; (dir = dir_at (&inspection->places, i)) != NULL; i++)
		look_at_dir (inspection, dir);
	look_at_conf (inspection, inspection->places.p11_conf, true);
	look_at_conf (inspection, inspection->places.system_p11_conf, false);
	if (obstacle != NULL && geteuid () != 0 &&
	    (p11_obstacle_is_fatal (&inspection->places) ||
	     registration_state (inspection->places.p11_registration, NULL) != REGISTRATION_ABSENT))
		check_tell (inspection, CHECK_ADVICE, NULL, "%s", obstacle);
}

/* --- twice the same --- */

/* By whatever name: the file that is loaded, here or by "p11-kit remote" in another process. */
static char *
loaded_file (const char *registration)
{
	g_autofree char *remote = p11_setting (registration, "remote");
	g_autofree char *path = module_path (registration);
	g_auto (GStrv) words = NULL;
	char *resolved, *file;

	if (remote != NULL) {
		if (*remote != '|' || !g_shell_parse_argv (remote + 1, NULL, &words, NULL))
			return NULL;
		g_free (path);
		path = g_strdup (words[g_strv_length (words) - 1]);
	}
	if (path == NULL)
		return NULL;
	resolved = realpath (path, NULL);
	file = g_strdup (resolved ? resolved : path);
	free (resolved);
	return file;
}

static void
note_module (Inspection *inspection, GHashTable *known, const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	char *file = loaded_file (path);
	const char *other;

	if (file == NULL)
		return;
	other = g_hash_table_lookup (known, file);
	if (other != NULL && strcmp (other, name) != 0)
		check_tell (inspection, CHECK_ADVICE, NULL,
		            _ ("%s registers %s, which %s does already: which of the two counts is chance. Delete one."),
		            path, file, other);
	g_hash_table_insert (known, file, g_strdup (name));
}

void
check_duplicate_registrations (Inspection *inspection)
{
	g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	const char *dir, *name;

	for (size_t i = 0; (dir = dir_at (&inspection->places, i)) != NULL; i++) {
		g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);

		while (open != NULL && (name = g_dir_read_name (open)) != NULL)
			note_module (inspection, known, dir, name);
	}
}

/* --- for everybody --- */

static unsigned
count_people (void)
{
	const struct passwd *entry;
	unsigned n = 0;

	setpwent ();
	while ((entry = getpwent ()) != NULL)
		if (entry->pw_uid >= 1000 && entry->pw_uid < 60000 && !g_str_has_suffix (entry->pw_shell, "nologin") &&
		    !g_str_has_suffix (entry->pw_shell, "false"))
			n++;
	endpwent ();
	return n;
}

void
check_system_registration (Inspection *inspection)
{
	unsigned n = count_people ();
	const char *dir;

	/* whatever it says, it rules for this user */
	if (g_file_test (inspection->places.p11_registration, G_FILE_TEST_EXISTS))
		return;

	for (size_t i = 1; (dir = dir_at (&inspection->places, i)) != NULL; i++) {
		g_autofree char *path = g_build_filename (dir, "softhsm2.module", NULL);

		if (n > 1 && g_file_test (path, G_FILE_TEST_EXISTS))
			check_tell (inspection, CHECK_ADVICE, "softhsm2-setup mask",
			            _ ("%s registers the module for all %u users of this machine: their programs see "
			               "each other's "
			               "tokens where the directory lets them. \"softhsm2-setup register\" does it for "
			               "one user."),
			            path, n);
	}
}
