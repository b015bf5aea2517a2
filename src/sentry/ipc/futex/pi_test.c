/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks with an owner: order, errors, the death of owners, and guests' own fast paths in between.
 */
#include <errno.h>
#include <sched.h>
#include <time.h>

#include "sentry/core/alloc.h"
#include "sentry/ipc/futex/test_peers.h"

#define MS 1000000LL

static bool alive(struct ctx *ctx UNUSED, int32_t tid)
{
	int32_t i = tid - 100;

	return i >= 0 && i < PEERS && !atomic_load(&peers[i].ctx.futex_gone);
}

static int lock_until(struct peer *p, uint64_t off, struct futex_deadline until)
{
	struct futex_lock_pi l = {.word = word(off), .until = until, .lives = alive};

	return futex_lock_pi(&p->ctx, &l);
}

static int lock_pi(struct peer *p, uint64_t off)
{
	return lock_until(p, off, FUTEX_NO_DEADLINE);
}

static int try_pi(struct peer *p, uint64_t off)
{
	struct futex_lock_pi l = {.word = word(off), .lives = alive, .try = true};

	return futex_lock_pi(&p->ctx, &l);
}

static int unlock_pi(struct peer *p, uint64_t off)
{
	struct futex_word at = word(off);

	return futex_unlock_pi(&p->ctx, &at);
}

static uint32_t tid(int i)
{
	return (uint32_t)(100 + i);
}

/* Until the word says that somebody waits, and he is asleep as far as can be told. */
static void await_waiter(uint64_t off)
{
	struct timespec ms = {0, 2 * MS};

	while (!(get32(off) & LX_FUTEX_WAITERS))
		sched_yield();
	nanosleep(&ms, NULL);
}

TEST(a_free_lock_is_taken_and_given_back)
{
	begin();
	EXPECT_EQ(lock_pi(&peers[0], 0), 0);
	EXPECT_EQ(get32(0), tid(0));
	EXPECT_ERR(lock_pi(&peers[0], 0), EDEADLK);
	EXPECT_ERR(try_pi(&peers[0], 0), EDEADLK);
	EXPECT_ERR(unlock_pi(&peers[1], 0), EPERM);
	EXPECT_ERR(try_pi(&peers[1], 0), EWOULDBLOCK);
	EXPECT_EQ(get32(0), tid(0) | LX_FUTEX_WAITERS);
	EXPECT_EQ(unlock_pi(&peers[0], 0), 0);
	EXPECT_EQ(get32(0), 0);
	put32(0, LX_FUTEX_OWNER_DIED); /* whose owner died without waiters */
	EXPECT_EQ(try_pi(&peers[1], 0), 0);
	EXPECT_EQ(get32(0), tid(1) | LX_FUTEX_OWNER_DIED);
	end();
}

TEST(errors_leave_nobody_in_a_queue)
{
	struct futex_deadline past = {.clock = LX_CLOCK_REALTIME, .at_ns = 1};

	begin();
	put32(0, 5000); /* no such thread */
	EXPECT_ERR(lock_pi(&peers[0], 0), ESRCH);
	EXPECT_ERR(try_pi(&peers[0], 0), ESRCH);
	put32(0, tid(1));
	EXPECT_ERR(lock_until(&peers[0], 0, past), ETIMEDOUT);
	atomic_store(&peers[0].signal, true);
	EXPECT_ERR(lock_pi(&peers[0], 0), LX_ERESTARTNOINTR);
	EXPECT_ERR(lock_pi(&peers[0], 2), EINVAL);
	EXPECT_ERR(lock_pi(&peers[0], 64 * PAGE), EFAULT);
	EXPECT_ERR(unlock_pi(&peers[0], 64 * PAGE), EFAULT);
	put32(0, tid(1));
	arena_fail_nth(1);
	EXPECT_ERR(lock_pi(&peers[0], 0), ENOMEM);
	arena_fail_nth(0);
	EXPECT_EQ(unlock_pi(&peers[1], 0), 0);
	EXPECT_EQ(get32(0), 0);
	end();
}

static void *locker(void *arg)
{
	struct peer *p = arg;

	p->result = lock_pi(p, 0);
	atomic_store(&p->done, true);
	return NULL;
}

TEST(release_hands_the_lock_to_the_first_waiter)
{
	begin();
	put32(0, tid(5));
	start(locker, 1);
	await_waiter(0);
	EXPECT_EQ(pthread_create(&peers[1].id, NULL, locker, &peers[1]), 0);
	struct timespec ms = {0, 20 * MS};
	nanosleep(&ms, NULL);
	EXPECT_EQ(unlock_pi(&peers[5], 0), 0);
	EXPECT_EQ(get32(0), tid(0) | LX_FUTEX_WAITERS);
	pthread_join(peers[0].id, NULL);
	EXPECT_EQ(peers[0].result, 0);
	EXPECT_FALSE(peers[1].done);
	EXPECT_EQ(unlock_pi(&peers[0], 0), 0);
	pthread_join(peers[1].id, NULL);
	EXPECT_EQ(peers[1].result, 0);
	EXPECT_EQ(get32(0), tid(1) | LX_FUTEX_WAITERS);
	EXPECT_EQ(unlock_pi(&peers[1], 0), 0);
	EXPECT_EQ(get32(0), 0);
	end();
}

