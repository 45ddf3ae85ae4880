/* Mechanisms that make, derive and move keys, one by one: PKCS #11 v3.2 section 5.18.
 *
 * As in test-operations.c, the table of rows.c says what each mechanism needs, and every behaviour is one
 * function, which is run for each row.  Whatever is refused leaves no object behind. */

#include "rows.h"

/* A row is for one of these; one that wraps is for two. */
typedef enum {
	GENERATE,
	PAIR,
	DERIVE,
	WRAP,
	UNWRAP,
} Kind;

static const struct {
	const char *name;
	CK_FLAGS flag;
	CK_ATTRIBUTE_TYPE usage;        /* of the key that it is done with; 0: there is none */
	CK_RV wrong_type, wrong_handle; /* for that key */
} kinds[] = {
	[GENERATE] = { "generate", CKF_GENERATE, 0, CKR_OK, CKR_OK },
	[PAIR] = { "pair", CKF_GENERATE_KEY_PAIR, 0, CKR_OK, CKR_OK },
	[DERIVE] = { "derive", CKF_DERIVE, CKA_DERIVE, CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_HANDLE_INVALID },
	[WRAP] = { "wrap", CKF_WRAP, CKA_WRAP, CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
	           CKR_WRAPPING_KEY_HANDLE_INVALID },
	[UNWRAP] = { "unwrap", CKF_UNWRAP, CKA_UNWRAP, CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
	             CKR_UNWRAPPING_KEY_HANDLE_INVALID },
};

/* What a test is about. */
typedef struct {
	const Row *row;
	Kind kind;
} Case;

#define MOST_ATTRIBUTES 24
#define UNTOUCHED       77

/* A template that a test may change, with room for the values. */
typedef struct {
	CK_ATTRIBUTE list[MOST_ATTRIBUTES];
	CK_ULONG numbers[MOST_ATTRIBUTES];
	CK_ULONG n;
	GPtrArray *kept;
} Template;

/* One call, ready to be made; a test makes something of it wrong before. */
typedef struct {
	Api api;
	const Row *row;
	Kind kind;
	CK_BYTE param[256];
	CK_MECHANISM mech;
	CK_OBJECT_HANDLE key; /* that wraps, unwraps or is derived from */
	CK_OBJECT_HANDLE subject;
	Template template, private;
	CK_BYTE blob[1024];
	CK_ULONG n_blob;
	CK_OBJECT_HANDLE made[2];
} Run;

/* --- templates --- */

/* Takes the place of what is there of this type. */
static void
template_set (Template *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG n)
{
	CK_ULONG at = 0;

	while (at < template->n && template->list[at].type != type)
		at++;
	g_assert_cmpuint (at, <, MOST_ATTRIBUTES);
	template->n = MAX (template->n, at + 1);
	template->list[at] = (CK_ATTRIBUTE){ type, (void *)(guintptr)value, n };
}

static void
template_set_ulong (Template *template, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
	template_set (template, type, NULL, sizeof value);
	for (CK_ULONG i = 0; i < template->n; i++)
		if (template->list[i].type == type) {
			template->numbers[i] = value;
			template->list[i].pValue = &template->numbers[i];
		}
}

static void
template_set_bool (Template *template, CK_ATTRIBUTE_TYPE type, gboolean value)
{
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

	template_set (template, type, value ? &yes : &no, sizeof yes);
}

static void
template_remove (Template *template, CK_ATTRIBUTE_TYPE type)
{
	Template old = *template;

	template->n = 0;
	for (CK_ULONG i = 0; i < old.n; i++)
		if (old.list[i].type != type) {
			CK_ULONG at = template->n++;

			template->list[at] = old.list[i];
			template->numbers[at] = old.numbers[i];
			if (old.list[i].pValue == &template->numbers[i])
				template->list[at].pValue = &template->numbers[at];
		}
}

static void
template_clear (Template *template)
{
	g_clear_pointer (&template->kept, g_ptr_array_unref);
}

/* What both halves of a pair have, and all pairs in one domain. */
static const CK_ATTRIBUTE_TYPE domain_types[] = {
	CKA_EC_PARAMS, CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_GOSTR3410_PARAMS, CKA_GOSTR3411_PARAMS,
};

/* From the key of the row, as far as it has such. */
static void
take_domain (Run *run)
{
	CK_OBJECT_HANDLE key = api_key (&run->api, run->row->make, NOTHING);

	run->template.kept = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
	for (gsize i = 0; i < G_N_ELEMENTS (domain_types); i++) {
		GBytes *value = get_attribute (run->api.module, run->api.session, key, domain_types[i]);
		gconstpointer data;
		gsize n;

		if (value == NULL)
			continue;
		g_ptr_array_add (run->template.kept, value);
		data = g_bytes_get_data (value, &n);
		template_set (&run->template, domain_types[i], data, n);
	}
	assert_ok (run->api.f->C_DestroyObject (run->api.session, key));
}

