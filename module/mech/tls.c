/* The pseudo-random function of TLS and what is derived by it: RFC 5246 section 5, RFC 2246 section 5, RFC 5705,
 * RFC 7627; PKCS #11 v3.2 section 6.40. */

#include "params.h"
#include "prf.h"
#include "secret.h"

#include <nettle/memxor.h>

#define N_MASTER 48
#define LONGEST_LABEL 0x10000

/* --- the function --- */

/* What it is applied to, one behind the other. */
typedef struct {
	Bytes label, first, second, third;
} Seed;

static void
add_seed (Prf *prf, const Seed *seed)
{
	prf_add (prf, seed->label);
	prf_add (prf, seed->first);
	prf_add (prf, seed->second);
	prf_add (prf, seed->third);
}

/* P_hash, exclusive-ored into @out. */
static void
p_hash (const struct nettle_hash *hash, Bytes secret, const Seed *seed, size_t n, uint8_t *out)
{
	uint8_t a[HASH_MAX_DIGEST], block[HASH_MAX_DIGEST];
	Prf prf;

	prf_start (&prf, hash, secret);
	add_seed (&prf, seed);
	prf_end (&prf, a);
	for (size_t at = 0; at < n; at += hash->digest_size) {
		prf_add (&prf, bytes (a, hash->digest_size));
		add_seed (&prf, seed);
		prf_end (&prf, block);
		memxor (out + at, block, n - at < hash->digest_size ? n - at : hash->digest_size);
		prf_add (&prf, bytes (a, hash->digest_size));
		prf_end (&prf, a);
	}
	wipe (&prf, sizeof prf);
	wipe (a, sizeof a);
	wipe (block, sizeof block);
}

/* @which: the hash function of TLS 1.2's, or CKM_TLS_PRF for that of TLS 1.0 and 1.1. */
static CK_RV
tls_prf (CK_MECHANISM_TYPE which, Bytes secret, const Seed *seed, size_t n, Buf *out)
{
	const struct nettle_hash *hash = mech_hash (which);
	size_t n_half = (secret.len + 1) / 2;
	uint8_t *at;

	if (hash == NULL && which != CKM_TLS_PRF)
		return fail (CKR_MECHANISM_PARAM_INVALID, "mechanism 0x%lx is no hash function for TLS", which);
	if (n > LONGEST_SECRET)
		return fail (CKR_ATTRIBUTE_VALUE_INVALID, "%zu bytes are not derived", n);
	at = buf_grow (out, n);
	TRY_ALLOC (at);
	memset (at, 0, n);
	if (hash != NULL) {
		p_hash (hash, secret, seed, n, at);
		return CKR_OK;
	}
	/* RFC 2246 section 5: the halves share the byte in the middle of an odd secret. */
	p_hash (&nettle_md5, bytes (secret.data, n_half), seed, n, at);
	p_hash (&nettle_sha1, bytes (secret.data + secret.len - n_half, n_half), seed, n, at);
	return CKR_OK;
}

/* The old function is the sum of two, each over a half: the halves are found by trying, one against the other. */
static CK_RV
check_halves (CK_MECHANISM_TYPE which, const Object *key)
{
	bool is_guarded = object_bool (key, CKA_SENSITIVE, true) || !object_bool (key, CKA_EXTRACTABLE, false);

	if (which == CKM_TLS_PRF && is_guarded && object_bytes (key, CKA_VALUE).len < 2 * SHORTEST_SECRET)
		return fail (CKR_KEY_SIZE_RANGE, "the old function of TLS would give so short a secret away");
	return CKR_OK;
}

static CK_RV
check_bytes (const CK_BYTE *data, CK_ULONG n)
{
	if ((data == NULL && n > 0) || n > LONGEST_LABEL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "a part of the parameter is missing");
	return CKR_OK;
}

static CK_RV
check_randoms (const TlsRandoms *randoms)
{
	TRY (check_bytes (randoms->client, randoms->n_client));
	return check_bytes (randoms->server, randoms->n_server);
}

#define LABEL(text) bytes ((const uint8_t *)(text), sizeof (text) - 1)

/* --- the master secret --- */

