/* softhsm2-keyconv: BIND's private keys, written here from keys made for the test, become PKCS #8 files of the same
 * keys. */

#include "tooltest.h"
#include "view.h"

#include "build-config.h"

#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYCONV(place, ...) run (place, command ("SOFTHSM2_KEYCONV"), __VA_ARGS__, NULL)

/* --- keys in BIND's format --- */

typedef struct {
	const char *name;
	unsigned number;
	gnutls_pk_algorithm_t algorithm;
	unsigned bits; /* or a curve */
	const char *kind;
	bool as_softhsm; /* SoftHSM converts it too */
} Algorithm;

#define CURVE(curve) GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_##curve)

static const Algorithm algorithms[] = {
	{ "rsamd5", 1, GNUTLS_PK_RSA, 2048, "RSA", true },
	{ "dsa", 3, GNUTLS_PK_DSA, 1024, "DSA", true },
	{ "rsasha1", 5, GNUTLS_PK_RSA, 2048, "RSA", true },
	{ "dsa_nsec3_sha1", 6, GNUTLS_PK_DSA, 1024, "DSA", true },
	{ "rsasha1_nsec3_sha1", 7, GNUTLS_PK_RSA, 2048, "RSA", true },
	{ "rsasha256", 8, GNUTLS_PK_RSA, 2048, "RSA", true },
	{ "rsasha512", 10, GNUTLS_PK_RSA, 3072, "RSA", true },
	{ "ecdsap256sha256", 13, GNUTLS_PK_ECDSA, CURVE (SECP256R1), "ECDSA", false },
	{ "ecdsap384sha384", 14, GNUTLS_PK_ECDSA, CURVE (SECP384R1), "ECDSA", false },
	{ "ed25519", 15, GNUTLS_PK_EDDSA_ED25519, CURVE (ED25519), "EDDSA", false },
	{ "ed448", 16, GNUTLS_PK_EDDSA_ED448, CURVE (ED448), "EDDSA", false },
};

static const Algorithm *const rsasha256 = &algorithms[5];
static const Algorithm *const p256 = &algorithms[7];

/* "Name: number", without the zero octet that GnuTLS puts before a high bit, or at full length. */
static void
put_line (GString *text, const char *name, const gnutls_datum_t *number, unsigned size)
{
	unsigned skip = 0, n;
	g_autofree guint8 *octets = NULL;
	g_autofree char *base64 = NULL;

	while (skip < number->size && number->data[skip] == 0 && number->size - skip != size)
		skip++;
	n = number->size - skip;
	size = MAX (size, n);
	octets = g_malloc0 (size);
	memcpy (octets + size - n, number->data + skip, n);
	base64 = g_base64_encode (octets, size);
	g_string_append_printf (text, "%s: %s\n", name, base64);
}

static void
put_lines (GString *text, const char *const *names, gnutls_datum_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (names[i] != NULL)
			put_line (text, names[i], &numbers[i], 0);
		gnutls_free (numbers[i].data);
	}
}

static void
put_rsa (GString *text, gnutls_x509_privkey_t key)
{
	static const char *const names[] = { "Modulus", "PublicExponent", "PrivateExponent", "Prime1",
		                             "Prime2",  "Coefficient",    "Exponent1",       "Exponent2" };
	gnutls_datum_t n[8] = { 0 };

	g_assert_cmpint (
		gnutls_x509_privkey_export_rsa_raw2 (key, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7]), ==,
		0);
	put_lines (text, names, n, G_N_ELEMENTS (n));
}

static void
put_dsa (GString *text, gnutls_x509_privkey_t key)
{
	static const char *const names[] = { "Prime(p)", "Subprime(q)", "Base(g)", "Public_value(y)",
		                             "Private_value(x)" };
	gnutls_datum_t n[5] = { 0 };

	g_assert_cmpint (gnutls_x509_privkey_export_dsa_raw (key, &n[0], &n[1], &n[2], &n[3], &n[4]), ==, 0);
	put_lines (text, names, n, G_N_ELEMENTS (n));
}

