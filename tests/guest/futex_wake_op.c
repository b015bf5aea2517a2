/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FUTEX_WAKE_OP changes the second word in one step and wakes there only if its old value passes
 * the test.
 */
#include "guest.h"

#include <linux/futex.h>

static uint32_t a, b;

static void *waiter(void *arg)
{
	uint32_t *at = arg;

	while (syscall(SYS_futex, at, FUTEX_WAIT_PRIVATE, 0, NULL) == -1)
		if (errno == EAGAIN)
			break;
	return NULL;
}

static long wake_op(uint32_t op)
{
	return syscall(SYS_futex, &a, FUTEX_WAKE_OP_PRIVATE, 10, 10L, &b, op);
}

int main(void)
{
	pthread_t t;

	b = 5;
	EXPECT_EQ(wake_op(FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5)), 0);
	EXPECT_EQ(b, 8);
	EXPECT_EQ(wake_op(FUTEX_OP(FUTEX_OP_OR, 1, FUTEX_OP_CMP_EQ, 0)), 0);
	EXPECT_EQ(b, 9);
	EXPECT_EQ(wake_op(FUTEX_OP(FUTEX_OP_ANDN, 8, FUTEX_OP_CMP_EQ, 0)), 0);
	EXPECT_EQ(b, 1);
	EXPECT_EQ(wake_op(FUTEX_OP(FUTEX_OP_XOR, 3, FUTEX_OP_CMP_EQ, 0)), 0);
	EXPECT_EQ(b, 2);
	EXPECT_EQ(wake_op(FUTEX_OP((FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT), 4, FUTEX_OP_CMP_EQ, 0)),
		  0);
	EXPECT_EQ(b, 18);
	EXPECT_EQ(wake_op(FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_EQ, 0)), 0);
	EXPECT_EQ(b, 0);

	/* The old value 0 fails "> 0" and passes "== 0". */
	EXPECT_EQ(pthread_create(&t, NULL, waiter, &b), 0);
	for (int i = 0; i < 50; i++) {
		EXPECT_EQ(wake_op(FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_GT, 0)), 0);
		guest_pause_ms(1);
	}
	while (wake_op(FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)) == 0)
		sched_yield();
	EXPECT_EQ(pthread_join(t, NULL), 0);
	EXPECT_EQ(pthread_create(&t, NULL, waiter, &a), 0);
	while (wake_op(FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_GT, 0)) == 0) /* the first: always */
		sched_yield();
	EXPECT_EQ(pthread_join(t, NULL), 0);
	EXPECT_ERRNO(syscall(SYS_futex, &a, FUTEX_WAKE_OP, 1, 1L, (void *)8, 0), EFAULT);
	return 0;
}
