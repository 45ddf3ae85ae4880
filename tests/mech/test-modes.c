/* OFB, CFB, ciphertext stealing and XTS against SP 800-38A, RFC 3962 and IEEE 1619's vectors as Wycheproof has them. */

#include "mechtest.h"

extern const MechFamily mech_modes;

#define KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define IV "000102030405060708090a0b0c0d0e0f"
#define PLAIN \
	"6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef " \
	"f69f2445df4f9b17ad2b417be66c3710"

static const Known knowns[] = {
	{ CKM_AES_OFB, "SP 800-38A F.4.1", KEY, IV, PLAIN,
	  "3b3fd92eb72dad20333449f8e83cfb4a 7789508d16918f03f53c52dac54ed825 9740051e9c5fecf64344f7a82260edcc "
	  "304c6528f659c77866a510d9c1d6ae5e" },
	{ CKM_AES_CFB128, "SP 800-38A F.3.13", KEY, IV, PLAIN,
	  "3b3fd92eb72dad20333449f8e83cfb4a c8a64537a0b3a93fcde3cdad9f1ce58b 26751f67a3cbb140b1808cf187a4f4df "
	  "c04b05357c5d1c0eeac4c66f9ff7f2e6" },
	{ CKM_AES_CFB8, "SP 800-38A F.3.7", KEY, IV, "6bc1bee22e409f96e93d7e117393172aae2d",
	  "3b79424c9c0dd436bace9e0ed4586a4f32b9" },
	/* its two last blocks stand the other way round there (CS3) */
	{ CKM_AES_CTS, "RFC 3962 appendix B, 17 octets", "636869636b656e207465726979616b69",
	  "00000000000000000000000000000000", "4920776f756c64206c696b652074686520",
	  "97 c6353568f2bf8cb4d8a580362da7ff7f" },
	/* a whole number of blocks is CBC */
	{ CKM_AES_CTS, "SP 800-38A F.2.1", KEY, IV, "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51",
	  "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2" },
};

static const Known xts[] = {
	{ CKM_AES_XTS, "Wycheproof aes_xts tcId 5", "2692d795e57204d651a2ed8a4c033febce7863e805e149bfc7691490612eb1c2",
	  "5dc6a5f41ae1c83b0000000000000000", "399079f0f937f43f2bceef8b9a5f0e2cfd535252",
	  "158db9861fe56862dbba3984e7976e3494464488" },
};

static void
equal_halves_are_no_xts_key (void)
{
	auto_attrs Attrs key = { 0 };

	key_attrs (&key, CKO_SECRET_KEY, CKK_AES_XTS,
	           (Part[]){ { CKA_VALUE, KEY KEY }, { 0, NULL } });
	assert_rv (mech_check_key (&key), CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
less_than_a_block_is_refused (void)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_CTS, CKM_AES_XTS };
	uint8_t data[15] = { 0 };
	auto_wipe Buf iv = hex_buf (IV);

	for (size_t i = 0; i < N_ELEMENTS (types); i++) {
		const Mech *mech = mech_find (types[i]);
		auto_unref Object *key = secret_new (mech->key_types[0], xts[0].key);
		auto_wipe Buf out = BUF_PLAIN;

		assert_rv (drive_once (mech->encrypt, mech, key, bytes_of (&iv), bytes (data, 15), 4, false, &out),
		           CKR_DATA_LEN_RANGE);
		assert_rv (drive_once (mech->decrypt, mech, key, bytes_of (&iv), bytes (data, 15), 4, false, &out),
		           CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_modes, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ CKM_AES_XTS, CKM_AES_XTS_KEY_GEN, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_AES);
	known_add (xts, N_ELEMENTS (xts), CKK_AES_XTS);
	g_test_add_func ("/mech/modes/equal_halves_are_no_xts_key", equal_halves_are_no_xts_key);
	g_test_add_func ("/mech/modes/less_than_a_block_is_refused", less_than_a_block_is_refused);
	g_test_add_func ("/mech/modes/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
