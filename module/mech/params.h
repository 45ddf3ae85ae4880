/* The parameters that CK_MECHANISM points at, laid out as PKCS #11 v3.2 prints them.
 *
 * Headers disagree about the names of members, so these are ours. */

#ifndef MECH_PARAMS_H
#define MECH_PARAMS_H

#include "cryptoki.h"

/* CK_AES_CTR_PARAMS */
typedef struct {
	CK_ULONG n_counter_bits;
	CK_BYTE counter[16];
} CtrParams;

/* CK_GCM_PARAMS */
typedef struct {
	CK_BYTE *iv;
	CK_ULONG n_iv;
	CK_ULONG n_iv_bits;
	CK_BYTE *aad;
	CK_ULONG n_aad;
	CK_ULONG n_tag_bits;
} GcmParams;

/* The same as v2.40 first printed it, without ulIvBits: some headers still have it. */
typedef struct {
	CK_BYTE *iv;
	CK_ULONG n_iv;
	CK_BYTE *aad;
	CK_ULONG n_aad;
	CK_ULONG n_tag_bits;
} GcmParamsShort;

/* CK_KEY_DERIVATION_STRING_DATA; the end of CK_AES_CBC_ENCRYPT_DATA_PARAMS and CK_DES_CBC_ENCRYPT_DATA_PARAMS,
 * where the initialisation vector stands in front */
typedef struct {
	CK_BYTE *data;
	CK_ULONG n;
} StringParams;

/* CK_CCM_PARAMS */
typedef struct {
	CK_ULONG n_data;
	CK_BYTE *nonce;
	CK_ULONG n_nonce;
	CK_BYTE *aad;
	CK_ULONG n_aad;
	CK_ULONG n_mac;
} CcmParams;

/* CK_GCM_MESSAGE_PARAMS */
typedef struct {
	CK_BYTE *iv;
	CK_ULONG n_iv;
	CK_ULONG n_fixed_bits;
	CK_ULONG generator;
	CK_BYTE *tag;
	CK_ULONG n_tag_bits;
} GcmMessageParams;

/* CK_GCM_WRAP_PARAMS */
typedef struct {
	CK_BYTE *iv;
	CK_ULONG n_iv;
	CK_ULONG n_fixed_bits;
	CK_ULONG generator;
	CK_BYTE *aad;
	CK_ULONG n_aad;
	CK_ULONG n_tag_bits;
} GcmWrapParams;

/* CK_CCM_WRAP_PARAMS */
typedef struct {
	CK_ULONG n_data;
	CK_BYTE *nonce;
	CK_ULONG n_nonce;
	CK_ULONG n_fixed_bits;
	CK_ULONG generator;
	CK_BYTE *aad;
	CK_ULONG n_aad;
	CK_ULONG n_mac;
} CcmWrapParams;

/* CK_CCM_MESSAGE_PARAMS */
typedef struct {
	CK_ULONG n_data;
	CK_BYTE *nonce;
	CK_ULONG n_nonce;
	CK_ULONG n_fixed_bits;
	CK_ULONG generator;
	CK_BYTE *mac;
	CK_ULONG n_mac;
} CcmMessageParams;

/* CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS */
typedef struct {
	CK_BYTE *nonce;
	CK_ULONG n_nonce;
	CK_BYTE *tag;
} ChachaPolyMessageParams;

/* CK_CHACHA20_PARAMS */
typedef struct {
	CK_BYTE *counter;
	CK_ULONG n_counter_bits;
	CK_BYTE *nonce;
	CK_ULONG n_nonce_bits;
} ChachaParams;

/* CK_SALSA20_CHACHA20_POLY1305_PARAMS */
typedef struct {
	CK_BYTE *nonce;
	CK_ULONG n_nonce;
	CK_BYTE *aad;
	CK_ULONG n_aad;
} ChachaPolyParams;

/* CK_RSA_PKCS_PSS_PARAMS */
typedef struct {
	CK_MECHANISM_TYPE hash;
	CK_ULONG mgf;
	CK_ULONG n_salt;
} PssParams;

/* CK_RSA_PKCS_OAEP_PARAMS */
typedef struct {
	CK_MECHANISM_TYPE hash;
	CK_ULONG mgf;
	CK_ULONG source;        /* 0 or CKZ_DATA_SPECIFIED */
	void *label;
	CK_ULONG n_label;
} OaepParams;

/* CK_RSA_AES_KEY_WRAP_PARAMS */
typedef struct {
	CK_ULONG n_aes_bits;
	OaepParams *oaep;
} RsaAesParams;

/* CK_ECDH1_DERIVE_PARAMS */
typedef struct {
	CK_ULONG kdf;
	CK_ULONG n_shared;
	CK_BYTE *shared;
	CK_ULONG n_public;
	CK_BYTE *public;
} EcdhParams;

