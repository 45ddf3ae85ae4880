/* Objects that tell what the token is: profiles and mechanisms.  PKCS #11 v3.2 sections 4.12 and 4.13.  Hardware, whose
 * features section 4.3 has, there is none.
 *
 * They are made when somebody looks.  Their handles are a row of numbers that the process takes once: one for each row
 * of the table below, then one for each mechanism. */

#include "handles.h"
#include "session.h"

#include <stdio.h>

typedef struct {
	CK_OBJECT_CLASS class;
	CK_ATTRIBUTE_TYPE type;
	CK_ULONG value;
} Own;

static const Own rows[] = {
	{ CKO_PROFILE, CKA_PROFILE_ID, CKP_BASELINE_PROVIDER },
	{ CKO_PROFILE, CKA_PROFILE_ID, CKP_EXTENDED_PROVIDER },
	{ CKO_PROFILE, CKA_PROFILE_ID, CKP_AUTHENTICATION_TOKEN },
	{ CKO_PROFILE, CKA_PROFILE_ID, CKP_PUBLIC_CERTIFICATES_TOKEN },
};

static CK_OBJECT_HANDLE first_handle;
static CK_ULONG n_handles;

static void
take_handles (void)
{
	n_handles = N_ELEMENTS (rows);
	for (size_t i = 0; mech_at (i) != NULL; i++)
		n_handles++;
	first_handle = handle_new_row (n_handles);
}

static void
know_handles (void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once (&once, take_handles);
}

bool
own_has (CK_OBJECT_HANDLE handle)
{
	know_handles ();
	return handle >= first_handle && handle < first_handle + n_handles;
}

bool
own_has_class (CK_OBJECT_CLASS class)
{
	return class == CKO_PROFILE || class == CKO_HW_FEATURE || class == CKO_MECHANISM;
}

/* False: a mechanism that the configuration does not allow. */
static bool
own_row (CK_ULONG index, Own *own)
{
	const Mech *mech;

	if (index < N_ELEMENTS (rows)) {
		*own = rows[index];
		return true;
	}
	mech = mech_at (index - N_ELEMENTS (rows));
	*own = (Own){ CKO_MECHANISM, CKA_MECHANISM_TYPE, mech->type };
	return library_mech (mech->type) != NULL;
}

static CK_RV
make (const Own *own, Attrs *attrs)
{
	char id[40];
	int n = snprintf (id, sizeof id, "own-%lx-%lx", own->class, own->value);

	TRY (attrs_set_ulong (attrs, CKA_CLASS, own->class));
	TRY (attrs_set_bytes (attrs, CKA_UNIQUE_ID, bytes ((const uint8_t *)id, (size_t)n)));
	TRY (attrs_set_bool (attrs, CKA_TOKEN, true));
	TRY (attrs_set_bool (attrs, CKA_PRIVATE, false));
	return attrs_set_ulong (attrs, own->type, own->value);
}

CK_RV
own_object (CK_OBJECT_HANDLE handle, Object **object)
{
	auto_attrs Attrs attrs = { 0 };
	Own own;

	if (!own_has (handle) || !own_row (handle - first_handle, &own))
		return CKR_OBJECT_HANDLE_INVALID;
	TRY (make (&own, &attrs));
	return object_publish (&attrs, object);
}

static bool
is_like (const Object *object, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	for (CK_ULONG i = 0; i < n; i++) {
		const Attr *attr = attrs_find (&object->attrs, template[i].type);

		if (attr == NULL || (template[i].pValue == NULL && template[i].ulValueLen > 0) ||
		    !bytes_equal (attr_bytes (attr), bytes (template[i].pValue, template[i].ulValueLen)))
			return false;
	}
	return true;
}

CK_RV
own_find (const CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE **found, CK_ULONG *n_found)
{
	auto_wipe Buf handles = BUF_PLAIN;

	know_handles ();
	for (CK_OBJECT_HANDLE handle = first_handle; handle < first_handle + n_handles; handle++) {
		auto_unref Object *object = NULL;
		CK_RV rv = own_object (handle, &object);

		if (rv == CKR_OK && is_like (object, template, n))
			TRY_ALLOC (buf_add (&handles, bytes ((const uint8_t *)&handle, sizeof handle)));
		TRY (rv == CKR_OBJECT_HANDLE_INVALID ? CKR_OK : rv);
	}
	*n_found = handles.len / sizeof (CK_OBJECT_HANDLE);
	*found = (CK_OBJECT_HANDLE *)(void *)buf_steal (&handles).data;
	return CKR_OK;
}
