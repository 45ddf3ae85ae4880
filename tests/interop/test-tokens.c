/* Tokens: the same slots for both, PINs and labels changed by one and seen by the other, and softhsm2-util on
 * tokens of ours. */

#include "interop.h"

#include <gio/gio.h>

#define NEW_PIN "another pin"

static CK_UTF8CHAR *
text (const char *string)
{
	return (CK_UTF8CHAR *)(guintptr)string;
}

static CK_RV
set_pin (const Side *side, const char *old, const char *new)
{
	return side->f->C_SetPIN (side->session, text (old), strlen (old), text (new), strlen (new));
}

static void
log_in (const Side *side, CK_USER_TYPE who, const char *pin)
{
	side->f->C_Logout (side->session);
	assert_ok (side_login (side, who, pin));
}

static CK_RV
login_answer (const Side *side, CK_USER_TYPE who, const char *pin)
{
	side->f->C_Logout (side->session);
	return side_login (side, who, pin);
}

/* Starts anew without anyone logged in. */
static void
restart (Side *side)
{
	side_stop (side);
	assert_ok (side->f->C_Initialize (NULL));
	side->slot = token_slot_of (side->module);
	side->session = open_session (side->module, side->slot, FALSE);
}

static CK_TOKEN_INFO
token_info (const Side *side, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	assert_ok (side->f->C_GetTokenInfo (slot, &info));
	return info;
}

static gboolean
has_flag (const Side *side, CK_FLAGS flag)
{
	return (token_info (side, side->slot).flags & flag) != 0;
}

/* --- slots --- */

static GArray *
slots_of (const Side *side)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = G_N_ELEMENTS (slots);
	GArray *list = g_array_new (FALSE, FALSE, sizeof *slots);

	assert_ok (side->f->C_GetSlotList (CK_TRUE, slots, &n));
	return g_array_append_vals (list, slots, (guint)n);
}

static void
assert_same_token (const Pair *pair, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO a = token_info (pair->maker, slot), b = token_info (pair->other, slot);

	g_assert_cmpmem (a.label, sizeof a.label, b.label, sizeof b.label);
	g_assert_cmpmem (a.serialNumber, sizeof a.serialNumber, b.serialNumber, sizeof b.serialNumber);
	g_assert_cmpmem (a.manufacturerID, sizeof a.manufacturerID, b.manufacturerID,
	                 sizeof b.manufacturerID);
	g_assert_cmpmem (a.model, sizeof a.model, b.model, sizeof b.model);
	g_assert_cmphex (a.flags, ==, b.flags);
	g_assert_cmpuint (a.ulMinPinLen, ==, b.ulMinPinLen);
	g_assert_cmpuint (a.ulMaxPinLen, ==, b.ulMaxPinLen);
}

static void
assert_same_slot (const Pair *pair, CK_SLOT_ID slot)
{
	CK_SLOT_INFO a, b;

	assert_ok (pair->maker->f->C_GetSlotInfo (slot, &a));
	assert_ok (pair->other->f->C_GetSlotInfo (slot, &b));
	g_assert_cmpmem (a.slotDescription, sizeof a.slotDescription, b.slotDescription,
	                 sizeof b.slotDescription);
	g_assert_cmpmem (a.manufacturerID, sizeof a.manufacturerID, b.manufacturerID,
	                 sizeof b.manufacturerID);
	g_assert_cmphex (a.flags, ==, b.flags);
}

static void
slots_and_tokens_are_the_same (Pair *pair)
{
	g_autoptr (GArray) here = NULL;
	g_autoptr (GArray) there = NULL;

	make_token (pair->maker->module, "second");
	side_stop (pair->other);
	assert_ok (pair->other->f->C_Initialize (NULL));
	make_token (pair->other->module, "third \xc3\xa9");
	assert_ok (pair->maker->f->C_Finalize (NULL));
	assert_ok (pair->maker->f->C_Initialize (NULL));

	here = slots_of (pair->maker);
	there = slots_of (pair->other);

	g_assert_cmpuint (here->len, ==, 4);
	g_assert_cmpmem (here->data, here->len * sizeof (CK_SLOT_ID), there->data,
	                 there->len * sizeof (CK_SLOT_ID));
	for (guint i = 0; i < here->len; i++) {
		assert_same_slot (pair, g_array_index (here, CK_SLOT_ID, i));
		assert_same_token (pair, g_array_index (here, CK_SLOT_ID, i));
	}
}

