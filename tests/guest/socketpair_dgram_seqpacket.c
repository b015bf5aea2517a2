/* SPDX-License-Identifier: Apache-2.0 */
/* Datagram and seqpacket pairs keep message borders, cut what does not fit, and tell MSG_TRUNC. */
#include "guest.h"

#include <sys/socket.h>

static void check(int type)
{
	char buf[16];
	int s[2];

	EXPECT_OK(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, s));
	EXPECT_EQ(send(s[0], "first", 5, 0), 5);
	EXPECT_EQ(send(s[0], "second", 6, 0), 6);
	EXPECT_EQ(send(s[0], "", 0, 0), 0);
	EXPECT_EQ(recv(s[1], buf, 16, MSG_PEEK), 5);
	EXPECT_EQ(recv(s[1], buf, 16, 0), 5);
	EXPECT(memcmp(buf, "first", 5) == 0);

	struct iovec iov = {buf, 3};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	EXPECT_EQ(recvmsg(s[1], &msg, 0), 3);
	EXPECT(memcmp(buf, "sec", 3) == 0);
	EXPECT_EQ(msg.msg_flags & MSG_TRUNC, MSG_TRUNC);
	EXPECT_EQ(recv(s[1], buf, 16, 0), 0); /* an empty message */
	EXPECT_ERRNO(recv(s[1], buf, 16, 0), EAGAIN);
	EXPECT_EQ(send(s[0], "truncated", 9, 0), 9);
	EXPECT_EQ(recv(s[1], buf, 4, MSG_TRUNC), 9); /* the whole length */
	EXPECT_ERRNO(recv(s[1], buf, 16, 0), EAGAIN);

	static char big[1 << 20];
	EXPECT_ERRNO(send(s[0], big, sizeof(big), 0), EMSGSIZE);
	EXPECT_OK(close(s[0]));
	if (type == SOCK_SEQPACKET) {
		EXPECT_EQ(recv(s[1], buf, 16, 0), 0);
		EXPECT_ERRNO(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE);
	} else {
		EXPECT_ERRNO(send(s[1], "x", 1, MSG_NOSIGNAL), ECONNREFUSED);
	}
	EXPECT_OK(close(s[1]));
}

int main(void)
{
	int s[2];

	check(SOCK_DGRAM);
	check(SOCK_SEQPACKET);
	EXPECT_ERRNO(socketpair(AF_UNIX, 77, 0, s), EINVAL);
	EXPECT_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 77, s), EPROTONOSUPPORT);
	EXPECT_ERRNO(socketpair(AF_INET, SOCK_STREAM, 0, s), EOPNOTSUPP);
	EXPECT_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 0, BAD_PTR), EFAULT);
	EXPECT_ERRNO(socketpair(AF_UNIX, SOCK_STREAM | 0x10, 0, s), EINVAL);
	EXPECT_ERRNO(socket(12345, SOCK_STREAM, 0), EAFNOSUPPORT);
	return 0;
}
