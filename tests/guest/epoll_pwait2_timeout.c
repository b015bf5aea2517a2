/* SPDX-License-Identifier: Apache-2.0 */
/* epoll_pwait2 takes its time as a timespec: zero asks, a bad one is refused, a ready file ends it.
 */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

static long wait2(int ep, struct epoll_event *ev, const struct timespec *ts)
{
	return syscall(SYS_epoll_pwait2, ep, ev, 1, ts, NULL, 0);
}

int main(void)
{
	struct timespec zero = {0, 0}, soon = {0, 20000000}, bad = {0, 1000000000}, before, after;
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 42};
	int ep = EXPECT_OK(epoll_create1(0)), fd = EXPECT_OK(eventfd(0, 0));
	uint64_t one = 1;

	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	EXPECT_EQ(wait2(ep, &ev, &zero), 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	EXPECT_EQ(wait2(ep, &ev, &soon), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >=
	       20000000);
	EXPECT_ERRNO(wait2(ep, &ev, &bad), EINVAL);
	EXPECT_ERRNO(wait2(ep, &ev, (void *)8), EFAULT);
	EXPECT_EQ(write(fd, &one, sizeof(one)), 8);
	EXPECT_EQ(wait2(ep, &ev, NULL), 1); /* no time: for ever, but it is ready */
	EXPECT_EQ(ev.data.u64, 42);
	return 0;
}
