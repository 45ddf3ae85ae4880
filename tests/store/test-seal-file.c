/* The seal of SoftHSM's format, against a token that SoftHSM 2.6.1 wrote: user PIN 4321, SO PIN 12345678, and a
 * private data object. */

#include "seal-file.h"

#include <glib.h>

static const uint8_t user_blob[] = {
	0x91, 0xaa, 0xaa, 0x0a, 0xf9, 0xff, 0x41, 0x81, 0x9a, 0x13, 0x97, 0x59, 0xc7, 0x82, 0x57, 0xc6, 0x14, 0x7c,
	0xb7, 0x7c, 0xc0, 0x44, 0x31, 0x03, 0x8e, 0xfe, 0x30, 0x0e, 0xdb, 0x85, 0xd6, 0x6a, 0x60, 0x94, 0x15, 0xbe,
	0x80, 0xe7, 0x9d, 0x9b, 0x0d, 0x64, 0x6f, 0x22, 0x09, 0x67, 0xf3, 0xcf, 0xf3, 0xe9, 0x2e, 0xef, 0x7c, 0x4b,
	0x7d, 0x0b, 0x78, 0xd1, 0x82, 0x78, 0xea, 0xb1, 0x34, 0x03, 0x86, 0xc4, 0xdf, 0xb8, 0xeb, 0x2a, 0x7c, 0x1c,
};
static const uint8_t so_blob[] = {
	0x11, 0x6f, 0x0d, 0x20, 0xa8, 0x58, 0x1e, 0x86, 0x11, 0x9b, 0xd4, 0xe9, 0xf0, 0x37, 0x3f, 0x21, 0x27, 0x18,
	0xc5, 0x86, 0x3e, 0xc9, 0x70, 0xb2, 0xca, 0xd4, 0x0e, 0x2e, 0x1c, 0x82, 0x43, 0xdf, 0xcf, 0x22, 0xca, 0xa1,
	0x46, 0xc0, 0x1e, 0x0e, 0x7b, 0xb4, 0x8d, 0x30, 0xf9, 0xf2, 0x71, 0x5e, 0xea, 0xdd, 0x65, 0x4c, 0x49, 0x31,
	0xe0, 0x87, 0x07, 0x6d, 0x3d, 0x6b, 0xbd, 0x81, 0xcb, 0xea, 0xdf, 0x8f, 0x81, 0xcb, 0x94, 0x54, 0x16, 0xa0,
};
static const uint8_t token_key[] = {
	0xa7, 0xed, 0x4a, 0xaf, 0x06, 0x50, 0x32, 0xa1, 0x06, 0x38, 0xb1, 0xd8, 0xf7, 0x6b, 0x37, 0x2c,
	0x8a, 0xc1, 0x45, 0x44, 0x37, 0x47, 0x0e, 0xc5, 0x53, 0xab, 0xe1, 0xb4, 0xef, 0x1d, 0x14, 0x59,
};
static const uint8_t sealed_value[] = {
	0x68, 0x6a, 0xd2, 0xf1, 0x8a, 0x1f, 0x81, 0x8d, 0xcf, 0xa7, 0x4c, 0x91, 0xaa, 0xa9, 0xba, 0x5b,
	0x49, 0xc0, 0x0c, 0x35, 0x8d, 0x74, 0x1c, 0x34, 0x00, 0x64, 0xe6, 0x6c, 0xfd, 0x53, 0x1c, 0xf2,
};

#define ALL(array) bytes (array, sizeof (array))

static Buf
key_buf (void)
{
	Buf key = BUF_SECRET;

	g_assert_true (buf_set (&key, ALL (token_key)));
	return key;
}

static void
softhsm_s_blobs_open_with_their_pins (void)
{
	auto_wipe Buf user = BUF_SECRET;
	auto_wipe Buf so = BUF_SECRET;

	g_assert_cmpuint (seal_file_unwrap (bytes_str ("4321"), ALL (user_blob), &user), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&user), ALL (token_key)));
	g_assert_cmpuint (seal_file_unwrap (bytes_str ("12345678"), ALL (so_blob), &so), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&so), ALL (token_key)));
}

static void
softhsm_s_value_opens (void)
{
	auto_wipe Buf key = key_buf ();
	auto_wipe Buf plain = BUF_SECRET;

	g_assert_cmpuint (seal_file_unseal (&key, ALL (sealed_value), &plain), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&plain), bytes_str ("hello-data\n")));
}

static void
other_pins_are_incorrect (void)
{
	static const char *const pins[] = { "", "4320", "43210", "432", "12345678", "4321 " };
	auto_wipe Buf key = BUF_SECRET;

	for (size_t i = 0; i < G_N_ELEMENTS (pins); i++)
		g_assert_cmpuint (seal_file_unwrap (bytes_str (pins[i]), ALL (user_blob), &key), ==, CKR_PIN_INCORRECT);
	g_assert_cmpuint (key.len, ==, 0);
}

static void
damaged_blobs_are_incorrect_pins (void)
{
	uint8_t blob[sizeof user_blob];
	auto_wipe Buf key = BUF_SECRET;

	for (size_t n = 0; n < sizeof user_blob; n++)
		g_assert_cmpuint (seal_file_unwrap (bytes_str ("4321"), bytes (user_blob, n), &key), ==, CKR_PIN_INCORRECT);
	/* The salt, the first block by its magic, the last one by its padding. */
	for (size_t i = 0; i < sizeof blob; i++) {
		if (i >= 8 + 3 && i < 8 + 16 + 16)
			continue;
		memcpy (blob, user_blob, sizeof blob);
		blob[i] ^= 1;
		if (i < 8 + 3 || i >= 8 + 16 + 32)
			g_assert_cmpuint (seal_file_unwrap (bytes_str ("4321"), ALL (blob), &key), ==, CKR_PIN_INCORRECT);
	}
}

