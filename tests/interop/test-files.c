/* What stands on the disk: SoftHSM's encoding to the letter, nothing written that need not be, nothing cut
 * short, nothing touched that is not a token's. */

#include "interop.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Kinds of values in an object file. */
enum { KIND_BOOL = 1, KIND_ULONG = 2, KIND_BYTES = 3, KIND_ATTRS = 4, KIND_MECHS = 5 };

/* Types in token.object, from CKA_VENDOR_DEFINED + "SH" on. */
#define OS_BASE (CKA_VENDOR_DEFINED + 0x5348UL)
#define OS_TAG (OS_BASE + 7)

typedef struct {
	guint64 type;
	guint64 kind;
	gsize start; /* of the value, without a length before it */
	gsize len;
} Value;

typedef struct {
	guint8 *data;
	gsize len;
	guint64 generation;
	GArray *values;
} File;

static void
file_clear (File *file)
{
	g_clear_pointer (&file->data, g_free);
	g_clear_pointer (&file->values, g_array_unref);
}

#define auto_file __attribute__ ((cleanup (file_clear)))

static guint64
take_u64 (const File *file, gsize *at)
{
	guint64 value;

	g_assert_cmpuint (*at + 8, <=, file->len);
	memcpy (&value, file->data + *at, 8);
	*at += 8;
	return GUINT64_FROM_BE (value);
}

static gsize
value_length (const File *file, guint64 kind, gsize *at)
{
	switch (kind) {
	case KIND_BOOL:
		return 1;
	case KIND_ULONG:
		return 8;
	case KIND_BYTES:
	case KIND_ATTRS:
		return take_u64 (file, at);
	case KIND_MECHS:
		return 8 * take_u64 (file, at);
	default:
		g_error ("there is no kind %" G_GUINT64_FORMAT, kind);
	}
}

/* Fails the test unless every byte of the file is accounted for. */
static File
file_parse (const char *path)
{
	File file = { .values = g_array_new (FALSE, FALSE, sizeof (Value)) };
	gsize at = 0;

	g_assert_true (g_file_get_contents (path, (char **)&file.data, &file.len, NULL));
	file.generation = take_u64 (&file, &at);
	while (at < file.len) {
		Value value = { .type = take_u64 (&file, &at), .kind = take_u64 (&file, &at) };

		value.len = value_length (&file, value.kind, &at);
		value.start = at;
		at += value.len;
		g_assert_cmpuint (at, <=, file.len);
		g_array_append_val (file.values, value);
	}
	return file;
}

static const Value *
file_value (const File *file, guint64 type)
{
	for (guint i = 0; i < file->values->len; i++)
		if (g_array_index (file->values, Value, i).type == type)
			return &g_array_index (file->values, Value, i);
	return NULL;
}

/* --- finding files --- */

static GPtrArray *
object_files (const Pair *pair)
{
	g_autofree char *path = pair_token_dir (pair);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
	const char *name;

	g_assert_nonnull (dir);
	while ((name = g_dir_read_name (dir)) != NULL)
		if (g_str_has_suffix (name, ".object") && strcmp (name, "token.object") != 0)
			g_ptr_array_add (files, g_build_filename (path, name, NULL));
	return files;
}

static char *
only_object_file (const Pair *pair)
{
	g_autoptr (GPtrArray) files = object_files (pair);

	g_assert_cmpuint (files->len, ==, 1);
	return g_strdup (files->pdata[0]);
}

static char *
in_token_dir (const Pair *pair, const char *name)
{
	g_autofree char *dir = pair_token_dir (pair);

	return g_build_filename (dir, name, NULL);
}

static struct stat
stat_of (const char *path)
{
	struct stat info;

	if (lstat (path, &info) != 0)
		g_error ("%s: %s", path, g_strerror (errno));
	return info;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
	return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Everything below a directory, with times and contents, to compare with another time. */
static void
describe (GString *all, const char *path)
{
	struct stat info = stat_of (path);
	g_autofree char *content = NULL;
	g_autofree char *sum = NULL;
	gsize len = 0;

	if (S_ISREG (info.st_mode) && g_file_get_contents (path, &content, &len, NULL))
		sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guint8 *)content, len);
	g_string_append_printf (all, "%s %o %lu %ld.%09ld %s\n", path, info.st_mode, (gulong)info.st_ino,
	                        (glong)info.st_mtim.tv_sec, info.st_mtim.tv_nsec, sum ? sum : "");
	if (S_ISDIR (info.st_mode)) {
		g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
		g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
		const char *name;

		while ((name = g_dir_read_name (dir)) != NULL)
			g_ptr_array_add (names, g_build_filename (path, name, NULL));
		g_ptr_array_sort (names, by_name);
		for (guint i = 0; i < names->len; i++)
			describe (all, names->pdata[i]);
	}
}

