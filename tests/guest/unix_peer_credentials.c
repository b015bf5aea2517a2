/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SO_PEERCRED tells who made the pair or connected; SCM_CREDENTIALS tells who sent, and cannot be
 * forged.
 */
#include "guest.h"

#include <sys/socket.h>

static struct ucred recv_cred(int s)
{
	char control[CMSG_SPACE(sizeof(struct ucred))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct ucred cred;

	EXPECT_EQ(recvmsg(s, &msg, 0), 1);
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	EXPECT(c != NULL);
	EXPECT_EQ(c->cmsg_type, SCM_CREDENTIALS);
	memcpy(&cred, CMSG_DATA(c), sizeof(cred));
	return cred;
}

static int send_cred(int s, struct ucred cred)
{
	char control[CMSG_SPACE(sizeof(struct ucred))] = {0};
	struct iovec iov = {"m", 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	*c = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_CREDENTIALS,
			      .cmsg_len = CMSG_LEN(sizeof(cred))};
	memcpy(CMSG_DATA(c), &cred, sizeof(cred));
	return (int)sendmsg(s, &msg, 0);
}

int main(void)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	int s[2], on = 1;

	if (geteuid() != 0)
		SKIP("needs root, to be others");
	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	EXPECT_OK(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &cred, &len));
	EXPECT_EQ(len, sizeof(cred));
	EXPECT_EQ(cred.pid, getpid());
	EXPECT_EQ(cred.uid, geteuid());
	EXPECT_EQ(cred.gid, getegid());

	EXPECT_OK(setsockopt(s[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setresgid(1234, 1234, 1234));
		EXPECT_OK(setresuid(1234, 1234, 1234));
		EXPECT_EQ(write(s[1], "x", 1), 1);
		EXPECT_EQ(send_cred(s[1], (struct ucred){getpid(), 1234, 1234}), 1);
		EXPECT_ERRNO(send_cred(s[1], (struct ucred){getpid(), 0, 1234}), EPERM);
		EXPECT_ERRNO(send_cred(s[1], (struct ucred){getppid(), 1234, 1234}), EPERM);
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		cred = recv_cred(s[0]);
		EXPECT_EQ(cred.pid, pid);
		EXPECT_EQ(cred.uid, 1234);
		EXPECT_EQ(cred.gid, 1234);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &cred, &len));
	EXPECT_EQ(cred.uid, geteuid()); /* who made it, not who has it now */
	return 0;
}
