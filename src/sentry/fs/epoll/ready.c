/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ready list: what files say, and what collectors take. epoll_priv.h tells the races.
 *
 * A collector moves the whole list into its hands, so that a level-triggered item that it puts back
 * is not met twice in one call. Items in its hands count as linked: a callback leaves them alone,
 * for they are about to be polled.
 */
#include <errno.h>

#include "abi/poll.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/fs/epoll/epoll_priv.h"

/* Events that go to the guest in one piece. */
#define BATCH 32

/*
 * How many queues of epolls this thread holds on its way up from a file's queue, and how many
 * epolls it has locked on its way down: the subclasses of the next locks.
 */
static _Thread_local int wake_depth, poll_depth;

/* ---- what files say ---- */

/* True: it was not there. */
static bool link_item(struct item *it)
{
	struct epoll *ep = it->ep;

	GUARD(&ep->ready_lock);
	if (!list_empty(&it->ready_link))
		return false;
	list_add_tail(&ep->ready, &it->ready_link);
	return true;
}

/*
 * One-shot items that have told have no events left, not even errors. An epoll that ends with its
 * queue says nothing. An exclusive interest that finds nobody asleep passes the event on: in
 * another epoll there may be somebody.
 */
void ready_callback(struct waiter *w, uint32_t events)
{
	struct item *it = w->arg;
	struct epoll *ep = it->ep;
	uint32_t wanted = atomic_load(&it->events) & ~EPOLL_OPTIONS;

	if ((events & WAITQ_GONE) || !(events & file_wake_events(wanted)))
		return;
	wake_depth++;
	if (link_item(it) || w->exclusive)
		w->passed_on = !waitq_wake_one_nested(&ep->sleepers, LX_POLLIN, wake_depth);
	waitq_wake_nested(&ep->watchers, LX_POLLIN | LX_POLLRDNORM, wake_depth);
	wake_depth--;
}

void ready_add(struct item *it)
{
	struct epoll *ep = it->ep;

	if (!link_item(it))
		return;
	waitq_wake_one(&ep->sleepers, LX_POLLIN);
	waitq_wake(&ep->watchers, LX_POLLIN | LX_POLLRDNORM);
}

void ready_remove(struct item *it)
{
	GUARD(&it->ep->ready_lock);
	list_del(&it->ready_link);
}

/* ---- collecting ---- */

static void take_all(struct epoll *ep, struct list *ret)
{
	GUARD(&ep->ready_lock);
	list_splice_tail(ret, &ep->ready);
}

/* Give back what is left in hand, before what came since; somebody who sleeps may take it. */
static void give_back(struct epoll *ep, struct list *hand)
{
	bool more;

	lock_acquire(&ep->ready_lock);
	list_splice_tail(hand, &ep->ready);
	list_splice_tail(&ep->ready, hand);
	more = !list_empty(&ep->ready);
	lock_release(&ep->ready_lock);
	if (more)
		waitq_wake_one(&ep->sleepers, LX_POLLIN);
}

static struct item *next_in_hand(struct epoll *ep, struct list *hand)
{
	struct item *it;

	GUARD(&ep->ready_lock);
	it = list_first_entry_or_null(hand, struct item, ready_link);
	if (it)
		list_del(&it->ready_link);
	return it;
}

struct batch {
	size_t n;
	struct item *items[BATCH];
	struct lx_epoll_event events[BATCH];
};

/* Items that have something to tell, at most max; the others are dropped until their files speak
 * again. */
static void fill_batch(struct epoll *ep, struct ctx *ctx, struct list *hand, size_t max,
		       struct batch *b) REQUIRES(ep->lock);
static void fill_batch(struct epoll *ep, struct ctx *ctx, struct list *hand, size_t max,
		       struct batch *b)
{
	struct item *it;

	b->n = 0;
	while (b->n < MIN(max, (size_t)BATCH) && (it = next_in_hand(ep, hand))) {
		uint32_t events = item_poll(it, ctx);

		if (events == 0)
			continue;
		b->items[b->n] = it;
		b->events[b->n] = (struct lx_epoll_event){.events = events, .data = it->data};
		b->n++;
	}
}

