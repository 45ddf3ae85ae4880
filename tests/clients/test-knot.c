/* Knot DNS: zones signed with keys of a PKCS #11 keystore.
 *
 * Knot has GnuTLS load the module that the keystore names, and no other; GnuTLS refuses p11-kit's proxy there.  So an
 * isolated registration is nothing for it. */

#include "clients.h"

#define PROGRAMS "keymgr kzonesign kzonecheck p11tool"
#define KEYMGR   "keymgr -c knot/knot.conf example.com "

typedef struct {
	const char *name; /* Knot's */
	const char *number;
	const char *certtool;
} AlgorithmRow;

static const AlgorithmRow algorithms[] = {
	{ "rsasha256", " 8 ", NULL },
	{ "rsasha512", " 10 ", NULL },
	{ "ecdsap256sha256", " 13 ", NULL },
	{ "ecdsap384sha384", " 14 ", NULL },
};

/* GnuTLS 3.7 cannot have a token make keys for EdDSA: it asks for CKM_EDDSA where it should ask for
 * CKM_EC_EDWARDS_KEY_PAIR_GEN. */
static const AlgorithmRow imported[] = {
	{ "rsasha256", " 8 ", "--key-type=rsa --bits=2048" },
	{ "ecdsap256sha256", " 13 ", "--key-type=ecdsa --curve=secp256r1" },
	{ "ed25519", " 15 ", "--key-type=ed25519" },
};

static void
make_zone (const Place *place, const AlgorithmRow *algorithm)
{
	g_autofree char *conf =
		g_strdup_printf ("database:\n    storage: %s/knot\n    kasp-db: kasp\n"
	                         "keystore:\n  - id: token\n    backend: pkcs11\n"
	                         "    config: \"" TOKEN ";pin-value=" USER_PIN " %s\"\n"
	                         "policy:\n  - id: policy\n    keystore: token\n    algorithm: %s\n"
	                         "    single-type-signing: on\n    manual: on\n"
	                         "zone:\n  - domain: example.com\n    storage: %s/knot\n    file: zone\n"
	                         "    dnssec-signing: on\n    dnssec-policy: policy\n",
	                         place->home, place->module, algorithm->name, place->home);

	place_write (place, "knot/knot.conf", conf);
	place_write (place, "knot/zone",
	             "example.com. 3600 SOA ns.example.com. admin.example.com. 1 3600 900 86400 300\n"
	             "example.com. 3600 NS ns.example.com.\n"
	             "ns.example.com. 3600 A 192.0.2.1\n");
}

static void
assert_signed (const Place *place, const AlgorithmRow *algorithm)
{
	g_autofree char *text = g_strdup_printf (KEYMGR "ds\n"
	                                                "kzonesign -c knot/knot.conf -o \"$HOME/signed\" example.com\n"
	                                                "kzonecheck -d on -o example.com signed/zone\n"
	                                                "grep -E 'RRSIG.*SOA%s' signed/zone\n"
	                                                "echo checked",
	                                         algorithm->number);
	g_autofree char *output = NULL;

	do_script (place, "mkdir signed");
	output = script (place, text);
	assert_says (output, "example.com. DS ");
	assert_says (output, "checked\n");
}

static void
keymgr_makes_a_key_that_signs_the_zone (Place *place, gconstpointer data)
{
	const AlgorithmRow *algorithm = data;
	g_autofree char *output = NULL;

	make_zone (place, algorithm);

	do_script_f (place, KEYMGR "generate algorithm=%s ksk=yes zsk=yes", algorithm->name);

	assert_signed (place, algorithm);
	output = script (place, "p11tool --login --list-privkeys \"$TOKEN\"");
	assert_says (output, "CKA_NEVER_EXTRACTABLE; CKA_SENSITIVE;");
}

static void
keymgr_brings_in_a_key_that_signs_the_zone (Place *place, gconstpointer data)
{
	const AlgorithmRow *algorithm = data;
	g_autofree char *output = NULL;

	make_zone (place, algorithm);

	do_script_f (place,
	             "certtool --generate-privkey %s --pkcs8 --password= --no-text --outfile=theirs.pem\n" KEYMGR
	             "import-pem theirs.pem algorithm=%s ksk=yes zsk=yes",
	             algorithm->certtool, algorithm->name);

	assert_signed (place, algorithm);
	output = script (place, "p11tool --login --list-privkeys \"$TOKEN\"");
	assert_says (output, "type=private");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT_ROWS ("knot", keymgr_makes_a_key_that_signs_the_zone, PROGRAMS, algorithms);
	ADD_CLIENT_ROWS ("knot", keymgr_brings_in_a_key_that_signs_the_zone, PROGRAMS " certtool", imported);
	return g_test_run ();
}
