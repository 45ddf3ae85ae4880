/* The file format: SoftHSM v2's token directories, read and written beside SoftHSM 2.6 and 2.7.
 *
 *   <token>/token.object     label, serial, flags and the two PIN blobs
 *   <token>/generation       a counter, one more for each object made or removed
 *   <token>/<id>.object      an object: a counter of its changes, then its attributes
 *   <token>/<id>.lock        whoever changes the object holds a write lock on this
 *
 * No descriptor stays open between calls: the host may close what it does not know, and may fork. */

#include "files.h"
#include "random.h"
#include "seal-file.h"
#include "store.h"
#include "template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TOKEN "token"
#define SUFFIX ".object"
#define GENERATION "generation"

/* Attributes of token.object. */
#define OS_BASE (CKA_VENDOR_DEFINED + 0x5348UL)
#define OS_LABEL (OS_BASE + 1)
#define OS_SERIAL (OS_BASE + 2)
#define OS_FLAGS (OS_BASE + 3)
#define OS_SO_PIN (OS_BASE + 4)
#define OS_USER_PIN (OS_BASE + 5)
#define OS_EPOCH (OS_BASE + 6)         /* ours: changes with the token's key; SoftHSM carries it along */

/* And one of ours in each object that was written while somebody was logged in: see seal_file_tag. */
#define OS_TAG (OS_BASE + 7)

#define NEW_FLAGS (CKF_RNG | CKF_LOGIN_REQUIRED | CKF_RESTORE_KEY_NOT_NEEDED | CKF_TOKEN_INITIALIZED)

/* Beside SoftHSM 2.6 a file may be found empty or half written: it is read again this often. */
#define RETRIES 10
#define RETRY_MS 5

typedef struct {
	Store store;
	mode_t umask;
	bool remote;            /* other machines may write here */
	Attrs token;            /* token.object as it was at: */
	StoreStamp stamp;
	StoreStamp counter;     /* of GENERATION, when its .generation was read */
	int listing;            /* the directory while it is listed; otherwise -1 */
	char path[];            /* store.path */
} FileStore;

static FileStore *
file_store (Store *store)
{
	return (FileStore *)store;
}

/* --- stamps --- */

static StoreStamp
stamp_of (const struct stat *info, uint64_t generation)
{
	return (StoreStamp){
		.inode = info->st_ino,
		.size = (uint64_t)info->st_size,
		.generation = generation,
		.seconds = info->st_mtim.tv_sec,
		.nanoseconds = info->st_mtim.tv_nsec,
		.settled = file_is_settled (info),
	};
}

static bool
object_name (const char *id, const char *suffix, char name[static NAME_MAX])
{
	return snprintf (name, NAME_MAX, "%s%s", id, suffix) < NAME_MAX;
}

