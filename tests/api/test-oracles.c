/* What many damaged ciphertexts are answered: nobody learns from the codes, or from lengths, what was wrong, and with
 * PKCS #1 v1.5 not even that something was.  (Bleichenbacher, CRYPTO '98; Manger, CRYPTO 2001; Vaudenay, EUROCRYPT
 * 2002; Bardou et al., CRYPTO 2012.) */

#include "apitest.h"
#include "params.h"

#include <string.h>

#define N_TRIALS  2000
#define N_MODULUS 128
#define MOST_V1_5 (N_MODULUS - 11)

static OaepParams oaep_params = { CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0 };

#define AS_SECRET A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET), OPEN
#define AS_AES    A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES), OPEN
#define OPEN      NO (CKA_TOKEN), NO (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)

typedef struct {
	CK_OBJECT_HANDLE public, private;
} Pair;

static gboolean
spares (const Api *api)
{
	return api_spares_softhsm (api, "SoftHSM and the library below it answer as they do");
}

/* Small, for there is much to do. */
static Pair
rsa_pair (const Api *api)
{
	CK_ATTRIBUTE public[] = { NO (CKA_TOKEN), A_ULONG (CKA_MODULUS_BITS, 8 * N_MODULUS), YES (CKA_ENCRYPT),
		                  YES (CKA_WRAP) };
	CK_ATTRIBUTE private[] = { NO (CKA_TOKEN), YES (CKA_DECRYPT), YES (CKA_UNWRAP) };
	Pair pair;

	assert_ok (api->f->C_GenerateKeyPair (api->session, MECH (CKM_RSA_PKCS_KEY_PAIR_GEN), public,
	                                      G_N_ELEMENTS (public), private, G_N_ELEMENTS (private), &pair.public,
	                                      &pair.private));
	return pair;
}

static CK_RV
decrypt (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG n, CK_BYTE *plain,
         CK_ULONG *n_plain)
{
	assert_ok (api->f->C_DecryptInit (api->session, mech, key));
	return api->f->C_Decrypt (api->session, data, n, plain, n_plain);
}

/* The key goes again. */
static CK_RV
unwrap (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE with, CK_BYTE *data, CK_ULONG n, CK_ATTRIBUTE *template,
        CK_ULONG n_template, CK_BYTE *value, CK_ULONG *n_value)
{
	CK_OBJECT_HANDLE key;
	CK_RV rv = api->f->C_UnwrapKey (api->session, mech, with, data, n, template, n_template, &key);
	CK_ATTRIBUTE attr = { CKA_VALUE, value, 256 };

	if (rv != CKR_OK)
		return rv;
	if (value != NULL) {
		assert_ok (api->f->C_GetAttributeValue (api->session, key, &attr, 1));
		*n_value = attr.ulValueLen;
	}
	assert_ok (api->f->C_DestroyObject (api->session, key));
	return CKR_OK;
}

static void
fill (CK_BYTE *data, gsize n)
{
	for (gsize i = 0; i < n; i++)
		data[i] = (CK_BYTE)g_test_rand_int_range (0, 256);
}

/* The number of a block that is given. */
static void
raise_block (const Api *api, const Pair *pair, CK_BYTE *block)
{
	CK_BYTE raised[N_MODULUS];
	CK_ULONG n = sizeof raised;

	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_RSA_X_509), pair->public));
	assert_ok (api->f->C_Encrypt (api->session, block, N_MODULUS, raised, &n));
	memcpy (block, raised, sizeof raised);
}

/* A block of v1.5 with one fault, each in its turn; the rest is random without zeros, but for the one that ends the
 * padding. */
static void
faulty_v1_5 (const Api *api, const Pair *pair, guint which, CK_BYTE *block)
{
	enum { FIRST, TYPE, SHORT, NO_END, ANYTHING, N_FAULTS };
	guint end = (guint)g_test_rand_int_range (10, N_MODULUS);

	for (guint i = 0; i < N_MODULUS; i++)
		block[i] = (CK_BYTE)g_test_rand_int_range (1, 256);
	block[0] = 0;
	block[1] = 2;
	block[end] = 0;
	switch (which % N_FAULTS) {
	case FIRST:
		block[0] = 1;
		break;
	case TYPE:
		block[1] = (CK_BYTE)(which % 2);
		break;
	case SHORT:
		block[g_test_rand_int_range (2, 10)] = 0;
		break;
	case NO_END:
		block[end] = 1;
		break;
	default:
		fill (block + 2, N_MODULUS - 2);
		block[1] = 3;
		break;
	}
	raise_block (api, pair, block);
}

/* --- PKCS #1 v1.5 --- */

