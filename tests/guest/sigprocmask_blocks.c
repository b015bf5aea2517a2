/* SPDX-License-Identifier: Apache-2.0 */
/* Blocked signals wait and come at unblocking, once each; SIGKILL and SIGSTOP cannot be blocked. */
#include "guest.h"

static volatile int calls;

static void handler(int sig)
{
	(void)sig;
	calls++;
}

int main(void)
{
	sigset_t set, old, full;

	signal(SIGUSR1, handler);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, &old));
	EXPECT_EQ(sigismember(&old, SIGUSR1), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_OK(raise(SIGUSR1));
	EXPECT_EQ(calls, 0);
	EXPECT_OK(sigprocmask(SIG_UNBLOCK, &set, &old));
	EXPECT_EQ(sigismember(&old, SIGUSR1), 1);
	EXPECT_EQ(calls, 1); /* standard signals do not queue */

	/* Ignoring a pending signal drops it. */
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	raise(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR1, handler);
	EXPECT_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
	EXPECT_EQ(calls, 1);

	sigfillset(&full);
	EXPECT_OK(sigprocmask(SIG_SETMASK, &full, &old));
	EXPECT_OK(sigprocmask(SIG_SETMASK, &old, &full));
	EXPECT_EQ(sigismember(&full, SIGTERM), 1);
	EXPECT_EQ(sigismember(&full, SIGKILL), 0);
	EXPECT_EQ(sigismember(&full, SIGSTOP), 0);

	EXPECT_ERRNO(sigprocmask(77, &set, NULL), EINVAL);
	EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 7), EINVAL);
	EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD_PTR, NULL, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, BAD_PTR, 8), EFAULT);
	return 0;
}
