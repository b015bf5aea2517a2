/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks and timers. */
#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

#include "abi/time.h"
#include "base/test.h"
#include "host/futex.h"
#include "sentry/core/clock.h"

#define MSEC 1000000LL

/* --- times --- */

TEST(a_timespec_out_of_range_is_refused)
{
	static const struct lx_timespec bad[] = {
		{-1, 0}, {0, -1}, {0, NSEC_PER_SEC}, {INT64_MIN, 0}, {0, INT64_MAX}};
	int64_t ns = 77;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERR(timespec_to_ns(&bad[i], &ns), EINVAL);
	EXPECT_EQ(ns, 77);
}

TEST(a_timespec_too_far_away_saturates)
{
	static const struct lx_timespec far[] = {{INT64_MAX, 0},
						 {INT64_MAX / NSEC_PER_SEC, NSEC_PER_SEC - 1}};
	static const struct lx_timespec near = {3, 5};
	int64_t ns;

	for (size_t i = 0; i < ARRAY_SIZE(far); i++) {
		EXPECT_EQ(timespec_to_ns(&far[i], &ns), 0);
		EXPECT_EQ(ns, INT64_MAX);
	}
	EXPECT_EQ(timespec_to_ns(&near, &ns), 0);
	EXPECT_EQ(ns, 3 * NSEC_PER_SEC + 5);
}

TEST(nanoseconds_become_a_normal_timespec)
{
	static const int64_t values[] = {0,         1,        -1, NSEC_PER_SEC, -NSEC_PER_SEC,
					 INT64_MAX, INT64_MIN};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct lx_timespec ts = ns_to_timespec(values[i]);

		EXPECT_TRUE(ts.tv_nsec >= 0 && ts.tv_nsec < NSEC_PER_SEC);
		EXPECT_TRUE((__int128)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec == values[i]);
	}
}

TEST(only_system_clocks_are_read)
{
	static const int good[] = {LX_CLOCK_REALTIME,
				   LX_CLOCK_MONOTONIC,
				   LX_CLOCK_MONOTONIC_RAW,
				   LX_CLOCK_REALTIME_COARSE,
				   LX_CLOCK_MONOTONIC_COARSE,
				   LX_CLOCK_BOOTTIME,
				   LX_CLOCK_TAI};
	static const int bad[] = {LX_CLOCK_PROCESS_CPUTIME_ID, LX_CLOCK_THREAD_CPUTIME_ID, -1, 12,
				  1000};
	int64_t ns;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(clock_read(good[i], &ns), 0);
		EXPECT_TRUE(ns > 0);
		EXPECT_EQ(clock_resolution(good[i], &ns), 0);
		EXPECT_TRUE(ns > 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_ERR(clock_read(bad[i], &ns), EINVAL);
		EXPECT_ERR(clock_resolution(bad[i], &ns), EINVAL);
	}
	clock_start();
	EXPECT_TRUE(clock_boot_ns() >= 0 && clock_boot_ns() < 10 * NSEC_PER_SEC);
}

/* --- timers --- */

struct shot {
	struct ktimer t;
	_Atomic uint32_t count;
	_Atomic int64_t at;
	int64_t again_ns; /* re-arm so often */
	uint32_t most;
};

static void fire(struct ktimer *t)
{
	struct shot *s = container_of(t, struct shot, t);

	atomic_store(&s->at, clock_monotonic_ns());
	if (s->again_ns > 0 && atomic_load(&s->count) + 1 < s->most)
		ktimer_set(t, t->deadline_ns + s->again_ns);
	atomic_fetch_add(&s->count, 1);
	host_futex_wake(&s->count, 1);
}

static void shot_init(struct shot *s)
{
	*s = (struct shot){.most = 1};
	ktimer_init(&s->t, fire);
}

static void wait_for(struct shot *s, uint32_t count)
{
	int64_t give_up = clock_monotonic_ns() + 20 * NSEC_PER_SEC;
	uint32_t have;

	while ((have = atomic_load(&s->count)) < count) {
		int r = host_futex_wait(&s->count, have, give_up);

		EXPECT_NE(r, -ETIMEDOUT);
	}
}

TEST(a_timer_fires_once_and_not_before_its_time)
{
	struct shot s;
	int64_t at = clock_monotonic_ns() + 3 * MSEC;

	shot_init(&s);
	ktimer_set(&s.t, at);
	wait_for(&s, 1);
	EXPECT_TRUE(atomic_load(&s.at) >= at);
	ktimer_cancel_sync(&s.t);
	EXPECT_EQ(atomic_load(&s.count), 1);
}

