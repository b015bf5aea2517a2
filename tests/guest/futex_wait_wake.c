/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FUTEX_WAIT sleeps only if the word still holds the value, wakes on WAKE, times out; addresses
 * are checked.
 */
#include "guest.h"

#include <linux/futex.h>

static uint32_t word;
static volatile int awake;

static long futex(uint32_t *at, int op, uint32_t val, const struct timespec *ts)
{
	return syscall(SYS_futex, at, op, val, ts, NULL, 0);
}

static void *wait_for_one(void *arg)
{
	(void)arg;
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) {
		if (futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL) == -1)
			EXPECT(errno == EAGAIN || errno == EINTR);
	}
	__atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

int main(void)
{
	struct timespec ts = {0, 20000000}, bad = {0, 1000000000}, past = {1, 0};
	pthread_t t[4];

	EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 1, NULL), EAGAIN);
	int64_t start = guest_now_ns();
	EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 0, &ts), ETIMEDOUT);
	EXPECT(guest_now_ns() - start >= 20000000);
	EXPECT_EQ(futex(&word, FUTEX_WAKE, 10, NULL), 0);
	EXPECT_ERRNO(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &past,
			     NULL, FUTEX_BITSET_MATCH_ANY),
		     ETIMEDOUT);

	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, wait_for_one, NULL), 0);
	long woken = 0;
	while (woken < 1) /* until one is really asleep */
		woken += EXPECT_OK(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL));
	EXPECT_EQ(woken, 1);
	EXPECT_EQ(awake, 0);
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	EXPECT(futex(&word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL) <= 4);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);

	EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 1, &bad), EINVAL);
	EXPECT_ERRNO(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 0, NULL), EINVAL);
	EXPECT_ERRNO(futex((uint32_t *)8, FUTEX_WAIT, 0, NULL), EFAULT);
	EXPECT_ERRNO(futex((uint32_t *)0xffff800000000000, FUTEX_WAKE, 1, NULL), EFAULT);
	EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 1, BAD_PTR), EFAULT);
	EXPECT_ERRNO(futex(&word, 99, 0, NULL), ENOSYS);
	return 0;
}
