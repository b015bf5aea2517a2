/* SPDX-License-Identifier: Apache-2.0 */
/* What programs about seccomp_unotify(2) share: a supervised child, and its listener. */
#ifndef CAISSON_TESTS_SUPERVISOR_H
#define CAISSON_TESTS_SUPERVISOR_H

#include "filters.h"

#include <sys/socket.h>

GUEST_FN void send_fd(int sock, int fd)
{
	char byte = 'f', space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = space,
			   .msg_controllen = sizeof(space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	EXPECT_EQ(sendmsg(sock, &m, 0), 1);
}

GUEST_FN int receive_fd(int sock)
{
	char byte, space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = space,
			   .msg_controllen = sizeof(space)};
	int fd;

	EXPECT_EQ(recvmsg(sock, &m, 0), 1);
	EXPECT(CMSG_FIRSTHDR(&m) != NULL);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

/*
 * A child that asks about getppid, with its listener in *ret_listener. It runs fn after a byte has
 * come on the socket, whose other end is *ret_sock.
 */
GUEST_FN pid_t supervise(unsigned flags, void (*fn)(int sock), int *ret_listener, int *ret_sock)
{
	int pair[2], listener;
	pid_t pid;

	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = guest_fork();
	if (pid == 0) {
		char c;

		close(pair[0]);
		filter_prepare();
		listener = (int)EXPECT_OK(filter_one(SECCOMP_FILTER_FLAG_NEW_LISTENER | flags,
						     SYS_getppid, SECCOMP_RET_USER_NOTIF));
		EXPECT_EQ(fcntl(listener, F_GETFD), FD_CLOEXEC);
		send_fd(pair[1], listener);
		EXPECT_OK(close(listener));
		EXPECT_EQ(read(pair[1], &c, 1), 1);
		fn(pair[1]);
		_exit(0);
	}
	close(pair[1]);
	*ret_sock = pair[0];
	*ret_listener = receive_fd(pair[0]);
	return pid;
}

GUEST_FN void release(int sock)
{
	EXPECT_EQ(write(sock, "g", 1), 1);
}

GUEST_FN struct seccomp_notif notif_receive(int listener)
{
	struct seccomp_notif n = {0};

	EXPECT_OK(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n));
	return n;
}

GUEST_FN int notif_answer(int listener, uint64_t id, int error, int64_t val, uint32_t flags)
{
	struct seccomp_notif_resp resp = {.id = id, .error = error, .val = val, .flags = flags};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

GUEST_FN short notif_poll(int listener, int timeout_ms)
{
	struct pollfd p = {.fd = listener, .events = POLLIN | POLLOUT};

	EXPECT_OK(poll(&p, 1, timeout_ms));
	return p.revents;
}

#endif
