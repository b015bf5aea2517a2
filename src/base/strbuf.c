/* SPDX-License-Identifier: Apache-2.0 */
/* Growing strings: room doubles, up to the limit; the first failure sticks. */
#include "base/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/checked.h"

enum { FIRST_CAP = 64 };

void strbuf_init(struct strbuf *sb)
{
	strbuf_init_max(sb, 0);
}

void strbuf_init_max(struct strbuf *sb, size_t max)
{
	*sb = (struct strbuf)STRBUF_INIT;
	sb->max = max;
}

void strbuf_fini(struct strbuf *sb)
{
	free(sb->s);
	strbuf_init_max(sb, sb->max);
}

/* Room for n more bytes and the NUL. False: failed is set. */
static bool make_room(struct strbuf *sb, size_t n)
{
	size_t max = sb->max ? sb->max : STRBUF_MAX_DEFAULT;
	size_t len, need, cap;
	char *s;

	if (sb->failed)
		return false;
	if (!add_ok(sb->len, n, &len) || len > max || !add_ok(len, (size_t)1, &need))
		goto fail;
	if (need <= sb->cap)
		return true;
	if (!mul_ok(sb->cap, (size_t)2, &cap))
		goto fail;
	cap = MAX(MAX(cap, need), (size_t)FIRST_CAP);
	s = realloc(sb->s, cap);
	if (!s)
		goto fail;
	sb->s = s;
	sb->cap = cap;
	return true;
fail:
	sb->failed = true;
	return false;
}

void strbuf_add(struct strbuf *sb, const void *p, size_t n)
{
	if (!make_room(sb, n))
		return;
	if (n > 0)
		memcpy(sb->s + sb->len, p, n);
	sb->len += n;
	sb->s[sb->len] = '\0';
}

void strbuf_adds(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	if (sb->failed)
		return;
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		sb->failed = true;
		return;
	}
	if (!make_room(sb, (size_t)n))
		return;
	vsnprintf(sb->s + sb->len, (size_t)n + 1, fmt, ap);
	sb->len += (size_t)n;
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

void strbuf_truncate(struct strbuf *sb, size_t n)
{
	check(n <= sb->len);
	sb->len = n;
	if (sb->s)
		sb->s[n] = '\0';
}

void strbuf_reset(struct strbuf *sb)
{
	strbuf_truncate(sb, 0);
	sb->failed = false;
}

int strbuf_result(const struct strbuf *sb)
{
	return sb->failed ? -ENOMEM : 0;
}

const char *strbuf_str(const struct strbuf *sb)
{
	return sb->s ? sb->s : "";
}

char *strbuf_steal(struct strbuf *sb)
{
	char *s;

	strbuf_add(sb, "", 0); /* an empty one becomes "" */
	if (sb->failed)
		return NULL;
	s = TAKE(sb->s);
	strbuf_fini(sb);
	return s;
}
