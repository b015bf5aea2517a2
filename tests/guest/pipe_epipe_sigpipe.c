/* SPDX-License-Identifier: Apache-2.0 */
/* Writing to a pipe without readers is SIGPIPE, and EPIPE when that is ignored or handled. */
#include "guest.h"

static volatile int calls;

static void handler(int sig)
{
	EXPECT_EQ(sig, SIGPIPE);
	calls++;
}

int main(void)
{
	int p[2];

	EXPECT_OK(pipe(p));
	EXPECT_OK(close(p[0]));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(write(p[1], "x", 1));
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGPIPE);

	signal(SIGPIPE, handler);
	EXPECT_ERRNO(write(p[1], "x", 1), EPIPE);
	EXPECT_EQ(calls, 1);
	signal(SIGPIPE, SIG_IGN);
	EXPECT_ERRNO(write(p[1], "x", 1), EPIPE);

	/* A blocked writer is woken by the end of the last reader. */
	EXPECT_OK(close(p[1]));
	EXPECT_OK(pipe(p));
	pid = guest_fork();
	if (pid == 0) {
		char big[4096] = {0};

		EXPECT_OK(close(p[0]));
		ssize_t n;
		while ((n = write(p[1], big, sizeof(big))) > 0)
			;
		EXPECT_EQ(n, -1);
		EXPECT_EQ(errno, EPIPE);
		_exit(0);
	}
	char c;
	EXPECT_EQ(read(p[0], &c, 1), 1);
	guest_pause_ms(20);
	EXPECT_OK(close(p[0]));
	EXPECT_EXIT(pid, 0);
	return 0;
}
