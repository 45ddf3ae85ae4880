/* Nettle called directly, with keys prepared as far as a module keeps them prepared. */

#include "bench.h"

#include <nettle/aes.h>
#include <nettle/bignum.h>
#include <nettle/cbc.h>
#include <nettle/ccm.h>
#include <nettle/cfb.h>
#include <nettle/chacha-poly1305.h>
#include <nettle/chacha.h>
#include <nettle/cmac.h>
#include <nettle/ctr.h>
#include <nettle/curve25519.h>
#include <nettle/curve448.h>
#include <nettle/des.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/eddsa.h>
#include <nettle/gcm.h>
#include <nettle/gostdsa.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <nettle/memxor.h>
#include <nettle/nist-keywrap.h>
#include <nettle/pbkdf2.h>
#include <nettle/poly1305.h>
#include <nettle/pss-mgf1.h>
#include <nettle/rsa.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <nettle/xts.h>

#include <sys/random.h>

#define ROOM 2048

static const guint8 secret[64] = "a key of sixty-four bytes, of which each cipher takes its own..";
static const guint8 nonce[16] = "twelve bytes...";

/* Nobody expects a context larger than ROOM; start_... would find out. */
static __thread _Alignas (16) guint8 encrypt_key[ROOM], decrypt_key[ROOM], state[ROOM], outer[ROOM], inner[ROOM];

/* What decryption takes, made by start. */
static __thread guint8 encrypted[LARGEST + 64];

#define WORK(name) static void name##_work (const Row *row, size_t n)
#define START(name) static void name##_start (const Row *row, size_t n)
#define DIRECT(name, start_name) const Direct direct_##name = { start_name##_start, name##_work };

START (nothing)
{
}

static void
randomly (void *unused, size_t n, uint8_t *data)
{
	while (n > 0) {
		ssize_t got = getrandom (data, n, 0);

		g_assert_cmpint (got, >, 0);
		data += got;
		n -= (size_t)got;
	}
}

/* The kernel itself: Nettle has no source of its own. */
WORK (random)
{
	randomly (NULL, n, output);
}
DIRECT (random, nothing)

/* --- hashes --- */

WORK (hash)
{
	const struct nettle_hash *hash = row->with;

	hash->init (state);
	hash->update (state, n, input);
	hash->digest (state, hash->digest_size, output);
}
DIRECT (hash, nothing)

START (hash_part)
{
	const struct nettle_hash *hash = row->with;

	hash->init (state);
}
WORK (hash_part)
{
	const struct nettle_hash *hash = row->with;

	hash->update (state, n, input);
}
DIRECT (hash_part, hash_part)

START (hmac)
{
	const struct nettle_hash *hash = row->with;

	g_assert_cmpuint (hash->context_size, <=, ROOM);
	hmac_set_key (outer, inner, state, hash, sizeof secret, secret);
}
WORK (hmac)
{
	const struct nettle_hash *hash = row->with;

	hmac_update (state, hash, n, input);
	hmac_digest (outer, inner, state, hash, hash->digest_size, output);
}
WORK (hmac_part)
{
	const struct nettle_hash *hash = row->with;

	hmac_update (state, hash, n, input);
}
DIRECT (hmac, hmac)
DIRECT (hmac_part, hmac)

WORK (hkdf)
{
	struct hmac_sha256_ctx context;
	guint8 key[SHA256_DIGEST_SIZE];

	hmac_sha256_set_key (&context, sizeof nonce, nonce);
	hkdf_extract (&context, (nettle_hash_update_func *)hmac_sha256_update,
	              (nettle_hash_digest_func *)hmac_sha256_digest, sizeof key, n, secret, key);
	hmac_sha256_set_key (&context, sizeof key, key);
	hkdf_expand (&context, (nettle_hash_update_func *)hmac_sha256_update,
	             (nettle_hash_digest_func *)hmac_sha256_digest, sizeof key, 0, nonce, 16, output);
}
DIRECT (hkdf, nothing)

WORK (pbkdf2)
{
	const Pbkdf2Params *params = row->param;

	pbkdf2_hmac_sha256 (params->n_password, params->password, (unsigned)params->iterations, params->n_salt,
	                    params->salt, n, output);
}
DIRECT (pbkdf2, nothing)

