/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving messages. A message for a receiver that sleeps is put into its hand, and a sender that
 * sleeps for room has its message taken by the receiver that makes the room: so who came first is
 * served first, and nobody overtakes.
 *
 *	sleeping --(served)--------------------> done: result 0
 *	         --(signal, time-out)----------> takes itself out
 *
 * Differs: real-time priority of sleeping threads does not count.
 */
#include <errno.h>

#include "abi/poll.h"
#include "base/check.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/mqueue/mqueue_priv.h"

/* What a first try says beside 0 and -errno. */
#define MUST_WAIT 1

struct mq_message *mq_message_new(uint64_t len, uint32_t priority)
{
	struct mq_message *m;
	uint64_t size;

	if (!add_ok(len, sizeof(*m), &size))
		return NULL;
	m = arena_alloc(size);
	if (!m)
		return NULL;
	list_init(&m->link);
	m->len = len;
	m->priority = priority;
	return m;
}

char *mq_message_text(struct mq_message *m, uint64_t *ret_len, uint32_t *ret_priority)
{
	*ret_len = m->len;
	*ret_priority = m->priority;
	return m->text;
}

void mq_message_free(struct mq_message *m)
{
	arena_free(m);
}

void mq_init(struct mq *q, uint64_t maxmsg, uint64_t msgsize)
{
	*q = (struct mq){.maxmsg = maxmsg, .msgsize = msgsize};
	lock_init(&q->lock, RANK_FILE, "mqueue");
	waitq_init(&q->wq);
	list_init(&q->messages);
	list_init(&q->receivers);
	list_init(&q->senders);
}

void mq_fini(struct mq *q)
{
	struct mq_message *m, *tmp;

	check(list_empty(&q->receivers) && list_empty(&q->senders));
	list_for_each_entry_safe(m, tmp, &q->messages, link)
		mq_message_free(m);
	if (q->listener)
		q->listener->drop(q->listener);
	waitq_fini(&q->wq);
	lock_fini(&q->lock);
}

/* ---- under the lock ---- */

static void insert(struct mq *q, struct mq_message *m) REQUIRES(q->lock);
static void insert(struct mq *q, struct mq_message *m)
{
	struct mq_message *at;

	list_for_each_entry_reverse(at, &q->messages, link)
		if (at->priority >= m->priority)
			break;
	/* Behind `at`; if none is as urgent, at is the head. */
	list_add_head(&at->link, &m->link);
	q->count++;
	q->bytes += m->len;
}

static struct mq_message *take_first(struct mq *q) REQUIRES(q->lock);
static struct mq_message *take_first(struct mq *q)
{
	struct mq_message *m = list_first_entry(&q->messages, struct mq_message, link);

	list_del(&m->link);
	q->count--;
	q->bytes -= m->len;
	return m;
}

/* The first of a list of sleepers, out of it; NULL: nobody sleeps. */
static struct mq_sleeper *take_sleeper(struct list *sleepers)
{
	struct mq_sleeper *s = list_first_entry_or_null(sleepers, struct mq_sleeper, link);

	if (s)
		list_del(&s->link);
	return s;
}

static void serve(struct mq_sleeper *s)
{
	s->done = true;
	ctx_wake(s->ctx); /* it cannot leave before we drop the lock */
}

/* ---- sleeping ---- */

/* 0: served. */
static int result_of(struct mq *q, struct mq_sleeper *s, int block_result)
{
	GUARD(&q->lock);
	if (s->done)
		return 0;
	if (block_result == 0)
		return MUST_WAIT;
	list_del(&s->link);
	return block_result;
}

static int sleep_until_served(struct mq *q, struct mq_sleeper *s, int64_t deadline_ns)
{
	int r;

	do
		r = result_of(q, s, ctx_block(s->ctx, deadline_ns));
	while (r == MUST_WAIT);
	return r;
}

/* ---- sending ---- */

/* *ret_events: what is to be told without the lock. */
static int try_send(struct mq *q, struct mq_sleeper *me, bool wait, uint32_t *ret_events,
		    struct mq_listener **ret_told)
{
	struct mq_sleeper *receiver;

	GUARD(&q->lock);
	LOCK_ASSERT_HELD(&q->lock);
	receiver = take_sleeper(&q->receivers);
	if (receiver) {
		receiver->m = me->m;
		serve(receiver);
		return 0;
	}
	if (q->count == q->maxmsg) {
		if (!wait)
			return -EAGAIN;
		list_add_tail(&q->senders, &me->link);
		return MUST_WAIT;
	}
	insert(q, me->m);
	*ret_events = LX_POLLIN;
	if (q->count == 1)
		*ret_told = TAKE(q->listener);
	return 0;
}

int mq_send(struct ctx *ctx, struct mq *q, struct mq_message *m, bool wait, int64_t deadline_ns,
	    struct mq_listener **ret_told)
{
	struct mq_sleeper me = {.ctx = ctx, .m = m};
	uint32_t events = 0;
	int r;

	list_init(&me.link);
	*ret_told = NULL;
	r = try_send(q, &me, wait, &events, ret_told);
	if (events)
		waitq_wake(&q->wq, events);
	return r == MUST_WAIT ? sleep_until_served(q, &me, deadline_ns) : r;
}

/* ---- receiving ---- */

static int try_receive(struct mq *q, struct mq_sleeper *me, bool wait, uint32_t *ret_events)
{
	struct mq_sleeper *sender;

	GUARD(&q->lock);
	LOCK_ASSERT_HELD(&q->lock);
	if (q->count == 0) {
		if (!wait)
			return -EAGAIN;
		list_add_tail(&q->receivers, &me->link);
		return MUST_WAIT;
	}
	me->m = take_first(q);
	sender = take_sleeper(&q->senders);
	if (sender) {
		insert(q, sender->m);
		serve(sender);
	} else {
		*ret_events = LX_POLLOUT;
	}
	return 0;
}

int mq_receive(struct ctx *ctx, struct mq *q, bool wait, int64_t deadline_ns,
	       struct mq_message **ret)
{
	struct mq_sleeper me = {.ctx = ctx};
	uint32_t events = 0;
	int r;

	list_init(&me.link);
	r = try_receive(q, &me, wait, &events);
	if (events)
		waitq_wake(&q->wq, events);
	if (r == MUST_WAIT)
		r = sleep_until_served(q, &me, deadline_ns);
	if (r == 0)
		*ret = me.m;
	return r;
}
