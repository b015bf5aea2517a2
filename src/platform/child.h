/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the few functions that run in a forked child of ours that is on its way to becoming the first
 * stub. The child was not made by the libc, so they use nothing of it: no errno, no locks, no
 * allocation, no sanitiser's run time.
 */
#pragma once

#include "base/compiler.h"

#define CHILD_CODE __attribute__((no_sanitize("address", "thread", "undefined"), noinline))

/* A host call; negative errno. Four arguments are all that is needed here. */
__attribute__((no_sanitize("address", "thread", "undefined"), always_inline)) static inline long
child_call(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = 0;
	register long r9 __asm__("r9") = 0;
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return r;
}
