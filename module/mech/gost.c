/* GOST R 34.10-2001 signatures and GOST R 34.11-94 digests, with CryptoPro's parameters: RFC 5832, RFC 5831,
 * RFC 4357; PKCS #11 v3.2 sections 6.56 to 6.58.  For what is old: nothing new should use it.
 *
 * Byte orders: the standard has coordinates little endian, signatures as s and r big endian.  It has the private
 * value little endian, too, but SoftHSM, whose tokens these are, keeps it big endian, and so does this. */

#include "ec.h"
#include "hash.h"
#include "numbers.h"
#include "prf.h"
#include "random.h"
#include "secret.h"
#include "secmem.h"

#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/gostdsa.h>

#define N_NUMBER 32

/* Object identifiers with tag and length, RFC 4357 section 11. */
#define OID(a, b) { 6, 7, 0x2a, 0x85, 0x03, 2, 2, a, b }
#define N_OID 9
static const uint8_t curve_oids[][N_OID] = {
	OID (35, 1),    /* CryptoPro-A */
	OID (36, 0),    /* CryptoPro-XchA: the same curve, in key agreement */
};
static const struct {
	uint8_t oid[N_OID];
	const struct nettle_hash *hash;
} hashes[] = {
	{ OID (30, 1), &nettle_gosthash94cp },  /* CryptoPro */
	{ OID (30, 0), &nettle_gosthash94 },    /* the test parameters of RFC 5831 */
};

/* CryptoPro's where none is named; NULL for what is not known. */
static const struct nettle_hash *
hash_for (Bytes oid)
{
	if (oid.len == 0)
		return &nettle_gosthash94cp;
	for (size_t i = 0; i < N_ELEMENTS (hashes); i++)
		if (bytes_equal (oid, bytes (hashes[i].oid, N_OID)))
			return hashes[i].hash;
	return NULL;
}

static CK_RV
wrong_hash (void)
{
	return fail (CKR_MECHANISM_PARAM_INVALID, "the parameter names no parameters of GOST R 34.11-94");
}

/* --- digests --- */

typedef struct {
	const struct nettle_hash *hash;
	HashCtx context;
} Digest;

static CK_RV
digest_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Digest *digest = state;

	digest->hash = hash_for (param);
	if (digest->hash == NULL)
		return wrong_hash ();
	digest->hash->init (&digest->context);
	return CKR_OK;
}

static size_t
digest_room (const void *state, size_t n_in)
{
	return GOSTHASH94_DIGEST_SIZE;
}

static CK_RV
digest_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Digest *digest = state;

	digest->hash->update (&digest->context, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
digest_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Digest *digest = state;

	digest->hash->update (&digest->context, in.len, in.data);
	hash_digest (digest->hash, &digest->context, out);
	*n_out = GOSTHASH94_DIGEST_SIZE;
	return CKR_OK;
}

static const MechOp digest_op = {
	.state_size = sizeof (Digest), .start = digest_start, .room = digest_room, .update = digest_update,
	.finish = digest_finish,
};

/* --- HMAC --- */

/* Keyed with each of the hashes, before any data. */
typedef struct {
	Prf prfs[N_ELEMENTS (hashes)];
} HmacForm;

static CK_RV
hmac_prepare (void *form, const Object *key)
{
	HmacForm *hmac = form;

	for (size_t i = 0; i < N_ELEMENTS (hashes); i++)
		prf_start (&hmac->prfs[i], hashes[i].hash, object_bytes (key, CKA_VALUE));
	return CKR_OK;
}

static const KeyForm hmac_form = { sizeof (HmacForm), hmac_prepare, NULL };

static CK_RV
hmac_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	const struct nettle_hash *hash = hash_for (param);
	void *form;

	TRY (object_prepare (key, &hmac_form, &form));
	for (size_t i = 0; i < N_ELEMENTS (hashes); i++)
		if (hashes[i].hash == hash) {
			memcpy (state, &((HmacForm *)form)->prfs[i], sizeof (Prf));
			return CKR_OK;
		}
	return wrong_hash ();
}

