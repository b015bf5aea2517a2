/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec resets handlers to default, keeps ignored signals ignored, and keeps the mask and pending
 * signals.
 */
#include "guest.h"

static void handler(int sig)
{
	(void)sig;
}

static int inside(void)
{
	struct sigaction sa;
	sigset_t set;

	EXPECT_OK(sigaction(SIGUSR1, NULL, &sa));
	EXPECT(sa.sa_handler == SIG_DFL);
	EXPECT_OK(sigaction(SIGUSR2, NULL, &sa));
	EXPECT(sa.sa_handler == SIG_IGN);
	EXPECT_OK(sigprocmask(SIG_BLOCK, NULL, &set));
	EXPECT_EQ(sigismember(&set, SIGTERM), 1);
	EXPECT_EQ(sigismember(&set, SIGHUP), 0);
	EXPECT_OK(sigpending(&set));
	EXPECT_EQ(sigismember(&set, SIGTERM), 1);
	stack_t ss;
	EXPECT_OK(sigaltstack(NULL, &ss));
	EXPECT_EQ(ss.ss_flags, SS_DISABLE); /* the alternate stack is gone */
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return inside();

	pid_t pid = guest_fork();
	if (pid == 0) {
		static char alt[65536];
		stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
		sigset_t set;

		EXPECT_OK(sigaltstack(&ss, NULL));
		signal(SIGUSR1, handler);
		signal(SIGUSR2, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		EXPECT_OK(sigprocmask(SIG_SETMASK, &set, NULL));
		EXPECT_OK(kill(getpid(), SIGTERM));
		execl(guest_self(), "x", "inside", (char *)NULL);
		DIE("exec");
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
