/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cancelled thread leaves its blocking call, runs its cleanup handlers, and join tells
 * PTHREAD_CANCELED.
 */
#include "guest.h"

static int cleaned;
static int p[2];

static void cleanup(void *arg)
{
	cleaned += *(int *)arg;
}

static void *block(void *arg)
{
	char c;
	struct timespec ts = {1000, 0};

	pthread_cleanup_push(cleanup, arg);
	switch (*(int *)arg) {
	case 1:
		if (read(p[0], &c, 1) != 1)
			return NULL;
		break;
	case 10:
		nanosleep(&ts, NULL);
		break;
	case 100:
		pause();
		break;
	default:
		pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
		for (;;)
			;
	}
	pthread_cleanup_pop(0);
	return NULL;
}

static void *refuse(void *arg)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_barrier_wait(arg);
	guest_pause_ms(20); /* a cancellation point, but we do not listen */
	return (void *)5;
}

int main(void)
{
	static int kinds[] = {1, 10, 100, 1000};
	pthread_barrier_t barrier;
	pthread_t t;
	void *got;

	EXPECT_OK(pipe(p));
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(pthread_create(&t, NULL, block, &kinds[i]), 0);
		guest_pause_ms(10);
		EXPECT_EQ(pthread_cancel(t), 0);
		EXPECT_EQ(pthread_join(t, &got), 0);
		EXPECT(got == PTHREAD_CANCELED);
	}
	EXPECT_EQ(cleaned, 1111);
	EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 2), 0);
	EXPECT_EQ(pthread_create(&t, NULL, refuse, &barrier), 0);
	pthread_barrier_wait(&barrier);
	EXPECT_EQ(pthread_cancel(t), 0);
	EXPECT_EQ(pthread_join(t, &got), 0);
	EXPECT(got == (void *)5);
	return 0;
}
