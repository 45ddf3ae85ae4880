/* EdDSA with a context or of a digest: RFC 8032.
 *
 * Nettle's Ed25519 and Ed448 take neither, and what they are made of is not for others to call.  So this has the group
 * anew, from GMP's functions whose time depends on sizes only: slower, for signatures that are rare.  A number modulo p is
 * an array of limbs, below p; a point is x, y and z, in the projective coordinates of RFC 8032 section 5.2.4. */

#include "eddsa.h"
#include "hash.h"
#include "numbers.h"

#define MOST_LIMBS (448 / GMP_NUMB_BITS)
#define MOST_OCTETS 57
#define MOST_HASH (2 * MOST_OCTETS)

/* --- the two curves, RFC 8032 sections 5.1 and 5.2 --- */

typedef struct {
	CurveId id;
	mp_size_t n;            /* limbs of a number */
	size_t n_octets;        /* of a point, a private value, half a signature */
	unsigned cofactor_bits;
	bool a_is_minus_one;    /* a x^2 + y^2 = 1 + d x^2 y^2 */
	const char *p, *d, *order, *x, *y;
	const char *prefix;     /* of the data that a signature separates its domain by */
} Description;

static const Description descriptions[] = {
	{ CURVE_ED25519, 256 / GMP_NUMB_BITS, 32, 3, true,
	  "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
	  "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3",
	  "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed",
	  "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a",
	  "6666666666666666666666666666666666666666666666666666666666666658",
	  "SigEd25519 no Ed25519 collisions" },
	{ CURVE_ED448, 448 / GMP_NUMB_BITS, 57, 2, false,
	  "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	  "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffff6756",
	  "3fffffffffffffffffffffffffffffffffffffffffffffffffffffff7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844f3",
	  "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e",
	  "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14",
	  "SigEd448" },
};

typedef mp_limb_t Number[MOST_LIMBS];

typedef struct {
	Number x, y, z;
} Point;

/* A curve, and the room that computing on it takes, all of it in one block of secure memory. */
typedef struct {
	const Description *is;
	mp_size_t n;
	Number p, d, order;
	Point base;
	Number t[6], reduced;
	mp_limb_t product[2 * MOST_LIMBS + 2];
	mp_limb_t *scratch;
} Group;

static void
set_number (mp_limb_t *number, mp_size_t n, const char *hex)
{
	auto_mpz mpz_t value;

	mpz_init_set_str (value, hex, 16);
	mpn_zero (number, n);
	mpn_copyi (number, mpz_limbs_read (value), (mp_size_t)mpz_size (value));
}

static mp_size_t
most (mp_size_t a, mp_size_t b)
{
	return a > b ? a : b;
}

/* @memory: takes the group. */
static CK_RV
group_new (CurveId id, Buf *memory, Group **group)
{
	const Description *is = &descriptions[id == CURVE_ED448];
	mp_size_t n = is->n, n_scratch;
	Group *made;

	n_scratch = most (mpn_sec_mul_itch (n + 1, n + 1), mpn_sec_div_r_itch (2 * n + 2, n));
	n_scratch = most (n_scratch, mpn_sec_invert_itch (n));
	n_scratch = most (n_scratch, mpn_sec_add_1_itch (n));
	made = (Group *)(void *)buf_grow (memory, sizeof (Group) + (size_t)n_scratch * sizeof (mp_limb_t));
	TRY_ALLOC (made);
	made->is = is;
	made->n = n;
	made->scratch = (mp_limb_t *)(void *)(made + 1);
	set_number (made->p, n, is->p);
	set_number (made->d, n, is->d);
	set_number (made->order, n, is->order);
	set_number (made->base.x, n, is->x);
	set_number (made->base.y, n, is->y);
	mpn_zero (made->base.z, n);
	made->base.z[0] = 1;
	*group = made;
	return CKR_OK;
}

/* --- numbers modulo p --- */

static void
add (Group *group, mp_limb_t *sum, const mp_limb_t *a, const mp_limb_t *b)
{
	mp_limb_t carry = mpn_add_n (sum, a, b, group->n);
	mp_limb_t borrow = mpn_sub_n (group->reduced, sum, group->p, group->n);

	mpn_cnd_sub_n (carry | (borrow ^ 1), sum, sum, group->p, group->n);
}

