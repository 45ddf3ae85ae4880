/* OpenSC's pkcs11-tool, which speaks to the module without p11-kit, and OpenSSL to check what it did. */

#include "clients.h"

#define P11 "pkcs11-tool --module \"$MODULE\" --login --pin \"$PIN\" "

static void
its_own_test_finds_no_errors (Place *place, gconstpointer data)
{
	g_autofree char *output =
		script (place, P11 "--keypairgen --key-type rsa:2048 --id 01 --label rsa\n" P11
	                           "--keypairgen --key-type EC:prime256v1 "
	                           "--id 02 --label ec\n" P11 "--test");

	assert_says (output, "No errors");
}

static void
it_lists_slots_and_token (Place *place, gconstpointer data)
{
	g_autofree char *output = script (place, "pkcs11-tool --module \"$MODULE\" --list-slots");

	assert_says (output, "SoftHSM slot ID 0x");
	assert_says (output, "token label        : client");
	assert_says (output, "token manufacturer : SoftHSM project");
	assert_says (output, "pin min/max        : 4/255");
}

static void
it_sees_the_token_through_the_proxy_of_p11_kit (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	if (g_getenv ("CLIENTS_PROXY") == NULL || *g_getenv ("CLIENTS_PROXY") == '\0') {
		g_test_skip ("p11-kit has no proxy here");
		return;
	}
	output = script (place, "pkcs11-tool --module \"$PROXY\" --list-token-slots");
	assert_says (output, "token label        : client");
}

static void
make (Place *place, const char *type)
{
	g_autofree char *text = g_strdup_printf (
		P11
		"--keypairgen --key-type %s --id 01 --label key --usage-sign --usage-derive\n"
		"pkcs11-tool --module \"$MODULE\" --read-object --type pubkey --id 01 --output-file key.der\n"
		"openssl pkey -pubin -inform DER -in key.der -out key.pem\n"
		"echo message >message",
		type);
	do_script (place, text);
}

/* --- signatures, with a pair that OpenSSL made --- */

typedef struct {
	const char *name; /* pkcs11-tool's, and its options */
	const char *options;
	const char *openssl; /* "openssl dgst" with these, or "openssl pkeyutl" with those behind a "!" */
} SignRow;

#define PKCS1_ROW(name, hash)                                                                                \
	{                                                                                                    \
		name "-RSA-PKCS", "", "-" hash                                                               \
	}
#define PSS_ROW(name, hash)                                                                                  \
	{                                                                                                    \
		name "-RSA-PKCS-PSS", "",                                                                    \
			"-" hash " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest"              \
	}
#define ECDSA_ROW(name, hash)                                                                                \
	{                                                                                                    \
		"ECDSA-" name, "--signature-format openssl", "-" hash                                        \
	}

static const SignRow rsa_signs[] = {
	{ "RSA-PKCS", "", "!-pkeyopt rsa_padding_mode:pkcs1" },
	{ "RSA-PKCS-PSS", "--hash-algorithm SHA256 --mgf MGF1-SHA256 --salt-len 32",
	  "!-pkeyopt rsa_padding_mode:pss -pkeyopt digest:sha256 -pkeyopt rsa_pss_saltlen:32" },
	PKCS1_ROW ("MD5", "md5"),
	PKCS1_ROW ("SHA1", "sha1"),
	PKCS1_ROW ("SHA224", "sha224"),
	PKCS1_ROW ("SHA256", "sha256"),
	PKCS1_ROW ("SHA384", "sha384"),
	PKCS1_ROW ("SHA512", "sha512"),
	PKCS1_ROW ("SHA3-224", "sha3-224"),
	PKCS1_ROW ("SHA3-256", "sha3-256"),
	PKCS1_ROW ("SHA3-384", "sha3-384"),
	PKCS1_ROW ("SHA3-512", "sha3-512"),
	PSS_ROW ("SHA1", "sha1"),
	PSS_ROW ("SHA224", "sha224"),
	PSS_ROW ("SHA256", "sha256"),
	PSS_ROW ("SHA384", "sha384"),
	PSS_ROW ("SHA512", "sha512"),
	PSS_ROW ("SHA3-224", "sha3-224"),
	PSS_ROW ("SHA3-256", "sha3-256"),
	PSS_ROW ("SHA3-384", "sha3-384"),
	PSS_ROW ("SHA3-512", "sha3-512"),
};

