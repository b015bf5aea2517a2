/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An epoll is shared by fork: the child sees and changes its parent's interests, and an interest
 * lives until every copy of the watched descriptor is closed. A signalfd shows each process its own
 * signals.
 */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = 1}, out[4];
	int p[2], q[2];
	sigset_t set;

	int ep = EXPECT_OK(epoll_create1(0));
	EXPECT_OK(pipe(p));
	EXPECT_OK(pipe(q));
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	EXPECT_EQ(write(p[1], "x", 1), 1);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1);
		ev.data.u32 = 2;
		EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
		EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1);
		EXPECT_EQ(out[0].data.u32, 2);
		char c;
		EXPECT_EQ(read(q[0], &c, 1), 1); /* until the parent has looked */
		_exit(0);
	}
	EXPECT_OK(close(p[0]));
	while (epoll_wait(ep, out, 4, 20000) == 1 && out[0].data.u32 != 2)
		guest_pause_ms(1);
	EXPECT_EQ(out[0].data.u32, 2); /* the child still has the pipe */
	EXPECT_EQ(write(q[1], "x", 1), 1);
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0); /* nobody has it now */

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	int sfd = EXPECT_OK(signalfd(-1, &set, SFD_NONBLOCK));
	EXPECT_OK(kill(getpid(), SIGUSR1));
	pid = guest_fork();
	if (pid == 0) {
		struct signalfd_siginfo si;
		struct pollfd pfd = {.fd = sfd, .events = POLLIN};
		EXPECT_EQ(poll(&pfd, 1, 0), 0);
		EXPECT_ERRNO(read(sfd, &si, sizeof(si)), EAGAIN);
		EXPECT_OK(kill(getpid(), SIGUSR1));
		EXPECT_EQ(poll(&pfd, 1, 0), 1);
		int own = EXPECT_OK(epoll_create1(0));
		EXPECT_OK(epoll_ctl(own, EPOLL_CTL_ADD, sfd, &ev));
		EXPECT_EQ(epoll_wait(own, out, 4, 0), 1);
		EXPECT_EQ(read(sfd, &si, sizeof(si)), sizeof(si));
		EXPECT_EQ(si.ssi_pid, getpid());
		EXPECT_EQ(epoll_wait(own, out, 4, 0), 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);

	/* An epoll hears of signals that come while it sleeps. */
	struct signalfd_siginfo si;
	EXPECT_EQ(read(sfd, &si, sizeof(si)), sizeof(si));
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, sfd, &ev));
	pid_t parent = getpid();
	pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(20);
		EXPECT_OK(kill(parent, SIGUSR1));
		_exit(0);
	}
	EXPECT_EQ(epoll_wait(ep, out, 4, 20000), 1);
	EXPECT_EQ(read(sfd, &si, sizeof(si)), sizeof(si));
	EXPECT_EQ(si.ssi_pid, pid);
	EXPECT_EXIT(pid, 0);
	return 0;
}
