/* What PKCS #11 v3.2 says of each attribute, written from its tables and not from the module's: rows, and beside
 * them what is otherwise here, each with its reason.  Plain C, for tests of the API and of the rules alike. */

#ifndef TESTS_API_ATTRIBUTES_H
#define TESTS_API_ATTRIBUTES_H

#include "cryptoki.h"

#include <stdbool.h>
#include <stddef.h>

/* Footnote n of table 13. */
#define NOTE(n) (1u << (n))

/* Section 4.1.3: changed while copying, never afterwards. */
#define NOTE_COPY NOTE (31)

typedef enum {
	SAID_BOOL = 1,
	SAID_ULONG,
	SAID_BYTES,
	SAID_DATE,
	SAID_TEMPLATE,
	SAID_MECHANISMS,
} SaidKind;

typedef enum {
	AS_SAID, /* in deviations: no other default */
	NONE,    /* there is no default: it is given, or the token's, or not there */
	EMPTY,
	FALSE_,
	TRUE_,
	ZERO,
	SHA_1,
	COMPUTED, /* from the rest of the object */
	OF_TOKEN, /* footnote 9: a deviation says which */
	NOT_YET,  /* it is there when something has happened to the object */
} SaidDefault;

typedef struct {
	CK_ATTRIBUTE_TYPE type;
	const char *name;
	SaidKind kind;
	unsigned notes;
	SaidDefault otherwise;
	bool absent;        /* here no object has it */
	const char *reason; /* of the deviations that went into it, or NULL */
} Said;

typedef struct SaidTable {
	const char *section;
	const struct SaidTable *base;
	const Said *rows;
	size_t n_rows;
} SaidTable;

typedef struct {
	const char *name;
	CK_OBJECT_CLASS class;
	CK_ULONG kind; /* of key or certificate; 0 where there is none */
	const SaidTable *table;
} SaidClass;

extern const SaidClass said_classes[];
extern const size_t n_said_classes;

/* The attributes of a class, those common to all first, with the deviations; false: there are no more. */
bool said_at (const SaidClass *class, size_t index, Said *row);
bool said_find (const SaidClass *class, CK_ATTRIBUTE_TYPE type, Said *row);

/* What is otherwise here; for a test that each of them still is. */
typedef struct {
	CK_OBJECT_CLASS class;
	CK_ULONG kind;
	CK_ATTRIBUTE_TYPE type;
	unsigned add, remove;
	SaidDefault otherwise;
	bool absent;
	const char *reason;
} Deviation;

extern const Deviation deviations[];
extern const size_t n_deviations;

bool deviation_is_of (const Deviation *deviation, const SaidClass *class, CK_ATTRIBUTE_TYPE type);

#endif
