/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets sent into the queues of each other are closed in the end, however long the chain, and
 * those that somebody can still receive are not.
 */
#include "guest.h"

#include <sys/socket.h>

static void send_fd(int s, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {"m", 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	*c = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS,
			      .cmsg_len = CMSG_LEN(sizeof(int))};
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	EXPECT_EQ(sendmsg(s, &msg, 0), 1);
}

static int recv_fd(int s)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	int fd;

	EXPECT_EQ(recvmsg(s, &msg, 0), 1);
	EXPECT(CMSG_FIRSTHDR(&msg) != NULL);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

int main(void)
{
	int p[2], q[2], last[2], before = -1;
	char c;

	/* Circles: two sockets, each in the other's queue, and a pipe's end that hangs on them. */
	int end[2];
	EXPECT_OK(pipe(end));
	for (int i = 0; i < 200; i++) {
		EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
		EXPECT_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, q));
		send_fd(p[0], q[1]);
		send_fd(q[0], p[1]);
		send_fd(q[0], end[1]);
		for (int k = 0; k < 2; k++) {
			EXPECT_OK(close(p[k]));
			EXPECT_OK(close(q[k]));
		}
	}
	EXPECT_OK(close(end[1]));
	/* Linux looks for circles when a UNIX socket is closed, at its leisure. */
	for (;;) {
		struct pollfd pfd = {.fd = end[0], .events = POLLIN};

		EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
		EXPECT_OK(close(p[0]));
		EXPECT_OK(close(p[1]));
		if (EXPECT_OK(poll(&pfd, 1, 10)) == 1)
			break;
	}
	EXPECT_EQ(read(end[0], &c, 1), 0);

	/* A chain of last references. */
	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, last));
	for (int i = 0; i < 400; i++) {
		EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
		send_fd(p[0], before < 0 ? last[0] : before);
		EXPECT_OK(close(before < 0 ? last[0] : before));
		EXPECT_OK(close(p[0]));
		before = p[1];
	}
	EXPECT_EQ(fcntl(last[1], F_SETFL, O_NONBLOCK), 0);
	EXPECT_ERRNO(read(last[1], &c, 1), EAGAIN); /* the first is still there */
	for (int i = 0; i < 200; i++) {
		int next = recv_fd(before);

		EXPECT_OK(close(before));
		before = next;
	}
	EXPECT_ERRNO(read(last[1], &c, 1), EAGAIN);
	EXPECT_OK(close(before));
	struct pollfd pfd = {.fd = last[1], .events = POLLIN};
	EXPECT_EQ(poll(&pfd, 1, -1), 1);
	EXPECT_EQ(read(last[1], &c, 1), 0); /* and now all are gone */
	return 0;
}
