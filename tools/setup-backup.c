/* softhsm2-setup backup and restore: a token in one file, with its PINs, and back.
 *
 * The file is under the user PIN, or a passphrase of its own.  What is in it are the token's files as they are, so
 * that the token that comes back has the PINs that it had. */

#include "setup.h"

#include "backup-file.h"
#include "entries.h"
#include "token-dir.h"
#include "token-session.h"
#include "undo.h"

#include "build-config.h"
#include "config.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_FILE "token.object"

static char *module_path;
static PinSource pin_from = NO_PIN_SOURCE, passphrase_from = NO_PIN_SOURCE;

#define SECRET_ENTRIES PIN_ENTRIES (pin_from), PASSPHRASE_ENTRIES (passphrase_from), MODULE_ENTRY (module_path)

static bool
get_pin (Pin *pin, GError **error)
{
	const PinDialog dialog = {
		.enter = _ ("User PIN: "),
		.bad_length = _ ("A PIN has 4 to 255 characters."),
	};

	return pin_source_get (pin, &pin_from, &dialog, false, _ ("user PIN"), "--pin-file, --pin-fd", error);
}

static bool
get_passphrase (Pin *passphrase, bool is_new, GError **error)
{
	const PinDialog dialog = {
		.enter = _ ("Passphrase: "),
		.again = _ ("Passphrase again: "),
		.bad_length = _ ("A passphrase has 4 to 255 characters."),
		.unequal = _ ("The two are not the same."),
	};

	return pin_source_get (passphrase, &passphrase_from, &dialog, is_new, _ ("passphrase"),
	                       "--passphrase-file, --passphrase-fd", error);
}

/* --- backup --- */

static bool
is_object (const char *name)
{
	return g_str_has_suffix (name, ".object") && *name != '.';
}

