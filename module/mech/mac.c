/* HMAC, full and truncated.  FIPS 198-1, RFC 4231; PKCS #11 v3.2 sections 6.18.4 ff. */

#include "hash.h"
#include "mech.h"

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

HMAC_FORM (sha1)
HMAC_FORM (sha224)
HMAC_FORM (sha256)
HMAC_FORM (sha384)
HMAC_FORM (sha512)

static const KeyForm *
hmac_form (const struct nettle_hash *hash)
{
	static const struct {
		const struct nettle_hash *hash;
		const KeyForm *form;
	} rows[] = {
		{ &nettle_sha1, &form_sha1 },     { &nettle_sha224, &form_sha224 }, { &nettle_sha256, &form_sha256 },
		{ &nettle_sha384, &form_sha384 }, { &nettle_sha512, &form_sha512 },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		if (rows[i].hash == hash)
			return rows[i].form;
	return NULL;
}

static CK_RV
hmac_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Hmac *hmac = state;
	CK_ULONG wanted = mech->hash->digest_size;
	void *prepared;

	if (param.len > 0)
		memcpy (&wanted, param.data, sizeof wanted);
	if (wanted == 0 || wanted > mech->hash->digest_size)
		return fail (CKR_MECHANISM_PARAM_INVALID, "%s can give 1 to %u bytes, not %lu", mech->name,
		             mech->hash->digest_size, wanted);
	TRY (object_prepare (key, hmac_form (mech->hash), &prepared));
	hmac->hash = mech->hash;
	hmac->key = prepared;
	hmac->n_mac = wanted;
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
	{ MECH (n##_HMAC),                                                                                   \
	  .key_types = KEYS (CKK_GENERIC_SECRET, CKK_##n##_HMAC),                                            \
	  SIZES (1, 512),                                                                                    \
	  .hash = nettle,                                                                                    \
	  .sign = &hmac_op,                                                                                  \
	  .verify = &hmac_op }

static const Mech mechs[] = {
	HMAC (SHA_1, &nettle_sha1),     HMAC (SHA224, &nettle_sha224), HMAC (SHA256, &nettle_sha256),
	HMAC (SHA384, &nettle_sha384), HMAC (SHA512, &nettle_sha512),
};

const MechFamily mech_mac = { "mac", mechs, N_ELEMENTS (mechs) };
