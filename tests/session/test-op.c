/* The engine, with an operation made up for it: every output is the input with one added to each byte, the length of
 * all input comes at the end, and a 0xff is an error. */

#include "op.h"

#include <glib.h>

typedef struct {
	uint8_t n_seen;
} Toy;

static CK_RV
toy_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	*(Toy *)state = (Toy){ 0 };
	return param.len == 1 ? CKR_MECHANISM_PARAM_INVALID : CKR_OK;
}

static size_t
toy_room_update (const void *state, size_t n_in)
{
	return n_in;
}

static size_t
toy_room (const void *state, size_t n_in)
{
	return n_in + 1;
}

static CK_RV
toy_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Toy *toy = state;

	/* The output is cleared first: whoever lets both overlap is found out. */
	for (size_t i = 0; i < in.len; i++)
		if (in.data[i] == 0xff)
			return CKR_DATA_INVALID;
	if (in.len > 0)
		memset (out, 0, in.len);
	for (size_t i = 0; i < in.len; i++)
		out[i] = (uint8_t)(in.data[i] + 1);
	toy->n_seen = (uint8_t)(toy->n_seen + in.len);
	*n_out = in.len;
	return CKR_OK;
}

static CK_RV
toy_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	Toy *toy = state;

	TRY (toy_update (state, in, out, n_out));
	out[(*n_out)++] = toy->n_seen;
	return CKR_OK;
}

/* The same, but a 0x20 at the end is left out: the length is known only afterwards. */
static CK_RV
trim_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	TRY (toy_update (state, in, out, n_out));
	while (*n_out > 0 && out[*n_out - 1] == ' ' + 1)
		--*n_out;
	return CKR_OK;
}

static CK_RV
toy_check (void *state, Bytes in, Bytes signature)
{
	return bytes_equal (in, signature) ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static CK_RV
mac_update (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	((Toy *)state)->n_seen = (uint8_t)(((Toy *)state)->n_seen + in.len);
	*n_out = 0;
	return CKR_OK;
}

static size_t
mac_room (const void *state, size_t n_in)
{
	return 2;
}

static CK_RV
mac_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	TRY (mac_update (state, in, out, n_out));
	out[0] = 0x4d;
	out[1] = ((Toy *)state)->n_seen;
	*n_out = 2;
	return CKR_OK;
}

static const MechOp stream = {
	.state_size = sizeof (Toy), .start = toy_start, .room_update = toy_room_update, .room = toy_room,
	.update = toy_update, .finish = toy_finish,
};
static const MechOp one_piece = {
	.state_size = sizeof (Toy), .start = toy_start, .room = toy_room, .finish = toy_finish,
};
static const MechOp gathered = {
	.state_size = sizeof (Toy), .gather = true, .start = toy_start, .room = toy_room, .finish = toy_finish,
};
static const MechOp trimmed = {
	.state_size = sizeof (Toy), .inexact = true, .start = toy_start, .room_update = toy_room_update,
	.room = toy_room_update, .update = toy_update, .finish = trim_finish,
};
static const MechOp mac = {
	.state_size = sizeof (Toy), .start = toy_start, .room = mac_room, .update = mac_update, .finish = mac_finish,
};
static const MechOp checked = {
	.state_size = sizeof (Toy), .gather = true, .start = toy_start, .room = mac_room, .check = toy_check,
};

/* --- an operation for each test --- */

typedef struct {
	Op op;
	CK_BYTE room[64];
	CK_ULONG n;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
	memset (fixture, 0, sizeof *fixture);
	fixture->n = sizeof fixture->room;
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
	op_clear (&fixture->op);
}

static void
start (Fixture *fixture, OpKind kind, const MechOp *how)
{
	g_assert_cmpuint (op_start (&fixture->op, kind, how, NULL, NULL, NO_BYTES), ==, CKR_OK);
	g_assert_true (op_is_active (&fixture->op));
}

static Out
into (Fixture *fixture)
{
	return out (fixture->room, &fixture->n);
}

