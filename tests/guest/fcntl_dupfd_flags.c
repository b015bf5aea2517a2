/* SPDX-License-Identifier: Apache-2.0 */
/*
 * F_DUPFD starts its search at a number, F_GETFL and F_SETFL show and change only what may change.
 */
#include "guest.h"

int main(void)
{
	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT | O_EXCL, 0644));

	EXPECT_EQ(fcntl(fd, F_DUPFD, 200), 200);
	EXPECT_EQ(fcntl(fd, F_DUPFD, 200), 201);
	EXPECT_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 200), 202);
	EXPECT_EQ(fcntl(202, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(201, F_GETFD), 0);
	EXPECT_ERRNO(fcntl(fd, F_DUPFD, -1), EINVAL);
	EXPECT_ERRNO(fcntl(fd, F_DUPFD, 1 << 30), EINVAL);

	int fl = EXPECT_OK(fcntl(fd, F_GETFL));
	EXPECT_EQ(fl & O_ACCMODE, O_RDWR);
	EXPECT_EQ(fl & (O_CREAT | O_EXCL | O_APPEND | O_NONBLOCK), 0); /* creation flags are gone */
	EXPECT_OK(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK | O_WRONLY | O_TRUNC));
	fl = EXPECT_OK(fcntl(fd, F_GETFL));
	EXPECT_EQ(fl & O_ACCMODE, O_RDWR);
	EXPECT_EQ(fl & (O_APPEND | O_NONBLOCK), O_APPEND | O_NONBLOCK);
	EXPECT_EQ(fcntl(200, F_GETFL), fl); /* one open file */
	EXPECT_OK(fcntl(fd, F_SETFL, 0));
	EXPECT_EQ(fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK), 0);

	EXPECT_OK(fcntl(fd, F_SETFD, FD_CLOEXEC));
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(200, F_GETFD), 0); /* belongs to the number */
	EXPECT_ERRNO(fcntl(fd, 12345), EINVAL);
	EXPECT_ERRNO(fcntl(999, F_GETFL), EBADF);
	EXPECT_EQ(fcntl(EXPECT_OK(open("f", O_RDONLY)), F_GETFL) & O_ACCMODE, O_RDONLY);
	return 0;
}
