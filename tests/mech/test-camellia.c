/* Camellia against RFC 3713 and Wycheproof's file for CBC. */

#include "mechtest.h"

extern const MechFamily mech_camellia;

static const Known knowns[] = {
	{ CKM_CAMELLIA_ECB, "RFC 3713 128", "0123456789abcdeffedcba9876543210", NULL, "0123456789abcdeffedcba9876543210",
	  "67673138549669730857065648eabe43" },
	{ CKM_CAMELLIA_ECB, "RFC 3713 192", "0123456789abcdeffedcba98765432100011223344556677", NULL,
	  "0123456789abcdeffedcba9876543210", "b4993401b3e996f84ee5cee7d79b09b9" },
	{ CKM_CAMELLIA_ECB, "RFC 3713 256", "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff", NULL,
	  "0123456789abcdeffedcba9876543210", "9acc237dff16d76c20ef7c919e3a7509" },
	{ CKM_CAMELLIA_CBC_PAD, "Wycheproof camellia_cbc_pkcs5 tcId 21", "cbffc6c8c7f76f46349c32d666f4efb0",
	  "088e01c2c65b26e7ad6af7b92ea09d73", "6df067add738195fd55ac2e76b476971b9a0e6d8",
	  "bc8b030c4524995cde9a4812bb9a4b30915a196a86958ad7eac37b72de47b929" },
	/* the first block of the same: nothing is padded there */
	{ CKM_CAMELLIA_CBC, "Wycheproof camellia_cbc_pkcs5 tcId 21, first block", "cbffc6c8c7f76f46349c32d666f4efb0",
	  "088e01c2c65b26e7ad6af7b92ea09d73", "6df067add738195fd55ac2e76b476971", "bc8b030c4524995cde9a4812bb9a4b30" },
};

static void
keys_are_made_in_three_lengths (void)
{
	const Mech *mech = mech_find (CKM_CAMELLIA_KEY_GEN);

	for (CK_ULONG n = 1; n <= 40; n++) {
		auto_attrs Attrs key = { 0 };
		bool right = n == 16 || n == 24 || n == 32;

		assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, n));
		assert_rv (mech->generate (mech, NO_BYTES, &key), right ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID);
		g_assert_cmpuint (attrs_bytes (&key, CKA_VALUE).len, ==, right ? n : 0);
	}
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_camellia, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ CKM_CAMELLIA_KEY_GEN, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_CAMELLIA);
	g_test_add_func ("/mech/camellia/keys_are_made_in_three_lengths", keys_are_made_in_three_lengths);
	g_test_add_func ("/mech/camellia/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
