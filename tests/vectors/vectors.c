/* What the parts of the runner for Wycheproof's files share. */

#include "vectors.h"
#include "der.h"

#define NONE CK_UNAVAILABLE_INFORMATION

/* PKCS #11 has no number for what is left out. */
static const Hash hashes[] = {
	{ "SHA-1", CKM_SHA_1, CKM_SHA_1_HMAC, CKM_SHA1_RSA_PKCS, CKM_SHA1_RSA_PKCS_PSS, CKM_ECDSA_SHA1, CKG_MGF1_SHA1 },
	{ "SHA-224", CKM_SHA224, CKM_SHA224_HMAC, CKM_SHA224_RSA_PKCS, CKM_SHA224_RSA_PKCS_PSS, CKM_ECDSA_SHA224,
	  CKG_MGF1_SHA224 },
	{ "SHA-256", CKM_SHA256, CKM_SHA256_HMAC, CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS, CKM_ECDSA_SHA256,
	  CKG_MGF1_SHA256 },
	{ "SHA-384", CKM_SHA384, CKM_SHA384_HMAC, CKM_SHA384_RSA_PKCS, CKM_SHA384_RSA_PKCS_PSS, CKM_ECDSA_SHA384,
	  CKG_MGF1_SHA384 },
	{ "SHA-512", CKM_SHA512, CKM_SHA512_HMAC, CKM_SHA512_RSA_PKCS, CKM_SHA512_RSA_PKCS_PSS, CKM_ECDSA_SHA512,
	  CKG_MGF1_SHA512 },
	{ "SHA-512/224", CKM_SHA512_224, CKM_SHA512_224_HMAC, NONE, NONE, NONE, NONE },
	{ "SHA-512/256", CKM_SHA512_256, CKM_SHA512_256_HMAC, NONE, NONE, NONE, NONE },
	{ "SHA3-224", CKM_SHA3_224, CKM_SHA3_224_HMAC, CKM_SHA3_224_RSA_PKCS, CKM_SHA3_224_RSA_PKCS_PSS,
	  CKM_ECDSA_SHA3_224, CKG_MGF1_SHA3_224 },
	{ "SHA3-256", CKM_SHA3_256, CKM_SHA3_256_HMAC, CKM_SHA3_256_RSA_PKCS, CKM_SHA3_256_RSA_PKCS_PSS,
	  CKM_ECDSA_SHA3_256, CKG_MGF1_SHA3_256 },
	{ "SHA3-384", CKM_SHA3_384, CKM_SHA3_384_HMAC, CKM_SHA3_384_RSA_PKCS, CKM_SHA3_384_RSA_PKCS_PSS,
	  CKM_ECDSA_SHA3_384, CKG_MGF1_SHA3_384 },
	{ "SHA3-512", CKM_SHA3_512, CKM_SHA3_512_HMAC, CKM_SHA3_512_RSA_PKCS, CKM_SHA3_512_RSA_PKCS_PSS,
	  CKM_ECDSA_SHA3_512, CKG_MGF1_SHA3_512 },
};

/* MAC files write SHA1 and SHA256 for what signature files call SHA-1 and SHA-256. */
const Hash *
hash_named (const char *name)
{
	for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (hashes); i++) {
		const char *wanted = hashes[i].name;

		if (g_str_equal (wanted, name) ||
		    (g_str_has_prefix (wanted, "SHA-") && g_str_has_prefix (name, "SHA") && g_str_equal (wanted + 4, name + 3)))
			return &hashes[i];
	}
	return NULL;
}

/* One number of a signature, at its length. */
static gboolean
put_number (GByteArray *out, Bytes number, guint n)
{
	static const guint8 zeros[66];

	if (number.len > n)
		return FALSE;
	g_byte_array_append (out, zeros, (guint)(n - number.len));
	g_byte_array_append (out, number.data, (guint)number.len);
	return TRUE;
}

