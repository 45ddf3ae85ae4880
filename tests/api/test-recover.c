/* What goes on beside encryption and signatures in a session: PKCS #11 v3.2 sections 5.6 (login with a name,
 * cancel, validation flags), 5.13 to 5.15 (recovery, signatures given first), 5.17 (two at once) and 5.21
 * (asynchronous). */

#include "rows.h"

#define K 256 /* bytes of the modulus */

typedef struct {
	CK_BYTE data[1024];
	CK_ULONG n;
} Text;

static CK_BYTE iv[16] = { 9, 8, 7 };

#define CBC     ((CK_MECHANISM[]){ { CKM_AES_CBC, iv, sizeof iv } })
#define CBC_PAD ((CK_MECHANISM[]){ { CKM_AES_CBC_PAD, iv, sizeof iv } })

static gboolean
lacks_functions (const Api *api)
{
	return api_spares_softhsm (api, "SoftHSM has no such functions");
}

/* Bytes that repeat late; the first is zero, below any modulus. */
static Text
some_text (CK_ULONG n)
{
	Text text = { .n = n };

	for (gsize i = 0; i < n; i++)
		text.data[i] = (CK_BYTE)(i * 11 + i / 256);
	return text;
}

/* --- C_SignRecover and C_VerifyRecover --- */

static CK_RV
sign_recover (const Api *api, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, const Text *text, Text *signature)
{
	CK_RV rv = api->f->C_SignRecoverInit (api->session, MECH (type), key);

	signature->n = sizeof signature->data;
	if (rv != CKR_OK)
		return rv;
	return api->f->C_SignRecover (api->session, (CK_BYTE *)(guintptr)text->data, text->n, signature->data,
	                              &signature->n);
}

static CK_RV
verify_recover (const Api *api, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, const Text *signature,
                Text *text)
{
	CK_RV rv = api->f->C_VerifyRecoverInit (api->session, MECH (type), key);

	text->n = sizeof text->data;
	if (rv != CKR_OK)
		return rv;
	return api->f->C_VerifyRecover (api->session, (CK_BYTE *)(guintptr)signature->data, signature->n,
	                                text->data, &text->n);
}

static CK_RV
sign (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE key, const Text *text, Text *signature)
{
	CK_RV rv = api->f->C_SignInit (api->session, mech, key);

	signature->n = sizeof signature->data;
	if (rv != CKR_OK)
		return rv;
	return api->f->C_Sign (api->session, (CK_BYTE *)(guintptr)text->data, text->n, signature->data,
	                       &signature->n);
}

static const CK_MECHANISM_TYPE recovering[] = { CKM_RSA_PKCS, CKM_RSA_X_509 };

#define FOR_EACH_RECOVERING(type)                                                                            \
	for (gsize number = 0; number < G_N_ELEMENTS (recovering); number++)                                 \
		for (CK_MECHANISM_TYPE type = recovering[number], once = 1; once; once = 0)

static void
pkcs1_recovers_what_was_signed (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { 0, 1, 20, K - 12, K - 11 };
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		Text text = some_text (lengths[i]), signature, back;

		assert_ok (sign_recover (api, CKM_RSA_PKCS, private, &text, &signature));
		g_assert_cmpuint (signature.n, ==, K);
		assert_ok (verify_recover (api, CKM_RSA_PKCS, public, &signature, &back));
		g_assert_cmpmem (back.data, back.n, text.data, text.n);
	}
}

/* Section 6.1.12: a sequence of exactly k bytes, the data behind zeros. */
static void
raw_rsa_recovers_as_many_bytes_as_the_modulus_has (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { 1, 20, K - 1, K };
	CK_BYTE zeros[K] = { 0 };
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		Text text = some_text (lengths[i]), signature, back;

		assert_ok (sign_recover (api, CKM_RSA_X_509, private, &text, &signature));
		g_assert_cmpuint (signature.n, ==, K);
		assert_ok (verify_recover (api, CKM_RSA_X_509, public, &signature, &back));
		g_assert_cmpuint (back.n, ==, K);
		g_assert_cmpmem (back.data, K - text.n, zeros, K - text.n);
		g_assert_cmpmem (back.data + K - text.n, text.n, text.data, text.n);
	}
}

static void
signatures_with_recovery_are_those_without (Api *api, gconstpointer unused)
{
	Text text = some_text (32), first, second;
	CK_OBJECT_HANDLE private;

	if (lacks_functions (api))
		return;
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	FOR_EACH_RECOVERING (type)
	{
		assert_ok (sign_recover (api, type, private, &text, &first));
		assert_ok (sign (api, MECH (type), private, &text, &second));
		g_assert_cmpmem (first.data, first.n, second.data, second.n);
	}
}

static void
data_too_long_to_recover_is_refused (Api *api, gconstpointer unused)
{
	const struct {
		CK_MECHANISM_TYPE type;
		CK_ULONG n;
		CK_BYTE first;
		CK_RV rv;
	} cases[] = {
		{ CKM_RSA_PKCS, K - 10, 0, CKR_DATA_LEN_RANGE },
		{ CKM_RSA_PKCS, K, 0, CKR_DATA_LEN_RANGE },
		{ CKM_RSA_X_509, K + 1, 0, CKR_DATA_LEN_RANGE },
		/* as long as the modulus, and not below it */
		{ CKM_RSA_X_509, K, 0xff, CKR_DATA_INVALID },
	};
	CK_OBJECT_HANDLE private;

	if (lacks_functions (api))
		return;
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		Text text = some_text (cases[i].n), signature;

		text.data[0] = cases[i].first;
		assert_rv (sign_recover (api, cases[i].type, private, &text, &signature), cases[i].rv);
		assert_rv (api->f->C_SignRecover (api->session, text.data, 1, signature.data, &signature.n),
		           CKR_OPERATION_NOT_INITIALIZED);
	}
}

static void
wrong_signatures_recover_nothing (Api *api, gconstpointer unused)
{
	Text text = some_text (20), signature, back;
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	assert_ok (sign_recover (api, CKM_RSA_PKCS, private, &text, &signature));
	for (gsize i = 0; i < K; i += 51) {
		signature.data[i] ^= 1;
		assert_rv (verify_recover (api, CKM_RSA_PKCS, public, &signature, &back),
		           CKR_SIGNATURE_INVALID);
		signature.data[i] ^= 1;
	}
	memset (signature.data, 0xff, K);
	FOR_EACH_RECOVERING (type)
	assert_rv (verify_recover (api, type, public, &signature, &back), CKR_SIGNATURE_INVALID);
}

/* A block of another form, signed as it is. */
static void
other_padding_recovers_nothing (Api *api, gconstpointer unused)
{
	const struct {
		CK_BYTE first, type, fill;
		CK_ULONG n_fill;
		CK_RV rv;
	} cases[] = {
		{ 0, 1, 0xff, K - 3 - 20, CKR_OK },
		{ 0, 1, 0xff, 8, CKR_OK },
		{ 0, 1, 0xff, K - 3, CKR_OK },
		{ 0, 1, 0xff, 7, CKR_SIGNATURE_INVALID },
		{ 0, 1, 0xff, K - 2, CKR_SIGNATURE_INVALID },
		{ 0, 1, 0xfe, K - 3 - 20, CKR_SIGNATURE_INVALID },
		{ 0, 2, 0xff, K - 3 - 20, CKR_SIGNATURE_INVALID },
		{ 0, 0, 0xff, K - 3 - 20, CKR_SIGNATURE_INVALID },
		{ 1, 1, 0xff, K - 3 - 20, CKR_SIGNATURE_INVALID },
	};
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		Text block = { .data = { cases[i].first, cases[i].type }, .n = K }, signature, back;

		memset (block.data + 2, cases[i].fill, cases[i].n_fill);
		assert_ok (sign_recover (api, CKM_RSA_X_509, private, &block, &signature));
		assert_rv (verify_recover (api, CKM_RSA_PKCS, public, &signature, &back), cases[i].rv);
		if (cases[i].rv == CKR_OK)
			g_assert_cmpuint (back.n, ==, K - 3 - cases[i].n_fill);
	}
}

