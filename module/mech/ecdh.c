/* Key agreement on elliptic curves: ECDH on the Weierstrass curves, X25519 and X448.
 * SP 800-56A, RFC 7748; PKCS #11 v3.2 section 6.3.20. */

#include "ec.h"
#include "numbers.h"
#include "params.h"

#include <nettle/curve25519.h>
#include <nettle/curve448.h>

static CK_RV
bad_point (void)
{
	return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is no point of this key's curve");
}

/* The x coordinate of the product. */
static CK_RV
agree_weierstrass (const Curve *curve, Object *base, Bytes other, uint8_t *out)
{
	struct ecc_point point, product;
	EcScalar *form;
	void *prepared;
	bool right;
	auto_mpz mpz_t x;

	mpz_init (x);
	TRY (object_prepare (base, &ec_scalar_form, &prepared));
	form = prepared;
	right = ec_point_read (&point, curve, other);
	if (right) {
		ecc_point_init (&product, ec_nettle_curve (curve));
		ecc_point_mul (&product, &form->scalar, &point);
		ecc_point_get (&product, x, NULL);
		number_get (x, curve->n_scalar, out);
		ecc_point_clear (&product);
	}
	ecc_point_clear (&point);
	return right ? CKR_OK : bad_point ();
}

/* RFC 7748 section 6: a result of zeros comes from a point of small order. */
static CK_RV
agree_montgomery (const Curve *curve, Object *base, Bytes other, uint8_t *out)
{
	Bytes value = object_bytes (base, CKA_VALUE);
	uint8_t any = 0;

	if (value.len != curve->n_scalar)
		return fail (CKR_KEY_SIZE_RANGE, "the private value has not the length of its curve");
	if (curve->id == CURVE_X25519)
		curve25519_mul (out, value.data, other.data);
	else
		curve448_mul (out, value.data, other.data);
	for (size_t i = 0; i < curve->n_scalar; i++)
		any |= out[i];
	return any != 0 ? CKR_OK : bad_point ();
}

static CK_RV
ecdh_derive (const Mech *mech, Object *base, Object *second, Bytes param, size_t wanted, Buf *value)
{
	const Curve *curve = curve_for_attrs (&base->attrs);
	EcdhParams params;
	Bytes other;

	memcpy (&params, param.data, sizeof params);
	if (params.kdf != CKD_NULL || params.n_shared > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "key derivation 0x%lx is not known here", params.kdf);
	if (params.public == NULL || curve == NULL)
		return bad_point ();
	if (!curve_point (curve, bytes (params.public, params.n_public), &other))
		return bad_point ();
	TRY_ALLOC (buf_grow (value, curve->n_scalar));
	if (ec_nettle_curve (curve) != NULL)
		return agree_weierstrass (curve, base, other, value->data);
	if (curve->key_type == CKK_EC_MONTGOMERY)
		return agree_montgomery (curve, base, other, value->data);
	return fail (CKR_KEY_TYPE_INCONSISTENT, "%s is for signatures only", curve->name);
}

static const Mech mechs[] = {
	{ MECH (ECDH1_DERIVE), .key_types = KEYS (CKK_EC, CKK_EC_MONTGOMERY, CKK_EC_EDWARDS), SIZES (192, 521),
	  PARAM (EcdhParams), .keeps_end = true, .flags = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS, .derive = ecdh_derive },
};

const MechFamily mech_ecdh = { "ecdh", mechs, N_ELEMENTS (mechs) };