/* The version stands in front of a premaster secret that came encrypted; there is none in an agreed one. */
static CK_RV
check_version (bool is_agreed, const Object *base, const CK_VERSION *version)
{
	if (is_agreed)
		return version == NULL ? CKR_OK :
		                         fail (CKR_MECHANISM_PARAM_INVALID, "an agreed secret has no version in it");
	if (object_bytes (base, CKA_VALUE).len != N_MASTER)
		return fail (CKR_KEY_SIZE_RANGE, "a premaster secret with a version has %d bytes", N_MASTER);
	if (version == NULL)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no place for the version");
	return CKR_OK;
}

static void
tell_version (const Object *base, CK_VERSION *version)
{
	Bytes secret = object_bytes (base, CKA_VALUE);

	if (version == NULL)
		return;
	version->major = secret.data[0];
	version->minor = secret.data[1];
}

static void
tell_master (const Mech *mech, const Derivation *how)
{
	TlsMasterParams params;

	memcpy (&params, how->param.data, sizeof params);
	tell_version (how->base, params.version);
}

static void
tell_extended_master (const Mech *mech, const Derivation *how)
{
	TlsExtendedMasterParams params;

	memcpy (&params, how->param.data, sizeof params);
	tell_version (how->base, params.version);
}

static CK_RV
make_master (const Derivation *how, CK_MECHANISM_TYPE hash, const Seed *seed, Buf *value)
{
	if (how->pieces->n != 0 && how->pieces->n != N_MASTER)
		return fail (CKR_TEMPLATE_INCONSISTENT, "a master secret has %d bytes", N_MASTER);
	TRY (check_halves (hash, how->base));
	return tls_prf (hash, object_bytes (how->base, CKA_VALUE), seed, N_MASTER, value);
}

static CK_RV
derive_master (const Mech *mech, const Derivation *how, Buf *value)
{
	TlsMasterParams params;
	Seed seed;

	memcpy (&params, how->param.data, sizeof params);
	TRY (check_randoms (&params.randoms));
	seed = (Seed){ LABEL ("master secret"), bytes (params.randoms.client, params.randoms.n_client),
		       bytes (params.randoms.server, params.randoms.n_server), NO_BYTES };
	TRY (check_version (mech->type == CKM_TLS12_MASTER_KEY_DERIVE_DH, how->base, params.version));
	return make_master (how, params.hash, &seed, value);
}

/* RFC 7627 section 4. */
static CK_RV
derive_extended_master (const Mech *mech, const Derivation *how, Buf *value)
{
	TlsExtendedMasterParams params;
	Seed seed;

	memcpy (&params, how->param.data, sizeof params);
	TRY (check_bytes (params.session_hash, params.n_session_hash));
	seed = (Seed){ LABEL ("extended master secret"), bytes (params.session_hash, params.n_session_hash), NO_BYTES,
		       NO_BYTES };
	TRY (check_version (mech->type == CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, how->base, params.version));
	return make_master (how, params.hash, &seed, value);
}

/* --- the key block --- */

static const CK_ATTRIBUTE_TYPE mac_uses[] = { CKA_SIGN, CKA_VERIFY, 0 };
static const CK_ATTRIBUTE_TYPE cipher_uses[] = { CKA_ENCRYPT, CKA_DECRYPT, CKA_DERIVE, 0 };

static CK_RV
read_keys (const Mech *mech, Bytes param, TlsKeysParams *params)
{
	memcpy (params, param.data, sizeof *params);
	if (mech->type == CKM_TLS12_KEY_SAFE_DERIVE)
		params->n_iv_bits = 0;
	if (params->is_export || params->keys == NULL || params->n_key_bits == 0 || params->n_mac_bits % 8 != 0 ||
	    params->n_key_bits % 8 != 0 || params->n_iv_bits % 8 != 0 || params->n_mac_bits > 8 * HASH_MAX_DIGEST ||
	    params->n_key_bits > 512 || params->n_iv_bits > 128)
		return fail (CKR_MECHANISM_PARAM_INVALID, "no cipher suite has keys of these sizes");
	if (params->n_iv_bits > 0 && (params->keys->client_iv == NULL || params->keys->server_iv == NULL))
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no place for the initial values");
	return check_randoms (&params->randoms);
}

static void
add_piece (Piece *pieces, size_t *n, size_t n_bits, Piece piece)
{
	if (n_bits == 0)
		return;
	piece.n = n_bits / 8;
	piece.at = *n > 0 ? pieces[*n - 1].at + pieces[*n - 1].n : 0;
	pieces[(*n)++] = piece;
}

