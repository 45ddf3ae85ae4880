/* What the profiles' cases expect on the token, from what they search for and read. */

#include "profiles.h"

#include "der.h"

/* The label that is searched for together with the class; NULL: there is no such search. */
static const char *
label_of (const Element *root, const char *class)
{
	for (guint i = 0; i < root->inner->len; i++) {
		const Element *template = element_inner (element_at (root, i), "Template");

		if (template != NULL && g_str_equal (element_at (root, i)->name, "C_FindObjectsInit") &&
		    g_strcmp0 (element_seek (template, "Attribute", "CLASS", "value"), class) == 0)
			return element_seek (template, "Attribute", "LABEL", "value");
	}
	return NULL;
}

static void
add_keys (Module *module, CK_SESSION_HANDLE session, const Element *root)
{
	const char *public = label_of (root, "PUBLIC_KEY"), *private = label_of (root, "PRIVATE_KEY");
	const char *modulus = element_seek (root, "Attribute", "MODULUS", "value");
	const char *exponent = element_seek (root, "Attribute", "PUBLIC_EXPONENT", "value");
	g_autoptr (GBytes) e = from_hex (exponent == NULL ? "010001" : exponent);
	CK_OBJECT_HANDLE pair[2];

	if (public == NULL && private == NULL)
		return;
	public = public == NULL ? private : public;
	private = private == NULL ? public : private;
	assert_ok (module->f->C_GenerateKeyPair (
		session, &(CK_MECHANISM){ CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 },
		(CK_ATTRIBUTE[]){
			A_BOOL (CKA_TOKEN, CK_TRUE), A_BOOL (CKA_PRIVATE, CK_FALSE), A_STRING (CKA_LABEL, public),
			A_BYTES (CKA_ID, 1), A_BOOL (CKA_VERIFY, CK_TRUE),
			A_ULONG (CKA_MODULUS_BITS, modulus == NULL ? 2048 : strlen (modulus) * 4),
			A_DATA (CKA_PUBLIC_EXPONENT, g_bytes_get_data (e, NULL), g_bytes_get_size (e)) },
		7,
		(CK_ATTRIBUTE[]){
			A_BOOL (CKA_TOKEN, CK_TRUE), A_BOOL (CKA_PRIVATE, CK_TRUE), A_STRING (CKA_LABEL, private),
			A_BYTES (CKA_ID, 1), A_BOOL (CKA_SIGN, CK_TRUE), A_BOOL (CKA_SENSITIVE, CK_TRUE) },
		6, &pair[0], &pair[1]));
}

/* @n_label: more than it has for one that ends in NUL. */
static void
add_data (Module *module, CK_SESSION_HANDLE session, const char *label, gsize n_label)
{
	g_autofree char *padded = g_malloc0 (n_label + 1);
	CK_OBJECT_HANDLE object;

	memcpy (padded, label, MIN (strlen (label), n_label));
	assert_ok (module->f->C_CreateObject (session, (CK_ATTRIBUTE[]){
		A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE), A_BOOL (CKA_PRIVATE, CK_FALSE),
		A_DATA (CKA_LABEL, padded, n_label), A_STRING (CKA_VALUE, "data") }, 5, &object));
}

/* The subject of a certificate, with tag and length.  RFC 5280 section 4.1. */
static gboolean
take_subject (Bytes certificate, Bytes *subject)
{
	Bytes whole, tbs, skipped;

	if (!der_is_one (certificate, DER_SEQUENCE, &whole) || !der_take (&whole, DER_SEQUENCE, &tbs))
		return FALSE;
	der_take (&tbs, DER_CONTEXT_CONSTRUCTED, &skipped); /* the version, which the first one leaves out */
	return der_take (&tbs, DER_INTEGER, &skipped) && der_take (&tbs, DER_SEQUENCE, &skipped) &&
	       der_take (&tbs, DER_SEQUENCE, &skipped) && der_take (&tbs, DER_SEQUENCE, &skipped) &&
	       der_take_whole (&tbs, DER_SEQUENCE, subject);
}

static void
add_certificate (Module *module, CK_SESSION_HANDLE session, const char *digits)
{
	g_autoptr (GBytes) value = from_hex (digits);
	gsize n;
	const void *data = g_bytes_get_data (value, &n);
	CK_OBJECT_HANDLE object;
	Bytes subject;

	g_assert_true (take_subject (bytes (data, n), &subject));
	assert_ok (module->f->C_CreateObject (session, (CK_ATTRIBUTE[]){
		A_ULONG (CKA_CLASS, CKO_CERTIFICATE), A_ULONG (CKA_CERTIFICATE_TYPE, CKC_X_509),
		A_BOOL (CKA_TOKEN, CK_TRUE), A_BOOL (CKA_PRIVATE, CK_FALSE), A_STRING (CKA_LABEL, "certificate"),
		A_BYTES (CKA_ID, 2),
		A_DATA (CKA_SUBJECT, subject.data, subject.len), A_DATA (CKA_VALUE, data, n) }, 8, &object));
}

/* The length that the case gave for an attribute before it read it. */
static gsize
length_before (const Element *root, guint response, const char *type, gsize otherwise)
{
	const char *text = element_seek (element_at (root, response - 1), "Attribute", type, "length");
	CK_ULONG n;

	return text != NULL && value_number (NUMBER, text, &n) && n < 1024 ? n : otherwise;
}

/* What is read of objects of no class in particular: labels and certificates. */
static void
add_what_is_read (Module *module, CK_SESSION_HANDLE session, const Element *root)
{
	for (guint i = 1; i < root->inner->len; i += 2) {
		const Element *response = element_at (root, i);
		const char *label = element_seek (response, "Attribute", "LABEL", "value");
		const char *value = element_seek (response, "Attribute", "VALUE", "value");

		if (label != NULL)
			add_data (module, session, label, length_before (root, i, "LABEL", strlen (label)));
		if (value != NULL)
			add_certificate (module, session, value);
	}
}

static guint
most_objects (const Element *root)
{
	guint most = 0;

	for (guint i = 1; i < root->inner->len; i += 2) {
		const Element *found = element_inner (element_at (root, i), "Object");

		if (found != NULL && found->inner->len > most)
			most = found->inner->len;
	}
	return most;
}

/* Others, until a search for token objects finds as many as the case does. */
static void
add_others (Module *module, CK_SESSION_HANDLE session, const Element *root)
{
	g_autoptr (GArray) found = find_objects (module, session, (CK_ATTRIBUTE[]){ A_BOOL (CKA_TOKEN, CK_TRUE) }, 1);

	for (guint i = found->len; i < most_objects (root); i++)
		add_data (module, session, "another", strlen ("another"));
}

void
token_prepare (Module *module, CK_SESSION_HANDLE session, const Element *root)
{
	add_keys (module, session, root);
	add_what_is_read (module, session, root);
	add_others (module, session, root);
}
