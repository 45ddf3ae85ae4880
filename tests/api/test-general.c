/* The library as a whole: PKCS #11 v3.2 section 5.4, and what a shared object shows of itself. */

#include "doors.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

/* --- C_Initialize --- */

static void
initialize_accepts_no_arguments (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_Initialize (NULL));
}

static void
initialize_accepts_empty_arguments (Api *api, gconstpointer unused)
{
	CK_C_INITIALIZE_ARGS args = { 0 };

	assert_ok (api->f->C_Initialize (&args));
}

static void
initialize_accepts_os_locking (Api *api, gconstpointer unused)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };

	assert_ok (api->f->C_Initialize (&args));
}

static void
initialize_accepts_that_threads_cannot_be_made (Api *api, gconstpointer unused)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS };

	assert_ok (api->f->C_Initialize (&args));
}

static CK_RV
create_mutex (void **mutex)
{
	*mutex = g_new0 (GMutex, 1);
	return CKR_OK;
}

static CK_RV
destroy_mutex (void *mutex)
{
	g_free (mutex);
	return CKR_OK;
}

static CK_RV
lock_mutex (void *mutex)
{
	g_mutex_lock (mutex);
	return CKR_OK;
}

static CK_RV
unlock_mutex (void *mutex)
{
	g_mutex_unlock (mutex);
	return CKR_OK;
}

/* Bit by bit: which of the four are given. */
static CK_C_INITIALIZE_ARGS
some_callbacks (unsigned which)
{
	CK_C_INITIALIZE_ARGS args = { 0 };

	args.CreateMutex = which & 1 ? create_mutex : NULL;
	args.DestroyMutex = which & 2 ? destroy_mutex : NULL;
	args.LockMutex = which & 4 ? lock_mutex : NULL;
	args.UnlockMutex = which & 8 ? unlock_mutex : NULL;
	return args;
}

static void
initialize_accepts_mutexes_of_the_application (Api *api, gconstpointer unused)
{
	CK_C_INITIALIZE_ARGS args = some_callbacks (15);
	CK_INFO info;

	assert_ok (api->f->C_Initialize (&args));
	assert_ok (api->f->C_GetInfo (&info));
	assert_ok (api->f->C_Finalize (NULL));
}

static void
initialize_refuses_some_of_the_mutex_functions (Api *api, gconstpointer unused)
{
	for (unsigned which = 1; which < 15; which++) {
		CK_C_INITIALIZE_ARGS args = some_callbacks (which);

		assert_rv (api->f->C_Initialize (&args), CKR_ARGUMENTS_BAD);
	}
}

static void
initialize_refuses_what_is_reserved (Api *api, gconstpointer unused)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK, .pReserved = &args };

	assert_rv (api->f->C_Initialize (&args), CKR_ARGUMENTS_BAD);
}

