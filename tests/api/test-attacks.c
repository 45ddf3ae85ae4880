/* Attacks on keys by those who may call the module, or write where tokens lie, and should not see the keys: each is
 * played with the calls that it is made of.  Clulow, "On the security of PKCS #11" (CHES 2003); Delaune, Kremer and Steel;
 * Bortolozzo and others, "Attacking and fixing PKCS #11 security tokens" (CCS 2010), whose names A1 to A5 are used.
 *
 * Padding that tells is in test-oracles.c. */

#include "derive.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define COMPAT "keys.policy = compat"
#define STRICT "keys.policy = strict"

static CK_BYTE iv16[16];

#define KW  MECH (CKM_AES_KEY_WRAP)
#define PAD ((CK_MECHANISM[]){ { CKM_AES_CBC_PAD, iv16, sizeof iv16 } })

#define SECRET_KEY A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES)

/* --- what attackers do --- */

typedef struct {
	CK_BYTE data[2048];
	CK_ULONG n;
} Blob;

static CK_RV
wrap (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, Blob *blob)
{
	blob->n = sizeof blob->data;
	return api->f->C_WrapKey (api->session, mech, with, key, blob->data, &blob->n);
}

static CK_RV
unwrap (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE with, Blob *blob, const CK_ATTRIBUTE *more, CK_ULONG n,
        CK_OBJECT_HANDLE *key)
{
	CK_ATTRIBUTE all[16] = { SECRET_KEY };

	memcpy (all + 2, more, n * sizeof *more);
	return api->f->C_UnwrapKey (api->session, mech, with, blob->data, blob->n, all, n + 2, key);
}

/* C_EncryptInit and C_Encrypt, or the same to decrypt. */
static CK_RV
encrypt (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE key, const void *in, CK_ULONG n, Blob *out)
{
	CK_RV rv = api->f->C_EncryptInit (api->session, mech, key);

	out->n = sizeof out->data;
	return rv != CKR_OK ? rv : api->f->C_Encrypt (api->session, (CK_BYTE *)(guintptr)in, n, out->data, &out->n);
}

static CK_RV
decrypt (const Api *api, CK_MECHANISM *mech, CK_OBJECT_HANDLE key, const Blob *in, Blob *out)
{
	CK_RV rv = api->f->C_DecryptInit (api->session, mech, key);

	out->n = sizeof out->data;
	return rv != CKR_OK ? rv : api->f->C_Decrypt (api->session, (CK_BYTE *)in->data, in->n, out->data, &out->n);
}

/* A sensitive key that may leave the token wrapped, and one that does everything, as programs make them. */
static CK_OBJECT_HANDLE
prey (const Api *api)
{
	return api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)));
}

static CK_OBJECT_HANDLE
all_purpose (const Api *api)
{
	return api_key (api, KEY_AES_128, T (YES (CKA_SENSITIVE)));
}

static gboolean
is_prey (const Api *api, const Blob *blob)
{
	CK_OBJECT_HANDLE open = api_key (api, KEY_AES, NOTHING);
	g_autoptr (GBytes) value = value_of (api, open);

	return blob->n == g_bytes_get_size (value) && memcmp (blob->data, g_bytes_get_data (value, NULL), blob->n) == 0;
}

/* --- A1: wrap, then decrypt --- */

static void
a_key_that_has_wrapped_decrypts_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api);
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	assert_rv (decrypt (api, PAD, key, &wrapped, &value), CKR_KEY_FUNCTION_NOT_PERMITTED);
	/* what was made for both goes on saying so */
	g_assert_true (api_bool (api, key, CKA_DECRYPT));
	g_assert_true (api_bool (api, key, CKA_WRAP));
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
}

/* Stream modes encrypt and decrypt alike. */
static void
a_key_that_has_wrapped_encrypts_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api);
	CK_BYTE nonce[12] = { 0 };
	GcmWrapParams params = { nonce, sizeof nonce, 0, CKG_GENERATE_RANDOM, NULL, 0, 128 };
	GcmParams gcm = { nonce, sizeof nonce, 96, NULL, 0, 128 };
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM wraps with no such mechanism"))
		return;
	assert_ok (wrap (api, MECH_PARAM (CKM_AES_GCM, &params), key, prey (api), &wrapped));
	assert_rv (encrypt (api, MECH_PARAM (CKM_AES_GCM, &gcm), key, wrapped.data, 32, &value),
	           CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
a_question_of_length_decides_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api);
	CK_ULONG n = 0;
	CK_BYTE small[8];
	Blob out;

	assert_ok (api->f->C_WrapKey (api->session, KW, key, prey (api), NULL, &n));
	n = sizeof small;
	assert_rv (api->f->C_WrapKey (api->session, KW, key, prey (api), small, &n), CKR_BUFFER_TOO_SMALL);
	assert_ok (encrypt (api, PAD, key, "data", 4, &out));
}

static void
a_key_that_is_not_sensitive_decides_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api), open = api_key (api, KEY_AES, NOTHING);
	Blob wrapped, out;

	assert_ok (wrap (api, KW, key, open, &wrapped));
	assert_ok (encrypt (api, PAD, key, "data", 4, &out));
}

/* What was begun before could still open what is wrapped after. */
static void
decryption_that_is_under_way_ends_with_the_first_wrap (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api);
	CK_SESSION_HANDLE other = api_open (api, CKF_SERIAL_SESSION);
	Blob wrapped, value = { .n = sizeof value.data };

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (api->f->C_DecryptInit (api->session, PAD, key));
	assert_ok (api->f->C_DecryptInit (other, PAD, key));
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	assert_rv (api->f->C_Decrypt (api->session, wrapped.data, wrapped.n, value.data, &value.n),
	           CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (api->f->C_Decrypt (other, wrapped.data, wrapped.n, value.data, &value.n), CKR_OPERATION_NOT_INITIALIZED);
}

