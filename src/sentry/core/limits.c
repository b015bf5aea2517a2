/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of a fresh init. Source: include/asm-generic/resource.h (INIT_RLIMITS), kernel/fork.c
 * (NPROC and SIGPENDING follow the number of threads that the system can have).
 */
#include "sentry/core/limits.h"

#define MAX_THREADS 32768 /* the default of kernel.pid_max */
#define KIB         1024ULL

static const struct lx_rlimit defaults[LX_RLIM_NLIMITS] = {
	[LX_RLIMIT_CPU] = {LX_RLIM_INFINITY, LX_RLIM_INFINITY},
	[LX_RLIMIT_FSIZE] = {LX_RLIM_INFINITY, LX_RLIM_INFINITY},
	[LX_RLIMIT_DATA] = {LX_RLIM_INFINITY, LX_RLIM_INFINITY},
	[LX_RLIMIT_STACK] = {8192 * KIB, LX_RLIM_INFINITY},
	[LX_RLIMIT_CORE] = {0, LX_RLIM_INFINITY},
	[LX_RLIMIT_RSS] = {LX_RLIM_INFINITY, LX_RLIM_INFINITY},
	[LX_RLIMIT_NPROC] = {MAX_THREADS / 2, MAX_THREADS / 2},
	/*
	 * Differs: INIT_RLIMITS has 4096 as hard limit; container managers and init systems raise
	 * it to this.
	 */
	[LX_RLIMIT_NOFILE] = {1024, 1048576},
	[LX_RLIMIT_MEMLOCK] = {8192 * KIB, 8192 * KIB},
	[LX_RLIMIT_AS] = {LX_RLIM_INFINITY, LX_RLIM_INFINITY},
	[LX_RLIMIT_LOCKS] = {LX_RLIM_INFINITY, LX_RLIM_INFINITY},
	[LX_RLIMIT_SIGPENDING] = {MAX_THREADS / 2, MAX_THREADS / 2},
	[LX_RLIMIT_MSGQUEUE] = {819200, 819200},
	[LX_RLIMIT_NICE] = {0, 0},
	[LX_RLIMIT_RTPRIO] = {0, 0},
	[LX_RLIMIT_RTTIME] = {LX_RLIM_INFINITY, LX_RLIM_INFINITY},
};

void limits_init(struct limits *l)
{
	for (int i = 0; i < LX_RLIM_NLIMITS; i++) {
		atomic_init(&l->soft[i], defaults[i].rlim_cur);
		atomic_init(&l->hard[i], defaults[i].rlim_max);
	}
}

/*
 * Another thread may set a limit of `from` meanwhile: the caller keeps prlimit(2) out if it needs
 * one moment's picture.
 */
void limits_copy(struct limits *to, const struct limits *from)
{
	for (int i = 0; i < LX_RLIM_NLIMITS; i++) {
		atomic_init(&to->soft[i],
			    atomic_load_explicit(&from->soft[i], memory_order_relaxed));
		atomic_init(&to->hard[i],
			    atomic_load_explicit(&from->hard[i], memory_order_relaxed));
	}
}