static void
put_curve (GString *text, gnutls_x509_privkey_t key, const Algorithm *algorithm)
{
	gnutls_datum_t n[3] = { 0 };

	g_assert_cmpint (gnutls_x509_privkey_export_ecc_raw (key, NULL, &n[0], &n[1], &n[2]), ==, 0);
	put_line (text, "PrivateKey", &n[2],
	          (unsigned)gnutls_ecc_curve_get_size (GNUTLS_BITS_TO_CURVE (algorithm->bits)));
	for (size_t i = 0; i < G_N_ELEMENTS (n); i++)
		gnutls_free (n[i].data);
}

static gnutls_x509_privkey_t
make_key (const Algorithm *algorithm)
{
	gnutls_x509_privkey_t key;

	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_generate (key, algorithm->algorithm, algorithm->bits, 0), ==, 0);
	return key;
}

static char *
bind_text (gnutls_x509_privkey_t key, const Algorithm *algorithm)
{
	GString *text = g_string_new (NULL);

	g_string_printf (text, "Private-key-format: v1.3\nAlgorithm: %u (NAME)\n", algorithm->number);
	if (algorithm->algorithm == GNUTLS_PK_RSA)
		put_rsa (text, key);
	else if (algorithm->algorithm == GNUTLS_PK_DSA)
		put_dsa (text, key);
	else
		put_curve (text, key, algorithm);
	g_string_append (text, "Created: 20250101000000\nPublish: 20250101000000\nActivate: 20250101000000\n");
	return g_string_free (text, FALSE);
}

static void
assert_same_key (gnutls_x509_privkey_t a, gnutls_x509_privkey_t b)
{
	guint8 id_a[32], id_b[32];
	size_t n_a = sizeof id_a, n_b = sizeof id_b;

	g_assert_cmpint (gnutls_x509_privkey_get_key_id (a, GNUTLS_KEYID_USE_SHA256, id_a, &n_a), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_get_key_id (b, GNUTLS_KEYID_USE_SHA256, id_b, &n_b), ==, 0);
	g_assert_cmpmem (id_a, n_a, id_b, n_b);
}

static void
assert_holds (const char *pem, const char *passphrase, gnutls_x509_privkey_t expected)
{
	gnutls_datum_t text = { (guint8 *)(guintptr)pem, (unsigned)strlen (pem) };
	gnutls_x509_privkey_t key;

	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_import_pkcs8 (key, &text, GNUTLS_X509_FMT_PEM, passphrase,
	                                                   passphrase ? 0 : GNUTLS_PKCS_PLAIN),
	                 ==, 0);
	assert_same_key (key, expected);
	gnutls_x509_privkey_deinit (key);
}

/* home/in.private and home/out.pem, with a key of the algorithm. */
typedef struct {
	char *in;
	char *out;
	char *text;
	gnutls_x509_privkey_t key;
} Case;

static void
case_clear (Case *c)
{
	g_free (c->in);
	g_free (c->out);
	g_free (c->text);
	gnutls_x509_privkey_deinit (c->key);
}

#define auto_case __attribute__ ((cleanup (case_clear)))

static void
case_start (Case *c, const Place *place, const Algorithm *algorithm)
{
	c->in = place_path (place, "in.private");
	c->out = place_path (place, "out.pem");
	c->key = make_key (algorithm);
	c->text = bind_text (c->key, algorithm);
	place_write (place, "in.private", c->text);
}

/* Nothing but the input lies in the home. */
static void
assert_wrote_nothing (const Place *place)
{
	g_autoptr (GDir) dir = g_dir_open (place->home, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name (dir)) != NULL)
		g_assert_cmpstr (name, ==, "in.private");
}

/* --- what it writes --- */

static void
converts (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autofree char *expected = NULL;
	g_autofree char *pem = NULL;
	g_autoptr (Result) result = NULL;
	struct stat info;

	case_start (&c, place, data);
	result = KEYCONV (place, "--in", c.in, "--out", c.out);
	assert_status (result, 0);
	expected = g_strdup_printf ("The key has been written to %s\n", c.out);
	g_assert_cmpstr (result->out, ==, expected);
	g_assert_cmpstr (result->err, ==, "");
	pem = place_read (place, "out.pem");
	g_assert_true (g_str_has_prefix (pem, "-----BEGIN PRIVATE KEY-----\n"));
	assert_holds (pem, NULL, c.key);
	g_assert_cmpint (stat (c.out, &info), ==, 0);
	g_assert_cmpint (info.st_mode & 07777, ==, 0600);
}

