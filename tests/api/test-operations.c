/* Operations over data, mechanism by mechanism: PKCS #11 v3.2 sections 5.2 and 5.8 to 5.14.
 *
 * The table of rows.c says what each mechanism needs; every behaviour that all of them must have is one function,
 * which is run for each row.  A mechanism that the module advertises for a use that the table does not have fails
 * the test. */

#include "rows.h"

typedef struct {
	Api api;
	const Row *row;
	CK_OBJECT_HANDLE make, undo;
	CK_BYTE data[512];
	CK_BYTE out[1024];
	CK_ULONG n_out;
} Run;

static gboolean
is_over_data (const Row *row)
{
	return row->use == FOR_DIGEST || row->use == FOR_ENCRYPT || row->use == FOR_SIGN;
}

static CK_MECHANISM *
mechanism (const Run *run)
{
	static CK_MECHANISM mech;

	mech = row_mechanism (run->row);
	return &mech;
}

static gboolean
begin (Run *run, gconstpointer row)
{
	*run = (Run){ .api = shared, .row = row };
	if (!rows_have (run->row, row_flags (run->row)))
		return FALSE;
	run->api.session = api_open (&shared, CKF_RW_SESSION);
	for (gsize i = 0; i < sizeof run->data; i++)
		run->data[i] = (CK_BYTE)(i * 11 + 1);
	/* The highest octet of what goes through RSA as it is: below any modulus. */
	run->data[0] = 0;
	if (run->row->use != FOR_DIGEST) {
		run->make = api_key (&run->api, run->row->make, NOTHING);
		run->undo = api_key (&run->api, run->row->undo, NOTHING);
	}
	return TRUE;
}

/* With its session go its keys. */
static void
end (Run *run)
{
	assert_ok (run->api.f->C_CloseSession (run->api.session));
}

/* --- the five kinds of operation, by the row's use --- */

static CK_RV
init (const Run *run)
{
	switch (run->row->use) {
	case FOR_DIGEST:
		return run->api.f->C_DigestInit (run->api.session, mechanism (run));
	case FOR_ENCRYPT:
		return run->api.f->C_EncryptInit (run->api.session, mechanism (run), run->make);
	default:
		return run->api.f->C_SignInit (run->api.session, mechanism (run), run->make);
	}
}

static CK_RV
one_shot (const Run *run, const CK_BYTE *data, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out)
{
	CK_BYTE *in = (CK_BYTE *)(guintptr)data;

	switch (run->row->use) {
	case FOR_DIGEST:
		return run->api.f->C_Digest (run->api.session, in, n, out, n_out);
	case FOR_ENCRYPT:
		return run->api.f->C_Encrypt (run->api.session, in, n, out, n_out);
	default:
		return run->api.f->C_Sign (run->api.session, in, n, out, n_out);
	}
}

/* Only encryption gives something back on the way. */
static CK_RV
update (const Run *run, const CK_BYTE *data, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out)
{
	CK_BYTE *in = (CK_BYTE *)(guintptr)data;

	if (run->row->use == FOR_ENCRYPT)
		return run->api.f->C_EncryptUpdate (run->api.session, in, n, out, n_out);
	*n_out = 0;
	if (run->row->use == FOR_DIGEST)
		return run->api.f->C_DigestUpdate (run->api.session, in, n);
	return run->api.f->C_SignUpdate (run->api.session, in, n);
}

static CK_RV
final (const Run *run, CK_BYTE *out, CK_ULONG *n_out)
{
	switch (run->row->use) {
	case FOR_DIGEST:
		return run->api.f->C_DigestFinal (run->api.session, out, n_out);
	case FOR_ENCRYPT:
		return run->api.f->C_EncryptFinal (run->api.session, out, n_out);
	default:
		return run->api.f->C_SignFinal (run->api.session, out, n_out);
	}
}

static CK_RV
verify (const Run *run, const CK_BYTE *signature, CK_ULONG n)
{
	assert_ok (run->api.f->C_VerifyInit (run->api.session, mechanism (run), run->undo));
	return run->api.f->C_Verify (run->api.session, (CK_BYTE *)(guintptr)run->data, run->row->n_data,
	                             (CK_BYTE *)(guintptr)signature, n);
}

static void
run_once (Run *run)
{
	run->n_out = sizeof run->out;
	assert_ok (init (run));
	assert_ok (one_shot (run, run->data, run->row->n_data, run->out, &run->n_out));
}

