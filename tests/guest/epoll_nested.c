/* SPDX-License-Identifier: Apache-2.0 */
/* An epoll descriptor can wait for another one; circles and chains that are too deep are ELOOP. */
#include "guest.h"

#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN}, out[4];
	int p[2], chain[8];

	int a = EXPECT_OK(epoll_create1(0));
	int b = EXPECT_OK(epoll_create1(0));
	EXPECT_OK(pipe(p));
	EXPECT_OK(epoll_ctl(a, EPOLL_CTL_ADD, b, &ev));
	EXPECT_OK(epoll_ctl(b, EPOLL_CTL_ADD, p[0], &ev));
	EXPECT_EQ(epoll_wait(a, out, 4, 0), 0);
	EXPECT_EQ(write(p[1], "x", 1), 1);
	ev.data.fd = 0;
	EXPECT_EQ(epoll_wait(a, out, 4, 5000), 1);
	EXPECT_EQ(epoll_wait(b, out, 4, 0), 1);
	struct pollfd pfd = {.fd = a, .events = POLLIN};
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(pfd.revents, POLLIN);

	EXPECT_ERRNO(epoll_ctl(b, EPOLL_CTL_ADD, a, &ev), ELOOP);
	EXPECT_ERRNO(epoll_ctl(a, EPOLL_CTL_ADD, a, &ev), EINVAL);

	int r = 0, depth = 0;
	chain[0] = EXPECT_OK(epoll_create1(0));
	for (; depth < 7 && r == 0; depth++) {
		chain[depth + 1] = EXPECT_OK(epoll_create1(0));
		r = epoll_ctl(chain[depth + 1], EPOLL_CTL_ADD, chain[depth], &ev);
	}
	EXPECT_EQ(r, -1);
	EXPECT(errno == ELOOP || errno == EINVAL);
	EXPECT(depth >= 4 && depth <= 6);
	return 0;
}
