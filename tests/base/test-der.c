/* DER: what is taken, and what is refused.  ITU-T X.690 sections 8 and 10. */

#include "der.h"

#include <glib.h>

#define B(...) bytes ((const uint8_t[]){ __VA_ARGS__ }, sizeof ((const uint8_t[]){ __VA_ARGS__ }))

static void
assert_refused (Bytes in, uint8_t tag)
{
	Bytes before = in, content;

	g_assert_false (der_take (&in, tag, &content));
	g_assert_true (in.data == before.data && in.len == before.len);
}

static void
an_element_is_taken_off (void)
{
	Bytes in = B (4, 2, 0xaa, 0xbb, 5, 0), content;

	g_assert_true (der_take (&in, DER_OCTET_STRING, &content));
	g_assert_true (bytes_equal (content, B (0xaa, 0xbb)));
	g_assert_cmpuint (der_next_tag (in), ==, DER_NULL);
	g_assert_true (der_take (&in, DER_NULL, &content));
	g_assert_cmpuint (content.len, ==, 0);
	g_assert_cmpuint (der_next_tag (in), ==, 0);
}

static void
bad_lengths_are_refused (void)
{
	assert_refused (NO_BYTES, DER_OCTET_STRING);
	assert_refused (B (4), DER_OCTET_STRING);
	assert_refused (B (4, 1), DER_OCTET_STRING);
	assert_refused (B (4, 3, 1, 2), DER_OCTET_STRING);
	assert_refused (B (5, 0), DER_OCTET_STRING);
	assert_refused (B (4, 0x80, 1, 0, 0), DER_OCTET_STRING);             /* indefinite */
	assert_refused (B (4, 0x81, 1, 0xaa), DER_OCTET_STRING);             /* not the shortest */
	assert_refused (B (4, 0x81, 0x7f), DER_OCTET_STRING);
	assert_refused (B (4, 0x82, 0, 0x80), DER_OCTET_STRING);
	assert_refused (B (4, 0x81), DER_OCTET_STRING);
	assert_refused (B (4, 0x82, 1), DER_OCTET_STRING);
	assert_refused (B (4, 0xff, 1, 1, 1), DER_OCTET_STRING);
	assert_refused (B (4, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), DER_OCTET_STRING);
	assert_refused (B (4, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1), DER_OCTET_STRING);
}

/* Every length there and back, over the borders of one and two octets. */
static void
lengths_go_there_and_back (void)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 129, 255, 256, 257, 65535, 65536, 70000 };

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++) {
		g_autofree uint8_t *content = g_malloc0 (lengths[i] + 1);
		auto_wipe Buf out = BUF_PLAIN;
		Bytes back;

		g_assert_true (der_put (&out, DER_OCTET_STRING, bytes (content, lengths[i])));
		g_assert_true (der_is_one (bytes_of (&out), DER_OCTET_STRING, &back));
		g_assert_cmpuint (back.len, ==, lengths[i]);
		if (lengths[i] > 0)
			g_assert_false (der_is_one (bytes (out.data, out.len - 1), DER_OCTET_STRING, &back));
	}
}

static void
one_is_one_and_nothing_behind (void)
{
	Bytes content;

	g_assert_true (der_is_one (B (4, 1, 9), DER_OCTET_STRING, &content));
	g_assert_false (der_is_one (B (4, 1, 9, 0), DER_OCTET_STRING, &content));
	g_assert_false (der_is_one (NO_BYTES, DER_OCTET_STRING, &content));
}

static void
whole_has_tag_and_length_too (void)
{
	Bytes in = B (6, 1, 42, 7), element;

	g_assert_true (der_take_whole (&in, DER_OID, &element));
	g_assert_true (bytes_equal (element, B (6, 1, 42)));
	g_assert_cmpuint (in.len, ==, 1);
	g_assert_false (der_take_whole (&in, DER_OID, &element));
	g_assert_cmpuint (in.len, ==, 1);
}

