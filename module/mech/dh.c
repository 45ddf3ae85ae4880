/* Diffie-Hellman over prime fields: key pairs and key agreement.  PKCS #3, RFC 7919, SP 800-56A;
 * PKCS #11 v3.2 section 6.4. */

#include "dh-groups.h"
#include "disclose.h"
#include "mech.h"
#include "numbers.h"
#include "random.h"

#define SMALLEST_BITS 512
#define LARGEST_BITS 10000
#define SMALLEST_VALUE 160

/* Prime and base. */
typedef struct {
	mpz_t p, g;
} Group;

static void
group_clear (Group *group)
{
	mpz_clear (group->p);
	mpz_clear (group->g);
}

static size_t
dh_bits (const Attrs *key)
{
	return number_bits (attrs_bytes (key, CKA_PRIME));
}

static CK_RV
broken (void)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the numbers do not make a Diffie-Hellman key");
}

/* The caller clears @group in either case. */
static CK_RV
group_read (const Attrs *key, Group *group)
{
	size_t bits = dh_bits (key);

	mpz_inits (group->p, group->g, NULL);
	if (bits < SMALLEST_BITS || bits > LARGEST_BITS)
		return broken ();
	number_set (group->p, attrs_bytes (key, CKA_PRIME));
	number_set (group->g, attrs_bytes (key, CKA_BASE));
	if (mpz_even_p (group->p) || mpz_cmp_ui (group->g, 1) <= 0 || mpz_cmp (group->g, group->p) >= 0)
		return broken ();
	return CKR_OK;
}

/* From 2 to p - 2: what lies outside is 0, or of order 1 or 2.  SP 800-56A section 5.6.2.3.1. */
static bool
in_range (const mpz_t value, const mpz_t p)
{
	bool right;
	mpz_t top;

	mpz_init (top);
	mpz_sub_ui (top, p, 1);
	right = mpz_cmp_ui (value, 1) > 0 && mpz_cmp (value, top) < 0;
	mpz_clear (top);
	return right;
}

/* How long a private value is where the template does not say: as long as the prime, or in a group of which it is
 * known that there are no small subgroups, twice the strength and more (RFC 7919 appendix A has 225 to 400). */
static CK_ULONG
value_bits (const Group *group, size_t p_bits)
{
	return dh_group_is_named (group->p) ? 256 + p_bits / 32 : p_bits - 1;
}

/* @base^@secret, as long as the prime; by functions whose time depends on sizes only. */
static CK_RV
power (const Group *group, const mpz_t base, Bytes secret, uint8_t *out)
{
	size_t n = mpz_size (group->p), n_x = limbs_for (secret.len);
	auto_wipe Buf room = BUF_SECRET;
	mp_limb_t *x = (mp_limb_t *)(void *)buf_grow (&room, (n + n_x) * sizeof (mp_limb_t));

	TRY_ALLOC (x);
	limbs_set (x, n_x, secret);
	TRY (limbs_power (x + n_x, mpz_limbs_read (base), mpz_size (base), x, secret.len * 8, group->p));
	limbs_get (x + n_x, n, (mpz_sizeinbase (group->p, 2) + 7) / 8, out);
	return CKR_OK;
}

static bool
is_one_or_less (Bytes number)
{
	unsigned rest = number.data[number.len - 1] & ~1u;

	for (size_t i = 0; i + 1 < number.len; i++)
		rest |= number.data[i];
	return ((rest - 1) >> 31) != 0;
}

/* @bits of the private value, 0 where the template does not say.  It has one bit less than the prime at most, and
 * just as many as it is said to have: so it is in range. */
static CK_RV
draw (const Group *group, CK_ULONG *bits, Buf *x)
{
	size_t p_bits = mpz_sizeinbase (group->p, 2);

	if (*bits != 0 && *bits < SMALLEST_VALUE)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a private value has at least %d bits", SMALLEST_VALUE);
	if (*bits == 0)
		*bits = value_bits (group, p_bits);
	if (*bits >= p_bits)
		*bits = p_bits - 1;
	TRY_ALLOC (buf_grow (x, (*bits + 7) / 8));
	TRY (random_bytes (x->data, x->len));
	if (*bits % 8 != 0)
		x->data[0] &= (uint8_t)((1u << (*bits % 8)) - 1);
	x->data[0] |= (uint8_t)(1u << ((*bits - 1) % 8));
	return CKR_OK;
}

