/* The seal of SoftHSM's file format: PIN blobs, and values under the token key.
 *
 * A PIN blob is salt[8] iv[16] CBC ("RJR" token key[32]) under a key from the PIN by 1500 + salt[7] rounds
 * of SHA-256.  Neither blobs nor values are authenticated, and the derivation is weak: that is the format. */

#include "seal-file.h"
#include "disclose.h"
#include "random.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>

#define SALT_SIZE 8
#define BLOB_HEAD (SALT_SIZE + AES_BLOCK_SIZE)
#define ROUNDS 1500

static const uint8_t magic[] = { 0x52, 0x4a, 0x52 };

static CK_RV
derive (Bytes pin, const uint8_t salt[static SALT_SIZE], Buf *key)
{
	struct sha256_ctx context;
	unsigned n = ROUNDS + salt[SALT_SIZE - 1];

	if (pin.len == 0)
		return CKR_PIN_INCORRECT;
	TRY_ALLOC (buf_grow (key, SHA256_DIGEST_SIZE));
	sha256_init (&context);
	sha256_update (&context, SALT_SIZE, salt);
	sha256_update (&context, pin.len, pin.data);
	sha256_digest (&context, SHA256_DIGEST_SIZE, key->data);
	while (--n > 0) {
		sha256_update (&context, SHA256_DIGEST_SIZE, key->data);
		sha256_digest (&context, SHA256_DIGEST_SIZE, key->data);
	}
	wipe (&context, sizeof context);
	return CKR_OK;
}

/* Appends the padded ciphertext. */
static CK_RV
encrypt (const uint8_t key[static AES256_KEY_SIZE], const uint8_t iv[static AES_BLOCK_SIZE], Bytes plain, Buf *out)
{
	struct CBC_CTX (struct aes256_ctx, AES_BLOCK_SIZE) context;
	size_t n = plain.len - plain.len % AES_BLOCK_SIZE, n_rest = plain.len - n;
	uint8_t last[AES_BLOCK_SIZE];
	uint8_t *at = buf_grow (out, n + AES_BLOCK_SIZE);

	TRY_ALLOC (at);
	aes256_set_encrypt_key (&context.ctx, key);
	CBC_SET_IV (&context, iv);
	if (n > 0)
		CBC_ENCRYPT (&context, aes256_encrypt, n, at, plain.data);
	if (n_rest > 0)
		memcpy (last, plain.data + n, n_rest);
	memset (last + n_rest, (int)(AES_BLOCK_SIZE - n_rest), AES_BLOCK_SIZE - n_rest);
	CBC_ENCRYPT (&context, aes256_encrypt, AES_BLOCK_SIZE, at + n, last);
	wipe (&context, sizeof context);
	wipe (last, sizeof last);
	return CKR_OK;
}

static CK_RV
decrypt (const uint8_t key[static AES256_KEY_SIZE], const uint8_t iv[static AES_BLOCK_SIZE], Bytes sealed, Buf *plain)
{
	struct CBC_CTX (struct aes256_ctx, AES_BLOCK_SIZE) context;
	unsigned n_padding, bad;

	if (sealed.len == 0 || sealed.len % AES_BLOCK_SIZE != 0)
		return CKR_DATA_INVALID;
	TRY_ALLOC (buf_grow (plain, sealed.len));
	aes256_set_decrypt_key (&context.ctx, key);
	CBC_SET_IV (&context, iv);
	CBC_DECRYPT (&context, aes256_decrypt, sealed.len, plain->data, sealed.data);
	wipe (&context, sizeof context);
	n_padding = plain->data[plain->len - 1];
	/* the same work for every content */
	bad = (n_padding - 1) >> 8 | (AES_BLOCK_SIZE - n_padding) >> 8;
	for (unsigned i = 0; i < AES_BLOCK_SIZE; i++)
		bad |= (0u - ((i - n_padding) >> 31)) & (plain->data[plain->len - 1 - i] ^ n_padding);
	if (disclose (bad) != 0)
		return CKR_DATA_INVALID;
	buf_cut (plain, plain->len - disclose (n_padding));
	return CKR_OK;
}

