/* See apitest.h. */

#include "apitest.h"

#include <stdlib.h>

/* --- the module, places and tokens --- */

static Module *the_module;
static gboolean the_module_is_softhsm;

static const char *
module_path (void)
{
	const char *path = module_under_test ();

	return strcmp (path, "reference") == 0 ? module_reference () : path;
}

Module *
api_module (void)
{
	return the_module;
}

gboolean
api_is_softhsm (void)
{
	return the_module_is_softhsm;
}

/* C_GetInfo tells, and wants a configuration to start with. */
static void
look_at_module (void)
{
	Place *place = place_new (NULL);

	assert_ok (the_module->f->C_Initialize (NULL));
	the_module_is_softhsm = is_softhsm (the_module);
	assert_ok (the_module->f->C_Finalize (NULL));
	place_free (place);
}

static void
there_is_no_reference (void)
{
	g_test_skip ("there is no SoftHSM here");
}

int
api_main (int argc, char **argv, void (*add_tests) (void))
{
	const char *path;

	g_test_init (&argc, &argv, NULL);
	path = module_path ();
	if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS)) {
		g_test_add_func ("/api/softhsm", there_is_no_reference);
		return g_test_run ();
	}
	the_module = module_load (path);
	look_at_module ();
	add_tests ();
	return g_test_run ();
}

void
api_setup_place (Api *api, gconstpointer extra)
{
	api->place = place_new (extra);
	api->module = api_module ();
	api->f = api->module->f;
	api->f3 = api->module->f3;
	api->softhsm = api_is_softhsm ();
}

void
api_setup_started (Api *api, gconstpointer extra)
{
	api_setup_place (api, extra);
	assert_ok (api->f->C_Initialize (NULL));
}

void
api_setup (Api *api, gconstpointer extra)
{
	api_setup_started (api, extra);
	api->slot = make_token (api->module, "api");
	api->session = open_session (api->module, api->slot, TRUE);
}

void
api_teardown (Api *api, gconstpointer extra)
{
	api->f->C_Finalize (NULL);
	place_free (api->place);
}

void
api_restart (Api *api, const char *extra)
{
	assert_ok (api->f->C_Finalize (NULL));
	if (extra != NULL)
		place_configure (api->place, extra);
	assert_ok (api->f->C_Initialize (NULL));
	api->slot = token_slot_of (api->module);
	api->session = open_session (api->module, api->slot, TRUE);
}

CK_RV
api_login (const Api *api, CK_SESSION_HANDLE session, CK_USER_TYPE who, const char *pin)
{
	return api->f->C_Login (session, who, (CK_UTF8CHAR *)(guintptr)pin, strlen (pin));
}

char *
api_token_dir (const Api *api)
{
	g_autoptr (GDir) dir = g_dir_open (api->place->tokendir, 0, NULL);
	const char *name;

	g_assert_nonnull (dir);
	name = g_dir_read_name (dir);
	g_assert_nonnull (name);
	return g_build_filename (api->place->tokendir, name, NULL);
}

gboolean
api_spares_softhsm (const Api *api, const char *why)
{
	if (api->softhsm)
		g_test_skip (why);
	return api->softhsm;
}

/* --- objects --- */

CK_RV
api_try_create (const Api *api, const CK_ATTRIBUTE *base, CK_ULONG n_base, const CK_ATTRIBUTE *more,
                CK_ULONG n_more, CK_OBJECT_HANDLE *object)
{
	g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (CK_ATTRIBUTE));

	g_array_append_vals (all, base, (guint)n_base);
	if (n_more > 0)
		g_array_append_vals (all, more, (guint)n_more);
	return api->f->C_CreateObject (api->session, (CK_ATTRIBUTE *)(void *)all->data, all->len, object);
}

CK_OBJECT_HANDLE
api_create (const Api *api, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	CK_OBJECT_HANDLE object;

	assert_ok (api_try_create (api, template, n, NOTHING, &object));
	return object;
}

const CK_BYTE der_p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
const CK_BYTE der_p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };
const CK_BYTE der_ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
const CK_BYTE der_x25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x6e };
const CK_BYTE name_ed25519[] = { 0x13, 12, 'e', 'd', 'w', 'a', 'r', 'd', 's', '2', '5', '5', '1', '9' };
const CK_BYTE name_x25519[] = { 0x13, 10, 'c', 'u', 'r', 'v', 'e', '2', '5', '5', '1', '9' };

