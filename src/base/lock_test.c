/* SPDX-License-Identifier: Apache-2.0 */
/* Locks exclude, and debug builds refuse a wrong order before it can deadlock. */
#include "base/lock.h"

#include <pthread.h>

#include "base/log.h"
#include "base/test.h"

static struct lock outer = LOCK_INIT(10, "outer");
static struct lock inner = LOCK_INIT(20, "inner");
static struct lock sibling = LOCK_INIT(20, "sibling");
static struct lock free_lock = LOCK_INIT(0, "free");
static long counter;

static void *count(void *arg UNUSED)
{
	for (int i = 0; i < 20000; i++) {
		GUARD(&outer);
		counter++;
	}
	return NULL;
}

TEST(threads_exclude_each_other)
{
	pthread_t t[3];

	counter = 0;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, count, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	EXPECT_EQ(counter, 60000);
}

static int leave_early(int how)
{
	GUARD(&outer);
	if (how == 1)
		return 1;
	LOCK_ASSERT_HELD(&outer);
	return 0;
}

TEST(a_guard_releases_on_every_way_out)
{
	EXPECT_EQ(leave_early(1), 1);
	EXPECT_EQ(leave_early(0), 0);
	EXPECT_TRUE(lock_try_acquire(&outer));
	LOCK_ASSERT_HELD(&outer);
	lock_release(&outer);
	lock_assert_none_held();
}

TEST(downwards_nested_and_unranked_orders_are_right)
{
	GUARD(&free_lock);
	GUARD(&outer);
	GUARD(&inner);
	lock_acquire_nested(&sibling, 1);
	lock_release(&sibling);
}

static void take_two(struct lock *a, struct lock *b)
{
	lock_acquire(a);
	lock_acquire(b);
	lock_release(b);
	lock_release(a);
}

TEST(upwards_orders_panic)
{
	if (!DEBUG_BUILD)
		TEST_SKIP("lock orders are checked in debug builds");
	EXPECT_PANIC(take_two(&inner, &outer));
	EXPECT_PANIC(take_two(&inner, &sibling));
	EXPECT_PANIC(take_two(&outer, &outer));
	EXPECT_PANIC(take_two(&free_lock, &free_lock));
}

NO_THREAD_SAFETY static void release_without_holding(struct lock *l)
{
	lock_release(l);
}

TEST(holding_is_asserted)
{
	if (!DEBUG_BUILD)
		TEST_SKIP("holders are known in debug builds");
	EXPECT_PANIC(LOCK_ASSERT_HELD(&inner));
	EXPECT_PANIC(release_without_holding(&inner));
	EXPECT_PANIC({
		lock_acquire(&inner);
		lock_assert_none_held();
	});
}

TEST(a_broken_order_names_both_locks)
{
	char text[512];
	int fds[2];
	ssize_t n;

	if (!DEBUG_BUILD)
		TEST_SKIP("lock orders are checked in debug builds");
	EXPECT_EQ(pipe(fds), 0);
	EXPECT_PANIC({
		log_set_fd(fds[1]);
		take_two(&inner, &outer);
	});
	n = read(fds[0], text, sizeof(text) - 1);
	EXPECT_TRUE(n > 0);
	text[n] = '\0';
	EXPECT_TRUE(strstr(text, "inner") != NULL);
	EXPECT_TRUE(strstr(text, "outer") != NULL);
	close(fds[0]);
	close(fds[1]);
}

TEST(trying_a_held_lock_fails)
{
	struct lock l;

	lock_init(&l, 5, "local");
	lock_acquire(&l);
	EXPECT_FALSE(lock_try_acquire(&l));
	lock_release(&l);
	lock_fini(&l);
}

TEST_MAIN()
