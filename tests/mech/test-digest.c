/* Digests against the examples of FIPS 180-4, and what their rows promise. */

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

		g_assert_nonnull (hash);
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
}

static void
unknown_hashes_are_none (void)
{
	g_assert_null (mech_hash (CKM_SHA256_HMAC));
	g_assert_null (mech_mgf_hash (0));
	g_assert_null (mech_mgf_hash (4711));
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_digest, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ NO_MECHANISM });
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
	g_test_add_func ("/mech/digest/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
