/* Keys and certificates in files, as the attributes of PKCS #11 objects.  GnuTLS reads the formats. */

#include "keyfile-private.h"

#include "pkcs8.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <string.h>

/* More than any key or certificate needs. */
#define LARGEST_FILE (1024 * 1024)

#define TAG_INTEGER      0x02
#define TAG_OCTET_STRING 0x04
#define TAG_OID          0x06

G_DEFINE_QUARK (keyfile - error - quark, keyfile_error)

bool
keyfile_refuse (GError **error, KeyfileError code, const char *message)
{
	g_set_error_literal (error, KEYFILE_ERROR, (int)code, message);
	return false;
}

/* --- parts --- */

void
parts_clear (Parts *parts)
{
	for (CK_ULONG i = 0; i < parts->n; i++) {
		explicit_bzero (parts->list[i].pValue, parts->list[i].ulValueLen);
		g_free (parts->list[i].pValue);
	}
	*parts = (Parts){ 0 };
}

void
parts_add (Parts *parts, CK_ATTRIBUTE_TYPE type, const void *data, size_t len)
{
	CK_ATTRIBUTE *part = &parts->list[parts->n++];

	g_assert (parts->n <= G_N_ELEMENTS (parts->list));
	*part = (CK_ATTRIBUTE){ .type = type, .pValue = g_malloc (len + 1), .ulValueLen = len };
	memcpy (part->pValue, data, len);
}

/* A number without the zero octet that GnuTLS puts before a high bit. */
void
parts_add_number (Parts *parts, CK_ATTRIBUTE_TYPE type, const gnutls_datum_t *number)
{
	unsigned skip = 0;

	while (skip < number->size && number->data[skip] == 0)
		skip++;
	parts_add (parts, type, number->data + skip, number->size - skip);
}

/* A DER value; none that occurs here is longer than 65535 bytes. */
static void
parts_add_der (Parts *parts, CK_ATTRIBUTE_TYPE type, uint8_t tag, const uint8_t *data, size_t len)
{
	g_autoptr (GByteArray) der = g_byte_array_new ();
	uint8_t head[4] = { tag };
	guint n_head = 2;

	if (len < 0x80) {
		head[1] = (uint8_t)len;
	} else if (len < 0x100) {
		head[1] = 0x81;
		head[2] = (uint8_t)len;
		n_head = 3;
	} else {
		head[1] = 0x82;
		head[2] = (uint8_t)(len >> 8);
		head[3] = (uint8_t)len;
		n_head = 4;
	}
	g_byte_array_append (der, head, n_head);
	g_byte_array_append (der, data, (guint)len);
	parts_add (parts, type, der->data, der->len);
}

/* An object identifier in dots, X.690 section 8.19. */
static void
parts_add_oid (Parts *parts, CK_ATTRIBUTE_TYPE type, const char *dotted)
{
	g_auto (GStrv) arcs = g_strsplit (dotted, ".", -1);
	g_autoptr (GByteArray) oid = g_byte_array_new ();
	guint64 arc = g_ascii_strtoull (arcs[0], NULL, 10) * 40;

	for (guint i = 1; arcs[i] != NULL; i++) {
		uint8_t coded[10];
		guint at = sizeof coded;

		arc = (i == 1 ? arc : 0) + g_ascii_strtoull (arcs[i], NULL, 10);
		for (uint8_t more = 0; at == sizeof coded || arc != 0; more = 0x80, arc >>= 7)
			coded[--at] = (uint8_t)((arc & 0x7f) | more);
		g_byte_array_append (oid, coded + at, (guint)sizeof coded - at);
	}
	parts_add_der (parts, type, TAG_OID, oid->data, oid->len);
}

void
datum_clear (gnutls_datum_t *datum)
{
	if (datum->data != NULL)
		gnutls_memset (datum->data, 0, datum->size);
	gnutls_free (datum->data);
	*datum = (gnutls_datum_t){ 0 };
}

/* --- files --- */

bool
keyfile_read (gnutls_datum_t *content, const char *path, GError **error)
{
	g_autofree char *data = NULL;
	gsize len;

	if (!g_file_get_contents (path, &data, &len, NULL))
		return keyfile_refuse (error, KEYFILE_CANNOT_OPEN, path);
	if (len <= LARGEST_FILE) {
		content->size = (unsigned)len;
		content->data = gnutls_malloc (len + 1);
		memcpy (content->data, data, len);
		content->data[len] = '\0';
	}
	explicit_bzero (data, len);
	return len <= LARGEST_FILE || keyfile_refuse (error, KEYFILE_UNREADABLE, path);
}