static void
a_token_without_a_user_pin_is_the_same (Pair *pair)
{
	CK_UTF8CHAR label[33];
	g_autoptr (GArray) slots = slots_of (pair->maker);
	CK_SLOT_ID free_slot = g_array_index (slots, CK_SLOT_ID, slots->len - 1);

	g_snprintf ((char *)label, sizeof label, "%-32s", "bare");
	assert_ok (pair->maker->f->C_InitToken (free_slot, text (SO_PIN), strlen (SO_PIN), label));
	side_stop (pair->maker);
	side_stop (pair->other);
	assert_ok (pair->maker->f->C_Initialize (NULL));
	assert_ok (pair->other->f->C_Initialize (NULL));

	g_array_unref (g_steal_pointer (&slots));
	slots = slots_of (pair->maker);
	g_assert_cmpuint (slots->len, ==, 3);
	for (guint i = 0; i < slots->len; i++)
		assert_same_token (pair, g_array_index (slots, CK_SLOT_ID, i));
}

/* --- PINs --- */

static void
a_user_pin_changed_by_one_opens_the_other (Pair *pair)
{
	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_STRING (CKA_LABEL, "private"));
	assert_ok (set_pin (pair->other, USER_PIN, NEW_PIN));

	restart (pair->maker);

	assert_rv (side_login (pair->maker, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	assert_ok (side_login (pair->maker, CKU_USER, NEW_PIN));
	find (pair->maker, CKO_DATA, "private");
}

static void
an_so_pin_changed_by_one_opens_the_other (Pair *pair)
{
	log_in (pair->other, CKU_SO, SO_PIN);
	assert_ok (set_pin (pair->other, SO_PIN, NEW_PIN));

	restart (pair->maker);

	assert_rv (side_login (pair->maker, CKU_SO, SO_PIN), CKR_PIN_INCORRECT);
	assert_ok (side_login (pair->maker, CKU_SO, NEW_PIN));
}

static void
a_user_pin_reset_by_the_so_of_one_opens_the_other (Pair *pair)
{
	log_in (pair->other, CKU_SO, SO_PIN);
	assert_ok (pair->other->f->C_InitPIN (pair->other->session, text (NEW_PIN), strlen (NEW_PIN)));

	restart (pair->maker);

	assert_rv (side_login (pair->maker, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	assert_ok (side_login (pair->maker, CKU_USER, NEW_PIN));
}

/* SoftHSM goes on with the PINs it once read.  We are right not to: a PIN that was changed because someone
 * knew it must not open anything any more. */
static void
a_user_pin_changed_by_softhsm_counts_at_once (Pair *pair)
{
	assert_ok (set_pin (pair->theirs, USER_PIN, NEW_PIN));

	assert_rv (login_answer (pair->ours, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	assert_ok (login_answer (pair->ours, CKU_USER, NEW_PIN));
}

static void
an_so_pin_changed_by_softhsm_counts_at_once (Pair *pair)
{
	log_in (pair->theirs, CKU_SO, SO_PIN);
	assert_ok (set_pin (pair->theirs, SO_PIN, NEW_PIN));

	assert_rv (login_answer (pair->ours, CKU_SO, SO_PIN), CKR_PIN_INCORRECT);
	assert_ok (login_answer (pair->ours, CKU_SO, NEW_PIN));
}

static void
a_pin_changed_by_softhsm_is_not_changed_back_with_the_old (Pair *pair)
{
	assert_ok (set_pin (pair->theirs, USER_PIN, NEW_PIN));

	assert_rv (set_pin (pair->ours, USER_PIN, "a third pin"), CKR_PIN_INCORRECT);
	assert_ok (set_pin (pair->ours, NEW_PIN, "a third pin"));
	assert_ok (login_answer (pair->ours, CKU_USER, "a third pin"));
}

static void
who_is_logged_in_stays_so_when_the_pin_changes (Pair *pair)
{
	CREATE (pair->ours, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_STRING (CKA_LABEL, "private"));

	assert_ok (set_pin (pair->theirs, USER_PIN, NEW_PIN));

	find (pair->ours, CKO_DATA, "private");
	CREATE (pair->ours, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_STRING (CKA_LABEL, "more"));
	find (pair->theirs, CKO_DATA, "more");
}

static void
pins_of_any_bytes_work_in_the_other (Pair *pair)
{
	g_autofree char *longest = g_strnfill (255, '\xff');
	static const char *const pins[] = { "1234", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91", " \t# = ;" };
	const char *now = USER_PIN;

	for (guint i = 0; i <= G_N_ELEMENTS (pins); i++) {
		const char *pin = i < G_N_ELEMENTS (pins) ? pins[i] : longest;

		assert_ok (set_pin (pair->maker, now, pin));
		restart (pair->other);
		assert_ok (side_login (pair->other, CKU_USER, pin));
		now = pin;
	}
}

static void
a_wrong_pin_is_remembered_and_forgiven (Pair *pair)
{
	g_assert_false (has_flag (pair->maker, CKF_USER_PIN_COUNT_LOW));

	assert_rv (login_answer (pair->maker, CKU_USER, "wrong"), CKR_PIN_INCORRECT);
	restart (pair->other);
	g_assert_true (has_flag (pair->maker, CKF_USER_PIN_COUNT_LOW));
	g_assert_true (has_flag (pair->other, CKF_USER_PIN_COUNT_LOW));

	assert_ok (side_login (pair->other, CKU_USER, USER_PIN));
	restart (pair->maker);
	g_assert_false (has_flag (pair->maker, CKF_USER_PIN_COUNT_LOW));
	g_assert_false (has_flag (pair->other, CKF_USER_PIN_COUNT_LOW));
}

static void
a_wrong_so_pin_is_remembered_and_forgiven (Pair *pair)
{
	assert_rv (login_answer (pair->maker, CKU_SO, "wrong"), CKR_PIN_INCORRECT);
	restart (pair->other);
	g_assert_true (has_flag (pair->other, CKF_SO_PIN_COUNT_LOW));

	assert_ok (side_login (pair->other, CKU_SO, SO_PIN));
	restart (pair->maker);
	g_assert_false (has_flag (pair->maker, CKF_SO_PIN_COUNT_LOW));
}

/* --- the token anew --- */

static void
reinitialise (Side *side, const char *label)
{
	CK_UTF8CHAR padded[33];

	g_snprintf ((char *)padded, sizeof padded, "%-32s", label);
	assert_ok (side->f->C_CloseAllSessions (side->slot));
	assert_ok (side->f->C_InitToken (side->slot, text (SO_PIN), strlen (SO_PIN), padded));
}

static void
a_token_made_anew_by_one_is_empty_for_the_other (Pair *pair)
{
	CK_TOKEN_INFO before = token_info (pair->maker, pair->maker->slot), after;

	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_BOOL (CKA_PRIVATE, CK_FALSE), A_STRING (CKA_LABEL, "data"));
	reinitialise (pair->other, "anew");
	restart (pair->maker);

	after = token_info (pair->maker, pair->maker->slot);
	g_assert_cmpmem (after.label, 5, "anew ", 5);
	g_assert_cmpmem (after.serialNumber, sizeof after.serialNumber, before.serialNumber,
	                 sizeof before.serialNumber);
	g_assert_cmpuint (COUNT (pair->maker, A_ULONG (CKA_CLASS, CKO_DATA)), ==, 0);
	assert_rv (side_login (pair->maker, CKU_USER, USER_PIN), CKR_USER_PIN_NOT_INITIALIZED);
	assert_ok (side_login (pair->maker, CKU_SO, SO_PIN));
	assert_ok (pair->maker->f->C_InitPIN (pair->maker->session, text (NEW_PIN), strlen (NEW_PIN)));
}

static void
a_token_made_anew_by_one_takes_keys_of_both (Pair *pair)
{
	reinitialise (pair->other, "anew");
	restart (pair->maker);
	assert_ok (side_login (pair->maker, CKU_SO, SO_PIN));
	assert_ok (pair->maker->f->C_InitPIN (pair->maker->session, text (USER_PIN), strlen (USER_PIN)));
	side_renew (pair->maker);
	side_renew (pair->other);

	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_STRING (CKA_LABEL, "one"));
	find (pair->other, CKO_DATA, "one");
	CREATE (pair->other, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_STRING (CKA_LABEL, "two"));

	find (pair->maker, CKO_DATA, "one");
	find (pair->maker, CKO_DATA, "two");
	find (pair->other, CKO_DATA, "one");
}

static void
a_token_made_anew_by_softhsm_is_empty_at_once (Pair *pair)
{
	CK_TOKEN_INFO info;

	CREATE (pair->ours, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_BOOL (CKA_PRIVATE, CK_FALSE), A_STRING (CKA_LABEL, "data"));
	find (pair->theirs, CKO_DATA, "data");

	reinitialise (pair->theirs, "anew");

	g_assert_cmpuint (COUNT (pair->ours, A_ULONG (CKA_CLASS, CKO_DATA)), ==, 0);
	info = token_info (pair->ours, pair->ours->slot);
	g_assert_cmpmem (info.label, 5, "anew ", 5);
	assert_rv (login_answer (pair->ours, CKU_USER, USER_PIN), CKR_USER_PIN_NOT_INITIALIZED);
}

static void
making_a_token_anew_needs_the_so_pin_of_the_other (Pair *pair)
{
	CK_UTF8CHAR label[33];

	g_snprintf ((char *)label, sizeof label, "%-32s", "anew");
	assert_ok (pair->other->f->C_CloseAllSessions (pair->other->slot));

	assert_rv (pair->other->f->C_InitToken (pair->other->slot, text ("wrong pin"), 9, label),
	           CKR_PIN_INCORRECT);

	g_assert_cmpmem (token_info (pair->other, pair->other->slot).label, 7, "interop", 7);
}

/* --- SoftHSM's own command --- */

static char *
run_util (const Pair *pair, const char *first, ...)
{
	g_autofree char *util = g_find_program_in_path ("softhsm2-util");
	g_autoptr (GPtrArray) argv = g_ptr_array_new ();
	g_autoptr (GSubprocess) process = NULL;
	g_autoptr (GError) error = NULL;
	char *out = NULL;
	va_list args;

	if (util == NULL)
		return NULL;
	g_ptr_array_add (argv, util);
	g_ptr_array_add (argv, (char *)"--module");
	g_ptr_array_add (argv, pair->theirs->module->path);
	va_start (args, first);
	for (const char *arg = first; arg != NULL; arg = va_arg (args, const char *))
		g_ptr_array_add (argv, (char *)(guintptr)arg);
	va_end (args);
	g_ptr_array_add (argv, NULL);
	process =
		g_subprocess_newv ((const char *const *)argv->pdata,
	                           G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
	g_assert_no_error (error);
	g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error));
	if (g_subprocess_get_exit_status (process) != 0)
		g_error ("softhsm2-util %s: %s", first, out);
	return out;
}

static void
softhsm2_util_shows_our_token (Pair *pair)
{
	g_autofree char *out = run_util (pair, "--show-slots", NULL);
	g_autofree char *slot = g_strdup_printf ("Slot %lu\n", pair->ours->slot);
	CK_TOKEN_INFO info = token_info (pair->ours, pair->ours->slot);
	g_autofree char *serial = g_strndup ((const char *)info.serialNumber, sizeof info.serialNumber);

	if (out == NULL) {
		g_test_skip ("there is no softhsm2-util");
		return;
	}
	g_assert_nonnull (strstr (out, slot));
	g_assert_nonnull (strstr (out, serial));
	g_assert_nonnull (strstr (out, "interop"));
}

static void
softhsm2_util_makes_our_token_anew (Pair *pair)
{
	g_autofree char *slot = g_strdup_printf ("%lu", pair->ours->slot);
	g_autofree char *out = run_util (pair, "--init-token", "--slot", slot, "--label", "by the util",
	                                 "--so-pin", SO_PIN, "--pin", NEW_PIN, NULL);

	if (out == NULL) {
		g_test_skip ("there is no softhsm2-util");
		return;
	}
	assert_ok (login_answer (pair->ours, CKU_USER, NEW_PIN));
	g_assert_cmpmem (token_info (pair->ours, pair->ours->slot).label, 11, "by the util", 11);
}

static void
softhsm2_util_deletes_our_token (Pair *pair)
{
	g_autofree char *out = run_util (pair, "--delete-token", "--token", "interop", NULL);
	g_autoptr (GArray) slots = NULL;

	if (out == NULL) {
		g_test_skip ("there is no softhsm2-util");
		return;
	}
	assert_ok (pair->ours->f->C_Finalize (NULL));
	assert_ok (pair->ours->f->C_Initialize (NULL));
	slots = slots_of (pair->ours);
	g_assert_cmpuint (slots->len, ==, 1);
}

static void
softhsm2_util_imports_a_key_that_works_with_us (Pair *pair)
{
	static const char key[] = "0123456789abcdef0123456789abcdef";
	g_autofree char *file = g_build_filename (pair->place->dir, "key", NULL);
	g_autofree char *out = NULL;

	g_assert_true (g_file_set_contents (file, key, 32, NULL));
	out = run_util (pair, "--import", file, "--aes", "--token", "interop", "--label", "imported", "--id",
	                "01", "--pin", USER_PIN, NULL);
	if (out == NULL) {
		g_test_skip ("there is no softhsm2-util");
		return;
	}
	{
		CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
		g_autoptr (GBytes) data = message (16);
		g_autoptr (GBytes) one =
			encrypt (pair->ours, &ecb, find (pair->ours, CKO_SECRET_KEY, "imported"), data);
		g_autoptr (GBytes) two =
			encrypt (pair->theirs, &ecb, find (pair->theirs, CKO_SECRET_KEY, "imported"), data);

		assert_bytes (one, two);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_BOTH_WAYS ("tokens", slots_and_tokens_are_the_same);
	ADD_BOTH_WAYS ("tokens", a_token_without_a_user_pin_is_the_same);
	ADD_BOTH_WAYS ("tokens", a_user_pin_changed_by_one_opens_the_other);
	ADD_BOTH_WAYS ("tokens", an_so_pin_changed_by_one_opens_the_other);
	ADD_BOTH_WAYS ("tokens", a_user_pin_reset_by_the_so_of_one_opens_the_other);
	ADD_BOTH_WAYS ("tokens", a_user_pin_changed_by_softhsm_counts_at_once);
	ADD_BOTH_WAYS ("tokens", an_so_pin_changed_by_softhsm_counts_at_once);
	ADD_BOTH_WAYS ("tokens", a_pin_changed_by_softhsm_is_not_changed_back_with_the_old);
	ADD_BOTH_WAYS ("tokens", who_is_logged_in_stays_so_when_the_pin_changes);
	ADD_BOTH_WAYS ("tokens", pins_of_any_bytes_work_in_the_other);
	ADD_BOTH_WAYS ("tokens", a_wrong_pin_is_remembered_and_forgiven);
	ADD_BOTH_WAYS ("tokens", a_wrong_so_pin_is_remembered_and_forgiven);
	ADD_BOTH_WAYS ("tokens", a_token_made_anew_by_one_is_empty_for_the_other);
	ADD_BOTH_WAYS ("tokens", a_token_made_anew_by_one_takes_keys_of_both);
	ADD_BOTH_WAYS ("tokens", a_token_made_anew_by_softhsm_is_empty_at_once);
	ADD_BOTH_WAYS ("tokens", making_a_token_anew_needs_the_so_pin_of_the_other);
	ADD_OURS ("tokens", softhsm2_util_shows_our_token);
	ADD_OURS ("tokens", softhsm2_util_makes_our_token_anew);
	ADD_OURS ("tokens", softhsm2_util_deletes_our_token);
	ADD_OURS ("tokens", softhsm2_util_imports_a_key_that_works_with_us);
	return g_test_run ();
}
