/* No branch and no place in memory depends on a secret: those count as not initialised while an operation runs under
 * valgrind, whose memcheck reports what depends on them.  What comes out is then anybody's.
 *
 * A result that is public once all has been looked at goes through disclose (), in whose place this stands.
 *
 * valgrind's processor has no AVX-512: what ifma.c does is not seen here. */

#include "keys.h"
#include "disclose.h"
#include "keyinfo.h"
#include "params.h"
#include "random.h"
#include "seal-file.h"

#include <valgrind/memcheck.h>

size_t __real_disclose (size_t secret);
size_t __wrap_disclose (size_t secret);
CK_RV __real_random_bytes (void *data, size_t n);
CK_RV __wrap_random_bytes (void *data, size_t n);
void __real_random_nettle (void *unused, size_t n, uint8_t *data);
void __wrap_random_nettle (void *unused, size_t n, uint8_t *data);

size_t
__wrap_disclose (size_t secret)
{
	show (&secret, sizeof secret);
	return __real_disclose (secret);
}

/* Nonces and new keys are secrets, too. */
static bool hides_random;

CK_RV
__wrap_random_bytes (void *data, size_t n)
{
	CK_RV rv = __real_random_bytes (data, n);

	if (hides_random)
		hide (data, n);
	return rv;
}

void
__wrap_random_nettle (void *unused, size_t n, uint8_t *data)
{
	__real_random_nettle (unused, n, data);
	if (hides_random)
		hide (data, n);
}

/* --- what is found --- */

/* Only what happens between these two counts. */
static unsigned
watch (void)
{
	return (unsigned)VALGRIND_COUNT_ERRORS;
}

/* @known: why it may be so. */
static void
assert_nothing_found (unsigned before, const char *known)
{
	unsigned found = (unsigned)VALGRIND_COUNT_ERRORS - before;

	if (found > 0 && known != NULL) {
		g_test_message ("%u times the secret decided: %s", found, known);
	} else if (found > 0) {
		g_test_message ("%u times the secret decided; valgrind says where", found);
		g_test_fail ();
	}
}

static volatile int elsewhere;

static void
valgrind_sees_branches_and_places (void)
{
	static const uint8_t table[2] = { 3, 4 };
	volatile uint8_t secret = 1;
	unsigned before = watch ();

	hide ((const void *)(uintptr_t)&secret, 1);
	VALGRIND_PRINTF ("The next two reports are what this test asks for.\n");
	if (secret & 1)
		elsewhere++;
	g_assert_cmpuint ((unsigned)VALGRIND_COUNT_ERRORS - before, ==, 1);
	elsewhere += *(volatile const uint8_t *)&table[secret & 1];
	g_assert_cmpuint ((unsigned)VALGRIND_COUNT_ERRORS - before, ==, 2);
}

/* --- operations --- */

typedef enum {
	SIGN,
	ENCRYPT, /* where data is secret as the key is */
	DECRYPT, /* what is right, and what is damaged */
	UNWRAP,
	DECAPSULATE,
} Use;

/* Why what is looked up depends on keys and data, in the code of Nettle. */
#define TABLES "Nettle's code for this cipher looks up its tables by secret bytes"

/* Why a key is made ready without being watched. */
#define RSA_NUMBERS "once in the life of a key, its numbers are compared with each other"
#define SCALAR      "once in the life of a key, Nettle's ecc_scalar_set takes it as a number of GMP"

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE type;
	Use use;
	KeyName key;
	size_t n_in;
	Bytes (*param) (void);
	CK_RV damaged;         /* what is said of what is damaged */
	const char *unwatched; /* why the key is made ready with closed eyes */
	const char *known;     /* why reports are no failure */
} Row;

static const uint8_t some_bytes[64] = "between the lines, where nobody reads, is written what there is";

static Bytes
block_iv (void)
{
	return bytes (some_bytes, 16);
}

static Bytes
short_iv (void)
{
	return bytes (some_bytes, 8);
}

static Bytes
ctr (void)
{
	static CtrParams params = { 128, { 1, 2, 3 } };

	return bytes (&params, sizeof params);
}

static Bytes
gcm (void)
{
	static GcmParams params;

	params = (GcmParams){ (CK_BYTE *)(uintptr_t)some_bytes, 12, 96, (CK_BYTE *)(uintptr_t)some_bytes, 5, 128 };
	return bytes (&params, sizeof params);
}

