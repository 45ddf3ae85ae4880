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

const Curve *
curve_for_params (Bytes params)
{
	Bytes name;

	for (size_t i = 0; i < N_ELEMENTS (curves); i++)
		if (bytes_equal (params, curves[i].oid))
			return &curves[i];
	if (!der_is_one (params, DER_PRINTABLE_STRING, &name))
		return NULL;
	for (size_t i = 0; i < N_ELEMENTS (curves); i++)
		if (curves[i].printable != NULL && bytes_equal (name, bytes_str (curves[i].printable)))
			return &curves[i];
	return NULL;
}

const Curve *
curve_for_attrs (const Attrs *key)
{
	const Curve *curve = curve_for_params (attrs_bytes (key, CKA_EC_PARAMS));
	CK_KEY_TYPE key_type = attrs_ulong (key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);

	return curve != NULL && curve_suits (curve, key_type) ? curve : NULL;
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

/* The lengths tell the two forms apart, though 0x04 begins both. */
bool
curve_point (const Curve *curve, Bytes ec_point, Bytes *point)
{
	Bytes content;

	if (der_is_one (ec_point, DER_OCTET_STRING, &content) && content.len == curve->n_point)
		*point = content;
	else if (ec_point.len == curve->n_point)
		*point = ec_point;
	else
		return false;
	return true;
}
