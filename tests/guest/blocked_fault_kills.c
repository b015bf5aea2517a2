/* SPDX-License-Identifier: Apache-2.0 */
/* A fault whose signal is blocked or ignored kills the process instead of looping. */
#include "guest.h"

int main(void)
{
	struct rlimit none = {0, 0};

	EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
	for (int i = 0; i < 2; i++) {
		pid_t pid = guest_fork();
		if (pid == 0) {
			sigset_t set;

			sigemptyset(&set);
			sigaddset(&set, SIGSEGV);
			if (i == 0)
				EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
			else
				signal(SIGSEGV, SIG_IGN);
			*(volatile char *)BAD_PTR = 1;
			_exit(1);
		}
		EXPECT_KILLED(pid, SIGSEGV);
	}
	return 0;
}
