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

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_des, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ CKM_DES_KEY_GEN, CKM_DES2_KEY_GEN, CKM_DES3_KEY_GEN, CKM_DES_CBC_PAD, CKM_DES3_ECB, CKM_DES3_CBC, CKM_DES3_CBC_PAD, CKM_DES3_CMAC, NO_MECHANISM });
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
	g_test_add_func ("/mech/des/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
