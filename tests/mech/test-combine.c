/* Keys from keys by simple means: PKCS #11 v3.2 sections 6.43 and 6.44, worked out by hand, and the
 * ciphertexts of SP 800-38A, FIPS 81 and SP 800-67 for data that is encrypted. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_combine;

static void
keys_and_data_are_concatenated (void)
{
	auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, "010203");
	auto_unref Object *second = secret_new (CKK_AES, "000102030405060708090a0b0c0d0e0f");
	CK_OBJECT_HANDLE handle = 77, found = 0;
	CK_BYTE data[] = { 0xaa, 0xbb };
	StringParams params = { data, sizeof data };
	Bytes param = bytes (&params, sizeof params);

	g_assert_true (mech_find (CKM_CONCATENATE_BASE_AND_KEY)->other_key (bytes (&handle, sizeof handle), 0, &found));
	g_assert_cmpuint (found, ==, handle);
	derives (CKM_CONCATENATE_BASE_AND_KEY, base, second, bytes (&handle, sizeof handle), 0,
	         "010203 000102030405060708090a0b0c0d0e0f");
	derives (CKM_CONCATENATE_BASE_AND_DATA, base, NULL, param, 0, "010203aabb");
	derives (CKM_CONCATENATE_DATA_AND_BASE, base, NULL, param, 0, "aabb010203");
}

/* As long as the shorter of both. */
static void
data_masks_a_key (void)
{
	auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, "0f0f0f0f");
	CK_BYTE data[] = { 0xff, 0x00, 0x0f, 0xf0, 0x11 };
	StringParams params = { data, sizeof data };

	derives (CKM_XOR_BASE_AND_DATA, base, NULL, bytes (&params, sizeof params), 0, "f00f00ff");
	params.n = 2;
	derives (CKM_XOR_BASE_AND_DATA, base, NULL, bytes (&params, sizeof params), 0, "f00f");
}

/* The example of the standard: 0x329F84A9, from bit 21, two bytes around the end: 0x9526. */
static void
bits_are_cut_out_around_the_end (void)
{
	auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, "329f84a9");
	const Mech *mech = mech_find (CKM_EXTRACT_KEY_FROM_KEY);
	auto_wipe Buf value = BUF_SECRET;
	CK_ULONG bit = 21;

	derives (CKM_EXTRACT_KEY_FROM_KEY, base, NULL, bytes (&bit, sizeof bit), 2, "9526");
	bit = 0;
	derives (CKM_EXTRACT_KEY_FROM_KEY, base, NULL, bytes (&bit, sizeof bit), 4, "329f84a9");
	bit = 32;
	assert_rv (derive_once (mech, base, NULL, bytes (&bit, sizeof bit), 1, &value), CKR_MECHANISM_PARAM_INVALID);
}

/* A CBC parameter: the initialisation vector and what CK_KEY_DERIVATION_STRING_DATA holds. */
static void
derives_encrypted (CK_MECHANISM_TYPE type, CK_KEY_TYPE key_type, const char *key, const char *iv, const char *data,
                   const char *wanted)
{
	auto_unref Object *base = secret_new (key_type, key);
	auto_wipe Buf param = hex_buf (iv);
	auto_wipe Buf in = hex_buf (data);
	StringParams rest = { in.data, in.len };

	g_assert_true (buf_add (&param, bytes (&rest, sizeof rest)));
	derives (type, base, NULL, bytes_of (&param), 0, wanted);
}

#define AES "2b7e151628aed2a6abf7158809cf4f3c"
#define NOW "4e6f77206973207468652074696d6520666f7220616c6c20"

static void
data_is_encrypted (void)
{
	derives_encrypted (CKM_AES_ECB_ENCRYPT_DATA, CKK_AES, AES, "", "6bc1bee22e409f96e93d7e117393172a",
	                   "3ad77bb40d7a3660a89ecaf32466ef97");
	derives_encrypted (CKM_AES_CBC_ENCRYPT_DATA, CKK_AES, AES, "000102030405060708090a0b0c0d0e0f",
	                   "6bc1bee22e409f96e93d7e117393172a", "7649abac8119b246cee98e9b12e9197d");
	derives_encrypted (CKM_DES_ECB_ENCRYPT_DATA, CKK_DES, "0123456789abcdef", "", NOW,
	                   "3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53");
	derives_encrypted (CKM_DES_CBC_ENCRYPT_DATA, CKK_DES, "0123456789abcdef", "1234567890abcdef", NOW,
	                   "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6");
	derives_encrypted (CKM_DES3_ECB_ENCRYPT_DATA, CKK_DES3, "0123456789abcdef23456789abcdef01456789abcdef0123", "",
	                   "5468652071756663", "a826fd8ce53b855f");
	/* three equal keys are one */
	derives_encrypted (CKM_DES3_CBC_ENCRYPT_DATA, CKK_DES3, "0123456789abcdef0123456789abcdef0123456789abcdef",
	                   "1234567890abcdef", NOW, "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6");
}

static void
data_that_is_no_block_is_refused (void)
{
	auto_unref Object *base = secret_new (CKK_AES, AES);
	const Mech *mech = mech_find (CKM_AES_ECB_ENCRYPT_DATA);
	CK_BYTE data[17] = { 0 };
	StringParams params = { data, sizeof data };
	auto_wipe Buf value = BUF_SECRET;

	assert_rv (derive_once (mech, base, NULL, bytes (&params, sizeof params), 0, &value), CKR_MECHANISM_PARAM_INVALID);
	params = (StringParams){ NULL, 16 };
	assert_rv (derive_once (mech, base, NULL, bytes (&params, sizeof params), 0, &value), CKR_MECHANISM_PARAM_INVALID);
}

/* Each is shown above. */
static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_combine, NULL, 0, (CK_MECHANISM_TYPE[]){ CKM_CONCATENATE_BASE_AND_KEY, CKM_CONCATENATE_BASE_AND_DATA, CKM_CONCATENATE_DATA_AND_BASE, CKM_XOR_BASE_AND_DATA, CKM_EXTRACT_KEY_FROM_KEY, CKM_AES_ECB_ENCRYPT_DATA, CKM_AES_CBC_ENCRYPT_DATA, CKM_DES_ECB_ENCRYPT_DATA, CKM_DES_CBC_ENCRYPT_DATA, CKM_DES3_ECB_ENCRYPT_DATA, CKM_DES3_CBC_ENCRYPT_DATA, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/combine/keys_and_data_are_concatenated", keys_and_data_are_concatenated);
	g_test_add_func ("/mech/combine/data_masks_a_key", data_masks_a_key);
	g_test_add_func ("/mech/combine/bits_are_cut_out_around_the_end", bits_are_cut_out_around_the_end);
	g_test_add_func ("/mech/combine/data_is_encrypted", data_is_encrypted);
	g_test_add_func ("/mech/combine/data_that_is_no_block_is_refused", data_that_is_no_block_is_refused);
	g_test_add_func ("/mech/combine/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