static void
subtract (const Group *group, mp_limb_t *difference, const mp_limb_t *a, const mp_limb_t *b)
{
	mp_limb_t borrow = mpn_sub_n (difference, a, b, group->n);

	mpn_cnd_add_n (borrow, difference, difference, group->p, group->n);
}

static void
multiply (Group *group, mp_limb_t *product, const mp_limb_t *a, const mp_limb_t *b)
{
	mp_size_t n = group->n;

	mpn_sec_mul (group->product, a, n, b, n, group->scratch);
	mpn_sec_div_r (group->product, 2 * n, group->p, n, group->scratch);
	mpn_copyi (product, group->product, n);
}

/* --- points --- */

/* Complete on both curves: no case apart for doubling or for the neutral element.  Hisil, Wong, Carter and Dawson 2008;
 * RFC 8032 section 5.2.4 has it for a = 1. */
static void
add_points (Group *group, Point *sum, const Point *p, const Point *q)
{
	mp_limb_t *a = group->t[0], *b = group->t[1], *c = group->t[2], *d = group->t[3], *e = group->t[4],
	          *f = group->t[5];

	multiply (group, a, p->z, q->z);
	multiply (group, b, a, a);
	multiply (group, c, p->x, q->x);
	multiply (group, d, p->y, q->y);
	add (group, e, p->x, p->y);
	add (group, f, q->x, q->y);
	multiply (group, f, e, f);
	subtract (group, f, f, c);
	subtract (group, f, f, d);
	multiply (group, f, a, f);
	multiply (group, e, c, d);
	multiply (group, e, group->d, e);
	/* y = a (b + e) (d - a c), with the curve's a; x = f (b - e); z = (b - e) (b + e) */
	if (group->is->a_is_minus_one)
		add (group, d, d, c);
	else
		subtract (group, d, d, c);
	add (group, c, b, e);
	subtract (group, b, b, e);
	multiply (group, a, a, c);
	multiply (group, sum->y, a, d);
	multiply (group, sum->x, f, b);
	multiply (group, sum->z, b, c);
}

/* @n: bits of the scalar, which may be larger than the order. */
static void
multiply_point (Group *group, Point *product, const mp_limb_t *scalar, mp_bitcnt_t n, const Point *point)
{
	Point more;

	*product = (Point){ { 0 } };
	product->y[0] = product->z[0] = 1;
	while (n-- > 0) {
		mp_limb_t bit = scalar[n / GMP_NUMB_BITS] >> (n % GMP_NUMB_BITS) & 1;

		add_points (group, product, product, product);
		add_points (group, &more, product, point);
		mpn_cnd_swap (bit, product->x, more.x, group->n);
		mpn_cnd_swap (bit, product->y, more.y, group->n);
		mpn_cnd_swap (bit, product->z, more.z, group->n);
	}
	wipe (&more, sizeof more);
}

static void
put_octets (const mp_limb_t *number, mp_size_t n, uint8_t *out)
{
	for (mp_size_t i = 0; i < n * (mp_size_t)sizeof (mp_limb_t); i++)
		out[i] = (uint8_t)(number[i / (mp_size_t)sizeof (mp_limb_t)] >> (8 * (i % (mp_size_t)sizeof (mp_limb_t))));
}

/* RFC 8032 sections 5.1.2 and 5.2.2. */
static void
encode (Group *group, const Point *point, uint8_t *out)
{
	Number inverse, z, x;

	mpn_copyi (z, point->z, group->n);
	mpn_sec_invert (inverse, z, group->p, group->n, (mp_bitcnt_t)(2 * group->n * GMP_NUMB_BITS), group->scratch);
	multiply (group, x, point->x, inverse);
	multiply (group, z, point->y, inverse);
	out[group->is->n_octets - 1] = 0;
	put_octets (z, group->n, out);
	out[group->is->n_octets - 1] |= (uint8_t)((x[0] & 1) << 7);
	/* z tells of the scalar */
	wipe (inverse, sizeof inverse);
	wipe (z, sizeof z);
}

