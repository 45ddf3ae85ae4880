/* GOST R 34.10-2001 on CryptoPro's curve A against the examples of RFC 4491, RFC 4490 and RFC 5933; GOST R 34.11-94
 * and its HMAC with CryptoPro's parameters against Nettle's, Botan's and SoftHSM's values.
 *
 * The byte orders, which are not those of any other mechanism, are in PKCS #11 v3.2 "GOST R 34.10-2001": coordinates
 * little endian, signatures s and r big endian.  The private value stands in the table as the standard has it, little
 * endian, and in keys as SoftHSM has it, big endian.  Of an example only what a signature is checked by is
 * known, except where the standard prints the private key.  All values were checked with a second implementation. */

#include "mechtest.h"

extern const MechFamily mech_gost;

#define CRYPTOPRO_A "06072a850302022301"        /* id-GostR3410-2001-CryptoPro-A-ParamSet, 1.2.643.2.2.35.1 */
#define CRYPTOPRO_XCHA "06072a850302022400"     /* …-XchA-ParamSet, 1.2.643.2.2.36.0: the same curve */
#define HASH_CRYPTOPRO "06072a850302021e01"     /* id-GostR3411-94-CryptoProParamSet, 1.2.643.2.2.30.1 */
#define HASH_TEST "06072a850302021e00"          /* id-GostR3411-94-TestParamSet */

