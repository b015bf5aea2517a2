/* SPDX-License-Identifier: Apache-2.0 */
/* glibc's setresuid changes every thread, the raw call only its own. */
#include "guest.h"

static pthread_barrier_t barrier;

static void *thread(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	EXPECT_EQ(geteuid(), 0); /* the raw call did not reach us */
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	EXPECT_EQ(geteuid(), 1234);
	EXPECT_EQ(getuid(), 1234);
	return NULL;
}

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		pthread_t t;

		EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 2), 0);
		EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), 0);
		pthread_barrier_wait(&barrier);
		EXPECT_OK(syscall(SYS_setresuid, -1, 1234, -1));
		EXPECT_EQ(geteuid(), 1234);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		EXPECT_OK(syscall(SYS_setresuid, -1, 0, -1));
		EXPECT_OK(setresuid(1234, 1234, 1234));
		pthread_barrier_wait(&barrier);
		EXPECT_EQ(pthread_join(t, NULL), 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
