/* One, two and four threads at the same work, each with a session of its own; and as many that call Nettle, which
 * show what the machine could do meanwhile. */

#include "bench.h"

#include <math.h>
#include <nettle/nettle-meta.h>
#include <pthread.h>

#define MOST_THREADS 4
#define BATCH_US     1000
#define SCALED       0.9 /* of what the processors allow; less, and the machine had something else to do */
#define TRIES        3

/* What stands for Nettle where it has nothing that does the same. */
static const Row control = { "control", "SHA-256", DIGEST, .n = 1024, .direct = &direct_hash, .with = &nettle_sha256 };

typedef struct Crew Crew;

typedef struct {
	Crew *crew;
	Runner runner;
	GThread *thread;
	double n;
	gint64 from, to; /* when it was at work: with more threads than processors none begins at once */
} Worker;

struct Crew {
	guint n;
	Worker workers[MOST_THREADS];
	pthread_barrier_t start, end;
	gint is_over; /* the window */
	gboolean is_done;
	double best;
};

static void *
work (void *data)
{
	Worker *worker = data;
	Crew *crew = worker->crew;
	Job *job = &worker->runner.job;

	if (worker->runner.unit == job_direct)
		job->row->direct->start (job->row, job->n);
	for (;;) {
		pthread_barrier_wait (&crew->start);
		if (crew->is_done)
			return NULL;
		worker->from = g_get_monotonic_time ();
		for (worker->n = 0; !g_atomic_int_get (&crew->is_over); worker->n += worker->runner.n_batch)
			batch (&worker->runner);
		worker->to = g_get_monotonic_time ();
		pthread_barrier_wait (&crew->end);
	}
}

static void
crew_window (Crew *crew)
{
	gint64 from = G_MAXINT64, to = 0;
	double n = 0;

	g_atomic_int_set (&crew->is_over, FALSE);
	pthread_barrier_wait (&crew->start);
	g_usleep ((gulong)window_us);
	g_atomic_int_set (&crew->is_over, TRUE);
	pthread_barrier_wait (&crew->end);
	for (guint i = 0; i < crew->n; i++) {
		const Worker *worker = &crew->workers[i];

		n += worker->n;
		from = MIN (from, worker->from);
		to = MAX (to, worker->to);
	}
	crew->best = MAX (crew->best, n * 1e6 / (double)(to - from));
}

/* @c: NULL for Nettle. */
static Crew *
crew_new (Contestant *c, const Row *row, gsize n, guint n_threads)
{
	Crew *crew = g_new0 (Crew, 1);

	crew->n = n_threads;
	pthread_barrier_init (&crew->start, NULL, n_threads + 1);
	pthread_barrier_init (&crew->end, NULL, n_threads + 1);
	if (c == NULL)
		row->direct->start (row, n);
	for (guint i = 0; i < n_threads; i++) {
		Worker *worker = &crew->workers[i];
		Runner *runner = &worker->runner;

		worker->crew = crew;
		runner->job = (Job){ .contestant = c, .row = row, .n = n };
		runner->unit = c ? job_unit : job_direct;
		if (c != NULL) {
			runner->job.session = open_session (c->module, c->slot, TRUE);
			assert_ok (job_start (&runner->job));
		}
		for (runner->n_batch = 1; batch (runner) < BATCH_US;)
			runner->n_batch *= 2;
		worker->thread = g_thread_new ("bench", work, worker);
	}
	return crew;
}

static void
crew_free (Crew *crew)
{
	crew->is_done = TRUE;
	pthread_barrier_wait (&crew->start);
	for (guint i = 0; i < crew->n; i++) {
		Job *job = &crew->workers[i].runner.job;

		g_thread_join (crew->workers[i].thread);
		if (job->contestant != NULL) {
			job_end (job);
			assert_ok (job->contestant->f->C_CloseSession (job->session));
		}
	}
	pthread_barrier_destroy (&crew->start);
	pthread_barrier_destroy (&crew->end);
	g_free (crew);
}

static const guint n_threads[] = { 1, 2, MOST_THREADS };

#define N_COUNTS G_N_ELEMENTS (n_threads)

static void
report_threads (const char *title, gsize n, const Row *row, guint n_modules, double best[][MOST_MODULES + 1])
{
	guint nettle = n_modules;

	for (guint t = 0; t < N_COUNTS; t++) {
		g_autofree char *line = g_strdup_printf ("%s, %u thread%s", title, n_threads[t], t ? "s" : "");
		g_autoptr (GString) remark = g_string_new (NULL);
		double values[MOST_MODULES + 1], here = best[t][nettle] / best[0][nettle];

		memcpy (values, best[t], sizeof values);
		if (row->direct == NULL)
			values[nettle] = NAN;
		if (t > 0)
			g_string_printf (remark, "times %.2f; the machine %.2f", best[t][0] / best[0][0], here);
		if (here < SCALED * MIN (n_threads[t], g_get_num_processors ()))
			g_string_append (remark, " only: does not count");
		report (line, row->n == 0 ? BYTES : PER_SECOND, n, values, remark->str);
	}
}

static gboolean
try_threads (Crew *crews[][MOST_MODULES + 1], guint n_modules, double best[][MOST_MODULES + 1])
{
	gboolean scaled = TRUE;

	for (int w = 0; w < n_windows; w++)
		for (guint t = 0; t < N_COUNTS; t++)
			for (guint i = 0; i <= n_modules; i++)
				if (crews[t][i] != NULL)
					crew_window (crews[t][i]);
	for (guint t = 0; t < N_COUNTS; t++) {
		for (guint i = 0; i <= n_modules; i++)
			best[t][i] = crews[t][i] ? crews[t][i]->best : NAN;
		scaled = scaled && best[t][n_modules] / best[0][n_modules] >=
		                           SCALED * MIN (n_threads[t], g_get_num_processors ());
	}
	return scaled;
}

/* Does the module do this at all? */
static gboolean
can (Contestant *c, const Row *row, gsize n)
{
	Job job = { .contestant = c, .session = open_session (c->module, c->slot, TRUE), .row = row, .n = n };
	gboolean is_ok = job_start (&job) == CKR_OK;

	if (is_ok)
		job_end (&job);
	assert_ok (c->f->C_CloseSession (job.session));
	return is_ok;
}

void
compare_threads (GPtrArray *contestants, const Row *row, gsize n)
{
	g_autofree char *title = row_title (row, n);
	Crew *crews[N_COUNTS][MOST_MODULES + 1] = { { NULL } };
	double best[N_COUNTS][MOST_MODULES + 1];
	guint n_modules = contestants->len;

	for (guint t = 0; t < N_COUNTS; t++) {
		for (guint i = 0; i < n_modules; i++)
			if (can (contestants->pdata[i], row, n))
				crews[t][i] = crew_new (contestants->pdata[i], row, n, n_threads[t]);
		crews[t][n_modules] = row->direct ? crew_new (NULL, row, n, n_threads[t])
		                                  : crew_new (NULL, &control, control.n, n_threads[t]);
	}
	for (int i = 0; i < TRIES && !try_threads (crews, n_modules, best); i++)
		;
	report_threads (title, n, row, n_modules, best);
	for (guint t = 0; t < N_COUNTS; t++)
		for (guint i = 0; i <= n_modules; i++)
			if (crews[t][i] != NULL)
				crew_free (crews[t][i]);
}
