/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SYS_exit ends the calling thread only, SYS_exit_group ends the whole process whichever thread
 * calls it.
 */
#include "guest.h"

static void *exit_only_me(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 42);
	return NULL;
}

static void *exit_everybody(void *arg)
{
	(void)arg;
	syscall(SYS_exit_group, 43);
	return NULL;
}

int main(void)
{
	pthread_t t;
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_EQ(pthread_create(&t, NULL, exit_only_me, NULL), 0);
		EXPECT_EQ(pthread_join(t, NULL), 0);
		_exit(44); /* still here */
	}
	EXPECT_EXIT(pid, 44);

	pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(pthread_create(&t, NULL, exit_everybody, NULL), 0);
		for (;;)
			pause();
	}
	EXPECT_EXIT(pid, 43);

	/* The last thread's SYS_exit gives the process its status. */
	pid = guest_fork();
	if (pid == 0)
		syscall(SYS_exit, 45);
	EXPECT_EXIT(pid, 45);
	return 0;
}
