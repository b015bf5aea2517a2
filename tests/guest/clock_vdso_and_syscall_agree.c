/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks through the vDSO and through the system call tell one time, and monotonic time never goes
 * back.
 */
#include "guest.h"

#include <sys/time.h>

static int64_t ns(struct timespec ts)
{
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(void)
{
	static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
					   CLOCK_MONOTONIC_RAW, CLOCK_TAI};
	struct timespec a, b, c;

	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		for (int n = 0; n < 500; n++) {
			EXPECT_OK(clock_gettime(clocks[i], &a));
			EXPECT_OK(syscall(SYS_clock_gettime, clocks[i], &b));
			EXPECT_OK(clock_gettime(clocks[i], &c));
			EXPECT(a.tv_nsec >= 0 && a.tv_nsec < 1000000000);
			EXPECT(ns(a) <= ns(b) && ns(b) <= ns(c));
		}
		EXPECT_OK(clock_getres(clocks[i], &a));
		EXPECT(a.tv_sec == 0 && a.tv_nsec > 0);
	}
	struct timeval tv;
	EXPECT_OK(clock_gettime(CLOCK_REALTIME, &a));
	EXPECT_OK(gettimeofday(&tv, NULL));
	EXPECT_OK(clock_gettime(CLOCK_REALTIME, &b));
	int64_t us = tv.tv_sec * 1000000LL + tv.tv_usec;
	EXPECT(us >= ns(a) / 1000 && us <= ns(b) / 1000);
	EXPECT(llabs((long long)(time(NULL) - tv.tv_sec)) <= 1);
	EXPECT(tv.tv_sec > 1600000000);

	EXPECT_OK(clock_gettime(CLOCK_MONOTONIC_COARSE, &a));
	EXPECT_OK(clock_gettime(CLOCK_MONOTONIC, &b));
	EXPECT(ns(a) <= ns(b) && ns(b) - ns(a) < 1000000000);
	EXPECT_OK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a));
	EXPECT_OK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b));
	EXPECT(ns(a) > 0 && ns(b) >= ns(a));
	EXPECT_ERRNO(clock_gettime(77, &a), EINVAL);
	EXPECT_ERRNO(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, BAD_PTR), EFAULT);
	EXPECT_ERRNO(clock_settime(CLOCK_MONOTONIC, &a), EINVAL);
	return 0;
}
