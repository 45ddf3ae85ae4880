/* The test cases of the PKCS #11 profiles (OASIS) through the module's own doors: whatever cases stand in the folder
 * that TEST_PROFILES names, one test a file, each with a token made for it; and the objects that tell of the profiles.
 *
 * A case is of a version, and goes through the list of that version. */

#include "profiles.h"

#include <dlfcn.h>

static Module *module;

/* --- a case under way --- */

void
complain (Run *run, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list args;

	va_start (args, format);
	what = g_strdup_vprintf (format, args);
	va_end (args);
	g_test_message ("%s (element %u): %s", element_at (run->root, run->at)->name, run->at + 1, what);
	run->n_differ++;
}

const char *
resolve (Run *run, const char *text)
{
	const char *bound = text;

	if (g_str_has_prefix (text, "${")) {
		bound = g_hash_table_lookup (run->variables, text);
		if (bound == NULL)
			complain (run, "nothing is known of %s", text);
	}
	return bound;
}

static void
compare_rv (Run *run, const char *wanted, CK_RV rv)
{
	g_autofree char *name = g_strconcat ("CKR_", wanted, NULL);

	if (!g_str_equal (name, rv_name (rv)))
		complain (run, "%s, the case has %s", rv_name (rv), name);
}

/* One call and what the case has for it. */
static void
run_pair (Run *run, const Element *request, Element *response)
{
	const char *wanted = element_get (response, "rv");
	Element *answer;
	CK_RV rv;

	if (wanted == NULL || !g_str_equal (request->name, response->name)) {
		complain (run, "a call without what it gives");
		return;
	}
	answer = element_add (run->answers, request->name);
	if (!call_make (run, request, answer, &rv))
		return;
	compare_rv (run, wanted, rv);
	if (rv == CKR_OK)
		compare (run, response, answer);
}

static void
run_case (Run *run)
{
	guint n = run->root->inner->len;

	run->answers = element_new ("PKCS11");
	run->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert (run->variables, g_strdup ("${Pin}"), g_strdup (USER_PIN));
	for (run->at = 1; run->at < n; run->at += 2)
		run_pair (run, element_at (run->root, run->at - 1), element_at (run->root, run->at));
	run->at = n - 1;
	if (n == 0 || n % 2 != 0)
		complain (run, "the case has %u elements, which are no pairs", n);
	g_hash_table_unref (run->variables);
	element_free (run->answers);
}

/* --- what stands around it --- */

/* The list of the case's version; SoftHSM has one only.  NULL: there is none. */
static CK_FUNCTION_LIST *
list_for (const Element *root)
{
	const char *major = element_seek (root, "CryptokiVersion", NULL, "major");
	const char *minor = element_seek (root, "CryptokiVersion", NULL, "minor");
	CK_INTERFACE *interface;
	CK_C_GetInterface get_interface;
	CK_ULONG numbers[2];
	CK_VERSION version;

	*(void **)&get_interface = dlsym (module->library, "C_GetInterface");
	if (get_interface == NULL || major == NULL || minor == NULL)
		return module->f;
	if (!value_number (NUMBER, major, &numbers[0]) || !value_number (NUMBER, minor, &numbers[1]))
		return NULL;
	version = (CK_VERSION){ (CK_BYTE)numbers[0], (CK_BYTE)numbers[1] };
	if (get_interface ((CK_UTF8CHAR *)"PKCS 11", &version, &interface, 0) != CKR_OK)
		return NULL;
	return interface->pFunctionList;
}

/* A token with what the case needs; the module is stopped again, for the case starts it. */
static CK_SLOT_ID
make_token_for (const Element *root)
{
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;

	assert_ok (module->f->C_Initialize (NULL));
	slot = make_token (module, "profiles");
	session = open_session (module, slot, TRUE);
	token_prepare (module, session, root);
	assert_ok (module->f->C_Finalize (NULL));
	return slot;
}

static void
test_file (gconstpointer path)
{
	g_autoptr (GError) error = NULL;
	Run run = { .module = module };
	Place *place;

	run.root = element_read (path, &error);
	g_assert_no_error (error);
	run.f = list_for (run.root);
	if (run.f == NULL) {
		g_test_skip ("the module has no list of the case's version");
		element_free (run.root);
		return;
	}
	place = place_new (NULL);
	run.slot = make_token_for (run.root);
	run_case (&run);
	if (module->f->C_Finalize (NULL) != CKR_CRYPTOKI_NOT_INITIALIZED)
		g_test_message ("the case did not end with C_Finalize");
	place_free (place);
	element_free (run.root);
	if (run.n_differ > 0)
		g_test_fail_printf ("%u differences", run.n_differ);
}

