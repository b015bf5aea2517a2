/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that is being made while its process ends or executes another program ends with it:
 * neither is held up by it, however often they meet.
 */
#include "guest.h"

#include <pthread.h>

enum { WORKERS = 3, ROUNDS = 60, SLEEPERS = 100 };

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *breed(void *arg)
{
	pthread_t t;

	for (int i = 0; i < SLEEPERS; i++)
		if (pthread_create(&t, NULL, sleeper, NULL) != 0)
			break; /* refused at the end: fine */
	return sleeper(arg);
}

static void start_workers(void)
{
	pthread_t t;

	for (int i = 0; i < WORKERS; i++)
		EXPECT_EQ(pthread_create(&t, NULL, breed, NULL), 0);
}

int main(void)
{
	static char *const args[] = {"true", NULL};

	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = guest_fork();

		if (pid == 0) {
			struct timespec ts = {0, (i * 37 % 50) * 100000};

			start_workers();
			nanosleep(&ts, NULL);
			if (i % 2)
				_exit(0);
			execv("/bin/true", args);
			_exit(98);
		}
		EXPECT_EXIT(pid, 0);
	}
	return 0;
}
