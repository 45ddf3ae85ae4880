/* Memory for keys and PINs: locked, guarded, left out of core dumps, wiped when freed. */

#ifndef BASE_SECMEM_H
#define BASE_SECMEM_H

#include <stdbool.h>
#include <stddef.h>

/* Memory of @n bytes, aligned for anything, all zero.  NULL when there is none or when the system will
 * not lock it; the log then names the limit. */
void *sec_alloc (size_t n);

/* The same for what can be done without: the log says nothing. */
void *sec_try_alloc (size_t n);

/* Wipes and frees; NULL is fine. */
void sec_free (void *data);

/* From now on children of fork() find these pages empty (true) or as they were (false). */
void sec_set_wipe_on_fork (bool wipe);

/* Around fork(): the arena is consistent in the child, and its pages are locked there too, or forgotten
 * where they were wiped. */
void sec_before_fork (void);
void sec_after_fork (bool in_child);

/* Bytes in use and bytes locked, for tests and for sec_alloc's callers who can let go of something. */
void sec_usage (size_t *in_use, size_t *locked);

/* For tests: the @n-th allocation from now fails (0: none does). */
void sec_fail_after (unsigned n);

#endif
