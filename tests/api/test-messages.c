/* Messages: many of them encrypted and decrypted under one key, each with its own nonce.  PKCS #11 v3.2
 * sections 5.9 and 5.11, and what 6.13 and 6.61 say of AES-GCM, AES-CCM and ChaCha20-Poly1305. */

#include "apitest.h"
#include "params.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_MOST 1000

/* --- parameters, laid out as PKCS #11 prints them --- */

typedef struct Kind Kind;

/* One message: what its parameter is made of. */
typedef struct {
	const Kind *kind;
	CK_BYTE nonce[16], tag[17];
	CK_ULONG n_nonce, n_fixed_bits, generator, n_tag_bits, n_data;
	CK_BYTE aad[32];
	CK_ULONG n_aad;
	gboolean no_nonce, no_tag;
	union {
		GcmMessageParams gcm;
		CcmMessageParams ccm;
		ChachaPolyMessageParams chacha;
	} param;
	union {
		GcmParams gcm;
		CcmParams ccm;
		ChachaPolyParams chacha;
	} plain;
} Letter;

struct Kind {
	const char *name;
	CK_MECHANISM_TYPE type;
	ApiKey key;
	CK_ULONG n_param, n_plain_param;
	void (*fill) (Letter *letter);
};

static void
fill_gcm (Letter *l)
{
	l->param.gcm =
		(GcmMessageParams){ l->no_nonce ? NULL : l->nonce, l->n_nonce,   l->n_fixed_bits, l->generator,
		              l->no_tag ? NULL : l->tag,     l->n_tag_bits };
	l->plain.gcm = (GcmParams){ l->nonce, l->n_nonce, l->n_nonce * 8, l->aad, l->n_aad, l->n_tag_bits };
}

static void
fill_ccm (Letter *l)
{
	l->param.ccm =
		(CcmMessageParams){ l->n_data,    l->no_nonce ? NULL : l->nonce, l->n_nonce,       l->n_fixed_bits,
		              l->generator, l->no_tag ? NULL : l->tag,     l->n_tag_bits / 8 };
	l->plain.ccm = (CcmParams){ l->n_data, l->nonce, l->n_nonce, l->aad, l->n_aad, l->n_tag_bits / 8 };
}

static void
fill_chacha (Letter *l)
{
	l->param.chacha =
		(ChachaPolyMessageParams){ l->no_nonce ? NULL : l->nonce, l->n_nonce, l->no_tag ? NULL : l->tag };
	l->plain.chacha = (ChachaPolyParams){ l->nonce, l->n_nonce, l->aad, l->n_aad };
}

static const Kind kinds[] = {
	{ "AES-GCM", CKM_AES_GCM, KEY_AES, sizeof (GcmMessageParams), sizeof (GcmParams), fill_gcm },
	{ "AES-CCM", CKM_AES_CCM, KEY_AES, sizeof (CcmMessageParams), sizeof (CcmParams), fill_ccm },
	{ "ChaCha20-Poly1305", CKM_CHACHA20_POLY1305, KEY_CHACHA20, sizeof (ChachaPolyMessageParams),
	  sizeof (ChachaPolyParams), fill_chacha },
};

static const Kind *const gcm = &kinds[0], *const ccm = &kinds[1], *const chacha = &kinds[2];

/* Is there one more?  Says which, for whoever reads of a failure. */
static gboolean
look_at (const Kind *kind)
{
	if (kind == kinds + G_N_ELEMENTS (kinds))
		return FALSE;
	g_test_message ("%s", kind->name);
	return TRUE;
}

static gboolean
spares (const Api *api)
{
	return api_spares_softhsm (api, "SoftHSM has no messages");
}

/* A message with a nonce of its own. */
static Letter
letter_new (const Kind *kind, CK_ULONG n_data)
{
	static unsigned number;
	Letter letter = { .kind = kind, .n_nonce = 12, .n_tag_bits = 128, .n_data = n_data, .n_aad = 20 };

	memset (letter.tag, 0xee, sizeof letter.tag);
	memset (letter.aad, 0x41, sizeof letter.aad);
	number++;
	memcpy (letter.nonce, &number, sizeof number);
	letter.nonce[11] = 0xa5;
	return letter;
}

static void *
param_of (Letter *letter)
{
	letter->kind->fill (letter);
	return &letter->param;
}

static CK_BYTE text[N_MOST];

static void
write_text (void)
{
	for (gsize i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 7 + i / 256);
}

/* --- calls --- */

static CK_RV
start_encrypt (const Api *api, const Kind *kind, CK_OBJECT_HANDLE key)
{
	return api->f3->C_MessageEncryptInit (api->session, MECH (kind->type), key);
}

static CK_RV
start_decrypt (const Api *api, const Kind *kind, CK_OBJECT_HANDLE key)
{
	return api->f3->C_MessageDecryptInit (api->session, MECH (kind->type), key);
}

static CK_RV
encrypt (const Api *api, Letter *l, const CK_BYTE *data, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out)
{
	return api->f3->C_EncryptMessage (api->session, param_of (l), l->kind->n_param, l->aad, l->n_aad,
	                                  (CK_BYTE *)(guintptr)data, n, out, n_out);
}

static CK_RV
decrypt (const Api *api, Letter *l, const CK_BYTE *data, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out)
{
	return api->f3->C_DecryptMessage (api->session, param_of (l), l->kind->n_param, l->aad, l->n_aad,
	                                  (CK_BYTE *)(guintptr)data, n, out, n_out);
}

static CK_RV
encrypt_begin (const Api *api, Letter *l)
{
	return api->f3->C_EncryptMessageBegin (api->session, param_of (l), l->kind->n_param, l->aad,
	                                       l->n_aad);
}

static CK_RV
decrypt_begin (const Api *api, Letter *l)
{
	return api->f3->C_DecryptMessageBegin (api->session, param_of (l), l->kind->n_param, l->aad,
	                                       l->n_aad);
}

static CK_RV
encrypt_next (const Api *api, Letter *l, const CK_BYTE *data, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out,
              CK_FLAGS flags)
{
	return api->f3->C_EncryptMessageNext (api->session, param_of (l), l->kind->n_param,
	                                      (CK_BYTE *)(guintptr)data, n, out, n_out, flags);
}

static CK_RV
decrypt_next (const Api *api, Letter *l, const CK_BYTE *data, CK_ULONG n, CK_BYTE *out, CK_ULONG *n_out,
              CK_FLAGS flags)
{
	return api->f3->C_DecryptMessageNext (api->session, param_of (l), l->kind->n_param,
	                                      (CK_BYTE *)(guintptr)data, n, out, n_out, flags);
}

typedef CK_RV (*Begin) (const Api *api, Letter *l);
typedef CK_RV (*Next) (const Api *api, Letter *l, const CK_BYTE *data, CK_ULONG n, CK_BYTE *out,
                       CK_ULONG *n_out, CK_FLAGS flags);

/* In pieces of @n_piece bytes; what comes out is put together. */
static CK_RV
in_parts (const Api *api, Begin begin, Next next, Letter *l, const CK_BYTE *data, CK_ULONG n,
          CK_ULONG n_piece, CK_BYTE *out, CK_ULONG *n_out)
{
	CK_ULONG n_room = *n_out, at = 0;
	CK_RV rv;

	assert_ok (begin (api, l));
	*n_out = 0;
	for (;;) {
		gboolean last = n - at <= n_piece;
		CK_ULONG n_made = n_room - *n_out;

		rv = next (api, l, data + at, last ? n - at : n_piece, out + *n_out, &n_made,
		           last ? CKF_END_OF_MESSAGE : 0);
		if (rv != CKR_OK)
			return rv;
		*n_out += n_made;
		if (last)
			return CKR_OK;
		at += n_piece;
	}
}

static CK_RV
encrypt_parts (const Api *api, Letter *l, const CK_BYTE *data, CK_ULONG n, CK_ULONG n_piece, CK_BYTE *out,
               CK_ULONG *n_out)
{
	return in_parts (api, encrypt_begin, encrypt_next, l, data, n, n_piece, out, n_out);
}

static CK_RV
decrypt_parts (const Api *api, Letter *l, const CK_BYTE *data, CK_ULONG n, CK_ULONG n_piece, CK_BYTE *out,
               CK_ULONG *n_out)
{
	return in_parts (api, decrypt_begin, decrypt_next, l, data, n, n_piece, out, n_out);
}

