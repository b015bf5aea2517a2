/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks, and how to sleep. Rooms below task get a struct ctx, never a task, and there is no
 * `current`. A ctx belongs to one thread of the Sentry: only that thread blocks in it, anybody may
 * wake it.
 *
 * Sleeping: `word` is 0 (nothing happened) or 1 (woken). A waker sets 1 and wakes the futex; the
 * sleeper takes it back to 0.
 *	sleeper:  word == 0 ? futex_wait(word, 0)     (A) re-checks in the kernel
 *	waker:    word = 1; futex_wake(word)          (B) the store is before the wake
 * An interruption (signal, stop, exit) is ops->interrupted turning true followed by ctx_wake.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct cred;
struct jobs;
struct pcontext;
struct limits;
struct lx_signalfd_siginfo;
struct waitq;

#define CTX_FOREVER INT64_MAX

/*
 * What only the task room can answer. Called by the ctx's own thread, without locks; none may
 * block.
 */
struct ctx_ops {
	/* Must a sleep end now: a signal that is not blocked, a stop, an exit. */
	bool (*interrupted)(struct ctx *ctx);
	/*
	 * Only something that ends the thread (SIGKILL, exit_group): for sleeps that Linux calls
	 * killable.
	 */
	bool (*killed)(struct ctx *ctx);
	/* The ctx begins, or ends, such a sleep. NULL: nobody wants to know. */
	void (*deaf)(struct ctx *ctx, bool asleep);
	/*
	 * Send signal signo from the kernel (SI_KERNEL) to the calling thread (SIGPIPE, SIGXFSZ).
	 */
	void (*signal_self)(struct ctx *ctx, int signo);
	/*
	 * Send signo with si_code `code` to a process (pid > 0) or process group (pid < 0), as the
	 * kernel does (tty, SIGIO).
	 */
	void (*signal_to)(struct ctx *ctx, int pid, int signo, int code);
	/*
	 * signalfd(2), each NULL where there are no signals. Take one pending signal of `mask` (of
	 * the thread or its group) as a record; false: none. What is pending. The queue that is
	 * woken with LX_POLLIN when that grows; it may end before its waiters (WAITQ_GONE).
	 */
	bool (*signal_take)(struct ctx *ctx, uint64_t mask, struct lx_signalfd_siginfo *ret);
	uint64_t (*signal_pending)(struct ctx *ctx);
	struct waitq *(*signal_waitq)(struct ctx *ctx);
};

struct ctx {
	const struct ctx_ops *ops; /* [I] */
	_Atomic uint32_t word;     /* [a] see above */
	const struct cred *cred;   /* [t] borrowed from the task */
	struct limits *limits;     /* [I] of the thread group */
	struct jobs *jobs;         /* [I] sessions and groups (core/jobs.h); NULL: it is in none */
	struct pcontext *pc;     /* [t] the platform context; NULL in kernel threads and on tests */
	int32_t tid, tgid;       /* [I] in the root pid namespace */
	_Atomic bool futex_gone; /* [a] the thread has ended as an owner of futexes */
};

/* Borrows ops. The rest is zero: the owner fills it in before others see it. */
void ctx_init(struct ctx *ctx, const struct ctx_ops *ops);
/* Of the Sentry's own threads (bring-up, tests): never interrupted, nobody to signal. */
extern const struct ctx_ops ctx_kernel_ops;

/*
 * Sleep until ctx_wake, until the monotonic clock reaches deadline_ns (CTX_FOREVER: never), or
 * until interrupted. Returns 0 (woken: look again; may be spurious), -ETIMEDOUT, or -LX_ERESTARTSYS
 * when interrupted. The caller turns that into what its system call owes (restart, EINTR, a
 * remaining time). Holds no lock.
 */
MUST_CHECK int ctx_block(struct ctx *ctx, int64_t deadline_ns);
/* As ctx_block, but only a deadly signal interrupts. */
MUST_CHECK int ctx_block_killable(struct ctx *ctx, int64_t deadline_ns);
/* End the sleep of ctx, or make its next ctx_block return at once. Any thread, any lock. */
void ctx_wake(struct ctx *ctx);
/*
 * ctx_wake in two steps, for a waker whose hold on ctx ends as soon as the sleeper may run: between
 * the two he says that he is done with it. _finish wakes by address and touches nothing.
 */
struct ctx_waking {
	_Atomic uint32_t *word; /* NULL: it was awake */
};
struct ctx_waking ctx_wake_begin(struct ctx *ctx);
void ctx_wake_finish(struct ctx_waking waking);
/* Is a signal (or stop, or exit) waiting? */
static inline bool ctx_interrupted(struct ctx *ctx)
{
	return ctx->ops->interrupted(ctx);
}
