/* Messages: many of them signed and verified under one key.  PKCS #11 v3.2 sections 5.14 and 5.16. */

#include "apitest.h"
#include "params.h"

#define N_DATA 100
#define MOST   512

static PssParams pss = { CKM_SHA256, CKG_MGF1_SHA256, 32 };

typedef struct {
	const char *name;
	CK_MECHANISM_TYPE type;
	void *param;
	CK_ULONG n_param;
	ApiKey sign, verify;
	CK_ULONG n_data, n_signature;
	gboolean parts;
	gboolean random; /* two signatures differ */
} Kind;

#define PAIR(key)   KEY_##key##_PRIVATE, KEY_##key##_PUBLIC
#define SECRET(key) KEY_##key, KEY_##key

static const Kind kinds[] = {
	{ "RSA_PKCS", CKM_RSA_PKCS, NULL, 0, PAIR (RSA), 51, 256, FALSE, FALSE },
	{ "SHA256_RSA_PKCS", CKM_SHA256_RSA_PKCS, NULL, 0, PAIR (RSA), N_DATA, 256, TRUE, FALSE },
	{ "RSA_PKCS_PSS", CKM_RSA_PKCS_PSS, &pss, sizeof pss, PAIR (RSA), 32, 256, FALSE, TRUE },
	{ "SHA256_RSA_PKCS_PSS", CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss, PAIR (RSA), N_DATA, 256, TRUE,
	  TRUE },
	{ "ECDSA", CKM_ECDSA, NULL, 0, PAIR (EC), 32, 64, FALSE, TRUE },
	{ "ECDSA_SHA256", CKM_ECDSA_SHA256, NULL, 0, PAIR (EC), N_DATA, 64, TRUE, TRUE },
	{ "EDDSA", CKM_EDDSA, NULL, 0, PAIR (EDWARDS), N_DATA, 64, TRUE, FALSE },
	{ "DSA", CKM_DSA, NULL, 0, PAIR (DSA), 32, 64, FALSE, TRUE },
	{ "DSA_SHA256", CKM_DSA_SHA256, NULL, 0, PAIR (DSA), N_DATA, 64, TRUE, TRUE },
	{ "SHA256_HMAC", CKM_SHA256_HMAC, NULL, 0, SECRET (SECRET), N_DATA, 32, TRUE, FALSE },
	{ "AES_CMAC", CKM_AES_CMAC, NULL, 0, SECRET (AES), N_DATA, 16, TRUE, FALSE },
};

static CK_BYTE text[N_DATA];

static void
write_text (void)
{
	for (gsize i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 7 + 1);
}

/* Is there one more?  Says which, for whoever reads of a failure. */
static gboolean
look_at (const Kind *kind)
{
	if (kind == kinds + G_N_ELEMENTS (kinds))
		return FALSE;
	g_test_message ("%s", kind->name);
	return TRUE;
}

static gboolean
spares (const Api *api)
{
	return api_spares_softhsm (api, "SoftHSM has no messages");
}

static CK_RV
start_sign (const Api *api, const Kind *kind, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = { kind->type, kind->param, kind->n_param };

	return api->f3->C_MessageSignInit (api->session, &mechanism, key);
}

static CK_RV
start_verify (const Api *api, const Kind *kind, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = { kind->type, kind->param, kind->n_param };

	return api->f3->C_MessageVerifyInit (api->session, &mechanism, key);
}

static void
end_all (const Api *api)
{
	assert_ok (api->f3->C_SessionCancel (api->session, CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY));
}

static void
start_both (const Api *api, const Kind *kind)
{
	end_all (api);
	assert_ok (start_sign (api, kind, api_key (api, kind->sign, NOTHING)));
	assert_ok (start_verify (api, kind, api_key (api, kind->verify, NOTHING)));
}

static CK_RV
sign (const Api *api, const CK_BYTE *data, CK_ULONG n, CK_BYTE *signature, CK_ULONG *n_signature)
{
	return api->f3->C_SignMessage (api->session, NULL, 0, (CK_BYTE *)(guintptr)data, n, signature,
	                               n_signature);
}

static CK_RV
verify (const Api *api, const CK_BYTE *data, CK_ULONG n, const CK_BYTE *signature, CK_ULONG n_signature)
{
	return api->f3->C_VerifyMessage (api->session, NULL, 0, (CK_BYTE *)(guintptr)data, n,
	                                 (CK_BYTE *)(guintptr)signature, n_signature);
}

static CK_RV
sign_begin (const Api *api)
{
	return api->f3->C_SignMessageBegin (api->session, NULL, 0);
}

static CK_RV
verify_begin (const Api *api)
{
	return api->f3->C_VerifyMessageBegin (api->session, NULL, 0);
}

static CK_RV
sign_next (const Api *api, const CK_BYTE *data, CK_ULONG n, CK_BYTE *signature, CK_ULONG *n_signature)
{
	return api->f3->C_SignMessageNext (api->session, NULL, 0, (CK_BYTE *)(guintptr)data, n, signature,
	                                   n_signature);
}