static void
signatures_of_another_length_recover_nothing (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { 0, 1, K - 1, K + 1 };
	CK_OBJECT_HANDLE public;
	Text back;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	FOR_EACH_RECOVERING (type)
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		Text signature = some_text (lengths[i]);

		assert_rv (verify_recover (api, type, public, &signature, &back), CKR_SIGNATURE_LEN_RANGE);
		assert_rv (api->f->C_VerifyRecover (api->session, signature.data, K, back.data, &back.n),
		           CKR_OPERATION_NOT_INITIALIZED);
	}
}

/* Section 5.15.6: with an invalid signature there is never a CKR_BUFFER_TOO_SMALL. */
static void
wrong_signature_is_told_before_a_short_buffer (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE public;
	CK_BYTE room[1];

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	FOR_EACH_RECOVERING (type)
	{
		Text signature = some_text (K);
		CK_ULONG n = sizeof room;

		memset (signature.data, 0xff, K);
		assert_ok (api->f->C_VerifyRecoverInit (api->session, MECH (type), public));
		assert_rv (api->f->C_VerifyRecover (api->session, signature.data, K, room, &n),
		           CKR_SIGNATURE_INVALID);
		assert_ok (api->f->C_VerifyRecoverInit (api->session, MECH (type), public));
		n = sizeof room;
		assert_rv (api->f->C_VerifyRecover (api->session, signature.data, K - 1, room, &n),
		           CKR_SIGNATURE_LEN_RANGE);
	}
}

static void
recovery_answers_questions_and_goes_on (Api *api, gconstpointer unused)
{
	Text text = some_text (20), signature, back;
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	FOR_EACH_RECOVERING (type)
	{
		CK_ULONG whole = type == CKM_RSA_PKCS ? 20 : K;

		assert_ok (api->f->C_SignRecoverInit (api->session, MECH (type), private));
		assert_ok (api->f->C_SignRecover (api->session, text.data, text.n, NULL, &signature.n));
		g_assert_cmpuint (signature.n, ==, K);
		signature.n = K - 1;
		assert_rv (
			api->f->C_SignRecover (api->session, text.data, text.n, signature.data, &signature.n),
			CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (signature.n, ==, K);
		assert_ok (api->f->C_SignRecover (api->session, text.data, text.n, signature.data,
		                                  &signature.n));
		assert_ok (api->f->C_VerifyRecoverInit (api->session, MECH (type), public));
		assert_ok (api->f->C_VerifyRecover (api->session, signature.data, K, NULL, &back.n));
		g_assert_cmpuint (back.n, >=, whole);
		g_assert_cmpuint (back.n, <=, K);
		back.n = whole - 1;
		assert_rv (api->f->C_VerifyRecover (api->session, signature.data, K, back.data, &back.n),
		           CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (back.n, >=, whole);
		back.n = whole;
		assert_ok (api->f->C_VerifyRecover (api->session, signature.data, K, back.data, &back.n));
		g_assert_cmpmem (back.data + whole - 20, 20, text.data, 20);
	}
}

static void
recovery_ends_with_its_result (Api *api, gconstpointer unused)
{
	Text text = some_text (20), signature, back;

	if (lacks_functions (api))
		return;
	assert_ok (
		sign_recover (api, CKM_RSA_PKCS, api_key (api, KEY_RSA_PRIVATE, NOTHING), &text, &signature));
	assert_rv (api->f->C_SignRecover (api->session, text.data, text.n, signature.data, &signature.n),
	           CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (verify_recover (api, CKM_RSA_PKCS, api_key (api, KEY_RSA_PUBLIC, NOTHING), &signature,
	                           &back));
	assert_rv (api->f->C_VerifyRecover (api->session, signature.data, signature.n, back.data, &back.n),
	           CKR_OPERATION_NOT_INITIALIZED);
}

static void
recovery_begins_once (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	assert_ok (api->f->C_SignRecoverInit (api->session, MECH (CKM_RSA_PKCS), private));
	assert_rv (api->f->C_SignRecoverInit (api->session, MECH (CKM_RSA_PKCS), private),
	           CKR_OPERATION_ACTIVE);
	assert_ok (api->f->C_VerifyRecoverInit (api->session, MECH (CKM_RSA_PKCS), public));
	assert_rv (api->f->C_VerifyRecoverInit (api->session, MECH (CKM_RSA_PKCS), public),
	           CKR_OPERATION_ACTIVE);
}

static void
recovery_needs_keys_that_may (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE other = CKM_SHA256_RSA_PKCS;

	if (lacks_functions (api))
		return;
	const struct {
		CK_OBJECT_HANDLE private, public;
		CK_RV rv;
	} cases[] = {
		{ 0, 0, CKR_KEY_HANDLE_INVALID },
		{ api_key (api, DATA_OBJECT, NOTHING), api_key (api, DATA_OBJECT, NOTHING),
		  CKR_KEY_HANDLE_INVALID },
		{ api_key (api, KEY_RSA_PRIVATE, T (NO (CKA_SIGN_RECOVER))),
		  api_key (api, KEY_RSA_PUBLIC, T (NO (CKA_VERIFY_RECOVER))),
		  CKR_KEY_FUNCTION_NOT_PERMITTED },
		{ api_key (api, KEY_RSA_PUBLIC, NOTHING), api_key (api, KEY_RSA_PRIVATE, NOTHING),
		  CKR_KEY_TYPE_INCONSISTENT },
		{ api_key (api, KEY_EC_PRIVATE, NOTHING), api_key (api, KEY_EC_PUBLIC, NOTHING),
		  CKR_KEY_TYPE_INCONSISTENT },
		{ api_key (api, KEY_RSA_PRIVATE, T (A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other))),
		  api_key (api, KEY_RSA_PUBLIC, T (A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other))),
		  CKR_MECHANISM_INVALID },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		assert_rv (api->f->C_SignRecoverInit (api->session, MECH (CKM_RSA_PKCS), cases[i].private),
		           cases[i].rv);
		assert_rv (api->f->C_VerifyRecoverInit (api->session, MECH (CKM_RSA_PKCS), cases[i].public),
		           cases[i].rv);
	}
}

/* SoftHSM gives every private key CKA_SIGN_RECOVER: what may not sign does not sign so either. */
static void
recovery_is_a_signature_too (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	private = api_key (api, KEY_RSA_PRIVATE, T (NO (CKA_SIGN), YES (CKA_SIGN_RECOVER)));
	public = api_key (api, KEY_RSA_PUBLIC, T (NO (CKA_VERIFY), YES (CKA_VERIFY_RECOVER)));
	assert_rv (api->f->C_SignRecoverInit (api->session, MECH (CKM_RSA_PKCS), private), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_ok (api->f->C_VerifyRecoverInit (api->session, MECH (CKM_RSA_PKCS), public));
}

static void
recovery_needs_a_mechanism_that_recovers (Api *api, gconstpointer unused)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS_OAEP, CKM_RSA_PKCS_PSS,
		                                   CKM_ECDSA,           CKM_SHA256,        0x7fffffff };
	CK_OBJECT_HANDLE public, private;
	CK_MECHANISM_INFO info;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		assert_rv (api->f->C_SignRecoverInit (api->session, MECH (types[i]), private),
		           CKR_MECHANISM_INVALID);
		assert_rv (api->f->C_VerifyRecoverInit (api->session, MECH (types[i]), public),
		           CKR_MECHANISM_INVALID);
	}
	FOR_EACH_RECOVERING (type)
	{
		assert_ok (api->f->C_GetMechanismInfo (api->slot, type, &info));
		g_assert_cmphex (info.flags & (CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER), ==,
		                 CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER);
	}
}

