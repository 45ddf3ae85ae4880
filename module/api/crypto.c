/* Doors: operations over data.  PKCS #11 v3.2 sections 5.8 to 5.16. */

#include "api.h"
#include "session.h"

static CK_RV
start (CK_SESSION_HANDLE handle, OpKind kind, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_start_op (session, kind, mechanism, key);
}

static CK_RV
one_shot (CK_SESSION_HANDLE handle, OpKind kind, Bytes in, Out result)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return op_one_shot (session_op (session, kind), in, result);
}

static CK_RV
update (CK_SESSION_HANDLE handle, OpKind kind, Bytes in, Out result)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return op_update (session_op (session, kind), in, result);
}

static CK_RV
final (CK_SESSION_HANDLE handle, OpKind kind, Out result)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return op_final (session_op (session, kind), result);
}

static CK_RV
two (CK_SESSION_HANDLE handle, OpKind first, OpKind second, Bytes in, Out result)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_update_two (session, first, second, in, result);
}

CK_RV
C_EncryptInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, OP_ENCRYPT, mechanism, key);
}

CK_RV
C_Encrypt (CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG n_data, CK_BYTE *encrypted, CK_ULONG *n_encrypted)
{
	return one_shot (handle, OP_ENCRYPT, bytes (data, n_data), out (encrypted, n_encrypted));
}

CK_RV
C_EncryptUpdate (CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG n_part, CK_BYTE *encrypted, CK_ULONG *n_encrypted)
{
	return update (handle, OP_ENCRYPT, bytes (part, n_part), out (encrypted, n_encrypted));
}

CK_RV
C_EncryptFinal (CK_SESSION_HANDLE handle, CK_BYTE *last, CK_ULONG *n_last)
{
	return final (handle, OP_ENCRYPT, out (last, n_last));
}

CK_RV
C_DecryptInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, OP_DECRYPT, mechanism, key);
}

CK_RV
C_Decrypt (CK_SESSION_HANDLE handle, CK_BYTE *encrypted, CK_ULONG n_encrypted, CK_BYTE *data, CK_ULONG *n_data)
{
	return one_shot (handle, OP_DECRYPT, bytes (encrypted, n_encrypted), out (data, n_data));
}

CK_RV
C_DecryptUpdate (CK_SESSION_HANDLE handle, CK_BYTE *encrypted, CK_ULONG n_encrypted, CK_BYTE *part, CK_ULONG *n_part)
{
	return update (handle, OP_DECRYPT, bytes (encrypted, n_encrypted), out (part, n_part));
}

CK_RV
C_DecryptFinal (CK_SESSION_HANDLE handle, CK_BYTE *last, CK_ULONG *n_last)
{
	return final (handle, OP_DECRYPT, out (last, n_last));
}

CK_RV
C_DigestInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism)
{
	return start (handle, OP_DIGEST, mechanism, CK_INVALID_HANDLE);
}

CK_RV
C_Digest (CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG n_data, CK_BYTE *digest, CK_ULONG *n_digest)
{
	return one_shot (handle, OP_DIGEST, bytes (data, n_data), out (digest, n_digest));
}

CK_RV
C_DigestUpdate (CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG n_part)
{
	return update (handle, OP_DIGEST, bytes (part, n_part), out (NULL, NULL));
}

CK_RV
C_DigestKey (CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_digest_key (session, key);
}

CK_RV
C_DigestFinal (CK_SESSION_HANDLE handle, CK_BYTE *digest, CK_ULONG *n_digest)
{
	return final (handle, OP_DIGEST, out (digest, n_digest));
}

CK_RV
C_SignInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, OP_SIGN, mechanism, key);
}

CK_RV
C_Sign (CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG n_data, CK_BYTE *signature, CK_ULONG *n_signature)
{
	return one_shot (handle, OP_SIGN, bytes (data, n_data), out (signature, n_signature));
}

CK_RV
C_SignUpdate (CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG n_part)
{
	return update (handle, OP_SIGN, bytes (part, n_part), out (NULL, NULL));
}

