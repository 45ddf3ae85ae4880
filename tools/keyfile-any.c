/* Whatever a file holds that a token can keep.  PEM says what its parts are; of DER, what can be read as one thing is
 * that. */

#include "keyfile-any.h"

#include "bind-key.h"
#include "keyfile-private.h"
#include "setup.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <gnutls/abstract.h>
#include <gnutls/pkcs12.h>
#include <string.h>

typedef struct {
	GPtrArray *found;
	AskPassphrase ask;
	void *data;
	const char *passphrase; /* once it was asked for */
	const char *path;
} Reading;

static void
found_free (void *data)
{
	Found *found = data;

	key_pair_clear (&found->pair);
	parts_clear (&found->parts);
	g_clear_pointer (&found->id, g_bytes_unref);
	g_free (found->name);
	g_free (found);
}

static Found *
add_found (Reading *reading, FoundKind kind)
{
	Found *found = g_new0 (Found, 1);

	found->kind = kind;
	g_ptr_array_add (reading->found, found);
	return found;
}

static const char *
passphrase (Reading *reading)
{
	if (reading->passphrase == NULL)
		reading->passphrase = reading->ask (reading->data);
	return reading->passphrase;
}

static GBytes *
id_of (const uint8_t *id, size_t n)
{
	return g_bytes_new (id, n);
}

/* --- private keys --- */

static bool
take_private (Reading *reading, gnutls_x509_privkey_t key, const char *name, GError **error)
{
	Found *found = add_found (reading, FOUND_PAIR);
	uint8_t id[64];
	size_t n = sizeof id;

	found->name = g_strdup (name);
	if (gnutls_x509_privkey_get_key_id (key, GNUTLS_KEYID_USE_SHA1, id, &n) >= 0)
		found->id = id_of (id, n);
	return key_pair_take (&found->pair, key, error);
}

static bool
is_encrypted (const gnutls_datum_t *content, gnutls_x509_crt_fmt_t format)
{
	unsigned schema, cipher, iterations, n_salt = 0;
	char *oid = NULL;
	int rv = gnutls_pkcs8_info (content, format, &schema, &cipher, NULL, &n_salt, &iterations, &oid);

	gnutls_free (oid);
	/* OpenSSL's older form of PEM is not PKCS #8 */
	return rv >= 0 || rv == GNUTLS_E_UNKNOWN_CIPHER_TYPE || (format == GNUTLS_X509_FMT_PEM && strstr ((const char *)content->data, "ENCRYPTED") != NULL);
}

static bool
import_private (Reading *reading, gnutls_x509_privkey_t key, const gnutls_datum_t *content, gnutls_x509_crt_fmt_t format,
                GError **error)
{
	bool encrypted = is_encrypted (content, format);
	const char *secret = encrypted ? passphrase (reading) : NULL;
	int rv;

	if (encrypted && secret == NULL)
		return setup_refuse (error, _ ("%s is encrypted, and no passphrase was given."), reading->path);
	rv = gnutls_x509_privkey_import2 (key, content, format, secret, secret ? 0 : GNUTLS_PKCS_PLAIN);
	if (rv >= 0)
		return take_private (reading, key, NULL, error);
	if (encrypted)
		return setup_refuse (error, _ ("That is not the passphrase of %s."), reading->path);
	return setup_refuse (error, _ ("The private key in %s cannot be read: %s."), reading->path, gnutls_strerror (rv));
}

static bool
read_private (Reading *reading, const gnutls_datum_t *content, gnutls_x509_crt_fmt_t format, GError **error)
{
	gnutls_x509_privkey_t key;
	bool ok;

	if (gnutls_x509_privkey_init (&key) < 0)
		return setup_refuse (error, "%s", g_strerror (ENOMEM));
	ok = import_private (reading, key, content, format, error);
	gnutls_x509_privkey_deinit (key);
	return ok;
}

/* --- BIND's --- */

static void
ignore (const char *sentence)
{
	g_debug ("%s", sentence);
}

static bool
read_bind (Reading *reading, GError **error)
{
	auto_wipe Buf info = BUF_SECRET;
	gnutls_datum_t datum;

	if (!bind_key_read (reading->path, ignore, &info))
		return setup_refuse (error, _ ("The private key in %s cannot be read: \"softhsm2-keyconv\" may tell why."),
		                     reading->path);
	datum = (gnutls_datum_t){ info.data, (unsigned)info.len };
	return read_private (reading, &datum, GNUTLS_X509_FMT_DER, error);
}

/* --- certificates and public keys --- */

