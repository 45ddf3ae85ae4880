/* What the module has to say: to syslog, or to the file that log.file names. */

#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "cryptoki.h"

#include <stdbool.h>

typedef enum { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG } LogLevel;

/* From here on messages up to @level go to @file, or to syslog when NULL or when it cannot be opened.
 * Opens nothing for syslog; the file is opened for each message, so no descriptor is kept. */
void log_start (LogLevel level, const char *file);
void log_stop (void);

/* Around fork(): no other thread is left holding the log in the child. */
void log_before_fork (void);
void log_after_fork (void);

/* One line; a secret, a PIN or the length of a padding never is an argument. */
void log_message (LogLevel level, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

#define log_error(...) log_message (LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_message (LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_message (LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_message (LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Refuses: logs what was asked and what is possible at level DEBUG, and gives @rv back. */
CK_RV fail (CK_RV rv, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* Passes an error up; the only macro that returns. */
#define TRY(expr)                                                                                            \
	do {                                                                                                 \
		CK_RV try_rv_ = (expr);                                                                      \
		if (try_rv_ != CKR_OK)                                                                       \
			return try_rv_;                                                                      \
	} while (0)

/* The same for memory: turns false or NULL into CKR_HOST_MEMORY. */
#define TRY_ALLOC(expr) TRY ((expr) ? CKR_OK : CKR_HOST_MEMORY)

#endif
