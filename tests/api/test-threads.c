/* Eight threads and one token. */

#include "apitest.h"

#define N_THREADS 8

typedef struct {
	const Api *api;
	CK_OBJECT_HANDLE rsa, ec, aes;
	unsigned number;
	unsigned rounds;
} Work;

/* SoftHSM does without locks unless it is told of threads. */
static void
start_for_threads (Api *api)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };

	assert_ok (api->f->C_Finalize (NULL));
	assert_ok (api->f->C_Initialize (&args));
	api->slot = token_slot_of (api->module);
	api->session = open_session (api->module, api->slot, TRUE);
}

static Work
prepare (Api *api, unsigned rounds)
{
	start_for_threads (api);
	return (Work){
		.api = api,
		.rsa = api_key (api, KEY_RSA_PRIVATE, T (YES (CKA_TOKEN), YES (CKA_SENSITIVE))),
		.ec = api_key (api, KEY_EC_PRIVATE, T (YES (CKA_TOKEN), YES (CKA_SENSITIVE))),
		.aes = api_key (api, KEY_AES, T (YES (CKA_TOKEN), YES (CKA_SENSITIVE))),
		.rounds = rounds,
	};
}

static void
run_threads (const Work *work, GThreadFunc function)
{
	GThread *threads[N_THREADS];
	Work works[N_THREADS];

	for (unsigned i = 0; i < N_THREADS; i++) {
		works[i] = *work;
		works[i].number = i;
		threads[i] = g_thread_new ("worker", function, &works[i]);
	}
	for (unsigned i = 0; i < N_THREADS; i++)
		g_thread_join (threads[i]);
}

static void *
sign_much (void *data)
{
	const Work *work = data;
	Api own = *work->api;
	CK_BYTE first[256], signature[256], hash[20] = { 0 };
	CK_ULONG n = sizeof first;

	own.session = api_open (work->api, 0);
	assert_ok (own.f->C_SignInit (own.session, MECH (CKM_RSA_PKCS), work->rsa));
	assert_ok (own.f->C_Sign (own.session, hash, sizeof hash, first, &n));
	for (unsigned i = 0; i < work->rounds; i++) {
		n = sizeof signature;
		assert_ok (own.f->C_SignInit (own.session, MECH (CKM_RSA_PKCS), work->rsa));
		assert_ok (own.f->C_Sign (own.session, hash, sizeof hash, signature, &n));
		g_assert_cmpmem (signature, n, first, sizeof first);
		n = sizeof signature;
		assert_ok (own.f->C_SignInit (own.session, MECH (CKM_ECDSA), work->ec));
		assert_ok (own.f->C_Sign (own.session, hash, sizeof hash, signature, &n));
	}
	assert_ok (own.f->C_CloseSession (own.session));
	return NULL;
}

static void
threads_sign_with_one_key (Api *api, gconstpointer unused)
{
	Work work = prepare (api, 40);

	run_threads (&work, sign_much);
}

static void *
encrypt_much (void *data)
{
	const Work *work = data;
	CK_SESSION_HANDLE session = api_open (work->api, 0);
	CK_FUNCTION_LIST *f = work->api->f;

	for (unsigned i = 0; i < work->rounds; i++) {
		CK_BYTE plain[64], out[64];
		CK_ULONG n = sizeof out;

		memset (plain, (int)(work->number * 16 + i), sizeof plain);
		assert_ok (f->C_EncryptInit (session, MECH (CKM_AES_ECB), work->aes));
		assert_ok (f->C_Encrypt (session, plain, sizeof plain, out, &n));
		assert_ok (f->C_DecryptInit (session, MECH (CKM_AES_ECB), work->aes));
		assert_ok (f->C_Decrypt (session, out, n, out, &n));
		g_assert_cmpmem (out, n, plain, sizeof plain);
	}
	assert_ok (f->C_CloseSession (session));
	return NULL;
}

static void
threads_encrypt_with_one_key (Api *api, gconstpointer unused)
{
	Work work = prepare (api, 300);

	run_threads (&work, encrypt_much);
}

static void *
make_and_destroy (void *data)
{
	const Work *work = data;
	Api own = *work->api;
	CK_BYTE id[2] = { (CK_BYTE)work->number, 0 };

	own.session = api_open (work->api, CKF_RW_SESSION);
	for (unsigned i = 0; i < work->rounds; i++) {
		CK_OBJECT_HANDLE object;

		id[1] = (CK_BYTE)i;
		object = api_key (&own, KEY_SECRET,
		                  T (A_BOOL (CKA_TOKEN, i % 4 == 0), A_DATA (CKA_ID, id, 2)));
		g_assert_cmpuint (api_count (&own, T (A_DATA (CKA_ID, id, 2))), ==, 1);
		assert_ok (api_set (&own, object, T (A_STRING (CKA_LABEL, "changed"))));
		api_assert_bytes (&own, object, CKA_LABEL, "changed", 7);
		assert_ok (own.f->C_DestroyObject (own.session, object));
		g_assert_cmpuint (api_count (&own, T (A_DATA (CKA_ID, id, 2))), ==, 0);
	}
	assert_ok (own.f->C_CloseSession (own.session));
	return NULL;
}

