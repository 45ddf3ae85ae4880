/* What is written in the elements of the profiles' cases.  PKCS #11 Profiles v3.2 sections 3.1.1 and 4.3. */

#include "profiles.h"

#include <errno.h>
#include <stdlib.h>

/* Section 3.1.1 is the third column. */
static const Field fields[] = {
	{ "CryptokiVersion", VERSION, FALSE, 0 },
	{ "LibraryVersion", VERSION, TRUE, 0 },
	{ "HardwareVersion", VERSION, TRUE, 0 },
	{ "FirmwareVersion", VERSION, TRUE, 0 },
	{ "ManufacturerID", TEXT, TRUE, 0 },
	{ "LibraryDescription", TEXT, TRUE, 0 },
	{ "SlotDescription", TEXT, TRUE, 0 },
	{ "serialNumber", TEXT, TRUE, 0 },
	{ "label", TEXT, TRUE, 0 },
	{ "model", TEXT, TRUE, 0 },
	{ "utcTime", TEXT, TRUE, 0 },
	{ "Flags", FLAGS, FALSE, 0 },
	{ "MaxSessionCount", NUMBER, FALSE, 0 },
	{ "SessionCount", NUMBER, FALSE, 0 },
	{ "MaxRwSessionCount", NUMBER, FALSE, 0 },
	{ "RwSessionCount", NUMBER, FALSE, 0 },
	{ "MaxPinLen", NUMBER, FALSE, 0 },
	{ "MinPinLen", NUMBER, FALSE, 0 },
	{ "TotalPublicMemory", NUMBER, FALSE, 0 },
	{ "FreePublicMemory", NUMBER, FALSE, 0 },
	{ "TotalPrivateMemory", NUMBER, FALSE, 0 },
	{ "FreePrivateMemory", NUMBER, FALSE, 0 },
	{ "MinKeySize", NUMBER, FALSE, 0 },
	{ "MaxKeySize", NUMBER, FALSE, 0 },
	{ "Type", MECHANISM, FALSE, 0 },
	{ "SlotID", NUMBER, TRUE, 0 },
	{ "Object", NUMBER, TRUE, 0 },
	{ "Session", NUMBER, TRUE, 0 },
	{ "Data", HEX, TRUE, 0 },
	{ "EncryptedData", HEX, TRUE, 0 },
	{ "RandomData", HEX, TRUE, 0 },
	{ "Signature", HEX, FALSE, 0 },
};

/* CKA_VALUE and CKA_PUBLIC_EXPONENT might vary too, but the runner puts those of the case into the token. */
static const Field attributes[] = {
	{ "CLASS", CLASS, FALSE, CKA_CLASS },
	{ "TOKEN", BOOLEAN, FALSE, CKA_TOKEN },
	{ "PRIVATE", BOOLEAN, FALSE, CKA_PRIVATE },
	{ "MODIFIABLE", BOOLEAN, FALSE, CKA_MODIFIABLE },
	{ "LABEL", TEXT, FALSE, CKA_LABEL },
	{ "ID", HEX, FALSE, CKA_ID },
	{ "UNIQUE_ID", TEXT, TRUE, CKA_UNIQUE_ID },
	{ "VALUE", HEX, FALSE, CKA_VALUE },
	{ "MODULUS", HEX, FALSE, CKA_MODULUS },
	{ "PUBLIC_EXPONENT", HEX, FALSE, CKA_PUBLIC_EXPONENT },
	{ "PRIVATE_EXPONENT", HEX, TRUE, CKA_PRIVATE_EXPONENT },
	{ "PRIME_1", HEX, TRUE, CKA_PRIME_1 },
	{ "PRIME_2", HEX, TRUE, CKA_PRIME_2 },
	{ "EXPONENT_1", HEX, TRUE, CKA_EXPONENT_1 },
	{ "EXPONENT_2", HEX, TRUE, CKA_EXPONENT_2 },
	{ "COEFFICIENT", HEX, TRUE, CKA_COEFFICIENT },
	{ "PRIME", HEX, TRUE, CKA_PRIME },
	{ "SUBPRIME", HEX, TRUE, CKA_SUBPRIME },
	{ "BASE", HEX, TRUE, CKA_BASE },
	{ "EC_POINT", HEX, TRUE, CKA_EC_POINT },
};

#define M(name) { MECHANISM, #name, CKM_##name }
#define O(name) { CLASS, #name, CKO_##name }
#define U(name) { USER, #name, CKU_##name }
#define F(name) { FLAGS, #name, CKF_##name }

/* Flags of different structures have the same bits, but no name stands for two. */
static const struct {
	Kind kind;
	const char *name;
	CK_ULONG number;
} names[] = {
	M (SHA_1), M (SHA256), M (SHA384), M (SHA512), M (RSA_PKCS_KEY_PAIR_GEN), M (RSA_PKCS), M (SHA256_RSA_PKCS),
	M (SHA384_RSA_PKCS), M (SHA512_RSA_PKCS),
	O (DATA), O (CERTIFICATE), O (PUBLIC_KEY), O (PRIVATE_KEY), O (SECRET_KEY), O (PROFILE),
	U (SO), U (USER), U (CONTEXT_SPECIFIC),
	F (TOKEN_PRESENT), F (REMOVABLE_DEVICE), F (HW_SLOT),
	F (RW_SESSION), F (SERIAL_SESSION),
	F (RNG), F (WRITE_PROTECTED), F (LOGIN_REQUIRED), F (USER_PIN_INITIALIZED), F (RESTORE_KEY_NOT_NEEDED),
	F (CLOCK_ON_TOKEN), F (PROTECTED_AUTHENTICATION_PATH), F (DUAL_CRYPTO_OPERATIONS), F (TOKEN_INITIALIZED),
	F (HW), F (ENCRYPT), F (DECRYPT), F (DIGEST), F (SIGN), F (SIGN_RECOVER), F (VERIFY), F (VERIFY_RECOVER),
	F (GENERATE), F (GENERATE_KEY_PAIR), F (WRAP), F (UNWRAP), F (DERIVE),
	{ NUMBER, "UnavailableInformation", CK_UNAVAILABLE_INFORMATION },
	{ NUMBER, "EffectivelyInfinite", CK_EFFECTIVELY_INFINITE },
};

