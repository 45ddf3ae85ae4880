/* The library's state, sessions, and what is under way in each. */

#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "config.h"
#include "op.h"
#include "slots.h"

#include <pthread.h>

typedef struct Session {
	CK_SESSION_HANDLE handle;
	Token *token;
	bool read_write;
	unsigned refs;
	pthread_mutex_t lock;   /* one call at a time */
	Op ops[N_OPS];
	CK_OBJECT_HANDLE *found;        /* a search that is under way */
	CK_ULONG n_found, n_given;
	bool searching;
} Session;

#define auto_leave __attribute__ ((cleanup (session_leave)))

/* C_Initialize and C_Finalize.  In the child of a fork, starting begins anew whatever the parent had. */
CK_RV library_start (void);
CK_RV library_stop (void);

/* CKR_CRYPTOKI_NOT_INITIALIZED unless the library is started (and, in a child, meant to go on). */
CK_RV library_check (void);

/* The configuration in force, valid while the library is started. */
const Config *library_config (void);

/* Slots: CKR_SLOT_ID_INVALID.  Tokens stay until the library stops. */
CK_RV library_token (CK_SLOT_ID slot, Token **token);
CK_RV library_slots (CK_SLOT_ID *list, CK_ULONG *n);

/* Is this mechanism one that slots.mechanisms allows?  NULL when not, or when there is none such. */
const Mech *library_mech (CK_MECHANISM_TYPE type);

CK_RV session_open (CK_SLOT_ID slot, bool read_write, CK_SESSION_HANDLE *handle);
CK_RV session_close (CK_SESSION_HANDLE handle);
CK_RV session_close_all (CK_SLOT_ID slot);

/* Enters a session for one call; left by auto_leave.  CKR_SESSION_HANDLE_INVALID. */
CK_RV session_enter (CK_SESSION_HANDLE handle, Session **session);
void session_leave (Session **session);

/* Ends what goes on with the key @handle in all sessions of the token; with every private key when it is 0. */
void session_forget_operations (Token *token, Session *own, CK_OBJECT_HANDLE handle);

CK_STATE session_state (Session *session);
CK_RV session_login (Session *session, CK_USER_TYPE who, Bytes pin);
CK_RV session_logout (Session *session);
CK_RV session_init_pin (Session *session, Bytes pin);
CK_RV session_set_pin (Session *session, Bytes old_pin, Bytes new_pin);

/* --- objects, objects.c --- */

CK_RV session_create_object (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *handle);
CK_RV session_copy_object (Session *session, CK_OBJECT_HANDLE from, const CK_ATTRIBUTE *template, CK_ULONG n,
                           CK_OBJECT_HANDLE *handle);
CK_RV session_destroy_object (Session *session, CK_OBJECT_HANDLE handle);
CK_RV session_get_attributes (Session *session, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG n);
CK_RV session_set_attributes (Session *session, CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *template, CK_ULONG n);
CK_RV session_find_start (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n);
CK_RV session_find (Session *session, CK_OBJECT_HANDLE *handles, CK_ULONG most, CK_ULONG *n);
CK_RV session_find_end (Session *session);

/* May an object with these attributes be made or changed here?  CKR_SESSION_READ_ONLY,
 * CKR_USER_NOT_LOGGED_IN. */
CK_RV session_may_write (Session *session, bool is_token, bool is_private);

/* Rules that hold for every new object, then the token takes it.  @op: how it came to be. */
CK_RV session_adopt (Session *session, const Rules *rules, RulesOp op, Attrs *draft, CK_OBJECT_HANDLE *handle);

/* --- operations over data, crypto.c --- */

CK_RV session_start_op (Session *session, OpKind kind, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
Op *session_op (Session *session, OpKind kind);

/* C_DigestKey. */
CK_RV session_digest_key (Session *session, CK_OBJECT_HANDLE key);

/* --- keys, keys.c --- */

CK_RV session_generate_key (Session *session, const CK_MECHANISM *mechanism, const CK_ATTRIBUTE *template,
                            CK_ULONG n, CK_OBJECT_HANDLE *key);
CK_RV session_generate_pair (Session *session, const CK_MECHANISM *mechanism, const CK_ATTRIBUTE *public_template,
                             CK_ULONG n_public, const CK_ATTRIBUTE *private_template, CK_ULONG n_private,
                             CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key);
CK_RV session_derive_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                          const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key);
CK_RV session_wrap_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                        CK_OBJECT_HANDLE key, Out wrapped);
CK_RV session_unwrap_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
                          Bytes wrapped, const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key);

/* What these have in common.  Refuses a use that the mechanism has not. */
CK_RV session_refuse (const Mech *mech);

bool session_template_says (const CK_ATTRIBUTE *template, CK_ULONG n, CK_ATTRIBUTE_TYPE type);

/* Reads a template for a new key of @class; the key type is @key_type, or what the template says where that is
 * CK_UNAVAILABLE_INFORMATION. */
CK_RV session_draft_key (Session *session, RulesOp op, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type,
                         const CK_ATTRIBUTE *template, CK_ULONG n, const Rules **rules, Attrs *draft);

/* Bytes below which a secret can be found by trying: 112 bits. */
#define SHORTEST_SECRET 14

/* What a mechanism, a key and a usage need to come together: allowed by the configuration, suiting the key,
 * the key's usage attribute, CKA_ALLOWED_MECHANISMS, its parameter.  For crypto.c and keys.c. */
typedef struct {
	const Mech *mech;
	Bytes param;
	Object *key;
} Use;

/* CKR_ARGUMENTS_BAD: none is given; CKR_MECHANISM_INVALID: not known, or not allowed by slots.mechanisms. */
CK_RV session_find_mech (const CK_MECHANISM *mechanism, const Mech **mech);

/* Is it among CKA_ALLOWED_MECHANISMS, where there are any?  CKR_MECHANISM_INVALID. */
CK_RV key_allows (const Object *key, CK_MECHANISM_TYPE mechanism);

CK_RV session_use (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE usage,
                   Use *use);
void use_clear (Use *use);
#define auto_use __attribute__ ((cleanup (use_clear)))

#endif