static const Known digests[] = {
	{ CKM_GOSTR3411, "Nettle gosthash94-test empty", NULL, NULL,
	  "",
	  "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0" },
	{ CKM_GOSTR3411, "Nettle gosthash94-test a", NULL, NULL,
	  "61",
	  "e74c52dd282183bf37af0079c9f78055715a103f17e3133ceff1aacf2f403011" },
	{ CKM_GOSTR3411, "Botan gost.vec abc", NULL, NULL,
	  "616263",
	  "b285056dbf18d7392d7677369524dd14747459ed8143997e163b2986f92fd42c" },
	{ CKM_GOSTR3411, "Nettle gosthash94-test message digest", NULL, NULL,
	  "6d65737361676520646967657374",
	  "bc6041dd2aa401ebfa6e9886734174febdb4729aa972d60f549ac39b29721ba0" },
	{ CKM_GOSTR3411, "Nettle gosthash94-test fox", NULL, NULL,
	  "54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f67",
	  "9004294a361a508c586fe53d1f1b02746765e71b765472786e4770d565830a76" },
	{ CKM_GOSTR3411, "Botan gost.vec 32 bytes", NULL, NULL,
	  "12fc7387466c9687ef618eb38bee08d4f67564bc48dfde8a477ebbbc425c2c54",
	  "d1e138cd1db357091037e6041e6bbc7f58e32c4294f938868a9ff5e66e174ea0" },
	{ CKM_GOSTR3411, "Botan gost.vec 33 bytes", NULL, NULL,
	  "a040ee298c760cd98eb6467bc03d839a31598922758d475aa389881f465a8be79b",
	  "6ae26456d06c682ab63de2de3d0a8a932370b12204bac4b04f78472665a350d7" },
	{ CKM_GOSTR3411, "SoftHSM GOSTTests.cpp testHash", NULL, NULL,
	  "fe5a773751eab2f18921c04806d6907444557b4469cda7c822288e5065da58f448a27fa0b4c8786853f246b093e3dbfd"
	  "c332759d7764b6d057895184d9b82e626df70aeb99b969ea35e5be4d50c7406ea4a7450ac063933f96f77960ee711a44"
	  "5593119cf69061702cb4797f214fa440c94127e3dcd92f2c71b39d354c6f4284e030dcbfcb91ea5e543e0e3560ecd355"
	  "091850ba080287bd87b74bb84a8892e0f2172f136d187305179f23eb8296bf1798405bab52e201f22bca5b793c5ba6f2"
	  "ca15f154598eec73e7e61b405262f6fe5fdc0f9ae0528801c3f965956c79a6c6805edd0c6515aea27d1db9d70a56b0f1"
	  "3a544429c448fb6db390c0e367edf997e0b681ade3846d77d1898f06fb60cb2384015f3749bd1e8163e532529e4d3bb8"
	  "b200bbe79da76d4865621ff2e583a1a1f8ebfb7a51b65dc9152b173a7df91c6943f2fe497cdbc306827146199ada925d"
	  "d42b8a48429f5b6e3670aa85a44bdfab3d273ea6711b996b5c27e04949be61ed9ecb932f429adcf31a2e0e9f83fcb1ce"
	  "6bc0ee81627d1f9d08ecd599f16a1d68b256b002e90a8b4e5830a049ece9adf1d50c027ec537dd5412aa1509e91cef35"
	  "8b2d495d3b37651987f51d9643a5af2e0ef3d8c02e6023bb76ff8f1eb5cd018fa32bd7886a1a46a7d5ca15e4e0cdb793"
	  "f0c1986ef4480305801a518b1d4596aaa741c093fc7ad075b637b1b2cc4da33b6eb6d549001b33e1753c9c4358fb541f"
	  "de6541238bd011cd8acafb4cff15b289872956dfbcc732593e838b6300e48ed3455cd101920114640a5b7c1250e419b7"
	  "d771ec65934f53176bbd7a61a36d6d3d64a1f29c3d41745993636f812930e2936e9ed34e92a3c31239176ed3f78461ee"
	  "80c54d92cbd9ef9f5746f8069809a38549fc7a8fd99fb350c27230966d6001d3136114a7bdcdee495b72e4a633845bc8"
	  "8400dedadc2fa2cd8640049cdb4f8f695c45eacf24fd573e1fb1670f688c9d7706a9ae9eb30e0dfdd54c7f3f3ee6f9bb"
	  "fbbed6db6e7c7b979e677dcd8457949dc271bd6acb445b16247d8dac1b59d45b8ffbbfdaea20a5c450e0f93b399ae698"
	  "87e1c721b0ef86c8cd37fc7514c4f2b70aa1e757de95dcc3b74c6e18e51d272d433330826435b7cba6c099558b51e408"
	  "b1bfe60e876141a74195a00bf914f2536d92170fb43e078d98f784e6f150ed2b16db5b629ebabf16444639c87a544050"
	  "e03fb7ccd538da29c45ce764f68682b48bf8ae5ed43064e833338a88605b1743feb025d5f5607bb13a2078a99924a2d4"
	  "818cd582acdc1556faeba70959de8498f3fcbf85bd269a7df23a3ad5704908978031667c7bf4a85d1ef42f3ed144670e"
	  "6eeb5d8213db43b0b7b43767fd4277ef0ec52b5718a7d187a003de8e5dff9c3a3cd520615fb9b52281506e5bb033818e"
	  "0912980a8bcaa54e21c5630b9e863c83",
	  "3ec65819a084ad30712c4b3eb69ce130a8c7221ea3d8a9996d4ba6f298bc39f9" },
	{ CKM_GOSTR3411, "Nettle gosthash94-test message digest, CryptoPro named", NULL, HASH_CRYPTOPRO,
	  "6d65737361676520646967657374",
	  "bc6041dd2aa401ebfa6e9886734174febdb4729aa972d60f549ac39b29721ba0" },
};

/* RFC 5831's own parameters, which Nettle has and SoftHSM has not. */
static const Known test_set_digests[] = {
	{ CKM_GOSTR3411, "Nettle gosthash94-test test parameters", NULL, HASH_TEST,
	  "6d65737361676520646967657374",
	  "ad4434ecb18f2c99b60cbe59ec3d2469582b65273f48de72db2fde16a4889a4d" },
	{ CKM_GOSTR3411, "RFC 5831 7.3.1 32 bytes", NULL, HASH_TEST,
	  "54686973206973206d6573736167652c206c656e6774683d3332206279746573",
	  "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa" },
	{ CKM_GOSTR3411, "RFC 5831 7.3.2 50 bytes", NULL, HASH_TEST,
	  "537570706f736520746865206f726967696e616c206d65737361676520686173206c656e677468203d20353020627974"
	  "6573",
	  "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208" },
};