/* Class and type of each half. */
static void
make_pair_templates (Run *run)
{
	CK_KEY_TYPE key_type = api_key_type (run->row->make);

	take_domain (run);
	template_set_ulong (&run->template, CKA_CLASS, CKO_PUBLIC_KEY);
	template_set_ulong (&run->template, CKA_KEY_TYPE, key_type);
	template_set_ulong (&run->private, CKA_CLASS, CKO_PRIVATE_KEY);
	template_set_ulong (&run->private, CKA_KEY_TYPE, key_type);
	template_set_bool (&run->private, CKA_DERIVE, TRUE);
}

/* Of what is made, but for unwrapping. */
static CK_KEY_TYPE
key_type_of (const Row *row)
{
	return row->use == FOR_PAIR ? api_key_type (row->make) : row->key_type;
}

static gboolean
makes_a_key (const Row *row, Kind kind)
{
	return kind == UNWRAP || (row->class == CKO_SECRET_KEY && !row->gives_bytes);
}

static void
make_key_template (Run *run)
{
	const Row *row = run->row;
	Template *template = &run->template;

	template_set_ulong (template, CKA_CLASS,
	                    run->kind == UNWRAP ? api_key_class (row->subject) : row->class);
	if (run->kind == UNWRAP)
		template_set_ulong (template, CKA_KEY_TYPE, api_key_type (row->subject));
	else if (row->class != CKO_DATA)
		template_set_ulong (template, CKA_KEY_TYPE, row->key_type);
	if (row->has_length)
		template_set_ulong (template, CKA_VALUE_LEN, row->n_value);
	if (makes_a_key (row, run->kind)) {
		template_set_bool (template, CKA_SENSITIVE, FALSE);
		template_set_bool (template, CKA_EXTRACTABLE, TRUE);
	}
}

static void
make_template (Run *run)
{
	const Row *row = run->row;

	if (run->kind == WRAP || row->gives_bytes)
		return;
	if (run->kind == PAIR)
		make_pair_templates (run);
	else
		make_key_template (run);
	for (CK_ULONG i = 0; i < row->n_template; i++)
		template_set (&run->template, row->template[i].type, row->template[i].pValue,
		              row->template[i].ulValueLen);
}

/* --- one call --- */

static CK_RV
attempt (Run *run)
{
	CK_FUNCTION_LIST *f = run->api.f;
	CK_SESSION_HANDLE session = run->api.session;
	Template *template = &run->template;

	switch (run->kind) {
	case GENERATE:
		return f->C_GenerateKey (session, &run->mech, template->list, template->n, &run->made[0]);
	case PAIR:
		return f->C_GenerateKeyPair (session, &run->mech, template->list, template->n,
		                             run->private.list, run->private.n, &run->made[0], &run->made[1]);
	case DERIVE:
		return f->C_DeriveKey (session, &run->mech, run->key, template->list, template->n,
		                       &run->made[0]);
	case UNWRAP:
		return f->C_UnwrapKey (session, &run->mech, run->key, run->blob, run->n_blob, template->list,
		                       template->n, &run->made[0]);
	default:
		run->n_blob = sizeof run->blob;
		return f->C_WrapKey (session, &run->mech, run->key, run->subject, run->blob, &run->n_blob);
	}
}

static guint
n_made_by (const Run *run)
{
	if (run->kind == WRAP || run->row->gives_bytes)
		return 0;
	return run->row->n_made > 0 ? run->row->n_made : run->kind == PAIR ? 2 : 1;
}

/* SoftHSM's codes are its own.  Where there are several templates, a handle may tell which of them is wrong.
 */
static void
refused_at (const char *where, Run *run, CK_RV rv, CK_RV wanted, guint n_before)
{
	g_autofree char *wanted_name = g_strdup (rv_name (wanted));

	if (run->api.softhsm ? rv == CKR_OK : rv != wanted)
		g_error ("%s: that is %s, not %s", where, rv_name (rv), wanted_name);
	g_assert_cmpuint (api_count (&run->api, NOTHING), ==, n_before);
	if (!run->api.softhsm && run->row->n_made == 0) {
		g_assert_cmpuint (run->made[0], ==, UNTOUCHED);
		g_assert_cmpuint (run->made[1], ==, UNTOUCHED);
	}
}

/* The call fails and makes nothing. */
#define assert_refused(run, wanted) attempt_refused (G_STRLOC, run, wanted)

static void
attempt_refused (const char *where, Run *run, CK_RV wanted)
{
	guint n_before = api_count (&run->api, NOTHING);

	run->made[0] = run->made[1] = UNTOUCHED;
	refused_at (where, run, attempt (run), wanted, n_before);
}

static void
assert_works (Run *run)
{
	guint n_before = api_count (&run->api, NOTHING);

	assert_ok (attempt (run));
	g_assert_cmpuint (api_count (&run->api, NOTHING), ==, n_before + n_made_by (run));
}

/* --- before and after --- */

static void
set_mechanism (Run *run)
{
	run->mech = row_mechanism (run->row);
	if (run->row->n_param > 0) {
		g_assert_cmpuint (run->row->n_param, <, sizeof run->param);
		memcpy (run->param, run->row->param, run->row->n_param);
		run->mech.pParameter = run->param;
	}
}

