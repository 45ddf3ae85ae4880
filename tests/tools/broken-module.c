/* A PKCS #11 module with which nothing works: it does not start, or (BROKEN_MODULE_STARTS) makes no token. */

#include "cryptoki.h"

#include <stdlib.h>

static CK_RV
initialize (void *args)
{
	return getenv ("BROKEN_MODULE_STARTS") ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV
finalize (void *reserved)
{
	return CKR_OK;
}

static CK_RV
init_token (CK_SLOT_ID slot, unsigned char *pin, unsigned long n_pin, unsigned char *label)
{
	return CKR_DEVICE_ERROR;
}

CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
	static CK_FUNCTION_LIST functions = {
		.version = { 2, 40 },
		.C_Initialize = initialize,
		.C_Finalize = finalize,
		.C_InitToken = init_token,
	};

	*list = &functions;
	return CKR_OK;
}
