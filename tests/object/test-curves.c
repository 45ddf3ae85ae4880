/* Curves by their names, and points in both forms. */

#include "curves.h"
#include "der.h"

#include <glib.h>

static const struct {
	CurveId id;
	const char *oid;        /* content, RFC 5480 and RFC 8410 */
	size_t n_oid;
	const char *printable;
	CK_KEY_TYPE key_type;
	size_t n_point;
} rows[] = {
	{ CURVE_P192, "\x2a\x86\x48\xce\x3d\3\1\1", 8, NULL, CKK_EC, 49 },
	{ CURVE_P224, "\x2b\x81\4\0\x21", 5, NULL, CKK_EC, 57 },
	{ CURVE_P256, "\x2a\x86\x48\xce\x3d\3\1\7", 8, NULL, CKK_EC, 65 },
	{ CURVE_P384, "\x2b\x81\4\0\x22", 5, NULL, CKK_EC, 97 },
	{ CURVE_P521, "\x2b\x81\4\0\x23", 5, NULL, CKK_EC, 133 },
	{ CURVE_ED25519, "\x2b\x65\x70", 3, "edwards25519", CKK_EC_EDWARDS, 32 },
	{ CURVE_ED448, "\x2b\x65\x71", 3, "edwards448", CKK_EC_EDWARDS, 57 },
	{ CURVE_X25519, "\x2b\x65\x6e", 3, "curve25519", CKK_EC_MONTGOMERY, 32 },
	{ CURVE_X448, "\x2b\x65\x6f", 3, "curve448", CKK_EC_MONTGOMERY, 56 },
};

static void
every_curve_is_found_by_each_name (void)
{
	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		Bytes oid = bytes (rows[i].oid, rows[i].n_oid);
		auto_wipe Buf params = BUF_PLAIN;
		auto_wipe Buf named = BUF_PLAIN;
		const Curve *curve;

		g_assert_true (der_put (&params, DER_OID, oid));
		curve = curve_for_params (bytes_of (&params), rows[i].key_type);
		g_assert_true (curve != NULL && curve->id == rows[i].id && curve->n_point == rows[i].n_point);
		g_assert_true (curve_for_oid (oid) == curve);
		g_assert_true (curve->key_type == rows[i].key_type);
		if (rows[i].printable == NULL)
			continue;
		g_assert_true (der_put (&named, DER_PRINTABLE_STRING, bytes_str (rows[i].printable)));
		g_assert_true (curve_for_params (bytes_of (&named), rows[i].key_type) == curve);
	}
}

static void
other_params_are_no_curve (void)
{
	static const char *const others[] = { "", "\6\0", "\6\3\x2b\x65\x72", "\5\0", "\x13\3P-2",
		                              "\x30\2\6\0" };

	for (size_t i = 0; i < N_ELEMENTS (others); i++)
		g_assert_null (curve_for_params (bytes_str (others[i]), CKK_EC_EDWARDS));
	g_assert_null (curve_for_params (bytes ("\6\3\x2b\x65\x70\0", 6), CKK_EC_EDWARDS));
	g_assert_null (curve_for_params (bytes ("\6\3\x2b\x65\x70", 5), CKK_EC));
}

static void
montgomery_curves_suit_softhsm_s_type_too (void)
{
	const Curve *x25519 = curve_for_oid (bytes ("\x2b\x65\x6e", 3)), *ed25519 = curve_for_oid (bytes ("\x2b\x65\x70", 3));

	g_assert_true (curve_suits (x25519, CKK_EC_MONTGOMERY) && curve_suits (x25519, CKK_EC_EDWARDS));
	g_assert_false (curve_suits (x25519, CKK_EC));
	g_assert_true (curve_suits (ed25519, CKK_EC_EDWARDS));
	g_assert_false (curve_suits (ed25519, CKK_EC_MONTGOMERY));
}

