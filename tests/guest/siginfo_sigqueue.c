/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigqueue carries SI_QUEUE and its value; a forged kernel code is refused towards other
 * processes.
 */
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
	union sigval value = {.sival_ptr = (void *)0x123456789abcdef0};
	siginfo_t si = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	EXPECT_OK(sigqueue(getpid(), SIGUSR1, value));
	EXPECT_EQ(seen.si_signo, SIGUSR1);
	EXPECT_EQ(seen.si_code, SI_QUEUE);
	EXPECT_EQ(seen.si_pid, getpid());
	EXPECT_EQ(seen.si_uid, getuid());
	EXPECT(seen.si_value.sival_ptr == value.sival_ptr);

	si.si_pid = 77; /* what the caller says is believed, but for kernel codes */
	EXPECT_OK(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &si));
	EXPECT_EQ(seen.si_pid, 77);
	si.si_code = -100;
	EXPECT_OK(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGUSR1, &si));
	EXPECT_EQ(seen.si_code, -100);

	pid_t pid = guest_fork();
	if (pid == 0) {
		si.si_code = SI_USER;
		EXPECT_ERRNO(syscall(SYS_rt_sigqueueinfo, getppid(), SIGUSR1, &si), EPERM);
		si.si_code = SI_KERNEL;
		EXPECT_ERRNO(syscall(SYS_rt_sigqueueinfo, getppid(), SIGUSR1, &si), EPERM);
		si.si_code = SI_TKILL;
		EXPECT_ERRNO(syscall(SYS_rt_sigqueueinfo, getppid(), SIGUSR1, &si), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(seen.si_code, -100);
	EXPECT_ERRNO(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, BAD_PTR), EFAULT);
	EXPECT_ERRNO(sigqueue(1 << 30, SIGUSR1, value), ESRCH);
	EXPECT_ERRNO(sigqueue(getpid(), 65, value), EINVAL);
	return 0;
}