static void
set_second (Run *run, CK_OBJECT_HANDLE second)
{
	memcpy (run->param + run->row->second_at, &second, sizeof second);
}

static ApiKey
key_of (const Run *run)
{
	return run->kind == UNWRAP ? run->row->undo : run->row->make;
}

static void
make_keys (Run *run)
{
	if (kinds[run->kind].usage != 0)
		run->key = api_key (&run->api, key_of (run), NOTHING);
	if (run->kind == WRAP)
		run->subject = api_key (&run->api, run->row->subject, NOTHING);
	if (run->row->has_second)
		set_second (run, api_key (&run->api, run->row->second, NOTHING));
}

/* A run without its keys. */
static void
prepare (Run *run, const Row *row, Kind kind)
{
	*run = (Run){ .api = shared, .row = row, .kind = kind, .made = { UNTOUCHED, UNTOUCHED } };
	set_mechanism (run);
}

/* What is unwrapped, by the other half of the row. */
static void
make_blob (Run *run)
{
	g_autofree Run *wrap = g_new (Run, 1);

	prepare (wrap, run->row, WRAP);
	wrap->api = run->api;
	make_keys (wrap);
	assert_ok (attempt (wrap));
	run->n_blob = wrap->n_blob;
	memcpy (run->blob, wrap->blob, wrap->n_blob);
	assert_ok (run->api.f->C_DestroyObject (run->api.session, wrap->subject));
	assert_ok (run->api.f->C_DestroyObject (run->api.session, wrap->key));
}

static gboolean
begin (Run *run, gconstpointer data)
{
	const Case *test = data;

	prepare (run, test->row, test->kind);
	if (!rows_have (run->row, kinds[run->kind].flag | (run->kind == UNWRAP ? CKF_WRAP : 0)))
		return FALSE;
	run->api.session = api_open (&shared, CKF_RW_SESSION);
	if (run->kind == UNWRAP)
		make_blob (run);
	make_keys (run);
	make_template (run);
	return TRUE;
}

/* With its session go its objects. */
static void
end (Run *run)
{
	template_clear (&run->template);
	assert_ok (run->api.f->C_CloseSession (run->api.session));
}

/* --- that it works --- */

static void
assert_origin (const Run *run, CK_OBJECT_HANDLE key, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type)
{
	gboolean generated = run->kind == GENERATE || run->kind == PAIR;

	g_assert_cmpuint (api_ulong (&run->api, key, CKA_CLASS), ==, class);
	if (class == CKO_DATA || class == CKO_DOMAIN_PARAMETERS)
		return;
	g_assert_cmpuint (api_ulong (&run->api, key, CKA_KEY_TYPE), ==, key_type);
	g_assert_cmpuint (api_bool (&run->api, key, CKA_LOCAL), ==, generated);
	g_assert_cmpuint (api_ulong (&run->api, key, CKA_KEY_GEN_MECHANISM), ==,
	                  generated ? run->row->type : CK_UNAVAILABLE_INFORMATION);
}

static GBytes *
value_of (const Run *run, CK_OBJECT_HANDLE key)
{
	return get_attribute (run->api.module, run->api.session, key, CKA_VALUE);
}

/* Of the secret that has come, the length. */
static gsize
n_value_of (const Run *run)
{
	g_autoptr (GBytes) value = value_of (run, run->made[0]);

	g_assert_nonnull (value);
	return g_bytes_get_size (value);
}

static void
generation_works (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	assert_works (&run);
	assert_origin (&run, run.made[0], run.row->class, run.row->key_type);
	if (run.row->n_value > 0)
		g_assert_cmpuint (n_value_of (&run), ==, run.row->n_value);
	end (&run);
}

static void
assert_same_domain (const Run *run)
{
	for (gsize i = 0; i < G_N_ELEMENTS (domain_types); i++) {
		g_autoptr (GBytes) value =
			get_attribute (run->api.module, run->api.session, run->made[0], domain_types[i]);

		if (value != NULL)
			api_assert_bytes (&run->api, run->made[1], domain_types[i],
			                  g_bytes_get_data (value, NULL), g_bytes_get_size (value));
	}
}

/* A row that does it with private keys of the pair's type. */
static const Row *
row_for_pair (const Run *run, Use use)
{
	for (gsize i = 0; i < n_rows; i++)
		if (rows[i].use == use && api_key_class (rows[i].make) == CKO_PRIVATE_KEY &&
		    api_key_type (rows[i].make) == api_key_type (run->row->make))
			return &rows[i];
	return NULL;
}

static void
assert_signs (const Run *run, const Row *row)
{
	CK_MECHANISM mech = row_mechanism (row);
	CK_BYTE data[256] = { 0, 1, 2, 3 }, signature[1024];
	CK_ULONG n = sizeof signature;

	assert_ok (run->api.f->C_SignInit (run->api.session, &mech, run->made[1]));
	assert_ok (run->api.f->C_Sign (run->api.session, data, row->n_data, signature, &n));
	assert_ok (run->api.f->C_VerifyInit (run->api.session, &mech, run->made[0]));
	assert_ok (run->api.f->C_Verify (run->api.session, data, row->n_data, signature, n));
}