static const Known macs[] = {
	{ CKM_GOSTR3411_HMAC, "Nettle hmac-test", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL,
	  "0126bdb87800af214341456563780100",
	  "bad70b61c41095bc47e1141cfaed42726a5ceebd62ce75dbbb9ad76cda9f72f7" },
	/* A key longer than a block of 32 bytes. */
	{ CKM_GOSTR3411_HMAC, "SoftHSM GOSTTests.cpp testHmac", "615f6b65795f666f725f484d41432d474f53545f522d33342e31312d39345f7465737400", NULL,
	  "1450414e94b2cea9e202b8acc9c358eba5334c20cf1b7d13e8b79be63a0a938a340cf710d539262f406787af7188990c"
	  "7d75780c265e37750510fa6aaa742d01c753548219c20b1283cca9d30aa5a8650d0c5ee63fe10268f9cd5996f8db0158"
	  "c6fad147ae41c0e565f6fbc85115e17bb0b448208075d1cf79cf70574098e7116a5c5effdb05dcd83e71db4860b3aec2"
	  "612fb9de1b010229a413055724ab07f4131b04800286d3c4895a158e7b1301f8010e718c76cc69b34c643d2b1eacc00f"
	  "9cd0debc83425256b2524b34d61eba32fe5f79fe0a1f9360e3cfb4c88ce7cc3c36e969a37827ad5fd79bfac08cca1786"
	  "f30f34adc605545f04ba96ca4a4e3df7fec36e43406e9cd68d708cbac4c54b2e18e38535bd1a8029fd7393b5462ab688"
	  "f8146445295e5473b15b26ec129a24c78b7198d558209e827c38426d747fb0d2b04f1ee7b142b7b736eff4b819b5420f"
	  "4642e77181617bec8074109b463f4c53a6f3507a0b4419b2d7cc0b6cf89faa2caeac17bf19e6a94e0bf346d0f77c47ed"
	  "b29cbd204483e53853401779aea0998b993e39ea4c5003326c017a5a3bd0c5591d4f822641fae9dbdf78b15dc5ba3261"
	  "50f89c864774a8dbf6464b259a29c00d9bcc63f61b3b45ff19e6fd0cda2be17608488b0e5c6cc5c596f035c8e580c30f"
	  "c7c6fe2428f3509511b9d7fe77cf53c5b0e8e66bb573b3d467b74b5493a4e8ea49a79b7e2d36a6c0a600c6b13dc617c3"
	  "faf927b2cb251279cff4228254cb6022ae9d97a36894ebcb305b179284e5d2f330266b2b600e248d3c4b8121a8d69818"
	  "3a38bfb5a40c5e85cb08ef0bfb0242e418d11dd648b9b84e072a70d3fba8a9b0cee05bfd71ac945543e306824f9a4dcb"
	  "a05bbe0027b475a020bd764b53aa5a187c089a2def8f3a96d38491a61ce5f3da625f7f4ef38130b0f5daa14e2236f4cd"
	  "95ff0c31e7d6c1cc15cde7d9d4f95326ae721812458d413cd6c758671c9a85d10f7692ce31a600483f6444f45e74c45b"
	  "7cf886e63d0158e19c0b87be6cd9fc4b74d72cb004d3bd7adf60e162f4967e5ef3bca0af2dd7ed1dde4097b5ba250281"
	  "db7e46c22a25a49abdb1b2d148710128dc1f1a18cd0d762a1d2eb5d5d602336ee3f0a0095592e938a79bdee72cf80101"
	  "5ad5871a8d907298e13f960a1417fdfa87c3fe3da9490b73b45326c3161d9de6460e37208665fdc90cf894a0301198f5"
	  "faa5a315fc562b2837194662a58da13065760571172d42306bb57eccfa578e9c927c211a1f7c1983de1ae1eab0a264af"
	  "dc18cd56f14e0429e80b0dde9a5af527952a7b6abecfcb64cbda3c3e7a024fc5ca3b655faf5a2787fdb22c1dd3160827"
	  "c886a119fd2833da87e60f18b6a969916d35f559bcea40d6e5e53f84fa5c46dd5dd09d0802a21f64f00ea755f95234af"
	  "913dbfb380cc370754448e46edfc7ccc",
	  "8d9d660d7bcab705f14a90cb9a31f7b5206f9936e1b56f2489da188a90c49ca3" },
};