static CK_RV
hmac_update_op (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	prf_add (state, in);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
hmac_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	prf_add (state, in);
	prf_end (state, out);
	*n_out = GOSTHASH94_DIGEST_SIZE;
	return CKR_OK;
}

static const MechOp hmac_op = {
	.state_size = sizeof (Prf), .start = hmac_start, .room = digest_room, .update = hmac_update_op,
	.finish = hmac_finish,
};

/* --- keys --- */

static CK_RV
wrong_value (void)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the value is no key on CryptoPro's curve A");
}

static CK_RV
check_params (const Attrs *key)
{
	Bytes params = attrs_bytes (key, CKA_GOSTR3410_PARAMS);

	for (size_t i = 0; i < N_ELEMENTS (curve_oids); i++)
		if (bytes_equal (params, bytes (curve_oids[i], N_OID)))
			return hash_for (attrs_bytes (key, CKA_GOSTR3411_PARAMS)) != NULL ? CKR_OK : wrong_hash ();
	return fail (CKR_CURVE_NOT_SUPPORTED, "CKA_GOSTR3410_PARAMS name no curve but CryptoPro's A here");
}

static void
turn (const uint8_t *in, uint8_t *out)
{
	for (size_t i = 0; i < N_NUMBER; i++)
		out[i] = in[N_NUMBER - 1 - i];
}

/* The caller clears the point in either case. */
static CK_RV
point_read (Bytes value, struct ecc_point *point)
{
	uint8_t octets[N_NUMBER];
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;

	mpz_init (x);
	mpz_init (y);
	ecc_point_init (point, nettle_get_gost_gc256b ());
	if (value.len != 2 * N_NUMBER)
		return wrong_value ();
	turn (value.data, octets);
	number_set (x, bytes (octets, N_NUMBER));
	turn (value.data + N_NUMBER, octets);
	number_set (y, bytes (octets, N_NUMBER));
	return ecc_point_set (point, x, y) ? CKR_OK : wrong_value ();
}

typedef struct {
	const struct nettle_hash *hash;
	struct ecc_point point;
} PublicForm;

static CK_RV
prepare_public (void *form, const Object *key)
{
	PublicForm *public = form;

	TRY (check_params (&key->attrs));
	public->hash = hash_for (object_bytes (key, CKA_GOSTR3411_PARAMS));
	return point_read (object_bytes (key, CKA_VALUE), &public->point);
}

static void
clear_public (void *form)
{
	PublicForm *public = form;

	if (public->point.p != NULL)
		ecc_point_clear (&public->point);
}

static const KeyForm public_form = { sizeof (PublicForm), prepare_public, clear_public };

typedef struct {
	const struct nettle_hash *hash;
	struct ecc_scalar scalar;
} PrivateForm;

static CK_RV
prepare_private (void *form, const Object *key)
{
	PrivateForm *private = form;

	TRY (check_params (&key->attrs));
	private->hash = hash_for (object_bytes (key, CKA_GOSTR3411_PARAMS));
	return ec_scalar_read (&private->scalar, nettle_get_gost_gc256b (), object_bytes (key, CKA_VALUE));
}

static void
clear_private (void *form)
{
	PrivateForm *private = form;

	sec_free (private->scalar.p);
}

static const KeyForm private_form = { sizeof (PrivateForm), prepare_private, clear_private };

/* --- signatures --- */

typedef struct {
	const struct ecc_scalar *scalar;        /* to sign with */
	const struct ecc_point *point;          /* to verify with */
	const struct nettle_hash *hash;         /* NULL where the caller has hashed */
	HashCtx context;
} Gost;

