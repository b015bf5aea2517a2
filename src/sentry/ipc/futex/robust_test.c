/* SPDX-License-Identifier: Apache-2.0 */
/* Robust lists at the end of a thread: what becomes of its locks, and lists made to harm. */
#include <errno.h>
#include <sched.h>

#include "sentry/ipc/futex/test_peers.h"

#define ANY LX_FUTEX_BITSET_MATCH_ANY

#define HEAD     1024
#define LOCK_OFF 32  /* from a list entry to its lock word */
#define TID      100 /* of peers[0] */

static void put_head(uint64_t first, uint64_t pending)
{
	put64(HEAD, first);
	put64(HEAD + 8, LOCK_OFF);
	put64(HEAD + 16, pending);
}

static void die(void)
{
	futex_robust_exit(&peers[0].ctx, w.mm, uaddr(mem + HEAD),
			  sizeof(struct lx_robust_list_head));
}

TEST(locks_of_the_dead_become_owner_died_and_one_waiter_is_woken)
{
	struct futex_word shared;

	begin();
	put64(0, mem + 128); /* two entries, in a circle through the head */
	put64(128, mem + HEAD);
	put_head(mem, 0);
	put32(LOCK_OFF, TID);
	put32(128 + LOCK_OFF, 4711); /* not ours */
	die();
	EXPECT_EQ(get32(LOCK_OFF), LX_FUTEX_OWNER_DIED);
	EXPECT_EQ(get32(128 + LOCK_OFF), 4711);
	put32(LOCK_OFF, TID | LX_FUTEX_WAITERS);
	shared = word(LOCK_OFF);
	shared.scope = FUTEX_SHARED;
	die();
	EXPECT_EQ(get32(LOCK_OFF), LX_FUTEX_OWNER_DIED | LX_FUTEX_WAITERS);
	EXPECT_EQ(futex_wake(&shared, 1, ANY), 0);
	end();
}

static void *robust_waiter(void *arg)
{
	struct peer *p = arg;
	struct futex_word at = word(LOCK_OFF);

	at.scope = FUTEX_SHARED;
	p->result = futex_wait(&p->ctx, &at, TID | LX_FUTEX_WAITERS, ANY, FUTEX_NO_DEADLINE);
	return NULL;
}

TEST(who_waits_for_a_dead_owner_goes_on)
{
	begin();
	put64(0, mem + HEAD);
	put_head(mem, 0);
	put32(LOCK_OFF, TID | LX_FUTEX_WAITERS);
	EXPECT_EQ(pthread_create(&peers[1].id, NULL, robust_waiter, &peers[1]), 0);
	for (int i = 0; i < 100; i++)
		sched_yield();
	die();
	pthread_join(peers[1].id, NULL);
	EXPECT_TRUE(peers[1].result == 0 || peers[1].result == -EAGAIN);
	end();
}

TEST(a_pending_operation_counts_too)
{
	begin();
	put_head(mem + HEAD, mem);
	put32(LOCK_OFF, TID);
	die();
	EXPECT_EQ(get32(LOCK_OFF), LX_FUTEX_OWNER_DIED);
	put32(LOCK_OFF, 0); /* unlocked, its waiter not woken yet */
	die();
	EXPECT_EQ(get32(LOCK_OFF), 0);
	/* An entry that is both listed and pending is done once, at the end. */
	put64(0, mem + HEAD);
	put_head(mem, mem);
	put32(LOCK_OFF, TID);
	die();
	EXPECT_EQ(get32(LOCK_OFF), LX_FUTEX_OWNER_DIED);
	end();
}

TEST(hostile_lists_end)
{
	begin();
	put_head(mem, 0); /* an entry that is its own successor */
	put64(0, mem);
	put32(LOCK_OFF, TID);
	die();
	EXPECT_EQ(get32(LOCK_OFF), LX_FUTEX_OWNER_DIED);

	put_head(UINT64_MAX - 7, UINT64_MAX - 7); /* nowhere */
	die();
	put_head(mem + 3 * PAGE, 0);
	die();
	put_head(0, 0);
	die();

	put_head(mem,
		 0); /* the link leads out of the world: the first lock is done, the rest is left */
	put64(0, 0x7fffffffffff0000);
	put32(LOCK_OFF, TID);
	die();
	EXPECT_EQ(get32(LOCK_OFF), LX_FUTEX_OWNER_DIED);

	put_head(mem, 0); /* a lock that is not aligned stops the walk */
	put64(HEAD + 8, LOCK_OFF + 2);
	put64(0, mem + HEAD);
	put32(LOCK_OFF, TID);
	die();
	EXPECT_EQ(get32(LOCK_OFF), TID);

	put_head(mem, 0); /* an offset that wraps */
	put64(HEAD + 8, (uint64_t)INT64_MIN);
	die();
	futex_robust_exit(&peers[0].ctx, w.mm, uaddr(mem + HEAD),
			  23); /* another size is another list */
	futex_robust_exit(&peers[0].ctx, w.mm, uaddr(UINT64_MAX - 3), 24);
	EXPECT_EQ(get32(LOCK_OFF), TID);
	end();
}

TEST(pi_locks_are_marked_but_not_woken_here)
{
	begin();
	put64(0, mem + HEAD);
	put_head(mem | 1, 0);
	put32(LOCK_OFF, TID | LX_FUTEX_WAITERS);
	die();
	EXPECT_EQ(get32(LOCK_OFF), LX_FUTEX_OWNER_DIED | LX_FUTEX_WAITERS);
	end();
}

TEST_MAIN()
