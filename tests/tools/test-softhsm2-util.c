/* softhsm2-util, as scripts and people call it. */

#include "tooltest.h"
#include "view.h"

#include "build-config.h"

#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned
count_tokens (const Place *place)
{
	g_autoptr (GDir) dir = g_dir_open (place->tokendir, 0, NULL);
	unsigned n = 0;

	g_assert_nonnull (dir);
	while (g_dir_read_name (dir) != NULL)
		n++;
	return n;
}

/* The value of a line of --show-slots, of the first slot. */
static char *
shown_value (const Place *place, const char *name)
{
	g_autoptr (Result) result = UTIL (place, "--show-slots");
	const char *at = strstr (result->out, name);

	g_assert_nonnull (at);
	at += strlen (name) + strspn (at + strlen (name), " ");
	return g_strchomp (g_strndup (at, strcspn (at, "\n")));
}

/* --- the command line --- */

static void
version_is_that_of_the_project (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->util, "--version", NULL);

	assert_status (result, 0);
	g_assert_cmpstr (result->out, ==, PACKAGE_VERSION "\n");
}

static void
help_is_printed_and_status_is_0 (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->util, "-h", NULL);

	assert_status (result, 0);
	assert_out (result, "Usage: softhsm2-util [ACTION] [OPTIONS]\n");
}

static void
unknown_option_prints_help_and_status_is_0 (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->util, "--bogus", NULL);

	assert_status (result, 0);
	assert_out (result, "Usage: softhsm2-util");
}

static void
no_action_prints_help_and_status_is_1 (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->util, NULL);

	assert_status (result, 1);
	assert_out (result, "Usage: softhsm2-util");
}

static void
two_actions_print_help_and_status_is_1 (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->util, "--show-slots", "--delete-token", NULL);

	assert_status (result, 1);
	assert_out (result, "Usage: softhsm2-util");
}

static void
options_can_be_abbreviated (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	configure (place);
	result = UTIL (place, "--show-s");
	assert_status (result, 0);
	assert_out (result, "Available slots:\n");
}

static void
show_config_prints_the_default_module (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->util, "--show-config", "default-pkcs11-lib", NULL);

	assert_status (result, 0);
	g_assert_cmpstr (result->out, ==, DEFAULT_MODULE "\n");
}

static void
show_config_refuses_an_unknown_key (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = run (place, place->util, "--show-config", "nothing", NULL);

	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Invalid configuration key 'nothing'\n");
}

static void
missing_configuration_is_reported (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	place_setenv (place, "SOFTHSM2_CONF", "/nonexistent/softhsm2.conf");
	result = UTIL (place, "--show-slots");
	assert_status (result, 1);
	assert_err (result, "ERROR: Could not load the SoftHSM configuration.\n"
	                    "ERROR: Please verify that the SoftHSM configuration is correct.\n");
}

static void
missing_module_is_reported (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	configure (place);
	result = run (place, place->util, "--show-slots", "--module", "/nonexistent.so", NULL);
	assert_status (result, 1);
	assert_err (result, "ERROR: Could not load the PKCS#11 library/module: /nonexistent.so: ");
	assert_err (result, "ERROR: Please check log files for additional information.\n");
}

static void
module_that_does_not_start_is_reported (Place *place, gconstpointer data)
{
	const char *module = command ("SOFTHSM2_BROKEN_MODULE");
	g_autofree char *expected = g_strdup_printf (
		"ERROR: Could not initialize the PKCS#11 library/module: %s\n", module);
	g_autoptr (Result) result = NULL;

	configure (place);
	result = run (place, place->util, "--module", module, "--show-slots", NULL);
	assert_status (result, 1);
	assert_err (result, expected);
}

static void
missing_token_directory_is_reported (Place *place, gconstpointer data)
{
	g_autofree char *expected =
		g_strdup_printf ("ERROR: Failed to enumerate object store in %s\n"
	                         "ERROR: Please verify that the SoftHSM configuration is correct.\n",
	                         place->tokendir);
	g_autoptr (Result) result = NULL;

	configure (place);
	g_assert_cmpint (g_rmdir (place->tokendir), ==, 0);
	result = UTIL (place, "--show-slots");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, expected);
}

static void
token_that_cannot_be_made_is_reported (Place *place, gconstpointer data)
{
	const char *module = command ("SOFTHSM2_BROKEN_MODULE");
	g_autoptr (Result) result = NULL;

	configure (place);
	place_setenv (place, "BROKEN_MODULE_STARTS", "1");
	result = run (place, place->util, "--module", module, "--init-token", "--slot", "0", "--label", "t", "--so-pin",
	              SO_PIN, "--pin", USER_PIN, NULL);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==,
	                 "ERROR rv=0x00000030: Could not initialize the token.\n"
	                 "Please check log files for additional information.\n");
}

static void
the_man_page_names_every_option (Place *place, gconstpointer data)
{
	assert_man_page_is_complete (place, place->util);
}

/* --- show-slots --- */

static void
show_slots_prints_a_free_slot_as_softhsm_does (Place *place, gconstpointer data)
{
	g_autofree char *pattern = g_strdup_printf ("^Available slots:\n"
	                                            "Slot 0\n"
	                                            "    Slot info:\n"
	                                            "        Description:      %-64s\n"
	                                            "        Manufacturer ID:  %-32s\n"
	                                            "        Hardware version: [0-9]+\\.[0-9]+\n"
	                                            "        Firmware version: [0-9]+\\.[0-9]+\n"
	                                            "        Token present:    yes\n"
	                                            "    Token info:\n"
	                                            "        Manufacturer ID:  %-32s\n"
	                                            "        Model:            %-16s\n"
	                                            "        Hardware version: [0-9]+\\.[0-9]+\n"
	                                            "        Firmware version: [0-9]+\\.[0-9]+\n"
	                                            "        Serial number:    %-16s\n"
	                                            "        Initialized:      no\n"
	                                            "        User PIN init.:   no\n"
	                                            "        Label:            %-32s\n$",
	                                            "SoftHSM slot ID 0x0", "SoftHSM project",
	                                            "SoftHSM project", "SoftHSM v2", "", "");
	g_autoptr (Result) result = NULL;

	configure (place);
	result = UTIL (place, "--show-slots");
	assert_status (result, 0);
	if (!g_regex_match_simple (pattern, result->out, 0, 0))
		g_error ("not as SoftHSM prints it:\n%s", result->out);
}