static char *
snapshot (const Pair *pair)
{
	GString *all = g_string_new (NULL);

	describe (all, pair->place->tokendir);
	return g_string_free (all, FALSE);
}

static CK_OBJECT_HANDLE
make_data (const Side *side, const char *label)
{
	return CREATE (side, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	               A_BOOL (CKA_PRIVATE, CK_FALSE), A_STRING (CKA_LABEL, label),
	               A_STRING (CKA_VALUE, "value"));
}

/* --- encoding --- */

static void
a_public_data_object_is_written_to_the_letter (Pair *pair)
{
	/* All but the generation, in ascending order of the types, each with its kind. */
	g_autoptr (GBytes) wanted = from_hex ("0000000000000000 0000000000000002 0000000000000000" /* class */
	                                      "0000000000000001 0000000000000001 ff"               /* token */
	                                      "0000000000000002 0000000000000001 00" /* private */
	                                      "0000000000000003 0000000000000003 0000000000000004 64617461"
	                                      "0000000000000010 0000000000000003 0000000000000003 617070"
	                                      "0000000000000011 0000000000000003 0000000000000002 6869"
	                                      "0000000000000012 0000000000000003 0000000000000000"
	                                      "0000000000000170 0000000000000001 ff"   /* modifiable */
	                                      "0000000000000171 0000000000000001 ff"   /* copyable */
	                                      "0000000000000172 0000000000000001 ff"); /* destroyable */
	g_autofree char *path = NULL;
	auto_file File file = { 0 };

	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_BOOL (CKA_PRIVATE, CK_FALSE), A_STRING (CKA_LABEL, "data"),
	        A_STRING (CKA_APPLICATION, "app"), A_STRING (CKA_VALUE, "hi"));

	path = only_object_file (pair);
	file = file_parse (path);
	/* and behind it our tag */
	g_assert_cmpuint (file.len - 8, ==, g_bytes_get_size (wanted) + (file_value (&file, OS_TAG) ? 24 + 32 : 0));
	g_assert_cmpmem (file.data + 8, g_bytes_get_size (wanted), g_bytes_get_data (wanted, NULL),
	                 g_bytes_get_size (wanted));
}

static void
a_wrap_template_is_written_to_the_letter (Pair *pair)
{
	g_autoptr (GBytes) wanted =
		from_hex ("0000000000000100 0000000000000002 000000000000001f" /* key type: AES */
	                  "0000000000000162 0000000000000001 ff");             /* extractable */
	CK_ATTRIBUTE members[] = { A_BOOL (CKA_EXTRACTABLE, CK_TRUE), A_ULONG (CKA_KEY_TYPE, CKK_AES) };
	g_autofree char *path = NULL;
	auto_file File file = { 0 };
	const Value *value;

	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_VALUE, "0123456789abcdef"),
	        A_DATA (CKA_WRAP_TEMPLATE, members, sizeof members));

	path = only_object_file (pair);
	file = file_parse (path);
	value = file_value (&file, CKA_WRAP_TEMPLATE);
	g_assert_nonnull (value);
	g_assert_cmpuint (value->kind, ==, KIND_ATTRS);
	g_assert_cmpmem (file.data + value->start, value->len, g_bytes_get_data (wanted, NULL),
	                 g_bytes_get_size (wanted));
}

static void
allowed_mechanisms_are_written_in_ascending_order (Pair *pair)
{
	CK_MECHANISM_TYPE allowed[] = { CKM_AES_GCM, CKM_AES_ECB, CKM_AES_GCM, CKM_AES_CBC };
	g_autoptr (GBytes) wanted = from_hex ("0000000000001081 0000000000001082 0000000000001087");
	g_autofree char *path = NULL;
	auto_file File file = { 0 };
	const Value *value;

	CREATE (pair->maker, A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_VALUE, "0123456789abcdef"),
	        A_DATA (CKA_ALLOWED_MECHANISMS, allowed, sizeof allowed));

	path = only_object_file (pair);
	file = file_parse (path);
	value = file_value (&file, CKA_ALLOWED_MECHANISMS);
	g_assert_nonnull (value);
	g_assert_cmpuint (value->kind, ==, KIND_MECHS);
	g_assert_cmpmem (file.data + value->start, value->len, g_bytes_get_data (wanted, NULL),
	                 g_bytes_get_size (wanted));
}

