/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/rseq.h against the host's own headers. See abi/abi_check.h. */
#include "abi/rseq.h"

#include <linux/rseq.h>

#include "abi/abi_check.h"

SAME(RSEQ_CPU_ID_UNINITIALIZED);
SAME(RSEQ_CPU_ID_REGISTRATION_FAILED);
SAME(RSEQ_FLAG_UNREGISTER);
SAME(RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT);
SAME(RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL);
SAME(RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE);

SAME_SIZE(struct lx_rseq_cs, struct rseq_cs);
SAME_FIELD(struct lx_rseq_cs, version, struct rseq_cs, version);
SAME_FIELD(struct lx_rseq_cs, flags, struct rseq_cs, flags);
SAME_FIELD(struct lx_rseq_cs, start_ip, struct rseq_cs, start_ip);
SAME_FIELD(struct lx_rseq_cs, post_commit_offset, struct rseq_cs, post_commit_offset);
SAME_FIELD(struct lx_rseq_cs, abort_ip, struct rseq_cs, abort_ip);
SAME_SIZE(struct lx_rseq, struct rseq);
SAME_FIELD(struct lx_rseq, cpu_id_start, struct rseq, cpu_id_start);
SAME_FIELD(struct lx_rseq, cpu_id, struct rseq, cpu_id);
SAME_FIELD(struct lx_rseq, rseq_cs, struct rseq, rseq_cs);
SAME_FIELD(struct lx_rseq, flags, struct rseq, flags);
