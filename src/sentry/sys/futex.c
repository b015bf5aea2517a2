/* SPDX-License-Identifier: Apache-2.0 */
/*
 * futex(2), futex_waitv(2) and the calls that split futex(2) up (futex_wake, futex_wait,
 * futex_requeue of Linux 6.7).
 *
 * Restarts: a wait without a timeout starts anew (ERESTARTSYS). FUTEX_WAIT and FUTEX_WAIT_BITSET
 * with one go on through the restart block, which keeps the moment at which they end; under a
 * handler they are EINTR even with SA_RESTART.
 */
#include <errno.h>

#include "abi/errno.h"
#include "abi/futex.h"
#include "abi/time.h"
#include "sentry/ipc/futex/futex.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"

#define FUTEX2_VALID (LX_FUTEX2_SIZE_MASK | LX_FUTEX2_PRIVATE)

static struct futex_word word_of(struct task *t, uaddr_t addr, enum futex_scope scope)
{
	return (struct futex_word){.mm = t->mm, .addr = addr, .scope = scope};
}

static int copy_in_ns(struct task *t, uaddr_t at, int64_t *ret_ns)
{
	struct lx_timespec ts;
	int r = copy_in(t->mm, &ts, at, sizeof(ts));

	return r < 0 ? r : timespec_to_ns(&ts, ret_ns);
}

/* ---- waiting ---- */

enum { RB_ADDR, RB_VAL, RB_BITSET, RB_SCOPE, RB_CLOCK, RB_AT, RB_COUNT };

static long wait_restart(struct task *t, struct restart_block *rb);

static long wait_until(struct task *t, const struct futex_word *w, uint32_t val, uint32_t bitset,
		       struct futex_deadline until)
{
	const uint64_t args[RB_COUNT] = {
		[RB_ADDR] = w->addr.va,
		[RB_VAL] = val,
		[RB_BITSET] = bitset,
		[RB_SCOPE] = w->scope,
		[RB_CLOCK] = (uint64_t)until.clock,
		[RB_AT] = (uint64_t)until.at_ns,
	};
	int r = futex_wait(&t->ctx, w, val, bitset, until);

	if (r != -LX_ERESTARTSYS || until.at_ns == CTX_FOREVER)
		return r;
	return task_set_restart(t, wait_restart, args, RB_COUNT);
}

static long wait_restart(struct task *t, struct restart_block *rb)
{
	struct futex_word w =
		word_of(t, uaddr(rb->arg[RB_ADDR]), (enum futex_scope)rb->arg[RB_SCOPE]);
	struct futex_deadline until = {.clock = (int)rb->arg[RB_CLOCK],
				       .at_ns = (int64_t)rb->arg[RB_AT]};

	return wait_until(t, &w, (uint32_t)rb->arg[RB_VAL], (uint32_t)rb->arg[RB_BITSET], until);
}

/* ---- locks with an owner ---- */

static bool lives(struct ctx *ctx, int32_t tid)
{
	AUTO(task_put) struct task *t = task_find(ctx_task(ctx)->kernel, tid);

	return t && !atomic_load(&t->ctx.futex_gone);
}

enum lock_how { LOCK_WAIT, LOCK_TRY };

static long lock_pi(struct task *t, const struct futex_word *w, struct futex_deadline until,
		    enum lock_how how)
{
	const struct futex_lock_pi l = {
		.word = *w, .until = until, .lives = lives, .try = how == LOCK_TRY};

	return futex_lock_pi(&t->ctx, &l);
}

/* ---- futex(2) ---- */

static bool has_timeout(int cmd)
{
	return cmd == LX_FUTEX_WAIT || cmd == LX_FUTEX_WAIT_BITSET ||
	       cmd == LX_FUTEX_WAIT_REQUEUE_PI || cmd == LX_FUTEX_LOCK_PI ||
	       cmd == LX_FUTEX_LOCK_PI2;
}

static bool may_choose_clock(int cmd)
{
	return cmd == LX_FUTEX_WAIT_BITSET || cmd == LX_FUTEX_WAIT_REQUEUE_PI ||
	       cmd == LX_FUTEX_LOCK_PI2;
}

/*
 * The timeout argument of futex(2): relative for FUTEX_WAIT, else absolute on the clock that op
 * names.
 */
