/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-shot timers and the thread that runs them. The thread sleeps on `word` until the first
 * deadline, for ever if there is none: an idle sandbox has no tick.
 *
 *	timer thread                                ktimer_set, ktimer_stop_thread
 *	locked: seen = word, sleeping = true        locked: insert; new first and sleeping?
 *	unlock, futex_wait(word, seen, deadline)            word++, futex_wake(word)
 * Both sides touch word under the lock, so a change after the thread's look ends its sleep or lets
 * it not begin.
 *
 * A timer is armed (in the tree), running (`running` points to it, not in the tree) or neither; a
 * function that re-arms its own timer makes it both. After fn was called the thread does not follow
 * `running` any more, so fn may free its timer.
 */
#include <errno.h>
#include <stdatomic.h>

#include "base/check.h"
#include "base/lock.h"
#include "base/log.h"
#include "host/futex.h"
#include "host/thread.h"
#include "sentry/core/clock.h"
#include "sentry/core/lock_ranks.h"

/* Key: [l] lock; [a] atomic */
static struct {
	struct lock lock;
	struct tree armed;      /* [l] struct ktimer.node, by deadline */
	struct ktimer *running; /* [l] */
	bool started, stopping; /* [l] */
	bool sleeping;          /* [l] the thread is in, or on the way into, its sleep */
	uint32_t sync_waiters;  /* [l] in ktimer_cancel_sync */
	_Atomic uint32_t word;  /* changes when the thread must look again */
	_Atomic uint32_t done;  /* changes when a function has returned and somebody waits for it */
	struct host_thread thread;
} timers = {.lock = LOCK_INIT(RANK_TIMER, "timers"), .armed = TREE_INIT};

static int compare(const struct tree_node *a, const struct tree_node *b)
{
	const struct ktimer *x = container_of_const(a, struct ktimer, node);
	const struct ktimer *y = container_of_const(b, struct ktimer, node);

	if (x->deadline_ns != y->deadline_ns)
		return x->deadline_ns < y->deadline_ns ? -1 : 1;
	return (x > y) - (x < y);
}

static struct ktimer *first_armed(void)
{
	return tree_entry_or_null(tree_first(&timers.armed), struct ktimer, node);
}

REQUIRES(timers.lock)
static void disarm(struct ktimer *t)
{
	if (!t->armed)
		return;
	tree_remove(&timers.armed, &t->node);
	t->armed = false;
}

REQUIRES(timers.lock)
static void poke_thread(void)
{
	if (!timers.sleeping)
		return;
	timers.sleeping = false;
	atomic_fetch_add(&timers.word, 1);
	host_futex_wake(&timers.word, 1);
}

/* Call the function of the first timer, if it is due. */
REQUIRES(timers.lock)
static bool run_one(struct ktimer *t)
{
	if (!t || t->deadline_ns > clock_monotonic_ns())
		return false;
	disarm(t);
	timers.running = t;
	lock_release(&timers.lock);
	t->fn(t);
	lock_acquire(&timers.lock);
	timers.running = NULL;
	if (timers.sync_waiters > 0) {
		atomic_fetch_add(&timers.done, 1);
		host_futex_wake(&timers.done, INT32_MAX);
	}
	return true;
}

static void timer_thread(void *arg UNUSED)
{
	lock_acquire(&timers.lock);
	while (!timers.stopping) {
		struct ktimer *first = first_armed();
		int64_t until = first ? first->deadline_ns : HOST_FUTEX_FOREVER;
		uint32_t seen = atomic_load(&timers.word);
		int r;

		if (run_one(first))
			continue;
		timers.sleeping = true;
		lock_release(&timers.lock);
		r = host_futex_wait(&timers.word, seen, until);
		check(r == 0 || r == -EAGAIN || r == -EINTR || r == -ETIMEDOUT);
		lock_acquire(&timers.lock);
		timers.sleeping = false;
	}
	lock_release(&timers.lock);
}

REQUIRES(timers.lock)
static int start_thread_locked(void)
{
	int r;

	if (timers.started)
		return 0;
	timers.stopping = false;
	r = host_thread_start(&timers.thread, "timers", timer_thread, NULL);
	if (r < 0)
		return r;
	timers.started = true;
	return 0;
}

int ktimer_start_thread(void)
{
	GUARD(&timers.lock);
	return start_thread_locked();
}

void ktimer_stop_thread(void)
{
	lock_acquire(&timers.lock);
	if (!timers.started) {
		lock_release(&timers.lock);
		return;
	}
	timers.stopping = true;
	poke_thread();
	lock_release(&timers.lock);
	host_thread_join(&timers.thread);
	lock_acquire(&timers.lock);
	timers.started = false;
	lock_release(&timers.lock);
}

void ktimer_init(struct ktimer *t, void (*fn)(struct ktimer *t))
{
	*t = (struct ktimer){.fn = fn};
}

void ktimer_set(struct ktimer *t, int64_t deadline_ns)
{
	int r;

	GUARD(&timers.lock);
	disarm(t);
	t->deadline_ns = deadline_ns;
	t->armed = true;
	check(tree_insert(&timers.armed, &t->node, compare) == NULL);
	if (first_armed() == t)
		poke_thread();
	r = start_thread_locked();
	if (r < 0)
		log_error(
			"timers: the host gives no thread, timers stand still until one can be had: errno %d",
			-r);
}

void ktimer_cancel(struct ktimer *t)
{
	GUARD(&timers.lock);
	disarm(t);
}

void ktimer_cancel_sync(struct ktimer *t)
{
	lock_acquire(&timers.lock);
	disarm(t);
	timers.sync_waiters++;
	while (timers.running == t) {
		uint32_t seen = atomic_load(&timers.done);
		int r;

		lock_release(&timers.lock);
		r = host_futex_wait(&timers.done, seen, HOST_FUTEX_FOREVER);
		check(r == 0 || r == -EAGAIN || r == -EINTR);
		lock_acquire(&timers.lock);
		disarm(t);
	}
	timers.sync_waiters--;
	lock_release(&timers.lock);
}