static CK_RV
verify_next (const Api *api, const CK_BYTE *data, CK_ULONG n, const CK_BYTE *signature, CK_ULONG n_signature)
{
	return api->f3->C_VerifyMessageNext (api->session, NULL, 0, (CK_BYTE *)(guintptr)data, n,
	                                     (CK_BYTE *)(guintptr)signature, n_signature);
}

/* The text, in pieces of @n_piece bytes. */
static CK_RV
sign_parts (const Api *api, CK_ULONG n, CK_ULONG n_piece, CK_BYTE *signature, CK_ULONG *n_signature)
{
	CK_ULONG at;

	assert_ok (sign_begin (api));
	for (at = 0; n - at > n_piece; at += n_piece)
		assert_ok (sign_next (api, text + at, n_piece, NULL, NULL));
	return sign_next (api, text + at, n - at, signature, n_signature);
}

static CK_RV
verify_parts (const Api *api, CK_ULONG n, CK_ULONG n_piece, const CK_BYTE *signature, CK_ULONG n_signature)
{
	CK_ULONG at;

	assert_ok (verify_begin (api));
	for (at = 0; n - at > n_piece; at += n_piece)
		assert_ok (verify_next (api, text + at, n_piece, NULL, 0));
	return verify_next (api, text + at, n - at, signature, n_signature);
}

static CK_ULONG
sign_text (const Api *api, const Kind *kind, CK_BYTE *signature)
{
	CK_ULONG n = MOST;

	assert_ok (sign (api, text, kind->n_data, signature, &n));
	g_assert_cmpuint (n, ==, kind->n_signature);
	return n;
}

static void
assert_goes_on (const Api *api, const Kind *kind)
{
	CK_BYTE signature[MOST];
	CK_ULONG n = sign_text (api, kind, signature);

	assert_ok (verify (api, text, kind->n_data, signature, n));
}

/* --- what comes out --- */

static const struct {
	const char *source;
	CK_MECHANISM_TYPE type;
	ApiKey sign, verify;
	const char *data, *signature;
} vectors[] = {
	{ "RFC 8032 section 7.1, test 1", CKM_EDDSA, PAIR (EDWARDS), "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd2"
	  "5bf5f0595bbe24"
	  "655141438e7a100b" },
	{ "SP 800-38B, AES-256, example 2", CKM_AES_CMAC, SECRET (AES), "6bc1bee22e409f96e93d7e117393172a",
	  "28a7023f452e8f82bd4bf28d8c37c35c" },
	{ "SP 800-38B, AES-256, example 3", CKM_AES_CMAC, SECRET (AES),
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	  "aaf3d8f1de5640c232f5b169b9c911e6" },
};

static void
published_vectors_come_out (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++) {
		g_autoptr (GBytes) data = from_hex (vectors[i].data),
				   wanted = from_hex (vectors[i].signature);
		gsize n_data, n_wanted;
		const CK_BYTE *in = g_bytes_get_data (data, &n_data),
			      *right = g_bytes_get_data (wanted, &n_wanted);
		Kind kind = { "", vectors[i].type, NULL, 0, vectors[i].sign, vectors[i].verify };
		CK_BYTE signature[MOST];
		CK_ULONG n = sizeof signature;

		start_both (api, &kind);
		assert_ok (sign (api, in, n_data, signature, &n));
		g_assert_cmpmem (signature, n, right, n_wanted);
		assert_ok (sign_begin (api));
		assert_ok (sign_next (api, in, n_data / 2, NULL, NULL));
		n = sizeof signature;
		assert_ok (sign_next (api, in ? in + n_data / 2 : NULL, n_data - n_data / 2, signature, &n));
		g_assert_cmpmem (signature, n, right, n_wanted);
		assert_ok (verify (api, in, n_data, right, n_wanted));
	}
}

static void
message_is_signed_as_by_sign (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_MECHANISM mechanism = { kind->type, kind->param, kind->n_param };
		CK_BYTE message[MOST], plain[MOST];
		CK_ULONG n, n_plain = sizeof plain;

		start_both (api, kind);
		n = sign_text (api, kind, message);
		assert_ok (api->f->C_SignInit (api->session, &mechanism, api_key (api, kind->sign, NOTHING)));
		assert_ok (api->f->C_Sign (api->session, text, kind->n_data, plain, &n_plain));
		g_assert_cmpuint (n, ==, n_plain);
		g_assert_true (kind->random || memcmp (message, plain, n) == 0);
		assert_ok (verify (api, text, kind->n_data, plain, n_plain));
		assert_ok (api->f->C_VerifyInit (api->session, &mechanism,
		                                 api_key (api, kind->verify, NOTHING)));
		assert_ok (api->f->C_Verify (api->session, text, kind->n_data, message, n));
	}
}