static void
assert_out (Fixture *fixture, const char *wanted, size_t n)
{
	g_assert_cmpuint (fixture->n, ==, n);
	g_assert_cmpint (memcmp (fixture->room, wanted, n), ==, 0);
}

#define TEXT bytes_str ("abc")
#define ANSWER "bcd\3", 4

/* --- one piece --- */

static void
one_shot_gives_all_and_ends (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
	assert_out (fixture, ANSWER);
	g_assert_false (op_is_active (&fixture->op));
}

static void
nothing_under_way_is_said_so (Fixture *fixture, gconstpointer unused)
{
	g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_OPERATION_NOT_INITIALIZED);
	g_assert_cmpuint (op_update (&fixture->op, TEXT, into (fixture)), ==, CKR_OPERATION_NOT_INITIALIZED);
	g_assert_cmpuint (op_final (&fixture->op, into (fixture)), ==, CKR_OPERATION_NOT_INITIALIZED);
	g_assert_cmpuint (op_check_one_shot (&fixture->op, TEXT, TEXT), ==, CKR_OPERATION_NOT_INITIALIZED);
	g_assert_cmpuint (op_check_final (&fixture->op, TEXT), ==, CKR_OPERATION_NOT_INITIALIZED);
}

static void
a_start_that_fails_leaves_nothing_under_way (Fixture *fixture, gconstpointer unused)
{
	g_assert_cmpuint (op_start (&fixture->op, OP_SIGN, &stream, NULL, NULL, bytes ("x", 1)), ==,
	                  CKR_MECHANISM_PARAM_INVALID);
	g_assert_false (op_is_active (&fixture->op));
}

static const MechOp *const outputs[] = { &stream, &one_piece, &gathered };

/* First a question about other data: it must not be worked on. */
static void
a_question_changes_nothing (Fixture *fixture, gconstpointer unused)
{
	for (size_t i = 0; i < N_ELEMENTS (outputs); i++) {
		CK_ULONG n = 0;

		fixture->n = sizeof fixture->room;
		start (fixture, OP_ENCRYPT, outputs[i]);
		for (int round = 0; round < 3; round++) {
			g_assert_cmpuint (op_one_shot (&fixture->op, bytes_str ("other data"), out (NULL, &n)), ==, CKR_OK);
			g_assert_cmpuint (n, ==, 11);
		}
		g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
		assert_out (fixture, ANSWER);
	}
}

static void
a_short_buffer_keeps_the_operation (Fixture *fixture, gconstpointer unused)
{
	for (size_t i = 0; i < N_ELEMENTS (outputs); i++) {
		CK_BYTE small[4] = { 'u', 'u', 'u', 'u' };
		CK_ULONG n = 3;

		fixture->n = sizeof fixture->room;
		start (fixture, OP_ENCRYPT, outputs[i]);
		g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, out (small, &n)), ==, CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, 4);
		g_assert_cmpint (memcmp (small, "uuuu", 4), ==, 0);
		g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
		assert_out (fixture, ANSWER);
	}
}

static void
an_error_ends_the_operation (Fixture *fixture, gconstpointer unused)
{
	for (size_t i = 0; i < N_ELEMENTS (outputs); i++) {
		start (fixture, OP_ENCRYPT, outputs[i]);
		g_assert_cmpuint (op_one_shot (&fixture->op, bytes ("\xff", 1), into (fixture)), ==, CKR_DATA_INVALID);
		g_assert_false (op_is_active (&fixture->op));
	}
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_update (&fixture->op, bytes ("\xff", 1), into (fixture)), ==, CKR_DATA_INVALID);
	g_assert_false (op_is_active (&fixture->op));
}

static void
bad_arguments_end_the_operation (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, out (fixture->room, NULL)), ==, CKR_ARGUMENTS_BAD);
	g_assert_false (op_is_active (&fixture->op));
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_one_shot (&fixture->op, bytes (NULL, 3), into (fixture)), ==, CKR_ARGUMENTS_BAD);
	g_assert_false (op_is_active (&fixture->op));
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_update (&fixture->op, bytes (NULL, 3), into (fixture)), ==, CKR_ARGUMENTS_BAD);
	g_assert_false (op_is_active (&fixture->op));
}

