/* SPDX-License-Identifier: Apache-2.0 */
/* Records of signals, over a process whose signals are a set of bits. */
#include "sentry/fs/signalfd/signalfd.h"

#include <sched.h>

#include "abi/errno.h"
#include "abi/poll.h"
#include "abi/signal.h"
#include "host/thread.h"
#include "sentry/fs/test_ctx.h"

struct process {
	struct ctx ctx;
	_Atomic uint64_t pending;
	struct waitq wq;
};

static struct process *process_of(struct ctx *ctx)
{
	return container_of(ctx, struct process, ctx);
}

static bool never(struct ctx *ctx UNUSED)
{
	return false;
}

/* The lowest number first. */
static bool signal_take(struct ctx *ctx, uint64_t mask, struct lx_signalfd_siginfo *ret)
{
	struct process *p = process_of(ctx);
	uint64_t have = atomic_load(&p->pending), bit;

	do {
		bit = have & mask & -(have & mask);
		if (bit == 0)
			return false;
	} while (!atomic_compare_exchange_weak(&p->pending, &have, have & ~bit));
	*ret = (struct lx_signalfd_siginfo){.ssi_signo = (uint32_t)__builtin_ctzll(bit) + 1};
	return true;
}

static uint64_t signal_pending(struct ctx *ctx)
{
	return atomic_load(&process_of(ctx)->pending);
}

static struct waitq *signal_waitq(struct ctx *ctx)
{
	return &process_of(ctx)->wq;
}

static const struct ctx_ops process_ops = {
	.interrupted = never,
	.killed = never,
	.signal_take = signal_take,
	.signal_pending = signal_pending,
	.signal_waitq = signal_waitq,
};

static void process_init(struct process *p)
{
	*p = (struct process){.pending = 0};
	ctx_init(&p->ctx, &process_ops);
	waitq_init(&p->wq);
}

static void send(struct process *p, int signo)
{
	atomic_fetch_or(&p->pending, LX_SIGMASK(signo));
	waitq_wake(&p->wq, LX_POLLIN);
}

static ssize_t receive(struct process *p, struct file *f, struct lx_signalfd_siginfo *recs,
		       size_t n)
{
	struct uio u;

	uio_kernel(&u, recs, n * sizeof(*recs));
	return file_read(&p->ctx, f, &u);
}

#define MASK (LX_SIGMASK(LX_SIGUSR1) | LX_SIGMASK(LX_SIGUSR2) | LX_SIGMASK(LX_SIGKILL))

static struct file *make(unsigned flags)
{
	struct file *f;

	EXPECT_EQ(signalfd_new(MASK, flags, &f), 0);
	return f;
}

TEST(only_signals_of_the_mask_are_read_as_many_as_fit)
{
	struct file *f = make(LX_SFD_NONBLOCK);
	struct lx_signalfd_siginfo recs[4];
	struct process p;

	process_init(&p);
	EXPECT_ERR(receive(&p, f, recs, 4), EAGAIN);
	send(&p, LX_SIGUSR2);
	send(&p, LX_SIGHUP);
	send(&p, LX_SIGUSR1);
	send(&p, LX_SIGKILL);
	EXPECT_EQ(receive(&p, f, recs, 4), 2 * sizeof(recs[0]));
	EXPECT_EQ(recs[0].ssi_signo, LX_SIGUSR1);
	EXPECT_EQ(recs[1].ssi_signo, LX_SIGUSR2);
	EXPECT_ERR(receive(&p, f, recs, 4), EAGAIN);
	EXPECT_EQ(signalfd_set_mask(f, LX_SIGMASK(LX_SIGHUP)), 0);
	EXPECT_EQ(receive(&p, f, recs, 1), sizeof(recs[0]));
	EXPECT_EQ(recs[0].ssi_signo, LX_SIGHUP);
	file_put(f);
	waitq_fini(&p.wq);
}

TEST(whoever_looks_sees_his_own)
{
	struct file *f = make(LX_SFD_NONBLOCK);
	struct process parent, child;
	struct lx_signalfd_siginfo rec;

	process_init(&parent);
	process_init(&child);
	send(&child, LX_SIGUSR1);
	EXPECT_EQ(file_poll_for(&parent.ctx, f), 0);
	EXPECT_EQ(file_poll_for(&child.ctx, f), LX_POLLIN);
	EXPECT_EQ(file_poll(f), 0);
	EXPECT_TRUE(file_waitq_for(&child.ctx, f) == &child.wq);
	EXPECT_TRUE(file_waitq(f) == NULL);
	EXPECT_ERR(receive(&parent, f, &rec, 1), EAGAIN);
	EXPECT_EQ(receive(&child, f, &rec, 1), sizeof(rec));
	file_put(f);
	waitq_fini(&parent.wq);
	waitq_fini(&child.wq);
}

TEST(kernel_threads_have_no_signals)
{
	struct file *f = make(LX_SFD_NONBLOCK);
	struct lx_signalfd_siginfo rec;
	struct ctx ctx;
	struct uio u;

	ctx_init(&ctx, &ctx_kernel_ops);
	uio_kernel(&u, &rec, sizeof(rec));
	EXPECT_ERR(file_read(&ctx, f, &u), EAGAIN);
	EXPECT_EQ(file_poll_for(&ctx, f), 0);
	file_put(f);
}

TEST(small_buffers_and_wrong_flags_are_refused)
{
	struct file *f = make(0), *none;
	struct lx_signalfd_siginfo rec;
	struct process p;
	struct uio u;

	process_init(&p);
	uio_kernel(&u, &rec, sizeof(rec) - 1);
	EXPECT_ERR(file_read(&p.ctx, f, &u), EINVAL);
	EXPECT_ERR(signalfd_new(0, 1, &none), EINVAL);
	file_put(f);
	waitq_fini(&p.wq);
}

/* --- a reader that sleeps --- */

enum { ROUNDS = 5000 };

struct reader {
	struct process p;
	struct file *f;
	_Atomic uint32_t seen;
	bool failed;
};

static void read_much(void *arg)
{
	struct reader *r = arg;
	struct lx_signalfd_siginfo rec;

	for (uint32_t i = 0; i < ROUNDS && !r->failed; i++) {
		r->failed = receive(&r->p, r->f, &rec, 1) != sizeof(rec);
		atomic_fetch_add(&r->seen, 1);
	}
}

TEST(no_signal_is_lost_on_a_reader_that_sleeps)
{
	static struct reader r;
	struct host_thread thread;

	r = (struct reader){.f = make(0)};
	process_init(&r.p);
	EXPECT_EQ(host_thread_start(&thread, "reader", read_much, &r), 0);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		send(&r.p, LX_SIGUSR1);
		while (atomic_load(&r.seen) <= i)
			sched_yield();
	}
	host_thread_join(&thread);
	EXPECT_FALSE(r.failed);
	file_put(r.f);
	waitq_fini(&r.p.wq);
}

TEST_MAIN()