/* The token's own file last: a change to its PINs meanwhile is then in it. */
static bool
read_files (Backup *backup, const TokenDir *token, GError **error)
{
	g_autoptr (GDir) dir = g_dir_open (token->path, 0, error);
	auto_close int fd = dir ? open (token->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
		if (is_object (name) && strcmp (name, TOKEN_FILE) != 0)
			g_ptr_array_add (names, g_strdup (name));
	g_ptr_array_add (names, g_strdup (TOKEN_FILE));
	for (guint i = 0; dir != NULL && i < names->len; i++) {
		auto_wipe Buf content = BUF_PLAIN;
		FileSeen seen;
		CK_RV rv = file_read (fd, names->pdata[i], true, &content, &seen);

		if (rv == CKR_OBJECT_HANDLE_INVALID)
			continue;
		if (rv != CKR_OK)
			return setup_refuse (error, _ ("%s/%s cannot be read. The log has more."), token->path,
			                     (char *)names->pdata[i]);
		backup_add (backup, names->pdata[i], content.data, content.len);
		setup_progress (i + 1, names->len);
	}
	return dir != NULL;
}

static bool
read_token (Backup *backup, const TokenSession *session, GError **error)
{
	g_autoptr (GPtrArray) dirs = NULL;
	const TokenDir *dir;
	Config config;

	backup->label = g_strdup (session->label);
	backup->serial = g_strdup (session->serial);
	if (config_load (&config, NULL) == CKR_OK)
		dirs = token_dirs_list (config.tokendir, NULL);
	config_clear (&config);
	dir = token_dirs_find (dirs, session->serial, error);
	if (dir == NULL)
		return false;
	backup->directory = g_strdup (dir->name);
	return read_files (backup, dir, error);
}

static bool
backup_token (TokenSession *session, const char *path, bool own_passphrase, Backup *backup, GError **error)
{
	auto_pin Pin pin = { 0 }, passphrase = { 0 };
	g_autoptr (GBytes) file = NULL;
	const Pin *secret = own_passphrase ? &passphrase : &pin;

	/* the PIN in both cases: a backup is for those who may use the token */
	if (!get_pin (&pin, error) || !token_session_login (session, CKU_USER, &pin, error) ||
	    (own_passphrase && !get_passphrase (&passphrase, true, error)) || !read_token (backup, session, error))
		return false;
	backup->under_pin = !own_passphrase;
	file = backup_seal (backup, secret->text, secret->len, error);
	return file != NULL && file_write_new (path, g_bytes_get_data (file, NULL), g_bytes_get_size (file), error);
}

int
setup_backup (int argc, char **argv)
{
	auto_token_session TokenSession session = { 0 };
	auto_backup Backup backup = { 0 };
	g_autofree char *wanted = NULL;
	g_autoptr (GError) error = NULL;
	gboolean own_passphrase = FALSE;
	const GOptionEntry entries[] = {
		TOKEN_ENTRY (wanted),
		{ "passphrase", 0, 0, G_OPTION_ARG_NONE, &own_passphrase,
		  N_ ("Encrypt under a passphrase, not under the user PIN"), NULL },
		SECRET_ENTRIES,
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (
		    entries,
		    _ ("Writes a token with its PINs into one file, encrypted and authenticated under the user PIN, "
	               "or under a passphrase."),
		    _ ("FILE"), 1, &argc, &argv, &status))
		return status;
	own_passphrase = own_passphrase || passphrase_from.file != NULL || passphrase_from.fd >= 0;
	if (!token_session_start (&session, module_path ? module_path : DEFAULT_MODULE, &error) ||
	    !token_session_find (&session, wanted, &error) ||
	    !backup_token (&session, argv[1], own_passphrase, &backup, &error))
		return setup_failed (error);
	g_print (_ ("Wrote the token \"%s\" with %u objects to %s\n"), backup.label, backup.entries->len - 1, argv[1]);
	return SETUP_OK;
}

/* --- restore --- */

/* Names of files of a token, and of its directory, as this module and SoftHSM give them. */
static bool
is_token_name (const char *name, const char *suffix)
{
	size_t n = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-");

	return n > 0 && n <= 64 && strcmp (name + n, suffix) == 0;
}

static bool
has_twin (const Backup *backup, guint index)
{
	const BackupEntry *entry = backup->entries->pdata[index];

	for (guint i = 0; i < index; i++)
		if (strcmp (((const BackupEntry *)backup->entries->pdata[i])->name, entry->name) == 0)
			return true;
	return false;
}

static bool
says_what_it_is (const Backup *backup, const BackupEntry *entry)
{
	g_autofree char *label = NULL;
	g_autofree char *serial = NULL;
	gsize n;
	const void *content = g_bytes_get_data (entry->content, &n);

	token_file_parse (content, n, &label, &serial);
	return g_strcmp0 (label, backup->label) == 0 && g_strcmp0 (serial, backup->serial) == 0;
}

/* Whoever knows the passphrase may have put anything into the file. */
static bool
check_content (const Backup *backup, GError **error)
{
	bool right = is_token_name (backup->directory, ""), has_token = false;

	for (guint i = 0; right && i < backup->entries->len; i++) {
		const BackupEntry *entry = backup->entries->pdata[i];
		bool is_token = strcmp (entry->name, TOKEN_FILE) == 0;

		right = is_token_name (entry->name, ".object") && !has_twin (backup, i) && (!is_token || says_what_it_is (backup, entry));
		has_token = has_token || is_token;
	}
	return (right && has_token) || setup_refuse (error, _ ("The file holds no token."));
}

static bool
check_absent (const Backup *backup, const char *tokendir, GError **error)
{
	g_autoptr (GPtrArray) dirs = token_dirs_list (tokendir, error);

	for (guint i = 0; dirs != NULL && i < dirs->len; i++) {
		const TokenDir *dir = dirs->pdata[i];

		if (g_strcmp0 (dir->serial, backup->serial) == 0 || strcmp (dir->name, backup->directory) == 0)
			return setup_refuse (
				error,
				_ ("The token \"%s\" with serial number %s is there. Delete it first, with "
			           "\"softhsm2-setup token delete\", if the one in the file is to come back."),
				dir->label ? dir->label : "", dir->serial ? dir->serial : "");
	}
	return dirs != NULL;
}

static bool
write_entry (int dir, const BackupEntry *entry, mode_t umask, GError **error)
{
	CK_RV rv = file_replace (dir, entry->name,
	                         bytes (g_bytes_get_data (entry->content, NULL), g_bytes_get_size (entry->content)),
	                         umask, NULL, &(struct stat){ 0 });

	return rv == CKR_OK || setup_refuse (error, _ ("%s cannot be written. The log has more."), entry->name);
}

/* The file that makes it a token last: until then nobody finds half of one. */
static bool
write_files (const Backup *backup, int dir, mode_t umask, GError **error)
{
	const BackupEntry *token = NULL;

	for (guint i = 0; i < backup->entries->len; i++) {
		const BackupEntry *entry = backup->entries->pdata[i];

		if (strcmp (entry->name, TOKEN_FILE) == 0)
			token = entry;
		else if (!write_entry (dir, entry, umask, error))
			return false;
		setup_progress (i + 1, backup->entries->len);
	}
	return write_entry (dir, token, umask, error);
}

static bool
restore_into (const Backup *backup, const Config *config, GError **error)
{
	g_autofree char *path = g_build_filename (config->tokendir, backup->directory, NULL);
	auto_signals sigset_t before = signals_hold ();
	auto_close int dir = -1;
	auto_undo Undo undo = { 0 };

	if (!check_content (backup, error) || !check_absent (backup, config->tokendir, error))
		return false;
	undo_start (&undo);
	if (mkdir (path, 0777 & ~config->umask) != 0)
		return setup_refuse (error, _ ("%s cannot be made: %s."), path, g_strerror (errno));
	undo_note_token (&undo, path);
	dir = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || !write_files (backup, dir, config->umask, error))
		return false;
	undo_keep (&undo);
	return true;
}

