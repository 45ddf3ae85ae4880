/* Wycheproof's vectors through the module's own doors: whatever files of the known schemas stand in the folder
 * that TEST_VECTORS names.  A file is known by what is in it, not by its name; one test a file. */

#include "vectors.h"

#define LARGEST_REPORT 8

/* u1 G = u2 Q comes about by choosing the key after the signature; to refuse it harms nobody. */

static Place *place;
static Module *module;
static CK_SESSION_HANDLE session;

/* --- valid vectors that the module may refuse, each with its reason --- */

static gboolean
has_flag (const Run *run, const char *flag)
{
	JsonArray *flags = json_object_has_member (run->test, "flags") ? json_object_get_array_member (run->test, "flags")
	                                                               : NULL;

	for (guint i = 0; flags != NULL && i < json_array_get_length (flags); i++)
		if (g_strcmp0 (json_array_get_string_element (flags, i), flag) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
key_is_empty (const Run *run)
{
	g_autoptr (GBytes) key = hex_member (run->test, "key");

	return g_bytes_get_size (key) == 0;
}

static gboolean
mask_hash_differs (const Run *run)
{
	return g_strcmp0 (string_member (run->group, "sha"), string_member (run->group, "mgfSha")) != 0;
}

static gboolean
has_more_primes (const Run *run)
{
	JsonObject *key = json_object_has_member (run->group, "privateKey")
	                          ? json_object_get_object_member (run->group, "privateKey")
	                          : NULL;

	return key != NULL && json_object_has_member (key, "otherPrimeInfos");
}

static gboolean
tag_is_short (const Run *run)
{
	return json_object_get_int_member_with_default (run->group, "tagSize", 128) < 32;
}

static gboolean
is_compressed (const Run *run)
{
	return has_flag (run, "CompressedPoint") || has_flag (run, "CompressedPublic");
}

static gboolean
key_has_192_bits (const Run *run)
{
	return g_strcmp0 (run->algorithm, "AES-XTS") == 0 && json_object_get_int_member (run->group, "keySize") == 384;
}

static const struct {
	const char *type;
	gboolean (*applies) (const Run *run);
	const char *reason;
} excuses[] = {
	{ "MacTest", key_is_empty, "PKCS #11 has no secret keys without bytes" },
	{ "AeadTest", tag_is_short, "GCM tags of less than 32 bits are refused (SP 800-38D section 5.2.1.2)" },
	{ "RsassaPssVerify", mask_hash_differs, "PSS takes one hash for message and mask" },
	{ "RsassaPssWithParametersVerify", mask_hash_differs, "PSS takes one hash for message and mask" },
	{ "RsaesOaepDecrypt", has_more_primes, "RSA keys have two primes" },
	{ "RsaesPkcs1Decrypt", has_more_primes, "RSA keys have two primes" },
	{ "IndCpaTest", key_has_192_bits, "PKCS #11's keys for XTS have 32 or 64 bytes" },
	{ "EcdhEcpointTest", is_compressed, "compressed points are not read" },
	{ "EcdhTest", is_compressed, "compressed points are not read" },
};

static const char *
excuse_for (const Run *run)
{
	for (gsize i = 0; i < G_N_ELEMENTS (excuses); i++)
		if (g_strcmp0 (excuses[i].type, run->type) == 0 && excuses[i].applies (run))
			return excuses[i].reason;
	return NULL;
}

/* --- counting --- */

static void
count (GHashTable *table, const char *reason)
{
	guint n = GPOINTER_TO_UINT (g_hash_table_lookup (table, reason));

	g_hash_table_insert (table, g_strdup (reason), GUINT_TO_POINTER (n + 1));
}

static void
complain (Run *run, const char *what)
{
	if (run->n_wrong++ < LARGEST_REPORT)
		g_test_message ("tcId %" G_GINT64_FORMAT " (%s, \"%s\"): %s",
		                json_object_get_int_member_with_default (run->test, "tcId", 0),
		                string_member (run->test, "result"), string_member (run->test, "comment"), what);
}

static void
record (Run *run, Verdict verdict)
{
	const char *result = string_member (run->test, "result"), *excuse;

	if (verdict == WRONG) {
		complain (run, "the results differ");
	} else if (g_str_equal (result, "invalid")) {
		if (verdict == ACCEPTED)
			complain (run, "accepted");
		else
			run->n_refused++;
	} else if (g_str_equal (result, "acceptable")) {
		if (verdict == ACCEPTED)
			run->n_acceptable++;
		else
			run->n_acceptable_refused++;
	} else if (verdict == ACCEPTED) {
		run->n_valid++;
	} else if ((excuse = excuse_for (run)) != NULL) {
		count (run->excused, excuse);
	} else {
		complain (run, "refused");
	}
}

static void
print_counts (GHashTable *table, const char *what)
{
	GHashTableIter iter;
	gpointer reason, n;

	g_hash_table_iter_init (&iter, table);
	while (g_hash_table_iter_next (&iter, &reason, &n))
		g_test_message ("%u %s: %s", GPOINTER_TO_UINT (n), what, (const char *)reason);
}

/* The reason where there is one only. */
static void
skip_for (GHashTable *absent)
{
	GHashTableIter iter;
	gpointer reason = NULL;

	g_hash_table_iter_init (&iter, absent);
	if (g_hash_table_size (absent) == 1)
		g_hash_table_iter_next (&iter, &reason, NULL);
	g_test_skip (reason ? reason : "nothing of this file can be tried");
}

/* --- a file --- */

static const Way *
way_for (const char *type)
{
	static const Way *const lists[] = { secret_ways, derive_ways, dsa_ways, rsa_ways, ec_ways };

	for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
		for (const Way *way = lists[i]; way->type != NULL; way++)
			if (g_strcmp0 (way->type, type) == 0)
				return way;
	return NULL;
}

/* Why the group cannot be worked through; NULL when it can. */
static const char *
what_is_absent (Run *run, const Way *way)
{
	const char *absent = "there is no way to say it in PKCS #11, or the runner knows none";
	CK_MECHANISM_INFO info;

	if (way == NULL || !way->mechanism (run, &absent))
		return absent;
	if (run->module->f->C_GetMechanismInfo (token_slot_of (run->module), run->mechanism, &info) != CKR_OK)
		return "the module has no such mechanism";
	if (way->make_key == NULL)
		return NULL;
	run->key_rv = way->make_key (run, &run->key);
	run->has_key = run->key_rv == CKR_OK;
	return run->key_rv == CKR_CURVE_NOT_SUPPORTED ? "the module has no such curve" : NULL;
}

static void
run_group (Run *run, JsonObject *group)
{
	JsonArray *tests = json_object_get_array_member (group, "tests");
	const char *absent;
	const Way *way;

	run->group = group;
	run->type = string_member (group, "type");
	run->has_key = FALSE;
	run->key_rv = CKR_OK;
	way = way_for (run->type);
	absent = what_is_absent (run, way);
	for (guint i = 0; i < json_array_get_length (tests); i++) {
		run->test = json_array_get_object_element (tests, i);
		if (absent != NULL)
			count (run->absent, absent);
		else
			record (run, run->key_rv == CKR_OK ? way->judge (run) : REFUSED);
	}
	if (run->has_key)
		destroy (run, run->key);
}

static void
test_file (gconstpointer data)
{
	g_autoptr (JsonParser) parser = json_parser_new ();
	g_autoptr (GError) error = NULL;
	Run run = { .module = module, .session = session };
	JsonObject *root;
	JsonArray *groups;

	json_parser_load_from_file (parser, data, &error);
	g_assert_no_error (error);
	root = json_node_get_object (json_parser_get_root (parser));
	run.algorithm = string_member (root, "algorithm");
	run.excused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	run.absent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	groups = json_object_get_array_member (root, "testGroups");
	for (guint i = 0; i < json_array_get_length (groups); i++)
		run_group (&run, json_array_get_object_element (groups, i));

	g_test_message ("%s: %u valid accepted, %u invalid refused, %u acceptable accepted and %u refused", run.algorithm,
	                run.n_valid, run.n_refused, run.n_acceptable, run.n_acceptable_refused);
	print_counts (run.excused, "valid, but refused for a reason");
	print_counts (run.absent, "not tried");
	if (run.n_valid + run.n_refused + run.n_acceptable + run.n_acceptable_refused + run.n_wrong == 0)
		skip_for (run.absent);
	if (run.n_wrong > 0)
		g_test_fail ();
	g_hash_table_unref (run.excused);
	g_hash_table_unref (run.absent);
}

/* --- the folder --- */

static void
test_no_folder (void)
{
	g_test_skip ("the build names no folder of vectors (meson configure -Dvectors=...)");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

/* JSON of this kind; other files may stand in the folder too. */
static gboolean
is_vectors (const char *path)
{
	g_autofree char *text = NULL;

	return g_str_has_suffix (path, ".json") && g_file_get_contents (path, &text, NULL, NULL) &&
	       strstr (text, "\"testGroups\"") != NULL && strstr (text, "\"algorithm\"") != NULL;
}

static GPtrArray *
vector_files (const char *folder)
{
	GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GError) error = NULL;
	g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
	const char *name;

	g_assert_no_error (error);
	while ((name = g_dir_read_name (dir)) != NULL) {
		char *path = g_build_filename (folder, name, NULL);

		if (is_vectors (path))
			g_ptr_array_add (files, path);
		else
			g_free (path);
	}
	g_ptr_array_sort (files, compare_names);
	return files;
}

static void
start (void)
{
	place = place_new (NULL);
	module = module_load (module_under_test ());
	assert_ok (module->f->C_Initialize (NULL));
	session = open_session (module, make_token (module, "vectors"), TRUE);
}

static void
stop (void)
{
	assert_ok (module->f->C_Finalize (NULL));
	module_unload (module);
	place_free (place);
}

int
main (int argc, char *argv[])
{
	const char *folder = g_getenv ("TEST_VECTORS");
	g_autoptr (GPtrArray) files = NULL;
	int failed;

	g_test_init (&argc, &argv, NULL);
	if (folder == NULL || *folder == '\0') {
		g_test_add_func ("/vectors/folder_is_given", test_no_folder);
		return g_test_run ();
	}
	files = vector_files (folder);
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *base = g_path_get_basename (files->pdata[i]);
		g_autofree char *path = g_strdup_printf ("/vectors/%.*s", (int)strcspn (base, "."), base);

		g_test_add_data_func (path, files->pdata[i], test_file);
	}
	start ();
	failed = g_test_run ();
	stop ();
	return failed;
}
