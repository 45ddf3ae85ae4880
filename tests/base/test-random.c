/* Random bytes from the kernel. */

#include "random.h"

#include <glib.h>
#include <string.h>

static void
everything_is_filled_and_nothing_behind (void)
{
	static const size_t lengths[] = { 0, 1, 16, 255, 256, 257, 100000 };

	for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++) {
		g_autofree uint8_t *data = g_malloc0 (lengths[i] + 1);
		size_t n_zeros = 0;

		g_assert_cmpuint (random_bytes (data, lengths[i]), ==, CKR_OK);
		g_assert_cmpuint (data[lengths[i]], ==, 0);
		for (size_t j = 0; j < lengths[i]; j++)
			n_zeros += data[j] == 0;
		/* One in 256 is to be expected; eight times that never happens. */
		g_assert_cmpuint (n_zeros, <=, lengths[i] / 32 + 8);
	}
}

static void
two_draws_differ (void)
{
	uint8_t one[32], other[32];

	g_assert_cmpuint (random_bytes (one, sizeof one), ==, CKR_OK);
	random_nettle (NULL, sizeof other, other);
	g_assert_cmpint (memcmp (one, other, sizeof one), !=, 0);
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/base/random/everything_is_filled_and_nothing_behind", everything_is_filled_and_nothing_behind);
	g_test_add_func ("/base/random/two_draws_differ", two_draws_differ);
	return g_test_run ();
}
