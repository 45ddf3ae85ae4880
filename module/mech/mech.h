/* Mechanisms: key values and bytes in, bytes out.  No handles, sessions, logins, locks or files.
 *
 * A mechanism is one row in the table at the foot of its family's file; what it can do is which
 * pointers are set, and CK_MECHANISM_INFO is computed from that. */

#ifndef MECH_MECH_H
#define MECH_MECH_H

#include "object.h"

struct nettle_hash;

typedef struct Mech Mech;

/* One way to use a mechanism over data: encrypt, decrypt, sign, verify, digest, wrap, unwrap.
 *
 * Its state is flat memory (with references to the key, which outlives it), so that the engine can
 * copy it with memcpy: whoever asks for a length changes nothing.
 *
 * Input comes in one of three ways: update and finish (streams); gather and finish (the engine collects);
 * finish alone (in one piece only). */
typedef struct {
	size_t state_size;
	bool gather;
	bool inexact;   /* room is a bound: the true length is known only when it is done */

	/* Checks the parameter and sets the state up.  @param is what CK_MECHANISM points at, its length
	 * already checked against the row.  @key is NULL for digests. */
	CK_RV (*start) (void *state, const Mech *mech, Object *key, Bytes param);

	/* How many bytes come out when @n_in more go in by update, or by finish. */
	size_t (*room_update) (const void *state, size_t n_in);
	size_t (*room) (const void *state, size_t n_in);

	/* May @n_in more go in by update, or (@last) by finish?  Those refuse them as well; this is for who only asks
	 * for a length.  NULL: any number may. */
	CK_RV (*takes) (const void *state, size_t n_in, bool last);

	/* @out has room for that many, does not overlap @in, and is NULL where nothing comes out. */
	CK_RV (*update) (void *state, Bytes in, uint8_t *out, size_t *n_out);
	CK_RV (*finish) (void *state, Bytes in, uint8_t *out, size_t *n_out);

	/* For signatures that are verified otherwise than by making them again. */
	CK_RV (*check) (void *state, Bytes in, Bytes signature);
} MechOp;

/* What one-shot functions ask. */
typedef CK_RV (*MechGenerate) (const Mech *mech, Bytes param, Attrs *key);
typedef CK_RV (*MechGeneratePair) (const Mech *mech, Bytes param, Attrs *public, Attrs *private);

/* A piece of what is derived: a key, or bytes that the caller gets. */
typedef struct {
	const CK_ATTRIBUTE *template;   /* of the key; NULL: the one that C_DeriveKey was given */
	CK_ULONG n_template;
	CK_KEY_TYPE key_type;           /* CK_UNAVAILABLE_INFORMATION: what the template says */
	const CK_ATTRIBUTE_TYPE *uses;  /* what it is for where the template does not say, 0 behind the last */
	CK_OBJECT_HANDLE *handle;       /* where the key's handle goes */
	CK_BYTE *out;                   /* where bytes go; NULL: it is a key */
	size_t n;                       /* its length; 0: what the template says, which may leave it open */
	size_t at;                      /* where it begins in the value; .derive sets it, 0 from the beginning */
} Piece;

#define MOST_PIECES 32
#define MOST_OTHER_KEYS 8

typedef struct {
	Object *base;
	Object *const *others;          /* the keys that .other_key found in the parameter */
	size_t n_others;
	Bytes param;
	Piece *pieces;                    /* one key, unless the row has .pieces */
	size_t n_pieces;
} Derivation;

/* @value: what is derived, as much as there is where a piece's length is open. */
typedef CK_RV (*MechDerive) (const Mech *mech, const Derivation *how, Buf *value);

/* What comes out instead of one key.  @n: how many; the list has room for MOST_PIECES and is zero, but for the
 * key types. */
typedef CK_RV (*MechPieces) (const Mech *mech, Bytes param, Piece *pieces, size_t *n);

/* What the parameter gets besides, once all that is derived has come to be. */
typedef void (*MechTell) (const Mech *mech, const Derivation *how);

