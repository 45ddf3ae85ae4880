/* Sessions: PKCS #11 v3.2 section 5.6. */

#include "apitest.h"

static CK_STATE
state_of (const Api *api, CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	assert_ok (api->f->C_GetSessionInfo (session, &info));
	return info.state;
}

static void
open_needs_a_place_for_the_handle (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_OpenSession (api->slot, CKF_SERIAL_SESSION, NULL, NULL, NULL),
	           CKR_ARGUMENTS_BAD);
}

static void
open_refuses_parallel_sessions (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session = 4711;

	assert_rv (api->f->C_OpenSession (api->slot, CKF_RW_SESSION, NULL, NULL, &session),
	           CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	assert_rv (api->f->C_OpenSession (api->slot, 0, NULL, NULL, &session),
	           CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	g_assert_cmpuint (session, ==, 4711);
}

static void
open_refuses_a_token_without_content (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session;

	assert_rv (api->f->C_OpenSession (0, CKF_SERIAL_SESSION, NULL, NULL, &session),
	           CKR_TOKEN_NOT_RECOGNIZED);
}

static CK_RV
notified (CK_SESSION_HANDLE session, CK_NOTIFICATION event, void *application)
{
	g_assert_not_reached ();
	return CKR_OK;
}

static void
open_accepts_a_callback_and_never_calls_it (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session;
	int application;

	assert_ok (api->f->C_OpenSession (api->slot, CKF_SERIAL_SESSION, &application, notified, &session));
	assert_ok (api->f->C_CloseSession (session));
}

static void
handles_are_never_zero_and_all_different (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE sessions[500];

	for (gsize i = 0; i < G_N_ELEMENTS (sessions); i++) {
		sessions[i] = api_open (api, i % 2 ? CKF_RW_SESSION : 0);
		g_assert_cmpuint (sessions[i], !=, CK_INVALID_HANDLE);
		for (gsize j = 0; j < i; j++)
			g_assert_cmpuint (sessions[i], !=, sessions[j]);
	}
}

static void
handles_do_not_come_back (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE closed = api_open (api, 0);

	assert_ok (api->f->C_CloseSession (closed));
	for (unsigned i = 0; i < 100; i++) {
		CK_SESSION_HANDLE session = api_open (api, 0);

		g_assert_cmpuint (session, !=, closed);
		assert_ok (api->f->C_CloseSession (session));
	}
}

static void
info_tells_slot_state_and_flags (Api *api, gconstpointer unused)
{
	CK_SESSION_INFO info;

	memset (&info, 0xee, sizeof info);
	assert_ok (api->f->C_GetSessionInfo (api->session, &info));
	g_assert_cmpuint (info.slotID, ==, api->slot);
	g_assert_cmpuint (info.state, ==, CKS_RW_USER_FUNCTIONS);
	g_assert_cmphex (info.flags, ==, CKF_RW_SESSION | CKF_SERIAL_SESSION);
	g_assert_cmpuint (info.ulDeviceError, ==, 0);
}

static void
info_of_a_read_only_session_says_so (Api *api, gconstpointer unused)
{
	CK_SESSION_INFO info;

	assert_ok (api->f->C_GetSessionInfo (api_open (api, 0), &info));
	g_assert_cmpuint (info.state, ==, CKS_RO_USER_FUNCTIONS);
	g_assert_cmphex (info.flags, ==, CKF_SERIAL_SESSION);
}

static void
info_needs_room (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_GetSessionInfo (api->session, NULL), CKR_ARGUMENTS_BAD);
}

static void
login_is_seen_in_every_session (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE read_only = api_open (api, 0), read_write = api_open (api, CKF_RW_SESSION);

	assert_ok (api->f->C_Logout (read_only));
	g_assert_cmpuint (state_of (api, api->session), ==, CKS_RW_PUBLIC_SESSION);
	g_assert_cmpuint (state_of (api, read_only), ==, CKS_RO_PUBLIC_SESSION);
	g_assert_cmpuint (state_of (api, read_write), ==, CKS_RW_PUBLIC_SESSION);
	assert_ok (api_login (api, read_only, CKU_USER, USER_PIN));
	g_assert_cmpuint (state_of (api, api->session), ==, CKS_RW_USER_FUNCTIONS);
	g_assert_cmpuint (state_of (api, read_only), ==, CKS_RO_USER_FUNCTIONS);
	g_assert_cmpuint (state_of (api, read_write), ==, CKS_RW_USER_FUNCTIONS);
}

static void
login_of_the_so_makes_sessions_the_sos (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other = api_open (api, CKF_RW_SESSION);

	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
	g_assert_cmpuint (state_of (api, api->session), ==, CKS_RW_SO_FUNCTIONS);
	g_assert_cmpuint (state_of (api, other), ==, CKS_RW_SO_FUNCTIONS);
}

static void
read_only_session_is_refused_while_the_so_is_there (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session;

	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
	assert_rv (api->f->C_OpenSession (api->slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
	           CKR_SESSION_READ_WRITE_SO_EXISTS);
}

static void
close_makes_the_handle_invalid (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session = api_open (api, 0);
	CK_SESSION_INFO info;

	assert_ok (api->f->C_CloseSession (session));
	assert_rv (api->f->C_CloseSession (session), CKR_SESSION_HANDLE_INVALID);
	assert_rv (api->f->C_GetSessionInfo (session, &info), CKR_SESSION_HANDLE_INVALID);
}

static void
close_of_one_leaves_the_others (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_CloseSession (api_open (api, 0)));
	g_assert_cmpuint (state_of (api, api->session), ==, CKS_RW_USER_FUNCTIONS);
}

static void
close_of_the_last_one_logs_out (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_CloseSession (api->session));
	g_assert_cmpuint (state_of (api, api_open (api, CKF_RW_SESSION)), ==, CKS_RW_PUBLIC_SESSION);
}

