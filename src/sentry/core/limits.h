/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource limits of one thread group, getrlimit(2). Readable by any room through ctx->limits; soft
 * values are atomic.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/types.h"

/*
 * What the whole sandbox may use, as it was told at start; 0 means that there is no limit. The
 * kernel keeps to pids_max itself; processors and memory are kept by the host's control group if
 * memory_by_host says so, else memory by core/budget.h.
 */
struct sandbox_limits {
	uint64_t memory_max, memory_low, swap_max; /* bytes */
	bool no_swap;                              /* a limit of swap of 0 */
	bool memory_by_host;
	uint64_t cpu_weight;                  /* of cgroup v2; 0: 100 */
	uint64_t cpu_quota_us, cpu_period_us; /* period 0: 100000 */
	uint64_t pids_max;                    /* threads, and zombies that nobody waited for */
	uint64_t cpus[16]; /* processors that may be used; all zero: those of the host */
};

struct limits {
	_Atomic uint64_t soft[LX_RLIM_NLIMITS];
	_Atomic uint64_t hard[LX_RLIM_NLIMITS];
};

/*
 * Linux's defaults for a fresh init (NOFILE 1024/1048576, STACK 8 MiB, the rest as
 * include/asm-generic/resource.h).
 */
void limits_init(struct limits *l);
void limits_copy(struct limits *to, const struct limits *from);
static inline uint64_t limit_soft(struct limits *l, int which)
{
	return atomic_load_explicit(&l->soft[which], memory_order_relaxed);
}
