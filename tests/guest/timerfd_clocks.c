/* SPDX-License-Identifier: Apache-2.0 */
/* A timerfd runs on three clocks, absolutely and relatively, tells what is left, and wakes epoll. */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

static int64_t on_clock(int clock)
{
	struct timespec ts;

	EXPECT_OK(clock_gettime(clock, &ts));
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(void)
{
	static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET}, out;
	struct itimerspec its = {0}, left;
	uint64_t n;

	for (int i = 0; i < 3; i++) {
		int fd = EXPECT_OK(timerfd_create(clocks[i], TFD_NONBLOCK));
		int ep = EXPECT_OK(epoll_create1(0));
		EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
		int64_t until = on_clock(clocks[i]) + 30000000;
		its.it_value = (struct timespec){until / 1000000000, until % 1000000000};
		EXPECT_OK(timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL));
		EXPECT_OK(timerfd_gettime(fd, &left));
		EXPECT_EQ(left.it_value.tv_sec, 0);
		EXPECT(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 30000000);
		EXPECT_EQ(epoll_wait(ep, &out, 1, 20000), 1);
		EXPECT(on_clock(clocks[i]) >= until);
		EXPECT_EQ(read(fd, &n, 8), 8);
		EXPECT_EQ(n, 1);
		EXPECT_ERRNO(read(fd, &n, 8), EAGAIN);

		its.it_value = (struct timespec){0, 5000000};
		its.it_interval = (struct timespec){0, 5000000};
		EXPECT_OK(timerfd_settime(fd, 0, &its, &left));
		EXPECT_EQ(left.it_value.tv_nsec, 0);
		for (int k = 0; k < 3; k++) { /* each read lets the next period be an edge */
			EXPECT_EQ(epoll_wait(ep, &out, 1, 20000), 1);
			EXPECT_EQ(read(fd, &n, 8), 8);
			EXPECT(n >= 1);
		}
		its.it_interval = (struct timespec){0, 0};
		EXPECT_OK(close(fd));
		EXPECT_EQ(epoll_wait(ep, &out, 1, 0), 0);
		EXPECT_OK(close(ep));
	}
	EXPECT_ERRNO(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL);
	EXPECT_ERRNO(timerfd_create(CLOCK_MONOTONIC_RAW, 0), EINVAL);
	return 0;
}
