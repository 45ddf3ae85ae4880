/* How quick is a module beside another one, and beside Nettle called directly?
 *
 *     bench [--family NAME] [--quick] MODULE [OTHER-MODULE]
 *
 * All are in this process, each module with a token of its own.  Each kind of work (rows.c) is done in short windows,
 * by turns, and the best window of each counts: what remains are ratios that a busy machine disturbs least.
 * What fails ends the program; only the other module may lack a row, at its first try. */

#include "bench.h"

#include <nettle/des.h>
#include <stdio.h>

#define N_OBJECTS 1000
#define ENOUGH 0.9      /* of Nettle, from ENOUGH_FROM bytes up */
#define ENOUGH_FROM 1024
#define AS_QUICK 0.98   /* as the other module; nearer than that nothing can be told apart */
#define LARGEST_TEMPLATE 16
#define SETTLE_US 400000        /* what was written just now is looked at twice; that is not what is measured */

guint8 input[LARGEST + 64], output[LARGEST + 1024];

static int n_windows = 9;
static gint64 window_us = 40000, random_us = 700000;

typedef struct Contestant {
	Module *module;
	CK_FUNCTION_LIST *f;
	Place *place;
	CK_SESSION_HANDLE session;
	GHashTable *keys;       /* Handles, by the Key */
	gboolean is_full;       /* has the objects to search among */
} Contestant;

typedef struct {
	CK_OBJECT_HANDLE public, private;       /* the same of a secret key */
} Handles;

#define TRY(expr)                                                                                            \
	do {                                                                                                 \
		CK_RV try_rv = (expr);                                                                       \
		if (try_rv != CKR_OK)                                                                        \
			return try_rv;                                                                       \
	} while (0)

static Contestant *
enter (const char *path)
{
	Contestant *c = g_new0 (Contestant, 1);

	c->place = place_new (NULL);
	c->module = module_load (path);
	c->f = c->module->f;
	c->keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	assert_ok (c->f->C_Initialize (NULL));
	c->session = open_session (c->module, make_token (c->module, "bench"), TRUE);
	return c;
}

static void
leave (Contestant *c)
{
	assert_ok (c->f->C_Finalize (NULL));
	module_unload (c->module);
	place_free (c->place);
	g_hash_table_unref (c->keys);
	g_free (c);
}

/* --- keys --- */

static const CK_ATTRIBUTE public_usage[] = { A_BOOL (CKA_VERIFY, CK_TRUE), A_BOOL (CKA_ENCRYPT, CK_TRUE),
	                                     A_BOOL (CKA_WRAP, CK_TRUE) };
static const CK_ATTRIBUTE private_usage[] = { A_BOOL (CKA_SIGN, CK_TRUE), A_BOOL (CKA_DECRYPT, CK_TRUE),
	                                      A_BOOL (CKA_UNWRAP, CK_TRUE), A_BOOL (CKA_DERIVE, CK_TRUE) };

/* Adds @n of @from, without the empty ones at the end. */
static CK_ULONG
add (CK_ATTRIBUTE *template, CK_ULONG at, const CK_ATTRIBUTE *from, gsize n)
{
	for (gsize i = 0; i < n && from[i].pValue != NULL; i++, at++)
		template[at] = from[i];
	g_assert_cmpuint (at, <=, LARGEST_TEMPLATE);
	return at;
}

static CK_RV
make_pair (Contestant *c, CK_MECHANISM_TYPE type, const Key *key, CK_BBOOL on_token, Handles *made)
{
	const CK_ATTRIBUTE place = A_BOOL (CKA_TOKEN, on_token);
	CK_ATTRIBUTE public[LARGEST_TEMPLATE], private[LARGEST_TEMPLATE];
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_ULONG n_public = 0, n_private = 0;

	n_public = add (public, n_public, &place, 1);
	n_public = add (public, n_public, public_usage, G_N_ELEMENTS (public_usage));
	n_public = add (public, n_public, key->public, G_N_ELEMENTS (key->public));
	n_private = add (private, n_private, &place, 1);
	n_private = add (private, n_private, private_usage, G_N_ELEMENTS (private_usage));
	n_private = add (private, n_private, &key->private, 1);
	return c->f->C_GenerateKeyPair (c->session, &mechanism, public, n_public, private, n_private, &made->public,
	                                &made->private);
}