/* @n: what the plaintext has. */
static Bytes
ccm_of (CK_ULONG n)
{
	static CcmParams params;

	params = (CcmParams){ n, (CK_BYTE *)(uintptr_t)some_bytes, 12, (CK_BYTE *)(uintptr_t)some_bytes, 5, 16 };
	return bytes (&params, sizeof params);
}

static Bytes
ccm (void)
{
	return ccm_of (32);
}

static Bytes
chacha (void)
{
	static ChachaParams params;

	params = (ChachaParams){ (CK_BYTE *)(uintptr_t) "\1\0\0", 32, (CK_BYTE *)(uintptr_t)some_bytes, 96 };
	return bytes (&params, sizeof params);
}

static Bytes
chacha_poly (void)
{
	static ChachaPolyParams params;

	params = (ChachaPolyParams){ (CK_BYTE *)(uintptr_t)some_bytes, 12, (CK_BYTE *)(uintptr_t)some_bytes, 5 };
	return bytes (&params, sizeof params);
}

static OaepParams oaep_params = { CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0 };

static Bytes
oaep (void)
{
	return bytes (&oaep_params, sizeof oaep_params);
}

static Bytes
rsa_aes (void)
{
	static RsaAesParams params;

	params.n_aes_bits = 256;
	params.oaep = &oaep_params;
	return bytes (&params, sizeof params);
}

static Bytes
pss (void)
{
	static PssParams params = { CKM_SHA256, CKG_MGF1_SHA256, 32 };

	return bytes (&params, sizeof params);
}

