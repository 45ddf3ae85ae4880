/* Who is logged in, PINs, and what a login opens and a logout ends: PKCS #11 v3.2 sections 5.5.8 to 5.6.9. */

#include "apitest.h"

static CK_RV
login (const Api *api, CK_USER_TYPE who, const char *pin)
{
	return api_login (api, api->session, who, pin);
}

static CK_RV
init_pin (const Api *api, const char *pin)
{
	return api->f->C_InitPIN (api->session, (CK_UTF8CHAR *)(guintptr)pin, strlen (pin));
}

static CK_RV
set_pin (const Api *api, const char *old_pin, const char *new_pin)
{
	return api->f->C_SetPIN (api->session, (CK_UTF8CHAR *)(guintptr)old_pin, strlen (old_pin),
	                         (CK_UTF8CHAR *)(guintptr)new_pin, strlen (new_pin));
}

static void
logout (const Api *api)
{
	assert_ok (api->f->C_Logout (api->session));
}

static void
become_so (const Api *api)
{
	logout (api);
	assert_ok (login (api, CKU_SO, SO_PIN));
}

static CK_FLAGS
token_flags (const Api *api)
{
	CK_TOKEN_INFO info;

	assert_ok (api->f->C_GetTokenInfo (api->slot, &info));
	return info.flags;
}

static CK_STATE
state (const Api *api)
{
	CK_SESSION_INFO info;

	assert_ok (api->f->C_GetSessionInfo (api->session, &info));
	return info.state;
}

/* --- C_Login --- */

static void
login_of_the_user_works (Api *api, gconstpointer unused)
{
	logout (api);
	assert_ok (login (api, CKU_USER, USER_PIN));
	g_assert_cmpuint (state (api), ==, CKS_RW_USER_FUNCTIONS);
}

static void
login_of_the_so_works (Api *api, gconstpointer unused)
{
	logout (api);
	assert_ok (login (api, CKU_SO, SO_PIN));
	g_assert_cmpuint (state (api), ==, CKS_RW_SO_FUNCTIONS);
}

static void
login_twice_is_refused (Api *api, gconstpointer unused)
{
	assert_rv (login (api, CKU_USER, USER_PIN), CKR_USER_ALREADY_LOGGED_IN);
	assert_rv (login (api, CKU_USER, "wrong pin"), CKR_USER_ALREADY_LOGGED_IN);
	become_so (api);
	assert_rv (login (api, CKU_SO, SO_PIN), CKR_USER_ALREADY_LOGGED_IN);
}