static void
show_slots_prints_the_token_before_the_free_slot (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	const char *label;

	make_token (place, "a token");
	result = UTIL (place, "--show-slots");
	assert_status (result, 0);
	assert_out (result, "        Initialized:      yes\n        User PIN init.:   yes\n");
	label = strstr (result->out, "        Label:            a token                         \n");
	g_assert_nonnull (label);
	assert_contains_at (label, "\nSlot 1\n", G_STRFUNC, __LINE__);
}

/* --- init-token --- */

static void
init_token_says_the_new_slot (Place *place, gconstpointer data)
{
	g_autofree char *expected = NULL;
	g_autofree char *serial = NULL;
	g_autoptr (Result) result = NULL;

	configure (place);
	result =
		UTIL (place, "--init-token", "--free", "--label", "t", "--so-pin", SO_PIN, "--pin", USER_PIN);
	assert_status (result, 0);
	serial = shown_value (place, "Serial number:");
	/* The last eight digits of the serial number without the highest bit. */
	expected = g_strdup_printf ("Slot 0 has a free/uninitialized token.\n"
	                            "The token has been initialized and is reassigned to slot %lu\n",
	                            strtoul (serial + 8, NULL, 16) & 0x7fffffff);
	g_assert_cmpstr (result->out, ==, expected);
	g_assert_cmpstr (result->err, ==, "");
}

static void
init_token_again_keeps_the_slot (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	g_autofree char *label = NULL;

	make_token (place, "old");
	result = UTIL (place, "--init-token", "--token", "old", "--label", "new", "--so-pin", SO_PIN, "--pin",
	               USER_PIN);
	assert_status (result, 0);
	assert_out (result, "with matching token label.\nThe token has been initialized on slot ");
	label = shown_value (place, "Label:");
	g_assert_cmpstr (label, ==, "new");
	g_assert_cmpuint (count_tokens (place), ==, 1);
}

static void
init_token_again_refuses_a_wrong_so_pin (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = UTIL (place, "--init-token", "--token", "t", "--label", "t", "--so-pin", "wrong", "--pin",
	               USER_PIN);
	assert_status (result, 1);
	g_assert_cmpstr (
		result->err, ==,
		"CKR_PIN_INCORRECT: The given SO PIN does not match the one in the token. Needed when "
		"reinitializing the token.\n");
}

typedef struct {
	const char *name;
	const char *args[12];
	const char *error;
	bool is_ours; /* SoftHSM does something else */
} Refusal;

static const Refusal init_refusals[] = {
	{ "init_token_needs_a_slot",
	  { "--init-token", "--label", "t", "--so-pin", SO_PIN, "--pin", USER_PIN },
	  "ERROR: A slot/token must be supplied. Use --slot <number>, --serial <serial>, --token <label>, or "
	  "--free\n" },
	{ "init_token_needs_a_label",
	  { "--init-token", "--free", "--so-pin", SO_PIN, "--pin", USER_PIN },
	  "ERROR: A label for the token must be supplied. Use --label <text>\n" },
	{ "init_token_refuses_a_long_label",
	  { "--init-token", "--free", "--label", "123456789012345678901234567890123", "--so-pin", SO_PIN },
	  "ERROR: The token label must not have a length greater than 32 chars.\n" },
	{ "init_token_refuses_a_negative_slot",
	  { "--init-token", "--slot", "-1", "--label", "t", "--so-pin", SO_PIN, "--pin", USER_PIN },
	  "ERROR: The slot number is negative.\n" },
	{ "init_token_refuses_a_slot_that_is_no_number",
	  { "--init-token", "--slot", "first", "--label", "t", "--so-pin", SO_PIN, "--pin", USER_PIN },
	  "ERROR: The slot number is not a number.\n",
	  true },
	{ "init_token_refuses_a_slot_that_is_not_there",
	  { "--init-token", "--slot", "77", "--label", "t", "--so-pin", SO_PIN, "--pin", USER_PIN },
	  "CKR_SLOT_ID_INVALID: Slot 77 does not exist.\n" },
	{ "init_token_refuses_an_unknown_label",
	  { "--init-token", "--token", "none", "--label", "t", "--so-pin", SO_PIN, "--pin", USER_PIN },
	  "ERROR: Could not find a slot/token using --serial, --token, or --free.\n" },
	{ "init_token_refuses_a_long_serial",
	  { "--init-token", "--serial", "12345678901234567", "--label", "t", "--so-pin", SO_PIN },
	  "ERROR: --serial is too long.\n" },
	{ "init_token_refuses_a_long_token_label",
	  { "--init-token", "--token", "123456789012345678901234567890123", "--label", "t", "--so-pin",
	    SO_PIN },
	  "ERROR: --token is too long.\n" },
	{ "init_token_cannot_ask_for_the_so_pin_without_a_terminal",
	  { "--init-token", "--free", "--label", "t", "--pin", USER_PIN },
	  "ERROR: Could not get SO PIN\n" },
	{ "init_token_cannot_ask_for_the_user_pin_without_a_terminal",
	  { "--init-token", "--free", "--label", "t", "--so-pin", SO_PIN },
	  "ERROR: Could not get user PIN\n" },
	{ "init_token_asks_instead_of_a_pin_that_is_too_short",
	  { "--init-token", "--free", "--label", "t", "--so-pin", "123", "--pin", USER_PIN },
	  "ERROR: Could not get SO PIN\n" },
	{ "delete_token_needs_a_token",
	  { "--delete-token", "--slot", "1" },
	  "ERROR: A token must be supplied. Use --serial <serial> or --token <label>\n" },
	{ "delete_token_refuses_an_unknown_label",
	  { "--delete-token", "--token", "none" },
	  "ERROR: Could not find a token using --serial or --token.\n" },
	{ "import_needs_a_slot",
	  { "--import", "/dev/null", "--label", "k", "--id", "01", "--pin", USER_PIN },
	  "ERROR: A slot/token must be supplied. Use --slot <number>, --serial <serial>, or --token "
	  "<label>\n" },
	{ "import_does_not_take_a_free_slot",
	  { "--import", "/dev/null", "--free", "--label", "k", "--id", "01", "--pin", USER_PIN },
	  "ERROR: A slot/token must be supplied. Use --slot <number>, --serial <serial>, or --token "
	  "<label>\n" },
	{ "import_refuses_a_slot_that_is_not_there",
	  { "--import", "/dev/null", "--slot", "77", "--label", "k", "--id", "01", "--pin", USER_PIN },
	  "ERROR: The given slot does not exist.\n" },
	{ "import_refuses_a_slot_without_a_token",
	  { "--import", "/dev/null", "--slot", "0", "--label", "k", "--id", "01", "--pin", USER_PIN },
	  "ERROR: Could not open a session on the given slot.\n" },
	{ "import_refuses_an_unknown_type",
	  { "--import", "/dev/null", "--slot", "0", "--label", "k", "--id", "01", "--import-type", "des" },
	  "ERROR: Invalid import type 'des'\n",
	  true },
};

