/* SPDX-License-Identifier: Apache-2.0 */
/* Counters: what adds up, what waits, and that no wake-up between writers and readers is lost. */
#include "sentry/fs/eventfd/eventfd.h"

#include "abi/errno.h"
#include "abi/eventfd.h"
#include "abi/poll.h"
#include "host/thread.h"
#include "sentry/fs/test_ctx.h"

static struct file *make(uint32_t count, unsigned flags)
{
	struct file *f;

	EXPECT_EQ(eventfd_new(count, flags, &f), 0);
	return f;
}

static ssize_t take(struct test_ctx *t, struct file *f, uint64_t *ret)
{
	return test_read(t, f, ret, sizeof(*ret));
}

static ssize_t add(struct test_ctx *t, struct file *f, uint64_t n)
{
	return test_write(t, f, &n, sizeof(n));
}

TEST(a_read_takes_the_sum_of_all_writes)
{
	struct test_ctx t;
	struct file *f = make(3, LX_EFD_NONBLOCK);
	uint64_t n;

	test_ctx_init(&t);
	EXPECT_EQ(add(&t, f, 4), 8);
	EXPECT_EQ(take(&t, f, &n), 8);
	EXPECT_EQ(n, 7);
	EXPECT_ERR(take(&t, f, &n), EAGAIN);
	file_put(f);
	test_ctx_fini(&t);
}

TEST(a_semaphore_gives_one_at_a_time)
{
	struct test_ctx t;
	struct file *f = make(2, LX_EFD_NONBLOCK | LX_EFD_SEMAPHORE);
	uint64_t n;

	test_ctx_init(&t);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(take(&t, f, &n), 8);
		EXPECT_EQ(n, 1);
	}
	EXPECT_ERR(take(&t, f, &n), EAGAIN);
	file_put(f);
	test_ctx_fini(&t);
}

TEST(the_count_stops_below_the_greatest_number)
{
	struct test_ctx t;
	struct file *f = make(0, LX_EFD_NONBLOCK);

	test_ctx_init(&t);
	EXPECT_ERR(add(&t, f, UINT64_MAX), EINVAL);
	EXPECT_EQ(add(&t, f, LX_EFD_MAX), 8);
	EXPECT_EQ(file_poll(f), LX_POLLIN);
	EXPECT_ERR(add(&t, f, 1), EAGAIN);
	EXPECT_EQ(add(&t, f, 0), 8);
	file_put(f);
	test_ctx_fini(&t);
}

TEST(sizes_and_flags_that_are_wrong_are_refused)
{
	struct test_ctx t;
	struct file *f = make(1, 0), *none;
	char buf[16] = {0};

	test_ctx_init(&t);
	EXPECT_ERR(test_read(&t, f, buf, 7), EINVAL);
	EXPECT_ERR(test_write(&t, f, buf, 7), EINVAL);
	EXPECT_ERR(test_write(&t, f, buf, 16), EINVAL);
	EXPECT_ERR(eventfd_new(0, 0x10, &none), EINVAL);
	file_put(f);
	test_ctx_fini(&t);
}

TEST(a_sleeping_reader_is_ended_by_a_signal)
{
	struct test_ctx t;
	struct file *f = make(0, 0);
	uint64_t n;

	test_ctx_init(&t);
	test_ctx_interrupt(&t);
	EXPECT_ERR(take(&t, f, &n), LX_ERESTARTSYS);
	EXPECT_EQ(add(&t, f, 1), 8); /* nothing was taken, and nobody is left in the queue */
	EXPECT_EQ(take(&t, f, &n), 8);
	file_put(f);
	test_ctx_fini(&t);
}

/* --- many threads --- */

enum { WRITERS = 4, ROUNDS = 5000 };

struct worker {
	struct test_ctx t;
	struct file *f;
	uint64_t sum;
	bool failed;
};

static void write_much(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < ROUNDS && !w->failed; i++)
		w->failed = add(&w->t, w->f, LX_EFD_MAX / 2) !=
			    8; /* the third waits for a reader */
}

static void read_much(void *arg)
{
	struct worker *w = arg;

	while (w->sum < (uint64_t)WRITERS * ROUNDS && !w->failed) {
		uint64_t n = 0;

		w->failed = take(&w->t, w->f, &n) != 8;
		w->sum += n / (LX_EFD_MAX / 2);
	}
}

TEST(no_wake_up_is_lost_between_writers_that_wait_for_room_and_a_reader)
{
	static struct worker workers[WRITERS + 1];
	struct host_thread threads[WRITERS + 1];
	struct file *f = make(0, 0);

	for (int i = 0; i <= WRITERS; i++) {
		workers[i] = (struct worker){.f = f};
		test_ctx_init(&workers[i].t);
		EXPECT_EQ(host_thread_start(&threads[i], "worker",
					    i == WRITERS ? read_much : write_much, &workers[i]),
			  0);
	}
	for (int i = 0; i <= WRITERS; i++) {
		host_thread_join(&threads[i]);
		EXPECT_FALSE(workers[i].failed);
		test_ctx_fini(&workers[i].t);
	}
	EXPECT_EQ(workers[WRITERS].sum, WRITERS * ROUNDS);
	EXPECT_EQ(file_poll(f), LX_POLLOUT);
	file_put(f);
}

TEST_MAIN()
