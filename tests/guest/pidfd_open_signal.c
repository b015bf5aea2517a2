/* SPDX-License-Identifier: Apache-2.0 */
/* A pidfd names a process: signals go through it, poll tells its end, and a dead one is ESRCH. */
#include "guest.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int main(void)
{
	pid_t pid = guest_fork();
	siginfo_t si;

	if (pid == 0)
		for (;;)
			pause();
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd == -1 && errno == ENOSYS)
		SKIP("no pidfd_open here");
	EXPECT_OK(fd);
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
	EXPECT_OK(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
	EXPECT_OK(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	EXPECT_EQ(poll(&pfd, 1, 20000), 1);
	EXPECT_OK(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WEXITED));
	EXPECT_EQ(si.si_code, CLD_KILLED);
	EXPECT_EQ(si.si_status, SIGTERM);
	EXPECT_ERRNO(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0), ESRCH);
	EXPECT_ERRNO(waitid((idtype_t)P_PIDFD, (id_t)fd, &si, WEXITED), ECHILD);

	EXPECT_ERRNO(syscall(SYS_pidfd_open, pid, 0), ESRCH);
	EXPECT_ERRNO(syscall(SYS_pidfd_open, -1, 0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_pidfd_open, getpid(), 1), EINVAL);
	EXPECT_ERRNO(syscall(SYS_pidfd_send_signal, 0, SIGTERM, NULL, 0), EBADF);
	EXPECT_ERRNO(syscall(SYS_pidfd_send_signal, 999, SIGTERM, NULL, 0), EBADF);
	return 0;
}
