/* DSA: parameters, key pairs, signatures.  FIPS 186-4; PKCS #11 v3.2 section 6.2.
 * For what is old: nothing new should use it. */

#include "hash.h"
#include "mech.h"
#include "numbers.h"
#include "random.h"

#include <nettle/dsa.h>

#define SMALLEST_BITS 512
#define LARGEST_BITS 3072

static size_t
dsa_bits (const Attrs *key)
{
	return number_bits (attrs_bytes (key, CKA_PRIME));
}

static CK_RV
broken (void)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the numbers do not make a DSA key");
}

/* Prime, subprime and base; the caller clears @params in either case. */
static CK_RV
read_params (const Attrs *key, struct dsa_params *params)
{
	size_t bits = dsa_bits (key), q_bits;

	dsa_params_init (params);
	if (bits < SMALLEST_BITS || bits > LARGEST_BITS)
		return broken ();
	number_set (params->p, attrs_bytes (key, CKA_PRIME));
	number_set (params->q, attrs_bytes (key, CKA_SUBPRIME));
	number_set (params->g, attrs_bytes (key, CKA_BASE));
	q_bits = mpz_sizeinbase (params->q, 2);
	if (mpz_even_p (params->p) || mpz_even_p (params->q) || q_bits < 160 || q_bits > 512 ||
	    mpz_cmp_ui (params->g, 1) <= 0 || mpz_cmp (params->g, params->p) >= 0)
		return broken ();
	return CKR_OK;
}

/* The number of a key, from 1 to below @limit. */
static CK_RV
read_value (const Attrs *key, const mpz_t limit, mpz_t value)
{
	Bytes octets = bytes_trim (attrs_bytes (key, CKA_VALUE));

	if (octets.len == 0 || octets.len > LARGEST_BITS / 8)
		return broken ();
	number_set (value, octets);
	return mpz_cmp (value, limit) < 0 ? CKR_OK : broken ();
}

/* x, or y, which is from 2 to p - 2: under y = 1 anybody signs.  SP 800-89 section 5.3.1. */
static CK_RV
read_number (const Attrs *key, bool private, const struct dsa_params *params, mpz_t value)
{
	auto_mpz mpz_t top;

	mpz_init (top);
	if (private)
		return read_value (key, params->q, value);
	mpz_sub_ui (top, params->p, 1);
	TRY (read_value (key, top, value));
	return mpz_cmp_ui (value, 1) > 0 ? CKR_OK : broken ();
}

/* --- prepared keys --- */

typedef struct {
	struct dsa_params params;
	mpz_t value;            /* x or y */
	size_t n_number;        /* bytes of r and of s */
} DsaKey;

static CK_RV
dsa_prepare (void *form, const Object *key)
{
	DsaKey *dsa = form;
	CK_RV rv = read_params (&key->attrs, &dsa->params);

	mpz_init (dsa->value);
	TRY (rv);
	dsa->n_number = (mpz_sizeinbase (dsa->params.q, 2) + 7) / 8;
	return read_number (&key->attrs, object_class (key) == CKO_PRIVATE_KEY, &dsa->params, dsa->value);
}

static void
dsa_clear (void *form)
{
	DsaKey *dsa = form;

	number_clear (dsa->value);
	dsa_params_clear (&dsa->params);
}

static const KeyForm dsa_form = { sizeof (DsaKey), dsa_prepare, dsa_clear };

/* --- signatures --- */

typedef struct {
	const DsaKey *key;
	const struct nettle_hash *hash;
	HashCtx context;
} Dsa;

static CK_RV
dsa_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	Dsa *dsa = state;
	void *prepared;

	TRY (object_prepare (key, &dsa_form, &prepared));
	dsa->key = prepared;
	dsa->hash = mech->hash;
	if (dsa->hash != NULL)
		dsa->hash->init (&dsa->context);
	return CKR_OK;
}

static size_t
dsa_room (const void *state, size_t n_in)
{
	const Dsa *dsa = state;

	return 2 * dsa->key->n_number;
}

static CK_RV
dsa_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Dsa *dsa = state;

	dsa->hash->update (&dsa->context, in.len, in.data);
	*n_out = 0;
	return CKR_OK;
}