static void
login_of_another_is_refused (Api *api, gconstpointer unused)
{
	assert_rv (login (api, CKU_SO, SO_PIN), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	become_so (api);
	assert_rv (login (api, CKU_USER, USER_PIN), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
}

static void
login_wrong_pins_are_refused (Api *api, gconstpointer unused)
{
	static const char *const pins[] = {
		"", "x", "user-pin-567", "user-pin-56789", "USER-PIN-5678", SO_PIN
	};

	logout (api);
	for (gsize i = 0; i < G_N_ELEMENTS (pins); i++)
		assert_rv (login (api, CKU_USER, pins[i]), CKR_PIN_INCORRECT);
	assert_rv (login (api, CKU_SO, USER_PIN), CKR_PIN_INCORRECT);
	g_assert_cmpuint (state (api), ==, CKS_RW_PUBLIC_SESSION);
}

static void
login_pin_with_a_nul_inside_is_another_pin (Api *api, gconstpointer unused)
{
	logout (api);
	assert_rv (api->f->C_Login (api->session, CKU_USER, (CK_UTF8CHAR *)USER_PIN, sizeof USER_PIN),
	           CKR_PIN_INCORRECT);
}

static void
login_very_long_pin_is_refused (Api *api, gconstpointer unused)
{
	g_autofree char *pin = g_strnfill (100000, 'x');

	logout (api);
	assert_rv (login (api, CKU_USER, pin), CKR_PIN_INCORRECT);
}

static void
login_needs_a_pin (Api *api, gconstpointer unused)
{
	logout (api);
	assert_rv (api->f->C_Login (api->session, CKU_USER, NULL, 8), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_Login (api->session, CKU_USER, NULL, 0), CKR_ARGUMENTS_BAD);
}

static void
login_wrong_pin_sets_a_flag_and_a_right_one_clears_it (Api *api, gconstpointer unused)
{
	logout (api);
	assert_rv (login (api, CKU_USER, "wrong pin"), CKR_PIN_INCORRECT);
	g_assert_true (token_flags (api) & CKF_USER_PIN_COUNT_LOW);
	g_assert_false (token_flags (api) & CKF_SO_PIN_COUNT_LOW);
	assert_ok (login (api, CKU_USER, USER_PIN));
	g_assert_false (token_flags (api) & CKF_USER_PIN_COUNT_LOW);
}

static void
login_wrong_so_pin_sets_a_flag_and_a_right_one_clears_it (Api *api, gconstpointer unused)
{
	logout (api);
	assert_rv (login (api, CKU_SO, "wrong pin"), CKR_PIN_INCORRECT);
	g_assert_true (token_flags (api) & CKF_SO_PIN_COUNT_LOW);
	g_assert_false (token_flags (api) & CKF_USER_PIN_COUNT_LOW);
	assert_ok (login (api, CKU_SO, SO_PIN));
	g_assert_false (token_flags (api) & CKF_SO_PIN_COUNT_LOW);
}

static void
login_wrong_pin_is_remembered_on_the_token (Api *api, gconstpointer unused)
{
	logout (api);
	assert_rv (login (api, CKU_USER, "wrong pin"), CKR_PIN_INCORRECT);
	assert_ok (api->f->C_Finalize (NULL));
	assert_ok (api->f->C_Initialize (NULL));
	api->slot = token_slot_of (api->module);
	g_assert_true (token_flags (api) & CKF_USER_PIN_COUNT_LOW);
}

static void
login_is_not_locked_by_wrong_pins (Api *api, gconstpointer unused)
{
	logout (api);
	for (unsigned i = 0; i < 12; i++)
		assert_rv (login (api, CKU_USER, "wrong pin"), CKR_PIN_INCORRECT);
	g_assert_false (token_flags (api) & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY));
	assert_ok (login (api, CKU_USER, USER_PIN));
}

static void
login_of_unknown_users_is_refused (Api *api, gconstpointer unused)
{
	logout (api);
	assert_rv (login (api, 3, USER_PIN), CKR_USER_TYPE_INVALID);
	assert_rv (login (api, ~0UL, USER_PIN), CKR_USER_TYPE_INVALID);
}

static void
login_of_the_so_is_refused_beside_read_only_sessions (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE read_only = api_open (api, 0);

	logout (api);
	assert_rv (login (api, CKU_SO, SO_PIN), CKR_SESSION_READ_ONLY_EXISTS);
	assert_rv (api_login (api, read_only, CKU_SO, SO_PIN), CKR_SESSION_READ_ONLY_EXISTS);
	assert_ok (api->f->C_CloseSession (read_only));
	assert_ok (login (api, CKU_SO, SO_PIN));
}

static void
login_of_the_user_works_in_a_read_only_session (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE read_only = api_open (api, 0);

	logout (api);
	assert_ok (api_login (api, read_only, CKU_USER, USER_PIN));
}

/* --- C_Logout --- */

static void
logout_works (Api *api, gconstpointer unused)
{
	logout (api);
	g_assert_cmpuint (state (api), ==, CKS_RW_PUBLIC_SESSION);
}

/* As SoftHSM, though the standard has CKR_USER_NOT_LOGGED_IN: scripts log out to be sure. */
static void
logout_twice_is_fine (Api *api, gconstpointer unused)
{
	logout (api);
	logout (api);
}

static void
logout_hides_private_objects (Api *api, gconstpointer unused)
{
	api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN), YES (CKA_PRIVATE)));
	api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN), NO (CKA_PRIVATE)));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 2);
	logout (api);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
	assert_ok (login (api, CKU_USER, USER_PIN));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 2);
}

