/* Short windows of each by turns, of which the best counts: what remains are ratios that a busy machine disturbs
 * least. */

#include "bench.h"

#include <math.h>

#define ENOUGH      0.9 /* of Nettle, from ENOUGH_FROM bytes up */
#define ENOUGH_FROM 1024
#define AS_QUICK    0.98   /* as another module; nearer than that nothing can be told apart */
#define SETTLE_US   400000 /* what was written just now is looked at twice; that is not what is measured */
#define LONGEST_US  3e6    /* of all windows: what takes that long is measured less often */

int n_windows = 9;
gint64 window_us = 40000, random_us = 700000;

gint64
batch (Runner *runner)
{
	gint64 start = g_get_monotonic_time ();

	for (guint i = 0; i < runner->n_batch; i++)
		runner->unit (&runner->job);
	return g_get_monotonic_time () - start;
}

void
warm_up (Runner *runner)
{
	for (runner->n_batch = 1; batch (runner) < window_us / 10;)
		runner->n_batch *= 2;
}

static void
window (Runner *runner, gint64 length)
{
	double n = 0, us = 0;

	while (us < (double)length) {
		us += (double)batch (runner);
		n += runner->n_batch;
	}
	runner->best = MAX (runner->best, n * 1e6 / us);
	runner->n_all += n;
	runner->us_all += us;
}

double
result (const Runner *runner)
{
	if (runner->unit == NULL)
		return NAN;
	return runner->job.row->random ? runner->n_all * 1e6 / runner->us_all : runner->best;
}

void
measure (Runner *runners, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (runners[i].unit != NULL)
			warm_up (&runners[i]);
	for (int w = 0; w < n_windows; w++)
		for (gsize i = 0; i < n; i++) {
			gint64 length = runners[i].job.row->random ? random_us : window_us;

			if (runners[i].unit != NULL &&
			    (w == 0 || runners[i].us_all < LONGEST_US || length == random_us))
				window (&runners[i], length);
		}
}

/* What fails is an error of ours, and with others a row that they have not. */
static void
runner_start (Runner *runner, Contestant *c, gboolean may_fail)
{
	CK_RV rv;

	runner->job.contestant = c;
	runner->job.session = c->session;
	rv = job_start (&runner->job);
	if (rv == CKR_OK) {
		runner->unit = job_unit;
		return;
	}
	if (!may_fail)
		g_error ("%s: %s is %s", c->name, runner->job.row->name, rv_name (rv));
	c->session = open_session (c->module, c->slot, TRUE); /* without what may still be under way */
}

/* What the table is read for. */
static const char *
judge (const Row *row, gsize n, const double *values, guint n_others)
{
	gboolean expected = !row->small && !row->near && (row->n > 0 || n >= ENOUGH_FROM);
	gboolean below = expected && values[0] < ENOUGH * values[n_others + 1];
	gboolean slower = FALSE;

	/* SoftHSM takes no notice of such parameters. */
	for (guint i = 1; i <= n_others && !row->near; i++)
		slower = slower || values[0] < AS_QUICK * values[i];
	return below && slower ? "below Nettle, slower" : below ? "below Nettle" : slower ? "slower" : "";
}

void
compare (GPtrArray *contestants, const Row *row, gsize n, gboolean is_new)
{
	g_autofree char *title = row_title (row, n);
	Runner runners[MOST_MODULES + 1] = { { 0 } };
	double values[MOST_MODULES + 1];
	guint n_modules = contestants->len;

	for (guint i = 0; i <= n_modules; i++)
		runners[i].job = (Job){ .row = row, .n = n };
	for (guint i = 0; i < n_modules; i++)
		runner_start (&runners[i], contestants->pdata[i], i > 0);
	if (row->direct != NULL) {
		row->direct->start (row, n);
		runners[n_modules].unit = job_direct;
	}
	if (is_new)
		g_usleep (SETTLE_US);
	measure (runners, n_modules + 1);
	for (guint i = 0; i <= n_modules; i++)
		values[i] = result (&runners[i]);
	report (title, row->n == 0 ? BYTES : PER_SECOND, n, values, judge (row, n, values, n_modules - 1));
	for (guint i = 0; i < n_modules; i++)
		if (runners[i].unit != NULL)
			job_end (&runners[i].job);
}