static void
parts_are_as_one_piece (Api *api, gconstpointer unused)
{
	static const CK_ULONG pieces[] = { 1, 7, 16, 64, 99, 100 };

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE whole[MOST], signature[MOST];
		CK_ULONG n_whole;

		if (!kind->parts)
			continue;
		start_both (api, kind);
		n_whole = sign_text (api, kind, whole);
		for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++) {
			CK_ULONG n = sizeof signature;

			assert_ok (sign_parts (api, N_DATA, pieces[i], signature, &n));
			g_assert_true (kind->random || (n == n_whole && memcmp (signature, whole, n) == 0));
			assert_ok (verify (api, text, N_DATA, signature, n));
			assert_ok (verify_parts (api, N_DATA, pieces[i], whole, n_whole));
		}
	}
}

/* As with C_SignUpdate: what is signed as it is has no parts.  The message ends, the process does not. */
static void
parts_of_one_piece_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE signature[MOST];

		if (kind->parts)
			continue;
		start_both (api, kind);
		assert_ok (sign_begin (api));
		assert_rv (sign_next (api, text, 10, NULL, NULL), CKR_FUNCTION_NOT_SUPPORTED);
		assert_rv (sign_next (api, text, 10, NULL, NULL), CKR_OPERATION_NOT_INITIALIZED);
		assert_ok (verify_begin (api));
		assert_rv (verify_next (api, text, 10, NULL, 0), CKR_FUNCTION_NOT_SUPPORTED);
		assert_rv (verify_next (api, text, 10, signature, kind->n_signature),
		           CKR_OPERATION_NOT_INITIALIZED);
		assert_goes_on (api, kind);
	}
}

static void
last_part_may_be_empty (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE signature[MOST];
		CK_ULONG n = sizeof signature;

		if (!kind->parts)
			continue;
		start_both (api, kind);
		assert_ok (sign_begin (api));
		assert_ok (sign_next (api, text, N_DATA, NULL, NULL));
		assert_ok (sign_next (api, NULL, 0, signature, &n));
		assert_ok (verify (api, text, N_DATA, signature, n));
		assert_ok (verify_begin (api));
		assert_ok (verify_next (api, text, N_DATA, NULL, 0));
		assert_ok (verify_next (api, NULL, 0, signature, n));
	}
}

static void
many_messages_go_under_one_init (Api *api, gconstpointer unused)
{
	CK_BYTE data[32], signatures[16][MOST];
	CK_ULONG n[16];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		memcpy (data, text, sizeof data);
		for (CK_BYTE i = 0; i < 16; i++) {
			data[5] = i;
			n[i] = MOST;
			assert_ok (sign (api, data, sizeof data, signatures[i], &n[i]));
		}
		for (CK_BYTE i = 16; i-- > 0;) {
			data[5] = i;
			assert_ok (verify (api, data, sizeof data, signatures[i], n[i]));
			data[5] = i + 1;
			assert_rv (verify (api, data, sizeof data, signatures[i], n[i]),
			           CKR_SIGNATURE_INVALID);
		}
		assert_ok (api->f3->C_MessageSignFinal (api->session));
		assert_ok (api->f3->C_MessageVerifyFinal (api->session));
	}
}

static void
wrong_signatures_are_refused_and_the_next_goes_on (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE signature[MOST + 1] = { 0 };
		CK_ULONG n;

		start_both (api, kind);
		n = sign_text (api, kind, signature);
		signature[n / 2] ^= 1;
		assert_rv (verify (api, text, kind->n_data, signature, n), CKR_SIGNATURE_INVALID);
		if (kind->parts)
			assert_rv (verify_parts (api, N_DATA, 33, signature, n), CKR_SIGNATURE_INVALID);
		signature[n / 2] ^= 1;
		assert_rv (verify (api, text, kind->n_data, signature, n - 1), CKR_SIGNATURE_LEN_RANGE);
		assert_rv (verify (api, text, kind->n_data, signature, n + 1), CKR_SIGNATURE_LEN_RANGE);
		if (kind->parts) {
			assert_rv (verify_parts (api, N_DATA, 33, signature, n - 1), CKR_SIGNATURE_LEN_RANGE);
			assert_rv (verify_next (api, text, 1, NULL, 0), CKR_OPERATION_NOT_INITIALIZED);
			assert_ok (verify_parts (api, N_DATA, 33, signature, n));
		}
		text[0] ^= 1;
		assert_rv (verify (api, text, kind->n_data, signature, n), CKR_SIGNATURE_INVALID);
		text[0] ^= 1;
		assert_ok (verify (api, text, kind->n_data, signature, n));
	}
}

/* --- section 5.2 --- */

static void
questions_and_short_buffers_sign_nothing (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE signature[MOST];
		CK_ULONG n = 0;

		start_both (api, kind);
		assert_ok (sign (api, text, kind->n_data, NULL, &n));
		g_assert_cmpuint (n, ==, kind->n_signature);
		n--;
		assert_rv (sign (api, text, kind->n_data, signature, &n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, kind->n_signature);
		assert_ok (sign (api, text, kind->n_data, signature, &n));
		g_assert_cmpuint (n, ==, kind->n_signature);
		assert_ok (verify (api, text, kind->n_data, signature, n));
	}
}

