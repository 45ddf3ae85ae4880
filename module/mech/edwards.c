/* The Edwards and Montgomery curves: key pairs, and EdDSA.  RFC 8032, RFC 7748;
 * PKCS #11 v3.2 sections 6.3.5 ff. */

#include "curves.h"
#include "der.h"
#include "eddsa.h"
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
	const Functions *can;
	const EdwardsKey *private;      /* to sign with */
	uint8_t public[MAX_POINT];      /* to verify with */
	bool is_plain;
	EddsaVariant variant;           /* where it is not */
} Eddsa;

/* PKCS #11 v3.2 section 6.3.19: for Ed25519 a parameter makes it Ed25519ctx or Ed25519ph, whatever it says; Ed448 is
 * the same without one and with one that says nothing. */
static CK_RV
read_variant (CurveId curve, Bytes param, Eddsa *eddsa)
{
	EddsaParams params;

	eddsa->is_plain = true;
	if (param.len == 0)
		return CKR_OK;
	if (param.len != sizeof params)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the parameter is no CK_EDDSA_PARAMS");
	memcpy (&params, param.data, sizeof params);
	if (params.n_context > EDDSA_MOST_CONTEXT || (params.n_context > 0 && params.context == NULL))
		return fail (CKR_MECHANISM_PARAM_INVALID, "a context has at most %d bytes", EDDSA_MOST_CONTEXT);
	eddsa->variant = (EddsaVariant){ .curve = curve, .prehash = params.prehash, .n_context = (uint8_t)params.n_context };
	if (params.n_context > 0)
		memcpy (eddsa->variant.context, params.context, params.n_context);
	eddsa->is_plain = curve == CURVE_ED448 && !params.prehash && params.n_context == 0;
	return CKR_OK;
}

static CK_RV
eddsa_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	const Curve *curve = curve_for_attrs (&key->attrs);
	Eddsa *eddsa = state;
	void *prepared;
	Bytes point;

	*eddsa = (Eddsa){ .can = functions_of (curve) };
	if (eddsa->can == NULL || eddsa->can->sign == NULL)
		return wrong_curve ();
	TRY (read_variant (curve->id, param, eddsa));
	if (object_class (key) == CKO_PRIVATE_KEY) {
		TRY (object_prepare (key, &private_form, &prepared));
		eddsa->private = prepared;
		return CKR_OK;
	}
	if (!curve_point (curve, object_bytes (key, CKA_EC_POINT), &point))
		return wrong_value ();
	memcpy (eddsa->public, point.data, point.len);
	return CKR_OK;
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
	const EdwardsKey *key = eddsa->private;

	if (eddsa->is_plain)
		eddsa->can->sign (key->public, key->private, in.len, in.data, out);
	else
		TRY (eddsa_sign_variant (&eddsa->variant, key->private, key->public, in, out));
	*n_out = eddsa->can->n_signature;
	return CKR_OK;
}

static CK_RV
eddsa_check (void *state, Bytes in, Bytes signature)
{
	Eddsa *eddsa = state;
	bool right;

	if (signature.len != eddsa->can->n_signature)
		return fail (CKR_SIGNATURE_LEN_RANGE, "a signature with this key has %zu bytes, not %zu",
		             eddsa->can->n_signature, signature.len);
	/* Nettle does not look at the last byte of Ed448's second number, which is below 2^446. */
	if (eddsa->can->id == CURVE_ED448 && signature.data[signature.len - 1] != 0)
		return fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
	if (!eddsa->is_plain)
		return eddsa_verify_variant (&eddsa->variant, eddsa->public, in, signature.data);
	right = eddsa->can->verify (eddsa->public, in.len, in.data, signature.data);
	return right ? CKR_OK : fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
}

static const MechOp sign_op = {
	.state_size = sizeof (Eddsa), .gather = true, .start = eddsa_start, .room = eddsa_room, .finish = eddsa_finish,
};
static const MechOp verify_op = {
	.state_size = sizeof (Eddsa), .gather = true, .start = eddsa_start, .room = eddsa_room, .check = eddsa_check,
};

/* --- key pairs and checks --- */

static CK_RV
put_point (const Curve *curve, Bytes value, Attrs *public)
{
	auto_wipe Buf encoded = BUF_PLAIN;
	uint8_t point[MAX_POINT];

	functions_of (curve)->public (point, value.data);
	TRY_ALLOC (der_put (&encoded, DER_OCTET_STRING, bytes (point, curve->n_point)));
	return attrs_set_bytes (public, CKA_EC_POINT, bytes_of (&encoded));
}

static CK_RV
put_pair (const Curve *curve, Bytes params, Bytes value, Attrs *public, Attrs *private)
{
	TRY (put_point (curve, value, public));
	TRY (attrs_set_bytes (private, CKA_EC_PARAMS, params));
	return attrs_set_secret (private, CKA_VALUE, value);
}

static CK_RV
generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	Bytes params = attrs_bytes (public, CKA_EC_PARAMS);
	const Curve *curve = curve_for_params (params, mech->key_types[0]);
	auto_wipe Buf value = BUF_SECRET;

	if (functions_of (curve) == NULL)
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
	if (!curve_point (curve, attrs_bytes (key, CKA_EC_POINT), &point))
		return wrong_value ();
	if (curve->key_type == CKK_EC_EDWARDS && !eddsa_is_point (curve->id, point.data))
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "there is no such point on the curve");
	return curve_normalise (curve, key);
}

static CK_RV
check_private (Attrs *key)
{
	const Curve *curve = curve_for_attrs (key);

	if (functions_of (curve) == NULL)
		return wrong_curve ();
	return attrs_bytes (key, CKA_VALUE).len == curve->n_scalar ? curve_normalise (curve, key) : wrong_value ();
}

static CK_RV
public_value (const Attrs *private, Attrs *public)
{
	const Curve *curve = curve_for_attrs (private);
	Bytes value = attrs_bytes (private, CKA_VALUE);

	if (functions_of (curve) == NULL)
		return wrong_curve ();
	return value.len == curve->n_scalar ? put_point (curve, value, public) : wrong_value ();
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
	{ CKO_PRIVATE_KEY, CKK_EC_EDWARDS, size_of, check_private, .public_value = public_value },
	{ CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY, size_of, check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, size_of, check_private, .public_value = public_value },
};

const MechFamily mech_edwards = { "edwards", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