/* From 0 to the longest, each as likely as the others: chi-square of 118 kinds, six deviations beside its mean. */
static void
assert_lengths_are_even (const guint *n_of)
{
	gdouble expected = (gdouble)N_TRIALS / (MOST_V1_5 + 1), chi_square = 0;

	for (guint i = 0; i <= MOST_V1_5; i++)
		chi_square += (n_of[i] - expected) * (n_of[i] - expected) / expected;
	g_test_message ("chi-square is %.1f, with %d degrees of freedom", chi_square, MOST_V1_5);
	g_assert_cmpfloat (chi_square, <, MOST_V1_5 + 6 * 15.3);
	g_assert_cmpfloat (chi_square, >, MOST_V1_5 - 6 * 15.3);
}

static void
v1_5_decryption_never_fails (Api *api, gconstpointer unused)
{
	guint n_of[MOST_V1_5 + 1] = { 0 };
	Pair pair;

	if (spares (api))
		return;
	pair = rsa_pair (api);
	for (guint i = 0; i < N_TRIALS; i++) {
		CK_BYTE block[N_MODULUS], plain[N_MODULUS];
		CK_ULONG n = sizeof plain;

		faulty_v1_5 (api, &pair, i, block);
		assert_ok (decrypt (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, plain, &n));
		g_assert_cmpuint (n, <=, MOST_V1_5);
		n_of[n]++;
	}
	assert_lengths_are_even (n_of);
}

/* What is right and what is not alike: the bound for who asks, and the length for who has not that much. */
static void
v1_5_short_buffers_tell_nothing_more (Api *api, gconstpointer unused)
{
	Pair pair;

	if (spares (api))
		return;
	pair = rsa_pair (api);
	for (guint i = 0; i < 60; i++) {
		CK_BYTE block[N_MODULUS], plain[N_MODULUS], again[N_MODULUS];
		CK_ULONG n = sizeof plain, n_again = 0, n_asked = 7;

		if (i % 2 == 0) {
			CK_ULONG n_block = sizeof block;

			fill (plain, i);
			assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_RSA_PKCS), pair.public));
			assert_ok (api->f->C_Encrypt (api->session, plain, i, block, &n_block));
		} else {
			faulty_v1_5 (api, &pair, i, block);
		}
		assert_ok (decrypt (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, plain, &n));
		assert_ok (decrypt (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, NULL, &n_asked));
		g_assert_cmpuint (n_asked, ==, MOST_V1_5);
		if (n > 0) {
			n_again = n - 1;
			assert_rv (api->f->C_Decrypt (api->session, block, sizeof block, again, &n_again),
			           CKR_BUFFER_TOO_SMALL);
			g_assert_cmpuint (n_again, ==, n);
		}
		assert_ok (api->f->C_Decrypt (api->session, block, sizeof block, again, &n_again));
		g_assert_cmpmem (again, n_again, plain, n);
	}
}

/* As long as the buffer is, and no more is written than the message. */
static void
v1_5_leaves_nothing_behind_the_message (Api *api, gconstpointer unused)
{
	Pair pair;

	if (spares (api))
		return;
	pair = rsa_pair (api);
	for (guint i = 0; i < 60; i++) {
		CK_BYTE block[N_MODULUS], plain[N_MODULUS];
		CK_ULONG n = sizeof plain;

		faulty_v1_5 (api, &pair, i, block);
		memset (plain, 0, sizeof plain);
		assert_ok (decrypt (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, plain, &n));
		for (CK_ULONG at = n; at < sizeof plain; at++)
			g_assert_cmpuint (plain[at], ==, 0);
	}
}

/* A key is what decryption gives; one without bytes is none, whoever sent it. */
static void
v1_5_unwrapping_has_the_keys_that_decryption_has (Api *api, gconstpointer unused)
{
	Pair pair;

	if (spares (api))
		return;
	pair = rsa_pair (api);
	for (guint i = 0; i < N_TRIALS / 2; i++) {
		CK_BYTE block[N_MODULUS], plain[N_MODULUS], value[256];
		CK_ULONG n = sizeof plain, n_value = 0;
		CK_RV rv;

		faulty_v1_5 (api, &pair, i, block);
		assert_ok (decrypt (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, plain, &n));
		rv = unwrap (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, T (AS_SECRET), value,
		             &n_value);
		assert_rv (rv, n > 0 ? CKR_OK : CKR_WRAPPED_KEY_INVALID);
		g_assert_cmpmem (value, n_value, plain, n);
	}
}

/* Where the length is said, there is always a key; of the length that decryption finds, it is that, and else another.
 */
