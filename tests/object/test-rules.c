/* The rules of attributes: what PKCS #11 says of each operation, as a table of expectations. */

#include "rules.h"

#include <glib.h>

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static CK_ULONG secret_key = CKO_SECRET_KEY, private_key = CKO_PRIVATE_KEY, certificate = CKO_CERTIFICATE, aes = CKK_AES,
		rsa = CKK_RSA, x509 = CKC_X_509, sixteen = 16, any = 5;
static char value[] = "0123456789abcdef", date[] = "20260131";

#define A(type, data) { type, &data, sizeof (data) }
#define BYTES_OF(type, data, n) { type, data, n }

/* One attribute given to an operation on an object of a class, with what must come of it. */
static const struct {
	CK_ULONG class, kind;
	RulesOp op;
	CK_ATTRIBUTE attr;
	bool so;
	CK_RV rv;
} rows[] = {
	/* Footnotes 1 to 6: who gives the value. */
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_VALUE, value, 16), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_GENERATE, BYTES_OF (CKA_VALUE, value, 16), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_UNWRAP, BYTES_OF (CKA_VALUE, value, 16), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_DERIVE, BYTES_OF (CKA_VALUE, value, 16), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_VALUE_LEN, sixteen), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_GENERATE, A (CKA_VALUE_LEN, sixteen), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_UNWRAP, A (CKA_VALUE_LEN, sixteen), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_GENERIC_SECRET, RULES_UNWRAP, A (CKA_VALUE_LEN, sixteen), false, CKR_OK },
	{ CKO_PRIVATE_KEY, CKK_RSA, RULES_CREATE, BYTES_OF (CKA_MODULUS, value, 16), false, CKR_OK },
	{ CKO_PRIVATE_KEY, CKK_RSA, RULES_GENERATE, BYTES_OF (CKA_MODULUS, value, 16), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_PUBLIC_KEY, CKK_RSA, RULES_CREATE, A (CKA_MODULUS_BITS, any), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_PUBLIC_KEY, CKK_RSA, RULES_GENERATE, A (CKA_MODULUS_BITS, any), false, CKR_OK },
	{ CKO_PUBLIC_KEY, CKK_EC, RULES_GENERATE, BYTES_OF (CKA_EC_POINT, value, 16), false, CKR_ATTRIBUTE_READ_ONLY },
	/* What only the token knows. */
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_LOCAL, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_GENERATE, A (CKA_LOCAL, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_ALWAYS_SENSITIVE, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_PRIVATE_KEY, CKK_RSA, RULES_UNWRAP, A (CKA_NEVER_EXTRACTABLE, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_PRIVATE_KEY, CKK_RSA, RULES_GENERATE, A (CKA_KEY_GEN_MECHANISM, any), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_UNIQUE_ID, any), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_PRIVATE_KEY, CKK_RSA, RULES_GENERATE, A (CKA_UNIQUE_ID, any), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_UNWRAP, A (CKA_UNIQUE_ID, any), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_DERIVE, A (CKA_UNIQUE_ID, any), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_DATA, 0, RULES_COPY, A (CKA_UNIQUE_ID, any), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_DATA, 0, RULES_SET, A (CKA_UNIQUE_ID, any), false, CKR_ATTRIBUTE_READ_ONLY },
	/* Footnote 10: only the SO trusts. */
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_TRUSTED, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_TRUSTED, yes), true, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_TRUSTED, no), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_TRUSTED, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_CERTIFICATE, CKC_X_509, RULES_CREATE, A (CKA_TRUSTED, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	/* Footnotes 8, 11, 12: what changes, and what never turns back. */
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, BYTES_OF (CKA_LABEL, value, 3), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_SENSITIVE, yes), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_ENCRYPT, no), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_TOKEN, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_COPY, A (CKA_TOKEN, yes), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_PRIVATE, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, BYTES_OF (CKA_VALUE, value, 16), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_COPY, BYTES_OF (CKA_VALUE, value, 16), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_KEY_TYPE, aes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_CLASS, secret_key), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_SECRET_KEY, CKK_AES, RULES_SET, A (CKA_EXTRACTABLE, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	{ CKO_PRIVATE_KEY, CKK_RSA, RULES_SET, A (CKA_ALWAYS_AUTHENTICATE, yes), false, CKR_ATTRIBUTE_READ_ONLY },
	/* What an object is cannot be said twice in two ways. */
	{ CKO_SECRET_KEY, CKK_AES, RULES_GENERATE, A (CKA_CLASS, private_key), false, CKR_TEMPLATE_INCONSISTENT },
	{ CKO_SECRET_KEY, CKK_AES, RULES_GENERATE, A (CKA_KEY_TYPE, rsa), false, CKR_TEMPLATE_INCONSISTENT },
	{ CKO_SECRET_KEY, CKK_AES, RULES_GENERATE, A (CKA_KEY_TYPE, aes), false, CKR_OK },
	/* What no such object has. */
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_MODULUS, value, 3), false, CKR_ATTRIBUTE_TYPE_INVALID },
	{ CKO_DATA, 0, RULES_CREATE, A (CKA_ENCRYPT, yes), false, CKR_ATTRIBUTE_TYPE_INVALID },
	{ CKO_DATA, 0, RULES_CREATE, BYTES_OF (CKA_VENDOR_DEFINED + 1, value, 3), false, CKR_ATTRIBUTE_TYPE_INVALID },
	/* Values that are none. */
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_ENCRYPT, value, 2), false, CKR_ATTRIBUTE_VALUE_INVALID },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_ENCRYPT, value, 0), false, CKR_ATTRIBUTE_VALUE_INVALID },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_KEY_TYPE, value, 4), false, CKR_ATTRIBUTE_VALUE_INVALID },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_LABEL, NULL, 3), false, CKR_ATTRIBUTE_VALUE_INVALID },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_LABEL, NULL, 0), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_START_DATE, date, 8), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_START_DATE, date, 0), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_START_DATE, date, 7), false, CKR_ATTRIBUTE_VALUE_INVALID },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, A (CKA_ALLOWED_MECHANISMS, any), false, CKR_OK },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_ALLOWED_MECHANISMS, value, 0), false,
	  CKR_ATTRIBUTE_VALUE_INVALID },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_ALLOWED_MECHANISMS, value, 9), false,
	  CKR_ATTRIBUTE_VALUE_INVALID },
	{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, BYTES_OF (CKA_WRAP_TEMPLATE, value, 9), false,
	  CKR_ATTRIBUTE_VALUE_INVALID },
};

