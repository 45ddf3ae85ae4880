/* Slots: numbers from serials, one that is free, and directories that are no tokens. */

#include "slots.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>

typedef struct {
	char *tokendir;
	Config config;
	Slots slots;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
	fixture->tokendir = g_dir_make_tmp ("softhsm2-slots-XXXXXX", NULL);
	fixture->config = (Config){ .tokendir = fixture->tokendir, .backend = (char *)(guintptr) "file", .umask = 0077 };
	fixture->slots = (Slots){ 0 };
}

static void
remove_all (const char *path)
{
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *one = g_build_filename (path, name, NULL);

		if (g_file_test (one, G_FILE_TEST_IS_DIR) && !g_file_test (one, G_FILE_TEST_IS_SYMLINK))
			remove_all (one);
		else
			g_unlink (one);
	}
	g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	slots_stop (&fixture->slots);
	remove_all (fixture->tokendir);
	g_free (fixture->tokendir);
}

static CK_SLOT_ID
slot_of (const char *serial)
{
	return strtoul (serial + strlen (serial) - 8, NULL, 16) & 0x7fffffff;
}

/* Makes a token beside the slots; gives the slot that it must have. */
static CK_SLOT_ID
make (Fixture *fixture)
{
	Store *store;
	StoreInfo info;

	g_assert_cmpuint (store_file.create (fixture->tokendir, 0077, (const uint8_t *)"label                           ",
	                                     bytes_str ("1234"), &store),
	                  ==, CKR_OK);
	g_assert_cmpuint (store->ops->info (store, &info), ==, CKR_OK);
	store->ops->close (store);
	return slot_of (info.serial);
}

static void
start (Fixture *fixture)
{
	g_assert_cmpuint (slots_start (&fixture->slots, &fixture->config), ==, CKR_OK);
}

static void
without_tokens_there_is_a_free_slot (Fixture *fixture, gconstpointer unused)
{
	start (fixture);
	g_assert_cmpuint (fixture->slots.n, ==, 1);
	g_assert_cmpuint (token_slot (fixture->slots.list[0]), ==, 0);
	g_assert_false (token_is_initialised (fixture->slots.list[0]));
}

static void
tokens_have_the_end_of_their_serial (Fixture *fixture, gconstpointer unused)
{
	CK_SLOT_ID one = make (fixture), other = make (fixture);

	start (fixture);
	g_assert_cmpuint (fixture->slots.n, ==, 3);
	g_assert_nonnull (slots_find (&fixture->slots, one));
	g_assert_nonnull (slots_find (&fixture->slots, other));
	g_assert_null (slots_find (&fixture->slots, 0x80000000));
	g_assert_cmpuint (token_slot (fixture->slots.list[0]), <, token_slot (fixture->slots.list[1]));
	/* SoftHSM's number for the free slot: how many tokens there are. */
	g_assert_cmpuint (token_slot (fixture->slots.list[2]), ==, 2);
	g_assert_false (token_is_initialised (fixture->slots.list[2]));
}

static void
other_things_in_the_folder_are_passed_over (Fixture *fixture, gconstpointer unused)
{
	g_autofree char *file = g_build_filename (fixture->tokendir, "file", NULL);
	g_autofree char *folder = g_build_filename (fixture->tokendir, "folder", NULL);
	g_autofree char *damaged = g_build_filename (fixture->tokendir, "damaged", NULL);
	g_autofree char *object = g_build_filename (damaged, "token.object", NULL);

	g_assert_true (g_file_set_contents (file, "x", 1, NULL));
	g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
	g_assert_cmpint (g_mkdir (damaged, 0700), ==, 0);
	g_assert_true (g_file_set_contents (object, "not a token", -1, NULL));
	make (fixture);
	start (fixture);
	g_assert_cmpuint (fixture->slots.n, ==, 2);
	g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* SoftHSM asserts, and the host dies. */
static void
a_copy_of_a_token_is_skipped (Fixture *fixture, gconstpointer unused)
{
	CK_SLOT_ID slot = make (fixture);
	g_autoptr (GDir) dir = g_dir_open (fixture->tokendir, 0, NULL);
	g_autofree char *from = g_build_filename (fixture->tokendir, g_dir_read_name (dir), "token.object", NULL);
	g_autofree char *copy = g_build_filename (fixture->tokendir, "copy", NULL);
	g_autofree char *to = g_build_filename (copy, "token.object", NULL);
	g_autofree char *data = NULL;
	gsize n;

	g_assert_true (g_file_get_contents (from, &data, &n, NULL));
	g_assert_cmpint (g_mkdir (copy, 0700), ==, 0);
	g_assert_true (g_file_set_contents (to, data, (gssize)n, NULL));
	start (fixture);
	g_assert_cmpuint (fixture->slots.n, ==, 2);
	g_assert_nonnull (slots_find (&fixture->slots, slot));
}

static void
a_folder_that_cannot_be_read_is_an_error (Fixture *fixture, gconstpointer unused)
{
	fixture->config.tokendir = (char *)(guintptr) "/no/such/folder";
	g_assert_cmpuint (slots_start (&fixture->slots, &fixture->config), ==, CKR_GENERAL_ERROR);
}

static void
refreshing_takes_up_new_tokens_and_keeps_slots (Fixture *fixture, gconstpointer unused)
{
	CK_SLOT_ID first = make (fixture), second;
	Token *token;

	start (fixture);
	token = slots_find (&fixture->slots, first);
	second = make (fixture);
	slots_refresh (&fixture->slots);
	g_assert_cmpuint (fixture->slots.n, ==, 3);
	g_assert_true (slots_find (&fixture->slots, first) == token);
	g_assert_nonnull (slots_find (&fixture->slots, second));
	slots_refresh (&fixture->slots);
	g_assert_cmpuint (fixture->slots.n, ==, 3);
}

/* The slot that was free keeps its number while the library runs, and another is free then. */
static void
a_free_slot_that_is_used_is_followed_by_another (Fixture *fixture, gconstpointer unused)
{
	Token *token;

	start (fixture);
	token = slots_find (&fixture->slots, 0);
	g_assert_cmpuint (token_init (token, bytes_str ("1234"), (const uint8_t *)"label                           "), ==,
	                  CKR_OK);
	slots_refresh (&fixture->slots);
	g_assert_cmpuint (fixture->slots.n, ==, 2);
	g_assert_true (slots_find (&fixture->slots, 0) == token);
	g_assert_nonnull (slots_find (&fixture->slots, 1));
}

#define ADD(name) g_test_add ("/token/slots/" #name, Fixture, NULL, set_up, name, tear_down)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (without_tokens_there_is_a_free_slot);
	ADD (tokens_have_the_end_of_their_serial);
	ADD (other_things_in_the_folder_are_passed_over);
	ADD (a_copy_of_a_token_is_skipped);
	ADD (a_folder_that_cannot_be_read_is_an_error);
	ADD (refreshing_takes_up_new_tokens_and_keeps_slots);
	ADD (a_free_slot_that_is_used_is_followed_by_another);
	return g_test_run ();
}