/* RFC 5246 section 6.3: in this order. */
static CK_RV
keys_pieces (const Mech *mech, Bytes param, Piece *pieces, size_t *n)
{
	Piece mac = { .key_type = CKK_GENERIC_SECRET, .uses = mac_uses };
	Piece key = { .key_type = CK_UNAVAILABLE_INFORMATION, .uses = cipher_uses };
	TlsKeysParams params;
	TlsKeys *keys;

	TRY (read_keys (mech, param, &params));
	keys = params.keys;
	*n = 0;
	mac.handle = &keys->client_mac;
	add_piece (pieces, n, params.n_mac_bits, mac);
	mac.handle = &keys->server_mac;
	add_piece (pieces, n, params.n_mac_bits, mac);
	key.handle = &keys->client_key;
	add_piece (pieces, n, params.n_key_bits, key);
	key.handle = &keys->server_key;
	add_piece (pieces, n, params.n_key_bits, key);
	add_piece (pieces, n, params.n_iv_bits, (Piece){ .out = keys->client_iv });
	add_piece (pieces, n, params.n_iv_bits, (Piece){ .out = keys->server_iv });
	return CKR_OK;
}

static CK_RV
derive_keys (const Mech *mech, const Derivation *how, Buf *value)
{
	const Piece *last = &how->pieces[how->n_pieces - 1];
	TlsKeysParams params;
	Seed seed;

	TRY (read_keys (mech, how->param, &params));
	seed = (Seed){ LABEL ("key expansion"), bytes (params.randoms.server, params.randoms.n_server),
		       bytes (params.randoms.client, params.randoms.n_client), NO_BYTES };
	return tls_prf (params.hash, object_bytes (how->base, CKA_VALUE), &seed, last->at + last->n, value);
}

/* --- exported keys and bytes --- */

/* RFC 5705 section 4: a context, even an empty one, has its length in front. */
static CK_RV
derive_exported (const Mech *mech, const Derivation *how, Buf *value)
{
	auto_wipe Buf context = BUF_PLAIN;
	TlsKdfParams params;
	uint8_t length[8];
	Seed seed;

	memcpy (&params, how->param.data, sizeof params);
	TRY (check_randoms (&params.randoms));
	TRY (check_bytes (params.label, params.n_label));
	TRY (check_bytes (params.context, params.n_context));
	if (params.n_context > 0xffff || params.n_label == 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "the label or the context has no such length");
	if (how->pieces->n == 0)
		return fail (CKR_TEMPLATE_INCOMPLETE, "the template does not say how long the key is to be");
	be64_put (length, params.n_context);
	if (params.context != NULL)
		TRY_ALLOC (buf_add (&context, bytes (length + 6, 2)) &&
		           buf_add (&context, bytes (params.context, params.n_context)));
	seed = (Seed){ bytes (params.label, params.n_label), bytes (params.randoms.client, params.randoms.n_client),
		       bytes (params.randoms.server, params.randoms.n_server), bytes_of (&context) };
	return tls_prf (params.prf, object_bytes (how->base, CKA_VALUE), &seed, how->pieces->n, value);
}

static CK_RV
prf_pieces (const Mech *mech, Bytes param, Piece *pieces, size_t *n)
{
	TlsPrfParams params;

	memcpy (&params, param.data, sizeof params);
	if (params.out == NULL || params.n_out == NULL || *params.n_out == 0)
		return fail (CKR_MECHANISM_PARAM_INVALID, "there is no place for the output");
	*n = 1;
	pieces[0].out = params.out;
	pieces[0].n = *params.n_out;
	return CKR_OK;
}

static CK_RV
derive_bytes (const Mech *mech, const Derivation *how, Buf *value)
{
	TlsPrfParams params;
	Seed seed;

	memcpy (&params, how->param.data, sizeof params);
	TRY (check_halves (CKM_TLS_PRF, how->base));
	TRY (check_bytes (params.label, params.n_label));
	TRY (check_bytes (params.seed, params.n_seed));
	seed = (Seed){ bytes (params.label, params.n_label), bytes (params.seed, params.n_seed), NO_BYTES, NO_BYTES };
	return tls_prf (CKM_TLS_PRF, object_bytes (how->base, CKA_VALUE), &seed, how->pieces->n, value);
}

