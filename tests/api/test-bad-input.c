/* What no sane caller does: every door with NULL, wrong handles, wrong lengths, in wrong states.  A clear
 * code comes back, nothing crashes, nothing is lost. */

#include "doors.h"

/* Return values that the specification knows: below 0x200 and named by the harness, or vendor's never. */
static void
assert_is_code (const Door *door, CK_RV rv)
{
	if (rv_name (rv)[0] == '0')
		g_error ("%s gives 0x%lx, which is no code", door->name, rv);
}

static gboolean
closes (const Door *door)
{
	return door->null_rv == CKR_OK;
}

static void
null_everywhere_is_refused (Api *api, gconstpointer unused)
{
	Call call = { .f = api->f, .f3 = api->f3, .slot = api->slot, .session = api->session, .null = TRUE };

	if (api_spares_softhsm (api, "SoftHSM has other codes, or none"))
		return;
	for (gsize i = 0; i < n_doors (api->f3); i++) {
		if (closes (&doors[i]))
			continue;
		g_test_message ("%s", doors[i].name);
		assert_rv (doors[i].call (&call), doors[i].null_rv);
	}
}

static void
null_everywhere_is_survived (Api *api, gconstpointer unused)
{
	Call call = { .f = api->f, .f3 = api->f3, .slot = api->slot, .session = api->session, .null = TRUE };

	for (gsize i = 0; i < n_doors (api->f3); i++) {
		g_test_message ("%s", doors[i].name);
		if (!closes (&doors[i]))
			assert_is_code (&doors[i], doors[i].call (&call));
	}
}

static void
null_everywhere_while_all_is_under_way_is_survived (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE aes = api_key (api, KEY_AES, NOTHING), secret = api_key (api, KEY_SECRET, NOTHING);
	Call call = { .f = api->f, .f3 = api->f3, .slot = api->slot, .session = api->session, .object = aes, .null = TRUE };

	if (api_spares_softhsm (api, "SoftHSM has one operation a session"))
		return;
	for (gsize i = 0; i < n_doors (api->f3); i++) {
		if (closes (&doors[i]) || strcmp (doors[i].name, "C_DestroyObject") == 0)
			continue;
		g_test_message ("%s", doors[i].name);
		api->f->C_DigestInit (api->session, MECH (CKM_SHA256));
		api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), aes);
		api->f->C_DecryptInit (api->session, MECH (CKM_AES_ECB), aes);
		api->f->C_SignInit (api->session, MECH (CKM_SHA256_HMAC), secret);
		api->f->C_VerifyInit (api->session, MECH (CKM_SHA256_HMAC), secret);
		api->f->C_FindObjectsInit (api->session, NOTHING);
		assert_is_code (&doors[i], doors[i].call (&call));
	}
}

static void
session_handles_that_are_wrong_are_refused (Api *api, gconstpointer unused)
{
	const CK_SESSION_HANDLE wrong[] = { 0, 0x7fffffff, ~0UL, api->session + 1000 };

	for (gsize j = 0; j < G_N_ELEMENTS (wrong); j++)
		for (gsize i = 0; i < n_doors (api->f3); i++) {
			Call call = { .f = api->f, .f3 = api->f3, .slot = api->slot, .session = wrong[j] };
			CK_RV rv;

			if (!doors[i].has_session)
				continue;
			g_test_message ("%s", doors[i].name);
			rv = doors[i].call (&call);
			/* SoftHSM says this first in places, which is right too. */
			if (!api->softhsm ||
			    (rv != CKR_FUNCTION_NOT_SUPPORTED && rv != CKR_FUNCTION_NOT_PARALLEL))
				assert_rv (rv, CKR_SESSION_HANDLE_INVALID);
		}
}

/* A handle is one thing only. */
static void
object_handles_are_no_sessions (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE object = api_key (api, KEY_AES, NOTHING);
	CK_SESSION_INFO info;
	CK_ULONG n;

	assert_rv (api->f->C_GetSessionInfo (object, &info), CKR_SESSION_HANDLE_INVALID);
	assert_rv (api->f->C_GetObjectSize (api->session, api->session, &n), CKR_OBJECT_HANDLE_INVALID);
}

