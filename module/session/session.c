/* The library's state, and sessions: entering, leaving, logging in.
 *
 * Locks are taken downstairs: the library's (shared to look a slot up, alone to change what there is), then a
 * shelf's to look a session up, then the session's for the whole call, then the token's for a moment.  Who holds
 * one of the first two never waits for a session: so they may also be taken from inside one. */

#include "session.h"
#include "handles.h"
#include "random.h"
#include "secmem.h"

#include <stdlib.h>

typedef enum { STOPPED, STARTED, FORKED } State;

/* Sessions stand on several shelves, by their handles: threads with sessions of their own do not meet there. */
#define N_SHELVES 16
#define SHELF { .lock = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP }
#define FOUR_SHELVES SHELF, SHELF, SHELF, SHELF

typedef struct {
	_Alignas (64) pthread_mutex_t lock;
	Handles sessions;
} Shelf;

/* All that this module keeps between calls. */
static struct {
	pthread_rwlock_t lock;
	State state;
	Config config;
	Slots slots;
	Shelf shelves[N_SHELVES];
	const Mech **mechs;     /* those that the configuration allows, ascending by type */
	size_t n_mechs;
	Buf seal_key;           /* for states of digests that callers keep */
	bool watches_fork;
	bool in_child;          /* a fork copied all this */
} library = { .lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP,
	      .shelves = { FOUR_SHELVES, FOUR_SHELVES, FOUR_SHELVES, FOUR_SHELVES } };

#define auto_read __attribute__ ((cleanup (library_unlock), unused))
#define auto_write __attribute__ ((cleanup (library_unlock), unused))

static pthread_rwlock_t *
library_read_lock (void)
{
	pthread_rwlock_rdlock (&library.lock);
	return &library.lock;
}

static pthread_rwlock_t *
library_write_lock (void)
{
	pthread_rwlock_wrlock (&library.lock);
	return &library.lock;
}

static void
library_unlock (pthread_rwlock_t **lock)
{
	pthread_rwlock_unlock (*lock);
}

/* --- shelves --- */

#define auto_shelve __attribute__ ((cleanup (shelf_unlock), unused))
#define auto_shelve_all __attribute__ ((cleanup (shelves_unlock), unused))

/* The one where the session stands, if it stands anywhere. */
static Shelf *
shelf_lock (CK_SESSION_HANDLE handle)
{
	Shelf *shelf = &library.shelves[handle % N_SHELVES];

	pthread_mutex_lock (&shelf->lock);
	return shelf;
}

static void
shelf_unlock (Shelf **shelf)
{
	pthread_mutex_unlock (&(*shelf)->lock);
}

/* The library's state changes under all of them, so that one is enough to read it. */
static Shelf *
shelves_lock (void)
{
	for (size_t i = 0; i < N_SHELVES; i++)
		pthread_mutex_lock (&library.shelves[i].lock);
	return library.shelves;
}

static void
shelves_unlock (Shelf **shelves)
{
	for (size_t i = N_SHELVES; i > 0; i--)
		pthread_mutex_unlock (&(*shelves)[i - 1].lock);
}

typedef struct {
	size_t shelf, at;
} ShelfWalk;

/* Every session, in no order; all shelves are locked. */
static Session *
next_session (ShelfWalk *walk)
{
	for (; walk->shelf < N_SHELVES; walk->shelf++, walk->at = 0) {
		Session *session = handles_next (&library.shelves[walk->shelf].sessions, &walk->at);

		if (session != NULL)
			return session;
	}
	return NULL;
}

/* Handles that are none: of every key, and of those alone that no operation uses now. */
#define EVERY_KEY    ((CK_OBJECT_HANDLE)-1)
#define RESTING_KEYS ((CK_OBJECT_HANDLE)-2)

/* --- fork --- */

/* Nobody else holds a lock while the process is copied, so the child finds every structure whole. */
static void
before_fork (void)
{
	pthread_rwlock_wrlock (&library.lock);
	shelves_lock ();
	for (size_t i = 0; i < library.slots.n; i++)
		token_before_fork (library.slots.list[i]);
	sec_before_fork ();
	log_before_fork ();
}

static void
after_fork (bool in_child)
{
	Shelf *shelves = library.shelves;

	log_after_fork ();
	sec_after_fork (in_child);
	for (size_t i = library.slots.n; i > 0; i--)
		token_after_fork (library.slots.list[i - 1], in_child);
	shelves_unlock (&shelves);
}

static void
after_fork_in_parent (void)
{
	after_fork (false);
	pthread_rwlock_unlock (&library.lock);
}

