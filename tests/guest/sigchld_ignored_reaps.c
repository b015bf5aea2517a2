/* SPDX-License-Identifier: Apache-2.0 */
/* With SIGCHLD ignored or SA_NOCLDWAIT children leave no zombie and wait ends with ECHILD. */
#include "guest.h"

static void check(void)
{
	int p[2];
	char c;

	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(close(p[1]));
		EXPECT_EQ(read(p[0], &c, 1), 0);
		_exit(5);
	}
	EXPECT_EQ(waitpid(pid, NULL, WNOHANG), 0); /* still a child */
	EXPECT_OK(close(p[1]));
	EXPECT_ERRNO(waitpid(pid, NULL, 0), ECHILD); /* blocks until it has gone */
	EXPECT_ERRNO(kill(pid, 0), ESRCH);
	EXPECT_OK(close(p[0]));
}

int main(void)
{
	struct sigaction sa = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};

	signal(SIGCHLD, SIG_IGN);
	check();
	EXPECT_OK(sigaction(SIGCHLD, &sa, NULL));
	check();
	signal(SIGCHLD, SIG_DFL);
	pid_t pid = guest_fork();
	if (pid == 0)
		_exit(6);
	EXPECT_EXIT(pid, 6);
	return 0;
}