static void
close_all_closes_and_logs_out (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other = api_open (api, 0);
	CK_SESSION_INFO info;

	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_rv (api->f->C_GetSessionInfo (api->session, &info), CKR_SESSION_HANDLE_INVALID);
	assert_rv (api->f->C_GetSessionInfo (other, &info), CKR_SESSION_HANDLE_INVALID);
	g_assert_cmpuint (state_of (api, api_open (api, CKF_RW_SESSION)), ==, CKS_RW_PUBLIC_SESSION);
}

static void
close_all_without_sessions_is_fine (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_ok (api->f->C_CloseAllSessions (api->slot));
}

static void
close_all_leaves_other_tokens (Api *api, gconstpointer unused)
{
	CK_SLOT_ID first = api->slot, second = make_token (api->module, "second");
	CK_SESSION_HANDLE of_first, of_second;
	CK_SESSION_INFO info;

	of_first = open_session (api->module, first, TRUE);
	of_second = open_session (api->module, second, TRUE);
	assert_ok (api->f->C_CloseAllSessions (first));
	assert_rv (api->f->C_GetSessionInfo (of_first, &info), CKR_SESSION_HANDLE_INVALID);
	g_assert_cmpuint (state_of (api, of_second), ==, CKS_RW_USER_FUNCTIONS);
}

static void
login_of_one_token_is_not_anothers (Api *api, gconstpointer unused)
{
	CK_SLOT_ID first = api->slot, second = make_token (api->module, "second");
	CK_SESSION_HANDLE of_first, of_second;

	of_first = open_session (api->module, first, TRUE);
	of_second = open_session (api->module, second, FALSE);
	g_assert_cmpuint (state_of (api, of_first), ==, CKS_RW_USER_FUNCTIONS);
	g_assert_cmpuint (state_of (api, of_second), ==, CKS_RW_PUBLIC_SESSION);
}

static void
session_objects_end_with_their_session (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE keep = api->session, maker = api_open (api, CKF_RW_SESSION);
	CK_OBJECT_HANDLE object;

	api->session = maker;
	object = api_key (api, DATA_OBJECT, T (NO (CKA_TOKEN)));
	api->session = keep;
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
	assert_ok (api->f->C_CloseSession (maker));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
	assert_rv (api_get (api, object, CKA_LABEL), CKR_OBJECT_HANDLE_INVALID);
}

static void
session_objects_outlive_other_sessions (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other = api_open (api, CKF_RW_SESSION);
	CK_OBJECT_HANDLE object = api_key (api, KEY_AES, NOTHING);

	assert_ok (api->f->C_CloseSession (other));
	assert_ok (api_get (api, object, CKA_LABEL));
}

static void
session_objects_are_seen_in_other_sessions (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object = api_key (api, KEY_AES, NOTHING);

	api->session = api_open (api, 0);
	assert_ok (api_get (api, object, CKA_LABEL));
}

