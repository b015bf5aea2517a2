/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time stamp counter and IA32_TSC_AUX of an x86-64 processor. Intel SDM volume 3, "Time-Stamp
 * Counter".
 */
#include "sentry/loader/x86_64/tsc.h"

#include <cpuid.h>
#include <fcntl.h>
#include <string.h>

#include "base/compiler.h"
#include "guest/vdso_params.h"
#include "guest/x86_64/tsc.h"
#include "host/cpu.h"
#include "host/fd.h"
#include "host/io.h"

#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

#define CPUID_EXT                     0x80000001
#define CPUID_EXT_EDX_RDTSCP          (1u << 27)
#define CPUID_POWER                   0x80000007
#define CPUID_POWER_EDX_INVARIANT_TSC (1u << 8)
#define CPUID_7_ECX_RDPID             (1u << 22)

#define AUX_CPU_MASK   0xfff
#define AUX_NODE_SHIFT 12
/* We may be moved to another processor between two looks at where we are. */
#define AUX_TRIES 4

uint64_t tsc_count(void)
{
	return tsc_read();
}

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/*
 * A kernel that finds fault with the counter takes another source. The sources of virtual machines
 * are computed from the counter by a page of the hypervisor's, whose speed changes only if the
 * machine moves; the clock finds out (vdso_clock.c).
 */
static enum answer host_says(void)
{
	static const char *const steady[] = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page"};
	AUTO(host_close_fd) int fd = host_open(AT_FDCWD, CLOCK_SOURCE, O_RDONLY | O_CLOEXEC, 0);
	char name[64];
	ssize_t n;

	if (fd < 0)
		return ANSWER_UNKNOWN;
	n = host_read(fd, name, sizeof(name) - 1);
	if (n <= 0)
		return ANSWER_UNKNOWN;
	name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(steady); i++)
		if (strcmp(name, steady[i]) == 0)
			return ANSWER_YES;
	return ANSWER_NO;
}

bool tsc_is_steady(void)
{
	enum answer host = host_says();
	unsigned a, b, c, d;

	if (host != ANSWER_UNKNOWN)
		return host == ANSWER_YES;
	return __get_cpuid(CPUID_POWER, &a, &b, &c, &d) && (d & CPUID_POWER_EDX_INVARIANT_TSC);
}

/* Does the register hold what the host kernel says. */
static bool aux_is_cpu(uint32_t (*aux)(void))
{
	for (int i = 0; i < AUX_TRIES; i++) {
		uint32_t value = aux(), cpu, node;

		host_cpu_now(&cpu, &node);
		if ((value & AUX_CPU_MASK) == cpu && value >> AUX_NODE_SHIFT == node)
			return true;
	}
	return false;
}

uint32_t tsc_getcpu_kind(void)
{
	unsigned a, b, c, d;

	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & CPUID_7_ECX_RDPID))
		return aux_is_cpu(tsc_aux_rdpid) ? VDSO_GETCPU_RDPID : VDSO_GETCPU_CALL;
	if (__get_cpuid(CPUID_EXT, &a, &b, &c, &d) && (d & CPUID_EXT_EDX_RDTSCP))
		return aux_is_cpu(tsc_aux_rdtscp) ? VDSO_GETCPU_RDTSCP : VDSO_GETCPU_CALL;
	return VDSO_GETCPU_CALL;
}
