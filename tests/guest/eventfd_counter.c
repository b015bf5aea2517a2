/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An eventfd (eventfd2) adds up writes, gives and clears the sum on read, one at a time as a
 * semaphore, and never overflows.
 */
#include "guest.h"

#include <sys/eventfd.h>

static short ready(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT};

	EXPECT_OK(poll(&pfd, 1, 0));
	return pfd.revents;
}

int main(void)
{
	uint64_t v;

	int fd = EXPECT_OK(eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(ready(fd), POLLIN | POLLOUT);
	v = 4;
	EXPECT_EQ(write(fd, &v, 8), 8);
	EXPECT_EQ(read(fd, &v, 8), 8);
	EXPECT_EQ(v, 7);
	EXPECT_ERRNO(read(fd, &v, 8), EAGAIN);
	EXPECT_EQ(ready(fd), POLLOUT);

	v = UINT64_MAX;
	EXPECT_ERRNO(write(fd, &v, 8), EINVAL);
	v = UINT64_MAX - 1;
	EXPECT_EQ(write(fd, &v, 8), 8);
	EXPECT_EQ(ready(fd), POLLIN);
	v = 1;
	EXPECT_ERRNO(write(fd, &v, 8), EAGAIN);
	v = 0;
	EXPECT_EQ(write(fd, &v, 8), 8);
	EXPECT_ERRNO(read(fd, &v, 7), EINVAL);
	EXPECT_ERRNO(write(fd, &v, 4), EINVAL);
	EXPECT_ERRNO(write(fd, BAD_PTR, 8), EFAULT);

	int sem = EXPECT_OK(eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
	EXPECT_EQ(read(sem, &v, 8), 8);
	EXPECT_EQ(v, 1);
	EXPECT_EQ(read(sem, &v, 8), 8);
	EXPECT_ERRNO(read(sem, &v, 8), EAGAIN);
	EXPECT_ERRNO(eventfd(0, 0x10), EINVAL);

	/* A blocked reader is woken by a write elsewhere. */
	int block = EXPECT_OK(eventfd(0, 0));
	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(20);
		v = 9;
		EXPECT_EQ(write(block, &v, 8), 8);
		_exit(0);
	}
	EXPECT_EQ(read(block, &v, 8), 8);
	EXPECT_EQ(v, 9);
	EXPECT_EXIT(pid, 0);
	return 0;
}
