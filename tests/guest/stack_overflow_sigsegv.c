/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursion without end dies of SIGSEGV; a handler on the alternate stack sees an address just
 * below the stack.
 */
#include "guest.h"

static char *alt;
static uintptr_t deepest;

static void on_segv(int sig, siginfo_t *si, void *uc)
{
	uintptr_t here = (uintptr_t)&sig;
	uintptr_t addr = (uintptr_t)si->si_addr;

	(void)uc;
	EXPECT(here >= (uintptr_t)alt && here < (uintptr_t)alt + 65536);
	EXPECT_EQ(si->si_signo, SIGSEGV);
	EXPECT(si->si_code == SEGV_MAPERR || si->si_code == SEGV_ACCERR);
	EXPECT(addr <= deepest && addr > deepest - (1 << 20));
	_exit(42);
}

__attribute__((noinline)) static unsigned int descend(unsigned int n)
{
	volatile char frame[512];

	frame[0] = (char)n;
	frame[511] = (char)n;
	deepest = (uintptr_t)frame;
	if (n == UINT32_MAX)
		return 0;
	return descend(n + 1) + (unsigned int)frame[0] + (unsigned int)frame[511];
}

static void limit_stack(void)
{
	struct rlimit lim;

	EXPECT_OK(getrlimit(RLIMIT_STACK, &lim));
	lim.rlim_cur = 1 << 20;
	EXPECT_OK(setrlimit(RLIMIT_STACK, &lim));
}

int main(void)
{
	pid_t pid = guest_fork();
	if (pid == 0) {
		struct sigaction sa = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
		stack_t ss = {.ss_size = 65536};

		sa.sa_flags |= SA_ONSTACK;
		limit_stack();
		alt = ss.ss_sp = EXPECT_OK(mmap(NULL, 65536, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
		EXPECT_OK(sigaltstack(&ss, NULL));
		EXPECT_OK(sigaction(SIGSEGV, &sa, NULL));
		_exit((int)descend(0) & 1);
	}
	EXPECT_EXIT(pid, 42);

	/* No alternate stack: even a handler cannot save it. */
	pid = guest_fork();
	if (pid == 0) {
		struct sigaction sa = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};

		limit_stack();
		EXPECT_OK(sigaction(SIGSEGV, &sa, NULL));
		_exit((int)descend(0) & 1);
	}
	EXPECT_KILLED(pid, SIGSEGV);
	return 0;
}
