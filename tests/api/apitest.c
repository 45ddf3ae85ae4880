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
};

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