/* A square root modulo p, which both curves' primes have by one power.  False: there is none. */
static bool
square_root (const mpz_t square, const mpz_t p, mpz_t root)
{
	auto_mpz mpz_t x;

	mpz_init (x);
	/* p is 3 modulo 4 or 5 modulo 8: (p + 1) / 4, or (p + 3) / 8 and perhaps times the root of -1 */
	mpz_add_ui (x, p, mpz_tstbit (p, 1) ? 1 : 3);
	mpz_tdiv_q_2exp (x, x, mpz_tstbit (p, 1) ? 2 : 3);
	mpz_powm (root, square, x, p);
	mpz_mul (x, root, root);
	mpz_sub (x, x, square);
	if (mpz_divisible_p (x, p))
		return true;
	if (mpz_tstbit (p, 1))
		return false;
	mpz_sub_ui (x, p, 1);
	mpz_tdiv_q_2exp (x, x, 2);
	{
		auto_mpz mpz_t i;

		mpz_init_set_ui (i, 2);
		mpz_powm (i, i, x, p);
		mpz_mul (root, root, i);
	}
	mpz_mod (root, root, p);
	mpz_mul (x, root, root);
	mpz_sub (x, x, square);
	return mpz_divisible_p (x, p) != 0;
}

static void
to_number (const mpz_t value, mp_limb_t *number, mp_size_t n)
{
	mpn_zero (number, n);
	mpn_copyi (number, mpz_limbs_read (value), (mp_size_t)mpz_size (value));
}

/* x from y: x^2 = (y^2 - 1) / (d y^2 - a). */
static bool
recover_x (const Description *is, const mpz_t p, const mpz_t y, bool odd, mpz_t x)
{
	auto_mpz mpz_t d;
	auto_mpz mpz_t u;

	mpz_init_set_str (d, is->d, 16);
	mpz_init (u);
	mpz_mul (u, y, y);
	mpz_mul (d, d, u);
	if (is->a_is_minus_one)
		mpz_add_ui (d, d, 1);
	else
		mpz_sub_ui (d, d, 1);
	mpz_sub_ui (u, u, 1);
	if (mpz_invert (d, d, p) == 0)
		return false;
	mpz_mul (u, u, d);
	mpz_mod (u, u, p);
	if (!square_root (u, p, x) || (mpz_sgn (x) == 0 && odd))
		return false;
	if (mpz_tstbit (x, 0) != odd)
		mpz_sub (x, p, x);
	return true;
}

/* RFC 8032 sections 5.1.3 and 5.2.3.  All of it is public. */
static bool
decode (const Group *group, const uint8_t *in, Point *point)
{
	size_t n = group->is->n_octets;
	bool odd = in[n - 1] >> 7, right;
	uint8_t octets[MOST_OCTETS];
	auto_mpz mpz_t p;
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;

	memcpy (octets, in, n);
	octets[n - 1] &= 0x7f;
	mpz_init_set_str (p, group->is->p, 16);
	mpz_init (x);
	mpz_init (y);
	mpz_import (y, n, -1, 1, 0, 0, octets);
	right = mpz_cmp (y, p) < 0 && recover_x (group->is, p, y, odd, x);
	if (right) {
		*point = (Point){ { 0 } };
		to_number (x, point->x, group->n);
		to_number (y, point->y, group->n);
		point->z[0] = 1;
	}
	return right;
}

/* --- hashing --- */

typedef struct {
	bool shake;
	HashCtx context;
} Hash;

static void
hash_start (Hash *hash, const Description *is)
{
	hash->shake = is->id == CURVE_ED448;
	if (hash->shake)
		sha3_256_init (&hash->context.sha3_256);
	else
		sha512_init (&hash->context.sha512);
}

static void
hash_add (Hash *hash, Bytes data)
{
	if (data.len == 0)
		return;
	if (hash->shake)
		sha3_256_update (&hash->context.sha3_256, data.len, data.data);
	else
		sha512_update (&hash->context.sha512, data.len, data.data);
}

static void
hash_end (Hash *hash, size_t n, uint8_t *out)
{
	if (hash->shake)
		sha3_256_shake (&hash->context.sha3_256, n, out);
	else
		hash_digest (&nettle_sha512, &hash->context, out);
}

/* dom2 and dom4: RFC 8032 section 2. */
static void
hash_domain (Hash *hash, const Description *is, const EddsaVariant *variant)
{
	uint8_t flags[2] = { variant->prehash, variant->n_context };

	hash_add (hash, bytes_str (is->prefix));
	hash_add (hash, bytes (flags, sizeof flags));
	hash_add (hash, bytes (variant->context, variant->n_context));
}

