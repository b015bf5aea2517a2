/* SPDX-License-Identifier: Apache-2.0 */
/* The support table as text and JSON, from the rows that sys_dispatch runs by. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sentry/boot/boot.h"
#include "sentry/sys/sys.h"

static const char *support_name(uint8_t support)
{
	switch ((enum sys_support)support) {
	case SYS_FULL:
		return "FULL";
	case SYS_PARTIAL:
		return "PARTIAL";
	case SYS_REFUSED:
		return "REFUSED";
	case SYS_NONE:
		return "NONE";
	}
	return "?";
}

/* Notes are ours and plain ASCII; quotes and backslashes are escaped all the same. */
static void print_json_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

static void print_json(FILE *out, const struct sys_row *rows, size_t n)
{
	fputs("[\n", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "  {\"number\": %u, \"name\": \"%s\", \"support\": \"%s\", \"note\": ",
			rows[i].nr, rows[i].name, support_name(rows[i].support));
		print_json_string(out, rows[i].note);
		fprintf(out, "}%s\n", i + 1 < n ? "," : "");
	}
	fputs("]\n", out);
}

static void print_text(FILE *out, const struct sys_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%3u %-24s %-8s %s\n", rows[i].nr, rows[i].name,
			support_name(rows[i].support), rows[i].note);
}

int sentry_print_syscalls(FILE *out, bool json)
{
	size_t n;
	const struct sys_row *rows = sys_rows(&n);

	if (json)
		print_json(out, rows, n);
	else
		print_text(out, rows, n);
	return fflush(out) == 0 && !ferror(out) ? 0 : -EIO;
}
