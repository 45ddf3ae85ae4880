/* OpenSSL's engine "pkcs11" of libp11, which asks p11-kit's proxy without being told. */

#include "clients.h"

#define PROGRAMS "openssl p11tool timeout " PROXY " " ENGINE

#define OURS   "-engine pkcs11 -keyform engine "
#define URL    "\"$TOKEN;object=key;type=private;pin-value=$PIN\" "
#define SERVER "openssl s_server " OURS "-key " URL "-cert certificate.pem -accept 127.0.0.1:$PORT -www "
#define CLIENT "openssl s_client -connect 127.0.0.1:$PORT -CAfile certificate.pem -verify_return_error -ign_eof "

typedef struct {
	const char *name; /* of the key's type as p11tool has it */
	const char *signature;
} KeyRow;

static const KeyRow keys[] = { { "rsa", "Peer signature type: RSA-PSS" }, { "ecc", "Peer signature type: ECDSA" } };

static void
make_certified_key (const Place *place, const KeyRow *key)
{
	make_key (place, key->name);
	do_script (place, "openssl req " OURS "-key " URL "-new -x509 -subj /CN=localhost -days 9 "
	                  "-addext subjectAltName=DNS:localhost -out certificate.pem");
}

static void
it_certifies_its_key (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_certified_key (place, data);

	output = script (place, "openssl verify -CAfile certificate.pem certificate.pem");
	assert_says (output, "certificate.pem: OK");
}

static void
it_signs_a_file (Place *place, gconstpointer data)
{
	const KeyRow *key = data;

	make_key (place, key->name);

	do_script (place, "echo message >message\n"
	                  "openssl dgst " OURS "-sign " URL "-sha256 -out signature message\n"
	                  "openssl dgst -sha256 -verify key.pub -signature signature message");
}

static void
it_does_not_sign_with_a_wrong_pin (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *output = NULL;

	make_key (place, "ecc");
	place_setenv (place, "PIN", "9999");

	output = script_status (place, "echo message | openssl dgst " OURS "-sign " URL "-sha256 -out signature",
	                        &status);
	g_assert_cmpint (status, ==, 1);
	assert_says (output, "PIN incorrect");
}

static void
it_signs_with_pss_and_decrypts (Place *place, gconstpointer data)
{
	make_key (place, "rsa");

	do_script (place,
	           "echo message >message\n"
	           "openssl dgst " OURS "-sign " URL "-sigopt rsa_padding_mode:pss -sha256 -out signature message\n"
	           "openssl dgst -verify key.pub -sigopt rsa_padding_mode:pss -sha256 -signature signature "
	           "message\n"
	           "for padding in pkcs1 oaep; do\n"
	           "  openssl pkeyutl -encrypt -pubin -inkey key.pub -pkeyopt rsa_padding_mode:$padding "
	           "-in message -out secret\n"
	           "  openssl pkeyutl -decrypt " OURS "-inkey " URL "-pkeyopt rsa_padding_mode:$padding "
	           "-in secret -out plain\n"
	           "  cmp message plain\n"
	           "done");
}

static void
its_server_has_its_key_in_the_token (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_certified_key (place, key);

	output = visit (place, SERVER "-tls1_3", CLIENT "-tls1_3");
	assert_says (output, key->signature);
	assert_says (output, "Verification: OK");
	assert_says (output, "HTTP/1.0 200 ok");
}

static void
both_ends_have_their_key_in_the_token (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_certified_key (place, key);

	output = visit (place, SERVER "-tls1_2 -Verify 1 -CAfile certificate.pem -verify_return_error",
	                CLIENT "-tls1_2 " OURS "-key " URL "-cert certificate.pem");
	assert_says (output, key->signature);
	assert_says (output, "Verification: OK");
	assert_says (output, "HTTP/1.0 200 ok");
	assert_says (output, "Client certificate");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT_ROWS_TWICE ("openssl", it_certifies_its_key, PROGRAMS, keys);
	ADD_CLIENT_ROWS_TWICE ("openssl", it_signs_a_file, PROGRAMS, keys);
	ADD_CLIENT_TWICE ("openssl", it_does_not_sign_with_a_wrong_pin, PROGRAMS);
	ADD_CLIENT_TWICE ("openssl", it_signs_with_pss_and_decrypts, PROGRAMS " cmp");
	ADD_CLIENT_ROWS_TWICE ("openssl", its_server_has_its_key_in_the_token, PROGRAMS, keys);
	ADD_CLIENT_ROWS_TWICE ("openssl", both_ends_have_their_key_in_the_token, PROGRAMS, keys);
	return g_test_run ();
}
