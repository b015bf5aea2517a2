/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Futexes over the fake platform's memory: what is refused, who is woken, and thousands of races
 * between real threads.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "sentry/core/alloc.h"
#include "sentry/ipc/futex/test_peers.h"

#define MS  1000000LL
#define ANY LX_FUTEX_BITSET_MATCH_ANY

/* ---- refusals ---- */

TEST(a_word_with_another_value_is_not_waited_for)
{
	begin();
	put32(0, 5);
	EXPECT_ERR(wait_on(&peers[0], 0, 4, -1), EAGAIN);
	EXPECT_ERR(wait_on(&peers[0], 0, 5, 5 * MS), ETIMEDOUT);
	end();
}

TEST(bad_words_and_masks_are_refused)
{
	struct futex_word odd, gone, kernel = {.addr = {UINT64_MAX - 3}};
	struct futex_deadline never = FUTEX_NO_DEADLINE;

	begin();
	odd = word(2);
	gone = word(16 * PAGE);
	kernel.mm = w.mm;
	EXPECT_ERR(futex_wait(&peers[0].ctx, &odd, 0, ANY, never), EINVAL);
	EXPECT_ERR(futex_wait(&peers[0].ctx, &gone, 0, ANY, never), EFAULT);
	EXPECT_ERR(futex_wait(&peers[0].ctx, &kernel, 0, ANY, never), EFAULT);
	EXPECT_ERR(futex_wake(&kernel, 1, ANY), EFAULT);
	EXPECT_EQ(futex_wake(&gone, 1, ANY), 0);
	gone.scope = FUTEX_SHARED;
	EXPECT_ERR(futex_wake(&gone, 1, ANY), EFAULT);
	EXPECT_ERR(futex_wake(&odd, 1, 0), EINVAL);
	odd = word(0);
	EXPECT_ERR(futex_wait(&peers[0].ctx, &odd, 0, 0, never), EINVAL);
	EXPECT_ERR(futex_requeue(&odd, &odd, -1, 0, NULL), EINVAL);
	EXPECT_ERR(futex_requeue(&odd, &odd, 0, -1, NULL), EINVAL);
	end();
}

TEST(a_deadline_of_the_past_and_of_other_clocks_ends_the_wait)
{
	struct futex_deadline past = {.clock = LX_CLOCK_REALTIME, .at_ns = 1},
			      soon = {.clock = LX_CLOCK_REALTIME};
	struct futex_word at;

	begin();
	at = word(0);
	EXPECT_ERR(futex_wait(&peers[0].ctx, &at, 0, ANY, past), ETIMEDOUT);
	soon.at_ns = clock_realtime_ns() + 10 * MS;
	EXPECT_ERR(futex_wait(&peers[0].ctx, &at, 0, ANY, soon), ETIMEDOUT);
	EXPECT_TRUE(clock_realtime_ns() >= soon.at_ns);
	end();
}

TEST(a_signal_ends_the_wait)
{
	begin();
	atomic_store(&peers[0].signal, true);
	EXPECT_ERR(wait_on(&peers[0], 0, 0, -1), LX_ERESTARTSYS);
	EXPECT_EQ(wake(0, 1), 0); /* nobody is left behind */
	end();
}

/* ---- who is woken ---- */

static void *waiter(void *arg)
{
	struct peer *p = arg;

	p->result = wait_on(p, (uint64_t)(p->index % 2) * 64, 0, -1);
	atomic_store(&p->done, true);
	return NULL;
}

/* Wake until n in all were counted. */
static void wake_until(uint64_t off, int n)
{
	while (n > 0) {
		n -= wake(off, n);
		sched_yield();
	}
	EXPECT_EQ(n, 0);
}

