/* softhsm2-setup tokens-seen: the tokens that p11-kit shows, a line each.  Not for people: init and
 * status run it as a process of its own, so that no module of others can harm them. */

#include "setup.h"

#include "cryptoki-module.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <stdio.h>
#include <string.h>

static void
print_token (const CK_TOKEN_INFO *info)
{
	P11KitUri *uri = p11_kit_uri_new ();
	g_autofree char *serial = PADDED (info->serialNumber);
	g_autofree char *label = PADDED (info->label);
	char *text = NULL;

	memcpy (p11_kit_uri_get_token_info (uri), info, sizeof *info);
	if (p11_kit_uri_format (uri, P11_KIT_URI_FOR_TOKEN, &text) == P11_KIT_URI_OK)
		printf ("%s\t%s\t%s\n", serial, text, g_strdelimit (label, "\n", ' '));
	free (text);
	p11_kit_uri_free (uri);
}

static void
print_tokens (CK_FUNCTION_LIST *api)
{
	Module module = { .api = api };
	g_autoptr (GArray) slots = NULL;
	CK_RV rv;

	slots = module_slots (&module, &rv);
	for (guint i = 0; slots != NULL && i < slots->len; i++) {
		CK_TOKEN_INFO info;

		if (api->C_GetTokenInfo (g_array_index (slots, CK_SLOT_ID, i), &info) == CKR_OK &&
		    (info.flags & CKF_TOKEN_INITIALIZED))
			print_token (&info);
	}
}

int
setup_seen (int argc, char **argv)
{
	CK_FUNCTION_LIST **modules = p11_kit_modules_load_and_initialize (0);

	if (modules == NULL) {
		const char *message = p11_kit_message ();

		fprintf (stderr, "%s\n", message ? message : "p11_kit_modules_load_and_initialize");
		return SETUP_FAILED;
	}
	for (size_t i = 0; modules[i] != NULL; i++)
		print_tokens (modules[i]);
	p11_kit_modules_finalize_and_release (modules);
	return SETUP_OK;
}
