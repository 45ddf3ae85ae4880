/* Doors: key management.  PKCS #11 v3.2 section 5.18. */

#include "api.h"
#include "session.h"

CK_RV
C_GenerateKey (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_ATTRIBUTE *template, CK_ULONG n,
               CK_OBJECT_HANDLE *key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_generate_key (session, mechanism, template, n, key);
}

CK_RV
C_GenerateKeyPair (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public_template,
                   CK_ULONG n_public, CK_ATTRIBUTE *private_template, CK_ULONG n_private,
                   CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_generate_pair (session, mechanism, public_template, n_public, private_template, n_private,
	                              public_key, private_key);
}

CK_RV
C_WrapKey (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key,
           CK_BYTE *wrapped, CK_ULONG *n_wrapped)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_wrap_key (session, mechanism, wrapping, key, out (wrapped, n_wrapped));
}

CK_RV
C_UnwrapKey (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping, CK_BYTE *wrapped,
             CK_ULONG n_wrapped, CK_ATTRIBUTE *template, CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_unwrap_key (session, mechanism, unwrapping, bytes (wrapped, n_wrapped), template, n, key);
}

CK_RV
C_DeriveKey (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, CK_ATTRIBUTE *template,
             CK_ULONG n, CK_OBJECT_HANDLE *key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_derive_key (session, mechanism, base, template, n, key);
}

CK_RV
C_WrapKeyAuthenticated (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                        CK_OBJECT_HANDLE key, CK_BYTE *aad, CK_ULONG n_aad, CK_BYTE *wrapped, CK_ULONG *n_wrapped)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_wrap_authenticated (session, mechanism, wrapping, key, bytes (aad, n_aad), out (wrapped, n_wrapped));
}

CK_RV
C_UnwrapKeyAuthenticated (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping,
                          CK_BYTE *wrapped, CK_ULONG n_wrapped, CK_ATTRIBUTE *template, CK_ULONG n, CK_BYTE *aad,
                          CK_ULONG n_aad, CK_OBJECT_HANDLE *key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_unwrap_authenticated (session, mechanism, unwrapping, bytes (wrapped, n_wrapped), template, n,
	                                     bytes (aad, n_aad), key);
}

CK_RV
C_EncapsulateKey (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE public, CK_ATTRIBUTE *template,
                  CK_ULONG n, CK_BYTE *ciphertext, CK_ULONG *n_ciphertext, CK_OBJECT_HANDLE *key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_encapsulate_key (session, mechanism, public, template, n, out (ciphertext, n_ciphertext), key);
}

CK_RV
C_DecapsulateKey (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE private, CK_ATTRIBUTE *template,
                  CK_ULONG n, CK_BYTE *ciphertext, CK_ULONG n_ciphertext, CK_OBJECT_HANDLE *key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_decapsulate_key (session, mechanism, private, template, n, bytes (ciphertext, n_ciphertext), key);
}
