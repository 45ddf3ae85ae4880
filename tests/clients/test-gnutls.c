/* p11-kit's and GnuTLS's own programs. */

#include "clients.h"

static void
p11_kit_lists_the_module_and_its_token (Place *place, gconstpointer data)
{
	g_autofree char *output = script (place, "p11-kit list-modules");

	assert_says (output, "softhsm2: ");
	assert_says (output, place->module);
	assert_says (output, "token: client");
}

/* The dynamic linker tells of each process what it loaded. */
#define LOADED                                                                                                         \
	"LD_DEBUG=files LD_DEBUG_OUTPUT=\"$HOME/loaded\" p11tool --list-tokens\n"                                      \
	"grep -l \"calling init: $MODULE\" loaded.* >who\n"                                                            \
	"cat $(cat who)"

static void
p11_kit_loads_the_module_into_the_program (Place *place, gconstpointer data)
{
	g_autofree char *output = script (place, LOADED);

	assert_says (output, "libgnutls.so");
}

static void
p11_kit_runs_an_isolated_module_in_another_process (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	do_script_f (place, "'%s' register --isolated --module \"$MODULE\"", place->setup);

	output = script (place, LOADED);
	assert_says (output, place->module);
	g_assert_null (strstr (output, "libgnutls.so"));
}

static void
p11_kit_is_not_disturbed_when_the_tokens_are_gone (Place *place, gconstpointer data)
{
	g_autofree char *output = script (place, "rm -r .local/share/softhsm2; p11-kit list-modules");

	assert_says (output, "p11-kit-trust");
}

static void
p11tool_lists_the_token (Place *place, gconstpointer data)
{
	g_autofree char *output = script (place, "p11tool --list-tokens");

	assert_says (output, "model=SoftHSM%20v2;manufacturer=SoftHSM%20project;");
	assert_says (output, "token=client");
	assert_says (output, "Flags: RNG, Requires login");
}

static void
p11tool_lists_the_mechanisms (Place *place, gconstpointer data)
{
	g_autofree char *output = script (place, "p11tool --list-mechanisms \"$TOKEN\"");

	assert_says (output, "CKM_RSA_PKCS_PSS");
	assert_says (output, "CKM_ECDSA");
	assert_says (output, "CKM_AES_GCM");
}

/* Makes a key, lists both halves of it, and signs. */
static void
assert_key_works (const Place *place, const char *type)
{
	g_autofree char *listed = NULL;
	g_autofree char *signed_ = NULL;

	make_key (place, type);

	listed = script (place, "p11tool --login --list-all \"$TOKEN\"");
	assert_says (listed, "object=key;type=public");
	assert_says (listed, "object=key;type=private");
	assert_says (listed, "CKA_PRIVATE;");
	assert_says (listed, "CKA_SENSITIVE;");
	signed_ = script (place,
	                  "p11tool --login --test-sign --hash=sha512 \"$TOKEN;object=key;type=private\"");
	assert_says (signed_, "ok");
}

static void
p11tool_makes_an_rsa_key_and_signs (Place *place, gconstpointer data)
{
	assert_key_works (place, "rsa");
}

static void
p11tool_makes_an_ec_key_and_signs (Place *place, gconstpointer data)
{
	assert_key_works (place, "ecc");
}

static void
p11tool_signs_with_rsa_pss (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_key (place, "rsa");

	output = script (place, "p11tool --login --test-sign --sign-params=rsa-pss --hash=sha384 "
	                        "\"$TOKEN;object=key;type=private\"");
	assert_says (output, "ok");
}

static void
a_private_key_is_not_listed_without_login (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_key (place, "ecc");

	output = script (place, "p11tool --list-all \"$TOKEN\"");
	assert_says (output, "type=public");
	g_assert_null (strstr (output, "type=private"));
}

static void
a_wrong_pin_does_not_sign (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *output = NULL;

	make_key (place, "ecc");
	place_setenv (place, "GNUTLS_PIN", "9999");

	output = script_status (place, "p11tool --login --test-sign \"$TOKEN;object=key;type=private\"",
	                        &status);
	g_assert_cmpint (status, !=, 0);
}

typedef struct {
	const char *name;
} KeyRow;