static int
open_directory (const char *path)
{
	return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* False: it is too long. */
static bool
path_in (const FileStore *file, const char *name, char whole[static PATH_MAX])
{
	size_t n = strlen (file->path), n_name = strlen (name);

	if (n + 1 + n_name >= PATH_MAX)
		return false;
	memcpy (whole, file->path, n);
	whole[n] = '/';
	memcpy (whole + n + 1, name, n_name + 1);
	return true;
}

static bool
read_u64 (const FileStore *file, const char *name, uint64_t *value)
{
	char whole[PATH_MAX];
	uint8_t octets[8];
	auto_close int fd = -1;

	if (!path_in (file, name, whole))
		return false;
	fd = open (whole, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || pread (fd, octets, sizeof octets, 0) != (ssize_t)sizeof octets)
		return false;
	*value = be64_get (octets);
	return true;
}

static bool
stat_in (const FileStore *file, const char *name, struct stat *info)
{
	char whole[PATH_MAX];

	return path_in (file, name, whole) && lstat (whole, info) == 0;
}

static bool
stamp_is_of (const StoreStamp *stamp, const struct stat *info)
{
	return info->st_ino == stamp->inode && (uint64_t)info->st_size == stamp->size &&
	       info->st_mtim.tv_sec == stamp->seconds && info->st_mtim.tv_nsec == stamp->nanoseconds;
}

/* Has the file changed since?  One stat, unless it was written just before it was read. */
static bool
stamp_changed (FileStore *file, const char *name, StoreStamp *stamp)
{
	struct stat info;
	uint64_t generation;

	if (!stat_in (file, name, &info) || !stamp_is_of (stamp, &info))
		return true;
	if (stamp->settled)
		return false;
	stamp->settled = file_is_settled (&info);
	return !read_u64 (file, name, &generation) || generation != stamp->generation;
}

/* The same without a note of it. */
static bool
stamp_holds (const FileStore *file, const char *name, const StoreStamp *stamp)
{
	struct stat info;

	return stamp->settled && stat_in (file, name, &info) && stamp_is_of (stamp, &info);
}

/* --- records --- */

/* Every value of a private object is, but for what is empty and for the dates that SoftHSM writes in clear. */
static bool
is_sealed (const Attr *attr)
{
	bool is_date = attr->type == CKA_START_DATE || attr->type == CKA_END_DATE;

	return attr->kind == IS_BYTES && attr->len > 0 && !(is_date && attr->len == sizeof (CK_DATE));
}

static CK_RV
mark_sealed (Attrs *record)
{
	if (!attrs_bool (record, CKA_PRIVATE, false))
		return CKR_OK;
	for (uint32_t i = 0; i < record->n; i++) {
		Attr *attr = &record->list[i];

		if (is_sealed (attr))
			attr->sealed = true;
	}
	return CKR_OK;
}

/* Stray bytes too few for a type are the end, as SoftHSM has it. */
static CK_RV
decode (Bytes content, Attrs *record, uint64_t *generation)
{
	if (content.len < 8)
		return CKR_DATA_INVALID;
	*generation = be64_get (content.data);
	content = bytes (content.data + 8, content.len - 8);
	while (content.len >= 8)
		TRY (attr_decode (&content, record, 0));
	return mark_sealed (record);
}

static CK_RV
encode (const Attrs *record, uint64_t generation, Buf *content)
{
	uint8_t octets[8];

	be64_put (octets, generation);
	TRY_ALLOC (buf_set (content, bytes (octets, sizeof octets)));
	for (uint32_t i = 0; i < record->n; i++)
		TRY (attr_encode (&record->list[i], content));
	return CKR_OK;
}

static void
wait_ms (long n)
{
	struct timespec time = { .tv_nsec = n * 1000000 };

	nanosleep (&time, NULL);
}

static CK_RV
read_record_once (int dir, const char *name, bool locked, Attrs *record, StoreStamp *stamp, FileSeen *seen)
{
	auto_wipe Buf content = BUF_PLAIN;
	uint64_t generation = 0;
	CK_RV rv;

	TRY (file_read (dir, name, locked, &content, seen));
	rv = decode (bytes_of (&content), record, &generation);
	*stamp = stamp_of (&seen->info, generation);
	return rv;
}

/* @seen: the file, as it was read.  What is damaged may be one that a slow writer holds locked: its lock is waited for. */
static CK_RV
read_record (const FileStore *file, int dir, const char *name, Attrs *record, StoreStamp *stamp, FileSeen *seen)
{
	CK_RV rv = read_record_once (dir, name, file->remote, record, stamp, seen);

	for (int i = 0; rv == CKR_DATA_INVALID && i < RETRIES && (i == 0 || !stamp->settled); i++) {
		if (i > 0)
			wait_ms (RETRY_MS);
		attrs_clear (record);
		rv = read_record_once (dir, name, true, record, stamp, seen);
	}
	if (rv == CKR_DATA_INVALID)
		attrs_clear (record);
	return rv;
}

/* The lock file of an object that is gone goes with it. */
static void
drop_lock (int dir, const char *id)
{
	char name[NAME_MAX];

	if (object_name (id, ".lock", name))
		unlinkat (dir, name, 0);
}

static CK_RV
edit_record_once (FileStore *file, int dir, const char *name, StoreEdit edit, void *data, StoreStamp *stamp)
{
	auto_attrs Attrs record = { 0 };
	auto_wipe Buf content = BUF_PLAIN;
	StoreStamp before;
	struct stat info;
	FileSeen was;

	TRY (read_record (file, dir, name, &record, &before, &was));
	TRY (edit (data, &record));
	TRY (encode (&record, before.generation + 1, &content));
	TRY (file_replace (dir, name, bytes_of (&content), file->umask, &was, &info));
	*stamp = stamp_of (&info, before.generation + 1);
	return CKR_OK;
}

/* The change of one file under its lock; once more where SoftHSM wrote it meanwhile without. */
static CK_RV
edit_record (FileStore *file, const char *id, StoreEdit edit, void *data, StoreStamp *stamp)
{
	auto_close int dir = open_directory (file->path);
	auto_close int lock = -1;
	char name[NAME_MAX];
	CK_RV rv = CKR_CANCEL;

	if (dir < 0 || !object_name (id, ".lock", name))
		return CKR_DEVICE_ERROR;
	TRY (file_lock (dir, name, file->umask, &lock));
	object_name (id, SUFFIX, name);
	for (int i = 0; i < RETRIES && rv == CKR_CANCEL; i++)
		rv = edit_record_once (file, dir, name, edit, data, stamp);
	if (rv == CKR_OBJECT_HANDLE_INVALID)
		drop_lock (dir, id);
	if (rv == CKR_CANCEL)
		return fail (CKR_DEVICE_ERROR, "%s changes all the time", name);
	return rv;
}

/* --- the token itself --- */

static bool
is_token (const Attrs *record)
{
	return attrs_bytes (record, OS_LABEL).len == 32 && attrs_bytes (record, OS_SERIAL).len > 0 &&
	       attrs_bytes (record, OS_SERIAL).len <= 16;
}

static CK_RV
load_token (FileStore *file)
{
	auto_close int dir = open_directory (file->path);
	Attrs record = { 0 };
	StoreStamp stamp;
	FileSeen seen;
	CK_RV rv;

	if (dir < 0)
		return errno == ENOENT ? CKR_TOKEN_NOT_RECOGNIZED : CKR_DEVICE_ERROR;
	file->remote = file_is_remote (dir);
	rv = read_record (file, dir, TOKEN SUFFIX, &record, &stamp, &seen);
	if (rv == CKR_OK && !is_token (&record))
		rv = CKR_DEVICE_ERROR;
	if (rv != CKR_OK) {
		attrs_clear (&record);
		return rv == CKR_OBJECT_HANDLE_INVALID ? CKR_TOKEN_NOT_RECOGNIZED :
		       rv == CKR_DATA_INVALID          ? CKR_DEVICE_ERROR :
		                                         rv;
	}
	attrs_clear (&file->token);
	file->token = record;
	file->stamp = stamp;
	return CKR_OK;
}

/* Whoever changed it, and whenever: a PIN that was changed elsewhere counts at once. */
static CK_RV
refresh_token (FileStore *file)
{
	if (file->token.n > 0 && !stamp_changed (file, TOKEN SUFFIX, &file->stamp))
		return CKR_OK;
	return load_token (file);
}

static CK_RV
edit_token (FileStore *file, StoreEdit edit, void *data)
{
	StoreStamp stamp;

	TRY (edit_record (file, TOKEN, edit, data, &stamp));
	/* It is done: what cannot be read now is read at the next look. */
	if (load_token (file) != CKR_OK)
		file->stamp = (StoreStamp){ 0 };
	return CKR_OK;
}

static FileStore *
new_store (const char *path, mode_t umask)
{
	FileStore *file = calloc (1, sizeof (FileStore) + strlen (path) + 1);

	if (file == NULL)
		return NULL;
	file->store.ops = &store_file;
	file->listing = -1;
	file->umask = umask;
	strcpy (file->path, path);
	file->store.path = file->path;
	return file;
}

static void
file_store_close (Store *store)
{
	attrs_clear (&file_store (store)->token);
	free (store);
}

static CK_RV
file_store_open (const char *path, mode_t umask, Store **store)
{
	FileStore *file = new_store (path, umask);
	CK_RV rv;

	TRY_ALLOC (file);
	rv = load_token (file);
	if (rv == CKR_OK)
		*store = &file->store;
	else
		file_store_close (&file->store);
	return rv;
}

static CK_RV
new_id (char id[static STORE_ID_SIZE])
{
	uint8_t r[16];

	TRY (random_bytes (r, sizeof r));
	snprintf (id, STORE_ID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
	          r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14], r[15]);
	return CKR_OK;
}