static const Row rows[] = {
#define ROW(n, ...)                                                                                                    \
	{                                                                                                              \
		.name = #n, .type = CKM_##n, __VA_ARGS__                                                               \
	}
#define RSA_ROW(n, ...) ROW (n, .key = RSA, .unwatched = RSA_NUMBERS, __VA_ARGS__)
#define INVALID         .damaged = CKR_ENCRYPTED_DATA_INVALID
	RSA_ROW (RSA_PKCS, .use = SIGN, .n_in = 51),
	RSA_ROW (RSA_X_509, .use = SIGN, .n_in = 60),
	RSA_ROW (SHA256_RSA_PKCS, .use = SIGN, .n_in = 60),
	RSA_ROW (RSA_PKCS_PSS, .use = SIGN, .n_in = 32, .param = pss),
	RSA_ROW (SHA256_RSA_PKCS_PSS, .use = SIGN, .n_in = 60, .param = pss),
	RSA_ROW (RSA_PKCS, .use = DECRYPT, .n_in = 32),
	RSA_ROW (RSA_PKCS, .use = UNWRAP, .n_in = 32),
	RSA_ROW (RSA_PKCS, .use = DECAPSULATE, .n_in = 32),
	RSA_ROW (RSA_PKCS_OAEP, .use = DECRYPT, .n_in = 32, .param = oaep, INVALID),
	RSA_ROW (RSA_PKCS_OAEP, .use = UNWRAP, .n_in = 32, .param = oaep, INVALID),
	RSA_ROW (RSA_PKCS_OAEP, .use = DECAPSULATE, .n_in = 32, .param = oaep, .damaged = CKR_WRAPPED_KEY_INVALID),
	RSA_ROW (RSA_X_509, .use = DECRYPT, .n_in = 64),
	RSA_ROW (RSA_X_509, .use = DECAPSULATE, .n_in = 64),
	RSA_ROW (RSA_AES_KEY_WRAP, .use = UNWRAP, .n_in = 32, .param = rsa_aes, INVALID),
#define CURVES(n, ...)                                                                                                 \
	ROW (n, .key = P192, __VA_ARGS__), ROW (n, .key = P224, __VA_ARGS__), ROW (n, .key = P256, __VA_ARGS__),       \
		ROW (n, .key = P384, __VA_ARGS__), ROW (n, .key = P521, __VA_ARGS__)
	CURVES (ECDSA, .use = SIGN, .n_in = 32, .unwatched = SCALAR),
	ROW (ECDSA_SHA256, .key = P256, .use = SIGN, .n_in = 60, .unwatched = SCALAR),
	ROW (EDDSA, .key = ED25519, .use = SIGN, .n_in = 60),
	ROW (EDDSA, .key = ED448, .use = SIGN, .n_in = 60),
	ROW (DSA, .key = DSA, .use = SIGN, .n_in = 28),
	ROW (DSA_SHA256, .key = DSA, .use = SIGN, .n_in = 60),
	ROW (GOSTR3410, .key = GOST, .use = SIGN, .n_in = 32, .unwatched = SCALAR),
#define BOTH(n, ...) ROW (n, .use = ENCRYPT, __VA_ARGS__), ROW (n, .use = DECRYPT, __VA_ARGS__)
	BOTH (AES_ECB, .key = AES, .n_in = 48),
	BOTH (AES_CBC, .key = AES, .n_in = 48, .param = block_iv),
	BOTH (AES_CBC_PAD, .key = AES, .n_in = 41, .param = block_iv, INVALID),
	ROW (AES_CBC_PAD, .use = UNWRAP, .key = AES, .n_in = 41, .param = block_iv, INVALID),
	BOTH (AES_CTR, .key = AES, .n_in = 41, .param = ctr),
	BOTH (AES_GCM, .key = AES, .n_in = 41, .param = gcm, INVALID),
	BOTH (AES_CCM, .key = AES, .n_in = 32, .param = ccm, INVALID),
	BOTH (AES_OFB, .key = AES, .n_in = 41, .param = block_iv),
	BOTH (AES_CFB8, .key = AES, .n_in = 41, .param = block_iv),
	BOTH (AES_CFB128, .key = AES, .n_in = 41, .param = block_iv),
	BOTH (AES_CTS, .key = AES, .n_in = 41, .param = block_iv),
	ROW (AES_KEY_WRAP, .use = UNWRAP, .key = AES, .n_in = 32, INVALID),
	ROW (AES_KEY_WRAP_KWP, .use = UNWRAP, .key = AES, .n_in = 33, INVALID),
	ROW (AES_KEY_WRAP_KWP, .use = UNWRAP, .key = AES, .n_in = 7, INVALID),
	ROW (AES_CMAC, .use = SIGN, .key = AES, .n_in = 41),
	BOTH (DES3_CBC, .key = DES3, .n_in = 48, .param = short_iv, .known = TABLES),
	BOTH (DES3_CBC_PAD, .key = DES3, .n_in = 41, .param = short_iv, INVALID, .known = TABLES),
	BOTH (CAMELLIA_CBC, .key = CAMELLIA, .n_in = 48, .param = block_iv, .known = TABLES),
	BOTH (CAMELLIA_CBC_PAD, .key = CAMELLIA, .n_in = 41, .param = block_iv, INVALID, .known = TABLES),
	BOTH (CHACHA20, .key = CHACHA, .n_in = 60, .param = chacha),
	BOTH (CHACHA20_POLY1305, .key = CHACHA, .n_in = 60, .param = chacha_poly, INVALID),
	ROW (SHA256_HMAC, .use = SIGN, .key = SHA256_HMAC, .n_in = 60),
	ROW (SHA3_512_HMAC, .use = SIGN, .key = SECRET, .n_in = 60),
};

/* Makes the form that signatures are made with, which the other uses share. */
static void
make_ready_unwatched (KeyName name, Object *key)
{
	const Mech *mech = mech_find (name == RSA ? CKM_RSA_X_509 : name == GOST ? CKM_GOSTR3410 : CKM_ECDSA);
	auto_wipe Buf state = BUF_SECRET;

	g_assert_nonnull (buf_grow (&state, mech->sign->state_size));
	VALGRIND_DISABLE_ERROR_REPORTING;
	assert_ok (mech->sign->start (state.data, mech, key, NO_BYTES));
	VALGRIND_ENABLE_ERROR_REPORTING;
}

/* As mech_run does it, and what comes out is shown. */
static CK_RV
run (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, Buf *result)
{
	auto_wipe Buf state = BUF_SECRET;
	size_t n_out = 0;
	CK_RV rv;

	g_assert_nonnull (buf_grow (&state, how->state_size));
	memset (state.data, 0, state.len);
	assert_ok (how->start (state.data, mech, key, param));
	g_assert_nonnull (buf_grow (result, how->room (state.data, in.len) + 1));
	rv = how->finish (state.data, in, result->data, &n_out);
	show (result->data, result->len);
	buf_cut (result, n_out);
	return rv;
}

