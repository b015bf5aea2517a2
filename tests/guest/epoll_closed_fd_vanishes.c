/* SPDX-License-Identifier: Apache-2.0 */
/* A closed file leaves the epoll set by itself, but not while a copy of it is open. */
#include "guest.h"

#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 42}, out[4];
	int p[2], q[2];

	int ep = EXPECT_OK(epoll_create1(0));
	EXPECT_OK(pipe(p));
	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1);
	int copy = EXPECT_OK(dup(p[0]));
	EXPECT_OK(close(p[0]));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1); /* the open file lives on in the copy */
	EXPECT_EQ(out[0].data.fd, 42);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL), EBADF);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_DEL, copy, NULL), ENOENT); /* another number */
	EXPECT_OK(close(copy));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0);

	/* The number can be used anew. */
	EXPECT_OK(pipe(q));
	EXPECT_EQ(q[0], p[0]);
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, q[0], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 0);
	EXPECT_EQ(write(q[1], "x", 1), 1);
	EXPECT_EQ(epoll_wait(ep, out, 4, 0), 1);

	/* Closing the epoll itself is fine too. */
	EXPECT_OK(close(ep));
	EXPECT_OK(close(q[0]));
	return 0;
}
