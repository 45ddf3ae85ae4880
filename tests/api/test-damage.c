/* Token directories and object files that are damaged, foreign or unreadable: they are skipped, and what is
 * beside them works as before.
 *
 * SoftHSM is spared most of this: an absurd length ends the process that loaded it, and a copied token aborts
 * it. */

#include "apitest.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *path;
	char *content;
	gsize n;
} File;

static File
read_whole (const char *path)
{
	File file = { .path = g_strdup (path) };

	g_assert_true (g_file_get_contents (path, &file.content, &file.n, NULL));
	return file;
}

static void
file_clear (File *file)
{
	g_free (file->path);
	g_free (file->content);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_clear)

/* In place, as a program that knows nothing of us would. */
static void
write_file (const char *path, const void *content, gsize n)
{
	FILE *file = g_fopen (path, "w");

	g_assert_nonnull (file);
	g_assert_cmpuint (fwrite (content, 1, n, file), ==, n);
	g_assert_cmpint (fclose (file), ==, 0);
}

/* As if it had been so for an hour: a file that changed just now might be one that SoftHSM is writing, and is
 * read again with patience. */
static void
write_old_file (const char *path, const void *content, gsize n)
{
	struct timespec times[2];

	write_file (path, content, n);
	g_assert_cmpint (clock_gettime (CLOCK_REALTIME, &times[0]), ==, 0);
	times[0].tv_sec -= 3600;
	times[1] = times[0];
	g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static void
stop (const Api *api)
{
	assert_ok (api->f->C_Finalize (NULL));
}

/* The file of the object that was made last. */
static char *
object_file (const Api *api, CK_OBJECT_HANDLE (*make) (const Api *api))
{
	g_autofree char *path = api_token_dir (api);
	g_autoptr (GHashTable) before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name (dir)) != NULL)
		g_hash_table_add (before, g_strdup (name));
	make (api);
	g_dir_rewind (dir);
	while ((name = g_dir_read_name (dir)) != NULL)
		if (g_str_has_suffix (name, ".object") && !g_hash_table_contains (before, name))
			return g_build_filename (path, name, NULL);
	g_error ("no new object file");
}

static CK_OBJECT_HANDLE
make_neighbour (const Api *api)
{
	return api_key (api, DATA_OBJECT,
	                T (YES (CKA_TOKEN), NO (CKA_PRIVATE), A_STRING (CKA_LABEL, "neighbour")));
}

static CK_OBJECT_HANDLE
make_public_victim (const Api *api)
{
	return api_key (api, DATA_OBJECT,
	                T (YES (CKA_TOKEN), NO (CKA_PRIVATE), A_STRING (CKA_LABEL, "victim")));
}

static CK_OBJECT_HANDLE
make_private_victim (const Api *api)
{
	CK_MECHANISM_TYPE types[] = { CKM_AES_ECB, CKM_AES_GCM };
	CK_ATTRIBUTE inner[] = { YES (CKA_SENSITIVE), A_ULONG (CKA_KEY_TYPE, CKK_AES),
		                 A_STRING (CKA_LABEL, "x") };

	return api_key (api, KEY_AES,
	                T (YES (CKA_TOKEN), A_STRING (CKA_LABEL, "victim"),
	                   A_DATA (CKA_ALLOWED_MECHANISMS, types, sizeof types),
	                   A_DATA (CKA_WRAP_TEMPLATE, inner, sizeof inner)));
}