/* Encrypting in place, and with both shifted either way. */
static void
output_may_lie_over_the_input (Fixture *fixture, gconstpointer unused)
{
	for (size_t i = 0; i < N_ELEMENTS (outputs); i++)
		for (int shift = -3; shift <= 3; shift++) {
			CK_BYTE *in = fixture->room + 10 + shift, *to = fixture->room + 10;

			fixture->n = 20;
			memcpy (in, "abc", 3);
			start (fixture, OP_ENCRYPT, outputs[i]);
			g_assert_cmpuint (op_one_shot (&fixture->op, bytes (in, 3), out (to, &fixture->n)), ==, CKR_OK);
			g_assert_cmpuint (fixture->n, ==, 4);
			g_assert_cmpint (memcmp (to, ANSWER), ==, 0);
		}
}

static void
parts_may_lie_over_their_output (Fixture *fixture, gconstpointer unused)
{
	memcpy (fixture->room, "abc", 3);
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_update (&fixture->op, bytes (fixture->room, 3), into (fixture)), ==, CKR_OK);
	assert_out (fixture, "bcd", 3);
}

/* --- a length that is known only at the end --- */

static void
a_bound_is_answered_and_the_true_length_given (Fixture *fixture, gconstpointer unused)
{
	CK_ULONG n = 0;

	start (fixture, OP_DECRYPT, &trimmed);
	g_assert_cmpuint (op_one_shot (&fixture->op, bytes_str ("abc   "), out (NULL, &n)), ==, CKR_OK);
	g_assert_cmpuint (n, ==, 6);
	fixture->n = 3;
	g_assert_cmpuint (op_one_shot (&fixture->op, bytes_str ("abc   "), into (fixture)), ==, CKR_OK);
	assert_out (fixture, "bcd", 3);
	g_assert_cmpuint (fixture->room[3], ==, 0);
}

static void
a_buffer_shorter_than_the_true_length_keeps_the_operation (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_DECRYPT, &trimmed);
	fixture->n = 2;
	g_assert_cmpuint (op_one_shot (&fixture->op, bytes_str ("abc   "), into (fixture)), ==, CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (fixture->n, ==, 3);
	g_assert_cmpuint (fixture->room[0], ==, 0);
	g_assert_cmpuint (op_one_shot (&fixture->op, bytes_str ("abc   "), into (fixture)), ==, CKR_OK);
	assert_out (fixture, "bcd", 3);
}

/* --- parts --- */

static void
parts_give_the_same_as_one_piece (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_update (&fixture->op, bytes_str ("ab"), into (fixture)), ==, CKR_OK);
	assert_out (fixture, "bc", 2);
	fixture->n = 1;
	g_assert_cmpuint (op_update (&fixture->op, bytes_str ("c"), into (fixture)), ==, CKR_OK);
	assert_out (fixture, "d", 1);
	g_assert_cmpuint (op_final (&fixture->op, into (fixture)), ==, CKR_OK);
	assert_out (fixture, "\3", 1);
	g_assert_false (op_is_active (&fixture->op));
}

