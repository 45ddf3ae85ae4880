/* What the module has to say: to syslog, or to the file that log.file names.
 *
 * The module lives in other people's processes: no openlog (it would change the
 * host's own identity), no stdio, and no descriptor that stays open. */

#include "log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "ERROR", LOG_ERR },
	[LOG_LEVEL_WARNING] = { "WARNING", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "INFO", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "DEBUG", LOG_DEBUG },
};

/* Level -1: nothing is said before log_start and after log_stop. */
static struct {
	pthread_mutex_t lock;
	int level;
	char *file;
} sink = { PTHREAD_MUTEX_INITIALIZER, -1, NULL };

static bool
log_to_file (const char *path, LogLevel level, const char *text)
{
	char line[1100];
	struct tm now;
	time_t seconds = time (NULL);
	size_t n;
	int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	bool written;

	if (fd < 0)
		return false;
	gmtime_r (&seconds, &now);
	n = strftime (line, sizeof line, "%Y-%m-%dT%H:%M:%SZ ", &now);
	n += (size_t)snprintf (line + n, sizeof line - n, "softhsm2[%ld] %s: %.1000s\n", (long)getpid (),
	                       levels[level].name, text);
	written = write (fd, line, n) == (ssize_t)n;
	close (fd);
	return written;
}

/* A line is one line, whatever names the disk and the caller have for us. */
static void
make_plain (char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void log_text (LogLevel level, const char *format, va_list args) __attribute__ ((format (printf, 2, 0)));

static void
log_text (LogLevel level, const char *format, va_list args)
{
	char text[1024];

	if ((int)level > __atomic_load_n (&sink.level, __ATOMIC_RELAXED))
		return;
	vsnprintf (text, sizeof text, format, args);
	make_plain (text);
	pthread_mutex_lock (&sink.lock);
	if (sink.file == NULL || !log_to_file (sink.file, level, text))
		syslog (LOG_USER | levels[level].priority, "softhsm2: %s", text);
	pthread_mutex_unlock (&sink.lock);
}

void
log_start (LogLevel level, const char *file)
{
	pthread_mutex_lock (&sink.lock);
	free (sink.file);
	sink.file = file ? strdup (file) : NULL;
	__atomic_store_n (&sink.level, (int)level, __ATOMIC_RELAXED);
	pthread_mutex_unlock (&sink.lock);
}

void
log_stop (void)
{
	pthread_mutex_lock (&sink.lock);
	free (sink.file);
	sink.file = NULL;
	__atomic_store_n (&sink.level, -1, __ATOMIC_RELAXED);
	pthread_mutex_unlock (&sink.lock);
}

void
log_before_fork (void)
{
	pthread_mutex_lock (&sink.lock);
}

void
log_after_fork (void)
{
	pthread_mutex_unlock (&sink.lock);
}

void
log_message (LogLevel level, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	log_text (level, format, args);
	va_end (args);
}

CK_RV
fail (CK_RV rv, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	log_text (LOG_LEVEL_DEBUG, format, args);
	va_end (args);
	return rv;
}
