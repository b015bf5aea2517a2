/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The affinity mask holds the processor we run on, can be narrowed and is inherited; empty masks
 * are refused.
 */
#include "guest.h"

#include <sched.h>

int main(void)
{
	cpu_set_t all, one, got;
	unsigned int cpu = 9999, node;

	CPU_ZERO(&all);
	EXPECT_OK(sched_getaffinity(0, sizeof(all), &all));
	EXPECT(CPU_COUNT(&all) >= 1);
	EXPECT_OK(getcpu(&cpu, &node));
	EXPECT(cpu < CPU_SETSIZE && CPU_ISSET(cpu, &all));
	EXPECT(CPU_ISSET((unsigned int)EXPECT_OK(sched_getcpu()), &all));
	for (int i = 0; i < 100; i++)
		EXPECT_OK(sched_yield());

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	EXPECT_OK(sched_setaffinity(0, sizeof(one), &one));
	EXPECT_OK(sched_getaffinity(0, sizeof(got), &got));
	EXPECT(CPU_EQUAL(&got, &one));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(sched_getaffinity(0, sizeof(got), &got));
		EXPECT(CPU_EQUAL(&got, &one));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(sched_setaffinity(0, sizeof(all), &all));
	CPU_ZERO(&one);
	EXPECT_ERRNO(sched_setaffinity(0, sizeof(one), &one), EINVAL);
	EXPECT_ERRNO(sched_getaffinity(1 << 30, sizeof(got), &got), ESRCH);
	EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 0, 3, &got), EINVAL);
	EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 0, sizeof(got), BAD_PTR), EFAULT);
	EXPECT_ERRNO(syscall(SYS_sched_setaffinity, 0, sizeof(got), BAD_PTR), EFAULT);
	EXPECT(EXPECT_OK(syscall(SYS_sched_getaffinity, 0, sizeof(got), &got)) % 8 == 0);
	return 0;
}
