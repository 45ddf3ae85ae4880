/* NSS's programs, which find the token through p11-kit's proxy after one modutil -add. */

#include "clients.h"

#define DATABASE "nssdb"
#define DB       "-d sql:" DATABASE " "
#define ON_TOKEN DB "-h client "
#define PROGRAMS "modutil certutil p11tool " PROXY

/* certutil asks the keyboard for noise unless it is given some. */
#define CERTUTIL_MAKE                                                                                                  \
	"head -c 256 /dev/urandom >noise\n"                                                                            \
	"certutil -S " ON_TOKEN "-f pin -z noise -x -t ,, -s CN=localhost -8 localhost -n nss -m 5 -v 1 -Z SHA256 "

static void
modutil_lists_the_token (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_nss_database (place, DATABASE);

	output = script (place, "modutil -dbdir sql:" DATABASE " -list");
	assert_says (output, "token: client");
	assert_says (output, "manufacturer=SoftHSM%20project;");
}

static void
certutil_lists_the_key_that_p11tool_made (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_nss_database (place, DATABASE);
	make_key (place, "rsa");

	output = script (place, "certutil -K " ON_TOKEN "-f pin");
	assert_says (output, "rsa      01 ");
	assert_says (output, "key\n");
}

static void
certutil_lists_no_key_with_a_wrong_pin (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *output = NULL;

	make_nss_database (place, DATABASE);
	make_key (place, "rsa");

	output = script_status (place, "echo 9999 >wrong; certutil -K " ON_TOKEN "-f wrong", &status);
	g_assert_cmpint (status, !=, 0);
	assert_says (output, "SEC_ERROR_BAD_PASSWORD");
}

typedef struct {
	const char *name;
	const char *certutil; /* its options to make a key, and what it calls one */
	const char *kind;
	const char *openssl;
	const char *signature;
} KeyRow;

static const KeyRow keys[] = {
	{ "rsa", "-k rsa -g 2048", "rsa ", "-newkey rsa:2048", "rsa_pss_rsae_sha256" },
	{ "ec", "-k ec -q nistp256", "ec ", "-newkey ec -pkeyopt ec_paramgen_curve:P-256", "ecdsa_secp256r1_sha256" },
};

static void
certutil_makes_a_key_and_certifies_it (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_nss_database (place, DATABASE);

	do_script_f (place, CERTUTIL_MAKE "%s", key->certutil);

	output = script (place, "certutil -K " ON_TOKEN "-f pin\n"
	                        "p11tool --export \"$TOKEN;object=nss;type=cert\" --outfile=nss.pem\n"
	                        "openssl verify -CAfile nss.pem nss.pem");
	assert_says (output, key->kind);
	assert_says (output, "client:nss");
	assert_says (output, "nss.pem: OK");
}

static void
make_theirs (const Place *place, const KeyRow *key)
{
	do_script_f (place,
	             "openssl req -x509 %s -nodes -subj /CN=theirs -keyout theirs.pem -out theirs.crt -days 9\n"
	             "openssl pkcs12 -export -inkey theirs.pem -in theirs.crt -name theirs -passout pass:secret "
	             "-out theirs.p12",
	             key->openssl);
}

/* PBES2 with AES: where the token can, NSS has it derive the key from the password, and unwrap. */
static void
pk12util_brings_in_what_openssl_wrote (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_nss_database (place, DATABASE);
	make_theirs (place, key);

	do_script (place, "pk12util " ON_TOKEN "-i theirs.p12 -k pin -W secret");

	output = script (place, "certutil -K " ON_TOKEN "-f pin\n"
	                        "p11tool --login --test-sign \"$TOKEN;object=theirs;type=private\"\n"
	                        "p11tool --export \"$TOKEN;object=theirs;type=cert\" --outfile=back.crt\n"
	                        "openssl x509 -in theirs.crt -outform DER -out one\n"
	                        "openssl x509 -in back.crt -outform DER -out two\n"
	                        "cmp one two");
	assert_says (output, key->kind);
	assert_says (output, "theirs");
}

static void
write_theirs (const Place *place, const char *options)
{
	do_script_f (place,
	             "openssl pkcs8 -topk8 -nocrypt -in theirs.pem -outform DER -out theirs.der\n"
	             "openssl x509 -in theirs.crt -outform DER -out theirs.crt.der\n"
	             "p11=\"pkcs11-tool --module $MODULE --login --pin $PIN --id 05 --label theirs\"\n"
	             "$p11 --write-object theirs.der --type privkey --sensitive %s\n"
	             "$p11 --write-object theirs.crt.der --type cert",
	             options);
}

static void
pk12util_takes_out_an_extractable_key (Place *place, gconstpointer data)
{
	static const char take[] = "pk12util " ON_TOKEN "-n client:theirs -o out.p12 -k pin -W secret";
	int status;

	make_nss_database (place, DATABASE);
	make_theirs (place, data);
	write_theirs (place, "--extractable");

	if (is_dropped (place, "CKM_AES_CBC_PAD\\b")) {
		g_autofree char *output = script_status (place, take, &status);

		assert_says (output, "SEC_ERROR_PKCS12_UNABLE_TO_EXPORT_KEY");
		return;
	}
	do_script (place, take);
	do_script (place, "openssl pkcs12 -in out.p12 -passin pass:secret -nodes -nocerts -out out.pem\n"
	                  "echo message >message\n"
	                  "openssl dgst -sign out.pem -out signature message\n"
	                  "openssl x509 -in theirs.crt -noout -pubkey >theirs.pub\n"
	                  "openssl dgst -verify theirs.pub -signature signature message");
}

