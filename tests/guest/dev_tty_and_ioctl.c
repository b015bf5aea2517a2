/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without a terminal /dev/tty is ENXIO and terminal ioctls on other files are ENOTTY; FIONREAD
 * counts.
 */
#include "guest.h"

#include <sys/ioctl.h>
#include <termios.h>

int main(void)
{
	struct winsize ws;
	struct termios tio;
	int p[2], n;

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(setsid(), getpid());
		EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);

	EXPECT_OK(pipe(p));
	int null = EXPECT_OK(open("/dev/null", O_RDWR));
	EXPECT_ERRNO(ioctl(p[0], TIOCGWINSZ, &ws), ENOTTY);
	EXPECT_ERRNO(ioctl(null, TCGETS, &tio), ENOTTY);
	EXPECT_EQ(isatty(p[0]), 0);
	EXPECT_EQ(write(p[1], "12345", 5), 5);
	EXPECT_OK(ioctl(p[0], FIONREAD, &n));
	EXPECT_EQ(n, 5);
	int on = 1;
	EXPECT_OK(ioctl(p[0], FIONBIO, &on));
	EXPECT_EQ(fcntl(p[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	EXPECT_OK(ioctl(p[0], FIOCLEX));
	EXPECT_EQ(fcntl(p[0], F_GETFD), FD_CLOEXEC);
	EXPECT_OK(ioctl(p[0], FIONCLEX));
	EXPECT_EQ(fcntl(p[0], F_GETFD), 0);
	EXPECT_ERRNO(ioctl(p[0], FIONREAD, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(p[0], 0x12345678, 0), ENOTTY);
	EXPECT_ERRNO(ioctl(999, FIONREAD, &n), EBADF);
	return 0;
}
