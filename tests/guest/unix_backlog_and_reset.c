/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A full backlog makes connect wait; a listener that goes resets whom it never accepted; closing
 * with unread bytes resets the peer, and poll tells all of it.
 */
#include "guest.h"

#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un addr = {.sun_family = AF_UNIX};
static socklen_t addr_len;

static int client(void)
{
	return EXPECT_OK(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
}

static int try_connect(int s)
{
	return connect(s, (struct sockaddr *)&addr, addr_len);
}

static int events(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};

	EXPECT_OK(poll(&pfd, 1, 0));
	return pfd.revents;
}

static int error_of(int s)
{
	int v = -1;
	socklen_t len = sizeof(v);

	EXPECT_OK(getsockopt(s, SOL_SOCKET, SO_ERROR, &v, &len));
	return v;
}

int main(void)
{
	int n = snprintf(addr.sun_path + 1, 64, "caisson-backlog %d", getpid()), s[2], waiting;
	char c;

	addr_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
	int l = EXPECT_OK(socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_OK(bind(l, (struct sockaddr *)&addr, addr_len));
	EXPECT_OK(listen(l, 0));
	int a = client(), b = client();
	EXPECT_EQ(events(a), POLLOUT | POLLHUP); /* not connected */
	EXPECT_OK(try_connect(a));
	EXPECT_EQ(events(a), POLLOUT);
	EXPECT_EQ(events(l), POLLIN);
	EXPECT_ERRNO(try_connect(b), EAGAIN);

	/* Who waits is let in once there is room. */
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(fcntl(b, F_SETFL, 0));
		EXPECT_OK(try_connect(b));
		EXPECT_EQ(read(b, &c, 1), 1);
		_exit(0);
	}
	guest_pause_ms(20);
	int in = EXPECT_OK(accept(l, NULL, NULL));
	int in2 = EXPECT_OK(accept(l, NULL, NULL));
	EXPECT_EQ(write(in2, "x", 1), 1);
	EXPECT_EXIT(pid, 0);

	/* Never accepted. */
	int d = client();
	EXPECT_OK(try_connect(d));
	EXPECT_OK(close(l));
	EXPECT_EQ(events(d), POLLIN | POLLOUT | POLLRDHUP | POLLHUP | POLLERR);
	EXPECT_EQ(error_of(d), ECONNRESET);
	EXPECT_EQ(error_of(d), 0);
	EXPECT_EQ(read(d, &c, 1), 0);
	EXPECT_ERRNO(try_connect(client()), ECONNREFUSED);

	/* Unread bytes. */
	EXPECT_EQ(write(a, "unread", 6), 6);
	EXPECT_OK(ioctl(in, FIONREAD, &waiting));
	EXPECT_EQ(waiting, 6);
	EXPECT_OK(close(in));
	EXPECT_ERRNO(read(a, &c, 1), ECONNRESET);
	EXPECT_EQ(read(a, &c, 1), 0);

	/* Bytes that were sent before the end are read before it. */
	EXPECT_OK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	EXPECT_EQ(write(s[0], "last", 4), 4);
	EXPECT_OK(close(s[0]));
	EXPECT_EQ(events(s[1]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	EXPECT_EQ(read(s[1], &c, 1), 1);
	EXPECT_EQ(read(s[1], &c, 1), 0);
	return 0;
}