static Bytes
param_of (const Row *row)
{
	return row->param != NULL ? row->param () : NO_BYTES;
}

static Object *
secret_key (const Row *row)
{
	Object *key = key_again (row->key, true, true);

	if (row->unwatched != NULL)
		make_ready_unwatched (row->key, key);
	return key;
}

static void
watch_forth (const Row *row)
{
	const Mech *mech = mech_find (row->type);
	auto_unref Object *key = secret_key (row);
	auto_wipe Buf in = BUF_SECRET;
	auto_wipe Buf result = BUF_SECRET;
	unsigned before = watch ();

	g_assert_true (buf_set (&in, bytes (some_bytes, row->n_in)));
	if (row->use == ENCRYPT)
		hide (in.data, in.len);
	hides_random = row->key != RSA;
	assert_ok (run (row->use == SIGN ? mech->sign : mech->encrypt, mech, key, param_of (row), bytes_of (&in),
	                &result));
	hides_random = false;
	assert_nothing_found (before, row->known);
}

static CK_RV
decapsulate (const Row *row, const Mech *mech, Object *key, Bytes in, Buf *result)
{
	CK_RV rv;

	rv = mech->kem->decapsulate (mech, key, param_of (row), in, row->n_in, result);
	show (result->data, result->len);
	return rv;
}

static CK_RV
open_watched (const Row *row, Bytes in, Buf *result)
{
	const Mech *mech = mech_find (row->type);
	auto_unref Object *key = secret_key (row);
	unsigned before = watch ();
	CK_RV rv;

	if (row->use == DECAPSULATE)
		rv = decapsulate (row, mech, key, in, result);
	else
		rv = run (row->use == UNWRAP ? mech->unwrap : mech->decrypt, mech, key, param_of (row), in, result);
	assert_nothing_found (before, row->known);
	return rv;
}

/* The same bytes right and damaged in the first block, the last one and in the middle, which is padding for some. */
static void
watch_back (const Row *row)
{
	const Mech *mech = mech_find (row->type);
	const MechOp *forth = row->use == UNWRAP ? mech->wrap : mech->encrypt;
	auto_unref Object *key = key_again (row->key, false, false);
	auto_wipe Buf closed = BUF_PLAIN;
	uint8_t in[128] = { 0 };
	size_t n = row->type == CKM_RSA_X_509 ? 128 : row->n_in;

	memcpy (in + (n - row->n_in), some_bytes, row->n_in);
	assert_ok (mech_run (forth, mech, key, param_of (row), bytes (in, n), &closed));
	for (int damage = 0; damage < 4; damage++) {
		auto_wipe Buf result = BUF_SECRET;
		size_t at = damage == 1 ? 1 : damage == 2 ? closed.len / 2 : closed.len - 1;
		CK_RV rv;

		closed.data[at] ^= damage > 0;
		rv = open_watched (row, bytes_of (&closed), &result);
		closed.data[at] ^= damage > 0;
		if (damage == 0) {
			assert_ok (rv);
			assert_bytes (bytes_of (&result),
			              row->use == DECAPSULATE ? bytes (in + n - row->n_in, row->n_in) : bytes (in, n));
		} else if (rv != CKR_OK) {
			assert_rv (rv, row->damaged);
		}
	}
}

static void
watch_row (gconstpointer data)
{
	const Row *row = data;

	if (row->use == SIGN || row->use == ENCRYPT)
		watch_forth (row);
	else
		watch_back (row);
}

/* --- what is no MechOp --- */

static void
agreements_keep_their_secrets (gconstpointer data)
{
	KeyName name = (KeyName)GPOINTER_TO_UINT (data);
	const Mech *mech = mech_find (name == DH ? CKM_DH_PKCS_DERIVE : CKM_ECDH1_DERIVE);
	auto_unref Object *key = key_again (name, true, true);
	auto_wipe Buf value = BUF_SECRET;
	Bytes other = key_public_value (name);
	EcdhParams params = { CKD_NULL, 0, NULL, other.len, (CK_BYTE *)(uintptr_t)other.data };
	unsigned before;

	if (name <= P521)
		make_ready_unwatched (name, key);
	before = watch ();
	assert_ok (derive_once (mech, key, NULL, name == DH ? other : bytes (&params, sizeof params), 0, &value));
	assert_nothing_found (before, NULL);
}

