/* RSA: PKCS #1 v1.5, PSS, OAEP, raw.  RFC 8017; PKCS #11 v3.2 section 6.1. */

#include "disclose.h"
#include "hash.h"
#include "params.h"
#include "prf.h"
#include "random.h"
#include "rsa-key.h"
#include "wrap.h"

#include <gmp.h>
#include <nettle/pss-mgf1.h>
#include <nettle/pss.h>

#include "numbers.h"

/* One state for every use: what it encodes with differs by row. */
typedef struct {
	Object *key;
	size_t n_key;                           /* bytes of the modulus, k */
	const struct nettle_hash *hash;         /* of the message; NULL where the caller has hashed */
	const struct nettle_hash *pss_hash;     /* of PSS and OAEP */
	const struct nettle_hash *mgf_hash;
	size_t n_salt;
	uint8_t label_hash[HASH_MAX_DIGEST];
	HashCtx context;
} Rsa;

static size_t
rsa_room (const void *state, size_t n_in)
{
	const Rsa *rsa = state;

	return rsa->n_key;
}

static CK_RV
too_long (size_t n, size_t most)
{
	return fail (CKR_DATA_LEN_RANGE, "this key takes at most %zu bytes, not %zu", most, n);
}

static CK_RV
rsa_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Rsa *rsa = state;

	*rsa = (Rsa){ .key = key, .n_key = rsa_key_length (key), .hash = mech->hash };
	if (rsa->hash != NULL)
		rsa->hash->init (&rsa->context);
	return rsa_prepare (key);
}

static CK_RV
rsa_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;

	rsa->hash->update (&rsa->context, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

/* The digest of the message where the mechanism hashes, the input itself where the caller did. */
static Bytes
message_digest (Rsa *rsa, Bytes in, uint8_t digest[static HASH_MAX_DIGEST])
{
	if (rsa->hash == NULL)
		return in;
	rsa->hash->update (&rsa->context, in.len, in.data);
	hash_digest (rsa->hash, &rsa->context, digest);
	return bytes (digest, rsa->hash->digest_size);
}

/* --- PKCS #1 v1.5 signatures, RFC 8017 section 9.2 --- */

/* The DER of DigestInfo up to the digest, notes 1 of that section. */
static const struct {
	const struct nettle_hash *hash;
	uint8_t n;
	uint8_t prefix[19];
} digest_infos[] = {
	{ &nettle_sha1, 15, { 0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 20 } },
	{ &nettle_sha224, 19, { 0x30, 0x2d, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4, 5, 0, 4, 28 } },
	{ &nettle_sha256, 19, { 0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32 } },
	{ &nettle_sha384, 19, { 0x30, 0x41, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 48 } },
	{ &nettle_sha512, 19, { 0x30, 0x51, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 64 } },
	/* the others by RFC 3447 (MD5) and NIST's registered objects (SHA-3) */
	{ &nettle_md5, 18, { 0x30, 0x20, 0x30, 12, 6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 2, 5, 5, 0, 4, 16 } },
	{ &nettle_sha3_224, 19, { 0x30, 0x2d, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 7, 5, 0, 4, 28 } },
	{ &nettle_sha3_256, 19, { 0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 8, 5, 0, 4, 32 } },
	{ &nettle_sha3_384, 19, { 0x30, 0x41, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 9, 5, 0, 4, 48 } },
	{ &nettle_sha3_512, 19, { 0x30, 0x51, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 10, 5, 0, 4, 64 } },
};

static Bytes
digest_info (const struct nettle_hash *hash)
{
	for (size_t i = 0; i < N_ELEMENTS (digest_infos); i++)
		if (digest_infos[i].hash == hash)
			return bytes (digest_infos[i].prefix, digest_infos[i].n);
	return NO_BYTES;
}

/* 00 01 FF … FF 00 prefix digest, at the modulus's length. */
static CK_RV
encode_type_1 (const Rsa *rsa, Bytes in, Buf *encoded)
{
	Bytes prefix = digest_info (rsa->hash);
	size_t n_padding;
	uint8_t *at;

	if (rsa->n_key < prefix.len + 11 || in.len > rsa->n_key - prefix.len - 11)
		return too_long (in.len, rsa->n_key < prefix.len + 11 ? 0 : rsa->n_key - prefix.len - 11);
	n_padding = rsa->n_key - prefix.len - in.len - 3;
	at = buf_grow (encoded, rsa->n_key);
	TRY_ALLOC (at);
	at[0] = 0;
	at[1] = 1;
	memset (at + 2, 0xff, n_padding);
	at[2 + n_padding] = 0;
	if (prefix.len > 0)
		memcpy (at + 3 + n_padding, prefix.data, prefix.len);
	if (in.len > 0)
		memcpy (at + 3 + n_padding + prefix.len, in.data, in.len);
	return CKR_OK;
}

static CK_RV
pkcs1_sign (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	uint8_t digest[HASH_MAX_DIGEST];
	auto_wipe Buf encoded = BUF_PLAIN;

	TRY (encode_type_1 (rsa, message_digest (rsa, in, digest), &encoded));
	TRY (rsa_private_primitive (rsa->key, encoded.data, out));
	*n_out = rsa->n_key;
	return CKR_OK;
}

static CK_RV
wrong_signature (void)
{
	return fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
}

/* What the signature says, at the modulus's length. */
static CK_RV
open_signature (Rsa *rsa, Bytes signature, Buf *opened)
{
	if (signature.len != rsa->n_key)
		return fail (CKR_SIGNATURE_LEN_RANGE, "a signature with this key has %zu bytes, not %zu", rsa->n_key,
		             signature.len);
	TRY_ALLOC (buf_grow (opened, rsa->n_key));
	return rsa_public_primitive (rsa->key, signature.data, opened->data) == CKR_OK ? CKR_OK : wrong_signature ();
}

static CK_RV
pkcs1_check (void *state, Bytes in, Bytes signature)
{
	Rsa *rsa = state;
	uint8_t digest[HASH_MAX_DIGEST];
	auto_wipe Buf encoded = BUF_PLAIN;
	auto_wipe Buf opened = BUF_PLAIN;

	TRY (encode_type_1 (rsa, message_digest (rsa, in, digest), &encoded));
	TRY (open_signature (rsa, signature, &opened));
	return bytes_equal_sec (bytes_of (&encoded), bytes_of (&opened)) ? CKR_OK : wrong_signature ();
}

/* --- PSS, RFC 8017 section 9.1 --- */

static CK_RV
pss_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Rsa *rsa = state;
	PssParams params;
	size_t n_encoded;

	TRY (rsa_start (state, mech, key, param));
	memcpy (&params, param.data, sizeof params);
	rsa->pss_hash = mech_hash (params.hash);
	rsa->mgf_hash = mech_mgf_hash (params.mgf);
	rsa->n_salt = params.n_salt;
	if (rsa->pss_hash == NULL || rsa->mgf_hash != rsa->pss_hash || (rsa->hash != NULL && rsa->pss_hash != rsa->hash))
		return fail (CKR_MECHANISM_PARAM_INVALID, "%s takes one hash, for message and mask", mech->name);
	n_encoded = (rsa_key_bits (key) - 1 + 7) / 8;
	if (rsa->n_salt > n_encoded || rsa->n_salt + rsa->pss_hash->digest_size + 2 > n_encoded)
		return fail (CKR_MECHANISM_PARAM_INVALID, "this key is too short for a salt of %zu bytes", rsa->n_salt);
	return CKR_OK;
}

