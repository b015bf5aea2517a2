/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int3 is SIGTRAP with SI_KERNEL and the address behind it; the trap flag steps one instruction
 * with TRAP_TRACE.
 */
#include "guest.h"

#include <ucontext.h>

static volatile int breaks, steps;
static volatile uintptr_t rip;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;

	EXPECT_EQ(sig, SIGTRAP);
	EXPECT_EQ(si->si_signo, SIGTRAP);
	rip = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
	if (si->si_code == SI_KERNEL) {
		breaks++;
		EXPECT_EQ(uc->uc_mcontext.gregs[REG_TRAPNO], 3);
		EXPECT_EQ(*(unsigned char *)(rip - 1), 0xcc);
	} else {
		steps++;
		EXPECT_EQ(si->si_code, TRAP_TRACE);
		EXPECT_EQ(uc->uc_mcontext.gregs[REG_TRAPNO], 1);
		EXPECT_EQ((uintptr_t)si->si_addr, rip);
		uc->uc_mcontext.gregs[REG_EFL] &= ~0x100LL;
	}
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	EXPECT_OK(sigaction(SIGTRAP, &sa, NULL));
	__asm__ volatile("int3");
	EXPECT_EQ(breaks, 1);
	EXPECT_EQ(steps, 0);

	__asm__ volatile("lea -128(%%rsp), %%rsp\n\t"
			 "pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tnop\n\tnop\n\t"
			 "lea 128(%%rsp), %%rsp"
			 :
			 :
			 : "memory", "cc");
	EXPECT_EQ(steps, 1);
	EXPECT_EQ(breaks, 1);
	return 0;
}
