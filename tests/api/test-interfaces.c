/* C_GetInterface and C_GetInterfaceList: a list is what its version says, and nobody gets another one than he asks
 * for. */

#include "apitest.h"

#include <dlfcn.h>

static CK_UTF8CHAR interface_name[] = "PKCS 11";

static gboolean
has_interfaces (Api *api, CK_C_GetInterface *one, CK_C_GetInterfaceList *list)
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
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

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
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

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
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

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
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_one (NULL, NULL, &interface, 0));
	g_assert_cmpstr ((char *)interface->pInterfaceName, ==, "PKCS 11");
	g_assert_nonnull (interface->pFunctionList);
}

static void
interface_2_40_is_the_list_of_c_get_function_list (Api *api, gconstpointer unused)
{
	CK_INTERFACE *interface = NULL;
	CK_VERSION version = { 2, 40 };
	CK_FUNCTION_LIST *list;
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_one (interface_name, &version, &interface, 0));
	assert_ok (api->f->C_GetFunctionList (&list));
	g_assert_true (interface->pFunctionList == list);
}

static void
interface_of_unknown_name_is_refused (Api *api, gconstpointer unused)
{
	static const char *const names[] = {
		"", "PKCS", "PKCS 11 ", "pkcs 11", "Vendor NSS FIPS Interface", "PKCS 12"
	};
	CK_INTERFACE *interface = NULL;
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

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
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

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
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
		g_assert_cmpuint (get_one (interface_name, NULL, &interface, flags[i]), !=, CKR_OK);
	g_assert_null (interface);
}

static void
interface_needs_room (Api *api, gconstpointer unused)
{
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

	if (has_interfaces (api, &get_one, &get_list))
		assert_rv (get_one (NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
}

/* --- what a version promises --- */

static const struct {
	CK_VERSION version;
	gsize n_functions, size;
} lists[] = {
	{ { 3, 2 }, 104, sizeof (CK_FUNCTION_LIST_3_2) },
	{ { 3, 0 }, 92, sizeof (CK_FUNCTION_LIST_3_0) },
	{ { 2, 40 }, 68, sizeof (CK_FUNCTION_LIST) },
};

/* A version is two bytes before a row of pointers: as many as the structure of that version has. */
static void
every_list_has_the_functions_of_its_version (Api *api, gconstpointer unused)
{
	CK_INTERFACE list[16];
	CK_ULONG n = G_N_ELEMENTS (list);
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_list (list, &n));
	g_assert_cmpuint (n, ==, G_N_ELEMENTS (lists));
	for (CK_ULONG i = 0; i < n; i++) {
		const CK_VERSION *version = list[i].pFunctionList;
		void *const *functions = (void *const *)list[i].pFunctionList + 1;

		g_assert_cmpuint (version->major, ==, lists[i].version.major);
		g_assert_cmpuint (version->minor, ==, lists[i].version.minor);
		g_assert_cmpuint (lists[i].size, ==, (1 + lists[i].n_functions) * sizeof (void *));
		for (gsize j = 0; j < lists[i].n_functions; j++)
			g_assert_nonnull (functions[j]);
	}
}

/* The shorter lists are the beginning of the longer ones: the same functions at the same places, but for C_GetInfo. */
static void
lists_begin_alike (Api *api, gconstpointer unused)
{
	const gsize info = (G_STRUCT_OFFSET (CK_FUNCTION_LIST, C_GetInfo) - G_STRUCT_OFFSET (CK_FUNCTION_LIST, C_Initialize)) /
	                   sizeof (void *);
	CK_INTERFACE list[16];
	CK_ULONG n = G_N_ELEMENTS (list);
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_list (list, &n));
	for (CK_ULONG i = 1; i < n; i++) {
		void *const *longer = (void *const *)list[0].pFunctionList + 1;
		void *const *shorter = (void *const *)list[i].pFunctionList + 1;

		for (gsize j = 0; j < lists[i].n_functions; j++)
			g_assert_true (longer[j] == shorter[j] || j == info);
	}
}

/* Whoever trusts either number is not betrayed. */
static void
info_says_the_version_of_its_list (Api *api, gconstpointer unused)
{
	CK_INTERFACE list[16];
	CK_ULONG n = G_N_ELEMENTS (list);
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;
	CK_INFO info;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_list (list, &n));
	for (CK_ULONG i = 0; i < n; i++) {
		CK_FUNCTION_LIST *f = list[i].pFunctionList;

		assert_ok (f->C_GetInfo (&info));
		g_assert_cmpuint (info.cryptokiVersion.major, ==, f->version.major);
		g_assert_cmpuint (info.cryptokiVersion.minor, ==, f->version.minor);
	}
}