/* An empty token directory, refused arguments: the message, status 1 and still no token. */
static void
refuses (Place *place, gconstpointer data)
{
	const Refusal *refusal = data;
	const char *const *a = refusal->args;
	g_autoptr (Result) result = NULL;

	configure (place);
	result = run (place, place->util, "--module", place->module, a[0], a[1], a[2], a[3], a[4], a[5], a[6],
	              a[7], a[8], a[9], a[10], a[11], NULL);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, refusal->error);
	g_assert_cmpuint (count_tokens (place), ==, 0);
}

/* The same arguments to SoftHSM: the same sentences, the same status. */
static void
refuses_as_softhsm_does (Place *place, gconstpointer data)
{
	const Refusal *refusal = data;
	const char *const *a = refusal->args;
	g_autofree char *util = softhsm_command (place, "softhsm2-util");
	g_autoptr (Result) result = NULL;

	if (util == NULL)
		return;
	configure (place);
	result = run (place, util, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], NULL);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, refusal->error);
}

static void
two_tokens_of_one_label_are_one_too_many (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "twin");
	make_token (place, "twin");
	result = UTIL (place, "--init-token", "--token", "twin", "--label", "x", "--so-pin", SO_PIN, "--pin",
	               USER_PIN);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Found multiple matching slots/tokens.\n");
}

/* --- PINs at the terminal --- */

static void
init_token_asks_for_both_pins (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = {
		{ "=== SO PIN (4-255 characters) ===\r\nPlease enter SO PIN: ", SO_PIN "\n" },
		{ "********\r\nPlease reenter SO PIN: ", SO_PIN "\n" },
		{ "=== User PIN (4-255 characters) ===\r\nPlease enter user PIN: ", USER_PIN "\n" },
		{ "****\r\nPlease reenter user PIN: ", USER_PIN "\n" },
		{ 0 },
	};
	g_autoptr (Result) result = NULL;
	bool echoes;

	configure (place);
	result = converse (place, exchanges, &echoes, place->util, "--module", place->module, "--init-token",
	                   "--free", "--label", "t", NULL);
	assert_status (result, 0);
	assert_out (result, "The token has been initialized");
	g_assert_null (strstr (result->out, USER_PIN));
	g_assert_true (echoes);
}

static void
prompt_repeats_after_a_short_pin_and_unequal_pins (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = {
		{ "Please enter SO PIN: ", "123\n" },
		{ "ERROR: The length of the PIN is out of range.\r\n=== SO PIN (4-255 characters) ===\r\n",
		  "12345\n" },
		{ "Please reenter SO PIN: ", "12346\n" },
		{ "ERROR: The entered PINs are not equal.\r\n=== SO PIN (4-255 characters) ===\r\n",
		  "1234\n" },
		{ "Please reenter SO PIN: ", "1234\n" },
		{ 0 },
	};
	g_autoptr (Result) result = NULL;

	configure (place);
	result = converse (place, exchanges, NULL, place->util, "--module", place->module, "--init-token",
	                   "--free", "--label", "t", "--pin", USER_PIN, NULL);
	assert_status (result, 0);
}

static void
prompt_takes_a_character_back (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = {
		{ "Please enter SO PIN: ", "12\177\177\17712345\n" },
		{ "Please reenter SO PIN: ", "12345\n" },
		{ 0 },
	};
	g_autoptr (Result) result = NULL;

	configure (place);
	result = converse (place, exchanges, NULL, place->util, "--module", place->module, "--init-token",
	                   "--free", "--label", "t", "--pin", USER_PIN, NULL);
	assert_status (result, 0);
}

static void
prompt_ends_with_the_input (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = { { "Please enter SO PIN: ", "\004" }, { 0 } };
	g_autoptr (Result) result = NULL;

	configure (place);
	result = converse (place, exchanges, NULL, place->util, "--module", place->module, "--init-token",
	                   "--free", "--label", "t", "--pin", USER_PIN, NULL);
	assert_status (result, 1);
	assert_out (result, "ERROR: Could not get SO PIN");
	g_assert_cmpuint (count_tokens (place), ==, 0);
}

