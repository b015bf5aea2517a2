/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte string on the heap. Adding cannot be checked call by call: the first failure (no
 * memory, over the limit, a bad format) sets `failed`, after which nothing is added any more, and
 * the user looks once at the end with strbuf_result. Always NUL-terminated where s is not NULL; the
 * NUL is not part of len. May hold NULs.
 *
 *     AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
 *     strbuf_addf(&sb, "Pid:\t%d\n", pid);
 *     if (strbuf_result(&sb) < 0) ...
 */
#ifndef CAISSON_BASE_STRBUF_H
#define CAISSON_BASE_STRBUF_H

#include <stdarg.h>

#include "base/compiler.h"

#define STRBUF_MAX_DEFAULT ((size_t)16 << 20)

struct strbuf {
	char *s; /* NULL until something is added */
	size_t len, cap;
	bool failed;
	size_t max; /* len never exceeds it; 0: STRBUF_MAX_DEFAULT */
};

#define STRBUF_INIT                                                                                \
	{                                                                                          \
		NULL, 0, 0, false, 0                                                               \
	}

void strbuf_init(struct strbuf *sb);
void strbuf_init_max(struct strbuf *sb, size_t max);

/* Frees and leaves an empty one that may be used again. */
void strbuf_fini(struct strbuf *sb);
DEFINE_AUTO_INPLACE(struct strbuf, strbuf_fini)

/* All or nothing: what does not fit as a whole is not added in part. */
void strbuf_add(struct strbuf *sb, const void *p, size_t n);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* Empty it and forget a failure; keeps the memory. */
void strbuf_reset(struct strbuf *sb);

/* Cut to n bytes; n is at most len. */
void strbuf_truncate(struct strbuf *sb, size_t n);

/* 0, or -ENOMEM if anything failed since init or reset. */
MUST_CHECK int strbuf_result(const struct strbuf *sb);

/* Never NULL: "" for an empty one. Valid until the next change. */
const char *strbuf_str(const struct strbuf *sb);

/* Caller owns (free); the buffer is empty afterwards. NULL: it had failed, or no memory for an
 * empty string. */
char *strbuf_steal(struct strbuf *sb);

#endif
