/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Restartable sequences.
 * Source: include/uapi/linux/rseq.h, Documentation/userspace-api/rseq.rst;
 * rseq(2).
 */
#ifndef CAISSON_ABI_RSEQ_H
#define CAISSON_ABI_RSEQ_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_RSEQ_CPU_ID_UNINITIALIZED          (-1)
#define LX_RSEQ_CPU_ID_REGISTRATION_FAILED    (-2)
#define LX_RSEQ_FLAG_UNREGISTER               1
#define LX_RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT 0x1
#define LX_RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL  0x2
#define LX_RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE 0x4

/* A critical section: 32-byte aligned. Its code is [start_ip, start_ip + post_commit_offset). */
struct lx_rseq_cs {
	uint32_t version;
	uint32_t flags;
	uint64_t start_ip;
	uint64_t post_commit_offset;
	uint64_t abort_ip; /* the 4 bytes before it are the signature given to rseq(2) */
};
LX_ASSERT_SIZE(struct lx_rseq_cs, 32);
LX_ASSERT_AT(struct lx_rseq_cs, version, 0);
LX_ASSERT_AT(struct lx_rseq_cs, flags, 4);
LX_ASSERT_AT(struct lx_rseq_cs, start_ip, 8);
LX_ASSERT_AT(struct lx_rseq_cs, post_commit_offset, 16);
LX_ASSERT_AT(struct lx_rseq_cs, abort_ip, 24);

/* What a thread registers: 32-byte aligned. The size that rseq(2) always took is 32. */
struct lx_rseq {
	uint32_t cpu_id_start;
	uint32_t cpu_id;
	uint64_t rseq_cs; /* guest address, or zero: in no critical section */
	uint32_t flags;
	uint32_t node_id;
	uint32_t mm_cid;
	uint32_t pad0;
};
LX_ASSERT_SIZE(struct lx_rseq, 32);
LX_ASSERT_AT(struct lx_rseq, cpu_id_start, 0);
LX_ASSERT_AT(struct lx_rseq, cpu_id, 4);
LX_ASSERT_AT(struct lx_rseq, rseq_cs, 8);
LX_ASSERT_AT(struct lx_rseq, flags, 16);
LX_ASSERT_SIZE(struct lx_rseq, 32);
LX_ASSERT_AT(struct lx_rseq, node_id, 20);
LX_ASSERT_AT(struct lx_rseq, mm_cid, 24);

#define LX_ORIG_RSEQ_SIZE    32
#define LX_RSEQ_ALIGN        32
#define LX_RSEQ_FEATURE_SIZE 28

#endif
