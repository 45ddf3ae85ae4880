/* Modules at work: each has a token with the keys that rows ask for, and does units of work. */

#include "bench.h"

#include <nettle/des.h>

guint8 input[LARGEST + 64];
__thread guint8 output[LARGEST + 1024];

typedef struct {
	CK_OBJECT_HANDLE public, private; /* the same of a secret key */
} Handles;

/* --- tokens --- */

/* What NSS's softoken reads where CK_C_INITIALIZE_ARGS has its reserved pointer; its database is named there. */
typedef struct {
	void *mutex_functions[4];
	CK_FLAGS flags;
	char *parameters;
	void *reserved;
} NssInitialize;

#define NSS_KEYS 2 /* its slot with keys and certificates */

static void
initialize (Contestant *c)
{
	g_autofree char *parameters = g_strdup_printf (
		"configdir='sql:%s' certPrefix='' keyPrefix='' secmod='secmod.db' flags=", c->place->dir);
	NssInitialize nss = { .flags = CKF_OS_LOCKING_OK, .parameters = parameters };
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };

	g_setenv ("SOFTHSM2_CONF", c->place->conf, TRUE);
	assert_ok (c->f->C_Initialize (c->is_nss ? (void *)&nss : &args));
}

/* NSS's token has no SO PIN.  Keys are made as objects of the session there: it is much quicker with those. */
static CK_SLOT_ID
make_nss_token (Contestant *c)
{
	CK_SESSION_HANDLE session;

	assert_ok (c->f->C_OpenSession (NSS_KEYS, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
	assert_ok (c->f->C_Login (session, CKU_SO, (CK_UTF8CHAR *)"", 0));
	assert_ok (c->f->C_InitPIN (session, (CK_UTF8CHAR *)USER_PIN, strlen (USER_PIN)));
	assert_ok (c->f->C_Logout (session));
	assert_ok (c->f->C_CloseSession (session));
	return NSS_KEYS;
}

static gboolean
has_token (Contestant *c)
{
	CK_SLOT_ID slots[2];
	CK_ULONG n = G_N_ELEMENTS (slots);
	CK_TOKEN_INFO info;

	assert_ok (c->f->C_GetSlotList (CK_TRUE, slots, &n));
	assert_ok (c->f->C_GetTokenInfo (slots[0], &info));
	return (info.flags & CKF_TOKEN_INITIALIZED) != 0;
}

static void
open_token (Contestant *c)
{
	initialize (c);
	if (c->is_nss) {
		c->slot = make_nss_token (c);
	} else {
		if (!has_token (c))
			make_token (c->module, "bench");
		/* That may have left a module that takes no heed of threads. */
		assert_ok (c->f->C_Finalize (NULL));
		initialize (c);
		c->slot = token_slot_of (c->module);
	}
	c->session = open_session (c->module, c->slot, TRUE);
}

Contestant *
enter (const char *name, const char *path)
{
	Contestant *c = g_new0 (Contestant, 1);

	c->name = name;
	c->place = place_new (NULL);
	c->module = module_load (path);
	c->f = c->module->f;
	c->is_nss = strstr (path, "softokn3") != NULL;
	c->keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	open_token (c);
	return c;
}

void
move_to (Contestant *c, Place *place)
{
	Place *own = c->place;

	assert_ok (c->f->C_Finalize (NULL));
	g_hash_table_remove_all (c->keys);
	c->place = place ? place : own;
	open_token (c);
	c->place = own;
}

void
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
make_pair (Contestant *c, CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, const Key *key, CK_BBOOL on_token,
           Handles *made)
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
	return c->f->C_GenerateKeyPair (session, &mechanism, public, n_public, private, n_private, &made->public,
	                                &made->private);
}

/* The same value everywhere; its halves differ, as XTS wants them. */
static CK_RV
make_secret (Contestant *c, const Key *key, Handles *made)
{
	static CK_BYTE value[LARGEST];
	const CK_ATTRIBUTE value_and_kind[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, key->type),
		A_BOOL (CKA_TOKEN, !c->is_nss),      A_BOOL (CKA_SENSITIVE, CK_FALSE),
		A_BOOL (CKA_EXTRACTABLE, CK_TRUE),   A_DATA (CKA_VALUE, value, key->n),
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
			TRY (make_pair (c, c->session, key->generate, key, !c->is_nss, found));
		known = g_memdup2 (found, sizeof *found);
		g_hash_table_insert (c->keys, (void *)(guintptr)key, known);
	}
	*found = *known;
	return CKR_OK;
}

