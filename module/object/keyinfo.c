/* Private keys as PKCS #8 PrivateKeyInfo, for wrapping, and public ones as SubjectPublicKeyInfo: RFC 5208, RFC 5280,
 * RFC 8017 A.1, RFC 5915, RFC 8410. */

#include "keyinfo.h"
#include "curves.h"
#include "der.h"

/* RFC 8017: rsaEncryption; RFC 3279: id-dsa; PKCS #3: dhKeyAgreement; RFC 5480: id-ecPublicKey. */
static const uint8_t oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1 };
static const uint8_t oid_dsa[] = { 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1 };
static const uint8_t oid_dh[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1 };
static const uint8_t oid_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };
/* RFC 4357: id-GostR3410-2001 */
static const uint8_t oid_gost[] = { 0x2a, 0x85, 3, 2, 2, 19 };

/* RFC 8017 A.1.2, in this order behind the version. */
static const CK_ATTRIBUTE_TYPE rsa_parts[] = {
	CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
	CKA_PRIME_2, CKA_EXPONENT_1,      CKA_EXPONENT_2,       CKA_COEFFICIENT,
};

static CK_RV
incomplete (void)
{
	return fail (CKR_KEY_NOT_WRAPPABLE, "the key lacks what its encoding needs");
}

static CK_RV
unknown_curve (void)
{
	return fail (CKR_KEY_NOT_WRAPPABLE, "the key is on a curve that is not known here");
}

static CK_RV
rsa_algorithm (const Attrs *key, Buf *algorithm)
{
	TRY_ALLOC (der_put (algorithm, DER_OID, bytes (oid_rsa, sizeof oid_rsa)) &&
	           der_put (algorithm, DER_NULL, NO_BYTES));
	return CKR_OK;
}

static CK_RV
rsa_private (const Attrs *key, Buf *private)
{
	auto_wipe Buf parts = BUF_SECRET;

	TRY_ALLOC (der_put_unsigned (&parts, NO_BYTES));
	for (size_t i = 0; i < N_ELEMENTS (rsa_parts); i++) {
		Bytes part = attrs_bytes (key, rsa_parts[i]);

		if (part.len == 0)
			return incomplete ();
		TRY_ALLOC (der_put_unsigned (&parts, part));
	}
	TRY_ALLOC (der_put (private, DER_SEQUENCE, bytes_of (&parts)));
	return CKR_OK;
}

/* RFC 8017 A.1.1. */
static CK_RV
rsa_public (const Attrs *key, Buf *public)
{
	auto_wipe Buf parts = BUF_PLAIN;

	for (size_t i = 0; i < 2; i++) {
		Bytes part = attrs_bytes (key, rsa_parts[i]);

		if (part.len == 0)
			return incomplete ();
		TRY_ALLOC (der_put_unsigned (&parts, part));
	}
	TRY_ALLOC (der_put (public, DER_SEQUENCE, bytes_of (&parts)));
	return CKR_OK;
}

static bool
rsa_decode (Bytes algorithm, Bytes private, Attrs *key, CK_RV *rv)
{
	unsigned version;
	Bytes part;

	if (!der_is_one (private, DER_SEQUENCE, &private) || !der_take_small (&private, &version) || version != 0)
		return false;
	for (size_t i = 0; i < N_ELEMENTS (rsa_parts) && *rv == CKR_OK; i++) {
		if (!der_take_unsigned (&private, &part) || part.len == 0)
			return false;
		*rv = i < 2 ? attrs_set_bytes (key, rsa_parts[i], part) : attrs_set_secret (key, rsa_parts[i], part);
	}
	return *rv != CKR_OK || private.len == 0;
}

/* A private value at the curve's full length; SoftHSM may have stored it without leading zeros. */
static bool
put_scalar (Buf *out, const Curve *curve, Bytes value)
{
	auto_wipe Buf padded = BUF_SECRET;

	value = bytes_trim (value);
	for (size_t n = value.len; n < curve->n_scalar; n++)
		if (!buf_add_byte (&padded, 0))
			return false;
	return buf_add (&padded, value) && der_put (out, DER_OCTET_STRING, bytes_of (&padded));
}

static CK_RV
ec_algorithm (const Attrs *key, Buf *algorithm)
{
	const Curve *curve = curve_for_attrs (key);

	if (curve == NULL)
		return unknown_curve ();
	TRY_ALLOC (der_put (algorithm, DER_OID, bytes (oid_ec, sizeof oid_ec)) && buf_add (algorithm, curve->oid));
	return CKR_OK;
}

