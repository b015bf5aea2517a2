/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading clocks and sleeping: clock_gettime(2), nanosleep(2), clock_nanosleep(2), gettimeofday(2),
 * adjtimex(2).
 *
 * Nobody inside sets the sandbox's clocks: they are the host's. Differs: CAP_SYS_TIME gives no
 * right to.
 */
#include <errno.h>

#include "abi/errno.h"
#include "abi/time.h"
#include "sentry/loader/vdso.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/task/timers.h"

#define NSEC_PER_USEC 1000

static int copy_in_timespec(struct task *t, uaddr_t at, int64_t *ret_ns)
{
	struct lx_timespec ts;
	int r = copy_in(t->mm, &ts, at, sizeof(ts));

	return r < 0 ? r : timespec_to_ns(&ts, ret_ns);
}

static int copy_out_timespec(struct task *t, uaddr_t at, int64_t ns)
{
	struct lx_timespec ts = ns_to_timespec(ns);

	return copy_out(t->mm, at, &ts, sizeof(ts));
}

static int read_clock(struct task *t, int id, int64_t *ret_ns)
{
	AUTO(cpu_clock_fini) struct cpu_clock c = {.tg = NULL};
	int r;

	/*
	 * As on a machine that no real-time clock can wake: these two can be read and nothing else.
	 */
	if (id == LX_CLOCK_REALTIME_ALARM)
		return vdso_clock_read(LX_CLOCK_REALTIME, ret_ns);
	if (id == LX_CLOCK_BOOTTIME_ALARM)
		return vdso_clock_read(LX_CLOCK_BOOTTIME, ret_ns);
	if (!cpu_clock_is(id))
		return vdso_clock_read(id, ret_ns);
	r = cpu_clock_find(t, id, &c);
	if (r == 0)
		*ret_ns = cpu_clock_read(t, &c);
	return r;
}

static int64_t now_of_day(void)
{
	int64_t ns = 0;
	int r = vdso_clock_read(LX_CLOCK_REALTIME, &ns);

	return r < 0 ? clock_realtime_ns() : ns;
}

/* ---- reading ---- */

long sys_clock_gettime(struct task *t, const struct sysargs *a)
{
	int64_t ns;
	int r = read_clock(t, arg_int(a, 0), &ns);

	return r < 0 ? r : copy_out_timespec(t, arg_uaddr(a, 1), ns);
}

long sys_clock_getres(struct task *t, const struct sysargs *a)
{
	AUTO(cpu_clock_fini) struct cpu_clock c = {.tg = NULL};
	int id = arg_int(a, 0);
	uaddr_t res = arg_uaddr(a, 1);
	int64_t ns = 0;
	int r = cpu_clock_is(id) ? cpu_clock_find(t, id, &c) : clock_resolution(id, &ns);

	if (r < 0)
		return r;
	if (cpu_clock_is(id))
		ns = cpu_clock_resolution(&c);
	return uaddr_is_null(res) ? 0 : copy_out_timespec(t, res, ns);
}

long sys_gettimeofday(struct task *t, const struct sysargs *a)
{
	static const struct lx_timezone utc;
	uaddr_t tv_at = arg_uaddr(a, 0), tz_at = arg_uaddr(a, 1);
	struct lx_timespec now = ns_to_timespec(now_of_day());
	struct lx_timeval tv = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / NSEC_PER_USEC};
	int r = 0;

	if (!uaddr_is_null(tv_at))
		r = copy_out(t->mm, tv_at, &tv, sizeof(tv));
	if (r == 0 && !uaddr_is_null(tz_at))
		r = copy_out(t->mm, tz_at, &utc, sizeof(utc));
	return r;
}

long sys_time(struct task *t, const struct sysargs *a)
{
	uaddr_t at = arg_uaddr(a, 0);
	int64_t sec = ns_to_timespec(now_of_day()).tv_sec;

	if (!uaddr_is_null(at) && copy_out(t->mm, at, &sec, sizeof(sec)) < 0)
		return -EFAULT;
	return sec;
}

/* ---- setting: refused, with the errors that come before the refusal ---- */