typedef struct {
	CK_MECHANISM_TYPE type;
	const char *source, *params, *public, *private, *in, *signature;
} Signed;

static const Signed signeds[] = {
	/* The tbsCertificate. */
	{ CKM_GOSTR3410_WITH_GOSTR3411, "RFC 4491 4.2", CRYPTOPRO_XCHA,
	  "8495687560021a407508cd138c31892cfde505037a435cf46d2b0fe74f327e578febcc16b9958803d09a7c85ae0fe48d"
	  "eaa6bb7e56c7cbb0df0f66bccaea1a60",
	  "770f04919816afaf56da6d6d78425bf368ab6b1a6385e7da2b08d050e03b290b",
	  "3082017f02102bf5c61ec211bd17c7dcd46266b42e21300806062a8503020203306d311f301d06035504030c16476f73"
	  "7452333431302d32303031206578616d706c6531123010060355040a0c0943727970746f50726f310b30090603550406"
	  "130252553129302706092a864886f70d010901161a476f737452333431302d32303031406578616d706c652e636f6d30"
	  "1e170d3035303831363134313832305a170d3135303831363134313832305a306d311f301d06035504030c16476f7374"
	  "52333431302d32303031206578616d706c6531123010060355040a0c0943727970746f50726f310b3009060355040613"
	  "0252553129302706092a864886f70d010901161a476f737452333431302d32303031406578616d706c652e636f6d3063"
	  "301c06062a8503020213301206072a85030202240006072a850302021e0103430004408495687560021a407508cd138c"
	  "31892cfde505037a435cf46d2b0fe74f327e578febcc16b9958803d09a7c85ae0fe48deaa6bb7e56c7cbb0df0f66bcca"
	  "ea1a60",
	  "3c2fc90944b727a9eca7d5e9fb536dd2c3aa647c442edeed3116454fbc543fddc1de176e8d1bec71b593f3dd36935577"
	  "688989176220f4dab131d5b51c33dee2" },
	/* "sample text" and a newline. */
	{ CKM_GOSTR3410_WITH_GOSTR3411, "RFC 4490 9.1", CRYPTOPRO_XCHA,
	  "8495687560021a407508cd138c31892cfde505037a435cf46d2b0fe74f327e578febcc16b9958803d09a7c85ae0fe48d"
	  "eaa6bb7e56c7cbb0df0f66bccaea1a60",
	  "770f04919816afaf56da6d6d78425bf368ab6b1a6385e7da2b08d050e03b290b",
	  "73616d706c6520746578740a",
	  "c0c342d93f8ffe2511118877bf89c3db834204d620f9682a99f6fe303be4f4c8f8d5b4dafbe1c69167341fbca67a0d12"
	  "7bfd1025c651db8db2f48c717eed72a9" },
	/* The RRSIG of www.example.net A 192.0.2.1 without its signature, and the record. */
	{ CKM_GOSTR3410_WITH_GOSTR3411, "RFC 5933 3.2", CRYPTOPRO_A,
	  "6914bf0dc3d61908f6c15272753f047005680b49179f9a43566d8832f0c33d7783df676c48a726abc28d5738a08cbe0e"
	  "5d94d5fadffac385f582936b6620b4d6",
	  "ffd3225ed5ca83d1435c337f47d0a6561243caecd1008821e2d3f00aee0d1c8b",
	  "00010c0300000e1070dbd880386d4380e954076578616d706c65036e65740003777777076578616d706c65036e657400"
	  "0001000100000e100004c0000201",
	  "eefcf3cfa88b3a6bed8ece458d58d21d3f179d1285635e648ba2a990d3e45274bc8889ecd0abf800f4fe0fd89b987846"
	  "ae2e927dbcb2ce2ebbfb005b6d6fe3ac" },
	{ CKM_GOSTR3410, "RFC 4491 4.2", CRYPTOPRO_XCHA,
	  "8495687560021a407508cd138c31892cfde505037a435cf46d2b0fe74f327e578febcc16b9958803d09a7c85ae0fe48d"
	  "eaa6bb7e56c7cbb0df0f66bccaea1a60",
	  "770f04919816afaf56da6d6d78425bf368ab6b1a6385e7da2b08d050e03b290b",
	  "ce0e67ea2974e99694ea58426c23dbc52614c31939ab2aa299f24639bb4f87f0",
	  "3c2fc90944b727a9eca7d5e9fb536dd2c3aa647c442edeed3116454fbc543fddc1de176e8d1bec71b593f3dd36935577"
	  "688989176220f4dab131d5b51c33dee2" },
	{ CKM_GOSTR3410, "RFC 4490 9.1", CRYPTOPRO_XCHA,
	  "8495687560021a407508cd138c31892cfde505037a435cf46d2b0fe74f327e578febcc16b9958803d09a7c85ae0fe48d"
	  "eaa6bb7e56c7cbb0df0f66bccaea1a60",
	  "770f04919816afaf56da6d6d78425bf368ab6b1a6385e7da2b08d050e03b290b",
	  "7957ca7be4cc2abffda61c1a94988bda561f9c94f028448e008011801b14e61c",
	  "c0c342d93f8ffe2511118877bf89c3db834204d620f9682a99f6fe303be4f4c8f8d5b4dafbe1c69167341fbca67a0d12"
	  "7bfd1025c651db8db2f48c717eed72a9" },
	{ CKM_GOSTR3410, "RFC 5933 3.2", CRYPTOPRO_A,
	  "6914bf0dc3d61908f6c15272753f047005680b49179f9a43566d8832f0c33d7783df676c48a726abc28d5738a08cbe0e"
	  "5d94d5fadffac385f582936b6620b4d6",
	  "ffd3225ed5ca83d1435c337f47d0a6561243caecd1008821e2d3f00aee0d1c8b",
	  "319e0f303e90f1f8dc5247f3ef2af3f689e69e0a4cff2b8a4b4bb78c572df290",
	  "eefcf3cfa88b3a6bed8ece458d58d21d3f179d1285635e648ba2a990d3e45274bc8889ecd0abf800f4fe0fd89b987846"
	  "ae2e927dbcb2ce2ebbfb005b6d6fe3ac" },
	{ CKM_GOSTR3410, "Nettle gostdsa-sign-test gc256b", CRYPTOPRO_A,
	  "badfd0c35314abd28faa47470b6c401772bb4ee8077e8f67e76e43dace66159743e69c1ff74fe2e2f1749859abf677d1"
	  "c0c60fe28d0f83598e9f9465697358ad",
	  "249939faa839edc3f2aafe0f643de4463c924abbeac6a73230dd5c3e621dcfbf",
	  "1c067e20ea6cb183f22efb0f3c6fd2a4e6a02821cb7a1b17facd5e1f7aa76f70",
	  "5e5b9b805b01147a8492c4a162643ac615dc777b9174108f3dc276a41f987af3e9323a5e88dd87fb7c724383bffe7cec"
	  "d4b9ffa2ac33beef73a5a1f743404f6b" },
};

