/* p11-kit's files: what is registered, what stands in the way, and what our registration says.
 *
 * A line is "key: value"; a "#" in front makes a comment.  One line that is neither, in any of the
 * files, and all of p11-kit fails. */

#include "registration.h"
#include "setup.h"

#include "tools-config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPLATE "user.module.in"

char *
registration_text (const char *module, GError **error)
{
	g_autofree char *dir = g_path_get_dirname (module);
	g_autofree char *name = g_path_get_basename (module);
	size_t len = strlen (module);

	if (strpbrk (module, "\r\n") != NULL || g_ascii_isspace (module[len - 1])) {
		setup_refuse (
			error,
			_ ("The module \"%s\" has a line break in its name or a blank at its end, which no "
		           "file of p11-kit can hold. Install it elsewhere."),
			module);
		return NULL;
	}
	return setup_template (TEMPLATE, "@MODULE@", strcmp (dir, P11_KIT_MODULE_PATH) == 0 ? name : module);
}

static bool
has_marker (const char *text)
{
	g_autofree char *template = setup_template (TEMPLATE, "@MODULE@", "");
	size_t n_marker = strcspn (template, "\n") + 1;

	return strncmp (text, template, n_marker) == 0;
}

RegistrationState
registration_state (const char *path, const char *text)
{
	g_autofree char *present = NULL;
	struct stat info;

	if (lstat (path, &info) != 0 && errno == ENOENT)
		return REGISTRATION_ABSENT;
	if (!g_file_get_contents (path, &present, NULL, NULL) || !has_marker (present))
		return REGISTRATION_FOREIGN;
	return g_strcmp0 (present, text) == 0 ? REGISTRATION_RIGHT : REGISTRATION_OUTDATED;
}

/* --- p11-kit's files --- */

/* Splits "key: value" in place; NULL for a line that says nothing, or that is none. */
static char *
line_value (char *line, const char *key)
{
	char *colon;

	g_strstrip (line);
	colon = strchr (line, ':');
	if (*line == '#' || colon == NULL)
		return NULL;
	*colon = '\0';
	g_strchomp (line);
	return strcmp (line, key) == 0 ? g_strchug (colon + 1) : NULL;
}

char *
p11_setting (const char *path, const char *key)
{
	g_autofree char *content = NULL;
	g_auto (GStrv) lines = NULL;
	char *value = NULL;

	if (!g_file_get_contents (path, &content, NULL, NULL))
		return NULL;
	lines = g_strsplit (content, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		const char *found = line_value (lines[i], key);

		if (found != NULL) {
			g_free (value);
			value = g_strdup (found);
		}
	}
	return value;
}

static bool
is_user_config_word (const char *word)
{
	static const char *const words[] = { "none", "merge", "only", "override" };

	for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
		if (strcmp (word, words[i]) == 0)
			return true;
	return false;
}

/* The checks of p11-kit itself, in its order. */
char *
p11_obstacle (const Places *places)
{
	const char *confs[] = { places->system_p11_conf, places->p11_conf };

	for (size_t i = 0; i < G_N_ELEMENTS (confs); i++) {
		g_autofree char *word = p11_setting (confs[i], "user-config");

		if (i == 1 && getuid () == 0)
			return g_strdup (_ ("p11-kit ignores the configuration of root; use the token as the "
			                    "user whom it is for."));
		if (i == 1 && g_getenv ("P11_KIT_NO_USER_CONFIG") != NULL)
			return g_strdup (
				_ ("The environment variable P11_KIT_NO_USER_CONFIG is set, so p11-kit "
			           "ignores what users register; unset it."));
		if (word != NULL && strcmp (word, "none") == 0)
			return g_strdup_printf (
				_ ("%s says \"user-config: none\", so p11-kit ignores what users "
			           "register; have it say \"user-config: merge\"."),
				confs[i]);
		if (word != NULL && !is_user_config_word (word))
			return g_strdup_printf (
				_ ("%s says \"user-config: %s\", which p11-kit does not know, so "
			           "that it fails; have it say \"user-config: merge\"."),
				confs[i], word);
	}
	return NULL;
}

/* The number of the first line that p11-kit gives up at, 0 if there is none. */
static unsigned
find_bad_line (const char *content)
{
	g_auto (GStrv) lines = g_strsplit (content, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		const char *line = g_strstrip (lines[i]);

		if (*line == '\0' || *line == '#')
			continue;
		if (*line == '[' || g_str_has_prefix (line, "-----BEGIN") || strchr (line, ':') == NULL)
			return i + 1;
	}
	return 0;
}

static char *
describe_damage (const char *path)
{
	g_autofree char *content = NULL;
	struct stat info;
	unsigned line;

	if (stat (path, &info) != 0 && errno == ENOENT)
		return g_strdup_printf (
			_ ("%s is a link to nothing, which makes all of p11-kit fail; delete it."), path);
	if (!S_ISREG (info.st_mode) || !g_file_get_contents (path, &content, NULL, NULL))
		return NULL;
	line = find_bad_line (content);
	if (line > 0)
		return g_strdup_printf (_ ("Line %u of %s is not \"key: value\", which makes all of p11-kit "
		                           "fail; mend or delete it."),
		                        line, path);
	return NULL;
}

void
p11_find_damage (const char *dir, GPtrArray *sentences)
{
	g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
	const char *name;

	while (open != NULL && (name = g_dir_read_name (open)) != NULL) {
		g_autofree char *path = g_build_filename (dir, name, NULL);
		char *sentence = describe_damage (path);

		if (sentence != NULL)
			g_ptr_array_add (sentences, sentence);
	}
}

/* --- what p11-kit shows --- */

static void
seen_token_free (void *data)
{
	SeenToken *token = data;

	g_free (token->serial);
	g_free (token->label);
	g_free (token->uri);
	g_free (token);
}

/* The lines that setup_seen prints. */
static GPtrArray *
parse_seen (const char *output)
{
	GPtrArray *seen = g_ptr_array_new_with_free_func (seen_token_free);
	g_auto (GStrv) lines = g_strsplit (output, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto (GStrv) fields = g_strsplit (lines[i], "\t", 3);
		SeenToken *token;

		if (g_strv_length (fields) != 3)
			continue;
		token = g_new0 (SeenToken, 1);
		*token = (SeenToken){ g_strdup (fields[0]), g_strdup (fields[2]), g_strdup (fields[1]) };
		g_ptr_array_add (seen, token);
	}
	return seen;
}

static void
unblock_signals (void *data)
{
	sigset_t none;

	sigemptyset (&none);
	sigprocmask (SIG_SETMASK, &none, NULL);
}

GPtrArray *
p11_tokens_seen (char **says, GError **error)
{
	g_autofree char *self = g_file_read_link ("/proc/self/exe", error);
	char *argv[] = { self, (char *)"tokens-seen", NULL };
	g_autofree char *output = NULL;
	g_autofree char *complaints = NULL;
	int status;

	if (self == NULL || !g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, unblock_signals, NULL, &output,
	                                   &complaints, &status, error))
		return NULL;
	g_strchomp (complaints);
	if (!g_spawn_check_wait_status (status, NULL)) {
		setup_refuse (error, _ ("p11-kit cannot be used: %s"), complaints);
		return NULL;
	}
	if (says != NULL)
		*says = g_steal_pointer (&complaints);
	return parse_seen (output);
}

const SeenToken *
p11_find_seen (const GPtrArray *seen, const char *serial)
{
	for (guint i = 0; i < seen->len; i++) {
		const SeenToken *token = seen->pdata[i];

		if (g_strcmp0 (token->serial, serial) == 0)
			return token;
	}
	return NULL;
}
