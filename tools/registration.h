/* p11-kit's files: what is registered, what stands in the way, and writing our own registration. */

#ifndef TOOLS_REGISTRATION_H
#define TOOLS_REGISTRATION_H

#include "places.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	REGISTRATION_ABSENT,
	REGISTRATION_RIGHT,    /* ours, and it says what it should */
	REGISTRATION_OUTDATED, /* ours, but it says something else */
	REGISTRATION_FOREIGN,  /* there is something that we did not write */
} RegistrationState;

/* What the registration of @module, an absolute path, says.  NULL when no module file can name it. */
char *registration_text (const char *module, GError **error);

/* What is at @path, compared with @text; NULL compares with nothing. */
RegistrationState registration_state (const char *path, const char *text);

/* The value of @key in a file of p11-kit; NULL when there is no such file or key. */
char *p11_setting (const char *path, const char *key);

/* Why p11-kit leaves out what this user registers, in one sentence; NULL when it does not. */
char *p11_obstacle (const Places *places);

/* One sentence (char *) for each thing in @dir that makes all of p11-kit fail. */
void p11_find_damage (const char *dir, GPtrArray *sentences);

typedef struct {
	char *serial;
	char *label;
	char *uri;
} SeenToken;

/* The tokens that programs of this user get from p11-kit, found out in a process of its own.  @says: what
 * p11-kit and the modules had to say meanwhile, may be NULL.  Free with g_ptr_array_unref. */
GPtrArray *p11_tokens_seen (char **says, GError **error);

/* The token with this serial number among them, NULL if it is not there. */
const SeenToken *p11_find_seen (const GPtrArray *seen, const char *serial);

#endif
