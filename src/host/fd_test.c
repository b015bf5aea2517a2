/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: close-on-exec, passing them with hostile peers, closing all but a few. */
#include "host/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/test.h"
#include "host/io.h"
#include "host/proc.h"

static bool is_cloexec(int fd)
{
	return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

TEST(descriptors_are_close_on_exec)
{
	int p[2], s[2];
	int m = host_memfd("m"), e = host_eventfd(), d;

	EXPECT_EQ(host_pipe(p), 0);
	EXPECT_EQ(host_socketpair(SOCK_SEQPACKET, s), 0);
	d = host_dup(p[0], 100);
	EXPECT_TRUE(d >= 100);
	int all[] = {p[0], p[1], s[0], s[1], m, e, d};
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		EXPECT_TRUE(all[i] >= 0 && is_cloexec(all[i]));
		host_close(all[i]);
	}
	host_close(-1);
}

TEST(errors_are_negative_errno)
{
	EXPECT_ERR(host_open(AT_FDCWD, "/nonexistent/file", O_RDONLY, 0), ENOENT);
	EXPECT_ERR(host_dup(-1, 0), EBADF);
	EXPECT_ERR(host_set_size(-1, 0), EBADF);
	EXPECT_ERR(host_set_size(0, UINT64_MAX), EFBIG);
	EXPECT_ERR(host_own_description(-1), EBADF);
}

TEST(an_eventfd_is_readable_between_signal_and_drain)
{
	int e = host_eventfd();

	EXPECT_EQ(host_poll_now(e, POLLIN), 0);
	host_eventfd_drain(e);
	host_eventfd_signal(e);
	host_eventfd_signal(e);
	EXPECT_EQ(host_poll_now(e, POLLIN), POLLIN);
	host_eventfd_drain(e);
	EXPECT_EQ(host_poll_now(e, POLLIN), 0);
	EXPECT_ERR(host_poll_until(e, POLLIN, 1), ETIMEDOUT);
	host_close(e);
}

TEST(descriptors_arrive_as_close_on_exec_copies)
{
	int s[2], p[2], got[4];
	size_t n = 0;
	char buf[8], c;

	EXPECT_EQ(host_socketpair(SOCK_SEQPACKET, s), 0);
	EXPECT_EQ(host_pipe(p), 0);
	EXPECT_EQ(host_send_fds(s[0], "hi", 2, p, 2, 0), 2);
	EXPECT_EQ(host_recv_fds(s[1], buf, sizeof(buf), got, 4, &n, 0), 2);
	EXPECT_EQ(n, 2);
	EXPECT_TRUE(is_cloexec(got[0]) && is_cloexec(got[1]));
	EXPECT_EQ(host_write(got[1], "x", 1), 1);
	EXPECT_EQ(host_read(p[0], &c, 1), 1);
	EXPECT_ERR(host_recv_fds(s[1], buf, sizeof(buf), got, 4, &n, MSG_DONTWAIT), EAGAIN);
	host_close(s[0]);
	EXPECT_EQ(host_recv_fds(s[1], buf, sizeof(buf), got + 2, 2, &n, 0), 0);
	EXPECT_EQ(n, 0);
	EXPECT_ERR(host_send_fds(s[1], "hi", 2, NULL, 0, 0), EPIPE);
	int all[] = {s[1], p[0], p[1], got[0], got[1]};
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		host_close(all[i]);
}

TEST(surplus_descriptors_and_long_records_are_refused_and_nothing_leaks)
{
	int s[2], fds[5], got[2];
	bool before[64];
	size_t n = 77;
	char buf[4];

	EXPECT_EQ(host_socketpair(SOCK_SEQPACKET, s), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = s[0];
	for (int fd = 0; fd < 64; fd++)
		before[fd] = is_open(fd);
	EXPECT_EQ(host_send_fds(s[0], "hi", 2, fds, 5, 0), 2);
	EXPECT_ERR(host_recv_fds(s[1], buf, sizeof(buf), got, 2, &n, 0), ETOOMANYREFS);
	EXPECT_EQ(host_send_fds(s[0], "too long", 8, fds, 1, 0), 8);
	EXPECT_ERR(host_recv_fds(s[1], buf, sizeof(buf), got, 2, &n, 0), EMSGSIZE);
	EXPECT_EQ(n, 77);
	for (int fd = 0; fd < 64; fd++)
		EXPECT_EQ(is_open(fd), before[fd]);
	host_close(s[0]);
	host_close(s[1]);
}

static int close_and_look(void)
{
	int keep[] = {40, 1, 2, 37};

	for (int fd = 30; fd < 45; fd++) {
		if (dup2(1, fd) < 0)
			return 2;
	}
	if (host_close_all_but(keep, ARRAY_SIZE(keep)) < 0)
		return 3;
	for (int fd = 0; fd < 60; fd++) {
		bool want = fd == 1 || fd == 2 || fd == 37 || fd == 40;

		if (is_open(fd) != want)
			return 100 + fd;
	}
	return 0;
}

TEST(all_but_the_named_ones_are_closed)
{
	struct host_exit end;
	int pidfd = -1;
	pid_t pid = host_fork_pidfd(&pidfd);

	if (pid == 0)
		_exit(close_and_look());
	EXPECT_TRUE(pid > 0 && pidfd >= 0 && is_cloexec(pidfd));
	EXPECT_EQ(host_poll_until(pidfd, POLLIN, INT64_MAX), POLLIN);
	EXPECT_EQ(host_wait_now(pid, &end), 0);
	EXPECT_EQ(end.code, 0);
	EXPECT_ERR(host_wait(pid, &end), ECHILD);
	host_close(pidfd);
}

TEST(a_killed_child_is_reported_as_such)
{
	struct host_exit end;
	int pidfd = -1;
	pid_t pid = host_fork_pidfd(&pidfd);

	if (pid == 0) {
		for (;;)
			pause();
	}
	EXPECT_ERR(host_wait_now(pid, &end), EAGAIN);
	EXPECT_EQ(host_pidfd_kill(pidfd, SIGKILL), 0);
	EXPECT_EQ(host_wait(pid, &end), 0);
	EXPECT_TRUE(end.signaled && end.code == SIGKILL);
	host_close(pidfd);
}

TEST(a_pipe_gets_a_description_of_its_own)
{
	int p[2], mine;
	char c;

	EXPECT_EQ(host_pipe(p), 0);
	mine = host_own_description(p[0]);
	if (mine < 0)
		TEST_SKIP("no /proc/self/fd");
	EXPECT_TRUE(host_get_flags(mine) & O_NONBLOCK);
	EXPECT_FALSE(host_get_flags(p[0]) & O_NONBLOCK);
	EXPECT_ERR(host_read(mine, &c, 1), EAGAIN);
	host_close(mine);
	host_close(p[0]);
	host_close(p[1]);
}

TEST_MAIN()
