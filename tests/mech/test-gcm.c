/* AES-GCM against the test cases of its specification (McGrew and Viega, appendix B), and how it refuses. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_gcm;

typedef struct {
	const char *iv, *aad;
} GcmTest;

static const GcmTest params[] = {
	{ "000000000000000000000000", "" },
	{ "000000000000000000000000", "" },
	{ "cafebabefacedbaddecaf888", "" },
	{ "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "cafebabefacedbad", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728" "c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "000000000000000000000000", "" },
	{ "000000000000000000000000", "" },
	{ "cafebabefacedbaddecaf888", "" },
	{ "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "cafebabefacedbad", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728" "c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "000000000000000000000000", "" },
	{ "000000000000000000000000", "" },
	{ "cafebabefacedbaddecaf888", "" },
	{ "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "cafebabefacedbad", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	{ "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728" "c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b", "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
};

static Buf iv_buf, aad_buf;
static GcmParams filled;

static Bytes
gcm_param (const void *extra)
{
	const GcmTest *test = extra;

	buf_clear (&iv_buf);
	buf_clear (&aad_buf);
	iv_buf = hex_buf (test->iv);
	aad_buf = hex_buf (test->aad);
	filled = (GcmParams){ iv_buf.data, iv_buf.len, 8 * iv_buf.len, aad_buf.data, aad_buf.len, 128 };
	return bytes (&filled, sizeof filled);
}

static const Known knowns[] = {
	{ CKM_AES_GCM, "GCM specification test case 1", "00000000000000000000000000000000", NULL,
	  "",
	  "58e2fccefa7e3061367f1d57a4e7455a", gcm_param, &params[0] },
	{ CKM_AES_GCM, "GCM specification test case 2", "00000000000000000000000000000000", NULL,
	  "00000000000000000000000000000000",
	  "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf", gcm_param, &params[1] },
	{ CKM_AES_GCM, "GCM specification test case 3", "feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985" "4d5c2af327cd64a62cf35abd2ba6fab4", gcm_param, &params[2] },
	{ CKM_AES_GCM, "GCM specification test case 4", "feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc" "3221a5db94fae95ae7121a47", gcm_param, &params[3] },
	{ CKM_AES_GCM, "GCM specification test case 5", "feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c7423" "73806900e49f24b22b097544d4896b424989b5e1ebac0f07c23f45983612d2e7" "9e3b0785561be14aaca2fccb", gcm_param, &params[4] },
	{ CKM_AES_GCM, "GCM specification test case 6", "feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca7" "01e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5619cc5ae" "fffe0bfa462af43c1699d050", gcm_param, &params[5] },
	{ CKM_AES_GCM, "GCM specification test case 7", "000000000000000000000000000000000000000000000000", NULL,
	  "",
	  "cd33b28ac773f74ba00ed1f312572435", gcm_param, &params[6] },
	{ CKM_AES_GCM, "GCM specification test case 8", "000000000000000000000000000000000000000000000000", NULL,
	  "00000000000000000000000000000000",
	  "98e7247c07f0fe411c267e4384b0f6002ff58d80033927ab8ef4d4587514f0fb", gcm_param, &params[7] },
	{ CKM_AES_GCM, "GCM specification test case 9", "feffe9928665731c6d6a8f9467308308feffe9928665731c", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
	  "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c" "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256" "9924a7c8587336bfb118024db8674a14", gcm_param, &params[8] },
	{ CKM_AES_GCM, "GCM specification test case 10", "feffe9928665731c6d6a8f9467308308feffe9928665731c", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c" "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda27102519498e" "80f1478f37ba55bd6d27618c", gcm_param, &params[9] },
	{ CKM_AES_GCM, "GCM specification test case 11", "feffe9928665731c6d6a8f9467308308feffe9928665731c", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "0f10f599ae14a154ed24b36e25324db8c566632ef2bbb34f8347280fc4507057" "fddc29df9a471f75c66541d4d4dad1c9e93a19a58e8b473fa0f062f765dcc57f" "cf623a24094fcca40d3533f8", gcm_param, &params[10] },
	{ CKM_AES_GCM, "GCM specification test case 12", "feffe9928665731c6d6a8f9467308308feffe9928665731c", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "d27e88681ce3243c4830165a8fdcf9ff1de9a1d8e6b447ef6ef7b79828666e45" "81e79012af34ddd9e2f037589b292db3e67c036745fa22e7e9b7373bdcf566ff" "291c25bbb8568fc3d376a6d9", gcm_param, &params[11] },
	{ CKM_AES_GCM, "GCM specification test case 13", "0000000000000000000000000000000000000000000000000000000000000000", NULL,
	  "",
	  "530f8afbc74536b9a963b4f1c4cb738b", gcm_param, &params[12] },
	{ CKM_AES_GCM, "GCM specification test case 14", "0000000000000000000000000000000000000000000000000000000000000000", NULL,
	  "00000000000000000000000000000000",
	  "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919", gcm_param, &params[13] },
	{ CKM_AES_GCM, "GCM specification test case 15", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad" "b094dac5d93471bdec1a502270e3cc6c", gcm_param, &params[14] },
	{ CKM_AES_GCM, "GCM specification test case 16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece" "0f4e1768cddf8853bb2d551b", gcm_param, &params[15] },
	{ CKM_AES_GCM, "GCM specification test case 17", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "c3762df1ca787d32ae47c13bf19844cbaf1ae14d0b976afac52ff7d79bba9de0" "feb582d33934a4f0954cc2363bc73f7862ac430e64abe499f47c9b1f3a337dbf" "46a792c45e454913fe2ea8f2", gcm_param, &params[16] },
	{ CKM_AES_GCM, "GCM specification test case 18", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", NULL,
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
	  "5a8def2f0c9e53f1f75d7853659e2a20eeb2b22aafde6419a058ab4f6f746bf4" "0fc0c3b780f244452da3ebf1c5d82cdea2418997200ef82e44ae7e3fa44a8266" "ee1c8eb0c8b5d4cf5ae9f19a", gcm_param, &params[17] },
};

/* Test case 4. */
static const Known *const example = &knowns[3];

