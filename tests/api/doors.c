/* See doors.h. */

#include "doors.h"

/* Room for whatever comes out; what goes in does not matter much. */
static CK_BYTE room[1024];
static CK_ULONG n_room;
static CK_OBJECT_HANDLE handle;
static CK_OBJECT_HANDLE other_handle;
static CK_SLOT_ID slots[16];
static CK_MECHANISM_TYPE types[512];
static CK_UTF8CHAR label[32];

#define PTR(pointer) (c->null ? NULL : (pointer))
#define LEN          (n_room = sizeof room, PTR (&n_room))
#define COUNT(array) (n_room = G_N_ELEMENTS (array), PTR (&n_room))
#define INPUT        PTR (room), 8
#define OUTPUT       PTR (room), LEN
#define MECHANISM    PTR (((CK_MECHANISM[]){ { CKM_SHA256, NULL, 0 } }))
#define TEMPLATE     PTR (((CK_ATTRIBUTE[]){ { CKA_LABEL, room, 4 } })), 1

#define DOOR(name, ...)                                                                                      \
	static CK_RV door_##name (const Call *c)                                                             \
	{                                                                                                    \
		return c->f->name (__VA_ARGS__);                                                             \
	}

DOOR (C_GetInfo, PTR ((CK_INFO *)(void *)room))
DOOR (C_GetSlotList, CK_TRUE, PTR (slots), COUNT (slots))
DOOR (C_GetSlotInfo, c->slot, PTR (&(CK_SLOT_INFO){ 0 }))
DOOR (C_GetTokenInfo, c->slot, PTR (&(CK_TOKEN_INFO){ 0 }))
DOOR (C_GetMechanismList, c->slot, PTR (types), COUNT (types))
DOOR (C_GetMechanismInfo, c->slot, CKM_SHA256, PTR (&(CK_MECHANISM_INFO){ 0 }))
DOOR (C_InitToken, c->slot, INPUT, PTR (label))
DOOR (C_InitPIN, c->session, INPUT)
DOOR (C_SetPIN, c->session, INPUT, INPUT)
DOOR (C_OpenSession, c->slot, CKF_SERIAL_SESSION, NULL, NULL, PTR (&handle))
DOOR (C_CloseSession, c->session)
DOOR (C_CloseAllSessions, c->slot)
DOOR (C_GetSessionInfo, c->session, PTR (&(CK_SESSION_INFO){ 0 }))
DOOR (C_GetOperationState, c->session, OUTPUT)
DOOR (C_SetOperationState, c->session, INPUT, 0, 0)
DOOR (C_Login, c->session, CKU_USER, INPUT)
DOOR (C_Logout, c->session)
DOOR (C_CreateObject, c->session, TEMPLATE, PTR (&handle))
DOOR (C_CopyObject, c->session, c->object, TEMPLATE, PTR (&handle))
DOOR (C_DestroyObject, c->session, c->object)
DOOR (C_GetObjectSize, c->session, c->object, LEN)
DOOR (C_GetAttributeValue, c->session, c->object, TEMPLATE)
DOOR (C_SetAttributeValue, c->session, c->object, TEMPLATE)
DOOR (C_FindObjectsInit, c->session, TEMPLATE)
DOOR (C_FindObjects, c->session, PTR (&handle), 1, LEN)
DOOR (C_FindObjectsFinal, c->session)
DOOR (C_EncryptInit, c->session, MECHANISM, c->object)
DOOR (C_Encrypt, c->session, INPUT, OUTPUT)
DOOR (C_EncryptUpdate, c->session, INPUT, OUTPUT)
DOOR (C_EncryptFinal, c->session, OUTPUT)
DOOR (C_DecryptInit, c->session, MECHANISM, c->object)
DOOR (C_Decrypt, c->session, INPUT, OUTPUT)
DOOR (C_DecryptUpdate, c->session, INPUT, OUTPUT)
DOOR (C_DecryptFinal, c->session, OUTPUT)
DOOR (C_DigestInit, c->session, MECHANISM)
DOOR (C_Digest, c->session, INPUT, OUTPUT)
DOOR (C_DigestUpdate, c->session, INPUT)
DOOR (C_DigestKey, c->session, c->object)
DOOR (C_DigestFinal, c->session, OUTPUT)
DOOR (C_SignInit, c->session, MECHANISM, c->object)
DOOR (C_Sign, c->session, INPUT, OUTPUT)
DOOR (C_SignUpdate, c->session, INPUT)
DOOR (C_SignFinal, c->session, OUTPUT)
DOOR (C_SignRecoverInit, c->session, MECHANISM, c->object)
DOOR (C_SignRecover, c->session, INPUT, OUTPUT)
DOOR (C_VerifyInit, c->session, MECHANISM, c->object)
DOOR (C_Verify, c->session, INPUT, INPUT)
DOOR (C_VerifyUpdate, c->session, INPUT)
DOOR (C_VerifyFinal, c->session, INPUT)
DOOR (C_VerifyRecoverInit, c->session, MECHANISM, c->object)
DOOR (C_VerifyRecover, c->session, INPUT, OUTPUT)
DOOR (C_DigestEncryptUpdate, c->session, INPUT, OUTPUT)
DOOR (C_DecryptDigestUpdate, c->session, INPUT, OUTPUT)
DOOR (C_SignEncryptUpdate, c->session, INPUT, OUTPUT)
DOOR (C_DecryptVerifyUpdate, c->session, INPUT, OUTPUT)
DOOR (C_GenerateKey, c->session, MECHANISM, TEMPLATE, PTR (&handle))
DOOR (C_GenerateKeyPair, c->session, MECHANISM, TEMPLATE, TEMPLATE, PTR (&handle), PTR (&other_handle))
DOOR (C_WrapKey, c->session, MECHANISM, c->object, c->object, OUTPUT)
DOOR (C_UnwrapKey, c->session, MECHANISM, c->object, INPUT, TEMPLATE, PTR (&handle))
DOOR (C_DeriveKey, c->session, MECHANISM, c->object, TEMPLATE, PTR (&handle))
DOOR (C_SeedRandom, c->session, INPUT)
DOOR (C_GenerateRandom, c->session, INPUT)
DOOR (C_GetFunctionStatus, c->session)
DOOR (C_CancelFunction, c->session)
DOOR (C_WaitForSlotEvent, CKF_DONT_BLOCK, PTR (slots), NULL)