/* A digest as a number modulo the order. */
static void
hash_end_scalar (Hash *hash, Group *group, mp_limb_t *scalar)
{
	uint8_t octets[MOST_HASH];
	size_t n = 2 * group->is->n_octets;
	mp_limb_t wide[2 * MOST_LIMBS + 2] = { 0 };
	mp_size_t n_wide = (mp_size_t)((n + sizeof (mp_limb_t) - 1) / sizeof (mp_limb_t));

	hash_end (hash, n, octets);
	for (size_t i = 0; i < n; i++)
		wide[i / sizeof (mp_limb_t)] |= (mp_limb_t)octets[i] << (8 * (i % sizeof (mp_limb_t)));
	mpn_sec_div_r (wide, n_wide, group->order, group->n, group->scratch);
	mpn_copyi (scalar, wide, group->n);
	wipe (octets, sizeof octets);
	wipe (wide, sizeof wide);
}

/* What is signed: the message, or its digest. */
static Bytes
signed_data (const Description *is, const EddsaVariant *variant, Bytes message, uint8_t digest[static 64])
{
	Hash hash;

	if (!variant->prehash)
		return message;
	hash_start (&hash, is);
	hash_add (&hash, message);
	hash_end (&hash, 64, digest);
	return bytes (digest, 64);
}

/* --- signatures, RFC 8032 sections 5.1.6, 5.1.7, 5.2.6 and 5.2.7 --- */

/* Everything secret of one signature. */
typedef struct {
	Number s, r, k;
	uint8_t expanded[MOST_HASH];
	Point point;
} Work;

static void
expand_private (const Description *is, const uint8_t *private, Work *work)
{
	size_t n = is->n_octets;
	Hash hash;

	hash_start (&hash, is);
	hash_add (&hash, bytes (private, n));
	hash_end (&hash, 2 * n, work->expanded);
	wipe (&hash, sizeof hash);
	work->expanded[0] &= (uint8_t)(0xff << is->cofactor_bits);
	if (is->id == CURVE_ED448) {
		work->expanded[n - 1] = 0;
		work->expanded[n - 2] |= 0x80;
	} else {
		work->expanded[n - 1] = (work->expanded[n - 1] & 0x7f) | 0x40;
	}
	for (size_t i = 0; i < MOST_LIMBS * sizeof (mp_limb_t) && i < n; i++)
		work->s[i / sizeof (mp_limb_t)] |= (mp_limb_t)work->expanded[i] << (8 * (i % sizeof (mp_limb_t)));
}

/* r + k s modulo the order. */
static void
put_response (Group *group, const Work *work, uint8_t *out)
{
	mp_size_t n = group->n;
	mp_limb_t *product = group->product;

	mpn_sec_mul (product, work->k, n, work->s, n, group->scratch);
	product[2 * n] = mpn_add_n (product, product, work->r, n);
	product[2 * n] = mpn_sec_add_1 (product + n, product + n, n, product[2 * n], group->scratch);
	mpn_sec_div_r (product, 2 * n + 1, group->order, n, group->scratch);
	out[group->is->n_octets - 1] = 0;
	put_octets (product, n, out);
}

static void
make_signature (Group *group, const EddsaVariant *variant, const uint8_t *private, const uint8_t *public, Bytes data,
                Work *work, uint8_t *signature)
{
	const Description *is = group->is;
	size_t n = is->n_octets;
	Hash hash;

	expand_private (is, private, work);
	hash_start (&hash, is);
	hash_domain (&hash, is, variant);
	hash_add (&hash, bytes (work->expanded + n, n));
	hash_add (&hash, data);
	hash_end_scalar (&hash, group, work->r);
	multiply_point (group, &work->point, work->r, (mp_bitcnt_t)(group->n * GMP_NUMB_BITS), &group->base);
	encode (group, &work->point, signature);
	hash_start (&hash, is);
	hash_domain (&hash, is, variant);
	hash_add (&hash, bytes (signature, n));
	hash_add (&hash, bytes (public, n));
	hash_add (&hash, data);
	hash_end_scalar (&hash, group, work->k);
	put_response (group, work, signature + n);
	wipe (&hash, sizeof hash);
}

