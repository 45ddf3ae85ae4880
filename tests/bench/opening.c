/* What every program pays that opens a token: opening MODULE PIN.  Prints the milliseconds for dlopen and C_Initialize,
 * C_Login, the first object found by its ID (from the beginning on), C_Finalize; and the MiB that are resident when
 * the object is found.  A program of its own and with nothing else in it; bench starts it again and again. */

#include "cryptoki.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double
now_ms (void)
{
	struct timespec now;

	clock_gettime (CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
check (const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	fprintf (stderr, "%s: 0x%lx\n", what, rv);
	exit (1);
}

static double
resident_mib (void)
{
	FILE *file = fopen ("/proc/self/statm", "r");
	unsigned long size, pages;

	if (file == NULL || fscanf (file, "%lu %lu", &size, &pages) != 2)
		exit (1);
	fclose (file);
	return (double)pages * (double)sysconf (_SC_PAGESIZE) / 1048576;
}

static CK_SLOT_ID
first_token (CK_FUNCTION_LIST *f)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = 16;
	CK_TOKEN_INFO info;

	check ("C_GetSlotList", f->C_GetSlotList (CK_TRUE, slots, &n));
	for (CK_ULONG i = 0; i < n; i++)
		if (f->C_GetTokenInfo (slots[i], &info) == CKR_OK && (info.flags & CKF_TOKEN_INITIALIZED))
			return slots[i];
	fprintf (stderr, "there is no token\n");
	exit (1);
}

int
main (int argc, char **argv)
{
	double start, initialized, login, logged_in, found, mib, last, end;
	CK_C_GetFunctionList get_list;
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object;
	CK_ULONG n;
	uint32_t id = 0;
	CK_ATTRIBUTE template[] = { { CKA_ID, &id, sizeof id } };
	void *library;

	if (argc != 3)
		return 2;
	start = now_ms ();
	library = dlopen (argv[1], RTLD_NOW | RTLD_LOCAL);
	if (library == NULL) {
		fprintf (stderr, "%s\n", dlerror ());
		return 1;
	}
	*(void **)&get_list = dlsym (library, "C_GetFunctionList");
	check ("C_GetFunctionList", get_list (&f));
	check ("C_Initialize", f->C_Initialize (NULL));
	initialized = now_ms ();
	check ("C_OpenSession", f->C_OpenSession (first_token (f), CKF_SERIAL_SESSION, NULL, NULL, &session));
	login = now_ms ();
	check ("C_Login", f->C_Login (session, CKU_USER, (CK_UTF8CHAR *)argv[2], strlen (argv[2])));
	logged_in = now_ms ();
	check ("C_FindObjectsInit", f->C_FindObjectsInit (session, template, 1));
	check ("C_FindObjects", f->C_FindObjects (session, &object, 1, &n));
	check ("C_FindObjectsFinal", f->C_FindObjectsFinal (session));
	found = now_ms ();
	mib = resident_mib ();
	last = now_ms ();
	check ("C_Finalize", f->C_Finalize (NULL));
	end = now_ms ();
	printf ("%f %f %f %f %f\n", initialized - start, logged_in - login, found - start, end - last, mib);
	return 0;
}
