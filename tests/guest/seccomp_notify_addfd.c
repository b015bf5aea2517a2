/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A supervisor gives descriptors to the thread that asks: at the lowest free number or at one of
 * its choice, and as the answer itself.
 */
#include "supervisor.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, uint64_t)
#endif

static int addfd(int listener, uint64_t id, int fd, uint32_t flags, uint32_t newfd,
		 uint32_t newfd_flags)
{
	struct seccomp_notif_addfd a = {.id = id,
					.flags = flags,
					.srcfd = (uint32_t)fd,
					.newfd = newfd,
					.newfd_flags = newfd_flags};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a);
}

static void expect_text(int fd, const char *text)
{
	char buf[16] = "";

	EXPECT_EQ(read(fd, buf, 1), 1);
	EXPECT_STR(buf, text);
}

static void asks(int sock)
{
	struct rlimit few = {60, 60};
	int fd;

	(void)sock;
	EXPECT_EQ(syscall(SYS_getppid), 0);
	expect_text(50, "a");
	EXPECT_EQ(fcntl(50, F_GETFD), 0);
	fd = (int)syscall(SYS_getppid); /* its number is the answer */
	EXPECT(fd > 2 && fd != 50);
	expect_text(fd, "b");
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_OK(setrlimit(RLIMIT_NOFILE, &few));
	EXPECT_EQ(syscall(SYS_getppid), 99); /* 60 is too high a number */
}

static void refusals(int listener, uint64_t id, int fd)
{
	char big[64] __attribute__((aligned(8))) = {0};

	EXPECT_ERRNO(addfd(listener, id, fd, 0, 9, 0), EINVAL); /* a number without SETFD */
	EXPECT_ERRNO(addfd(listener, id, fd, 4, 0, 0), EINVAL);
	EXPECT_ERRNO(addfd(listener, id, fd, 0, 0, O_NONBLOCK), EINVAL);
	EXPECT_ERRNO(addfd(listener, id, -1, 0, 0, 0), EBADF);
	EXPECT_ERRNO(addfd(listener, id, 9999, 0, 0, 0), EBADF);
	EXPECT_ERRNO(addfd(listener, id + 1, fd, 0, 0, 0), ENOENT);
	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, BAD_PTR), EFAULT);
	/* A larger structure is fine as long as the rest is zero. */
	memcpy(big, &id, sizeof(id));
	memset(big + 12, 0xff, 4); /* srcfd */
	EXPECT_ERRNO(ioctl(listener, _IOC(_IOC_WRITE, '!', 3, sizeof(big)), big), EBADF);
	big[sizeof(big) - 1] = 1;
	EXPECT_ERRNO(ioctl(listener, _IOC(_IOC_WRITE, '!', 3, sizeof(big)), big), E2BIG);
	EXPECT_ERRNO(ioctl(listener, _IOC(_IOC_WRITE, '!', 3, 8), big), EINVAL);
}

static int readable(const char *text)
{
	int fds[2];

	EXPECT_OK(pipe(fds));
	EXPECT_EQ(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
	close(fds[1]);
	return fds[0];
}

int main(void)
{
	int listener, sock, a = readable("a"), b = readable("b");
	struct seccomp_notif n;
	pid_t pid = supervise(0, asks, &listener, &sock);
	int got;

	EXPECT_ERRNO(ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 2), EINVAL);
	EXPECT_OK(ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, 0));
	release(sock);
	EXPECT_EQ(notif_poll(listener, -1), POLLIN);
	n = notif_receive(listener);
	refusals(listener, n.id, a);
	got = EXPECT_OK(addfd(listener, n.id, b, 0, 0, O_CLOEXEC));
	EXPECT(got > 2);
	EXPECT_EQ(addfd(listener, n.id, a, SECCOMP_ADDFD_FLAG_SETFD, 50, 0), 50);
	/* Replaces what is there. */
	EXPECT_EQ(addfd(listener, n.id, a, SECCOMP_ADDFD_FLAG_SETFD, (uint32_t)got, 0), got);
	EXPECT_OK(notif_answer(listener, n.id, 0, 0, 0));
	/* Answered; it may not have woken yet. */
	EXPECT_EQ(addfd(listener, n.id, a, 0, 0, 0), -1);
	EXPECT(errno == ENOENT || errno == EINPROGRESS);

	n = notif_receive(listener);
	got = EXPECT_OK(addfd(listener, n.id, b, SECCOMP_ADDFD_FLAG_SEND, 0, O_CLOEXEC));
	EXPECT(got > 2);

	n = notif_receive(listener);
	EXPECT_ERRNO(addfd(listener, n.id, a, SECCOMP_ADDFD_FLAG_SETFD, 60, 0), EBADF);
	EXPECT_ERRNO(addfd(listener, n.id, a, SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND,
			   60, 0),
		     EBADF);
	EXPECT_OK(notif_answer(listener, n.id, 0, 99, 0)); /* a failed one is no answer */
	EXPECT_EXIT(pid, 0);
	return 0;
}
