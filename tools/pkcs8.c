/* Private keys in PKCS #8 (RFC 5208, RFC 5915), encrypted by PBES2 (RFC 8018). */

#include "pkcs8.h"

#include "der.h"
#include "ec.h"
#include "numbers.h"
#include "random.h"
#include "secmem.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

/* --- the public key in it --- */

/* RFC 5480: id-ecPublicKey */
static const uint8_t oid_ec[] = { DER_OID, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };

/* The uncompressed point of a private value, SEC 1 section 2.3.3. */
static bool
put_point (const Curve *curve, Bytes value, Buf *out)
{
	const struct ecc_curve *ecc = ec_nettle_curve (curve);
	struct ecc_scalar scalar = { 0 };
	struct ecc_point point;
	uint8_t *at;
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;
	bool right;

	mpz_init (x);
	mpz_init (y);
	right = ec_scalar_read (&scalar, ecc, value) == CKR_OK;
	if (right) {
		ecc_point_init (&point, ecc);
		ecc_point_mul_g (&point, &scalar);
		ecc_point_get (&point, x, y);
		ecc_point_clear (&point);
		right = buf_add_byte (out, 4) && (at = buf_grow (out, curve->n_point - 1)) != NULL &&
		        number_get (x, curve->n_scalar, at) && number_get (y, curve->n_scalar, at + curve->n_scalar);
	}
	sec_free (scalar.p);
	return right;
}

/* ECPrivateKey with its [1] publicKey, a BIT STRING without unused bits. */
static bool
put_ec_private_key (const Curve *curve, Bytes value, Buf *out)
{
	auto_wipe Buf bits = BUF_PLAIN;
	auto_wipe Buf public = BUF_PLAIN;
	auto_wipe Buf parts = BUF_SECRET;
	static const uint8_t one[] = { 1 };

	return buf_add_byte (&bits, 0) && put_point (curve, value, &bits) &&
	       der_put (&public, DER_BIT_STRING, bytes_of (&bits)) && der_put_unsigned (&parts, bytes (one, 1)) &&
	       der_put (&parts, DER_OCTET_STRING, value) &&
	       der_put (&parts, DER_CONTEXT_CONSTRUCTED | 1, bytes_of (&public)) &&
	       der_put (out, DER_SEQUENCE, bytes_of (&parts));
}

/* The curve and the private value of a key that lacks its public one. */
static bool
take_lacking (Bytes info, const Curve **curve, Bytes *algorithm, Bytes *value)
{
	Bytes oid, params, private;
	unsigned version;

	if (!der_is_one (info, DER_SEQUENCE, &info) || !der_take_small (&info, &version) ||
	    !der_take (&info, DER_SEQUENCE, algorithm) || !der_take (&info, DER_OCTET_STRING, &private))
		return false;
	params = *algorithm;
	if (!der_take_whole (&params, DER_OID, &oid) || !bytes_equal (oid, bytes (oid_ec, sizeof oid_ec)) ||
	    (*curve = curve_for_params (params, CKK_EC)) == NULL || ec_nettle_curve (*curve) == NULL)
		return false;
	if (!der_is_one (private, DER_SEQUENCE, &private) || !der_take_small (&private, &version) || version != 1 ||
	    !der_take (&private, DER_OCTET_STRING, value) || value->len != (*curve)->n_scalar)
		return false;
	der_take (&private, DER_CONTEXT_CONSTRUCTED, &params);
	return private.len == 0;
}

bool
pkcs8_add_point (Bytes info, Buf *full)
{
	auto_wipe Buf private = BUF_SECRET;
	auto_wipe Buf parts = BUF_SECRET;
	const Curve *curve;
	Bytes algorithm, value;

	return take_lacking (info, &curve, &algorithm, &value) && put_ec_private_key (curve, value, &private) &&
	       der_put_unsigned (&parts, NO_BYTES) && der_put (&parts, DER_SEQUENCE, algorithm) &&
	       der_put (&parts, DER_OCTET_STRING, bytes_of (&private)) &&
	       der_put (full, DER_SEQUENCE, bytes_of (&parts));
}

bool
pkcs8_is_info (Bytes info)
{
	Bytes content, algorithm, oid;
	unsigned version;

	return der_is_one (info, DER_SEQUENCE, &content) && der_take_small (&content, &version) &&
	       der_take (&content, DER_SEQUENCE, &algorithm) && der_take (&algorithm, DER_OID, &oid) &&
	       der_next_tag (content) == DER_OCTET_STRING;
}

/* --- PBES2 --- */

#define N_SALT 16
#define N_IV   16
#define N_KEY  32

/* What OWASP asks for with HMAC-SHA-256: half a second on a small machine. */
#define ROUNDS 600000

typedef struct {
	uint8_t salt[N_SALT];
	uint8_t iv[N_IV];
} Pbes2;

/* RFC 8018 sections A.2 and A.4, RFC 3565 */
static const uint8_t oid_pbkdf2[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12 };
static const uint8_t oid_pbes2[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13 };
static const uint8_t oid_hmac_sha256[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9 };
static const uint8_t oid_aes256_cbc[] = { 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42 };

#define ARRAY(array) bytes (array, sizeof (array))

