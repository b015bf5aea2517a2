/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timerfd counts its expirations, blocks until the first, can be absolute, and is disarmed by
 * zero.
 */
#include "guest.h"

#include <sys/timerfd.h>

int main(void)
{
	struct itimerspec its = {.it_value = {0, 20000000}}, cur, zero = {0};
	struct itimerspec bad = {.it_value = {0, 1000000000}};
	uint64_t n;

	int fd = EXPECT_OK(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	EXPECT_OK(timerfd_gettime(fd, &cur));
	EXPECT_EQ(cur.it_value.tv_sec + cur.it_value.tv_nsec, 0);
	int64_t start = guest_now_ns();
	EXPECT_OK(timerfd_settime(fd, 0, &its, &cur));
	EXPECT_EQ(read(fd, &n, 8), 8);
	EXPECT_EQ(n, 1);
	EXPECT(guest_now_ns() - start >= 20000000);

	its.it_interval.tv_nsec = 5000000;
	EXPECT_OK(timerfd_settime(fd, 0, &its, NULL));
	guest_pause_ms(50);
	EXPECT_EQ(read(fd, &n, 8), 8);
	EXPECT(n >= 6);
	EXPECT_OK(timerfd_gettime(fd, &cur));
	EXPECT_EQ(cur.it_interval.tv_nsec, 5000000);
	EXPECT(cur.it_value.tv_nsec <= 5000000 && cur.it_value.tv_nsec > 0);

	EXPECT_OK(timerfd_settime(fd, 0, &zero, &cur));
	EXPECT_EQ(cur.it_interval.tv_nsec, 5000000);
	EXPECT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	EXPECT_ERRNO(read(fd, &n, 8), EAGAIN);
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
	EXPECT_OK(clock_gettime(CLOCK_MONOTONIC, &its.it_value)); /* now, hence past */
	EXPECT_OK(timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL));
	EXPECT_EQ(poll(&pfd, 1, 5000), 1);
	EXPECT_EQ(read(fd, &n, 8), 8);

	EXPECT_ERRNO(read(fd, &n, 4), EINVAL);
	EXPECT_ERRNO(write(fd, &n, 8), EINVAL);
	EXPECT_ERRNO(timerfd_settime(fd, 0, &bad, NULL), EINVAL);
	EXPECT_ERRNO(timerfd_settime(fd, 0x100, &its, NULL), EINVAL);
	EXPECT_ERRNO(timerfd_settime(0x7fff, 0, &its, NULL), EBADF);
	int null = EXPECT_OK(open("/dev/null", O_RDONLY));
	EXPECT_ERRNO(timerfd_settime(null, 0, &its, NULL), EINVAL);
	EXPECT_ERRNO(timerfd_create(77, 0), EINVAL);
	EXPECT_ERRNO(timerfd_create(CLOCK_MONOTONIC, 0x1), EINVAL);
	EXPECT_ERRNO(timerfd_settime(fd, 0, BAD_PTR, NULL), EFAULT);
	return 0;
}
