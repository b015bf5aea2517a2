/* SPDX-License-Identifier: Apache-2.0 */
/* Each thread has its own copy of __thread variables, initialised, also after fork. */
#include "guest.h"

static __thread int local = 5;
static __thread char zeroed[1000];
static int *where[8];
static pthread_barrier_t barrier;

static void *thread(void *arg)
{
	uintptr_t i = (uintptr_t)arg;

	EXPECT_EQ(local, 5);
	EXPECT_EQ(zeroed[999], 0);
	where[i] = &local;
	local = (int)i + 100;
	zeroed[999] = 1;
	pthread_barrier_wait(&barrier);
	for (int k = 0; k < 100; k++) {
		EXPECT_EQ(local, (int)i + 100);
		sched_yield();
	}
	return NULL;
}

int main(void)
{
	pthread_t t[8];

	EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 8), 0);
	for (uintptr_t i = 0; i < 8; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, thread, (void *)i), 0);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	for (int i = 1; i < 8; i++)
		EXPECT(where[i] != where[0]);
	EXPECT_EQ(local, 5);
	local = 77;
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(local, 77);
		local = 78;
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(local, 77);
	return 0;
}
