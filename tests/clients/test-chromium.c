/* Chromium before a server that demands a client certificate.
 *
 * It finds the token through the user's database of NSS, after the one modutil -add.  Which certificate to show it can
 * be told in its preferences.  For a PIN it asks in a window of its own, and takes one from nowhere else: without a
 * screen nobody can answer.  So there the private key is one that needs no login (CKA_PRIVATE false), and another test
 * has a screen that nobody sees.
 *
 * It is a big package, so install-packages leaves it: it is tried where it is. */

#include "clients.h"

#define PROGRAMS "chromium modutil certutil p11tool certtool openssl timeout " PROXY
#define SERVER                                                                                                         \
	"openssl s_server -cert server.crt -key server.pem -accept 127.0.0.1:$PORT -Verify 1 "                         \
	"-CAfile certificate.pem -verify_return_error -www"

/* No sandbox of its own: it wants rights that a container lacks. */
#define CHROMIUM                                                                                                       \
	"chromium --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-breakpad "               \
	"--ignore-certificate-errors "                                                                                 \
	"--user-data-dir=\"$HOME/profile\" "

static void
make_visitor (const Place *place, const char *options)
{
	do_script_f (place,
	             "p11tool --login %s --label=key --id=01 --outfile=key.pub \"$TOKEN\"\n"
	             "printf 'cn = visitor\\nserial = 7\\nexpiration_days = 9\\nsigning_key\\ntls_www_client\\n' "
	             ">visitor.cfg\n"
	             "certtool --generate-self-signed --load-privkey=\"$TOKEN;object=key;type=private\" "
	             "--load-pubkey=\"$TOKEN;object=key;type=public\" --template=visitor.cfg "
	             "--outfile=certificate.pem",
	             options);
	keep_certificate (place);
}

/* tell.sh is to be run when the port is known. */
static void
prepare_visit (const Place *place)
{
	do_script (place,
	           "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=server -addext subjectAltName=IP:127.0.0.1 "
	           "-keyout server.pem -out server.crt -days 9");
	place_write (place, "tell.sh",
	             "mkdir -p profile/Default\n"
	             "cat >profile/Default/Preferences <<EOF\n"
	             "{\"profile\":{\"content_settings\":{\"exceptions\":{\"auto_select_certificate\":"
	             "{\"https://127.0.0.1:$PORT,*\":{\"setting\":{\"filters\":[{}]}}}}}}}\n"
	             "EOF\n");
}

typedef struct {
	const char *name;
	const char *p11tool;
} KeyRow;

static const KeyRow keys[] = {
	{ "rsa", "--generate-privkey=rsa --bits=2048 --no-mark-private" },
	{ "ec", "--generate-privkey=ecc --curve=secp256r1 --no-mark-private" },
};

static void
it_shows_the_certificate_of_the_token (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_nss_database (place, ".pki/nssdb");
	make_visitor (place, key->p11tool);
	prepare_visit (place);

	output = visit (place, SERVER,
	                "sh -c '. ./tell.sh; exec " CHROMIUM "--headless --dump-dom https://127.0.0.1:$PORT/'");
	assert_says (output, "Client certificate");
	assert_says (output, "Subject: CN=visitor");
}

/* Titles of windows are what can be seen of them from here. */
static void
it_asks_for_the_pin_in_a_window (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_nss_database (place, ".pki/nssdb");
	make_visitor (place, "--generate-privkey=ecc --curve=secp256r1");
	prepare_visit (place);
	place_write (place, "look.sh",
	             ". ./tell.sh\n"
	             "Xvfb -displayfd 3 -screen 0 1000x800x24 -nolisten tcp 3>display &\n"
	             "screen=$!\n"
	             "until [ -s display ]; do sleep 0.1; done\n"
	             "export DISPLAY=:$(cat display)\n" CHROMIUM "https://127.0.0.1:$PORT/ &\n"
	             "browser=$!\n"
	             "trap 'kill $browser; wait $browser; kill $screen; wait $screen' EXIT\n"
	             "until xdotool search --onlyvisible --name '^Unlock Security Device$'; do sleep 0.2; done\n"
	             "xdotool type \"$PIN\"\n"
	             "xdotool key Return\n"
	             "until xdotool search --name '^127.0.0.1:'; do sleep 0.2; done\n"
	             "echo the page is there\n");

	output = visit (place, SERVER, "sh look.sh");
	assert_says (output, "the page is there");
	assert_says (output, "depth=0 CN = visitor");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT_ROWS_TWICE ("chromium", it_shows_the_certificate_of_the_token, PROGRAMS, keys);
	ADD_CLIENT_TWICE ("chromium", it_asks_for_the_pin_in_a_window, PROGRAMS " Xvfb xdotool");
	return g_test_run ();
}
