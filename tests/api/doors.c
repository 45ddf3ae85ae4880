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

#define ROW(name, has_session, null_rv)                                                                      \
	{                                                                                                    \
#name, door_##name, has_session, null_rv                                                     \
	}

/* Two doors without pointers (C_CloseSession, C_Logout) do in a session what they are asked to. */
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
	ROW (C_GetOperationState, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_SetOperationState, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
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
	ROW (C_Encrypt, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_EncryptUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_EncryptFinal, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DecryptInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Decrypt, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DecryptUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DecryptFinal, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DigestInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Digest, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DigestUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DigestKey, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_DigestFinal, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_SignInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Sign, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_SignUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_SignFinal, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_SignRecoverInit, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_SignRecover, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_VerifyInit, TRUE, CKR_ARGUMENTS_BAD),
	ROW (C_Verify, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_VerifyUpdate, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_VerifyFinal, TRUE, CKR_OPERATION_NOT_INITIALIZED),
	ROW (C_VerifyRecoverInit, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_VerifyRecover, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_DigestEncryptUpdate, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_DecryptDigestUpdate, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_SignEncryptUpdate, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
	ROW (C_DecryptVerifyUpdate, TRUE, CKR_FUNCTION_NOT_SUPPORTED),
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
};
const gsize n_doors = G_N_ELEMENTS (doors);
