/* PINs on their way from a person, a file or a descriptor to the token. */

#ifndef TOOLS_PIN_H
#define TOOLS_PIN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* What every SoftHSM token says in its CK_TOKEN_INFO. */
#define PIN_MIN 4
#define PIN_MAX 255

typedef struct {
	char text[PIN_MAX + 1];
	size_t len;
} Pin;

#define auto_pin __attribute__ ((cleanup (pin_clear)))

void pin_clear (Pin *pin);

/* Takes @text over; false, and @pin empty, if it is shorter or longer than a PIN may be. */
bool pin_set (Pin *pin, const char *text);

/* A PIN that nobody has to think of: 25 characters of 125 random bits.  False: the system gives none. */
bool pin_make (Pin *pin);

/* What is said while a PIN is asked for.  @title may be NULL. */
typedef struct {
	const char *title;
	const char *enter;
	const char *again;
	const char *bad_length;
	const char *unequal;
	bool may_be_empty; /* then nothing is asked again */
	bool stars; /* a star for every character, as softhsm2-util shows; else nothing */
} PinDialog;

/* Asks at the terminal on standard input until two equal PINs of a good length came.
 * False if there is no terminal, or its input ended. */
bool pin_ask (Pin *pin, const PinDialog *dialog);

/* The same for a PIN that exists: asked for once.  @again and @unequal are not used. */
bool pin_ask_once (Pin *pin, const PinDialog *dialog);

/* Takes the next line of @fd, byte by byte so that what follows it is left for others.
 * @name is what the error calls the source. */
bool pin_read_line (Pin *pin, int fd, const char *name, GError **error);

/* Takes the first line of a file. */
bool pin_read_file (Pin *pin, const char *path, GError **error);

/* Wipes and frees a string that held a secret; NULL is fine. */
void secret_free (char *secret);

#endif
