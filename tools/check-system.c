/* softhsm2-setup check: what the system does with memory, and the PINs themselves. */

#include "check.h"
#include "cryptoki-module.h"
#include "pin.h"
#include "token-session.h"

#include "build-config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* What a few hundred keys in use take. */
#define ENOUGH_LOCKED (1024 * 1024)

void
check_locked_memory (Inspection *inspection)
{
	struct rlimit limit;

#if !NON_PAGED_MEMORY
	check_tell (inspection, CHECK_DANGER, NULL,
	            _ ("This module was built without locked memory: keys may be written to swap space."));
	return;
#endif
	if (getrlimit (RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	    limit.rlim_cur < ENOUGH_LOCKED && geteuid () != 0)
		check_tell (inspection, CHECK_ADVICE, "ulimit -l 8192",
		            _ ("Only %lu KiB of memory may be locked, which is little for the keys of a token. "
		               "/etc/security/limits.conf sets it for good (memlock)."),
		            (unsigned long)(limit.rlim_cur / 1024));
}

/* Is what the swap lies on encrypted, or memory itself? */
static bool
is_safe_swap (const char *device)
{
	g_autofree char *name = g_path_get_basename (device);
	g_autofree char *path = g_strdup_printf ("/sys/class/block/%s/dm/uuid", name);
	g_autofree char *uuid = NULL;

	if (g_str_has_prefix (name, "zram"))
		return true;
	return g_file_get_contents (path, &uuid, NULL, NULL) && g_str_has_prefix (uuid, "CRYPT-");
}

void
check_swap (Inspection *inspection)
{
	g_autofree char *swaps = NULL;
	g_auto (GStrv) lines = NULL;

	if (!g_file_get_contents ("/proc/swaps", &swaps, NULL, NULL)) {
		check_tell (inspection, CHECK_SKIPPED, NULL, _ ("The system does not say where it swaps to."));
		return;
	}
	lines = g_strsplit (swaps, "\n", -1);
	for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
		lines[i][strcspn (lines[i], " \t")] = '\0';
		if (*lines[i] != '\0' && !is_safe_swap (lines[i]))
			check_tell (inspection, CHECK_ADVICE, NULL,
			            _ ("The swap space %s is not encrypted as far as this can be seen. Keys in the "
			               "token are never "
			               "swapped, but what programs do with them may be."),
			            lines[i]);
	}
}

void
check_core_dumps (Inspection *inspection)
{
	g_autofree char *pattern = NULL;
	struct rlimit limit;

	/* a program that takes them asks for no limit */
	if (g_file_get_contents ("/proc/sys/kernel/core_pattern", &pattern, NULL, NULL) && *pattern == '|')
		check_tell (inspection, CHECK_NOTE, NULL,
		            _ ("A program of the system takes core dumps, whatever the limit: %s"), g_strchomp (pattern));
	else if (getrlimit (RLIMIT_CORE, &limit) == 0 && limit.rlim_cur > 0)
		check_tell (inspection, CHECK_ADVICE, "ulimit -c 0",
		            _ ("Programs that crash leave a picture of their memory. Keys of the token are kept out of "
		               "it, what "
		               "programs copy is not."));
}

/* --- PINs --- */

#define SHORT_PIN 8

static bool
get (Inspection *inspection, Pin *pin, const char *file, const char *enter)
{
	const PinDialog dialog = {
		.enter = enter,
		.bad_length = _ ("A PIN has 4 to 255 characters."),
	};
	g_autoptr (GError) error = NULL;

	if (file != NULL && !pin_read_file (pin, file, &error))
		check_tell (inspection, CHECK_ADVICE, NULL, "%s", error->message);
	if (file != NULL)
		return error == NULL;
	return inspection->asks_pins && isatty (STDIN_FILENO) && pin_ask_once (pin, &dialog);
}

/* Where there is one token, it tells whether they are its. */
static void
compare (Inspection *inspection, CK_USER_TYPE who, const Pin *pin)
{
	auto_token_session TokenSession session = { 0 };
	g_autoptr (GError) error = NULL;

	if (pin->len == 0 || !token_session_start (&session, inspection->module, NULL) ||
	    !token_session_find (&session, NULL, NULL))
		return;
	if (!token_session_login (&session, who, pin, &error))
		check_tell (inspection, CHECK_ADVICE, NULL, "%s", error->message);
}

static void
judge_length (Inspection *inspection, const Pin *pin, const char *whose)
{
	if (pin->len > 0 && pin->len < SHORT_PIN)
		check_tell (inspection, CHECK_ADVICE, "softhsm2-setup token set-pin",
		            _ ("The %s has %zu characters: who can read the token's files finds it in no time. Take a "
		               "longer one."),
		            whose, pin->len);
}

void
check_pins (Inspection *inspection)
{
	auto_pin Pin pin = { 0 }, so_pin = { 0 };
	bool has_pin, has_so_pin;

	if (!inspection->asks_pins && inspection->pin_file == NULL && inspection->so_pin_file == NULL) {
		check_tell (inspection, CHECK_SKIPPED, NULL, _ ("The PINs are not looked at without --pins."));
		return;
	}
	has_so_pin = get (inspection, &so_pin, inspection->so_pin_file, _ ("SO PIN: "));
	has_pin = get (inspection, &pin, inspection->pin_file, _ ("User PIN: "));
	compare (inspection, CKU_SO, &so_pin);
	compare (inspection, CKU_USER, &pin);
	if (!has_so_pin || !has_pin)
		check_tell (inspection, CHECK_SKIPPED, NULL, _ ("Not both PINs were given."));
	judge_length (inspection, &so_pin, _ ("SO PIN"));
	judge_length (inspection, &pin, _ ("user PIN"));
	if (pin.len > 0 && pin.len == so_pin.len && memcmp (pin.text, so_pin.text, pin.len) == 0)
		check_tell (inspection, CHECK_ADVICE, "softhsm2-setup token set-pin",
		            _ ("The SO PIN and the user PIN are the same: who knows one is both."));
}
