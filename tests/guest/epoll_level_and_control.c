/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epoll reports ready files again and again until served; add, change and remove follow their
 * rules.
 */
#include "guest.h"

#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0x1122334455667788}, out[8];
	int p[2], q[2];
	char c;

	int ep = EXPECT_OK(epoll_create1(EPOLL_CLOEXEC));
	EXPECT_EQ(fcntl(ep, F_GETFD), FD_CLOEXEC);
	EXPECT_OK(pipe(p));
	EXPECT_OK(pipe(q));
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 8, 0), 0);
	EXPECT_EQ(write(p[1], "x", 1), 1);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(epoll_wait(ep, out, 8, -1), 1);
		EXPECT_EQ(out[0].events, EPOLLIN);
		EXPECT_EQ(out[0].data.u64, 0x1122334455667788);
	}
	ev.data.u64 = 5;
	ev.events = EPOLLIN | EPOLLOUT;
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, q[1], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 8, 0), 2);
	EXPECT_EQ(epoll_wait(ep, out, 1, 0), 1); /* no more than asked */
	EXPECT_EQ(read(p[0], &c, 1), 1);
	EXPECT_EQ(epoll_wait(ep, out, 8, 0), 1);
	EXPECT_EQ(out[0].events, EPOLLOUT);
	EXPECT_EQ(out[0].data.u64, 5);
	ev.events = 0;
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_MOD, q[1], &ev));
	EXPECT_EQ(epoll_wait(ep, out, 8, 0), 0);
	EXPECT_OK(close(q[0]));
	EXPECT_EQ(epoll_wait(ep, out, 8, 0), 1); /* errors come unasked */
	EXPECT_EQ(out[0].events, EPOLLERR);
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_DEL, q[1], NULL));
	EXPECT_EQ(epoll_wait(ep, out, 8, 0), 0);

	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev), EEXIST);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_MOD, q[1], &ev), ENOENT);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_DEL, q[1], NULL), ENOENT);
	EXPECT_ERRNO(epoll_ctl(ep, 77, p[0], &ev), EINVAL);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev), EINVAL);
	EXPECT_ERRNO(epoll_ctl(p[0], EPOLL_CTL_ADD, p[1], &ev), EINVAL);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, 999, &ev), EBADF);
	EXPECT_ERRNO(epoll_ctl(999, EPOLL_CTL_ADD, p[1], &ev), EBADF);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], BAD_PTR), EFAULT);
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, EXPECT_OK(open("/", O_RDONLY)), &ev), EPERM);
	volatile int none = 0, many = 1 << 28;
	EXPECT_ERRNO(epoll_wait(ep, out, none, 0), EINVAL);
	EXPECT_ERRNO(epoll_wait(ep, out, many, 0), EINVAL);
	EXPECT_ERRNO(epoll_wait(p[0], out, 8, 0), EINVAL);
	EXPECT_ERRNO(epoll_create1(0x10), EINVAL);
	EXPECT_ERRNO(epoll_create(0), EINVAL);
	return 0;
}
