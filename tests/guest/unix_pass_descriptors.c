/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCM_RIGHTS hands open files over: new numbers, shared offset, alive in flight; too little room
 * closes the rest.
 */
#include "guest.h"

#include <sys/socket.h>

static void send_fds(int s, const int *fds, size_t n)
{
	char control[CMSG_SPACE(4 * sizeof(int))] = {0};
	struct iovec iov = {"m", 1};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};

	msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	EXPECT_EQ(sendmsg(s, &msg, 0), 1);
}

/* How many came, into fds; *flags gets msg_flags. */
static size_t recv_fds(int s, int *fds, size_t room, int ask, int *flags)
{
	char control[CMSG_SPACE(4 * sizeof(int))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};

	msg.msg_controllen = CMSG_LEN(room * sizeof(int));
	EXPECT_EQ(recvmsg(s, &msg, ask), 1);
	*flags = msg.msg_flags;
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	if (!c)
		return 0;
	EXPECT_EQ(c->cmsg_level, SOL_SOCKET);
	EXPECT_EQ(c->cmsg_type, SCM_RIGHTS);
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(c), n * sizeof(int));
	return n;
}

int main(void)
{
	int s[2], got[4], flags;
	char c;

	guest_tmpdir();
	guest_write_file("f", "abcdef", 0644);
	int fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));

	send_fds(s[0], &fd, 1);
	EXPECT_EQ(read(fd, &c, 1), 1);
	EXPECT_OK(close(fd)); /* lives on in the message */
	EXPECT_OK(unlink("f"));
	EXPECT_EQ(recv_fds(s[1], got, 1, 0, &flags), 1);
	EXPECT_EQ(flags, 0);
	EXPECT_EQ(read(got[0], &c, 1), 1);
	EXPECT_EQ(c, 'b');
	EXPECT_EQ(fcntl(got[0], F_GETFD), 0);

	int three[3] = {got[0], s[0], s[1]};
	send_fds(s[0], three, 3);
	int used = EXPECT_OK(dup(0));
	EXPECT_OK(close(used));
	EXPECT_EQ(recv_fds(s[1], got, 2, MSG_CMSG_CLOEXEC, &flags), 2);
	EXPECT_EQ(flags & MSG_CTRUNC, MSG_CTRUNC);
	EXPECT_EQ(fcntl(got[0], F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(got[0], used);
	EXPECT_EQ(dup(0), got[1] + 1); /* the third one did not leak */

	pid_t pid = guest_fork();
	if (pid == 0) {
		int p[2];
		EXPECT_OK(pipe(p));
		send_fds(s[1], &p[0], 1);
		EXPECT_EQ(write(p[1], "!", 1), 1);
		_exit(0);
	}
	EXPECT_EQ(recv_fds(s[0], got, 1, 0, &flags), 1);
	EXPECT_EQ(read(got[0], &c, 1), 1);
	EXPECT_EQ(c, '!');
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(read(got[0], &c, 1), 0); /* its writer is dead */

	int bad = 999;
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {"m", 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *h = CMSG_FIRSTHDR(&msg);
	*h = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS,
			      .cmsg_len = CMSG_LEN(sizeof(int))};
	memcpy(CMSG_DATA(h), &bad, sizeof(bad));
	EXPECT_ERRNO(sendmsg(s[0], &msg, 0), EBADF);
	h->cmsg_len = 5;
	EXPECT_ERRNO(sendmsg(s[0], &msg, 0), EINVAL);
	return 0;
}
