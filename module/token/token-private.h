/* What token.c (roles) and objects.c (the object table) share. */

#ifndef TOKEN_TOKEN_PRIVATE_H
#define TOKEN_TOKEN_PRIVATE_H

#include "table.h"
#include "token.h"

#include <pthread.h>

struct Token {
	pthread_rwlock_t lock;
	const Config *config;
	CK_SLOT_ID slot;
	char serial[17];                /* of the token, which never changes; empty: not initialised */
	Store *store;                   /* NULL: not initialised */
	Login login;
	Master master;                  /* while somebody is logged in */
	int64_t checked;                /* when it was last seen to be the same token, by a coarse clock */
	CK_ULONG n_sessions, n_read_write;

	Table table;
	bool listed;                    /* the store's objects are in the table */
	bool hidden;                    /* somebody has logged in and what he may see is not in sight yet */
	uint64_t seen;                  /* the store's counter when they were listed */
	int64_t swept;                  /* when records were last looked at one by one, ns */
	size_t sweep_at;                /* and where that stopped */
};

#define auto_unlock __attribute__ ((cleanup (token_unlock)))

/* For auto_unlock: locks, alone or to read only, and gives the token back. */
Token *token_lock (Token *token);
Token *token_share (Token *token);
void token_unlock (Token **token);

/* For the roles' side: takes private objects from sight, forgets everything. */
void objects_logout (Token *token);
void objects_forget (Token *token);
void objects_close_session (Token *token, CK_SESSION_HANDLE session);

/* For the objects' side: logs out when another process has initialised the token. */
void token_check_login (Token *token);

#endif
