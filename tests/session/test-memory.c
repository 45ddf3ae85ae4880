/* What happens when memory runs out: every call is played with its first allocation failing, then the second, and so
 * on until none fails; once for each kind of memory.
 *
 * The call either says so or does without.  Either way no object appears, disappears or changes its handle that
 * should not, the same call succeeds right afterwards, and when the library has stopped nothing is left.  Leaks of
 * ordinary memory are for the sanitizers to find.
 *
 * The linker gives this program malloc and its kin by the names below: the module's own calls only, for GMP and
 * Nettle are libraries of their own, and give up by themselves. */

#include "harness.h"
#include "secmem.h"
#include "session.h"
#include "params.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>

/* --- memory that fails --- */

typedef enum {
	SECURE,
	SECURE_ALL, /* the n-th and all that follow: letting go of what is kept does not help */
	ORDINARY,
	ORDINARY_ALL, /* and there is none for clearing up either */
	N_KINDS,
} Shortage;

static const char *const kind_names[] = { "secure", "last secure", "ordinary", "last ordinary" };

static struct {
	gboolean armed;
	Shortage kind;
	guint n, n_secure, n_ordinary; /* which is to fail, and how many there were since then */
} memory;

static void
memory_arm (Shortage kind, guint n)
{
	memory.n_secure = memory.n_ordinary = 0;
	memory.kind = kind;
	memory.n = n;
	sec_fail_after (kind == SECURE ? n : 0);
	memory.armed = TRUE;
}

/* Has the allocation failed that was to? */
static gboolean
memory_disarm (void)
{
	memory.armed = FALSE;
	sec_fail_after (0);
	return memory.n > 0 && (memory.kind < ORDINARY ? memory.n_secure : memory.n_ordinary) >= memory.n;
}

static gboolean
ordinary_fails (void)
{
	gboolean fails = FALSE;

	if (!memory.armed)
		return FALSE;
	memory.n_ordinary++;
	if (memory.n > 0 && memory.kind >= ORDINARY)
		fails = memory.kind == ORDINARY ? memory.n_ordinary == memory.n : memory.n_ordinary >= memory.n;
	if (fails)
		errno = ENOMEM;
	return fails;
}

void *__real_malloc (size_t n);
void *__real_calloc (size_t n, size_t size);
void *__real_realloc (void *old, size_t n);
char *__real_strdup (const char *text);
int __real_vasprintf (char **text, const char *format, va_list args) G_GNUC_PRINTF (2, 0);
void *__real_sec_alloc (size_t n);
void *__real_sec_try_alloc (size_t n);

void *__wrap_malloc (size_t n);
void *__wrap_calloc (size_t n, size_t size);
void *__wrap_realloc (void *old, size_t n);
char *__wrap_strdup (const char *text);
int __wrap_vasprintf (char **text, const char *format, va_list args) G_GNUC_PRINTF (2, 0);
int __wrap_asprintf (char **text, const char *format, ...) G_GNUC_PRINTF (2, 3);
int __wrap___vasprintf_chk (char **text, int flag, const char *format, va_list args) G_GNUC_PRINTF (3, 0);
int __wrap___asprintf_chk (char **text, int flag, const char *format, ...) G_GNUC_PRINTF (3, 4);
void *__wrap_sec_alloc (size_t n);
void *__wrap_sec_try_alloc (size_t n);
int __wrap_fsync (int fd);

void *
__wrap_malloc (size_t n)
{
	return ordinary_fails () ? NULL : __real_malloc (n);
}

void *
__wrap_calloc (size_t n, size_t size)
{
	return ordinary_fails () ? NULL : __real_calloc (n, size);
}

void *
__wrap_realloc (void *old, size_t n)
{
	return ordinary_fails () ? NULL : __real_realloc (old, n);
}

char *
__wrap_strdup (const char *text)
{
	return ordinary_fails () ? NULL : __real_strdup (text);
}

/* What @text points at is not to be looked at after a failure. */
int
__wrap_vasprintf (char **text, const char *format, va_list args)
{
	*text = GINT_TO_POINTER (1);
	return ordinary_fails () ? -1 : __real_vasprintf (text, format, args);
}

int
__wrap_asprintf (char **text, const char *format, ...)
{
	va_list args;
	int n;

	va_start (args, format);
	n = __wrap_vasprintf (text, format, args);
	va_end (args);
	return n;
}

/* Their names where the C library's headers are told to be careful. */
int
__wrap___vasprintf_chk (char **text, int flag, const char *format, va_list args)
{
	return __wrap_vasprintf (text, format, args);
}

int
__wrap___asprintf_chk (char **text, int flag, const char *format, ...)
{
	va_list args;
	int n;

	va_start (args, format);
	n = __wrap_vasprintf (text, format, args);
	va_end (args);
	return n;
}

static gboolean
secure_fails (void)
{
	if (!memory.armed)
		return FALSE;
	memory.n_secure++;
	return memory.kind == SECURE_ALL && memory.n > 0 && memory.n_secure >= memory.n;
}

void *
__wrap_sec_alloc (size_t n)
{
	return secure_fails () ? NULL : __real_sec_alloc (n);
}

void *
__wrap_sec_try_alloc (size_t n)
{
	return secure_fails () ? NULL : __real_sec_try_alloc (n);
}

/* The disk's patience is not what is tested. */
int
__wrap_fsync (int fd)
{
	return 0;
}

/* --- the stage --- */

typedef enum { UNSAID, STOPPED, STARTED, OPEN, LOGGED_IN, LISTED } Level;

typedef struct Scenario Scenario;

typedef struct {
	const Scenario *is;
	Shortage kind;
	guint n; /* for whoever reads of a failure */
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE handle;
	Session *session;
	CK_OBJECT_HANDLE key, other, subject; /* those that the scenario names */
	CK_OBJECT_HANDLE victim;              /* an object made for it */
	GArray *copied;                       /* attributes of its key */
	CK_OBJECT_HANDLE made[8];             /* what the call made */
	CK_ULONG sizes[8];                    /* and how large these were when no memory failed */
	gboolean has_sizes;
} Stage;

struct Scenario {
	const char *name;
	CK_RV (*act) (Stage *stage);
	Level from; /* LISTED where nothing is said */
	const char *key, *other, *subject; /* the last one is what is wrapped */
	CK_MECHANISM mechanism;
	const CK_ATTRIBUTE *template;
	CK_ULONG n_template;
	gboolean on_token;
	const char *seeds;               /* played once at the beginning, it makes the keys of this name */
	CK_OBJECT_HANDLE *const *places; /* where handles go besides; NULL behind the last */
	CK_OBJECT_HANDLE *key_place;     /* where the parameter names .other */
	void (*arrange) (Stage *stage);
	void (*after_failure) (Stage *stage);
	void (*undo) (Stage *stage);
	int difference; /* in the number of objects, besides what is made */
	gboolean varies; /* what is made has not always the same size */
};

static Place *place;
static char *main_token; /* its directory's name */
static CK_SLOT_ID main_slot;
static CK_ULONG n_objects;
static size_t secure_before;

#define COMPLAIN(stage, ...) complain_at (G_STRLOC, stage, __VA_ARGS__)

static void complain_at (const char *where, const Stage *stage, const char *format, ...)
	G_GNUC_PRINTF (3, 4) G_GNUC_NORETURN;

static void
complain_at (const char *where, const Stage *stage, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start (args, format);
	text = g_strdup_vprintf (format, args);
	va_end (args);
	g_error ("%s: %s, %s allocation %u: %s", where, stage->is->name, kind_names[stage->kind], stage->n, text);
}

