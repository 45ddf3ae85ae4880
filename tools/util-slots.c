/* softhsm2-util: which slot --slot, --free, --serial and --token speak of. */

#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SoftHSM takes what is no number for 0 and would wipe the token there; that is refused. */
static bool
parse_slot (const char *text, CK_SLOT_ID *slot)
{
	char *end;

	if (*text == '-') {
		util_error ("The slot number is negative.");
		return false;
	}
	errno = 0;
	*slot = strtoul (text, &end, 10);
	if (end == text || *end != '\0' || errno != 0) {
		util_error ("The slot number is not a number.");
		return false;
	}
	return true;
}

bool
util_too_long (const UtilOptions *options)
{
	CK_TOKEN_INFO info;

	if (options->serial != NULL && strlen (options->serial) > sizeof info.serialNumber) {
		util_error ("--serial is too long.");
		return true;
	}
	if (options->token != NULL && strlen (options->token) > sizeof info.label) {
		util_error ("--token is too long.");
		return true;
	}
	return false;
}

bool
util_report_match (const UtilOptions *options, const char *what, bool serial_fits, bool label_fits)
{
	if ((options->serial != NULL && !serial_fits) || (options->token != NULL && !label_fits))
		return false;
	printf ("Found %s with matching %s.\n", what,
	        options->token == NULL    ? "serial"
	        : options->serial == NULL ? "token label"
	                                  : "serial and token label");
	return true;
}

static bool
slot_fits (const UtilOptions *options, CK_SLOT_ID slot, const CK_TOKEN_INFO *info)
{
	g_autofree char *what = NULL;

	if (options->free) {
		if (info->flags & CKF_TOKEN_INITIALIZED)
			return false;
		printf ("Slot %lu has a free/uninitialized token.\n", slot);
		return true;
	}
	what = g_strdup_printf ("slot %lu", slot);
	return util_report_match (
		options, what,
		options->serial &&
			padded_equal (info->serialNumber, sizeof info->serialNumber, options->serial),
		options->token && padded_equal (info->label, sizeof info->label, options->token));
}

/* Counts the slots that fit; @slot is the last of them. */
static unsigned
count_slots (Module *module, const UtilOptions *options, const GArray *slots, CK_SLOT_ID *slot)
{
	unsigned n_found = 0;

	for (guint i = 0; i < slots->len; i++) {
		CK_SLOT_ID candidate = g_array_index (slots, CK_SLOT_ID, i);
		CK_TOKEN_INFO info;

		if (module->api->C_GetTokenInfo (candidate, &info) != CKR_OK) {
			util_error ("Could not get info about the token in slot %lu.", candidate);
			continue;
		}
		if (slot_fits (options, candidate, &info)) {
			*slot = candidate;
			n_found++;
			if (options->free)
				break;
		}
	}
	return n_found;
}

bool
util_find_slot (Module *module, const UtilOptions *options, bool may_be_free, CK_SLOT_ID *slot)
{
	UtilOptions wanted = *options;
	g_autoptr (GArray) slots = NULL;
	unsigned n_found;
	CK_RV rv;

	wanted.free = wanted.free && may_be_free;
	if (wanted.slot != NULL)
		return parse_slot (wanted.slot, slot);
	if (!wanted.free && wanted.serial == NULL && wanted.token == NULL) {
		util_error ("A slot/token must be supplied. Use --slot <number>, --serial <serial>, %s",
		            may_be_free ? "--token <label>, or --free" : "or --token <label>");
		return false;
	}
	if (!wanted.free && util_too_long (&wanted))
		return false;
	slots = module_slots (module, &rv);
	if (slots == NULL) {
		util_error ("Could not get the slot list.");
		return false;
	}
	n_found = count_slots (module, &wanted, slots, slot);
	if (n_found > 1)
		util_error ("Found multiple matching slots/tokens.");
	else if (n_found == 0 && may_be_free)
		util_error ("Could not find a slot/token using --serial, --token, or --free.");
	else if (n_found == 0)
		util_error ("Could not find a slot/token using --serial, or --token");
	return n_found == 1;
}