/* 0x04 begins an OCTET STRING as well as an uncompressed point. */
static void
points_are_found_in_both_forms (void)
{
	uint8_t data[133];

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		const Curve *curve = curve_for_oid (bytes (rows[i].oid, rows[i].n_oid));
		Bytes bare = bytes (data, rows[i].n_point), point;
		auto_wipe Buf wrapped = BUF_PLAIN;

		memset (data, 0x1e, sizeof data);
		data[0] = 4;
		g_assert_true (der_put (&wrapped, DER_OCTET_STRING, bare));
		g_assert_true (curve_point (curve, bare, &point) && bytes_equal (point, bare));
		g_assert_true (curve_point (curve, bytes_of (&wrapped), &point) && bytes_equal (point, bare));
		g_assert_false (curve_point (curve, bytes (data, bare.len - 1), &point));
		g_assert_false (curve_point (curve, bytes (wrapped.data, wrapped.len - 1), &point));
		g_assert_false (curve_point (curve, NO_BYTES, &point));
	}
}

/* GnuPG and OpenSC call Ed25519 what NSS calls X25519. */
static void
older_names_depend_on_the_key (void)
{
	static const struct {
		const char *params;
		size_t n;
		CK_KEY_TYPE key_type;
		CurveId id;
	} names[] = {
		{ "\6\x9\x2b\6\1\4\1\xda\x47\xf\1", 11, CKK_EC_EDWARDS, CURVE_ED25519 },
		{ "\6\x9\x2b\6\1\4\1\xda\x47\xf\1", 11, CKK_EC_MONTGOMERY, CURVE_X25519 },
		{ "\6\xa\x2b\6\1\4\1\x97\x55\1\5\1", 12, CKK_EC_MONTGOMERY, CURVE_X25519 },
	};

	for (size_t i = 0; i < N_ELEMENTS (names); i++) {
		const Curve *curve = curve_for_params (bytes (names[i].params, names[i].n), names[i].key_type);

		g_assert_true (curve != NULL && curve->id == names[i].id);
		g_assert_null (curve_for_params (bytes (names[i].params, names[i].n), CKK_EC));
	}
}

/* v3.0 has it so. */
static void
edwards_points_may_be_bit_strings (void)
{
	const Curve *ed25519 = curve_for_oid (bytes ("\x2b\x65\x70", 3));
	const Curve *p256 = curve_for_oid (bytes ("\x2a\x86\x48\xce\x3d\3\1\7", 8));
	uint8_t data[1 + 65] = { 0, 1, 2, 3 };
	auto_wipe Buf wrapped = BUF_PLAIN;
	auto_wipe Buf other = BUF_PLAIN;
	Bytes point;

	g_assert_true (der_put (&wrapped, DER_BIT_STRING, bytes (data, 33)));
	g_assert_true (curve_point (ed25519, bytes_of (&wrapped), &point) && bytes_equal (point, bytes (data + 1, 32)));
	g_assert_true (der_put (&other, DER_BIT_STRING, bytes (data, 66)));
	g_assert_false (curve_point (p256, bytes_of (&other), &point));
	wrapped.data[2] = 1; /* a bit unused */
	g_assert_false (curve_point (ed25519, bytes_of (&wrapped), &point));
}

static void
one_form_is_written (void)
{
	static const uint8_t bare[32] = { 4, 30, 7 };
	auto_attrs Attrs key = { 0 };
	const Curve *curve;

	g_assert_cmpuint (attrs_set_ulong (&key, CKA_KEY_TYPE, CKK_EC_EDWARDS), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bytes (&key, CKA_EC_PARAMS, bytes_str ("\x13\xc" "edwards25519")), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bytes (&key, CKA_EC_POINT, bytes (bare, 32)), ==, CKR_OK);
	curve = curve_for_attrs (&key);
	g_assert_nonnull (curve);
	for (int i = 0; i < 2; i++) {
		Bytes point;

		g_assert_cmpuint (curve_normalise (curve, &key), ==, CKR_OK);
		g_assert_true (bytes_equal (attrs_bytes (&key, CKA_EC_PARAMS), curve->oid));
		point = attrs_bytes (&key, CKA_EC_POINT);
		g_assert_cmpuint (point.len, ==, 34);
		g_assert_true (point.data[0] == 4 && point.data[1] == 32 && memcmp (point.data + 2, bare, 32) == 0);
	}
}

#define ADD(name) g_test_add_func ("/object/curves/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (every_curve_is_found_by_each_name);
	ADD (other_params_are_no_curve);
	ADD (older_names_depend_on_the_key);
	ADD (edwards_points_may_be_bit_strings);
	ADD (one_form_is_written);
	ADD (montgomery_curves_suit_softhsm_s_type_too);
	ADD (points_are_found_in_both_forms);
	return g_test_run ();
}