/* The same value everywhere; its halves differ, as XTS wants them. */
static CK_RV
make_secret (Contestant *c, const Key *key, Handles *made)
{
	static CK_BYTE value[LARGEST];
	const CK_ATTRIBUTE value_and_kind[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, key->type),  A_BOOL (CKA_TOKEN, CK_TRUE),
		A_BOOL (CKA_SENSITIVE, CK_FALSE),    A_BOOL (CKA_EXTRACTABLE, CK_TRUE), A_DATA (CKA_VALUE, value, key->n),
	};
	CK_ATTRIBUTE template[LARGEST_TEMPLATE];
	CK_ULONG n = 0;

	for (CK_ULONG i = 0; i < key->n; i++)
		value[i] = (CK_BYTE)(7 * i + 1);
	des_fix_parity (key->n, value, value);
	n = add (template, n, value_and_kind, G_N_ELEMENTS (value_and_kind));
	n = add (template, n, public_usage, G_N_ELEMENTS (public_usage));
	n = add (template, n, private_usage, G_N_ELEMENTS (private_usage));
	TRY (c->f->C_CreateObject (c->session, template, n, &made->private));
	made->public = made->private;
	return CKR_OK;
}

static CK_RV
key_in (Contestant *c, const Key *key, Handles *found)
{
	Handles *known = g_hash_table_lookup (c->keys, key);

	if (known == NULL) {
		if (key->n > 0)
			TRY (make_secret (c, key, found));
		else
			TRY (make_pair (c, key->generate, key, CK_TRUE, found));
		known = g_memdup2 (found, sizeof *found);
		g_hash_table_insert (c->keys, (void *)(guintptr)key, known);
	}
	*found = *known;
	return CKR_OK;
}

static CK_RV
destroy (Contestant *c, const Handles *handles)
{
	if (handles->public != handles->private)
		TRY (c->f->C_DestroyObject (c->session, handles->public));
	return c->f->C_DestroyObject (c->session, handles->private);
}

/* So that each row finds a token with its own keys only, whatever came before. */
static void
forget_keys (Contestant *c)
{
	GHashTableIter iter;
	void *handles;

	g_hash_table_iter_init (&iter, c->keys);
	while (g_hash_table_iter_next (&iter, NULL, &handles)) {
		assert_ok (destroy (c, handles));
		g_hash_table_iter_remove (&iter);
	}
}

/* --- parameters that are known only now --- */

void
fit_ccm (Job *job)
{
	((CcmParams *)(void *)job->param)->n_data = job->n;
}

static void
fit_peer (Job *job, CK_ATTRIBUTE_TYPE type)
{
	GBytes *value = get_attribute (job->contestant->module, job->contestant->session, job->public, type);

	g_assert_nonnull (value);
	job->peer = g_bytes_unref_to_data (value, &job->n_peer);
}

/* Everybody agrees with himself. */
void
fit_peer_point (Job *job)
{
	EcdhParams *params = (EcdhParams *)(void *)job->param;

	fit_peer (job, CKA_EC_POINT);
	params->public = job->peer;
	params->n_public = job->n_peer;
}

void
fit_peer_value (Job *job)
{
	fit_peer (job, CKA_VALUE);
	job->mechanism.pParameter = job->peer;
	job->mechanism.ulParameterLen = job->n_peer;
}

void
fit_second_key (Job *job)
{
	memcpy (job->param, &job->private, sizeof job->private);
}

CK_RV
clean_tls_keys (Job *job)
{
	const TlsKeys *keys = ((TlsKeysParams *)(void *)job->param)->keys;
	const CK_OBJECT_HANDLE made[] = { keys->client_mac, keys->server_mac, keys->client_key, keys->server_key };

	for (gsize i = 0; i < G_N_ELEMENTS (made); i++)
		TRY (job->contestant->f->C_DestroyObject (job->contestant->session, made[i]));
	return CKR_OK;
}

/* --- one unit of work --- */

#define RUN(name) static CK_RV run_##name (Job *job, CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_ULONG *n)

RUN (digest)
{
	TRY (f->C_DigestInit (session, &job->mechanism));
	return f->C_Digest (session, input, job->n, output, n);
}

RUN (sign)
{
	TRY (f->C_SignInit (session, &job->mechanism, job->private));
	return f->C_Sign (session, input, job->n, output, n);
}