/* Reads and uses all there is; the neighbour must be there and whole. */
static void
assert_neighbour_lives (const Api *api)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_CLASS,         CKA_LABEL,       CKA_VALUE,
		CKA_TOKEN,         CKA_KEY_TYPE,    CKA_ALLOWED_MECHANISMS,
		CKA_WRAP_TEMPLATE, CKA_CHECK_VALUE,
	};
	g_autoptr (GArray) all = find_objects (api->module, api->session, NOTHING);

	g_assert_cmpuint (
		api_count (api, T (A_STRING (CKA_LABEL, "neighbour"), A_BYTES (CKA_VALUE, 1, 2, 3, 4, 5))),
		==, 1);
	for (guint i = 0; i < all->len; i++) {
		CK_OBJECT_HANDLE object = g_array_index (all, CK_OBJECT_HANDLE, i);
		CK_BYTE block[16] = { 0 };
		CK_ULONG n = sizeof block;

		for (gsize j = 0; j < G_N_ELEMENTS (types); j++) {
			CK_ATTRIBUTE attr = { types[j], NULL, 0 };

			g_assert_true (rv_name (api->f->C_GetAttributeValue (api->session, object, &attr,
			                                                     1))[0] == 'C');
		}
		if (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), object) == CKR_OK)
			api->f->C_Encrypt (api->session, block, sizeof block, block, &n);
	}
}

/* --- object files --- */

static void
truncate_at_every_length (Api *api, CK_OBJECT_HANDLE (*make) (const Api *api))
{
	g_autofree char *path = NULL;
	g_auto (File) file = { 0 };

	make_neighbour (api);
	path = object_file (api, make);
	file = read_whole (path);
	for (gsize n = 0; n < file.n; n++) {
		stop (api);
		write_old_file (path, file.content, n);
		assert_ok (api->f->C_Initialize (NULL));
		api->slot = token_slot_of (api->module);
		api->session = open_session (api->module, api->slot, TRUE);
		assert_neighbour_lives (api);
	}
	stop (api);
	write_old_file (path, file.content, file.n);
	assert_ok (api->f->C_Initialize (NULL));
	api->session = open_session (api->module, api->slot, TRUE);
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "victim"))), ==, 1);
}

static void
object_truncated_at_every_length_is_skipped (Api *api, gconstpointer unused)
{
	if (!api_spares_softhsm (api, "SoftHSM ends the process"))
		truncate_at_every_length (api, make_public_victim);
}

static void
private_object_truncated_at_every_length_is_skipped (Api *api, gconstpointer unused)
{
	if (!api_spares_softhsm (api, "SoftHSM ends the process"))
		truncate_at_every_length (api, make_private_victim);
}

/* The same while the module is at work: it must see the file go bad, and come back. */
static void
object_that_goes_bad_meanwhile_comes_back_when_mended (Api *api, gconstpointer unused)
{
	g_autofree char *path = NULL;
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM ends the process"))
		return;
	make_neighbour (api);
	path = object_file (api, make_private_victim);
	file = read_whole (path);
	for (gsize n = 0; n < file.n; n += 61) {
		write_file (path, file.content, n);
		assert_neighbour_lives (api);
		write_file (path, file.content, file.n);
		assert_neighbour_lives (api);
	}
	g_assert_cmpuint (api_count (api, T (A_STRING (CKA_LABEL, "victim"))), ==, 1);
}

static void
object_with_any_byte_changed_is_survived (Api *api, gconstpointer unused)
{
	g_autofree char *path = NULL;
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM ends the process"))
		return;
	make_neighbour (api);
	path = object_file (api, make_private_victim);
	file = read_whole (path);
	for (gsize at = 0; at < file.n; at++) {
		char before = file.content[at];

		stop (api);
		file.content[at] = (char)(before ^ (1 << at % 8));
		write_old_file (path, file.content, file.n);
		file.content[at] = before;
		assert_ok (api->f->C_Initialize (NULL));
		api->session = open_session (api->module, api->slot, TRUE);
		assert_neighbour_lives (api);
	}
}

static void
object_of_random_bytes_is_skipped (Api *api, gconstpointer unused)
{
	g_autoptr (GRand) random = g_rand_new_with_seed (3);
	g_autofree char *path = NULL;

	if (api_spares_softhsm (api, "SoftHSM ends the process"))
		return;
	make_neighbour (api);
	path = object_file (api, make_public_victim);
	for (unsigned round = 0; round < 200; round++) {
		guint8 content[400];
		gsize n = (gsize)g_rand_int_range (random, 0, sizeof content);

		/* Mostly zeros, as the fields of such a file are: then more of it makes sense. */
		for (gsize i = 0; i < n; i++)
			content[i] = g_rand_int_range (random, 0, 4)
			                     ? 0
			                     : (guint8)g_rand_int_range (random, 0, round % 2 ? 8 : 256);
		stop (api);
		write_old_file (path, content, n);
		assert_ok (api->f->C_Initialize (NULL));
		api->session = open_session (api->module, api->slot, TRUE);
		assert_neighbour_lives (api);
	}
}

