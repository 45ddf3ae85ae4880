/* The file that a token is backed up in.
 *
 *   "SoftHSM2 backup\n"    16 bytes
 *   version                8, 1; all numbers big endian
 *   kind                   8, 1: under the user PIN, 2: under a passphrase
 *   rounds                 8, of PBKDF2 with HMAC-SHA-512 (RFC 8018), which gives the key of AES-256-GCM
 *   salt                  16
 *   nonce                 12
 *   label, serial          each its length (8) and its bytes
 *   ciphertext and tag (16), with all before it as additional data, of:
 *     the directory's name, and the name and content of each file, each its length (8) and its bytes */

#include "backup-file.h"

#include "setup.h"

#include "bytes.h"

#include <glib/gi18n.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define MAGIC       "SoftHSM2 backup\n"
#define N_MAGIC     16
#define VERSION     1
#define ROUNDS      600000
#define MOST_ROUNDS 10000000
#define N_SALT      16
#define N_NONCE     12
#define N_TAG       16
#define N_KEY       32

enum { KIND_PIN = 1, KIND_PASSPHRASE = 2 };

static void
entry_free (void *data)
{
	BackupEntry *entry = data;

	g_free (entry->name);
	g_bytes_unref (entry->content);
	g_free (entry);
}

void
backup_clear (Backup *backup)
{
	g_clear_pointer (&backup->directory, g_free);
	g_clear_pointer (&backup->label, g_free);
	g_clear_pointer (&backup->serial, g_free);
	g_clear_pointer (&backup->entries, g_ptr_array_unref);
}

void
backup_add (Backup *backup, const char *name, const void *data, size_t n)
{
	BackupEntry *entry = g_new (BackupEntry, 1);

	if (backup->entries == NULL)
		backup->entries = g_ptr_array_new_with_free_func (entry_free);
	*entry = (BackupEntry){ g_strdup (name), g_bytes_new (data, n) };
	g_ptr_array_add (backup->entries, entry);
}

/* --- numbers and parts --- */

static void
put_number (GByteArray *out, uint64_t number)
{
	uint8_t octets[8];

	be64_put (octets, number);
	g_byte_array_append (out, octets, sizeof octets);
}

static void
put_part (GByteArray *out, const void *data, size_t n)
{
	put_number (out, n);
	g_byte_array_append (out, data, (guint)n);
}

static bool
take (Bytes *rest, size_t n, Bytes *part)
{
	if (rest->len < n)
		return false;
	*part = bytes (rest->data, n);
	*rest = bytes (rest->data + n, rest->len - n);
	return true;
}

static bool
take_number (Bytes *rest, uint64_t *number)
{
	Bytes octets;

	if (!take (rest, 8, &octets))
		return false;
	*number = be64_get (octets.data);
	return true;
}

static bool
take_part (Bytes *rest, Bytes *part)
{
	uint64_t n;

	return take_number (rest, &n) && n <= rest->len && take (rest, n, part);
}

static bool
take_text (Bytes *rest, char **text)
{
	Bytes part;

	if (!take_part (rest, &part) || memchr (part.data, '\0', part.len) != NULL)
		return false;
	*text = g_strndup ((const char *)part.data, part.len);
	return true;
}

/* --- the key --- */

typedef struct {
	uint64_t kind, rounds;
	Bytes salt, nonce;
} Head;

static bool
make_key (const char *secret, size_t n_secret, const Head *head, uint8_t key[static N_KEY], GError **error)
{
	gnutls_datum_t from = { (void *)(uintptr_t)secret, (unsigned)n_secret };
	gnutls_datum_t salt = { (void *)(uintptr_t)head->salt.data, (unsigned)head->salt.len };
	int rv = gnutls_pbkdf2 (GNUTLS_MAC_SHA512, &from, &salt, (unsigned)head->rounds, key, N_KEY);

	return rv >= 0 || setup_refuse (error, _ ("The key of the backup cannot be made: %s."), gnutls_strerror (rv));
}

static gnutls_aead_cipher_hd_t
open_cipher (const char *secret, size_t n_secret, const Head *head, GError **error)
{
	uint8_t key[N_KEY];
	gnutls_datum_t datum = { key, sizeof key };
	gnutls_aead_cipher_hd_t cipher = NULL;
	int rv;

	if (!make_key (secret, n_secret, head, key, error))
		return NULL;
	rv = gnutls_aead_cipher_init (&cipher, GNUTLS_CIPHER_AES_256_GCM, &datum);
	wipe (key, sizeof key);
	if (rv >= 0)
		return cipher;
	setup_refuse (error, _ ("The backup cannot be encrypted here: %s."), gnutls_strerror (rv));
	return NULL;
}

/* --- writing --- */

static GByteArray *
make_head (const Backup *backup, Head *head)
{
	GByteArray *out = g_byte_array_new ();
	uint8_t random[N_SALT + N_NONCE];

	if (gnutls_rnd (GNUTLS_RND_KEY, random, sizeof random) < 0) {
		g_byte_array_unref (out);
		return NULL;
	}
	*head = (Head){ backup->under_pin ? KIND_PIN : KIND_PASSPHRASE, ROUNDS, NO_BYTES, NO_BYTES };
	g_byte_array_append (out, (const guint8 *)MAGIC, N_MAGIC);
	put_number (out, VERSION);
	put_number (out, head->kind);
	put_number (out, head->rounds);
	g_byte_array_append (out, random, sizeof random);
	put_part (out, backup->label, strlen (backup->label));
	put_part (out, backup->serial, strlen (backup->serial));
	head->salt = bytes (out->data + N_MAGIC + 24, N_SALT);
	head->nonce = bytes (head->salt.data + N_SALT, N_NONCE);
	return out;
}

