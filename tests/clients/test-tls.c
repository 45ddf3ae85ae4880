/* TLS with a key that is in the token: gnutls-serv, visited by gnutls-cli, and the other way round. */

#include "clients.h"

#define PROGRAMS "p11tool certtool gnutls-serv gnutls-cli timeout"
#define KEY      "--x509keyfile=\"$TOKEN;object=key;type=private\" --x509certfile=certificate.pem "

typedef struct {
	const char *name;
	const char *key;
	const char *priority;
	const char *says;
} TlsRow;

static const TlsRow rows[] = {
	{ "tls_13_with_an_rsa_key_signs_rsa_pss", "rsa", "+VERS-TLS1.3", "-(RSA-PSS-RSAE-" },
	{ "tls_13_with_an_ec_key_signs_ecdsa", "ecc", "+VERS-TLS1.3", "-(ECDSA-SECP256R1-SHA256)" },
	{ "tls_13_with_an_ed25519_key_signs_eddsa", "ed25519", "+VERS-TLS1.3", "-(EdDSA-Ed25519)" },
	{ "tls_12_with_an_rsa_key_signs", "rsa", "+VERS-TLS1.2", "(TLS1.2" },
	{ "tls_12_with_an_ec_key_signs", "ecc", "+VERS-TLS1.2", "(TLS1.2" },
};

/* The old way, in which the server decrypts what the client chose. */
static const TlsRow decrypting[] = {
	{ "tls_12_with_an_rsa_key", "rsa", "+VERS-TLS1.2:-KX-ALL:+RSA", "-(RSA)-" },
};

static bool
is_ready (Place *place, const TlsRow *row)
{
	g_autofree char *all =
		g_strconcat ("NONE:+MAC-ALL:+COMP-ALL:+CIPHER-ALL:+GROUP-ALL:+KX-ALL:+SIGN-ALL:", row->priority, NULL);

	if (!make_usable_key (place, row->key))
		return false;
	make_certificate (place);
	place_setenv (place, "PRIORITY", all);
	return true;
}

static void
the_server_has_its_key_in_the_token (Place *place, gconstpointer data)
{
	const TlsRow *row = data;
	g_autofree char *output = NULL;

	if (!is_ready (place, row))
		return;
	output = visit (place, "gnutls-serv --echo --port=$PORT --disable-client-cert " KEY,
	                "gnutls-cli --priority=\"$PRIORITY\" --x509cafile=certificate.pem "
	                "--verify-hostname=localhost --port=$PORT 127.0.0.1");

	assert_says (output, row->says);
	assert_says (output, "The certificate is trusted");
	assert_says (output, "Handshake was completed");
	assert_says (output, "GET / HTTP");
}

static void
the_client_has_its_key_in_the_token (Place *place, gconstpointer data)
{
	const TlsRow *row = data;
	g_autofree char *output = NULL;

	if (!is_ready (place, row))
		return;
	do_script (place, "certtool --generate-privkey --key-type=rsa --no-text --outfile=server.pem\n"
	                  "printf 'cn = localhost\\ndns_name = localhost\\nexpiration_days = 9\\n' >server.cfg\n"
	                  "certtool --generate-self-signed --load-privkey=server.pem --template=server.cfg "
	                  "--outfile=server.crt");
	output = visit (place,
	                "gnutls-serv --echo --port=$PORT --require-client-cert --verify-client-cert "
	                "--x509cafile=certificate.pem --x509keyfile=server.pem --x509certfile=server.crt",
	                "gnutls-cli --priority=\"$PRIORITY\" --x509cafile=server.crt "
	                "--verify-hostname=localhost --port=$PORT 127.0.0.1 " KEY);

	assert_says (output, "Successfully sent 1 certificate(s) to server");
	assert_says (output, "Handshake was completed");
	assert_says (output, "GET / HTTP");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT_ROWS_TWICE ("tls", the_server_has_its_key_in_the_token, PROGRAMS, rows);
	ADD_CLIENT_ROWS_TWICE ("tls", the_server_has_its_key_in_the_token, PROGRAMS, decrypting);
	ADD_CLIENT_ROWS_TWICE ("tls", the_client_has_its_key_in_the_token, PROGRAMS, rows);
	return g_test_run ();
}
