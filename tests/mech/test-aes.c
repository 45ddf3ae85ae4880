/* AES against SP 800-38A and SP 800-38B, and the ways in which it refuses. */

#include "aes.h"
#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_aes;

static const Known knowns[] = {
	{ CKM_AES_ECB, "SP 800-38A F.1.1", "2b7e151628aed2a6abf7158809cf4f3c", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf" "43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4" },
	{ CKM_AES_ECB, "SP 800-38A F.1.3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eef" "ef7afd2270e2e60adce0ba2face6444e9a4b41ba738d6c72fb16691603c18e0e" },
	{ CKM_AES_ECB, "SP 800-38A F.1.5", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870" "b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7" },
	{ CKM_AES_CBC, "SP 800-38A F.2.1", "2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7" },
	{ CKM_AES_CBC, "SP 800-38A F.2.3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a" "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd" },
	{ CKM_AES_CBC, "SP 800-38A F.2.5", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.1, 64 bytes padded by RFC 5652 section 6.3", "2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7" "8cb82807230e1321d3fae00d18cc2012" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.1, 63 bytes padded by RFC 5652 section 6.3", "2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c37",
	  "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" "73bed6b8e3c1743b7116e69e222295161834a192989ffc448fa513cba8976645" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.1, 17 bytes padded by RFC 5652 section 6.3", "2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae",
	  "7649abac8119b246cee98e9b12e9197d34d2d260173113008c28112c77668c86" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.1, 0 bytes padded by RFC 5652 section 6.3", "2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
	  "",
	  "c84af0b613435d5d9182801a9bd9320b" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.3, 64 bytes padded by RFC 5652 section 6.3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a" "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd" "612ccd79224b350935d45dd6a98f8176" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.3, 63 bytes padded by RFC 5652 section 6.3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c37",
	  "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a" "571b242012fb7ae07fa9baac3df102e0897e29853a6934fd589fc93e7af03749" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.3, 17 bytes padded by RFC 5652 section 6.3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae",
	  "4f021db243bc633d7178183a9fa071e87453ce286a878886c94d59ee96b8bb55" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.3, 0 bytes padded by RFC 5652 section 6.3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f",
	  "",
	  "848a6fa7d2b3567bf57371a1a030e9de" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.5, 64 bytes padded by RFC 5652 section 6.3", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b" "3f461796d6b0d6b2e0c2a72b4d80e644" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.5, 63 bytes padded by RFC 5652 section 6.3", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c37",
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" "39f23369a9d9bacfa530e263042314613823ed8a1037d02a28135b43d7ddf6ef" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.5, 17 bytes padded by RFC 5652 section 6.3", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae",
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd65a726c726afd31e4beb894033254d5cd" },
	{ CKM_AES_CBC_PAD, "SP 800-38A F.2.5, 0 bytes padded by RFC 5652 section 6.3", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "000102030405060708090a0b0c0d0e0f",
	  "",
	  "7e9248e5d829ca7593f0c549db2f5b8c" },
	{ CKM_AES_CMAC, "SP 800-38B D.1 example 1", "2b7e151628aed2a6abf7158809cf4f3c", NULL,
	  "",
	  "bb1d6929e95937287fa37d129b756746" },
	{ CKM_AES_CMAC, "SP 800-38B D.1 example 2", "2b7e151628aed2a6abf7158809cf4f3c", NULL,
	  "6bc1bee22e409f96e93d7e117393172a",
	  "070a16b46b4d4144f79bdd9dd04a287c" },
	{ CKM_AES_CMAC, "SP 800-38B D.1 example 3", "2b7e151628aed2a6abf7158809cf4f3c", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411",
	  "dfa66747de9ae63030ca32611497c827" },
	{ CKM_AES_CMAC, "SP 800-38B D.1 example 4", "2b7e151628aed2a6abf7158809cf4f3c", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "51f0bebf7e3b9d92fc49741779363cfe" },
	{ CKM_AES_CMAC, "SP 800-38B D.2 example 1", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", NULL,
	  "",
	  "d17ddf46adaacde531cac483de7a9367" },
	{ CKM_AES_CMAC, "SP 800-38B D.2 example 2", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", NULL,
	  "6bc1bee22e409f96e93d7e117393172a",
	  "9e99a7bf31e710900662f65e617c5184" },
	{ CKM_AES_CMAC, "SP 800-38B D.2 example 3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411",
	  "8a1de5be2eb31aad089a82e6ee908b0e" },
	{ CKM_AES_CMAC, "SP 800-38B D.2 example 4", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "a1d5df0eed790f794d77589659f39a11" },
	{ CKM_AES_CMAC, "SP 800-38B D.3 example 1", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", NULL,
	  "",
	  "028962f61b7bf89efc6b551f4667d983" },
	{ CKM_AES_CMAC, "SP 800-38B D.3 example 2", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", NULL,
	  "6bc1bee22e409f96e93d7e117393172a",
	  "28a7023f452e8f82bd4bf28d8c37c35c" },
	{ CKM_AES_CMAC, "SP 800-38B D.3 example 3", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411",
	  "aaf3d8f1de5640c232f5b169b9c911e6" },
	{ CKM_AES_CMAC, "SP 800-38B D.3 example 4", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "e1992190549f6ed5696a2c056c315410" },
};

static const CtrParams sp800_38a = {
	128,
	{ 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff },
};

static Bytes
ctr_param (const void *extra)
{
	return bytes (extra, sizeof (CtrParams));
}

static const Known ctr_knowns[] = {
	{ CKM_AES_CTR, "SP 800-38A F.5.1", "2b7e151628aed2a6abf7158809cf4f3c", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee", ctr_param, &sp800_38a },
	{ CKM_AES_CTR, "SP 800-38A F.5.3", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94" "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050", ctr_param, &sp800_38a },
	{ CKM_AES_CTR, "SP 800-38A F.5.5", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", NULL,
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5" "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6", ctr_param, &sp800_38a },
};

#define KEY_128 "2b7e151628aed2a6abf7158809cf4f3c"
#define IV "000102030405060708090a0b0c0d0e0f"

/* --- CTR --- */

/* One more, in the last @n_bits bits only; bit by bit, so as not to repeat the module's way. */
static void
count_up (uint8_t counter[static 16], unsigned n_bits)
{
	for (unsigned bit = 0; bit < n_bits; bit++) {
		uint8_t mask = (uint8_t)(1u << bit % 8);
		uint8_t *octet = &counter[15 - bit / 8];

		*octet ^= mask;
		if (*octet & mask)
			return;
	}
}

/* The key stream by encrypting each counter block by itself. */
static void
key_stream (Object *key, CtrParams params, size_t n_blocks, Buf *stream)
{
	const Mech *ecb = mech_find (CKM_AES_ECB);

	for (size_t i = 0; i < n_blocks; i++) {
		assert_ok (drive_once (ecb->encrypt, ecb, key, NO_BYTES, bytes (params.counter, 16), 17, false, stream));
		count_up (params.counter, (unsigned)params.n_counter_bits);
	}
}

/* @fill: all bytes of the counter block but the last, which is @last. */
static void
assert_counts (unsigned n_bits, size_t n_blocks, uint8_t fill, uint8_t last)
{
	auto_unref Object *key = secret_new (CKK_AES, KEY_128);
	const Mech *mech = mech_find (CKM_AES_CTR);
	auto_wipe Buf stream = BUF_PLAIN;
	auto_wipe Buf zeros = BUF_PLAIN;
	CtrParams params = { .n_counter_bits = n_bits };

	memset (params.counter, fill, sizeof params.counter);
	params.counter[15] = last;
	key_stream (key, params, n_blocks, &stream);
	memset (buf_grow (&zeros, stream.len), 0, stream.len);
	drive (mech->encrypt, mech, key, bytes (&params, sizeof params), bytes_of (&zeros), bytes_of (&stream));
	drive (mech->decrypt, mech, key, bytes (&params, sizeof params), bytes_of (&stream), bytes_of (&zeros));
}

static void
ctr_counts_in_its_bits (void)
{
	static const unsigned sizes[] = { 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 127, 128 };

	for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
		assert_counts (sizes[i], sizes[i] < 3 ? (size_t)1 << sizes[i] : 5, 0xff, 0x00);
		assert_counts (sizes[i], sizes[i] < 3 ? (size_t)1 << sizes[i] : 5, 0x00, 0x00);
		assert_counts (sizes[i], 2, 0xff, 0xfe);
		if (sizes[i] > 8)
			assert_counts (sizes[i], 5, 0x00, 0xfe);
	}
}

static void
assert_room_for (unsigned n_bits, size_t n_blocks, uint8_t fill, uint8_t last)
{
	auto_unref Object *key = secret_new (CKK_AES, KEY_128);
	const Mech *mech = mech_find (CKM_AES_CTR);
	CtrParams params = { .n_counter_bits = n_bits };
	size_t n = 16 * n_blocks;
	uint8_t data[16 * 4 + 1] = { 0 };

	memset (params.counter, fill, sizeof params.counter);
	params.counter[15] = last;
	for (size_t chunk = 1; chunk <= n + 1; chunk += 13) {
		Bytes param = bytes (&params, sizeof params);
		auto_wipe Buf fits = BUF_PLAIN;
		auto_wipe Buf too_long = BUF_PLAIN;

		assert_ok (drive_once (mech->encrypt, mech, key, param, bytes (data, n), chunk, false, &fits));
		assert_rv (drive_once (mech->encrypt, mech, key, param, bytes (data, n + 1), chunk, false, &too_long),
		           CKR_DATA_LEN_RANGE);
		assert_rv (drive_once (mech->decrypt, mech, key, param, bytes (data, n + 1), chunk, false, &too_long),
		           CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
}

/* PKCS #11 v3.2 section 6.14: with two bits that begin at 1 there are three blocks. */
static void
ctr_refuses_to_overflow (void)
{
	assert_room_for (2, 4, 0x00, 0x00);
	assert_room_for (2, 3, 0x00, 0x01);
	assert_room_for (2, 1, 0x00, 0x03);
	assert_room_for (32, 2, 0xff, 0xfe);
	assert_room_for (63, 1, 0xff, 0xff);
	assert_room_for (64, 1, 0xff, 0xff);
	assert_room_for (65, 1, 0xff, 0xff);
	assert_room_for (128, 2, 0xff, 0xfe);
}

static void
ctr_refuses_impossible_counters (void)
{
	auto_unref Object *key = secret_new (CKK_AES, KEY_128);
	const Mech *mech = mech_find (CKM_AES_CTR);
	static const CK_ULONG sizes[] = { 0, 129, 1000, (CK_ULONG)-1 };
	g_autofree void *state = g_malloc0 (mech->encrypt->state_size);

	for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
		CtrParams params = { .n_counter_bits = sizes[i] };

		assert_rv (mech->encrypt->start (state, mech, key, bytes (&params, sizeof params)),
		           CKR_MECHANISM_PARAM_INVALID);
	}
}

/* --- what is no multiple of the block --- */

static void
blocks_refuse_a_rest (void)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_ECB, CKM_AES_CBC };
	auto_unref Object *key = secret_new (CKK_AES, KEY_128);
	auto_wipe Buf iv = hex_buf (IV);
	uint8_t data[33] = { 0 };

	for (size_t i = 0; i < N_ELEMENTS (types); i++)
		for (size_t n = 1; n <= sizeof data; n += n == 15 ? 2 : 1) {
			const Mech *mech = mech_find (types[i]);
			Bytes param = types[i] == CKM_AES_CBC ? bytes_of (&iv) : NO_BYTES;
			auto_wipe Buf out = BUF_PLAIN;

			if (n % 16 == 0)
				continue;
			assert_rv (drive_once (mech->encrypt, mech, key, param, bytes (data, n), 7, false, &out),
			           CKR_DATA_LEN_RANGE);
			assert_rv (drive_once (mech->decrypt, mech, key, param, bytes (data, n), 7, false, &out),
			           CKR_ENCRYPTED_DATA_LEN_RANGE);
		}
}

static void
nothing_is_no_multiple_with_padding (void)
{
	auto_unref Object *key = secret_new (CKK_AES, KEY_128);
	const Mech *mech = mech_find (CKM_AES_CBC_PAD);
	auto_wipe Buf iv = hex_buf (IV);
	auto_wipe Buf out = BUF_PLAIN;

	assert_rv (drive_once (mech->decrypt, mech, key, bytes_of (&iv), NO_BYTES, 1, false, &out),
	           CKR_ENCRYPTED_DATA_LEN_RANGE);
}

/* --- padding --- */

/* A last block as it stands, encrypted without padding, and unpadded: right or CKR_ENCRYPTED_DATA_INVALID. */
static void
assert_padding (const uint8_t block[static 16], int n_kept)
{
	auto_unref Object *key = secret_new (CKK_AES, KEY_128);
	const Mech *cbc = mech_find (CKM_AES_CBC), *pad = mech_find (CKM_AES_CBC_PAD);
	auto_wipe Buf iv = hex_buf (IV);
	auto_wipe Buf sealed = BUF_PLAIN;
	auto_wipe Buf opened = BUF_PLAIN;
	CK_RV rv;

	assert_ok (drive_once (cbc->encrypt, cbc, key, bytes_of (&iv), bytes (block, 16), 17, false, &sealed));
	rv = drive_once (pad->decrypt, pad, key, bytes_of (&iv), bytes_of (&sealed), 17, false, &opened);
	if (n_kept < 0) {
		assert_rv (rv, CKR_ENCRYPTED_DATA_INVALID);
	} else {
		assert_ok (rv);
		assert_bytes (bytes_of (&opened), bytes (block, (size_t)n_kept));
	}
}

static void
unpad_takes_right_padding_only (void)
{
	uint8_t block[16];

	for (unsigned n = 0; n < 256; n++) {
		memset (block, (int)n, sizeof block);
		assert_padding (block, n >= 1 && n <= 16 ? 16 - (int)n : -1);
	}
	for (unsigned n = 2; n <= 16; n++)
		for (unsigned wrong = 16 - n; wrong < 15; wrong++) {
			memset (block, 0x77, sizeof block);
			memset (block + 16 - n, (int)n, n);
			block[wrong] ^= 0x10;
			assert_padding (block, -1);
		}
}

/* --- keys --- */

static void
keys_of_other_lengths_are_refused (void)
{
	static const char *const values[] = { "", "00", "000102030405060708090a0b0c0d0e",
		                              "000102030405060708090a0b0c0d0e0f10",
		                              "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20" };

	for (size_t i = 0; i < N_ELEMENTS (values); i++) {
		auto_attrs Attrs attrs = { 0 };

		key_attrs (&attrs, CKO_SECRET_KEY, CKK_AES, (Part[]){ { CKA_VALUE, values[i] }, { 0, NULL } });
		assert_rv (mech_check_key (&attrs), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

static void
checking_a_key_sets_its_length (void)
{
	auto_attrs Attrs attrs = { 0 };

	key_attrs (&attrs, CKO_SECRET_KEY, CKK_AES, (Part[]){ { CKA_VALUE, KEY_128 }, { 0, NULL } });
	assert_ok (mech_check_key (&attrs));
	g_assert_cmpuint (attrs_ulong (&attrs, CKA_VALUE_LEN, 0), ==, 16);
}

/* PKCS #11 v3.2 section 4.10.2; the key is FIPS 197 appendix C.1's, the value OpenSSL's. */
static void
check_value_is_of_a_block_of_zeros (void)
{
	auto_attrs Attrs attrs = { 0 };
	uint8_t value[3];

	key_attrs (&attrs, CKO_SECRET_KEY, CKK_AES, (Part[]){ { CKA_VALUE, IV }, { 0, NULL } });
	g_assert_true (mech_check_value (&attrs, value));
	assert_bytes (bytes (value, 3), bytes ((const uint8_t[]){ 0xc6, 0xa1, 0x3b }, 3));
}

static void
generated_keys_have_their_length_and_differ (void)
{
	static const CK_ULONG lengths[] = { 16, 24, 32 };
	const Mech *mech = mech_find (CKM_AES_KEY_GEN);

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++) {
		auto_attrs Attrs one = { 0 };
		auto_attrs Attrs other = { 0 };

		assert_ok (attrs_set_ulong (&one, CKA_VALUE_LEN, lengths[i]));
		assert_ok (attrs_set_ulong (&other, CKA_VALUE_LEN, lengths[i]));
		assert_ok (mech->generate (mech, NO_BYTES, &one));
		assert_ok (mech->generate (mech, NO_BYTES, &other));
		g_assert_cmpuint (attrs_bytes (&one, CKA_VALUE).len, ==, lengths[i]);
		g_assert_true (attrs_find (&one, CKA_VALUE)->secret);
		g_assert_false (bytes_equal (attrs_bytes (&one, CKA_VALUE), attrs_bytes (&other, CKA_VALUE)));
	}
}

static void
no_key_of_another_length_is_generated (void)
{
	static const CK_ULONG lengths[] = { 0, 1, 15, 17, 33, 1u << 30 };
	const Mech *mech = mech_find (CKM_AES_KEY_GEN);

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++) {
		auto_attrs Attrs key = { 0 };

		assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, lengths[i]));
		assert_rv (mech->generate (mech, NO_BYTES, &key), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/* Whole values, and what CKM_AES_CMAC_GENERAL gives of them: each beginning. */
static const struct {
	CK_KEY_TYPE key_type;
	const char *source, *key, *in, *out;
} cmacs[] = {
	{ CKK_AES, "RFC 4493 4 example 1", "2b7e151628aed2a6abf7158809cf4f3c",
	  "",
	  "bb1d6929e95937287fa37d129b756746" },
	{ CKK_AES, "RFC 4493 4 example 2", "2b7e151628aed2a6abf7158809cf4f3c",
	  "6bc1bee22e409f96e93d7e117393172a",
	  "070a16b46b4d4144f79bdd9dd04a287c" },
	{ CKK_AES, "RFC 4493 4 example 3", "2b7e151628aed2a6abf7158809cf4f3c",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	  "dfa66747de9ae63030ca32611497c827" },
	{ CKK_AES, "RFC 4493 4 example 4", "2b7e151628aed2a6abf7158809cf4f3c",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef"
	  "f69f2445df4f9b17ad2b417be66c3710",
	  "51f0bebf7e3b9d92fc49741779363cfe" },
	{ CKK_AES, "SP 800-38B D.2 example 7", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	  "8a1de5be2eb31aad089a82e6ee908b0e" },
	{ CKK_AES, "SP 800-38B D.3 example 11", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	  "aaf3d8f1de5640c232f5b169b9c911e6" },
};

static void
a_cmac_may_be_cut (void)
{
	const Mech *whole = mech_find (CKM_AES_CMAC), *general = mech_find (CKM_AES_CMAC_GENERAL);

	for (size_t i = 0; i < N_ELEMENTS (cmacs); i++) {
		auto_unref Object *key = secret_new (cmacs[i].key_type, cmacs[i].key);
		auto_wipe Buf in = hex_buf (cmacs[i].in);
		auto_wipe Buf out = hex_buf (cmacs[i].out);

		g_test_message ("%s", cmacs[i].source);
		drive (whole->sign, whole, key, NO_BYTES, bytes_of (&in), bytes_of (&out));
		for (CK_ULONG n = 1; n <= out.len; n++)
			drive (general->sign, general, key, bytes (&n, sizeof n), bytes_of (&in), bytes (out.data, n));
	}
}

static void
a_cmac_of_no_length_is_refused (void)
{
	static const CK_ULONG lengths[] = { 0, 17, (CK_ULONG)-1 };
	auto_unref Object *key = secret_new (cmacs[0].key_type, cmacs[0].key);
	const Mech *mech = mech_find (CKM_AES_CMAC_GENERAL);
	auto_wipe Buf out = BUF_PLAIN;

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++)
		assert_rv (drive_once (mech->sign, mech, key, bytes (&lengths[i], sizeof lengths[i]), NO_BYTES, 1, false, &out),
		           CKR_MECHANISM_PARAM_INVALID);
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_aes, knowns, N_ELEMENTS (knowns),
	                  (CK_MECHANISM_TYPE[]){ CKM_AES_CTR, CKM_AES_KEY_GEN, CKM_AES_CMAC_GENERAL, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_AES);
	known_add (ctr_knowns, N_ELEMENTS (ctr_knowns), CKK_AES);
	g_test_add_func ("/mech/aes/ctr_counts_in_its_bits", ctr_counts_in_its_bits);
	g_test_add_func ("/mech/aes/ctr_refuses_to_overflow", ctr_refuses_to_overflow);
	g_test_add_func ("/mech/aes/ctr_refuses_impossible_counters", ctr_refuses_impossible_counters);
	g_test_add_func ("/mech/aes/blocks_refuse_a_rest", blocks_refuse_a_rest);
	g_test_add_func ("/mech/aes/nothing_is_no_multiple_with_padding", nothing_is_no_multiple_with_padding);
	g_test_add_func ("/mech/aes/unpad_takes_right_padding_only", unpad_takes_right_padding_only);
	g_test_add_func ("/mech/aes/keys_of_other_lengths_are_refused", keys_of_other_lengths_are_refused);
	g_test_add_func ("/mech/aes/checking_a_key_sets_its_length", checking_a_key_sets_its_length);
	g_test_add_func ("/mech/aes/check_value_is_of_a_block_of_zeros", check_value_is_of_a_block_of_zeros);
	g_test_add_func ("/mech/aes/generated_keys_have_their_length_and_differ",
	                 generated_keys_have_their_length_and_differ);
	g_test_add_func ("/mech/aes/no_key_of_another_length_is_generated", no_key_of_another_length_is_generated);
	g_test_add_func ("/mech/aes/a_cmac_may_be_cut", a_cmac_may_be_cut);
	g_test_add_func ("/mech/aes/a_cmac_of_no_length_is_refused", a_cmac_of_no_length_is_refused);
	g_test_add_func ("/mech/aes/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