static CK_RV
gost_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Gost *gost = state;
	const struct nettle_hash *hash;
	void *form;

	*gost = (Gost){ NULL };
	if (object_class (key) == CKO_PRIVATE_KEY) {
		TRY (object_prepare (key, &private_form, &form));
		gost->scalar = &((PrivateForm *)form)->scalar;
		hash = ((PrivateForm *)form)->hash;
	} else {
		TRY (object_prepare (key, &public_form, &form));
		gost->point = &((PublicForm *)form)->point;
		hash = ((PublicForm *)form)->hash;
	}
	if (mech->type == CKM_GOSTR3410)
		return CKR_OK;
	gost->hash = param.len > 0 ? hash_for (param) : hash;
	if (gost->hash == NULL)
		return wrong_hash ();
	gost->hash->init (&gost->context);
	return CKR_OK;
}

static size_t
gost_room (const void *state, size_t n_in)
{
	return 2 * N_NUMBER;
}

static CK_RV
gost_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Gost *gost = state;

	gost->hash->update (&gost->context, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
gost_digest (Gost *gost, Bytes *in, uint8_t digest[static GOSTHASH94_DIGEST_SIZE])
{
	if (gost->hash != NULL) {
		gost->hash->update (&gost->context, in->len, in->data);
		hash_digest (gost->hash, &gost->context, digest);
		*in = bytes (digest, GOSTHASH94_DIGEST_SIZE);
	}
	if (in->len != GOSTHASH94_DIGEST_SIZE)
		return fail (CKR_DATA_LEN_RANGE, "a digest has %d bytes, not %zu", GOSTHASH94_DIGEST_SIZE, in->len);
	return CKR_OK;
}

static CK_RV
gost_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Gost *gost = state;
	uint8_t digest[GOSTHASH94_DIGEST_SIZE];
	struct dsa_signature signature;

	TRY (gost_digest (gost, &in, digest));
	dsa_signature_init (&signature);
	gostdsa_sign (gost->scalar, NULL, random_nettle, in.len, in.data, &signature);
	number_get (signature.s, N_NUMBER, out);
	number_get (signature.r, N_NUMBER, out + N_NUMBER);
	dsa_signature_clear (&signature);
	*n_out = 2 * N_NUMBER;
	return CKR_OK;
}

static CK_RV
gost_check (void *state, Bytes in, Bytes given)
{
	Gost *gost = state;
	uint8_t digest[GOSTHASH94_DIGEST_SIZE];
	struct dsa_signature signature;
	bool right;

	if (given.len != 2 * N_NUMBER)
		return fail (CKR_SIGNATURE_LEN_RANGE, "a signature has %d bytes, not %zu", 2 * N_NUMBER, given.len);
	TRY (gost_digest (gost, &in, digest));
	dsa_signature_init (&signature);
	number_set (signature.s, bytes (given.data, N_NUMBER));
	number_set (signature.r, bytes (given.data + N_NUMBER, N_NUMBER));
	right = gostdsa_verify (gost->point, in.len, in.data, &signature);
	dsa_signature_clear (&signature);
	return right ? CKR_OK : fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
}

static const MechOp sign_op = {
	.state_size = sizeof (Gost), .start = gost_start, .room = gost_room, .finish = gost_finish,
};
static const MechOp sign_hashed_op = {
	.state_size = sizeof (Gost), .start = gost_start, .room = gost_room, .update = gost_update, .finish = gost_finish,
};
static const MechOp verify_op = {
	.state_size = sizeof (Gost), .start = gost_start, .room = gost_room, .check = gost_check,
};
static const MechOp verify_hashed_op = {
	.state_size = sizeof (Gost), .start = gost_start, .room = gost_room, .update = gost_update, .check = gost_check,
};

/* --- key pairs and checks --- */

static CK_RV
put_point (const struct ecc_point *point, Attrs *public)
{
	uint8_t octets[N_NUMBER], value[2 * N_NUMBER];
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;

	mpz_init (x);
	mpz_init (y);
	ecc_point_get (point, x, y);
	number_get (x, N_NUMBER, octets);
	turn (octets, value);
	number_get (y, N_NUMBER, octets);
	turn (octets, value + N_NUMBER);
	return attrs_set_bytes (public, CKA_VALUE, bytes (value, sizeof value));
}

