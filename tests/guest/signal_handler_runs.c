/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handler runs with the right signal number, blocks its own signal meanwhile, and execution goes
 * on after it.
 */
#include "guest.h"

static volatile int seen, depth, max_depth;
static volatile bool self_blocked;

static void handler(int sig)
{
	sigset_t set;

	seen = sig;
	depth++;
	if (depth > max_depth)
		max_depth = depth;
	sigprocmask(SIG_BLOCK, NULL, &set);
	self_blocked = sigismember(&set, sig) == 1;
	if (max_depth == 1 && depth == 1 && sig == SIGUSR2)
		raise(SIGUSR2); /* stays pending until we return */
	depth--;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = handler}, old;
	sigset_t set;

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	EXPECT_OK(sigaction(SIGUSR1, NULL, &old));
	EXPECT(old.sa_handler == handler);
	EXPECT_OK(raise(SIGUSR1));
	EXPECT_EQ(seen, SIGUSR1);
	EXPECT(self_blocked);
	EXPECT_OK(sigprocmask(SIG_BLOCK, NULL, &set));
	EXPECT_EQ(sigismember(&set, SIGUSR1), 0); /* restored on return */

	EXPECT_OK(kill(getpid(), SIGUSR1));
	EXPECT_EQ(seen, SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	seen = 0;
	EXPECT_OK(raise(SIGUSR1));
	EXPECT_EQ(seen, 0);

	EXPECT_ERRNO(sigaction(SIGKILL, &sa, NULL), EINVAL);
	EXPECT_ERRNO(sigaction(SIGSTOP, &sa, NULL), EINVAL);
	EXPECT_ERRNO(sigaction(65, &sa, NULL), EINVAL);
	EXPECT_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4), EINVAL);
	EXPECT_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, BAD_PTR, NULL, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, NULL, BAD_PTR, 8), EFAULT);
	return 0;
}