/* y = g^x. */
static CK_RV
put_public (const Group *group, Bytes x, Attrs *public)
{
	auto_wipe Buf y = BUF_PLAIN;

	TRY_ALLOC (buf_grow (&y, (mpz_sizeinbase (group->p, 2) + 7) / 8));
	TRY (power (group, group->g, x, y.data));
	return attrs_set_bytes (public, CKA_VALUE, bytes_trim (bytes_of (&y)));
}

static CK_RV
make_pair (const Group *group, Attrs *public, Attrs *private)
{
	CK_ULONG bits = attrs_ulong (private, CKA_VALUE_BITS, 0);
	auto_wipe Buf x = BUF_SECRET;

	TRY (draw (group, &bits, &x));
	TRY (put_public (group, bytes_of (&x), public));
	TRY (number_put (private, CKA_PRIME, group->p, false));
	TRY (number_put (private, CKA_BASE, group->g, false));
	TRY (attrs_set_ulong (private, CKA_VALUE_BITS, bits));
	return attrs_set_secret (private, CKA_VALUE, bytes_of (&x));
}

static CK_RV
dh_generate_pair (const Mech *mech, Bytes param, Attrs *public, Attrs *private)
{
	Group group;
	CK_RV rv = group_read (public, &group);

	if (rv == CKR_OK)
		rv = make_pair (&group, public, private);
	group_clear (&group);
	return rv;
}

static CK_RV
agree (const Group *group, Bytes secret, Bytes other, size_t wanted, Buf *value)
{
	size_t n = (mpz_sizeinbase (group->p, 2) + 7) / 8;
	auto_wipe Buf shared = BUF_SECRET;
	auto_mpz mpz_t y;

	mpz_init (y);
	if (other.len > n || secret.len == 0 || secret.len > n)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is out of range");
	number_set (y, other);
	if (!in_range (y, group->p))
		return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is out of range");
	TRY_ALLOC (buf_grow (&shared, n));
	TRY (power (group, y, secret, shared.data));
	if (disclose (is_one_or_less (bytes_of (&shared))))
		return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is of small order");
	/* As SoftHSM: what is too long loses its leading bytes. */
	wanted = wanted == 0 || wanted > n ? n : wanted;
	TRY_ALLOC (buf_add (value, bytes (shared.data + n - wanted, wanted)));
	return CKR_OK;
}

static CK_RV
dh_derive (const Mech *mech, const Derivation *how, Buf *value)
{
	Group group;
	CK_RV rv = group_read (&how->base->attrs, &group);

	if (rv == CKR_OK)
		rv = agree (&group, object_bytes (how->base, CKA_VALUE), how->param, how->pieces->n, value);
	group_clear (&group);
	return rv;
}

static CK_RV
check_public (Attrs *key)
{
	Group group;
	auto_mpz mpz_t value;
	CK_RV rv = group_read (key, &group);
	Bytes octets = bytes_trim (attrs_bytes (key, CKA_VALUE));

	mpz_init (value);
	if (rv == CKR_OK && octets.len <= LARGEST_BITS / 8) {
		number_set (value, octets);
		if (!in_range (value, group.p))
			rv = broken ();
	} else if (rv == CKR_OK) {
		rv = broken ();
	}
	group_clear (&group);
	return rv;
}

/* From 1 to below the prime. */
static CK_RV
check_secret (const Group *group, Bytes secret)
{
	size_t n = mpz_size (group->p);
	auto_wipe Buf room = BUF_SECRET;
	mp_limb_t *x = (mp_limb_t *)(void *)buf_grow (&room, n * sizeof (mp_limb_t));

	TRY_ALLOC (x);
	if (limbs_for (secret.len) > n)
		return broken ();
	limbs_set (x, n, secret);
	return limbs_in_range (x, n, group->p) ? CKR_OK : broken ();
}

static CK_RV
check_private (Attrs *key)
{
	Bytes secret = bytes_trim (attrs_bytes (key, CKA_VALUE));
	Group group;
	CK_RV rv = group_read (key, &group);

	if (rv == CKR_OK)
		rv = check_secret (&group, secret);
	group_clear (&group);
	if (rv != CKR_OK || attrs_has (key, CKA_VALUE_BITS))
		return rv;
	return attrs_set_ulong (key, CKA_VALUE_BITS, number_bits (secret));
}