/* C_Encrypt with the same nonce, whose output ends with the tag. */
static void
encrypt_plainly (const Api *api, Letter *l, CK_OBJECT_HANDLE key, const CK_BYTE *data, CK_ULONG n,
                 CK_BYTE *out, CK_ULONG n_room)
{
	CK_MECHANISM mechanism = { l->kind->type, &l->plain, l->kind->n_plain_param };

	l->kind->fill (l);
	assert_ok (api->f->C_EncryptInit (api->session, &mechanism, key));
	assert_ok (api->f->C_Encrypt (api->session, (CK_BYTE *)(guintptr)data, n, out, &n_room));
	g_assert_cmpuint (n_room, ==, n + l->n_tag_bits / 8);
}

static void
end_all (const Api *api)
{
	assert_ok (api->f3->C_SessionCancel (api->session, CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT));
}

static CK_OBJECT_HANDLE
start_both (const Api *api, const Kind *kind)
{
	CK_OBJECT_HANDLE key = api_key (api, kind->key, NOTHING);

	write_text ();
	end_all (api);
	assert_ok (start_encrypt (api, kind, key));
	assert_ok (start_decrypt (api, kind, key));
	return key;
}

static void
assert_encrypts (const Api *api, const Kind *kind)
{
	Letter letter = letter_new (kind, 5);
	CK_BYTE out[5];
	CK_ULONG n = sizeof out;

	assert_ok (encrypt (api, &letter, text, 5, out, &n));
	g_assert_cmpuint (n, ==, 5);
}

static void
assert_decrypts (const Api *api, Letter *letter, const CK_BYTE *data, CK_ULONG n)
{
	CK_BYTE out[N_MOST];
	CK_ULONG n_out = sizeof out;

	assert_ok (decrypt (api, letter, data, n, out, &n_out));
	g_assert_cmpmem (out, n_out, text, n);
}

/* --- what comes out --- */

static const struct {
	const char *source;
	CK_MECHANISM_TYPE type;
	CK_KEY_TYPE key_type;
	const char *key, *nonce, *aad, *plain, *cipher, *tag;
} vectors[] = {
	{ "McGrew and Viega, GCM, test case 4", CKM_AES_GCM, CKK_AES, "feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b1"
	  "6aedf5aa0de657"
	  "ba637b39",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051b"
	  "a30b396a0aac97"
	  "3d58e091",
	  "5bc94fbc3221a5db94fae95ae7121a47" },
	{ "McGrew and Viega, GCM, test case 5: a nonce of 8 bytes", CKM_AES_GCM, CKK_AES,
	  "feffe9928665731c6d6a8f9467308308", "cafebabefacedbad", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b1"
	  "6aedf5aa0de657"
	  "ba637b39",
	  "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c742373806900e49f24b22b097544d4896b4249"
	  "89b5e1ebac0f07"
	  "c23f4598",
	  "3612d2e79e3b0785561be14aaca2fccb" },
	{ "SP 800-38C example 1", CKM_AES_CCM, CKK_AES, "404142434445464748494a4b4c4d4e4f", "10111213141516",
	  "0001020304050607", "20212223", "7162015b", "4dac255d" },
	{ "SP 800-38C example 3", CKM_AES_CCM, CKK_AES, "404142434445464748494a4b4c4d4e4f",
	  "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213",
	  "202122232425262728292a2b2c2d2e2f3031323334353637",
	  "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5", "484392fbc1b09951" },
	{ "RFC 8439 section 2.8.2", CKM_CHACHA20_POLY1305, CKK_CHACHA20,
	  "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
	  "50515253c0c1c2c3c4c5c6c7",
	  "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f"
	  "756c64206f6666"
	  "657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f75"
	  "6c642062652069"
	  "742e",
	  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a"
	  "71de0a9e060b29"
	  "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de5"
	  "76d26586cec64b"
	  "6116",
	  "1ae10b594f09e26a7e902ecbd0600691" },
};

static const Kind *
kind_of (CK_MECHANISM_TYPE type)
{
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	g_assert_not_reached ();
}

static CK_ULONG
put_hex (const char *hex, CK_BYTE *room)
{
	g_autoptr (GBytes) bytes = from_hex (hex);
	gsize n;
	const void *data = g_bytes_get_data (bytes, &n);

	memcpy (room, data, n);
	return n;
}

static void
published_vectors_come_out (Api *api, gconstpointer unused)
{
	CK_BYTE value[32], plain[128], cipher[128], tag[16], out[128];

	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++) {
		CK_ULONG n_value = put_hex (vectors[i].key, value), n = put_hex (vectors[i].plain, plain),
			 n_out = sizeof out;
		CK_ULONG n_tag = put_hex (vectors[i].tag, tag);
		CK_OBJECT_HANDLE key =
			api_create (api, T (A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
		                            A_ULONG (CKA_KEY_TYPE, vectors[i].key_type), YES (CKA_ENCRYPT),
		                            YES (CKA_DECRYPT), A_DATA (CKA_VALUE, value, n_value)));
		Letter letter = letter_new (kind_of (vectors[i].type), n);

		g_test_message ("%s", vectors[i].source);
		put_hex (vectors[i].cipher, cipher);
		letter.n_nonce = put_hex (vectors[i].nonce, letter.nonce);
		letter.n_aad = put_hex (vectors[i].aad, letter.aad);
		letter.n_tag_bits = n_tag * 8;
		assert_ok (start_encrypt (api, letter.kind, key));
		assert_ok (start_decrypt (api, letter.kind, key));
		assert_ok (encrypt (api, &letter, plain, n, out, &n_out));
		g_assert_cmpmem (out, n_out, cipher, n);
		g_assert_cmpmem (letter.tag, n_tag, tag, n_tag);
		memset (letter.tag, 0, n_tag);
		n_out = sizeof out;
		assert_ok (encrypt_parts (api, &letter, plain, n, 9, out, &n_out));
		g_assert_cmpmem (out, n_out, cipher, n);
		g_assert_cmpmem (letter.tag, n_tag, tag, n_tag);
		n_out = sizeof out;
		assert_ok (decrypt (api, &letter, cipher, n, out, &n_out));
		g_assert_cmpmem (out, n_out, plain, n);
		n_out = sizeof out;
		assert_ok (decrypt_parts (api, &letter, cipher, n, 9, out, &n_out));
		g_assert_cmpmem (out, n_out, plain, n);
		end_all (api);
	}
}

static const CK_ULONG sizes[] = { 0, 1, 15, 16, 17, 32, 100, N_MOST };
static const CK_ULONG pieces[] = { 1, 7, 16, 17, 64, 999, N_MOST };

static void
message_is_what_encrypt_gives (Api *api, gconstpointer unused)
{
	CK_BYTE right[N_MOST + 16], out[N_MOST];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_OBJECT_HANDLE key = start_both (api, kind);

		for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
			CK_ULONG n = sizes[i], n_out = sizeof out;
			Letter letter = letter_new (kind, n);

			letter.n_aad = i % 2 ? 0 : 32;
			encrypt_plainly (api, &letter, key, text, n, right, sizeof right);
			assert_ok (encrypt (api, &letter, text, n, out, &n_out));
			g_assert_cmpmem (out, n_out, right, n);
			g_assert_cmpmem (letter.tag, 16, right + n, 16);
			g_assert_cmpuint (letter.tag[16], ==, 0xee);
			assert_decrypts (api, &letter, out, n);
		}
	}
}

static void
parts_give_what_one_piece_gives (Api *api, gconstpointer unused)
{
	CK_BYTE right[N_MOST], out[N_MOST], tag[16];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		for (gsize i = 0; i < G_N_ELEMENTS (sizes) * G_N_ELEMENTS (pieces); i++) {
			CK_ULONG n = sizes[i / G_N_ELEMENTS (pieces)],
				 n_piece = pieces[i % G_N_ELEMENTS (pieces)];
			CK_ULONG n_right = sizeof right, n_out = sizeof out;
			Letter letter = letter_new (kind, n);

			assert_ok (encrypt (api, &letter, text, n, right, &n_right));
			memcpy (tag, letter.tag, sizeof tag);
			memset (letter.tag, 0, sizeof tag);
			assert_ok (encrypt_parts (api, &letter, text, n, n_piece, out, &n_out));
			g_assert_cmpmem (out, n_out, right, n_right);
			g_assert_cmpmem (letter.tag, 16, tag, 16);
			n_out = sizeof out;
			assert_ok (decrypt_parts (api, &letter, right, n, n_piece, out, &n_out));
			g_assert_cmpmem (out, n_out, text, n);
		}
	}
}

