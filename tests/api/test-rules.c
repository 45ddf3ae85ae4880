/* Every attribute of every class in every operation, as PKCS #11 v3.2 has it: the cases come from the rows of
 * attributes.c, which were written from the standard and not from the module. */

#include "apitest.h"
#include "attributes.h"
#include "params.h"

/* --- templates that own their values --- */

typedef struct {
	GArray *attrs;
	GPtrArray *kept;
} Template;

static Template
template_new (void)
{
	return (Template){ g_array_new (FALSE, FALSE, sizeof (CK_ATTRIBUTE)), g_ptr_array_new_with_free_func (g_free) };
}

static void
template_clear (Template *template)
{
	g_array_unref (template->attrs);
	g_ptr_array_unref (template->kept);
}

#define auto_template __attribute__ ((cleanup (template_clear)))

static CK_ATTRIBUTE *
template_list (const Template *template)
{
	return (CK_ATTRIBUTE *)(void *)template->attrs->data;
}

static CK_ATTRIBUTE *
template_find (const Template *template, CK_ATTRIBUTE_TYPE type)
{
	for (guint i = 0; i < template->attrs->len; i++)
		if (template_list (template)[i].type == type)
			return &template_list (template)[i];
	return NULL;
}

static void
template_remove (Template *template, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE *found = template_find (template, type);

	if (found != NULL)
		g_array_remove_index (template->attrs, (guint)(found - template_list (template)));
}

/* In the place of one of the same type. */
static void
template_put (Template *template, CK_ATTRIBUTE_TYPE type, const void *data, gsize n)
{
	CK_ATTRIBUTE attr = { type, n > 0 ? g_memdup2 (data, n) : NULL, n };

	template_remove (template, type);
	g_ptr_array_add (template->kept, attr.pValue);
	g_array_append_val (template->attrs, attr);
}

static void
template_ulong (Template *template, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	template_put (template, type, &value, sizeof value);
}

static void
template_bool (Template *template, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
	template_put (template, type, &value, sizeof value);
}

/* --- what stands for each class --- */

#define NO_KEY       -1
#define NO_MECHANISM CK_UNAVAILABLE_INFORMATION

/* How objects of a class come to be: values from a key of apitest.c, the first bytes of one, or any. */
typedef struct {
	CK_OBJECT_CLASS class;
	CK_ULONG kind;
	int from;
	CK_ULONG n_value; /* of secret keys */
	CK_MECHANISM_TYPE generate;
} Sample;

static const Sample samples[] = {
	{ CKO_DATA, 0, NO_KEY, 0, NO_MECHANISM },
	{ CKO_CERTIFICATE, CKC_X_509, NO_KEY, 0, NO_MECHANISM },
	{ CKO_CERTIFICATE, CKC_X_509_ATTR_CERT, NO_KEY, 0, NO_MECHANISM },
	{ CKO_CERTIFICATE, CKC_WTLS, NO_KEY, 0, NO_MECHANISM },
	{ CKO_CERTIFICATE, CKC_OPENPGP, NO_KEY, 0, NO_MECHANISM },
	{ CKO_PUBLIC_KEY, CKK_RSA, KEY_RSA_PUBLIC, 0, CKM_RSA_PKCS_KEY_PAIR_GEN },
	{ CKO_PRIVATE_KEY, CKK_RSA, KEY_RSA_PRIVATE, 0, CKM_RSA_PKCS_KEY_PAIR_GEN },
	{ CKO_PUBLIC_KEY, CKK_DSA, KEY_DSA_PUBLIC, 0, CKM_DSA_KEY_PAIR_GEN },
	{ CKO_PRIVATE_KEY, CKK_DSA, KEY_DSA_PRIVATE, 0, CKM_DSA_KEY_PAIR_GEN },
	{ CKO_DOMAIN_PARAMETERS, CKK_DSA, KEY_DSA_PUBLIC, 0, CKM_DSA_PARAMETER_GEN },
	{ CKO_PUBLIC_KEY, CKK_EC, KEY_EC_PUBLIC, 0, CKM_EC_KEY_PAIR_GEN },
	{ CKO_PRIVATE_KEY, CKK_EC, KEY_EC_PRIVATE, 0, CKM_EC_KEY_PAIR_GEN },
	{ CKO_PUBLIC_KEY, CKK_EC_EDWARDS, KEY_EDWARDS_PUBLIC, 0, CKM_EC_EDWARDS_KEY_PAIR_GEN },
	{ CKO_PRIVATE_KEY, CKK_EC_EDWARDS, KEY_EDWARDS_PRIVATE, 0, CKM_EC_EDWARDS_KEY_PAIR_GEN },
	{ CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY, KEY_MONTGOMERY_PUBLIC, 0, CKM_EC_MONTGOMERY_KEY_PAIR_GEN },
	{ CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, KEY_MONTGOMERY_PRIVATE, 0, CKM_EC_MONTGOMERY_KEY_PAIR_GEN },
	{ CKO_PUBLIC_KEY, CKK_DH, KEY_DH_PUBLIC, 0, CKM_DH_PKCS_KEY_PAIR_GEN },
	{ CKO_PRIVATE_KEY, CKK_DH, KEY_DH_PRIVATE, 0, CKM_DH_PKCS_KEY_PAIR_GEN },
	{ CKO_DOMAIN_PARAMETERS, CKK_DH, KEY_DH_PUBLIC, 0, CKM_DH_PKCS_PARAMETER_GEN },
	{ CKO_PUBLIC_KEY, CKK_GOSTR3410, KEY_GOST_PUBLIC, 0, CKM_GOSTR3410_KEY_PAIR_GEN },
	{ CKO_PRIVATE_KEY, CKK_GOSTR3410, KEY_GOST_PRIVATE, 0, CKM_GOSTR3410_KEY_PAIR_GEN },
	{ CKO_SECRET_KEY, CKK_GENERIC_SECRET, KEY_SECRET, 64, CKM_GENERIC_SECRET_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_AES, KEY_AES, 32, CKM_AES_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_AES_XTS, KEY_XTS, 64, CKM_AES_XTS_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_DES, KEY_DES, 8, CKM_DES_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_DES2, KEY_DES3, 16, CKM_DES2_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_DES3, KEY_DES3, 24, CKM_DES3_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_CAMELLIA, KEY_CAMELLIA, 32, CKM_CAMELLIA_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_CHACHA20, KEY_CHACHA20, 32, CKM_CHACHA20_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_POLY1305, KEY_POLY1305, 32, CKM_POLY1305_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_HKDF, KEY_SECRET, 40, CKM_HKDF_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_MD5_HMAC, KEY_SECRET, 16, NO_MECHANISM },
	{ CKO_SECRET_KEY, CKK_SHA_1_HMAC, KEY_SECRET, 20, CKM_SHA_1_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA224_HMAC, KEY_SECRET, 28, CKM_SHA224_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA256_HMAC, KEY_SECRET, 32, CKM_SHA256_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA384_HMAC, KEY_SECRET, 48, CKM_SHA384_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA512_HMAC, KEY_SECRET, 64, CKM_SHA512_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA512_224_HMAC, KEY_SECRET, 28, CKM_SHA512_224_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA512_256_HMAC, KEY_SECRET, 32, CKM_SHA512_256_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA3_224_HMAC, KEY_SECRET, 28, CKM_SHA3_224_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA3_256_HMAC, KEY_SECRET, 32, CKM_SHA3_256_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA3_384_HMAC, KEY_SECRET, 48, CKM_SHA3_384_KEY_GEN },
	{ CKO_SECRET_KEY, CKK_SHA3_512_HMAC, KEY_SECRET, 64, CKM_SHA3_512_KEY_GEN },
};

static const Sample *
sample_of (const SaidClass *class)
{
	for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
		if (samples[i].class == class->class && samples[i].kind == class->kind)
			return &samples[i];
	g_error ("%s: there is no sample", class->name);
}

typedef enum {
	CREATE,
	GENERATE,
	UNWRAP,
	DERIVE,
	COPY,
	SET,
	N_OPS,
} Op;

static const char *const op_names[] = { "create", "generate", "unwrap", "derive", "copy", "set" };

/* One class in one operation, and what the test needs for it. */
typedef struct {
	const Api *api;
	const SaidClass *class;
	const Sample *sample;
	Op op;
	CK_OBJECT_HANDLE model; /* an object of this class, open */
	CK_OBJECT_HANDLE base;  /* what is derived from, or unwraps */
	GBytes *wrapped;
} Case;

/* What the test functions are given. */
typedef struct {
	const SaidClass *class;
	Op op;
} What;

static gboolean
is_key (const SaidClass *class)
{
	return class->class == CKO_PUBLIC_KEY || class->class == CKO_PRIVATE_KEY || class->class == CKO_SECRET_KEY;
}

static gboolean
is_guarded (const SaidClass *class)
{
	return class->class == CKO_PRIVATE_KEY || class->class == CKO_SECRET_KEY;
}

static gboolean
has_op (const SaidClass *class, Op op)
{
	switch (op) {
	case GENERATE:
		return sample_of (class)->generate != NO_MECHANISM;
	case UNWRAP:
		return is_guarded (class);
	case DERIVE:
		return class->class == CKO_SECRET_KEY;
	default:
		return TRUE;
	}
}

/* --- what is said when something is wrong --- */

