/* Slots, tokens, mechanisms, C_InitToken: PKCS #11 v3.2 section 5.5, and SoftHSM's numbering. */

#include "apitest.h"

#include <stdlib.h>

static gboolean
is_padded (const CK_UTF8CHAR *field, gsize n, const char *text)
{
	g_autofree char *padded = g_strdup_printf ("%-*s", (int)n, text);

	return strlen (padded) == n && memcmp (field, padded, n) == 0;
}

static CK_ULONG
get_slots (const Api *api, CK_SLOT_ID slots[static 16])
{
	CK_ULONG n;

	assert_ok (api->f->C_GetSlotList (CK_FALSE, NULL, &n));
	g_assert_cmpuint (n, <=, 16);
	n = 16;
	assert_ok (api->f->C_GetSlotList (CK_FALSE, slots, &n));
	return n;
}

static CK_RV
init_token (const Api *api, CK_SLOT_ID slot, const char *pin, const char *label)
{
	CK_UTF8CHAR padded[33];

	g_snprintf ((char *)padded, sizeof padded, "%-32s", label);
	return api->f->C_InitToken (slot, (CK_UTF8CHAR *)(guintptr)pin, strlen (pin), padded);
}

static CK_FLAGS
token_flags (const Api *api, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	assert_ok (api->f->C_GetTokenInfo (slot, &info));
	return info.flags;
}

/* --- the list --- */

static void
empty_directory_has_one_free_slot (Api *api, gconstpointer unused)
{
	CK_SLOT_ID slots[16];

	g_assert_cmpuint (get_slots (api, slots), ==, 1);
	g_assert_cmpuint (slots[0], ==, 0);
}

static void
slot_id_is_the_end_of_the_serial (Api *api, gconstpointer unused)
{
	CK_TOKEN_INFO info;
	char end[9] = { 0 };

	assert_ok (api->f->C_GetTokenInfo (api->slot, &info));
	memcpy (end, info.serialNumber + 8, 8);
	g_assert_cmphex (api->slot, ==, strtoul (end, NULL, 16) & 0x7fffffff);
}

static void
free_slot_is_last_and_numbered_by_the_tokens (Api *api, gconstpointer unused)
{
	CK_SLOT_ID slots[16];

	make_token (api->module, "second");
	make_token (api->module, "third");
	g_assert_cmpuint (get_slots (api, slots), ==, 4);
	g_assert_cmpuint (slots[3], ==, 3);
	g_assert_cmpuint (slots[0], <, slots[1]);
	g_assert_cmpuint (slots[1], <, slots[2]);
}

static void
slots_without_tokens_are_none (Api *api, gconstpointer unused)
{
	CK_ULONG with, all;

	assert_ok (api->f->C_GetSlotList (CK_TRUE, NULL, &with));
	assert_ok (api->f->C_GetSlotList (CK_FALSE, NULL, &all));
	g_assert_cmpuint (with, ==, all);
}