/* --- key pairs --- */

void
key_pair_clear (KeyPair *pair)
{
	parts_clear (&pair->private_parts);
	parts_clear (&pair->public_parts);
}

static bool
take_rsa (KeyPair *pair, gnutls_x509_privkey_t key)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
		CKA_PRIME_2, CKA_COEFFICIENT,     CKA_EXPONENT_1,       CKA_EXPONENT_2,
	};
	gnutls_datum_t numbers[G_N_ELEMENTS (types)] = { 0 };
	bool ok = gnutls_x509_privkey_export_rsa_raw2 (key, &numbers[0], &numbers[1], &numbers[2],
	                                               &numbers[3], &numbers[4], &numbers[5], &numbers[6],
	                                               &numbers[7]) == GNUTLS_E_SUCCESS;

	for (size_t i = 0; i < G_N_ELEMENTS (types); i++) {
		if (ok)
			parts_add_number (&pair->private_parts, types[i], &numbers[i]);
		if (ok && i < 2)
			parts_add_number (&pair->public_parts, types[i], &numbers[i]);
		datum_clear (&numbers[i]);
	}
	pair->type = CKK_RSA;
	pair->kind = "RSA";
	pair->may_sign = pair->may_encrypt = true;
	return ok;
}

static bool
take_dsa (KeyPair *pair, gnutls_x509_privkey_t key)
{
	enum { P, Q, G, Y, X, N_NUMBERS };
	static const CK_ATTRIBUTE_TYPE types[N_NUMBERS] = { CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_VALUE, CKA_VALUE };
	gnutls_datum_t numbers[N_NUMBERS] = { 0 };
	bool ok = gnutls_x509_privkey_export_dsa_raw (key, &numbers[P], &numbers[Q], &numbers[G], &numbers[Y],
	                                              &numbers[X]) == GNUTLS_E_SUCCESS;

	for (size_t i = 0; i < N_NUMBERS; i++) {
		if (ok && i != Y)
			parts_add_number (&pair->private_parts, types[i], &numbers[i]);
		if (ok && i != X)
			parts_add_number (&pair->public_parts, types[i], &numbers[i]);
		datum_clear (&numbers[i]);
	}
	pair->type = CKK_DSA;
	pair->kind = "DSA";
	pair->may_sign = true;
	return ok;
}

static gnutls_datum_t
trimmed (const gnutls_datum_t *number)
{
	gnutls_datum_t result = *number;

	while (result.size > 0 && result.data[0] == 0) {
		result.data++;
		result.size--;
	}
	return result;
}

/* In full length, big endian. */
static void
put_number (uint8_t *at, size_t size, const gnutls_datum_t *number)
{
	memcpy (at + size - number->size, number->data, number->size);
}

/* The uncompressed point, SEC 1 section 2.3.3: both coordinates in full length. */
static bool
take_weierstrass (KeyPair *pair, size_t size, gnutls_datum_t x, gnutls_datum_t y)
{
	g_autofree uint8_t *point = g_malloc0 (1 + 2 * size);

	if (size == 0 || x.size > size || y.size > size)
		return false;
	point[0] = 0x04;
	put_number (point + 1, size, &x);
	put_number (point + 1 + size, size, &y);
	parts_add_der (&pair->public_parts, CKA_EC_POINT, TAG_OCTET_STRING, point, 1 + 2 * size);
	pair->type = CKK_EC;
	pair->kind = "ECDSA";
	pair->may_sign = true;
	return true;
}

/* RFC 8410 keys.  X25519 and X448 go by CKK_EC_EDWARDS too, as SoftHSM has them; unlike SoftHSM's
 * theirs may derive, which is all that such a key is for.  SoftHSM 2.6.1 wrote the point without its
 * OCTET STRING and could then not use it; what newer ones and PKCS #11 want is written here. */
static bool
take_edwards (KeyPair *pair, bool is_montgomery, const gnutls_datum_t *x)
{
	parts_add_der (&pair->public_parts, CKA_EC_POINT, TAG_OCTET_STRING, x->data, x->size);
	pair->type = CKK_EC_EDWARDS;
	pair->kind = "EDDSA";
	pair->may_sign = !is_montgomery;
	pair->may_derive = is_montgomery;
	return true;
}

