/* Powers by the 52-bit multiply instructions of AVX-512 (IFMA).  See ifma.h.
 *
 * Numbers are digits of 52 bits, eight to a vector.  A product is Montgomery's, digit by digit of one factor and almost
 * reduced: below twice the modulus, which four times fits, so that nothing is ever compared (S. Gueron and V. Krasnov,
 * "Software implementation of modular exponentiation, using advanced vector instructions architectures", 2012).  What
 * its lowest digit comes to is followed beside the vectors: the next digit's quotient waits for that alone.  Two powers
 * go side by side, for each leaves the processor idle most of the time.
 *
 * Every step is the same for all values: table entries are picked by reading all of them, carries ripple in masks.
 * Loops over vectors and powers are unrolled, so that sums stay in registers. */

#include "ifma.h"
#include "secmem.h"

#if defined(__x86_64__) && GMP_NUMB_BITS == 64

#include <cpuid.h>
#include <immintrin.h>

#define TARGET __attribute__ ((target ("avx512f,avx512ifma,bmi2")))
#define INLINE static inline __attribute__ ((always_inline)) TARGET

#define DIGIT_BITS   52
#define DIGIT_MASK   (((uint64_t)1 << DIGIT_BITS) - 1)
#define LANES        8
#define VECTOR       (LANES * sizeof (uint64_t))
#define LEAST_LIMBS  12 /* of a modulus; GMP is as quick with shorter ones */
#define MOST_LIMBS   32
#define LEAST_BITS   128 /* of an exponent: the table is to pay */
#define MOST_BITS    4096
#define MOST_VECTORS 5
#define MOST_STREAMS 2
#define WINDOW       5
#define N_ENTRIES    (1 << WINDOW)

__extension__ typedef unsigned __int128 Product;

#ifdef __clang__
#define UNROLLED
#else
#define UNROLLED _Pragma ("GCC unroll 8")
#endif

/* One power.  Each number is as many digits as its vectors have. */
typedef struct {
	uint64_t *modulus, *power, *picked;
	uint64_t *table; /* N_ENTRIES of them */
	uint64_t k0;     /* -1 / modulus, for one digit */
	mp_limb_t exponent[MOST_BITS / 64 + 1];
} Stream;

#define N_NUMBERS (3 + N_ENTRIES)

/* Secure memory; numbers stand behind it. */
typedef struct {
	size_t n_digits;
	size_t n_vectors;
	size_t n_bits; /* of the longer exponent */
	mp_limb_t *scratch;
	Stream streams[MOST_STREAMS];
} Work;

static size_t
digits_for (size_t n_limbs)
{
	return (n_limbs * 64 + 2 + DIGIT_BITS - 1) / DIGIT_BITS;
}

