/* What keyfile.c and keyfile-any.c share. */

#ifndef TOOLS_KEYFILE_PRIVATE_H
#define TOOLS_KEYFILE_PRIVATE_H

#include "keyfile.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stddef.h>
#include <stdint.h>

bool keyfile_refuse (GError **error, KeyfileError code, const char *message);

/* The whole file, with a NUL behind it. */
bool keyfile_read (gnutls_datum_t *content, const char *path, GError **error);

void parts_add (Parts *parts, CK_ATTRIBUTE_TYPE type, const void *data, size_t len);
void parts_add_number (Parts *parts, CK_ATTRIBUTE_TYPE type, const gnutls_datum_t *number);

/* Both halves of a private key. */
bool key_pair_take (KeyPair *pair, gnutls_x509_privkey_t key, GError **error);

/* The public half of a key on a curve. */
bool key_pair_take_point (KeyPair *pair, gnutls_ecc_curve_t curve, const gnutls_datum_t *x, const gnutls_datum_t *y);

bool parts_take_certificate (Parts *parts, gnutls_x509_crt_t certificate);

void datum_clear (gnutls_datum_t *datum);
#define auto_datum __attribute__ ((cleanup (datum_clear)))

#endif
