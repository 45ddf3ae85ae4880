/* What the benchmark's files share: a row is a kind of work, known to modules and, where it can do the same, to Nettle. */

#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include "harness.h"
#include "params.h"

#include <stdbool.h>

#define LARGEST 65536

typedef enum {
	DIGEST,
	SIGN,
	VERIFY,
	ENCRYPT,
	DECRYPT,
	WRAP,
	UNWRAP,
	DERIVE,
	DERIVE_DATA,    /* an object of bytes, not a key */
	ENCAPSULATE,
	GENERATE,
	GENERATE_PAIR,
	GENERATE_DOMAIN,
	MESSAGE,        /* encrypt, under a key that is set up once */
	DIGEST_PART,    /* one more part of an operation that goes on */
	SIGN_PART,
	ENCRYPT_PART,
	RANDOM,
	SESSION,        /* opened and closed */
	FIND_ID,        /* among as many objects as the contestant has */
	FIND_LABEL,
	FIND_NONE,
	FIND_ALL,
} Direction;

#define MOST_MODULES 4
#define OBJECT_LABEL "key %06u" /* of those to search among; the ID is the number */
#define LARGEST_TEMPLATE 16

#define TRY(expr)                                                                                            \
	do {                                                                                                 \
		CK_RV try_rv = (expr);                                                                       \
		if (try_rv != CKR_OK)                                                                        \
			return try_rv;                                                                       \
	} while (0)

/* A module, in this process, with a token. */
typedef struct {
	const char *name;
	Module *module;
	CK_FUNCTION_LIST *f;
	gboolean is_nss;
	Place *place;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	GHashTable *keys;       /* those of its token that rows have made, by the Key */
	guint32 n_objects;      /* that there are to search among; see objects.c */
} Contestant;

/* A key that rows use or make.  A module makes each once and keeps it on its token. */
typedef struct {
	CK_KEY_TYPE type;
	CK_ULONG n;                     /* bytes of a secret key; 0: a pair */
	CK_MECHANISM_TYPE generate;     /* the pair */
	CK_ATTRIBUTE public[3];         /* what its templates say besides usage; unused ones are empty */
	CK_ATTRIBUTE private;
} Key;

typedef struct Row Row;
typedef struct Job Job;

/* The same work by Nettle alone.  @start: what a module does once for each key, outside of the measure.  Both keep to
 * what belongs to the calling thread. */
typedef struct {
	void (*start) (const Row *row, size_t n);
	void (*work) (const Row *row, size_t n);
} Direct;

struct Row {
	const char *family, *name;
	Direction direction;
	CK_MECHANISM_TYPE mechanism;
	const Key *key;         /* that it uses, or makes; NULL: none */
	size_t n;               /* bytes of input; 0: each of 16, 1024, 65536 */
	const void *param;
	size_t n_param;
	CK_ULONG n_made;        /* bytes of the secret that is derived; 0: 16 */
	void (*fit) (Job *job); /* completes the parameter, in job->param, for a module, key or length */
	CK_RV (*clean) (Job *job);      /* after each unit: destroys keys whose handles the parameter has taken */
	const Direct *direct;   /* NULL: Nettle has nothing that does this */
	const void *with;       /* what @direct is about: a hash, a cipher, a curve */
	bool near;              /* what @direct does is only the nearest to it: no ratio to Nettle is expected */
	bool small;             /* making an object takes longer than the work: no ratio to Nettle is expected */
	bool random;            /* each unit takes another time: the mean counts, not the best window */
	bool threads;           /* is also done by several threads at once */
};

/* A row as one module has it. */
struct Job {
	Contestant *contestant;
	CK_SESSION_HANDLE session;
	const Row *row;
	size_t n;
	CK_MECHANISM mechanism;
	guint8 param[sizeof (CK_ULONG) * 32];
	CK_OBJECT_HANDLE public, private, made;
	CK_BYTE *result;        /* the signature to verify, the text to decrypt, the key to unwrap */
	CK_ULONG n_result;
	CK_BYTE *peer;          /* the other side's public value */
	gsize n_peer;
	bool is_begun;
};

extern const Row rows[];
extern const gsize n_rows;

/* For rows: the parameter's own. */
void fit_ccm (Job *job);
void fit_peer_point (Job *job);
void fit_peer_value (Job *job);
void fit_second_key (Job *job);
CK_RV clean_tls_keys (Job *job);

/* A group of 2048 and 256 bits for DSA and Diffie-Hellman, made when the program starts. */
extern CK_BYTE group_p[256], group_q[32], group_g[256];
void direct_init (void);

/* What goes into everything, and where everything goes that comes out. */
extern guint8 input[LARGEST + 64];
extern __thread guint8 output[LARGEST + 1024];

