/* What tests that speak Cryptoki to a module have in common. */

#include "harness.h"

#include <dlfcn.h>
#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void
place_configure (Place *place, const char *extra)
{
	g_autofree char *text = g_strdup_printf ("directories.tokendir = %s\nlog.level = ERROR\nlog.file = %s/log\n%s\n",
	                                         place->tokendir, place->dir, extra ? extra : "");

	g_assert_true (g_file_set_contents (place->conf, text, -1, NULL));
}

Place *
place_new (const char *extra)
{
	Place *place = g_new0 (Place, 1);

	place->dir = g_dir_make_tmp ("softhsm2-test-XXXXXX", NULL);
	g_assert_nonnull (place->dir);
	place->conf = g_build_filename (place->dir, "softhsm2.conf", NULL);
	place->tokendir = g_build_filename (place->dir, "tokens", NULL);
	g_assert_cmpint (g_mkdir (place->tokendir, 0700), ==, 0);
	place_configure (place, extra);
	g_setenv ("SOFTHSM2_CONF", place->conf, TRUE);
	return place;
}

static int
remove_one (const char *path, const struct stat *info, int type, struct FTW *where)
{
	return remove (path);
}

void
place_free (Place *place)
{
	nftw (place->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	g_free (place->dir);
	g_free (place->conf);
	g_free (place->tokendir);
	g_free (place);
}

/* TEST_INTERFACE: nothing for C_GetFunctionList, "default" for what C_GetInterface gives unasked, or a version. */
static void
choose_list (Module *module)
{
	const char *which = g_getenv ("TEST_INTERFACE");
	CK_C_GetFunctionList get_list;
	CK_C_GetInterface get_interface;
	CK_INTERFACE *interface;
	CK_VERSION version;

	*(void **)&get_list = dlsym (module->library, "C_GetFunctionList");
	*(void **)&get_interface = dlsym (module->library, "C_GetInterface");
	g_assert_nonnull (get_list);
	version = (CK_VERSION){ 3, 2 };
	if (get_interface != NULL && get_interface ((CK_UTF8CHAR *)"PKCS 11", &version, &interface, 0) == CKR_OK)
		module->f3 = interface->pFunctionList;
	if (which == NULL || *which == '\0' || get_interface == NULL) {
		assert_ok (get_list (&module->f));
		return;
	}
	if (strcmp (which, "default") == 0) {
		assert_ok (get_interface (NULL, NULL, &interface, 0));
	} else {
		version.major = (CK_BYTE)(which[0] - '0');
		version.minor = (CK_BYTE)strtoul (which + 2, NULL, 10);
		assert_ok (get_interface ((CK_UTF8CHAR *)"PKCS 11", &version, &interface, 0));
	}
	module->f = interface->pFunctionList;
}

Module *
module_load (const char *path)
{
	Module *module = g_new0 (Module, 1);

	module->path = g_strdup (path);
	module->library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
	if (module->library == NULL)
		g_error ("cannot load %s: %s", path, dlerror ());
	choose_list (module);
	return module;
}

void
module_unload (Module *module)
{
	dlclose (module->library);
	g_free (module->path);
	g_free (module);
}

const char *
module_under_test (void)
{
	const char *path = g_getenv ("TEST_MODULE");

	g_assert_nonnull (path);
	return path;
}

const char *
module_reference (void)
{
	const char *path = g_getenv ("REFERENCE_MODULE");

	return path != NULL && *path != '\0' ? path : NULL;
}

gboolean
is_softhsm (const Module *module)
{
	CK_INFO info;

	return module->f->C_GetInfo (&info) == CKR_OK && info.libraryVersion.major < 3;
}

static CK_SLOT_ID
slot_with (Module *module, gboolean initialised)
{
	CK_SLOT_ID slots[64];
	CK_ULONG n;
	CK_TOKEN_INFO info;

	assert_ok (module->f->C_GetSlotList (CK_TRUE, NULL, &n));
	n = G_N_ELEMENTS (slots);
	assert_ok (module->f->C_GetSlotList (CK_TRUE, slots, &n));
	for (CK_ULONG i = 0; i < n; i++) {
		assert_ok (module->f->C_GetTokenInfo (slots[i], &info));
		if (!!(info.flags & CKF_TOKEN_INITIALIZED) == !!initialised)
			return slots[i];
	}
	g_error ("there is no such slot");
}

CK_SLOT_ID
token_slot_of (Module *module)
{
	return slot_with (module, TRUE);
}

static CK_SLOT_ID
slot_labelled (Module *module, const char *padded)
{
	CK_SLOT_ID slots[64];
	CK_ULONG n = G_N_ELEMENTS (slots);
	CK_TOKEN_INFO info;

	assert_ok (module->f->C_GetSlotList (CK_TRUE, slots, &n));
	for (CK_ULONG i = 0; i < n; i++)
		if (module->f->C_GetTokenInfo (slots[i], &info) == CKR_OK && memcmp (info.label, padded, 32) == 0)
			return slots[i];
	g_error ("there is no such token");
}

CK_SLOT_ID
make_token (Module *module, const char *label)
{
	CK_UTF8CHAR padded[33];
	CK_SLOT_ID slot = slot_with (module, FALSE);
	CK_SESSION_HANDLE session;

	g_snprintf ((char *)padded, sizeof padded, "%-32s", label);
	assert_ok (module->f->C_InitToken (slot, (CK_UTF8CHAR *)SO_PIN, strlen (SO_PIN), padded));
	assert_ok (module->f->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
	assert_ok (module->f->C_Login (session, CKU_SO, (CK_UTF8CHAR *)SO_PIN, strlen (SO_PIN)));
	assert_ok (module->f->C_InitPIN (session, (CK_UTF8CHAR *)USER_PIN, strlen (USER_PIN)));
	assert_ok (module->f->C_CloseSession (session));
	assert_ok (module->f->C_Finalize (NULL));
	assert_ok (module->f->C_Initialize (NULL));
	return slot_labelled (module, (const char *)padded);
}

CK_SESSION_HANDLE
open_session (Module *module, CK_SLOT_ID slot, gboolean logged_in)
{
	CK_SESSION_HANDLE session;
	CK_RV rv;

	assert_ok (module->f->C_OpenSession (slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
	if (!logged_in)
		return session;
	rv = module->f->C_Login (session, CKU_USER, (CK_UTF8CHAR *)USER_PIN, strlen (USER_PIN));
	if (rv != CKR_USER_ALREADY_LOGGED_IN)
		assert_ok (rv);
	return session;
}

#define R(name) { name, #name }

const char *
rv_name (CK_RV rv)
{
	static const struct {
		CK_RV rv;
		const char *name;
	} rows[] = {
		R (CKR_OK), R (CKR_HOST_MEMORY), R (CKR_SLOT_ID_INVALID), R (CKR_GENERAL_ERROR), R (CKR_FUNCTION_FAILED),
		R (CKR_ARGUMENTS_BAD), R (CKR_NO_EVENT), R (CKR_ATTRIBUTE_READ_ONLY), R (CKR_ATTRIBUTE_SENSITIVE),
		R (CKR_ATTRIBUTE_TYPE_INVALID), R (CKR_ATTRIBUTE_VALUE_INVALID), R (CKR_ACTION_PROHIBITED),
		R (CKR_DATA_INVALID), R (CKR_DATA_LEN_RANGE), R (CKR_DEVICE_ERROR), R (CKR_DEVICE_MEMORY),
		R (CKR_ENCRYPTED_DATA_INVALID), R (CKR_ENCRYPTED_DATA_LEN_RANGE), R (CKR_FUNCTION_NOT_PARALLEL),
		R (CKR_FUNCTION_NOT_SUPPORTED), R (CKR_KEY_HANDLE_INVALID), R (CKR_KEY_SIZE_RANGE),
		R (CKR_KEY_TYPE_INCONSISTENT), R (CKR_KEY_INDIGESTIBLE), R (CKR_KEY_FUNCTION_NOT_PERMITTED),
		R (CKR_KEY_NOT_WRAPPABLE), R (CKR_KEY_UNEXTRACTABLE), R (CKR_MECHANISM_INVALID),
		R (CKR_MECHANISM_PARAM_INVALID), R (CKR_OBJECT_HANDLE_INVALID), R (CKR_OPERATION_ACTIVE),
		R (CKR_OPERATION_NOT_INITIALIZED), R (CKR_PIN_INCORRECT), R (CKR_PIN_INVALID), R (CKR_PIN_LEN_RANGE),
		R (CKR_SESSION_CLOSED), R (CKR_SESSION_HANDLE_INVALID), R (CKR_SESSION_PARALLEL_NOT_SUPPORTED),
		R (CKR_SESSION_READ_ONLY), R (CKR_SESSION_EXISTS), R (CKR_SESSION_READ_ONLY_EXISTS),
		R (CKR_SESSION_READ_WRITE_SO_EXISTS), R (CKR_SIGNATURE_INVALID), R (CKR_SIGNATURE_LEN_RANGE),
		R (CKR_TEMPLATE_INCOMPLETE), R (CKR_TEMPLATE_INCONSISTENT), R (CKR_TOKEN_NOT_PRESENT),
		R (CKR_TOKEN_NOT_RECOGNIZED), R (CKR_UNWRAPPING_KEY_HANDLE_INVALID), R (CKR_UNWRAPPING_KEY_SIZE_RANGE),
		R (CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT), R (CKR_USER_ALREADY_LOGGED_IN), R (CKR_USER_NOT_LOGGED_IN),
		R (CKR_USER_PIN_NOT_INITIALIZED), R (CKR_USER_TYPE_INVALID), R (CKR_USER_ANOTHER_ALREADY_LOGGED_IN),
		R (CKR_WRAPPED_KEY_INVALID), R (CKR_WRAPPED_KEY_LEN_RANGE), R (CKR_WRAPPING_KEY_HANDLE_INVALID),
		R (CKR_WRAPPING_KEY_SIZE_RANGE), R (CKR_WRAPPING_KEY_TYPE_INCONSISTENT), R (CKR_DOMAIN_PARAMS_INVALID),
		R (CKR_CURVE_NOT_SUPPORTED), R (CKR_BUFFER_TOO_SMALL), R (CKR_CRYPTOKI_NOT_INITIALIZED),
		R (CKR_CRYPTOKI_ALREADY_INITIALIZED), R (CKR_SAVED_STATE_INVALID), R (CKR_STATE_UNSAVEABLE),
		R (CKR_KEY_NOT_NEEDED), R (CKR_KEY_NEEDED), R (CKR_AEAD_DECRYPT_FAILED), R (CKR_OPERATION_CANCEL_FAILED),
		R (CKR_KEY_EXHAUSTED), R (CKR_SESSION_ASYNC_NOT_SUPPORTED), R (CKR_PUBLIC_KEY_INVALID), R (CKR_CANCEL),
	};
	static char number[32];

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
		if (rows[i].rv == rv)
			return rows[i].name;
	g_snprintf (number, sizeof number, "0x%lx", rv);
	return number;
}

void
assert_rv_at (const char *where, const char *expr, CK_RV rv, CK_RV wanted)
{
	g_autofree char *is = g_strdup (rv_name (rv));

	if (rv != wanted)
		g_error ("%s: %s is %s, not %s", where, expr, is, rv_name (wanted));
}

GBytes *
from_hex (const char *hex)
{
	GByteArray *bytes = g_byte_array_new ();
	int high = -1;

	for (; *hex != '\0'; hex++) {
		int digit = g_ascii_xdigit_value (*hex);
		guint8 octet;

		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		octet = (guint8)(high << 4 | digit);
		g_byte_array_append (bytes, &octet, 1);
		high = -1;
	}
	g_assert_cmpint (high, ==, -1);
	return g_byte_array_free_to_bytes (bytes);
}

GArray *
find_objects (Module *module, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n)
{
	GArray *found = g_array_new (FALSE, FALSE, sizeof (CK_OBJECT_HANDLE));
	CK_OBJECT_HANDLE some[16];
	CK_ULONG n_some;

	assert_ok (module->f->C_FindObjectsInit (session, template, n));
	do {
		assert_ok (module->f->C_FindObjects (session, some, G_N_ELEMENTS (some), &n_some));
		g_array_append_vals (found, some, (guint)n_some);
	} while (n_some > 0);
	assert_ok (module->f->C_FindObjectsFinal (session));
	return found;
}

GBytes *
get_attribute (Module *module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE attr = { type, NULL, 0 };

	if (module->f->C_GetAttributeValue (session, object, &attr, 1) != CKR_OK)
		return NULL;
	attr.pValue = g_malloc (attr.ulValueLen + 1);
	assert_ok (module->f->C_GetAttributeValue (session, object, &attr, 1));
	return g_bytes_new_take (attr.pValue, attr.ulValueLen);
}