static void
converts_as_softhsm_does (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autofree char *keyconv = softhsm_command (place, "softhsm2-keyconv");
	g_autofree char *theirs = NULL;
	g_autofree char *ours = NULL;
	g_autoptr (Result) result = NULL;

	if (keyconv == NULL)
		return;
	case_start (&c, place, data);
	result = run (place, keyconv, "--in", c.in, "--out", c.out, NULL);
	assert_status (result, 0);
	theirs = place_read (place, "out.pem");
	result_free (result);
	result = KEYCONV (place, "--in", c.in, "--out", c.out);
	assert_status (result, 0);
	ours = place_read (place, "out.pem");
	g_assert_cmpstr (ours, ==, theirs);
}

static void
what_it_writes_can_be_imported (Place *place, gconstpointer data)
{
	const Algorithm *algorithm = data;
	auto_case Case c = { 0 };
	g_autofree char *expected = NULL;
	g_autoptr (Result) result = NULL;
	g_autoptr (Result) import = NULL;
	auto_view View view = { 0 };

	case_start (&c, place, data);
	result = KEYCONV (place, "--in", c.in, "--out", c.out, "--pin", "opening words");
	assert_status (result, 0);
	make_token (place, "t");
	import = UTIL (place, "--import", c.out, "--token", "t", "--label", "key", "--id", "A1", "--pin", USER_PIN,
	               "--file-pin", "opening words");
	assert_status (import, 0);
	expected = g_strdup_printf ("The %s key pair with label=key has been imported.\n", algorithm->kind);
	assert_out (import, expected);
	view_open (&view, place);
	assert_signs_and_verifies (&view,
	                           algorithm->algorithm == GNUTLS_PK_RSA     ? CKM_SHA256_RSA_PKCS
	                           : algorithm->algorithm == GNUTLS_PK_DSA   ? CKM_DSA
	                           : algorithm->algorithm == GNUTLS_PK_ECDSA ? CKM_ECDSA
	                                                                     : CKM_EDDSA,
	                           find_one (&view, CKO_PRIVATE_KEY), find_one (&view, CKO_PUBLIC_KEY));
}

