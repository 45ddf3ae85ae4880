/* A token's roles: PINs, logins, sessions. */

#include "token.h"

#include <glib.h>
#include <glib/gstdio.h>

static const uint8_t label[33] = "a token                         ";

#define SO bytes_str ("so-pin")
#define USER bytes_str ("user-pin")

typedef struct {
	char *tokendir;
	Config config;
	Token *token;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
	fixture->tokendir = g_dir_make_tmp ("softhsm2-token-XXXXXX", NULL);
	fixture->config = (Config){ .tokendir = fixture->tokendir, .backend = (char *)(guintptr) "file", .umask = 0077 };
	g_assert_cmpuint (token_new (&fixture->config, 7, NULL, &fixture->token), ==, CKR_OK);
}

static void
remove_all (const char *path)
{
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *one = g_build_filename (path, name, NULL);

		if (g_file_test (one, G_FILE_TEST_IS_DIR))
			remove_all (one);
		else
			g_unlink (one);
	}
	g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	token_free (fixture->token);
	remove_all (fixture->tokendir);
	g_free (fixture->tokendir);
}

#define assert_rv(expr, wanted) g_assert_cmpuint ((expr), ==, (wanted))
#define assert_ok(expr) assert_rv (expr, CKR_OK)

/* Initialised, with both PINs, a session open, nobody logged in. */
static void
set_up_pins (Fixture *fixture, gconstpointer unused)
{
	set_up (fixture, unused);
	assert_ok (token_init (fixture->token, SO, label));
	assert_ok (token_open_session (fixture->token, true));
	assert_ok (token_login (fixture->token, LOGIN_SO, SO));
	assert_ok (token_init_pin (fixture->token, USER));
	token_logout (fixture->token);
}

static CK_FLAGS
flags (Fixture *fixture)
{
	CK_TOKEN_INFO info;

	assert_ok (token_info (fixture->token, &info));
	return info.flags;
}

static void
a_fresh_one_only_waits_to_be_initialised (Fixture *fixture, gconstpointer unused)
{
	CK_TOKEN_INFO info;

	g_assert_false (token_is_initialised (fixture->token));
	assert_ok (token_info (fixture->token, &info));
	g_assert_false (info.flags & CKF_TOKEN_INITIALIZED);
	assert_rv (token_open_session (fixture->token, true), CKR_TOKEN_NOT_RECOGNIZED);
	assert_rv (token_login (fixture->token, LOGIN_SO, SO), CKR_TOKEN_NOT_RECOGNIZED);
	assert_rv (token_set_pin (fixture->token, LOGIN_SO, SO, USER), CKR_TOKEN_NOT_RECOGNIZED);
	g_assert_cmpuint (token_slot (fixture->token), ==, 7);
}

static void
the_info_is_softhsm_s (Fixture *fixture, gconstpointer unused)
{
	CK_TOKEN_INFO info;

	assert_ok (token_info (fixture->token, &info));
	g_assert_cmpint (memcmp (info.label, label, 32), ==, 0);
	g_assert_cmpint (memcmp (info.manufacturerID, "SoftHSM project                 ", 32), ==, 0);
	g_assert_cmpint (memcmp (info.model, "SoftHSM v2      ", 16), ==, 0);
	g_assert_cmpuint (info.flags, ==, 0x42d);
	g_assert_cmpuint (info.ulMinPinLen, ==, 4);
	g_assert_cmpuint (info.ulMaxPinLen, ==, 255);
}

static void
the_right_pin_logs_in (Fixture *fixture, gconstpointer unused)
{
	assert_ok (token_login (fixture->token, LOGIN_USER, USER));
	g_assert_cmpint (token_logged_in (fixture->token), ==, LOGIN_USER);
	token_logout (fixture->token);
	g_assert_cmpint (token_logged_in (fixture->token), ==, LOGIN_NONE);
}

static void
a_wrong_pin_is_refused_and_noted (Fixture *fixture, gconstpointer unused)
{
	assert_rv (token_login (fixture->token, LOGIN_USER, bytes_str ("user-pim")), CKR_PIN_INCORRECT);
	assert_rv (token_login (fixture->token, LOGIN_USER, SO), CKR_PIN_INCORRECT);
	g_assert_cmpint (token_logged_in (fixture->token), ==, LOGIN_NONE);
	g_assert_true (flags (fixture) & CKF_USER_PIN_COUNT_LOW);
	assert_ok (token_login (fixture->token, LOGIN_USER, USER));
	g_assert_false (flags (fixture) & CKF_USER_PIN_COUNT_LOW);
}