/* An RSA key made for these tests. */
static const char rsa_n[] =
	"a943f0c0c59e76c951a39ce131c55bb967d83ea450dff19cdb221a0975d60ac27ed2559d064ba84338f08ff48b3282db"
	"13fac3d82cc51ff05b42648da4dd5119aec44b3d07994a5674ada8ce636ee6e602c38151ff952d45d2962a422d373807"
	"91213d26c04ca4aeb8fdb12ee93dfe170b3822cbec1e8131d52e3cfd4b110ffa73e7d2c681a50552d7802519d58f9cab"
	"10725dd31aece4ed4e729f2ce0dec1832d71d53c8d8771f17d81a1772268e39a3e28e64762e7b61ff27db5ff2e65498f"
	"5811d71f26f0c34699cce1bfe973bd087c501ac9734526baa3667e683f325fb3588a45ff0c19be378375a2a51e3a302b"
	"889da36edf5b1ea6a468871ade255c43";
static const char rsa_d[] =
	"38aea6403fcd55950c3040984efcfabee74e0c882507215778307ecc9d37ccc99e039ca4e5574fa5173bc3d14e0ddfb1"
	"328b1eab552ebc07d6dfb061988c7e9c9da0615bb2203cbb1ffe899177cdcb27ca542309cd0f6d263d23894a38ef0d65"
	"c74d7cb76ddd1ca6e00f20970787797fc90386ef88061d188d7d9af1ed81ecb9d44adebe2ae17208387d1c9eaa725396"
	"8990a542e57573fc33be08412528c0e0abae63faabc1f13d34da9b6aac71f1a2f44f61c35fb11752dee38dfc74d533e0"
	"26663c564a1cc7c23f3208a24f6139a1f618ac2d8ac580a611eee176aa7b3564d8faf732ef9b84ed8bfb37182abba6cb"
	"abfc7311471f336a7c2f5f8c377205c5";
static const char rsa_p[] =
	"d22e080e99bf9e72ddec3459d98c2c4631adfca9f639a9ba93c898e12b02f97ae348278edc2734a992a6f7a218dd2fcf"
	"500e74c03051eda29133b13f2eda68348c13dcf68f19dcc2502153fdb3cb87c0b85326879508eb43ca0212c1c9d07f5c"
	"63081ac4dfd005eeb7d03ded131de1b1471d4aab1217fbd78dc112a7b80c996d";
static const char rsa_q[] =
	"ce2a81fb865c324cce7d867f9e1fc5b325028df864d5a6101212324e00e61f29b85a5bfbdc7e482c8e8332b6ea2c0b74"
	"4ef51c11bef6f63bc3716076bbf18b8401501b14fc3caa41a5cff917ed7e2818d5f04578712fe158f8123270a4d8fb02"
	"abd0194cb8e0adb5a26286449f76f867d400cc51a00e4b577a27ea747a8a6e6f";
static const char rsa_dp[] =
	"a40b1770c5e1803ae9292587073bd78685d9e53d869764f8e1c58c451a3bfd1a43f09a276f7f0e2457f9078835ddd525"
	"fab6fdbacf3bf2bc929604fe6a843f16dc49d8897c11547338f57a47a69ff179a2a40b8b80eff027fdaff691d8016a96"
	"6218fe43b0e7fce9600021853b097490d80f6daaedb9586fda0cda919b1e0255";
static const char rsa_dq[] =
	"c76641959e5c29a233cd207ae9dadd01e977d10c3faa8c14db059275f3549f2b60ccb44ea2f1d8a88fa5c1353cc420c7"
	"fb5e0229ffc32860a125552141a1db486f64a4ece5115fb262c705aae8deadb567a61deae1be677bff62ca3a3c964820"
	"4b40d85766309892265e987262b1548c47760627a4606eea4a91b4a7b7a5902d";
static const char rsa_qi[] =
	"89c1d9080f44a28076e8df303517aaab65ac81ce4eadd48849279cd4c8147befe04b67be619d2a9cfc1d751cea34cd97"
	"6759138dfd21539652a2f9e08374d4f72967af52e1e0e9f7af13bfe64f9d0e19e7d3f6e46106d6a68a135b113c7bbc70"
	"1fadfa50940fdee6a7470b4dc47cdf1d3dc655bb753a9e369925a9a44b23a38f";

