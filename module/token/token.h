/* A slot's token: PINs, login, master key, and its objects.
 *
 * Every function takes the token's lock for itself, a search shares it; none of them computes with a key. */

#ifndef TOKEN_TOKEN_H
#define TOKEN_TOKEN_H

#include "config.h"
#include "object.h"
#include "store.h"

typedef enum { LOGIN_NONE, LOGIN_SO, LOGIN_USER } Login;

typedef struct Token Token;

#define PIN_MIN 4
#define PIN_MAX 255

/* @store: NULL for a token that is not initialised; taken over.  @config outlives the token. */
CK_RV token_new (const Config *config, CK_SLOT_ID slot, Store *store, Token **token);
void token_free (Token *token);

/* Around fork(). */
void token_before_fork (Token *token);
void token_after_fork (Token *token, bool in_child);

CK_SLOT_ID token_slot (const Token *token);
bool token_is_initialised (Token *token);

/* Is it this token, and the one there and no copy of it?  Ask nobody but memory. */
bool token_has_serial (Token *token, const char serial[static 17]);
bool token_lies_in (Token *token, const char *path);
CK_RV token_info (Token *token, CK_TOKEN_INFO *info);

/* --- roles --- */

/* Makes the token, or makes it anew.  CKR_SESSION_EXISTS, CKR_PIN_INCORRECT. */
CK_RV token_init (Token *token, Bytes so_pin, const uint8_t label[static 32]);

/* CKR_USER_ALREADY_LOGGED_IN, CKR_USER_ANOTHER_ALREADY_LOGGED_IN, CKR_SESSION_READ_ONLY_EXISTS,
 * CKR_USER_PIN_NOT_INITIALIZED, CKR_PIN_INCORRECT. */
CK_RV token_login (Token *token, Login who, Bytes pin);

/* The PIN of whoever is logged in, once more; changes nothing. */
CK_RV token_check_pin (Token *token, Bytes pin);
void token_logout (Token *token);
Login token_logged_in (const Token *token);

/* The SO gives the user a PIN. */
CK_RV token_init_pin (Token *token, Bytes pin);
CK_RV token_set_pin (Token *token, Login who, Bytes old_pin, Bytes new_pin);

/* --- sessions, which the token counts --- */

/* CKR_TOKEN_NOT_RECOGNIZED, CKR_SESSION_READ_WRITE_SO_EXISTS. */
CK_RV token_open_session (Token *token, bool read_write);

/* Destroys the session's objects; the last one logs out. */
void token_close_session (Token *token, CK_SESSION_HANDLE session, bool read_write);
void token_count_sessions (Token *token, CK_ULONG *all, CK_ULONG *read_write);

/* --- objects; handles that are not visible now are CKR_OBJECT_HANDLE_INVALID --- */

/* Adopts a complete draft: into the store if CKA_TOKEN says so, else for the session. */
CK_RV token_add_object (Token *token, CK_SESSION_HANDLE session, Attrs *draft, CK_OBJECT_HANDLE *handle);

/* What may be seen of an object; secrets of private ones may still be sealed. */
CK_RV token_see_object (Token *token, CK_OBJECT_HANDLE handle, Object **object);

/* The same with its secrets open. */
CK_RV token_open_object (Token *token, CK_OBJECT_HANDLE handle, Object **object);

/* When an object was opened: by a count of what has gone from sight or changed since, and by a coarse clock. */
typedef struct {
	uint64_t n_changes;
	int64_t tick;
} TokenMoment;

CK_RV token_open_object_at (Token *token, CK_OBJECT_HANDLE handle, Object **object, TokenMoment *moment);

/* Would it give the same object again?  Asks without a lock; false: perhaps not. */
bool token_is_unchanged (const Token *token, const TokenMoment *moment);

/* Have keys that may have been used gone from sight, since the last time that this was asked?  Asks without a lock. */
bool token_lost_keys (Token *token);

/* Lets go of opened keys that nothing uses, for when secure memory is short.  False: there were none. */
bool token_release_memory (Token *token);

/* Lets @change edit the attributes (all open) and publishes what it makes of them. */
typedef CK_RV (*TokenChange) (void *data, Attrs *attrs);
CK_RV token_change_object (Token *token, CK_OBJECT_HANDLE handle, TokenChange change, void *data);

/* @used, if not NULL: has it been opened under this handle, so that an operation may have it? */
CK_RV token_destroy_object (Token *token, CK_OBJECT_HANDLE handle, bool *used);

/* Bytes that the object takes in its store's format. */
CK_RV token_object_size (Token *token, CK_OBJECT_HANDLE handle, CK_ULONG *size);

/* All visible objects that match, ascending by handle; the caller frees.  A secret attribute in the template
 * matches nothing that would not reveal it. */
CK_RV token_find (Token *token, const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE **found, CK_ULONG *n_found);

#endif
