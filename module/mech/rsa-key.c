/* RSA keys: prepared forms, generation, checking, and the two primitives of RFC 8017 section 5. */

#include "rsa-key.h"
#include "disclose.h"
#include "numbers.h"
#include "prf.h"
#include "random.h"

#include <nettle/rsa.h>
#include <pthread.h>

#define SMALLEST_BITS 512
#define LARGEST_BITS 16384

typedef struct {
	struct rsa_public_key key;
	Numbers numbers;
} PublicForm;

/* The factors that hide what a private operation works on: r^e and 1/r, squared after each use. */
typedef struct {
	pthread_mutex_t lock;
	unsigned n_uses;
	mpz_t hide, reveal;
} Blinding;

/* So many threads that sign with one key at a time have each a pair that is kept. */
#define N_BLINDINGS 4

typedef struct {
	struct rsa_public_key public;
	struct rsa_private_key private;
	Numbers numbers;
	Blinding blindings[N_BLINDINGS];
} PrivateForm;

/* After so many operations a new pair is drawn. */
#define BLINDING_USES 64

static Bytes
number_of (const Attrs *key, CK_ATTRIBUTE_TYPE type)
{
	return bytes_trim (attrs_bytes (key, type));
}

size_t
rsa_kind_size (const Attrs *key)
{
	return number_bits (attrs_bytes (key, CKA_MODULUS));
}

size_t
rsa_key_bits (const Object *key)
{
	return rsa_kind_size (&key->attrs);
}

size_t
rsa_key_length (const Object *key)
{
	return number_of (&key->attrs, CKA_MODULUS).len;
}

static CK_RV
broken_key (void)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the numbers do not make an RSA key");
}

/* --- prepared forms --- */

static CK_RV
prepare_public (void *form, const Object *key)
{
	PublicForm *public = form;
	Bytes n = number_of (&key->attrs, CKA_MODULUS), e = number_of (&key->attrs, CKA_PUBLIC_EXPONENT);

	if (n.len == 0 || e.len == 0)
		return broken_key ();
	TRY (numbers_start (&public->numbers, n.len + e.len, 2));
	numbers_put (&public->numbers, n, public->key.n);
	numbers_put (&public->numbers, e, public->key.e);
	public->key.size = n.len;
	return CKR_OK;
}

static void
clear_public (void *form)
{
	PublicForm *public = form;

	numbers_clear (&public->numbers);
}

static const KeyForm public_form = { sizeof (PublicForm), prepare_public, clear_public };

static Bytes
number_bytes (Buf *room, const mpz_t number)
{
	size_t n = disclose ((mpz_sizeinbase (number, 2) + 7) / 8);
	uint8_t *at = buf_grow (room, n);

	if (at == NULL || !number_get (number, n, at))
		return NO_BYTES;
	return bytes (at, n);
}

/* A factor of n by e·d, which is 1 modulo the order of the group.  HAC 8.2.2 (i): every other base finds one,
 * and numbers that are no key are told by the first that does not come to 1.  Once in the life of a key that
 * came without its primes; its time depends on the key. */
static bool
find_prime (mpz_t p, const mpz_t n, const mpz_t e, const mpz_t d)
{
	mpz_t k, x, y;
	mp_bitcnt_t twos;
	bool found = false, is_key = true;

	mpz_inits (k, x, y, NULL);
	mpz_mul (k, e, d);
	mpz_sub_ui (k, k, 1);
	twos = mpz_sgn (k) > 0 ? mpz_scan1 (k, 0) : 0;
	mpz_tdiv_q_2exp (k, k, twos);
	for (unsigned long base = 2; base < 100 && twos > 0 && !found && is_key; base++) {
		mpz_set_ui (x, base);
		mpz_powm (x, x, k, n);
		for (mp_bitcnt_t i = 0; i < twos && !found; i++) {
			mpz_mul (y, x, x);
			mpz_mod (y, y, n);
			if (mpz_cmp_ui (y, 1) == 0 && mpz_cmp_ui (x, 1) != 0) {
				mpz_add_ui (x, x, 1);
				mpz_gcd (p, x, n);
				found = mpz_cmp_ui (p, 1) > 0 && mpz_cmp (p, n) < 0;
				break;
			}
			mpz_swap (x, y);
		}
		is_key = mpz_cmp_ui (y, 1) == 0;
	}
	number_clear (k);
	number_clear (x);
	number_clear (y);
	return found;
}

