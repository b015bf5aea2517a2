/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nanosleep sleeps at least as long as asked; interrupted by a handler it tells the rest with
 * EINTR.
 */
#include "guest.h"

#include <sys/time.h>

static void handler(int sig)
{
	(void)sig;
}

int main(void)
{
	struct timespec ts = {0, 20000000}, rem = {77, 77}, long_one = {20, 0};
	struct timespec bad1 = {0, -1}, bad2 = {0, 1000000000}, bad3 = {-1, 0};
	struct itimerval it = {.it_value = {0, 50000}, .it_interval = {0, 50000}}, zero = {0};
	int64_t start = guest_now_ns();

	EXPECT_OK(nanosleep(&ts, &rem));
	EXPECT(guest_now_ns() - start >= 20000000);
	EXPECT_EQ(rem.tv_sec, 77); /* untouched on success */

	signal(SIGALRM, handler);
	EXPECT_OK(setitimer(ITIMER_REAL, &it, NULL));
	start = guest_now_ns();
	EXPECT_ERRNO(nanosleep(&long_one, &rem), EINTR);
	int64_t slept = guest_now_ns() - start;
	int64_t left = rem.tv_sec * 1000000000LL + rem.tv_nsec;
	EXPECT_OK(setitimer(ITIMER_REAL, &zero, NULL));
	signal(SIGALRM, guest_timeout);
	alarm(GUEST_SECONDS);
	EXPECT(left < 20000000000);
	EXPECT(left + slept >= 20000000000 - 1000000);
	EXPECT(left + slept < 20000000000 + 2000000000);

	EXPECT_ERRNO(nanosleep(&bad1, NULL), EINVAL);
	EXPECT_ERRNO(nanosleep(&bad2, NULL), EINVAL);
	EXPECT_ERRNO(nanosleep(&bad3, NULL), EINVAL);
	EXPECT_ERRNO(nanosleep(BAD_PTR, NULL), EFAULT);
	return 0;
}
