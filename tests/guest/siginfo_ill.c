/* SPDX-License-Identifier: Apache-2.0 */
/* An undefined instruction is SIGILL with ILL_ILLOPN at the instruction. */
#include "guest.h"

#include <ucontext.h>

static volatile int calls;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;

	EXPECT_EQ(sig, SIGILL);
	EXPECT_EQ(si->si_signo, SIGILL);
	EXPECT_EQ(si->si_code, ILL_ILLOPN);
	EXPECT_EQ((uintptr_t)si->si_addr, (uintptr_t)uc->uc_mcontext.gregs[REG_RIP]);
	EXPECT_EQ(uc->uc_mcontext.gregs[REG_TRAPNO], 6);
	EXPECT(memcmp(si->si_addr, "\x0f\x0b", 2) == 0);
	calls++;
	uc->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	EXPECT_OK(sigaction(SIGILL, &sa, NULL));
	__asm__ volatile("ud2");
	EXPECT_EQ(calls, 1);

	pid_t pid = guest_fork();
	if (pid == 0) {
		signal(SIGILL, SIG_DFL);
		__asm__ volatile("ud2");
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGILL);

	pid = guest_fork();
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		__asm__ volatile("hlt"); /* privileged */
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGSEGV);
	return 0;
}