/* With the base, which is what the table has as the other side: on the public value. */
static void
assert_agrees (const Run *run, const Row *row)
{
	CK_MECHANISM mech = row_mechanism (row);
	g_autoptr (GBytes) point = NULL, agreed = NULL;
	const CK_BYTE *octets, *secret;
	CK_OBJECT_HANDLE key;
	gsize n, n_zeros;
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
		A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
		A_ULONG (CKA_VALUE_LEN, row->n_natural),
		NO (CKA_SENSITIVE),
		YES (CKA_EXTRACTABLE),
	};

	assert_ok (run->api.f->C_DeriveKey (run->api.session, &mech, run->made[1], template,
	                                    G_N_ELEMENTS (template), &key));
	agreed = value_of (run, key);
	point = value_of (run, run->made[0]);
	if (point == NULL)
		point = get_attribute (run->api.module, run->api.session, run->made[0], CKA_EC_POINT);
	/* It may be wrapped in DER, and a number lacks the zeros in front that the secret has. */
	octets = g_bytes_get_data (point, &n);
	secret = g_bytes_get_data (agreed, NULL);
	n_zeros = row->n_natural > n ? row->n_natural - n : 0;
	for (gsize i = 0; i < n_zeros; i++)
		g_assert_cmpuint (secret[i], ==, 0);
	g_assert_cmpuint (g_bytes_get_size (agreed), ==, row->n_natural);
	g_assert_cmpmem (octets + n - (row->n_natural - n_zeros), row->n_natural - n_zeros, secret + n_zeros,
	                 row->n_natural - n_zeros);
}

/* Both halves are in one domain and belong together. */
static void
pair_works (gconstpointer test)
{
	const Row *row;
	Run run;

	if (!begin (&run, test))
		return;
	assert_works (&run);
	assert_origin (&run, run.made[0], CKO_PUBLIC_KEY, key_type_of (run.row));
	assert_origin (&run, run.made[1], CKO_PRIVATE_KEY, key_type_of (run.row));
	assert_same_domain (&run);
	row = row_for_pair (&run, FOR_SIGN);
	if (row != NULL)
		assert_signs (&run, row);
	else
		assert_agrees (&run, row_for_pair (&run, FOR_DERIVE));
	end (&run);
}

/* Twice the same. */
static void
derivation_works (gconstpointer test)
{
	g_autoptr (GBytes) first = NULL, second = NULL;
	Run run;

	if (!begin (&run, test))
		return;
	assert_works (&run);
	if (run.row->n_made == 0 && !run.row->gives_bytes) {
		assert_origin (&run, run.made[0], run.row->class, run.row->key_type);
		first = value_of (&run, run.made[0]);
		g_assert_cmpuint (g_bytes_get_size (first), ==, run.row->n_value);
		assert_works (&run);
		second = value_of (&run, run.made[0]);
		g_assert_true (g_bytes_equal (first, second));
	}
	end (&run);
}

static void
wrapping_works (gconstpointer test)
{
	CK_BYTE first[sizeof ((Run *)NULL)->blob];
	Run run;

	if (!begin (&run, test))
		return;
	assert_works (&run);
	g_assert_cmpuint (run.n_blob, ==, run.row->n_out);
	memcpy (first, run.blob, run.n_blob);
	assert_works (&run);
	g_assert_cmpint (memcmp (first, run.blob, run.n_blob) != 0, ==, run.row->random);
	end (&run);
}

static void
unwrapping_works (gconstpointer test)
{
	g_autoptr (GBytes) unwrapped = NULL, wrapped = NULL;
	Run run;

	if (!begin (&run, test))
		return;
	assert_works (&run);
	assert_origin (&run, run.made[0], api_key_class (run.row->subject), api_key_type (run.row->subject));
	unwrapped = value_of (&run, run.made[0]);
	wrapped = value_of (&run, api_key (&run.api, run.row->subject, NOTHING));
	g_assert_true (g_bytes_equal (unwrapped, wrapped));
	end (&run);
}

/* --- its parameter --- */

static void
refuse_parameter (Run *run, const void *param, CK_ULONG n)
{
	run->mech.pParameter = (void *)(guintptr)param;
	run->mech.ulParameterLen = n;
	assert_refused (run, CKR_MECHANISM_PARAM_INVALID);
}

