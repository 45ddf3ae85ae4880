/* The function lists, and the three symbols that the module exports.  PKCS #11 v3.2 sections 5.4.4 to 5.4.6. */

#include "api.h"
#include "log.h"

#include <string.h>

/* A program that compares what C_GetInfo says with the list it was given finds one number. */
static CK_RV
get_info (CK_INFO *info, CK_BYTE minor)
{
	TRY (C_GetInfo (info));
	info->cryptokiVersion = (CK_VERSION){ 3, minor };
	return CKR_OK;
}

static CK_RV
get_info_3_0 (CK_INFO *info)
{
	return get_info (info, 0);
}

static CK_RV
get_info_3_2 (CK_INFO *info)
{
	return get_info (info, 2);
}

#define FILL(name) .name = name,
#define FILL_2_40(info)                                                                                      \
	FILL (C_Initialize) FILL (C_Finalize) .C_GetInfo = info, CK_FUNCTIONS_AFTER_INFO (FILL)

static CK_FUNCTION_LIST functions_2_40 = { .version = { 2, 40 }, FILL_2_40 (C_GetInfo) };

static CK_FUNCTION_LIST_3_0 functions_3_0 = {
	.version = { 3, 0 },
	FILL_2_40 (get_info_3_0) CK_FUNCTIONS_3_0 (FILL)
};

static CK_FUNCTION_LIST_3_2 functions_3_2 = {
	.version = { 3, 2 },
	FILL_2_40 (get_info_3_2) CK_FUNCTIONS_3_0 (FILL) CK_FUNCTIONS_3_2 (FILL)
};

/* The version of each interface is that of the structure behind it.  The newest first: whoever does not say
 * which wants that one. */
static CK_UTF8CHAR interface_name[] = "PKCS 11";

static CK_INTERFACE interfaces[] = {
	{ interface_name, &functions_3_2, 0 },
	{ interface_name, &functions_3_0, 0 },
	{ interface_name, &functions_2_40, 0 },
};

#define N_INTERFACES (sizeof interfaces / sizeof interfaces[0])

EXPORTED CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
	if (list == NULL)
		return CKR_ARGUMENTS_BAD;
	*list = &functions_2_40;
	return CKR_OK;
}

EXPORTED CK_RV
C_GetInterfaceList (CK_INTERFACE *list, CK_ULONG *n)
{
	CK_ULONG room;

	if (n == NULL)
		return CKR_ARGUMENTS_BAD;
	room = *n;
	*n = N_INTERFACES;
	if (list == NULL)
		return CKR_OK;
	if (room < N_INTERFACES)
		return CKR_BUFFER_TOO_SMALL;
	memcpy (list, interfaces, sizeof interfaces);
	return CKR_OK;
}

static bool
is_wanted (const CK_INTERFACE *interface, const CK_UTF8CHAR *name, const CK_VERSION *version, CK_FLAGS flags)
{
	const CK_VERSION *ours = interface->pFunctionList;

	return (name == NULL || strcmp ((const char *)name, (const char *)interface->pInterfaceName) == 0) &&
	       (version == NULL || (version->major == ours->major && version->minor == ours->minor)) &&
	       (interface->flags & flags) == flags;
}

/* An unknown name gets no list: some callers take what they get for a structure of their own. */
EXPORTED CK_RV
C_GetInterface (CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags)
{
	if (interface == NULL)
		return CKR_ARGUMENTS_BAD;
	for (size_t i = 0; i < N_INTERFACES; i++)
		if (is_wanted (&interfaces[i], name, version, flags)) {
			*interface = &interfaces[i];
			return CKR_OK;
		}
	return CKR_ARGUMENTS_BAD;
}