static void
put (GByteArray *out, guint64 value)
{
	guint64 swapped = GUINT64_TO_BE (value);

	g_byte_array_append (out, (const guint8 *)&swapped, sizeof swapped);
}

/* A data object with one more attribute, of this kind and count and nothing behind it. */
static GByteArray *
object_with_count (guint64 kind, guint64 count)
{
	GByteArray *out = g_byte_array_new ();

	put (out, 1);
	put (out, CKA_CLASS);
	put (out, 2);
	put (out, CKO_DATA);
	put (out, CKA_WRAP_TEMPLATE);
	put (out, kind);
	put (out, count);
	put (out, 0);
	return out;
}

static void
object_of_absurd_counts_is_skipped (Api *api, gconstpointer unused)
{
	static const guint64 counts[] = { ~(guint64)0, ~(guint64)0 - 7, 1ULL << 63, 1ULL << 61, 1ULL << 32,
		                          0xffffffff,  1 << 30,         9,          17 };
	g_autofree char *path = NULL;

	if (api_spares_softhsm (api, "SoftHSM ends the process"))
		return;
	make_neighbour (api);
	path = object_file (api, make_public_victim);
	for (guint64 kind = 0; kind < 8; kind++)
		for (gsize i = 0; i < G_N_ELEMENTS (counts); i++) {
			g_autoptr (GByteArray) content = object_with_count (kind, counts[i]);

			stop (api);
			write_old_file (path, content->data, content->len);
			assert_ok (api->f->C_Initialize (NULL));
			api->session = open_session (api->module, api->slot, TRUE);
			assert_neighbour_lives (api);
		}
}

static void
object_of_another_token_is_survived (Api *api, gconstpointer unused)
{
	g_autofree char *path = NULL;
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM cannot tell"))
		return;
	/* Sealed with a key that this token has not. */
	make_neighbour (api);
	path = object_file (api, make_private_victim);
	file = read_whole (path);
	stop (api);
	for (gsize i = file.n - 60; i < file.n; i++)
		file.content[i] = (char)(file.content[i] ^ 0x5a);
	write_old_file (path, file.content, file.n);
	assert_ok (api->f->C_Initialize (NULL));
	api->session = open_session (api->module, api->slot, TRUE);
	assert_neighbour_lives (api);
}

/* --- what is no file --- */

static void
assert_strange_entry_is_skipped (Api *api)
{
	alarm (20);
	api_restart (api, NULL);
	assert_neighbour_lives (api);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
	alarm (0);
}

static char *
strange_entry (Api *api, const char *name)
{
	g_autofree char *path = api_token_dir (api);

	make_neighbour (api);
	return g_build_filename (path, name, NULL);
}

static void
object_that_is_a_directory_is_skipped (Api *api, gconstpointer unused)
{
	g_autofree char *path = strange_entry (api, "11111111-2222-3333-4444-555555555555.object");

	g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
	assert_strange_entry_is_skipped (api);
}

static void
object_that_is_a_pipe_is_skipped (Api *api, gconstpointer unused)
{
	g_autofree char *path = strange_entry (api, "11111111-2222-3333-4444-555555555555.object");

	g_assert_cmpint (mkfifo (path, 0600), ==, 0);
	assert_strange_entry_is_skipped (api);
}

static void
object_that_is_a_dangling_link_is_skipped (Api *api, gconstpointer unused)
{
	g_autofree char *path = strange_entry (api, "11111111-2222-3333-4444-555555555555.object");

	g_assert_cmpint (symlink ("/nowhere", path), ==, 0);
	assert_strange_entry_is_skipped (api);
}