/* Threads that were inside a session are not in the child: their sessions are free again, without what was
 * under way.  The lock itself begins anew, since another thread than this one may be what it remembers. */
static void
after_fork_in_child (void)
{
	ShelfWalk walk = { 0 };
	Session *session;

	after_fork (true);
	library.lock = (pthread_rwlock_t)PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
	library.in_child = true;
	if (library.state == STARTED && library.config.reset_on_fork)
		library.state = FORKED;
	while ((session = next_session (&walk)) != NULL) {
		/* what another thread was doing there is left where it is: half done, it is not to be touched */
		if (pthread_mutex_trylock (&session->lock) != 0) {
			memset (session->ops, 0, sizeof session->ops);
			memset (session->messages, 0, sizeof session->messages);
		}
		pthread_mutex_init (&session->lock, NULL);
		pthread_mutex_init (&session->forget_lock, NULL);
	}
}

static CK_RV
watch_fork (void)
{
	if (library.watches_fork)
		return CKR_OK;
	if (pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child) != 0)
		return CKR_HOST_MEMORY;
	library.watches_fork = true;
	return CKR_OK;
}

/* --- starting and stopping --- */

static void
session_free (Session *session)
{
	for (size_t i = 0; i < N_OPS; i++)
		op_clear (&session->ops[i]);
	for (size_t i = 0; i < N_MESSAGES; i++)
		message_clear (&session->messages[i]);
	free (session->found);
	pthread_mutex_destroy (&session->lock);
	pthread_mutex_destroy (&session->forget_lock);
	free (session);
}

static void
session_unref (Session *session)
{
	if (__atomic_sub_fetch (&session->refs, 1, __ATOMIC_ACQ_REL) == 0)
		session_free (session);
}

static void
forget_mechs (void)
{
	free (library.mechs);
	library.mechs = NULL;
	library.n_mechs = 0;
}

static int
compare_mechs (const void *a, const void *b)
{
	const Mech *const *x = a, *const *y = b;

	return (*x)->type < (*y)->type ? -1 : (*x)->type > (*y)->type;
}

static CK_RV
allow_mechs (void)
{
	size_t n = 0;

	while (mech_at (n) != NULL)
		n++;
	library.mechs = calloc (n, sizeof (const Mech *));
	TRY_ALLOC (library.mechs);
	for (size_t i = 0; i < n; i++)
		if (config_has_mechanism (&library.config, mech_at (i)->name))
			library.mechs[library.n_mechs++] = mech_at (i);
	qsort (library.mechs, library.n_mechs, sizeof (const Mech *), compare_mechs);
	return CKR_OK;
}

static void
drop_everything (void)
{
	ShelfWalk walk = { 0 };
	Session *session;

	while ((session = next_session (&walk)) != NULL)
		session_unref (session);
	for (size_t i = 0; i < N_SHELVES; i++)
		handles_clear (&library.shelves[i].sessions);
	forget_mechs ();
	buf_clear (&library.seal_key);
	slots_stop (&library.slots);
	log_stop ();
	config_clear (&library.config);
	library.state = STOPPED;
}

/* What the parent had is not ours to free: its secret pages are gone, and whoever held references with it. */
static void
abandon_everything (void)
{
	for (size_t i = 0; i < N_SHELVES; i++)
		library.shelves[i].sessions = (Handles){ 0 };
	library.slots = (Slots){ 0 };
	library.seal_key = BUF_SECRET;
	forget_mechs ();
	library.state = STOPPED;
	log_stop ();
	config_clear (&library.config);
}

static void
leave_parents_state (void)
{
	if (library.state == FORKED)
		abandon_everything ();
	else if (library.state == STARTED)
		drop_everything ();
	library.in_child = false;
}

static void
log_warnings (const char *lines)
{
	for (size_t n; lines != NULL && *lines != '\0'; lines += n + 1) {
		n = strcspn (lines, "\n");
		log_warning ("%.*s", (int)n, lines);
	}
}

static CK_RV
make_seal_key (void)
{
	library.seal_key = BUF_SECRET;
	TRY_ALLOC (buf_grow (&library.seal_key, SEAL_KEY_SIZE));
	return random_bytes (library.seal_key.data, SEAL_KEY_SIZE);
}

/* All zero where the library stops just now. */
void
library_seal_key (uint8_t key[static SEAL_KEY_SIZE])
{
	auto_read pthread_rwlock_t *lock = library_read_lock ();

	memset (key, 0, SEAL_KEY_SIZE);
	if (library.seal_key.len == SEAL_KEY_SIZE)
		memcpy (key, library.seal_key.data, SEAL_KEY_SIZE);
}