TEST(a_word_that_contradicts_its_waiters_is_refused)
{
	begin();
	put32(0, tid(5));
	start(locker, 1);
	await_waiter(0);
	put32(0, tid(4) | LX_FUTEX_WAITERS);
	EXPECT_ERR(lock_pi(&peers[1], 0), EINVAL);
	EXPECT_ERR(unlock_pi(&peers[4], 0), EINVAL);
	put32(0, tid(5) | LX_FUTEX_WAITERS);
	EXPECT_EQ(unlock_pi(&peers[5], 0), 0);
	join(1);
	end();
}

static void *locker_of_second(void *arg)
{
	struct peer *p = arg;

	p->result = lock_pi(p, 64);
	return NULL;
}

TEST(a_circle_of_waiters_is_refused)
{
	begin();
	put32(0, tid(0));
	put32(64, tid(1));
	EXPECT_EQ(pthread_create(&peers[0].id, NULL, locker_of_second, &peers[0]), 0);
	await_waiter(64);
	EXPECT_ERR(lock_pi(&peers[1], 0), EDEADLK);
	EXPECT_EQ(unlock_pi(&peers[1], 64), 0);
	pthread_join(peers[0].id, NULL);
	EXPECT_EQ(peers[0].result, 0);
	end();
}

TEST(the_heir_of_a_dead_owner_is_told)
{
	begin();
	put32(0, tid(5));
	start(locker, 1);
	await_waiter(0);
	futex_pi_exit(&peers[5].ctx, FUTEX_LEAVES_BY_EXIT);
	join(1);
	EXPECT_EQ(peers[0].result, 0);
	EXPECT_EQ(get32(0), tid(0) | LX_FUTEX_WAITERS | LX_FUTEX_OWNER_DIED);
	EXPECT_EQ(unlock_pi(&peers[0], 0), 0);
	put32(0, tid(5)); /* the dead one is nobody's owner any more */
	EXPECT_ERR(lock_pi(&peers[1], 0), ESRCH);
	end();
}

/* An owner dies while others come, at every moment. */
TEST(who_comes_while_the_owner_dies_inherits_or_is_told)
{
	begin();
	for (int i = 0; i < 500; i++) {
		struct ctx *owner = &peers[5].ctx;

		atomic_store(&owner->futex_gone, false);
		put32(0, tid(5));
		start(locker, 1);
		for (int spin = 0; spin < i % 40; spin++)
			sched_yield();
		futex_pi_exit(owner, FUTEX_LEAVES_BY_EXIT);
		join(1);
		EXPECT_TRUE(peers[0].result == 0 || peers[0].result == -ESRCH);
		if (peers[0].result == 0)
			EXPECT_EQ(unlock_pi(&peers[0], 0), 0);
	}
	EXPECT_ERR(lock_pi(&peers[5], 2), EINVAL);
	end();
}

/* ---- as guests use it ---- */

#define LOOPS 4000
static long counter;

static void guest_lock(struct peer *p)
{
	int r;

	if (swap(p, 0, 0, tid(p->index)) == 0)
		return;
	do {
		r = lock_pi(p, 0);
		atomic_store(&p->signal, false);
	} while (r == -LX_ERESTARTNOINTR);
	EXPECT_EQ(r, 0);
}

static void guest_unlock(struct peer *p)
{
	if (swap(p, 0, tid(p->index), 0) == tid(p->index))
		return;
	EXPECT_EQ(unlock_pi(p, 0), 0);
}

static void *add(void *arg)
{
	struct peer *p = arg;

	for (int i = 0; i < LOOPS; i++) {
		guest_lock(p);
		counter++;
		if (i % 5 == 0)
			sched_yield();
		guest_unlock(p);
	}
	atomic_store(&p->done, true);
	return NULL;
}

TEST(a_lock_excludes_while_guests_race_for_it_and_signals_arrive)
{
	begin();
	counter = 0;
	start(add, PEERS);
	for (int i = 0; i < 2000; i++) {
		struct peer *p = &peers[i % PEERS];

		atomic_store(&p->signal, true);
		ctx_wake(&p->ctx);
		sched_yield();
	}
	join(PEERS);
	EXPECT_EQ(counter, PEERS * LOOPS);
	EXPECT_EQ(get32(0), 0);
	end();
}

TEST_MAIN()
