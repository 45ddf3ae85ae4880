/* HMAC, full and truncated.  FIPS 198-1, RFC 4231; PKCS #11 v3.2 sections 6.18.4 ff. */

#include "hash.h"
#include "secret.h"

#include <nettle/hmac.h>

/* The keyed states before any data: what each message starts from. */
typedef struct {
	HashCtx outer, inner;
} HmacKey;

typedef struct {
	const struct nettle_hash *hash;
	const HmacKey *key;
	HashCtx context;
	size_t n_mac;           /* bytes we hand out, 1 .. digest size */
} Hmac;

static CK_RV
hmac_prepare (HmacKey *prepared, const struct nettle_hash *hash, const Object *key)
{
	Bytes secret = object_bytes (key, CKA_VALUE);
	HashCtx scratch;

	hmac_set_key (&prepared->outer, &prepared->inner, &scratch, hash, secret.len, secret.data);
	wipe (&scratch, sizeof scratch);
	return CKR_OK;
}

/* One form a hash: a generic secret may be used with several. */
#define HMAC_FORM(name)                                                                                      \
	static CK_RV hmac_prepare_##name (void *form, const Object *key)                                     \
	{                                                                                                    \
		return hmac_prepare (form, &nettle_##name, key);                                             \
	}                                                                                                    \
	static const KeyForm form_##name = { sizeof (HmacKey), hmac_prepare_##name, NULL };

HMAC_FORM (md5)
HMAC_FORM (sha1)
HMAC_FORM (sha224)
HMAC_FORM (sha256)
HMAC_FORM (sha384)
HMAC_FORM (sha512)
HMAC_FORM (sha512_224)
HMAC_FORM (sha512_256)
HMAC_FORM (sha3_224)
HMAC_FORM (sha3_256)
HMAC_FORM (sha3_384)
HMAC_FORM (sha3_512)

static CK_RV
hmac_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Hmac *hmac = state;
	void *prepared;

	TRY (mech_mac_length (mech, param, mech->hash->digest_size, &hmac->n_mac));
	TRY (object_prepare (key, mech->form, &prepared));
	hmac->hash = mech->hash;
	hmac->key = prepared;
	memcpy (&hmac->context, &hmac->key->inner, sizeof hmac->context);
	return CKR_OK;
}

static size_t
hmac_room (const void *state, size_t n_in)
{
	const Hmac *hmac = state;

	return hmac->n_mac;
}

static CK_RV
hmac_more (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Hmac *hmac = state;

	hmac->hash->update (&hmac->context, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
hmac_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Hmac *hmac = state;
	uint8_t mac[HASH_MAX_DIGEST];

	hmac->hash->update (&hmac->context, in.len, in.data);
	hash_digest (hmac->hash, &hmac->context, mac);
	memcpy (&hmac->context, &hmac->key->outer, sizeof hmac->context);
	hmac->hash->update (&hmac->context, hmac->hash->digest_size, mac);
	hash_digest (hmac->hash, &hmac->context, mac);
	memcpy (out, mac, hmac->n_mac);
	*n_out = hmac->n_mac;
	wipe (mac, sizeof mac);
	return CKR_OK;
}

/* No .check: the engine compares what .finish gives with the caller's, in constant time. */
static const MechOp hmac_op = {
	.state_size = sizeof (Hmac),
	.start = hmac_start,
	.room = hmac_room,
	.update = hmac_more,
	.finish = hmac_finish,
};

#define HMAC(n, nettle)                                                                                      \
	{ MECH (n##_HMAC), .key_types = KEYS (CKK_GENERIC_SECRET, CKK_##n##_HMAC), SIZES (1, 512),           \
	  .hash = &nettle_##nettle, .form = &form_##nettle, .sign = &hmac_op, .verify = &hmac_op },          \
	{                                                                                                    \
		MECH (n##_HMAC_GENERAL), .key_types = KEYS (CKK_GENERIC_SECRET, CKK_##n##_HMAC), SIZES (1, 512), \
			PARAM (CK_ULONG), .hash = &nettle_##nettle, .form = &form_##nettle, .sign = &hmac_op, \
			.verify = &hmac_op                                                                   \
	}
#define KEY_GEN(n)                                                                                           \
	{ MECH (n##_KEY_GEN), .key_types = KEYS (CKK_##n##_HMAC), SIZES (1, 512), .generate = secret_generate }

static const Mech mechs[] = {
	HMAC (MD5, md5),
	HMAC (SHA_1, sha1),
	HMAC (SHA224, sha224),
	HMAC (SHA256, sha256),
	HMAC (SHA384, sha384),
	HMAC (SHA512, sha512),
	HMAC (SHA512_224, sha512_224),
	HMAC (SHA512_256, sha512_256),
	HMAC (SHA3_224, sha3_224),
	HMAC (SHA3_256, sha3_256),
	HMAC (SHA3_384, sha3_384),
	HMAC (SHA3_512, sha3_512),
	KEY_GEN (SHA_1),
	KEY_GEN (SHA224),
	KEY_GEN (SHA256),
	KEY_GEN (SHA384),
	KEY_GEN (SHA512),
	KEY_GEN (SHA512_224),
	KEY_GEN (SHA512_256),
	KEY_GEN (SHA3_224),
	KEY_GEN (SHA3_256),
	KEY_GEN (SHA3_384),
	KEY_GEN (SHA3_512),
};

#define HMAC_KEY(type) { CKO_SECRET_KEY, type, secret_size, secret_check, secret_check_value }

static const KeyKind kinds[] = {
	HMAC_KEY (CKK_MD5_HMAC),      HMAC_KEY (CKK_SHA_1_HMAC),      HMAC_KEY (CKK_SHA224_HMAC),
	HMAC_KEY (CKK_SHA256_HMAC),   HMAC_KEY (CKK_SHA384_HMAC),     HMAC_KEY (CKK_SHA512_HMAC),
	HMAC_KEY (CKK_SHA512_224_HMAC), HMAC_KEY (CKK_SHA512_256_HMAC), HMAC_KEY (CKK_SHA3_224_HMAC),
	HMAC_KEY (CKK_SHA3_256_HMAC), HMAC_KEY (CKK_SHA3_384_HMAC),   HMAC_KEY (CKK_SHA3_512_HMAC),
};

const MechFamily mech_mac = { "mac", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
