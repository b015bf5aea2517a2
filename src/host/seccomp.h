/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp filters out of a table: which host calls one of our processes may make, with which
 * arguments, and why. The same table that is installed can be printed, so what `caisson
 * host-surface` says is what holds. seccomp(2).
 *
 *	static const struct filter_rule rules[] = {
 *		{.nr = SYS_close, .name = "close", .action = SECCOMP_RET_ALLOW,
 *		 .why = "handles end"},
 *		{.nr = SYS_mmap, .name = "mmap", .action = SECCOMP_RET_ALLOW,
 *		 .why = "memory, never code", .args = {FILTER_MASK32(2, PROT_EXEC, 0)}},
 *	};
 *
 * A call is answered by the first row of its number whose argument rules all hold; without one, by
 * `otherwise`. Calls of another architecture kill the process; numbers of the x32 ABI are in no
 * table and get `otherwise`.
 *
 * The kernel looks at 64-bit argument registers, but takes an int out of the lower half: rules for
 * ints (descriptors, flags, ioctl commands) use the 32 forms, which ignore the upper half as the
 * kernel does; rules for pointers and sizes use the 64 forms.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/strbuf.h"

#define FILTER_ARGS_MAX 4

enum filter_op {
	FILTER_OP_ANY = 0, /* no rule: ends the list */
	FILTER_OP_EQ32,    /* arg == a */
	FILTER_OP_EQ64,
	FILTER_OP_MASK32, /* (arg & a) == b */
	FILTER_OP_MASK64,
	FILTER_OP_RANGE32, /* a <= arg <= b, unsigned */
	FILTER_OP_RANGE64,
	FILTER_OP_SELF, /* arg == the pid of the process that builds the filter */
};

struct filter_arg {
	enum filter_op op;
	unsigned arg; /* 0 .. 5 */
	uint64_t a, b;
};

#define FILTER_EQ32(arg_, value)                                                                   \
	{                                                                                          \
		FILTER_OP_EQ32, (arg_), (uint32_t)(value), 0                                       \
	}
#define FILTER_EQ64(arg_, value)                                                                   \
	{                                                                                          \
		FILTER_OP_EQ64, (arg_), (value), 0                                                 \
	}
#define FILTER_MASK32(arg_, mask, value)                                                           \
	{                                                                                          \
		FILTER_OP_MASK32, (arg_), (uint32_t)(mask), (uint32_t)(value)                      \
	}
#define FILTER_MASK64(arg_, mask, value)                                                           \
	{                                                                                          \
		FILTER_OP_MASK64, (arg_), (mask), (value)                                          \
	}
#define FILTER_RANGE32(arg_, lo, hi)                                                               \
	{                                                                                          \
		FILTER_OP_RANGE32, (arg_), (uint32_t)(lo), (uint32_t)(hi)                          \
	}
#define FILTER_RANGE64(arg_, lo, hi)                                                               \
	{                                                                                          \
		FILTER_OP_RANGE64, (arg_), (lo), (hi)                                              \
	}
#define FILTER_SELF(arg_)                                                                          \
	{                                                                                          \
		FILTER_OP_SELF, (arg_), 0, 0                                                       \
	}

struct filter_rule {
	int nr;           /* SYS_ number */
	const char *name; /* as in the man page */
	uint32_t action;  /* SECCOMP_RET_ value */
	const char *why;  /* for people */
	struct filter_arg args[FILTER_ARGS_MAX];
};

/* A program for the kernel. */
struct filter {
	struct sock_filter *insns;
	unsigned short len;
};

/*
 * Compile n rows (rows of one number need not be neighbours; their order among themselves counts).
 * Caller frees with filter_fini. -EINVAL: a rule makes no sense (bad argument number, a mask that
 * can never match, a range upside down); -E2BIG: more than the kernel's 4096 instructions; -ENOMEM.
 */
MUST_CHECK int filter_build(const struct filter_rule *rules, size_t n, uint32_t otherwise,
			    struct filter *ret);
void filter_fini(struct filter *f);
DEFINE_AUTO_INPLACE(struct filter, filter_fini)

/*
 * Install on the calling thread (flags 0), on all threads (SECCOMP_FILTER_FLAG_TSYNC), or with a
 * listener (SECCOMP_FILTER_FLAG_NEW_LISTENER: its descriptor is returned). Needs no_new_privs
 * (host/proc.h). 0 or the descriptor, or -errno; -ESRCH: a thread cannot follow.
 */
MUST_CHECK int filter_install(const struct filter *f, unsigned flags);

/* What a row asks of the arguments: "arg2 & 0x4 == 0x0, arg1 == 0x1"; nothing if it takes any. */
void filter_rule_args(struct strbuf *sb, const struct filter_rule *r);
/* One row as a line: mmap(arg2 & 0x4 == 0) allow: memory, never code */
void filter_rule_print(struct strbuf *sb, const struct filter_rule *r);