/* What Nettle needs beside the modulus: p, q, d mod p-1, d mod q-1, 1/q mod p. */
typedef struct {
	mpz_t e, d, n, p, q, a, b, c;
} Parts;

static void
parts_clear (Parts *parts)
{
	number_clear (parts->e);
	number_clear (parts->d);
	number_clear (parts->n);
	number_clear (parts->p);
	number_clear (parts->q);
	number_clear (parts->a);
	number_clear (parts->b);
	number_clear (parts->c);
}

static void
part_modulo (mpz_t part, const mpz_t d, const mpz_t prime)
{
	mpz_sub_ui (part, prime, 1);
	mpz_mod (part, d, part);
}

/* Completes what a caller of C_CreateObject may leave out: only n and d must be there, and e for finding
 * the primes (65537 when that is missing too). */
static bool
parts_complete (Parts *parts)
{
	if (mpz_sgn (parts->e) == 0)
		mpz_set_ui (parts->e, 65537);
	if (mpz_sgn (parts->p) == 0 && !find_prime (parts->p, parts->n, parts->e, parts->d))
		return false;
	if (mpz_sgn (parts->q) == 0)
		mpz_tdiv_q (parts->q, parts->n, parts->p);
	if (mpz_cmp_ui (parts->p, 3) < 0 || mpz_cmp_ui (parts->q, 3) < 0)
		return false;
	if (mpz_sgn (parts->a) == 0)
		part_modulo (parts->a, parts->d, parts->p);
	if (mpz_sgn (parts->b) == 0)
		part_modulo (parts->b, parts->d, parts->q);
	return mpz_sgn (parts->c) != 0 || mpz_invert (parts->c, parts->q, parts->p) != 0;
}

/* Do the numbers belong together?  RFC 8017 section 3.2; n = p q is odd, e and the exponents are inverse. */
static bool
parts_agree (const Parts *parts)
{
	bool agree;
	mpz_t x, y;

	if (mpz_cmp (parts->a, parts->p) >= 0 || mpz_cmp (parts->b, parts->q) >= 0 ||
	    mpz_cmp (parts->c, parts->p) >= 0)
		return false;
	if (mpz_even_p (parts->n) || mpz_even_p (parts->e) || mpz_cmp_ui (parts->e, 1) <= 0 ||
	    mpz_cmp (parts->e, parts->n) >= 0)
		return false;
	mpz_inits (x, y, NULL);
	mpz_mul (x, parts->p, parts->q);
	agree = mpz_cmp (x, parts->n) == 0;
	mpz_mul (x, parts->a, parts->e);
	mpz_sub_ui (y, parts->p, 1);
	agree = agree && mpz_sgn (y) > 0 && (mpz_mod (x, x, y), mpz_cmp_ui (x, 1) == 0);
	mpz_mul (x, parts->b, parts->e);
	mpz_sub_ui (y, parts->q, 1);
	agree = agree && mpz_sgn (y) > 0 && (mpz_mod (x, x, y), mpz_cmp_ui (x, 1) == 0);
	mpz_mul (x, parts->c, parts->q);
	mpz_mod (x, x, parts->p);
	agree = agree && mpz_cmp_ui (x, 1) == 0;
	part_modulo (x, parts->d, parts->p);
	part_modulo (y, parts->d, parts->q);
	agree = agree && mpz_cmp (x, parts->a) == 0 && mpz_cmp (y, parts->b) == 0;
	number_clear (x);
	number_clear (y);
	return agree;
}

