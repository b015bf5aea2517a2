/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait queues. Everything happens under the queue's lock, which also makes waitq_del wait for a
 * callback that runs.
 *
 * A waiter and its queue are let go by different threads: the waiter's owner calls waitq_del, the
 * queue's owner waitq_fini. They meet in waiter.state, which only a compare-exchange changes away
 * from QUEUED:
 *
 *	waitq_del                                   waitq_fini, under the queue's lock
 *	state: QUEUED -> LEAVING           (A)      unlink, then state: QUEUED -> IDLE     (B)
 *	lock the queue, unlink, state = IDLE        failed: link again and wait until it is gone
 *
 * If (A) wins, the queue stays until the waiter has left it: fini sleeps on queue->left. If (B)
 * wins, waitq_del finds IDLE and never looks at the queue; (B) is the last touch of the waiter,
 * which may be gone at once.
 */
#include "sentry/core/waitq.h"

#include <errno.h>

#include "abi/poll.h"
#include "base/check.h"
#include "host/futex.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"

enum waiter_state {
	WAITER_IDLE = 0,
	WAITER_QUEUED,
	WAITER_LEAVING,
};

void waitq_init(struct waitq *q)
{
	lock_init(&q->lock, RANK_WAITQ, "waitq");
	list_init(&q->waiters);
	atomic_init(&q->left, 0);
	q->closing = false;
}

static void notify(struct waiter *w, uint32_t events)
{
	if (w->fn)
		w->fn(w, events);
	else
		ctx_wake(w->ctx);
}

/* Cut w off, unless its owner is on the way to do it. */
static void cut_off(struct waitq *q, struct waiter *w)
{
	uint32_t queued = WAITER_QUEUED;

	notify(w, LX_POLLHUP | WAITQ_GONE);
	list_del(&w->link);
	if (!atomic_compare_exchange_strong(&w->state, &queued, WAITER_IDLE))
		list_add_tail(&q->waiters, &w->link);
}

void waitq_fini(struct waitq *q)
{
	struct waiter *w, *tmp;
	struct list leaving = LIST_INIT(leaving);

	lock_acquire(&q->lock);
	q->closing = true;
	list_splice_tail(&leaving, &q->waiters);
	list_for_each_entry_safe(w, tmp, &leaving, link)
		cut_off(q, w);
	while (!list_empty(&q->waiters)) {
		uint32_t seen = atomic_load(&q->left);

		lock_release(&q->lock);
		int r = host_futex_wait(&q->left, seen, HOST_FUTEX_FOREVER);
		check(r != -ETIMEDOUT);
		lock_acquire(&q->lock);
	}
	lock_release(&q->lock);
	lock_fini(&q->lock);
}

void waiter_init(struct waiter *w, struct ctx *ctx, uint32_t events)
{
	*w = (struct waiter){.events = events, .ctx = ctx};
	list_init(&w->link);
}

void waiter_init_fn(struct waiter *w, waiter_fn fn, void *arg, uint32_t events)
{
	*w = (struct waiter){.events = events, .fn = fn, .arg = arg};
	list_init(&w->link);
}

void waitq_add(struct waitq *q, struct waiter *w)
{
	GUARD(&q->lock);
	check(atomic_load(&w->state) == WAITER_IDLE && !q->closing);
	w->queue = q;
	list_add_tail(&q->waiters, &w->link);
	atomic_store(&w->state, WAITER_QUEUED);
}

void waitq_del(struct waiter *w)
{
	uint32_t queued = WAITER_QUEUED;
	struct waitq *q;

	if (!atomic_compare_exchange_strong(&w->state, &queued, WAITER_LEAVING))
		return;
	q = w->queue;
	GUARD(&q->lock);
	list_del(&w->link);
	w->queue = NULL;
	atomic_store(&w->state, WAITER_IDLE);
	if (q->closing) {
		atomic_fetch_add(&q->left, 1);
		host_futex_wake(&q->left, 1);
	}
}

/*
 * Under q->lock: notify all who want any of events; of the exclusive ones until max_exclusive have
 * taken it. True: somebody was told.
 */
static bool wake_locked(struct waitq *q, uint32_t events, size_t max_exclusive)
{
	struct waiter *w, *tmp;
	bool told = false;

	list_for_each_entry_safe(w, tmp, &q->waiters, link) {
		if (!(events & (w->events | LX_POLLERR | LX_POLLHUP)))
			continue;
		if (w->exclusive && max_exclusive == 0)
			continue;
		w->passed_on = false;
		notify(w, events);
		told = true;
		if (w->exclusive && !w->passed_on)
			max_exclusive--;
	}
	return told;
}

void waitq_wake(struct waitq *q, uint32_t events)
{
	GUARD(&q->lock);
	wake_locked(q, events, SIZE_MAX);
}

void waitq_wake_one(struct waitq *q, uint32_t events)
{
	GUARD(&q->lock);
	wake_locked(q, events, 1);
}

void waitq_wake_nested(struct waitq *q, uint32_t events, int depth)
{
	lock_acquire_nested(&q->lock, depth);
	wake_locked(q, events, SIZE_MAX);
	lock_release(&q->lock);
}

bool waitq_wake_one_nested(struct waitq *q, uint32_t events, int depth)
{
	bool told;

	lock_acquire_nested(&q->lock, depth);
	told = wake_locked(q, events, 1);
	lock_release(&q->lock);
	return told;
}

bool waitq_is_empty(struct waitq *q)
{
	GUARD(&q->lock);
	return list_empty(&q->waiters);
}
