/* What softhsm2-util and softhsm2-migrate share: errors, PINs, and the module.
 *
 * Their messages are SoftHSM's, in English whatever the locale: scripts read them. */

#include "util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
util_error (const char *format, ...)
{
	va_list args;

	fflush (stdout);
	fputs ("ERROR: ", stderr);
	va_start (args, format);
	vfprintf (stderr, format, args);
	va_end (args);
	fputc ('\n', stderr);
	return EXIT_FAILURE;
}

bool
util_get_pin (Pin *pin, bool is_so)
{
	static const PinDialog so_dialog = {
		.title = "=== SO PIN (4-255 characters) ===",
		.enter = "Please enter SO PIN: ",
		.again = "Please reenter SO PIN: ",
		.bad_length = "ERROR: The length of the PIN is out of range.",
		.unequal = "ERROR: The entered PINs are not equal.",
		.stars = true,
	};
	static const PinDialog user_dialog = {
		.title = "=== User PIN (4-255 characters) ===",
		.enter = "Please enter user PIN: ",
		.again = "Please reenter user PIN: ",
		.bad_length = "ERROR: The length of the PIN is out of range.",
		.unequal = "ERROR: The entered PINs are not equal.",
		.stars = true,
	};

	if (pin->len > 0 || pin_ask (pin, is_so ? &so_dialog : &user_dialog))
		return true;
	util_error ("Could not get %s PIN", is_so ? "SO" : "user");
	return false;
}

/* One of a wrong length is asked for, as SoftHSM does. */
void
util_take_pin (Pin *pin, char *argument)
{
	pin_set (pin, argument);
	explicit_bzero (argument, strlen (argument));
}

bool
util_open_module (Module *module, const char *path)
{
	g_autoptr (GError) error = NULL;

	if (!module_load (module, path, &error)) {
		util_error ("Could not load the PKCS#11 library/module: %s", error->message);
		util_error ("Please check log files for additional information.");
		return false;
	}
	if (module_start (module) != CKR_OK) {
		util_error ("Could not initialize the PKCS#11 library/module: %s", path);
		util_error ("Please check log files for additional information.");
		return false;
	}
	return true;
}

bool
util_log_in (Module *module, CK_SLOT_ID slot, UtilOptions *options, CK_SESSION_HANDLE *session)
{
	CK_RV rv = module->api->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, session);

	if (rv != CKR_OK) {
		util_error (rv == CKR_SLOT_ID_INVALID ? "The given slot does not exist."
		                                      : "Could not open a session on the given slot.");
		return false;
	}
	if (!util_get_pin (&options->pin, false))
		return false;
	rv = module->api->C_Login (*session, CKU_USER, (CK_UTF8CHAR *)options->pin.text, options->pin.len);
	if (rv != CKR_OK)
		util_error (rv == CKR_PIN_INCORRECT ? "The given user PIN does not match the one in the token."
		                                    : "Could not log in on the token.");
	return rv == CKR_OK;
}