static CK_RV
ec_private (const Attrs *key, Buf *private)
{
	const Curve *curve = curve_for_attrs (key);
	auto_wipe Buf parts = BUF_SECRET;
	static const uint8_t one[] = { 1 };

	if (curve == NULL || bytes_trim (attrs_bytes (key, CKA_VALUE)).len > curve->n_scalar)
		return unknown_curve ();
	TRY_ALLOC (der_put_unsigned (&parts, bytes (one, 1)) &&
	           put_scalar (&parts, curve, attrs_bytes (key, CKA_VALUE)) &&
	           der_put (private, DER_SEQUENCE, bytes_of (&parts)));
	return CKR_OK;
}

/* On all curves: the bare point.  RFC 5480 section 2.2, RFC 8410 section 4. */
static CK_RV
point_public (const Attrs *key, Buf *public)
{
	const Curve *curve = curve_for_attrs (key);
	Bytes point;

	if (curve == NULL)
		return unknown_curve ();
	if (!curve_point (curve, attrs_bytes (key, CKA_EC_POINT), &point))
		return incomplete ();
	TRY_ALLOC (buf_add (public, point));
	return CKR_OK;
}

static bool
ec_decode (Bytes algorithm, Bytes private, Attrs *key, CK_RV *rv)
{
	const Curve *curve = curve_for_params (algorithm, CKK_EC);
	unsigned version;
	Bytes value;

	if (curve == NULL)
		return false;
	if (!der_is_one (private, DER_SEQUENCE, &private) || !der_take_small (&private, &version) || version != 1 ||
	    !der_take (&private, DER_OCTET_STRING, &value))
		return false;
	*rv = attrs_set_bytes (key, CKA_EC_PARAMS, curve->oid);
	if (*rv == CKR_OK)
		*rv = attrs_set_secret (key, CKA_VALUE, value);
	return true;
}

static CK_RV
rfc8410_algorithm (const Attrs *key, Buf *algorithm)
{
	const Curve *curve = curve_for_attrs (key);

	if (curve == NULL)
		return unknown_curve ();
	TRY_ALLOC (buf_add (algorithm, curve->oid));
	return CKR_OK;
}

/* RFC 8410 section 7: the private key is an OCTET STRING inside the OCTET STRING. */
static CK_RV
rfc8410_private (const Attrs *key, Buf *private)
{
	TRY_ALLOC (der_put (private, DER_OCTET_STRING, attrs_bytes (key, CKA_VALUE)));
	return CKR_OK;
}

static bool
rfc8410_decode (const Curve *curve, Bytes private, Attrs *key, CK_RV *rv)
{
	Bytes value;

	if (!der_is_one (private, DER_OCTET_STRING, &value) || value.len != curve->n_scalar)
		return false;
	*rv = attrs_set_bytes (key, CKA_EC_PARAMS, curve->oid);
	if (*rv == CKR_OK)
		*rv = attrs_set_secret (key, CKA_VALUE, value);
	return true;
}

/* DSA and Diffie-Hellman: the numbers of the group beside the OID, the private value as an INTEGER.  RFC 3279
 * section 2.3.2, PKCS #3 section 9. */
static const CK_ATTRIBUTE_TYPE dsa_group[] = { CKA_PRIME, CKA_SUBPRIME, CKA_BASE };
static const CK_ATTRIBUTE_TYPE dh_group[] = { CKA_PRIME, CKA_BASE };

static CK_RV
group_algorithm (const Attrs *key, Bytes oid, const CK_ATTRIBUTE_TYPE *types, size_t n, Buf *algorithm)
{
	auto_wipe Buf numbers = BUF_PLAIN;

	for (size_t i = 0; i < n; i++) {
		Bytes number = attrs_bytes (key, types[i]);

		if (number.len == 0)
			return incomplete ();
		TRY_ALLOC (der_put_unsigned (&numbers, number));
	}
	TRY_ALLOC (der_put (algorithm, DER_OID, oid) && der_put (algorithm, DER_SEQUENCE, bytes_of (&numbers)));
	return CKR_OK;
}

static CK_RV
dsa_algorithm (const Attrs *key, Buf *algorithm)
{
	return group_algorithm (key, bytes (oid_dsa, sizeof oid_dsa), dsa_group, N_ELEMENTS (dsa_group), algorithm);
}

static CK_RV
dh_algorithm (const Attrs *key, Buf *algorithm)
{
	return group_algorithm (key, bytes (oid_dh, sizeof oid_dh), dh_group, N_ELEMENTS (dh_group), algorithm);
}

/* Private and public values alike. */
static CK_RV
group_value (const Attrs *key, Buf *value)
{
	if (attrs_bytes (key, CKA_VALUE).len == 0)
		return incomplete ();
	TRY_ALLOC (der_put_unsigned (value, attrs_bytes (key, CKA_VALUE)));
	return CKR_OK;
}

