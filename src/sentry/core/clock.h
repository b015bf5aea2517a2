/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and timers. All times are ns. The guest's MONOTONIC and BOOTTIME start at the sandbox's
 * start plus an offset that keeps them like the host's, so that the vDSO and the Sentry agree
 * without translation.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/list.h"
#include "base/tree.h"

#define NSEC_PER_SEC 1000000000LL

struct ctx;
struct lx_timespec;

/*
 * The host's clock; id is LX_CLOCK_REALTIME, MONOTONIC, MONOTONIC_RAW, BOOTTIME, TAI or a COARSE
 * one. -EINVAL otherwise.
 */
MUST_CHECK int clock_read(int id, int64_t *ret_ns);
MUST_CHECK int clock_resolution(int id, int64_t *ret_ns);
int64_t clock_monotonic_ns(void);
int64_t clock_realtime_ns(void);
/* The sandbox starts now: boot calls it once. */
void clock_start(void);
/* ns since clock_start (without one: since the first call), for procfs. */
int64_t clock_boot_ns(void);

/*
 * When `id` will read at_ns, as MONOTONIC time, if nobody sets that clock meanwhile; at_ns
 * INT64_MAX is never. -EINVAL: no such clock.
 */
MUST_CHECK int clock_to_monotonic(int id, int64_t at_ns, int64_t *ret_ns);
/*
 * ctx_block until clock `id` reads at_ns, and not earlier even if it is set back.
 * Differs: a clock that is set forward ends the sleep no sooner.
 */
MUST_CHECK int clock_block(struct ctx *ctx, int id, int64_t at_ns);

/* A guest timespec that is in range (0 <= nsec < 1e9, sec >= 0) to ns, saturating; -EINVAL. */
MUST_CHECK int timespec_to_ns(const struct lx_timespec *ts, int64_t *ret_ns);
struct lx_timespec ns_to_timespec(int64_t ns);

/*
 * A one-shot timer on the monotonic clock, run by the Sentry's one timer thread, which sleeps
 * without a tick until the first deadline. fn runs on that thread without locks; it may lock
 * TASKLIST and below, and re-arm its own timer.
 */
struct ktimer {
	struct tree_node node; /* [TIMER] */
	int64_t deadline_ns;   /* [TIMER] */
	bool armed;            /* [TIMER] */
	void (*fn)(struct ktimer *t);
};

void ktimer_init(struct ktimer *t, void (*fn)(struct ktimer *t));
/* (Re)arm at a monotonic time; in the past: runs at once. Any lock above TIMER. */
void ktimer_set(struct ktimer *t, int64_t deadline_ns);
/* Disarm; the function may still be running on the timer thread. */
void ktimer_cancel(struct ktimer *t);
/* Disarm and wait until the function does not run. Without locks, never from fn itself. */
void ktimer_cancel_sync(struct ktimer *t);
/*
 * ktimer_set starts the thread on first need; boot does it earlier, to hear of a host that refuses.
 * -EAGAIN, -ENOMEM.
 */
MUST_CHECK int ktimer_start_thread(void);
/*
 * For shutdown, without locks: after return no function runs. Timers stay armed for a thread that
 * is started again.
 */
void ktimer_stop_thread(void);
