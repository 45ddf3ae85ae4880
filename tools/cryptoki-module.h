/* A PKCS #11 module from the outside: loaded by path, called through its function list. */

#ifndef TOOLS_CRYPTOKI_MODULE_H
#define TOOLS_CRYPTOKI_MODULE_H

#include "cryptoki.h"
#include "pin.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *path;
	void *handle;
	CK_FUNCTION_LIST *api;
	bool started;
} Module;

#define auto_module __attribute__ ((cleanup (module_close)))

/* Loads the module at @path.  The error is the loader's own sentence. */
bool module_load (Module *module, const char *path, GError **error);

/* C_Initialize and C_Finalize. */
CK_RV module_start (Module *module);
void module_stop (Module *module);

/* Stops and unloads; an empty Module is fine. */
void module_close (Module *module);

/* All slots as CK_SLOT_ID, to be freed with g_array_unref; NULL and @rv when they cannot be had. */
GArray *module_slots (Module *module, CK_RV *rv);

/* PKCS #11 pads its strings with blanks.  The string without them, to be freed. */
char *padded_string (const CK_UTF8CHAR *field, size_t size);
#define PADDED(field) padded_string (field, sizeof (field))

/* The same to be shown: what would move a terminal's cursor is a question mark, and bytes that are no UTF-8 are replaced. */
char *padded_text (const CK_UTF8CHAR *field, size_t size);
char *text_to_show (const char *text);
#define PADDED_TEXT(field) padded_text (field, sizeof (field))

/* Does the blank-padded @field say @text? */
bool padded_equal (const CK_UTF8CHAR *field, size_t size, const char *text);

/* Where making a token failed. */
typedef enum { TOKEN_MADE, TOKEN_AT_INIT, TOKEN_AT_SESSION, TOKEN_AT_LOGIN, TOKEN_AT_PIN } TokenStep;

/* Initialises the token in @slot and gives it its user PIN.  @label: at most 32 bytes. */
TokenStep token_make (Module *module, CK_SLOT_ID slot, const char *label, const Pin *so_pin, const Pin *pin,
                      CK_RV *rv);

/* What the code means, for people; static. */
const char *rv_words (CK_RV rv);

#endif
