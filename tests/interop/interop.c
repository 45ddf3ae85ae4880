/* What the tests between SoftHSM and us have in common.  See interop.h. */

#include "interop.h"

typedef struct {
	PairTest test;
	const void *row;
	gboolean made_by_us;
} Case;

/* What OpenSSL, below SoftHSM, never gives back is not for us to find. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
	return "leak:libcrypto\n";
}

/* --- the two sides --- */

/* Loaded once: SoftHSM does not like to be loaded again and again. */
static Module *
module_once (Module **module, const char *path)
{
	if (*module == NULL)
		*module = module_load (path);
	return *module;
}

static void
side_prepare (Side *side, Module *module, const char *name)
{
	side->module = module;
	side->f = module->f;
	side->name = name;
}

void
side_start (Side *side)
{
	assert_ok (side->f->C_Initialize (NULL));
	side->slot = token_slot_of (side->module);
	side->session = open_session (side->module, side->slot, TRUE);
}

void
side_stop (Side *side)
{
	assert_ok (side->f->C_Finalize (NULL));
}

void
side_renew (Side *side)
{
	side_stop (side);
	side_start (side);
}

static void
side_make_token (Side *side)
{
	assert_ok (side->f->C_Initialize (NULL));
	side->slot = make_token (side->module, "interop");
	side->session = open_session (side->module, side->slot, TRUE);
}

static void
side_prepare_ours (Side *side)
{
	static Module *ours;

	side_prepare (side, module_once (&ours, module_under_test ()), "we");
}

void
side_open_alone (Side *side)
{
	side_prepare_ours (side);
	side_make_token (side);
}

static void
pair_setup (Pair *pair, gboolean made_by_us)
{
	static Module *theirs;

	pair->place = place_new (NULL);
	side_prepare_ours (&pair->sides[0]);
	side_prepare (&pair->sides[1], module_once (&theirs, module_reference ()), "SoftHSM");
	pair->ours = &pair->sides[0];
	pair->theirs = &pair->sides[1];
	pair->maker = made_by_us ? pair->ours : pair->theirs;
	pair->other = made_by_us ? pair->theirs : pair->ours;

	side_make_token (pair->maker);
	side_start (pair->other);
}

static void
pair_teardown (Pair *pair)
{
	side_stop (pair->maker);
	side_stop (pair->other);
	place_free (pair->place);
}

static void
pair_test_run (gconstpointer data)
{
	const Case *one = data;
	Pair pair = { 0 };

	if (module_reference () == NULL) {
		g_test_skip ("there is no SoftHSM to compare with");
		return;
	}
	pair_setup (&pair, one->made_by_us);
	pair.row = one->row;
	one->test (&pair);
	pair_teardown (&pair);
}

static void
add_case (const char *path, PairTest test, const void *row, gboolean made_by_us)
{
	g_autofree char *whole = g_strconcat (path, made_by_us ? "/made_by_us" : "/made_by_softhsm", NULL);
	Case *one = g_new (Case, 1);

	*one = (Case){ test, row, made_by_us };
	g_test_add_data_func_full (whole, one, pair_test_run, g_free);
}

void
pair_test_add (const char *path, PairTest test)
{
	add_case (path, test, NULL, TRUE);
	add_case (path, test, NULL, FALSE);
}

void
pair_test_add_row (const char *path, PairTest test, const char *name, const void *row)
{
	g_autofree char *whole = g_strconcat (path, "/", name, NULL);

	add_case (whole, test, row, TRUE);
	add_case (whole, test, row, FALSE);
}

void
pair_test_add_ours (const char *path, PairTest test)
{
	add_case (path, test, NULL, TRUE);
}

gboolean
side_has (const Side *side, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_INFO info;

	return side->f->C_GetMechanismInfo (side->slot, type, &info) == CKR_OK;
}

gboolean
skip_without (const Pair *pair, CK_MECHANISM_TYPE type)
{
	g_autofree char *why = g_strdup_printf ("this SoftHSM has no mechanism 0x%lx", type);

	if (side_has (pair->theirs, type))
		return FALSE;
	g_test_skip (why);
	return TRUE;
}

CK_RV
side_login (const Side *side, CK_USER_TYPE who, const char *pin)
{
	return side->f->C_Login (side->session, who, (CK_UTF8CHAR *)(guintptr)pin, strlen (pin));
}

