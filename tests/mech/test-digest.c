/* Digests against RFC 1321, the examples of FIPS 180-4 and FIPS 202, and what their rows promise. */

#include "hash.h"
#include "mechtest.h"

extern const MechFamily mech_digest;

/* The examples that NIST publishes with FIPS 180-4. */
static const Known knowns[] = {
	{ CKM_SHA_1, "FIPS 180-4 example, no bits", NULL, NULL,
	  "",
	  "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ CKM_SHA_1, "FIPS 180-4 example, one block", NULL, NULL,
	  "616263",
	  "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ CKM_SHA_1, "FIPS 180-4 example, two blocks", NULL, NULL,
	  "6162636462636465636465666465666765666768666768696768696a68696a6b" "696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
	  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	{ CKM_SHA224, "FIPS 180-4 example, no bits", NULL, NULL,
	  "",
	  "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f" },
	{ CKM_SHA224, "FIPS 180-4 example, one block", NULL, NULL,
	  "616263",
	  "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ CKM_SHA224, "FIPS 180-4 example, two blocks", NULL, NULL,
	  "6162636462636465636465666465666765666768666768696768696a68696a6b" "696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
	  "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525" },
	{ CKM_SHA256, "FIPS 180-4 example, no bits", NULL, NULL,
	  "",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ CKM_SHA256, "FIPS 180-4 example, one block", NULL, NULL,
	  "616263",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ CKM_SHA256, "FIPS 180-4 example, two blocks", NULL, NULL,
	  "6162636462636465636465666465666765666768666768696768696a68696a6b" "696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ CKM_SHA384, "FIPS 180-4 example, no bits", NULL, NULL,
	  "",
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da" "274edebfe76f65fbd51ad2f14898b95b" },
	{ CKM_SHA384, "FIPS 180-4 example, one block", NULL, NULL,
	  "616263",
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed" "8086072ba1e7cc2358baeca134c825a7" },
	{ CKM_SHA384, "FIPS 180-4 example, two blocks", NULL, NULL,
	  "61626364656667686263646566676869636465666768696a6465666768696a6b" "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f" "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273" "6d6e6f70717273746e6f707172737475",
	  "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712" "fcc7c71a557e2db966c3e9fa91746039" },
	{ CKM_SHA512, "FIPS 180-4 example, no bits", NULL, NULL,
	  "",
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
	{ CKM_SHA512, "FIPS 180-4 example, one block", NULL, NULL,
	  "616263",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ CKM_SHA512, "FIPS 180-4 example, two blocks", NULL, NULL,
	  "61626364656667686263646566676869636465666768696a6465666768696a6b" "65666768696a6b6c666768696a6b6c6d6768696a6b6c6d6e68696a6b6c6d6e6f" "696a6b6c6d6e6f706a6b6c6d6e6f70716b6c6d6e6f7071726c6d6e6f70717273" "6d6e6f70717273746e6f707172737475",
	  "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909" },
	{ CKM_MD5, "RFC 1321 A.5, no bits", NULL, NULL, "",
	  "d41d8cd98f00b204e9800998ecf8427e" },
	{ CKM_MD5, "RFC 1321 A.5, abc", NULL, NULL, "616263",
	  "900150983cd24fb0d6963f7d28e17f72" },
	{ CKM_SHA512_224, "FIPS 180-4 example, no bits", NULL, NULL, "",
	  "6ed0dd02806fa89e25de060c19d3ac86cabb87d6a0ddd05c333b84f4" },
	{ CKM_SHA512_224, "FIPS 180-4 example, abc", NULL, NULL, "616263",
	  "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa" },
	{ CKM_SHA512_256, "FIPS 180-4 example, no bits", NULL, NULL, "",
	  "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a" },
	{ CKM_SHA512_256, "FIPS 180-4 example, abc", NULL, NULL, "616263",
	  "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23" },
	{ CKM_SHA3_224, "FIPS 202 example, no bits", NULL, NULL, "",
	  "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7" },
	{ CKM_SHA3_224, "FIPS 202 example, abc", NULL, NULL, "616263",
	  "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf" },
	{ CKM_SHA3_256, "FIPS 202 example, no bits", NULL, NULL, "",
	  "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a" },
	{ CKM_SHA3_256, "FIPS 202 example, abc", NULL, NULL, "616263",
	  "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
	{ CKM_SHA3_384, "FIPS 202 example, no bits", NULL, NULL, "",
	  "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2a" "c3713831264adb47fb6bd1e058d5f004" },
	{ CKM_SHA3_384, "FIPS 202 example, abc", NULL, NULL, "616263",
	  "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2" "98d88cea927ac7f539f1edf228376d25" },
	{ CKM_SHA3_512, "FIPS 202 example, no bits", NULL, NULL, "",
	  "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6" "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26" },
	{ CKM_SHA3_512, "FIPS 202 example, abc", NULL, NULL, "616263",
	  "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e" "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0" },
};

/* A million times "a", the last example of FIPS 180-4. */
static void
a_million_letters (void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *digest;
	} rows[] = {
		{ CKM_SHA_1, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
		{ CKM_SHA224, "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67" },
		{ CKM_SHA256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
		{ CKM_SHA384, "9d0e1809716474cb086e834e310a4a1ced149e9c00f24852 7972cec5704c2a5b07b8b3dc38ecc4eb"
		              "ae97ddd87f3d8985" },
		{ CKM_SHA512, "e718483d0ce769644e2e42c7bc15b4638e1f98b13b204428 5632a803afa973ebde0ff244877ea60a"
		              "4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b" },
	};
	g_autofree uint8_t *letters = g_malloc (1000000);

	memset (letters, 'a', 1000000);
	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		const Mech *mech = mech_find (rows[i].type);
		auto_wipe Buf wanted = hex_buf (rows[i].digest);
		auto_wipe Buf made = BUF_PLAIN;

		assert_ok (drive_once (mech->digest, mech, NULL, NO_BYTES, bytes (letters, 1000000), 9973, true, &made));
		assert_bytes (bytes_of (&made), bytes_of (&wanted));
	}
}

static void
helpers_agree_with_the_rows (void)
{
	uint8_t one[HASH_MAX_DIGEST], two[HASH_MAX_DIGEST];

	for (size_t i = 0; i < mech_digest.n_mechs; i++) {
		const struct nettle_hash *hash = mech_hash (mech_digest.mechs[i].type);

		/* a derivation is no digest */
		g_assert_true ((hash == NULL) == (mech_digest.mechs[i].digest == NULL));
		if (hash == NULL)
			continue;
		hash_bytes (hash, bytes ("abcdef", 6), one);
		hash_two (hash, bytes ("abc", 3), bytes ("def", 3), two);
		assert_bytes (bytes (one, hash->digest_size), bytes (two, hash->digest_size));
	}
}

static void
every_mask_has_its_hash (void)
{
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA1) == mech_hash (CKM_SHA_1));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA224) == mech_hash (CKM_SHA224));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA256) == mech_hash (CKM_SHA256));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA384) == mech_hash (CKM_SHA384));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA512) == mech_hash (CKM_SHA512));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA3_224) == mech_hash (CKM_SHA3_224));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA3_256) == mech_hash (CKM_SHA3_256));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA3_384) == mech_hash (CKM_SHA3_384));
	g_assert_true (mech_mgf_hash (CKG_MGF1_SHA3_512) == mech_hash (CKM_SHA3_512));
}

