/* OpenSC's pkcs11-tool, which speaks to the module without p11-kit, and OpenSSL to check what it did. */

#include "clients.h"

#define P11 "pkcs11-tool --module \"$MODULE\" --login --pin \"$PIN\" "

static void
its_own_test_finds_no_errors (Place *place, gconstpointer data)
{
	g_autofree char *output =
		script (place, P11 "--keypairgen --key-type rsa:2048 --id 01 --label rsa\n" P11
	                           "--keypairgen --key-type EC:prime256v1 "
	                           "--id 02 --label ec\n" P11 "--test");

	assert_says (output, "No errors");
}

static void
it_lists_slots_and_token (Place *place, gconstpointer data)
{
	g_autofree char *output = script (place, "pkcs11-tool --module \"$MODULE\" --list-slots");

	assert_says (output, "SoftHSM slot ID 0x");
	assert_says (output, "token label        : client");
	assert_says (output, "token manufacturer : SoftHSM project");
	assert_says (output, "pin min/max        : 4/255");
}

static void
it_sees_the_token_through_the_proxy_of_p11_kit (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	if (g_getenv ("CLIENTS_PROXY") == NULL || *g_getenv ("CLIENTS_PROXY") == '\0') {
		g_test_skip ("p11-kit has no proxy here");
		return;
	}
	output = script (place, "pkcs11-tool --module \"$PROXY\" --list-token-slots");
	assert_says (output, "token label        : client");
}

static void
make (Place *place, const char *type)
{
	g_autofree char *text = g_strdup_printf (
		P11
		"--keypairgen --key-type %s --id 01 --label key --usage-sign --usage-derive\n"
		"pkcs11-tool --module \"$MODULE\" --read-object --type pubkey --id 01 --output-file key.der\n"
		"openssl pkey -pubin -inform DER -in key.der -out key.pem\n"
		"echo message >message",
		type);
	do_script (place, text);
}

static void
openssl_verifies_an_rsa_signature (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make (place, "rsa:2048");

	output = script (
		place, P11
		"--sign --mechanism SHA256-RSA-PKCS --id 01 --input-file message --output-file signature\n"
		"openssl dgst -sha256 -verify key.pem -signature signature message");
	assert_says (output, "Verified OK");
}

static void
openssl_verifies_an_rsa_pss_signature (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make (place, "rsa:2048");

	output = script (place,
	                 P11 "--sign --mechanism SHA256-RSA-PKCS-PSS --mgf MGF1-SHA256 --salt-len 32 --id 01 "
	                     "--input-file message --output-file signature\n"
	                     "openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 "
	                     "-verify key.pem "
	                     "-signature signature message");
	assert_says (output, "Verified OK");
}

/* pkcs11-tool itself cannot give out the larger public keys, whosever they are. */
static void
assert_curve_works (const Place *place, const char *curve)
{
	g_autofree char *text =
		g_strdup_printf (P11 "--keypairgen --key-type EC:%s --label %s --usage-sign --id 01\n"
	                             "p11tool --export \"$TOKEN;object=%s;type=public\" --outfile key.pem\n"
	                             "echo message >message\n"
	                             "openssl dgst -sha256 -binary -out hash message\n" P11
	                             "--sign --mechanism ECDSA --signature-format openssl --id 01 "
	                             "--input-file hash --output-file signature\n"
	                             "openssl dgst -sha256 -verify key.pem -signature signature message",
	                         curve, curve, curve);
	g_autofree char *output = script (place, text);

	assert_says (output, "Verified OK");
}

static void
openssl_verifies_an_ecdsa_signature_on_p_224 (Place *place, gconstpointer data)
{
	assert_curve_works (place, "secp224r1");
}

static void
openssl_verifies_an_ecdsa_signature_on_p_256 (Place *place, gconstpointer data)
{
	assert_curve_works (place, "secp256r1");
}

static void
openssl_verifies_an_ecdsa_signature_on_p_384 (Place *place, gconstpointer data)
{
	assert_curve_works (place, "secp384r1");
}

static void
openssl_verifies_an_ecdsa_signature_on_p_521 (Place *place, gconstpointer data)
{
	assert_curve_works (place, "secp521r1");
}

static void
the_token_verifies_what_openssl_signed (Place *place, gconstpointer data)
{
	g_autofree char *output = script (
		place, "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -outform DER -out key\n"
		       "openssl pkey -inform DER -in key -pubout -outform DER -out key.pub\n" P11
		       "--write-object key.pub --type pubkey --id 03 --label theirs\n"
		       "echo message >message\n"
		       "openssl dgst -sha256 -sign key -keyform DER -out signature message\n" P11
		       "--verify --mechanism SHA256-RSA-PKCS --id 03 --input-file message --signature-file "
		       "signature");

	assert_says (output, "Signature is valid");
}

