/* AES key wrap against RFC 3394 and RFC 5649, and how it refuses. */

#include "mechtest.h"

extern const MechFamily mech_keywrap;

static const Known knowns[] = {
	{ CKM_AES_KEY_WRAP, "RFC 3394 section 4.1", "000102030405060708090a0b0c0d0e0f", NULL,
	  "00112233445566778899aabbccddeeff",
	  "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5" },
	{ CKM_AES_KEY_WRAP, "RFC 3394 section 4.2", "000102030405060708090a0b0c0d0e0f1011121314151617", NULL,
	  "00112233445566778899aabbccddeeff",
	  "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d" },
	{ CKM_AES_KEY_WRAP, "RFC 3394 section 4.3", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL,
	  "00112233445566778899aabbccddeeff",
	  "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7" },
	{ CKM_AES_KEY_WRAP, "RFC 3394 section 4.4", "000102030405060708090a0b0c0d0e0f1011121314151617", NULL,
	  "00112233445566778899aabbccddeeff0001020304050607",
	  "031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2" },
	{ CKM_AES_KEY_WRAP, "RFC 3394 section 4.5", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL,
	  "00112233445566778899aabbccddeeff0001020304050607",
	  "a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1" },
	{ CKM_AES_KEY_WRAP, "RFC 3394 section 4.6", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL,
	  "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
	  "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43b" "fb988b9b7a02dd21" },
	{ CKM_AES_KEY_WRAP_PAD, "RFC 5649 section 6, 20 octets", "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8", NULL,
	  "c37b7e6492584340bed12207808941155068f738",
	  "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a" },
	{ CKM_AES_KEY_WRAP_PAD, "RFC 5649 section 6, 7 octets", "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8", NULL,
	  "466f7250617369",
	  "afbeb0f07dfbf5419200f2ccb50bb24f" },
	{ CKM_AES_KEY_WRAP_KWP, "RFC 5649 section 6, 20 octets", "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8", NULL,
	  "c37b7e6492584340bed12207808941155068f738",
	  "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a" },
	{ CKM_AES_KEY_WRAP_KWP, "RFC 5649 section 6, 7 octets", "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8", NULL,
	  "466f7250617369",
	  "afbeb0f07dfbf5419200f2ccb50bb24f" },
};

#define KEK "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"

static CK_RV
unwrap (const Mech *mech, Object *key, Bytes param, Bytes in)
{
	auto_wipe Buf out = BUF_PLAIN;

	return drive_once (mech->unwrap, mech, key, param, in, 1, false, &out);
}