static CK_RV
parts_read (Parts *parts, const Attrs *key)
{
	struct {
		mpz_ptr number;
		CK_ATTRIBUTE_TYPE type;
	} rows[] = {
		{ parts->n, CKA_MODULUS },    { parts->e, CKA_PUBLIC_EXPONENT }, { parts->d, CKA_PRIVATE_EXPONENT },
		{ parts->p, CKA_PRIME_1 },    { parts->q, CKA_PRIME_2 },         { parts->a, CKA_EXPONENT_1 },
		{ parts->b, CKA_EXPONENT_2 }, { parts->c, CKA_COEFFICIENT },
	};
	size_t bits = rsa_kind_size (key);

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		mpz_init (rows[i].number);
	if (bits < SMALLEST_BITS || bits > LARGEST_BITS)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "an RSA key has %d to %d bits, not %zu", SMALLEST_BITS,
		             LARGEST_BITS, bits);
	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		Bytes value = number_of (key, rows[i].type);

		if (value.len > LARGEST_BITS / 8)
			return broken_key ();
		number_set (rows[i].number, value);
	}
	return parts_complete (parts) && parts_agree (parts) ? CKR_OK : broken_key ();
}

static CK_RV
private_from_parts (PrivateForm *private, const Parts *parts)
{
	auto_wipe Buf room = BUF_SECRET;
	struct {
		mpz_srcptr from;
		mpz_ptr to;
	} rows[] = {
		{ parts->n, private->public.n },  { parts->e, private->public.e },  { parts->d, private->private.d },
		{ parts->p, private->private.p }, { parts->q, private->private.q }, { parts->a, private->private.a },
		{ parts->b, private->private.b }, { parts->c, private->private.c },
	};
	size_t n_bytes = 0;

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		n_bytes += disclose ((mpz_sizeinbase (rows[i].from, 2) + 7) / 8);
	TRY (numbers_start (&private->numbers, n_bytes, N_ELEMENTS (rows)));
	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		Bytes value = number_bytes (&room, rows[i].from);

		TRY_ALLOC (value.data);
		numbers_put (&private->numbers, value, rows[i].to);
		buf_cut (&room, 0);
	}
	private->public.size = private->private.size = (mpz_sizeinbase (parts->n, 2) + 7) / 8;
	for (size_t i = 0; i < N_BLINDINGS; i++) {
		pthread_mutex_init (&private->blindings[i].lock, NULL);
		mpz_init (private->blindings[i].hide);
		mpz_init (private->blindings[i].reveal);
	}
	return CKR_OK;
}

static CK_RV
prepare_private (void *form, const Object *key)
{
	Parts parts;
	CK_RV rv = parts_read (&parts, &key->attrs);

	if (rv == CKR_OK)
		rv = private_from_parts (form, &parts);
	parts_clear (&parts);
	return rv;
}

static void
clear_private (void *form)
{
	PrivateForm *private = form;

	if (private->numbers.limbs == NULL)
		return;
	for (size_t i = 0; i < N_BLINDINGS; i++) {
		pthread_mutex_destroy (&private->blindings[i].lock);
		number_clear (private->blindings[i].hide);
		number_clear (private->blindings[i].reveal);
	}
	numbers_clear (&private->numbers);
}

static const KeyForm private_form = { sizeof (PrivateForm), prepare_private, clear_private };

CK_RV
rsa_prepare (Object *key)
{
	void *prepared;

	return object_prepare (key, object_class (key) == CKO_PRIVATE_KEY ? &private_form : &public_form, &prepared);
}

/* --- primitives --- */

static CK_RV
read_representative (mpz_t m, const uint8_t *in, size_t n, const mpz_t modulus)
{
	number_set (m, bytes (in, n));
	if (mpz_cmp (m, modulus) >= 0)
		return fail (CKR_DATA_INVALID, "the number is not below the modulus");
	return CKR_OK;
}

CK_RV
rsa_public_primitive (Object *key, const uint8_t *in, uint8_t *out)
{
	PublicForm *form;
	void *prepared;
	auto_mpz mpz_t m;

	mpz_init (m);
	TRY (object_prepare (key, &public_form, &prepared));
	form = prepared;
	TRY (read_representative (m, in, form->key.size, form->key.n));
	mpz_powm (m, m, form->key.e, form->key.n);
	number_get (m, form->key.size, out);
	return CKR_OK;
}

