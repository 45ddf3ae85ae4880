/* A process that forks while the library is at work: PKCS #11 v3.2 section 5.4.1 has the child initialise
 * anew, and SoftHSM's library.reset_on_fork says what becomes of what it inherited. */

#include "apitest.h"

#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	Api *api;
	CK_OBJECT_HANDLE key;
} Family;

/* What a child finds; 0 is all well, else the number of the line that was not. */
typedef int (*Child) (const Family *family);

#define WANT(condition)                                                                                      \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			return __LINE__ % 250 + 1;                                                           \
	} while (0)

static int
run_child (const Family *family, Child child)
{
	pid_t pid = fork ();
	int status;

	g_assert_cmpint (pid, >=, 0);
	if (pid == 0) {
		alarm (20);
		_exit (child (family));
	}
	g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
	return WIFEXITED (status) ? WEXITSTATUS (status) : 1000 + WTERMSIG (status);
}

static Family
prepare (Api *api)
{
	return (Family){ api, api_key (api, KEY_EC_PRIVATE, T (YES (CKA_TOKEN))) };
}

static CK_RV
sign (const Family *family)
{
	CK_BYTE hash[32] = { 1 }, signature[64];
	CK_ULONG n = sizeof signature;
	CK_RV rv = family->api->f->C_SignInit (family->api->session, MECH (CKM_ECDSA), family->key);

	return rv == CKR_OK ? family->api->f->C_Sign (family->api->session, hash, sizeof hash, signature, &n)
	                    : rv;
}

static void
assert_parent_is_unaffected (const Family *family)
{
	CK_SESSION_INFO info;

	assert_ok (family->api->f->C_GetSessionInfo (family->api->session, &info));
	g_assert_cmpuint (info.state, ==, CKS_RW_USER_FUNCTIONS);
	assert_ok (sign (family));
	api_key (family->api, DATA_OBJECT, T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "after")));
	g_assert_cmpuint (api_count (family->api, T (A_STRING (CKA_LABEL, "after"))), ==, 1);
}

/* --- library.reset_on_fork = false --- */

static int
child_goes_on (const Family *family)
{
	CK_SESSION_INFO info;

	WANT (family->api->f->C_GetSessionInfo (family->api->session, &info) == CKR_OK);
	WANT (info.state == CKS_RW_USER_FUNCTIONS);
	WANT (sign (family) == CKR_OK);
	return 0;
}

static void
child_inherits_sessions_and_login (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	assert_ok (sign (&family));
	g_assert_cmpint (run_child (&family, child_goes_on), ==, 0);
	assert_parent_is_unaffected (&family);
}

/* A key that the parent never used must open in the child, too. */
static void
child_opens_keys_that_the_parent_did_not (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	g_assert_cmpint (run_child (&family, child_goes_on), ==, 0);
	assert_parent_is_unaffected (&family);
}

static int
child_of_child (const Family *family)
{
	return run_child (family, child_goes_on);
}

static void
child_of_a_child_inherits_too (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	g_assert_cmpint (run_child (&family, child_of_child), ==, 0);
	assert_parent_is_unaffected (&family);
}

static int
child_destroys_and_makes (const Family *family)
{
	const CK_ATTRIBUTE made[] = { A_ULONG (CKA_CLASS, CKO_DATA), YES (CKA_TOKEN),
		                      A_STRING (CKA_LABEL, "by the child") };
	CK_OBJECT_HANDLE object;

	WANT (family->api->f->C_DestroyObject (family->api->session, family->key) == CKR_OK);
	WANT (api_try_create (family->api, made, 3, NOTHING, &object) == CKR_OK);
	return 0;
}