/* Section 6.13: no data should be returned until all of it is known to be right. */
static void
plaintext_comes_only_with_the_last_part (Api *api, gconstpointer unused)
{
	CK_BYTE data[100], out[100];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_ULONG n = sizeof data;
		Letter letter = letter_new (kind, n);

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, n, data, &n));
		assert_ok (decrypt_begin (api, &letter));
		n = sizeof out;
		assert_ok (decrypt_next (api, &letter, data, 99, out, &n, 0));
		g_assert_cmpuint (n, ==, 0);
		n = sizeof out;
		assert_ok (decrypt_next (api, &letter, data + 99, 1, out, &n, CKF_END_OF_MESSAGE));
		g_assert_cmpmem (out, n, text, 100);
	}
}

static void
output_may_lie_on_the_input (Api *api, gconstpointer unused)
{
	CK_BYTE right[100], room[100];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_ULONG n = sizeof room;
		Letter letter = letter_new (kind, n);

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, n, right, &n));
		memcpy (room, text, sizeof room);
		assert_ok (encrypt (api, &letter, room, n, room, &n));
		g_assert_cmpmem (room, n, right, sizeof right);
		assert_ok (decrypt (api, &letter, room, n, room, &n));
		g_assert_cmpmem (room, n, text, sizeof room);
		assert_ok (encrypt_parts (api, &letter, room, n, n, room, &n));
		g_assert_cmpmem (room, n, right, sizeof right);
		assert_ok (decrypt_parts (api, &letter, room, n, n, room, &n));
		g_assert_cmpmem (room, n, text, sizeof room);
	}
}

static void
tags_of_every_length_are_written_and_checked (Api *api, gconstpointer unused)
{
	CK_BYTE right[36], out[20];

	if (spares (api))
		return;
	for (const Kind *kind = gcm; kind <= ccm; kind++) {
		CK_OBJECT_HANDLE key = start_both (api, kind);

		for (CK_ULONG n_tag = 4; n_tag <= 16; n_tag += 2) {
			CK_ULONG n = sizeof out;
			Letter letter = letter_new (kind, n);

			letter.n_tag_bits = n_tag * 8;
			encrypt_plainly (api, &letter, key, text, n, right, sizeof right);
			assert_ok (encrypt (api, &letter, text, n, out, &n));
			g_assert_cmpmem (letter.tag, n_tag, right + n, n_tag);
			g_assert_cmpuint (letter.tag[n_tag], ==, 0xee);
			assert_decrypts (api, &letter, out, n);
			letter.tag[n_tag - 1] ^= 1;
			assert_rv (decrypt (api, &letter, out, n, out, &n), CKR_AEAD_DECRYPT_FAILED);
		}
	}
}

/* Section 6.61: "ulNonceLen is the length of the nonce in bits".  Many count bytes. */
static void
nonce_of_chacha_may_be_counted_in_bits (Api *api, gconstpointer unused)
{
	Letter letter = letter_new (chacha, 20);
	CK_BYTE bytes[20], bits[20], tag[16];
	CK_ULONG n = sizeof bytes;

	if (spares (api))
		return;
	start_both (api, chacha);
	assert_ok (encrypt (api, &letter, text, n, bytes, &n));
	memcpy (tag, letter.tag, sizeof tag);
	letter.n_nonce = 96;
	assert_ok (encrypt (api, &letter, text, n, bits, &n));
	g_assert_cmpmem (bits, n, bytes, sizeof bytes);
	g_assert_cmpmem (letter.tag, 16, tag, 16);
	assert_decrypts (api, &letter, bits, n);
}

static void
many_messages_go_under_one_init (Api *api, gconstpointer unused)
{
	CK_BYTE data[64][40];
	Letter letters[64];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		for (gsize i = 0; i < G_N_ELEMENTS (letters); i++) {
			CK_ULONG n = 40;

			letters[i] = letter_new (kind, 40);
			if (i % 2)
				assert_ok (encrypt (api, &letters[i], text, 40, data[i], &n));
			else
				assert_ok (encrypt_parts (api, &letters[i], text, 40, i + 1, data[i], &n));
		}
		for (gsize i = G_N_ELEMENTS (letters); i > 0; i--)
			assert_decrypts (api, &letters[i - 1], data[i - 1], 40);
		assert_ok (api->f3->C_MessageEncryptFinal (api->session));
		assert_ok (api->f3->C_MessageDecryptFinal (api->session));
	}
}

/* The example at the end of section 5.9 gives C_MessageEncryptInit the parameter of a message, too. */
static void
init_takes_the_parameter_of_a_message (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 5);
		CK_MECHANISM mechanism = { kind->type, param_of (&letter), kind->n_param };
		CK_OBJECT_HANDLE key = api_key (api, kind->key, NOTHING);

		assert_ok (api->f3->C_MessageEncryptInit (api->session, &mechanism, key));
		assert_encrypts (api, kind);
		mechanism.ulParameterLen--;
		assert_rv (api->f3->C_MessageDecryptInit (api->session, &mechanism, key),
		           CKR_MECHANISM_PARAM_INVALID);
		end_all (api);
	}
}

/* --- nonces that are made --- */

static const CK_ULONG fixed[] = { 0, 1, 7, 8, 13, 32 };
static const CK_ULONG generators[] = { CKG_GENERATE, CKG_GENERATE_RANDOM };

static CK_ULONG
count_same_bits (const CK_BYTE *one, const CK_BYTE *other, CK_ULONG most)
{
	CK_ULONG n = 0;

	while (n < most && ((one[n / 8] ^ other[n / 8]) & (0x80 >> n % 8)) == 0)
		n++;
	return n;
}

/* The fixed bits are those in front: "counted from the Most significant bits". */
static void
fixed_bits_are_kept_and_the_nonce_is_written_back (Api *api, gconstpointer unused)
{
	CK_BYTE given[16], right[36], out[20];

	if (spares (api))
		return;
	memset (given, 0x5a, sizeof given);
	for (gsize i = 0; i < G_N_ELEMENTS (fixed) * G_N_ELEMENTS (generators); i++) {
		CK_ULONG n_fixed = fixed[i % G_N_ELEMENTS (fixed)], n = sizeof out;
		CK_OBJECT_HANDLE key = start_both (api, gcm);

		for (int round = 0; round < 3; round++) {
			Letter letter = letter_new (gcm, n);

			memcpy (letter.nonce, given, sizeof given);
			letter.n_nonce = 16;
			letter.n_fixed_bits = n_fixed;
			letter.generator = generators[i / G_N_ELEMENTS (fixed)];
			assert_ok (encrypt (api, &letter, text, n, out, &n));
			g_assert_cmpuint (count_same_bits (letter.nonce, given, 128), >=, n_fixed);
			g_assert_cmpint (memcmp (letter.nonce, given, 16), !=, 0);
			encrypt_plainly (api, &letter, key, text, n, right, sizeof right);
			g_assert_cmpmem (out, n, right, n);
			g_assert_cmpmem (letter.tag, 16, right + n, 16);
			assert_decrypts (api, &letter, out, n);
		}
	}
}

static CK_RV
encrypt_few (const Api *api, Letter *letter)
{
	CK_BYTE out[5];
	CK_ULONG n = sizeof out;

	return encrypt (api, letter, text, 5, out, &n);
}

/* One that begins again, in a copy of the key, another process or after a restart, makes a nonce again. */
static void
nonces_are_not_counted (Api *api, gconstpointer unused)
{
	static const CK_ULONG counters[] = { CKG_GENERATE_COUNTER, CKG_GENERATE_COUNTER_XOR };

	if (spares (api))
		return;
	for (const Kind *kind = gcm; kind <= ccm; kind++)
		for (gsize i = 0; i < G_N_ELEMENTS (counters); i++) {
			Letter letter = letter_new (kind, 5), before = letter;

			start_both (api, kind);
			letter.generator = counters[i];
			assert_rv (encrypt_few (api, &letter), CKR_MECHANISM_PARAM_INVALID);
			g_assert_cmpmem (letter.nonce, 16, before.nonce, 16);
		}
}