static void
initialize_that_was_refused_leaves_nothing (Api *api, gconstpointer unused)
{
	CK_C_INITIALIZE_ARGS args = some_callbacks (1);
	CK_INFO info;

	assert_rv (api->f->C_Initialize (&args), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_GetInfo (&info), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_ok (api->f->C_Initialize (NULL));
}

static void
initialize_twice_is_refused (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_Initialize (NULL));
	assert_rv (api->f->C_Initialize (NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
}

static void
initialize_twice_harms_nothing (Api *api, gconstpointer unused)
{
	CK_SESSION_INFO info;

	assert_rv (api->f->C_Initialize (NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_ok (api->f->C_GetSessionInfo (api->session, &info));
	g_assert_cmpuint (info.state, ==, CKS_RW_USER_FUNCTIONS);
}

static void
initialize_works_again_after_finalize (Api *api, gconstpointer unused)
{
	for (unsigned i = 0; i < 20; i++) {
		assert_ok (api->f->C_Initialize (NULL));
		assert_ok (api->f->C_Finalize (NULL));
	}
}

/* --- C_Finalize --- */

static void
finalize_before_initialize_is_refused (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_Finalize (NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
finalize_twice_is_refused (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_Finalize (NULL));
	assert_rv (api->f->C_Finalize (NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
finalize_refuses_what_is_reserved (Api *api, gconstpointer unused)
{
	CK_INFO info;

	assert_rv (api->f->C_Finalize (&info), CKR_ARGUMENTS_BAD);
	assert_ok (api->f->C_GetInfo (&info));
}

static void
finalize_ends_sessions_and_login (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE before = api->session, after;
	CK_SESSION_INFO info;

	assert_ok (api->f->C_Finalize (NULL));
	assert_ok (api->f->C_Initialize (NULL));
	api->slot = token_slot_of (api->module);
	after = api_open (api, CKF_RW_SESSION);
	assert_ok (api->f->C_GetSessionInfo (after, &info));
	g_assert_cmpuint (info.state, ==, CKS_RW_PUBLIC_SESSION);
	/* SoftHSM's handles begin anew with 1: what an application kept may mean another session. */
	if (!api->softhsm)
		assert_rv (api->f->C_GetSessionInfo (before, &info), CKR_SESSION_HANDLE_INVALID);
}

static void
nothing_works_before_initialize (Api *api, gconstpointer unused)
{
	Call call = { .f = api->f, .f3 = api->f3, .session = 1, .object = 1 };

	for (gsize i = 0; i < n_doors (api->f3); i++) {
		g_test_message ("%s", doors[i].name);
		assert_rv (doors[i].call (&call), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

static void
nothing_works_after_finalize (Api *api, gconstpointer unused)
{
	Call call = { .f = api->f, .f3 = api->f3, .slot = api->slot, .session = api->session, .object = 1 };

	assert_ok (api->f->C_Finalize (NULL));
	for (gsize i = 0; i < n_doors (api->f3); i++) {
		g_test_message ("%s", doors[i].name);
		assert_rv (doors[i].call (&call), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

/* NULL everywhere is no reason to look at pointers first. */
static void
nothing_works_before_initialize_with_null (Api *api, gconstpointer unused)
{
	Call call = { .f = api->f, .f3 = api->f3, .null = TRUE };

	for (gsize i = 0; i < n_doors (api->f3); i++) {
		CK_RV rv = doors[i].call (&call);

		g_test_message ("%s", doors[i].name);
		if (api->softhsm && rv == CKR_ARGUMENTS_BAD)
			continue; /* either is right */
		assert_rv (rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

/* --- what it says of itself --- */

static gboolean
is_padded (const CK_UTF8CHAR *field, gsize n, const char *text)
{
	gsize n_text = strlen (text);

	if (n_text > n || memcmp (field, text, n_text) != 0)
		return FALSE;
	for (gsize i = n_text; i < n; i++)
		if (field[i] != ' ')
			return FALSE;
	return TRUE;
}

static void
info_is_what_softhsm_says (Api *api, gconstpointer unused)
{
	CK_INFO info;

	assert_ok (api->f->C_GetInfo (&info));
	g_assert_true (is_padded (info.manufacturerID, sizeof info.manufacturerID, "SoftHSM"));
	g_assert_true (is_padded (info.libraryDescription, sizeof info.libraryDescription,
	                          "Implementation of PKCS11"));
	g_assert_cmpuint (info.flags, ==, 0);
	g_assert_cmpuint (info.cryptokiVersion.major, >=, 2);
}

static void
info_needs_room (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_GetInfo (NULL), CKR_ARGUMENTS_BAD);
}

static void
function_list_is_complete (Api *api, gconstpointer unused)
{
	void *const *functions =
		(void *const *)(void *)((char *)api->f + G_STRUCT_OFFSET (CK_FUNCTION_LIST, C_Initialize));
	gsize n = (sizeof (CK_FUNCTION_LIST) - G_STRUCT_OFFSET (CK_FUNCTION_LIST, C_Initialize)) /
	          sizeof (void *);

	g_assert_cmpuint (n, ==, 68);
	for (gsize i = 0; i < n; i++)
		g_assert_nonnull (functions[i]);
	g_assert_cmpuint (n_doors (NULL), ==, 68 - 3);
	g_assert_cmpuint (n_doors (api->f3), ==, api->f3 != NULL ? 104 - 5 : 68 - 3);
}

/* The list of C_GetFunctionList is always that of 2.40, whichever the others are called by. */
static void
function_list_is_the_one_of_2_40 (Api *api, gconstpointer unused)
{
	CK_FUNCTION_LIST *list = NULL, *again = NULL;

	assert_ok (api->f->C_GetFunctionList (&list));
	g_assert_cmpuint (list->version.major, ==, 2);
	g_assert_cmpuint (list->version.minor, ==, 40);
	assert_ok (list->C_GetFunctionList (&again));
	g_assert_true (list == again);
}

static void
function_list_needs_room (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_GetFunctionList (NULL), CKR_ARGUMENTS_BAD);
}

/* --- symbols --- */

static const ElfW (Shdr) * find_section (const char *image, ElfW (Word) type)
{
	const ElfW (Ehdr) *header = (const void *)image;
	const ElfW (Shdr) *sections = (const void *)(image + header->e_shoff);

	for (unsigned i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_type == type)
			return &sections[i];
	g_error ("the module has no such section");
}

static gboolean
is_exported (const ElfW (Sym) * symbol)
{
	return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS &&
	       ELF64_ST_BIND (symbol->st_info) != STB_LOCAL;
}

static GPtrArray *
exported_symbols (const char *image)
{
	GPtrArray *names = g_ptr_array_new ();
	const ElfW (Shdr) *section = find_section (image, SHT_DYNSYM);
	const ElfW (Ehdr) *header = (const void *)image;
	const ElfW (Shdr) *sections = (const void *)(image + header->e_shoff);
	const char *strings = image + sections[section->sh_link].sh_offset;
	const ElfW (Sym) *symbols = (const void *)(image + section->sh_offset);

	for (gsize i = 0; i < section->sh_size / sizeof *symbols; i++)
		if (is_exported (&symbols[i]))
			g_ptr_array_add (names, (void *)(guintptr)(strings + symbols[i].st_name));
	return names;
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
module_exports_three_symbols (Api *api, gconstpointer unused)
{
	g_autofree char *image = NULL;
	g_autoptr (GPtrArray) names = NULL;

	if (api_spares_softhsm (
		    api, "SoftHSM exports every function, and C++'s too: names that collide in a process"))
		return;
	g_assert_true (g_file_get_contents (api->module->path, &image, NULL, NULL));
	names = exported_symbols (image);
	g_ptr_array_sort (names, by_name);
	g_assert_cmpuint (names->len, ==, 3);
	g_assert_cmpstr (names->pdata[0], ==, "C_GetFunctionList");
	g_assert_cmpstr (names->pdata[1], ==, "C_GetInterface");
	g_assert_cmpstr (names->pdata[2], ==, "C_GetInterfaceList");
}

/* --- random numbers, and functions of the past --- */

static void
random_bytes_differ (Api *api, gconstpointer unused)
{
	CK_BYTE one[64] = { 0 }, two[64] = { 0 };

	assert_ok (api->f->C_GenerateRandom (api->session, one, sizeof one));
	assert_ok (api->f->C_GenerateRandom (api->session, two, sizeof two));
	g_assert_cmpint (memcmp (one, two, sizeof one), !=, 0);
}

static void
random_bytes_come_in_any_number (Api *api, gconstpointer unused)
{
	static const gsize sizes[] = { 1, 31, 256, 257, 4096, 1000000 };

	for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
		g_autofree CK_BYTE *data = g_malloc0 (sizes[i] + 1);

		assert_ok (api->f->C_GenerateRandom (api->session, data, sizes[i]));
		g_assert_cmpuint (data[sizes[i]], ==, 0);
	}
}

static void
random_needs_no_login (Api *api, gconstpointer unused)
{
	CK_BYTE data[8];

	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api->f->C_GenerateRandom (api->session, data, sizeof data));
}

static void
random_seed_is_taken (Api *api, gconstpointer unused)
{
	CK_BYTE seed[] = { 1, 2, 3 };

	assert_ok (api->f->C_SeedRandom (api->session, seed, sizeof seed));
}

static void
parallel_functions_say_that_there_are_none (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_GetFunctionStatus (api->session), CKR_FUNCTION_NOT_PARALLEL);
	assert_rv (api->f->C_CancelFunction (api->session), CKR_FUNCTION_NOT_PARALLEL);
}

/* A digest goes on in another session; SoftHSM saves nothing. */
static void
a_digest_is_saved_and_goes_on (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE other;
	CK_BYTE state[1024], digest[32], wanted[32];
	CK_ULONG n = 0, n_digest = sizeof digest;

	if (api_spares_softhsm (api, "SoftHSM saves no state"))
		return;
	other = api_open (api, CKF_SERIAL_SESSION);
	assert_rv (api->f->C_GetOperationState (api->session, NULL, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_DigestUpdate (api->session, (CK_BYTE *)"ab", 2));
	assert_ok (api->f->C_GetOperationState (api->session, NULL, &n));
	g_assert_cmpuint (n, <=, sizeof state);
	assert_rv (api->f->C_GetOperationState (api->session, state, (CK_ULONG[]){ n - 1 }), CKR_BUFFER_TOO_SMALL);
	assert_ok (api->f->C_GetOperationState (api->session, state, &n));
	for (int i = 0; i < 2; i++) {
		assert_ok (api->f->C_SetOperationState (other, state, n, 0, 0));
		assert_ok (api->f->C_DigestUpdate (other, (CK_BYTE *)"c", 1));
	}
	assert_rv (api->f->C_Digest (other, (CK_BYTE *)"c", 1, digest, &n_digest), CKR_OPERATION_ACTIVE);
	assert_ok (api->f->C_SetOperationState (other, state, n, 0, 0));
	assert_ok (api->f->C_DigestUpdate (other, (CK_BYTE *)"c", 1));
	assert_ok (api->f->C_DigestFinal (other, digest, &n_digest));
	assert_ok (api->f->C_DigestUpdate (api->session, (CK_BYTE *)"c", 1));
	assert_ok (api->f->C_DigestFinal (api->session, wanted, &n_digest));
	g_assert_cmpmem (digest, 32, wanted, 32);
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_Digest (api->session, (CK_BYTE *)"abc", 3, wanted, &n_digest));
	g_assert_cmpmem (digest, 32, wanted, 32);
}

static void
saved_states_are_checked (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE aes, secret;
	CK_BYTE state[1024], digest[32];
	CK_ULONG n = sizeof state, n_digest = sizeof digest;

	if (api_spares_softhsm (api, "SoftHSM saves no state"))
		return;
	aes = api_key (api, KEY_AES, NOTHING);
	secret = api_key (api, KEY_SECRET, NOTHING);
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_DigestUpdate (api->session, (CK_BYTE *)"abc", 3));
	assert_ok (api->f->C_GetOperationState (api->session, state, &n));
	assert_rv (api->f->C_SetOperationState (api->session, state, n, aes, 0), CKR_KEY_NOT_NEEDED);
	for (CK_ULONG i = 0; i < n; i += 7) {
		state[i] ^= 1;
		assert_rv (api->f->C_SetOperationState (api->session, state, n, 0, 0), CKR_SAVED_STATE_INVALID);
		state[i] ^= 1;
	}
	for (CK_ULONG i = 0; i < n; i += 5)
		assert_rv (api->f->C_SetOperationState (api->session, state, i, 0, 0), CKR_SAVED_STATE_INVALID);
	/* what was under way is not harmed by that */
	assert_ok (api->f->C_DigestFinal (api->session, digest, &n_digest));
	/* nothing but a digest of data, and nothing beside it */
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), aes));
	n = sizeof state;
	assert_rv (api->f->C_GetOperationState (api->session, state, &n), CKR_STATE_UNSAVEABLE);
	assert_ok (api->f->C_EncryptInit (api->session, NULL, 0));
	assert_ok (api->f->C_GetOperationState (api->session, state, &n));
	assert_ok (api->f->C_DigestKey (api->session, secret));
	assert_rv (api->f->C_GetOperationState (api->session, state, &n), CKR_STATE_UNSAVEABLE);
}

static void
slot_events_do_not_happen (Api *api, gconstpointer unused)
{
	CK_SLOT_ID slot;

	assert_rv (api->f->C_WaitForSlotEvent (CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	assert_rv (api->f->C_WaitForSlotEvent (0, &slot, NULL), CKR_FUNCTION_NOT_SUPPORTED);
}

static void
add_tests (void)
{
	ADD_STOPPED ("general", initialize_accepts_no_arguments);
	ADD_STOPPED ("general", initialize_accepts_empty_arguments);
	ADD_STOPPED ("general", initialize_accepts_os_locking);
	ADD_STOPPED ("general", initialize_accepts_that_threads_cannot_be_made);
	ADD_STOPPED ("general", initialize_accepts_mutexes_of_the_application);
	ADD_STOPPED ("general", initialize_refuses_some_of_the_mutex_functions);
	ADD_STOPPED ("general", initialize_refuses_what_is_reserved);
	ADD_STOPPED ("general", initialize_that_was_refused_leaves_nothing);
	ADD_STOPPED ("general", initialize_twice_is_refused);
	ADD ("general", initialize_twice_harms_nothing);
	ADD_STOPPED ("general", initialize_works_again_after_finalize);
	ADD_STOPPED ("general", finalize_before_initialize_is_refused);
	ADD_WITHOUT_TOKEN ("general", finalize_twice_is_refused);
	ADD_WITHOUT_TOKEN ("general", finalize_refuses_what_is_reserved);
	ADD ("general", finalize_ends_sessions_and_login);
	ADD_STOPPED ("general", nothing_works_before_initialize);
	ADD_STOPPED ("general", nothing_works_before_initialize_with_null);
	ADD ("general", nothing_works_after_finalize);
	ADD_WITHOUT_TOKEN ("general", info_is_what_softhsm_says);
	ADD_WITHOUT_TOKEN ("general", info_needs_room);
	ADD_STOPPED ("general", function_list_is_complete);
	ADD_STOPPED ("general", function_list_is_the_one_of_2_40);
	ADD_STOPPED ("general", function_list_needs_room);
	ADD_STOPPED ("general", module_exports_three_symbols);
	ADD ("general", random_bytes_differ);
	ADD ("general", random_bytes_come_in_any_number);
	ADD ("general", random_needs_no_login);
	ADD ("general", random_seed_is_taken);
	ADD ("general", parallel_functions_say_that_there_are_none);
	ADD ("general", a_digest_is_saved_and_goes_on);
	ADD ("general", saved_states_are_checked);
	ADD_WITHOUT_TOKEN ("general", slot_events_do_not_happen);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