static CK_RV
put_pair (const struct ecc_point *point, const struct ecc_scalar *scalar, Attrs *public, Attrs *private)
{
	static const CK_ATTRIBUTE_TYPE shared[] = { CKA_GOSTR3410_PARAMS, CKA_GOSTR3411_PARAMS, CKA_GOST28147_PARAMS };
	auto_wipe Buf secret = BUF_SECRET;
	auto_mpz mpz_t x;

	mpz_init (x);
	TRY (put_point (point, public));
	for (size_t i = 0; i < N_ELEMENTS (shared); i++)
		if (attrs_has (public, shared[i]))
			TRY (attrs_set_bytes (private, shared[i], attrs_bytes (public, shared[i])));
	ecc_scalar_get (scalar, x);
	TRY_ALLOC (buf_grow (&secret, N_NUMBER));
	number_get (x, N_NUMBER, secret.data);
	return attrs_set_secret (private, CKA_VALUE, bytes_of (&secret));
}

static CK_RV
generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	struct ecc_scalar scalar;
	struct ecc_point point;
	CK_RV rv;

	TRY (check_params (public));
	TRY (ec_scalar_new (&scalar, nettle_get_gost_gc256b ()));
	ecc_point_init (&point, nettle_get_gost_gc256b ());
	gostdsa_generate_keypair (&point, &scalar, NULL, random_nettle);
	rv = put_pair (&point, &scalar, public, private);
	ecc_point_clear (&point);
	sec_free (scalar.p);
	return rv;
}

static size_t
size_of (const Attrs *key)
{
	return 8 * N_NUMBER;
}

static CK_RV
check_public (Attrs *key)
{
	struct ecc_point point;
	CK_RV rv;

	TRY (check_params (key));
	rv = point_read (attrs_bytes (key, CKA_VALUE), &point);
	ecc_point_clear (&point);
	return rv;
}

static CK_RV
check_private (Attrs *key)
{
	struct ecc_scalar scalar = { 0 };
	CK_RV rv;

	TRY (check_params (key));
	rv = ec_scalar_read (&scalar, nettle_get_gost_gc256b (), attrs_bytes (key, CKA_VALUE));
	sec_free (scalar.p);
	return rv;
}

static CK_RV
public_value (const Attrs *private, Attrs *public)
{
	struct ecc_scalar scalar = { 0 };
	struct ecc_point point;
	CK_RV rv;

	TRY (check_params (private));
	ecc_point_init (&point, nettle_get_gost_gc256b ());
	rv = ec_scalar_read (&scalar, nettle_get_gost_gc256b (), attrs_bytes (private, CKA_VALUE));
	if (rv == CKR_OK) {
		ecc_point_mul_g (&point, &scalar);
		rv = put_point (&point, public);
	}
	ecc_point_clear (&point);
	sec_free (scalar.p);
	return rv;
}

#define GOST .key_types = KEYS (CKK_GOSTR3410)
#define OPTIONAL_OID PARAM_BYTES (0, N_OID)

static const Mech mechs[] = {
	{ MECH (GOSTR3411), OPTIONAL_OID, .digest = &digest_op },
	{ MECH (GOSTR3411_HMAC), .key_types = KEYS (CKK_GENERIC_SECRET), SIZES (1, 512), OPTIONAL_OID, .sign = &hmac_op,
	  .verify = &hmac_op },
	{ MECH (GOSTR3410_KEY_PAIR_GEN), GOST, .generate_pair = generate_pair },
	{ MECH (GOSTR3410), GOST, .sign = &sign_op, .verify = &verify_op },
	{ MECH (GOSTR3410_WITH_GOSTR3411), GOST, OPTIONAL_OID, .sign = &sign_hashed_op, .verify = &verify_hashed_op },
};

static const KeyKind kinds[] = {
	{ CKO_PUBLIC_KEY, CKK_GOSTR3410, size_of, check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_GOSTR3410, size_of, check_private, .public_value = public_value },
};

const MechFamily mech_gost = { "gost", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
