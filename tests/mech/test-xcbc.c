/* AES-XCBC-MAC against RFC 3566 section 4.6. */

#include "mechtest.h"

extern const MechFamily mech_xcbc;

static const Known knowns[] = {
	{ CKM_AES_XCBC_MAC, "RFC 3566 4.6 case 1", "000102030405060708090a0b0c0d0e0f", NULL,
	  "",
	  "75f0251d528ac01c4573dfd584d79f29" },
	{ CKM_AES_XCBC_MAC, "RFC 3566 4.6 case 2", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102",
	  "5b376580ae2f19afe7219ceef172756f" },
	{ CKM_AES_XCBC_MAC, "RFC 3566 4.6 case 3", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f",
	  "d2a246fa349b68a79998a4394ff7a263" },
	{ CKM_AES_XCBC_MAC, "RFC 3566 4.6 case 4", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f10111213",
	  "47f51b4564966215b8985c63055ed308" },
	{ CKM_AES_XCBC_MAC, "RFC 3566 4.6 case 5", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "f54f0ec8d2b9f3d36807734bd5283fd4" },
	{ CKM_AES_XCBC_MAC, "RFC 3566 4.6 case 6", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021",
	  "becbb3bccdb518a30677d5481fb6b4d8" },
	{ CKM_AES_XCBC_MAC_96, "RFC 3566 4.6 case 1", "000102030405060708090a0b0c0d0e0f", NULL,
	  "",
	  "75f0251d528ac01c4573dfd5" },
	{ CKM_AES_XCBC_MAC_96, "RFC 3566 4.6 case 2", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102",
	  "5b376580ae2f19afe7219cee" },
	{ CKM_AES_XCBC_MAC_96, "RFC 3566 4.6 case 3", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f",
	  "d2a246fa349b68a79998a439" },
	{ CKM_AES_XCBC_MAC_96, "RFC 3566 4.6 case 4", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f10111213",
	  "47f51b4564966215b8985c63" },
	{ CKM_AES_XCBC_MAC_96, "RFC 3566 4.6 case 5", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "f54f0ec8d2b9f3d36807734b" },
	{ CKM_AES_XCBC_MAC_96, "RFC 3566 4.6 case 6", "000102030405060708090a0b0c0d0e0f", NULL,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021",
	  "becbb3bccdb518a30677d548" },
};

/* RFC 3566 4.6 case 7: a thousand zeros, too many for all splits. */
static void
a_thousand_zeros (void)
{
	static const uint8_t zeros[1000];
	const Mech *whole = mech_find (CKM_AES_XCBC_MAC), *cut = mech_find (CKM_AES_XCBC_MAC_96);
	auto_unref Object *key = secret_new (CKK_AES, "000102030405060708090a0b0c0d0e0f");
	auto_wipe Buf wanted = hex_buf ("f0dafee895db30253761103b5d84528f");
	static const size_t chunks[] = { 1, 7, 16, 17, 500, 1001 };

	for (size_t i = 0; i < N_ELEMENTS (chunks); i++) {
		auto_wipe Buf one = BUF_PLAIN;
		auto_wipe Buf two = BUF_PLAIN;

		assert_ok (drive_once (whole->sign, whole, key, NO_BYTES, bytes (zeros, 1000), chunks[i], false, &one));
		assert_ok (drive_once (cut->sign, cut, key, NO_BYTES, bytes (zeros, 1000), chunks[i], true, &two));
		assert_bytes (bytes_of (&one), bytes_of (&wanted));
		assert_bytes (bytes_of (&two), bytes (wanted.data, 12));
	}
}

/* RFC 3566 knows them of 16 bytes only. */
static void
longer_keys_are_refused (void)
{
	const Mech *mech = mech_find (CKM_AES_XCBC_MAC);
	auto_unref Object *key = secret_new (CKK_AES, "000102030405060708090a0b0c0d0e0f1011121314151617");

	assert_rv (mech_suits (mech, key), CKR_KEY_SIZE_RANGE);
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	assert_all_known (&mech_xcbc, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ NO_MECHANISM });
	known_add (knowns, N_ELEMENTS (knowns), CKK_AES);
	g_test_add_func ("/mech/xcbc/a_thousand_zeros", a_thousand_zeros);
	g_test_add_func ("/mech/xcbc/longer_keys_are_refused", longer_keys_are_refused);
	return g_test_run ();
}