static void
slot_list_short_buffer_tells_the_length (Api *api, gconstpointer unused)
{
	CK_SLOT_ID one[1] = { 77 };
	CK_ULONG n = 1;

	assert_rv (api->f->C_GetSlotList (CK_TRUE, one, &n), CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (n, ==, 2);
	g_assert_cmpuint (one[0], ==, 77);
}

static void
slot_list_needs_a_length (Api *api, gconstpointer unused)
{
	CK_SLOT_ID slots[16];

	assert_rv (api->f->C_GetSlotList (CK_TRUE, slots, NULL), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_GetSlotList (CK_TRUE, NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void
initialised_slot_keeps_its_id_until_the_library_starts_anew (Api *api, gconstpointer unused)
{
	CK_SLOT_ID slots[16];

	assert_ok (init_token (api, 0, SO_PIN, "new"));
	g_assert_true (token_flags (api, 0) & CKF_TOKEN_INITIALIZED);
	assert_ok (api->f->C_Finalize (NULL));
	assert_ok (api->f->C_Initialize (NULL));
	g_assert_cmpuint (get_slots (api, slots), ==, 2);
	g_assert_cmpuint (slots[0], !=, 0);
	g_assert_cmpuint (slots[1], ==, 1);
}

static void
next_free_slot_comes_when_the_length_is_asked (Api *api, gconstpointer unused)
{
	CK_SLOT_ID slots[16];
	CK_ULONG n = 16;

	assert_ok (init_token (api, 0, SO_PIN, "new"));
	assert_ok (api->f->C_GetSlotList (CK_TRUE, slots, &n));
	g_assert_cmpuint (n, ==, 1);
	assert_ok (api->f->C_GetSlotList (CK_TRUE, NULL, &n));
	g_assert_cmpuint (n, ==, 2);
	n = 16;
	assert_ok (api->f->C_GetSlotList (CK_TRUE, slots, &n));
	g_assert_cmpuint (n, ==, 2);
	g_assert_cmpuint (slots[0], ==, 0);
	g_assert_cmpuint (slots[1], ==, 1);
}

static void
unknown_slots_are_refused_everywhere (Api *api, gconstpointer unused)
{
	const CK_SLOT_ID slot = 0x7edcba98;
	CK_SESSION_HANDLE session;
	CK_MECHANISM_INFO mechanism;
	CK_SLOT_INFO slot_info;
	CK_TOKEN_INFO token_info;
	CK_ULONG n;

	assert_rv (api->f->C_GetSlotInfo (slot, &slot_info), CKR_SLOT_ID_INVALID);
	assert_rv (api->f->C_GetTokenInfo (slot, &token_info), CKR_SLOT_ID_INVALID);
	assert_rv (api->f->C_GetMechanismList (slot, NULL, &n), CKR_SLOT_ID_INVALID);
	assert_rv (api->f->C_GetMechanismInfo (slot, CKM_SHA256, &mechanism), CKR_SLOT_ID_INVALID);
	assert_rv (init_token (api, slot, SO_PIN, "label"), CKR_SLOT_ID_INVALID);
	assert_rv (api->f->C_OpenSession (slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
	           CKR_SLOT_ID_INVALID);
	assert_rv (api->f->C_CloseAllSessions (slot), CKR_SLOT_ID_INVALID);
}

/* --- infos --- */

static void
slot_info_is_padded (Api *api, gconstpointer unused)
{
	g_autofree char *description = g_strdup_printf ("SoftHSM slot ID 0x%lx", api->slot);
	CK_SLOT_INFO info;

	memset (&info, 0xee, sizeof info);
	assert_ok (api->f->C_GetSlotInfo (api->slot, &info));
	g_assert_true (is_padded (info.slotDescription, sizeof info.slotDescription, description));
	g_assert_true (is_padded (info.manufacturerID, sizeof info.manufacturerID, "SoftHSM project"));
	g_assert_cmphex (info.flags, ==, CKF_TOKEN_PRESENT);
}

static void
slots_removable_sets_a_flag (Api *api, gconstpointer unused)
{
	CK_SLOT_INFO info;

	assert_ok (api->f->C_GetSlotInfo (api->slot, &info));
	g_assert_cmphex (info.flags, ==, CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE);
}

static void
token_info_of_a_free_slot_is_blank (Api *api, gconstpointer unused)
{
	CK_TOKEN_INFO info;

	memset (&info, 0xee, sizeof info);
	assert_ok (api->f->C_GetTokenInfo (0, &info));
	g_assert_true (is_padded (info.label, sizeof info.label, ""));
	g_assert_true (is_padded (info.serialNumber, sizeof info.serialNumber, ""));
	g_assert_true (is_padded (info.model, sizeof info.model, "SoftHSM v2"));
	g_assert_cmphex (info.flags, ==, 0xC00025);
}

static void
token_info_is_padded (Api *api, gconstpointer unused)
{
	CK_TOKEN_INFO info;

	memset (&info, 0xee, sizeof info);
	assert_ok (api->f->C_GetTokenInfo (api->slot, &info));
	g_assert_true (is_padded (info.label, sizeof info.label, "api"));
	g_assert_true (is_padded (info.manufacturerID, sizeof info.manufacturerID, "SoftHSM project"));
	g_assert_true (is_padded (info.model, sizeof info.model, "SoftHSM v2"));
	for (gsize i = 0; i < sizeof info.serialNumber; i++)
		g_assert_true (g_ascii_isdigit (info.serialNumber[i]) ||
		               strchr ("abcdef", info.serialNumber[i]) != NULL);
}

static void
token_info_tells_states_and_limits (Api *api, gconstpointer unused)
{
	CK_TOKEN_INFO info;

	assert_ok (api->f->C_GetTokenInfo (api->slot, &info));
	g_assert_cmphex (info.flags, ==, 0x42D);
	g_assert_cmpuint (info.ulMinPinLen, ==, 4);
	g_assert_cmpuint (info.ulMaxPinLen, ==, 255);
	g_assert_cmpuint (info.ulMaxSessionCount, ==, CK_EFFECTIVELY_INFINITE);
	g_assert_cmpuint (info.ulTotalPublicMemory, ==, CK_UNAVAILABLE_INFORMATION);
	for (gsize i = 0; i < sizeof info.utcTime; i++)
		g_assert_true (g_ascii_isdigit (info.utcTime[i]));
}

/* The standard wants a number; SoftHSM says that it has none. */
static void
token_info_counts_sessions (Api *api, gconstpointer unused)
{
	CK_TOKEN_INFO info;

	if (api_spares_softhsm (api, "SoftHSM does not count its sessions"))
		return;
	api_open (api, 0);
	assert_ok (api->f->C_GetTokenInfo (api->slot, &info));
	g_assert_cmpuint (info.ulSessionCount, ==, 2);
	g_assert_cmpuint (info.ulRwSessionCount, ==, 1);
}

static void
infos_need_room (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_GetSlotInfo (api->slot, NULL), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_GetTokenInfo (api->slot, NULL), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_GetMechanismInfo (api->slot, CKM_SHA256, NULL), CKR_ARGUMENTS_BAD);
}

/* --- mechanisms --- */

static gboolean
has_mechanism (const Api *api, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_TYPE list[512];
	CK_ULONG n = G_N_ELEMENTS (list);

	assert_ok (api->f->C_GetMechanismList (api->slot, list, &n));
	for (CK_ULONG i = 0; i < n; i++)
		if (list[i] == type)
			return TRUE;
	return FALSE;
}

static CK_ULONG
count_mechanisms (const Api *api)
{
	CK_ULONG n = 0;

	assert_ok (api->f->C_GetMechanismList (api->slot, NULL, &n));
	return n;
}

static void
mechanism_list_has_each_one_once (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE list[512];
	CK_ULONG n = G_N_ELEMENTS (list);

	assert_ok (api->f->C_GetMechanismList (api->slot, list, &n));
	g_assert_cmpuint (n, ==, count_mechanisms (api));
	for (CK_ULONG i = 0; i < n; i++)
		for (CK_ULONG j = 0; j < i; j++)
			g_assert_cmphex (list[i], !=, list[j]);
}

static void
mechanism_list_short_buffer_tells_the_length (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE list[2];
	CK_ULONG n = G_N_ELEMENTS (list);

	assert_rv (api->f->C_GetMechanismList (api->slot, list, &n), CKR_BUFFER_TOO_SMALL);
	g_assert_cmpuint (n, ==, count_mechanisms (api));
}

static void
mechanism_list_needs_a_length (Api *api, gconstpointer unused)
{
	assert_rv (api->f->C_GetMechanismList (api->slot, NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void
mechanism_info_comes_for_all_that_are_listed (Api *api, gconstpointer unused)
{
	CK_MECHANISM_TYPE list[512];
	CK_ULONG n = G_N_ELEMENTS (list);
	CK_MECHANISM_INFO info;

	assert_ok (api->f->C_GetMechanismList (api->slot, list, &n));
	for (CK_ULONG i = 0; i < n; i++) {
		assert_ok (api->f->C_GetMechanismInfo (api->slot, list[i], &info));
		g_assert_cmphex (info.flags, !=, 0);
		g_assert_cmpuint (info.ulMinKeySize, <=, info.ulMaxKeySize);
	}
}

static void
mechanism_info_refuses_what_is_unknown (Api *api, gconstpointer unused)
{
	CK_MECHANISM_INFO info;

	assert_rv (api->f->C_GetMechanismInfo (api->slot, CKM_KEA_KEY_DERIVE, &info), CKR_MECHANISM_INVALID);
	assert_rv (api->f->C_GetMechanismInfo (api->slot, CKM_VENDOR_DEFINED | 5, &info),
	           CKR_MECHANISM_INVALID);
	assert_rv (api->f->C_GetMechanismInfo (api->slot, ~0UL, &info), CKR_MECHANISM_INVALID);
}

static void
mechanisms_of_a_free_slot_are_the_same (Api *api, gconstpointer unused)
{
	CK_ULONG n = 0;

	assert_ok (api->f->C_GetMechanismList (1, NULL, &n));
	g_assert_cmpuint (n, ==, count_mechanisms (api));
}

static void
mechanisms_may_be_named (Api *api, gconstpointer unused)
{
	CK_MECHANISM_INFO info;

	g_assert_cmpuint (count_mechanisms (api), ==, 2);
	g_assert_true (has_mechanism (api, CKM_SHA256));
	g_assert_true (has_mechanism (api, CKM_AES_CBC));
	/* SoftHSM 2.6.1 still describes what it does not list; its successors do as we do. */
	if (!api->softhsm)
		assert_rv (api->f->C_GetMechanismInfo (api->slot, CKM_AES_ECB, &info), CKR_MECHANISM_INVALID);
}

static void
mechanisms_may_be_all_but_some (Api *api, gconstpointer unused)
{
	CK_ULONG n = count_mechanisms (api);

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 overlooks the first name behind the minus"))
		return;
	g_assert_false (has_mechanism (api, CKM_SHA256));
	g_assert_false (has_mechanism (api, CKM_AES_CBC));
	api_restart (api, "slots.mechanisms = ALL");
	g_assert_cmpuint (count_mechanisms (api), ==, n + 2);
}

static void
mechanisms_that_are_unknown_are_ignored (Api *api, gconstpointer unused)
{
	g_assert_cmpuint (count_mechanisms (api), ==, 1);
	g_assert_true (has_mechanism (api, CKM_SHA256));
}

static void
mechanisms_may_be_none (Api *api, gconstpointer unused)
{
	g_assert_cmpuint (count_mechanisms (api), ==, 0);
}

/* A name that is dropped in silence disables what was meant to be there, or the reverse. */
static void
mechanisms_may_have_blanks_between_them (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM drops the names that have a blank before them"))
		return;
	g_assert_cmpuint (count_mechanisms (api), ==, 3);
	g_assert_true (has_mechanism (api, CKM_SHA_1));
}

static void
mechanisms_excluded_may_have_blanks_between_them (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM drops the names that have a blank before them"))
		return;
	g_assert_false (has_mechanism (api, CKM_SHA256));
	g_assert_false (has_mechanism (api, CKM_SHA_1));
	g_assert_true (has_mechanism (api, CKM_SHA512));
}

/* --- C_InitToken --- */

static void
init_token_needs_pin_and_label (Api *api, gconstpointer unused)
{
	CK_UTF8CHAR label[32] = { 0 };

	assert_rv (api->f->C_InitToken (0, NULL, 8, label), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_InitToken (0, (CK_UTF8CHAR *)SO_PIN, strlen (SO_PIN), NULL), CKR_ARGUMENTS_BAD);
}

/* CKR_PIN_LEN_RANGE would say more, but this function may not give it: section 5.5.7. */
static void
init_token_refuses_lengths_of_pins (Api *api, gconstpointer unused)
{
	g_autofree char *too_long = g_strnfill (256, '1');

	assert_rv (init_token (api, 0, "123", "label"), CKR_PIN_INCORRECT);
	assert_rv (init_token (api, 0, too_long, "label"), CKR_PIN_INCORRECT);
	g_assert_false (token_flags (api, 0) & CKF_TOKEN_INITIALIZED);
}

static void
init_token_takes_pins_of_4_to_255 (Api *api, gconstpointer unused)
{
	g_autofree char *longest = g_strnfill (255, '1');
	CK_ULONG n;

	assert_ok (init_token (api, 0, "1234", "short"));
	assert_ok (api->f->C_GetSlotList (CK_TRUE, NULL, &n));
	assert_ok (init_token (api, 1, longest, "long"));
}

static void
init_token_refuses_open_sessions (Api *api, gconstpointer unused)
{
	assert_rv (init_token (api, api->slot, SO_PIN, "again"), CKR_SESSION_EXISTS);
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_ok (init_token (api, api->slot, SO_PIN, "again"));
}

static void
init_token_leaves_the_user_without_pin (Api *api, gconstpointer unused)
{
	CK_FLAGS flags;

	assert_ok (init_token (api, 0, SO_PIN, "new"));
	flags = token_flags (api, 0);
	g_assert_true (flags & CKF_TOKEN_INITIALIZED);
	g_assert_false (flags & CKF_USER_PIN_INITIALIZED);
	api->slot = 0;
	assert_rv (api_login (api, api_open (api, CKF_RW_SESSION), CKU_USER, USER_PIN),
	           CKR_USER_PIN_NOT_INITIALIZED);
}

static void
init_token_again_wants_the_same_so_pin (Api *api, gconstpointer unused)
{
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_rv (init_token (api, api->slot, "another pin", "again"), CKR_PIN_INCORRECT);
	g_assert_true (token_flags (api, api->slot) & CKF_SO_PIN_COUNT_LOW);
	assert_ok (init_token (api, api->slot, SO_PIN, "again"));
	g_assert_false (token_flags (api, api->slot) & CKF_SO_PIN_COUNT_LOW);
}

static void
init_token_with_a_wrong_pin_harms_nothing (Api *api, gconstpointer unused)
{
	api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN)));
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_rv (init_token (api, api->slot, USER_PIN, "again"), CKR_PIN_INCORRECT);
	api->session = open_session (api->module, api->slot, TRUE);
	g_assert_cmpuint (api_count (api, NOTHING), ==, 1);
}

static void
init_token_again_keeps_slot_and_serial (Api *api, gconstpointer unused)
{
	CK_TOKEN_INFO before, after;

	assert_ok (api->f->C_GetTokenInfo (api->slot, &before));
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_ok (init_token (api, api->slot, SO_PIN, "again"));
	assert_ok (api->f->C_GetTokenInfo (api->slot, &after));
	g_assert_cmpmem (before.serialNumber, 16, after.serialNumber, 16);
	g_assert_true (is_padded (after.label, sizeof after.label, "again"));
}

static void
init_token_again_removes_objects (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session;

	api_key (api, DATA_OBJECT, T (YES (CKA_TOKEN), NO (CKA_PRIVATE)));
	api_key (api, KEY_AES, T (YES (CKA_TOKEN)));
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_ok (init_token (api, api->slot, SO_PIN, "again"));
	session = api_open (api, 0);
	g_assert_cmpuint (api_count_in (api, session, NOTHING), ==, 0);
	assert_ok (api->f->C_Finalize (NULL));
	assert_ok (api->f->C_Initialize (NULL));
	session = api_open (api, CKF_RW_SESSION);
	g_assert_cmpuint (api_count_in (api, session, NOTHING), ==, 0);
}

static void
init_token_again_forgets_the_user (Api *api, gconstpointer unused)
{
	CK_SESSION_HANDLE session;

	assert_ok (api->f->C_CloseAllSessions (api->slot));
	assert_ok (init_token (api, api->slot, SO_PIN, "again"));
	session = api_open (api, CKF_RW_SESSION);
	assert_rv (api_login (api, session, CKU_USER, USER_PIN), CKR_USER_PIN_NOT_INITIALIZED);
	assert_ok (api_login (api, session, CKU_SO, SO_PIN));
	assert_ok (api->f->C_InitPIN (session, (CK_UTF8CHAR *)"new-pin", 7));
	assert_ok (api->f->C_Logout (session));
	assert_rv (api_login (api, session, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
	assert_ok (api_login (api, session, CKU_USER, "new-pin"));
}

static void
init_token_label_is_taken_as_it_is (Api *api, gconstpointer unused)
{
	CK_UTF8CHAR label[32];
	CK_TOKEN_INFO info;

	for (unsigned i = 0; i < sizeof label; i++)
		label[i] = (CK_UTF8CHAR)(0x80 + i);
	assert_ok (api->f->C_InitToken (0, (CK_UTF8CHAR *)SO_PIN, strlen (SO_PIN), label));
	assert_ok (api->f->C_GetTokenInfo (0, &info));
	g_assert_cmpmem (info.label, sizeof info.label, label, sizeof label);
}

static void
tokens_are_apart (Api *api, gconstpointer unused)
{
	CK_SLOT_ID first = api->slot, second;

	api_key (api, DATA_OBJECT,
	         T (YES (CKA_TOKEN), NO (CKA_PRIVATE), A_STRING (CKA_LABEL, "in the first")));
	second = make_token (api->module, "second");
	api->slot = second;
	g_assert_cmpuint (api_count_in (api, api_open (api, 0), NOTHING), ==, 0);
	api->slot = first;
	g_assert_cmpuint (api_count_in (api, api_open (api, 0), NOTHING), ==, 1);
}

static void
add_tests (void)
{
	ADD_WITHOUT_TOKEN ("slots", empty_directory_has_one_free_slot);
	ADD ("slots", slot_id_is_the_end_of_the_serial);
	ADD ("slots", free_slot_is_last_and_numbered_by_the_tokens);
	ADD ("slots", slots_without_tokens_are_none);
	ADD ("slots", slot_list_short_buffer_tells_the_length);
	ADD_WITHOUT_TOKEN ("slots", slot_list_needs_a_length);
	ADD_WITHOUT_TOKEN ("slots", initialised_slot_keeps_its_id_until_the_library_starts_anew);
	ADD_WITHOUT_TOKEN ("slots", next_free_slot_comes_when_the_length_is_asked);
	ADD ("slots", unknown_slots_are_refused_everywhere);
	ADD ("slots", slot_info_is_padded);
	ADD_WITH ("slots", slots_removable_sets_a_flag, "slots.removable = true");
	ADD_WITHOUT_TOKEN ("slots", token_info_of_a_free_slot_is_blank);
	ADD ("slots", token_info_is_padded);
	ADD ("slots", token_info_tells_states_and_limits);
	ADD ("slots", token_info_counts_sessions);
	ADD ("slots", infos_need_room);
	ADD ("slots", mechanism_list_has_each_one_once);
	ADD ("slots", mechanism_list_short_buffer_tells_the_length);
	ADD ("slots", mechanism_list_needs_a_length);
	ADD ("slots", mechanism_info_comes_for_all_that_are_listed);
	ADD ("slots", mechanism_info_refuses_what_is_unknown);
	ADD ("slots", mechanisms_of_a_free_slot_are_the_same);
	ADD_WITH ("slots", mechanisms_may_be_named, "slots.mechanisms = CKM_SHA256,CKM_AES_CBC");
	ADD_WITH ("slots", mechanisms_may_be_all_but_some, "slots.mechanisms = -CKM_SHA256,CKM_AES_CBC");
	ADD_WITH ("slots", mechanisms_that_are_unknown_are_ignored,
	          "slots.mechanisms = CKM_WHATEVER,CKM_SHA256,CKM_SHA");
	ADD_WITH ("slots", mechanisms_may_be_none, "slots.mechanisms = CKM_WHATEVER");
	ADD_WITH ("slots", mechanisms_may_have_blanks_between_them,
	          "slots.mechanisms = CKM_SHA256, CKM_SHA_1 ,\tCKM_AES_CBC ");
	ADD_WITH ("slots", mechanisms_excluded_may_have_blanks_between_them,
	          "slots.mechanisms = -CKM_SHA256, CKM_SHA_1");
	ADD_WITHOUT_TOKEN ("slots", init_token_needs_pin_and_label);
	ADD_WITHOUT_TOKEN ("slots", init_token_refuses_lengths_of_pins);
	ADD_WITHOUT_TOKEN ("slots", init_token_takes_pins_of_4_to_255);
	ADD ("slots", init_token_refuses_open_sessions);
	ADD_WITHOUT_TOKEN ("slots", init_token_leaves_the_user_without_pin);
	ADD ("slots", init_token_again_wants_the_same_so_pin);
	ADD ("slots", init_token_with_a_wrong_pin_harms_nothing);
	ADD ("slots", init_token_again_keeps_slot_and_serial);
	ADD ("slots", init_token_again_removes_objects);
	ADD ("slots", init_token_again_forgets_the_user);
	ADD_WITHOUT_TOKEN ("slots", init_token_label_is_taken_as_it_is);
	ADD ("slots", tokens_are_apart);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
