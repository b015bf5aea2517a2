/* SPDX-License-Identifier: Apache-2.0 */
/* Sleeping and waking: that no wake-up and no interruption is lost, whatever the timing. */
#include "sentry/core/ctx.h"

#include <errno.h>
#include <sched.h>

#include "abi/errno.h"
#include "base/test.h"
#include "host/thread.h"
#include "sentry/core/clock.h"
#include "sentry/core/waitq.h"

#define MSEC 1000000LL
/* Longer than any schedule: a test that waits so long has lost a wake-up. */
#define LOST (20 * NSEC_PER_SEC)

/* Vary how far the other side has come. */
static void dawdle(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	for (uint64_t n = *seed >> 54; n > 0; n--)
		__asm__ volatile("" ::: "memory");
	if (*seed >> 32 & 1)
		sched_yield();
}

/* A ctx whose signal is a flag. */
struct tester {
	struct ctx ctx;
	_Atomic bool signal, fatal;
	uint64_t seed; /* of the ctx's thread */
};

static bool tester_interrupted(struct ctx *ctx)
{
	struct tester *t = container_of(ctx, struct tester, ctx);
	bool yes = atomic_load(&t->signal) || atomic_load(&t->fatal);

	dawdle(&t->seed); /* between the look and the sleep: where a wake-up would be lost */
	return yes;
}

static bool tester_killed(struct ctx *ctx)
{
	return atomic_load(&container_of(ctx, struct tester, ctx)->fatal);
}

static const struct ctx_ops tester_ops = {
	.interrupted = tester_interrupted,
	.killed = tester_killed,
};

static void tester_init(struct tester *t)
{
	ctx_init(&t->ctx, &tester_ops);
	atomic_init(&t->signal, false);
	atomic_init(&t->fatal, false);
	t->seed = (uintptr_t)t;
}

static int64_t in(int64_t ns)
{
	return clock_monotonic_ns() + ns;
}

TEST(a_wake_before_the_sleep_ends_it_at_once_and_only_once)
{
	struct tester t;

	tester_init(&t);
	ctx_wake(&t.ctx);
	ctx_wake(&t.ctx);
	EXPECT_EQ(ctx_block(&t.ctx, CTX_FOREVER), 0);
	EXPECT_ERR(ctx_block(&t.ctx, in(MSEC)), ETIMEDOUT);
}

TEST(a_deadline_ends_the_sleep_not_before_its_time)
{
	struct tester t;
	int64_t until = in(5 * MSEC);

	tester_init(&t);
	EXPECT_ERR(ctx_block(&t.ctx, until), ETIMEDOUT);
	EXPECT_TRUE(clock_monotonic_ns() >= until);
	EXPECT_ERR(ctx_block(&t.ctx, until), ETIMEDOUT);
	EXPECT_ERR(ctx_block(&t.ctx, 0), ETIMEDOUT);
	EXPECT_ERR(ctx_block(&t.ctx, -5), ETIMEDOUT);
}

TEST(a_signal_that_waits_already_interrupts)
{
	struct tester t;

	tester_init(&t);
	atomic_store(&t.signal, true);
	EXPECT_ERR(ctx_block(&t.ctx, CTX_FOREVER), LX_ERESTARTSYS);
	EXPECT_TRUE(ctx_interrupted(&t.ctx));
	EXPECT_ERR(ctx_block_killable(&t.ctx, in(MSEC)), ETIMEDOUT);
	atomic_store(&t.fatal, true);
	EXPECT_ERR(ctx_block_killable(&t.ctx, CTX_FOREVER), LX_ERESTARTSYS);
}

TEST(an_event_goes_before_a_signal)
{
	struct tester t;

	tester_init(&t);
	atomic_store(&t.signal, true);
	ctx_wake(&t.ctx);
	EXPECT_EQ(ctx_block(&t.ctx, CTX_FOREVER), 0);
	EXPECT_ERR(ctx_block(&t.ctx, CTX_FOREVER), LX_ERESTARTSYS);
}

TEST(a_signal_goes_before_a_deadline_that_has_passed)
{
	struct tester t;

	tester_init(&t);
	atomic_store(&t.signal, true);
	EXPECT_ERR(ctx_block(&t.ctx, 1), LX_ERESTARTSYS);
}

TEST(the_kernel_ctx_is_never_interrupted)
{
	struct ctx ctx;

	ctx_init(&ctx, &ctx_kernel_ops);
	EXPECT_FALSE(ctx_interrupted(&ctx));
	EXPECT_ERR(ctx_block(&ctx, in(MSEC)), ETIMEDOUT);
}

#ifdef CAISSON_DEBUG
TEST(blocking_with_a_lock_held_panics)
{
	struct tester t;
	struct lock l;

	tester_init(&t);
	lock_init(&l, 1, "held");
	EXPECT_PANIC({
		lock_acquire(&l);
		(void)!ctx_block(&t.ctx, 0);
	});
}
#endif

