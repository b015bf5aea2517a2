/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, strings, flags and errors as strace(1) writes them. */
#include <stdio.h>
#include <string.h>

#include "abi/errno.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

void put_hex(struct strbuf *sb, uint64_t v)
{
	strbuf_addf(sb, "%#llx", (unsigned long long)v);
}

void put_addr(struct strbuf *sb, uint64_t v)
{
	if (v)
		put_hex(sb, v);
	else
		strbuf_adds(sb, "NULL");
}

/* The letter after the backslash. 0: none. */
static char escape_letter(uint8_t ch)
{
	switch (ch) {
	case '"':
	case '\\':
		return (char)ch;
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '\v':
		return 'v';
	default:
		return 0;
	}
}

/* A short octal escape may not run into a digit that follows. */
static void put_octal(struct strbuf *sb, const uint8_t *s, size_t i, size_t n)
{
	bool digit_follows = i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '9';

	strbuf_addf(sb, digit_follows ? "\\%03o" : "\\%o", s[i]);
}

void put_quoted(struct strbuf *sb, const void *p, size_t n, enum quote_style style)
{
	const uint8_t *s = p;

	strbuf_addc(sb, '"');
	for (size_t i = 0; i < n; i++) {
		char letter = escape_letter(s[i]);

		if (style == QUOTE_HEX)
			strbuf_addf(sb, "\\x%02x", s[i]);
		else if (letter)
			strbuf_addf(sb, "\\%c", letter);
		else if (s[i] >= ' ' && s[i] < 0x7f)
			strbuf_addc(sb, (char)s[i]);
		else
			put_octal(sb, s, i, n);
	}
	strbuf_addc(sb, '"');
}

void put_cut(struct strbuf *sb, const void *p, size_t n, enum quote_style style)
{
	put_quoted(sb, p, MIN(n, (size_t)STRACE_SHOWN), style);
	if (n > STRACE_SHOWN)
		strbuf_adds(sb, "...");
}

const char *name_of(const struct names *names, uint64_t v)
{
	for (size_t i = 0; i < names->n; i++) {
		if (names->list[i].v == v)
			return names->list[i].s;
	}
	return NULL;
}

static void put_unknown(struct strbuf *sb, const struct names *names, uint64_t v)
{
	put_hex(sb, v);
	if (names->unknown[0])
		strbuf_addf(sb, " /* %s */", names->unknown);
}

void put_enum(struct strbuf *sb, const struct names *names, uint64_t v)
{
	const char *s = name_of(names, v);

	if (s) {
		strbuf_adds(sb, s);
		return;
	}
	put_unknown(sb, names, v);
}

bool put_known_flags(struct strbuf *sb, const struct names *names, uint64_t *v)
{
	bool any = false;

	for (size_t i = 0; i < names->n && *v; i++) {
		uint64_t bits = names->list[i].v;

		if (!bits || (*v & bits) != bits)
			continue;
		strbuf_addf(sb, "%s%s", any ? "|" : "", names->list[i].s);
		any = true;
		*v &= ~bits;
	}
	return any;
}

void put_flags(struct strbuf *sb, const struct names *names, uint64_t v)
{
	const char *none = name_of(names, 0);
	bool any;

	if (v == 0) {
		strbuf_adds(sb, none ? none : "0");
		return;
	}
	any = put_known_flags(sb, names, &v);
	if (!v)
		return;
	if (any) {
		strbuf_addc(sb, '|');
		put_hex(sb, v);
	} else {
		put_unknown(sb, names, v);
	}
}

const char *errno_name(int err)
{
	switch (err) {
	case LX_ENOIOCTLCMD:
		return "ENOIOCTLCMD";
	case LX_EPROBE_DEFER:
		return "EPROBE_DEFER";
	case LX_EOPENSTALE:
		return "EOPENSTALE";
	case LX_ENOPARAM:
		return "ENOPARAM";
	case LX_ENOTSUPP:
		return "ENOTSUPP";
	default:
		return strerrorname_np(err);
	}
}