static CK_RV
destroy (Contestant *c, CK_SESSION_HANDLE session, const Handles *handles)
{
	if (handles->public != handles->private)
		TRY (c->f->C_DestroyObject (session, handles->public));
	return c->f->C_DestroyObject (session, handles->private);
}

void
forget_keys (Contestant *c)
{
	GHashTableIter iter;
	void *handles;

	g_hash_table_iter_init (&iter, c->keys);
	while (g_hash_table_iter_next (&iter, NULL, &handles)) {
		assert_ok (destroy (c, c->session, handles));
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
		TRY (job->contestant->f->C_DestroyObject (job->session, made[i]));
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

	TRY (make_pair (job->contestant, session, job->mechanism.mechanism, job->row->key, CK_FALSE, &made));
	return destroy (job->contestant, session, &made);
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

RUN (digest_start)
{
	*n = 0;
	return f->C_DigestInit (session, &job->mechanism);
}

RUN (digest_part)
{
	return f->C_DigestUpdate (session, input, job->n);
}

RUN (digest_end)
{
	return f->C_DigestFinal (session, output, n);
}

RUN (sign_start)
{
	*n = 0;
	return f->C_SignInit (session, &job->mechanism, job->private);
}

RUN (sign_part)
{
	return f->C_SignUpdate (session, input, job->n);
}

RUN (sign_end)
{
	return f->C_SignFinal (session, output, n);
}

RUN (encrypt_start)
{
	*n = 0;
	return f->C_EncryptInit (session, &job->mechanism, job->public);
}

RUN (encrypt_part)
{
	return f->C_EncryptUpdate (session, input, job->n, output, n);
}

RUN (encrypt_end)
{
	return f->C_EncryptFinal (session, output, n);
}

RUN (session)
{
	CK_SESSION_HANDLE one;

	TRY (f->C_OpenSession (job->contestant->slot, CKF_SERIAL_SESSION, NULL, NULL, &one));
	return f->C_CloseSession (one);
}

/* @n: how many there are. */
static CK_RV
find (CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n_template, CK_ULONG *n)
{
	CK_OBJECT_HANDLE found[256];
	CK_ULONG n_found;

	TRY (f->C_FindObjectsInit (session, template, n_template));
	*n = 0;
	do {
		TRY (f->C_FindObjects (session, found, G_N_ELEMENTS (found), &n_found));
		*n += n_found;
	} while (n_found == G_N_ELEMENTS (found));
	return f->C_FindObjectsFinal (session);
}

static __thread guint32 searched;

RUN (find_id)
{
	CK_ATTRIBUTE template[] = { A_DATA (CKA_ID, &searched, sizeof searched) };

	searched = (searched + 1) % job->contestant->n_objects;
	TRY (find (f, session, template, 1, n));
	g_assert_cmpuint (*n, ==, 1);
	return CKR_OK;
}

RUN (find_label)
{
	char label[16];
	CK_ATTRIBUTE template[] = { { CKA_LABEL, label, 0 } };

	searched = (searched + 1) % job->contestant->n_objects;
	template[0].ulValueLen = (CK_ULONG)g_snprintf (label, sizeof label, OBJECT_LABEL, searched);
	TRY (find (f, session, template, 1, n));
	g_assert_cmpuint (*n, ==, 1);
	return CKR_OK;
}

RUN (find_none)
{
	CK_ATTRIBUTE template[] = { A_STRING (CKA_ID, "nobody") };

	TRY (find (f, session, template, 1, n));
	g_assert_cmpuint (*n, ==, 0);
	return CKR_OK;
}

RUN (find_all)
{
	TRY (find (f, session, NULL, 0, n));
	g_assert_cmpuint (*n, ==, job->contestant->n_objects);
	return CKR_OK;
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
	[DIGEST_PART] = { "by parts", run_digest_part, run_digest_start, run_digest_end },
	[SIGN_PART] = { "sign by parts", run_sign_part, run_sign_start, run_sign_end },
	[ENCRYPT_PART] = { "encrypt by parts", run_encrypt_part, run_encrypt_start, run_encrypt_end },
	[RANDOM] = { "", run_random },
	[SESSION] = { "", run_session },
	[FIND_ID] = { "", run_find_id },
	[FIND_LABEL] = { "", run_find_label },
	[FIND_NONE] = { "", run_find_none },
	[FIND_ALL] = { "", run_find_all },
};

static CK_RV
job_run (Job *job, Run run, CK_ULONG *n)
{
	*n = sizeof output;
	return run (job, job->contestant->f, job->session, n);
}

static gboolean
is_there (const Job *job)
{
	const Contestant *c = job->contestant;
	CK_MECHANISM_INFO info;

	/* NSS takes the parameter of PBKDF2 for another one, and falls over it. */
	if ((directions[job->row->direction].is_new && c->module->f3 == NULL) ||
	    (c->is_nss && job->row->mechanism == CKM_PKCS5_PBKD2) ||
	    (job->row->direction >= FIND_ID && c->n_objects == 0))
		return FALSE;
	if (c->is_nss || (job->row->mechanism == 0 && job->row->key == NULL))
		return TRUE;
	return c->f->C_GetMechanismInfo (c->slot, job->row->mechanism, &info) == CKR_OK;
}

static CK_RV
find_keys (Job *job)
{
	static const Key wrapped = { CKK_AES, 32 };
	Direction direction = job->row->direction;
	Handles handles = { 0 };

	if (job->row->key != NULL && direction != GENERATE && direction != GENERATE_PAIR &&
	    direction != GENERATE_DOMAIN)
		TRY (key_in (job->contestant, job->row->key, &handles));
	job->public = handles.public;
	job->private = handles.private;
	if (direction == WRAP || direction == UNWRAP) {
		TRY (key_in (job->contestant, &wrapped, &handles));
		job->made = handles.private;
	}
	return CKR_OK;
}

CK_RV
job_start (Job *job)
{
	const Row *row = job->row;
	Run before = directions[row->direction].before;
	CK_ULONG n;

	if (!is_there (job))
		return CKR_MECHANISM_INVALID;
	TRY (find_keys (job));
	g_assert_cmpuint (row->n_param, <=, sizeof job->param);
	if (row->n_param > 0)
		memcpy (job->param, row->param, row->n_param);
	job->mechanism = (CK_MECHANISM){ row->mechanism, row->n_param > 0 ? job->param : NULL, row->n_param };
	if (row->fit != NULL)
		row->fit (job);
	if (before != NULL) {
		TRY (job_run (job, before, &n));
		job->result = g_memdup2 (output, n);
		job->n_result = n;
	}
	job->is_begun = TRUE;
	return job_run (job, directions[row->direction].run, &n);
}

void
job_end (Job *job)
{
	Run after = directions[job->row->direction].after;
	CK_ULONG n;

	if (after != NULL && job->is_begun)
		assert_ok (job_run (job, after, &n));
	g_free (job->result);
	g_free (job->peer);
}

void
job_unit (Job *job)
{
	CK_ULONG n;
	CK_RV rv = job_run (job, directions[job->row->direction].run, &n);

	if (rv != CKR_OK)
		g_error ("%s: %s is %s", job->contestant->name, job->row->name, rv_name (rv));
}

void
job_direct (Job *job)
{
	job->row->direct->work (job->row, job->n);
}

char *
row_title (const Row *row, gsize n)
{
	GString *title = g_string_new (row->name);

	if (*directions[row->direction].name != '\0')
		g_string_append_printf (title, " %s", directions[row->direction].name);
	if (row->direction >= FIND_ID)
		g_string_append_printf (title, ", %zu objects", n);
	if (row->n == 0)
		g_string_append_printf (title, n < 1024 ? " %zu B" : " %zu KiB", n < 1024 ? n : n / 1024);
	return g_string_free (title, FALSE);
}
