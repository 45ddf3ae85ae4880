/* The Edwards and Montgomery curves: key pairs, and EdDSA.  RFC 8032, RFC 7748;
 * PKCS #11 v3.2 sections 6.3.5 ff. */

#include "curves.h"
#include "der.h"
#include "mech.h"
#include "params.h"
#include "random.h"

#include <nettle/curve25519.h>
#include <nettle/curve448.h>
#include <nettle/eddsa.h>

#define MAX_POINT ED448_KEY_SIZE

/* What the four curves can do. */
typedef struct {
	CurveId id;
	size_t n_signature;
	void (*public) (uint8_t *point, const uint8_t *private);
	void (*sign) (const uint8_t *point, const uint8_t *private, size_t n, const uint8_t *message, uint8_t *out);
	int (*verify) (const uint8_t *point, size_t n, const uint8_t *message, const uint8_t *signature);
} Functions;

static const Functions functions[] = {
	{ CURVE_ED25519, ED25519_SIGNATURE_SIZE, ed25519_sha512_public_key, ed25519_sha512_sign, ed25519_sha512_verify },
	{ CURVE_ED448, ED448_SIGNATURE_SIZE, ed448_shake256_public_key, ed448_shake256_sign, ed448_shake256_verify },
	{ CURVE_X25519, 0, curve25519_mul_g, NULL, NULL },
	{ CURVE_X448, 0, curve448_mul_g, NULL, NULL },
};

static const Functions *
functions_of (const Curve *curve)
{
	for (size_t i = 0; curve != NULL && i < N_ELEMENTS (functions); i++)
		if (functions[i].id == curve->id)
			return &functions[i];
	return NULL;
}

static CK_RV
wrong_curve (void)
{
	return fail (CKR_CURVE_NOT_SUPPORTED, "CKA_EC_PARAMS names no curve that this mechanism knows");
}

static CK_RV
wrong_value (void)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the value has not the length of a key on its curve");
}

/* --- prepared keys --- */

typedef struct {
	const Functions *can;
	uint8_t private[MAX_POINT];
	uint8_t public[MAX_POINT];
} EdwardsKey;

static CK_RV
private_prepare (void *form, const Object *key)
{
	EdwardsKey *prepared = form;
	const Curve *curve = curve_for_attrs (&key->attrs);
	Bytes value = object_bytes (key, CKA_VALUE);

	prepared->can = functions_of (curve);
	if (prepared->can == NULL || prepared->can->sign == NULL)
		return wrong_curve ();
	if (value.len != curve->n_scalar)
		return wrong_value ();
	memcpy (prepared->private, value.data, value.len);
	prepared->can->public (prepared->public, prepared->private);
	return CKR_OK;
}

static const KeyForm private_form = { sizeof (EdwardsKey), private_prepare, NULL };

/* --- EdDSA --- */

typedef struct {
	Object *key;
	const Functions *can;
} Eddsa;

static CK_RV
eddsa_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Eddsa *eddsa = state;
	EddsaParams params = { 0 };

	if (param.len > 0 && param.len != sizeof params)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the parameter is no CK_EDDSA_PARAMS");
	if (param.len > 0)
		memcpy (&params, param.data, sizeof params);
	if (params.prehash || params.n_context > 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "EdDSA with pre-hash or context is not known here");
	eddsa->key = key;
	eddsa->can = functions_of (curve_for_attrs (&key->attrs));
	return eddsa->can != NULL && eddsa->can->sign != NULL ? CKR_OK : wrong_curve ();
}

static size_t
eddsa_room (const void *state, size_t n_in)
{
	const Eddsa *eddsa = state;

	return eddsa->can->n_signature;
}

static CK_RV
eddsa_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Eddsa *eddsa = state;
	EdwardsKey *form;
	void *prepared;

	TRY (object_prepare (eddsa->key, &private_form, &prepared));
	form = prepared;
	eddsa->can->sign (form->public, form->private, in.len, in.data, out);
	*n_out = eddsa->can->n_signature;
	return CKR_OK;
}

