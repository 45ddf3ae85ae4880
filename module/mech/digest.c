/* Message digests.  FIPS 180-4; PKCS #11 v3.2 sections 6.18 ff. */

#include "hash.h"
#include "mech.h"

typedef struct {
	const struct nettle_hash *hash;
	HashCtx context;
} Digest;

static CK_RV
digest_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Digest *digest = state;

	digest->hash = mech->hash;
	digest->hash->init (&digest->context);
	return CKR_OK;
}

static size_t
digest_room (const void *state, size_t n_in)
{
	const Digest *digest = state;

	return digest->hash->digest_size;
}

static CK_RV
digest_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Digest *digest = state;

	digest->hash->update (&digest->context, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
digest_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Digest *digest = state;

	digest->hash->update (&digest->context, in.len, in.data);
	hash_digest (digest->hash, &digest->context, out);
	*n_out = digest->hash->digest_size;
	return CKR_OK;
}

static const MechOp digest_op = {
	.state_size = sizeof (Digest),
	.start = digest_start,
	.room = digest_room,
	.update = digest_update,
	.finish = digest_finish,
};

void
hash_bytes (const struct nettle_hash *hash, Bytes data, uint8_t *digest)
{
	hash_two (hash, data, NO_BYTES, digest);
}

void
hash_two (const struct nettle_hash *hash, Bytes first, Bytes second, uint8_t *digest)
{
	HashCtx context;

	hash->init (&context);
	hash->update (&context, first.len, first.data);
	hash->update (&context, second.len, second.data);
	hash_digest (hash, &context, digest);
	wipe (&context, sizeof context);
}

/* CKM_SHA256_KEY_DERIVATION and its like: the digest of the base key, section 6.18.7 ff. */
static CK_RV
digest_derive (const Mech *mech, const Derivation *how, Buf *value)
{
	TRY_ALLOC (buf_grow (value, mech->hash->digest_size));
	hash_bytes (mech->hash, object_bytes (how->base, CKA_VALUE), value->data);
	return CKR_OK;
}

#define DIGEST(n, nettle) { MECH (n), .hash = nettle, .digest = &digest_op }
#define DERIVE(n, nettle) { MECH (n##_KEY_DERIVATION), SECRETS, .hash = nettle, .derive = digest_derive }
#define SECRETS .key_types = KEYS (ANY_SECRET)

static const Mech mechs[] = {
	{ MECH (MD5), .hash = &nettle_md5, .digest = &digest_op, .weak = true },
	DIGEST (SHA_1, &nettle_sha1),
	DIGEST (SHA224, &nettle_sha224),
	DIGEST (SHA256, &nettle_sha256),
	DIGEST (SHA384, &nettle_sha384),
	DIGEST (SHA512, &nettle_sha512),
	DIGEST (SHA512_224, &nettle_sha512_224),
	DIGEST (SHA512_256, &nettle_sha512_256),
	DIGEST (SHA3_224, &nettle_sha3_224),
	DIGEST (SHA3_256, &nettle_sha3_256),
	DIGEST (SHA3_384, &nettle_sha3_384),
	DIGEST (SHA3_512, &nettle_sha3_512),
	DERIVE (MD5, &nettle_md5),
	DERIVE (SHA1, &nettle_sha1),
	DERIVE (SHA224, &nettle_sha224),
	DERIVE (SHA256, &nettle_sha256),
	DERIVE (SHA384, &nettle_sha384),
	DERIVE (SHA512, &nettle_sha512),
	DERIVE (SHA512_224, &nettle_sha512_224),
	DERIVE (SHA512_256, &nettle_sha512_256),
	DERIVE (SHA3_224, &nettle_sha3_224),
	DERIVE (SHA3_256, &nettle_sha3_256),
	DERIVE (SHA3_384, &nettle_sha3_384),
	DERIVE (SHA3_512, &nettle_sha3_512),
};

const MechFamily mech_digest = { "digest", mechs, N_ELEMENTS (mechs) };

const struct nettle_hash *
mech_hash (CK_MECHANISM_TYPE digest)
{
	for (size_t i = 0; i < N_ELEMENTS (mechs); i++)
		if (mechs[i].type == digest && mechs[i].digest != NULL)
			return mechs[i].hash;
	return NULL;
}

const struct nettle_hash *
mech_mgf_hash (CK_ULONG mgf)
{
	static const struct {
		CK_ULONG mgf;
		CK_MECHANISM_TYPE digest;
	} rows[] = {
		{ CKG_MGF1_SHA1, CKM_SHA_1 },    { CKG_MGF1_SHA224, CKM_SHA224 }, { CKG_MGF1_SHA256, CKM_SHA256 },
		{ CKG_MGF1_SHA384, CKM_SHA384 }, { CKG_MGF1_SHA512, CKM_SHA512 },
		{ CKG_MGF1_SHA3_224, CKM_SHA3_224 }, { CKG_MGF1_SHA3_256, CKM_SHA3_256 },
		{ CKG_MGF1_SHA3_384, CKM_SHA3_384 }, { CKG_MGF1_SHA3_512, CKM_SHA3_512 },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		if (rows[i].mgf == mgf)
			return mech_hash (rows[i].digest);
	return NULL;
}