static CK_RV
dsa_digest (Dsa *dsa, Bytes *in, uint8_t digest[static HASH_MAX_DIGEST])
{
	if (dsa->hash != NULL) {
		dsa->hash->update (&dsa->context, in->len, in->data);
		hash_digest (dsa->hash, &dsa->context, digest);
		*in = bytes (digest, dsa->hash->digest_size);
	}
	return in->len > 0 ? CKR_OK : fail (CKR_DATA_LEN_RANGE, "there is nothing to sign");
}

static CK_RV
dsa_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Dsa *dsa = state;
	const DsaKey *key = dsa->key;
	uint8_t digest[HASH_MAX_DIGEST];
	struct dsa_signature signature;
	bool made;

	TRY (dsa_digest (dsa, &in, digest));
	dsa_signature_init (&signature);
	made = dsa_sign (&key->params, key->value, NULL, random_nettle, in.len, in.data, &signature) &&
	       number_get (signature.r, key->n_number, out) &&
	       number_get (signature.s, key->n_number, out + key->n_number);
	dsa_signature_clear (&signature);
	*n_out = 2 * key->n_number;
	return made ? CKR_OK : fail (CKR_FUNCTION_FAILED, "the key makes no signature: it is damaged");
}

static CK_RV
dsa_check (void *state, Bytes in, Bytes given)
{
	Dsa *dsa = state;
	const DsaKey *key = dsa->key;
	uint8_t digest[HASH_MAX_DIGEST];
	struct dsa_signature signature;
	bool right;

	if (given.len != 2 * key->n_number)
		return fail (CKR_SIGNATURE_LEN_RANGE, "a signature with this key has %zu bytes, not %zu", 2 * key->n_number,
		             given.len);
	TRY (dsa_digest (dsa, &in, digest));
	dsa_signature_init (&signature);
	number_set (signature.r, bytes (given.data, key->n_number));
	number_set (signature.s, bytes (given.data + key->n_number, key->n_number));
	right = dsa_verify (&key->params, key->value, in.len, in.data, &signature);
	dsa_signature_clear (&signature);
	return right ? CKR_OK : fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
}

static const MechOp sign_op = {
	.state_size = sizeof (Dsa), .start = dsa_start, .room = dsa_room, .finish = dsa_finish,
};
static const MechOp sign_hashed_op = {
	.state_size = sizeof (Dsa), .start = dsa_start, .room = dsa_room, .update = dsa_update, .finish = dsa_finish,
};
static const MechOp verify_op = {
	.state_size = sizeof (Dsa), .start = dsa_start, .room = dsa_room, .check = dsa_check,
};
static const MechOp verify_hashed_op = {
	.state_size = sizeof (Dsa), .start = dsa_start, .room = dsa_room, .update = dsa_update, .check = dsa_check,
};

/* --- domain parameters --- */

/* FIPS 186-4 section 4.2 and what went before it, where the template does not say. */
static CK_ULONG
subprime_bits (CK_ULONG prime_bits)
{
	return prime_bits <= 1024 ? 160 : prime_bits <= 2048 ? 224 : 256;
}

static CK_RV
put_params (const struct dsa_params *params, CK_ULONG q_bits, Attrs *domain)
{
	TRY (number_put (domain, CKA_PRIME, params->p, false));
	TRY (number_put (domain, CKA_SUBPRIME, params->q, false));
	TRY (number_put (domain, CKA_BASE, params->g, false));
	return attrs_set_ulong (domain, CKA_SUBPRIME_BITS, q_bits);
}

static CK_RV
dsa_generate_domain (const Mech *mech, Bytes param, Attrs *domain)
{
	CK_ULONG bits = attrs_ulong (domain, CKA_PRIME_BITS, 0);
	CK_ULONG q_bits = attrs_ulong (domain, CKA_SUBPRIME_BITS, subprime_bits (bits));
	struct dsa_params params;
	CK_RV rv;

	if (bits < SMALLEST_BITS || bits > LARGEST_BITS || (q_bits != 160 && q_bits != 224 && q_bits != 256))
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "there are no DSA parameters of %lu and %lu bits", bits, q_bits);
	dsa_params_init (&params);
	if (dsa_generate_params (&params, NULL, random_nettle, NULL, NULL, (unsigned)bits, (unsigned)q_bits))
		rv = put_params (&params, q_bits, domain);
	else
		rv = fail (CKR_FUNCTION_FAILED, "no DSA parameters were found");
	dsa_params_clear (&params);
	return rv;
}

