/* Doors: sessions, login and PINs.  PKCS #11 v3.2 section 5.6. */

#include "api.h"
#include "session.h"

CK_RV
C_OpenSession (CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *handle)
{
	TRY (library_check ());
	if (handle == NULL)
		return CKR_ARGUMENTS_BAD;
	if (!(flags & CKF_SERIAL_SESSION))
		return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
	if (flags & CKF_ASYNC_SESSION)
		return CKR_SESSION_ASYNC_NOT_SUPPORTED;
	return session_open (slot, flags & CKF_RW_SESSION, handle);
}

CK_RV
C_CloseSession (CK_SESSION_HANDLE handle)
{
	return session_close (handle);
}

CK_RV
C_CloseAllSessions (CK_SLOT_ID slot)
{
	return session_close_all (slot);
}

CK_RV
C_GetSessionInfo (CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (info == NULL)
		return CKR_ARGUMENTS_BAD;
	memset (info, 0, sizeof *info);
	info->slotID = token_slot (session->token);
	info->state = session_state (session);
	info->flags = CKF_SERIAL_SESSION | (session->read_write ? CKF_RW_SESSION : 0);
	return CKR_OK;
}

CK_RV
C_Login (CK_SESSION_HANDLE handle, CK_USER_TYPE who, CK_UTF8CHAR *pin, CK_ULONG n_pin)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (pin == NULL)
		return CKR_ARGUMENTS_BAD;
	return session_login (session, who, bytes (pin, n_pin));
}

/* The users of a token are two, and have no other names. */
CK_RV
C_LoginUser (CK_SESSION_HANDLE handle, CK_USER_TYPE who, CK_UTF8CHAR *pin, CK_ULONG n_pin, CK_UTF8CHAR *name,
             CK_ULONG n_name)
{
	if (n_name == 0)
		return C_Login (handle, who, pin, n_pin);
	return api_refuse (handle, CKR_ARGUMENTS_BAD);
}

CK_RV
C_SessionCancel (CK_SESSION_HANDLE handle, CK_FLAGS flags)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	session_cancel (session, flags);
	return CKR_OK;
}

/* Nobody has validated a software token. */
CK_RV
C_GetSessionValidationFlags (CK_SESSION_HANDLE handle, CK_SESSION_VALIDATION_FLAGS_TYPE type, CK_FLAGS *flags)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (flags == NULL || type != CKS_LAST_VALIDATION_OK)
		return CKR_ARGUMENTS_BAD;
	*flags = 0;
	return CKR_OK;
}

CK_RV
C_AsyncComplete (CK_SESSION_HANDLE handle, CK_UTF8CHAR *name, CK_ASYNC_DATA *result)
{
	return api_refuse (handle, CKR_SESSION_ASYNC_NOT_SUPPORTED);
}

CK_RV
C_AsyncGetID (CK_SESSION_HANDLE handle, CK_UTF8CHAR *name, CK_ULONG *id)
{
	return api_refuse (handle, CKR_SESSION_ASYNC_NOT_SUPPORTED);
}

CK_RV
C_AsyncJoin (CK_SESSION_HANDLE handle, CK_UTF8CHAR *name, CK_ULONG id, CK_BYTE *data, CK_ULONG n_data)
{
	return api_refuse (handle, CKR_SESSION_ASYNC_NOT_SUPPORTED);
}

CK_RV
C_Logout (CK_SESSION_HANDLE handle)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_logout (session);
}

CK_RV
C_InitPIN (CK_SESSION_HANDLE handle, CK_UTF8CHAR *pin, CK_ULONG n_pin)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (pin == NULL)
		return CKR_ARGUMENTS_BAD;
	return session_init_pin (session, bytes (pin, n_pin));
}

CK_RV
C_SetPIN (CK_SESSION_HANDLE handle, CK_UTF8CHAR *old_pin, CK_ULONG n_old, CK_UTF8CHAR *new_pin, CK_ULONG n_new)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (old_pin == NULL || new_pin == NULL)
		return CKR_ARGUMENTS_BAD;
	return session_set_pin (session, bytes (old_pin, n_old), bytes (new_pin, n_new));
}

CK_RV
C_GetOperationState (CK_SESSION_HANDLE handle, CK_BYTE *state, CK_ULONG *n_state)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_save_state (session, out (state, n_state));
}

CK_RV
C_SetOperationState (CK_SESSION_HANDLE handle, CK_BYTE *state, CK_ULONG n_state, CK_OBJECT_HANDLE encryption_key,
                     CK_OBJECT_HANDLE authentication_key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (state == NULL)
		return CKR_ARGUMENTS_BAD;
	if (encryption_key != CK_INVALID_HANDLE || authentication_key != CK_INVALID_HANDLE)
		return fail (CKR_KEY_NOT_NEEDED, "a digest has no keys");
	return session_restore_state (session, bytes (state, n_state));
}
