/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raise and pthread_kill in a thread run the handler on that very thread; kill picks a thread that
 * does not block.
 */
#include "guest.h"

static volatile pid_t ran_on;
static pthread_barrier_t barrier;

static void handler(int sig)
{
	(void)sig;
	ran_on = gettid();
}

static void *thread(void *arg)
{
	pid_t *tid = arg;

	*tid = gettid();
	raise(SIGUSR1);
	EXPECT_EQ(ran_on, gettid());
	pthread_kill(pthread_self(), SIGUSR2);
	EXPECT_EQ(ran_on, gettid());
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

int main(void)
{
	pthread_t t;
	pid_t tid = 0;
	sigset_t set;

	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);
	EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 2), 0);
	EXPECT_EQ(pthread_create(&t, NULL, thread, &tid), 0);
	pthread_barrier_wait(&barrier);
	EXPECT_EQ(ran_on, tid);

	ran_on = 0;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	EXPECT_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	EXPECT_OK(kill(getpid(), SIGUSR1)); /* we block it: the other thread takes it */
	while (!ran_on)
		sched_yield();
	EXPECT_EQ(ran_on, tid);
	pthread_barrier_wait(&barrier);
	EXPECT_EQ(pthread_join(t, NULL), 0);
	return 0;
}