static void
logout_makes_handles_of_private_objects_invalid (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE on_token = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	CK_OBJECT_HANDLE of_session = api_key (api, KEY_AES, T (NO (CKA_TOKEN)));

	logout (api);
	assert_rv (api_get (api, on_token, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (api_get (api, of_session, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (api->f->C_DestroyObject (api->session, on_token), CKR_OBJECT_HANDLE_INVALID);
	assert_ok (login (api, CKU_USER, USER_PIN));
	assert_rv (api_get (api, on_token, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (api_get (api, of_session, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
}

static void
logout_keeps_handles_of_public_objects (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE on_token = api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN), NO (CKA_PRIVATE)));
	CK_OBJECT_HANDLE of_session = api_key (api, KEY_RSA_PUBLIC, T (NO (CKA_PRIVATE)));

	logout (api);
	assert_ok (api_get (api, on_token, CKA_CLASS));
	assert_ok (api_get (api, of_session, CKA_CLASS));
}

static void
logout_destroys_private_session_objects (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (NO (CKA_TOKEN), YES (CKA_PRIVATE)));
	api_key (api, KEY_AES, T (NO (CKA_TOKEN), NO (CKA_PRIVATE)));
	logout (api);
	assert_ok (login (api, CKU_USER, USER_PIN));
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

/* A signature made after logout would be one that the user does not know of. */
static void
logout_ends_operations_with_private_keys (Api *api, gconstpointer unused)
{
	CK_BYTE data[32] = { 0 }, signature[64];
	CK_ULONG n = sizeof signature;

	if (api_spares_softhsm (api, "SoftHSM goes on signing after logout"))
		return;
	assert_ok (
		api->f->C_SignInit (api->session, MECH (CKM_ECDSA), api_key (api, KEY_EC_PRIVATE, NOTHING)));
	logout (api);
	assert_rv (api->f->C_Sign (api->session, data, sizeof data, signature, &n),
	           CKR_OPERATION_NOT_INITIALIZED);
}

static void
logout_ends_operations_of_other_sessions (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other = api_open (api, 0);
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	CK_BYTE block[16] = { 0 };
	CK_ULONG n = sizeof block;

	if (api_spares_softhsm (api, "SoftHSM goes on after logout"))
		return;
	assert_ok (api->f->C_DecryptInit (other, MECH (CKM_AES_ECB), key));
	logout (api);
	assert_rv (api->f->C_Decrypt (other, block, sizeof block, block, &n), CKR_OPERATION_NOT_INITIALIZED);
}

static void
logout_leaves_operations_without_private_keys (Api *api, gconstpointer unused)
{
	CK_BYTE digest[32];
	CK_ULONG n = sizeof digest;

	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_DigestUpdate (api->session, (CK_BYTE *)"a", 1));
	logout (api);
	assert_ok (api->f->C_DigestFinal (api->session, digest, &n));
}

static void
logout_of_a_search_gives_no_private_objects (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE found = 0;
	CK_ULONG n = 0;

	api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	assert_ok (api->f->C_FindObjectsInit (api->session, NOTHING));
	logout (api);
	assert_ok (api->f->C_FindObjects (api->session, &found, 1, &n));
	if (n == 1)
		assert_rv (api_get (api, found, CKA_CLASS), CKR_OBJECT_HANDLE_INVALID);
	assert_ok (api->f->C_FindObjectsFinal (api->session));
}

static void
nobody_makes_private_objects (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;

	logout (api);
	assert_rv (api_try_key (api, DATA_OBJECT, T (YES (CKA_PRIVATE)), &object), CKR_USER_NOT_LOGGED_IN);
	assert_rv (api_try_key (api, KEY_AES, T (YES (CKA_TOKEN)), &object), CKR_USER_NOT_LOGGED_IN);
}

static void
nobody_makes_public_objects (Api *api, gconstpointer unused)
{
	logout (api);
	api_key (api, DATA_OBJECT, T (NO (CKA_PRIVATE)));
	api_key (api, DATA_OBJECT, T (NO (CKA_PRIVATE), YES (CKA_TOKEN)));
}

static void
so_sees_no_private_objects (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	become_so (api);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 0);
}

static void
so_makes_no_private_objects (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object;

	become_so (api);
	assert_rv (api_try_key (api, DATA_OBJECT, T (YES (CKA_PRIVATE)), &object), CKR_USER_NOT_LOGGED_IN);
	api_key (api, DATA_OBJECT, T (NO (CKA_PRIVATE)));
}

/* --- C_InitPIN and C_SetPIN --- */

static void
init_pin_is_for_the_so (Api *api, gconstpointer unused)
{
	assert_rv (init_pin (api, "new pin"), CKR_USER_NOT_LOGGED_IN);
	logout (api);
	assert_rv (init_pin (api, "new pin"), CKR_USER_NOT_LOGGED_IN);
}

static void
init_pin_gives_the_user_a_new_pin (Api *api, gconstpointer unused)
{
	become_so (api);
	assert_ok (init_pin (api, "new pin"));
	logout (api);
	assert_rv (login (api, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	assert_ok (login (api, CKU_USER, "new pin"));
}

static void
init_pin_keeps_the_users_objects (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "kept")));
	become_so (api);
	assert_ok (init_pin (api, "new pin"));
	logout (api);
	assert_ok (login (api, CKU_USER, "new pin"));
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "kept"))), ==, 1);
}