/* Is @out what this row makes of the data?  By comparison where it is always the same, else by undoing it. */
static void
assert_result (Run *run, const CK_BYTE *out, CK_ULONG n_out)
{
	CK_BYTE plain[1024];
	CK_ULONG n = sizeof plain;

	g_assert_cmpuint (n_out, ==, run->row->n_out);
	if (!run->row->random) {
		run_once (run);
		g_assert_cmpmem (out, n_out, run->out, run->n_out);
	}
	if (run->row->use == FOR_SIGN)
		assert_ok (verify (run, out, n_out));
	if (run->row->use != FOR_ENCRYPT)
		return;
	assert_ok (run->api.f->C_DecryptInit (run->api.session, mechanism (run), run->undo));
	assert_ok (run->api.f->C_Decrypt (run->api.session, (CK_BYTE *)(guintptr)out, n_out, plain, &n));
	g_assert_cmpmem (plain, n, run->data, run->row->n_data);
}

/* The other way: what Verify or Decrypt begin with. */
static CK_RV
undo_init (const Run *run, CK_OBJECT_HANDLE key)
{
	if (run->row->use == FOR_ENCRYPT)
		return run->api.f->C_DecryptInit (run->api.session, mechanism (run), key);
	return run->api.f->C_VerifyInit (run->api.session, mechanism (run), key);
}

/* SoftHSM has some mechanisms in one piece only that can be done in parts. */
static gboolean
has_parts (const Run *run)
{
	if (run->row->parts == PARTS && run->api.softhsm && run->row->type == CKM_EDDSA)
		return FALSE;
	return run->row->parts == PARTS;
}

/* --- the behaviours --- */

static void
one_shot_works (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = sizeof out;
	Run run;

	if (!begin (&run, row))
		return;
	assert_ok (init (&run));
	assert_ok (one_shot (&run, run.data, run.row->n_data, out, &n));
	assert_result (&run, out, n);
	end (&run);
}

