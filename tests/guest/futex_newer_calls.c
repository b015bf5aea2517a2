/* SPDX-License-Identifier: Apache-2.0 */
/*
 * futex_waitv sleeps on many words and tells which was woken; futex_wake, futex_wait and
 * futex_requeue do what futex does, with flags of their own.
 */
#include "guest.h"

#include <linux/futex.h>

#define NR_WAITV   449
#define NR_WAKE    454
#define NR_WAIT    455
#define NR_REQUEUE 456
#define SIZE_U32   2u
#define PRIVATE    0x80u

struct waitv {
	uint64_t val, uaddr;
	uint32_t flags, reserved;
};

static uint32_t a, b;
static long result;

static struct waitv on(uint32_t *at, uint64_t val)
{
	return (struct waitv){.val = val, .uaddr = (uintptr_t)at, .flags = SIZE_U32 | PRIVATE};
}

static void *wait_for_both(void *arg)
{
	struct waitv v[2] = {on(&a, 0), on(&b, 0)};

	(void)arg;
	while ((result = syscall(NR_WAITV, v, 2, 0, NULL, 0)) == -1)
		EXPECT_EQ(errno, EINTR);
	return NULL;
}

static void waitv_rules(void)
{
	struct waitv v[2] = {on(&a, 0), on(&b, 1)};
	struct timespec past = {1, 0};
	pthread_t t;

	EXPECT_ERRNO(syscall(NR_WAITV, v, 2, 0, NULL, 0), EAGAIN);
	v[1] = on(&b, 0);
	EXPECT_ERRNO(syscall(NR_WAITV, v, 2, 0, &past, CLOCK_MONOTONIC), ETIMEDOUT);
	EXPECT_ERRNO(syscall(NR_WAITV, v, 2, 0, &past, CLOCK_REALTIME), ETIMEDOUT);
	EXPECT_ERRNO(syscall(NR_WAITV, v, 2, 0, &past, CLOCK_BOOTTIME), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAITV, v, 2, 1, NULL, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAITV, v, 0, 0, NULL, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAITV, v, 129, 0, NULL, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAITV, NULL, 1, 0, NULL, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAITV, BAD_PTR, 1, 0, NULL, 0), EFAULT);
	v[1].reserved = 1;
	EXPECT_ERRNO(syscall(NR_WAITV, v, 2, 0, NULL, 0), EINVAL);
	v[1] = on(&b, 1ull << 32);
	/* Before 6.7 Linux cut the value off and slept. */
	EXPECT_EQ(syscall(NR_WAITV, v, 2, 0, &past, CLOCK_MONOTONIC), -1);
	EXPECT(errno == EINVAL || errno == ETIMEDOUT);
	v[1] = on((uint32_t *)((char *)&b + 1), 0);
	EXPECT_ERRNO(syscall(NR_WAITV, v, 2, 0, NULL, 0), EINVAL);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(pthread_create(&t, NULL, wait_for_both, NULL), 0);
		while (EXPECT_OK(syscall(SYS_futex, i ? &b : &a, FUTEX_WAKE_PRIVATE, 1)) == 0)
			sched_yield();
		EXPECT_EQ(pthread_join(t, NULL), 0);
		EXPECT_EQ(result, i);
	}
}

static void *wait_for_a(void *arg)
{
	(void)arg;
	while (syscall(NR_WAIT, &a, 0UL, 1UL, SIZE_U32 | PRIVATE, NULL, 0) == -1)
		EXPECT_EQ(errno, EINTR);
	return NULL;
}

static void split_calls(void)
{
	struct waitv v[2] = {on(&a, 0), on(&b, 77)};
	struct timespec past = {1, 0};
	uint32_t flags = SIZE_U32 | PRIVATE;
	pthread_t t;

	EXPECT_ERRNO(syscall(NR_WAIT, &a, 1UL, 1UL, flags, NULL, 0), EAGAIN);
	EXPECT_ERRNO(syscall(NR_WAIT, &a, 0UL, 1UL, flags, &past, CLOCK_MONOTONIC), ETIMEDOUT);
	EXPECT_ERRNO(syscall(NR_WAIT, &a, 0UL, 0UL, flags, NULL, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAIT, &a, 1UL << 32, 1UL, flags, NULL, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAIT, &a, 0UL, 1UL, 0, NULL, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAKE, &a, 0UL, 1, flags), EINVAL);
	EXPECT_ERRNO(syscall(NR_WAKE, &a, 1UL, 1, flags | 0x40), EINVAL);
	EXPECT_EQ(pthread_create(&t, NULL, wait_for_a, NULL), 0);
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(syscall(NR_WAKE, &a, 1UL, 0, flags),
			  0); /* unlike futex, none means none */
	while (EXPECT_OK(syscall(NR_WAKE, &a, 3UL, 1, flags)) == 0)
		sched_yield();
	EXPECT_EQ(pthread_join(t, NULL), 0);

	EXPECT_EQ(pthread_create(&t, NULL, wait_for_a, NULL), 0);
	do { /* until it is found where it was moved to */
		EXPECT_OK(syscall(NR_REQUEUE, v, 0, 0, 1));
		sched_yield();
	} while (EXPECT_OK(syscall(NR_WAKE, &b, 1UL, 1, flags)) == 0);
	EXPECT_EQ(pthread_join(t, NULL), 0);
	v[0].val = 5;
	EXPECT_ERRNO(syscall(NR_REQUEUE, v, 0, 0, 1), EAGAIN);
	EXPECT_ERRNO(syscall(NR_REQUEUE, v, 0, -1, 1), EINVAL);
	EXPECT_ERRNO(syscall(NR_REQUEUE, v, 1, 0, 1), EINVAL);
}

int main(void)
{
	if (syscall(NR_WAITV, NULL, 0, 0, NULL, 0) == -1 && errno == ENOSYS)
		SKIP("no futex_waitv here");
	waitv_rules();
	if (syscall(NR_WAKE, &a, 1UL, 1, SIZE_U32) == -1 && errno == ENOSYS)
		SKIP("no futex_wake here");
	split_calls();
	return 0;
}