static void
recovery_refuses_missing_arguments_and_ends (Api *api, gconstpointer unused)
{
	Text text = some_text (20), room;
	CK_OBJECT_HANDLE public, private;

	if (lacks_functions (api))
		return;
	public = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	private = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	assert_ok (api->f->C_SignRecoverInit (api->session, MECH (CKM_RSA_PKCS), private));
	assert_rv (api->f->C_SignRecover (api->session, text.data, text.n, room.data, NULL),
	           CKR_ARGUMENTS_BAD);
	room.n = K;
	assert_rv (api->f->C_SignRecover (api->session, text.data, text.n, room.data, &room.n),
	           CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (api->f->C_VerifyRecoverInit (api->session, MECH (CKM_RSA_PKCS), public));
	assert_rv (api->f->C_VerifyRecover (api->session, NULL, K, room.data, &room.n), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_VerifyRecover (api->session, text.data, K, room.data, &room.n),
	           CKR_OPERATION_NOT_INITIALIZED);
}

/* Section 4.9: each use of such a key wants the PIN. */
static void
recovery_waits_for_the_pin_of_its_key (Api *api, gconstpointer unused)
{
	Text text = some_text (20), signature;
	CK_OBJECT_HANDLE private;

	if (lacks_functions (api))
		return;
	private = api_key (api, KEY_RSA_PRIVATE, T (YES (CKA_ALWAYS_AUTHENTICATE), YES (CKA_PRIVATE)));
	assert_rv (sign_recover (api, CKM_RSA_PKCS, private, &text, &signature), CKR_USER_NOT_LOGGED_IN);
	assert_ok (api->f->C_SignRecoverInit (api->session, MECH (CKM_RSA_PKCS), private));
	assert_ok (api->f3->C_LoginUser (api->session, CKU_CONTEXT_SPECIFIC, (CK_UTF8CHAR *)USER_PIN,
	                                 strlen (USER_PIN), NULL, 0));
	signature.n = K;
	assert_ok (api->f->C_SignRecover (api->session, text.data, text.n, signature.data, &signature.n));
}

/* --- C_VerifySignature: every mechanism that signs --- */

typedef struct {
	const Row *row;
	CK_MECHANISM mech;
	CK_OBJECT_HANDLE public;
	Text text, signature;
} Signed;

static Signed
sign_by (const Api *api, const Row *row)
{
	Signed s = { .row = row, .mech = row_mechanism (row), .text = some_text (row->n_data) };

	s.public = api_key (api, row->undo, NOTHING);
	assert_ok (sign (api, &s.mech, api_key (api, row->make, NOTHING), &s.text, &s.signature));
	return s;
}

static CK_RV
given_first (const Api *api, Signed *s)
{
	return api->f3->C_VerifySignatureInit (api->session, &s->mech, s->public, s->signature.data,
	                                       s->signature.n);
}

static CK_RV
verify_given_first (const Api *api, Signed *s)
{
	CK_RV rv = given_first (api, s);

	return rv != CKR_OK ? rv : api->f3->C_VerifySignature (api->session, s->text.data, s->text.n);
}

static CK_RV
verify_in_parts (const Api *api, Signed *s, CK_ULONG size)
{
	CK_RV rv = given_first (api, s);

	for (CK_ULONG at = 0; rv == CKR_OK && at < s->text.n; at += size)
		rv = api->f3->C_VerifySignatureUpdate (api->session, s->text.data + at,
		                                       MIN (size, s->text.n - at));
	return rv != CKR_OK ? rv : api->f3->C_VerifySignatureFinal (api->session);
}

#define FOR_EACH_SIGNING(row)                                                                                \
	for (const Row *row = rows; row < rows + n_rows; row++)                                              \
		if (row->use == FOR_SIGN)

static void
signatures_given_first_are_right (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	FOR_EACH_SIGNING (row)
	{
		Signed s = sign_by (api, row);

		assert_ok (verify_given_first (api, &s));
		assert_rv (api->f3->C_VerifySignature (api->session, s.text.data, s.text.n),
		           CKR_OPERATION_NOT_INITIALIZED);
	}
}

static void
signatures_given_first_are_verified_in_parts (Api *api, gconstpointer unused)
{
	static const CK_ULONG sizes[] = { 1, 16, 33, 1000 };

	if (lacks_functions (api))
		return;
	FOR_EACH_SIGNING (row)
	{
		Signed s;

		if (row->parts != PARTS)
			continue;
		s = sign_by (api, row);
		for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
			assert_ok (verify_in_parts (api, &s, sizes[i]));
		assert_rv (api->f3->C_VerifySignatureFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		s.text.data[s.text.n - 1] ^= 1;
		assert_rv (verify_in_parts (api, &s, 16), CKR_SIGNATURE_INVALID);
	}
}

static void
mechanisms_in_one_piece_take_no_parts_here_either (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	FOR_EACH_SIGNING (row)
	{
		Signed s;

		if (row->parts == PARTS)
			continue;
		s = sign_by (api, row);
		assert_ok (given_first (api, &s));
		g_assert_cmpuint (api->f3->C_VerifySignatureUpdate (api->session, s.text.data, s.text.n), !=,
		                  CKR_OK);
		assert_rv (api->f3->C_VerifySignature (api->session, s.text.data, s.text.n),
		           CKR_OPERATION_NOT_INITIALIZED);
	}
}

static void
wrong_signatures_given_first_are_refused (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	FOR_EACH_SIGNING (row)
	{
		Signed s = sign_by (api, row);

		s.signature.data[s.signature.n - 1] ^= 1;
		assert_rv (verify_given_first (api, &s), CKR_SIGNATURE_INVALID);
		assert_rv (api->f3->C_VerifySignature (api->session, s.text.data, s.text.n),
		           CKR_OPERATION_NOT_INITIALIZED);
		s.signature.data[s.signature.n - 1] ^= 1;
		s.text.data[s.text.n / 2] ^= 1;
		assert_rv (verify_given_first (api, &s), CKR_SIGNATURE_INVALID);
	}
}

/* At the beginning or at the end: either is allowed. */
static void
signatures_of_another_length_given_first_are_refused (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	FOR_EACH_SIGNING (row)
	{
		Signed s = sign_by (api, row);
		const CK_ULONG lengths[] = { 0, s.signature.n - 1, s.signature.n + 1 };

		for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
			s.signature.n = lengths[i];
			assert_rv (verify_given_first (api, &s), CKR_SIGNATURE_LEN_RANGE);
			assert_rv (api->f3->C_VerifySignature (api->session, s.text.data, s.text.n),
			           CKR_OPERATION_NOT_INITIALIZED);
		}
	}
}

static const Row *
row_of (CK_MECHANISM_TYPE type)
{
	FOR_EACH_SIGNING (row)
	if (row->type == type)
		return row;
	g_assert_not_reached ();
}

static void
signature_given_first_is_kept (Api *api, gconstpointer unused)
{
	Signed s;

	if (lacks_functions (api))
		return;
	s = sign_by (api, row_of (CKM_SHA256_RSA_PKCS));
	assert_ok (given_first (api, &s));
	memset (s.signature.data, 0, sizeof s.signature.data);
	assert_ok (api->f3->C_VerifySignature (api->session, s.text.data, s.text.n));
}

static void
verification_of_either_kind_leaves_the_other (Api *api, gconstpointer unused)
{
	Signed s;

	if (lacks_functions (api))
		return;
	s = sign_by (api, row_of (CKM_SHA256_HMAC));
	assert_ok (given_first (api, &s));
	assert_rv (given_first (api, &s), CKR_OPERATION_ACTIVE);
	assert_rv (api->f->C_VerifyUpdate (api->session, s.text.data, s.text.n),
	           CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (api->f3->C_VerifySignatureUpdate (api->session, s.text.data, 10));
	assert_ok (api->f3->C_VerifySignatureUpdate (api->session, s.text.data + 10, s.text.n - 10));
	assert_ok (api->f3->C_VerifySignatureFinal (api->session));
}

static void
verification_refuses_missing_arguments (Api *api, gconstpointer unused)
{
	Signed s;

	if (lacks_functions (api))
		return;
	s = sign_by (api, row_of (CKM_SHA256_HMAC));
	assert_rv (api->f3->C_VerifySignatureInit (api->session, &s.mech, s.public, NULL, s.signature.n),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_VerifySignatureInit (api->session, NULL, s.public, s.signature.data,
	                                           s.signature.n),
	           CKR_ARGUMENTS_BAD);
	assert_ok (given_first (api, &s));
	assert_rv (api->f3->C_VerifySignature (api->session, NULL, 3), CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_VerifySignature (api->session, s.text.data, s.text.n),
	           CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (given_first (api, &s));
	assert_rv (api->f3->C_VerifySignatureUpdate (api->session, NULL, 3), CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_VerifySignatureFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
}

static void
verification_in_one_piece_does_not_end_parts (Api *api, gconstpointer unused)
{
	Signed s;

	if (lacks_functions (api))
		return;
	s = sign_by (api, row_of (CKM_SHA256_HMAC));
	assert_ok (given_first (api, &s));
	assert_ok (api->f3->C_VerifySignatureUpdate (api->session, s.text.data, 10));
	assert_rv (api->f3->C_VerifySignature (api->session, s.text.data + 10, s.text.n - 10),
	           CKR_OPERATION_ACTIVE);
}

static void
verification_needs_keys_that_may (Api *api, gconstpointer unused)
{
	CK_BYTE signature[K] = { 0 };

	if (lacks_functions (api))
		return;
	const struct {
		CK_OBJECT_HANDLE key;
		CK_MECHANISM_TYPE type;
		CK_RV rv;
	} wrong[] = {
		{ 0, CKM_SHA256_RSA_PKCS, CKR_KEY_HANDLE_INVALID },
		{ api_key (api, KEY_RSA_PUBLIC, T (NO (CKA_VERIFY))), CKM_SHA256_RSA_PKCS,
		  CKR_KEY_FUNCTION_NOT_PERMITTED },
		{ api_key (api, KEY_RSA_PRIVATE, NOTHING), CKM_SHA256_RSA_PKCS, CKR_KEY_TYPE_INCONSISTENT },
		{ api_key (api, KEY_EC_PUBLIC, NOTHING), CKM_SHA256_RSA_PKCS, CKR_KEY_TYPE_INCONSISTENT },
		{ api_key (api, KEY_RSA_PUBLIC, NOTHING), CKM_RSA_PKCS_OAEP, CKR_MECHANISM_INVALID },
		{ api_key (api, KEY_RSA_PUBLIC, NOTHING), CKM_RSA_PKCS_PSS, CKR_MECHANISM_PARAM_INVALID },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
		assert_rv (api->f3->C_VerifySignatureInit (api->session, MECH (wrong[i].type), wrong[i].key,
		                                           signature, K),
		           wrong[i].rv);
}

/* --- two at once --- */

typedef CK_RV (*Two) (CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out);

#define N_PLAIN 96

/* The operations of each function: the data goes to @tell, and through @crypt. */
typedef struct {
	Api *api;
	CK_OBJECT_HANDLE aes, make, undo;
	Text plain, encrypted, digest, signature;
	CK_MECHANISM signing;
} Dual;

static void
digest_of (const Api *api, const CK_BYTE *data, CK_ULONG n, Text *digest)
{
	digest->n = sizeof digest->data;
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_Digest (api->session, (CK_BYTE *)(guintptr)data, n, digest->data, &digest->n));
}

/* What comes out one after the other. */
static Dual
dual (Api *api)
{
	Dual d = { .api = api, .plain = some_text (N_PLAIN), .signing = { CKM_SHA256_RSA_PKCS, NULL, 0 } };

	d.aes = api_key (api, KEY_AES, NOTHING);
	d.make = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	d.undo = api_key (api, KEY_RSA_PUBLIC, NOTHING);
	d.encrypted.n = sizeof d.encrypted.data;
	assert_ok (api->f->C_EncryptInit (api->session, CBC, d.aes));
	assert_ok (api->f->C_Encrypt (api->session, d.plain.data, N_PLAIN, d.encrypted.data, &d.encrypted.n));
	digest_of (api, d.plain.data, N_PLAIN, &d.digest);
	assert_ok (sign (api, &d.signing, d.make, &d.plain, &d.signature));
	return d;
}

static void
begin_encrypt (const Dual *d)
{
	assert_ok (d->api->f->C_EncryptInit (d->api->session, CBC, d->aes));
}

static void
begin_decrypt (const Dual *d)
{
	assert_ok (d->api->f->C_DecryptInit (d->api->session, CBC, d->aes));
}

static void
begin_digest (const Dual *d)
{
	assert_ok (d->api->f->C_DigestInit (d->api->session, MECH (CKM_SHA256)));
}

static void
begin_sign (const Dual *d)
{
	assert_ok (d->api->f->C_SignInit (d->api->session, (CK_MECHANISM *)(guintptr)&d->signing, d->make));
}

static void
begin_verify (const Dual *d)
{
	assert_ok (d->api->f->C_VerifyInit (d->api->session, (CK_MECHANISM *)(guintptr)&d->signing, d->undo));
}

static void
assert_digested (const Dual *d)
{
	Text digest = { .n = sizeof digest.data };

	assert_ok (d->api->f->C_DigestFinal (d->api->session, digest.data, &digest.n));
	g_assert_cmpmem (digest.data, digest.n, d->digest.data, d->digest.n);
}

static void
assert_signed (const Dual *d)
{
	Text signature = { .n = sizeof signature.data };

	assert_ok (d->api->f->C_SignFinal (d->api->session, signature.data, &signature.n));
	g_assert_cmpmem (signature.data, signature.n, d->signature.data, d->signature.n);
}

static void
assert_verified (const Dual *d)
{
	assert_ok (d->api->f->C_VerifyFinal (d->api->session, (CK_BYTE *)(guintptr)d->signature.data,
	                                     d->signature.n));
}

static void
assert_nothing_left_to_encrypt (const Dual *d)
{
	CK_BYTE last[32];
	CK_ULONG n = sizeof last;

	assert_ok (d->api->f->C_EncryptFinal (d->api->session, last, &n));
	g_assert_cmpuint (n, ==, 0);
}

static void
assert_nothing_left_to_decrypt (const Dual *d)
{
	CK_BYTE last[32];
	CK_ULONG n = sizeof last;

	assert_ok (d->api->f->C_DecryptFinal (d->api->session, last, &n));
	g_assert_cmpuint (n, ==, 0);
}

typedef struct {
	size_t function; /* in the list */
	gboolean decrypts;
	void (*begin_tell) (const Dual *d);
	void (*begin_crypt) (const Dual *d);
	void (*end_tell) (const Dual *d);
	void (*end_crypt) (const Dual *d);
} Pairing;

#define FUNCTION(name) offsetof (CK_FUNCTION_LIST, name)

static const Pairing pairings[] = {
	{ FUNCTION (C_DigestEncryptUpdate), FALSE, begin_digest, begin_encrypt, assert_digested,
	  assert_nothing_left_to_encrypt },
	{ FUNCTION (C_DecryptDigestUpdate), TRUE, begin_digest, begin_decrypt, assert_digested,
	  assert_nothing_left_to_decrypt },
	{ FUNCTION (C_SignEncryptUpdate), FALSE, begin_sign, begin_encrypt, assert_signed,
	  assert_nothing_left_to_encrypt },
	{ FUNCTION (C_DecryptVerifyUpdate), TRUE, begin_verify, begin_decrypt, assert_verified,
	  assert_nothing_left_to_decrypt },
};

#define FOR_EACH_PAIRING(p) for (const Pairing *p = pairings; p < pairings + G_N_ELEMENTS (pairings); p++)

static CK_RV
two (const Dual *d, const Pairing *p, const CK_BYTE *in, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out)
{
	Two function;

	memcpy (&function, (const CK_BYTE *)d->api->f + p->function, sizeof function);
	return function (d->api->session, (CK_BYTE *)(guintptr)in, n, out, n_out);
}

static const Text *
input (const Dual *d, const Pairing *p)
{
	return p->decrypts ? &d->encrypted : &d->plain;
}

static const Text *
output (const Dual *d, const Pairing *p)
{
	return p->decrypts ? &d->plain : &d->encrypted;
}

static void
two_at_once_are_as_one_after_the_other (Api *api, gconstpointer unused)
{
	static const CK_ULONG sizes[] = { 96, 48, 16, 7, 1 };
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	FOR_EACH_PAIRING (p)
	for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
		Text got = { .n = 0 };

		p->begin_tell (&d);
		p->begin_crypt (&d);
		for (CK_ULONG at = 0; at < N_PLAIN; at += sizes[i]) {
			CK_ULONG n = sizeof got.data - got.n;

			assert_ok (two (&d, p, input (&d, p)->data + at, MIN (sizes[i], N_PLAIN - at),
			                got.data + got.n, &n));
			got.n += n;
		}
		p->end_tell (&d);
		p->end_crypt (&d);
		g_assert_cmpmem (got.data, got.n, output (&d, p)->data, N_PLAIN);
	}
}

static void
two_at_once_may_write_over_their_input (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	FOR_EACH_PAIRING (p)
	{
		Text both = *input (&d, p);
		CK_ULONG n = N_PLAIN;

		p->begin_tell (&d);
		p->begin_crypt (&d);
		assert_ok (two (&d, p, both.data, N_PLAIN, both.data, &n));
		g_assert_cmpmem (both.data, n, output (&d, p)->data, N_PLAIN);
		p->end_tell (&d);
		p->end_crypt (&d);
	}
}

/* Section 5.17: without output no plaintext is passed on. */
static void
questions_change_neither_of_two (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	FOR_EACH_PAIRING (p)
	{
		Text got;

		p->begin_tell (&d);
		p->begin_crypt (&d);
		assert_ok (two (&d, p, input (&d, p)->data, N_PLAIN, NULL, &got.n));
		g_assert_cmpuint (got.n, >=, N_PLAIN);
		g_assert_cmpuint (got.n, <=, N_PLAIN + 16);
		got.n = N_PLAIN - 1;
		assert_rv (two (&d, p, input (&d, p)->data, N_PLAIN, got.data, &got.n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (got.n, >=, N_PLAIN);
		assert_ok (two (&d, p, input (&d, p)->data, N_PLAIN, got.data, &got.n));
		g_assert_cmpmem (got.data, got.n, output (&d, p)->data, N_PLAIN);
		p->end_tell (&d);
		p->end_crypt (&d);
	}
}

static void
two_at_once_must_both_be_under_way (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	FOR_EACH_PAIRING (p)
	{
		Text got = { .n = sizeof got.data };

		assert_rv (two (&d, p, input (&d, p)->data, N_PLAIN, got.data, &got.n),
		           CKR_OPERATION_NOT_INITIALIZED);
		p->begin_tell (&d);
		assert_rv (two (&d, p, input (&d, p)->data, N_PLAIN, got.data, &got.n),
		           CKR_OPERATION_NOT_INITIALIZED);
		assert_ok (api->f3->C_SessionCancel (api->session, CKF_DIGEST | CKF_SIGN | CKF_VERIFY));
		p->begin_crypt (&d);
		assert_rv (two (&d, p, input (&d, p)->data, N_PLAIN, got.data, &got.n),
		           CKR_OPERATION_NOT_INITIALIZED);
		/* which is not harmed */
		p->begin_tell (&d);
		got.n = sizeof got.data;
		assert_ok (two (&d, p, input (&d, p)->data, N_PLAIN, got.data, &got.n));
		p->end_tell (&d);
		p->end_crypt (&d);
	}
}

static void
two_at_once_refuse_missing_arguments (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	FOR_EACH_PAIRING (p)
	{
		Text got = { .n = sizeof got.data };
		Two function;

		p->begin_tell (&d);
		p->begin_crypt (&d);
		assert_rv (two (&d, p, NULL, N_PLAIN, got.data, &got.n), CKR_ARGUMENTS_BAD);
		assert_ok (api->f3->C_SessionCancel (api->session, CKF_DIGEST | CKF_SIGN | CKF_VERIFY |
		                                                           CKF_ENCRYPT | CKF_DECRYPT));
		p->begin_tell (&d);
		p->begin_crypt (&d);
		assert_rv (two (&d, p, input (&d, p)->data, N_PLAIN, got.data, NULL), CKR_ARGUMENTS_BAD);
		assert_ok (api->f3->C_SessionCancel (api->session, CKF_DIGEST | CKF_SIGN | CKF_VERIFY |
		                                                           CKF_ENCRYPT | CKF_DECRYPT));
		memcpy (&function, (const CK_BYTE *)api->f + p->function, sizeof function);
		assert_rv (function (0, got.data, 1, got.data, &got.n), CKR_SESSION_HANDLE_INVALID);
	}
}

static void
parts_for_one_go_between_parts_for_two (Api *api, gconstpointer unused)
{
	CK_ULONG n;
	Text got;
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	begin_digest (&d);
	begin_encrypt (&d);
	n = 16;
	assert_ok (api->f->C_DigestEncryptUpdate (api->session, d.plain.data, 16, got.data, &n));
	assert_ok (api->f->C_DigestUpdate (api->session, d.plain.data + 16, 16));
	n = 16;
	assert_ok (api->f->C_EncryptUpdate (api->session, d.plain.data + 16, 16, got.data + 16, &n));
	n = 64;
	assert_ok (api->f->C_DigestEncryptUpdate (api->session, d.plain.data + 32, 64, got.data + 32, &n));
	assert_digested (&d);
	assert_nothing_left_to_encrypt (&d);
	g_assert_cmpmem (got.data, N_PLAIN, d.encrypted.data, N_PLAIN);
}

/* The example of section 5.17.2, with blocks of 16 bytes: what C_DecryptFinal gives was not digested. */
static void
padding_keeps_the_end_from_the_digest (Api *api, gconstpointer unused)
{
	Text text = some_text (34), encrypted = { .n = 1024 }, got, digest = { .n = 32 }, wanted;
	CK_OBJECT_HANDLE aes;
	CK_ULONG n;

	if (lacks_functions (api))
		return;
	aes = api_key (api, KEY_AES, NOTHING);
	assert_ok (api->f->C_EncryptInit (api->session, CBC_PAD, aes));
	assert_ok (api->f->C_Encrypt (api->session, text.data, text.n, encrypted.data, &encrypted.n));
	g_assert_cmpuint (encrypted.n, ==, 48);
	digest_of (api, text.data, 32, &wanted);
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_DecryptInit (api->session, CBC_PAD, aes));
	got.n = sizeof got.data;
	assert_ok (api->f->C_DecryptDigestUpdate (api->session, encrypted.data, 48, got.data, &got.n));
	g_assert_cmpuint (got.n, ==, 32);
	n = 16;
	assert_ok (api->f->C_DecryptFinal (api->session, got.data + 32, &n));
	g_assert_cmpuint (n, ==, 2);
	g_assert_cmpmem (got.data, 34, text.data, 34);
	assert_ok (api->f->C_DigestFinal (api->session, digest.data, &digest.n));
	g_assert_cmpmem (digest.data, digest.n, wanted.data, wanted.n);
}

static void
wrong_signature_of_two_is_refused (Api *api, gconstpointer unused)
{
	Text got = { .n = 1024 };
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	begin_verify (&d);
	begin_decrypt (&d);
	d.encrypted.data[40] ^= 1;
	assert_ok (api->f->C_DecryptVerifyUpdate (api->session, d.encrypted.data, N_PLAIN, got.data, &got.n));
	assert_rv (api->f->C_VerifyFinal (api->session, d.signature.data, d.signature.n),
	           CKR_SIGNATURE_INVALID);
}

/* --- all at once --- */

/* C_SessionCancel's flag for each, how it begins, and its ..Init without a mechanism.  Begun twice, each says
 * CKR_OPERATION_ACTIVE: so it is known whether it is under way. */
typedef struct {
	CK_FLAGS flag;
	CK_RV (*begin) (const Dual *d);
	CK_RV (*end) (const Dual *d);
} Kind;

#define KIND(name, init, ...)                                                                                \
	static CK_RV name (const Dual *d)                                                                    \
	{                                                                                                    \
		return d->api->init (d->api->session, __VA_ARGS__);                                          \
	}

#define SIGNING (CK_MECHANISM *)(guintptr)&d->signing
#define SIGNED  (CK_BYTE *)(guintptr)d->signature.data, d->signature.n
#define GCM     MECH (CKM_AES_GCM)

KIND (start_encrypt, f->C_EncryptInit, CBC, d->aes)
KIND (start_decrypt, f->C_DecryptInit, CBC, d->aes)
KIND (start_digest, f->C_DigestInit, MECH (CKM_SHA256))
KIND (start_sign, f->C_SignInit, SIGNING, d->make)
KIND (start_sign_recover, f->C_SignRecoverInit, MECH (CKM_RSA_PKCS), d->make)
KIND (start_verify, f->C_VerifyInit, SIGNING, d->undo)
KIND (start_verify_recover, f->C_VerifyRecoverInit, MECH (CKM_RSA_PKCS), d->undo)
KIND (start_verify_signature, f3->C_VerifySignatureInit, SIGNING, d->undo, SIGNED)
KIND (start_find, f->C_FindObjectsInit, NULL, 0)
KIND (start_messages_to_encrypt, f3->C_MessageEncryptInit, GCM, d->aes)
KIND (start_messages_to_decrypt, f3->C_MessageDecryptInit, GCM, d->aes)
KIND (start_messages_to_sign, f3->C_MessageSignInit, SIGNING, d->make)
KIND (start_messages_to_verify, f3->C_MessageVerifyInit, SIGNING, d->undo)

KIND (end_encrypt, f->C_EncryptInit, NULL, d->aes)
KIND (end_decrypt, f->C_DecryptInit, NULL, 0)
KIND (end_digest, f->C_DigestInit, NULL)
KIND (end_sign, f->C_SignInit, NULL, d->make)
KIND (end_sign_recover, f->C_SignRecoverInit, NULL, 0)
KIND (end_verify, f->C_VerifyInit, NULL, 0)
KIND (end_verify_recover, f->C_VerifyRecoverInit, NULL, 0)
KIND (end_verify_signature, f3->C_VerifySignatureInit, NULL, 0, NULL, 0)
KIND (end_messages_to_encrypt, f3->C_MessageEncryptInit, NULL, 0)
KIND (end_messages_to_decrypt, f3->C_MessageDecryptInit, NULL, 0)
KIND (end_messages_to_sign, f3->C_MessageSignInit, NULL, 0)
KIND (end_messages_to_verify, f3->C_MessageVerifyInit, NULL, 0)

static const Kind kinds[] = {
	{ CKF_ENCRYPT, start_encrypt, end_encrypt },
	{ CKF_DECRYPT, start_decrypt, end_decrypt },
	{ CKF_DIGEST, start_digest, end_digest },
	{ CKF_SIGN, start_sign, end_sign },
	{ CKF_SIGN_RECOVER, start_sign_recover, end_sign_recover },
	{ CKF_VERIFY, start_verify, end_verify },
	{ CKF_VERIFY, start_verify_signature, end_verify_signature },
	{ CKF_VERIFY_RECOVER, start_verify_recover, end_verify_recover },
	{ CKF_FIND_OBJECTS, start_find, NULL },
	{ CKF_MESSAGE_ENCRYPT, start_messages_to_encrypt, end_messages_to_encrypt },
	{ CKF_MESSAGE_DECRYPT, start_messages_to_decrypt, end_messages_to_decrypt },
	{ CKF_MESSAGE_SIGN, start_messages_to_sign, end_messages_to_sign },
	{ CKF_MESSAGE_VERIFY, start_messages_to_verify, end_messages_to_verify },
};

static const CK_FLAGS all_flags = CKF_ENCRYPT | CKF_DECRYPT | CKF_DIGEST | CKF_SIGN | CKF_SIGN_RECOVER |
                                  CKF_VERIFY | CKF_VERIFY_RECOVER | CKF_FIND_OBJECTS | CKF_MESSAGE_ENCRYPT |
                                  CKF_MESSAGE_DECRYPT | CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY;

static void
start_all (const Dual *d)
{
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		assert_ok (kinds[i].begin (d));
}

static void
every_operation_may_be_under_way_at_once (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	start_all (&d);
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		assert_rv (kinds[i].begin (&d), CKR_OPERATION_ACTIVE);
}

/* In parts by turns: each ends as if it had been alone. */
static void
operations_do_not_disturb_each_other (Api *api, gconstpointer unused)
{
	Text encrypted = { .n = 0 }, opened = { .n = 0 }, out = { .n = K };
	CK_OBJECT_HANDLE found[1];
	guint n_objects;
	CK_ULONG n;
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	n_objects = api_count (api, NOTHING);
	start_all (&d);
	for (CK_ULONG at = 0; at < N_PLAIN; at += 8) {
		n = sizeof encrypted.data - encrypted.n;
		assert_ok (api->f->C_EncryptUpdate (api->session, d.plain.data + at, 8,
		                                    encrypted.data + encrypted.n, &n));
		encrypted.n += n;
		n = sizeof opened.data - opened.n;
		assert_ok (api->f->C_DecryptUpdate (api->session, d.encrypted.data + at, 8,
		                                    opened.data + opened.n, &n));
		opened.n += n;
		assert_ok (api->f->C_DigestUpdate (api->session, d.plain.data + at, 8));
		assert_ok (api->f->C_SignUpdate (api->session, d.plain.data + at, 8));
		assert_ok (api->f->C_VerifyUpdate (api->session, d.plain.data + at, 8));
		assert_ok (api->f3->C_VerifySignatureUpdate (api->session, d.plain.data + at, 8));
	}
	for (guint i = 0; i < n_objects; i++) {
		assert_ok (api->f->C_FindObjects (api->session, found, 1, &n));
		g_assert_cmpuint (n, ==, 1);
	}
	assert_ok (api->f3->C_SignMessage (api->session, NULL, 0, d.plain.data, N_PLAIN, out.data, &out.n));
	g_assert_cmpmem (out.data, out.n, d.signature.data, d.signature.n);
	assert_ok (api->f3->C_VerifyMessage (api->session, NULL, 0, d.plain.data, N_PLAIN, d.signature.data,
	                                     d.signature.n));
	out.n = K;
	assert_ok (api->f->C_SignRecover (api->session, d.plain.data, 20, out.data, &out.n));
	n = 20;
	assert_ok (api->f->C_VerifyRecover (api->session, out.data, out.n, out.data, &n));
	g_assert_cmpmem (out.data, n, d.plain.data, 20);
	assert_digested (&d);
	assert_signed (&d);
	assert_verified (&d);
	assert_ok (api->f3->C_VerifySignatureFinal (api->session));
	assert_nothing_left_to_encrypt (&d);
	assert_nothing_left_to_decrypt (&d);
	g_assert_cmpmem (encrypted.data, encrypted.n, d.encrypted.data, N_PLAIN);
	g_assert_cmpmem (opened.data, opened.n, d.plain.data, N_PLAIN);
	assert_ok (api->f->C_FindObjects (api->session, found, 1, &n));
	g_assert_cmpuint (n, ==, 0);
	assert_ok (api->f->C_FindObjectsFinal (api->session));
}

static void
operations_of_one_session_are_not_those_of_another (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE own = api->session;
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	start_all (&d);
	api->session = api_open (api, 0);
	start_all (&d);
	assert_ok (api->f3->C_SessionCancel (api->session, all_flags));
	api->session = own;
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		assert_rv (kinds[i].begin (&d), CKR_OPERATION_ACTIVE);
}

static void
no_mechanism_ends_one_operation (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	start_all (&d);
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		if (kinds[i].end == NULL)
			continue;
		assert_ok (kinds[i].end (&d));
		for (gsize j = 0; j < G_N_ELEMENTS (kinds); j++)
			assert_rv (kinds[j].begin (&d), i == j ? CKR_OK : CKR_OPERATION_ACTIVE);
	}
}

static void
no_mechanism_ends_operations_with_what_they_had (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	begin_digest (&d);
	assert_ok (api->f->C_DigestUpdate (api->session, d.plain.data, 5));
	assert_ok (end_digest (&d));
	assert_rv (api->f->C_DigestUpdate (api->session, d.plain.data, 5), CKR_OPERATION_NOT_INITIALIZED);
	begin_digest (&d);
	assert_ok (api->f->C_DigestUpdate (api->session, d.plain.data, N_PLAIN));
	assert_digested (&d);
}

static void
cancel_ends_what_its_flag_names_and_no_more (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	start_all (&d);
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		assert_ok (api->f3->C_SessionCancel (api->session, kinds[i].flag));
		for (gsize j = 0; j < G_N_ELEMENTS (kinds); j++)
			assert_rv (kinds[j].begin (&d),
			           kinds[i].flag == kinds[j].flag ? CKR_OK : CKR_OPERATION_ACTIVE);
	}
}

static void
cancel_with_every_flag_ends_everything (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	start_all (&d);
	assert_ok (api->f3->C_SessionCancel (api->session, all_flags));
	start_all (&d);
	assert_ok (api->f3->C_SessionCancel (api->session, ~0UL));
	start_all (&d);
}

static void
cancel_without_a_flag_ends_nothing (Api *api, gconstpointer unused)
{
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	start_all (&d);
	assert_ok (api->f3->C_SessionCancel (api->session, 0));
	assert_ok (
		api->f3->C_SessionCancel (api->session, CKF_GENERATE | CKF_WRAP | CKF_UNWRAP | CKF_DERIVE));
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		assert_rv (kinds[i].begin (&d), CKR_OPERATION_ACTIVE);
}

static void
cancel_of_what_is_not_there_is_ignored (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	assert_ok (api->f3->C_SessionCancel (api->session, all_flags));
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		assert_ok (api->f3->C_SessionCancel (api->session, kinds[i].flag));
	assert_rv (api->f3->C_SessionCancel (0, all_flags), CKR_SESSION_HANDLE_INVALID);
}

static void
cancel_of_one_of_two_leaves_the_other (Api *api, gconstpointer unused)
{
	Text got = { .n = 48 };
	CK_ULONG n = 48;
	Dual d;

	if (lacks_functions (api))
		return;
	d = dual (api);
	begin_digest (&d);
	begin_encrypt (&d);
	assert_ok (api->f->C_DigestEncryptUpdate (api->session, d.plain.data, 48, got.data, &got.n));
	assert_ok (api->f3->C_SessionCancel (api->session, CKF_DIGEST));
	assert_rv (api->f->C_DigestEncryptUpdate (api->session, d.plain.data + 48, 48, got.data + 48, &n),
	           CKR_OPERATION_NOT_INITIALIZED);
	n = 48;
	assert_ok (api->f->C_EncryptUpdate (api->session, d.plain.data + 48, 48, got.data + 48, &n));
	assert_nothing_left_to_encrypt (&d);
	g_assert_cmpmem (got.data, N_PLAIN, d.encrypted.data, N_PLAIN);
}

/* --- C_LoginUser --- */

static CK_RV
login_user (const Api *api, CK_USER_TYPE who, const char *pin, const char *name)
{
	return api->f3->C_LoginUser (api->session, who, (CK_UTF8CHAR *)(guintptr)pin, strlen (pin),
	                             (CK_UTF8CHAR *)(guintptr)name, name ? strlen (name) : 0);
}

static CK_STATE
state (const Api *api)
{
	CK_SESSION_INFO info;

	assert_ok (api->f->C_GetSessionInfo (api->session, &info));
	return info.state;
}

static CK_FLAGS
token_flags (const Api *api)
{
	CK_TOKEN_INFO info;

	assert_ok (api->f->C_GetTokenInfo (api->slot, &info));
	return info.flags;
}

static void
login_with_an_empty_name_is_a_login (Api *api, gconstpointer unused)
{
	const struct {
		CK_USER_TYPE who;
		const char *pin, *name;
		CK_STATE state;
	} logins[] = {
		{ CKU_USER, USER_PIN, NULL, CKS_RW_USER_FUNCTIONS },
		{ CKU_USER, USER_PIN, "", CKS_RW_USER_FUNCTIONS },
		{ CKU_SO, SO_PIN, NULL, CKS_RW_SO_FUNCTIONS },
		{ CKU_SO, SO_PIN, "", CKS_RW_SO_FUNCTIONS },
	};

	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (logins); i++) {
		assert_ok (api->f->C_Logout (api->session));
		assert_ok (login_user (api, logins[i].who, logins[i].pin, logins[i].name));
		g_assert_cmpuint (state (api), ==, logins[i].state);
	}
}

static void
login_with_an_empty_name_is_refused_as_a_login_is (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	assert_rv (login_user (api, CKU_USER, USER_PIN, NULL), CKR_USER_ALREADY_LOGGED_IN);
	assert_rv (login_user (api, CKU_SO, SO_PIN, NULL), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	assert_rv (login_user (api, CKU_CONTEXT_SPECIFIC, USER_PIN, NULL), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (login_user (api, 77, USER_PIN, NULL), CKR_USER_TYPE_INVALID);
	assert_ok (api->f->C_Logout (api->session));
	assert_rv (login_user (api, CKU_USER, "wrong-pin", NULL), CKR_PIN_INCORRECT);
	g_assert_cmphex (token_flags (api) & CKF_USER_PIN_COUNT_LOW, ==, CKF_USER_PIN_COUNT_LOW);
	assert_rv (api->f3->C_LoginUser (api->session, CKU_USER, NULL, 4, NULL, 0), CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_LoginUser (0, CKU_USER, (CK_UTF8CHAR *)USER_PIN, 4, NULL, 0),
	           CKR_SESSION_HANDLE_INVALID);
	api_open (api, 0);
	assert_rv (login_user (api, CKU_SO, SO_PIN, NULL), CKR_SESSION_READ_ONLY_EXISTS);
	g_assert_cmpuint (state (api), ==, CKS_RW_PUBLIC_SESSION);
}

/* A token with two users and no names; the PIN is not tried. */
static void
login_with_another_name_is_refused (Api *api, gconstpointer unused)
{
	if (lacks_functions (api))
		return;
	assert_ok (api->f->C_Logout (api->session));
	assert_rv (login_user (api, CKU_USER, USER_PIN, "alice"), CKR_ARGUMENTS_BAD);
	assert_rv (login_user (api, CKU_USER, "wrong-pin", "alice"), CKR_ARGUMENTS_BAD);
	assert_rv (login_user (api, CKU_SO, SO_PIN, "alice"), CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_LoginUser (api->session, CKU_USER, (CK_UTF8CHAR *)USER_PIN, strlen (USER_PIN),
	                                 NULL, 5),
	           CKR_ARGUMENTS_BAD);
	g_assert_cmpuint (state (api), ==, CKS_RW_PUBLIC_SESSION);
	g_assert_cmphex (token_flags (api) & (CKF_USER_PIN_COUNT_LOW | CKF_SO_PIN_COUNT_LOW), ==, 0);
}

/* --- validation, and what is not there --- */

static void
nothing_was_validated (Api *api, gconstpointer unused)
{
	CK_FLAGS flags = 0x5eed;

	if (lacks_functions (api))
		return;
	assert_ok (api->f3->C_GetSessionValidationFlags (api->session, CKS_LAST_VALIDATION_OK, &flags));
	g_assert_cmphex (flags, ==, 0);
}

static void
validation_flags_of_no_kind_are_refused (Api *api, gconstpointer unused)
{
	CK_FLAGS flags = 0x5eed;

	if (lacks_functions (api))
		return;
	assert_rv (api->f3->C_GetSessionValidationFlags (api->session, CKS_LAST_VALIDATION_OK, NULL),
	           CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_GetSessionValidationFlags (api->session, 0, &flags), CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_GetSessionValidationFlags (api->session, 2, &flags), CKR_ARGUMENTS_BAD);
	assert_rv (api->f3->C_GetSessionValidationFlags (0, CKS_LAST_VALIDATION_OK, &flags),
	           CKR_SESSION_HANDLE_INVALID);
	g_assert_cmphex (flags, ==, 0x5eed);
}

static void
asynchronous_sessions_are_not_opened (Api *api, gconstpointer unused)
{
	static const CK_FLAGS others[] = { CKF_SERIAL_SESSION, CKF_SERIAL_SESSION | CKF_RW_SESSION };
	CK_SESSION_HANDLE session = 0x5eed;

	if (lacks_functions (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
		assert_rv (api->f->C_OpenSession (api->slot, others[i] | CKF_ASYNC_SESSION, NULL, NULL,
		                                  &session),
		           CKR_SESSION_ASYNC_NOT_SUPPORTED);
	g_assert_cmpuint (session, ==, 0x5eed);
	/* CKF_ASYNC_SESSION_SUPPORTED */
	g_assert_cmphex (token_flags (api) & 0x04000000UL, ==, 0);
}

static void
asynchronous_functions_are_refused (Api *api, gconstpointer unused)
{
	CK_UTF8CHAR name[] = "C_Sign";
	CK_ULONG id = 0x5eed;
	CK_BYTE room[16];

	if (lacks_functions (api))
		return;
	const struct {
		CK_SESSION_HANDLE session;
		CK_RV rv;
	} sessions[] = { { api->session, CKR_SESSION_ASYNC_NOT_SUPPORTED },
		         { 0, CKR_SESSION_HANDLE_INVALID } };

	for (gsize i = 0; i < G_N_ELEMENTS (sessions); i++) {
		assert_rv (api->f3->C_AsyncComplete (sessions[i].session, name, NULL), sessions[i].rv);
		assert_rv (api->f3->C_AsyncGetID (sessions[i].session, name, &id), sessions[i].rv);
		assert_rv (api->f3->C_AsyncJoin (sessions[i].session, name, id, room, sizeof room),
		           sessions[i].rv);
	}
	g_assert_cmpuint (id, ==, 0x5eed);
}

static void
add_tests (void)
{
	ADD ("recover", pkcs1_recovers_what_was_signed);
	ADD ("recover", raw_rsa_recovers_as_many_bytes_as_the_modulus_has);
	ADD ("recover", signatures_with_recovery_are_those_without);
	ADD ("recover", data_too_long_to_recover_is_refused);
	ADD ("recover", wrong_signatures_recover_nothing);
	ADD ("recover", other_padding_recovers_nothing);
	ADD ("recover", signatures_of_another_length_recover_nothing);
	ADD ("recover", wrong_signature_is_told_before_a_short_buffer);
	ADD ("recover", recovery_answers_questions_and_goes_on);
	ADD ("recover", recovery_ends_with_its_result);
	ADD ("recover", recovery_begins_once);
	ADD ("recover", recovery_needs_keys_that_may);
	ADD ("recover", recovery_is_a_signature_too);
	ADD ("recover", recovery_needs_a_mechanism_that_recovers);
	ADD ("recover", recovery_refuses_missing_arguments_and_ends);
	ADD ("recover", recovery_waits_for_the_pin_of_its_key);
	ADD ("recover", signatures_given_first_are_right);
	ADD ("recover", signatures_given_first_are_verified_in_parts);
	ADD ("recover", mechanisms_in_one_piece_take_no_parts_here_either);
	ADD ("recover", wrong_signatures_given_first_are_refused);
	ADD ("recover", signatures_of_another_length_given_first_are_refused);
	ADD ("recover", signature_given_first_is_kept);
	ADD ("recover", verification_of_either_kind_leaves_the_other);
	ADD ("recover", verification_refuses_missing_arguments);
	ADD ("recover", verification_in_one_piece_does_not_end_parts);
	ADD ("recover", verification_needs_keys_that_may);
	ADD ("recover", two_at_once_are_as_one_after_the_other);
	ADD ("recover", two_at_once_may_write_over_their_input);
	ADD ("recover", questions_change_neither_of_two);
	ADD ("recover", two_at_once_must_both_be_under_way);
	ADD ("recover", two_at_once_refuse_missing_arguments);
	ADD ("recover", parts_for_one_go_between_parts_for_two);
	ADD ("recover", padding_keeps_the_end_from_the_digest);
	ADD ("recover", wrong_signature_of_two_is_refused);
	ADD ("recover", every_operation_may_be_under_way_at_once);
	ADD ("recover", operations_do_not_disturb_each_other);
	ADD ("recover", operations_of_one_session_are_not_those_of_another);
	ADD ("recover", no_mechanism_ends_one_operation);
	ADD ("recover", no_mechanism_ends_operations_with_what_they_had);
	ADD ("recover", cancel_ends_what_its_flag_names_and_no_more);
	ADD ("recover", cancel_with_every_flag_ends_everything);
	ADD ("recover", cancel_without_a_flag_ends_nothing);
	ADD ("recover", cancel_of_what_is_not_there_is_ignored);
	ADD ("recover", cancel_of_one_of_two_leaves_the_other);
	ADD ("recover", login_with_an_empty_name_is_a_login);
	ADD ("recover", login_with_an_empty_name_is_refused_as_a_login_is);
	ADD ("recover", login_with_another_name_is_refused);
	ADD ("recover", nothing_was_validated);
	ADD ("recover", validation_flags_of_no_kind_are_refused);
	ADD ("recover", asynchronous_sessions_are_not_opened);
	ADD ("recover", asynchronous_functions_are_refused);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
