/* AES-CCM against the examples of SP 800-38C. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_ccm;

typedef struct {
	const char *nonce, *aad;
	CK_ULONG n_data, n_mac;
} CcmTest;

static const CcmTest params[] = {
	{ "10111213141516", "0001020304050607", 4, 4 },
	{ "1011121314151617", "000102030405060708090a0b0c0d0e0f", 16, 6 },
	{ "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213", 24, 8 },
};

static Buf nonce_buf, aad_buf;
static CcmParams filled;

static Bytes
ccm_param (const void *extra)
{
	const CcmTest *test = extra;

	buf_clear (&nonce_buf);
	buf_clear (&aad_buf);
	nonce_buf = hex_buf (test->nonce);
	aad_buf = hex_buf (test->aad);
	filled = (CcmParams){ test->n_data, nonce_buf.data, nonce_buf.len, aad_buf.data, aad_buf.len, test->n_mac };
	return bytes (&filled, sizeof filled);
}

#define KEY "404142434445464748494a4b4c4d4e4f"

static const Known knowns[] = {
	{ CKM_AES_CCM, "SP 800-38C example 1", KEY, NULL, "20212223", "7162015b4dac255d", ccm_param, &params[0] },
	{ CKM_AES_CCM, "SP 800-38C example 2", KEY, NULL, "202122232425262728292a2b2c2d2e2f",
	  "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd", ccm_param, &params[1] },
	{ CKM_AES_CCM, "SP 800-38C example 3", KEY, NULL, "202122232425262728292a2b2c2d2e2f3031323334353637",
	  "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", ccm_param, &params[2] },
};

static void
another_length_than_announced_is_refused (void)
{
	const Mech *mech = mech_find (CKM_AES_CCM);
	auto_unref Object *key = secret_new (CKK_AES, KEY);
	Bytes param = ccm_param (&params[0]);
	uint8_t data[8] = { 0 };
	auto_wipe Buf out = BUF_PLAIN;

	assert_rv (drive_once (mech->encrypt, mech, key, param, bytes (data, 5), 5, false, &out), CKR_DATA_LEN_RANGE);
	assert_rv (drive_once (mech->decrypt, mech, key, param, bytes (data, 7), 7, false, &out),
	           CKR_ENCRYPTED_DATA_LEN_RANGE);
	assert_rv (drive_once (mech->decrypt, mech, key, param, bytes (data, 8), 8, false, &out),
	           CKR_ENCRYPTED_DATA_INVALID);
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_ccm, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_AES);
	g_test_add_func ("/mech/ccm/another_length_than_announced_is_refused", another_length_than_announced_is_refused);
	g_test_add_func ("/mech/ccm/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