static void
object_handles_that_are_wrong_are_refused (Api *api, gconstpointer unused)
{
	static const CK_OBJECT_HANDLE wrong[] = { 0, 0x7fffffff, ~0UL };

	for (gsize j = 0; j < G_N_ELEMENTS (wrong); j++)
		for (gsize i = 0; i < n_doors (api->f3); i++) {
			Call call = {
				.f = api->f, .f3 = api->f3, .slot = api->slot, .session = api->session, .object = wrong[j]
			};
			CK_RV rv;

			if (!doors[i].has_session || closes (&doors[i]) ||
			    strcmp (doors[i].name, "C_SetPIN") == 0)
				continue;
			g_test_message ("%s", doors[i].name);
			rv = doors[i].call (&call);
			assert_is_code (&doors[i], rv);
			if (strcmp (doors[i].name, "C_DestroyObject") == 0)
				assert_rv (rv, CKR_OBJECT_HANDLE_INVALID);
		}
}

static void
keys_of_another_token_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	CK_SLOT_ID second = make_token (api->module, "second");
	CK_SESSION_HANDLE of_second = open_session (api->module, second, TRUE);
	CK_BYTE label[8];
	CK_ATTRIBUTE attr = { CKA_LABEL, label, sizeof label };

	if (api_spares_softhsm (api, "SoftHSM gives objects of one token to sessions of another"))
		return;
	g_autofree CK_SLOT_ID *slots = g_new0 (CK_SLOT_ID, 8);
	CK_ULONG n = 8;

	assert_ok (api->f->C_GetSlotList (CK_TRUE, slots, &n));
	api->slot = slots[0] == second ? slots[1] : slots[0];
	api->session = open_session (api->module, api->slot, TRUE);
	key = api_key (api, KEY_AES, NOTHING);
	assert_rv (api->f->C_GetAttributeValue (of_second, key, &attr, 1), CKR_OBJECT_HANDLE_INVALID);
	assert_rv (api->f->C_EncryptInit (of_second, MECH (CKM_AES_ECB), key), CKR_KEY_HANDLE_INVALID);
	assert_rv (api->f->C_DestroyObject (of_second, key), CKR_OBJECT_HANDLE_INVALID);
}

static void
doors_in_random_order_are_survived (Api *api, gconstpointer unused)
{
	g_autoptr (GRand) random = g_rand_new_with_seed (42);
	CK_OBJECT_HANDLE objects[] = { 0, api_key (api, KEY_AES, NOTHING),
		                       api_key (api, KEY_RSA_PUBLIC, NOTHING),
		                       api_key (api, DATA_OBJECT, NOTHING),
		                       api_key (api, KEY_EC_PRIVATE, NOTHING) };

	if (api_spares_softhsm (api, "SoftHSM crashes"))
		return;
	for (unsigned i = 0; i < 20000; i++) {
		const Door *door = &doors[g_rand_int_range (random, 0, (gint32)n_doors (api->f3))];
		Call call = { .f = api->f,
			      .f3 = api->f3,
			      .slot = api->slot,
			      .session = api->session,
			      .object = objects[g_rand_int_range (random, 0, G_N_ELEMENTS (objects))],
			      .null = g_rand_int_range (random, 0, 4) == 0 };

		/* What takes the ground from under it; C_InitToken is refused while there are sessions. */
		if (closes (door))
			continue;
		assert_is_code (door, door->call (&call));
	}
	assert_ok (api->f->C_CloseAllSessions (api->slot));
	api->session = open_session (api->module, api->slot, TRUE);
}

