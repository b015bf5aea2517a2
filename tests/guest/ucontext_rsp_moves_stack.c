/* SPDX-License-Identifier: Apache-2.0 */
/* A handler may send the thread to another function on another stack by changing rip and rsp. */
#include "guest.h"

#include <ucontext.h>

static char stack[65536] __attribute__((aligned(16)));

static void elsewhere(void)
{
	char here;

	EXPECT(&here >= stack && &here < stack + sizeof(stack));
	_exit(23);
}

static void handler(int sig, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;

	(void)sig;
	(void)si;
	uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)elsewhere;
	uc->uc_mcontext.gregs[REG_RSP] = (greg_t)(uintptr_t)(stack + sizeof(stack) - 8);
}

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

		EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
		raise(SIGUSR1);
		_exit(1); /* never */
	}
	EXPECT_EXIT(pid, 23);
	return 0;
}
