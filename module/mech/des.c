/* DES and Triple DES: key generation, ECB, CBC, CMAC.  FIPS 46-3, SP 800-67; PKCS #11 v3.2 section 6.9 ff.
 * For what is old: nothing new should use these. */

#include "block.h"
#include "random.h"
#include "secret.h"

#include <nettle/cmac.h>

#define DES2_KEY_SIZE 16

/* Nettle's DES is not among its described ciphers, since setting a key tells of weak ones. */

static void
des_set (void *context, const uint8_t *key)
{
	des_set_key (context, key);
}

static void
des3_set (void *context, const uint8_t *key)
{
	des3_set_key (context, key);
}

/* Two keys: the first serves as the third, too. */
static void
des2_set (void *context, const uint8_t *key)
{
	uint8_t three[DES3_KEY_SIZE];

	memcpy (three, key, DES2_KEY_SIZE);
	memcpy (three + DES2_KEY_SIZE, key, DES_KEY_SIZE);
	des3_set_key (context, three);
	wipe (three, sizeof three);
}

#define CIPHER(n, ctx, size, set, family)                                                                    \
	static const struct nettle_cipher n = {                                                              \
		#n, sizeof (struct ctx), DES_BLOCK_SIZE, size, set, set, (nettle_cipher_func *)family##_encrypt, \
		(nettle_cipher_func *)family##_decrypt                                                       \
	}

CIPHER (cipher_des, des_ctx, DES_KEY_SIZE, des_set, des);
CIPHER (cipher_des2, des3_ctx, DES2_KEY_SIZE, des2_set, des3);
CIPHER (cipher_des3, des3_ctx, DES3_KEY_SIZE, des3_set, des3);

static const struct nettle_cipher *
cipher_for (CK_KEY_TYPE key_type)
{
	switch (key_type) {
	case CKK_DES:
		return &cipher_des;
	case CKK_DES2:
		return &cipher_des2;
	case CKK_DES3:
		return &cipher_des3;
	default:
		return NULL;
	}
}

static CK_RV
check_length (CK_KEY_TYPE key_type, size_t n)
{
	const struct nettle_cipher *cipher = cipher_for (key_type);

	if (cipher == NULL || n != cipher->key_size)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a key of this type has not %zu bytes", n);
	return CKR_OK;
}

static CK_RV
des_prepare (void *form, const Object *key)
{
	Bytes secret = object_bytes (key, CKA_VALUE);

	TRY (check_length (object_key_type (key), secret.len));
	block_key_set (form, cipher_for (object_key_type (key)), secret);
	return CKR_OK;
}

const KeyForm des_form = { sizeof (BlockKey), des_prepare, NULL };

/* --- CMAC, SP 800-38B --- */

typedef struct {
	BlockKey block;
	struct cmac64_key key;
} CmacKey;

typedef struct {
	const CmacKey *key;
	struct cmac64_ctx context;
	size_t n_mac;           /* bytes we hand out */
} Cmac;

static CK_RV
cmac_prepare (void *form, const Object *key)
{
	CmacKey *cmac = form;

	TRY (des_prepare (&cmac->block, key));
	cmac64_set_key (&cmac->key, &cmac->block.encrypt, cmac->block.cipher->encrypt);
	return CKR_OK;
}

static const KeyForm cmac_form = { sizeof (CmacKey), cmac_prepare, NULL };

static CK_RV
cmac_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Cmac *cmac = state;
	void *prepared;

	TRY (object_prepare (key, &cmac_form, &prepared));
	cmac->key = prepared;
	TRY (mech_mac_length (mech, param, DES_BLOCK_SIZE, &cmac->n_mac));
	cmac64_init (&cmac->context);
	return CKR_OK;
}

static size_t
cmac_room (const void *state, size_t n_in)
{
	const Cmac *cmac = state;

	return cmac->n_mac;
}

static CK_RV
cmac_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Cmac *cmac = state;
	const BlockKey *block = &cmac->key->block;

	if (in.len > 0)
		cmac64_update (&cmac->context, &block->encrypt, block->cipher->encrypt, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
cmac_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Cmac *cmac = state;
	const BlockKey *block = &cmac->key->block;
	uint8_t mac[DES_BLOCK_SIZE];

	TRY (cmac_update (state, in, out, n_out));
	cmac64_digest (&cmac->context, &cmac->key->key, &block->encrypt, block->cipher->encrypt, DES_BLOCK_SIZE, mac);
	memcpy (out, mac, cmac->n_mac);
	*n_out = cmac->n_mac;
	return CKR_OK;
}

