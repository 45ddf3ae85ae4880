/* Templates as one byte string: there and back, and any bytes. */

#include "template.h"

#include <glib.h>

static void
a_template_goes_there_and_back (void)
{
	auto_attrs Attrs attrs = { 0 };
	auto_attrs Attrs back = { 0 };
	auto_wipe Buf encoded = BUF_PLAIN;
	auto_wipe Buf again = BUF_PLAIN;
	CK_MECHANISM_TYPE mechanisms[] = { CKM_SHA256, CKM_AES_GCM };

	g_assert_cmpuint (attrs_set_ulong (&attrs, CKA_KEY_TYPE, CKK_AES), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bool (&attrs, CKA_EXTRACTABLE, true), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bytes (&attrs, CKA_LABEL, bytes_str ("label")), ==, CKR_OK);
	g_assert_cmpuint (attrs_set (&attrs, CKA_ALLOWED_MECHANISMS, IS_MECHS, bytes (mechanisms, sizeof mechanisms)), ==,
	                  CKR_OK);
	g_assert_cmpuint (template_encode (&attrs, &encoded), ==, CKR_OK);
	g_assert_cmpuint (template_decode (bytes_of (&encoded), &back), ==, CKR_OK);
	g_assert_cmpuint (back.n, ==, 4);
	g_assert_cmpuint (template_encode (&back, &again), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&encoded), bytes_of (&again)));
}

static void
nothing_is_an_empty_template (void)
{
	auto_attrs Attrs attrs = { 0 };

	g_assert_cmpuint (template_decode (NO_BYTES, &attrs), ==, CKR_OK);
	g_assert_cmpuint (attrs.n, ==, 0);
}

#define U64(n) 0, 0, 0, 0, 0, 0, 0, n

static const uint8_t whole[] = { U64 (3), U64 (3), U64 (2), 'a', 'b', U64 (1), U64 (1), 0xff, U64 (0), U64 (2), U64 (4),
	                         U64 (9), U64 (5), U64 (1), U64 (7) };

/* Unlike an object file, a template ends where an attribute does. */
static void
a_template_cut_anywhere_is_refused (void)
{
	static const size_t ends[] = { 0, 26, 43, 67, 99 };

	g_assert_cmpuint (sizeof whole, ==, 99);
	for (size_t n = 0; n <= sizeof whole; n++) {
		auto_attrs Attrs attrs = { 0 };
		g_autofree uint8_t *copy = g_memdup2 (whole, n);
		bool right = false;

		for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
			right = right || n == ends[i];
		g_assert_cmpuint (template_decode (bytes (copy, n), &attrs), ==, right ? CKR_OK : CKR_DATA_INVALID);
	}
}

static void
a_template_inside_is_refused (void)
{
	static const uint8_t nested[] = { 0, 0, 0, 0, 0x40, 0, 2, 0x11, U64 (4), U64 (0) };
	auto_attrs Attrs attrs = { 0 };
	Bytes in = bytes (nested, sizeof nested);

	g_assert_cmpuint (template_decode (in, &attrs), ==, CKR_DATA_INVALID);
	g_assert_cmpuint (attr_decode (&in, &attrs, 0), ==, CKR_OK);
}

/* It is not the one with the same low bits. */
static void
a_type_too_large_is_refused (void)
{
	static const uint8_t large[] = { 0, 0, 0, 1, 0, 0, 1, 0x62, U64 (1), 0xff };
	auto_attrs Attrs attrs = { 0 };

	g_assert_cmpuint (template_decode (bytes (large, sizeof large), &attrs), ==, CKR_DATA_INVALID);
}

static void
random_bytes_do_no_harm (void)
{
	for (int i = 0; i < 20000; i++) {
		auto_attrs Attrs attrs = { 0 };
		size_t n = (size_t)g_test_rand_int_range (0, sizeof whole);
		g_autofree uint8_t *copy = g_memdup2 (whole, n);
		CK_RV rv;

		for (int j = 0; n > 0 && j < 3; j++)
			copy[g_test_rand_int_range (0, (gint32)n)] = (uint8_t)g_test_rand_int_range (0, i % 2 ? 256 : 8);
		rv = template_decode (bytes (copy, n), &attrs);
		g_assert_true (rv == CKR_OK || rv == CKR_DATA_INVALID);
	}
}

#define ADD(name) g_test_add_func ("/object/template/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (a_template_goes_there_and_back);
	ADD (nothing_is_an_empty_template);
	ADD (a_template_cut_anywhere_is_refused);
	ADD (a_template_inside_is_refused);
	ADD (a_type_too_large_is_refused);
	ADD (random_bytes_do_no_harm);
	return g_test_run ();
}
