/* Elliptic curves over prime fields: key pairs and ECDSA.  FIPS 186-4, SEC 1; PKCS #11 v3.2 section 6.3. */

#include "ec.h"
#include "der.h"
#include "hash.h"
#include "numbers.h"
#include "random.h"
#include "secmem.h"

#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>

#define EC_MAX_BYTES 66

const struct ecc_curve *
ec_nettle_curve (const Curve *curve)
{
	switch (curve->id) {
	case CURVE_P192:
		return nettle_get_secp_192r1 ();
	case CURVE_P224:
		return nettle_get_secp_224r1 ();
	case CURVE_P256:
		return nettle_get_secp_256r1 ();
	case CURVE_P384:
		return nettle_get_secp_384r1 ();
	case CURVE_P521:
		return nettle_get_secp_521r1 ();
	default:
		return NULL;
	}
}

static CK_RV
wrong_curve (void)
{
	return fail (CKR_CURVE_NOT_SUPPORTED, "CKA_EC_PARAMS names no curve that is known here");
}

static CK_RV
wrong_value (void)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the value is no key on its curve");
}

static const Curve *
weierstrass_curve (const Attrs *key)
{
	const Curve *curve = curve_for_attrs (key);

	return curve != NULL && ec_nettle_curve (curve) != NULL ? curve : NULL;
}

/* --- prepared keys --- */

CK_RV
ec_scalar_new (struct ecc_scalar *scalar, const struct ecc_curve *ecc)
{
	scalar->ecc = ecc;
	scalar->p = sec_alloc (ecc_size (ecc) * sizeof (mp_limb_t));
	TRY_ALLOC (scalar->p);
	return CKR_OK;
}

CK_RV
ec_scalar_read (struct ecc_scalar *scalar, const struct ecc_curve *ecc, Bytes value)
{
	auto_mpz mpz_t number;

	mpz_init (number);
	value = bytes_trim (value);
	if (value.len == 0 || value.len > (ecc_bit_size (ecc) + 7) / 8)
		return wrong_value ();
	number_set (number, value);
	TRY (ec_scalar_new (scalar, ecc));
	return ecc_scalar_set (scalar, number) ? CKR_OK : wrong_value ();
}

static CK_RV
scalar_prepare (void *form, const Object *key)
{
	EcScalar *prepared = form;
	const Curve *curve = weierstrass_curve (&key->attrs);

	if (curve == NULL)
		return wrong_curve ();
	return ec_scalar_read (&prepared->scalar, ec_nettle_curve (curve), object_bytes (key, CKA_VALUE));
}

static void
scalar_clear (void *form)
{
	EcScalar *prepared = form;

	sec_free (prepared->scalar.p);
}

const KeyForm ec_scalar_form = { sizeof (EcScalar), scalar_prepare, scalar_clear };

bool
ec_point_read (struct ecc_point *point, const Curve *curve, Bytes encoded)
{
	size_t n = curve->n_scalar;
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;

	mpz_init (x);
	mpz_init (y);
	ecc_point_init (point, ec_nettle_curve (curve));
	if (encoded.len != curve->n_point || encoded.data[0] != 4)
		return false;
	number_set (x, bytes (encoded.data + 1, n));
	number_set (y, bytes (encoded.data + 1 + n, n));
	return ecc_point_set (point, x, y);
}

typedef struct {
	struct ecc_point point;
} EcPoint;

static CK_RV
point_prepare (void *form, const Object *key)
{
	EcPoint *prepared = form;
	const Curve *curve = weierstrass_curve (&key->attrs);
	Bytes point;

	if (curve == NULL)
		return wrong_curve ();
	if (!curve_point (curve, object_bytes (key, CKA_EC_POINT), &point))
		return wrong_value ();
	return ec_point_read (&prepared->point, curve, point) ? CKR_OK : wrong_value ();
}

static void
point_clear (void *form)
{
	EcPoint *prepared = form;

	if (prepared->point.p != NULL)
		ecc_point_clear (&prepared->point);
}

static const KeyForm point_form = { sizeof (EcPoint), point_prepare, point_clear };

/* --- ECDSA --- */

typedef struct {
	const Curve *curve;
	const struct ecc_scalar *scalar;        /* to sign with */
	const struct ecc_point *point;          /* to verify with */
	size_t n_number;                        /* bytes of r and of s */
	const struct nettle_hash *hash;
	HashCtx context;
} Ecdsa;

