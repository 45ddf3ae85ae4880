/* A session keeps its last key for the next operation.  It lets go of it when the key is gone, changed or out of sight,
 * whoever did that, and when memory is short. */

#include "harness.h"
#include "secmem.h"
#include "session.h"
#include "store.h"

/* One that has a key, and one that has used it. */
typedef struct {
	Place *place;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE owner, user;
	Session *used_in;
	CK_OBJECT_HANDLE key;
} Fixture;

static Session *
enter (CK_SESSION_HANDLE handle)
{
	Session *session;

	assert_ok (session_enter (handle, &session));
	return session;
}

static CK_OBJECT_HANDLE
make_key (CK_SESSION_HANDLE handle, CK_BBOOL on_token)
{
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES), A_BOOL (CKA_TOKEN, on_token),
		A_STRING (CKA_VALUE, "0123456789abcdef"), A_STRING (CKA_LABEL, "key"),
	};
	Session *session = enter (handle);
	CK_OBJECT_HANDLE key;

	assert_ok (session_create_object (session, template, G_N_ELEMENTS (template), &key));
	session_leave (&session);
	return key;
}

static CK_RV
begin (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = { CKM_AES_ECB, NULL, 0 };
	Session *session = enter (handle);
	CK_RV rv = session_start_op (session, OP_ENCRYPT, &mechanism, key);

	session_leave (&session);
	return rv;
}

static void
finish (CK_SESSION_HANDLE handle)
{
	CK_BYTE block[16] = { 0 };
	CK_ULONG n = sizeof block;
	Session *session = enter (handle);

	assert_ok (op_one_shot (session_op (session, OP_ENCRYPT), bytes (block, sizeof block), out (block, &n)));
	session_leave (&session);
}

static gboolean
is_kept (const Fixture *fixture)
{
	return fixture->used_in->ops[OP_ENCRYPT].key != NULL;
}

static void
search (CK_SESSION_HANDLE handle)
{
	Session *session = enter (handle);

	assert_ok (session_find_start (session, NULL, 0));
	assert_ok (session_find_end (session));
	session_leave (&session);
}

static void
log_in (CK_SESSION_HANDLE handle, CK_USER_TYPE who, const char *pin)
{
	Session *session = enter (handle);

	assert_ok (session_login (session, who, bytes_str (pin)));
	session_leave (&session);
}

static void
log_out (CK_SESSION_HANDLE handle)
{
	Session *session = enter (handle);

	assert_ok (session_logout (session));
	session_leave (&session);
}

static void
make_token_here (Fixture *fixture)
{
	uint8_t label[32] = "a token";
	Session *session;
	Token *token;

	assert_ok (library_start ());
	assert_ok (library_slots (&fixture->slot, &(CK_ULONG){ 1 }));
	assert_ok (library_token (fixture->slot, &token));
	assert_ok (token_init (token, bytes_str (SO_PIN), label));
	assert_ok (session_open (fixture->slot, true, &fixture->owner));
	log_in (fixture->owner, CKU_SO, SO_PIN);
	session = enter (fixture->owner);
	assert_ok (session_init_pin (session, bytes_str (USER_PIN)));
	session_leave (&session);
	log_out (fixture->owner);
}

/* The key is one of the token where @on_token is not NULL. */
static void
set_up (Fixture *fixture, gconstpointer on_token)
{
	fixture->place = place_new (NULL);
	make_token_here (fixture);
	assert_ok (session_open (fixture->slot, true, &fixture->user));
	log_in (fixture->owner, CKU_USER, USER_PIN);
	fixture->key = make_key (fixture->owner, on_token != NULL);
	assert_ok (begin (fixture->user, fixture->key));
	finish (fixture->user);
	fixture->used_in = enter (fixture->user);
	session_leave (&(Session *){ fixture->used_in });
	g_assert_true (is_kept (fixture));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	assert_ok (library_stop ());
	place_free (fixture->place);
}

/* The same token as another process has it. */
static Token *
token_elsewhere (const Fixture *fixture)
{
	g_autoptr (GDir) dir = g_dir_open (fixture->place->tokendir, 0, NULL);
	g_autofree char *path = g_build_filename (fixture->place->tokendir, g_dir_read_name (dir), NULL);
	Store *store;
	Token *token;

	assert_ok (store_open (path, 0077, &store));
	assert_ok (token_new (library_config (), 8, store, &token));
	return token;
}

static CK_OBJECT_HANDLE
find_elsewhere (Token *token)
{
	CK_ATTRIBUTE label = A_STRING (CKA_LABEL, "key");
	CK_OBJECT_HANDLE *found, key;
	CK_ULONG n;

	assert_ok (token_login (token, LOGIN_USER, bytes_str (USER_PIN)));
	assert_ok (token_find (token, &label, 1, &found, &n));
	g_assert_cmpuint (n, ==, 1);
	key = found[0];
	free (found);
	return key;
}