long sys_clock_settime(struct task *t, const struct sysargs *a)
{
	AUTO(cpu_clock_fini) struct cpu_clock c = {.tg = NULL};
	int id = arg_int(a, 0);
	int64_t ns;
	int r;

	if (id != LX_CLOCK_REALTIME && id >= 0)
		return -EINVAL;
	r = copy_in_timespec(t, arg_uaddr(a, 1), &ns);
	if (r < 0)
		return r;
	if (cpu_clock_is(id)) {
		r = cpu_clock_find(t, id, &c);
		if (r < 0)
			return r;
	}
	return -EPERM;
}

long sys_settimeofday(struct task *t, const struct sysargs *a)
{
	uaddr_t tv_at = arg_uaddr(a, 0), tz_at = arg_uaddr(a, 1);
	struct lx_timezone tz;
	struct lx_timeval tv;

	if (!uaddr_is_null(tv_at)) {
		if (copy_in(t->mm, &tv, tv_at, sizeof(tv)) < 0)
			return -EFAULT;
		if (tv.tv_usec < 0 || tv.tv_usec >= LX_USEC_PER_SEC || tv.tv_sec < 0)
			return -EINVAL;
	}
	if (!uaddr_is_null(tz_at) && copy_in(t->mm, &tz, tz_at, sizeof(tz)) < 0)
		return -EFAULT;
	return -EPERM;
}

/*
 * A clock that nobody has ever disciplined: include/linux/timex.h, kernel/time/ntp.c say what such
 * a kernel answers.
 */
static void timex_unsynchronised(struct lx_timex *tx)
{
	struct lx_timespec now = ns_to_timespec(now_of_day());

	*tx = (struct lx_timex){
		.modes = tx->modes,
		.maxerror = 16000000,
		.esterror = 16000000,
		.status = LX_STA_UNSYNC,
		.constant = 2,
		.precision = 1,
		.tolerance = 32768000,
		.time = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / NSEC_PER_USEC},
		.tick = 10000,
	};
}

static long adjtime(struct task *t, uaddr_t at)
{
	struct lx_timex tx;

	if (copy_in(t->mm, &tx, at, sizeof(tx)) < 0)
		return -EFAULT;
	/*
	 * Bit 15 says adjtime(3), which needs bit 0, and may ask only with the bit of
	 * ADJ_OFFSET_SS_READ.
	 */
	if (tx.modes & LX_ADJ_OFFSET_SINGLESHOT & ~1u) {
		if (!(tx.modes & 1))
			return -EINVAL;
		if (!(tx.modes & (LX_ADJ_OFFSET_SS_READ & ~LX_ADJ_OFFSET_SINGLESHOT)))
			return -EPERM;
	} else if (tx.modes) {
		return -EPERM;
	}
	timex_unsynchronised(&tx);
	return copy_out(t->mm, at, &tx, sizeof(tx)) < 0 ? -EFAULT : LX_TIME_ERROR;
}

long sys_adjtimex(struct task *t, const struct sysargs *a)
{
	return adjtime(t, arg_uaddr(a, 0));
}

long sys_clock_adjtime(struct task *t, const struct sysargs *a)
{
	int id = arg_int(a, 0);
	int64_t ns;
	int r;

	if (id == LX_CLOCK_REALTIME)
		return adjtime(t, arg_uaddr(a, 1));
	r = read_clock(t, id, &ns);
	return r < 0 ? r : -EOPNOTSUPP;
}

/* ---- sleeping ---- */

enum { RB_CLOCK, RB_AT, RB_REMAINING, RB_COUNT };

/*
 * A relative sleep has become one until at_ns of clock, and tells what is left if it is
 * interrupted.
 */
struct sleep {
	int clock;
	int64_t at_ns;
	uaddr_t remaining; /* may be null */
	bool absolute;
};

static long sleep_restart(struct task *t, struct restart_block *rb);

static int sleep_on(struct task *t, const struct sleep *s)
{
	AUTO(cpu_clock_fini) struct cpu_clock c = {.tg = NULL};
	int r;

	if (cpu_clock_is(s->clock)) {
		r = cpu_clock_find(t, s->clock, &c);
		return r < 0 ? r : cpu_clock_sleep(t, &c, s->at_ns);
	}
	do
		r = clock_block(&t->ctx, s->clock, s->at_ns);
	while (r == 0);
	return r == -ETIMEDOUT ? 0 : r;
}