static void complain (const Case *test, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
complain (const Case *test, const char *name, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start (args, format);
	text = g_strdup_vprintf (format, args);
	va_end (args);
	g_test_message ("%s, %s, %s: %s", test->class->name, name, op_names[test->op], text);
	g_test_fail ();
}

static gboolean
expect (const Case *test, const char *name, const char *given, CK_RV rv, CK_RV wanted)
{
	if (rv != wanted)
		complain (test, name, "%s: %s, not %s", given, rv_name (rv), rv_name (wanted));
	return rv == wanted;
}

/* --- templates of each operation --- */

static void
add_identity (const SaidClass *class, Template *template)
{
	template_ulong (template, CKA_CLASS, class->class);
	if (class->class != CKO_DATA)
		template_ulong (template, class->class == CKO_CERTIFICATE ? CKA_CERTIFICATE_TYPE : CKA_KEY_TYPE,
		                class->kind);
}

static void
add_openness (const SaidClass *class, Template *template)
{
	if (!is_guarded (class))
		return;
	template_bool (template, CKA_SENSITIVE, CK_FALSE);
	template_bool (template, CKA_EXTRACTABLE, CK_TRUE);
}

/* All that an object of the class has in itself. */
static void
add_values (const Api *api, const SaidClass *class, Template *template)
{
	static const CK_BYTE some[] = { 0x30, 0x03, 0x02, 0x01, 0x01 };
	const Sample *sample = sample_of (class);
	CK_OBJECT_HANDLE source = sample->from == NO_KEY ? 0 : api_key (api, (ApiKey)sample->from, NOTHING);
	Said row;

	for (gsize i = 0; said_at (class, i, &row); i++) {
		g_autoptr (GBytes) value = NULL;
		gsize n;

		if (row.absent || row.kind != SAID_BYTES || !(row.notes & (NOTE (1) | NOTE (4))) ||
		    row.notes & NOTE (2))
			continue;
		if (sample->from == NO_KEY) {
			template_put (template, row.type, some, sizeof some);
			continue;
		}
		value = get_attribute (api->module, api->session, source, row.type);
		g_assert_nonnull (value);
		n = sample->n_value > 0 ? sample->n_value : g_bytes_get_size (value);
		if (n > 0)
			template_put (template, row.type, g_bytes_get_data (value, NULL), n);
	}
	if (source != 0)
		assert_ok (api->f->C_DestroyObject (api->session, source));
}

static CK_ULONG
number_to_generate (const SaidClass *class, CK_ATTRIBUTE_TYPE type)
{
	switch (type) {
	case CKA_VALUE_LEN:
		return sample_of (class)->n_value;
	case CKA_MODULUS_BITS:
		return 512;
	case CKA_PRIME_BITS:
		return class->kind == CKK_DH ? 2048 : 512;
	default:
		g_assert_not_reached ();
	}
}

/* What must be said to generate objects of a class: of a public key its values come from @values. */
static void
add_for_generation (const SaidClass *class, const Template *values, Template *template)
{
	Said row;

	for (gsize i = 0; said_at (class, i, &row); i++) {
		const CK_ATTRIBUTE *value = template_find (values, row.type);

		if (row.absent || !(row.notes & NOTE (3)))
			continue;
		if (row.kind == SAID_ULONG)
			template_ulong (template, row.type, number_to_generate (class, row.type));
		else
			template_put (template, row.type, value->pValue, value->ulValueLen);
	}
}

/* The least that must be said for an operation to come about. */
static Template
least_template (const Case *test)
{
	Template template = template_new ();
	auto_template Template values = template_new ();
	Said row;

	switch (test->op) {
	case CREATE:
		add_identity (test->class, &template);
		add_values (test->api, test->class, &template);
		break;
	case GENERATE:
		add_values (test->api, test->class, &values);
		add_for_generation (test->class, &values, &template);
		break;
	case UNWRAP:
		add_identity (test->class, &template);
		break;
	case DERIVE:
		add_identity (test->class, &template);
		if (said_find (test->class, CKA_VALUE_LEN, &row))
			template_ulong (&template, CKA_VALUE_LEN, test->sample->n_value);
		break;
	default:
		break;
	}
	return template;
}

/* And its result can be looked into. */
static Template
open_template (const Case *test)
{
	Template template = least_template (test);

	if (test->op != COPY && test->op != SET)
		add_openness (test->class, &template);
	return template;
}

/* --- the operations --- */

static const SaidClass *
class_of (CK_OBJECT_CLASS class, CK_ULONG kind)
{
	for (gsize i = 0; i < n_said_classes; i++)
		if (said_classes[i].class == class && said_classes[i].kind == kind)
			return &said_classes[i];
	g_assert_not_reached ();
}

/* A pair, of which the other half has what it needs. */
static CK_RV
generate_half (const Case *test, Template *template, CK_OBJECT_HANDLE *object)
{
	const gboolean is_public = test->class->class == CKO_PUBLIC_KEY;
	const SaidClass *public = class_of (CKO_PUBLIC_KEY, test->class->kind);
	auto_template Template values = template_new ();
	auto_template Template other = template_new ();
	Template *one = is_public ? template : &other, *two = is_public ? &other : template;
	CK_OBJECT_HANDLE handles[2] = { 0 };
	CK_RV rv;

	if (!is_public) {
		add_values (test->api, public, &values);
		add_for_generation (public, &values, &other);
	}
	rv = test->api->f->C_GenerateKeyPair (test->api->session, MECH (test->sample->generate), template_list (one),
	                                      one->attrs->len, template_list (two), two->attrs->len, &handles[0],
	                                      &handles[1]);
	if (rv == CKR_OK) {
		*object = handles[is_public ? 0 : 1];
		assert_ok (test->api->f->C_DestroyObject (test->api->session, handles[is_public ? 1 : 0]));
	}
	return rv;
}

static CK_RV
generate (const Case *test, Template *template, CK_OBJECT_HANDLE *object)
{
	if (test->class->class == CKO_PUBLIC_KEY || test->class->class == CKO_PRIVATE_KEY)
		return generate_half (test, template, object);
	return test->api->f->C_GenerateKey (test->api->session, MECH (test->sample->generate), template_list (template),
	                                    template->attrs->len, object);
}

static CK_RV
derive (const Case *test, Template *template, CK_OBJECT_HANDLE *object)
{
	CK_BYTE data[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	StringParams params = { data, sizeof data };

	return test->api->f->C_DeriveKey (test->api->session, MECH_PARAM (CKM_CONCATENATE_BASE_AND_DATA, &params),
	                                  test->base, template_list (template), template->attrs->len, object);
}

/* On the model, or an object of its own where that is changed: then @object is that. */
static CK_RV
run (const Case *test, Template *template, CK_OBJECT_HANDLE *object)
{
	const Api *api = test->api;
	CK_ATTRIBUTE *list = template_list (template);
	CK_ULONG n = template->attrs->len;
	gsize n_wrapped;

	switch (test->op) {
	case CREATE:
		return api->f->C_CreateObject (api->session, list, n, object);
	case GENERATE:
		return generate (test, template, object);
	case UNWRAP:
		return api->f->C_UnwrapKey (api->session, MECH (CKM_AES_KEY_WRAP_KWP), test->base,
		                            (CK_BYTE *)(guintptr)g_bytes_get_data (test->wrapped, &n_wrapped),
		                            g_bytes_get_size (test->wrapped), list, n, object);
	case DERIVE:
		return derive (test, template, object);
	case COPY:
		return api->f->C_CopyObject (api->session, test->model, list, n, object);
	default:
		assert_ok (api->f->C_CopyObject (api->session, test->model, NULL, 0, object));
		return api->f->C_SetAttributeValue (api->session, *object, list, n);
	}
}

static CK_OBJECT_HANDLE
make_model (const Case *test)
{
	Case create = *test;
	auto_template Template template = { NULL, NULL };
	CK_OBJECT_HANDLE object;

	create.op = CREATE;
	template = open_template (&create);
	assert_ok (run (&create, &template, &object));
	return object;
}

static void
wrap_model (Case *test)
{
	CK_BYTE wrapped[4096];
	CK_ULONG n = sizeof wrapped;

	test->base = api_key (test->api, KEY_AES, NOTHING);
	assert_ok (test->api->f->C_WrapKey (test->api->session, MECH (CKM_AES_KEY_WRAP_KWP), test->base, test->model,
	                                    wrapped, &n));
	test->wrapped = g_bytes_new (wrapped, n);
}

static Case
start (const Api *api, const What *what)
{
	Case test = { api, what->class, sample_of (what->class), what->op, 0, 0, NULL };

	test.model = make_model (&test);
	if (what->op == UNWRAP)
		wrap_model (&test);
	if (what->op == DERIVE)
		test.base = api_key (api, KEY_SECRET, T (YES (CKA_DERIVE)));
	return test;
}

static void
end (Case *test)
{
	g_clear_pointer (&test->wrapped, g_bytes_unref);
}

#define auto_end __attribute__ ((cleanup (end)))

/* --- values to try --- */

typedef struct {
	CK_BYTE data[8192];
	CK_ULONG n;
	CK_ATTRIBUTE inner;
	CK_BYTE text[4];
} Value;

static void
value_bytes (Value *value, const void *data, gsize n)
{
	g_assert_cmpuint (n, <=, sizeof value->data);
	memcpy (value->data, data, n);
	value->n = n;
}

static CK_ULONG
number_for (const Case *test, CK_ATTRIBUTE_TYPE type)
{
	switch (type) {
	case CKA_CLASS:
		return test->class->class;
	case CKA_KEY_TYPE:
	case CKA_CERTIFICATE_TYPE:
		return test->class->kind;
	case CKA_NAME_HASH_ALGORITHM:
		return CKM_SHA256;
	case CKA_VALUE_LEN:
		return test->sample->n_value;
	case CKA_VALUE_BITS:
		return 256;
	case CKA_SUBPRIME_BITS:
		return 160;
	default:
		return 1;
	}
}

/* What the mechanism makes differs each time, and so does what follows from it: then none is given. */
static gboolean
is_unknown (const Case *test, CK_ATTRIBUTE_TYPE type)
{
	return (type == CKA_PUBLIC_KEY_INFO && test->op == GENERATE) ||
	       (type == CKA_CHECK_VALUE && (test->op == GENERATE || test->op == DERIVE));
}

static void
bytes_for (const Case *test, const Said *row, const Template *base, Value *value)
{
	static const CK_BYTE gost_cipher[] = { 0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x1f, 0x01 };
	static const CK_BYTE f4[] = { 1, 0, 1 };
	const CK_ATTRIBUTE *there = template_find (base, row->type);
	g_autoptr (GBytes) of_model = NULL;

	if (there != NULL) {
		value_bytes (value, there->pValue, there->ulValueLen);
		return;
	}
	if (row->type == CKA_PUBLIC_EXPONENT && test->op == GENERATE) {
		value_bytes (value, f4, sizeof f4);
		return;
	}
	if (row->type == CKA_GOST28147_PARAMS) {
		value_bytes (value, gost_cipher, sizeof gost_cipher);
		return;
	}
	if (row->notes & (NOTE (1) | NOTE (4)) || row->otherwise == COMPUTED)
		of_model = get_attribute (test->api->module, test->api->session, test->model, row->type);
	if (is_unknown (test, row->type))
		value->n = 0;
	else if (of_model != NULL)
		value_bytes (value, g_bytes_get_data (of_model, NULL), g_bytes_get_size (of_model));
	else
		value_bytes (value, "probe", 5);
}

/* The @index-th value to try; FALSE: there is no more. */
static gboolean
value_to_try (const Case *test, const Said *row, const Template *base, guint index, Value *value)
{
	const CK_ATTRIBUTE *there = template_find (base, row->type);
	CK_MECHANISM_TYPE mechanism = CKM_SHA256;
	CK_ULONG number;

	if (index > (row->kind == SAID_BOOL ? 1 : 0))
		return FALSE;
	switch (row->kind) {
	case SAID_BOOL:
		value->data[0] = index == 0 ? CK_TRUE : CK_FALSE;
		value->n = sizeof (CK_BBOOL);
		break;
	case SAID_ULONG:
		number = number_for (test, row->type);
		value_bytes (value, there ? there->pValue : &number, sizeof number);
		break;
	case SAID_BYTES:
		bytes_for (test, row, base, value);
		break;
	case SAID_DATE:
		value_bytes (value, "20260131", sizeof (CK_DATE));
		break;
	case SAID_TEMPLATE:
		memcpy (value->text, "abc", 4);
		value->inner = (CK_ATTRIBUTE){ CKA_LABEL, value->text, 3 };
		value_bytes (value, &value->inner, sizeof value->inner);
		break;
	case SAID_MECHANISMS:
		value_bytes (value, &mechanism, sizeof mechanism);
		break;
	}
	return TRUE;
}

static CK_BBOOL
bool_of (const Case *test, CK_ATTRIBUTE_TYPE type)
{
	return api_bool (test->api, test->model, type);
}

static unsigned
forbidding (Op op)
{
	switch (op) {
	case CREATE:
		return NOTE (2);
	case GENERATE:
	case DERIVE: /* section 5.18.5 has no footnote of its own: a key that the token makes */
		return NOTE (4);
	case UNWRAP:
		return NOTE (6);
	default:
		return 0;
	}
}

/* By the footnotes alone. */
static CK_RV
judge (const Case *test, const Said *row, const Value *value)
{
	const gboolean yes = row->kind == SAID_BOOL && value->data[0] == CK_TRUE;

	if (row->absent)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (row->notes & forbidding (test->op))
		return CKR_ATTRIBUTE_READ_ONLY;
	if (row->notes & NOTE (10) && yes)
		return CKR_ATTRIBUTE_READ_ONLY;
	if (test->op == SET && !(row->notes & NOTE (8)))
		return CKR_ATTRIBUTE_READ_ONLY;
	if (test->op == COPY && !(row->notes & (NOTE (8) | NOTE_COPY)))
		return CKR_ATTRIBUTE_READ_ONLY;
	/* section 4.1.3 leaves it to the token: what only the user saw is not made public */
	if (test->op == COPY && row->type == CKA_PRIVATE && !yes && bool_of (test, CKA_PRIVATE))
		return CKR_TEMPLATE_INCONSISTENT;
	return CKR_OK;
}

static void
assert_template_there (const Case *test, const char *name, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE text[8] = { 0 };
	CK_ATTRIBUTE inner = { 0, text, sizeof text }, attr = { type, &inner, sizeof inner };

	if (expect (test, name, "read", test->api->f->C_GetAttributeValue (test->api->session, object, &attr, 1),
	            CKR_OK) &&
	    (attr.ulValueLen != sizeof inner || inner.type != CKA_LABEL || inner.ulValueLen != 3 ||
	     memcmp (text, "abc", 3) != 0))
		complain (test, name, "the template that is read is another");
}

static void
assert_value_there (const Case *test, const Said *row, CK_OBJECT_HANDLE object, const Value *value)
{
	Value is;
	CK_ATTRIBUTE attr = { row->type, is.data, sizeof is.data };

	if (row->kind == SAID_TEMPLATE) {
		assert_template_there (test, row->name, object, row->type);
		return;
	}
	/* an empty one is left to the token */
	if (row->type == CKA_PUBLIC_KEY_INFO && value->n == 0)
		return;
	if (expect (test, row->name, "read", test->api->f->C_GetAttributeValue (test->api->session, object, &attr, 1),
	            CKR_OK) &&
	    (attr.ulValueLen != value->n || memcmp (is.data, value->data, value->n) != 0))
		complain (test, row->name, "the value that is read is another, of %lu bytes", attr.ulValueLen);
}

/* It may be one that stays. */
static void
forget (const Case *test, CK_OBJECT_HANDLE object)
{
	CK_RV rv = test->api->f->C_DestroyObject (test->api->session, object);

	g_assert_true (rv == CKR_OK || rv == CKR_ACTION_PROHIBITED);
}

/* --- each attribute --- */

static void
try_value (const Case *test, const Said *row, const Value *value)
{
	auto_template Template template = open_template (test);
	g_autofree char *given =
		row->kind == SAID_BOOL ? g_strdup (value->data[0] ? "true" : "false") : g_strdup ("given");
	CK_OBJECT_HANDLE object = 0;
	CK_RV wanted = judge (test, row, value), rv;

	template_put (&template, row->type, value->data, value->n);
	rv = run (test, &template, &object);
	if (expect (test, row->name, given, rv, wanted) && rv == CKR_OK)
		assert_value_there (test, row, object, value);
	if (object != 0)
		forget (test, object);
}

static void
each_attribute_is_accepted_where_the_standard_says (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template base = open_template (&test);
	Value value;
	Said row;

	for (gsize i = 0; said_at (test.class, i, &row); i++)
		for (guint j = 0; value_to_try (&test, &row, &base, j, &value); j++)
			try_value (&test, &row, &value);
}

/* --- what must be given --- */

static void
what_must_be_given_is_asked_for (Api *api, gconstpointer data)
{
	static const unsigned demanding[] = { NOTE (1), NOTE (3), NOTE (5) };
	auto_end Case test = start (api, data);
	Said row;

	for (gsize i = 0; said_at (test.class, i, &row); i++) {
		auto_template Template template = least_template (&test);
		CK_OBJECT_HANDLE object = 0;

		/* CKA_CLASS tells what is unwrapped, footnote or not */
		if (row.absent || !(row.notes & demanding[test.op] || (row.type == CKA_CLASS && test.op == UNWRAP)))
			continue;
		template_remove (&template, row.type);
		expect (&test, row.name, "left out", run (&test, &template, &object), CKR_TEMPLATE_INCOMPLETE);
	}
}

static void
what_need_not_be_given_can_be_left_out (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template template = least_template (&test);
	CK_OBJECT_HANDLE object = 0;
	Said row;

	for (gsize i = 0; said_at (test.class, i, &row); i++)
		if (!(row.notes & NOTE (1)))
			template_remove (&template, row.type);
	expect (&test, "all that need not be given", "left out", run (&test, &template, &object), CKR_OK);
}

/* --- sizes --- */

static void
try_size (const Case *test, const Said *row, const void *data, CK_ULONG n)
{
	auto_template Template template = open_template (test);
	g_autofree char *given = g_strdup_printf ("%lu bytes%s", n, data ? "" : " and none");
	CK_ATTRIBUTE attr = { row->type, (void *)(guintptr)data, n };
	CK_OBJECT_HANDLE object = 0;
	CK_RV rv;

	template_remove (&template, row->type);
	g_array_append_val (template.attrs, attr);
	rv = run (test, &template, &object);
	/* without its CKA_CLASS or type a template says nothing of what is to come */
	if (rv == CKR_TEMPLATE_INCOMPLETE && row->notes & NOTE (1) && row->kind == SAID_ULONG)
		rv = CKR_ATTRIBUTE_VALUE_INVALID;
	expect (test, row->name, given, rv, CKR_ATTRIBUTE_VALUE_INVALID);
	if (object != 0)
		forget (test, object);
}

/* Sizes that no value of the kind has; 99: no more. */
static const CK_ULONG wrong_sizes[][4] = {
	[SAID_BOOL] = { 0, 2, 8, 99 },
	[SAID_ULONG] = { 0, 1, sizeof (CK_ULONG) + 1, 99 },
	[SAID_BYTES] = { 99 },
	[SAID_DATE] = { 1, 7, 9, 99 },
	[SAID_TEMPLATE] = { 1, sizeof (CK_ATTRIBUTE) + 1, 99 },
	[SAID_MECHANISMS] = { 0, 1, sizeof (CK_MECHANISM_TYPE) + 1, 99 },
};

static void
values_of_the_wrong_size_are_refused (Api *api, gconstpointer data)
{
	static const CK_BYTE zeros[64];
	auto_end Case test = start (api, data);
	Value value = { .n = 0 };
	Said row;

	for (gsize i = 0; said_at (test.class, i, &row); i++) {
		/* one that could be given */
		value.data[0] = row.type != CKA_TRUSTED;
		if (judge (&test, &row, &value) != CKR_OK)
			continue;
		for (const CK_ULONG *n = wrong_sizes[row.kind]; *n != 99; n++)
			try_size (&test, &row, zeros, *n);
		try_size (&test, &row, NULL, 8);
	}
}

/* --- attributes of other classes --- */

static gboolean
is_known (const SaidClass *class, CK_ATTRIBUTE_TYPE type)
{
	Said row;

	return said_find (class, type, &row) && !row.absent;
}

static void
try_foreign (const Case *test, const Said *row)
{
	auto_template Template template = open_template (test);
	CK_ATTRIBUTE wanted = { row->type, NULL, 0 };
	CK_OBJECT_HANDLE object = 0;
	Value value;

	g_assert_true (value_to_try (test, row, &template, 0, &value));
	template_put (&template, row->type, value.data, value.n);
	expect (test, row->name, "given", run (test, &template, &object), CKR_ATTRIBUTE_TYPE_INVALID);
	expect (test, row->name, "read",
	        test->api->f->C_GetAttributeValue (test->api->session, test->model, &wanted, 1),
	        CKR_ATTRIBUTE_TYPE_INVALID);
	if (wanted.ulValueLen != CK_UNAVAILABLE_INFORMATION)
		complain (test, row->name, "its length is told");
	if (object != 0)
		forget (test, object);
}

static void
attributes_of_other_classes_are_refused (Api *api, gconstpointer data)
{
	static const Said vendor = { CKA_VENDOR_DEFINED + 5, "of a vendor", SAID_BYTES, 0, NONE, false, NULL };
	g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
	auto_end Case test = start (api, data);
	Said row;

	try_foreign (&test, &vendor);
	for (gsize i = 0; i < n_said_classes; i++)
		for (gsize j = 0; said_at (&said_classes[i], j, &row); j++)
			if (!is_known (test.class, row.type) && g_hash_table_add (seen, GSIZE_TO_POINTER (row.type)))
				try_foreign (&test, &row);
}

/* --- defaults --- */

/* Of what the token itself gives there is no default. */
static gboolean
is_given_by_token (const Case *test, const Said *row)
{
	if (row->notes & (NOTE (1) | NOTE (2)))
		return TRUE;
	return row->notes & forbidding (test->op) ? TRUE : FALSE;
}

static void
assert_absent (const Case *test, const Said *row, CK_OBJECT_HANDLE object)
{
	CK_ATTRIBUTE attr = { row->type, NULL, 0 };

	expect (test, row->name, "without a default",
	        test->api->f->C_GetAttributeValue (test->api->session, object, &attr, 1), CKR_ATTRIBUTE_TYPE_INVALID);
	if (attr.ulValueLen != CK_UNAVAILABLE_INFORMATION)
		complain (test, row->name, "its length is told");
}

static void
assert_default (const Case *test, const Said *row, CK_OBJECT_HANDLE object)
{
	CK_BYTE is[4096], wanted[8] = { 0 };
	CK_ATTRIBUTE attr = { row->type, is, sizeof is };
	CK_ULONG n = row->kind == SAID_BOOL ? 1 : sizeof (CK_ULONG), sha_1 = CKM_SHA_1;

	if (row->otherwise == NONE) {
		assert_absent (test, row, object);
		return;
	}
	if (!expect (test, row->name, "by default",
	             test->api->f->C_GetAttributeValue (test->api->session, object, &attr, 1), CKR_OK))
		return;
	if (row->otherwise == COMPUTED)
		return;
	if (row->otherwise == EMPTY)
		n = 0;
	if (row->otherwise == TRUE_)
		wanted[0] = CK_TRUE;
	if (row->otherwise == SHA_1)
		memcpy (wanted, &sha_1, sizeof sha_1);
	if (attr.ulValueLen != n || memcmp (is, wanted, n) != 0)
		complain (test, row->name, "another default, of %lu bytes", attr.ulValueLen);
}

static void
what_is_left_out_has_its_default (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template template = least_template (&test);
	CK_OBJECT_HANDLE object;
	Said row;

	assert_ok (run (&test, &template, &object));
	for (gsize i = 0; said_at (test.class, i, &row); i++)
		if (!row.absent && !template_find (&template, row.type) && !is_given_by_token (&test, &row))
			assert_default (&test, &row, object);
}

/* What is there, whoever gave it, can be read: by its length, and by a buffer of that length. */
static void
what_an_object_is_made_of_can_be_read (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template template = open_template (&test);
	CK_OBJECT_HANDLE object;
	Said row;

	assert_ok (run (&test, &template, &object));
	for (gsize i = 0; said_at (test.class, i, &row); i++) {
		CK_BYTE room[8192];
		CK_ATTRIBUTE attr = { row.type, NULL, 0 };
		CK_ULONG n;

		if (row.absent || row.otherwise == NOT_YET ||
		    (row.otherwise == NONE && !is_given_by_token (&test, &row)))
			continue;
		if (!expect (&test, row.name, "its length",
		             api->f->C_GetAttributeValue (api->session, object, &attr, 1), CKR_OK))
			continue;
		n = attr.ulValueLen;
		attr.pValue = room;
		expect (&test, row.name, "read", api->f->C_GetAttributeValue (api->session, object, &attr, 1), CKR_OK);
		if (attr.ulValueLen != n)
			complain (&test, row.name, "%lu bytes, not %lu as was told", attr.ulValueLen, n);
		if (n == 0)
			continue;
		attr.ulValueLen = n - 1;
		expect (&test, row.name, "in a short buffer",
		        api->f->C_GetAttributeValue (api->session, object, &attr, 1), CKR_BUFFER_TOO_SMALL);
		if (attr.ulValueLen != CK_UNAVAILABLE_INFORMATION)
			complain (&test, row.name, "a short buffer is not marked");
	}
}

/* --- footnote 7 --- */

static void
look_for_secrets (const Case *test, gboolean is_open)
{
	Said row;

	for (gsize i = 0; said_at (test->class, i, &row); i++) {
		CK_BYTE room[4096];
		CK_ATTRIBUTE attr = { row.type, room, sizeof room };
		gboolean shown = is_open || !(row.notes & NOTE (7));

		if (row.absent || row.otherwise == NOT_YET ||
		    (row.otherwise == NONE && !(row.notes & (NOTE (1) | NOTE (2) | NOTE (7)))))
			continue;
		expect (test, row.name, is_open ? "of an open key" : "of a guarded key",
		        test->api->f->C_GetAttributeValue (test->api->session, test->model, &attr, 1),
		        shown ? CKR_OK : CKR_ATTRIBUTE_SENSITIVE);
		if ((attr.ulValueLen == CK_UNAVAILABLE_INFORMATION) == shown)
			complain (test, row.name, "its length is %lu", attr.ulValueLen);
		attr.pValue = NULL;
		test->api->f->C_GetAttributeValue (test->api->session, test->model, &attr, 1);
		if ((attr.ulValueLen == CK_UNAVAILABLE_INFORMATION) == shown)
			complain (test, row.name, "its length is told as %lu", attr.ulValueLen);
	}
}

/* Of the session, and of the token, where values are sealed. */
static void
secrets_are_shown_of_open_keys_only (Api *api, gconstpointer data)
{
	const What *what = data;

	for (guint i = 0; i < (what->op == CREATE ? 8 : 4); i++) {
		auto_end Case test = start (api, data);
		auto_template Template template = least_template (&test);
		const CK_BBOOL sensitive = (i & 1) != 0, extractable = (i & 2) != 0;

		template_bool (&template, CKA_SENSITIVE, sensitive);
		template_bool (&template, CKA_EXTRACTABLE, extractable);
		template_bool (&template, CKA_TOKEN, (i & 4) != 0);
		assert_ok (run (&test, &template, &test.model));
		look_for_secrets (&test, !sensitive && extractable);
		forget (&test, test.model);
	}
}

/* --- footnotes 11 and 12 --- */

static void
try_to_unstick (const Case *test, const Said *row, CK_BBOOL stuck)
{
	const CK_ATTRIBUTE there = { row->type, &stuck, sizeof stuck };
	CK_BBOOL other = !stuck;
	CK_ATTRIBUTE back = { row->type, &other, sizeof other };
	CK_OBJECT_HANDLE object, copy = 0;

	assert_ok (test->api->f->C_CopyObject (test->api->session, test->model, (CK_ATTRIBUTE *)(guintptr)&there, 1,
	                                       &object));
	expect (test, row->name, "set back", api_set (test->api, object, &back, 1), CKR_ATTRIBUTE_READ_ONLY);
	expect (test, row->name, "copied back",
	        test->api->f->C_CopyObject (test->api->session, object, &back, 1, &copy),
	        row->type == CKA_COPYABLE ? CKR_ACTION_PROHIBITED : CKR_ATTRIBUTE_READ_ONLY);
	/* it becomes a read only attribute */
	expect (test, row->name, "set again", api_set (test->api, object, &there, 1), CKR_ATTRIBUTE_READ_ONLY);
	if (api_bool (test->api, object, row->type) != stuck)
		complain (test, row->name, "did not stay");
}

static void
what_sticks_stays_when_set_and_when_copied (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	Said row;

	for (gsize i = 0; said_at (test.class, i, &row); i++)
		if (!row.absent && row.notes & (NOTE (11) | NOTE (12)))
			try_to_unstick (&test, &row, row.notes & NOTE (11) ? CK_TRUE : CK_FALSE);
}

/* --- footnote 10 --- */

static void
become_so (Api *api)
{
	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
}

static void
what_only_the_so_sets_he_sets (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template public = open_template (&test);
	CK_OBJECT_HANDLE object;

	template_bool (&public, CKA_PRIVATE, CK_FALSE);
	assert_ok (run (&test, &public, &object));
	become_so (api);
	expect (&test, "CKA_TRUSTED", "set", api_set (api, object, T (YES (CKA_TRUSTED))), CKR_OK);
	if (!api_bool (api, object, CKA_TRUSTED))
		complain (&test, "CKA_TRUSTED", "was not set");
	template_bool (&public, CKA_TRUSTED, CK_TRUE);
	if (expect (&test, "CKA_TRUSTED", "given", run (&test, &public, &object), CKR_OK) &&
	    !api_bool (api, object, CKA_TRUSTED))
		complain (&test, "CKA_TRUSTED", "was not given");
}

/* Section 4.6.2: trusted certificates cannot be modified. */
static void
a_trusted_certificate_is_changed_by_nobody (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template public = open_template (&test);
	CK_OBJECT_HANDLE object;
	Value value;
	Said row;

	become_so (api);
	template_bool (&public, CKA_TRUSTED, CK_TRUE);
	assert_ok (run (&test, &public, &object));
	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_USER, USER_PIN));
	test.op = SET;
	test.model = object;
	for (gsize i = 0; said_at (test.class, i, &row); i++) {
		CK_ATTRIBUTE attr = { row.type, value.data, 0 };

		if (row.absent || !value_to_try (&test, &row, &public, row.kind == SAID_BOOL, &value))
			continue;
		attr.ulValueLen = value.n;
		expect (&test, row.name, "of a trusted one", api_set (api, object, &attr, 1), CKR_ATTRIBUTE_READ_ONLY);
	}
}

