/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stopped process runs no handler until SIGCONT, whose own handler runs then too; SIGCONT
 * discards pending stops.
 */
#include "guest.h"

static volatile int usr1, cont;

static void handler(int sig)
{
	if (sig == SIGUSR1)
		usr1++;
	else
		cont++;
}

int main(void)
{
	int p[2], status;
	pid_t pid;
	char c;

	EXPECT_OK(pipe(p));
	pid = guest_fork();
	if (pid == 0) {
		sigset_t set;

		signal(SIGUSR1, handler);
		signal(SIGCONT, handler);
		raise(SIGSTOP);
		EXPECT_EQ(cont, 1);
		EXPECT_EQ(usr1, 1);
		EXPECT_EQ(write(p[1], "c", 1), 1);

		/* A pending blocked SIGTSTP is gone after SIGCONT. */
		sigemptyset(&set);
		sigaddset(&set, SIGTSTP);
		EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
		raise(SIGTSTP);
		EXPECT_OK(sigpending(&set));
		EXPECT_EQ(sigismember(&set, SIGTSTP), 1);
		raise(SIGCONT);
		EXPECT_EQ(cont, 2);
		EXPECT_OK(sigpending(&set));
		EXPECT_EQ(sigismember(&set, SIGTSTP), 0);
		_exit(0);
	}
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT(WIFSTOPPED(status));
	EXPECT_OK(kill(pid, SIGUSR1));
	struct pollfd pfd = {.fd = p[0], .events = POLLIN};
	EXPECT_EQ(poll(&pfd, 1, 50), 0); /* does not run */
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	EXPECT_OK(kill(pid, SIGCONT));
	EXPECT_EQ(read(p[0], &c, 1), 1);
	EXPECT_EXIT(pid, 0);
	return 0;
}
