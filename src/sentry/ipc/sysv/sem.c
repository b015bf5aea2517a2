/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semaphore sets: semget(2), semop(2). The operations of one call happen all at once or not at all.
 * A call that must wait is queued in its set, and whoever changes values carries out, in the order
 * of the queue, what has become possible: so nobody overtakes a sleeper whose turn has come, and a
 * sleeper that wakes has only to look at its result.
 *
 *	queued --(values allow it, or can never)--> done, result 0 or -errno
 *	       --(the set is removed)-------------> done, -EIDRM
 *	       --(signal, time-out)---------------> takes itself out: -EINTR, -EAGAIN
 *
 * Invariants, under the lock: (1) 0 <= value <= LX_SEMVMX; (2) no call in `waiting` could be
 * carried out now; (3) adj of an undo is minus the sum of what its process did with SEM_UNDO since
 * the last SETVAL or SETALL of that semaphore.
 */
#include <errno.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

/* What try_all says beside 0 and -errno. */
#define MUST_WAIT 1

struct ipc_table sem_table = IPC_TABLE_INIT(LX_SEMMNI, "sem");
uint32_t sem_total;

/* ---- one call ---- */

/* One operation. MUST_WAIT: the value does not allow it now. */
static int try_one(struct sem_set *s, struct sem_undo *undo, const struct lx_sembuf *op)
{
	struct sem *sem = &s->sems[op->sem_num];
	int32_t value = sem->value + op->sem_op, adj;

	if (op->sem_op == 0 ? sem->value != 0 : value < 0)
		return MUST_WAIT;
	if (value > LX_SEMVMX)
		return -ERANGE;
	if (undo && (op->sem_flg & LX_SEM_UNDO)) {
		adj = undo->adj[op->sem_num] - op->sem_op;
		if (adj < -LX_SEMAEM - 1 || adj > LX_SEMAEM)
			return -ERANGE;
		undo->adj[op->sem_num] = (int16_t)adj;
	}
	sem->value = value;
	return 0;
}

static void take_back(struct sem_set *s, struct sem_undo *undo, const struct lx_sembuf *op)
{
	s->sems[op->sem_num].value -= op->sem_op;
	if (undo && (op->sem_flg & LX_SEM_UNDO))
		undo->adj[op->sem_num] = (int16_t)(undo->adj[op->sem_num] + op->sem_op);
}

/* All of w, or nothing. MUST_WAIT: w->blocked_at says for which. -EAGAIN: that one must not wait;
 * -ERANGE. */
static int try_all(struct sem_set *s, struct sem_waiter *w) REQUIRES(sem_table.lock);
static int try_all(struct sem_set *s, struct sem_waiter *w)
{
	unsigned i = 0;
	int r = 0;

	while (i < w->nops && (r = try_one(s, w->undo, &w->ops[i])) == 0)
		i++;
	if (r == 0) {
		for (i = 0; i < w->nops; i++)
			s->sems[w->ops[i].sem_num].pid = w->pid;
		s->otime = ipc_now();
		return 0;
	}
	if (r == MUST_WAIT && (w->ops[i].sem_flg & LX_IPC_NOWAIT))
		r = -EAGAIN;
	w->blocked_at = i;
	while (i > 0)
		take_back(s, w->undo, &w->ops[--i]);
	return r;
}

static bool changes_values(const struct sem_waiter *w)
{
	for (unsigned i = 0; i < w->nops; i++)
		if (w->ops[i].sem_op != 0)
			return true;
	return false;
}

static void finish(struct sem_waiter *w, int result)
{
	list_del(&w->link);
	w->done = true;
	w->result = result;
	ctx_wake(w->ctx); /* it cannot leave before we drop the lock */
}

/* One walk along the queue, up to the first that changed values. False: none did. */
static bool run_some(struct sem_set *s) REQUIRES(sem_table.lock);
static bool run_some(struct sem_set *s)
{
	struct sem_waiter *w, *tmp;

	list_for_each_entry_safe(w, tmp, &s->waiting, link) {
		int r = try_all(s, w);

		if (r == MUST_WAIT)
			continue;
		finish(w, r);
		if (r == 0 && changes_values(w))
			return true;
	}
	return false;
}

void sem_run_waiting(struct sem_set *s)
{
	while (run_some(s))
		;
}

/* ---- semget ---- */

static int sem_fits(struct ipc_object *o, const struct ipc_wish *w)
{
	return w->size > sem_set_of(o)->nsems ? -EINVAL : 0;
}

