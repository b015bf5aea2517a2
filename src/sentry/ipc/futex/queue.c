/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buckets, waiters, and how a waker lets go of a waiter that lies on somebody else's stack.
 *
 * Why no wake-up is lost: the word is read under the bucket's lock.
 *
 *	waiter                                          waker
 *	lock bucket                                     change the word                    (C)
 *	read the word: still val?           (A)         lock bucket
 *	append to the queue                 (B)         take waiters out of the queue      (D)
 *	unlock, sleep                                   unlock, wake them
 *
 * Lock before (D)'s: the waiter is queued at (D) and is woken. Lock after it: (C) came before (A),
 * the waiter sees it and does not sleep.
 *
 * Why a waiter (and its ctx) is not touched after it is gone: the sleeper may come back at any
 * moment for another reason, see that it was woken, return, and end its thread.
 *
 *	waker, without locks                            sleeper
 *	ctx_wake_begin: ctx->word = 1       (E)         sees state != QUEUED
 *	state = WOKEN                       (F)         waits until state == WOKEN         (G)
 *	ctx_wake_finish: host wake by address           returns
 *
 * Between (E) and (F) there is no host call, so (G) is a wait for a few instructions, and only for
 * a sleeper that came back by itself; one that sleeps is woken after (F).
 */
#include <errno.h>
#include <sched.h>

#include "abi/time.h"
#include "base/check.h"
#include "base/hash.h"
#include "host/rand.h"
#include "sentry/core/clock.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/ipc/futex/futex_priv.h"

#define BUCKETS 512
/*
 * Set in a key's c for FUTEX_SHARED: as in Linux a private waiter is not found by a shared wake.
 * Words are aligned to 4.
 */
#define KEY_SHARED 2

static struct futex_bucket buckets[BUCKETS] = {
	[0 ... BUCKETS - 1] = {.lock = LOCK_INIT(RANK_FUTEX, "futex bucket")}};
static _Atomic uint64_t hash_seed; /* 0: not chosen yet */

static uint64_t get_seed(void)
{
	uint64_t seed = atomic_load_explicit(&hash_seed, memory_order_relaxed), none = 0;

	if (seed)
		return seed;
	host_random(&seed, sizeof(seed));
	seed |= 1;
	return atomic_compare_exchange_strong(&hash_seed, &none, seed) ? seed : none;
}

int futex_key(const struct futex_word *w, struct mm_futex_key *ret)
{
	int r = mm_futex_key(w->mm, w->addr, w->scope == FUTEX_SHARED, ret);

	if (r == 0 && w->scope == FUTEX_SHARED)
		ret->c |= KEY_SHARED;
	return r;
}

struct futex_bucket *futex_bucket(const struct mm_futex_key *key)
{
	uint64_t seed = get_seed();
	uint64_t h = hash_u64(seed, key->b ^ hash_u64(seed, key->a ^ hash_u64(seed, key->c)));

	return &buckets[h % BUCKETS];
}

static void first_use(struct futex_bucket *b)
{
	if (!b->waiters.next)
		list_init(&b->waiters);
}

void futex_bucket_lock(struct futex_bucket *b)
{
	lock_acquire(&b->lock);
	first_use(b);
}

void futex_bucket_lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	if (a == b) {
		futex_bucket_lock(a);
		return;
	}
	lock_acquire(a < b ? &a->lock : &b->lock);
	lock_acquire_nested(a < b ? &b->lock : &a->lock, 1);
	first_use(a);
	first_use(b);
}

NO_THREAD_SAFETY void futex_bucket_unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	lock_release(&a->lock);
	if (a != b)
		lock_release(&b->lock);
}

/* ---- the sleeper ---- */

void futex_waiter_init(struct futex_waiter *w, struct ctx *ctx, const struct mm_futex_key *key,
		       uint32_t bitset)
{
	list_init(&w->link);
	atomic_init(&w->bucket, NULL);
	atomic_init(&w->state, FUTEX_WOKEN);
	w->key = *key;
	w->bitset = bitset;
	w->ctx = ctx;
}

void futex_enqueue(struct futex_bucket *b, struct futex_waiter *w)
{
	atomic_store(&w->bucket, b);
	atomic_store(&w->state, FUTEX_QUEUED);
	list_add_tail(&b->waiters, &w->link);
}

bool futex_leave(struct futex_waiter *w)
{
	while (!futex_was_woken(w)) {
		struct futex_bucket *b = atomic_load(&w->bucket);
		bool left;

		futex_bucket_lock(b);
		left = atomic_load(&w->bucket) == b && !futex_was_woken(w);
		if (left) {
			list_del(&w->link);
			atomic_store(&w->state, FUTEX_WOKEN);
		}
		lock_release(&b->lock);
		if (left)
			return true;
	}
	while (atomic_load(&w->state) != FUTEX_WOKEN) /* (G) */
		sched_yield();
	return false;
}

static bool any_woken(struct futex_waiter *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (futex_was_woken(&v[i]))
			return true;
	return false;
}

int futex_sleep(struct ctx *ctx, struct futex_waiter *v, uint32_t n, struct futex_deadline until)
{
	while (!any_woken(v, n)) {
		int r = clock_block(ctx, until.clock, until.at_ns);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- the waker ---- */

void wake_list_add(struct wake_list *l, struct futex_bucket *b, struct futex_waiter *w)
{
	check(atomic_load(&w->bucket) == b);
	list_del(&w->link);
	list_add_tail(&l->waiters, &w->link);
	atomic_store(&w->state, FUTEX_WAKING);
}

void wake_list_run(struct wake_list *l)
{
	while (!list_empty(&l->waiters)) {
		struct futex_waiter *w = list_first_entry(&l->waiters, struct futex_waiter, link);
		struct ctx *ctx = w->ctx;
		struct ctx_waking waking;

		list_del(&w->link);
		waking = ctx_wake_begin(ctx);         /* (E) */
		atomic_store(&w->state, FUTEX_WOKEN); /* (F): w and ctx may be gone from here on */
		ctx_wake_finish(waking);
	}
}

int futex_wake_locked(struct futex_bucket *b, const struct mm_futex_key *key, int n,
		      uint32_t bitset, struct wake_list *l)
{
	struct futex_waiter *w, *tmp;
	int woken = 0;

	list_for_each_entry_safe(w, tmp, &b->waiters, link) {
		if (!futex_key_equal(&w->key, key) || !(w->bitset & bitset))
			continue;
		wake_list_add(l, b, w);
		if (++woken >= n)
			break;
	}
	return woken;
}
