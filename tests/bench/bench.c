/* How quick is a module beside others, and beside Nettle called directly?
 *
 *     bench [--family NAME] [--quick] [--most OBJECTS] [--tsv FILE] [NAME=]MODULE [[NAME=]OTHER-MODULE…]
 *
 * All are in this process, each module with a token of its own.  The table's ratios say how many times as quick, or as
 * small, the first module is as the one before them.  What fails ends the program; only others may lack a row, at its
 * first try. */

#include "bench.h"

#include <math.h>
#include <stdio.h>

/* Families that are no rows of rows.c. */
#define THREADS "threads"
#define OBJECTS "objects"

static GPtrArray *contestants;
static FILE *tsv;
static const char *family_now = "";
static guint n_slower, n_below;

/* --- the table --- */

static void
print_value (Measure measure, gsize n, double value)
{
	if (isnan (value))
		printf ("%14s", "-");
	else if (measure == MILLISECONDS)
		printf ("%11.2f ms", value);
	else if (measure == MEBIBYTES)
		printf ("%10.1f MiB", value);
	else if (measure == BYTES && n >= 1024)
		printf ("%9.1f MB/s", value * (double)n / 1e6);
	else
		printf (value < 100 ? "%12.1f/s" : "%12.0f/s", value);
}

static void
print_ratio (Measure measure, const double *values, guint i)
{
	gboolean is_cost = measure == MILLISECONDS || measure == MEBIBYTES;
	double ratio = is_cost ? values[i] / values[0] : values[0] / values[i];

	if (isnan (ratio))
		printf (" %8s", "");
	else
		printf (ratio < 100 ? " %8.2f" : " %8.0f", ratio);
}

void
report (const char *title, Measure measure, gsize n, const double *values, const char *remark)
{
	static const char *const measures[] = { "per second", "per second", "ms", "MiB" };

	printf ("%-44s", title);
	for (guint i = 0; i <= contestants->len; i++) {
		print_value (measure, n, values[i]);
		if (i > 0)
			print_ratio (measure, values, i);
	}
	printf ("%s%s\n", *remark ? "  " : "", remark);
	fflush (stdout);
	n_below += strstr (remark, "below") != NULL;
	n_slower += strstr (remark, "slower") != NULL;
	if (tsv == NULL)
		return;
	fprintf (tsv, "%s\t%s\t%s", family_now, title, measures[measure]);
	for (guint i = 0; i <= contestants->len; i++)
		if (isnan (values[i]))
			fprintf (tsv, "\t");
		else
			fprintf (tsv, "\t%g", values[i]);
	fprintf (tsv, "\t%s\n", remark);
}

static void
print_heads (void)
{
	printf ("%-44s", "");
	for (guint i = 0; i <= contestants->len; i++) {
		const char *name = i < contestants->len ? ((Contestant *)contestants->pdata[i])->name : "Nettle";

		printf ("%14s", name);
		if (i > 0)
			printf (" %8s", "ratio");
		if (tsv != NULL)
			fprintf (tsv, "%s%s", i == 0 ? "family\ttitle\tmeasure\t" : "\t", name);
	}
	printf ("\n");
	if (tsv != NULL)
		fprintf (tsv, "\tremark\n");
}

/* --- families --- */

static void
begin_family (const char *family)
{
	if (strcmp (family_now, family) != 0)
		printf ("-- %s\n", family);
	family_now = family;
}

typedef void (*Compare) (const Row *row, gsize n, gboolean is_new);

static void
compare_row (const Row *row, gsize n, gboolean is_new)
{
	compare (contestants, row, n, is_new);
}

static void
compare_row_threads (const Row *row, gsize n, gboolean is_new)
{
	compare_threads (contestants, row, n);
}

static void
run_row (const Row *row, gboolean is_new, Compare how)
{
	static const gsize sizes[] = { 16, 1024, LARGEST };

	if (row->n > 0)
		how (row, row->n, is_new);
	for (gsize i = 0; row->n == 0 && i < G_N_ELEMENTS (sizes); i++)
		how (row, sizes[i], is_new && i == 0);
}

static gboolean
is_wanted (const char *wanted, const char *family)
{
	return wanted == NULL || strcmp (wanted, family) == 0;
}

static void
run_rows (const char *wanted, gboolean threads)
{
	const Row *last = NULL;

	for (const Row *row = rows; row < rows + n_rows; row++) {
		gboolean is_new = last == NULL || last->key != row->key;

		if (!is_wanted (wanted, threads ? THREADS : row->family) || (threads && !row->threads))
			continue;
		begin_family (threads ? THREADS : row->family);
		for (guint i = 0; is_new && i < contestants->len; i++)
			forget_keys (contestants->pdata[i]);
		run_row (row, is_new && row->key != NULL, threads ? compare_row_threads : compare_row);
		last = row;
	}
}

static void
run_all (const char *wanted, guint32 most)
{
	print_heads ();
	run_rows (wanted, FALSE);
	run_rows (wanted, TRUE);
	if (is_wanted (wanted, OBJECTS)) {
		begin_family (OBJECTS);
		compare_tokens (contestants, most);
	}
	printf ("%u below 0.9 of Nettle, %u slower than another\n", n_below, n_slower);
}

/* --- the command line --- */

static gboolean
is_family (const char *name)
{
	for (gsize i = 0; i < n_rows; i++)
		if (strcmp (rows[i].family, name) == 0)
			return TRUE;
	return strcmp (name, THREADS) == 0 || strcmp (name, OBJECTS) == 0;
}

static int
usage (void)
{
	fprintf (stderr, "usage: bench [--family NAME] [--quick] [--most OBJECTS] [--tsv FILE] [NAME=]MODULE "
	                 "[[NAME=]OTHER-MODULE...]\nfamilies:");
	for (gsize i = 0; i < n_rows; i++)
		if (i == 0 || strcmp (rows[i].family, rows[i - 1].family) != 0)
			fprintf (stderr, " %s", rows[i].family);
	fprintf (stderr, " " THREADS " " OBJECTS "\n");
	return 2;
}

static void
enter_named (char *argument)
{
	char *equals = strchr (argument, '=');
	const char *slash = strrchr (argument, '/');

	if (equals != NULL)
		*equals = '\0';
	g_ptr_array_add (contestants,
	                 enter (equals || slash == NULL ? argument : slash + 1, equals ? equals + 1 : argument));
}

int
main (int argc, char **argv)
{
	const char *family = NULL;
	guint32 most = 100000;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp (argv[i], "--quick") == 0) {
			n_windows = 3;
			window_us = 15000;
			random_us = 100000;
		} else if (i + 1 == argc) {
			return usage ();
		} else if (strcmp (argv[i], "--family") == 0 && is_family (argv[i + 1])) {
			family = argv[++i];
		} else if (strcmp (argv[i], "--most") == 0) {
			most = (guint32)g_ascii_strtoull (argv[++i], NULL, 10);
		} else if (strcmp (argv[i], "--tsv") == 0) {
			tsv = fopen (argv[++i], "w");
			if (tsv == NULL)
				g_error ("cannot write %s", argv[i]);
		} else {
			return usage ();
		}
	}
	if (i == argc || argc - i > MOST_MODULES)
		return usage ();
	direct_init ();
	contestants = g_ptr_array_new ();
	for (; i < argc; i++)
		enter_named (argv[i]);
	run_all (family, most);
	for (guint k = 0; k < contestants->len; k++)
		leave (contestants->pdata[k]);
	g_ptr_array_unref (contestants);
	if (tsv != NULL && fclose (tsv) != 0)
		g_error ("the file is not whole");
	return 0;
}
