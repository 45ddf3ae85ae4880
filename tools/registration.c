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

/* The first line of a file that is ours to change and to delete. */
#define MARKER "# Written by softhsm2-setup, which takes this file for its own as long as this line stands first.\n"

/* What breaks a line breaks all of p11-kit. */
static bool
check_value (const char *what, const char *value, GError **error)
{
	size_t len = value ? strlen (value) : 0;

	if (value == NULL || (strpbrk (value, "\r\n") == NULL && (len == 0 || !g_ascii_isspace (value[len - 1]))))
		return true;
	return setup_refuse (error,
	                     _ ("%s \"%s\" has a line break in it or a blank at its end, which no file of p11-kit can "
	                        "hold. Give another."),
	                     what, value);
}

static bool
check_programs (const Registration *registration, GError **error)
{
	g_auto (GStrv) names = NULL;

	if (registration->enable_in != NULL && registration->disable_in != NULL)
		return setup_refuse (error, _ ("p11-kit obeys one of --enable-in and --disable-in only. Give one of them."));
	names = g_strsplit_set (registration->enable_in ? registration->enable_in : "", " ,", -1);
	if (g_strv_contains ((const char *const *)names, "p11-kit-proxy"))
		return setup_refuse (error, _ ("p11-kit loads no module that is for \"p11-kit-proxy\" alone. Use --disable-in "
		                               "with the programs that should not see the token."));
	return true;
}

static bool
check_priority (const char *priority, GError **error)
{
	const char *digits = priority;
	size_t n;

	if (priority == NULL)
		return true;
	digits += *digits == '-';
	n = strspn (digits, G_CSET_DIGITS);
	if (n > 0 && n < 10 && digits[n] == '\0')
		return true;
	return setup_refuse (error, _ ("The priority \"%s\" is no number. Give one such as 10."), priority);
}

/* p11-kit does not read what a shell would. */
static bool
check_isolated (const Registration *registration, GError **error)
{
	return !registration->isolated || strchr (registration->module, '\'') == NULL ||
	       setup_refuse (error, _ ("The module \"%s\" has an apostrophe in its name, which p11-kit cannot run in a process of its "
	                               "own. Install it elsewhere."),
	                     registration->module);
}

static bool
check_list (const char *option, const char *names, GError **error)
{
	return names == NULL || strspn (names, " ,\t") < strlen (names) ||
	       setup_refuse (error, _ ("%s names no program. \"mask\" hides the module from all."), option);
}

static char *
module_line (const Registration *registration)
{
	g_autofree char *dir = g_path_get_dirname (registration->module);
	g_autofree char *name = g_path_get_basename (registration->module);

	if (registration->isolated) {
		g_autofree char *quoted = g_shell_quote (registration->module);

		return g_strdup_printf ("remote: |p11-kit remote %s\n", quoted);
	}
	/* A bare name is right on every architecture. */
	return g_strdup_printf ("module: %s\n", strcmp (dir, P11_KIT_MODULE_PATH) == 0 ? name : registration->module);
}

static void
append_line (GString *text, const char *key, const char *value)
{
	if (value != NULL)
		g_string_append_printf (text, "%s: %s\n", key, value);
}

char *
registration_text (const Registration *registration, GError **error)
{
	g_autofree char *line = NULL;
	GString *text;

	if (!check_value (_ ("The module"), registration->module, error) ||
	    !check_value ("--enable-in", registration->enable_in, error) ||
	    !check_value ("--disable-in", registration->disable_in, error) || !check_programs (registration, error) ||
	    !check_list ("--enable-in", registration->enable_in, error) ||
	    !check_list ("--disable-in", registration->disable_in, error) ||
	    !check_priority (registration->priority, error) ||
	    (registration->module != NULL && !check_isolated (registration, error)))
		return NULL;
	text = g_string_new (MARKER);
	if (registration->module == NULL) {
		/* for no program: the one way to hide a module without a word from p11-kit */
		g_string_append (text, "enable-in:\n");
		return g_string_free (text, FALSE);
	}
	line = module_line (registration);
	g_string_append (text, line);
	append_line (text, "priority", registration->priority);
	append_line (text, "enable-in", registration->enable_in);
	append_line (text, "disable-in", registration->disable_in);
	return g_string_free (text, FALSE);
}