static void
questions_among_parts_change_nothing (Fixture *fixture, gconstpointer unused)
{
	CK_ULONG n = 0;

	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_update (&fixture->op, bytes_str ("abcdef"), out (NULL, &n)), ==, CKR_OK);
	g_assert_cmpuint (n, ==, 6);
	fixture->n = 2;
	g_assert_cmpuint (op_update (&fixture->op, TEXT, into (fixture)), ==, CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (fixture->n, ==, 3);
	g_assert_cmpuint (op_update (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
	g_assert_cmpuint (op_final (&fixture->op, out (NULL, &n)), ==, CKR_OK);
	g_assert_cmpuint (n, ==, 1);
	fixture->n = 0;
	g_assert_cmpuint (op_final (&fixture->op, into (fixture)), ==, CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (op_final (&fixture->op, into (fixture)), ==, CKR_OK);
	assert_out (fixture, "\3", 1);
}

/* A question by C_EncryptUpdate does not begin parts: the one-shot call may still come. */
static void
a_question_does_not_begin_parts (Fixture *fixture, gconstpointer unused)
{
	static const MechOp *const both[] = { &stream, &gathered };

	for (size_t i = 0; i < N_ELEMENTS (both); i++) {
		CK_ULONG n = 0;

		fixture->n = sizeof fixture->room;
		start (fixture, OP_ENCRYPT, both[i]);
		g_assert_cmpuint (op_update (&fixture->op, TEXT, out (NULL, &n)), ==, CKR_OK);
		g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
		assert_out (fixture, ANSWER);
	}
}

static void
one_piece_does_not_follow_parts (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_update (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
	g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_OPERATION_ACTIVE);
	g_assert_false (op_is_active (&fixture->op));
}

static void
gathered_parts_come_out_at_the_end (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_DECRYPT, &gathered);
	g_assert_cmpuint (op_update (&fixture->op, bytes_str ("ab"), into (fixture)), ==, CKR_OK);
	g_assert_cmpuint (fixture->n, ==, 0);
	g_assert_cmpuint (op_update (&fixture->op, bytes_str ("c"), into (fixture)), ==, CKR_OK);
	fixture->n = 3;
	g_assert_cmpuint (op_final (&fixture->op, into (fixture)), ==, CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (fixture->n, ==, 4);
	g_assert_cmpuint (op_final (&fixture->op, into (fixture)), ==, CKR_OK);
	assert_out (fixture, ANSWER);
}

static void
what_goes_in_one_piece_takes_no_parts (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_SIGN, &one_piece);
	g_assert_cmpuint (op_update (&fixture->op, TEXT, (Out){ 0 }), ==, CKR_FUNCTION_NOT_SUPPORTED);
	g_assert_false (op_is_active (&fixture->op));
	start (fixture, OP_SIGN, &one_piece);
	g_assert_cmpuint (op_final (&fixture->op, into (fixture)), ==, CKR_FUNCTION_NOT_SUPPORTED);
	g_assert_false (op_is_active (&fixture->op));
}

/* --- verification --- */

static void
macs_are_made_again_and_compared (Fixture *fixture, gconstpointer unused)
{
	static const struct {
		const char *signature;
		size_t n;
		CK_RV rv;
	} rows[] = {
		{ "M\3", 2, CKR_OK },
		{ "M\4", 2, CKR_SIGNATURE_INVALID },
		{ "N\3", 2, CKR_SIGNATURE_INVALID },
		{ "M", 1, CKR_SIGNATURE_LEN_RANGE },
		{ "M\3\3", 3, CKR_SIGNATURE_LEN_RANGE },
		{ "", 0, CKR_SIGNATURE_LEN_RANGE },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		Bytes signature = bytes (rows[i].signature, rows[i].n);

		start (fixture, OP_VERIFY, &mac);
		g_assert_cmpuint (op_check_one_shot (&fixture->op, TEXT, signature), ==, rows[i].rv);
		g_assert_false (op_is_active (&fixture->op));
		start (fixture, OP_VERIFY, &mac);
		g_assert_cmpuint (op_update (&fixture->op, bytes_str ("ab"), (Out){ 0 }), ==, CKR_OK);
		g_assert_cmpuint (op_update (&fixture->op, bytes_str ("c"), (Out){ 0 }), ==, CKR_OK);
		g_assert_cmpuint (op_check_final (&fixture->op, signature), ==, rows[i].rv);
		g_assert_false (op_is_active (&fixture->op));
	}
}

static void
signatures_are_checked_over_all_parts (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_VERIFY, &checked);
	g_assert_cmpuint (op_update (&fixture->op, bytes_str ("ab"), (Out){ 0 }), ==, CKR_OK);
	g_assert_cmpuint (op_update (&fixture->op, bytes_str ("c"), (Out){ 0 }), ==, CKR_OK);
	g_assert_cmpuint (op_check_final (&fixture->op, TEXT), ==, CKR_OK);
	start (fixture, OP_VERIFY, &checked);
	g_assert_cmpuint (op_check_one_shot (&fixture->op, TEXT, bytes_str ("abd")), ==, CKR_SIGNATURE_INVALID);
}

/* --- the rest --- */

static void
a_key_that_wants_its_pin_is_not_used_before (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_SIGN, &stream);
	fixture->op.needs_login = true;
	g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_USER_NOT_LOGGED_IN);
	g_assert_false (op_is_active (&fixture->op));
	g_assert_false (fixture->op.needs_login);
}