static void
interrupted_prompt_leaves_the_terminal_as_it_was (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = { { "Please enter SO PIN: ", "12\003" }, { 0 } };
	g_autoptr (Result) result = NULL;
	bool echoes;

	configure (place);
	result = converse (place, exchanges, &echoes, place->util, "--module", place->module, "--init-token",
	                   "--free", "--label", "t", "--pin", USER_PIN, NULL);
	assert_status (result, 128 + 2);
	g_assert_true (echoes);
}

/* --- delete-token --- */

static void
delete_token_by_label_leaves_the_others (Place *place, gconstpointer data)
{
	g_autofree char *expected = NULL;
	g_autofree char *label = NULL;
	g_autoptr (Result) result = NULL;

	make_token (place, "keep");
	make_token (place, "drop");
	result = UTIL (place, "--delete-token", "--token", "drop");
	assert_status (result, 0);
	expected = g_strdup_printf ("^Found token \\([0-9a-f-]{36}\\) with matching token label\\.\n"
	                            "The token \\(%s/[0-9a-f-]{36}\\) has been deleted\\.\n$",
	                            place->tokendir);
	if (!g_regex_match_simple (expected, result->out, 0, 0))
		g_error ("not as SoftHSM says it:\n%s", result->out);
	g_assert_cmpuint (count_tokens (place), ==, 1);
	label = shown_value (place, "Label:");
	g_assert_cmpstr (label, ==, "keep");
}

static void
delete_token_by_serial (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;
	g_autofree char *serial = NULL;

	make_token (place, "t");
	serial = shown_value (place, "Serial number:");
	result = UTIL (place, "--delete-token", "--serial", serial);
	assert_status (result, 0);
	assert_out (result, "with matching serial.\n");
	g_assert_cmpuint (count_tokens (place), ==, 0);
}

static void
delete_token_by_both_needs_both_to_match (Place *place, gconstpointer data)
{
	g_autoptr (Result) wrong = NULL, right = NULL;
	g_autofree char *serial = NULL;

	make_token (place, "t");
	serial = shown_value (place, "Serial number:");
	wrong = UTIL (place, "--delete-token", "--serial", serial, "--token", "other");
	assert_status (wrong, 1);
	right = UTIL (place, "--delete-token", "--serial", serial, "--token", "t");
	assert_status (right, 0);
	assert_out (right, "with matching serial and token label.\n");
}

static void
delete_token_refuses_to_choose (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "twin");
	make_token (place, "twin");
	result = UTIL (place, "--delete-token", "--token", "twin");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Found multiple matching tokens.\n");
	g_assert_cmpuint (count_tokens (place), ==, 2);
}

static void
delete_token_does_not_follow_links (Place *place, gconstpointer data)
{
	g_autofree char *outside = place_path (place, "outside");
	g_autoptr (Result) result = NULL;
	g_autoptr (GDir) dir = NULL;
	g_autofree char *link = NULL;

	make_token (place, "t");
	place_write (place, "outside/precious", "x");
	dir = g_dir_open (place->tokendir, 0, NULL);
	link = g_build_filename (place->tokendir, g_dir_read_name (dir), "link", NULL);
	g_assert_cmpint (symlink (outside, link), ==, 0);
	result = UTIL (place, "--delete-token", "--token", "t");
	assert_status (result, 0);
	g_assert_true (place_has (place, "outside/precious"));
	g_assert_cmpuint (count_tokens (place), ==, 0);
}

/* --- import --- */

typedef struct {
	const char *name;
	gnutls_pk_algorithm_t algorithm;
	unsigned bits; /* or a curve */
	CK_KEY_TYPE type;
	const char *kind;
	CK_MECHANISM_TYPE mechanism; /* to sign with; CKM_VENDOR_DEFINED: none */
	const char *params;          /* CKA_EC_PARAMS in hexadecimal digits */
} KeyKind;

#define CURVE(curve) GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_##curve)

static const KeyKind key_kinds[] = {
	{ "import_rsa", GNUTLS_PK_RSA, 2048, CKK_RSA, "RSA", CKM_SHA256_RSA_PKCS, NULL },
	{ "import_rsa_pss", GNUTLS_PK_RSA_PSS, 2048, CKK_RSA, "RSA", CKM_SHA256_RSA_PKCS, NULL },
	{ "import_dsa", GNUTLS_PK_DSA, 2048, CKK_DSA, "DSA", CKM_DSA, NULL },
	{ "import_ec_p192", GNUTLS_PK_ECDSA, CURVE (SECP192R1), CKK_EC, "ECDSA", CKM_ECDSA,
	  "06082a8648ce3d030101" },
	{ "import_ec_p224", GNUTLS_PK_ECDSA, CURVE (SECP224R1), CKK_EC, "ECDSA", CKM_ECDSA,
	  "06052b81040021" },
	{ "import_ec_p256", GNUTLS_PK_ECDSA, CURVE (SECP256R1), CKK_EC, "ECDSA", CKM_ECDSA,
	  "06082a8648ce3d030107" },
	{ "import_ec_p384", GNUTLS_PK_ECDSA, CURVE (SECP384R1), CKK_EC, "ECDSA", CKM_ECDSA,
	  "06052b81040022" },
	{ "import_ec_p521", GNUTLS_PK_ECDSA, CURVE (SECP521R1), CKK_EC, "ECDSA", CKM_ECDSA,
	  "06052b81040023" },
	{ "import_ed25519", GNUTLS_PK_EDDSA_ED25519, CURVE (ED25519), CKK_EC_EDWARDS, "EDDSA", CKM_EDDSA,
	  "06032b6570" },
	{ "import_ed448", GNUTLS_PK_EDDSA_ED448, CURVE (ED448), CKK_EC_EDWARDS, "EDDSA", CKM_EDDSA,
	  "06032b6571" },
	{ "import_x25519", GNUTLS_PK_ECDH_X25519, CURVE (X25519), CKK_EC_EDWARDS, "EDDSA", CKM_VENDOR_DEFINED,
	  "06032b656e" },
	{ "import_x448", GNUTLS_PK_ECDH_X448, CURVE (X448), CKK_EC_EDWARDS, "EDDSA", CKM_VENDOR_DEFINED,
	  "06032b656f" },
};

