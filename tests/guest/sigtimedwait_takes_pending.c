/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigtimedwait takes a pending signal without a handler, waits for one, times out with EAGAIN, and
 * checks its arguments.
 */
#include "guest.h"

static void handler(int sig)
{
	FAIL("expected no handler call, got signal %d", sig);
}

static void other_handler(int sig)
{
	(void)sig;
}

int main(void)
{
	struct timespec zero = {0, 0}, ten = {10, 0}, bad = {0, 1000000000};
	struct timespec shortly = {0, 20000000};
	sigset_t set;
	siginfo_t si;

	signal(SIGUSR1, handler);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	EXPECT_ERRNO(sigtimedwait(&set, &si, &zero), EAGAIN);
	int64_t start = guest_now_ns();
	EXPECT_ERRNO(sigtimedwait(&set, &si, &shortly), EAGAIN);
	EXPECT(guest_now_ns() - start >= 20000000);

	EXPECT_OK(kill(getpid(), SIGUSR1));
	EXPECT_EQ(sigtimedwait(&set, &si, &zero), SIGUSR1);
	EXPECT_EQ(si.si_signo, SIGUSR1);
	EXPECT_EQ(si.si_code, SI_USER);
	EXPECT_EQ(si.si_pid, getpid());
	EXPECT_ERRNO(sigtimedwait(&set, &si, &zero), EAGAIN);

	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(20);
		EXPECT_OK(kill(getppid(), SIGUSR1));
		_exit(0);
	}
	EXPECT_EQ(sigtimedwait(&set, NULL, &ten), SIGUSR1);
	EXPECT_EXIT(pid, 0);

	/* Another signal with a handler: EINTR. */
	signal(SIGUSR2, other_handler);
	pid = guest_fork();
	if (pid == 0)
		for (;;) {
			EXPECT_OK(kill(getppid(), SIGUSR2));
			guest_pause_ms(5);
		}
	EXPECT_EQ(syscall(SYS_rt_sigtimedwait, &set, &si, &ten, 8) == -1 ? errno : 0, EINTR);
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_KILLED(pid, SIGKILL);
	EXPECT_ERRNO(sigtimedwait(&set, &si, &bad), EINVAL);
	EXPECT_ERRNO(syscall(SYS_rt_sigtimedwait, BAD_PTR, &si, &zero, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_rt_sigtimedwait, &set, &si, BAD_PTR, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_rt_sigtimedwait, &set, &si, &zero, 16), EINVAL);
	return 0;
}