bool
key_pair_take_point (KeyPair *pair, gnutls_ecc_curve_t curve, const gnutls_datum_t *x, const gnutls_datum_t *y)
{
	const char *oid = gnutls_ecc_curve_get_oid (curve);

	if (oid == NULL)
		return false;
	parts_add_oid (&pair->public_parts, CKA_EC_PARAMS, oid);
	switch (curve) {
	case GNUTLS_ECC_CURVE_ED25519:
	case GNUTLS_ECC_CURVE_ED448:
		return take_edwards (pair, false, x);
	case GNUTLS_ECC_CURVE_X25519:
	case GNUTLS_ECC_CURVE_X448:
		return take_edwards (pair, true, x);
	default:
		return take_weierstrass (pair, (size_t)gnutls_ecc_curve_get_size (curve), trimmed (x), trimmed (y));
	}
}

static bool
take_ecc (KeyPair *pair, gnutls_x509_privkey_t key)
{
	auto_datum gnutls_datum_t x = { 0 }, y = { 0 }, k = { 0 };
	g_autofree uint8_t *value = NULL;
	gnutls_datum_t number;
	gnutls_ecc_curve_t curve;
	size_t size;

	if (gnutls_x509_privkey_export_ecc_raw (key, &curve, &x, &y, &k) != GNUTLS_E_SUCCESS ||
	    !key_pair_take_point (pair, curve, &x, &y))
		return false;
	parts_add_oid (&pair->private_parts, CKA_EC_PARAMS, gnutls_ecc_curve_get_oid (curve));
	if (pair->type == CKK_EC_EDWARDS) {
		parts_add (&pair->private_parts, CKA_VALUE, k.data, k.size);
		return true;
	}
	size = (size_t)gnutls_ecc_curve_get_size (curve);
	number = trimmed (&k);
	if (number.size > size)
		return false;
	value = g_malloc0 (size);
	put_number (value, size, &number);
	parts_add (&pair->private_parts, CKA_VALUE, value, size);
	explicit_bzero (value, size);
	return true;
}

bool
key_pair_take (KeyPair *pair, gnutls_x509_privkey_t key, GError **error)
{
	bool ok;

	switch (gnutls_x509_privkey_get_pk_algorithm (key)) {
	case GNUTLS_PK_RSA:
	case GNUTLS_PK_RSA_PSS:
		ok = take_rsa (pair, key);
		break;
	case GNUTLS_PK_DSA:
		ok = take_dsa (pair, key);
		break;
	case GNUTLS_PK_ECDSA:
	case GNUTLS_PK_EDDSA_ED25519:
	case GNUTLS_PK_EDDSA_ED448:
	case GNUTLS_PK_ECDH_X25519:
	case GNUTLS_PK_ECDH_X448:
		ok = take_ecc (pair, key);
		break;
	default:
		ok = false;
		break;
	}
	return ok || keyfile_refuse (error, KEYFILE_UNKNOWN_ALGORITHM, "the algorithm of the key is not supported");
}

/* A plain PrivateKeyInfo of an elliptic curve's key that says no more than the private value. */
static int
import_lacking (gnutls_x509_privkey_t key, const gnutls_datum_t *content)
{
	auto_datum gnutls_datum_t info = { 0 };
	auto_wipe Buf full = BUF_SECRET;
	gnutls_datum_t whole;
	int result = gnutls_pem_base64_decode2 ("PRIVATE KEY", content, &info);

	if (result != GNUTLS_E_SUCCESS)
		return result;
	/* GnuTLS tells neither of a curve that it does not know nor of parameters in full. */
	if (!pkcs8_add_point (bytes (info.data, info.size), &full))
		return pkcs8_is_info (bytes (info.data, info.size)) ? GNUTLS_E_UNKNOWN_PK_ALGORITHM :
		                                                      GNUTLS_E_PARSING_ERROR;
	whole = (gnutls_datum_t){ full.data, (unsigned)full.len };
	return gnutls_x509_privkey_import_pkcs8 (key, &whole, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN);
}

static int
import_pair (gnutls_x509_privkey_t key, const gnutls_datum_t *content, const char *passphrase)
{
	int result = gnutls_x509_privkey_import_pkcs8 (key, content, GNUTLS_X509_FMT_PEM, passphrase,
	                                               passphrase ? 0 : GNUTLS_PKCS_PLAIN);

	return result != GNUTLS_E_SUCCESS && passphrase == NULL ? import_lacking (key, content) : result;
}