static GByteArray *
make_content (const Backup *backup)
{
	GByteArray *out = g_byte_array_new ();

	put_part (out, backup->directory, strlen (backup->directory));
	for (guint i = 0; i < backup->entries->len; i++) {
		const BackupEntry *entry = backup->entries->pdata[i];
		gsize n;
		const void *data = g_bytes_get_data (entry->content, &n);

		put_part (out, entry->name, strlen (entry->name));
		put_part (out, data, n);
	}
	return out;
}

GBytes *
backup_seal (const Backup *backup, const char *secret, size_t n_secret, GError **error)
{
	Head head;
	g_autoptr (GByteArray) file = make_head (backup, &head);
	g_autoptr (GByteArray) content = make_content (backup);
	gnutls_aead_cipher_hd_t cipher = file ? open_cipher (secret, n_secret, &head, error) : NULL;
	size_t n_head, n_out = content->len + N_TAG;
	g_autofree uint8_t *out = NULL;
	int rv;

	if (cipher == NULL) {
		if (file == NULL)
			setup_refuse (error, _ ("The system gives no random numbers."));
		return NULL;
	}
	out = g_malloc (n_out);
	n_head = file->len;
	rv = gnutls_aead_cipher_encrypt (cipher, head.nonce.data, N_NONCE, file->data, n_head, N_TAG, content->data,
	                                 content->len, out, &n_out);
	gnutls_aead_cipher_deinit (cipher);
	if (rv < 0) {
		setup_refuse (error, _ ("The backup cannot be encrypted here: %s."), gnutls_strerror (rv));
		return NULL;
	}
	g_byte_array_append (file, out, (guint)n_out);
	return g_byte_array_free_to_bytes (g_steal_pointer (&file));
}

/* --- reading --- */

static bool
not_a_backup (GError **error)
{
	return setup_refuse (error, _ ("The file is no backup that softhsm2-setup has written, or it is damaged."));
}

static bool
read_head (Backup *backup, Bytes *rest, Head *head)
{
	uint64_t version;
	Bytes magic;

	if (!take (rest, N_MAGIC, &magic) || memcmp (magic.data, MAGIC, N_MAGIC) != 0 ||
	    !take_number (rest, &version) || version != VERSION || !take_number (rest, &head->kind) ||
	    !take_number (rest, &head->rounds) || !take (rest, N_SALT, &head->salt) ||
	    !take (rest, N_NONCE, &head->nonce) || !take_text (rest, &backup->label) ||
	    !take_text (rest, &backup->serial))
		return false;
	backup->under_pin = head->kind == KIND_PIN;
	return (head->kind == KIND_PIN || head->kind == KIND_PASSPHRASE) && head->rounds >= 1 &&
	       head->rounds <= MOST_ROUNDS;
}

bool
backup_read_head (Backup *backup, GBytes *file, GError **error)
{
	Bytes rest = bytes (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
	Head head;

	return read_head (backup, &rest, &head) || not_a_backup (error);
}

/* A name that stays inside the directory that it is made in. */
static bool
is_plain_name (const char *name)
{
	return *name != '\0' && *name != '.' && strchr (name, '/') == NULL;
}

static bool
read_content (Backup *backup, Bytes rest)
{
	if (!take_text (&rest, &backup->directory) || !is_plain_name (backup->directory))
		return false;
	while (rest.len > 0) {
		g_autofree char *name = NULL;
		Bytes content;

		if (!take_text (&rest, &name) || !is_plain_name (name) || !take_part (&rest, &content))
			return false;
		backup_add (backup, name, content.data, content.len);
	}
	return backup->entries != NULL;
}

bool
backup_open (Backup *backup, GBytes *file, const char *secret, size_t n_secret, GError **error)
{
	Bytes all = bytes (g_bytes_get_data (file, NULL), g_bytes_get_size (file)), rest = all;
	g_autofree uint8_t *plain = NULL;
	gnutls_aead_cipher_hd_t cipher;
	size_t n_plain;
	Head head;
	int rv;

	if (!read_head (backup, &rest, &head) || rest.len < N_TAG)
		return not_a_backup (error);
	cipher = open_cipher (secret, n_secret, &head, error);
	if (cipher == NULL)
		return false;
	n_plain = rest.len;
	plain = g_malloc (n_plain);
	rv = gnutls_aead_cipher_decrypt (cipher, head.nonce.data, N_NONCE, all.data, all.len - rest.len, N_TAG,
	                                 rest.data, rest.len, plain, &n_plain);
	gnutls_aead_cipher_deinit (cipher);
	if (rv < 0)
		return setup_refuse (
			error, backup->under_pin
				       ? _ ("That is not the user PIN that the token had when it was backed up, or the "
		                            "file is damaged.")
				       : _ ("That is not the passphrase of the backup, or the file is damaged."));
	return read_content (backup, bytes (plain, n_plain)) || not_a_backup (error);
}