TEST(a_time_in_the_past_fires_at_once)
{
	struct shot s;

	shot_init(&s);
	ktimer_set(&s.t, -1);
	wait_for(&s, 1);
	ktimer_cancel_sync(&s.t);
}

TEST(timers_fire_in_order_of_their_deadlines)
{
	struct shot s[5];
	static const int delay_ms[] = {9, 1, 5, 5, 3};
	int64_t now = clock_monotonic_ns();

	for (size_t i = 0; i < 5; i++) {
		shot_init(&s[i]);
		ktimer_set(&s[i].t, now + delay_ms[i] * MSEC);
	}
	for (size_t i = 0; i < 5; i++)
		wait_for(&s[i], 1);
	EXPECT_TRUE(atomic_load(&s[1].at) <= atomic_load(&s[4].at));
	EXPECT_TRUE(atomic_load(&s[4].at) <= atomic_load(&s[2].at));
	EXPECT_TRUE(atomic_load(&s[3].at) <= atomic_load(&s[0].at));
	for (size_t i = 0; i < 5; i++)
		ktimer_cancel_sync(&s[i].t);
}

TEST(an_earlier_deadline_ends_the_sleep_for_a_later_one)
{
	struct shot late, early;

	shot_init(&late);
	shot_init(&early);
	ktimer_set(&late.t, clock_monotonic_ns() + 3600 * NSEC_PER_SEC);
	ktimer_set(&early.t, clock_monotonic_ns() + MSEC);
	wait_for(&early, 1);
	ktimer_set(&late.t, clock_monotonic_ns() + MSEC);
	wait_for(&late, 1);
	ktimer_cancel_sync(&late.t);
	ktimer_cancel_sync(&early.t);
}

TEST(a_cancelled_timer_does_not_fire)
{
	struct shot s, after;

	shot_init(&s);
	shot_init(&after);
	ktimer_set(&s.t, clock_monotonic_ns() + 2 * MSEC);
	ktimer_set(&after.t, clock_monotonic_ns() + 4 * MSEC);
	ktimer_cancel(&s.t);
	ktimer_cancel(&s.t);
	wait_for(&after, 1);
	EXPECT_EQ(atomic_load(&s.count), 0);
	ktimer_cancel_sync(&after.t);
}

TEST(a_function_may_arm_its_own_timer_again)
{
	struct shot s;

	shot_init(&s);
	s.again_ns = MSEC / 2;
	s.most = 10;
	ktimer_set(&s.t, clock_monotonic_ns());
	wait_for(&s, 10);
	ktimer_cancel_sync(&s.t);
	EXPECT_EQ(atomic_load(&s.count), 10);
}

/* Under sanitizers a late touch of the freed timer is seen. */
TEST(after_cancel_sync_a_timer_may_be_freed)
{
	for (int i = 0; i < 3000; i++) {
		struct shot *s = malloc(sizeof(*s));

		EXPECT_TRUE(s);
		shot_init(s);
		s->again_ns = 1;
		s->most = UINT32_MAX;
		ktimer_set(&s->t, 0);
		if (i % 3 == 0)
			wait_for(s, 1);
		if (i % 3 == 1)
			sched_yield();
		ktimer_cancel_sync(&s->t);
		free(s);
	}
}

TEST(an_idle_timer_thread_does_not_run)
{
	struct shot s;
	struct rusage before, after;
	struct timespec nap = {0, 100 * MSEC};

	shot_init(&s);
	ktimer_set(&s.t, clock_monotonic_ns() + 3600 * NSEC_PER_SEC);
	(void)nanosleep(&(struct timespec){0, 20 * MSEC}, NULL);
	getrusage(RUSAGE_SELF, &before);
	(void)nanosleep(&nap, NULL);
	getrusage(RUSAGE_SELF, &after);
	EXPECT_TRUE(after.ru_nvcsw - before.ru_nvcsw <= 2);
	ktimer_cancel(&s.t);
}

TEST(the_thread_stops_and_starts_again)
{
	struct shot s;

	shot_init(&s);
	ktimer_stop_thread();
	ktimer_stop_thread();
	EXPECT_EQ(ktimer_start_thread(), 0);
	EXPECT_EQ(ktimer_start_thread(), 0);
	ktimer_stop_thread();
	ktimer_set(&s.t, clock_monotonic_ns() + MSEC);
	wait_for(&s, 1);
	ktimer_cancel_sync(&s.t);
	ktimer_stop_thread();
}

TEST_MAIN()
