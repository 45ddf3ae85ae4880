/* softhsm2-setup check: what its tests share.
 *
 * A test looks at the installation and tells what it found: each finding is a sentence, how bad it is, and what
 * mends it.  One that tells nothing has passed. */

#ifndef TOOLS_CHECK_H
#define TOOLS_CHECK_H

#include "places.h"

#include "config.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* In rising order: what cannot be tested here, what is so and cannot be helped, what could be better, what gives
 * keys away. */
typedef enum { CHECK_PASSED, CHECK_SKIPPED, CHECK_NOTE, CHECK_ADVICE, CHECK_DANGER } Verdict;

typedef struct {
	Verdict verdict;
	char *sentence;
	char *mend;     /* a command, NULL where there is none */
	char *path;     /* what --fix would change, NULL where it changes nothing */
	mode_t mode;    /* what it would give it; 0: it is moved aside */
	dev_t device;   /* which file that was */
	ino_t inode;
	bool fixed;
} Finding;

typedef struct {
	Places places;
	Config config;
	bool has_config;
	const char *module;
	const char *pin_file, *so_pin_file; /* NULL: the PINs are not tested */
	bool asks_pins;
	GPtrArray *findings; /* of the test that runs, Finding * */
} Inspection;

typedef struct {
	const char *name;  /* for programs: never changes */
	const char *title; /* for people */
	void (*run) (Inspection *inspection);
} Check;

/* Tell what is there. */
void check_tell (Inspection *inspection, Verdict verdict, const char *mend, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Tell of a file or directory that would be right with @mode. */
void check_tell_mode (Inspection *inspection, Verdict verdict, const char *path, mode_t mode, const char *format, ...)
	G_GNUC_PRINTF (5, 6);

/* Tell of a file that would do no harm elsewhere. */
void check_tell_move (Inspection *inspection, Verdict verdict, const char *path, const char *format, ...)
	G_GNUC_PRINTF (4, 5);

/* check-files.c */
void check_configuration (Inspection *inspection);
void check_token_directory (Inspection *inspection);
void check_token_files (Inspection *inspection);
void check_surroundings (Inspection *inspection);
void check_strangers (Inspection *inspection);
void check_written_pins (Inspection *inspection);
void check_derivation (Inspection *inspection);

/* check-system.c */
void check_locked_memory (Inspection *inspection);
void check_swap (Inspection *inspection);
void check_core_dumps (Inspection *inspection);
void check_pins (Inspection *inspection);

/* check-p11.c */
void check_broken_registrations (Inspection *inspection);
void check_duplicate_registrations (Inspection *inspection);
void check_system_registration (Inspection *inspection);

#endif