static CK_RV
ecdsa_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Ecdsa *ecdsa = state;
	const Curve *curve = weierstrass_curve (&key->attrs);
	void *prepared;

	if (curve == NULL)
		return wrong_curve ();
	*ecdsa = (Ecdsa){ .curve = curve, .n_number = curve->n_scalar, .hash = mech->hash };
	if (ecdsa->hash != NULL)
		ecdsa->hash->init (&ecdsa->context);
	if (object_class (key) == CKO_PRIVATE_KEY) {
		TRY (object_prepare (key, &ec_scalar_form, &prepared));
		ecdsa->scalar = &((EcScalar *)prepared)->scalar;
	} else {
		TRY (object_prepare (key, &point_form, &prepared));
		ecdsa->point = &((EcPoint *)prepared)->point;
	}
	return CKR_OK;
}

static size_t
ecdsa_room (const void *state, size_t n_in)
{
	const Ecdsa *ecdsa = state;

	return 2 * ecdsa->n_number;
}

static CK_RV
ecdsa_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Ecdsa *ecdsa = state;

	ecdsa->hash->update (&ecdsa->context, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
ecdsa_digest (Ecdsa *ecdsa, Bytes *in, uint8_t digest[static HASH_MAX_DIGEST])
{
	if (ecdsa->hash != NULL) {
		ecdsa->hash->update (&ecdsa->context, in->len, in->data);
		hash_digest (ecdsa->hash, &ecdsa->context, digest);
		*in = bytes (digest, ecdsa->hash->digest_size);
	}
	return in->len > 0 ? CKR_OK : fail (CKR_DATA_LEN_RANGE, "there is nothing to sign");
}

static CK_RV
ecdsa_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Ecdsa *ecdsa = state;
	uint8_t digest[HASH_MAX_DIGEST];
	struct dsa_signature signature;

	TRY (ecdsa_digest (ecdsa, &in, digest));
	dsa_signature_init (&signature);
	ecdsa_sign (ecdsa->scalar, NULL, random_nettle, in.len, in.data, &signature);
	number_get (signature.r, ecdsa->n_number, out);
	number_get (signature.s, ecdsa->n_number, out + ecdsa->n_number);
	dsa_signature_clear (&signature);
	*n_out = 2 * ecdsa->n_number;
	return CKR_OK;
}

/* --- verification where Nettle gives up --- */