/* An object as it stands with all its defaults. */
static void
start_draft (Attrs *draft, CK_ULONG class, CK_ULONG kind, bool complete)
{
	g_assert_cmpuint (attrs_set_ulong (draft, CKA_CLASS, class), ==, CKR_OK);
	if (class == CKO_CERTIFICATE)
		g_assert_cmpuint (attrs_set_ulong (draft, CKA_CERTIFICATE_TYPE, kind), ==, CKR_OK);
	else if (class != CKO_DATA)
		g_assert_cmpuint (attrs_set_ulong (draft, CKA_KEY_TYPE, kind), ==, CKR_OK);
	if (complete)
		g_assert_cmpuint (rules_complete (rules_for (class, kind), draft), ==, CKR_OK);
}

static void
each_attribute_is_accepted_where_the_standard_says (void)
{
	for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
		auto_attrs Attrs draft = { 0 };
		const Rules *rules = rules_for (rows[i].class, rows[i].kind);
		CK_RV rv;

		g_assert_nonnull (rules);
		start_draft (&draft, rows[i].class, rows[i].kind, rows[i].op == RULES_SET || rows[i].op == RULES_COPY);
		rv = rules_accept (rules, rows[i].op, &rows[i].attr, 1, rows[i].so, &draft);
		if (rv != rows[i].rv)
			g_error ("row %zu (attribute 0x%lx, operation %d): 0x%lx, not 0x%lx", i, rows[i].attr.type, rows[i].op,
			         rv, rows[i].rv);
	}
}

static CK_RV
set_one (Attrs *draft, RulesOp op, CK_ATTRIBUTE attr)
{
	return rules_accept (rules_for_attrs (draft), op, &attr, 1, false, draft);
}

static void
what_stays_true_or_false_is_not_even_set_again (void)
{
	auto_attrs Attrs draft = { 0 };

	start_draft (&draft, CKO_SECRET_KEY, CKK_AES, true);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)A (CKA_SENSITIVE, yes)), ==, CKR_OK);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)A (CKA_SENSITIVE, no)), ==, CKR_ATTRIBUTE_READ_ONLY);
	g_assert_cmpuint (set_one (&draft, RULES_COPY, (CK_ATTRIBUTE)A (CKA_SENSITIVE, no)), ==, CKR_ATTRIBUTE_READ_ONLY);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)A (CKA_SENSITIVE, yes)), ==, CKR_ATTRIBUTE_READ_ONLY);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)A (CKA_EXTRACTABLE, no)), ==, CKR_ATTRIBUTE_READ_ONLY);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)A (CKA_WRAP_WITH_TRUSTED, yes)), ==, CKR_OK);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)A (CKA_WRAP_WITH_TRUSTED, no)), ==,
	                  CKR_ATTRIBUTE_READ_ONLY);
}

