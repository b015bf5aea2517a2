/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of a process: timer_create(2), timer_settime(2). States of a timer:
 *
 *	off       expires_ns 0; also a one-shot that has expired
 *	running   kt is armed for expires_ns                               arm_locked
 *	owed      its signal is pending, and it has an interval: it stands   expired_locked
 *	          still until the signal is taken, and then goes on with     taken
 *	          the next moment of its series; those it has missed are the
 *	          signal's overrun
 *
 * Invariants: (1) only the timer thread (expire) queues the signal, and only if it is not queued; (2) what a call saw before it let go
 * of the lock stands only if `epoch` is still the same; (3) a deleted timer is in no table, is never armed again, and lives until the
 * last who looks at it lets go.
 */
#include <errno.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/task/task_priv.h"
#include "sentry/task/timers.h"

/* A timer with an interval whose signal nobody wants looks again that often at most. */
#define IGNORED_MIN_NS 10000000

/* Key: [I] immutable; [S] tg->lock */
struct posix_timer {
	struct ref ref;
	struct tree_node node;     /* [S] in posix_timers.by_id */
	int32_t id;                /* [I] */
	struct thread_group *tg;   /* [I] borrowed: its timers end before it does */
	struct task *target;       /* [I] SIGEV_THREAD_ID: one reference; NULL: the process */
	bool silent;               /* [I] SIGEV_NONE */
	int clock;                 /* [I] */
	struct cpu_clock cpu;      /* [I] if the clock is one of processor time */
	struct user *user;         /* [I] pays for the signal */
	struct sigqueue signal;    /* [S] */
	struct ktimer kt;
	uint32_t epoch;            /* [S] one more with each setting */
	bool deleted, owed;        /* [S] */
	int base;                  /* [S] the clock that expires_ns is a time of */
	int64_t expires_ns;        /* [S] 0: off */
	int64_t interval_ns;       /* [S] 0: one shot */
	int64_t overrun;           /* [S] of the signal that is pending */
	int32_t overrun_last;      /* [S] of the signal that was taken last */
};

struct posix_timers {
	struct tree by_id;
	int32_t next_id;
};

static SLAB_DEFINE(timer_slab, struct posix_timer);
static SLAB_DEFINE(timers_slab, struct posix_timers);

static struct posix_timer *timer_of(struct tree_node *n)
{
	return container_of(n, struct posix_timer, node);
}