static const KeyKind *const p256 = &key_kinds[5];

/* Makes a key and writes it to home/key.pem; the path is to be freed. */
static char *
write_key (const Place *place, const KeyKind *kind, const char *passphrase)
{
	gnutls_datum_t text = { 0 };
	gnutls_x509_privkey_t key;

	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_generate (key, kind->algorithm, kind->bits, 0), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (
				 key, GNUTLS_X509_FMT_PEM, passphrase,
				 passphrase ? GNUTLS_PKCS_PBES2_AES_256 : GNUTLS_PKCS_PLAIN, &text),
	                 ==, 0);
	gnutls_x509_privkey_deinit (key);
	place_write (place, "key.pem", (const char *)text.data);
	gnutls_free (text.data);
	return place_path (place, "key.pem");
}

static void
assert_private_key (View *view, CK_OBJECT_HANDLE key, const KeyKind *kind)
{
	bool is_rsa = kind->type == CKK_RSA;

	g_assert_cmpuint (get_ulong (view, key, CKA_KEY_TYPE), ==, kind->type);
	g_assert_true (get_bool (view, key, CKA_TOKEN));
	g_assert_true (get_bool (view, key, CKA_PRIVATE));
	g_assert_true (get_bool (view, key, CKA_SENSITIVE));
	g_assert_false (get_bool (view, key, CKA_EXTRACTABLE));
	g_assert_cmpint (get_bool (view, key, CKA_DECRYPT), ==, is_rsa);
	g_assert_cmpint (get_bool (view, key, CKA_UNWRAP), ==, is_rsa);
	g_assert_cmpint (get_bool (view, key, CKA_SIGN), ==, kind->mechanism != CKM_VENDOR_DEFINED);
	g_assert_cmpint (get_bool (view, key, CKA_DERIVE), ==, kind->mechanism == CKM_VENDOR_DEFINED);
}

static void
assert_public_key (View *view, CK_OBJECT_HANDLE key, const KeyKind *kind)
{
	bool is_rsa = kind->type == CKK_RSA;
	g_autofree char *params = NULL;
	g_autofree char *label = get_hex (view, key, CKA_LABEL);

	g_assert_cmpuint (get_ulong (view, key, CKA_KEY_TYPE), ==, kind->type);
	g_assert_cmpstr (label, ==, "6b6579");
	g_assert_true (get_bool (view, key, CKA_TOKEN));
	g_assert_false (get_bool (view, key, CKA_PRIVATE));
	g_assert_cmpint (get_bool (view, key, CKA_ENCRYPT), ==, is_rsa);
	g_assert_cmpint (get_bool (view, key, CKA_WRAP), ==, is_rsa);
	if (kind->params != NULL) {
		params = get_hex (view, key, CKA_EC_PARAMS);
		g_assert_cmpstr (params, ==, kind->params);
	}
}

#define IMPORT(place, path, ...)                                                                             \
	UTIL (place, "--import", path, "--token", "t", "--label", "key", "--pin", USER_PIN, __VA_ARGS__)

static void
imports_a_key_pair (Place *place, gconstpointer data)
{
	const KeyKind *kind = data;
	g_autofree char *path = write_key (place, kind, NULL);
	g_autofree char *expected = NULL;
	g_autoptr (Result) result = NULL;
	CK_OBJECT_HANDLE private_key, public_key;
	auto_view View view = { 0 };

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 0);
	expected = g_strdup_printf ("\nThe %s key pair with label=key has been imported.\n", kind->kind);
	assert_out (result, expected);

	view_open (&view, place);
	private_key = find_one (&view, CKO_PRIVATE_KEY);
	public_key = find_one (&view, CKO_PUBLIC_KEY);
	assert_private_key (&view, private_key, kind);
	assert_public_key (&view, public_key, kind);
	if (kind->mechanism != CKM_VENDOR_DEFINED)
		assert_signs_and_verifies (&view, kind->mechanism, private_key, public_key);
}

static void
import_keeps_leading_zeros_of_an_ec_point (Place *place, gconstpointer data)
{
	/* One P-256 key in 256 has an x that begins with a zero octet; this is one, made for this test. */
	static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
				  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8mvAZsPn2k1/1NDN\n"
				  "vTF9PU6mClXXSq7Gy1D5y3EYtVqhRANCAAQAM+vuNdkciV2XP2B8lNdtQ5Uz+myO\n"
				  "hw6OyUQeQN+hYIyh+rOp0y8pBiJ6qc5ROW78nkzW+g1rPH82Qkjtnlja\n"
				  "-----END PRIVATE KEY-----\n";
	g_autofree char *path = place_path (place, "key.pem");
	g_autofree char *point = NULL;
	g_autoptr (Result) result = NULL;
	auto_view View view = { 0 };

	place_write (place, "key.pem", pem);
	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 0);
	view_open (&view, place);
	point = get_hex (&view, find_one (&view, CKO_PUBLIC_KEY), CKA_EC_POINT);
	g_assert_true (g_str_has_prefix (point, "04410400"));
	g_assert_cmpuint (strlen (point), ==, 2 * 67);
}

/* Writes a DER value as PEM to home/key.pem; the path is to be freed. */
static char *
write_pem (const Place *place, const char *header, const void *der, size_t n)
{
	gnutls_datum_t in = { (unsigned char *)(guintptr)der, (unsigned)n };
	gnutls_datum_t text = { 0 };

	g_assert_cmpint (gnutls_pem_base64_encode2 (header, &in, &text), ==, 0);
	place_write (place, "key.pem", (const char *)text.data);
	gnutls_free (text.data);
	return place_path (place, "key.pem");
}

