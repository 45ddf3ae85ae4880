/* All doors of the function list in one table, to be called with arguments that are right in shape or all
 * NULL. */

#ifndef TESTS_API_DOORS_H
#define TESTS_API_DOORS_H

#include "apitest.h"

typedef struct {
	CK_FUNCTION_LIST *f;
	CK_FUNCTION_LIST_3_2 *f3;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object;
	gboolean null; /* every pointer is NULL, every length of input is not 0 */
} Call;

typedef struct {
	const char *name;
	CK_RV (*call) (const Call *call);
	gboolean is_new;      /* only in .f3 */
	gboolean has_session; /* its first argument is a session */
	CK_RV null_rv;        /* in a session with nothing under way, called with NULL everywhere */
} Door;

/* All but C_Initialize, C_Finalize, C_GetFunctionList, C_GetInterface and C_GetInterfaceList, which need no initialised library. */
extern const Door doors[];

/* How many there are: without @f3 those of 2.40 only. */
gsize n_doors (const CK_FUNCTION_LIST_3_2 *f3);

#endif
