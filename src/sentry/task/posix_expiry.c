/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the timers of timer_create(2) expire: on the timer thread, and when their signal is taken.
 * posix_timer_priv.h tells the states.
 */
#include "base/check.h"
#include "base/checked.h"
#include "sentry/task/posix_timer_priv.h"

/* A timer with an interval whose signal nobody wants looks again that often at most. */
#define IGNORED_MIN_NS 10000000
/* Differs: a timer of another process's time is late by up to this. */
#define FOREIGN_MIN_NS 100000000

int64_t posix_timer_now(int clock)
{
	int64_t ns = 0;

	check(clock_read(clock, &ns) == 0);
	return ns;
}

int64_t posix_timer_forward(int64_t *expires_ns, int64_t interval_ns, int64_t now)
{
	int64_t n, ahead;

	if (now < *expires_ns)
		return 0;
	n = (now - *expires_ns) / interval_ns + 1;
	*expires_ns = mul_ok(n, interval_ns, &ahead) ? saturating_add(*expires_ns, ahead)
						     : INT64_MAX;
	return n;
}

/* Of processor time only the timer thread can say how long that is: it looks at once. */
void posix_timer_arm(struct posix_timer *p)
{
	int64_t at = clock_monotonic_ns();

	if (p->deleted || p->silent)
		return;
	if (!posix_timer_is_cpu(p))
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

	if (posix_timer_is_cpu(p)) {
		if (p->cpu.tg != p->tg)
			cpu_clock_ask(&p->cpu);
		return cpu_clock_wait_ns(&p->cpu, l->expires_ns);
	}
	now = posix_timer_now(l->base);
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

	if (!posix_timer_is_cpu(p))
		past = saturating_add(posix_timer_now(p->base),
				      MAX(IGNORED_MIN_NS - p->interval_ns, (int64_t)0));
	p->owed = false;
	posix_timer_forward(&p->expires_ns, p->interval_ns, past);
	posix_timer_arm(p);
}

static void send(struct posix_timer *p, uint32_t epoch)
{
	AUTO(task_put) struct task *t = p->target ? task_get(p->target) : tg_leader(p->tg);

	task_signal_send_embedded(t, &p->signal, p->target ? SIGNAL_THREAD : SIGNAL_GROUP);
	GUARD(&p->tg->lock);
	if (p->epoch == epoch && p->owed && !sigqueue_is_queued(&p->signal) &&
	    !(p->target && p->target->exiting))
		ignored_locked(p);
}

/*
 * Not yet. Time of our own group passes only while its threads run; that of others we look at now
 * and then.
 */
static void wait_more_locked(struct posix_timer *p, int64_t wait_ns) REQUIRES(p->tg->lock)
{
	if (posix_timer_is_cpu(p) && p->cpu.tg == p->tg) {
		p->parked = !cpu_ask(p->tg, p->cpu.thread);
		if (p->parked) {
			((struct posix_timers *)p->tg->posix_timers)->any_parked = true;
			return;
		}
	} else if (posix_timer_is_cpu(p)) {
		wait_ns = MAX(wait_ns, (int64_t)FOREIGN_MIN_NS);
	}
	ktimer_set(&p->kt, saturating_add(clock_monotonic_ns(), wait_ns));
}

void posix_timer_expire(struct ktimer *kt)
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
			wait_more_locked(p, wait);
		else
			due = expired_locked(p);
	}
	lock_release(&p->tg->lock);
	if (due)
		send(p, l.epoch);
}

/*
 * The signal leaves its queue: under tg->lock. Of processor time the timer thread finds out what
 * was missed.
 */
static void taken_locked(struct posix_timer *p, lx_siginfo_t *info) REQUIRES(p->tg->lock)
{
	if (p->owed && !p->deleted) {
		p->owed = false;
		if (posix_timer_is_cpu(p))
			p->expires_ns = saturating_add(p->expires_ns, p->interval_ns);
		else
			p->overrun += posix_timer_forward(&p->expires_ns, p->interval_ns,
							  posix_timer_now(p->base)) -
				      1;
		posix_timer_arm(p);
	}
	p->overrun_last = (int32_t)MAX(MIN(p->overrun, (int64_t)LX_DELAYTIMER_MAX), (int64_t)0);
	p->overrun = 0;
	info->_timer._overrun = p->overrun_last;
}

void posix_timer_taken(struct sigqueue *q, lx_siginfo_t *info)
{
	struct posix_timer *p = container_of(q, struct posix_timer, signal);

	LOCK_ASSERT_HELD(&p->tg->lock);
	taken_locked(p, info);
}

void posix_timers_resume(struct thread_group *tg)
{
	struct posix_timers *all = tg->posix_timers;
	struct posix_timer *p;

	if (!all || !all->any_parked)
		return;
	all->any_parked = false;
	tree_for_each_entry(p, &all->by_id, node) {
		if (!p->parked)
			continue;
		p->parked = false;
		ktimer_set(&p->kt, clock_monotonic_ns());
	}
}