static CK_RV
dsa_check_domain (Attrs *domain)
{
	struct dsa_params params;
	CK_RV rv = read_params (domain, &params);

	if (rv == CKR_OK)
		rv = attrs_set_ulong (domain, CKA_PRIME_BITS, mpz_sizeinbase (params.p, 2));
	if (rv == CKR_OK)
		rv = attrs_set_ulong (domain, CKA_SUBPRIME_BITS, mpz_sizeinbase (params.q, 2));
	dsa_params_clear (&params);
	return rv;
}

/* --- keys --- */

static CK_RV
put_pair (const struct dsa_params *params, const mpz_t y, const mpz_t x, Attrs *public, Attrs *private)
{
	TRY (number_put (public, CKA_VALUE, y, false));
	TRY (number_put (private, CKA_PRIME, params->p, false));
	TRY (number_put (private, CKA_SUBPRIME, params->q, false));
	TRY (number_put (private, CKA_BASE, params->g, false));
	return number_put (private, CKA_VALUE, x, true);
}

static CK_RV
dsa_generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	struct dsa_params params;
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;
	CK_RV rv = read_params (public, &params);

	mpz_init (x);
	mpz_init (y);
	if (rv == CKR_OK) {
		dsa_generate_keypair (&params, y, x, NULL, random_nettle);
		rv = put_pair (&params, y, x, public, private);
	}
	dsa_params_clear (&params);
	return rv;
}

static CK_RV
dsa_check_key (Attrs *key, bool private)
{
	struct dsa_params params;
	auto_mpz mpz_t value;
	CK_RV rv = read_params (key, &params);

	mpz_init (value);
	if (rv == CKR_OK)
		rv = read_number (key, private, &params, value);
	dsa_params_clear (&params);
	return rv;
}

static CK_RV
dsa_check_public (Attrs *key)
{
	return dsa_check_key (key, false);
}

static CK_RV
dsa_check_private (Attrs *key)
{
	return dsa_check_key (key, true);
}

/* y = g^x. */
static CK_RV
dsa_public_value (const Attrs *private, Attrs *public)
{
	struct dsa_params params;
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;
	CK_RV rv = read_params (private, &params);

	mpz_init (x);
	mpz_init (y);
	if (rv == CKR_OK)
		rv = read_value (private, params.q, x);
	if (rv == CKR_OK && mpz_sgn (x) == 0)
		rv = broken ();
	if (rv == CKR_OK) {
		mpz_powm_sec (y, params.g, x, params.p);
		rv = number_put (public, CKA_VALUE, y, false);
	}
	dsa_params_clear (&params);
	return rv;
}

#define DSA .key_types = KEYS (CKK_DSA), SIZES (SMALLEST_BITS, LARGEST_BITS)
#define HASHED(n, nettle)                                                                                    \
	{ MECH (DSA_##n), DSA, .hash = nettle, .sign = &sign_hashed_op, .verify = &verify_hashed_op }

static const Mech mechs[] = {
	{ MECH (DSA_PARAMETER_GEN), DSA, .makes_domain = true, .generate = dsa_generate_domain },
	{ MECH (DSA_KEY_PAIR_GEN), DSA, .generate_pair = dsa_generate_pair },
	{ MECH (DSA), DSA, .sign = &sign_op, .verify = &verify_op },
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
	{ CKO_PUBLIC_KEY, CKK_DSA, dsa_bits, dsa_check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_DSA, dsa_bits, dsa_check_private, .public_value = dsa_public_value },
	{ CKO_DOMAIN_PARAMETERS, CKK_DSA, dsa_bits, dsa_check_domain, NULL },
};

const MechFamily mech_dsa = { "dsa", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