static Object *
public_key (const Signed *of)
{
	return key_new (CKO_PUBLIC_KEY, CKK_GOSTR3410,
	                (Part[]){ { CKA_GOSTR3410_PARAMS, of->params }, { CKA_GOSTR3411_PARAMS, HASH_CRYPTOPRO },
	                          { CKA_VALUE, of->public }, { 0, NULL } });
}

static char *
turned_round (const char *hex)
{
	size_t n = strlen (hex);
	char *turned = g_strdup (hex);

	for (size_t i = 0; i < n; i += 2) {
		turned[i] = hex[n - 2 - i];
		turned[i + 1] = hex[n - 1 - i];
	}
	return turned;
}

static Object *
private_key (const Signed *of)
{
	g_autofree char *value = turned_round (of->private);

	return key_new (CKO_PRIVATE_KEY, CKK_GOSTR3410,
	                (Part[]){ { CKA_GOSTR3410_PARAMS, of->params }, { CKA_GOSTR3411_PARAMS, HASH_CRYPTOPRO },
	                          { CKA_VALUE, value }, { 0, NULL } });
}

static void
published_signatures_are_right (void)
{
	for (size_t i = 0; i < N_ELEMENTS (signeds); i++) {
		const Mech *mech = mech_find (signeds[i].type);
		auto_unref Object *public = public_key (&signeds[i]);
		auto_wipe Buf in = hex_buf (signeds[i].in);
		auto_wipe Buf signature = hex_buf (signeds[i].signature);

		drive_check (mech->verify, mech, public, NO_BYTES, bytes_of (&in), bytes_of (&signature));
	}
}

