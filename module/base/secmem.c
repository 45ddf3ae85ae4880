/* Memory for keys and PINs: locked, guarded, left out of core dumps, wiped when freed.
 *
 * An arena: chunks of locked pages between two guard pages, cut into blocks of a few
 * sizes.  The limit of locked memory is small on many systems (64 KiB in containers),
 * so chunks begin small and grow with what is in use. */

#include "secmem.h"
#include "bytes.h"
#include "log.h"

#include "build-config.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* In front of each block; the canary is checked when the block comes back. */
typedef struct {
	size_t n_class;         /* size class, or N_CLASSES for a chunk of its own */
	size_t canary;
} Head;

#define ALIGNMENT 16
#define FIRST_CHUNK (16 * 1024)
#define LARGEST_CHUNK (256 * 1024)
#define LARGEST_BLOCK (32 * 1024)
#define N_CLASSES 40

_Static_assert (sizeof (Head) == ALIGNMENT, "blocks are aligned behind their head");

typedef struct Chunk {
	struct Chunk *next;
	uint8_t *pages;         /* between the guards */
	size_t size;
	size_t used;            /* cut off so far */
	bool own;               /* holds one large block */
	bool locked;            /* and counted as such */
} Chunk;

typedef struct Free {
	struct Free *next;
} Free;

static struct {
	pthread_mutex_t lock;
	Chunk *chunks;          /* the newest first: blocks are cut from it */
	Free *free[N_CLASSES];
	size_t in_use;
	size_t locked;
	size_t next_chunk;
	bool wipe_on_fork;
	bool complained;
	unsigned fail_after;
} arena = { .lock = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP };

/* Four sizes a doubling: 64, 80, 96, 112, 128, 160, … bytes, the head included. */
static size_t
class_size (size_t n_class)
{
	size_t base = (size_t)64 << (n_class / 4);

	return base + base / 4 * (n_class % 4);
}

static size_t
class_for (size_t n)
{
	size_t n_class = 0;

	while (class_size (n_class) < n)
		n_class++;
	return n_class;
}

static size_t
page_size (void)
{
	return (size_t)sysconf (_SC_PAGESIZE);
}

