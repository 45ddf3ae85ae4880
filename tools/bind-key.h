/* BIND's private keys for DNSSEC: files K<name>+<algorithm>+<tag>.private, formats 1.2 and 1.3. */

#ifndef TOOLS_BIND_KEY_H
#define TOOLS_BIND_KEY_H

#include "bytes.h"

#include <glib.h>

/* Appends the PrivateKeyInfo of the key in the file @path to @info, which is secret.  False: it has told why by
 * @complain, a sentence a call, which also hears of what was read over. */
typedef void (*BindComplain) (const char *sentence);

bool bind_key_read (const char *path, BindComplain complain, Buf *info);

#endif