static void
a_pin_encrypts_by_pbes2 (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autofree char *pem = NULL;
	g_autoptr (Result) result = NULL;
	gnutls_datum_t text;
	unsigned schema, cipher;

	case_start (&c, place, rsasha256);
	result = KEYCONV (place, "--in", c.in, "--out", c.out, "--pin", "opening words");
	assert_status (result, 0);
	pem = place_read (place, "out.pem");
	g_assert_true (g_str_has_prefix (pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
	assert_holds (pem, "opening words", c.key);
	text = (gnutls_datum_t){ (guint8 *)pem, (unsigned)strlen (pem) };
	g_assert_cmpint (gnutls_pkcs8_info (&text, GNUTLS_X509_FMT_PEM, &schema, &cipher, NULL, NULL, NULL, NULL), ==,
	                 0);
	g_assert_cmpuint (schema, ==, GNUTLS_PKCS_PBES2_AES_256);
	g_assert_cmpuint (cipher, ==, GNUTLS_CIPHER_AES_256_CBC);
}

static void
openssl_reads_it (Place *place, gconstpointer data)
{
	static const Algorithm *const some[] = { &algorithms[1], &algorithms[5], &algorithms[7], &algorithms[10] };
	g_autofree char *openssl = g_find_program_in_path ("openssl");

	if (openssl == NULL) {
		g_test_skip ("there is no openssl");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS (some); i++) {
		auto_case Case c = { 0 };
		g_autoptr (Result) plain = NULL, encrypted = NULL, read_plain = NULL, read_encrypted = NULL;

		case_start (&c, place, some[i]);
		plain = KEYCONV (place, "--in", c.in, "--out", c.out);
		assert_status (plain, 0);
		read_plain = run (place, openssl, "pkey", "-in", c.out, "-noout", NULL);
		assert_status (read_plain, 0);
		encrypted = KEYCONV (place, "--in", c.in, "--out", c.out, "--pin", "words");
		assert_status (encrypted, 0);
		read_encrypted = run (place, openssl, "pkey", "-in", c.out, "-noout", "-passin", "pass:words", NULL);
		assert_status (read_encrypted, 0);
	}
}

static void
tags_may_be_written_in_any_case (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autofree char *lower = NULL;
	g_autofree char *pem = NULL;
	g_autoptr (Result) result = NULL;
	GString *text;

	case_start (&c, place, rsasha256);
	text = g_string_new (c.text);
	g_string_replace (text, "Modulus:", "MODULUS:", 0);
	g_string_replace (text, "v1.3", "v1.2", 0);
	g_string_replace (text, "\n", "\r\n", 0);
	lower = g_string_free (text, FALSE);
	place_write (place, "in.private", lower);
	result = KEYCONV (place, "--in", c.in, "--out", c.out);
	assert_status (result, 0);
	pem = place_read (place, "out.pem");
	assert_holds (pem, NULL, c.key);
}

static void
unknown_and_repeated_lines_are_read_over (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autofree char *more = NULL;
	g_autofree char *pem = NULL;
	g_autoptr (Result) result = NULL;

	case_start (&c, place, p256);
	more = g_strconcat (c.text, "\nInactive: 20300101000000\nSecret: AAAA\nAlgorithm: 8\n", NULL);
	place_write (place, "in.private", more);
	result = KEYCONV (place, "--in", c.in, "--out", c.out);
	assert_status (result, 0);
	g_assert_cmpstr (result->err, ==,
	                 "ERROR: Unrecognized input line 9\n"
	                 "ERROR: --> Secret\n"
	                 "ERROR: Duplicate \"Algorithm:\" field, line 10 - ignored\n");
	pem = place_read (place, "out.pem");
	assert_holds (pem, NULL, c.key);
}

/* As old versions of BIND wrote them. */
static void
a_short_private_value_is_filled_up (Place *place, gconstpointer data)
{
	g_autofree char *in = place_path (place, "in.private");
	g_autofree char *out = place_path (place, "out.pem");
	g_autofree char *pem = NULL;
	g_autoptr (Result) result = NULL;
	gnutls_datum_t text, x, y, k;
	gnutls_x509_privkey_t key;

	place_write (place, "in.private", "Private-key-format: v1.2\nAlgorithm: 13\nPrivateKey: AQ==\n");
	result = KEYCONV (place, "--in", in, "--out", out);
	assert_status (result, 0);
	pem = place_read (place, "out.pem");
	text = (gnutls_datum_t){ (guint8 *)pem, (unsigned)strlen (pem) };
	g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_import (key, &text, GNUTLS_X509_FMT_PEM), ==, 0);
	g_assert_cmpint (gnutls_x509_privkey_export_ecc_raw (key, NULL, &x, &y, &k), ==, 0);
	/* The private value 1 belongs to the generator of P-256, whose x begins so: SEC 2 section 2.4.2. */
	g_assert_cmpmem (x.data + x.size - 32, 4, "\x6b\x17\xd1\xf2", 4);
	gnutls_free (x.data);
	gnutls_free (y.data);
	gnutls_free (k.data);
	gnutls_x509_privkey_deinit (key);
}

static void
a_link_is_written_into (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autofree char *target = place_path (place, "target.pem");
	g_autofree char *pem = NULL;
	g_autoptr (Result) result = NULL;

	case_start (&c, place, p256);
	place_write (place, "target.pem", "a longer text that was there before");
	g_assert_cmpint (symlink (target, c.out), ==, 0);
	result = KEYCONV (place, "--in", c.in, "--out", c.out);
	assert_status (result, 0);
	g_assert_true (g_file_test (c.out, G_FILE_TEST_IS_SYMLINK));
	pem = place_read (place, "target.pem");
	assert_holds (pem, NULL, c.key);
}

/* --- what it refuses --- */

typedef struct {
	const char *name;
	const char *text;
	const char *error;
	bool is_ours; /* SoftHSM takes it, or says something else */
} Refusal;

#define HEAD "Private-key-format: v1.3\n"

static const Refusal refusals[] = {
	{ "refuses_gost", HEAD "Algorithm: 12 (ECC-GOST)\nGostAsn1: AAAA\n",
	  "ERROR: Unrecognized input line 3\nERROR: --> GostAsn1\nERROR: The algorithm 12 is not supported.\n", true },
	{ "refuses_algorithm_4", HEAD "Algorithm: 4\n", "ERROR: The algorithm 4 is not supported.\n" },
	{ "refuses_dh", HEAD "Algorithm: 2 (DH)\n", "ERROR: The algorithm 2 is not supported.\n" },
	{ "refuses_no_algorithm", HEAD, "ERROR: The algorithm -1 was not given in the file.\n" },
	{ "refuses_an_empty_algorithm", HEAD "Algorithm:\n", "ERROR: The algorithm -1 was not given in the file.\n" },
	{ "refuses_an_empty_file", "", "ERROR: The algorithm -1 was not given in the file.\n" },
	{ "refuses_a_newer_format", "Private-key-format: v1.4\nAlgorithm: 8\n",
	  "ERROR: Cannot parse this version of file format, v1.4.\n" },
	{ "refuses_a_format_that_is_none", "Private-key-format: one\nAlgorithm: 8\n",
	  "ERROR: Invalid/unknown version string (one).\n", true },
	{ "refuses_missing_parts_of_rsa", HEAD "Algorithm: 8\nModulus: AQAB\n",
	  "ERROR: Some parts of the key material is missing in the input file.\n" },
	{ "refuses_missing_parts_of_dsa", HEAD "Algorithm: 3\nPrime(p): AQAB\n",
	  "ERROR: Some parts of the key material is missing in the input file.\n" },
	{ "refuses_a_missing_value_of_ecdsa", HEAD "Algorithm: 13\n",
	  "ERROR: Some parts of the key material is missing in the input file.\n", true },
	{ "refuses_what_is_no_base64", HEAD "Algorithm: 8\nModulus: A*AB\n",
	  "ERROR: Could not parse the base64 string on line 3.\n" },
	{ "refuses_base64_that_ends_early", HEAD "Algorithm: 8\nModulus: AQA\n",
	  "ERROR: Could not parse the base64 string on line 3.\n" },
	{ "refuses_a_short_ed25519_key", HEAD "Algorithm: 15\nPrivateKey: AQAB\n",
	  "ERROR: The parts of the key in the input file do not fit together.\n", true },
	{ "refuses_ecdsa_with_0", HEAD "Algorithm: 13\nPrivateKey: AAAA\n",
	  "ERROR: The parts of the key in the input file do not fit together.\n", true },
	{ "refuses_rsa_of_numbers_that_do_not_fit",
	  HEAD "Algorithm: 8\nModulus: 8Q==\nPublicExponent: Aw==\nPrivateExponent: Bw==\nPrime1: CQ==\n"
	       "Prime2: BQ==\nExponent1: AQ==\nExponent2: AQ==\nCoefficient: AQ==\n",
	  "ERROR: The parts of the key in the input file do not fit together.\n", true },
};

static void
refuse_with (Place *place, const Refusal *refusal, const char *keyconv)
{
	g_autofree char *in = place_path (place, "in.private");
	g_autofree char *out = place_path (place, "out.pem");
	g_autoptr (Result) result = NULL;

	place_write (place, "in.private", refusal->text);
	result = run (place, keyconv, "--in", in, "--out", out, NULL);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, refusal->error);
	g_assert_cmpstr (result->out, ==, "");
}

