/* Camellia: key generation, ECB, CBC.  RFC 3713; PKCS #11 v3.2 section 6.31. */

#include "block.h"
#include "secret.h"

static const struct nettle_cipher *
camellia_cipher (size_t n)
{
	switch (n) {
	case CAMELLIA128_KEY_SIZE:
		return &nettle_camellia128;
	case CAMELLIA192_KEY_SIZE:
		return &nettle_camellia192;
	case CAMELLIA256_KEY_SIZE:
		return &nettle_camellia256;
	default:
		return NULL;
	}
}

static CK_RV
wrong_length (size_t n)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a Camellia key has 16, 24 or 32 bytes, not %zu", n);
}

static CK_RV
camellia_prepare (void *form, const Object *key)
{
	Bytes secret = object_bytes (key, CKA_VALUE);
	const struct nettle_cipher *cipher = camellia_cipher (secret.len);

	if (cipher == NULL)
		return wrong_length (secret.len);
	block_key_set (form, cipher, secret);
	return CKR_OK;
}

static const KeyForm camellia_form = { sizeof (BlockKey), camellia_prepare, NULL };

static CK_RV
camellia_generate (const Mech *mech, Bytes param, Attrs *key)
{
	if (camellia_cipher (attrs_ulong (key, CKA_VALUE_LEN, 0)) == NULL)
		return wrong_length (attrs_ulong (key, CKA_VALUE_LEN, 0));
	return secret_generate (mech, param, key);
}

static CK_RV
camellia_check (Attrs *key)
{
	return camellia_cipher (secret_size (key)) ? secret_check (key) : wrong_length (secret_size (key));
}

/* PKCS #11 v3.2 section 4.10.2: a block of zeros, encrypted. */
static bool
camellia_check_value (const Attrs *key, uint8_t value[static 3])
{
	return block_check_value (camellia_cipher (secret_size (key)), attrs_bytes (key, CKA_VALUE), value);
}

#define CAMELLIA .key_types = KEYS (CKK_CAMELLIA), SIZES (16, 32), .form = &camellia_form

static const Mech mechs[] = {
	{ MECH (CAMELLIA_KEY_GEN), CAMELLIA, .generate = camellia_generate },
	{ MECH (CAMELLIA_ECB), CAMELLIA, PARAM_BYTES (0, 16), .encrypt = &block_encrypt, .decrypt = &block_decrypt },
	{ MECH (CAMELLIA_CBC), CAMELLIA, PARAM_BYTES (16, 16), .encrypt = &block_encrypt, .decrypt = &block_decrypt,
	  .wrap = &block_encrypt, .unwrap = &block_decrypt },
	{ MECH (CAMELLIA_CBC_PAD), CAMELLIA, PARAM_BYTES (16, 16), .encrypt = &block_pad_encrypt,
	  .decrypt = &block_pad_decrypt, .wrap = &block_pad_encrypt, .unwrap = &block_pad_decrypt },
};

static const KeyKind kinds[] = {
	{ CKO_SECRET_KEY, CKK_CAMELLIA, secret_size, camellia_check, camellia_check_value },
};

const MechFamily mech_camellia = { "camellia", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
