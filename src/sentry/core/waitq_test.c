/* SPDX-License-Identifier: Apache-2.0 */
/* Wait queues: who is told what, and the end of a queue against the end of a waiter. */
#include "sentry/core/waitq.h"

#include <errno.h>

#include "abi/poll.h"
#include "base/test.h"
#include "host/thread.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"

struct listener {
	struct waiter w;
	unsigned calls;
	uint32_t events;
};

static void listen(struct waiter *w, uint32_t events)
{
	struct listener *l = w->arg;

	l->calls++;
	l->events = events;
}

static void listener_init(struct listener *l, uint32_t events)
{
	*l = (struct listener){.calls = 0};
	waiter_init_fn(&l->w, listen, l, events);
}

TEST(only_those_who_want_an_event_are_told)
{
	struct waitq q;
	struct listener in, out;

	waitq_init(&q);
	listener_init(&in, LX_POLLIN);
	listener_init(&out, LX_POLLOUT);
	waitq_add(&q, &in.w);
	waitq_add(&q, &out.w);
	waitq_wake(&q, LX_POLLIN);
	EXPECT_TRUE(in.calls == 1 && in.events == LX_POLLIN && out.calls == 0);
	waitq_wake(&q, LX_POLLHUP);
	waitq_wake(&q, LX_POLLERR | LX_POLLIN);
	EXPECT_TRUE(in.calls == 3 && out.calls == 2);
	waitq_del(&in.w);
	waitq_del(&out.w);
	EXPECT_TRUE(waitq_is_empty(&q));
	waitq_fini(&q);
}

TEST(who_has_left_is_not_told_and_may_leave_again)
{
	struct waitq q;
	struct listener l;

	waitq_init(&q);
	listener_init(&l, LX_POLLIN);
	waitq_del(&l.w);
	waitq_add(&q, &l.w);
	EXPECT_FALSE(waitq_is_empty(&q));
	waitq_del(&l.w);
	waitq_del(&l.w);
	waitq_wake(&q, LX_POLLIN);
	EXPECT_EQ(l.calls, 0);
	waitq_add(&q, &l.w);
	waitq_wake(&q, LX_POLLIN);
	EXPECT_EQ(l.calls, 1);
	waitq_del(&l.w);
	waitq_fini(&q);
}

TEST(wake_one_tells_the_first_exclusive_waiter_and_all_others)
{
	struct waitq q;
	struct listener l[4];

	waitq_init(&q);
	for (size_t i = 0; i < 4; i++) {
		listener_init(&l[i], i == 1 ? LX_POLLOUT : LX_POLLIN);
		l[i].w.exclusive = i < 3;
		waitq_add(&q, &l[i].w);
	}
	waitq_wake_one(&q, LX_POLLIN);
	EXPECT_TRUE(l[0].calls == 1 && l[1].calls == 0 && l[2].calls == 0 && l[3].calls == 1);
	waitq_del(&l[0].w);
	waitq_wake_one(&q, LX_POLLIN);
	EXPECT_TRUE(l[1].calls == 0 && l[2].calls == 1 && l[3].calls == 2);
	waitq_wake(&q, LX_POLLIN | LX_POLLOUT);
	EXPECT_TRUE(l[1].calls == 1 && l[2].calls == 2 && l[3].calls == 3);
	for (size_t i = 0; i < 4; i++)
		waitq_del(&l[i].w);
	waitq_fini(&q);
}

TEST(a_ctx_is_woken)
{
	struct waitq q;
	struct waiter w;
	struct ctx ctx;

	waitq_init(&q);
	ctx_init(&ctx, &ctx_kernel_ops);
	waiter_init(&w, &ctx, LX_POLLIN);
	waitq_add(&q, &w);
	waitq_wake(&q, LX_POLLOUT);
	EXPECT_ERR(ctx_block(&ctx, 1), ETIMEDOUT);
	waitq_wake(&q, LX_POLLIN);
	EXPECT_EQ(ctx_block(&ctx, CTX_FOREVER), 0);
	waitq_del(&w);
	waitq_fini(&q);
}