static void
unknown_hashes_are_none (void)
{
	g_assert_null (mech_hash (CKM_SHA256_HMAC));
	g_assert_null (mech_mgf_hash (0));
	g_assert_null (mech_mgf_hash (4711));
}

/* CKM_…_KEY_DERIVATION gives the digest of the key. */
static void
derived_keys_are_digests (void)
{
	static const struct {
		CK_MECHANISM_TYPE derive, digest;
	} rows[] = {
		{ CKM_MD5_KEY_DERIVATION, CKM_MD5 },
		{ CKM_SHA1_KEY_DERIVATION, CKM_SHA_1 },
		{ CKM_SHA224_KEY_DERIVATION, CKM_SHA224 },
		{ CKM_SHA256_KEY_DERIVATION, CKM_SHA256 },
		{ CKM_SHA384_KEY_DERIVATION, CKM_SHA384 },
		{ CKM_SHA512_KEY_DERIVATION, CKM_SHA512 },
		{ CKM_SHA512_224_KEY_DERIVATION, CKM_SHA512_224 },
		{ CKM_SHA512_256_KEY_DERIVATION, CKM_SHA512_256 },
		{ CKM_SHA3_224_KEY_DERIVATION, CKM_SHA3_224 },
		{ CKM_SHA3_256_KEY_DERIVATION, CKM_SHA3_256 },
		{ CKM_SHA3_384_KEY_DERIVATION, CKM_SHA3_384 },
		{ CKM_SHA3_512_KEY_DERIVATION, CKM_SHA3_512 },
	};
	auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, "616263");

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		for (size_t j = 0; j < N_ELEMENTS (knowns); j++) {
			const Mech *mech = mech_find (rows[i].derive);
			auto_wipe Buf wanted = hex_buf (knowns[j].out);
			auto_wipe Buf value = BUF_SECRET;

			if (knowns[j].type != rows[i].digest || !g_str_equal (knowns[j].in, "616263"))
				continue;
			assert_ok (derive_once (mech, base, NULL, NO_BYTES, 0, &value));
			assert_bytes (bytes_of (&value), bytes_of (&wanted));
		}
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_digest, knowns, N_ELEMENTS (knowns),
	                  (CK_MECHANISM_TYPE[]){ CKM_MD5_KEY_DERIVATION, CKM_SHA1_KEY_DERIVATION, CKM_SHA224_KEY_DERIVATION, CKM_SHA256_KEY_DERIVATION, CKM_SHA384_KEY_DERIVATION, CKM_SHA512_KEY_DERIVATION, CKM_SHA512_224_KEY_DERIVATION, CKM_SHA512_256_KEY_DERIVATION, CKM_SHA3_224_KEY_DERIVATION, CKM_SHA3_256_KEY_DERIVATION, CKM_SHA3_384_KEY_DERIVATION, CKM_SHA3_512_KEY_DERIVATION, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), NO_KEY);
	g_test_add_func ("/mech/digest/a_million_letters", a_million_letters);
	g_test_add_func ("/mech/digest/helpers_agree_with_the_rows", helpers_agree_with_the_rows);
	g_test_add_func ("/mech/digest/every_mask_has_its_hash", every_mask_has_its_hash);
	g_test_add_func ("/mech/digest/unknown_hashes_are_none", unknown_hashes_are_none);
	g_test_add_func ("/mech/digest/derived_keys_are_digests", derived_keys_are_digests);
	g_test_add_func ("/mech/digest/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
