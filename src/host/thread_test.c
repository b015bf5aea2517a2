/* SPDX-License-Identifier: Apache-2.0 */
/* Threads, futexes, clocks, memory: that the host does what the headers say. */
#include "host/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/prctl.h>

#include "base/test.h"
#include "host/futex.h"
#include "host/mem.h"
#include "host/rand.h"
#include "host/time.h"

struct seen {
	char name[16];
	sigset_t mask;
	size_t stack, guard;
	_Atomic uint32_t done;
};

static void look_around(void *arg)
{
	struct seen *s = arg;
	pthread_attr_t attr;

	prctl(PR_GET_NAME, s->name, 0, 0, 0);
	pthread_sigmask(SIG_SETMASK, NULL, &s->mask);
	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstacksize(&attr, &s->stack);
	pthread_attr_getguardsize(&attr, &s->guard);
	pthread_attr_destroy(&attr);
	atomic_store(&s->done, 1);
	host_futex_wake(&s->done, 1);
}

TEST(a_thread_has_a_small_stack_a_guard_a_name_and_no_signals)
{
	struct seen s = {.done = 0};
	struct host_thread t;

	EXPECT_EQ(host_thread_start(&t, "a-rather-long-name", look_around, &s), 0);
	host_thread_join(&t);
	EXPECT_STREQ(s.name, "a-rather-long-n");
	EXPECT_TRUE(s.stack <= HOST_THREAD_STACK && s.guard >= 4096);
	EXPECT_TRUE(sigismember(&s.mask, SIGTERM) == 1 && sigismember(&s.mask, SIGPIPE) == 1);
	pthread_sigmask(SIG_SETMASK, NULL, &s.mask);
	EXPECT_EQ(sigismember(&s.mask, SIGTERM), 0);
}

TEST(nobody_joins_a_detached_thread)
{
	static struct seen s;
	static struct host_thread t;

	EXPECT_EQ(host_thread_start_detached(&t, "loose", look_around, &s), 0);
	while (atomic_load(&s.done) == 0) {
		int r = host_futex_wait(&s.done, 0, HOST_FUTEX_FOREVER);

		EXPECT_TRUE(r == 0 || r == -EAGAIN);
	}
}

TEST(a_futex_wait_ends_by_its_deadline_or_does_not_begin)
{
	_Atomic uint32_t word = 5;
	int64_t until = host_monotonic_ns() + 2000000;

	EXPECT_ERR(host_futex_wait(&word, 4, HOST_FUTEX_FOREVER), EAGAIN);
	EXPECT_ERR(host_futex_wait(&word, 5, -1), ETIMEDOUT);
	EXPECT_ERR(host_futex_wait(&word, 5, until), ETIMEDOUT);
	EXPECT_TRUE(host_monotonic_ns() >= until);
}

TEST(memory_is_reserved_aligned_and_reads_as_zeroes_after_discard)
{
	size_t len = (size_t)8 << 20;
	void *base;
	char *p;

	EXPECT_EQ(host_mem_reserve(len, (size_t)1 << 20, &base), 0);
	p = base;
	EXPECT_EQ((uintptr_t)p % (1 << 20), 0);
	EXPECT_EQ(host_mem_commit(p + 4096, 8192), 0);
	memset(p + 4096, 1, 8192);
	host_mem_discard(p + 4096, 4096);
	EXPECT_TRUE(p[4096] == 0 && p[8192] == 1);
	host_mem_release(p, len);
	EXPECT_ERR(host_mem_reserve((size_t)1 << 60, 4096, &base), ENOMEM);
	EXPECT_ERR(host_mem_reserve(SIZE_MAX, 4096, &base), ENOMEM);
}

TEST(random_bytes_differ)
{
	uint64_t a[64], b[64];

	host_random(a, sizeof(a));
	host_random(b, sizeof(b));
	EXPECT_NE(memcmp(a, b, sizeof(a)), 0);
}

TEST(an_unknown_clock_is_refused)
{
	int64_t ns = 7;

	EXPECT_ERR(host_clock_get(77, &ns), EINVAL);
	EXPECT_ERR(host_clock_resolution(77, &ns), EINVAL);
	EXPECT_EQ(ns, 7);
	EXPECT_EQ(host_clock_resolution(CLOCK_MONOTONIC, &ns), 0);
	EXPECT_TRUE(ns > 0);
}

TEST_MAIN()