/* RFC 6979 appendix A.2.5. */
static const char ec_d[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
static const char ec_q[] = "0441 04"
			   "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
			   "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

/* RFC 8032 section 7.1, test 1. */
static const char ed_d[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char ed_q[] = "0420 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/* RFC 7748 section 6.1: Bob's key, Alice's public value, what they share. */
static const char x_d[] = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
static const char x_q[] = "0420 de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
const CK_BYTE x25519_other[] = {
	0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54, 0x74, 0x8b, 0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a,
	0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a, 0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a,
};
const CK_BYTE x25519_shared[] = {
	0x4a, 0x5d, 0x9d, 0x5b, 0xa4, 0xce, 0x2d, 0xe1, 0x72, 0x8e, 0x3b, 0xf4, 0x80, 0x35, 0x0f, 0x25,
	0xe0, 0x7e, 0x21, 0xc9, 0x47, 0xd1, 0x9e, 0x33, 0x76, 0xf0, 0x9b, 0x3c, 0x1e, 0x16, 0x17, 0x42,
};

/* The group of Wycheproof's dsa_2048_256_sha256, and a pair made in it for these tests. */
static const char dsa_p[] =
	"faa45850a6f185cff01790524f60c6867461578fcb013cf340fe495b43b46acc759c0d2f61bfaef901f510274298876f"
	"3048f41d13697ccb77fb540ed0b3fbc7a60a3c97297310fa929d90837eeb6ed0ee82a36c5f4c9dc4e2ea07d20f27675c"
	"48152abdf6f6dba66cfd8f58aed85d77ae8bb367b1348a5f46099d511507ad6575bbf8ec6ba48baa620cdcf1bd2ec7aa"
	"afeae6d98d235921203af64814163cdd11424968f5ab77fad662306eea7ee69792f2b5d39d658ab9d927f368e68363ac"
	"18178e30409633c4d488fb1fb92d22bca9214a4dfb720f28f4511f9be42e53e7f907d2d41f92bac9ca5e87580082390b"
	"bd0c229b2dc7e899aed654f7df062cf9";
static const char dsa_q[] = "fefbe4917b5ea7dbb3d5c62dc15bf430d8464813d2431819fe556832c3889d2f";
static const char dsa_g[] =
	"38971fbfad52d9e8a84a2c17ed90ccff311648100e962c3269be255cab1471507ba40f457f5fb7990f6591b72b146e65"
	"213c619275b9b58d7597f41b42c55535592301e35b3a469dd5b204d70ccdd3cd477f65bd0f52eae53578fee143a43ae6"
	"8b725c3c324fc91a84ecb7489dc67346ad11f3a0afdea009ce53201fa12207aea5b4461ab0ffaa801beab94f648797aa"
	"1192be18345b270435ccb4678ce663c7bf35f7a7a3c98fc4907bd12701230469a18e3ae6327acad29dac259bc5f5e912"
	"e64fe7ad0364af74ecace858cbf7a36a1dac9f9ddc7665fb7c639019971cc2691e2b586666691914b4f3785ef0d1a83f"
	"34a8130ed29724ce443493fceee25aa7";
static const char dsa_x[] = "69c7548c21d0dfea6b9a51c9ead4e27c33d3b3f180316e5bcab92c933f0e4dbc";
static const char dsa_y[] =
	"40918d4ead2451ea245c1b4067eb2ab8fbbc2bab2c09cf3711c5aa447542d043875b59c4df4095eae3247ff11e5a6726"
	"db75fb12a03ae4446591810eb47dc337b9b09ad87bd29d7d33adcd5bebc2cdede435cfdd3713491ad0aa1f9affb1e2ec"
	"98c0fb9b62bf3507adee9a09bf6a5fb33592cda3e9aec07ff1178df2e8fbbb7b8444a9e0bb6a55a3f0a54300d2b6a1da"
	"e72f63a833cef8c7010a97bc89528fbe1d949da8e5fbde9a3306f941bd169b6d0ec0184ac8ce61bf7ce82294d7f32f34"
	"2a202c137f8f54413e664d07b86b16890aa2944fbe4bd3229c7305b9a4793410ce8f18c96dd168f065701e5bf2f8ad81"
	"51db514fefc05744a43511c61b946f58";

/* RFC 7919 appendix A.1, and a pair made in it for these tests. */
static const char dh_p[] =
	"ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef9"
	"7d2fe363630c75d8f681b202aec4617ad3df1ed5d5fd65612433f51f5f066ed0856365553ded1af3b557135e7f57c935"
	"984f0c70e0e68b77e2a689daf3efe8721df158a136ade73530acca4f483a797abc0ab182b324fb61d108a94bb2c8e3fb"
	"b96adab760d7f4681d4f42a3de394df4ae56ede76372bb190b07a7c8ee0a6d709e02fce1cdf7e2ecc03404cd28342f61"
	"9172fe9ce98583ff8e4f1232eef28183c3fe3b1b4c6fad733bb5fcbc2ec22005c58ef1837d1683b2c6f34a26c1b2effa"
	"886b423861285c97ffffffffffffffff";
static const char dh_x[] = "5f3c1a9d7be246805f3c1a9d7be246805f3c1a9d7be246805f3c1a9d7be24680";
static const char dh_y[] =
	"c0d2bd28e698b2cd1184c92c8d0b0d67c18ce30796b3c55ea670204200ee444576f1c6680c7f532d688b6b687abbab89"
	"062636840ad7c7ae57b908feacf5acd703b660f0db8a1283be08298d6c2b29962afa6a1358172a9901a3e1c881d501f3"
	"1f1e7edee09cd7994182f4082152543aed88c072af8fc22c25b0b89760dbbd3ff058db8bbb444122594551f317d7d198"
	"f51303cfc6cb782fb912226d18a56e6135d8ad6fea4af7c70ce7d96971b03ad21ec22dd558036a10505ad7f44b9dfe87"
	"e67ba00eb646e4a48d58a3ae0b44d2589082966f95e6e6382db8f43bfc715d48d02325730e85750fc236e94eccbaf2cc"
	"a9b851611001ff3906f80597ac005cbc";

/* Keys of the standards' own examples: FIPS 81, SP 800-67, RFC 3713, RFC 8439 sections 2.3.2 and 2.5.2. */
static const char des_key[] = "0123456789abcdef";
static const char des3_key[] = "0123456789abcdef23456789abcdef01456789abcdef0123";
static const char camellia_key[] = "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff";
static const char chacha_key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char poly_key[] = "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b";

/* The first half of that key of AES, and a premaster secret as TLS 1.2 has it. */
static const char aes_128_key[] = "603deb1015ca71be2b73aef0857d7781";
static const char premaster[] = "0303020304050607 08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
				"202122232425262728292a2b2c2d2e2f";

/* RFC 4357 section 11.4, CryptoPro's parameter set A and its digest, and a pair made for these tests.  The
 * private value as SoftHSM has it, big endian. */
static const char gost_curve[] = "06072a850302022301";
static const char gost_digest[] = "06072a850302021e01";
static const char gost_d[] = "5f3c1a9d7be246801122334455667788a1b2c3d4e5f60718293a4b5c6d7e8f90";
static const char gost_q[] = "411ff7170f08060cbae47c715bedb907992dfa3c185f53e792dc47f87c9cb034"
			     "172796f42f2d0a5507e191d6555e2f0028a5a433b7a2d00fdff3a53bc4bd864a";

/* One attribute of a key: its value in hexadecimal, or as it is. */
typedef struct {
	CK_ATTRIBUTE_TYPE type;
	const char *hex;
	const void *data;
	CK_ULONG n_data;
} Value;

#define HEX(type, hex)                                                                                       \
	{                                                                                                    \
		type, hex, NULL, 0                                                                           \
	}
#define RAW(type, array)                                                                                     \
	{                                                                                                    \
		type, NULL, array, sizeof (array)                                                            \
	}

static const Value aes_values[] = {
	HEX (CKA_VALUE, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
};

static const Value secret_values[] = {
	HEX (CKA_VALUE, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	                "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"),
};

static const Value rsa_public_values[] = { HEX (CKA_MODULUS, rsa_n), HEX (CKA_PUBLIC_EXPONENT, "010001") };

static const Value rsa_private_values[] = {
	HEX (CKA_MODULUS, rsa_n),          HEX (CKA_PUBLIC_EXPONENT, "010001"),
	HEX (CKA_PRIVATE_EXPONENT, rsa_d), HEX (CKA_PRIME_1, rsa_p),
	HEX (CKA_PRIME_2, rsa_q),          HEX (CKA_EXPONENT_1, rsa_dp),
	HEX (CKA_EXPONENT_2, rsa_dq),      HEX (CKA_COEFFICIENT, rsa_qi),
};

static const Value ec_public_values[] = { RAW (CKA_EC_PARAMS, der_p256), HEX (CKA_EC_POINT, ec_q) };
static const Value ec_private_values[] = { RAW (CKA_EC_PARAMS, der_p256), HEX (CKA_VALUE, ec_d) };
static const Value ed_public_values[] = { RAW (CKA_EC_PARAMS, name_ed25519), HEX (CKA_EC_POINT, ed_q) };
static const Value ed_private_values[] = { RAW (CKA_EC_PARAMS, name_ed25519), HEX (CKA_VALUE, ed_d) };
static const Value x_public_values[] = { RAW (CKA_EC_PARAMS, name_x25519), HEX (CKA_EC_POINT, x_q) };
static const Value x_private_values[] = { RAW (CKA_EC_PARAMS, name_x25519), HEX (CKA_VALUE, x_d) };
static const Value data_values[] = { HEX (CKA_APPLICATION, "61"), HEX (CKA_VALUE, "0102030405") };
static const Value certificate_values[] = {
	HEX (CKA_SUBJECT, "3000"),
	HEX (CKA_ISSUER, "3000"),
	HEX (CKA_SERIAL_NUMBER, "020101"),
	HEX (CKA_VALUE, "30030201 01"),
};

static const Value des_values[] = { HEX (CKA_VALUE, des_key) };
static const Value des3_values[] = { HEX (CKA_VALUE, des3_key) };
static const Value camellia_values[] = { HEX (CKA_VALUE, camellia_key) };
static const Value chacha_values[] = { HEX (CKA_VALUE, chacha_key) };
static const Value poly_values[] = { HEX (CKA_VALUE, poly_key) };
static const Value dsa_public_values[] = {
	HEX (CKA_PRIME, dsa_p),
	HEX (CKA_SUBPRIME, dsa_q),
	HEX (CKA_BASE, dsa_g),
	HEX (CKA_VALUE, dsa_y),
};
static const Value dsa_private_values[] = {
	HEX (CKA_PRIME, dsa_p),
	HEX (CKA_SUBPRIME, dsa_q),
	HEX (CKA_BASE, dsa_g),
	HEX (CKA_VALUE, dsa_x),
};
static const Value dh_public_values[] = { HEX (CKA_PRIME, dh_p), HEX (CKA_BASE, "02"),
	                                  HEX (CKA_VALUE, dh_y) };
static const Value dh_private_values[] = { HEX (CKA_PRIME, dh_p), HEX (CKA_BASE, "02"),
	                                   HEX (CKA_VALUE, dh_x) };

static const Value aes_128_values[] = { HEX (CKA_VALUE, aes_128_key) };
static const Value premaster_values[] = { HEX (CKA_VALUE, premaster) };
static const Value gost_public_values[] = {
	HEX (CKA_GOSTR3410_PARAMS, gost_curve),
	HEX (CKA_GOSTR3411_PARAMS, gost_digest),
	HEX (CKA_VALUE, gost_q),
};
static const Value gost_private_values[] = {
	HEX (CKA_GOSTR3410_PARAMS, gost_curve),
	HEX (CKA_GOSTR3411_PARAMS, gost_digest),
	HEX (CKA_VALUE, gost_d),
};

static const struct {
	CK_OBJECT_CLASS class;
	CK_ULONG kind;
	const Value *values;
	gsize n_values;
} keys[] = {
	[KEY_AES] = { CKO_SECRET_KEY, CKK_AES, aes_values, G_N_ELEMENTS (aes_values) },
	[KEY_SECRET] = { CKO_SECRET_KEY, CKK_GENERIC_SECRET, secret_values, G_N_ELEMENTS (secret_values) },
	[KEY_RSA_PUBLIC] = { CKO_PUBLIC_KEY, CKK_RSA, rsa_public_values, G_N_ELEMENTS (rsa_public_values) },
	[KEY_RSA_PRIVATE] = { CKO_PRIVATE_KEY, CKK_RSA, rsa_private_values,
	                      G_N_ELEMENTS (rsa_private_values) },
	[KEY_EC_PUBLIC] = { CKO_PUBLIC_KEY, CKK_EC, ec_public_values, G_N_ELEMENTS (ec_public_values) },
	[KEY_EC_PRIVATE] = { CKO_PRIVATE_KEY, CKK_EC, ec_private_values, G_N_ELEMENTS (ec_private_values) },
	[KEY_EDWARDS_PUBLIC] = { CKO_PUBLIC_KEY, CKK_EC_EDWARDS, ed_public_values,
	                         G_N_ELEMENTS (ed_public_values) },
	[KEY_EDWARDS_PRIVATE] = { CKO_PRIVATE_KEY, CKK_EC_EDWARDS, ed_private_values,
	                          G_N_ELEMENTS (ed_private_values) },
	[KEY_MONTGOMERY_PUBLIC] = { CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY, x_public_values,
	                            G_N_ELEMENTS (x_public_values) },
	[KEY_MONTGOMERY_PRIVATE] = { CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, x_private_values,
	                             G_N_ELEMENTS (x_private_values) },
	[DATA_OBJECT] = { CKO_DATA, 0, data_values, G_N_ELEMENTS (data_values) },
	[CERTIFICATE] = { CKO_CERTIFICATE, CKC_X_509, certificate_values, G_N_ELEMENTS (certificate_values) },
	[KEY_DES] = { CKO_SECRET_KEY, CKK_DES, des_values, G_N_ELEMENTS (des_values) },
	[KEY_DES3] = { CKO_SECRET_KEY, CKK_DES3, des3_values, G_N_ELEMENTS (des3_values) },
	[KEY_CAMELLIA] = { CKO_SECRET_KEY, CKK_CAMELLIA, camellia_values, G_N_ELEMENTS (camellia_values) },
	[KEY_CHACHA20] = { CKO_SECRET_KEY, CKK_CHACHA20, chacha_values, G_N_ELEMENTS (chacha_values) },
	[KEY_POLY1305] = { CKO_SECRET_KEY, CKK_POLY1305, poly_values, G_N_ELEMENTS (poly_values) },
	[KEY_XTS] = { CKO_SECRET_KEY, CKK_AES_XTS, secret_values, G_N_ELEMENTS (secret_values) },
	[KEY_DSA_PUBLIC] = { CKO_PUBLIC_KEY, CKK_DSA, dsa_public_values, G_N_ELEMENTS (dsa_public_values) },
	[KEY_DSA_PRIVATE] = { CKO_PRIVATE_KEY, CKK_DSA, dsa_private_values,
	                      G_N_ELEMENTS (dsa_private_values) },
	[KEY_DH_PUBLIC] = { CKO_PUBLIC_KEY, CKK_DH, dh_public_values, G_N_ELEMENTS (dh_public_values) },
	[KEY_DH_PRIVATE] = { CKO_PRIVATE_KEY, CKK_DH, dh_private_values, G_N_ELEMENTS (dh_private_values) },
	[KEY_AES_128] = { CKO_SECRET_KEY, CKK_AES, aes_128_values, G_N_ELEMENTS (aes_128_values) },
	[KEY_PREMASTER] = { CKO_SECRET_KEY, CKK_GENERIC_SECRET, premaster_values,
	                    G_N_ELEMENTS (premaster_values) },
	[KEY_GOST_PUBLIC] = { CKO_PUBLIC_KEY, CKK_GOSTR3410, gost_public_values,
	                      G_N_ELEMENTS (gost_public_values) },
	[KEY_GOST_PRIVATE] = { CKO_PRIVATE_KEY, CKK_GOSTR3410, gost_private_values,
	                       G_N_ELEMENTS (gost_private_values) },
};

CK_OBJECT_CLASS
api_key_class (ApiKey which)
{
	return keys[which].class;
}

CK_KEY_TYPE
api_key_type (ApiKey which)
{
	return keys[which].kind;
}

/* Secret and private keys say what they are; the other rules' defaults are tested elsewhere. */
static void
add_openness (GArray *template, CK_OBJECT_CLASS class)
{
	static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	const CK_ATTRIBUTE open[] = {
		{ CKA_SENSITIVE, &no, sizeof no },
		{ CKA_EXTRACTABLE, &yes, sizeof yes },
		{ CKA_DERIVE, &yes, sizeof yes },
	};

	if (class == CKO_SECRET_KEY || class == CKO_PRIVATE_KEY)
		g_array_append_vals (template, open, G_N_ELEMENTS (open));
}

static void
add_identity (GArray *template, CK_OBJECT_CLASS class, CK_ULONG kind, gboolean softhsm, CK_ULONG values[2])
{
	CK_ATTRIBUTE identity[] = {
		{ CKA_CLASS, &values[0], sizeof values[0] },
		{ class == CKO_CERTIFICATE ? CKA_CERTIFICATE_TYPE : CKA_KEY_TYPE, &values[1],
		  sizeof values[1] },
	};

	values[0] = class;
	values[1] = softhsm && kind == CKK_EC_MONTGOMERY ? CKK_EC_EDWARDS : kind;
	g_array_append_vals (template, identity, class == CKO_DATA ? 1 : 2);
}

CK_RV
api_try_key (const Api *api, ApiKey which, const CK_ATTRIBUTE *more, CK_ULONG n_more, CK_OBJECT_HANDLE *key)
{
	g_autoptr (GArray) template = g_array_new (FALSE, FALSE, sizeof (CK_ATTRIBUTE));
	g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
	CK_ULONG identity[2];

	add_identity (template, keys[which].class, keys[which].kind, api->softhsm, identity);
	for (gsize i = 0; i < keys[which].n_values; i++) {
		const Value *value = &keys[which].values[i];
		GBytes *bytes =
			value->hex ? from_hex (value->hex) : g_bytes_new_static (value->data, value->n_data);
		gsize n;
		gconstpointer data = g_bytes_get_data (bytes, &n);
		CK_ATTRIBUTE attr = { value->type, (void *)(guintptr)data, n };

		g_ptr_array_add (kept, bytes);
		g_array_append_val (template, attr);
	}
	add_openness (template, keys[which].class);
	return api_try_create (api, (CK_ATTRIBUTE *)(void *)template->data, template->len, more, n_more, key);
}

CK_OBJECT_HANDLE
api_key (const Api *api, ApiKey which, const CK_ATTRIBUTE *more, CK_ULONG n_more)
{
	CK_OBJECT_HANDLE key;

	assert_ok (api_try_key (api, which, more, n_more, &key));
	return key;
}

/* --- attributes --- */

CK_BBOOL
api_bool (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL value = 0xee;
	CK_ATTRIBUTE attr = { type, &value, sizeof value };

	assert_ok (api->f->C_GetAttributeValue (api->session, object, &attr, 1));
	g_assert_cmpuint (attr.ulValueLen, ==, sizeof value);
	g_assert_true (value == CK_TRUE || value == CK_FALSE);
	return value;
}

CK_ULONG
api_ulong (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG value = 0;
	CK_ATTRIBUTE attr = { type, &value, sizeof value };

	assert_ok (api->f->C_GetAttributeValue (api->session, object, &attr, 1));
	g_assert_cmpuint (attr.ulValueLen, ==, sizeof value);
	return value;
}

void
api_assert_bytes (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const void *data, gsize n)
{
	g_autoptr (GBytes) value = get_attribute (api->module, api->session, object, type);

	g_assert_nonnull (value);
	g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), data, n);
}

CK_RV
api_get (const Api *api, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE room[4096];
	CK_ATTRIBUTE attr = { type, room, sizeof room };

	return api->f->C_GetAttributeValue (api->session, object, &attr, 1);
}

CK_RV
api_set (const Api *api, CK_OBJECT_HANDLE object, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	return api->f->C_SetAttributeValue (api->session, object, (CK_ATTRIBUTE *)(guintptr) template, n);
}

guint
api_count_in (const Api *api, CK_SESSION_HANDLE session, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	g_autoptr (GArray) found =
		find_objects (api->module, session, (CK_ATTRIBUTE *)(guintptr) template, n);

	return found->len;
}

guint
api_count (const Api *api, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	return api_count_in (api, api->session, template, n);
}

CK_SESSION_HANDLE
api_open (const Api *api, CK_FLAGS flags)
{
	CK_SESSION_HANDLE session;

	assert_ok (api->f->C_OpenSession (api->slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &session));
	return session;
}