TEST(only_waiters_of_the_word_are_woken_and_each_is_counted)
{
	begin();
	start(waiter, PEERS);
	wake_until(0, PEERS / 2);
	for (int i = 0; i < PEERS; i += 2)
		pthread_join(peers[i].id, NULL);
	for (int i = 1; i < PEERS; i += 2)
		EXPECT_FALSE(peers[i].done);
	wake_until(64, PEERS / 2);
	for (int i = 1; i < PEERS; i += 2)
		pthread_join(peers[i].id, NULL);
	for (int i = 0; i < PEERS; i++)
		EXPECT_EQ(peers[i].result, 0);
	end();
}

static void *mask_waiter(void *arg)
{
	struct peer *p = arg;
	struct futex_word at = word(0);

	p->result = futex_wait(&p->ctx, &at, 0, 1u << p->index, FUTEX_NO_DEADLINE);
	return NULL;
}

TEST(a_wake_with_a_mask_meets_those_who_share_a_bit)
{
	struct futex_word at;

	begin();
	at = word(0);
	start(mask_waiter, 3);
	for (int i = 2; i >= 0; i--) {
		while (futex_wake(&at, 10, 1u << i | 1u << 20) == 0)
			sched_yield();
		pthread_join(peers[i].id, NULL);
		EXPECT_EQ(peers[i].result, 0);
	}
	end();
}

TEST(private_and_shared_waiters_do_not_meet)
{
	struct futex_word shared;

	begin();
	shared = word(0);
	shared.scope = FUTEX_SHARED;
	start(waiter, 1);
	for (int i = 0; i < 50; i++) {
		EXPECT_EQ(futex_wake(&shared, 1, ANY), 0);
		sched_yield();
	}
	wake_until(0, 1);
	join(1);
	end();
}

TEST(a_count_below_one_wakes_one)
{
	begin();
	start(waiter, 1);
	while (wake(0, 0) == 0)
		sched_yield();
	join(1);
	end();
}

/* ---- requeue ---- */

TEST(requeue_compares_counts_and_moves)
{
	struct futex_word a, b;
	uint32_t cmp = 1;
	int n = 0;

	begin();
	a = word(0);
	b = word(PAGE);
	EXPECT_ERR(futex_requeue(&a, &b, 1, 1, &cmp), EAGAIN);
	cmp = 0;
	for (int i = 0; i < 4; i++)
		peers[i].index = 0;
	start(waiter, 4);
	while (n < 4) {
		int r = futex_requeue(&a, &b, 0, 10, &cmp);

		EXPECT_TRUE(r >= 0);
		n += r;
		sched_yield();
	}
	EXPECT_EQ(wake(0, 10), 0);
	EXPECT_EQ(futex_requeue(&b, &a, 1, 2, NULL), 3);
	EXPECT_EQ(wake(0, 10), 2);
	EXPECT_EQ(wake(PAGE, 10), 1);
	join(4);
	end();
}

/*
 * Some wait on either word, one moves them to and fro, some wake: every wake that was counted
 * brings one back.
 */
#define STORM_ROUNDS 20000
static _Atomic long back;
static _Atomic bool over;

static void *storm_waiter(void *arg)
{
	struct peer *p = arg;

	while (!atomic_load(&over)) {
		int r = wait_on(p, 0, 0, -1);

		EXPECT_TRUE(r == 0 || r == -EAGAIN);
		if (r == 0)
			atomic_fetch_add(&back, 1);
	}
	return NULL;
}

static void *storm_mover(void *arg UNUSED)
{
	struct futex_word a = word(0), b = word(PAGE);

	while (!atomic_load(&over)) {
		EXPECT_TRUE(futex_requeue(&a, &b, 0, 2, NULL) >= 0);
		EXPECT_TRUE(futex_requeue(&b, &a, 0, 1, NULL) >= 0);
	}
	return NULL;
}