static CK_RV
pss_digest (Rsa *rsa, Bytes in, uint8_t digest[static HASH_MAX_DIGEST], Bytes *hashed)
{
	*hashed = message_digest (rsa, in, digest);
	if (hashed->len != rsa->pss_hash->digest_size)
		return fail (CKR_DATA_LEN_RANGE, "a %s digest has %u bytes, not %zu", rsa->pss_hash->name,
		             rsa->pss_hash->digest_size, hashed->len);
	return CKR_OK;
}

static CK_RV
pss_sign (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	uint8_t digest[HASH_MAX_DIGEST];
	auto_wipe Buf salt = BUF_PLAIN;
	auto_wipe Buf encoded = BUF_PLAIN;
	auto_mpz mpz_t m;
	Bytes hashed;

	mpz_init (m);
	TRY (pss_digest (rsa, in, digest, &hashed));
	TRY_ALLOC (buf_grow (&salt, rsa->n_salt + 1) && buf_grow (&encoded, rsa->n_key));
	TRY (random_bytes (salt.data, rsa->n_salt));
	if (!pss_encode_mgf1 (m, rsa_key_bits (rsa->key) - 1, rsa->pss_hash, rsa->n_salt, salt.data, hashed.data))
		return fail (CKR_KEY_SIZE_RANGE, "this key is too short for PSS");
	number_get (m, rsa->n_key, encoded.data);
	TRY (rsa_private_primitive (rsa->key, encoded.data, out));
	*n_out = rsa->n_key;
	return CKR_OK;
}