#define MUST(stage, expr) must_at (G_STRLOC, stage, #expr, (expr))

static void
must_at (const char *where, const Stage *stage, const char *expr, CK_RV rv)
{
	if (rv != CKR_OK)
		complain_at (where, stage, "%s is %s", expr, rv_name (rv));
}

static Bytes
pin (const char *text)
{
	return bytes_str (text);
}

/* All that match, ascending. */
static GArray *
search (const Stage *stage, const CK_ATTRIBUTE *template, CK_ULONG n)
{
	GArray *found = g_array_new (FALSE, FALSE, sizeof (CK_OBJECT_HANDLE));
	CK_OBJECT_HANDLE some[64];
	CK_ULONG n_some;

	MUST (stage, session_find_start (stage->session, template, n));
	do {
		MUST (stage, session_find (stage->session, some, G_N_ELEMENTS (some), &n_some));
		g_array_append_vals (found, some, (guint)n_some);
	} while (n_some > 0);
	MUST (stage, session_find_end (stage->session));
	return found;
}

static CK_OBJECT_HANDLE
find_named (const Stage *stage, const char *name)
{
	CK_ATTRIBUTE label = A_STRING (CKA_LABEL, name);
	g_autoptr (GArray) found = search (stage, &label, 1);

	if (found->len != 1)
		COMPLAIN (stage, "there are %u objects %s", found->len, name);
	return g_array_index (found, CK_OBJECT_HANDLE, 0);
}

/* Up to a level from wherever it is. */
static void
climb (Stage *stage, Level to)
{
	CK_ULONG n;

	if (to >= STARTED && library_check () != CKR_OK)
		MUST (stage, library_start ());
	if (to >= STARTED) {
		MUST (stage, library_slots (NULL, &n));
		stage->slot = main_slot;
	}
	if (to >= OPEN && stage->session == NULL) {
		if (stage->handle == 0)
			MUST (stage, session_open (stage->slot, true, &stage->handle));
		MUST (stage, session_enter (stage->handle, &stage->session));
	}
	if (to >= LOGGED_IN && token_logged_in (stage->session->token) != LOGIN_USER)
		MUST (stage, session_login (stage->session, CKU_USER, pin (USER_PIN)));
	if (to >= LISTED)
		g_array_unref (search (stage, NULL, 0));
}

static void
come_down (Stage *stage)
{
	size_t in_use, locked;

	session_leave (&stage->session);
	stage->session = NULL;
	if (stage->handle != 0)
		MUST (stage, session_close (stage->handle));
	stage->handle = 0;
	MUST (stage, library_stop ());
	sec_usage (&in_use, &locked);
	if (in_use != secure_before)
		COMPLAIN (stage, "%zu bytes of secure memory stay in use", in_use - secure_before);
}

/* --- templates --- */

static void
template_add (GArray *template, CK_ATTRIBUTE attr)
{
	g_array_append_val (template, attr);
}

/* The row's own, and what every object that is made here has. */
static GArray *
template_start (const Stage *stage, CK_OBJECT_CLASS class)
{
	const Scenario *is = stage->is;
	static CK_BBOOL yes = CK_TRUE;
	static CK_BBOOL no = CK_FALSE;
	GArray *template = g_array_new (FALSE, FALSE, sizeof (CK_ATTRIBUTE));

	if (is->n_template > 0 && class != CKO_PRIVATE_KEY)
		g_array_append_vals (template, is->template, (guint)is->n_template);
	template_add (template, (CK_ATTRIBUTE){ CKA_TOKEN, is->on_token || is->seeds ? &yes : &no, 1 });
	if (is->seeds != NULL && class != CKO_PRIVATE_KEY)
		template_add (template, (CK_ATTRIBUTE)A_STRING (CKA_LABEL, is->seeds));
	if (class == CKO_PRIVATE_KEY && is->seeds != NULL)
		template_add (template, (CK_ATTRIBUTE)A_STRING (CKA_LABEL, is->seeds + strlen (is->seeds) + 1));
	if (class == CKO_SECRET_KEY || class == CKO_PRIVATE_KEY) {
		template_add (template, (CK_ATTRIBUTE){ CKA_EXTRACTABLE, &yes, 1 });
		template_add (template, (CK_ATTRIBUTE){ CKA_DERIVE, &yes, 1 });
	}
	return template;
}

#define LIST(template) (const CK_ATTRIBUTE *)(void *)(template)->data, (template)->len

/* The attributes that say what an object is, as far as its key has them. */
static void
copy_key (Stage *stage)
{
	static const CK_ATTRIBUTE_TYPE types[] = {
		CKA_CLASS, CKA_KEY_TYPE, CKA_CERTIFICATE_TYPE, CKA_PRIVATE, CKA_APPLICATION, CKA_SUBJECT, CKA_VALUE,
		CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1,
		CKA_EXPONENT_2, CKA_COEFFICIENT, CKA_PRIME, CKA_SUBPRIME, CKA_BASE, CKA_EC_PARAMS, CKA_EC_POINT,
		CKA_GOSTR3410_PARAMS, CKA_GOSTR3411_PARAMS,
	};

	for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
		CK_ATTRIBUTE attr = { types[i], NULL, 0 };

		if (session_get_attributes (stage->session, stage->key, &attr, 1) != CKR_OK || attr.ulValueLen == 0)
			continue;
		attr.pValue = g_malloc (attr.ulValueLen);
		MUST (stage, session_get_attributes (stage->session, stage->key, &attr, 1));
		template_add (stage->copied, attr);
	}
}

static void
forget_copied (Stage *stage)
{
	for (guint i = 0; i < stage->copied->len; i++)
		g_free (g_array_index (stage->copied, CK_ATTRIBUTE, i).pValue);
	g_array_set_size (stage->copied, 0);
}

/* --- calls --- */

/* With all slots: the token's, and the free one. */
static CK_RV
act_start (Stage *stage)
{
	CK_SLOT_ID slots[8];
	CK_ULONG n = G_N_ELEMENTS (slots);

	TRY (library_start ());
	TRY (library_slots (slots, &n));
	if (n != 2)
		COMPLAIN (stage, "there are %lu slots", n);
	return CKR_OK;
}

static void
is_stopped (Stage *stage)
{
	if (library_check () != CKR_CRYPTOKI_NOT_INITIALIZED)
		COMPLAIN (stage, "the library has started all the same");
}

static CK_RV
act_open (Stage *stage)
{
	return session_open (stage->slot, true, &stage->handle);
}

static void
is_unopened (Stage *stage)
{
	CK_ULONG n, n_read_write;
	Token *token;

	MUST (stage, library_token (stage->slot, &token));
	token_count_sessions (token, &n, &n_read_write);
	if (n != 0 || n_read_write != 0)
		COMPLAIN (stage, "the token counts %lu sessions", n);
}

static CK_RV
act_login (Stage *stage)
{
	return session_login (stage->session, CKU_USER, pin (USER_PIN));
}

static void
is_logged_out (Stage *stage)
{
	if (token_logged_in (stage->session->token) != LOGIN_NONE)
		COMPLAIN (stage, "somebody is logged in all the same");
}

static CK_RV
act_logout (Stage *stage)
{
	return session_logout (stage->session);
}

static CK_RV
act_close (Stage *stage)
{
	CK_SESSION_HANDLE handle = stage->handle;

	session_leave (&stage->session);
	stage->session = NULL;
	stage->handle = 0;
	return session_close (handle);
}

