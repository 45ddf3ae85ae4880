/* Doors: objects.  PKCS #11 v3.2 section 5.7. */

#include "api.h"
#include "session.h"

CK_RV
C_CreateObject (CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *object)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_create_object (session, template, n, object);
}

CK_RV
C_CopyObject (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n,
              CK_OBJECT_HANDLE *copy)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_copy_object (session, object, template, n, copy);
}

CK_RV
C_DestroyObject (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_destroy_object (session, object);
}

CK_RV
C_GetObjectSize (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ULONG *size)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (size == NULL)
		return CKR_ARGUMENTS_BAD;
	return session_object_size (session, object, size);
}

CK_RV
C_GetAttributeValue (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_get_attributes (session, object, template, n);
}

CK_RV
C_SetAttributeValue (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG n)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_set_attributes (session, object, template, n);
}

CK_RV
C_FindObjectsInit (CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG n)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_find_start (session, template, n);
}

CK_RV
C_FindObjects (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *objects, CK_ULONG most, CK_ULONG *n)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_find (session, objects, most, n);
}

CK_RV
C_FindObjectsFinal (CK_SESSION_HANDLE handle)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_find_end (session);
}
