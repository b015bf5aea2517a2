/* SPDX-License-Identifier: Apache-2.0 */
/* How the CLI speaks to a person: one line on stderr, written at once. */
#include "runtime/runtime.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"

static void tell_line(const char *fmt, va_list ap, int err) PRINTF_LIKE(1, 0);
static void tell_line(const char *fmt, va_list ap, int err)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "caisson: ");
	strbuf_vaddf(&sb, fmt, ap);
	if (err != 0)
		strbuf_addf(&sb, ": %s", strerror(err));
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