static bool
take_certificate (Reading *reading, gnutls_x509_crt_t certificate, GError **error)
{
	Found *found = add_found (reading, FOUND_CERTIFICATE);
	uint8_t id[64];
	char name[128];
	size_t n = sizeof id, n_name = sizeof name;

	if (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA1, id, &n) >= 0)
		found->id = id_of (id, n);
	if (gnutls_x509_crt_get_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &n_name) >= 0)
		found->name = g_strndup (name, n_name);
	return parts_take_certificate (&found->parts, certificate) ||
	       setup_refuse (error, _ ("A certificate in %s cannot be read."), reading->path);
}

/* Takes the list over. */
static bool
take_list (Reading *reading, gnutls_x509_crt_t *list, unsigned n, GError **error)
{
	bool ok = true;

	for (unsigned i = 0; i < n; i++) {
		ok = ok && take_certificate (reading, list[i], error);
		gnutls_x509_crt_deinit (list[i]);
	}
	gnutls_free (list);
	return ok;
}

static bool
read_certificates (Reading *reading, const gnutls_datum_t *content, gnutls_x509_crt_fmt_t format, GError **error)
{
	gnutls_x509_crt_t *list = NULL;
	unsigned n = 0;
	int rv = gnutls_x509_crt_list_import2 (&list, &n, content, format, 0);

	if (rv < 0)
		return setup_refuse (error, _ ("The certificates in %s cannot be read: %s."), reading->path, gnutls_strerror (rv));
	return take_list (reading, list, n, error);
}

static bool
take_rsa_public (KeyPair *pair, gnutls_pubkey_t key)
{
	auto_datum gnutls_datum_t modulus = { 0 }, exponent = { 0 };

	if (gnutls_pubkey_export_rsa_raw (key, &modulus, &exponent) < 0)
		return false;
	pair->type = CKK_RSA;
	pair->kind = "RSA";
	pair->may_sign = pair->may_encrypt = true;
	parts_add_number (&pair->public_parts, CKA_MODULUS, &modulus);
	parts_add_number (&pair->public_parts, CKA_PUBLIC_EXPONENT, &exponent);
	return true;
}

static bool
take_public (KeyPair *pair, gnutls_pubkey_t key)
{
	auto_datum gnutls_datum_t x = { 0 }, y = { 0 };
	gnutls_ecc_curve_t curve;
	int algorithm = gnutls_pubkey_get_pk_algorithm (key, NULL);

	if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS)
		return take_rsa_public (pair, key);
	return gnutls_pubkey_export_ecc_raw (key, &curve, &x, &y) >= 0 && key_pair_take_point (pair, curve, &x, &y);
}

static bool
read_public (Reading *reading, const gnutls_datum_t *content, gnutls_x509_crt_fmt_t format, GError **error)
{
	gnutls_pubkey_t key;
	Found *found;
	uint8_t id[64];
	size_t n = sizeof id;
	bool ok = false;
	int rv;

	if (gnutls_pubkey_init (&key) < 0)
		return setup_refuse (error, "%s", g_strerror (ENOMEM));
	rv = gnutls_pubkey_import (key, content, format);
	if (rv < 0) {
		setup_refuse (error, _ ("The public key in %s cannot be read: %s."), reading->path, gnutls_strerror (rv));
	} else {
		found = add_found (reading, FOUND_PUBLIC);
		if (gnutls_pubkey_get_key_id (key, GNUTLS_KEYID_USE_SHA1, id, &n) >= 0)
			found->id = id_of (id, n);
		ok = take_public (&found->pair, key) ||
		     setup_refuse (error, _ ("The token has no public keys such as the one in %s."), reading->path);
	}
	gnutls_pubkey_deinit (key);
	return ok;
}

/* --- PKCS #12 --- */

static char *
friendly_name (gnutls_pkcs12_t pkcs12)
{
	char *found = NULL, *name = NULL;
	gnutls_pkcs12_bag_t bag;

	if (gnutls_pkcs12_bag_init (&bag) < 0)
		return NULL;
	for (int i = 0; found == NULL && gnutls_pkcs12_get_bag (pkcs12, i, bag) >= 0; i++) {
		for (int j = 0; found == NULL && j < gnutls_pkcs12_bag_get_count (bag); j++)
			if (gnutls_pkcs12_bag_get_friendly_name (bag, (unsigned)j, &name) >= 0)
				found = g_strdup (name);
		gnutls_pkcs12_bag_deinit (bag);
		if (gnutls_pkcs12_bag_init (&bag) < 0)
			return found;
	}
	gnutls_pkcs12_bag_deinit (bag);
	return found;
}

