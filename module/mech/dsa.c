/* DSA: parameters, key pairs, signatures.  FIPS 186-4; PKCS #11 v3.2 section 6.2.
 * For what is old: nothing new should use it. */

#include "disclose.h"
#include "hash.h"
#include "mech.h"
#include "numbers.h"
#include "random.h"
#include "secmem.h"

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

/* The number of a public key, from 1 to below @limit. */
static CK_RV
read_value (const Attrs *key, const mpz_t limit, mpz_t value)
{
	Bytes octets = bytes_trim (attrs_bytes (key, CKA_VALUE));

	if (octets.len == 0 || octets.len > LARGEST_BITS / 8)
		return broken ();
	number_set (value, octets);
	return mpz_cmp (value, limit) < 0 ? CKR_OK : broken ();
}

/* y, which is from 2 to p - 2: under y = 1 anybody signs.  SP 800-89 section 5.3.1. */
static CK_RV
read_public (const Attrs *key, const struct dsa_params *params, mpz_t y)
{
	auto_mpz mpz_t top;

	mpz_init (top);
	mpz_sub_ui (top, params->p, 1);
	TRY (read_value (key, top, y));
	return mpz_cmp_ui (y, 1) > 0 ? CKR_OK : broken ();
}

/* The number of a private key, at the subprime's length: @x has that many limbs, in secure memory. */
static CK_RV
read_secret (const Attrs *key, const mpz_t q, mp_limb_t *x)
{
	Bytes octets = attrs_bytes (key, CKA_VALUE);
	size_t n = mpz_size (q), n_most = n * sizeof (mp_limb_t);
	uint8_t over = 0;

	while (octets.len > n_most) {
		over |= octets.data[0];
		octets = bytes (octets.data + 1, octets.len - 1);
	}
	limbs_set (x, n, octets);
	return disclose (over) == 0 && limbs_in_range (x, n, q) ? CKR_OK : broken ();
}

/* --- prepared keys --- */

typedef struct {
	struct dsa_params params;
	mpz_t y;                /* of a public key */
	mp_limb_t *x;           /* of a private key */
	size_t n_number;        /* bytes of r and of s */
} DsaKey;

static CK_RV
dsa_prepare (void *form, const Object *key)
{
	DsaKey *dsa = form;
	CK_RV rv = read_params (&key->attrs, &dsa->params);

	mpz_init (dsa->y);
	TRY (rv);
	dsa->n_number = (mpz_sizeinbase (dsa->params.q, 2) + 7) / 8;
	if (object_class (key) != CKO_PRIVATE_KEY)
		return read_public (&key->attrs, &dsa->params, dsa->y);
	dsa->x = sec_alloc (mpz_size (dsa->params.q) * sizeof (mp_limb_t));
	TRY_ALLOC (dsa->x);
	return read_secret (&key->attrs, dsa->params.q, dsa->x);
}

