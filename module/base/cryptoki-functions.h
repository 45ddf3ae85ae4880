/* The functions and lists that PKCS #11 3.0 and 3.2 add, and the names of all in the order of the lists. */

#ifndef BASE_CRYPTOKI_FUNCTIONS_H
#define BASE_CRYPTOKI_FUNCTIONS_H

#define CK_FUNCTION(name, arguments)                                                                         \
	typedef CK_RV (*CK_##name) arguments;                                                                \
	CK_RV name arguments;

#if CRYPTOKI_VERSION_MAJOR < 3

typedef struct CK_INTERFACE {
	CK_UTF8CHAR *pInterfaceName;
	void *pFunctionList;
	CK_FLAGS flags;
} CK_INTERFACE;

/* Version 3.0, section 5. */
CK_FUNCTION (C_GetInterfaceList, (CK_INTERFACE * list, CK_ULONG *n))
CK_FUNCTION (C_GetInterface, (CK_UTF8CHAR * name, CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags))
CK_FUNCTION (C_LoginUser, (CK_SESSION_HANDLE session, CK_USER_TYPE who, CK_UTF8CHAR *pin, CK_ULONG n_pin,
                           CK_UTF8CHAR *name, CK_ULONG n_name))
CK_FUNCTION (C_SessionCancel, (CK_SESSION_HANDLE session, CK_FLAGS flags))
CK_FUNCTION (C_MessageEncryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key))
CK_FUNCTION (C_EncryptMessage, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *aad, CK_ULONG n_aad,
                              CK_BYTE *in, CK_ULONG n_in, CK_BYTE *out, CK_ULONG *n_out))
CK_FUNCTION (C_EncryptMessageBegin, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *aad,
                                   CK_ULONG n_aad))
CK_FUNCTION (C_EncryptMessageNext, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *in,
                                  CK_ULONG n_in, CK_BYTE *out, CK_ULONG *n_out, CK_FLAGS flags))
CK_FUNCTION (C_MessageEncryptFinal, (CK_SESSION_HANDLE session))
CK_FUNCTION (C_MessageDecryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key))
CK_FUNCTION (C_DecryptMessage, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *aad, CK_ULONG n_aad,
                              CK_BYTE *in, CK_ULONG n_in, CK_BYTE *out, CK_ULONG *n_out))
CK_FUNCTION (C_DecryptMessageBegin, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *aad,
                                   CK_ULONG n_aad))
CK_FUNCTION (C_DecryptMessageNext, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *in,
                                  CK_ULONG n_in, CK_BYTE *out, CK_ULONG *n_out, CK_FLAGS flags))
CK_FUNCTION (C_MessageDecryptFinal, (CK_SESSION_HANDLE session))
CK_FUNCTION (C_MessageSignInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key))
CK_FUNCTION (C_SignMessage, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *data, CK_ULONG n_data,
                           CK_BYTE *signature, CK_ULONG *n_signature))
CK_FUNCTION (C_SignMessageBegin, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param))
CK_FUNCTION (C_SignMessageNext, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *data,
                               CK_ULONG n_data, CK_BYTE *signature, CK_ULONG *n_signature))
CK_FUNCTION (C_MessageSignFinal, (CK_SESSION_HANDLE session))
CK_FUNCTION (C_MessageVerifyInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key))
CK_FUNCTION (C_VerifyMessage, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *data, CK_ULONG n_data,
                           CK_BYTE *signature, CK_ULONG n_signature))
CK_FUNCTION (C_VerifyMessageBegin, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param))
CK_FUNCTION (C_VerifyMessageNext, (CK_SESSION_HANDLE session, void *param, CK_ULONG n_param, CK_BYTE *data,
                               CK_ULONG n_data, CK_BYTE *signature, CK_ULONG n_signature))
CK_FUNCTION (C_MessageVerifyFinal, (CK_SESSION_HANDLE session))

#endif

#if CRYPTOKI_VERSION_MAJOR < 3 || CRYPTOKI_VERSION_MINOR < 2

typedef CK_ULONG CK_SESSION_VALIDATION_FLAGS_TYPE;

typedef struct CK_ASYNC_DATA {
	CK_ULONG ulVersion;
	CK_BYTE *pValue;
	CK_ULONG ulValue;
	CK_OBJECT_HANDLE hObject;
	CK_OBJECT_HANDLE hAdditionalObject;
} CK_ASYNC_DATA;

/* Version 3.2, section 5. */
CK_FUNCTION (C_EncapsulateKey, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE public,
                                CK_ATTRIBUTE *template, CK_ULONG n, CK_BYTE *ciphertext, CK_ULONG *n_ciphertext,
                                CK_OBJECT_HANDLE *key))
CK_FUNCTION (C_DecapsulateKey, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE private,
                                CK_ATTRIBUTE *template, CK_ULONG n, CK_BYTE *ciphertext, CK_ULONG n_ciphertext,
                                CK_OBJECT_HANDLE *key))
CK_FUNCTION (C_VerifySignatureInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key,
                                     CK_BYTE *signature, CK_ULONG n_signature))
CK_FUNCTION (C_VerifySignature, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG n_data))
CK_FUNCTION (C_VerifySignatureUpdate, (CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG n_part))
CK_FUNCTION (C_VerifySignatureFinal, (CK_SESSION_HANDLE session))
CK_FUNCTION (C_GetSessionValidationFlags, (CK_SESSION_HANDLE session, CK_SESSION_VALIDATION_FLAGS_TYPE type,
                                           CK_FLAGS *flags))