bool
keyfile_read_pair (KeyPair *pair, const char *path, const char *passphrase, GError **error)
{
	auto_datum gnutls_datum_t content = { 0 };
	gnutls_x509_privkey_t key;
	bool is_encrypted, ok;
	int result;

	*pair = (KeyPair){ 0 };
	if (!keyfile_read (&content, path, error))
		return false;
	is_encrypted = strstr ((const char *)content.data, "-----BEGIN ENCRYPTED PRIVATE KEY-----") != NULL;
	if (passphrase != NULL && !is_encrypted)
		return keyfile_refuse (error, KEYFILE_NOT_ENCRYPTED, path);
	if (passphrase == NULL && is_encrypted)
		return keyfile_refuse (error, KEYFILE_UNREADABLE, path);
	if (gnutls_x509_privkey_init (&key) != GNUTLS_E_SUCCESS)
		return keyfile_refuse (error, KEYFILE_UNREADABLE, path);
	result = import_pair (key, &content, passphrase);
	if (result == GNUTLS_E_SUCCESS)
		ok = key_pair_take (pair, key, error);
	else if (result == GNUTLS_E_ECC_UNSUPPORTED_CURVE || result == GNUTLS_E_UNKNOWN_PK_ALGORITHM ||
	         result == GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM)
		ok = keyfile_refuse (error, KEYFILE_UNKNOWN_ALGORITHM, gnutls_strerror (result));
	else
		ok = keyfile_refuse (error, is_encrypted ? KEYFILE_WRONG_PASSPHRASE : KEYFILE_UNREADABLE,
		             gnutls_strerror (result));
	gnutls_x509_privkey_deinit (key);
	if (!ok)
		key_pair_clear (pair);
	return ok;
}

/* --- certificates --- */

bool
parts_take_certificate (Parts *parts, gnutls_x509_crt_t certificate)
{
	auto_datum gnutls_datum_t value = { 0 }, subject = { 0 }, issuer = { 0 };
	uint8_t serial[128];
	size_t n_serial = sizeof serial;

	if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &value) != GNUTLS_E_SUCCESS ||
	    gnutls_x509_crt_get_raw_dn (certificate, &subject) != GNUTLS_E_SUCCESS ||
	    gnutls_x509_crt_get_raw_issuer_dn (certificate, &issuer) != GNUTLS_E_SUCCESS ||
	    gnutls_x509_crt_get_serial (certificate, serial, &n_serial) != GNUTLS_E_SUCCESS)
		return false;
	parts_add (parts, CKA_VALUE, value.data, value.size);
	parts_add (parts, CKA_SUBJECT, subject.data, subject.size);
	parts_add (parts, CKA_ISSUER, issuer.data, issuer.size);
	parts_add_der (parts, CKA_SERIAL_NUMBER, TAG_INTEGER, serial, n_serial);
	return true;
}

bool
keyfile_read_certificate (Parts *parts, const char *path, GError **error)
{
	auto_datum gnutls_datum_t content = { 0 };
	gnutls_x509_crt_t certificate;
	bool ok;

	*parts = (Parts){ 0 };
	if (!keyfile_read (&content, path, error))
		return false;
	if (gnutls_x509_crt_init (&certificate) != GNUTLS_E_SUCCESS)
		return keyfile_refuse (error, KEYFILE_UNREADABLE, path);
	ok = gnutls_x509_crt_import (certificate, &content, GNUTLS_X509_FMT_PEM) == GNUTLS_E_SUCCESS &&
	     parts_take_certificate (parts, certificate);
	gnutls_x509_crt_deinit (certificate);
	return ok || keyfile_refuse (error, KEYFILE_UNREADABLE, path);
}

/* --- secret keys --- */

bool
keyfile_read_aes (Parts *parts, const char *path, GError **error)
{
	auto_datum gnutls_datum_t content = { 0 };

	*parts = (Parts){ 0 };
	if (!keyfile_read (&content, path, error))
		return false;
	if (content.size == 0)
		return keyfile_refuse (error, KEYFILE_UNREADABLE, path);
	if (content.size != 16 && content.size != 24 && content.size != 32)
		return keyfile_refuse (error, KEYFILE_BAD_LENGTH, path);
	parts_add (parts, CKA_VALUE, content.data, content.size);
	return true;
}
