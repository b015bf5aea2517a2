/* SPDX-License-Identifier: Apache-2.0 */
/* A signal whose frame cannot be written kills the process with SIGSEGV. */
#include "guest.h"

static void handler(int sig)
{
	(void)sig;
}

int main(void)
{
	struct rlimit none = {0, 0};

	EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
	pid_t pid = guest_fork();
	if (pid == 0) {
		long pid_now = getpid();

		signal(SIGUSR1, handler);
		__asm__ volatile("mov $4096, %%rsp\n\tsyscall\n\tud2"
				 :
				 : "a"(SYS_kill), "D"(pid_now), "S"((long)SIGUSR1)
				 : "rcx", "r11", "memory");
	}
	EXPECT_KILLED(pid, SIGSEGV);

	/* The same with an alternate stack that is not there. */
	pid = guest_fork();
	if (pid == 0) {
		struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
		stack_t ss = {.ss_size = 65536};

		ss.ss_sp =
			EXPECT_OK(mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
		EXPECT_OK(sigaltstack(&ss, NULL));
		EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
		raise(SIGUSR1);
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGSEGV);
	return 0;
}
