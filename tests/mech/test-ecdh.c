/* Key agreement against RFC 5903 and RFC 7748, and which points are refused. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_ecdh;

/* RFC 5480 section 2.1.1.1, with tag and length. */
#define oid_p192 "06082a8648ce3d030101"
#define oid_p224 "06052b81040021"
#define oid_p256 "06082a8648ce3d030107"
#define oid_p384 "06052b81040022"
#define oid_p521 "06052b81040023"
/* RFC 8410 section 3, with tag and length. */
#define oid_ed25519 "06032b6570"
#define oid_ed448 "06032b6571"
#define oid_x25519 "06032b656e"
#define oid_x448 "06032b656f"

typedef struct {
	CK_KEY_TYPE key_type;
	const char *oid, *source, *private, *public, *shared;
} Agreement;

static const Agreement agreements[] = {
	{ CKK_EC, oid_p256, "RFC 5903 8.1", "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	  "04" "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63" "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	  "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de" },
	{ CKK_EC, oid_p256, "RFC 5903 8.1, the other side", "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
	  "04" "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180" "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
	  "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de" },
	{ CKK_EC, oid_p384, "RFC 5903 8.2", "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655" "e35b538041e649ee3faef896783ab194",
	  "04" "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d" "0d1ac43a0336def96fda41d0774a3571" "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1ff" "f83fa40142209dff5eaad96db9e6386c",
	  "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4" "d603135569b9e9d09cf5d4a270f59746" },
	{ CKK_EC, oid_p384, "RFC 5903 8.2, the other side", "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942" "e0308312916b8ed2960e4bd55a7448fc",
	  "04" "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6" "de3ac808acb4bdb4c88732aee95f41aa" "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38e" "eb9fcff3c2c947dae69b4c634573a81c",
	  "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4" "d603135569b9e9d09cf5d4a270f59746" },
	{ CKK_EC, oid_p521, "RFC 5903 8.3", "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0" "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d" "4a52",
	  "04" "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21" "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9" "460f" "015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87" "220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0f" "c56a",
	  "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04" "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3" "ddea" },
	{ CKK_EC, oid_p521, "RFC 5903 8.3, the other side", "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e" "9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb15168" "5eb9",
	  "04" "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe" "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176c" "ed3e" "017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10a" "d8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f" "9582",
	  "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04" "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3" "ddea" },
	{ CKK_EC, oid_p224, "OpenSSL 3.0, key of RFC 6979 A.2.4 and 2 G", "f220266e1105bfe3083e03ec7a3a654651f45e37167e88600bf257c1",
	  "04" "706a46dc76dcb76798e60e6d89474788d16dc18032d268fd1a704fa6" "1c2b76a7bc25e7702a704fa986892849fca629487acf3709d2e4e8bb",
	  "b31d7bc894fffcab76d363b083a1b46d00958ce270d1e12f32bc4f13" },
	{ CKK_EC, oid_p192, "OpenSSL 3.0, key of RFC 6979 A.2.3 and 2 G", "6fab034934e4c0fc9ae67f5b5659a9d7d1fefd187ee09fd4",
	  "04" "dafebf5828783f2ad35534631588a3f629a70fb16982a888" "dd6bda0d993da0fa46b27bbc141b868f59331afa5c7e93ab",
	  "8aec82a579847bdd22d708e30521c373905826be20b07acb" },
	{ CKK_EC_MONTGOMERY, oid_x25519, "RFC 7748 5.2 first X25519",
	  "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	  "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	{ CKK_EC_MONTGOMERY, oid_x25519, "RFC 7748 5.2 second X25519",
	  "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
	  "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
	  "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957" },
	{ CKK_EC_EDWARDS, oid_x25519, "RFC 7748 5.2 first X25519, as SoftHSM keeps such keys",
	  "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	  "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	{ CKK_EC_MONTGOMERY, oid_x448, "RFC 7748 5.2 first X448",
	  "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121"
	  "700a779c984c24f8cdd78fbff44943eba368f54b29259a4f1c600ad3",
	  "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9"
	  "814dc031ddbdc38c19c6da2583fa5429db94ada18aa7a7fb4ef8a086",
	  "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239f"
	  "e14fbaadeb445fc66a01b0779d98223961111e21766282f73dd96b6f" },
	{ CKK_EC_MONTGOMERY, oid_x448, "RFC 7748 5.2 second X448",
	  "203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c5"
	  "38345dd77c3e4806e25f46d3315c44e0a5b4371282dd2c8d5be3095f",
	  "0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b"
	  "165d015894e56c4d3570bee52fe205e28a78b91cdfbde71ce8d157db",
	  "884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7"
	  "ad1b3ee3a5700df34321d62077e63633c575c1c954514e99da7c179d" },
};

static Object *
private_key (CK_KEY_TYPE key_type, const char *oid, const char *value)
{
	return key_new (CKO_PRIVATE_KEY, key_type,
	                (Part[]){ { CKA_EC_PARAMS, oid }, { CKA_VALUE, value }, { 0, NULL } });
}

static CK_RV
agree (Object *key, Bytes point, Buf *shared)
{
	const Mech *mech = mech_find (CKM_ECDH1_DERIVE);
	EcdhParams params = { CKD_NULL, 0, NULL, point.len, (CK_BYTE *)(guintptr)point.data };

	return derive_once (mech, key, NULL, bytes (&params, sizeof params), 0, shared);
}

static CK_RV
agree_hex (Object *key, const char *point)
{
	auto_wipe Buf given = hex_buf (point);
	auto_wipe Buf shared = BUF_SECRET;

	return agree (key, bytes_of (&given), &shared);
}

/* The other side's point bare, and as an OCTET STRING: PKCS #11 v3.2 section 6.3.20 allows both. */
static void
published_secrets_are_agreed (void)
{
	for (size_t i = 0; i < N_ELEMENTS (agreements); i++) {
		auto_unref Object *key = private_key (agreements[i].key_type, agreements[i].oid, agreements[i].private);
		auto_wipe Buf point = hex_buf (agreements[i].public);
		auto_wipe Buf wanted = hex_buf (agreements[i].shared);
		auto_wipe Buf wrapped = BUF_PLAIN;
		auto_wipe Buf shared = BUF_SECRET;
		auto_wipe Buf again = BUF_SECRET;

		g_assert_true (buf_add_byte (&wrapped, 4) && (point.len < 0x80 || buf_add_byte (&wrapped, 0x81)) &&
		               buf_add_byte (&wrapped, (uint8_t)point.len) && buf_add (&wrapped, bytes_of (&point)));
		assert_ok (agree (key, bytes_of (&point), &shared));
		assert_bytes (bytes_of (&shared), bytes_of (&wanted));
		assert_ok (agree (key, bytes_of (&wrapped), &again));
		assert_bytes (bytes_of (&again), bytes_of (&wanted));
	}
}

/* RFC 7748 section 5.2: the result becomes the next scalar, the scalar the next point. */
static void
x25519_a_thousand_times (void)
{
	auto_wipe Buf k = hex_buf ("0900000000000000000000000000000000000000000000000000000000000000");
	auto_wipe Buf u = hex_buf ("0900000000000000000000000000000000000000000000000000000000000000");
	auto_wipe Buf wanted = hex_buf ("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");

	for (int i = 0; i < 1000; i++) {
		auto_unref Object *key = private_key (CKK_EC_MONTGOMERY, oid_x25519, "");
		auto_wipe Buf shared = BUF_SECRET;

		assert_ok (attrs_set_secret (&key->attrs, CKA_VALUE, bytes_of (&k)));
		assert_ok (agree (key, bytes_of (&u), &shared));
		g_assert_true (buf_set (&u, bytes_of (&k)) && buf_set (&k, bytes_of (&shared)));
	}
	assert_bytes (bytes_of (&k), bytes_of (&wanted));
}

/* RFC 7748 section 6: points whose order is small give zeros. */
static void
points_of_small_order_are_refused (void)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	auto_unref Object *key =
		private_key (CKK_EC_MONTGOMERY, oid_x25519, "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");

	for (size_t i = 0; i < N_ELEMENTS (points); i++)
		assert_rv (agree_hex (key, points[i]), CKR_MECHANISM_PARAM_INVALID);
}

static void
other_points_are_refused (void)
{
	auto_unref Object *key = private_key (CKK_EC, oid_p256, agreements[0].private);
	g_autofree char *off = g_strconcat (agreements[0].public, "", NULL);
	g_autofree char *compressed = g_strdup_printf ("02%.64s", agreements[0].public + 2);
	size_t last = strlen (off) - 1;

	off[last] = off[last] == '0' ? '1' : '0';
	assert_rv (agree_hex (key, off), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (agree_hex (key, compressed), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (agree_hex (key, ""), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (agree_hex (key, "00"), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (agree_hex (key, agreements[2].public), CKR_MECHANISM_PARAM_INVALID);
}

static void
unknown_derivations_are_refused (void)
{
	auto_unref Object *key = private_key (CKK_EC, oid_p256, agreements[0].private);
	auto_wipe Buf point = hex_buf (agreements[0].public);
	auto_wipe Buf shared = BUF_SECRET;
	const Mech *mech = mech_find (CKM_ECDH1_DERIVE);
	EcdhParams params = { 4711, 0, NULL, point.len, point.data };

	assert_rv (derive_once (mech, key, NULL, bytes (&params, sizeof params), 0, &shared), CKR_MECHANISM_PARAM_INVALID);
	params = (EcdhParams){ CKD_NULL, 3, (CK_BYTE *)"abc", point.len, point.data };
	assert_rv (derive_once (mech, key, NULL, bytes (&params, sizeof params), 0, &shared), CKR_MECHANISM_PARAM_INVALID);
	params = (EcdhParams){ CKD_NULL, 0, NULL, point.len, NULL };
	assert_rv (derive_once (mech, key, NULL, bytes (&params, sizeof params), 0, &shared), CKR_MECHANISM_PARAM_INVALID);
}

/* Ed25519 keys have the same key type as SoftHSM's X25519 ones, but they sign. */
static void
signature_keys_do_not_agree (void)
{
	auto_unref Object *key = private_key (CKK_EC_EDWARDS, oid_ed25519,
	                                      "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");

	assert_rv (agree_hex (key, "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
	           CKR_KEY_TYPE_INCONSISTENT);
}

/* SEC 1 section 3.6.1 over the secret of RFC 5903 section 8.1, with the shared data "shared". */
static void
x963_functions_follow_their_definition (void)
{
	static const struct {
		CK_ULONG kdf;
		const char *value;
	} rows[] = {
		{ CKD_SHA1_KDF, "e4afa8f9625e2786fc241ff079a12c46080da7319180ed39008c3843a893af10" "f1261bacd60f8a8bfe0e6ae6e824c5220b5321bbc9f1b4f1b6ffae5e7546b34e" "db63e995f06b4097a6298d764ed0df5a" },
		{ CKD_SHA224_KDF, "3e37c8d2bbd16570ec7de03a0d9b7b81d902694fb91a3cc4e4cff5592c6ef7f3" "34352192da2fbb7afde4f7ecbfffdb3eda5395ff76750ff8981c7aca37b875d4" "cf4421652f67191118e5e5704e5594f6" },
		{ CKD_SHA256_KDF, "b6c020b266e9e330da264d264a8f6613c59ef7292bd71ebc3097ecf525e944bd" "4cb7cb05ee84dcd1f5b9eb9ee524279cb1ac5d0700fbffdfb5e68c1d40a1506d" "3322b86727e2a8caef2e52e280ac4b65" },
		{ CKD_SHA384_KDF, "1613c47ec058bb2547f04aae29c666fed26d81256a55e77d84f4288c06fb735b" "3aa570dfd44e65db4459437e384abe07c6233993cc0677ec758e300a8853723c" "9de2af683deeecd9c5e3ff6b893d793f" },
		{ CKD_SHA512_KDF, "4eb5b93855f75afdfa869e08b94605cbe656ae85989b4cb946c21f3f656b635c" "878ea2fb24d64bdbe4b181dc6f180b73fdbd817de88655ab977c08bed1e4f584" "a854f48f8694c7335c80664cab9f777a" },
		{ CKD_SHA3_224_KDF, "fc656620b97cb6f04319eb79aaa09f8508a667002ab33792caa8c380c83c7177" "aa809bad2d7fa5e1bf9f5f5ed3c57765d10e5867d59de37016e75c7d0b953211" "ddc76b60d5c251e0b04d2fe62fe1d805" },
		{ CKD_SHA3_256_KDF, "b0f642a12da26ddcf61b389d4bb9d293685e9488310186bc86f7ebf9e6805ca0" "1f5b094ae0d124a5b504945ac4bbd7580ab5ef907122ec46e515b53e3a615fdd" "186578a5f1a2f2ca9d2db67af7c520bb" },
		{ CKD_SHA3_384_KDF, "940c210d57334ed4a1cb1cac84f0626f40d466c51dd050a7cecacb4e284f0960" "61ac80f236ef762c9485a4fad7e34bcebafeaa394b4fc0813fcbad5cff9b026b" "331d242167975389e997178821e6ad0f" },
		{ CKD_SHA3_512_KDF, "bd5732c043852c304b8b947ad318ccda3a2816dc157d39619b0a01d43d248e0a" "0925686f0ce52e538b7b6e7b65b3a98c493921f8e707667a0189572e239d5e48" "3ca8b76e6b9c5c66ade341b7ca206a98" },
	};
	auto_unref Object *key = private_key (CKK_EC, oid_p256, agreements[0].private);
	auto_wipe Buf point = hex_buf (agreements[0].public);
	const Mech *mech = mech_find (CKM_ECDH1_DERIVE);

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		EcdhParams params = { rows[i].kdf, 6, (CK_BYTE *)"shared", point.len, point.data };
		auto_wipe Buf wanted = hex_buf (rows[i].value);

		for (size_t n = 1; n <= wanted.len; n += 13) {
			auto_wipe Buf value = BUF_SECRET;

			assert_ok (derive_once (mech, key, NULL, bytes (&params, sizeof params), n, &value));
			assert_bytes (bytes_of (&value), bytes (wanted.data, n));
		}
	}
}

/* The cofactor of these curves is one. */
static void
with_cofactor_it_is_the_same (void)
{
	for (size_t i = 0; i < N_ELEMENTS (agreements); i++) {
		auto_unref Object *key = private_key (agreements[i].key_type, agreements[i].oid, agreements[i].private);
		const Mech *mech = mech_find (CKM_ECDH1_COFACTOR_DERIVE);
		auto_wipe Buf point = hex_buf (agreements[i].public);
		auto_wipe Buf wanted = hex_buf (agreements[i].shared);
		EcdhParams params = { CKD_NULL, 0, NULL, point.len, point.data };
		auto_wipe Buf value = BUF_SECRET;

		if (agreements[i].key_type != CKK_EC)
			continue;
		assert_ok (derive_once (mech, key, NULL, bytes (&params, sizeof params), 0, &value));
		assert_bytes (bytes_of (&value), bytes_of (&wanted));
	}
}

/* As SoftHSM has it for a secret that is used as it is. */
static void
what_is_too_long_loses_its_leading_bytes (void)
{
	auto_unref Object *key = private_key (CKK_EC, oid_p256, agreements[0].private);
	const Mech *mech = mech_find (CKM_ECDH1_DERIVE);
	auto_wipe Buf point = hex_buf (agreements[0].public);
	auto_wipe Buf wanted = hex_buf (agreements[0].shared);
	EcdhParams params = { CKD_NULL, 0, NULL, point.len, point.data };
	auto_wipe Buf value = BUF_SECRET;

	assert_ok (derive_once (mech, key, NULL, bytes (&params, sizeof params), 16, &value));
	assert_bytes (bytes_of (&value), bytes (wanted.data + 16, 16));
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_ecdh, NULL, 0, (CK_MECHANISM_TYPE[]){ CKM_ECDH1_DERIVE, CKM_ECDH1_COFACTOR_DERIVE, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/ecdh/published_secrets_are_agreed", published_secrets_are_agreed);
	g_test_add_func ("/mech/ecdh/x25519_a_thousand_times", x25519_a_thousand_times);
	g_test_add_func ("/mech/ecdh/points_of_small_order_are_refused", points_of_small_order_are_refused);
	g_test_add_func ("/mech/ecdh/other_points_are_refused", other_points_are_refused);
	g_test_add_func ("/mech/ecdh/unknown_derivations_are_refused", unknown_derivations_are_refused);
	g_test_add_func ("/mech/ecdh/signature_keys_do_not_agree", signature_keys_do_not_agree);
	g_test_add_func ("/mech/ecdh/x963_functions_follow_their_definition", x963_functions_follow_their_definition);
	g_test_add_func ("/mech/ecdh/with_cofactor_it_is_the_same", with_cofactor_it_is_the_same);
	g_test_add_func ("/mech/ecdh/what_is_too_long_loses_its_leading_bytes", what_is_too_long_loses_its_leading_bytes);
	g_test_add_func ("/mech/ecdh/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
