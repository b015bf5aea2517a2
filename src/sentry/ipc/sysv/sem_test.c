/* SPDX-License-Identifier: Apache-2.0 */
/* Semaphores as a state machine: who is served when, what is undone, and that nothing stays behind.
 */
#include <errno.h>

#include "base/test.h"
#include "host/thread.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

/* A process: its own credentials, debts, and a thread for what may sleep. */
struct process {
	struct ctx ctx;
	struct sem_undo_list *undos;
	struct host_thread thread;
	struct lx_sembuf ops[3];
	unsigned nops;
	int32_t id;
	_Atomic int result; /* 1: still at it */
	_Atomic bool signalled;
};

static bool stop_sleeping(struct ctx *ctx)
{
	return container_of(ctx, struct process, ctx)->signalled;
}

static const struct ctx_ops ops = {.interrupted = stop_sleeping, .killed = stop_sleeping};

static void process_init(struct process *p, int32_t pid)
{
	*p = (struct process){.nops = 0};
	ctx_init(&p->ctx, &ops);
	p->ctx.cred = cred_new(0, 0, NULL, 0);
	p->ctx.tid = p->ctx.tgid = pid;
}

static void process_end(struct process *p)
{
	sysv_sem_undo_put(p->undos, p->ctx.tgid);
	cred_put(p->ctx.cred);
}

static int op_at(struct process *p, int32_t id, uint16_t num, int16_t by, int flags,
		 int64_t deadline_ns)
{
	struct lx_sembuf b = {.sem_num = num, .sem_op = by, .sem_flg = (int16_t)flags};

	return sysv_sem_op(&p->ctx, &p->undos, id, &b, 1, deadline_ns);
}

static int op(struct process *p, int32_t id, uint16_t num, int16_t by, int flags)
{
	return op_at(p, id, num, by, flags, CTX_FOREVER);
}

static void run(void *arg)
{
	struct process *p = arg;

	p->result = sysv_sem_op(&p->ctx, &p->undos, p->id, p->ops, p->nops, CTX_FOREVER);
}

/* Start a semop of `nops` steps on p's thread, and wait until it is the nth that sleeps. */
static void start(struct process *p, int32_t id, unsigned nops, size_t nth)
{
	struct sem_waiter *w;
	size_t n = 0;

	p->id = id;
	p->nops = nops;
	p->result = 1;
	EXPECT_EQ(host_thread_start(&p->thread, "semop", run, p), 0);
	while (n != nth) {
		struct ipc_object *o;

		n = 0;
		GUARD(&sem_table.lock);
		LOCK_ASSERT_HELD(&sem_table.lock);
		EXPECT_EQ(ipc_find(&sem_table, id, &o), 0);
		list_for_each_entry(w, &sem_set_of(o)->waiting, link)
			n++;
	}
}

static int32_t new_set(struct process *p, int32_t n)
{
	long id = sysv_sem_get(&p->ctx, LX_IPC_PRIVATE, n, 0600);

	EXPECT_TRUE(id >= 0);
	return (int32_t)id;
}

static long value(struct process *p, int32_t id, int32_t num)
{
	return sysv_sem_get_one(&p->ctx, id, num, LX_GETVAL);
}

static void nothing_is_left(void)
{
	sysv_fini();
	EXPECT_EQ(sem_total, 0);
	EXPECT_EQ(sem_table.used, 0);
}

TEST(who_can_be_served_is_served_in_the_order_of_coming)
{
	struct process a, b, c;
	int32_t id;

	process_init(&a, 1);
	process_init(&b, 2);
	process_init(&c, 3);
	id = new_set(&a, 1);
	b.ops[0] = (struct lx_sembuf){.sem_op = -2};
	c.ops[0] = (struct lx_sembuf){.sem_op = -1};
	start(&b, id, 1, 1);
	start(&c, id, 1, 2);
	EXPECT_EQ(sysv_sem_get_one(&a.ctx, id, 0, LX_GETNCNT), 2);
	EXPECT_EQ(op(&a, id, 0, 1, 0), 0); /* not enough for b */
	host_thread_join(&c.thread);
	EXPECT_TRUE(c.result == 0 && b.result == 1);
	EXPECT_EQ(value(&a, id, 0), 0);
	EXPECT_EQ(op(&a, id, 0, 3, 0), 0);
	host_thread_join(&b.thread);
	EXPECT_EQ(b.result, 0);
	EXPECT_EQ(value(&a, id, 0), 1);
	EXPECT_EQ(sysv_sem_get_one(&a.ctx, id, 0, LX_GETPID), 2);
	process_end(&a);
	process_end(&b);
	process_end(&c);
	nothing_is_left();
}

TEST(one_change_may_serve_a_chain_of_sleepers)
{
	struct process a, b, c;
	int32_t id;

	process_init(&a, 1);
	process_init(&b, 2);
	process_init(&c, 3);
	id = new_set(&a, 3);
	b.ops[0] = (struct lx_sembuf){.sem_num = 2, .sem_op = -1};
	c.ops[0] = (struct lx_sembuf){.sem_num = 0, .sem_op = -1};
	c.ops[1] = (struct lx_sembuf){.sem_num = 2, .sem_op = 1};
	start(&b, id, 1, 1);
	start(&c, id, 2, 2);
	EXPECT_EQ(op(&a, id, 0, 1, 0), 0);
	host_thread_join(&b.thread);
	host_thread_join(&c.thread);
	EXPECT_TRUE(b.result == 0 && c.result == 0);
	EXPECT_TRUE(value(&a, id, 0) == 0 && value(&a, id, 2) == 0);
	process_end(&a);
	process_end(&b);
	process_end(&c);
	nothing_is_left();
}

