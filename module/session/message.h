/* Messages: many of them under one key, each with a parameter of its own.  PKCS #11 v3.2 sections 5.9, 5.11, 5.14, 5.16. */

#ifndef SESSION_MESSAGE_H
#define SESSION_MESSAGE_H

#include "op.h"

typedef enum {
	MESSAGE_ENCRYPT,
	MESSAGE_DECRYPT,
	MESSAGE_SIGN,
	MESSAGE_VERIFY,
	N_MESSAGES,
} MessageKind;

typedef struct {
	const Mech *mech;               /* NULL: no such process is under way */
	Object *key;
	CK_OBJECT_HANDLE key_handle;
	bool wants_login;               /* CKA_ALWAYS_AUTHENTICATE: for each message, */
	bool needs_login;               /* and for the next one it was not given yet */
	Op fresh;                       /* to sign or verify: what each message begins as */
	Op op;                          /* a message in parts */
	size_t n_tag;                   /* of that message */
} Message;

/* Ends the process and wipes what it knew; message_clear frees what is kept for the next one, too. */
void message_end (Message *message);
void message_clear (Message *message);

#endif
