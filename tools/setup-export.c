/* softhsm2-setup export: certificates, public keys, and those keys that the token lets out.
 *
 * A key leaves the token wrapped, under a key that this program makes for that: so the token decides whether it may,
 * and a private key comes in PKCS #8, whatever it is. */

#include "setup.h"

#include "entries.h"
#include "pkcs8.h"
#include "token-object.h"
#include "undo.h"

#include "build-config.h"

#include <glib/gi18n.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef enum { FORMAT_PEM, FORMAT_DER, FORMAT_RAW, FORMAT_HEX, FORMAT_PKCS12, N_FORMATS } Format;

static const char *const format_names[N_FORMATS] = { "pem", "der", "raw", "hex", "pkcs12" };

typedef struct {
	char *token, *module, *type, *format_name;
	PinSource pin, passphrase;
	gboolean plain;
	Format format;
} Options;

typedef GByteArray *(*Exporter) (TokenSession *session, const char *name, const Options *options, GError **error);

static void
wipe_free (GByteArray *array)
{
	if (array != NULL) {
		explicit_bzero (array->data, array->len);
		g_byte_array_unref (array);
	}
}

static GByteArray *
take_datum (gnutls_datum_t *datum)
{
	GByteArray *array = g_byte_array_new ();

	g_byte_array_append (array, datum->data, datum->size);
	explicit_bzero (datum->data, datum->size);
	gnutls_free (datum->data);
	return array;
}

static GByteArray *
refuse_gnutls (int rv, GError **error)
{
	setup_refuse (error, _ ("GnuTLS cannot write it: %s."), gnutls_strerror (rv));
	return NULL;
}

/* @der as the format wants it. */
static GByteArray *
armoured (GBytes *der, const char *header, const Options *options, GError **error)
{
	gnutls_datum_t in = { (void *)(guintptr)g_bytes_get_data (der, NULL), (unsigned)g_bytes_get_size (der) }, out;
	GByteArray *array;
	int rv;

	if (options->format == FORMAT_DER) {
		array = g_byte_array_new ();
		g_byte_array_append (array, in.data, in.size);
		return array;
	}
	rv = gnutls_pem_base64_encode2 (header, &in, &out);
	return rv < 0 ? refuse_gnutls (rv, error) : take_datum (&out);
}

/* --- what everybody may have --- */

static GByteArray *
export_value (TokenSession *session, CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE type, const char *header, const char *name,
              const Options *options, GError **error)
{
	g_autoptr (GBytes) value = NULL;
	CK_OBJECT_HANDLE object;

	if (!object_find (session, class, name, &object, error))
		return NULL;
	value = object_get (session, object, type);
	if (value != NULL && g_bytes_get_size (value) > 0)
		return armoured (value, header, options, error);
	setup_refuse (error, _ ("The object \"%s\" has nothing that could be written."), name);
	return NULL;
}

static GByteArray *
export_certificate (TokenSession *session, const char *name, const Options *options, GError **error)
{
	return export_value (session, CKO_CERTIFICATE, CKA_VALUE, "CERTIFICATE", name, options, error);
}

static GByteArray *
export_public (TokenSession *session, const char *name, const Options *options, GError **error)
{
	return export_value (session, CKO_PUBLIC_KEY, CKA_PUBLIC_KEY_INFO, "PUBLIC KEY", name, options, error);
}

/* --- what the token lets out --- */

#define N_KEY 32
#define N_BLOCK 16

static bool
make_wrapping_key (TokenSession *session, guint8 value[static N_KEY], CK_OBJECT_HANDLE *key, GError **error)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_AES;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof class }, { CKA_KEY_TYPE, &type, sizeof type }, { CKA_TOKEN, &no, sizeof no },
		{ CKA_SENSITIVE, &yes, sizeof yes }, { CKA_WRAP, &yes, sizeof yes },       { CKA_UNWRAP, &no, sizeof no },
		{ CKA_ENCRYPT, &no, sizeof no },     { CKA_DECRYPT, &no, sizeof no },      { CKA_VALUE, value, N_KEY },
	};
	CK_RV rv;

	if (gnutls_rnd (GNUTLS_RND_KEY, value, N_KEY) < 0)
		return setup_refuse (error, _ ("The system gives no random numbers."));
	rv = session->module.api->C_CreateObject (session->handle, template, G_N_ELEMENTS (template), key);
	return rv == CKR_OK || setup_refuse (error, _ ("The token \"%s\" makes no key to wrap others with: %s."), session->label,
	                                     rv_words (rv));
}

