/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock_nanosleep sleeps until an absolute time, returns at once when it is past, and returns
 * errors as values.
 */
#include "guest.h"

int main(void)
{
	struct timespec ts, now, past = {0, 0}, bad = {0, 1000000000};
	static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME,
					   CLOCK_TAI};

	for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		EXPECT_OK(clock_gettime(clocks[i], &ts));
		ts.tv_nsec += 20000000;
		if (ts.tv_nsec >= 1000000000) {
			ts.tv_nsec -= 1000000000;
			ts.tv_sec++;
		}
		EXPECT_EQ(clock_nanosleep(clocks[i], TIMER_ABSTIME, &ts, NULL), 0);
		EXPECT_OK(clock_gettime(clocks[i], &now));
		EXPECT(now.tv_sec > ts.tv_sec ||
		       (now.tv_sec == ts.tv_sec && now.tv_nsec >= ts.tv_nsec));
		EXPECT_EQ(clock_nanosleep(clocks[i], TIMER_ABSTIME, &past, NULL), 0);
	}
	ts.tv_sec = 0;
	ts.tv_nsec = 1000000;
	EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL), 0);
	EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL), EINVAL);
	EXPECT_EQ(clock_nanosleep(12345, 0, &ts, NULL), EINVAL);
	EXPECT_ERRNO(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, BAD_PTR, NULL), EFAULT);
	return 0;
}