CK_FUNCTION (C_AsyncComplete, (CK_SESSION_HANDLE session, CK_UTF8CHAR *name, CK_ASYNC_DATA *result))
CK_FUNCTION (C_AsyncGetID, (CK_SESSION_HANDLE session, CK_UTF8CHAR *name, CK_ULONG *id))
CK_FUNCTION (C_AsyncJoin, (CK_SESSION_HANDLE session, CK_UTF8CHAR *name, CK_ULONG id, CK_BYTE *data, CK_ULONG n_data))
CK_FUNCTION (C_WrapKeyAuthenticated, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping,
                                      CK_OBJECT_HANDLE key, CK_BYTE *aad, CK_ULONG n_aad, CK_BYTE *wrapped,
                                      CK_ULONG *n_wrapped))
CK_FUNCTION (C_UnwrapKeyAuthenticated, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                                        CK_OBJECT_HANDLE unwrapping, CK_BYTE *wrapped, CK_ULONG n_wrapped,
                                        CK_ATTRIBUTE *template, CK_ULONG n, CK_BYTE *aad, CK_ULONG n_aad,
                                        CK_OBJECT_HANDLE *key))

#endif

/* Every function, in the order of the lists: 68, 92 and 104 of them. */
#define CK_FUNCTIONS_2_40(X) \
	X (C_Initialize) X (C_Finalize) X (C_GetInfo) CK_FUNCTIONS_AFTER_INFO (X)

#define CK_FUNCTIONS_AFTER_INFO(X) \
	X (C_GetFunctionList) X (C_GetSlotList) X (C_GetSlotInfo) X (C_GetTokenInfo) X (C_GetMechanismList) \
	X (C_GetMechanismInfo) X (C_InitToken) X (C_InitPIN) X (C_SetPIN) X (C_OpenSession) X (C_CloseSession) \
	X (C_CloseAllSessions) X (C_GetSessionInfo) X (C_GetOperationState) X (C_SetOperationState) X (C_Login) \
	X (C_Logout) X (C_CreateObject) \
	X (C_CopyObject) X (C_DestroyObject) X (C_GetObjectSize) X (C_GetAttributeValue) X (C_SetAttributeValue) \
	X (C_FindObjectsInit) X (C_FindObjects) X (C_FindObjectsFinal) X (C_EncryptInit) X (C_Encrypt) \
	X (C_EncryptUpdate) X (C_EncryptFinal) X (C_DecryptInit) X (C_Decrypt) X (C_DecryptUpdate) \
	X (C_DecryptFinal) X (C_DigestInit) X (C_Digest) X (C_DigestUpdate) X (C_DigestKey) X (C_DigestFinal) \
	X (C_SignInit) X (C_Sign) X (C_SignUpdate) X (C_SignFinal) X (C_SignRecoverInit) X (C_SignRecover) \
	X (C_VerifyInit) X (C_Verify) X (C_VerifyUpdate) X (C_VerifyFinal) X (C_VerifyRecoverInit) \
	X (C_VerifyRecover) X (C_DigestEncryptUpdate) X (C_DecryptDigestUpdate) X (C_SignEncryptUpdate) \
	X (C_DecryptVerifyUpdate) X (C_GenerateKey) X (C_GenerateKeyPair) X (C_WrapKey) X (C_UnwrapKey) \
	X (C_DeriveKey) X (C_SeedRandom) X (C_GenerateRandom) X (C_GetFunctionStatus) X (C_CancelFunction) \
	X (C_WaitForSlotEvent)

#define CK_FUNCTIONS_3_0(X) \
	X (C_GetInterfaceList) X (C_GetInterface) X (C_LoginUser) X (C_SessionCancel) X (C_MessageEncryptInit) \
	X (C_EncryptMessage) X (C_EncryptMessageBegin) X (C_EncryptMessageNext) X (C_MessageEncryptFinal) \
	X (C_MessageDecryptInit) X (C_DecryptMessage) X (C_DecryptMessageBegin) X (C_DecryptMessageNext) \
	X (C_MessageDecryptFinal) X (C_MessageSignInit) X (C_SignMessage) X (C_SignMessageBegin) \
	X (C_SignMessageNext) X (C_MessageSignFinal) X (C_MessageVerifyInit) X (C_VerifyMessage) \
	X (C_VerifyMessageBegin) X (C_VerifyMessageNext) X (C_MessageVerifyFinal)

#define CK_FUNCTIONS_3_2(X) \
	X (C_EncapsulateKey) X (C_DecapsulateKey) X (C_VerifySignatureInit) X (C_VerifySignature) \
	X (C_VerifySignatureUpdate) X (C_VerifySignatureFinal) X (C_GetSessionValidationFlags) X (C_AsyncComplete) \
	X (C_AsyncGetID) X (C_AsyncJoin) X (C_WrapKeyAuthenticated) X (C_UnwrapKeyAuthenticated)

#define CK_FUNCTION_MEMBER(name) CK_##name name;

#if CRYPTOKI_VERSION_MAJOR < 3

typedef struct CK_FUNCTION_LIST_3_0 {
	CK_VERSION version;
	CK_FUNCTIONS_2_40 (CK_FUNCTION_MEMBER)
	CK_FUNCTIONS_3_0 (CK_FUNCTION_MEMBER)
} CK_FUNCTION_LIST_3_0;

#endif

#if CRYPTOKI_VERSION_MAJOR < 3 || CRYPTOKI_VERSION_MINOR < 2

typedef struct CK_FUNCTION_LIST_3_2 {
	CK_VERSION version;
	CK_FUNCTIONS_2_40 (CK_FUNCTION_MEMBER)
	CK_FUNCTIONS_3_0 (CK_FUNCTION_MEMBER)
	CK_FUNCTIONS_3_2 (CK_FUNCTION_MEMBER)
} CK_FUNCTION_LIST_3_2;

#endif

#endif
