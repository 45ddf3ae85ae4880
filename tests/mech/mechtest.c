/* What the tests of the mechanism families share. */

#include "mechtest.h"

#include <string.h>

Buf
hex_buf (const char *hex)
{
	Buf buf = BUF_PLAIN;
	int high = -1;

	for (; hex != NULL && *hex != '\0'; hex++) {
		int digit = g_ascii_xdigit_value (*hex);

		if (digit < 0)
			continue;
		if (high < 0) {
			high = digit;
			continue;
		}
		g_assert_true (buf_add_byte (&buf, (uint8_t)(high << 4 | digit)));
		high = -1;
	}
	g_assert_cmpint (high, ==, -1);
	return buf;
}

static char *
to_hex (Bytes bytes)
{
	GString *hex = g_string_new (NULL);

	for (size_t i = 0; i < bytes.len; i++)
		g_string_append_printf (hex, "%02x", bytes.data[i]);
	return g_string_free (hex, FALSE);
}

void
assert_bytes_at (const char *where, Bytes a, Bytes b)
{
	g_autofree char *hex_a = to_hex (a);
	g_autofree char *hex_b = to_hex (b);

	if (!bytes_equal (a, b))
		g_error ("%s: %s is not %s", where, hex_a, hex_b);
}

void
assert_rv_at (const char *where, const char *expr, CK_RV rv, CK_RV wanted)
{
	if (rv != wanted)
		g_error ("%s: %s is 0x%lx, not 0x%lx", where, expr, rv, wanted);
}

void
key_attrs (Attrs *attrs, CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const Part *parts)
{
	assert_ok (attrs_set_ulong (attrs, CKA_CLASS, class));
	assert_ok (attrs_set_ulong (attrs, CKA_KEY_TYPE, key_type));
	for (; parts->value != NULL; parts++) {
		auto_wipe Buf value = hex_buf (parts->value);

		assert_ok (attrs_set_secret (attrs, parts->type, bytes_of (&value)));
	}
}

Object *
key_new (CK_OBJECT_CLASS class, CK_KEY_TYPE key_type, const Part *parts)
{
	Attrs attrs = { 0 };
	Object *key;

	key_attrs (&attrs, class, key_type, parts);
	assert_ok (object_publish (&attrs, &key));
	return key;
}

Object *
secret_new (CK_KEY_TYPE key_type, const char *value)
{
	return key_new (CKO_SECRET_KEY, key_type, (Part[]){ { CKA_VALUE, value }, { 0, NULL } });
}

/* --- driving --- */

/* The state elsewhere: whoever keeps a pointer into the old one is found out. */
static void *
moved (void *state, size_t size)
{
	void *copy = g_malloc (size);

	memcpy (copy, state, size);
	memset (state, 0xa5, size);
	g_free (state);
	return copy;
}

static CK_RV
update (const MechOp *how, void *state, Bytes in, Buf *result)
{
	size_t room = how->room_update ? how->room_update (state, in.len) : 0, n_out = 0;
	g_autofree uint8_t *out = g_malloc (room);
	CK_RV rv = how->update (state, in, out, &n_out);

	if (rv != CKR_OK)
		return rv;
	g_assert_cmpuint (n_out, <=, room);
	g_assert_true (buf_add (result, bytes (out, n_out)));
	return rv;
}

static CK_RV
finish (const MechOp *how, void *state, Bytes in, Buf *result)
{
	size_t room = how->room (state, in.len), n_out = 0;
	g_autofree uint8_t *out = g_malloc (room);
	CK_RV rv = how->finish (state, in, out, &n_out);

	if (rv != CKR_OK)
		return rv;
	g_assert_cmpuint (n_out, <=, room);
	if (!how->inexact)
		g_assert_cmpuint (n_out, ==, room);
	g_assert_true (buf_add (result, bytes (out, n_out)));
	return rv;
}

/* Feeds all but the rest that finish or check is to get. */
static CK_RV
feed (const MechOp *how, void **state, Bytes *in, size_t chunk, bool all, Buf *result)
{
	while (how->update != NULL && in->len > (all ? 0 : chunk)) {
		size_t n = in->len < chunk ? in->len : chunk;
		g_autofree uint8_t *piece = g_memdup2 (in->data, n);
		CK_RV rv = update (how, *state, bytes (piece, n), result);

		if (rv != CKR_OK)
			return rv;
		*in = bytes (in->data + n, in->len - n);
		*state = moved (*state, how->state_size);
	}
	return CKR_OK;
}

CK_RV
drive_once (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, size_t chunk, bool all_updated,
            Buf *result)
{
	void *state = g_malloc0 (how->state_size);
	CK_RV rv = how->start (state, mech, key, param);

	if (rv == CKR_OK) {
		state = moved (state, how->state_size);
		rv = feed (how, &state, &in, chunk, all_updated, result);
	}
	if (rv == CKR_OK)
		rv = finish (how, state, in, result);
	g_free (state);
	return rv;
}

void
drive (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, Bytes out)
{
	size_t n_sizes = how->update ? in.len + 1 : 1;

	for (size_t chunk = n_sizes; chunk > 0; chunk--)
		for (int all = 0; all <= (how->update != NULL); all++) {
			auto_wipe Buf result = BUF_PLAIN;

			assert_ok (drive_once (how, mech, key, param, in, chunk, all, &result));
			assert_bytes (bytes_of (&result), out);
		}
}