static bool is_cpu(const struct posix_timer *p)
{
	return cpu_clock_is(p->clock);
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

/* ---- the series ---- */

static int64_t saturating_add(int64_t a, int64_t b)
{
	int64_t r;

	return add_ok(a, b, &r) ? r : INT64_MAX;
}

static int64_t system_now(int clock)
{
	int64_t ns = 0;

	check(clock_read(clock, &ns) == 0);
	return ns;
}

/* The first moment of the series after now; how many were left behind. */
static int64_t forward(int64_t *expires_ns, int64_t interval_ns, int64_t now)
{
	int64_t n, ahead;

	if (now < *expires_ns)
		return 0;
	n = (now - *expires_ns) / interval_ns + 1;
	*expires_ns = mul_ok(n, interval_ns, &ahead) ? saturating_add(*expires_ns, ahead) : INT64_MAX;
	return n;
}

/* Of processor time only the timer thread can say how long that is: it looks at once. */
static void arm_locked(struct posix_timer *p) REQUIRES(p->tg->lock)
{
	int64_t at = clock_monotonic_ns();

	if (p->deleted || p->silent)
		return;
	if (!is_cpu(p))
		check(clock_to_monotonic(p->base, p->expires_ns, &at) == 0);
	ktimer_set(&p->kt, at);
}

/* ---- expiry: the timer thread, without locks ---- */

/* What expire decides about, copied under the lock. */
struct look {
	uint32_t epoch;
	int64_t expires_ns;
	int base;
};

static bool look_begin(struct posix_timer *p, struct look *ret)
{
	GUARD(&p->tg->lock);
	*ret = (struct look){.epoch = p->epoch, .expires_ns = p->expires_ns, .base = p->base};
	return !p->deleted && !p->owed && p->expires_ns != 0;
}

/* How long until it is due, at least; 0: it is. */
static int64_t look_wait(struct posix_timer *p, const struct look *l)
{
	int64_t now;

	if (is_cpu(p))
		return cpu_clock_wait_ns(&p->cpu, l->expires_ns);
	now = system_now(l->base);
	return now >= l->expires_ns ? 0 : l->expires_ns - now;
}

/* It is due. True: the signal is to be sent. */
static bool expired_locked(struct posix_timer *p) REQUIRES(p->tg->lock)
{
	if (p->interval_ns)
		p->owed = true;
	else
		p->expires_ns = 0;
	if (!sigqueue_is_queued(&p->signal))
		return true;
	p->overrun++;
	return false;
}

/* Nobody took nor will take the signal: the series goes on without. */
static void ignored_locked(struct posix_timer *p) REQUIRES(p->tg->lock)
{
	int64_t past = p->expires_ns;

	if (!is_cpu(p))
		past = saturating_add(system_now(p->base), MAX(IGNORED_MIN_NS - p->interval_ns, (int64_t)0));
	p->owed = false;
	forward(&p->expires_ns, p->interval_ns, past);
	arm_locked(p);
}

static void send(struct posix_timer *p, uint32_t epoch)
{
	AUTO(task_put) struct task *t = p->target ? task_get(p->target) : tg_leader(p->tg);

	task_signal_send_embedded(t, &p->signal, p->target ? SIGNAL_THREAD : SIGNAL_GROUP);
	GUARD(&p->tg->lock);
	if (p->epoch == epoch && p->owed && !sigqueue_is_queued(&p->signal) && !(p->target && p->target->exiting))
		ignored_locked(p);
}

static void expire(struct ktimer *kt)
{
	struct posix_timer *p = container_of(kt, struct posix_timer, kt);
	struct look l;
	int64_t wait;
	bool due = false;

	if (!look_begin(p, &l))
		return;
	wait = look_wait(p, &l);
	lock_acquire(&p->tg->lock);
	if (p->epoch == l.epoch && !p->deleted) {
		if (wait > 0)
			ktimer_set(kt, saturating_add(clock_monotonic_ns(), wait));
		else
			due = expired_locked(p);
	}
	lock_release(&p->tg->lock);
	if (due)
		send(p, l.epoch);
}

/* The signal leaves its queue: under tg->lock. Of processor time the timer thread finds out what was missed. */
static void taken_locked(struct posix_timer *p, lx_siginfo_t *info) REQUIRES(p->tg->lock)
{
	if (p->owed && !p->deleted) {
		p->owed = false;
		if (is_cpu(p))
			p->expires_ns = saturating_add(p->expires_ns, p->interval_ns);
		else
			p->overrun += forward(&p->expires_ns, p->interval_ns, system_now(p->base)) - 1;
		arm_locked(p);
	}
	p->overrun_last = (int32_t)MAX(MIN(p->overrun, (int64_t)LX_DELAYTIMER_MAX), (int64_t)0);
	p->overrun = 0;
	info->_timer._overrun = p->overrun_last;
}

static void taken(struct sigqueue *q, lx_siginfo_t *info)
{
	struct posix_timer *p = container_of(q, struct posix_timer, signal);

	LOCK_ASSERT_HELD(&p->tg->lock);
	taken_locked(p, info);
}

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
	if (atomic_fetch_add(&t->user->nsigqueue, 1) >= limit_soft(&t->tg->limits, LX_RLIMIT_SIGPENDING)) {
		atomic_fetch_sub(&t->user->nsigqueue, 1);
		return -EAGAIN;
	}
	p->user = user_get(t->user);
	return 0;
}

int posix_timer_create(struct task *t, int clock, const struct lx_sigevent *ev, int32_t *ret_id)
{
	const struct lx_sigevent alarm = {.sigev_notify = LX_SIGEV_SIGNAL, .sigev_signo = LX_SIGALRM};
	AUTO(posix_timer_put) struct posix_timer *p = slab_alloc(&timer_slab);
	int r;

	if (!p)
		return -EAGAIN;
	ref_init(&p->ref);
	p->tg = t->tg;
	ktimer_init(&p->kt, expire);
	sigqueue_init_embedded(&p->signal, taken);
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
	return is_cpu(p) ? cpu_clock_read(t, &p->cpu) : system_now(clock);
}

/* Clocks that jump are read twice; which of the two counts is known under the lock. */
struct now {
	int64_t clock, monotonic;
};

static struct now now_both(struct task *t, struct posix_timer *p)
{
	return (struct now){.clock = now_of(t, p, p->clock), .monotonic = clock_monotonic_ns()};
}

static void get_locked(struct posix_timer *p, const struct now *n, struct posix_timer_value *ret) REQUIRES(p->tg->lock)
{
	int64_t expires = p->expires_ns, now = p->base == p->clock ? n->clock : n->monotonic;

	*ret = (struct posix_timer_value){.interval_ns = p->interval_ns};
	if (expires == 0)
		return;
	if (p->interval_ns && (p->owed || p->silent))
		forward(&expires, p->interval_ns, now);
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

static void set_locked(struct posix_timer *p, enum posix_timer_mode mode, const struct posix_timer_value *v,
		       const struct now *n) REQUIRES(p->tg->lock)
{
	p->epoch++;
	p->owed = false;
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
		p->expires_ns = saturating_add(p->base == p->clock ? n->clock : n->monotonic, v->value_ns);
	}
	arm_locked(p);
}

int posix_timer_set(struct task *t, int32_t id, enum posix_timer_mode mode, const struct posix_timer_value *v,
		    struct posix_timer_value *ret_old)
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