static CK_RV
eddsa_check (void *state, Bytes in, Bytes signature)
{
	Eddsa *eddsa = state;
	Bytes point;

	if (signature.len != eddsa->can->n_signature)
		return fail (CKR_SIGNATURE_LEN_RANGE, "a signature with this key has %zu bytes, not %zu",
		             eddsa->can->n_signature, signature.len);
	if (!curve_point (curve_for_attrs (&eddsa->key->attrs), object_bytes (eddsa->key, CKA_EC_POINT), &point))
		return wrong_value ();
	if (!eddsa->can->verify (point.data, in.len, in.data, signature.data))
		return fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
	return CKR_OK;
}

static const MechOp sign_op = {
	.state_size = sizeof (Eddsa), .gather = true, .start = eddsa_start, .room = eddsa_room, .finish = eddsa_finish,
};
static const MechOp verify_op = {
	.state_size = sizeof (Eddsa), .gather = true, .start = eddsa_start, .room = eddsa_room, .check = eddsa_check,
};

/* --- key pairs and checks --- */

static CK_RV
put_pair (const Curve *curve, Bytes params, Bytes value, Attrs *public, Attrs *private)
{
	auto_wipe Buf encoded = BUF_PLAIN;
	uint8_t point[MAX_POINT];

	functions_of (curve)->public (point, value.data);
	TRY_ALLOC (der_put (&encoded, DER_OCTET_STRING, bytes (point, curve->n_point)));
	TRY (attrs_set_bytes (public, CKA_EC_POINT, bytes_of (&encoded)));
	TRY (attrs_set_bytes (private, CKA_EC_PARAMS, params));
	return attrs_set_secret (private, CKA_VALUE, value);
}

static CK_RV
generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	Bytes params = attrs_bytes (public, CKA_EC_PARAMS);
	const Curve *curve = curve_for_params (params);
	auto_wipe Buf value = BUF_SECRET;

	if (functions_of (curve) == NULL || !curve_suits (curve, mech->key_types[0]))
		return wrong_curve ();
	TRY_ALLOC (buf_grow (&value, curve->n_scalar));
	TRY (random_bytes (value.data, value.len));
	return put_pair (curve, params, bytes_of (&value), public, private);
}

static size_t
size_of (const Attrs *key)
{
	const Curve *curve = curve_for_attrs (key);

	return curve ? curve->bits : 0;
}

static CK_RV
check_public (Attrs *key)
{
	const Curve *curve = curve_for_attrs (key);
	Bytes point;

	if (functions_of (curve) == NULL)
		return wrong_curve ();
	return curve_point (curve, attrs_bytes (key, CKA_EC_POINT), &point) ? CKR_OK : wrong_value ();
}

static CK_RV
check_private (Attrs *key)
{
	const Curve *curve = curve_for_attrs (key);

	if (functions_of (curve) == NULL)
		return wrong_curve ();
	return attrs_bytes (key, CKA_VALUE).len == curve->n_scalar ? CKR_OK : wrong_value ();
}

#define EDWARDS .key_types = KEYS (CKK_EC_EDWARDS), SIZES (255, 448)

static const Mech mechs[] = {
	{ MECH (EC_EDWARDS_KEY_PAIR_GEN), EDWARDS, .generate_pair = generate_pair },
	{ MECH (EC_MONTGOMERY_KEY_PAIR_GEN), .key_types = KEYS (CKK_EC_MONTGOMERY), SIZES (255, 448),
	  .generate_pair = generate_pair },
	{ MECH (EDDSA), EDWARDS, PARAM_BYTES (0, sizeof (EddsaParams)), .sign = &sign_op, .verify = &verify_op },
};

static const KeyKind kinds[] = {
	{ CKO_PUBLIC_KEY, CKK_EC_EDWARDS, size_of, check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_EC_EDWARDS, size_of, check_private, NULL },
	{ CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY, size_of, check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, size_of, check_private, NULL },
};

const MechFamily mech_edwards = { "edwards", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
