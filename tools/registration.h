/* p11-kit's files: what is registered, what stands in the way, and writing our own registration. */

#ifndef TOOLS_REGISTRATION_H
#define TOOLS_REGISTRATION_H

#include "cryptoki.h"
#include "places.h"
#include "undo.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	REGISTRATION_ABSENT,
	REGISTRATION_RIGHT,    /* ours, and it says what it should */
	REGISTRATION_OUTDATED, /* ours, but it says something else */
	REGISTRATION_FOREIGN,  /* there is something that we did not write */
} RegistrationState;

/* What a registration is to say.  A mask hides what others registered under the same name. */
typedef struct {
	const char *module; /* an absolute path; NULL for a mask */
	bool isolated;      /* in a process of its own, by p11-kit's "remote" */
	const char *priority;
	const char *enable_in;
	const char *disable_in;
} Registration;

/* The text of it.  NULL where no file of p11-kit can say it. */
char *registration_text (const Registration *registration, GError **error);

/* Is there anything that keeps p11-kit from reading what this user registers?  Says what, and what to do. */
bool registration_check (const Places *places, GError **error);

/* Refuses where @path is another's. */
bool registration_check_owner (const char *path, const char *text, RegistrationState *state, GError **error);

/* What is at @path, compared with @text; NULL compares with nothing. */
RegistrationState registration_state (const char *path, const char *text);

/* The value of @key in a file of p11-kit; NULL when there is no such file or key. */
char *p11_setting (const char *path, const char *key);

/* Why p11-kit leaves out what this user registers, in one sentence; NULL when it does not. */
char *p11_obstacle (const Places *places);

/* And is it a word that makes all of p11-kit fail? */
bool p11_obstacle_is_fatal (const Places *places);

/* What makes all of p11-kit fail in one of its files, in a sentence; NULL: nothing.  @is_users: it may
 * be unreadable. */
char *p11_damage (const char *path, bool is_users);

/* One sentence (char *) for each thing in @dir that makes all of p11-kit fail. */
void p11_find_damage (const char *dir, bool is_users, GPtrArray *sentences);

/* Writes the module file of this user. */
bool registration_write (const Places *places, const char *text, bool replace, Undo *undo, GError **error);

typedef struct {
	char *serial;
	char *label;
	char *uri;
	bool is_softhsm; /* by its model */
} SeenToken;

/* The tokens that programs of this user get from p11-kit, found out in a process of its own.  @says: what
 * p11-kit and the modules had to say meanwhile, may be NULL.  Free with g_ptr_array_unref. */
GPtrArray *p11_tokens_seen (char **says, GError **error);

/* What mechanisms (CK_MECHANISM_TYPE) they get of the token with this serial number; empty where it is not shown. */
GArray *p11_mechanisms_seen (const char *serial, GError **error);

/* The token with this serial number among them, NULL if it is not there. */
const SeenToken *p11_find_seen (const GPtrArray *seen, const char *serial);

#endif
