/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigsuspend waits under its own mask, returns EINTR after the handler, and puts the old mask
 * back.
 */
#include "guest.h"

static volatile int usr1, usr2;
static volatile bool usr2_blocked_inside;

static void handler(int sig)
{
	sigset_t set;

	if (sig == SIGUSR2) {
		usr2++;
		return;
	}
	usr1++;
	sigprocmask(SIG_BLOCK, NULL, &set);
	usr2_blocked_inside = sigismember(&set, SIGUSR2) == 1;
}

int main(void)
{
	sigset_t both, wait_usr1, now;

	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);
	sigemptyset(&both);
	sigaddset(&both, SIGUSR1);
	sigaddset(&both, SIGUSR2);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &both, NULL));
	raise(SIGUSR1);
	raise(SIGUSR2);

	sigemptyset(&wait_usr1);
	sigaddset(&wait_usr1, SIGUSR2); /* only USR1 may come */
	EXPECT_ERRNO(sigsuspend(&wait_usr1), EINTR);
	EXPECT_EQ(usr1, 1);
	EXPECT_EQ(usr2, 0);
	EXPECT(usr2_blocked_inside);
	EXPECT_OK(sigprocmask(SIG_BLOCK, NULL, &now));
	EXPECT_EQ(sigismember(&now, SIGUSR1), 1);
	EXPECT_EQ(sigismember(&now, SIGUSR2), 1);

	/* It really waits: the signal comes from another process. */
	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(20);
		EXPECT_OK(kill(getppid(), SIGUSR1));
		_exit(0);
	}
	EXPECT_ERRNO(sigsuspend(&wait_usr1), EINTR);
	EXPECT_EQ(usr1, 2);
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(syscall(SYS_rt_sigsuspend, &both, 4), EINVAL);
	EXPECT_ERRNO(syscall(SYS_rt_sigsuspend, BAD_PTR, 8), EFAULT);
	return 0;
}