/* The header of v2.40 first had no ulIvBits. */
static void
the_short_parameter_gives_the_same (void)
{
	auto_unref Object *key = secret_new (CKK_AES, example->key);
	const Mech *mech = mech_find (CKM_AES_GCM);
	auto_wipe Buf in = hex_buf (example->in);
	auto_wipe Buf out = hex_buf (example->out);
	GcmParamsShort given;

	gcm_param (example->extra);
	given = (GcmParamsShort){ filled.iv, filled.n_iv, filled.aad, filled.n_aad, filled.n_tag_bits };
	drive (mech->encrypt, mech, key, bytes (&given, sizeof given), bytes_of (&in), bytes_of (&out));
}

static void
short_tags_are_the_beginning_of_long_ones (void)
{
	auto_unref Object *key = secret_new (CKK_AES, example->key);
	const Mech *mech = mech_find (CKM_AES_GCM);
	auto_wipe Buf in = hex_buf (example->in);
	auto_wipe Buf out = hex_buf (example->out);

	gcm_param (example->extra);
	for (CK_ULONG n = 128; n >= 32; n -= 8) {
		Bytes wanted = bytes (out.data, in.len + n / 8);

		filled.n_tag_bits = n;
		drive (mech->encrypt, mech, key, bytes (&filled, sizeof filled), bytes_of (&in), wanted);
		drive (mech->decrypt, mech, key, bytes (&filled, sizeof filled), wanted, bytes_of (&in));
	}
}

static void
any_bit_changed_is_refused (void)
{
	auto_unref Object *key = secret_new (CKK_AES, example->key);
	const Mech *mech = mech_find (CKM_AES_GCM);
	auto_wipe Buf out = hex_buf (example->out);
	Bytes param = gcm_param (example->extra);

	for (size_t i = 0; i < out.len; i++) {
		auto_wipe Buf opened = BUF_PLAIN;

		out.data[i] ^= (uint8_t)(1u << i % 8);
		assert_rv (drive_once (mech->decrypt, mech, key, param, bytes_of (&out), 1, false, &opened),
		           CKR_ENCRYPTED_DATA_INVALID);
		out.data[i] ^= (uint8_t)(1u << i % 8);
		g_assert_cmpuint (opened.len, ==, 0);
	}
	for (size_t i = 0; i < aad_buf.len; i++) {
		auto_wipe Buf opened = BUF_PLAIN;

		aad_buf.data[i] ^= 1;
		assert_rv (drive_once (mech->decrypt, mech, key, param, bytes_of (&out), 1, false, &opened),
		           CKR_ENCRYPTED_DATA_INVALID);
		aad_buf.data[i] ^= 1;
	}
}

/* No byte of a plaintext is seen before its tag is checked, and none after a wrong one. */
static void
a_refused_text_is_wiped (void)
{
	auto_unref Object *key = secret_new (CKK_AES, example->key);
	const Mech *mech = mech_find (CKM_AES_GCM);
	auto_wipe Buf out = hex_buf (example->out);
	Bytes param = gcm_param (example->extra);
	g_autofree void *state = g_malloc0 (mech->decrypt->state_size);
	g_autofree uint8_t *plain = NULL;
	size_t n_room, n_out = 0;

	g_assert_null (mech->decrypt->update);
	assert_ok (mech->decrypt->start (state, mech, key, param));
	out.data[out.len - 1] ^= 1;
	n_room = mech->decrypt->room (state, out.len);
	plain = g_malloc0 (n_room);
	assert_rv (mech->decrypt->finish (state, bytes_of (&out), plain, &n_out), CKR_ENCRYPTED_DATA_INVALID);
	for (size_t i = 0; i < n_room; i++)
		g_assert_cmpuint (plain[i], ==, 0);
}

