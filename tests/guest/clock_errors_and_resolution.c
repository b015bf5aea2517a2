/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks that cannot be read, set, slept on or made a timer of say so, each with its own errno. */
#include "guest.h"

#include <sys/time.h>
#include <sys/timex.h>

#define NO_CLOCK 10 /* CLOCK_SGI_CYCLE: gone */

static long sleep_on(clockid_t clock)
{
	struct timespec zero = {0, 0};

	return syscall(SYS_clock_nanosleep, clock, TIMER_ABSTIME, &zero, NULL);
}

static long timer_on(clockid_t clock)
{
	int id;

	return syscall(SYS_timer_create, clock, NULL, &id);
}

int main(void)
{
	static const clockid_t sleepable[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
					      CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID};
	static const clockid_t others[] = {CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
					   CLOCK_MONOTONIC_COARSE};
	struct timespec ts, bad = {0, 1000000000};
	clockid_t own, init;

	for (size_t i = 0; i < ARRAY_SIZE(sleepable); i++) {
		EXPECT_OK(sleep_on(sleepable[i]));
		EXPECT_OK(timer_on(sleepable[i]));
		EXPECT_OK(clock_getres(sleepable[i], NULL));
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		EXPECT_ERRNO(sleep_on(others[i]), EOPNOTSUPP);
		EXPECT_ERRNO(timer_on(others[i]), EOPNOTSUPP);
		EXPECT_OK(clock_gettime(others[i], &ts));
	}
	EXPECT_ERRNO(sleep_on(CLOCK_THREAD_CPUTIME_ID), EOPNOTSUPP);
	EXPECT_OK(timer_on(CLOCK_THREAD_CPUTIME_ID));
	EXPECT_ERRNO(sleep_on(NO_CLOCK), EINVAL);
	EXPECT_ERRNO(timer_on(NO_CLOCK), EINVAL);
	EXPECT_ERRNO(clock_getres(NO_CLOCK, &ts), EINVAL);
	EXPECT_ERRNO(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &bad, NULL), EINVAL);
	EXPECT_ERRNO(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, BAD_PTR, NULL), EFAULT);

	EXPECT_EQ(clock_getcpuclockid(getpid(), &own), 0);
	EXPECT_OK(clock_gettime(own, &ts));
	EXPECT(ts.tv_sec > 0 || ts.tv_nsec > 0);
	EXPECT_EQ(clock_getcpuclockid(1, &init), 0);
	EXPECT_OK(clock_gettime(init, &ts));
	EXPECT_EQ(clock_getcpuclockid(4000000, &init), ESRCH);
	EXPECT_EQ(pthread_getcpuclockid(pthread_self(), &own), 0);
	EXPECT_OK(clock_gettime(own, &ts));
	EXPECT_ERRNO(sleep_on(own), EINVAL); /* it would never end */

	EXPECT_ERRNO(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &ts), EINVAL);
	EXPECT_ERRNO(clock_settime(CLOCK_REALTIME, &bad), EINVAL);
	EXPECT_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, BAD_PTR), EFAULT);
	struct timex tx = {.modes = 0};
	EXPECT(adjtimex(&tx) >= 0);
	EXPECT(tx.tick >= 9000 && tx.tick <= 11000);
	EXPECT(tx.time.tv_sec > 1600000000);
	EXPECT_ERRNO(syscall(SYS_clock_adjtime, CLOCK_MONOTONIC, &tx), EOPNOTSUPP);
	EXPECT_ERRNO(syscall(SYS_adjtimex, BAD_PTR), EFAULT);
	return 0;
}
