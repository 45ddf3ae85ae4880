/* Published objects: shared by counting, their prepared forms made once. */

#include "object.h"
#include "secmem.h"

#include <glib.h>

static Object *
publish (void)
{
	Attrs draft = { 0 };
	Object *object;

	g_assert_cmpuint (attrs_set_ulong (&draft, CKA_CLASS, CKO_SECRET_KEY), ==, CKR_OK);
	g_assert_cmpuint (attrs_set_ulong (&draft, CKA_KEY_TYPE, CKK_AES), ==, CKR_OK);
	g_assert_cmpuint (object_publish (&draft, &object), ==, CKR_OK);
	g_assert_cmpuint (draft.n, ==, 0);
	return object;
}

static void
what_it_is_is_read_from_its_attributes (void)
{
	auto_unref Object *object = publish ();

	g_assert_cmpuint (object_class (object), ==, CKO_SECRET_KEY);
	g_assert_cmpuint (object_key_type (object), ==, CKK_AES);
	/* PKCS #11 leaves it to the token: what says nothing is private, and of the session. */
	g_assert_true (object_is_private (object));
	g_assert_false (object_is_token (object));
}

static int n_made, n_cleared;

static CK_RV
make_form (void *form, const Object *key)
{
	g_atomic_int_inc (&n_made);
	*(int *)form = 42;
	return CKR_OK;
}

static void
clear_form (void *form)
{
	g_assert_cmpint (*(int *)form, ==, 42);
	g_atomic_int_inc (&n_cleared);
}

static CK_RV
fail_to_make (void *form, const Object *key)
{
	return CKR_KEY_SIZE_RANGE;
}

static const KeyForm form = { sizeof (int), make_form, clear_form };
static const KeyForm other_form = { sizeof (int), make_form, clear_form };
static const KeyForm no_form = { sizeof (int), fail_to_make, NULL };

static void
a_form_is_made_once_and_cleared_with_the_last_reference (void)
{
	Object *object = publish ();
	size_t before, during, after, locked;
	void *one, *again, *other;

	n_made = n_cleared = 0;
	sec_usage (&before, &locked);
	g_assert_cmpuint (object_prepare (object, &form, &one), ==, CKR_OK);
	g_assert_cmpuint (object_prepare (object, &form, &again), ==, CKR_OK);
	g_assert_cmpuint (object_prepare (object, &other_form, &other), ==, CKR_OK);
	sec_usage (&during, &locked);
	g_assert_true (one == again && other != one && during > before);
	g_assert_cmpint (n_made, ==, 2);
	object_ref (object);
	object_unref (object);
	g_assert_cmpint (n_cleared, ==, 0);
	object_unref (object);
	g_assert_cmpint (n_cleared, ==, 2);
	sec_usage (&after, &locked);
	g_assert_cmpuint (after, ==, before);
}

static void
a_form_that_fails_leaves_nothing (void)
{
	auto_unref Object *object = publish ();
	size_t before, after, locked;
	void *made;

	sec_usage (&before, &locked);
	g_assert_cmpuint (object_prepare (object, &no_form, &made), ==, CKR_KEY_SIZE_RANGE);
	sec_fail_after (1);
	g_assert_cmpuint (object_prepare (object, &form, &made), ==, CKR_HOST_MEMORY);
	sec_fail_after (0);
	sec_usage (&after, &locked);
	g_assert_cmpuint (after, ==, before);
}

static gpointer
prepare (gpointer data)
{
	void *made;

	g_assert_cmpuint (object_prepare (data, &form, &made), ==, CKR_OK);
	g_assert_cmpint (*(int *)made, ==, 42);
	return made;
}

static void
threads_get_one_form (void)
{
	for (int round = 0; round < 200; round++) {
		Object *object = publish ();
		GThread *threads[4];
		void *first = NULL;

		n_made = n_cleared = 0;
		for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
			threads[i] = g_thread_new ("prepare", prepare, object);
		for (size_t i = 0; i < G_N_ELEMENTS (threads); i++) {
			void *made = g_thread_join (threads[i]);

			g_assert_true (first == NULL || made == first);
			first = made;
		}
		object_unref (object);
		g_assert_cmpint (n_made, ==, n_cleared);
	}
}

#define ADD(name) g_test_add_func ("/object/object/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (what_it_is_is_read_from_its_attributes);
	ADD (a_form_is_made_once_and_cleared_with_the_last_reference);
	ADD (a_form_that_fails_leaves_nothing);
	ADD (threads_get_one_form);
	return g_test_run ();
}
