/* SPDX-License-Identifier: Apache-2.0 */
/* SA_RESETHAND puts the default action back before the handler runs. */
#include "guest.h"

static volatile int calls;

static void handler(int sig)
{
	struct sigaction now;

	calls++;
	EXPECT_OK(sigaction(sig, NULL, &now));
	EXPECT(now.sa_handler == SIG_DFL);
}

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESETHAND};

		EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
		raise(SIGUSR1);
		EXPECT_EQ(calls, 1);
		raise(SIGUSR1); /* deadly now */
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGUSR1);
	return 0;
}