static int decode_timeout(struct task *t, uaddr_t at, int op, struct futex_deadline *ret)
{
	int cmd = op & LX_FUTEX_CMD_MASK;
	int64_t ns, end;
	int r;

	*ret = FUTEX_NO_DEADLINE;
	if (uaddr_is_null(at) || !has_timeout(cmd))
		return 0;
	r = copy_in_ns(t, at, &ns);
	if (r < 0)
		return r;
	if (cmd == LX_FUTEX_WAIT) {
		ret->at_ns = add_ok(clock_monotonic_ns(), ns, &end) ? end : CTX_FOREVER;
		return 0;
	}
	if ((op & LX_FUTEX_CLOCK_REALTIME) || cmd == LX_FUTEX_LOCK_PI)
		ret->clock = LX_CLOCK_REALTIME;
	ret->at_ns = ns;
	return 0;
}

struct call {
	struct futex_word w, w2;
	uint32_t val, val2, val3;
	struct futex_deadline until;
};

static long run(struct task *t, int cmd, const struct call *c)
{
	const struct futex_wake_op op = {
		.w = c->w,
		.op_at = c->w2,
		.n = (int)c->val,
		.n_op = (int)c->val2,
		.encoded = c->val3,
	};

	switch (cmd) {
	case LX_FUTEX_WAIT:
		return wait_until(t, &c->w, c->val, LX_FUTEX_BITSET_MATCH_ANY, c->until);
	case LX_FUTEX_WAIT_BITSET:
		return wait_until(t, &c->w, c->val, c->val3, c->until);
	case LX_FUTEX_WAKE:
		return futex_wake(&c->w, (int)c->val, LX_FUTEX_BITSET_MATCH_ANY);
	case LX_FUTEX_WAKE_BITSET:
		return futex_wake(&c->w, (int)c->val, c->val3);
	case LX_FUTEX_REQUEUE:
		return futex_requeue(&c->w, &c->w2, (int)c->val, (int)c->val2, NULL);
	case LX_FUTEX_CMP_REQUEUE:
		return futex_requeue(&c->w, &c->w2, (int)c->val, (int)c->val2, &c->val3);
	case LX_FUTEX_WAKE_OP:
		return futex_wake_op(&t->ctx, &op);
	case LX_FUTEX_LOCK_PI:
	case LX_FUTEX_LOCK_PI2:
		return lock_pi(t, &c->w, c->until, LOCK_WAIT);
	case LX_FUTEX_TRYLOCK_PI:
		return lock_pi(t, &c->w, FUTEX_NO_DEADLINE, LOCK_TRY);
	case LX_FUTEX_UNLOCK_PI:
		return futex_unlock_pi(&t->ctx, &c->w);
	default: /* Differs: FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI are not there */
		return -ENOSYS;
	}
}

long sys_futex(struct task *t, const struct sysargs *a)
{
	int op = arg_int(a, 1), cmd = op & LX_FUTEX_CMD_MASK;
	enum futex_scope scope = op & LX_FUTEX_PRIVATE_FLAG ? FUTEX_PRIVATE : FUTEX_SHARED;
	struct call c = {
		.w = word_of(t, arg_uaddr(a, 0), scope),
		.w2 = word_of(t, arg_uaddr(a, 4), scope),
		.val = arg_uint(a, 2),
		.val2 = arg_uint(a, 3), /* where others have the timeout */
		.val3 = arg_uint(a, 5),
	};
	int r = decode_timeout(t, arg_uaddr(a, 3), op, &c.until);

	if (r < 0)
		return r;
	if ((op & LX_FUTEX_CLOCK_REALTIME) && !may_choose_clock(cmd))
		return -ENOSYS;
	return run(t, cmd, &c);
}

/* ---- the newer calls ---- */

static bool flags_valid(uint32_t flags)
{
	return !(flags & ~(uint32_t)FUTEX2_VALID) &&
	       (flags & LX_FUTEX2_SIZE_MASK) == LX_FUTEX2_SIZE_U32;
}

static enum futex_scope scope_of(uint32_t flags)
{
	return flags & LX_FUTEX2_PRIVATE ? FUTEX_PRIVATE : FUTEX_SHARED;
}