static CK_RV
pss_check (void *state, Bytes in, Bytes signature)
{
	Rsa *rsa = state;
	uint8_t digest[HASH_MAX_DIGEST];
	auto_wipe Buf opened = BUF_PLAIN;
	auto_mpz mpz_t m;
	Bytes hashed;

	mpz_init (m);
	TRY (pss_digest (rsa, in, digest, &hashed));
	TRY (open_signature (rsa, signature, &opened));
	number_set (m, bytes_of (&opened));
	if (!pss_verify_mgf1 (m, rsa_key_bits (rsa->key) - 1, rsa->pss_hash, rsa->n_salt, hashed.data))
		return wrong_signature ();
	return CKR_OK;
}

/* --- raw, CKM_RSA_X_509 --- */

static CK_RV
raw_pad (const Rsa *rsa, Bytes in, Buf *padded)
{
	if (in.len > rsa->n_key)
		return too_long (in.len, rsa->n_key);
	TRY_ALLOC (buf_grow (padded, rsa->n_key));
	memset (padded->data, 0, rsa->n_key - in.len);
	if (in.len > 0)
		memcpy (padded->data + rsa->n_key - in.len, in.data, in.len);
	return CKR_OK;
}

static CK_RV
raw_private (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf padded = BUF_PLAIN;

	TRY (raw_pad (rsa, in, &padded));
	TRY (rsa_private_primitive (rsa->key, padded.data, out));
	*n_out = rsa->n_key;
	return CKR_OK;
}

static CK_RV
raw_decrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	CK_RV rv;

	if (in.len != rsa->n_key)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "data for this key has %zu bytes, not %zu", rsa->n_key, in.len);
	rv = raw_private (state, in, out, n_out);
	return rv == CKR_DATA_INVALID ? CKR_ENCRYPTED_DATA_INVALID : rv;
}

static CK_RV
raw_encrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf padded = BUF_PLAIN;

	TRY (raw_pad (rsa, in, &padded));
	TRY (rsa_public_primitive (rsa->key, padded.data, out));
	*n_out = rsa->n_key;
	return CKR_OK;
}

static CK_RV
raw_check (void *state, Bytes in, Bytes signature)
{
	Rsa *rsa = state;
	auto_wipe Buf padded = BUF_PLAIN;
	auto_wipe Buf opened = BUF_PLAIN;

	TRY (raw_pad (rsa, in, &padded));
	TRY (open_signature (rsa, signature, &opened));
	return bytes_equal_sec (bytes_of (&padded), bytes_of (&opened)) ? CKR_OK : wrong_signature ();
}

/* --- PKCS #1 v1.5 encryption, RFC 8017 section 7.2 --- */

static CK_RV
nonzero_random (uint8_t *out, size_t n)
{
	TRY (random_bytes (out, n));
	for (size_t i = 0; i < n; i++)
		while (out[i] == 0)
			TRY (random_bytes (out + i, 1));
	return CKR_OK;
}

static CK_RV
pkcs1_encrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf encoded = BUF_SECRET;
	size_t n_padding;

	if (rsa->n_key < 11 || in.len > rsa->n_key - 11)
		return too_long (in.len, rsa->n_key < 11 ? 0 : rsa->n_key - 11);
	n_padding = rsa->n_key - in.len - 3;
	TRY_ALLOC (buf_grow (&encoded, rsa->n_key));
	encoded.data[0] = 0;
	encoded.data[1] = 2;
	TRY (nonzero_random (encoded.data + 2, n_padding));
	encoded.data[2 + n_padding] = 0;
	if (in.len > 0)
		memcpy (encoded.data + 3 + n_padding, in.data, in.len);
	TRY (rsa_public_primitive (rsa->key, encoded.data, out));
	*n_out = rsa->n_key;
	return CKR_OK;
}

/* The private operation of decryption, at the modulus's length, in secure memory. */
static CK_RV
open_ciphertext (Rsa *rsa, Bytes in, Buf *opened)
{
	CK_RV rv;

	if (in.len != rsa->n_key)
		return fail (CKR_ENCRYPTED_DATA_LEN_RANGE, "data for this key has %zu bytes, not %zu", rsa->n_key, in.len);
	TRY_ALLOC (buf_grow (opened, rsa->n_key));
	rv = rsa_private_primitive (rsa->key, in.data, opened->data);
	return rv == CKR_DATA_INVALID ? CKR_ENCRYPTED_DATA_INVALID : rv;
}

static CK_RV
damaged (void)
{
	return fail (CKR_ENCRYPTED_DATA_INVALID, "the data is damaged");
}

/* Keeps the compiler from knowing that a mask has all bits or none: clang makes a choice of addresses of it. */
static uint32_t
unknown (uint32_t mask)
{
	__asm__ ("" : "+r"(mask));
	return mask;
}