/* The guest has item's event: once, until the next edge, or until it is not so any more. */
static void was_told(struct item *it)
{
	uint32_t events = atomic_load(&it->events);

	LOCK_ASSERT_HELD(&it->ep->lock);
	if (events & LX_EPOLLONESHOT)
		atomic_store(&it->events, events & EPOLL_OPTIONS);
	else if (!(events & LX_EPOLLET))
		(void)link_item(it);
}

static int deliver(struct epoll *ep, struct batch *b, struct list *hand, struct uio *dst)
	REQUIRES(ep->lock);
static int deliver(struct epoll *ep, struct batch *b, struct list *hand, struct uio *dst)
{
	size_t want = b->n * sizeof(b->events[0]);
	size_t told = 0;
	ssize_t n = uio_put(dst, b->events, want);

	if (n > 0)
		told = (size_t)n / sizeof(b->events[0]);
	for (size_t i = 0; i < told; i++)
		was_told(b->items[i]);
	lock_acquire(&ep->ready_lock);
	for (size_t i = b->n; i > told; i--)
		list_move_head(hand, &b->items[i - 1]->ready_link);
	lock_release(&ep->ready_lock);
	return told < b->n && told == 0 ? -EFAULT : (int)told;
}

/* Events to dst, without sleeping. 0: none; -EFAULT: not even the first. */
static long collect(struct epoll *ep, struct ctx *ctx, struct uio *dst, size_t max)
{
	struct list hand = LIST_INIT(hand);
	struct batch b;
	long total = 0;
	int n;

	GUARD(&ep->lock);
	take_all(ep, &hand);
	do {
		fill_batch(ep, ctx, &hand, max - (size_t)total, &b);
		n = b.n > 0 ? deliver(ep, &b, &hand, dst) : 0;
		if (n > 0)
			total += n;
	} while (n > 0 && (size_t)n == b.n && (size_t)total < max);
	give_back(ep, &hand);
	return n < 0 && total == 0 ? n : total;
}

static bool list_is_empty(struct epoll *ep)
{
	GUARD(&ep->ready_lock);
	return list_empty(&ep->ready);
}

static int sleep_until_ready(struct epoll *ep, struct ctx *ctx, int64_t deadline_ns)
{
	struct waiter w;
	int r = 0;

	waiter_init(&w, ctx, LX_POLLIN);
	w.exclusive = true;
	waitq_add(&ep->sleepers, &w);
	while (r == 0 && list_is_empty(ep))
		r = ctx_block(ctx, deadline_ns);
	waitq_del(&w);
	return r;
}

/*
 * Whatever ended the sleep, look once more: of several sleepers a wake-up reaches one, and if that
 * one left without looking the event would lie there.
 */
long epoll_collect(struct ctx *ctx, struct file *f, struct uio *dst, size_t max,
		   int64_t deadline_ns)
{
	struct epoll *ep;
	int r = 0;

	if (!epoll_is(f))
		return -EINVAL;
	ep = epoll_of(f);
	for (;;) {
		long n = list_is_empty(ep) ? 0 : collect(ep, ctx, dst, max);

		if (n != 0)
			return n;
		if (r < 0)
			return r == -ETIMEDOUT ? 0 : -EINTR;
		if (deadline_ns == EPOLL_NOW)
			return 0;
		r = sleep_until_ready(ep, ctx, deadline_ns);
	}
}

/* ---- being polled ---- */

static bool any_in_hand(struct epoll *ep, struct ctx *ctx, struct list *hand) REQUIRES(ep->lock);
static bool any_in_hand(struct epoll *ep, struct ctx *ctx, struct list *hand)
{
	struct item *it;

	while ((it = next_in_hand(ep, hand))) {
		if (item_poll(it, ctx) == 0)
			continue;
		lock_acquire(&ep->ready_lock);
		list_move_head(hand, &it->ready_link);
		lock_release(&ep->ready_lock);
		return true;
	}
	return false;
}

bool ready_any(struct epoll *ep, struct ctx *ctx)
{
	struct list hand = LIST_INIT(hand);
	bool any;

	if (list_is_empty(ep))
		return false;
	poll_depth++;
	lock_acquire_nested(&ep->lock, poll_depth);
	take_all(ep, &hand);
	any = any_in_hand(ep, ctx, &hand);
	give_back(ep, &hand);
	lock_release(&ep->lock);
	poll_depth--;
	return any;
}