/* Too short, too long, missing; one where none belongs; and with nothing in it. */
static void
parameter_that_is_wrong_is_refused (gconstpointer test)
{
	CK_BYTE room[2048] = { 0 };
	Run run;

	if (!begin (&run, test))
		return;
	/* SoftHSM ignores parameters that do not belong. */
	if (!run.api.softhsm) {
		refuse_parameter (&run, NULL, 16);
		refuse_parameter (&run, room, sizeof room);
		if (!run.row->loose)
			refuse_parameter (&run, run.param, 3);
	}
	if (run.row->n_param > 0 && !run.row->optional)
		refuse_parameter (&run, NULL, 0);
	if (run.row->n_param > 0 && !run.row->loose) {
		refuse_parameter (&run, run.param, run.row->n_param - 1);
		refuse_parameter (&run, run.param, run.row->n_param + 1);
	}
	if (run.row->strict)
		refuse_parameter (&run, room, run.row->n_param);
	end (&run);
}

/* The key that the parameter names. */
static void
second_key_that_is_wrong_is_refused (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	set_second (&run, 0);
	assert_refused (&run, CKR_KEY_HANDLE_INVALID);
	set_second (&run, ~0UL);
	assert_refused (&run, CKR_KEY_HANDLE_INVALID);
	set_second (&run, api_key (&run.api, KEY_EC_PRIVATE, NOTHING));
	assert_refused (&run, CKR_KEY_TYPE_INCONSISTENT);
	end (&run);
}

/* --- the key it is done with --- */

static void
key_of_wrong_type_is_refused (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	if (!run.row->any_secret) {
		run.key = api_key (&run.api, key_of_another_type (key_of (&run)), NOTHING);
		assert_refused (&run, kinds[run.kind].wrong_type);
	}
	end (&run);
}

/* The standard does not say which of its complaints comes first: what is no such key may not do it either. */
static void
assert_key_refused (Run *run)
{
	guint n_before = api_count (&run->api, NOTHING);
	CK_RV rv = attempt (run), wanted = kinds[run->kind].wrong_type;

	if (rv == CKR_KEY_FUNCTION_NOT_PERMITTED || rv == kinds[run->kind].wrong_handle)
		wanted = rv;
	refused_at (G_STRLOC, run, rv, wanted, n_before);
}

static void
key_of_wrong_class_is_refused (gconstpointer test)
{
	ApiKey other;
	Run run;

	if (!begin (&run, test))
		return;
	other = key_of_another_class (key_of (&run));
	/* Public keys may have the attribute that lets keys be derived from them. */
	if (run.kind == DERIVE)
		run.key = api_key (&run.api, other, T (YES (CKA_DERIVE)));
	else
		run.key = api_key (&run.api, other, NOTHING);
	assert_key_refused (&run);
	run.key = api_key (&run.api, DATA_OBJECT, NOTHING);
	assert_key_refused (&run);
	run.key = api_key (&run.api, CERTIFICATE, NOTHING);
	assert_key_refused (&run);
	end (&run);
}

static void
key_without_usage_is_refused (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	run.key = api_key (&run.api, key_of (&run), T (NO (kinds[run.kind].usage)));
	assert_refused (&run, CKR_KEY_FUNCTION_NOT_PERMITTED);
	end (&run);
}

static void
key_that_does_not_allow_the_mechanism_is_refused (gconstpointer test)
{
	CK_MECHANISM_TYPE other = CKM_KIP_MAC;
	Run run;

	if (!begin (&run, test))
		return;
	run.key =
		api_key (&run.api, key_of (&run), T (A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other)));
	assert_refused (&run, CKR_MECHANISM_INVALID);
	end (&run);
}

static void
key_that_allows_the_mechanism_works (gconstpointer test)
{
	CK_MECHANISM_TYPE types[2] = { CKM_KIP_MAC };
	Run run;

	if (!begin (&run, test))
		return;
	types[1] = run.row->type;
	run.key = api_key (&run.api, key_of (&run), T (A_DATA (CKA_ALLOWED_MECHANISMS, types, sizeof types)));
	assert_works (&run);
	end (&run);
}

static void
key_handles_that_are_wrong_are_refused (gconstpointer test)
{
	CK_OBJECT_HANDLE gone;
	Run run;

	if (!begin (&run, test))
		return;
	gone = run.key;
	assert_ok (run.api.f->C_DestroyObject (run.api.session, gone));
	assert_refused (&run, kinds[run.kind].wrong_handle);
	run.key = 0;
	assert_refused (&run, kinds[run.kind].wrong_handle);
	run.key = ~0UL;
	assert_refused (&run, kinds[run.kind].wrong_handle);
	end (&run);
}

/* --- what is made --- */

static void
class_that_is_wrong_is_refused (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	template_set_ulong (&run.template, CKA_CLASS, CKO_CERTIFICATE);
	assert_refused (&run, run.kind == UNWRAP ? CKR_ATTRIBUTE_VALUE_INVALID : CKR_TEMPLATE_INCONSISTENT);
	if (run.kind == PAIR) {
		template_set_ulong (&run.template, CKA_CLASS, CKO_PUBLIC_KEY);
		template_set_ulong (&run.private, CKA_CLASS, CKO_PUBLIC_KEY);
		assert_refused (&run, CKR_TEMPLATE_INCONSISTENT);
	}
	end (&run);
}