static void
one_shot_ends_the_operation (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = sizeof out;
	Run run;

	if (!begin (&run, row))
		return;
	run_once (&run);
	assert_rv (one_shot (&run, run.data, run.row->n_data, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	end (&run);
}

static void
exact_buffer_is_enough (gconstpointer row)
{
	g_autofree CK_BYTE *out = NULL;
	CK_ULONG n;
	Run run;

	if (!begin (&run, row))
		return;
	n = run.row->n_out;
	out = g_malloc (n);
	assert_ok (init (&run));
	assert_ok (one_shot (&run, run.data, run.row->n_data, out, &n));
	assert_result (&run, out, n);
	end (&run);
}

/* Asked for other data than what comes then, with and without a place for the answer. */
static void
length_question_changes_nothing (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = 0;
	Run run;

	if (!begin (&run, row))
		return;
	assert_ok (init (&run));
	assert_ok (one_shot (&run, run.data + 1, run.row->n_data, NULL, &n));
	g_assert_cmpuint (n, >=, run.row->n_out);
	n = 0;
	assert_ok (one_shot (&run, run.data, run.row->n_data, NULL, &n));
	n = sizeof out;
	assert_ok (one_shot (&run, run.data, run.row->n_data, out, &n));
	assert_result (&run, out, n);
	end (&run);
}

static void
short_buffer_keeps_operation (gconstpointer row)
{
	CK_BYTE out[1024] = { 0 };
	CK_ULONG n;
	Run run;

	if (!begin (&run, row))
		return;
	assert_ok (init (&run));
	for (CK_ULONG room = 0; room < run.row->n_out; room += 1 + room / 2) {
		n = room;
		assert_rv (one_shot (&run, run.data, run.row->n_data, out, &n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, >=, run.row->n_out);
	}
	n = sizeof out;
	assert_ok (one_shot (&run, run.data, run.row->n_data, out, &n));
	assert_result (&run, out, n);
	end (&run);
}

/* In parts of @size; the result as a whole in @out. */
static void
run_in_parts (Run *run, CK_ULONG size, CK_BYTE *out, CK_ULONG n_room, CK_ULONG *n_out)
{
	CK_ULONG n;

	*n_out = 0;
	assert_ok (init (run));
	for (CK_ULONG at = 0; at < run->row->n_data; at += size) {
		n = n_room - *n_out;
		assert_ok (update (run, run->data + at, MIN (size, run->row->n_data - at), out + *n_out, &n));
		*n_out += n;
	}
	n = n_room - *n_out;
	assert_ok (final (run, out + *n_out, &n));
	*n_out += n;
}

static void
parts_are_as_one_piece (gconstpointer row)
{
	static const CK_ULONG sizes[] = { 1, 7, 16, 17, 500 };
	CK_BYTE out[1024];
	CK_ULONG n;
	Run run;

	if (!begin (&run, row))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (sizes) && has_parts (&run); i++) {
		run_in_parts (&run, sizes[i], out, sizeof out, &n);
		assert_result (&run, out, n);
	}
	end (&run);
}

/* The other direction: decryption or verification in parts. */
static void
parts_can_be_undone (gconstpointer row)
{
	CK_BYTE plain[1024];
	CK_ULONG n_plain = 0, n;
	Run run;

	if (!begin (&run, row))
		return;
	if (!has_parts (&run) || run.row->use == FOR_DIGEST) {
		end (&run);
		return;
	}
	run_once (&run);
	assert_ok (undo_init (&run, run.undo));
	if (run.row->use == FOR_SIGN) {
		assert_ok (run.api.f->C_VerifyUpdate (run.api.session, run.data, 33));
		assert_ok (run.api.f->C_VerifyUpdate (run.api.session, run.data + 33, run.row->n_data - 33));
		assert_ok (run.api.f->C_VerifyFinal (run.api.session, run.out, run.n_out));
		end (&run);
		return;
	}
	for (CK_ULONG at = 0; at < run.n_out; at += 5) {
		n = sizeof plain - n_plain;
		assert_ok (run.api.f->C_DecryptUpdate (run.api.session, run.out + at, MIN (5, run.n_out - at), plain + n_plain, &n));
		n_plain += n;
	}
	n = sizeof plain - n_plain;
	assert_ok (run.api.f->C_DecryptFinal (run.api.session, plain + n_plain, &n));
	g_assert_cmpmem (plain, n_plain + n, run.data, run.row->n_data);
	end (&run);
}

static void
parts_question_changes_nothing (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n_out, n;
	Run run;

	if (!begin (&run, row))
		return;
	if (!has_parts (&run)) {
		end (&run);
		return;
	}
	assert_ok (init (&run));
	if (run.row->use == FOR_ENCRYPT) {
		n = 0;
		assert_ok (update (&run, run.data, 16, NULL, &n));
		g_assert_cmpuint (n, <=, 32);
	}
	n = sizeof out;
	assert_ok (update (&run, run.data, 16, out, &n));
	n_out = n;
	n = sizeof out - n_out;
	assert_ok (update (&run, run.data + 16, run.row->n_data - 16, out + n_out, &n));
	n_out += n;
	n = 0;
	assert_ok (final (&run, NULL, &n));
	g_assert_cmpuint (n_out + n, >=, run.row->n_out);
	n = sizeof out - n_out;
	assert_ok (final (&run, out + n_out, &n));
	assert_result (&run, out, n_out + n);
	end (&run);
}

static void
parts_short_buffer_keeps_operation (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n_out, n;
	Run run;

	if (!begin (&run, row))
		return;
	/* What SoftHSM's stream modes owe at the end depends on OpenSSL's buffering. */
	if (!has_parts (&run)) {
		end (&run);
		return;
	}
	assert_ok (init (&run));
	n = sizeof out;
	assert_ok (update (&run, run.data, run.row->n_data, out, &n));
	n_out = n;
	if (run.row->n_out > n_out) {
		n = run.row->n_out - n_out - 1;
		assert_rv (final (&run, out + n_out, &n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, >=, run.row->n_out - n_out);
	}
	n = sizeof out - n_out;
	assert_ok (final (&run, out + n_out, &n));
	assert_result (&run, out, n_out + n);
	end (&run);
}

static void
parts_of_one_piece_are_refused_and_end_it (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = sizeof out;
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->parts == NO_PARTS) {
		assert_ok (init (&run));
		g_assert_cmpuint (update (&run, run.data, run.row->n_data, out, &n), !=, CKR_OK);
		/* SoftHSM leaves an encryption as it was. */
		n = sizeof out;
		if (!run.api.softhsm)
			assert_rv (one_shot (&run, run.data, run.row->n_data, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	}
	end (&run);
}

static void
one_shot_after_a_part_is_refused (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = sizeof out;
	Run run;

	if (!begin (&run, row))
		return;
	/* SoftHSM takes it, and for some forgets the part. */
	if (has_parts (&run) && !run.api.softhsm) {
		assert_ok (init (&run));
		assert_ok (update (&run, run.data, 16, out, &n));
		n = sizeof out;
		assert_rv (one_shot (&run, run.data, run.row->n_data, out, &n), CKR_OPERATION_ACTIVE);
		assert_rv (one_shot (&run, run.data, run.row->n_data, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	}
	end (&run);
}

static void
output_may_lie_on_the_input (gconstpointer row)
{
	CK_BYTE both[1024];
	CK_ULONG n = sizeof both;
	Run run;

	if (!begin (&run, row))
		return;
	memcpy (both, run.data, run.row->n_data);
	assert_ok (init (&run));
	assert_ok (one_shot (&run, both, run.row->n_data, both, &n));
	assert_result (&run, both, n);
	end (&run);
}

static void
init_twice_is_refused (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = sizeof out;
	Run run;

	if (!begin (&run, row))
		return;
	assert_ok (init (&run));
	assert_rv (init (&run), CKR_OPERATION_ACTIVE);
	assert_ok (one_shot (&run, run.data, run.row->n_data, out, &n));
	assert_result (&run, out, n);
	if (run.row->use != FOR_DIGEST) {
		assert_ok (undo_init (&run, run.undo));
		assert_rv (undo_init (&run, run.undo), CKR_OPERATION_ACTIVE);
	}
	end (&run);
}

static void
key_of_wrong_type_is_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use != FOR_DIGEST) {
		run.make = api_key (&run.api, key_of_another_type (run.row->make), NOTHING);
		run.undo = api_key (&run.api, key_of_another_type (run.row->undo), NOTHING);
		/* SoftHSM does not look, with some mechanisms not before the operation. */
		if (!run.api.softhsm) {
			assert_rv (init (&run), CKR_KEY_TYPE_INCONSISTENT);
			assert_rv (undo_init (&run, run.undo), CKR_KEY_TYPE_INCONSISTENT);
		}
	}
	end (&run);
}

/* The standard does not say which of its complaints comes first: what is no such key may not do it either. */
static gboolean
complains_about_key (CK_RV rv)
{
	return rv == CKR_KEY_TYPE_INCONSISTENT || rv == CKR_KEY_FUNCTION_NOT_PERMITTED || rv == CKR_KEY_HANDLE_INVALID;
}

static void
key_of_wrong_class_is_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use != FOR_DIGEST) {
		const ApiKey made[] = { key_of_another_class (run.row->make), DATA_OBJECT, CERTIFICATE };
		const ApiKey undone[] = { key_of_another_class (run.row->undo), DATA_OBJECT, CERTIFICATE };

		for (gsize i = 0; i < G_N_ELEMENTS (made); i++) {
			run.make = api_key (&run.api, made[i], NOTHING);
			run.undo = api_key (&run.api, undone[i], NOTHING);
			g_assert_true (complains_about_key (init (&run)));
			g_assert_true (complains_about_key (undo_init (&run, run.undo)));
		}
	}
	end (&run);
}

static CK_ATTRIBUTE_TYPE
usage_of (const Run *run, gboolean undo)
{
	if (run->row->use == FOR_ENCRYPT)
		return undo ? CKA_DECRYPT : CKA_ENCRYPT;
	return undo ? CKA_VERIFY : CKA_SIGN;
}

static void
key_without_usage_is_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use != FOR_DIGEST) {
		run.make = api_key (&run.api, run.row->make, T (NO (usage_of (&run, FALSE))));
		run.undo = api_key (&run.api, run.row->undo, T (NO (usage_of (&run, TRUE))));
		assert_rv (init (&run), CKR_KEY_FUNCTION_NOT_PERMITTED);
		assert_rv (undo_init (&run, run.undo), CKR_KEY_FUNCTION_NOT_PERMITTED);
	}
	end (&run);
}

