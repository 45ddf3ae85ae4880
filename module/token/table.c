/* The objects of one token as this process knows them.  See table.h. */

#include "table.h"
#include "random.h"

#include <stdlib.h>

/* Row i of an entry's nodes; the last one is the store's id. */
static const CK_ATTRIBUTE_TYPE indexed[N_INDEXED - 1] = {
	CKA_ID, CKA_LABEL, CKA_SUBJECT, CKA_KEY_TYPE, CKA_CLASS,
};

#define BY_ID (N_INDEXED - 1)
#define ID_TYPE (~(CK_ATTRIBUTE_TYPE)0)

__extension__ typedef unsigned __int128 Product;

/* A keyed multiply-and-fold over words: quick, and not to be predicted without the key. */
static uint64_t
hash_value (const Table *table, CK_ATTRIBUTE_TYPE type, Bytes value)
{
	uint64_t hash = table->key ^ (uint64_t)type * 0xff51afd7ed558ccdULL ^ value.len;

	while (value.len > 0) {
		uint64_t word = 0;
		size_t n = value.len < 8 ? value.len : 8;
		Product product;

		memcpy (&word, value.data, n);
		product = (Product)(hash ^ word) * (table->key | 1);
		hash = (uint64_t)product ^ (uint64_t)(product >> 64) ^ 0x9e3779b97f4a7c15ULL;
		value = bytes (value.data + n, value.len - n);
	}
	return hash ^ hash >> 29;
}

static IndexNode **
bucket (const Table *table, uint64_t hash)
{
	return &table->buckets[hash & (table->n_buckets - 1)];
}

static void
node_link (Table *table, IndexNode *node)
{
	IndexNode **head = bucket (table, node->hash);

	node->next = *head;
	node->at = head;
	if (*head != NULL)
		(*head)->at = &node->next;
	*head = node;
}

static void
node_remove (Table *table, IndexNode *node)
{
	if (node->at == NULL)
		return;
	*node->at = node->next;
	if (node->next != NULL)
		node->next->at = node->at;
	node->at = NULL;
	table->n_nodes--;
}

/* Makes room for @n more nodes, which then go in for certain. */
static bool
table_grow (Table *table, size_t n_more)
{
	Table old = *table;
	size_t n = old.n_buckets ? old.n_buckets * 2 : 64;
	IndexNode **buckets;

	if (table->key == 0 && random_bytes (&table->key, sizeof table->key) != CKR_OK)
		return false;
	if (table->n_nodes + n_more <= table->n_buckets)
		return true;
	buckets = calloc (n, sizeof (IndexNode *));
	if (buckets == NULL)
		return false;
	table->buckets = buckets;
	table->n_buckets = n;
	for (size_t i = 0; i < old.n_buckets; i++)
		for (IndexNode *node = old.buckets[i], *next; node != NULL; node = next) {
			next = node->next;
			node_link (table, node);
		}
	free (old.buckets);
	return true;
}

static bool
node_add (Table *table, Entry *entry, unsigned row, CK_ATTRIBUTE_TYPE type, Bytes value)
{
	IndexNode *node = &entry->nodes[row];

	if (!table_grow (table, 1))
		return false;
	node->entry = entry;
	node->hash = hash_value (table, type, value);
	node_link (table, node);
	table->n_nodes++;
	return true;
}

static void
entry_free (Entry *entry)
{
	object_unref (entry->stored);
	object_unref (entry->view);
	object_unref (entry->opened);
	free (entry->id);
	free (entry);
}

/* Every entry has a number of its own for walking; the address will do. */
static CK_ULONG
entry_number (const Entry *entry)
{
	return (CK_ULONG)(uintptr_t)entry;
}

Entry *
table_add (Table *table, const char *id, CK_SESSION_HANDLE owner)
{
	Entry *entry = calloc (1, sizeof (Entry));
	bool added;

	if (entry == NULL)
		return NULL;
	entry->owner = owner;
	entry->id = id ? strdup (id) : NULL;
	added = (id == NULL || (entry->id != NULL && node_add (table, entry, BY_ID, ID_TYPE, bytes_str (id)))) &&
	        handles_put (&table->all, entry_number (entry), entry);
	if (!added) {
		node_remove (table, &entry->nodes[BY_ID]);
		entry_free (entry);
		return NULL;
	}
	table->n_session += id == NULL;
	return entry;
}

static void
unindex (Table *table, Entry *entry)
{
	for (unsigned i = 0; i < BY_ID; i++)
		node_remove (table, &entry->nodes[i]);
}

