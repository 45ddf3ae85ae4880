/* The file format: byte for byte what SoftHSM writes, and no harm from what it does not. */

#include "log.h"
#include "store.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#define ID "00112233-4455-6677-8899-aabbccddeeff"
#define SO_PIN bytes_str ("so-pin")
#define USER_PIN bytes_str ("user-pin")

static const uint8_t label[33] = "a label                         ";

typedef struct {
	char *tokendir, *path;
	Store *store;
} Fixture;

static const char *
first_name (const char *path)
{
	static char found[300];
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name = g_dir_read_name (dir);

	g_assert_nonnull (name);
	g_strlcpy (found, name, sizeof found);
	return found;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
	fixture->tokendir = g_dir_make_tmp ("softhsm2-store-XXXXXX", NULL);
	g_assert_nonnull (fixture->tokendir);
	g_assert_cmpuint (store_file.create (fixture->tokendir, 0077, label, SO_PIN, &fixture->store), ==, CKR_OK);
	fixture->path = g_build_filename (fixture->tokendir, first_name (fixture->tokendir), NULL);
}

static void
empty (const char *path)
{
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *one = g_build_filename (path, name, NULL);

		g_unlink (one);
	}
	g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	fixture->store->ops->close (fixture->store);
	empty (fixture->path);
	g_rmdir (fixture->tokendir);
	g_free (fixture->path);
	g_free (fixture->tokendir);
}

/* --- files of the token --- */

static void
put_file (Fixture *fixture, const char *name, const void *data, gsize n)
{
	g_autofree char *path = g_build_filename (fixture->path, name, NULL);

	g_assert_true (g_file_set_contents (path, data, (gssize)n, NULL));
}

static GBytes *
get_file (Fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename (fixture->path, name, NULL);
	char *data;
	gsize n;

	g_assert_true (g_file_get_contents (path, &data, &n, NULL));
	return g_bytes_new_take (data, n);
}

