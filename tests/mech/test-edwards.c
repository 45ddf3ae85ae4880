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

/* s + 2^448 is s to whoever leaves the last byte out. */
static void
an_overlong_ed448_signature_is_refused (void)
{
	const Mech *mech = mech_find (CKM_EDDSA);

	for (size_t i = 0; i < N_ELEMENTS (signeds); i++) {
		auto_unref Object *key = public_key (&signeds[i]);
		auto_wipe Buf message = hex_buf (signeds[i].message);
		auto_wipe Buf signature = hex_buf (signeds[i].signature);

		signature.data[signature.len - 1] |= 0x20;
		assert_rv (check_once (mech->verify, mech, key, NO_BYTES, bytes_of (&message), message.len + 1,
		                       bytes_of (&signature)), CKR_SIGNATURE_INVALID);
	}
}

/* --- contexts and digests, RFC 8032 sections 7.2 to 7.5 --- */

typedef struct {
	const char *oid, *source, *private, *public;
	CK_BBOOL prehash;
	const char *context, *message, *signature;
} SignedWith;

static const SignedWith signeds_with[] = {
	{ oid_ed25519, "RFC 8032 7.2 foo",
	  "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
	  "dfc9425e4f968f7f0c29f0259cf5f9aed6851c2bb4ad8bfb860cfee0ab248292",
	  CK_FALSE, "666f6f", "f726936d19c800494e3fdaff20b276a8",
	  "55a4cc2f70a54e04288c5f4cd1e45a7bb520b36292911876cada7323198dd87a8b36950b95130022907a7fb7c4e9b2d5"
	  "f6cca685a587b4b21f4b888e4e7edb0d" },
	{ oid_ed25519, "RFC 8032 7.2 bar",
	  "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
	  "dfc9425e4f968f7f0c29f0259cf5f9aed6851c2bb4ad8bfb860cfee0ab248292",
	  CK_FALSE, "626172", "f726936d19c800494e3fdaff20b276a8",
	  "fc60d5872fc46b3aa69f8b5b4351d5808f92bcc044606db097abab6dbcb1aee3216c48e8b3b66431b5b186d1d28f8ee1"
	  "5a5ca2df6668346291c2043d4eb3e90d" },
	{ oid_ed25519, "RFC 8032 7.2 foo2",
	  "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
	  "dfc9425e4f968f7f0c29f0259cf5f9aed6851c2bb4ad8bfb860cfee0ab248292",
	  CK_FALSE, "666f6f", "508e9e6882b979fea900f62adceaca35",
	  "8b70c1cc8310e1de20ac53ce28ae6e7207f33c3295e03bb5c0732a1d20dc64908922a8b052cf99b7c4fe107a5abb5b2c"
	  "4085ae75890d02df26269d8945f84b0b" },
	{ oid_ed25519, "RFC 8032 7.2 foo3",
	  "ab9c2853ce297ddab85c993b3ae14bcad39b2c682beabc27d6d4eb20711d6560",
	  "0f1d1274943b91415889152e893d80e93275a1fc0b65fd71b4b0dda10ad7d772",
	  CK_FALSE, "666f6f", "f726936d19c800494e3fdaff20b276a8",
	  "21655b5f1aa965996b3f97b3c849eafba922a0a62992f73b3d1b73106a84ad85e9b86a7b6005ea868337ff2d20a7f5fb"
	  "d4cd10b0be49a68da2b2e0dc0ad8960f" },
	{ oid_ed25519, "RFC 8032 7.3 TEST abc",
	  "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	  "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	  CK_TRUE, "", "616263",
	  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aa"
	  "a10b8c61e636062aaad11c2a26083406" },
	{ oid_ed448, "RFC 8032 7.4 1 octet (with context)",
	  "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659949e"
	  "f8021e954e0a12274e",
	  "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c"
	  "235160627b4c3a9480",
	  CK_FALSE, "666f6f", "03",
	  "d4f8f6131770dd46f40867d6fd5d5055de43541f8c5e35abbcd001b32a89f7d2151f7647f11d8ca2ae279fb842d60721"
	  "7fce6e042f6815ea000c85741de5c8da1144a6a1aba7f96de42505d7a7298524fda538fccbbb754f578c1cad10d54d0d"
	  "5428407e85dcbc98a49155c13764e66c3c00" },
	{ oid_ed448, "RFC 8032 7.5 TEST abc",
	  "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42ef7822e0d5104127dc05d6dbefde69e3"
	  "ab2cec7c867c6e2c49",
	  "259b71c19f83ef77a7abd26524cbdb3161b590a48f7d17de3ee0ba9c52beb743c09428a131d6b1b57303d90d8132c276"
	  "d5ed3d5d01c0f53880",
	  CK_TRUE, "", "616263",
	  "822f6901f7480f3d5f562c592994d9693602875614483256505600bbc281ae381f54d6bce2ea911574932f52a4e6cadd"
	  "78769375ec3ffd1b801a0d9b3f4030cd433964b6457ea39476511214f97469b57dd32dbc560a9a94d00bff07620464a3"
	  "ad203df7dc7ce360c3cd3696d9d9fab90f00" },
	{ oid_ed448, "RFC 8032 7.5 TEST abc (with context)",
	  "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42ef7822e0d5104127dc05d6dbefde69e3"
	  "ab2cec7c867c6e2c49",
	  "259b71c19f83ef77a7abd26524cbdb3161b590a48f7d17de3ee0ba9c52beb743c09428a131d6b1b57303d90d8132c276"
	  "d5ed3d5d01c0f53880",
	  CK_TRUE, "666f6f", "616263",
	  "c32299d46ec8ff02b54540982814dce9a05812f81962b649d528095916a2aa481065b1580423ef927ecf0af5888f90da"
	  "0f6a9a85ad5dc3f280d91224ba9911a3653d00e484e2ce232521481c8658df304bb7745a73514cdb9bf3e15784ab7128"
	  "4f8d0704a608c54a6b62d97beb511d132100" },
	/* The RFC has none of this kind: by the definition. */
	{ oid_ed25519, "Ed25519ph with a context, by the definition",
	  "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	  "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	  CK_TRUE, "666f6f", "616263",
	  "e039702b4c2595a6a541ac8509236e2990474795330c9b34a75f58a660129e08fd736943fb1943a55720b9e0957b1ed6"
	  "734816619f1388f43f73e6e3baa81c0e" },
	{ oid_ed25519, "Ed25519ctx with the longest context, by the definition",
	  "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
	  "dfc9425e4f968f7f0c29f0259cf5f9aed6851c2bb4ad8bfb860cfee0ab248292",
	  CK_FALSE,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
	  "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
	  "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
	  "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
	  "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
	  "f0f1f2f3f4f5f6f7f8f9fafbfcfdfe",
	  "616263",
	  "7993c50423897665d3965c9687c286928cd4b56faaba812a2d30c471abc828c29b75178a17d14f64b011ea8d4a3cb4bb"
	  "fd19a111a70dc3910f369f408a89d006" },
	/* A parameter that says nothing is not no parameter: "Ed25519ctx: required, phFlag false, context optional". */
	{ oid_ed25519, "Ed25519ctx with an empty context, by the definition",
	  "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
	  "dfc9425e4f968f7f0c29f0259cf5f9aed6851c2bb4ad8bfb860cfee0ab248292",
	  CK_FALSE, "", "f726936d19c800494e3fdaff20b276a8",
	  "cc5e63a27e94afd3418338d2486fa92af9917c2d989e06e50277721c343818b42196bc292e68f34d859bbead179f5454"
	  "2d4b04dcfbfa4a684e3950fb1ccd8d0d" },
};

