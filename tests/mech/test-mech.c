/* The registry: finding rows, what CK_MECHANISM_INFO says of them, which keys and parameters suit. */

#include "mechtest.h"

static void
rows_stand_ascending_by_name (void)
{
	g_assert_nonnull (mech_at (0));
	for (size_t i = 1; mech_at (i) != NULL; i++)
		g_assert_cmpstr (mech_at (i - 1)->name, <, mech_at (i)->name);
}

static void
every_row_is_found_by_its_number (void)
{
	for (size_t i = 0; mech_at (i) != NULL; i++)
		g_assert_true (mech_find (mech_at (i)->type) == mech_at (i));
}

static void
unknown_numbers_are_not_found (void)
{
	g_assert_null (mech_find ((CK_MECHANISM_TYPE)-1));
	g_assert_null (mech_find (CKM_VENDOR_DEFINED));
	g_assert_null (mech_at (100000));
}

static void
flags_say_what_the_pointers_say (void)
{
	for (size_t i = 0; mech_at (i) != NULL; i++) {
		const Mech *mech = mech_at (i);
		CK_MECHANISM_INFO info;

		mech_info (mech, &info);
		g_assert_cmpuint (info.ulMinKeySize, ==, mech->min_size);
		g_assert_cmpuint (info.ulMaxKeySize, ==, mech->max_size);
		g_assert_true (!(info.flags & CKF_SIGN) == !mech->sign);
		g_assert_true (!(info.flags & CKF_VERIFY) == !mech->verify);
		g_assert_true (!(info.flags & CKF_ENCRYPT) == !mech->encrypt);
		g_assert_true (!(info.flags & CKF_DECRYPT) == !mech->decrypt);
		g_assert_true (!(info.flags & CKF_DIGEST) == !mech->digest);
		g_assert_true (!(info.flags & CKF_WRAP) == !mech->wrap);
		g_assert_true (!(info.flags & CKF_UNWRAP) == !mech->unwrap);
		g_assert_true (!(info.flags & CKF_DERIVE) == !mech->derive);
		g_assert_true (!(info.flags & CKF_GENERATE) == !mech->generate);
		g_assert_true (!(info.flags & CKF_GENERATE_KEY_PAIR) == !mech->generate_pair);
		g_assert_false (info.flags & CKF_HW);
		g_assert_cmpuint (info.flags & ~(CK_FLAGS)(CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS), !=, 0);
	}
}

/* What the engine relies on. */
static void
every_operation_is_whole (void)
{
	for (size_t i = 0; mech_at (i) != NULL; i++) {
		const Mech *mech = mech_at (i);
		const MechOp *ops[] = { mech->digest, mech->encrypt, mech->decrypt, mech->sign, mech->verify, mech->wrap,
			                mech->unwrap };

		for (size_t j = 0; j < N_ELEMENTS (ops); j++) {
			if (ops[j] == NULL)
				continue;
			g_assert_cmpuint (ops[j]->state_size, >, 0);
			g_assert_nonnull (ops[j]->start);
			g_assert_nonnull (ops[j]->room);
			g_assert_true (ops[j]->finish != NULL || ops[j]->check != NULL);
			g_assert_false (ops[j]->gather && ops[j]->update != NULL);
		}
		g_assert_true (mech->min_param <= mech->max_param);
	}
}

static void
keys_of_another_type_do_not_suit (void)
{
	auto_unref Object *aes = secret_new (CKK_AES, "000102030405060708090a0b0c0d0e0f");
	auto_unref Object *generic = secret_new (CKK_GENERIC_SECRET, "000102030405060708090a0b0c0d0e0f");

	assert_ok (mech_suits (mech_find (CKM_AES_CBC), aes));
	assert_ok (mech_suits (mech_find (CKM_SHA256_HMAC), generic));
	assert_rv (mech_suits (mech_find (CKM_AES_CBC), generic), CKR_KEY_TYPE_INCONSISTENT);
	assert_rv (mech_suits (mech_find (CKM_SHA256_HMAC), aes), CKR_KEY_TYPE_INCONSISTENT);
	assert_rv (mech_suits (mech_find (CKM_RSA_PKCS), aes), CKR_KEY_TYPE_INCONSISTENT);
}