static void
init_pin_refuses_lengths (Api *api, gconstpointer unused)
{
	g_autofree char *too_long = g_strnfill (256, 'x');

	become_so (api);
	assert_rv (init_pin (api, "123"), CKR_PIN_LEN_RANGE);
	assert_rv (init_pin (api, too_long), CKR_PIN_LEN_RANGE);
	assert_rv (api->f->C_InitPIN (api->session, NULL, 8), CKR_ARGUMENTS_BAD);
}

static void
set_pin_changes_the_users (Api *api, gconstpointer unused)
{
	assert_ok (set_pin (api, USER_PIN, "new pin"));
	logout (api);
	assert_rv (login (api, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	assert_ok (login (api, CKU_USER, "new pin"));
}

static void
set_pin_changes_the_users_when_nobody_is_logged_in (Api *api, gconstpointer unused)
{
	logout (api);
	assert_ok (set_pin (api, USER_PIN, "new pin"));
	assert_ok (login (api, CKU_USER, "new pin"));
}

static void
set_pin_changes_the_sos (Api *api, gconstpointer unused)
{
	become_so (api);
	assert_ok (set_pin (api, SO_PIN, "new pin"));
	logout (api);
	assert_rv (login (api, CKU_SO, SO_PIN), CKR_PIN_INCORRECT);
	assert_ok (login (api, CKU_SO, "new pin"));
	logout (api);
	assert_ok (login (api, CKU_USER, USER_PIN));
}

static void
set_pin_keeps_the_users_objects (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "kept")));
	assert_ok (set_pin (api, USER_PIN, "new pin"));
	assert_ok (api->f->C_Finalize (NULL));
	assert_ok (api->f->C_Initialize (NULL));
	api->slot = token_slot_of (api->module);
	api->session = api_open (api, CKF_RW_SESSION);
	assert_ok (login (api, CKU_USER, "new pin"));
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "kept"))), ==, 1);
}

static void
set_pin_wants_the_old_one (Api *api, gconstpointer unused)
{
	assert_rv (set_pin (api, "wrong pin", "new pin"), CKR_PIN_INCORRECT);
	g_assert_true (token_flags (api) & CKF_USER_PIN_COUNT_LOW);
	logout (api);
	assert_ok (login (api, CKU_USER, USER_PIN));
}

static void
set_pin_of_the_so_does_not_take_the_users (Api *api, gconstpointer unused)
{
	become_so (api);
	assert_rv (set_pin (api, USER_PIN, "new pin"), CKR_PIN_INCORRECT);
}

static void
set_pin_refuses_lengths (Api *api, gconstpointer unused)
{
	g_autofree char *too_long = g_strnfill (256, 'x');
	g_autofree char *longest = g_strnfill (255, 'x');

	assert_rv (set_pin (api, USER_PIN, "123"), CKR_PIN_LEN_RANGE);
	assert_rv (set_pin (api, USER_PIN, too_long), CKR_PIN_LEN_RANGE);
	assert_ok (set_pin (api, USER_PIN, longest));
	assert_ok (set_pin (api, longest, "1234"));
}

static void
set_pin_needs_both (Api *api, gconstpointer unused)
{
	CK_UTF8CHAR pin[] = USER_PIN;

	assert_rv (api->f->C_SetPIN (api->session, NULL, 8, pin, 8), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_SetPIN (api->session, pin, 8, NULL, 8), CKR_ARGUMENTS_BAD);
}

static void
set_pin_is_refused_in_read_only_sessions (Api *api, gconstpointer unused)
{
	api->session = api_open (api, 0);
	assert_rv (set_pin (api, USER_PIN, "new pin"), CKR_SESSION_READ_ONLY);
}