/* --- block ciphers --- */

static void
des3_set (void *context, const uint8_t *key)
{
	des3_set_key (context, key);
}

const struct nettle_cipher cipher_des3 = {
	"des3",   sizeof (struct des3_ctx), DES3_BLOCK_SIZE, DES3_KEY_SIZE, des3_set, des3_set,
	(nettle_cipher_func *)des3_encrypt, (nettle_cipher_func *)des3_decrypt
};

START (block)
{
	const struct nettle_cipher *cipher = row->with ? row->with : &nettle_aes256;

	g_assert_cmpuint (cipher->context_size, <=, ROOM);
	cipher->set_encrypt_key (encrypt_key, secret);
	cipher->set_decrypt_key (decrypt_key, secret);
}

/* How a mode of Nettle's is called: with a key, its function, a copy of the nonce.  (Its names are macros of Nettle's,
 * too, so they must not be passed on.) */
#define MODE(name, ...)                                                                                      \
	static void name##_work (const Row *row, size_t n)                                                   \
	{                                                                                                    \
		const struct nettle_cipher *cipher = row->with ? row->with : &nettle_aes256;                 \
		size_t n_block = cipher->block_size;                                                         \
		guint8 iv[16];                                                                               \
                                                                                                             \
		memcpy (iv, nonce, n_block);                                                                 \
		__VA_ARGS__;                                                                                 \
	}                                                                                                    \
	const Direct direct_##name = { block_start, name##_work };

MODE (ecb_encrypt, cipher->encrypt (encrypt_key, n, output, input))
MODE (ecb_decrypt, cipher->decrypt (decrypt_key, n, output, input))
MODE (cbc_encrypt, cbc_encrypt (encrypt_key, cipher->encrypt, n_block, iv, n, output, input))
MODE (cbc_decrypt, cbc_decrypt (decrypt_key, cipher->decrypt, n_block, iv, n, output, input))
MODE (aes_cbc_encrypt, cbc_aes256_encrypt ((struct aes256_ctx *)(void *)encrypt_key, iv, n, output, input))
MODE (pad_encrypt, cbc_encrypt (encrypt_key, cipher->encrypt, n_block, iv, n + n_block, output, input))
MODE (pad_decrypt, cbc_decrypt (decrypt_key, cipher->decrypt, n_block, iv, n + n_block, output, input))
MODE (aes_pad_encrypt, cbc_aes256_encrypt ((struct aes256_ctx *)(void *)encrypt_key, iv, n + n_block, output, input))
MODE (ctr, ctr_crypt (encrypt_key, cipher->encrypt, n_block, iv, n, output, input))
MODE (cfb8_encrypt, cfb8_encrypt (encrypt_key, cipher->encrypt, n_block, iv, n, output, input))
MODE (cfb8_decrypt, cfb8_decrypt (encrypt_key, cipher->encrypt, n_block, iv, n, output, input))
MODE (cfb_encrypt, cfb_encrypt (encrypt_key, cipher->encrypt, n_block, iv, n, output, input))
MODE (cfb_decrypt, cfb_decrypt (encrypt_key, cipher->encrypt, n_block, iv, n, output, input))
MODE (xts_encrypt, xts_encrypt_message (encrypt_key, encrypt_key, cipher->encrypt, iv, n, output, input))
MODE (xts_decrypt, xts_decrypt_message (decrypt_key, encrypt_key, cipher->decrypt, cipher->encrypt, iv, n, output, input))
MODE (wrap, nist_keywrap16 (encrypt_key, cipher->encrypt, iv, n + 8, output, secret))

/* Zeros in CBC are what OFB masks with. */
MODE (ofb, static const guint8 zeros[LARGEST];
      cbc_encrypt (encrypt_key, cipher->encrypt, n_block, iv, n, output, zeros); memxor (output, input, n))

START (unwrap)
{
	block_start (row, n);
	nist_keywrap16 (encrypt_key, nettle_aes256.encrypt, nonce, n + 8, encrypted, secret);
}
WORK (unwrap)
{
	g_assert_true (nist_keyunwrap16 (decrypt_key, nettle_aes256.decrypt, nonce, n, output, encrypted));
}
DIRECT (unwrap, unwrap)

