/* A token of a test, made and looked at. */

#ifndef TESTS_TOOLS_VIEW_H
#define TESTS_TOOLS_VIEW_H

#include "cryptoki-module.h"
#include "tooltest.h"

#define UTIL(place, ...) run (place, (place)->util, "--module", (place)->module, __VA_ARGS__, NULL)

/* Has the programs use the place's configuration. */
void configure (Place *place);

/* The same, and makes a token there with SO_PIN and USER_PIN. */
void make_token (Place *place, const char *label);

/* The modules that the programs load see files of whoever runs the tests. */
void setup_as_ourselves (Place *place, gconstpointer data);

/* The program of an environment variable that meson sets. */
const char *command (const char *variable);

/* Every option that the program's help names is in its man page. */
void assert_man_page_is_complete (const Place *place, const char *program);

/* SoftHSM's own command of this name, to compare with; NULL, and the test skipped, where there is none. */
char *softhsm_command (const Place *place, const char *name);

/* The token as the module shows it, logged in. */
typedef struct {
	Module module;
	CK_SESSION_HANDLE session;
} View;

#define auto_view __attribute__ ((cleanup (view_close)))

void view_open (View *view, const Place *place);
void view_close (View *view);

/* How many objects of the class have the ID 0xA1; @object is one of them. */
unsigned find_objects (View *view, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *object);
CK_OBJECT_HANDLE find_one (View *view, CK_OBJECT_CLASS class);

/* The value of an attribute, in hexadecimal digits, and as what it is. */
char *get_hex (View *view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
CK_ULONG get_ulong (View *view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
bool get_bool (View *view, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

void assert_signs_and_verifies (View *view, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE private_key,
                                CK_OBJECT_HANDLE public_key);

#endif
