/* Where things are for this user: SoftHSM's rule for softhsm2.conf, p11-kit's for registrations.
 *
 * SoftHSM looks below HOME/.config and nowhere else, p11-kit below XDG_CONFIG_HOME where that is set. */

#include "places.h"
#include "setup.h"

#include "tools-config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What SoftHSM has room for. */
#define LONGEST_PATH 255
#define LONGEST_LINE 1022

/* HOME where it is set, else the user's entry: as SoftHSM and p11-kit do, and unlike GLib, which asks
 * the system first when HOME is not absolute. */
static char *
find_home (void)
{
	const char *home = g_getenv ("HOME");
	const struct passwd *entry;

	if (home != NULL && *home != '\0')
		return g_strdup (home);
	entry = getpwuid (getuid ());
	return g_strdup (entry ? entry->pw_dir : NULL);
}

static char *
xdg_dir (const char *variable, const char *home, const char *below)
{
	const char *dir = g_getenv (variable);

	return dir != NULL && *dir != '\0' ? g_strdup (dir) : g_build_filename (home, below, NULL);
}

bool
places_find (Places *places, GError **error)
{
	g_autofree char *config_home = NULL;
	g_autofree char *data_home = NULL;

	*places = (Places){ .home = find_home () };
	if (places->home == NULL || *places->home == '\0')
		return setup_refuse (error, _ ("There is no home directory: HOME is not set and the user has "
		                               "no entry in the system. Set HOME."));
	if (!g_path_is_absolute (places->home))
		return setup_refuse (error, _ ("HOME is \"%s\", which is no absolute path. Set it to one."),
		                     places->home);
	config_home = xdg_dir ("XDG_CONFIG_HOME", places->home, ".config");
	if (!g_path_is_absolute (config_home))
		return setup_refuse (error,
		                     _ ("XDG_CONFIG_HOME is \"%s\", which p11-kit would look for in whatever "
		                        "directory a program runs. Set it to an absolute path or unset it."),
		                     config_home);
	data_home = xdg_dir ("XDG_DATA_HOME", places->home, ".local/share");
	if (!g_path_is_absolute (data_home)) {
		/* The XDG specification says to ignore such a path. */
		g_free (data_home);
		data_home = g_build_filename (places->home, ".local/share", NULL);
	}
	places->conf = g_build_filename (places->home, ".config", "softhsm2", "softhsm2.conf", NULL);
	places->tokendir = g_build_filename (data_home, "softhsm2", "tokens", NULL);
	places->p11_dir = g_build_filename (config_home, "pkcs11", NULL);
	places->p11_conf = g_build_filename (places->p11_dir, "pkcs11.conf", NULL);
	places->p11_modules = g_build_filename (places->p11_dir, "modules", NULL);
	places->p11_registration = g_build_filename (places->p11_modules, "softhsm2.module", NULL);
	places->system_p11_conf = g_strdup (P11_KIT_SYSTEM_DIR "/pkcs11.conf");
	places->admin_p11_modules = g_strdup (P11_KIT_SYSTEM_DIR "/modules");
	places->package_p11_modules = g_strdup (P11_KIT_MODULE_CONFIGS);
	return true;
}

void
places_clear (Places *places)
{
	char **all[] = { &places->home,
		         &places->conf,
		         &places->tokendir,
		         &places->p11_dir,
		         &places->p11_conf,
		         &places->p11_modules,
		         &places->p11_registration,
		         &places->system_p11_conf,
		         &places->admin_p11_modules,
		         &places->package_p11_modules };

	for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
		g_clear_pointer (all[i], g_free);
}

bool
places_check_user (const Places *places, GError **error)
{
	const char *sudo_user = g_getenv ("SUDO_USER");
	struct stat info;

	if ((getuid () == 0 || geteuid () == 0) && sudo_user != NULL)
		return setup_refuse (error,
		                     _ ("This runs as root by sudo, and p11-kit ignores the configuration of "
		                        "root. Run it as \"%s\", without sudo."),
		                     sudo_user);
	if (getuid () == 0 || geteuid () == 0)
		return setup_refuse (error, _ ("This runs as root, and p11-kit ignores the configuration of "
		                               "root. Run it as the user whom the token is for."));
	if (getuid () != geteuid () || getgid () != getegid ())
		return setup_refuse (error, _ ("This runs with the rights of another user, and p11-kit then "
		                               "ignores the user's configuration. Run it without them."));
	if (stat (places->home, &info) != 0)
		return setup_refuse (error,
		                     _ ("The home directory %s cannot be used: %s. Set HOME to yours."),
		                     places->home, g_strerror (errno));
	if (!S_ISDIR (info.st_mode))
		return setup_refuse (error, _ ("The home directory %s is no directory. Set HOME to yours."),
		                     places->home);
	if (info.st_uid != geteuid ())
		return setup_refuse (
			error,
			_ ("The home directory %s belongs to another user (number %lu), who could "
		           "take the token away. Set HOME to yours; with sudo, use \"sudo -H\"."),
			places->home, (unsigned long)info.st_uid);
	return true;
}

bool
places_check_conf_path (const char *path, GError **error)
{
	if (strlen (path) > LONGEST_PATH)
		return setup_refuse (error,
		                     _ ("%s is longer than the %d bytes that SoftHSM looks for its "
		                        "configuration with. Use a shorter home directory."),
		                     path, LONGEST_PATH);
	return true;
}

bool
places_check_tokendir_path (const char *path, GError **error)
{
	static const char key[] = "directories.tokendir = ";
	const char *bad = strpbrk (path, "#=\r\n");
	size_t len = strlen (path);

	if (bad != NULL && (*bad == '\r' || *bad == '\n'))
		return setup_refuse (error,
		                     _ ("The token directory \"%s\" has a line break in its name, which "
		                        "softhsm2.conf cannot hold. Set XDG_DATA_HOME to another directory."),
		                     path);
	if (bad != NULL)
		return setup_refuse (
			error,
			_ ("The token directory \"%s\" has a \"%c\" in its name, which softhsm2.conf "
		           "cannot hold. Set XDG_DATA_HOME to another directory."),
			path, *bad);
	if (len > 0 && (g_ascii_isspace (path[0]) || g_ascii_isspace (path[len - 1])))
		return setup_refuse (error,
		                     _ ("The token directory \"%s\" begins or ends with a blank, which "
		                        "softhsm2.conf cannot hold. Set XDG_DATA_HOME to another directory."),
		                     path);
	if (len > LONGEST_PATH || len + strlen (key) > LONGEST_LINE)
		return setup_refuse (error,
		                     _ ("The name of the token directory \"%s\" is longer than %d bytes. Set "
		                        "XDG_DATA_HOME to a shorter one."),
		                     path, LONGEST_PATH);
	return true;
}