static void
less_than_a_tag_is_refused (void)
{
	auto_unref Object *key = secret_new (CKK_AES, example->key);
	const Mech *mech = mech_find (CKM_AES_GCM);
	Bytes param = gcm_param (example->extra);
	uint8_t data[15] = { 0 };

	for (size_t n = 0; n <= sizeof data; n++) {
		auto_wipe Buf opened = BUF_PLAIN;

		assert_rv (drive_once (mech->decrypt, mech, key, param, bytes (data, n), 1, false, &opened),
		           CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
}

static void
bad_parameters_are_refused (void)
{
	auto_unref Object *key = secret_new (CKK_AES, example->key);
	const Mech *mech = mech_find (CKM_AES_GCM);
	g_autofree void *state = g_malloc0 (mech->encrypt->state_size);
	static const CK_ULONG tags[] = { 0, 8, 24, 31, 33, 127, 129, 136, (CK_ULONG)-8 };
	GcmParams wrong;

	for (size_t i = 0; i < N_ELEMENTS (tags); i++) {
		gcm_param (example->extra);
		filled.n_tag_bits = tags[i];
		assert_rv (mech->encrypt->start (state, mech, key, bytes (&filled, sizeof filled)),
		           CKR_MECHANISM_PARAM_INVALID);
	}
	gcm_param (example->extra);
	wrong = filled;
	wrong.n_iv = 0;
	assert_rv (mech->encrypt->start (state, mech, key, bytes (&wrong, sizeof wrong)), CKR_MECHANISM_PARAM_INVALID);
	wrong = filled;
	wrong.iv = NULL;
	assert_rv (mech->encrypt->start (state, mech, key, bytes (&wrong, sizeof wrong)), CKR_MECHANISM_PARAM_INVALID);
	wrong = filled;
	wrong.aad = NULL;
	assert_rv (mech->encrypt->start (state, mech, key, bytes (&wrong, sizeof wrong)), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (mech->encrypt->start (state, mech, key, bytes (&filled, sizeof filled - 1)),
	           CKR_MECHANISM_PARAM_INVALID);
}

/* Wycheproof aes_gmac tcId 11. */
static void
gmac_is_the_tag_of_additional_data (void)
{
	auto_unref Object *key = secret_new (CKK_AES, "46c33fff8898c4a4985599ccc05d0571");
	const Mech *mech = mech_find (CKM_AES_GMAC);
	auto_wipe Buf iv = hex_buf ("01da1ca72e26f6d6fa9ce281");
	auto_wipe Buf in = hex_buf ("038537bf94e1d7e14f68b8d5458241e34f5158dea6f8052049b9dad8fb66cb6e" "0ba6cc223f675614e95d1527c746e650e9fc6aca69e682d9e30ac06e0a48c0a0" "428ec1ae23739d82fc246e4cd6bc27cd1d54c0e630c1624fe3dbd0a8cea3b7c8" "f2d7c1cca8b8e086cab02153be762d59e49c533cb39e65ab37f6cad2290d0dfe" "2a");
	auto_wipe Buf tag = hex_buf ("feeec6276f89393b5a5222e0ebb160fd");
	GcmParams given = { iv.data, iv.len, 8 * iv.len, NULL, 0, 128 };

	drive (mech->sign, mech, key, bytes (&given, sizeof given), bytes_of (&in), bytes_of (&tag));
	given.aad = in.data;
	given.n_aad = in.len;
	assert_rv (drive_once (mech->sign, mech, key, bytes (&given, sizeof given), NO_BYTES, 1, false, &tag),
	           CKR_MECHANISM_PARAM_INVALID);
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_gcm, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ CKM_AES_GMAC, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	int failed;

	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_AES);
	g_test_add_func ("/mech/gcm/the_short_parameter_gives_the_same", the_short_parameter_gives_the_same);
	g_test_add_func ("/mech/gcm/short_tags_are_the_beginning_of_long_ones", short_tags_are_the_beginning_of_long_ones);
	g_test_add_func ("/mech/gcm/any_bit_changed_is_refused", any_bit_changed_is_refused);
	g_test_add_func ("/mech/gcm/a_refused_text_is_wiped", a_refused_text_is_wiped);
	g_test_add_func ("/mech/gcm/less_than_a_tag_is_refused", less_than_a_tag_is_refused);
	g_test_add_func ("/mech/gcm/bad_parameters_are_refused", bad_parameters_are_refused);
	g_test_add_func ("/mech/gcm/gmac_is_the_tag_of_additional_data", gmac_is_the_tag_of_additional_data);
	g_test_add_func ("/mech/gcm/every_row_has_a_known_answer", every_row_has_a_known_answer);
	failed = g_test_run ();
	buf_clear (&iv_buf);
	buf_clear (&aad_buf);
	return failed;
}