#define CCM_TAG 16
START (ccm)
{
	block_start (row, n);
	ccm_encrypt_message (encrypt_key, nettle_aes256.encrypt, 12, nonce, 0, NULL, CCM_TAG, n + CCM_TAG, encrypted,
	                     input);
}
WORK (ccm_encrypt)
{
	ccm_encrypt_message (encrypt_key, nettle_aes256.encrypt, 12, nonce, 0, NULL, CCM_TAG, n + CCM_TAG, output, input);
}
WORK (ccm_decrypt)
{
	g_assert_true (ccm_decrypt_message (encrypt_key, nettle_aes256.encrypt, 12, nonce, 0, NULL, CCM_TAG, n, output,
	                                    encrypted));
}
DIRECT (ccm_encrypt, ccm)
DIRECT (ccm_decrypt, ccm)

static __thread struct gcm_key gcm_key;
static __thread struct gcm_ctx gcm_context;

START (gcm)
{
	block_start (row, n);
	gcm_set_key (&gcm_key, encrypt_key, nettle_aes256.encrypt);
	gcm_set_iv (&gcm_context, &gcm_key, 12, nonce);
}
WORK (gcm_encrypt)
{
	gcm_set_iv (&gcm_context, &gcm_key, 12, nonce);
	gcm_encrypt (&gcm_context, &gcm_key, encrypt_key, nettle_aes256.encrypt, n, output, input);
	gcm_digest (&gcm_context, &gcm_key, encrypt_key, nettle_aes256.encrypt, 16, output + n);
}
WORK (gcm_part)
{
	gcm_encrypt (&gcm_context, &gcm_key, encrypt_key, nettle_aes256.encrypt, n, output, input);
}
WORK (gcm_decrypt)
{
	gcm_set_iv (&gcm_context, &gcm_key, 12, nonce);
	gcm_decrypt (&gcm_context, &gcm_key, encrypt_key, nettle_aes256.encrypt, n, output, input);
	gcm_digest (&gcm_context, &gcm_key, encrypt_key, nettle_aes256.encrypt, 16, output + n);
}
WORK (gmac)
{
	gcm_set_iv (&gcm_context, &gcm_key, 12, nonce);
	gcm_update (&gcm_context, &gcm_key, n, input);
	gcm_digest (&gcm_context, &gcm_key, encrypt_key, nettle_aes256.encrypt, 16, output);
}
DIRECT (gcm_encrypt, gcm)
DIRECT (gcm_part, gcm)
DIRECT (gcm_decrypt, gcm)
DIRECT (gmac, gcm)

static __thread struct cmac128_key cmac_key;
static __thread struct cmac128_ctx cmac_context;

START (cmac)
{
	const struct nettle_cipher *cipher = row->with ? row->with : &nettle_aes256;

	block_start (row, n);
	cmac128_set_key (&cmac_key, encrypt_key, cipher->encrypt);
}
WORK (cmac)
{
	const struct nettle_cipher *cipher = row->with ? row->with : &nettle_aes256;

	cmac128_init (&cmac_context);
	cmac128_update (&cmac_context, encrypt_key, cipher->encrypt, n, input);
	cmac128_digest (&cmac_context, &cmac_key, encrypt_key, cipher->encrypt, 16, output);
}
DIRECT (cmac, cmac)

static __thread struct cmac_des3_ctx cmac64_context;

START (cmac64)
{
	cmac_des3_set_key (&cmac64_context, secret);
}
WORK (cmac64)
{
	cmac_des3_update (&cmac64_context, n, input);
	cmac_des3_digest (&cmac64_context, 8, output);
}
DIRECT (cmac64, cmac64)

/* --- ChaCha20, Poly1305 --- */

WORK (chacha)
{
	struct chacha_ctx context;

	chacha_set_key (&context, secret);
	chacha_set_nonce96 (&context, nonce);
	chacha_crypt32 (&context, n, output, input);
}
DIRECT (chacha, nothing)

