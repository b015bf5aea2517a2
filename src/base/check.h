/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Caisson stops itself. check() is for our own bugs, is never compiled out and must not have
 * side effects in its condition. What a guest, a Gofer, an image or a packet can cause is an error
 * to return, never a failed check.
 */
#ifndef CAISSON_BASE_CHECK_H
#define CAISSON_BASE_CHECK_H

#include "base/compiler.h"

#define check(cond) (LIKELY(cond) ? (void)0 : check_failed(__FILE__, __LINE__, __func__, #cond))

/* Write the reason to the log's descriptor (log.h), run the hook, abort. Callable anywhere, from
 * any thread. */
NORETURN void panic(const char *fmt, ...) PRINTF_LIKE(1, 2);
NORETURN void check_failed(const char *file, int line, const char *func, const char *cond);

/* fn runs once, on the panicking thread, after the reason is written and before abort(); it may not
 * block. */
void panic_set_hook(void (*fn)(const char *reason));

#endif
