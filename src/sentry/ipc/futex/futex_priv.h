/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the futex room: buckets of waiters. A word hashes to a bucket; whoever waits on it hangs
 * there.
 *
 * A waiter's life:
 *	QUEUED    in the list of `bucket`                          futex_enqueue
 *	WAKING    out of the list, in a waker's hands              wake_list_add
 *	WOKEN     nobody but the sleeper knows it any more         wake_list_run
 * The sleeper may leave from QUEUED (futex_leave, under the bucket's lock) or from WOKEN. Only the
 * bucket's lock moves a waiter out of QUEUED or to another bucket.
 */
#pragma once

#include <stdatomic.h>

#include "base/list.h"
#include "base/lock.h"
#include "sentry/ipc/futex/futex.h"
#include "sentry/mm/mm.h"

struct futex_bucket {
	struct lock lock;    /* RANK_FUTEX; two at a time: the lower address first, the other with
				subclass 1 */
	struct list waiters; /* [lock] struct futex_waiter.link, oldest first; next NULL: never used
				yet */
} __attribute__((aligned(64)));

enum futex_state { FUTEX_QUEUED, FUTEX_WAKING, FUTEX_WOKEN };

/* Key: [b] lock of `bucket`; [I] set before it is queued */
struct futex_waiter {
	struct list link; /* [b], then the waker's */
	_Atomic(struct futex_bucket *)
		bucket;          /* changes under the lock of the bucket that it leaves */
	_Atomic int state;       /* enum futex_state */
	struct mm_futex_key key; /* [b] */
	uint32_t bitset;         /* [I] */
	struct ctx *ctx;         /* [I] */
};

/* The identity of a word, and the bucket it belongs to. -EINVAL: misaligned; -EFAULT. */
MUST_CHECK int futex_key(const struct futex_word *w, struct mm_futex_key *ret);
struct futex_bucket *futex_bucket(const struct mm_futex_key *key);
static inline bool futex_key_equal(const struct mm_futex_key *a, const struct mm_futex_key *b)
{
	return a->a == b->a && a->b == b->b && a->c == b->c;
}

void futex_bucket_lock(struct futex_bucket *b) ASSERTS_HELD(b->lock);
void futex_bucket_lock_two(struct futex_bucket *a, struct futex_bucket *b) ASSERTS_HELD(a->lock)
	ASSERTS_HELD(b->lock);
void futex_bucket_unlock_two(struct futex_bucket *a, struct futex_bucket *b) RELEASES(a->lock)
	RELEASES(b->lock);

/* ---- queue.c: the sleeper's side ---- */

void futex_waiter_init(struct futex_waiter *w, struct ctx *ctx, const struct mm_futex_key *key,
		       uint32_t bitset);
/* Append to b. */
void futex_enqueue(struct futex_bucket *b, struct futex_waiter *w) REQUIRES(b->lock);
/* Is it out of its queue (woken or about to be)? A glimpse, exact once true. */
static inline bool futex_was_woken(struct futex_waiter *w)
{
	return atomic_load(&w->state) != FUTEX_QUEUED;
}
/*
 * Leave the queue. True: it was still waiting; false: somebody has woken it. Then it is nobody
 * else's.
 */
bool futex_leave(struct futex_waiter *w);
/* Sleep until one of n waiters was woken. 0, or as ctx_block. */
MUST_CHECK int futex_sleep(struct ctx *ctx, struct futex_waiter *v, uint32_t n,
			   struct futex_deadline until);

/* ---- queue.c: the waker's side ---- */

/*
 * Waiters to be woken once the bucket's lock is dropped: a woken thread runs at once and must not
 * run into that lock.
 */
struct wake_list {
	struct list waiters;
};
#define WAKE_LIST_INIT(name)                                                                       \
	{                                                                                          \
		LIST_INIT((name).waiters)                                                          \
	}
void wake_list_add(struct wake_list *l, struct futex_bucket *b, struct futex_waiter *w)
	REQUIRES(b->lock);
/* Wake each once. Without the bucket's lock. */
void wake_list_run(struct wake_list *l);
/* Wake up to n (at least 1) waiters of key whose bits meet bitset into l; how many. */
int futex_wake_locked(struct futex_bucket *b, const struct mm_futex_key *key, int n,
		      uint32_t bitset, struct wake_list *l) REQUIRES(b->lock);