RUN (verify)
{
	TRY (f->C_VerifyInit (session, &job->mechanism, job->public));
	return f->C_Verify (session, input, job->n, job->result, job->n_result);
}

RUN (encrypt)
{
	TRY (f->C_EncryptInit (session, &job->mechanism, job->public));
	return f->C_Encrypt (session, input, job->n, output, n);
}

RUN (decrypt)
{
	TRY (f->C_DecryptInit (session, &job->mechanism, job->private));
	return f->C_Decrypt (session, job->result, job->n_result, output, n);
}

static CK_ATTRIBUTE new_secret[] = { A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
	                             A_BOOL (CKA_SENSITIVE, CK_FALSE), A_BOOL (CKA_EXTRACTABLE, CK_TRUE) };

RUN (wrap)
{
	return f->C_WrapKey (session, &job->mechanism, job->public, job->made, output, n);
}

RUN (unwrap)
{
	CK_OBJECT_HANDLE made;

	TRY (f->C_UnwrapKey (session, &job->mechanism, job->private, job->result, job->n_result, new_secret,
	                     G_N_ELEMENTS (new_secret), &made));
	return f->C_DestroyObject (session, made);
}

/* Some mechanisms give no key, or give theirs by the parameter. */
RUN (derive)
{
	const CK_ATTRIBUTE length = A_ULONG (CKA_VALUE_LEN, job->row->n_made ? job->row->n_made : 16);
	CK_ATTRIBUTE template[LARGEST_TEMPLATE];
	CK_ULONG n_template = add (template, 0, new_secret, G_N_ELEMENTS (new_secret));
	CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;

	n_template = add (template, n_template, &length, 1);
	TRY (f->C_DeriveKey (session, &job->mechanism, job->private, template, n_template, &made));
	if (job->row->clean != NULL)
		TRY (job->row->clean (job));
	return made != CK_INVALID_HANDLE ? f->C_DestroyObject (session, made) : CKR_OK;
}

RUN (derive_data)
{
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_CLASS, CKO_DATA), A_ULONG (CKA_VALUE_LEN, 16) };
	CK_OBJECT_HANDLE made;

	TRY (f->C_DeriveKey (session, &job->mechanism, job->private, template, G_N_ELEMENTS (template), &made));
	return f->C_DestroyObject (session, made);
}

RUN (encapsulate)
{
	CK_OBJECT_HANDLE made;

	TRY (job->contestant->module->f3->C_EncapsulateKey (session, &job->mechanism, job->public, new_secret,
	                                                    G_N_ELEMENTS (new_secret), output, n, &made));
	return f->C_DestroyObject (session, made);
}

RUN (generate)
{
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, job->row->key->type),
		                    A_ULONG (CKA_VALUE_LEN, job->row->key->n) };
	CK_OBJECT_HANDLE made;

	TRY (f->C_GenerateKey (session, &job->mechanism, template, G_N_ELEMENTS (template), &made));
	return f->C_DestroyObject (session, made);
}

RUN (generate_pair)
{
	Handles made;

	TRY (make_pair (job->contestant, job->mechanism.mechanism, job->row->key, CK_FALSE, &made));
	return destroy (job->contestant, &made);
}

RUN (generate_domain)
{
	CK_ATTRIBUTE template[LARGEST_TEMPLATE] = { A_ULONG (CKA_CLASS, CKO_DOMAIN_PARAMETERS),
		                                    A_ULONG (CKA_KEY_TYPE, job->row->key->type) };
	CK_ULONG n_template = add (template, 2, job->row->key->public, G_N_ELEMENTS (job->row->key->public));
	CK_OBJECT_HANDLE made;

	TRY (f->C_GenerateKey (session, &job->mechanism, template, n_template, &made));
	return f->C_DestroyObject (session, made);
}

RUN (start_messages)
{
	CK_MECHANISM mechanism = { job->mechanism.mechanism, NULL, 0 };

	*n = 0;
	return job->contestant->module->f3->C_MessageEncryptInit (session, &mechanism, job->public);
}

RUN (message)
{
	return job->contestant->module->f3->C_EncryptMessage (session, job->param, job->row->n_param, NULL, 0, input,
	                                                      job->n, output, n);
}

