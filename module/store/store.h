/* Stores: where a token's records lie.  Six verbs on dumb records, and the seal over private values.
 *
 * A store knows no PKCS #11 rules, sessions or logins.  Values marked sealed in a record stay as they
 * are; the token opens them with the seal when it has the master key. */

#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "attrs.h"

#include <sys/types.h>

#define STORE_ID_SIZE 64        /* longest object id, with its NUL */

typedef struct Store Store;
typedef struct StoreOps StoreOps;

/* The two who have a PIN. */
typedef enum { STORE_SO, STORE_USER } StoreRole;

typedef struct {
	uint8_t label[32];      /* padded with blanks */
	char serial[17];
	CK_FLAGS flags;         /* those of CK_TOKEN_INFO that are kept */
	bool has_user_pin;
} StoreInfo;

#define STORE_TAG_SIZE 32       /* of what tells that a record is as it was written */

/* What an object's record looked like when it was read: compared, never interpreted. */
typedef struct {
	uint64_t inode, size, generation;
	int64_t seconds, nanoseconds;
	bool settled;           /* false: changed so shortly before that a later change might look the same */
	bool has_tag;
	uint8_t tag[STORE_TAG_SIZE];
} StoreStamp;

/* The key that opens what is private, and which of the keys it is that the token has had: initialising it
 * anew makes another. */
typedef struct {
	Buf key;
	uint64_t epoch;
} Master;

#define NO_MASTER { .key = BUF_SECRET }
#define auto_master __attribute__ ((cleanup (master_clear)))

void master_clear (Master *master);

/* Called for each object; false stops, and the listing fails with CKR_DEVICE_ERROR. */
typedef bool (*StoreVisit) (void *data, const char *id);

/* Edits a record while the store holds its lock. */
typedef CK_RV (*StoreEdit) (void *data, Attrs *record);

typedef struct {
	StoreEdit edit;
	void *data;
	const Master *master;   /* what the record is tagged with; NULL: it has no tag afterwards */
	bool only_authentic;    /* CKR_DATA_INVALID where the record is not */
} StoreChange;

struct StoreOps {
	const char *name;

	/* Opens the token in the directory @path.  CKR_TOKEN_NOT_RECOGNIZED: there is none of this format;
	 * CKR_DEVICE_ERROR: damaged or unreadable. */
	CK_RV (*open) (const char *path, mode_t umask, Store **store);

	/* Makes a token below @tokendir and its master key; there is no user PIN yet. */
	CK_RV (*create) (const char *tokendir, mode_t umask, const uint8_t label[static 32], Bytes so_pin,
	                 Store **store);
	void (*close) (Store *store);

	/* As it stands on the disk now. */
	CK_RV (*info) (Store *store, StoreInfo *info);

	/* Sets and clears flags; writes nothing when that changes none. */
	CK_RV (*set_flags) (Store *store, CK_FLAGS set, CK_FLAGS clear);

	CK_RV (*set_label) (Store *store, const uint8_t label[static 32]);

	/* The master key, with the PIN.  CKR_PIN_INCORRECT, CKR_USER_PIN_NOT_INITIALIZED. */
	CK_RV (*unlock) (Store *store, StoreRole role, Bytes pin, Master *master);

	/* Is it still the token's?  False when another process has initialised the token since. */
	bool (*is_current) (Store *store, const Master *master);

	/* Keeps the master key under a new PIN.  CKR_USER_NOT_LOGGED_IN: it is not current. */
	CK_RV (*set_pin) (Store *store, StoreRole role, Bytes pin, const Master *master);

	/* Removes all objects and the user PIN; a new master key under @so_pin, which the caller has checked. */
	CK_RV (*reset) (Store *store, const uint8_t label[static 32], Bytes so_pin);

	/* Values of private objects. */
	CK_RV (*seal) (const Master *master, Bytes plain, Buf *sealed);
	CK_RV (*unseal) (const Master *master, Bytes sealed, Buf *plain);

	/* Has another process made or removed objects since @seen was filled by this or by list? */
	CK_RV (*list_changed) (Store *store, uint64_t *seen, bool *changed);

	/* Neither that, nor, unless @master is NULL, another master key, for certain?  Changes nothing: several may ask
	 * at once. */
	bool (*is_as_listed) (const Store *store, uint64_t seen, const Master *master);
	CK_RV (*list) (Store *store, uint64_t *seen, StoreVisit visit, void *data);

	/* Cheap: is the record still as it was at @stamp?  A removed one has changed. */
	bool (*changed) (Store *store, const char *id, StoreStamp *stamp);

	/* CKR_OBJECT_HANDLE_INVALID: it is gone; CKR_DATA_INVALID: damaged, @stamp is set all the same. */
	CK_RV (*read) (Store *store, const char *id, Attrs *record, StoreStamp *stamp);

	/* Is it as it was last written with @master, this object of this token?  @record, @stamp: as read. */
	bool (*is_authentic) (Store *store, const char *id, const Master *master, const Attrs *record,
	                      const StoreStamp *stamp);

	/* A new object: there as a whole or not at all; on the disk before anyone hears of it.  @master: what its
	 * values are sealed with and it is tagged with, NULL when there is none.  CKR_USER_NOT_LOGGED_IN: that is not
	 * current. */
	CK_RV (*add) (Store *store, const Attrs *record, const Master *master, char id[static STORE_ID_SIZE],
	              StoreStamp *stamp, uint64_t *seen);

	/* Reads, changes, replaces. */
	CK_RV (*edit) (Store *store, const char *id, const StoreChange *change, StoreStamp *stamp);
	CK_RV (*remove) (Store *store, const char *id, uint64_t *seen);
};

/* Every store begins with this. */
struct Store {
	const StoreOps *ops;
	const char *path;       /* where it lies */
};

extern const StoreOps store_file;

/* Opens whatever format the directory holds. */
CK_RV store_open (const char *path, mode_t umask, Store **store);

/* The format for new tokens, by its name in objectstore.backend; NULL when there is none. */
const StoreOps *store_named (const char *name);

#endif
