/* The slots: one for each token below directories.tokendir, and one that is free. */

#ifndef TOKEN_SLOTS_H
#define TOKEN_SLOTS_H

#include "token.h"

typedef struct {
	const Config *config;
	Token **list;           /* ascending by slot id, those without a token last */
	size_t n;
	bool reported;          /* what is skipped is logged already */
} Slots;

/* CKR_GENERAL_ERROR: the token directory cannot be read.  A token that cannot is skipped, with a log line. */
CK_RV slots_start (Slots *slots, const Config *config);
void slots_stop (Slots *slots);

/* Takes up tokens that came since, and has a free slot again if the last one was used.  Slots stay. */
void slots_refresh (Slots *slots);

/* NULL when there is none. */
Token *slots_find (const Slots *slots, CK_SLOT_ID id);

#endif
