/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CLONE_PIDFD gives a pidfd with the child; it does not wait if asked not to, wakes epoll, is ESRCH
 * once the child was waited for, and pidfd_getfd takes a descriptor out of the process.
 */
#include "guest.h"

#include <sys/epoll.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#ifndef CLONE_PARENT_SETTID
#define CLONE_PARENT_SETTID 0x100000
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* struct clone_args, as far as it is used */
struct args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static long clone_pidfd(int *pidfd)
{
	struct args a = {
		.flags = CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)pidfd, .exit_signal = SIGCHLD};

	return syscall(SYS_clone3, &a, sizeof(a));
}

static int wait_fd(int fd, siginfo_t *si, int options)
{
	return waitid((idtype_t)P_PIDFD, (id_t)fd, si, options);
}

static void clone3_gives_one(void)
{
	int fd = -1, release[2];
	siginfo_t si;
	char c;

	EXPECT_OK(pipe(release));
	long pid = EXPECT_OK(clone_pidfd(&fd));
	if (pid == 0) {
		alarm(GUEST_SECONDS);
		EXPECT_EQ(read(release[0], &c, 1), 1);
		_exit(5);
	}
	EXPECT(fd >= 0);
	EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	EXPECT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	EXPECT_ERRNO(wait_fd(fd, &si, WEXITED), EAGAIN);
	memset(&si, 0, sizeof(si));
	EXPECT_OK(wait_fd(fd, &si, WEXITED | WNOHANG));
	EXPECT_EQ(si.si_pid, 0);

	int ep = EXPECT_OK(epoll_create1(0));
	struct epoll_event ev = {.events = EPOLLIN}, got;
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	EXPECT_EQ(epoll_wait(ep, &got, 1, 0), 0);
	EXPECT_EQ(write(release[1], "x", 1), 1);
	EXPECT_EQ(epoll_wait(ep, &got, 1, 20000), 1);
	EXPECT_EQ(got.events & EPOLLIN, EPOLLIN);
	EXPECT_OK(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0)); /* a zombie is there still */
	EXPECT_OK(wait_fd(fd, &si, WEXITED));
	EXPECT_EQ(si.si_pid, pid);
	EXPECT_EQ(si.si_status, 5);
	EXPECT_ERRNO(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0), ESRCH);
	EXPECT_ERRNO(read(fd, &c, 1), EINVAL);
	EXPECT_OK(close(ep));
	EXPECT_OK(close(fd));
}

/* clone(2) puts it where the parent's tid would go. */
static void clone_gives_one(void)
{
	int fd = -1;
	siginfo_t si;
	long pid = EXPECT_OK(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0));

	if (pid == 0)
		_exit(3);
	EXPECT(fd >= 0);
	EXPECT_OK(wait_fd(fd, &si, WEXITED));
	EXPECT_EQ(si.si_pid, pid);
	EXPECT_EQ(si.si_status, 3);
	EXPECT_OK(close(fd));
}

static void refusals(void)
{
	int fd = -1;
	struct rlimit rl;

	EXPECT_ERRNO(clone_pidfd(BAD_PTR), EFAULT);
	EXPECT_ERRNO(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd, 0, 0),
		     EINVAL);
	EXPECT_ERRNO(syscall(SYS_pidfd_getfd, 0, 0, 0), EBADF);
	EXPECT_ERRNO(syscall(SYS_pidfd_getfd, 999, 0, 0), EBADF);
	EXPECT_ERRNO(syscall(SYS_pidfd_getfd, 0, 0, 1), EINVAL);
	EXPECT_ERRNO(wait_fd(0, NULL, WEXITED), EBADF);
	EXPECT_ERRNO(wait_fd(-1, NULL, WEXITED), EINVAL);
	EXPECT_OK(getrlimit(RLIMIT_NOFILE, &rl));
	struct rlimit none = {0, rl.rlim_max};
	EXPECT_OK(setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_ERRNO(clone_pidfd(&fd), EMFILE);
	EXPECT_OK(setrlimit(RLIMIT_NOFILE, &rl));
}

static void takes_a_descriptor(void)
{
	int ready[2], got;
	char c;

	EXPECT_OK(pipe(ready));
	pid_t pid = guest_fork();
	if (pid == 0) {
		int q[2];

		EXPECT_OK(pipe(q));
		EXPECT_EQ(write(q[1], "s", 1), 1);
		EXPECT_EQ(fcntl(q[0], F_DUPFD, 100), 100);
		EXPECT_EQ(write(ready[1], "r", 1), 1);
		for (;;)
			pause();
	}
	EXPECT_EQ(read(ready[0], &c, 1), 1);
	int fd = (int)EXPECT_OK(syscall(SYS_pidfd_open, pid, 0));
	got = (int)syscall(SYS_pidfd_getfd, fd, 100, 0);
	if (got == -1 && errno == EPERM) { /* Yama */
		EXPECT_OK(kill(pid, SIGKILL));
		EXPECT_KILLED(pid, SIGKILL);
		return;
	}
	EXPECT_OK(got);
	EXPECT_EQ(fcntl(got, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(read(got, &c, 1), 1);
	EXPECT_EQ(c, 's');
	EXPECT_ERRNO(syscall(SYS_pidfd_getfd, fd, 101, 0), EBADF);
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_KILLED(pid, SIGKILL);
	EXPECT_ERRNO(syscall(SYS_pidfd_getfd, fd, 100, 0), ESRCH);
	EXPECT_OK(close(fd));
}

static void signals_with_siginfo(void)
{
	siginfo_t si = {.si_signo = SIGUSR1, .si_code = SI_QUEUE}, got;
	struct timespec ts = {5, 0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	int fd = (int)EXPECT_OK(syscall(SYS_pidfd_open, getpid(), 0));
	si.si_value.sival_int = 1234;
	EXPECT_OK(syscall(SYS_pidfd_send_signal, fd, SIGUSR1, &si, 0));
	EXPECT_EQ(sigtimedwait(&set, &got, &ts), SIGUSR1);
	EXPECT_EQ(got.si_code, SI_QUEUE);
	EXPECT_EQ(got.si_value.sival_int, 1234);
	EXPECT_ERRNO(syscall(SYS_pidfd_send_signal, fd, SIGUSR2, &si, 0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 1 << 10), EINVAL);
	int dir = EXPECT_OK(open("/proc/self", O_RDONLY | O_DIRECTORY));
	EXPECT_OK(syscall(SYS_pidfd_send_signal, dir, SIGUSR1, NULL, 0));
	EXPECT_EQ(sigtimedwait(&set, &got, &ts), SIGUSR1);
	EXPECT_EQ(got.si_code, SI_USER);
	EXPECT_OK(close(dir));
	EXPECT_OK(close(fd));
}

int main(void)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (fd == -1 && errno == ENOSYS)
		SKIP("no pidfd_open here");
	EXPECT_OK(fd);
	EXPECT_OK(close(fd));
	clone3_gives_one();
	clone_gives_one();
	refusals();
	takes_a_descriptor();
	signals_with_siginfo();
	return 0;
}