static void
templates_of_absurd_lengths_are_refused (Api *api, gconstpointer unused)
{
	static const CK_ULONG lengths[] = { ~0UL, ~0UL - 1, 1UL << 63, (1UL << 63) - 1 };
	CK_OBJECT_HANDLE object;

	if (api_spares_softhsm (api, "SoftHSM leaves the process"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
		CK_BYTE byte = 0;

		/* Booleans, numbers and dates have one length, and say so before anything is read. */
		assert_rv (api_try_key (api, KEY_AES, T (A_DATA (CKA_TOKEN, &byte, lengths[i])), &object),
		           CKR_ATTRIBUTE_VALUE_INVALID);
		assert_rv (
			api_try_key (api, KEY_AES, T (A_DATA (CKA_START_DATE, &byte, lengths[i])), &object),
			CKR_ATTRIBUTE_VALUE_INVALID);
		assert_rv (api_try_key (api, KEY_AES, T ({ CKA_LABEL, NULL, lengths[i] }), &object),
		           CKR_ATTRIBUTE_VALUE_INVALID);
		assert_rv (api_set (api, api_key (api, KEY_AES, NOTHING), T ({ CKA_ID, NULL, lengths[i] })),
		           CKR_ATTRIBUTE_VALUE_INVALID);
		g_assert_cmpuint (api_count (api, T ({ CKA_LABEL, NULL, lengths[i] })), ==, 0);
	}
}

static void
search_by_a_value_that_is_missing_finds_nothing (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM may crash"))
		return;
	api_key (api, KEY_AES, T (A_STRING (CKA_LABEL, "x")));
	g_assert_cmpuint (api_count (api, T ({ CKA_LABEL, NULL, 1 })), ==, 0);
	g_assert_cmpuint (api_count (api, T ({ CKA_CLASS, NULL, sizeof (CK_ULONG) })), ==, 0);
	g_assert_cmpuint (api_count (api, T ({ CKA_TOKEN, NULL, 1 })), ==, 0);
}

static void
search_by_an_empty_value_finds_what_is_empty (Api *api, gconstpointer unused)
{
	api_key (api, KEY_AES, NOTHING);
	g_assert_cmpuint (api_count (api, T ({ CKA_LABEL, NULL, 0 })), ==, 1);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_LABEL, "", 0))), ==, 1);
}

static void
search_by_wrong_lengths_finds_nothing (Api *api, gconstpointer unused)
{
	CK_BYTE bytes[16] = { 0 };

	api_key (api, KEY_AES, NOTHING);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_CLASS, bytes, 4))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_CLASS, bytes, 16))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_TOKEN, bytes, 0))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_TOKEN, bytes, 8))), ==, 0);
	g_assert_cmpuint (api_count (api, T (A_DATA (CKA_KEY_TYPE, bytes, 0))), ==, 0);
}