static void
new_keys_keep_their_secrets (gconstpointer data)
{
	auto_attrs Attrs public = { 0 };
	auto_attrs Attrs private = { 0 };
	const Mech *mech = key_template ((KeyName)GPOINTER_TO_UINT (data), &public, &private);
	unsigned before = watch ();

	hides_random = true;
	assert_ok (mech->generate_pair (mech, NO_BYTES, &public, &private));
	hides_random = false;
	assert_nothing_found (before, NULL);
}

static void
derivations_keep_their_secrets (void)
{
	HkdfParams params = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0 };
	auto_unref Object *key = key_again (SECRET, true, true);
	auto_wipe Buf value = BUF_SECRET;
	unsigned before = watch ();

	assert_ok (derive_once (mech_find (CKM_HKDF_DERIVE), key, NULL, bytes (&params, sizeof params), 48, &value));
	assert_nothing_found (before, NULL);
}

static void
passwords_keep_their_secrets (void)
{
	const Mech *mech = mech_find (CKM_PKCS5_PBKD2);
	auto_wipe Buf password = BUF_SECRET;
	auto_attrs Attrs key = { 0 };
	Pbkdf2Params params = { CKZ_SALT_SPECIFIED,
		                (CK_BYTE *)(uintptr_t)some_bytes,
		                16,
		                3,
		                CKP_PKCS5_PBKD2_HMAC_SHA256,
		                NULL,
		                0,
		                NULL,
		                0 };
	unsigned before;

	g_assert_true (buf_set (&password, bytes_str ("correct horse")));
	hide (password.data, password.len);
	params.password = password.data;
	params.n_password = password.len;
	key_attrs (&key, CKO_SECRET_KEY, CKK_AES, (Part[]){ { 0, NULL } });
	assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, 32));
	before = watch ();
	assert_ok (mech->generate (mech, bytes (&params, sizeof params), &key));
	assert_nothing_found (before, NULL);
}

/* The PIN that is right, and another one. */
static void
pins_keep_their_secrets (void)
{
	static const char *const pins[] = { "1234", "12345", "1243" };
	auto_wipe Buf blob = BUF_PLAIN;

	assert_ok (seal_file_wrap (bytes_str ("1234"), bytes (some_bytes, SEAL_FILE_KEY_SIZE), &blob));
	for (size_t i = 0; i < N_ELEMENTS (pins); i++) {
		auto_wipe Buf pin = BUF_SECRET;
		auto_wipe Buf key = BUF_SECRET;
		unsigned before;

		g_assert_true (buf_set (&pin, bytes_str (pins[i])));
		hide (pin.data, pin.len);
		before = watch ();
		assert_rv (seal_file_unwrap (bytes_of (&pin), bytes_of (&blob), &key),
		           i == 0 ? CKR_OK : CKR_PIN_INCORRECT);
		assert_nothing_found (before, NULL);
	}
}

static void
sealed_values_keep_their_secrets (void)
{
	auto_wipe Buf key = BUF_SECRET;
	auto_wipe Buf sealed = BUF_PLAIN;
	auto_wipe Buf plain = BUF_SECRET;
	unsigned before;

	g_assert_true (buf_set (&key, bytes (some_bytes, SEAL_FILE_KEY_SIZE)));
	assert_ok (seal_file_seal (&key, bytes (some_bytes, 41), &sealed));
	hide (key.data, key.len);
	before = watch ();
	assert_ok (seal_file_unseal (&key, bytes_of (&sealed), &plain));
	g_assert_cmpuint (plain.len, ==, 41);
	sealed.data[17] ^= 1;
	seal_file_unseal (&key, bytes_of (&sealed), &plain);
	sealed.data[sealed.len - 1] ^= 1;
	seal_file_unseal (&key, bytes_of (&sealed), &plain);
	assert_nothing_found (before, NULL);
}

