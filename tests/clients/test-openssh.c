/* OpenSSH: keys in the token, listed, used to certify others', and to log in. */

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

/* --- what the token holds, through p11-kit's proxy --- */

/* Whoever asks for a PIN is given it. */
#define ASKPASS                                                                                                        \
	"printf '#!/bin/sh\\necho %s\\n' \"$PIN\" >askpass\n"                                                          \
	"chmod +x askpass\n"                                                                                           \
	"export SSH_ASKPASS=\"$HOME/askpass\" SSH_ASKPASS_REQUIRE=force\n"

/* It ends with the script. */
#define AGENT                                                                                                          \
	ASKPASS "eval $(ssh-agent -s -a \"$HOME/agent\")\n"                                                            \
		"trap 'kill $SSH_AGENT_PID' EXIT\n"                                                                    \
		"ssh-add -s \"$PROXY\"\n"

/* A server at the other end of a pipe, as the same user: it needs no port and no rights.  PAM, because an account
 * without a password counts as locked otherwise. */
#define SSHD                                                                                                           \
	"ssh-keygen -q -t ed25519 -N '' -f hostkey\n"                                                                  \
	"echo \"host $(cat hostkey.pub)\" >known\n"                                                                    \
	"cat >sshd_config <<EOF\n"                                                                                     \
	"HostKey $HOME/hostkey\n"                                                                                      \
	"AuthorizedKeysFile $HOME/authorized\n"                                                                        \
	"PasswordAuthentication no\n"                                                                                  \
	"StrictModes no\n"                                                                                             \
	"UsePAM yes\n"                                                                                                 \
	"Subsystem sftp internal-sftp\n"                                                                               \
	"EOF\n"

/* Getting in is what counts: what a session needs beyond, an unprivileged server may lack. */
#define LOG_IN                                                                                                         \
	"timeout 60 ssh -v -F none -o UserKnownHostsFile=\"$HOME/known\" -o StrictHostKeyChecking=yes "                \
	"-o IdentityFile=none -o PreferredAuthentications=publickey "                                                  \
	"-o ProxyCommand=\"$(command -v sshd) -i -E $HOME/sshd.log -f $HOME/sshd_config\" "

typedef struct {
	const char *name; /* of the key's type as p11tool has it */
	const char *kind;
} KeyRow;

static const KeyRow keys[] = { { "rsa", "ssh-rsa " }, { "ecc", "ecdsa-sha2-nistp256 " } };

static void
ssh_keygen_lists_keys_of_the_proxy (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_keys (place);

	output = script (place, "ssh-keygen -D \"$PROXY\"");
	assert_says (output, "ssh-rsa ");
	assert_says (output, "ecdsa-sha2-nistp256 ");
}

static void
ssh_agent_signs_a_file (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_key (place, key->name);

	output = script (place, AGENT "ssh-add -L >key.ssh\n"
	                              "ssh-add -T key.ssh\n"
	                              "echo message >message\n"
	                              "ssh-keygen -Y sign -f key.ssh -n file message\n"
	                              "echo \"me $(cat key.ssh)\" >allowed\n"
	                              "ssh-keygen -Y verify -f allowed -I me -n file -s message.sig <message\n"
	                              "cat key.ssh");
	assert_says (output, "Good \"file\" signature for me");
	assert_says (output, key->kind);
}

static void
ssh_agent_takes_no_keys_with_a_wrong_pin (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *output = NULL;

	make_key (place, "ecc");
	place_setenv (place, "PIN", "9999");

	output = script_status (place, AGENT, &status);
	g_assert_cmpint (status, !=, 0);
	assert_says (output, "agent refused operation");
}

static void
ssh_logs_in_with_a_key_of_the_token (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_key (place, key->name);

	output = script (place, ASKPASS SSHD "ssh-keygen -D \"$PROXY\" >authorized\n" LOG_IN
	                                     "-I \"$PROXY\" -s host sftp </dev/null || true\n"
	                                     "cat sshd.log");
	assert_says (output, "Accepted publickey for ");
}

static void
ssh_logs_in_with_a_key_of_the_agent (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_key (place, key->name);

	output = script (place, AGENT SSHD "ssh-add -L >authorized\n" LOG_IN "-s host sftp </dev/null || true\n"
	                                   "cat sshd.log");
	assert_says (output, "Accepted publickey for ");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT ("openssh", ssh_keygen_lists_rsa_and_ec_keys, "ssh-keygen p11tool");
	ADD_CLIENT ("openssh", ssh_keygen_lists_the_key_that_p11tool_made, "ssh-keygen p11tool openssl cmp");
	ADD_CLIENT ("openssh", ssh_keygen_certifies_with_the_rsa_key, "ssh-keygen p11tool");
	ADD_CLIENT ("openssh", ssh_keygen_certifies_with_the_ec_key, "ssh-keygen p11tool");
	ADD_CLIENT_TWICE ("openssh", ssh_keygen_lists_keys_of_the_proxy, "ssh-keygen p11tool " PROXY);
	ADD_CLIENT_ROWS_TWICE ("openssh", ssh_agent_signs_a_file, "ssh-keygen ssh-agent ssh-add p11tool " PROXY, keys);
	ADD_CLIENT ("openssh", ssh_agent_takes_no_keys_with_a_wrong_pin, "ssh-agent ssh-add p11tool " PROXY);
	ADD_CLIENT_ROWS_TWICE ("openssh", ssh_logs_in_with_a_key_of_the_token,
	                       "ssh sshd ssh-keygen p11tool timeout " PROXY, keys);
	ADD_CLIENT_ROWS_TWICE ("openssh", ssh_logs_in_with_a_key_of_the_agent,
	                       "ssh sshd ssh-agent ssh-add ssh-keygen p11tool timeout " PROXY, keys);
	return g_test_run ();
}
