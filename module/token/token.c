/* A slot's token: PINs, login, master key.  Its objects are in objects.c. */

#include "token-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "build-config.h"

/* Who is to change something does not wait until nobody searches. */
#define UNLOCKED (pthread_rwlock_t) PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP

/* Most of what is done under the lock takes less time than to fall asleep and be woken: it is tried so often first. */
#define TRIES 100

static void
pause_shortly (void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause ();
#endif
}

static Token *
take_lock (Token *token, int (*try_it) (pthread_rwlock_t *lock), int (*wait) (pthread_rwlock_t *lock))
{
	for (int i = 0; i < TRIES; i++) {
		if (try_it (&token->lock) == 0)
			return token;
		pause_shortly ();
	}
	wait (&token->lock);
	return token;
}

Token *
token_lock (Token *token)
{
	return take_lock (token, pthread_rwlock_trywrlock, pthread_rwlock_wrlock);
}

Token *
token_share (Token *token)
{
	return take_lock (token, pthread_rwlock_tryrdlock, pthread_rwlock_rdlock);
}

void
token_unlock (Token **token)
{
	pthread_rwlock_unlock (&(*token)->lock);
}

void
token_before_fork (Token *token)
{
	pthread_rwlock_wrlock (&token->lock);
}

/* The child's begins anew: another thread than its own may be what the lock remembers. */
void
token_after_fork (Token *token, bool in_child)
{
	if (in_child)
		token->lock = UNLOCKED;
	else
		pthread_rwlock_unlock (&token->lock);
}

static CK_RV
note_serial (Token *token)
{
	StoreInfo info;

	TRY (token->store->ops->info (token->store, &info));
	memcpy (token->serial, info.serial, sizeof token->serial);
	return CKR_OK;
}

CK_RV
token_new (const Config *config, CK_SLOT_ID slot, Store *store, Token **token)
{
	Token *made = calloc (1, sizeof (Token));
	CK_RV rv = CKR_OK;

	TRY_ALLOC (made);
	made->lock = UNLOCKED;
	made->config = config;
	made->slot = slot;
	made->store = store;
	made->master = (Master)NO_MASTER;
	if (store != NULL)
		rv = note_serial (made);
	if (rv != CKR_OK) {
		made->store = NULL;
		token_free (made);
		return rv == CKR_HOST_MEMORY ? rv : CKR_DEVICE_ERROR;
	}
	*token = made;
	return CKR_OK;
}

void
token_free (Token *token)
{
	objects_forget (token);
	master_clear (&token->master);
	if (token->store != NULL)
		token->store->ops->close (token->store);
	pthread_rwlock_destroy (&token->lock);
	free (token);
}

CK_SLOT_ID
token_slot (const Token *token)
{
	return token->slot;
}

bool
token_is_initialised (Token *token)
{
	auto_unlock Token *locked = token_share (token);

	return locked->store != NULL;
}

bool
token_has_serial (Token *token, const char serial[static 17])
{
	auto_unlock Token *locked = token_share (token);

	return memcmp (locked->serial, serial, sizeof locked->serial) == 0;
}

bool
token_lies_in (Token *token, const char *path)
{
	auto_unlock Token *locked = token_share (token);

	return locked->store != NULL && strcmp (locked->store->path, path) == 0;
}

static void
put_time (CK_CHAR utc_time[static 16])
{
	char text[17];
	struct tm now;
	time_t seconds = time (NULL);

	gmtime_r (&seconds, &now);
	strftime (text, sizeof text, "%Y%m%d%H%M%S00", &now);
	memcpy (utc_time, text, 16);
}

CK_RV
token_info (Token *token, CK_TOKEN_INFO *info)
{
	auto_unlock Token *locked = token_lock (token);
	StoreInfo stored = { .flags = CKF_RNG | CKF_LOGIN_REQUIRED | CKF_RESTORE_KEY_NOT_NEEDED |
		                      CKF_SO_PIN_LOCKED | CKF_SO_PIN_TO_BE_CHANGED };

	memset (stored.label, ' ', sizeof stored.label);
	if (locked->store != NULL)
		TRY (locked->store->ops->info (locked->store, &stored));
	memset (info, 0, sizeof *info);
	memcpy (info->label, stored.label, sizeof info->label);
	bytes_pad (info->manufacturerID, sizeof info->manufacturerID, "SoftHSM project");
	bytes_pad (info->model, sizeof info->model, "SoftHSM v2");
	bytes_pad (info->serialNumber, sizeof info->serialNumber, stored.serial);
	info->flags = stored.flags;
	info->ulMaxSessionCount = info->ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE;
	info->ulSessionCount = locked->n_sessions;
	info->ulRwSessionCount = locked->n_read_write;
	info->ulMinPinLen = PIN_MIN;
	info->ulMaxPinLen = PIN_MAX;
	info->ulTotalPublicMemory = info->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
	info->ulTotalPrivateMemory = info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
	info->hardwareVersion = info->firmwareVersion =
		(CK_VERSION){ PACKAGE_VERSION_MAJOR, PACKAGE_VERSION_MINOR };
	put_time (info->utcTime);
	return CKR_OK;
}

/* --- roles --- */

static CK_RV
not_initialised (void)
{
	return fail (CKR_TOKEN_NOT_RECOGNIZED, "the token is not initialised");
}

static StoreRole
role_of (Login who)
{
	return who == LOGIN_SO ? STORE_SO : STORE_USER;
}

/* The flags that tell of a wrong PIN are kept; that a token cannot be written to is no reason to refuse. */
static void
note_attempt (Token *token, Login who, bool right)
{
	CK_FLAGS low = who == LOGIN_SO ? CKF_SO_PIN_COUNT_LOW : CKF_USER_PIN_COUNT_LOW;

	if (token->store->ops->set_flags (token->store, right ? 0 : low, right ? low : 0) != CKR_OK)
		log_info ("cannot note in the token that a PIN was %s", right ? "right" : "wrong");
}