static void
wrapped_keys_come_back (void)
{
	auto_wipe Buf one = BUF_PLAIN;
	auto_wipe Buf other = BUF_PLAIN;
	auto_wipe Buf key = BUF_SECRET;

	g_assert_cmpuint (seal_file_wrap (bytes_str ("p\xc3\xafn"), ALL (token_key), &one), ==, CKR_OK);
	g_assert_cmpuint (seal_file_wrap (bytes_str ("p\xc3\xafn"), ALL (token_key), &other), ==, CKR_OK);
	g_assert_cmpuint (one.len, ==, 72);
	g_assert_false (bytes_equal (bytes_of (&one), bytes_of (&other)));
	g_assert_cmpuint (seal_file_unwrap (bytes_str ("p\xc3\xafn"), bytes_of (&one), &key), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&key), ALL (token_key)));
}

static void
sealed_values_of_every_length_come_back (void)
{
	auto_wipe Buf key = key_buf ();
	uint8_t data[100];

	for (size_t n = 0; n <= sizeof data; n++) {
		auto_wipe Buf sealed = BUF_PLAIN;
		auto_wipe Buf plain = BUF_SECRET;

		memset (data, (int)n, sizeof data);
		g_assert_cmpuint (seal_file_seal (&key, bytes (data, n), &sealed), ==, CKR_OK);
		g_assert_cmpuint (sealed.len, ==, 16 + 16 * (n / 16 + 1));
		g_assert_cmpuint (seal_file_unseal (&key, bytes_of (&sealed), &plain), ==, CKR_OK);
		g_assert_true (bytes_equal (bytes_of (&plain), bytes (data, n)));
	}
}

static void
what_is_no_seal_is_invalid (void)
{
	auto_wipe Buf key = key_buf ();
	auto_wipe Buf other = BUF_SECRET;
	auto_wipe Buf plain = BUF_SECRET;
	uint8_t key_bytes[32] = { 1 };

	for (size_t n = 0; n < sizeof sealed_value; n++)
		g_assert_cmpuint (seal_file_unseal (&key, bytes (sealed_value, n), &plain), ==, CKR_DATA_INVALID);
	g_assert_true (buf_set (&other, ALL (key_bytes)));
	g_assert_cmpuint (seal_file_unseal (&other, ALL (sealed_value), &plain), ==, CKR_DATA_INVALID);
}

#define ADD(name) g_test_add_func ("/store/seal-file/" #name, name)

/* --- tags --- */

/* Made once more by Python's hmac: HMAC-SHA-256 under HMAC-SHA-256 (token key, "SoftHSM object, all of it\0") of each
 * part behind its length. */
static void
a_tag_is_what_the_comment_says (void)
{
	static const uint8_t wanted[SEAL_FILE_TAG_SIZE] = { 0x02, 0x9a, 0x36, 0x71, 0x53, 0x56, 0x4f, 0x85, 0x96, 0xf9, 0xfe, 0x3d, 0xfe, 0x2d, 0xb2, 0x15,
		0x1a, 0x5b, 0x4c, 0x1c, 0x75, 0x2b, 0xb4, 0x30, 0x05, 0x3b, 0x5f, 0xca, 0x53, 0x09, 0xe5, 0x56 };
	auto_wipe Buf key = key_buf ();
	uint8_t tag[SEAL_FILE_TAG_SIZE];

	g_assert_cmpuint (seal_file_tag (&key, bytes_str ("serial"), "id", bytes_str ("content"), tag), ==, CKR_OK);
	g_assert_cmpmem (tag, sizeof tag, wanted, sizeof wanted);
}

static void
a_tag_depends_on_everything (void)
{
	static const char *const rows[][3] = {
		{ "serial", "id", "content" }, { "serial2", "id", "content" }, { "serial", "id2", "content" },
		{ "serial", "id", "Content" }, { "serial", "idc", "ontent" },  { "seriali", "d", "content" },
	};
	auto_wipe Buf key = key_buf ();
	uint8_t tags[G_N_ELEMENTS (rows)][SEAL_FILE_TAG_SIZE];

	for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_assert_cmpuint (seal_file_tag (&key, bytes_str (rows[i][0]), rows[i][1], bytes_str (rows[i][2]), tags[i]), ==, CKR_OK);
		for (size_t j = 0; j < i; j++)
			g_assert_cmpint (memcmp (tags[i], tags[j], sizeof tags[i]), !=, 0);
	}
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (softhsm_s_blobs_open_with_their_pins);
	ADD (softhsm_s_value_opens);
	ADD (other_pins_are_incorrect);
	ADD (damaged_blobs_are_incorrect_pins);
	ADD (wrapped_keys_come_back);
	ADD (sealed_values_of_every_length_come_back);
	ADD (what_is_no_seal_is_invalid);
	g_test_add_func ("/seal-file/a_tag_is_what_the_comment_says", a_tag_is_what_the_comment_says);
	g_test_add_func ("/seal-file/a_tag_depends_on_everything", a_tag_depends_on_everything);
	return g_test_run ();
}
