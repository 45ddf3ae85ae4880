/* Templates for C_CreateObject, row by row.  Values are borrowed. */

#ifndef TOOLS_OBJECT_TEMPLATE_H
#define TOOLS_OBJECT_TEMPLATE_H

#include "keyfile.h"

typedef struct {
	CK_ATTRIBUTE list[24];
	CK_ULONG n;
} Template;

void template_add (Template *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG len);
void template_flag (Template *template, CK_ATTRIBUTE_TYPE type, bool value);
void template_parts (Template *template, const Parts *parts);

#endif