static bool
open_pkcs12 (Reading *reading, gnutls_pkcs12_t pkcs12, GError **error)
{
	gnutls_x509_crt_t *chain = NULL, *extra = NULL;
	unsigned n_chain = 0, n_extra = 0;
	gnutls_x509_privkey_t key = NULL;
	const char *secret = passphrase (reading);
	g_autofree char *name = NULL;
	bool ok = true;
	int rv;

	if (secret == NULL)
		return setup_refuse (error, _ ("%s is encrypted, and no passphrase was given."), reading->path);
	if (gnutls_pkcs12_verify_mac (pkcs12, secret) < 0)
		return setup_refuse (error, _ ("That is not the passphrase of %s."), reading->path);
	rv = gnutls_pkcs12_simple_parse (pkcs12, secret, &key, &chain, &n_chain, &extra, &n_extra, NULL, 0);
	if (rv < 0)
		return setup_refuse (error, _ ("%s cannot be read: %s."), reading->path, gnutls_strerror (rv));
	name = friendly_name (pkcs12);
	if (key != NULL) {
		ok = take_private (reading, key, name, error);
		gnutls_x509_privkey_deinit (key);
	}
	ok = take_list (reading, chain, n_chain, ok ? error : NULL) && ok;
	return take_list (reading, extra, n_extra, ok ? error : NULL) && ok;
}

/* Is it one?  @ok: and was it read? */
static bool
try_pkcs12 (Reading *reading, const gnutls_datum_t *content, bool *ok, GError **error)
{
	gnutls_pkcs12_t pkcs12;
	bool is_one;

	if (gnutls_pkcs12_init (&pkcs12) < 0)
		return false;
	is_one = gnutls_pkcs12_import (pkcs12, content, GNUTLS_X509_FMT_DER, 0) >= 0;
	if (is_one)
		*ok = open_pkcs12 (reading, pkcs12, error);
	gnutls_pkcs12_deinit (pkcs12);
	return is_one;
}

/* --- which of these --- */

static bool
read_der (Reading *reading, const gnutls_datum_t *content, GError **error)
{
	bool ok;

	if (try_pkcs12 (reading, content, &ok, error))
		return ok;
	if (read_certificates (reading, content, GNUTLS_X509_FMT_DER, NULL) ||
	    read_public (reading, content, GNUTLS_X509_FMT_DER, NULL))
		return true;
	g_ptr_array_set_size (reading->found, 0);
	return read_private (reading, content, GNUTLS_X509_FMT_DER, error);
}

static bool
is_twice (const char *text, const char *part)
{
	const char *at = strstr (text, part);

	return at != NULL && strstr (at + 1, part) != NULL;
}

static bool
read_pem (Reading *reading, const gnutls_datum_t *content, GError **error)
{
	const char *text = (const char *)content->data;
	bool ok = true;

	if (is_twice (text, "-----END PUBLIC KEY-----") || is_twice (text, "-----END PRIVATE KEY-----") ||
	    is_twice (text, "-----END ENCRYPTED PRIVATE KEY-----") || is_twice (text, "-----END RSA PRIVATE KEY-----") ||
	    is_twice (text, "-----END EC PRIVATE KEY-----"))
		return setup_refuse (error, _ ("%s holds more than one key. Put each into a file of its own."), reading->path);
	if (strstr (text, "PRIVATE KEY-----") != NULL)
		ok = read_private (reading, content, GNUTLS_X509_FMT_PEM, error);
	if (ok && strstr (text, "-----BEGIN CERTIFICATE-----") != NULL)
		ok = read_certificates (reading, content, GNUTLS_X509_FMT_PEM, error);
	if (ok && strstr (text, "-----BEGIN PUBLIC KEY-----") != NULL)
		ok = read_public (reading, content, GNUTLS_X509_FMT_PEM, error);
	return ok;
}

GPtrArray *
keyfile_read_any (const char *path, AskPassphrase ask, void *data, GError **error)
{
	auto_datum gnutls_datum_t content = { 0 };
	Reading reading = { g_ptr_array_new_with_free_func (found_free), ask, data, NULL, path };
	bool ok = keyfile_read (&content, path, error);

	if (!ok && error != NULL && *error != NULL) {
		g_clear_error (error);
		setup_refuse (error, _ ("%s cannot be read."), path);
	}
	if (ok && strstr ((const char *)content.data, "-----BEGIN ") != NULL)
		ok = read_pem (&reading, &content, error);
	else if (ok && strstr ((const char *)content.data, "Private-key-format:") != NULL)
		ok = read_bind (&reading, error);
	else if (ok)
		ok = read_der (&reading, &content, error);
	if (ok && reading.found->len > 0)
		return reading.found;
	if (ok)
		setup_refuse (error, _ ("%s holds nothing that a token keeps."), path);
	g_ptr_array_unref (reading.found);
	return NULL;
}
