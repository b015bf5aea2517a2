/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource limits of one thread group, getrlimit(2). Readable by any room through ctx->limits; soft
 * values are atomic.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "abi/types.h"

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
