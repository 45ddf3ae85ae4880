/* BIND's private keys for DNSSEC: a line for each field, "Name: value", numbers in base64 (RFC 4034 appendix A.1,
 * RFC 3110, RFC 2536, RFC 6605, RFC 8080).
 *
 * The sentences are those of SoftHSM's softhsm2-keyconv; scripts may look for them. */

#include "bind-key.h"

#include "attrs.h"
#include "curves.h"
#include "keyinfo.h"
#include "pkcs8.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>

/* More than a key with the largest numbers needs. */
#define LARGEST_FILE (64 * 1024)

/* clang-format off */
typedef enum {
	VERSION, ALGORITHM,
	MODULUS, PUBLIC_EXPONENT, PRIVATE_EXPONENT, PRIME_1, PRIME_2, EXPONENT_1, EXPONENT_2, COEFFICIENT,
	PRIME, PRIVATE_VALUE, PUBLIC_VALUE, SUBPRIME, BASE,
	PRIVATE_KEY,
	FIRST_TIME,
} Field;

/* "Name:", in any case; what is behind FIRST_TIME says when the key is in use and does not matter here. */
static const char *const tags[] = {
	[VERSION]          = "Private-key-format:",
	[ALGORITHM]        = "Algorithm:",
	[MODULUS]          = "Modulus:",
	[PUBLIC_EXPONENT]  = "PublicExponent:",
	[PRIVATE_EXPONENT] = "PrivateExponent:",
	[PRIME_1]          = "Prime1:",
	[PRIME_2]          = "Prime2:",
	[EXPONENT_1]       = "Exponent1:",
	[EXPONENT_2]       = "Exponent2:",
	[COEFFICIENT]      = "Coefficient:",
	[PRIME]            = "Prime(p):",
	[PRIVATE_VALUE]    = "Private_value(x):",
	[PUBLIC_VALUE]     = "Public_value(y):",
	[SUBPRIME]         = "Subprime(q):",
	[BASE]             = "Base(g):",
	[PRIVATE_KEY]      = "PrivateKey:",
	[FIRST_TIME]       = "Created:",
	"Publish:", "Activate:", "Revoke:", "Inactive:", "Delete:", "DSPublish:", "DSRemoved:", "SyncPublish:",
	"SyncDelete:",
};

#define N_FIELDS G_N_ELEMENTS (tags)

typedef struct {
	Field field;
	CK_ATTRIBUTE_TYPE type;
} Part;

#define N_PARTS 8

static const Part rsa_parts[N_PARTS] = {
	{ MODULUS,          CKA_MODULUS },
	{ PUBLIC_EXPONENT,  CKA_PUBLIC_EXPONENT },
	{ PRIVATE_EXPONENT, CKA_PRIVATE_EXPONENT },
	{ PRIME_1,          CKA_PRIME_1 },
	{ PRIME_2,          CKA_PRIME_2 },
	{ EXPONENT_1,       CKA_EXPONENT_1 },
	{ EXPONENT_2,       CKA_EXPONENT_2 },
	{ COEFFICIENT,      CKA_COEFFICIENT },
};

static const Part dsa_parts[N_PARTS] = {
	{ PRIME,         CKA_PRIME },
	{ SUBPRIME,      CKA_SUBPRIME },
	{ BASE,          CKA_BASE },
	{ PRIVATE_VALUE, CKA_VALUE },
	{ PUBLIC_VALUE,  CKA_PUBLIC_KEY_INFO },         /* compared, not encoded */
};

static const Part curve_parts[N_PARTS] = { { PRIVATE_KEY, CKA_VALUE } };

/* IANA, DNS Security Algorithm Numbers.  12, GOST R 34.10-2001, is not among them: RFC 9906. */
static const struct {
	unsigned number;
	CK_KEY_TYPE key_type;
	const Part *parts;
	const char *curve;              /* the content of its OID */
	size_t n_curve;
} algorithms[] = {
	{  1, CKK_RSA, rsa_parts },     /* RSAMD5 */
	{  3, CKK_DSA, dsa_parts },     /* DSA */
	{  5, CKK_RSA, rsa_parts },     /* RSASHA1 */
	{  6, CKK_DSA, dsa_parts },     /* DSA-NSEC3-SHA1 */
	{  7, CKK_RSA, rsa_parts },     /* RSASHA1-NSEC3-SHA1 */
	{  8, CKK_RSA, rsa_parts },     /* RSASHA256 */
	{ 10, CKK_RSA, rsa_parts },     /* RSASHA512 */
	{ 13, CKK_EC,         curve_parts, "\x2a\x86\x48\xce\x3d\x03\x01\x07", 8 },     /* ECDSAP256SHA256 */
	{ 14, CKK_EC,         curve_parts, "\x2b\x81\x04\x00\x22", 5 },                 /* ECDSAP384SHA384 */
	{ 15, CKK_EC_EDWARDS, curve_parts, "\x2b\x65\x70", 3 },                         /* ED25519 */
	{ 16, CKK_EC_EDWARDS, curve_parts, "\x2b\x65\x71", 3 },                         /* ED448 */
};
/* clang-format on */