/* A table of objects: for each kind, one attribute replaced by random bytes of random lengths. */
static void
objects_of_random_values_are_survived (Api *api, gconstpointer unused)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_VALUE,      CKA_MODULUS,    CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
		CKA_PRIME_2,    CKA_EXPONENT_1, CKA_COEFFICIENT,     CKA_EC_PARAMS,        CKA_EC_POINT,
		CKA_START_DATE, CKA_KEY_TYPE,   CKA_CLASS,
	};
	g_autoptr (GRand) random = g_rand_new_with_seed (7);

	if (api_spares_softhsm (api, "SoftHSM may crash"))
		return;
	for (unsigned i = 0; i < 3000; i++) {
		ApiKey which = (ApiKey)g_rand_int_range (random, KEY_AES, CERTIFICATE + 1);
		CK_ATTRIBUTE_TYPE type = types[g_rand_int_range (random, 0, G_N_ELEMENTS (types))];
		CK_BYTE value[300], out[1024];
		CK_ULONG n = (CK_ULONG)g_rand_int_range (random, 0, i % 2 ? 40 : 300), n_out = sizeof out;
		CK_OBJECT_HANDLE object;
		CK_RV rv;

		for (CK_ULONG at = 0; at < n; at++)
			value[at] = (CK_BYTE)g_rand_int (random);
		rv = api_try_key (api, which, T (A_DATA (type, value, n)), &object);
		if (rv != CKR_OK)
			continue;
		/* It was taken: then it must be usable, or refused in good order. */
		if (api->f->C_SignInit (api->session, MECH (CKM_RSA_X_509), object) == CKR_OK)
			api->f->C_Sign (api->session, value, 1, out, &n_out);
		if (api->f->C_SignInit (api->session, MECH (CKM_ECDSA), object) == CKR_OK)
			api->f->C_Sign (api->session, value, 20, out, &n_out);
		if (api->f->C_SignInit (api->session, MECH (CKM_EDDSA), object) == CKR_OK)
			api->f->C_Sign (api->session, value, 20, out, &n_out);
		if (api->f->C_VerifyInit (api->session, MECH (CKM_ECDSA), object) == CKR_OK)
			api->f->C_Verify (api->session, value, 20, out, 64);
		if (api->f->C_EncryptInit (api->session, MECH (CKM_RSA_X_509), object) == CKR_OK)
			api->f->C_Encrypt (api->session, value, 1, out, &n_out);
		if (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), object) == CKR_OK)
			api->f->C_Encrypt (api->session, value, 16, out, &n_out);
		assert_ok (api->f->C_DestroyObject (api->session, object));
		assert_ok (api->f->C_CloseSession (api->session));
		api->session = open_session (api->module, api->slot, TRUE);
	}
}

static CK_MECHANISM_TYPE all_types[512];

/* Every mechanism with parameters of random bytes; where there would be pointers in them, zeros. */
static void
parameters_of_any_length_are_survived (Api *api, gconstpointer unused)
{
	static const ApiKey kinds[] = {
		KEY_AES,        KEY_SECRET,          KEY_RSA_PUBLIC,        KEY_RSA_PRIVATE,
		KEY_EC_PRIVATE, KEY_EDWARDS_PRIVATE, KEY_MONTGOMERY_PRIVATE
	};
	CK_ULONG n = G_N_ELEMENTS (all_types);
	CK_BYTE zeros[128] = { 0 }, data[64] = { 0 }, out[1024];

	if (api_spares_softhsm (api, "SoftHSM may crash"))
		return;
	assert_ok (api->f->C_GetMechanismList (api->slot, all_types, &n));
	for (CK_ULONG i = 0; i < n; i++)
		for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++) {
			CK_OBJECT_HANDLE key = api_key (api, kinds[k], NOTHING), made = 0;

			for (CK_ULONG length = 0; length <= sizeof zeros; length += length < 64 ? 1 : 16) {
				CK_MECHANISM mech = { all_types[i], zeros, length };
				CK_ULONG n_out = sizeof out;

				if (api->f->C_EncryptInit (api->session, &mech, key) == CKR_OK)
					api->f->C_Encrypt (api->session, data, 32, out, &n_out);
				if (api->f->C_DecryptInit (api->session, &mech, key) == CKR_OK)
					api->f->C_Decrypt (api->session, data, 32, out, &n_out);
				if (api->f->C_SignInit (api->session, &mech, key) == CKR_OK)
					api->f->C_Sign (api->session, data, 32, out, &n_out);
				api->f->C_DeriveKey (api->session, &mech, key,
				                     T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
				                        A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET)),
				                     &made);
				api->f->C_UnwrapKey (api->session, &mech, key, data, sizeof data,
				                     T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
				                        A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET)),
				                     &made);
				/* What was begun and not ended must not be in the way. */
				n_out = sizeof out;
				api->f->C_Encrypt (api->session, data, 16, out, &n_out);
			}
			assert_ok (api->f->C_CloseSession (api->session));
			api->session = open_session (api->module, api->slot, TRUE);
		}
}

