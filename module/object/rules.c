/* The engine that reads the rows of schema.c: one function per question.
 *
 * Each footnote of the specification's tables stands here once, with its return value. */

#include "rules.h"
#include "template.h"

#include <stdlib.h>

static const char *const op_names[] = {
	[RULES_CREATE] = "created", [RULES_GENERATE] = "generated", [RULES_UNWRAP] = "unwrapped",
	[RULES_DERIVE] = "derived", [RULES_COPY] = "copied",        [RULES_SET] = "changed",
};

/* Which footnotes demand and which forbid an attribute in a template of each operation. */
static const struct {
	unsigned demand;
	unsigned forbid;
} op_notes[] = {
	[RULES_CREATE] = { N (1), N (2) }, [RULES_GENERATE] = { N (3), N (4) }, [RULES_UNWRAP] = { N (5), N (6) },
	[RULES_DERIVE] = { 0, N (4) },     [RULES_COPY] = { 0, 0 },             [RULES_SET] = { 0, 0 },
};

bool
template_ulong (const CK_ATTRIBUTE *template, CK_ULONG n, CK_ATTRIBUTE_TYPE type, CK_ULONG *value)
{
	bool found = false;

	for (CK_ULONG i = 0; template != NULL && i < n; i++)
		if (template[i].type == type && template[i].pValue != NULL &&
		    template[i].ulValueLen == sizeof (CK_ULONG)) {
			memcpy (value, template[i].pValue, sizeof *value);
			found = true;
		}
	return found;
}

CK_RV
rules_for_template (const CK_ATTRIBUTE *template, CK_ULONG n, const Rules **rules)
{
	CK_ULONG class, kind = CK_UNAVAILABLE_INFORMATION;
	CK_ATTRIBUTE_TYPE wanted = CKA_KEY_TYPE;

	if (!template_ulong (template, n, CKA_CLASS, &class))
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template has no CKA_CLASS");
	if (class == CKO_CERTIFICATE)
		wanted = CKA_CERTIFICATE_TYPE;
	if (class != CKO_DATA && class != CKO_CERTIFICATE && class != CKO_PUBLIC_KEY && class != CKO_PRIVATE_KEY &&
	    class != CKO_SECRET_KEY && class != CKO_DOMAIN_PARAMETERS)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "there are no objects of class 0x%lx", class);
	if (class != CKO_DATA && !template_ulong (template, n, wanted, &kind))
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template has no key type or certificate type");
	*rules = rules_for (class, kind);
	if (*rules == NULL)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "there are no objects of class 0x%lx and type 0x%lx", class,
		             kind);
	return CKR_OK;
}

const Rules *
rules_for_attrs (const Attrs *attrs)
{
	CK_OBJECT_CLASS class = attrs_ulong (attrs, CKA_CLASS, CK_UNAVAILABLE_INFORMATION);

	return rules_for (class, attrs_ulong (attrs, class == CKO_CERTIFICATE ? CKA_CERTIFICATE_TYPE : CKA_KEY_TYPE,
	                                      CK_UNAVAILABLE_INFORMATION));
}

bool
rules_is_secret (const Rules *rules, CK_ATTRIBUTE_TYPE type)
{
	const Rule *row = rules_row (rules, type);

	return row != NULL && row->notes & (N (7) | PRIVATE_SECRET);
}

bool
rules_may_reveal (const Attrs *attrs, CK_ATTRIBUTE_TYPE type)
{
	const Rules *rules = rules_for_attrs (attrs);
	const Rule *row = rules ? rules_row (rules, type) : NULL;

	if (row == NULL || !(row->notes & N (7)))
		return true;
	return !attrs_bool (attrs, CKA_SENSITIVE, true) && attrs_bool (attrs, CKA_EXTRACTABLE, false);
}

/* --- values --- */

static CK_RV
invalid (CK_ATTRIBUTE_TYPE type, const char *reason)
{
	return fail (CKR_ATTRIBUTE_VALUE_INVALID, "the value of attribute 0x%lx %s", type, reason);
}