static void
questions_and_short_buffers_keep_the_parts (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE signature[MOST];
		CK_ULONG n = 0;

		if (!kind->parts)
			continue;
		start_both (api, kind);
		assert_ok (sign_begin (api));
		assert_ok (sign_next (api, text, 60, NULL, NULL));
		assert_ok (sign_next (api, text + 60, 40, NULL, &n));
		g_assert_cmpuint (n, ==, kind->n_signature);
		n--;
		assert_rv (sign_next (api, text + 60, 40, signature, &n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, kind->n_signature);
		assert_ok (sign_next (api, text + 60, 40, signature, &n));
		assert_ok (verify (api, text, N_DATA, signature, n));
		assert_rv (sign_next (api, text, 1, NULL, NULL), CKR_OPERATION_NOT_INITIALIZED);
	}
}

/* --- arguments --- */

static void
parameters_of_a_message_are_refused (Api *api, gconstpointer unused)
{
	CK_FUNCTION_LIST_3_2 *f = api->f3;
	CK_BYTE param[8] = { 0 }, signature[MOST];
	CK_ULONG n = sizeof signature;

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		assert_rv (f->C_SignMessage (api->session, param, 8, text, 32, signature, &n),
		           CKR_MECHANISM_PARAM_INVALID);
		assert_rv (
			f->C_VerifyMessage (api->session, param, 8, text, 32, signature, kind->n_signature),
			CKR_MECHANISM_PARAM_INVALID);
		assert_rv (f->C_SignMessageBegin (api->session, param, 8), CKR_MECHANISM_PARAM_INVALID);
		assert_rv (f->C_VerifyMessageBegin (api->session, param, 8), CKR_MECHANISM_PARAM_INVALID);
		assert_goes_on (api, kind);
	}
}

static void
pointers_that_are_missing_are_refused (Api *api, gconstpointer unused)
{
	CK_BYTE signature[MOST] = { 0 };
	CK_ULONG n = sizeof signature;

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		assert_rv (sign (api, NULL, 32, signature, &n), CKR_ARGUMENTS_BAD);
		assert_rv (sign (api, text, 32, signature, NULL), CKR_ARGUMENTS_BAD);
		assert_rv (verify (api, NULL, 32, signature, kind->n_signature), CKR_ARGUMENTS_BAD);
		assert_rv (verify (api, text, 32, NULL, kind->n_signature), CKR_ARGUMENTS_BAD);
		assert_goes_on (api, kind);
	}
}

/* Sections 5.14.4 and 5.16.4: any error of a part terminates the message, and not the process. */
static void
pointers_that_are_missing_end_the_message_in_parts (Api *api, gconstpointer unused)
{
	CK_BYTE signature[MOST] = { 0 };

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++)
		for (int last = 0; kind->parts && last < 2; last++) {
			CK_ULONG n = sizeof signature;

			start_both (api, kind);
			assert_ok (sign_begin (api));
			assert_rv (sign_next (api, NULL, 5, last ? signature : NULL, last ? &n : NULL),
			           CKR_ARGUMENTS_BAD);
			assert_rv (sign_next (api, text, 5, NULL, NULL), CKR_OPERATION_NOT_INITIALIZED);
			assert_ok (verify_begin (api));
			assert_rv (verify_next (api, NULL, 5, last ? signature : NULL,
			                        last ? kind->n_signature : 0),
			           CKR_ARGUMENTS_BAD);
			assert_rv (verify_next (api, text, 5, NULL, 0), CKR_OPERATION_NOT_INITIALIZED);
			assert_goes_on (api, kind);
		}
}

static void
data_that_is_too_long_is_refused_and_the_next_goes_on (Api *api, gconstpointer unused)
{
	static CK_BYTE much[300];
	CK_BYTE signature[MOST];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_ULONG n = sizeof signature;

		if (kind->type != CKM_RSA_PKCS && kind->type != CKM_RSA_PKCS_PSS)
			continue;
		start_both (api, kind);
		assert_rv (sign (api, much, sizeof much, signature, &n), CKR_DATA_LEN_RANGE);
		assert_goes_on (api, kind);
	}
}

/* --- the process --- */

static void
init_twice_is_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		assert_rv (start_sign (api, kind, api_key (api, kind->sign, NOTHING)), CKR_OPERATION_ACTIVE);
		assert_rv (start_verify (api, kind, api_key (api, kind->verify, NOTHING)),
		           CKR_OPERATION_ACTIVE);
		assert_goes_on (api, kind);
	}
}

static void
init_without_mechanism_ends_it (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++)
		for (int in_the_middle = 0; in_the_middle < 2; in_the_middle++) {
			start_both (api, kind);
			if (in_the_middle) {
				assert_ok (sign_begin (api));
				assert_ok (verify_begin (api));
			}
			assert_ok (api->f3->C_MessageSignInit (api->session, NULL, 0));
			assert_ok (api->f3->C_MessageVerifyInit (api->session, NULL, 0));
			assert_rv (sign_begin (api), CKR_OPERATION_NOT_INITIALIZED);
			assert_rv (verify_begin (api), CKR_OPERATION_NOT_INITIALIZED);
		}
}