static void
key_that_does_not_allow_the_mechanism_is_refused (gconstpointer row)
{
	CK_MECHANISM_TYPE other = CKM_KIP_MAC;
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use != FOR_DIGEST) {
		run.make = api_key (&run.api, run.row->make, T (A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other)));
		run.undo = api_key (&run.api, run.row->undo, T (A_DATA (CKA_ALLOWED_MECHANISMS, &other, sizeof other)));
		/* SoftHSM 2.6.1 lets public keys encrypt with all of them. */
		if (!run.api.softhsm || run.row->make != KEY_RSA_PUBLIC)
			assert_rv (init (&run), CKR_MECHANISM_INVALID);
		assert_rv (undo_init (&run, run.undo), CKR_MECHANISM_INVALID);
	}
	end (&run);
}

static void
key_that_allows_the_mechanism_works (gconstpointer row)
{
	CK_MECHANISM_TYPE types[2];
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use != FOR_DIGEST) {
		types[0] = CKM_KIP_MAC;
		types[1] = run.row->type;
		run.make = api_key (&run.api, run.row->make, T (A_DATA (CKA_ALLOWED_MECHANISMS, types, sizeof types)));
		run.undo = api_key (&run.api, run.row->undo, T (A_DATA (CKA_ALLOWED_MECHANISMS, types, sizeof types)));
		run_once (&run);
		assert_result (&run, run.out, run.n_out);
	}
	end (&run);
}

static void
key_handles_that_are_wrong_are_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use != FOR_DIGEST) {
		CK_RV wrong = run.api.softhsm ? CKR_OBJECT_HANDLE_INVALID : CKR_KEY_HANDLE_INVALID;

		run.make = run.undo = 0;
		assert_rv (init (&run), wrong);
		assert_rv (undo_init (&run, run.undo), wrong);
		run.make = run.undo = ~0UL;
		assert_rv (init (&run), wrong);
		assert_rv (undo_init (&run, run.undo), wrong);
	}
	end (&run);
}