static const SignRow ecdsa_signs[] = {
	{ "ECDSA", "--signature-format openssl", "!" },
	ECDSA_ROW ("SHA1", "sha1"),
	ECDSA_ROW ("SHA224", "sha224"),
	ECDSA_ROW ("SHA256", "sha256"),
	ECDSA_ROW ("SHA384", "sha384"),
	ECDSA_ROW ("SHA512", "sha512"),
	ECDSA_ROW ("SHA3-224", "sha3-224"),
	ECDSA_ROW ("SHA3-256", "sha3-256"),
	ECDSA_ROW ("SHA3-384", "sha3-384"),
	ECDSA_ROW ("SHA3-512", "sha3-512"),
};

/* theirs.pem and theirs.pub, and the same in the token. */
static void
import_pair (const Place *place, const char *genpkey)
{
	do_script_f (
		place,
		"openssl genpkey %s -out theirs.pem\n"
		"openssl pkey -in theirs.pem -pubout -out theirs.pub\n"
		"openssl pkey -in theirs.pem -outform DER -out private\n"
		"openssl pkey -in theirs.pem -pubout -outform DER -out public\n" P11
		"--write-object private --type privkey --id 03 --label theirs --usage-sign --usage-derive "
		"--usage-decrypt\n" P11 "--write-object public --type pubkey --id 03 --label theirs\n"
		"echo 'a message' >message\n"
		"head -c 32 theirs.pem >hash\n",
		genpkey);
}

static void
assert_signature_crosses (const Place *place, const SignRow *row)
{
	gboolean hashed = *row->openssl != '!';
	const char *file = hashed ? "message" : "hash";
	g_autofree char *sign = NULL;
	g_autofree char *verify = NULL;

	if (hashed) {
		sign = g_strdup_printf ("dgst %s -sign theirs.pem -out signature message", row->openssl);
		verify = g_strdup_printf ("dgst %s -verify theirs.pub -signature signature message",
		                          row->openssl);
	} else {
		sign = g_strdup_printf ("pkeyutl -sign -inkey theirs.pem -in hash -out signature %s",
		                        row->openssl + 1);
		verify = g_strdup_printf (
			"pkeyutl -verify -pubin -inkey theirs.pub -in hash -sigfile signature %s",
			row->openssl + 1);
	}
	do_script_f (place,
	             P11 "--sign --mechanism %s %s --id 03 --input-file %s --output-file signature\n"
	                 "openssl %s\n"
	                 "openssl %s\n" P11
	                 "--verify --mechanism %s %s --id 03 --input-file %s --signature-file signature | "
	                 "grep 'Signature is valid'",
	             row->name, row->options, file, verify, sign, row->name, row->options, file);
}