static CK_RV
act_login_so (Stage *stage)
{
	return session_login (stage->session, CKU_SO, pin (SO_PIN));
}

static void
arrange_so (Stage *stage)
{
	MUST (stage, act_login_so (stage));
}

static void
undo_login (Stage *stage)
{
	MUST (stage, session_logout (stage->session));
}

static CK_RV
act_init_pin (Stage *stage)
{
	return session_init_pin (stage->session, pin (USER_PIN));
}

#define NEW_PIN "another-pin"

static CK_RV
act_set_pin (Stage *stage)
{
	return session_set_pin (stage->session, pin (USER_PIN), pin (NEW_PIN));
}

static void
pin_is_old (Stage *stage)
{
	MUST (stage, token_check_pin (stage->session->token, pin (USER_PIN)));
}

static void
undo_set_pin (Stage *stage)
{
	MUST (stage, session_set_pin (stage->session, pin (NEW_PIN), pin (USER_PIN)));
}

/* The slot without a token. */
static Token *
free_slot (Stage *stage)
{
	CK_SLOT_ID slots[8];
	CK_ULONG n = G_N_ELEMENTS (slots);
	Token *token;

	MUST (stage, library_slots (slots, &n));
	MUST (stage, library_token (slots[n - 1], &token));
	return token;
}

static CK_RV
act_init_token (Stage *stage)
{
	static uint8_t label[32];

	return token_init (free_slot (stage), pin (SO_PIN), label);
}

static int
remove_one (const char *path, const struct stat *info, int type, struct FTW *where)
{
	return remove (path);
}