static CK_RV
init_with_param (Run *run, const void *param, CK_ULONG n)
{
	CK_MECHANISM mech = { run->row->type, (void *)(guintptr)param, n };

	switch (run->row->use) {
	case FOR_DIGEST:
		return run->api.f->C_DigestInit (run->api.session, &mech);
	case FOR_ENCRYPT:
		return run->api.f->C_EncryptInit (run->api.session, &mech, run->make);
	default:
		return run->api.f->C_SignInit (run->api.session, &mech, run->make);
	}
}

/* Too short, too long, missing; one where none belongs; and with nothing in it. */
static void
parameter_that_is_wrong_is_refused (gconstpointer row)
{
	CK_BYTE room[256] = { 0 };
	Run run;

	if (!begin (&run, row))
		return;
	/* SoftHSM ignores parameters that do not belong, and has several codes for those that do. */
	if (!run.api.softhsm) {
		assert_rv (init_with_param (&run, room, sizeof room), CKR_MECHANISM_PARAM_INVALID);
		assert_rv (init_with_param (&run, NULL, 16), CKR_MECHANISM_PARAM_INVALID);
		assert_rv (init_with_param (&run, room, 3), CKR_MECHANISM_PARAM_INVALID);
		if (run.row->n_param > 0 && !run.row->optional)
			assert_rv (init_with_param (&run, NULL, 0), CKR_MECHANISM_PARAM_INVALID);
		if (run.row->n_param > 0)
			assert_rv (init_with_param (&run, room, run.row->n_param - 1), CKR_MECHANISM_PARAM_INVALID);
		if (run.row->strict)
			assert_rv (init_with_param (&run, room, run.row->n_param), CKR_MECHANISM_PARAM_INVALID);
	} else if (run.row->n_param > 0) {
		g_assert_cmpuint (init_with_param (&run, NULL, 0), !=, CKR_OK);
	}
	end (&run);
}

static void
init_that_failed_leaves_nothing (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = sizeof out;
	Run run;

	if (!begin (&run, row))
		return;
	if (!run.api.softhsm) {
		assert_rv (init_with_param (&run, NULL, 16), CKR_MECHANISM_PARAM_INVALID);
		assert_rv (one_shot (&run, run.data, run.row->n_data, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	}
	assert_ok (init (&run));
	end (&run);
}

static void
signature_that_is_wrong_is_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use == FOR_SIGN) {
		run_once (&run);
		run.out[run.n_out / 2] ^= 1;
		assert_rv (verify (&run, run.out, run.n_out), CKR_SIGNATURE_INVALID);
		run.out[run.n_out / 2] ^= 1;
		run.data[10] ^= 1;
		assert_rv (verify (&run, run.out, run.n_out), CKR_SIGNATURE_INVALID);
		run.data[10] ^= 1;
		assert_ok (verify (&run, run.out, run.n_out));
	}
	end (&run);
}

static void
signature_of_wrong_length_is_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use == FOR_SIGN) {
		run_once (&run);
		assert_rv (verify (&run, run.out, run.n_out - 1), CKR_SIGNATURE_LEN_RANGE);
		assert_rv (verify (&run, run.out, run.n_out + 1), CKR_SIGNATURE_LEN_RANGE);
		assert_rv (verify (&run, run.out, 0), CKR_SIGNATURE_LEN_RANGE);
	}
	end (&run);
}

static void
verify_ends_the_operation (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use == FOR_SIGN) {
		run_once (&run);
		run.out[0] ^= 1;
		g_assert_cmpuint (verify (&run, run.out, run.n_out), !=, CKR_OK);
		assert_rv (run.api.f->C_Verify (run.api.session, run.data, run.row->n_data, run.out, run.n_out),
		           CKR_OPERATION_NOT_INITIALIZED);
	}
	end (&run);
}

static CK_RV
decrypt (const Run *run, const CK_BYTE *data, CK_ULONG n)
{
	CK_BYTE plain[1024];
	CK_ULONG n_plain = sizeof plain;

	assert_ok (undo_init (run, run->undo));
	return run->api.f->C_Decrypt (run->api.session, (CK_BYTE *)(guintptr)data, n, plain, &n_plain);
}

/* Where the mechanism can notice: a code that says nothing but that. */
static void
ciphertext_that_is_damaged_is_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	/* SoftHSM says CKR_GENERAL_ERROR, and with PKCS #1 makes something up, as OpenSSL has it. */
	if (!run.api.softhsm && run.row->notices) {
		run_once (&run);
		for (CK_ULONG i = 0; i < run.n_out; i += 9) {
			run.out[i] ^= 4;
			assert_rv (decrypt (&run, run.out, run.n_out), CKR_ENCRYPTED_DATA_INVALID);
			run.out[i] ^= 4;
		}
	}
	end (&run);
}