static void
set_pin_of_a_user_without_one_is_refused (Api *api, gconstpointer unused)
{
	CK_UTF8CHAR label[32] = "                               ";

	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_ok (api->f->C_InitToken (api->slot, (CK_UTF8CHAR *)SO_PIN, strlen (SO_PIN), label));
	api->session = api_open (api, CKF_RW_SESSION);
	assert_rv (set_pin (api, USER_PIN, "new pin"), CKR_PIN_INCORRECT);
}

static void
pins_may_be_any_bytes (Api *api, gconstpointer unused)
{
	CK_UTF8CHAR pin[] = { 0, 0xff, 0x80, 0, 10 };

	assert_ok (
		api->f->C_SetPIN (api->session, (CK_UTF8CHAR *)USER_PIN, strlen (USER_PIN), pin, sizeof pin));
	logout (api);
	assert_rv (api->f->C_Login (api->session, CKU_USER, pin, 4), CKR_PIN_INCORRECT);
	assert_ok (api->f->C_Login (api->session, CKU_USER, pin, sizeof pin));
}

/* --- CKA_ALWAYS_AUTHENTICATE --- */

static CK_OBJECT_HANDLE
careful_key (const Api *api)
{
	return api_key (api, KEY_RSA_PRIVATE, T (YES (CKA_ALWAYS_AUTHENTICATE), YES (CKA_PRIVATE)));
}

static CK_RV
sign (const Api *api)
{
	CK_BYTE data[20] = { 0 }, signature[256];
	CK_ULONG n = sizeof signature;

	return api->f->C_Sign (api->session, data, sizeof data, signature, &n);
}

static void
context_login_without_an_operation_is_refused (Api *api, gconstpointer unused)
{
	assert_rv (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN), CKR_OPERATION_NOT_INITIALIZED);
}

static void
context_login_with_an_operation_that_needs_none_is_refused (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS),
	                               api_key (api, KEY_RSA_PRIVATE, NOTHING)));
	assert_rv (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (sign (api));
}

static void
context_login_lets_a_key_sign (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS), careful_key (api)));
	assert_ok (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN));
	assert_ok (sign (api));
}

static void
context_login_that_is_missing_ends_the_operation (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS), careful_key (api)));
	assert_rv (sign (api), CKR_USER_NOT_LOGGED_IN);
	assert_rv (sign (api), CKR_OPERATION_NOT_INITIALIZED);
}

static void
context_login_is_for_one_operation (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = careful_key (api);

	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS), key));
	assert_ok (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN));
	assert_ok (sign (api));
	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS), key));
	assert_rv (sign (api), CKR_USER_NOT_LOGGED_IN);
}

static void
context_login_with_a_wrong_pin_may_be_repeated (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS), careful_key (api)));
	assert_rv (login (api, CKU_CONTEXT_SPECIFIC, "wrong pin"), CKR_PIN_INCORRECT);
	assert_ok (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN));
	assert_ok (sign (api));
}

static void
context_login_with_a_wrong_pin_opens_nothing (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS), careful_key (api)));
	assert_rv (login (api, CKU_CONTEXT_SPECIFIC, SO_PIN), CKR_PIN_INCORRECT);
	assert_rv (sign (api), CKR_USER_NOT_LOGGED_IN);
}

static void
context_login_lets_a_key_decrypt (Api *api, gconstpointer unused)
{
	CK_BYTE data[5] = "hello", encrypted[256], out[256];
	CK_ULONG n = sizeof encrypted, n_out = sizeof out;

	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_RSA_PKCS),
	                                  api_key (api, KEY_RSA_PUBLIC, NOTHING)));
	assert_ok (api->f->C_Encrypt (api->session, data, sizeof data, encrypted, &n));
	assert_ok (api->f->C_DecryptInit (api->session, MECH (CKM_RSA_PKCS), careful_key (api)));
	assert_ok (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN));
	assert_ok (api->f->C_Decrypt (api->session, encrypted, n, out, &n_out));
	g_assert_cmpmem (out, n_out, data, sizeof data);
}

static void
context_login_survives_a_question_of_length (Api *api, gconstpointer unused)
{
	CK_BYTE data[20] = { 0 };
	CK_ULONG n = 0;

	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_RSA_PKCS), careful_key (api)));
	assert_ok (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN));
	assert_ok (api->f->C_Sign (api->session, data, sizeof data, NULL, &n));
	g_assert_cmpuint (n, ==, 256);
	assert_ok (sign (api));
}

