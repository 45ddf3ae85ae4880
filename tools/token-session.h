/* A token by its name, and a session with it. */

#ifndef TOOLS_TOKEN_SESSION_H
#define TOOLS_TOKEN_SESSION_H

#include "cryptoki-module.h"

typedef struct {
	Module module;
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE handle; /* CK_INVALID_HANDLE until it is opened */
	char *label, *serial;
} TokenSession;

#define auto_token_session __attribute__ ((cleanup (token_session_clear)))

void token_session_clear (TokenSession *session);

/* Loads and starts the module. */
bool token_session_start (TokenSession *session, const char *module, GError **error);

/* Finds the token: @wanted is its label, its serial number or its PKCS #11 URI; NULL is the only one. */
bool token_session_find (TokenSession *session, const char *wanted, GError **error);

/* Opens a read-write session and, with a PIN, logs in. */
bool token_session_login (TokenSession *session, CK_USER_TYPE who, const Pin *pin, GError **error);

/* Tokens that are initialised, CK_SLOT_ID; NULL where they cannot be had. */
GArray *token_session_tokens (TokenSession *session, GError **error);

/* The first slot whose token is not. */
bool token_session_find_free (TokenSession *session, CK_SLOT_ID *slot, GError **error);

/* The token's PKCS #11 URI, to be freed. */
char *token_uri (const CK_TOKEN_INFO *info);

#endif