static void
ciphertext_of_wrong_length_is_refused (gconstpointer row)
{
	Run run;

	if (!begin (&run, row))
		return;
	/* what is not in whole blocks may have any length */
	if (run.row->use == FOR_ENCRYPT && run.row->n_out % 16 == 0) {
		CK_RV rv;

		run_once (&run);
		rv = decrypt (&run, run.out, run.n_out - 1);
		if (run.api.softhsm)
			g_assert_cmpuint (rv, !=, CKR_OK);
		else
			assert_rv (rv, CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
	end (&run);
}

static void
decrypt_short_buffer_keeps_operation (gconstpointer row)
{
	CK_BYTE plain[1024];
	CK_ULONG n = 0;
	Run run;

	if (!begin (&run, row))
		return;
	if (run.row->use == FOR_ENCRYPT) {
		run_once (&run);
		assert_ok (undo_init (&run, run.undo));
		assert_ok (run.api.f->C_Decrypt (run.api.session, run.out, run.n_out, NULL, &n));
		g_assert_cmpuint (n, >=, run.row->n_data);
		n = run.row->n_data - 1;
		assert_rv (run.api.f->C_Decrypt (run.api.session, run.out, run.n_out, plain, &n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, >=, run.row->n_data);
		n = sizeof plain;
		assert_ok (run.api.f->C_Decrypt (run.api.session, run.out, run.n_out, plain, &n));
		g_assert_cmpmem (plain, n, run.data, run.row->n_data);
	}
	end (&run);
}

static void
key_that_is_destroyed_ends_the_operation (gconstpointer row)
{
	CK_BYTE out[1024];
	CK_ULONG n = sizeof out;
	Run run;

	if (!begin (&run, row))
		return;
	/* SoftHSM goes on with its own copy. */
	if (run.row->use != FOR_DIGEST && !run.api.softhsm) {
		assert_ok (init (&run));
		assert_ok (run.api.f->C_DestroyObject (run.api.session, run.make));
		assert_rv (one_shot (&run, run.data, run.row->n_data, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	}
	end (&run);
}

/* --- across the table --- */

static void
table_has_every_use_of_every_mechanism_that_is_advertised (void)
{
	if (shared.softhsm)
		g_test_skip ("SoftHSM has other uses and flags");
	else
		rows_assert_complete ();
}

static void
nothing_works_without_init (void)
{
	CK_SESSION_HANDLE session = api_open (&shared, 0);
	CK_BYTE data[64] = { 0 }, out[64];
	CK_ULONG n = sizeof out;
	CK_FUNCTION_LIST *f = shared.f;

	assert_rv (f->C_Digest (session, data, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_DigestUpdate (session, data, 16), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_DigestFinal (session, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_Encrypt (session, data, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_EncryptUpdate (session, data, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_EncryptFinal (session, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_Decrypt (session, data, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_DecryptUpdate (session, data, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_DecryptFinal (session, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_Sign (session, data, 16, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_SignUpdate (session, data, 16), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_SignFinal (session, out, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_Verify (session, data, 16, out, 64), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_VerifyUpdate (session, data, 16), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (f->C_VerifyFinal (session, out, 64), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (f->C_CloseSession (session));
}

/* SoftHSM allows digests whatever the configuration says. */
static void
mechanisms_that_are_disabled_are_refused (void)
{
	if (shared.softhsm) {
		g_test_skip ("SoftHSM does not ask its list everywhere");
		return;
	}
	rows_configure ("CKM_DH_PKCS_DERIVE");
	for (gsize i = 0; i < n_rows; i++) {
		Run run = { .api = shared, .row = &rows[i] };

		if (!is_over_data (run.row))
			continue;
		g_assert_false (rows_is_advertised (run.row->type));
		if (run.row->use != FOR_DIGEST) {
			run.make = api_key (&shared, run.row->make, NOTHING);
			run.undo = api_key (&shared, run.row->undo, NOTHING);
			assert_rv (undo_init (&run, run.undo), CKR_MECHANISM_INVALID);
		}
		assert_rv (init (&run), CKR_MECHANISM_INVALID);
	}
	rows_configure ("ALL");
}

static void
mechanisms_that_make_keys_can_be_disabled (void)
{
	CK_OBJECT_HANDLE one, two;

	if (shared.softhsm) {
		g_test_skip ("SoftHSM makes keys whatever the configuration says");
		return;
	}
	rows_configure ("-CKM_AES_KEY_GEN, CKM_EC_KEY_PAIR_GEN, CKM_SHA256");
	assert_rv (shared.f->C_GenerateKey (shared.session, MECH (CKM_AES_KEY_GEN), T (A_ULONG (CKA_VALUE_LEN, 16)), &one),
	           CKR_MECHANISM_INVALID);
	assert_rv (shared.f->C_GenerateKeyPair (shared.session, MECH (CKM_EC_KEY_PAIR_GEN),
	                                        T (A_DATA (CKA_EC_PARAMS, der_p256, sizeof der_p256)), NOTHING, &one, &two),
	           CKR_MECHANISM_INVALID);
	assert_rv (shared.f->C_DigestInit (shared.session, MECH (CKM_SHA256)), CKR_MECHANISM_INVALID);
	assert_ok (shared.f->C_DigestInit (shared.session, MECH (CKM_SHA512)));
	rows_configure ("ALL");
}

static void
mechanisms_that_are_unknown_are_refused (void)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_KIP_DERIVE, CKM_VENDOR_DEFINED | 1, ~0UL };
	CK_SESSION_HANDLE session = api_open (&shared, 0);
	Api api = shared;
	CK_OBJECT_HANDLE key;

	api.session = session;
	key = api_key (&api, KEY_AES, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		assert_rv (api.f->C_DigestInit (session, MECH (types[i])), CKR_MECHANISM_INVALID);
		assert_rv (api.f->C_EncryptInit (session, MECH (types[i]), key), CKR_MECHANISM_INVALID);
		assert_rv (api.f->C_DecryptInit (session, MECH (types[i]), key), CKR_MECHANISM_INVALID);
		assert_rv (api.f->C_SignInit (session, MECH (types[i]), key), CKR_MECHANISM_INVALID);
		assert_rv (api.f->C_VerifyInit (session, MECH (types[i]), key), CKR_MECHANISM_INVALID);
	}
	assert_ok (api.f->C_CloseSession (session));
}

static void
mechanisms_do_only_what_they_are_for (void)
{
	CK_SESSION_HANDLE session = api_open (&shared, 0);
	Api api = shared;
	CK_OBJECT_HANDLE key;

	api.session = session;
	key = api_key (&api, KEY_AES, NOTHING);
	assert_rv (api.f->C_DigestInit (session, MECH (CKM_AES_ECB)), CKR_MECHANISM_INVALID);
	assert_rv (api.f->C_EncryptInit (session, MECH (CKM_SHA256), key), CKR_MECHANISM_INVALID);
	assert_rv (api.f->C_SignInit (session, MECH (CKM_AES_ECB), key), CKR_MECHANISM_INVALID);
	assert_rv (api.f->C_VerifyInit (session, MECH (CKM_AES_KEY_WRAP), key), CKR_MECHANISM_INVALID);
	assert_rv (api.f->C_DecryptInit (session, MECH (CKM_AES_KEY_GEN), key), CKR_MECHANISM_INVALID);
	assert_ok (api.f->C_CloseSession (session));
}

static void
mechanism_that_is_missing_is_refused (void)
{
	CK_SESSION_HANDLE session = api_open (&shared, 0);

	assert_rv (shared.f->C_DigestInit (session, NULL), CKR_ARGUMENTS_BAD);
	assert_rv (shared.f->C_EncryptInit (session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_rv (shared.f->C_DecryptInit (session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_rv (shared.f->C_SignInit (session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_rv (shared.f->C_VerifyInit (session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_ok (shared.f->C_CloseSession (session));
}

static void
digest_of_a_key_is_that_of_its_value (void)
{
	CK_BYTE of_key[32], of_value[32];
	CK_ULONG n = 32;
	Api api = shared;
	CK_OBJECT_HANDLE key;
	g_autoptr (GBytes) value = NULL;

	api.session = api_open (&shared, 0);
	key = api_key (&api, KEY_AES, NOTHING);
	value = get_attribute (api.module, api.session, key, CKA_VALUE);
	assert_ok (api.f->C_DigestInit (api.session, MECH (CKM_SHA256)));
	assert_ok (api.f->C_DigestKey (api.session, key));
	assert_ok (api.f->C_DigestFinal (api.session, of_key, &n));
	assert_ok (api.f->C_DigestInit (api.session, MECH (CKM_SHA256)));
	assert_ok (api.f->C_Digest (api.session, (CK_BYTE *)(guintptr)g_bytes_get_data (value, NULL), 32, of_value, &n));
	g_assert_cmpmem (of_key, 32, of_value, 32);
	assert_ok (api.f->C_CloseSession (api.session));
}

static void
digest_of_no_secret_key_is_refused (void)
{
	Api api = shared;
	CK_RV rv;

	api.session = api_open (&shared, 0);
	assert_ok (api.f->C_DigestInit (api.session, MECH (CKM_SHA256)));
	rv = api.f->C_DigestKey (api.session, api_key (&api, KEY_RSA_PUBLIC, NOTHING));
	assert_rv (rv, CKR_KEY_INDIGESTIBLE);
	assert_ok (api.f->C_CloseSession (api.session));
}

/* FIPS 180-4's example, and nothing at all. */
static void
digest_of_nothing_works_without_data (void)
{
	CK_SESSION_HANDLE session = api_open (&shared, 0);
	g_autoptr (GBytes) right = from_hex ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CK_BYTE digest[32];
	CK_ULONG n = sizeof digest;

	assert_ok (shared.f->C_DigestInit (session, MECH (CKM_SHA256)));
	assert_ok (shared.f->C_DigestFinal (session, digest, &n));
	g_assert_cmpmem (digest, n, g_bytes_get_data (right, NULL), 32);
	if (!shared.softhsm) {
		assert_ok (shared.f->C_DigestInit (session, MECH (CKM_SHA256)));
		assert_ok (shared.f->C_Digest (session, NULL, 0, digest, &n));
		g_assert_cmpmem (digest, n, g_bytes_get_data (right, NULL), 32);
	}
	assert_ok (shared.f->C_CloseSession (session));
}

#define ADD_ROW(row, behaviour)                                                                              \
	do {                                                                                                 \
		g_autofree char *path = row_path ("operations", row, use);                                   \
		g_autofree char *whole = g_strconcat (path, "/" #behaviour, NULL);                           \
                                                                                                             \
		g_test_add_data_func (whole, row, behaviour);                                                \
	} while (0)

static void
add_row (const Row *row)
{
	static const char *const uses[] = { [FOR_DIGEST] = "digest", [FOR_ENCRYPT] = "encrypt", [FOR_SIGN] = "sign" };
	const char *use = uses[row->use];

	ADD_ROW (row, one_shot_works);
	ADD_ROW (row, one_shot_ends_the_operation);
	ADD_ROW (row, exact_buffer_is_enough);
	ADD_ROW (row, length_question_changes_nothing);
	ADD_ROW (row, short_buffer_keeps_operation);
	ADD_ROW (row, output_may_lie_on_the_input);
	ADD_ROW (row, init_twice_is_refused);
	ADD_ROW (row, init_that_failed_leaves_nothing);
	ADD_ROW (row, parameter_that_is_wrong_is_refused);
	if (row->parts == PARTS) {
		ADD_ROW (row, parts_are_as_one_piece);
		ADD_ROW (row, parts_question_changes_nothing);
		ADD_ROW (row, parts_short_buffer_keeps_operation);
		ADD_ROW (row, one_shot_after_a_part_is_refused);
	} else {
		ADD_ROW (row, parts_of_one_piece_are_refused_and_end_it);
	}
	if (row->use == FOR_DIGEST)
		return;
	if (row->parts == PARTS)
		ADD_ROW (row, parts_can_be_undone);
	ADD_ROW (row, key_of_wrong_type_is_refused);
	ADD_ROW (row, key_of_wrong_class_is_refused);
	ADD_ROW (row, key_without_usage_is_refused);
	ADD_ROW (row, key_that_does_not_allow_the_mechanism_is_refused);
	ADD_ROW (row, key_that_allows_the_mechanism_works);
	ADD_ROW (row, key_handles_that_are_wrong_are_refused);
	ADD_ROW (row, key_that_is_destroyed_ends_the_operation);
	if (row->use == FOR_SIGN) {
		ADD_ROW (row, signature_that_is_wrong_is_refused);
		ADD_ROW (row, signature_of_wrong_length_is_refused);
		ADD_ROW (row, verify_ends_the_operation);
	} else {
		ADD_ROW (row, ciphertext_of_wrong_length_is_refused);
		ADD_ROW (row, decrypt_short_buffer_keeps_operation);
	}
	if (row->notices)
		ADD_ROW (row, ciphertext_that_is_damaged_is_refused);
}

#define ADD_ONE(behaviour) g_test_add_func ("/operations/" #behaviour, behaviour)

static void
add_tests (void)
{
	rows_setup ();
	for (gsize i = 0; i < n_rows; i++)
		if (is_over_data (&rows[i]))
			add_row (&rows[i]);
	ADD_ONE (table_has_every_use_of_every_mechanism_that_is_advertised);
	ADD_ONE (nothing_works_without_init);
	ADD_ONE (mechanisms_that_are_disabled_are_refused);
	ADD_ONE (mechanisms_that_make_keys_can_be_disabled);
	ADD_ONE (mechanisms_that_are_unknown_are_refused);
	ADD_ONE (mechanisms_do_only_what_they_are_for);
	ADD_ONE (mechanism_that_is_missing_is_refused);
	ADD_ONE (digest_of_a_key_is_that_of_its_value);
	ADD_ONE (digest_of_no_secret_key_is_refused);
	ADD_ONE (digest_of_nothing_works_without_data);
}

int
main (int argc, char **argv)
{
	int status = api_main (argc, argv, add_tests);

	rows_teardown ();
	return status;
}
