/* SPDX-License-Identifier: Apache-2.0 */
/* The upper halves of AVX registers survive a handler, a fork and a blocking system call. */
#include "guest.h"

#include <cpuid.h>

typedef unsigned char ymm[32];

static void trample(void)
{
	__asm__ volatile("vpcmpeqd %%xmm7, %%xmm7, %%xmm7\n\tvinsertf128 $1, %%xmm7, %%ymm7, %%ymm7"
			 :
			 :
			 : "xmm7");
}

static void handler(int sig)
{
	(void)sig;
	trample();
}

/* A system call with ymm7 loaded before and stored after. */
static long call(long nr, long a, long b, const ymm in, ymm out)
{
	long ret;

	__asm__ volatile("vmovdqu (%[in]), %%ymm7\n\tsyscall\n\tvmovdqu %%ymm7, (%[out])"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), [in] "r"(in), [out] "r"(out)
			 : "rcx", "r11", "memory", "xmm7");
	return ret;
}

int main(void)
{
	unsigned int a, b, c = 0, d;
	struct timespec ts = {0, 1000000};
	ymm in, out;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_AVX) || !(c & bit_OSXSAVE))
		SKIP("no AVX here");
	for (int i = 0; i < 32; i++)
		in[i] = (unsigned char)(i * 7 + 1);
	signal(SIGUSR1, handler);
	for (int i = 0; i < 100; i++) {
		memset(out, 0, sizeof(out));
		EXPECT_EQ(call(SYS_kill, getpid(), SIGUSR1, in, out), 0);
		EXPECT(memcmp(in, out, sizeof(in)) == 0);
	}
	EXPECT_EQ(call(SYS_nanosleep, (long)&ts, 0, in, out), 0);
	EXPECT(memcmp(in, out, sizeof(in)) == 0);

	long pid = call(SYS_fork, 0, 0, in, out);
	EXPECT(pid >= 0);
	EXPECT(memcmp(in, out, sizeof(in)) == 0);
	if (pid == 0)
		_exit(0);
	EXPECT_EXIT((pid_t)pid, 0);
	return 0;
}