/* --- races --- */

static void pin_to_one_cpu(bool pin)
{
	static cpu_set_t all;
	cpu_set_t one;

	if (CPU_COUNT(&all) == 0)
		EXPECT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++) {
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	}
	EXPECT_EQ(sched_setaffinity(0, sizeof(one), pin ? &one : &all), 0);
}

/* One side of a ball that goes back and forth: everybody sleeps until it is there. */
struct player {
	struct tester t;
	struct waitq *q;
	_Atomic uint32_t *ball;
	uint32_t me, rounds;
	bool failed;
};

static int take_ball(struct player *p)
{
	return atomic_load(p->ball) % 2 == p->me ? 0 : -EAGAIN;
}

static void play(void *arg)
{
	struct player *p = arg;
	uint64_t seed = p->me;

	for (uint32_t i = 0; i < p->rounds && !p->failed; i++) {
		struct waiter w;
		int r;

		waiter_init(&w, &p->t.ctx, 1);
		waitq_add(p->q, &w);
		for (;;) {
			r = take_ball(p);
			if (r != -EAGAIN)
				break;
			dawdle(&seed);
			r = ctx_block(&p->t.ctx, in(LOST));
			if (r < 0)
				break;
		}
		waitq_del(&w);
		p->failed = r != 0;
		atomic_fetch_add(p->ball, 1);
		waitq_wake(p->q, 1);
	}
}

static void play_pairs(size_t npairs, uint32_t rounds)
{
	enum { PAIRS_MAX = 8 };
	static struct player players[PAIRS_MAX][2];
	static struct waitq queues[PAIRS_MAX];
	static _Atomic uint32_t balls[PAIRS_MAX];
	struct host_thread threads[PAIRS_MAX][2];

	for (size_t i = 0; i < npairs; i++) {
		waitq_init(&queues[i]);
		atomic_store(&balls[i], 0);
		for (uint32_t k = 0; k < 2; k++) {
			players[i][k] = (struct player){
				.q = &queues[i], .ball = &balls[i], .me = k, .rounds = rounds};
			tester_init(&players[i][k].t);
			EXPECT_EQ(host_thread_start(&threads[i][k], "player", play, &players[i][k]),
				  0);
		}
	}
	for (size_t i = 0; i < npairs; i++) {
		for (size_t k = 0; k < 2; k++) {
			host_thread_join(&threads[i][k]);
			EXPECT_FALSE(players[i][k].failed);
		}
		EXPECT_EQ(atomic_load(&balls[i]), 2 * rounds);
		waitq_fini(&queues[i]);
	}
}

TEST(no_wake_up_is_lost_on_many_cpus)
{
	play_pairs(1, 10000);
}

TEST(no_wake_up_is_lost_on_one_cpu)
{
	pin_to_one_cpu(true);
	play_pairs(1, 10000);
	pin_to_one_cpu(false);
}

TEST(no_wake_up_is_lost_with_more_threads_than_cpus)
{
	play_pairs(8, 2000);
}

/* Somebody who interrupts a sleeper again and again; each interruption must be seen. */
struct interruption {
	struct tester t;
	_Atomic uint32_t sent, seen;
	uint32_t rounds;
	bool failed;
};

static void be_interrupted(void *arg)
{
	struct interruption *x = arg;
	uint64_t seed = 7;

	for (uint32_t i = 0; i < x->rounds && !x->failed; i++) {
		int r;

		dawdle(&seed);
		do {
			r = ctx_block(&x->t.ctx, in(LOST));
		} while (r == 0);
		x->failed = r != -LX_ERESTARTSYS;
		atomic_store(&x->t.signal, false);
		atomic_fetch_add(&x->seen, 1);
	}
	atomic_store(&x->seen, UINT32_MAX);
}

static void interrupt_many_times(uint32_t rounds)
{
	static struct interruption x;
	struct host_thread thread;
	uint64_t seed = 3;

	x = (struct interruption){.rounds = rounds};
	tester_init(&x.t);
	EXPECT_EQ(host_thread_start(&thread, "sleeper", be_interrupted, &x), 0);
	for (uint32_t i = 0; i < rounds; i++) {
		atomic_store(&x.t.signal, true);
		ctx_wake(&x.t.ctx);
		dawdle(&seed);
		while (atomic_load(&x.seen) <= i)
			sched_yield();
	}
	host_thread_join(&thread);
	EXPECT_FALSE(x.failed);
}

TEST(no_interruption_is_lost_on_many_cpus)
{
	interrupt_many_times(20000);
}

TEST(no_interruption_is_lost_on_one_cpu)
{
	pin_to_one_cpu(true);
	interrupt_many_times(5000);
	pin_to_one_cpu(false);
}

TEST_MAIN()