WORK (chacha_poly_encrypt)
{
	struct chacha_poly1305_ctx context;

	chacha_poly1305_set_key (&context, secret);
	chacha_poly1305_set_nonce (&context, nonce);
	chacha_poly1305_encrypt (&context, n, output, input);
	chacha_poly1305_digest (&context, 16, output + n);
}
WORK (chacha_poly_decrypt)
{
	struct chacha_poly1305_ctx context;

	chacha_poly1305_set_key (&context, secret);
	chacha_poly1305_set_nonce (&context, nonce);
	chacha_poly1305_decrypt (&context, n, output, input);
	chacha_poly1305_digest (&context, 16, output + n);
}
DIRECT (chacha_poly_encrypt, nothing)
DIRECT (chacha_poly_decrypt, nothing)

WORK (poly)
{
	struct poly1305_aes_ctx context;

	poly1305_aes_set_key (&context, secret);
	poly1305_aes_set_nonce (&context, nonce);
	poly1305_aes_update (&context, n, input);
	poly1305_aes_digest (&context, 16, output);
}
DIRECT (poly, nothing)

/* --- RSA --- */

static __thread struct {
	unsigned bits;
	struct rsa_public_key public;
	struct rsa_private_key private;
} rsa;
static __thread mpz_t number;

static void
rsa_make (unsigned bits)
{
	if (rsa.bits == 0) {
		rsa_public_key_init (&rsa.public);
		rsa_private_key_init (&rsa.private);
		mpz_init (number);
	}
	rsa.bits = bits;
	mpz_set_ui (rsa.public.e, 65537);
	g_assert_true (rsa_generate_keypair (&rsa.public, &rsa.private, NULL, randomly, NULL, NULL, bits, 0));
}

START (rsa)
{
	const unsigned *bits = row->with;

	if (rsa.bits != *bits)
		rsa_make (*bits);
}
WORK (rsa_generate)
{
	rsa_make (*(const unsigned *)row->with);
}
DIRECT (rsa_generate, nothing)

/* mpz_t to bytes and back is part of what a caller must do. */
static void
rsa_out (void)
{
	nettle_mpz_get_str_256 (rsa.public.size, output, number);
}
static void
rsa_in (void)
{
	nettle_mpz_set_str_256_u (number, rsa.public.size, encrypted);
}

WORK (rsa_sign)
{
	struct sha256_ctx hash;

	sha256_init (&hash);
	sha256_update (&hash, n, input);
	g_assert_true (rsa_sha256_sign_tr (&rsa.public, &rsa.private, NULL, randomly, &hash, number));
	rsa_out ();
}
DIRECT (rsa_sign, rsa)

START (rsa_verify)
{
	rsa_start (row, n);
	rsa_sign_work (row, n);
	memcpy (encrypted, output, rsa.public.size);
}
WORK (rsa_verify)
{
	struct sha256_ctx hash;

	sha256_init (&hash);
	sha256_update (&hash, n, input);
	rsa_in ();
	g_assert_true (rsa_sha256_verify (&rsa.public, &hash, number));
}
DIRECT (rsa_verify, rsa_verify)

WORK (pss_sign)
{
	guint8 salt[32], digest[32];
	struct sha256_ctx hash;

	sha256_init (&hash);
	sha256_update (&hash, n, input);
	sha256_digest (&hash, sizeof digest, digest);
	randomly (NULL, sizeof salt, salt);
	g_assert_true (rsa_pss_sha256_sign_digest_tr (&rsa.public, &rsa.private, NULL, randomly, sizeof salt, salt,
	                                              digest, number));
	rsa_out ();
}
DIRECT (pss_sign, rsa)

START (pss_verify)
{
	rsa_start (row, n);
	pss_sign_work (row, n);
	memcpy (encrypted, output, rsa.public.size);
}
WORK (pss_verify)
{
	guint8 digest[32];
	struct sha256_ctx hash;

	sha256_init (&hash);
	sha256_update (&hash, n, input);
	sha256_digest (&hash, sizeof digest, digest);
	rsa_in ();
	g_assert_true (rsa_pss_sha256_verify_digest (&rsa.public, 32, digest, number));
}
DIRECT (pss_verify, pss_verify)

WORK (rsa_encrypt)
{
	g_assert_true (rsa_encrypt (&rsa.public, NULL, randomly, n, input, number));
	rsa_out ();
}
DIRECT (rsa_encrypt, rsa)

