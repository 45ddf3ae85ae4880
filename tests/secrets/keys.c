/* Keys for the tests of secrets. */

#include "keys.h"
#include "curves.h"

#include <valgrind/memcheck.h>

void
hide (const void *data, size_t n)
{
	if (n > 0)
		VALGRIND_MAKE_MEM_UNDEFINED (data, n);
}

void
show (const void *data, size_t n)
{
	if (n > 0)
		VALGRIND_MAKE_MEM_DEFINED (data, n);
}

/* The parameters of Wycheproof's dsa_2048_224_sha224_p1363. */
#define DSA_P                                                                                                          \
	"008f7935d9b9aae9bfabed887acf4951b6f32ec59e3baf3718e8eac4961f3efd3606e74351a9c4183339b809e7c2ae1c"             \
	"539ba7475b85d011adb8b47987754984695cac0e8f14b3360828a22ffa27110a3d62a993453409a0fe696c4658f84bdd"             \
	"20819c3709a01057b195adcd00233dba5484b6291f9d648ef883448677979cec04b434a6ac2e75e9985de23db0292fc1"             \
	"118c9ffa9d8181e7338db792b730d7b9e349592f68099872153915ea3d6b8b4653c633458f803b32a4c2e0f27290256e"             \
	"4e3f8a3b0838a1c450e4e18c1a29a37ddf5ea143de4b66ff04903ed5cf1623e158d487c608e97f211cd81dca23cb6e38"             \
	"0765f822e342be484c05763939601cd667"
#define DSA_Q "00baf696a68578f7dfdee7fa67c977c785ef32b233bae580c0bcd5695d"
#define DSA_G                                                                                                          \
	"16a65c58204850704e7502a39757040d34da3a3478c154d4e4a5c02d242ee04f96e61e4bd0904abdac8f37eeb1e09f31"             \
	"82d23c9043cb642f88004160edf9ca09b32076a79c32a627f2473e91879ba2c4e744bd2081544cb55b802c368d1fa83e"             \
	"d489e94e0fa0688e32428a5c78c478c68d0527b71c9a3abb0b0be12c44689639e7d3ce74db101a65aa2b87f64c6826db"             \
	"3ec72f4b5599834bb4edb02f7c90e9a496d3a55d535bebfc45d4f619f63f3dedbb873925c2f224e07731296da887ec1e"             \
	"4748f87efb5fdeb75484316b2232dee553ddaf02112b0d1f02da30973224fe27aeda8b9d4b2922d9ba8be39ed9e103a6"             \
	"3c52810bc688b7e2ed4316e1ef17dbde"

/* How they are made: by a mechanism that is given these public attributes, or of these bytes. */
static const struct {
	CK_KEY_TYPE type;
	CK_MECHANISM_TYPE made_by;
	Part parts[4];
	const char *value;
} rows[N_KEYS] = {
#define EC(oid)                                                                                                        \
	CKK_EC, CKM_EC_KEY_PAIR_GEN,                                                                                   \
	{                                                                                                              \
		{                                                                                                      \
			CKA_EC_PARAMS, oid                                                                             \
		}                                                                                                      \
	}
#define EDWARDS(oid)                                                                                                   \
	CKK_EC_EDWARDS, CKM_EC_EDWARDS_KEY_PAIR_GEN,                                                                   \
	{                                                                                                              \
		{                                                                                                      \
			CKA_EC_PARAMS, oid                                                                             \
		}                                                                                                      \
	}
#define MONTGOMERY(oid)                                                                                                \
	CKK_EC_MONTGOMERY, CKM_EC_MONTGOMERY_KEY_PAIR_GEN,                                                             \
	{                                                                                                              \
		{                                                                                                      \
			CKA_EC_PARAMS, oid                                                                             \
		}                                                                                                      \
	}
#define BYTES_16 "000102030405060708090a0b0c0d0e0f"
#define BYTES_32 BYTES_16 "101112131415161718191a1b1c1d1e1f"
	[RSA] = { CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, { { CKA_PUBLIC_EXPONENT, "010001" } } },
	[P192] = { EC ("06082a8648ce3d030101") },
	[P224] = { EC ("06052b81040021") },
	[P256] = { EC ("06082a8648ce3d030107") },
	[P384] = { EC ("06052b81040022") },
	[P521] = { EC ("06052b81040023") },
	[ED25519] = { EDWARDS ("06032b6570") },
	[ED448] = { EDWARDS ("06032b6571") },
	[X25519] = { MONTGOMERY ("06032b656e") },
	[X448] = { MONTGOMERY ("06032b656f") },
	[DSA] = { CKK_DSA,
	          CKM_DSA_KEY_PAIR_GEN,
	          { { CKA_PRIME, DSA_P }, { CKA_SUBPRIME, DSA_Q }, { CKA_BASE, DSA_G } } },
	[DH] = { CKK_DH, CKM_DH_PKCS_KEY_PAIR_GEN },
	[GOST] = { CKK_GOSTR3410, CKM_GOSTR3410_KEY_PAIR_GEN, { { CKA_GOSTR3410_PARAMS, "06072a850302022301" } } },
	[AES] = { CKK_AES, .value = BYTES_32 },
	[DES3] = { CKK_DES3, .value = "0123456789abcdef 23456789abcdef01 456789abcdef0123" },
	[CAMELLIA] = { CKK_CAMELLIA, .value = BYTES_32 },
	[CHACHA] = { CKK_CHACHA20, .value = BYTES_32 },
	[SECRET] = { CKK_GENERIC_SECRET, .value = BYTES_32 },
	[SHA256_HMAC] = { CKK_SHA256_HMAC, .value = BYTES_32 },
};

