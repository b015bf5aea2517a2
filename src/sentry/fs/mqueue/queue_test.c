/* SPDX-License-Identifier: Apache-2.0 */
/* A queue as a state machine: order, hand-over to sleepers, who is told, and that nothing is lost. */
#include <errno.h>

#include "abi/errno.h"
#include "base/test.h"
#include "host/thread.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/mqueue/mqueue_priv.h"

struct sleeper {
	struct ctx ctx;
	struct host_thread thread;
	struct mq *q;
	struct mq_message *m;
	_Atomic int result; /* 1: still at it */
	_Atomic bool signalled;
};

static bool stop_sleeping(struct ctx *ctx)
{
	return container_of(ctx, struct sleeper, ctx)->signalled;
}

static const struct ctx_ops ops = {.interrupted = stop_sleeping, .killed = stop_sleeping};

static void run_send(void *arg)
{
	struct mq_listener *told;
	struct sleeper *s = arg;

	s->result = mq_send(&s->ctx, s->q, s->m, true, CTX_FOREVER, &told);
}

static void run_receive(void *arg)
{
	struct sleeper *s = arg;

	s->result = mq_receive(&s->ctx, s->q, true, CTX_FOREVER, &s->m);
}

static size_t count(struct mq *q, struct list *l)
{
	struct list *at;
	size_t n = 0;

	GUARD(&q->lock);
	for (at = l->next; at != l; at = at->next)
		n++;
	return n;
}

/* Returns when s sleeps as the nth of its kind. */
static void start(struct sleeper *s, struct mq *q, struct mq_message *m, size_t nth)
{
	*s = (struct sleeper){.q = q, .m = m, .result = 1};
	ctx_init(&s->ctx, &ops);
	EXPECT_EQ(host_thread_start(&s->thread, "mq", m ? run_send : run_receive, s), 0);
	while (count(q, m ? &q->senders : &q->receivers) != nth)
		;
}

static struct mq_message *message(uint32_t priority)
{
	struct mq_message *m = mq_message_new(1, priority);

	m->text[0] = (char)priority;
	return m;
}

static int send(struct mq *q, uint32_t priority, struct mq_listener **ret_told)
{
	struct mq_message *m = message(priority);
	struct ctx ctx;
	int r;

	ctx_init(&ctx, &ctx_kernel_ops);
	r = mq_send(&ctx, q, m, false, CTX_FOREVER, ret_told);
	if (r < 0)
		mq_message_free(m);
	return r;
}

/* The priority of what came, or -errno. */
static int receive(struct mq *q)
{
	struct mq_message *m;
	struct ctx ctx;
	int r;

	ctx_init(&ctx, &ctx_kernel_ops);
	r = mq_receive(&ctx, q, false, CTX_FOREVER, &m);
	if (r < 0)
		return r;
	r = (int)m->priority;
	mq_message_free(m);
	return r;
}

TEST(the_most_urgent_comes_first_and_among_equals_the_oldest)
{
	static const uint32_t in[] = {1, 9, 0, 9, 5}, out[] = {9, 9, 5, 1, 0};
	struct mq_listener *told;
	struct mq_message *m;
	struct mq q;
	size_t n = 0;

	mq_init(&q, 5, 8);
	for (size_t i = 0; i < ARRAY_SIZE(in); i++)
		EXPECT_EQ(send(&q, in[i], &told), 0);
	EXPECT_ERR(send(&q, 9, &told), EAGAIN);
	list_for_each_entry(m, &q.messages, link)
		EXPECT_EQ(m->priority, out[n++]);
	for (size_t i = 0; i < ARRAY_SIZE(out); i++)
		EXPECT_EQ(receive(&q), out[i]);
	EXPECT_ERR(receive(&q), EAGAIN);
	EXPECT_EQ(q.bytes, 0);
	mq_fini(&q);
}

TEST(sleeping_receivers_are_served_in_the_order_of_coming)
{
	struct mq_listener *told;
	struct sleeper a, b;
	struct mq q;

	mq_init(&q, 1, 8);
	start(&a, &q, NULL, 1);
	start(&b, &q, NULL, 2);
	EXPECT_EQ(send(&q, 3, &told), 0);
	host_thread_join(&a.thread);
	EXPECT_TRUE(a.result == 0 && a.m->priority == 3 && b.result == 1);
	EXPECT_EQ(send(&q, 4, &told), 0);
	host_thread_join(&b.thread);
	EXPECT_TRUE(b.result == 0 && b.m->priority == 4);
	mq_message_free(a.m);
	mq_message_free(b.m);
	EXPECT_EQ(q.count, 0);
	mq_fini(&q);
}

TEST(a_receiver_makes_room_for_the_first_sender_that_sleeps)
{
	struct mq_listener *told;
	struct sleeper a, b;
	struct mq q;

	mq_init(&q, 1, 8);
	EXPECT_EQ(send(&q, 1, &told), 0);
	start(&a, &q, message(2), 1);
	start(&b, &q, message(7), 2);
	EXPECT_EQ(receive(&q), 1);
	host_thread_join(&a.thread);
	EXPECT_TRUE(a.result == 0 && b.result == 1 && q.count == 1);
	EXPECT_EQ(receive(&q), 2);
	host_thread_join(&b.thread);
	EXPECT_EQ(receive(&q), 7);
	mq_fini(&q);
}

static unsigned drops;

static void drop(struct mq_listener *l UNUSED)
{
	drops++;
}

TEST(only_a_message_into_an_empty_queue_without_receivers_is_told)
{
	struct mq_listener l = {.drop = drop}, *told;
	struct sleeper a;
	struct mq q;

	drops = 0;
	mq_init(&q, 3, 8);
	EXPECT_EQ(send(&q, 1, &told), 0);
	q.listener = &l;
	EXPECT_EQ(send(&q, 1, &told), 0);
	EXPECT_TRUE(told == NULL);
	EXPECT_EQ(receive(&q), 1);
	EXPECT_EQ(receive(&q), 1);
	start(&a, &q, NULL, 1);
	EXPECT_EQ(send(&q, 1, &told), 0);
	host_thread_join(&a.thread);
	mq_message_free(a.m);
	EXPECT_TRUE(told == NULL);
	EXPECT_EQ(send(&q, 1, &told), 0);
	EXPECT_TRUE(told == &l && q.listener == NULL && drops == 0);
	q.listener = &l;
	mq_fini(&q);
	EXPECT_EQ(drops, 1);
}

TEST(a_sleep_ends_by_time_and_by_signal_and_leaves_nothing)
{
	struct mq_listener *told;
	struct mq_message *m;
	struct sleeper a;
	struct ctx ctx;
	struct mq q;

	mq_init(&q, 1, 8);
	ctx_init(&ctx, &ctx_kernel_ops);
	EXPECT_ERR(mq_receive(&ctx, &q, true, clock_monotonic_ns() + 1000000, &m), ETIMEDOUT);
	EXPECT_EQ(send(&q, 1, &told), 0);
	start(&a, &q, message(2), 1);
	a.signalled = true;
	ctx_wake(&a.ctx);
	host_thread_join(&a.thread);
	EXPECT_ERR(a.result, LX_ERESTARTSYS);
	mq_message_free(a.m);
	EXPECT_EQ(receive(&q), 1);
	EXPECT_ERR(receive(&q), EAGAIN);
	mq_fini(&q);
}

TEST_MAIN()