static const Field *
find (const Field *list, gsize n, const char *name)
{
	for (gsize i = 0; i < n; i++)
		if (g_strcmp0 (list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

const Field *
field_named (const char *name)
{
	return find (fields, G_N_ELEMENTS (fields), name);
}

const Field *
attribute_named (const char *type)
{
	return find (attributes, G_N_ELEMENTS (attributes), type);
}

/* --- numbers --- */

static gboolean
one_number (Kind kind, const char *text, CK_ULONG *number)
{
	char *end;

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
		if (names[i].kind == kind && g_str_equal (names[i].name, text)) {
			*number = names[i].number;
			return TRUE;
		}
	if (!g_ascii_isdigit (*text))
		return FALSE;
	errno = 0;
	*number = strtoul (text, &end, g_str_has_prefix (text, "0x") ? 16 : 10);
	return *end == '\0' && errno == 0;
}

gboolean
value_number (Kind kind, const char *text, CK_ULONG *number)
{
	g_auto (GStrv) words = NULL;
	CK_ULONG bits;

	if (kind != FLAGS)
		return one_number (kind, text, number);
	words = g_strsplit_set (text, "| ", -1);
	*number = 0;
	for (gsize i = 0; words[i] != NULL; i++) {
		if (*words[i] == '\0')
			continue;
		if (!one_number (FLAGS, words[i], &bits))
			return FALSE;
		*number |= bits;
	}
	return TRUE;
}

gboolean
value_boolean (const char *text, CK_BBOOL *boolean)
{
	*boolean = g_ascii_strcasecmp (text, "true") == 0;
	return *boolean || g_ascii_strcasecmp (text, "false") == 0;
}

/* --- attributes --- */

static gboolean
is_hex (const char *text)
{
	return strlen (text) % 2 == 0 && strspn (text, "0123456789abcdefABCDEF") == strlen (text);
}

GBytes *
value_to_bytes (Kind kind, const char *text)
{
	CK_ULONG number;
	CK_BBOOL boolean;

	if (kind == HEX)
		return is_hex (text) ? from_hex (text) : NULL;
	if (kind == TEXT)
		return g_bytes_new (text, strlen (text));
	if (kind == BOOLEAN)
		return value_boolean (text, &boolean) ? g_bytes_new (&boolean, sizeof boolean) : NULL;
	return value_number (kind, text, &number) ? g_bytes_new (&number, sizeof number) : NULL;
}

static void
put_hex (const guint8 *data, gsize n, Element *element)
{
	GString *digits = g_string_new (NULL);

	for (gsize i = 0; i < n; i++)
		g_string_append_printf (digits, "%02x", data[i]);
	element_set (element, "value", "%s", digits->str);
	g_string_free (digits, TRUE);
}

gboolean
value_from_bytes (Kind kind, const void *data, gsize n, Element *element)
{
	CK_ULONG number;

	if (kind == HEX) {
		put_hex (data, n, element);
	} else if (kind == TEXT) {
		/* NSS counts the NUL of its label among the bytes, and the cases do not write it. */
		element_set (element, "value", "%.*s", (int)n, (const char *)data);
	} else if (kind == BOOLEAN) {
		if (n != sizeof (CK_BBOOL))
			return FALSE;
		element_set (element, "value", "%s", *(const CK_BBOOL *)data ? "TRUE" : "FALSE");
	} else {
		if (n != sizeof number)
			return FALSE;
		memcpy (&number, data, sizeof number);
		element_set (element, "value", "0x%lx", number);
	}
	return TRUE;
}

/* --- comparing --- */

static gboolean
number_equal (Kind kind, const Element *wanted, const Element *given, const char *attribute)
{
	const char *a = element_get (wanted, attribute), *b = element_get (given, attribute);
	CK_ULONG wanted_number, given_number;

	return a != NULL && b != NULL && value_number (kind, a, &wanted_number) &&
	       value_number (kind, b, &given_number) && wanted_number == given_number;
}

gboolean
value_equal (Kind kind, const Element *wanted, const Element *given)
{
	const char *a = element_get (wanted, "value"), *b = element_get (given, "value");

	if (kind == VERSION)
		return number_equal (NUMBER, wanted, given, "major") && number_equal (NUMBER, wanted, given, "minor");
	if (a == NULL || b == NULL)
		return a == b;
	if (kind == HEX || kind == BOOLEAN)
		return g_ascii_strcasecmp (a, b) == 0;
	return kind == TEXT ? g_str_equal (a, b) : number_equal (kind, wanted, given, "value");
}

char *
value_show (const Element *element)
{
	const char *value = element_get (element, "value"), *length = element_get (element, "length");

	if (element_get (element, "major") != NULL)
		return g_strdup_printf ("%s.%s", element_get (element, "major"), element_get (element, "minor"));
	if (value == NULL)
		return length == NULL ? g_strdup ("nothing") : g_strdup_printf ("%s long", length);
	if (strlen (value) > 80)
		return g_strdup_printf ("%.32s... of %zu digits", value, strlen (value));
	return g_strdup (value);
}
