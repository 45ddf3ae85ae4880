/* Key derivation from pseudo-random functions: SP 800-108 in its three modes; PKCS #11 v3.2 section 6.42.
 *
 * What the function is applied to is put together from the pieces that the parameter lists, in their order:
 * any protocol's encoding can be written so. */

#include "params.h"
#include "secret.h"

/* More than any encoding has, and few enough to look at each for every block. */
#define MOST_FIELDS 64

typedef enum { COUNTER, FEEDBACK, DOUBLE_PIPELINE } Mode;

typedef struct {
	Mode mode;
	CK_MECHANISM_TYPE prf;
	const KdfField *fields;
	CK_ULONG n_fields;
	Bytes iv;
	const DerivedKey *more;
	CK_ULONG n_more;
} Kdf;

static CK_RV
cannot_follow (const char *what)
{
	return fail (CKR_MECHANISM_PARAM_INVALID, "the parameters of the derivation: %s", what);
}

static Mode
mode_of (const Mech *mech)
{
	return mech->type == CKM_SP800_108_COUNTER_KDF  ? COUNTER :
	       mech->type == CKM_SP800_108_FEEDBACK_KDF ? FEEDBACK :
	                                                  DOUBLE_PIPELINE;
}

static CK_RV
read_kdf (const Mech *mech, Bytes param, Kdf *kdf)
{
	*kdf = (Kdf){ .mode = mode_of (mech) };
	if (kdf->mode == FEEDBACK) {
		FeedbackKdfParams params;

		memcpy (&params, param.data, sizeof params);
		*kdf = (Kdf){ FEEDBACK, params.prf, params.fields, params.n_fields, bytes (params.iv, params.n_iv),
			      params.more, params.n_more };
	} else {
		KdfParams params;

		memcpy (&params, param.data, sizeof params);
		*kdf = (Kdf){ kdf->mode, params.prf, params.fields, params.n_fields, NO_BYTES, params.more, params.n_more };
	}
	if (kdf->fields == NULL || kdf->n_fields == 0 || kdf->n_fields > MOST_FIELDS)
		return cannot_follow ("there are no fields, or too many");
	if (kdf->iv.data == NULL && kdf->iv.len > 0)
		return cannot_follow ("the initial value is missing");
	if ((kdf->more == NULL) != (kdf->n_more == 0) || kdf->n_more >= MOST_PIECES)
		return cannot_follow ("the additional keys are missing, or too many");
	return CKR_OK;
}

/* --- fields --- */

/* @width: bits, a multiple of 8. */
static CK_RV
put_number (uint64_t value, bool little_endian, CK_ULONG width, Buf *out)
{
	uint8_t octets[8];
	size_t n = width / 8;

	if (width == 0 || width % 8 != 0 || width > 64)
		return cannot_follow ("a number has 8 to 64 bits in whole bytes");
	if (width < 64 && value >> width != 0)
		return cannot_follow ("a number does not fit its width");
	be64_put (octets, value);
	for (size_t i = 0; little_endian && i < n / 2; i++) {
		uint8_t octet = octets[8 - n + i];

		octets[8 - n + i] = octets[7 - i];
		octets[7 - i] = octet;
	}
	TRY_ALLOC (buf_add (out, bytes (octets + 8 - n, n)));
	return CKR_OK;
}

static CK_RV
put_counter (const KdfField *field, uint64_t counter, Buf *out)
{
	CounterFormat format;

	if (field->value == NULL || field->n != sizeof format)
		return cannot_follow ("a counter has a CK_SP800_108_COUNTER_FORMAT");
	memcpy (&format, field->value, sizeof format);
	/* the standard's r: SP 800-108 section 5.1 */
	if (format.width > 32)
		return cannot_follow ("a counter has at most 32 bits");
	return put_number (counter, format.little_endian, format.width, out);
}

/* How much comes out, in bytes: as keys, and as whole blocks. */
typedef struct {
	size_t of_keys, of_blocks;
} Lengths;

static CK_RV
put_length (const KdfField *field, Lengths lengths, Buf *out)
{
	LengthFormat format;

	if (field->value == NULL || field->n != sizeof format)
		return cannot_follow ("a length has a CK_SP800_108_DKM_LENGTH_FORMAT");
	memcpy (&format, field->value, sizeof format);
	switch (format.method) {
	case CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS:
		return put_number ((uint64_t)lengths.of_keys * 8, format.little_endian, format.width, out);
	case CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS:
		return put_number ((uint64_t)lengths.of_blocks * 8, format.little_endian, format.width, out);
	default:
		return cannot_follow ("there is no such method for the length");
	}
}