/* PrivateKeyInfo { 0, { id-ecPublicKey, @curve }, ECPrivateKey { 1, 32 octets } }, without a public key. */
static char *
write_short_key (const Place *place, const char *curve, const void *value)
{
	static const guint8 head[] = { 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86,
		                       0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08 };
	static const guint8 middle[] = { 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20 };
	g_autoptr (GByteArray) der = g_byte_array_new ();

	g_byte_array_append (der, (const guint8 *)"\x30\x41", 2);
	g_byte_array_append (der, head, sizeof head);
	g_byte_array_append (der, (const guint8 *)curve, 8);
	g_byte_array_append (der, middle, sizeof middle);
	g_byte_array_append (der, value, 32);
	return write_pem (place, "PRIVATE KEY", der->data, der->len);
}

#define OID_P256 "\x2a\x86\x48\xce\x3d\x03\x01\x07"

/* As Java writes them. */
static void
import_finds_the_public_key_of_an_ec_key_without (Place *place, gconstpointer data)
{
	gnutls_datum_t x, y, k;
	gnutls_x509_privkey_t key;
	guint8 value[32] = { 0 };
	g_autofree char *path = NULL;
	g_autoptr (Result) result = NULL;
	auto_view View view = { 0 };

	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, CURVE (SECP256R1), 0), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_export_ecc_raw (key, NULL, &x, &y, &k), ==, 0);
	g_assert_cmpuint (k.size, <=, 33);
	/* It has a zero octet in front where its highest bit is set, and is short where it begins with zeros. */
	memcpy (value + 32 - MIN (k.size, 32), k.data + k.size - MIN (k.size, 32), MIN (k.size, 32));
	gnutls_free (x.data);
	gnutls_free (y.data);
	gnutls_free (k.data);
	gnutls_x509_privkey_deinit (key);
	path = write_short_key (place, OID_P256, value);

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 0);
	view_open (&view, place);
	assert_signs_and_verifies (&view, CKM_ECDSA, find_one (&view, CKO_PRIVATE_KEY), find_one (&view, CKO_PUBLIC_KEY));
}

static void
import_refuses_a_curve_that_is_not_known (Place *place, gconstpointer data)
{
	/* An OID beside that of P-256 which names no curve. */
	g_autofree char *path = write_short_key (place, "\x2a\x86\x48\xce\x3d\x03\x01\x7f",
	                                         "0123456789abcdef0123456789abcdef");
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Cannot handle this algorithm.\n");
}

static void
import_refuses_a_private_value_of_zero (Place *place, gconstpointer data)
{
	static const guint8 zero[32];
	g_autofree char *path = write_short_key (place, OID_P256, zero);
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 1);
}

/* Nor does SoftHSM take them. */
static void
import_refuses_pkcs1 (Place *place, gconstpointer data)
{
	gnutls_datum_t der = { 0 };
	gnutls_x509_privkey_t key;
	g_autofree char *path = NULL;
	g_autoptr (Result) result = NULL;

	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_DER, &der), ==, 0);
	gnutls_x509_privkey_deinit (key);
	path = write_pem (place, "RSA PRIVATE KEY", der.data, der.size);
	gnutls_free (der.data);
	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==,
	                 "ERROR: Could not read the PKCS#8 file. Maybe it is encypted (--file-pin <PIN>)\n");
}

static void
import_decrypts_with_the_file_pin (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, "opening words");
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--file-pin", "opening words");
	assert_status (result, 0);
	assert_out (result, "The ECDSA key pair with label=key has been imported.\n");
}

static void
import_refuses_a_wrong_file_pin (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, "opening words");
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--file-pin", "other words");
	assert_status (result, 1);
	g_assert_cmpstr (
		result->err, ==,
		"ERROR: Could not decrypt the PKCS#8 file. Maybe wrong PIN to file (--file-pin <PIN>)\n");
}

static void
import_refuses_an_encrypted_file_without_file_pin (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, "opening words");
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==,
	                 "ERROR: Could not read the PKCS#8 file. Maybe it is encypted (--file-pin <PIN>)\n");
}

static void
import_refuses_a_file_pin_for_a_plain_file (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, NULL);
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--file-pin", "opening words");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==,
	                 "ERROR: Could not read the PKCS#8 file. Maybe the file is not encrypted.\n");
}

static void
import_refuses_what_is_no_key (Place *place, gconstpointer data)
{
	g_autofree char *path = place_path (place, "key.pem");
	g_autoptr (Result) result = NULL;

	place_write (place, "key.pem", "no key\n");
	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1");
	assert_status (result, 1);
	assert_err (result, "ERROR: Could not read the PKCS#8 file.");
}

static void
import_names_a_file_that_is_not_there (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, "/nonexistent.pem", "--id", "A1");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Could open the PKCS#8 file: /nonexistent.pem\n");
}

static void
import_refuses_half_a_byte_of_id (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, "/dev/null", "--id", "A");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==,
	                 "ERROR: Invalid length on hex string.\nPlease edit --id <hex> to correct error.\n");
}

static void
import_refuses_an_id_that_is_not_hexadecimal (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, "/dev/null", "--id", "A1G1");
	assert_status (result, 1);
	g_assert_cmpstr (
		result->err, ==,
		"ERROR: Invalid character in hex string.\nPlease edit --id <hex> to correct error.\n");
}

static void
import_refuses_a_wrong_pin (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, NULL);
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = UTIL (place, "--import", path, "--token", "t", "--label", "key", "--id", "A1", "--pin",
	               "wrong");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: The given user PIN does not match the one in the token.\n");
}

static void
import_refuses_an_id_that_is_taken (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, NULL);
	g_autoptr (Result) first = NULL, second = NULL;
	auto_view View view = { 0 };

	make_token (place, "t");
	first = IMPORT (place, path, "--id", "A1");
	assert_status (first, 0);
	second = IMPORT (place, path, "--id", "A1");
	assert_status (second, 1);
	g_assert_cmpstr (second->err, ==,
	                 "ERROR: The ID is already assigned to another object. Use --force to override this "
	                 "message.\n");
	view_open (&view, place);
	g_assert_cmpuint (find_objects (&view, CKO_PRIVATE_KEY, NULL), ==, 1);
}