TEST(no_wake_is_lost_nor_doubled_while_waiters_are_moved)
{
	long woken = 0;

	begin();
	atomic_store(&back, 0);
	atomic_store(&over, false);
	start(storm_waiter, 4);
	EXPECT_EQ(pthread_create(&peers[4].id, NULL, storm_mover, NULL), 0);
	while (woken < STORM_ROUNDS)
		woken += wake(woken % 2 ? 0 : PAGE, 1) + wake(0, 1);
	atomic_store(&over, true);
	put32(0, 1); /* who is not asleep yet does not begin */
	pthread_join(peers[4].id, NULL);
	for (int i = 0; i < 200; i++) { /* until all have left */
		struct timespec ms = {0, 1 * MS};

		woken += wake(0, 10) + wake(PAGE, 10);
		nanosleep(&ms, NULL);
	}
	join(4);
	EXPECT_EQ(atomic_load(&back), woken);
	end();
}

/* ---- a mutex as guests build it ---- */

#define LOOPS 10000
static long counter;

static void mutex_lock(struct peer *p)
{
	uint32_t c = swap(p, 0, 0, 1);

	while (c != 0) {
		if (c == 2 || swap(p, 0, 1, 2) != 0) {
			int r = wait_on(p, 0, 2, -1);

			EXPECT_TRUE(r == 0 || r == -EAGAIN || r == -LX_ERESTARTSYS);
			atomic_store(&p->signal, false);
		}
		c = swap(p, 0, 0, 2);
	}
}

static void mutex_unlock(struct peer *p)
{
	uint32_t old = swap(p, 0, 1, 0);

	if (old == 1)
		return;
	EXPECT_EQ(swap(p, 0, 2, 0), 2);
	EXPECT_TRUE(wake(0, 1) >= 0);
}

static void *add(void *arg)
{
	struct peer *p = arg;

	for (int i = 0; i < LOOPS; i++) {
		mutex_lock(p);
		counter++;
		if (i % 7 == 0)
			sched_yield();
		mutex_unlock(p);
	}
	return NULL;
}

TEST(a_mutex_of_three_states_excludes_and_never_sleeps_on)
{
	begin();
	counter = 0;
	start(add, PEERS);
	join(PEERS);
	EXPECT_EQ(counter, PEERS * LOOPS);
	EXPECT_EQ(get32(0), 0);
	end();
}

TEST(a_mutex_works_on_while_signals_arrive)
{
	begin();
	counter = 0;
	start(add, 4);
	for (int i = 0; i < 3000; i++) {
		struct peer *p = &peers[i % 4];

		atomic_store(&p->signal, true);
		ctx_wake(&p->ctx);
		sched_yield();
	}
	join(4);
	EXPECT_EQ(counter, 4 * LOOPS);
	end();
}

/*
 * A waiter that a signal and a wake meet at once: if the wake counted him, he says that he was
 * woken.
 */
static void *meet(void *arg)
{
	struct peer *p = arg;

	p->result = wait_on(p, 0, 0, -1);
	atomic_store(&p->done, true);
	return NULL;
}

TEST(a_counted_wake_is_never_swallowed_by_a_signal)
{
	begin();
	for (int i = 0; i < 500; i++) {
		struct peer *p = &peers[0];
		int woken = 0;

		atomic_store(&p->signal, false);
		atomic_store(&p->done, false);
		start(meet, 1);
		for (int spin = 0; spin < i % 50; spin++)
			sched_yield();
		atomic_store(&p->signal, true);
		ctx_wake(&p->ctx);
		woken = wake(0, 1);
		join(1);
		EXPECT_EQ(woken, p->result == 0);
	}
	end();
}

/* ---- many words at once ---- */

static void *many(void *arg)
{
	struct peer *p = arg;
	struct futex_wait_one v[3];

	for (int i = 0; i < 3; i++)
		v[i] = (struct futex_wait_one){.word = word((uint64_t)i * 256)};
	p->result = futex_wait_many(&p->ctx, v, 3, FUTEX_NO_DEADLINE);
	return NULL;
}

