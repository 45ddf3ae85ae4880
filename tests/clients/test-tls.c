/* A TLS server whose key is in the token: gnutls-serv, visited by gnutls-cli. */

#include "clients.h"

#include <gio/gio.h>

/* Of the loopback, and free a moment ago. */
static guint
free_port (void)
{
	g_autoptr (GSocket) socket =
		g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
	g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
	g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
	g_autoptr (GSocketAddress) got = NULL;

	g_assert_nonnull (socket);
	g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
	got = g_socket_get_local_address (socket, NULL);
	return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
}

/* A copy that the user may read, named by $LOOPBACK. */
static void
bring_loopback (Place *place)
{
	g_autofree char *content = NULL;
	g_autofree char *copy = g_build_filename (place->dir, "loopback.so", NULL);
	gsize len;

	g_assert_true (g_file_get_contents (g_getenv ("CLIENTS_LOOPBACK"), &content, &len, NULL));
	g_assert_true (
		g_file_set_contents_full (copy, content, (gssize)len, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
	place_setenv (place, "LOOPBACK", copy);
}

/* The server ends with the script, and in any case after a while.  A client that is too early is refused. */
static char *
visit (Place *place, const char *priority)
{
	g_autofree char *port = g_strdup_printf ("%u", free_port ());
	g_autofree char *all = g_strconcat (
		"NONE:+MAC-ALL:+COMP-ALL:+CIPHER-ALL:+GROUP-ALL:+KX-ALL:+SIGN-ALL:", priority, NULL);

	bring_loopback (place);
	place_setenv (place, "PORT", port);
	place_setenv (place, "PRIORITY", all);
	return script (place,
	               "LD_PRELOAD=\"${LD_PRELOAD:+$LD_PRELOAD:}$LOOPBACK\" timeout 30 gnutls-serv --echo "
	               "--port=$PORT "
	               "--disable-client-cert --x509keyfile=\"$TOKEN;object=key;type=private\" "
	               "--x509certfile=certificate.pem >server.log 2>&1 &\n"
	               "server=$!\n"
	               "trap 'kill $server' EXIT\n"
	               "for i in 1 2 3 4 5 6 7 8 9 10; do\n"
	               "  status=0\n"
	               "  printf 'what I say\\n' | timeout 10 gnutls-cli --priority=\"$PRIORITY\" "
	               "--x509cafile=certificate.pem "
	               "--verify-hostname=localhost --port=$PORT 127.0.0.1 >client.log 2>&1 || status=$?\n"
	               "  grep -q 'Connection refused' client.log || break\n"
	               "  sleep 0.2\n"
	               "done\n"
	               "cat client.log server.log\n"
	               "exit $status");
}

static void
assert_visited (Place *place, const char *type, const char *priority, const char *version,
                const char *signature)
{
	g_autofree char *output = NULL;

	make_key (place, type);
	make_certificate (place);

	output = visit (place, priority);

	assert_says (output, version);
	assert_says (output, signature);
	assert_says (output, "The certificate is trusted");
	assert_says (output, "Handshake was completed");
	assert_says (output, "what I say");
}

static void
tls_13_with_an_rsa_key_signs_rsa_pss (Place *place, gconstpointer data)
{
	assert_visited (place, "rsa", "+VERS-TLS1.3", "(TLS1.3", "(RSA-PSS-RSAE-");
}

static void
tls_13_with_an_ec_key_signs_ecdsa (Place *place, gconstpointer data)
{
	assert_visited (place, "ecc", "+VERS-TLS1.3", "(TLS1.3", "(ECDSA-SECP256R1-SHA256)");
}

static void
tls_13_with_an_ed25519_key_signs_eddsa (Place *place, gconstpointer data)
{
	assert_visited (place, "ed25519", "+VERS-TLS1.3", "(TLS1.3", "(EdDSA-Ed25519)");
}

static void
tls_12_with_an_rsa_key_signs (Place *place, gconstpointer data)
{
	assert_visited (place, "rsa", "+VERS-TLS1.2", "(TLS1.2", "(ECDHE-");
}

/* The old way, in which the server decrypts what the client chose. */
static void
tls_12_with_an_rsa_key_decrypts (Place *place, gconstpointer data)
{
	assert_visited (place, "rsa", "+VERS-TLS1.2:-KX-ALL:+RSA", "(TLS1.2", "(RSA)");
}

int
main (int argc, char **argv)
{
	static const char programs[] = "p11tool certtool gnutls-serv gnutls-cli timeout";

	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT ("tls", tls_13_with_an_rsa_key_signs_rsa_pss, programs);
	ADD_CLIENT ("tls", tls_13_with_an_ec_key_signs_ecdsa, programs);
	ADD_CLIENT ("tls", tls_13_with_an_ed25519_key_signs_eddsa, programs);
	ADD_CLIENT ("tls", tls_12_with_an_rsa_key_signs, programs);
	ADD_CLIENT ("tls", tls_12_with_an_rsa_key_decrypts, programs);
	return g_test_run ();
}
