/* The calls of the profiles' cases: arguments from elements, and elements from what came. */

#include "profiles.h"

/* --- arguments --- */

/* The text of an argument's attribute; NULL, and a complaint: there is none. */
static const char *
argument (Run *run, const Element *request, const char *name, const char *attribute)
{
	const Element *element = element_inner (request, name);
	const char *text = element_get (element, attribute);

	if (text == NULL) {
		complain (run, "the call has no %s of %s", attribute, name);
		return NULL;
	}
	return resolve (run, text);
}

static CK_ULONG
number_argument (Run *run, const Element *request, const char *name, Kind kind)
{
	const char *text = argument (run, request, name, "value");
	CK_ULONG number = 0;

	if (text != NULL && !value_number (kind, text, &number))
		complain (run, "the runner does not know the %s %s", name, text);
	return number;
}

static CK_SESSION_HANDLE
session_argument (Run *run, const Element *request)
{
	return number_argument (run, request, "Session", NUMBER);
}

static CK_SLOT_ID
slot_argument (Run *run, const Element *request)
{
	return number_argument (run, request, "SlotID", NUMBER);
}

/* The length that is announced for an answer; FALSE: none, the length itself is asked for. */
static gboolean
announced (Run *run, const Element *element, CK_ULONG *n)
{
	const char *text = element_get (element, "length");

	*n = 0;
	if (text == NULL)
		return FALSE;
	text = resolve (run, text);
	if (text != NULL && (!value_number (NUMBER, text, n) || *n > 65536))
		complain (run, "%s is no length", text);
	return TRUE;
}

/* --- answers --- */

static void
give_text (Element *out, const char *name, const CK_UTF8CHAR *text, gsize n)
{
	element_set (element_add (out, name), "value", "%.*s", (int)n, (const char *)text);
}

static void
give_number (Element *out, const char *name, CK_ULONG number)
{
	element_set (element_add (out, name), "value", "0x%lx", number);
}

static void
give_version (Element *out, const char *name, CK_VERSION version)
{
	Element *element = element_add (out, name);

	element_set (element, "major", "%u", version.major);
	element_set (element, "minor", "%u", version.minor);
}

#define TEXT_OF(field) field, sizeof field

/* --- the library, slots, mechanisms --- */

static CK_RV
call_initialize (Run *run, const Element *in, Element *out)
{
	return run->f->C_Initialize (NULL);
}

static CK_RV
call_finalize (Run *run, const Element *in, Element *out)
{
	return run->f->C_Finalize (NULL);
}

static CK_RV
call_get_info (Run *run, const Element *in, Element *out)
{
	Element *structure = element_add (out, "Info");
	CK_INFO info = { 0 };
	CK_RV rv = run->f->C_GetInfo (&info);

	give_version (structure, "CryptokiVersion", info.cryptokiVersion);
	give_text (structure, "ManufacturerID", TEXT_OF (info.manufacturerID));
	give_number (structure, "Flags", info.flags);
	give_text (structure, "LibraryDescription", TEXT_OF (info.libraryDescription));
	give_version (structure, "LibraryVersion", info.libraryVersion);
	return rv;
}

/* @has_room: a list was given to the call, and @n is what came in it; otherwise @n is what it asked for. */
static void
give_list (Element *out, const char *list_name, const char *name, const CK_ULONG *list, CK_ULONG n, gboolean has_room)
{
	Element *element = element_add (out, list_name);

	if (!has_room)
		element_set (element, "length", "%lu", n);
	for (CK_ULONG i = 0; has_room && i < n; i++)
		give_number (element, name, list[i]);
}

static CK_RV
call_get_slot_list (Run *run, const Element *in, Element *out)
{
	const char *text = argument (run, in, "TokenPresent", "value");
	CK_ULONG room, n;
	gboolean has_room = announced (run, element_inner (in, "SlotList"), &room);
	g_autofree CK_SLOT_ID *list = g_new0 (CK_SLOT_ID, room + 1);
	CK_BBOOL present = CK_FALSE;
	CK_RV rv;

	if (text != NULL && !value_boolean (text, &present))
		complain (run, "%s is neither true nor false", text);
	n = room;
	rv = run->f->C_GetSlotList (present, has_room ? list : NULL, &n);
	if (rv == CKR_OK)
		give_list (out, "SlotList", "SlotID", list, has_room ? MIN (n, room) : n, has_room);
	return rv;
}

