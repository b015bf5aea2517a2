/* SPDX-License-Identifier: Apache-2.0 */
/* rt_sigreturn with a wild stack or a nonsense frame kills the caller by SIGSEGV, nobody else. */
#include "guest.h"

static pid_t wild(int which)
{
	pid_t pid = guest_fork();

	if (pid != 0)
		return pid;
	if (which == 0) /* the frame would be in unmapped memory */
		__asm__ volatile("mov $64, %%rsp\n\tmov $15, %%eax\n\tsyscall" : : : "memory");
	if (which == 1) { /* a frame full of ones: non-canonical rip and rsp */
		static char frame[4096] __attribute__((aligned(64)));

		memset(frame, 0xff, sizeof(frame));
		__asm__ volatile("mov %0, %%rsp\n\tmov $15, %%eax\n\tsyscall"
				 :
				 : "r"(frame + 512)
				 : "memory");
	}
	if (which == 2) { /* a kernel address as rip, kernel segment selectors */
		static uint64_t frame[512] __attribute__((aligned(64)));

		frame[5 + 16] = 0xffffffff81000000; /* rip */
		frame[5 + 17] = 0x202;
		frame[5 + 18] = 0x10; /* cs, gs, fs, ss */
		__asm__ volatile("mov %0, %%rsp\n\tmov $15, %%eax\n\tsyscall"
				 :
				 : "r"(frame)
				 : "memory");
	}
	_exit(1);
}

int main(void)
{
	struct rlimit none = {0, 0};

	EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
	for (int i = 0; i < 3; i++)
		EXPECT_KILLED(wild(i), SIGSEGV);
	return 0;
}
