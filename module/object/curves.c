/* The elliptic curves, a row each.  See curves.h. */

#include "curves.h"
#include "der.h"

#define OID(...)                                                                                             \
	{                                                                                                    \
		(const uint8_t[]){ DER_OID, sizeof ((const uint8_t[]){ __VA_ARGS__ }), __VA_ARGS__ },        \
			sizeof ((const uint8_t[]){ __VA_ARGS__ }) + 2                                        \
	}

static const Curve curves[] = {
	/* SEC 2 and FIPS 186-4, OIDs of RFC 5480 section 2.1.1.1 */
	{ CURVE_P192, "P-192", CKK_EC, 192, 24, 49, OID (0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 1), NULL },
	{ CURVE_P224, "P-224", CKK_EC, 224, 28, 57, OID (0x2b, 0x81, 4, 0, 33), NULL },
	{ CURVE_P256, "P-256", CKK_EC, 256, 32, 65, OID (0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7), NULL },
	{ CURVE_P384, "P-384", CKK_EC, 384, 48, 97, OID (0x2b, 0x81, 4, 0, 34), NULL },
	{ CURVE_P521, "P-521", CKK_EC, 521, 66, 133, OID (0x2b, 0x81, 4, 0, 35), NULL },
	/* RFC 8410 section 3, names of PKCS #11 v3.2 sections 6.3.5 and 6.3.7 */
	{ CURVE_ED25519, "Ed25519", CKK_EC_EDWARDS, 255, 32, 32, OID (0x2b, 101, 112), "edwards25519" },
	{ CURVE_ED448, "Ed448", CKK_EC_EDWARDS, 448, 57, 57, OID (0x2b, 101, 113), "edwards448" },
	{ CURVE_X25519, "X25519", CKK_EC_MONTGOMERY, 255, 32, 32, OID (0x2b, 101, 110), "curve25519" },
	{ CURVE_X448, "X448", CKK_EC_MONTGOMERY, 448, 56, 56, OID (0x2b, 101, 111), "curve448" },
};

/* Other names of the same curves.  The first is Ed25519 to GnuPG and OpenSC and X25519 to NSS. */
static const struct {
	Bytes oid;
	CurveId id;
	CK_KEY_TYPE key_type;
} older_names[] = {
	{ OID (0x2b, 6, 1, 4, 1, 0xda, 0x47, 15, 1), CURVE_ED25519, CKK_EC_EDWARDS },
	{ OID (0x2b, 6, 1, 4, 1, 0xda, 0x47, 15, 1), CURVE_X25519, CKK_EC_MONTGOMERY },
	{ OID (0x2b, 6, 1, 4, 1, 0x97, 0x55, 1, 5, 1), CURVE_X25519, CKK_EC_MONTGOMERY },
};

static const Curve *
curve_by_older_name (Bytes params, CK_KEY_TYPE key_type)
{
	for (size_t i = 0; i < N_ELEMENTS (older_names); i++)
		if (older_names[i].key_type == key_type && bytes_equal (params, older_names[i].oid))
			for (size_t j = 0; j < N_ELEMENTS (curves); j++)
				if (curves[j].id == older_names[i].id)
					return &curves[j];
	return NULL;
}

static const Curve *
curve_by_name (Bytes params)
{
	Bytes name;
	bool printable = der_is_one (params, DER_PRINTABLE_STRING, &name);

	for (size_t i = 0; i < N_ELEMENTS (curves); i++) {
		const Curve *curve = &curves[i];

		if (bytes_equal (params, curve->oid) ||
		    (printable && curve->printable != NULL && bytes_equal (name, bytes_str (curve->printable))))
			return curve;
	}
	return NULL;
}

const Curve *
curve_for_params (Bytes params, CK_KEY_TYPE key_type)
{
	const Curve *curve = curve_by_name (params);

	if (curve == NULL)
		curve = curve_by_older_name (params, key_type);
	return curve != NULL && curve_suits (curve, key_type) ? curve : NULL;
}

const Curve *
curve_for_attrs (const Attrs *key)
{
	return curve_for_params (attrs_bytes (key, CKA_EC_PARAMS),
	                         attrs_ulong (key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION));
}

const Curve *
curve_for_oid (Bytes oid)
{
	for (size_t i = 0; i < N_ELEMENTS (curves); i++)
		if (bytes_equal (oid, bytes (curves[i].oid.data + 2, curves[i].oid.len - 2)))
			return &curves[i];
	return NULL;
}

bool
curve_suits (const Curve *curve, CK_KEY_TYPE key_type)
{
	return curve->key_type == key_type ||
	       (key_type == CKK_EC_EDWARDS && curve->key_type == CKK_EC_MONTGOMERY);
}

/* The lengths tell the forms apart, though 0x04 and 0x03 may begin a point, too. */
bool
curve_point (const Curve *curve, Bytes ec_point, Bytes *point)
{
	Bytes content;

	if (ec_point.len == curve->n_point) {
		*point = ec_point;
		return true;
	}
	if (der_is_one (ec_point, DER_OCTET_STRING, point))
		return point->len == curve->n_point;
	if (curve->key_type == CKK_EC || !der_is_one (ec_point, DER_BIT_STRING, &content) || content.len == 0 ||
	    content.data[0] != 0)
		return false;
	*point = bytes (content.data + 1, content.len - 1);
	return point->len == curve->n_point;
}

CK_RV
curve_normalise (const Curve *curve, Attrs *key)
{
	auto_wipe Buf encoded = BUF_PLAIN;
	Bytes point;

	TRY (attrs_set_bytes (key, CKA_EC_PARAMS, curve->oid));
	if (!attrs_has (key, CKA_EC_POINT) || !curve_point (curve, attrs_bytes (key, CKA_EC_POINT), &point))
		return CKR_OK;
	TRY_ALLOC (der_put (&encoded, DER_OCTET_STRING, point));
	return attrs_set_bytes (key, CKA_EC_POINT, bytes_of (&encoded));
}
