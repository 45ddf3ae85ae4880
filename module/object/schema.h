/* What PKCS #11 says about each attribute of each class, as rows. */

#ifndef OBJECT_SCHEMA_H
#define OBJECT_SCHEMA_H

#include "attrs.h"

/* Footnote n of the specification's attribute tables (PKCS #11 v3.2 section 4, table 13) as a bit. */
#define N(n) (1u << (n))

/* Beyond the footnotes. */
#define COPY_ONLY N (13)        /* may be changed while copying, never afterwards */
#define A_DATE N (14)           /* CK_DATE or empty */
#define A_USE N (16)            /* what a key may do: who trusts it trusts it without more */
#define PRIVATE_SECRET N (15)   /* a secret of private objects, though shown to whoever may see the object */

typedef struct {
	CK_ATTRIBUTE_TYPE type;
	Kind kind;
	unsigned notes;
	const void *otherwise;  /* the default: of its kind (see schema.c), or NULL where there is none */
} Rule;

typedef struct Rules {
	const char *name;
	const struct Rules *base;       /* the rows that a class has in common with others */
	const Rule *rows;
	size_t n_rows;
} Rules;

/* The rules for objects of this class and type.  @kind: key type or certificate type, where the class has
 * one.  NULL: this module has no such objects. */
const Rules *rules_for (CK_OBJECT_CLASS class, CK_ULONG kind);

/* The row for an attribute, NULL when such an object has none. */
const Rule *rules_row (const Rules *rules, CK_ATTRIBUTE_TYPE type);

/* A row's default as bytes of its kind. */
Bytes rule_otherwise (const Rule *row);

#endif