/* A number that is prime to the modulus: in practice any. */
static CK_RV
blinding_draw (const PrivateForm *form, mpz_t hide, mpz_t reveal)
{
	auto_wipe Buf random = BUF_SECRET;
	auto_mpz mpz_t r;

	mpz_init (r);
	TRY_ALLOC (buf_grow (&random, form->public.size));
	do {
		TRY (random_bytes (random.data, random.len));
		number_set (r, bytes_of (&random));
		mpz_mod (r, r, form->public.n);
	} while (mpz_invert (reveal, r, form->public.n) == 0);
	mpz_powm (hide, r, form->public.e, form->public.n);
	return CKR_OK;
}

static void
square_modulo (mpz_t number, const mpz_t modulus)
{
	mpz_mul (number, number, number);
	mpz_mod (number, number, modulus);
}

/* Its lock is held. */
static CK_RV
blinding_next (const PrivateForm *form, Blinding *blinding, mpz_t hide, mpz_t reveal)
{
	CK_RV rv = CKR_OK;

	if (blinding->n_uses % BLINDING_USES == 0) {
		rv = blinding_draw (form, blinding->hide, blinding->reveal);
	} else {
		square_modulo (blinding->hide, form->public.n);
		square_modulo (blinding->reveal, form->public.n);
	}
	if (rv == CKR_OK) {
		blinding->n_uses++;
		mpz_set (hide, blinding->hide);
		mpz_set (reveal, blinding->reveal);
	}
	return rv;
}

/* A pair for one operation; no two threads get the same.  Who finds those that are kept in use draws another, so a
 * child of fork() does not wait for a thread that it has not. */
static CK_RV
blinding_take (PrivateForm *form, mpz_t hide, mpz_t reveal)
{
	for (size_t i = 0; i < N_BLINDINGS; i++) {
		Blinding *blinding = &form->blindings[i];
		CK_RV rv;

		if (pthread_mutex_trylock (&blinding->lock) != 0)
			continue;
		rv = blinding_next (form, blinding, hide, reveal);
		pthread_mutex_unlock (&blinding->lock);
		return rv;
	}
	return blinding_draw (form, hide, reveal);
}

/* What a private operation works with: numbers of @n_half limbs, that of the longer prime, and of the modulus's length.
 */
typedef struct {
	size_t n_half;
	mp_limb_t *hidden; /* two for x, which has room for p times q */
	mp_limb_t *x;
	mp_limb_t *x1, *x2, *more;
	mp_limb_t *product; /* and scratch */
} Halves;

static CK_RV
halves_start (Halves *halves, const PrivateForm *form, Buf *room)
{
	const struct rsa_private_key *key = &form->private;
	size_t n = mpz_size (form->public.n), pn = mpz_size (key->p), qn = mpz_size (key->q), half = pn > qn ? pn : qn;
	mp_size_t n_divide = mpn_sec_div_r_itch ((mp_size_t)(2 * half), (mp_size_t)pn);
	size_t n_scratch = (size_t)(n_divide + mpn_sec_mul_itch ((mp_size_t)half, (mp_size_t)half));
	mp_limb_t *at = (mp_limb_t *)(void *)buf_grow (room, (n + 7 * half + n_scratch) * sizeof (mp_limb_t));

	TRY_ALLOC (at);
	*halves = (Halves){ .n_half = half, .hidden = at };
	halves->x = halves->hidden + n;
	halves->x1 = halves->x + 2 * half;
	halves->x2 = halves->x1 + half;
	halves->more = halves->x2 + half;
	halves->product = halves->more + half;
	return CKR_OK;
}

