/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks that do not belong to a task: the host's own, passed on. */
#include "sentry/core/clock.h"

#include <errno.h>
#include <stdatomic.h>

#include "abi/time.h"
#include "base/check.h"
#include "base/checked.h"
#include "host/time.h"
#include "sentry/core/ctx.h"

static _Atomic int64_t start_ns; /* CLOCK_MONOTONIC at the sandbox's start; 0: not yet */

/* LX_CLOCK_ numbers are the host's. */
static bool is_system_clock(int id)
{
	switch (id) {
	case LX_CLOCK_REALTIME:
	case LX_CLOCK_MONOTONIC:
	case LX_CLOCK_MONOTONIC_RAW:
	case LX_CLOCK_REALTIME_COARSE:
	case LX_CLOCK_MONOTONIC_COARSE:
	case LX_CLOCK_BOOTTIME:
	case LX_CLOCK_TAI:
		return true;
	default:
		return false;
	}
}

int clock_read(int id, int64_t *ret_ns)
{
	return is_system_clock(id) ? host_clock_get(id, ret_ns) : -EINVAL;
}

int clock_resolution(int id, int64_t *ret_ns)
{
	return is_system_clock(id) ? host_clock_resolution(id, ret_ns) : -EINVAL;
}

int64_t clock_monotonic_ns(void)
{
	return host_monotonic_ns();
}

int64_t clock_realtime_ns(void)
{
	int64_t ns = 0;

	check(host_clock_get(LX_CLOCK_REALTIME, &ns) == 0);
	return ns;
}

void clock_start(void)
{
	atomic_store(&start_ns, host_monotonic_ns());
}

int64_t clock_boot_ns(void)
{
	int64_t start = 0;
	int64_t now = host_monotonic_ns();

	if (atomic_compare_exchange_strong(&start_ns, &start, now))
		return 0;
	return MAX(now - start, 0);
}

int clock_to_monotonic(int id, int64_t at_ns, int64_t *ret_ns)
{
	int64_t now, left, at;
	int r;

	if (id == LX_CLOCK_MONOTONIC || at_ns == INT64_MAX) {
		*ret_ns = at_ns;
		return 0;
	}
	r = clock_read(id, &now);
	if (r < 0)
		return r;
	if (!sub_ok(at_ns, now, &left) || !add_ok(clock_monotonic_ns(), left, &at))
		at = at_ns < now ? 0 : INT64_MAX;
	*ret_ns = at;
	return 0;
}

int clock_block(struct ctx *ctx, int id, int64_t at_ns)
{
	int64_t deadline, now;
	int r;

	for (;;) {
		r = clock_to_monotonic(id, at_ns, &deadline);
		if (r < 0)
			return r;
		r = ctx_block(ctx, deadline);
		if (r != -ETIMEDOUT || id == LX_CLOCK_MONOTONIC)
			return r;
		r = clock_read(id, &now);
		if (r < 0 || now >= at_ns)
			return r < 0 ? r : -ETIMEDOUT;
	}
}

int timespec_to_ns(const struct lx_timespec *ts, int64_t *ret_ns)
{
	int64_t ns;

	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC)
		return -EINVAL;
	if (!mul_ok(ts->tv_sec, NSEC_PER_SEC, &ns) || !add_ok(ns, ts->tv_nsec, &ns))
		ns = INT64_MAX;
	*ret_ns = ns;
	return 0;
}

/* Also of times before 1970: tv_nsec is never negative. */
struct lx_timespec ns_to_timespec(int64_t ns)
{
	int64_t sec = ns / NSEC_PER_SEC, nsec = ns % NSEC_PER_SEC;

	if (nsec < 0) {
		sec--;
		nsec += NSEC_PER_SEC;
	}
	return (struct lx_timespec){.tv_sec = sec, .tv_nsec = nsec};
}