/* All bits where the condition holds, else none; for values below 2^31. */
static uint32_t
mask_if_zero (uint32_t value)
{
	return unknown ((uint32_t)((int32_t)(~value & (value - 1)) >> 31));
}

static uint32_t
mask_if_less (uint32_t a, uint32_t b)
{
	return unknown ((uint32_t)((int32_t)(a - b) >> 31));
}

/* Moves the message, which starts at @start, to the front of @out in steps that do not depend on where it
 * is: each bit of the distance moves everything or nothing. */
static void
shift_to_front (uint8_t *data, size_t n, uint32_t distance)
{
	for (uint32_t step = 1; step < n; step <<= 1) {
		uint8_t move = (uint8_t)~mask_if_zero (distance & step);

		for (size_t i = 0; i + step < n; i++)
			data[i] = (uint8_t)((data[i + step] & move) | (data[i] & ~move));
	}
}

/* The message and zeros behind it, up to its room. */
static void
keep_message (const uint8_t *data, size_t room, uint32_t n, uint8_t *out)
{
	for (uint32_t i = 0; i < room; i++)
		out[i] = (uint8_t)(data[i] & mask_if_less (i, n));
}

/* The pseudo-random function of draft-irtf-cfrg-rsa-guidance section 7.1: HMAC-SHA256 of a counter, a label, and the
 * number of bits. */
static CK_RV
rejection_bytes (const uint8_t key[static SHA256_DIGEST_SIZE], const char *label, uint8_t *out, size_t n)
{
	auto_wipe Buf room = BUF_SECRET;
	uint8_t counter[8], bits[8], block[SHA256_DIGEST_SIZE];
	Prf *prf = (Prf *)(void *)buf_grow (&room, sizeof *prf);

	TRY_ALLOC (prf);
	be64_put (bits, 8 * n);
	prf_start (prf, &nettle_sha256, bytes (key, SHA256_DIGEST_SIZE));
	for (uint64_t i = 0; n > 0; i++) {
		size_t n_now = n < sizeof block ? n : sizeof block;

		be64_put (counter, i);
		prf_add (prf, bytes (counter + 6, 2));
		prf_add (prf, bytes_str (label));
		prf_add (prf, bytes (bits + 6, 2));
		prf_end (prf, block);
		memcpy (out, block, n_now);
		out += n_now;
		n -= n_now;
	}
	wipe (block, sizeof block);
	return CKR_OK;
}

#define LENGTH_CANDIDATES 128

/* A false message at the end of @out, of the modulus's length; @n: the last of the candidates that a message of this
 * key can have.  Section 7.2 of the draft. */
static CK_RV
false_message (const uint8_t key[static SHA256_DIGEST_SIZE], size_t n_key, uint8_t *out, uint32_t *n)
{
	uint8_t lengths[2 * LENGTH_CANDIDATES];
	uint32_t limit = (uint32_t)n_key - 10, mask = limit;

	for (unsigned i = 1; i < 32; i *= 2)
		mask |= mask >> i;
	TRY (rejection_bytes (key, "length", lengths, sizeof lengths));
	TRY (rejection_bytes (key, "message", out, n_key));
	*n = 0;
	for (size_t i = 0; i < LENGTH_CANDIDATES; i++) {
		uint32_t candidate = ((uint32_t)lengths[2 * i] << 8 | lengths[2 * i + 1]) & mask;
		uint32_t fits = mask_if_less (candidate, limit);

		*n = (candidate & fits) | (*n & ~fits);
	}
	wipe (lengths, sizeof lengths);
	return CKR_OK;
}

/* No bits: the padding is right, and @separator is where it ends; the same work for every content. */
static uint32_t
pkcs1_padding (const uint8_t *opened, size_t n, uint32_t *separator)
{
	uint32_t bad = ~mask_if_zero (opened[0]) | ~mask_if_zero (opened[1] ^ 2u), searching = ~0u;

	*separator = 0;
	for (uint32_t i = 2; i < n; i++) {
		uint32_t here = mask_if_zero (opened[i]) & searching;

		*separator |= here & i;
		searching &= ~here;
	}
	return bad | searching | mask_if_less (*separator, 10);
}

static size_t
pkcs1_room (const void *state, size_t n_in)
{
	const Rsa *rsa = state;

	return rsa->n_key - 11;
}

/* Damage is no error: it opens to what nobody wrote, pseudo-random and of such a length, so that who tries is told
 * nothing.  Which of both it is decides nothing here, neither what is done nor where in memory.
 * @opened: the modulus's length, whose last @n bytes are the message.  @made: the key of the rejection. */