static CK_RV
call_get_mechanism_list (Run *run, const Element *in, Element *out)
{
	CK_ULONG room, n;
	gboolean has_room = announced (run, element_inner (in, "MechanismList"), &room);
	g_autofree CK_MECHANISM_TYPE *list = g_new0 (CK_MECHANISM_TYPE, room + 1);
	CK_RV rv;

	n = room;
	rv = run->f->C_GetMechanismList (slot_argument (run, in), has_room ? list : NULL, &n);
	if (rv == CKR_OK)
		give_list (out, "MechanismList", "Type", list, has_room ? MIN (n, room) : n, has_room);
	return rv;
}

static CK_RV
call_get_slot_info (Run *run, const Element *in, Element *out)
{
	Element *structure = element_add (out, "SlotInfo");
	CK_SLOT_INFO info = { 0 };
	CK_RV rv = run->f->C_GetSlotInfo (slot_argument (run, in), &info);

	give_text (structure, "SlotDescription", TEXT_OF (info.slotDescription));
	give_text (structure, "ManufacturerID", TEXT_OF (info.manufacturerID));
	give_number (structure, "Flags", info.flags);
	give_version (structure, "HardwareVersion", info.hardwareVersion);
	give_version (structure, "FirmwareVersion", info.firmwareVersion);
	return rv;
}

static CK_RV
call_get_token_info (Run *run, const Element *in, Element *out)
{
	Element *structure = element_add (out, "TokenInfo");
	CK_TOKEN_INFO info = { 0 };
	CK_RV rv = run->f->C_GetTokenInfo (slot_argument (run, in), &info);

	give_text (structure, "label", TEXT_OF (info.label));
	give_text (structure, "ManufacturerID", TEXT_OF (info.manufacturerID));
	give_text (structure, "model", TEXT_OF (info.model));
	give_text (structure, "serialNumber", TEXT_OF (info.serialNumber));
	give_number (structure, "Flags", info.flags);
	give_number (structure, "MaxSessionCount", info.ulMaxSessionCount);
	give_number (structure, "SessionCount", info.ulSessionCount);
	give_number (structure, "MaxRwSessionCount", info.ulMaxRwSessionCount);
	give_number (structure, "RwSessionCount", info.ulRwSessionCount);
	give_number (structure, "MaxPinLen", info.ulMaxPinLen);
	give_number (structure, "MinPinLen", info.ulMinPinLen);
	give_number (structure, "TotalPublicMemory", info.ulTotalPublicMemory);
	give_number (structure, "FreePublicMemory", info.ulFreePublicMemory);
	give_number (structure, "TotalPrivateMemory", info.ulTotalPrivateMemory);
	give_number (structure, "FreePrivateMemory", info.ulFreePrivateMemory);
	give_version (structure, "HardwareVersion", info.hardwareVersion);
	give_version (structure, "FirmwareVersion", info.firmwareVersion);
	give_text (structure, "utcTime", TEXT_OF (info.utcTime));
	return rv;
}

static CK_RV
call_get_mechanism_info (Run *run, const Element *in, Element *out)
{
	Element *structure = element_add (out, "MechanismInfo");
	CK_MECHANISM_INFO info = { 0 };
	CK_MECHANISM_TYPE type = number_argument (run, in, "Type", MECHANISM);
	CK_RV rv = run->f->C_GetMechanismInfo (slot_argument (run, in), type, &info);

	give_number (structure, "MinKeySize", info.ulMinKeySize);
	give_number (structure, "MaxKeySize", info.ulMaxKeySize);
	give_number (structure, "Flags", info.flags);
	return rv;
}

/* --- sessions --- */

static CK_RV
call_open_session (Run *run, const Element *in, Element *out)
{
	CK_SESSION_HANDLE session = 0;
	CK_FLAGS flags = number_argument (run, in, "Flags", FLAGS);
	CK_RV rv = run->f->C_OpenSession (slot_argument (run, in), flags, NULL, NULL, &session);

	give_number (out, "Session", session);
	return rv;
}