static void
contexts_and_hashes_are_signed (void)
{
	const Mech *mech = mech_find (CKM_EDDSA);

	for (size_t i = 0; i < N_ELEMENTS (signeds_with); i++) {
		const SignedWith *known = &signeds_with[i];
		auto_unref Object *private =
		        key_new (CKO_PRIVATE_KEY, CKK_EC_EDWARDS,
		                 (Part[]){ { CKA_EC_PARAMS, known->oid }, { CKA_VALUE, known->private }, { 0, NULL } });
		auto_unref Object *public =
		        key_new (CKO_PUBLIC_KEY, CKK_EC_EDWARDS,
		                 (Part[]){ { CKA_EC_PARAMS, known->oid }, { CKA_EC_POINT, known->public }, { 0, NULL } });
		auto_wipe Buf context = hex_buf (known->context);
		auto_wipe Buf message = hex_buf (known->message);
		auto_wipe Buf signature = hex_buf (known->signature);
		EddsaParams params = { known->prehash, context.len, context.data };
		Bytes param = bytes (&params, sizeof params);

		g_test_message ("%s", known->source);
		drive (mech->sign, mech, private, param, bytes_of (&message), bytes_of (&signature));
		drive_check (mech->verify, mech, public, param, bytes_of (&message), bytes_of (&signature));
		/* Not without its parameter, and not with another. */
		assert_rv (check_once (mech->verify, mech, public, NO_BYTES, bytes_of (&message), message.len + 1,
		                       bytes_of (&signature)), CKR_SIGNATURE_INVALID);
		params.prehash = !params.prehash;
		assert_rv (check_once (mech->verify, mech, public, param, bytes_of (&message), message.len + 1,
		                       bytes_of (&signature)), CKR_SIGNATURE_INVALID);
	}
}

/* RFC 8032 section 2: a context has at most 255 bytes. */
static void
contexts_end_at_255_bytes (void)
{
	static uint8_t context[256];
	const Mech *mech = mech_find (CKM_EDDSA);
	const SignedWith *known = &signeds_with[0];
	auto_unref Object *private =
	        key_new (CKO_PRIVATE_KEY, CKK_EC_EDWARDS,
	                 (Part[]){ { CKA_EC_PARAMS, known->oid }, { CKA_VALUE, known->private }, { 0, NULL } });
	g_autofree void *state = g_malloc0 (mech->sign->state_size);
	EddsaParams params = { CK_FALSE, 256, context };

	assert_rv (mech->sign->start (state, mech, private, bytes (&params, sizeof params)), CKR_MECHANISM_PARAM_INVALID);
	params = (EddsaParams){ CK_FALSE, 3, NULL };
	assert_rv (mech->sign->start (state, mech, private, bytes (&params, sizeof params)), CKR_MECHANISM_PARAM_INVALID);
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
	g_test_add_func ("/mech/edwards/an_overlong_ed448_signature_is_refused", an_overlong_ed448_signature_is_refused);
	g_test_add_func ("/mech/edwards/contexts_and_hashes_are_signed", contexts_and_hashes_are_signed);
	g_test_add_func ("/mech/edwards/contexts_end_at_255_bytes", contexts_end_at_255_bytes);
	g_test_add_func ("/mech/edwards/montgomery_keys_do_not_sign", montgomery_keys_do_not_sign);
	g_test_add_func ("/mech/edwards/values_of_another_length_are_no_keys", values_of_another_length_are_no_keys);
	g_test_add_func ("/mech/edwards/generated_pairs_have_their_curve", generated_pairs_have_their_curve);
	g_test_add_func ("/mech/edwards/pairs_are_not_made_on_curves_of_other_kinds",
	                 pairs_are_not_made_on_curves_of_other_kinds);
	g_test_add_func ("/mech/edwards/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