static void
v1_5_unwrapping_by_length_never_fails (Api *api, gconstpointer unused)
{
	Pair pair;

	if (spares (api))
		return;
	pair = rsa_pair (api);
	for (guint i = 0; i < N_TRIALS / 4; i++) {
		CK_BYTE block[N_MODULUS], plain[N_MODULUS], value[256], again[256];
		CK_ULONG n = sizeof plain, n_value = 0, n_again = 0, wanted = 16 + i % 17;
		CK_ATTRIBUTE template[] = { AS_SECRET, { CKA_VALUE_LEN, &wanted, sizeof wanted } };

		faulty_v1_5 (api, &pair, i, block);
		assert_ok (decrypt (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, plain, &n));
		if (i % 2 == 0 && n >= 16)
			wanted = n;
		assert_ok (unwrap (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, template,
		                   G_N_ELEMENTS (template), value, &n_value));
		assert_ok (unwrap (api, MECH (CKM_RSA_PKCS), pair.private, block, sizeof block, template,
		                   G_N_ELEMENTS (template), again, &n_again));
		g_assert_cmpmem (value, n_value, again, n_again);
		g_assert_cmpuint (n_value, ==, wanted);
		if (n_value == n)
			g_assert_cmpmem (value, n_value, plain, n);
		else if (n > 0)
			g_assert_false (memcmp (value + (n_value > n ? n_value - n : 0),
			                        plain + (n > n_value ? n - n_value : 0), MIN (n, n_value)) == 0 &&
			                MIN (n, n_value) >= 8);
	}
}

/* --- OAEP --- */

/* 00 and whatever, or not 00: Manger's question; or a ciphertext that was right before a bit of it changed. */
static void
faulty_oaep (const Api *api, const Pair *pair, guint which, const CK_BYTE *right, CK_BYTE *block)
{
	if (which % 3 == 0) {
		memcpy (block, right, N_MODULUS);
		block[g_test_rand_int_range (1, N_MODULUS)] ^= (CK_BYTE)(1 << which % 8);
		return;
	}
	fill (block, N_MODULUS);
	block[0] = which % 3 == 1 ? 0 : 1;
	raise_block (api, pair, block);
}

static void
oaep_has_one_code (Api *api, gconstpointer unused)
{
	CK_MECHANISM *mech = MECH_PARAM (CKM_RSA_PKCS_OAEP, &oaep_params);
	CK_BYTE right[N_MODULUS];
	CK_ULONG n_right = sizeof right;
	Pair pair;

	if (spares (api))
		return;
	pair = rsa_pair (api);
	assert_ok (api->f->C_EncryptInit (api->session, mech, pair.public));
	assert_ok (api->f->C_Encrypt (api->session, (CK_BYTE *)(guintptr) "sixteen octets..", 16, right, &n_right));
	for (guint i = 0; i < N_TRIALS; i++) {
		CK_BYTE block[N_MODULUS], plain[N_MODULUS] = { 0 };
		CK_ULONG n = i % 4 == 0 ? 0 : sizeof plain;

		faulty_oaep (api, &pair, i, right, block);
		if (i % 2 == 0)
			assert_rv (decrypt (api, mech, pair.private, block, sizeof block, plain, &n),
			           CKR_ENCRYPTED_DATA_INVALID);
		else
			assert_rv (unwrap (api, mech, pair.private, block, sizeof block, T (AS_AES), NULL, NULL),
			           CKR_WRAPPED_KEY_INVALID);
		for (guint at = 0; at < sizeof plain; at++)
			g_assert_cmpuint (plain[at], ==, 0);
	}
}

/* --- padding of blocks --- */

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE type;
	ApiKey key;
	CK_ULONG n_block;
} Cipher;

static const Cipher ciphers[] = {
	{ "AES", CKM_AES_CBC_PAD, KEY_AES, 16 },
	{ "DES3", CKM_DES3_CBC_PAD, KEY_DES3, 8 },
	{ "Camellia", CKM_CAMELLIA_CBC_PAD, KEY_CAMELLIA, 16 },
};

/* One in 255 is right by chance, 7.8 of these; more than thirty of them come once in a billion runs. */
static void
assert_by_chance (const Cipher *cipher, guint n_right)
{
	g_test_message ("%s: %u of %d were right by chance", cipher->name, n_right, N_TRIALS);
	g_assert_cmpuint (n_right, <, 30);
}

static void
block_padding_has_one_code (Api *api, gconstpointer unused)
{
	static CK_BYTE iv[16];

	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++) {
		const Cipher *cipher = &ciphers[i];
		CK_OBJECT_HANDLE key = api_key (api, cipher->key, NOTHING);
		CK_MECHANISM mech = { cipher->type, iv, cipher->n_block };
		guint n_right = 0;

		for (guint j = 0; j < N_TRIALS; j++) {
			CK_BYTE data[48], plain[48];
			CK_ULONG n = sizeof plain, n_data = cipher->n_block * (1 + j % 3);
			CK_RV rv;

			fill (data, n_data);
			rv = decrypt (api, &mech, key, data, n_data, plain, &n);
			if (rv != CKR_OK)
				assert_rv (rv, CKR_ENCRYPTED_DATA_INVALID);
			n_right += rv == CKR_OK;
		}
		assert_by_chance (cipher, n_right);
	}
}