char *
pair_token_dir (const Pair *pair)
{
	g_autoptr (GDir) dir = g_dir_open (pair->place->tokendir, 0, NULL);
	const char *name;

	g_assert_nonnull (dir);
	name = g_dir_read_name (dir);
	g_assert_nonnull (name);
	return g_build_filename (pair->place->tokendir, name, NULL);
}

/* --- objects --- */

CK_OBJECT_HANDLE
create (const Side *side, CK_ATTRIBUTE *template, CK_ULONG n)
{
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;

	assert_ok (side->f->C_CreateObject (side->session, template, n, &object));
	return object;
}

guint
count (const Side *side, CK_ATTRIBUTE *template, CK_ULONG n)
{
	g_autoptr (GArray) found = find_objects (side->module, side->session, template, n);

	return found->len;
}

CK_OBJECT_HANDLE
find (const Side *side, CK_OBJECT_CLASS class, const char *label)
{
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_CLASS, class), A_STRING (CKA_LABEL, label) };
	g_autoptr (GArray) found =
		find_objects (side->module, side->session, template, G_N_ELEMENTS (template));

	if (found->len != 1)
		g_error ("%s find %u objects of class %lu labelled %s, not one", side->name, found->len,
		         class, label);
	return g_array_index (found, CK_OBJECT_HANDLE, 0);
}

GBytes *
attribute (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	GBytes *value = get_attribute (side->module, side->session, object, type);

	if (value == NULL)
		g_error ("%s do not give attribute 0x%lx", side->name, type);
	return value;
}

gboolean
attribute_is (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, const char *text)
{
	g_autoptr (GBytes) value = attribute (side, object, type);
	g_autoptr (GBytes) wanted = g_bytes_new (text, strlen (text));

	return g_bytes_equal (value, wanted);
}

CK_ULONG
attribute_ulong (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	g_autoptr (GBytes) value = attribute (side, object, type);
	CK_ULONG number;

	g_assert_cmpuint (g_bytes_get_size (value), ==, sizeof number);
	memcpy (&number, g_bytes_get_data (value, NULL), sizeof number);
	return number;
}

gboolean
attribute_bool (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	g_autoptr (GBytes) value = attribute (side, object, type);

	g_assert_cmpuint (g_bytes_get_size (value), ==, sizeof (CK_BBOOL));
	return *(const CK_BBOOL *)g_bytes_get_data (value, NULL) != CK_FALSE;
}

CK_RV
change (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE attr)
{
	return side->f->C_SetAttributeValue (side->session, object, &attr, 1);
}

static CK_RV
answer (const Side *side, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE attr = { type, NULL, 0 };

	return side->f->C_GetAttributeValue (side->session, object, &attr, 1);
}

static void
assert_same_one (const Pair *pair, CK_OBJECT_HANDLE here, CK_OBJECT_HANDLE there, CK_ATTRIBUTE_TYPE type)
{
	CK_RV rv = answer (pair->maker, here, type);
	g_autoptr (GBytes) a = NULL;
	g_autoptr (GBytes) b = NULL;

	g_test_message ("attribute 0x%lx", type);
	assert_rv (answer (pair->other, there, type), rv);
	if (rv != CKR_OK)
		return;
	a = attribute (pair->maker, here, type);
	b = attribute (pair->other, there, type);
	assert_bytes (a, b);
}

void
assert_same (const Pair *pair, CK_OBJECT_CLASS class, const char *label, const CK_ATTRIBUTE_TYPE *types,
             guint n)
{
	CK_OBJECT_HANDLE here = find (pair->maker, class, label);
	CK_OBJECT_HANDLE there = find (pair->other, class, label);

	for (guint i = 0; i < n; i++)
		assert_same_one (pair, here, there, types[i]);
}

/* --- keys --- */

void
generate_pair_of (const Side *side, CK_MECHANISM_TYPE type, const CK_ATTRIBUTE *parameters, guint n,
                  const char *label, gboolean extractable)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_ATTRIBUTE public[8] = {
		A_BOOL (CKA_TOKEN, CK_TRUE),
		A_STRING (CKA_LABEL, label),
		A_STRING (CKA_ID, label),
		A_BOOL (CKA_DERIVE, CK_TRUE),
	};
	CK_ATTRIBUTE private[] = {
		A_BOOL (CKA_TOKEN, CK_TRUE),
		A_STRING (CKA_LABEL, label),
		A_STRING (CKA_ID, label),
		A_BOOL (CKA_DERIVE, CK_TRUE),
		A_BOOL (CKA_SENSITIVE, !extractable),
		A_BOOL (CKA_EXTRACTABLE, extractable),
	};
	CK_OBJECT_HANDLE handles[2];

	g_assert_cmpuint (4 + n, <=, G_N_ELEMENTS (public));
	memcpy (public + 4, parameters, n * sizeof *parameters);
	assert_ok (side->f->C_GenerateKeyPair (side->session, &mechanism, public, 4 + n, private,
	                                       G_N_ELEMENTS (private), &handles[0], &handles[1]));
}

