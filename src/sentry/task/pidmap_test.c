/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/test.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/task/task_priv.h"

/* As much of a kernel as numbers need. */
static void begin(struct kernel *k, int32_t pid_max) ASSERTS_HELD(k->tasklist);
static void begin(struct kernel *k, int32_t pid_max)
{
	*k = (struct kernel){.pid_max = pid_max};
	lock_init(&k->tasklist, RANK_TASKLIST, "tasklist");
	tree_init(&k->pids);
	lock_acquire(&k->tasklist);
}

static void end(struct kernel *k) RELEASES(k->tasklist);
static void end(struct kernel *k)
{
	for (struct pid *p; (p = pid_next(k, 1));)
		pid_release(k, p);
	EXPECT_TRUE(tree_empty(&k->pids));
	lock_release(&k->tasklist);
	lock_fini(&k->tasklist);
}

TEST(the_first_number_is_1_and_they_grow)
{
	struct kernel k;
	struct pid *p, *q;

	begin(&k, 1000);
	EXPECT_EQ(pid_alloc(&k, 0, &p), 0);
	EXPECT_EQ(p->nr, 1);
	EXPECT_EQ(pid_alloc(&k, 0, &q), 0);
	EXPECT_EQ(q->nr, 2);
	pid_release(&k, q);
	EXPECT_EQ(pid_alloc(&k, 0, &q), 0);
	EXPECT_EQ(q->nr, 3); /* not given out again at once */
	end(&k);
}

TEST(after_the_last_number_it_goes_on_above_the_reserved_ones)
{
	struct kernel k;
	struct pid *p;

	begin(&k, 310);
	for (int i = 1; i < 310; i++)
		EXPECT_EQ(pid_alloc(&k, 0, &p), 0);
	EXPECT_ERR(pid_alloc(&k, 0, &p), EAGAIN);
	pid_release(&k, pid_find(&k, 5));
	EXPECT_ERR(pid_alloc(&k, 0, &p), EAGAIN);
	pid_release(&k, pid_find(&k, 305));
	EXPECT_EQ(pid_alloc(&k, 0, &p), 0);
	EXPECT_EQ(p->nr, 305);
	end(&k);
}

TEST(a_wish_is_met_or_refused)
{
	struct kernel k;
	struct pid *p;

	begin(&k, 1000);
	EXPECT_EQ(pid_alloc(&k, 77, &p), 0);
	EXPECT_EQ(p->nr, 77);
	EXPECT_ERR(pid_alloc(&k, 77, &p), EEXIST);
	EXPECT_ERR(pid_alloc(&k, 1000, &p), EINVAL);
	EXPECT_EQ(pid_alloc(&k, 0, &p), 0);
	EXPECT_EQ(p->nr, 1);
	end(&k);
}

TEST(a_number_stays_while_a_process_group_has_it)
{
	struct kernel k;
	struct thread_group tg;
	struct pid *p;

	begin(&k, 1000);
	EXPECT_EQ(pid_alloc(&k, 9, &p), 0);
	list_init(&tg.pgrp_link);
	list_add_tail(&p->pgrp, &tg.pgrp_link);
	pid_release(&k, p);
	EXPECT_TRUE(pid_find(&k, 9) == p);
	EXPECT_TRUE(pid_next(&k, 3) == p);
	EXPECT_TRUE(pid_next(&k, 10) == NULL);
	list_del(&tg.pgrp_link);
	pid_release(&k, p);
	EXPECT_TRUE(pid_find(&k, 9) == NULL);
	end(&k);
}

TEST_MAIN()