/* SEQUENCE { OID, @params } */
static bool
put_algorithm (Buf *out, Bytes oid, Bytes params)
{
	auto_wipe Buf parts = BUF_PLAIN;

	return der_put (&parts, DER_OID, oid) && buf_add (&parts, params) &&
	       der_put (out, DER_SEQUENCE, bytes_of (&parts));
}

static bool
put_kdf (Buf *out, const Pbes2 *pbes2)
{
	auto_wipe Buf parts = BUF_PLAIN;
	auto_wipe Buf params = BUF_PLAIN;
	static const uint8_t rounds[] = { ROUNDS >> 16, ROUNDS >> 8 & 0xff, ROUNDS & 0xff };
	static const uint8_t null[] = { DER_NULL, 0 };

	return der_put (&parts, DER_OCTET_STRING, ARRAY (pbes2->salt)) && der_put_unsigned (&parts, ARRAY (rounds)) &&
	       put_algorithm (&parts, ARRAY (oid_hmac_sha256), ARRAY (null)) &&
	       der_put (&params, DER_SEQUENCE, bytes_of (&parts)) &&
	       put_algorithm (out, ARRAY (oid_pbkdf2), bytes_of (&params));
}

static bool
put_scheme (Buf *out, const Pbes2 *pbes2)
{
	auto_wipe Buf parts = BUF_PLAIN;
	auto_wipe Buf iv = BUF_PLAIN;
	auto_wipe Buf params = BUF_PLAIN;

	return put_kdf (&parts, pbes2) && der_put (&iv, DER_OCTET_STRING, ARRAY (pbes2->iv)) &&
	       put_algorithm (&parts, ARRAY (oid_aes256_cbc), bytes_of (&iv)) &&
	       der_put (&params, DER_SEQUENCE, bytes_of (&parts)) &&
	       put_algorithm (out, ARRAY (oid_pbes2), bytes_of (&params));
}

static bool
derive (const Pbes2 *pbes2, const char *passphrase, Buf *key)
{
	gnutls_datum_t text = { (uint8_t *)(uintptr_t)passphrase, (unsigned)strlen (passphrase) };
	gnutls_datum_t salt = { (uint8_t *)(uintptr_t)pbes2->salt, N_SALT };

	return buf_grow (key, N_KEY) != NULL &&
	       gnutls_pbkdf2 (GNUTLS_MAC_SHA256, &text, &salt, ROUNDS, key->data, N_KEY) == GNUTLS_E_SUCCESS;
}

/* In place. */
static bool
encrypt (Pbes2 *pbes2, Buf *key, Buf *content)
{
	gnutls_datum_t key_datum = { key->data, (unsigned)key->len };
	gnutls_datum_t iv = { pbes2->iv, N_IV };
	gnutls_cipher_hd_t cipher;
	bool right;

	if (gnutls_cipher_init (&cipher, GNUTLS_CIPHER_AES_256_CBC, &key_datum, &iv) != GNUTLS_E_SUCCESS)
		return false;
	right = gnutls_cipher_encrypt (cipher, content->data, content->len) == GNUTLS_E_SUCCESS;
	gnutls_cipher_deinit (cipher);
	return right;
}

static bool
add_padding (Buf *content)
{
	uint8_t n = (uint8_t)(N_IV - content->len % N_IV);
	uint8_t *at = buf_grow (content, n);

	if (at != NULL)
		memset (at, n, n);
	return at != NULL;
}

/* EncryptedPrivateKeyInfo, RFC 5208 section 6. */
static bool
put_encrypted (Bytes info, const char *passphrase, Buf *out)
{
	auto_wipe Buf key = BUF_SECRET;
	auto_wipe Buf content = BUF_SECRET;
	auto_wipe Buf parts = BUF_PLAIN;
	Pbes2 pbes2;

	return random_bytes (pbes2.salt, N_SALT) == CKR_OK && random_bytes (pbes2.iv, N_IV) == CKR_OK &&
	       derive (&pbes2, passphrase, &key) && buf_add (&content, info) && add_padding (&content) &&
	       encrypt (&pbes2, &key, &content) && put_scheme (&parts, &pbes2) &&
	       der_put (&parts, DER_OCTET_STRING, bytes_of (&content)) &&
	       der_put (out, DER_SEQUENCE, bytes_of (&parts));
}

/* --- PEM --- */

static bool
armour (const char *header, Bytes der, Buf *pem)
{
	gnutls_datum_t in = { (uint8_t *)(uintptr_t)der.data, (unsigned)der.len };
	gnutls_datum_t out = { 0 };
	bool right;

	if (gnutls_pem_base64_encode2 (header, &in, &out) != GNUTLS_E_SUCCESS)
		return false;
	right = buf_add (pem, bytes (out.data, out.size));
	gnutls_memset (out.data, 0, out.size);
	gnutls_free (out.data);
	return right;
}

bool
pkcs8_to_pem (Bytes info, const char *passphrase, Buf *pem)
{
	auto_wipe Buf sealed = BUF_PLAIN;

	if (passphrase == NULL)
		return armour ("PRIVATE KEY", info, pem);
	return put_encrypted (info, passphrase, &sealed) && armour ("ENCRYPTED PRIVATE KEY", bytes_of (&sealed), pem);
}