/* --- where it comes from --- */

static void
expect_bool (const Case *test, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const char *name, CK_BBOOL wanted)
{
	if (is_known (test->class, type) && api_bool (test->api, object, type) != wanted)
		complain (test, name, "is not %s", wanted ? "true" : "false");
}

static void
expect_past (const Case *test, CK_OBJECT_HANDLE object, gboolean here, CK_BBOOL sensitive, CK_BBOOL extractable)
{
	CK_ULONG wanted = here ? test->sample->generate : CK_UNAVAILABLE_INFORMATION;

	expect_bool (test, object, CKA_LOCAL, "CKA_LOCAL", here);
	if (is_known (test->class, CKA_KEY_GEN_MECHANISM) &&
	    api_ulong (test->api, object, CKA_KEY_GEN_MECHANISM) != wanted)
		complain (test, "CKA_KEY_GEN_MECHANISM", "is 0x%lx",
		          api_ulong (test->api, object, CKA_KEY_GEN_MECHANISM));
	expect_bool (test, object, CKA_ALWAYS_SENSITIVE, "CKA_ALWAYS_SENSITIVE", here && sensitive);
	expect_bool (test, object, CKA_NEVER_EXTRACTABLE, "CKA_NEVER_EXTRACTABLE", here && !extractable);
}

