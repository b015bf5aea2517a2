/* SPDX-License-Identifier: Apache-2.0 */
/* FUTEX_WAIT and its kin, futex(2), futex_waitv(2). The races are told in queue.c. */
#include <errno.h>

#include "abi/futex.h"
#include "sentry/core/alloc.h"
#include "sentry/ipc/futex/futex_priv.h"
#include "sentry/mm/uaccess.h"

/* Queue w if the word is val: 0, -EAGAIN, -EFAULT. */
static int enqueue_if(struct futex_waiter *w, const struct futex_word *word, uint32_t val)
{
	struct futex_bucket *b = futex_bucket(&w->key);
	uint32_t now;
	int r;

	futex_bucket_lock(b);
	r = load_u32(word->mm, word->addr, &now);
	if (r == 0 && now != val)
		r = -EAGAIN;
	if (r == 0)
		futex_enqueue(b, w);
	lock_release(&b->lock);
	return r;
}

int futex_wait(struct ctx *ctx, const struct futex_word *word, uint32_t val, uint32_t bitset,
	       struct futex_deadline until)
{
	struct mm_futex_key key;
	struct futex_waiter w;
	int r;

	if (bitset == 0)
		return -EINVAL;
	r = futex_key(word, &key);
	if (r < 0)
		return r;
	futex_waiter_init(&w, ctx, &key, bitset);
	r = enqueue_if(&w, word, val);
	if (r < 0)
		return r;
	r = futex_sleep(ctx, &w, 1, until);
	/* Who was woken says so, whatever else came at the same time: his waker counted him. */
	return futex_leave(&w) ? r : 0;
}

/* The last one that was woken, or -1. None is queued afterwards. */
static int leave_all(struct futex_waiter *v, uint32_t n)
{
	int woken = -1;

	for (uint32_t i = 0; i < n; i++)
		if (!futex_leave(&v[i]))
			woken = (int)i;
	return woken;
}

int futex_wait_many(struct ctx *ctx, const struct futex_wait_one *v, uint32_t n,
		    struct futex_deadline until)
{
	AUTO(arena_free) struct futex_waiter *w = arena_calloc(n, sizeof(*w));
	uint32_t i;
	int r, woken;

	if (n == 0 || n > FUTEX_WAIT_MANY_MAX)
		return -EINVAL;
	if (!w)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct mm_futex_key key;

		r = futex_key(&v[i].word, &key);
		if (r < 0)
			return r;
		futex_waiter_init(&w[i], ctx, &key, LX_FUTEX_BITSET_MATCH_ANY);
	}
	for (i = 0; i < n; i++) {
		r = enqueue_if(&w[i], &v[i].word, v[i].val);
		if (r < 0)
			break;
	}
	if (i < n) {
		woken = leave_all(w, i);
		return woken >= 0 ? woken : r;
	}
	r = futex_sleep(ctx, w, n, until);
	woken = leave_all(w, n);
	return woken >= 0 ? woken : r;
}