static void
refuses (Place *place, gconstpointer data)
{
	refuse_with (place, data, command ("SOFTHSM2_KEYCONV"));
	assert_wrote_nothing (place);
}

static void
refuses_as_softhsm_does (Place *place, gconstpointer data)
{
	g_autofree char *keyconv = softhsm_command (place, "softhsm2-keyconv");

	if (keyconv != NULL)
		refuse_with (place, data, keyconv);
}

static void
a_public_value_of_another_key_is_refused (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autoptr (Result) result = NULL;
	char *value;

	case_start (&c, place, &algorithms[1]);
	value = strstr (c.text, "Public_value(y): ") + strlen ("Public_value(y): ");
	value[4] = value[4] == 'A' ? 'B' : 'A';
	place_write (place, "in.private", c.text);
	result = KEYCONV (place, "--in", c.in, "--out", c.out);
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: The parts of the key in the input file do not fit together.\n");
	assert_wrote_nothing (place);
}

static void
a_failure_leaves_the_old_file (Place *place, gconstpointer data)
{
	g_autofree char *in = place_path (place, "in.private");
	g_autofree char *out = place_path (place, "out.pem");
	g_autofree char *left = NULL;
	g_autoptr (Result) result = NULL;

	place_write (place, "in.private", "Private-key-format: v1.3\nAlgorithm: 12\n");
	place_write (place, "out.pem", "precious");
	result = KEYCONV (place, "--in", in, "--out", out);
	assert_status (result, 1);
	left = place_read (place, "out.pem");
	g_assert_cmpstr (left, ==, "precious");
}

