/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks with an owner: the PI operations of futex(2). The word holds the owner's tid and
 * FUTEX_WAITERS; guests take and release a lock that nobody waits for by themselves. While somebody
 * waits there is a struct pi_lock here, and each release comes through us, which hands the lock to
 * the first waiter: word and owner change in one step under pi_mutex, so nobody can come between.
 *
 * States of a waiter:
 *	WAITING   in lock->waiters
 *	OWNER     the lock is his and the word says so; out of the list
 *	HEIR      the last owner died without unlocking: the lock is his, first in the list, and he
 *	          writes the word himself, with FUTEX_OWNER_DIED, in his own address space
 *
 * A lock lives as long as it has waiters. PI locks are few: one list under one mutex serves all,
 * and lets a circle of waiting threads be seen. It ranks FUTEX and is never held with a bucket.
 *
 * The end of an owner, against a waiter that comes late:
 *
 *	waiter                                  owner
 *	pi_mutex: queue behind owner    (A)     pi_mutex: futex_gone = true, its locks get heirs (C)
 *	lives(owner)?                   (B)
 *
 * (A) before (C): (C) finds the lock and makes the waiter its heir. (C) before (A): (B) says no,
 * and the waiter leaves with ESRCH.
 */
#include <errno.h>

#include "abi/errno.h"
#include "abi/futex.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/ipc/futex/futex_priv.h"
#include "sentry/mm/uaccess.h"

/* Longer chains of waiting threads are taken for circles, as in Linux. */
#define CHAIN_MAX 1024

enum pi_state { PI_WAITING, PI_OWNER, PI_HEIR };

/* Key: all [pi_mutex] */
struct pi_lock {
	struct list link; /* in pi_locks */
	struct mm_futex_key key;
	int32_t owner;
	struct list waiters; /* struct pi_waiter.link, first come first served */
};

struct pi_waiter {
	struct list link;
	struct pi_lock *lock;
	struct ctx *ctx;
	enum pi_state state;
};

static SLAB_DEFINE(pi_slab, struct pi_lock);
static struct lock pi_mutex = LOCK_INIT(RANK_FUTEX, "pi futexes");
static struct list pi_locks GUARDED_BY(pi_mutex) = LIST_INIT(pi_locks);
static _Atomic uint32_t pi_count; /* of pi_locks: so that threads that never saw one end quickly */

static struct pi_lock *find(const struct mm_futex_key *key) REQUIRES(pi_mutex)
{
	struct pi_lock *l;

	list_for_each_entry(l, &pi_locks, link)
		if (futex_key_equal(&l->key, key))
			return l;
	return NULL;
}

static struct pi_lock *lock_new(const struct mm_futex_key *key, int32_t owner) REQUIRES(pi_mutex)
{
	struct pi_lock *l = slab_alloc(&pi_slab);

	if (!l)
		return NULL;
	l->key = *key;
	l->owner = owner;
	list_init(&l->waiters);
	list_add_tail(&pi_locks, &l->link);
	atomic_fetch_add(&pi_count, 1);
	return l;
}

static void drop_unwaited(struct pi_lock *l) REQUIRES(pi_mutex)
{
	if (!list_empty(&l->waiters))
		return;
	list_del(&l->link);
	atomic_fetch_sub(&pi_count, 1);
	slab_free(&pi_slab, l);
}

static int32_t tid_of(uint32_t word)
{
	return (int32_t)(word & LX_FUTEX_TID_MASK);
}

/* Change the word from `from`: 0, -EAGAIN if it is something else by now, -EFAULT. */
static int change(struct ctx *ctx, const struct futex_word *w, uint32_t from, uint32_t to)
{
	uint32_t old;
	int r = cmpxchg_u32(w->mm, ctx, w->addr, from, to, &old);

	if (r < 0)
		return r;
	return old == from ? 0 : -EAGAIN;
}

/* ---- taking ---- */

/* Would waiting for l close a circle that leads back to ctx? */
static bool is_circle(struct ctx *ctx, struct pi_lock *l) REQUIRES(pi_mutex)
{
	for (int i = 0; i < CHAIN_MAX; i++) {
		struct pi_lock *next = NULL, *k;
		struct pi_waiter *w;

		if (l->owner == ctx->tid)
			return true;
		list_for_each_entry(k, &pi_locks, link)
			list_for_each_entry(w, &k->waiters, link)
				if (w->ctx->tid == l->owner && w->state == PI_WAITING)
					next = k;
		if (!next)
			return false;
		l = next;
	}
	return true;
}

