/* Handles: numbers for things, never given twice.
 *
 * Open addressing; what is removed leaves a mark that goes away when the table grows. */

#include "handles.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct HandleSlot {
	CK_ULONG handle;        /* 0: never used */
	void *thing;            /* NULL: removed */
};

CK_ULONG
handle_new_row (CK_ULONG n)
{
	static CK_ULONG next = 1;

	return __atomic_fetch_add (&next, n, __ATOMIC_RELAXED);
}

CK_ULONG
handle_new (void)
{
	return handle_new_row (1);
}

static size_t
first_slot (const Handles *handles, CK_ULONG handle)
{
	return (size_t)((uint64_t)handle * 0x9e3779b97f4a7c15ULL >> 32) & (handles->n_slots - 1);
}

static struct HandleSlot *
find_slot (const Handles *handles, CK_ULONG handle)
{
	size_t at;

	if (handles->n_slots == 0 || handle == 0)
		return NULL;
	for (at = first_slot (handles, handle); handles->slots[at].handle != 0; at = (at + 1) & (handles->n_slots - 1))
		if (handles->slots[at].handle == handle && handles->slots[at].thing != NULL)
			return &handles->slots[at];
	return NULL;
}

static void
put (Handles *handles, CK_ULONG handle, void *thing)
{
	size_t at = first_slot (handles, handle);

	while (handles->slots[at].handle != 0)
		at = (at + 1) & (handles->n_slots - 1);
	handles->slots[at] = (struct HandleSlot){ handle, thing };
	handles->n_used++;
	handles->n_live++;
}

static bool
grow (Handles *handles)
{
	Handles bigger = { .n_slots = 16 };

	while (bigger.n_slots < handles->n_live * 4)
		bigger.n_slots *= 2;
	bigger.slots = calloc (bigger.n_slots, sizeof (struct HandleSlot));
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < handles->n_slots; i++)
		if (handles->slots[i].thing != NULL)
			put (&bigger, handles->slots[i].handle, handles->slots[i].thing);
	free (handles->slots);
	*handles = bigger;
	return true;
}

bool
handles_reserve (Handles *handles)
{
	return (handles->n_used + 1) * 4 <= handles->n_slots * 3 || grow (handles);
}

bool
handles_put (Handles *handles, CK_ULONG handle, void *thing)
{
	if (!handles_reserve (handles))
		return false;
	put (handles, handle, thing);
	return true;
}

void *
handles_get (const Handles *handles, CK_ULONG handle)
{
	struct HandleSlot *slot = find_slot (handles, handle);

	return slot ? slot->thing : NULL;
}

void *
handles_remove (Handles *handles, CK_ULONG handle)
{
	struct HandleSlot *slot = find_slot (handles, handle);
	void *thing;

	if (slot == NULL)
		return NULL;
	thing = slot->thing;
	slot->thing = NULL;
	handles->n_live--;
	return thing;
}

void *
handles_next (const Handles *handles, size_t *at)
{
	while (*at < handles->n_slots) {
		void *thing = handles->slots[(*at)++].thing;

		if (thing != NULL)
			return thing;
	}
	return NULL;
}

void
handles_clear (Handles *handles)
{
	free (handles->slots);
	memset (handles, 0, sizeof *handles);
}
