/* SPDX-License-Identifier: Apache-2.0 */
/* A PI mutex keeps its owner in the word, hands over, and refuses a second lock by its owner. */
#include "guest.h"

static pthread_mutex_t mutex;
static long counter;

static void *add(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
		counter++;
		if (i % 100 == 0)
			sched_yield();
		EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
	}
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t attr;
	pthread_t t[4];

	EXPECT_EQ(pthread_mutexattr_init(&attr), 0);
	EXPECT_EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT), 0);
	EXPECT_EQ(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK), 0);
	int r = pthread_mutex_init(&mutex, &attr);
	if (r == ENOTSUP)
		SKIP("no priority inheritance here");
	EXPECT_EQ(r, 0);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, add, NULL), 0);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	EXPECT_EQ(counter, 8000);

	EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
	EXPECT_EQ(mutex.__data.__lock & 0x3fffffff, gettid());
	EXPECT_EQ(pthread_mutex_lock(&mutex), EDEADLK);
	struct timespec past = {1, 0};
	EXPECT_EQ(pthread_mutex_timedlock(&mutex, &past), EDEADLK);
	EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
	return 0;
}