static void
pk12util_takes_out_no_other (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *output = NULL;

	make_nss_database (place, DATABASE);
	make_theirs (place, &keys[0]);
	write_theirs (place, "");

	output = script_status (place, "pk12util " ON_TOKEN "-n client:theirs -o out.p12 -k pin -W secret", &status);
	g_assert_cmpint (status, !=, 0);
	assert_says (output, "SEC_ERROR_PKCS12_UNABLE_TO_EXPORT_KEY");
}

static void
make_certificate_of_nss (const Place *place, const KeyRow *key)
{
	make_nss_database (place, DATABASE);
	do_script_f (place, CERTUTIL_MAKE "%s", key->certutil);
	/* NSS uses only what it trusts, even if it is its own. */
	do_script (place, "certutil -L " ON_TOKEN "-f pin -n client:nss -a >nss.pem\n"
	                  "certutil -A " DB "-f pin -n trusted -t CT,CT,C -i nss.pem");
}

/* Signed by a key of the token, and opened with it. */
static void
messages_cross_with_openssl (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_certificate_of_nss (place, &keys[0]);

	output = script (place, "echo message >message\n"
	                        "cmsutil -S -N client:nss " DB "-f pin -T -i message -o signed\n"
	                        "openssl cms -verify -binary -inform DER -in signed -content message -CAfile nss.pem "
	                        "-purpose any -out /dev/null\n"
	                        "openssl cms -encrypt -binary -aes128 -in message -outform DER -out secret nss.pem\n"
	                        "cmsutil -D " DB "-f pin -i secret -o plain\n"
	                        "cmp message plain");
	assert_says (output, "CMS Verification successful");
}

/* --- TLS: both ends have their key in the token --- */

static void
selfserv_and_tstclnt_meet (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_certificate_of_nss (place, key);

	output = visit (place, "selfserv " DB "-n client:nss -f pin -p $PORT -V tls1.3:tls1.3 -v -r -r",
	                "tstclnt " DB "-n client:nss -W pin -h 127.0.0.1 -a localhost -p $PORT -V tls1.3:tls1.3 -v");
	assert_says (output, key->signature);
	assert_says (output, "HTTP/1.0 200 OK");
	assert_says (output, "selfserv: Subject: CN=localhost");
}

static void
selfserv_and_gnutls_cli_meet (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_certificate_of_nss (place, key);

	output = visit (place, "selfserv " DB "-n client:nss -f pin -p $PORT -V tls1.2:tls1.2 -v",
	                "gnutls-cli --x509cafile=nss.pem --verify-hostname=localhost --port=$PORT 127.0.0.1");
	assert_says (output, "(TLS1.2");
	assert_says (output, "The certificate is trusted");
	assert_says (output, "HTTP/1.0 200 OK");
}

/* --- without p11-kit: NSS asks the module for its newer interface --- */

typedef struct {
	const char *name;
	ClientTest test;
} AloneRow;

static const AloneRow alone[] = {
	{ "certutil", certutil_makes_a_key_and_certifies_it },
	{ "pk12util", pk12util_brings_in_what_openssl_wrote },
	{ "selfserv", selfserv_and_tstclnt_meet },
};

static void
modutil_adds_the_module_itself (Place *place, gconstpointer data)
{
	const AloneRow *row = data;

	place_setenv (place, "PROXY", place->module);
	row->test (place, &keys[0]);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT_TWICE ("nss", modutil_lists_the_token, PROGRAMS);
	ADD_CLIENT_TWICE ("nss", certutil_lists_the_key_that_p11tool_made, PROGRAMS);
	ADD_CLIENT_TWICE ("nss", certutil_lists_no_key_with_a_wrong_pin, PROGRAMS);
	ADD_CLIENT_ROWS_TWICE ("nss", certutil_makes_a_key_and_certifies_it, PROGRAMS " openssl", keys);
	ADD_CLIENT_ROWS_TWICE ("nss", pk12util_brings_in_what_openssl_wrote, PROGRAMS " pk12util openssl cmp", keys);
	ADD_CLIENT_ROWS_TWICE ("nss", pk12util_takes_out_an_extractable_key, PROGRAMS " pk12util openssl pkcs11-tool",
	                       keys);
	ADD_CLIENT ("nss", pk12util_takes_out_no_other, PROGRAMS " pk12util openssl pkcs11-tool");
	ADD_CLIENT_ROWS_TWICE ("nss", selfserv_and_tstclnt_meet, PROGRAMS " selfserv tstclnt timeout", keys);
	ADD_CLIENT_ROWS_TWICE ("nss", selfserv_and_gnutls_cli_meet, PROGRAMS " selfserv gnutls-cli timeout", keys);
	ADD_CLIENT_TWICE ("nss", messages_cross_with_openssl, PROGRAMS " cmsutil openssl cmp");
	ADD_CLIENT_ROWS ("nss", modutil_adds_the_module_itself,
	                 "modutil certutil p11tool pk12util selfserv tstclnt openssl cmp timeout", alone);
	return g_test_run ();
}