/* --- the tags of "finished" messages --- */

typedef struct {
	Object *key;
	TlsMacParams params;
} TlsMac;

static CK_RV
mac_start (void *state, const Mech *mech, Object *key, Bytes param)
{
	TlsMac *mac = state;

	mac->key = key;
	memcpy (&mac->params, param.data, sizeof mac->params);
	if ((mac->params.prf != CKM_TLS_PRF && mech_hash (mac->params.prf) == NULL) || mac->params.n_mac < 12 ||
	    mac->params.n_mac > (mac->params.prf == CKM_TLS_PRF ? 12 : 256) || (mac->params.whose != 1 && mac->params.whose != 2))
		return fail (CKR_MECHANISM_PARAM_INVALID, "the parameter is no CK_TLS_MAC_PARAMS that can be followed");
	return check_halves (mac->params.prf, key);
}

static size_t
mac_room (const void *state, size_t n_in)
{
	const TlsMac *mac = state;

	return mac->params.n_mac;
}

static CK_RV
mac_finish (void *state, Bytes in, uint8_t *out, size_t *n_out)
{
	TlsMac *mac = state;
	Seed seed = { mac->params.whose == 1 ? LABEL ("server finished") : LABEL ("client finished"), in, NO_BYTES,
		      NO_BYTES };
	auto_wipe Buf value = BUF_SECRET;

	TRY (tls_prf (mac->params.prf, object_bytes (mac->key, CKA_VALUE), &seed, mac->params.n_mac, &value));
	memcpy (out, value.data, value.len);
	*n_out = value.len;
	return CKR_OK;
}

static const MechOp mac_op = {
	.state_size = sizeof (TlsMac), .gather = true, .start = mac_start, .room = mac_room, .finish = mac_finish,
};

/* --- rows --- */

/* What a master secret is for: section 6.40.4.  Ascending. */
static const CK_MECHANISM_TYPE master_uses[] = {
	CKM_TLS12_MAC,
	CKM_TLS12_KDF,
	CKM_TLS12_KEY_AND_MAC_DERIVE,
	CKM_TLS12_KEY_SAFE_DERIVE,
	CKM_TLS_MAC,
	CKM_TLS_KDF,
	0,
};

#define SECRET .key_types = KEYS (CKK_GENERIC_SECRET)
#define MASTER SECRET, .allows = master_uses, .derive = derive_master, .tell = tell_master, PARAM (TlsMasterParams)
#define EXTENDED                                                                                             \
	SECRET, .allows = master_uses, .derive = derive_extended_master, .tell = tell_extended_master, PARAM (TlsExtendedMasterParams)
#define TLS_KEYS                                                                                             \
	SECRET, SIZES (48, 48), .inherits = true, .like_base = true, .same_as_base = true, .derive = derive_keys, .pieces = keys_pieces, PARAM (TlsKeysParams)
#define EXPORT SECRET, .inherits = true, .like_base = true, .derive = derive_exported, PARAM (TlsKdfParams)
#define TLS_TAG SECRET, .sign = &mac_op, .verify = &mac_op, PARAM (TlsMacParams)

static const Mech mechs[] = {
	{ MECH (TLS12_MASTER_KEY_DERIVE), MASTER, SIZES (48, 48) },
	{ MECH (TLS12_MASTER_KEY_DERIVE_DH), MASTER },
	{ MECH (TLS12_EXTENDED_MASTER_KEY_DERIVE), EXTENDED, SIZES (48, 48) },
	{ MECH (TLS12_EXTENDED_MASTER_KEY_DERIVE_DH), EXTENDED },
	{ MECH (TLS12_KEY_AND_MAC_DERIVE), TLS_KEYS },
	{ MECH (TLS12_KEY_SAFE_DERIVE), TLS_KEYS },
	{ MECH (TLS_KDF), EXPORT },
	{ MECH (TLS12_KDF), EXPORT },
	{ MECH (TLS_MAC), TLS_TAG },
	{ MECH (TLS12_MAC), TLS_TAG },
	{ MECH (TLS_PRF), SECRET, PARAM (TlsPrfParams), .derive = derive_bytes, .pieces = prf_pieces },
};

const MechFamily mech_tls = { "tls", mechs, N_ELEMENTS (mechs) };