/* What it becomes later is not what it was always. */
static void
guard (const Case *test, CK_OBJECT_HANDLE object, CK_BBOOL sensitive, CK_BBOOL extractable)
{
	if (!sensitive)
		assert_ok (api_set (test->api, object, T (YES (CKA_SENSITIVE))));
	if (extractable)
		assert_ok (api_set (test->api, object, T (NO (CKA_EXTRACTABLE))));
}

/* A key that comes from elsewhere has no past that could be vouched for, nor has what is derived from it. */
static void
try_past (const Case *test, CK_BBOOL sensitive, CK_BBOOL extractable)
{
	const Api *api = test->api;
	const gboolean here = test->op == GENERATE;
	auto_template Template template = least_template (test);
	CK_OBJECT_HANDLE object, copy;

	if (is_guarded (test->class)) {
		template_bool (&template, CKA_SENSITIVE, sensitive);
		template_bool (&template, CKA_EXTRACTABLE, extractable);
	}
	assert_ok (run (test, &template, &object));
	expect_past (test, object, here, sensitive, extractable);
	assert_ok (api->f->C_CopyObject (api->session, object, NULL, 0, &copy));
	expect_past (test, copy, here, sensitive, extractable);
	if (!is_guarded (test->class))
		return;
	guard (test, object, sensitive, extractable);
	expect_past (test, object, here, sensitive, extractable);
	assert_ok (api->f->C_CopyObject (api->session, copy, (CK_ATTRIBUTE[]){ YES (CKA_SENSITIVE) }, sensitive ? 0 : 1,
	                                 &copy));
	expect_past (test, copy, here, sensitive, extractable);
}