static bool
group_decode (const CK_ATTRIBUTE_TYPE *types, size_t n, Bytes algorithm, Bytes private, Attrs *key, CK_RV *rv)
{
	Bytes numbers, number;

	if (!der_is_one (algorithm, DER_SEQUENCE, &numbers))
		return false;
	for (size_t i = 0; i < n && *rv == CKR_OK; i++) {
		if (!der_take_unsigned (&numbers, &number) || number.len == 0)
			return false;
		*rv = attrs_set_bytes (key, types[i], number);
	}
	if (!der_take_unsigned (&private, &number) || number.len == 0 || private.len > 0)
		return false;
	if (*rv == CKR_OK)
		*rv = attrs_set_secret (key, CKA_VALUE, number);
	return true;
}

/* GOST R 34.10-2001: the value as an OCTET STRING, little endian, as RFC 5933 and GnuTLS have it; others write it big
 * endian as an INTEGER, or bare.  Here it is big endian. */
#define N_GOST 32

static bool
put_turned (Buf *out, Bytes value)
{
	for (size_t i = value.len; i > 0; i--)
		if (!buf_add_byte (out, value.data[i - 1]))
			return false;
	for (size_t n = value.len; n < N_GOST; n++)
		if (!buf_add_byte (out, 0))
			return false;
	return true;
}

static CK_RV
gost_algorithm (const Attrs *key, Buf *algorithm)
{
	auto_wipe Buf params = BUF_PLAIN;

	if (attrs_bytes (key, CKA_GOSTR3410_PARAMS).len == 0 || attrs_bytes (key, CKA_GOSTR3411_PARAMS).len == 0)
		return incomplete ();
	TRY_ALLOC (buf_add (&params, attrs_bytes (key, CKA_GOSTR3410_PARAMS)) &&
	           buf_add (&params, attrs_bytes (key, CKA_GOSTR3411_PARAMS)) &&
	           der_put (algorithm, DER_OID, bytes (oid_gost, sizeof oid_gost)) &&
	           der_put (algorithm, DER_SEQUENCE, bytes_of (&params)));
	return CKR_OK;
}

static CK_RV
gost_private (const Attrs *key, Buf *private)
{
	Bytes value = bytes_trim (attrs_bytes (key, CKA_VALUE));
	auto_wipe Buf turned = BUF_SECRET;

	if (value.len > N_GOST)
		return fail (CKR_KEY_NOT_WRAPPABLE, "the GOST key is too long");
	TRY_ALLOC (put_turned (&turned, value) && der_put (private, DER_OCTET_STRING, bytes_of (&turned)));
	return CKR_OK;
}

/* RFC 4491 section 2.3.2. */
static CK_RV
gost_public (const Attrs *key, Buf *public)
{
	if (attrs_bytes (key, CKA_VALUE).len != 2 * N_GOST)
		return incomplete ();
	TRY_ALLOC (der_put (public, DER_OCTET_STRING, attrs_bytes (key, CKA_VALUE)));
	return CKR_OK;
}

static CK_RV
gost_take_value (Bytes private, Attrs *key)
{
	auto_wipe Buf turned = BUF_SECRET;
	Bytes value, rest = private;

	if (private.len != N_GOST && der_take_unsigned (&rest, &value) && rest.len == 0)
		return attrs_set_secret (key, CKA_VALUE, value);
	if (private.len != N_GOST && !der_is_one (private, DER_OCTET_STRING, &private))
		return CKR_WRAPPED_KEY_INVALID;
	TRY_ALLOC (put_turned (&turned, private));
	return attrs_set_secret (key, CKA_VALUE, bytes_of (&turned));
}

static bool
gost_decode (Bytes algorithm, Bytes private, Attrs *key, CK_RV *rv)
{
	Bytes params, curve, hash;

	if (!der_is_one (algorithm, DER_SEQUENCE, &params) || !der_take_whole (&params, DER_OID, &curve) ||
	    !der_take_whole (&params, DER_OID, &hash))
		return false;
	*rv = attrs_set_bytes (key, CKA_GOSTR3410_PARAMS, curve);
	if (*rv == CKR_OK)
		*rv = attrs_set_bytes (key, CKA_GOSTR3411_PARAMS, hash);
	if (*rv == CKR_OK)
		*rv = gost_take_value (private, key);
	return true;
}

typedef CK_RV (*Encode) (const Attrs *key, Buf *out);

static const struct {
	CK_KEY_TYPE key_type;
	Encode algorithm, private, public;
} forms[] = {
	{ CKK_RSA, rsa_algorithm, rsa_private, rsa_public },
	{ CKK_DSA, dsa_algorithm, group_value, group_value },
	{ CKK_DH, dh_algorithm, group_value, group_value },
	{ CKK_EC, ec_algorithm, ec_private, point_public },
	{ CKK_EC_EDWARDS, rfc8410_algorithm, rfc8410_private, point_public },
	{ CKK_EC_MONTGOMERY, rfc8410_algorithm, rfc8410_private, point_public },
	{ CKK_GOSTR3410, gost_algorithm, gost_private, gost_public },
};