#define DOOR_3(name, ...)                                                                                    \
	static CK_RV door_##name (const Call *c)                                                             \
	{                                                                                                    \
		return c->f3->name (__VA_ARGS__);                                                            \
	}
#define PARAM PTR ((void *)room), 8

DOOR_3 (C_LoginUser, c->session, CKU_USER, INPUT, INPUT)
DOOR_3 (C_SessionCancel, c->session, ~0UL)
DOOR_3 (C_MessageEncryptInit, c->session, MECHANISM, c->object)
DOOR_3 (C_EncryptMessage, c->session, PARAM, INPUT, INPUT, OUTPUT)
DOOR_3 (C_EncryptMessageBegin, c->session, PARAM, INPUT)
DOOR_3 (C_EncryptMessageNext, c->session, PARAM, INPUT, OUTPUT, CKF_END_OF_MESSAGE)
DOOR_3 (C_MessageEncryptFinal, c->session)
DOOR_3 (C_MessageDecryptInit, c->session, MECHANISM, c->object)
DOOR_3 (C_DecryptMessage, c->session, PARAM, INPUT, INPUT, OUTPUT)
DOOR_3 (C_DecryptMessageBegin, c->session, PARAM, INPUT)
DOOR_3 (C_DecryptMessageNext, c->session, PARAM, INPUT, OUTPUT, CKF_END_OF_MESSAGE)
DOOR_3 (C_MessageDecryptFinal, c->session)
DOOR_3 (C_MessageSignInit, c->session, MECHANISM, c->object)
DOOR_3 (C_SignMessage, c->session, PARAM, INPUT, OUTPUT)
DOOR_3 (C_SignMessageBegin, c->session, PARAM)
DOOR_3 (C_SignMessageNext, c->session, PARAM, INPUT, OUTPUT)
DOOR_3 (C_MessageSignFinal, c->session)
DOOR_3 (C_MessageVerifyInit, c->session, MECHANISM, c->object)
DOOR_3 (C_VerifyMessage, c->session, PARAM, INPUT, INPUT)
DOOR_3 (C_VerifyMessageBegin, c->session, PARAM)
DOOR_3 (C_VerifyMessageNext, c->session, PARAM, INPUT, INPUT)
DOOR_3 (C_MessageVerifyFinal, c->session)
DOOR_3 (C_EncapsulateKey, c->session, MECHANISM, c->object, TEMPLATE, OUTPUT, PTR (&handle))
DOOR_3 (C_DecapsulateKey, c->session, MECHANISM, c->object, TEMPLATE, INPUT, PTR (&handle))
DOOR_3 (C_VerifySignatureInit, c->session, MECHANISM, c->object, INPUT)
DOOR_3 (C_VerifySignature, c->session, INPUT)
DOOR_3 (C_VerifySignatureUpdate, c->session, INPUT)
DOOR_3 (C_VerifySignatureFinal, c->session)
DOOR_3 (C_GetSessionValidationFlags, c->session, CKS_LAST_VALIDATION_OK, LEN)
DOOR_3 (C_AsyncComplete, c->session, PTR (room), PTR (&(CK_ASYNC_DATA){ 0 }))
DOOR_3 (C_AsyncGetID, c->session, PTR (room), LEN)
DOOR_3 (C_AsyncJoin, c->session, PTR (room), 1, INPUT)
DOOR_3 (C_WrapKeyAuthenticated, c->session, MECHANISM, c->object, c->object, INPUT, OUTPUT)
DOOR_3 (C_UnwrapKeyAuthenticated, c->session, MECHANISM, c->object, INPUT, TEMPLATE, INPUT, PTR (&handle))

