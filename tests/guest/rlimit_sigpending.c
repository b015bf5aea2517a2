/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queued signals count against RLIMIT_SIGPENDING: above it sigqueue answers EAGAIN, kill still
 * works.
 */
#include "guest.h"

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct rlimit lim = {5, 5};
		struct timespec zero = {0, 0};
		sigset_t set;
		int n = 0;

		uid_t uid = 100000 + (uid_t)getpid(); /* a user with nothing queued */
		EXPECT_OK(setresuid(uid, uid, uid));
		EXPECT_OK(setrlimit(RLIMIT_SIGPENDING, &lim));
		sigemptyset(&set);
		sigaddset(&set, SIGRTMIN);
		sigaddset(&set, SIGUSR1);
		EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
		while (n < 100 && sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = n}) == 0)
			n++;
		EXPECT_EQ(errno, EAGAIN);
		EXPECT_EQ(n, 5);
		EXPECT_OK(kill(getpid(), SIGUSR1));
		EXPECT_EQ(sigtimedwait(&set, NULL, &zero), SIGUSR1);
		EXPECT_EQ(sigtimedwait(&set, NULL, &zero), SIGRTMIN);
		EXPECT_OK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = n}));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