/* "Modules may also reject ulIvFixedBits values which are too large". */
static void
random_nonces_of_few_bits_are_refused (Api *api, gconstpointer unused)
{
	static const struct {
		CK_ULONG n_nonce, n_fixed_bits;
	} few[] = { { 1, 0 }, { 8, 0 }, { 11, 0 }, { 12, 96 }, { 12, 1 }, { 16, 33 }, { 17, 0 }, { 16, ~0UL } };

	if (spares (api))
		return;
	start_both (api, gcm);
	for (gsize i = 0; i < G_N_ELEMENTS (few) * 2; i++) {
		Letter letter = letter_new (gcm, 5);

		letter.n_nonce = few[i / 2].n_nonce;
		letter.n_fixed_bits = few[i / 2].n_fixed_bits;
		letter.generator = i % 2 ? CKG_GENERATE : CKG_GENERATE_RANDOM;
		assert_rv (encrypt_few (api, &letter), CKR_MECHANISM_PARAM_INVALID);
	}
}

/* "Zero is always an acceptable value"; CCM takes nonces of 7 to 13 bytes, of which so few have random bits enough. */
static void
nonces_of_ccm_are_made_where_they_are_long (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (generators); i++)
		for (CK_ULONG n_nonce = 7; n_nonce <= 13; n_nonce++) {
			Letter letter = letter_new (ccm, 5);
			CK_BYTE out[5];
			CK_ULONG n = sizeof out;

			start_both (api, ccm);
			letter.n_nonce = n_nonce;
			letter.generator = generators[i];
			memset (letter.nonce, 0xee, sizeof letter.nonce);
			if (n_nonce < 12) {
				assert_rv (encrypt (api, &letter, text, 5, out, &n), CKR_MECHANISM_PARAM_INVALID);
				continue;
			}
			assert_ok (encrypt (api, &letter, text, 5, out, &n));
			for (CK_ULONG at = n_nonce; at < sizeof letter.nonce; at++)
				g_assert_cmpuint (letter.nonce[at], ==, 0xee);
			assert_decrypts (api, &letter, out, n);
		}
}

static void
generators_that_are_wrong_are_refused (Api *api, gconstpointer unused)
{
	static const struct {
		CK_ULONG generator, n_fixed_bits;
	} wrong[] = { { CKG_GENERATE_COUNTER_XOR + 1, 0 },
		      { ~0UL, 0 },
		      { CKG_GENERATE, 97 } };

	if (spares (api))
		return;
	for (const Kind *kind = gcm; kind <= ccm; kind++) {
		start_both (api, kind);
		for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
			Letter letter = letter_new (kind, 5), before = letter;

			letter.generator = wrong[i].generator;
			letter.n_fixed_bits = wrong[i].n_fixed_bits;
			assert_rv (encrypt_few (api, &letter), CKR_MECHANISM_PARAM_INVALID);
			assert_rv (encrypt_begin (api, &letter), CKR_MECHANISM_PARAM_INVALID);
			g_assert_cmpmem (letter.nonce, 16, before.nonce, 16);
		}
		assert_encrypts (api, kind);
	}
}

/* Section 6.13: "The ulIvFixedBits and ivGenerator fields are ignored" by whoever decrypts. */
static void
decryption_makes_no_nonce (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = gcm; kind <= ccm; kind++) {
		CK_BYTE data[5], nonce[16];
		CK_ULONG n = sizeof data;
		Letter letter = letter_new (kind, 5);

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, 5, data, &n));
		memcpy (nonce, letter.nonce, sizeof nonce);
		for (gsize i = 0; i < G_N_ELEMENTS (generators); i++) {
			letter.generator = generators[i];
			letter.n_fixed_bits = 1000;
			assert_decrypts (api, &letter, data, n);
			g_assert_cmpmem (letter.nonce, 16, nonce, 16);
		}
	}
}

static void
nonce_of_parts_is_made_at_their_begin (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = gcm; kind <= ccm; kind++) {
		CK_BYTE data[40], nonce[12];
		CK_ULONG n = sizeof data, n_last = 0;
		Letter letter = letter_new (kind, 40);

		start_both (api, kind);
		letter.generator = CKG_GENERATE;
		memset (letter.nonce, 0, sizeof letter.nonce);
		assert_ok (encrypt_begin (api, &letter));
		g_assert_cmpuint (count_same_bits (letter.nonce, (CK_BYTE[12]){ 0 }, 96), <, 96);
		memcpy (nonce, letter.nonce, sizeof nonce);
		assert_ok (encrypt_next (api, &letter, text, 20, data, &n, 0));
		n_last = sizeof data - n;
		assert_ok (encrypt_next (api, &letter, text + 20, 20, data + n, &n_last, CKF_END_OF_MESSAGE));
		g_assert_cmpuint (n + n_last, ==, 40);
		g_assert_cmpmem (letter.nonce, 12, nonce, 12);
		assert_decrypts (api, &letter, data, 40);
	}
}

static void
questions_and_short_buffers_make_no_nonce (Api *api, gconstpointer unused)
{
	CK_BYTE out[40];
	Letter letter = letter_new (gcm, 40), before;

	if (spares (api))
		return;
	start_both (api, gcm);
	letter.generator = CKG_GENERATE;
	before = letter;
	for (CK_ULONG n_room = 0; n_room < 40; n_room++) {
		CK_ULONG n = n_room;

		assert_ok (encrypt (api, &letter, text, 40, NULL, &n));
		g_assert_cmpuint (n, ==, 40);
		n = n_room;
		assert_rv (encrypt (api, &letter, text, 40, out, &n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, 40);
		g_assert_cmpmem (letter.nonce, 16, before.nonce, 16);
		g_assert_cmpmem (letter.tag, 17, before.tag, 17);
	}
}

/* --- a million nonces under one key --- */

#define N_NONCES 1000000

typedef struct {
	const Api *api;
	CK_OBJECT_HANDLE key;
	Letter letter;
	CK_BYTE *nonces; /* 12 bytes each */
	gsize n;
} Writer;

static void *
write_letters (void *data)
{
	const Writer *writer = data;
	Api own = *writer->api;
	Letter letter = writer->letter;
	CK_BYTE in = 1, out;

	own.session = api_open (writer->api, 0);
	assert_ok (start_encrypt (&own, gcm, writer->key));
	for (gsize i = 0; i < writer->n; i++) {
		CK_ULONG n = 1;
		CK_RV rv = encrypt (&own, &letter, &in, 1, &out, &n);

		if (rv != CKR_OK)
			assert_ok (rv);
		memcpy (writer->nonces + i * 12, letter.nonce, 12);
	}
	assert_ok (own.f->C_CloseSession (own.session));
	return NULL;
}

static int
compare_nonces (const void *one, const void *other)
{
	return memcmp (one, other, 12);
}

static void
assert_two_threads_make_different_nonces (const Api *api, CK_ULONG generator, gsize n)
{
	g_autofree CK_BYTE *nonces = g_malloc (n * 12);
	CK_OBJECT_HANDLE key = api_key (api, KEY_AES, NOTHING);
	Letter letter = { .kind = gcm, .n_nonce = 12, .n_tag_bits = 128, .generator = generator };
	GThread *threads[2];
	Writer writers[2];

	for (int i = 0; i < 2; i++) {
		writers[i] = (Writer){ api, key, letter, nonces + (gsize)i * (n / 2) * 12, n / 2 };
		threads[i] = g_thread_new ("writer", write_letters, &writers[i]);
	}
	for (int i = 0; i < 2; i++)
		g_thread_join (threads[i]);
	qsort (nonces, n, 12, compare_nonces);
	for (gsize i = 1; i < n; i++)
		if (memcmp (nonces + (i - 1) * 12, nonces + i * 12, 12) == 0)
			g_error ("a nonce was made twice");
}

static void
million_nonces_in_two_threads_are_all_different (Api *api, gconstpointer unused)
{
	if (!spares (api))
		assert_two_threads_make_different_nonces (api, CKG_GENERATE, N_NONCES);
}

static void
nonces_of_every_generator_are_different_in_two_threads (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (gsize i = 1; i < G_N_ELEMENTS (generators); i++)
		assert_two_threads_make_different_nonces (api, generators[i], N_NONCES / 10);
}

/* --- what was tampered with --- */

typedef enum {
	TAG,
	CIPHERTEXT,
	ASSOCIATED_DATA,
	LESS_ASSOCIATED_DATA,
	NONCE,
	N_TARGETS,
} Target;

static void
tamper (Target target, Letter *letter, CK_BYTE *data)
{
	switch (target) {
	case TAG:
		letter->tag[15] ^= 1;
		break;
	case CIPHERTEXT:
		data[3] ^= 0x80;
		break;
	case ASSOCIATED_DATA:
		letter->aad[0] ^= 1;
		break;
	case LESS_ASSOCIATED_DATA:
		letter->n_aad--;
		break;
	default:
		letter->nonce[0] ^= 1;
	}
}

static void
assert_is_filled (const CK_BYTE *data, gsize n, CK_BYTE octet)
{
	for (gsize i = 0; i < n; i++)
		g_assert_cmpuint (data[i], ==, octet);
}

static void
what_was_tampered_with_is_refused_and_the_next_goes_on (Api *api, gconstpointer unused)
{
	CK_BYTE right[50], wrong[50], out[50];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		for (Target target = 0; target < N_TARGETS; target++) {
			CK_ULONG n = sizeof right, n_out = sizeof out;
			Letter letter = letter_new (kind, n), bad;

			assert_ok (encrypt (api, &letter, text, n, right, &n));
			bad = letter;
			memcpy (wrong, right, sizeof wrong);
			tamper (target, &bad, wrong);
			memset (out, 0xee, sizeof out);
			assert_rv (decrypt (api, &bad, wrong, n, out, &n_out), CKR_AEAD_DECRYPT_FAILED);
			assert_is_filled (out, sizeof out, 0xee);
			assert_decrypts (api, &letter, right, n);
			n_out = sizeof out;
			assert_rv (decrypt_parts (api, &bad, wrong, n, 20, out, &n_out),
			           CKR_AEAD_DECRYPT_FAILED);
			assert_is_filled (out, sizeof out, 0xee);
			n_out = sizeof out;
			assert_ok (decrypt_parts (api, &letter, right, n, 20, out, &n_out));
			g_assert_cmpmem (out, n_out, text, n);
		}
	}
}