static void
what_was_decided_outlives_the_process (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES_128, T (YES (CKA_TOKEN), YES (CKA_PRIVATE), A_STRING (CKA_LABEL, "both")));
	CK_ATTRIBUTE label = A_STRING (CKA_LABEL, "both");
	g_autoptr (GArray) found = NULL;
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	api_restart (api, NULL);
	found = find_objects (api->module, api->session, &label, 1);
	g_assert_cmpuint (found->len, ==, 1);
	assert_rv (decrypt (api, PAD, g_array_index (found, CK_OBJECT_HANDLE, 0), &wrapped, &value),
	           CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
a_copy_is_what_its_original_has_become (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api), copy;
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	assert_ok (api->f->C_CopyObject (api->session, key, NULL, 0, &copy));
	assert_rv (decrypt (api, PAD, copy, &wrapped, &value), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_rv (api_set (api, copy, T (NO (CKA_SOFTHSM_KEYS_ONLY))), CKR_ATTRIBUTE_READ_ONLY);
}

/* For keys alone: it may have wrapped, and nobody can tell. */
#define FOR_KEYS                                                                                                       \
	YES (CKA_SENSITIVE), YES (CKA_WRAP), YES (CKA_UNWRAP), NO (CKA_ENCRYPT), NO (CKA_DECRYPT), NO (CKA_SIGN), NO (CKA_VERIFY)

#define FOR_DATA NO (CKA_WRAP), NO (CKA_UNWRAP), YES (CKA_ENCRYPT), YES (CKA_DECRYPT)

/* In every policy but compat: by change or by copy. */
static void
a_key_for_keys_never_becomes_one_for_data (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, copy, prey_too;
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	key = api_key (api, KEY_AES, T (FOR_KEYS));
	prey_too = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), FOR_DATA));
	assert_ok (wrap (api, PAD, key, prey_too, &wrapped));
	assert_ok (api->f->C_CopyObject (api->session, key, T (FOR_DATA), &copy));
	assert_rv (decrypt (api, PAD, copy, &wrapped, &value), CKR_KEY_FUNCTION_NOT_PERMITTED);
	/* in two steps */
	assert_ok (api_set (api, key, T (NO (CKA_WRAP), NO (CKA_UNWRAP))));
	assert_ok (api_set (api, key, T (YES (CKA_DECRYPT))));
	assert_rv (decrypt (api, PAD, key, &wrapped, &value), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
what_was_decided_stays_when_the_key_may_wrap_no_more (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api), copy;
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	assert_ok (api->f->C_CopyObject (api->session, key, T (NO (CKA_WRAP), NO (CKA_UNWRAP)), &copy));
	assert_rv (decrypt (api, PAD, copy, &wrapped, &value), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_ok (api_set (api, key, T (NO (CKA_WRAP), NO (CKA_UNWRAP))));
	assert_rv (decrypt (api, PAD, key, &wrapped, &value), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* XOR with zeros gives the same value again. */
static void
what_is_derived_from_a_key_for_keys_is_for_keys (Api *api, gconstpointer unused)
{
	CK_BYTE zeros[32] = { 0 };
	StringParams params = { zeros, sizeof zeros };
	CK_OBJECT_HANDLE key, clone;
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM has no such derivation"))
		return;
	key = api_key (api, KEY_AES, T (FOR_KEYS, YES (CKA_DERIVE)));
	assert_ok (derive (api, MECH_PARAM (CKM_XOR_BASE_AND_DATA, &params), key,
	                   T (TYPE (CKK_AES), LENGTH (32), FOR_DATA), &clone));
	assert_ok (wrap (api, PAD, key, api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), FOR_DATA)), &wrapped));
	assert_rv (decrypt (api, PAD, clone, &wrapped, &value), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* From GMACs the stream of GCM is computed, and a MAC of one block is nearly that block encrypted. */
static void
a_key_that_has_wrapped_signs_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api);
	CK_BYTE nonce[12] = { 0 };
	GcmParams gcm = { nonce, sizeof nonce, 96, NULL, 0, 128 };
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM has no such mechanism"))
		return;
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	assert_rv (api->f->C_SignInit (api->session, MECH_PARAM (CKM_AES_GMAC, &gcm), key), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_rv (api->f->C_SignInit (api->session, MECH (CKM_AES_CMAC), key), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static void
what_fails_decides_nothing (Api *api, gconstpointer unused)
{
	CK_BYTE nonce[12] = { 0 }, wrong[3] = { 1, 2, 3 };
	GcmWrapParams nowhere = { NULL, sizeof nonce, 0, CKG_GENERATE_RANDOM, NULL, 0, 128 };
	GcmWrapParams too_few = { nonce, sizeof nonce, 90, CKG_GENERATE_RANDOM, NULL, 0, 128 };
	CK_OBJECT_HANDLE key = all_purpose (api), made;
	Blob data, out;

	if (api_spares_softhsm (api, "SoftHSM wraps with no such mechanism"))
		return;
	assert_ok (encrypt (api, PAD, key, bytes32, 32, &data));
	assert_rv (unwrap (api, PAD, key, &data, T (A_DATA (CKA_CHECK_VALUE, wrong, 3)), &made), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (wrap (api, MECH_PARAM (CKM_AES_GCM, &nowhere), key, prey (api), &out), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (wrap (api, MECH_PARAM (CKM_AES_GCM, &too_few), key, prey (api), &out), CKR_MECHANISM_PARAM_INVALID);
	assert_ok (encrypt (api, PAD, key, bytes32, 32, &out));
}

typedef struct {
	const Api *api;
	CK_SESSION_HANDLE session;
} Busy;

static gpointer
keep_busy (gpointer data)
{
	const Busy *busy = data;
	CK_ATTRIBUTE bits = A_ULONG (CKA_MODULUS_BITS, 3072), open = NO (CKA_PRIVATE);
	CK_OBJECT_HANDLE public, private;

	assert_ok (busy->api->f->C_GenerateKeyPair (busy->session, MECH (CKM_RSA_PKCS_KEY_PAIR_GEN), &bits, 1, &open, 1,
	                                            &public, &private));
	return NULL;
}

/* While a thread is in a session its operations cannot be ended from outside: they end with the call. */
static void
a_busy_session_keeps_no_operation (Api *api, gconstpointer unused)
{
	Busy busy = { api, api_open (api, CKF_SERIAL_SESSION | CKF_RW_SESSION) };
	CK_OBJECT_HANDLE key = all_purpose (api), signs = api_key (api, KEY_RSA_PRIVATE, T (YES (CKA_PRIVATE)));
	Blob wrapped, value = { .n = sizeof value.data };
	GThread *thread;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (api->f->C_DecryptInit (busy.session, PAD, key));
	assert_ok (api->f->C_SignInit (busy.session, MECH (CKM_SHA256_RSA_PKCS), signs));
	thread = g_thread_new ("busy", keep_busy, &busy);
	g_usleep (20000);
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	assert_ok (api->f->C_Logout (api->session));
	g_thread_join (thread);
	assert_rv (api->f->C_Decrypt (busy.session, wrapped.data, wrapped.n, value.data, &value.n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (api->f->C_Sign (busy.session, bytes32, 32, value.data, &value.n), CKR_OPERATION_NOT_INITIALIZED);
}

/* With two of them, one wraps and the other decrypts. */
static void
a_trusted_key_for_both_has_no_twin (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, copy;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
	key = api_key (api, KEY_AES_128, T (YES (CKA_TRUSTED), NO (CKA_PRIVATE)));
	assert_rv (api->f->C_CopyObject (api->session, key, NULL, 0, &copy), CKR_ACTION_PROHIBITED);
}

static void
compat_lets_a_key_do_both (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api);
	Blob wrapped, value;

	if (api_spares_softhsm (api, "SoftHSM wraps with no such mechanism"))
		return;
	assert_ok (wrap (api, PAD, key, prey (api), &wrapped));
	assert_ok (decrypt (api, PAD, key, &wrapped, &value));
	g_assert_true (is_prey (api, &value));
}

/* --- A2: encrypt, then unwrap --- */

/* An encrypted value that is known becomes a key that is known, and sensitive: that much anyone who may create keys
 * has.  What is unwrapped is no key that others trust, and the key that unwrapped it encrypts no more. */
static void
a_key_that_has_unwrapped_encrypts_nothing (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api), made;
	Blob known, out;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (encrypt (api, PAD, key, bytes32, 32, &known));
	assert_rv (unwrap (api, PAD, key, &known, T (YES (CKA_TRUSTED)), &made), CKR_ATTRIBUTE_READ_ONLY);
	assert_ok (unwrap (api, PAD, key, &known, T (YES (CKA_SENSITIVE)), &made));
	g_assert_false (api_bool (api, made, CKA_ALWAYS_SENSITIVE));
	g_assert_false (api_bool (api, made, CKA_TRUSTED));
	assert_rv (encrypt (api, PAD, key, bytes32, 32, &out), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_rv (decrypt (api, PAD, key, &known, &out), CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* The owner of a key for unwrapping says what comes of it. */
static void
an_unwrap_template_keeps_twins_from_opposite_roles (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE as_data[] = { NO (CKA_WRAP), NO (CKA_UNWRAP), NO (CKA_EXTRACTABLE), YES (CKA_SENSITIVE) };
	CK_OBJECT_HANDLE key, made;
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM wants the template to repeat all of it"))
		return;
	key = api_key (api, KEY_AES_128, T (A_DATA (CKA_UNWRAP_TEMPLATE, as_data, sizeof as_data)));
	assert_ok (wrap (api, KW, key, prey (api), &wrapped));
	assert_ok (unwrap (api, KW, key, &wrapped, T (YES (CKA_DECRYPT), YES (CKA_SENSITIVE)), &made));
	g_assert_false (api_bool (api, made, CKA_WRAP));
	g_assert_false (api_bool (api, made, CKA_EXTRACTABLE));
	assert_rv (unwrap (api, KW, key, &wrapped, T (YES (CKA_WRAP)), &made), CKR_TEMPLATE_INCONSISTENT);
	assert_rv (unwrap (api, KW, key, &wrapped, T (NO (CKA_SENSITIVE)), &made), CKR_TEMPLATE_INCONSISTENT);
}

/* Whoever says what the key is to be says that it may be read. */
static void
strict_unwraps_nothing_that_can_be_read (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, made;
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	key = api_key (api, KEY_AES, T (FOR_KEYS));
	assert_ok (wrap (api, KW, key, api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), FOR_DATA)), &wrapped));
	assert_rv (unwrap (api, KW, key, &wrapped, T (NO (CKA_SENSITIVE), YES (CKA_EXTRACTABLE)), &made), CKR_TEMPLATE_INCONSISTENT);
	assert_ok (unwrap (api, KW, key, &wrapped, T (FOR_DATA, YES (CKA_EXTRACTABLE)), &made));
	assert_rv (api_get (api, made, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
}

static void
what_a_trusted_key_unwraps_is_for_trusted_keys (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, made;
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (api->f->C_Logout (api->session));
	assert_ok (api_login (api, api->session, CKU_SO, SO_PIN));
	key = api_key (api, KEY_AES, T (FOR_KEYS, YES (CKA_TRUSTED), NO (CKA_PRIVATE)));
	assert_ok (wrap (api, KW, key, api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), YES (CKA_WRAP_WITH_TRUSTED), NO (CKA_PRIVATE))),
	                 &wrapped));
	assert_rv (unwrap (api, KW, key, &wrapped, T (NO (CKA_PRIVATE), NO (CKA_SENSITIVE)), &made), CKR_TEMPLATE_INCONSISTENT);
	assert_rv (unwrap (api, KW, key, &wrapped, T (NO (CKA_PRIVATE), NO (CKA_WRAP_WITH_TRUSTED)), &made),
	           CKR_TEMPLATE_INCONSISTENT);
	assert_ok (unwrap (api, KW, key, &wrapped, T (NO (CKA_PRIVATE)), &made));
	g_assert_true (api_bool (api, made, CKA_SENSITIVE));
	g_assert_true (api_bool (api, made, CKA_WRAP_WITH_TRUSTED));
}

/* --- strict: keys are for one of both from the beginning --- */

static void
strict_makes_no_key_for_both (Api *api, gconstpointer unused)
{
	CK_ULONG n = 32;
	CK_ATTRIBUTE both[] = { { CKA_VALUE_LEN, &n, sizeof n }, YES (CKA_DECRYPT), YES (CKA_WRAP) };
	CK_OBJECT_HANDLE key;
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM has no such policy"))
		return;
	assert_rv (api_try_key (api, KEY_AES, T (YES (CKA_ENCRYPT), YES (CKA_UNWRAP)), &key), CKR_TEMPLATE_INCONSISTENT);
	assert_rv (api->f->C_GenerateKey (api->session, MECH (CKM_AES_KEY_GEN), both, 3, &key), CKR_TEMPLATE_INCONSISTENT);
	/* what the template leaves open is for data, or for keys where it names these */
	assert_ok (api->f->C_GenerateKey (api->session, MECH (CKM_AES_KEY_GEN), both, 1, &key));
	g_assert_true (api_bool (api, key, CKA_DECRYPT));
	g_assert_false (api_bool (api, key, CKA_WRAP));
	g_assert_true (api_bool (api, key, CKA_WRAP_WITH_TRUSTED));
	assert_rv (api_set (api, key, T (YES (CKA_WRAP))), CKR_TEMPLATE_INCONSISTENT);
	assert_ok (api_set (api, key, T (YES (CKA_WRAP), NO (CKA_ENCRYPT), NO (CKA_DECRYPT), NO (CKA_SIGN), NO (CKA_VERIFY))));
	both[1] = (CK_ATTRIBUTE)YES (CKA_UNWRAP);
	assert_ok (api->f->C_GenerateKey (api->session, MECH (CKM_AES_KEY_GEN), both, 3, &key));
	g_assert_false (api_bool (api, key, CKA_ENCRYPT));
	g_assert_false (api_bool (api, key, CKA_DECRYPT));
	assert_rv (wrap (api, KW, key, key, &wrapped), CKR_KEY_UNEXTRACTABLE);
}

static void
strict_unwraps_no_key_for_both (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, made;
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM has no such policy"))
		return;
	key = api_key (api, KEY_AES, T (YES (CKA_WRAP), YES (CKA_UNWRAP), NO (CKA_ENCRYPT), NO (CKA_DECRYPT)));
	assert_ok (wrap (api, KW, key, key, &wrapped));
	assert_rv (unwrap (api, KW, key, &wrapped, T (YES (CKA_DECRYPT), YES (CKA_WRAP)), &made), CKR_TEMPLATE_INCONSISTENT);
	assert_ok (unwrap (api, KW, key, &wrapped, T (YES (CKA_DECRYPT)), &made));
	g_assert_false (api_bool (api, made, CKA_WRAP));
}

static void
strict_wraps_with_no_old_key_for_both (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	CK_ATTRIBUTE label = A_STRING (CKA_LABEL, "old");
	g_autoptr (GArray) found = NULL;
	Blob out;

	if (api_spares_softhsm (api, "SoftHSM has no such policy"))
		return;
	key = api_key (api, KEY_AES, T (YES (CKA_TOKEN), YES (CKA_PRIVATE), label));
	api_restart (api, STRICT);
	found = find_objects (api->module, api->session, &label, 1);
	key = g_array_index (found, CK_OBJECT_HANDLE, 0);
	assert_rv (wrap (api, KW, key, key, &out), CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_ok (encrypt (api, PAD, key, "data", 4, &out));
	assert_ok (api_set (api, key, T (A_STRING (CKA_LABEL, "still changed"))));
}

/* --- weak wrapping keys --- */

static void
strict_wraps_no_key_under_a_weaker_one (Api *api, gconstpointer unused)
{
	static const struct {
		ApiKey with;
		CK_MECHANISM_TYPE mech;
		CK_RV rv;
	} rows[] = {
		{ KEY_RSA_PUBLIC, CKM_RSA_PKCS, CKR_WRAPPING_KEY_SIZE_RANGE },  /* 112 bits */
		{ KEY_AES_128, CKM_AES_KEY_WRAP, CKR_WRAPPING_KEY_SIZE_RANGE }, /* 128 */
		{ KEY_AES, CKM_AES_KEY_WRAP, CKR_OK },
	};
	CK_OBJECT_HANDLE key;
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	key = api_key (api, KEY_AES, T (YES (CKA_EXTRACTABLE), YES (CKA_ENCRYPT), NO (CKA_WRAP), NO (CKA_UNWRAP)));
	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		CK_OBJECT_HANDLE with = rows[i].with == KEY_RSA_PUBLIC ? api_key (api, rows[i].with, NOTHING) :
			                                                     api_key (api, rows[i].with, T (YES (CKA_WRAP), NO (CKA_ENCRYPT), NO (CKA_DECRYPT)));

		assert_rv (wrap (api, MECH (rows[i].mech), with, key, &wrapped), rows[i].rv);
	}
}

/* Two keys under one nonce tell each other. */
static void
keys_are_wrapped_under_no_given_nonce (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = all_purpose (api);
	CK_BYTE nonce[12] = { 0 };
	GcmWrapParams given = { nonce, sizeof nonce, 0, CKG_NO_GENERATE, NULL, 0, 128 };
	GcmParams gcm = { nonce, sizeof nonce, 96, NULL, 0, 128 };
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM wraps with no such mechanism"))
		return;
	assert_rv (wrap (api, MECH_PARAM (CKM_AES_GCM, &given), key, prey (api), &wrapped), CKR_MECHANISM_PARAM_INVALID);
	assert_rv (wrap (api, MECH_PARAM (CKM_AES_GCM, &gcm), key, prey (api), &wrapped), CKR_MECHANISM_PARAM_INVALID);
}

/* --- A3, A4: reading --- */

static void
values_of_sensitive_and_of_unextractable_keys_are_not_read (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE sensitive = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE)));
	CK_OBJECT_HANDLE kept = api_key (api, KEY_AES, T (NO (CKA_SENSITIVE), NO (CKA_EXTRACTABLE)));

	assert_rv (api_get (api, sensitive, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	assert_rv (api_get (api, kept, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
}

static void
an_unextractable_key_is_not_wrapped (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE kept = api_key (api, KEY_AES, T (NO (CKA_EXTRACTABLE)));
	Blob wrapped;

	assert_rv (wrap (api, KW, all_purpose (api), kept, &wrapped), CKR_KEY_UNEXTRACTABLE);
}

/* --- A5: bits that are to stay --- */

static void
protection_is_given_up_neither_by_change_nor_by_copy (Api *api, gconstpointer unused)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		CK_BBOOL stays;
	} rows[] = {
		{ CKA_SENSITIVE, CK_TRUE }, { CKA_WRAP_WITH_TRUSTED, CK_TRUE }, { CKA_EXTRACTABLE, CK_FALSE },
		{ CKA_COPYABLE, CK_FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_BOOL (rows[i].type, rows[i].stays))), copy;
		CK_ATTRIBUTE undo = A_BOOL (rows[i].type, !rows[i].stays);

		assert_rv (api_set (api, key, &undo, 1), CKR_ATTRIBUTE_READ_ONLY);
		assert_rv (api->f->C_CopyObject (api->session, key, &undo, 1, &copy),
		           rows[i].type == CKA_COPYABLE ? CKR_ACTION_PROHIBITED : CKR_ATTRIBUTE_READ_ONLY);
	}
}

static void
a_private_key_has_no_public_copy (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_PRIVATE))), copy;

	assert_rv (api->f->C_CopyObject (api->session, key, T (NO (CKA_PRIVATE)), &copy), CKR_TEMPLATE_INCONSISTENT);
}