/* Both are read without a lock. */
static void
note_change (Table *table, bool used)
{
	__atomic_add_fetch (&table->n_changes, 1, __ATOMIC_RELEASE);
	if (used)
		__atomic_store_n (&table->lost, true, __ATOMIC_RELEASE);
}

void
table_hide (Table *table, Entry *entry, bool forget)
{
	if (entry->view != NULL)
		note_change (table, entry->looked != 0);
	unindex (table, entry);
	if (entry->handle != 0)
		handles_remove (&table->handles, entry->handle);
	if (forget)
		entry->handle = 0;
	object_unref (entry->view);
	object_unref (entry->opened);
	entry->view = NULL;
	entry->opened = NULL;
}

/* There is room. */
static void
index_view (Table *table, Entry *entry)
{
	for (unsigned i = 0; i < BY_ID; i++) {
		const Attr *attr = attrs_find (&entry->view->attrs, indexed[i]);

		if (attr != NULL && !attr->sealed)
			node_add (table, entry, i, indexed[i], attr_bytes (attr));
	}
}

CK_RV
table_show (Table *table, Entry *entry, Object *view)
{
	if (!table_grow (table, N_INDEXED) || !handles_reserve (&table->handles)) {
		object_unref (view);
		return CKR_HOST_MEMORY;
	}
	table_hide (table, entry, false);
	entry->view = view;
	if (entry->handle == 0)
		entry->handle = handle_new ();
	index_view (table, entry);
	handles_put (&table->handles, entry->handle, entry);
	return CKR_OK;
}

static void
remove_fresh (Table *table, Entry *entry)
{
	Entry **at = &table->fresh;

	while (*at != NULL && *at != entry)
		at = &(*at)->next_fresh;
	if (*at != NULL)
		*at = entry->next_fresh;
}

void
table_remove (Table *table, Entry *entry)
{
	if (entry->is_fresh)
		remove_fresh (table, entry);
	table->n_session -= entry->id == NULL;
	table_hide (table, entry, true);
	node_remove (table, &entry->nodes[BY_ID]);
	handles_remove (&table->all, entry_number (entry));
	entry_free (entry);
}

void
table_clear (Table *table)
{
	size_t at = 0;
	Entry *entry;

	note_change (table, true);
	while ((entry = table_next (table, &at)) != NULL)
		entry_free (entry);
	handles_clear (&table->handles);
	handles_clear (&table->all);
	free (table->buckets);
	table->buckets = NULL;
	table->n_buckets = table->n_nodes = table->n_session = 0;
	table->fresh = NULL;
}

Entry *
table_get (const Table *table, CK_OBJECT_HANDLE handle)
{
	return handles_get (&table->handles, handle);
}

Entry *
table_by_id (const Table *table, const char *id)
{
	uint64_t hash = hash_value (table, ID_TYPE, bytes_str (id));

	if (table->n_buckets == 0)
		return NULL;
	for (IndexNode *node = *bucket (table, hash); node != NULL; node = node->next)
		if (node->hash == hash && node->entry->id != NULL && strcmp (node->entry->id, id) == 0)
			return node->entry;
	return NULL;
}

Entry *
table_next (const Table *table, size_t *at)
{
	return handles_next (&table->all, at);
}

static const CK_ATTRIBUTE *
template_attr (const CK_ATTRIBUTE *template, CK_ULONG n, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < n; i++)
		if (template[i].type == type && template[i].pValue != NULL)
			return &template[i];
	return NULL;
}

static void
cursor_start (const Table *table, TableCursor *cursor, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	cursor->started = true;
	for (unsigned i = 0; i < BY_ID && !cursor->indexed && table->n_buckets > 0; i++) {
		const CK_ATTRIBUTE *attr = template_attr (template, n, indexed[i]);

		if (attr == NULL)
			continue;
		cursor->indexed = true;
		cursor->hash = hash_value (table, indexed[i], bytes (attr->pValue, attr->ulValueLen));
		cursor->node = *bucket (table, cursor->hash);
	}
}

Entry *
table_candidate (const Table *table, TableCursor *cursor, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	const IndexNode *node;

	if (!cursor->started)
		cursor_start (table, cursor, template, n);
	if (!cursor->indexed)
		return handles_next (&table->handles, &cursor->at);
	for (node = cursor->node; node != NULL && (node->hash != cursor->hash || node->entry->view == NULL);)
		node = node->next;
	cursor->node = node ? node->next : NULL;
	return node ? node->entry : NULL;
}