static void
objects_tell_where_they_come_from_and_so_do_their_copies (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);

	for (guint i = 0; i < (is_guarded (test.class) ? 4 : 1); i++)
		try_past (&test, (i & 1) != 0, (i & 2) != 0);
}

/* --- CKA_UNIQUE_ID, section 4.2.2 --- */

static void
each_object_has_a_unique_id_of_its_own (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template template = open_template (&test);
	g_autoptr (GBytes) first = NULL, second = NULL, third = NULL;
	CK_OBJECT_HANDLE one, two, copy;

	assert_ok (run (&test, &template, &one));
	assert_ok (run (&test, &template, &two));
	assert_ok (api->f->C_CopyObject (api->session, one, NULL, 0, &copy));
	first = get_attribute (api->module, api->session, one, CKA_UNIQUE_ID);
	second = get_attribute (api->module, api->session, two, CKA_UNIQUE_ID);
	third = get_attribute (api->module, api->session, copy, CKA_UNIQUE_ID);
	if (g_bytes_get_size (first) == 0 || g_bytes_equal (first, second) || g_bytes_equal (first, third) ||
	    g_bytes_equal (second, third))
		complain (&test, "CKA_UNIQUE_ID", "is not unique");
}

static void
a_copy_is_like_its_original_but_for_the_unique_id (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	CK_OBJECT_HANDLE copy;
	Said row;

	assert_ok (api->f->C_CopyObject (api->session, test.model, NULL, 0, &copy));
	for (gsize i = 0; said_at (test.class, i, &row); i++) {
		g_autoptr (GBytes) one = NULL, two = NULL;

		if (row.absent || row.kind == SAID_TEMPLATE)
			continue;
		one = get_attribute (api->module, api->session, test.model, row.type);
		two = get_attribute (api->module, api->session, copy, row.type);
		if ((one == NULL) != (two == NULL) ||
		    (one != NULL && g_bytes_equal (one, two) == (row.type == CKA_UNIQUE_ID)))
			complain (&test, row.name, "is not as in the original");
	}
}

/* --- check values: section 4.10.2 and those of each type --- */

typedef enum {
	OF_BLOCK,  /* a block of zeros, encrypted */
	OF_DIGEST, /* SHA-1 of the value */
} CheckRule;

/* Generic secrets, ChaCha20 and certificates have the digest in the standard; keys of HMAC, HKDF and Poly1305 have no
 * cipher that could encrypt a block, XTS none without a tweak: they have SoftHSM's, which is that of generic secrets.
 */
static CheckRule
check_rule (const SaidClass *class)
{
	switch (class->class == CKO_SECRET_KEY ? class->kind : CKK_GENERIC_SECRET) {
	case CKK_AES:
	case CKK_DES:
	case CKK_DES2:
	case CKK_DES3:
	case CKK_CAMELLIA:
		return OF_BLOCK;
	default:
		return OF_DIGEST;
	}
}

static CK_MECHANISM_TYPE
block_mechanism (CK_ULONG kind)
{
	switch (kind) {
	case CKK_AES:
		return CKM_AES_CBC;
	case CKK_DES:
		return CKM_DES_CBC;
	case CKK_CAMELLIA:
		return CKM_CAMELLIA_CBC;
	default:
		return CKM_DES3_CBC;
	}
}