GBytes *
signature_from_der (GBytes *der, guint n)
{
	Bytes in = bytes (bytes_start (der), g_bytes_get_size (der)), parts, r, s;
	g_autoptr (GByteArray) out = g_byte_array_new ();

	if (!der_is_one (in, DER_SEQUENCE, &parts) || !der_take_unsigned (&parts, &r) || !der_take_unsigned (&parts, &s) ||
	    parts.len > 0 || !put_number (out, r, n) || !put_number (out, s, n))
		return NULL;
	return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

const char *
string_member (JsonObject *object, const char *name)
{
	return json_object_get_string_member_with_default (object, name, NULL);
}

GBytes *
hex_member (JsonObject *object, const char *name)
{
	const char *hex = string_member (object, name);

	return from_hex (hex ? hex : "");
}

const void *
bytes_start (GBytes *bytes)
{
	static const guint8 none[1];
	const void *start = g_bytes_get_data (bytes, NULL);

	return start ? start : none;
}

CK_RV
make_object (Run *run, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const CK_ATTRIBUTE *more, CK_ULONG n,
             CK_OBJECT_HANDLE *object)
{
	CK_ATTRIBUTE template[16] = {
		A_ULONG (CKA_CLASS, class),
		A_ULONG (CKA_KEY_TYPE, key_type),
		A_BOOL (CKA_TOKEN, CK_FALSE),
		A_BOOL (CKA_PRIVATE, CK_FALSE),
	};

	g_assert_cmpuint (n, <=, G_N_ELEMENTS (template) - 4);
	memcpy (template + 4, more, n * sizeof *more);
	return run->module->f->C_CreateObject (run->session, template, 4 + n, object);
}

void
destroy (Run *run, CK_OBJECT_HANDLE object)
{
	assert_ok (run->module->f->C_DestroyObject (run->session, object));
}

/* Two halves of a text for operations in parts. */
static void
halves (GBytes *whole, GBytes **first, GBytes **second)
{
	gsize n = g_bytes_get_size (whole), middle = n / 2;

	*first = g_bytes_new_from_bytes (whole, 0, middle);
	*second = g_bytes_new_from_bytes (whole, middle, n - middle);
}

static CK_RV
verify_in_parts (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *message, GBytes *signature)
{
	CK_FUNCTION_LIST *f = run->module->f;
	g_autoptr (GBytes) first = NULL;
	g_autoptr (GBytes) second = NULL;
	CK_RV rv = f->C_VerifyInit (run->session, mechanism, key);

	halves (message, &first, &second);
	if (rv == CKR_OK)
		rv = f->C_VerifyUpdate (run->session, BYTES (first));
	if (rv == CKR_OK)
		rv = f->C_VerifyUpdate (run->session, BYTES (second));
	if (rv == CKR_OK)
		rv = f->C_VerifyFinal (run->session, BYTES (signature));
	return rv;
}

Verdict
verify (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *message, GBytes *signature, gboolean parts)
{
	CK_FUNCTION_LIST *f = run->module->f;
	CK_RV rv = f->C_VerifyInit (run->session, mechanism, key);

	if (rv == CKR_OK)
		rv = f->C_Verify (run->session, BYTES (message), BYTES (signature));
	if (parts && verify_in_parts (run, mechanism, key, message, signature) != rv)
		return WRONG;
	return rv == CKR_OK ? ACCEPTED : REFUSED;
}

/* The functions of one direction. */
typedef struct {
	CK_C_EncryptInit init;
	CK_C_Encrypt whole;
	CK_C_EncryptUpdate update;
	CK_C_EncryptFinal final;
} Direction;

static CK_RV
crypt_whole (Run *run, const Direction *can, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *in, CK_BYTE *out,
             CK_ULONG *n_out)
{
	CK_RV rv = can->init (run->session, mechanism, key);

	return rv == CKR_OK ? can->whole (run->session, BYTES (in), out, n_out) : rv;
}

static CK_RV
crypt_parts (Run *run, const Direction *can, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *in, CK_BYTE *out,
             CK_ULONG *n_out)
{
	g_autoptr (GBytes) first = NULL;
	g_autoptr (GBytes) second = NULL;
	CK_ULONG room = *n_out, n = room, done = 0;
	CK_RV rv = can->init (run->session, mechanism, key);

	halves (in, &first, &second);
	if (rv == CKR_OK)
		rv = can->update (run->session, BYTES (first), out, &n);
	if (rv == CKR_OK) {
		done = n;
		n = room - done;
		rv = can->update (run->session, BYTES (second), out + done, &n);
	}
	if (rv == CKR_OK) {
		done += n;
		n = room - done;
		rv = can->final (run->session, out + done, &n);
		*n_out = done + n;
	}
	return rv;
}

static Verdict
crypt_all (Run *run, const Direction *can, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *in, GBytes *wanted,
           gboolean parts)
{
	gsize room = g_bytes_get_size (in) + 1024;
	g_autofree CK_BYTE *out = g_malloc (room);
	CK_ULONG n = room;
	CK_RV rv = crypt_whole (run, can, mechanism, key, in, out, &n), rv_parts;

	if (rv == CKR_OK && (n != g_bytes_get_size (wanted) || memcmp (out, bytes_start (wanted), n) != 0))
		return WRONG;
	if (parts) {
		n = room;
		rv_parts = crypt_parts (run, can, mechanism, key, in, out, &n);
		if ((rv_parts == CKR_OK) != (rv == CKR_OK) ||
		    (rv == CKR_OK && (n != g_bytes_get_size (wanted) || memcmp (out, bytes_start (wanted), n) != 0)))
			return WRONG;
	}
	return rv == CKR_OK ? ACCEPTED : REFUSED;
}

Verdict
decrypt (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *ciphertext, GBytes *plaintext,
         gboolean parts)
{
	CK_FUNCTION_LIST *f = run->module->f;
	Direction can = { f->C_DecryptInit, f->C_Decrypt, f->C_DecryptUpdate, f->C_DecryptFinal };

	return crypt_all (run, &can, mechanism, key, ciphertext, plaintext, parts);
}

Verdict
encrypt (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *plaintext, GBytes *ciphertext,
         gboolean parts)
{
	CK_FUNCTION_LIST *f = run->module->f;
	Direction can = { f->C_EncryptInit, f->C_Encrypt, f->C_EncryptUpdate, f->C_EncryptFinal };

	return crypt_all (run, &can, mechanism, key, plaintext, ciphertext, parts);
}

Verdict
sign (Run *run, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *message, GBytes *signature)
{
	CK_FUNCTION_LIST *f = run->module->f;
	CK_BYTE made[1024];
	CK_ULONG n = sizeof made;
	CK_RV rv = f->C_SignInit (run->session, mechanism, key);

	if (rv == CKR_OK)
		rv = f->C_Sign (run->session, BYTES (message), made, &n);
	if (rv != CKR_OK)
		return REFUSED;
	return n == g_bytes_get_size (signature) && memcmp (made, bytes_start (signature), n) == 0 ? ACCEPTED : WRONG;
}
