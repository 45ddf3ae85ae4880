/* The library's state, sessions, and what is under way in each. */

#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "config.h"
#include "message.h"
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
	Message messages[N_MESSAGES];
	pthread_mutex_t forget_lock;
	CK_OBJECT_HANDLE forget[8];     /* keys whose operations end with the call that is inside; 0: every private one */
	unsigned n_forget;
	bool *begun_last;       /* the .needs_login of one of these, or NULL */
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

/* The key that states are sealed with while the library is started. */
#define SEAL_KEY_SIZE 32
void library_seal_key (uint8_t key[static SEAL_KEY_SIZE]);

CK_RV session_open (CK_SLOT_ID slot, bool read_write, CK_SESSION_HANDLE *handle);
CK_RV session_close (CK_SESSION_HANDLE handle);
CK_RV session_close_all (CK_SLOT_ID slot);

/* Enters a session for one call; left by auto_leave.  CKR_SESSION_HANDLE_INVALID. */
CK_RV session_enter (CK_SESSION_HANDLE handle, Session **session);
void session_leave (Session **session);

/* Ends what goes on with the key @handle in all sessions of the token; with every private key when it is 0.  They let go
 * of what they keep for their next operations, too.  @own: the session that the caller is in, or NULL. */
void session_forget_operations (Token *token, Session *own, CK_OBJECT_HANDLE handle);

/* Lets go of keys that no operation uses now, for when secure memory is short.  False: there were none. */
bool session_release_memory (Session *own);

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
CK_RV session_object_size (Session *session, CK_OBJECT_HANDLE handle, CK_ULONG *size);
CK_RV session_get_attributes (Session *session, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template, CK_ULONG n);
CK_RV session_set_attributes (Session *session, CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *template, CK_ULONG n);
CK_RV session_find_start (Session *session, const CK_ATTRIBUTE *template, CK_ULONG n);
CK_RV session_find (Session *session, CK_OBJECT_HANDLE *handles, CK_ULONG most, CK_ULONG *n);
CK_RV session_find_end (Session *session);

/* May an object with these attributes be made or changed here?  CKR_SESSION_READ_ONLY,
 * CKR_USER_NOT_LOGGED_IN. */
CK_RV session_may_write (Session *session, bool is_token, bool is_private);

/* Rules that hold for every new object, then the token takes it.  @op: how it came to be; @draft: complete. */
CK_RV session_adopt (Session *session, RulesOp op, Attrs *draft, CK_OBJECT_HANDLE *handle);

/* Objects that tell what the token is, own.c: profiles and mechanisms.  They are in no store, are read only, and are
 * found by those only who name their class: programs of before do not know them. */
bool own_has (CK_OBJECT_HANDLE handle);
bool own_has_class (CK_OBJECT_CLASS class);

/* CKR_OBJECT_HANDLE_INVALID: the configuration does not allow that mechanism. */
CK_RV own_object (CK_OBJECT_HANDLE handle, Object **object);
CK_RV own_find (const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE **found, CK_ULONG *n_found);

/* --- operations over data, crypto.c --- */

CK_RV session_start_op (Session *session, OpKind kind, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
Op *session_op (Session *session, OpKind kind);

/* Ends what the flags name: CKF_SIGN and its like, CKF_MESSAGE_…, CKF_FIND_OBJECTS. */
void session_cancel (Session *session, CK_FLAGS flags);

/* C_VerifySignatureInit. */
CK_RV session_start_verify_signature (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key,
                                      Bytes signature);

/* One part for two operations: digested or signed, and encrypted or decrypted. */
CK_RV session_update_two (Session *session, OpKind first, OpKind second, Bytes in, Out result);

/* C_GetOperationState and C_SetOperationState: a digest, sealed for this process; state.c. */
CK_RV session_save_state (Session *session, Out state);
CK_RV session_restore_state (Session *session, Bytes state);

/* --- messages, message.c --- */

CK_RV session_start_messages (Session *session, MessageKind kind, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV session_end_messages (Session *session, MessageKind kind);

/* One message, or its beginning and its parts; @last: the part that ends it. */
CK_RV session_crypt_message (Session *session, MessageKind kind, Bytes param, Bytes aad, Bytes in, Out result);
CK_RV session_begin_message (Session *session, MessageKind kind, Bytes param, Bytes aad);
CK_RV session_next_message (Session *session, MessageKind kind, Bytes param, Bytes in, Out result, bool last);

CK_RV session_sign_message (Session *session, Bytes param, Bytes in, Out signature);
CK_RV session_next_sign (Session *session, Bytes param, Bytes in, Out signature);
CK_RV session_verify_message (Session *session, Bytes param, Bytes in, Bytes signature);
CK_RV session_next_verify (Session *session, Bytes param, Bytes in, Bytes signature);

/* Makes a nonce, where the parameter asks for one; what is fixed of it stays.  CKR_MECHANISM_PARAM_INVALID: it would
 * come again. */
CK_RV message_nonce (const MessageParam *message, uint8_t nonce[static MOST_NONCE]);

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

/* The length that keys of a type have, 0 where there are several. */
size_t session_length_of_type (CK_KEY_TYPE key_type);

/* How long a key is to be, by its template or its type; 0: as long as it comes. */
size_t session_wanted_length (const Attrs *draft);

/* Reads a template for a new key of @class; the key type is @key_type, or what the template says where that is
 * CK_UNAVAILABLE_INFORMATION. */
CK_RV session_draft_key (Session *session, RulesOp op, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type,
                         const CK_ATTRIBUTE *template, CK_ULONG n, Attrs *draft);

CK_RV session_wrap_authenticated (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                                  CK_OBJECT_HANDLE key, Bytes aad, Out wrapped);
CK_RV session_unwrap_authenticated (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
                                    Bytes wrapped, const CK_ATTRIBUTE *template, CK_ULONG n, Bytes aad,
                                    CK_OBJECT_HANDLE *key);

/* Codes that speak of a key, in the words of one that unwraps or decapsulates. */
CK_RV session_unwrapping_code (CK_RV rv);

/* Key encapsulation, kem.c. */
CK_RV session_encapsulate_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE public,
                               const CK_ATTRIBUTE *template, CK_ULONG n, Out ciphertext, CK_OBJECT_HANDLE *key);
CK_RV session_decapsulate_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE private,
                               const CK_ATTRIBUTE *template, CK_ULONG n, Bytes ciphertext, CK_OBJECT_HANDLE *key);