RUN (end_messages)
{
	return job->contestant->module->f3->C_MessageEncryptFinal (session);
}

RUN (random)
{
	return f->C_GenerateRandom (session, output, job->n);
}

/* Secret keys with an ID each, as a token full of keys has them. */
static void
fill (Contestant *c)
{
	for (guint32 i = 0; i < N_OBJECTS; i++) {
		CK_ATTRIBUTE template[] = {
			A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
			A_BOOL (CKA_TOKEN, CK_TRUE),         A_DATA (CKA_ID, &i, sizeof i),
			A_STRING (CKA_VALUE, "sixteen bytes...")
		};
		CK_OBJECT_HANDLE object;

		assert_ok (c->f->C_CreateObject (c->session, template, G_N_ELEMENTS (template), &object));
	}
	c->is_full = TRUE;
}

RUN (search)
{
	static guint32 id;
	CK_ATTRIBUTE template[] = { A_DATA (CKA_ID, &id, sizeof id) };
	CK_OBJECT_HANDLE found[2];
	CK_ULONG n_found;

	if (!job->contestant->is_full)
		fill (job->contestant);
	id = (id + 1) % N_OBJECTS;
	TRY (f->C_FindObjectsInit (session, template, 1));
	TRY (f->C_FindObjects (session, found, 2, &n_found));
	g_assert_cmpuint (n_found, ==, 1);
	return f->C_FindObjectsFinal (session);
}

typedef CK_RV (*Run) (Job *job, CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_ULONG *n);

static const struct {
	const char *name;
	Run run, before, after; /* @before makes what @run takes, @after ends what that has begun */
	gboolean is_new;        /* not in the list of 2.40 */
} directions[] = {
	[DIGEST] = { "", run_digest },
	[SIGN] = { "sign", run_sign },
	[VERIFY] = { "verify", run_verify, run_sign },
	[ENCRYPT] = { "encrypt", run_encrypt },
	[DECRYPT] = { "decrypt", run_decrypt, run_encrypt },
	[WRAP] = { "wrap", run_wrap },
	[UNWRAP] = { "unwrap", run_unwrap, run_wrap },
	[DERIVE] = { "derive", run_derive },
	[DERIVE_DATA] = { "derive data", run_derive_data },
	[ENCAPSULATE] = { "encapsulate", run_encapsulate, .is_new = TRUE },
	[GENERATE] = { "generate", run_generate },
	[GENERATE_PAIR] = { "generate", run_generate_pair },
	[GENERATE_DOMAIN] = { "parameters", run_generate_domain },
	[MESSAGE] = { "message", run_message, run_start_messages, run_end_messages, TRUE },
	[RANDOM] = { "", run_random },
	[SEARCH] = { "", run_search },
};

static CK_RV
job_run (Job *job, Run run, CK_ULONG *n)
{
	*n = sizeof output;
	return run (job, job->contestant->f, job->contestant->session, n);
}

/* Everything up to and with the first unit. */
static CK_RV
job_start (Job *job)
{
	static const Key wrapped = { CKK_AES, 32 };
	const Row *row = job->row;
	Direction direction = row->direction;
	Handles handles = { 0 };
	CK_ULONG n;

	if (row->key != NULL && direction != GENERATE && direction != GENERATE_PAIR && direction != GENERATE_DOMAIN)
		TRY (key_in (job->contestant, row->key, &handles));
	job->public = handles.public;
	job->private = handles.private;
	if (direction == WRAP || direction == UNWRAP) {
		TRY (key_in (job->contestant, &wrapped, &handles));
		job->made = handles.private;
	}
	g_assert_cmpuint (row->n_param, <=, sizeof job->param);
	if (row->n_param > 0)
		memcpy (job->param, row->param, row->n_param);
	job->mechanism = (CK_MECHANISM){ row->mechanism, row->n_param > 0 ? job->param : NULL, row->n_param };
	if (row->fit != NULL)
		row->fit (job);
	if (directions[direction].before != NULL) {
		TRY (job_run (job, directions[direction].before, &n));
		job->result = g_memdup2 (output, n);
		job->n_result = n;
	}
	return job_run (job, directions[direction].run, &n);
}

static void
job_end (Job *job, gboolean is_done)
{
	Run after = directions[job->row->direction].after;
	CK_ULONG n;

	if (after != NULL && is_done)
		assert_ok (job_run (job, after, &n));
	g_free (job->result);
	g_free (job->peer);
}