static void
numbers_are_shortest_and_not_negative (void)
{
	static const struct {
		Bytes in;
		bool right;
		Bytes number;
	} rows[] = {
		{ { (const uint8_t *)"\2\1\0", 3 }, true, { (const uint8_t *)"", 0 } },
		{ { (const uint8_t *)"\2\1\177", 3 }, true, { (const uint8_t *)"\177", 1 } },
		{ { (const uint8_t *)"\2\2\0\200", 4 }, true, { (const uint8_t *)"\200", 1 } },
		{ { (const uint8_t *)"\2\1\200", 3 }, false, { NULL, 0 } },
		{ { (const uint8_t *)"\2\2\0\177", 4 }, false, { NULL, 0 } },
		{ { (const uint8_t *)"\2\2\0\0", 4 }, false, { NULL, 0 } },
		{ { (const uint8_t *)"\2\3\0\0\200", 5 }, false, { NULL, 0 } },
		{ { (const uint8_t *)"\2\0", 2 }, false, { NULL, 0 } },
		{ { (const uint8_t *)"\2\2\377\177", 4 }, false, { NULL, 0 } },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		Bytes in = rows[i].in, number;

		g_assert_true (der_take_unsigned (&in, &number) == rows[i].right);
		g_assert_cmpuint (in.len, ==, rows[i].right ? 0 : rows[i].in.len);
		if (rows[i].right)
			g_assert_true (bytes_equal (number, rows[i].number));
	}
}

static void
small_numbers_fit (void)
{
	unsigned number;
	Bytes in = B (2, 3, 1, 2, 3), big = B (2, 4, 1, 2, 3, 4);

	g_assert_true (der_take_small (&in, &number));
	g_assert_cmpuint (number, ==, 0x010203);
	g_assert_false (der_take_small (&big, &number));
}

static void
numbers_are_put_as_they_are_taken (void)
{
	static const struct {
		Bytes number, der;
	} rows[] = {
		{ { NULL, 0 }, { (const uint8_t *)"\2\1\0", 3 } },
		{ { (const uint8_t *)"\0\0", 2 }, { (const uint8_t *)"\2\1\0", 3 } },
		{ { (const uint8_t *)"\0\1", 2 }, { (const uint8_t *)"\2\1\1", 3 } },
		{ { (const uint8_t *)"\200", 1 }, { (const uint8_t *)"\2\2\0\200", 4 } },
		{ { (const uint8_t *)"\0\377\1", 3 }, { (const uint8_t *)"\2\3\0\377\1", 5 } },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		auto_wipe Buf out = BUF_PLAIN;

		g_assert_true (der_put_unsigned (&out, rows[i].number));
		g_assert_true (bytes_equal (bytes_of (&out), rows[i].der));
	}
}

/* Any bytes: what is taken lies within, and nothing else is read (the memory checkers look on). */
static void
random_bytes_do_no_harm (void)
{
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)g_test_rand_int_range (0, 24);
		g_autofree uint8_t *data = g_malloc (n);
		Bytes in, content;
		unsigned number;

		for (size_t j = 0; j < n; j++)
			data[j] = (uint8_t)(g_test_rand_int () % 3 ? g_test_rand_int () % 8 : g_test_rand_int ());
		in = bytes (data, n);
		while (in.len > 0 && der_take (&in, der_next_tag (in), &content))
			g_assert_true (content.data >= data && content.data + content.len <= data + n);
		in = bytes (data, n);
		der_take_small (&in, &number);
		der_take_unsigned (&in, &content);
	}
}

#define ADD(name) g_test_add_func ("/base/der/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (an_element_is_taken_off);
	ADD (bad_lengths_are_refused);
	ADD (lengths_go_there_and_back);
	ADD (one_is_one_and_nothing_behind);
	ADD (whole_has_tag_and_length_too);
	ADD (numbers_are_shortest_and_not_negative);
	ADD (small_numbers_fit);
	ADD (numbers_are_put_as_they_are_taken);
	ADD (random_bytes_do_no_harm);
	return g_test_run ();
}