/* Removes every token but the one that the scenarios share; gives their number. */
static guint
remove_other_tokens (void)
{
	g_autoptr (GDir) dir = g_dir_open (place->tokendir, 0, NULL);
	guint n = 0;

	for (const char *name; (name = g_dir_read_name (dir)) != NULL;) {
		g_autofree char *path = g_build_filename (place->tokendir, name, NULL);

		if (g_strcmp0 (name, main_token) == 0)
			continue;
		g_assert_cmpint (nftw (path, remove_one, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
		n++;
	}
	return n;
}

static void
is_no_token (Stage *stage)
{
	if (token_is_initialised (free_slot (stage)) || remove_other_tokens () != 0)
		COMPLAIN (stage, "there is a token all the same");
}

static void
undo_init_token (Stage *stage)
{
	if (remove_other_tokens () != 1)
		COMPLAIN (stage, "there is no new token");
}

/* Another token, with one object in it. */
/* A row that may stand outside of functions. */
#define A_TEXT(type, text) { type, (void *)(guintptr)(text), sizeof (text) - 1 }

static const CK_ATTRIBUTE data_template[] = { A_ULONG (CKA_CLASS, CKO_DATA), A_BOOL (CKA_TOKEN, CK_TRUE),
	                                      A_TEXT (CKA_VALUE, "some value") };

static CK_SLOT_ID second_slot;

static CK_ULONG
count_in_second (Stage *stage, CK_USER_TYPE who, const char *with)
{
	Stage second = { .is = stage->is, .kind = stage->kind, .n = stage->n };
	g_autoptr (GArray) found = NULL;

	MUST (stage, session_open (second_slot, true, &second.handle));
	MUST (stage, session_enter (second.handle, &second.session));
	MUST (stage, session_login (second.session, who, pin (with)));
	found = search (&second, NULL, 0);
	session_leave (&second.session);
	MUST (stage, session_close (second.handle));
	return found->len;
}

static void
arrange_second (Stage *stage)
{
	Token *token = free_slot (stage);
	Stage second = { .is = stage->is };
	CK_OBJECT_HANDLE object;

	second_slot = token_slot (token);
	MUST (stage, act_init_token (stage));
	MUST (stage, session_open (second_slot, true, &second.handle));
	MUST (stage, session_enter (second.handle, &second.session));
	MUST (stage, session_login (second.session, CKU_SO, pin (SO_PIN)));
	MUST (stage, session_init_pin (second.session, pin (USER_PIN)));
	MUST (stage, session_logout (second.session));
	MUST (stage, session_login (second.session, CKU_USER, pin (USER_PIN)));
	MUST (stage, session_create_object (second.session, data_template, G_N_ELEMENTS (data_template), &object));
	session_leave (&second.session);
	MUST (stage, session_close (second.handle));
}

static CK_RV
act_init_again (Stage *stage)
{
	static const uint8_t label[32] = "again";
	Token *token;

	TRY (library_token (second_slot, &token));
	return token_init (token, pin (SO_PIN), label);
}

static void
second_is_whole (Stage *stage)
{
	if (count_in_second (stage, CKU_USER, USER_PIN) != 1)
		COMPLAIN (stage, "the token has lost its object");
}

static void
undo_second (Stage *stage)
{
	if (count_in_second (stage, CKU_SO, SO_PIN) != 0)
		COMPLAIN (stage, "the token still has its object");
	remove_other_tokens ();
}

static CK_RV
act_create (Stage *stage)
{
	g_autoptr (GArray) template = template_start (stage, CK_UNAVAILABLE_INFORMATION);

	g_array_append_vals (template, stage->copied->data, stage->copied->len);
	return session_create_object (stage->session, LIST (template), &stage->made[0]);
}

static CK_RV
act_generate (Stage *stage)
{
	g_autoptr (GArray) template =
		template_start (stage, strstr (stage->is->name, "domain") ? CKO_DOMAIN_PARAMETERS : CKO_SECRET_KEY);

	return session_generate_key (stage->session, &stage->is->mechanism, LIST (template), &stage->made[0]);
}

/* In the domain of its key, if it names one. */
static CK_RV
act_pair (Stage *stage)
{
	g_autoptr (GArray) public = template_start (stage, CKO_PUBLIC_KEY);
	g_autoptr (GArray) private = template_start (stage, CKO_PRIVATE_KEY);

	for (guint i = 0; i < stage->copied->len; i++) {
		const CK_ATTRIBUTE *attr = &g_array_index (stage->copied, CK_ATTRIBUTE, i);

		if (attr->type == CKA_PRIME || attr->type == CKA_SUBPRIME || attr->type == CKA_BASE)
			g_array_append_vals (public, attr, 1);
	}
	return session_generate_pair (stage->session, &stage->is->mechanism, LIST (public), LIST (private),
	                              &stage->made[0], &stage->made[1]);
}

static CK_RV
act_derive (Stage *stage)
{
	g_autoptr (GArray) template =
		template_start (stage, stage->is->mechanism.mechanism == CKM_HKDF_DATA ? CKO_DATA : CKO_SECRET_KEY);
	CK_RV rv = session_derive_key (stage->session, &stage->is->mechanism, stage->key, LIST (template),
	                               &stage->made[0]);

	for (gsize i = 0; stage->is->places != NULL && stage->is->places[i] != NULL; i++)
		stage->made[i + 1] = *stage->is->places[i];
	return rv;
}

static const CK_BYTE message[256] = "What is said here is as long as any of them takes it.";

static CK_ULONG
message_length (const Stage *stage)
{
	switch (stage->is->mechanism.mechanism) {
	case CKM_RSA_X_509:
		return 128;
	case CKM_ECDSA:
	case CKM_RSA_PKCS:
	case CKM_RSA_PKCS_PSS:
	case CKM_RSA_PKCS_OAEP:
	case CKM_GOSTR3410:
	case CKM_AES_CBC:
		return 32;
	case CKM_DSA:
		return 20;
	default:
		return 100;
	}
}

static CK_RV
act_digest (Stage *stage)
{
	CK_BYTE digest[64];
	CK_ULONG n = sizeof digest;
	Op *op = session_op (stage->session, OP_DIGEST);

	TRY (session_start_op (stage->session, OP_DIGEST, &stage->is->mechanism, 0));
	TRY (op_update (op, bytes (message, 10), (Out){ 0 }));
	TRY (session_digest_key (stage->session, stage->key));
	return op_final (op, out (digest, &n));
}

static CK_RV
act_sign (Stage *stage)
{
	CK_BYTE signature[512];
	CK_ULONG n = sizeof signature;
	Bytes data = bytes (message, message_length (stage));

	TRY (session_start_op (stage->session, OP_SIGN, &stage->is->mechanism, stage->other));
	TRY (op_one_shot (session_op (stage->session, OP_SIGN), data, out (signature, &n)));
	TRY (session_start_op (stage->session, OP_VERIFY, &stage->is->mechanism, stage->key));
	return op_check_one_shot (session_op (stage->session, OP_VERIFY), data, bytes (signature, n));
}

static CK_RV
act_sign_parts (Stage *stage)
{
	CK_BYTE signature[512];
	CK_ULONG n = sizeof signature;
	Op *op = session_op (stage->session, OP_SIGN);

	TRY (session_start_op (stage->session, OP_SIGN, &stage->is->mechanism, stage->other));
	TRY (op_update (op, bytes (message, 100), (Out){ 0 }));
	TRY (op_update (op, bytes (message, 100), (Out){ 0 }));
	TRY (op_final (op, out (signature, &n)));
	op = session_op (stage->session, OP_VERIFY);
	TRY (session_start_op (stage->session, OP_VERIFY, &stage->is->mechanism, stage->key));
	TRY (op_update (op, bytes (message, 100), (Out){ 0 }));
	TRY (op_update (op, bytes (message, 100), (Out){ 0 }));
	return op_check_final (op, bytes (signature, n));
}

static CK_RV
act_encrypt (Stage *stage)
{
	CK_BYTE sealed[512], plain[512];
	CK_ULONG n_sealed = sizeof sealed, n_plain = sizeof plain;
	Bytes data = bytes (message, message_length (stage));

	TRY (session_start_op (stage->session, OP_ENCRYPT, &stage->is->mechanism, stage->key));
	TRY (op_one_shot (session_op (stage->session, OP_ENCRYPT), data, out (sealed, &n_sealed)));
	TRY (session_start_op (stage->session, OP_DECRYPT, &stage->is->mechanism, stage->other));
	TRY (op_one_shot (session_op (stage->session, OP_DECRYPT), bytes (sealed, n_sealed), out (plain, &n_plain)));
	return bytes_equal (bytes (plain, n_plain), data) ? CKR_OK : CKR_DATA_INVALID;
}

/* The output goes over the input, for which a copy is made. */
static CK_RV
act_encrypt_parts (Stage *stage)
{
	CK_BYTE text[512];
	CK_ULONG n = sizeof text, n_last = sizeof text;
	Op *op = session_op (stage->session, OP_ENCRYPT);

	memcpy (text, message, 100);
	TRY (session_start_op (stage->session, OP_ENCRYPT, &stage->is->mechanism, stage->key));
	TRY (op_update (op, bytes (text, 100), out (text, &n)));
	n_last -= n;
	TRY (op_final (op, out (text + n, &n_last)));
	n += n_last;
	n_last = sizeof text;
	op = session_op (stage->session, OP_DECRYPT);
	TRY (session_start_op (stage->session, OP_DECRYPT, &stage->is->mechanism, stage->other));
	TRY (op_one_shot (op, bytes (text, n), out (text, &n_last)));
	return bytes_equal (bytes (text, n_last), bytes (message, 100)) ? CKR_OK : CKR_DATA_INVALID;
}

/* Wraps its subject, and unwraps it again as the template says. */
static CK_RV
act_wrap (Stage *stage)
{
	CK_BYTE wrapped[2048];
	CK_ULONG n = sizeof wrapped;
	g_autoptr (GArray) template = template_start (stage, CK_UNAVAILABLE_INFORMATION);

	TRY (session_wrap_key (stage->session, &stage->is->mechanism, stage->key, stage->subject, out (wrapped, &n)));
	return session_unwrap_key (stage->session, &stage->is->mechanism, stage->other, bytes (wrapped, n),
	                           LIST (template), &stage->made[0]);
}

static CK_RV
act_copy (Stage *stage)
{
	g_autoptr (GArray) template = template_start (stage, CK_UNAVAILABLE_INFORMATION);

	return session_copy_object (stage->session, stage->key, LIST (template), &stage->made[0]);
}

static CK_RV
act_find (Stage *stage)
{
	CK_OBJECT_HANDLE found[64];
	CK_ULONG n, n_wanted = stage->is->n_template > 0 ? 1 : n_objects;

	TRY (session_find_start (stage->session, stage->is->template, stage->is->n_template));
	TRY (session_find (stage->session, found, G_N_ELEMENTS (found), &n));
	if (n != n_wanted)
		COMPLAIN (stage, "%lu objects are found, not %lu", n, n_wanted);
	return session_find_end (stage->session);
}

/* By its value, which is sealed in the table. */
static CK_RV
act_find_value (Stage *stage)
{
	const CK_ATTRIBUTE *value = NULL;
	CK_OBJECT_HANDLE found[64];
	CK_ULONG n;

	for (guint i = 0; i < stage->copied->len; i++)
		if (g_array_index (stage->copied, CK_ATTRIBUTE, i).type == CKA_VALUE)
			value = &g_array_index (stage->copied, CK_ATTRIBUTE, i);
	TRY (session_find_start (stage->session, value, 1));
	TRY (session_find (stage->session, found, G_N_ELEMENTS (found), &n));
	if (n != 1 || found[0] != stage->key)
		COMPLAIN (stage, "the object is not found by its value");
	return session_find_end (stage->session);
}

static CK_RV
act_get (Stage *stage)
{
	CK_BYTE value[64], label[64];
	CK_ATTRIBUTE wanted[] = { { CKA_VALUE, value, sizeof value }, { CKA_LABEL, label, sizeof label } };

	return session_get_attributes (stage->session, stage->key, wanted, G_N_ELEMENTS (wanted));
}

static CK_RV
act_get_template (Stage *stage)
{
	CK_BYTE id[64];
	CK_ATTRIBUTE inner = { 0, id, sizeof id }, wanted = { CKA_UNWRAP_TEMPLATE, &inner, sizeof inner };

	return session_get_attributes (stage->session, stage->key, &wanted, 1);
}

/* An object of its own for what changes or destroys one. */
static void
arrange_victim (Stage *stage)
{
	MUST (stage, act_create (stage));
	stage->victim = stage->made[0];
	stage->made[0] = 0;
}

static void
undo_victim (Stage *stage)
{
	MUST (stage, session_destroy_object (stage->session, stage->victim));
}

static const CK_ATTRIBUTE new_label[] = { A_TEXT (CKA_LABEL, "a label that is long enough to be allocated") };

static CK_RV
act_set (Stage *stage)
{
	return session_set_attributes (stage->session, stage->victim, new_label, 1);
}

/* So often that the tables of objects grow meanwhile. */
static CK_RV
act_set_often (Stage *stage)
{
	for (int i = 0; i < 24; i++)
		TRY (act_set (stage));
	return CKR_OK;
}

static gboolean
has_new_label (Stage *stage)
{
	char label[64];
	CK_ATTRIBUTE is = { CKA_LABEL, label, sizeof label };

	MUST (stage, session_get_attributes (stage->session, stage->victim, &is, 1));
	return bytes_equal (bytes (label, is.ulValueLen), bytes (new_label[0].pValue, new_label[0].ulValueLen));
}

static void
is_unchanged (Stage *stage)
{
	if (has_new_label (stage))
		COMPLAIN (stage, "the object has changed all the same");
}

static void
undo_set (Stage *stage)
{
	if (!has_new_label (stage))
		COMPLAIN (stage, "the object has not changed");
	undo_victim (stage);
}

static CK_RV
act_destroy (Stage *stage)
{
	return session_destroy_object (stage->session, stage->victim);
}

/* --- parameters: what p11-kit's header has not is laid out as PKCS #11 prints it --- */

static CK_BYTE iv[16] = { 1, 2, 3 };
static CK_BYTE aad[32] = { 4, 5, 6 };

static CK_BYTE x25519_base[32] = { 9 };
static CK_BYTE p256_base[65] = {
	0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
	0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
	0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce,
	0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};
static CK_BYTE dh_base[] = { 2 };

static CK_GCM_PARAMS gmac = { iv, 12, 96, NULL, 0, 128 };
static CK_GCM_PARAMS gcm = { iv, 12, 96, aad, 20, 128 };
static CcmParams ccm = { 100, iv, 12, aad, 20, 16 };
static ChachaPolyParams chacha_poly = { iv, 12, aad, 20 };
static CK_RSA_PKCS_PSS_PARAMS pss = { CKM_SHA256, CKG_MGF1_SHA256, 32 };
static OaepParams oaep = { CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 };
static RsaAesParams rsa_aes = { 256, &oaep };
static EddsaParams eddsa_context = { CK_FALSE, sizeof aad, aad };
static CK_ECDH1_DERIVE_PARAMS ecdh = { CKD_NULL, 0, NULL, sizeof p256_base, p256_base };
static CK_ECDH1_DERIVE_PARAMS ecdh_kdf = { CKD_SHA256_KDF, sizeof aad, aad, sizeof p256_base, p256_base };
static CK_ECDH1_DERIVE_PARAMS ecdh_x25519 = { CKD_NULL, 0, NULL, sizeof x25519_base, x25519_base };
static HkdfParams hkdf = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_DATA, iv, sizeof iv, 0, aad, sizeof aad };
static HkdfParams hkdf_key = { CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_KEY, NULL, 0, 0, NULL, 0 };
static Pbkdf2Params pbkdf2 = {
	CKZ_SALT_SPECIFIED, iv, sizeof iv, 2, CKP_PKCS5_PBKD2_HMAC_SHA256, NULL, 0, aad, sizeof aad,
};
static CK_KEY_DERIVATION_STRING_DATA string = { aad, sizeof aad };
static CK_OBJECT_HANDLE second_key;

static CounterFormat counter_format = { CK_FALSE, 32 };
static KdfField kdf_fields[] = {
	{ CK_SP800_108_ITERATION_VARIABLE, &counter_format, sizeof counter_format },
	{ CK_SP800_108_BYTE_ARRAY, aad, sizeof aad },
};
static CK_ATTRIBUTE more_template[] = {
	A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
	A_ULONG (CKA_KEY_TYPE, CKK_AES),
	A_ULONG (CKA_VALUE_LEN, 32),
	A_BOOL (CKA_TOKEN, CK_TRUE),
};
static CK_OBJECT_HANDLE more_handle;
static DerivedKey more_keys[] = { { more_template, G_N_ELEMENTS (more_template), &more_handle } };
static KdfParams kdf = { CKM_SHA256_HMAC, G_N_ELEMENTS (kdf_fields), kdf_fields, 1, more_keys };
static CK_OBJECT_HANDLE *const kdf_places[] = { &more_handle, NULL };

static CK_VERSION tls_version;
static CK_BYTE client_iv[16], server_iv[16];
static TlsKeys tls_keys = { .client_iv = client_iv, .server_iv = server_iv };
static TlsMasterParams tls_master = { { aad, 32, aad, 32 }, &tls_version, CKM_SHA256 };
static TlsKeysParams tls_block = { 256, 128, 128, CK_FALSE, { aad, 32, aad, 32 }, &tls_keys, CKM_SHA256 };
static CK_OBJECT_HANDLE *const tls_places[] = {
	&tls_keys.client_mac, &tls_keys.server_mac, &tls_keys.client_key, &tls_keys.server_key, NULL,
};

/* --- templates of the rows --- */

static const CK_ATTRIBUTE of_32[] = { A_ULONG (CKA_VALUE_LEN, 32) };
static const CK_ATTRIBUTE of_48[] = { A_ULONG (CKA_VALUE_LEN, 48) };
static const CK_ATTRIBUTE of_64[] = { A_ULONG (CKA_VALUE_LEN, 64) };
static const CK_ATTRIBUTE aes_key[] = { A_ULONG (CKA_KEY_TYPE, CKK_AES), A_ULONG (CKA_VALUE_LEN, 32) };
static const CK_ATTRIBUTE aes_keys[] = { A_ULONG (CKA_KEY_TYPE, CKK_AES), A_ULONG (CKA_CLASS, CKO_SECRET_KEY) };
static const CK_ATTRIBUTE bits_512[] = { A_ULONG (CKA_PRIME_BITS, 512) };
static const CK_ATTRIBUTE bits_2048[] = { A_ULONG (CKA_PRIME_BITS, 2048) };
static const CK_ATTRIBUTE rsa[] = { A_ULONG (CKA_MODULUS_BITS, 1024), A_BYTES (CKA_PUBLIC_EXPONENT, 1, 0, 1) };
static const CK_ATTRIBUTE p256[] = {
	A_BYTES (CKA_EC_PARAMS, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07),
};
static const CK_ATTRIBUTE ed25519[] = { A_BYTES (CKA_EC_PARAMS, 0x06, 0x03, 0x2b, 0x65, 0x70) };
static const CK_ATTRIBUTE ed448[] = { A_BYTES (CKA_EC_PARAMS, 0x06, 0x03, 0x2b, 0x65, 0x71) };
static const CK_ATTRIBUTE x25519[] = { A_BYTES (CKA_EC_PARAMS, 0x06, 0x03, 0x2b, 0x65, 0x6e) };
static const CK_ATTRIBUTE gost[] = {
	A_BYTES (CKA_GOSTR3410_PARAMS, 0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01),
	A_BYTES (CKA_GOSTR3411_PARAMS, 0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x1e, 0x01),
};
static const CK_ATTRIBUTE data_object[] = { A_ULONG (CKA_CLASS, CKO_DATA), A_TEXT (CKA_APPLICATION, "an application"),
	                             A_TEXT (CKA_VALUE, "some value") };
static const CK_ATTRIBUTE certificate[] = { A_ULONG (CKA_CLASS, CKO_CERTIFICATE),
	                                    A_ULONG (CKA_CERTIFICATE_TYPE, CKC_X_509),
	                                    A_BYTES (CKA_SUBJECT, 0x30, 0x00), A_TEXT (CKA_VALUE, "no certificate") };
static const CK_ATTRIBUTE secret_key[] = { A_ULONG (CKA_CLASS, CKO_SECRET_KEY),
	                                   A_ULONG (CKA_KEY_TYPE, CKK_GENERIC_SECRET) };
static const CK_ATTRIBUTE rsa_key[] = { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_RSA) };
static const CK_ATTRIBUTE ec_key[] = { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_EC) };
static const CK_ATTRIBUTE dsa_key[] = { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_DSA) };
static const CK_ATTRIBUTE ed_key[] = { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY), A_ULONG (CKA_KEY_TYPE, CKK_EC_EDWARDS) };
static const CK_ATTRIBUTE gost_key[] = { A_ULONG (CKA_CLASS, CKO_PRIVATE_KEY),
	                                 A_ULONG (CKA_KEY_TYPE, CKK_GOSTR3410) };