/* A type that no secret key has, and another one than the pair's. */
static void
type_that_is_wrong_is_refused (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	template_set_ulong (&run.template, CKA_KEY_TYPE,
	                    key_type_of (run.row) == CKK_RSA ? CKK_DSA : CKK_RSA);
	assert_refused (&run, CKR_TEMPLATE_INCONSISTENT);
	end (&run);
}

static void
type_that_is_missing_is_the_mechanism_s (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	/* Section 6.44: as with the digests, which need no type. */
	if (run.kind == DERIVE && api_spares_softhsm (&run.api, "SoftHSM wants the type of a derived key")) {
		end (&run);
		return;
	}
	template_remove (&run.template, CKA_KEY_TYPE);
	template_remove (&run.private, CKA_KEY_TYPE);
	if (run.row->any_type) {
		assert_refused (&run, CKR_TEMPLATE_INCOMPLETE);
	} else {
		assert_works (&run);
		g_assert_cmpuint (api_ulong (&run.api, run.made[0], CKA_KEY_TYPE), ==, key_type_of (run.row));
	}
	end (&run);
}

static void
length_that_is_impossible_is_refused (gconstpointer test)
{
	CK_RV rv, wanted;
	guint n_before;
	Run run;

	if (!begin (&run, test))
		return;
	n_before = api_count (&run.api, NOTHING);
	template_set_ulong (&run.template, CKA_VALUE_LEN, ~0UL);
	rv = attempt (&run);
	/* The template asks for too much, for what the mechanism never gives, or the data is too short for
	 * it. */
	wanted = rv == CKR_DATA_LEN_RANGE || rv == CKR_TEMPLATE_INCONSISTENT ? rv
	                                                                     : CKR_ATTRIBUTE_VALUE_INVALID;
	refused_at (G_STRLOC, &run, rv, wanted, n_before);
	end (&run);
}

static void
length_that_is_missing_is_refused_or_natural (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	template_remove (&run.template, CKA_VALUE_LEN);
	/* SoftHSM wants most of them said. */
	if (run.row->n_natural == 0 || (run.api.softhsm && attempt (&run) != CKR_OK)) {
		assert_refused (&run, CKR_TEMPLATE_INCOMPLETE);
	} else {
		assert_works (&run);
		g_assert_cmpuint (n_value_of (&run), ==, run.row->n_natural);
	}
	end (&run);
}

static void
length_that_follows_from_the_type_may_be_missing (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	template_remove (&run.template, CKA_VALUE_LEN);
	template_set_ulong (&run.template, CKA_KEY_TYPE, CKK_DES2);
	assert_works (&run);
	g_assert_cmpuint (n_value_of (&run), ==, 16);
	end (&run);
}

/* Sections 6.43, 6.44 and of the digests: such keys have their parity. */
static void
des_keys_have_odd_parity (gconstpointer test)
{
	g_autoptr (GBytes) value = NULL;
	const CK_BYTE *octets;
	Run run;

	if (!begin (&run, test))
		return;
	template_set_ulong (&run.template, CKA_KEY_TYPE, CKK_DES2);
	template_remove (&run.template, CKA_VALUE_LEN);
	assert_works (&run);
	value = value_of (&run, run.made[0]);
	octets = g_bytes_get_data (value, NULL);
	for (gsize i = 0; i < g_bytes_get_size (value); i++)
		g_assert_true (__builtin_parity (octets[i]));
	end (&run);
}

/* Of a pair, either half. */
static void
what_the_token_sets_is_refused (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	template_set_bool (run.kind == PAIR ? &run.private : &run.template, CKA_LOCAL, TRUE);
	/* SoftHSM refuses it, too, and leaves what it has made. */
	if (!run.api.softhsm)
		assert_refused (&run, CKR_ATTRIBUTE_READ_ONLY);
	else
		assert_rv (attempt (&run), CKR_ATTRIBUTE_READ_ONLY);
	end (&run);
}

static void
objects_on_the_token_need_a_read_write_session (gconstpointer test)
{
	Run run;
	CK_SESSION_HANDLE session;

	if (!begin (&run, test))
		return;
	session = run.api.session;
	run.api.session = api_open (&shared, 0);
	template_set_bool (run.kind == PAIR ? &run.private : &run.template, CKA_TOKEN, TRUE);
	assert_refused (&run, CKR_SESSION_READ_ONLY);
	assert_ok (run.api.f->C_CloseSession (run.api.session));
	run.api.session = session;
	end (&run);
}

/* What would have to be made comes nowhere. */
static void
place_for_the_handle_is_needed (gconstpointer test)
{
	CK_OBJECT_HANDLE other;
	CK_FUNCTION_LIST *f;
	guint n_before;
	CK_RV rv;
	Run run;

	if (!begin (&run, test))
		return;
	f = run.api.f;
	n_before = api_count (&run.api, NOTHING);
	if (run.kind == GENERATE)
		rv = f->C_GenerateKey (run.api.session, &run.mech, run.template.list, run.template.n, NULL);
	else if (run.kind == DERIVE)
		rv = f->C_DeriveKey (run.api.session, &run.mech, run.key, run.template.list, run.template.n,
		                     NULL);
	else if (run.kind == UNWRAP)
		rv = f->C_UnwrapKey (run.api.session, &run.mech, run.key, run.blob, run.n_blob,
		                     run.template.list, run.template.n, NULL);
	else
		rv = f->C_GenerateKeyPair (run.api.session, &run.mech, run.template.list, run.template.n,
		                           run.private.list, run.private.n, &other, NULL);
	refused_at (G_STRLOC, &run, rv, CKR_ARGUMENTS_BAD, n_before);
	end (&run);
}