/* Judged by what was, not by what the template itself makes: the order in it does not matter. */
static void
a_template_is_judged_as_a_whole (void)
{
	CK_ATTRIBUTE template[] = { A (CKA_SENSITIVE, yes), BYTES_OF (CKA_LABEL, value, 3), A (CKA_SENSITIVE, yes) };
	auto_attrs Attrs draft = { 0 };

	start_draft (&draft, CKO_SECRET_KEY, CKK_AES, true);
	g_assert_cmpuint (rules_accept (rules_for_attrs (&draft), RULES_SET, template, 3, false, &draft), ==, CKR_OK);
	g_assert_true (attrs_bool (&draft, CKA_SENSITIVE, false));
}

static void
a_private_object_has_no_public_copy (void)
{
	auto_attrs Attrs draft = { 0 };

	start_draft (&draft, CKO_SECRET_KEY, CKK_AES, true);
	g_assert_cmpuint (set_one (&draft, RULES_COPY, (CK_ATTRIBUTE)A (CKA_PRIVATE, no)), ==, CKR_TEMPLATE_INCONSISTENT);
}

static void
what_is_not_modifiable_stays (void)
{
	auto_attrs Attrs draft = { 0 };

	start_draft (&draft, CKO_SECRET_KEY, CKK_AES, true);
	g_assert_cmpuint (attrs_set_bool (&draft, CKA_MODIFIABLE, false), ==, CKR_OK);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)BYTES_OF (CKA_LABEL, value, 3)), ==,
	                  CKR_ATTRIBUTE_READ_ONLY);
}

static void
a_trusted_certificate_stays (void)
{
	auto_attrs Attrs draft = { 0 };

	start_draft (&draft, CKO_CERTIFICATE, CKC_X_509, true);
	g_assert_cmpuint (attrs_set_bool (&draft, CKA_TRUSTED, true), ==, CKR_OK);
	g_assert_cmpuint (set_one (&draft, RULES_SET, (CK_ATTRIBUTE)BYTES_OF (CKA_LABEL, value, 3)), ==,
	                  CKR_ATTRIBUTE_READ_ONLY);
}

/* A wrapping key that its owner lets decrypt gives away what it wraps. */
static void
a_trusted_key_gains_no_uses (void)
{
	static const RulesOp ops[] = { RULES_SET, RULES_COPY };

	for (size_t i = 0; i < G_N_ELEMENTS (ops); i++) {
		auto_attrs Attrs draft = { 0 };

		start_draft (&draft, CKO_SECRET_KEY, CKK_AES, true);
		g_assert_cmpuint (attrs_set_bool (&draft, CKA_DECRYPT, false), ==, CKR_OK);
		g_assert_cmpuint (attrs_set_bool (&draft, CKA_TRUSTED, true), ==, CKR_OK);
		g_assert_cmpuint (set_one (&draft, ops[i], (CK_ATTRIBUTE)A (CKA_DECRYPT, yes)), ==,
		                  CKR_ATTRIBUTE_READ_ONLY);
		g_assert_cmpuint (attrs_set_bool (&draft, CKA_DECRYPT, false), ==, CKR_OK);
		g_assert_cmpuint (set_one (&draft, ops[i], (CK_ATTRIBUTE)A (CKA_DECRYPT, no)), ==, CKR_OK);
		g_assert_cmpuint (set_one (&draft, ops[i], (CK_ATTRIBUTE)A (CKA_ENCRYPT, no)), ==, CKR_OK);
		g_assert_cmpuint (set_one (&draft, ops[i], (CK_ATTRIBUTE)BYTES_OF (CKA_LABEL, value, 3)), ==, CKR_OK);
	}
}

