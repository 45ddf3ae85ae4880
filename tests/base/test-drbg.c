/* CTR_DRBG gives what NIST's known answers say, in pieces of any length. */

#include "drbg.h"

#include <glib.h>
#include <string.h>

static void
from_hex (const char *hex, guint8 *out, gsize n)
{
	for (gsize i = 0; i < n; i++)
		out[i] = (guint8)(g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
}

/* CAVP, CTR_DRBG.rsp without reseeding, AES-256 without derivation function, no personalization string or additional
 * input, COUNT = 0: the answer is the second piece. */
static const char seed_hex[] = "df5d73faa468649edda33b5cca79b0b05600419ccb7a879ddfec9db32ee494e5"
			       "531b51de16a30f769262474c73bec010";
static const char answer_hex[] = "d1c07cd95af8a7f11012c84ce48bb8cb87189e99d40fccb1771c619bdf82ab22"
				 "80b1dc2f2581f39164f7ac0c510494b3a43c41b7db17514c87b107ae793e01c5";

static void
start (Drbg *drbg)
{
	guint8 seed[DRBG_SEED_SIZE];

	from_hex (seed_hex, seed, sizeof seed);
	drbg_start (drbg, seed);
}

static void
the_known_answer_comes (void)
{
	guint8 wanted[64], made[64];
	Drbg drbg;

	from_hex (answer_hex, wanted, sizeof wanted);
	start (&drbg);
	drbg_generate (&drbg, made, sizeof made);
	drbg_generate (&drbg, made, sizeof made);
	g_assert_cmpmem (made, sizeof made, wanted, sizeof wanted);
}

/* A piece is the beginning of a longer one from the same state, and nothing is written behind it. */
static void
lengths_cut_the_same_stream (void)
{
	static const gsize lengths[] = { 0, 1, 15, 16, 17, 31, 4095, 4096, 4097, 8192, 65535, 65536 };
	g_autofree guint8 *all = g_malloc (DRBG_MOST);
	g_autofree guint8 *made = g_malloc (DRBG_MOST + 1);
	Drbg drbg;

	start (&drbg);
	drbg_generate (&drbg, all, DRBG_MOST);
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		memset (made, 0xa5, DRBG_MOST + 1);
		start (&drbg);
		drbg_generate (&drbg, made, lengths[i]);
		g_assert_cmpmem (made, lengths[i], all, lengths[i]);
		g_assert_cmpuint (made[lengths[i]], ==, 0xa5);
	}
}

/* The counter's low half runs over: E of the same key on a counter that another one reaches. */
static void
the_counter_carries (void)
{
	guint8 over[48], after[16];
	Drbg drbg, other;

	start (&drbg);
	other = drbg;
	drbg.v[0] = 7;
	drbg.v[1] = G_MAXUINT64 - 1;
	other.v[0] = 7 + 1;
	other.v[1] = 0;
	drbg_generate (&drbg, over, sizeof over);
	drbg_generate (&other, after, sizeof after);
	/* E (7, max), E (8, 0), E (8, 1) and E (8, 1) */
	g_assert_cmpmem (over + 32, 16, after, 16);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/drbg/the_known_answer_comes", the_known_answer_comes);
	g_test_add_func ("/drbg/lengths_cut_the_same_stream", lengths_cut_the_same_stream);
	g_test_add_func ("/drbg/the_counter_carries", the_counter_carries);
	return g_test_run ();
}
