/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of a process, timer_create(2): what they are (posix_timer.c) and how they expire
 * (posix_expiry.c). States of a timer:
 *
 *	off       expires_ns 0; also a one-shot that has expired
 *	running   kt is armed for expires_ns                               arm_locked
 *	owed      its signal is pending, and it has an interval: it stands   expired_locked
 *	          still until the signal is taken, and then goes on with     taken
 *	          the next moment of its series; those it has missed are the
 *	          signal's overrun
 *	parked    of processor time, and no thread of the group runs: it     wait_more_locked
 *	          looks again when one has                                   posix_timers_resume
 *
 * Invariants: (1) only the timer thread (expire) queues the signal, and only if it is not queued;
 * (2) what a call saw before it let go of the lock stands only if `epoch` is still the same; (3) a
 * deleted timer is in no table, is never armed again, and lives until the last who looks at it lets
 * go.
 */
#pragma once

#include "base/checked.h"
#include "base/ref.h"
#include "sentry/task/task_priv.h"
#include "sentry/task/timers.h"

/* Key: [I] immutable; [S] tg->lock */
struct posix_timer {
	struct ref ref;
	struct tree_node node;   /* [S] in posix_timers.by_id */
	int32_t id;              /* [I] */
	struct thread_group *tg; /* [I] borrowed: its timers end before it does */
	struct task *target;     /* [I] SIGEV_THREAD_ID: one reference; NULL: the process */
	bool silent;             /* [I] SIGEV_NONE */
	int clock;               /* [I] */
	struct cpu_clock cpu;    /* [I] if the clock is one of processor time */
	struct user *user;       /* [I] pays for the signal */
	struct sigqueue signal;  /* [S] */
	struct ktimer kt;
	uint32_t epoch;       /* [S] one more with each setting */
	bool deleted, owed;   /* [S] */
	bool parked;          /* [S] */
	int base;             /* [S] the clock that expires_ns is a time of */
	int64_t expires_ns;   /* [S] 0: off */
	int64_t interval_ns;  /* [S] 0: one shot */
	int64_t overrun;      /* [S] of the signal that is pending */
	int32_t overrun_last; /* [S] of the signal that was taken last */
};

struct posix_timers {
	struct tree by_id; /* [S] */
	int32_t next_id;   /* [S] */
	bool any_parked;   /* [S] there may be one */
};

static inline bool posix_timer_is_cpu(const struct posix_timer *p)
{
	return cpu_clock_is(p->clock);
}

static inline int64_t saturating_add(int64_t a, int64_t b)
{
	int64_t r;

	return add_ok(a, b, &r) ? r : INT64_MAX;
}

/* A system clock's time, of one that was checked when the timer was made. */
int64_t posix_timer_now(int clock);
/* The first moment of the series after now into *expires_ns; how many were left behind. */
int64_t posix_timer_forward(int64_t *expires_ns, int64_t interval_ns, int64_t now);
/* Let it expire at p->expires_ns. */
void posix_timer_arm(struct posix_timer *p) REQUIRES(p->tg->lock);
/* The functions of p->kt and p->signal. */
void posix_timer_expire(struct ktimer *kt);
void posix_timer_taken(struct sigqueue *q, lx_siginfo_t *info);