TEST(a_wait_for_many_words_tells_which_was_woken)
{
	begin();
	for (int i = 0; i < 200; i++) {
		uint64_t off = (uint64_t)(i % 3) * 256;

		start(many, 1);
		wake_until(off, 1);
		join(1);
		EXPECT_EQ(peers[0].result, i % 3);
		for (int k = 0; k < 3; k++)
			EXPECT_EQ(wake((uint64_t)k * 256, 10), 0);
	}
	end();
}

TEST(a_wait_for_many_words_checks_each)
{
	struct futex_wait_one v[2];
	struct futex_deadline soon = {.clock = LX_CLOCK_MONOTONIC};

	begin();
	v[0] = (struct futex_wait_one){.word = word(0)};
	v[1] = (struct futex_wait_one){.word = word(64), .val = 9};
	EXPECT_ERR(futex_wait_many(&peers[0].ctx, v, 2, FUTEX_NO_DEADLINE), EAGAIN);
	EXPECT_EQ(wake(0, 1), 0);
	v[1].word = word(66);
	EXPECT_ERR(futex_wait_many(&peers[0].ctx, v, 2, FUTEX_NO_DEADLINE), EINVAL);
	v[1] = v[0];
	soon.at_ns = clock_monotonic_ns() + 5 * MS;
	EXPECT_ERR(futex_wait_many(&peers[0].ctx, v, 2, soon), ETIMEDOUT);
	EXPECT_ERR(futex_wait_many(&peers[0].ctx, v, 0, soon), EINVAL);
	EXPECT_ERR(futex_wait_many(&peers[0].ctx, v, FUTEX_WAIT_MANY_MAX + 1, soon), EINVAL);
	arena_fail_nth(1);
	EXPECT_ERR(futex_wait_many(&peers[0].ctx, v, 2, soon), ENOMEM);
	arena_fail_nth(0);
	end();
}

/* ---- FUTEX_WAKE_OP: the host is the oracle ---- */

TEST(wake_op_does_to_the_word_what_the_host_does)
{
	uint32_t seed = 7;

	begin();
	for (int i = 0; i < 4000; i++) {
		static uint32_t one, two;
		struct futex_wake_op op = {.w = word(0), .op_at = word(64), .n = 1, .n_op = 1};
		uint32_t start_value;
		long host;

		seed = seed * 1664525 + 1013904223;
		start_value = seed >> 5 & 0xfff;
		seed = seed * 1664525 + 1013904223;
		/* The host warns about shifts out of range, in its log. */
		op.encoded = seed & ~(8u << 28 | 0xe0u << 12);
		two = start_value;
		put32(64, start_value);
		host = syscall(SYS_futex, &one, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &two, op.encoded);
		EXPECT_EQ(futex_wake_op(&peers[0].ctx, &op), host < 0 ? -errno : host);
		EXPECT_EQ(get32(64), two);
	}
	end();
}

TEST(wake_op_wakes_there_only_if_the_test_passes)
{
	struct futex_wake_op op = {.n = 1, .n_op = 1};

	begin();
	peers[0].index = 1; /* waits on the second word */
	op.w = word(0);
	op.op_at = word(64);
	start(waiter, 1);
	op.encoded = (uint32_t)LX_FUTEX_OP_ADD << 28 | (uint32_t)LX_FUTEX_OP_CMP_GT << 24;
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(futex_wake_op(&peers[2].ctx, &op), 0);
	op.encoded = (uint32_t)LX_FUTEX_OP_ADD << 28 | (uint32_t)LX_FUTEX_OP_CMP_EQ << 24;
	while (futex_wake_op(&peers[2].ctx, &op) == 0)
		sched_yield();
	join(1);
	op.op_at = word(16 * PAGE);
	EXPECT_ERR(futex_wake_op(&peers[2].ctx, &op), EFAULT);
	end();
}

TEST_MAIN()
