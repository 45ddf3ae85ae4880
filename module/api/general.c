/* Doors: the library as a whole.  PKCS #11 v3.2 sections 5.4 and 5.24. */

#include "api.h"
#include "random.h"
#include "session.h"

#include "build-config.h"

/* Some of the four callbacks is as wrong as none would be right.  Ours are the system's locks in any case. */
static bool
callbacks_are_whole (const CK_C_INITIALIZE_ARGS *args)
{
	unsigned n = (args->CreateMutex != NULL) + (args->DestroyMutex != NULL) + (args->LockMutex != NULL) +
	             (args->UnlockMutex != NULL);

	return n == 0 || n == 4;
}

CK_RV
C_Initialize (void *init_args)
{
	const CK_C_INITIALIZE_ARGS *args = init_args;

	if (args != NULL && (args->pReserved != NULL || !callbacks_are_whole (args)))
		return CKR_ARGUMENTS_BAD;
	return library_start ();
}

CK_RV
C_Finalize (void *reserved)
{
	if (reserved != NULL)
		return CKR_ARGUMENTS_BAD;
	return library_stop ();
}

CK_RV
C_GetInfo (CK_INFO *info)
{
	TRY (library_check ());
	if (info == NULL)
		return CKR_ARGUMENTS_BAD;
	memset (info, 0, sizeof *info);
	info->cryptokiVersion = (CK_VERSION){ 2, 40 };
	bytes_pad (info->manufacturerID, sizeof info->manufacturerID, "SoftHSM");
	bytes_pad (info->libraryDescription, sizeof info->libraryDescription, "Implementation of PKCS11");
	info->libraryVersion = (CK_VERSION){ PACKAGE_VERSION_MAJOR, PACKAGE_VERSION_MINOR };
	return CKR_OK;
}

CK_RV
api_refuse (CK_SESSION_HANDLE handle, CK_RV rv)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return rv;
}

CK_RV
C_GetFunctionStatus (CK_SESSION_HANDLE handle)
{
	return api_refuse (handle, CKR_FUNCTION_NOT_PARALLEL);
}

CK_RV
C_CancelFunction (CK_SESSION_HANDLE handle)
{
	return api_refuse (handle, CKR_FUNCTION_NOT_PARALLEL);
}

CK_RV
C_SeedRandom (CK_SESSION_HANDLE handle, CK_BYTE *seed, CK_ULONG n_seed)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (seed == NULL && n_seed > 0)
		return CKR_ARGUMENTS_BAD;
	/* The kernel has better seeds, and what callers give can do no harm by being left out. */
	return CKR_OK;
}

CK_RV
C_GenerateRandom (CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG n_data)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	if (data == NULL && n_data > 0)
		return CKR_ARGUMENTS_BAD;
	return random_bytes (data, n_data);
}
