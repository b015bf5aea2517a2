/* SPDX-License-Identifier: Apache-2.0 */
#include "sentry/sys/polltime.h"

#include <errno.h>

#include "abi/errno.h"
#include "abi/personality.h"
#include "abi/types.h"
#include "sentry/core/clock.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/pollset.h"
#include "sentry/task/task.h"

/* select(2) takes any number of microseconds. */
static int timeval_to_timespec(const struct lx_timeval *tv, struct lx_timespec *ret)
{
	if (!add_ok(tv->tv_sec, tv->tv_usec / 1000000, &ret->tv_sec))
		return -EINVAL;
	ret->tv_nsec = tv->tv_usec % 1000000 * 1000;
	return 0;
}

static int get_timespec(struct task *t, uaddr_t at, enum polltime_kind kind,
			struct lx_timespec *ret)
{
	struct lx_timeval tv;
	int r;

	if (kind == POLLTIME_TIMESPEC)
		return copy_in(t->mm, ret, at, sizeof(*ret));
	r = copy_in(t->mm, &tv, at, sizeof(tv));
	return r < 0 ? r : timeval_to_timespec(&tv, ret);
}

int polltime_get(struct polltime *pt, struct task *t, uaddr_t at, enum polltime_kind kind)
{
	struct lx_timespec ts;
	int64_t ns;
	int r;

	*pt = (struct polltime){.at = at, .kind = kind, .deadline_ns = CTX_FOREVER};
	if (uaddr_is_null(at))
		return 0;
	r = get_timespec(t, at, kind, &ts);
	if (r == 0)
		r = timespec_to_ns(&ts, &ns);
	if (r == 0)
		pt->deadline_ns = pollset_deadline(ns);
	return r;
}

static int put_left(const struct polltime *pt, struct task *t)
{
	struct lx_timespec ts =
		ns_to_timespec(MAX(pt->deadline_ns - clock_monotonic_ns(), (int64_t)0));
	struct lx_timeval tv = {.tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / 1000};

	if (pt->kind == POLLTIME_TIMESPEC)
		return copy_out(t->mm, pt->at, &ts, sizeof(ts));
	return copy_out(t->mm, pt->at, &tv, sizeof(tv));
}

long polltime_finish(const struct polltime *pt, struct task *t, long r)
{
	if (uaddr_is_null(pt->at) || pt->deadline_ns == POLLSET_NOW)
		return r;
	if (!(t->personality & LX_STICKY_TIMEOUTS) && put_left(pt, t) == 0)
		return r;
	return r == -LX_ERESTARTNOHAND ? -EINTR : r;
}
