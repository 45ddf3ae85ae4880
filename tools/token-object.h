/* Objects of a token by their name, and their attributes, for commands that read or make some. */

#ifndef TOOLS_TOKEN_OBJECT_H
#define TOOLS_TOKEN_OBJECT_H

#include "token-session.h"

/* All objects that match, CK_OBJECT_HANDLE. */
GArray *objects_find (TokenSession *session, const CK_ATTRIBUTE *template, CK_ULONG n, GError **error);

/* The one object of @class that @name means: its label, its CKA_ID in hexadecimal, or a PKCS #11 URI. */
bool object_find (TokenSession *session, CK_OBJECT_CLASS class, const char *name, CK_OBJECT_HANDLE *object, GError **error);

/* An attribute, NULL where it is not given. */
GBytes *object_get (TokenSession *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

/* Hexadecimal digits, an even number of them; NULL for what is none. */
GBytes *hex_parse (const char *hex);

#endif
