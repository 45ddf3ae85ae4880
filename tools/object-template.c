/* Templates for C_CreateObject, row by row. */

#include "object-template.h"

void
template_add (Template *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG len)
{
	g_assert (template->n < G_N_ELEMENTS (template->list));
	template->list[template->n++] = (CK_ATTRIBUTE){ type, (void *)(guintptr)value, len };
}

void
template_flag (Template *template, CK_ATTRIBUTE_TYPE type, bool value)
{
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

	template_add (template, type, value ? &yes : &no, sizeof yes);
}

void
template_parts (Template *template, const Parts *parts)
{
	for (CK_ULONG i = 0; i < parts->n; i++)
		template_add (template, parts->list[i].type, parts->list[i].pValue, parts->list[i].ulValueLen);
}