static CK_RV
public_value (const Attrs *private, Attrs *public)
{
	Bytes secret = bytes_trim (attrs_bytes (private, CKA_VALUE));
	Group group;
	CK_RV rv = group_read (private, &group);

	if (rv == CKR_OK)
		rv = check_secret (&group, secret);
	if (rv == CKR_OK)
		rv = put_public (&group, secret, public);
	group_clear (&group);
	return rv;
}

/* --- domain parameters --- */

/* Longer primes than this are looked up, not looked for: that would take too long. */
#define LARGEST_SEARCH 1024

/* Of p, or of (p - 1) / 2: most candidates have one. */
static bool
has_small_factor (const mpz_t p)
{
	for (unsigned long n = 3; n < 1024; n += 2)
		if (mpz_tdiv_ui (p, n) <= 1)
			return true;
	return false;
}

/* One of which (p - 1) / 2 is prime, and 2 of that order: p is 7 modulo 8. */
static CK_RV
find_safe_prime (CK_ULONG bits, mpz_t p)
{
	auto_wipe Buf octets = BUF_PLAIN;
	auto_mpz mpz_t q;

	mpz_init (q);
	TRY_ALLOC (buf_grow (&octets, (bits + 7) / 8));
	do {
		TRY (random_bytes (octets.data, octets.len));
		number_set (p, bytes_of (&octets));
		mpz_tdiv_r_2exp (p, p, bits);
		mpz_setbit (p, bits - 1);
		mpz_setbit (p, bits - 2);
		for (mp_bitcnt_t i = 0; i < 3; i++)
			mpz_setbit (p, i);
		/* before the dear tests, a cheap one of both */
		for (mpz_tdiv_q_2exp (q, p, 1);
		     has_small_factor (p) || mpz_probab_prime_p (q, 1) == 0 || mpz_probab_prime_p (p, 1) == 0;
		     mpz_tdiv_q_2exp (q, p, 1))
			mpz_add_ui (p, p, 8);
	} while (mpz_sizeinbase (p, 2) != bits || !mpz_probab_prime_p (p, 32) || !mpz_probab_prime_p (q, 32));
	return CKR_OK;
}

static CK_RV
dh_generate_domain (const Mech *mech, Bytes param, Attrs *domain)
{
	CK_ULONG bits = attrs_ulong (domain, CKA_PRIME_BITS, 0);
	static const uint8_t two[] = { 2 };
	auto_mpz mpz_t p;

	mpz_init (p);
	if (bits < SMALLEST_BITS || bits > LARGEST_BITS)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "there is no group of %lu bits", bits);
	if (!dh_group_prime ((unsigned)bits, p)) {
		if (bits > LARGEST_SEARCH)
			return fail (CKR_ATTRIBUTE_VALUE_INVALID, "there is no published group of %lu bits", bits);
		TRY (find_safe_prime (bits, p));
	}
	TRY (number_put (domain, CKA_PRIME, p, false));
	return attrs_set_bytes (domain, CKA_BASE, bytes (two, 1));
}

static CK_RV
check_domain (Attrs *domain)
{
	Group group;
	CK_RV rv = group_read (domain, &group);

	if (rv == CKR_OK)
		rv = attrs_set_ulong (domain, CKA_PRIME_BITS, mpz_sizeinbase (group.p, 2));
	group_clear (&group);
	return rv;
}

#define DH .key_types = KEYS (CKK_DH), SIZES (SMALLEST_BITS, LARGEST_BITS)

static const Mech mechs[] = {
	{ MECH (DH_PKCS_PARAMETER_GEN), DH, .makes_domain = true, .generate = dh_generate_domain },
	{ MECH (DH_PKCS_KEY_PAIR_GEN), DH, .generate_pair = dh_generate_pair },
	{ MECH (DH_PKCS_DERIVE), DH, PARAM_BYTES (1, LARGEST_BITS / 8), .derive = dh_derive },
};

static const KeyKind kinds[] = {
	{ CKO_PUBLIC_KEY, CKK_DH, dh_bits, check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_DH, dh_bits, check_private, .public_value = public_value },
	{ CKO_DOMAIN_PARAMETERS, CKK_DH, dh_bits, check_domain, NULL },
};

const MechFamily mech_dh = { "dh", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
