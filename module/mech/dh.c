/* Diffie-Hellman over prime fields: key pairs and key agreement.  PKCS #3, RFC 7919, SP 800-56A;
 * PKCS #11 v3.2 section 6.4. */

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

/* @bits of the private value: as many as the template says, else as long as the prime. */
static CK_RV
draw (const Group *group, CK_ULONG bits, mpz_t x)
{
	auto_wipe Buf octets = BUF_SECRET;
	size_t p_bits = mpz_sizeinbase (group->p, 2);

	if (bits != 0 && bits < SMALLEST_VALUE)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a private value has at least %d bits", SMALLEST_VALUE);
	if (bits == 0 || bits >= p_bits)
		bits = p_bits - 1;
	TRY_ALLOC (buf_grow (&octets, (bits + 7) / 8));
	do {
		TRY (random_bytes (octets.data, octets.len));
		if (bits % 8 != 0)
			octets.data[0] &= (uint8_t)((1u << (bits % 8)) - 1);
		/* its length is what was asked for */
		octets.data[0] |= (uint8_t)(1u << ((bits - 1) % 8));
		number_set (x, bytes_of (&octets));
	} while (!in_range (x, group->p));
	return CKR_OK;
}

static CK_RV
make_pair (const Group *group, Attrs *public, Attrs *private)
{
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;

	mpz_init (x);
	mpz_init (y);
	TRY (draw (group, attrs_ulong (private, CKA_VALUE_BITS, 0), x));
	mpz_powm_sec (y, group->g, x, group->p);
	TRY (number_put (public, CKA_VALUE, y, false));
	TRY (number_put (private, CKA_PRIME, group->p, false));
	TRY (number_put (private, CKA_BASE, group->g, false));
	TRY (attrs_set_ulong (private, CKA_VALUE_BITS, mpz_sizeinbase (x, 2)));
	return number_put (private, CKA_VALUE, x, true);
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
	auto_mpz mpz_t x;
	auto_mpz mpz_t y;

	mpz_init (x);
	mpz_init (y);
	if (other.len > n || secret.len == 0 || secret.len > n)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is out of range");
	number_set (x, secret);
	number_set (y, other);
	if (!in_range (y, group->p) || mpz_sgn (x) == 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is out of range");
	mpz_powm_sec (y, y, x, group->p);
	if (mpz_cmp_ui (y, 1) <= 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the other side's public value is of small order");
	TRY_ALLOC (buf_grow (&shared, n));
	number_get (y, n, shared.data);
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
check (Attrs *key, bool public)
{
	Group group;
	auto_mpz mpz_t value;
	CK_RV rv = group_read (key, &group);
	Bytes octets = bytes_trim (attrs_bytes (key, CKA_VALUE));

	mpz_init (value);
	if (rv == CKR_OK && octets.len <= LARGEST_BITS / 8) {
		number_set (value, octets);
		if (public ? !in_range (value, group.p) : mpz_sgn (value) == 0 || mpz_cmp (value, group.p) >= 0)
			rv = broken ();
	} else if (rv == CKR_OK) {
		rv = broken ();
	}
	group_clear (&group);
	return rv;
}

static CK_RV
check_public (Attrs *key)
{
	return check (key, true);
}

static CK_RV
check_private (Attrs *key)
{
	TRY (check (key, false));
	if (attrs_has (key, CKA_VALUE_BITS))
		return CKR_OK;
	return attrs_set_ulong (key, CKA_VALUE_BITS, bytes_trim (attrs_bytes (key, CKA_VALUE)).len * 8);
}

#define DH .key_types = KEYS (CKK_DH), SIZES (SMALLEST_BITS, LARGEST_BITS)

static const Mech mechs[] = {
	{ MECH (DH_PKCS_KEY_PAIR_GEN), DH, .generate_pair = dh_generate_pair },
	{ MECH (DH_PKCS_DERIVE), DH, PARAM_BYTES (1, LARGEST_BITS / 8), .derive = dh_derive },
};

static const KeyKind kinds[] = {
	{ CKO_PUBLIC_KEY, CKK_DH, dh_bits, check_public, NULL },
	{ CKO_PRIVATE_KEY, CKK_DH, dh_bits, check_private, NULL },
};

const MechFamily mech_dh = { "dh", mechs, N_ELEMENTS (mechs), kinds, N_ELEMENTS (kinds) };