TEST(the_end_of_a_queue_cuts_its_waiters_off)
{
	struct waitq q;
	struct listener l;
	struct waiter w;
	struct ctx ctx;

	waitq_init(&q);
	ctx_init(&ctx, &ctx_kernel_ops);
	listener_init(&l, LX_POLLIN);
	waiter_init(&w, &ctx, LX_POLLIN);
	waitq_add(&q, &l.w);
	waitq_add(&q, &w);
	waitq_fini(&q);
	memset(&q, 0xee, sizeof(q));
	EXPECT_TRUE(l.calls == 1 && l.events == (LX_POLLHUP | WAITQ_GONE));
	EXPECT_EQ(ctx_block(&ctx, CTX_FOREVER), 0);
	waitq_del(&w);
	waitq_del(&l.w);
}

/* A queue that a callback wakes while another queue's lock is held, as epoll in epoll does. */
static void pass_on(struct waiter *w, uint32_t events)
{
	waitq_wake_nested(w->arg, events, 1);
}

TEST(a_callback_may_wake_a_queue_of_the_next_depth)
{
	struct waitq inner, outer;
	struct waiter link;
	struct listener l;

	waitq_init(&inner);
	waitq_init(&outer);
	waiter_init_fn(&link, pass_on, &outer, LX_POLLIN);
	listener_init(&l, LX_POLLIN);
	waitq_add(&inner, &link);
	waitq_add(&outer, &l.w);
	waitq_wake(&inner, LX_POLLIN);
	EXPECT_EQ(l.calls, 1);
	waitq_del(&link);
	waitq_del(&l.w);
	waitq_fini(&inner);
	waitq_fini(&outer);
}

/* --- the end of a queue on one thread, of its waiters on another --- */

struct parting {
	struct waitq *q; /* malloc'ed, so that sanitizers see a late touch */
	struct listener *l[8];
	_Atomic uint32_t go;
};

static void leave(void *arg)
{
	struct parting *p = arg;

	atomic_fetch_add(&p->go, 1);
	while (atomic_load(&p->go) < 2)
		;
	for (size_t i = 0; i < ARRAY_SIZE(p->l); i++) {
		waitq_del(&p->l[i]->w);
		free(p->l[i]);
	}
}

TEST(queue_and_waiters_may_end_at_once)
{
	for (int round = 0; round < 3000; round++) {
		struct parting p = {.q = malloc(sizeof(*p.q))};
		struct host_thread t;

		EXPECT_TRUE(p.q);
		waitq_init(p.q);
		for (size_t i = 0; i < ARRAY_SIZE(p.l); i++) {
			p.l[i] = malloc(sizeof(*p.l[i]));
			EXPECT_TRUE(p.l[i]);
			listener_init(p.l[i], LX_POLLIN);
			waitq_add(p.q, &p.l[i]->w);
		}
		EXPECT_EQ(host_thread_start(&t, "leaver", leave, &p), 0);
		atomic_fetch_add(&p.go, 1);
		while (atomic_load(&p.go) < 2)
			;
		waitq_fini(p.q);
		free(p.q);
		host_thread_join(&t);
	}
}

/* Wakes against a waiter that comes and goes: after waitq_del the callback must not run. */
struct coming {
	struct waitq q;
	_Atomic bool done;
};

static void wake_always(void *arg)
{
	struct coming *c = arg;

	while (!atomic_load(&c->done))
		waitq_wake(&c->q, LX_POLLIN);
}

TEST(after_del_the_callback_does_not_run)
{
	static struct coming c;
	struct host_thread t;
	struct listener l;

	waitq_init(&c.q);
	EXPECT_EQ(host_thread_start(&t, "waker", wake_always, &c), 0);
	for (int i = 0; i < 20000; i++) {
		listener_init(&l, LX_POLLIN); /* a plain write: TSan sees a callback that is late */
		waitq_add(&c.q, &l.w);
		waitq_del(&l.w);
	}
	atomic_store(&c.done, true);
	host_thread_join(&t);
	waitq_fini(&c.q);
}

TEST_MAIN()