static Attrs publics[N_KEYS], privates[N_KEYS];

/* A group that is published, whose numbers the module knows. */
static void
add_group (Attrs *public)
{
	const Mech *mech = mech_find (CKM_DH_PKCS_PARAMETER_GEN);
	auto_attrs Attrs domain = { 0 };

	assert_ok (attrs_set_ulong (&domain, CKA_PRIME_BITS, 2048));
	assert_ok (mech->generate (mech, NO_BYTES, &domain));
	assert_ok (attrs_set_bytes (public, CKA_PRIME, attrs_bytes (&domain, CKA_PRIME)));
	assert_ok (attrs_set_bytes (public, CKA_BASE, attrs_bytes (&domain, CKA_BASE)));
}

const Mech *
key_template (KeyName name, Attrs *public, Attrs *private)
{
	if (rows[name].value != NULL || name == NO_PAIR)
		return NULL;
	key_attrs (public, CKO_PUBLIC_KEY, rows[name].type, rows[name].parts);
	key_attrs (private, CKO_PRIVATE_KEY, rows[name].type, (Part[]){ { 0, NULL } });
	if (name == RSA)
		assert_ok (attrs_set_ulong (public, CKA_MODULUS_BITS, 1024));
	if (name == DH)
		add_group (public);
	return mech_find (rows[name].made_by);
}

void
keys_make (void)
{
	for (KeyName name = NO_PAIR + 1; name < N_KEYS; name++) {
		const Mech *mech = key_template (name, &publics[name], &privates[name]);

		if (mech != NULL)
			assert_ok (mech->generate_pair (mech, NO_BYTES, &publics[name], &privates[name]));
		else
			key_attrs (&privates[name], CKO_SECRET_KEY, rows[name].type,
			           (Part[]){ { CKA_VALUE, rows[name].value }, { 0, NULL } });
	}
}

void
keys_clear (void)
{
	for (KeyName name = NO_PAIR; name < N_KEYS; name++) {
		attrs_clear (&publics[name]);
		attrs_clear (&privates[name]);
	}
}

void
hide_attrs (const Attrs *attrs)
{
	static const CK_ATTRIBUTE_TYPE secrets[] = { CKA_VALUE,      CKA_PRIVATE_EXPONENT, CKA_PRIME_1,    CKA_PRIME_2,
		                                     CKA_EXPONENT_1, CKA_EXPONENT_2,       CKA_COEFFICIENT };

	for (size_t i = 0; i < N_ELEMENTS (secrets); i++) {
		Bytes value = attrs_bytes (attrs, secrets[i]);

		hide (value.data, value.len);
	}
}

Object *
key_again (KeyName name, bool private, bool hidden)
{
	Attrs attrs = { 0 };
	Object *key;

	if (name == NO_PAIR)
		return NULL;
	assert_ok (attrs_copy (&attrs, private || publics[name].n == 0 ? &privates[name] : &publics[name]));
	assert_ok (object_publish (&attrs, &key));
	if (hidden)
		hide_attrs (&key->attrs);
	return key;
}

Bytes
key_public_value (KeyName name)
{
	Bytes value = attrs_bytes (&publics[name], rows[name].type == CKK_DH ? CKA_VALUE : CKA_EC_POINT);
	Bytes bare;

	if (rows[name].type == CKK_DH)
		return value;
	g_assert_true (curve_point (curve_for_attrs (&publics[name]), value, &bare));
	return bare;
}