static void
a_past_cannot_be_claimed (Api *api, gconstpointer unused)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE, CKA_LOCAL };
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING), other;

	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		CK_ATTRIBUTE claim = A_BOOL (types[i], CK_TRUE);

		assert_rv (api_try_key (api, KEY_AES, &claim, 1, &other), CKR_ATTRIBUTE_READ_ONLY);
		assert_rv (api_set (api, key, &claim, 1), CKR_ATTRIBUTE_READ_ONLY);
		assert_rv (api->f->C_CopyObject (api->session, key, &claim, 1, &other), CKR_ATTRIBUTE_READ_ONLY);
	}
}

/* --- whom to trust --- */

/* Under a key that the attacker knows, or whose private half he has. */
static void
a_key_for_trusted_ones_is_wrapped_under_no_other (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), YES (CKA_WRAP_WITH_TRUSTED)));
	Blob wrapped;

	assert_rv (wrap (api, KW, api_key (api, KEY_AES_128, NOTHING), key, &wrapped), CKR_KEY_NOT_WRAPPABLE);
	assert_rv (wrap (api, MECH (CKM_RSA_PKCS), api_key (api, KEY_RSA_PUBLIC, NOTHING), key, &wrapped),
	           CKR_KEY_NOT_WRAPPABLE);
}