static void
comparison_keeps_its_secrets (void)
{
	auto_wipe Buf secret = BUF_SECRET;
	unsigned before;

	g_assert_true (buf_set (&secret, bytes (some_bytes, 41)));
	hide (secret.data, secret.len);
	before = watch ();
	for (size_t at = 0; at < 41; at++) {
		uint8_t other[41];

		memcpy (other, some_bytes, sizeof other);
		other[at] ^= 1;
		g_assert_false (bytes_equal_sec (bytes_of (&secret), bytes (other, sizeof other)));
	}
	g_assert_true (bytes_equal_sec (bytes_of (&secret), bytes (some_bytes, 41)));
	assert_nothing_found (before, NULL);
}

/* The private value in a PKCS #8 encoding; numbers are not looked at, but for their leading zeros, which RSA's have
 * none of and the others do not lose. */
static void
key_infos_keep_their_secrets (gconstpointer data)
{
	KeyName name = (KeyName)GPOINTER_TO_UINT (data);
	auto_unref Object *key = key_again (name, true, false);
	Bytes value = object_bytes (key, name == RSA ? CKA_PRIVATE_EXPONENT : CKA_VALUE);
	auto_wipe Buf info = BUF_SECRET;
	auto_attrs Attrs decoded = { 0 };
	uint8_t *at;
	unsigned before;
	size_t n_seen = 1;

	assert_ok (keyinfo_encode (&key->attrs, &info));
	at = memmem (info.data, info.len, value.data, value.len);
	g_assert_nonnull (at);
	/* the first byte that is not zero says how long the number is */
	while (value.data[n_seen - 1] == 0)
		n_seen++;
	hide (at + n_seen, value.len - n_seen);
	key_attrs (&decoded, CKO_PRIVATE_KEY, object_key_type (key), (Part[]){ { 0, NULL } });
	before = watch ();
	assert_ok (keyinfo_decode (bytes_of (&info), &decoded));
	assert_nothing_found (before, NULL);
}

static const char *const key_names[] = {
	[RSA] = "rsa",           [P192] = "p192",       [P224] = "p224",     [P256] = "p256",        [P384] = "p384",
	[P521] = "p521",         [ED25519] = "ed25519", [ED448] = "ed448",   [X25519] = "x25519",    [X448] = "x448",
	[DSA] = "dsa",           [DH] = "dh",           [GOST] = "gost",     [AES] = "aes",          [DES3] = "des3",
	[CAMELLIA] = "camellia", [CHACHA] = "chacha",   [SECRET] = "secret", [SHA256_HMAC] = "hmac",
};

static void
add_for_keys (const char *name, GTestDataFunc test, const KeyName *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *path = g_strdup_printf ("/secrets/%s/%s", name, key_names[keys[i]]);

		g_test_add_data_func (path, GUINT_TO_POINTER (keys[i]), test);
	}
}

#define ADD(name) g_test_add_func ("/secrets/" #name, name)
#define ADD_KEYS(name, ...)                                                                                            \
	add_for_keys (#name, name, (const KeyName[]){ __VA_ARGS__ },                                                   \
	              sizeof ((const KeyName[]){ __VA_ARGS__ }) / sizeof (KeyName))

int
main (int argc, char *argv[])
{
	static const char *const uses[] = { "sign", "encrypt", "decrypt", "unwrap", "decapsulate" };
	int failed;

	g_test_init (&argc, &argv, NULL);
	if (!RUNNING_ON_VALGRIND) {
		g_print ("1..0 # SKIP this is for valgrind to run\n");
		return 0;
	}
	keys_make ();
	ADD (valgrind_sees_branches_and_places);
	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		g_autofree char *path = g_strdup_printf ("/secrets/%s/%s/%s-%zu", uses[rows[i].use], rows[i].name,
		                                         key_names[rows[i].key], rows[i].n_in);

		g_test_add_data_func (path, &rows[i], watch_row);
	}
	ADD_KEYS (agreements_keep_their_secrets, P192, P224, P256, P384, P521, X25519, X448, DH);
	ADD_KEYS (new_keys_keep_their_secrets, P192, P224, P256, P384, P521, X25519, X448, ED25519, ED448, DSA, DH,
	          GOST);
	ADD_KEYS (key_infos_keep_their_secrets, RSA, P256, ED25519, X448, DSA);
	ADD (derivations_keep_their_secrets);
	ADD (passwords_keep_their_secrets);
	ADD (pins_keep_their_secrets);
	ADD (sealed_values_keep_their_secrets);
	ADD (comparison_keeps_its_secrets);
	failed = g_test_run ();
	keys_clear ();
	return failed;
}