static void
token_object_has_five_attributes (Pair *pair)
{
	static const guint64 kinds[] = { KIND_BYTES, KIND_BYTES, KIND_ULONG, KIND_BYTES, KIND_BYTES };
	static const gsize lens[] = { 32, 16, 8, 72, 72 };
	g_autofree char *path = in_token_dir (pair, "token.object");
	auto_file File file = file_parse (path);

	g_assert_cmpuint (file.len, ==, 320);
	g_assert_cmpuint (file.values->len, ==, G_N_ELEMENTS (kinds));
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		const Value *value = &g_array_index (file.values, Value, i);

		g_assert_cmphex (value->type, ==, OS_BASE + 1 + i);
		g_assert_cmpuint (value->kind, ==, kinds[i]);
		g_assert_cmpuint (value->len, ==, lens[i]);
	}
	/* RNG, login required, user PIN set, restore key not needed, token initialised */
	g_assert_cmphex (file.data[g_array_index (file.values, Value, 2).start + 7], ==, 0x2d);
	g_assert_cmphex (file.data[g_array_index (file.values, Value, 2).start + 6], ==, 0x04);
}

static void
files_have_the_names_that_softhsm_gives (Pair *pair)
{
	g_autofree char *dir = pair_token_dir (pair);
	g_autofree char *name = g_path_get_basename (dir);
	g_autofree char *serial = g_strdup_printf ("%.4s%.12s", name + 19, name + 24);
	g_autofree char *object = NULL;
	g_autofree char *lock = NULL;
	CK_TOKEN_INFO info;

	make_data (pair->maker, "data");

	object = only_object_file (pair);
	lock = g_strdup_printf ("%.*s.lock", (int)(strlen (object) - strlen (".object")), object);
	g_assert_cmpuint (strlen (name), ==, 36);
	assert_ok (pair->maker->f->C_GetTokenInfo (pair->maker->slot, &info));
	g_assert_cmpmem (info.serialNumber, 16, serial, 16);
	g_assert_true (g_file_test (lock, G_FILE_TEST_IS_REGULAR));
}

/* --- what we add --- */

