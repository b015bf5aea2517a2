/* SPDX-License-Identifier: Apache-2.0 */
/* alarm sends one SIGALRM after its seconds, tells the rest of the older one, and 0 cancels. */
#include "guest.h"

static volatile int calls;

static void handler(int sig)
{
	(void)sig;
	calls++;
}

int main(void)
{
	int64_t start = guest_now_ns();
	sigset_t set, old;

	signal(SIGALRM, handler);
	unsigned int left = alarm(10);
	EXPECT(left + 10 > GUEST_SECONDS && left <= GUEST_SECONDS); /* of the guard */
	left = alarm(1);
	EXPECT(left >= 9 && left <= 10);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, &old));
	while (!calls)
		EXPECT_ERRNO(sigsuspend(&old), EINTR);
	EXPECT_EQ(calls, 1);
	EXPECT(guest_now_ns() - start >= 1000000000);
	EXPECT_EQ(alarm(0), 0); /* it rang once only */
	EXPECT_EQ(alarm(100), 0);
	left = alarm(0);
	EXPECT(left >= 99 && left <= 100);

	/* Not inherited by fork. */
	alarm(100);
	pid_t pid = fork();
	if (pid == 0)
		_exit(alarm(0) == 0 ? 0 : 1);
	EXPECT_EXIT(pid, 0);
	return 0;
}