static CK_RV
pkcs1_open (Rsa *rsa, Bytes in, uint8_t made[static SHA256_DIGEST_SIZE], Buf *opened, uint32_t *n)
{
	auto_wipe Buf other = BUF_SECRET;
	uint32_t bad, separator, n_other;

	TRY (open_ciphertext (rsa, in, opened));
	TRY_ALLOC (buf_grow (&other, rsa->n_key));
	TRY (rsa_rejection_key (rsa->key, in, made));
	TRY (false_message (made, rsa->n_key, other.data, &n_other));
	bad = pkcs1_padding (opened->data, rsa->n_key, &separator);
	*n = (n_other & bad) | (((uint32_t)rsa->n_key - separator - 1) & ~bad);
	for (size_t i = 0; i < rsa->n_key; i++)
		opened->data[i] = (uint8_t)((other.data[i] & bad) | (opened->data[i] & ~bad));
	return CKR_OK;
}

static CK_RV
pkcs1_decrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf opened = BUF_SECRET;
	uint8_t made[SHA256_DIGEST_SIZE];
	uint32_t n;

	TRY (pkcs1_open (rsa, in, made, &opened, &n));
	wipe (made, sizeof made);
	shift_to_front (opened.data, rsa->n_key, (uint32_t)rsa->n_key - n);
	keep_message (opened.data, rsa->n_key - 11, n, out);
	*n_out = disclose (n);
	return CKR_OK;
}

/* --- OAEP, RFC 8017 section 7.1 --- */

static CK_RV
oaep_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Rsa *rsa = state;
	OaepParams params;

	TRY (rsa_start (state, mech, key, param));
	memcpy (&params, param.data, sizeof params);
	rsa->pss_hash = mech_hash (params.hash);
	rsa->mgf_hash = mech_mgf_hash (params.mgf);
	if (rsa->pss_hash == NULL || rsa->mgf_hash == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "OAEP with hash 0x%lx and mask 0x%lx is not known here",
		             params.hash, params.mgf);
	if (params.n_label > 0 && (params.source != CKZ_DATA_SPECIFIED || params.label == NULL))
		return fail (CKR_MECHANISM_PARAM_INVALID, "the label is missing");
	if (rsa->n_key < 2 * (size_t)rsa->pss_hash->digest_size + 2)
		return fail (CKR_KEY_SIZE_RANGE, "this key is too short for OAEP with %s", rsa->pss_hash->name);
	hash_bytes (rsa->pss_hash, bytes (params.label, params.n_label), rsa->label_hash);
	return CKR_OK;
}

static CK_RV
mask_with (const struct nettle_hash *hash, Bytes seed, uint8_t *data, size_t n)
{
	auto_wipe Buf mask = BUF_SECRET;
	HashCtx context;

	TRY_ALLOC (buf_grow (&mask, n));
	hash->init (&context);
	hash->update (&context, seed.len, seed.data);
	pss_mgf1 (&context, hash, n, mask.data);
	for (size_t i = 0; i < n; i++)
		data[i] ^= mask.data[i];
	wipe (&context, sizeof context);
	return CKR_OK;
}

/* 00 maskedSeed maskedDB, DB = label hash, zeros, 01, message. */
static CK_RV
oaep_encrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf encoded = BUF_SECRET;
	size_t n_hash = rsa->pss_hash->digest_size, n_db = rsa->n_key - n_hash - 1;
	uint8_t *seed, *db;

	if (in.len > n_db - n_hash - 1)
		return too_long (in.len, n_db - n_hash - 1);
	TRY_ALLOC (buf_grow (&encoded, rsa->n_key));
	memset (encoded.data, 0, rsa->n_key);
	seed = encoded.data + 1;
	db = seed + n_hash;
	memcpy (db, rsa->label_hash, n_hash);
	db[n_db - in.len - 1] = 1;
	if (in.len > 0)
		memcpy (db + n_db - in.len, in.data, in.len);
	TRY (random_bytes (seed, n_hash));
	TRY (mask_with (rsa->mgf_hash, bytes (seed, n_hash), db, n_db));
	TRY (mask_with (rsa->mgf_hash, bytes (db, n_db), seed, n_hash));
	TRY (rsa_public_primitive (rsa->key, encoded.data, out));
	*n_out = rsa->n_key;
	return CKR_OK;
}

static size_t
oaep_room (const void *state, size_t n_in)
{
	const Rsa *rsa = state;

	return rsa->n_key - 2 * rsa->pss_hash->digest_size - 2;
}