static void
nobody_but_the_so_makes_a_key_trusted (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES_128, NOTHING), other;
	CK_ATTRIBUTE trusted = YES (CKA_TRUSTED);

	assert_rv (api_try_key (api, KEY_AES_128, &trusted, 1, &other), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api_set (api, key, &trusted, 1), CKR_ATTRIBUTE_READ_ONLY);
	assert_rv (api->f->C_CopyObject (api->session, key, &trusted, 1, &other), CKR_ATTRIBUTE_READ_ONLY);
}

/* --- deriving --- */

static void
keys_are_not_derived_so_short_that_trying_finds_them (Api *api, gconstpointer unused)
{
	CK_ULONG bit = 0;

	StringParams known = { bytes32, 31 };
	EcdhParams ecdh = { CKD_NULL, 0, NULL, sizeof x25519_other, (CK_BYTE *)x25519_other };
	CK_OBJECT_HANDLE secret = api_key (api, KEY_SECRET, T (YES (CKA_SENSITIVE))), key;


	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	assert_rv (derive (api, MECH_PARAM (CKM_EXTRACT_KEY_FROM_KEY, &bit), secret, T (LENGTH (2)), &key),
	           CKR_KEY_SIZE_RANGE);
	/* 31 bytes that are known and one that is not */
	assert_rv (derive (api, MECH_PARAM (CKM_CONCATENATE_DATA_AND_BASE, &known), secret, T (LENGTH (32)), &key),
	           CKR_KEY_SIZE_RANGE);
	/* an agreement, some of its bytes */
	assert_rv (derive (api, MECH_PARAM (CKM_ECDH1_DERIVE, &ecdh), api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING),
	                   T (LENGTH (2), YES (CKA_SENSITIVE)), &key),
	           CKR_KEY_SIZE_RANGE);
	/* which nobody needs to find who may read them */
	assert_ok (derive (api, MECH_PARAM (CKM_ECDH1_DERIVE, &ecdh), api_key (api, KEY_MONTGOMERY_PRIVATE, NOTHING),
	                   T (LENGTH (2), OPEN), &key));
}

