/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks of processor time (cpu_clock.c) and the timers of timer_create(2) (posix_timer.c), for the
 * calls of the time family. Interval timers are in task.h.
 */
#pragma once

#include "abi/time.h"
#include "sentry/task/task.h"

/* ---- processor time as a clock, clock_getcpuclockid(3) ---- */

/*
 * Time used by a thread or a whole group. Others than the caller are read as of their last sample,
 * and asked for a fresh one, which the next look finds.
 */
struct cpu_clock {
	struct thread_group *tg; /* one reference */
	struct task *thread;     /* one reference; NULL: all threads of tg */
	int which;               /* LX_CPUCLOCK_PROF, VIRT (user time only), SCHED */
};

/* Is id CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID or negative (a pid in it)? */
bool cpu_clock_is(int id);
/* -EINVAL: no such process, or a thread of another one. cpu_clock_fini after use. */
MUST_CHECK int cpu_clock_find(struct task *by, int id, struct cpu_clock *ret);
void cpu_clock_fini(struct cpu_clock *c);
DEFINE_AUTO_INPLACE(struct cpu_clock, cpu_clock_fini)
int64_t cpu_clock_read(struct task *by, const struct cpu_clock *c);
int64_t cpu_clock_resolution(const struct cpu_clock *c);
/* Its threads are to sample now, so that the next look finds what is true. */
void cpu_clock_ask(const struct cpu_clock *c);
/*
 * How long at least until c can read at_ns as of the last samples, all threads running flat out; 0:
 * it does.
 */
int64_t cpu_clock_wait_ns(const struct cpu_clock *c, int64_t at_ns);
/* Sleep until c reads at_ns: 0, or -LX_ERESTARTSYS. */
MUST_CHECK int cpu_clock_sleep(struct task *t, const struct cpu_clock *c, int64_t at_ns);

/* ---- timers of a process, timer_create(2) ---- */

struct posix_timer_value {
	int64_t value_ns, interval_ns; /* value 0: disarmed */
};

/*
 * ev NULL: SIGALRM with the timer's id. *ret_id is written before the timer is known to others.
 * -EINVAL, -EAGAIN, -EOPNOTSUPP.
 */
MUST_CHECK int posix_timer_create(struct task *t, int clock, const struct lx_sigevent *ev,
				  int32_t *ret_id);
/* absolute: value is a moment of the timer's clock. ret_old may be NULL. -EINVAL: no such timer. */
enum posix_timer_mode { POSIX_TIMER_RELATIVE, POSIX_TIMER_ABSOLUTE };
MUST_CHECK int posix_timer_set(struct task *t, int32_t id, enum posix_timer_mode mode,
			       const struct posix_timer_value *v,
			       struct posix_timer_value *ret_old);
MUST_CHECK int posix_timer_get(struct task *t, int32_t id, struct posix_timer_value *ret);
/* Of the signal that was taken last. */
MUST_CHECK int posix_timer_overrun(struct task *t, int32_t id);
MUST_CHECK int posix_timer_delete(struct task *t, int32_t id);