static void
session_objects_may_be_made_in_read_only_sessions (Api *api, gconstpointer unused)
{
	api->session = api_open (api, 0);
	api_key (api, KEY_AES, T (NO (CKA_TOKEN)));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

static void
token_objects_outlive_sessions (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	assert_ok (api->f->C_CloseSession (api->session));
	api->session = open_session (api->module, api->slot, TRUE);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

static void
token_objects_outlive_the_library (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

static void
operations_of_sessions_are_apart (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other = api_open (api, 0);
	CK_BYTE abc[] = "abc", one[32], two[32];
	CK_ULONG n = sizeof one;

	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_DigestInit (other, MECH (CKM_SHA256)));
	assert_ok (api->f->C_DigestUpdate (api->session, abc, 1));
	assert_ok (api->f->C_DigestUpdate (other, abc, 3));
	assert_ok (api->f->C_DigestUpdate (api->session, abc + 1, 2));
	assert_ok (api->f->C_DigestFinal (api->session, one, &n));
	assert_ok (api->f->C_DigestFinal (other, two, &n));
	g_assert_cmpmem (one, 32, two, 32);
}

static void
operations_of_kinds_are_apart (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE aes = api_key (api, KEY_AES, NOTHING);
	CK_BYTE block[16] = { 0 }, out[32];
	CK_ULONG n = sizeof out;

	if (api_spares_softhsm (api, "SoftHSM has one operation a session, not one of each kind"))
		return;
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), aes));
	assert_ok (api->f->C_DecryptInit (api->session, MECH (CKM_AES_ECB), aes));
	assert_ok (api->f->C_Encrypt (api->session, block, sizeof block, out, &n));
	n = sizeof out;
	assert_ok (api->f->C_Decrypt (api->session, out, 16, out, &n));
	g_assert_cmpmem (out, n, block, sizeof block);
	n = sizeof out;
	assert_ok (api->f->C_Digest (api->session, block, sizeof block, out, &n));
}

static void
close_ends_what_is_under_way (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session = api_open (api, 0);
	CK_BYTE data[8] = { 0 };

	assert_ok (api->f->C_SignInit (session, MECH (CKM_SHA256_HMAC), api_key (api, KEY_SECRET, NOTHING)));
	assert_ok (api->f->C_SignUpdate (session, data, sizeof data));
	/* SoftHSM has one operation a session, not one of each kind. */
	if (!api->softhsm)
		assert_ok (api->f->C_FindObjectsInit (session, NOTHING));
	assert_ok (api->f->C_CloseSession (session));
	assert_rv (api->f->C_SignUpdate (session, data, sizeof data), CKR_SESSION_HANDLE_INVALID);
}

static void
add_tests (void)
{
	ADD ("sessions", open_needs_a_place_for_the_handle);
	ADD ("sessions", open_refuses_parallel_sessions);
	ADD_WITHOUT_TOKEN ("sessions", open_refuses_a_token_without_content);
	ADD ("sessions", open_accepts_a_callback_and_never_calls_it);
	ADD ("sessions", handles_are_never_zero_and_all_different);
	ADD ("sessions", handles_do_not_come_back);
	ADD ("sessions", info_tells_slot_state_and_flags);
	ADD ("sessions", info_of_a_read_only_session_says_so);
	ADD ("sessions", info_needs_room);
	ADD ("sessions", login_is_seen_in_every_session);
	ADD ("sessions", login_of_the_so_makes_sessions_the_sos);
	ADD ("sessions", read_only_session_is_refused_while_the_so_is_there);
	ADD ("sessions", close_makes_the_handle_invalid);
	ADD ("sessions", close_of_one_leaves_the_others);
	ADD ("sessions", close_of_the_last_one_logs_out);
	ADD ("sessions", close_all_closes_and_logs_out);
	ADD ("sessions", close_all_without_sessions_is_fine);
	ADD ("sessions", close_all_leaves_other_tokens);
	ADD ("sessions", login_of_one_token_is_not_anothers);
	ADD ("sessions", session_objects_end_with_their_session);
	ADD ("sessions", session_objects_outlive_other_sessions);
	ADD ("sessions", session_objects_are_seen_in_other_sessions);
	ADD ("sessions", session_objects_may_be_made_in_read_only_sessions);
	ADD ("sessions", token_objects_outlive_sessions);
	ADD ("sessions", token_objects_outlive_the_library);
	ADD ("sessions", operations_of_sessions_are_apart);
	ADD ("sessions", operations_of_kinds_are_apart);
	ADD ("sessions", close_ends_what_is_under_way);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
