/* softhsm2-setup import: what a file holds, put into a token: all of it or nothing. */

#include "setup.h"

#include "keyfile-any.h"
#include "object-template.h"
#include "entries.h"
#include "token-object.h"

#include "build-config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	char *token, *module, *label, *id_text, *secret;
	PinSource pin, passphrase_from;
	gboolean hex, extractable, force;
} Options;

typedef struct {
	const Options *options;
	TokenSession session;
	GBytes *id;         /* given */
	char *file_name;    /* the last resort for a label */
	GArray *made;       /* CK_OBJECT_HANDLE, to be destroyed where something fails */
	Pin passphrase;
	GError *passphrase_error;
} Import;

/* --- passphrases --- */

static const char *
ask_passphrase (void *data)
{
	Import *import = data;
	const PinDialog dialog = {
		.enter = _ ("Passphrase of the file: "),
		.bad_length = _ ("A passphrase has 4 to 255 characters."),
	};

	return pin_source_get (&import->passphrase, &import->options->passphrase_from, &dialog, false, _ ("passphrase"),
	                       "--passphrase-file, --passphrase-fd", &import->passphrase_error) ?
	               import->passphrase.text :
	               NULL;
}

/* --- objects --- */

static const char *
label_of (const Import *import, const Found *found)
{
	if (import->options->label != NULL)
		return import->options->label;
	return found != NULL && found->name != NULL ? found->name : import->file_name;
}

static void
add_names (Import *import, Template *template, const Found *found)
{
	GBytes *id = import->id ? import->id : found ? found->id : NULL;
	const char *label = label_of (import, found);

	template_flag (template, CKA_TOKEN, true);
	template_add (template, CKA_LABEL, label, strlen (label));
	if (id != NULL)
		template_add (template, CKA_ID, g_bytes_get_data (id, NULL), g_bytes_get_size (id));
}

static bool
create (Import *import, Template *template, const char *what, GError **error)
{
	CK_OBJECT_HANDLE object;
	CK_RV rv = import->session.module.api->C_CreateObject (import->session.handle, template->list, template->n, &object);

	if (rv != CKR_OK)
		return setup_refuse (error, _ ("The token \"%s\" does not take the %s: %s. The log has more."), import->session.label,
		                     what, rv_words (rv));
	g_array_append_val (import->made, object);
	return true;
}

/* What PKCS #11 calls keys of RFC 7748; softhsm2-util calls them Edwards keys, as SoftHSM does. */
static CK_KEY_TYPE
type_of (const KeyPair *pair)
{
	return pair->type == CKK_EC_EDWARDS && pair->may_derive ? CKK_EC_MONTGOMERY : pair->type;
}

static bool
create_private (Import *import, const Found *found, GError **error)
{
	const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	const CK_KEY_TYPE type = type_of (&found->pair);
	Template template = { .n = 0 };

	template_add (&template, CKA_CLASS, &class, sizeof class);
	template_add (&template, CKA_KEY_TYPE, &type, sizeof type);
	add_names (import, &template, found);
	template_flag (&template, CKA_PRIVATE, true);
	template_flag (&template, CKA_SENSITIVE, true);
	template_flag (&template, CKA_EXTRACTABLE, import->options->extractable);
	template_flag (&template, CKA_SIGN, found->pair.may_sign);
	template_flag (&template, CKA_DECRYPT, found->pair.may_encrypt);
	template_flag (&template, CKA_UNWRAP, found->pair.may_encrypt);
	template_flag (&template, CKA_DERIVE, found->pair.may_derive);
	template_parts (&template, &found->pair.private_parts);
	return create (import, &template, _ ("private key"), error);
}

static bool
create_public (Import *import, const Found *found, GError **error)
{
	const CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
	const CK_KEY_TYPE type = type_of (&found->pair);
	Template template = { .n = 0 };

	template_add (&template, CKA_CLASS, &class, sizeof class);
	template_add (&template, CKA_KEY_TYPE, &type, sizeof type);
	add_names (import, &template, found);
	template_flag (&template, CKA_VERIFY, found->pair.may_sign);
	template_flag (&template, CKA_ENCRYPT, found->pair.may_encrypt);
	template_flag (&template, CKA_WRAP, found->pair.may_encrypt);
	template_flag (&template, CKA_DERIVE, found->pair.may_derive);
	template_parts (&template, &found->pair.public_parts);
	return create (import, &template, _ ("public key"), error);
}