/* What goes into the function: the fields in their order.  @chain: the iteration variable where that is no
 * counter; NULL for the fixed part alone, which is A(0) of the double pipeline. */
static CK_RV
put_input (const Kdf *kdf, const Derivation *how, const Bytes *chain, uint64_t counter, Lengths lengths, Buf *out)
{
	size_t n_other = 0;

	buf_cut (out, 0);
	for (CK_ULONG i = 0; i < kdf->n_fields; i++) {
		const KdfField *field = &kdf->fields[i];

		switch (field->type) {
		case CK_SP800_108_ITERATION_VARIABLE:
			if (kdf->mode == COUNTER)
				TRY (put_counter (field, counter, out));
			else if (chain != NULL)
				TRY_ALLOC (buf_add (out, *chain));
			break;
		case CK_SP800_108_COUNTER:
			if (chain != NULL)
				TRY (put_counter (field, counter, out));
			break;
		case CK_SP800_108_DKM_LENGTH:
			TRY (put_length (field, lengths, out));
			break;
		case CK_SP800_108_BYTE_ARRAY:
			TRY_ALLOC (buf_add (out, bytes (field->value, field->n)));
			break;
		case CK_SP800_108_KEY_HANDLE:
			if (n_other == how->n_others)
				return cannot_follow ("another thread changes it");
			TRY_ALLOC (buf_add (out, object_bytes (how->others[n_other++], CKA_VALUE)));
			break;
		}
	}
	return CKR_OK;
}

/* Which fields there may be: sections 6.42.3 to 6.42.5. */
static CK_RV
check_fields (const Kdf *kdf)
{
	size_t n_variables = 0, n_counters = 0, n_lengths = 0;

	for (CK_ULONG i = 0; i < kdf->n_fields; i++) {
		const KdfField *field = &kdf->fields[i];

		switch (field->type) {
		case CK_SP800_108_ITERATION_VARIABLE:
			n_variables++;
			if (kdf->mode != COUNTER && field->n > 0)
				return cannot_follow ("the iteration variable has no format in this mode");
			break;
		case CK_SP800_108_COUNTER:
			n_counters++;
			break;
		case CK_SP800_108_DKM_LENGTH:
			n_lengths++;
			break;
		case CK_SP800_108_BYTE_ARRAY:
			if (field->value == NULL || field->n == 0)
				return cannot_follow ("an array of bytes is empty");
			break;
		case CK_SP800_108_KEY_HANDLE:
			if (field->value == NULL || field->n != sizeof (CK_OBJECT_HANDLE))
				return cannot_follow ("a key has a handle");
			break;
		default:
			return cannot_follow ("there is no such field");
		}
	}
	if (n_variables != 1 || n_lengths > 1 || n_counters > (kdf->mode == COUNTER ? 0 : 1))
		return cannot_follow ("one iteration variable, and at most one length and one counter");
	return CKR_OK;
}

/* --- the function --- */

/* Every mechanism that the standard lists as a pseudo-random function is one that signs. */
static const Mech *
find_prf (CK_MECHANISM_TYPE type)
{
	static const CK_MECHANISM_TYPE types[] = {
		CKM_SHA_1_HMAC,     CKM_SHA224_HMAC,   CKM_SHA256_HMAC,   CKM_SHA384_HMAC, CKM_SHA512_HMAC, CKM_SHA3_224_HMAC,
		CKM_SHA3_256_HMAC,  CKM_SHA3_384_HMAC, CKM_SHA3_512_HMAC, CKM_AES_CMAC,    CKM_DES3_CMAC,
	};

	for (size_t i = 0; i < N_ELEMENTS (types); i++)
		if (types[i] == type)
			return mech_find (type);
	return NULL;
}

static CK_RV
use_prf (const Mech *prf, const Derivation *how, Bytes in, Buf *out)
{
	buf_cut (out, 0);
	return mech_run (prf->sign, prf, how->base, NO_BYTES, in, out);
}

/* The next value of the variable that is no counter. */
static CK_RV
step_chain (const Kdf *kdf, const Mech *prf, const Derivation *how, Bytes last, Buf *chain)
{
	auto_wipe Buf in = BUF_SECRET;

	if (kdf->mode == COUNTER)
		return CKR_OK;
	if (kdf->mode == FEEDBACK) {
		TRY_ALLOC (buf_set (chain, last));
		return CKR_OK;
	}
	TRY_ALLOC (buf_set (&in, bytes_of (chain)));
	return use_prf (prf, how, bytes_of (&in), chain);
}

