/* SPDX-License-Identifier: Apache-2.0 */
/* Timers: when they fire, what is counted, and what a new setting does to what was under way. */
#include "sentry/fs/timerfd/timerfd.h"

#include "abi/errno.h"
#include "abi/poll.h"
#include "abi/time.h"
#include "host/thread.h"
#include "sentry/fs/test_ctx.h"

struct bench {
	struct test_ctx t;
	struct file *f;
};

static void begin(struct bench *b, int clock)
{
	test_ctx_init(&b->t);
	EXPECT_EQ(timerfd_new(&b->t.ctx, clock, 0, &b->f), 0);
}

static void end(struct bench *b)
{
	file_put(b->f);
	test_ctx_fini(&b->t);
}

static void set(struct bench *b, unsigned flags, int64_t value_ns, int64_t interval_ns)
{
	struct timerfd_setting s = {value_ns, interval_ns}, old;

	EXPECT_EQ(timerfd_set(&b->t.ctx, b->f, flags, &s, &old), 0);
}

static uint64_t ticks(struct bench *b)
{
	uint64_t n = 0;

	EXPECT_EQ(test_read(&b->t, b->f, &n, sizeof(n)), 8);
	return n;
}

/* Sleep until the file can be read, or until lost. */
static void until_readable(struct bench *b)
{
	struct waiter w;
	int r = 0;

	waiter_init(&w, &b->t.ctx, LX_POLLIN);
	waitq_add(file_waitq(b->f), &w);
	while (r == 0 && file_poll(b->f) == 0)
		r = ctx_block(&b->t.ctx, test_in(LOST));
	waitq_del(&w);
	EXPECT_EQ(r, 0);
}

static void nap(struct bench *b, int64_t ns)
{
	int64_t until = test_in(ns);

	while (ctx_block(&b->t.ctx, until) != -ETIMEDOUT)
		;
}

TEST(a_timer_fires_once_and_not_before_its_time)
{
	struct bench b;
	int64_t start = clock_monotonic_ns();
	struct timerfd_setting left;

	begin(&b, LX_CLOCK_MONOTONIC);
	set(&b, 0, 10 * MSEC, 0);
	EXPECT_EQ(file_poll(b.f), 0);
	EXPECT_EQ(ticks(&b), 1);
	EXPECT_TRUE(clock_monotonic_ns() - start >= 10 * MSEC);
	EXPECT_EQ(timerfd_get(b.f, &left), 0);
	EXPECT_EQ(left.value_ns, 0);
	EXPECT_EQ(file_poll(b.f), 0);
	end(&b);
}

TEST(periods_that_went_by_are_counted_when_somebody_looks)
{
	struct bench b;
	struct timerfd_setting s;

	begin(&b, LX_CLOCK_MONOTONIC);
	set(&b, 0, MSEC, 2 * MSEC);
	nap(&b, 20 * MSEC);
	EXPECT_TRUE(ticks(&b) >= 10);
	EXPECT_EQ(timerfd_get(b.f, &s), 0);
	EXPECT_EQ(s.interval_ns, 2 * MSEC);
	EXPECT_TRUE(s.value_ns > 0 && s.value_ns <= 2 * MSEC);
	EXPECT_TRUE(ticks(&b) >= 1);
	end(&b);
}

TEST(the_setting_tells_what_is_left)
{
	struct bench b;
	struct timerfd_setting s = {0, 0}, old;

	begin(&b, LX_CLOCK_BOOTTIME);
	set(&b, 0, 100 * NSEC_PER_SEC, 3);
	EXPECT_EQ(timerfd_set(&b.t.ctx, b.f, 0, &s, &old), 0);
	EXPECT_EQ(old.interval_ns, 3);
	EXPECT_TRUE(old.value_ns > 90 * NSEC_PER_SEC && old.value_ns <= 100 * NSEC_PER_SEC);
	EXPECT_EQ(timerfd_get(b.f, &old), 0);
	EXPECT_EQ(old.value_ns, 0);
	end(&b);
}

TEST(a_new_setting_forgets_ticks_that_nobody_read)
{
	struct bench b;

	begin(&b, LX_CLOCK_MONOTONIC);
	set(&b, 0, 1, 0);
	until_readable(&b);
	set(&b, 0, 100 * NSEC_PER_SEC, 0);
	EXPECT_EQ(file_poll(b.f), 0);
	end(&b);
}