/* --- the objects of the profiles --- */

/* Profiles v3.2 sections 5.1 (4), 5.3 (5), 5.4 (5) and 5.5 (5). */
static const struct {
	const char *path;
	CK_ULONG id;
} profiles[] = {
	{ "/profiles/objects/BASELINE_PROVIDER", CKP_BASELINE_PROVIDER },
	{ "/profiles/objects/EXTENDED_PROVIDER", CKP_EXTENDED_PROVIDER },
	{ "/profiles/objects/AUTHENTICATION_TOKEN", CKP_AUTHENTICATION_TOKEN },
	{ "/profiles/objects/PUBLIC_CERTIFICATES_TOKEN", CKP_PUBLIC_CERTIFICATES_TOKEN },
};

static gboolean
has_attribute (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, const CK_ATTRIBUTE *wanted)
{
	g_autoptr (GBytes) value = get_attribute (module, session, object, wanted->type);
	g_autoptr (GBytes) same = g_bytes_new (wanted->pValue, wanted->ulValueLen);

	return value != NULL && g_bytes_equal (value, same);
}

/* Whoever has no PIN finds it, in a session that only reads. */
static void
test_object (gconstpointer id)
{
	CK_ATTRIBUTE wanted[] = { A_ULONG (CKA_CLASS, CKO_PROFILE), A_ULONG (CKA_PROFILE_ID, *(const CK_ULONG *)id),
		                  A_BOOL (CKA_TOKEN, CK_TRUE), A_BOOL (CKA_PRIVATE, CK_FALSE) };
	Place *place = place_new (NULL);
	CK_SESSION_HANDLE session;
	g_autoptr (GArray) found = NULL;
	CK_SLOT_ID slot;

	assert_ok (module->f->C_Initialize (NULL));
	slot = make_token (module, "profiles");
	assert_ok (module->f->C_OpenSession (slot, CKF_SERIAL_SESSION, NULL, NULL, &session));
	found = find_objects (module, session, wanted, 2);
	if (found->len != 1)
		g_test_fail_printf ("%u objects tell of the profile", found->len);
	for (gsize i = 0; i < G_N_ELEMENTS (wanted) && found->len == 1; i++)
		if (!has_attribute (session, g_array_index (found, CK_OBJECT_HANDLE, 0), &wanted[i]))
			g_test_fail_printf ("the attribute 0x%lx is not right", wanted[i].type);
	assert_ok (module->f->C_Finalize (NULL));
	place_free (place);
}

/* --- the folder --- */

static void
test_no_folder (void)
{
	g_test_skip ("the build names no folder of test cases (meson configure -Dprofiles=...)");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
case_files (const char *folder)
{
	GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GError) error = NULL;
	g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
	const char *name;

	g_assert_no_error (error);
	while ((name = g_dir_read_name (dir)) != NULL)
		if (g_str_has_suffix (name, ".xml"))
			g_ptr_array_add (files, g_build_filename (folder, name, NULL));
	g_ptr_array_sort (files, compare_names);
	return files;
}

/* A folder without cases is named by mistake. */
static void
add_tests (GPtrArray *files)
{
	g_assert_cmpuint (files->len, >, 0);
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *base = g_path_get_basename (files->pdata[i]);
		g_autofree char *path = g_strdup_printf ("/profiles/%.*s", (int)strcspn (base, "."), base);

		g_test_add_data_func (path, files->pdata[i], test_file);
	}
	for (gsize i = 0; i < G_N_ELEMENTS (profiles); i++)
		g_test_add_data_func (profiles[i].path, &profiles[i].id, test_object);
}

int
main (int argc, char *argv[])
{
	const char *folder = g_getenv ("TEST_PROFILES");
	g_autoptr (GPtrArray) files = NULL;
	int failed;

	g_test_init (&argc, &argv, NULL);
	if (folder == NULL || *folder == '\0') {
		g_test_add_func ("/profiles/folder_is_given", test_no_folder);
		return g_test_run ();
	}
	files = case_files (folder);
	add_tests (files);
	module = module_load (module_under_test ());
	failed = g_test_run ();
	module_unload (module);
	return failed;
}