static void
import_with_force_takes_an_id_twice (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, NULL);
	g_autoptr (Result) first = NULL, second = NULL;
	auto_view View view = { 0 };

	make_token (place, "t");
	first = IMPORT (place, path, "--id", "A1");
	second = IMPORT (place, path, "--id", "A1", "--force");
	assert_status (second, 0);
	view_open (&view, place);
	g_assert_cmpuint (find_objects (&view, CKO_PRIVATE_KEY, NULL), ==, 2);
}

static void
import_without_public_key_leaves_none (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, NULL);
	g_autoptr (Result) result = NULL;
	auto_view View view = { 0 };

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--no-public-key");
	assert_status (result, 0);
	view_open (&view, place);
	g_assert_cmpuint (find_objects (&view, CKO_PRIVATE_KEY, NULL), ==, 1);
	g_assert_cmpuint (find_objects (&view, CKO_PUBLIC_KEY, NULL), ==, 0);
}

static void
import_asks_for_the_user_pin (Place *place, gconstpointer data)
{
	const Exchange exchanges[] = {
		{ "=== User PIN (4-255 characters) ===\r\nPlease enter user PIN: ", USER_PIN "\n" },
		{ "Please reenter user PIN: ", USER_PIN "\n" },
		{ 0 },
	};
	g_autofree char *path = write_key (place, p256, NULL);
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = converse (place, exchanges, NULL, place->util, "--module", place->module, "--import", path,
	                   "--token", "t", "--label", "key", "--id", "A1", NULL);
	assert_status (result, 0);
}

static void
import_aes_says_nothing_and_takes_the_bytes (Place *place, gconstpointer data)
{
	g_autofree char *path = place_path (place, "key.bin");
	g_autoptr (Result) result = NULL;
	CK_OBJECT_HANDLE key;
	auto_view View view = { 0 };

	place_write (place, "key.bin", "0123456789abcdef");
	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--import-type", "aes");
	assert_status (result, 0);
	g_assert_true (g_str_has_suffix (result->out, " with matching token label.\n"));
	view_open (&view, place);
	key = find_one (&view, CKO_SECRET_KEY);
	g_assert_cmpuint (get_ulong (&view, key, CKA_KEY_TYPE), ==, CKK_AES);
	g_assert_cmpuint (get_ulong (&view, key, CKA_VALUE_LEN), ==, 16);
	g_assert_true (get_bool (&view, key, CKA_ENCRYPT));
	g_assert_true (get_bool (&view, key, CKA_DECRYPT));
	g_assert_true (get_bool (&view, key, CKA_SENSITIVE));
	g_assert_false (get_bool (&view, key, CKA_EXTRACTABLE));
}

static void
import_aes_refuses_15_bytes (Place *place, gconstpointer data)
{
	g_autofree char *path = place_path (place, "key.bin");
	g_autoptr (Result) result = NULL;

	place_write (place, "key.bin", "0123456789abcde");
	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--aes");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: The secret key file must have 16, 24 or 32 bytes.\n");
}

static void
import_aes_refuses_an_empty_file (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, "/dev/null", "--id", "A1", "--aes");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Could not read the secret key file.\n");
}

static void
import_aes_reports_a_missing_file (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, "/nonexistent.bin", "--id", "A1", "--aes");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Could not open the secret key file.\n");
}

/* Writes a self-signed certificate with the serial number 0x80ff to home/cert.pem. */
static char *
write_certificate (const Place *place)
{
	gnutls_datum_t text = { 0 };
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;

	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, CURVE (SECP256R1), 0), ==, 0);
	g_assert_cmpint (gnutls_x509_crt_init (&certificate), ==, 0);
	gnutls_x509_crt_set_version (certificate, 3);
	gnutls_x509_crt_set_serial (certificate, "\x00\x80\xff", 3);
	gnutls_x509_crt_set_dn (certificate, "CN=test", NULL);
	gnutls_x509_crt_set_activation_time (certificate, 0);
	gnutls_x509_crt_set_expiration_time (certificate, 2000000000);
	gnutls_x509_crt_set_key (certificate, key);
	g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), ==, 0);
	g_assert_cmpint (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &text), ==, 0);
	place_write (place, "cert.pem", (const char *)text.data);
	gnutls_free (text.data);
	gnutls_x509_crt_deinit (certificate);
	gnutls_x509_privkey_deinit (key);
	return place_path (place, "cert.pem");
}

static void
import_certificate_with_its_names (Place *place, gconstpointer data)
{
	/* SEQUENCE { SET { SEQUENCE { 2.5.4.3, PrintableString "test" } } } */
	static const char name[] = "300f310d300b0603550403130474657374";
	g_autofree char *path = write_certificate (place);
	g_autofree char *subject = NULL;
	g_autofree char *issuer = NULL;
	g_autofree char *serial = NULL;
	g_autoptr (Result) result = NULL;
	CK_OBJECT_HANDLE object;
	auto_view View view = { 0 };

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--import-type", "cert");
	assert_status (result, 0);
	assert_out (result, "\nThe certificate with label=key has been imported.\n");
	view_open (&view, place);
	object = find_one (&view, CKO_CERTIFICATE);
	subject = get_hex (&view, object, CKA_SUBJECT);
	issuer = get_hex (&view, object, CKA_ISSUER);
	serial = get_hex (&view, object, CKA_SERIAL_NUMBER);
	g_assert_cmpstr (subject, ==, name);
	g_assert_cmpstr (issuer, ==, name);
	g_assert_cmpstr (serial, ==, "02030080ff");
	g_assert_false (get_bool (&view, object, CKA_PRIVATE));
}

