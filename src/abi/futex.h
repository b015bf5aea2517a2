/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fast user-space locks.
 * Source: include/uapi/linux/futex.h; futex(2), futex_waitv(2),
 * get_robust_list(2), Documentation/locking/robust-futex-ABI.rst.
 */
#ifndef CAISSON_ABI_FUTEX_H
#define CAISSON_ABI_FUTEX_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_FUTEX_WAIT            0
#define LX_FUTEX_WAKE            1
#define LX_FUTEX_FD              2
#define LX_FUTEX_REQUEUE         3
#define LX_FUTEX_CMP_REQUEUE     4
#define LX_FUTEX_WAKE_OP         5
#define LX_FUTEX_LOCK_PI         6
#define LX_FUTEX_UNLOCK_PI       7
#define LX_FUTEX_TRYLOCK_PI      8
#define LX_FUTEX_WAIT_BITSET     9
#define LX_FUTEX_WAKE_BITSET     10
#define LX_FUTEX_WAIT_REQUEUE_PI 11
#define LX_FUTEX_CMP_REQUEUE_PI  12
#define LX_FUTEX_LOCK_PI2        13
#define LX_FUTEX_PRIVATE_FLAG    128
#define LX_FUTEX_CLOCK_REALTIME  256
#define LX_FUTEX_CMD_MASK        (~(LX_FUTEX_PRIVATE_FLAG | LX_FUTEX_CLOCK_REALTIME))

/* futex_waitv, futex_wake, futex_wait, futex_requeue */
#define LX_FUTEX2_SIZE_U8   0x00
#define LX_FUTEX2_SIZE_U16  0x01
#define LX_FUTEX2_SIZE_U32  0x02
#define LX_FUTEX2_SIZE_U64  0x03
#define LX_FUTEX2_NUMA      0x04
#define LX_FUTEX2_MPOL      0x08
#define LX_FUTEX2_PRIVATE   0x80
#define LX_FUTEX2_SIZE_MASK 0x03
#define LX_FUTEX_32         0x2
#define LX_FUTEX_WAITV_MAX  128
#define LX_FUTEX_NO_NODE    (-1)

struct lx_futex_waitv {
	uint64_t val;
	uint64_t uaddr;
	uint32_t flags;
	uint32_t reserved;
};
LX_ASSERT_SIZE(struct lx_futex_waitv, 24);
LX_ASSERT_AT(struct lx_futex_waitv, val, 0);
LX_ASSERT_AT(struct lx_futex_waitv, uaddr, 8);
LX_ASSERT_AT(struct lx_futex_waitv, flags, 16);
LX_ASSERT_AT(struct lx_futex_waitv, reserved, 20);

/* The lock word of PI and robust futexes */
#define LX_FUTEX_WAITERS          0x80000000
#define LX_FUTEX_OWNER_DIED       0x40000000
#define LX_FUTEX_TID_MASK         0x3fffffff
#define LX_FUTEX_BITSET_MATCH_ANY 0xffffffff
#define LX_ROBUST_LIST_LIMIT      2048

struct lx_robust_list {
	uint64_t next; /* guest address; bit 0: a PI futex */
};
LX_ASSERT_SIZE(struct lx_robust_list, 8);
LX_ASSERT_AT(struct lx_robust_list, next, 0);

struct lx_robust_list_head {
	struct lx_robust_list list;
	int64_t futex_offset;
	uint64_t list_op_pending;
};
LX_ASSERT_SIZE(struct lx_robust_list_head, 24);
LX_ASSERT_AT(struct lx_robust_list_head, list, 0);
LX_ASSERT_AT(struct lx_robust_list_head, futex_offset, 8);
LX_ASSERT_AT(struct lx_robust_list_head, list_op_pending, 16);

/* FUTEX_WAKE_OP: val3 = op << 28 | cmp << 24 | oparg << 12 | cmparg */
#define LX_FUTEX_OP_SET         0
#define LX_FUTEX_OP_ADD         1
#define LX_FUTEX_OP_OR          2
#define LX_FUTEX_OP_ANDN        3
#define LX_FUTEX_OP_XOR         4
#define LX_FUTEX_OP_OPARG_SHIFT 8
#define LX_FUTEX_OP_CMP_EQ      0
#define LX_FUTEX_OP_CMP_NE      1
#define LX_FUTEX_OP_CMP_LT      2
#define LX_FUTEX_OP_CMP_LE      3
#define LX_FUTEX_OP_CMP_GT      4
#define LX_FUTEX_OP_CMP_GE      5

#endif