static gboolean
has_file (Fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename (fixture->path, name, NULL);

	return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Old enough for a stamp to settle: what is damaged is not waited for. */
static void
put_old_file (Fixture *fixture, const char *name, const void *data, gsize n)
{
	g_autofree char *path = g_build_filename (fixture->path, name, NULL);
	struct utimbuf long_ago = { 1000000000, 1000000000 };

	put_file (fixture, name, data, n);
	g_assert_cmpint (g_utime (path, &long_ago), ==, 0);
}

/* --- objects byte for byte --- */

#define U64(n) 0, 0, 0, 0, 0, 0, 0, n

/* Written by hand from the format: generation 12, a public data object in SoftHSM's order, then one of each other
 * kind. */
static const uint8_t sample[] = {
	U64 (12),
	U64 (0), U64 (2), U64 (0),                                              /* CKA_CLASS, CKO_DATA */
	U64 (1), U64 (1), 0xff,                                                 /* CKA_TOKEN */
	U64 (2), U64 (1), 0,                                                    /* CKA_PRIVATE */
	U64 (3), U64 (3), U64 (4), 'd', 'a', 't', 'a',                          /* CKA_LABEL */
	U64 (0x10), U64 (3), U64 (3), 'a', 'p', 'p',                            /* CKA_APPLICATION */
	U64 (0x12), U64 (3), U64 (0),                                           /* CKA_OBJECT_ID */
	0, 0, 0, 0, 0, 0, 1, 0x66, U64 (2), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* KEY_GEN_MECHANISM */
	/* CKA_WRAP_TEMPLATE: CKA_KEY_TYPE CKK_AES, CKA_EXTRACTABLE true, 0x29 bytes */
	0, 0, 0, 0, 0x40, 0, 2, 0x11, U64 (4), U64 (0x29),
	0, 0, 0, 0, 0, 0, 1, 0, U64 (2), U64 (0x1f), 0, 0, 0, 0, 0, 0, 1, 0x62, U64 (1), 0xff,
	/* CKA_ALLOWED_MECHANISMS: two */
	0, 0, 0, 0, 0x40, 0, 6, 0, U64 (5), U64 (2), 0, 0, 0, 0, 0, 0, 2, 0x50, 0, 0, 0, 0, 0, 0, 0x10, 0x87,
};

static void
a_sample_is_read (Fixture *fixture, gconstpointer unused)
{
	auto_attrs Attrs record = { 0 };
	CK_MECHANISM_TYPE allowed[2];
	StoreStamp stamp;

	put_file (fixture, ID ".object", sample, sizeof sample);
	g_assert_cmpuint (store_file.read (fixture->store, ID, &record, &stamp), ==, CKR_OK);
	g_assert_cmpuint (stamp.generation, ==, 12);
	g_assert_cmpuint (record.n, ==, 9);
	g_assert_cmpuint (attrs_ulong (&record, CKA_CLASS, 99), ==, CKO_DATA);
	g_assert_true (attrs_bool (&record, CKA_TOKEN, false));
	g_assert_false (attrs_bool (&record, CKA_PRIVATE, true));
	g_assert_true (bytes_equal (attrs_bytes (&record, CKA_LABEL), bytes_str ("data")));
	g_assert_cmpuint (attrs_ulong (&record, CKA_KEY_GEN_MECHANISM, 0), ==, CK_UNAVAILABLE_INFORMATION);
	g_assert_cmpuint (attrs_bytes (&record, CKA_WRAP_TEMPLATE).len, ==, 0x29);
	g_assert_cmpuint (attrs_bytes (&record, CKA_ALLOWED_MECHANISMS).len, ==, sizeof allowed);
	memcpy (allowed, attrs_bytes (&record, CKA_ALLOWED_MECHANISMS).data, sizeof allowed);
	g_assert_true (allowed[0] == CKM_SHA256 && allowed[1] == CKM_AES_GCM);
}

static CK_RV
change_nothing (void *data, Attrs *record)
{
	return CKR_OK;
}

/* All but the counter, which is one more. */
static void
a_sample_is_written_as_it_was (Fixture *fixture, gconstpointer unused)
{
	g_autoptr (GBytes) written = NULL;
	const uint8_t *data;
	StoreStamp stamp;

	put_file (fixture, ID ".object", sample, sizeof sample);
	g_assert_cmpuint (store_file.edit (fixture->store, ID, &(StoreChange){ change_nothing }, &stamp), ==, CKR_OK);
	written = get_file (fixture, ID ".object");
	data = g_bytes_get_data (written, NULL);
	g_assert_cmpuint (g_bytes_get_size (written), ==, sizeof sample);
	g_assert_cmpuint (data[7], ==, 13);
	g_assert_cmpint (memcmp (data + 8, sample + 8, sizeof sample - 8), ==, 0);
	g_assert_cmpuint (stamp.generation, ==, 13);
}

static void
any_true_is_true_and_the_last_of_two_counts (Fixture *fixture, gconstpointer unused)
{
	static const uint8_t odd[] = { U64 (1), U64 (3), U64 (3), U64 (1), 'a', U64 (1), U64 (1), 7,
		                       U64 (3), U64 (3), U64 (1), 'b' };
	auto_attrs Attrs record = { 0 };
	StoreStamp stamp;

	put_file (fixture, ID ".object", odd, sizeof odd);
	g_assert_cmpuint (store_file.read (fixture->store, ID, &record, &stamp), ==, CKR_OK);
	g_assert_true (attrs_bool (&record, CKA_TOKEN, false));
	g_assert_true (bytes_equal (attrs_bytes (&record, CKA_LABEL), bytes_str ("b")));
}

/* Where an attribute ends, or up to seven bytes behind it, the file may end; nowhere else. */
static void
a_file_cut_anywhere_is_right_or_damaged (Fixture *fixture, gconstpointer unused)
{
	static const size_t ends[] = { 8, 32, 49, 66, 94, 121, 145, 169, 234, 274 };

	g_assert_cmpuint (ends[G_N_ELEMENTS (ends) - 1], ==, sizeof sample);
	for (size_t n = 1; n < sizeof sample; n++) {
		auto_attrs Attrs record = { 0 };
		StoreStamp stamp;
		bool right = false;
		CK_RV rv;

		for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
			right = right || (n >= ends[i] && n < ends[i] + 8);
		put_old_file (fixture, ID ".object", sample, n);
		rv = store_file.read (fixture->store, ID, &record, &stamp);
		if (rv != (right ? CKR_OK : CKR_DATA_INVALID))
			g_error ("%zu bytes give 0x%lx", n, rv);
		g_assert_true (right || record.n == 0);
		g_assert_cmpuint (stamp.size, ==, n);
	}
}

static void
an_empty_file_is_damaged (Fixture *fixture, gconstpointer unused)
{
	auto_attrs Attrs record = { 0 };
	StoreStamp stamp;

	put_old_file (fixture, ID ".object", "", 0);
	g_assert_cmpuint (store_file.read (fixture->store, ID, &record, &stamp), ==, CKR_DATA_INVALID);
}

static int
open_file (Fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename (fixture->path, name, NULL);
	int fd = open (path, O_WRONLY | O_CLOEXEC);

	g_assert_cmpint (fd, >=, 0);
	return fd;
}

/* Another process, which has it open at @fd, makes it whole a little later. */
static void
assert_waits_for_the_rest (Fixture *fixture, int fd)
{
	auto_attrs Attrs record = { 0 };
	StoreStamp stamp;
	pid_t child = fork ();
	int status;

	if (child == 0) {
		g_usleep (15000);
		_exit (pwrite (fd, sample, sizeof sample, 0) == (ssize_t)sizeof sample ? 0 : 1);
	}
	close (fd);
	g_assert_cmpuint (store_file.read (fixture->store, ID, &record, &stamp), ==, CKR_OK);
	g_assert_cmpuint (record.n, ==, 9);
	g_assert_cmpint (waitpid (child, &status, 0), ==, child);
	g_assert_cmpint (status, ==, 0);
}

static void
a_half_written_file_is_waited_for (Fixture *fixture, gconstpointer unused)
{
	put_file (fixture, ID ".object", sample, 110);
	assert_waits_for_the_rest (fixture, open_file (fixture, ID ".object"));
}

/* SoftHSM 2.6 truncates under its lock and writes after it. */
static void
a_file_that_is_empty_for_a_moment_is_waited_for (Fixture *fixture, gconstpointer unused)
{
	put_file (fixture, ID ".object", sample, 0);
	assert_waits_for_the_rest (fixture, open_file (fixture, ID ".object"));
}

/* It holds its lock, and took longer than a file takes to settle. */
static void
a_slow_writer_is_waited_for (Fixture *fixture, gconstpointer unused)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd;

	put_old_file (fixture, ID ".object", "", 0);
	fd = open_file (fixture, ID ".object");
	g_assert_cmpint (fcntl (fd, F_OFD_SETLK, &whole), ==, 0);
	assert_waits_for_the_rest (fixture, fd);
}

