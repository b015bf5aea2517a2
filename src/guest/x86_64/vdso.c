/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's vDSO, vdso(7): reading a clock without entering the kernel. It runs inside the guest
 * with the guest's rights and holds nothing that it does not know; when the page of parameters
 * cannot answer it makes the system call. Built alone, without libc, into linux-vdso.so.1
 * (vdso.lds); the races are told in vdso_params.h.
 */
#include <stddef.h>

#include "abi/time.h"
#include "abi/types.h"
#include "abi/unistd.h"
#include "guest/vdso_params.h"
#include "guest/x86_64/tsc.h"

#define NSEC_PER_SEC 1000000000LL
#define EXPORT       __attribute__((visibility("default")))
/* The name without __vdso_, as Linux has it. */
#define ALIAS(of) __attribute__((weak, alias(#of), visibility("default")))

/* The page below the image, placed by vdso.lds. */
extern const struct vdso_params vdso_page __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int32_t clock, struct lx_timespec *ret);
int __vdso_clock_getres(int32_t clock, struct lx_timespec *ret);
int __vdso_gettimeofday(struct lx_timeval *ret_tv, struct lx_timezone *ret_tz);
int64_t __vdso_time(int64_t *ret);
long __vdso_getcpu(uint32_t *ret_cpu, uint32_t *ret_node, void *unused);

static inline long call3(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}

/* (B): an address that depends on the count, so that the load waits for it. */
static inline uint32_t seq_after(const struct vdso_params *p, uint64_t count)
{
	__asm__ volatile("and $0, %0" : "+r"(count) : : "cc", "memory");
	return atomic_load_explicit(&p->seq + count, memory_order_relaxed);
}

/* False: ask the kernel. */
static inline bool read_clock(int32_t clock, int64_t *ret_ns)
{
	const struct vdso_params *p = &vdso_page;
	enum vdso_line_kind kind;
	struct vdso_line line;
	uint64_t count;
	uint32_t seq;
	int64_t ns, offset;

	if (!vdso_line_of(clock, &kind))
		return false;
	do {
		seq = atomic_load_explicit(&p->seq, memory_order_acquire); /* (A) */
		if (seq & 1)
			return false;
		count = tsc_read();
		line = p->line[kind];
		offset = p->offset_ns[clock];
		if (!vdso_line_read(&line, count, &ns))
			return false;
	} while (seq_after(p, count) != seq); /* (B) */
	*ret_ns = ns + offset;
	return true;
}

EXPORT int __vdso_clock_gettime(int32_t clock, struct lx_timespec *ret)
{
	int64_t ns;

	if (!read_clock(clock, &ns))
		return (int)call3(LX_SYS_clock_gettime, clock, (long)ret, 0);
	ret->tv_sec = ns / NSEC_PER_SEC;
	ret->tv_nsec = ns % NSEC_PER_SEC;
	return 0;
}

EXPORT int __vdso_gettimeofday(struct lx_timeval *ret_tv, struct lx_timezone *ret_tz)
{
	int64_t ns;

	if (!read_clock(LX_CLOCK_REALTIME, &ns))
		return (int)call3(LX_SYS_gettimeofday, (long)ret_tv, (long)ret_tz, 0);
	if (ret_tv) {
		ret_tv->tv_sec = ns / NSEC_PER_SEC;
		ret_tv->tv_usec = ns % NSEC_PER_SEC / 1000;
	}
	if (ret_tz)
		*ret_tz = (struct lx_timezone){0, 0};
	return 0;
}

EXPORT int64_t __vdso_time(int64_t *ret)
{
	int64_t ns, sec;

	if (!read_clock(LX_CLOCK_REALTIME, &ns))
		return call3(LX_SYS_time, (long)ret, 0, 0);
	sec = ns / NSEC_PER_SEC;
	if (ret)
		*ret = sec;
	return sec;
}

EXPORT int __vdso_clock_getres(int32_t clock, struct lx_timespec *ret)
{
	int64_t ns = (uint32_t)clock < VDSO_CLOCKS ? vdso_page.resolution_ns[clock] : 0;

	if (ns == 0)
		return (int)call3(LX_SYS_clock_getres, clock, (long)ret, 0);
	if (ret) {
		ret->tv_sec = ns / NSEC_PER_SEC;
		ret->tv_nsec = ns % NSEC_PER_SEC;
	}
	return 0;
}

EXPORT long __vdso_getcpu(uint32_t *ret_cpu, uint32_t *ret_node, void *unused)
{
	uint32_t aux;

	if (vdso_page.getcpu == VDSO_GETCPU_RDPID)
		aux = tsc_aux_rdpid();
	else if (vdso_page.getcpu == VDSO_GETCPU_RDTSCP)
		aux = tsc_aux_rdtscp();
	else
		return call3(LX_SYS_getcpu, (long)ret_cpu, (long)ret_node, (long)unused);
	if (ret_cpu)
		*ret_cpu = aux & 0xfff;
	if (ret_node)
		*ret_node = aux >> 12;
	return 0;
}

int clock_gettime(int32_t clock, struct lx_timespec *ret) ALIAS(__vdso_clock_gettime);
int clock_getres(int32_t clock, struct lx_timespec *ret) ALIAS(__vdso_clock_getres);
int gettimeofday(struct lx_timeval *ret_tv, struct lx_timezone *ret_tz) ALIAS(__vdso_gettimeofday);
int64_t time(int64_t *ret) ALIAS(__vdso_time);
long getcpu(uint32_t *ret_cpu, uint32_t *ret_node, void *unused) ALIAS(__vdso_getcpu);
