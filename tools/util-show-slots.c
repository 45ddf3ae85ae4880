/* softhsm2-util --show-slots */

#include "util.h"

#include <stdio.h>
#include <stdlib.h>

/* PKCS #11 strings are printed with their padding: the lines of SoftHSM end in it too. */
static void
print_field (unsigned indent, const char *name, const CK_UTF8CHAR *field, size_t size)
{
	printf ("%*s%-18s%.*s\n", indent, "", name, (int)size, (const char *)field);
}

static void
print_version (const char *name, CK_VERSION version)
{
	printf ("        %-18s%i.%i\n", name, version.major, version.minor);
}

static void
print_flag (const char *name, CK_FLAGS flag)
{
	printf ("        %-18s%s\n", name, flag ? "yes" : "no");
}

#define FIELD(name, field) print_field (8, name, field, sizeof (field))

static bool
show_slot_info (Module *module, CK_SLOT_ID slot)
{
	CK_SLOT_INFO info;

	if (module->api->C_GetSlotInfo (slot, &info) != CKR_OK) {
		util_error ("Could not get info about slot %lu.", slot);
		return false;
	}
	printf ("Slot %lu\n", slot);
	printf ("    Slot info:\n");
	FIELD ("Description:", info.slotDescription);
	FIELD ("Manufacturer ID:", info.manufacturerID);
	print_version ("Hardware version:", info.hardwareVersion);
	print_version ("Firmware version:", info.firmwareVersion);
	print_flag ("Token present:", info.flags & CKF_TOKEN_PRESENT);
	return (info.flags & CKF_TOKEN_PRESENT) != 0;
}

static void
show_token_info (Module *module, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	printf ("    Token info:\n");
	if (module->api->C_GetTokenInfo (slot, &info) != CKR_OK) {
		util_error ("Could not get info about the token in slot %lu.", slot);
		return;
	}
	FIELD ("Manufacturer ID:", info.manufacturerID);
	FIELD ("Model:", info.model);
	print_version ("Hardware version:", info.hardwareVersion);
	print_version ("Firmware version:", info.firmwareVersion);
	FIELD ("Serial number:", info.serialNumber);
	print_flag ("Initialized:", info.flags & CKF_TOKEN_INITIALIZED);
	print_flag ("User PIN init.:", info.flags & CKF_USER_PIN_INITIALIZED);
	FIELD ("Label:", info.label);
}

int
util_show_slots (Module *module, UtilOptions *options)
{
	g_autoptr (GArray) slots = NULL;
	CK_RV rv;

	slots = module_slots (module, &rv);
	if (slots == NULL)
		return util_error ("Could not get the slot list.");
	printf ("Available slots:\n");
	for (guint i = 0; i < slots->len; i++) {
		CK_SLOT_ID slot = g_array_index (slots, CK_SLOT_ID, i);

		if (show_slot_info (module, slot))
			show_token_info (module, slot);
	}
	return EXIT_SUCCESS;
}