/* --- wrapping --- */

static void
wrap_length_question_changes_nothing (gconstpointer test)
{
	CK_ULONG n = 0;
	Run run;

	if (!begin (&run, test))
		return;
	for (int i = 0; i < 2; i++) {
		assert_ok (run.api.f->C_WrapKey (run.api.session, &run.mech, run.key, run.subject, NULL, &n));
		g_assert_cmpuint (n, ==, run.row->n_out);
		n = 0;
	}
	assert_works (&run);
	g_assert_cmpuint (run.n_blob, ==, run.row->n_out);
	end (&run);
}

static void
wrap_short_buffer_stays_as_it_was (gconstpointer test)
{
	CK_BYTE blob[1024] = { 0 }, zeros[1024] = { 0 };
	CK_ULONG n;
	Run run;

	if (!begin (&run, test))
		return;
	for (CK_ULONG room = 0; room < run.row->n_out; room += 1 + room / 2) {
		n = room;
		assert_rv (run.api.f->C_WrapKey (run.api.session, &run.mech, run.key, run.subject, blob, &n),
		           CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, run.row->n_out);
		g_assert_cmpmem (blob, sizeof blob, zeros, sizeof zeros);
	}
	assert_ok (run.api.f->C_WrapKey (run.api.session, &run.mech, run.key, run.subject, blob, &n));
	g_assert_cmpuint (n, ==, run.row->n_out);
	end (&run);
}

static void
wrap_refuses_what_may_not_leave (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	run.subject = api_key (&run.api, run.row->subject, T (NO (CKA_EXTRACTABLE)));
	assert_refused (&run, CKR_KEY_UNEXTRACTABLE);
	run.subject = api_key (&run.api, run.row->subject, T (YES (CKA_WRAP_WITH_TRUSTED)));
	assert_refused (&run, CKR_KEY_NOT_WRAPPABLE);
	end (&run);
}

static void
wrap_refuses_what_is_no_secret (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	run.subject = api_key (&run.api, KEY_RSA_PUBLIC, NOTHING);
	assert_refused (&run, CKR_KEY_NOT_WRAPPABLE);
	run.subject = api_key (&run.api, DATA_OBJECT, NOTHING);
	assert_refused (&run, CKR_KEY_NOT_WRAPPABLE);
	run.subject = 0;
	assert_refused (&run, CKR_KEY_HANDLE_INVALID);
	end (&run);
}

/* --- unwrapping --- */

/* Which of several things is wrong is nobody's business; what the mechanism cannot notice may make another
 * key. */
static void
unwrap_of_damaged_blobs_gives_one_answer (gconstpointer test)
{
	Run run;

	if (!begin (&run, test))
		return;
	for (CK_ULONG at = 0; at < run.n_blob; at += 1 + run.n_blob / 40) {
		run.blob[at] ^= 0x24;
		if (run.row->notices) {
			assert_refused (&run, CKR_WRAPPED_KEY_INVALID);
		} else {
			guint n_before = api_count (&run.api, NOTHING);
			CK_RV rv = attempt (&run);

			if (rv == CKR_OK)
				assert_ok (run.api.f->C_DestroyObject (run.api.session, run.made[0]));
			run.made[0] = UNTOUCHED;
			if (rv != CKR_OK)
				refused_at (G_STRLOC, &run, rv, CKR_WRAPPED_KEY_INVALID, n_before);
			g_assert_cmpuint (api_count (&run.api, NOTHING), ==, n_before);
		}
		run.blob[at] ^= 0x24;
	}
	assert_works (&run);
	end (&run);
}

static void
unwrap_of_truncated_blobs_is_refused (gconstpointer test)
{
	CK_ULONG whole, step;
	Run run;

	if (!begin (&run, test))
		return;
	whole = run.n_blob;
	step = 1 + whole / 64;
	for (run.n_blob = 0; run.n_blob < whole; run.n_blob += step) {
		guint n_before = api_count (&run.api, NOTHING);
		CK_RV rv, wanted;

		if (!run.row->notices && run.n_blob > 0 && run.n_blob % run.row->n_block == 0)
			continue;
		rv = attempt (&run);
		wanted = rv == CKR_WRAPPED_KEY_INVALID ? rv : CKR_WRAPPED_KEY_LEN_RANGE;
		refused_at (G_STRLOC, &run, rv, wanted, n_before);
	}
	run.n_blob = whole;
	assert_works (&run);
	end (&run);
}

/* --- across the table --- */