/* x = x2 + q (c (x1 - x2) mod p), by functions of GMP whose time depends on sizes only. */
static void
join_halves (const struct rsa_private_key *key, Halves *halves)
{
	mp_size_t pn = (mp_size_t)mpz_size (key->p), qn = (mp_size_t)mpz_size (key->q), n = (mp_size_t)halves->n_half;
	const mp_limb_t *p = mpz_limbs_read (key->p);
	mp_limb_t *a = halves->x1, *b = halves->more, *product = halves->product, *scratch = product + 2 * n;

	mpn_copyi (b, halves->x2, n);
	mpn_sec_div_r (b, n, p, pn, scratch);
	mpn_cnd_add_n (mpn_sub_n (a, a, b, pn), a, a, p, pn);
	limbs_copy (b, (size_t)n, key->c);
	mpn_sec_mul (product, a, pn, b, pn, scratch);
	mpn_sec_div_r (product, 2 * pn, p, pn, scratch);
	mpn_copyi (a, product, pn);
	limbs_copy (b, (size_t)n, key->q);
	if (pn >= qn)
		mpn_sec_mul (product, a, pn, b, qn, scratch);
	else
		mpn_sec_mul (product, b, qn, a, pn, scratch);
	mpn_sec_add_1 (product + qn, product + qn, pn, mpn_add_n (product, product, halves->x2, qn), scratch);
	mpn_zero (halves->x, 2 * n);
	mpn_copyi (halves->x, product, pn + qn);
}

/* RFC 8017 section 5.1.2 (b) on a hidden number; the check keeps a computing error from giving a factor away. */
static CK_RV
compute_root (const PrivateForm *form, const mpz_t hidden, Halves *halves)
{
	const struct rsa_private_key *key = &form->private;
	const struct rsa_public_key *public = &form->public;
	size_t n = mpz_size (public->n), half = halves->n_half;
	const Power both[] = {
		{ halves->x1, halves->hidden, n, mpz_limbs_read (key->a), mpz_size (key->a) * GMP_NUMB_BITS, key->p },
		{ halves->x2, halves->hidden, n, mpz_limbs_read (key->b), mpz_size (key->b) * GMP_NUMB_BITS, key->q },
	};

	limbs_copy (halves->hidden, n, hidden);
	mpn_zero (halves->x1, (mp_size_t)half);
	mpn_zero (halves->x2, (mp_size_t)half);
	TRY (limbs_powers (both, 2));
	join_halves (key, halves);
	TRY (limbs_power (halves->product, halves->x, n, mpz_limbs_read (public->e), mpz_sizeinbase (public->e, 2),
	                  public->n));
	if (disclose (limbs_differ (halves->product, halves->hidden, n)) != 0)
		return fail (CKR_FUNCTION_FAILED, "the result of the RSA operation is wrong: the key is damaged");
	return CKR_OK;
}

CK_RV
rsa_private_primitive (Object *key, const uint8_t *in, uint8_t *out)
{
	PrivateForm *form;
	Halves halves;
	void *prepared;
	auto_wipe Buf room = BUF_SECRET;
	auto_mpz mpz_t m;
	auto_mpz mpz_t hide;
	auto_mpz mpz_t reveal;

	mpz_init (m);
	mpz_init (hide);
	mpz_init (reveal);
	TRY (object_prepare (key, &private_form, &prepared));
	form = prepared;
	TRY (read_representative (m, in, form->public.size, form->public.n));
	TRY (blinding_take (form, hide, reveal));
	mpz_mul (m, m, hide);
	mpz_mod (m, m, form->public.n);
	TRY (halves_start (&halves, form, &room));
	TRY (compute_root (form, m, &halves));
	limbs_copy (halves.product, mpz_size (form->public.n), reveal);
	TRY (limbs_multiply (halves.x, halves.x, halves.product, form->public.n));
	limbs_get (halves.x, mpz_size (form->public.n), form->public.size, out);
	return CKR_OK;
}

/* The private exponent has the modulus's length in what is hashed, I2OSP (d, k). */
CK_RV
rsa_rejection_key (Object *key, Bytes ciphertext, uint8_t made[static SHA256_DIGEST_SIZE])
{
	const PrivateForm *form;
	auto_wipe Buf exponent = BUF_SECRET;
	auto_wipe Buf prf = BUF_SECRET;
	uint8_t hashed[SHA256_DIGEST_SIZE];
	void *prepared;

	TRY (object_prepare (key, &private_form, &prepared));
	form = prepared;
	TRY_ALLOC (buf_grow (&exponent, form->public.size) && buf_grow (&prf, sizeof (Prf)));
	limbs_get (mpz_limbs_read (form->private.d), mpz_size (form->private.d), exponent.len, exponent.data);
	hash_bytes (&nettle_sha256, bytes_of (&exponent), hashed);
	prf_start ((Prf *)(void *)prf.data, &nettle_sha256, bytes (hashed, sizeof hashed));
	prf_add ((Prf *)(void *)prf.data, ciphertext);
	prf_end ((Prf *)(void *)prf.data, made);
	wipe (hashed, sizeof hashed);
	return CKR_OK;
}