static CK_RV
read_bool (const CK_ATTRIBUTE *attr, Attrs *draft)
{
	if (attr->ulValueLen != sizeof (CK_BBOOL))
		return invalid (attr->type, "is no CK_BBOOL");
	return attrs_set_bool (draft, attr->type, *(const CK_BBOOL *)attr->pValue != CK_FALSE);
}

static CK_RV
read_ulong (const CK_ATTRIBUTE *attr, Attrs *draft)
{
	if (attr->ulValueLen != sizeof (CK_ULONG))
		return invalid (attr->type, "is no CK_ULONG");
	return attrs_set (draft, attr->type, IS_ULONG, bytes (attr->pValue, attr->ulValueLen));
}

static CK_RV
read_bytes (const Rules *rules, const Rule *row, const CK_ATTRIBUTE *attr, Attrs *draft)
{
	Bytes value = bytes (attr->pValue, attr->ulValueLen);

	if (row->notes & A_DATE && value.len != 0 && value.len != sizeof (CK_DATE))
		return invalid (attr->type, "is no CK_DATE");
	if (rules_is_secret (rules, attr->type))
		return attrs_set_secret (draft, attr->type, value);
	return attrs_set_bytes (draft, attr->type, value);
}

static int
compare_mechanisms (const void *a, const void *b)
{
	CK_MECHANISM_TYPE x, y;

	memcpy (&x, a, sizeof x);
	memcpy (&y, b, sizeof y);
	return x < y ? -1 : x > y;
}

static CK_RV
read_mechanisms (const CK_ATTRIBUTE *attr, Attrs *draft)
{
	const size_t size = sizeof (CK_MECHANISM_TYPE);
	auto_wipe Buf sorted = BUF_PLAIN;
	size_t n = attr->ulValueLen / size, kept = 0;

	if (n == 0 || attr->ulValueLen % size != 0)
		return invalid (attr->type, "is no array of CK_MECHANISM_TYPE");
	TRY_ALLOC (buf_set (&sorted, bytes (attr->pValue, attr->ulValueLen)));
	qsort (sorted.data, n, size, compare_mechanisms);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || memcmp (sorted.data + i * size, sorted.data + (kept - 1) * size, size) != 0)
			memmove (sorted.data + kept++ * size, sorted.data + i * size, size);
	return attrs_set (draft, attr->type, IS_MECHS, bytes (sorted.data, kept * size));
}

/* The kind that an attribute has in any class, for templates inside objects. */
static Kind
kind_anywhere (CK_ATTRIBUTE_TYPE type)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_SECRET_KEY, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY };
	static const CK_KEY_TYPE types[] = { CKK_AES, CKK_RSA, CKK_EC };

	for (size_t i = 0; i < N_ELEMENTS (classes); i++)
		for (size_t j = 0; j < N_ELEMENTS (types); j++) {
			const Rules *rules = rules_for (classes[i], types[j]);
			const Rule *row = rules ? rules_row (rules, type) : NULL;

			if (row != NULL)
				return row->kind;
		}
	return IS_BYTES;
}

static CK_RV
read_inner (const CK_ATTRIBUTE *attr, Attrs *inner)
{
	if (attr->pValue == NULL && attr->ulValueLen > 0)
		return invalid (attr->type, "inside a template is missing");
	if (attr->type > UINT32_MAX)
		return fail (CKR_ATTRIBUTE_TYPE_INVALID, "no attribute is 0x%lx", attr->type);
	switch (kind_anywhere (attr->type)) {
	case IS_BOOL:
		return read_bool (attr, inner);
	case IS_ULONG:
		return read_ulong (attr, inner);
	case IS_BYTES:
		return attrs_set_bytes (inner, attr->type, bytes (attr->pValue, attr->ulValueLen));
	case IS_MECHS:
		return read_mechanisms (attr, inner);
	default:
		return invalid (attr->type, "is a template inside a template");
	}
}