static void
module_unit (Job *job)
{
	CK_ULONG n;
	CK_RV rv = job_run (job, directions[job->row->direction].run, &n);

	if (rv != CKR_OK)
		g_error ("%s: %s is %s", job->contestant->module->path, job->row->name, rv_name (rv));
}

static void
direct_unit (Job *job)
{
	job->row->direct->work (job->row, job->n);
}

/* --- measuring --- */

typedef struct {
	void (*unit) (Job *job);        /* NULL: nobody */
	Job job;
	guint n_batch;                  /* units between two looks at the clock */
	double best;                    /* units per second */
	double n_all, us_all;
} Runner;

static gint64
batch (Runner *runner)
{
	gint64 start = g_get_monotonic_time ();

	for (guint i = 0; i < runner->n_batch; i++)
		runner->unit (&runner->job);
	return g_get_monotonic_time () - start;
}

static void
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

static double
result (const Runner *runner)
{
	return runner->job.row->random ? runner->n_all * 1e6 / runner->us_all : runner->best;
}

/* Does this module do it at all?  Only ours must do what it says it can. */
static CK_RV
runner_start (Runner *runner, Contestant *c, gboolean may_fail)
{
	const Row *row = runner->job.row;
	CK_SLOT_ID slot;
	CK_MECHANISM_INFO mech_info;
	CK_SESSION_INFO session;
	CK_RV rv = CKR_OK;

	if (c == NULL || (directions[row->direction].is_new && c->module->f3 == NULL))
		return CKR_MECHANISM_INVALID;
	runner->job.contestant = c;
	assert_ok (c->f->C_GetSessionInfo (c->session, &session));
	slot = session.slotID;
	if (row->direction != RANDOM && row->direction != SEARCH)
		rv = c->f->C_GetMechanismInfo (slot, row->mechanism, &mech_info);
	if (rv == CKR_OK) {
		rv = job_start (&runner->job);
		if (rv != CKR_OK && !may_fail)
			g_error ("%s: %s is %s", c->module->path, row->name, rv_name (rv));
	}
	if (rv == CKR_OK)
		runner->unit = module_unit;
	else
		c->session = open_session (c->module, slot, TRUE); /* without what may still be under way */
	return rv;
}

/* --- the table --- */

static void
print_rate (const Runner *runner, const char *nobody)
{
	const Row *row = runner->job.row;
	double rate = result (runner);

	if (runner->unit == NULL)
		printf ("%14s", nobody);
	else if (row->n == 0 && runner->job.n >= ENOUGH_FROM)
		printf ("%9.1f MB/s", rate * (double)runner->job.n / 1e6);
	else
		printf ("%12.0f/s", rate);
}

static void
print_ratio (const Runner *ours, const Runner *other)
{
	if (ours->unit == NULL || other->unit == NULL)
		printf (" %7s", "");
	else
		printf (" %7.2f", result (ours) / result (other));
}

/* What the table is read for. */
static guint n_slower, n_below;

static void
judge (const Runner *ours, const Runner *other, const Runner *nettle)
{
	const Row *row = ours->job.row;
	gboolean expected = !row->small && !row->near && (row->n > 0 || ours->job.n >= ENOUGH_FROM);

	if (ours->unit == NULL)
		return;
	if (nettle->unit != NULL && expected && result (ours) < ENOUGH * result (nettle)) {
		printf ("  below Nettle");
		n_below++;
	}
	/* SoftHSM takes no notice of such parameters. */
	if (other->unit != NULL && !row->near && result (ours) < AS_QUICK * result (other)) {
		printf ("  slower than other");
		n_slower++;
	}
}

static char *
row_title (const Row *row, gsize n)
{
	GString *title = g_string_new (row->name);

	if (*directions[row->direction].name != '\0')
		g_string_append_printf (title, " %s", directions[row->direction].name);
	if (row->n == 0)
		g_string_append_printf (title, n < 1024 ? " %zu B" : " %zu KiB", n < 1024 ? n : n / 1024);
	return g_string_free (title, FALSE);
}

