/* softhsm2-util --init-token */

#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
say_init_failure (CK_RV rv, CK_SLOT_ID slot)
{
	switch (rv) {
	case CKR_SLOT_ID_INVALID:
		fprintf (stderr, "CKR_SLOT_ID_INVALID: Slot %lu does not exist.\n", slot);
		break;
	case CKR_PIN_INCORRECT:
		fprintf (stderr, "CKR_PIN_INCORRECT: The given SO PIN does not match the one in the token. "
		                 "Needed when reinitializing the token.\n");
		break;
	case CKR_TOKEN_NOT_PRESENT:
		fprintf (stderr, "CKR_TOKEN_NOT_PRESENT: The token is not present. "
		                 "Please read the HSM manual for further assistance.\n");
		break;
	default:
		fprintf (stderr, "ERROR rv=0x%08X: Could not initialize the token.\n", (unsigned)rv);
		fprintf (stderr, "Please check log files for additional information.\n");
	}
	return EXIT_FAILURE;
}

static int
say_failure (TokenStep step, CK_RV rv, CK_SLOT_ID slot)
{
	switch (step) {
	case TOKEN_AT_INIT:
		return say_init_failure (rv, slot);
	case TOKEN_AT_SESSION:
		return util_error ("Could not open a session with the library.");
	case TOKEN_AT_LOGIN:
		return util_error ("Could not log in on the token.");
	case TOKEN_AT_PIN:
	case TOKEN_MADE:
	default:
		return util_error ("Could not initialize the user PIN.");
	}
}

/* The slot that holds the token with this serial and label now. */
static bool
find_again (Module *module, const CK_TOKEN_INFO *wanted, CK_SLOT_ID *slot)
{
	g_autoptr (GArray) slots = NULL;
	CK_TOKEN_INFO info;
	CK_RV rv;

	slots = module_slots (module, &rv);
	for (guint i = 0; slots != NULL && i < slots->len; i++) {
		*slot = g_array_index (slots, CK_SLOT_ID, i);
		if (module->api->C_GetTokenInfo (*slot, &info) == CKR_OK &&
		    memcmp (info.serialNumber, wanted->serialNumber, sizeof info.serialNumber) == 0 &&
		    memcmp (info.label, wanted->label, sizeof info.label) == 0)
			return true;
	}
	util_error ("Could not find a slot/token using --serial, or --token");
	return false;
}

/* A new token gets the slot that its serial number gives it when the module starts next. */
static int
report_slot (Module *module, CK_SLOT_ID slot)
{
	CK_SLOT_ID now = slot;
	CK_TOKEN_INFO info;

	if (module->api->C_GetTokenInfo (slot, &info) != CKR_OK)
		return util_error ("Could not get info about the initialized token in slot %lu.", slot);
	module_stop (module);
	if (module_start (module) != CKR_OK)
		return util_error ("Could not initialize the library.");
	if (!find_again (module, &info, &now))
		return EXIT_FAILURE;
	if (now == slot)
		printf ("The token has been initialized on slot %lu\n", now);
	else
		printf ("The token has been initialized and is reassigned to slot %lu\n", now);
	return EXIT_SUCCESS;
}

int
util_init_token (Module *module, UtilOptions *options)
{
	CK_SLOT_ID slot = 0;
	TokenStep step;
	CK_RV rv;

	if (!util_find_slot (module, options, true, &slot))
		return EXIT_FAILURE;
	if (options->label == NULL)
		return util_error ("A label for the token must be supplied. Use --label <text>");
	if (strlen (options->label) > 32)
		return util_error ("The token label must not have a length greater than 32 chars.");
	if (!util_get_pin (&options->so_pin, true) || !util_get_pin (&options->pin, false))
		return EXIT_FAILURE;
	step = token_make (module, slot, options->label, &options->so_pin, &options->pin, &rv);
	if (step != TOKEN_MADE)
		return say_failure (step, rv, slot);
	return report_slot (module, slot);
}