static void
object_that_links_to_a_device_is_skipped (Api *api, gconstpointer unused)
{
	g_autofree char *path = NULL;

	if (api_spares_softhsm (api, "SoftHSM may read for ever"))
		return;
	path = strange_entry (api, "11111111-2222-3333-4444-555555555555.object");
	g_assert_cmpint (symlink ("/dev/zero", path), ==, 0);
	assert_strange_entry_is_skipped (api);
}

static void
object_of_a_terabyte_is_skipped (Api *api, gconstpointer unused)
{
	g_autofree char *path = NULL;

	if (api_spares_softhsm (api, "SoftHSM reads all of it"))
		return;
	path = strange_entry (api, "11111111-2222-3333-4444-555555555555.object");
	write_file (path, "", 0);
	if (truncate (path, 1LL << 40) != 0) {
		g_test_skip ("files cannot be so large here");
		return;
	}
	assert_strange_entry_is_skipped (api);
}

static void
files_of_other_names_are_ignored (Api *api, gconstpointer unused)
{
	static const char *const names[] = { ".object",      "object", "x.objects",
		                             "x.object.tmp", "README", ".hidden" };

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *dir = api_token_dir (api);
		g_autofree char *path = g_build_filename (dir, names[i], NULL);

		write_file (path, "garbage", 7);
	}
	make_neighbour (api);
	assert_strange_entry_is_skipped (api);
}

static void
generation_that_is_damaged_is_mended (Api *api, gconstpointer unused)
{
	g_autofree char *dir = api_token_dir (api);
	g_autofree char *path = g_build_filename (dir, "generation", NULL);

	make_neighbour (api);
	write_file (path, "abc", 3);
	assert_neighbour_lives (api);
	api_restart (api, NULL);
	assert_neighbour_lives (api);
	g_assert_cmpint (g_unlink (path), ==, 0);
	assert_neighbour_lives (api);
	api_restart (api, NULL);
	assert_neighbour_lives (api);
	make_public_victim (api);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 2);
}

/* --- tokens --- */

static void
assert_slots_are_told (const Api *api)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = G_N_ELEMENTS (slots);
	CK_SLOT_INFO info;
	CK_TOKEN_INFO token_info;

	assert_ok (api->f->C_GetSlotList (CK_TRUE, NULL, &n));
	n = G_N_ELEMENTS (slots);
	assert_ok (api->f->C_GetSlotList (CK_FALSE, slots, &n));
	for (CK_ULONG i = 0; i < n; i++) {
		assert_ok (api->f->C_GetSlotInfo (slots[i], &info));
		assert_ok (api->f->C_GetTokenInfo (slots[i], &token_info));
	}
}

static CK_ULONG
count_tokens (const Api *api)
{
	CK_ULONG n = 0;

	assert_ok (api->f->C_GetSlotList (CK_TRUE, NULL, &n));
	return n - 1;
}

static void
token_truncated_at_every_length_is_skipped (Api *api, gconstpointer unused)
{
	g_autofree char *dir = api_token_dir (api);
	g_autofree char *path = g_build_filename (dir, "token.object", NULL);
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM ends the process"))
		return;
	stop (api);
	file = read_whole (path);
	for (gsize n = 0; n < file.n; n++) {
		write_old_file (path, file.content, n);
		assert_ok (api->f->C_Initialize (NULL));
		assert_slots_are_told (api);
		stop (api);
	}
	write_old_file (path, file.content, file.n);
	assert_ok (api->f->C_Initialize (NULL));
	api->session = open_session (api->module, token_slot_of (api->module), TRUE);
}