static void
one_at_a_time_is_logged_in (Fixture *fixture, gconstpointer unused)
{
	assert_ok (token_login (fixture->token, LOGIN_USER, USER));
	assert_rv (token_login (fixture->token, LOGIN_USER, USER), CKR_USER_ALREADY_LOGGED_IN);
	assert_rv (token_login (fixture->token, LOGIN_SO, SO), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	token_logout (fixture->token);
	assert_ok (token_login (fixture->token, LOGIN_SO, SO));
	assert_rv (token_login (fixture->token, LOGIN_USER, USER), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
}

static void
the_pin_may_be_asked_again (Fixture *fixture, gconstpointer unused)
{
	assert_rv (token_check_pin (fixture->token, USER), CKR_USER_NOT_LOGGED_IN);
	assert_ok (token_login (fixture->token, LOGIN_USER, USER));
	assert_ok (token_check_pin (fixture->token, USER));
	assert_rv (token_check_pin (fixture->token, SO), CKR_PIN_INCORRECT);
	g_assert_cmpint (token_logged_in (fixture->token), ==, LOGIN_USER);
}

static void
a_changed_pin_replaces_the_old_one (Fixture *fixture, gconstpointer unused)
{
	assert_rv (token_set_pin (fixture->token, LOGIN_USER, SO, bytes_str ("new-pin")), CKR_PIN_INCORRECT);
	assert_ok (token_set_pin (fixture->token, LOGIN_USER, USER, bytes_str ("new-pin")));
	assert_rv (token_login (fixture->token, LOGIN_USER, USER), CKR_PIN_INCORRECT);
	assert_ok (token_login (fixture->token, LOGIN_USER, bytes_str ("new-pin")));
}

static void
only_the_so_gives_a_pin (Fixture *fixture, gconstpointer unused)
{
	assert_rv (token_init_pin (fixture->token, USER), CKR_USER_NOT_LOGGED_IN);
	assert_ok (token_login (fixture->token, LOGIN_USER, USER));
	assert_rv (token_init_pin (fixture->token, USER), CKR_USER_NOT_LOGGED_IN);
}

static void
the_so_and_read_only_sessions_exclude_each_other (Fixture *fixture, gconstpointer unused)
{
	assert_ok (token_open_session (fixture->token, false));
	assert_rv (token_login (fixture->token, LOGIN_SO, SO), CKR_SESSION_READ_ONLY_EXISTS);
	token_close_session (fixture->token, 0, false);
	assert_ok (token_login (fixture->token, LOGIN_SO, SO));
	assert_rv (token_open_session (fixture->token, false), CKR_SESSION_READ_WRITE_SO_EXISTS);
}

static void
sessions_are_counted_and_the_last_logs_out (Fixture *fixture, gconstpointer unused)
{
	CK_ULONG all, read_write;

	assert_ok (token_open_session (fixture->token, false));
	token_count_sessions (fixture->token, &all, &read_write);
	g_assert_cmpuint (all, ==, 2);
	g_assert_cmpuint (read_write, ==, 1);
	assert_ok (token_login (fixture->token, LOGIN_USER, USER));
	token_close_session (fixture->token, 0, true);
	g_assert_cmpint (token_logged_in (fixture->token), ==, LOGIN_USER);
	token_close_session (fixture->token, 0, false);
	g_assert_cmpint (token_logged_in (fixture->token), ==, LOGIN_NONE);
}

static void
a_token_in_use_is_not_initialised (Fixture *fixture, gconstpointer unused)
{
	assert_rv (token_init (fixture->token, SO, label), CKR_SESSION_EXISTS);
	token_close_session (fixture->token, 0, true);
	assert_rv (token_init (fixture->token, USER, label), CKR_PIN_INCORRECT);
	assert_ok (token_init (fixture->token, SO, label));
	g_assert_false (flags (fixture) & CKF_USER_PIN_INITIALIZED);
}

/* The same token as another process has it. */
static Token *
token_elsewhere (Fixture *fixture)
{
	g_autoptr (GDir) dir = g_dir_open (fixture->tokendir, 0, NULL);
	g_autofree char *path = g_build_filename (fixture->tokendir, g_dir_read_name (dir), NULL);
	Store *store;
	Token *token;

	assert_ok (store_open (path, 0077, &store));
	assert_ok (token_new (&fixture->config, 8, store, &token));
	return token;
}

/* Another process made it anew while the user was logged in here: what we sealed would never open again. */
static void
initialising_it_elsewhere_logs_out (Fixture *fixture, gconstpointer who_data)
{
	Login who = (Login)GPOINTER_TO_UINT (who_data);
	auto_attrs Attrs draft = { 0 };
	CK_OBJECT_HANDLE handle;
	Token *other = token_elsewhere (fixture);

	assert_ok (token_login (fixture->token, who, who == LOGIN_SO ? SO : USER));
	assert_ok (token_init (other, SO, label));
	token_free (other);
	assert_ok (attrs_set_ulong (&draft, CKA_CLASS, CKO_DATA));
	assert_ok (attrs_set_bool (&draft, CKA_TOKEN, true));
	assert_ok (attrs_set_bytes (&draft, CKA_LABEL, bytes_str ("x")));
	if (who == LOGIN_SO)
		assert_rv (token_init_pin (fixture->token, USER), CKR_USER_NOT_LOGGED_IN);
	else
		assert_rv (token_add_object (fixture->token, 1, &draft, &handle), CKR_USER_NOT_LOGGED_IN);
	g_assert_cmpint (token_logged_in (fixture->token), ==, LOGIN_NONE);
	assert_ok (token_login (fixture->token, LOGIN_SO, SO));
	assert_ok (token_init_pin (fixture->token, USER));
	token_logout (fixture->token);
	assert_ok (token_login (fixture->token, LOGIN_USER, USER));
	assert_ok (token_add_object (fixture->token, 1, &draft, &handle));
}

static CK_OBJECT_HANDLE
add_public (Token *token, const char *name)
{
	auto_attrs Attrs draft = { 0 };
	CK_OBJECT_HANDLE handle;

	assert_ok (attrs_set_ulong (&draft, CKA_CLASS, CKO_DATA));
	assert_ok (attrs_set_bool (&draft, CKA_TOKEN, true));
	assert_ok (attrs_set_bool (&draft, CKA_PRIVATE, false));
	assert_ok (attrs_set_bytes (&draft, CKA_LABEL, bytes_str (name)));
	assert_ok (token_add_object (token, 1, &draft, &handle));
	return handle;
}

/* Of those with that label the first one; 0: there is none. */
static CK_OBJECT_HANDLE
find (Token *token, const char *name)
{
	CK_ATTRIBUTE wanted = { CKA_LABEL, (void *)(guintptr)name, strlen (name) };
	CK_OBJECT_HANDLE *found, first = 0;
	CK_ULONG n;

	assert_ok (token_find (token, &wanted, 1, &found, &n));
	if (n > 0)
		first = found[0];
	free (found);
	return first;
}

static CK_RV
change_label (void *data, Attrs *attrs)
{
	return attrs_set_bytes (attrs, CKA_LABEL, bytes_str (data));
}

/* Nothing announces a change of an object: every one of a few is looked at before each search. */
static void
changes_elsewhere_in_a_small_token_are_found_at_once (Fixture *fixture, gconstpointer unused)
{
	Token *other = token_elsewhere (fixture);

	for (unsigned n = 1; n <= 3; n++) {
		g_autofree char *name = g_strdup_printf ("object %u", n);

		add_public (fixture->token, name);
		for (unsigned i = 0; i < 3; i++) {
			char changed[] = "changed 0";

			/* until files tell of changes by their time alone */
			g_usleep (300000);
			find (fixture->token, "none");
			changed[8] = (char)('0' + i);
			assert_ok (token_change_object (other, find (other, name), change_label, changed));
			g_assert_cmpuint (find (fixture->token, changed), !=, 0);
			g_assert_cmpuint (find (fixture->token, name), ==, 0);
			assert_ok (token_change_object (other, find (other, changed), change_label, name));
		}
	}
	token_free (other);
}

#define ADD(name, how) g_test_add ("/token/token/" #name, Fixture, NULL, how, name, tear_down)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (a_fresh_one_only_waits_to_be_initialised, set_up);
	ADD (the_info_is_softhsm_s, set_up_pins);
	ADD (the_right_pin_logs_in, set_up_pins);
	ADD (a_wrong_pin_is_refused_and_noted, set_up_pins);
	ADD (one_at_a_time_is_logged_in, set_up_pins);
	ADD (the_pin_may_be_asked_again, set_up_pins);
	ADD (a_changed_pin_replaces_the_old_one, set_up_pins);
	ADD (only_the_so_gives_a_pin, set_up_pins);
	ADD (the_so_and_read_only_sessions_exclude_each_other, set_up_pins);
	ADD (sessions_are_counted_and_the_last_logs_out, set_up_pins);
	ADD (a_token_in_use_is_not_initialised, set_up_pins);
	ADD (changes_elsewhere_in_a_small_token_are_found_at_once, set_up_pins);
	g_test_add ("/token/token/initialising_it_elsewhere_logs_out/so", Fixture, GUINT_TO_POINTER (LOGIN_SO), set_up_pins,
	            initialising_it_elsewhere_logs_out, tear_down);
	g_test_add ("/token/token/initialising_it_elsewhere_logs_out/user", Fixture, GUINT_TO_POINTER (LOGIN_USER),
	            set_up_pins, initialising_it_elsewhere_logs_out, tear_down);
	return g_test_run ();
}
