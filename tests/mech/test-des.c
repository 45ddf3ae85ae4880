/* DES and Triple DES against FIPS 81, SP 800-67 and SP 800-38B. */

#include "mechtest.h"

extern const MechFamily mech_des;

/* FIPS 81 tables B1 and C1: \"Now is the time for all \". */
#define NOW "4e6f77206973207468652074696d6520666f7220616c6c20"

/* SP 800-67 appendix B.1: \"The qufck brown fox jump\". */
#define FOX "5468652071756663 6b2062726f776e20 666f78206a756d70"
#define FOX_KEY "0123456789abcdef 23456789abcdef01 456789abcdef0123"

/* SP 800-38B appendix D.4. */
#define CMAC_KEY "8aa83bf8cbda1062 0bc1bf19fbb6cd58 bc313d4a371ca8b5"

static const Known knowns[] = {
	{ CKM_DES_ECB, "FIPS 81 table B1", "0123456789abcdef", NULL, NOW,
	  "3fa40e8a984d4815 6a271787ab8883f9 893d51ec4b563b53" },
	{ CKM_DES_CBC, "FIPS 81 table C1", "0123456789abcdef", "1234567890abcdef", NOW,
	  "e5c7cdde872bf27c 43e934008c389c0f 683788499a7c05f6" },
};

static const Known three[] = {
	{ CKM_DES3_ECB, "SP 800-67 B.1", FOX_KEY, NULL, FOX, "a826fd8ce53b855f cce21c8112256fe6 68d5c05dd9b6b900" },
	{ CKM_DES3_CMAC, "SP 800-38B D.4 example 9", CMAC_KEY, NULL, "", "b7a688e122ffaf95" },
	{ CKM_DES3_CMAC, "SP 800-38B D.4 example 10", CMAC_KEY, NULL, "6bc1bee22e409f96", "8e8f293136283797" },
};

/* The three keys of one and the same DES key are that key. */
static void
three_equal_keys_are_single_des (void)
{
	const Mech *mech = mech_find (CKM_DES3_CBC), *padded = mech_find (CKM_DES3_CBC_PAD);
	const Known *single = &knowns[1];
	auto_unref Object *key = secret_new (CKK_DES3, "0123456789abcdef 0123456789abcdef 0123456789abcdef");
	auto_wipe Buf iv = hex_buf (single->param);
	auto_wipe Buf in = hex_buf (single->in);
	auto_wipe Buf out = hex_buf (single->out);
	auto_wipe Buf opened = BUF_PLAIN;
	auto_wipe Buf closed = BUF_PLAIN;

	drive (mech->encrypt, mech, key, bytes_of (&iv), bytes_of (&in), bytes_of (&out));
	drive (mech->decrypt, mech, key, bytes_of (&iv), bytes_of (&out), bytes_of (&in));
	assert_ok (drive_once (padded->encrypt, padded, key, bytes_of (&iv), bytes_of (&in), 5, false, &closed));
	assert_bytes (bytes (closed.data, out.len), bytes_of (&out));
	g_assert_cmpuint (closed.len, ==, out.len + 8);
	assert_ok (drive_once (padded->decrypt, padded, key, bytes_of (&iv), bytes_of (&closed), 5, false, &opened));
	assert_bytes (bytes_of (&opened), bytes_of (&in));
}

/* The padding is all that differs from the answer of FIPS 81. */
static void
padding_follows_the_known_answer (void)
{
	const Mech *mech = mech_find (CKM_DES_CBC_PAD);
	const Known *single = &knowns[1];
	auto_unref Object *key = secret_new (CKK_DES, single->key);
	auto_wipe Buf iv = hex_buf (single->param);
	auto_wipe Buf in = hex_buf (single->in);
	auto_wipe Buf out = hex_buf (single->out);
	auto_wipe Buf closed = BUF_PLAIN;

	assert_ok (drive_once (mech->encrypt, mech, key, bytes_of (&iv), bytes_of (&in), 3, false, &closed));
	assert_bytes (bytes (closed.data, out.len), bytes_of (&out));
	drive (mech->decrypt, mech, key, bytes_of (&iv), bytes_of (&closed), bytes_of (&in));
}

/* Two keys: the first stands for the third. */
static void
two_keys_are_three (void)
{
	const Mech *mech = mech_find (CKM_DES3_ECB);
	auto_unref Object *two = secret_new (CKK_DES2, "0123456789abcdef 23456789abcdef01");
	auto_unref Object *whole = secret_new (CKK_DES3, "0123456789abcdef 23456789abcdef01 0123456789abcdef");
	auto_wipe Buf in = hex_buf (FOX);
	auto_wipe Buf out = BUF_PLAIN;

	assert_ok (drive_once (mech->encrypt, mech, whole, NO_BYTES, bytes_of (&in), 8, false, &out));
	drive (mech->encrypt, mech, two, NO_BYTES, bytes_of (&in), bytes_of (&out));
}

