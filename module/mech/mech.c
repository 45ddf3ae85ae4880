/* The registry: all families in one list, and what is asked of any row. */

#include "mech.h"
#include "families.h"
#include "keyinfo.h"

#include <pthread.h>

static const Mech *sorted[MECH_MOST];

static void
sort_mechs (void)
{
	size_t n = 0;

	for (size_t i = 0; i < N_ELEMENTS (mech_families); i++)
		for (size_t j = 0; j < mech_families[i]->n_mechs; j++, n++) {
			const Mech *mech = &mech_families[i]->mechs[j];
			size_t at = n;

			while (at > 0 && strcmp (sorted[at - 1]->name, mech->name) > 0) {
				sorted[at] = sorted[at - 1];
				at--;
			}
			sorted[at] = mech;
		}
}

const Mech *
mech_at (size_t index)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once (&once, sort_mechs);
	return index < MECH_MOST ? sorted[index] : NULL;
}

const Mech *
mech_find (CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < N_ELEMENTS (mech_families); i++)
		for (size_t j = 0; j < mech_families[i]->n_mechs; j++)
			if (mech_families[i]->mechs[j].type == type)
				return &mech_families[i]->mechs[j];
	return NULL;
}

void
mech_info (const Mech *mech, CK_MECHANISM_INFO *info)
{
	info->ulMinKeySize = mech->min_size;
	info->ulMaxKeySize = mech->max_size;
	info->flags = mech->flags | (mech->digest ? CKF_DIGEST : 0) | (mech->encrypt ? CKF_ENCRYPT : 0) |
	              (mech->decrypt ? CKF_DECRYPT : 0) | (mech->sign ? CKF_SIGN : 0) |
	              (mech->verify ? CKF_VERIFY : 0) | (mech->sign_recover ? CKF_SIGN_RECOVER : 0) |
	              (mech->verify_recover ? CKF_VERIFY_RECOVER : 0) | (mech->wrap ? CKF_WRAP : 0) |
	              (mech->unwrap ? CKF_UNWRAP : 0) | (mech->generate ? CKF_GENERATE : 0) |
	              (mech->generate_pair ? CKF_GENERATE_KEY_PAIR : 0) | (mech->derive ? CKF_DERIVE : 0) |
	              (mech->kem ? CKF_ENCAPSULATE | CKF_DECAPSULATE : 0) |
	              (mech->message ? CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_MULTI_MESSAGE : 0) |
	              (mech->sign && !mech->once ? CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY | CKF_MULTI_MESSAGE : 0);
}

static const KeyKind *
key_kind (CK_OBJECT_CLASS class, CK_KEY_TYPE key_type)
{
	for (size_t i = 0; i < N_ELEMENTS (mech_families); i++)
		for (size_t j = 0; j < mech_families[i]->n_kinds; j++) {
			const KeyKind *kind = &mech_families[i]->kinds[j];

			if (kind->class == class && kind->key_type == key_type)
				return kind;
		}
	return NULL;
}

static const KeyKind *
kind_of (const Attrs *key)
{
	return key_kind (attrs_ulong (key, CKA_CLASS, CK_UNAVAILABLE_INFORMATION),
	                 attrs_ulong (key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION));
}

static bool
has_key_type (const Mech *mech, const Object *key)
{
	for (const CK_KEY_TYPE *at = mech->key_types; at != NULL && *at != NO_KEY; at++)
		if (*at == object_key_type (key) || (*at == ANY_SECRET && object_class (key) == CKO_SECRET_KEY))
			return true;
	return false;
}

CK_RV
mech_suits (const Mech *mech, const Object *key)
{
	const KeyKind *kind = key_kind (object_class (key), object_key_type (key));
	size_t size;

	if (!has_key_type (mech, key) || kind == NULL)
		return fail (CKR_KEY_TYPE_INCONSISTENT, "%s does not work with keys of class 0x%lx and type 0x%lx",
		             mech->name, object_class (key), object_key_type (key));
	size = kind->size (&key->attrs);
	if (mech->max_size > 0 && (size < mech->min_size || size > mech->max_size))
		return fail (CKR_KEY_SIZE_RANGE, "%s takes keys of %lu to %lu, not of %zu", mech->name, mech->min_size,
		             mech->max_size, size);
	return CKR_OK;
}

