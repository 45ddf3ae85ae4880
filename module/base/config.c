/* softhsm2.conf, as SoftHSM v2 reads it.
 *
 * A line is "name = value"; "#" begins a comment anywhere.  The last of several lines
 * with one name counts.  What it is stricter in than SoftHSM: a bad objectstore.umask
 * is an error there is no silent way around, since it decides who can read the keys. */

#include "config.h"
#include "bytes.h"

#include "build-config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any configuration needs; a bigger file is none. */
#define LARGEST_FILE (1024 * 1024)

#define USER_FILE "/.config/softhsm2/softhsm2.conf"

static bool
string_set (char **string, const char *value)
{
	char *copy = strdup (value);

	if (copy == NULL)
		return false;
	free (*string);
	*string = copy;
	return true;
}

static CK_RV config_error (Config *config, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static CK_RV
config_error (Config *config, const char *format, ...)
{
	va_list args;

	free (config->error);
	va_start (args, format);
	if (vasprintf (&config->error, format, args) < 0)
		config->error = NULL;
	va_end (args);
	return CKR_GENERAL_ERROR;
}

static void config_warning (Config *config, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* Kept, not logged: where the log goes is not known before the end of the file. */
static void
config_warning (Config *config, const char *format, ...)
{
	char *text = NULL, *all = NULL;
	va_list args;

	va_start (args, format);
	if (vasprintf (&text, format, args) < 0)
		text = NULL;
	va_end (args);
	if (text != NULL && asprintf (&all, "%s%s\n", config->warnings ? config->warnings : "", text) >= 0) {
		free (config->warnings);
		config->warnings = all;
	}
	free (text);
}

/* --- the keys, a row each --- */

static CK_RV
set_tokendir (Config *config, const char *value)
{
	TRY_ALLOC (string_set (&config->tokendir, value));
	return CKR_OK;
}

static CK_RV
set_backend (Config *config, const char *value)
{
	TRY_ALLOC (string_set (&config->backend, value));
	return CKR_OK;
}

static CK_RV
set_umask (Config *config, const char *value)
{
	unsigned mask = 0;

	for (const char *digit = value; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '7' || digit - value >= 5)
			return config_error (config, "objectstore.umask is \"%s\": it must be octal, such as 0077", value);
		mask = mask * 8 + (unsigned)(*digit - '0');
	}
	if (mask > 0777)
		return config_error (config, "objectstore.umask is \"%s\": it must be at most 0777", value);
	config->umask = (mode_t)mask;
	return CKR_OK;
}

/* Which of the words it is: "@name is …: it must be @choice". */
static CK_RV
find_word (Config *config, const char *name, const char *choice, const char *const *words, unsigned n, const char *value,
           unsigned *index)
{
	for (*index = 0; *index < n; (*index)++)
		if (strcmp (value, words[*index]) == 0)
			return CKR_OK;
	return config_error (config, "%s is \"%s\": it must be %s", name, value, choice);
}

static CK_RV
set_log_level (Config *config, const char *value)
{
	static const char *const words[] = {
		[LOG_LEVEL_ERROR] = "ERROR",
		[LOG_LEVEL_WARNING] = "WARNING",
		[LOG_LEVEL_INFO] = "INFO",
		[LOG_LEVEL_DEBUG] = "DEBUG",
	};
	unsigned index;

	TRY (find_word (config, "log.level", "ERROR, WARNING, INFO or DEBUG", words, N_ELEMENTS (words), value, &index));
	config->log_level = (LogLevel)index;
	return CKR_OK;
}

static CK_RV
set_log_file (Config *config, const char *value)
{
	TRY_ALLOC (string_set (&config->log_file, value));
	return CKR_OK;
}

static CK_RV
set_mechanisms (Config *config, const char *value)
{
	TRY_ALLOC (string_set (&config->mechanisms, value));
	return CKR_OK;
}

/* As SoftHSM: what is neither true nor false leaves the key as it was. */
static CK_RV
set_bool (Config *config, bool *flag, const char *name, const char *value)
{
	if (strcasecmp (value, "true") == 0)
		*flag = true;
	else if (strcasecmp (value, "false") == 0)
		*flag = false;
	else
		config_warning (config, "%s: %s is \"%s\", neither true nor false, and stays %s", config->path, name, value,
		                *flag ? "true" : "false");
	return CKR_OK;
}

static CK_RV
set_removable (Config *config, const char *value)
{
	return set_bool (config, &config->removable, "slots.removable", value);
}

static CK_RV
set_reset_on_fork (Config *config, const char *value)
{
	return set_bool (config, &config->reset_on_fork, "library.reset_on_fork", value);
}

static CK_RV
set_keys_policy (Config *config, const char *value)
{
	static const char *const words[] = {
		[KEYS_COMPAT] = "compat",
		[KEYS_DEFAULT] = "default",
		[KEYS_STRICT] = "strict",
	};
	unsigned index;

	TRY (find_word (config, "keys.policy", "compat, default or strict", words, N_ELEMENTS (words), value, &index));
	config->keys_policy = (KeysPolicy)index;
	return CKR_OK;
}

static const struct {
	const char *name;
	CK_RV (*set) (Config *config, const char *value);
} keys[] = {
	{ "directories.tokendir", set_tokendir },
	{ "objectstore.backend", set_backend },
	{ "objectstore.umask", set_umask },
	{ "log.level", set_log_level },
	{ "log.file", set_log_file },
	{ "slots.removable", set_removable },
	{ "slots.mechanisms", set_mechanisms },
	{ "library.reset_on_fork", set_reset_on_fork },
	{ "keys.policy", set_keys_policy },
};

/* --- the lines --- */

static char *
trim (char *string)
{
	char *end;

	while (isspace ((unsigned char)*string))
		string++;
	end = string + strlen (string);
	while (end > string && isspace ((unsigned char)end[-1]))
		*--end = '\0';
	return string;
}

static CK_RV
config_set (Config *config, const char *name, const char *value, unsigned line)
{
	for (size_t i = 0; i < N_ELEMENTS (keys); i++)
		if (strcmp (keys[i].name, name) == 0)
			return keys[i].set (config, value);
	config_warning (config, "%s, line %u: \"%s\" is not a key of this configuration", config->path, line, name);
	return CKR_OK;
}

/* SoftHSM splits at every "=", skips those in front, and looks at the first two parts only. */
static CK_RV
config_line (Config *config, char *text, unsigned line)
{
	char *name, *value, *rest;

	text[strcspn (text, "#\r\n")] = '\0';
	if (*text == '\0')
		return CKR_OK;
	name = strtok_r (text, "=", &rest);
	value = name ? strtok_r (NULL, "=", &rest) : NULL;
	name = name ? trim (name) : NULL;
	value = value ? trim (value) : NULL;
	if (name == NULL || value == NULL || *name == '\0' || *value == '\0') {
		if (name != NULL && *name != '\0')
			config_warning (config, "%s, line %u: not \"name = value\"", config->path, line);
		return CKR_OK;
	}
	return config_set (config, name, value, line);
}

static CK_RV
config_parse (Config *config, char *text)
{
	unsigned line = 1;

	for (char *next; text != NULL; text = next, line++) {
		next = strchr (text, '\n');
		if (next != NULL)
			*next++ = '\0';
		TRY (config_line (config, text, line));
	}
	return CKR_OK;
}

/* The whole file with a NUL behind it. */
static CK_RV
read_text (Config *config, char **text)
{
	int fd = open (config->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat info;
	size_t n = 0;
	ssize_t got = 0;

	if (fd < 0) {
		config->is_missing = errno == ENOENT || errno == EACCES || errno == ENOTDIR;
		return config_error (config, "%s: cannot be opened (%s)", config->path, strerrorname_np (errno));
	}
	if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > LARGEST_FILE) {
		close (fd);
		return config_error (config, "%s: not a configuration file", config->path);
	}
	*text = malloc ((size_t)info.st_size + 1);
	while (*text != NULL && n < (size_t)info.st_size &&
	       (got = read (fd, *text + n, (size_t)info.st_size - n)) > 0)
		n += (size_t)got;
	close (fd);
	if (*text == NULL)
		return CKR_HOST_MEMORY;
	if (got < 0) {
		free (*text);
		*text = NULL;
		return config_error (config, "%s: cannot be read (%s)", config->path, strerrorname_np (errno));
	}
	(*text)[n] = '\0';
	return CKR_OK;
}

/* --- which file --- */

static char *
home_file (const char *home)
{
	char *path = NULL;

	return asprintf (&path, "%s" USER_FILE, home) < 0 ? NULL : path;
}

/* HOME where it is set; the user's entry of the system where it is not. */
static char *
user_file (void)
{
	const char *home = secure_getenv ("HOME");
	struct passwd entry, *found = NULL;
	char room[4096];

	if (home != NULL && *home != '\0')
		return home_file (home);
	if (getpwuid_r (getuid (), &entry, room, sizeof room, &found) != 0 || found == NULL)
		return NULL;
	return home_file (entry.pw_dir);
}

char *
config_find (void)
{
	const char *named = secure_getenv ("SOFTHSM2_CONF");
	char *path;

	if (getauxval (AT_SECURE))
		return strdup (DEFAULT_CONF);
	if (named != NULL)
		return strdup (named);
	path = user_file ();
	if (path != NULL && access (path, R_OK) == 0)
		return path;
	free (path);
	return strdup (DEFAULT_CONF);
}

static CK_RV
config_defaults (Config *config)
{
	*config = (Config){ .umask = 0077, .log_level = LOG_LEVEL_INFO, .keys_policy = KEYS_DEFAULT };
	TRY_ALLOC (string_set (&config->tokendir, DEFAULT_TOKENDIR));
	TRY_ALLOC (string_set (&config->backend, "file"));
	TRY_ALLOC (string_set (&config->mechanisms, "ALL"));
	return CKR_OK;
}

CK_RV
config_load (Config *config, const char *path)
{
	char *text = NULL;
	CK_RV rv;

	TRY (config_defaults (config));
	config->path = path ? strdup (path) : config_find ();
	TRY_ALLOC (config->path);
	TRY (read_text (config, &text));
	rv = config_parse (config, text);
	free (text);
	if (rv == CKR_OK && strcmp (config->backend, "file") != 0)
		rv = config_error (config, "objectstore.backend is \"%s\": it must be file", config->backend);
	return rv;
}

void
config_clear (Config *config)
{
	free (config->path);
	free (config->tokendir);
	free (config->backend);
	free (config->log_file);
	free (config->mechanisms);
	free (config->error);
	free (config->warnings);
	*config = (Config){ 0 };
}

bool
config_has_mechanism (const Config *config, const char *name)
{
	const char *at = config->mechanisms + strspn (config->mechanisms, " \t");
	bool but = *at == '-';

	if (strncmp (at, "ALL", 3) == 0 && at[3 + strspn (at + 3, " \t")] == '\0')
		return true;
	for (at += but; *at != '\0'; at += *at == ',') {
		size_t n;

		at += strspn (at, " \t");
		n = strcspn (at, ", \t");
		if (n == strlen (name) && strncmp (at, name, n) == 0)
			return !but;
		at += strcspn (at, ",");
	}
	return but;
}
