/* Objects of a token by their name, and their attributes. */

#include "token-object.h"

#include "setup.h"

#include <glib/gi18n.h>
#include <p11-kit/uri.h>
#include <string.h>

GArray *
objects_find (TokenSession *session, const CK_ATTRIBUTE *template, CK_ULONG n, GError **error)
{
	CK_FUNCTION_LIST *api = session->module.api;
	GArray *found = g_array_new (FALSE, FALSE, sizeof (CK_OBJECT_HANDLE));
	CK_OBJECT_HANDLE some[64];
	CK_ULONG n_some = 0;
	CK_RV rv = api->C_FindObjectsInit (session->handle, (CK_ATTRIBUTE *)(guintptr)template, n);

	if (rv == CKR_OK) {
		do {
			rv = api->C_FindObjects (session->handle, some, G_N_ELEMENTS (some), &n_some);
			if (rv == CKR_OK)
				g_array_append_vals (found, some, (guint)n_some);
		} while (rv == CKR_OK && n_some > 0);
		api->C_FindObjectsFinal (session->handle);
	}
	if (rv == CKR_OK)
		return found;
	g_array_unref (found);
	setup_refuse (error, _ ("The token \"%s\" cannot be searched: %s."), session->label, rv_words (rv));
	return NULL;
}

GBytes *
hex_parse (const char *hex)
{
	size_t n = strlen (hex);
	g_autofree guint8 *octets = g_malloc (n / 2 + 1);

	if (n == 0 || n % 2 != 0)
		return NULL;
	for (size_t i = 0; i < n / 2; i++) {
		int high = g_ascii_xdigit_value (hex[2 * i]), low = g_ascii_xdigit_value (hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		octets[i] = (guint8)(high << 4 | low);
	}
	return g_bytes_new (octets, n / 2);
}

/* --- one by its name --- */

static GArray *
find_by_uri (TokenSession *session, CK_OBJECT_CLASS class, const char *text, GError **error)
{
	P11KitUri *uri = p11_kit_uri_new ();
	CK_ATTRIBUTE template[8] = { { CKA_CLASS, &class, sizeof class } };
	const CK_ATTRIBUTE *attrs;
	CK_ULONG n = 0, n_template = 1;
	GArray *found = NULL;

	if (p11_kit_uri_parse (text, P11_KIT_URI_FOR_ANY, uri) != P11_KIT_URI_OK) {
		setup_refuse (error, _ ("\"%s\" is no PKCS #11 URI."), text);
	} else {
		attrs = p11_kit_uri_get_attributes (uri, &n);
		for (CK_ULONG i = 0; i < n && n_template < G_N_ELEMENTS (template); i++)
			if (attrs[i].type != CKA_CLASS)
				template[n_template++] = attrs[i];
		found = objects_find (session, template, n_template, error);
	}
	p11_kit_uri_free (uri);
	return found;
}

static GArray *
find_by_name (TokenSession *session, CK_OBJECT_CLASS class, const char *name, GError **error)
{
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class },
		                    { CKA_LABEL, (void *)(guintptr)name, strlen (name) } };
	g_autoptr (GBytes) id = NULL;
	GArray *found = objects_find (session, template, 2, error);

	if (found == NULL || found->len > 0 || (id = hex_parse (name)) == NULL)
		return found;
	g_array_unref (found);
	template[1] = (CK_ATTRIBUTE){ CKA_ID, (void *)(guintptr)g_bytes_get_data (id, NULL), g_bytes_get_size (id) };
	return objects_find (session, template, 2, error);
}

bool
object_find (TokenSession *session, CK_OBJECT_CLASS class, const char *name, CK_OBJECT_HANDLE *object, GError **error)
{
	g_autoptr (GArray) found = g_str_has_prefix (name, "pkcs11:") ? find_by_uri (session, class, name, error) :
	                                                                find_by_name (session, class, name, error);

	if (found == NULL)
		return false;
	if (found->len == 0)
		return setup_refuse (error, _ ("The token \"%s\" has no such object with the label or ID \"%s\"."), session->label, name);
	if (found->len > 1)
		return setup_refuse (error, _ ("%u such objects of the token \"%s\" are called \"%s\". Name one by its ID or URI."),
		                     found->len, session->label, name);
	*object = g_array_index (found, CK_OBJECT_HANDLE, 0);
	return true;
}

GBytes *
object_get (TokenSession *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_FUNCTION_LIST *api = session->module.api;
	CK_ATTRIBUTE attr = { type, NULL, 0 };
	guint8 *data;

	if (api->C_GetAttributeValue (session->handle, object, &attr, 1) != CKR_OK ||
	    attr.ulValueLen == CK_UNAVAILABLE_INFORMATION)
		return NULL;
	data = g_malloc (attr.ulValueLen + 1);
	attr.pValue = data;
	if (api->C_GetAttributeValue (session->handle, object, &attr, 1) == CKR_OK)
		return g_bytes_new_take (data, attr.ulValueLen);
	g_free (data);
	return NULL;
}
