/* The one engine for every operation over data: what PKCS #11 says about any of them stands here once.
 * PKCS #11 v3.2 section 5.2 (output), 5.8 to 5.16 (the functions). */

#ifndef SESSION_OP_H
#define SESSION_OP_H

#include "mech.h"
#include "rules.h"
#include "token.h"

typedef enum {
	OP_DIGEST,
	OP_ENCRYPT,
	OP_DECRYPT,
	OP_SIGN,
	OP_VERIFY,
	OP_SIGN_RECOVER,
	OP_VERIFY_RECOVER,
	OP_VERIFY_SIGNATURE,    /* the signature came first */
	N_OPS,
} OpKind;

/* Where a caller wants output: NULL data asks for the length. */
typedef struct {
	uint8_t *data;
	CK_ULONG *len;
} Out;

static inline Out
out (CK_BYTE *data, CK_ULONG *len)
{
	return (Out){ data, len };
}

typedef struct {
	OpKind kind;
	const MechOp *how;              /* NULL: nothing is under way */
	const Mech *mech;
	Object *key;                    /* kept for the next operation, too; op_end lets go of it */
	CK_OBJECT_HANDLE key_handle;    /* by which the caller named it */
	TokenMoment moment;             /* when it was looked up */
	void *state;                    /* secure memory, kept for the next operation */
	size_t state_room;
	Buf gathered;
	Buf signature;                  /* of OP_VERIFY_SIGNATURE */
	bool updated;                   /* it goes on in parts: one-shot functions are out */
	bool keyed;                     /* a key was digested */
	bool needs_login;               /* CKA_ALWAYS_AUTHENTICATE, and the PIN was not given since */
} Op;

/* Begins.  @key is taken a reference of.  CKR_OPERATION_ACTIVE is the caller's question: op_is_active. */
CK_RV op_start (Op *op, OpKind kind, const MechOp *how, const Mech *mech, Object *key, Bytes param);
bool op_is_active (const Op *op);

/* Makes @to what @from is, which has seen no data yet. */
CK_RV op_copy (Op *to, const Op *from);

/* Goes on where another one was: @state is its, as long as .state_size. */
CK_RV op_resume (Op *op, OpKind kind, const MechOp *how, const Mech *mech, bool updated, Bytes state);

/* Ends it and wipes what it knew. */
void op_end (Op *op);

/* Frees what is kept for the next one, too. */
void op_clear (Op *op);

/* One-shot, parts, and the end of parts.  A question about the length and a short buffer change nothing;
 * any other error ends the operation. */
CK_RV op_one_shot (Op *op, Bytes in, Out result);
CK_RV op_update (Op *op, Bytes in, Out result);
CK_RV op_final (Op *op, Out result);

/* The same for verification. */
CK_RV op_check_one_shot (Op *op, Bytes in, Bytes signature);
CK_RV op_check_final (Op *op, Bytes signature);

/* The end of parts that are known to be the last, whatever comes out: @result gets it, and the operation ends.
 * op_room: how much that is, at most. */
size_t op_room (const Op *op, size_t n_in);
CK_RV op_take (Op *op, Bytes in, Buf *result);

/* What an update or the end would write at most: for functions that do two things with one part. */
size_t op_update_room (const Op *op, size_t n_in);

/* Is it only a question, or one that needs more room than there is?  Then the answer, @n, is given and @rv says so. */
bool out_answers (Out wanted, size_t n, CK_RV *rv);

/* Hands @result over by the rules of section 5.2. */
CK_RV out_offer (Out wanted, Bytes result);

#endif
