/* The slots: one for each token below directories.tokendir, and one that is free. */

#include "slots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/* The token with this serial that has a slot already, NULL when there is none.  (The free slot keeps its id
 * when it is initialised.) */
static Token *
known_token (const Slots *slots, const char serial[static 17])
{
	for (size_t i = 0; i < slots->n; i++)
		if (token_has_serial (slots->list[i], serial))
			return slots->list[i];
	return NULL;
}

/* CKR_SLOT_ID_INVALID: another one has its slot. */
static CK_RV
take_store (Slots *slots, const char *path, Store *store)
{
	StoreInfo info;
	Token *known;

	TRY (store->ops->info (store, &info));
	known = known_token (slots, info.serial);
	if (known != NULL && token_lies_in (known, path))
		return CKR_TOKEN_NOT_RECOGNIZED;
	if (known != NULL || slots_find (slots, slot_of_serial (info.serial)) != NULL)
		return CKR_SLOT_ID_INVALID;
	return slots_add (slots, slot_of_serial (info.serial), store);
}

/* CKR_TOKEN_NOT_RECOGNIZED: there is none, or it has its slot. */
static CK_RV
take_token (Slots *slots, const char *path)
{
	Store *store = NULL;
	CK_RV rv = store_open (path, slots->config->umask, &store);

	TRY (rv);
	rv = take_store (slots, path, store);
	if (rv != CKR_OK)
		store->ops->close (store);
	return rv;
}

static bool
is_directory (int dir, const struct dirent *entry)
{
	struct stat info;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat (dir, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (info.st_mode);
}

/* CKR_HOST_MEMORY is its only error: what else is wrong with a token is no reason to do without the others. */
static CK_RV
take_directory (Slots *slots, const char *name)
{
	char path[PATH_MAX];
	CK_RV rv;

	if (snprintf (path, sizeof path, "%s/%s", slots->config->tokendir, name) >= (int)sizeof path)
		return CKR_OK;
	rv = take_token (slots, path);
	if (rv == CKR_HOST_MEMORY)
		return rv;
	if (slots->reported || rv == CKR_OK || rv == CKR_TOKEN_NOT_RECOGNIZED)
		return CKR_OK;
	if (rv == CKR_SLOT_ID_INVALID)
		log_warning ("the token in %s has the slot of another one and is skipped: is it a copy?", path);
	else
		log_warning ("the token in %s cannot be read and is skipped", path);
	return CKR_OK;
}

static int
compare_names (const void *a, const void *b)
{
	return strcmp (*(char *const *)a, *(char *const *)b);
}

/* By name: which of two copies counts does not depend on the file system. */
static CK_RV
list_directories (const char *path, char ***names, size_t *n)
{
	DIR *dir = opendir (path);
	const struct dirent *entry;
	CK_RV rv = CKR_OK;

	if (dir == NULL)
		return CKR_GENERAL_ERROR;
	while (rv == CKR_OK && (entry = readdir (dir)) != NULL) {
		char **more;

		if (entry->d_name[0] == '.' || !is_directory (dirfd (dir), entry))
			continue;
		more = realloc (*names, (*n + 1) * sizeof (char *));
		if (more != NULL) {
			*names = more;
			more[*n] = strdup (entry->d_name);
		}
		if (more == NULL || more[*n] == NULL)
			rv = CKR_HOST_MEMORY;
		else
			++*n;
	}
	closedir (dir);
	if (*n > 1)
		qsort (*names, *n, sizeof (char *), compare_names);
	return rv;
}

static CK_RV
scan (Slots *slots)
{
	char **names = NULL;
	size_t n = 0;
	CK_RV rv = list_directories (slots->config->tokendir, &names, &n);

	for (size_t i = 0; i < n; i++) {
		if (rv == CKR_OK)
			rv = take_directory (slots, names[i]);
		free (names[i]);
	}
	free (names);
	slots->reported = slots->reported || rv == CKR_OK;
	return rv;
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
	CK_RV rv;

	*slots = (Slots){ .config = config };
	rv = scan (slots);
	if (rv == CKR_HOST_MEMORY)
		return rv;
	if (rv != CKR_OK) {
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
