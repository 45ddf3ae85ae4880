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
		curve = curve_for_params (bytes_of (&params));
		g_assert_true (curve != NULL && curve->id == rows[i].id && curve->n_point == rows[i].n_point);
		g_assert_true (curve_for_oid (oid) == curve);
		g_assert_true (curve->key_type == rows[i].key_type);
		if (rows[i].printable == NULL)
			continue;
		g_assert_true (der_put (&named, DER_PRINTABLE_STRING, bytes_str (rows[i].printable)));
		g_assert_true (curve_for_params (bytes_of (&named)) == curve);
	}
}

static void
other_params_are_no_curve (void)
{
	static const char *const others[] = { "", "\6\0", "\6\3\x2b\x65\x72", "\5\0", "\x13\3P-2",
		                              "\x30\2\6\0" };

	for (size_t i = 0; i < N_ELEMENTS (others); i++)
		g_assert_null (curve_for_params (bytes_str (others[i])));
	g_assert_null (curve_for_params (bytes ("\6\3\x2b\x65\x70\0", 6)));
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

#define ADD(name) g_test_add_func ("/object/curves/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (every_curve_is_found_by_each_name);
	ADD (other_params_are_no_curve);
	ADD (montgomery_curves_suit_softhsm_s_type_too);
	ADD (points_are_found_in_both_forms);
	return g_test_run ();
}