static bool
create_certificate (Import *import, const Found *found, GError **error)
{
	const CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	const CK_CERTIFICATE_TYPE type = CKC_X_509;
	Template template = { .n = 0 };

	template_add (&template, CKA_CLASS, &class, sizeof class);
	template_add (&template, CKA_CERTIFICATE_TYPE, &type, sizeof type);
	add_names (import, &template, found);
	template_parts (&template, &found->parts);
	return create (import, &template, _ ("certificate"), error);
}

/* --- what is there already --- */

static bool
check_id (Import *import, const Found *found, GError **error)
{
	const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	GBytes *id = import->id ? import->id : found->id;
	g_autoptr (GArray) there = NULL;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, (void *)(guintptr)&class, sizeof class },
		{ CKA_ID, id ? (void *)(guintptr)g_bytes_get_data (id, NULL) : NULL, id ? g_bytes_get_size (id) : 0 },
	};

	if (id == NULL || found->kind != FOUND_PAIR || import->options->force)
		return true;
	there = objects_find (&import->session, template, 2, error);
	if (there == NULL || there->len == 0)
		return there != NULL;
	return setup_refuse (error, _ ("The token \"%s\" has a private key with this ID. Give another with --id, or say --force."),
	                     import->session.label);
}

/* --- files --- */

static bool
import_found (Import *import, const Found *found, GError **error)
{
	switch (found->kind) {
	case FOUND_PAIR:
		return check_id (import, found, error) && create_private (import, found, error) &&
		       create_public (import, found, error);
	case FOUND_PUBLIC:
		return create_public (import, found, error);
	case FOUND_CERTIFICATE:
		return create_certificate (import, found, error);
	default:
		g_assert_not_reached ();
	}
}

static void
take_back (Import *import)
{
	for (guint i = import->made->len; i > 0; i--)
		import->session.module.api->C_DestroyObject (import->session.handle,
		                                             g_array_index (import->made, CK_OBJECT_HANDLE, i - 1));
}

static bool
put_all (Import *import, const GPtrArray *found, GError **error)
{
	auto_signals sigset_t before = signals_hold ();
	bool ok = true;

	for (guint i = 0; ok && i < found->len; i++)
		ok = import_found (import, found->pdata[i], error);
	if (!ok)
		take_back (import);
	return ok;
}

static bool
import_file (Import *import, const char *path, GError **error)
{
	g_autoptr (GPtrArray) found = keyfile_read_any (path, ask_passphrase, import, error);
	bool ok = found != NULL;

	if (import->passphrase_error != NULL) {
		g_clear_error (error);
		g_propagate_error (error, g_steal_pointer (&import->passphrase_error));
	}
	return ok && put_all (import, found, error);
}

/* Which names of --secret are which type; the length of the others follows from the file. */
static const struct {
	const char *name;
	CK_KEY_TYPE type;
} secret_types[] = {
	{ "aes", CKK_AES }, { "generic", CKK_GENERIC_SECRET }, { "des3", CKK_DES3 }, { "camellia", CKK_CAMELLIA },
	{ "chacha20", CKK_CHACHA20 },
};

static bool
secret_type (const char *name, CK_KEY_TYPE *type, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS (secret_types); i++)
		if (strcmp (secret_types[i].name, name) == 0) {
			*type = secret_types[i].type;
			return true;
		}
	return setup_refuse (error, _ ("There are no secret keys \"%s\": give aes, generic, des3, camellia or chacha20."), name);
}

/* The value in a file, raw or in hexadecimal with blanks and line ends where they like. */
static GBytes *
read_secret (const char *path, bool is_hex, GError **error)
{
	char *content = NULL;
	gsize n = 0, kept = 0;
	GBytes *value;

	if (!g_file_get_contents (path, &content, &n, error))
		return NULL;
	if (!is_hex)
		return g_bytes_new_take (content, n);
	for (gsize i = 0; i < n; i++)
		if (!g_ascii_isspace (content[i]))
			content[kept++] = content[i];
	content[kept] = '\0';
	value = hex_parse (content);
	explicit_bzero (content, n);
	g_free (content);
	if (value == NULL)
		setup_refuse (error, _ ("%s holds other things than an even number of hexadecimal digits."), path);
	return value;
}