static void
final_ends_it (Api *api, gconstpointer unused)
{
	CK_FUNCTION_LIST_3_2 *f = api->f3;

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		assert_ok (f->C_MessageSignFinal (api->session));
		assert_ok (f->C_MessageVerifyFinal (api->session));
		assert_rv (f->C_MessageSignFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (f->C_MessageVerifyFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (sign_begin (api), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (verify_begin (api), CKR_OPERATION_NOT_INITIALIZED);
		start_both (api, kind);
		assert_goes_on (api, kind);
	}
}

static void
final_in_the_middle_of_a_message_is_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE signature[MOST];
		CK_ULONG n = sizeof signature;

		if (!kind->parts)
			continue;
		start_both (api, kind);
		assert_ok (sign_begin (api));
		assert_rv (api->f3->C_MessageSignFinal (api->session), CKR_OPERATION_ACTIVE);
		assert_ok (sign_next (api, text, N_DATA, signature, &n));
		assert_ok (api->f3->C_MessageSignFinal (api->session));
		assert_ok (verify_begin (api));
		assert_rv (api->f3->C_MessageVerifyFinal (api->session), CKR_OPERATION_ACTIVE);
		assert_ok (verify_next (api, text, N_DATA, signature, n));
		assert_ok (api->f3->C_MessageVerifyFinal (api->session));
	}
}

static void
nothing_works_without_what_comes_before (Api *api, gconstpointer unused)
{
	CK_BYTE signature[MOST] = { 0 };
	CK_ULONG n = sizeof signature;

	if (spares (api))
		return;
	assert_rv (sign (api, text, 32, signature, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (verify (api, text, 32, signature, 64), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (sign_begin (api), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (verify_begin (api), CKR_OPERATION_NOT_INITIALIZED);
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		assert_rv (sign_next (api, text, 10, NULL, NULL), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (sign_next (api, text, 10, signature, &n), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (verify_next (api, text, 10, NULL, 0), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (verify_next (api, text, 10, signature, 64), CKR_OPERATION_NOT_INITIALIZED);
		assert_goes_on (api, kind);
	}
}

static void
another_message_in_the_middle_of_one_is_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_BYTE signature[MOST];
		CK_ULONG n = sizeof signature;

		if (!kind->parts)
			continue;
		start_both (api, kind);
		assert_ok (sign_begin (api));
		assert_ok (sign_next (api, text, 50, NULL, NULL));
		assert_rv (sign_begin (api), CKR_OPERATION_ACTIVE);
		assert_rv (sign (api, text, 32, signature, &n), CKR_OPERATION_ACTIVE);
		assert_ok (sign_next (api, text + 50, 50, signature, &n));
		assert_ok (verify_begin (api));
		assert_ok (verify_next (api, text, 50, NULL, 0));
		assert_rv (verify_begin (api), CKR_OPERATION_ACTIVE);
		assert_rv (verify (api, text, N_DATA, signature, n), CKR_OPERATION_ACTIVE);
		assert_ok (verify_next (api, text + 50, 50, signature, n));
	}
}

static void
cancel_ends_what_its_flags_say (Api *api, gconstpointer unused)
{
	static const struct {
		CK_FLAGS flag;
		gboolean ends_signing, ends_verifying;
	} cancels[] = {
		{ CKF_MESSAGE_SIGN, TRUE, FALSE },
		{ CKF_MESSAGE_VERIFY, FALSE, TRUE },
		{ CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_SIGN | CKF_VERIFY, FALSE, FALSE },
	};
	const Kind *kind = &kinds[5];

	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (cancels) * 2; i++) {
		gboolean ends_signing = cancels[i / 2].ends_signing,
			 ends_verifying = cancels[i / 2].ends_verifying;

		start_both (api, kind);
		if (i % 2) {
			assert_ok (sign_begin (api));
			assert_ok (verify_begin (api));
		}
		assert_ok (api->f3->C_SessionCancel (api->session, cancels[i / 2].flag));
		assert_rv (start_sign (api, kind, api_key (api, kind->sign, NOTHING)),
		           ends_signing ? CKR_OK : CKR_OPERATION_ACTIVE);
		assert_rv (start_verify (api, kind, api_key (api, kind->verify, NOTHING)),
		           ends_verifying ? CKR_OK : CKR_OPERATION_ACTIVE);
		assert_rv (sign_begin (api), i % 2 && !ends_signing ? CKR_OPERATION_ACTIVE : CKR_OK);
	}
}

static void
messages_go_beside_other_operations (Api *api, gconstpointer unused)
{
	const Kind *kind = &kinds[9];
	CK_BYTE right[MOST], signature[MOST];
	CK_ULONG n, n_right;

	if (spares (api))
		return;
	start_both (api, kind);
	n_right = sign_text (api, kind, right);
	assert_ok (api->f->C_SignInit (api->session, MECH (kind->type), api_key (api, kind->sign, NOTHING)));
	assert_ok (api->f->C_SignUpdate (api->session, text, 50));
	assert_ok (sign_begin (api));
	assert_ok (sign_next (api, text, 70, NULL, NULL));
	assert_ok (api->f->C_SignUpdate (api->session, text + 50, 50));
	n = sizeof signature;
	assert_ok (sign_next (api, text + 70, 30, signature, &n));
	g_assert_cmpmem (signature, n, right, n_right);
	n = sizeof signature;
	assert_ok (api->f->C_SignFinal (api->session, signature, &n));
	g_assert_cmpmem (signature, n, right, n_right);
}

/* --- who may --- */

static void
keys_without_the_usage_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		end_all (api);
		assert_rv (start_sign (api, kind, api_key (api, kind->sign, T (NO (CKA_SIGN)))),
		           CKR_KEY_FUNCTION_NOT_PERMITTED);
		assert_rv (start_verify (api, kind, api_key (api, kind->verify, T (NO (CKA_VERIFY)))),
		           CKR_KEY_FUNCTION_NOT_PERMITTED);
		start_both (api, kind);
		assert_goes_on (api, kind);
	}
}

static void
keys_that_do_not_allow_the_mechanism_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_ATTRIBUTE other = A_ULONG (CKA_ALLOWED_MECHANISMS, CKM_AES_ECB);
		CK_ATTRIBUTE right = A_ULONG (CKA_ALLOWED_MECHANISMS, kind->type);

		assert_rv (start_sign (api, kind, api_key (api, kind->sign, &other, 1)),
		           CKR_MECHANISM_INVALID);
		assert_rv (start_verify (api, kind, api_key (api, kind->verify, &other, 1)),
		           CKR_MECHANISM_INVALID);
		assert_ok (start_sign (api, kind, api_key (api, kind->sign, &right, 1)));
		assert_ok (start_verify (api, kind, api_key (api, kind->verify, &right, 1)));
		end_all (api);
	}
}

