/* The objects of one token as this process knows them: by handle, by store id, and by what callers search for.
 * The caller locks. */

#ifndef TOKEN_TABLE_H
#define TOKEN_TABLE_H

#include "handles.h"
#include "object.h"
#include "store.h"

/* What entries are found by, the most selective first; the store's id counts as one more. */
#define N_INDEXED 6

typedef struct Entry Entry;

typedef struct IndexNode {
	struct IndexNode *next, **at;
	uint64_t hash;
	Entry *entry;
} IndexNode;

struct Entry {
	CK_OBJECT_HANDLE handle;        /* 0: nobody may know of it now */
	CK_SESSION_HANDLE owner;        /* of a session object */
	char *id;                       /* in the store; NULL for a session object */
	StoreStamp stamp;
	int64_t looked;                 /* when it was looked at for use, by a coarse clock */
	Object *stored;                 /* as the store gave it; NULL: another view was made of it, it is damaged, or
	                                   of a kind we do not know */
	Object *view;                   /* what may be shown of it now; NULL: nothing */
	Object *opened;                 /* the same with its secrets in secure memory; NULL: not needed yet */
	bool reported;                  /* its damage is logged already */
	bool listed;                    /* found by the listing that goes on */
	bool is_fresh;                  /* in the table's list of those that were changed just now */
	Entry *next_fresh;
	IndexNode nodes[N_INDEXED];
};

/* All zero is an empty table. */
typedef struct {
	Handles handles;                /* of what is visible */
	Handles all;                    /* every entry, by a number of its own */
	IndexNode **buckets;
	size_t n_buckets;
	size_t n_nodes;
	size_t n_session;               /* entries of sessions, not of the store */
	Entry *fresh;                   /* written so shortly ago that their writer may not be done */
	uint64_t n_changes;             /* one more whenever something goes from sight, or looks otherwise */
	bool lost;                      /* and that was a key that may have been used */
	uint64_t key;                   /* of the hash: nobody outside chooses collisions */
} Table;

/* An entry without objects; NULL when there is no memory. */
Entry *table_add (Table *table, const char *id, CK_SESSION_HANDLE owner);
void table_remove (Table *table, Entry *entry);
void table_clear (Table *table);

/* Makes @view (taken over) what is seen of the entry: indexed, and under a handle.  CKR_HOST_MEMORY: what was seen
 * of it before still is. */
CK_RV table_show (Table *table, Entry *entry, Object *view);

/* Takes the entry from sight, @forget its handle with it. */
void table_hide (Table *table, Entry *entry, bool forget);

Entry *table_get (const Table *table, CK_OBJECT_HANDLE handle);
Entry *table_by_id (const Table *table, const char *id);

/* Walks all entries, in no order: start with *@at = 0; NULL at the end. */
Entry *table_next (const Table *table, size_t *at);

/* Walks those visible entries that may match a template: start with a zeroed cursor.  They are to be
 * compared with the template by the caller. */
typedef struct {
	bool started;
	size_t at;
	const IndexNode *node;
	uint64_t hash;
	bool indexed;
} TableCursor;

Entry *table_candidate (const Table *table, TableCursor *cursor, const CK_ATTRIBUTE *template, CK_ULONG n);

#endif
