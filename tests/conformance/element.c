/* A tree of XML.  Text between elements is commentary in the profiles' cases and left out. */

#include "profiles.h"

Element *
element_new (const char *name)
{
	Element *element = g_new0 (Element, 1);

	element->name = g_strdup (name);
	element->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	element->inner = g_ptr_array_new_with_free_func ((GDestroyNotify)element_free);
	return element;
}

void
element_free (Element *element)
{
	if (element == NULL)
		return;
	g_free (element->name);
	g_hash_table_unref (element->attributes);
	g_ptr_array_unref (element->inner);
	g_free (element);
}

Element *
element_add (Element *outer, const char *name)
{
	Element *element = element_new (name);

	g_ptr_array_add (outer->inner, element);
	return element;
}

void
element_set (Element *element, const char *attribute, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	g_hash_table_insert (element->attributes, g_strdup (attribute), g_strdup_vprintf (format, args));
	va_end (args);
}

const char *
element_get (const Element *element, const char *attribute)
{
	return element == NULL ? NULL : g_hash_table_lookup (element->attributes, attribute);
}

Element *
element_at (const Element *element, guint i)
{
	return element->inner->pdata[i];
}

Element *
element_inner (const Element *element, const char *name)
{
	for (guint i = 0; element != NULL && i < element->inner->len; i++)
		if (g_str_equal (element_at (element, i)->name, name))
			return element_at (element, i);
	return NULL;
}

const char *
element_seek (const Element *element, const char *name, const char *type, const char *attribute)
{
	const char *found = NULL;

	if (g_str_equal (element->name, name) && (type == NULL || g_strcmp0 (element_get (element, "type"), type) == 0))
		found = element_get (element, attribute);
	for (guint i = 0; found == NULL && i < element->inner->len; i++)
		found = element_seek (element_at (element, i), name, type, attribute);
	return found;
}

/* --- reading --- */

/* @data: the elements that are open, the innermost last; the first one holds the document. */
static void
on_start (GMarkupParseContext *context, const char *name, const char **names, const char **values, gpointer data,
          GError **error)
{
	GPtrArray *open = data;
	Element *element = element_add (open->pdata[open->len - 1], name);

	for (gsize i = 0; names[i] != NULL; i++)
		element_set (element, names[i], "%s", values[i]);
	g_ptr_array_add (open, element);
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
	GPtrArray *open = data;

	g_ptr_array_set_size (open, (int)open->len - 1);
}

Element *
element_read (const char *path, GError **error)
{
	static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end };
	g_autoptr (GPtrArray) open = g_ptr_array_new ();
	g_autoptr (GMarkupParseContext) context = NULL;
	g_autofree char *text = NULL;
	Element *document, *root = NULL;
	gsize n;

	if (!g_file_get_contents (path, &text, &n, error))
		return NULL;
	document = element_new ("");
	g_ptr_array_add (open, document);
	context = g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, open, NULL);
	if (g_markup_parse_context_parse (context, text, (gssize)n, error) &&
	    g_markup_parse_context_end_parse (context, error))
		root = g_ptr_array_steal_index (document->inner, 0);
	element_free (document);
	return root;
}