static void
the_token_decrypts_what_openssl_encrypted (Place *place, gconstpointer data)
{
	static const char *const ways[][2] = {
		{ "-pkeyopt rsa_padding_mode:pkcs1", "RSA-PKCS" },
		{ "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256",
		  "RSA-PKCS-OAEP --hash-algorithm SHA256 --mgf MGF1-SHA256" },
	};

	make (place, "rsa:2048");

	for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
		g_autofree char *text = g_strdup_printf (
			"openssl pkeyutl -encrypt -pubin -inkey key.pem -in message -out secret %s\n" P11
			"--decrypt --mechanism %s --id 01 --input-file secret --output-file plain\n"
			"cmp message plain",
			ways[i][0], ways[i][1]);

		do_script (place, text);
	}
}

/* Of a sensitive private key: CKA_SENSITIVE and CKA_EXTRACTABLE of what is derived are what the template
 * says. PKCS #11 v2.40 mechanisms, section 2.3.8; whoever speaks TLS or CMS with a key in a token needs it
 * so. */
static void
openssl_comes_to_the_same_ecdh_secret (Place *place, gconstpointer data)
{
	make (place, "EC:prime256v1");

	do_script (place,
	           "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem\n"
	           "openssl pkey -in other.pem -pubout -outform DER -out other.pub\n" P11
	           "--derive --mechanism ECDH1-DERIVE --id 01 --input-file other.pub --output-file one\n"
	           "openssl pkeyutl -derive -inkey other.pem -peerkey key.pem -out two\n"
	           "cmp one two");
}

static void
aes_of_the_token_is_aes_of_openssl (Place *place, gconstpointer data)
{
	do_script (place, "printf 0123456789abcdef >key\n" P11
	                  "--write-object key --type secrkey --key-type AES:16 --id 04 --label aes\n"
	                  "echo 'a message of some length, to be padded' >message\n" P11
	                  "--encrypt --mechanism AES-CBC-PAD --iv 000102030405060708090a0b0c0d0e0f --id 04 "
	                  "--input-file message "
	                  "--output-file secret\n"
	                  "openssl enc -d -aes-128-cbc -K 30313233343536373839616263646566 -iv "
	                  "000102030405060708090a0b0c0d0e0f "
	                  "-in secret -out plain\n"
	                  "cmp message plain");
}

static void
hashes_of_the_token_are_hashes_of_openssl (Place *place, gconstpointer data)
{
	do_script (place, "echo message >message\n"
	                  "for name in SHA-1 SHA224 SHA256 SHA384 SHA512; do\n"
	                  "  pkcs11-tool --module \"$MODULE\" --hash --mechanism $name --input-file message "
	                  "--output-file one\n"
	                  "  openssl dgst -$(echo $name | tr -d - | tr A-Z a-z) -binary -out two message\n"
	                  "  cmp one two\n"
	                  "done");
}

static void
it_changes_the_pin (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *refusal = NULL;

	do_script (place, P11 "--change-pin --new-pin 123456");

	do_script (place, "pkcs11-tool --module \"$MODULE\" --login --pin 123456 --list-objects");
	refusal = script_status (place, P11 "--list-objects", &status);
	g_assert_cmpint (status, !=, 0);
	assert_says (refusal, "CKR_PIN_INCORRECT");
}

static void
it_keeps_data (Place *place, gconstpointer data)
{
	do_script (place, "echo 'what I keep' >data\n" P11
	                  "--write-object data --type data --label note --application-label tests "
	                  "--private\n" P11 "--read-object --type data --label note --output-file back\n"
	                  "cmp data back");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT ("opensc", its_own_test_finds_no_errors, "pkcs11-tool");
	ADD_CLIENT ("opensc", it_lists_slots_and_token, "pkcs11-tool");
	ADD_CLIENT ("opensc", it_sees_the_token_through_the_proxy_of_p11_kit, "pkcs11-tool");
	ADD_CLIENT ("opensc", openssl_verifies_an_rsa_signature, "pkcs11-tool openssl");
	ADD_CLIENT ("opensc", openssl_verifies_an_rsa_pss_signature, "pkcs11-tool openssl");
	ADD_CLIENT ("opensc", openssl_verifies_an_ecdsa_signature_on_p_224, "pkcs11-tool p11tool openssl");
	ADD_CLIENT ("opensc", openssl_verifies_an_ecdsa_signature_on_p_256, "pkcs11-tool p11tool openssl");
	ADD_CLIENT ("opensc", openssl_verifies_an_ecdsa_signature_on_p_384, "pkcs11-tool p11tool openssl");
	ADD_CLIENT ("opensc", openssl_verifies_an_ecdsa_signature_on_p_521, "pkcs11-tool p11tool openssl");
	ADD_CLIENT ("opensc", the_token_verifies_what_openssl_signed, "pkcs11-tool openssl");
	ADD_CLIENT ("opensc", the_token_decrypts_what_openssl_encrypted, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", openssl_comes_to_the_same_ecdh_secret, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", aes_of_the_token_is_aes_of_openssl, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", hashes_of_the_token_are_hashes_of_openssl, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", it_changes_the_pin, "pkcs11-tool");
	ADD_CLIENT ("opensc", it_keeps_data, "pkcs11-tool cmp");
	return g_test_run ();
}