/* Manger's attack needs to know that the first octet was wrong: nothing here tells it from the rest. */
static CK_RV
oaep_decrypt (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf opened = BUF_SECRET;
	size_t n_hash = rsa->pss_hash->digest_size, n_db = rsa->n_key - n_hash - 1;
	uint32_t bad, searching = ~0u, separator = 0, n;
	uint8_t *seed, *db;

	TRY (open_ciphertext (rsa, in, &opened));
	seed = opened.data + 1;
	db = seed + n_hash;
	TRY (mask_with (rsa->mgf_hash, bytes (db, n_db), seed, n_hash));
	TRY (mask_with (rsa->mgf_hash, bytes (seed, n_hash), db, n_db));
	bad = ~mask_if_zero (opened.data[0]);
	for (size_t i = 0; i < n_hash; i++)
		bad |= ~mask_if_zero ((uint32_t)(db[i] ^ rsa->label_hash[i]));
	for (uint32_t i = (uint32_t)n_hash; i < n_db; i++) {
		uint32_t one = mask_if_zero (db[i] ^ 1u) & searching;

		separator |= one & i;
		searching &= ~one;
		bad |= searching & ~mask_if_zero (db[i]);
	}
	bad |= searching;
	n = ((uint32_t)n_db - separator - 1) & ~bad;
	shift_to_front (db, n_db, (uint32_t)n_db - n);
	keep_message (db, n_db - n_hash - 1, n, out);
	if (disclose (bad) != 0)
		return damaged ();
	*n_out = disclose (n);
	return CKR_OK;
}

/* --- rows --- */

/* --- recovery of what was signed --- */

static CK_RV
raw_recover (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf opened = BUF_PLAIN;

	TRY (open_signature (rsa, in, &opened));
	memcpy (out, opened.data, opened.len);
	*n_out = opened.len;
	return CKR_OK;
}

/* 00 01 FF … FF 00 and at least eight of the FF. */
static CK_RV
pkcs1_recover (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Rsa *rsa = state;
	auto_wipe Buf opened = BUF_PLAIN;
	size_t at = 2;

	TRY (open_signature (rsa, in, &opened));
	while (at < opened.len && opened.data[at] == 0xff)
		at++;
	if (opened.len < 11 || opened.data[0] != 0 || opened.data[1] != 1 || at < 10 || at == opened.len ||
	    opened.data[at] != 0)
		return wrong_signature ();
	*n_out = opened.len - at - 1;
	if (*n_out > 0)
		memcpy (out, opened.data + at + 1, *n_out);
	return CKR_OK;
}

#define ONE_PIECE(n, op_start, op_finish, is_inexact)                                                        \
	static const MechOp n = {                                                                            \
		.state_size = sizeof (Rsa), .start = op_start, .room = rsa_room, .finish = op_finish,        \
		.inexact = is_inexact                                                                        \
	}
#define HASHED(n, op_start, op_finish)                                                                       \
	static const MechOp n = {                                                                            \
		.state_size = sizeof (Rsa), .start = op_start, .room = rsa_room, .update = rsa_update,       \
		.finish = op_finish                                                                          \
	}
#define CHECKED(n, op_start, op_update, op_check)                                                            \
	static const MechOp n = {                                                                            \
		.state_size = sizeof (Rsa), .start = op_start, .room = rsa_room, .update = op_update,        \
		.check = op_check                                                                            \
	}

ONE_PIECE (pkcs1_sign_op, rsa_start, pkcs1_sign, false);
ONE_PIECE (pss_sign_op, pss_start, pss_sign, false);
ONE_PIECE (raw_sign_op, rsa_start, raw_private, false);
ONE_PIECE (pkcs1_recover_op, rsa_start, pkcs1_recover, true);
ONE_PIECE (raw_recover_op, rsa_start, raw_recover, true); /* a wrong signature is told before a short buffer */
ONE_PIECE (raw_encrypt_op, rsa_start, raw_encrypt, false);
ONE_PIECE (raw_decrypt_op, rsa_start, raw_decrypt, false);
ONE_PIECE (pkcs1_encrypt_op, rsa_start, pkcs1_encrypt, false);

static const MechOp pkcs1_decrypt_op = {
	.state_size = sizeof (Rsa),
	.start = rsa_start,
	.room = pkcs1_room,
	.finish = pkcs1_decrypt,
	.inexact = true,
};

const MechOp rsa_oaep_encrypt = {
	.state_size = sizeof (Rsa), .start = oaep_start, .room = rsa_room, .finish = oaep_encrypt,
};
const MechOp rsa_oaep_decrypt = {
	.state_size = sizeof (Rsa),
	.start = oaep_start,
	.room = oaep_room,
	.finish = oaep_decrypt,
	.inexact = true,
};