static CK_RV
find_form (const Attrs *key, size_t *form)
{
	CK_KEY_TYPE key_type = attrs_ulong (key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);

	for (*form = 0; *form < N_ELEMENTS (forms); ++*form)
		if (forms[*form].key_type == key_type)
			return CKR_OK;
	return fail (CKR_KEY_NOT_WRAPPABLE, "keys of type 0x%lx have no encoding", key_type);
}

CK_RV
keyinfo_encode (const Attrs *key, Buf *out)
{
	auto_wipe Buf algorithm = BUF_PLAIN;
	auto_wipe Buf private = BUF_SECRET;
	auto_wipe Buf parts = BUF_SECRET;
	size_t form;

	TRY (find_form (key, &form));
	TRY (forms[form].algorithm (key, &algorithm));
	TRY (forms[form].private (key, &private));
	TRY_ALLOC (der_put_unsigned (&parts, NO_BYTES) && der_put (&parts, DER_SEQUENCE, bytes_of (&algorithm)) &&
	           der_put (&parts, DER_OCTET_STRING, bytes_of (&private)) &&
	           der_put (out, DER_SEQUENCE, bytes_of (&parts)));
	return CKR_OK;
}

CK_RV
keyinfo_encode_public (const Attrs *key, Buf *out)
{
	auto_wipe Buf algorithm = BUF_PLAIN;
	auto_wipe Buf public = BUF_PLAIN;
	auto_wipe Buf parts = BUF_PLAIN;
	size_t form;

	TRY (find_form (key, &form));
	TRY (forms[form].algorithm (key, &algorithm));
	TRY_ALLOC (buf_add_byte (&public, 0)); /* no unused bits */
	TRY (forms[form].public (key, &public));
	TRY_ALLOC (der_put (&parts, DER_SEQUENCE, bytes_of (&algorithm)) &&
	           der_put (&parts, DER_BIT_STRING, bytes_of (&public)) && der_put (out, DER_SEQUENCE, bytes_of (&parts)));
	return CKR_OK;
}

/* @algorithm: what follows the OID in the AlgorithmIdentifier. */
static bool
decode_by_oid (CK_KEY_TYPE key_type, Bytes oid, Bytes algorithm, Bytes private, Attrs *key, CK_RV *rv)
{
	const Curve *curve = curve_for_oid (oid);

	if (bytes_equal (oid, bytes (oid_rsa, sizeof oid_rsa)))
		return key_type == CKK_RSA && rsa_decode (algorithm, private, key, rv);
	if (bytes_equal (oid, bytes (oid_dsa, sizeof oid_dsa)))
		return key_type == CKK_DSA &&
		       group_decode (dsa_group, N_ELEMENTS (dsa_group), algorithm, private, key, rv);
	if (bytes_equal (oid, bytes (oid_dh, sizeof oid_dh)))
		return key_type == CKK_DH && group_decode (dh_group, N_ELEMENTS (dh_group), algorithm, private, key, rv);
	if (bytes_equal (oid, bytes (oid_ec, sizeof oid_ec)))
		return key_type == CKK_EC && ec_decode (algorithm, private, key, rv);
	if (bytes_equal (oid, bytes (oid_gost, sizeof oid_gost)))
		return key_type == CKK_GOSTR3410 && gost_decode (algorithm, private, key, rv);
	if (curve != NULL && key_type != CKK_EC && curve_suits (curve, key_type))
		return rfc8410_decode (curve, private, key, rv);
	return false;
}

/* SoftHSM fills what it wraps with zeros to a multiple of eight and counts them as the key's. */
static bool
only_filling (Bytes rest)
{
	for (size_t i = 0; i < rest.len; i++)
		if (rest.data[i] != 0)
			return false;
	return rest.len < 8;
}

CK_RV
keyinfo_decode (Bytes info, Attrs *key)
{
	CK_KEY_TYPE key_type = attrs_ulong (key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);
	Bytes parts, algorithm, oid, private;
	unsigned version;
	CK_RV rv = CKR_OK;

	if (!der_take (&info, DER_SEQUENCE, &parts) || !only_filling (info) || !der_take_small (&parts, &version) || version > 1 ||
	    !der_take (&parts, DER_SEQUENCE, &algorithm) || !der_take (&algorithm, DER_OID, &oid) ||
	    !der_take (&parts, DER_OCTET_STRING, &private) ||
	    !decode_by_oid (key_type, oid, algorithm, private, key, &rv))
		return CKR_WRAPPED_KEY_INVALID;
	return rv;
}