static CK_ATTRIBUTE to_be_wrapped[] = { A_BOOL (CKA_EXTRACTABLE, CK_TRUE) };
static CK_ATTRIBUTE of_the_unwrapped[] = { A_TEXT (CKA_ID, "an identifier") };
static const CK_ATTRIBUTE keeper[] = {
	A_ULONG (CKA_VALUE_LEN, 32),
	A_ULONG (CKA_ALLOWED_MECHANISMS, CKM_AES_KEY_WRAP),
	{ CKA_WRAP_TEMPLATE, to_be_wrapped, sizeof to_be_wrapped },
	{ CKA_UNWRAP_TEMPLATE, of_the_unwrapped, sizeof of_the_unwrapped },
};
static const CK_ATTRIBUTE labelled_aes[] = { A_TEXT (CKA_LABEL, "aes") };

/* --- the scenarios --- */

#define WITH(t) .template = (t), .n_template = G_N_ELEMENTS (t)
#define BY(m) .mechanism = { CKM_##m, NULL, 0 }
#define BY_PARAM(m, p) .mechanism = { CKM_##m, &(p), sizeof (p) }
#define BY_IV(m) .mechanism = { CKM_##m, iv, sizeof iv }
#define KEY(k) .key = (k), .other = (k)
#define PAIR(k) .key = k ".public", .other = k ".private"
#define SEEDS_PAIR(k) .seeds = k ".public\0" k ".private", .varies = TRUE
#define ON_TOKEN .on_token = TRUE

