/* The objects of a token: read from the store, opened with the master key, found, changed and removed.
 *
 * An entry goes through three forms.  Stored: as the record is, private values sealed.  View: what may be
 * shown now; of a private object only while the user is logged in, its secrets still sealed.  Opened: with
 * secrets, in secure memory, made when a key is first used and kept until logout. */

#include "rules.h"
#include "secmem.h"
#include "token-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Looking at each record costs time.  So few are looked at before every search.  With more, a search spends on it, some
 * records at a time and all of them once at most, this share of the time that has gone by since; one that finds nothing
 * spends more, and searches again. */
#define SWEEP_ALWAYS 32
#define SWEEP_PIECE 64
#define SWEEP_PIECE_NS 64000    /* what a piece takes, about */
#define SWEEP_SHARE 20
#define SWEEP_SHARE_MISSED 2

/* --- forms --- */

/* The value of a sealed attribute, open. */
static CK_RV
put_open (Token *token, const Rules *rules, const Attr *attr, Attrs *to)
{
	bool secret = rules_is_secret (rules, attr->type);
	auto_wipe Buf plain = secret ? BUF_SECRET : BUF_PLAIN;

	if (token->master.key.len == 0)
		return fail (CKR_USER_NOT_LOGGED_IN, "the token's key is not open");
	TRY (token->store->ops->unseal (&token->master, attr_bytes (attr), &plain));
	if (secret)
		return attrs_set_secret (to, attr->type, bytes_of (&plain));
	return attrs_set_bytes (to, attr->type, bytes_of (&plain));
}

/* Copies @from into @to with what is sealed opened: all of it, or all but the secrets. */
static CK_RV
open_attrs (Token *token, const Attrs *from, bool secrets, Attrs *to)
{
	const Rules *rules = rules_for_attrs (from);

	for (uint32_t i = 0; i < from->n; i++) {
		const Attr *attr = &from->list[i];

		if (attr->sealed && (secrets || !rules_is_secret (rules, attr->type)))
			TRY (put_open (token, rules, attr, to));
		else
			TRY (attrs_put (to, attr));
	}
	return CKR_OK;
}

/* The record's values that are secret, though the object is public and they lay open on the disk. */
static CK_RV
secure_secrets (const Rules *rules, Attrs *record)
{
	for (uint32_t i = 0; i < record->n; i++) {
		Attr *attr = &record->list[i];

		if (!attr->sealed && !attr->secret && attr->kind == IS_BYTES && rules_is_secret (rules, attr->type)) {
			auto_wipe Buf value = BUF_SECRET;

			TRY_ALLOC (buf_set (&value, attr_bytes (attr)));
			TRY (attrs_set_secret (record, attr->type, bytes_of (&value)));
		}
	}
	return CKR_OK;
}

static void
report_damage (Token *token, Entry *entry, const char *what)
{
	if (entry->reported || !entry->stamp.settled)
		return;
	entry->reported = true;
	log_warning ("object %s %s and is left alone", entry->id, what);
}

/* The token's key where somebody has opened it. */
static const Master *
open_master (Token *token)
{
	return token->master.key.len > 0 ? &token->master : NULL;
}

/* Must a record be as this module wrote it, and can that be known now? */
static bool
wants_authentic (Token *token)
{
	return token->config->keys_policy == KEYS_STRICT && open_master (token) != NULL;
}

static bool
is_authentic (Token *token, Entry *entry, const Object *stored)
{
	return !wants_authentic (token) || token->store->ops->is_authentic (token->store, entry->id, &token->master,
	                                                                    &stored->attrs, &entry->stamp);
}

/* What may be seen now of the entry when this is stored of it; NULL: nothing. */
static CK_RV
view_of (Token *token, Entry *entry, Object *stored, Object **view)
{
	auto_attrs Attrs open = { 0 };
	CK_RV rv;

	*view = NULL;
	if (!is_authentic (token, entry, stored)) {
		report_damage (token, entry, "is not as this module wrote it (keys.policy)");
		return CKR_OK;
	}
	if (!object_is_private (stored)) {
		*view = object_ref (stored);
		return CKR_OK;
	}
	if (token->login != LOGIN_USER)
		return CKR_OK;
	rv = open_attrs (token, &stored->attrs, false, &open);
	if (rv == CKR_DATA_INVALID) {
		report_damage (token, entry, "does not open with this token's key");
		return CKR_OK;
	}
	TRY (rv);
	return object_publish (&open, view);
}

