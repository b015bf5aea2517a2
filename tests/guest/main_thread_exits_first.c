/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the main thread ends alone the process lives on, cannot be waited for, and the last thread
 * gives its status.
 */
#include "guest.h"

static int p[2];

static void *thread(void *arg)
{
	char c;

	(void)arg;
	EXPECT_EQ(read(p[0], &c, 1), 1);
	EXPECT_OK(kill(getpid(), 0)); /* the process is still there */
	exit(31);
}

int main(void)
{
	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		pthread_t t;

		EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), 0);
		pthread_exit(NULL);
	}
	guest_pause_ms(50);
	EXPECT_EQ(waitpid(pid, NULL, WNOHANG), 0);
	EXPECT_OK(kill(pid, 0));
	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_EXIT(pid, 31);
	return 0;
}