#define CREATE(k) { "create/token/" k, act_create, .key = k, ON_TOKEN }, { "create/session/" k, act_create, .key = k }

static const Scenario scenarios[] = {
	/* Those that others need, first. */
	{ "generate/aes", act_generate, BY (AES_KEY_GEN), WITH (of_32), .seeds = "aes" },
	{ "generate/keeper", act_generate, BY (AES_KEY_GEN), WITH (keeper), .seeds = "keeper" },
	{ "generate/secret", act_generate, BY (GENERIC_SECRET_KEY_GEN), WITH (of_64), .seeds = "secret" },
	{ "generate/premaster", act_generate, BY (GENERIC_SECRET_KEY_GEN), WITH (of_48), .seeds = "premaster" },
	{ "generate/des3", act_generate, BY (DES3_KEY_GEN), .seeds = "des3" },
	{ "generate/chacha20", act_generate, BY (CHACHA20_KEY_GEN), .seeds = "chacha20" },
	{ "generate/pbkdf2", act_generate, BY_PARAM (PKCS5_PBKD2, pbkdf2), WITH (aes_key) },
	{ "generate/dsa-domain", act_generate, BY (DSA_PARAMETER_GEN), WITH (bits_512), .seeds = "dsa.domain",
	  .varies = TRUE },
	{ "generate/dh-domain", act_generate, BY (DH_PKCS_PARAMETER_GEN), WITH (bits_2048), .seeds = "dh.domain" },
	{ "pair/rsa", act_pair, BY (RSA_PKCS_KEY_PAIR_GEN), WITH (rsa), SEEDS_PAIR ("rsa") },
	{ "pair/ec", act_pair, BY (EC_KEY_PAIR_GEN), WITH (p256), SEEDS_PAIR ("ec") },
	{ "pair/edwards", act_pair, BY (EC_EDWARDS_KEY_PAIR_GEN), WITH (ed25519), SEEDS_PAIR ("edwards") },
	{ "pair/ed448", act_pair, BY (EC_EDWARDS_KEY_PAIR_GEN), WITH (ed448), SEEDS_PAIR ("ed448") },
	{ "pair/montgomery", act_pair, BY (EC_MONTGOMERY_KEY_PAIR_GEN), WITH (x25519), SEEDS_PAIR ("montgomery") },
	{ "pair/dsa", act_pair, BY (DSA_KEY_PAIR_GEN), .key = "dsa.domain", SEEDS_PAIR ("dsa") },
	{ "pair/dh", act_pair, BY (DH_PKCS_KEY_PAIR_GEN), .key = "dh.domain", SEEDS_PAIR ("dh") },
	{ "pair/gost", act_pair, BY (GOSTR3410_KEY_PAIR_GEN), WITH (gost), SEEDS_PAIR ("gost") },
	{ "create/data", act_create, WITH (data_object), .seeds = "data" },
	{ "create/certificate", act_create, WITH (certificate), .seeds = "certificate" },

	{ "library/start", act_start, .from = STOPPED, .after_failure = is_stopped },
	{ "token/init", act_init_token, .from = STARTED, .after_failure = is_no_token, .undo = undo_init_token },
	{ "token/init-again", act_init_again, .from = STARTED, .arrange = arrange_second,
	  .after_failure = second_is_whole, .undo = undo_second },
	{ "session/open", act_open, .from = STARTED, .after_failure = is_unopened },
	{ "session/login", act_login, .from = OPEN, .after_failure = is_logged_out },
	{ "session/login-so", act_login_so, .from = OPEN, .after_failure = is_logged_out, .undo = undo_login },
	{ "session/init-pin", act_init_pin, .from = OPEN, .arrange = arrange_so, .undo = undo_login },
	{ "session/set-pin", act_set_pin, .from = LOGGED_IN, .after_failure = pin_is_old, .undo = undo_set_pin },
	{ "session/logout", act_logout },
	{ "session/close", act_close },

	CREATE ("aes"),
	CREATE ("des3"),
	CREATE ("rsa.public"),
	CREATE ("rsa.private"),
	CREATE ("ec.public"),
	CREATE ("ec.private"),
	CREATE ("edwards.private"),
	CREATE ("ed448.private"),
	CREATE ("montgomery.private"),
	CREATE ("dsa.domain"),
	CREATE ("dsa.public"),
	CREATE ("dsa.private"),
	CREATE ("dh.private"),
	CREATE ("gost.public"),
	CREATE ("gost.private"),
	CREATE ("data"),
	CREATE ("certificate"),
	{ "create/unlisted", act_create, .from = LOGGED_IN, WITH (data_object), ON_TOKEN },
	{ "copy/token", act_copy, .key = "rsa.private", ON_TOKEN },
	{ "copy/session", act_copy, .key = "secret" },
	{ "find/all", act_find },
	{ "find/unlisted", act_find, .from = LOGGED_IN },
	{ "find/label", act_find, WITH (labelled_aes) },
	{ "find/value", act_find_value, .key = "aes" },
	{ "attribute/get", act_get, .key = "aes" },
	{ "attribute/get-template", act_get_template, .key = "keeper" },
	{ "attribute/set-token", act_set, .key = "secret", ON_TOKEN, .arrange = arrange_victim,
	  .after_failure = is_unchanged, .undo = undo_set },
	{ "attribute/set-public", act_set, .key = "certificate", ON_TOKEN, .arrange = arrange_victim,
	  .after_failure = is_unchanged, .undo = undo_set },
	{ "attribute/set-session", act_set, .key = "secret", .arrange = arrange_victim, .after_failure = is_unchanged,
	  .undo = undo_set },
	{ "attribute/set-often", act_set_often, .key = "data", .arrange = arrange_victim, .undo = undo_set },
	{ "destroy/token", act_destroy, .key = "secret", ON_TOKEN, .arrange = arrange_victim, .difference = -1 },
	{ "destroy/session", act_destroy, .key = "secret", .arrange = arrange_victim, .difference = -1 },

	{ "digest/sha256", act_digest, .key = "secret", BY (SHA256) },
	{ "digest/sha3", act_digest, .key = "secret", BY (SHA3_256) },
	{ "digest/gost", act_digest, .key = "secret", BY (GOSTR3411) },
	{ "sign/hmac", act_sign_parts, KEY ("secret"), BY (SHA256_HMAC) },
	{ "sign/cmac", act_sign, KEY ("aes"), BY (AES_CMAC) },
	{ "sign/gmac", act_sign_parts, KEY ("aes"), BY_PARAM (AES_GMAC, gmac) },
	{ "sign/rsa", act_sign, PAIR ("rsa"), BY (RSA_PKCS) },
	{ "sign/rsa-sha256", act_sign_parts, PAIR ("rsa"), BY (SHA256_RSA_PKCS) },
	{ "sign/rsa-raw", act_sign, PAIR ("rsa"), BY (RSA_X_509) },
	{ "sign/rsa-pss", act_sign, PAIR ("rsa"), BY_PARAM (RSA_PKCS_PSS, pss) },
	{ "sign/ecdsa", act_sign, PAIR ("ec"), BY (ECDSA) },
	{ "sign/ecdsa-sha256", act_sign_parts, PAIR ("ec"), BY (ECDSA_SHA256) },
	{ "sign/eddsa", act_sign_parts, PAIR ("edwards"), BY (EDDSA) },
	{ "sign/eddsa-context", act_sign, PAIR ("edwards"), BY_PARAM (EDDSA, eddsa_context) },
	{ "sign/ed448-context", act_sign, PAIR ("ed448"), BY_PARAM (EDDSA, eddsa_context) },
	{ "sign/dsa", act_sign, PAIR ("dsa"), BY (DSA) },
	{ "sign/gost", act_sign, PAIR ("gost"), BY (GOSTR3410) },
	{ "sign/gost-hashed", act_sign_parts, PAIR ("gost"), BY (GOSTR3410_WITH_GOSTR3411) },
	{ "encrypt/cbc", act_encrypt, KEY ("aes"), BY_IV (AES_CBC) },
	{ "encrypt/cbc-pad", act_encrypt_parts, KEY ("aes"), BY_IV (AES_CBC_PAD) },
	{ "encrypt/gcm", act_encrypt_parts, KEY ("aes"), BY_PARAM (AES_GCM, gcm) },
	{ "encrypt/ccm", act_encrypt_parts, KEY ("aes"), BY_PARAM (AES_CCM, ccm) },
	{ "encrypt/des3", act_encrypt, KEY ("des3"), .mechanism = { CKM_DES3_CBC_PAD, iv, 8 } },
	{ "encrypt/chacha20-poly1305", act_encrypt, KEY ("chacha20"), BY_PARAM (CHACHA20_POLY1305, chacha_poly) },
	{ "encrypt/rsa", act_encrypt, PAIR ("rsa"), BY (RSA_PKCS) },
	{ "encrypt/rsa-oaep", act_encrypt, PAIR ("rsa"), BY_PARAM (RSA_PKCS_OAEP, oaep) },

	{ "wrap/kw", act_wrap, KEY ("aes"), BY (AES_KEY_WRAP), WITH (secret_key), ON_TOKEN,
	  .subject = "secret" },
	{ "wrap/kwp-rsa", act_wrap, KEY ("aes"), BY (AES_KEY_WRAP_PAD), WITH (rsa_key), ON_TOKEN,
	  .subject = "rsa.private" },
	{ "wrap/kwp-dsa", act_wrap, KEY ("aes"), BY (AES_KEY_WRAP_PAD), WITH (dsa_key), .subject = "dsa.private" },
	{ "wrap/kwp-edwards", act_wrap, KEY ("aes"), BY (AES_KEY_WRAP_PAD), WITH (ed_key),
	  .subject = "edwards.private" },
	{ "wrap/kwp-gost", act_wrap, KEY ("aes"), BY (AES_KEY_WRAP_PAD), WITH (gost_key), .subject = "gost.private" },
	{ "wrap/templates", act_wrap, KEY ("keeper"), BY (AES_KEY_WRAP), WITH (secret_key), .subject = "secret" },
	{ "wrap/cbc-ec", act_wrap, KEY ("aes"), BY_IV (AES_CBC_PAD), WITH (ec_key), .subject = "ec.private" },
	{ "wrap/rsa", act_wrap, PAIR ("rsa"), BY (RSA_PKCS), WITH (secret_key), .subject = "secret" },
	{ "wrap/rsa-oaep", act_wrap, PAIR ("rsa"), BY_PARAM (RSA_PKCS_OAEP, oaep), WITH (secret_key),
	  .subject = "secret" },
	{ "wrap/rsa-aes", act_wrap, PAIR ("rsa"), BY_PARAM (RSA_AES_KEY_WRAP, rsa_aes), WITH (ec_key),
	  .subject = "ec.private" },

	{ "derive/ecdh", act_derive, .key = "ec.private", BY_PARAM (ECDH1_DERIVE, ecdh), WITH (of_32), ON_TOKEN },
	{ "derive/ecdh-kdf", act_derive, .key = "ec.private", BY_PARAM (ECDH1_DERIVE, ecdh_kdf), WITH (of_32) },
	{ "derive/x25519", act_derive, .key = "montgomery.private", BY_PARAM (ECDH1_DERIVE, ecdh_x25519), WITH (of_32) },
	{ "derive/dh", act_derive, .key = "dh.private", BY_PARAM (DH_PKCS_DERIVE, dh_base), WITH (of_32) },
	{ "derive/hkdf", act_derive, .key = "secret", BY_PARAM (HKDF_DERIVE, hkdf), WITH (of_32) },
	{ "derive/hkdf-key", act_derive, .key = "secret", .other = "aes", BY_PARAM (HKDF_DERIVE, hkdf_key), WITH (of_32),
	  .key_place = &hkdf_key.salt_key },
	{ "derive/hkdf-data", act_derive, .key = "secret", BY_PARAM (HKDF_DATA, hkdf), WITH (of_32), ON_TOKEN },
	{ "derive/sp800", act_derive, .key = "secret", BY_PARAM (SP800_108_COUNTER_KDF, kdf), WITH (of_32), ON_TOKEN,
	  .places = kdf_places },
	{ "derive/tls-master", act_derive, .key = "premaster", BY_PARAM (TLS12_MASTER_KEY_DERIVE, tls_master) },
	{ "derive/tls-keys", act_derive, .key = "premaster", BY_PARAM (TLS12_KEY_AND_MAC_DERIVE, tls_block),
	  WITH (aes_keys), ON_TOKEN, .places = tls_places },
	{ "derive/concatenate", act_derive, .key = "secret", .other = "aes",
	  BY_PARAM (CONCATENATE_BASE_AND_KEY, second_key), .key_place = &second_key },
	{ "derive/xor", act_derive, .key = "secret", BY_PARAM (XOR_BASE_AND_DATA, string) },
	{ "derive/aes-ecb", act_derive, .key = "aes", BY_PARAM (AES_ECB_ENCRYPT_DATA, string), WITH (of_32) },
};