/* An absolute timeout on the clock that the caller names. */
static int decode_clock_timeout(struct task *t, uaddr_t at, int clock, struct futex_deadline *ret)
{
	*ret = FUTEX_NO_DEADLINE;
	if (uaddr_is_null(at))
		return 0;
	if (clock != LX_CLOCK_MONOTONIC && clock != LX_CLOCK_REALTIME)
		return -EINVAL;
	ret->clock = clock;
	return copy_in_ns(t, at, &ret->at_ns);
}

static int decode_wait(struct task *t, const struct lx_futex_waitv *raw, struct futex_wait_one *ret)
{
	if (raw->reserved || !flags_valid(raw->flags) || raw->val > UINT32_MAX)
		return -EINVAL;
	ret->word = word_of(t, uaddr(raw->uaddr), scope_of(raw->flags));
	ret->val = (uint32_t)raw->val;
	return 0;
}

static int decode_waits(struct task *t, uaddr_t at, uint32_t n, struct futex_wait_one *ret)
{
	for (uint32_t i = 0; i < n; i++) {
		struct lx_futex_waitv raw;
		uaddr_t from;
		int r;

		if (!uaddr_add_ok(at, (uint64_t)i * sizeof(raw), &from))
			return -EFAULT;
		r = copy_in(t->mm, &raw, from, sizeof(raw));
		if (r < 0)
			return r;
		r = decode_wait(t, &raw, &ret[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

long sys_futex_waitv(struct task *t, const struct sysargs *a)
{
	struct futex_wait_one v[FUTEX_WAIT_MANY_MAX];
	uaddr_t waiters = arg_uaddr(a, 0);
	uint32_t n = arg_uint(a, 1);
	struct futex_deadline until;
	int r;

	_Static_assert(FUTEX_WAIT_MANY_MAX == LX_FUTEX_WAITV_MAX, "as Linux");
	if (arg_uint(a, 2) || n == 0 || n > FUTEX_WAIT_MANY_MAX || uaddr_is_null(waiters))
		return -EINVAL;
	r = decode_clock_timeout(t, arg_uaddr(a, 3), arg_int(a, 4), &until);
	if (r < 0)
		return r;
	r = decode_waits(t, waiters, n, v);
	return r < 0 ? r : futex_wait_many(&t->ctx, v, n, until);
}

long sys_futex_wake(struct task *t, const struct sysargs *a)
{
	uint64_t mask = arg_ulong(a, 1);
	int n = arg_int(a, 2);
	uint32_t flags = arg_uint(a, 3);
	struct futex_word w = word_of(t, arg_uaddr(a, 0), scope_of(flags));
	uint32_t now;

	if (!flags_valid(flags) || mask > UINT32_MAX || mask == 0)
		return -EINVAL;
	if (n == 0) /* unlike futex(2), nobody; but the word is looked at */
		return w.addr.va % sizeof(now) ? -EINVAL : 0;
	return futex_wake(&w, n, (uint32_t)mask);
}

long sys_futex_wait(struct task *t, const struct sysargs *a)
{
	uint64_t val = arg_ulong(a, 1), mask = arg_ulong(a, 2);
	uint32_t flags = arg_uint(a, 3);
	struct futex_word w = word_of(t, arg_uaddr(a, 0), scope_of(flags));
	struct futex_deadline until;
	int r;

	if (!flags_valid(flags) || val > UINT32_MAX || mask > UINT32_MAX)
		return -EINVAL;
	r = decode_clock_timeout(t, arg_uaddr(a, 4), arg_int(a, 5), &until);
	return r < 0 ? r : futex_wait(&t->ctx, &w, (uint32_t)val, (uint32_t)mask, until);
}

long sys_futex_requeue(struct task *t, const struct sysargs *a)
{
	struct futex_wait_one v[2];
	int r;

	if (arg_uint(a, 1) || uaddr_is_null(arg_uaddr(a, 0)))
		return -EINVAL;
	r = decode_waits(t, arg_uaddr(a, 0), 2, v);
	if (r < 0)
		return r;
	return futex_requeue(&v[0].word, &v[1].word, arg_int(a, 2), arg_int(a, 3), &v[0].val);
}