static bool
refuse_wrap (CK_RV rv, const char *name, GError **error)
{
	if (rv == CKR_KEY_UNEXTRACTABLE)
		return setup_refuse (error, _ ("The key \"%s\" may not leave the token (CKA_EXTRACTABLE)."), name);
	if (rv == CKR_KEY_NOT_WRAPPABLE)
		return setup_refuse (error, _ ("The key \"%s\" may leave the token only under a key that the SO trusts "
		                               "(CKA_WRAP_WITH_TRUSTED)."),
		                     name);
	return setup_refuse (error, _ ("The key \"%s\" cannot be taken out of the token: %s."), name, rv_words (rv));
}

static GByteArray *
unwrap (const guint8 value[static N_KEY], guint8 *iv, guint8 *wrapped, size_t n, GError **error)
{
	gnutls_datum_t key = { (void *)(guintptr)value, N_KEY }, start = { iv, N_BLOCK };
	gnutls_cipher_hd_t cipher;
	GByteArray *plain;
	int rv = gnutls_cipher_init (&cipher, GNUTLS_CIPHER_AES_256_CBC, &key, &start);

	if (rv >= 0) {
		rv = gnutls_cipher_decrypt (cipher, wrapped, n);
		gnutls_cipher_deinit (cipher);
	}
	if (rv < 0)
		return refuse_gnutls (rv, error);
	plain = g_byte_array_new ();
	g_byte_array_append (plain, wrapped, (guint)(n - MIN (wrapped[n - 1], n)));
	explicit_bzero (wrapped, n);
	return plain;
}

/* The key's value, or PKCS #8. */
static GByteArray *
take_out (TokenSession *session, CK_OBJECT_HANDLE object, const char *name, GError **error)
{
	CK_FUNCTION_LIST *api = session->module.api;
	guint8 value[N_KEY], iv[N_BLOCK] = { 0 };
	CK_MECHANISM mechanism = { CKM_AES_CBC_PAD, iv, sizeof iv };
	g_autofree guint8 *wrapped = NULL;
	CK_OBJECT_HANDLE wrapping;
	GByteArray *plain = NULL;
	CK_ULONG n = 0;
	CK_RV rv;

	if (!make_wrapping_key (session, value, &wrapping, error))
		return NULL;
	rv = api->C_WrapKey (session->handle, &mechanism, wrapping, object, NULL, &n);
	if (rv == CKR_OK) {
		wrapped = g_malloc (n + 1);
		rv = api->C_WrapKey (session->handle, &mechanism, wrapping, object, wrapped, &n);
	}
	api->C_DestroyObject (session->handle, wrapping);
	if (rv != CKR_OK)
		refuse_wrap (rv, name, error);
	else if (n >= N_BLOCK)
		plain = unwrap (value, iv, wrapped, n, error);
	explicit_bzero (value, sizeof value);
	return plain;
}

static GByteArray *
take_out_by_name (TokenSession *session, CK_OBJECT_CLASS class, const char *name, CK_OBJECT_HANDLE *object, GError **error)
{
	return object_find (session, class, name, object, error) ? take_out (session, *object, name, error) : NULL;
}

static GByteArray *
export_secret (TokenSession *session, const char *name, const Options *options, GError **error)
{
	CK_OBJECT_HANDLE object;
	GByteArray *value = take_out_by_name (session, CKO_SECRET_KEY, name, &object, error), *hex;

	if (value == NULL || options->format == FORMAT_RAW)
		return value;
	hex = g_byte_array_new ();
	for (guint i = 0; i < value->len; i++) {
		char digits[3];

		snprintf (digits, sizeof digits, "%02x", value->data[i]);
		g_byte_array_append (hex, (guint8 *)digits, 2);
	}
	g_byte_array_append (hex, (const guint8 *)"\n", 1);
	wipe_free (value);
	return hex;
}