static void
keys_that_are_wrong_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		end_all (api);
		assert_rv (start_sign (api, kind, 0), CKR_KEY_HANDLE_INVALID);
		assert_rv (start_verify (api, kind, ~0UL), CKR_KEY_HANDLE_INVALID);
		assert_rv (start_sign (api, kind, api_key (api, KEY_CAMELLIA, NOTHING)),
		           CKR_KEY_TYPE_INCONSISTENT);
		assert_rv (start_verify (api, kind, api_key (api, KEY_CAMELLIA, NOTHING)),
		           CKR_KEY_TYPE_INCONSISTENT);
		start_both (api, kind);
		assert_goes_on (api, kind);
	}
}

static void
mechanisms_that_are_wrong_are_refused (Api *api, gconstpointer unused)
{
	static PssParams wrong = { CKM_SHA256, CKG_MGF1_SHA256, 4096 };
	CK_OBJECT_HANDLE key;

	if (spares (api))
		return;
	key = api_key (api, KEY_RSA_PRIVATE, NOTHING);
	assert_rv (api->f3->C_MessageSignInit (api->session, MECH (CKM_SHA256), key), CKR_MECHANISM_INVALID);
	assert_rv (api->f3->C_MessageSignInit (api->session, MECH (CKM_AES_GCM), key), CKR_MECHANISM_INVALID);
	assert_rv (api->f3->C_MessageSignInit (api->session, MECH (~0UL), key), CKR_MECHANISM_INVALID);
	assert_rv (api->f3->C_MessageVerifyInit (api->session, MECH (CKM_AES_GCM), key),
	           CKR_MECHANISM_INVALID);
	assert_rv (api->f3->C_MessageSignInit (api->session, MECH (CKM_RSA_PKCS_PSS), key),
	           CKR_MECHANISM_PARAM_INVALID);
	assert_rv (api->f3->C_MessageSignInit (api->session, MECH_PARAM (CKM_RSA_PKCS_PSS, &wrong), key),
	           CKR_MECHANISM_PARAM_INVALID);
	assert_rv (sign_begin (api), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (api->f3->C_MessageSignInit (api->session, MECH_PARAM (CKM_RSA_PKCS_PSS, &pss), key));
}

static void
mechanisms_that_are_disabled_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	api_restart (api, "slots.mechanisms = CKM_ECDSA_SHA256");
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_RV wanted = kind->type == CKM_ECDSA_SHA256 ? CKR_OK : CKR_MECHANISM_INVALID;

		assert_rv (start_sign (api, kind, api_key (api, kind->sign, NOTHING)), wanted);
		assert_rv (start_verify (api, kind, api_key (api, kind->verify, NOTHING)), wanted);
		end_all (api);
	}
}

static void
logout_ends_the_messages_of_private_keys (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (int in_the_middle = 0; in_the_middle < 2; in_the_middle++) {
		const Kind *kind = &kinds[5];

		end_all (api);
		assert_ok (start_sign (api, kind, api_key (api, kind->sign, T (YES (CKA_PRIVATE)))));
		assert_ok (start_verify (api, kind, api_key (api, kind->verify, T (NO (CKA_PRIVATE)))));
		if (in_the_middle)
			assert_ok (sign_begin (api));
		assert_ok (api->f->C_Logout (api->session));
		assert_rv (sign_begin (api), CKR_OPERATION_NOT_INITIALIZED);
		assert_ok (verify_begin (api));
		assert_ok (api_login (api, api->session, CKU_USER, USER_PIN));
	}
}