static bool
import_secret (Import *import, const char *path, GError **error)
{
	const CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	g_autoptr (GBytes) value = NULL;
	Template template = { .n = 0 };
	CK_KEY_TYPE type;
	bool ok, is_cipher;

	if (!secret_type (import->options->secret, &type, error) ||
	    (value = read_secret (path, import->options->hex, error)) == NULL)
		return false;
	is_cipher = type != CKK_GENERIC_SECRET;
	template_add (&template, CKA_CLASS, &class, sizeof class);
	template_add (&template, CKA_KEY_TYPE, &type, sizeof type);
	add_names (import, &template, NULL);
	template_flag (&template, CKA_PRIVATE, true);
	template_flag (&template, CKA_SENSITIVE, true);
	template_flag (&template, CKA_EXTRACTABLE, import->options->extractable);
	template_flag (&template, CKA_ENCRYPT, is_cipher);
	template_flag (&template, CKA_DECRYPT, is_cipher);
	template_flag (&template, CKA_WRAP, false);
	template_flag (&template, CKA_UNWRAP, false);
	template_flag (&template, CKA_SIGN, true);
	template_flag (&template, CKA_VERIFY, true);
	template_add (&template, CKA_VALUE, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
	ok = create (import, &template, _ ("secret key"), error);
	explicit_bzero ((void *)(guintptr)g_bytes_get_data (value, NULL), g_bytes_get_size (value));
	return ok;
}

/* --- the command --- */

static bool
open_session (Import *import, GError **error)
{
	const PinDialog dialog = { .enter = _ ("User PIN: "), .bad_length = _ ("A PIN has 4 to 255 characters.") };
	const Options *options = import->options;
	auto_pin Pin pin = { 0 };

	return token_session_start (&import->session, options->module ? options->module : DEFAULT_MODULE, error) &&
	       token_session_find (&import->session, options->token, error) &&
	       pin_source_get (&pin, &options->pin, &dialog, false, _ ("user PIN"), "--pin-file, --pin-fd", error) &&
	       token_session_login (&import->session, CKU_USER, &pin, error);
}

static bool
take_id (Import *import, GError **error)
{
	if (import->options->id_text == NULL)
		return true;
	import->id = hex_parse (import->options->id_text);
	return import->id != NULL ||
	       setup_refuse (error, _ ("The ID \"%s\" is not an even number of hexadecimal digits."), import->options->id_text);
}

static int
import_with (const Options *options, const char *path)
{
	Import import = { .options = options, .made = g_array_new (FALSE, FALSE, sizeof (CK_OBJECT_HANDLE)) };
	g_autoptr (GError) error = NULL;
	bool ok;

	import.file_name = g_path_get_basename (path);
	ok = take_id (&import, &error) && open_session (&import, &error) &&
	     (options->secret != NULL ? import_secret (&import, path, &error) : import_file (&import, path, &error));
	if (ok)
		g_print (ngettext ("Put %u object into the token \"%s\"\n", "Put %u objects into the token \"%s\"\n", import.made->len),
		         import.made->len, import.session.label);
	g_array_unref (import.made);
	g_free (import.file_name);
	g_clear_pointer (&import.id, g_bytes_unref);
	pin_clear (&import.passphrase);
	token_session_clear (&import.session);
	return ok ? SETUP_OK : setup_failed (error);
}

int
setup_import (int argc, char **argv)
{
	Options options = { .pin = NO_PIN_SOURCE, .passphrase_from = NO_PIN_SOURCE };
	const GOptionEntry entries[] = {
		{ "label", 'l', 0, G_OPTION_ARG_STRING, &options.label, N_ ("The label (what the file calls it)"), N_ ("TEXT") },
		{ "id", 0, 0, G_OPTION_ARG_STRING, &options.id_text, N_ ("The ID (SHA-1 of the public key)"), N_ ("HEX") },
		{ "secret", 0, 0, G_OPTION_ARG_STRING, &options.secret,
		  N_ ("The file is a secret key: aes, generic, des3, camellia or chacha20"), N_ ("TYPE") },
		{ "hex", 0, 0, G_OPTION_ARG_NONE, &options.hex, N_ ("The secret key is written in hexadecimal"), NULL },
		{ "extractable", 0, 0, G_OPTION_ARG_NONE, &options.extractable, N_ ("The key may leave the token again"), NULL },
		{ "force", 0, 0, G_OPTION_ARG_NONE, &options.force, N_ ("Although another key has the same ID"), NULL },
		TOKEN_ENTRY (options.token),
		PIN_ENTRIES (options.pin),
		PASSPHRASE_ENTRIES (options.passphrase_from),
		MODULE_ENTRY (options.module),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (setup_parse (entries, _ ("Puts keys and certificates from a file into a token: PKCS #8, PKCS #12, PEM and DER, or a secret "
	                             "key. All of it comes to be, or nothing."),
	                 _ ("FILE"), 1, &argc, &argv, &status))
		status = import_with (&options, argv[1]);
	g_free (options.label);
	g_free (options.id_text);
	g_free (options.secret);
	g_free (options.token);
	g_free (options.module);
	g_free (options.pin.file);
	g_free (options.passphrase_from.file);
	return status;
}
