/* SPDX-License-Identifier: Apache-2.0 */
/* The time-out of select, pselect6 and ppoll, whose remainder Linux writes back over it. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/uaddr.h"

struct task;

enum polltime_kind { POLLTIME_TIMEVAL, POLLTIME_TIMESPEC };

struct polltime {
	uaddr_t at; /* where it came from; NULL: none */
	enum polltime_kind kind;
	int64_t deadline_ns; /* as pollset_wait takes it */
};

/* -EFAULT; -EINVAL: out of range. */
MUST_CHECK int polltime_get(struct polltime *pt, struct task *t, uaddr_t at,
			    enum polltime_kind kind);
/*
 * Write back what is left. r is the outcome of the wait, and nearly always the answer: a call whose
 * time cannot be written back cannot be restarted either, and is -EINTR then.
 */
long polltime_finish(const struct polltime *pt, struct task *t, long r);
