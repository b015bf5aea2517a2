/* SPDX-License-Identifier: Apache-2.0 */
/* EPOLLET reports each arrival once, EPOLLONESHOT one event until it is armed again. */
#include "guest.h"

#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET}, out[4];
	int p[2], q[2];
	char buf[8];

	int ep = EXPECT_OK(epoll_create1(0));
	EXPECT_OK(pipe2(p, O_NONBLOCK));
	EXPECT_OK(pipe2(q, O_NONBLOCK));
	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1); /* ready already when added */
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0);
	EXPECT_EQ(write(p[1], "y", 1), 1);
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1); /* another edge, though not read */
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0);
	EXPECT_EQ(read(p[0], buf, 1), 1);
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0); /* a read is no edge */
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1); /* MOD looks again */
	EXPECT_OK(close(p[1]));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1);
	EXPECT_EQ(out[0].events, EPOLLIN | EPOLLHUP);
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));

	ev.events = EPOLLIN | EPOLLONESHOT;
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, q[0], &ev));
	EXPECT_EQ(write(q[1], "x", 1), 1);
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1);
	EXPECT_EQ(write(q[1], "x", 1), 1);
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0);
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_MOD, q[0], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1);
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0);
	return 0;
}
