/* softhsm2-setup check: who may read and write what the token lies in. */

#include "check.h"
#include "token-dir.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The permissions that nobody else is meant to have: objectstore.umask says whether the group is somebody else. */
static mode_t
unwanted (const Inspection *inspection)
{
	return (inspection->config.umask & 070) == 070 ? 077 : inspection->config.umask | 027;
}

static bool
is_ours (const struct stat *info)
{
	/* root looks at what is somebody's */
	return info->st_uid == geteuid () || info->st_uid == 0 || geteuid () == 0;
}

/* Only people know whose it should be. */
static void
tell_owner (Inspection *inspection, const char *path, const struct stat *info)
{
	check_tell (inspection, CHECK_DANGER, NULL, _ ("%s belongs to another user (number %lu), who may change it."),
	            path, (unsigned long)info->st_uid);
}

void
check_configuration (Inspection *inspection)
{
	const char *path = inspection->config.path;
	struct stat info;

	if (!inspection->has_config || stat (path, &info) != 0) {
		check_tell (inspection, CHECK_ADVICE, "softhsm2-setup init",
		            _ ("There is no configuration that can be used: %s."),
		            inspection->config.error ? inspection->config.error : g_strerror (errno));
		return;
	}
	if (!is_ours (&info))
		tell_owner (inspection, path, &info);
	if (info.st_mode & 022)
		check_tell_mode (inspection, CHECK_DANGER, path, info.st_mode & (info.st_uid == 0 ? 0755 : 0640),
		                 _ ("Others may write the configuration %s, and with it say where your keys go."),
		                 path);
	else if (info.st_mode & 07 && info.st_uid == geteuid () && geteuid () != 0)
		check_tell_mode (inspection, CHECK_ADVICE, path, info.st_mode & 0640,
		                 _ ("Everybody may read the configuration %s."), path);
}

void
check_token_directory (Inspection *inspection)
{
	const char *path = inspection->config.tokendir;
	mode_t open = unwanted (inspection);
	struct stat info;

	if (!inspection->has_config || stat (path, &info) != 0) {
		check_tell (inspection, CHECK_SKIPPED, NULL, _ ("There is no token directory."));
		return;
	}
	if (!is_ours (&info))
		tell_owner (inspection, path, &info);
	if (info.st_mode & open)
		check_tell_mode (inspection, CHECK_DANGER, path, info.st_mode & 0777 & ~open,
		                 _ ("The token directory %s is open to other users."), path);
}

/* --- what is in it --- */

static void
look_at_file (Inspection *inspection, const char *path)
{
	mode_t open = unwanted (inspection);
	struct stat info;

	if (lstat (path, &info) != 0 || S_ISLNK (info.st_mode))
		return;
	if (!is_ours (&info)) {
		tell_owner (inspection, path, &info);
		return;
	}
	if (info.st_mode & open)
		check_tell_mode (inspection, CHECK_DANGER, path, info.st_mode & 0777 & ~open,
		                 _ ("%s has more permissions than objectstore.umask (%04o) leaves."), path,
		                 (unsigned)inspection->config.umask);
}

static void
look_at_token (Inspection *inspection, const TokenDir *token)
{
	g_autoptr (GDir) dir = g_dir_open (token->path, 0, NULL);
	const char *name;

	look_at_file (inspection, token->path);
	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *path = g_build_filename (token->path, name, NULL);

		look_at_file (inspection, path);
	}
}

static GPtrArray *
tokens (Inspection *inspection)
{
	GPtrArray *list = inspection->has_config ? token_dirs_list (inspection->config.tokendir, NULL) : NULL;

	if (list == NULL || list->len == 0)
		check_tell (inspection, CHECK_SKIPPED, NULL, _ ("There are no tokens."));
	return list;
}

void
check_token_files (Inspection *inspection)
{
	g_autoptr (GPtrArray) list = tokens (inspection);

	for (guint i = 0; list != NULL && i < list->len; i++)
		look_at_token (inspection, list->pdata[i]);
}

void
check_strangers (Inspection *inspection)
{
	g_autoptr (GPtrArray) list = tokens (inspection);

	for (guint i = 0; list != NULL && i < list->len; i++) {
		const TokenDir *token = list->pdata[i];
		g_autofree char *file = g_build_filename (token->path, "token.object", NULL);
		struct stat info;

		if (stat (token->path, &info) == 0 && info.st_uid != geteuid () && geteuid () != 0 &&
		    access (file, R_OK) == 0)
			check_tell (inspection, CHECK_DANGER, NULL,
			            _ ("The token \"%s\" in %s belongs to another user (number %lu), and you can read "
			               "it: tell its "
			               "owner."),
			            token->label ? token->label : "", token->path, (unsigned long)info.st_uid);
	}
}