static void
absurd_files_are_damaged (Fixture *fixture, gconstpointer unused)
{
	static const struct {
		uint8_t data[64];
		size_t n;
	} files[] = {
		{ { U64 (1), U64 (3), U64 (3), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x' }, 33 },
		{ { U64 (1), U64 (3), U64 (3), 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x' }, 33 },
		{ { U64 (1), U64 (3), U64 (5), 0x20, 0, 0, 0, 0, 0, 0, 0, U64 (1) }, 40 },
		{ { U64 (1), U64 (3), U64 (5), U64 (2), U64 (1) }, 40 },
		{ { U64 (1), U64 (3), U64 (0), U64 (2), U64 (1) }, 40 },
		{ { U64 (1), U64 (3), U64 (6), U64 (2), U64 (1) }, 40 },
		/* a template whose inside is none, and one inside another */
		{ { U64 (1), U64 (3), U64 (4), U64 (3), 1, 2, 3 }, 35 },
		{ { U64 (1), U64 (3), U64 (4), U64 (24), U64 (3), U64 (4), U64 (0) }, 56 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
		auto_attrs Attrs record = { 0 };
		StoreStamp stamp;

		put_old_file (fixture, ID ".object", files[i].data, files[i].n);
		g_assert_cmpuint (store_file.read (fixture->store, ID, &record, &stamp), ==, CKR_DATA_INVALID);
		g_assert_cmpuint (record.n, ==, 0);
	}
}

static void
random_files_do_no_harm (Fixture *fixture, gconstpointer unused)
{
	for (int i = 0; i < 2000; i++) {
		auto_attrs Attrs record = { 0 };
		uint8_t data[sizeof sample];
		size_t n = (size_t)g_test_rand_int_range (1, sizeof data);
		StoreStamp stamp;
		CK_RV rv;

		memcpy (data, sample, sizeof data);
		for (int j = 0; j < 4; j++)
			data[g_test_rand_int_range (0, sizeof data)] = (uint8_t)g_test_rand_int_range (0, i % 2 ? 256 : 8);
		put_old_file (fixture, ID ".object", data, n);
		rv = store_file.read (fixture->store, ID, &record, &stamp);
		g_assert_true (rv == CKR_OK || rv == CKR_DATA_INVALID);
	}
}

static void
only_values_of_private_objects_are_sealed (Fixture *fixture, gconstpointer unused)
{
	auto_attrs Attrs record = { 0 };
	auto_attrs Attrs back = { 0 };
	uint8_t value[32] = { 1 };
	char id[STORE_ID_SIZE];
	StoreStamp stamp;
	uint64_t seen = 0;

	g_assert_cmpuint (attrs_set_bytes (&record, CKA_VALUE, bytes (value, 32)), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bytes (&record, CKA_START_DATE, bytes_str ("20260131")), ==, CKR_OK);
	for (int private = 0; private <= 1; private++) {
		attrs_clear (&back);
		g_assert_cmpuint (attrs_set_bool (&record, CKA_PRIVATE, private), ==, CKR_OK);
		g_assert_cmpuint (store_file.add (fixture->store, &record, NULL, id, &stamp, &seen), ==, CKR_OK);
		g_assert_cmpuint (store_file.read (fixture->store, id, &back, &stamp), ==, CKR_OK);
		g_assert_true (attrs_find (&back, CKA_VALUE)->sealed == (private != 0));
		g_assert_false (attrs_find (&back, CKA_START_DATE)->sealed);
	}
}

/* --- making, changing, removing --- */

static void
add_object (Fixture *fixture, const char *name, char id[static STORE_ID_SIZE], uint64_t *seen)
{
	auto_attrs Attrs record = { 0 };
	StoreStamp stamp;

	g_assert_cmpuint (attrs_set_bool (&record, CKA_PRIVATE, false), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_bytes (&record, CKA_LABEL, bytes_str (name)), ==, CKR_OK);
	g_assert_cmpuint (store_file.add (fixture->store, &record, NULL, id, &stamp, seen), ==, CKR_OK);
}

static bool
count_one (void *data, const char *id)
{
	++*(guint *)data;
	return true;
}

static guint
n_listed (Fixture *fixture, uint64_t *seen)
{
	guint n = 0;

	g_assert_cmpuint (store_file.list (fixture->store, seen, count_one, &n), ==, CKR_OK);
	return n;
}

static void
a_new_object_has_two_files_and_is_listed (Fixture *fixture, gconstpointer unused)
{
	char id[STORE_ID_SIZE];
	uint64_t seen = 0;
	g_autofree char *object = NULL;
	g_autofree char *lock = NULL;

	g_assert_cmpuint (n_listed (fixture, &seen), ==, 0);
	add_object (fixture, "x", id, &seen);
	object = g_strconcat (id, ".object", NULL);
	lock = g_strconcat (id, ".lock", NULL);
	g_assert_true (has_file (fixture, object) && has_file (fixture, lock));
	g_assert_cmpuint (n_listed (fixture, &seen), ==, 1);
	g_assert_true (g_regex_match_simple ("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id, 0, 0));
}

static uint64_t
generation (Fixture *fixture)
{
	g_autoptr (GBytes) content = get_file (fixture, "generation");

	g_assert_cmpuint (g_bytes_get_size (content), ==, 8);
	return be64_get (g_bytes_get_data (content, NULL));
}

static void
the_counter_tells_of_new_and_removed_objects_only (Fixture *fixture, gconstpointer unused)
{
	char id[STORE_ID_SIZE];
	uint64_t seen = 0, first = generation (fixture);
	StoreStamp stamp;

	add_object (fixture, "x", id, &seen);
	g_assert_cmpuint (generation (fixture), ==, first + 1);
	g_assert_cmpuint (store_file.edit (fixture->store, id, &(StoreChange){ change_nothing }, &stamp), ==, CKR_OK);
	g_assert_cmpuint (generation (fixture), ==, first + 1);
	g_assert_cmpuint (store_file.remove (fixture->store, id, &seen), ==, CKR_OK);
	g_assert_cmpuint (generation (fixture), ==, first + 2);
}

static void
the_counter_skips_zero (Fixture *fixture, gconstpointer unused)
{
	static const uint8_t last[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	char id[STORE_ID_SIZE];
	uint64_t seen = 0;

	put_file (fixture, "generation", last, sizeof last);
	add_object (fixture, "x", id, &seen);
	g_assert_cmpuint (generation (fixture), ==, 1);
}

static void
a_lost_counter_is_made_again (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *path = g_build_filename (fixture->path, "generation", NULL);
	char id[STORE_ID_SIZE];
	uint64_t seen = 0;

	g_unlink (path);
	add_object (fixture, "x", id, &seen);
	g_assert_cmpuint (generation (fixture), >, 0);
}

/* What another process makes is heard of; what we make ourselves is no news. */
static void
changes_of_others_are_news (Fixture *fixture, gconstpointer unused)
{
	char id[STORE_ID_SIZE];
	uint64_t mine = 0, theirs = 0;
	bool changed;

	n_listed (fixture, &mine);
	n_listed (fixture, &theirs);
	add_object (fixture, "x", id, &mine);
	g_assert_cmpuint (store_file.list_changed (fixture->store, &mine, &changed), ==, CKR_OK);
	g_assert_false (changed);
	g_assert_cmpuint (store_file.list_changed (fixture->store, &theirs, &changed), ==, CKR_OK);
	g_assert_true (changed);
	g_assert_cmpuint (store_file.list_changed (fixture->store, &theirs, &changed), ==, CKR_OK);
	g_assert_false (changed);
}

static void
a_removed_object_is_gone_with_its_lock (Fixture *fixture, gconstpointer unused)
{
	auto_attrs Attrs record = { 0 };
	char id[STORE_ID_SIZE];
	g_autofree char *lock = NULL;
	uint64_t seen = 0;
	StoreStamp stamp;

	add_object (fixture, "x", id, &seen);
	lock = g_strconcat (id, ".lock", NULL);
	g_assert_cmpuint (store_file.remove (fixture->store, id, &seen), ==, CKR_OK);
	g_assert_false (has_file (fixture, lock));
	g_assert_cmpuint (store_file.read (fixture->store, id, &record, &stamp), ==, CKR_OBJECT_HANDLE_INVALID);
	g_assert_cmpuint (n_listed (fixture, &seen), ==, 0);
}

/* A change that comes too late leaves nothing behind. */
static void
changing_a_removed_object_makes_no_file (Fixture *fixture, gconstpointer unused)
{
	StoreStamp stamp;

	g_assert_cmpuint (store_file.edit (fixture->store, ID, &(StoreChange){ change_nothing }, &stamp), ==,
	                  CKR_OBJECT_HANDLE_INVALID);
	g_assert_false (has_file (fixture, ID ".object"));
	g_assert_false (has_file (fixture, ID ".lock"));
}

static CK_RV
change_and_fail (void *data, Attrs *record)
{
	g_assert_cmpuint (attrs_set_bytes (record, CKA_LABEL, bytes_str ("changed")), ==, CKR_OK);
	return CKR_ATTRIBUTE_READ_ONLY;
}

static void
a_change_that_fails_changes_nothing (Fixture *fixture, gconstpointer unused)
{
	auto_attrs Attrs record = { 0 };
	char id[STORE_ID_SIZE];
	uint64_t seen = 0;
	StoreStamp stamp;

	add_object (fixture, "x", id, &seen);
	g_assert_cmpuint (store_file.edit (fixture->store, id, &(StoreChange){ change_and_fail }, &stamp), ==,
	                  CKR_ATTRIBUTE_READ_ONLY);
	g_assert_cmpuint (store_file.read (fixture->store, id, &record, &stamp), ==, CKR_OK);
	g_assert_true (bytes_equal (attrs_bytes (&record, CKA_LABEL), bytes_str ("x")));
	g_assert_cmpuint (stamp.generation, ==, 1);
}

static void
other_files_are_no_objects (Fixture *fixture, gconstpointer unused)
{
	static const char *const others[] = { ".object", "object", "x.objects", "x.lock", ".x.object", "README", "x.object~" };
	g_autofree char *folder = g_build_filename (fixture->path, "folder.object", NULL);
	g_autofree char *link = g_build_filename (fixture->path, "link.object", NULL);
	g_autofree char *long_name = g_strdup_printf ("%0200d.object", 1);
	uint64_t seen = 0;

	for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
		put_file (fixture, others[i], sample, sizeof sample);
	put_file (fixture, long_name, sample, sizeof sample);
	g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
	g_assert_cmpint (symlink ("README", link), ==, 0);
	g_assert_cmpuint (n_listed (fixture, &seen), ==, 0);
	put_file (fixture, "any-name.object", sample, sizeof sample);
	g_assert_cmpuint (n_listed (fixture, &seen), ==, 1);
	g_rmdir (folder);
}

/* --- stamps --- */

static void
a_stamp_tells_every_change (Fixture *fixture, gconstpointer unused)
{
	auto_attrs Attrs record = { 0 };
	char id[STORE_ID_SIZE];
	uint64_t seen = 0;
	StoreStamp stamp, other;

	add_object (fixture, "x", id, &seen);
	g_assert_cmpuint (store_file.read (fixture->store, id, &record, &stamp), ==, CKR_OK);
	g_assert_false (store_file.changed (fixture->store, id, &stamp));
	g_assert_cmpuint (store_file.edit (fixture->store, id, &(StoreChange){ change_nothing }, &other), ==, CKR_OK);
	g_assert_true (store_file.changed (fixture->store, id, &stamp));
	g_assert_false (store_file.changed (fixture->store, id, &other));
	g_assert_cmpuint (store_file.remove (fixture->store, id, &seen), ==, CKR_OK);
	g_assert_true (store_file.changed (fixture->store, id, &other));
}

/* SoftHSM writes into the same file; within a tick of the clock only the counter in it tells. */
static void
a_change_in_place_within_a_tick_is_seen (Fixture *fixture, gconstpointer unused)
{
	auto_attrs Attrs record = { 0 };
	g_autofree char *path = g_build_filename (fixture->path, ID ".object", NULL);
	uint8_t changed[sizeof sample];
	struct stat before;
	struct timespec times[2];
	StoreStamp stamp;
	FILE *file;

	put_file (fixture, ID ".object", sample, sizeof sample);
	g_assert_cmpuint (store_file.read (fixture->store, ID, &record, &stamp), ==, CKR_OK);
	g_assert_cmpint (stat (path, &before), ==, 0);
	memcpy (changed, sample, sizeof sample);
	changed[7]++;
	file = fopen (path, "r+");
	g_assert_cmpuint (fwrite (changed, 1, sizeof changed, file), ==, sizeof changed);
	fclose (file);
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
	g_assert_true (store_file.changed (fixture->store, ID, &stamp));
}

/* As a file system has it that keeps whole seconds. */
static void
cut_time (Fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename (fixture->path, name, NULL);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time (NULL) } };

	g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static void
two_changes_within_a_second_are_seen_where_times_have_no_more (Fixture *fixture, gconstpointer unused)
{
	uint64_t seen = 0, others = 0;
	char id[STORE_ID_SIZE];
	bool changed;

	/* all of it within one second */
	g_usleep ((gulong)(G_USEC_PER_SEC + 20000 - g_get_real_time () % G_USEC_PER_SEC));
	add_object (fixture, "x", id, &others);
	cut_time (fixture, "generation");
	g_usleep (300000);
	g_assert_cmpuint (store_file.list_changed (fixture->store, &seen, &changed), ==, CKR_OK);
	add_object (fixture, "x", id, &others);
	cut_time (fixture, "generation");
	g_assert_cmpuint (store_file.list_changed (fixture->store, &seen, &changed), ==, CKR_OK);
	g_assert_true (changed);
}

/* --- the token --- */

static void
a_new_token_is_as_softhsm_makes_them (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *name = g_path_get_basename (fixture->path);
	StoreInfo info;

	g_assert_cmpuint (store_file.info (fixture->store, &info), ==, CKR_OK);
	g_assert_cmpuint (info.flags, ==, 0x425);
	g_assert_false (info.has_user_pin);
	g_assert_cmpint (memcmp (info.label, label, 32), ==, 0);
	g_assert_cmpint (strncmp (info.serial, name + 19, 4), ==, 0);
	g_assert_cmpstr (info.serial + 4, ==, name + 24);
	g_assert_cmpuint (generation (fixture), ==, 1);
	g_assert_true (has_file (fixture, "token.lock"));
}

static void
pins_open_the_same_key (Fixture *fixture, gconstpointer unused)
{
	auto_master Master so = NO_MASTER;
	auto_master Master user = NO_MASTER;
	auto_master Master none = NO_MASTER;
	StoreInfo info;

	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_USER, USER_PIN, &none), ==,
	                  CKR_USER_PIN_NOT_INITIALIZED);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, USER_PIN, &none), ==, CKR_PIN_INCORRECT);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, SO_PIN, &so), ==, CKR_OK);
	g_assert_cmpuint (store_file.set_pin (fixture->store, STORE_USER, USER_PIN, &so), ==, CKR_OK);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_USER, USER_PIN, &user), ==, CKR_OK);
	g_assert_true (bytes_equal (bytes_of (&so.key), bytes_of (&user.key)));
	g_assert_cmpuint (store_file.info (fixture->store, &info), ==, CKR_OK);
	g_assert_cmpuint (info.flags, ==, 0x42d);
	g_assert_true (info.has_user_pin);
}

