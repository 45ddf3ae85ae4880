/* OpenSSH: keys in the token, listed and used to certify others'. */

#include "clients.h"

#define KEYGEN "ssh-keygen -D \"$MODULE\" "

static void
make_keys (Place *place)
{
	do_script (place, "p11tool --login --generate-privkey=rsa --bits=2048 --label=rsa --id=01 "
	                  "--outfile=rsa.pub \"$TOKEN\"\n"
	                  "p11tool --login --generate-privkey=ecc --curve=secp256r1 --label=ec --id=02 "
	                  "--outfile=ec.pub \"$TOKEN\"");
}

static void
ssh_keygen_lists_rsa_and_ec_keys (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_keys (place);

	output = script (place, KEYGEN);
	assert_says (output, "ssh-rsa ");
	assert_says (output, "ecdsa-sha2-nistp256 ");
}

static void
ssh_keygen_lists_the_key_that_p11tool_made (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_keys (place);

	output = script (place, KEYGEN ">all\n"
	                               "grep ^ssh-rsa all >rsa.ssh\n"
	                               "ssh-keygen -e -m PKCS8 -f rsa.ssh >rsa.pem\n"
	                               "openssl pkey -pubin -in rsa.pem -outform DER -out one\n"
	                               "openssl pkey -pubin -in rsa.pub -outform DER -out two\n"
	                               "cmp one two");
}

static void
certify (Place *place, const char *type)
{
	g_autofree char *text = g_strdup_printf (
		"printf '#!/bin/sh\\necho %s\\n' >askpass\n"
		"chmod +x askpass\n"
		"export SSH_ASKPASS=\"$HOME/askpass\" SSH_ASKPASS_REQUIRE=force\n" KEYGEN
		"| grep '^%s' >ca.pub\n"
		"ssh-keygen -q -t ed25519 -N '' -f user\n" KEYGEN "-s ca.pub -I identity -n user user.pub\n"
		"ssh-keygen -L -f user-cert.pub",
		USER_PIN, type);
	g_autofree char *output = NULL;

	make_keys (place);

	/* ssh-keygen checks its own signature before it writes the certificate. */
	output = script (place, text);
	assert_says (output, "Key ID: \"identity\"");
}

static void
ssh_keygen_certifies_with_the_rsa_key (Place *place, gconstpointer data)
{
	certify (place, "ssh-rsa");
}

static void
ssh_keygen_certifies_with_the_ec_key (Place *place, gconstpointer data)
{
	certify (place, "ecdsa-sha2");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT ("openssh", ssh_keygen_lists_rsa_and_ec_keys, "ssh-keygen p11tool");
	ADD_CLIENT ("openssh", ssh_keygen_lists_the_key_that_p11tool_made, "ssh-keygen p11tool openssl cmp");
	ADD_CLIENT ("openssh", ssh_keygen_certifies_with_the_rsa_key, "ssh-keygen p11tool");
	ADD_CLIENT ("openssh", ssh_keygen_certifies_with_the_ec_key, "ssh-keygen p11tool");
	return g_test_run ();
}