static void
softhsm_carries_along_what_we_add (Pair *pair)
{
	CK_MECHANISM mech = { CKM_AES_KEY_WRAP, NULL, 0 };
	CK_OBJECT_HANDLE key = CREATE (pair->ours, A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
	                               A_BOOL (CKA_TOKEN, CK_TRUE), A_STRING (CKA_LABEL, "wraps"), A_BOOL (CKA_SENSITIVE, CK_TRUE),
	                               A_BOOL (CKA_EXTRACTABLE, CK_TRUE), A_STRING (CKA_VALUE, "0123456789abcdef"));
	CK_BYTE wrapped[64];
	CK_ULONG n = sizeof wrapped;
	g_autofree char *path = NULL;
	auto_file File file = { 0 };

	assert_ok (pair->ours->f->C_WrapKey (pair->ours->session, &mech, key, key, wrapped, &n));
	assert_ok (change (pair->theirs, find (pair->theirs, CKO_SECRET_KEY, "wraps"), (CK_ATTRIBUTE)A_STRING (CKA_ID, "1")));
	path = only_object_file (pair);
	file = file_parse (path);
	g_assert_nonnull (file_value (&file, OS_TAG));
	g_assert_nonnull (file_value (&file, CKA_SOFTHSM_KEYS_ONLY));
	mech = (CK_MECHANISM){ CKM_AES_ECB, NULL, 0 };
	assert_rv (pair->ours->f->C_DecryptInit (pair->ours->session, &mech, find (pair->ours, CKO_SECRET_KEY, "wraps")),
	           CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* --- as SoftHSM writes it --- */

static gboolean
is_listed (GPtrArray *files, const char *path)
{
	for (guint i = 0; i < files->len; i++)
		if (strcmp (files->pdata[i], path) == 0)
			return TRUE;
	return FALSE;
}

/* The file that is there now and was not. */
static char *
new_file (const Pair *pair, GPtrArray *before)
{
	g_autoptr (GPtrArray) now = object_files (pair);
	char *found = NULL;

	for (guint i = 0; i < now->len; i++) {
		if (is_listed (before, now->pdata[i]))
			continue;
		g_assert_null (found);
		found = g_strdup (now->pdata[i]);
	}
	g_assert_nonnull (found);
	return found;
}

static gboolean
is_ciphertext (const Value *value)
{
	return value->kind == KIND_BYTES && value->len >= 32 && value->len % 16 == 0;
}

/* Whatever SoftHSM writes for a template we write too, as the same kind; what is not sealed, with the same
 * value. Two keys' values differ where they are random, so the caller says whether to compare. */
static void
assert_like (const File *ours, const File *theirs, gboolean same_values)
{
	gboolean private = theirs->data[file_value (theirs, CKA_PRIVATE)->start] != 0;

	for (guint i = 0; i < theirs->values->len; i++) {
		const Value *want = &g_array_index (theirs->values, Value, i),
			    *have = file_value (ours, want->type);

		g_test_message ("attribute 0x%" G_GINT64_MODIFIER "x", want->type);
		g_assert_nonnull (have);
		g_assert_cmpuint (have->kind, ==, want->kind);
		if (private && want->kind == KIND_BYTES) {
			/* A default stays empty; what was given is sealed, dates apart. */
			if (is_ciphertext (want))
				g_assert_true (is_ciphertext (have));
		} else if (same_values) {
			g_assert_cmpmem (ours->data + have->start, have->len, theirs->data + want->start,
			                 want->len);
		}
	}
	for (guint i = 0; i < ours->values->len; i++) {
		const Value *have = &g_array_index (ours->values, Value, i);

		if (file_value (theirs, have->type) == NULL)
			g_test_message ("we have attribute 0x%" G_GINT64_MODIFIER "x besides", have->type);
	}
}

static void
assert_written_alike (const Pair *pair, void (*make) (const Side *side), gboolean same_values)
{
	g_autoptr (GPtrArray) before = object_files (pair);
	g_autoptr (GPtrArray) between = NULL;
	g_autofree char *path = NULL;
	g_autofree char *other = NULL;
	auto_file File ours = { 0 };
	auto_file File theirs = { 0 };

	make (pair->ours);
	path = new_file (pair, before);
	between = object_files (pair);
	make (pair->theirs);
	other = new_file (pair, between);

	ours = file_parse (path);
	theirs = file_parse (other);
	assert_like (&ours, &theirs, same_values);
}

static void
make_public_data (const Side *side)
{
	make_data (side, "data");
}

static void
make_private_data (const Side *side)
{
	CREATE (side, A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	        A_STRING (CKA_LABEL, "data"));
}

static void
make_certificate (const Side *side)
{
	CREATE (side, A_ULONG (CKA_CLASS, CKO_CERTIFICATE), A_ULONG (CKA_CERTIFICATE_TYPE, CKC_X_509),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_BYTES (CKA_SUBJECT, 0x30, 0), A_BYTES (CKA_VALUE, 0x30, 0));
}

static void
make_aes (const Side *side)
{
	generate_secret (side, CKM_AES_KEY_GEN, 32, "aes", FALSE);
}

static void
make_generic (const Side *side)
{
	generate_secret (side, CKM_GENERIC_SECRET_KEY_GEN, 40, "secret", TRUE);
}

static void
make_public_aes (const Side *side)
{
	CREATE (side, A_ULONG (CKA_CLASS, CKO_SECRET_KEY), A_ULONG (CKA_KEY_TYPE, CKK_AES),
	        A_BOOL (CKA_TOKEN, CK_TRUE), A_BOOL (CKA_PRIVATE, CK_FALSE),
	        A_STRING (CKA_VALUE, "0123456789abcdef"), A_STRING (CKA_START_DATE, "20260101"));
}

/* Half a pair: the other half stays in the session. */
static void
make_half (const Side *side, CK_MECHANISM_TYPE type, CK_ATTRIBUTE parameter, gboolean private_half)
{
	CK_MECHANISM mechanism = { type, NULL, 0 };
	CK_ATTRIBUTE public[] = { A_BOOL (CKA_TOKEN, !private_half), parameter };
	CK_ATTRIBUTE private[] = { A_BOOL (CKA_TOKEN, private_half) };
	CK_OBJECT_HANDLE handles[2];

	assert_ok (side->f->C_GenerateKeyPair (side->session, &mechanism, public, G_N_ELEMENTS (public),
	                                       private, G_N_ELEMENTS (private), &handles[0], &handles[1]));
}

static void
make_rsa_public (const Side *side)
{
	make_half (side, CKM_RSA_PKCS_KEY_PAIR_GEN, (CK_ATTRIBUTE)A_ULONG (CKA_MODULUS_BITS, 1024), FALSE);
}

static void
make_rsa_private (const Side *side)
{
	make_half (side, CKM_RSA_PKCS_KEY_PAIR_GEN, (CK_ATTRIBUTE)A_ULONG (CKA_MODULUS_BITS, 1024), TRUE);
}

static void
make_ec_public (const Side *side)
{
	make_half (side, CKM_EC_KEY_PAIR_GEN, (CK_ATTRIBUTE)CURVE_PARAMS (&weierstrass_curves[1]), FALSE);
}

static void
make_ec_private (const Side *side)
{
	make_half (side, CKM_EC_KEY_PAIR_GEN, (CK_ATTRIBUTE)CURVE_PARAMS (&weierstrass_curves[1]), TRUE);
}

static void
make_edwards_public (const Side *side)
{
	make_half (side, CKM_EC_EDWARDS_KEY_PAIR_GEN, (CK_ATTRIBUTE)CURVE_PARAMS (&edwards_curves[0]), FALSE);
}

static void
make_edwards_private (const Side *side)
{
	make_half (side, CKM_EC_EDWARDS_KEY_PAIR_GEN, (CK_ATTRIBUTE)CURVE_PARAMS (&edwards_curves[2]), TRUE);
}

static void
data_objects_have_what_softhsm_writes (Pair *pair)
{
	assert_written_alike (pair, make_public_data, TRUE);
	assert_written_alike (pair, make_private_data, TRUE);
}

static void
certificates_have_what_softhsm_writes (Pair *pair)
{
	assert_written_alike (pair, make_certificate, TRUE);
}

static void
secret_keys_have_what_softhsm_writes (Pair *pair)
{
	assert_written_alike (pair, make_aes, TRUE);
	assert_written_alike (pair, make_generic, TRUE);
	assert_written_alike (pair, make_public_aes, TRUE);
}

static void
rsa_keys_have_what_softhsm_writes (Pair *pair)
{
	assert_written_alike (pair, make_rsa_public, FALSE);
	assert_written_alike (pair, make_rsa_private, FALSE);
}

static void
ec_keys_have_what_softhsm_writes (Pair *pair)
{
	assert_written_alike (pair, make_ec_public, FALSE);
	assert_written_alike (pair, make_ec_private, FALSE);
}

static void
edwards_keys_have_what_softhsm_writes (Pair *pair)
{
	if (!side_has (pair->theirs, CKM_EC_EDWARDS_KEY_PAIR_GEN)) {
		g_test_skip ("this SoftHSM has no Edwards curves");
		return;
	}
	assert_written_alike (pair, make_edwards_public, FALSE);
	assert_written_alike (pair, make_edwards_private, FALSE);
}

/* --- when it is written --- */

static void
a_login_writes_nothing (Pair *pair)
{
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	make_data (pair->ours, "data");
	side_stop (pair->theirs);
	before = snapshot (pair);

	side_renew (pair->ours);
	assert_ok (pair->ours->f->C_Logout (pair->ours->session));
	assert_ok (side_login (pair->ours, CKU_USER, USER_PIN));
	assert_ok (pair->ours->f->C_Logout (pair->ours->session));
	assert_ok (side_login (pair->ours, CKU_SO, SO_PIN));

	after = snapshot (pair);
	g_assert_cmpstr (after, ==, before);
	assert_ok (pair->theirs->f->C_Initialize (NULL));
}

static void
reading_and_using_writes_nothing (Pair *pair)
{
	CK_MECHANISM ecb = { CKM_AES_ECB, NULL, 0 };
	g_autoptr (GBytes) data = message (16);
	g_autoptr (GBytes) done = NULL;
	g_autoptr (GBytes) value = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	generate_secret (pair->maker, CKM_AES_KEY_GEN, 16, "aes", TRUE);
	side_stop (pair->theirs);
	before = snapshot (pair);

	done = encrypt (pair->ours, &ecb, find (pair->ours, CKO_SECRET_KEY, "aes"), data);
	value = attribute (pair->ours, find (pair->ours, CKO_SECRET_KEY, "aes"), CKA_VALUE);

	after = snapshot (pair);
	g_assert_cmpstr (after, ==, before);
	assert_ok (pair->theirs->f->C_Initialize (NULL));
}

static void
a_wrong_pin_writes_once_and_the_right_one_once (Pair *pair)
{
	g_autofree char *path = in_token_dir (pair, "token.object");
	ino_t start = stat_of (path).st_ino, wrong, right;

	assert_ok (pair->ours->f->C_Logout (pair->ours->session));
	assert_rv (side_login (pair->ours, CKU_USER, "wrong"), CKR_PIN_INCORRECT);
	wrong = stat_of (path).st_ino;
	assert_rv (side_login (pair->ours, CKU_USER, "wrong"), CKR_PIN_INCORRECT);
	g_assert_cmpuint (stat_of (path).st_ino, ==, wrong);
	assert_ok (side_login (pair->ours, CKU_USER, USER_PIN));
	right = stat_of (path).st_ino;

	g_assert_cmpuint (wrong, !=, start);
	g_assert_cmpuint (right, !=, wrong);
}

static void
a_changed_object_is_a_new_file (Pair *pair)
{
	CK_OBJECT_HANDLE object = make_data (pair->ours, "data");
	g_autofree char *path = only_object_file (pair);
	g_autofree char *whole = NULL;
	g_autofree char *same = NULL;
	gsize n_whole, n_same;
	FILE *old = fopen (path, "r");

	g_assert_true (g_file_get_contents (path, &whole, &n_whole, NULL));
	assert_ok (change (pair->ours, object, (CK_ATTRIBUTE)A_STRING (CKA_LABEL, "new")));

	/* Whoever has the old one open still reads all of it. */
	same = g_malloc (n_whole + 1);
	n_same = fread (same, 1, n_whole + 1, old);
	fclose (old);
	g_assert_cmpmem (same, n_same, whole, n_whole);
}

static void
a_changed_pin_is_a_new_file (Pair *pair)
{
	g_autofree char *path = in_token_dir (pair, "token.object");
	ino_t before = stat_of (path).st_ino;

	assert_ok (pair->ours->f->C_SetPIN (pair->ours->session, (CK_UTF8CHAR *)USER_PIN, strlen (USER_PIN),
	                                    (CK_UTF8CHAR *)"new pin", 7));

	g_assert_cmpuint (stat_of (path).st_ino, !=, before);
}

static void
generations_count_every_change (Pair *pair)
{
	g_autofree char *counter = in_token_dir (pair, "generation");
	g_autofree char *path = NULL;
	auto_file File token = file_parse (counter);
	auto_file File made = { 0 };
	auto_file File object = { 0 };
	auto_file File changed = { 0 };
	CK_OBJECT_HANDLE handle = make_data (pair->ours, "data");

	path = only_object_file (pair);
	made = file_parse (counter);
	object = file_parse (path);
	assert_ok (change (pair->ours, handle, (CK_ATTRIBUTE)A_STRING (CKA_LABEL, "new")));
	changed = file_parse (path);

	g_assert_cmpuint (made.len, ==, 8);
	g_assert_cmpuint (made.generation, ==, token.generation + 1);
	g_assert_cmpuint (changed.generation, ==, object.generation + 1);
}

static void
nothing_is_left_beside_what_is_written (Pair *pair)
{
	g_autofree char *path = pair_token_dir (pair);
	g_autoptr (GDir) dir = NULL;
	CK_OBJECT_HANDLE object = make_data (pair->ours, "data");
	const char *name;

	assert_ok (change (pair->ours, object, (CK_ATTRIBUTE)A_STRING (CKA_LABEL, "new")));
	make_data (pair->ours, "more");
	assert_ok (pair->ours->f->C_DestroyObject (pair->ours->session, object));

	dir = g_dir_open (path, 0, NULL);
	while ((name = g_dir_read_name (dir)) != NULL)
		g_assert_true (g_str_has_suffix (name, ".object") || g_str_has_suffix (name, ".lock") ||
		               strcmp (name, "generation") == 0);
}

static guint
count_files (const Pair *pair, const char *suffix)
{
	g_autofree char *path = pair_token_dir (pair);
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;
	guint n = 0;

	while ((name = g_dir_read_name (dir)) != NULL)
		n += g_str_has_suffix (name, suffix) && !g_str_has_prefix (name, "token.");
	return n;
}

static void
a_destroyed_object_leaves_no_file (Pair *pair)
{
	make_data (pair->maker, "data");
	g_assert_cmpuint (count_files (pair, ".object"), ==, 1);

	assert_ok (
		pair->other->f->C_DestroyObject (pair->other->session, find (pair->other, CKO_DATA, "data")));

	g_assert_cmpuint (count_files (pair, ".object"), ==, 0);
	g_assert_cmpuint (count_files (pair, ".lock"), ==, 0);
}

/* --- modes --- */

static void
assert_modes (const char *conf, mode_t process, mode_t dir_mode, mode_t file_mode)
{
	Place *place = place_new (conf);
	Module *module = module_load (module_under_test ());
	mode_t old = umask (process);
	Side side = { module, module->f, 0, 0, "we" };
	Pair pair = { .place = place, .ours = &side };
	g_autofree char *dir = NULL;
	g_autofree char *object = NULL;
	g_autofree char *token = NULL;
	g_autofree char *generation = NULL;

	assert_ok (module->f->C_Initialize (NULL));
	side.slot = make_token (module, "modes");
	side.session = open_session (module, side.slot, TRUE);
	make_data (&side, "data");
	dir = pair_token_dir (&pair);
	object = only_object_file (&pair);
	token = in_token_dir (&pair, "token.object");
	generation = in_token_dir (&pair, "generation");

	g_assert_cmphex (stat_of (dir).st_mode & 07777, ==, dir_mode);
	g_assert_cmphex (stat_of (object).st_mode & 07777, ==, file_mode);
	g_assert_cmphex (stat_of (token).st_mode & 07777, ==, file_mode);
	g_assert_cmphex (stat_of (generation).st_mode & 07777, ==, file_mode);
	g_assert_cmphex (umask (old), ==, process);
	assert_ok (module->f->C_Finalize (NULL));
	module_unload (module);
	place_free (place);
}

static void
files_are_for_the_owner_alone_by_default (void)
{
	assert_modes (NULL, 022, 0700, 0600);
}

static void
files_are_for_the_owner_alone_whatever_the_umask_of_the_process (void)
{
	assert_modes (NULL, 0, 0700, 0600);
}

static void
objectstore_umask_0027_lets_the_group_read (void)
{
	assert_modes ("objectstore.umask = 0027", 0, 0750, 0640);
}

static void
objectstore_umask_0000_leaves_it_to_the_process (void)
{
	assert_modes ("objectstore.umask = 0000", 0002, 0775, 0664);
}

static void
the_umask_of_the_process_takes_away_too (void)
{
	assert_modes ("objectstore.umask = 0027", 0077, 0700, 0600);
}

static void
a_replaced_file_keeps_its_mode (Pair *pair)
{
	CK_OBJECT_HANDLE object = make_data (pair->ours, "data");
	g_autofree char *path = only_object_file (pair);

	g_assert_cmpint (g_chmod (path, 0640), ==, 0);
	assert_ok (change (pair->ours, object, (CK_ATTRIBUTE)A_STRING (CKA_LABEL, "new")));

	g_assert_cmphex (stat_of (path).st_mode & 07777, ==, 0640);
}

/* --- what is not ours --- */

static void
strange_directories_are_left_alone (Pair *pair)
{
	g_autofree char *empty = g_build_filename (pair->place->tokendir, "empty", NULL);
	g_autofree char *full = g_build_filename (pair->place->tokendir, "full", NULL);
	g_autofree char *inside = g_build_filename (full, "notes.object", NULL);
	g_autofree char *file = g_build_filename (pair->place->tokendir, "file", NULL);
	g_autofree char *link_ = g_build_filename (pair->place->tokendir, "link", NULL);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	/* SoftHSM puts a generation file into every directory. */
	side_stop (pair->theirs);
	g_assert_cmpint (g_mkdir (empty, 0755), ==, 0);
	g_assert_cmpint (g_mkdir (full, 0755), ==, 0);
	g_assert_true (g_file_set_contents (inside, "not ours", -1, NULL));
	g_assert_true (g_file_set_contents (file, "not ours", -1, NULL));
	g_assert_cmpint (symlink ("full", link_), ==, 0);
	before = snapshot (pair);

	side_renew (pair->ours);

	after = snapshot (pair);
	g_assert_cmpstr (after, ==, before);
	assert_ok (pair->theirs->f->C_Initialize (NULL));
}

static void
strange_files_in_a_token_harm_nothing (Pair *pair)
{
	g_autofree char *broken = in_token_dir (pair, "broken.object");
	g_autofree char *empty = in_token_dir (pair, "empty.object");
	g_autofree char *notes = in_token_dir (pair, "notes.txt");
	g_autofree char *dir = in_token_dir (pair, "dir.object");
	g_autofree char *same = NULL;

	side_stop (pair->theirs);
	make_data (pair->ours, "data");
	g_assert_true (g_file_set_contents (
		broken, "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\3\377\377", 26, NULL));
	g_assert_true (g_file_set_contents (empty, "", 0, NULL));
	g_assert_true (g_file_set_contents (notes, "not ours", -1, NULL));
	g_assert_cmpint (g_mkdir (dir, 0755), ==, 0);

	side_renew (pair->ours);

	g_assert_cmpuint (COUNT (pair->ours, A_BOOL (CKA_TOKEN, CK_TRUE)), ==, 1);
	find (pair->ours, CKO_DATA, "data");
	g_assert_true (g_file_get_contents (notes, &same, NULL, NULL));
	g_assert_cmpstr (same, ==, "not ours");
	g_assert_true (g_file_test (broken, G_FILE_TEST_EXISTS));
	g_assert_true (g_file_test (empty, G_FILE_TEST_EXISTS));
	assert_ok (pair->theirs->f->C_Initialize (NULL));
}

/* An object as SoftHSM 2.6 leaves it for a moment: created empty, then with its counter alone. */
static void
half_written_objects_appear_when_they_are_whole (Pair *pair)
{
	g_autofree char *path = NULL;
	g_autofree char *whole = NULL;
	gsize len;

	make_data (pair->maker, "data");
	find (pair->ours, CKO_DATA, "data");
	path = only_object_file (pair);
	g_assert_true (g_file_get_contents (path, &whole, &len, NULL));

	g_assert_cmpint (truncate (path, 0), ==, 0);
	side_renew (pair->ours);
	g_assert_cmpuint (COUNT (pair->ours, A_ULONG (CKA_CLASS, CKO_DATA)), ==, 0);
	g_assert_true (
		g_file_set_contents_full (path, whole, (gssize)len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));

	find (pair->ours, CKO_DATA, "data");
}

/* Root reads and writes whatever the modes say. */
static void
a_read_only_token_is_read (Pair *pair)
{
	g_autofree char *dir = pair_token_dir (pair);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	CK_ATTRIBUTE template[] = { A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE) };
	CK_OBJECT_HANDLE object;

	if (getuid () == 0) {
		g_test_skip ("nothing is read-only for root");
		return;
	}
	make_data (pair->maker, "data");
	side_stop (pair->theirs);
	g_assert_cmpint (g_chmod (dir, 0500), ==, 0);
	before = snapshot (pair);

	side_renew (pair->ours);
	find (pair->ours, CKO_DATA, "data");
	g_assert_cmpint (pair->ours->f->C_CreateObject (pair->ours->session, template, 2, &object), !=,
	                 CKR_OK);

	after = snapshot (pair);
	g_assert_cmpint (g_chmod (dir, 0700), ==, 0);
	g_assert_cmpstr (after, ==, before);
	assert_ok (pair->theirs->f->C_Initialize (NULL));
}

static void
a_token_without_generation_is_read_and_extended (Pair *pair)
{
	g_autofree char *path = in_token_dir (pair, "generation");

	make_data (pair->maker, "data");
	g_assert_cmpint (g_unlink (path), ==, 0);
	side_renew (pair->ours);

	find (pair->ours, CKO_DATA, "data");
	make_data (pair->ours, "more");

	side_renew (pair->theirs);
	find (pair->theirs, CKO_DATA, "more");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD_BOTH_WAYS ("files", a_public_data_object_is_written_to_the_letter);
	ADD_BOTH_WAYS ("files", a_wrap_template_is_written_to_the_letter);
	ADD_BOTH_WAYS ("files", allowed_mechanisms_are_written_in_ascending_order);
	ADD_BOTH_WAYS ("files", token_object_has_five_attributes);
	ADD_BOTH_WAYS ("files", files_have_the_names_that_softhsm_gives);
	ADD_BOTH_WAYS ("files", softhsm_carries_along_what_we_add);
	ADD_OURS ("files", data_objects_have_what_softhsm_writes);
	ADD_OURS ("files", certificates_have_what_softhsm_writes);
	ADD_OURS ("files", secret_keys_have_what_softhsm_writes);
	ADD_OURS ("files", rsa_keys_have_what_softhsm_writes);
	ADD_OURS ("files", ec_keys_have_what_softhsm_writes);
	ADD_OURS ("files", edwards_keys_have_what_softhsm_writes);
	ADD_BOTH_WAYS ("files", a_login_writes_nothing);
	ADD_BOTH_WAYS ("files", reading_and_using_writes_nothing);
	ADD_BOTH_WAYS ("files", a_wrong_pin_writes_once_and_the_right_one_once);
	ADD_OURS ("files", a_changed_object_is_a_new_file);
	ADD_OURS ("files", a_changed_pin_is_a_new_file);
	ADD_BOTH_WAYS ("files", generations_count_every_change);
	ADD_OURS ("files", nothing_is_left_beside_what_is_written);
	ADD_BOTH_WAYS ("files", a_destroyed_object_leaves_no_file);
	g_test_add_func ("/interop/files/files_are_for_the_owner_alone_by_default",
	                 files_are_for_the_owner_alone_by_default);
	g_test_add_func ("/interop/files/files_are_for_the_owner_alone_whatever_the_umask_of_the_process",
	                 files_are_for_the_owner_alone_whatever_the_umask_of_the_process);
	g_test_add_func ("/interop/files/objectstore_umask_0027_lets_the_group_read",
	                 objectstore_umask_0027_lets_the_group_read);
	g_test_add_func ("/interop/files/objectstore_umask_0000_leaves_it_to_the_process",
	                 objectstore_umask_0000_leaves_it_to_the_process);
	g_test_add_func ("/interop/files/the_umask_of_the_process_takes_away_too",
	                 the_umask_of_the_process_takes_away_too);
	ADD_OURS ("files", a_replaced_file_keeps_its_mode);
	ADD_BOTH_WAYS ("files", strange_directories_are_left_alone);
	ADD_BOTH_WAYS ("files", strange_files_in_a_token_harm_nothing);
	ADD_BOTH_WAYS ("files", half_written_objects_appear_when_they_are_whole);
	ADD_BOTH_WAYS ("files", a_read_only_token_is_read);
	ADD_BOTH_WAYS ("files", a_token_without_generation_is_read_and_extended);
	return g_test_run ();
}