/* 320 bytes with both PINs, as SoftHSM's. */
static void
a_token_file_has_its_length (Fixture *fixture, gconstpointer unused)
{
	auto_master Master so = NO_MASTER;
	g_autoptr (GBytes) content = NULL;

	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, SO_PIN, &so), ==, CKR_OK);
	g_assert_cmpuint (store_file.set_pin (fixture->store, STORE_USER, USER_PIN, &so), ==, CKR_OK);
	content = get_file (fixture, "token.object");
	g_assert_cmpuint (g_bytes_get_size (content), ==, 320);
}

static void
a_pin_changed_elsewhere_counts_at_once (Fixture *fixture, gconstpointer unused)
{
	auto_master Master master = NO_MASTER;
	auto_master Master again = NO_MASTER;
	Store *other;

	g_assert_cmpuint (store_open (fixture->path, 0077, &other), ==, CKR_OK);
	g_assert_cmpuint (other->ops->unlock (other, STORE_SO, SO_PIN, &master), ==, CKR_OK);
	g_assert_cmpuint (other->ops->set_pin (other, STORE_SO, bytes_str ("new"), &master), ==, CKR_OK);
	other->ops->close (other);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, SO_PIN, &again), ==, CKR_PIN_INCORRECT);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, bytes_str ("new"), &again), ==, CKR_OK);
}