/* One more unknown byte each time finds all of them. */
static void
keys_that_are_partly_known_are_not_cut (Api *api, gconstpointer unused)
{
	CK_ULONG bit = 8;
	CK_BYTE none[1] = { 0 };
	StringParams front = { bytes32, 15 }, nothing = { none, 0 };
	CK_OBJECT_HANDLE secret = api_key (api, KEY_SECRET, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE))),
			 known = api_key (api, KEY_AES_128, NOTHING), longer, key;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	assert_rv (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_KEY, &secret), known, T (LENGTH (17)), &key),
	           CKR_KEY_SIZE_RANGE);
	assert_ok (derive (api, MECH_PARAM (CKM_CONCATENATE_DATA_AND_BASE, &front), secret, T (YES (CKA_DERIVE)), &longer));
	assert_rv (derive (api, MECH_PARAM (CKM_EXTRACT_KEY_FROM_KEY, &bit), longer, T (LENGTH (16)), &key), CKR_KEY_SIZE_RANGE);
	assert_rv (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_DATA, &nothing), longer, T (LENGTH (16)), &key),
	           CKR_KEY_SIZE_RANGE);
	/* what is not, is */
	assert_ok (derive (api, MECH_PARAM (CKM_EXTRACT_KEY_FROM_KEY, &bit), secret, T (LENGTH (16)), &key));
}

