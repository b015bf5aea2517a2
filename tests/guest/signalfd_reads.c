/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signalfd gives blocked pending signals as records, in order, only those of its mask, also
 * through poll.
 */
#include "guest.h"

#include <sys/signalfd.h>

int main(void)
{
	struct signalfd_siginfo si[4];
	sigset_t set, usr2;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	int fd = EXPECT_OK(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
	EXPECT_ERRNO(read(fd, si, sizeof(si)), EAGAIN);

	EXPECT_OK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 5}));
	EXPECT_OK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 6}));
	EXPECT_OK(kill(getpid(), SIGUSR1));
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(read(fd, si, sizeof(si[0])), sizeof(si[0]));
	EXPECT_EQ(si[0].ssi_signo, SIGUSR1);
	EXPECT_EQ(si[0].ssi_code, SI_USER);
	EXPECT_EQ(si[0].ssi_pid, getpid());
	EXPECT_EQ(si[0].ssi_uid, getuid());
	EXPECT_EQ(read(fd, si, sizeof(si)), 2 * sizeof(si[0]));
	EXPECT_EQ(si[0].ssi_signo, SIGRTMIN);
	EXPECT_EQ(si[0].ssi_int, 5);
	EXPECT_EQ(si[1].ssi_int, 6);
	EXPECT_EQ(poll(&pfd, 1, 0), 0);

	/* The mask can be changed. */
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &usr2, NULL));
	EXPECT_OK(kill(getpid(), SIGUSR2));
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
	EXPECT_EQ(signalfd(fd, &usr2, 0), fd);
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(read(fd, si, sizeof(si)), sizeof(si[0]));
	EXPECT_EQ(si[0].ssi_signo, SIGUSR2);

	EXPECT_ERRNO(read(fd, si, 10), EINVAL);
	EXPECT_ERRNO(signalfd(-1, &set, 0x1), EINVAL);
	EXPECT_ERRNO(signalfd(999, &set, 0), EBADF);
	EXPECT_ERRNO(signalfd(0, &set, 0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_signalfd4, -1, &set, 4, 0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_signalfd4, -1, BAD_PTR, 8, 0), EFAULT);
	return 0;
}
