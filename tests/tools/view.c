/* A token of a test, made and looked at. */

#include "view.h"

#include <string.h>

void
configure (Place *place)
{
	place_setenv (place, "SOFTHSM2_CONF", place->conf);
}

void
make_token (Place *place, const char *label)
{
	g_autoptr (Result) result = NULL;

	configure (place);
	result = UTIL (place, "--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", USER_PIN);
	assert_status (result, 0);
}

void
setup_as_ourselves (Place *place, gconstpointer data)
{
	place_setup (place, data);
	place->as_root = true;
}

const char *
command (const char *variable)
{
	const char *path = g_getenv (variable);

	if (path == NULL)
		g_error ("%s is not set: run the tests with \"meson test\"", variable);
	return path;
}

void
assert_man_page_is_complete (const Place *place, const char *program)
{
	g_autofree char *name = g_path_get_basename (program);
	g_autofree char *file = g_strconcat (name, ".1", NULL);
	g_autofree char *path = g_build_filename (command ("SOFTHSM2_MAN"), file, NULL);
	g_autoptr (Result) help = run (place, program, "--help", NULL);
	g_autoptr (GRegex) option = g_regex_new ("--[a-z][a-z-]*", 0, 0, NULL);
	g_autoptr (GMatchInfo) match = NULL;
	g_autofree char *roff = NULL;
	GString *page;

	g_assert_true (g_file_get_contents (path, &roff, NULL, NULL));
	page = g_string_new (roff);
	g_string_replace (page, "\\-", "-", 0);
	for (g_regex_match (option, help->out, 0, &match); g_match_info_matches (match);
	     g_match_info_next (match, NULL)) {
		g_autofree char *word = g_match_info_fetch (match, 0);

		if (strstr (page->str, word) == NULL)
			g_error ("%s is not in %s", word, path);
	}
	g_string_free (page, TRUE);
}

char *
softhsm_command (const Place *place, const char *name)
{
	g_autofree char *util = g_find_program_in_path ("softhsm2-util");
	g_autofree char *dir = util ? g_path_get_dirname (util) : NULL;
	g_autofree char *path = dir ? g_build_filename (dir, name, NULL) : NULL;
	g_autoptr (Result) result = util ? run (place, util, "--version", NULL) : NULL;

	if (result != NULL && g_str_has_prefix (result->out, "2.") && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer (&path);
	g_test_skip ("SoftHSM is not installed");
	return NULL;
}

void
view_close (View *view)
{
	module_close (&view->module);
	g_unsetenv ("SOFTHSM2_CONF");
}

void
view_open (View *view, const Place *place)
{
	g_autoptr (GArray) slots = NULL;
	CK_RV rv;

	g_setenv ("SOFTHSM2_CONF", place->conf, TRUE);
	g_assert_true (module_load (&view->module, place->module, NULL));
	g_assert_cmpuint (module_start (&view->module), ==, CKR_OK);
	slots = module_slots (&view->module, &rv);
	g_assert_nonnull (slots);
	g_assert_cmpuint (view->module.api->C_OpenSession (g_array_index (slots, CK_SLOT_ID, 0), CKF_SERIAL_SESSION,
	                                                   NULL, NULL, &view->session),
	                  ==, CKR_OK);
	g_assert_cmpuint (
		view->module.api->C_Login (view->session, CKU_USER, (CK_UTF8CHAR *)USER_PIN, strlen (USER_PIN)), ==,
		CKR_OK);
}

unsigned
find_objects (View *view, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *object)
{
	CK_BYTE id = 0xA1;
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class }, { CKA_ID, &id, sizeof id } };
	CK_FUNCTION_LIST *api = view->module.api;
	CK_OBJECT_HANDLE found[8];
	CK_ULONG n = 0;

	g_assert_cmpuint (api->C_FindObjectsInit (view->session, template, 2), ==, CKR_OK);
	g_assert_cmpuint (api->C_FindObjects (view->session, found, G_N_ELEMENTS (found), &n), ==, CKR_OK);
	g_assert_cmpuint (api->C_FindObjectsFinal (view->session), ==, CKR_OK);
	if (n > 0 && object != NULL)
		*object = found[0];
	return (unsigned)n;
}

CK_OBJECT_HANDLE
find_one (View *view, CK_OBJECT_CLASS class)
{
	CK_OBJECT_HANDLE object = 0;

	g_assert_cmpuint (find_objects (view, class, &object), ==, 1);
	return object;
}

char *
get_hex (View *view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE value[4096];
	CK_ATTRIBUTE attribute = { type, value, sizeof value };
	GString *hex = g_string_new (NULL);

	g_assert_cmpuint (view->module.api->C_GetAttributeValue (view->session, object, &attribute, 1), ==, CKR_OK);
	for (CK_ULONG i = 0; i < attribute.ulValueLen; i++)
		g_string_append_printf (hex, "%02x", value[i]);
	return g_string_free (hex, FALSE);
}

CK_ULONG
get_ulong (View *view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG value = 0;
	CK_ATTRIBUTE attribute = { type, &value, sizeof value };

	g_assert_cmpuint (view->module.api->C_GetAttributeValue (view->session, object, &attribute, 1), ==, CKR_OK);
	return value;
}

bool
get_bool (View *view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL value = CK_FALSE;
	CK_ATTRIBUTE attribute = { type, &value, sizeof value };

	g_assert_cmpuint (view->module.api->C_GetAttributeValue (view->session, object, &attribute, 1), ==, CKR_OK);
	return value;
}

void
assert_signs_and_verifies (View *view, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE private_key,
                           CK_OBJECT_HANDLE public_key)
{
	CK_FUNCTION_LIST *api = view->module.api;
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_BYTE data[20] = { 1, 2, 3 }, signature[1024];
	CK_ULONG n_signature = sizeof signature;

	g_assert_cmpuint (api->C_SignInit (view->session, &mechanism, private_key), ==, CKR_OK);
	g_assert_cmpuint (api->C_Sign (view->session, data, sizeof data, signature, &n_signature), ==, CKR_OK);
	g_assert_cmpuint (api->C_VerifyInit (view->session, &mechanism, public_key), ==, CKR_OK);
	g_assert_cmpuint (api->C_Verify (view->session, data, sizeof data, signature, n_signature), ==, CKR_OK);
}
