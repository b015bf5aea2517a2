/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of our own processes. One line per event, written with one write(2):
 *
 *     2026-11-22T18:31:20.123456Z WARN  [task 7] text
 *
 * Nothing is written until log_set_fd names a descriptor: it must never be the guest's stdio, so
 * there is no default. Control characters in the text become '?', so that no guest string can forge
 * a line; a line longer than LOG_LINE_MAX is cut and ends in "...". Uses no heap and takes no lock;
 * usable from a signal handler as far as vsnprintf is.
 */
#ifndef CAISSON_BASE_LOG_H
#define CAISSON_BASE_LOG_H

#include <stdarg.h>

#include "base/compiler.h"

#define LOG_LINE_MAX 1024

enum log_level {
	LOG_ERROR, /* something that a person must look at; panics too */
	LOG_WARN,  /* weaker or slower than asked for */
	LOG_INFO,  /* start, stop, level of isolation reached */
	LOG_DEBUG, /* everything else; also all that a guest can cause at will */
};

/* fd -1 silences the log. Not closed here, ever. */
void log_set_fd(int fd);
int log_fd(void);
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* Of the calling thread, for its lines; copied, cut to 15 bytes. */
void log_set_thread_name(const char *name);

void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
void log_vline(enum log_level level, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* The arguments are evaluated only if the level is on. errno is kept. */
#define log_at(level, ...) (log_enabled(level) ? log_line(level, __VA_ARGS__) : (void)0)
#define log_error(...)     log_at(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)      log_at(LOG_WARN, __VA_ARGS__)
#define log_info(...)      log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...)     log_at(LOG_DEBUG, __VA_ARGS__)

#endif