TEST(an_absolute_time_in_the_past_fires_at_once_on_every_clock)
{
	static const int clocks[] = {LX_CLOCK_REALTIME, LX_CLOCK_MONOTONIC, LX_CLOCK_BOOTTIME,
				     LX_CLOCK_REALTIME_ALARM};

	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		struct bench b;

		begin(&b, clocks[i]);
		set(&b, LX_TFD_TIMER_ABSTIME | LX_TFD_TIMER_CANCEL_ON_SET, 1, 0);
		until_readable(&b);
		EXPECT_EQ(ticks(&b), 1);
		end(&b);
	}
}

TEST(an_absolute_real_time_is_waited_for)
{
	struct bench b;
	int64_t until = clock_realtime_ns() + 10 * MSEC;

	begin(&b, LX_CLOCK_REALTIME);
	set(&b, LX_TFD_TIMER_ABSTIME, until, 0);
	EXPECT_EQ(ticks(&b), 1);
	EXPECT_TRUE(clock_realtime_ns() >= until);
	end(&b);
}

TEST(the_longest_times_do_not_wrap)
{
	struct bench b;
	struct timerfd_setting s;

	begin(&b, LX_CLOCK_MONOTONIC);
	set(&b, 0, INT64_MAX, INT64_MAX);
	EXPECT_EQ(timerfd_get(b.f, &s), 0);
	EXPECT_TRUE(s.value_ns > INT64_MAX / 2);
	set(&b, 0, 1, INT64_MAX);
	until_readable(&b);
	EXPECT_EQ(ticks(&b), 1);
	EXPECT_EQ(file_poll(b.f), 0);
	end(&b);
}

TEST(what_is_not_a_timer_or_a_clock_is_refused)
{
	struct bench b;
	struct timerfd_setting s = {0, 0};
	struct file *f;
	uint64_t n;

	begin(&b, LX_CLOCK_MONOTONIC);
	EXPECT_ERR(timerfd_new(&b.t.ctx, LX_CLOCK_PROCESS_CPUTIME_ID, 0, &f), EINVAL);
	EXPECT_ERR(timerfd_new(&b.t.ctx, -1, 0, &f), EINVAL);
	EXPECT_ERR(timerfd_new(&b.t.ctx, LX_CLOCK_MONOTONIC, 1, &f), EINVAL);
	EXPECT_ERR(timerfd_set(&b.t.ctx, b.f, 4, &s, &s), EINVAL);
	EXPECT_ERR(test_read(&b.t, b.f, &n, 7), EINVAL);
	EXPECT_ERR(test_write(&b.t, b.f, &n, 8), EINVAL);
	test_ctx_interrupt(&b.t);
	EXPECT_ERR(test_read(&b.t, b.f, &n, 8), LX_ERESTARTSYS);
	end(&b);
}

/* Settings, reads and expirations all at once; then one timer that must still fire. */
static _Atomic bool stop;

static void set_and_read(void *arg)
{
	struct file *f = arg;
	struct test_ctx t;
	struct timerfd_setting s = {.value_ns = 1}, old;

	test_ctx_init(&t);
	for (uint64_t i = 0; !atomic_load(&stop); i++) {
		s.value_ns = (int64_t)(i % 50) * 1000;
		s.interval_ns = (int64_t)(i % 3) * 1000;
		(void)!timerfd_set(&t.ctx, f, 0, &s, &old);
		(void)!timerfd_get(f, &old);
	}
	test_ctx_fini(&t);
}

TEST(a_timer_that_is_set_from_all_sides_still_fires)
{
	struct host_thread threads[2];
	struct bench b;

	begin(&b, LX_CLOCK_MONOTONIC);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		EXPECT_EQ(host_thread_start(&threads[i], "setter", set_and_read, b.f), 0);
	nap(&b, 200 * MSEC);
	atomic_store(&stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		host_thread_join(&threads[i]);
	set(&b, 0, MSEC, 0);
	until_readable(&b);
	EXPECT_EQ(ticks(&b), 1);
	end(&b);
}

TEST_MAIN()