/* By the mechanisms of the module, which have vectors of their own. */
static void
compute_check_value (const Case *test, CK_OBJECT_HANDLE object, CK_BYTE check[3])
{
	const Api *api = test->api;
	CK_BYTE zeros[16] = { 0 }, iv[16] = { 0 }, out[64];
	CK_ULONG n_block = test->class->kind == CKK_AES || test->class->kind == CKK_CAMELLIA ? 16 : 8, n = sizeof out;
	g_autoptr (GBytes) value = NULL;
	gsize n_value;
	gconstpointer bytes;

	if (check_rule (test->class) == OF_BLOCK) {
		CK_MECHANISM mech = { block_mechanism (test->class->kind), iv, n_block };

		assert_ok (api->f->C_EncryptInit (api->session, &mech, object));
		assert_ok (api->f->C_Encrypt (api->session, zeros, n_block, out, &n));
	} else {
		value = get_attribute (api->module, api->session, object, CKA_VALUE);
		bytes = g_bytes_get_data (value, &n_value);
		assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA_1)));
		assert_ok (api->f->C_Digest (api->session, (CK_BYTE *)(guintptr)bytes, n_value, out, &n));
	}
	memcpy (check, out, 3);
}

static void
expect_check_value (const Case *test, CK_OBJECT_HANDLE object, const CK_BYTE *wanted, gsize n)
{
	g_autoptr (GBytes) is = get_attribute (test->api->module, test->api->session, object, CKA_CHECK_VALUE);

	if (is == NULL || g_bytes_get_size (is) != n || memcmp (g_bytes_get_data (is, NULL), wanted, n) != 0)
		complain (test, "CKA_CHECK_VALUE", "is not what it is to be");
}

static void
check_values_are_those_of_the_type (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template template = open_template (&test);
	CK_BYTE check[3];
	CK_OBJECT_HANDLE object;

	assert_ok (run (&test, &template, &object));
	compute_check_value (&test, object, check);
	expect_check_value (&test, object, check, 3);
}

/* "Even if the encryption operation for the key is forbidden." */
static void
check_values_are_there_when_the_key_may_not_encrypt (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template template = open_template (&test);
	CK_BYTE check[3];
	CK_OBJECT_HANDLE object;

	compute_check_value (&test, test.model, check);
	template_bool (&template, CKA_ENCRYPT, CK_FALSE);
	template_bool (&template, CKA_SENSITIVE, CK_TRUE);
	assert_ok (run (&test, &template, &object));
	if (test.op == CREATE || test.op == UNWRAP)
		expect_check_value (&test, object, check, 3);
	else if (api_get (api, object, CKA_CHECK_VALUE) != CKR_OK)
		complain (&test, "CKA_CHECK_VALUE", "is not there");
}

/* What is generated or derived cannot be known before, so that no value is right there. */
static void
check_values_that_are_given_must_be_right_or_empty (Api *api, gconstpointer data)
{
	auto_end Case test = start (api, data);
	auto_template Template template = open_template (&test);
	CK_BYTE check[3];
	CK_OBJECT_HANDLE object = 0;

	compute_check_value (&test, test.model, check);
	if (test.op == CREATE || test.op == UNWRAP) {
		template_put (&template, CKA_CHECK_VALUE, check, 3);
		if (expect (&test, "CKA_CHECK_VALUE", "right", run (&test, &template, &object), CKR_OK))
			expect_check_value (&test, object, check, 3);
	}
	template_put (&template, CKA_CHECK_VALUE, check, 2);
	expect (&test, "CKA_CHECK_VALUE", "too short", run (&test, &template, &object), CKR_ATTRIBUTE_VALUE_INVALID);
	/* one of 2^24 generated keys would have it: for those it is too long as well */
	check[2] ^= 1;
	template_put (&template, CKA_CHECK_VALUE, "\x01\x02\x03\x04", test.op == GENERATE ? 4 : 3);
	expect (&test, "CKA_CHECK_VALUE", "wrong", run (&test, &template, &object), CKR_ATTRIBUTE_VALUE_INVALID);
	template_put (&template, CKA_CHECK_VALUE, NULL, 0);
	if (expect (&test, "CKA_CHECK_VALUE", "empty", run (&test, &template, &object), CKR_OK))
		expect_check_value (&test, object, check, 0);
}

/* --- values that are none --- */

/* An open one of the class, but for one value. */
static CK_RV
create_with (const Api *api, CK_OBJECT_CLASS class, CK_ULONG kind, CK_ATTRIBUTE_TYPE type, const void *data, gsize n)
{
	const SaidClass *of = class_of (class, kind);
	Case test = { api, of, sample_of (of), CREATE, 0, 0, NULL };
	auto_template Template template = open_template (&test);
	CK_OBJECT_HANDLE object;

	template_put (&template, type, data, n);
	return run (&test, &template, &object);
}

static void
secret_keys_have_the_lengths_of_their_type (Api *api, gconstpointer unused)
{
	static const struct {
		CK_KEY_TYPE kind;
		CK_ULONG right[4];
	} rows[] = {
		{ CKK_AES, { 16, 24, 32 } }, { CKK_CAMELLIA, { 16, 24, 32 } },
		{ CKK_AES_XTS, { 32, 64 } }, { CKK_DES, { 8 } },
		{ CKK_DES2, { 16 } },        { CKK_DES3, { 24 } },
		{ CKK_CHACHA20, { 32 } },    { CKK_POLY1305, { 32 } },
	};
	CK_BYTE value[80];

	if (api_spares_softhsm (api, "SoftHSM does not look at lengths"))
		return;
	for (gsize i = 0; i < sizeof value; i++)
		value[i] = (CK_BYTE)(i * 3 + 1);
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
		for (CK_ULONG n = 0; n <= sizeof value; n++) {
			gboolean right = FALSE;
			CK_RV rv = create_with (api, CKO_SECRET_KEY, rows[i].kind, CKA_VALUE, value, n);

			for (gsize j = 0; j < G_N_ELEMENTS (rows[i].right); j++)
				right = right || (n > 0 && rows[i].right[j] == n);
			if (rv != (right ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID))
				g_error ("type 0x%lx of %lu bytes: %s", rows[i].kind, n, rv_name (rv));
		}
}

