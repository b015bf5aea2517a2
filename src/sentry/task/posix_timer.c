/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of a process: timer_create(2), timer_settime(2), timer_gettime(2). posix_timer_priv.h
 * tells what a timer is.
 */
#include "sentry/task/timers.h"

#include <errno.h>

#include "base/check.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/task/posix_timer_priv.h"

static SLAB_DEFINE(timer_slab, struct posix_timer);
static SLAB_DEFINE(timers_slab, struct posix_timers);

static struct posix_timer *timer_of(struct tree_node *n)
{
	return container_of(n, struct posix_timer, node);
}

static void posix_timer_put(struct posix_timer *p)
{
	if (!ref_put(&p->ref))
		return;
	if (p->user) {
		atomic_fetch_sub(&p->user->nsigqueue, 1);
		user_put(p->user);
	}
	task_put(p->target);
	cpu_clock_fini(&p->cpu);
	slab_free(&timer_slab, p);
}
DEFINE_AUTO(struct posix_timer *, posix_timer_put)

/* ---- the table ---- */

static int compare_id(const struct tree_node *a, const struct tree_node *b)
{
	int32_t x = container_of_const(a, struct posix_timer, node)->id;
	int32_t y = container_of_const(b, struct posix_timer, node)->id;

	return (x > y) - (x < y);
}

static int compare_key(const void *key, const struct tree_node *b)
{
	const int32_t *x = key;
	int32_t y = container_of_const(b, struct posix_timer, node)->id;

	return (*x > y) - (*x < y);
}

static struct posix_timer *find_locked(struct thread_group *tg, int32_t id) REQUIRES(tg->lock)
{
	struct posix_timers *all = tg->posix_timers;
	struct tree_node *n = all ? tree_find(&all->by_id, &id, compare_key) : NULL;

	return n ? timer_of(n) : NULL;
}

/* Caller owns; NULL: no such timer. */
static struct posix_timer *find(struct task *t, int32_t id)
{
	struct thread_group *tg = t->tg;
	struct posix_timer *p;

	GUARD(&tg->lock);
	p = find_locked(tg, id);
	if (p)
		ref_get(&p->ref);
	return p;
}

static void unlink_locked(struct posix_timers *all, struct posix_timer *p) REQUIRES(p->tg->lock)
{
	tree_remove(&all->by_id, &p->node);
	p->deleted = true;
}

/* It is in no table any more: stop it, and drop the table's reference. Without locks. */
static void stop(struct posix_timer *p)
{
	ktimer_cancel_sync(&p->kt);
	task_signal_cancel_embedded(p->tg, &p->signal);
	posix_timer_put(p);
}

/* The group ends, or has a new program: thread_group.posix_timers_free. */
static void drop_all(struct thread_group *tg)
{
	struct posix_timers *all;
	struct tree_node *n;

	for (;;) {
		struct posix_timer *p = NULL;

		lock_acquire(&tg->lock);
		all = tg->posix_timers;
		n = all ? tree_first(&all->by_id) : NULL;
		if (n) {
			p = timer_of(n);
			LOCK_ASSERT_HELD(&p->tg->lock);
			unlink_locked(all, p);
		} else {
			tg->posix_timers = NULL;
		}
		lock_release(&tg->lock);
		if (!p)
			break;
		stop(p);
	}
	slab_free(&timers_slab, all);
}

static int table_locked(struct thread_group *tg, struct posix_timers **ret) REQUIRES(tg->lock)
{
	struct posix_timers *all = tg->posix_timers;

	if (!all) {
		all = slab_alloc(&timers_slab);
		if (!all)
			return -EAGAIN;
		tree_init(&all->by_id);
		tg->posix_timers = all;
		tg->posix_timers_free = drop_all;
	}
	*ret = all;
	return 0;
}