static void
dsa_clear (void *form)
{
	DsaKey *dsa = form;

	sec_free (dsa->x);
	mpz_clear (dsa->y);
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

/* The digest as a number below the subprime: its leftmost bits, as many as that has. */
static void
digest_number (Bytes digest, const mpz_t q, mp_limb_t *h)
{
	size_t bits = mpz_sizeinbase (q, 2);
	mpz_t number;

	mpz_init (number);
	number_set (number, digest);
	if (digest.len * 8 > bits)
		mpz_tdiv_q_2exp (number, number, digest.len * 8 - bits);
	mpz_mod (number, number, q);
	limbs_copy (h, mpz_size (q), number);
	mpz_clear (number);
}

/* a = a^-1, by Fermat: the subprime is a prime. */
static CK_RV
invert (mp_limb_t *a, const mpz_t q)
{
	auto_wipe Buf room = BUF_SECRET;
	size_t n = mpz_size (q);
	mp_limb_t *power = (mp_limb_t *)(void *)buf_grow (&room, n * sizeof (mp_limb_t));
	mpz_t exponent;
	CK_RV rv;

	TRY_ALLOC (power);
	mpz_init (exponent);
	mpz_sub_ui (exponent, q, 2);
	rv = limbs_power (power, a, n, mpz_limbs_read (exponent), mpz_sizeinbase (exponent, 2), q);
	mpz_clear (exponent);
	if (rv == CKR_OK)
		mpn_copyi (a, power, (mp_size_t)n);
	return rv;
}

/* sum = a + b, both below the subprime. */
static void
add (mp_limb_t *sum, const mp_limb_t *a, const mp_limb_t *b, const mpz_t q)
{
	mp_size_t n = (mp_size_t)mpz_size (q);
	mp_limb_t carry = mpn_add_n (sum, a, b, n);
	mp_limb_t borrow = mpn_sub_n (sum, sum, mpz_limbs_read (q), n);

	mpn_cnd_add_n (borrow & ~carry & 1, sum, sum, mpz_limbs_read (q), n);
}

/* FIPS 186-4 section 4.6, by functions whose time depends on sizes only.  The digest and x r are multiplied by a
 * random number before they meet, which falls out in the end: s = (b k)^-1 (b h + b x r). */
static CK_RV
sign (const DsaKey *key, Bytes digest, uint8_t *out)
{
	const struct dsa_params *params = &key->params;
	size_t n = mpz_size (params->q), n_p = mpz_size (params->p);
	mp_size_t n_divide = mpn_sec_div_r_itch ((mp_size_t)n_p, (mp_size_t)n);
	auto_wipe Buf room = BUF_SECRET;
	mp_limb_t *k = (mp_limb_t *)(void *)buf_grow (&room, (5 * n + n_p + (size_t)n_divide) * sizeof (mp_limb_t));
	mp_limb_t *b = k + n, *h = b + n, *r = h + n, *s = r + n, *power = s + n;

	TRY_ALLOC (k);
	TRY (limbs_draw (k, params->q));
	TRY (limbs_draw (b, params->q));
	TRY (limbs_power (power, mpz_limbs_read (params->g), mpz_size (params->g), k, mpz_sizeinbase (params->q, 2),
	                  params->p));
	mpn_sec_div_r (power, (mp_size_t)n_p, mpz_limbs_read (params->q), (mp_size_t)n, power + n_p);
	mpn_copyi (r, power, (mp_size_t)n);
	digest_number (digest, params->q, h);
	TRY (limbs_multiply (h, h, b, params->q));
	TRY (limbs_multiply (s, key->x, b, params->q));
	TRY (limbs_multiply (s, s, r, params->q));
	add (s, s, h, params->q);
	TRY (limbs_multiply (k, k, b, params->q));
	TRY (invert (k, params->q));
	TRY (limbs_multiply (s, s, k, params->q));
	limbs_get (r, n, key->n_number, out);
	limbs_get (s, n, key->n_number, out + key->n_number);
	return CKR_OK;
}

/* A number of zeros is one of 2^160 or worse, or the key is none. */
static CK_RV
dsa_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Dsa *dsa = state;
	size_t n = dsa->key->n_number;
	uint8_t digest[HASH_MAX_DIGEST], r = 0, s = 0;

	TRY (dsa_digest (dsa, &in, digest));
	TRY (sign (dsa->key, in, out));
	for (size_t i = 0; i < n; i++) {
		r |= out[i];
		s |= out[n + i];
	}
	if (disclose (r) == 0 || disclose (s) == 0)
		return fail (CKR_FUNCTION_FAILED, "the key makes no signature: it is damaged");
	*n_out = 2 * n;
	return CKR_OK;
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
	right = dsa_verify (&key->params, key->y, in.len, in.data, &signature);
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

/* y = g^x. */
static CK_RV
put_public (const struct dsa_params *params, const mp_limb_t *x, Attrs *public)
{
	size_t n = mpz_size (params->p);
	auto_wipe Buf octets = BUF_PLAIN;
	auto_wipe Buf room = BUF_SECRET;
	mp_limb_t *y = (mp_limb_t *)(void *)buf_grow (&room, n * sizeof (mp_limb_t));

	TRY_ALLOC (y && buf_grow (&octets, (mpz_sizeinbase (params->p, 2) + 7) / 8));
	TRY (limbs_power (y, mpz_limbs_read (params->g), mpz_size (params->g), x, mpz_sizeinbase (params->q, 2),
	                  params->p));
	limbs_get (y, n, octets.len, octets.data);
	return attrs_set_bytes (public, CKA_VALUE, bytes_trim (bytes_of (&octets)));
}

static CK_RV
put_pair (const struct dsa_params *params, const mp_limb_t *x, Attrs *public, Attrs *private)
{
	auto_wipe Buf octets = BUF_SECRET;

	TRY_ALLOC (buf_grow (&octets, (mpz_sizeinbase (params->q, 2) + 7) / 8));
	limbs_get (x, mpz_size (params->q), octets.len, octets.data);
	TRY (put_public (params, x, public));
	TRY (number_put (private, CKA_PRIME, params->p, false));
	TRY (number_put (private, CKA_SUBPRIME, params->q, false));
	TRY (number_put (private, CKA_BASE, params->g, false));
	return attrs_set_secret (private, CKA_VALUE, bytes_of (&octets));
}

static CK_RV
dsa_generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	struct dsa_params params;
	auto_wipe Buf room = BUF_SECRET;
	CK_RV rv = read_params (public, &params);
	mp_limb_t *x = (mp_limb_t *)(void *)buf_grow (&room, (mpz_size (params.q) + 1) * sizeof (mp_limb_t));

	if (rv == CKR_OK && x == NULL)
		rv = CKR_HOST_MEMORY;
	if (rv == CKR_OK)
		rv = limbs_draw (x, params.q);
	if (rv == CKR_OK)
		rv = put_pair (&params, x, public, private);
	dsa_params_clear (&params);
	return rv;
}

static CK_RV
dsa_check_public (Attrs *key)
{
	struct dsa_params params;
	auto_mpz mpz_t value;
	CK_RV rv = read_params (key, &params);

	mpz_init (value);
	if (rv == CKR_OK)
		rv = read_public (key, &params, value);
	dsa_params_clear (&params);
	return rv;
}

/* @public: NULL to check only. */
static CK_RV
use_secret (const Attrs *private, Attrs *public)
{
	struct dsa_params params;
	auto_wipe Buf room = BUF_SECRET;
	CK_RV rv = read_params (private, &params);
	mp_limb_t *x = (mp_limb_t *)(void *)buf_grow (&room, (mpz_size (params.q) + 1) * sizeof (mp_limb_t));

	if (rv == CKR_OK && x == NULL)
		rv = CKR_HOST_MEMORY;
	if (rv == CKR_OK)
		rv = read_secret (private, params.q, x);
	if (rv == CKR_OK && public != NULL)
		rv = put_public (&params, x, public);
	dsa_params_clear (&params);
	return rv;
}

static CK_RV
dsa_check_private (Attrs *key)
{
	return use_secret (key, NULL);
}

static CK_RV
dsa_public_value (const Attrs *private, Attrs *public)
{
	return use_secret (private, public);
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