TEST(debts_are_paid_by_the_last_sharer_and_wake_who_waits)
{
	struct sem_undo_list *shared;
	struct process a, b, c;
	int32_t id;

	process_init(&a, 1);
	process_init(&b, 2);
	process_init(&c, 3);
	id = new_set(&a, 2);
	EXPECT_EQ(sysv_sem_set_one(&a.ctx, id, 0, 1), 0);
	EXPECT_EQ(op(&b, id, 0, -1, LX_SEM_UNDO), 0);
	EXPECT_EQ(sysv_sem_undo_share(&b.undos, &shared), 0);
	c.ops[0] = (struct lx_sembuf){.sem_op = -1};
	start(&c, id, 1, 1);
	sysv_sem_undo_put(b.undos, 2);
	EXPECT_EQ(c.result, 1);
	b.undos = shared;
	process_end(&b);
	host_thread_join(&c.thread);
	EXPECT_EQ(c.result, 0);
	process_end(&a);
	process_end(&c);
	nothing_is_left();
}

TEST(what_fails_half_way_leaves_values_and_debts_as_they_were)
{
	struct lx_sembuf b[3] = {
		{.sem_num = 0, .sem_op = 5, .sem_flg = LX_SEM_UNDO},
		{.sem_num = 1, .sem_op = 7, .sem_flg = LX_SEM_UNDO},
		{.sem_num = 0, .sem_op = -6, .sem_flg = LX_IPC_NOWAIT},
	};
	struct process a, p;
	int32_t id;

	process_init(&a, 1);
	process_init(&p, 2);
	id = new_set(&a, 2);
	EXPECT_ERR(sysv_sem_op(&p.ctx, &p.undos, id, b, 3, CTX_FOREVER), EAGAIN);
	EXPECT_TRUE(value(&a, id, 0) == 0 && value(&a, id, 1) == 0);
	EXPECT_EQ(op(&a, id, 0, 3, 0), 0);
	process_end(&p);
	EXPECT_TRUE(value(&a, id, 0) == 3 && value(&a, id, 1) == 0);
	process_end(&a);
	nothing_is_left();
}

TEST(setting_a_value_forgives_and_removal_ends_sleeps_and_debts)
{
	struct process a, b, c;
	int32_t id;

	process_init(&a, 1);
	process_init(&b, 2);
	process_init(&c, 3);
	id = new_set(&a, 2);
	EXPECT_EQ(op(&b, id, 0, 4, LX_SEM_UNDO), 0);
	EXPECT_EQ(op(&b, id, 1, 4, LX_SEM_UNDO), 0);
	EXPECT_EQ(sysv_sem_set_one(&a.ctx, id, 0, 2), 0);
	c.ops[0] = (struct lx_sembuf){.sem_op = 0};
	start(&c, id, 1, 1);
	EXPECT_EQ(sysv_sem_get_one(&a.ctx, id, 0, LX_GETZCNT), 1);
	EXPECT_EQ(sysv_sem_remove(&a.ctx, id), 0);
	host_thread_join(&c.thread);
	EXPECT_ERR(c.result, EIDRM);
	EXPECT_ERR(op(&a, id, 0, 1, 0), EINVAL);
	process_end(&b);
	process_end(&a);
	process_end(&c);
	nothing_is_left();
}

TEST(a_sleep_ends_by_time_and_by_signal)
{
	struct process a, b;
	int32_t id;

	process_init(&a, 1);
	process_init(&b, 2);
	id = new_set(&a, 1);
	EXPECT_ERR(op_at(&a, id, 0, -1, 0, clock_monotonic_ns() + 1000000), EAGAIN);
	b.ops[0] = (struct lx_sembuf){.sem_op = -1};
	start(&b, id, 1, 1);
	b.signalled = true;
	ctx_wake(&b.ctx);
	host_thread_join(&b.thread);
	EXPECT_ERR(b.result, EINTR);
	EXPECT_EQ(sysv_sem_get_one(&a.ctx, id, 0, LX_GETNCNT), 0);
	process_end(&a);
	process_end(&b);
	nothing_is_left();
}

TEST(what_is_out_of_range_is_refused)
{
	struct process a;
	int32_t id, other;
	uint16_t big = LX_SEMVMX + 1;

	process_init(&a, 1);
	id = new_set(&a, 1);
	EXPECT_ERR(op(&a, id, 1, 1, 0), EFBIG);
	EXPECT_ERR(op(&a, -1, 0, 1, 0), EINVAL);
	EXPECT_EQ(op(&a, id, 0, LX_SEMVMX, 0), 0);
	EXPECT_ERR(op(&a, id, 0, 1, 0), ERANGE);
	EXPECT_ERR(sysv_sem_set_one(&a.ctx, id, 0, -1), ERANGE);
	EXPECT_ERR(sysv_sem_set_all(&a.ctx, id, &big, 1), ERANGE);
	EXPECT_ERR(sysv_sem_get_one(&a.ctx, id, -1, LX_GETVAL), EINVAL);
	EXPECT_ERR(sysv_sem_get(&a.ctx, LX_IPC_PRIVATE, LX_SEMMSL + 1, 0600), EINVAL);
	EXPECT_EQ(sysv_sem_remove(&a.ctx, id), 0);
	other = new_set(&a, 1);
	EXPECT_TRUE(other != id); /* the slot is the same, the id is not */
	EXPECT_ERR(op(&a, id, 0, 1, 0), EIDRM);
	process_end(&a);
	nothing_is_left();
}

TEST_MAIN()
