/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two thousand threads that sleep in a futex leave at once when one calls exit_group, when the
 * process is killed, and when one of them executes a program.
 */
#include "guest.h"

#include <linux/futex.h>

#define MOST 2000

static int word;
static int ready[2];

static void *sleep_for_ever(void *arg)
{
	if (write(ready[1], "x", 1) != 1)
		_exit(9);
	for (;;)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	return arg;
}

/* As many as this machine allows; the number started. */
static int start(void)
{
	pthread_attr_t small;
	pthread_t t;
	int n;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	for (n = 0; n < MOST; n++)
		if (pthread_create(&t, &small, sleep_for_ever, NULL))
			break;
	char c;
	for (int i = 0; i < n; i++)
		if (read(ready[0], &c, 1) != 1)
			_exit(8);
	return n;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		_exit(21);
	const char *self = guest_self();
	EXPECT_OK(pipe(ready));
	for (int way = 0; way < 3; way++) {
		int told[2];
		int n = 0;

		EXPECT_OK(pipe(told));
		pid_t pid = guest_fork();
		if (pid == 0) {
			char *args[] = {(char *)(uintptr_t)self, (char *)(uintptr_t) "again", NULL};

			n = start();
			if (write(told[1], &n, sizeof(n)) != sizeof(n))
				_exit(7);
			if (way == 0)
				_exit(20);
			if (way == 1)
				execv(self, args);
			sleep_for_ever(NULL);
		}
		EXPECT_EQ(read(told[0], &n, sizeof(n)), sizeof(n));
		EXPECT(n >= 100);
		if (way == 2)
			EXPECT_OK(kill(pid, SIGKILL));
		if (way == 2)
			EXPECT_KILLED(pid, SIGKILL);
		else
			EXPECT_EXIT(pid, way == 0 ? 20 : 21);
		close(told[0]);
		close(told[1]);
	}
	return 0;
}