void
generate_pair (const Side *side, CK_MECHANISM_TYPE type, CK_ATTRIBUTE parameter, const char *label,
               gboolean extractable)
{
	generate_pair_of (side, type, &parameter, 1, label, extractable);
}

void
generate_secret (const Side *side, CK_MECHANISM_TYPE type, CK_ULONG len, const char *label,
                 gboolean extractable)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_ATTRIBUTE template[] = {
		A_BOOL (CKA_TOKEN, CK_TRUE),
		A_STRING (CKA_LABEL, label),
		A_STRING (CKA_ID, label),
		A_BOOL (CKA_SENSITIVE, !extractable),
		A_BOOL (CKA_EXTRACTABLE, extractable),
		A_BOOL (CKA_DERIVE, CK_TRUE),
		A_ULONG (CKA_VALUE_LEN, len),
	};
	CK_OBJECT_HANDLE key;

	/* A key of fixed length is made without one. */
	assert_ok (side->f->C_GenerateKey (side->session, &mechanism, template,
	                                   G_N_ELEMENTS (template) - (len == 0), &key));
}

/* C_Sign, C_Encrypt and C_Decrypt look alike. */
typedef CK_RV (*Start) (CK_SESSION_HANDLE, CK_MECHANISM *, CK_OBJECT_HANDLE);
typedef CK_RV (*Work) (CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *);

static GBytes *
operate (const Side *side, Start start, Work work, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key,
         GBytes *data)
{
	CK_BYTE *in = (CK_BYTE *)(guintptr)g_bytes_get_data (data, NULL);
	CK_BYTE out[4096];
	CK_ULONG n_out = sizeof out;

	assert_ok (start (side->session, mechanism, key));
	assert_ok (work (side->session, in, g_bytes_get_size (data), out, &n_out));
	return g_bytes_new (out, n_out);
}

GBytes *
sign (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data)
{
	return operate (side, side->f->C_SignInit, side->f->C_Sign, mechanism, key, data);
}

GBytes *
encrypt (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data)
{
	return operate (side, side->f->C_EncryptInit, side->f->C_Encrypt, mechanism, key, data);
}

GBytes *
decrypt (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data)
{
	return operate (side, side->f->C_DecryptInit, side->f->C_Decrypt, mechanism, key, data);
}

CK_RV
verify (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *data, GBytes *signature)
{
	CK_BYTE *in = (CK_BYTE *)(guintptr)g_bytes_get_data (data, NULL);
	CK_BYTE *proof = (CK_BYTE *)(guintptr)g_bytes_get_data (signature, NULL);

	assert_ok (side->f->C_VerifyInit (side->session, mechanism, key));
	return side->f->C_Verify (side->session, in, g_bytes_get_size (data), proof,
	                          g_bytes_get_size (signature));
}

GBytes *
digest (const Side *side, CK_MECHANISM_TYPE type, GBytes *data)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_BYTE out[64];
	CK_ULONG n_out = sizeof out;

	assert_ok (side->f->C_DigestInit (side->session, &mechanism));
	assert_ok (side->f->C_Digest (side->session, (CK_BYTE *)(guintptr)g_bytes_get_data (data, NULL),
	                              g_bytes_get_size (data), out, &n_out));
	return g_bytes_new (out, n_out);
}

void
assert_signature_crosses (const Side *from, const Side *to, CK_MECHANISM *mechanism, const char *label,
                          gsize len)
{
	g_autoptr (GBytes) data = message (len);
	g_autoptr (GBytes) wrong = message (len + 1);
	g_autoptr (GBytes) signature = sign (from, mechanism, find (from, CKO_PRIVATE_KEY, label), data);
	CK_OBJECT_HANDLE public = find (to, CKO_PUBLIC_KEY, label);

	assert_ok (verify (to, mechanism, public, data, signature));
	assert_rv (verify (to, mechanism, public, wrong, signature), CKR_SIGNATURE_INVALID);
}