static const KeyRow keys[] = { { "rsa" }, { "ecc" }, { "ed25519" }, { "dsa" } };

static void
certtool_signs_a_certificate (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	if (!make_usable_key (place, key->name))
		return;
	make_certificate (place);

	output = script (place,
	                 "certtool --verify --verify-profile=medium --load-ca-certificate=certificate.pem "
	                 "--infile=certificate.pem");
	assert_says (output, "Chain verification output: Verified");
}

/* Certificate, request and list of revoked certificates. */
static void
openssl_verifies_what_certtool_signed (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	if (!make_usable_key (place, key->name))
		return;
	make_certificate (place);

	output = script (place,
	                 "certtool --generate-request --load-privkey=\"$TOKEN;object=key;type=private\" "
	                 "--load-pubkey=\"$TOKEN;object=key;type=public\" --template=certificate.cfg "
	                 "--outfile=request.pem\n"
	                 "printf 'crl_next_update = 30\\ncrl_number = 1\\n' >crl.cfg\n"
	                 "certtool --generate-crl --load-ca-privkey=\"$TOKEN;object=key;type=private\" "
	                 "--load-ca-certificate=certificate.pem --template=crl.cfg --outfile=crl.pem\n"
	                 "openssl verify -CAfile certificate.pem certificate.pem\n"
	                 "openssl req -verify -noout -in request.pem\n"
	                 "openssl crl -noout -in crl.pem -CAfile certificate.pem");
	assert_says (output, "certificate.pem: OK");
	assert_says (output, "request self-signature verify OK");
	assert_says (output, "verify OK");
}

static void
p11tool_signs (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	if (!make_usable_key (place, key->name))
		return;

	output = script (place,
	                 "p11tool --login --test-sign --hash=sha512 \"$TOKEN;object=key;type=private\"");
	assert_says (output, "Verifying against public key in the token... ok");
}

static void
p11tool_exports_the_public_key (Place *place, gconstpointer data)
{
	const KeyRow *key = data;

	make_key (place, key->name);

	do_script (place, "p11tool --export \"$TOKEN;object=key;type=public\" --outfile=export\n"
	                  "openssl pkey -pubin -in key.pub -outform DER -out one\n"
	                  "openssl pkey -pubin -in export -outform DER -out two\n"
	                  "cmp one two");
}

static void
certtool_signs_a_message_that_the_certificate_verifies (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_key (place, "ecc");
	make_certificate (place);

	output = script (place,
	                 "echo message >message\n"
	                 "certtool --p7-detached-sign --load-privkey=\"$TOKEN;object=key;type=private\" "
	                 "--load-certificate=certificate.pem --infile=message --outfile=message.p7s\n"
	                 "certtool --p7-verify --load-certificate=certificate.pem --load-data=message "
	                 "--infile=message.p7s");
	assert_says (output, "Signature status: ok");
}

static void
p11tool_writes_a_certificate_and_reads_it_back (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_key (place, "ecc");
	make_certificate (place);

	output =
		script (place, "p11tool --login --write --load-certificate=certificate.pem "
	                       "--label=certificate --id=01 \"$TOKEN\"\n"
	                       "p11tool --list-all-certs \"$TOKEN\"\n"
	                       "p11tool --export \"$TOKEN;object=certificate;type=cert\" --outfile=back.pem\n"
	                       "certtool --certificate-info --infile=certificate.pem --outder --outfile=one\n"
	                       "certtool --certificate-info --infile=back.pem --outder --outfile=two\n"
	                       "cmp one two");
	assert_says (output, "object=certificate;type=cert");
}

static void
p11tool_writes_a_private_key_and_signs_with_it (Place *place, gconstpointer data)
{
	static const char *const types[] = { "rsa", "ecdsa", "ed25519" };

	for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
		g_autofree char *text = g_strdup_printf (
			"certtool --generate-privkey --key-type=%s --no-text --outfile=file.pem\n"
			"certtool --pubkey-info --load-privkey=file.pem --outfile=file.pub\n"
			"p11tool --login --write --load-privkey=file.pem --label=%s --id=1%u \"$TOKEN\"\n"
			"p11tool --login --write --load-pubkey=file.pub --label=%s --id=1%u \"$TOKEN\"\n"
			"p11tool --login --test-sign --hash=sha512 \"$TOKEN;object=%s;type=private\"",
			types[i], types[i], i, types[i], i, types[i]);
		g_autofree char *output = script (place, text);

		assert_says (output, "ok");
	}
}