static void
inputs_without_data_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE aes = api_key (api, KEY_AES, NOTHING);
	CK_BYTE out[64];
	CK_ULONG n = sizeof out;

	if (api_spares_softhsm (api, "SoftHSM has no such rule"))
		return;
	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), aes));
	assert_rv (api->f->C_Encrypt (api->session, NULL, 16, out, &n), CKR_ARGUMENTS_BAD);
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_rv (api->f->C_DigestUpdate (api->session, NULL, 16), CKR_ARGUMENTS_BAD);
	assert_ok (api->f->C_SignInit (api->session, MECH (CKM_AES_CMAC), aes));
	assert_rv (api->f->C_Sign (api->session, NULL, 1, out, &n), CKR_ARGUMENTS_BAD);
	assert_ok (api->f->C_VerifyInit (api->session, MECH (CKM_AES_CMAC), aes));
	assert_rv (api->f->C_Verify (api->session, out, 16, NULL, 16), CKR_ARGUMENTS_BAD);
}

/* Nothing of it is read, since nothing is right about it. */
static void
inputs_of_absurd_lengths_are_refused (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE rsa = api_key (api, KEY_RSA_PUBLIC, NOTHING), aes = api_key (api, KEY_AES, NOTHING);
	CK_BYTE data[16] = { 0 }, out[512];
	CK_ULONG n = sizeof out;

	if (api_spares_softhsm (api, "SoftHSM leaves the process"))
		return;
	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_RSA_PKCS), rsa));
	g_assert_cmpuint (api->f->C_Encrypt (api->session, data, ~0UL, out, &n), !=, CKR_OK);
	n = sizeof out;
	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_RSA_X_509), rsa));
	g_assert_cmpuint (api->f->C_Encrypt (api->session, data, ~0UL - 4, out, &n), !=, CKR_OK);
	n = sizeof out;
	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), aes));
	g_assert_cmpuint (api->f->C_Encrypt (api->session, data, ~0UL - 15, out, &n), !=, CKR_OK);
	api->f->C_CloseSession (api->session);
	api->session = open_session (api->module, api->slot, TRUE);
}

/* Sums of lengths must not wrap: a length close to the largest, padded, is not a small one. */
static void
length_questions_do_not_wrap (Api *api, gconstpointer unused)
{
	CK_BYTE cbc_iv[16] = { 0 }, data[16] = { 0 }, out[64];
	CK_MECHANISM cbc = { CKM_AES_CBC_PAD, cbc_iv, sizeof cbc_iv };
	CK_ULONG n = sizeof out;
	CK_RV rv;

	if (api_spares_softhsm (api, "SoftHSM leaves the process"))
		return;
	assert_ok (api->f->C_EncryptInit (api->session, &cbc, api_key (api, KEY_AES, NOTHING)));
	rv = api->f->C_Encrypt (api->session, data, ~0UL - 3, NULL, &n);
	g_assert_true (rv != CKR_OK || n >= ~0UL - 3);
}

/* SoftHSM's callers give ECB an initial value, which means nothing. */
static void
an_initial_value_for_ecb_means_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING);
	CK_BYTE data[32] = { 1 }, iv[16] = { 7 }, plain[32], with[32];
	CK_MECHANISM mechanism = { CKM_AES_ECB, iv, sizeof iv };
	CK_ULONG n = sizeof plain;

	assert_ok (api->f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), key));
	assert_ok (api->f->C_Encrypt (api->session, data, sizeof data, plain, &n));
	assert_ok (api->f->C_EncryptInit (api->session, &mechanism, key));
	n = sizeof with;
	assert_ok (api->f->C_Encrypt (api->session, data, sizeof data, with, &n));
	g_assert_cmpmem (plain, sizeof plain, with, n);
}