/* The published private key belongs to the published public one: in another byte order it would not. */
static void
published_private_keys_sign (void)
{
	for (size_t i = 0; i < N_ELEMENTS (signeds); i++) {
		const Mech *mech = mech_find (signeds[i].type);
		auto_unref Object *public = public_key (&signeds[i]);
		auto_unref Object *private = private_key (&signeds[i]);
		auto_wipe Buf in = hex_buf (signeds[i].in);
		auto_wipe Buf signature = BUF_PLAIN;

		assert_ok (drive_once (mech->sign, mech, private, NO_BYTES, bytes_of (&in), in.len + 1, false, &signature));
		g_assert_cmpuint (signature.len, ==, 64);
		drive_check (mech->verify, mech, public, NO_BYTES, bytes_of (&in), bytes_of (&signature));
	}
}

/* r, s and the digest turned round, and r before s: none of them is the standard's. */
static void
other_byte_orders_are_wrong (void)
{
	const Signed *known = &signeds[6];
	const Mech *mech = mech_find (CKM_GOSTR3410);
	auto_unref Object *public = public_key (known);
	auto_wipe Buf in = hex_buf (known->in);
	auto_wipe Buf signature = hex_buf (known->signature);
	uint8_t turned[64], swapped[64], digest[32];

	for (size_t i = 0; i < 32; i++) {
		turned[i] = signature.data[31 - i];
		turned[32 + i] = signature.data[63 - i];
		swapped[i] = signature.data[32 + i];
		swapped[32 + i] = signature.data[i];
		digest[i] = in.data[31 - i];
	}
	assert_rv (check_once (mech->verify, mech, public, NO_BYTES, bytes_of (&in), 33, bytes (turned, 64)),
	           CKR_SIGNATURE_INVALID);
	assert_rv (check_once (mech->verify, mech, public, NO_BYTES, bytes_of (&in), 33, bytes (swapped, 64)),
	           CKR_SIGNATURE_INVALID);
	assert_rv (check_once (mech->verify, mech, public, NO_BYTES, bytes (digest, 32), 33, bytes_of (&signature)),
	           CKR_SIGNATURE_INVALID);
}

/* SoftHSM: "Size of data to sign is not 32 bytes". */
static void
digests_have_32_bytes (void)
{
	static const uint8_t digest[33];
	const Mech *mech = mech_find (CKM_GOSTR3410);
	auto_unref Object *private = private_key (&signeds[6]);
	auto_wipe Buf signature = BUF_PLAIN;

	assert_rv (drive_once (mech->sign, mech, private, NO_BYTES, bytes (digest, 31), 64, false, &signature),
	           CKR_DATA_LEN_RANGE);
	assert_rv (drive_once (mech->sign, mech, private, NO_BYTES, bytes (digest, 33), 64, false, &signature),
	           CKR_DATA_LEN_RANGE);
	/* RFC 5832 6.1 step 2: e = 0 counts as 1. */
	assert_ok (drive_once (mech->sign, mech, private, NO_BYTES, bytes (digest, 32), 64, false, &signature));
}

