/* PKCS #8: private keys there and back, against RFC 8410, and any bytes. */

#include "keyinfo.h"
#include "object.h"

#include <glib.h>

#define OID_P256 "\6\x08\x2a\x86\x48\xce\x3d\3\1\7"
#define OID_ED25519 "\6\3\x2b\x65\x70"

static void
start_key (Attrs *key, CK_KEY_TYPE key_type)
{
	g_assert_cmpuint (attrs_set_ulong (key, CKA_CLASS, CKO_PRIVATE_KEY), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_ulong (key, CKA_KEY_TYPE, key_type), ==, CKR_OK);
}

/* RFC 8410 section 10.3, the first example. */
static const uint8_t rfc8410[] = {
	0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
	0xd4, 0xee, 0x72, 0xdb, 0xf9, 0x13, 0x58, 0x4a, 0xd5, 0xb6, 0xd8, 0xf1, 0xf7, 0x69, 0xf8, 0xad,
	0x3a, 0xfe, 0x7c, 0x28, 0xcb, 0xf1, 0xd4, 0xfb, 0xe0, 0x97, 0xa8, 0x8f, 0x44, 0x75, 0x58, 0x42,
};

static void
the_example_of_rfc_8410_goes_both_ways (void)
{
	auto_attrs Attrs key = { 0 };
	auto_wipe Buf encoded = BUF_SECRET;

	start_key (&key, CKK_EC_EDWARDS);
	g_assert_cmpuint (keyinfo_decode (bytes (rfc8410, sizeof rfc8410), &key), ==, CKR_OK);
	g_assert_true (bytes_equal (attrs_bytes (&key, CKA_VALUE), bytes (rfc8410 + 16, 32)));
	g_assert_true (attrs_find (&key, CKA_VALUE)->secret);
	g_assert_true (bytes_equal (attrs_bytes (&key, CKA_EC_PARAMS), bytes_str (OID_ED25519)));
	g_assert_cmpuint (keyinfo_encode (&key, &encoded), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&encoded), bytes (rfc8410, sizeof rfc8410)));
}

/* RFC 5933 section 2.2, an OCTET STRING, little endian; and the INTEGER of an older OpenSSL engine's test.  Each with the
 * value as it is here. */
static const struct {
	const char *info, *value;
	gboolean is_ours;
} gost_infos[] = {
	{ "3045020100301c06062a8503020213301206072a85030202230106072a850302021e0104220420"
	  "ffd3225ed5ca83d1435c337f47d0a6561243caecd1008821e2d3f00aee0d1c8b",
	  "8b1c0dee0af0d3e2218800d1ecca431256a6d0477f335c43d183cad55e22d3ff", TRUE },
	{ "3045020100301c06062a8503020213301206072a85030202230106072a850302021e0104220220"
	  "46150327559001221f9f1f9a50cd9e6a0cd5f5d0adea6439c1db5e9ebd994bf6",
	  "46150327559001221f9f1f9a50cd9e6a0cd5f5d0adea6439c1db5e9ebd994bf6", FALSE },
};

static GByteArray *
unhex (const char *hex)
{
	GByteArray *data = g_byte_array_new ();

	for (; *hex != '\0'; hex += 2) {
		guint8 octet = (guint8)(g_ascii_xdigit_value (hex[0]) * 16 + g_ascii_xdigit_value (hex[1]));

		g_byte_array_append (data, &octet, 1);
	}
	return data;
}

static void
gost_keys_are_read_in_either_order (void)
{
	for (size_t i = 0; i < N_ELEMENTS (gost_infos); i++) {
		g_autoptr (GByteArray) info = unhex (gost_infos[i].info);
		g_autoptr (GByteArray) value = unhex (gost_infos[i].value);
		auto_attrs Attrs key = { 0 };
		auto_attrs Attrs back = { 0 };
		auto_wipe Buf encoded = BUF_SECRET;

		start_key (&key, CKK_GOSTR3410);
		start_key (&back, CKK_GOSTR3410);
		g_assert_cmpuint (keyinfo_decode (bytes (info->data, info->len), &key), ==, CKR_OK);
		g_assert_true (bytes_equal (attrs_bytes (&key, CKA_VALUE), bytes (value->data, value->len)));
		g_assert_true (attrs_find (&key, CKA_VALUE)->secret);
		g_assert_cmpuint (attrs_bytes (&key, CKA_GOSTR3411_PARAMS).len, ==, 9);
		g_assert_cmpuint (keyinfo_encode (&key, &encoded), ==, CKR_OK);
		g_assert_true (bytes_equal (bytes_of (&encoded), bytes (info->data, info->len)) == gost_infos[i].is_ours);
		g_assert_cmpuint (keyinfo_decode (bytes_of (&encoded), &back), ==, CKR_OK);
		g_assert_true (bytes_equal (attrs_bytes (&back, CKA_VALUE), bytes (value->data, value->len)));
	}
}

static const CK_ATTRIBUTE_TYPE rsa_parts[] = {
	CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
	CKA_PRIME_2, CKA_EXPONENT_1,      CKA_EXPONENT_2,       CKA_COEFFICIENT,
};