CK_RV
check_once (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, size_t chunk, Bytes signature)
{
	auto_wipe Buf result = BUF_PLAIN;
	void *state = g_malloc0 (how->state_size);
	CK_RV rv = how->start (state, mech, key, param);

	if (rv == CKR_OK) {
		state = moved (state, how->state_size);
		rv = feed (how, &state, &in, chunk, chunk % 2, &result);
	}
	if (rv == CKR_OK)
		rv = how->check (state, in, signature);
	g_free (state);
	return rv;
}

void
drive_check (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, Bytes signature)
{
	auto_wipe Buf wrong = BUF_PLAIN;

	for (size_t chunk = how->update ? in.len + 1 : 1; chunk > 0; chunk--)
		assert_ok (check_once (how, mech, key, param, in, chunk, signature));
	g_assert_true (buf_set (&wrong, signature));
	for (size_t i = 0; i < wrong.len; i += 1 + wrong.len / 16) {
		wrong.data[i] ^= (uint8_t)(1u << i % 8);
		assert_rv (check_once (how, mech, key, param, in, in.len + 1, bytes_of (&wrong)), CKR_SIGNATURE_INVALID);
		wrong.data[i] ^= (uint8_t)(1u << i % 8);
	}
	assert_rv (check_once (how, mech, key, param, in, in.len + 1, bytes (wrong.data, wrong.len - 1)),
	           CKR_SIGNATURE_LEN_RANGE);
	g_assert_true (buf_add_byte (&wrong, 0));
	assert_rv (check_once (how, mech, key, param, in, in.len + 1, bytes_of (&wrong)), CKR_SIGNATURE_LEN_RANGE);
}

/* --- known values --- */

CK_RV
derive_once (const Mech *mech, Object *base, Object *second, Bytes param, size_t n, Buf *value)
{
	Piece piece = { .n = n };
	Derivation how = { base, &second, second ? 1 : 0, param, &piece, 1 };

	TRY (mech->derive (mech, &how, value));
	if (mech->tell != NULL)
		mech->tell (mech, &how);
	if (n > 0 && value->len > n)
		buf_cut (value, n);
	return CKR_OK;
}

void
derives (CK_MECHANISM_TYPE type, Object *base, Object *second, Bytes param, size_t n, const char *wanted)
{
	auto_wipe Buf out = hex_buf (wanted);
	auto_wipe Buf value = BUF_SECRET;

	assert_ok (derive_once (mech_find (type), base, second, param, n, &value));
	assert_bytes (bytes_of (&value), bytes_of (&out));
}

void
known_run (const Known *known, CK_KEY_TYPE key_type)
{
	const Mech *mech = mech_find (known->type);
	auto_unref Object *key = known->key ? secret_new (key_type, known->key) : NULL;
	auto_wipe Buf param = hex_buf (known->param);
	auto_wipe Buf in = hex_buf (known->in);
	auto_wipe Buf out = hex_buf (known->out);
	Bytes given = known->make_param ? known->make_param (known->extra) : bytes_of (&param);
	const MechOp *forth[] = { mech->digest, mech->encrypt, mech->sign, mech->wrap };
	const MechOp *back[] = { mech->decrypt, mech->unwrap };

	for (size_t i = 0; i < N_ELEMENTS (forth); i++)
		if (forth[i] != NULL)
			drive (forth[i], mech, key, given, bytes_of (&in), bytes_of (&out));
	for (size_t i = 0; i < N_ELEMENTS (back); i++)
		if (back[i] != NULL)
			drive (back[i], mech, key, given, bytes_of (&out), bytes_of (&in));
}

typedef struct {
	const Known *known;
	CK_KEY_TYPE key_type;
} KnownTest;

static void
test_known (gconstpointer data)
{
	const KnownTest *test = data;

	known_run (test->known, test->key_type);
}

void
known_add (const Known *knowns, size_t n, CK_KEY_TYPE key_type)
{
	for (size_t i = 0; i < n; i++) {
		KnownTest *test = g_new (KnownTest, 1);
		const Mech *mech = mech_find (knowns[i].type);
		g_autofree char *path = NULL;

		g_assert_nonnull (mech);
		path = g_strdup_printf ("/mech/known/%s %s", mech->name, knowns[i].source);
		g_strcanon (path + 1, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/_-.", '_');
		*test = (KnownTest){ &knowns[i], key_type };
		g_test_add_data_func_full (path, test, test_known, g_free);
	}
}

void
assert_all_known (const MechFamily *family, const Known *knowns, size_t n, const CK_MECHANISM_TYPE *others)
{
	for (size_t i = 0; i < family->n_mechs; i++) {
		bool known = false;

		for (size_t j = 0; j < n; j++)
			known = known || knowns[j].type == family->mechs[i].type;
		for (const CK_MECHANISM_TYPE *other = others; *other != NO_MECHANISM; other++)
			known = known || *other == family->mechs[i].type;
		if (!known)
			g_error ("no known value for %s", family->mechs[i].name);
	}
}
