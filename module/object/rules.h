/* The engine that reads the rows of schema.c: one function per question. */

#ifndef OBJECT_RULES_H
#define OBJECT_RULES_H

#include "object.h"
#include "schema.h"

typedef enum {
	RULES_CREATE = 1,
	RULES_GENERATE,
	RULES_UNWRAP,
	RULES_DERIVE,
	RULES_COPY,
	RULES_SET,
} RulesOp;

/* The last value of a number in a template that may be anything.  False: there is none. */
bool template_ulong (const CK_ATTRIBUTE *template, CK_ULONG n, CK_ATTRIBUTE_TYPE type, CK_ULONG *value);

/* Reads class and key or certificate type of a template.  CKR_TEMPLATE_INCOMPLETE: it names none;
 * CKR_ATTRIBUTE_VALUE_INVALID: this module has no such objects. */
CK_RV rules_for_template (const CK_ATTRIBUTE *template, CK_ULONG n, const Rules **rules);

/* The rules of an object that exists; NULL when it is damaged or of a kind that we do not know. */
const Rules *rules_for_attrs (const Attrs *attrs);

/* Takes a template's attributes into @draft as far as the rules allow: of the kind @rules, in operation
 * @op, by the SO or not.  For RULES_COPY and RULES_SET @draft holds what the object has now; for the
 * others it may hold what the operation itself gives, which the template must not contradict.
 * CKR_ATTRIBUTE_TYPE_INVALID, _VALUE_INVALID, _READ_ONLY; CKR_TEMPLATE_INCONSISTENT. */
CK_RV rules_accept (const Rules *rules, RulesOp op, const CK_ATTRIBUTE *template, CK_ULONG n, bool is_so,
                    Attrs *draft);

/* CKR_TEMPLATE_INCOMPLETE where something is missing that @op asks for. */
CK_RV rules_require (const Rules *rules, RulesOp op, const Attrs *draft);

/* What holds between attributes.  CKR_TEMPLATE_INCONSISTENT. */
CK_RV rules_judge (const Attrs *draft);

/* Gives every attribute that is missing its default, and judges. */
CK_RV rules_complete (const Rules *rules, Attrs *draft);

/* May its owner see this attribute?  Footnote 7. */
bool rules_may_reveal (const Attrs *attrs, CK_ATTRIBUTE_TYPE type);

/* Is the value one that stays in secure memory, and sealed until it is used? */
bool rules_is_secret (const Rules *rules, CK_ATTRIBUTE_TYPE type);

#endif