/* --- private keys --- */

static bool
get_passphrase (Pin *passphrase, const Options *options, GError **error)
{
	const PinDialog dialog = {
		.enter = _ ("Passphrase for the file: "),
		.again = _ ("Passphrase again: "),
		.bad_length = _ ("A passphrase has 4 to 255 characters."),
		.unequal = _ ("The two are not the same."),
	};

	return pin_source_get (passphrase, &options->passphrase, &dialog, true, _ ("passphrase"),
	                       "--passphrase-file, --passphrase-fd, --plain", error);
}

/* GnuTLS wants the point of an EC key, which PKCS #8 may leave out. */
static int
import_with_point (gnutls_x509_privkey_t key, const GByteArray *plain)
{
	auto_wipe Buf full = BUF_SECRET;
	gnutls_datum_t in;

	if (!pkcs8_add_point (bytes (plain->data, plain->len), &full))
		return GNUTLS_E_UNKNOWN_PK_ALGORITHM;
	in = (gnutls_datum_t){ full.data, (unsigned)full.len };
	return gnutls_x509_privkey_import_pkcs8 (key, &in, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN);
}

static gnutls_x509_privkey_t
read_pkcs8 (const GByteArray *plain, GError **error)
{
	gnutls_datum_t in = { plain->data, plain->len };
	gnutls_x509_privkey_t key;
	int rv = gnutls_x509_privkey_init (&key);

	if (rv >= 0) {
		rv = gnutls_x509_privkey_import_pkcs8 (key, &in, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN);
		if (rv < 0)
			rv = import_with_point (key, plain);
		if (rv >= 0)
			return key;
		gnutls_x509_privkey_deinit (key);
	}
	setup_refuse (error, _ ("GnuTLS does not know such keys (%s). With --plain the key is written as the token gives it."),
	              gnutls_strerror (rv));
	return NULL;
}

static GByteArray *
encrypted_pkcs8 (const GByteArray *plain, const Pin *passphrase, const Options *options, GError **error)
{
	gnutls_x509_privkey_t key = read_pkcs8 (plain, error);
	gnutls_datum_t out;
	int rv;

	if (key == NULL)
		return NULL;
	rv = gnutls_x509_privkey_export2_pkcs8 (key, options->format == FORMAT_DER ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM,
	                                        passphrase->text, GNUTLS_PKCS_PBES2_AES_256, &out);
	gnutls_x509_privkey_deinit (key);
	return rv < 0 ? refuse_gnutls (rv, error) : take_datum (&out);
}

/* The certificates that go with a key: those with its CKA_ID. */
static GArray *
find_certificates (TokenSession *session, CK_OBJECT_HANDLE key, GError **error)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	g_autoptr (GBytes) id = object_get (session, key, CKA_ID);
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_ID, id ? (void *)(guintptr)g_bytes_get_data (id, NULL) : NULL, id ? g_bytes_get_size (id) : 0 },
	};

	return objects_find (session, template, 2, error);
}

static int
add_bag (gnutls_pkcs12_t pkcs12, gnutls_pkcs12_bag_t bag, const char *passphrase)
{
	int rv = passphrase ? gnutls_pkcs12_bag_encrypt (bag, passphrase, GNUTLS_PKCS_PBES2_AES_256) : 0;

	return rv < 0 ? rv : gnutls_pkcs12_set_bag (pkcs12, bag);
}

static int
add_certificates (TokenSession *session, const GArray *certificates, gnutls_pkcs12_t pkcs12, const char *passphrase)
{
	gnutls_pkcs12_bag_t bag;
	int rv = gnutls_pkcs12_bag_init (&bag);

	for (guint i = 0; rv >= 0 && i < certificates->len; i++) {
		g_autoptr (GBytes) value = object_get (session, g_array_index (certificates, CK_OBJECT_HANDLE, i), CKA_VALUE);
		gnutls_datum_t der = { NULL, 0 };

		if (value == NULL)
			continue;
		der = (gnutls_datum_t){ (void *)(guintptr)g_bytes_get_data (value, NULL), (unsigned)g_bytes_get_size (value) };
		rv = gnutls_pkcs12_bag_set_data (bag, GNUTLS_BAG_CERTIFICATE, &der);
	}
	if (rv >= 0)
		rv = add_bag (pkcs12, bag, passphrase);
	gnutls_pkcs12_bag_deinit (bag);
	return rv;
}

