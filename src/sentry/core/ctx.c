/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleeping and waking. Why no wake-up is lost:
 *
 *	the ctx's thread                                  whoever wakes
 *	caller looked, found nothing (its waiter is queued)
 *	word: 1 -> 0, "woken" if it was 1     (A)         makes the event, or interrupted(), true
 *	interrupted()?                        (B)         word = 1; if it was 0: futex_wake     (C)
 *	futex_wait(word, 0)                   (D)
 *
 * (C) before (A): (A) reads the 1 of (C), so all that was made true before (C) is visible, and the
 * caller looks again. (C) after (A), before (D): (D) finds 1 and does not sleep. (C) after (D): the
 * wake-up ends the sleep.
 *
 * As in Linux's wait_event_interruptible, the event goes before the signal: who is woken looks once
 * more, and only a sleep that begins with word 0 and a signal is interrupted. A wake-up of an
 * exclusive waiter is therefore never swallowed.
 */
#include "sentry/core/ctx.h"

#include <errno.h>

#include "abi/errno.h"
#include "base/check.h"
#include "base/lock.h"
#include "host/futex.h"

static bool never(struct ctx *ctx UNUSED)
{
	return false;
}

static void no_signal_self(struct ctx *ctx UNUSED, int signo UNUSED)
{
}

static void no_signal_to(struct ctx *ctx UNUSED, int pid UNUSED, int signo UNUSED, int code UNUSED)
{
}

const struct ctx_ops ctx_kernel_ops = {
	.interrupted = never,
	.killed = never,
	.signal_self = no_signal_self,
	.signal_to = no_signal_to,
};

void ctx_init(struct ctx *ctx, const struct ctx_ops *ops)
{
	*ctx = (struct ctx){.ops = ops};
	atomic_init(&ctx->word, 0);
}

static int block(struct ctx *ctx, int64_t deadline_ns, bool (*must_end)(struct ctx *ctx))
{
	bool timed_out = false;

	lock_assert_none_held();
	for (;;) {
		int r;

		if (atomic_exchange(&ctx->word, 0) != 0) /* (A) */
			return 0;
		if (must_end(ctx)) /* (B) */
			return -LX_ERESTARTSYS;
		if (timed_out)
			return -ETIMEDOUT;
		r = host_futex_wait(&ctx->word, 0, deadline_ns); /* (D) */
		check(r == 0 || r == -EAGAIN || r == -EINTR || r == -ETIMEDOUT);
		timed_out = r == -ETIMEDOUT;
	}
}

int ctx_block(struct ctx *ctx, int64_t deadline_ns)
{
	return block(ctx, deadline_ns, ctx->ops->interrupted);
}

int ctx_block_killable(struct ctx *ctx, int64_t deadline_ns)
{
	int r;

	if (ctx->ops->deaf)
		ctx->ops->deaf(ctx, true);
	r = block(ctx, deadline_ns, ctx->ops->killed);
	if (ctx->ops->deaf)
		ctx->ops->deaf(ctx, false);
	return r;
}

struct ctx_waking ctx_wake_begin(struct ctx *ctx)
{
	bool asleep = atomic_exchange(&ctx->word, 1) == 0; /* (C) */

	return (struct ctx_waking){.word = asleep ? &ctx->word : NULL};
}

void ctx_wake_finish(struct ctx_waking waking)
{
	if (waking.word)
		host_futex_wake(waking.word, 1);
}

void ctx_wake(struct ctx *ctx)
{
	ctx_wake_finish(ctx_wake_begin(ctx));
}