enum taken { TAKEN_BY_US, TAKEN_BY_OTHER };

/*
 * Nobody waits: take a free lock, or mark a held one. 0, -EAGAIN (the word has changed), -EFAULT.
 */
static int take_word(struct ctx *ctx, const struct futex_word *w, uint32_t now, enum taken *ret)
{
	uint32_t to;

	if (tid_of(now) == 0) {
		to = (now & LX_FUTEX_OWNER_DIED) | (uint32_t)ctx->tid;
		*ret = TAKEN_BY_US;
	} else {
		to = now | LX_FUTEX_WAITERS;
		*ret = TAKEN_BY_OTHER;
	}
	return to == now ? 0 : change(ctx, w, now, to);
}

/*
 * The word of a lock that others wait for must name its owner; from his death till his heir has
 * written it it cannot.
 */
static bool word_fits(struct pi_lock *l, uint32_t now) REQUIRES(pi_mutex)
{
	struct pi_waiter *first = list_first_entry(&l->waiters, struct pi_waiter, link);

	if (first->state == PI_HEIR || (tid_of(now) == 0 && (now & LX_FUTEX_OWNER_DIED)))
		return true;
	return tid_of(now) == l->owner;
}

/* One attempt: 0 and *ret the lock to wait for (NULL: it is ours), -EAGAIN: anew; or an error. */
static int attempt(struct ctx *ctx, const struct futex_word *w, const struct mm_futex_key *key,
		   struct pi_lock **ret) REQUIRES(pi_mutex)
{
	struct pi_lock *l = find(key);
	enum taken taken = TAKEN_BY_OTHER;
	uint32_t now;
	int r = load_u32(w->mm, w->addr, &now);

	if (r < 0)
		return r;
	if (tid_of(now) == ctx->tid)
		return -EDEADLK;
	if (l && !word_fits(l, now))
		return -EINVAL;
	if (!l) {
		r = take_word(ctx, w, now, &taken);
		if (r < 0)
			return r;
		if (taken == TAKEN_BY_OTHER) {
			l = lock_new(key, tid_of(now));
			if (!l)
				return -ENOMEM;
		}
	}
	*ret = l;
	return 0;
}

/* Queue w behind the owner, or with `try` only look. 0: queued, or ours (w->lock NULL). */
static int join(const struct futex_lock_pi *l, const struct mm_futex_key *key, struct pi_waiter *w,
		int32_t *ret_owner)
{
	struct pi_lock *lock = NULL;
	int r;

	GUARD(&pi_mutex);
	r = attempt(w->ctx, &l->word, key, &lock);
	if (r < 0 || !lock)
		return r;
	*ret_owner = lock->owner;
	if (l->try || is_circle(w->ctx, lock)) {
		r = l->try ? -EWOULDBLOCK : -EDEADLK;
		drop_unwaited(lock);
		return r;
	}
	w->lock = lock;
	list_add_tail(&lock->waiters, &w->link);
	return 0;
}

/*
 * The word of an heir. The dead owner may have got to it as well (its robust list), so it says what
 * it likes but our tid.
 */
static int heir_writes(struct ctx *ctx, const struct futex_word *w)
{
	uint32_t now;
	int r;

	do {
		r = load_u32(w->mm, w->addr, &now);
		if (r == 0)
			r = change(ctx, w, now,
				   LX_FUTEX_OWNER_DIED | LX_FUTEX_WAITERS | (uint32_t)ctx->tid);
	} while (r == -EAGAIN && !ctx->ops->killed(ctx));
	return r;
}

/* Out of the queue, whatever came: 0 if the lock is ours, else why not. */
static int part(struct pi_waiter *w, const struct futex_word *word, int why)
{
	int r = why;

	GUARD(&pi_mutex);
	if (w->state == PI_OWNER)
		return 0;
	if (w->state == PI_HEIR)
		r = heir_writes(w->ctx, word);
	list_del(&w->link);
	drop_unwaited(w->lock);
	return r;
}

