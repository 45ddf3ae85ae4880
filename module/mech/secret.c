/* Secret keys: what they have in common, and generic secrets.  PKCS #11 v3.2 section 6.7. */

#include "secret.h"
#include "hash.h"
#include "random.h"

CK_RV
secret_generate (const Mech *mech, Bytes param, Attrs *key)
{
	CK_ULONG n = attrs_ulong (key, CKA_VALUE_LEN, 0);
	auto_wipe Buf value = BUF_SECRET;

	if (n < mech->min_size || n > mech->max_size)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "%s makes no keys of %lu bytes", mech->name, n);
	TRY_ALLOC (buf_grow (&value, n));
	TRY (random_bytes (value.data, n));
	return attrs_set_secret (key, CKA_VALUE, bytes_of (&value));
}

size_t
secret_size (const Attrs *key)
{
	return attrs_bytes (key, CKA_VALUE).len;
}

CK_RV
secret_check (Attrs *key)
{
	size_t n = secret_size (key);

	if (n == 0)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a secret key has no bytes");
	return attrs_set_ulong (key, CKA_VALUE_LEN, n);
}

/* The standard has no check value for these; SoftHSM's is that of certificates. */
bool
secret_check_value (const Attrs *key, uint8_t value[static 3])
{
	uint8_t digest[SHA1_DIGEST_SIZE];

	hash_bytes (&nettle_sha1, attrs_bytes (key, CKA_VALUE), digest);
	memcpy (value, digest, 3);
	return true;
}

static const Mech mechs[] = {
	{ MECH (GENERIC_SECRET_KEY_GEN), .key_types = KEYS (CKK_GENERIC_SECRET), SIZES (1, 0x8000000),
	  .generate = secret_generate },
};

static const KeyKind kinds[] = {
	{ CKO_SECRET_KEY, CKK_GENERIC_SECRET, secret_size, secret_check, secret_check_value },
	/* PKCS #11 v3.2 section 4.6.1: the same check value */
	{ CKO_CERTIFICATE, CK_UNAVAILABLE_INFORMATION, secret_size, NULL, secret_check_value },
};

const MechFamily mech_secret = { "secret", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
