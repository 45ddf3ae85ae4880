/* The list of store formats. */

#include "store.h"

static const StoreOps *const store_backends[] = {
	&store_file,
};

void
master_clear (Master *master)
{
	buf_clear (&master->key);
	master->epoch = 0;
}

CK_RV
store_open (const char *path, mode_t umask, Store **store)
{
	for (size_t i = 0; i < N_ELEMENTS (store_backends); i++) {
		CK_RV rv = store_backends[i]->open (path, umask, store);

		if (rv != CKR_TOKEN_NOT_RECOGNIZED)
			return rv;
	}
	return CKR_TOKEN_NOT_RECOGNIZED;
}

const StoreOps *
store_named (const char *name)
{
	for (size_t i = 0; i < N_ELEMENTS (store_backends); i++)
		if (strcmp (store_backends[i]->name, name) == 0)
			return store_backends[i];
	return NULL;
}
