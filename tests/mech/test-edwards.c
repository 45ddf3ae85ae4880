/* EdDSA against RFC 8032, and key pairs on the Edwards and Montgomery curves. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_edwards;

/* RFC 8410 section 3, with tag and length. */
#define oid_ed25519 "06032b6570"
#define oid_ed448 "06032b6571"
#define oid_x25519 "06032b656e"
#define oid_x448 "06032b656f"

typedef struct {
	const char *oid, *source, *private, *public, *message, *signature;
} Signed;

static const Signed signeds[] = {
	{ oid_ed25519, "RFC 8032 7.1 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	  "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ oid_ed25519, "RFC 8032 7.1 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	  "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ oid_ed25519, "RFC 8032 7.1 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	  "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	{ oid_ed25519, "RFC 8032 7.1 SHA(abc)", "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	  "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	  "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589" "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
	{ oid_ed448, "RFC 8032 7.4 Blank", "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3" "528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b",
	  "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778" "edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180",
	  "",
	  "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f" "2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a" "9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db" "b61149f05a7363268c71d95808ff2e652600" },
	{ oid_ed448, "RFC 8032 7.4 1 octet", "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a" "fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e",
	  "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086" "6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
	  "03",
	  "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435" "2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb" "cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f" "f3348ab21aa4adafd1d234441cf807c03a00" },
	{ oid_ed448, "RFC 8032 7.4 11 octets", "cd23d24f714274e744343237b93290f511f6425f98e64459ff203e8985083ffd" "f60500553abc0e05cd02184bdb89c4ccd67e187951267eb328",
	  "dcea9e78f35a1bf3499a831b10b86c90aac01cd84b67a0109b55a36e9328b1e3" "65fce161d71ce7131a543ea4cb5f7e9f1d8b00696447001400",
	  "0c3e544074ec63b0265e0c",
	  "1f0a8888ce25e8d458a21130879b840a9089d999aaba039eaf3e3afa090a09d3" "89dba82c4ff2ae8ac5cdfb7c55e94d5d961a29fe0109941e00b8dbdeea6d3b05" "1068df7254c0cdc129cbe62db2dc957dbb47b51fd3f213fb8698f064774250a5" "028961c9bf8ffd973fe5d5c206492b140e00" },
};

static Object *
private_key (const Signed *of)
{
	return key_new (CKO_PRIVATE_KEY, CKK_EC_EDWARDS,
	                (Part[]){ { CKA_EC_PARAMS, of->oid }, { CKA_VALUE, of->private }, { 0, NULL } });
}

static Object *
public_key (const Signed *of)
{
	return key_new (CKO_PUBLIC_KEY, CKK_EC_EDWARDS,
	                (Part[]){ { CKA_EC_PARAMS, of->oid }, { CKA_EC_POINT, of->public }, { 0, NULL } });
}

static void
published_messages_are_signed (void)
{
	const Mech *mech = mech_find (CKM_EDDSA);

	for (size_t i = 0; i < N_ELEMENTS (signeds); i++) {
		auto_unref Object *private = private_key (&signeds[i]);
		auto_unref Object *public = public_key (&signeds[i]);
		auto_wipe Buf message = hex_buf (signeds[i].message);
		auto_wipe Buf signature = hex_buf (signeds[i].signature);

		drive (mech->sign, mech, private, NO_BYTES, bytes_of (&message), bytes_of (&signature));
		drive_check (mech->verify, mech, public, NO_BYTES, bytes_of (&message), bytes_of (&signature));
	}
}

/* SoftHSM's names of curves: PKCS #11 v3.0's PrintableString. */
static void
curves_may_be_named_in_letters (void)
{
	const Mech *mech = mech_find (CKM_EDDSA);
	Signed named = signeds[1];
	auto_wipe Buf message = hex_buf (named.message);
	auto_wipe Buf signature = hex_buf (named.signature);
	auto_unref Object *key = NULL;

	named.oid = "130c 65647761726473 3235353139"; /* edwards25519 */
	key = private_key (&named);
	drive (mech->sign, mech, key, NO_BYTES, bytes_of (&message), bytes_of (&signature));
}

/* RFC 8032 section 5.1.7: s is below the order.  The order added to it makes the same point. */
static void
signatures_beyond_the_order_are_refused (void)
{
	static const uint8_t order[] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
		                         0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
		                         0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10 };
	const Mech *mech = mech_find (CKM_EDDSA);
	auto_unref Object *key = public_key (&signeds[1]);
	auto_wipe Buf message = hex_buf (signeds[1].message);
	auto_wipe Buf signature = hex_buf (signeds[1].signature);
	unsigned carry = 0;

	for (size_t i = 0; i < sizeof order; i++) {
		carry += signature.data[32 + i] + (unsigned)order[i];
		signature.data[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_rv (check_once (mech->verify, mech, key, NO_BYTES, bytes_of (&message), 2, bytes_of (&signature)),
	           CKR_SIGNATURE_INVALID);
}

static void
prehash_and_context_are_refused (void)
{
	const Mech *mech = mech_find (CKM_EDDSA);
	auto_unref Object *key = private_key (&signeds[0]);
	g_autofree void *state = g_malloc0 (mech->sign->state_size);
	EddsaParams params = { 0 };

	assert_ok (mech->sign->start (state, mech, key, bytes (&params, sizeof params)));
	params.prehash = CK_TRUE;
	assert_rv (mech->sign->start (state, mech, key, bytes (&params, sizeof params)), CKR_MECHANISM_PARAM_INVALID);
	params = (EddsaParams){ CK_FALSE, 3, (CK_BYTE *)"abc" };
	assert_rv (mech->sign->start (state, mech, key, bytes (&params, sizeof params)), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (mech->sign->start (state, mech, key, bytes (&params, 1)), CKR_MECHANISM_PARAM_INVALID);
}

static void
montgomery_keys_do_not_sign (void)
{
	const Mech *mech = mech_find (CKM_EDDSA);
	Signed key_of = signeds[0];
	auto_unref Object *key = NULL;
	g_autofree void *state = g_malloc0 (mech->sign->state_size);

	key_of.oid = oid_x25519;
	key = private_key (&key_of);
	assert_rv (mech->sign->start (state, mech, key, NO_BYTES), CKR_CURVE_NOT_SUPPORTED);
}

static CK_RV
check_key (CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const char *oid, CK_ATTRIBUTE_TYPE type, const char *value)
{
	auto_attrs Attrs attrs = { 0 };

	key_attrs (&attrs, class, key_type, (Part[]){ { CKA_EC_PARAMS, oid }, { type, value }, { 0, NULL } });
	return mech_check_key (&attrs);
}

static void
values_of_another_length_are_no_keys (void)
{
	const Signed *ed25519 = &signeds[0];

	assert_ok (check_key (CKO_PRIVATE_KEY, CKK_EC_EDWARDS, oid_ed25519, CKA_VALUE, ed25519->private));
	assert_ok (check_key (CKO_PUBLIC_KEY, CKK_EC_EDWARDS, oid_ed25519, CKA_EC_POINT, ed25519->public));
	assert_rv (check_key (CKO_PRIVATE_KEY, CKK_EC_EDWARDS, oid_ed448, CKA_VALUE, ed25519->private),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PUBLIC_KEY, CKK_EC_EDWARDS, oid_ed448, CKA_EC_POINT, ed25519->public),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PRIVATE_KEY, CKK_EC_EDWARDS, oid_ed25519, CKA_VALUE, ""), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PRIVATE_KEY, CKK_EC_EDWARDS, "06082a8648ce3d030107", CKA_VALUE, ed25519->private),
	           CKR_CURVE_NOT_SUPPORTED);
	assert_rv (check_key (CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, oid_ed25519, CKA_VALUE, ed25519->private),
	           CKR_CURVE_NOT_SUPPORTED);
}

static void
generated_pairs_have_their_curve (void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		CK_KEY_TYPE key_type;
		const char *oid;
		size_t n;
	} rows[] = {
		{ CKM_EC_EDWARDS_KEY_PAIR_GEN, CKK_EC_EDWARDS, oid_ed25519, 32 },
		{ CKM_EC_EDWARDS_KEY_PAIR_GEN, CKK_EC_EDWARDS, oid_ed448, 57 },
		{ CKM_EC_EDWARDS_KEY_PAIR_GEN, CKK_EC_EDWARDS, oid_x25519, 32 },
		{ CKM_EC_EDWARDS_KEY_PAIR_GEN, CKK_EC_EDWARDS, oid_x448, 56 },
		{ CKM_EC_MONTGOMERY_KEY_PAIR_GEN, CKK_EC_MONTGOMERY, oid_x25519, 32 },
		{ CKM_EC_MONTGOMERY_KEY_PAIR_GEN, CKK_EC_MONTGOMERY, oid_x448, 56 },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		const Mech *mech = mech_find (rows[i].type);
		auto_attrs Attrs public = { 0 };
		auto_attrs Attrs private = { 0 };

		key_attrs (&public, CKO_PUBLIC_KEY, rows[i].key_type, (Part[]){ { CKA_EC_PARAMS, rows[i].oid }, { 0, NULL } });
		key_attrs (&private, CKO_PRIVATE_KEY, rows[i].key_type, (Part[]){ { 0, NULL } });
		assert_ok (mech->generate_pair (mech, NO_BYTES, &public, &private));
		assert_ok (mech_check_key (&public));
		assert_ok (mech_check_key (&private));
		g_assert_cmpuint (attrs_bytes (&private, CKA_VALUE).len, ==, rows[i].n);
		g_assert_true (attrs_find (&private, CKA_VALUE)->secret);
		g_assert_cmpuint (attrs_bytes (&public, CKA_EC_POINT).len, ==, rows[i].n + 2);
	}
}