static void
import_certificate_refuses_what_is_none (Place *place, gconstpointer data)
{
	g_autofree char *path = write_key (place, p256, NULL);
	g_autofree char *expected = g_strdup_printf ("ERROR: Could not read the certificate file: %s\n", path);
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, path, "--id", "A1", "--import-type", "cert");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, expected);
}

static void
import_certificate_refuses_an_id_that_is_taken (Place *place, gconstpointer data)
{
	g_autofree char *path = write_certificate (place);
	g_autoptr (Result) first = NULL, second = NULL, forced = NULL;
	auto_view View view = { 0 };

	make_token (place, "t");
	first = IMPORT (place, path, "--id", "A1", "--import-type", "cert");
	assert_status (first, 0);
	second = IMPORT (place, path, "--id", "A1", "--import-type", "cert");
	assert_status (second, 1);
	g_assert_cmpstr (second->err, ==,
	                 "ERROR: The ID is already assigned to another object. Use --force to override this "
	                 "message.\n");
	forced = IMPORT (place, path, "--id", "A1", "--import-type", "cert", "--force");
	assert_status (forced, 0);
	view_open (&view, place);
	g_assert_cmpuint (find_objects (&view, CKO_CERTIFICATE, NULL), ==, 2);
}

static void
import_certificate_names_a_file_that_is_not_there (Place *place, gconstpointer data)
{
	g_autoptr (Result) result = NULL;

	make_token (place, "t");
	result = IMPORT (place, "/nonexistent.pem", "--id", "A1", "--import-type", "cert");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Could not open the certificate file: /nonexistent.pem\n");
}

#define ADD(function)                                                                                        \
	g_test_add ("/softhsm2-util/" #function, Place, NULL, setup_as_ourselves, function, place_teardown)

static void
add_tables (void)
{
	for (size_t i = 0; i < G_N_ELEMENTS (init_refusals); i++) {
		g_autofree char *path = g_strconcat ("/softhsm2-util/", init_refusals[i].name, NULL);

		g_test_add (path, Place, &init_refusals[i], setup_as_ourselves, refuses, place_teardown);
		if (!init_refusals[i].is_ours) {
			g_autofree char *beside = g_strconcat (path, "_as_softhsm_does", NULL);

			g_test_add (beside, Place, &init_refusals[i], setup_as_ourselves, refuses_as_softhsm_does,
			            place_teardown);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS (key_kinds); i++) {
		g_autofree char *path = g_strconcat ("/softhsm2-util/", key_kinds[i].name, NULL);

		g_test_add (path, Place, &key_kinds[i], setup_as_ourselves, imports_a_key_pair,
		            place_teardown);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	ADD (the_man_page_names_every_option);
	ADD (version_is_that_of_the_project);
	ADD (help_is_printed_and_status_is_0);
	ADD (unknown_option_prints_help_and_status_is_0);
	ADD (no_action_prints_help_and_status_is_1);
	ADD (two_actions_print_help_and_status_is_1);
	ADD (options_can_be_abbreviated);
	ADD (show_config_prints_the_default_module);
	ADD (show_config_refuses_an_unknown_key);
	ADD (missing_configuration_is_reported);
	ADD (missing_module_is_reported);
	ADD (module_that_does_not_start_is_reported);
	ADD (missing_token_directory_is_reported);
	ADD (token_that_cannot_be_made_is_reported);
	ADD (show_slots_prints_a_free_slot_as_softhsm_does);
	ADD (show_slots_prints_the_token_before_the_free_slot);
	ADD (init_token_says_the_new_slot);
	ADD (init_token_again_keeps_the_slot);
	ADD (init_token_again_refuses_a_wrong_so_pin);
	ADD (two_tokens_of_one_label_are_one_too_many);
	ADD (init_token_asks_for_both_pins);
	ADD (prompt_repeats_after_a_short_pin_and_unequal_pins);
	ADD (prompt_takes_a_character_back);
	ADD (prompt_ends_with_the_input);
	ADD (interrupted_prompt_leaves_the_terminal_as_it_was);
	ADD (delete_token_by_label_leaves_the_others);
	ADD (delete_token_by_serial);
	ADD (delete_token_by_both_needs_both_to_match);
	ADD (delete_token_refuses_to_choose);
	ADD (delete_token_does_not_follow_links);
	ADD (import_keeps_leading_zeros_of_an_ec_point);
	ADD (import_decrypts_with_the_file_pin);
	ADD (import_refuses_a_wrong_file_pin);
	ADD (import_refuses_an_encrypted_file_without_file_pin);
	ADD (import_refuses_a_file_pin_for_a_plain_file);
	ADD (import_refuses_what_is_no_key);
	ADD (import_names_a_file_that_is_not_there);
	ADD (import_refuses_half_a_byte_of_id);
	ADD (import_refuses_an_id_that_is_not_hexadecimal);
	ADD (import_refuses_a_wrong_pin);
	ADD (import_refuses_an_id_that_is_taken);
	ADD (import_with_force_takes_an_id_twice);
	ADD (import_without_public_key_leaves_none);
	ADD (import_asks_for_the_user_pin);
	ADD (import_aes_says_nothing_and_takes_the_bytes);
	ADD (import_aes_refuses_15_bytes);
	ADD (import_finds_the_public_key_of_an_ec_key_without);
	ADD (import_refuses_a_curve_that_is_not_known);
	ADD (import_refuses_a_private_value_of_zero);
	ADD (import_refuses_pkcs1);
	ADD (import_aes_refuses_an_empty_file);
	ADD (import_aes_reports_a_missing_file);
	ADD (import_certificate_refuses_an_id_that_is_taken);
	ADD (import_certificate_names_a_file_that_is_not_there);
	ADD (import_certificate_with_its_names);
	ADD (import_certificate_refuses_what_is_none);
	add_tables ();

	return g_test_run ();
}