void
assert_signatures_cross (const Pair *pair, CK_MECHANISM *mechanism, const char *label, gsize len)
{
	assert_signature_crosses (pair->other, pair->maker, mechanism, label, len);
	assert_signature_crosses (pair->maker, pair->other, mechanism, label, len);
}

static void
assert_secret_crosses (const Side *from, const Side *to, CK_MECHANISM *mechanism, CK_OBJECT_CLASS open,
                       CK_OBJECT_CLASS closed, const char *label, gsize len)
{
	g_autoptr (GBytes) data = message (len);
	g_autoptr (GBytes) secret = encrypt (from, mechanism, find (from, open, label), data);
	g_autoptr (GBytes) plain = decrypt (to, mechanism, find (to, closed, label), secret);

	assert_bytes (plain, data);
}

void
assert_secrets_cross (const Pair *pair, CK_MECHANISM *mechanism, CK_OBJECT_CLASS open, CK_OBJECT_CLASS closed,
                      const char *label, gsize len)
{
	assert_secret_crosses (pair->maker, pair->other, mechanism, open, closed, label, len);
	assert_secret_crosses (pair->other, pair->maker, mechanism, open, closed, label, len);
}

CK_OBJECT_HANDLE
derive (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, CK_KEY_TYPE type, CK_ULONG len)
{
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, type),
		A_BOOL (CKA_TOKEN, CK_FALSE),        A_BOOL (CKA_SENSITIVE, CK_FALSE),
		A_BOOL (CKA_EXTRACTABLE, CK_TRUE),   A_ULONG (CKA_VALUE_LEN, len),
	};
	CK_OBJECT_HANDLE secret = CK_INVALID_HANDLE;

	assert_ok (side->f->C_DeriveKey (side->session, mechanism, base, template,
	                                 G_N_ELEMENTS (template) - (len == 0), &secret));
	return secret;
}

GBytes *
wrap (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE target)
{
	CK_BYTE out[4096];
	CK_ULONG n_out = sizeof out;

	assert_ok (side->f->C_WrapKey (side->session, mechanism, key, target, out, &n_out));
	return g_bytes_new (out, n_out);
}

CK_OBJECT_HANDLE
unwrap (const Side *side, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, GBytes *wrapped,
        CK_OBJECT_CLASS class, CK_KEY_TYPE type)
{
	CK_ATTRIBUTE template[] = {
		A_ULONG (CKA_CLASS, class),        A_ULONG (CKA_KEY_TYPE, type),
		A_BOOL (CKA_TOKEN, CK_FALSE),      A_BOOL (CKA_SENSITIVE, CK_FALSE),
		A_BOOL (CKA_EXTRACTABLE, CK_TRUE),
	};
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;

	g_test_message ("%s unwrap", side->name);
	assert_ok (side->f->C_UnwrapKey (
		side->session, mechanism, key, (CK_BYTE *)(guintptr)g_bytes_get_data (wrapped, NULL),
		g_bytes_get_size (wrapped), template, G_N_ELEMENTS (template), &object));
	return object;
}

GBytes *
without_leading_zeros (GBytes *number)
{
	gsize n, zeros = 0;
	const guint8 *octets = g_bytes_get_data (number, &n);

	while (zeros < n && octets[zeros] == 0)
		zeros++;
	return g_bytes_new_from_bytes (number, zeros, n - zeros);
}

GBytes *
message (gsize len)
{
	guint8 *octets = g_malloc (len + 1);

	for (gsize i = 0; i < len; i++)
		octets[i] = (guint8)(i * 7 + len);
	return g_bytes_new_take (octets, len);
}

/* --- parameters --- */

void
generate_rsa (const Side *side, CK_ULONG bits, const char *label)
{
	generate_pair (side, CKM_RSA_PKCS_KEY_PAIR_GEN, (CK_ATTRIBUTE)A_ULONG (CKA_MODULUS_BITS, bits), label,
	               TRUE);
}

#define DSA_PRIME                                                                                            \
	"d73b8e2a8fae42e5fc281167cba2e31b981717ca3f6981c6cb177357b32175214ed483661c6d2061b5e2938591207734fd" \
	"bca979cd3122d6597326338b8409bdcab650c41e4fb24ee31bc38e8f31baa156d4db65392b72c61e3d6384ab0dd061f5c1" \
	"61ef0ddafe50eed4ff1844d1c1d63f7cf79f4bb12282eac595037423a63b"