static void
pairs_are_not_made_on_curves_of_other_kinds (void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *oid;
	} rows[] = {
		{ CKM_EC_EDWARDS_KEY_PAIR_GEN, "06082a8648ce3d030107" }, { CKM_EC_MONTGOMERY_KEY_PAIR_GEN, oid_ed25519 },
		{ CKM_EC_MONTGOMERY_KEY_PAIR_GEN, oid_ed448 },           { CKM_EC_EDWARDS_KEY_PAIR_GEN, "0500" },
		{ CKM_EC_EDWARDS_KEY_PAIR_GEN, "" },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		const Mech *mech = mech_find (rows[i].type);
		auto_attrs Attrs public = { 0 };
		auto_attrs Attrs private = { 0 };

		key_attrs (&public, CKO_PUBLIC_KEY, mech->key_types[0],
		           (Part[]){ { CKA_EC_PARAMS, rows[i].oid }, { 0, NULL } });
		assert_rv (mech->generate_pair (mech, NO_BYTES, &public, &private), CKR_CURVE_NOT_SUPPORTED);
	}
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_edwards, NULL, 0,
	                  (CK_MECHANISM_TYPE[]){ CKM_EDDSA, CKM_EC_EDWARDS_KEY_PAIR_GEN, CKM_EC_MONTGOMERY_KEY_PAIR_GEN,
	                                         NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/edwards/published_messages_are_signed", published_messages_are_signed);
	g_test_add_func ("/mech/edwards/curves_may_be_named_in_letters", curves_may_be_named_in_letters);
	g_test_add_func ("/mech/edwards/signatures_beyond_the_order_are_refused", signatures_beyond_the_order_are_refused);
	g_test_add_func ("/mech/edwards/prehash_and_context_are_refused", prehash_and_context_are_refused);
	g_test_add_func ("/mech/edwards/montgomery_keys_do_not_sign", montgomery_keys_do_not_sign);
	g_test_add_func ("/mech/edwards/values_of_another_length_are_no_keys", values_of_another_length_are_no_keys);
	g_test_add_func ("/mech/edwards/generated_pairs_have_their_curve", generated_pairs_have_their_curve);
	g_test_add_func ("/mech/edwards/pairs_are_not_made_on_curves_of_other_kinds",
	                 pairs_are_not_made_on_curves_of_other_kinds);
	g_test_add_func ("/mech/edwards/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