/* --- keys.policy, policy.c --- */

/* May a key be used so, after what it was used for?  CKR_KEY_FUNCTION_NOT_PERMITTED. */
CK_RV policy_use (const Object *key, CK_ATTRIBUTE_TYPE usage);

/* May it wrap this one?  CKR_WRAPPING_KEY_SIZE_RANGE. */
CK_RV policy_wrap (const Object *wrapping, const Object *key);

/* The key @handle is about to wrap a sensitive key, or to unwrap one. */
CK_RV policy_decide (Session *session, CK_OBJECT_HANDLE handle, const Object *key);

/* What a template leaves open; and what came of it, and of other keys' templates: CKR_TEMPLATE_INCONSISTENT. */
CK_RV policy_draft (RulesOp op, Attrs *draft);
CK_RV policy_judge (const Attrs *key);

/* The same for a key that has taken these attributes. */
CK_RV policy_change (const CK_ATTRIBUTE *template, CK_ULONG n, const Attrs *key);

/* Is ciphertext of the key's, as derivations make it, only for those who may not read it? */
bool policy_keeps_ciphertext (const Object *key);

/* What a key was made for, or became, stays with it and its copies whatever uses they get. */
CK_RV policy_keep (const Attrs *before, Attrs *after);

/* Of a trusted key that may still do both there is no second one, copied or derived, that would decide otherwise.
 * CKR_ACTION_PROHIBITED; CKR_KEY_FUNCTION_NOT_PERMITTED. */
CK_RV policy_copy (const Object *key);
CK_RV policy_derive (const Object *base, Attrs *derived);

/* CKR_TEMPLATE_INCONSISTENT. */
CK_RV policy_unwrap (const Object *unwrapping, const CK_ATTRIBUTE *template, CK_ULONG n, Attrs *draft);

/* The templates that keys carry for others: CKA_WRAP_TEMPLATE and its like, all of which the key must be like
 * (CKR_KEY_HANDLE_INVALID); CKA_UNWRAP_TEMPLATE and its like, which set what the template leaves open
 * (CKR_TEMPLATE_INCONSISTENT where it says otherwise). */
CK_RV session_match_template (const Object *with, CK_ATTRIBUTE_TYPE type, const Attrs *key);
CK_RV session_apply_template (Session *session, const Object *from, CK_ATTRIBUTE_TYPE type,
                              const CK_ATTRIBUTE *template, CK_ULONG n, Attrs *draft);

/* token_open_object; where there is no memory, keys that no operation uses make room.  A key is named by its handle:
 * CKR_KEY_HANDLE_INVALID. */
CK_RV session_open_object (Session *session, CK_OBJECT_HANDLE handle, Object **object);
CK_RV session_open_key (Session *session, CK_OBJECT_HANDLE handle, Object **key);

/* What a mechanism, a key and a usage need to come together: allowed by the configuration, suiting the key,
 * the key's usage attribute, CKA_ALLOWED_MECHANISMS, its parameter.  For crypto.c and keys.c. */
typedef struct {
	const Mech *mech;
	Bytes param;
	Object *key;
	Op *op;                 /* that this is for, and that may have the key from the time before; or NULL */
	bool kept;              /* it had, and still has it */
	TokenMoment moment;
} Use;

/* CKR_ARGUMENTS_BAD: none is given; CKR_MECHANISM_INVALID: not known, or not allowed by slots.mechanisms. */
CK_RV session_find_mech (const CK_MECHANISM *mechanism, const Mech **mech);

/* Is it among CKA_ALLOWED_MECHANISMS, where there are any?  CKR_MECHANISM_INVALID. */
CK_RV key_allows (const Object *key, CK_MECHANISM_TYPE mechanism);

CK_RV session_use (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE usage,
                   Use *use);

/* The same without a look at the parameter. */
CK_RV session_use_key (Session *session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE usage,
                       Use *use);
void use_clear (Use *use);

/* What a mechanism that encapsulates finds in @ciphertext, with another try where secure memory is full. */
CK_RV session_decapsulate (Session *session, const Use *use, Bytes ciphertext, size_t wanted, Buf *secret);

/* op_start, with another try where secure memory is full of keys that nobody uses now. */
CK_RV session_begin_op (Session *session, Op *op, OpKind kind, const MechOp *how, const Use *use);
#define auto_use __attribute__ ((cleanup (use_clear)))

#endif