static int sem_make(const struct ipc_wish *w, struct ipc_object **ret)
{
	struct sem_set *s;

	LOCK_ASSERT_HELD(&sem_table.lock);
	if (w->size == 0)
		return -EINVAL;
	if (w->size > LX_SEMMNS - sem_total)
		return -ENOSPC;
	s = arena_alloc(sizeof(*s) + w->size * sizeof(struct sem));
	if (!s)
		return -ENOMEM;
	s->nsems = (uint32_t)w->size;
	s->ctime = ipc_now();
	list_init(&s->waiting);
	list_init(&s->undos);
	sem_total += s->nsems;
	*ret = &s->ipc;
	return 0;
}

static void sem_unmake(struct ipc_object *o)
{
	LOCK_ASSERT_HELD(&sem_table.lock);
	sem_total -= sem_set_of(o)->nsems;
	arena_free(sem_set_of(o));
}

long sysv_sem_get(struct ctx *ctx, int32_t key, int32_t nsems, unsigned flags)
{
	struct ipc_wish w = {
		.fits = sem_fits, .make = sem_make, .free = sem_unmake, .key = key, .flags = flags};

	if (nsems < 0 || nsems > LX_SEMMSL)
		return -EINVAL;
	w.size = (uint64_t)nsems;
	return ipc_get(ctx, &sem_table, &w);
}

void sem_set_end(struct sem_set *s)
{
	struct sem_undo *u, *utmp;
	struct sem_waiter *w, *wtmp;

	list_for_each_entry_safe(u, utmp, &s->undos, set_link)
		sem_undo_free(u);
	list_for_each_entry_safe(w, wtmp, &s->waiting, link)
		finish(w, -EIDRM);
	ipc_remove(&sem_table, &s->ipc);
	sem_total -= s->nsems;
	arena_free(s);
}

/* ---- semop ---- */

/* Find the set, and what the call owes. */
static int prepare(struct sem_waiter *w, struct sem_undo_list **undos, int32_t id,
		   struct sem_set **ret) REQUIRES(sem_table.lock);
static int prepare(struct sem_waiter *w, struct sem_undo_list **undos, int32_t id,
		   struct sem_set **ret)
{
	bool undo = false, alter = changes_values(w);
	struct ipc_object *o;
	int r;

	r = ipc_find(&sem_table, id, &o);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < w->nops; i++) {
		if (w->ops[i].sem_num >= sem_set_of(o)->nsems)
			return -EFBIG;
		undo = undo || (w->ops[i].sem_op != 0 && (w->ops[i].sem_flg & LX_SEM_UNDO));
	}
	r = ipc_find_for(w->ctx, &sem_table, id, alter ? 0222 : 0444, &o);
	if (r < 0)
		return r;
	*ret = sem_set_of(o);
	return undo ? sem_undo_need(undos, *ret, &w->undo) : 0;
}

/* Now, or queued: MUST_WAIT. */
static int begin_op(struct sem_waiter *w, struct sem_undo_list **undos, int32_t id)
{
	struct sem_set *s;
	int r;

	GUARD(&sem_table.lock);
	LOCK_ASSERT_HELD(&sem_table.lock);
	r = prepare(w, undos, id, &s);
	if (r < 0)
		return r;
	r = try_all(s, w);
	if (r == MUST_WAIT)
		list_add_tail(&s->waiting, &w->link);
	else if (r == 0 && changes_values(w))
		sem_run_waiting(s);
	return r;
}

/* MUST_WAIT: still queued. */
static int result_of(struct sem_waiter *w, int block_result)
{
	GUARD(&sem_table.lock);
	if (w->done)
		return w->result;
	if (block_result == 0)
		return MUST_WAIT;
	list_del(&w->link);
	return block_result == -ETIMEDOUT ? -EAGAIN : -EINTR; /* never restarted, signal(7) */
}

int sysv_sem_op(struct ctx *ctx, struct sem_undo_list **undos, int32_t id,
		const struct lx_sembuf *ops, unsigned nops, int64_t deadline_ns)
{
	struct sem_waiter w = {.ctx = ctx, .ops = ops, .nops = nops, .pid = ctx->tgid};
	int r;

	list_init(&w.link);
	r = begin_op(&w, undos, id);
	while (r == MUST_WAIT)
		r = result_of(&w, ctx_block(ctx, deadline_ns));
	return r;
}