/* The handle of the next key that the parameter names, which only the engine can open; false: no more. */
typedef bool (*MechOtherKey) (Bytes param, size_t index, CK_OBJECT_HANDLE *handle);

/* What the parameter of one message says: sections 5.9, 5.11 and 5.18.6. */
typedef struct {
	CK_BYTE *nonce;         /* given, or a place for the one that is made */
	size_t n_nonce;
	CK_ULONG n_fixed_bits;  /* of it, from the front, where it is made */
	CK_ULONG generator;     /* CKG_… */
	CK_BYTE *tag;           /* a place for it, or what it must be */
	size_t n_tag;
	CK_ULONG n_data;        /* of the message, for mechanisms that must know it before */
} MessageParam;

/* Longest nonce that is made and longest tag, and room for the parameter of any mechanism with messages. */
#define MOST_NONCE 16
#define MOST_TAG 16
#define MESSAGE_ROOM 64

/* How a mechanism encrypts messages: by its .encrypt and .decrypt, whose output ends with the tag. */
typedef struct {
	size_t n_param;         /* of the message's parameter */
	CK_RV (*read) (Bytes param, MessageParam *message);

	/* The parameter for .encrypt and .decrypt, made in @room, valid as long as what it points at. */
	Bytes (*plain_param) (const MessageParam *message, CK_BYTE *nonce, Bytes aad, void *room);

	/* The same for wrapping, where the additional data is in the parameter; NULL: it wraps no keys. */
	size_t n_wrap_param;
	CK_RV (*read_wrap) (Bytes param, MessageParam *message, Bytes *aad);
} MechMessage;

/* How a mechanism encapsulates: @wanted bytes of a secret, 0 for as many as there are. */
typedef struct {
	size_t (*size) (const Object *public);  /* of the ciphertext */
	CK_RV (*encapsulate) (const Mech *mech, Object *public, Bytes param, size_t wanted, Buf *secret, Buf *ciphertext);
	CK_RV (*decapsulate) (const Mech *mech, Object *private, Bytes param, Bytes ciphertext, size_t wanted,
	                      Buf *secret);
	bool is_transport;      /* the secret has the length that its sender gave it */
} MechKem;

#define NO_KEY ((CK_KEY_TYPE)-1)
#define ANY_SECRET ((CK_KEY_TYPE)-2)    /* every type of secret key */
#define KEYS(...) (const CK_KEY_TYPE[]) { __VA_ARGS__, NO_KEY }

struct Mech {
	CK_MECHANISM_TYPE type;
	const char *name;
	const CK_KEY_TYPE *key_types;   /* of the key it uses or makes; NULL: none */
	CK_ULONG min_size, max_size;    /* as CK_MECHANISM_INFO gives them, and as keys are checked */
	CK_ULONG min_param, max_param;  /* bytes of the parameter */
	CK_FLAGS flags;                 /* what the pointers do not say: CKF_EC_… */

	const MechOp *digest, *encrypt, *decrypt, *sign, *verify, *sign_recover, *verify_recover, *wrap, *unwrap;
	MechGenerate generate;
	MechGeneratePair generate_pair;
	MechDerive derive;
	const MechMessage *message;
	const MechKem *kem;
	MechPieces pieces;
	MechTell tell;
	MechOtherKey other_key;

	/* What rows of one family differ in. */
	const struct nettle_hash *hash;
	const KeyForm *form;
	bool secret_only;               /* wraps no private keys */
	bool fills;                     /* wraps private keys with zeros behind them, to a multiple of eight bytes */
	bool weak;                      /* a digest that gives a key away */
	bool once;                      /* its parameter or key is good for one message only */
	bool inherits;                  /* what is derived is protected as its base is */
	bool mixes;                     /* of what is derived the caller may know parts */
	bool cuts;                      /* out of the middle */
	bool like_base;                 /* where the template does not say, it is as sensitive and extractable */
	bool same_as_base;              /* and the template may not say otherwise */
	bool shows_others;              /* what is derived tells about the other keys, and is protected as they are */
	bool encrypts;                  /* what is derived is ciphertext under the base */
	bool gives_data;                /* a data object, not a key */
	const CK_MECHANISM_TYPE *allows;        /* all that a derived (generic) secret is for; 0 behind the last */
	bool any_secret;                /* makes keys of the type that the template names */
	bool makes_domain;              /* generates domain parameters, not keys */
};