static CK_RV
make_blocks (const Kdf *kdf, const Mech *prf, const Derivation *how, Lengths lengths, Buf *value)
{
	auto_wipe Buf chain = BUF_SECRET;
	auto_wipe Buf in = BUF_SECRET;
	auto_wipe Buf out = BUF_SECRET;
	Bytes link;

	TRY_ALLOC (buf_set (&out, kdf->iv));
	if (kdf->mode == DOUBLE_PIPELINE)
		TRY (put_input (kdf, how, NULL, 0, lengths, &chain));
	for (uint64_t i = 1; value->len < lengths.of_blocks; i++) {
		TRY (step_chain (kdf, prf, how, bytes_of (&out), &chain));
		link = bytes_of (&chain);
		TRY (put_input (kdf, how, &link, i, lengths, &in));
		TRY (use_prf (prf, how, bytes_of (&in), &out));
		TRY_ALLOC (buf_add (value, bytes_of (&out)));
	}
	return CKR_OK;
}

/* What a block of the function has. */
static CK_RV
block_size (const Mech *prf, const Derivation *how, size_t *n)
{
	auto_wipe Buf out = BUF_SECRET;

	TRY (use_prf (prf, how, NO_BYTES, &out));
	*n = out.len;
	return CKR_OK;
}

/* Each key begins with a block of its own. */
static CK_RV
lay_out (const Derivation *how, size_t n_block, Lengths *lengths)
{
	for (size_t i = 0; i < how->n_pieces; i++) {
		Piece *piece = &how->pieces[i];

		piece->n = piece->n > 0 ? piece->n : n_block;
		if (piece->n > LONGEST_SECRET)
			return fail (CKR_ATTRIBUTE_VALUE_INVALID, "a key of %zu bytes is not derived", piece->n);
		piece->at = lengths->of_blocks;
		lengths->of_keys += piece->n;
		lengths->of_blocks += (piece->n + n_block - 1) / n_block * n_block;
	}
	return CKR_OK;
}

static CK_RV
sp800_derive (const Mech *mech, const Derivation *how, Buf *value)
{
	Lengths lengths = { 0, 0 };
	const Mech *prf;
	size_t n_block;
	Kdf kdf;

	TRY (read_kdf (mech, how->param, &kdf));
	TRY (check_fields (&kdf));
	prf = find_prf (kdf.prf);
	if (prf == NULL)
		return cannot_follow ("there is no such pseudo-random function");
	if (prf->hash == NULL)
		TRY (mech_suits (prf, how->base));
	TRY (block_size (prf, how, &n_block));
	TRY (lay_out (how, n_block, &lengths));
	return make_blocks (&kdf, prf, how, lengths, value);
}

/* --- what the engine asks of the parameter --- */

static CK_RV
sp800_pieces (const Mech *mech, Bytes param, Piece *pieces, size_t *n)
{
	Kdf kdf;

	TRY (read_kdf (mech, param, &kdf));
	*n = 1 + kdf.n_more;
	for (CK_ULONG i = 0; i < kdf.n_more; i++) {
		const DerivedKey *key = &kdf.more[i];

		if (key->template == NULL || key->handle == NULL)
			return cannot_follow ("an additional key has no template or no handle");
		pieces[i + 1].template = key->template;
		pieces[i + 1].n_template = key->n_template;
		pieces[i + 1].handle = key->handle;
	}
	return CKR_OK;
}

static bool
next_handle (const KdfField *fields, CK_ULONG n_fields, size_t index, CK_OBJECT_HANDLE *handle)
{
	for (CK_ULONG i = 0; fields != NULL && i < n_fields && i < MOST_FIELDS; i++)
		if (fields[i].type == CK_SP800_108_KEY_HANDLE && fields[i].value != NULL &&
		    fields[i].n == sizeof *handle && index-- == 0) {
			memcpy (handle, fields[i].value, sizeof *handle);
			return true;
		}
	return false;
}

/* The parameters of all modes begin alike. */
static bool
sp800_other_key (Bytes param, size_t index, CK_OBJECT_HANDLE *handle)
{
	KdfParams params;

	memcpy (&params, param.data, offsetof (KdfParams, n_more));
	return next_handle (params.fields, params.n_fields, index, handle);
}

#define SP800                                                                                                \
	.key_types = KEYS (ANY_SECRET), .like_base = true, .shows_others = true, .derive = sp800_derive, .pieces = sp800_pieces, .other_key = sp800_other_key

static const Mech mechs[] = {
	{ MECH (SP800_108_COUNTER_KDF), SP800, PARAM (KdfParams) },
	{ MECH (SP800_108_FEEDBACK_KDF), SP800, PARAM (FeedbackKdfParams) },
	{ MECH (SP800_108_DOUBLE_PIPELINE_KDF), SP800, PARAM (KdfParams) },
};

const MechFamily mech_sp800 = { "sp800", mechs, N_ELEMENTS (mechs) };
