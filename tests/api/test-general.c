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
	Call call = { .f = api->f, .session = 1, .object = 1 };

	for (gsize i = 0; i < n_doors; i++) {
		g_test_message ("%s", doors[i].name);
		assert_rv (doors[i].call (&call), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

static void
nothing_works_after_finalize (Api *api, gconstpointer unused)
{
	Call call = { .f = api->f, .slot = api->slot, .session = api->session, .object = 1 };

	assert_ok (api->f->C_Finalize (NULL));
	for (gsize i = 0; i < n_doors; i++) {
		g_test_message ("%s", doors[i].name);
		assert_rv (doors[i].call (&call), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

/* NULL everywhere is no reason to look at pointers first. */
static void
nothing_works_before_initialize_with_null (Api *api, gconstpointer unused)
{
	Call call = { .f = api->f, .null = TRUE };

	for (gsize i = 0; i < n_doors; i++) {
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
	g_assert_cmpuint (n_doors, ==, 68 - 3);
}

static void
function_list_has_the_version_of_its_structure (Api *api, gconstpointer unused)
{
	g_assert_cmpuint (api->f->version.major, ==, 2);
	g_assert_cmpuint (api->f->version.minor, ==, 40);
}

static void
function_list_gives_itself (Api *api, gconstpointer unused)
{
	CK_FUNCTION_LIST *list = NULL;

	assert_ok (api->f->C_GetFunctionList (&list));
	g_assert_true (list == api->f);
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

/* --- interfaces --- */

typedef CK_RV (*GetInterface) (CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface,
                               CK_FLAGS flags);
typedef CK_RV (*GetInterfaceList) (CK_INTERFACE *list, CK_ULONG *n);

static CK_UTF8CHAR interface_name[] = "PKCS 11";

static gboolean
has_interfaces (Api *api, GetInterface *one, GetInterfaceList *list)
{
	*(void **)one = dlsym (api->module->library, "C_GetInterface");
	*(void **)list = dlsym (api->module->library, "C_GetInterfaceList");
	if (*one != NULL && *list != NULL)
		return TRUE;
	g_assert_true (api->softhsm);
	g_test_skip ("SoftHSM has no interfaces of v3.0");
	return FALSE;
}

static void
interface_list_gives_every_interface (Api *api, gconstpointer unused)
{
	CK_INTERFACE list[16], *interface;
	CK_ULONG n = G_N_ELEMENTS (list);
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_list (list, &n));
	g_assert_cmpuint (n, >=, 1);
	for (CK_ULONG i = 0; i < n; i++) {
		CK_VERSION *version = list[i].pFunctionList;

		g_assert_cmpstr ((char *)list[i].pInterfaceName, ==, "PKCS 11");
		assert_ok (get_one (list[i].pInterfaceName, version, &interface, list[i].flags));
		g_assert_true (interface->pFunctionList == list[i].pFunctionList);
	}
}

static void
interface_list_tells_its_length (Api *api, gconstpointer unused)
{
	CK_INTERFACE list[16];
	CK_ULONG n = 99, n_list = G_N_ELEMENTS (list);
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_list (NULL, &n));
	assert_ok (get_list (list, &n_list));
	g_assert_cmpuint (n, ==, n_list);
}

static void
interface_list_needs_room (Api *api, gconstpointer unused)
{
	CK_INTERFACE one;
	CK_ULONG n = 0;
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_rv (get_list (&one, &n), CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (n, >=, 1);
	assert_rv (get_list (NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void
interface_without_a_name_is_the_default (Api *api, gconstpointer unused)
{
	CK_INTERFACE *interface = NULL;
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_one (NULL, NULL, &interface, 0));
	g_assert_cmpstr ((char *)interface->pInterfaceName, ==, "PKCS 11");
	g_assert_nonnull (interface->pFunctionList);
}

static void
interface_2_40_is_the_function_list (Api *api, gconstpointer unused)
{
	CK_INTERFACE *interface = NULL;
	CK_VERSION version = { 2, 40 };
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_one (interface_name, &version, &interface, 0));
	g_assert_true (interface->pFunctionList == api->f);
}

static void
interface_of_unknown_name_is_refused (Api *api, gconstpointer unused)
{
	static const char *const names[] = {
		"", "PKCS", "PKCS 11 ", "pkcs 11", "Vendor NSS FIPS Interface", "PKCS 12"
	};
	CK_INTERFACE *interface = NULL;
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
		g_assert_cmpuint (get_one ((CK_UTF8CHAR *)(guintptr)names[i], NULL, &interface, 0), !=,
		                  CKR_OK);
	g_assert_null (interface);
}

static void
interface_of_unknown_version_is_refused (Api *api, gconstpointer unused)
{
	static CK_VERSION versions[] = { { 0, 0 },  { 2, 0 },  { 2, 20 }, { 2, 39 },
		                         { 2, 41 }, { 3, 99 }, { 9, 9 } };
	CK_INTERFACE *interface = NULL;
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (versions); i++) {
		g_assert_cmpuint (get_one (interface_name, &versions[i], &interface, 0), !=, CKR_OK);
		g_assert_cmpuint (get_one (NULL, &versions[i], &interface, 0), !=, CKR_OK);
	}
	g_assert_null (interface);
}

/* CKF_INTERFACE_FORK_SAFE is 1; the others mean nothing. */
static void
interface_with_unknown_flags_is_refused (Api *api, gconstpointer unused)
{
	static const CK_FLAGS flags[] = { 2, 4, 0x80000000, ~0UL };
	CK_INTERFACE *interface = NULL;
	GetInterfaceList get_list;
	GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
		g_assert_cmpuint (get_one (interface_name, NULL, &interface, flags[i]), !=, CKR_OK);
	g_assert_null (interface);
}

static void
interface_needs_room (Api *api, gconstpointer unused)
{
	GetInterfaceList get_list;
	GetInterface get_one;

	if (has_interfaces (api, &get_one, &get_list))
		assert_rv (get_one (NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
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

static void
operation_state_is_not_supported (Api *api, gconstpointer unused)
{
	CK_BYTE state[8] = { 0 };
	CK_ULONG n = sizeof state;

	assert_rv (api->f->C_GetOperationState (api->session, state, &n), CKR_FUNCTION_NOT_SUPPORTED);
	assert_rv (api->f->C_SetOperationState (api->session, state, n, 0, 0), CKR_FUNCTION_NOT_SUPPORTED);
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
	ADD_STOPPED ("general", function_list_has_the_version_of_its_structure);
	ADD_STOPPED ("general", function_list_gives_itself);
	ADD_STOPPED ("general", function_list_needs_room);
	ADD_STOPPED ("general", module_exports_three_symbols);
	ADD_STOPPED ("general", interface_list_gives_every_interface);
	ADD_STOPPED ("general", interface_list_tells_its_length);
	ADD_STOPPED ("general", interface_list_needs_room);
	ADD_STOPPED ("general", interface_without_a_name_is_the_default);
	ADD_STOPPED ("general", interface_2_40_is_the_function_list);
	ADD_STOPPED ("general", interface_of_unknown_name_is_refused);
	ADD_STOPPED ("general", interface_of_unknown_version_is_refused);
	ADD_STOPPED ("general", interface_with_unknown_flags_is_refused);
	ADD_STOPPED ("general", interface_needs_room);
	ADD ("general", random_bytes_differ);
	ADD ("general", random_bytes_come_in_any_number);
	ADD ("general", random_needs_no_login);
	ADD ("general", random_seed_is_taken);
	ADD ("general", parallel_functions_say_that_there_are_none);
	ADD ("general", operation_state_is_not_supported);
	ADD_WITHOUT_TOKEN ("general", slot_events_do_not_happen);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