static void
flags_are_written_only_when_they_change (Fixture *fixture, gconstpointer unused)
{
	g_autoptr (GBytes) before = get_file (fixture, "token.object");
	g_autoptr (GBytes) same = NULL;
	g_autoptr (GBytes) after = NULL;

	g_assert_cmpuint (store_file.set_flags (fixture->store, 0, CKF_USER_PIN_COUNT_LOW), ==, CKR_OK);
	same = get_file (fixture, "token.object");
	g_assert_true (g_bytes_equal (before, same));
	g_assert_cmpuint (store_file.set_flags (fixture->store, CKF_USER_PIN_COUNT_LOW, 0), ==, CKR_OK);
	after = get_file (fixture, "token.object");
	g_assert_false (g_bytes_equal (before, after));
}

static void
a_reset_makes_all_anew_but_the_serial (Fixture *fixture, gconstpointer unused)
{
	static const uint8_t other_label[33] = "another label                   ";
	auto_master Master before = NO_MASTER;
	auto_master Master after = NO_MASTER;
	auto_master Master none = NO_MASTER;
	char id[STORE_ID_SIZE];
	StoreInfo old, new;
	uint64_t seen = 0;

	add_object (fixture, "x", id, &seen);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, SO_PIN, &before), ==, CKR_OK);
	g_assert_cmpuint (store_file.set_pin (fixture->store, STORE_USER, USER_PIN, &before), ==, CKR_OK);
	g_assert_cmpuint (store_file.info (fixture->store, &old), ==, CKR_OK);
	g_assert_cmpuint (store_file.reset (fixture->store, other_label, SO_PIN), ==, CKR_OK);
	g_assert_cmpuint (store_file.info (fixture->store, &new), ==, CKR_OK);
	g_assert_cmpstr (new.serial, ==, old.serial);
	g_assert_cmpint (memcmp (new.label, other_label, 32), ==, 0);
	g_assert_cmpuint (new.flags, ==, 0x425);
	g_assert_cmpuint (n_listed (fixture, &seen), ==, 0);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_USER, USER_PIN, &none), ==,
	                  CKR_USER_PIN_NOT_INITIALIZED);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, SO_PIN, &after), ==, CKR_OK);
	g_assert_false (bytes_equal (bytes_of (&before.key), bytes_of (&after.key)));
}