/* A data object may hold any CKA_KEY_TYPE in a damaged store. */
static void
objects_of_another_class_do_not_suit (void)
{
	auto_unref Object *data = key_new (CKO_DATA, CKK_AES,
	                                   (Part[]){ { CKA_VALUE, "000102030405060708090a0b0c0d0e0f" }, { 0, NULL } });

	assert_rv (mech_suits (mech_find (CKM_AES_CBC), data), CKR_KEY_TYPE_INCONSISTENT);
}

static void
keys_outside_the_sizes_do_not_suit (void)
{
	auto_unref Object *small = secret_new (CKK_AES, "0001020304050607");
	auto_unref Object *none = secret_new (CKK_GENERIC_SECRET, "");

	assert_rv (mech_suits (mech_find (CKM_AES_CBC), small), CKR_KEY_SIZE_RANGE);
	assert_rv (mech_suits (mech_find (CKM_SHA256_HMAC), none), CKR_KEY_SIZE_RANGE);
}

static void
parameters_of_another_length_are_refused (void)
{
	uint8_t iv[16] = { 0 };
	Bytes param;

	assert_ok (mech_param (mech_find (CKM_AES_CBC), &(CK_MECHANISM){ CKM_AES_CBC, iv, 16 }, &param));
	g_assert_cmpuint (param.len, ==, 16);
	assert_rv (mech_param (mech_find (CKM_AES_CBC), &(CK_MECHANISM){ CKM_AES_CBC, iv, 15 }, &param),
	           CKR_MECHANISM_PARAM_INVALID);
	assert_rv (mech_param (mech_find (CKM_AES_CBC), &(CK_MECHANISM){ CKM_AES_CBC, NULL, 0 }, &param),
	           CKR_MECHANISM_PARAM_INVALID);
	assert_rv (mech_param (mech_find (CKM_AES_CBC), &(CK_MECHANISM){ CKM_AES_CBC, NULL, 16 }, &param),
	           CKR_MECHANISM_PARAM_INVALID);
	assert_rv (mech_param (mech_find (CKM_SHA256), &(CK_MECHANISM){ CKM_SHA256, iv, 1 }, &param),
	           CKR_MECHANISM_PARAM_INVALID);
	assert_rv (mech_param (mech_find (CKM_SHA256), &(CK_MECHANISM){ CKM_SHA256, iv, (CK_ULONG)-1 }, &param),
	           CKR_MECHANISM_PARAM_INVALID);
}

/* What is known only at the end is cut to its length. */
static void
run_at_once_gives_the_true_length (void)
{
	auto_unref Object *key = secret_new (CKK_AES, "000102030405060708090a0b0c0d0e0f");
	const Mech *mech = mech_find (CKM_AES_CBC_PAD);
	auto_wipe Buf sealed = BUF_PLAIN;
	auto_wipe Buf opened = BUF_SECRET;
	uint8_t iv[16] = { 0 };

	assert_ok (mech_run (mech->encrypt, mech, key, bytes (iv, 16), bytes_str ("abc"), &sealed));
	g_assert_cmpuint (sealed.len, ==, 16);
	assert_ok (mech_run (mech->decrypt, mech, key, bytes (iv, 16), bytes_of (&sealed), &opened));
	assert_bytes (bytes_of (&opened), bytes_str ("abc"));
}

static gpointer
look_up (gpointer data)
{
	size_t n = 0;

	while (mech_at (n) != NULL)
		n++;
	return GSIZE_TO_POINTER (n);
}

