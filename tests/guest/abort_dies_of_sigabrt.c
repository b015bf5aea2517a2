/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abort ends the process with SIGABRT even if that is blocked, ignored or handled by a returning
 * handler.
 */
#include "guest.h"

static void handler(int sig)
{
	(void)sig;
}

int main(void)
{
	for (int i = 0; i < 3; i++) {
		pid_t pid = guest_fork();
		if (pid == 0) {
			struct rlimit none = {0, 0};
			sigset_t set;

			EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
			sigemptyset(&set);
			sigaddset(&set, SIGABRT);
			if (i == 0)
				signal(SIGABRT, SIG_IGN);
			if (i == 1)
				signal(SIGABRT, handler);
			if (i == 2)
				EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
			abort();
		}
		EXPECT_KILLED(pid, SIGABRT);
	}
	return 0;
}
