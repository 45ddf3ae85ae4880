/* softhsm2-setup tokens-seen and mechanisms-seen: the tokens that p11-kit shows, and what one of them can do, a line
 * each.  Not for people: other commands run them as a process of their own, so that no module of others can
 * harm them. */

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
	g_autofree char *model = PADDED (info->model);
	char *text = NULL;

	memcpy (p11_kit_uri_get_token_info (uri), info, sizeof *info);
	if (p11_kit_uri_format (uri, P11_KIT_URI_FOR_TOKEN, &text) == P11_KIT_URI_OK)
		printf ("%s\t%s\t%s\t%s\n", serial, text, g_strdelimit (model, "\n\t", ' '),
		        g_strdelimit (label, "\n", ' '));
	free (text);
	p11_kit_uri_free (uri);
}

static bool
is_token (CK_FUNCTION_LIST *api, CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	return api->C_GetTokenInfo (slot, info) == CKR_OK && info->flags & CKF_TOKEN_INITIALIZED;
}

static void
print_mechanisms (CK_FUNCTION_LIST *api, CK_SLOT_ID slot)
{
	g_autofree CK_MECHANISM_TYPE *types = NULL;
	CK_ULONG n = 0;

	if (api->C_GetMechanismList (slot, NULL, &n) != CKR_OK)
		return;
	types = g_new (CK_MECHANISM_TYPE, n + 1);
	if (api->C_GetMechanismList (slot, types, &n) != CKR_OK)
		return;
	for (CK_ULONG i = 0; i < n; i++)
		printf ("%lu\n", types[i]);
}

/* @serial: NULL prints all tokens, else the mechanisms of that one. */
static void
print_module (CK_FUNCTION_LIST *api, const char *serial)
{
	Module module = { .api = api };
	g_autoptr (GArray) slots = NULL;
	CK_RV rv;

	slots = module_slots (&module, &rv);
	for (guint i = 0; slots != NULL && i < slots->len; i++) {
		CK_SLOT_ID slot = g_array_index (slots, CK_SLOT_ID, i);
		CK_TOKEN_INFO info;

		if (!is_token (api, slot, &info))
			continue;
		if (serial == NULL)
			print_token (&info);
		else if (padded_equal (info.serialNumber, sizeof info.serialNumber, serial))
			print_mechanisms (api, slot);
	}
}

static int
print_all (const char *serial)
{
	CK_FUNCTION_LIST **modules = p11_kit_modules_load_and_initialize (0);

	if (modules == NULL) {
		const char *message = p11_kit_message ();

		fprintf (stderr, "%s\n", message ? message : "p11_kit_modules_load_and_initialize");
		return SETUP_FAILED;
	}
	for (size_t i = 0; modules[i] != NULL; i++)
		print_module (modules[i], serial);
	p11_kit_modules_finalize_and_release (modules);
	return SETUP_OK;
}

int
setup_seen (int argc, char **argv)
{
	return print_all (NULL);
}

int
setup_mechanisms_seen (int argc, char **argv)
{
	return argc == 2 ? print_all (argv[1]) : SETUP_USAGE;
}