static void
what_is_derived_is_no_less_protected (Api *api, gconstpointer unused)
{
	StringParams data = { bytes32, sizeof bytes32 };
	CK_OBJECT_HANDLE secret = api_key (api, KEY_SECRET, T (YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE))), key;

	if (api_spares_softhsm (api, "SoftHSM 2.6.1 has no such derivations"))
		return;
	assert_rv (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_DATA, &data), secret, T (OPEN), &key),
	           CKR_TEMPLATE_INCONSISTENT);
	assert_ok (derive (api, MECH_PARAM (CKM_CONCATENATE_BASE_AND_DATA, &data), secret, NOTHING, &key));
	g_assert_true (api_bool (api, key, CKA_SENSITIVE));
	g_assert_false (api_bool (api, key, CKA_EXTRACTABLE));
}

/* CKM_AES_ECB_ENCRYPT_DATA gives ciphertext as a key's value. */
static void
derivation_is_no_way_to_encrypt_for_who_may_not (Api *api, gconstpointer unused)
{
	StringParams data = { bytes32, sizeof bytes32 };
	CK_OBJECT_HANDLE may = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE))),
			 may_not = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE), NO (CKA_ENCRYPT))),
			 wraps = all_purpose (api), key;
	Blob wrapped;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (derive (api, MECH_PARAM (CKM_AES_ECB_ENCRYPT_DATA, &data), may, T (OPEN), &key));
	assert_rv (derive (api, MECH_PARAM (CKM_AES_ECB_ENCRYPT_DATA, &data), may_not, T (OPEN), &key),
	           CKR_TEMPLATE_INCONSISTENT);
	assert_ok (derive (api, MECH_PARAM (CKM_AES_ECB_ENCRYPT_DATA, &data), may_not, NOTHING, &key));
	assert_rv (api_get (api, key, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	assert_ok (wrap (api, KW, wraps, prey (api), &wrapped));
	assert_rv (derive (api, MECH_PARAM (CKM_AES_ECB_ENCRYPT_DATA, &data), wraps, T (OPEN), &key),
	           CKR_TEMPLATE_INCONSISTENT);
}

/* --- finding by trying --- */

static void
a_digest_of_a_sensitive_key_gives_it_away_to_nobody (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE sensitive = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE))), small;
	CK_BYTE one_byte[] = { 7 };

	if (api_spares_softhsm (api, "SoftHSM digests keys however short"))
		return;
	assert_ok (api_try_key (api, KEY_SECRET, T (A_DATA (CKA_VALUE, one_byte, 1), YES (CKA_SENSITIVE)), &small));
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (api->f->C_DigestKey (api->session, sensitive));
	assert_rv (api->f->C_DigestKey (api->session, small), CKR_KEY_INDIGESTIBLE);
	api_restart (api, NULL);
	sensitive = api_key (api, KEY_AES, T (YES (CKA_SENSITIVE)));
	assert_ok (api->f->C_DigestInit (api->session, MECH (CKM_MD5)));
	assert_rv (api->f->C_DigestKey (api->session, sensitive), CKR_KEY_INDIGESTIBLE);
}

static void
a_search_does_not_tell_whether_a_guess_is_right (Api *api, gconstpointer unused)
{
	static const ApiKey keys[] = { KEY_AES, KEY_SECRET, KEY_EC_PRIVATE, KEY_RSA_PRIVATE };
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_VALUE, CKA_VALUE, CKA_VALUE, CKA_PRIME_1 };

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
		CK_OBJECT_HANDLE open = api_key (api, keys[i], NOTHING);
		g_autoptr (GBytes) value = get_attribute (api->module, api->session, open, types[i]);
		gsize n;
		const void *data = g_bytes_get_data (value, &n);

		g_assert_cmpuint (api_count (api, T (A_DATA (types[i], data, n))), ==, 1);
		api_key (api, keys[i], T (YES (CKA_SENSITIVE)));
		api_key (api, keys[i], T (NO (CKA_EXTRACTABLE)));
		g_assert_cmpuint (api_count (api, T (A_DATA (types[i], data, n))), ==, 1);
		assert_ok (api->f->C_DestroyObject (api->session, open));
	}
}

/* --- after logout --- */