static void
rsa_signatures_cross_with_openssl (Place *place, gconstpointer data)
{
	import_pair (place, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");

	for (guint i = 0; i < G_N_ELEMENTS (rsa_signs); i++)
		assert_signature_crosses (place, &rsa_signs[i]);
}

static void
ecdsa_signatures_cross_with_openssl (Place *place, gconstpointer data)
{
	import_pair (place, "-algorithm EC -pkeyopt ec_paramgen_curve:P-256");

	for (guint i = 0; i < G_N_ELEMENTS (ecdsa_signs); i++)
		assert_signature_crosses (place, &ecdsa_signs[i]);
}

/* By the name of the curve, as pkcs11-tool has it; it brings in no such keys. */
static void
openssl_verifies_an_eddsa_signature (Place *place, gconstpointer data)
{
	do_script (place, P11
	           "--keypairgen --key-type EC:edwards25519 --id 05 --label ed\n" P11
	           "--read-object --type pubkey --id 05 --output-file key.pem\n"
	           "echo message >message\n" P11
	           "--sign --mechanism EDDSA --id 05 --input-file message --output-file signature\n"
	           "openssl pkeyutl -verify -rawin -pubin -inkey key.pem -in message -sigfile signature\n" P11
	           "--verify --mechanism EDDSA --id 05 --input-file message --signature-file signature | "
	           "grep 'Signature is valid'");
}

typedef struct {
	const char *name;
	const char *hash;
} HmacRow;

static const HmacRow hmacs[] = {
	{ "MD5-HMAC", "md5" },           { "SHA-1-HMAC", "sha1" },        { "SHA224-HMAC", "sha224" },
	{ "SHA256-HMAC", "sha256" },     { "SHA384-HMAC", "sha384" },     { "SHA512-HMAC", "sha512" },
	{ "SHA3-224-HMAC", "sha3-224" }, { "SHA3-256-HMAC", "sha3-256" }, { "SHA3-384-HMAC", "sha3-384" },
	{ "SHA3-512-HMAC", "sha3-512" },
};

static void
hmacs_of_the_token_are_hmacs_of_openssl (Place *place, gconstpointer data)
{
	do_script (place,
	           P11 "--keygen --key-type GENERIC:64 --id 06 --label hmac --usage-sign --extractable\n" P11
	               "--read-object --type secrkey --id 06 --output-file key\n"
	               "od -An -tx1 -v key | tr -d ' \\n' >hex\n"
	               "echo message >message");

	for (guint i = 0; i < G_N_ELEMENTS (hmacs); i++)
		do_script_f (
			place,
			P11
			"--sign --mechanism %s --id 06 --input-file message --output-file one\n"
			"openssl mac -binary -digest %s -macopt hexkey:$(cat hex) -in message -out two hmac\n"
			"cmp one two\n" P11
			"--verify --mechanism %s --id 06 --input-file message --signature-file two | "
			"grep 'Signature is valid'",
			hmacs[i].name, hmacs[i].hash, hmacs[i].name);
}

/* --- curves --- */

typedef struct {
	const char *name;
	const char *openssl;
} CurveRow;

static const CurveRow curves[] = {
	{ "secp224r1", "P-224" },
	{ "secp256r1", "P-256" },
	{ "secp384r1", "P-384" },
	{ "secp521r1", "P-521" },
};

/* pkcs11-tool itself cannot give out the larger public keys, whosever they are. */
static void
make_on_curve (const Place *place, const CurveRow *curve)
{
	do_script_f (place,
	             P11 "--keypairgen --key-type EC:%s --label key --usage-sign --usage-derive --id 01\n"
	                 "p11tool --export \"$TOKEN;object=key;type=public\" --outfile key.pem\n"
	                 "echo message >message",
	             curve->name);
}

static void
openssl_verifies_an_ecdsa_signature (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	make_on_curve (place, data);

	output = script (place, "openssl dgst -sha256 -binary -out hash message\n" P11
	                        "--sign --mechanism ECDSA --signature-format openssl --id 01 "
	                        "--input-file hash --output-file signature\n"
	                        "openssl dgst -sha256 -verify key.pem -signature signature message");
	assert_says (output, "Verified OK");
}

/* Of a sensitive private key: CKA_SENSITIVE and CKA_EXTRACTABLE of what is derived are what the template
 * says. PKCS #11 v2.40 mechanisms, section 2.3.8; whoever speaks TLS or CMS with a key in a token needs it
 * so. */
static void
openssl_comes_to_the_same_ecdh_secret (Place *place, gconstpointer data)
{
	const CurveRow *curve = data;

	make_on_curve (place, curve);

	do_script_f (place,
	             "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:%s -out other.pem\n"
	             "openssl pkey -in other.pem -pubout -outform DER -out other.pub\n"
	             "openssl pkeyutl -derive -inkey other.pem -peerkey key.pem -out two\n"
	             "for mechanism in ECDH1-DERIVE ECDH1-COFACTOR-DERIVE; do\n" P11
	             "--derive --mechanism $mechanism --id 01 --input-file other.pub --output-file one\n"
	             "cmp one two\n"
	             "done",
	             curve->openssl);
}

/* --- encryption --- */

#define OAEP_WAY(openssl, hash, mgf)                                                                         \
	{                                                                                                    \
		"-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:" openssl                               \
		" -pkeyopt rsa_mgf1_md:" openssl,                                                            \
			"RSA-PKCS-OAEP --hash-algorithm " hash " --mgf MGF1-" mgf                            \
	}

static void
the_token_decrypts_what_openssl_encrypted (Place *place, gconstpointer data)
{
	static const char *const ways[][2] = {
		{ "-pkeyopt rsa_padding_mode:pkcs1", "RSA-PKCS" }, OAEP_WAY ("sha1", "SHA-1", "SHA1"),
		OAEP_WAY ("sha224", "SHA224", "SHA224"),           OAEP_WAY ("sha256", "SHA256", "SHA256"),
		OAEP_WAY ("sha384", "SHA384", "SHA384"),           OAEP_WAY ("sha512", "SHA512", "SHA512"),
	};

	make (place, "rsa:2048");

	for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
		do_script_f (place,
		             "openssl pkeyutl -encrypt -pubin -inkey key.pem -in message -out secret %s\n" P11
		             "--decrypt --mechanism %s --id 01 --input-file secret --output-file plain\n"
		             "cmp message plain",
		             ways[i][0], ways[i][1]);
}

#define IV "000102030405060708090a0b0c0d0e0f"

static const char *const ciphers[][3] = {
	{ "AES-ECB", "ecb -nopad", "" },
	{ "AES-CBC", "cbc -nopad", "--iv " IV },
	{ "AES-CBC-PAD", "cbc", "--iv " IV },
};

/* pkcs11-tool 0.23 encrypts by these only. */
static void
aes_of_the_token_is_aes_of_openssl (Place *place, gconstpointer data)
{
	do_script (place, "printf 0123456789abcdef0123456789abcdef >key\n"
	                  "printf 0123456789abcdef0123456789abcdef >message\n"
	                  "od -An -tx1 -v key | tr -d ' \\n' >hex\n" P11
	                  "--write-object key --type secrkey --key-type AES:32 --id 04 --label aes");

	for (guint i = 0; i < G_N_ELEMENTS (ciphers); i++)
		do_script_f (place,
		             P11
		             "--encrypt --mechanism %s %s --id 04 --input-file message --output-file one\n"
		             "openssl enc -aes-256-%s -K $(cat hex) %s -in message -out two\n"
		             "cmp one two\n" P11
		             "--decrypt --mechanism %s %s --id 04 --input-file two --output-file plain\n"
		             "cmp message plain",
		             ciphers[i][0], ciphers[i][2], ciphers[i][1], *ciphers[i][2] ? "-iv " IV : "",
		             ciphers[i][0], ciphers[i][2]);
}

/* --- wrapping --- */

typedef struct {
	const char *name;
	const char *options;
	const char *id;
	const char *wrap; /* OpenSSL's commands between "plain" and "wrapped" */
	const char *unwrap;
} WrapRow;

#define ENC_ROW(name, options, cipher)                                                                       \
	{                                                                                                    \
		name, options, "04", "enc -" cipher " -K $(cat hex) -in plain -out wrapped",                 \
			"enc -d -" cipher " -K $(cat hex) -in wrapped -out plain"                            \
	}

static const WrapRow wraps[] = {
	ENC_ROW ("AES-KEY-WRAP", "", "id-aes256-wrap -iv A6A6A6A6A6A6A6A6"),
	ENC_ROW ("AES-CBC", "--iv " IV, "aes-256-cbc -nopad -iv " IV),
	ENC_ROW ("AES-CBC-PAD", "--iv " IV, "aes-256-cbc -iv " IV),
	{ "RSA-PKCS", "", "03", "pkeyutl -encrypt -pubin -inkey theirs.pub -in plain -out wrapped",
	  "pkeyutl -decrypt -inkey theirs.pem -in wrapped -out plain" },
};

static void
wrapped_keys_cross_with_openssl (Place *place, gconstpointer data)
{
	import_pair (place, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
	do_script (place, "printf 0123456789abcdef0123456789abcdef >kek\n"
	                  "printf 'an aes key that is to be wrapped' >target\n"
	                  "od -An -tx1 -v kek | tr -d ' \\n' >hex\n" P11
	                  "--write-object kek --type secrkey --key-type AES:32 --id 04 --label kek\n" P11
	                  "--write-object target --type secrkey --key-type AES:32 --id 07 --label target "
	                  "--extractable");

	for (guint i = 0; i < G_N_ELEMENTS (wraps); i++)
		do_script_f (place,
		             P11
		             "--wrap --mechanism %s %s --id %s --application-id 07 --output-file wrapped\n"
		             "openssl %s\n"
		             "cmp plain target\n"
		             "openssl %s\n" P11
		             "--unwrap --mechanism %s %s --id %s --input-file wrapped --key-type AES: "
		             "--application-id 1%u --application-label unwrapped --extractable\n" P11
		             "--read-object --type secrkey --id 1%u --output-file back\n"
		             "cmp back target",
		             wraps[i].name, wraps[i].options, wraps[i].id, wraps[i].unwrap, wraps[i].wrap,
		             wraps[i].name, wraps[i].options, wraps[i].id, i, i);
}

/* keys.policy: a key that is made for everything, as this program makes them, does everything, until it has wrapped
 * a sensitive key. */
static void
a_key_that_has_wrapped_goes_on_wrapping (Place *place, gconstpointer data)
{
	g_autofree char *output = NULL;

	do_script (place, P11 "--keygen --key-type AES:32 --id 05 --label all --usage-decrypt --usage-wrap --sensitive\n" P11
	                      "--keygen --key-type AES:32 --id 06 --label prey --sensitive --extractable\n"
	                      "printf 0123456789abcdef >message\n" P11
	                      "--encrypt --mechanism AES-CBC-PAD --iv " IV " --id 05 --input-file message --output-file out\n" P11
	                      "--decrypt --mechanism AES-CBC-PAD --iv " IV " --id 05 --input-file out --output-file plain\n"
	                      "cmp message plain\n" P11
	                      "--wrap --mechanism AES-CBC-PAD --iv " IV " --id 05 --application-id 06 --output-file wrapped\n" P11
	                      "--wrap --mechanism AES-KEY-WRAP --id 05 --application-id 06 --output-file again\n" P11
	                      "--unwrap --mechanism AES-KEY-WRAP --id 05 --input-file again --key-type AES: "
	                      "--application-id 07 --application-label back --sensitive");
	output = script (place, P11 "--decrypt --mechanism AES-CBC-PAD --iv " IV " --id 05 --input-file wrapped "
	                            "--output-file value 2>&1 || true");
	assert_says (output, "CKR_KEY_FUNCTION_NOT_PERMITTED");
}

/* --- digests and others --- */

static void
hashes_of_the_token_are_hashes_of_openssl (Place *place, gconstpointer data)
{
	do_script (
		place,
		"echo message >message\n"
		"for name in SHA-1 SHA224 SHA256 SHA384 SHA512 MD5 SHA3-224 SHA3-256 SHA3-384 SHA3-512; do\n"
		"  pkcs11-tool --module \"$MODULE\" --hash --mechanism $name --input-file message "
		"--output-file one\n"
		"  openssl dgst -$(echo $name | sed s/SHA-1/sha1/ | tr A-Z a-z) -binary -out two message\n"
		"  cmp one two\n"
		"done");
}

static void
it_makes_random_bytes (Place *place, gconstpointer data)
{
	do_script (place, P11 "--generate-random 33 --output-file one\n" P11
	                      "--generate-random 33 --output-file two\n"
	                      "test $(wc -c <one) = 33\n"
	                      "! cmp -s one two");
}

static void
it_changes_the_pin (Place *place, gconstpointer data)
{
	int status;
	g_autofree char *refusal = NULL;

	do_script (place, P11 "--change-pin --new-pin 123456");

	do_script (place, "pkcs11-tool --module \"$MODULE\" --login --pin 123456 --list-objects");
	refusal = script_status (place, P11 "--list-objects", &status);
	g_assert_cmpint (status, !=, 0);
	assert_says (refusal, "CKR_PIN_INCORRECT");
}

static void
it_keeps_data (Place *place, gconstpointer data)
{
	do_script (place, "echo 'what I keep' >data\n" P11
	                  "--write-object data --type data --label note --application-label tests "
	                  "--private\n" P11 "--read-object --type data --label note --output-file back\n"
	                  "cmp data back");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_CLIENT ("opensc", its_own_test_finds_no_errors, "pkcs11-tool");
	ADD_CLIENT ("opensc", it_lists_slots_and_token, "pkcs11-tool");
	ADD_CLIENT ("opensc", it_sees_the_token_through_the_proxy_of_p11_kit, "pkcs11-tool");
	ADD_CLIENT ("opensc", rsa_signatures_cross_with_openssl, "pkcs11-tool openssl");
	ADD_CLIENT ("opensc", ecdsa_signatures_cross_with_openssl, "pkcs11-tool openssl");
	ADD_CLIENT ("opensc", openssl_verifies_an_eddsa_signature, "pkcs11-tool openssl");
	ADD_CLIENT ("opensc", hmacs_of_the_token_are_hmacs_of_openssl, "pkcs11-tool openssl cmp");
	ADD_CLIENT_ROWS ("opensc", openssl_verifies_an_ecdsa_signature, "pkcs11-tool p11tool openssl",
	                 curves);
	ADD_CLIENT_ROWS ("opensc", openssl_comes_to_the_same_ecdh_secret, "pkcs11-tool p11tool openssl cmp",
	                 curves);
	ADD_CLIENT ("opensc", the_token_decrypts_what_openssl_encrypted, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", aes_of_the_token_is_aes_of_openssl, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", wrapped_keys_cross_with_openssl, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", a_key_that_has_wrapped_goes_on_wrapping, "pkcs11-tool cmp");
	ADD_CLIENT ("opensc", hashes_of_the_token_are_hashes_of_openssl, "pkcs11-tool openssl cmp");
	ADD_CLIENT ("opensc", it_makes_random_bytes, "pkcs11-tool cmp");
	ADD_CLIENT ("opensc", it_changes_the_pin, "pkcs11-tool");
	ADD_CLIENT ("opensc", it_keeps_data, "pkcs11-tool cmp");
	return g_test_run ();
}