/* While there is a view with other values, what was stored is not kept, too: it can be read again. */
static void
drop_stored (Entry *entry)
{
	if (entry->view == NULL || entry->view == entry->stored)
		return;
	object_unref (entry->stored);
	entry->stored = NULL;
}

/* A known attribute of another kind than its row says was not written by anyone who knows it. */
static bool
kinds_are_right (const Rules *rules, const Attrs *record)
{
	for (uint32_t i = 0; i < record->n; i++) {
		const Rule *row = rules_row (rules, record->list[i].type);

		if (row != NULL && row->kind != record->list[i].kind)
			return false;
	}
	return true;
}

/* Section 4.5.1: the store's id serves, and is nowhere written but in the file's name. */
static CK_RV
set_unique_id (const Entry *entry, Attrs *record)
{
	if (attrs_has (record, CKA_UNIQUE_ID))
		return CKR_OK;
	return attrs_set_bytes (record, CKA_UNIQUE_ID, bytes ((const uint8_t *)entry->id, strlen (entry->id)));
}

/* Makes @record what is stored of the entry.  CKR_HOST_MEMORY: what was before still counts. */
static CK_RV
adopt_record (Token *token, Entry *entry, Attrs *record)
{
	const Rules *rules = rules_for_attrs (record);
	auto_unref Object *stored = NULL;
	Object *view, *before = entry->stored;

	if (rules == NULL || !kinds_are_right (rules, record))
		return CKR_DATA_INVALID;
	TRY (secure_secrets (rules, record));
	TRY (set_unique_id (entry, record));
	TRY (object_publish (record, &stored));
	TRY (view_of (token, entry, stored, &view));
	/* What was seen of it is not seen any more, if it is private now. */
	if (view == NULL)
		table_hide (&token->table, entry, false);
	else
		TRY (table_show (&token->table, entry, view));
	entry->stored = stored;
	stored = before;
	drop_stored (entry);
	return CKR_OK;
}

static void
note_fresh (Token *token, Entry *entry)
{
	if (entry->stamp.settled || entry->is_fresh)
		return;
	entry->is_fresh = true;
	entry->next_fresh = token->table.fresh;
	token->table.fresh = entry;
}

/* Reads the entry's record.  Damage hides it; it is read again when the file changes. */
static CK_RV
load_entry (Token *token, Entry *entry)
{
	auto_attrs Attrs record = { 0 };
	CK_RV rv = token->store->ops->read (token->store, entry->id, &record, &entry->stamp);

	note_fresh (token, entry);
	if (rv == CKR_OK)
		rv = adopt_record (token, entry, &record);
	/* Memory that is short now may not be at the next look. */
	if (rv == CKR_HOST_MEMORY)
		entry->stamp = (StoreStamp){ 0 };
	if (rv == CKR_OK || rv == CKR_HOST_MEMORY || rv == CKR_OBJECT_HANDLE_INVALID)
		return rv;
	/* SoftHSM is writing it: what it was still counts, and the next look reads again. */
	if ((entry->stored != NULL || entry->view != NULL) && rv == CKR_DATA_INVALID && !entry->stamp.settled) {
		entry->stamp = (StoreStamp){ 0 };
		return CKR_OK;
	}
	table_hide (&token->table, entry, true);
	object_unref (entry->stored);
	entry->stored = NULL;
	report_damage (token, entry, rv == CKR_DATA_INVALID ? "is damaged or of an unknown kind" : "cannot be read");
	return CKR_OK;
}

/* As the store has it now.  CKR_OBJECT_HANDLE_INVALID: it is gone, and so is the entry; CKR_HOST_MEMORY: it is as it
 * was when it was last read. */