static void
generated_keys_have_the_lengths_of_their_type (Api *api, gconstpointer unused)
{
	static const struct {
		CK_MECHANISM_TYPE mech;
		CK_ULONG right[4];
	} rows[] = {
		{ CKM_AES_KEY_GEN, { 16, 24, 32 } }, { CKM_CAMELLIA_KEY_GEN, { 16, 24, 32 } },
		{ CKM_AES_XTS_KEY_GEN, { 32, 64 } }, { CKM_CHACHA20_KEY_GEN, { 32 } },
		{ CKM_POLY1305_KEY_GEN, { 32 } },
	};

	if (api_spares_softhsm (api, "SoftHSM has not all of these"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
		for (CK_ULONG n = 0; n <= 70; n++) {
			CK_ATTRIBUTE template[] = { A_ULONG (CKA_VALUE_LEN, n) };
			CK_OBJECT_HANDLE key;
			gboolean right = FALSE;
			CK_RV rv = api->f->C_GenerateKey (api->session, MECH (rows[i].mech), template, 1, &key);

			for (gsize j = 0; j < G_N_ELEMENTS (rows[i].right); j++)
				right = right || (n > 0 && rows[i].right[j] == n);
			if (rv != (right ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID))
				g_error ("mechanism 0x%lx, %lu bytes: %s", rows[i].mech, n, rv_name (rv));
		}
}

/* Section 5.18.4: a length that is said for a key that is unwrapped is that of the key. */
static void
the_length_of_unwrapped_keys_is_what_the_template_says (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE with, key;
	CK_BYTE wrapped[256];
	CK_ULONG n = sizeof wrapped;

	if (api_spares_softhsm (api, "SoftHSM refuses a length of AES keys"))
		return;
	with = api_key (api, KEY_AES, NOTHING);
	assert_ok (api->f->C_WrapKey (api->session, MECH (CKM_AES_KEY_WRAP_KWP), with, api_key (api, KEY_AES, NOTHING),
	                              wrapped, &n));
	for (CK_ULONG said = 16; said <= 32; said += 8) {
		CK_ATTRIBUTE template[] = {
			A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
			A_ULONG (CKA_KEY_TYPE, CKK_AES),
			A_ULONG (CKA_VALUE_LEN, said),
		};

		assert_rv (api->f->C_UnwrapKey (api->session, MECH (CKM_AES_KEY_WRAP_KWP), with, wrapped, n, template,
		                                3, &key),
		           said == 32 ? CKR_OK : CKR_WRAPPED_KEY_LEN_RANGE);
	}
}

/* The last byte of a number of the model, changed. */
static CK_RV
create_with_last (const Api *api, ApiKey key, CK_ATTRIBUTE_TYPE type, int add)
{
	CK_OBJECT_HANDLE source = api_key (api, key, NOTHING);
	g_autoptr (GBytes) value = get_attribute (api->module, api->session, source, type);
	gsize n;
	const CK_BYTE *data = g_bytes_get_data (value, &n);
	g_autofree CK_BYTE *changed = g_memdup2 (data, n);

	changed[n - 1] = (CK_BYTE)(changed[n - 1] + add);
	return create_with (api, api_key_class (key), api_key_type (key), type, changed, n);
}

static void
rsa_keys_have_odd_moduli_and_exponents (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM takes any numbers"))
		return;
	assert_rv (create_with_last (api, KEY_RSA_PUBLIC, CKA_MODULUS, 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with_last (api, KEY_RSA_PRIVATE, CKA_MODULUS, 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with_last (api, KEY_RSA_PRIVATE, CKA_MODULUS, 2), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with_last (api, KEY_RSA_PUBLIC, CKA_PUBLIC_EXPONENT, 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with_last (api, KEY_RSA_PRIVATE, CKA_PUBLIC_EXPONENT, 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with_last (api, KEY_RSA_PRIVATE, CKA_PRIME_1, 2), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with_last (api, KEY_RSA_PRIVATE, CKA_PRIVATE_EXPONENT, 2), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_RSA, CKA_PUBLIC_EXPONENT, "\1", 1),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_RSA, CKA_MODULUS, "\0\0", 2), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* Of the keys of apitest.c. */
static void
lengths_that_nobody_gave_are_counted (Api *api, gconstpointer unused)
{
	static const struct {
		CK_OBJECT_CLASS class;
		CK_KEY_TYPE kind;
		CK_ATTRIBUTE_TYPE type;
		CK_ULONG length;
	} rows[] = {
		{ CKO_PUBLIC_KEY, CKK_RSA, CKA_MODULUS_BITS, 2048 },
		{ CKO_PRIVATE_KEY, CKK_DH, CKA_VALUE_BITS, 255 },
		{ CKO_DOMAIN_PARAMETERS, CKK_DH, CKA_PRIME_BITS, 2048 },
		{ CKO_DOMAIN_PARAMETERS, CKK_DSA, CKA_PRIME_BITS, 2048 },
		{ CKO_DOMAIN_PARAMETERS, CKK_DSA, CKA_SUBPRIME_BITS, 256 },
		{ CKO_SECRET_KEY, CKK_GENERIC_SECRET, CKA_VALUE_LEN, 64 },
		{ CKO_SECRET_KEY, CKK_AES, CKA_VALUE_LEN, 32 },
		{ CKO_SECRET_KEY, CKK_CHACHA20, CKA_VALUE_LEN, 32 },
		{ CKO_SECRET_KEY, CKK_POLY1305, CKA_VALUE_LEN, 32 },
	};

	if (api_spares_softhsm (api, "SoftHSM counts not all of these"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		What what = { class_of (rows[i].class, rows[i].kind), CREATE };
		auto_end Case test = start (api, &what);

		g_assert_cmpuint (api_ulong (api, test.model, rows[i].type), ==, rows[i].length);
	}
}

static void
points_lie_on_their_curve (Api *api, gconstpointer unused)
{
	CK_BYTE infinity[] = { 0x04, 0x01, 0x00 }, none[] = { 0x04, 0x00 };

	if (api_spares_softhsm (api, "SoftHSM takes any point"))
		return;
	assert_rv (create_with_last (api, KEY_EC_PUBLIC, CKA_EC_POINT, 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_EC, CKA_EC_POINT, infinity, 3), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_EC, CKA_EC_POINT, none, 2), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_EC_EDWARDS, CKA_EC_POINT, none, 2),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY, CKA_EC_POINT, none, 2),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with_last (api, KEY_GOST_PUBLIC, CKA_VALUE, 1), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* RFC 8032 section 5.1.3: y is below p, (y^2 - 1) / (d y^2 + 1) is a square, and where that is 0 the sign is none. */
static void
points_of_edwards_curves_can_be_decoded (Api *api, gconstpointer unused)
{
	static const struct {
		const char *point;
		CK_RV rv;
	} rows[] = {
		{ "0420 0100000000000000000000000000000000000000000000000000000000000000", CKR_OK },
		{ "0420 0200000000000000000000000000000000000000000000000000000000000000",
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ "0420 0100000000000000000000000000000000000000000000000000000000000080",
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ "0420 eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ "0420 ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		  CKR_ATTRIBUTE_VALUE_INVALID },
		{ "0420 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", CKR_OK },
	};

	if (api_spares_softhsm (api, "SoftHSM takes any point"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autoptr (GBytes) point = from_hex (rows[i].point);

		assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_EC_EDWARDS, CKA_EC_POINT,
		                        g_bytes_get_data (point, NULL), g_bytes_get_size (point)),
		           rows[i].rv);
	}
}

static void
private_values_of_curves_are_in_range (Api *api, gconstpointer unused)
{
	/* FIPS 186-4 appendix D.1.2.3: the order of P-256 */
	g_autoptr (GBytes) order = from_hex ("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
	CK_BYTE value[33] = { 0 };

	if (api_spares_softhsm (api, "SoftHSM takes any number"))
		return;
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_EC, CKA_VALUE, value, 32), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_EC, CKA_VALUE, g_bytes_get_data (order, NULL), 32),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	memcpy (value, g_bytes_get_data (order, NULL), 32);
	value[31]--;
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_EC, CKA_VALUE, value, 32), CKR_OK);
	memset (value, 0xff, sizeof value);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_EC, CKA_VALUE, value, 33), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_EC_EDWARDS, CKA_VALUE, value, 31),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_EC_EDWARDS, CKA_VALUE, value, 33),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY, CKA_VALUE, value, 31),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

static CK_RV
agree (const Api *api, CK_OBJECT_HANDLE base, const void *other, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	EcdhParams params = { CKD_NULL, 0, NULL, n, (CK_BYTE *)(guintptr)other };
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
		A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
		A_ULONG (CKA_VALUE_LEN, 32),
	};

	return api->f->C_DeriveKey (api->session, MECH_PARAM (CKM_ECDH1_DERIVE, &params), base, template, 3, key);
}

/* RFC 7748 section 6.1: the check for the all-zero value.  The points are those of order 1, 2, 4 and 8 that Bernstein's
 * page on Curve25519 lists, and p, p + 1 that are the same as 0, 1. */
static void
agreements_on_nothing_are_refused (Api *api, gconstpointer unused)
{
	static const char *const small[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	CK_OBJECT_HANDLE base, key;

	if (api_spares_softhsm (api, "SoftHSM says it otherwise"))
		return;
	base = api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (small); i++) {
		g_autoptr (GBytes) point = from_hex (small[i]);

		assert_rv (agree (api, base, g_bytes_get_data (point, NULL), 32, &key), CKR_MECHANISM_PARAM_INVALID);
	}
	assert_ok (agree (api, base, x25519_other, 32, &key));
}

static void
agreements_with_points_off_the_curve_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base, public, key;
	g_autoptr (GBytes) point = NULL;
	CK_BYTE off[65];

	if (api_spares_softhsm (api, "SoftHSM says it otherwise"))
		return;
	base = api_key (api, KEY_EC_PRIVATE, NOTHING);
	public = api_key (api, KEY_EC_PUBLIC, NOTHING);
	point = get_attribute (api->module, api->session, public, CKA_EC_POINT);
	memcpy (off, (const CK_BYTE *)g_bytes_get_data (point, NULL) + 2, sizeof off);
	assert_ok (agree (api, base, off, sizeof off, &key));
	off[64] ^= 1;
	assert_rv (agree (api, base, off, sizeof off, &key), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (agree (api, base, off, 64, &key), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (agree (api, base, "\0", 1, &key), CKR_MECHANISM_PARAM_INVALID);
}

/* --- Diffie-Hellman values --- */

static CK_RV
agree_dh (const Api *api, CK_OBJECT_HANDLE base, const void *other, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	CK_MECHANISM mech = { CKM_DH_PKCS_DERIVE, (void *)(guintptr)other, n };
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
		A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
		A_ULONG (CKA_VALUE_LEN, 32),
	};

	return api->f->C_DeriveKey (api->session, &mech, base, template, 3, key);
}

/* SP 800-56A section 5.6.2.3.1: a public value is more than 1 and less than p - 1. */
static void
public_values_of_diffie_hellman_are_in_range (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE base, key;
	g_autoptr (GBytes) prime = NULL;
	g_autofree CK_BYTE *value = NULL;
	gsize n;

	if (api_spares_softhsm (api, "SoftHSM takes any number"))
		return;
	base = api_key (api, KEY_DH_PRIVATE, NOTHING);
	prime = get_attribute (api->module, api->session, base, CKA_PRIME);
	n = g_bytes_get_size (prime);
	value = g_malloc0 (n + 1);
	for (guint i = 0; i <= 1; i++) {
		value[n - 1] = (CK_BYTE)i;
		assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_DH, CKA_VALUE, value, n), CKR_ATTRIBUTE_VALUE_INVALID);
		assert_rv (agree_dh (api, base, value, n, &key), CKR_MECHANISM_PARAM_INVALID);
	}
	memcpy (value, g_bytes_get_data (prime, NULL), n);
	/* the prime ends in ff */
	for (guint i = 0; i <= 1; i++, value[n - 1]--) {
		assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_DH, CKA_VALUE, value, n), CKR_ATTRIBUTE_VALUE_INVALID);
		assert_rv (agree_dh (api, base, value, n, &key), CKR_MECHANISM_PARAM_INVALID);
	}
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_DH, CKA_VALUE, value, n), CKR_OK);
	memset (value, 0xff, n + 1);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_DH, CKA_VALUE, value, n + 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (agree_dh (api, base, value, n + 1, &key), CKR_MECHANISM_PARAM_INVALID);
	memset (value, 0, n + 1);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_DH, CKA_VALUE, value, n), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_DH, CKA_VALUE, g_bytes_get_data (prime, NULL), n),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

