/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real-time signals queue: every one arrives, lower numbers first, the same number in the order of
 * sending.
 */
#include "guest.h"

#define N 10

int main(void)
{
	struct timespec zero = {0, 0};
	sigset_t set;
	siginfo_t si;

	sigemptyset(&set);
	for (int s = SIGRTMIN; s <= SIGRTMIN + 2; s++)
		sigaddset(&set, s);
	sigaddset(&set, SIGUSR1);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < N; i++)
		for (int s = SIGRTMIN + 2; s >= SIGRTMIN; s--)
			EXPECT_OK(sigqueue(getpid(), s, (union sigval){.sival_int = i * 100 + s}));
	EXPECT_OK(kill(getpid(), SIGUSR1));
	EXPECT_OK(kill(getpid(), SIGUSR1));

	EXPECT_EQ(sigtimedwait(&set, &si, &zero), SIGUSR1); /* standard ones come first, once */
	for (int s = SIGRTMIN; s <= SIGRTMIN + 2; s++) {
		for (int i = 0; i < N; i++) {
			EXPECT_EQ(sigtimedwait(&set, &si, &zero), s);
			EXPECT_EQ(si.si_code, SI_QUEUE);
			EXPECT_EQ(si.si_int, i * 100 + s);
		}
	}
	EXPECT_ERRNO(sigtimedwait(&set, &si, &zero), EAGAIN);
	return 0;
}