static void
a_directory_that_is_not_there_is_reported (Place *place, gconstpointer data)
{
	auto_case Case c = { 0 };
	g_autoptr (Result) result = NULL;

	case_start (&c, place, p256);
	result = KEYCONV (place, "--in", c.in, "--out", "/nonexistent/out.pem");
	assert_status (result, 1);
	g_assert_cmpstr (result->err, ==, "ERROR: Could not open the output file: /nonexistent/out.pem (errno 2)\n");
}

static void
paths_are_needed (Place *place, gconstpointer data)
{
	g_autoptr (Result) no_in = KEYCONV (place, "--out", "/nonexistent/out.pem");
	g_autoptr (Result) no_out = KEYCONV (place, "--in", "/nonexistent/in.private");
	g_autoptr (Result) no_file =
		KEYCONV (place, "--in", "/nonexistent/in.private", "--out", "/nonexistent/out.pem");

	assert_status (no_in, 1);
	g_assert_cmpstr (no_in->err, ==, "ERROR: A path to the input file must be supplied. Use --in <path>\n");
	assert_status (no_out, 1);
	g_assert_cmpstr (no_out->err, ==, "ERROR: A path to the output file must be supplied. Use --out <path>\n");
	assert_status (no_file, 1);
	g_assert_cmpstr (no_file->err, ==, "ERROR: Could not open input file /nonexistent/in.private for reading.\n");
}

static void
help_version_and_unknown_options_have_status_0 (Place *place, gconstpointer data)
{
	static const char *const options[] = { "--help", "-h", "--bogus", NULL };
	g_autoptr (Result) version = KEYCONV (place, "--version");

	assert_status (version, 0);
	g_assert_cmpstr (version->out, ==, PACKAGE_VERSION "\n");
	for (size_t i = 0; i < G_N_ELEMENTS (options); i++) {
		g_autoptr (Result) result = KEYCONV (place, options[i]);

		assert_status (result, 0);
		assert_out (result, "Usage: softhsm2-keyconv [OPTIONS]\n");
	}
}

static void
the_man_page_names_every_option (Place *place, gconstpointer data)
{
	assert_man_page_is_complete (place, command ("SOFTHSM2_KEYCONV"));
}

static void
add (const char *prefix, const char *name, void (*test) (Place *, gconstpointer), gconstpointer data)
{
	g_autofree char *path = g_strconcat ("/keyconv/", prefix, name, NULL);

	g_test_add (path, Place, data, setup_as_ourselves, test, place_teardown);
}

#define ADD(function) add ("", #function, function, NULL)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);

	ADD (the_man_page_names_every_option);
	for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++) {
		const Algorithm *algorithm = &algorithms[i];

		add ("converts_", algorithm->name, converts, algorithm);
		add ("imports_", algorithm->name, what_it_writes_can_be_imported, algorithm);
		if (algorithm->as_softhsm)
			add ("as_softhsm_does_", algorithm->name, converts_as_softhsm_does, algorithm);
	}
	for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++) {
		add ("", refusals[i].name, refuses, &refusals[i]);
		if (!refusals[i].is_ours)
			add ("as_softhsm_does_", refusals[i].name, refuses_as_softhsm_does, &refusals[i]);
	}
	ADD (a_pin_encrypts_by_pbes2);
	ADD (openssl_reads_it);
	ADD (tags_may_be_written_in_any_case);
	ADD (unknown_and_repeated_lines_are_read_over);
	ADD (a_short_private_value_is_filled_up);
	ADD (a_link_is_written_into);
	ADD (a_public_value_of_another_key_is_refused);
	ADD (a_failure_leaves_the_old_file);
	ADD (a_directory_that_is_not_there_is_reported);
	ADD (paths_are_needed);
	ADD (help_version_and_unknown_options_have_status_0);

	return g_test_run ();
}
