/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls: a handler decodes its arguments, checks them and makes one call into one room. No
 * policy here. The table (table.def) is the only list: handlers are declared from it, the log and
 * `caisson syscalls` are printed from it.
 */
#pragma once

#include <stdint.h>

#include "sentry/core/uaddr.h"

struct task;

struct sysargs {
	uint64_t v[6];
};

static inline int arg_int(const struct sysargs *a, int i)
{
	return (int)(uint32_t)a->v[i];
}

static inline unsigned arg_uint(const struct sysargs *a, int i)
{
	return (unsigned)a->v[i];
}

static inline int64_t arg_long(const struct sysargs *a, int i)
{
	return (int64_t)a->v[i];
}

static inline uint64_t arg_ulong(const struct sysargs *a, int i)
{
	return a->v[i];
}

static inline size_t arg_size(const struct sysargs *a, int i)
{
	return (size_t)a->v[i];
}

static inline uaddr_t arg_uaddr(const struct sysargs *a, int i)
{
	return uaddr(a->v[i]);
}

enum sys_support {
	SYS_FULL,    /* as Linux, with a guest test */
	SYS_PARTIAL, /* the note says what is missing */
	SYS_REFUSED, /* always the errno of a kernel without the feature */
	SYS_NONE,    /* not there: ENOSYS */
};

typedef long (*sys_handler)(struct task *t, const struct sysargs *a);

struct sys_row {
	uint16_t nr;
	uint8_t support; /* enum sys_support */
	const char *name;
	sys_handler handler;
	const char *format; /* how the log prints the arguments, sys/strace.h */
	const char *note;
};

/* The row of a number, or NULL: no such system call. */
const struct sys_row *sys_row(uint64_t nr);
/* Rows in order of their numbers. */
const struct sys_row *sys_rows(size_t *ret_n);

/*
 * Carry out one system call of t. Returns what rax shall hold: a result, a negative errno, or a
 * negative LX_ERESTART code, which only sentry/run may see.
 */
long sys_dispatch(struct task *t, uint64_t nr, const struct sysargs *a);

#define SYSCALL(nr, name, handler, format, support, note)                                          \
	long handler(struct task *t, const struct sysargs *a);
#include "sentry/sys/table.def"
#undef SYSCALL