/* Nothing that is asked about is encrypted, and the operation is over: as SoftHSM has it. */
static void
assert_question_is_refused (Api *api, CK_MECHANISM *mechanism, CK_ULONG n_data)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING);
	CK_BYTE data[64] = { 0 };
	CK_ULONG n = 0;

	assert_ok (api->f->C_EncryptInit (api->session, mechanism, key));
	assert_rv (api->f->C_Encrypt (api->session, data, n_data, NULL, &n), CKR_DATA_LEN_RANGE);
	assert_rv (api->f->C_Encrypt (api->session, data, 16, NULL, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (api->f->C_DecryptInit (api->session, mechanism, key));
	assert_rv (api->f->C_Decrypt (api->session, data, n_data, NULL, &n), CKR_ENCRYPTED_DATA_LEN_RANGE);
	assert_rv (api->f->C_Decrypt (api->session, data, 16, NULL, &n), CKR_OPERATION_NOT_INITIALIZED);
}

static void
length_questions_about_what_cannot_be_encrypted_are_refused (Api *api, gconstpointer unused)
{
	/* Two counter bits that begin at 1: PKCS #11 v3.2 section 6.14 has three blocks. */
	CK_AES_CTR_PARAMS three = { 2, { [15] = 1 } };
	CK_BYTE iv[16] = { 0 };

	assert_question_is_refused (api, MECH (CKM_AES_ECB), 17);
	assert_question_is_refused (api, MECH_PARAM (CKM_AES_CBC, &iv), 17);
	assert_question_is_refused (api, MECH_PARAM (CKM_AES_CTR, &three), 49);
}

static void
parts_that_overflow_a_counter_are_refused (Api *api, gconstpointer unused)
{
	CK_AES_CTR_PARAMS three = { 2, { [15] = 1 } };
	CK_BYTE data[48] = { 0 }, out[48];
	CK_ULONG n = sizeof out;

	assert_ok (api->f->C_EncryptInit (api->session, MECH_PARAM (CKM_AES_CTR, &three),
	                                  api_key (api, KEY_AES, NOTHING)));
	assert_ok (api->f->C_EncryptUpdate (api->session, data, sizeof data, out, &n));
	assert_rv (api->f->C_EncryptUpdate (api->session, data, 1, NULL, &n), CKR_DATA_LEN_RANGE);
}

/* Of two codes that hold, SoftHSM's. */
static void
missing_data_is_refused_before_the_operation_is_missed (Api *api, gconstpointer unused)
{
	CK_ULONG n = 0;

	assert_rv (api->f->C_Encrypt (api->session, NULL, 16, NULL, &n), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_EncryptUpdate (api->session, NULL, 16, NULL, &n), CKR_ARGUMENTS_BAD);
	assert_rv (api->f->C_Digest (api->session, NULL, 16, NULL, &n), CKR_ARGUMENTS_BAD);
}

static void
add_tests (void)
{
	ADD ("bad-input", an_initial_value_for_ecb_means_nothing);
	ADD ("bad-input", null_everywhere_is_refused);
	ADD ("bad-input", null_everywhere_is_survived);
	ADD ("bad-input", null_everywhere_while_all_is_under_way_is_survived);
	ADD ("bad-input", session_handles_that_are_wrong_are_refused);
	ADD ("bad-input", object_handles_are_no_sessions);
	ADD ("bad-input", object_handles_that_are_wrong_are_refused);
	ADD ("bad-input", keys_of_another_token_are_refused);
	ADD ("bad-input", doors_in_random_order_are_survived);
	ADD ("bad-input", templates_of_absurd_lengths_are_refused);
	ADD ("bad-input", search_by_a_value_that_is_missing_finds_nothing);
	ADD ("bad-input", search_by_an_empty_value_finds_what_is_empty);
	ADD ("bad-input", search_by_wrong_lengths_finds_nothing);
	ADD ("bad-input", objects_of_random_values_are_survived);
	ADD ("bad-input", parameters_of_any_length_are_survived);
	ADD ("bad-input", inputs_without_data_are_refused);
	ADD ("bad-input", inputs_of_absurd_lengths_are_refused);
	ADD ("bad-input", length_questions_do_not_wrap);
	ADD ("bad-input", length_questions_about_what_cannot_be_encrypted_are_refused);
	ADD ("bad-input", parts_that_overflow_a_counter_are_refused);
	ADD ("bad-input", missing_data_is_refused_before_the_operation_is_missed);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