static void
the_key_is_held_until_it_is_ended (Fixture *fixture, gconstpointer unused)
{
	Attrs draft = { 0 };
	Object *key;

	g_assert_cmpuint (object_publish (&draft, &key), ==, CKR_OK);
	g_assert_cmpuint (op_start (&fixture->op, OP_SIGN, &stream, NULL, key, NO_BYTES), ==, CKR_OK);
	g_assert_cmpuint (key->refs, ==, 2);
	g_assert_cmpuint (op_one_shot (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
	g_assert_false (op_is_active (&fixture->op));
	g_assert_cmpuint (key->refs, ==, 2);
	/* the next one may be with the same key, which is counted once */
	g_assert_cmpuint (op_start (&fixture->op, OP_SIGN, &stream, NULL, key, NO_BYTES), ==, CKR_OK);
	g_assert_cmpuint (key->refs, ==, 2);
	op_end (&fixture->op);
	g_assert_cmpuint (key->refs, ==, 1);
	object_unref (key);
}

static void
ending_wipes_the_state (Fixture *fixture, gconstpointer unused)
{
	start (fixture, OP_ENCRYPT, &stream);
	g_assert_cmpuint (op_update (&fixture->op, TEXT, into (fixture)), ==, CKR_OK);
	g_assert_cmpuint (((Toy *)fixture->op.state)->n_seen, ==, 3);
	op_end (&fixture->op);
	g_assert_cmpuint (((Toy *)fixture->op.state)->n_seen, ==, 0);
}

static void
what_is_offered_follows_the_buffer (Fixture *fixture, gconstpointer unused)
{
	fixture->n = 2;
	g_assert_cmpuint (out_offer (into (fixture), TEXT), ==, CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (fixture->n, ==, 3);
	g_assert_cmpuint (out_offer (out (NULL, &fixture->n), NO_BYTES), ==, CKR_OK);
	g_assert_cmpuint (fixture->n, ==, 0);
	g_assert_cmpuint (out_offer (into (fixture), NO_BYTES), ==, CKR_OK);
	fixture->n = 3;
	g_assert_cmpuint (out_offer (into (fixture), TEXT), ==, CKR_OK);
	assert_out (fixture, "abc", 3);
}

#define ADD(name) g_test_add ("/session/op/" #name, Fixture, NULL, set_up, name, tear_down)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (one_shot_gives_all_and_ends);
	ADD (nothing_under_way_is_said_so);
	ADD (a_start_that_fails_leaves_nothing_under_way);
	ADD (a_question_changes_nothing);
	ADD (a_short_buffer_keeps_the_operation);
	ADD (an_error_ends_the_operation);
	ADD (bad_arguments_end_the_operation);
	ADD (output_may_lie_over_the_input);
	ADD (parts_may_lie_over_their_output);
	ADD (a_bound_is_answered_and_the_true_length_given);
	ADD (a_buffer_shorter_than_the_true_length_keeps_the_operation);
	ADD (parts_give_the_same_as_one_piece);
	ADD (questions_among_parts_change_nothing);
	ADD (a_question_does_not_begin_parts);
	ADD (one_piece_does_not_follow_parts);
	ADD (gathered_parts_come_out_at_the_end);
	ADD (what_goes_in_one_piece_takes_no_parts);
	ADD (macs_are_made_again_and_compared);
	ADD (signatures_are_checked_over_all_parts);
	ADD (a_key_that_wants_its_pin_is_not_used_before);
	ADD (the_key_is_held_until_it_is_ended);
	ADD (ending_wipes_the_state);
	ADD (what_is_offered_follows_the_buffer);
	return g_test_run ();
}
