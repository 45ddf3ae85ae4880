/* Names of PKCS #11's numbers. */

#ifndef TOOLS_DUMP_NAMES_H
#define TOOLS_DUMP_NAMES_H

#include <glib.h>
#include <stdint.h>

typedef enum { NAME_CLASS, NAME_CERTIFICATE, NAME_FEATURE, NAME_KEY_TYPE, NAME_ATTRIBUTE, NAME_MECHANISM } NameKind;

/* "CKA_LABEL"; "CKA_VENDOR_DEFINED | 0x1" and "unknown 0x1" for what has no name here.  To be freed. */
char *name_of (NameKind kind, uint64_t number);

/* What the value of an unsigned long attribute says. */
char *name_of_value (uint64_t attribute, uint64_t value);

#endif
