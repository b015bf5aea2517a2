/* SPDX-License-Identifier: Apache-2.0 */
/* Shared anonymous memory is one memory for parent and child, in both directions. */
#include "guest.h"

int main(void)
{
	volatile int *p = EXPECT_OK(
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

	EXPECT_EQ(p[0], 0);
	p[0] = 1;
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(p[0], 1);
		p[1] = 2;
		p[1024] = 3; /* a page that the parent never touched */
		while (*(volatile int *)&p[2] != 4)
			sched_yield();
		_exit(0);
	}
	while (p[1] != 2 || p[1024] != 3)
		sched_yield();
	p[2] = 4;
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(p[1], 2);
	EXPECT_EQ(p[1024], 3);
	return 0;
}
