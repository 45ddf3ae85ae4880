/* softhsm2-util --import: key pairs, certificates and AES keys, with the attributes that SoftHSM gives. */

#include "util.h"

#include "keyfile.h"
#include "object-template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	CK_FUNCTION_LIST *api;
	CK_SESSION_HANDLE session;
	const UtilOptions *options;
	CK_BYTE *id;
	CK_ULONG n_id;
} Import;

/* --- templates --- */

/* What all objects have: class, type, label, ID, and a place on the token. */
static void
template_start (Template *template, const Import *import, CK_OBJECT_CLASS *class, CK_ATTRIBUTE_TYPE type_type,
                CK_ULONG *type)
{
	const char *label = import->options->label;

	*template = (Template){ .n = 0 };
	template_add (template, CKA_CLASS, class, sizeof *class);
	template_add (template, type_type, type, sizeof *type);
	template_add (template, CKA_LABEL, (void *)label, strlen (label));
	template_add (template, CKA_ID, import->id, import->n_id);
	template_flag (template, CKA_TOKEN, true);
}

static bool
create (const Import *import, Template *template, CK_OBJECT_HANDLE *object)
{
	return import->api->C_CreateObject (import->session, template->list, template->n, object) == CKR_OK;
}

/* --- what is imported --- */

static bool
create_private (const Import *import, KeyPair *pair, CK_OBJECT_HANDLE *object)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	Template template;

	template_start (&template, import, &class, CKA_KEY_TYPE, &pair->type);
	template_flag (&template, CKA_SIGN, pair->may_sign);
	template_flag (&template, CKA_DECRYPT, pair->may_encrypt);
	template_flag (&template, CKA_UNWRAP, pair->may_encrypt);
	if (pair->may_derive)
		template_flag (&template, CKA_DERIVE, true);
	template_flag (&template, CKA_SENSITIVE, true);
	template_flag (&template, CKA_PRIVATE, true);
	template_flag (&template, CKA_EXTRACTABLE, false);
	template_parts (&template, &pair->private_parts);
	return create (import, &template, object);
}

static bool
create_public (const Import *import, KeyPair *pair)
{
	CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	CK_OBJECT_HANDLE object;
	Template template;

	template_start (&template, import, &class, CKA_KEY_TYPE, &pair->type);
	template_flag (&template, CKA_VERIFY, pair->may_sign);
	template_flag (&template, CKA_ENCRYPT, pair->may_encrypt);
	template_flag (&template, CKA_WRAP, pair->may_encrypt);
	if (pair->may_derive)
		template_flag (&template, CKA_DERIVE, true);
	template_parts (&template, &pair->public_parts);
	return create (import, &template, &object);
}

/* The misspelt words are SoftHSM's; scripts may look for them. */
static int
say_pair_failure (const GError *error, const char *path)
{
	switch ((KeyfileError)error->code) {
	case KEYFILE_CANNOT_OPEN:
		return util_error ("Could open the PKCS#8 file: %s", path);
	case KEYFILE_NOT_ENCRYPTED:
		return util_error ("Could not read the PKCS#8 file. Maybe the file is not encrypted.");
	case KEYFILE_WRONG_PASSPHRASE:
		return util_error (
			"Could not decrypt the PKCS#8 file. Maybe wrong PIN to file (--file-pin <PIN>)");
	case KEYFILE_UNKNOWN_ALGORITHM:
		return util_error ("Cannot handle this algorithm.");
	case KEYFILE_UNREADABLE:
	case KEYFILE_BAD_LENGTH:
	default:
		return util_error ("Could not read the PKCS#8 file. Maybe it is encypted (--file-pin <PIN>)");
	}
}

/* Is there an object of the class with this ID? */
static bool
id_is_taken (const Import *import, CK_OBJECT_CLASS class)
{
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_ID, import->id, import->n_id },
	};
	CK_OBJECT_HANDLE object;
	CK_ULONG n = 0;

	if (import->api->C_FindObjectsInit (import->session, template, G_N_ELEMENTS (template)) != CKR_OK) {
		util_error ("Could not prepare the object search.");
		return true;
	}
	if (import->api->C_FindObjects (import->session, &object, 1, &n) != CKR_OK) {
		util_error ("Could not get the search results.");
		n = 1;
	} else if (n > 0) {
		util_error ("The ID is already assigned to another object. Use --force to override this "
		            "message.");
	}
	import->api->C_FindObjectsFinal (import->session);
	return n > 0;
}