static void
nothing_goes_on_after_logout (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (YES (CKA_PRIVATE)));
	CK_OBJECT_HANDLE signs = api_key (api, KEY_RSA_PRIVATE, T (YES (CKA_PRIVATE)));
	CK_SESSION_HANDLE other = api_open (api, CKF_SERIAL_SESSION);
	Blob out = { .n = sizeof out.data };

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	assert_ok (api->f->C_EncryptInit (api->session, PAD, key));
	assert_ok (api->f->C_SignInit (other, MECH (CKM_SHA256_RSA_PKCS), signs));
	assert_ok (api->f->C_Logout (api->session));
	assert_rv (api->f->C_Encrypt (api->session, bytes32, 32, out.data, &out.n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (api->f->C_Sign (other, bytes32, 32, out.data, &out.n), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (api->f->C_SignInit (other, MECH (CKM_SHA256_RSA_PKCS), signs), CKR_KEY_HANDLE_INVALID);
}

/* --- where the token lies --- */

#define OS_TAG (CKA_VENDOR_DEFINED + 0x5348UL + 7)

typedef struct {
	char *path;
	char *data;
	gsize n;
} File;

static void
file_clear (File *file)
{
	g_free (file->path);
	g_free (file->data);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_clear)

/* The object's file: the store's name for it is its CKA_UNIQUE_ID. */
static File
file_of (const Api *api, CK_OBJECT_HANDLE object)
{
	g_autoptr (GBytes) id = get_attribute (api->module, api->session, object, CKA_UNIQUE_ID);
	g_autofree char *dir = api_token_dir (api);
	g_autofree char *name =
		g_strdup_printf ("%.*s.object", (int)g_bytes_get_size (id), (const char *)g_bytes_get_data (id, NULL));
	File file = { .path = g_build_filename (dir, name, NULL) };

	g_assert_true (g_file_get_contents (file.path, &file.data, &file.n, NULL));
	return file;
}

static void
write_back (const File *file)
{
	FILE *out = g_fopen (file->path, "w");

	g_assert_nonnull (out);
	g_assert_cmpuint (fwrite (file->data, 1, file->n, out), ==, file->n);
	g_assert_cmpint (fclose (out), ==, 0);
}

/* Where an attribute begins: its type and its kind, eight bytes each. */
static char *
find_attribute (const File *file, CK_ATTRIBUTE_TYPE type)
{
	guint64 wanted = GUINT64_TO_BE (type);

	for (gsize i = 8; i + 16 < file->n; i++)
		if (memcmp (file->data + i, &wanted, 8) == 0 && memcmp (file->data + i + 8, "\0\0\0\0\0\0\0", 7) == 0)
			return file->data + i;
	g_assert_not_reached ();
}

static void
flip (File *file, CK_ATTRIBUTE_TYPE type)
{
	find_attribute (file, type)[16] ^= (char)0xff;
}

static guint
n_labelled (const Api *api)
{
	return api_count (api, T (A_STRING (CKA_LABEL, "kept")));
}

static CK_OBJECT_HANDLE
kept_key (const Api *api, gboolean is_private)
{
	return api_key (api, KEY_AES, T (YES (CKA_TOKEN), A_BOOL (CKA_PRIVATE, is_private), A_STRING (CKA_LABEL, "kept"),
	                                 YES (CKA_SENSITIVE), NO (CKA_EXTRACTABLE), NO (CKA_WRAP), NO (CKA_UNWRAP)));
}

static void
strict_refuses_flags_that_were_flipped_on_the_disk (Api *api, gconstpointer unused)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_EXTRACTABLE, CKA_SENSITIVE, CKA_TRUSTED, CKA_WRAP, CKA_MODIFIABLE };

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	for (gsize i = 0; i < 2 * G_N_ELEMENTS (types); i++) {
		CK_OBJECT_HANDLE key = kept_key (api, i % 2 == 0);
		g_auto (File) file = file_of (api, key);

		api_restart (api, NULL);
		g_assert_cmpuint (n_labelled (api), ==, 1);
		flip (&file, types[i / 2]);
		write_back (&file);
		g_assert_cmpuint (n_labelled (api), ==, 0);
		api_restart (api, NULL);
		g_assert_cmpuint (n_labelled (api), ==, 0);
		flip (&file, types[i / 2]);
		write_back (&file);
		api_restart (api, NULL);
		g_assert_cmpuint (n_labelled (api), ==, 1);
		g_assert_cmpint (g_unlink (file.path), ==, 0);
	}
}

static void
strict_refuses_values_that_were_changed_or_moved (Api *api, gconstpointer unused)
{
	g_auto (File) file = { 0 };
	g_auto (File) other = { 0 };
	g_autofree char *before = NULL;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	file = file_of (api, kept_key (api, TRUE));
	other = file_of (api, kept_key (api, TRUE));
	before = g_memdup2 (file.data, file.n);

	/* the first block of the ciphertext, and with it the key's first bytes */
	find_attribute (&file, CKA_VALUE)[24] ^= 1;
	write_back (&file);
	g_assert_cmpuint (n_labelled (api), ==, 1);
	/* the other object's file under this one's name */
	g_assert_cmpuint (file.n, ==, other.n);
	memcpy (file.data, other.data, file.n);
	write_back (&file);
	api_restart (api, NULL);
	g_assert_cmpuint (n_labelled (api), ==, 1);
	memcpy (file.data, before, file.n);
	write_back (&file);
	api_restart (api, NULL);
	g_assert_cmpuint (n_labelled (api), ==, 2);
}

/* A public key that is not the user's in the place of one that is. */
static void
strict_refuses_a_public_key_that_was_exchanged (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key;
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	key = api_key (api, KEY_EDWARDS_PUBLIC, T (YES (CKA_TOKEN), NO (CKA_PRIVATE), A_STRING (CKA_LABEL, "kept")));
	file = file_of (api, key);
	find_attribute (&file, CKA_EC_POINT)[40] ^= 1;
	write_back (&file);
	g_assert_cmpuint (n_labelled (api), ==, 0);
}

static void
strict_refuses_what_has_no_tag (Api *api, gconstpointer unused)
{
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	file = file_of (api, kept_key (api, TRUE));
	file.n = (gsize)(find_attribute (&file, OS_TAG) - file.data);
	write_back (&file);
	g_assert_cmpuint (n_labelled (api), ==, 0);
	/* by default it is what SoftHSM might have written, and becomes ours with the next change */
	api_restart (api, "keys.policy = default");
	g_assert_cmpuint (n_labelled (api), ==, 1);
}

/* The id is the file's name. */
static void
strict_refuses_an_id_that_stands_in_a_file (Api *api, gconstpointer unused)
{
	static const char forged[] = "\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\6forged";
	g_auto (File) file = { 0 };
	gsize n = sizeof forged - 1;

	if (api_spares_softhsm (api, "SoftHSM falls to it"))
		return;
	file = file_of (api, kept_key (api, TRUE));
	file.data = g_realloc (file.data, file.n + n);
	memcpy (file.data + file.n, forged, n);
	file.n += n;
	write_back (&file);
	g_assert_cmpuint (n_labelled (api), ==, 0);
}