static long sleep_until(struct task *t, const struct sleep *s)
{
	const uint64_t args[RB_COUNT] = {
		[RB_CLOCK] = (uint64_t)s->clock,
		[RB_AT] = (uint64_t)s->at_ns,
		[RB_REMAINING] = s->remaining.va,
	};
	int64_t now, left;
	int r = sleep_on(t, s);

	if (r != -LX_ERESTARTSYS)
		return r;
	if (s->absolute)
		return -LX_ERESTARTNOHAND;
	r = cpu_clock_is(s->clock) ? read_clock(t, s->clock, &now) : clock_read(s->clock, &now);
	if (r < 0)
		return r;
	left = s->at_ns - now;
	if (left <= 0)
		return 0;
	if (!uaddr_is_null(s->remaining) && copy_out_timespec(t, s->remaining, left) < 0)
		return -EFAULT;
	return task_set_restart(t, sleep_restart, args, RB_COUNT);
}

static long sleep_restart(struct task *t, struct restart_block *rb)
{
	struct sleep s = {
		.clock = (int)rb->arg[RB_CLOCK],
		.at_ns = (int64_t)rb->arg[RB_AT],
		.remaining = uaddr(rb->arg[RB_REMAINING]),
	};

	return sleep_until(t, &s);
}

static long sleep_relative(struct task *t, int clock, int64_t ns, uaddr_t remaining)
{
	struct sleep s = {.clock = clock, .remaining = remaining};
	int64_t now;
	int r;

	/* Setting REALTIME does not change how long that is. */
	if (clock == LX_CLOCK_REALTIME || clock == LX_CLOCK_TAI)
		s.clock = LX_CLOCK_MONOTONIC;
	r = cpu_clock_is(clock) ? read_clock(t, clock, &now) : clock_read(s.clock, &now);
	if (r < 0)
		return r;
	if (!add_ok(now, ns, &s.at_ns))
		s.at_ns = CTX_FOREVER;
	return sleep_until(t, &s);
}

long sys_nanosleep(struct task *t, const struct sysargs *a)
{
	int64_t ns;
	int r = copy_in_timespec(t, arg_uaddr(a, 0), &ns);

	return r < 0 ? r : sleep_relative(t, LX_CLOCK_MONOTONIC, ns, arg_uaddr(a, 1));
}

/* 0: one can sleep on it. */
static int check_sleep_clock(struct task *t, int id)
{
	AUTO(cpu_clock_fini) struct cpu_clock c = {.tg = NULL};
	int64_t ns;
	int r;

	switch (id) {
	case LX_CLOCK_REALTIME:
	case LX_CLOCK_MONOTONIC:
	case LX_CLOCK_BOOTTIME:
	case LX_CLOCK_TAI:
		return 0;
	case LX_CLOCK_THREAD_CPUTIME_ID:
	case LX_CLOCK_REALTIME_ALARM:
	case LX_CLOCK_BOOTTIME_ALARM:
		return -EOPNOTSUPP;
	default:
		break;
	}
	if (!cpu_clock_is(id))
		return clock_read(id, &ns) < 0 ? -EINVAL : -EOPNOTSUPP;
	r = cpu_clock_find(t, id, &c);
	return r == 0 && c.thread == t ? -EINVAL : r; /* it would never end */
}

long sys_clock_nanosleep(struct task *t, const struct sysargs *a)
{
	int id = arg_int(a, 0);
	struct sleep s = {.clock = id, .absolute = true};
	int r = check_sleep_clock(t, id);

	if (r < 0)
		return r;
	r = copy_in_timespec(t, arg_uaddr(a, 2), &s.at_ns);
	if (r < 0)
		return r;
	if (arg_int(a, 1) & LX_TIMER_ABSTIME)
		return sleep_until(t, &s);
	return sleep_relative(t, id, s.at_ns, arg_uaddr(a, 3));
}
