/* GVariants as JSON: RFC 8259. */

#include "json.h"

#include <string.h>

GVariant *
json_string (const char *string)
{
	return g_variant_new_take_string (g_utf8_make_valid (string, -1));
}

static void
append_string (GString *text, const char *string)
{
	g_string_append_c (text, '"');
	for (; *string != '\0'; string++) {
		guchar c = (guchar)*string;

		if (c == '"' || c == '\\')
			g_string_append_printf (text, "\\%c", c);
		else if (c < 0x20)
			g_string_append_printf (text, "\\u%04x", c);
		else
			g_string_append_c (text, (char)c);
	}
	g_string_append_c (text, '"');
}

static void
append_members (GString *text, GVariant *value, char open, char close)
{
	gsize n = g_variant_n_children (value);

	g_string_append_c (text, open);
	for (gsize i = 0; i < n; i++) {
		g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

		if (i > 0)
			g_string_append_c (text, ',');
		json_append (text, child);
	}
	g_string_append_c (text, close);
}

static void
append_pair (GString *text, GVariant *pair)
{
	g_autoptr (GVariant) key = g_variant_get_child_value (pair, 0);
	g_autoptr (GVariant) value = g_variant_get_child_value (pair, 1);

	append_string (text, g_variant_get_string (key, NULL));
	g_string_append_c (text, ':');
	json_append (text, value);
}

void
json_append (GString *text, GVariant *value)
{
	if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)) {
		g_autoptr (GVariant) inner = g_variant_get_variant (value);

		json_append (text, inner);
	} else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
		append_string (text, g_variant_get_string (value, NULL));
	} else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)) {
		g_string_append (text, g_variant_get_boolean (value) ? "true" : "false");
	} else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY)) {
		append_members (text, value, '{', '}');
	} else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICT_ENTRY)) {
		append_pair (text, value);
	} else if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY)) {
		append_members (text, value, '[', ']');
	} else {
		g_autofree char *number = g_variant_print (value, FALSE);

		g_string_append (text, number);
	}
}

void
json_print (GVariant *value)
{
	g_autoptr (GVariant) owned = g_variant_ref_sink (value);
	g_autoptr (GString) text = g_string_new (NULL);

	json_append (text, owned);
	g_print ("%s\n", text->str);
}
