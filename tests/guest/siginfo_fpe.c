/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An integer division by zero is SIGFPE with FPE_INTDIV at the instruction; the handler may step
 * over it.
 */
#include "guest.h"

#include <ucontext.h>

static volatile int calls;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;

	EXPECT_EQ(sig, SIGFPE);
	EXPECT_EQ(si->si_signo, SIGFPE);
	EXPECT_EQ(si->si_code, FPE_INTDIV);
	EXPECT_EQ((uintptr_t)si->si_addr, (uintptr_t)uc->uc_mcontext.gregs[REG_RIP]);
	EXPECT_EQ(uc->uc_mcontext.gregs[REG_TRAPNO], 0);
	calls++;
	uc->uc_mcontext.gregs[REG_RIP] += 2; /* idiv ecx: two bytes */
	uc->uc_mcontext.gregs[REG_RAX] = 4242;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	unsigned int result;

	EXPECT_OK(sigaction(SIGFPE, &sa, NULL));
	__asm__ volatile("xor %%edx, %%edx\n\tmov $7, %%eax\n\txor %%ecx, %%ecx\n\tidiv %%ecx"
			 : "=a"(result)
			 :
			 : "rcx", "rdx", "cc");
	EXPECT_EQ(calls, 1);
	EXPECT_EQ(result, 4242);

	pid_t pid = guest_fork();
	if (pid == 0) {
		signal(SIGFPE, SIG_IGN); /* a fault cannot be ignored */
		__asm__ volatile("xor %%edx, %%edx\n\txor %%ecx, %%ecx\n\tidiv %%ecx"
				 :
				 :
				 : "rax", "rcx", "rdx", "cc");
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGFPE);
	return 0;
}