#define ROW(name, has_session, null_rv) { #name, door_##name, FALSE, has_session, null_rv }
#define ROW_3(name, null_rv) { #name, door_##name, TRUE, TRUE, null_rv }

/* Doors without pointers (C_CloseSession, C_Logout, C_SessionCancel) do in a session what they are asked to. */
const Door doors[] = {
	ROW (C_GetInfo, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_GetSlotList, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_GetSlotInfo, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_GetTokenInfo, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_GetMechanismList, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_GetMechanismInfo, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_InitToken, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_InitPIN, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SetPIN, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_OpenSession, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_GetSessionInfo, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_GetOperationState, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SetOperationState, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Login, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_CreateObject, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_CopyObject, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DestroyObject, TRUE, CKR_OBJECT_HANDLE_INVALID),
	ROW (C_GetObjectSize, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_GetAttributeValue, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SetAttributeValue, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_FindObjectsInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_FindObjects, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_FindObjectsFinal, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_EncryptInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Encrypt, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_EncryptUpdate, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_EncryptFinal, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DecryptInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Decrypt, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DecryptUpdate, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DecryptFinal, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DigestInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Digest, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DigestUpdate, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DigestKey, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DigestFinal, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SignInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Sign, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SignUpdate, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SignFinal, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SignRecoverInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SignRecover, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_VerifyInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Verify, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_VerifyUpdate, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_VerifyFinal, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_VerifyRecoverInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_VerifyRecover, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DigestEncryptUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DecryptDigestUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_SignEncryptUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DecryptVerifyUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_GenerateKey, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_GenerateKeyPair, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_WrapKey, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_UnwrapKey, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_DeriveKey, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_SeedRandom, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_GenerateRandom, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_GetFunctionStatus, TRUE, CKR_FUNCTION_NOT_PARALLEL),
	ROW (C_CancelFunction, TRUE, CKR_FUNCTION_NOT_PARALLEL),
	ROW (C_WaitForSlotEvent, FALSE, CKR_ARGUMENTS_BAD),
	ROW (C_Logout, TRUE, CKR_OK),
	ROW (C_CloseSession, TRUE, CKR_OK),
	ROW (C_CloseAllSessions, FALSE, CKR_OK),

	/* Only in newer lists. */
	ROW_3 (C_MessageEncryptInit, CKR_ARGUMENTS_BAD),
	ROW_3 (C_EncryptMessage, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_EncryptMessageBegin, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_EncryptMessageNext, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_MessageEncryptFinal, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_MessageDecryptInit, CKR_ARGUMENTS_BAD),
	ROW_3 (C_DecryptMessage, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_DecryptMessageBegin, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_DecryptMessageNext, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_MessageDecryptFinal, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_MessageSignInit, CKR_ARGUMENTS_BAD),
	ROW_3 (C_SignMessage, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_SignMessageBegin, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_SignMessageNext, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_MessageSignFinal, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_MessageVerifyInit, CKR_ARGUMENTS_BAD),
	ROW_3 (C_VerifyMessage, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_VerifyMessageBegin, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_VerifyMessageNext, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_MessageVerifyFinal, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_LoginUser, CKR_ARGUMENTS_BAD),
	ROW_3 (C_EncapsulateKey, CKR_ARGUMENTS_BAD),
	ROW_3 (C_DecapsulateKey, CKR_ARGUMENTS_BAD),
	ROW_3 (C_VerifySignatureInit, CKR_ARGUMENTS_BAD),
	ROW_3 (C_VerifySignature, CKR_ARGUMENTS_BAD),
	ROW_3 (C_VerifySignatureUpdate, CKR_ARGUMENTS_BAD),
	ROW_3 (C_VerifySignatureFinal, CKR_OPERATION_NOT_INITIALIZED),
	ROW_3 (C_GetSessionValidationFlags, CKR_ARGUMENTS_BAD),
	ROW_3 (C_AsyncComplete, CKR_SESSION_ASYNC_NOT_SUPPORTED),
	ROW_3 (C_AsyncGetID, CKR_SESSION_ASYNC_NOT_SUPPORTED),
	ROW_3 (C_AsyncJoin, CKR_SESSION_ASYNC_NOT_SUPPORTED),
	ROW_3 (C_WrapKeyAuthenticated, CKR_ARGUMENTS_BAD),
	ROW_3 (C_UnwrapKeyAuthenticated, CKR_ARGUMENTS_BAD),
	ROW_3 (C_SessionCancel, CKR_OK),
};

gsize
n_doors (const CK_FUNCTION_LIST_3_2 *f3)
{
	gsize n = 0;

	while (n < G_N_ELEMENTS (doors) && (f3 != NULL || !doors[n].is_new))
		n++;
	return n;
}