/* The orders of the groups, SEC 2 version 2.0. */
static const struct {
	CurveId id;
	const char *order;
} orders[] = {
	{ CURVE_P192, "ffffffffffffffffffffffff99def836146bc9b1b4d22831" },
	{ CURVE_P224, "ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d" },
	{ CURVE_P256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" },
	{ CURVE_P384, "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
		      "581a0db248b0a77aecec196accc52973" },
	{ CURVE_P521, "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		      "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409" },
};

static void
set_order (mpz_t order, CurveId id)
{
	for (size_t i = 0; i < N_ELEMENTS (orders); i++)
		if (orders[i].id == id)
			mpz_set_str (order, orders[i].order, 16);
}

/* The leftmost bits of the digest, as many as the order has.  FIPS 186-4 section 6.4. */
static void
set_digest (mpz_t e, Bytes digest, const mpz_t order)
{
	size_t bits = mpz_sizeinbase (order, 2);

	number_set (e, digest);
	if (digest.len * 8 > bits)
		mpz_tdiv_q_2exp (e, e, digest.len * 8 - bits);
}

static bool
multiply (const struct ecc_curve *ecc, const mpz_t n, const struct ecc_point *point, mpz_t x, mpz_t y)
{
	struct ecc_scalar scalar;
	struct ecc_point product;
	bool right;

	ecc_scalar_init (&scalar, ecc);
	ecc_point_init (&product, ecc);
	right = ecc_scalar_set (&scalar, n);
	if (right && point != NULL)
		ecc_point_mul (&product, &scalar, point);
	else if (right)
		ecc_point_mul_g (&product, &scalar);
	if (right)
		ecc_point_get (&product, x, y);
	ecc_point_clear (&product);
	ecc_scalar_clear (&scalar);
	return right;
}

/* Nettle adds u1 G and u2 Q by a formula that does not double: it refuses a right signature for which both are
 * the same point.  Then their sum is (2 u1) G.  All of this is public. */
static bool
verify_by_doubling (const Curve *curve, const struct ecc_point *point, Bytes digest,
                    const struct dsa_signature *signature)
{
	const struct ecc_curve *ecc = ec_nettle_curve (curve);
	mpz_t order, u1, u2, x1, y1, x2, y2;
	bool right;

	mpz_inits (order, u1, u2, x1, y1, x2, y2, NULL);
	set_order (order, curve->id);
	right = mpz_sgn (signature->r) > 0 && mpz_cmp (signature->r, order) < 0 && mpz_sgn (signature->s) > 0 &&
	        mpz_cmp (signature->s, order) < 0 && mpz_invert (u2, signature->s, order) != 0;
	if (right) {
		set_digest (u1, digest, order);
		mpz_mul (u1, u1, u2);
		mpz_mod (u1, u1, order);
		mpz_mul (u2, u2, signature->r);
		mpz_mod (u2, u2, order);
		right = multiply (ecc, u1, NULL, x1, y1) && multiply (ecc, u2, point, x2, y2) && mpz_cmp (x1, x2) == 0 &&
		        mpz_cmp (y1, y2) == 0;
		mpz_mul_2exp (u1, u1, 1);
		mpz_mod (u1, u1, order);
		right = right && multiply (ecc, u1, NULL, x1, y1);
		mpz_mod (x1, x1, order);
		right = right && mpz_cmp (x1, signature->r) == 0;
	}
	mpz_clears (order, u1, u2, x1, y1, x2, y2, NULL);
	return right;
}

static CK_RV
ecdsa_check (void *state, Bytes in, Bytes given)
{
	Ecdsa *ecdsa = state;
	uint8_t digest[HASH_MAX_DIGEST];
	struct dsa_signature signature;
	bool right;

	if (given.len != 2 * ecdsa->n_number)
		return fail (CKR_SIGNATURE_LEN_RANGE, "a signature with this key has %zu bytes, not %zu",
		             2 * ecdsa->n_number, given.len);
	TRY (ecdsa_digest (ecdsa, &in, digest));
	dsa_signature_init (&signature);
	number_set (signature.r, bytes (given.data, ecdsa->n_number));
	number_set (signature.s, bytes (given.data + ecdsa->n_number, ecdsa->n_number));
	right = ecdsa_verify (ecdsa->point, in.len, in.data, &signature) ||
	        verify_by_doubling (ecdsa->curve, ecdsa->point, in, &signature);
	dsa_signature_clear (&signature);
	return right ? CKR_OK : fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
}

static const MechOp sign_op = {
	.state_size = sizeof (Ecdsa), .start = ecdsa_start, .room = ecdsa_room, .finish = ecdsa_finish,
};
static const MechOp sign_hashed_op = {
	.state_size = sizeof (Ecdsa), .start = ecdsa_start, .room = ecdsa_room, .update = ecdsa_update,
	.finish = ecdsa_finish,
};
static const MechOp verify_op = {
	.state_size = sizeof (Ecdsa), .start = ecdsa_start, .room = ecdsa_room, .check = ecdsa_check,
};
static const MechOp verify_hashed_op = {
	.state_size = sizeof (Ecdsa), .start = ecdsa_start, .room = ecdsa_room, .update = ecdsa_update,
	.check = ecdsa_check,
};

/* --- key pairs and checks --- */

static CK_RV
put_point (Attrs *public, const Curve *curve, const struct ecc_point *point)
{
	auto_wipe Buf encoded = BUF_PLAIN;
	uint8_t bare[1 + 2 * EC_MAX_BYTES] = { 4 };
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;

	mpz_init (x);
	mpz_init (y);
	ecc_point_get (point, x, y);
	number_get (x, curve->n_scalar, bare + 1);
	number_get (y, curve->n_scalar, bare + 1 + curve->n_scalar);
	TRY_ALLOC (der_put (&encoded, DER_OCTET_STRING, bytes (bare, curve->n_point)));
	return attrs_set_bytes (public, CKA_EC_POINT, bytes_of (&encoded));
}

static CK_RV
put_scalar (Attrs *private, const Curve *curve, const struct ecc_scalar *scalar)
{
	auto_wipe Buf value = BUF_SECRET;
	auto_mpz mpz_t number;

	mpz_init (number);
	ecc_scalar_get (scalar, number);
	TRY_ALLOC (buf_grow (&value, curve->n_scalar));
	number_get (number, curve->n_scalar, value.data);
	return attrs_set_secret (private, CKA_VALUE, bytes_of (&value));
}

static CK_RV
ec_generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	Bytes params = attrs_bytes (public, CKA_EC_PARAMS);
	const Curve *curve = curve_for_params (params, CKK_EC);
	const struct ecc_curve *ecc = curve ? ec_nettle_curve (curve) : NULL;
	struct ecc_scalar scalar;
	struct ecc_point point;
	CK_RV rv;

	if (ecc == NULL)
		return wrong_curve ();
	TRY (ec_scalar_new (&scalar, ecc));
	ecc_point_init (&point, ecc);
	ecdsa_generate_keypair (&point, &scalar, NULL, random_nettle);
	rv = put_point (public, curve, &point);
	if (rv == CKR_OK)
		rv = put_scalar (private, curve, &scalar);
	if (rv == CKR_OK)
		rv = attrs_set_bytes (private, CKA_EC_PARAMS, params);
	ecc_point_clear (&point);
	sec_free (scalar.p);
	return rv;
}

static size_t
ec_size_of (const Attrs *key)
{
	const Curve *curve = curve_for_attrs (key);

	return curve ? curve->bits : 0;
}

static CK_RV
ec_check_public (Attrs *key)
{
	const Curve *curve = weierstrass_curve (key);
	struct ecc_point point;
	Bytes encoded;
	bool right;

	if (curve == NULL)
		return wrong_curve ();
	if (!curve_point (curve, attrs_bytes (key, CKA_EC_POINT), &encoded))
		return wrong_value ();
	right = ec_point_read (&point, curve, encoded);
	ecc_point_clear (&point);
	return right ? curve_normalise (curve, key) : wrong_value ();
}

static CK_RV
ec_check_private (Attrs *key)
{
	const Curve *curve = weierstrass_curve (key);
	struct ecc_scalar scalar = { 0 };
	CK_RV rv;

	if (curve == NULL)
		return wrong_curve ();
	rv = ec_scalar_read (&scalar, ec_nettle_curve (curve), attrs_bytes (key, CKA_VALUE));
	sec_free (scalar.p);
	return rv;
}

static CK_RV
ec_public_value (const Attrs *private, Attrs *public)
{
	const Curve *curve = weierstrass_curve (private);
	struct ecc_scalar scalar = { 0 };
	struct ecc_point point;
	CK_RV rv;

	if (curve == NULL)
		return wrong_curve ();
	ecc_point_init (&point, ec_nettle_curve (curve));
	rv = ec_scalar_read (&scalar, ec_nettle_curve (curve), attrs_bytes (private, CKA_VALUE));
	if (rv == CKR_OK) {
		ecc_point_mul_g (&point, &scalar);
		rv = put_point (public, curve, &point);
	}
	ecc_point_clear (&point);
	sec_free (scalar.p);
	return rv;
}

#define EC                                                                                                   \
	.key_types = KEYS (CKK_EC), SIZES (192, 521), .flags = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS
#define HASHED(n, nettle)                                                                                    \
	{ MECH (ECDSA_##n), EC, .hash = nettle, .sign = &sign_hashed_op, .verify = &verify_hashed_op }

static const Mech mechs[] = {
	{ MECH (EC_KEY_PAIR_GEN), EC, .generate_pair = ec_generate_pair },
	{ MECH (ECDSA), EC, .sign = &sign_op, .verify = &verify_op },
	HASHED (SHA1, &nettle_sha1),
	HASHED (SHA224, &nettle_sha224),
	HASHED (SHA256, &nettle_sha256),
	HASHED (SHA384, &nettle_sha384),
	HASHED (SHA512, &nettle_sha512),
	HASHED (SHA3_224, &nettle_sha3_224),
	HASHED (SHA3_256, &nettle_sha3_256),
	HASHED (SHA3_384, &nettle_sha3_384),
	HASHED (SHA3_512, &nettle_sha3_512),
};

static const KeyKind kinds[] = {
	{ CKO_PUBLIC_KEY, CKK_EC, ec_size_of, ec_check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_EC, ec_size_of, ec_check_private, .public_value = ec_public_value },
};

const MechFamily mech_ec = { "ec", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
