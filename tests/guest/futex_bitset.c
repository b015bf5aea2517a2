/* SPDX-License-Identifier: Apache-2.0 */
/* FUTEX_WAKE_BITSET wakes only waiters whose mask meets its own; an empty mask is refused. */
#include "guest.h"

#include <linux/futex.h>

static uint32_t word;
static int woken[2];

static void *wait_bits(void *arg)
{
	uintptr_t i = (uintptr_t)arg;

	while (syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, 1u << i) == -1)
		EXPECT_EQ(errno, EINTR);
	__atomic_store_n(&woken[i], 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static long wake(uint32_t mask)
{
	return syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, INT32_MAX, NULL, NULL, mask);
}

int main(void)
{
	pthread_t t[2];

	for (uintptr_t i = 0; i < 2; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, wait_bits, (void *)i), 0);
	EXPECT_EQ(wake(4), 0);
	long n;
	while ((n = EXPECT_OK(wake(2))) == 0)
		sched_yield();
	EXPECT_EQ(n, 1);
	EXPECT_EQ(pthread_join(t[1], NULL), 0);
	EXPECT_EQ(woken[1], 1);
	EXPECT_EQ(__atomic_load_n(&woken[0], __ATOMIC_SEQ_CST), 0);
	while ((n = EXPECT_OK(wake(UINT32_MAX))) == 0)
		sched_yield();
	EXPECT_EQ(n, 1);
	EXPECT_EQ(pthread_join(t[0], NULL), 0);
	EXPECT_ERRNO(wake(0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL);
	return 0;
}