/* What is sealed under it would be lost, and a PIN would open what is not there. */
static void
an_old_key_is_good_for_nothing (Fixture *fixture, gconstpointer unused)
{
	auto_master Master before = NO_MASTER;
	auto_master Master after = NO_MASTER;
	auto_attrs Attrs record = { 0 };
	char id[STORE_ID_SIZE];
	StoreStamp stamp;
	uint64_t seen = 0;

	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, SO_PIN, &before), ==, CKR_OK);
	g_assert_true (store_file.is_current (fixture->store, &before));
	g_assert_cmpuint (store_file.reset (fixture->store, label, SO_PIN), ==, CKR_OK);
	g_assert_false (store_file.is_current (fixture->store, &before));
	g_assert_cmpuint (store_file.set_pin (fixture->store, STORE_USER, USER_PIN, &before), ==,
	                  CKR_USER_NOT_LOGGED_IN);
	g_assert_cmpuint (store_file.add (fixture->store, &record, &before, id, &stamp, &seen), ==,
	                  CKR_USER_NOT_LOGGED_IN);
	g_assert_cmpuint (n_listed (fixture, &seen), ==, 0);
	g_assert_cmpuint (store_file.unlock (fixture->store, STORE_SO, SO_PIN, &after), ==, CKR_OK);
	g_assert_cmpuint (store_file.set_pin (fixture->store, STORE_USER, USER_PIN, &after), ==, CKR_OK);
	g_assert_cmpuint (store_file.add (fixture->store, &record, &after, id, &stamp, &seen), ==, CKR_OK);
}