/* The place where both lie keeps the ciphertext. */
static void
what_was_tampered_with_stays_where_it_is (Api *api, gconstpointer unused)
{
	CK_BYTE data[50], before[50];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_ULONG n = sizeof data;
		Letter letter = letter_new (kind, n);

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, n, data, &n));
		memcpy (before, data, sizeof data);
		letter.tag[0] ^= 1;
		assert_rv (decrypt (api, &letter, data, n, data, &n), CKR_AEAD_DECRYPT_FAILED);
		g_assert_cmpmem (data, sizeof data, before, sizeof before);
	}
}

static void
ciphertext_that_is_cut_is_refused (Api *api, gconstpointer unused)
{
	CK_BYTE data[50], out[50];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_ULONG n = sizeof data, n_out = sizeof out;
		Letter letter = letter_new (kind, n);
		/* its length is in the parameter */
		CK_RV wanted = kind == ccm ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_AEAD_DECRYPT_FAILED;

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, n, data, &n));
		assert_rv (decrypt (api, &letter, data, n - 1, out, &n_out), wanted);
		n_out = sizeof out;
		assert_rv (decrypt (api, &letter, data, 0, out, &n_out), wanted);
		n_out = sizeof out;
		assert_rv (decrypt_parts (api, &letter, data, n - 1, 7, out, &n_out), wanted);
		assert_decrypts (api, &letter, data, n);
	}
}

/* --- parameters and arguments --- */

static void
parameters_of_another_length_are_refused (Api *api, gconstpointer unused)
{
	CK_BYTE out[5];
	CK_FUNCTION_LIST_3_2 *f = api->f3;

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		const CK_ULONG wrong[] = {
			0, 1, kind->n_param - 1, kind->n_param + 1, kind->n_plain_param + 8, ~0UL
		};
		Letter letter = letter_new (kind, 5);
		void *param = param_of (&letter);
		CK_ULONG n = sizeof out;

		start_both (api, kind);
		for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
			if (wrong[i] == kind->n_param)
				continue;
			assert_rv (f->C_EncryptMessage (api->session, param, wrong[i], NULL, 0, text, 5, out,
			                                &n),
			           CKR_MECHANISM_PARAM_INVALID);
			assert_rv (f->C_DecryptMessage (api->session, param, wrong[i], NULL, 0, text, 5, out,
			                                &n),
			           CKR_MECHANISM_PARAM_INVALID);
			assert_rv (f->C_EncryptMessageBegin (api->session, param, wrong[i], NULL, 0),
			           CKR_MECHANISM_PARAM_INVALID);
			assert_rv (f->C_DecryptMessageBegin (api->session, param, wrong[i], NULL, 0),
			           CKR_MECHANISM_PARAM_INVALID);
		}
		assert_rv (f->C_EncryptMessage (api->session, NULL, kind->n_param, NULL, 0, text, 5, out, &n),
		           CKR_MECHANISM_PARAM_INVALID);
		assert_rv (f->C_DecryptMessageBegin (api->session, NULL, kind->n_param, NULL, 0),
		           CKR_MECHANISM_PARAM_INVALID);
		assert_encrypts (api, kind);
	}
}

static void
wrong_parameter_of_the_last_part_ends_the_message (Api *api, gconstpointer unused)
{
	CK_BYTE out[20];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 5);
		CK_ULONG n = sizeof out;

		start_both (api, kind);
		assert_ok (encrypt_begin (api, &letter));
		assert_rv (api->f3->C_EncryptMessageNext (api->session, param_of (&letter), kind->n_param - 1,
		                                          text, 5, out, &n, CKF_END_OF_MESSAGE),
		           CKR_MECHANISM_PARAM_INVALID);
		assert_rv (encrypt_next (api, &letter, text, 5, out, &n, 0), CKR_OPERATION_NOT_INITIALIZED);
		assert_ok (decrypt_begin (api, &letter));
		letter.no_tag = TRUE;
		n = sizeof out;
		assert_rv (decrypt_next (api, &letter, text, 5, out, &n, CKF_END_OF_MESSAGE),
		           CKR_MECHANISM_PARAM_INVALID);
		assert_rv (decrypt_next (api, &letter, text, 5, out, &n, 0), CKR_OPERATION_NOT_INITIALIZED);
		assert_encrypts (api, kind);
	}
}

static void
places_that_are_missing_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		for (int i = 0; i < 4; i++) {
			Letter letter = letter_new (kind, 5);
			CK_BYTE out[5];
			CK_ULONG n = sizeof out;

			letter.no_tag = i % 2;
			letter.no_nonce = !letter.no_tag;
			letter.generator = i / 2 ? CKG_GENERATE : CKG_NO_GENERATE;
			assert_rv (encrypt_few (api, &letter), CKR_MECHANISM_PARAM_INVALID);
			assert_rv (encrypt_begin (api, &letter), CKR_MECHANISM_PARAM_INVALID);
			assert_rv (decrypt (api, &letter, text, 5, out, &n), CKR_MECHANISM_PARAM_INVALID);
			assert_rv (decrypt_begin (api, &letter), CKR_MECHANISM_PARAM_INVALID);
		}
	}
}

static void
lengths_that_are_wrong_are_refused (Api *api, gconstpointer unused)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		CK_ULONG n_nonce, n_tag_bits;
	} wrong[] = {
		{ CKM_AES_GCM, 0, 128 },
		{ CKM_AES_GCM, 12, 129 },
		{ CKM_AES_GCM, 12, 136 },
		{ CKM_AES_GCM, 12, 127 },
		{ CKM_AES_GCM, 12, ~0UL },
		{ CKM_AES_CCM, 6, 128 },
		{ CKM_AES_CCM, 14, 128 },
		{ CKM_AES_CCM, 0, 128 },
		{ CKM_AES_CCM, 12, 0 },
		{ CKM_AES_CCM, 12, 2 * 8 },
		{ CKM_AES_CCM, 12, 5 * 8 },
		{ CKM_AES_CCM, 12, 18 * 8 },
		{ CKM_CHACHA20_POLY1305, 0, 128 },
		{ CKM_CHACHA20_POLY1305, 11, 128 },
		{ CKM_CHACHA20_POLY1305, 95, 128 },
	};

	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
		const Kind *kind = kind_of (wrong[i].type);
		Letter letter = letter_new (kind, 5);
		CK_BYTE out[5];
		CK_ULONG n = sizeof out;

		start_both (api, kind);
		letter.n_nonce = wrong[i].n_nonce;
		letter.n_tag_bits = wrong[i].n_tag_bits;
		assert_rv (encrypt_few (api, &letter), CKR_MECHANISM_PARAM_INVALID);
		assert_rv (encrypt_begin (api, &letter), CKR_MECHANISM_PARAM_INVALID);
		assert_rv (decrypt (api, &letter, text, 5, out, &n), CKR_MECHANISM_PARAM_INVALID);
		assert_encrypts (api, kind);
	}
}