static CK_RV
new_token_key (Bytes so_pin, Buf *blob)
{
	auto_wipe Buf key = BUF_SECRET;

	TRY_ALLOC (buf_grow (&key, SEAL_FILE_KEY_SIZE));
	TRY (random_bytes (key.data, key.len));
	return seal_file_wrap (so_pin, bytes_of (&key), blob);
}

/* The serial is the end of the directory's name without the dash. */
static CK_RV
new_token_record (const char *id, const uint8_t label[static 32], Bytes so_pin, Attrs *record)
{
	auto_wipe Buf blob = BUF_PLAIN;
	char serial[17];

	snprintf (serial, sizeof serial, "%.4s%.12s", id + 19, id + 24);
	TRY (new_token_key (so_pin, &blob));
	TRY (attrs_set_bytes (record, OS_LABEL, bytes (label, 32)));
	TRY (attrs_set_bytes (record, OS_SERIAL, bytes_str (serial)));
	TRY (attrs_set_ulong (record, OS_FLAGS, NEW_FLAGS));
	return attrs_set_bytes (record, OS_SO_PIN, bytes_of (&blob));
}

static CK_RV
fill_token_directory (FileStore *file, const Attrs *record)
{
	auto_close int dir = open_directory (file->path);
	auto_wipe Buf content = BUF_PLAIN;
	auto_close int lock = -1;
	static const uint8_t first[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
	struct stat info;

	if (dir < 0)
		return CKR_DEVICE_ERROR;
	TRY (file_replace (dir, GENERATION, bytes (first, sizeof first), file->umask, NULL, &info));
	TRY (file_lock (dir, TOKEN ".lock", file->umask, &lock));
	TRY (encode (record, 1, &content));
	return file_replace (dir, TOKEN SUFFIX, bytes_of (&content), file->umask, NULL, &info);
}

static void
remove_token_directory (const char *path)
{
	static const char *const names[] = { TOKEN SUFFIX, TOKEN ".lock", GENERATION };
	auto_close int dir = open_directory (path);

	for (size_t i = 0; dir >= 0 && i < N_ELEMENTS (names); i++)
		unlinkat (dir, names[i], 0);
	rmdir (path);
}

static void
sync_directory (const char *path)
{
	auto_close int dir = open_directory (path);

	if (dir >= 0 && fsync (dir) != 0)
		log_debug ("cannot sync %s", path);
}

static CK_RV
file_store_create (const char *tokendir, mode_t umask, const uint8_t label[static 32], Bytes so_pin, Store **store)
{
	auto_attrs Attrs record = { 0 };
	char id[STORE_ID_SIZE], path[PATH_MAX];
	FileStore *file;
	CK_RV rv;

	TRY (new_id (id));
	TRY (new_token_record (id, label, so_pin, &record));
	if (snprintf (path, sizeof path, "%s/%s", tokendir, id) >= (int)sizeof path)
		return CKR_DEVICE_ERROR;
	file = new_store (path, umask);
	TRY_ALLOC (file);
	rv = mkdir (path, 0777 & ~umask) == 0 ? CKR_OK : CKR_DEVICE_ERROR;
	if (rv != CKR_OK)
		log_error ("cannot make the directory %s: %s", path, strerrorname_np (errno));
	else if ((rv = fill_token_directory (file, &record)) != CKR_OK || (rv = load_token (file)) != CKR_OK)
		remove_token_directory (path);
	if (rv != CKR_OK) {
		file_store_close (&file->store);
		return rv;
	}
	sync_directory (tokendir);
	*store = &file->store;
	return CKR_OK;
}

static CK_RV
file_store_info (Store *store, StoreInfo *info)
{
	FileStore *file = file_store (store);
	Bytes serial;

	TRY (refresh_token (file));
	serial = attrs_bytes (&file->token, OS_SERIAL);
	*info = (StoreInfo){ .flags = attrs_ulong (&file->token, OS_FLAGS, NEW_FLAGS) };
	memcpy (info->label, attrs_bytes (&file->token, OS_LABEL).data, sizeof info->label);
	memcpy (info->serial, serial.data, serial.len);
	info->has_user_pin = attrs_bytes (&file->token, OS_USER_PIN).len > 0;
	if (info->has_user_pin)
		info->flags |= CKF_USER_PIN_INITIALIZED;
	return CKR_OK;
}

typedef struct {
	CK_FLAGS set, clear;
} FlagsEdit;

static CK_RV
edit_flags (void *data, Attrs *record)
{
	const FlagsEdit *edit = data;
	CK_FLAGS flags = attrs_ulong (record, OS_FLAGS, NEW_FLAGS);

	return attrs_set_ulong (record, OS_FLAGS, (flags | edit->set) & ~edit->clear);
}

static CK_RV
file_store_set_flags (Store *store, CK_FLAGS set, CK_FLAGS clear)
{
	FileStore *file = file_store (store);
	FlagsEdit edit = { set, clear };
	CK_FLAGS flags;

	TRY (refresh_token (file));
	flags = attrs_ulong (&file->token, OS_FLAGS, NEW_FLAGS);
	if (((flags | set) & ~clear) == flags)
		return CKR_OK;
	return edit_token (file, edit_flags, &edit);
}

static CK_RV
edit_label (void *data, Attrs *record)
{
	return attrs_set_bytes (record, OS_LABEL, bytes (data, 32));
}

static CK_RV
file_store_set_label (Store *store, const uint8_t label[static 32])
{
	uint8_t copy[32];

	memcpy (copy, label, sizeof copy);
	return edit_token (file_store (store), edit_label, copy);
}

static CK_ATTRIBUTE_TYPE
pin_attribute (StoreRole role)
{
	return role == STORE_SO ? OS_SO_PIN : OS_USER_PIN;
}

static CK_RV
file_store_unlock (Store *store, StoreRole role, Bytes pin, Master *master)
{
	FileStore *file = file_store (store);
	Bytes blob;

	TRY (refresh_token (file));
	blob = attrs_bytes (&file->token, pin_attribute (role));
	if (blob.len == 0)
		return role == STORE_USER ? CKR_USER_PIN_NOT_INITIALIZED : CKR_PIN_INCORRECT;
	master->epoch = attrs_ulong (&file->token, OS_EPOCH, 0);
	return seal_file_unwrap (pin, blob, &master->key);
}

static bool
has_epoch (const Attrs *token, const Master *master)
{
	return attrs_ulong (token, OS_EPOCH, 0) == master->epoch;
}

/* What cannot be read now is not another token's. */
static bool
file_store_is_current (Store *store, const Master *master)
{
	FileStore *file = file_store (store);

	return refresh_token (file) != CKR_OK || has_epoch (&file->token, master);
}

typedef struct {
	StoreRole role;
	Bytes blob;
	const Master *master;   /* what is in the blob; NULL for a reset */
	const uint8_t *label;   /* for a reset: the new label */
	uint64_t epoch;         /* and the new key's */
} PinEdit;

static CK_RV
edit_reset (const PinEdit *edit, Attrs *record)
{
	attrs_remove (record, OS_USER_PIN);
	TRY (attrs_set_bytes (record, OS_LABEL, bytes (edit->label, 32)));
	TRY (attrs_set_ulong (record, OS_FLAGS, NEW_FLAGS));
	TRY (attrs_set_ulong (record, OS_EPOCH, edit->epoch));
	return attrs_set_bytes (record, OS_SO_PIN, edit->blob);
}

static CK_RV
edit_pin (void *data, Attrs *record)
{
	const PinEdit *edit = data;
	CK_FLAGS flags = attrs_ulong (record, OS_FLAGS, NEW_FLAGS);

	if (edit->master == NULL)
		return edit_reset (edit, record);
	if (!has_epoch (record, edit->master))
		return CKR_USER_NOT_LOGGED_IN;
	if (edit->role == STORE_SO)
		flags &= ~(CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_LOCKED | CKF_SO_PIN_TO_BE_CHANGED);
	else
		flags = (flags | CKF_USER_PIN_INITIALIZED) &
		        ~(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED |
		          CKF_USER_PIN_TO_BE_CHANGED);
	TRY (attrs_set_ulong (record, OS_FLAGS, flags));
	return attrs_set_bytes (record, pin_attribute (edit->role), edit->blob);
}

static CK_RV
file_store_set_pin (Store *store, StoreRole role, Bytes pin, const Master *master)
{
	auto_wipe Buf blob = BUF_PLAIN;
	PinEdit edit = { .role = role, .master = master };

	TRY (seal_file_wrap (pin, bytes_of (&master->key), &blob));
	edit.blob = bytes_of (&blob);
	return edit_token (file_store (store), edit_pin, &edit);
}

static CK_RV
file_store_seal (const Master *master, Bytes plain, Buf *sealed)
{
	return seal_file_seal (&master->key, plain, sealed);
}

static CK_RV
file_store_unseal (const Master *master, Bytes sealed, Buf *plain)
{
	return seal_file_unseal (&master->key, sealed, plain);
}

/* --- objects --- */

/* The stamp is the older one of the two: what is written meanwhile is read again. */
static bool
read_counter (FileStore *file)
{
	struct stat info;
	uint64_t generation;

	file->counter = (StoreStamp){ 0 };
	if (!stat_in (file, GENERATION, &info) || !read_u64 (file, GENERATION, &generation))
		return false;
	file->counter = stamp_of (&info, generation);
	file->counter.settled &= !file->remote;
	return true;
}

static CK_RV
file_store_list_changed (Store *store, uint64_t *seen, bool *changed)
{
	FileStore *file = file_store (store);
	bool known = stamp_holds (file, GENERATION, &file->counter) || read_counter (file);

	/* Without a counter nobody can tell. */
	*changed = !known || file->counter.generation != *seen;
	*seen = file->counter.generation;
	return CKR_OK;
}

static bool
file_store_is_as_listed (const Store *store, uint64_t seen, const Master *master)
{
	const FileStore *file = (const FileStore *)store;

	return file->counter.generation == seen && stamp_holds (file, GENERATION, &file->counter) &&
	       (master == NULL || (has_epoch (&file->token, master) && stamp_holds (file, TOKEN SUFFIX, &file->stamp)));
}

/* One more, under its lock.  Where nothing but us moved it, @seen follows; otherwise the next look lists. */
static void
bump_generation (FileStore *file, int dir, uint64_t *seen)
{
	auto_close int fd = -1;
	uint8_t octets[8] = { 0 };
	uint64_t now, next;

	if (file_lock (dir, GENERATION, file->umask, &fd) != CKR_OK)
		return;
	now = pread (fd, octets, sizeof octets, 0) == (ssize_t)sizeof octets ? be64_get (octets) : 0;
	next = now + 1 == 0 ? 1 : now + 1;
	be64_put (octets, next);
	if (pwrite (fd, octets, sizeof octets, 0) != (ssize_t)sizeof octets)
		log_warning ("cannot write %s/" GENERATION ": other processes will not see the change at once", file->path);
	else if (*seen == now)
		*seen = next;
}

/* The id of an object's file, NULL when it is none. */
static const char *
id_of (int dir, const struct dirent *entry, char id[static STORE_ID_SIZE])
{
	size_t n = strlen (entry->d_name), n_suffix = strlen (SUFFIX);
	struct stat info;

	if (n <= n_suffix || n - n_suffix >= STORE_ID_SIZE || entry->d_name[0] == '.' ||
	    strcmp (entry->d_name + n - n_suffix, SUFFIX) != 0 || strcmp (entry->d_name, TOKEN SUFFIX) == 0)
		return NULL;
	if (entry->d_type == DT_UNKNOWN &&
	    (fstatat (dir, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (info.st_mode)))
		return NULL;
	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_REG)
		return NULL;
	memcpy (id, entry->d_name, n - n_suffix);
	id[n - n_suffix] = '\0';
	return id;
}

static CK_RV
file_store_list (Store *store, uint64_t *seen, StoreVisit visit, void *data)
{
	FileStore *file = file_store (store);
	char room[STORE_ID_SIZE];
	const struct dirent *entry;
	bool changed, whole = true;
	DIR *dir;

	/* The counter first: what is added meanwhile is listed again, not missed. */
	TRY (file_store_list_changed (store, seen, &changed));
	dir = opendir (file->path);
	if (dir == NULL)
		return CKR_DEVICE_ERROR;
	file->listing = dirfd (dir);
	while (whole && (entry = readdir (dir)) != NULL) {
		const char *id = id_of (dirfd (dir), entry, room);

		file_drop_leftover (dirfd (dir), entry->d_name);
		whole = id == NULL || visit (data, id);
	}
	file->listing = -1;
	closedir (dir);
	return whole ? CKR_OK : CKR_DEVICE_ERROR;
}

static bool
file_store_changed (Store *store, const char *id, StoreStamp *stamp)
{
	char name[NAME_MAX];

	return !object_name (id, SUFFIX, name) || stamp_changed (file_store (store), name, stamp);
}

/* --- tags --- */

/* Over the attributes as they are written; the id stands for the other one. */
static CK_RV
make_tag (FileStore *file, const char *id, const Master *master, const Attrs *record, uint8_t tag[static STORE_TAG_SIZE])
{
	auto_wipe Buf content = BUF_PLAIN;

	for (uint32_t i = 0; i < record->n; i++)
		if (record->list[i].type != CKA_UNIQUE_ID)
			TRY (attr_encode (&record->list[i], &content));
	return seal_file_tag (&master->key, attrs_bytes (&file->token, OS_SERIAL), id, bytes_of (&content), tag);
}

/* Out of the record, which it is no attribute of, into the stamp. */
static void
take_tag (Attrs *record, StoreStamp *stamp)
{
	const Attr *tag = attrs_find (record, OS_TAG);

	/* the id is the file's name: one that stands in the file is no part of what was tagged */
	stamp->has_tag = tag != NULL && tag->len == sizeof stamp->tag && !attrs_has (record, CKA_UNIQUE_ID);
	if (stamp->has_tag)
		memcpy (stamp->tag, attr_bytes (tag).data, sizeof stamp->tag);
	attrs_remove (record, OS_TAG);
}

static CK_RV
put_tag (FileStore *file, const char *id, const Master *master, Attrs *record)
{
	uint8_t tag[STORE_TAG_SIZE];

	attrs_remove (record, OS_TAG);
	if (master == NULL)
		return CKR_OK;
	TRY (make_tag (file, id, master, record, tag));
	return attrs_set_bytes (record, OS_TAG, bytes (tag, sizeof tag));
}

static CK_RV
file_store_read (Store *store, const char *id, Attrs *record, StoreStamp *stamp)
{
	const FileStore *file = file_store (store);
	auto_close int opened = file->listing < 0 ? open_directory (file->path) : -1;
	int dir = file->listing < 0 ? opened : file->listing;
	char name[NAME_MAX];
	FileSeen seen;

	*stamp = (StoreStamp){ 0 };
	if (dir < 0 || !object_name (id, SUFFIX, name))
		return CKR_DEVICE_ERROR;
	TRY (read_record (file, dir, name, record, stamp, &seen));
	take_tag (record, stamp);
	return CKR_OK;
}

static bool
file_store_is_authentic (Store *store, const char *id, const Master *master, const Attrs *record, const StoreStamp *stamp)
{
	uint8_t tag[STORE_TAG_SIZE];

	return stamp->has_tag && make_tag (file_store (store), id, master, record, tag) == CKR_OK &&
	       bytes_equal_sec (bytes (tag, sizeof tag), bytes (stamp->tag, sizeof tag));
}

/* Whoever initialises the token waits until what is sealed under its old key is there to be removed. */
static CK_RV
lock_token (FileStore *file, int dir, const Master *master, int *lock)
{
	TRY (file_lock (dir, TOKEN ".lock", file->umask, lock));
	return file_store_is_current (&file->store, master) ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

static CK_RV
file_store_add (Store *store, const Attrs *record, const Master *master, char id[static STORE_ID_SIZE],
                StoreStamp *stamp, uint64_t *seen)
{
	FileStore *file = file_store (store);
	auto_close int dir = open_directory (file->path);
	auto_close int token_lock = -1;
	auto_close int lock = -1;
	auto_wipe Buf content = BUF_PLAIN;
	auto_attrs Attrs tagged = { 0 };
	char name[NAME_MAX];
	struct stat info;
	CK_RV rv;

	if (dir < 0)
		return CKR_DEVICE_ERROR;
	TRY (new_id (id));
	TRY (attrs_copy (&tagged, record));
	TRY (put_tag (file, id, master, &tagged));
	TRY (encode (&tagged, 1, &content));
	if (master != NULL)
		TRY (lock_token (file, dir, master, &token_lock));
	/* SoftHSM removes an object with its lock file and fails where it has none. */
	object_name (id, ".lock", name);
	TRY (file_lock (dir, name, file->umask, &lock));
	object_name (id, SUFFIX, name);
	rv = file_replace (dir, name, bytes_of (&content), file->umask, NULL, &info);
	if (rv != CKR_OK) {
		object_name (id, ".lock", name);
		unlinkat (dir, name, 0);
		return rv;
	}
	*stamp = stamp_of (&info, 1);
	take_tag (&tagged, stamp);
	bump_generation (file, dir, seen);
	return CKR_OK;
}

typedef struct {
	FileStore *file;
	const char *id;
	const StoreChange *change;
} ObjectEdit;

static CK_RV
edit_object (void *data, Attrs *record)
{
	const ObjectEdit *object = data;
	const StoreChange *change = object->change;
	StoreStamp stamp = { 0 };

	take_tag (record, &stamp);
	if (change->only_authentic &&
	    !file_store_is_authentic (&object->file->store, object->id, change->master, record, &stamp))
		return CKR_DATA_INVALID;
	TRY (change->edit (change->data, record));
	return put_tag (object->file, object->id, change->master, record);
}

static CK_RV
file_store_edit (Store *store, const char *id, const StoreChange *change, StoreStamp *stamp)
{
	ObjectEdit object = { file_store (store), id, change };

	return edit_record (object.file, id, edit_object, &object, stamp);
}

static CK_RV
file_store_remove (Store *store, const char *id, uint64_t *seen)
{
	FileStore *file = file_store (store);
	auto_close int dir = open_directory (file->path);
	auto_close int lock = -1;
	char name[NAME_MAX], lock_name[NAME_MAX];

	if (dir < 0 || !object_name (id, SUFFIX, name) || !object_name (id, ".lock", lock_name))
		return CKR_DEVICE_ERROR;
	TRY (file_lock (dir, lock_name, file->umask, &lock));
	if (unlinkat (dir, name, 0) != 0 && errno != ENOENT) {
		log_error ("cannot remove %s/%s: %s", file->path, name, strerrorname_np (errno));
		return CKR_DEVICE_ERROR;
	}
	unlinkat (dir, lock_name, 0);
	if (fsync (dir) != 0)
		log_debug ("cannot sync %s", file->path);
	bump_generation (file, dir, seen);
	return CKR_OK;
}

static bool
remove_listed (void *data, const char *id)
{
	uint64_t seen = 0;

	return file_store_remove (data, id, &seen) == CKR_OK;
}

static CK_RV
file_store_reset (Store *store, const uint8_t label[static 32], Bytes so_pin)
{
	auto_wipe Buf blob = BUF_PLAIN;
	PinEdit edit = { .role = STORE_SO, .label = label };
	uint64_t seen = 0;
	uint32_t epoch;

	/* no more bits than a CK_ULONG has anywhere */
	TRY (random_bytes (&epoch, sizeof epoch));
	edit.epoch = epoch | 1;
	TRY (new_token_key (so_pin, &blob));
	edit.blob = bytes_of (&blob);
	/* The token first: what fails before it has changed nothing. */
	TRY (edit_token (file_store (store), edit_pin, &edit));
	return file_store_list (store, &seen, remove_listed, store);
}

const StoreOps store_file = {
	.name = "file",
	.open = file_store_open,
	.create = file_store_create,
	.close = file_store_close,
	.info = file_store_info,
	.set_flags = file_store_set_flags,
	.set_label = file_store_set_label,
	.unlock = file_store_unlock,
	.is_current = file_store_is_current,
	.set_pin = file_store_set_pin,
	.reset = file_store_reset,
	.seal = file_store_seal,
	.unseal = file_store_unseal,
	.list_changed = file_store_list_changed,
	.is_as_listed = file_store_is_as_listed,
	.list = file_store_list,
	.changed = file_store_changed,
	.read = file_store_read,
	.is_authentic = file_store_is_authentic,
	.add = file_store_add,
	.edit = file_store_edit,
	.remove = file_store_remove,
};
