/* The slots: one for each token below directories.tokendir, and one that is free. */

#include "slots.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The end of the serial as a number that fits a Java int, as SoftHSM has it. */
static CK_SLOT_ID
slot_of_serial (const char *serial)
{
	size_t n = strlen (serial);

	return strtoul (serial + (n > 8 ? n - 8 : 0), NULL, 16) & 0x7fffffff;
}

Token *
slots_find (const Slots *slots, CK_SLOT_ID id)
{
	for (size_t i = 0; i < slots->n; i++)
		if (token_slot (slots->list[i]) == id)
			return slots->list[i];
	return NULL;
}

static bool
comes_before (Token *a, Token *b)
{
	bool a_token = token_is_initialised (a), b_token = token_is_initialised (b);

	return a_token != b_token ? a_token : token_slot (a) < token_slot (b);
}

static CK_RV
slots_add (Slots *slots, CK_SLOT_ID id, Store *store)
{
	Token **list = realloc (slots->list, (slots->n + 1) * sizeof (Token *));
	size_t at = slots->n;
	Token *token;

	TRY_ALLOC (list);
	slots->list = list;
	TRY (token_new (slots->config, id, store, &token));
	while (at > 0 && comes_before (token, list[at - 1])) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = token;
	slots->n++;
	return CKR_OK;
}

/* Is it a token that has a slot already?  The free slot keeps its id when it is initialised. */
static bool
is_known (const Slots *slots, const char serial[static 17])
{
	for (size_t i = 0; i < slots->n; i++)
		if (token_has_serial (slots->list[i], serial))
			return true;
	return false;
}

static CK_RV
take_token (Slots *slots, const char *path)
{
	Store *store = NULL;
	StoreInfo info;
	CK_RV rv = store_open (path, slots->config->umask, &store);

	if (rv != CKR_OK)
		return rv;
	rv = store->ops->info (store, &info);
	if (rv == CKR_OK && !is_known (slots, info.serial)) {
		if (slots_find (slots, slot_of_serial (info.serial)) == NULL)
			rv = slots_add (slots, slot_of_serial (info.serial), store);
		else
			rv = CKR_SLOT_ID_INVALID;
		if (rv == CKR_OK)
			return rv;
	}
	store->ops->close (store);
	return rv;
}

static bool
is_directory (const char *path, const struct dirent *entry)
{
	struct stat info;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return lstat (path, &info) == 0 && S_ISDIR (info.st_mode);
}

static void
take_entry (Slots *slots, const struct dirent *entry)
{
	char path[PATH_MAX];
	CK_RV rv;

	if (entry->d_name[0] == '.' ||
	    snprintf (path, sizeof path, "%s/%s", slots->config->tokendir, entry->d_name) >= (int)sizeof path ||
	    !is_directory (path, entry))
		return;
	rv = take_token (slots, path);
	if (rv == CKR_SLOT_ID_INVALID)
		log_warning ("the token in %s has the slot of another one and is skipped: is it a copy?", path);
	else if (rv != CKR_OK && rv != CKR_TOKEN_NOT_RECOGNIZED)
		log_warning ("the token in %s cannot be read and is skipped", path);
}

static CK_RV
scan (Slots *slots)
{
	DIR *dir = opendir (slots->config->tokendir);
	const struct dirent *entry;

	if (dir == NULL)
		return CKR_GENERAL_ERROR;
	while ((entry = readdir (dir)) != NULL)
		take_entry (slots, entry);
	closedir (dir);
	return CKR_OK;
}

/* Its id is the number of tokens, as SoftHSM has it, or the next that no token has. */
static CK_RV
add_free_slot (Slots *slots)
{
	CK_SLOT_ID id = 0;

	for (size_t i = 0; i < slots->n; i++) {
		if (!token_is_initialised (slots->list[i]))
			return CKR_OK;
		id++;
	}
	while (slots_find (slots, id) != NULL)
		id++;
	return slots_add (slots, id, NULL);
}

CK_RV
slots_start (Slots *slots, const Config *config)
{
	*slots = (Slots){ .config = config };
	if (scan (slots) != CKR_OK) {
		log_info ("the token directory %s cannot be read (%s)", config->tokendir, strerrorname_np (errno));
		return CKR_GENERAL_ERROR;
	}
	return add_free_slot (slots);
}

void
slots_refresh (Slots *slots)
{
	if (scan (slots) != CKR_OK || add_free_slot (slots) != CKR_OK)
		log_info ("the token directory %s cannot be read", slots->config->tokendir);
}

void
slots_stop (Slots *slots)
{
	for (size_t i = 0; i < slots->n; i++)
		token_free (slots->list[i]);
	free (slots->list);
	*slots = (Slots){ 0 };
}
