/* How quick is a module beside another one?  bench MODULE [OTHER-MODULE]
 *
 * Both are loaded into this process, each with a token of its own.  Each kind of work is done in short windows,
 * by turns, and the best window of each counts: what remains are ratios that a busy machine disturbs least. */

#include "harness.h"

#include <stdio.h>

#define N_WINDOWS 7
#define WINDOW_US 150000
#define N_OBJECTS 1000

typedef struct {
	Module *module;
	Place *place;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE rsa, ec, aes;
} Contestant;

static CK_OBJECT_HANDLE
make_rsa (Contestant *c)
{
	CK_ATTRIBUTE public[] = { A_ULONG (CKA_MODULUS_BITS, 2048), A_BYTES (CKA_PUBLIC_EXPONENT, 1, 0, 1) };
	CK_ATTRIBUTE private[] = { A_BOOL (CKA_SIGN, CK_TRUE), A_BOOL (CKA_TOKEN, CK_TRUE) };
	CK_MECHANISM mechanism = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_OBJECT_HANDLE public_key, private_key;

	assert_ok (c->module->f->C_GenerateKeyPair (c->session, &mechanism, public, G_N_ELEMENTS (public), private,
	                                            G_N_ELEMENTS (private), &public_key, &private_key));
	return private_key;
}

static CK_OBJECT_HANDLE
make_ec (Contestant *c)
{
	CK_ATTRIBUTE public[] = { A_BYTES (CKA_EC_PARAMS, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7) };
	CK_ATTRIBUTE private[] = { A_BOOL (CKA_SIGN, CK_TRUE), A_BOOL (CKA_TOKEN, CK_TRUE) };
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_OBJECT_HANDLE public_key, private_key;

	assert_ok (c->module->f->C_GenerateKeyPair (c->session, &mechanism, public, G_N_ELEMENTS (public), private,
	                                            G_N_ELEMENTS (private), &public_key, &private_key));
	return private_key;
}

static CK_OBJECT_HANDLE
make_aes (Contestant *c)
{
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_VALUE_LEN, 32), A_BOOL (CKA_ENCRYPT, CK_TRUE),
		                    A_BOOL (CKA_TOKEN, CK_TRUE) };
	CK_MECHANISM mechanism = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_OBJECT_HANDLE key;

	assert_ok (c->module->f->C_GenerateKey (c->session, &mechanism, template, G_N_ELEMENTS (template), &key));
	return key;
}

/* Secret keys with an ID each, as a token full of keys has them. */
static void
fill (Contestant *c)
{
	for (guint32 i = 0; i < N_OBJECTS; i++) {
		CK_ATTRIBUTE template[] = {
			A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET),
			A_BOOL (CKA_TOKEN, CK_TRUE),         A_DATA (CKA_ID, &i, sizeof i),
			A_STRING (CKA_VALUE, "sixteen bytes...")
		};
		CK_OBJECT_HANDLE object;

		assert_ok (c->module->f->C_CreateObject (c->session, template, G_N_ELEMENTS (template), &object));
	}
}

static Contestant *
enter (const char *path)
{
	Contestant *c = g_new0 (Contestant, 1);

	c->place = place_new (NULL);
	c->module = module_load (path);
	assert_ok (c->module->f->C_Initialize (NULL));
	c->session = open_session (c->module, make_token (c->module, "bench"), TRUE);
	c->rsa = make_rsa (c);
	c->ec = make_ec (c);
	c->aes = make_aes (c);
	fill (c);
	return c;
}

static void
leave (Contestant *c)
{
	assert_ok (c->module->f->C_Finalize (NULL));
	module_unload (c->module);
	place_free (c->place);
	g_free (c);
}

/* --- the kinds of work: one unit each --- */

static void
sign (Contestant *c, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key, CK_ULONG n)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_BYTE data[64] = { 1 }, signature[512];
	CK_ULONG n_signature = sizeof signature;

	assert_ok (c->module->f->C_SignInit (c->session, &mechanism, key));
	assert_ok (c->module->f->C_Sign (c->session, data, n, signature, &n_signature));
}

static void
rsa_sign (Contestant *c)
{
	sign (c, CKM_SHA256_RSA_PKCS, c->rsa, 64);
}

static void
ec_sign (Contestant *c)
{
	sign (c, CKM_ECDSA, c->ec, 32);
}

/* CK_GCM_PARAMS, whose members have other names in each header. */
typedef struct {
	CK_BYTE *iv;
	CK_ULONG n_iv, n_iv_bits;
	CK_BYTE *aad;
	CK_ULONG n_aad, n_tag_bits;
} Gcm;

static void
gcm (Contestant *c)
{
	static CK_BYTE iv[12], data[1024], encrypted[1040];
	Gcm params = { iv, sizeof iv, 96, NULL, 0, 128 };
	CK_MECHANISM mechanism = { CKM_AES_GCM, &params, sizeof params };
	CK_ULONG n = sizeof encrypted;

	assert_ok (c->module->f->C_EncryptInit (c->session, &mechanism, c->aes));
	assert_ok (c->module->f->C_Encrypt (c->session, data, sizeof data, encrypted, &n));
}

static void
search (Contestant *c)
{
	static guint32 id;
	CK_ATTRIBUTE template[] = { A_DATA (CKA_ID, &id, sizeof id) };
	CK_OBJECT_HANDLE found[2];
	CK_ULONG n;

	id = (id + 1) % N_OBJECTS;
	assert_ok (c->module->f->C_FindObjectsInit (c->session, template, 1));
	assert_ok (c->module->f->C_FindObjects (c->session, found, 2, &n));
	assert_ok (c->module->f->C_FindObjectsFinal (c->session));
	g_assert_cmpuint (n, ==, 1);
}

static const struct {
	const char *name;
	void (*work) (Contestant *c);
} kinds[] = {
	{ "RSA-2048 sign", rsa_sign },
	{ "P-256 sign", ec_sign },
	{ "AES-256-GCM 1 KiB", gcm },
	{ "search by ID, 1000 objects", search },
};

/* Units per second in one window. */
static double
window (Contestant *c, void (*work) (Contestant *c))
{
	gint64 start = g_get_monotonic_time (), end;
	guint n = 0;

	do {
		work (c);
		n++;
		end = g_get_monotonic_time ();
	} while (end - start < WINDOW_US);
	return n * 1e6 / (double)(end - start);
}

static void
compare (Contestant *a, Contestant *b, const char *name, void (*work) (Contestant *c))
{
	double best_a = 0, best_b = 0;

	for (int i = 0; i < N_WINDOWS; i++) {
		best_a = MAX (best_a, window (a, work));
		if (b != NULL)
			best_b = MAX (best_b, window (b, work));
	}
	if (b != NULL)
		printf ("%-28s %12.0f/s %12.0f/s %10.2f\n", name, best_a, best_b, best_a / best_b);
	else
		printf ("%-28s %12.0f/s\n", name, best_a);
	fflush (stdout);
}

int
main (int argc, char **argv)
{
	Contestant *a, *b;

	if (argc < 2 || argc > 3) {
		fprintf (stderr, "usage: bench MODULE [OTHER-MODULE]\n");
		return 2;
	}
	a = enter (argv[1]);
	b = argc > 2 ? enter (argv[2]) : NULL;
	printf ("%-28s %14s %14s %10s\n", "", "first", b ? "other" : "", b ? "ratio" : "");
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		compare (a, b, kinds[i].name, kinds[i].work);
	leave (a);
	if (b != NULL)
		leave (b);
	return 0;
}