static void
made_pairs_sign (void)
{
	const Mech *generate = mech_find (CKM_GOSTR3410_KEY_PAIR_GEN), *mech = mech_find (CKM_GOSTR3410_WITH_GOSTR3411);
	auto_attrs Attrs one = { 0 };
	auto_attrs Attrs two = { 0 };
	auto_unref Object *public = NULL;
	auto_unref Object *private = NULL;
	auto_wipe Buf in = hex_buf (signeds[1].in);
	auto_wipe Buf signature = BUF_PLAIN;

	key_attrs (&one, CKO_PUBLIC_KEY, CKK_GOSTR3410,
	           (Part[]){ { CKA_GOSTR3410_PARAMS, CRYPTOPRO_A }, { CKA_GOSTR3411_PARAMS, HASH_CRYPTOPRO }, { 0, NULL } });
	key_attrs (&two, CKO_PRIVATE_KEY, CKK_GOSTR3410, (Part[]){ { 0, NULL } });
	assert_ok (generate->generate_pair (generate, NO_BYTES, &one, &two));
	assert_ok (mech_check_key (&one));
	assert_ok (mech_check_key (&two));
	g_assert_cmpuint (attrs_bytes (&one, CKA_VALUE).len, ==, 64);
	g_assert_cmpuint (attrs_bytes (&two, CKA_VALUE).len, ==, 32);
	assert_bytes (attrs_bytes (&two, CKA_GOSTR3410_PARAMS), attrs_bytes (&one, CKA_GOSTR3410_PARAMS));
	assert_bytes (attrs_bytes (&two, CKA_GOSTR3411_PARAMS), attrs_bytes (&one, CKA_GOSTR3411_PARAMS));
	assert_ok (object_publish (&one, &public));
	assert_ok (object_publish (&two, &private));
	assert_ok (drive_once (mech->sign, mech, private, NO_BYTES, bytes_of (&in), 5, false, &signature));
	drive_check (mech->verify, mech, public, NO_BYTES, bytes_of (&in), bytes_of (&signature));
}

static CK_RV
check_public (const char *params, const char *value)
{
	auto_attrs Attrs key = { 0 };

	key_attrs (&key, CKO_PUBLIC_KEY, CKK_GOSTR3410,
	           (Part[]){ { CKA_GOSTR3410_PARAMS, params }, { CKA_GOSTR3411_PARAMS, HASH_CRYPTOPRO }, { CKA_VALUE, value },
	                     { 0, NULL } });
	return mech_check_key (&key);
}

static void
points_off_the_curve_are_refused (void)
{
	g_autofree char *off = g_strdup (signeds[6].public);

	off[0] = off[0] == '0' ? '1' : '0';
	assert_ok (check_public (CRYPTOPRO_A, signeds[6].public));
	assert_ok (check_public (CRYPTOPRO_XCHA, signeds[6].public));
	assert_rv (check_public (CRYPTOPRO_A, off), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_public (CRYPTOPRO_A, &signeds[6].public[2]), CKR_ATTRIBUTE_VALUE_INVALID);
	/* The parameters of RFC 5832's example, which Nettle has not. */
	assert_rv (check_public ("06072a850302022300", signeds[6].public), CKR_CURVE_NOT_SUPPORTED);
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_gost, NULL, 0,
	                  (CK_MECHANISM_TYPE[]){ CKM_GOSTR3411, CKM_GOSTR3411_HMAC, CKM_GOSTR3410_KEY_PAIR_GEN, CKM_GOSTR3410,
	                                         CKM_GOSTR3410_WITH_GOSTR3411, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (digests, N_ELEMENTS (digests), 0);
	known_add (test_set_digests, N_ELEMENTS (test_set_digests), 0);
	known_add (macs, N_ELEMENTS (macs), CKK_GENERIC_SECRET);
	g_test_add_func ("/mech/gost/published_signatures_are_right", published_signatures_are_right);
	g_test_add_func ("/mech/gost/published_private_keys_sign", published_private_keys_sign);
	g_test_add_func ("/mech/gost/other_byte_orders_are_wrong", other_byte_orders_are_wrong);
	g_test_add_func ("/mech/gost/digests_have_32_bytes", digests_have_32_bytes);
	g_test_add_func ("/mech/gost/made_pairs_sign", made_pairs_sign);
	g_test_add_func ("/mech/gost/points_off_the_curve_are_refused", points_off_the_curve_are_refused);
	g_test_add_func ("/mech/gost/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
