/* Java's SunPKCS11, which is told of p11-kit's proxy in a file of three lines. */

#include "clients.h"

/* jarsigner is of a big package, so install-packages leaves it: it is tried where it is. */
#define PROGRAMS "keytool p11tool " PROXY

/* A start of Java's machine costs more than what is done in it. */
#define TOKEN_STORE                                                                                                    \
	"-J-XX:TieredStopAtLevel=1 -keystore NONE -storetype PKCS11 -storepass \"$PIN\" "                              \
	"-providerClass sun.security.pkcs11.SunPKCS11 -providerArg p11.cfg "
#define KEYTOOL "keytool " TOKEN_STORE

static void
tell_of_the_proxy (const Place *place)
{
	do_script (place, "printf 'name = p11-kit\\nlibrary = %s\\nslotListIndex = 0\\n' \"$PROXY\" >p11.cfg");
}

static void
keytool_lists_the_key_that_p11tool_made (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	tell_of_the_proxy (place);
	make_key (place, "ecc");
	make_certificate (place);
	keep_certificate (place);

	output = script (place, KEYTOOL "-list");
	assert_says (output, "Keystore provider: SunPKCS11-p11-kit");
	assert_says (output, "Your keystore contains 1 entry");
	assert_says (output, "key, PrivateKeyEntry");
}

static void
keytool_lists_nothing_with_a_wrong_pin (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *output = NULL;

	tell_of_the_proxy (place);
	place_setenv (place, "PIN", "9999");

	output = script_status (place, KEYTOOL "-list -debug", &status);
	g_assert_cmpint (status, !=, 0);
	assert_says (output, "CKR_PIN_INCORRECT");
}

typedef struct {
	const char *name;
	const char *keytool;
	const char *algorithm;
} KeyRow;

static const KeyRow keys[] = {
	{ "rsa", "-keyalg RSA -keysize 2048", "withRSA" },
	{ "ec", "-keyalg EC -groupname secp256r1", "withECDSA" },
};

static void
make_key_of_java (const Place *place, const KeyRow *key)
{
	tell_of_the_proxy (place);
	do_script_f (place, KEYTOOL "-genkeypair -alias java %s -dname CN=java -validity 9", key->keytool);
}

static void
keytool_makes_a_key_and_certifies_it (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_key_of_java (place, data);

	output = script (place, KEYTOOL "-certreq -alias java -file request.pem\n"
	                                "openssl req -verify -noout -in request.pem\n"
	                                "p11tool --export \"$TOKEN;object=java;type=cert\" --outfile=java.pem\n"
	                                "openssl verify -CAfile java.pem java.pem");
	assert_says (output, "request self-signature verify OK");
	assert_says (output, "java.pem: OK");
}

static void
jarsigner_signs_and_verifies (Place *place, gconstpointer data)
{
	const KeyRow *key = data;
	g_autofree char *output = NULL;

	make_key_of_java (place, key);

	output = script (place, "echo content >file\n"
	                        "jar cf plain.jar file\n"
	                        "jarsigner " TOKEN_STORE "-signedjar signed.jar plain.jar java\n"
	                        "jarsigner -verify -verbose -certs signed.jar");
	assert_says (output, "jar verified.");
	assert_says (output, "CN=java");
	assert_says (output, key->algorithm);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT_TWICE ("java", keytool_lists_the_key_that_p11tool_made, PROGRAMS " certtool");
	ADD_CLIENT ("java", keytool_lists_nothing_with_a_wrong_pin, PROGRAMS);
	ADD_CLIENT_ROWS_TWICE ("java", keytool_makes_a_key_and_certifies_it, PROGRAMS " openssl", keys);
	ADD_CLIENT_ROWS_TWICE ("java", jarsigner_signs_and_verifies, PROGRAMS " jar jarsigner", keys);
	return g_test_run ();
}
