/* Doors: messages.  PKCS #11 v3.2 sections 5.9, 5.11, 5.14 and 5.16. */

#include "api.h"
#include "session.h"

static CK_RV
start (CK_SESSION_HANDLE handle, MessageKind kind, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_start_messages (session, kind, mechanism, key);
}

static CK_RV
crypt (CK_SESSION_HANDLE handle, MessageKind kind, Bytes param, Bytes aad, Bytes in, Out result)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_crypt_message (session, kind, param, aad, in, result);
}

static CK_RV
begin (CK_SESSION_HANDLE handle, MessageKind kind, Bytes param, Bytes aad)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_begin_message (session, kind, param, aad);
}

static CK_RV
next (CK_SESSION_HANDLE handle, MessageKind kind, Bytes param, Bytes in, Out result, CK_FLAGS flags)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_next_message (session, kind, param, in, result, flags & CKF_END_OF_MESSAGE);
}

static CK_RV
final (CK_SESSION_HANDLE handle, MessageKind kind)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_end_messages (session, kind);
}

CK_RV
C_MessageEncryptInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, MESSAGE_ENCRYPT, mechanism, key);
}

CK_RV
C_EncryptMessage (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *aad, CK_ULONG n_aad,
                  CK_BYTE *plaintext, CK_ULONG n_plaintext, CK_BYTE *ciphertext, CK_ULONG *n_ciphertext)
{
	return crypt (handle, MESSAGE_ENCRYPT, bytes (param, n_param), bytes (aad, n_aad), bytes (plaintext, n_plaintext),
	              out (ciphertext, n_ciphertext));
}

CK_RV
C_EncryptMessageBegin (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *aad, CK_ULONG n_aad)
{
	return begin (handle, MESSAGE_ENCRYPT, bytes (param, n_param), bytes (aad, n_aad));
}

CK_RV
C_EncryptMessageNext (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *plaintext,
                      CK_ULONG n_plaintext, CK_BYTE *ciphertext, CK_ULONG *n_ciphertext, CK_FLAGS flags)
{
	return next (handle, MESSAGE_ENCRYPT, bytes (param, n_param), bytes (plaintext, n_plaintext),
	             out (ciphertext, n_ciphertext), flags);
}

CK_RV
C_MessageEncryptFinal (CK_SESSION_HANDLE handle)
{
	return final (handle, MESSAGE_ENCRYPT);
}

CK_RV
C_MessageDecryptInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, MESSAGE_DECRYPT, mechanism, key);
}

CK_RV
C_DecryptMessage (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *aad, CK_ULONG n_aad,
                  CK_BYTE *ciphertext, CK_ULONG n_ciphertext, CK_BYTE *plaintext, CK_ULONG *n_plaintext)
{
	return crypt (handle, MESSAGE_DECRYPT, bytes (param, n_param), bytes (aad, n_aad), bytes (ciphertext, n_ciphertext),
	              out (plaintext, n_plaintext));
}

CK_RV
C_DecryptMessageBegin (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *aad, CK_ULONG n_aad)
{
	return begin (handle, MESSAGE_DECRYPT, bytes (param, n_param), bytes (aad, n_aad));
}

CK_RV
C_DecryptMessageNext (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *ciphertext,
                      CK_ULONG n_ciphertext, CK_BYTE *plaintext, CK_ULONG *n_plaintext, CK_FLAGS flags)
{
	return next (handle, MESSAGE_DECRYPT, bytes (param, n_param), bytes (ciphertext, n_ciphertext),
	             out (plaintext, n_plaintext), flags);
}

CK_RV
C_MessageDecryptFinal (CK_SESSION_HANDLE handle)
{
	return final (handle, MESSAGE_DECRYPT);
}

CK_RV
C_MessageSignInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, MESSAGE_SIGN, mechanism, key);
}

CK_RV
C_SignMessage (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *data, CK_ULONG n_data,
               CK_BYTE *signature, CK_ULONG *n_signature)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_sign_message (session, bytes (param, n_param), bytes (data, n_data), out (signature, n_signature));
}

CK_RV
C_SignMessageBegin (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param)
{
	return begin (handle, MESSAGE_SIGN, bytes (param, n_param), NO_BYTES);
}

CK_RV
C_SignMessageNext (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *data, CK_ULONG n_data,
                   CK_BYTE *signature, CK_ULONG *n_signature)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_next_sign (session, bytes (param, n_param), bytes (data, n_data), out (signature, n_signature));
}

CK_RV
C_MessageSignFinal (CK_SESSION_HANDLE handle)
{
	return final (handle, MESSAGE_SIGN);
}

CK_RV
C_MessageVerifyInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, MESSAGE_VERIFY, mechanism, key);
}

CK_RV
C_VerifyMessage (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *data, CK_ULONG n_data,
                 CK_BYTE *signature, CK_ULONG n_signature)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_verify_message (session, bytes (param, n_param), bytes (data, n_data),
	                               bytes (signature, n_signature));
}

CK_RV
C_VerifyMessageBegin (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param)
{
	return begin (handle, MESSAGE_VERIFY, bytes (param, n_param), NO_BYTES);
}

CK_RV
C_VerifyMessageNext (CK_SESSION_HANDLE handle, void *param, CK_ULONG n_param, CK_BYTE *data, CK_ULONG n_data,
                     CK_BYTE *signature, CK_ULONG n_signature)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_next_verify (session, bytes (param, n_param), bytes (data, n_data), bytes (signature, n_signature));
}

CK_RV
C_MessageVerifyFinal (CK_SESSION_HANDLE handle)
{
	return final (handle, MESSAGE_VERIFY);
}