#define DSA_SUBPRIME "a018114b3b458bfc3ae9472ca2df62c228eee8d7"
#define DSA_BASE                                                                                             \
	"be640dec656d0d0cc88bbed03800ba6bbd12cdd8e487c428fb8a55fb9f4341d32955dcce0cc99a979d13b74e3a06203bfb" \
	"21b36bc919e10802ffa24c84ae03087b161eee95056297497f4352889a4ceac39e97d7d07bfac8fd89b6a353eca22a4079" \
	"a4b2c1b586d423f3f5470a584c5ed2d0e4d6fb787ee2b32cca7516dc65a4"
#define DH_PRIME                                                                                             \
	"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF" \
	"9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE38" \
	"6BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D" \
	"23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF"

void
generate_dsa (const Side *side, const char *label)
{
	g_autoptr (GBytes) p = from_hex (DSA_PRIME);
	g_autoptr (GBytes) q = from_hex (DSA_SUBPRIME);
	g_autoptr (GBytes) g = from_hex (DSA_BASE);
	CK_ATTRIBUTE parameters[] = {
		BYTES_ATTRIBUTE (CKA_PRIME, p),
		BYTES_ATTRIBUTE (CKA_SUBPRIME, q),
		BYTES_ATTRIBUTE (CKA_BASE, g),
	};

	generate_pair_of (side, CKM_DSA_KEY_PAIR_GEN, parameters, G_N_ELEMENTS (parameters), label, TRUE);
}

void
generate_dh (const Side *side, const char *label)
{
	g_autoptr (GBytes) p = from_hex (DH_PRIME);
	CK_ATTRIBUTE parameters[] = { BYTES_ATTRIBUTE (CKA_PRIME, p), A_BYTES (CKA_BASE, 2) };

	generate_pair_of (side, CKM_DH_PKCS_KEY_PAIR_GEN, parameters, G_N_ELEMENTS (parameters), label, TRUE);
}

/* --- curves --- */

#define CURVE(name, generate, ...)                                                                           \
	{                                                                                                    \
		name, generate, (const CK_BYTE[]){ __VA_ARGS__ }, sizeof ((const CK_BYTE[]){ __VA_ARGS__ })  \
	}
#define NAMED(name, generate, len, text)                                                                     \
	{                                                                                                    \
		name, generate, (const CK_BYTE *)"\x13" len text, sizeof ("\x13" len text) - 1               \
	}

/* RFC 5480 section 2.1.1.1 */
const CurveRow weierstrass_curves[4] = {
	CURVE ("P-224", CKM_EC_KEY_PAIR_GEN, 6, 5, 0x2b, 0x81, 4, 0, 33),
	CURVE ("P-256", CKM_EC_KEY_PAIR_GEN, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
	CURVE ("P-384", CKM_EC_KEY_PAIR_GEN, 6, 5, 0x2b, 0x81, 4, 0, 34),
	CURVE ("P-521", CKM_EC_KEY_PAIR_GEN, 6, 5, 0x2b, 0x81, 4, 0, 35),
};

/* RFC 8410 section 3; PKCS #11 v3.0 section 2.3.5 */
const CurveRow edwards_curves[4] = {
	CURVE ("Ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, 6, 3, 0x2b, 101, 112),
	CURVE ("Ed448", CKM_EC_EDWARDS_KEY_PAIR_GEN, 6, 3, 0x2b, 101, 113),
	NAMED ("Ed25519 by name", CKM_EC_EDWARDS_KEY_PAIR_GEN, "\x0c", "edwards25519"),
	NAMED ("Ed448 by name", CKM_EC_EDWARDS_KEY_PAIR_GEN, "\x0a", "edwards448"),
};

const CurveRow montgomery_curves[4] = {
	CURVE ("X25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, 6, 3, 0x2b, 101, 110),
	CURVE ("X448", CKM_EC_EDWARDS_KEY_PAIR_GEN, 6, 3, 0x2b, 101, 111),
	NAMED ("X25519 by name", CKM_EC_EDWARDS_KEY_PAIR_GEN, "\x0a", "curve25519"),
	NAMED ("X448 by name", CKM_EC_EDWARDS_KEY_PAIR_GEN, "\x08", "curve448"),
};