/* The instructions, and a system that keeps their registers.  (The compiler's own question brings a constructor.) */
static bool
ask_processor (void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid (1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		return false;
	__asm__ volatile ("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	if ((a & 0xe6) != 0xe6 || !__get_cpuid_count (7, 0, &a, &b, &c, &d))
		return false;
	return (b & bit_AVX512F) && (b & bit_AVX512IFMA) && (b & bit_BMI2);
}

static bool
has_ifma (void)
{
	static int known; /* 1: no, 2: yes */
	int has = __atomic_load_n (&known, __ATOMIC_RELAXED);

	if (has == 0) {
		has = ask_processor () ? 2 : 1;
		__atomic_store_n (&known, has, __ATOMIC_RELAXED);
	}
	return has == 2;
}

bool
ifma_can (const Power *powers, size_t n)
{
	if (!has_ifma () || n > MOST_STREAMS)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t limbs = mpz_size (powers[i].modulus);

		if (limbs < LEAST_LIMBS || limbs > MOST_LIMBS || powers[i].n_bits < LEAST_BITS ||
		    powers[i].n_bits > MOST_BITS || digits_for (limbs) != digits_for (mpz_size (powers[0].modulus)))
			return false;
	}
	return true;
}

/* --- digits and limbs --- */

static void
digits_set (uint64_t *digits, size_t n_digits, const mp_limb_t *limbs, size_t n)
{
	for (size_t i = 0; i < n_digits; i++) {
		size_t at = i * DIGIT_BITS / 64, shift = i * DIGIT_BITS % 64;
		uint64_t low = at < n ? limbs[at] >> shift : 0;
		uint64_t high = at + 1 < n && shift > 0 ? limbs[at + 1] << (64 - shift) : 0;

		digits[i] = (low | high) & DIGIT_MASK;
	}
}

/* Of a number that fits. */
static void
digits_get (const uint64_t *digits, size_t n_digits, mp_limb_t *limbs, size_t n)
{
	memset (limbs, 0, n * sizeof *limbs);
	for (size_t i = 0; i < n_digits; i++) {
		size_t at = i * DIGIT_BITS / 64, shift = i * DIGIT_BITS % 64;

		if (at < n)
			limbs[at] |= digits[i] << shift;
		if (at + 1 < n && shift > 64 - DIGIT_BITS)
			limbs[at + 1] |= digits[i] >> (64 - shift);
	}
}

/* Newton's way to -1 / m modulo 2^52: each step has twice as many bits right. */
static uint64_t
negative_inverse (uint64_t m)
{
	uint64_t x = m; /* three bits */

	for (int i = 0; i < 5; i++)
		x *= 2 - m * x;
	return -x & DIGIT_MASK;
}

/* --- products --- */

INLINE __m512i
load (const uint64_t *digits, int j)
{
	return _mm512_load_si512 (digits + j * LANES);
}

/* Digits of more than 52 bits give the rest to the next one. */
INLINE void
carry (__m512i *x, int v)
{
	const __m512i mask = _mm512_set1_epi64 ((long long)DIGIT_MASK);
	__m512i below = _mm512_setzero_si512 ();
	uint64_t over = 0, full = 0, ripple;

	UNROLLED
	for (int j = 0; j < v; j++) {
		__m512i rest = _mm512_srli_epi64 (x[j], DIGIT_BITS);

		x[j] = _mm512_add_epi64 (_mm512_and_si512 (x[j], mask), _mm512_alignr_epi64 (rest, below, LANES - 1));
		below = rest;
		over |= (uint64_t)_mm512_cmpgt_epu64_mask (x[j], mask) << (j * LANES);
		full |= (uint64_t)_mm512_cmpeq_epu64_mask (x[j], mask) << (j * LANES);
	}
	/* a carry runs through digits that are full, as it does through the ones of a sum */
	ripple = ((over << 1) + full) ^ full;
	UNROLLED
	for (int j = 0; j < v; j++) {
		__mmask8 lanes = (__mmask8)(ripple >> (j * LANES));

		x[j] = _mm512_and_si512 (_mm512_mask_add_epi64 (x[j], lanes, x[j], _mm512_set1_epi64 (1)), mask);
	}
}

/* out = a b / 2^(52 n_digits), each; @out may be one of the factors. */
INLINE void
multiply (const Work *work, int v, int s, uint64_t *out[], const uint64_t *const a[], const uint64_t *const b[])
{
	__m512i x[MOST_STREAMS][MOST_VECTORS];
	uint64_t lowest[MOST_STREAMS] = { 0 };

	UNROLLED
	for (int i = 0; i < s; i++)
		UNROLLED
		for (int j = 0; j < v; j++)
			x[i][j] = _mm512_setzero_si512 ();
	for (size_t at = 0; at < work->n_digits; at++)
		UNROLLED
		for (int i = 0; i < s; i++) {
			const Stream *stream = &work->streams[i];
			uint64_t digit = b[i][at];
			Product t = (Product)a[i][0] * digit + lowest[i];
			uint64_t q = (uint64_t)t * stream->k0 & DIGIT_MASK;
			__m512i digit_v = _mm512_set1_epi64 ((long long)digit), q_v = _mm512_set1_epi64 ((long long)q);

			t += (Product)stream->modulus[0] * q;
			UNROLLED
			for (int j = 0; j < v; j++)
				x[i][j] = _mm512_madd52lo_epu64 (x[i][j], load (a[i], j), digit_v);
			UNROLLED
			for (int j = 0; j < v; j++)
				x[i][j] = _mm512_madd52lo_epu64 (x[i][j], load (stream->modulus, j), q_v);
			UNROLLED
			for (int j = 0; j < v - 1; j++)
				x[i][j] = _mm512_alignr_epi64 (x[i][j + 1], x[i][j], 1);
			x[i][v - 1] = _mm512_alignr_epi64 (_mm512_setzero_si512 (), x[i][v - 1], 1);
			/* the high half of the lowest digit is in t; what the vectors have of it is not looked at */
			lowest[i] = (uint64_t)(t >> DIGIT_BITS) +
			            (uint64_t)_mm_cvtsi128_si64 (_mm512_castsi512_si128 (x[i][0]));
			UNROLLED
			for (int j = 0; j < v; j++)
				x[i][j] = _mm512_madd52hi_epu64 (x[i][j], load (a[i], j), digit_v);
			UNROLLED
			for (int j = 0; j < v; j++)
				x[i][j] = _mm512_madd52hi_epu64 (x[i][j], load (stream->modulus, j), q_v);
		}
	UNROLLED
	for (int i = 0; i < s; i++) {
		x[i][0] = _mm512_mask_set1_epi64 (x[i][0], 1, (long long)lowest[i]);
		carry (x[i], v);
		UNROLLED
		for (int j = 0; j < v; j++)
			_mm512_store_si512 (out[i] + j * LANES, x[i][j]);
	}
}

/* --- powers --- */

/* Entry @window of the table, by reading all. */
INLINE void
pick (const Stream *stream, int v, uint64_t window)
{
	const __m512i wanted = _mm512_set1_epi64 ((long long)window);
	__m512i x[MOST_VECTORS];

	UNROLLED
	for (int j = 0; j < v; j++)
		x[j] = _mm512_setzero_si512 ();
	for (int e = 0; e < N_ENTRIES; e++) {
		__mmask8 is_it = _mm512_cmpeq_epu64_mask (wanted, _mm512_set1_epi64 (e));

		UNROLLED
		for (int j = 0; j < v; j++)
			x[j] = _mm512_mask_mov_epi64 (x[j], is_it, load (stream->table + e * v * LANES, j));
	}
	UNROLLED
	for (int j = 0; j < v; j++)
		_mm512_store_si512 (stream->picked + j * LANES, x[j]);
}

static uint64_t
window_at (const Stream *stream, size_t bit)
{
	size_t at = bit / 64, shift = bit % 64;
	uint64_t bits = stream->exponent[at] >> shift;

	if (shift > 64 - WINDOW)
		bits |= stream->exponent[at + 1] << (64 - shift);
	return bits & (N_ENTRIES - 1);
}

/* The tables have 1 and the base, all in Montgomery's form; the power comes out of it. */
INLINE void
raise (Work *work, int v, int s)
{
	const int n = v * LANES;
	uint64_t *power[MOST_STREAMS], *entry[MOST_STREAMS];
	const uint64_t *factor[MOST_STREAMS], *base[MOST_STREAMS];

	for (int i = 0; i < s; i++) {
		power[i] = work->streams[i].power;
		base[i] = work->streams[i].table + n;
		factor[i] = work->streams[i].picked;
	}
	for (int e = 2; e < N_ENTRIES; e++) {
		const uint64_t *before[MOST_STREAMS];

		for (int i = 0; i < s; i++) {
			entry[i] = work->streams[i].table + e * n;
			before[i] = entry[i] - n;
		}
		multiply (work, v, s, entry, before, base);
	}
	for (int i = 0; i < s; i++)
		memcpy (power[i], work->streams[i].table, (size_t)n * sizeof (uint64_t));
	for (size_t bit = (work->n_bits + WINDOW - 1) / WINDOW * WINDOW; bit > 0; bit -= WINDOW) {
		for (int i = 0; i < WINDOW; i++)
			multiply (work, v, s, power, (const uint64_t *const *)power, (const uint64_t *const *)power);
		for (int i = 0; i < s; i++)
			pick (&work->streams[i], v, window_at (&work->streams[i], bit - WINDOW));
		multiply (work, v, s, power, (const uint64_t *const *)power, factor);
	}
	for (int i = 0; i < s; i++) {
		memset (work->streams[i].picked, 0, (size_t)n * sizeof (uint64_t));
		work->streams[i].picked[0] = 1;
	}
	multiply (work, v, s, power, (const uint64_t *const *)power, factor);
}

#define RAISE(v, s)                                                                                                    \
	static TARGET void raise_##v##_##s (Work *work)                                                                \
	{                                                                                                              \
		raise (work, v, s);                                                                                    \
	}
RAISE (3, 1)
RAISE (3, 2)
RAISE (4, 1)
RAISE (4, 2)
RAISE (5, 1)
RAISE (5, 2)

static void (*const raises[][MOST_STREAMS]) (Work *work) = {
	{ raise_3_1, raise_3_2 },
	{ raise_4_1, raise_4_2 },
	{ raise_5_1, raise_5_2 },
};
#define LEAST_VECTORS 3

static size_t
scratch_limbs (const Power *power)
{
	size_t n = mpz_size (power->modulus), n_shifted = power->n_base + (digits_for (n) * DIGIT_BITS + 63) / 64;

	return n_shifted + (size_t)mpn_sec_div_r_itch ((mp_size_t)n_shifted, (mp_size_t)n);
}

/* @n limbs times 2^(52 n_digits), by the modulus. */
static void
to_montgomery (const Work *work, const mpz_t modulus, const mp_limb_t *limbs, size_t n, uint64_t *digits)
{
	size_t n_bits = work->n_digits * DIGIT_BITS, n_shifted = n + (n_bits + 63) / 64, at = n_bits / 64;
	mp_limb_t *shifted = work->scratch;

	mpn_zero (shifted, (mp_size_t)n_shifted);
	if (n_bits % 64 == 0)
		mpn_copyi (shifted + at, limbs, (mp_size_t)n);
	else
		shifted[at + n] = mpn_lshift (shifted + at, limbs, (mp_size_t)n, n_bits % 64);
	mpn_sec_div_r (shifted, (mp_size_t)n_shifted, mpz_limbs_read (modulus), (mp_size_t)mpz_size (modulus),
	               shifted + n_shifted);
	digits_set (digits, work->n_digits, shifted, mpz_size (modulus));
}

/* @room: for its numbers, all zero. */
static void
stream_start (const Work *work, Stream *stream, uint64_t *room, const Power *power)
{
	const mp_limb_t *modulus = mpz_limbs_read (power->modulus), one = 1;
	size_t n = work->n_vectors * LANES;

	stream->modulus = room;
	stream->power = room + n;
	stream->picked = room + 2 * n;
	stream->table = room + 3 * n;
	digits_set (stream->modulus, work->n_digits, modulus, mpz_size (power->modulus));
	stream->k0 = negative_inverse (modulus[0]);
	mpn_copyi (stream->exponent, power->exponent, (mp_size_t)((power->n_bits + 63) / 64));
	if (power->n_bits % 64 > 0)
		stream->exponent[power->n_bits / 64] &= ((mp_limb_t)1 << power->n_bits % 64) - 1;
	to_montgomery (work, power->modulus, &one, 1, stream->table);
	to_montgomery (work, power->modulus, power->base, power->n_base, stream->table + n);
}

/* It is at most the modulus. */
static void
stream_end (const Work *work, const Stream *stream, const Power *power)
{
	mp_size_t n = (mp_size_t)mpz_size (power->modulus);
	mp_limb_t reduced[MOST_LIMBS], is_below;

	digits_get (stream->power, work->n_digits, power->power, (size_t)n);
	is_below = mpn_sub_n (reduced, power->power, mpz_limbs_read (power->modulus), n);
	mpn_cnd_sub_n (1 - is_below, power->power, power->power, mpz_limbs_read (power->modulus), n);
	wipe (reduced, sizeof reduced);
}

/* Where the registers did not suffice. */
static __attribute__ ((noinline)) void
wipe_stack (void)
{
	uint8_t below[2048];

	wipe (below, sizeof below);
}

CK_RV
ifma_powers (const Power *powers, size_t n)
{
	size_t n_digits = digits_for (mpz_size (powers[0].modulus)), n_scratch = 0;
	size_t n_vectors = n_digits > (LEAST_VECTORS - 1) * LANES ? (n_digits + LANES - 1) / LANES : LEAST_VECTORS;
	size_t n_room = N_NUMBERS * n_vectors * LANES;
	uint64_t *room;
	void *memory;
	Work *work;

	for (size_t i = 0; i < n; i++)
		n_scratch = scratch_limbs (&powers[i]) > n_scratch ? scratch_limbs (&powers[i]) : n_scratch;
	memory = sec_try_alloc (VECTOR - 1 + n * n_room * sizeof *room + sizeof *work + n_scratch * sizeof (mp_limb_t));
	TRY_ALLOC (memory);
	room = (uint64_t *)(((uintptr_t)memory + VECTOR - 1) & ~(uintptr_t)(VECTOR - 1));
	work = (Work *)(void *)(room + n * n_room);
	*work = (Work){ .n_digits = n_digits, .n_vectors = n_vectors, .scratch = (mp_limb_t *)(void *)(work + 1) };
	for (size_t i = 0; i < n; i++) {
		stream_start (work, &work->streams[i], room + i * n_room, &powers[i]);
		work->n_bits = powers[i].n_bits > work->n_bits ? powers[i].n_bits : work->n_bits;
	}
	raises[n_vectors - LEAST_VECTORS][n - 1](work);
	wipe_stack ();
	for (size_t i = 0; i < n; i++)
		stream_end (work, &work->streams[i], &powers[i]);
	sec_free (memory);
	return CKR_OK;
}

#else

bool
ifma_can (const Power *powers, size_t n)
{
	return false;
}

CK_RV
ifma_powers (const Power *powers, size_t n)
{
	return CKR_FUNCTION_FAILED;
}

#endif
