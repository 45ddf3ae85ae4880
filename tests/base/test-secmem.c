/* Secure memory: zero at first, wiped at last, guarded, locked, and failing in good order. */

#include "secmem.h"
#include "bytes.h"
#include "log.h"

#include "build-config.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The address sanitizer makes mlock do nothing. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define LOCKS_NOTHING 1
#endif
#endif
#if defined __SANITIZE_ADDRESS__
#define LOCKS_NOTHING 1
#elif !defined LOCKS_NOTHING
#define LOCKS_NOTHING 0
#endif

static size_t
in_use (void)
{
	size_t used, locked;

	sec_usage (&used, &locked);
	return used;
}

static void
assert_zero (const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		g_assert_cmpuint (data[i], ==, 0);
}

static void
memory_is_zero_and_aligned (void)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 31, 32, 33, 100, 1000, 4096, 30000, 32752, 32753, 40000, 100000 };

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++) {
			uint8_t *data = sec_alloc (lengths[i]);

			g_assert_nonnull (data);
			g_assert_cmpuint ((uintptr_t)data % 16, ==, 0);
			assert_zero (data, lengths[i]);
			if (lengths[i] > 0)
				memset (data, 0xff, lengths[i]);
			sec_free (data);
		}
}

static void
freed_memory_is_wiped (void)
{
	uint8_t *keep = sec_alloc (64), *data = sec_alloc (64);

	memset (data, 0xff, 64);
	sec_free (data);
	/* The arena keeps the page; the first word serves its list. */
	assert_zero (data + sizeof (void *), 64 - sizeof (void *));
	sec_free (keep);
}

static void
blocks_do_not_touch (void)
{
	uint8_t *blocks[300];

	for (size_t i = 0; i < G_N_ELEMENTS (blocks); i++) {
		size_t n = 1 + i * 7 % 500;

		blocks[i] = sec_alloc (n);
		g_assert_nonnull (blocks[i]);
		memset (blocks[i], (int)(i & 0xff), n);
	}
	for (size_t i = 0; i < G_N_ELEMENTS (blocks); i++) {
		for (size_t j = 0; j < 1 + i * 7 % 500; j++)
			g_assert_cmpuint (blocks[i][j], ==, i & 0xff);
		sec_free (blocks[i]);
	}
}

static void
usage_goes_up_and_comes_down (void)
{
	size_t before = in_use ();
	void *small = sec_alloc (10), *large = sec_alloc (50000);

	g_assert_cmpuint (in_use (), >=, before + 50010);
	sec_free (small);
	sec_free (large);
	sec_free (NULL);
	g_assert_cmpuint (in_use (), ==, before);
}

static void
absurd_sizes_are_refused (void)
{
	g_assert_null (sec_alloc (SIZE_MAX));
	g_assert_null (sec_alloc (SIZE_MAX / 2 + 1));
}

static void
the_nth_allocation_fails_when_asked (void)
{
	void *one, *two;

	sec_fail_after (2);
	one = sec_alloc (16);
	g_assert_nonnull (one);
	g_assert_null (sec_alloc (16));
	two = sec_alloc (16);
	g_assert_nonnull (two);
	sec_free (one);
	sec_free (two);
}

static gpointer
work_hard (gpointer data)
{
	for (unsigned i = 0; i < 5000; i++) {
		size_t n = 1 + i % 700;
		uint8_t *block = sec_alloc (n);

		g_assert_nonnull (block);
		assert_zero (block, n);
		memset (block, 0xee, n);
		sec_free (block);
	}
	return NULL;
}

static void
threads_share_the_arena (void)
{
	size_t before = in_use ();
	GThread *threads[4];

	for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("work", work_hard, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	g_assert_cmpuint (in_use (), ==, before);
}

/* --- what only a child can show --- */

/* How a child that runs @work ends, as waitpid tells. */
static int
in_child (void (*work) (void))
{
	pid_t child = fork ();
	int status;

	g_assert_cmpint (child, >=, 0);
	if (child == 0) {
		struct rlimit none = { 0, 0 };

		/* A checker's own handler would make an exit code of the signal. */
		signal (SIGSEGV, SIG_DFL);
		setrlimit (RLIMIT_CORE, &none);
		work ();
		_exit (0);
	}
	g_assert_cmpint (waitpid (child, &status, 0), ==, child);
	return status;
}

#define assert_dies(work) assert_dies_of (in_child (work))

static void
assert_dies_of (int status)
{
	g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGSEGV);
}

static volatile uint8_t *
large_block (void)
{
	volatile uint8_t *block = sec_alloc (64 * 1024);

	if (block == NULL)
		_exit (9);
	return block;
}

static void
write_behind (void)
{
	volatile uint8_t *block = large_block ();

	/* Up to a page of the block's end is filled up; the guard comes then. */
	for (size_t i = 0; i < 8192; i++)
		block[64 * 1024 + i] = 1;
}

static void
write_in_front (void)
{
	volatile uint8_t *block = large_block ();

	for (size_t i = 1; i < 4096; i++)
		*(block - i) = 1;
}

