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

static const Mech mechs[] = {
	{ MECH (SHA_1), .hash = &nettle_sha1, .digest = &digest_op },
	{ MECH (SHA224), .hash = &nettle_sha224, .digest = &digest_op },
	{ MECH (SHA256), .hash = &nettle_sha256, .digest = &digest_op },
	{ MECH (SHA384), .hash = &nettle_sha384, .digest = &digest_op },
	{ MECH (SHA512), .hash = &nettle_sha512, .digest = &digest_op },
};

const MechFamily mech_digest = { "digest", mechs, N_ELEMENTS (mechs) };

const struct nettle_hash *
mech_hash (CK_MECHANISM_TYPE digest)
{
	for (size_t i = 0; i < N_ELEMENTS (mechs); i++)
		if (mechs[i].type == digest)
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
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		if (rows[i].mgf == mgf)
			return mech_hash (rows[i].digest);
	return NULL;
}
