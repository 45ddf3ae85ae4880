/* A token by its name, and a session with it. */

#include "token-session.h"

#include "setup.h"

#include <glib/gi18n.h>
#include <p11-kit/uri.h>
#include <stdlib.h>
#include <string.h>

void
token_session_clear (TokenSession *session)
{
	if (session->handle != CK_INVALID_HANDLE)
		session->module.api->C_CloseSession (session->handle);
	module_close (&session->module);
	g_free (session->label);
	g_free (session->serial);
}

bool
token_session_start (TokenSession *session, const char *module, GError **error)
{
	g_autoptr (GError) reason = NULL;
	CK_RV rv;

	if (!module_load (&session->module, module, &reason))
		return setup_refuse (error, _ ("The module cannot be loaded: %s. Name another one with --module."),
		                     reason->message);
	rv = module_start (&session->module);
	if (rv != CKR_OK)
		return setup_refuse (error,
		                     _ ("The module %s does not start: %s. \"softhsm2-setup status\" may know why."),
		                     module, rv_words (rv));
	return true;
}

GArray *
token_session_tokens (TokenSession *session, GError **error)
{
	GArray *slots;
	CK_RV rv;

	slots = module_slots (&session->module, &rv);
	if (slots == NULL) {
		setup_refuse (error, _ ("The module does not tell its slots: %s."), rv_words (rv));
		return NULL;
	}
	for (guint i = slots->len; i > 0; i--) {
		CK_TOKEN_INFO info;

		rv = session->module.api->C_GetTokenInfo (g_array_index (slots, CK_SLOT_ID, i - 1), &info);
		if (rv != CKR_OK || !(info.flags & CKF_TOKEN_INITIALIZED))
			g_array_remove_index (slots, i - 1);
	}
	return slots;
}

bool
token_session_find_free (TokenSession *session, CK_SLOT_ID *slot, GError **error)
{
	g_autoptr (GArray) slots = NULL;
	CK_TOKEN_INFO info;
	CK_RV rv;

	slots = module_slots (&session->module, &rv);
	for (guint i = 0; slots != NULL && i < slots->len; i++) {
		*slot = g_array_index (slots, CK_SLOT_ID, i);
		if (session->module.api->C_GetTokenInfo (*slot, &info) == CKR_OK &&
		    !(info.flags & CKF_TOKEN_INITIALIZED))
			return true;
	}
	return setup_refuse (error, _ ("The module %s has no free slot for a new token. The log has more."),
	                     session->module.path);
}

/* --- by its name --- */

static P11KitUri *
parse_uri (const char *wanted, GError **error)
{
	P11KitUri *uri;

	if (!g_str_has_prefix (wanted, "pkcs11:"))
		return NULL;
	uri = p11_kit_uri_new ();
	if (p11_kit_uri_parse (wanted, P11_KIT_URI_FOR_ANY, uri) == P11_KIT_URI_OK)
		return uri;
	p11_kit_uri_free (uri);
	setup_refuse (error, _ ("\"%s\" is no PKCS #11 URI."), wanted);
	return NULL;
}

static bool
fits (const CK_TOKEN_INFO *info, const char *wanted, P11KitUri *uri)
{
	if (wanted == NULL)
		return true;
	if (uri != NULL)
		return p11_kit_uri_match_token_info (uri, (CK_TOKEN_INFO *)info) != 0;
	return padded_equal (info->label, sizeof info->label, wanted) ||
	       padded_equal (info->serialNumber, sizeof info->serialNumber, wanted);
}

static bool
refuse_number (GError **error, const char *wanted, guint n)
{
	if (n == 0 && wanted == NULL)
		return setup_refuse (error, _ ("There is no token. \"softhsm2-setup init\" makes one."));
	if (n == 0)
		return setup_refuse (
			error,
			_ ("There is no token \"%s\". \"softhsm2-setup token list\" shows those that there are."),
			wanted);
	if (wanted == NULL)
		return setup_refuse (
			error, _ ("There are %u tokens. Name one of them, which \"softhsm2-setup token list\" shows."),
			n);
	return setup_refuse (
		error,
		_ ("%u tokens are called \"%s\". Name one by its serial number, which \"softhsm2-setup token "
	           "list\" shows."),
		n, wanted);
}

bool
token_session_find (TokenSession *session, const char *wanted, GError **error)
{
	g_autoptr (GArray) tokens = token_session_tokens (session, error);
	g_autoptr (GError) bad_uri = NULL;
	P11KitUri *uri = wanted ? parse_uri (wanted, &bad_uri) : NULL;
	guint n = 0;

	if (bad_uri != NULL) {
		g_clear_error (error);
		g_propagate_error (error, g_steal_pointer (&bad_uri));
		return false;
	}
	for (guint i = 0; tokens != NULL && i < tokens->len; i++) {
		CK_SLOT_ID slot = g_array_index (tokens, CK_SLOT_ID, i);
		CK_TOKEN_INFO info;

		if (session->module.api->C_GetTokenInfo (slot, &info) != CKR_OK || !fits (&info, wanted, uri))
			continue;
		session->slot = slot;
		session->info = info;
		n++;
	}
	if (uri != NULL)
		p11_kit_uri_free (uri);
	if (tokens == NULL || n != 1)
		return tokens != NULL && refuse_number (error, wanted, n);
	session->label = PADDED (session->info.label);
	session->serial = PADDED (session->info.serialNumber);
	return true;
}

bool
token_session_login (TokenSession *session, CK_USER_TYPE who, const Pin *pin, GError **error)
{
	CK_FUNCTION_LIST *api = session->module.api;
	CK_RV rv =
		api->C_OpenSession (session->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session->handle);

	if (rv == CKR_OK && pin != NULL)
		rv = api->C_Login (session->handle, who, (CK_UTF8CHAR *)pin->text, pin->len);
	if (rv == CKR_PIN_INCORRECT)
		return setup_refuse (error,
		                     who == CKU_SO ? _ ("That is not the SO PIN of the token \"%s\".")
		                                   : _ ("That is not the user PIN of the token \"%s\"."),
		                     session->label);
	if (rv != CKR_OK)
		return setup_refuse (error, _ ("The token \"%s\" cannot be opened: %s."), session->label,
		                     rv_words (rv));
	return true;
}

char *
token_uri (const CK_TOKEN_INFO *info)
{
	P11KitUri *uri = p11_kit_uri_new ();
	char *text = NULL, *copy;

	memcpy (p11_kit_uri_get_token_info (uri), info, sizeof *info);
	p11_kit_uri_format (uri, P11_KIT_URI_FOR_TOKEN, &text);
	copy = g_strdup (text);
	free (text);
	p11_kit_uri_free (uri);
	return copy;
}
