/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execve from a thread ends all others, keeps the process id, and leaves one thread whose tid is
 * the pid.
 */
#include "guest.h"

static char pid_text[16];
static char self[4096];

static void *spin(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void *exec_now(void *arg)
{
	(void)arg;
	execl(self, "x", pid_text, (char *)NULL);
	DIE("exec");
}

static int inside(const char *pid)
{
	char want[16], text[4096];

	snprintf(want, sizeof(want), "%d", getpid());
	EXPECT_STR(want, pid);
	EXPECT_EQ(gettid(), getpid());
	guest_read_file("/proc/self/status", text, sizeof(text));
	EXPECT(strstr(text, "\nThreads:\t1\n") != NULL);
	return 44;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return inside(argv[1]);

	snprintf(self, sizeof(self), "%s", guest_self());
	pid_t pid = guest_fork();
	if (pid == 0) {
		pthread_t t;

		snprintf(pid_text, sizeof(pid_text), "%d", getpid());
		for (int i = 0; i < 5; i++)
			EXPECT_EQ(pthread_create(&t, NULL, spin, NULL), 0);
		EXPECT_EQ(pthread_create(&t, NULL, exec_now, NULL), 0);
		spin(NULL);
	}
	EXPECT_EXIT(pid, 44);
	return 0;
}