static CK_RV
call_close_session (Run *run, const Element *in, Element *out)
{
	return run->f->C_CloseSession (session_argument (run, in));
}

static CK_RV
call_close_all_sessions (Run *run, const Element *in, Element *out)
{
	return run->f->C_CloseAllSessions (slot_argument (run, in));
}

static CK_RV
call_login (Run *run, const Element *in, Element *out)
{
	const char *pin = argument (run, in, "Pin", "value");
	CK_USER_TYPE who = number_argument (run, in, "UserType", USER);

	return run->f->C_Login (session_argument (run, in), who, (CK_UTF8CHAR *)(guintptr)pin,
	                        pin == NULL ? 0 : strlen (pin));
}

static CK_RV
call_logout (Run *run, const Element *in, Element *out)
{
	return run->f->C_Logout (session_argument (run, in));
}

/* --- objects --- */

/* The values of a template that searches, kept by @values. */
static GArray *
template_argument (Run *run, const Element *in, GPtrArray *values)
{
	GArray *template = g_array_new (FALSE, TRUE, sizeof (CK_ATTRIBUTE));
	const Element *list = element_inner (in, "Template");

	for (guint i = 0; list != NULL && i < list->inner->len; i++) {
		const Element *element = element_at (list, i);
		const char *text = element_get (element, "value");
		const Field *field = attribute_named (element_get (element, "type"));
		GBytes *value = field == NULL || text == NULL ? NULL : value_to_bytes (field->kind, text);
		CK_ATTRIBUTE attr = { 0 };
		gsize n;

		if (value == NULL) {
			complain (run, "the runner cannot read the attribute %s", element_get (element, "type"));
			continue;
		}
		g_ptr_array_add (values, value);
		attr.type = field->type;
		attr.pValue = (void *)(guintptr)g_bytes_get_data (value, &n);
		attr.ulValueLen = n;
		g_array_append_val (template, attr);
	}
	return template;
}

static CK_RV
call_find_objects_init (Run *run, const Element *in, Element *out)
{
	g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
	g_autoptr (GArray) template = template_argument (run, in, values);

	return run->f->C_FindObjectsInit (session_argument (run, in), (CK_ATTRIBUTE *)(void *)template->data,
	                                  template->len);
}

static CK_RV
call_find_objects (Run *run, const Element *in, Element *out)
{
	CK_OBJECT_HANDLE *objects;
	CK_ULONG room, n = 0;
	CK_RV rv;

	announced (run, element_inner (in, "Object"), &room);
	objects = g_new0 (CK_OBJECT_HANDLE, room + 1);
	rv = run->f->C_FindObjects (session_argument (run, in), objects, room, &n);
	if (n > room)
		complain (run, "%lu objects where there is room for %lu", n, room);
	give_list (out, "Object", "Object", objects, MIN (n, room), TRUE);
	g_free (objects);
	return rv;
}

static CK_RV
call_find_objects_final (Run *run, const Element *in, Element *out)
{
	return run->f->C_FindObjectsFinal (session_argument (run, in));
}

static void
give_attribute (Run *run, const Field *field, const CK_ATTRIBUTE *attr, Element *out)
{
	Element *element = element_add (out, "Attribute");

	element_set (element, "type", "%s", field->name);
	if (attr->ulValueLen == CK_UNAVAILABLE_INFORMATION)
		complain (run, "the object does not give %s", field->name);
	else if (attr->pValue == NULL)
		element_set (element, "length", "%lu", attr->ulValueLen);
	else if (!value_from_bytes (field->kind, attr->pValue, attr->ulValueLen, element))
		complain (run, "%s has %lu bytes", field->name, attr->ulValueLen);
}

