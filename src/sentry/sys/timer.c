/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that send signals: getitimer(2), setitimer(2), alarm(2), timer_create(2) and its kin. */
#include <errno.h>

#include "abi/time.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/task/timers.h"

#define NSEC_PER_USEC 1000

/* ---- interval timers ---- */

static int timeval_to_ns(const struct lx_timeval *tv, int64_t *ret_ns)
{
	struct lx_timespec ts = {.tv_sec = tv->tv_sec};

	if (tv->tv_usec < 0 || tv->tv_usec >= LX_USEC_PER_SEC)
		return -EINVAL;
	ts.tv_nsec = tv->tv_usec * NSEC_PER_USEC;
	return timespec_to_ns(&ts, ret_ns);
}

static struct lx_timeval ns_to_timeval(int64_t ns)
{
	struct lx_timespec ts = ns_to_timespec(ns);

	return (struct lx_timeval){.tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / NSEC_PER_USEC};
}

static bool is_itimer(int which)
{
	return which >= LX_ITIMER_REAL && which <= LX_ITIMER_PROF;
}

static int copy_out_itimer(struct task *t, uaddr_t at, int64_t value_ns, int64_t interval_ns)
{
	struct lx_itimerval v = {.it_value = ns_to_timeval(value_ns),
				 .it_interval = ns_to_timeval(interval_ns)};

	return copy_out(t->mm, at, &v, sizeof(v));
}

long sys_getitimer(struct task *t, const struct sysargs *a)
{
	int which = arg_int(a, 0);
	int64_t value, interval;

	if (!is_itimer(which))
		return -EINVAL;
	if (which != LX_ITIMER_REAL)
		task_usage_refresh(t);
	itimer_get(t->tg, which, &value, &interval);
	return copy_out_itimer(t, arg_uaddr(a, 1), value, interval);
}

long sys_setitimer(struct task *t, const struct sysargs *a)
{
	struct lx_itimerval v = {
		.it_value = {
			0, 0}}; /* a null pointer is a zero value: a misfeature that Linux keeps */
	int which = arg_int(a, 0);
	uaddr_t new_at = arg_uaddr(a, 1), old_at = arg_uaddr(a, 2);
	int64_t value, interval, old_value, old_interval;

	if (!uaddr_is_null(new_at) && copy_in(t->mm, &v, new_at, sizeof(v)) < 0)
		return -EFAULT;
	if (timeval_to_ns(&v.it_value, &value) < 0 ||
	    timeval_to_ns(&v.it_interval, &interval) < 0 || !is_itimer(which))
		return -EINVAL;
	if (which != LX_ITIMER_REAL)
		task_usage_refresh(t);
	itimer_set(t->tg, which, value, interval, &old_value, &old_interval);
	return uaddr_is_null(old_at) ? 0 : copy_out_itimer(t, old_at, old_value, old_interval);
}

long sys_alarm(struct task *t, const struct sysargs *a)
{
	int64_t left, interval;
	struct lx_timespec ts;

	itimer_set(t->tg, LX_ITIMER_REAL, arg_uint(a, 0) * NSEC_PER_SEC, 0, &left, &interval);
	/* Rounded, but never to the 0 that says that there was none. */
	ts = ns_to_timespec(left);
	if ((ts.tv_sec == 0 && ts.tv_nsec > 0) || ts.tv_nsec >= NSEC_PER_SEC / 2)
		ts.tv_sec++;
	return ts.tv_sec;
}

/* ---- timers of timer_create ---- */

long sys_timer_create(struct task *t, const struct sysargs *a)
{
	uaddr_t ev_at = arg_uaddr(a, 1);
	struct lx_sigevent ev;
	int32_t id;
	int r;

	if (!uaddr_is_null(ev_at) && copy_in(t->mm, &ev, ev_at, sizeof(ev)) < 0)
		return -EFAULT;
	r = posix_timer_create(t, arg_int(a, 0), uaddr_is_null(ev_at) ? NULL : &ev, &id);
	if (r < 0)
		return r;
	r = copy_out(t->mm, arg_uaddr(a, 2), &id, sizeof(id));
	if (r < 0 && posix_timer_delete(t, id) < 0)
		return -EINVAL; /* another thread was quicker */
	return r;
}

static int copy_out_value(struct task *t, uaddr_t at, const struct posix_timer_value *v)
{
	struct lx_itimerspec its = {
		.it_value = ns_to_timespec(v->value_ns),
		.it_interval = ns_to_timespec(v->interval_ns),
	};

	return copy_out(t->mm, at, &its, sizeof(its));
}

long sys_timer_settime(struct task *t, const struct sysargs *a)
{
	enum posix_timer_mode mode = arg_int(a, 1) & LX_TIMER_ABSTIME ? POSIX_TIMER_ABSOLUTE
								      : POSIX_TIMER_RELATIVE;
	uaddr_t new_at = arg_uaddr(a, 2), old_at = arg_uaddr(a, 3);
	struct posix_timer_value v, old;
	struct lx_itimerspec its;
	int r;

	if (uaddr_is_null(new_at))
		return -EINVAL;
	if (copy_in(t->mm, &its, new_at, sizeof(its)) < 0)
		return -EFAULT;
	if (timespec_to_ns(&its.it_value, &v.value_ns) < 0 ||
	    timespec_to_ns(&its.it_interval, &v.interval_ns) < 0)
		return -EINVAL;
	r = posix_timer_set(t, arg_int(a, 0), mode, &v, &old);
	if (r < 0 || uaddr_is_null(old_at))
		return r;
	return copy_out_value(t, old_at, &old);
}

long sys_timer_gettime(struct task *t, const struct sysargs *a)
{
	struct posix_timer_value v;
	int r = posix_timer_get(t, arg_int(a, 0), &v);

	return r < 0 ? r : copy_out_value(t, arg_uaddr(a, 1), &v);
}

long sys_timer_getoverrun(struct task *t, const struct sysargs *a)
{
	return posix_timer_overrun(t, arg_int(a, 0));
}

long sys_timer_delete(struct task *t, const struct sysargs *a)
{
	return posix_timer_delete(t, arg_int(a, 0));
}