/* --- the play --- */

static Level
level_of (const Stage *stage)
{
	return stage->is->from == UNSAID ? LISTED : stage->is->from;
}

static void
arrange (Stage *stage)
{
	memset (stage->made, 0, sizeof stage->made);
	stage->victim = 0;
	climb (stage, level_of (stage));
	stage->key = stage->is->key ? find_named (stage, stage->is->key) : 0;
	stage->subject = stage->is->subject ? find_named (stage, stage->is->subject) : 0;
	stage->other = stage->is->other ? find_named (stage, stage->is->other) : 0;
	if (stage->is->key_place != NULL)
		*stage->is->key_place = stage->other;
	for (gsize i = 0; stage->is->places != NULL && stage->is->places[i] != NULL; i++)
		*stage->is->places[i] = 0;
	if (stage->key != 0)
		copy_key (stage);
	if (stage->is->arrange != NULL)
		stage->is->arrange (stage);
}

static guint
n_made (const Stage *stage)
{
	guint n = 0;

	for (gsize i = 0; i < G_N_ELEMENTS (stage->made); i++)
		n += stage->made[i] != 0;
	return n;
}

/* The objects as the user sees them now; NULL where none is logged in. */
static GArray *
objects_now (Stage *stage)
{
	if (level_of (stage) < LOGGED_IN || stage->is->act == act_logout || stage->is->act == act_close)
		return NULL;
	return search (stage, NULL, 0);
}