static void
ccm_takes_as_much_as_its_parameter_says (Api *api, gconstpointer unused)
{
	static const CK_ULONG wrong[] = { 0, 4, 6, 100 };
	CK_BYTE out[20];

	if (spares (api))
		return;
	start_both (api, ccm);
	for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
		Letter letter = letter_new (ccm, wrong[i]);
		CK_ULONG n = sizeof out;

		assert_rv (encrypt_few (api, &letter), CKR_DATA_LEN_RANGE);
		assert_rv (encrypt_parts (api, &letter, text, 5, 2, out, &n), CKR_DATA_LEN_RANGE);
		assert_encrypts (api, ccm);
	}
}

static void
pointers_that_are_missing_are_refused (Api *api, gconstpointer unused)
{
	CK_FUNCTION_LIST_3_2 *f = api->f3;

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 5);
		void *param = param_of (&letter);
		CK_ULONG n_param = kind->n_param, n = 5;
		CK_SESSION_HANDLE s = api->session;
		CK_BYTE out[5];

		start_both (api, kind);
		assert_rv (f->C_EncryptMessage (s, param, n_param, NULL, 0, NULL, 5, out, &n),
		           CKR_ARGUMENTS_BAD);
		assert_rv (f->C_EncryptMessage (s, param, n_param, NULL, 0, text, 5, out, NULL),
		           CKR_ARGUMENTS_BAD);
		assert_rv (f->C_EncryptMessage (s, param, n_param, NULL, 5, text, 5, out, &n),
		           CKR_ARGUMENTS_BAD);
		assert_rv (f->C_DecryptMessage (s, param, n_param, NULL, 0, NULL, 5, out, &n),
		           CKR_ARGUMENTS_BAD);
		assert_rv (f->C_DecryptMessage (s, param, n_param, NULL, 0, text, 5, out, NULL),
		           CKR_ARGUMENTS_BAD);
		assert_rv (f->C_DecryptMessage (s, param, n_param, NULL, 5, text, 5, out, &n),
		           CKR_ARGUMENTS_BAD);
		assert_rv (f->C_EncryptMessageBegin (s, param, n_param, NULL, 5), CKR_ARGUMENTS_BAD);
		assert_rv (f->C_DecryptMessageBegin (s, param, n_param, NULL, 5), CKR_ARGUMENTS_BAD);
		assert_encrypts (api, kind);
	}
}

/* Sections 5.9.4 and 5.11.4: any error but CKR_BUFFER_TOO_SMALL terminates the message, and not the process.
 */
static void
pointers_that_are_missing_end_the_message_in_parts (Api *api, gconstpointer unused)
{
	CK_BYTE out[5];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		start_both (api, kind);
		for (int i = 0; i < 4; i++) {
			CK_FLAGS flags = i % 2 ? CKF_END_OF_MESSAGE : 0;
			const CK_BYTE *data = i / 2 ? text : NULL;
			CK_ULONG n = sizeof out, *n_out = i / 2 ? NULL : &n;
			Letter letter = letter_new (kind, 5);

			assert_ok (encrypt_begin (api, &letter));
			assert_rv (encrypt_next (api, &letter, data, 5, out, n_out, flags),
			           CKR_ARGUMENTS_BAD);
			assert_rv (encrypt_next (api, &letter, text, 5, out, &n, flags),
			           CKR_OPERATION_NOT_INITIALIZED);
			assert_ok (decrypt_begin (api, &letter));
			assert_rv (decrypt_next (api, &letter, data, 5, out, n_out, flags),
			           CKR_ARGUMENTS_BAD);
			assert_rv (decrypt_next (api, &letter, text, 5, out, &n, flags),
			           CKR_OPERATION_NOT_INITIALIZED);
			assert_encrypts (api, kind);
		}
	}
}

static void
questions_and_short_buffers_keep_the_parts (Api *api, gconstpointer unused)
{
	CK_BYTE right[40], out[64];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 40);
		CK_ULONG n = sizeof right, n_first = sizeof out;

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, 40, right, &n));
		assert_ok (encrypt_begin (api, &letter));
		n = 0;
		assert_ok (encrypt_next (api, &letter, text, 33, NULL, &n, 0));
		assert_ok (encrypt_next (api, &letter, text, 33, out, &n_first, 0));
		g_assert_cmpuint (n_first, <=, n);
		assert_ok (encrypt_next (api, &letter, text + 33, 7, NULL, &n, CKF_END_OF_MESSAGE));
		g_assert_cmpuint (n, ==, 40 - n_first);
		n = 40 - n_first - 1;
		assert_rv (encrypt_next (api, &letter, text + 33, 7, out + n_first, &n, CKF_END_OF_MESSAGE),
		           CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, 40 - n_first);
		assert_ok (encrypt_next (api, &letter, text + 33, 7, out + n_first, &n, CKF_END_OF_MESSAGE));
		g_assert_cmpmem (out, n_first + n, right, 40);
		assert_ok (decrypt_begin (api, &letter));
		n = 0;
		assert_ok (decrypt_next (api, &letter, right, 33, NULL, &n, 0));
		n = sizeof out;
		assert_ok (decrypt_next (api, &letter, right, 33, out, &n, 0));
		assert_ok (decrypt_next (api, &letter, right + 33, 7, NULL, &n, CKF_END_OF_MESSAGE));
		g_assert_cmpuint (n, ==, 40);
		n = 39;
		assert_rv (decrypt_next (api, &letter, right + 33, 7, out, &n, CKF_END_OF_MESSAGE),
		           CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, 40);
		assert_ok (decrypt_next (api, &letter, right + 33, 7, out, &n, CKF_END_OF_MESSAGE));
		g_assert_cmpmem (out, n, text, 40);
	}
}

static void
decryption_tells_its_length (Api *api, gconstpointer unused)
{
	CK_BYTE data[40], out[40];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 40);
		CK_ULONG n = sizeof data;

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, 40, data, &n));
		n = 0;
		assert_ok (decrypt (api, &letter, data, 40, NULL, &n));
		g_assert_cmpuint (n, ==, 40);
		n = 39;
		assert_rv (decrypt (api, &letter, data, 40, out, &n), CKR_BUFFER_TOO_SMALL);
		g_assert_cmpuint (n, ==, 40);
		assert_decrypts (api, &letter, data, 40);
	}
}

/* --- the process --- */

static void
init_twice_is_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_OBJECT_HANDLE key = start_both (api, kind);

		assert_rv (start_encrypt (api, kind, key), CKR_OPERATION_ACTIVE);
		assert_rv (start_decrypt (api, kind, key), CKR_OPERATION_ACTIVE);
		assert_encrypts (api, kind);
	}
}

/* Section 5.9.1: a message in the middle is terminated, too. */
static void
init_without_mechanism_ends_it (Api *api, gconstpointer unused)
{
	CK_FUNCTION_LIST_3_2 *f = api->f3;

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++)
		for (int in_the_middle = 0; in_the_middle < 2; in_the_middle++) {
			CK_OBJECT_HANDLE key = start_both (api, kind);
			Letter letter = letter_new (kind, 5);

			if (in_the_middle) {
				assert_ok (encrypt_begin (api, &letter));
				assert_ok (decrypt_begin (api, &letter));
			}
			assert_ok (f->C_MessageEncryptInit (api->session, NULL, 0));
			assert_ok (f->C_MessageDecryptInit (api->session, NULL, 0));
			assert_rv (encrypt_begin (api, &letter), CKR_OPERATION_NOT_INITIALIZED);
			assert_rv (decrypt_begin (api, &letter), CKR_OPERATION_NOT_INITIALIZED);
			assert_ok (start_encrypt (api, kind, key));
			assert_encrypts (api, kind);
		}
}

