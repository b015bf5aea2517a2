/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RET_USER_NOTIF: who holds the listener receives the call, and says what it returns, how it fails,
 * or that it is to be carried out. One listener per chain; without it ENOSYS.
 */
#include "supervisor.h"

static pid_t parent;

static void asks(int sock)
{
	(void)sock;
	EXPECT_EQ(syscall(SYS_getppid, 11, 22, 33, 44, 55, 66), 4711);
	EXPECT_ERRNO(syscall(SYS_getppid), EBUSY);
	EXPECT_EQ(syscall(SYS_getppid), parent); /* carried out */
	EXPECT_ERRNO(syscall(SYS_getppid), 512);
	EXPECT_ERRNO(syscall(SYS_getppid), ENOSYS); /* closed while waiting */
	EXPECT_ERRNO(syscall(SYS_getppid), ENOSYS);
	/* Another listener may take its place. */
	EXPECT_OK(SECCOMP_INSTALL(SECCOMP_FILTER_FLAG_NEW_LISTENER, RET(SECCOMP_RET_ALLOW)));
	EXPECT_ERRNO(SECCOMP_INSTALL(SECCOMP_FILTER_FLAG_NEW_LISTENER, RET(SECCOMP_RET_ALLOW)),
		     EBUSY);
}

static void answers(int listener, pid_t pid)
{
	struct seccomp_notif n, dirty = {.flags = 1};

	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &dirty), EINVAL);
	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, BAD_PTR), EFAULT);
	EXPECT_EQ(notif_poll(listener, -1), POLLIN);
	n = notif_receive(listener);
	EXPECT_EQ(n.pid, pid);
	EXPECT_EQ(n.flags, 0);
	EXPECT_EQ(n.data.nr, SYS_getppid);
	EXPECT_EQ(n.data.arch, AUDIT_ARCH_X86_64);
	for (unsigned i = 0; i < 6; i++)
		EXPECT_EQ(n.data.args[i], 11 * (i + 1));
	EXPECT_EQ(notif_poll(listener, 0), POLLOUT);

	/* What is wrong with an answer. */
	EXPECT_OK(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
	n.id++;
	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id), ENOENT);
	EXPECT_ERRNO(notif_answer(listener, n.id, 0, 0, 0), ENOENT);
	n.id--;
	EXPECT_ERRNO(notif_answer(listener, n.id, 0, 0, 2), EINVAL);
	EXPECT_ERRNO(notif_answer(listener, n.id, -EPERM, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE),
		     EINVAL);
	EXPECT_ERRNO(notif_answer(listener, n.id, 0, 1, SECCOMP_USER_NOTIF_FLAG_CONTINUE), EINVAL);
	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(listener, _IO('!', 99), 0), EINVAL);
	EXPECT_OK(notif_answer(listener, n.id, 0, 4711, 0));

	n = notif_receive(listener);
	EXPECT_OK(notif_answer(listener, n.id, -EBUSY, 3, 0));
	EXPECT_EQ(notif_receive(listener).id, n.id + 1); /* numbers go up */
	EXPECT_OK(notif_answer(listener, n.id + 1, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
	n = notif_receive(listener);
	EXPECT_OK(notif_answer(listener, n.id, -512, 0, 0));
	n = notif_receive(listener);
	EXPECT_OK(close(listener));
}

static void ends(int sock)
{
	(void)sock;
}

/* The last who could ask has gone. */
static void hang_up(void)
{
	int listener, sock;
	struct seccomp_notif n = {0};
	char c;
	pid_t pid = supervise(0, ends, &listener, &sock);

	EXPECT_EQ(notif_poll(listener, 0), 0);
	release(sock);
	EXPECT_EXIT(pid, 0);
	while (!(notif_poll(listener, -1) & POLLHUP))
		;
	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n), ENOENT);
	EXPECT_ERRNO(read(listener, &c, 1), EINVAL);
	EXPECT_ERRNO(write(listener, &c, 1), EINVAL);
	EXPECT_ERRNO(lseek(listener, 0, SEEK_SET), ESPIPE);
	EXPECT_EQ(fcntl(listener, F_GETFL) & O_ACCMODE, O_RDWR);
	close(listener);
	close(sock);
}

int main(void)
{
	int listener, sock;
	pid_t pid;

	parent = getpid();
	pid = supervise(0, asks, &listener, &sock);
	release(sock);
	answers(listener, pid);
	EXPECT_EXIT(pid, 0);
	close(sock);
	hang_up();
	return 0;
}