/* --- generation and checks --- */

static CK_RV
put_pair (const struct rsa_public_key *n_e, const struct rsa_private_key *rest, Attrs *public, Attrs *private)
{
	TRY (number_put (public, CKA_MODULUS, n_e->n, false));
	TRY (number_put (public, CKA_PUBLIC_EXPONENT, n_e->e, false));
	TRY (number_put (private, CKA_MODULUS, n_e->n, false));
	TRY (number_put (private, CKA_PUBLIC_EXPONENT, n_e->e, false));
	TRY (number_put (private, CKA_PRIVATE_EXPONENT, rest->d, true));
	TRY (number_put (private, CKA_PRIME_1, rest->p, true));
	TRY (number_put (private, CKA_PRIME_2, rest->q, true));
	TRY (number_put (private, CKA_EXPONENT_1, rest->a, true));
	TRY (number_put (private, CKA_EXPONENT_2, rest->b, true));
	return number_put (private, CKA_COEFFICIENT, rest->c, true);
}

/* @e: 0 when the template leaves it to us. */
static CK_RV
generate (unsigned bits, Bytes e, Attrs *public, Attrs *private)
{
	struct rsa_public_key n_e;
	struct rsa_private_key rest;
	CK_RV rv = CKR_OK;

	rsa_public_key_init (&n_e);
	rsa_private_key_init (&rest);
	number_set (n_e.e, e);
	if (e.len == 0)
		mpz_set_ui (n_e.e, 65537);
	if (mpz_even_p (n_e.e) || mpz_cmp_ui (n_e.e, 3) < 0 || mpz_sizeinbase (n_e.e, 2) > 64 ||
	    !rsa_generate_keypair (&n_e, &rest, NULL, random_nettle, NULL, NULL, bits, 0))
		rv = fail (CKR_ATTRIBUTE_VALUE_INVALID, "no RSA key with this public exponent can be made");
	if (rv == CKR_OK)
		rv = put_pair (&n_e, &rest, public, private);
	number_wipe (rest.d);
	number_wipe (rest.p);
	number_wipe (rest.q);
	number_wipe (rest.a);
	number_wipe (rest.b);
	number_wipe (rest.c);
	rsa_private_key_clear (&rest);
	rsa_public_key_clear (&n_e);
	return rv;
}

CK_RV
rsa_generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	CK_ULONG bits = attrs_ulong (public, CKA_MODULUS_BITS, 0);

	if (bits < mech->min_size || bits > mech->max_size)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "RSA keys of %lu to %lu bits are made, not of %lu",
		             mech->min_size, mech->max_size, bits);
	/* an empty one is left to us, one of zeros is none */
	if (attrs_bytes (public, CKA_PUBLIC_EXPONENT).len > 0 && number_of (public, CKA_PUBLIC_EXPONENT).len == 0)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the public exponent is zero");
	return generate ((unsigned)bits, number_of (public, CKA_PUBLIC_EXPONENT), public, private);
}

CK_RV
rsa_check_public (Attrs *key)
{
	Bytes n = number_of (key, CKA_MODULUS), e = number_of (key, CKA_PUBLIC_EXPONENT);
	size_t bits = rsa_kind_size (key);

	if (bits < SMALLEST_BITS || bits > LARGEST_BITS || e.len == 0 || e.len > n.len || !(n.data[n.len - 1] & 1) ||
	    !(e.data[e.len - 1] & 1) || (e.len == 1 && e.data[0] == 1))
		return broken_key ();
	return attrs_set_ulong (key, CKA_MODULUS_BITS, bits);
}

CK_RV
rsa_check_private (Attrs *key)
{
	Parts parts;
	CK_RV rv = parts_read (&parts, key);

	parts_clear (&parts);
	return rv;
}