/* The sorted list is made at first use, by whoever comes. */
static void
threads_may_look_up_at_once (void)
{
	GThread *threads[8];
	gpointer first = NULL;

	for (size_t i = 0; i < N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("look", look_up, NULL);
	for (size_t i = 0; i < N_ELEMENTS (threads); i++) {
		gpointer n = g_thread_join (threads[i]);

		first = first ? first : n;
		g_assert_true (n == first && n != NULL);
	}
}

/* SP 800-57 part 1, table 2: bits of strength. */
static void
keys_have_the_strength_of_the_table (void)
{
	static const struct {
		CK_KEY_TYPE key_type;
		size_t n, strength;
	} secrets[] = {
		{ CKK_AES, 16, 128 }, { CKK_AES, 24, 192 }, { CKK_AES, 32, 256 }, { CKK_DES, 8, 56 }, { CKK_DES2, 16, 80 },
		{ CKK_DES3, 24, 112 }, { CKK_AES_XTS, 64, 256 }, { CKK_AES_XTS, 32, 128 }, { CKK_GENERIC_SECRET, 1, 8 },
		{ CKK_GENERIC_SECRET, 64, 256 },
	};
	static const struct {
		size_t bits, strength;
	} moduli[] = { { 512, 0 }, { 1024, 80 }, { 2047, 80 }, { 2048, 112 }, { 3072, 128 }, { 4096, 128 }, { 7680, 192 },
		       { 16384, 256 } };

	for (size_t i = 0; i < N_ELEMENTS (secrets); i++) {
		auto_attrs Attrs key = { 0 };
		uint8_t value[64] = { 1 };

		attrs_set_ulong (&key, CKA_CLASS, CKO_SECRET_KEY);
		attrs_set_ulong (&key, CKA_KEY_TYPE, secrets[i].key_type);
		attrs_set_secret (&key, CKA_VALUE, bytes (value, secrets[i].n));
		g_assert_cmpuint (mech_strength (&key), ==, secrets[i].strength);
	}
	for (size_t i = 0; i < N_ELEMENTS (moduli); i++) {
		auto_attrs Attrs key = { 0 };
		uint8_t modulus[2048] = { 0 };

		modulus[0] = (uint8_t)(moduli[i].bits % 8 == 0 ? 0x80 : 0x40);
		attrs_set_ulong (&key, CKA_CLASS, CKO_PUBLIC_KEY);
		attrs_set_ulong (&key, CKA_KEY_TYPE, CKK_RSA);
		attrs_set_bytes (&key, CKA_MODULUS, bytes (modulus, (moduli[i].bits + 7) / 8));
		g_assert_cmpuint (mech_strength (&key), ==, moduli[i].strength);
	}
}

/* P-256 and X25519 128 bits, P-384 192, P-521 256. */
static void
curves_have_half_their_bits (void)
{
	static const struct {
		CK_KEY_TYPE key_type;
		const char *params;
		size_t n, strength;
	} rows[] = {
		{ CKK_EC, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10, 128 },
		{ CKK_EC, "\x06\x05\x2b\x81\x04\x00\x22", 7, 192 },
		{ CKK_EC, "\x06\x05\x2b\x81\x04\x00\x23", 7, 256 },
		{ CKK_EC_MONTGOMERY, "\x06\x03\x2b\x65\x6e", 5, 128 },
		{ CKK_EC_EDWARDS, "\x06\x03\x2b\x65\x71", 5, 224 },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		auto_attrs Attrs key = { 0 };

		attrs_set_ulong (&key, CKA_CLASS, CKO_PRIVATE_KEY);
		attrs_set_ulong (&key, CKA_KEY_TYPE, rows[i].key_type);
		attrs_set_bytes (&key, CKA_EC_PARAMS, bytes (rows[i].params, rows[i].n));
		g_assert_cmpuint (mech_strength (&key), ==, rows[i].strength);
	}
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/mech/threads_may_look_up_at_once", threads_may_look_up_at_once);
	g_test_add_func ("/mech/mech/rows_stand_ascending_by_name", rows_stand_ascending_by_name);
	g_test_add_func ("/mech/mech/every_row_is_found_by_its_number", every_row_is_found_by_its_number);
	g_test_add_func ("/mech/mech/unknown_numbers_are_not_found", unknown_numbers_are_not_found);
	g_test_add_func ("/mech/mech/flags_say_what_the_pointers_say", flags_say_what_the_pointers_say);
	g_test_add_func ("/mech/mech/every_operation_is_whole", every_operation_is_whole);
	g_test_add_func ("/mech/mech/keys_of_another_type_do_not_suit", keys_of_another_type_do_not_suit);
	g_test_add_func ("/mech/mech/objects_of_another_class_do_not_suit", objects_of_another_class_do_not_suit);
	g_test_add_func ("/mech/mech/keys_outside_the_sizes_do_not_suit", keys_outside_the_sizes_do_not_suit);
	g_test_add_func ("/mech/mech/parameters_of_another_length_are_refused", parameters_of_another_length_are_refused);
	g_test_add_func ("/mech/mech/run_at_once_gives_the_true_length", run_at_once_gives_the_true_length);
	g_test_add_func ("/mech/keys_have_the_strength_of_the_table", keys_have_the_strength_of_the_table);
	g_test_add_func ("/mech/curves_have_half_their_bits", curves_have_half_their_bits);
	return g_test_run ();
}