static CK_RV
read_template (const CK_ATTRIBUTE *attr, Attrs *draft)
{
	auto_attrs Attrs inner = { 0 };
	auto_wipe Buf encoded = BUF_PLAIN;
	const CK_ATTRIBUTE *list = attr->pValue;

	if (attr->ulValueLen % sizeof (CK_ATTRIBUTE) != 0)
		return invalid (attr->type, "is no array of CK_ATTRIBUTE");
	for (CK_ULONG i = 0; i < attr->ulValueLen / sizeof (CK_ATTRIBUTE); i++)
		TRY (read_inner (&list[i], &inner));
	TRY (template_encode (&inner, &encoded));
	return attrs_set (draft, attr->type, IS_ATTRS, bytes_of (&encoded));
}

static CK_RV
read_value (const Rules *rules, const Rule *row, const CK_ATTRIBUTE *attr, Attrs *draft)
{
	switch (row->kind) {
	case IS_BOOL:
		return read_bool (attr, draft);
	case IS_ULONG:
		return read_ulong (attr, draft);
	case IS_BYTES:
		return read_bytes (rules, row, attr, draft);
	case IS_ATTRS:
		return read_template (attr, draft);
	case IS_MECHS:
		return read_mechanisms (attr, draft);
	}
	return invalid (attr->type, "has no kind");
}

/* --- may it be given? --- */

static CK_RV
read_only (CK_ATTRIBUTE_TYPE type, RulesOp op, const char *reason)
{
	return fail (CKR_ATTRIBUTE_READ_ONLY, "attribute 0x%lx cannot be given for an object that is %s: %s", type,
	             op_names[op], reason);
}

/* What only those operations ask that change an object or its copy. */
static CK_RV
judge_change (const Rule *row, RulesOp op, const Attrs *now)
{
	if (op != RULES_COPY && op != RULES_SET)
		return CKR_OK;
	if (!attrs_bool (now, CKA_MODIFIABLE, true))
		return read_only (row->type, op, "it is not modifiable");
	if (attrs_ulong (now, CKA_CLASS, 0) == CKO_CERTIFICATE && attrs_bool (now, CKA_TRUSTED, false))
		return read_only (row->type, op, "it is a trusted certificate");
	if (!(row->notes & (N (8) | (op == RULES_COPY ? COPY_ONLY : 0u))))
		return read_only (row->type, op, "it never changes");
	if (row->notes & N (11) && attrs_bool (now, row->type, false))
		return read_only (row->type, op, "it stays true");
	if (row->notes & N (12) && !attrs_bool (now, row->type, true))
		return read_only (row->type, op, "it stays false");
	return CKR_OK;
}

/* What an object is cannot be said twice in two ways. */
static CK_RV
judge_identity (const CK_ATTRIBUTE *attr, const Attrs *draft)
{
	CK_ULONG said, given;

	if (attr->type != CKA_CLASS && attr->type != CKA_KEY_TYPE && attr->type != CKA_CERTIFICATE_TYPE)
		return CKR_OK;
	given = attrs_ulong (draft, attr->type, CK_UNAVAILABLE_INFORMATION);
	if (given == CK_UNAVAILABLE_INFORMATION || attr->pValue == NULL || attr->ulValueLen != sizeof said)
		return CKR_OK;
	memcpy (&said, attr->pValue, sizeof said);
	if (said != given)
		return fail (CKR_TEMPLATE_INCONSISTENT, "attribute 0x%lx is 0x%lx, not 0x%lx", attr->type, given, said);
	return CKR_OK;
}

static bool
gains (CK_ATTRIBUTE_TYPE type, const Attrs *now, const Attrs *draft)
{
	return attrs_bool (draft, type, false) && !attrs_bool (now, type, false);
}