CK_RV
seal_file_wrap (Bytes pin, Bytes key, Buf *blob)
{
	auto_wipe Buf plain = BUF_SECRET;
	auto_wipe Buf kek = BUF_SECRET;
	uint8_t head[BLOB_HEAD];

	TRY (random_bytes (head, sizeof head));
	TRY (derive (pin, head, &kek));
	TRY_ALLOC (buf_add (&plain, bytes (magic, sizeof magic)) && buf_add (&plain, key) &&
	           buf_set (blob, bytes (head, sizeof head)));
	return encrypt (kek.data, head + SALT_SIZE, bytes_of (&plain), blob);
}

CK_RV
seal_file_unwrap (Bytes pin, Bytes blob, Buf *key)
{
	auto_wipe Buf plain = BUF_SECRET;
	auto_wipe Buf kek = BUF_SECRET;
	CK_RV rv;

	if (blob.len <= BLOB_HEAD)
		return CKR_PIN_INCORRECT;
	TRY (derive (pin, blob.data, &kek));
	rv = decrypt (kek.data, blob.data + SALT_SIZE, bytes (blob.data + BLOB_HEAD, blob.len - BLOB_HEAD), &plain);
	if (rv == CKR_HOST_MEMORY)
		return rv;
	if (rv != CKR_OK || plain.len != sizeof magic + SEAL_FILE_KEY_SIZE ||
	    !bytes_equal_sec (bytes (plain.data, sizeof magic), bytes (magic, sizeof magic)))
		return CKR_PIN_INCORRECT;
	TRY_ALLOC (buf_set (key, bytes (plain.data + sizeof magic, SEAL_FILE_KEY_SIZE)));
	return CKR_OK;
}

CK_RV
seal_file_seal (const Buf *key, Bytes plain, Buf *sealed)
{
	uint8_t iv[AES_BLOCK_SIZE];

	if (key->len != SEAL_FILE_KEY_SIZE)
		return CKR_DATA_INVALID;
	TRY (random_bytes (iv, sizeof iv));
	TRY_ALLOC (buf_set (sealed, bytes (iv, sizeof iv)));
	return encrypt (key->data, iv, plain, sealed);
}

CK_RV
seal_file_unseal (const Buf *key, Bytes sealed, Buf *plain)
{
	buf_cut (plain, 0);
	if (sealed.len < 2 * AES_BLOCK_SIZE || key->len != SEAL_FILE_KEY_SIZE)
		return CKR_DATA_INVALID;
	return decrypt (key->data, sealed.data, bytes (sealed.data + AES_BLOCK_SIZE, sealed.len - AES_BLOCK_SIZE),
	                plain);
}

/* --- the tag --- */

static void
add_part (struct hmac_sha256_ctx *context, Bytes part)
{
	uint8_t octets[8];

	be64_put (octets, part.len);
	hmac_sha256_update (context, sizeof octets, octets);
	hmac_sha256_update (context, part.len, part.data);
}

CK_RV
seal_file_tag (const Buf *key, Bytes serial, const char *id, Bytes content, uint8_t tag[static SEAL_FILE_TAG_SIZE])
{
	static const char purpose[] = "SoftHSM object, all of it";
	struct hmac_sha256_ctx context;
	uint8_t tag_key[SHA256_DIGEST_SIZE];

	if (key->len != SEAL_FILE_KEY_SIZE)
		return CKR_DATA_INVALID;
	hmac_sha256_set_key (&context, key->len, key->data);
	hmac_sha256_update (&context, sizeof purpose, (const uint8_t *)purpose);
	hmac_sha256_digest (&context, sizeof tag_key, tag_key);
	hmac_sha256_set_key (&context, sizeof tag_key, tag_key);
	add_part (&context, serial);
	add_part (&context, bytes ((const uint8_t *)id, strlen (id)));
	add_part (&context, content);
	hmac_sha256_digest (&context, SEAL_FILE_TAG_SIZE, tag);
	wipe (&context, sizeof context);
	wipe (tag_key, sizeof tag_key);
	return CKR_OK;
}