CK_RV
mech_param (const Mech *mech, const CK_MECHANISM *mechanism, Bytes *param)
{
	if (mechanism->ulParameterLen < mech->min_param || mechanism->ulParameterLen > mech->max_param ||
	    (mechanism->pParameter == NULL && mechanism->ulParameterLen > 0))
		return fail (CKR_MECHANISM_PARAM_INVALID, "%s takes a parameter of %lu to %lu bytes, not %lu", mech->name,
		             mech->min_param, mech->max_param, mechanism->ulParameterLen);
	*param = bytes (mechanism->pParameter, mechanism->ulParameterLen);
	return CKR_OK;
}

CK_RV
mech_mac_length (const Mech *mech, Bytes param, size_t whole, size_t *n)
{
	CK_ULONG wanted = whole;

	if (param.len > 0)
		memcpy (&wanted, param.data, sizeof wanted);
	if (wanted == 0 || wanted > whole)
		return fail (CKR_MECHANISM_PARAM_INVALID, "%s can give 1 to %zu bytes, not %lu", mech->name, whole, wanted);
	*n = wanted;
	return CKR_OK;
}

CK_RV
mech_run (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, Buf *result)
{
	auto_wipe Buf state = BUF_SECRET;
	size_t n, n_out = 0;

	TRY_ALLOC (buf_grow (&state, how->state_size));
	TRY (how->start (state.data, mech, key, param));
	n = how->room (state.data, in.len);
	TRY_ALLOC (buf_grow (result, n + 1));
	TRY (how->finish (state.data, in, result->data, &n_out));
	buf_cut (result, n_out);
	return CKR_OK;
}

CK_RV
mech_check_key (Attrs *key)
{
	const KeyKind *kind = kind_of (key);

	return kind != NULL && kind->check != NULL ? kind->check (key) : CKR_OK;
}

bool
mech_check_value (const Attrs *key, uint8_t value[static 3])
{
	const KeyKind *kind = kind_of (key);

	return kind != NULL && kind->check_value != NULL && kind->check_value (key, value);
}

/* Of a modulus. */
static size_t
modulus_strength (size_t bits)
{
	static const struct {
		size_t bits, strength;
	} rows[] = { { 15360, 256 }, { 7680, 192 }, { 3072, 128 }, { 2048, 112 }, { 1024, 80 } };

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		if (bits >= rows[i].bits)
			return rows[i].strength;
	return 0;
}

static size_t
secret_strength (CK_KEY_TYPE key_type, size_t n)
{
	switch (key_type) {
	case CKK_DES:
		return 56;
	case CKK_DES2:
		return 80;
	case CKK_DES3:
		return 112;
	case CKK_AES_XTS:
		return n * 8 / 2;
	default:
		return n * 8;
	}
}

size_t
mech_strength (const Attrs *key)
{
	const KeyKind *kind = kind_of (key);
	size_t size = kind ? kind->size (key) : 0, strength;

	if (kind == NULL)
		return 0;
	if (kind->class == CKO_SECRET_KEY)
		strength = secret_strength (kind->key_type, size);
	else if (kind->key_type == CKK_RSA || kind->key_type == CKK_DSA || kind->key_type == CKK_DH)
		strength = modulus_strength (size);
	else
		strength = (size + 1) / 2; /* of a curve */
	return strength < 256 ? strength : 256;
}

void
mech_shape_value (const Attrs *key, uint8_t *value, size_t n)
{
	const KeyKind *kind = kind_of (key);

	if (kind != NULL && kind->shape_value != NULL)
		kind->shape_value (value, n);
}

CK_RV
mech_public_info (const Attrs *key, Buf *info)
{
	const KeyKind *kind = kind_of (key);
	auto_attrs Attrs public = { 0 };

	if (kind == NULL || kind->class != CKO_PRIVATE_KEY)
		return keyinfo_encode_public (key, info);
	for (uint32_t i = 0; i < key->n; i++)
		if (key->list[i].kind != IS_ATTRS && !key->list[i].secret && !key->list[i].sealed)
			TRY (attrs_put (&public, &key->list[i]));
	if (kind->public_value != NULL)
		TRY (kind->public_value (key, &public));
	return keyinfo_encode_public (&public, info);
}