void
check_derivation (Inspection *inspection)
{
	g_autoptr (GPtrArray) list = tokens (inspection);

	if (list != NULL && list->len > 0)
		check_tell (inspection, CHECK_NOTE, NULL,
		            _ ("Tokens of the format \"file\" keep their key under the PIN by some 1600 rounds of "
		               "SHA-256: who can "
		               "read the files tries a million PINs in a short time. Only a long PIN and the "
		               "permissions of "
		               "the directory stand against that."));
}

/* --- above them --- */

/* May others than the user himself write there?  A group of his own, as many systems give to everybody, is not others. */
static bool
is_open_to_writers (const struct stat *info)
{
	return info->st_mode & 02 || (info->st_mode & 020 && info->st_gid != getegid () && info->st_gid != 0);
}

/* The first directory above @path that others may change. */
static void
look_above (Inspection *inspection, const char *path)
{
	g_autofree char *dir = g_path_get_dirname (path);

	for (;;) {
		g_autofree char *below = g_steal_pointer (&dir);
		struct stat info;

		if (stat (below, &info) == 0 && is_open_to_writers (&info)) {
			check_tell (inspection, CHECK_DANGER, NULL,
			            _ ("%s lies below %s, where others may write. Move it into your home directory."), path, below);
			return;
		}
		if (stat (below, &info) == 0 && !is_ours (&info)) {
			tell_owner (inspection, below, &info);
			return;
		}
		dir = g_path_get_dirname (below);
		if (strcmp (dir, below) == 0)
			return;
	}
}

/* And above what it is a link to. */
static void
look_above_all (Inspection *inspection, const char *path)
{
	char *resolved = realpath (path, NULL);

	look_above (inspection, path);
	if (resolved != NULL && strcmp (resolved, path) != 0)
		look_above (inspection, resolved);
	free (resolved);
}

void
check_surroundings (Inspection *inspection)
{
	struct stat info;

	if (inspection->has_config) {
		look_above_all (inspection, inspection->config.path);
		look_above_all (inspection, inspection->config.tokendir);
	}
	if (geteuid () != 0 && stat (inspection->places.home, &info) == 0 && info.st_mode & 07) {
		g_autofree char *quoted = g_shell_quote (inspection->places.home);
		g_autofree char *mend = g_strdup_printf ("chmod o-rwx %s", quoted);

		check_tell (inspection, CHECK_ADVICE, mend, _ ("Everybody may look into the home directory %s."),
		            inspection->places.home);
	}
}

/* --- PINs that were written down --- */

static void
look_for_pin (Inspection *inspection, const char *path)
{
	static const char *const signs[] = { "pin-value", "pin=", "pin:", "pin ", "pin\t" };
	g_autofree char *content = NULL;
	g_auto (GStrv) lines = NULL;

	if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents (path, &content, NULL, NULL))
		return;
	lines = g_strsplit (content, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_autofree char *line = g_ascii_strdown (g_strchug (lines[i]), -1);

		for (size_t j = 0; *line != '#' && j < G_N_ELEMENTS (signs); j++)
			if (j == 0 ? strstr (line, signs[j]) != NULL : g_str_has_prefix (line, signs[j])) {
				check_tell (inspection, CHECK_DANGER, NULL,
				            _ ("Line %u of %s seems to hold a PIN. Delete it, and change the PIN."),
				            i + 1, path);
				break;
			}
	}
}

static void
look_for_pins_in (Inspection *inspection, const char *dir)
{
	g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
	const char *name;

	while (open != NULL && (name = g_dir_read_name (open)) != NULL) {
		g_autofree char *path = g_build_filename (dir, name, NULL);

		look_for_pin (inspection, path);
	}
}

void
check_written_pins (Inspection *inspection)
{
	static const char *const variables[] = { "GNUTLS_PIN", "GNUTLS_SO_PIN", "PIN", "SOFTHSM2_PIN" };
	const Places *places = &inspection->places;

	look_for_pin (inspection, inspection->config.path);
	look_for_pin (inspection, places->p11_conf);
	look_for_pin (inspection, places->system_p11_conf);
	look_for_pin (inspection, "/etc/gnutls/pkcs11.conf");
	look_for_pins_in (inspection, places->p11_modules);
	look_for_pins_in (inspection, places->admin_p11_modules);
	look_for_pins_in (inspection, places->package_p11_modules);
	for (size_t i = 0; i < G_N_ELEMENTS (variables); i++)
		if (g_getenv (variables[i]) != NULL) {
			g_autofree char *mend = g_strconcat ("unset ", variables[i], NULL);

			check_tell (inspection, CHECK_ADVICE, mend,
			            _ ("The environment variable %s is set: every program that you start can read it."),
			            variables[i]);
		}
}