static bool
has_marker (const char *text)
{
	return g_str_has_prefix (text, MARKER);
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

bool
p11_obstacle_is_fatal (const Places *places)
{
	g_autofree char *system = p11_setting (places->system_p11_conf, "user-config");
	g_autofree char *user = p11_setting (places->p11_conf, "user-config");

	return (system != NULL && !is_user_config_word (system)) || (user != NULL && !is_user_config_word (user));
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

char *
p11_damage (const char *path, bool is_users)
{
	g_autofree char *content = NULL;
	struct stat info;
	unsigned line;

	if (stat (path, &info) != 0 && errno == ENOENT)
		return g_strdup_printf (
			_ ("%s is a link to nothing, which makes all of p11-kit fail; delete it."), path);
	if (stat (path, &info) != 0)
		return g_strdup_printf (_ ("%s cannot be looked at (%s), which makes all of p11-kit fail; delete it."), path,
		                        g_strerror (errno));
	if (!S_ISREG (info.st_mode))
		return NULL;
	if (!g_file_get_contents (path, &content, NULL, NULL))
		return is_users ? NULL : g_strdup_printf (_ ("%s cannot be read, which makes all of p11-kit fail; have everybody read it."),
		                                          path);
	line = find_bad_line (content);
	if (line > 0)
		return g_strdup_printf (_ ("Line %u of %s is not \"key: value\", which makes all of p11-kit "
		                           "fail; mend or delete it."),
		                        line, path);
	return NULL;
}

void
p11_find_damage (const char *dir, bool is_users, GPtrArray *sentences)
{
	g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
	const char *name;

	while (open != NULL && (name = g_dir_read_name (open)) != NULL) {
		g_autofree char *path = g_build_filename (dir, name, NULL);
		char *sentence = p11_damage (path, is_users);

		if (sentence != NULL)
			g_ptr_array_add (sentences, sentence);
	}
}

bool
registration_check (const Places *places, GError **error)
{
	g_autofree char *obstacle = p11_obstacle (places);
	g_autoptr (GPtrArray) damage = g_ptr_array_new_with_free_func (g_free);

	if (obstacle != NULL)
		return setup_refuse (error, "%s", obstacle);
	p11_find_damage (places->p11_modules, true, damage);
	return damage->len == 0 || setup_refuse (error, "%s", (char *)damage->pdata[0]);
}

bool
registration_check_owner (const char *path, const char *text, RegistrationState *state, GError **error)
{
	*state = registration_state (path, text);
	if (*state != REGISTRATION_FOREIGN)
		return true;
	return setup_refuse (error,
	                     _ ("%s is there and was not written by softhsm2-setup, so it stays as it is. Move it away and "
	                        "try again."),
	                     path);
}

/* The temporary file is not in modules/, where p11-kit would read it, or stumble over its going away. */
bool
registration_write (const Places *places, const char *text, bool replace, Undo *undo, GError **error)
{
	return undo_make_dirs (undo, places->p11_modules, error) &&
	       undo_write_file (undo, places->p11_registration, places->p11_dir, text, replace, error);
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
		g_auto (GStrv) fields = g_strsplit (lines[i], "\t", 4);
		SeenToken *token;

		if (g_strv_length (fields) != 4)
			continue;
		token = g_new0 (SeenToken, 1);
		*token = (SeenToken){ g_strdup (fields[0]), g_strdup (fields[3]), g_strdup (fields[1]),
			              strcmp (fields[2], "SoftHSM v2") == 0 };
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

/* Runs a command of ours that is not for people: whatever modules of others do there harms nobody. */
static char *
ask_apart (const char *command, const char *argument, char **says, GError **error)
{
	g_autofree char *self = g_file_read_link ("/proc/self/exe", error);
	const char *argv[] = { self, command, argument, NULL };
	g_autofree char *output = NULL;
	g_autofree char *complaints = NULL;
	int status;

	if (self == NULL || !g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, unblock_signals, NULL, &output,
	                                   &complaints, &status, error))
		return NULL;
	g_strchomp (complaints);
	if (!g_spawn_check_wait_status (status, NULL)) {
		setup_refuse (error, _ ("p11-kit cannot be used: %s"), complaints);
		return NULL;
	}
	if (says != NULL)
		*says = g_steal_pointer (&complaints);
	return g_steal_pointer (&output);
}

GPtrArray *
p11_tokens_seen (char **says, GError **error)
{
	g_autofree char *output = ask_apart ("tokens-seen", NULL, says, error);

	return output ? parse_seen (output) : NULL;
}

GArray *
p11_mechanisms_seen (const char *serial, GError **error)
{
	g_autofree char *output = ask_apart ("mechanisms-seen", serial, NULL, error);
	g_auto (GStrv) lines = NULL;
	GArray *types;

	if (output == NULL)
		return NULL;
	lines = g_strsplit (g_strchomp (output), "\n", -1);
	types = g_array_new (FALSE, FALSE, sizeof (CK_MECHANISM_TYPE));
	for (guint i = 0; lines[i] != NULL; i++) {
		CK_MECHANISM_TYPE type = (CK_MECHANISM_TYPE)g_ascii_strtoull (lines[i], NULL, 10);

		if (*lines[i] != '\0')
			g_array_append_val (types, type);
	}
	return types;
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