static void
threads_make_find_change_and_destroy (Api *api, gconstpointer unused)
{
	Work work = prepare (api, api->softhsm ? 4 : 24);

	run_threads (&work, make_and_destroy);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 3);
}

static void *
open_and_close (void *data)
{
	const Work *work = data;
	CK_FUNCTION_LIST *f = work->api->f;

	for (unsigned i = 0; i < work->rounds; i++) {
		CK_SESSION_HANDLE session = api_open (work->api, i % 2 ? CKF_RW_SESSION : 0);
		CK_SESSION_INFO info;

		assert_ok (f->C_GetSessionInfo (session, &info));
		assert_ok (f->C_CloseSession (session));
		assert_rv (f->C_GetSessionInfo (session, &info), CKR_SESSION_HANDLE_INVALID);
	}
	return NULL;
}

static void
threads_open_and_close_sessions (Api *api, gconstpointer unused)
{
	Work work = prepare (api, 300);

	run_threads (&work, open_and_close);
}

/* All in one session: one call at a time, and each of them ends well or says why not. */
static void *
digest_in_one_session (void *data)
{
	const Work *work = data;
	CK_FUNCTION_LIST *f = work->api->f;
	CK_BYTE in[16] = { 0 }, out[32];

	for (unsigned i = 0; i < work->rounds; i++) {
		CK_ULONG n = sizeof out;

		f->C_DigestInit (work->api->session, MECH (CKM_SHA256));
		f->C_DigestUpdate (work->api->session, in, sizeof in);
		f->C_DigestFinal (work->api->session, out, &n);
	}
	return NULL;
}

static void
threads_in_one_session_harm_nothing (Api *api, gconstpointer unused)
{
	Work work = prepare (api, 500);
	CK_BYTE in[1] = { 0 }, out[32];
	CK_ULONG n = sizeof out;

	if (api_spares_softhsm (api, "SoftHSM leaves it to the caller"))
		return;
	run_threads (&work, digest_in_one_session);
	api->f->C_DigestFinal (api->session, out, &n);
	n = sizeof out;
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_Digest (api->session, in, 1, out, &n));
}

/* What a session remembers of a key since the last operation counts only while nobody has changed it. */
static void
a_key_that_was_used_before_is_as_it_is_now (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE sign[] = { NO (CKA_SIGN) };
	CK_SESSION_HANDLE other = api_open (api, CKF_RW_SESSION);
	CK_BYTE hash[20] = { 0 }, signature[256];

	for (unsigned i = 0; i < 4; i++) {
		CK_OBJECT_HANDLE key = api_key (api, KEY_EC_PRIVATE, T (A_BOOL (CKA_TOKEN, i % 2)));
		CK_ULONG n = sizeof signature;

		assert_ok (api->f->C_SignInit (other, MECH (CKM_ECDSA), key));
		assert_ok (api->f->C_Sign (other, hash, sizeof hash, signature, &n));
		if (i < 2) {
			assert_ok (api->f->C_SetAttributeValue (api->session, key, sign, 1));
			assert_rv (api->f->C_SignInit (other, MECH (CKM_ECDSA), key), CKR_KEY_FUNCTION_NOT_PERMITTED);
		}
		assert_ok (api->f->C_DestroyObject (api->session, key));
		assert_rv (api->f->C_SignInit (other, MECH (CKM_ECDSA), key), CKR_KEY_HANDLE_INVALID);
	}
}

static void *
search_much (void *data)
{
	const Work *work = data;
	Api own = *work->api;
	CK_BYTE id[2] = { (CK_BYTE)work->number, 0 };
	CK_OBJECT_HANDLE object;

	own.session = api_open (work->api, CKF_RW_SESSION);
	for (unsigned i = 0; i < work->rounds; i++) {
		/* one of them changes what the others search among */
		if (work->number == 0) {
			object = api_key (&own, KEY_SECRET, T (A_BOOL (CKA_TOKEN, i % 8 == 0), A_DATA (CKA_ID, id, 2)));
			g_assert_cmpuint (api_count (&own, T (A_DATA (CKA_ID, id, 2))), ==, 1);
			assert_ok (own.f->C_DestroyObject (own.session, object));
		}
		g_assert_cmpuint (api_count (&own, T (A_STRING (CKA_ID, "many"))), ==, 40);
		g_assert_cmpuint (api_count (&own, T (A_DATA (CKA_ID, id, 2))), ==, 0);
	}
	assert_ok (own.f->C_CloseSession (own.session));
	return NULL;
}

static void *
search_only (void *data)
{
	const Work *work = data;
	Api own = *work->api;

	own.session = api_open (work->api, CKF_RW_SESSION);
	for (unsigned i = 0; i < work->rounds; i++)
		g_assert_cmpuint (api_count (&own, T (A_STRING (CKA_ID, "many"))), ==, 40);
	assert_ok (own.f->C_CloseSession (own.session));
	return NULL;
}

