/* softhsm2-setup check: what is registered with p11-kit. */

#include "check.h"
#include "registration.h"

#include <glib/gi18n.h>
#include <pwd.h>
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

static void
look_at_dir (Inspection *inspection, const char *dir)
{
	g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
	bool is_users = strcmp (dir, inspection->places.p11_modules) == 0;
	const char *name;

	while (open != NULL && (name = g_dir_read_name (open)) != NULL) {
		g_autofree char *path = g_build_filename (dir, name, NULL);
		g_autofree char *damage = p11_damage (path);

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
	if (obstacle != NULL && geteuid () != 0 &&
	    registration_state (inspection->places.p11_registration, NULL) != REGISTRATION_ABSENT)
		check_tell (inspection, CHECK_ADVICE, NULL, "%s", obstacle);
}

/* --- twice the same --- */

static void
note_module (Inspection *inspection, GHashTable *known, const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	char *module = p11_setting (path, "module");
	const char *other;

	if (module == NULL || *module == '\0') {
		g_free (module);
		return;
	}
	other = g_hash_table_lookup (known, module);
	if (other != NULL && strcmp (other, name) != 0)
		check_tell (
			inspection, CHECK_ADVICE, NULL,
			_ ("%s registers %s, which %s does already: which of the two counts is chance. Delete one."),
			path, module, other);
	g_hash_table_insert (known, module, g_strdup (name));
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
