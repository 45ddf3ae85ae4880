/* Modes of any block cipher that Nettle describes: ECB, CBC, CBC with padding.  SP 800-38A. */

#ifndef MECH_BLOCK_H
#define MECH_BLOCK_H

#include "mech.h"
#include "nettle-compat.h"

#include <nettle/aes.h>
#include <nettle/camellia.h>
#include <nettle/des.h>

#define BLOCK_MAX 16

/* Aligned as the ciphers' vector code likes it. */
typedef union {
	_Alignas (16) struct aes128_ctx aes128;
	struct aes192_ctx aes192;
	struct aes256_ctx aes256;
	struct camellia256_ctx camellia;
	struct des_ctx des;
	struct des3_ctx des3;
} BlockCtx;

/* The prepared form of a key of a block cipher. */
typedef struct {
	const struct nettle_cipher *cipher;
	BlockCtx encrypt, decrypt;
} BlockKey;

/* CBC encryption, by the cipher's own code where Nettle has such.  @iv goes on. */
void block_cbc_encrypt (const BlockKey *key, uint8_t *iv, size_t n, uint8_t *out, const uint8_t *in);

/* Sets both schedules; @secret has the cipher's key size. */
void block_key_set (BlockKey *key, const struct nettle_cipher *cipher, Bytes secret);

/* The check value of a key: the first bytes of a block of zeros, encrypted.  False where @cipher is NULL or
 * the key has not its length. */
bool block_check_value (const struct nettle_cipher *cipher, Bytes secret, uint8_t value[static 3]);

/* A row names the form of its keys, which holds a BlockKey, in .form. */
/* ECB without a parameter, CBC with one. */
extern const MechOp block_encrypt, block_decrypt;
/* The forms of DES keys of every length. */
extern const KeyForm des_form;

extern const MechOp block_pad_encrypt, block_pad_decrypt;

#endif