static void
an_rsa_key_goes_there_and_back (void)
{
	auto_attrs Attrs key = { 0 };
	auto_attrs Attrs back = { 0 };
	auto_wipe Buf encoded = BUF_SECRET;

	start_key (&key, CKK_RSA);
	start_key (&back, CKK_RSA);
	for (size_t i = 0; i < N_ELEMENTS (rsa_parts); i++) {
		uint8_t value[] = { 0, 0x80, (uint8_t)i };

		g_assert_cmpuint (attrs_set_bytes (&key, rsa_parts[i], bytes (value, sizeof value)), ==, CKR_OK);
	}
	g_assert_cmpuint (keyinfo_encode (&key, &encoded), ==, CKR_OK);
	g_assert_cmpuint (keyinfo_decode (bytes_of (&encoded), &back), ==, CKR_OK);
	for (size_t i = 0; i < N_ELEMENTS (rsa_parts); i++)
		g_assert_true (bytes_equal (attrs_bytes (&back, rsa_parts[i]), bytes_trim (attrs_bytes (&key, rsa_parts[i]))));
	g_assert_true (attrs_find (&back, CKA_PRIME_1)->secret);
}

static void
an_rsa_key_without_its_parts_has_no_such_form (void)
{
	auto_attrs Attrs key = { 0 };
	auto_wipe Buf encoded = BUF_SECRET;

	start_key (&key, CKK_RSA);
	g_assert_cmpuint (attrs_set_bytes (&key, CKA_MODULUS, bytes_str ("n")), ==, CKR_OK);
	g_assert_cmpuint (keyinfo_encode (&key, &encoded), ==, CKR_KEY_NOT_WRAPPABLE);
}

/* A value that SoftHSM stored without its leading zeros gets the curve's length. */
static void
an_ec_key_gets_its_full_length (void)
{
	auto_attrs Attrs key = { 0 };
	auto_attrs Attrs back = { 0 };
	auto_wipe Buf encoded = BUF_SECRET;
	uint8_t full[32] = { 0 };

	start_key (&key, CKK_EC);
	start_key (&back, CKK_EC);
	full[31] = 5;
	g_assert_cmpuint (attrs_set_bytes (&key, CKA_EC_PARAMS, bytes_str (OID_P256)), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_secret (&key, CKA_VALUE, bytes_str ("\5")), ==, CKR_OK);
	g_assert_cmpuint (keyinfo_encode (&key, &encoded), ==, CKR_OK);
	g_assert_cmpuint (keyinfo_decode (bytes_of (&encoded), &back), ==, CKR_OK);
	g_assert_true (bytes_equal (attrs_bytes (&back, CKA_VALUE), bytes (full, 32)));
	g_assert_true (bytes_equal (attrs_bytes (&back, CKA_EC_PARAMS), bytes_str (OID_P256)));
}

static void
a_key_of_another_type_is_refused (void)
{
	static const CK_KEY_TYPE types[] = { CKK_RSA, CKK_EC, CKK_EC_MONTGOMERY, CKK_AES };

	for (size_t i = 0; i < N_ELEMENTS (types); i++) {
		auto_attrs Attrs key = { 0 };

		start_key (&key, types[i]);
		g_assert_cmpuint (keyinfo_decode (bytes (rfc8410, sizeof rfc8410), &key), ==, CKR_WRAPPED_KEY_INVALID);
	}
}

static void
a_form_that_is_cut_is_refused (void)
{
	auto_attrs Attrs key = { 0 };

	start_key (&key, CKK_EC_EDWARDS);
	for (size_t n = 0; n < sizeof rfc8410; n++)
		g_assert_cmpuint (keyinfo_decode (bytes (rfc8410, n), &key), ==, CKR_WRAPPED_KEY_INVALID);
}

/* SoftHSM fills up to a multiple of eight with zeros before it wraps. */
static void
only_a_few_zeros_may_follow (void)
{
	uint8_t longer[sizeof rfc8410 + 8] = { 0 };

	memcpy (longer, rfc8410, sizeof rfc8410);
	for (size_t n = 1; n <= 8; n++) {
		auto_attrs Attrs key = { 0 };

		start_key (&key, CKK_EC_EDWARDS);
		g_assert_cmpuint (keyinfo_decode (bytes (longer, sizeof rfc8410 + n), &key), ==,
		                  n < 8 ? CKR_OK : CKR_WRAPPED_KEY_INVALID);
		longer[sizeof rfc8410 + n - 1] = 1;
		g_assert_cmpuint (keyinfo_decode (bytes (longer, sizeof rfc8410 + n), &key), ==, CKR_WRAPPED_KEY_INVALID);
		longer[sizeof rfc8410 + n - 1] = 0;
	}
}

static void
random_changes_do_no_harm (void)
{
	static const CK_KEY_TYPE types[] = { CKK_RSA, CKK_EC, CKK_EC_EDWARDS, CKK_EC_MONTGOMERY };

	for (int i = 0; i < 20000; i++) {
		auto_attrs Attrs key = { 0 };
		size_t n = (size_t)g_test_rand_int_range (1, sizeof rfc8410 + 1);
		g_autofree uint8_t *copy = g_memdup2 (rfc8410, n);
		CK_RV rv;

		start_key (&key, types[i % 4]);
		for (int j = 0; j < 2; j++)
			copy[g_test_rand_int_range (0, (gint32)n)] = (uint8_t)g_test_rand_int_range (0, 256);
		rv = keyinfo_decode (bytes (copy, n), &key);
		g_assert_true (rv == CKR_OK || rv == CKR_WRAPPED_KEY_INVALID);
	}
}

#define ADD(name) g_test_add_func ("/object/keyinfo/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (the_example_of_rfc_8410_goes_both_ways);
	ADD (gost_keys_are_read_in_either_order);
	ADD (an_rsa_key_goes_there_and_back);
	ADD (an_rsa_key_without_its_parts_has_no_such_form);
	ADD (an_ec_key_gets_its_full_length);
	ADD (a_key_of_another_type_is_refused);
	ADD (a_form_that_is_cut_is_refused);
	ADD (only_a_few_zeros_may_follow);
	ADD (random_changes_do_no_harm);
	return g_test_run ();
}
