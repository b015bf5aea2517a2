/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the CLI speaks to a person: one line on stderr, written at once; and to an engine: the same
 * line in the file of --log, in the form of Go's logrus, which engines read. A whole line is one
 * write(2) to a file opened with O_APPEND, so that lines of several callers do not mix.
 */
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/strbuf.h"

static int the_log = -1;
static bool the_log_is_json;
static const char *the_context; /* NULL: none */

int tell_log_to(const char *path, bool json)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	the_log = fd;
	the_log_is_json = json;
	return 0;
}

void tell_context(const char *context)
{
	the_context = context;
}

/* As JSON wants it; what is no UTF-8 is the reader's to replace. */
static void add_quoted(struct strbuf *sb, const char *s)
{
	strbuf_addc(sb, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			strbuf_addf(sb, "\\%c", c);
		else if (c == '\n')
			strbuf_adds(sb, "\\n");
		else if (c == '\t')
			strbuf_adds(sb, "\\t");
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(sb, "\\u%04x", c);
		else
			strbuf_addc(sb, (char)c);
	}
	strbuf_addc(sb, '"');
}

static void log_message(const char *level, const char *text)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	char now[32] = "1970-01-01T00:00:00Z";
	time_t t = time(NULL);
	struct tm tm;

	if (the_log < 0)
		return;
	if (gmtime_r(&t, &tm))
		(void)strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (the_log_is_json) {
		strbuf_addf(&sb, "{\"level\":\"%s\",\"msg\":", level);
		add_quoted(&sb, text);
		strbuf_addf(&sb, ",\"time\":\"%s\"}\n", now);
	} else {
		strbuf_addf(&sb, "time=\"%s\" level=%s msg=", now, level);
		add_quoted(&sb, text);
		strbuf_addc(&sb, '\n');
	}
	if (strbuf_result(&sb) == 0 && write(the_log, sb.s, sb.len) < 0)
		return; /* the file's disk is full: stderr has it */
}

static void tell_line(const char *fmt, va_list ap, int err) PRINTF_LIKE(1, 0);
static void tell_line(const char *fmt, va_list ap, int err)
{
	const char *prefix = the_context ? the_context : "caisson: ";
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, prefix);
	strbuf_vaddf(&sb, fmt, ap);
	if (err != 0)
		strbuf_addf(&sb, ": %s", strerror(err));
	if (strbuf_result(&sb) == 0)
		log_message("error", sb.s + (the_context ? 0 : strlen(prefix)));
	strbuf_addc(&sb, '\n');
	if (write(STDERR_FILENO, strbuf_str(&sb), sb.len) < 0)
		return; /* stderr is closed: nobody listens */
}

void tell(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_line(fmt, ap, 0);
	va_end(ap);
}

void tell_errno(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_line(fmt, ap, err);
	va_end(ap);
}

void tell_warning(const char *fmt, ...)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	log_message("warning", strbuf_str(&sb));
}