static CK_RV
accept_one (const Rules *rules, RulesOp op, const CK_ATTRIBUTE *attr, bool is_so, const Attrs *now, Attrs *draft)
{
	const Rule *row = rules_row (rules, attr->type);

	if (row == NULL)
		return fail (CKR_ATTRIBUTE_TYPE_INVALID, "no %s has attribute 0x%lx", rules->name, attr->type);
	if (attr->pValue == NULL && attr->ulValueLen > 0)
		return invalid (attr->type, "is missing");
	TRY (judge_change (row, op, now));
	if (row->notes & op_notes[op].forbid)
		return read_only (attr->type, op, "the token sets it");
	TRY (judge_identity (attr, draft));
	TRY (read_value (rules, row, attr, draft));
	if (row->notes & N (10) && attrs_bool (draft, attr->type, false) && !is_so)
		return read_only (attr->type, op, "only the SO may");
	if (row->notes & A_USE && gains (attr->type, now, draft) && attrs_bool (now, CKA_TRUSTED, false) && !is_so)
		return read_only (attr->type, op, "the SO trusts it for no more");
	return CKR_OK;
}

CK_RV
rules_accept (const Rules *rules, RulesOp op, const CK_ATTRIBUTE *template, CK_ULONG n, bool is_so, Attrs *draft)
{
	auto_attrs Attrs now = { 0 };

	if (op == RULES_COPY || op == RULES_SET)
		TRY (attrs_copy (&now, draft));
	for (CK_ULONG i = 0; i < n; i++)
		TRY (accept_one (rules, op, &template[i], is_so, &now, draft));
	if (op == RULES_COPY && attrs_bool (&now, CKA_PRIVATE, true) && !attrs_bool (draft, CKA_PRIVATE, true))
		return fail (CKR_TEMPLATE_INCONSISTENT, "a private object has no public copy");
	return CKR_OK;
}

CK_RV
rules_require (const Rules *rules, RulesOp op, const Attrs *draft)
{
	for (const Rules *level = rules; level != NULL; level = level->base)
		for (size_t i = 0; i < level->n_rows; i++)
			if (level->rows[i].notes & op_notes[op].demand && !attrs_has (draft, level->rows[i].type))
				return fail (CKR_TEMPLATE_INCOMPLETE, "a %s that is %s needs attribute 0x%lx", rules->name,
				             op_names[op], level->rows[i].type);
	return CKR_OK;
}

/* Sections 4.6.3 and 4.6.4: a certificate is there, or where it is. */
static CK_RV
judge_certificate (const Attrs *draft)
{
	CK_ULONG kind = attrs_ulong (draft, CKA_CERTIFICATE_TYPE, CK_UNAVAILABLE_INFORMATION);

	if (attrs_ulong (draft, CKA_CLASS, CK_UNAVAILABLE_INFORMATION) != CKO_CERTIFICATE ||
	    (kind != CKC_X_509 && kind != CKC_WTLS) || !attrs_has (draft, CKA_VALUE))
		return CKR_OK;
	if (attrs_bytes (draft, CKA_VALUE).len == 0 && attrs_bytes (draft, CKA_URL).len == 0)
		return fail (CKR_TEMPLATE_INCONSISTENT, "a certificate has a value or a URL");
	return CKR_OK;
}

CK_RV
rules_judge (const Attrs *draft)
{
	if (attrs_bool (draft, CKA_ALWAYS_AUTHENTICATE, false) && !attrs_bool (draft, CKA_PRIVATE, true))
		return fail (CKR_TEMPLATE_INCONSISTENT, "CKA_ALWAYS_AUTHENTICATE needs a private object");
	return judge_certificate (draft);
}

CK_RV
rules_complete (const Rules *rules, Attrs *draft)
{
	for (const Rules *level = rules; level != NULL; level = level->base)
		for (size_t i = 0; i < level->n_rows; i++) {
			const Rule *row = &level->rows[i];

			if (row->otherwise != NULL)
				TRY (attrs_set_missing (draft, row->type, row->kind, rule_otherwise (row)));
		}
	return rules_judge (draft);
}