static CK_RV
start_configured (void)
{
	CK_RV rv;

	/* An error goes to syslog: where else is not known yet. */
	log_start (LOG_LEVEL_WARNING, NULL);
	rv = config_load (&library.config, NULL);

	if (rv != CKR_OK) {
		/* Having none is normal for most who load us, and nothing to fill the system's log with. */
		log_message (library.config.is_missing ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s",
		             library.config.error ? library.config.error : "no memory");
		return rv == CKR_HOST_MEMORY ? rv : CKR_GENERAL_ERROR;
	}
	log_start (library.config.log_level, library.config.log_file);
	log_warnings (library.config.warnings);
	sec_set_wipe_on_fork (library.config.reset_on_fork);
	TRY (watch_fork ());
	TRY (allow_mechs ());
	TRY (make_seal_key ());
	return slots_start (&library.slots, &library.config);
}

CK_RV
library_start (void)
{
	auto_write pthread_rwlock_t *lock = library_write_lock ();
	auto_shelve_all Shelf *shelves = shelves_lock ();
	CK_RV rv;

	if (library.in_child)
		leave_parents_state ();
	if (library.state != STOPPED)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	rv = start_configured ();
	if (rv == CKR_OK)
		library.state = STARTED;
	else
		drop_everything ();
	return rv;
}

CK_RV
library_stop (void)
{
	auto_write pthread_rwlock_t *lock = library_write_lock ();
	auto_shelve_all Shelf *shelves = shelves_lock ();

	if (library.state != STARTED)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	drop_everything ();
	return CKR_OK;
}

CK_RV
library_check (void)
{
	auto_read pthread_rwlock_t *lock = library_read_lock ();

	return library.state == STARTED ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED;
}

const Config *
library_config (void)
{
	return &library.config;
}

/* --- slots --- */

CK_RV
library_token (CK_SLOT_ID slot, Token **token)
{
	auto_read pthread_rwlock_t *lock = library_read_lock ();

	if (library.state != STARTED)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	*token = slots_find (&library.slots, slot);
	return *token ? CKR_OK : fail (CKR_SLOT_ID_INVALID, "there is no slot %lu", slot);
}

static CK_RV
give_slots (CK_SLOT_ID *list, CK_ULONG *n)
{
	CK_ULONG room = *n;

	*n = library.slots.n;
	if (list == NULL)
		return CKR_OK;
	if (room < *n)
		return CKR_BUFFER_TOO_SMALL;
	for (size_t i = 0; i < library.slots.n; i++)
		list[i] = token_slot (library.slots.list[i]);
	return CKR_OK;
}

CK_RV
library_slots (CK_SLOT_ID *list, CK_ULONG *n)
{
	auto_write pthread_rwlock_t *lock = library_write_lock ();

	if (library.state != STARTED)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (n == NULL)
		return CKR_ARGUMENTS_BAD;
	/* PKCS #11 v3.2 section 5.5.1: the list may change only when its length is asked for. */
	if (list == NULL)
		slots_refresh (&library.slots);
	return give_slots (list, n);
}