HASHED (pkcs1_sign_hashed_op, rsa_start, pkcs1_sign);
HASHED (pss_sign_hashed_op, pss_start, pss_sign);
CHECKED (pkcs1_check_op, rsa_start, NULL, pkcs1_check);
CHECKED (pss_check_op, pss_start, NULL, pss_check);
CHECKED (raw_check_op, rsa_start, NULL, raw_check);
CHECKED (pkcs1_check_hashed_op, rsa_start, rsa_update, pkcs1_check);
CHECKED (pss_check_hashed_op, pss_start, rsa_update, pss_check);

/* --- encapsulation --- */

static size_t
kem_size (const Object *public)
{
	return rsa_key_length (public);
}

/* A random secret, encrypted by the mechanism's own means. */
static CK_RV
encapsulate (const Mech *mech, Object *public, Bytes param, size_t wanted, Buf *secret, Buf *ciphertext)
{
	if (wanted == 0)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template does not say how long the key is to be");
	TRY_ALLOC (buf_grow (secret, wanted));
	TRY (random_bytes (secret->data, wanted));
	return mech_run (mech->encrypt, mech, public, param, bytes_of (secret), ciphertext);
}

/* Codes of data, in the words of keys. */
static CK_RV
kem_code (CK_RV rv)
{
	switch (rv) {
	case CKR_ENCRYPTED_DATA_INVALID:
	case CKR_DATA_INVALID:
		return CKR_WRAPPED_KEY_INVALID;
	case CKR_ENCRYPTED_DATA_LEN_RANGE:
		return CKR_WRAPPED_KEY_LEN_RANGE;
	default:
		return rv;
	}
}

static CK_RV
decapsulate (const Mech *mech, Object *private, Bytes param, Bytes ciphertext, size_t wanted, Buf *secret)
{
	return kem_code (mech_run (mech->decrypt, mech, private, param, ciphertext, secret));
}

static const MechKem oaep_kem = { kem_size, encapsulate, decapsulate, true };

/* The padding of PKCS #1 v1.5 answers for nobody: damage has the key that decryption finds there, and where that has
 * not the length that is wanted, a message has so many pseudo-random bytes as a damaged one has: the same each time,
 * since who is told that the second time it was another knows that it was none. */
static CK_RV
pkcs1_decapsulate (const Mech *mech, Object *private, Bytes param, Bytes ciphertext, size_t wanted, Buf *secret)
{
	Rsa rsa = { .key = private, .n_key = rsa_key_length (private) };
	auto_wipe Buf opened = BUF_SECRET;
	uint8_t made[SHA256_DIGEST_SIZE], *message;
	uint32_t n, other;

	if (wanted == 0)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template does not say how long the key is");
	if (rsa.n_key < 11 || wanted > rsa.n_key - 11 || ciphertext.len != rsa.n_key)
		return fail (CKR_WRAPPED_KEY_LEN_RANGE, "no key of %zu bytes is in a ciphertext of %zu", wanted, ciphertext.len);
	TRY_ALLOC (buf_grow (secret, wanted));
	TRY (kem_code (pkcs1_open (&rsa, ciphertext, made, &opened, &n)));
	TRY (rejection_bytes (made, "another length", secret->data, wanted));
	wipe (made, sizeof made);
	other = ~mask_if_zero (n ^ (uint32_t)wanted);
	message = opened.data + rsa.n_key - wanted;
	for (size_t i = 0; i < wanted; i++)
		secret->data[i] = (uint8_t)((secret->data[i] & other) | (message[i] & ~other));
	return CKR_OK;
}

static const MechKem pkcs1_kem = { kem_size, encapsulate, pkcs1_decapsulate, true };

/* What the template asks for is taken from the end: PKCS #11 v3.2 section 6.1.12. */
static void
keep_end (Buf *secret, size_t wanted)
{
	if (wanted == 0 || wanted >= secret->len)
		return;
	memmove (secret->data, secret->data + secret->len - wanted, wanted);
	buf_cut (secret, wanted);
}

/* RSASVE, SP 800-56B section 7.2.1: the secret is a number below the modulus, at its length. */
static CK_RV
encapsulate_number (const Mech *mech, Object *public, Bytes param, size_t wanted, Buf *secret, Buf *ciphertext)
{
	size_t n = rsa_key_length (public);
	auto_mpz mpz_t z;
	auto_mpz mpz_t top;

	mpz_init (z);
	mpz_init (top);
	number_set (top, object_bytes (public, CKA_MODULUS));
	mpz_sub_ui (top, top, 2);
	TRY_ALLOC (buf_grow (secret, n) && buf_grow (ciphertext, n));
	do {
		TRY (random_bytes (secret->data, n));
		number_set (z, bytes_of (secret));
	} while (mpz_cmp_ui (z, 2) < 0 || mpz_cmp (z, top) > 0);
	TRY (rsa_public_primitive (public, secret->data, ciphertext->data));
	keep_end (secret, wanted);
	return CKR_OK;
}

