/* Whatever a file holds that a token can keep: keys and certificates in the formats that GnuTLS reads. */

#ifndef TOOLS_KEYFILE_ANY_H
#define TOOLS_KEYFILE_ANY_H

#include "keyfile.h"

typedef enum { FOUND_PAIR, FOUND_PUBLIC, FOUND_CERTIFICATE } FoundKind;

typedef struct {
	FoundKind kind;
	KeyPair pair;   /* FOUND_PAIR; FOUND_PUBLIC: its public half */
	Parts parts;    /* FOUND_CERTIFICATE */
	GBytes *id;     /* SHA-1 of the public key: the same for a key and its certificate */
	char *name;     /* what the file calls it, NULL where it does not */
} Found;

/* Asks for the passphrase of what turned out to be encrypted; NULL: there is none to be had. */
typedef const char *(*AskPassphrase) (void *data);

/* All of it, Found *, to be freed with g_ptr_array_unref. */
GPtrArray *keyfile_read_any (const char *path, AskPassphrase ask, void *data, GError **error);

#endif