static int
import_pair (const Import *import)
{
	auto_key_pair KeyPair pair = { 0 };
	g_autoptr (GError) error = NULL;
	CK_OBJECT_HANDLE private_key;

	if (!import->options->force && id_is_taken (import, CKO_PRIVATE_KEY))
		return EXIT_FAILURE;
	if (!keyfile_read_pair (&pair, import->options->import_path, import->options->file_pin, &error))
		return say_pair_failure (error, import->options->import_path);
	if (!create_private (import, &pair, &private_key))
		return util_error ("Could not save the private key in the token. "
		                   "Maybe the algorithm is not supported.");
	/* SoftHSM makes a session object of the unwanted public key, which dies with the session. */
	if (!import->options->no_public_key && !create_public (import, &pair)) {
		import->api->C_DestroyObject (import->session, private_key);
		return util_error ("Could not save the public key in the token.");
	}
	printf ("The %s key pair with label=%s has been imported.\n", pair.kind, import->options->label);
	return EXIT_SUCCESS;
}

static int
say_secret_failure (const GError *error)
{
	switch ((KeyfileError)error->code) {
	case KEYFILE_CANNOT_OPEN:
		return util_error ("Could not open the secret key file.");
	case KEYFILE_BAD_LENGTH:
		return util_error ("The secret key file must have 16, 24 or 32 bytes.");
	default:
		return util_error ("Could not read the secret key file.");
	}
}

/* SoftHSM takes an AES key of any length; no mechanism can use one of another than these. */
static int
import_aes (const Import *import)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	auto_parts Parts parts = { 0 };
	g_autoptr (GError) error = NULL;
	CK_OBJECT_HANDLE object;
	Template template;

	if (!keyfile_read_aes (&parts, import->options->import_path, &error))
		return say_secret_failure (error);
	template_start (&template, import, &class, CKA_KEY_TYPE, &type);
	template_flag (&template, CKA_ENCRYPT, true);
	template_flag (&template, CKA_DECRYPT, true);
	template_flag (&template, CKA_SENSITIVE, true);
	template_flag (&template, CKA_PRIVATE, true);
	template_flag (&template, CKA_EXTRACTABLE, false);
	template_parts (&template, &parts);
	if (!create (import, &template, &object))
		return util_error ("Could not save the secret key in the token. "
		                   "Maybe the algorithm is not supported.");
	return EXIT_SUCCESS;
}

static int
import_certificate (const Import *import)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	auto_parts Parts parts = { 0 };
	g_autoptr (GError) error = NULL;
	CK_OBJECT_HANDLE object;
	Template template;

	if (!import->options->force && id_is_taken (import, class))
		return EXIT_FAILURE;
	if (!keyfile_read_certificate (&parts, import->options->import_path, &error))
		return util_error ("Could not %s the certificate file: %s",
		                   error->code == KEYFILE_CANNOT_OPEN ? "open" : "read", import->options->import_path);
	template_start (&template, import, &class, CKA_CERTIFICATE_TYPE, &type);
	template_flag (&template, CKA_PRIVATE, false);
	template_parts (&template, &parts);
	if (!create (import, &template, &object))
		return util_error ("Could not save the certificate in the token.");
	printf ("The certificate with label=%s has been imported.\n", import->options->label);
	return EXIT_SUCCESS;
}

/* --- the way there --- */

static GBytes *
parse_id (const char *hex)
{
	g_autoptr (GByteArray) id = g_byte_array_new ();
	size_t len = strlen (hex);

	if (len < 2 || len % 2 != 0) {
		util_error ("Invalid length on hex string.");
		return NULL;
	}
	for (size_t i = 0; i < len; i += 2) {
		int high = g_ascii_xdigit_value (hex[i]), low = g_ascii_xdigit_value (hex[i + 1]);
		guint8 byte;

		if (high < 0 || low < 0) {
			util_error ("Invalid character in hex string.");
			return NULL;
		}
		byte = (guint8)(high << 4 | low);
		g_byte_array_append (id, &byte, 1);
	}
	return g_byte_array_free_to_bytes (g_steal_pointer (&id));
}

int
util_import (Module *module, UtilOptions *options)
{
	static int (*const importers[]) (const Import *import) = {
		[IMPORT_KEYPAIR] = import_pair,
		[IMPORT_AES] = import_aes,
		[IMPORT_CERTIFICATE] = import_certificate,
	};
	Import import = { .api = module->api, .options = options };
	g_autoptr (GBytes) id = NULL;
	CK_SLOT_ID slot = 0;
	gsize n_id;

	if (!util_find_slot (module, options, false, &slot))
		return EXIT_FAILURE;
	if (options->label == NULL)
		return util_error ("A label for the object must be supplied. Use --label <text>");
	if (options->id == NULL)
		return util_error ("An ID for the object must be supplied. Use --id <hex>");
	id = parse_id (options->id);
	if (id == NULL) {
		fprintf (stderr, "Please edit --id <hex> to correct error.\n");
		return EXIT_FAILURE;
	}
	import.id = (CK_BYTE *)g_bytes_get_data (id, &n_id);
	import.n_id = n_id;
	if (!util_log_in (module, slot, options, &import.session))
		return EXIT_FAILURE;
	return importers[options->import_type](&import);
}
