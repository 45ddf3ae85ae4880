/* Handles: numbers for things, never given twice. */

#ifndef BASE_HANDLES_H
#define BASE_HANDLES_H

#include "cryptoki.h"

#include <stdbool.h>
#include <stddef.h>

/* A map from handles to things.  All zero is an empty one; the caller locks. */
typedef struct {
	struct HandleSlot *slots;
	size_t n_slots;         /* a power of two, or 0 */
	size_t n_used;          /* with those that were removed */
	size_t n_live;
} Handles;

/* The next number, the same row for everything of the process; from 1 upwards.  Never comes back. */
CK_ULONG handle_new (void);

/* @n of them, one after the other: the first. */
CK_ULONG handle_new_row (CK_ULONG n);

/* Makes room for one more, which then goes in for certain.  False when there is no memory. */
bool handles_reserve (Handles *handles);

/* False when there is no memory. */
bool handles_put (Handles *handles, CK_ULONG handle, void *thing);
void *handles_get (const Handles *handles, CK_ULONG handle);
void *handles_remove (Handles *handles, CK_ULONG handle);

/* Walks all, in no order: start with *@at = 0; NULL at the end.  Removing the current one is fine. */
void *handles_next (const Handles *handles, size_t *at);

void handles_clear (Handles *handles);

#endif