/* --- modules at work (work.c) --- */

Contestant *enter (const char *name, const char *path);
void leave (Contestant *contestant);

/* To the token of another place, or back to one of its own. */
void move_to (Contestant *contestant, Place *place);

/* So that each row finds a token with its own keys only, whatever came before. */
void forget_keys (Contestant *contestant);

/* Everything up to and with the first unit.  CKR_MECHANISM_INVALID: the module has it not. */
CK_RV job_start (Job *job);
void job_unit (Job *job);
void job_direct (Job *job);
void job_end (Job *job);
char *row_title (const Row *row, gsize n);

/* --- measuring (measure.c) --- */

typedef struct {
	void (*unit) (Job *job);        /* NULL: nobody */
	Job job;
	guint n_batch;                  /* units between two looks at the clock */
	double best;                    /* units per second */
	double n_all, us_all;
} Runner;

extern int n_windows;
extern gint64 window_us, random_us;

gint64 batch (Runner *runner);
void warm_up (Runner *runner);

/* Each of them by turns, in short windows. */
void measure (Runner *runners, gsize n);

/* Units per second, NAN for nobody. */
double result (const Runner *runner);

/* One kind of work, by all modules and Nettle: a line of the table. */
void compare (GPtrArray *contestants, const Row *row, gsize n, gboolean is_new);
void compare_threads (GPtrArray *contestants, const Row *row, gsize n);

/* What is about a whole token, with up to @most objects (objects.c). */
void compare_tokens (GPtrArray *contestants, guint32 most);

/* --- the table (bench.c) --- */

typedef enum {
	PER_SECOND,
	BYTES,          /* a second, given as units of @n bytes a second */
	MILLISECONDS,
	MEBIBYTES,
} Measure;

/* A line: what each module gave and, last, Nettle; NAN: nothing. */
void report (const char *title, Measure measure, gsize n, const double *values, const char *remark);

/* --- Nettle alone; behind each, what Row.with is --- */

struct ecc_curve;
typedef struct {
	const struct ecc_curve *(*get) (void);
} Ecc;

typedef struct {
	gsize n_key, n_signature;
	void (*public) (guint8 *point, const guint8 *private);
	void (*sign) (const guint8 *point, const guint8 *private, size_t n, const guint8 *message, guint8 *out);
	int (*verify) (const guint8 *point, size_t n, const guint8 *message, const guint8 *signature);
	void (*multiply) (guint8 *out, const guint8 *scalar, const guint8 *point);
} Edwards;

extern const struct nettle_cipher cipher_des3;
extern const Ecc p224, p256, p384, p521, gost_a;
extern const Edwards ed25519, ed448, x25519, x448;

/* nettle_hash */
extern const Direct direct_hash, direct_hash_part, direct_hmac, direct_hmac_part, direct_hkdf, direct_pbkdf2;
/* nettle_cipher */
extern const Direct direct_ecb_encrypt, direct_ecb_decrypt, direct_cbc_encrypt, direct_cbc_decrypt, direct_pad_encrypt,
	direct_pad_decrypt, direct_ctr, direct_ofb, direct_cfb8_encrypt, direct_cfb8_decrypt, direct_cfb_encrypt,
	direct_cfb_decrypt, direct_xts_encrypt, direct_xts_decrypt, direct_gcm_encrypt, direct_gcm_part, direct_gcm_decrypt, direct_gmac,
	direct_ccm_encrypt, direct_ccm_decrypt, direct_cmac, direct_cmac64, direct_wrap, direct_unwrap;
/* nothing: AES-256 where Nettle has a function for it alone, ChaCha20 */
extern const Direct direct_aes_cbc_encrypt, direct_aes_pad_encrypt, direct_chacha, direct_chacha_poly_encrypt,
	direct_chacha_poly_decrypt, direct_poly, direct_random;
/* unsigned: bits */
extern const Direct direct_rsa_sign, direct_rsa_verify, direct_rsa_encrypt, direct_rsa_decrypt, direct_pss_sign,
	direct_pss_verify, direct_oaep_encrypt, direct_oaep_decrypt, direct_rsa_generate, direct_dsa_domain;
/* Ecc */
extern const Direct direct_ecdsa_sign, direct_ecdsa_verify, direct_ecdh, direct_ec_generate, direct_encapsulate,
	direct_gost_sign, direct_gost_verify;
/* Edwards */
extern const Direct direct_eddsa_sign, direct_eddsa_verify, direct_edwards_generate, direct_montgomery;
/* nothing: the group above */
extern const Direct direct_dsa_sign, direct_dsa_verify, direct_dh;

#endif
