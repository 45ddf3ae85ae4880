/* Tokens with more and more objects: what opening one costs, what a search, what a change.  Only modules that read
 * SoftHSM's tokens take part, each with a copy of the same one, which the first has filled. */

#include "bench.h"

#include <math.h>
#include <stdio.h>

#define N_OPENINGS    5
#define N_ROUNDS      5
#define ROUND_US      100000     /* of creating alone */
#define MOST_CREATED  64         /* in one round */
#define FIRST_CHANGED 0xffff0000 /* no number of an object that stays */
#define LONGEST_MS    3000       /* of one kind; what takes longer is done less often */

#define THREADS_AT 1000 /* objects, several search */

static const guint32 sizes[] = { 0, 100, 1000, 10000, 100000 };

static const Row searches[] = {
	{ "objects", "search by ID", FIND_ID, .n = 1 },
	{ "objects", "search by label", FIND_LABEL, .n = 1 },
	{ "objects", "search for nothing", FIND_NONE, .n = 1 },
	{ "objects", "search for all", FIND_ALL, .n = 1 },
};

/* A private secret key, as a token full of keys has them. */
static CK_OBJECT_HANDLE
create (const Contestant *c, guint32 number)
{
	char label[16];
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
		A_BOOL (CKA_TOKEN, CK_TRUE),         A_DATA (CKA_ID, &number, sizeof number),
		A_DATA (CKA_LABEL, label, 0),        A_STRING (CKA_VALUE, "thirty-two bytes, as AES-256 has"),
	};
	CK_OBJECT_HANDLE object;

	template[4].ulValueLen = (CK_ULONG)g_snprintf (label, sizeof label, OBJECT_LABEL, number);
	assert_ok (c->f->C_CreateObject (c->session, template, G_N_ELEMENTS (template), &object));
	return object;
}

static void
run (const char *first, ...)
{
	g_autoptr (GPtrArray) argv = g_ptr_array_new ();
	g_autoptr (GError) error = NULL;
	const char *word = first;
	va_list words;
	int status;

	va_start (words, first);
	for (; word != NULL; word = va_arg (words, const char *))
		g_ptr_array_add (argv, (void *)(guintptr)word);
	va_end (words);
	g_ptr_array_add (argv, NULL);
	g_spawn_sync (NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
	g_assert_no_error (error);
	g_assert_cmpint (status, ==, 0);
}

/* --- opening --- */

#define N_FIGURES 5

static const struct {
	const char *title;
	Measure measure;
} figures[N_FIGURES] = {
	{ "dlopen and C_Initialize", MILLISECONDS },
	{ "C_Login", MILLISECONDS },
	{ "open to first object", MILLISECONDS },
	{ "C_Finalize", MILLISECONDS },
	{ "resident memory", MEBIBYTES },
};

/* The best of each; FALSE if it took too long to be done again. */
static gboolean
open_once (const Contestant *c, const Place *place, double best[static N_FIGURES])
{
	static char *program;
	char *argv[] = { NULL, c->module->path, (char *)(guintptr)USER_PIN, NULL };
	g_autofree char *output_text = NULL;
	g_autoptr (GError) error = NULL;
	double now[N_FIGURES];
	int status;

	if (program == NULL) {
		g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
		g_autofree char *dir = g_path_get_dirname (self);

		program = g_build_filename (dir, "opening", NULL);
	}
	argv[0] = program;
	g_setenv ("SOFTHSM2_CONF", place->conf, TRUE);
	g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output_text, NULL, &status, &error);
	g_assert_no_error (error);
	g_assert_cmpint (status, ==, 0);
	g_assert_cmpint (sscanf (output_text, "%lf %lf %lf %lf %lf", &now[0], &now[1], &now[2], &now[3], &now[4]), ==,
	                 N_FIGURES);
	for (guint i = 0; i < N_FIGURES; i++)
		best[i] = isnan (best[i]) ? now[i] : MIN (best[i], now[i]);
	return now[2] * N_OPENINGS < LONGEST_MS;
}

static void
compare_opening (GPtrArray *contestants, Place **places, guint32 n)
{
	double best[MOST_MODULES][N_FIGURES];
	gboolean again[MOST_MODULES];

	for (guint i = 0; i < MOST_MODULES; i++)
		for (guint k = 0; k < N_FIGURES; k++)
			best[i][k] = NAN;
	for (guint i = 0; i < contestants->len; i++)
		again[i] = places[i] != NULL;
	for (guint round = 0; round < N_OPENINGS; round++)
		for (guint i = 0; i < contestants->len; i++)
			if (again[i])
				again[i] = open_once (contestants->pdata[i], places[i], best[i]);
	for (guint k = 0; k < N_FIGURES; k++) {
		g_autofree char *title = g_strdup_printf ("%s, %u objects", figures[k].title, n);
		double values[MOST_MODULES + 1] = { 0 };

		for (guint i = 0; i < contestants->len; i++)
			values[i] = best[i][k];
		values[contestants->len] = NAN;
		report (title, figures[k].measure, 0, values, "");
	}
}

/* --- changing --- */

enum { CREATED, PAIRS, CHANGED, DESTROYED, N_CHANGES };

static const char *const change_names[N_CHANGES] = { "create a key", "generate a P-256 pair on the token",
	                                             "set an attribute", "destroy a key" };

