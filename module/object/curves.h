/* The elliptic curves, a row each, and the forms in which CKA_EC_PARAMS and CKA_EC_POINT name them and
 * points on them.  PKCS #11 v3.2 section 6.3, RFC 5480, RFC 8410. */

#ifndef OBJECT_CURVES_H
#define OBJECT_CURVES_H

#include "attrs.h"

typedef enum {
	CURVE_P192,
	CURVE_P224,
	CURVE_P256,
	CURVE_P384,
	CURVE_P521,
	CURVE_ED25519,
	CURVE_ED448,
	CURVE_X25519,
	CURVE_X448,
} CurveId;

typedef struct {
	CurveId id;
	const char *name;
	CK_KEY_TYPE key_type;
	unsigned bits;          /* as CK_MECHANISM_INFO counts */
	unsigned n_scalar;      /* bytes of a private value */
	unsigned n_point;       /* bytes of a point: uncompressed where that is a choice */
	Bytes oid;              /* DER, with tag and length: what we write into CKA_EC_PARAMS */
	const char *printable;  /* curveName as PrintableString, NULL where the standard has none */
} Curve;

/* The curve that CKA_EC_PARAMS of a key of this type name, in any of the ways that are about: the OIDs of RFC 5480 and
 * RFC 8410, older ones, PrintableStrings.  NULL: none of ours, or none for such a key. */
const Curve *curve_for_params (Bytes params, CK_KEY_TYPE key_type);
const Curve *curve_for_attrs (const Attrs *key);

/* The curve of an OID's content, without tag and length. */
const Curve *curve_for_oid (Bytes oid);

/* May a key of this type lie on it?  SoftHSM keeps X25519 and X448 keys as CKK_EC_EDWARDS. */
bool curve_suits (const Curve *curve, CK_KEY_TYPE key_type);

/* The bare point in a CKA_EC_POINT: a DER OCTET STRING around it (v2.40, SoftHSM), the point itself (v3.1 for Edwards
 * and Montgomery curves), or a BIT STRING (v3.0 for them).  False: none of these. */
bool curve_point (const Curve *curve, Bytes ec_point, Bytes *point);

/* Gives a key that is made the one form that is written: the RFC's OID in CKA_EC_PARAMS, an OCTET STRING in
 * CKA_EC_POINT where there is one.  Both must be right. */
CK_RV curve_normalise (const Curve *curve, Attrs *key);

#endif
