/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interval timers and processor time limits: getitimer(2), getrlimit(2) RLIMIT_CPU.
 *
 * ITIMER_REAL is a timer of the Sentry. With an interval it starts again when its SIGALRM is taken,
 * as Linux does, so a blocked SIGALRM costs nothing.
 *
 * ITIMER_VIRTUAL, ITIMER_PROF and RLIMIT_CPU count processor time, which only the threads
 * themselves can read. While one of them is set, cpu_timer looks at the earliest moment at which it
 * could be due (all threads running flat out), and asks the threads for a sample; the thread that
 * samples sees whether it is due, and the timer is set again for what is left. While no thread runs
 * in the guest nobody looks: the first that goes back there finds itself asked.
 *
 *	look (cpu_ask)                                  thread (run.c, enter_guest)
 *	work |= USAGE                    (A)            state = IN_GUEST                 (C)
 *	state == IN_GUEST? interrupt it  (B)            work? then sample, set the timer again  (D)
 */
#include "abi/time.h"
#include "base/check.h"
#include "base/checked.h"
#include "sentry/task/task_priv.h"

/* Not more often than that: a sample costs an interruption. */
#define CPU_LOOK_MIN_NS 1000000
#define CPU_LOOK_MAX_NS (10 * NSEC_PER_SEC)

static int64_t saturating_add(int64_t a, int64_t b)
{
	int64_t r;

	return add_ok(a, b, &r) ? r : INT64_MAX;
}

static void send_group(struct thread_group *tg, int signo) REQUIRES(tg->lock);
static void send_group(struct thread_group *tg, int signo)
{
	lx_siginfo_t info;

	if (!tg->leader)
		return;
	siginfo_kernel(&info, signo);
	LOCK_ASSERT_HELD(&tg->leader->tg->lock);
	(void)signal_send_locked(tg->leader, &info, SIGNAL_GROUP, SIGNAL_FROM_KERNEL);
}

static void real_expired(struct ktimer *kt)
{
	struct thread_group *tg = container_of(kt, struct thread_group, itimer_real_timer);

	GUARD(&tg->lock);
	if (tg->itimer[LX_ITIMER_REAL].expires_ns == 0)
		return;
	if (tg->itimer[LX_ITIMER_REAL].interval_ns == 0)
		tg->itimer[LX_ITIMER_REAL].expires_ns = 0;
	send_group(tg, LX_SIGALRM);
}

void itimer_real_taken(struct thread_group *tg)
{
	struct itimer *it = &tg->itimer[LX_ITIMER_REAL];
	int64_t now = clock_monotonic_ns();

	if (it->expires_ns == 0 || it->interval_ns == 0 || it->expires_ns > now)
		return;
	/* The next moment of the series that lies ahead: no drift. */
	it->expires_ns = saturating_add(
		it->expires_ns, ((now - it->expires_ns) / it->interval_ns + 1) * it->interval_ns);
	ktimer_set(&tg->itimer_real_timer, it->expires_ns);
}

/* ---- processor time ---- */

static int64_t cpu_now(struct thread_group *tg, int which) REQUIRES(tg->lock);
static int64_t cpu_now(struct thread_group *tg, int which)
{
	struct usage u;
	uint64_t ns;

	tg_usage_locked(tg, &u);
	ns = which == LX_ITIMER_VIRTUAL ? u.utime_ns : u.utime_ns + u.stime_ns;
	return ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
}

static int64_t cpu_limit_ns(struct thread_group *tg)
{
	uint64_t sec = limit_soft(&tg->limits, LX_RLIMIT_CPU);

	return sec >= (uint64_t)(INT64_MAX / NSEC_PER_SEC) ? INT64_MAX
							   : (int64_t)MAX(sec, 1u) * NSEC_PER_SEC;
}

/* How much processor time is left until something is due; INT64_MAX: nothing is set. */
static int64_t cpu_left(struct thread_group *tg) REQUIRES(tg->lock);
static int64_t cpu_left(struct thread_group *tg)
{
	int64_t left = INT64_MAX, limit = cpu_limit_ns(tg);

	for (int which = LX_ITIMER_VIRTUAL; which <= LX_ITIMER_PROF; which++)
		if (tg->itimer[which].expires_ns)
			left = MIN(left, tg->itimer[which].expires_ns - cpu_now(tg, which));
	if (limit != INT64_MAX)
		left = MIN(left, limit - cpu_now(tg, LX_ITIMER_PROF));
	return left;
}

static void rearm(struct thread_group *tg) REQUIRES(tg->lock);
static void rearm(struct thread_group *tg)
{
	int64_t left = cpu_left(tg), wait;

	if (left == INT64_MAX || !tg_live_thread_locked(tg))
		return;
	wait = left / (int64_t)tg->nlive;
	wait = MIN(MAX(wait, (int64_t)CPU_LOOK_MIN_NS), (int64_t)CPU_LOOK_MAX_NS);
	ktimer_set(&tg->cpu_timer, clock_monotonic_ns() + wait);
}

bool cpu_ask(struct thread_group *tg, const struct task *only)
{
	bool running = false;
	struct task *t;

	list_for_each_entry(t, &tg->threads, thread_link) {
		LOCK_ASSERT_HELD(&t->tg->lock);
		if (t->exiting || (only && t != only))
			continue;
		atomic_fetch_or(&t->work, TASK_WORK_USAGE);  /* (A) */
		if (atomic_load(&t->state) != TASK_IN_GUEST) /* (B) */
			continue;
		task_kick(t, TASK_WORK_USAGE);
		running = true;
	}
	return running;
}

