/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipe takes 65536 bytes, then a non-blocking write is EAGAIN; F_SETPIPE_SZ changes that within
 * its rules.
 */
#include "guest.h"

static size_t fill(int fd)
{
	char buf[4096] = {0};
	size_t n = 0;
	ssize_t r;

	while ((r = write(fd, buf, sizeof(buf))) > 0)
		n += (size_t)r;
	EXPECT_EQ(r, -1);
	EXPECT_EQ(errno, EAGAIN);
	return n;
}

static void drain(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
	EXPECT_EQ(errno, EAGAIN);
}

int main(void)
{
	int p[2];

	EXPECT_OK(pipe2(p, O_NONBLOCK));
	EXPECT_ERRNO(read(p[0], &p, 1), EAGAIN);
	EXPECT_EQ(fcntl(p[0], F_GETPIPE_SZ), 65536);
	EXPECT_EQ(fill(p[1]), 65536);
	EXPECT_ERRNO(fcntl(p[1], F_SETPIPE_SZ, 4096), EBUSY); /* more is in it */
	drain(p[0]);
	EXPECT_EQ(fcntl(p[1], F_SETPIPE_SZ, 5000), 8192);
	EXPECT_EQ(fcntl(p[1], F_GETPIPE_SZ), 8192);
	EXPECT_EQ(fill(p[1]), 8192);
	drain(p[0]);
	EXPECT_EQ(fcntl(p[0], F_SETPIPE_SZ, 1), 4096);
	EXPECT_EQ(fcntl(p[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	EXPECT_EQ(fill(p[1]), 1 << 20);

	EXPECT_ERRNO(fcntl(p[0], F_SETPIPE_SZ, -1), EINVAL);
	int null = EXPECT_OK(open("/dev/null", O_RDWR));
	EXPECT_ERRNO(fcntl(null, F_GETPIPE_SZ), EBADF);
	return 0;
}
