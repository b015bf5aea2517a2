/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shutdown ends one direction: the peer reads the end, writing on it is EPIPE, poll tells RDHUP
 * and HUP.
 */
#include "guest.h"

#include <sys/socket.h>

static short events(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};

	EXPECT_OK(poll(&pfd, 1, 0));
	return pfd.revents;
}

int main(void)
{
	char c;
	int s[2];

	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	EXPECT_EQ(events(s[1]), POLLOUT);
	EXPECT_EQ(write(s[0], "x", 1), 1);
	EXPECT_OK(shutdown(s[0], SHUT_WR));
	EXPECT_EQ(events(s[1]), POLLIN | POLLOUT | POLLRDHUP);
	EXPECT_EQ(read(s[1], &c, 1), 1);
	EXPECT_EQ(read(s[1], &c, 1), 0);
	EXPECT_ERRNO(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	EXPECT_EQ(write(s[1], "y", 1), 1); /* the other way works */
	EXPECT_EQ(read(s[0], &c, 1), 1);
	EXPECT_OK(shutdown(s[0], SHUT_RD));
	EXPECT_EQ(events(s[0]) & POLLHUP, POLLHUP);
	EXPECT_EQ(read(s[0], &c, 1), 0);
	EXPECT_ERRNO(send(s[1], "y", 1, MSG_NOSIGNAL), EPIPE);
	EXPECT_ERRNO(shutdown(s[0], 77), EINVAL);

	/* A blocked reader is woken. */
	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(20);
		EXPECT_OK(shutdown(s[1], SHUT_RDWR));
		_exit(0);
	}
	EXPECT_EQ(read(s[0], &c, 1), 0);
	EXPECT_EXIT(pid, 0);
	int p[2];
	EXPECT_OK(pipe(p));
	EXPECT_ERRNO(shutdown(p[0], SHUT_RD), ENOTSOCK);
	EXPECT_ERRNO(send(p[1], "x", 1, 0), ENOTSOCK);
	EXPECT_ERRNO(shutdown(999, SHUT_RD), EBADF);
	return 0;
}
