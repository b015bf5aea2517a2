/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real interval timer rings again and again, getitimer tells its rest, and wrong values are
 * refused.
 */
#include "guest.h"

#include <sys/time.h>

static volatile int calls;

static void handler(int sig)
{
	(void)sig;
	calls++;
}

int main(void)
{
	struct itimerval it = {.it_interval = {0, 10000}, .it_value = {0, 10000}}, old, now;
	struct itimerval zero = {0}, bad = {.it_value = {0, 1000000}};

	signal(SIGALRM, handler);
	EXPECT_OK(setitimer(ITIMER_REAL, &it, &old));
	EXPECT(old.it_value.tv_sec > 0); /* the guard's alarm is the same timer */
	while (calls < 5)
		pause();
	EXPECT_OK(getitimer(ITIMER_REAL, &now));
	EXPECT_EQ(now.it_interval.tv_usec, 10000);
	EXPECT(now.it_value.tv_sec == 0 && now.it_value.tv_usec <= 10000);
	EXPECT_OK(setitimer(ITIMER_REAL, &zero, NULL));
	EXPECT_OK(getitimer(ITIMER_REAL, &now));
	EXPECT_EQ(now.it_value.tv_sec, 0);
	EXPECT_EQ(now.it_value.tv_usec, 0);

	/* Processor time rings too. */
	calls = 0;
	signal(SIGVTALRM, handler);
	signal(SIGPROF, handler);
	it.it_interval.tv_usec = 0;
	EXPECT_OK(setitimer(ITIMER_VIRTUAL, &it, NULL));
	while (calls < 1)
		;
	EXPECT_OK(setitimer(ITIMER_PROF, &it, NULL));
	while (calls < 2)
		;

	signal(SIGALRM, guest_timeout);
	alarm(GUEST_SECONDS);
	EXPECT_ERRNO(setitimer(ITIMER_REAL, &bad, NULL), EINVAL);
	EXPECT_ERRNO(setitimer(77, &it, NULL), EINVAL);
	EXPECT_ERRNO(getitimer(77, &it), EINVAL);
	EXPECT_ERRNO(setitimer(ITIMER_REAL, BAD_PTR, NULL), EFAULT);
	EXPECT_ERRNO(getitimer(ITIMER_REAL, BAD_PTR), EFAULT);
	return 0;
}