typedef struct {
	BindComplain complain;
	Buf values[N_FIELDS];
	bool seen[N_FIELDS];
	long algorithm; /* -1: not given */
	bool damaged;
} BindKey;

static void
bind_key_clear (BindKey *key)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		buf_clear (&key->values[i]);
}

#define auto_bind_key __attribute__ ((cleanup (bind_key_clear)))

static bool complain (const BindKey *key, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static bool
complain (const BindKey *key, const char *format, ...)
{
	g_autofree char *sentence = NULL;
	va_list args;

	va_start (args, format);
	sentence = g_strdup_vprintf (format, args);
	va_end (args);
	key->complain (sentence);
	return false;
}

/* --- lines --- */

static bool
take_version (const BindKey *key, const char *text)
{
	int major, minor;

	if (sscanf (text, " v%d.%d", &major, &minor) != 2)
		return complain (key, "Invalid/unknown version string (%.100s).", text);
	if (major > 1 || (major == 1 && minor > 3))
		return complain (key, "Cannot parse this version of file format, v%i.%i.", major, minor);
	return true;
}

/* g_base64_decode reads over what is no base64. */
static bool
take_base64 (Buf *value, const char *text)
{
	size_t n = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t n_padding = strspn (text + n, "=");
	g_autofree guchar *octets = NULL;
	gsize n_octets;
	bool right;

	if (text[n + n_padding] != '\0' || n_padding > 2 || (n + n_padding) % 4 != 0)
		return false;
	octets = g_base64_decode (text, &n_octets);
	right = buf_set (value, bytes (octets, n_octets));
	explicit_bzero (octets, n_octets);
	return right;
}

static Field
find_field (const char *line)
{
	Field field = 0;

	while (field < N_FIELDS && g_ascii_strncasecmp (line, tags[field], strlen (tags[field])) != 0)
		field++;
	return field;
}

static bool
take_value (BindKey *key, Field field, const char *text, unsigned number)
{
	if (field == VERSION)
		return take_version (key, text);
	if (field == ALGORITHM)
		key->algorithm = strtol (text, NULL, 10);
	else if (field < FIRST_TIME && !take_base64 (&key->values[field], text))
		return complain (key, "Could not parse the base64 string on line %u.", number);
	return true;
}

/* What is not known, comes again or is empty is read over. */
static void
take_line (BindKey *key, char *line, unsigned number)
{
	Field field;
	const char *value;

	if (*g_strstrip (line) == '\0')
		return;
	field = find_field (line);
	value = field < N_FIELDS ? g_strchug (line + strlen (tags[field])) : "";
	if (field == N_FIELDS) {
		complain (key, "Unrecognized input line %u", number);
		complain (key, "--> %.*s", (int)strcspn (line, ":"), line);
	} else if (key->seen[field]) {
		complain (key, "Duplicate \"%s\" field, line %u - ignored", tags[field], number);
	} else if (*value != '\0') {
		key->seen[field] = true;
		if (!take_value (key, field, value, number))
			key->damaged = true;
	}
}

static bool
read_text (const BindKey *key, const char *path, char text[static LARGEST_FILE])
{
	FILE *file = fopen (path, "re");
	size_t n;
	bool right;

	if (file == NULL)
		return complain (key, "Could not open input file %.100s for reading.", path);
	setvbuf (file, NULL, _IONBF, 0); /* no copy of the key in stdio's buffer */
	n = fread (text, 1, LARGEST_FILE - 1, file);
	right = ferror (file) == 0 && n < LARGEST_FILE - 1;
	text[n] = '\0';
	fclose (file);
	return right || complain (key, "Could not read input file %.100s.", path);
}

static bool
read_fields (BindKey *key, const char *path)
{
	char text[LARGEST_FILE], *rest = text, *line;
	bool right = read_text (key, path, text);

	for (unsigned number = 1; right && (line = strsep (&rest, "\n")) != NULL; number++)
		take_line (key, line, number);
	explicit_bzero (text, sizeof text);
	return right && !key->damaged;
}

/* --- the key --- */

static bool
has_all_parts (const BindKey *key, const Part *parts)
{
	for (size_t i = 0; i < N_PARTS && parts[i].type != 0; i++)
		if (key->values[parts[i].field].len == 0)
			return false;
	return true;
}

static CK_RV
collect (const BindKey *key, const Part *parts, Attrs *attrs)
{
	for (size_t i = 0; i < N_PARTS && parts[i].type != 0; i++)
		TRY (attrs_set_secret (attrs, parts[i].type, bytes_of (&key->values[parts[i].field])));
	return CKR_OK;
}

/* Old ones stand without their leading zeros. */
static bool
has_full_length (const Attrs *attrs, const Curve *curve)
{
	size_t n = attrs_bytes (attrs, CKA_VALUE).len;

	return curve->key_type == CKK_EC ? n <= curve->n_scalar : n == curve->n_scalar;
}

static bool
encode_on_curve (Attrs *attrs, const Curve *curve, Buf *info)
{
	auto_wipe Buf bare = BUF_SECRET;

	if (curve == NULL || !has_full_length (attrs, curve) ||
	    attrs_set_bytes (attrs, CKA_EC_PARAMS, curve->oid) != CKR_OK)
		return false;
	if (curve->key_type != CKK_EC)
		return keyinfo_encode (attrs, info) == CKR_OK;
	return keyinfo_encode (attrs, &bare) == CKR_OK && pkcs8_add_point (bytes_of (&bare), info);
}

static bool
is_number (const gnutls_datum_t *number, Bytes other)
{
	return bytes_equal (bytes_trim (bytes (number->data, number->size)), bytes_trim (other));
}

/* Does the public value that the file gives belong to the private one? */
static bool
has_public_value (gnutls_x509_privkey_t pair, const Attrs *attrs)
{
	gnutls_datum_t numbers[5] = { 0 };
	bool right = gnutls_x509_privkey_export_dsa_raw (pair, &numbers[0], &numbers[1], &numbers[2], &numbers[3],
	                                                 &numbers[4]) == GNUTLS_E_SUCCESS &&
	             is_number (&numbers[3], attrs_bytes (attrs, CKA_PUBLIC_KEY_INFO));

	for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++) {
		if (numbers[i].data != NULL)
			gnutls_memset (numbers[i].data, 0, numbers[i].size);
		gnutls_free (numbers[i].data);
	}
	return right;
}

