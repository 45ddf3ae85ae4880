/* Doors: slots and tokens.  PKCS #11 v3.2 section 5.5. */

#include "api.h"
#include "session.h"

#include "build-config.h"

#include <stdio.h>

CK_RV
C_GetSlotList (CK_BBOOL token_present, CK_SLOT_ID *list, CK_ULONG *n)
{
	/* A token is always present. */
	return library_slots (list, n);
}

CK_RV
C_GetSlotInfo (CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	char text[65];
	Token *token;

	TRY (library_token (slot, &token));
	if (info == NULL)
		return CKR_ARGUMENTS_BAD;
	memset (info, 0, sizeof *info);
	snprintf (text, sizeof text, "SoftHSM slot ID 0x%lx", slot);
	bytes_pad (info->slotDescription, sizeof info->slotDescription, text);
	bytes_pad (info->manufacturerID, sizeof info->manufacturerID, "SoftHSM project");
	info->flags = CKF_TOKEN_PRESENT | (library_config ()->removable ? CKF_REMOVABLE_DEVICE : 0);
	info->hardwareVersion = info->firmwareVersion = (CK_VERSION){ PACKAGE_VERSION_MAJOR, PACKAGE_VERSION_MINOR };
	return CKR_OK;
}

CK_RV
C_GetTokenInfo (CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	Token *token;

	TRY (library_token (slot, &token));
	if (info == NULL)
		return CKR_ARGUMENTS_BAD;
	return token_info (token, info);
}

/* Slots neither come nor go while we run. */
CK_RV
C_WaitForSlotEvent (CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved)
{
	TRY (library_check ());
	if (slot == NULL || reserved != NULL)
		return CKR_ARGUMENTS_BAD;
	return flags & CKF_DONT_BLOCK ? CKR_NO_EVENT : CKR_FUNCTION_NOT_SUPPORTED;
}

CK_RV
C_GetMechanismList (CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *n)
{
	CK_ULONG n_all = 0, room;
	const Mech *mech;
	Token *token;

	TRY (library_token (slot, &token));
	if (n == NULL)
		return CKR_ARGUMENTS_BAD;
	room = *n;
	for (size_t i = 0; (mech = mech_at (i)) != NULL; i++) {
		if (library_mech (mech->type) == NULL)
			continue;
		if (list != NULL && n_all < room)
			list[n_all] = mech->type;
		n_all++;
	}
	*n = n_all;
	return list != NULL && room < n_all ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

CK_RV
C_GetMechanismInfo (CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	const Mech *mech;
	Token *token;

	TRY (library_token (slot, &token));
	if (info == NULL)
		return CKR_ARGUMENTS_BAD;
	mech = library_mech (type);
	if (mech == NULL)
		return fail (CKR_MECHANISM_INVALID, "mechanism 0x%lx is not known or not allowed", type);
	mech_info (mech, info);
	return CKR_OK;
}

/* A wrong length is a wrong PIN here, as SoftHSM has it. */
CK_RV
C_InitToken (CK_SLOT_ID slot, CK_UTF8CHAR *pin, CK_ULONG n_pin, CK_UTF8CHAR *label)
{
	Token *token;

	TRY (library_token (slot, &token));
	if (pin == NULL || label == NULL)
		return CKR_ARGUMENTS_BAD;
	if (n_pin < PIN_MIN || n_pin > PIN_MAX)
		return fail (CKR_PIN_INCORRECT, "a PIN has %d to %d bytes", PIN_MIN, PIN_MAX);
	return token_init (token, bytes (pin, n_pin), label);
}