static gint64
time_pair (const Contestant *c)
{
	CK_ATTRIBUTE public[] = { A_BOOL (CKA_TOKEN, CK_TRUE),
		                  A_BYTES (CKA_EC_PARAMS, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7) };
	CK_ATTRIBUTE private[] = { A_BOOL (CKA_TOKEN, CK_TRUE) };
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_OBJECT_HANDLE made[2];
	gint64 start = g_get_monotonic_time (), end;

	assert_ok (c->f->C_GenerateKeyPair (c->session, &mechanism, public, G_N_ELEMENTS (public), private,
	                                    G_N_ELEMENTS (private), &made[0], &made[1]));
	end = g_get_monotonic_time ();
	assert_ok (c->f->C_DestroyObject (c->session, made[0]));
	assert_ok (c->f->C_DestroyObject (c->session, made[1]));
	return end - start;
}

/* Some are created, changed, destroyed again.  FALSE if that took too long to be done again. */
static gboolean
change_round (const Contestant *c, double best[static N_CHANGES])
{
	CK_ATTRIBUTE label[] = { A_STRING (CKA_LABEL, "another label") };
	CK_OBJECT_HANDLE made[MOST_CREATED];
	gint64 us[N_CHANGES + 1], start = g_get_monotonic_time ();
	guint32 n = 0;

	for (; n == 0 || (n < MOST_CREATED && g_get_monotonic_time () - start < ROUND_US); n++)
		made[n] = create (c, FIRST_CHANGED + n);
	us[CREATED] = g_get_monotonic_time () - start;
	start = g_get_monotonic_time ();
	for (guint32 i = 0; i < n; i++)
		assert_ok (c->f->C_SetAttributeValue (c->session, made[i], label, 1));
	us[CHANGED] = g_get_monotonic_time () - start;
	start = g_get_monotonic_time ();
	for (guint32 i = 0; i < n; i++)
		assert_ok (c->f->C_DestroyObject (c->session, made[i]));
	us[DESTROYED] = g_get_monotonic_time () - start;
	us[PAIRS] = 0;
	for (guint32 i = 0; i < n; i++)
		us[PAIRS] += time_pair (c);
	for (guint i = 0; i < N_CHANGES; i++)
		best[i] = MAX (best[i], n * 1e6 / (double)MAX (us[i], 1));
	return (us[CREATED] + us[CHANGED] + us[DESTROYED]) * N_ROUNDS < LONGEST_MS * 1000;
}

static void
compare_changes (GPtrArray *contestants, Place **places, guint32 n)
{
	double best[MOST_MODULES][N_CHANGES];
	gboolean again[MOST_MODULES];

	for (guint i = 0; i < contestants->len; i++) {
		again[i] = places[i] != NULL;
		for (guint k = 0; k < N_CHANGES; k++)
			best[i][k] = again[i] ? 0 : NAN;
	}
	for (guint round = 0; round < N_ROUNDS; round++)
		for (guint i = 0; i < contestants->len; i++)
			if (again[i])
				again[i] = change_round (contestants->pdata[i], best[i]);
	for (guint k = 0; k < N_CHANGES; k++) {
		g_autofree char *title = g_strdup_printf ("%s, %u objects", change_names[k], n);
		double values[MOST_MODULES + 1];

		for (guint i = 0; i < contestants->len; i++)
			values[i] = best[i][k];
		values[contestants->len] = NAN;
		report (title, PER_SECOND, 0, values, "");
	}
}

/* --- growing --- */

/* Only there are tokens that all can read. */
static gboolean
reads_softhsm (const Contestant *c)
{
	CK_TOKEN_INFO info;

	assert_ok (c->f->C_GetTokenInfo (c->slot, &info));
	return memcmp (info.model, "SoftHSM v2", 10) == 0;
}

/* All move to a token with @n objects: the first fills its own, the others get a copy of it. */
static void
grow (GPtrArray *contestants, Place **places, guint32 n)
{
	Contestant *first = contestants->pdata[0];
	g_autofree char *from = NULL;

	while (first->n_objects < n)
		create (first, first->n_objects++);
	from = g_strconcat (places[0]->tokendir, "/.", NULL);
	for (guint i = 1; i < contestants->len; i++) {
		Contestant *c = contestants->pdata[i];

		if (places[i] == NULL)
			continue;
		run ("rm", "-rf", places[i]->tokendir, NULL);
		run ("cp", "-r", from, places[i]->tokendir, NULL);
		move_to (c, places[i]);
		c->n_objects = n;
	}
	run ("sync", NULL);
}

void
compare_tokens (GPtrArray *contestants, guint32 most)
{
	Place *places[MOST_MODULES] = { NULL };

	if (!reads_softhsm (contestants->pdata[0]))
		return;
	/* Their own are full of keys by now. */
	for (guint i = 0; i < contestants->len; i++)
		if (reads_softhsm (contestants->pdata[i]))
			places[i] = place_new (NULL);
	move_to (contestants->pdata[0], places[0]);
	for (guint i = 0; i < G_N_ELEMENTS (sizes) && sizes[i] <= most; i++) {
		grow (contestants, places, sizes[i]);
		compare_opening (contestants, places, sizes[i]);
		for (guint row = 0; sizes[i] > 0 && row < G_N_ELEMENTS (searches); row++)
			compare (contestants, &searches[row], sizes[i], FALSE);
		if (sizes[i] == THREADS_AT)
			compare_threads (contestants, &searches[0], sizes[i]);
		compare_changes (contestants, places, sizes[i]);
	}
	for (guint i = 0; i < contestants->len; i++)
		if (places[i] != NULL) {
			move_to (contestants->pdata[i], NULL);
			place_free (places[i]);
		}
}
