/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mutex keeps a counter right under contention, a condition hands items over without losing one.
 */
#include "guest.h"

#define N      4
#define ROUNDS 20000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static long counter;
static int queue[8], count;
static long sum;

static void *add(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void *consume(void *arg)
{
	int item;

	(void)arg;
	do {
		pthread_mutex_lock(&lock);
		while (count == 0)
			pthread_cond_wait(&not_empty, &lock);
		item = queue[--count];
		sum += item;
		pthread_cond_signal(&not_full);
		pthread_mutex_unlock(&lock);
	} while (item != 0);
	return NULL;
}

static void produce(int item)
{
	pthread_mutex_lock(&lock);
	while (count == 8)
		pthread_cond_wait(&not_full, &lock);
	queue[count++] = item;
	pthread_cond_signal(&not_empty);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	pthread_t t[N];

	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, add, NULL), 0);
	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	EXPECT_EQ(counter, N * ROUNDS);

	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, consume, NULL), 0);
	for (int i = 1; i <= 5000; i++)
		produce(i);
	pthread_mutex_lock(&lock);
	while (count > 0) { /* the ends must come last */
		pthread_mutex_unlock(&lock);
		sched_yield();
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < N; i++)
		produce(0);
	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	EXPECT_EQ(sum, 5000L * 5001 / 2);

	struct timespec past = {1, 0};
	pthread_mutex_lock(&lock);
	EXPECT_EQ(pthread_cond_timedwait(&not_empty, &lock, &past), ETIMEDOUT);
	return 0;
}