CK_RV
eddsa_sign_variant (const EddsaVariant *variant, const uint8_t *private, const uint8_t *public, Bytes message,
                    uint8_t *signature)
{
	auto_wipe Buf memory = BUF_SECRET;
	auto_wipe Buf room = BUF_SECRET;
	uint8_t digest[64];
	Group *group;
	Work *work;

	TRY (group_new (variant->curve, &memory, &group));
	work = (Work *)(void *)buf_grow (&room, sizeof (Work));
	TRY_ALLOC (work);
	memset (work, 0, sizeof *work);
	make_signature (group, variant, private, public, signed_data (group->is, variant, message, digest), work, signature);
	return CKR_OK;
}

static CK_RV
wrong_signature (void)
{
	return fail (CKR_SIGNATURE_INVALID, "the signature is wrong");
}

/* The number of the response; false: it is not below the order. */
static bool
read_response (const Group *group, const uint8_t *in, mp_limb_t *response)
{
	auto_mpz mpz_t value;
	auto_mpz mpz_t order;

	mpz_init_set_str (order, group->is->order, 16);
	mpz_init (value);
	mpz_import (value, group->is->n_octets, -1, 1, 0, 0, in);
	if (mpz_cmp (value, order) >= 0)
		return false;
	to_number (value, response, group->n);
	return true;
}

CK_RV
eddsa_verify_variant (const EddsaVariant *variant, const uint8_t *public, Bytes message, const uint8_t *signature)
{
	auto_wipe Buf memory = BUF_PLAIN;
	uint8_t digest[64], encoded[MOST_OCTETS];
	Point key, left, right;
	Number response, k;
	mp_bitcnt_t bits;
	Group *group;
	size_t n;
	Hash hash;

	TRY (group_new (variant->curve, &memory, &group));
	n = group->is->n_octets;
	bits = (mp_bitcnt_t)(group->n * GMP_NUMB_BITS);
	if (!decode (group, public, &key) || !read_response (group, signature + n, response))
		return wrong_signature ();
	hash_start (&hash, group->is);
	hash_domain (&hash, group->is, variant);
	hash_add (&hash, bytes (signature, n));
	hash_add (&hash, bytes (public, n));
	hash_add (&hash, signed_data (group->is, variant, message, digest));
	hash_end_scalar (&hash, group, k);
	/* S B - k A is R */
	mpn_zero (left.x, group->n);
	subtract (group, key.x, left.x, key.x);
	multiply_point (group, &left, response, bits, &group->base);
	multiply_point (group, &right, k, bits, &key);
	add_points (group, &left, &left, &right);
	encode (group, &left, encoded);
	return bytes_equal (bytes (encoded, n), bytes (signature, n)) ? CKR_OK : wrong_signature ();
}

/* --- public keys --- */

/* x^2 is u / v with u = y^2 - 1 and v = d y^2 - a: a square if their product is one. */
static bool
has_x (const Description *is, const mpz_t y, bool is_odd)
{
	auto_mpz mpz_t p;
	auto_mpz mpz_t u;
	auto_mpz mpz_t v;
	bool right;

	mpz_init_set_str (p, is->p, 16);
	mpz_init_set_str (v, is->d, 16);
	mpz_init (u);
	right = mpz_cmp (y, p) < 0;
	mpz_mul (u, y, y);
	mpz_mul (v, v, u);
	mpz_sub_ui (u, u, 1);
	mpz_add_ui (v, v, is->a_is_minus_one ? 1 : 0);
	mpz_sub_ui (v, v, is->a_is_minus_one ? 0 : 1);
	mpz_mul (v, v, u);
	mpz_mod (v, v, p);
	/* where x is 0, there is no odd one */
	return right && (mpz_sgn (v) == 0 ? !is_odd : mpz_jacobi (v, p) == 1);
}

bool
eddsa_is_point (CurveId curve, const uint8_t *public)
{
	const Description *is = &descriptions[curve == CURVE_ED448];
	uint8_t octets[MOST_OCTETS];
	auto_mpz mpz_t y;

	memcpy (octets, public, is->n_octets);
	octets[is->n_octets - 1] &= 0x7f;
	mpz_init (y);
	mpz_import (y, is->n_octets, -1, 1, 0, 0, octets);
	return has_x (is, y, public[is->n_octets - 1] & 0x80);
}
