/* Attribute sets: sorted, each type once, secrets in secure memory. */

#include "attrs.h"
#include "secmem.h"

#include <glib.h>

static void
sets_are_sorted_and_each_type_is_there_once (void)
{
	auto_attrs Attrs attrs = { 0 };

	for (int i = 0; i < 3000; i++) {
		CK_ATTRIBUTE_TYPE type = (CK_ATTRIBUTE_TYPE)g_test_rand_int_range (0, 200);

		if (i % 4 == 3) {
			attrs_remove (&attrs, type);
			g_assert_false (attrs_has (&attrs, type));
		} else {
			g_assert_cmpuint (attrs_set_ulong (&attrs, type, type * 7), ==, CKR_OK);
		}
	}
	for (uint32_t i = 0; i < attrs.n; i++) {
		g_assert_true (i == 0 || attrs.list[i - 1].type < attrs.list[i].type);
		g_assert_cmpuint (attrs_ulong (&attrs, attrs.list[i].type, 0), ==, attrs.list[i].type * 7);
	}
}

static void
values_of_every_length_come_back (void)
{
	uint8_t data[40];

	for (size_t n = 0; n <= sizeof data; n++) {
		auto_attrs Attrs attrs = { 0 };

		memset (data, (int)n, sizeof data);
		g_assert_cmpuint (attrs_set_bytes (&attrs, CKA_LABEL, bytes (data, n)), ==, CKR_OK);
		g_assert_cmpuint (attrs_set_secret (&attrs, CKA_VALUE, bytes (data, n)), ==, CKR_OK);
		g_assert_true (bytes_equal (attrs_bytes (&attrs, CKA_LABEL), bytes (data, n)));
		g_assert_true (bytes_equal (attrs_bytes (&attrs, CKA_VALUE), bytes (data, n)));
	}
}

static void
what_is_missing_or_of_another_kind_is_the_default (void)
{
	auto_attrs Attrs attrs = { 0 };

	g_assert_cmpuint (attrs_set_bytes (&attrs, CKA_CLASS, bytes_str ("x")), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bytes (&attrs, CKA_TOKEN, bytes_str ("\1")), ==, CKR_OK);
	g_assert_cmpuint (attrs_ulong (&attrs, CKA_CLASS, 42), ==, 42);
	g_assert_true (attrs_bool (&attrs, CKA_TOKEN, true));
	g_assert_false (attrs_bool (&attrs, CKA_TOKEN, false));
	g_assert_cmpuint (attrs_bytes (&attrs, CKA_LABEL).len, ==, 0);
	g_assert_null (attrs_find (&attrs, CKA_LABEL));
}

static void
secrets_live_in_secure_memory (void)
{
	Attrs attrs = { 0 };
	size_t before, during, after, locked;

	sec_usage (&before, &locked);
	g_assert_cmpuint (attrs_set_secret (&attrs, CKA_VALUE, bytes_str ("k")), ==, CKR_OK);
	sec_usage (&during, &locked);
	g_assert_cmpuint (during, >, before);
	attrs_clear (&attrs);
	sec_usage (&after, &locked);
	g_assert_cmpuint (after, ==, before);
}

static void
a_sealed_value_is_not_shown (void)
{
	auto_attrs Attrs attrs = { 0 };

	g_assert_cmpuint (attrs_set_sealed (&attrs, CKA_VALUE, bytes_str ("ciphertext")), ==, CKR_OK);
	g_assert_cmpuint (attrs_bytes (&attrs, CKA_VALUE).len, ==, 0);
	g_assert_true (bytes_equal (attr_bytes (attrs_find (&attrs, CKA_VALUE)), bytes_str ("ciphertext")));
}

static void
a_copy_keeps_kind_secrecy_and_seal (void)
{
	auto_attrs Attrs from = { 0 };
	auto_attrs Attrs to = { 0 };

	g_assert_cmpuint (attrs_set_secret (&from, CKA_VALUE, bytes_str ("secret")), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_sealed (&from, CKA_LABEL, bytes_str ("sealed")), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bool (&from, CKA_TOKEN, true), ==, CKR_OK);
	g_assert_cmpuint (attrs_copy (&to, &from), ==, CKR_OK);
	g_assert_true (attrs_find (&to, CKA_VALUE)->secret && attrs_find (&to, CKA_LABEL)->sealed);
	g_assert_cmpint (attrs_find (&to, CKA_TOKEN)->kind, ==, IS_BOOL);
	g_assert_true (bytes_equal (attrs_bytes (&to, CKA_VALUE), bytes_str ("secret")));
	g_assert_true (attrs_bytes (&to, CKA_VALUE).data != attrs_bytes (&from, CKA_VALUE).data);
}

static void
without_memory_the_old_value_stays (void)
{
	auto_attrs Attrs attrs = { 0 };

	g_assert_cmpuint (attrs_set_secret (&attrs, CKA_VALUE, bytes_str ("old")), ==, CKR_OK);
	sec_fail_after (1);
	g_assert_cmpuint (attrs_set_secret (&attrs, CKA_VALUE, bytes_str ("new")), ==, CKR_HOST_MEMORY);
	sec_fail_after (0);
	g_assert_true (bytes_equal (attrs_bytes (&attrs, CKA_VALUE), bytes_str ("old")));
}

#define ADD(name) g_test_add_func ("/object/attrs/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (sets_are_sorted_and_each_type_is_there_once);
	ADD (values_of_every_length_come_back);
	ADD (what_is_missing_or_of_another_kind_is_the_default);
	ADD (secrets_live_in_secure_memory);
	ADD (a_sealed_value_is_not_shown);
	ADD (a_copy_keeps_kind_secrecy_and_seal);
	ADD (without_memory_the_old_value_stays);
	return g_test_run ();
}
