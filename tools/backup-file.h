/* The file that a token is backed up in: encrypted and authenticated under a passphrase or a PIN. */

#ifndef TOOLS_BACKUP_FILE_H
#define TOOLS_BACKUP_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One file of the token. */
typedef struct {
	char *name;
	GBytes *content;
} BackupEntry;

typedef struct {
	char *directory; /* the name of the token's directory */
	char *label;
	char *serial;
	bool under_pin;     /* else under a passphrase of its own */
	GPtrArray *entries; /* BackupEntry * */
} Backup;

#define auto_backup __attribute__ ((cleanup (backup_clear)))

void backup_clear (Backup *backup);
void backup_add (Backup *backup, const char *name, const void *data, size_t n);

/* The whole file.  NULL where GnuTLS cannot. */
GBytes *backup_seal (const Backup *backup, const char *secret, size_t n_secret, GError **error);

/* What can be read without the secret: label, serial number, under_pin. */
bool backup_read_head (Backup *backup, GBytes *file, GError **error);

/* All of it.  An error tells a wrong secret from a file that is none. */
bool backup_open (Backup *backup, GBytes *file, const char *secret, size_t n_secret, GError **error);

#endif