static bool
fits_together (Bytes info, const Attrs *attrs, CK_KEY_TYPE key_type)
{
	gnutls_datum_t datum = { (uint8_t *)(uintptr_t)info.data, (unsigned)info.len };
	gnutls_x509_privkey_t pair;
	bool right;

	if (gnutls_x509_privkey_init (&pair) != GNUTLS_E_SUCCESS)
		return false;
	right = gnutls_x509_privkey_import_pkcs8 (pair, &datum, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) ==
	        GNUTLS_E_SUCCESS;
	if (right && key_type == CKK_RSA)
		right = gnutls_x509_privkey_verify_params (pair) == GNUTLS_E_SUCCESS;
	if (right && key_type == CKK_DSA)
		right = has_public_value (pair, attrs);
	gnutls_x509_privkey_deinit (pair);
	return right;
}

static bool
encode (const BindKey *key, size_t algorithm, Buf *info)
{
	auto_attrs Attrs attrs = { 0 };
	CK_KEY_TYPE key_type = algorithms[algorithm].key_type;
	const char *oid = algorithms[algorithm].curve;
	const Curve *curve = oid ? curve_for_oid (bytes (oid, algorithms[algorithm].n_curve)) : NULL;

	if (!has_all_parts (key, algorithms[algorithm].parts))
		return complain (key, "Some parts of the key material is missing in the input file.");
	if (attrs_set_ulong (&attrs, CKA_KEY_TYPE, key_type) != CKR_OK ||
	    collect (key, algorithms[algorithm].parts, &attrs) != CKR_OK)
		return complain (key, "Could not allocate memory.");
	if (!(oid ? encode_on_curve (&attrs, curve, info) : keyinfo_encode (&attrs, info) == CKR_OK) ||
	    !fits_together (bytes_of (info), &attrs, key_type))
		return complain (key, "The parts of the key in the input file do not fit together.");
	return true;
}

bool
bind_key_read (const char *path, BindComplain say, Buf *info)
{
	auto_bind_key BindKey key = { .complain = say, .algorithm = -1 };

	for (size_t i = 0; i < N_FIELDS; i++)
		key.values[i] = BUF_SECRET;
	if (!read_fields (&key, path))
		return false;
	if (key.algorithm == -1)
		return complain (&key, "The algorithm %ld was not given in the file.", key.algorithm);
	for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
		if ((long)algorithms[i].number == key.algorithm)
			return encode (&key, i, info);
	return complain (&key, "The algorithm %ld is not supported.", key.algorithm);
}