static void
context_login_lets_parts_be_signed (Api *api, gconstpointer unused)
{
	CK_BYTE data[20] = { 0 }, signature[256];
	CK_ULONG n = sizeof signature;

	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_SHA256_RSA_PKCS), careful_key (api)));
	assert_ok (login (api, CKU_CONTEXT_SPECIFIC, USER_PIN));
	assert_ok (api->f->C_SignUpdate (api->session, data, sizeof data));
	assert_ok (api->f->C_SignFinal (api->session, signature, &n));
}

static void
always_authenticate_needs_a_private_object (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (
		api_try_key (api, KEY_RSA_PRIVATE, T (YES (CKA_ALWAYS_AUTHENTICATE), NO (CKA_PRIVATE)), &key),
		CKR_TEMPLATE_INCONSISTENT);
}

static void
add_tests (void)
{
	ADD ("login", login_of_the_user_works);
	ADD ("login", login_of_the_so_works);
	ADD ("login", login_twice_is_refused);
	ADD ("login", login_of_another_is_refused);
	ADD ("login", login_wrong_pins_are_refused);
	ADD ("login", login_pin_with_a_nul_inside_is_another_pin);
	ADD ("login", login_very_long_pin_is_refused);
	ADD ("login", login_needs_a_pin);
	ADD ("login", login_wrong_pin_sets_a_flag_and_a_right_one_clears_it);
	ADD ("login", login_wrong_so_pin_sets_a_flag_and_a_right_one_clears_it);
	ADD ("login", login_wrong_pin_is_remembered_on_the_token);
	ADD ("login", login_is_not_locked_by_wrong_pins);
	ADD ("login", login_of_unknown_users_is_refused);
	ADD ("login", login_of_the_so_is_refused_beside_read_only_sessions);
	ADD ("login", login_of_the_user_works_in_a_read_only_session);
	ADD ("login", logout_works);
	ADD ("login", logout_twice_is_fine);
	ADD ("login", logout_hides_private_objects);
	ADD ("login", logout_makes_handles_of_private_objects_invalid);
	ADD ("login", logout_keeps_handles_of_public_objects);
	ADD ("login", logout_destroys_private_session_objects);
	ADD ("login", logout_ends_operations_with_private_keys);
	ADD ("login", logout_ends_operations_of_other_sessions);
	ADD ("login", logout_leaves_operations_without_private_keys);
	ADD ("login", logout_of_a_search_gives_no_private_objects);
	ADD ("login", nobody_makes_private_objects);
	ADD ("login", nobody_makes_public_objects);
	ADD ("login", so_sees_no_private_objects);
	ADD ("login", so_makes_no_private_objects);
	ADD ("login", init_pin_is_for_the_so);
	ADD ("login", init_pin_gives_the_user_a_new_pin);
	ADD ("login", init_pin_keeps_the_users_objects);
	ADD ("login", init_pin_refuses_lengths);
	ADD ("login", set_pin_changes_the_users);
	ADD ("login", set_pin_changes_the_users_when_nobody_is_logged_in);
	ADD ("login", set_pin_changes_the_sos);
	ADD ("login", set_pin_keeps_the_users_objects);
	ADD ("login", set_pin_wants_the_old_one);
	ADD ("login", set_pin_of_the_so_does_not_take_the_users);
	ADD ("login", set_pin_refuses_lengths);
	ADD ("login", set_pin_needs_both);
	ADD ("login", set_pin_is_refused_in_read_only_sessions);
	ADD ("login", set_pin_of_a_user_without_one_is_refused);
	ADD ("login", pins_may_be_any_bytes);
	ADD ("login", context_login_without_an_operation_is_refused);
	ADD ("login", context_login_with_an_operation_that_needs_none_is_refused);
	ADD ("login", context_login_lets_a_key_sign);
	ADD ("login", context_login_that_is_missing_ends_the_operation);
	ADD ("login", context_login_is_for_one_operation);
	ADD ("login", context_login_with_a_wrong_pin_may_be_repeated);
	ADD ("login", context_login_with_a_wrong_pin_opens_nothing);
	ADD ("login", context_login_lets_a_key_decrypt);
	ADD ("login", context_login_survives_a_question_of_length);
	ADD ("login", context_login_lets_parts_be_signed);
	ADD ("login", always_authenticate_needs_a_private_object);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