/* No function has the place of two. */
static void
functions_of_a_list_differ (Api *api, gconstpointer unused)
{
	void *const *functions = api->f3 != NULL ? (void *const *)(void *)api->f3 + 1 : NULL;

	if (functions == NULL) {
		g_test_skip ("SoftHSM has no interfaces of v3.0");
		return;
	}
	for (gsize i = 0; i < lists[0].n_functions; i++)
		for (gsize j = 0; j < i; j++)
			g_assert_true (functions[i] != functions[j]);
}

static void
the_default_is_the_newest (Api *api, gconstpointer unused)
{
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;
	CK_INTERFACE *interface;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	assert_ok (get_one (interface_name, NULL, &interface, 0));
	g_assert_true (interface->pFunctionList == api->f3);
	g_assert_cmpuint (api->f3->version.major, ==, 3);
	g_assert_cmpuint (api->f3->version.minor, ==, 2);
}

/* --- how others load a module --- */

/* p11-kit from 0.25 on: the standard interface of any version, and the old list only where there is no such function or
 * it says CKR_FUNCTION_NOT_SUPPORTED; any other answer makes it do without the module. */
static CK_FUNCTION_LIST *
load_as_p11_kit_does (const char *path, void **library)
{
	CK_C_GetFunctionList get_list;
	CK_C_GetInterface get_one;
	CK_INTERFACE *interface = NULL;
	CK_FUNCTION_LIST *list = NULL;
	CK_RV rv;

	*library = dlopen (path, RTLD_LOCAL | RTLD_NOW);
	g_assert_nonnull (*library);
	*(void **)&get_one = dlsym (*library, "C_GetInterface");
	if (get_one != NULL) {
		rv = get_one (interface_name, NULL, &interface, 0);
		if (rv == CKR_OK)
			return interface->pFunctionList;
		assert_rv (rv, CKR_FUNCTION_NOT_SUPPORTED);
	}
	*(void **)&get_list = dlsym (*library, "C_GetFunctionList");
	g_assert_nonnull (get_list);
	assert_ok (get_list (&list));
	return list;
}

static void
p11_kit_gets_a_list_that_it_can_use (Api *api, gconstpointer unused)
{
	void *library;
	CK_FUNCTION_LIST *list = load_as_p11_kit_does (api->module->path, &library);
	CK_INFO info;

	if (!api->softhsm)
		g_assert_cmpuint (list->version.major, ==, 3);
	assert_ok (list->C_Initialize (NULL));
	assert_ok (list->C_GetInfo (&info));
	assert_ok (list->C_Finalize (NULL));
	dlclose (library);
}

/* NSS: the standard interface, safe to fork if there is one; then its own, whose structure is another one. */
static void
nss_gets_the_standard_and_not_its_own (Api *api, gconstpointer unused)
{
	static CK_UTF8CHAR vendor[] = "Vendor NSS FIPS Interface";
	CK_C_GetInterfaceList get_list;
	CK_C_GetInterface get_one;
	CK_INTERFACE *interface = NULL;

	if (!has_interfaces (api, &get_one, &get_list))
		return;
	if (get_one (interface_name, NULL, &interface, CKF_INTERFACE_FORK_SAFE) != CKR_OK)
		assert_ok (get_one (interface_name, NULL, &interface, 0));
	g_assert_true (interface->pFunctionList == api->f3);
	interface = NULL;
	assert_rv (get_one (vendor, NULL, &interface, 0), CKR_ARGUMENTS_BAD);
	g_assert_null (interface);
}

static void
add_tests (void)
{
	ADD_STOPPED ("interfaces", interface_list_gives_every_interface);
	ADD_STOPPED ("interfaces", interface_list_tells_its_length);
	ADD_STOPPED ("interfaces", interface_list_needs_room);
	ADD_STOPPED ("interfaces", interface_without_a_name_is_the_default);
	ADD_STOPPED ("interfaces", interface_2_40_is_the_list_of_c_get_function_list);
	ADD_STOPPED ("interfaces", interface_of_unknown_name_is_refused);
	ADD_STOPPED ("interfaces", interface_of_unknown_version_is_refused);
	ADD_STOPPED ("interfaces", interface_with_unknown_flags_is_refused);
	ADD_STOPPED ("interfaces", interface_needs_room);
	ADD_STOPPED ("interfaces", every_list_has_the_functions_of_its_version);
	ADD_STOPPED ("interfaces", lists_begin_alike);
	ADD_WITHOUT_TOKEN ("interfaces", info_says_the_version_of_its_list);
	ADD_STOPPED ("interfaces", functions_of_a_list_differ);
	ADD_STOPPED ("interfaces", the_default_is_the_newest);
	ADD_STOPPED ("interfaces", p11_kit_gets_a_list_that_it_can_use);
	ADD_STOPPED ("interfaces", nss_gets_the_standard_and_not_its_own);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
