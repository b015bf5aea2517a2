/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of filesystems: somebody who asks, without a task. Signals are flags. */
#pragma once

#include <errno.h>
#include <stdatomic.h>

#include "base/test.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/core/uio.h"
#include "sentry/vfs/file.h"

#define MSEC 1000000LL
/* Longer than any schedule: who waits so long has lost a wake-up. */
#define LOST (20 * NSEC_PER_SEC)

struct test_ctx {
	struct ctx ctx;
	struct limits limits;
	_Atomic bool interrupted;
	_Atomic int signalled; /* the last signal to self */
};

static inline UNUSED bool test_interrupted(struct ctx *ctx)
{
	return atomic_load(&container_of(ctx, struct test_ctx, ctx)->interrupted);
}

static inline UNUSED void test_signal_self(struct ctx *ctx, int signo)
{
	atomic_store(&container_of(ctx, struct test_ctx, ctx)->signalled, signo);
}

static UNUSED const struct ctx_ops test_ctx_ops = {
	.interrupted = test_interrupted,
	.killed = test_interrupted,
	.signal_self = test_signal_self,
};

/* Root. */
static inline UNUSED void test_ctx_init(struct test_ctx *t)
{
	*t = (struct test_ctx){.signalled = 0};
	ctx_init(&t->ctx, &test_ctx_ops);
	limits_init(&t->limits);
	t->ctx.limits = &t->limits;
	t->ctx.cred = cred_new(0, 0, NULL, 0);
}

static inline UNUSED void test_ctx_fini(struct test_ctx *t)
{
	cred_put(t->ctx.cred);
}

/* Make every sleep of t end, now and later. */
static inline UNUSED void test_ctx_interrupt(struct test_ctx *t)
{
	atomic_store(&t->interrupted, true);
	ctx_wake(&t->ctx);
}

static inline UNUSED ssize_t test_read(struct test_ctx *t, struct file *f, void *buf, size_t n)
{
	struct uio u;

	uio_kernel(&u, buf, n);
	return file_read(&t->ctx, f, &u);
}

/* A uio of the Sentry's memory does not change what it reads from. */
static inline UNUSED ssize_t test_write(struct test_ctx *t, struct file *f, const void *buf,
					size_t n)
{
	struct uio u;
	void *from;

	memcpy(&from, &buf, sizeof(from));
	uio_kernel(&u, from, n);
	return file_write(&t->ctx, f, &u);
}

static inline UNUSED int64_t test_in(int64_t ns)
{
	return clock_monotonic_ns() + ns;
}