/* FIPS 186-4 section 4.1: 0 < x < q, and y like any other power of g. */
static void
values_of_dsa_are_in_range (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE source;
	g_autoptr (GBytes) p = NULL, q = NULL;
	CK_BYTE one = 1;

	if (api_spares_softhsm (api, "SoftHSM takes any number"))
		return;
	source = api_key (api, KEY_DSA_PUBLIC, NOTHING);
	p = get_attribute (api->module, api->session, source, CKA_PRIME);
	q = get_attribute (api->module, api->session, source, CKA_SUBPRIME);
	assert_rv (
		create_with (api, CKO_PUBLIC_KEY, CKK_DSA, CKA_VALUE, g_bytes_get_data (p, NULL), g_bytes_get_size (p)),
		CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_DSA, CKA_VALUE, "\0", 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PUBLIC_KEY, CKK_DSA, CKA_VALUE, &one, 1), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_DSA, CKA_VALUE, g_bytes_get_data (q, NULL),
	                        g_bytes_get_size (q)),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (create_with (api, CKO_PRIVATE_KEY, CKK_DSA, CKA_VALUE, "\0", 1), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* --- between attributes --- */

/* Section 4.9. */
static void
always_authenticate_is_for_private_objects (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;

	assert_rv (api_try_key (api, KEY_RSA_PRIVATE, T (YES (CKA_ALWAYS_AUTHENTICATE), NO (CKA_PRIVATE)), &key),
	           CKR_TEMPLATE_INCONSISTENT);
	assert_ok (api_try_key (api, KEY_RSA_PRIVATE, T (YES (CKA_ALWAYS_AUTHENTICATE)), &key));
}

/* Sections 4.6.3 and 4.6.4, footnotes 2 and 3. */
static void
certificates_have_a_value_or_a_place (Api *api, gconstpointer unused)
{
	static const CK_CERTIFICATE_TYPE types[] = { CKC_X_509, CKC_WTLS };

	if (api_spares_softhsm (api, "SoftHSM takes empty ones"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		CK_ATTRIBUTE template[] = {
			A_ULONG (CKA_CLASS, CKO_CERTIFICATE),
			A_ULONG (CKA_CERTIFICATE_TYPE, types[i]),
			A_BYTES (CKA_SUBJECT, 0x30, 0),
			A_DATA (CKA_VALUE, "", 0),
			A_STRING (CKA_URL, "https://example.org/certificate"),
		};
		CK_OBJECT_HANDLE object;

		assert_rv (api->f->C_CreateObject (api->session, template, 4, &object), CKR_TEMPLATE_INCONSISTENT);
		assert_ok (api->f->C_CreateObject (api->session, template, 5, &object));
	}
}

/* Section 4.9: a mismatch is told so in these three. */
static void
public_key_info_of_private_keys_must_be_theirs (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, other;

	if (api_spares_softhsm (api, "SoftHSM takes any"))
		return;
	assert_rv (api_try_key (api, KEY_EC_PRIVATE, T (A_BYTES (CKA_PUBLIC_KEY_INFO, 0x30, 0)), &key),
	           CKR_ATTRIBUTE_VALUE_INVALID);
	key = api_key (api, KEY_EC_PRIVATE, NOTHING);
	assert_rv (api_set (api, key, T (A_BYTES (CKA_PUBLIC_KEY_INFO, 0x30, 0))), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (api->f->C_CopyObject (api->session, key, (CK_ATTRIBUTE[]){ A_BYTES (CKA_PUBLIC_KEY_INFO, 0x30, 0) },
	                                 1, &other),
	           CKR_ATTRIBUTE_VALUE_INVALID);
}

/* --- all of them --- */

/* One token for all of them: to make one takes longer than most tests.  What sessions made goes with them. */
static Api shared;

static void
set_up (Api *api, gconstpointer what)
{
	if (shared.place == NULL)
		api_setup (&shared, NULL);
	else
		shared.session = open_session (shared.module, shared.slot, TRUE);
	*api = shared;
}

static void
tear_down (Api *api, gconstpointer what)
{
	assert_ok (api->f->C_CloseAllSessions (api->slot));
}

typedef void (*Test) (Api *api, gconstpointer what);

static void
add (const char *name, Test test, gboolean (*suits) (const SaidClass *class), unsigned ops)
{
	static GPtrArray *all;

	if (all == NULL)
		all = g_ptr_array_new ();
	for (gsize i = 0; i < n_said_classes; i++)
		for (Op op = CREATE; op < N_OPS; op++) {
			g_autofree char *path =
				g_strdup_printf ("/rules/%s/%s/%s", name, said_classes[i].name, op_names[op]);
			What *what;

			if (!(ops & (1u << op)) || !has_op (&said_classes[i], op) ||
			    (suits && !suits (&said_classes[i])))
				continue;
			what = g_new (What, 1);
			*what = (What){ &said_classes[i], op };
			g_ptr_array_add (all, what);
			g_test_add (path, Api, what, set_up, test, tear_down);
		}
}

#define OPS(op)                        (1u << (op))
#define MAKING                         (OPS (CREATE) | OPS (GENERATE) | OPS (UNWRAP) | OPS (DERIVE))
#define ALL                            (MAKING | OPS (COPY) | OPS (SET))
#define ADD_RULE(function, suits, ops) add (#function, function, suits, ops)
#define ADD_ONE(function)              g_test_add ("/rules/" #function, Api, NULL, set_up, function, tear_down)

static gboolean
is_secret (const SaidClass *class)
{
	return class->class == CKO_SECRET_KEY;
}

static gboolean
is_certificate (const SaidClass *class)
{
	return class->class == CKO_CERTIFICATE;
}

static gboolean
is_trusted_by_so (const SaidClass *class)
{
	return is_known (class, CKA_TRUSTED);
}

static gboolean
has_past (const SaidClass *class)
{
	return is_key (class) || class->class == CKO_DOMAIN_PARAMETERS;
}

static void
not_for_softhsm (void)
{
	g_test_skip ("the rules are the standard's, with reasons where they are SoftHSM's");
}

static void
add_tests (void)
{
	if (api_is_softhsm ()) {
		g_test_add_func ("/rules/softhsm", not_for_softhsm);
		return;
	}
	ADD_RULE (each_attribute_is_accepted_where_the_standard_says, NULL, ALL);
	ADD_RULE (what_must_be_given_is_asked_for, NULL, OPS (CREATE) | OPS (GENERATE) | OPS (UNWRAP));
	ADD_RULE (what_need_not_be_given_can_be_left_out, NULL, OPS (CREATE));
	ADD_RULE (values_of_the_wrong_size_are_refused, NULL, ALL);
	ADD_RULE (attributes_of_other_classes_are_refused, NULL, ALL);
	ADD_RULE (what_is_left_out_has_its_default, NULL, MAKING);
	ADD_RULE (what_an_object_is_made_of_can_be_read, NULL, MAKING | OPS (COPY));
	ADD_RULE (secrets_are_shown_of_open_keys_only, is_guarded, MAKING);
	ADD_RULE (what_sticks_stays_when_set_and_when_copied, NULL, OPS (SET));
	ADD_RULE (what_only_the_so_sets_he_sets, is_trusted_by_so, OPS (CREATE));
	ADD_RULE (a_trusted_certificate_is_changed_by_nobody, is_certificate, OPS (CREATE));
	ADD_RULE (objects_tell_where_they_come_from_and_so_do_their_copies, has_past, MAKING);
	ADD_RULE (each_object_has_a_unique_id_of_its_own, NULL, MAKING);
	ADD_RULE (a_copy_is_like_its_original_but_for_the_unique_id, NULL, OPS (COPY));
	ADD_RULE (check_values_are_those_of_the_type, is_secret, MAKING);
	ADD_RULE (check_values_are_those_of_the_type, is_certificate, MAKING);
	ADD_RULE (check_values_are_there_when_the_key_may_not_encrypt, is_secret, MAKING);
	ADD_RULE (check_values_that_are_given_must_be_right_or_empty, is_secret, MAKING);
	ADD_ONE (secret_keys_have_the_lengths_of_their_type);
	ADD_ONE (generated_keys_have_the_lengths_of_their_type);
	ADD_ONE (the_length_of_unwrapped_keys_is_what_the_template_says);
	ADD_ONE (rsa_keys_have_odd_moduli_and_exponents);
	ADD_ONE (lengths_that_nobody_gave_are_counted);
	ADD_ONE (points_lie_on_their_curve);
	ADD_ONE (points_of_edwards_curves_can_be_decoded);
	ADD_ONE (private_values_of_curves_are_in_range);
	ADD_ONE (agreements_on_nothing_are_refused);
	ADD_ONE (agreements_with_points_off_the_curve_are_refused);
	ADD_ONE (public_values_of_diffie_hellman_are_in_range);
	ADD_ONE (values_of_dsa_are_in_range);
	ADD_ONE (certificates_have_a_value_or_a_place);
	ADD_ONE (always_authenticate_is_for_private_objects);
	ADD_ONE (public_key_info_of_private_keys_must_be_theirs);
}

int
main (int argc, char *argv[])
{
	int failed = api_main (argc, argv, add_tests);

	if (shared.place != NULL)
		api_teardown (&shared, NULL);
	return failed;
}