START (rsa_decrypt)
{
	rsa_start (row, n);
	rsa_encrypt_work (row, n);
	memcpy (encrypted, output, rsa.public.size);
}
WORK (rsa_decrypt)
{
	size_t n_out = LARGEST;

	rsa_in ();
	g_assert_true (rsa_decrypt_tr (&rsa.public, &rsa.private, NULL, randomly, &n_out, output, number));
}
DIRECT (rsa_decrypt, rsa_decrypt)

/* OAEP is not in Nettle 3.8, but its parts are.  RFC 8017 section 7.1.1, with SHA-1 and no label. */
WORK (oaep_encrypt)
{
	guint8 encoded[512] = { 0 }, mask[512], *seed = encoded + 1, *block = seed + SHA1_DIGEST_SIZE;
	size_t n_block = rsa.public.size - 1 - SHA1_DIGEST_SIZE;
	struct sha1_ctx hash;

	sha1_init (&hash);
	sha1_digest (&hash, SHA1_DIGEST_SIZE, block);
	block[n_block - n - 1] = 1;
	memcpy (block + n_block - n, input, n);
	randomly (NULL, SHA1_DIGEST_SIZE, seed);
	sha1_update (&hash, SHA1_DIGEST_SIZE, seed);
	pss_mgf1 (&hash, &nettle_sha1, n_block, mask);
	memxor (block, mask, n_block);
	sha1_init (&hash);
	sha1_update (&hash, n_block, block);
	pss_mgf1 (&hash, &nettle_sha1, SHA1_DIGEST_SIZE, mask);
	memxor (seed, mask, SHA1_DIGEST_SIZE);
	nettle_mpz_set_str_256_u (number, rsa.public.size, encoded);
	mpz_powm (number, number, rsa.public.e, rsa.public.n);
	rsa_out ();
}
DIRECT (oaep_encrypt, rsa)

/* The number alone: the masks are nothing beside it. */
WORK (oaep_decrypt)
{
	rsa_in ();
	g_assert_true (rsa_compute_root_tr (&rsa.public, &rsa.private, NULL, randomly, number, number));
	rsa_out ();
}
DIRECT (oaep_decrypt, rsa_decrypt)

/* --- elliptic curves --- */

const Ecc p224 = { nettle_get_secp_224r1 }, p256 = { nettle_get_secp_256r1 }, p384 = { nettle_get_secp_384r1 },
	  p521 = { nettle_get_secp_521r1 }, gost_a = { nettle_get_gost_gc256b };

static __thread struct ecc_scalar scalar;
static __thread struct ecc_point point;
static __thread struct dsa_signature signature;

static void
signature_init (void)
{
	if (signature.r->_mp_d == NULL)
		dsa_signature_init (&signature);
}

START (ecdsa)
{
	const Ecc *curve = row->with;

	if (scalar.ecc != NULL) {
		ecc_scalar_clear (&scalar);
		ecc_point_clear (&point);
	}
	ecc_scalar_init (&scalar, curve->get ());
	ecc_point_init (&point, curve->get ());
	signature_init ();
	ecdsa_generate_keypair (&point, &scalar, NULL, randomly);
	ecdsa_sign (&scalar, NULL, randomly, 32, input, &signature);
}
WORK (ecdsa_sign)
{
	ecdsa_sign (&scalar, NULL, randomly, n, input, &signature);
}
WORK (ecdsa_verify)
{
	g_assert_true (ecdsa_verify (&point, n, input, &signature));
}
WORK (ecdh)
{
	struct ecc_point product;
	mpz_t x;

	mpz_init (x);
	ecc_point_init (&product, scalar.ecc);
	ecc_point_mul (&product, &scalar, &point);
	ecc_point_get (&product, x, NULL);
	ecc_point_clear (&product);
	mpz_clear (x);
}
WORK (ec_generate)
{
	ecdsa_generate_keypair (&point, &scalar, NULL, randomly);
}
DIRECT (ecdsa_sign, ecdsa)
DIRECT (ecdsa_verify, ecdsa)
DIRECT (ecdh, ecdsa)
DIRECT (ec_generate, ecdsa)

/* With a pair that lives for that long, which the generic functions make. */
WORK (encapsulate)
{
	struct ecc_scalar one;
	struct ecc_point other;
	mpz_t x, y;

	mpz_inits (x, y, NULL);
	ecc_scalar_init (&one, scalar.ecc);
	ecc_point_init (&other, scalar.ecc);
	ecdsa_generate_keypair (&other, &one, NULL, randomly);
	ecc_point_get (&other, x, y);
	ecc_point_mul (&other, &one, &point);
	ecc_point_get (&other, x, NULL);
	ecc_scalar_clear (&one);
	ecc_point_clear (&other);
	mpz_clears (x, y, NULL);
}
DIRECT (encapsulate, ecdsa)