static enum pi_state state_of(struct pi_waiter *w)
{
	GUARD(&pi_mutex);
	return w->state;
}

static int await(struct pi_waiter *w, struct futex_deadline until)
{
	int r = 0;

	while (r == 0 && state_of(w) == PI_WAITING)
		r = clock_block(w->ctx, until.clock, until.at_ns);
	return r == -LX_ERESTARTSYS ? -LX_ERESTARTNOINTR : r;
}

int futex_lock_pi(struct ctx *ctx, const struct futex_lock_pi *l)
{
	struct pi_waiter w = {.ctx = ctx, .link = LIST_INIT(w.link), .state = PI_WAITING};
	struct mm_futex_key key;
	int32_t owner = 0;
	int r = futex_key(&l->word, &key);

	if (r < 0)
		return r;
	do {
		if (ctx->ops->killed(ctx))
			return -LX_ERESTARTNOINTR;
		owner = 0;
		r = join(l, &key, &w, &owner);
	} while (r == -EAGAIN && owner == 0);
	if (owner != 0 && !l->lives(ctx, owner) && (r == 0 || r == -EWOULDBLOCK))
		r = -ESRCH; /* (B) */
	if (!w.lock)
		return r;
	return part(&w, &l->word, r == 0 ? await(&w, l->until) : r);
}

/* ---- releasing ---- */

/* The first waiter is next. The waker's second step is for after pi_mutex. */
static struct ctx_waking hand_over(struct pi_lock *l, enum pi_state state) REQUIRES(pi_mutex)
{
	struct pi_waiter *w = list_first_entry(&l->waiters, struct pi_waiter, link);

	l->owner = w->ctx->tid;
	w->state = state;
	if (state == PI_OWNER)
		list_del(&w->link);
	return ctx_wake_begin(w->ctx);
}

/* 0, -EAGAIN: the word changed under our hands, look again. */
static int release(struct ctx *ctx, const struct futex_word *w, uint32_t now,
		   struct ctx_waking *ret)
{
	struct mm_futex_key key;
	struct pi_waiter *next;
	struct pi_lock *l;
	int r = futex_key(w, &key);

	if (r < 0)
		return r;
	GUARD(&pi_mutex);
	l = find(&key);
	if (!l)
		return change(ctx, w, now, 0);
	if (l->owner != ctx->tid)
		return -EINVAL;
	next = list_first_entry(&l->waiters, struct pi_waiter, link);
	r = change(ctx, w, now, LX_FUTEX_WAITERS | (uint32_t)next->ctx->tid);
	if (r < 0)
		return r;
	*ret = hand_over(l, PI_OWNER);
	drop_unwaited(l);
	return 0;
}

int futex_unlock_pi(struct ctx *ctx, const struct futex_word *w)
{
	struct ctx_waking waking = {.word = NULL};
	uint32_t now;
	int r;

	do {
		if (ctx->ops->killed(ctx))
			return -LX_ERESTARTNOINTR;
		r = load_u32(w->mm, w->addr, &now);
		if (r < 0)
			return r;
		if (tid_of(now) != ctx->tid)
			return -EPERM;
		r = release(ctx, w, now, &waking);
	} while (r == -EAGAIN);
	ctx_wake_finish(waking);
	return r;
}

/* One lock that ctx still owns, to its heir. False: there is none any more. */
static bool bequeath_one(struct ctx *ctx)
{
	struct ctx_waking waking = {.word = NULL};
	bool found = false;
	struct pi_lock *l;

	lock_acquire(&pi_mutex);
	list_for_each_entry(l, &pi_locks, link) {
		if (l->owner != ctx->tid)
			continue;
		waking = hand_over(l, PI_HEIR);
		found = true;
		break;
	}
	lock_release(&pi_mutex);
	ctx_wake_finish(waking);
	return found;
}

void futex_pi_exit(struct ctx *ctx, enum futex_leave_why why)
{
	if (why == FUTEX_LEAVES_BY_EXIT) {
		GUARD(&pi_mutex);
		atomic_store(&ctx->futex_gone, true); /* (C) */
	}
	while (atomic_load(&pi_count) > 0 && bequeath_one(ctx))
		;
}