#define MECH(n) .type = CKM_##n, .name = "CKM_" #n
#define SIZES(low, high) .min_size = (low), .max_size = (high)
#define PARAM(type) .min_param = sizeof (type), .max_param = sizeof (type)
#define PARAM_BYTES(low, high) .min_param = (low), .max_param = (high)

/* What a family knows about the keys of one class and type. */
typedef struct {
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;

	/* The size that min_size and max_size are about: bytes of a secret, bits of a modulus or a curve. */
	size_t (*size) (const Attrs *key);

	/* See mech_check_key; NULL where there is nothing to check. */
	CK_RV (*check) (Attrs *key);

	/* See mech_check_value; NULL where there is none. */
	bool (*check_value) (const Attrs *key, uint8_t value[static 3]);

	/* See mech_shape_value; NULL where any bytes will do. */
	void (*shape_value) (uint8_t *value, size_t n);

	/* What the public key has that goes with this private one, and it has not: CKA_VALUE or CKA_EC_POINT.  NULL
	 * where that is nothing. */
	CK_RV (*public_value) (const Attrs *private, Attrs *public);
} KeyKind;

typedef struct {
	const char *name;
	const Mech *mechs;
	size_t n_mechs;
	const KeyKind *kinds;
	size_t n_kinds;
} MechFamily;

/* --- what the rooms above ask --- */

/* NULL when there is none. */
const Mech *mech_find (CK_MECHANISM_TYPE type);

/* All rows, ascending by name, as SoftHSM lists them; NULL behind the last. */
const Mech *mech_at (size_t index);

void mech_info (const Mech *mech, CK_MECHANISM_INFO *info);

/* May this mechanism use such a key at all?  CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_SIZE_RANGE. */
CK_RV mech_suits (const Mech *mech, const Object *key);

/* CKR_MECHANISM_PARAM_INVALID where the parameter has not the row's length. */
CK_RV mech_param (const Mech *mech, const CK_MECHANISM *mechanism, Bytes *param);

/* The whole of it at once, whatever its length turns out to be. */
CK_RV mech_run (const MechOp *how, const Mech *mech, Object *key, Bytes param, Bytes in, Buf *result);

/* How many bytes of a MAC of @whole are wanted: all, or what a CK_MAC_GENERAL_PARAMS says.
 * CKR_MECHANISM_PARAM_INVALID: none, or more. */
CK_RV mech_mac_length (const Mech *mech, Bytes param, size_t whole, size_t *n);

/* Is what a template or an unwrapped value made a key that can be used?  Completes what follows from its
 * values (CKA_VALUE_LEN, CKA_MODULUS_BITS, CKA_CHECK_VALUE).  CKR_ATTRIBUTE_VALUE_INVALID,
 * CKR_DOMAIN_PARAMS_INVALID. */
CK_RV mech_check_key (Attrs *key);

/* The first three bytes of the check value of PKCS #11 v3.2 section 4.10.2; false for objects without one. */
bool mech_check_value (const Attrs *key, uint8_t value[static 3]);

/* The bits of strength that a key has, 256 at most: SP 800-57 part 1 (revision 5), table 2. */
size_t mech_strength (const Attrs *key);

/* Appends the SubjectPublicKeyInfo of a public key, or of the one that goes with a private key, whose secrets are open.
 * CKR_KEY_NOT_WRAPPABLE: it has none, or lacks what it takes. */
CK_RV mech_public_info (const Attrs *key, Buf *info);

/* Makes derived bytes what a value of such a key looks like: the parity of DES. */
void mech_shape_value (const Attrs *key, uint8_t *value, size_t n);

/* Parts shared by families. */
const struct nettle_hash *mech_hash (CK_MECHANISM_TYPE digest);
const struct nettle_hash *mech_mgf_hash (CK_ULONG mgf);

#endif