static void
token_with_any_byte_changed_is_survived (Api *api, gconstpointer unused)
{
	g_autofree char *dir = api_token_dir (api);
	g_autofree char *path = g_build_filename (dir, "token.object", NULL);
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM ends the process"))
		return;
	stop (api);
	file = read_whole (path);
	for (gsize at = 0; at < file.n; at++) {
		CK_SLOT_ID slots[4];
		CK_ULONG n = G_N_ELEMENTS (slots);
		CK_SESSION_HANDLE session;
		char before = file.content[at];

		file.content[at] = (char)(before ^ (1 << at % 8));
		write_old_file (path, file.content, file.n);
		file.content[at] = before;
		assert_ok (api->f->C_Initialize (NULL));
		assert_slots_are_told (api);
		assert_ok (api->f->C_GetSlotList (CK_TRUE, slots, &n));
		if (api->f->C_OpenSession (slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
		                           &session) == CKR_OK) {
			g_assert_true (rv_name (api_login (api, session, CKU_USER, USER_PIN))[0] == 'C');
			api_count_in (api, session, NOTHING);
		}
		stop (api);
	}
	write_old_file (path, file.content, file.n);
}

static void
token_beside_a_damaged_one_works (Api *api, gconstpointer unused)
{
	g_autofree char *dir = api_token_dir (api);
	g_autofree char *path = g_build_filename (dir, "token.object", NULL);
	CK_SLOT_ID second = make_token (api->module, "second");

	stop (api);
	write_file (path, "too short to be one", 19);
	assert_ok (api->f->C_Initialize (NULL));
	g_assert_cmpuint (count_tokens (api), ==, 1);
	api->session = open_session (api->module, second, TRUE);
	make_neighbour (api);
	assert_neighbour_lives (api);
}

static void
token_that_is_copied_counts_once (Api *api, gconstpointer unused)
{
	g_autofree char *from = api_token_dir (api);
	g_autofree char *to = g_build_filename (api->place->tokendir, "copy", NULL);
	g_autofree char *from_file = g_build_filename (from, "token.object", NULL);
	g_autofree char *to_file = g_build_filename (to, "token.object", NULL);
	g_auto (File) file = read_whole (from_file);

	if (api_spares_softhsm (api, "SoftHSM aborts"))
		return;
	stop (api);
	g_assert_cmpint (g_mkdir (to, 0700), ==, 0);
	write_file (to_file, file.content, file.n);
	assert_ok (api->f->C_Initialize (NULL));
	g_assert_cmpuint (count_tokens (api), ==, 1);
	assert_slots_are_told (api);
}

static void
directory_that_is_no_token_is_left_alone (Api *api, gconstpointer unused)
{
	g_autofree char *dir = g_build_filename (api->place->tokendir, "foo", NULL);
	g_autofree char *file = g_build_filename (dir, "letter.txt", NULL);
	g_autofree char *generation = g_build_filename (dir, "generation", NULL);

	g_assert_cmpint (g_mkdir (dir, 0700), ==, 0);
	write_file (file, "dear", 4);
	api_restart (api, NULL);
	g_assert_cmpuint (count_tokens (api), ==, 1);
	/* SoftHSM leaves its mark in it. */
	if (!api->softhsm)
		g_assert_false (g_file_test (generation, G_FILE_TEST_EXISTS));
}

static void
entries_that_are_no_directories_are_ignored (Api *api, gconstpointer unused)
{
	g_autofree char *file = g_build_filename (api->place->tokendir, "file", NULL);
	g_autofree char *link = g_build_filename (api->place->tokendir, "link", NULL);
	g_autofree char *loop = g_build_filename (api->place->tokendir, "loop", NULL);
	g_autofree char *pipe = g_build_filename (api->place->tokendir, "pipe", NULL);

	write_file (file, "x", 1);
	g_assert_cmpint (symlink ("/", link), ==, 0);
	g_assert_cmpint (symlink ("loop", loop), ==, 0);
	g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
	alarm (20);
	api_restart (api, NULL);
	alarm (0);
	g_assert_cmpuint (count_tokens (api), ==, 1);
}

static void
token_that_cannot_be_read_is_skipped (Api *api, gconstpointer unused)
{
	g_autofree char *dir = api_token_dir (api);

	if (getuid () == 0) {
		g_test_skip ("root can read everything");
		return;
	}
	stop (api);
	g_assert_cmpint (g_chmod (dir, 0), ==, 0);
	assert_ok (api->f->C_Initialize (NULL));
	g_assert_cmpint (g_chmod (dir, 0700), ==, 0);
	g_assert_cmpuint (count_tokens (api), <=, 1);
	assert_slots_are_told (api);
}