static CK_RV
call_get_attribute_value (Run *run, const Element *in, Element *out)
{
	g_autoptr (GArray) attrs = g_array_new (FALSE, TRUE, sizeof (CK_ATTRIBUTE));
	g_autoptr (GPtrArray) rooms = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GPtrArray) known = g_ptr_array_new ();
	const Element *list = element_inner (in, "Template");
	Element *given = element_add (out, "Template");
	CK_OBJECT_HANDLE object = number_argument (run, in, "Object", NUMBER);
	CK_RV rv;

	for (guint i = 0; list != NULL && i < list->inner->len; i++) {
		const char *type = element_get (element_at (list, i), "type");
		const Field *field = attribute_named (type);
		CK_ATTRIBUTE attr = { 0 };

		if (field == NULL) {
			complain (run, "the runner does not know the attribute %s", type);
			continue;
		}
		attr.type = field->type;
		if (announced (run, element_at (list, i), &attr.ulValueLen)) {
			attr.pValue = g_malloc0 (attr.ulValueLen + 1);
			g_ptr_array_add (rooms, attr.pValue);
		}
		g_array_append_val (attrs, attr);
		g_ptr_array_add (known, (gpointer)(guintptr)field);
	}
	rv = run->f->C_GetAttributeValue (session_argument (run, in), object, (CK_ATTRIBUTE *)(void *)attrs->data,
	                                  attrs->len);
	for (guint i = 0; rv == CKR_OK && i < attrs->len; i++)
		give_attribute (run, known->pdata[i], &g_array_index (attrs, CK_ATTRIBUTE, i), given);
	return rv;
}

/* --- signing --- */

static CK_RV
call_sign_init (Run *run, const Element *in, Element *out)
{
	const Element *element = element_inner (in, "Mechanism");
	CK_MECHANISM mechanism = { 0 };

	if (element == NULL) {
		complain (run, "the call has no Mechanism");
		return CKR_GENERAL_ERROR;
	}
	mechanism.mechanism = number_argument (run, element, "Type", MECHANISM);
	return run->f->C_SignInit (session_argument (run, in), &mechanism, number_argument (run, in, "Key", NUMBER));
}

static CK_RV
call_sign (Run *run, const Element *in, Element *out)
{
	const char *text = argument (run, in, "Data", "value");
	g_autoptr (GBytes) data = text == NULL ? NULL : value_to_bytes (HEX, text);
	g_autofree CK_BYTE *signature = NULL;
	Element *given = element_add (out, "Signature");
	CK_ULONG room, n;
	gsize n_data;
	const void *start;
	CK_RV rv;

	if (data == NULL) {
		complain (run, "the data are no hexadecimal digits");
		return CKR_GENERAL_ERROR;
	}
	start = g_bytes_get_data (data, &n_data);
	if (announced (run, element_inner (in, "Signature"), &room))
		signature = g_malloc0 (room + 1);
	n = room;
	rv = run->f->C_Sign (session_argument (run, in), (CK_BYTE *)(guintptr)start, n_data, signature, &n);
	if (signature == NULL)
		element_set (given, "length", "%lu", n);
	else
		value_from_bytes (HEX, signature, MIN (n, room), given);
	return rv;
}

/* --- all of them --- */

static const struct {
	const char *name;
	CK_RV (*make) (Run *run, const Element *in, Element *out);
} calls[] = {
	{ "C_Initialize", call_initialize },
	{ "C_Finalize", call_finalize },
	{ "C_GetInfo", call_get_info },
	{ "C_GetSlotList", call_get_slot_list },
	{ "C_GetSlotInfo", call_get_slot_info },
	{ "C_GetTokenInfo", call_get_token_info },
	{ "C_GetMechanismList", call_get_mechanism_list },
	{ "C_GetMechanismInfo", call_get_mechanism_info },
	{ "C_OpenSession", call_open_session },
	{ "C_CloseSession", call_close_session },
	{ "C_CloseAllSessions", call_close_all_sessions },
	{ "C_Login", call_login },
	{ "C_Logout", call_logout },
	{ "C_FindObjectsInit", call_find_objects_init },
	{ "C_FindObjects", call_find_objects },
	{ "C_FindObjectsFinal", call_find_objects_final },
	{ "C_GetAttributeValue", call_get_attribute_value },
	{ "C_SignInit", call_sign_init },
	{ "C_Sign", call_sign },
};

gboolean
call_make (Run *run, const Element *request, Element *answer, CK_RV *rv)
{
	for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
		if (g_str_equal (calls[i].name, request->name)) {
			*rv = calls[i].make (run, request, answer);
			return TRUE;
		}
	complain (run, "the runner does not know this function");
	return FALSE;
}