/* Numbers go up and are not used again soon, as in Linux. */
static int link_timer(struct posix_timer *p)
{
	struct posix_timers *all;
	int r;

	GUARD(&p->tg->lock);
	r = table_locked(p->tg, &all);
	if (r < 0)
		return r;
	do {
		p->id = all->next_id;
		all->next_id = all->next_id == INT32_MAX ? 0 : all->next_id + 1;
	} while (tree_insert(&all->by_id, &p->node, compare_id));
	return 0;
}

/* ---- timer_create ---- */

static int set_clock(struct task *t, struct posix_timer *p, int clock)
{
	int64_t ns;

	p->clock = p->base = clock;
	switch (clock) {
	case LX_CLOCK_REALTIME:
	case LX_CLOCK_MONOTONIC:
	case LX_CLOCK_BOOTTIME:
	case LX_CLOCK_TAI:
		return 0;
	case LX_CLOCK_REALTIME_ALARM:
	case LX_CLOCK_BOOTTIME_ALARM:
		return -EOPNOTSUPP;
	default:
		if (cpu_clock_is(clock))
			return cpu_clock_find(t, clock, &p->cpu);
		return clock_read(clock, &ns) < 0 ? -EINVAL : -EOPNOTSUPP;
	}
}

static int set_event(struct task *t, struct posix_timer *p, const struct lx_sigevent *ev)
{
	p->silent = ev->sigev_notify == LX_SIGEV_NONE;
	p->signal.info.si_signo = ev->sigev_signo;
	p->signal.info.si_code = LX_SI_TIMER;
	p->signal.info._timer._sigval = ev->sigev_value;
	switch (ev->sigev_notify) {
	case LX_SIGEV_NONE:
		return 0;
	case LX_SIGEV_THREAD_ID:
		p->target = task_find(t->kernel, ev->_tid);
		if (!p->target || p->target->tg != t->tg)
			return -EINVAL;
		return signal_valid(ev->sigev_signo) ? 0 : -EINVAL;
	case LX_SIGEV_SIGNAL:
	case LX_SIGEV_THREAD: /* to the kernel a signal as any other */
		return signal_valid(ev->sigev_signo) ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

/* The signal is paid for in advance, so that it can always be sent. */
static int charge(struct task *t, struct posix_timer *p)
{
	if (!t->user)
		return 0;
	if (atomic_fetch_add(&t->user->nsigqueue, 1) >=
	    limit_soft(&t->tg->limits, LX_RLIMIT_SIGPENDING)) {
		atomic_fetch_sub(&t->user->nsigqueue, 1);
		return -EAGAIN;
	}
	p->user = user_get(t->user);
	return 0;
}

int posix_timer_create(struct task *t, int clock, const struct lx_sigevent *ev, int32_t *ret_id)
{
	const struct lx_sigevent alarm = {.sigev_notify = LX_SIGEV_SIGNAL,
					  .sigev_signo = LX_SIGALRM};
	AUTO(posix_timer_put) struct posix_timer *p = slab_alloc(&timer_slab);
	int r;

	if (!p)
		return -EAGAIN;
	ref_init(&p->ref);
	p->tg = t->tg;
	ktimer_init(&p->kt, posix_timer_expire);
	sigqueue_init_embedded(&p->signal, posix_timer_taken);
	r = set_clock(t, p, clock);
	if (r == 0)
		r = charge(t, p);
	if (r == 0)
		r = set_event(t, p, ev ? ev : &alarm);
	if (r == 0)
		r = link_timer(p);
	if (r < 0)
		return r;
	lock_acquire(&t->tg->lock);
	p->signal.info._timer._tid = p->id;
	if (!ev)
		p->signal.info._timer._sigval.sival_int = p->id;
	*ret_id = p->id;
	lock_release(&t->tg->lock);
	(void)TAKE(p); /* the table's */
	return 0;
}

/* ---- settings ---- */

static int64_t now_of(struct task *t, struct posix_timer *p, int clock)
{
	return posix_timer_is_cpu(p) ? cpu_clock_read(t, &p->cpu) : posix_timer_now(clock);
}

/* Clocks that jump are read twice; which of the two counts is known under the lock. */
struct now {
	int64_t clock, monotonic;
};

static struct now now_both(struct task *t, struct posix_timer *p)
{
	return (struct now){.clock = now_of(t, p, p->clock), .monotonic = clock_monotonic_ns()};
}

static void get_locked(struct posix_timer *p, const struct now *n, struct posix_timer_value *ret)
	REQUIRES(p->tg->lock)
{
	int64_t expires = p->expires_ns, now = p->base == p->clock ? n->clock : n->monotonic;

	*ret = (struct posix_timer_value){.interval_ns = p->interval_ns};
	if (expires == 0)
		return;
	if (p->interval_ns && (p->owed || p->silent))
		posix_timer_forward(&expires, p->interval_ns, now);
	if (expires > now)
		ret->value_ns = expires - now;
	else
		ret->value_ns = p->silent ? 0 : 1; /* due, and the timer thread will see to it */
}

int posix_timer_get(struct task *t, int32_t id, struct posix_timer_value *ret)
{
	AUTO(posix_timer_put) struct posix_timer *p = find(t, id);
	struct now n;

	if (!p)
		return -EINVAL;
	n = now_both(t, p);
	GUARD(&p->tg->lock);
	get_locked(p, &n, ret);
	return 0;
}

static void set_locked(struct posix_timer *p, enum posix_timer_mode mode,
		       const struct posix_timer_value *v, const struct now *n) REQUIRES(p->tg->lock)
{
	p->epoch++;
	p->owed = p->parked = false;
	p->overrun = p->overrun_last = 0;
	p->expires_ns = 0;
	p->interval_ns = v->value_ns ? v->interval_ns : 0;
	p->base = p->clock;
	ktimer_cancel(&p->kt);
	if (v->value_ns == 0)
		return;
	if (mode == POSIX_TIMER_ABSOLUTE) {
		p->expires_ns = v->value_ns;
	} else {
		/* How long that is does not change with the time of day. */
		if (p->clock == LX_CLOCK_REALTIME || p->clock == LX_CLOCK_TAI)
			p->base = LX_CLOCK_MONOTONIC;
		p->expires_ns =
			saturating_add(p->base == p->clock ? n->clock : n->monotonic, v->value_ns);
	}
	posix_timer_arm(p);
}

int posix_timer_set(struct task *t, int32_t id, enum posix_timer_mode mode,
		    const struct posix_timer_value *v, struct posix_timer_value *ret_old)
{
	AUTO(posix_timer_put) struct posix_timer *p = find(t, id);
	struct posix_timer_value old;
	struct now n;

	if (!p)
		return -EINVAL;
	n = now_both(t, p);
	/* The signal of the setting before is nobody's any more. */
	task_signal_cancel_embedded(p->tg, &p->signal);
	GUARD(&p->tg->lock);
	if (p->deleted)
		return -EINVAL;
	get_locked(p, &n, &old);
	set_locked(p, mode, v, &n);
	if (ret_old)
		*ret_old = old;
	return 0;
}

int posix_timer_overrun(struct task *t, int32_t id)
{
	struct thread_group *tg = t->tg;
	struct posix_timer *p;

	GUARD(&tg->lock);
	p = find_locked(tg, id);
	return p ? p->overrun_last : -EINVAL;
}

int posix_timer_delete(struct task *t, int32_t id)
{
	struct thread_group *tg = t->tg;
	struct posix_timer *p;

	lock_acquire(&tg->lock);
	p = find_locked(tg, id);
	if (p) {
		LOCK_ASSERT_HELD(&p->tg->lock);
		unlink_locked(tg->posix_timers, p);
	}
	lock_release(&tg->lock);
	if (!p)
		return -EINVAL;
	stop(p);
	return 0;
}
