/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines are built in a buffer on the stack and leave with one write(2), so that lines of several
 * threads and processes that share a descriptor do not mix (pipes up to PIPE_BUF, files opened
 * O_APPEND).
 */
#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static _Atomic int sink = -1;
static _Atomic int threshold = LOG_INFO;
static _Thread_local char thread_name[16];

static const char *const level_names[] = {
	[LOG_ERROR] = "ERROR",
	[LOG_WARN] = "WARN ",
	[LOG_INFO] = "INFO ",
	[LOG_DEBUG] = "DEBUG",
};

void log_set_fd(int fd)
{
	atomic_store(&sink, fd);
}

int log_fd(void)
{
	return atomic_load(&sink);
}

void log_set_level(enum log_level level)
{
	atomic_store(&threshold, (int)level);
}

bool log_enabled(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&threshold, memory_order_relaxed) &&
	       atomic_load_explicit(&sink, memory_order_relaxed) >= 0;
}

void log_set_thread_name(const char *name)
{
	snprintf(thread_name, sizeof(thread_name), "%s", name);
}

/* Days since 1970-01-01 as a date. gmtime_r would do, but may read a time zone and take a lock. */
static void date_of(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	/* Count years from March, so that the leap day is the last of its year; 400 years are
	 * 146097 days. */
	int64_t d = days + 719468;
	int64_t era = d / 146097;
	int64_t day_of_era = d % 146097;
	int64_t year =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day = day_of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * day + 2) / 153;

	*ret_day = (int)(day - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(era * 400 + year + (month >= 10));
}

/* Returns the length, at most size - 1. */
static size_t write_prefix(char *buf, size_t size, enum log_level level)
{
	struct timespec now = {0, 0};
	int year, month, day, n;
	long second_of_day;

	clock_gettime(CLOCK_REALTIME, &now);
	date_of(now.tv_sec / 86400, &year, &month, &day);
	second_of_day = now.tv_sec % 86400;
	n = snprintf(buf, size, "%04d-%02d-%02dT%02ld:%02ld:%02ld.%06ldZ %s [%s] ", year, month,
		     day, second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60,
		     now.tv_nsec / 1000, level_names[level], thread_name[0] ? thread_name : "-");
	return n < 0 ? 0 : MIN((size_t)n, size - 1);
}

static void hide_control_bytes(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f)
			s[i] = '?';
	}
}

void log_vline(enum log_level level, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX + 1];
	int saved_errno = errno;
	int fd = atomic_load(&sink);
	size_t len, room;
	ssize_t put;
	int n;

	if (fd < 0)
		return;
	len = write_prefix(line, LOG_LINE_MAX, level);
	room = LOG_LINE_MAX - len;
	n = vsnprintf(line + len, room, fmt, ap);
	if (n < 0)
		n = 0;
	hide_control_bytes(line + len, MIN((size_t)n, room - 1));
	if ((size_t)n >= room) {
		len = LOG_LINE_MAX - 1;
		line[len - 3] = '.';
		line[len - 2] = '.';
		line[len - 1] = '.';
	} else {
		len += (size_t)n;
	}
	line[len++] = '\n';
	do {
		put = write(fd, line, len);
	} while (put < 0 && errno == EINTR);
	errno = saved_errno;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vline(level, fmt, ap);
	va_end(ap);
}