static void
key_that_is_destroyed_ends_its_messages (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_OBJECT_HANDLE make = api_key (api, kind->sign, NOTHING),
				 check = api_key (api, kind->verify, NOTHING);
		Api second = *api;

		second.session = api_open (api, 0);
		assert_ok (start_sign (api, kind, make));
		assert_ok (start_verify (&second, kind, check));
		assert_ok (sign_begin (api));
		assert_ok (api->f->C_DestroyObject (api->session, make));
		assert_ok (api->f->C_DestroyObject (api->session, check));
		assert_rv (sign_next (api, text, 5, NULL, NULL), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (api->f3->C_MessageSignFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (api->f3->C_MessageVerifyFinal (second.session), CKR_OPERATION_NOT_INITIALIZED);
	}
}

/* --- CKA_ALWAYS_AUTHENTICATE: the PIN for each use, and each message is one --- */

static void
start_careful (const Api *api, const Kind *kind)
{
	CK_OBJECT_HANDLE key =
		api_key (api, kind->sign, T (YES (CKA_ALWAYS_AUTHENTICATE), YES (CKA_PRIVATE)));

	end_all (api);
	assert_ok (start_sign (api, kind, key));
}

static CK_RV
give_pin (const Api *api)
{
	return api_login (api, api->session, CKU_CONTEXT_SPECIFIC, USER_PIN);
}

static void
careful_keys_want_the_pin_before_each_message (Api *api, gconstpointer unused)
{
	CK_BYTE signature[MOST];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_ULONG n = sizeof signature;

		if (api_key_class (kind->sign) != CKO_PRIVATE_KEY)
			continue;
		start_careful (api, kind);
		assert_rv (sign (api, text, kind->n_data, signature, &n), CKR_USER_NOT_LOGGED_IN);
		assert_rv (sign_begin (api), CKR_USER_NOT_LOGGED_IN);
		for (int i = 0; i < 3; i++) {
			assert_ok (give_pin (api));
			n = sizeof signature;
			assert_ok (sign (api, text, kind->n_data, signature, &n));
			assert_rv (sign (api, text, kind->n_data, signature, &n), CKR_USER_NOT_LOGGED_IN);
		}
	}
}

static void
careful_keys_want_the_pin_before_each_message_in_parts (Api *api, gconstpointer unused)
{
	CK_BYTE signature[MOST];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		if (api_key_class (kind->sign) != CKO_PRIVATE_KEY || !kind->parts)
			continue;
		start_careful (api, kind);
		for (int i = 0; i < 3; i++) {
			CK_ULONG n = sizeof signature;

			assert_ok (give_pin (api));
			assert_ok (sign_begin (api));
			assert_ok (sign_next (api, text, 50, NULL, NULL));
			assert_ok (sign_next (api, text, 50, signature, &n));
			assert_rv (sign_begin (api), CKR_USER_NOT_LOGGED_IN);
		}
	}
}

/* One PIN is for one message: a question about its length, and a buffer that is too short, are none. */
static void
pin_counts_until_the_message_is_signed (Api *api, gconstpointer unused)
{
	const Kind *kind = &kinds[5];
	CK_BYTE signature[MOST];
	CK_ULONG n = 0;

	if (spares (api))
		return;
	start_careful (api, kind);
	assert_ok (give_pin (api));
	assert_ok (sign (api, text, kind->n_data, NULL, &n));
	n = 1;
	assert_rv (sign (api, text, kind->n_data, signature, &n), CKR_BUFFER_TOO_SMALL);
	assert_ok (sign (api, text, kind->n_data, signature, &n));
	assert_rv (sign (api, text, kind->n_data, signature, &n), CKR_USER_NOT_LOGGED_IN);
}

/* "until the cryptographic operation has successfully or unsuccessfully been completed" */
static void
message_that_fails_wants_the_pin_again (Api *api, gconstpointer unused)
{
	CK_BYTE signature[MOST];
	CK_ULONG n = sizeof signature;

	if (spares (api))
		return;
	start_careful (api, &kinds[0]);
	assert_ok (give_pin (api));
	assert_rv (sign (api, NULL, 5, signature, &n), CKR_ARGUMENTS_BAD);
	assert_rv (sign (api, text, 51, signature, &n), CKR_USER_NOT_LOGGED_IN);
	start_careful (api, &kinds[5]);
	assert_ok (give_pin (api));
	assert_ok (sign_begin (api));
	assert_rv (sign_next (api, NULL, 5, NULL, NULL), CKR_ARGUMENTS_BAD);
	assert_rv (sign_begin (api), CKR_USER_NOT_LOGGED_IN);
}