static void
any_bit_changed_is_refused (void)
{
	for (size_t i = 0; i < N_ELEMENTS (knowns); i++) {
		const Mech *mech = mech_find (knowns[i].type);
		auto_unref Object *key = secret_new (CKK_AES, knowns[i].key);
		auto_wipe Buf wrapped = hex_buf (knowns[i].out);

		for (size_t bit = 0; bit < 8 * wrapped.len; bit++) {
			wrapped.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_rv (unwrap (mech, key, NO_BYTES, bytes_of (&wrapped)), CKR_ENCRYPTED_DATA_INVALID);
			wrapped.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void
wrong_lengths_are_refused (void)
{
	auto_unref Object *key = secret_new (CKK_AES, KEK);
	const Mech *kw = mech_find (CKM_AES_KEY_WRAP), *kwp = mech_find (CKM_AES_KEY_WRAP_PAD);
	uint8_t data[41] = { 0 };

	for (size_t n = 0; n < sizeof data; n++) {
		auto_wipe Buf out = BUF_PLAIN;
		CK_RV wrapped = drive_once (kw->wrap, kw, key, NO_BYTES, bytes (data, n), 1, false, &out);

		assert_rv (wrapped, n >= 16 && n % 8 == 0 ? CKR_OK : CKR_DATA_LEN_RANGE);
		assert_rv (unwrap (kw, key, NO_BYTES, bytes (data, n)),
		           n >= 24 && n % 8 == 0 ? CKR_ENCRYPTED_DATA_INVALID : CKR_ENCRYPTED_DATA_LEN_RANGE);
		assert_rv (unwrap (kwp, key, NO_BYTES, bytes (data, n)),
		           n >= 16 && n % 8 == 0 ? CKR_ENCRYPTED_DATA_INVALID : CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
}

static void
padding_takes_any_length_but_none (void)
{
	auto_unref Object *key = secret_new (CKK_AES, KEK);
	const Mech *mech = mech_find (CKM_AES_KEY_WRAP_PAD);
	uint8_t data[100];
	auto_wipe Buf none = BUF_PLAIN;

	assert_rv (drive_once (mech->wrap, mech, key, NO_BYTES, NO_BYTES, 1, false, &none), CKR_DATA_LEN_RANGE);
	for (size_t n = 1; n <= sizeof data; n++) {
		auto_wipe Buf wrapped = BUF_PLAIN;
		auto_wipe Buf opened = BUF_PLAIN;

		memset (data, (int)n, n);
		assert_ok (drive_once (mech->wrap, mech, key, NO_BYTES, bytes (data, n), 1, false, &wrapped));
		g_assert_cmpuint (wrapped.len, ==, (n + 7) / 8 * 8 + 8);
		assert_ok (drive_once (mech->unwrap, mech, key, NO_BYTES, bytes_of (&wrapped), 1, false, &opened));
		assert_bytes (bytes_of (&opened), bytes (data, n));
	}
}

/* RFC 5649 section 3: the length must need just these semiblocks, and zeros stand behind it.  Made by wrapping
 * with KW, whose initial value is then the whole of KWP's. */
static void
a_false_length_or_padding_is_refused (void)
{
	static const struct {
		const char *iv, *padded;
		CK_RV rv;
	} rows[] = {
		{ "a65959a6 0000000a", "00112233445566778899 000000000000", CKR_OK },
		{ "a65959a6 00000010", "00112233445566778899 000000000000", CKR_OK },
		{ "a65959a6 00000009", "00112233445566778899 000000000000", CKR_ENCRYPTED_DATA_INVALID },
		{ "a65959a6 00000008", "00112233445566770000 000000000000", CKR_ENCRYPTED_DATA_INVALID },
		{ "a65959a6 00000000", "00000000000000000000 000000000000", CKR_ENCRYPTED_DATA_INVALID },
		{ "a65959a6 00000011", "00112233445566778899 000000000000", CKR_ENCRYPTED_DATA_INVALID },
		{ "a65959a6 ffffffff", "00112233445566778899 000000000000", CKR_ENCRYPTED_DATA_INVALID },
		{ "a65959a6 0000000a", "00112233445566778899 000000000001", CKR_ENCRYPTED_DATA_INVALID },
		{ "a65959a6 0000000a", "00112233445566778899 010000000000", CKR_ENCRYPTED_DATA_INVALID },
		{ "a65959a7 0000000a", "00112233445566778899 000000000000", CKR_ENCRYPTED_DATA_INVALID },
	};
	auto_unref Object *key = secret_new (CKK_AES, KEK);
	const Mech *kw = mech_find (CKM_AES_KEY_WRAP), *kwp = mech_find (CKM_AES_KEY_WRAP_PAD);

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		auto_wipe Buf iv = hex_buf (rows[i].iv);
		auto_wipe Buf padded = hex_buf (rows[i].padded);
		auto_wipe Buf wrapped = BUF_PLAIN;

		assert_ok (drive_once (kw->wrap, kw, key, bytes_of (&iv), bytes_of (&padded), 1, false, &wrapped));
		assert_rv (unwrap (kwp, key, NO_BYTES, bytes_of (&wrapped)), rows[i].rv);
	}
}

static void
another_initial_value_must_be_the_same_both_ways (void)
{
	auto_unref Object *key = secret_new (CKK_AES, KEK);
	const Mech *mech = mech_find (CKM_AES_KEY_WRAP);
	auto_wipe Buf iv = hex_buf ("0011223344556677");
	auto_wipe Buf value = hex_buf (KEK);
	auto_wipe Buf wrapped = BUF_PLAIN;

	assert_ok (drive_once (mech->wrap, mech, key, bytes_of (&iv), bytes_of (&value), 1, false, &wrapped));
	assert_ok (unwrap (mech, key, bytes_of (&iv), bytes_of (&wrapped)));
	assert_rv (unwrap (mech, key, NO_BYTES, bytes_of (&wrapped)), CKR_ENCRYPTED_DATA_INVALID);
	assert_rv (unwrap (mech, key, bytes (iv.data, 7), bytes_of (&wrapped)), CKR_MECHANISM_PARAM_INVALID);
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_keywrap, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_AES);
	g_test_add_func ("/mech/keywrap/any_bit_changed_is_refused", any_bit_changed_is_refused);
	g_test_add_func ("/mech/keywrap/wrong_lengths_are_refused", wrong_lengths_are_refused);
	g_test_add_func ("/mech/keywrap/padding_takes_any_length_but_none", padding_takes_any_length_but_none);
	g_test_add_func ("/mech/keywrap/a_false_length_or_padding_is_refused", a_false_length_or_padding_is_refused);
	g_test_add_func ("/mech/keywrap/another_initial_value_must_be_the_same_both_ways",
	                 another_initial_value_must_be_the_same_both_ways);
	g_test_add_func ("/mech/keywrap/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