static void
token_that_cannot_be_written_can_be_used (Api *api, gconstpointer unused)
{
	g_autofree char *dir = api_token_dir (api);
	CK_OBJECT_HANDLE object;

	if (getuid () == 0) {
		g_test_skip ("root can write everywhere");
		return;
	}
	if (api_spares_softhsm (api, "SoftHSM's token is lost after a login"))
		return;
	make_neighbour (api);
	stop (api);
	g_assert_cmpint (g_chmod (dir, 0500), ==, 0);
	assert_ok (api->f->C_Initialize (NULL));
	api->session = open_session (api->module, api->slot, TRUE);
	assert_neighbour_lives (api);
	g_assert_cmpuint (api_try_key (api, DATA_OBJECT, T (YES (CKA_TOKEN)), &object), !=, CKR_OK);
	g_assert_cmpint (g_chmod (dir, 0700), ==, 0);
}

/* The ground goes away under a running module. */
static void
token_that_vanishes_meanwhile_is_survived (Api *api, gconstpointer unused)
{
	g_autofree char *dir = api_token_dir (api);
	g_autofree char *away = g_build_filename (api->place->dir, "away", NULL);
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	CK_BYTE block[16] = { 0 };
	CK_ULONG n = sizeof block;
	CK_SLOT_INFO info;

	if (api_spares_softhsm (api, "SoftHSM ends the process"))
		return;
	g_assert_cmpint (g_rename (dir, away), ==, 0);
	api_get (api, key, CKA_LABEL);
	if (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), key) == CKR_OK)
		api->f->C_Encrypt (api->session, block, sizeof block, block, &n);
	assert_ok (api->f->C_GetSlotInfo (api->slot, &info));
	g_assert_cmpuint (api_try_key (api, DATA_OBJECT, T (YES (CKA_TOKEN)), &key), !=, CKR_OK);
	api->f->C_Logout (api->session);
	g_assert_cmpuint (api_login (api, api->session, CKU_USER, "wrong pin"), !=, CKR_OK);
	g_assert_cmpint (g_rename (away, dir), ==, 0);
	api_restart (api, NULL);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

static void
add_tests (void)
{
	ADD ("damage", object_truncated_at_every_length_is_skipped);
	ADD ("damage", private_object_truncated_at_every_length_is_skipped);
	ADD ("damage", object_that_goes_bad_meanwhile_comes_back_when_mended);
	ADD ("damage", object_with_any_byte_changed_is_survived);
	ADD ("damage", object_of_random_bytes_is_skipped);
	ADD ("damage", object_of_absurd_counts_is_skipped);
	ADD ("damage", object_of_another_token_is_survived);
	ADD ("damage", object_that_is_a_directory_is_skipped);
	ADD ("damage", object_that_is_a_pipe_is_skipped);
	ADD ("damage", object_that_is_a_dangling_link_is_skipped);
	ADD ("damage", object_that_links_to_a_device_is_skipped);
	ADD ("damage", object_of_a_terabyte_is_skipped);
	ADD ("damage", files_of_other_names_are_ignored);
	ADD ("damage", generation_that_is_damaged_is_mended);
	ADD ("damage", token_truncated_at_every_length_is_skipped);
	ADD ("damage", token_with_any_byte_changed_is_survived);
	ADD ("damage", token_beside_a_damaged_one_works);
	ADD ("damage", token_that_is_copied_counts_once);
	ADD ("damage", directory_that_is_no_token_is_left_alone);
	ADD ("damage", entries_that_are_no_directories_are_ignored);
	ADD ("damage", token_that_cannot_be_read_is_skipped);
	ADD ("damage", token_that_cannot_be_written_can_be_used);
	ADD ("damage", token_that_vanishes_meanwhile_is_survived);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
