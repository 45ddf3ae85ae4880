/* The user's softhsm2.conf, as softhsm2-setup finds or makes it. */

#include "settings.h"

#include "config.h"
#include "setup.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
settings_text (const char *tokendir)
{
	return setup_template ("user.conf.in", "@TOKENDIR@", tokendir);
}

/* A file without this key is not about a user's token, perhaps not a softhsm2.conf at all. */
static bool
names_tokendir (const char *path)
{
	g_autofree char *content = NULL;
	g_auto (GStrv) lines = NULL;

	if (!g_file_get_contents (path, &content, NULL, NULL))
		return false;
	lines = g_strsplit (content, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		char *equals;

		lines[i][strcspn (lines[i], "#\r")] = '\0';
		equals = strchr (lines[i], '=');
		if (equals == NULL)
			continue;
		*equals = '\0';
		if (strcmp (g_strstrip (lines[i]), "directories.tokendir") == 0)
			return true;
	}
	return false;
}

char *
settings_use (const char *path, GError **error)
{
	char *tokendir = NULL;
	struct stat info;
	Config config;

	if (stat (path, &info) != 0 || !S_ISREG (info.st_mode)) {
		setup_refuse (error, _ ("%s is in the way: it is no file. Move it away."), path);
		return NULL;
	}
	if (info.st_uid != geteuid () && info.st_uid != 0) {
		setup_refuse (error,
		              _ ("%s belongs to another user, who could lead your keys elsewhere. Move it "
		                 "away."),
		              path);
		return NULL;
	}
	if (config_load (&config, path) != CKR_OK)
		setup_refuse (error, _ ("%s cannot be used: %s. Mend it or move it away."), path,
		              config.error ? config.error : g_strerror (ENOMEM));
	else if (!names_tokendir (path))
		setup_refuse (error,
		              _ ("%s does not set directories.tokendir, so it is not the configuration of "
		                 "a token of yours. Add that line or move the file away."),
		              path);
	else
		tokendir = g_strdup (config.tokendir);
	config_clear (&config);
	return tokendir;
}

bool
settings_check_tokendir (const char *tokendir, const char *conf, GError **error)
{
	struct stat info;

	if (stat (tokendir, &info) != 0 && errno == ENOENT)
		return true;
	if (access (tokendir, R_OK | W_OK | X_OK) != 0)
		return setup_refuse (error,
		                     _ ("The token directory %s, which %s names, cannot be used: %s. Mend "
		                        "its permissions or name another one there."),
		                     tokendir, conf, g_strerror (errno));
	if (!S_ISDIR (info.st_mode))
		return setup_refuse (error,
		                     _ ("The token directory %s, which %s names, is no directory. Move it "
		                        "away or name another one there."),
		                     tokendir, conf);
	return true;
}

bool
settings_is_open_to_others (const char *tokendir)
{
	struct stat info;

	return stat (tokendir, &info) == 0 && (info.st_mode & 077) != 0;
}