static void
p11tool_writes_a_secret_key (Place *place, gconstpointer data)
{
	g_autofree char *output =
		script (place, "p11tool --login --write --secret-key=00112233445566778899aabbccddeeff "
	                       "--label=secret \"$TOKEN\"\n"
	                       "p11tool --login --list-all \"$TOKEN\"");

	assert_says (output, "object=secret;type=secret-key");
}

static void
p11tool_deletes_what_it_made (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_key (place, "ecc");

	output = script (place, "p11tool --login --batch --delete \"$TOKEN;object=key;type=private\"\n"
	                        "p11tool --login --list-all \"$TOKEN\"");
	g_assert_null (strstr (output, "type=private"));
	assert_says (output, "type=public");
}

static void
p11tool_makes_random_bytes (Place *place, gconstpointer data)
{
	do_script (place,
	           "p11tool --generate-random=32 --outfile=random \"$TOKEN\"; test $(wc -c <random) = 32");
}

static void
p11tool_makes_the_token_anew (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	place_setenv (place, "GNUTLS_SO_PIN", SO_PIN);

	output = script (
		place,
		"p11tool --batch --initialize --label=anew \"$TOKEN\"\n"
		"p11tool --batch --initialize-pin pkcs11:token=anew\n"
		"p11tool --login --generate-privkey=ecc --curve=secp256r1 --label=new --outfile=new.pub "
		"pkcs11:token=anew\n"
		"p11tool --list-tokens");
	assert_says (output, "token=anew");
}

static void
p11tool_tells_about_the_key (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_key (place, "rsa");

	output = script (place, "p11tool --login --info \"$TOKEN;object=key;type=private\"");
	assert_says (output, "Type: Private key (RSA-2048)");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT ("gnutls", p11_kit_lists_the_module_and_its_token, "p11-kit");
	ADD_CLIENT ("gnutls", p11_kit_loads_the_module_into_the_program, "p11tool");
	ADD_CLIENT ("gnutls", p11_kit_runs_an_isolated_module_in_another_process, "p11tool p11-kit");
	ADD_CLIENT ("gnutls", p11_kit_is_not_disturbed_when_the_tokens_are_gone, "p11-kit");
	ADD_CLIENT_TWICE ("gnutls", p11tool_lists_the_token, "p11tool");
	ADD_CLIENT ("gnutls", p11tool_lists_the_mechanisms, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_makes_an_rsa_key_and_signs, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_makes_an_ec_key_and_signs, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_signs_with_rsa_pss, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", a_private_key_is_not_listed_without_login, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", a_wrong_pin_does_not_sign, "p11tool");
	ADD_CLIENT_ROWS_TWICE ("gnutls", p11tool_signs, "p11tool certtool", keys);
	ADD_CLIENT_ROWS_TWICE ("gnutls", p11tool_exports_the_public_key, "p11tool certtool openssl cmp", keys);
	ADD_CLIENT_ROWS_TWICE ("gnutls", certtool_signs_a_certificate, "p11tool certtool", keys);
	ADD_CLIENT_TWICE ("gnutls", certtool_signs_a_message_that_the_certificate_verifies, "p11tool certtool");
	ADD_CLIENT_ROWS_TWICE ("gnutls", openssl_verifies_what_certtool_signed, "p11tool certtool openssl", keys);
	ADD_CLIENT_TWICE ("gnutls", p11tool_writes_a_certificate_and_reads_it_back, "p11tool certtool cmp");
	ADD_CLIENT ("gnutls", p11tool_writes_a_private_key_and_signs_with_it, "p11tool certtool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_writes_a_secret_key, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_deletes_what_it_made, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_makes_random_bytes, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_makes_the_token_anew, "p11tool");
	ADD_CLIENT_TWICE ("gnutls", p11tool_tells_about_the_key, "p11tool");
	return g_test_run ();
}