static CK_RV
unlock_with_pin (Token *token, Login who, Bytes pin, Master *master)
{
	CK_RV rv = token->store->ops->unlock (token->store, role_of (who), pin, master);

	if (rv == CKR_OK || rv == CKR_PIN_INCORRECT)
		note_attempt (token, who, rv == CKR_OK);
	if (rv == CKR_PIN_INCORRECT)
		return fail (rv, "the %s PIN is wrong", who == LOGIN_SO ? "SO" : "user");
	return rv;
}

/* It is read without the lock. */
static void
set_login (Token *token, Login who)
{
	__atomic_store_n (&token->login, who, __ATOMIC_RELEASE);
}

static void
forget_login (Token *token)
{
	if (token->login == LOGIN_NONE)
		return;
	objects_logout (token);
	set_login (token, LOGIN_NONE);
	master_clear (&token->master);
}

void
token_check_login (Token *token)
{
	if (token->login == LOGIN_NONE || token->store->ops->is_current (token->store, &token->master))
		return;
	log_warning ("the token %s was initialised by another process: nobody is logged in any more", token->serial);
	forget_login (token);
}

CK_RV
token_init (Token *token, Bytes so_pin, const uint8_t label[static 32])
{
	auto_unlock Token *locked = token_lock (token);
	auto_master Master master = NO_MASTER;
	const StoreOps *ops;

	if (locked->n_sessions > 0)
		return fail (CKR_SESSION_EXISTS, "a token with open sessions is not initialised");
	if (locked->store == NULL) {
		ops = store_named (locked->config->backend);
		TRY (ops->create (locked->config->tokendir, locked->config->umask, label, so_pin, &locked->store));
		return note_serial (locked);
	}
	TRY (unlock_with_pin (locked, LOGIN_SO, so_pin, &master));
	objects_forget (locked);
	return locked->store->ops->reset (locked->store, label, so_pin);
}

CK_RV
token_login (Token *token, Login who, Bytes pin)
{
	auto_unlock Token *locked = token_lock (token);
	auto_master Master master = NO_MASTER;

	if (locked->store == NULL)
		return not_initialised ();
	if (locked->login == who)
		return fail (CKR_USER_ALREADY_LOGGED_IN, "this user is logged in already");
	if (locked->login != LOGIN_NONE)
		return fail (CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "another user is logged in");
	if (who == LOGIN_SO && locked->n_sessions > locked->n_read_write)
		return fail (CKR_SESSION_READ_ONLY_EXISTS, "the SO cannot log in while there are read-only sessions");
	TRY (unlock_with_pin (locked, who, pin, &master));
	locked->master.key = buf_steal (&master.key);
	locked->master.epoch = master.epoch;
	set_login (locked, who);
	locked->hidden = true;
	return CKR_OK;
}

CK_RV
token_check_pin (Token *token, Bytes pin)
{
	auto_unlock Token *locked = token_lock (token);
	auto_master Master master = NO_MASTER;

	if (locked->login == LOGIN_NONE)
		return fail (CKR_USER_NOT_LOGGED_IN, "nobody is logged in");
	return unlock_with_pin (locked, locked->login, pin, &master);
}

void
token_logout (Token *token)
{
	auto_unlock Token *locked = token_lock (token);

	forget_login (locked);
}

Login
token_logged_in (const Token *token)
{
	return __atomic_load_n (&token->login, __ATOMIC_ACQUIRE);
}

CK_RV
token_init_pin (Token *token, Bytes pin)
{
	auto_unlock Token *locked = token_lock (token);

	token_check_login (locked);
	if (locked->login != LOGIN_SO)
		return fail (CKR_USER_NOT_LOGGED_IN, "only the SO gives the user a PIN");
	return locked->store->ops->set_pin (locked->store, STORE_USER, pin, &locked->master);
}

CK_RV
token_set_pin (Token *token, Login who, Bytes old_pin, Bytes new_pin)
{
	auto_unlock Token *locked = token_lock (token);
	auto_master Master master = NO_MASTER;
	CK_RV rv;

	if (locked->store == NULL)
		return not_initialised ();
	rv = unlock_with_pin (locked, who, old_pin, &master);
	if (rv == CKR_USER_PIN_NOT_INITIALIZED)
		return fail (CKR_PIN_INCORRECT, "the user has no PIN yet");
	TRY (rv);
	return locked->store->ops->set_pin (locked->store, role_of (who), new_pin, &master);
}

/* --- sessions --- */

CK_RV
token_open_session (Token *token, bool read_write)
{
	auto_unlock Token *locked = token_lock (token);

	if (locked->store == NULL)
		return not_initialised ();
	if (!read_write && locked->login == LOGIN_SO)
		return fail (CKR_SESSION_READ_WRITE_SO_EXISTS, "the SO has no read-only sessions");
	locked->n_sessions++;
	locked->n_read_write += read_write;
	return CKR_OK;
}

void
token_close_session (Token *token, CK_SESSION_HANDLE session, bool read_write)
{
	auto_unlock Token *locked = token_lock (token);

	objects_close_session (locked, session);
	locked->n_sessions--;
	locked->n_read_write -= read_write;
	if (locked->n_sessions == 0)
		forget_login (locked);
}

void
token_count_sessions (Token *token, CK_ULONG *all, CK_ULONG *read_write)
{
	auto_unlock Token *locked = token_share (token);

	*all = locked->n_sessions;
	*read_write = locked->n_read_write;
}