static bool
read_backup (const char *path, GBytes **file, Backup *head, GError **error)
{
	char *content = NULL;
	gsize n;

	if (!g_file_get_contents (path, &content, &n, error))
		return false;
	*file = g_bytes_new_take (content, n);
	return backup_read_head (head, *file, error);
}

static bool
restore_token (const char *path, Backup *backup, GError **error)
{
	auto_backup Backup head = { 0 };
	auto_pin Pin secret = { 0 };
	g_autoptr (GBytes) file = NULL;
	Config config = { 0 };
	bool ok = false;

	if (!read_backup (path, &file, &head, error) ||
	    !(head.under_pin ? get_pin (&secret, error) : get_passphrase (&secret, false, error)) ||
	    !backup_open (backup, file, secret.text, secret.len, error))
		return false;
	if (config_load (&config, NULL) == CKR_OK)
		ok = restore_into (backup, &config, error);
	else
		setup_refuse (error, _ ("The configuration cannot be used: %s. \"softhsm2-setup init\" makes one."),
		              config.error ? config.error : g_strerror (ENOMEM));
	config_clear (&config);
	return ok;
}

int
setup_restore (int argc, char **argv)
{
	auto_backup Backup backup = { 0 };
	g_autoptr (GError) error = NULL;
	g_autofree char *label = NULL;
	const GOptionEntry entries[] = { SECRET_ENTRIES, G_OPTION_ENTRY_NULL };
	int status;

	if (!setup_parse (entries, _ ("Makes the token of a backup again, with the keys and PINs that it had."),
	                  _ ("FILE"), 1, &argc, &argv, &status))
		return status;
	if (!restore_token (argv[1], &backup, &error))
		return setup_failed (error);
	label = text_to_show (backup.label);
	g_print (_ ("Made the token \"%s\" again, serial number %s, with %u objects\n"), label, backup.serial,
	         backup.entries->len - 1);
	return SETUP_OK;
}