static void
read_behind (void)
{
	volatile uint8_t *block = large_block ();
	uint8_t sum = 0;

	for (size_t i = 0; i < 8192; i++)
		sum ^= block[64 * 1024 + i];
	_exit (sum);
}

static void
guard_pages_stop_who_runs_over (void)
{
	assert_dies (write_behind);
	assert_dies (write_in_front);
	assert_dies (read_behind);
}

static char *log_name;

static void
start_log (void)
{
	int fd = g_file_open_tmp ("softhsm2-secmem-XXXXXX", &log_name, NULL);

	g_assert_cmpint (fd, >=, 0);
	/* A child of another user writes to it. */
	g_assert_cmpint (fchmod (fd, 0666), ==, 0);
	close (fd);
	log_start (LOG_LEVEL_ERROR, log_name);
}

static char *
end_log (void)
{
	char *text = NULL;

	log_stop ();
	g_assert_true (g_file_get_contents (log_name, &text, NULL, NULL));
	g_unlink (log_name);
	g_free (log_name);
	return text;
}

/* As a user who may lock nothing: root may always. */
static void
lock_nothing (void)
{
	struct rlimit none = { 0, 0 };

	if (setrlimit (RLIMIT_MEMLOCK, &none) != 0 || (geteuid () == 0 && setuid (65534) != 0))
		_exit (9);
	/* A chunk of its own, whatever the arena has still free. */
	if (sec_alloc (256 * 1024) != NULL)
		_exit (1);
	if (sec_alloc (256 * 1024) != NULL)
		_exit (2);
}

static void
without_locked_memory_there_is_none (void)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) parts = NULL;
	int status;

	if (!NON_PAGED_MEMORY || LOCKS_NOTHING) {
		g_test_skip ("built without locked memory, or with a sanitizer that locks none");
		return;
	}
	start_log ();
	status = in_child (lock_nothing);
	text = end_log ();
	g_assert_true (WIFEXITED (status));
	g_assert_cmpint (WEXITSTATUS (status), ==, 0);
	/* said once */
	parts = g_strsplit (text, "ulimit -l", -1);
	g_assert_cmpuint (g_strv_length (parts), ==, 2);
}

static void
overwrite_the_head (void)
{
	uint8_t *block = sec_alloc (40), *next;
	size_t before = in_use ();

	memset (block - 8, 0, 8);
	sec_free (block);
	if (in_use () != before)
		_exit (1);
	next = sec_alloc (40);
	if (next == NULL || next == block)
		_exit (2);
}

static void
an_overwritten_block_is_not_used_again (void)
{
	g_autofree char *text = NULL;
	int status;

	start_log ();
	status = in_child (overwrite_the_head);
	text = end_log ();
	g_assert_true (WIFEXITED (status));
	g_assert_cmpint (WEXITSTATUS (status), ==, 0);
	g_assert_nonnull (strstr (text, "overwritten"));
}

/* --- fork --- */

static uint8_t *shared;

static void
look_for_secret (void)
{
	sec_after_fork (true);
	_exit (shared[0] == 's' ? 1 : 2);
}

static int
secret_in_child (void)
{
	int status;

	sec_before_fork ();
	status = in_child (look_for_secret);
	sec_after_fork (false);
	g_assert_true (WIFEXITED (status));
	return WEXITSTATUS (status);
}

static void
look_for_wiped (void)
{
	uint8_t *fresh;

	/* Before the module hears of the fork: the kernel has wiped it. */
	if (shared[0] != 0)
		_exit (1);
	sec_after_fork (true);
	if (in_use () != 0)
		_exit (2);
	fresh = sec_alloc (100);
	_exit (fresh != NULL && fresh[0] == 0 ? 0 : 3);
}

static void
a_child_finds_them_as_asked (void)
{
	int status;

	shared = sec_alloc (32);
	memcpy (shared, "secret", 6);
	sec_set_wipe_on_fork (false);
	g_assert_cmpint (secret_in_child (), ==, 1);

	sec_set_wipe_on_fork (true);
	sec_before_fork ();
	status = in_child (look_for_wiped);
	sec_after_fork (false);
	g_assert_true (WIFEXITED (status));
	g_assert_cmpint (WEXITSTATUS (status), ==, 0);

	/* The parent keeps all. */
	g_assert_cmpint (memcmp (shared, "secret", 6), ==, 0);
	sec_set_wipe_on_fork (false);
	g_assert_cmpint (secret_in_child (), ==, 1);
	sec_free (shared);
}

#define ADD(name) g_test_add_func ("/base/secmem/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (memory_is_zero_and_aligned);
	ADD (freed_memory_is_wiped);
	ADD (blocks_do_not_touch);
	ADD (usage_goes_up_and_comes_down);
	ADD (absurd_sizes_are_refused);
	ADD (the_nth_allocation_fails_when_asked);
	ADD (threads_share_the_arena);
	ADD (guard_pages_stop_who_runs_over);
	ADD (without_locked_memory_there_is_none);
	ADD (an_overwritten_block_is_not_used_again);
	ADD (a_child_finds_them_as_asked);
	return g_test_run ();
}