static void
made_keys_have_odd_parity (void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		size_t n;
	} rows[] = { { CKM_DES_KEY_GEN, 8 }, { CKM_DES2_KEY_GEN, 16 }, { CKM_DES3_KEY_GEN, 24 } };

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		const Mech *mech = mech_find (rows[i].type);
		auto_attrs Attrs key = { 0 };
		Bytes value;

		assert_ok (mech->generate (mech, NO_BYTES, &key));
		value = attrs_bytes (&key, CKA_VALUE);
		g_assert_cmpuint (value.len, ==, rows[i].n);
		for (size_t j = 0; j < value.len; j++)
			g_assert_cmpint (__builtin_popcount (value.data[j]) % 2, ==, 1);
	}
}

/* Whole values, and what CKM_DES3_CMAC_GENERAL gives of them: each beginning. */
static const struct {
	CK_KEY_TYPE key_type;
	const char *source, *key, *in, *out;
} cmacs[] = {
	{ CKK_DES3, "SP 800-38B D.4, 0 bytes", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
	  "",
	  "b7a688e122ffaf95" },
	{ CKK_DES3, "SP 800-38B D.4, 8 bytes", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
	  "6bc1bee22e409f96",
	  "8e8f293136283797" },
	{ CKK_DES3, "SP 800-38B D.4, 20 bytes", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a57",
	  "743ddbe0ce2dc2ed" },
	{ CKK_DES3, "SP 800-38B D.4, 32 bytes", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
	  "33e6b1092400eae5" },
	{ CKK_DES2, "SP 800-38B D.5, 0 bytes", "4cf15134a2850dd58a3d10ba80570d38",
	  "",
	  "bd2ebf9a3ba00361" },
	{ CKK_DES2, "SP 800-38B D.5, 8 bytes", "4cf15134a2850dd58a3d10ba80570d38",
	  "6bc1bee22e409f96",
	  "4ff2ab813c53ce83" },
	{ CKK_DES2, "SP 800-38B D.5, 20 bytes", "4cf15134a2850dd58a3d10ba80570d38",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a57",
	  "62dd1b471902bd4e" },
	{ CKK_DES2, "SP 800-38B D.5, 32 bytes", "4cf15134a2850dd58a3d10ba80570d38",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
	  "31b1e431dabc4eb8" },
};

static void
a_cmac_may_be_cut (void)
{
	const Mech *whole = mech_find (CKM_DES3_CMAC), *general = mech_find (CKM_DES3_CMAC_GENERAL);

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
	static const CK_ULONG lengths[] = { 0, 9, (CK_ULONG)-1 };
	auto_unref Object *key = secret_new (cmacs[0].key_type, cmacs[0].key);
	const Mech *mech = mech_find (CKM_DES3_CMAC_GENERAL);
	auto_wipe Buf out = BUF_PLAIN;

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++)
		assert_rv (drive_once (mech->sign, mech, key, bytes (&lengths[i], sizeof lengths[i]), NO_BYTES, 1, false, &out),
		           CKR_MECHANISM_PARAM_INVALID);
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_des, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ CKM_DES_KEY_GEN, CKM_DES2_KEY_GEN, CKM_DES3_KEY_GEN, CKM_DES_CBC_PAD, CKM_DES3_ECB, CKM_DES3_CBC, CKM_DES3_CBC_PAD, CKM_DES3_CMAC, CKM_DES3_CMAC_GENERAL, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_DES);
	known_add (three, N_ELEMENTS (three), CKK_DES3);
	g_test_add_func ("/mech/des/three_equal_keys_are_single_des", three_equal_keys_are_single_des);
	g_test_add_func ("/mech/des/padding_follows_the_known_answer", padding_follows_the_known_answer);
	g_test_add_func ("/mech/des/two_keys_are_three", two_keys_are_three);
	g_test_add_func ("/mech/des/made_keys_have_odd_parity", made_keys_have_odd_parity);
	g_test_add_func ("/mech/des/a_cmac_may_be_cut", a_cmac_may_be_cut);
	g_test_add_func ("/mech/des/a_cmac_of_no_length_is_refused", a_cmac_of_no_length_is_refused);
	g_test_add_func ("/mech/des/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
