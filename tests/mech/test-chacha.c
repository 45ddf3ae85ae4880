/* ChaCha20, Poly1305 and both together against RFC 8439. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_chacha;

#define NONCE "000000000000004a00000000"
#define SUNSCREEN                                                                                            \
	"4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f" \
	"6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c6420" \
	"62652069742e"

static uint8_t counter[4] = { 1, 0, 0, 0 };
static Buf nonce_buf, aad_buf;
static ChachaParams chacha_params;
static ChachaPolyParams poly_params;

static Bytes
chacha_param (const void *extra)
{
	buf_clear (&nonce_buf);
	nonce_buf = hex_buf (NONCE);
	chacha_params = (ChachaParams){ counter, 32, nonce_buf.data, 96 };
	return bytes (&chacha_params, sizeof chacha_params);
}

static Bytes
poly_param (const void *extra)
{
	buf_clear (&nonce_buf);
	buf_clear (&aad_buf);
	nonce_buf = hex_buf ("070000004041424344454647");
	aad_buf = hex_buf ("50515253c0c1c2c3c4c5c6c7");
	poly_params = (ChachaPolyParams){ nonce_buf.data, nonce_buf.len, aad_buf.data, aad_buf.len };
	return bytes (&poly_params, sizeof poly_params);
}

static const Known knowns[] = {
	{ CKM_CHACHA20, "RFC 8439 section 2.4.2", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", NULL,
	  SUNSCREEN,
	  "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b3571639d624e65152ab"
	  "8f530c359f0861d807ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42"
	  "874d",
	  chacha_param, NULL },
	{ CKM_CHACHA20_POLY1305, "RFC 8439 section 2.8.2",
	  "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", NULL, SUNSCREEN,
	  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29"
	  "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b"
	  "6116"
	  "1ae10b594f09e26a7e902ecbd0600691",
	  poly_param, NULL },
};

static const Known poly[] = {
	{ CKM_POLY1305, "RFC 8439 section 2.5.2", "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b", NULL,
	  "43727970746f6772617068696320466f72756d2052657365617263682047726f7570", "a8061dc1305136c6c22b8baf0c0127a9" },
	/* appendix A.3: r of zeros, s all ones, and a sum that wraps */
	{ CKM_POLY1305, "RFC 8439 A.3 test vector 1", "0000000000000000000000000000000000000000000000000000000000000000", NULL,
	  "00000000000000000000000000000000", "00000000000000000000000000000000" },
	{ CKM_POLY1305, "RFC 8439 A.3 test vector 7", "0100000000000000000000000000000000000000000000000000000000000000", NULL,
	  "ffffffffffffffffffffffffffffffff f0ffffffffffffffffffffffffffffff 11000000000000000000000000000000",
	  "05000000000000000000000000000000" },
	{ CKM_POLY1305, "RFC 8439 A.3 test vector 8", "0200000000000000000000000000000000000000000000000000000000000000", NULL,
	  "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000" },
};

static void
made_keys_have_32_bytes (void)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_CHACHA20_KEY_GEN, CKM_POLY1305_KEY_GEN };

	for (size_t i = 0; i < N_ELEMENTS (types); i++) {
		const Mech *mech = mech_find (types[i]);
		auto_attrs Attrs key = { 0 };

		assert_ok (mech->generate (mech, NO_BYTES, &key));
		g_assert_cmpuint (attrs_bytes (&key, CKA_VALUE).len, ==, 32);
		g_assert_cmpuint (attrs_ulong (&key, CKA_VALUE_LEN, 0), ==, 32);
	}
}

static void
the_counter_does_not_come_round (void)
{
	const Mech *mech = mech_find (CKM_CHACHA20);
	auto_unref Object *key = secret_new (CKK_CHACHA20, knowns[0].key);
	uint8_t last[4] = { 0xff, 0xff, 0xff, 0xff }, data[65] = { 0 };
	auto_wipe Buf out = BUF_PLAIN;

	chacha_param (NULL);
	chacha_params.counter = last;
	assert_ok (drive_once (mech->encrypt, mech, key, bytes (&chacha_params, sizeof chacha_params), bytes (data, 64), 64,
	                       false, &out));
	assert_rv (drive_once (mech->encrypt, mech, key, bytes (&chacha_params, sizeof chacha_params), bytes (data, 65), 65,
	                       false, &out),
	           CKR_DATA_LEN_RANGE);
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_chacha, knowns, N_ELEMENTS (knowns), (CK_MECHANISM_TYPE[]){ CKM_CHACHA20_KEY_GEN, CKM_POLY1305_KEY_GEN, CKM_POLY1305, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_CHACHA20);
	known_add (poly, N_ELEMENTS (poly), CKK_POLY1305);
	g_test_add_func ("/mech/chacha/made_keys_have_32_bytes", made_keys_have_32_bytes);
	g_test_add_func ("/mech/chacha/the_counter_does_not_come_round", the_counter_does_not_come_round);
	g_test_add_func ("/mech/chacha/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