static int
add_key (const gnutls_datum_t *pkcs8, const char *name, gnutls_pkcs12_t pkcs12)
{
	gnutls_pkcs12_bag_t bag;
	int rv = gnutls_pkcs12_bag_init (&bag);

	if (rv >= 0)
		rv = gnutls_pkcs12_bag_set_data (bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, pkcs8);
	if (rv >= 0)
		rv = gnutls_pkcs12_bag_set_friendly_name (bag, 0, name);
	if (rv >= 0)
		rv = add_bag (pkcs12, bag, NULL);
	gnutls_pkcs12_bag_deinit (bag);
	return rv;
}

static GByteArray *
make_pkcs12 (TokenSession *session, const GByteArray *pkcs8, CK_OBJECT_HANDLE object, const char *name,
             const Pin *passphrase, GError **error)
{
	g_autoptr (GArray) certificates = find_certificates (session, object, error);
	gnutls_datum_t key = { pkcs8->data, pkcs8->len }, out = { NULL, 0 };
	gnutls_pkcs12_t pkcs12;
	int rv;

	if (certificates == NULL)
		return NULL;
	rv = gnutls_pkcs12_init (&pkcs12);
	if (rv >= 0)
		rv = add_key (&key, name, pkcs12);
	if (rv >= 0 && certificates->len > 0)
		rv = add_certificates (session, certificates, pkcs12, passphrase->text);
	if (rv >= 0)
		rv = gnutls_pkcs12_generate_mac2 (pkcs12, GNUTLS_MAC_SHA256, passphrase->text);
	if (rv >= 0)
		rv = gnutls_pkcs12_export2 (pkcs12, GNUTLS_X509_FMT_DER, &out);
	gnutls_pkcs12_deinit (pkcs12);
	return rv < 0 ? refuse_gnutls (rv, error) : take_datum (&out);
}

static GByteArray *
export_encrypted (TokenSession *session, const GByteArray *plain, CK_OBJECT_HANDLE object, const char *name,
                  const Options *options, GError **error)
{
	Options as_der = *options;
	auto_pin Pin passphrase = { 0 };
	GByteArray *pkcs8, *result;

	if (!get_passphrase (&passphrase, options, error))
		return NULL;
	if (options->format != FORMAT_PKCS12)
		return encrypted_pkcs8 (plain, &passphrase, options, error);
	as_der.format = FORMAT_DER;
	pkcs8 = encrypted_pkcs8 (plain, &passphrase, &as_der, error);
	result = pkcs8 ? make_pkcs12 (session, pkcs8, object, name, &passphrase, error) : NULL;
	wipe_free (pkcs8);
	return result;
}

static GByteArray *
export_private (TokenSession *session, const char *name, const Options *options, GError **error)
{
	CK_OBJECT_HANDLE object;
	GByteArray *plain = take_out_by_name (session, CKO_PRIVATE_KEY, name, &object, error), *result;

	if (plain == NULL)
		return NULL;
	if (options->plain && options->format != FORMAT_PKCS12) {
		g_autoptr (GBytes) der = g_bytes_new (plain->data, plain->len);

		result = armoured (der, "PRIVATE KEY", options, error);
		explicit_bzero ((void *)(guintptr)g_bytes_get_data (der, NULL), plain->len);
	} else {
		result = export_encrypted (session, plain, object, name, options, error);
	}
	wipe_free (plain);
	return result;
}

/* --- the command --- */

static const struct {
	const char *name;
	Exporter run;
	Format usual;
	bool is_secret; /* nobody has it without the PIN */
	bool formats[N_FORMATS];
} types[] = {
	{ "certificate", export_certificate, FORMAT_PEM, false, { [FORMAT_PEM] = true, [FORMAT_DER] = true } },
	{ "public", export_public, FORMAT_PEM, false, { [FORMAT_PEM] = true, [FORMAT_DER] = true } },
	{ "private", export_private, FORMAT_PEM, true,
	  { [FORMAT_PEM] = true, [FORMAT_DER] = true, [FORMAT_PKCS12] = true } },
	{ "secret", export_secret, FORMAT_HEX, true, { [FORMAT_RAW] = true, [FORMAT_HEX] = true } },
};

