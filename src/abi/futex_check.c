/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/futex.h against the host's own headers. See abi/abi_check.h. */
#include "abi/futex.h"

#include <linux/futex.h>

#include "abi/abi_check.h"

SAME(FUTEX_WAIT);
SAME(FUTEX_WAKE);
SAME(FUTEX_FD);
SAME(FUTEX_REQUEUE);
SAME(FUTEX_CMP_REQUEUE);
SAME(FUTEX_WAKE_OP);
SAME(FUTEX_LOCK_PI);
SAME(FUTEX_UNLOCK_PI);
SAME(FUTEX_TRYLOCK_PI);
SAME(FUTEX_WAIT_BITSET);
SAME(FUTEX_WAKE_BITSET);
SAME(FUTEX_WAIT_REQUEUE_PI);
SAME(FUTEX_CMP_REQUEUE_PI);
SAME(FUTEX_LOCK_PI2);
SAME(FUTEX_PRIVATE_FLAG);
SAME(FUTEX_CLOCK_REALTIME);
SAME(FUTEX_32);
SAME(FUTEX_WAITV_MAX);
SAME(FUTEX_WAITERS);
SAME(FUTEX_OWNER_DIED);
SAME(FUTEX_TID_MASK);
SAME(FUTEX_BITSET_MATCH_ANY);
SAME(ROBUST_LIST_LIMIT);
SAME(FUTEX_OP_SET);
SAME(FUTEX_OP_ADD);
SAME(FUTEX_OP_OR);
SAME(FUTEX_OP_ANDN);
SAME(FUTEX_OP_XOR);
SAME(FUTEX_OP_OPARG_SHIFT);
SAME(FUTEX_OP_CMP_EQ);
SAME(FUTEX_OP_CMP_NE);
SAME(FUTEX_OP_CMP_LT);
SAME(FUTEX_OP_CMP_LE);
SAME(FUTEX_OP_CMP_GT);
SAME(FUTEX_OP_CMP_GE);

SAME_SIZE(struct lx_futex_waitv, struct futex_waitv);
SAME_FIELD(struct lx_futex_waitv, val, struct futex_waitv, val);
SAME_FIELD(struct lx_futex_waitv, uaddr, struct futex_waitv, uaddr);
SAME_FIELD(struct lx_futex_waitv, flags, struct futex_waitv, flags);
SAME_FIELD(struct lx_futex_waitv, reserved, struct futex_waitv, __reserved);
SAME_SIZE(struct lx_robust_list, struct robust_list);
SAME_FIELD(struct lx_robust_list, next, struct robust_list, next);
SAME_SIZE(struct lx_robust_list_head, struct robust_list_head);
SAME_FIELD(struct lx_robust_list_head, list, struct robust_list_head, list);
SAME_FIELD(struct lx_robust_list_head, futex_offset, struct robust_list_head, futex_offset);
SAME_FIELD(struct lx_robust_list_head, list_op_pending, struct robust_list_head, list_op_pending);
SAME(FUTEX_CMD_MASK);