/* Nobody could tag them: they would be gone with the next login. */
static void
strict_has_objects_of_the_token_written_by_who_has_logged_in (Api *api, gconstpointer unused)
{
	CK_OBJECT_HANDLE key, other;

	if (api_spares_softhsm (api, "SoftHSM has no such policy"))
		return;
	key = kept_key (api, FALSE);
	assert_ok (api->f->C_Logout (api->session));
	assert_rv (api_set (api, key, T (A_STRING (CKA_ID, "1"))), CKR_USER_NOT_LOGGED_IN);
	assert_rv (api_try_key (api, KEY_RSA_PUBLIC, T (YES (CKA_TOKEN), NO (CKA_PRIVATE)), &other), CKR_USER_NOT_LOGGED_IN);
	assert_ok (api_try_key (api, KEY_RSA_PUBLIC, T (NO (CKA_TOKEN), NO (CKA_PRIVATE)), &other));
	g_assert_cmpuint (n_labelled (api), ==, 1);
	assert_ok (api_login (api, api->session, CKU_USER, USER_PIN));
	g_assert_cmpuint (n_labelled (api), ==, 1);
}

static void
what_another_program_wrote_is_tagged_when_it_changes (Api *api, gconstpointer unused)
{
	CK_ATTRIBUTE label = A_STRING (CKA_LABEL, "kept");
	g_autoptr (GArray) found = NULL;
	g_auto (File) file = { 0 };

	if (api_spares_softhsm (api, "SoftHSM has no tags"))
		return;
	file = file_of (api, kept_key (api, TRUE));
	file.n = (gsize)(find_attribute (&file, OS_TAG) - file.data);
	write_back (&file);
	found = find_objects (api->module, api->session, &label, 1);
	g_assert_cmpuint (found->len, ==, 1);
	assert_ok (api_set (api, g_array_index (found, CK_OBJECT_HANDLE, 0), T (A_STRING (CKA_ID, "1"))));
	api_restart (api, STRICT);
	g_assert_cmpuint (n_labelled (api), ==, 1);
}

/* --- the configuration --- */

static void
an_unknown_policy_is_an_error (Api *api, gconstpointer unused)
{
	if (api_spares_softhsm (api, "SoftHSM does not know the key"))
		return;
	place_configure (api->place, "keys.policy = lax");
	assert_rv (api->f->C_Initialize (NULL), CKR_GENERAL_ERROR);
}

static void
add_tests (void)
{
	ADD ("attacks", a_key_that_has_wrapped_decrypts_nothing);
	ADD ("attacks", a_key_that_has_wrapped_encrypts_nothing);
	ADD ("attacks", a_question_of_length_decides_nothing);
	ADD ("attacks", a_key_that_is_not_sensitive_decides_nothing);
	ADD ("attacks", decryption_that_is_under_way_ends_with_the_first_wrap);
	ADD ("attacks", what_was_decided_outlives_the_process);
	ADD ("attacks", a_copy_is_what_its_original_has_become);
	ADD ("attacks", a_key_for_keys_never_becomes_one_for_data);
	ADD ("attacks", what_was_decided_stays_when_the_key_may_wrap_no_more);
	ADD ("attacks", what_is_derived_from_a_key_for_keys_is_for_keys);
	ADD ("attacks", a_key_that_has_wrapped_signs_nothing);
	ADD ("attacks", what_fails_decides_nothing);
	ADD ("attacks", a_busy_session_keeps_no_operation);
	ADD_WITH ("attacks", strict_unwraps_nothing_that_can_be_read, STRICT);
	ADD ("attacks", what_a_trusted_key_unwraps_is_for_trusted_keys);
	ADD ("attacks", keys_that_are_partly_known_are_not_cut);
	ADD_WITH ("attacks", strict_refuses_an_id_that_stands_in_a_file, STRICT);
	ADD_WITH ("attacks", strict_has_objects_of_the_token_written_by_who_has_logged_in, STRICT);
	ADD ("attacks", a_trusted_key_for_both_has_no_twin);
	ADD_WITH ("attacks", compat_lets_a_key_do_both, COMPAT);
	ADD ("attacks", a_key_that_has_unwrapped_encrypts_nothing);
	ADD ("attacks", an_unwrap_template_keeps_twins_from_opposite_roles);
	ADD_WITH ("attacks", strict_makes_no_key_for_both, STRICT);
	ADD_WITH ("attacks", strict_unwraps_no_key_for_both, STRICT);
	ADD ("attacks", strict_wraps_with_no_old_key_for_both);
	ADD_WITH ("attacks", strict_wraps_no_key_under_a_weaker_one, STRICT);
	ADD ("attacks", keys_are_wrapped_under_no_given_nonce);
	ADD ("attacks", values_of_sensitive_and_of_unextractable_keys_are_not_read);
	ADD ("attacks", an_unextractable_key_is_not_wrapped);
	ADD ("attacks", protection_is_given_up_neither_by_change_nor_by_copy);
	ADD ("attacks", a_private_key_has_no_public_copy);
	ADD ("attacks", a_past_cannot_be_claimed);
	ADD ("attacks", a_key_for_trusted_ones_is_wrapped_under_no_other);
	ADD ("attacks", nobody_but_the_so_makes_a_key_trusted);
	ADD ("attacks", keys_are_not_derived_so_short_that_trying_finds_them);
	ADD ("attacks", what_is_derived_is_no_less_protected);
	ADD ("attacks", derivation_is_no_way_to_encrypt_for_who_may_not);
	ADD ("attacks", a_digest_of_a_sensitive_key_gives_it_away_to_nobody);
	ADD ("attacks", a_search_does_not_tell_whether_a_guess_is_right);
	ADD ("attacks", nothing_goes_on_after_logout);
	ADD_WITH ("attacks", strict_refuses_flags_that_were_flipped_on_the_disk, STRICT);
	ADD_WITH ("attacks", strict_refuses_values_that_were_changed_or_moved, STRICT);
	ADD_WITH ("attacks", strict_refuses_a_public_key_that_was_exchanged, STRICT);
	ADD_WITH ("attacks", strict_refuses_what_has_no_tag, STRICT);
	ADD ("attacks", what_another_program_wrote_is_tagged_when_it_changes);
	ADD_STOPPED ("attacks", an_unknown_policy_is_an_error);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
