/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for many files at once, for the length of one call: what poll(2) and select(2) have in
 * common. A set holds a reference to each file, so that the queues it waits on stay.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/ctx.h"
#include "sentry/core/waitq.h"

struct fdtable;
struct file;

#define POLLSET_FAST 16

/* Do not wait at all. CTX_FOREVER: no end. */
#define POLLSET_NOW 0

struct pollset_entry {
	struct file *f;   /* owned; NULL: revents stands as it is */
	int fd;           /* the caller's */
	uint32_t events;  /* LX_POLL bits that count; LX_POLLERR and LX_POLLHUP only if they are
			     among them */
	uint32_t revents; /* those that hold */
	struct waiter w;
};

struct pollset {
	struct pollset_entry *entries; /* n of them, zeroed; for the caller to fill */
	size_t n;
	struct pollset_entry fast[POLLSET_FAST];
};

/* -ENOMEM. pollset_fini after use, also after a failure. */
MUST_CHECK int pollset_init(struct pollset *ps, size_t n);
void pollset_fini(struct pollset *ps);
DEFINE_AUTO_INPLACE(struct pollset, pollset_fini)

/* Let e wait for fd. -EBADF: not open, or O_PATH. */
MUST_CHECK int pollset_set(struct pollset_entry *e, struct fdtable *fds, int fd, uint32_t events);

/*
 * Wait until some entry has revents, and return how many do; 0: the monotonic deadline has passed.
 * -LX_ERESTARTNOHAND: a signal came first. Once per set.
 */
MUST_CHECK long pollset_wait(struct pollset *ps, struct ctx *ctx, int64_t deadline_ns);

/* The deadline of a relative time: now + ns, or POLLSET_NOW for 0. */
int64_t pollset_deadline(int64_t ns);