static void
threads_search_at_once (Api *api, gconstpointer unused)
{
	Work work = prepare (api, api->softhsm ? 2 : 60);

	for (unsigned i = 0; i < 40; i++)
		api_key (api, KEY_SECRET, T (YES (CKA_TOKEN), A_STRING (CKA_ID, "many")));
	run_threads (&work, search_much);
	/* and where all has been left alone for a while, without a lock that the others wait for */
	g_usleep (600000);
	api_count (api, T (A_STRING (CKA_ID, "many")));
	g_usleep (600000);
	run_threads (&work, search_only);
}

static void *
login_and_use (void *data)
{
	const Work *work = data;
	Api own = *work->api;
	CK_BYTE hash[20] = { 0 }, signature[64];

	own.session = api_open (work->api, CKF_RW_SESSION);
	for (unsigned i = 0; i < work->rounds; i++) {
		CK_ULONG n = sizeof signature;

		if (work->number == 0) {
			own.f->C_Logout (own.session);
			api_login (&own, own.session, CKU_USER, USER_PIN);
			continue;
		}
		/* Handles may be gone at any moment; the keys are found anew. */
		g_autoptr (GArray) found =
			find_objects (own.module, own.session, T (A_ULONG (CKA_KEY_TYPE, CKK_EC)));

		if (found->len > 0 &&
		    own.f->C_SignInit (own.session, MECH (CKM_ECDSA),
		                       g_array_index (found, CK_OBJECT_HANDLE, 0)) == CKR_OK)
			own.f->C_Sign (own.session, hash, sizeof hash, signature, &n);
	}
	assert_ok (own.f->C_CloseSession (own.session));
	return NULL;
}

static void
threads_survive_a_logout_of_one_of_them (Api *api, gconstpointer unused)
{
	Work work = prepare (api, 40);

	if (api_spares_softhsm (api, "SoftHSM crashes"))
		return;
	run_threads (&work, login_and_use);
	api->f->C_Logout (api->session);
	assert_ok (api_login (api, api->session, CKU_USER, USER_PIN));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 3);
}

static void *
close_under_others (void *data)
{
	const Work *work = data;
	CK_FUNCTION_LIST *f = work->api->f;
	CK_BYTE hash[20] = { 0 }, signature[64];

	for (unsigned i = 0; i < work->rounds; i++) {
		CK_SESSION_HANDLE session;
		CK_ULONG n = sizeof signature;

		if (f->C_OpenSession (work->api->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
		                      &session) != CKR_OK)
			continue;
		if (work->number == 0 && i % 8 == 0)
			f->C_CloseAllSessions (work->api->slot);
		api_login (work->api, session, CKU_USER, USER_PIN);
		if (f->C_SignInit (session, MECH (CKM_ECDSA), work->ec) == CKR_OK)
			f->C_Sign (session, hash, sizeof hash, signature, &n);
	}
	return NULL;
}

static void
threads_survive_that_all_sessions_are_closed (Api *api, gconstpointer unused)
{
	Work work = prepare (api, 40);

	if (api_spares_softhsm (api, "SoftHSM crashes"))
		return;
	run_threads (&work, close_under_others);
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	api->session = open_session (api->module, api->slot, TRUE);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 3);
}

static void *
ask_for_slots (void *data)
{
	const Work *work = data;
	CK_FUNCTION_LIST *f = work->api->f;

	for (unsigned i = 0; i < work->rounds; i++) {
		CK_MECHANISM_TYPE types[512];
		CK_SLOT_ID slots[8];
		CK_TOKEN_INFO info;
		CK_ULONG n = 8, n_types = 512;

		assert_ok (f->C_GetSlotList (CK_TRUE, NULL, &n));
		n = 8;
		assert_ok (f->C_GetSlotList (CK_TRUE, slots, &n));
		for (CK_ULONG j = 0; j < n; j++)
			assert_ok (f->C_GetTokenInfo (slots[j], &info));
		assert_ok (f->C_GetMechanismList (slots[0], types, &n_types));
	}
	return NULL;
}

static void
threads_ask_for_slots (Api *api, gconstpointer unused)
{
	Work work = prepare (api, 60);

	run_threads (&work, ask_for_slots);
}

static void
add_tests (void)
{
	ADD ("threads", threads_sign_with_one_key);
	ADD ("threads", threads_encrypt_with_one_key);
	ADD ("threads", threads_make_find_change_and_destroy);
	ADD ("threads", threads_open_and_close_sessions);
	ADD ("threads", threads_in_one_session_harm_nothing);
	ADD ("threads", a_key_that_was_used_before_is_as_it_is_now);
	ADD ("threads", threads_search_at_once);
	ADD ("threads", threads_survive_a_logout_of_one_of_them);
	ADD ("threads", threads_survive_that_all_sessions_are_closed);
	ADD ("threads", threads_ask_for_slots);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
