/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FUTEX_CMP_REQUEUE wakes some waiters and moves the others to another word, if the value still
 * matches.
 */
#include "guest.h"

#include <linux/futex.h>

#define N 4

static uint32_t a, b;
static int back;

static void *waiter(void *arg)
{
	(void)arg;
	while (syscall(SYS_futex, &a, FUTEX_WAIT_PRIVATE, 0, NULL) == -1)
		EXPECT_EQ(errno, EINTR);
	__atomic_add_fetch(&back, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static long requeue(uint32_t *from, uint32_t *to, long wake, long move, uint32_t val)
{
	return syscall(SYS_futex, from, FUTEX_CMP_REQUEUE_PRIVATE, wake, move, to, val);
}

int main(void)
{
	pthread_t t[N];

	EXPECT_ERRNO(requeue(&a, &b, 1, 1, 5), EAGAIN);
	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, waiter, NULL), 0);
	long moved = 0;
	while (moved < N) { /* all of them, as they fall asleep */
		moved += EXPECT_OK(requeue(&a, &b, 0, INT32_MAX, 0));
		sched_yield();
	}
	EXPECT_EQ(moved, N);
	EXPECT_EQ(syscall(SYS_futex, &a, FUTEX_WAKE_PRIVATE, INT32_MAX), 0); /* nobody left here */
	EXPECT_EQ(__atomic_load_n(&back, __ATOMIC_SEQ_CST), 0);
	EXPECT_EQ(requeue(&b, &a, 1, 2, 0), 3); /* one woken, two moved back */
	EXPECT_EQ(syscall(SYS_futex, &a, FUTEX_WAKE_PRIVATE, INT32_MAX), 2);
	EXPECT_EQ(syscall(SYS_futex, &b, FUTEX_WAKE_PRIVATE, INT32_MAX), 1);
	for (int i = 0; i < N; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	EXPECT_EQ(syscall(SYS_futex, &a, FUTEX_REQUEUE_PRIVATE, 1, 1, &b), 0);
	EXPECT_ERRNO(requeue(&a, &b, -1, 1, 0), EINVAL);
	EXPECT_ERRNO(requeue(&a, (uint32_t *)0xffff800000000000, 1, 1, 0), EFAULT);
	EXPECT_ERRNO(requeue(&a, (uint32_t *)((char *)&b + 2), 1, 1, 0), EINVAL);
	return 0;
}