static CK_RV
decapsulate_number (const Mech *mech, Object *private, Bytes param, Bytes ciphertext, size_t wanted, Buf *secret)
{
	size_t n = rsa_key_length (private);

	if (ciphertext.len != n)
		return fail (CKR_WRAPPED_KEY_LEN_RANGE, "the ciphertext has %zu bytes, not %zu", ciphertext.len, n);
	TRY_ALLOC (buf_grow (secret, n));
	TRY (kem_code (rsa_private_primitive (private, ciphertext.data, secret->data)));
	keep_end (secret, wanted);
	return CKR_OK;
}

static const MechKem number_kem = { kem_size, encapsulate_number, decapsulate_number };

#define RSA .key_types = KEYS (CKK_RSA), SIZES (512, 16384)
#define PKCS1_HASHED(n, nettle)                                                                              \
	{ MECH (n##_RSA_PKCS), RSA, .hash = nettle, .sign = &pkcs1_sign_hashed_op, .verify = &pkcs1_check_hashed_op }
#define PSS_HASHED(n, nettle)                                                                                \
	{ MECH (n##_RSA_PKCS_PSS), RSA, PARAM (PssParams), .hash = nettle, .sign = &pss_sign_hashed_op,      \
	  .verify = &pss_check_hashed_op }

static const Mech mechs[] = {
	{ MECH (RSA_PKCS_KEY_PAIR_GEN), .key_types = KEYS (CKK_RSA), SIZES (512, 16384),
	  .generate_pair = rsa_generate_pair },
	{ MECH (RSA_PKCS), RSA, .sign = &pkcs1_sign_op, .verify = &pkcs1_check_op, .encrypt = &pkcs1_encrypt_op,
	  .decrypt = &pkcs1_decrypt_op, .wrap = &pkcs1_encrypt_op, .unwrap = &pkcs1_decrypt_op, .secret_only = true,
	  .sign_recover = &pkcs1_sign_op, .verify_recover = &pkcs1_recover_op, .kem = &pkcs1_kem },
	{ MECH (RSA_X_509), RSA, .sign = &raw_sign_op, .verify = &raw_check_op, .encrypt = &raw_encrypt_op,
	  .decrypt = &raw_decrypt_op, .sign_recover = &raw_sign_op, .verify_recover = &raw_recover_op,
	  .kem = &number_kem },
	{ MECH (RSA_PKCS_OAEP), RSA, PARAM (OaepParams), .encrypt = &rsa_oaep_encrypt, .decrypt = &rsa_oaep_decrypt,
	  .wrap = &rsa_oaep_encrypt, .unwrap = &rsa_oaep_decrypt, .secret_only = true, .kem = &oaep_kem },
	{ MECH (RSA_PKCS_PSS), RSA, PARAM (PssParams), .sign = &pss_sign_op, .verify = &pss_check_op },
	PKCS1_HASHED (SHA1, &nettle_sha1),
	PKCS1_HASHED (SHA224, &nettle_sha224),
	PKCS1_HASHED (SHA256, &nettle_sha256),
	PKCS1_HASHED (SHA384, &nettle_sha384),
	PKCS1_HASHED (SHA512, &nettle_sha512),
	PKCS1_HASHED (MD5, &nettle_md5),
	PKCS1_HASHED (SHA3_224, &nettle_sha3_224),
	PKCS1_HASHED (SHA3_256, &nettle_sha3_256),
	PKCS1_HASHED (SHA3_384, &nettle_sha3_384),
	PKCS1_HASHED (SHA3_512, &nettle_sha3_512),
	PSS_HASHED (SHA1, &nettle_sha1),
	PSS_HASHED (SHA224, &nettle_sha224),
	PSS_HASHED (SHA256, &nettle_sha256),
	PSS_HASHED (SHA384, &nettle_sha384),
	PSS_HASHED (SHA512, &nettle_sha512),
	PSS_HASHED (SHA3_224, &nettle_sha3_224),
	PSS_HASHED (SHA3_256, &nettle_sha3_256),
	PSS_HASHED (SHA3_384, &nettle_sha3_384),
	PSS_HASHED (SHA3_512, &nettle_sha3_512),
};

static const KeyKind kinds[] = {
	{ CKO_PUBLIC_KEY, CKK_RSA, rsa_kind_size, rsa_check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_RSA, rsa_kind_size, rsa_check_private, NULL },
};

const MechFamily mech_rsa = { "rsa", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