static void
final_ends_it (Api *api, gconstpointer unused)
{
	CK_FUNCTION_LIST_3_2 *f = api->f3;

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 5);
		CK_OBJECT_HANDLE key = start_both (api, kind);

		assert_ok (f->C_MessageEncryptFinal (api->session));
		assert_ok (f->C_MessageDecryptFinal (api->session));
		assert_rv (f->C_MessageEncryptFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (f->C_MessageDecryptFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (encrypt_few (api, &letter), CKR_OPERATION_NOT_INITIALIZED);
		assert_ok (start_encrypt (api, kind, key));
	}
}

static void
final_in_the_middle_of_a_message_is_refused (Api *api, gconstpointer unused)
{
	CK_BYTE out[5];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 5);
		CK_ULONG n = sizeof out;

		start_both (api, kind);
		assert_ok (encrypt_begin (api, &letter));
		assert_rv (api->f3->C_MessageEncryptFinal (api->session), CKR_OPERATION_ACTIVE);
		assert_ok (encrypt_next (api, &letter, text, 5, out, &n, CKF_END_OF_MESSAGE));
		assert_ok (api->f3->C_MessageEncryptFinal (api->session));
		assert_ok (decrypt_begin (api, &letter));
		assert_rv (api->f3->C_MessageDecryptFinal (api->session), CKR_OPERATION_ACTIVE);
		assert_ok (decrypt_next (api, &letter, out, n, out, &n, CKF_END_OF_MESSAGE));
		assert_ok (api->f3->C_MessageDecryptFinal (api->session));
	}
}

static void
nothing_works_without_what_comes_before (Api *api, gconstpointer unused)
{
	CK_BYTE out[5];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 5);
		CK_ULONG n = sizeof out;

		end_all (api);
		assert_rv (encrypt_few (api, &letter), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (decrypt (api, &letter, text, 5, out, &n), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (encrypt_begin (api, &letter), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (decrypt_begin (api, &letter), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (api->f3->C_MessageEncryptFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		assert_rv (api->f3->C_MessageDecryptFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
		start_both (api, kind);
		for (CK_FLAGS flags = 0; flags <= CKF_END_OF_MESSAGE; flags++) {
			assert_rv (encrypt_next (api, &letter, text, 5, out, &n, flags),
			           CKR_OPERATION_NOT_INITIALIZED);
			assert_rv (decrypt_next (api, &letter, text, 5, out, &n, flags),
			           CKR_OPERATION_NOT_INITIALIZED);
		}
	}
}

static void
another_message_in_the_middle_of_one_is_refused (Api *api, gconstpointer unused)
{
	CK_BYTE right[5], out[5];

	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		Letter letter = letter_new (kind, 5), other = letter_new (kind, 5);
		CK_ULONG n = sizeof out;

		start_both (api, kind);
		assert_ok (encrypt (api, &letter, text, 5, right, &n));
		assert_ok (encrypt_begin (api, &letter));
		assert_rv (encrypt_begin (api, &other), CKR_OPERATION_ACTIVE);
		assert_rv (encrypt_few (api, &other), CKR_OPERATION_ACTIVE);
		assert_ok (encrypt_next (api, &letter, text, 5, out, &n, CKF_END_OF_MESSAGE));
		g_assert_cmpmem (out, n, right, 5);
		assert_ok (decrypt_begin (api, &letter));
		assert_rv (decrypt_begin (api, &letter), CKR_OPERATION_ACTIVE);
		assert_rv (decrypt (api, &letter, right, 5, out, &n), CKR_OPERATION_ACTIVE);
		assert_ok (decrypt_next (api, &letter, right, 5, out, &n, CKF_END_OF_MESSAGE));
		g_assert_cmpmem (out, n, text, 5);
	}
}

static void
other_sessions_have_processes_of_their_own (Api *api, gconstpointer unused)
{
	Letter letter = letter_new (gcm, 5);
	Api second = *api;

	if (spares (api))
		return;
	start_both (api, gcm);
	second.session = api_open (api, 0);
	assert_rv (encrypt_few (&second, &letter), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok (start_encrypt (&second, chacha, api_key (api, KEY_CHACHA20, NOTHING)));
	assert_encrypts (&second, chacha);
	assert_encrypts (api, gcm);
}

static const struct {
	CK_FLAGS flag;
	gboolean ends_encryption, ends_decryption;
} cancels[] = {
	{ CKF_MESSAGE_ENCRYPT, TRUE, FALSE },
	{ CKF_MESSAGE_DECRYPT, FALSE, TRUE },
	{ CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT, TRUE, TRUE },
	{ CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY, FALSE, FALSE },
	{ CKF_ENCRYPT | CKF_DECRYPT, FALSE, FALSE },
	{ 0, FALSE, FALSE },
};

static void
cancel_ends_what_its_flags_say (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (cancels) * 2; i++) {
		CK_OBJECT_HANDLE key = start_both (api, gcm);
		Letter letter = letter_new (gcm, 5);
		gboolean ends_encryption = cancels[i / 2].ends_encryption,
			 ends_decryption = cancels[i / 2].ends_decryption;

		if (i % 2) {
			assert_ok (encrypt_begin (api, &letter));
			assert_ok (decrypt_begin (api, &letter));
		}
		assert_ok (api->f3->C_SessionCancel (api->session, cancels[i / 2].flag));
		assert_rv (start_encrypt (api, gcm, key), ends_encryption ? CKR_OK : CKR_OPERATION_ACTIVE);
		assert_rv (start_decrypt (api, gcm, key), ends_decryption ? CKR_OK : CKR_OPERATION_ACTIVE);
		assert_rv (encrypt_begin (api, &letter),
		           i % 2 && !ends_encryption ? CKR_OPERATION_ACTIVE : CKR_OK);
	}
}

static void
messages_go_beside_other_operations (Api *api, gconstpointer unused)
{
	CK_BYTE right[64], out[64], sealed[40], tag_of[32];
	CK_ULONG n = sizeof right, n_out = 0, n_part = sizeof out, n_tag = sizeof tag_of;
	Letter letter = letter_new (gcm, 40);
	CK_OBJECT_HANDLE key;
	CK_FUNCTION_LIST *f = api->f;

	if (spares (api))
		return;
	key = start_both (api, gcm);
	assert_ok (f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), key));
	assert_ok (f->C_Encrypt (api->session, text, 64, right, &n));
	assert_ok (f->C_EncryptInit (api->session, MECH (CKM_AES_ECB), key));
	assert_ok (f->C_DigestInit (api->session, MECH (CKM_SHA256)));
	assert_ok (encrypt_begin (api, &letter));
	assert_ok (f->C_EncryptUpdate (api->session, text, 32, out, &n_part));
	n_out = sizeof sealed;
	assert_ok (encrypt_next (api, &letter, text, 40, sealed, &n_out, CKF_END_OF_MESSAGE));
	n = sizeof out - n_part;
	assert_ok (f->C_EncryptUpdate (api->session, text + 32, 32, out + n_part, &n));
	g_assert_cmpmem (out, n_part + n, right, 64);
	assert_ok (f->C_Digest (api->session, text, 5, tag_of, &n_tag));
	assert_ok (f->C_EncryptFinal (api->session, out, (n = sizeof out, &n)));
	assert_decrypts (api, &letter, sealed, 40);
}

/* --- who may --- */

static void
keys_without_the_usage_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_OBJECT_HANDLE no_encrypt =
			api_key (api, kind->key, T (NO (CKA_ENCRYPT), YES (CKA_DECRYPT)));
		CK_OBJECT_HANDLE no_decrypt =
			api_key (api, kind->key, T (NO (CKA_DECRYPT), YES (CKA_ENCRYPT)));

		assert_rv (start_encrypt (api, kind, no_encrypt), CKR_KEY_FUNCTION_NOT_PERMITTED);
		assert_rv (start_decrypt (api, kind, no_decrypt), CKR_KEY_FUNCTION_NOT_PERMITTED);
		assert_ok (start_encrypt (api, kind, no_decrypt));
		assert_ok (start_decrypt (api, kind, no_encrypt));
		end_all (api);
	}
}

static void
keys_that_do_not_allow_the_mechanism_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_OBJECT_HANDLE other =
			api_key (api, kind->key, T (A_ULONG (CKA_ALLOWED_MECHANISMS, CKM_AES_ECB)));
		CK_OBJECT_HANDLE right =
			api_key (api, kind->key, T (A_ULONG (CKA_ALLOWED_MECHANISMS, kind->type)));

		assert_rv (start_encrypt (api, kind, other), CKR_MECHANISM_INVALID);
		assert_rv (start_decrypt (api, kind, other), CKR_MECHANISM_INVALID);
		assert_ok (start_encrypt (api, kind, right));
		assert_ok (start_decrypt (api, kind, right));
		end_all (api);
	}
}

