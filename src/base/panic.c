/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a process that has met a bug of its own. Only the first panicking thread writes its
 * reason to the log and runs the hook; a panic inside the hook, or a second thread's, goes straight
 * to abort().
 */
#include "base/check.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

typedef void (*panic_hook_fn)(const char *reason);

static _Atomic(panic_hook_fn) hook;
static atomic_flag panicking = ATOMIC_FLAG_INIT;

void panic_set_hook(void (*fn)(const char *reason))
{
	atomic_store(&hook, fn);
}

NORETURN static void die(const char *reason)
{
	panic_hook_fn fn;

	if (atomic_flag_test_and_set(&panicking))
		abort();
	log_line(LOG_ERROR, "%s", reason);
	fn = atomic_load(&hook);
	if (fn)
		fn(reason);
	abort();
}

void panic(const char *fmt, ...)
{
	char reason[512];
	va_list ap;
	int n;

	n = snprintf(reason, sizeof(reason), "panic: ");
	va_start(ap, fmt);
	vsnprintf(reason + n, sizeof(reason) - (size_t)n, fmt, ap);
	va_end(ap);
	die(reason);
}

void check_failed(const char *file, int line, const char *func, const char *cond)
{
	panic("check(%s) failed at %s:%d in %s", cond, file, line, func);
}