static void
parent_sees_what_the_child_did_to_the_token (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	g_assert_cmpint (run_child (&family, child_destroys_and_makes), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "by the child"))), ==, 1);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
	assert_rv (api_get (api, family.key, CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
}

static int
child_logs_out (const Family *family)
{
	WANT (family->api->f->C_Logout (family->api->session) == CKR_OK);
	WANT (sign (family) != CKR_OK);
	WANT (family->api->f->C_CloseAllSessions (family->api->slot) == CKR_OK);
	return 0;
}

static void
parent_stays_logged_in_when_the_child_logs_out (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	g_assert_cmpint (run_child (&family, child_logs_out), ==, 0);
	assert_parent_is_unaffected (&family);
}

static int
child_finalizes (const Family *family)
{
	WANT (family->api->f->C_Finalize (NULL) == CKR_OK);
	WANT (sign (family) == CKR_CRYPTOKI_NOT_INITIALIZED);
	return 0;
}

static void
parent_goes_on_when_the_child_finalizes (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	g_assert_cmpint (run_child (&family, child_finalizes), ==, 0);
	assert_parent_is_unaffected (&family);
}

static int
child_draws_random (const Family *family)
{
	CK_BYTE bytes[1];

	WANT (family->api->f->C_GenerateRandom (family->api->session, bytes, 1) == CKR_OK);
	return bytes[0];
}

/* Sixteen children of one state: they cannot all have drawn the same. */
static void
children_draw_different_random_numbers (Api *api, gconstpointer unused)
{
	Family family = prepare (api);
	gboolean differ = FALSE;
	int first = run_child (&family, child_draws_random);

	for (unsigned i = 0; i < 15; i++)
		differ = run_child (&family, child_draws_random) != first || differ;
	g_assert_true (differ);
}

/* --- C_Initialize in the child --- */

static int
child_starts_afresh (const Family *family)
{
	Api own = *family->api;
	CK_SESSION_INFO info;

	WANT (own.f->C_Initialize (NULL) == CKR_OK);
	WANT (own.f->C_GetSessionInfo (own.session, &info) == CKR_SESSION_HANDLE_INVALID);
	WANT (own.f->C_OpenSession (own.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	                            &own.session) == CKR_OK);
	WANT (own.f->C_GetSessionInfo (own.session, &info) == CKR_OK && info.state == CKS_RW_PUBLIC_SESSION);
	WANT (api_login (&own, own.session, CKU_USER, USER_PIN) == CKR_OK);
	WANT (api_count (&own, NOTHING) == 1);
	WANT (own.f->C_Initialize (NULL) == CKR_CRYPTOKI_ALREADY_INITIALIZED);
	WANT (own.f->C_Finalize (NULL) == CKR_OK);
	WANT (own.f->C_Finalize (NULL) == CKR_CRYPTOKI_NOT_INITIALIZED);
	return 0;
}

/* As the standard has it, and as p11-kit does in every child. */
static void
child_may_initialize (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	if (api_spares_softhsm (api, "SoftHSM says that it is initialised, and p11-kit gives up"))
		return;
	g_assert_cmpint (run_child (&family, child_starts_afresh), ==, 0);
	assert_parent_is_unaffected (&family);
}

static void
child_may_initialize_with_reset (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	if (api_spares_softhsm (api, "SoftHSM wants another call first, which fails; its handles begin anew"))
		return;
	g_assert_cmpint (run_child (&family, child_starts_afresh), ==, 0);
	assert_parent_is_unaffected (&family);
}

/* --- library.reset_on_fork = true --- */

static int
child_has_nothing (const Family *family)
{
	CK_SESSION_INFO info;
	CK_OBJECT_HANDLE key = family->key;
	CK_ULONG n;

	WANT (family->api->f->C_GetSessionInfo (family->api->session, &info) == CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT (family->api->f->C_GetObjectSize (family->api->session, key, &n) ==
	      CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT (sign (family) == CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT (family->api->f->C_GetSlotList (CK_TRUE, NULL, &n) == CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT (family->api->f->C_Finalize (NULL) == CKR_CRYPTOKI_NOT_INITIALIZED);
	return 0;
}

static void
child_has_nothing_with_reset (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	assert_ok (sign (&family));
	g_assert_cmpint (run_child (&family, child_has_nothing), ==, 0);
	assert_parent_is_unaffected (&family);
}

static int
child_restarts (const Family *family)
{
	Api own = *family->api;
	CK_INFO info;

	WANT (own.f->C_GetInfo (&info) == CKR_CRYPTOKI_NOT_INITIALIZED);
	WANT (own.f->C_Initialize (NULL) == CKR_OK);
	WANT (own.f->C_OpenSession (own.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	                            &own.session) == CKR_OK);
	WANT (api_login (&own, own.session, CKU_USER, USER_PIN) == CKR_OK);
	WANT (api_count (&own, NOTHING) == 1);
	return 0;
}

static void
child_may_start_again_with_reset (Api *api, gconstpointer unused)
{
	Family family = prepare (api);

	g_assert_cmpint (run_child (&family, child_restarts), ==, 0);
	assert_parent_is_unaffected (&family);
}

/* --- fork at a bad moment --- */

static gint stop_working;

static void *
keep_signing (void *data)
{
	const Family *family = data;
	Api own = *family->api;
	Family mine = { &own, family->key };

	own.session = api_open (family->api, 0);
	while (!g_atomic_int_get (&stop_working))
		assert_ok (sign (&mine));
	return NULL;
}

static void
child_of_a_busy_process_works (Api *api, gconstpointer unused)
{
	Family family;
	GThread *threads[3];

	if (api_spares_softhsm (api, "a lock that another thread of SoftHSM holds stays so in the child"))
		return;
	family = prepare (api);
	g_atomic_int_set (&stop_working, 0);
	for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("signer", keep_signing, &family);
	for (unsigned i = 0; i < 30; i++)
		g_assert_cmpint (run_child (&family, i % 2 ? child_goes_on : child_starts_afresh), ==, 0);
	g_atomic_int_set (&stop_working, 1);
	for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	assert_parent_is_unaffected (&family);
}

static void
add_tests (void)
{
	ADD ("fork", child_inherits_sessions_and_login);
	ADD ("fork", child_opens_keys_that_the_parent_did_not);
	ADD ("fork", child_of_a_child_inherits_too);
	ADD ("fork", parent_sees_what_the_child_did_to_the_token);
	ADD ("fork", parent_stays_logged_in_when_the_child_logs_out);
	ADD ("fork", parent_goes_on_when_the_child_finalizes);
	ADD ("fork", children_draw_different_random_numbers);
	ADD ("fork", child_may_initialize);
	ADD_WITH ("fork", child_may_initialize_with_reset, "library.reset_on_fork = true");
	ADD_WITH ("fork", child_has_nothing_with_reset, "library.reset_on_fork = true");
	ADD_WITH ("fork", child_may_start_again_with_reset, "library.reset_on_fork = true");
	ADD ("fork", child_of_a_busy_process_works);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
