/* SPDX-License-Identifier: Apache-2.0 */
/* sigpending shows what is blocked and pending for the thread and for the process together. */
#include "guest.h"

static sigset_t other;

static void *thread(void *arg)
{
	sigset_t set;

	(void)arg;
	sigpending(&set);
	other = set;
	return NULL;
}

int main(void)
{
	sigset_t set;
	pthread_t t;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	EXPECT_OK(sigpending(&set));
	EXPECT_EQ(sigisemptyset(&set), 1);

	EXPECT_OK(kill(getpid(), SIGUSR1));
	EXPECT_OK(tgkill(getpid(), gettid(), SIGUSR2));
	EXPECT_OK(sigpending(&set));
	EXPECT_EQ(sigismember(&set, SIGUSR1), 1);
	EXPECT_EQ(sigismember(&set, SIGUSR2), 1);
	EXPECT_EQ(sigismember(&set, SIGTERM), 0);

	EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), 0);
	EXPECT_EQ(pthread_join(t, NULL), 0);
	EXPECT_EQ(sigismember(&other, SIGUSR1), 1); /* the process's */
	EXPECT_EQ(sigismember(&other, SIGUSR2), 0); /* the first thread's own */

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(sigpending(&set));
		EXPECT_EQ(sigisemptyset(&set), 1); /* a child starts with none */
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(syscall(SYS_rt_sigpending, BAD_PTR, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_rt_sigpending, &set, 9), EINVAL);
	return 0;
}
