/* A process of its own for the tests: works on the token that SOFTHSM2_CONF names, with the module it is
 * given.
 *
 *   worker MODULE make PREFIX N        makes N data objects and a key, labelled PREFIX-0 …
 *   worker MODULE change LABEL N       changes the ID of the key with that label N times
 *   worker MODULE count                how many data objects there are: the exit status
 *   worker MODULE pin OLD NEW          changes the user's PIN
 *
 * It starts when its input ends, so that several start at once. */

#include "interop.h"

#include <stdlib.h>
#include <unistd.h>

static void
make (const Side *side, const char *prefix, guint n)
{
	for (guint i = 0; i < n; i++) {
		g_autofree char *label = g_strdup_printf ("%s-%u", prefix, i);

		CREATE (side, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
		        A_BOOL (CKA_PRIVATE, i % 2), A_STRING (CKA_LABEL, label),
		        A_STRING (CKA_VALUE, label));
	}
	generate_secret (side, CKM_AES_KEY_GEN, 16, prefix, FALSE);
}

static void
change_often (const Side *side, const char *label, guint n)
{
	CK_OBJECT_HANDLE key = find (side, CKO_SECRET_KEY, label);

	for (guint i = 0; i < n; i++)
		assert_ok (change (side, key, (CK_ATTRIBUTE)A_ULONG (CKA_ID, i)));
}

static void
set_pin (const Side *side, const char *old, const char *new)
{
	assert_ok (side->f->C_SetPIN (side->session, (CK_UTF8CHAR *)(guintptr)old, strlen (old),
	                              (CK_UTF8CHAR *)(guintptr) new, strlen (new)));
}

static void
wait_for_the_others (void)
{
	char nothing;

	while (read (STDIN_FILENO, &nothing, 1) > 0)
		;
}

int
main (int argc, char **argv)
{
	Module *module;
	Side side = { .name = "the worker" };
	int status = 0;

	if (argc < 3)
		return 100;
	module = module_load (argv[1]);
	side.module = module;
	side.f = module->f;
	side_start (&side);
	wait_for_the_others ();

	if (strcmp (argv[2], "make") == 0 && argc == 5)
		make (&side, argv[3], (guint)atoi (argv[4]));
	else if (strcmp (argv[2], "change") == 0 && argc == 5)
		change_often (&side, argv[3], (guint)atoi (argv[4]));
	else if (strcmp (argv[2], "count") == 0)
		status = (int)COUNT (&side, A_ULONG (CKA_CLASS, CKO_DATA));
	else if (strcmp (argv[2], "pin") == 0 && argc == 5)
		set_pin (&side, argv[3], argv[4]);
	else
		status = 100;
	side_stop (&side);
	module_unload (module);
	return status;
}
