/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads share memory and descriptors, have their own ids and errno, and give their result to
 * join.
 */
#include "guest.h"

#define N 16

static pid_t tids[N];
static int shared_fd = -1;

static void *thread(void *arg)
{
	uintptr_t i = (uintptr_t)arg;

	errno = 0;
	tids[i] = gettid();
	EXPECT_EQ(getpid() == tids[i], 0);
	EXPECT_ERRNO(close(-1), EBADF);
	if (i == 0)
		shared_fd = EXPECT_OK(open("/dev/null", O_RDONLY));
	return (void *)(i * i);
}

int main(void)
{
	pthread_t t[N];
	void *got;

	errno = 4711;
	for (uintptr_t i = 0; i < N; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, thread, (void *)i), 0);
	for (uintptr_t i = 0; i < N; i++) {
		EXPECT_EQ(pthread_join(t[i], &got), 0);
		EXPECT_EQ((uintptr_t)got, i * i);
		for (uintptr_t k = 0; k < i; k++)
			EXPECT(tids[k] != tids[i]);
	}
	EXPECT_EQ(errno, 4711);
	EXPECT_EQ(gettid(), getpid());
	EXPECT_OK(fcntl(shared_fd, F_GETFD)); /* opened there, open here */
	for (int i = 0; i < 500; i++) {
		EXPECT_EQ(pthread_create(&t[0], NULL, thread, (void *)1), 0);
		EXPECT_EQ(pthread_join(t[0], NULL), 0);
	}
	return 0;
}