static void
what_must_be_given_is_asked_for (void)
{
	static const struct {
		CK_ULONG class, kind;
		RulesOp op;
		CK_ATTRIBUTE_TYPE needed[4];
	} needs[] = {
		{ CKO_SECRET_KEY, CKK_AES, RULES_CREATE, { CKA_VALUE } },
		{ CKO_SECRET_KEY, CKK_AES, RULES_GENERATE, { CKA_VALUE_LEN } },
		{ CKO_SECRET_KEY, CKK_AES, RULES_UNWRAP, { 0 } },
		{ CKO_PRIVATE_KEY, CKK_RSA, RULES_CREATE, { CKA_MODULUS, CKA_PRIVATE_EXPONENT } },
		{ CKO_PRIVATE_KEY, CKK_RSA, RULES_GENERATE, { 0 } },
		{ CKO_PUBLIC_KEY, CKK_RSA, RULES_CREATE, { CKA_MODULUS, CKA_PUBLIC_EXPONENT } },
		{ CKO_PUBLIC_KEY, CKK_RSA, RULES_GENERATE, { CKA_MODULUS_BITS } },
		{ CKO_PUBLIC_KEY, CKK_EC, RULES_CREATE, { CKA_EC_PARAMS, CKA_EC_POINT } },
		{ CKO_PUBLIC_KEY, CKK_EC, RULES_GENERATE, { CKA_EC_PARAMS } },
		{ CKO_PRIVATE_KEY, CKK_EC, RULES_CREATE, { CKA_EC_PARAMS, CKA_VALUE } },
		{ CKO_CERTIFICATE, CKC_X_509, RULES_CREATE, { CKA_SUBJECT, CKA_VALUE } },
		{ CKO_DATA, 0, RULES_CREATE, { 0 } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS (needs); i++) {
		auto_attrs Attrs draft = { 0 };
		const Rules *rules = rules_for (needs[i].class, needs[i].kind);

		start_draft (&draft, needs[i].class, needs[i].kind, false);
		for (const CK_ATTRIBUTE_TYPE *type = needs[i].needed; *type != 0; type++) {
			g_assert_cmpuint (rules_require (rules, needs[i].op, &draft), ==, CKR_TEMPLATE_INCOMPLETE);
			g_assert_cmpuint (attrs_set_bytes (&draft, *type, bytes_str ("x")), ==, CKR_OK);
		}
		g_assert_cmpuint (rules_require (rules, needs[i].op, &draft), ==, CKR_OK);
	}
}

static void
templates_say_what_they_are_for (void)
{
	CK_ATTRIBUTE key[] = { A (CKA_CLASS, secret_key), A (CKA_KEY_TYPE, aes) };
	CK_ATTRIBUTE cert[] = { A (CKA_CLASS, certificate), A (CKA_CERTIFICATE_TYPE, x509) };
	CK_ATTRIBUTE odd[] = { A (CKA_CLASS, any), A (CKA_KEY_TYPE, aes) };
	const Rules *rules;

	g_assert_cmpuint (rules_for_template (key, 2, &rules), ==, CKR_OK);
	g_assert_true (rules == rules_for (CKO_SECRET_KEY, CKK_AES));
	g_assert_cmpuint (rules_for_template (cert, 2, &rules), ==, CKR_OK);
	g_assert_true (rules == rules_for (CKO_CERTIFICATE, CKC_X_509));
	g_assert_cmpuint (rules_for_template (key, 1, &rules), ==, CKR_TEMPLATE_INCOMPLETE);
	g_assert_cmpuint (rules_for_template (cert, 1, &rules), ==, CKR_TEMPLATE_INCOMPLETE);
	g_assert_cmpuint (rules_for_template (key + 1, 1, &rules), ==, CKR_TEMPLATE_INCOMPLETE);
	g_assert_cmpuint (rules_for_template (NULL, 0, &rules), ==, CKR_TEMPLATE_INCOMPLETE);
	g_assert_cmpuint (rules_for_template (odd, 2, &rules), ==, CKR_ATTRIBUTE_VALUE_INVALID);
}

/* SoftHSM's, where the standard leaves them to the token. */
static void
defaults_are_softhsm_s (void)
{
	auto_attrs Attrs key = { 0 };
	auto_attrs Attrs public = { 0 };
	auto_attrs Attrs cert = { 0 };

	start_draft (&key, CKO_SECRET_KEY, CKK_AES, true);
	start_draft (&public, CKO_PUBLIC_KEY, CKK_RSA, true);
	start_draft (&cert, CKO_CERTIFICATE, CKC_X_509, true);
	g_assert_true (attrs_bool (&key, CKA_PRIVATE, false));
	g_assert_false (attrs_bool (&public, CKA_PRIVATE, true));
	g_assert_false (attrs_bool (&cert, CKA_PRIVATE, true));
	g_assert_false (attrs_bool (&key, CKA_TOKEN, true));
	g_assert_false (attrs_bool (&key, CKA_SENSITIVE, true));
	g_assert_false (attrs_bool (&key, CKA_EXTRACTABLE, true));
	g_assert_true (attrs_bool (&key, CKA_ENCRYPT, false));
	g_assert_false (attrs_bool (&key, CKA_DERIVE, true));
	g_assert_true (attrs_bool (&key, CKA_MODIFIABLE, false));
	g_assert_cmpuint (attrs_ulong (&key, CKA_KEY_GEN_MECHANISM, 0), ==, CK_UNAVAILABLE_INFORMATION);
	g_assert_cmpuint (attrs_ulong (&cert, CKA_NAME_HASH_ALGORITHM, 0), ==, CKM_SHA_1);
}

static void
always_authenticate_needs_a_private_object (void)
{
	auto_attrs Attrs draft = { 0 };

	start_draft (&draft, CKO_PRIVATE_KEY, CKK_RSA, false);
	g_assert_cmpuint (attrs_set_bool (&draft, CKA_ALWAYS_AUTHENTICATE, true), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bool (&draft, CKA_PRIVATE, false), ==, CKR_OK);
	g_assert_cmpuint (rules_complete (rules_for (CKO_PRIVATE_KEY, CKK_RSA), &draft), ==, CKR_TEMPLATE_INCONSISTENT);
}

/* Footnote 7; an object that says neither is the more careful one. */
static void
secrets_are_revealed_only_if_extractable_and_not_sensitive (void)
{
	for (int sensitive = 0; sensitive <= 2; sensitive++)
		for (int extractable = 0; extractable <= 2; extractable++) {
			auto_attrs Attrs draft = { 0 };

			start_draft (&draft, CKO_SECRET_KEY, CKK_AES, false);
			if (sensitive < 2)
				g_assert_cmpuint (attrs_set_bool (&draft, CKA_SENSITIVE, sensitive), ==, CKR_OK);
			if (extractable < 2)
				g_assert_cmpuint (attrs_set_bool (&draft, CKA_EXTRACTABLE, extractable), ==, CKR_OK);
			g_assert_true (rules_may_reveal (&draft, CKA_VALUE) == (sensitive == 0 && extractable == 1));
			g_assert_true (rules_may_reveal (&draft, CKA_LABEL));
		}
}

static void
mechanism_lists_are_sorted_and_unique (void)
{
	CK_MECHANISM_TYPE given[] = { CKM_SHA256, CKM_RSA_PKCS, CKM_SHA256, CKM_AES_GCM, CKM_RSA_PKCS };
	CK_MECHANISM_TYPE wanted[] = { CKM_RSA_PKCS, CKM_SHA256, CKM_AES_GCM };
	auto_attrs Attrs draft = { 0 };

	start_draft (&draft, CKO_SECRET_KEY, CKK_AES, false);
	g_assert_cmpuint (set_one (&draft, RULES_CREATE, (CK_ATTRIBUTE)A (CKA_ALLOWED_MECHANISMS, given)), ==, CKR_OK);
	g_assert_true (bytes_equal (attrs_bytes (&draft, CKA_ALLOWED_MECHANISMS), bytes (wanted, sizeof wanted)));
}

/* Whatever the table says of a kind, its default is of it; every chain of tables ends. */
static void
every_row_of_every_table_is_of_its_kind (void)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_DATA, CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKO_SECRET_KEY };

	for (size_t i = 0; i < G_N_ELEMENTS (classes); i++)
		for (CK_ULONG kind = 0; kind < 0x50; kind++)
			for (const Rules *rules = rules_for (classes[i], kind); rules != NULL; rules = rules->base)
				for (size_t j = 0; j < rules->n_rows; j++) {
					const Rule *row = &rules->rows[j];

					g_assert_true (row->kind >= IS_BOOL && row->kind <= IS_MECHS);
					g_assert_true (!(row->notes & (N (11) | N (12))) || row->kind == IS_BOOL);
					g_assert_true (!(row->notes & (N (1))) || row->otherwise == NULL);
				}
}

#define ADD(name) g_test_add_func ("/object/rules/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (each_attribute_is_accepted_where_the_standard_says);
	ADD (what_stays_true_or_false_is_not_even_set_again);
	ADD (a_template_is_judged_as_a_whole);
	ADD (a_private_object_has_no_public_copy);
	ADD (what_is_not_modifiable_stays);
	ADD (a_trusted_certificate_stays);
	ADD (a_trusted_key_gains_no_uses);
	ADD (what_must_be_given_is_asked_for);
	ADD (templates_say_what_they_are_for);
	ADD (defaults_are_softhsm_s);
	ADD (always_authenticate_needs_a_private_object);
	ADD (secrets_are_revealed_only_if_extractable_and_not_sensitive);
	ADD (mechanism_lists_are_sorted_and_unique);
	ADD (every_row_of_every_table_is_of_its_kind);
	return g_test_run ();
}
