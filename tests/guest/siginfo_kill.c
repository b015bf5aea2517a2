/* SPDX-License-Identifier: Apache-2.0 */
/* A signal sent by kill carries SI_USER and the sender's pid and uid. */
#include "guest.h"

static volatile siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	*(siginfo_t *)&seen = *si;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	EXPECT_OK(kill(getpid(), SIGUSR1));
	EXPECT_EQ(seen.si_signo, SIGUSR1);
	EXPECT_EQ(seen.si_code, SI_USER);
	EXPECT_EQ(seen.si_errno, 0);
	EXPECT_EQ(seen.si_pid, getpid());
	EXPECT_EQ(seen.si_uid, getuid());

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setresuid(1234, 1234, 0));
		EXPECT_OK(setresuid(-1, 0, -1));
		EXPECT_OK(kill(getppid(), SIGUSR1));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(seen.si_pid, pid);
	EXPECT_EQ(seen.si_uid, 1234); /* the real one */

	EXPECT_OK(kill(getpid(), 0));
	EXPECT_ERRNO(kill(getpid(), 65), EINVAL);
	EXPECT_ERRNO(kill(getpid(), -1), EINVAL);
	EXPECT_ERRNO(kill(1 << 30, SIGUSR1), ESRCH);
	EXPECT_ERRNO(kill(-(1 << 30), SIGUSR1), ESRCH);
	EXPECT_ERRNO(kill(INT32_MIN, SIGUSR1), ESRCH);
	return 0;
}