static CK_RV
refresh_entry (Token *token, Entry *entry)
{
	CK_RV rv;

	if (entry->id == NULL || !token->store->ops->changed (token->store, entry->id, &entry->stamp))
		return CKR_OK;
	rv = load_entry (token, entry);
	if (rv == CKR_OBJECT_HANDLE_INVALID)
		table_remove (&token->table, entry);
	return rv;
}

/* --- what other processes do --- */

static int64_t
clock_ns (clockid_t clock)
{
	struct timespec now;

	clock_gettime (clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t
now_ns (void)
{
	return clock_ns (CLOCK_MONOTONIC);
}

typedef struct {
	Token *token;
	CK_RV rv;
} Listing;

/* CKR_OBJECT_HANDLE_INVALID: it has gone meanwhile. */
static CK_RV
list_new (Token *token, const char *id, Entry **entry)
{
	CK_RV rv;

	*entry = table_add (&token->table, id, 0);
	TRY_ALLOC (*entry);
	rv = load_entry (token, *entry);
	if (rv != CKR_OK)
		table_remove (&token->table, *entry);
	return rv;
}

static bool
visit_listed (void *data, const char *id)
{
	Listing *listing = data;
	Entry *entry = table_by_id (&listing->token->table, id);

	if (entry == NULL)
		listing->rv = list_new (listing->token, id, &entry);
	if (listing->rv == CKR_OBJECT_HANDLE_INVALID)
		listing->rv = CKR_OK;
	else if (listing->rv == CKR_OK)
		entry->listed = true;
	return listing->rv == CKR_OK;
}

static CK_RV
list_objects (Token *token)
{
	Listing listing = { token, CKR_OK };
	bool first = token->table.all.n_live == 0;      /* all are read just now */
	size_t at = 0;
	Entry *entry;
	CK_RV rv;

	while ((entry = table_next (&token->table, &at)) != NULL)
		entry->listed = entry->id == NULL;
	rv = token->store->ops->list (token->store, &token->seen, visit_listed, &listing);
	TRY (listing.rv != CKR_OK ? listing.rv : rv);
	for (at = 0; (entry = table_next (&token->table, &at)) != NULL;)
		if (!entry->listed)
			table_remove (&token->table, entry);
	token->listed = true;
	if (first)
		token->swept = now_ns ();
	return CKR_OK;
}

static bool
sweep_is_due (const Token *token, int64_t now, int64_t share)
{
	return token->table.all.n_live <= SWEEP_ALWAYS || now - token->swept >= share * SWEEP_PIECE_NS;
}

/* Goes round. */
static Entry *
next_swept (Token *token)
{
	Entry *entry = table_next (&token->table, &token->sweep_at);

	if (entry != NULL)
		return entry;
	token->sweep_at = 0;
	return table_next (&token->table, &token->sweep_at);
}

/* SoftHSM announces new and removed objects, but not changed ones: every record is looked at, as often as
 * that stays cheap. */
static bool
sweep_objects (Token *token, int64_t share)
{
	int64_t start = now_ns (), end = start + (start - token->swept) / share;
	size_t n = token->table.all.n_live;
	bool all = n <= SWEEP_ALWAYS;
	Entry *entry;

	if (!sweep_is_due (token, start, share))
		return false;
	for (size_t i = 1; i <= n; i++) {
		entry = next_swept (token);
		if (entry == NULL)
			break;
		refresh_entry (token, entry);
		if (!all && i % SWEEP_PIECE == 0 && now_ns () >= end)
			break;
	}
	token->swept = now_ns ();
	return true;
}

/* SoftHSM announces an object before it has written all of it: those are looked at every time until they
 * have been left alone for a while. */
static void
sweep_fresh (Token *token)
{
	Entry *entry = token->table.fresh, *next;

	token->table.fresh = NULL;
	for (; entry != NULL; entry = next) {
		next = entry->next_fresh;
		entry->is_fresh = false;
		if (refresh_entry (token, entry) != CKR_OBJECT_HANDLE_INVALID)
			note_fresh (token, entry);
	}
}

/* Brings the entry into sight if it may be seen now. */
static CK_RV
show_entry (Token *token, Entry *entry)
{
	Object *view;
	CK_RV rv;

	if (entry->stored == NULL) {
		rv = load_entry (token, entry);
		if (rv != CKR_OBJECT_HANDLE_INVALID)
			return rv;
		table_remove (&token->table, entry);
		return CKR_OK;
	}
	TRY (view_of (token, entry, entry->stored, &view));
	if (view == NULL)
		table_hide (&token->table, entry, true);
	else
		TRY (table_show (&token->table, entry, view));
	drop_stored (entry);
	return CKR_OK;
}

/* Somebody has logged in: what is private comes into sight, and what must be authentic and is not goes. */
static CK_RV
show_private (Token *token)
{
	size_t at = 0;
	Entry *entry;

	if (!token->hidden)
		return CKR_OK;
	while ((entry = table_next (&token->table, &at)) != NULL)
		if (entry->view == NULL || (entry->id != NULL && wants_authentic (token)))
			TRY (show_entry (token, entry));
	token->hidden = false;
	return CKR_OK;
}

static CK_RV
refresh_objects (Token *token)
{
	bool changed = true;

	if (token->store == NULL)
		return CKR_OK;
	if (token->listed)
		TRY (token->store->ops->list_changed (token->store, &token->seen, &changed));
	/* Until it has been listed to the end. */
	token->listed = token->listed && !changed;
	if (changed)
		TRY (list_objects (token));
	sweep_fresh (token);
	return show_private (token);
}

/* --- roles' side --- */

void
objects_logout (Token *token)
{
	size_t at = 0;
	Entry *entry;

	while ((entry = table_next (&token->table, &at)) != NULL) {
		if (entry->view == NULL || !object_is_private (entry->view))
			continue;
		if (entry->id == NULL)
			table_remove (&token->table, entry);
		else
			table_hide (&token->table, entry, true);
	}
	/* what was not authentic may be seen again: nobody can tell any more */
	token->hidden = token->config->keys_policy == KEYS_STRICT;
}

void
objects_forget (Token *token)
{
	table_clear (&token->table);
	token->listed = false;
	token->hidden = token->login != LOGIN_NONE;
}

void
objects_close_session (Token *token, CK_SESSION_HANDLE session)
{
	size_t at = 0;
	Entry *entry;

	while (token->table.n_session > 0 && (entry = table_next (&token->table, &at)) != NULL)
		if (entry->id == NULL && entry->owner == session)
			table_remove (&token->table, entry);
}

/* --- one object --- */

static CK_RV
gone (CK_OBJECT_HANDLE handle)
{
	return fail (CKR_OBJECT_HANDLE_INVALID, "there is no object %lu, or not for this user", handle);
}

static CK_RV
get_entry (Token *token, CK_OBJECT_HANDLE handle, Entry **entry)
{
	CK_RV rv;

	*entry = table_get (&token->table, handle);
	rv = *entry ? refresh_entry (token, *entry) : CKR_OBJECT_HANDLE_INVALID;
	if (rv == CKR_OBJECT_HANDLE_INVALID || (rv == CKR_OK && (*entry)->view == NULL))
		return gone (handle);
	return rv;
}

static int64_t
coarse_tick (void)
{
	return clock_ns (CLOCK_MONOTONIC_COARSE);
}

/* The same for using a key.  A look at the disk costs more than many an operation: there is one in each tick of the
 * coarse clock, some milliseconds, so that a change elsewhere counts that much later. */
static CK_RV
get_entry_for_use (Token *token, CK_OBJECT_HANDLE handle, Entry **entry)
{
	int64_t tick = coarse_tick ();

	*entry = table_get (&token->table, handle);
	if (*entry != NULL && (*entry)->looked == tick && (*entry)->stamp.settled && (*entry)->view != NULL)
		return CKR_OK;
	TRY (get_entry (token, handle, entry));
	(*entry)->looked = tick;
	return CKR_OK;
}

/* No clock says 0: what was changed just now is looked at every time. */
static TokenMoment
moment_of (const Token *token, const Entry *entry)
{
	bool counts = entry->id == NULL || entry->stamp.settled;

	return (TokenMoment){ token->table.n_changes, counts ? entry->looked : 0 };
}

bool
token_is_unchanged (const Token *token, const TokenMoment *moment)
{
	return __atomic_load_n (&token->table.n_changes, __ATOMIC_ACQUIRE) == moment->n_changes &&
	       coarse_tick () == moment->tick;
}

bool
token_lost_keys (Token *token)
{
	return __atomic_load_n (&token->table.lost, __ATOMIC_ACQUIRE) &&
	       __atomic_exchange_n (&token->table.lost, false, __ATOMIC_ACQ_REL);
}

CK_RV
token_see_object (Token *token, CK_OBJECT_HANDLE handle, Object **object)
{
	auto_unlock Token *locked = token_lock (token);
	Entry *entry;

	TRY (get_entry (locked, handle, &entry));
	*object = object_ref (entry->view);
	return CKR_OK;
}

static bool
release_memory (Token *token)
{
	bool released = false;
	size_t at = 0;
	Entry *entry;

	while ((entry = table_next (&token->table, &at)) != NULL) {
		if (entry->opened == NULL || entry->opened == entry->view ||
		    __atomic_load_n (&entry->opened->refs, __ATOMIC_ACQUIRE) > 1)
			continue;
		object_unref (entry->opened);
		entry->opened = NULL;
		released = true;
	}
	return released;
}

bool
token_release_memory (Token *token)
{
	auto_unlock Token *locked = token_lock (token);

	return release_memory (locked);
}

static CK_RV
open_view (Token *token, Entry *entry)
{
	auto_attrs Attrs open = { 0 };
	CK_RV rv = open_attrs (token, &entry->view->attrs, true, &open);

	if (rv == CKR_DATA_INVALID)
		return fail (CKR_DEVICE_ERROR, "object %s is damaged", entry->id ? entry->id : "of a session");
	TRY (rv);
	return object_publish (&open, &entry->opened);
}

static CK_RV
open_entry (Token *token, Entry *entry)
{
	CK_RV rv;

	if (entry->opened != NULL)
		return CKR_OK;
	if (!object_has_sealed (entry->view)) {
		entry->opened = object_ref (entry->view);
		return CKR_OK;
	}
	rv = open_view (token, entry);
	if (rv == CKR_HOST_MEMORY && release_memory (token))
		rv = open_view (token, entry);
	return rv;
}

CK_RV
token_open_object_at (Token *token, CK_OBJECT_HANDLE handle, Object **object, TokenMoment *moment)
{
	auto_unlock Token *locked = token_lock (token);
	Entry *entry;

	TRY (get_entry_for_use (locked, handle, &entry));
	TRY (open_entry (locked, entry));
	*object = object_ref (entry->opened);
	*moment = moment_of (locked, entry);
	return CKR_OK;
}

CK_RV
token_open_object (Token *token, CK_OBJECT_HANDLE handle, Object **object)
{
	TokenMoment moment;

	return token_open_object_at (token, handle, object, &moment);
}

/* Puts an attribute into a record: sealed where the object is private. */
static CK_RV
put_record (Token *token, const Attr *attr, bool private, Attrs *record)
{
	auto_wipe Buf sealed = BUF_PLAIN;

	if (!private || attr->kind != IS_BYTES || attr->len == 0)
		return attrs_put (record, attr);
	if (token->login != LOGIN_USER)
		return fail (CKR_USER_NOT_LOGGED_IN, "private objects need the user to be logged in");
	TRY (token->store->ops->seal (&token->master, attr_bytes (attr), &sealed));
	return attrs_set_sealed (record, attr->type, bytes_of (&sealed));
}

static CK_RV
make_record (Token *token, const Attrs *draft, Attrs *record)
{
	bool private = attrs_bool (draft, CKA_PRIVATE, true);

	for (uint32_t i = 0; i < draft->n; i++)
		TRY (put_record (token, &draft->list[i], private, record));
	return CKR_OK;
}

/* What nobody could tag would be out of sight once somebody has logged in. */
static CK_RV
may_write (Token *token)
{
	if (token->config->keys_policy == KEYS_STRICT && open_master (token) == NULL)
		return fail (CKR_USER_NOT_LOGGED_IN, "objects of the token are written by who has logged in (keys.policy)");
	return CKR_OK;
}

static CK_RV
write_token_object (Token *token, const Attrs *draft, CK_OBJECT_HANDLE *handle)
{
	auto_attrs Attrs record = { 0 };
	char id[STORE_ID_SIZE];
	StoreStamp stamp;
	Entry *entry;
	CK_RV rv;

	TRY (may_write (token));
	TRY (make_record (token, draft, &record));
	TRY (token->store->ops->add (token->store, &record, open_master (token), id, &stamp, &token->seen));
	entry = table_add (&token->table, id, 0);
	if (entry != NULL)
		entry->stamp = stamp;
	rv = entry ? adopt_record (token, entry, &record) : CKR_HOST_MEMORY;
	if (rv == CKR_OK) {
		*handle = entry->handle;
		return CKR_OK;
	}
	/* Nobody would know of it. */
	token->store->ops->remove (token->store, id, &token->seen);
	if (entry != NULL)
		table_remove (&token->table, entry);
	return rv;
}

static CK_RV
not_for_public (void)
{
	return fail (CKR_USER_NOT_LOGGED_IN, "private objects need the user to be logged in");
}

/* A look at the disk costs more than the rest: there is one in each tick of the coarse clock. */
static bool
login_is_checked (const Token *token, int64_t tick)
{
	return __atomic_load_n (&token->checked, __ATOMIC_RELAXED) == tick;
}

static void
note_checked (Token *token, int64_t tick)
{
	__atomic_store_n (&token->checked, tick, __ATOMIC_RELAXED);
}

static void
check_login_at_times (Token *token)
{
	int64_t tick = coarse_tick ();

	if (!login_is_checked (token, tick))
		token_check_login (token);
	note_checked (token, tick);
}

static CK_RV
put_session_object (Token *token, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle, Object *object)
{
	auto_unlock Token *locked = token_lock (token);
	Entry *entry;
	CK_RV rv;

	check_login_at_times (locked);
	if (object_is_private (object) && locked->login != LOGIN_USER)
		return not_for_public ();
	entry = table_add (&locked->table, NULL, session);
	TRY_ALLOC (entry);
	entry->handle = handle;
	rv = table_show (&locked->table, entry, object_ref (object));
	if (rv != CKR_OK)
		table_remove (&locked->table, entry);
	return rv;
}

/* Its handle, which no other object in this process has, makes its unique id. */
static CK_RV
add_session_object (Token *token, CK_SESSION_HANDLE session, Attrs *draft, CK_OBJECT_HANDLE *handle)
{
	auto_unref Object *object = NULL;
	CK_OBJECT_HANDLE made = handle_new ();
	char id[STORE_ID_SIZE];
	int n = snprintf (id, sizeof id, "session-%lu", made);

	TRY (attrs_set_bytes (draft, CKA_UNIQUE_ID, bytes ((const uint8_t *)id, (size_t)n)));
	TRY (object_publish (draft, &object));
	TRY (put_session_object (token, session, made, object));
	*handle = made;
	return CKR_OK;
}

static CK_RV
add_token_object (Token *token, const Attrs *draft, CK_OBJECT_HANDLE *handle)
{
	auto_unlock Token *locked = token_lock (token);

	token_check_login (locked);
	if (attrs_bool (draft, CKA_PRIVATE, true) && locked->login != LOGIN_USER)
		return not_for_public ();
	/* What is on the disk already must be known before: the new one may be listed next. */
	TRY (refresh_objects (locked));
	return write_token_object (locked, draft, handle);
}

CK_RV
token_add_object (Token *token, CK_SESSION_HANDLE session, Attrs *draft, CK_OBJECT_HANDLE *handle)
{
	if (attrs_bool (draft, CKA_TOKEN, false))
		return add_token_object (token, draft, handle);
	return add_session_object (token, session, draft, handle);
}

typedef struct {
	Token *token;
	TokenChange change;
	void *data;
} RecordChange;

/* What did not change keeps its ciphertext. */
static CK_RV
change_record (void *data, Attrs *record)
{
	RecordChange *change = data;
	Token *token = change->token;
	auto_attrs Attrs before = { 0 };
	auto_attrs Attrs after = { 0 };
	bool private;

	if (rules_for_attrs (record) == NULL)
		return CKR_OBJECT_HANDLE_INVALID;
	TRY (open_attrs (token, record, true, &before));
	TRY (attrs_copy (&after, &before));
	TRY (change->change (change->data, &after));
	private = attrs_bool (&after, CKA_PRIVATE, true);
	for (uint32_t i = 0; i < after.n; i++) {
		const Attr *now = &after.list[i], *old = attrs_find (&before, now->type);

		if (old == NULL || !bytes_equal (attr_bytes (old), attr_bytes (now)))
			TRY (put_record (token, now, private, record));
	}
	return CKR_OK;
}

static CK_RV
change_token_object (Token *token, Entry *entry, TokenChange change, void *data)
{
	RecordChange edit = { token, change, data };
	StoreChange whole = { change_record, &edit, open_master (token), wants_authentic (token) };
	CK_RV rv = may_write (token);

	if (rv == CKR_OK)
		rv = token->store->ops->edit (token->store, entry->id, &whole, &entry->stamp);
	if (rv == CKR_OK) {
		rv = load_entry (token, entry);
		/* It is done: what there is no memory for now is read at the next look. */
		return rv == CKR_HOST_MEMORY ? CKR_OK : rv;
	}
	if (rv == CKR_DATA_INVALID)
		return fail (CKR_DEVICE_ERROR, "object %s is damaged", entry->id);
	return rv;
}

static CK_RV
change_session_object (Token *token, Entry *entry, TokenChange change, void *data)
{
	auto_attrs Attrs after = { 0 };
	Object *object;

	TRY (attrs_copy (&after, &entry->view->attrs));
	TRY (change (data, &after));
	TRY (object_publish (&after, &object));
	return table_show (&token->table, entry, object);
}

CK_RV
token_change_object (Token *token, CK_OBJECT_HANDLE handle, TokenChange change, void *data)
{
	auto_unlock Token *locked = token_lock (token);
	Entry *entry;

	token_check_login (locked);
	TRY (get_entry (locked, handle, &entry));
	if (entry->id == NULL)
		return change_session_object (locked, entry, change, data);
	return change_token_object (locked, entry, change, data);
}

CK_RV
token_destroy_object (Token *token, CK_OBJECT_HANDLE handle, bool *used)
{
	auto_unlock Token *locked = token_lock (token);
	Entry *entry;

	TRY (get_entry (locked, handle, &entry));
	if (used != NULL)
		*used = entry->looked != 0;
	if (entry->id != NULL)
		TRY (locked->store->ops->remove (locked->store, entry->id, &locked->seen));
	table_remove (&locked->table, entry);
	return CKR_OK;
}

CK_RV
token_object_size (Token *token, CK_OBJECT_HANDLE handle, CK_ULONG *size)
{
	auto_unlock Token *locked = token_lock (token);
	Entry *entry;

	TRY (get_entry (locked, handle, &entry));
	*size = entry->id ? (CK_ULONG)entry->stamp.size : 0;
	for (uint32_t i = 0; entry->id == NULL && i < entry->view->attrs.n; i++)
		*size += sizeof (Attr) + entry->view->attrs.list[i].len;
	return CKR_OK;
}

/* --- search --- */

static bool
value_matches (const Attr *attr, const CK_ATTRIBUTE *wanted)
{
	Bytes value = attr_bytes (attr), given = bytes (wanted->pValue, wanted->ulValueLen);

	switch (attr->kind) {
	case IS_BOOL:
		return given.len == 1 && (given.data[0] != 0) == (value.data[0] != 0);
	case IS_ULONG:
	case IS_BYTES:
		return bytes_equal_sec (value, given);
	default:
		return false;
	}
}

typedef struct {
	Token *token;
	const CK_ATTRIBUTE *template;
	CK_ULONG n;
	bool shared;            /* the token's lock is: nothing may be opened */
	CK_RV rv;               /* CKR_HOST_MEMORY: there is no memory to tell; CKR_CANT_LOCK: something is to be opened */
} Search;

static const Attr *
opened_attr (Search *search, Entry *entry, CK_ATTRIBUTE_TYPE type)
{
	CK_RV rv = CKR_OK;

	if (entry->opened == NULL)
		rv = search->shared ? CKR_CANT_LOCK : open_entry (search->token, entry);
	if (rv == CKR_HOST_MEMORY || rv == CKR_CANT_LOCK)
		search->rv = rv;
	return rv == CKR_OK ? attrs_find (&entry->opened->attrs, type) : NULL;
}

static bool
attr_matches (Search *search, Entry *entry, const CK_ATTRIBUTE *wanted)
{
	const Attr *attr = attrs_find (&entry->view->attrs, wanted->type);

	if (attr == NULL || (wanted->pValue == NULL && wanted->ulValueLen > 0) ||
	    !rules_may_reveal (&entry->view->attrs, wanted->type))
		return false;
	if (attr->sealed)
		attr = opened_attr (search, entry, wanted->type);
	return attr != NULL && value_matches (attr, wanted);
}

static bool
entry_matches (Search *search, Entry *entry)
{
	if (entry->view == NULL)
		return false;
	for (CK_ULONG i = 0; i < search->n; i++)
		if (!attr_matches (search, entry, &search->template[i]))
			return false;
	return true;
}

static int
compare_handles (const void *a, const void *b)
{
	const CK_OBJECT_HANDLE *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static CK_RV
find_matching (Search *search, Buf *handles)
{
	const Table *table = &search->token->table;
	TableCursor cursor = { 0 };
	Entry *entry;

	search->rv = CKR_OK;
	while (search->rv == CKR_OK && (entry = table_candidate (table, &cursor, search->template, search->n)) != NULL)
		if (entry_matches (search, entry))
			TRY_ALLOC (buf_add (handles, bytes (&entry->handle, sizeof entry->handle)));
	return search->rv;
}

/* Is there nothing to read, and nothing to bring into sight, before a search? */
static bool
is_up_to_date (Token *token)
{
	int64_t tick = coarse_tick ();
	const Master *master = token->login != LOGIN_NONE && !login_is_checked (token, tick) ? &token->master : NULL;

	if (token->store == NULL)
		return true;
	if (!token->listed || token->hidden || token->table.fresh != NULL || sweep_is_due (token, now_ns (), SWEEP_SHARE) ||
	    !token->store->ops->is_as_listed (token->store, token->seen, master))
		return false;
	note_checked (token, tick);
	return true;
}

/* Several threads search at once.  False: it takes one alone. */
static bool
find_shared (Token *token, Search *search, Buf *handles)
{
	auto_unlock Token *locked = token_share (token);

	search->shared = true;
	return is_up_to_date (locked) && find_matching (search, handles) == CKR_OK && handles->len > 0;
}

static CK_RV
find_alone (Token *token, Search *search, Buf *handles)
{
	auto_unlock Token *locked = token_lock (token);

	search->shared = false;
	buf_cut (handles, 0);
	token_check_login (locked);
	TRY (refresh_objects (locked));
	TRY (find_matching (search, handles));
	if (!sweep_objects (locked, handles->len > 0 ? SWEEP_SHARE : SWEEP_SHARE_MISSED))
		return CKR_OK;
	buf_cut (handles, 0);
	return find_matching (search, handles);
}

CK_RV
token_find (Token *token, const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE **found, CK_ULONG *n_found)
{
	Search search = { .token = token, .template = template, .n = n };
	auto_wipe Buf handles = BUF_PLAIN;

	if (!find_shared (token, &search, &handles))
		TRY (find_alone (token, &search, &handles));
	*n_found = handles.len / sizeof (CK_OBJECT_HANDLE);
	if (*n_found > 1)
		qsort (handles.data, *n_found, sizeof (CK_OBJECT_HANDLE), compare_handles);
	*found = (CK_OBJECT_HANDLE *)(void *)buf_steal (&handles).data;
	return CKR_OK;
}
