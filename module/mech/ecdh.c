/* Key agreement on elliptic curves: ECDH on the Weierstrass curves, X25519 and X448.
 * SP 800-56A, RFC 7748; PKCS #11 v3.2 section 6.3.20. */

#include "disclose.h"
#include "ec.h"
#include "hash.h"
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
	return disclose (any != 0) ? CKR_OK : bad_point ();
}

/* The key derivation functions of ANSI X9.63, as rows. */
static const struct nettle_hash *
kdf_hash (CK_ULONG kdf)
{
	static const struct {
		CK_ULONG kdf;
		CK_MECHANISM_TYPE hash;
	} rows[] = {
		{ CKD_SHA1_KDF, CKM_SHA_1 },         { CKD_SHA224_KDF, CKM_SHA224 },     { CKD_SHA256_KDF, CKM_SHA256 },
		{ CKD_SHA384_KDF, CKM_SHA384 },      { CKD_SHA512_KDF, CKM_SHA512 },     { CKD_SHA3_224_KDF, CKM_SHA3_224 },
		{ CKD_SHA3_256_KDF, CKM_SHA3_256 },  { CKD_SHA3_384_KDF, CKM_SHA3_384 }, { CKD_SHA3_512_KDF, CKM_SHA3_512 },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		if (rows[i].kdf == kdf)
			return mech_hash (rows[i].hash);
	return NULL;
}

/* SEC 1 section 3.6.1: hash (Z, counter, shared data), as often as needed. */
static CK_RV
x963 (const struct nettle_hash *hash, Bytes secret, Bytes shared, size_t wanted, Buf *value)
{
	auto_wipe Buf tail = BUF_PLAIN;
	uint8_t counter[8];

	for (uint64_t i = 1; value->len < wanted || i == 1; i++) {
		uint8_t *at;

		be64_put (counter, i);
		TRY_ALLOC (buf_set (&tail, bytes (counter + 4, 4)) && buf_add (&tail, shared));
		at = buf_grow (value, hash->digest_size);
		TRY_ALLOC (at);
		hash_two (hash, secret, bytes_of (&tail), at);
	}
	buf_cut (value, wanted ? wanted : hash->digest_size);
	return CKR_OK;
}

static CK_RV
agree (const Curve *curve, Object *base, Bytes other, Buf *value)
{
	TRY_ALLOC (buf_grow (value, curve->n_scalar));
	if (ec_nettle_curve (curve) != NULL)
		return agree_weierstrass (curve, base, other, value->data);
	if (curve->key_type == CKK_EC_MONTGOMERY)
		return agree_montgomery (curve, base, other, value->data);
	return fail (CKR_KEY_TYPE_INCONSISTENT, "%s is for signatures only", curve->name);
}

/* A shared secret that is used as it is loses its leading bytes where it is too long. */
static CK_RV
take_end (Bytes secret, size_t wanted, Buf *value)
{
	size_t n = wanted == 0 || wanted > secret.len ? secret.len : wanted;

	TRY_ALLOC (buf_add (value, bytes (secret.data + secret.len - n, n)));
	return CKR_OK;
}

/* @hash: NULL for CKD_NULL. */
static CK_RV
check_kdf (const EcdhParams *params, const struct nettle_hash **hash)
{
	*hash = kdf_hash (params->kdf);
	if ((*hash == NULL && (params->kdf != CKD_NULL || params->n_shared > 0)) ||
	    (params->shared == NULL && params->n_shared > 0))
		return fail (CKR_MECHANISM_PARAM_INVALID, "key derivation 0x%lx is not known here, or not with shared data",
		             params->kdf);
	return CKR_OK;
}

static CK_RV
ecdh_derive (const Mech *mech, const Derivation *how, Buf *value)
{
	const Curve *curve = curve_for_attrs (&how->base->attrs);
	auto_wipe Buf secret = BUF_SECRET;
	const struct nettle_hash *hash;
	EcdhParams params;
	Bytes other;

	memcpy (&params, how->param.data, sizeof params);
	TRY (check_kdf (&params, &hash));
	if (params.public == NULL || curve == NULL ||
	    !curve_point (curve, bytes (params.public, params.n_public), &other))
		return bad_point ();
	TRY (agree (curve, how->base, other, &secret));
	if (hash == NULL)
		return take_end (bytes_of (&secret), how->pieces->n, value);
	return x963 (hash, bytes_of (&secret), bytes (params.shared, params.n_shared), how->pieces->n, value);
}

/* --- encapsulation: with a key pair that lives for that long --- */

static size_t
kem_size (const Object *public)
{
	const Curve *curve = curve_for_attrs (&public->attrs);

	return curve ? curve->n_point : 0;
}

/* A pair on the same curve: the private key, and the point of the public one. */
static CK_RV
make_ephemeral (const Curve *curve, Object **private, Buf *point)
{
	auto_attrs Attrs one = { 0 };
	auto_attrs Attrs two = { 0 };
	const Mech *mech = mech_find (curve->key_type == CKK_EC ? CKM_EC_KEY_PAIR_GEN : CKM_EC_MONTGOMERY_KEY_PAIR_GEN);
	Bytes bare;

	TRY (attrs_set_ulong (&two, CKA_CLASS, CKO_PRIVATE_KEY));
	TRY (attrs_set_ulong (&two, CKA_KEY_TYPE, curve->key_type));
	TRY (attrs_set_bytes (&one, CKA_EC_PARAMS, curve->oid));
	TRY (mech->generate_pair (mech, NO_BYTES, &one, &two));
	if (!curve_point (curve, attrs_bytes (&one, CKA_EC_POINT), &bare))
		return CKR_FUNCTION_FAILED;
	TRY_ALLOC (buf_set (point, bare));
	return object_publish (&two, private);
}

/* The parameter without the other side's public value, which goes another way; and a curve to agree on. */
static CK_RV
check_kem (const Object *key, Bytes param, EcdhParams *params, const Curve **curve)
{
	const struct nettle_hash *hash;

	memcpy (params, param.data, sizeof *params);
	if (params->public != NULL || params->n_public > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is no parameter here");
	TRY (check_kdf (params, &hash));
	*curve = curve_for_attrs (&key->attrs);
	if (*curve == NULL || (*curve)->key_type == CKK_EC_EDWARDS)
		return fail (CKR_KEY_TYPE_INCONSISTENT, "the key is not on a curve for agreements");
	return CKR_OK;
}

/* @otherwise: the code for a point that is none. */
static CK_RV
derive_with (const Mech *mech, Object *private, EcdhParams *params, Bytes point, size_t wanted, CK_RV otherwise,
             Buf *secret)
{
	Piece piece = { .n = wanted };
	Derivation how = { private, NULL, 0, bytes (params, sizeof *params), &piece, 1 };
	CK_RV rv;

	params->public = (CK_BYTE *)(uintptr_t)point.data;
	params->n_public = point.len;
	rv = ecdh_derive (mech, &how, secret);
	return rv == CKR_MECHANISM_PARAM_INVALID ? otherwise : rv;
}

static CK_RV
encapsulate (const Mech *mech, Object *public, Bytes param, size_t wanted, Buf *secret, Buf *ciphertext)
{
	auto_unref Object *private = NULL;
	const Curve *curve = NULL;
	EcdhParams params;

	TRY (check_kem (public, param, &params, &curve));
	TRY (make_ephemeral (curve, &private, ciphertext));
	return derive_with (mech, private, &params, object_bytes (public, CKA_EC_POINT), wanted, CKR_KEY_TYPE_INCONSISTENT,
	                    secret);
}

static CK_RV
decapsulate (const Mech *mech, Object *private, Bytes param, Bytes ciphertext, size_t wanted, Buf *secret)
{
	const Curve *curve = NULL;
	EcdhParams params;
	Bytes point;

	TRY (check_kem (private, param, &params, &curve));
	if (!curve_point (curve, ciphertext, &point))
		return fail (CKR_WRAPPED_KEY_LEN_RANGE, "the ciphertext has not the length of a point of this key's curve");
	return derive_with (mech, private, &params, point, wanted, CKR_WRAPPED_KEY_INVALID, secret);
}

static const MechKem ecdh_kem = { kem_size, encapsulate, decapsulate };

static const Mech mechs[] = {
	{ MECH (ECDH1_DERIVE), .key_types = KEYS (CKK_EC, CKK_EC_MONTGOMERY, CKK_EC_EDWARDS), SIZES (192, 521),
	  PARAM (EcdhParams), .flags = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS, .derive = ecdh_derive, .kem = &ecdh_kem },
	/* the cofactor of every curve of the Weierstrass family here is one */
	{ MECH (ECDH1_COFACTOR_DERIVE), .key_types = KEYS (CKK_EC), SIZES (192, 521), PARAM (EcdhParams),
	  .flags = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS, .derive = ecdh_derive, .kem = &ecdh_kem },
};

const MechFamily mech_ecdh = { "ecdh", mechs, N_ELEMENTS (mechs) };
