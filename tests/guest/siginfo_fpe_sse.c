/* SPDX-License-Identifier: Apache-2.0 */
/* An unmasked SSE division by zero is SIGFPE with FPE_FLTDIV. */
#include "guest.h"

#include <ucontext.h>

static volatile int calls;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;

	EXPECT_EQ(sig, SIGFPE);
	EXPECT_EQ(si->si_code, FPE_FLTDIV);
	EXPECT_EQ((uintptr_t)si->si_addr, (uintptr_t)uc->uc_mcontext.gregs[REG_RIP]);
	EXPECT_EQ(uc->uc_mcontext.gregs[REG_TRAPNO], 19);
	calls++;
	uc->uc_mcontext.fpregs->mxcsr |= 0x1f80; /* mask again: the division is tried once more */
	uc->uc_mcontext.fpregs->mxcsr &= ~0x3fu;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	unsigned int mxcsr;
	volatile float one = 1, zero = 0, result;

	EXPECT_OK(sigaction(SIGFPE, &sa, NULL));
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	mxcsr &= ~0x200u; /* unmask division by zero */
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	result = one / zero;
	EXPECT_EQ(calls, 1);
	EXPECT(result > 1e30f);
	return 0;
}