CK_RV
C_SignFinal (CK_SESSION_HANDLE handle, CK_BYTE *signature, CK_ULONG *n_signature)
{
	return final (handle, OP_SIGN, out (signature, n_signature));
}

CK_RV
C_SignRecoverInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, OP_SIGN_RECOVER, mechanism, key);
}

CK_RV
C_SignRecover (CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG n_data, CK_BYTE *signature, CK_ULONG *n_signature)
{
	return one_shot (handle, OP_SIGN_RECOVER, bytes (data, n_data), out (signature, n_signature));
}

CK_RV
C_VerifyInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, OP_VERIFY, mechanism, key);
}

CK_RV
C_Verify (CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG n_data, CK_BYTE *signature, CK_ULONG n_signature)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return op_check_one_shot (session_op (session, OP_VERIFY), bytes (data, n_data), bytes (signature, n_signature));
}

CK_RV
C_VerifyUpdate (CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG n_part)
{
	return update (handle, OP_VERIFY, bytes (part, n_part), out (NULL, NULL));
}

CK_RV
C_VerifyFinal (CK_SESSION_HANDLE handle, CK_BYTE *signature, CK_ULONG n_signature)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return op_check_final (session_op (session, OP_VERIFY), bytes (signature, n_signature));
}

CK_RV
C_VerifyRecoverInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return start (handle, OP_VERIFY_RECOVER, mechanism, key);
}

CK_RV
C_VerifyRecover (CK_SESSION_HANDLE handle, CK_BYTE *signature, CK_ULONG n_signature, CK_BYTE *data, CK_ULONG *n_data)
{
	return one_shot (handle, OP_VERIFY_RECOVER, bytes (signature, n_signature), out (data, n_data));
}

CK_RV
C_DigestEncryptUpdate (CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG n_part, CK_BYTE *encrypted,
                       CK_ULONG *n_encrypted)
{
	return two (handle, OP_DIGEST, OP_ENCRYPT, bytes (part, n_part), out (encrypted, n_encrypted));
}

CK_RV
C_DecryptDigestUpdate (CK_SESSION_HANDLE handle, CK_BYTE *encrypted, CK_ULONG n_encrypted, CK_BYTE *part,
                       CK_ULONG *n_part)
{
	return two (handle, OP_DIGEST, OP_DECRYPT, bytes (encrypted, n_encrypted), out (part, n_part));
}

CK_RV
C_SignEncryptUpdate (CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG n_part, CK_BYTE *encrypted,
                     CK_ULONG *n_encrypted)
{
	return two (handle, OP_SIGN, OP_ENCRYPT, bytes (part, n_part), out (encrypted, n_encrypted));
}

CK_RV
C_DecryptVerifyUpdate (CK_SESSION_HANDLE handle, CK_BYTE *encrypted, CK_ULONG n_encrypted, CK_BYTE *part,
                       CK_ULONG *n_part)
{
	return two (handle, OP_VERIFY, OP_DECRYPT, bytes (encrypted, n_encrypted), out (part, n_part));
}

CK_RV
C_VerifySignatureInit (CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *signature,
                       CK_ULONG n_signature)
{
	auto_leave Session *session = NULL;

	TRY (session_enter (handle, &session));
	return session_start_verify_signature (session, mechanism, key, bytes (signature, n_signature));
}

CK_RV
C_VerifySignature (CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG n_data)
{
	auto_leave Session *session = NULL;
	Op *op;

	TRY (session_enter (handle, &session));
	op = session_op (session, OP_VERIFY_SIGNATURE);
	return op_check_one_shot (op, bytes (data, n_data), bytes_of (&op->signature));
}

CK_RV
C_VerifySignatureUpdate (CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG n_part)
{
	return update (handle, OP_VERIFY_SIGNATURE, bytes (part, n_part), out (NULL, NULL));
}

CK_RV
C_VerifySignatureFinal (CK_SESSION_HANDLE handle)
{
	auto_leave Session *session = NULL;
	Op *op;

	TRY (session_enter (handle, &session));
	op = session_op (session, OP_VERIFY_SIGNATURE);
	return op_check_final (op, bytes_of (&op->signature));
}