/* CK_HKDF_PARAMS */
typedef struct {
	CK_BBOOL extract;
	CK_BBOOL expand;
	CK_MECHANISM_TYPE hash;
	CK_ULONG salt_type;
	CK_BYTE *salt;
	CK_ULONG n_salt;
	CK_OBJECT_HANDLE salt_key;
	CK_BYTE *info;
	CK_ULONG n_info;
} HkdfParams;

/* CK_SP800_108_COUNTER_FORMAT */
typedef struct {
	CK_BBOOL little_endian;
	CK_ULONG width;         /* bits */
} CounterFormat;

/* CK_SP800_108_DKM_LENGTH_FORMAT */
typedef struct {
	CK_ULONG method;
	CK_BBOOL little_endian;
	CK_ULONG width;         /* bits */
} LengthFormat;

/* CK_PRF_DATA_PARAM */
typedef struct {
	CK_ULONG type;
	const void *value;
	CK_ULONG n;
} KdfField;

/* CK_DERIVED_KEY */
typedef struct {
	CK_ATTRIBUTE *template;
	CK_ULONG n_template;
	CK_OBJECT_HANDLE *handle;
} DerivedKey;

/* CK_SP800_108_KDF_PARAMS */
typedef struct {
	CK_MECHANISM_TYPE prf;
	CK_ULONG n_fields;
	KdfField *fields;
	CK_ULONG n_more;
	DerivedKey *more;
} KdfParams;

/* CK_SP800_108_FEEDBACK_KDF_PARAMS */
typedef struct {
	CK_MECHANISM_TYPE prf;
	CK_ULONG n_fields;
	KdfField *fields;
	CK_ULONG n_iv;
	CK_BYTE *iv;
	CK_ULONG n_more;
	DerivedKey *more;
} FeedbackKdfParams;

/* CK_SSL3_RANDOM_DATA */
typedef struct {
	CK_BYTE *client;
	CK_ULONG n_client;
	CK_BYTE *server;
	CK_ULONG n_server;
} TlsRandoms;

/* CK_TLS12_MASTER_KEY_DERIVE_PARAMS */
typedef struct {
	TlsRandoms randoms;
	CK_VERSION *version;
	CK_MECHANISM_TYPE hash;
} TlsMasterParams;

/* CK_TLS12_EXTENDED_MASTER_KEY_DERIVE_PARAMS */
typedef struct {
	CK_MECHANISM_TYPE hash;
	CK_BYTE *session_hash;
	CK_ULONG n_session_hash;
	CK_VERSION *version;
} TlsExtendedMasterParams;

/* CK_SSL3_KEY_MAT_OUT */
typedef struct {
	CK_OBJECT_HANDLE client_mac, server_mac, client_key, server_key;
	CK_BYTE *client_iv, *server_iv;
} TlsKeys;

/* CK_TLS12_KEY_MAT_PARAMS */
typedef struct {
	CK_ULONG n_mac_bits, n_key_bits, n_iv_bits;
	CK_BBOOL is_export;
	TlsRandoms randoms;
	TlsKeys *keys;
	CK_MECHANISM_TYPE hash;
} TlsKeysParams;

/* CK_TLS_KDF_PARAMS */
typedef struct {
	CK_MECHANISM_TYPE prf;
	CK_BYTE *label;
	CK_ULONG n_label;
	TlsRandoms randoms;
	CK_BYTE *context;
	CK_ULONG n_context;
} TlsKdfParams;

/* CK_TLS_PRF_PARAMS */
typedef struct {
	CK_BYTE *seed;
	CK_ULONG n_seed;
	CK_BYTE *label;
	CK_ULONG n_label;
	CK_BYTE *out;
	CK_ULONG *n_out;
} TlsPrfParams;

/* CK_TLS_MAC_PARAMS */
typedef struct {
	CK_MECHANISM_TYPE prf;
	CK_ULONG n_mac;
	CK_ULONG whose;         /* 1: the server's, 2: the client's */
} TlsMacParams;

/* CK_PKCS5_PBKD2_PARAMS2 */
typedef struct {
	CK_ULONG salt_source;
	void *salt;
	CK_ULONG n_salt;
	CK_ULONG iterations;
	CK_ULONG prf;
	void *prf_data;
	CK_ULONG n_prf_data;
	CK_BYTE *password;
	CK_ULONG n_password;    /* in CK_PKCS5_PBKD2_PARAMS the address of it */
} Pbkdf2Params;

/* CK_EDDSA_PARAMS */
typedef struct {
	CK_BBOOL prehash;
	CK_ULONG n_context;
	CK_BYTE *context;
} EddsaParams;

#endif
