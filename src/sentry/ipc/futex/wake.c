/* SPDX-License-Identifier: Apache-2.0 */
/* FUTEX_WAKE, FUTEX_REQUEUE and FUTEX_WAKE_OP, futex(2). The races are told in queue.c. */
#include <errno.h>

#include "abi/errno.h"
#include "abi/futex.h"
#include "sentry/ipc/futex/futex_priv.h"
#include "sentry/mm/uaccess.h"

int futex_wake(const struct futex_word *w, int n, uint32_t bitset)
{
	struct wake_list woken = WAKE_LIST_INIT(woken);
	struct mm_futex_key key;
	struct futex_bucket *b;
	int r;

	if (bitset == 0)
		return -EINVAL;
	r = futex_key(w, &key);
	if (r < 0)
		return r;
	b = futex_bucket(&key);
	futex_bucket_lock(b);
	r = futex_wake_locked(b, &key, n, bitset, &woken);
	lock_release(&b->lock);
	wake_list_run(&woken);
	return r;
}

void futex_wake_addr(struct ctx *ctx UNUSED, struct mm *mm, uaddr_t addr, int n)
{
	struct futex_word w = {.mm = mm, .addr = addr, .scope = FUTEX_SHARED};
	int r = futex_wake(&w, n, LX_FUTEX_BITSET_MATCH_ANY);

	(void)r; /* the word is gone: so are its waiters */
}

/* ---- requeue ---- */

/*
 * Let w wait on `key` in bucket `to`, behind those that are there. In one bucket it keeps its
 * place, as in Linux.
 */
static void move(struct futex_waiter *w, struct futex_bucket *from, struct futex_bucket *to,
		 const struct mm_futex_key *key)
{
	w->key = *key;
	if (from == to)
		return;
	list_del(&w->link);
	list_add_tail(&to->waiters, &w->link);
	atomic_store(&w->bucket, to);
}

struct requeue {
	struct mm_futex_key from_key, to_key;
	struct futex_bucket *from, *to;
	int nwake, nmove;
};

static int requeue_locked(const struct requeue *q, struct wake_list *woken) REQUIRES(q->from->lock)
{
	struct futex_waiter *w, *tmp;
	int done = 0;

	list_for_each_entry_safe(w, tmp, &q->from->waiters, link) {
		if (done - q->nwake >= q->nmove)
			break;
		if (!futex_key_equal(&w->key, &q->from_key))
			continue;
		if (++done <= q->nwake)
			wake_list_add(woken, q->from, w);
		else
			move(w, q->from, q->to, &q->to_key);
	}
	return done;
}

int futex_requeue(const struct futex_word *from, const struct futex_word *to, int nwake, int nmove,
		  const uint32_t *cmp)
{
	struct wake_list woken = WAKE_LIST_INIT(woken);
	struct requeue q = {.nwake = nwake, .nmove = nmove};
	uint32_t now;
	int r;

	if (nwake < 0 || nmove < 0)
		return -EINVAL;
	r = futex_key(from, &q.from_key);
	if (r < 0)
		return r;
	r = futex_key(to, &q.to_key);
	if (r < 0)
		return r;
	q.from = futex_bucket(&q.from_key);
	q.to = futex_bucket(&q.to_key);
	futex_bucket_lock_two(q.from, q.to);
	r = cmp ? load_u32(from->mm, from->addr, &now) : 0;
	if (r == 0 && cmp && now != *cmp)
		r = -EAGAIN;
	if (r == 0)
		r = requeue_locked(&q, &woken);
	futex_bucket_unlock_two(q.from, q.to);
	wake_list_run(&woken);
	return r;
}

/* ---- FUTEX_WAKE_OP ---- */

struct decoded {
	uint32_t op, cmp;
	int32_t oparg, cmparg;
};

/* Twelve bits, signed. */
static int32_t field12(uint32_t encoded, unsigned shift)
{
	return (int32_t)((encoded >> shift) << 20) >> 20;
}

