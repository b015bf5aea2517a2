/* SPDX-License-Identifier: Apache-2.0 */
/* SSE and x87 registers survive a handler that tramples on all of them. */
#include "guest.h"

static void handler(int sig)
{
	static const double junk[2] = {-1, -2};

	(void)sig;
	__asm__ volatile("movupd %0, %%xmm0\n\tmovupd %0, %%xmm5\n\tmovupd %0, %%xmm15\n\t"
			 "fninit\n\tfld1\n\tfld1"
			 :
			 : "m"(junk)
			 : "xmm0", "xmm5", "xmm15");
}

int main(void)
{
	static const double in[2] = {1.5, 2.5};
	double x0[2], x5[2], x15[2];
	long double st;
	long ret;
	pid_t pid = getpid();

	signal(SIGUSR1, handler);
	for (int i = 0; i < 100; i++) {
		__asm__ volatile(
			"movupd %[in], %%xmm0\n\tmovupd %[in], %%xmm5\n\t"
			"movupd %[in], %%xmm15\n\tfldpi\n\t"
			"syscall\n\t"
			"fstpt %[st]\n\tmovupd %%xmm0, %[x0]\n\tmovupd %%xmm5, %[x5]\n\t"
			"movupd %%xmm15, %[x15]"
			: "=a"(ret), [x0] "=m"(x0), [x5] "=m"(x5), [x15] "=m"(x15), [st] "=m"(st)
			: "a"(SYS_kill), "D"(pid), "S"(SIGUSR1), [in] "m"(in)
			: "rcx", "r11", "memory", "xmm0", "xmm5", "xmm15");
		EXPECT_EQ(ret, 0);
		EXPECT(memcmp(x0, in, sizeof(in)) == 0);
		EXPECT(memcmp(x5, in, sizeof(in)) == 0);
		EXPECT(memcmp(x15, in, sizeof(in)) == 0);
		EXPECT(st > 3.14159L && st < 3.14160L);
	}
	return 0;
}