/* The same in parts, where the last block is what the end is about. */
static void
block_padding_in_parts_has_one_code (Api *api, gconstpointer unused)
{
	static CK_BYTE iv[16];

	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++) {
		const Cipher *cipher = &ciphers[i];
		CK_OBJECT_HANDLE key = api_key (api, cipher->key, NOTHING);
		CK_MECHANISM mech = { cipher->type, iv, cipher->n_block };
		guint n_right = 0;

		for (guint j = 0; j < N_TRIALS; j++) {
			CK_BYTE data[32], plain[32];
			CK_ULONG n = sizeof plain;
			CK_RV rv;

			fill (data, sizeof data);
			assert_ok (api->f->C_DecryptInit (api->session, &mech, key));
			assert_ok (api->f->C_DecryptUpdate (api->session, data, 2 * cipher->n_block, plain, &n));
			g_assert_cmpuint (n, ==, cipher->n_block);
			n = sizeof plain;
			rv = api->f->C_DecryptFinal (api->session, plain, &n);
			if (rv != CKR_OK)
				assert_rv (rv, CKR_ENCRYPTED_DATA_INVALID);
			n_right += rv == CKR_OK;
		}
		assert_by_chance (cipher, n_right);
	}
}

static void
padded_secrets_have_one_code (Api *api, gconstpointer unused)
{
	static CK_BYTE iv[16];

	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++) {
		const Cipher *cipher = &ciphers[i];
		CK_OBJECT_HANDLE key = api_key (api, cipher->key, NOTHING);
		CK_MECHANISM mech = { cipher->type, iv, cipher->n_block };
		guint n_right = 0;

		for (guint j = 0; j < N_TRIALS; j++) {
			CK_BYTE data[32];
			CK_RV rv;

			fill (data, sizeof data);
			if (j % 2 == 0)
				rv = unwrap (api, &mech, key, data, 2 * cipher->n_block, T (AS_SECRET), NULL, NULL);
			else
				rv = unwrap (api, &mech, key, data, 2 * cipher->n_block, T (AS_AES), NULL, NULL);
			if (rv != CKR_OK)
				assert_rv (rv, CKR_WRAPPED_KEY_INVALID);
			n_right += rv == CKR_OK;
		}
		assert_by_chance (cipher, n_right);
	}
}

/* Padding that is right by chance is no encoding of a key: nobody is told which of both was wrong. */
static void
padded_private_keys_have_one_code (Api *api, gconstpointer unused)
{
	static CK_BYTE iv[16];

	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++) {
		const Cipher *cipher = &ciphers[i];
		CK_OBJECT_HANDLE key = api_key (api, cipher->key, NOTHING);
		CK_MECHANISM mech = { cipher->type, iv, cipher->n_block };

		for (guint j = 0; j < N_TRIALS; j++) {
			CK_BYTE data[64];

			fill (data, sizeof data);
			assert_rv (unwrap (api, &mech, key, data, sizeof data,
			                   T (A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY),
			                      A_ULONG (CKA_KEY_TYPE, j % 2 == 0 ? CKK_EC : CKK_RSA), OPEN),
			                   NULL, NULL),
			           CKR_WRAPPED_KEY_INVALID);
		}
	}
}

/* --- key wrap, and tags --- */

static void
wrapped_keys_have_one_code (Api *api, gconstpointer unused)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_KWP };
	CK_OBJECT_HANDLE key;

	if (spares (api))
		return;
	key = api_key (api, KEY_AES, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
		for (guint j = 0; j < N_TRIALS; j++) {
			CK_BYTE data[40];

			fill (data, sizeof data);
			assert_rv (unwrap (api, MECH (types[i]), key, data, 24 + j % 3 * 8, T (AS_SECRET), NULL, NULL),
			           CKR_WRAPPED_KEY_INVALID);
		}
}

static void
add_tests (void)
{
	ADD ("oracles", v1_5_decryption_never_fails);
	ADD ("oracles", v1_5_short_buffers_tell_nothing_more);
	ADD ("oracles", v1_5_leaves_nothing_behind_the_message);
	ADD ("oracles", v1_5_unwrapping_has_the_keys_that_decryption_has);
	ADD ("oracles", v1_5_unwrapping_by_length_never_fails);
	ADD ("oracles", oaep_has_one_code);
	ADD ("oracles", block_padding_has_one_code);
	ADD ("oracles", block_padding_in_parts_has_one_code);
	ADD ("oracles", padded_secrets_have_one_code);
	ADD ("oracles", padded_private_keys_have_one_code);
	ADD ("oracles", wrapped_keys_have_one_code);
}

int
main (int argc, char *argv[])
{
	return api_main (argc, argv, add_tests);
}