static void cpu_look(struct ktimer *kt)
{
	struct thread_group *tg = container_of(kt, struct thread_group, cpu_timer);

	GUARD(&tg->lock);
	if (cpu_left(tg) != INT64_MAX && cpu_ask(tg, NULL))
		rearm(tg);
}

void cpu_timer_rearm(struct thread_group *tg)
{
	GUARD(&tg->lock);
	rearm(tg);
}

static void itimer_due(struct thread_group *tg, int which, int signo) REQUIRES(tg->lock);
static void itimer_due(struct thread_group *tg, int which, int signo)
{
	struct itimer *it = &tg->itimer[which];
	int64_t now = cpu_now(tg, which);

	if (it->expires_ns == 0 || now < it->expires_ns)
		return;
	if (it->interval_ns)
		it->expires_ns = saturating_add(it->expires_ns,
						((now - it->expires_ns) / it->interval_ns + 1) *
							it->interval_ns);
	else
		it->expires_ns = 0;
	send_group(tg, signo);
}

/* Past the hard limit: the end. Past the soft one: SIGXCPU, and the soft limit grows by a second. */
static void limit_due(struct thread_group *tg) REQUIRES(tg->lock);
static void limit_due(struct thread_group *tg)
{
	int64_t limit = cpu_limit_ns(tg), now = cpu_now(tg, LX_ITIMER_PROF);
	uint64_t hard = atomic_load(&tg->limits.hard[LX_RLIMIT_CPU]);

	if (limit == INT64_MAX || now < limit)
		return;
	if (hard < (uint64_t)(INT64_MAX / NSEC_PER_SEC) && now >= (int64_t)hard * NSEC_PER_SEC) {
		send_group(tg, LX_SIGKILL);
		return;
	}
	send_group(tg, LX_SIGXCPU);
	atomic_store(&tg->limits.soft[LX_RLIMIT_CPU], (uint64_t)(now / NSEC_PER_SEC) + 1);
}

void cpu_timers_check(struct task *t)
{
	struct thread_group *tg = t->tg;

	GUARD(&tg->lock);
	itimer_due(tg, LX_ITIMER_VIRTUAL, LX_SIGVTALRM);
	itimer_due(tg, LX_ITIMER_PROF, LX_SIGPROF);
	limit_due(tg);
	rearm(tg); /* (D) */
	posix_timers_resume(tg);
}

/* ---- the calls ---- */

static int64_t now_of(struct thread_group *tg, int which) REQUIRES(tg->lock);
static int64_t now_of(struct thread_group *tg, int which)
{
	return which == LX_ITIMER_REAL ? clock_monotonic_ns() : cpu_now(tg, which);
}

static void get_locked(struct thread_group *tg, int which, int64_t *ret_value_ns,
		       int64_t *ret_interval_ns) REQUIRES(tg->lock);
static void get_locked(struct thread_group *tg, int which, int64_t *ret_value_ns,
		       int64_t *ret_interval_ns)
{
	const struct itimer *it = &tg->itimer[which];

	*ret_interval_ns = it->interval_ns;
	/* Due but not delivered yet still reads as running. */
	*ret_value_ns = it->expires_ns ? MAX(it->expires_ns - now_of(tg, which), (int64_t)1000) : 0;
}

void itimer_get(struct thread_group *tg, int which, int64_t *ret_value_ns, int64_t *ret_interval_ns)
{
	check(which >= LX_ITIMER_REAL && which <= LX_ITIMER_PROF);
	GUARD(&tg->lock);
	get_locked(tg, which, ret_value_ns, ret_interval_ns);
}

void itimer_set(struct thread_group *tg, int which, int64_t value_ns, int64_t interval_ns,
		int64_t *ret_old_value_ns, int64_t *ret_old_interval_ns)
{
	int64_t value, interval;

	check(which >= LX_ITIMER_REAL && which <= LX_ITIMER_PROF);
	GUARD(&tg->lock);
	get_locked(tg, which, &value, &interval);
	tg->itimer[which].interval_ns = interval_ns;
	tg->itimer[which].expires_ns = value_ns ? saturating_add(now_of(tg, which), value_ns) : 0;
	if (which != LX_ITIMER_REAL)
		rearm(tg);
	else if (value_ns)
		ktimer_set(&tg->itimer_real_timer, tg->itimer[which].expires_ns);
	else
		ktimer_cancel(&tg->itimer_real_timer);
	if (ret_old_value_ns)
		*ret_old_value_ns = value;
	if (ret_old_interval_ns)
		*ret_old_interval_ns = interval;
}

/* ---- life ---- */

void itimers_init(struct thread_group *tg)
{
	ktimer_init(&tg->itimer_real_timer, real_expired);
	ktimer_init(&tg->cpu_timer, cpu_look);
}

void posix_timers_drop(struct thread_group *tg)
{
	void (*drop)(struct thread_group * tg);

	lock_acquire(&tg->lock);
	drop = tg->posix_timers_free;
	tg->posix_timers_free = NULL;
	lock_release(&tg->lock);
	if (drop)
		drop(tg);
}

void itimers_fini(struct thread_group *tg)
{
	lock_acquire(&tg->lock);
	tg->itimer[LX_ITIMER_REAL].expires_ns = 0;
	lock_release(&tg->lock);
	ktimer_cancel_sync(&tg->itimer_real_timer);
	ktimer_cancel_sync(&tg->cpu_timer);
	posix_timers_drop(tg);
}