static bool
choose_format (Options *options, size_t type, GError **error)
{
	options->format = types[type].usual;
	if (options->format_name == NULL)
		return true;
	for (size_t i = 0; i < N_FORMATS; i++)
		if (strcmp (format_names[i], options->format_name) == 0 && types[type].formats[i]) {
			options->format = (Format)i;
			return true;
		}
	return setup_refuse (error, _ ("An object of the type \"%s\" is not written in the format \"%s\"."), types[type].name,
	                     options->format_name);
}

static bool
choose_type (const char *name, size_t *type, GError **error)
{
	for (*type = 0; *type < G_N_ELEMENTS (types); (*type)++)
		if (strcmp (types[*type].name, name) == 0)
			return true;
	return setup_refuse (error, _ ("There is no type \"%s\": give certificate, public, private or secret."), name);
}

static bool
get_pin (Pin *pin, const Options *options, GError **error)
{
	const PinDialog dialog = { .enter = _ ("User PIN: "), .bad_length = _ ("A PIN has 4 to 255 characters.") };

	return pin_source_get (pin, &options->pin, &dialog, false, _ ("user PIN"), "--pin-file, --pin-fd", error);
}

/* Certificates and public keys are there for everybody, unless they were made private. */
static bool
open_session (TokenSession *session, const Options *options, bool is_secret, GError **error)
{
	auto_pin Pin pin = { 0 };

	if (!is_secret && options->pin.file == NULL && options->pin.fd < 0)
		return token_session_login (session, CKU_USER, NULL, error);
	return get_pin (&pin, options, error) && token_session_login (session, CKU_USER, &pin, error);
}

static int
export (Options *options, const char *name, const char *path)
{
	auto_token_session TokenSession session = { 0 };
	g_autoptr (GError) error = NULL;
	GByteArray *content = NULL;
	bool ok;
	size_t type;

	ok = choose_type (options->type ? options->type : "public", &type, &error) && choose_format (options, type, &error) &&
	     token_session_start (&session, options->module ? options->module : DEFAULT_MODULE, &error) &&
	     token_session_find (&session, options->token, &error) && open_session (&session, options, types[type].is_secret, &error) &&
	     (content = types[type].run (&session, name, options, &error)) != NULL && file_write_new (path, content->data, content->len, &error);
	wipe_free (content);
	if (!ok)
		return setup_failed (error);
	g_print (_ ("Wrote %s\n"), path);
	return SETUP_OK;
}

int
setup_export (int argc, char **argv)
{
	Options options = { .pin = NO_PIN_SOURCE, .passphrase = NO_PIN_SOURCE };
	const GOptionEntry entries[] = {
		{ "type", 0, 0, G_OPTION_ARG_STRING, &options.type, N_ ("certificate, public (the default), private or secret"),
		  N_ ("TYPE") },
		{ "format", 0, 0, G_OPTION_ARG_STRING, &options.format_name, N_ ("pem, der, pkcs12; raw or hex for secret keys"),
		  N_ ("FORMAT") },
		{ "plain", 0, 0, G_OPTION_ARG_NONE, &options.plain, N_ ("Write a private key without a passphrase"), NULL },
		TOKEN_ENTRY (options.token),
		PIN_ENTRIES (options.pin),
		PASSPHRASE_ENTRIES (options.passphrase),
		MODULE_ENTRY (options.module),
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (setup_parse (entries, _ ("Writes a certificate, a public key, or a key that the token lets out, into a file. OBJECT is "
	                             "its label, its ID in hexadecimal, or a PKCS #11 URI."),
	                 _ ("OBJECT FILE"), 2, &argc, &argv, &status))
		status = export (&options, argv[1], argv[2]);
	g_free (options.type);
	g_free (options.format_name);
	g_free (options.token);
	g_free (options.module);
	g_free (options.pin.file);
	g_free (options.passphrase.file);
	return status;
}
