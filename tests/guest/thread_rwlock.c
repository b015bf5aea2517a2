/* SPDX-License-Identifier: Apache-2.0 */
/* A rwlock lets readers together and writers alone; nobody ever sees half a write. */
#include "guest.h"

#define READERS 4
#define WRITERS 2
#define ROUNDS  3000

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static long a, b;

static void *reader(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(pthread_rwlock_rdlock(&lock), 0);
		EXPECT_EQ(a, b);
		EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
	}
	return NULL;
}

static void *writer(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(pthread_rwlock_wrlock(&lock), 0);
		a++;
		if (i % 64 == 0)
			sched_yield();
		b++;
		EXPECT_EQ(pthread_rwlock_unlock(&lock), 0);
	}
	return NULL;
}

int main(void)
{
	pthread_t t[READERS + WRITERS];

	for (int i = 0; i < READERS + WRITERS; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, i < READERS ? reader : writer, NULL), 0);
	for (int i = 0; i < READERS + WRITERS; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	EXPECT_EQ(a, WRITERS * ROUNDS);
	EXPECT_EQ(b, WRITERS * ROUNDS);
	EXPECT_EQ(pthread_rwlock_rdlock(&lock), 0);
	EXPECT_EQ(pthread_rwlock_tryrdlock(&lock), 0);
	EXPECT_EQ(pthread_rwlock_trywrlock(&lock), EBUSY);
	return 0;
}
