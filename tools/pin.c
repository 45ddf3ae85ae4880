/* PINs on their way from a person, a file or a descriptor to the token.
 *
 * They live in a Pin of fixed size, are wiped when it goes out of scope, and never pass through stdio. */

#include "pin.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

void
pin_clear (Pin *pin)
{
	explicit_bzero (pin, sizeof *pin);
}

void
secret_free (char *secret)
{
	if (secret != NULL)
		explicit_bzero (secret, strlen (secret));
	g_free (secret);
}

bool
pin_set (Pin *pin, const char *text)
{
	size_t len = strlen (text);

	pin_clear (pin);
	if (len < PIN_MIN || len > PIN_MAX)
		return false;
	memcpy (pin->text, text, len);
	pin->len = len;
	return true;
}

bool
pin_make (Pin *pin)
{
	/* none that is taken for another */
	static const char letters[] = "abcdefghjklmnpqrstuvwxyz23456789";
	guint8 random[25];
	size_t n = 0;

	if (getrandom (random, sizeof random, 0) != (ssize_t)sizeof random)
		return false;
	pin_clear (pin);
	for (size_t i = 0; i < sizeof random; i++) {
		if (i > 0 && i % 5 == 0)
			pin->text[n++] = '-';
		pin->text[n++] = letters[random[i] % 32];
	}
	pin->len = n;
	explicit_bzero (random, sizeof random);
	return true;
}

/* --- at the terminal --- */

static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static volatile sig_atomic_t caught;

static void
note_signal (int number)
{
	caught = number;
}

typedef struct {
	struct termios mode;
	struct sigaction actions[G_N_ELEMENTS (deadly)];
} Terminal;

/* Signals are noted, not obeyed, until the terminal echoes again. */
static bool
terminal_hide (Terminal *before)
{
	struct sigaction note = { .sa_handler = note_signal };
	struct termios hidden;

	if (tcgetattr (STDIN_FILENO, &before->mode) != 0)
		return false;
	caught = 0;
	for (size_t i = 0; i < G_N_ELEMENTS (deadly); i++)
		sigaction (deadly[i], &note, &before->actions[i]);
	hidden = before->mode;
	hidden.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	hidden.c_cc[VMIN] = 1;
	hidden.c_cc[VTIME] = 0;
	tcsetattr (STDIN_FILENO, TCSANOW, &hidden);
	return true;
}

static void
terminal_restore (const Terminal *before)
{
	tcsetattr (STDIN_FILENO, TCSANOW, &before->mode);
	for (size_t i = 0; i < G_N_ELEMENTS (deadly); i++)
		sigaction (deadly[i], &before->actions[i], NULL);
	if (caught != 0)
		raise (caught);
}

static void
show (const char *text)
{
	g_print ("%s", text);
}

/* One key that was pressed.  Returns false when the line is complete. */
static bool
take_key (Pin *pin, char key, const Terminal *terminal, bool stars)
{
	const cc_t *special = terminal->mode.c_cc;

	if (key == '\n' || key == '\r')
		return false;
	if ((cc_t)key == special[VERASE] || key == '\b' || key == 127) {
		if (pin->len > 0) {
			pin->len--;
			pin->text[MIN (pin->len, PIN_MAX)] = '\0';
			if (stars)
				show ("\b \b");
		}
		return true;
	}
	/* What is too long is counted, so that it is found too long, but not kept. */
	if (pin->len < PIN_MAX)
		pin->text[pin->len] = key;
	pin->len++;
	if (stars)
		show ("*");
	return true;
}

/* A line without its end, hidden.  False at the end of input or when a signal came. */
static bool
read_hidden (Pin *pin, bool stars)
{
	Terminal terminal;
	bool more = true, ended = false;
	char key;

	pin_clear (pin);
	if (!terminal_hide (&terminal))
		return false;
	while (more && !ended) {
		if (read (STDIN_FILENO, &key, 1) != 1)
			ended = true;
		else if ((cc_t)key == terminal.mode.c_cc[VEOF])
			ended = true;
		else
			more = take_key (pin, key, &terminal, stars);
	}
	explicit_bzero (&key, sizeof key);
	show ("\n");
	terminal_restore (&terminal);
	return !ended;
}

/* Until it has a good length. */
bool
pin_ask_once (Pin *pin, const PinDialog *dialog)
{
	for (;;) {
		if (dialog->title != NULL)
			g_print ("%s\n", dialog->title);
		show (dialog->enter);
		if (!read_hidden (pin, dialog->stars))
			break;
		if ((pin->len >= PIN_MIN && pin->len <= PIN_MAX) || (pin->len == 0 && dialog->may_be_empty))
			return true;
		g_printerr ("%s\n", dialog->bad_length);
	}
	pin_clear (pin);
	return false;
}

bool
pin_ask (Pin *pin, const PinDialog *dialog)
{
	while (pin_ask_once (pin, dialog)) {
		auto_pin Pin again = { 0 };

		if (pin->len == 0)
			return true;
		show (dialog->again);
		if (!read_hidden (&again, dialog->stars))
			break;
		if (pin->len == again.len && memcmp (pin->text, again.text, pin->len) == 0)
			return true;
		g_printerr ("%s\n", dialog->unequal);
	}
	pin_clear (pin);
	return false;
}

/* --- from a file or a descriptor --- */

static bool
pin_check_length (Pin *pin, const char *name, GError **error)
{
	if (pin->len >= PIN_MIN && pin->len <= PIN_MAX)
		return true;
	g_set_error (
		error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		_ ("The PIN in %s does not have %d to %d characters. Write one that does on its first line."),
		name, PIN_MIN, PIN_MAX);
	pin_clear (pin);
	return false;
}

bool
pin_read_line (Pin *pin, int fd, const char *name, GError **error)
{
	bool has_nul = false;
	ssize_t got;
	char byte;

	pin_clear (pin);
	do {
		got = TEMP_FAILURE_RETRY (read (fd, &byte, 1));
		if (got != 1 || byte == '\n')
			break;
		has_nul = has_nul || byte == '\0';
		if (pin->len < PIN_MAX)
			pin->text[pin->len] = byte;
	} while (pin->len++ <= PIN_MAX + 1);
	explicit_bzero (&byte, sizeof byte);
	if (got < 0) {
		int reason = errno;

		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason),
		             _ ("The PIN cannot be read from %s: %s."), name, g_strerror (reason));
		return false;
	}
	if (has_nul) {
		pin_clear (pin);
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s holds a NUL byte, which no PIN and no passphrase has."),
		             name);
		return false;
	}
	if (pin->len > 0 && pin->len <= PIN_MAX && pin->text[pin->len - 1] == '\r')
		pin->text[--pin->len] = '\0';
	return pin_check_length (pin, name, error);
}

bool
pin_read_file (Pin *pin, const char *path, GError **error)
{
	int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
	int reason = errno;
	bool ok;

	if (fd < 0) {
		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason),
		             _ ("The PIN file %s cannot be opened: %s."), path, g_strerror (reason));
		return false;
	}
	ok = pin_read_line (pin, fd, path, error);
	close (fd);
	return ok;
}