static void
other_directories_are_no_tokens (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *path = g_build_filename (fixture->tokendir, "other", NULL);
	g_autofree char *none = g_build_filename (fixture->tokendir, "none", NULL);
	Store *store;

	g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
	g_assert_cmpuint (store_open (path, 0077, &store), ==, CKR_TOKEN_NOT_RECOGNIZED);
	g_assert_cmpuint (store_open (none, 0077, &store), ==, CKR_TOKEN_NOT_RECOGNIZED);
	/* SoftHSM leaves a file there. */
	g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
a_damaged_token_file_is_a_device_error (Fixture *fixture, gconstpointer unused)
{
	g_autoptr (GBytes) whole = get_file (fixture, "token.object");
	const uint8_t *data = g_bytes_get_data (whole, NULL);
	Store *store;

	for (size_t n = 1; n < 8 + 24 + 32; n += 5) {
		put_old_file (fixture, "token.object", data, n);
		g_assert_cmpuint (store_open (fixture->path, 0077, &store), ==, CKR_DEVICE_ERROR);
	}
}

static void
formats_are_found_by_name (Fixture *fixture, gconstpointer unused)
{
	g_assert_true (store_named ("file") == &store_file);
	g_assert_null (store_named ("db"));
	g_assert_null (store_named (""));
}

#define ADD(name) g_test_add ("/store/file/" #name, Fixture, NULL, set_up, name, tear_down)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (a_sample_is_read);
	ADD (a_sample_is_written_as_it_was);
	ADD (any_true_is_true_and_the_last_of_two_counts);
	ADD (a_file_cut_anywhere_is_right_or_damaged);
	ADD (an_empty_file_is_damaged);
	ADD (a_half_written_file_is_waited_for);
	ADD (a_file_that_is_empty_for_a_moment_is_waited_for);
	ADD (a_slow_writer_is_waited_for);
	ADD (absurd_files_are_damaged);
	ADD (random_files_do_no_harm);
	ADD (only_values_of_private_objects_are_sealed);
	ADD (a_new_object_has_two_files_and_is_listed);
	ADD (the_counter_tells_of_new_and_removed_objects_only);
	ADD (the_counter_skips_zero);
	ADD (a_lost_counter_is_made_again);
	ADD (changes_of_others_are_news);
	ADD (a_removed_object_is_gone_with_its_lock);
	ADD (changing_a_removed_object_makes_no_file);
	ADD (a_change_that_fails_changes_nothing);
	ADD (other_files_are_no_objects);
	ADD (a_stamp_tells_every_change);
	ADD (a_change_in_place_within_a_tick_is_seen);
	ADD (two_changes_within_a_second_are_seen_where_times_have_no_more);
	ADD (a_new_token_is_as_softhsm_makes_them);
	ADD (pins_open_the_same_key);
	ADD (a_token_file_has_its_length);
	ADD (a_pin_changed_elsewhere_counts_at_once);
	ADD (flags_are_written_only_when_they_change);
	ADD (a_reset_makes_all_anew_but_the_serial);
	ADD (an_old_key_is_good_for_nothing);
	ADD (other_directories_are_no_tokens);
	ADD (a_damaged_token_file_is_a_device_error);
	ADD (formats_are_found_by_name);
	return g_test_run ();
}
