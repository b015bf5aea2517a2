/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A barrier lets nobody through before all have come, names one serial thread each round, and can
 * be used again.
 */
#include "guest.h"

#define N      5
#define ROUNDS 200

static pthread_barrier_t barrier;
static int arrived[ROUNDS], serial[ROUNDS];

static void *thread(void *arg)
{
	(void)arg;
	for (int r = 0; r < ROUNDS; r++) {
		__atomic_add_fetch(&arrived[r], 1, __ATOMIC_SEQ_CST);
		int ret = pthread_barrier_wait(&barrier);
		EXPECT_EQ(__atomic_load_n(&arrived[r], __ATOMIC_SEQ_CST), N);
		if (ret == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&serial[r], 1, __ATOMIC_SEQ_CST);
		else
			EXPECT_EQ(ret, 0);
	}
	return NULL;
}

int main(void)
{
	pthread_t t[N];

	EXPECT_EQ(pthread_barrier_init(&barrier, NULL, N), 0);
	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, thread, NULL), 0);
	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	for (int r = 0; r < ROUNDS; r++)
		EXPECT_EQ(serial[r], 1);
	EXPECT_EQ(pthread_barrier_destroy(&barrier), 0);
	return 0;
}