static void
keys_that_are_wrong_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		ApiKey other = kind->key == KEY_AES ? KEY_CHACHA20 : KEY_AES;

		assert_rv (start_encrypt (api, kind, api_key (api, other, NOTHING)),
		           CKR_KEY_TYPE_INCONSISTENT);
		assert_rv (start_decrypt (api, kind, api_key (api, other, NOTHING)),
		           CKR_KEY_TYPE_INCONSISTENT);
		assert_rv (start_encrypt (api, kind, 0), CKR_KEY_HANDLE_INVALID);
		assert_rv (start_decrypt (api, kind, ~0UL), CKR_KEY_HANDLE_INVALID);
		assert_rv (start_encrypt (api, kind, api_key (api, DATA_OBJECT, NOTHING)),
		           CKR_KEY_HANDLE_INVALID);
		assert_ok (start_encrypt (api, kind, api_key (api, kind->key, NOTHING)));
		end_all (api);
	}
}

static void
mechanisms_without_messages_are_refused (Api *api, gconstpointer unused)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_AES_ECB,     CKM_AES_CBC,  CKM_AES_CTR,
		                                   CKM_CHACHA20,    CKM_RSA_PKCS, CKM_SHA256,
		                                   CKM_AES_KEY_GEN, CKM_AES_CMAC, ~0UL };
	CK_OBJECT_HANDLE key;

	if (spares (api))
		return;
	key = api_key (api, KEY_AES, NOTHING);
	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		CK_MECHANISM_INFO info = { 0 };

		assert_rv (api->f3->C_MessageEncryptInit (api->session, MECH (types[i]), key),
		           CKR_MECHANISM_INVALID);
		assert_rv (api->f3->C_MessageDecryptInit (api->session, MECH (types[i]), key),
		           CKR_MECHANISM_INVALID);
		if (api->f->C_GetMechanismInfo (api->slot, types[i], &info) == CKR_OK)
			g_assert_cmpuint (info.flags & (CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT), ==, 0);
	}
	for (const Kind *kind = kinds; look_at (kind); kind++) {
		CK_MECHANISM_INFO info = { 0 };

		assert_ok (api->f->C_GetMechanismInfo (api->slot, kind->type, &info));
		g_assert_cmphex (info.flags & (CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT), ==,
		                 CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT);
	}
}

static void
mechanisms_that_are_disabled_are_refused (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	api_restart (api, "slots.mechanisms = -CKM_AES_CCM,CKM_CHACHA20_POLY1305");
	assert_rv (start_encrypt (api, ccm, api_key (api, KEY_AES, NOTHING)), CKR_MECHANISM_INVALID);
	assert_rv (start_decrypt (api, ccm, api_key (api, KEY_AES, NOTHING)), CKR_MECHANISM_INVALID);
	assert_rv (start_encrypt (api, chacha, api_key (api, KEY_CHACHA20, NOTHING)), CKR_MECHANISM_INVALID);
	assert_ok (start_encrypt (api, gcm, api_key (api, KEY_AES, NOTHING)));
	assert_encrypts (api, gcm);
}

static void
logout_ends_the_messages_of_private_keys (Api *api, gconstpointer unused)
{
	if (spares (api))
		return;
	for (int private = 0; private < 2; private ++)
		for (int in_the_middle = 0; in_the_middle < 2; in_the_middle++) {
			CK_OBJECT_HANDLE key = api_key (api, KEY_AES, T (A_BOOL (CKA_PRIVATE, private)));
			Letter letter = letter_new (gcm, 5);

			end_all (api);
			assert_ok (start_encrypt (api, gcm, key));
			assert_ok (start_decrypt (api, gcm, key));
			if (in_the_middle)
				assert_ok (encrypt_begin (api, &letter));
			assert_ok (api->f->C_Logout (api->session));
			assert_rv (api->f3->C_MessageDecryptFinal (api->session),
			           private ? CKR_OPERATION_NOT_INITIALIZED : CKR_OK);
			assert_rv (encrypt_begin (api, &letter), private ? CKR_OPERATION_NOT_INITIALIZED
			                                         : in_the_middle ? CKR_OPERATION_ACTIVE
			                                                         : CKR_OK);
			assert_ok (api_login (api, api->session, CKU_USER, USER_PIN));
		}
}

static void
key_that_is_destroyed_ends_its_messages (Api *api, gconstpointer unused)
{
	Letter letter = letter_new (gcm, 5);
	Api second = *api;
	CK_OBJECT_HANDLE key;

	if (spares (api))
		return;
	key = start_both (api, gcm);
	second.session = api_open (api, 0);
	assert_ok (start_encrypt (&second, gcm, key));
	assert_ok (encrypt_begin (&second, &letter));
	assert_ok (api->f->C_DestroyObject (api->session, key));
	assert_rv (encrypt_few (api, &letter), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (api->f3->C_MessageDecryptFinal (api->session), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv (api->f3->C_MessageEncryptFinal (second.session), CKR_OPERATION_NOT_INITIALIZED);
}

static void
add_tests (void)
{
	ADD ("messages", published_vectors_come_out);
	ADD ("messages", message_is_what_encrypt_gives);
	ADD ("messages", parts_give_what_one_piece_gives);
	ADD ("messages", plaintext_comes_only_with_the_last_part);
	ADD ("messages", output_may_lie_on_the_input);
	ADD ("messages", tags_of_every_length_are_written_and_checked);
	ADD ("messages", nonce_of_chacha_may_be_counted_in_bits);
	ADD ("messages", many_messages_go_under_one_init);
	ADD ("messages", init_takes_the_parameter_of_a_message);
	ADD ("messages", fixed_bits_are_kept_and_the_nonce_is_written_back);
	ADD ("messages", nonces_are_not_counted);
	ADD ("messages", random_nonces_of_few_bits_are_refused);
	ADD ("messages", nonces_of_ccm_are_made_where_they_are_long);
	ADD ("messages", generators_that_are_wrong_are_refused);
	ADD ("messages", decryption_makes_no_nonce);
	ADD ("messages", nonce_of_parts_is_made_at_their_begin);
	ADD ("messages", questions_and_short_buffers_make_no_nonce);
	ADD ("messages", million_nonces_in_two_threads_are_all_different);
	ADD ("messages", nonces_of_every_generator_are_different_in_two_threads);
	ADD ("messages", what_was_tampered_with_is_refused_and_the_next_goes_on);
	ADD ("messages", what_was_tampered_with_stays_where_it_is);
	ADD ("messages", ciphertext_that_is_cut_is_refused);
	ADD ("messages", parameters_of_another_length_are_refused);
	ADD ("messages", wrong_parameter_of_the_last_part_ends_the_message);
	ADD ("messages", places_that_are_missing_are_refused);
	ADD ("messages", lengths_that_are_wrong_are_refused);
	ADD ("messages", ccm_takes_as_much_as_its_parameter_says);
	ADD ("messages", pointers_that_are_missing_are_refused);
	ADD ("messages", pointers_that_are_missing_end_the_message_in_parts);
	ADD ("messages", questions_and_short_buffers_keep_the_parts);
	ADD ("messages", decryption_tells_its_length);
	ADD ("messages", init_twice_is_refused);
	ADD ("messages", init_without_mechanism_ends_it);
	ADD ("messages", final_ends_it);
	ADD ("messages", final_in_the_middle_of_a_message_is_refused);
	ADD ("messages", nothing_works_without_what_comes_before);
	ADD ("messages", another_message_in_the_middle_of_one_is_refused);
	ADD ("messages", other_sessions_have_processes_of_their_own);
	ADD ("messages", cancel_ends_what_its_flags_say);
	ADD ("messages", messages_go_beside_other_operations);
	ADD ("messages", keys_without_the_usage_are_refused);
	ADD ("messages", keys_that_do_not_allow_the_mechanism_are_refused);
	ADD ("messages", keys_that_are_wrong_are_refused);
	ADD ("messages", mechanisms_without_messages_are_refused);
	ADD ("messages", mechanisms_that_are_disabled_are_refused);
	ADD ("messages", logout_ends_the_messages_of_private_keys);
	ADD ("messages", key_that_is_destroyed_ends_its_messages);
}

int
main (int argc, char **argv)
{
	return api_main (argc, argv, add_tests);
}
