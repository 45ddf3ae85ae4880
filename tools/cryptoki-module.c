/* A PKCS #11 module from the outside: loaded by path, called through its function list. */

#include "cryptoki-module.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <p11-kit/p11-kit.h>
#include <string.h>

bool
module_load (Module *module, const char *path, GError **error)
{
	CK_RV (*get_function_list) (CK_FUNCTION_LIST **) = NULL;
	const char *reason;

	*module = (Module){ .path = g_strdup (path), .handle = dlopen (path, RTLD_NOW | RTLD_LOCAL) };
	if (module->handle != NULL) {
		/* ISO C has no cast from an object pointer to a function pointer; POSIX asks for this one. */
		*(void **)&get_function_list = dlsym (module->handle, "C_GetFunctionList");
	}
	if (get_function_list == NULL) {
		reason = dlerror ();
		g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, reason ? reason : path);
		return false;
	}
	if (get_function_list (&module->api) != CKR_OK || module->api == NULL) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: C_GetFunctionList failed", path);
		return false;
	}
	return true;
}

CK_RV
module_start (Module *module)
{
	CK_RV rv = module->api->C_Initialize (NULL);

	module->started = rv == CKR_OK;
	return rv;
}

void
module_stop (Module *module)
{
	if (module->started)
		module->api->C_Finalize (NULL);
	module->started = false;
}

void
module_close (Module *module)
{
	module_stop (module);
	if (module->handle != NULL)
		dlclose (module->handle);
	g_free (module->path);
	*module = (Module){ 0 };
}

GArray *
module_slots (Module *module, CK_RV *rv)
{
	GArray *slots = g_array_new (FALSE, TRUE, sizeof (CK_SLOT_ID));
	CK_ULONG n = 0;

	/* The number may grow between the two calls. */
	do {
		*rv = module->api->C_GetSlotList (CK_FALSE, NULL, &n);
		if (*rv != CKR_OK)
			break;
		g_array_set_size (slots, (guint)n);
		*rv = module->api->C_GetSlotList (CK_FALSE, (CK_SLOT_ID *)(void *)slots->data, &n);
	} while (*rv == CKR_BUFFER_TOO_SMALL);
	if (*rv != CKR_OK) {
		g_array_unref (slots);
		return NULL;
	}
	g_array_set_size (slots, (guint)n);
	return slots;
}

static size_t
unpadded_length (const CK_UTF8CHAR *field, size_t size)
{
	while (size > 0 && (field[size - 1] == ' ' || field[size - 1] == '\0'))
		size--;
	return size;
}

char *
padded_string (const CK_UTF8CHAR *field, size_t size)
{
	return g_strndup ((const char *)field, unpadded_length (field, size));
}

char *
text_to_show (const char *text)
{
	char *valid = g_utf8_make_valid (text, -1);
	GString *shown = g_string_new (NULL);

	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
		gunichar c = g_utf8_get_char (at);

		g_string_append_unichar (shown, g_unichar_iscntrl (c) ? '?' : c);
	}
	g_free (valid);
	return g_string_free (shown, FALSE);
}

char *
padded_text (const CK_UTF8CHAR *field, size_t size)
{
	g_autofree char *text = padded_string (field, size);

	return text_to_show (text);
}

bool
padded_equal (const CK_UTF8CHAR *field, size_t size, const char *text)
{
	size_t n_field = unpadded_length (field, size);
	size_t n_text = unpadded_length ((const CK_UTF8CHAR *)text, strlen (text));

	return n_field == n_text && memcmp (field, text, n_field) == 0;
}

static CK_RV
token_set_user_pin (Module *module, CK_SLOT_ID slot, const Pin *so_pin, const Pin *pin, TokenStep *step)
{
	CK_SESSION_HANDLE session;
	CK_RV rv;

	*step = TOKEN_AT_SESSION;
	rv = module->api->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);
	if (rv != CKR_OK)
		return rv;
	*step = TOKEN_AT_LOGIN;
	rv = module->api->C_Login (session, CKU_SO, (CK_UTF8CHAR *)so_pin->text, so_pin->len);
	if (rv == CKR_OK) {
		*step = TOKEN_AT_PIN;
		rv = module->api->C_InitPIN (session, (CK_UTF8CHAR *)pin->text, pin->len);
	}
	module->api->C_CloseSession (session);
	return rv;
}

TokenStep
token_make (Module *module, CK_SLOT_ID slot, const char *label, const Pin *so_pin, const Pin *pin, CK_RV *rv)
{
	TokenStep step = TOKEN_AT_INIT;
	CK_UTF8CHAR padded[32];

	memset (padded, ' ', sizeof padded);
	memcpy (padded, label, MIN (strlen (label), sizeof padded));
	*rv = module->api->C_InitToken (slot, (CK_UTF8CHAR *)so_pin->text, so_pin->len, padded);
	if (*rv == CKR_OK)
		*rv = token_set_user_pin (module, slot, so_pin, pin, &step);
	return *rv == CKR_OK ? TOKEN_MADE : step;
}

const char *
rv_words (CK_RV rv)
{
	return p11_kit_strerror (rv);
}