static struct decoded decode(uint32_t encoded)
{
	struct decoded d = {
		.op = (encoded >> 28) & 7,
		.cmp = (encoded >> 24) & 15,
		.oparg = field12(encoded, 12),
		.cmparg = field12(encoded, 0),
	};

	/* Linux takes the low five bits of a shift that is out of range. */
	if ((encoded >> 28) & LX_FUTEX_OP_OPARG_SHIFT)
		d.oparg = (int32_t)(1u << ((uint32_t)d.oparg & 31));
	return d;
}

static int op_apply(const struct decoded *d, uint32_t old, uint32_t *ret)
{
	uint32_t arg = (uint32_t)d->oparg;

	switch (d->op) {
	case LX_FUTEX_OP_SET:
		*ret = arg;
		return 0;
	case LX_FUTEX_OP_ADD:
		*ret = old + arg;
		return 0;
	case LX_FUTEX_OP_OR:
		*ret = old | arg;
		return 0;
	case LX_FUTEX_OP_ANDN:
		*ret = old & ~arg;
		return 0;
	case LX_FUTEX_OP_XOR:
		*ret = old ^ arg;
		return 0;
	default:
		return -ENOSYS;
	}
}

/* 1: passed; 0: not; -ENOSYS. */
static int op_compare(const struct decoded *d, int32_t old)
{
	switch (d->cmp) {
	case LX_FUTEX_OP_CMP_EQ:
		return old == d->cmparg;
	case LX_FUTEX_OP_CMP_NE:
		return old != d->cmparg;
	case LX_FUTEX_OP_CMP_LT:
		return old < d->cmparg;
	case LX_FUTEX_OP_CMP_LE:
		return old <= d->cmparg;
	case LX_FUTEX_OP_CMP_GT:
		return old > d->cmparg;
	case LX_FUTEX_OP_CMP_GE:
		return old >= d->cmparg;
	default:
		return -ENOSYS;
	}
}

/* Change the word in one step: whether the old value passed the test, or -errno. */
static int op_run(struct ctx *ctx, const struct futex_word *at, uint32_t encoded)
{
	struct decoded d = decode(encoded);
	uint32_t old, new, seen;
	int r = load_u32(at->mm, at->addr, &seen);

	if (r < 0)
		return r;
	do {
		/* Another thread may change the word for ever. */
		if (ctx->ops->killed(ctx))
			return -LX_ERESTARTNOINTR;
		old = seen;
		r = op_apply(&d, old, &new);
		if (r == 0)
			r = cmpxchg_u32(at->mm, ctx, at->addr, old, new, &seen);
		if (r < 0)
			return r;
	} while (seen != old);
	return op_compare(&d, (int32_t)old);
}

/*
 * The word is changed before the buckets are locked: to the waiters that is a store by the guest
 * followed by two wakes, and the platform's atomic operation, which may be slow, holds up nobody.
 */
int futex_wake_op(struct ctx *ctx, const struct futex_wake_op *op)
{
	struct wake_list woken = WAKE_LIST_INIT(woken);
	struct mm_futex_key key, key_op;
	struct futex_bucket *b, *b_op;
	int r, passed;

	r = futex_key(&op->w, &key);
	if (r < 0)
		return r;
	r = futex_key(&op->op_at, &key_op);
	if (r < 0)
		return r;
	passed = op_run(ctx, &op->op_at, op->encoded);
	if (passed < 0)
		return passed;
	b = futex_bucket(&key);
	b_op = futex_bucket(&key_op);
	futex_bucket_lock_two(b, b_op);
	r = futex_wake_locked(b, &key, op->n, LX_FUTEX_BITSET_MATCH_ANY, &woken);
	if (passed)
		r += futex_wake_locked(b_op, &key_op, op->n_op, LX_FUTEX_BITSET_MATCH_ANY, &woken);
	futex_bucket_unlock_two(b, b_op);
	wake_list_run(&woken);
	return r;
}
