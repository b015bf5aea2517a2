/* SPDX-License-Identifier: Apache-2.0 */
/* fork in a thread makes a child with only that thread, whose id is the child's pid. */
#include "guest.h"

static void *spin(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void *fork_now(void *arg)
{
	(void)arg;
	pid_t pid = guest_fork();
	if (pid == 0) {
		char text[4096];

		EXPECT_EQ(gettid(), getpid());
		guest_read_file("/proc/self/status", text, sizeof(text));
		EXPECT(strstr(text, "\nThreads:\t1\n") != NULL);
		_exit(8);
	}
	return (void *)(uintptr_t)pid;
}

int main(void)
{
	pthread_t t, f;
	void *pid;

	EXPECT_EQ(pthread_create(&t, NULL, spin, NULL), 0);
	EXPECT_EQ(pthread_create(&f, NULL, fork_now, NULL), 0);
	EXPECT_EQ(pthread_join(f, &pid), 0);
	EXPECT_EXIT((pid_t)(uintptr_t)pid, 8); /* a child of the process, not of the thread */
	return 0;
}