static gboolean
is_same_list (const GArray *a, const GArray *b)
{
	return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (CK_OBJECT_HANDLE)) == 0;
}

/* The call has failed: it must say why, and have done nothing. */
static void
check_failure (Stage *stage, CK_RV rv, gboolean failed, const GArray *before)
{
	g_autoptr (GArray) after = NULL;

	if (!failed || rv != CKR_HOST_MEMORY)
		COMPLAIN (stage, "the call says %s", rv_name (rv));
	if (n_made (stage) > 0)
		COMPLAIN (stage, "the call fails and gives a handle");
	after = objects_now (stage);
	if (before != NULL && !is_same_list (before, after))
		COMPLAIN (stage, "there are %u objects where there were %u, or they have other handles", after->len, before->len);
	if (stage->is->after_failure != NULL)
		stage->is->after_failure (stage);
}

/* What was made is as large as ever: nothing of it was left out. */
static void
check_sizes (Stage *stage)
{
	for (gsize i = 0; i < G_N_ELEMENTS (stage->made) && !stage->is->varies; i++) {
		CK_ULONG size = 0;

		if (stage->made[i] != 0)
			MUST (stage, token_object_size (stage->session->token, stage->made[i], &size));
		if (stage->has_sizes && size != stage->sizes[i])
			COMPLAIN (stage, "the object has %lu bytes, not %lu", size, stage->sizes[i]);
		stage->sizes[i] = size;
	}
	stage->has_sizes = TRUE;
}

static void
check_success (Stage *stage, const GArray *before)
{
	g_autoptr (GArray) after = objects_now (stage);
	guint wanted = (before ? before->len : 0) + n_made (stage) + (guint)stage->is->difference;

	if (before != NULL && after->len != wanted)
		COMPLAIN (stage, "there are %u objects, not %u", after->len, wanted);
	check_sizes (stage);
}

static void
undo (Stage *stage)
{
	for (gsize i = 0; i < G_N_ELEMENTS (stage->made); i++)
		if (stage->made[i] != 0)
			MUST (stage, session_destroy_object (stage->session, stage->made[i]));
	if (stage->is->undo != NULL)
		stage->is->undo (stage);
}

/* In a run of the library that has seen nothing of this: all are there, and none that should not be. */
static void
check_whole (Stage *stage)
{
	g_autoptr (GArray) found = NULL;

	climb (stage, LOGGED_IN);
	found = search (stage, NULL, 0);
	if (found->len != n_objects)
		COMPLAIN (stage, "there are %u objects, not %lu", found->len, n_objects);
	/* The next to play goes on from here, if it can. */
	if (level_of (stage) != LISTED)
		come_down (stage);
}

/* Plays the call with its @n-th allocation of a kind failing, 0: none.  FALSE: it has not so many. */
static gboolean
play (Stage *stage, Shortage kind, guint n)
{
	g_autoptr (GArray) before = NULL;
	gboolean failed;
	CK_RV rv;

	stage->kind = kind;
	stage->n = n;
	arrange (stage);
	/* Looking would list them. */
	if (level_of (stage) == LISTED)
		before = objects_now (stage);
	memory_arm (kind, n);
	rv = stage->is->act (stage);
	failed = memory_disarm ();
	if (rv != CKR_OK) {
		check_failure (stage, rv, failed, before);
		MUST (stage, stage->is->act (stage));
	}
	check_success (stage, before);
	undo (stage);
	forget_copied (stage);
	come_down (stage);
	check_whole (stage);
	return failed;
}

static void
test_scenario (gconstpointer data)
{
	Stage stage = { .is = data, .copied = g_array_new (FALSE, FALSE, sizeof (CK_ATTRIBUTE)) };

	play (&stage, ORDINARY, 0);
	for (Shortage kind = 0; kind < N_KINDS; kind++)
		for (guint n = 1; play (&stage, kind, n); n++)
			;
	if (stage.handle != 0)
		come_down (&stage);
	g_array_unref (stage.copied);
}

/* --- the token they share --- */

static void
make_main_token (void)
{
	static const Scenario nameless = { "set-up", NULL, .from = OPEN };
	Stage stage = { .is = &nameless };
	g_autoptr (GDir) dir = NULL;
	CK_SLOT_ID slots[8];
	CK_ULONG n = G_N_ELEMENTS (slots);

	assert_ok (library_start ());
	MUST (&stage, act_init_token (&stage));
	assert_ok (library_stop ());
	dir = g_dir_open (place->tokendir, 0, NULL);
	main_token = g_strdup (g_dir_read_name (dir));
	assert_ok (library_start ());
	assert_ok (library_slots (slots, &n));
	main_slot = slots[0];
	climb (&stage, OPEN);
	MUST (&stage, act_login_so (&stage));
	MUST (&stage, act_init_pin (&stage));
	come_down (&stage);
}

static void
seed (const Scenario *is)
{
	Stage stage = { .is = is, .copied = g_array_new (FALSE, FALSE, sizeof (CK_ATTRIBUTE)) };

	arrange (&stage);
	MUST (&stage, is->act (&stage));
	n_objects += n_made (&stage);
	forget_copied (&stage);
	g_array_unref (stage.copied);
	come_down (&stage);
}

int
main (int argc, char **argv)
{
	size_t locked;
	int rc;

	g_test_init (&argc, &argv, NULL);
	place = place_new (NULL);
	sec_usage (&secure_before, &locked);
	make_main_token ();
	for (gsize i = 0; i < G_N_ELEMENTS (scenarios); i++)
		if (scenarios[i].seeds != NULL)
			seed (&scenarios[i]);
	for (gsize i = 0; i < G_N_ELEMENTS (scenarios); i++) {
		g_autofree char *path = g_strconcat ("/session/memory/", scenarios[i].name, NULL);

		g_test_add_data_func (path, &scenarios[i], test_scenario);
	}
	rc = g_test_run ();
	place_free (place);
	g_free (main_token);
	return rc;
}