START (gost)
{
	ecdsa_start (row, n);
	gostdsa_sign (&scalar, NULL, randomly, n, input, &signature);
}
WORK (gost_sign)
{
	gostdsa_sign (&scalar, NULL, randomly, n, input, &signature);
}
WORK (gost_verify)
{
	g_assert_true (gostdsa_verify (&point, n, input, &signature));
}
DIRECT (gost_sign, gost)
DIRECT (gost_verify, gost)

const Edwards ed25519 = { 32, 64, ed25519_sha512_public_key, ed25519_sha512_sign, ed25519_sha512_verify, NULL };
const Edwards ed448 = { 57, 114, ed448_shake256_public_key, ed448_shake256_sign, ed448_shake256_verify, NULL };
const Edwards x25519 = { 32, 0, curve25519_mul_g, NULL, NULL, curve25519_mul };
const Edwards x448 = { 56, 0, curve448_mul_g, NULL, NULL, curve448_mul };

START (edwards)
{
	const Edwards *curve = row->with;

	curve->public (encrypt_key, secret);
	if (curve->sign != NULL)
		curve->sign (encrypt_key, secret, n, input, encrypted);
}
WORK (eddsa_sign)
{
	const Edwards *curve = row->with;

	curve->sign (encrypt_key, secret, n, input, output);
}
WORK (eddsa_verify)
{
	const Edwards *curve = row->with;

	g_assert_true (curve->verify (encrypt_key, n, input, encrypted));
}
WORK (edwards_generate)
{
	const Edwards *curve = row->with;
	guint8 private[57];

	randomly (NULL, curve->n_key, private);
	curve->public (output, private);
}
WORK (montgomery)
{
	const Edwards *curve = row->with;

	curve->multiply (output, secret, encrypt_key);
}
DIRECT (eddsa_sign, edwards)
DIRECT (eddsa_verify, edwards)
DIRECT (edwards_generate, edwards)
DIRECT (montgomery, edwards)

/* --- the group of DSA and Diffie-Hellman --- */

CK_BYTE group_p[256], group_q[32], group_g[256];
static struct dsa_params group;
static __thread mpz_t group_x, group_y;

void
direct_init (void)
{
	dsa_params_init (&group);
	g_assert_true (dsa_generate_params (&group, NULL, randomly, NULL, NULL, 2048, 256));
	nettle_mpz_get_str_256 (sizeof group_p, group_p, group.p);
	nettle_mpz_get_str_256 (sizeof group_q, group_q, group.q);
	nettle_mpz_get_str_256 (sizeof group_g, group_g, group.g);
}

START (dsa)
{
	if (group_x->_mp_d == NULL)
		mpz_inits (group_x, group_y, NULL);
	signature_init ();
	dsa_generate_keypair (&group, group_y, group_x, NULL, randomly);
	g_assert_true (dsa_sign (&group, group_x, NULL, randomly, 32, input, &signature));
}
WORK (dsa_sign)
{
	g_assert_true (dsa_sign (&group, group_x, NULL, randomly, n, input, &signature));
}
WORK (dsa_verify)
{
	g_assert_true (dsa_verify (&group, group_y, n, input, &signature));
}
WORK (dh)
{
	mpz_t shared;

	mpz_init (shared);
	mpz_powm_sec (shared, group_y, group_x, group.p);
	nettle_mpz_get_str_256 (sizeof group_p, output, shared);
	mpz_clear (shared);
}
/* The subprime is the short one of FIPS 186. */
WORK (dsa_domain)
{
	struct dsa_params params;

	dsa_params_init (&params);
	g_assert_true (dsa_generate_params (&params, NULL, randomly, NULL, NULL, *(const unsigned *)row->with, 160));
	dsa_params_clear (&params);
}
DIRECT (dsa_domain, nothing)

DIRECT (dsa_sign, dsa)
DIRECT (dsa_verify, dsa)
DIRECT (dh, dsa)
