/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduling policy and priority can be read, ordinary ones set, and nonsense is refused. */
#include "guest.h"

#include <sched.h>
#include <sys/resource.h>

int main(void)
{
	struct sched_param sp = {.sched_priority = 99};

	EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
	EXPECT_OK(sched_getparam(0, &sp));
	EXPECT_EQ(sp.sched_priority, 0);
	EXPECT_OK(sched_setscheduler(0, SCHED_BATCH, &sp));
	EXPECT_EQ(sched_getscheduler(0), SCHED_BATCH);
	EXPECT_OK(sched_setscheduler(0, SCHED_OTHER, &sp));
	EXPECT_EQ(sched_get_priority_max(SCHED_FIFO), 99);
	EXPECT_EQ(sched_get_priority_min(SCHED_RR), 1);
	EXPECT_EQ(sched_get_priority_max(SCHED_OTHER), 0);

	errno = 0;
	int nice0 = getpriority(PRIO_PROCESS, 0);
	EXPECT_EQ(errno, 0);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setpriority(PRIO_PROCESS, 0, 10));
		EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 10);
		EXPECT_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 20 - 10); /* raw: never < 0 */
		EXPECT_OK(setpriority(PRIO_PROCESS, 0, 100));
		EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 19);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(getpriority(PRIO_PROCESS, 0), nice0);

	sp.sched_priority = 5;
	EXPECT_ERRNO(sched_setscheduler(0, SCHED_OTHER, &sp), EINVAL);
	EXPECT_ERRNO(sched_setscheduler(0, 77, &sp), EINVAL);
	EXPECT_ERRNO(sched_getscheduler(1 << 30), ESRCH);
	EXPECT_ERRNO(sched_getscheduler(-1), EINVAL);
	EXPECT_ERRNO(sched_get_priority_max(77), EINVAL);
	EXPECT_ERRNO(getpriority(77, 0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_sched_getparam, 0, NULL), EINVAL);
	return 0;
}