static void
measure (Runner *runners, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (runners[i].unit != NULL)
			warm_up (&runners[i]);
	for (int w = 0; w < n_windows; w++)
		for (gsize i = 0; i < n; i++)
			if (runners[i].unit != NULL)
				window (&runners[i], runners[i].job.row->random ? random_us : window_us);
}

static void
compare (Contestant *a, Contestant *b, const Row *row, gsize n, gboolean is_new)
{
	g_autofree char *title = row_title (row, n);
	Runner ours = { .job = { .row = row, .n = n } };
	Runner runners[] = { ours, ours, ours };
	CK_RV rv;

	runner_start (&runners[0], a, FALSE);
	rv = runner_start (&runners[1], b, TRUE);
	if (row->direct != NULL) {
		row->direct->start (row, n);
		runners[2].unit = direct_unit;
	}
	if (is_new)
		g_usleep (SETTLE_US);
	measure (runners, G_N_ELEMENTS (runners));
	printf ("%-36s", title);
	print_rate (&runners[0], "-");
	print_rate (&runners[1], b ? "-" : "");
	print_ratio (&runners[0], &runners[1]);
	print_rate (&runners[2], "-");
	print_ratio (&runners[0], &runners[2]);
	judge (&runners[0], &runners[1], &runners[2]);
	if (b != NULL && rv != CKR_OK && rv != CKR_MECHANISM_INVALID)
		printf ("  other: %s", rv_name (rv));
	printf ("\n");
	fflush (stdout);
	for (gsize i = 0; i < 2; i++)
		job_end (&runners[i].job, runners[i].unit != NULL);
}

static void
run_row (Contestant *a, Contestant *b, const Row *row, gboolean is_new)
{
	static const gsize sizes[] = { 16, 1024, LARGEST };

	if (row->n > 0)
		compare (a, b, row, row->n, is_new);
	for (gsize i = 0; row->n == 0 && i < G_N_ELEMENTS (sizes); i++)
		compare (a, b, row, sizes[i], is_new && i == 0);
}

static void
run_all (Contestant *a, Contestant *b, const char *family)
{
	const Row *last = NULL;

	printf ("%-36s%14s%14s %7s%14s %7s\n", "", "first", b ? "other" : "", b ? "ratio" : "", "Nettle", "ratio");
	for (const Row *row = rows; row < rows + n_rows; row++) {
		gboolean is_new = last == NULL || last->key != row->key;

		if (family != NULL && strcmp (family, row->family) != 0)
			continue;
		if (last == NULL || strcmp (last->family, row->family) != 0)
			printf ("-- %s\n", row->family);
		if (is_new)
			forget_keys (a);
		if (is_new && b != NULL)
			forget_keys (b);
		run_row (a, b, row, is_new && row->key != NULL);
		last = row;
	}
	printf ("%u below %.1f of Nettle, %u slower than the other\n", n_below, ENOUGH, n_slower);
}

static gboolean
is_family (const char *name)
{
	for (gsize i = 0; i < n_rows; i++)
		if (strcmp (rows[i].family, name) == 0)
			return TRUE;
	return FALSE;
}

int
main (int argc, char **argv)
{
	const char *family = NULL, *paths[2] = { NULL };
	int n_paths = 0;
	Contestant *a, *b;

	for (int i = 1; i < argc; i++) {
		if (strcmp (argv[i], "--quick") == 0) {
			n_windows = 3;
			window_us = 15000;
			random_us = 100000;
		} else if (strcmp (argv[i], "--family") == 0 && i + 1 < argc && is_family (argv[i + 1])) {
			family = argv[++i];
		} else if (argv[i][0] != '-' && n_paths < 2) {
			paths[n_paths++] = argv[i];
		} else {
			n_paths = 0;
			break;
		}
	}
	if (n_paths == 0) {
		fprintf (stderr, "usage: bench [--family NAME] [--quick] MODULE [OTHER-MODULE]\nfamilies:");
		for (gsize i = 0; i < n_rows; i++)
			if (i == 0 || strcmp (rows[i].family, rows[i - 1].family) != 0)
				fprintf (stderr, " %s", rows[i].family);
		fprintf (stderr, "\n");
		return 2;
	}
	direct_init ();
	a = enter (paths[0]);
	b = n_paths > 1 ? enter (paths[1]) : NULL;
	run_all (a, b, family);
	leave (a);
	if (b != NULL)
		leave (b);
	return 0;
}