const Mech *
library_mech (CK_MECHANISM_TYPE type)
{
	size_t low = 0, high = library.n_mechs;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (library.mechs[middle]->type == type)
			return library.mechs[middle];
		if (library.mechs[middle]->type < type)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* --- sessions --- */

static Session *
session_new (Token *token, bool read_write)
{
	Session *session = calloc (1, sizeof (Session));

	if (session == NULL)
		return NULL;
	*session = (Session){ .handle = handle_new (), .token = token, .read_write = read_write, .refs = 1 };
	pthread_mutex_init (&session->lock, NULL);
	pthread_mutex_init (&session->forget_lock, NULL);
	return session;
}

static CK_RV
put_session (Session *session)
{
	auto_shelve Shelf *shelf = shelf_lock (session->handle);

	TRY (token_open_session (session->token, session->read_write));
	if (handles_put (&shelf->sessions, session->handle, session))
		return CKR_OK;
	token_close_session (session->token, session->handle, session->read_write);
	return CKR_HOST_MEMORY;
}

CK_RV
session_open (CK_SLOT_ID slot, bool read_write, CK_SESSION_HANDLE *handle)
{
	auto_read pthread_rwlock_t *lock = library_read_lock ();
	Token *token = library.state == STARTED ? slots_find (&library.slots, slot) : NULL;
	CK_SESSION_HANDLE made;
	Session *session;
	CK_RV rv;

	if (library.state != STARTED)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (token == NULL)
		return fail (CKR_SLOT_ID_INVALID, "there is no slot %lu", slot);
	session = session_new (token, read_write);
	TRY_ALLOC (session);
	made = session->handle; /* whoever closes all sessions frees it as soon as it is put there */
	rv = put_session (session);
	if (rv == CKR_OK)
		*handle = made;
	else
		session_free (session);
	return rv;
}

/* A call that is inside the session goes on to its end; the last one to leave frees it. */
static void
unlink_session (Shelf *shelf, Session *session)
{
	handles_remove (&shelf->sessions, session->handle);
	token_close_session (session->token, session->handle, session->read_write);
	session_unref (session);
}

static CK_RV
close_one (CK_SESSION_HANDLE handle, Token **token)
{
	auto_shelve Shelf *shelf = shelf_lock (handle);
	Session *session = handles_get (&shelf->sessions, handle);

	if (library.state != STARTED)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (session == NULL)
		return fail (CKR_SESSION_HANDLE_INVALID, "there is no session %lu", handle);
	*token = session->token;
	unlink_session (shelf, session);
	return CKR_OK;
}

/* Its objects go with it, and others may keep keys that were among them. */
CK_RV
session_close (CK_SESSION_HANDLE handle)
{
	auto_read pthread_rwlock_t *lock = library_read_lock ();
	Token *token = NULL;

	TRY (close_one (handle, &token));
	if (token_lost_keys (token))
		session_forget_operations (token, NULL, RESTING_KEYS);
	return CKR_OK;
}

CK_RV
session_close_all (CK_SLOT_ID slot)
{
	auto_read pthread_rwlock_t *lock = library_read_lock ();
	auto_shelve_all Shelf *shelves = shelves_lock ();
	Token *token = library.state == STARTED ? slots_find (&library.slots, slot) : NULL;
	ShelfWalk walk = { 0 };
	Session *session;

	if (library.state != STARTED)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (token == NULL)
		return fail (CKR_SLOT_ID_INVALID, "there is no slot %lu", slot);
	while ((session = next_session (&walk)) != NULL)
		if (session->token == token)
			unlink_session (&shelves[walk.shelf], session);
	return CKR_OK;
}

static CK_RV
find_session (CK_SESSION_HANDLE handle, Session **session)
{
	auto_shelve Shelf *shelf = shelf_lock (handle);

	if (library.state != STARTED)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	*session = handles_get (&shelf->sessions, handle);
	if (*session == NULL)
		return fail (CKR_SESSION_HANDLE_INVALID, "there is no session %lu", handle);
	__atomic_add_fetch (&(*session)->refs, 1, __ATOMIC_RELAXED);
	return CKR_OK;
}

/* Is it one of those with the key @handle, with any private one (0), or with any? */
static bool
is_meant (const Object *key, CK_OBJECT_HANDLE its_handle, CK_OBJECT_HANDLE handle)
{
	if (key == NULL)
		return false;
	return handle == EVERY_KEY || (handle != 0 ? its_handle == handle : object_is_private (key));
}

/* What rests lets go of its key, whatever key that is.  False: there was none. */
static bool
forget_operations (Session *session, CK_OBJECT_HANDLE handle)
{
	bool any = false;

	for (size_t i = 0; i < N_OPS; i++) {
		Op *op = &session->ops[i];

		if (!is_meant (op->key, op->key_handle, handle) && (op->key == NULL || op_is_active (op)))
			continue;
		op_end (op);
		any = true;
	}
	for (size_t i = 0; i < N_MESSAGES; i++)
		if (is_meant (session->messages[i].key, session->messages[i].key_handle, handle))
			message_end (&session->messages[i]);
	return any;
}

/* A thread is in the session: it does so itself, when it leaves at the latest. */
static void
note_forgotten (Session *session, CK_OBJECT_HANDLE handle)
{
	pthread_mutex_lock (&session->forget_lock);
	if (session->n_forget > 0 && handle == RESTING_KEYS) {
		/* whatever is noted does that, too */
	} else if (session->n_forget < N_ELEMENTS (session->forget)) {
		session->forget[session->n_forget] = handle;
		__atomic_store_n (&session->n_forget, session->n_forget + 1, __ATOMIC_RELEASE);
	} else {
		session->forget[0] = EVERY_KEY;
	}
	pthread_mutex_unlock (&session->forget_lock);
}

/* Its lock is ours. */
static void
forget_noted (Session *session)
{
	if (__atomic_load_n (&session->n_forget, __ATOMIC_ACQUIRE) == 0)
		return;
	pthread_mutex_lock (&session->forget_lock);
	for (unsigned i = 0; i < session->n_forget; i++)
		forget_operations (session, session->forget[i]);
	__atomic_store_n (&session->n_forget, 0, __ATOMIC_RELEASE);
	pthread_mutex_unlock (&session->forget_lock);
}

CK_RV
session_enter (CK_SESSION_HANDLE handle, Session **session)
{
	Session *found;

	TRY (find_session (handle, &found));
	pthread_mutex_lock (&found->lock);
	forget_noted (found);
	*session = found;
	return CKR_OK;
}

void
session_leave (Session **session)
{
	if (*session == NULL)
		return;
	if (token_lost_keys ((*session)->token))
		session_forget_operations ((*session)->token, *session, RESTING_KEYS);
	forget_noted (*session);
	pthread_mutex_unlock (&(*session)->lock);
	session_unref (*session);
}

/* --- login --- */

CK_STATE
session_state (Session *session)
{
	switch (token_logged_in (session->token)) {
	case LOGIN_SO:
		return CKS_RW_SO_FUNCTIONS;
	case LOGIN_USER:
		return session->read_write ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
	default:
		return session->read_write ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
	}
}

/* What waits for a PIN: the operation that was begun last, if it does. */
static bool *
waiting (Session *session)
{
	if (session->begun_last != NULL && *session->begun_last)
		return session->begun_last;
	for (size_t i = 0; i < N_OPS; i++)
		if (session->ops[i].needs_login)
			return &session->ops[i].needs_login;
	for (size_t i = 0; i < N_MESSAGES; i++)
		if (session->messages[i].needs_login)
			return &session->messages[i].needs_login;
	return NULL;
}

/* CKU_CONTEXT_SPECIFIC: a PIN for one operation. */
static CK_RV
login_for_operation (Session *session, Bytes pin)
{
	bool *needs_login = waiting (session);

	if (needs_login == NULL)
		return fail (CKR_OPERATION_NOT_INITIALIZED, "no operation waits for a PIN");
	TRY (token_check_pin (session->token, pin));
	*needs_login = false;
	return CKR_OK;
}

CK_RV
session_login (Session *session, CK_USER_TYPE who, Bytes pin)
{
	switch (who) {
	case CKU_SO:
		return token_login (session->token, LOGIN_SO, pin);
	case CKU_USER:
		return token_login (session->token, LOGIN_USER, pin);
	case CKU_CONTEXT_SPECIFIC:
		return login_for_operation (session, pin);
	default:
		return fail (CKR_USER_TYPE_INVALID, "there is no user %lu", who);
	}
}

/* In a session that is in a call now they end with that call. */
static bool
forget_everywhere (Token *token, Session *own, CK_OBJECT_HANDLE handle)
{
	auto_shelve_all Shelf *shelves = shelves_lock ();
	bool any = own != NULL && forget_operations (own, handle);
	ShelfWalk walk = { 0 };
	Session *session;

	while ((session = next_session (&walk)) != NULL) {
		if (session == own || session->token != token)
			continue;
		if (pthread_mutex_trylock (&session->lock) != 0) {
			note_forgotten (session, handle);
			continue;
		}
		any |= forget_operations (session, handle);
		pthread_mutex_unlock (&session->lock);
	}
	return any;
}

void
session_forget_operations (Token *token, Session *own, CK_OBJECT_HANDLE handle)
{
	token_lost_keys (token);
	forget_everywhere (token, own, handle);
}

bool
session_release_memory (Session *own)
{
	bool any = forget_everywhere (own->token, own, RESTING_KEYS);

	return token_release_memory (own->token) || any;
}

CK_RV
session_logout (Session *session)
{
	token_logout (session->token);
	session_forget_operations (session->token, session, 0);
	return CKR_OK;
}

static CK_RV
check_pin_length (Bytes pin)
{
	if (pin.len < PIN_MIN || pin.len > PIN_MAX)
		return fail (CKR_PIN_LEN_RANGE, "a PIN has %d to %d bytes", PIN_MIN, PIN_MAX);
	return CKR_OK;
}

CK_RV
session_init_pin (Session *session, Bytes pin)
{
	if (token_logged_in (session->token) != LOGIN_SO)
		return fail (CKR_USER_NOT_LOGGED_IN, "only the SO gives the user a PIN");
	TRY (check_pin_length (pin));
	return token_init_pin (session->token, pin);
}

CK_RV
session_set_pin (Session *session, Bytes old_pin, Bytes new_pin)
{
	TRY (check_pin_length (new_pin));
	if (!session->read_write)
		return fail (CKR_SESSION_READ_ONLY, "a PIN is changed in a read-write session");
	return token_set_pin (session->token, token_logged_in (session->token) == LOGIN_SO ? LOGIN_SO : LOGIN_USER, old_pin,
	                      new_pin);
}