static void
it_goes_with_the_session_of_its_object (Fixture *fixture, gconstpointer unused)
{
	assert_ok (session_close (fixture->owner));
	g_assert_false (is_kept (fixture));
}

static void
it_goes_when_its_object_is_destroyed (Fixture *fixture, gconstpointer unused)
{
	Session *session = enter (fixture->owner);

	assert_ok (session_destroy_object (session, fixture->key));
	session_leave (&session);
	g_assert_false (is_kept (fixture));
	assert_rv (begin (fixture->user, fixture->key), CKR_KEY_HANDLE_INVALID);
}

static void
it_goes_when_its_object_is_changed (Fixture *fixture, gconstpointer unused)
{
	CK_ATTRIBUTE no = A_BOOL (CKA_ENCRYPT, CK_FALSE);
	Session *session = enter (fixture->owner);

	assert_ok (session_set_attributes (session, fixture->key, &no, 1));
	session_leave (&session);
	g_assert_false (is_kept (fixture));
	assert_rv (begin (fixture->user, fixture->key), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
it_goes_with_the_login (Fixture *fixture, gconstpointer unused)
{
	log_out (fixture->owner);
	g_assert_false (is_kept (fixture));
	assert_rv (begin (fixture->user, fixture->key), CKR_KEY_HANDLE_INVALID);
}

/* What was done elsewhere is seen by the next search in whatever session. */
static void
assert_goes_after (Fixture *fixture, Token *elsewhere)
{
	token_free (elsewhere);
	search (fixture->owner);
	g_assert_false (is_kept (fixture));
}

static void
it_goes_when_it_was_destroyed_elsewhere (Fixture *fixture, gconstpointer unused)
{
	Token *other = token_elsewhere (fixture);

	assert_ok (token_destroy_object (other, find_elsewhere (other), NULL));
	assert_goes_after (fixture, other);
}

static void
it_goes_when_the_token_was_initialised_elsewhere (Fixture *fixture, gconstpointer unused)
{
	uint8_t label[32] = "another token";
	Token *other = token_elsewhere (fixture);

	assert_ok (token_init (other, bytes_str (SO_PIN), label));
	assert_goes_after (fixture, other);
}

static CK_RV
forbid_encryption (void *data, Attrs *attrs)
{
	return attrs_set_bool (attrs, CKA_ENCRYPT, false);
}

/* Some milliseconds later, the session's next operation sees it, whether anybody has searched or not. */
static void
a_change_elsewhere_counts_for_it (Fixture *fixture, gconstpointer unused)
{
	Token *other = token_elsewhere (fixture);

	assert_ok (token_change_object (other, find_elsewhere (other), forbid_encryption, NULL));
	token_free (other);
	g_usleep (50000);
	assert_rv (begin (fixture->user, fixture->key), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* No operation uses it: another key takes its place where there is none. */
static void
it_makes_room (Fixture *fixture, gconstpointer unused)
{
	CK_OBJECT_HANDLE second = make_key (fixture->owner, CK_TRUE);

	sec_fail_after (1);
	assert_ok (begin (fixture->owner, second));
	sec_fail_after (0);
	g_assert_false (is_kept (fixture));
	finish (fixture->owner);
}

static void
what_is_under_way_goes_on (Fixture *fixture, gconstpointer unused)
{
	CK_OBJECT_HANDLE second = make_key (fixture->owner, CK_TRUE);

	assert_ok (begin (fixture->user, fixture->key));
	sec_fail_after (1);
	begin (fixture->owner, second);
	sec_fail_after (0);
	finish (fixture->user);
}

#define SESSION NULL
#define TOKEN   GINT_TO_POINTER (1)
#define ADD(name, of) g_test_add ("/session/kept-keys/" #of "/" #name, Fixture, of, set_up, name, tear_down)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD (it_goes_with_the_session_of_its_object, SESSION);
	ADD (it_goes_when_its_object_is_destroyed, SESSION);
	ADD (it_goes_when_its_object_is_changed, SESSION);
	ADD (it_goes_when_its_object_is_changed, TOKEN);
	ADD (it_goes_with_the_login, TOKEN);
	ADD (it_goes_when_it_was_destroyed_elsewhere, TOKEN);
	ADD (it_goes_when_the_token_was_initialised_elsewhere, TOKEN);
	ADD (a_change_elsewhere_counts_for_it, TOKEN);
	ADD (it_makes_room, TOKEN);
	ADD (what_is_under_way_goes_on, TOKEN);
	return g_test_run ();
}