typedef void (*ForCase) (const Row *row, Kind kind);

static void
for_each_case (ForCase visit)
{
	for (gsize i = 0; i < n_rows; i++)
		for (Kind kind = GENERATE; kind <= UNWRAP; kind++)
			if (row_flags (&rows[i]) & kinds[kind].flag)
				visit (&rows[i], kind);
}

/* The parameter, the template and the keys are right, but for the blob. */
static void
assert_disabled (const Row *row, Kind kind)
{
	CK_MECHANISM_INFO info;
	Run run;

	prepare (&run, row, kind);
	run.api.session = api_open (&shared, CKF_RW_SESSION);
	g_assert_false (rows_is_advertised (row->type));
	assert_rv (shared.f->C_GetMechanismInfo (shared.slot, row->type, &info), CKR_MECHANISM_INVALID);
	make_keys (&run);
	make_template (&run);
	run.n_blob = row->n_out;
	assert_refused (&run, CKR_MECHANISM_INVALID);
	end (&run);
}

static void
mechanisms_that_are_disabled_are_refused (void)
{
	if (shared.softhsm) {
		g_test_skip ("SoftHSM does not ask its list everywhere");
		return;
	}
	rows_configure ("CKM_MD5");
	for_each_case (assert_disabled);
	rows_configure ("ALL");
}

#define ADD_CASE(behaviour)                                                                                  \
	do {                                                                                                 \
		g_autofree char *path = row_path ("key-mechanisms", row, kinds[kind].name);                  \
		g_autofree char *whole = g_strconcat (path, "/" #behaviour, NULL);                           \
                                                                                                             \
		g_test_add_data_func_full (whole, g_memdup2 (&(Case){ row, kind }, sizeof (Case)),           \
		                           behaviour, g_free);                                               \
	} while (0)

static void
add_key_cases (const Row *row, Kind kind)
{
	ADD_CASE (key_of_wrong_type_is_refused);
	ADD_CASE (key_of_wrong_class_is_refused);
	ADD_CASE (key_without_usage_is_refused);
	ADD_CASE (key_that_does_not_allow_the_mechanism_is_refused);
	ADD_CASE (key_that_allows_the_mechanism_works);
	ADD_CASE (key_handles_that_are_wrong_are_refused);
}

static void
add_template_cases (const Row *row, Kind kind)
{
	ADD_CASE (class_that_is_wrong_is_refused);
	if (kind == PAIR || makes_a_key (row, kind))
		ADD_CASE (type_that_is_wrong_is_refused);
	if (kind == GENERATE || kind == PAIR || row->free_type)
		ADD_CASE (type_that_is_missing_is_the_mechanism_s);
	if (row->has_length)
		ADD_CASE (length_that_is_impossible_is_refused);
	if (row->has_length && row->n_made == 0)
		ADD_CASE (length_that_is_missing_is_refused_or_natural);
	if (row->free_type) {
		ADD_CASE (length_that_follows_from_the_type_may_be_missing);
		ADD_CASE (des_keys_have_odd_parity);
	}
	if (kind == PAIR || makes_a_key (row, kind))
		ADD_CASE (what_the_token_sets_is_refused);
	ADD_CASE (objects_on_the_token_need_a_read_write_session);
	if (row->n_made == 0)
		ADD_CASE (place_for_the_handle_is_needed);
}

static void
add_works (const Row *row, Kind kind)
{
	switch (kind) {
	case GENERATE:
		ADD_CASE (generation_works);
		break;
	case PAIR:
		ADD_CASE (pair_works);
		break;
	case DERIVE:
		ADD_CASE (derivation_works);
		break;
	case WRAP:
		ADD_CASE (wrapping_works);
		break;
	default:
		ADD_CASE (unwrapping_works);
	}
}

static void
add_case (const Row *row, Kind kind)
{
	add_works (row, kind);
	ADD_CASE (parameter_that_is_wrong_is_refused);
	if (row->has_second)
		ADD_CASE (second_key_that_is_wrong_is_refused);
	if (kinds[kind].usage != 0)
		add_key_cases (row, kind);
	if (kind != WRAP && !row->gives_bytes)
		add_template_cases (row, kind);
	if (kind == WRAP) {
		ADD_CASE (wrap_length_question_changes_nothing);
		ADD_CASE (wrap_short_buffer_stays_as_it_was);
		ADD_CASE (wrap_refuses_what_may_not_leave);
		ADD_CASE (wrap_refuses_what_is_no_secret);
	} else if (kind == UNWRAP) {
		ADD_CASE (unwrap_of_damaged_blobs_gives_one_answer);
		ADD_CASE (unwrap_of_truncated_blobs_is_refused);
	}
}

static void
add_tests (void)
{
	rows_setup ();
	for_each_case (add_case);
	g_test_add_func ("/key-mechanisms/mechanisms_that_are_disabled_are_refused",
	                 mechanisms_that_are_disabled_are_refused);
}

int
main (int argc, char **argv)
{
	int status = api_main (argc, argv, add_tests);

	rows_teardown ();
	return status;
}