static const MechOp cmac_op = {
	.state_size = sizeof (Cmac),
	.start = cmac_start,
	.room = cmac_room,
	.update = cmac_update,
	.finish = cmac_finish,
};

/* --- keys --- */

static CK_RV
des_generate (const Mech *mech, Bytes param, Attrs *key)
{
	const struct nettle_cipher *cipher = cipher_for (mech->key_types[0]);
	auto_wipe Buf value = BUF_SECRET;
	BlockCtx context;
	bool strong;

	TRY_ALLOC (buf_grow (&value, cipher->key_size));
	do {
		TRY (random_bytes (value.data, value.len));
		des_fix_parity (value.len, value.data, value.data);
		strong = true;
		for (size_t at = 0; at < value.len; at += DES_KEY_SIZE)
			strong = des_set_key (&context.des, value.data + at) && strong;
	} while (!strong);
	wipe (&context, sizeof context);
	return attrs_set_secret (key, CKA_VALUE, bytes_of (&value));
}

static CK_RV
des_check (Attrs *key)
{
	return check_length (attrs_ulong (key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION), secret_size (key));
}

static bool
des_check_value (const Attrs *key, uint8_t value[static 3])
{
	CK_KEY_TYPE key_type = attrs_ulong (key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);

	return block_check_value (cipher_for (key_type), attrs_bytes (key, CKA_VALUE), value);
}

static void
set_parity (uint8_t *value, size_t n)
{
	des_fix_parity (n, value, value);
}

#define DES .key_types = KEYS (CKK_DES), .form = &des_form
#define DES3 .key_types = KEYS (CKK_DES3, CKK_DES2), .form = &des_form

static const Mech mechs[] = {
	{ MECH (DES_KEY_GEN), .key_types = KEYS (CKK_DES), .generate = des_generate },
	{ MECH (DES2_KEY_GEN), .key_types = KEYS (CKK_DES2), .generate = des_generate },
	{ MECH (DES3_KEY_GEN), .key_types = KEYS (CKK_DES3), .generate = des_generate },
	{ MECH (DES_ECB), DES, PARAM_BYTES (0, 8), .encrypt = &block_encrypt, .decrypt = &block_decrypt },
	{ MECH (DES_CBC), DES, PARAM_BYTES (8, 8), .encrypt = &block_encrypt, .decrypt = &block_decrypt,
	  .wrap = &block_encrypt, .unwrap = &block_decrypt },
	{ MECH (DES_CBC_PAD), DES, PARAM_BYTES (8, 8), .encrypt = &block_pad_encrypt, .decrypt = &block_pad_decrypt,
	  .wrap = &block_pad_encrypt, .unwrap = &block_pad_decrypt },
	{ MECH (DES3_ECB), DES3, PARAM_BYTES (0, 8), .encrypt = &block_encrypt, .decrypt = &block_decrypt },
	{ MECH (DES3_CBC), DES3, PARAM_BYTES (8, 8), .encrypt = &block_encrypt, .decrypt = &block_decrypt,
	  .wrap = &block_encrypt, .unwrap = &block_decrypt },
	{ MECH (DES3_CBC_PAD), DES3, PARAM_BYTES (8, 8), .encrypt = &block_pad_encrypt,
	  .decrypt = &block_pad_decrypt, .wrap = &block_pad_encrypt, .unwrap = &block_pad_decrypt },
	{ MECH (DES3_CMAC), DES3, .sign = &cmac_op, .verify = &cmac_op },
	{ MECH (DES3_CMAC_GENERAL), DES3, PARAM (CK_ULONG), .sign = &cmac_op, .verify = &cmac_op },
};

#define DES_KEY(type) { CKO_SECRET_KEY, type, secret_size, des_check, des_check_value, set_parity }

static const KeyKind kinds[] = { DES_KEY (CKK_DES), DES_KEY (CKK_DES2), DES_KEY (CKK_DES3) };

const MechFamily mech_des = { "des", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