static size_t
round_up (size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

static bool
pages_lock (uint8_t *pages, size_t size)
{
	return !NON_PAGED_MEMORY || mlock (pages, size) == 0;
}

/* Once for each time that it begins to be so. */
static void
complain (size_t n)
{
	if (!arena.complained)
		log_error ("cannot lock %zu bytes of memory for keys (%zu bytes are locked already): raise the limit that "
		           "\"ulimit -l\" shows",
		           n, arena.locked);
	arena.complained = true;
}

static uint8_t *
pages_map (size_t size)
{
	size_t guard = page_size ();
	uint8_t *all = mmap (NULL, size + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *pages;

	if (all == MAP_FAILED)
		return NULL;
	pages = all + guard;
	if (mprotect (pages, size, PROT_READ | PROT_WRITE) != 0 || !pages_lock (pages, size)) {
		munmap (all, size + 2 * guard);
		return NULL;
	}
	/* Hints: a kernel that knows neither still keeps the pages locked. */
	madvise (pages, size, MADV_DONTDUMP);
	if (arena.wipe_on_fork)
		madvise (pages, size, MADV_WIPEONFORK);
	return pages;
}

static void
pages_unmap (uint8_t *pages, size_t size)
{
	size_t guard = page_size ();

	wipe (pages, size);
	munmap (pages - guard, size + 2 * guard);
}

/* The bookkeeping of a chunk lives outside of it: after a wiping fork it is still there. */
static Chunk *
chunk_new (size_t size, bool own)
{
	Chunk *chunk = calloc (1, sizeof (Chunk));

	if (chunk == NULL)
		return NULL;
	chunk->size = round_up (size, page_size ());
	chunk->own = own;
	chunk->pages = pages_map (chunk->size);
	if (chunk->pages == NULL) {
		free (chunk);
		return NULL;
	}
	chunk->locked = true;
	arena.locked += chunk->size;
	arena.complained = false;
	return chunk;
}

static Head *
block_from_own_chunk (size_t n)
{
	Chunk *chunk = chunk_new (n, true);
	Chunk **last = &arena.chunks;

	if (chunk == NULL)
		return NULL;
	while (*last != NULL)
		last = &(*last)->next;
	*last = chunk;
	chunk->used = n;
	return (Head *)chunk->pages;
}

static Head *
block_from_chunk (size_t size)
{
	Chunk *chunk = arena.chunks;

	if (chunk == NULL || chunk->own || chunk->size - chunk->used < size) {
		if (arena.next_chunk == 0)
			arena.next_chunk = FIRST_CHUNK;
		chunk = chunk_new (size > arena.next_chunk ? size : arena.next_chunk, false);
		if (chunk == NULL)
			chunk = chunk_new (size, false);
		if (chunk == NULL)
			return NULL;
		chunk->next = arena.chunks;
		arena.chunks = chunk;
		if (arena.locked >= 4 * arena.next_chunk && arena.next_chunk < LARGEST_CHUNK)
			arena.next_chunk *= 2;
	}
	chunk->used += size;
	return (Head *)(chunk->pages + chunk->used - size);
}

static size_t
canary_for (const Head *head)
{
	return (size_t)head ^ (size_t)0x9e3779b97f4a7c15ULL;
}

static void *
allocate (size_t n, bool needed)
{
	Head *head = NULL;
	size_t n_class = N_CLASSES;
	bool refused;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = round_up (n + sizeof (Head), ALIGNMENT);
	pthread_mutex_lock (&arena.lock);
	refused = arena.fail_after > 0 && --arena.fail_after == 0;
	if (!refused && n > LARGEST_BLOCK) {
		head = block_from_own_chunk (n);
	} else if (!refused) {
		n_class = class_for (n);
		n = class_size (n_class);
		head = (Head *)arena.free[n_class];
		if (head != NULL)
			arena.free[n_class] = arena.free[n_class]->next;
		else
			head = block_from_chunk (n);
	}
	if (head != NULL) {
		arena.in_use += n;
		head->n_class = n_class;
		head->canary = canary_for (head);
	} else if (!refused && needed) {
		complain (n);
	}
	pthread_mutex_unlock (&arena.lock);
	/* Fresh pages are zero and a block is wiped when it is freed. */
	return head ? head + 1 : NULL;
}

void *
sec_alloc (size_t n)
{
	return allocate (n, true);
}

void *
sec_try_alloc (size_t n)
{
	return allocate (n, false);
}

static void
free_own_chunk (Head *head)
{
	Chunk **at = &arena.chunks;
	Chunk *chunk;

	while (*at != NULL && (*at)->pages != (uint8_t *)head)
		at = &(*at)->next;
	chunk = *at;
	if (chunk == NULL)
		return;
	*at = chunk->next;
	arena.in_use -= chunk->used;
	arena.locked -= chunk->locked ? chunk->size : 0;
	pages_unmap (chunk->pages, chunk->size);
	free (chunk);
}

void
sec_free (void *data)
{
	Head *head = data;

	if (data == NULL)
		return;
	head--;
	/* Somebody wrote in front of the block, or it is none: leave it, it is still locked and guarded. */
	if (head->canary != canary_for (head)) {
		log_error ("a block of secure memory was overwritten; it is not used again");
		return;
	}
	pthread_mutex_lock (&arena.lock);
	if (head->n_class == N_CLASSES) {
		free_own_chunk (head);
	} else {
		size_t n_class = head->n_class;

		wipe (head, class_size (n_class));
		((Free *)head)->next = arena.free[n_class];
		arena.free[n_class] = (Free *)head;
		arena.in_use -= class_size (n_class);
	}
	pthread_mutex_unlock (&arena.lock);
}

void
sec_set_wipe_on_fork (bool wipe_them)
{
	pthread_mutex_lock (&arena.lock);
	arena.wipe_on_fork = wipe_them;
	for (Chunk *chunk = arena.chunks; chunk != NULL; chunk = chunk->next)
		madvise (chunk->pages, chunk->size, wipe_them ? MADV_WIPEONFORK : MADV_KEEPONFORK);
	pthread_mutex_unlock (&arena.lock);
}

void
sec_before_fork (void)
{
	pthread_mutex_lock (&arena.lock);
}

/* Locks are not inherited.  Where the child may not lock, the pages go on unlocked: refusing now would
 * take the keys away from a program that has them already; new pages are refused as ever, and that is
 * logged.  Nothing is logged here, between fork and whatever the child is to become. */
static void
lock_again (void)
{
	for (Chunk *chunk = arena.chunks; chunk != NULL; chunk = chunk->next)
		if (chunk->locked && !pages_lock (chunk->pages, chunk->size)) {
			chunk->locked = false;
			arena.locked -= chunk->size;
		}
}

static void
forget_chunks (void)
{
	while (arena.chunks != NULL) {
		Chunk *chunk = arena.chunks;

		arena.chunks = chunk->next;
		munmap (chunk->pages - page_size (), chunk->size + 2 * page_size ());
		free (chunk);
	}
	memset (arena.free, 0, sizeof arena.free);
	arena.in_use = arena.locked = arena.next_chunk = 0;
}

void
sec_after_fork (bool in_child)
{
	pthread_mutex_unlock (&arena.lock);
	if (!in_child)
		return;
	if (arena.wipe_on_fork)
		forget_chunks ();
	else
		lock_again ();
}

void
sec_usage (size_t *in_use, size_t *locked)
{
	pthread_mutex_lock (&arena.lock);
	*in_use = arena.in_use;
	*locked = arena.locked;
	pthread_mutex_unlock (&arena.lock);
}

void
sec_fail_after (unsigned n)
{
	pthread_mutex_lock (&arena.lock);
	arena.fail_after = n;
	pthread_mutex_unlock (&arena.lock);
}
