/* Byte strings. */

#include "bytes.h"
#include "secmem.h"

#include <glib.h>

static void
equal_looks_at_length_and_content (void)
{
	g_assert_true (bytes_equal (NO_BYTES, bytes ("", 0)));
	g_assert_true (bytes_equal (bytes_str ("abc"), bytes ("abcd", 3)));
	g_assert_false (bytes_equal (bytes_str ("abc"), bytes_str ("abd")));
	g_assert_false (bytes_equal (bytes_str ("abc"), bytes_str ("abcd")));
	g_assert_true (bytes_equal_sec (NO_BYTES, bytes ("", 0)));
	g_assert_true (bytes_equal_sec (bytes_str ("abc"), bytes ("abcd", 3)));
	g_assert_false (bytes_equal_sec (bytes_str ("abc"), bytes_str ("Abc")));
	g_assert_false (bytes_equal_sec (bytes_str ("abc"), NO_BYTES));
}

static void
trim_takes_leading_zeros (void)
{
	g_assert_true (bytes_equal (bytes_trim (bytes ("\0\0\1\0", 4)), bytes ("\1\0", 2)));
	g_assert_true (bytes_equal (bytes_trim (bytes ("\1", 1)), bytes ("\1", 1)));
	g_assert_cmpuint (bytes_trim (bytes ("\0\0", 2)).len, ==, 0);
	g_assert_cmpuint (bytes_trim (NO_BYTES).len, ==, 0);
}

static void
assert_grows (Buf buf)
{
	for (unsigned i = 0; i < 5000; i++)
		g_assert_true (buf_add_byte (&buf, (uint8_t)i));
	g_assert_true (buf_add (&buf, NO_BYTES));
	g_assert_cmpuint (buf.len, ==, 5000);
	for (unsigned i = 0; i < 5000; i++)
		g_assert_cmpuint (buf.data[i], ==, (uint8_t)i);
	buf_clear (&buf);
	g_assert_null (buf.data);
	g_assert_cmpuint (buf.len, ==, 0);
}

static void
adding_keeps_what_was_there (void)
{
	assert_grows (BUF_PLAIN);
	assert_grows (BUF_SECRET);
}

static void
set_replaces (void)
{
	auto_wipe Buf buf = BUF_PLAIN;

	g_assert_true (buf_set (&buf, bytes_str ("a long text that was there before")));
	g_assert_true (buf_set (&buf, bytes_str ("new")));
	g_assert_true (bytes_equal (bytes_of (&buf), bytes_str ("new")));
	g_assert_true (buf_set (&buf, NO_BYTES));
	g_assert_cmpuint (buf.len, ==, 0);
}

static void
cut_wipes_what_is_cut (void)
{
	auto_wipe Buf buf = BUF_PLAIN;

	g_assert_true (buf_set (&buf, bytes_str ("secret")));
	buf_cut (&buf, 2);
	g_assert_true (bytes_equal (bytes (buf.data, 6), bytes ("se\0\0\0\0", 6)));
	buf_cut (&buf, 5);
	g_assert_cmpuint (buf.len, ==, 2);
}

static void
steal_hands_over_and_keeps_the_kind (void)
{
	auto_wipe Buf from = BUF_SECRET;
	auto_wipe Buf to = BUF_PLAIN;

	g_assert_true (buf_set (&from, bytes_str ("key")));
	to = buf_steal (&from);
	g_assert_true (to.secret && from.secret);
	g_assert_null (from.data);
	g_assert_true (bytes_equal (bytes_of (&to), bytes_str ("key")));
}

static void
absurd_lengths_are_no_memory (void)
{
	auto_wipe Buf plain = BUF_PLAIN;
	auto_wipe Buf secret = BUF_SECRET;

	g_assert_true (buf_add (&plain, bytes_str ("x")) && buf_add (&secret, bytes_str ("x")));
	g_assert_null (buf_grow (&plain, SIZE_MAX));
	g_assert_null (buf_grow (&plain, SIZE_MAX / 2));
	g_assert_null (buf_grow (&secret, SIZE_MAX / 2));
	g_assert_true (bytes_equal (bytes_of (&plain), bytes_str ("x")));
	g_assert_true (bytes_equal (bytes_of (&secret), bytes_str ("x")));
}

static void
set_that_fails_keeps_the_content (void)
{
	auto_wipe Buf secret = BUF_SECRET;
	g_autofree uint8_t *much = g_malloc0 (1000);

	g_assert_true (buf_set (&secret, bytes_str ("old")));
	sec_fail_after (1);
	g_assert_false (buf_set (&secret, bytes (much, 1000)));
	sec_fail_after (0);
	g_assert_true (bytes_equal (bytes_of (&secret), bytes_str ("old")));
}

static void
wipe_leaves_zeros (void)
{
	uint8_t data[5] = { 1, 2, 3, 4, 5 };

	wipe (data, 4);
	g_assert_true (bytes_equal (bytes (data, 5), bytes ("\0\0\0\0\5", 5)));
	wipe (NULL, 0);
}

static void
numbers_are_big_endian (void)
{
	uint8_t octets[8];

	be64_put (octets, 0x0102030405060708ULL);
	g_assert_true (bytes_equal (bytes (octets, 8), bytes ("\1\2\3\4\5\6\7\10", 8)));
	g_assert_cmpuint (be64_get (octets), ==, 0x0102030405060708ULL);
	be64_put (octets, UINT64_MAX);
	g_assert_cmpuint (be64_get (octets), ==, UINT64_MAX);
}

#define ADD(name) g_test_add_func ("/base/bytes/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (equal_looks_at_length_and_content);
	ADD (trim_takes_leading_zeros);
	ADD (adding_keeps_what_was_there);
	ADD (set_replaces);
	ADD (cut_wipes_what_is_cut);
	ADD (steal_hands_over_and_keeps_the_kind);
	ADD (absurd_lengths_are_no_memory);
	ADD (set_that_fails_keeps_the_content);
	ADD (wipe_leaves_zeros);
	ADD (numbers_are_big_endian);
	return g_test_run ();
}