static void
wrong_pin_does_not_sign_a_message (Api *api, gconstpointer unused)
{
	const Kind *kind = &kinds[5];
	CK_BYTE signature[MOST];
	CK_ULONG n = sizeof signature;

	if (spares (api))
		return;
	start_careful (api, kind);
	assert_rv (api_login (api, api->session, CKU_CONTEXT_SPECIFIC, "wrong-pin"), CKR_PIN_INCORRECT);
	assert_rv (sign (api, text, kind->n_data, signature, &n), CKR_USER_NOT_LOGGED_IN);
	assert_ok (give_pin (api));
	assert_ok (sign (api, text, kind->n_data, signature, &n));
}

static void
keys_that_want_no_pin_take_none (Api *api, gconstpointer unused)
{
	const Kind *kind = &kinds[5];

	if (spares (api))
		return;
	start_both (api, kind);
	assert_rv (give_pin (api), CKR_OPERATION_NOT_INITIALIZED);
	assert_goes_on (api, kind);
}

/* Many messages under one nonce, or one key that is good for one, tell how to forge others. */
static void
mechanisms_for_one_message_sign_no_messages (Api *api, gconstpointer unused)
{
	static CK_BYTE iv[12];
	static struct {
		CK_BYTE *iv;
		CK_ULONG n_iv, n_iv_bits;
		CK_BYTE *aad;
		CK_ULONG n_aad, n_tag_bits;
	} gmac = { iv, 12, 96, NULL, 0, 128 };
	CK_OBJECT_HANDLE aes, poly1305;

	if (api_spares_softhsm (api, "SoftHSM has no messages"))
		return;
	aes = api_key (api, KEY_AES, NOTHING);
	poly1305 = api_key (api, KEY_POLY1305, NOTHING);
	assert_rv (api->f3->C_MessageSignInit (api->session, MECH_PARAM (CKM_AES_GMAC, &gmac), aes), CKR_MECHANISM_INVALID);
	assert_rv (api->f3->C_MessageVerifyInit (api->session, MECH_PARAM (CKM_AES_GMAC, &gmac), aes),
	           CKR_MECHANISM_INVALID);
	assert_rv (api->f3->C_MessageSignInit (api->session, MECH (CKM_POLY1305), poly1305), CKR_MECHANISM_INVALID);
	assert_rv (api->f3->C_MessageVerifyInit (api->session, MECH (CKM_POLY1305), poly1305), CKR_MECHANISM_INVALID);
}

static void
add_tests (void)
{
	ADD ("message-signatures", mechanisms_for_one_message_sign_no_messages);
	ADD ("message-signatures", published_vectors_come_out);
	ADD ("message-signatures", message_is_signed_as_by_sign);
	ADD ("message-signatures", parts_are_as_one_piece);
	ADD ("message-signatures", parts_of_one_piece_are_refused);
	ADD ("message-signatures", last_part_may_be_empty);
	ADD ("message-signatures", many_messages_go_under_one_init);
	ADD ("message-signatures", wrong_signatures_are_refused_and_the_next_goes_on);
	ADD ("message-signatures", questions_and_short_buffers_sign_nothing);
	ADD ("message-signatures", questions_and_short_buffers_keep_the_parts);
	ADD ("message-signatures", parameters_of_a_message_are_refused);
	ADD ("message-signatures", pointers_that_are_missing_are_refused);
	ADD ("message-signatures", pointers_that_are_missing_end_the_message_in_parts);
	ADD ("message-signatures", data_that_is_too_long_is_refused_and_the_next_goes_on);
	ADD ("message-signatures", init_twice_is_refused);
	ADD ("message-signatures", init_without_mechanism_ends_it);
	ADD ("message-signatures", final_ends_it);
	ADD ("message-signatures", final_in_the_middle_of_a_message_is_refused);
	ADD ("message-signatures", nothing_works_without_what_comes_before);
	ADD ("message-signatures", another_message_in_the_middle_of_one_is_refused);
	ADD ("message-signatures", cancel_ends_what_its_flags_say);
	ADD ("message-signatures", messages_go_beside_other_operations);
	ADD ("message-signatures", keys_without_the_usage_are_refused);
	ADD ("message-signatures", keys_that_do_not_allow_the_mechanism_are_refused);
	ADD ("message-signatures", keys_that_are_wrong_are_refused);
	ADD ("message-signatures", mechanisms_that_are_wrong_are_refused);
	ADD ("message-signatures", mechanisms_that_are_disabled_are_refused);
	ADD ("message-signatures", logout_ends_the_messages_of_private_keys);
	ADD ("message-signatures", key_that_is_destroyed_ends_its_messages);
	ADD ("message-signatures", careful_keys_want_the_pin_before_each_message);
	ADD ("message-signatures", careful_keys_want_the_pin_before_each_message_in_parts);
	ADD ("message-signatures", pin_counts_until_the_message_is_signed);
	ADD ("message-signatures", message_that_fails_wants_the_pin_again);
	ADD ("message-signatures", wrong_pin_does_not_sign_a_message);
	ADD ("message-signatures", keys_that_want_no_pin_take_none);
}

int
main (int argc, char **argv)
{
	write_text ();
	return api_main (argc, argv, add_tests);
}
